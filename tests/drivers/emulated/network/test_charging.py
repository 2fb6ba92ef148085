"""What subscribers pay: seconds of talk and messages against sums reckoned by hand, and the records of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.air import ALERTING, Forward, Forwarding
from interop.engine.clock import run_virtual
from tests.drivers.emulated.network.paying import (
    MINUTES,
    balance,
    connect,
    paid,
    rows,
    talk,
    tariff,
    wait_until,
)

if TYPE_CHECKING:
    from tests.drivers.emulated.network.conftest import Town

A, B, C, D = "mi-1709", "cmcc-bj", "cucc-bj", "ctcc-gz"
HEADER = "record_id,type,served,other,start,duration_s,charge_fen,balance_fen"


@pytest.mark.parametrize(
    ("unit_s", "call", "seconds", "whole", "fen", "left"),
    [
        (60.0, "0.15", 1.0, 1, "15", "49.85"),
        (60.0, "0.15", 59.999, 60, "15", "49.85"),
        (60.0, "0.15", 60.0, 60, "15", "49.85"),
        (60.0, "0.15", 60.001, 61, "30", "49.70"),
        (60.0, "0.15", 120.0, 120, "30", "49.70"),
        (60.0, "0.15", 121.0, 121, "45", "49.55"),
        (60.0, "0.19", 3599.0, 3599, "1140", "38.60"),
        (6.0, "0.02", 6.0, 6, "2", "49.98"),
        (6.0, "0.02", 6.1, 7, "4", "49.96"),
        (6.0, "0.02", 61.0, 61, "22", "49.78"),
        (1.0, "0.0025", 3.0, 3, "0.75", "49.99"),
        (0.1, "0.01", 1.1, 2, "11", "49.89"),  # 1.1 / 0.1 is more than 11 in binary
        (0.3, "0.01", 1.2, 2, "4", "49.96"),  # and so is 1.2 / 0.3 with what 0.3 is there
        (60.0, "0.15", 40_000.0, 40_000, "10005", "-50.05"),  # 667 units; nobody is cut off
        (60.0, "10", 61.0, 61, "2000", "30.00"),  # no exponent
    ],
)
def test_each_begun_unit_from_answer_to_end(
    town: type[Town],
    tmp_path: Path,
    unit_s: float,
    call: str,
    seconds: float,
    whole: int,
    fen: str,
    left: str,
) -> None:
    async def scenario() -> str:
        here = await town(tariffs={A: tariff(call, unit_s=unit_s)}, papers=tmp_path).settle()
        await talk(here, A, B, seconds)
        return await balance(here[A])

    assert run_virtual(scenario()) == f"您好，您的当前余额为{left}元。"
    [row] = rows(tmp_path)
    assert (row["duration_s"], row["charge_fen"]) == (str(whole), fen)
    assert Decimal(row["balance_fen"]) == 5000 - Decimal(fen) and "E" not in row["balance_fen"]


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("*100#", "您好，您的当前余额为49.85元。"),
        ("*101#", "Balance: 49.85 CNY"),
        ("*102#", "Data left: 1024 MB"),
    ],
)
def test_pages_tell_the_balance_of_whoever_asks(town: type[Town], code: str, text: str) -> None:
    async def scenario() -> list[str]:
        here = await town(tariffs=dict.fromkeys((A, B), MINUTES)).settle()
        await talk(here, A, B, 3)
        await balance(here[A], "*121#")
        return [await balance(here[A], "1"), await balance(here[A], code), await balance(here[B], code)]

    menu, own, other = run_virtual(scenario())
    assert menu == "您好，您的当前余额为49.85元。"
    assert own == text and other == text.replace("49.85", "50.00"), "to be called is free"


@pytest.mark.parametrize("who", [["caller"], ["called"], ["caller", "called"], ["called", "caller"]])
def test_whoever_hangs_up_the_caller_pays_to_that_moment(
    town: type[Town], tmp_path: Path, who: list[str]
) -> None:
    async def scenario() -> None:
        here = await town(tariffs=dict.fromkeys((A, B), MINUTES), papers=tmp_path).settle()
        leg, answered = await connect(here, A, B)
        await wait_until(answered + 61)
        for party in who:  # at once: before one hears of the other
            here.network.hang_up(leg if party == "caller" else here[B].offers[-1][0])
        await asyncio.sleep(20)

    run_virtual(scenario())
    assert paid(tmp_path) == [("MOC", "8617090001234", "13900001234", "30")]


def test_a_call_that_is_never_answered_has_no_record(town: type[Town], tmp_path: Path) -> None:
    async def scenario() -> str:
        here = await town(tariffs=dict.fromkeys((A, B), MINUTES), papers=tmp_path).settle()
        here[A].dial(here[B].msisdn)  # rings for a minute
        await asyncio.sleep(80)
        here[B].refuses = 17
        for number in (here[B].msisdn, "13800138000"):  # refused; empty
            here[A].dial(number)
            await asyncio.sleep(20)
        leg = here[A].dial("10010")
        await asyncio.sleep(3)
        assert leg.state == ALERTING
        here.network.hang_up(leg)
        await asyncio.sleep(20)
        return await balance(here[A])

    assert run_virtual(scenario()) == "您好，您的当前余额为50.00元。"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("prices", "number", "fen"),
    [
        ({}, "10010", "0"),
        ({}, "10000", "0"),
        ({}, "110", "0"),  # an announcement here
        ({}, "10046", "30"),  # the hotline: like any call
        ({"10046": "0"}, "10046", "0"),
        ({"10046": "0.05"}, "10046", "10"),
        ({"10010": "0.05"}, "10010", "10"),  # although it is among the free ones
        ({"10010": "0.05"}, "10000", "0"),
    ],
)
def test_service_numbers(
    town: type[Town], tmp_path: Path, prices: Mapping[str, str], number: str, fen: str
) -> None:
    own = tariff("0.15", prices={key: Decimal(value) for key, value in prices.items()})

    async def scenario() -> None:
        here = await town(tariffs={A: own}, papers=tmp_path).settle()
        await talk(here, A, "", 61, number)

    run_virtual(scenario())
    assert paid(tmp_path) == [("MOC", "8617090001234", number, fen)]
    assert rows(tmp_path)[0]["duration_s"] == "61"


def test_the_price_is_of_the_number_as_it_was_dialled(town: type[Town], tmp_path: Path) -> None:
    own = tariff("0.15", prices={"13900001234": Decimal("0.01")})

    async def scenario() -> None:
        here = await town(tariffs={A: own}, papers=tmp_path).settle()
        await talk(here, A, B, 5, "13900001234")
        await talk(here, A, B, 5, "+8613900001234")

    run_virtual(scenario())
    assert [row[2:] for row in paid(tmp_path)] == [("13900001234", "1"), ("8613900001234", "15")]


def test_who_forwards_pays_his_part(town: type[Town], tmp_path: Path) -> None:
    """A calls B, who forwards to C, who forwards to D. Everyone by his own tariff, D nothing."""
    prices = {A: "0.15", B: "0.25", C: "0.35", D: "0.45"}

    async def scenario() -> None:
        here = await town(
            tariffs={sim: tariff(call) for sim, call in prices.items()}, papers=tmp_path
        ).settle()
        for who, to in ((B, C), (C, D)):
            there = Forwarding(here[to].msisdn, 0)
            here.network.set_forwarding(here[who], Forward.ALWAYS, there, lambda _cause: None)
        await asyncio.sleep(2)
        leg = here[A].dial(here[B].msisdn)
        await asyncio.sleep(40)
        here.network.answer(here[D].offers[-1][0])
        await asyncio.sleep(65)
        here.network.hang_up(leg)
        await asyncio.sleep(9)

    run_virtual(scenario())
    assert sorted(paid(tmp_path)) == [
        ("CF", "8613900001234", "18600001234", "50"),
        ("CF", "8618600001234", "18900001234", "70"),
        ("MOC", "8617090001234", "13900001234", "30"),
    ]
    assert {(row["start"], row["duration_s"]) for row in rows(tmp_path)} == {
        (rows(tmp_path)[0]["start"], "65")
    }, "from the answer, not from when it rang"


def test_who_deflects_pays_as_well(town: type[Town], tmp_path: Path) -> None:
    async def scenario() -> None:
        here = await town(tariffs=dict.fromkeys((A, B, C), MINUTES), papers=tmp_path).settle()
        leg = here[A].dial(here[B].msisdn)
        await asyncio.sleep(10)
        here.network.deflect(here[B].offers[-1][0], here[C].msisdn, lambda _cause: None)
        await asyncio.sleep(10)
        here.network.answer(here[C].offers[-1][0])
        await asyncio.sleep(5)
        here.network.hang_up(leg)
        await asyncio.sleep(9)

    run_virtual(scenario())
    assert sorted(paid(tmp_path)) == [
        ("CF", "8613900001234", "18600001234", "15"),
        ("MOC", "8617090001234", "13900001234", "15"),
    ]


@pytest.mark.parametrize("alerting", [False, True], ids=["up", "alerting"])
def test_who_transfers_pays_until_the_others_end_it(town: type[Town], tmp_path: Path, alerting: bool) -> None:
    """B called A, who holds him and calls C. B pays for his call, A for his, until C leaves."""

    async def scenario() -> None:
        here = await town(tariffs=dict.fromkeys((A, B, C), MINUTES), papers=tmp_path).settle()
        _, answered = await connect(here, B, A)
        here.network.hold([here[A].offers[-1][0]], lambda _cause: None)
        await asyncio.sleep(1)
        here[A].dial(here[C].msisdn)
        await asyncio.sleep(10)
        steps = [partial(here.network.answer, here[C].offers[-1][0])]
        steps.insert(0 if alerting else 1, partial(here.network.transfer, here[A], lambda _cause: None))
        for step in steps:
            step()
            await asyncio.sleep(1)
        assert not here.network.legs(here[A]) and here.network.legs(here[B])
        await wait_until(answered + 121)
        here.network.hang_up(here[C].offers[-1][0])
        await asyncio.sleep(9)

    run_virtual(scenario())
    assert sorted(paid(tmp_path)) == [
        ("MOC", "8613900001234", "17090001234", "45"),
        ("MOC", "8617090001234", "18600001234", "30"),
    ]


def test_everybody_in_a_conference_is_a_call_of_its_own(town: type[Town], tmp_path: Path) -> None:
    async def scenario() -> None:
        here = await town(tariffs={A: MINUTES}, papers=tmp_path).settle()
        first, _ = await connect(here, A, B)
        here.network.hold([first], lambda _cause: None)
        await asyncio.sleep(1)
        second, answered = await connect(here, A, C)
        here.network.join(here[A], lambda _cause: None)
        await wait_until(answered + 59)
        here.network.hang_up(here[B].offers[-1][0])
        await wait_until(answered + 61)
        here.network.hang_up(second)
        await asyncio.sleep(9)

    run_virtual(scenario())
    assert [row[2:] for row in sorted(paid(tmp_path))] == [("13900001234", "30"), ("18600001234", "30")]


def test_each_part_of_a_text_that_was_taken_is_a_message(town: type[Town], tmp_path: Path) -> None:
    async def scenario(*defects: str) -> str:
        here = await town(*defects, tariffs=dict.fromkeys((A, B), MINUTES), papers=tmp_path).settle()
        here[A].send(here[B].msisdn, "first")
        here[A].send(here[B].msisdn, "second")
        await asyncio.sleep(20)
        return await balance(here[A])

    assert "49.80" in run_virtual(scenario())
    assert paid(tmp_path) == [("SMSMO", "8617090001234", "13900001234", "10")] * 2
    assert {row["duration_s"] for row in rows(tmp_path)} == {"0"}
    for refused in ("sms.barred", "sms.refused"):
        assert "50.00" in run_virtual(scenario(refused)), "what is refused costs nothing"
    assert "49.80" in run_virtual(scenario("sms.lost")), "what is lost later was taken"


def test_it_is_deducted_and_recorded_one_to_eight_seconds_after_the_end(
    town: type[Town], tmp_path: Path
) -> None:
    async def scenario(seed: int) -> list[int]:
        """Records after so many seconds."""
        papers = tmp_path / str(seed)
        here = await town(seed=seed, tariffs={A: MINUTES}, papers=papers).settle()
        leg, _ = await connect(here, A, B)
        here.network.hang_up(leg)
        counts, end = [], asyncio.get_running_loop().time()
        for seconds in (0.999, 2, 7, 8.001):
            await wait_until(end + seconds)
            counts.append(len(rows(papers)))
        return counts

    none, few, most, all_ = map(sum, zip(*(run_virtual(scenario(seed)) for seed in range(40)), strict=True))
    assert none == 0 < few < most < all_ == 40


def test_the_file_of_records(town: type[Town], tmp_path: Path) -> None:
    """The folder is made when it is first needed; a run that goes on there continues the numbers."""
    papers = tmp_path / "operator" / "of-the-run"

    async def scenario() -> float:
        here = await town(tariffs=dict.fromkeys((A, B), MINUTES), papers=papers).settle()
        assert not papers.exists()
        leg, answered = await connect(here, A, B)
        await wait_until(answered + 10.4)
        here.network.hang_up(leg)
        await asyncio.sleep(9)
        first = (papers / "cdr.csv").read_bytes()
        here[B].send("10086", "hello")
        await asyncio.sleep(12)
        assert (papers / "cdr.csv").read_bytes().startswith(first)
        return answered

    answered = run_virtual(scenario())
    # the run begins at 2026-01-01 08:00:00 in China
    start = f"2026-01-01 08:00:{int(answered):02d}"
    lines = (papers / "cdr.csv").read_bytes().decode().split("\n")
    assert lines[:2] == [HEADER, f"1,MOC,8617090001234,13900001234,{start},11,15,4985"]
    assert lines[2].startswith("2,SMSMO,8613900001234,10086,2026-01-01 08:00:") and lines[3:] == [""]
    assert lines[2].endswith(",0,10,4990")

    async def next_run() -> None:
        here = await town(tariffs={A: MINUTES}, papers=papers).settle()
        await talk(here, A, B, 5)

    run_virtual(next_run())
    numbers = [line.partition(",")[0] for line in (papers / "cdr.csv").read_text().splitlines()]
    assert numbers == ["record_id", "1", "2", "3"]


def test_what_is_due_when_the_run_ends_is_in_the_records(town: type[Town], tmp_path: Path) -> None:
    async def scenario() -> None:
        here = await town(tariffs=dict.fromkeys((A, C), MINUTES), papers=tmp_path).settle()
        await connect(here, C, D)
        leg, _ = await connect(here, A, B)
        here.network.hang_up(leg)
        here.network.stop()
        assert paid(tmp_path) == [("MOC", "8617090001234", "13900001234", "15")], "the other call is up"
        await asyncio.sleep(20)

    run_virtual(scenario())
    assert len(rows(tmp_path)) == 1, "once"


def test_without_a_folder_nothing_is_written(
    town: type[Town], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    async def scenario() -> str:
        here = await town(tariffs={A: MINUTES}).settle()
        await talk(here, A, B, 5)
        return await balance(here[A])

    assert "49.85" in run_virtual(scenario())
    assert list(tmp_path.iterdir()) == []
