"""What one running attempt holds: its devices, its checks and measurements, its evidence, its way out."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from random import Random
from typing import NoReturn

from interop.engine.case import CaseFormError
from interop.lab.model import SimPart
from interop.record import Cause, Check, InconcReason, Layer, Measurement, Subject, Verdict


class Inconclusive(Exception):
    """Ends an attempt without a statement about the network."""

    def __init__(self, reason: InconcReason, text: str) -> None:
        super().__init__(f"{reason}: {text}")
        self.reason = reason
        self.text = text


class Ended(Exception):
    """Ends an attempt whose checks already say everything (after a failed `require`)."""


class Bench:
    """Handed to a case as its first argument.

    `sims`: role -> the SIM that plays it, as the lab file has it; `devices`: role -> what plays it. `random`
    depends on seed, case and attempt only. `control`: an ordinary SIM stands in for the number under test.
    """

    def __init__(
        self,
        *,
        subject: Subject,
        tested: SimPart | None,
        sims: Mapping[str, SimPart],
        devices: Mapping[str, object],
        random: Random,
        control: bool = False,
        expect_message: Callable[[str, str], None] = lambda _sim, _text: None,
    ) -> None:
        self.subject = subject
        self._tested = tested
        self.sims = sims
        self.devices = devices
        self.random = random
        self.control = control
        self.checks: list[Check] = []
        self.measurements: list[Measurement] = []
        self.cleanups: list[Callable[[], Awaitable[None]]] = []
        self._expect_message = expect_message

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
        blame: tuple[Layer, Cause] | None = None,
        ambiguous: tuple[Cause, ...] = (),
    ) -> bool:
        """Record one expectation; `ok` defaults to equality. A failed one needs `blame`."""
        passed = (expected == actual) if ok is None else ok
        if not passed and blame is None:
            raise TypeError(f"check {name!r} can fail but names nobody")
        layer, cause = blame if blame and not passed else (None, None)
        if ambiguous:
            cause = None  # from outside they look the same: naming one would accuse
        verdict = Verdict.PASS if passed else Verdict.FAIL
        self.checks.append(
            Check(name, str(expected), str(actual), verdict, layer, cause, () if passed else ambiguous)
        )
        return passed

    def require(
        self,
        name: str,
        *,
        expected: object,
        actual: object,
        ok: bool | None = None,
        blame: tuple[Layer, Cause] | None = None,
        ambiguous: tuple[Cause, ...] = (),
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

    def expect_message(self, sim: str, text: str) -> None:
        """Say that `text` is on its way to `sim`: should it come after the end, it is recorded as late."""
        self._expect_message(sim, text)

    def on_exit(self, cleanup: Callable[[], Awaitable[None]]) -> None:
        """Run at the end whatever happens, last registered first."""
        self.cleanups.append(cleanup)
