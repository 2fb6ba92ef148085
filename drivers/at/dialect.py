"""What a family of modems does in its own way, as data: `dialects/<name>.yaml`.

A lab may add dialects in folders of its own. A dialect names the one it `extends`; its mappings are laid
over that one's, its lists replace them. Every key is checked: a typo is an error, not a silent default.

>>> load("huawei").urcs["^CEND:"].event
<UrcKind.CALL_ENDED: 'call_ended'>
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from interop.protocols.mms import MmsOutcome, MmsStage

_SHIPPED = Path(__file__).parent / "dialects"
_LAID_OVER = ("calls", "messages", "mms", "tones", "urcs")
"""mappings that a file adds to; everything else that it says replaces what it extends"""


class DialectError(ValueError):
    """A dialect file that is missing or wrong; names file, place and value."""


class UrcKind(StrEnum):
    """What an unsolicited line means, whoever's words it comes in."""

    RING = "ring"
    CALLER_ID = "caller_id"
    CALL_WAITING = "call_waiting"
    """+CCWA: another call while one is up"""
    CALL_ROW = "call_row"
    """a +CLCC-like line: fields index, dir, stat, mode, cause; an empty one ends a list (Cinterion)"""
    CALL_STATE = "call_state"
    """fields index, stat, cause and no direction; without an index +CLCC is asked what it means"""
    CALL_STARTED = "call_started"
    CALL_ALERTING = "call_alerting"
    CALL_CONNECTED = "call_connected"
    CALL_ENDED = "call_ended"
    """fields index, cause; without them "some call ended" """
    SET_UP_NOTICE = "set_up_notice"
    """+CSSI: of a call that is set up here"""
    CALL_NOTICE = "call_notice"
    """+CSSU: of a call that is up"""
    TONE = "tone"
    """DTMF is heard: field digit, or ascii where the modem tells its character code"""
    MESSAGE_STORED = "message_stored"
    MESSAGE = "message"
    REPORT_STORED = "report_stored"
    REPORT = "report"
    USSD = "ussd"
    REGISTRATION = "registration"
    DATA = "data"
    """of packet connections, sockets, or what the modem's own MMS client did"""
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
    release_one_from_alerting: bool = False
    """no AT+CHLD=1x for a call that does not ring yet (chan_dongle: E1550 dies of it)"""
    answers_late: bool = False
    """ATD gets its OK or CONNECT only when the far end answers. Any byte before that ends the call (V.250
    5.6.1), that of an AT+CLCC, too (python-gsmmodem issue 12), so nothing is sent meanwhile.
    """
    dial_deadline_s: float = 30.0
    holds_first: bool = False
    """a call that is up is put on hold by AT+CHLD=2 before the next is dialled; else ATD does that itself"""


class Tones(_Part):
    """DTMF in a call. `{digit}` and, where the modem wants the index of a call, `{call}` stand in `send`."""

    listen: tuple[str, ...] = ()
    """settings that switch the detector on: the first that is accepted counts; none where there is none"""
    send: tuple[str, ...] = ("AT+VTS={digit}", 'AT+VTS="{digit}"')
    """forms of the command for one tone: the first that is not refused is used from then on"""
    digits: str = "0123456789*#ABCD"
    """what it sends as the tone that it is"""

    @field_validator("send")
    @classmethod
    def _has_a_digit(cls, forms: tuple[str, ...]) -> tuple[str, ...]:
        for form in forms:
            rest = form.replace("{digit}", "").replace("{call}", "")
            if "{digit}" not in form or "{" in rest or "}" in rest:
                raise ValueError(f"{form}: {{digit}} and perhaps {{call}} have to stand in it")
        return forms


class Messages(_Part):
    acknowledges: tuple[Literal["message", "report"], ...] = ("message", "report")
    """which directly routed ones get +CNMA where AT+CSMS=0 was refused (a Novatel takes none for +CDS)"""
    keeps_pushes: bool = False
    """a WAP push stays in the modem's memory until its own MMS client has fetched by it"""


class Mms(_Part):
    """Which way multimedia messages go, "" where the family has no commands for them; see `drivers.mms`.

    `errors`: what a number given by the modem's client means, as [stage, outcome]; any other says that it
    failed and not where, so nobody can tell whether the message left.
    """

    way: Literal["", "simcom2g", "simcom", "quectel", "sockets"] = ""
    cid: int = 4
    """<cid> of the packet connection (27.007 10.1.1); on LTE the first ones are those of data and IMS"""
    bearer_s: float = 150.0
    """most time to set one up (27.007 10.1.10 has none: what manuals allow for +CGACT)"""
    answer_s: float = 180.0
    """most time for the MMSC's answer"""
    errors: dict[int, tuple[MmsStage, MmsOutcome]] = {}
    lacks: str = ""
    """why there is no way, where that is known"""


class Dialect(_Part):
    name: str
    extends: str = ""
    about: str = ""
    makers: tuple[str, ...] = ()
    """what +CGMI says of a modem of this family, or a part of it: `lab scan` suggests the dialect by it"""
    models: tuple[str, ...] = ()
    """what +CGMM says, or a part of it, where the dialect is that of some models of these makers only"""
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
    messages: Messages = Messages()
    mms: Mms = Mms()
    tones: Tones = Tones()
    urcs: dict[str, Urc] = {}


