"""What a URC about calls means, whatever maker's words it comes in: the dialect's row, read. Pure: no I/O."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from drivers.at import answers
from drivers.at.calls import Calls
from drivers.at.dialect import UrcKind
from drivers.at.exchange import Unsolicited
from drivers.at.legs import Look, News
from interop.protocols.modem import CallStat
from interop.record.events import Notified


def heard(calls: Calls, urc: Unsolicited) -> Iterable[News]:
    """Told to `calls`. Raises Unreadable."""
    match urc.rule.event:
        case UrcKind.RING:
            return calls.ring()
        case UrcKind.CALLER_ID:
            return calls.caller_id(answers.caller_id(urc.body))
        case UrcKind.CALL_WAITING:
            return calls.waits(_waiting_caller(urc.body))
        case UrcKind.SET_UP_NOTICE:
            return (Notified(answers.notice(urc.body), own=True),)
        case UrcKind.CALL_NOTICE:
            return (Notified(answers.notice(urc.body)),)
        case UrcKind.CALL_ROW:
            return _row(calls, urc)
        case UrcKind.CALL_STATE:
            return _state(calls, urc)
    index, cause = _number(urc, "index"), _number(urc, "cause") or urc.rule.cause
    match urc.rule.event:
        case UrcKind.CALL_STARTED if index is not None:
            calls.started(index)
        case UrcKind.CALL_ALERTING:
            return calls.alerting(index)
        case UrcKind.CALL_CONNECTED:
            return calls.connected(index)
        case UrcKind.CALL_ENDED:
            return calls.ended(index, cause)
    return ()


def _waiting_caller(text: str) -> answers.Clip:
    """+CCWA: <number>,<type>,<class>[,<alpha>][,<CLI validity>] (27.007 7.12)."""
    parts = answers.fields(text)
    validity = parts[4] if len(parts) > 4 else ""
    return replace(answers.caller_id(text), validity=int(validity) if validity in ("0", "1", "2") else None)


def _row(calls: Calls, urc: Unsolicited) -> Iterable[News]:
    """+CLCC, ^DSCI, ^SLCC or +QIND: "ccinfo". The empty one behind a list asks what is not in it any more."""
    if not urc.body:
        return (Look(),)
    values = _values(urc)
    if values.get("mode", "0") not in ("0", ""):
        return ()
    said, stat = _stat(urc, values)
    if said in urc.rule.ended:
        return calls.ended(_number(urc, "index"), _number(urc, "cause"))
    entry = answers.call_entry(f"{values.get('index', '')},{values.get('dir', '')},{stat},0,0")
    return () if entry is None else calls.row(entry)


def _state(calls: Calls, urc: Unsolicited) -> Iterable[News]:
    """+UCALLSTAT, #ECAM, +WIND: a state without a direction; what is not said, +CLCC has to."""
    said, stat = _stat(urc, _values(urc))
    index = _number(urc, "index")
    if said in urc.rule.ended:
        return calls.ended(index, _number(urc, "cause"))
    match stat:
        case CallStat.ALERTING if index is not None or "index" in urc.rule.fields:
            return calls.alerting(index)
        case CallStat.ACTIVE if index is not None:
            return calls.connected(index)
        case CallStat.DIALLING if index is not None:
            calls.started(index)
            return ()
    return (Look(),) if any(stat == known for known in CallStat) else ()


def _values(urc: Unsolicited) -> dict[str, str]:
    return dict(zip(urc.rule.fields, answers.fields(urc.body), strict=False))


def _stat(urc: Unsolicited, values: dict[str, str]) -> tuple[int, int]:
    """As the modem counts its states, and as +CLCC does."""
    try:
        said = int(values.get("stat", ""))
    except ValueError:
        raise answers.Unreadable("state of a call", urc.text) from None
    return said, urc.rule.states.get(said, said)


def _number(urc: Unsolicited, name: str) -> int | None:
    """The number that the dialect calls `name` in this URC."""
    value = _values(urc).get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else None
