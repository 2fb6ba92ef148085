"""Three-way calls with the emulated modems and network, which others wrote from the standards: every dialect
does the same in its own words, and what a defect does to a conference is seen as it is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest

from drivers.at import AtModem
from drivers.emulated.country import Country
from interop.engine.clock import run_virtual
from interop.lab.load import load
from interop.protocols.equipment import Setting
from interop.protocols.errors import CommandRefused, EquipmentError
from interop.protocols.link import NoJournal
from interop.protocols.modem import Call, CallOutcome, Divert, Forwarding, Steered, Steering
from interop.record.events import (
    CallsListed,
    HungUp,
    ModemReset,
    Notified,
    Released,
    ToneHeard,
    Unclaimed,
)

DIALECTS = ("generic", "simcom", "quectel", "huawei", "ublox", "telit", "zte", "cinterion", "wavecom")
DEAF = ("generic", "zte", "cinterion", "wavecom")
"""the emulated ones have no detector, as the real ones of these have none or one that is not emulated"""
CONTROLLER = "msisdn=17090001234"
SETTLED_S = 2.0


class Three:
    """A, B and C of the small lab, all in one dialect."""

    def __init__(
        self, dialect: str, scratch: Path, *defects: str, quirks: tuple[str, ...] = (), seed: int = 1
    ) -> None:
        lab = load("small")
        parts = tuple(part.model_copy(update={"dialect": dialect}) for part in lab.modems)
        lab = lab.model_copy(update={"modems": parts})
        self.parts = [part for part in parts if part.sim in ("mi-1709", "cucc-bj", "cmcc-bj")]
        sims = {sim.name: sim for sim in lab.sims}
        self.sims = [sims[str(part.sim)] for part in self.parts]
        setting = Setting(
            lab=lab, seed=seed, defects=defects, quirks=quirks, scratch=scratch, epoch=1.7e9, virtual=True
        )
        self.country = Country(setting)
        self.modems: list[AtModem] = []

    async def open(self) -> tuple[AtModem, AtModem, AtModem]:
        await self.country.start()
        await asyncio.sleep(20)
        for part, sim in zip(self.parts, self.sims, strict=True):
            link = self.country.link(part)
            self.modems.append(await AtModem.open(part, sim, link, NoJournal(), lambda _kind: None, {}))
        a, b, c = self.modems
        return a, b, c

    async def close(self) -> None:
        for modem in self.modems:
            await modem.close()

    async def call(self, called: int) -> tuple[Call, Call]:
        """From A, answered; both ends of it."""
        placed = await self.modems[0].dial(self.sims[called].msisdn)
        offer = await self.modems[called].offered(30)
        assert offer is not None
        await offer.call.answer()
        assert (await placed.connected(20)).outcome is CallOutcome.CONNECTED
        return placed, offer.call


async def shown(modem: AtModem) -> tuple[str, ...]:
    await asyncio.sleep(SETTLED_S)
    mark = modem.events.mark()
    await modem.calls()
    told = next(event for event in modem.events.since(mark) if isinstance(event, CallsListed))
    return told.calls


async def hears(sender: AtModem, digit: str, *others: AtModem) -> list[bool]:
    marks = [other.events.mark() for other in others]
    await sender.send_tones(digit)
    await asyncio.sleep(SETTLED_S)
    return [ToneHeard(digit) in other.events.since(mark) for other, mark in zip(others, marks, strict=True)]


def notices(modem: AtModem) -> list[int]:
    return [event.code for event in modem.events.since(0) if isinstance(event, Notified)]


def done(story: Coroutine[Any, Any, None]) -> None:
    run_virtual(story)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_holds_joins_splits_and_drops(dialect: str, tmp_path: Path) -> None:
    async def main() -> None:
        three = Three(dialect, tmp_path)
        a, b, c = await three.open()
        assert await a.steers() >= set(Steering) - {Steering.TRANSFER}
        detects = [await modem.listen_for_tones() for modem in (a, b, c)]
        assert detects == [dialect not in DEAF] * 3
        to_b, at_b = await three.call(1)
        to_c, at_c = await three.call(2)
        assert await shown(a) == ("1 held", "2 active")
        assert await a.steer(Steering.JOIN) == Steered(True)
        assert await shown(a) == ("1 active mpty", "2 active mpty")
        if detects[0]:
            assert await hears(a, "1", b, c) == [True, True]
            assert await hears(b, "2", a, c) == [True, True]
        assert (await a.steer(Steering.PRIVATE, to_b)).done
        assert await shown(a) == ("1 active", "2 held")
        if detects[0]:
            assert await hears(a, "3", b, c) == [True, False]
        assert (await a.steer(Steering.SWAP)).done
        assert await shown(a) == ("1 held", "2 active")
        assert (await a.steer(Steering.JOIN)).done
        mark = a.events.mark()
        assert (await a.steer(Steering.RELEASE_ONE, to_b)).done
        assert await shown(a) == ("2 active",)
        assert (await to_b.released(5)).outcome is CallOutcome.RELEASED
        assert (await to_c.released(5)).outcome is CallOutcome.SILENT
        told = a.events.since(mark)
        assert HungUp() in told and not any(isinstance(event, Released) for event in told)
        assert (await at_b.released(5)).cause == 16
        await at_c.hang_up()
        assert (await to_c.released(10)).cause == 16
        assert [await modem.calls() for modem in (a, b, c)] == [[], [], []]
        assert notices(b) == [2, 3, 4, 2, 3, 4]
        assert notices(c) == [4, 2, 3, 4]
        await three.close()
        said = [event for modem in (a, b, c) for event in modem.events.since(0)]
        assert [event for event in said if isinstance(event, Unclaimed)] == []

    done(main())


# Quirks of our own equipment


async def conference(three: Three) -> None:
    """Joined, one party dropped, the other lives and hangs up."""
    a, _, _ = await three.open()
    to_b, at_b = await three.call(1)
    to_c, at_c = await three.call(2)
    assert (await a.steer(Steering.JOIN)).done
    assert await shown(a) == ("1 active mpty", "2 active mpty")
    assert (await a.steer(Steering.RELEASE_ONE, to_b)).done
    assert await shown(a) == ("2 active",)
    assert (await at_b.released(10)).outcome is CallOutcome.RELEASED
    assert (await to_c.released(5)).outcome is CallOutcome.SILENT
    await at_c.hang_up()
    assert (await to_c.released(10)).cause == 16
    assert await a.calls() == []
    await three.close()


@pytest.mark.parametrize("dialect", ["quectel", "huawei", "simcom"])
@pytest.mark.parametrize(
    "quirk",
    [
        "bytes.noise", "echo.double", "echo.stuck", "error.verbose", "lines.crcrlf", "lines.lf", "urc.boot",
        "urc.inside", "write.split",
    ],
)  # fmt: skip
def test_a_quirk_that_must_not_be_felt(quirk: str, dialect: str, tmp_path: Path) -> None:
    done(conference(Three(dialect, tmp_path, quirks=(quirk,), seed=3)))


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize(
    "quirk", ["answer.late@rate=0.03,by=12", *(f"modem.reset@after={at}" for at in (28, 32, 36, 40))]
)
def test_a_quirk_that_may_cost_the_attempt_but_not_the_truth(quirk: str, seed: int, tmp_path: Path) -> None:
    """What is not as it should be is an equipment error, or a restart that events or probe tell of."""
    three = Three(DIALECTS[2 * seed], tmp_path, quirks=(quirk,), seed=seed)

    async def main() -> None:
        try:
            await conference(three)
        except EquipmentError as error:
            assert error.reason
        except AssertionError:
            health = [await modem.health() for modem in three.modems]
            events = [event for modem in three.modems for event in modem.events.since(0)]
            if not any(isinstance(event, ModemReset) for event in events):
                assert any(one.trouble is not None for one in health)

    done(main())


# Defects, as hand-written in issue 5: subscription, refusal, lie, one row, a leg cut


@pytest.mark.parametrize("dialect", ["quectel", "cinterion", "ublox", "huawei"])
def test_a_number_without_multiparty(dialect: str, tmp_path: Path) -> None:
    async def main() -> None:
        three = Three(dialect, tmp_path, f"mpty.unsubscribed@{CONTROLLER}")
        a, _, _ = await three.open()
        to_b, _ = await three.call(1)
        to_c, _ = await three.call(2)
        answer = await a.steer(Steering.JOIN)
        assert (answer.done, answer.code, answer.cause) == (False, 3, 19)
        assert await shown(a) == ("1 held", "2 active")
        for call in (to_b, to_c):
            assert (await call.released(5)).outcome is CallOutcome.SILENT
        await three.close()

    done(main())


def test_a_number_without_hold(tmp_path: Path) -> None:
    async def main() -> None:
        three = Three("quectel", tmp_path, f"hold.unsubscribed@{CONTROLLER}")
        a, _, c = await three.open()
        to_b, _ = await three.call(1)
        with pytest.raises(CommandRefused):
            await a.dial(three.sims[2].msisdn)
        assert await c.offered(10) is None
        answer = await a.steer(Steering.SWAP)
        assert (answer.done, answer.cause) == (False, 19)
        assert (await to_b.released(5)).outcome is CallOutcome.SILENT
        await three.close()

    done(main())


def test_joining_that_is_a_lie(tmp_path: Path) -> None:
    async def main() -> None:
        three = Three("simcom", tmp_path, f"mpty.fake@{CONTROLLER}")
        a, _, _ = await three.open()
        await three.call(1)
        await three.call(2)
        assert (await a.steer(Steering.JOIN)).done
        assert "mpty" not in " ".join(await shown(a))
        await three.close()

    done(main())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_conference_in_one_row(dialect: str, tmp_path: Path) -> None:
    async def main() -> None:
        three = Three(dialect, tmp_path, f"mpty.row@{CONTROLLER}")
        a, _, _ = await three.open()
        ends = (*await three.call(1), *await three.call(2))
        assert (await a.steer(Steering.JOIN)).done
        assert await shown(a) == ("1 active mpty",)
        for call in ends:
            assert (await call.released(20)).outcome is CallOutcome.SILENT
        assert not (await a.steer(Steering.RELEASE_ONE, ends[2])).done
        await a.hang_up_all()
        for call in ends:
            assert (await call.released(10)).outcome is CallOutcome.RELEASED
        assert await a.calls() == []
        await three.close()

    done(main())


@pytest.mark.parametrize("dialect", DIALECTS)
def test_one_leg_is_cut_and_the_other_is_told_to_live(dialect: str, tmp_path: Path) -> None:
    async def main() -> None:
        three = Three(dialect, tmp_path, f"mpty.leg_dropped@{CONTROLLER}")
        a, _, _ = await three.open()
        calls = [(await three.call(1))[0], (await three.call(2))[0]]
        assert (await a.steer(Steering.JOIN)).done
        await asyncio.sleep(60)
        ends = [await call.released(5) for call in calls]
        assert sorted(end.outcome for end in ends) == [CallOutcome.RELEASED, CallOutcome.SILENT]
        assert [end.text for end in ends if end.outcome is CallOutcome.SILENT] == [""]
        await three.close()

    done(main())


def test_call_waiting_and_forwarding(tmp_path: Path) -> None:
    async def main() -> None:
        three = Three("quectel", tmp_path)
        a, b, c = await three.open()
        assert (await a.set_call_waiting(True)).done
        assert await a.call_waiting() is True
        to_b, _ = await three.call(1)
        from_c = await c.dial(three.sims[0].msisdn)
        offer = await a.waiting(30)
        assert offer is not None
        assert (await a.steer(Steering.SWAP)).done
        assert (await from_c.connected(10)).outcome is CallOutcome.CONNECTED
        assert (await offer.call.connected(5)).outcome is CallOutcome.CONNECTED
        assert sorted(await shown(a)) == ["1 held", "2 active"]
        assert (await to_b.released(5)).outcome is CallOutcome.SILENT
        await a.hang_up_all()
        assert await a.diverted(Divert.ALWAYS) == Forwarding()
        assert (await a.divert(Divert.ALWAYS, three.sims[1].msisdn)).done
        assert await a.diverted(Divert.ALWAYS) == Forwarding(three.sims[1].msisdn)
        again = await c.dial(three.sims[0].msisdn)
        assert await b.offered(30) is not None
        await again.hang_up()
        assert (await a.divert(Divert.ALWAYS, "")).done
        assert await a.diverted(Divert.ALWAYS) == Forwarding()
        await three.close()

    done(main())
