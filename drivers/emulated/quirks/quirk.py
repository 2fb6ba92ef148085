"""One quirk of an emulated modem: the places where it may interfere, and the register of all kinds."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Protocol

from drivers.emulated.injection import Parameter, count, one_of, share

if TYPE_CHECKING:
    from drivers.emulated.terminal.parser import Command

Lines = Sequence[str]
"""lines that arrive together"""


def fraction(*of: object) -> float:
    """A number in [0, 1) that depends on `of` alone: one seed, one result, and no stream to share."""
    return zlib.crc32("/".join(map(str, of)).encode()) / 2**32


class Subject(Protocol):
    """What a quirk may do to the modem it sits on, beside changing its bytes."""

    def reset(self) -> None: ...

    def after(self, seconds: float, action: Callable[[], None]) -> None: ...

    def say(self, *lines: str) -> None: ...

    def put(self, setting: str, *values: int) -> None: ...

    def unplug(self, seconds: float, powered: bool) -> None: ...

    def fill_storage(self) -> None: ...

    def stray_call(self, number: str, seconds: float) -> None: ...

    def stray_message(self) -> None: ...


@dataclass(slots=True)
class Quirk:
    """One quirk on one modem. Each method is a place where it may interfere; here none does."""

    name: ClassVar[str]
    effect: ClassVar[str]
    parameters: ClassVar[Mapping[str, Parameter]] = {}

    values: Mapping[str, str]
    draw: Callable[[], float] = field(repr=False)
    done: int = 0

    def happens(self) -> bool:
        """Drawn from `rate`, and at most `times` times where the quirk has that parameter."""
        times = self.values.get("times")
        if times is not None and self.done >= int(times):
            return False
        if self.draw() >= float(self.values["rate"]):
            return False
        self.done += 1
        return True

    def meant(self, command: str) -> bool:
        """Does the parameter `command` name `command` (as "+CSQ"), or none at all?"""
        return self.values["command"].upper() in ("", command)

    def form(self) -> str:
        """The parameter `form`; where that is "any", one of the forms by chance."""
        chosen, forms = self.values["form"], self.forms()
        return forms[int(self.draw() * len(forms))] if chosen == "any" else chosen

    @classmethod
    def forms(cls) -> Sequence[str]:
        return ()

    # The modem as a whole

    def started(self, subject: Subject) -> None:
        """The modem is powered on, or has restarted."""

    def banner(self, said: Lines, lines: Lines) -> Lines:
        """What is said at power on, where `said` would be; `lines` are those of a restart."""
        del lines
        return said

    # Commands on their way in

    def heard(self, data: bytes) -> bytes:
        """Bytes on their way in."""
        return data

    def echoed(self, data: bytes, on: bool, prompted: bool) -> bytes:
        """What comes back of `data` before any answer; `on`: ATE1; `prompted`: behind a prompt."""
        del prompted
        return data if on else b""

    def lateness(self, command: str) -> float:
        """Seconds that the answer to `command` (as "+CSQ") comes too late."""
        del command
        return 0.0

    def executing(self, command: Command, subject: Subject) -> bool:
        """True when the modem goes down instead of executing `command`."""
        del command, subject
        return False

    def refusal(self, command: Command, now: float) -> int | None:
        """The error that `command` meets, `now` seconds after power on: +CMS in 300..511, else +CME."""
        del command, now
        return None

    def withholds(self, command: str) -> bool:
        """True when the result of a command that dials comes only with the end of dialling."""
        del command
        return False

    def asks(self, command: str) -> bool:
        """True when a prompt follows `command`, which needs none."""
        del command
        return False

    def prompt(self, prompt: bytes) -> bytes:
        return prompt

    def sticks(self) -> bool:
        """True when Ctrl-Z does not end a payload."""
        return False

    def lacks(self, command: str) -> bool:
        """True when the firmware has no `command` (as "+CSQ")."""
        del command
        return False

    def upload_late(self, command: str) -> float:
        """Seconds that the invitation to send octets comes too late behind `command`."""
        del command
        return 0.0

    def invitation(self, data: bytes) -> bytes:
        """CONNECT or the prompt, before octets are sent."""
        return data

    # Packet connections and multimedia messages

    def drops_after(self) -> float | None:
        """Seconds until a packet connection that has come up is gone."""
        return None

    def cuts(self) -> bool:
        """True when a socket is closed with what has just come for it."""
        return False

    def read_at_most(self, asked: int) -> int:
        """How many octets are handed out of `asked`."""
        return asked

    def untold(self) -> float:
        """Seconds that the outcome of sending a multimedia message is told too late."""
        return 0.0

    # Answers and news on their way out

    def before(self, command: str) -> str | None:
        """An unsolicited line between the command and its answer."""
        del command
        return None

    def between(self, command: str) -> str | None:
        """An unsolicited line between the answer's information and its final result."""
        del command
        return None

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        """The answer to `command`: blocks of lines, the last of them the final result."""
        del command
        return blocks

    def unsolicited(self, lines: Lines) -> Lines:
        """An unsolicited result code; none at all when empty."""
        return lines

    def reports_in(self, memory: str) -> str:
        """The memory where a status report is stored that belongs in `memory`."""
        return memory

    def errors(self, cmee: int) -> int:
        """What +CMEE really is."""
        return cmee

    def verbose(self, on: bool) -> bool:
        """What ATV really is."""
        return on

    def joined(self, blocks: list[bytes]) -> list[bytes]:
        """What is sent at once: the answer's blocks, and the news that waited for its end."""
        return blocks

    def written(self, data: bytes) -> bytes:
        """Bytes on their way out, block by block (echo excepted)."""
        return data

    def pieces(self, data: bytes) -> list[tuple[float, bytes]]:
        """`data` as it arrives: seconds after the piece before, and bytes."""
        return [(0.0, data)]


KINDS: dict[str, type[Quirk]] = {}
_COMMON = {
    "modem": Parameter("a modem's name, or a pattern with * and ?", "*"),
    "rate": Parameter("share of the occasions, 0..1", "1", share),
}


def quirk(name: str, effect: str, **parameters: Parameter) -> Callable[[type[Quirk]], type[Quirk]]:
    """Register a kind of quirk under `name`; `parameters` beside `modem` and `rate`."""

    def register(kind: type[Quirk]) -> type[Quirk]:
        own = dict(parameters)
        if forms := kind.forms():
            own["form"] = Parameter(f"any, {', '.join(forms)}", "any", one_of("any", *forms))
        kind.name, kind.effect, kind.parameters = name, effect, {**_COMMON, **own}
        KINDS[name] = kind
        return kind

    return register


def times(default: int = 1_000_000) -> Parameter:
    return Parameter("how often at most", str(default), count)


def command(default: str = "") -> Parameter:
    return Parameter("the command, as +CSQ" + ("" if default else "; without it all"), default)


RANDOM = "random"


def _few(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 20:
        raise ValueError("not in 1..20")
    return value


@quirk(
    RANDOM,
    "some of the others, each as often as it happens to be: the seed decides which",
    count=Parameter("how many", "2", _few),
)
class Drawn(Quirk):
    """Never sits on a modem: whoever reads a list of quirks puts those that are drawn in its place."""
