"""The AT driver sets up, splits and ends a conference on three emulated modems, in every maker's words."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from drivers.at import AtModem
from drivers.emulated.country import Country
from interop.engine.clock import run_virtual
from interop.lab.load import load
from interop.protocols.equipment import Setting
from interop.protocols.link import NoJournal
from interop.protocols.modem import Call, CallOutcome, CallStat, Steering
from interop.record.events import Notified, ToneHeard, Unclaimed

HEARING = ("quectel", "simcom", "huawei", "ublox", "telit")
DEAF = ("generic", "cinterion", "zte")
ACTIVE, HELD = CallStat.ACTIVE, CallStat.HELD


class Driven:
    """m01, m02 and m04 of the small lab, of three operators, all in one dialect."""

    def __init__(self, dialect: str, scratch: Path, *quirks: str) -> None:
        lab = load("small")
        parts = [part.model_copy(update={"dialect": dialect}) for part in lab.modems]
        self.lab = lab.model_copy(update={"modems": tuple(parts)})
        self.parts = [parts[0], parts[1], parts[3]]
        sims = {sim.name: sim for sim in lab.sims}
        self.sims = [sims[str(part.sim)] for part in self.parts]
        setting = Setting(
            lab=self.lab, seed=5, defects=(), quirks=quirks, scratch=scratch, epoch=1.7e9, virtual=True
        )
        self.country = Country(setting)

    async def open(self) -> list[AtModem]:
        await self.country.start()
        await asyncio.sleep(20)
        return [
            await AtModem.open(part, sim, self.country.link(part), NoJournal(), lambda _kind: None, {})
            for part, sim in zip(self.parts, self.sims, strict=True)
        ]


async def connected(caller: AtModem, called: AtModem, number: str) -> Call:
    call = await caller.dial(number)
    offer = await called.offered(30)
    assert offer is not None
    await offer.call.answer()
    assert (await call.connected(20)).outcome is CallOutcome.CONNECTED
    return call


async def listed(modem: AtModem) -> list[tuple[CallStat, bool]]:
    return [(entry.stat, entry.multiparty) for entry in await modem.calls()]


async def hears(speaker: AtModem, digit: str, listener: AtModem) -> bool:
    mark = listener.events.mark()
    await speaker.send_tones(digit)
    heard = await listener.events.wait(ToneHeard, within=5, since=mark, where=lambda e: e.digit == digit)
    return heard is not None


@pytest.mark.parametrize("dialect", [*HEARING, *DEAF])
def test_a_conference(dialect: str, tmp_path: Path) -> None:
    assert conference(Driven(dialect, tmp_path), hearing=dialect in HEARING) == []


@pytest.mark.parametrize(
    "quirk", ["echo.stuck", "write.split", "urc.inside", "urc.vendors", "lines.crcrlf", "error.verbose"]
)
def test_a_quirk_that_must_not_be_felt(quirk: str, tmp_path: Path) -> None:
    conference(Driven("quectel", tmp_path, quirk), hearing=True)


def conference(driven: Driven, *, hearing: bool) -> list[Unclaimed]:
    """The lines that no modem's dialect knows."""

    async def main() -> list[Unclaimed]:
        a, b, c = modems = await driven.open()
        assert Steering.JOIN in await a.steers()
        assert [await modem.listen_for_tones() for modem in modems] == [hearing] * 3
        first = await connected(a, b, driven.sims[1].msisdn)
        second = await connected(a, c, driven.sims[2].msisdn)
        assert await listed(a) == [(HELD, False), (ACTIVE, False)]
        marks = {modem: modem.events.mark() for modem in (b, c)}
        assert (await a.steer(Steering.JOIN)).done
        assert await listed(a) == [(ACTIVE, True), (ACTIVE, True)]
        assert await listed(b) == await listed(c) == [(ACTIVE, False)]
        for modem in (b, c):
            mark = marks[modem]
            assert await modem.events.wait(Notified, within=5, since=mark, where=lambda e: e.code == 4)
        if hearing:
            pairs = [(one, other) for one in modems for other in modems if one is not other]
            for digit, (one, other) in zip("1470*#", pairs, strict=True):
                assert await hears(one, digit, other)
        assert (await a.steer(Steering.PRIVATE, first)).done
        assert await listed(a) == [(ACTIVE, False), (HELD, False)]
        if hearing:
            assert await hears(a, "2", b) and not await hears(a, "3", c) and not await hears(b, "5", c)
        assert (await a.steer(Steering.SWAP)).done
        assert await listed(a) == [(HELD, False), (ACTIVE, False)]
        assert (await a.steer(Steering.JOIN)).done
        assert (await a.steer(Steering.RELEASE_ONE, second)).done
        assert (await second.released(1)).outcome is CallOutcome.RELEASED
        await asyncio.sleep(1)
        assert await listed(a) == [(ACTIVE, False)] and await listed(c) == []
        await a.hang_up_all()
        await asyncio.sleep(2)
        for modem in modems:
            assert await modem.calls() == []
            await modem.close()
        events = [event for modem in modems for event in modem.events.since(0)]
        return [event for event in events if isinstance(event, Unclaimed)]

    return run_virtual(main())
