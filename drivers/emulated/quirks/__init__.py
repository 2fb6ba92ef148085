"""What is wrong with our own equipment: quirks of an emulated modem, by name (modems.md section 4).

A quirk is written `name@key=value,key=value`: `write.split`, `answer.late@command=+CSQ,by=8`. `modem`
(a name or a pattern, "huawei*") limits it to some modems, `rate` (0..1) to a share of the occasions, drawn
from the seed, the modem's name and a count. A run must never turn one into a verdict that is not true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from random import Random
from typing import TYPE_CHECKING

from drivers.emulated.injection import checked, listed, meant
from drivers.emulated.quirks import answers, conferences, equipment, lines, multimedia, news, shapes
from drivers.emulated.quirks.quirk import KINDS, RANDOM, Lines, Quirk, Subject, fraction
from interop.lab.model import Lab
from interop.protocols.equipment import Injectable

if TYPE_CHECKING:
    from drivers.emulated.terminal.parser import Command

# importing a module of kinds registers them
_THEMES = (answers, conferences, equipment, lines, multimedia, news, shapes)

RATES = (1, 0.5, 0.2, 0.05)
"""of the quirks that `random` draws"""

__all__ = ["Quirks", "Spec", "fraction", "listing", "parse", "parse_all"]


@dataclass(frozen=True, slots=True)
class Spec:
    """A quirk as asked for; `values` holds every parameter, defaults included."""

    name: str
    modem: str
    values: Mapping[str, str]


def listing() -> tuple[Injectable, ...]:
    """Every quirk there is, for `interop list quirks`, by name."""
    return listed(KINDS)


def parse(text: str) -> Spec:
    """`name@key=value,key=value`. Raises ValueError with one sentence that names what is wrong."""
    name, values = checked("quirk", text, KINDS)
    return Spec(name, values.pop("modem"), values)


def _drawn(spec: Spec, seed: int, position: int) -> list[Spec]:
    """The quirks that `random` stands for, in their order of names; any other quirk stands for itself."""
    if spec.name != RANDOM:
        return [spec]
    chance = Random(f"{seed}/{RANDOM}/{position}")
    names = chance.sample(sorted(KINDS.keys() - {RANDOM}), int(spec.values["count"]))
    drawn = (parse(f"{name}@rate={chance.choice(RATES)}") for name in sorted(names))
    return [replace(one, modem=spec.modem) for one in drawn]


def parse_all(texts: Sequence[str], lab: Lab, *, seed: int) -> dict[str, Quirks]:
    """The quirks of each emulated modem: `texts` as far as they mean it, then its own of the lab file.

    Raises ValueError as `parse` does, and for a `modem` that no emulated modem of the lab has.
    """
    modems = {modem.name: modem for modem in lab.modems if modem.emulated}
    common = [one for n, text in enumerate(texts) for one in _drawn(parse(text), seed, n)]
    for spec in common:
        if not any(fnmatchcase(name, spec.modem) for name in modems):
            known = f"{meant(spec.modem, modems)} (there: {', '.join(modems) or 'none'})"
            raise ValueError(f"quirk {spec.name}: modem={spec.modem} is no emulated modem here{known}")
    found = {}
    for name, modem in modems.items():
        try:
            asked = [replace(parse(text), modem=name) for text in modem.quirks]
        except ValueError as error:
            raise ValueError(f"modem {name}: {error}") from None
        own = [one for n, spec in enumerate(asked) for one in _drawn(spec, seed, n)]
        found[name] = Quirks([*common, *own], modem=name, seed=seed)
    return found


class Quirks:
    """All quirks of one modem, applied in the order given; what each hook means stands at `Quirk`."""

    def __init__(self, specs: Iterable[Spec] = (), *, modem: str = "", seed: int = 0) -> None:
        self._all: list[Quirk] = []
        self._subject: Subject | None = None
        for position, spec in enumerate(s for s in specs if fnmatchcase(modem, s.modem)):
            self._all.append(KINDS[spec.name](spec.values, _drawer(seed, modem, spec.name, position)))

    def __bool__(self) -> bool:
        return bool(self._all)

    def started(self, subject: Subject) -> None:
        self._subject = subject
        for quirk in self._all:
            quirk.started(subject)

    def banner(self, lines: Lines, restarted: bool) -> Lines:
        """Lines at power on; without a restart the modem has long been on and says nothing."""
        said: Lines = lines if restarted else ()
        for quirk in self._all:
            said = quirk.banner(said, lines)
        return said

    def heard(self, data: bytes) -> bytes:
        for quirk in self._all:
            data = quirk.heard(data)
        return data

    def echoed(self, data: bytes, on: bool, prompted: bool = False) -> bytes:
        if not self._all:
            return data if on else b""
        answers = [quirk.echoed(data, on, prompted) for quirk in self._all]
        return max(answers, key=len)

    def lateness(self, command: str) -> float:
        return sum(quirk.lateness(command) for quirk in self._all)

    def executing(self, command: Command) -> bool:
        subject = self._subject
        return subject is not None and any(quirk.executing(command, subject) for quirk in self._all)

    def refusal(self, command: Command, now: float) -> int | None:
        return next((code for quirk in self._all if (code := quirk.refusal(command, now)) is not None), None)

    def withholds(self, command: str) -> bool:
        return any(quirk.withholds(command) for quirk in self._all)

    def asks(self, command: str) -> bool:
        return any(quirk.asks(command) for quirk in self._all)

    def prompt(self, prompt: bytes) -> bytes:
        for quirk in self._all:
            prompt = quirk.prompt(prompt)
        return prompt

    def sticks(self) -> bool:
        return any(quirk.sticks() for quirk in self._all)

    def lacks(self, command: str) -> bool:
        return any(quirk.lacks(command) for quirk in self._all)

    def upload_late(self, command: str) -> float:
        return sum(quirk.upload_late(command) for quirk in self._all)

    def invitation(self, data: bytes) -> bytes:
        for quirk in self._all:
            data = quirk.invitation(data)
        return data

    def drops_after(self) -> float | None:
        return next((after for quirk in self._all if (after := quirk.drops_after()) is not None), None)

    def cuts(self) -> bool:
        return any(quirk.cuts() for quirk in self._all)

    def read_at_most(self, asked: int) -> int:
        return min((quirk.read_at_most(asked) for quirk in self._all), default=asked)

    def untold(self) -> float:
        return sum(quirk.untold() for quirk in self._all)

    def before(self, command: str) -> list[str]:
        return [line for quirk in self._all if (line := quirk.before(command)) is not None]

    def between(self, command: str) -> list[str]:
        return [line for quirk in self._all if (line := quirk.between(command)) is not None]

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        for quirk in self._all:
            blocks = quirk.answered(command, blocks)
        return blocks

    def unsolicited(self, lines: Lines) -> Lines:
        for quirk in self._all:
            lines = quirk.unsolicited(lines)
        return lines

    def reports_in(self, memory: str) -> str:
        for quirk in self._all:
            memory = quirk.reports_in(memory)
        return memory

    def errors(self, cmee: int) -> int:
        for quirk in self._all:
            cmee = quirk.errors(cmee)
        return cmee

    def verbose(self, on: bool) -> bool:
        for quirk in self._all:
            on = quirk.verbose(on)
        return on

    def joined(self, blocks: list[bytes]) -> list[bytes]:
        for quirk in self._all:
            blocks = quirk.joined(blocks)
        return blocks

    def written(self, data: bytes) -> bytes:
        for quirk in self._all:
            data = quirk.written(data)
        return data

    def pieces(self, data: bytes) -> list[tuple[float, bytes]]:
        cut = [(0.0, data)]
        for quirk in self._all:
            cut = [
                (gap if n else wait, part)
                for wait, whole in cut
                for n, (gap, part) in enumerate(quirk.pieces(whole))
            ]
        return cut


def _drawer(seed: int, modem: str, name: str, position: int) -> Callable[[], float]:
    count = 0

    def draw() -> float:
        nonlocal count
        count += 1
        return fraction(seed, modem, name, position, count)

    return draw
