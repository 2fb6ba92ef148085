"""What a family of modems does in its own way, as data: `dialects/<name>.yaml`.

A lab may add dialects in folders of its own. A dialect names the one it `extends`; its mappings are laid
over that one's, its lists replace them. Every key is checked: a typo is an error, not a silent default.

>>> load("huawei").urcs["^CEND:"].event
<UrcKind.CALL_ENDED: 'call_ended'>
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

_SHIPPED = Path(__file__).parent / "dialects"


class DialectError(ValueError):
    """A dialect file that is missing or wrong; names file, place and value."""


class UrcKind(StrEnum):
    """What an unsolicited line means, whoever's words it comes in."""

    RING = "ring"
    CALLER_ID = "caller_id"
    CALL_ROW = "call_row"
    """a +CLCC-like line: fields index, dir, stat, mode, mpty, number, toa"""
    CALL_STARTED = "call_started"
    CALL_ALERTING = "call_alerting"
    CALL_CONNECTED = "call_connected"
    CALL_ENDED = "call_ended"
    """fields index, cause; without them "some call ended" """
    MESSAGE_STORED = "message_stored"
    MESSAGE = "message"
    REPORT_STORED = "report_stored"
    REPORT = "report"
    USSD = "ussd"
    REGISTRATION = "registration"
    SIM = "sim"
    KNOWN = "known"
    """of no consequence, but no surprise either"""


class Tail(StrEnum):
    """What belongs to a URC beyond its first line."""

    NONE = "none"
    PDU = "pdu"
    """one line of hex"""
    QUOTED = "quoted"
    """lines until the quotes are even"""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Urc(_Part):
    """A row of the URC table, found by the text up to and with the first colon, or by the whole line."""

    event: UrcKind
    tail: Tail = Tail.NONE
    fields: tuple[str, ...] = ()
    """names of the comma-separated values; "_" is skipped"""
    first: str = ""
    """only if the first value is this one (+QIND: "ccinfo",...); otherwise the line is KNOWN"""
    domain: str = ""
    """of REGISTRATION: cs, ps, eps or ims"""
    states: dict[int, int] = {}
    """values of `stat` that differ from +CLCC's -> those of +CLCC"""
    ended: tuple[int, ...] = ()
    """values of `stat` that mean that the call is gone"""
    cause: int | None = None
    """24.008 release cause that the line itself stands for (BUSY is 17)"""


class Calls(_Part):
    """How calls are followed: by +CLCC every `poll_s` (`active_poll_s` once answered), or by URCs where one
    of the settings `told_by` was accepted, and then by +CLCC only every `told_poll_s`: a URC that gets lost
    must not look like a silent network.
    """

    told_by: tuple[str, ...] = ()
    poll_s: float = 0.5
    active_poll_s: float = 2.0
    told_poll_s: float = 5.0
    hang_up: tuple[str, ...] = ("AT+CHUP", "ATH")
    needs_index: bool = False
    """no hang-up until the modem has told the index of the call (chan_dongle: E1550 loses ^CEND)"""
    dial_deadline_s: float = 30.0


class Dialect(_Part):
    name: str
    extends: str = ""
    about: str = ""
    finals_ok: tuple[str, ...] = ()
    finals_error: tuple[str, ...] = ()
    """further final results; one that ends in a colon stands for every line that begins so"""
    resets: tuple[str, ...] = ()
    """lines (or, ending in a colon, beginnings) that say that the modem has started anew"""
    ready: tuple[str, ...] = ()
    """lines before which some settings are refused: they are tried again"""
    setup: tuple[tuple[str, ...], ...] = ()
    """settings in order; of each row the first that the modem accepts, none is fine too"""
    extra_setup: tuple[tuple[str, ...], ...] = ()
    """after `setup`: what a maker adds to the standard's settings"""
    required: tuple[str, ...] = ()
    """settings without which the driver cannot work: refusal is an error"""
    probes: tuple[str, ...] = ()
    """harmless queries with different answer prefixes, to prove synchronisation"""
    reports_causes: bool = True
    """+CEER is worth asking"""
    calls: Calls = Calls()
    urcs: dict[str, Urc] = {}


@lru_cache(maxsize=64)
def load(name: str, *folders: Path) -> Dialect:
    """The dialect `name`, looked for in `folders` first, then among the shipped. Raises DialectError."""
    merged = _merged(name, folders, ())
    try:
        return Dialect.model_validate(merged)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        raise DialectError(f"dialect {name}: {place}: {first['msg']} (found {first['input']!r})") from None


def names(*folders: Path) -> list[str]:
    """Every dialect that `load` finds."""
    return sorted({path.stem for folder in (*folders, _SHIPPED) for path in folder.glob("*.yaml")})


def _merged(name: str, folders: Iterable[Path], below: tuple[str, ...]) -> dict[str, Any]:
    if name in below:
        raise DialectError(f"dialect {name} extends itself through {' -> '.join(below)}")
    places = [folder / f"{name}.yaml" for folder in (*folders, _SHIPPED)]
    path = next((place for place in places if place.is_file()), None)
    if path is None:
        raise DialectError(f"no dialect {name!r} (there are: {', '.join(names(*folders))})")
    try:
        own = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DialectError(f"{path}: {error}") from None
    if not isinstance(own, dict):
        raise DialectError(f"{path}: a mapping is needed, found {type(own).__name__}")
    base = _merged(str(own["extends"]), folders, (*below, name)) if own.get("extends") else {}
    return _over(base, {"name": name, **own})


def _over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    both = [key for key in own if isinstance(own[key], dict) and isinstance(base.get(key), dict)]
    return {**base, **own, **{key: {**base[key], **own[key]} for key in both}}
