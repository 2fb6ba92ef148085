"""Three phones whose every word is written by the test, and a bench."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random
from typing import cast

import pytest

from interop.engine import Bench
from interop.engine.bench import Ended, Inconclusive
from interop.engine.clock import run_virtual
from interop.protocols.errors import CommandRefused
from interop.protocols.modem import (
    Call,
    CallEntry,
    CallOutcome,
    CallStat,
    Divert,
    Forwarding,
    Offer,
    Progress,
    Registration,
    Stat,
    Steered,
    Steering,
)
from interop.record import Blame, Check, InconcReason, Subject, Verdict
from interop.record.events import ToneHeard
from suites.parties import Party
from suites.threeway.steering import Phone
from tests.suites.phones import FakeCall, FakePhone, party, sim

A, B, C = "17090001234", "13900001234", "18900001234"
UP, UNTOLD = (
    Progress(CallOutcome.SILENT),
    Progress(CallOutcome.UNKNOWN, text="not listed, nor said to be over"),
)
DONE = Steered(True)
ACTIVE, HELD, WAITING = CallStat.ACTIVE, CallStat.HELD, CallStat.WAITING


def cut(cause: int | None = 41) -> Progress:
    return Progress(CallOutcome.RELEASED, cause)


def rows(*stats: CallStat, mpty: bool = False) -> list[CallEntry]:
    return [CallEntry(index, True, stat, mpty) for index, stat in enumerate(stats, 1)]


class ACall(FakeCall):
    """`end`: what every look at it finds."""

    def __init__(self, end: Progress = UP) -> None:
        super().__init__()
        self.end = end
        self.hung_up = False

    async def released(self, within: float) -> Progress:
        return self.end

    async def hang_up(self) -> None:
        self.hung_up = True


class SteeredPhone(FakePhone):
    """`rows`: what +CLCC lists; `answers`: to what is steered or set, then OK; `hearers`: who hears its
    tones, but so many that are `lost` there.
    """

    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.rows: list[CallEntry] = []
        self.answers: list[Steered] = []
        self.offers: frozenset[Steering] = frozenset(Steering)
        self.detects = True
        self.speaks = True
        self.hearers: list[SteeredPhone] = []
        self.lost = 0
        self.late: float = 0.1
        self.waits: tuple[str, int | None, int | None] | None = None
        self.may_wait: bool | None = False
        self.forwards: dict[Divert, Forwarding | None] = dict.fromkeys(Divert, Forwarding())
        self.keeps = True
        self.asked: list[tuple[object, ...]] = []
        self.at = Registration(Stat.HOME, Stat.HOME, Stat.HOME)

    async def calls(self) -> list[CallEntry]:
        return self.rows

    async def steers(self) -> frozenset[Steering]:
        return self.offers

    async def steer(self, what: Steering, call: Call | None = None) -> Steered:
        self.asked.append((what,))
        return self.answers.pop(0) if self.answers else DONE

    async def listen_for_tones(self) -> bool:
        return self.detects

    async def send_tones(self, digits: str) -> None:
        if not self.speaks:
            raise CommandRefused(self.name, "AT+VTS", "ERROR", None, InconcReason.MODEM)
        for one in self.hearers:
            if one.lost:
                one.lost -= 1
                continue
            asyncio.get_running_loop().call_later(one.late, one.events.append, ToneHeard(digits))

    async def waiting(self, within: float) -> Offer | None:
        return Offer(ACall(), *self.waits) if self.waits else None

    async def call_waiting(self) -> bool | None:
        return self.may_wait

    async def set_call_waiting(self, on: bool) -> Steered:
        self.asked.append(("waiting", on))
        answer = self.answers.pop(0) if self.answers else DONE
        if answer.done:
            self.may_wait = on
        return answer

    async def diverted(self, when: Divert) -> Forwarding | None:
        return self.forwards[when]

    async def divert(self, when: Divert, to: str, *, after_s: int = 20, active: bool = True) -> Steered:
        self.asked.append((when, to))
        answer = self.answers.pop(0) if self.answers else DONE
        if answer.done and self.keeps:
            self.forwards[when] = Forwarding(to, active, after_s)
        return answer


class Scene:
    def __init__(self) -> None:
        self.a, self.b, self.c = SteeredPhone(A), SteeredPhone(B), SteeredPhone(C)
        self.bench = Bench(
            subject=Subject("s", A, "1709", "A", "CUCC", "北京"),
            tested=None,
            sims={"subject": sim(A)},
            devices={},
            random=Random(1),
            numbers=(A, B, C),
        )

    def party(self, phone: SteeredPhone) -> Party:
        return party(cast("FakePhone", phone))

    def phone(self, phone: SteeredPhone, *calls: ACall) -> Phone:
        return Phone(self.party(phone), calls)

    def plays(self, steps: Callable[[Scene], Awaitable[object]]) -> dict[str, Check]:
        """The last check of each name; an Inconclusive comes out; the way out is gone in any case."""

        async def play() -> None:
            try:
                await steps(self)
            except Ended:
                return
            finally:
                for cleanup in reversed(self.bench.cleanups):
                    await cleanup()

        run_virtual(play())
        return {check.name: check for check in self.bench.checks}

    def inconclusive(self, steps: Callable[[Scene], Awaitable[object]]) -> InconcReason:
        with pytest.raises(Inconclusive) as caught:
            self.plays(steps)
        assert not self.blamed()
        return caught.value.reason

    def blamed(self) -> list[tuple[Blame, ...]]:
        """Who is to blame, check by check."""
        return [
            check.ambiguous or ((check.layer, check.cause),)  # type: ignore[misc]
            for check in self.bench.checks
            if check.verdict is Verdict.FAIL
        ]
