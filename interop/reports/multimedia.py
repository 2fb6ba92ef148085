"""What the diagram says of each kind of event of multimedia messages, in a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from typing import Any

from interop import mms
from interop.record import Event
from interop.record.events import (
    BearerOpened,
    BearerRefused,
    MmsAsked,
    MmsConfirmed,
    MmsGot,
    MmsNotified,
    MmsReadHeard,
    MmsReadTold,
    MmsReported,
    MmsSubmitted,
    MmsTaken,
)


def label(event: Event) -> str | None:
    """None for an event of another kind.

    >>> label(MmsTaken("rejected", "mmsc", status=132))
    'rejected (mmsc), status 132 (address unresolved)'
    """
    words = _WORDS.get(type(event))
    return words(event) if words else None


def _opened(event: BearerOpened) -> str:
    return f"connected to {event.apn}" + _after(" as ", event.address)


def _not_opened(event: BearerRefused) -> str:
    cause = "" if event.code is None else f", cause {event.code}"
    return f"no connection to {event.apn}{cause}" + _after(": ", event.text)


def _submitted(event: MmsSubmitted) -> str:
    return f"MMS to {_listed(event.to)}: {event.subject}{_parts(event.parts)}"


def _taken(event: MmsTaken) -> str:
    status = _status(event.status, mms.ResponseStatus)
    told = f"{event.outcome} ({event.stage}){status}"
    return f"{told}{_after(': ', event.text)}{_after(', id ', event.message_id)}"


def _notified(event: MmsNotified) -> str:
    kept = "" if event.expires_s is None else f", kept {event.expires_s:.0f} s"
    what = f"MMS announced{_after(' from ', event.sender)}{_after(': ', event.subject)}"
    return f"{what}, {event.size} octets{kept}, at {event.location} ({event.transaction})"


def _got(event: MmsGot) -> str:
    if event.outcome == "accepted":
        return (
            f"MMS fetched{_after(' from ', event.sender)}{_after(': ', event.subject)}{_parts(event.parts)}"
        )
    status = _status(event.status, mms.RetrieveStatus)
    return f"{event.outcome} ({event.stage}){status}{_after(': ', event.text)}"


def _confirmed(event: MmsConfirmed) -> str:
    taken = {True: "", False: ", the MMSC does not take it", None: ", says its own client"}
    return f"tells the MMSC: {event.status}{taken[event.taken]}"


def _reported(event: MmsReported) -> str:
    status = mms.named(event.status, mms.Status)
    return f"delivery report: {status}, {event.recipient}, {event.message_id}{_after(', ', event.at)}"


def _read(event: MmsReadHeard) -> str:
    return f"read report: {mms.named(event.status, mms.ReadStatus)}, {event.reader}, {event.message_id}"


_WORDS: dict[type[Event], Callable[[Any], str]] = {
    BearerOpened: _opened,
    BearerRefused: _not_opened,
    MmsSubmitted: _submitted,
    MmsTaken: _taken,
    MmsNotified: _notified,
    MmsAsked: lambda event: f"fetches {event.location}",
    MmsGot: _got,
    MmsConfirmed: _confirmed,
    MmsReported: _reported,
    MmsReadTold: lambda event: f"tells {event.to} that {event.message_id} is read",
    MmsReadHeard: _read,
}


def _after(words: str, value: str) -> str:
    return f"{words}{value}" if value else ""


def _listed(values: Iterable[str] | str) -> str:
    return values if isinstance(values, str) else ", ".join(values)


def _parts(lines: Iterable[str] | str) -> str:
    """Types and octets of what a person sent: "image/jpeg 812, text/plain 38"."""
    if isinstance(lines, str):
        return _after(", ", lines)
    shown = [line.partition(" sha256:")[0] for line in lines if not line.startswith(mms.SMIL)]
    return _after(" [", ", ".join(shown)) + ("]" if shown else "")


def _status(status: int | None, kind: type[IntEnum]) -> str:
    return "" if status is None or status == 128 else f", status {mms.named(status, kind)}"
