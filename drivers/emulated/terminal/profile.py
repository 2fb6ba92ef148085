"""A vendor's modem as data: what it is called, which commands it has, how it says things.

`data/common.yaml` holds what all share; `data/<profile>.yaml` adds to it, replaces and removes (`absent`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from interop.shipped import shipped


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Setting(_Data):
    """A command that keeps numbers: AT+X=.., AT+X? and AT+X=? follow from it.

    `range` is the text of AT+X=? and the rule at once: "(0-2),(0,1)"; `read` the text of AT+X? with
    {0}, {1} .., all values where empty.
    """

    range: str
    default: str
    read: str = ""


class Progress(_Data):
    """How call progress is told: templates by event, sent while `setting` is not 0 (always, where empty).

    Fields: id, dir (0 MO, 1 MT), stat (by `states`), number, toa, mpty, channel (1 with a traffic channel),
    seconds, hms, clock, cause, end. Where there is `row`, every event tells all calls, each by it, and then
    `last`.
    """

    setting: str = ""
    states: dict[str, int] = Field(default_factory=dict)
    dialling: str = ""
    alerting: str = ""
    active: str = ""
    incoming: str = ""
    held: str = ""
    retrieved: str = ""
    joined: str = ""
    """it has become, or is no longer, one of a conference"""
    ended: str = ""
    missed: str = ""
    row: str = ""
    last: str = ""


class Ceer(_Data):
    """+CEER: `text` with {cause} and {words}; `none` before any call.

    `service`: the same for an error of supplementary services (24.080), where it looks different.
    """

    text: str = "+CEER: {words}"
    none: str = "+CEER: No cause information available"
    service: str = ""


class Steering(_Data):
    """+CHLD: the `actions` that AT+CHLD=? lists, any other is refused with `lacks`.

    `refusals`: +CME ERROR by the cause that the network gave (24.080, 24.008), `refused` for those without.
    """

    actions: tuple[str, ...] = ("0", "1", "1x", "2", "2x", "3", "4", "4*")
    lacks: int = 4
    refusals: dict[int, int] = Field(default_factory=dict)
    refused: int = 3


class Detector(_Data):
    """DTMF in what is heard: told by `heard`, with {digit} and {ascii}, while the value at `position` of
    `setting` is not 0; `timed`, with {ms} too, while that at `timed_by` is not 0 either.
    """

    setting: str
    heard: str
    position: int = 0
    timed: str = ""
    timed_by: int = 0


class Mms(_Data):
    """The modem's own MMS client. `codes`: how its maker numbers `mms_client.Trouble` and what he says in
    words, by its value; "other" for those that have none of their own.

    Of SIMCom's: `uploads`: the most octets by <type> of +CMMSDOWN, and `largest` of all parts together;
    `parameters`: how many +CMMSSENDCFG has; `timed`: has to be begun by +CMMSINIT, and +CMMSDOWN says how
    long; `tells`: says OK at once, and afterwards what came of it; `texts`: the coding in which +CMMSREAD
    gives texts out, "" for their own; `announced`: how a push is told, "cmti" or "wap" (`pushes`).
    """

    codes: dict[str, tuple[int, str]] = Field(default_factory=lambda: {"other": (100, "unknown")})
    uploads: dict[str, int] = Field(default_factory=dict)
    largest: int = 300 * 1024
    parameters: int = 6
    timed: bool = False
    tells: bool = False
    texts: str = ""
    announced: str = ""

    def code(self, trouble: str) -> tuple[int, str]:
        return self.codes.get(trouble, self.codes["other"])


class Profile(_Data):
    manufacturer: str
    model: str
    revision: str
    identify: dict[str, str]
    """command to template of {manufacturer} {model} {revision} {imei}; "\\n" between lines"""
    iccid: dict[str, str]
    """command to template of {iccid}"""
    answers: dict[str, str]
    """command to its constant information; "" is OK alone"""
    settings: dict[str, Setting]
    switches: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """commands of the form AT+X="name",0|1, with the names"""
    absent: tuple[str, ...] = ()
    prompt: str = "\r\n> "
    boot_s: float = 5.0
    boot: tuple[str, ...] = ()
    ready: tuple[str, ...] = ()
    """lines once SIM and messages can be used"""
    latency: tuple[float, float] = (0.004, 0.03)
    slow: dict[str, float] = Field(default_factory=dict)
    """command to seconds"""
    memories: dict[str, int] = Field(default_factory=lambda: {"SM": 20, "ME": 50, "SR": 10})
    ceer: Ceer = Ceer()
    progress: tuple[Progress, ...] = ()
    steering: Steering = Steering()
    detector: Detector | None = None
    dtmf_by_call: bool = False
    """has ^DTMF=<call>,<digit>"""
    vts_duration: bool = True
    """the second value of +VTS is a duration, as makers have it; else another tone (27.007 C.2.11)"""
    activation: dict[int, int]
    """+CME ERROR by the cause of 24.008 10.5.6.6 that refuses a packet connection; 0: any other"""
    mms: Mms = Mms()
    areas: tuple[str, ...] = ()
    """further commands it has, by their names in `commands.AREAS`"""
    ussd_packed: bool = False
    full: str = ""
    """what is said when a message does not fit, with {memory}"""
    operators: dict[str, tuple[str, str]]
    """PLMN to long and short name, for +COPS=?"""


def profiles() -> list[str]:
    """The names that `profile` knows."""
    return sorted(
        entry.name.removesuffix(".yaml")
        for entry in resources.files(__package__).joinpath("data").iterdir()
        if entry.name.endswith(".yaml") and entry.name not in ("common.yaml", "codes.yaml")
    )


@cache
def profile(name: str) -> Profile:
    """Raises ValueError naming the profiles there are."""
    if name not in (names := profiles()):
        raise ValueError(f"no emulated modem has the dialect {name!r}; there are {', '.join(names)}")
    common, own = _data("common"), _data(name)
    merged = {**common, **own}
    for key, shared in common.items():
        if isinstance(shared, dict):
            merged[key] = {**shared, **own.get(key, {})}
    return Profile.model_validate(merged)


@cache
def _data(name: str) -> dict[str, Any]:
    data: dict[str, Any] = shipped("drivers.emulated.terminal", "data", f"{name}.yaml")
    return data


@dataclass(frozen=True, slots=True)
class Range:
    """The values one parameter may have, from "(0-2,5)"; anything where the text is empty."""

    spans: tuple[tuple[int, int], ...]

    def __contains__(self, value: int) -> bool:
        return not self.spans or any(low <= value <= high for low, high in self.spans)


@cache
def ranges(text: str) -> tuple[Range, ...]:
    """One `Range` per parameter of "(0-2),(0,1)"."""
    found = []
    for part in text[1:-1].split("),("):
        spans = [item.partition("-") for item in part.split(",") if item]
        found.append(Range(tuple((int(low), int(high or low)) for low, _, high in spans)))
    return tuple(found)
