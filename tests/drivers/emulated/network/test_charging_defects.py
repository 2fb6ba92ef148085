"""Each defect of charging alone: what it changes of two subscribers' money and records, and nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.defect_kinds import KINDS
from interop.engine.clock import run_virtual
from tests.drivers.emulated.network.paying import MINUTES, balance, rows, talk, tariff, wait_until

if TYPE_CHECKING:
    from tests.drivers.emulated.network.conftest import Town

MI, SNAIL, OTHER = "mi-1709", "snail-1718", "cmcc-bj"
CALL, FREE, FREE2, HOTLINE, TEXT = (
    "MOC 13900001234",
    "MOC 10010",
    "MOC 10086",
    "MOC 10046",
    "SMSMO 13900001234",
)

Row = tuple[str, int, str]
"""(what, seconds, fen)"""


@dataclass(frozen=True)
class Seen:
    """Of one subscriber who calls for 61 s, calls two free numbers and a hotline for 20 s and writes once, at
    0.15 and 0.10: his records, and what he is told 30 s later.
    """

    records: tuple[Row, ...] = (
        (CALL, 61, "30"), (FREE, 20, "0"), (FREE2, 20, "0"), (HOTLINE, 20, "15"), (TEXT, 0, "10"),
    )  # fmt: skip
    left: str | None = "49.45"

    def but(self, *changed: Row, left: str) -> Seen:
        """With other seconds and prices of some."""
        new = {row[0]: row for row in changed}
        return Seen(tuple(new.get(row[0], row) for row in self.records), left)

    def times(self, count: int, *what: str, left: str = "49.45") -> Seen:
        """With so many records of some."""
        records = [row for row in self.records for _ in range(count if row[0] in what else 1)]
        return Seen(tuple(records), left)


WELL = Seen()
VOICE = (CALL, FREE, FREE2, HOTLINE)
EVERYTHING = (*VOICE, TEXT)

TABLE = {
    "charging.rate": WELL.but((CALL, 61, "60"), (HOTLINE, 20, "30"), (TEXT, 0, "20"), left="48.90"),
    "charging.rate@service=voice": WELL.but((CALL, 61, "60"), (HOTLINE, 20, "30"), left="49.00"),
    "charging.rate@service=sms": WELL.but((TEXT, 0, "20"), left="49.35"),
    "charging.rate@factor=1.25,service=voice": WELL.but(
        (CALL, 61, "37.5"), (HOTLINE, 20, "18.75"), left="49.34"
    ),
    "charging.rate@factor=0": WELL.but((CALL, 61, "0"), (HOTLINE, 20, "0"), (TEXT, 0, "0"), left="50.00"),
    "charging.double": WELL.times(2, *EVERYTHING, left="48.90"),
    "charging.double@service=voice": WELL.times(2, *VOICE, left="49.00"),
    "charging.double@service=sms": WELL.times(2, TEXT, left="49.35"),
    "charging.missing": WELL.times(0, *EVERYTHING, left="50.00"),
    "charging.missing@service=voice": WELL.times(0, *VOICE, left="49.90"),
    "charging.missing@service=sms": WELL.times(0, TEXT, left="49.55"),
    "charging.not_free": WELL.but((FREE, 20, "15"), (FREE2, 20, "15"), left="49.15"),
    "charging.not_free@number=10010": WELL.but((FREE, 20, "15"), left="49.30"),
    "charging.not_free@number=10046": WELL,  # charged anyway
    "charging.record_lost": WELL.times(0, *EVERYTHING),
    "charging.record_lost@service=voice": WELL.times(0, *VOICE),
    "charging.record_lost@service=sms": WELL.times(0, TEXT),
    "charging.record_doubled": WELL.times(2, *EVERYTHING),
    "charging.record_doubled@service=voice": WELL.times(2, *VOICE),
    "charging.record_doubled@service=sms": WELL.times(2, TEXT),
    "charging.duration": WELL.but(
        (CALL, 122, "45"), (FREE, 81, "0"), (FREE2, 81, "0"), (HOTLINE, 81, "30"), left="49.15"
    ),
    "charging.duration@extra=1": WELL.but(
        (CALL, 62, "30"), (FREE, 21, "0"), (FREE2, 21, "0"), (HOTLINE, 21, "15"), left="49.45"
    ),
    "charging.late": WELL.times(0, *EVERYTHING, left="50.00"),
    "charging.late@service=voice": WELL.times(0, *VOICE, left="49.90"),
    "charging.late@service=sms": WELL.times(0, TEXT, left="49.55"),
    "balance.silent": replace(WELL, left=None),
    "balance.stale": replace(WELL, left="50.00"),
}  # fmt: skip


def seen(papers: Path, msisdn: str, told: str | None) -> Seen:
    mine = [row for row in rows(papers) if row["served"] == f"86{msisdn}"]
    records = [(f"{row['type']} {row['other']}", int(row["duration_s"]), row["charge_fen"]) for row in mine]
    return Seen(tuple(records), told)


async def observe(here: Town, papers: Path) -> dict[str, Seen]:
    answers: dict[str, str | None] = {}
    for sim in (MI, SNAIL):
        await talk(here, sim, OTHER, 61)
        for number in ("10010", "10086", "10046"):
            await talk(here, sim, "", 20, number)
        here[sim].send(here[OTHER].msisdn, "hello")
        await asyncio.sleep(30)
        before = len(here[sim].saw("ussd"))
        here.network.ussd(here[sim], "*100#")
        await asyncio.sleep(30)
        told = [text for text, _, _ in here[sim].saw("ussd")[before:]]
        answers[sim] = told[0].removeprefix("您好，您的当前余额为").removesuffix("元。") if told else None
    return {sim: seen(papers, here[sim].msisdn, answers[sim]) for sim in answers}


def observed(town: type[Town], papers: Path, *defects: str) -> dict[str, Seen]:
    async def scenario() -> dict[str, Seen]:
        here = town(*defects, tariffs=dict.fromkeys((MI, SNAIL), MINUTES), papers=papers)
        return await observe(await here.settle(), papers)

    return run_virtual(scenario())


def test_without_defects_all_is_well(town: type[Town], tmp_path: Path) -> None:
    assert observed(town, tmp_path) == {MI: WELL, SNAIL: WELL}


@pytest.mark.parametrize("defect", TABLE)
def test_a_defect_touches_exactly_this(town: type[Town], tmp_path: Path, defect: str) -> None:
    name, at, own = defect.partition("@")
    limited = f"{name}@segment=1709" + (f",{own}" if at else "")
    assert observed(town, tmp_path, limited) == {MI: TABLE[defect], SNAIL: WELL}


def test_every_defect_of_charging_has_a_row() -> None:
    ours = {name for name in KINDS if name.startswith(("charging.", "balance."))}
    assert {text.partition("@")[0] for text in TABLE} == ours


@pytest.mark.parametrize(("defect", "after"), [("charging.late", 600), ("charging.late@after=77", 77)])
def test_what_is_late_is_deducted_and_recorded_then(
    town: type[Town], tmp_path: Path, defect: str, after: int
) -> None:
    async def scenario() -> tuple[int, str, int, str]:
        here = await town(defect, tariffs={MI: MINUTES}, papers=tmp_path).settle()
        await talk(here, MI, OTHER, 5)  # and 9 s
        end = asyncio.get_running_loop().time() - 9
        await wait_until(end + after - 4.5)
        early = len(rows(tmp_path)), await balance(here[MI])
        await wait_until(end + after + 0.001)
        return *early, len(rows(tmp_path)), await balance(here[MI])

    before, told, then, now = run_virtual(scenario())
    assert (before, then) == (0, 1) and "50.00" in told and "49.85" in now


@pytest.mark.parametrize(
    ("defect", "left"),
    [("charging.double", ["4985", "4970"]), ("charging.record_doubled", ["4985", "4985"])],
)
def test_two_records_say_whether_it_was_deducted_twice(
    town: type[Town], tmp_path: Path, defect: str, left: list[str]
) -> None:
    async def scenario() -> None:
        here = await town(defect, tariffs={MI: MINUTES}, papers=tmp_path).settle()
        await talk(here, MI, OTHER, 5)

    run_virtual(scenario())
    first, second = rows(tmp_path)
    assert [first.pop("balance_fen"), second.pop("balance_fen")] == left
    assert [first.pop("record_id"), second.pop("record_id")] == ["1", "2"] and first == second


def test_free_by_the_tariff_is_free_as_well(town: type[Town], tmp_path: Path) -> None:
    own = tariff("0.15", prices={"10046": Decimal(0), "10086": Decimal("0.01")})

    async def scenario() -> None:
        defects = [f"charging.not_free@number={number}" for number in ("10046", "10086")]
        here = await town(*defects, tariffs={MI: own}, papers=tmp_path).settle()
        for number in ("10046", "10010", "10086"):
            await talk(here, MI, "", 20, number)

    run_virtual(scenario())
    assert [row["charge_fen"] for row in rows(tmp_path)] == ["15", "0", "1"], "only what is free"


def _stream(town: type[Town], papers: Path, seed: int) -> tuple[bytes, list[object]]:
    async def scenario() -> list[object]:
        here = await town(seed=seed, tariffs=dict.fromkeys((MI, SNAIL), MINUTES), papers=papers).settle()
        for sim in (MI, SNAIL):
            here[sim].send(here[OTHER].msisdn, "hello")
            here[sim].send("10010", "YE")
        await talk(here, MI, OTHER, 20)
        await asyncio.sleep(30)
        return [here[sim].log for sim in (MI, SNAIL, OTHER)]

    logs = run_virtual(scenario())
    return (papers / "cdr.csv").read_bytes(), logs


def test_one_seed_one_file(town: type[Town], tmp_path: Path) -> None:
    assert _stream(town, tmp_path / "a", 1) == _stream(town, tmp_path / "b", 1)
    assert _stream(town, tmp_path / "c", 2)[0] != _stream(town, tmp_path / "d", 1)[0]


def test_that_somebody_pays_changes_nothing_else(town: type[Town]) -> None:
    """Calls, messages and pages come at the same moments with tariffs and without."""

    async def scenario(paying: tuple[str, ...], defects: tuple[str, ...] = ()) -> list[object]:
        here = await town(*defects, tariffs=dict.fromkeys(paying, MINUTES)).settle()
        for sim in (MI, SNAIL):
            here[sim].send(here[OTHER].msisdn, "hello")
            here[sim].send("95588", "hello")
            await talk(here, sim, OTHER, 20)
            await balance(here[sim], "*102#")
        return [here[sim].log for sim in (MI, SNAIL, OTHER)]

    before = run_virtual(scenario(()))
    assert before == run_virtual(scenario((MI, SNAIL, OTHER)))
    charging = tuple(name for name in KINDS if name.startswith("charging."))
    assert before == run_virtual(scenario((), charging)), "no account, nothing to be wrong with"
