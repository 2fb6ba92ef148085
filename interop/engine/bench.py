"""What one running attempt holds: its devices, its checks and measurements, its evidence, its way out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from random import Random
from types import MappingProxyType
from typing import Any, NoReturn, Protocol

from interop.engine.case import CaseFormError
from interop.lab.model import SimPart, SitePart, TariffPart
from interop.record import Blame, Check, InconcReason, Measurement, Subject, Verdict
from interop.record.events import MessageReceived


class Inconclusive(Exception):
    """Ends an attempt without a statement about the network."""

    def __init__(self, reason: InconcReason, text: str) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason = reason
        self.text = text


class Ended(Exception):
    """Ends an attempt whose checks already say everything (after a failed `require`)."""


class Mail(Protocol):
    """What the engine knows of messages beyond the devices of one attempt."""

    def expect(self, sim: str, text: str, sender: str, awaited: bool) -> None: ...

    def settle(self, sim: str) -> None: ...

    def owed(self, sim: str, sender: str) -> int: ...

    def astray(self) -> Sequence[tuple[str, MessageReceived]]: ...


class _NoMail:
    """Of a bench that stands alone."""

    def expect(self, sim: str, text: str, sender: str, awaited: bool) -> None: ...

    def settle(self, sim: str) -> None: ...

    def owed(self, sim: str, sender: str) -> int:
        return 0

    def astray(self) -> Sequence[tuple[str, MessageReceived]]:
        return ()


class Bench:
    """Handed to a case as its first argument.

    `sims`: role -> the SIM that plays it, as the lab file has it; `parts`: role -> the form, label service,
    gateway or originator, likewise; `devices`: role -> what plays it. `random` depends on seed, case and
    attempt only. `control`: an ordinary SIM stands in for the number under test; `numbers`: of every SIM of
    the lab. `tariffs`: role -> what its SIM pays, where the lab file says so; calls to `free_numbers` cost
    nothing.
    """

    def __init__(
        self,
        *,
        subject: Subject,
        tested: SimPart | None,
        sims: Mapping[str, SimPart],
        devices: Mapping[str, object],
        random: Random,
        parts: Mapping[str, SitePart] = MappingProxyType({}),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        mail: Mail | None = None,
        control: bool = False,
        numbers: Collection[str] = (),
        tariffs: Mapping[str, TariffPart] = MappingProxyType({}),
        free_numbers: Collection[str] = (),
    ) -> None:
        self.subject = subject
        self._tested = tested
        self.sims = sims
        self.parts = parts
        self.devices = devices
        self.random = random
        self.control = control
        self.numbers = numbers
        self.tariffs = tariffs
        self.free_numbers = free_numbers
        self.checks: list[Check] = []
        self.measurements: list[Measurement] = []
        self.cleanups: list[Callable[[], Awaitable[None]]] = []
        self.puts_back: dict[Callable[[], Awaitable[None]], str] = {}
        """those of the clean-ups that are tried again until they succeed, and the device of each"""
        self.clock = clock
        """the time of day, with zone: what a service centre's stamps are held against"""
        self._mail = mail or _NoMail()

    @property
    def tested(self) -> SimPart:
        """The SIM this is about, also in a control, where an ordinary one plays its role.

        Raises CaseFormError in a case that did not say `own_control`.
        """
        if self._tested is None:
            raise CaseFormError("bench.tested is for cases that say own_control=True")
        return self._tested

    def now(self) -> float:
        """Seconds on the loop's clock: differences are durations in simulated or real seconds."""
        return asyncio.get_running_loop().time()

    def check(
        self,
        name: str,
        *,
        expected: object,
        actual: object,
        ok: bool | None = None,
        blame: Blame | None = None,
        ambiguous: Sequence[Blame] = (),
    ) -> bool:
        """Record one expectation; `ok` defaults to equality. A failed one needs `blame`, or in `ambiguous`
        all who may be to blame where that looks the same from outside, the first on the path first.
        """
        passed = (expected == actual) if ok is None else ok
        check = Check(name, str(expected), str(actual), Verdict.PASS if passed else Verdict.FAIL)
        if not passed:
            suspects = tuple(ambiguous) or ((blame,) if blame else ())
            if not suspects:
                raise TypeError(f"check {name!r} can fail but names nobody")
            check = replace(check, **_accused(suspects))
        self.checks.append(check)
        return passed

    def require(
        self,
        name: str,
        *,
        expected: object,
        actual: object,
        ok: bool | None = None,
        blame: Blame | None = None,
        ambiguous: Sequence[Blame] = (),
    ) -> None:
        """As `check`, and a failed one ends the case: nothing after it could be observed."""
        if not self.check(name, expected=expected, actual=actual, ok=ok, blame=blame, ambiguous=ambiguous):
            raise Ended(name)

    def not_checked(self, name: str, why: str) -> None:
        """Say in the record that an expectation could not be looked at: it weighs nothing."""
        self.checks.append(Check(name, "(not checked)", why, Verdict.NONE))

    def measure(self, name: str, value: float, unit: str) -> None:
        self.measurements.append(Measurement(name, round(value, 6), unit))

    def inconclusive(self, reason: InconcReason, text: str) -> NoReturn:
        raise Inconclusive(reason, text)

    def expect_message(self, sim: str, text: str = "", *, sender: str = "", awaited: bool = True) -> None:
        """Say what is on its way to `sim`: should it come after the end, it is recorded as late, if it was
        `awaited`. A site's message is known by its `sender` alone.
        """
        self._mail.expect(sim, text, sender, awaited)

    def settle(self, sim: str) -> None:
        """Say that what this attempt expected at `sim` will not come: it was refused, or went elsewhere."""
        self._mail.settle(sim)

    def owed(self, sim: str, sender: str) -> int:
        """How many messages from `sender` earlier attempts waited for at this SIM that never came: what comes
        now may be one of those.
        """
        return self._mail.owed(sim, sender)

    def astray(self) -> Sequence[tuple[str, MessageReceived]]:
        """Messages that came since this attempt began at SIMs that are not of this bench, and that no case
        there asked for: (SIM, message).
        """
        return self._mail.astray()

    def on_exit(self, cleanup: Callable[[], Awaitable[None]], *, owed_at: str = "") -> None:
        """Run at the end whatever happens, last registered first. `owed_at`: the device at which it is tried
        again, where it raises EquipmentError, before another case with that device is judged.
        """
        self.cleanups.append(cleanup)
        if owed_at:
            self.puts_back[cleanup] = owed_at


def _accused(suspects: tuple[Blame, ...]) -> dict[str, Any]:
    """One is named; of several, none: naming one would accuse."""
    if len(suspects) == 1:
        return {"layer": suspects[0][0], "cause": suspects[0][1]}
    layers = {layer for layer, _ in suspects}
    return {"layer": suspects[0][0] if len(layers) == 1 else None, "ambiguous": suspects}
