"""One quirk of an emulated modem: the places where it may interfere, and the register of all kinds."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol


def fraction(*of: object) -> float:
    """A number in [0, 1) that depends on `of` alone: one seed, one result, and no stream to share."""
    return zlib.crc32("/".join(map(str, of)).encode()) / 2**32


class Subject(Protocol):
    """What a quirk may do to the modem it sits on, beside changing its bytes."""

    def reset(self) -> None: ...

    def after(self, seconds: float, action: Callable[[], None]) -> None: ...

    def fill_storage(self) -> None: ...

    def stray_call(self, number: str, seconds: float) -> None: ...

    def stray_message(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Parameter:
    text: str
    default: str
    kind: Callable[[str], object] = str
    """raises ValueError on a value that does not fit"""


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ValueError("not in 0..1")
    return value


@dataclass(slots=True)
class Quirk:
    """One quirk on one modem. Each method is a place where it may interfere; here none does."""

    name: ClassVar[str]
    effect: ClassVar[str]
    parameters: ClassVar[Mapping[str, Parameter]] = {}

    values: Mapping[str, str]
    draw: Callable[[], float] = field(repr=False)

    def happens(self) -> bool:
        return self.draw() < float(self.values["rate"])

    def started(self, subject: Subject) -> None:
        """The modem is powered on, or has restarted."""

    def echoed(self, data: bytes, on: bool) -> bytes:
        """What comes back of `data` before any answer; `on`: ATE1."""
        return data if on else b""

    def written(self, data: bytes) -> bytes:
        """Bytes on their way out (echo excepted)."""
        return data

    def pieces(self, data: bytes) -> list[tuple[float, bytes]]:
        """`data` as it arrives: seconds after the piece before, and bytes."""
        return [(0.0, data)]

    def lateness(self, command: str) -> float:
        """Seconds that the answer to `command` (as "+CSQ") comes too late."""
        del command
        return 0.0

    def before(self, command: str) -> str | None:
        """An unsolicited line between the command and its answer."""
        del command
        return None

    def between(self, command: str) -> str | None:
        """An unsolicited line between the answer's information and its final result."""
        del command
        return None

    def refusal(self, command: str, now: float) -> int | None:
        """The +CME ERROR that `command` meets, `now` seconds after power on."""
        del command, now
        return None

    def errors(self, cmee: int) -> int:
        """What +CMEE really is."""
        return cmee

    def prompt(self, prompt: bytes) -> bytes:
        return prompt

    def banner(self, lines: Sequence[str], restarted: bool) -> Sequence[str]:
        """Lines at power on; without a restart the modem has long been on and says nothing."""
        return lines if restarted else ()


KINDS: dict[str, type[Quirk]] = {}
_COMMON = {
    "modem": Parameter("a modem's name, or a pattern with * and ?", "*"),
    "rate": Parameter("share of the occasions, 0..1", "1", _share),
}


def quirk(name: str, effect: str, **parameters: Parameter) -> Callable[[type[Quirk]], type[Quirk]]:
    """Register a kind of quirk under `name`; `parameters` beside `modem` and `rate`."""

    def register(kind: type[Quirk]) -> type[Quirk]:
        kind.name, kind.effect, kind.parameters = name, effect, {**_COMMON, **parameters}
        KINDS[name] = kind
        return kind

    return register