@lru_cache(maxsize=64)
def load(name: str, *folders: Path) -> Dialect:
    """The dialect `name`, looked for in `folders` first, then among the shipped. Raises DialectError."""
    lineage = _lineage(name, (*folders, _SHIPPED))
    merged: dict[str, Any] = {}
    for file in reversed(lineage):
        merged = _over(merged, file.data)
    try:
        return Dialect.model_validate({**merged, "name": name})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        step = tuple(map(str, first["loc"]))
        file = next((file for file in lineage if file.holds(step)), lineage[0])
        if first["type"] == "extra_forbidden":
            raise DialectError(f"{file.place(step)}: {'.'.join(step)}: no such key") from None
        raise DialectError(
            f"{file.place(step)}: {'.'.join(step)}: {first['msg']} (found {first['input']!r})"
        ) from None


def own_dialects(lab_folder: Path | None) -> tuple[Path, ...]:
    """Where a lab keeps its own: `dialects/` beside the lab file."""
    return () if lab_folder is None else (lab_folder / "dialects",)


def sends_mms(name: str, lab_folder: Path | None) -> bool:
    """Whether it has commands for multimedia messages. Raises DialectError."""
    return bool(load(name, *own_dialects(lab_folder)).mms.way)


def bases(name: str, *folders: Path) -> list[str]:
    """The dialect and those it extends, nearest first: ["ours", "huawei", "generic"]. Raises DialectError."""
    return [file.path.stem for file in _lineage(name, (*folders, _SHIPPED))]


def names(*folders: Path) -> list[str]:
    """Every dialect that `load` finds."""
    return sorted({path.stem for folder in (*folders, _SHIPPED) for path in folder.glob("*.yaml")})


def of_maker(manufacturer: str, *folders: Path, model: str = "") -> str:
    """The dialect for what +CGMI and +CGMM say; "generic" where none names that maker.

    >>> of_maker("SIMCOM_Ltd"), of_maker("SIMCOM_Ltd", model="SIMCOM_SIM800L")
    ('simcom', 'sim800')

    The maker named first counts ("Telit Cinterion" is Telit's). One for some models is only taken for them,
    and then before their family's; else a family's own dialect comes before those that extend it, which
    inherit its makers.
    """
    said = manufacturer.casefold()
    fits = [
        (not each.models, len(bases(each.name, *folders)), said.index(maker.casefold()), each.name)
        for each in (load(name, *folders) for name in names(*folders))
        for maker in each.makers
        if maker.casefold() in said and _is_one_of(model, each.models)
    ]
    return min(fits)[-1] if fits else "generic"


def _is_one_of(model: str, models: tuple[str, ...]) -> bool:
    return not models or any(each.casefold() in model.casefold() for each in models)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    data: dict[str, Any]
    root: yaml.Node

    def holds(self, steps: tuple[str, ...]) -> bool:
        """Does the key stand in this file, and not in one that it extends?"""
        here: Any = self.data
        for step in steps[: 2 if steps[0] in _LAID_OVER else 1]:
            if not isinstance(here, dict) or step not in here:
                return False
            here = here[step]
        return True

    def place(self, steps: tuple[str, ...]) -> str:
        """`file:line:column` of a key, or of as much of its path as the file has."""
        node, mark = self.root, self.root.start_mark
        for step in steps:
            if isinstance(node, yaml.MappingNode):
                found = next((pair for pair in node.value if pair[0].value == step), None)
            elif isinstance(node, yaml.SequenceNode) and step.isdigit() and int(step) < len(node.value):
                found = (node.value[int(step)],) * 2
            else:
                break
            if found is None:
                break
            mark, node = found[0].start_mark, found[1]
        return f"{self.path}:{mark.line + 1}:{mark.column + 1}"


def _lineage(name: str, folders: tuple[Path, ...]) -> list[_File]:
    """The file of a dialect and those that it extends. One may extend its namesake in a later folder."""
    files: list[_File] = []
    wanted, places = name, folders
    while wanted:
        path = next((place for folder in places if (place := folder / f"{wanted}.yaml").is_file()), None)
        if path is None:
            said = files[-1].place(("extends",)) + ": " if files else ""
            if files and files[-1].path.stem == wanted:
                raise DialectError(f"{said}dialect {wanted} extends itself")
            known = ", ".join(names(*folders))
            raise DialectError(f"{said}no dialect {wanted!r} (there are: {known})")
        if any(path == file.path for file in files):
            chain = " -> ".join([*(file.path.stem for file in files), wanted])
            raise DialectError(f"{files[-1].place(('extends',))}: dialect {name} extends itself: {chain}")
        files.append(_read(path))
        extended = str(files[-1].data.get("extends") or "")
        places = folders[folders.index(path.parent) + 1 :] if extended == wanted else folders
        wanted = extended
    return files


def _read(path: Path) -> _File:
    try:
        stat = path.stat()
    except OSError as error:
        raise DialectError(f"{path}: {error}") from None
    return _read_as_of(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=64)
def _read_as_of(path: Path, changed_ns: int, size: int) -> _File:
    """A lab of many modems asks for few dialects, and YAML is slow: once is enough while a file stays."""
    del changed_ns, size
    try:
        text = path.read_text(encoding="utf-8")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        data = yaml.SafeLoader("").construct_document(root) if root else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{path}:{mark.line + 1}:{mark.column + 1}" if mark else str(path)
        raise DialectError(f"{place}: {error.problem or error.context}") from None
    except (yaml.YAMLError, OSError, ValueError, RecursionError) as error:  # ValueError: no UTF-8
        raise DialectError(f"{path}: {str(error).splitlines()[0]}") from None
    if not isinstance(data, dict) or root is None:
        raise DialectError(f"{path}: a mapping is needed, found {type(data).__name__}")
    return _File(path, data, root)


def _over(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    both = [key for key in _LAID_OVER if isinstance(own.get(key), dict) and isinstance(base.get(key), dict)]
    return {**base, **own, **{key: {**base[key], **own[key]} for key in both}}
