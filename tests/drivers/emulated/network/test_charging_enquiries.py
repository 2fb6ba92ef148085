"""Asking for the balance by short message: who is told it, by which text, and what that costs."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from interop.engine.clock import run_virtual
from tests.drivers.emulated.network.paying import MINUTES, balance, paid, talk, tariff

if TYPE_CHECKING:
    from tests.drivers.emulated.network.conftest import Town

MI, HNA, SUNING = "mi-1709", "hna-1700", "suning-1705"  # on CUCC, CTCC, CMCC
CMCC, CUCC, CTCC = "cmcc-bj", "cucc-bj", "ctcc-gz"
ALL = (MI, HNA, SUNING, CMCC, CUCC, CTCC)


async def ask(here: Town, sim: str, number: str, text: str) -> list[tuple[str, str]]:
    """(sender, text) of what comes within half a minute; first three calls of 0.15 make it 49.55."""
    for _ in range(3):
        await talk(here, sim, "ctcc-sh", 5)
    here[sim].send(number, text)
    await asyncio.sleep(30)
    return [(str(deliver.originator), str(deliver.user_data.body)) for deliver, _ in here[sim].saw("message")]


def asked(town: type[Town], sim: str, number: str, text: str, *defects: str) -> list[tuple[str, str]]:
    async def scenario() -> list[tuple[str, str]]:
        here = await town(*defects, tariffs=dict.fromkeys(ALL, MINUTES)).settle()
        return await ask(here, sim, number, text)

    return run_virtual(scenario())


@pytest.mark.parametrize(
    ("sim", "number", "text"),
    [
        (CMCC, "10086", "YE"),
        (CMCC, "10086", "CXYE"),
        (SUNING, "10086", "ye"),
        (CUCC, "10010", "YE"),
        (CUCC, "10010", "CXYE"),
        (CUCC, "10010", "102"),
        (MI, "10010", " Cx ye\n"),
        (CTCC, "10001", "101"),
        (CTCC, "10001", "102"),
        (CTCC, "10001", "108"),
        (HNA, "10001", " 101 "),
    ],
)  # fmt: skip
def test_an_operator_tells_its_subscribers_their_balance(
    town: type[Town], sim: str, number: str, text: str
) -> None:
    # three calls at 0.15, and 0.00 for the question: these ask by USSD as a rule, so it is a message, 0.10
    assert asked(town, sim, number, text) == [(number, "您好，您的当前余额为49.45元。")]


@pytest.mark.parametrize(
    ("sim", "number", "text", "foreign"),
    [
        (CMCC, "10086", "102", False),  # Unicom's
        (CMCC, "10086", "余额", False),
        (CMCC, "10086", "YE1", False),
        (CTCC, "10001", "YE", False),
        (MI, "10010", "CX", False),
        (CMCC, "10010", "YE", True),  # another operator's
        (MI, "10086", "YE", True),
        (HNA, "10086", "YE", True),
        (CUCC, "10001", "102", True),
    ],
)
def test_whatever_else_is_written_there_gets_no_amount(
    town: type[Town], sim: str, number: str, text: str, foreign: bool
) -> None:
    [(sender, answer)] = asked(town, sim, number, text)
    assert sender == number and not any(char.isdecimal() for char in answer)
    assert ("不是本网用户" in answer) is foreign


@pytest.mark.parametrize("number", ["10000", "95588", "10655", "100860"])
def test_other_service_numbers_stay_silent(town: type[Town], number: str) -> None:
    assert asked(town, CMCC, number, "YE") == []


def test_who_has_no_tariff_is_not_answered_and_hears_what_he_always_heard(town: type[Town]) -> None:
    async def scenario() -> tuple[list[object], str]:
        here = await town(tariffs={MI: MINUTES}).settle()
        return list(await ask(here, CUCC, "10010", "YE")), await balance(here[CUCC])

    assert run_virtual(scenario()) == ([], "您好，您的当前余额为50.00元。")


@pytest.mark.parametrize(
    ("by", "to", "text", "fen"),
    [
        ("sms", "10010", "CXYE", "1.5"),
        ("sms", "10010", "102", "1.5"),
        ("sms", "10010", "CX", "10"),  # no question
        ("sms", "10086", "CXYE", "10"),  # nor one there
        ("ussd", "10010", "CXYE", "10"),
    ],
)
def test_a_question_by_message_has_a_price_of_its_own(
    town: type[Town], tmp_path: Path, by: str, to: str, text: str, fen: str
) -> None:
    asks = {"by": by, "ask": "CXYE", "to": "10010", "price": Decimal("0.015")}

    async def scenario() -> list[tuple[str, str]]:
        here = await town(tariffs={MI: tariff("0.15", balance=asks)}, papers=tmp_path).settle()
        return await ask(here, MI, to, text)

    [(_, answer)] = run_virtual(scenario())
    assert paid(tmp_path)[-1] == ("SMSMO", "8617090001234", to, fen)
    if to == "10010" and text != "CX":
        left = 5000 - 3 * 15 - Decimal(fen)
        assert f"{left / 100:.2f}" in answer, "the question is paid for before it is answered"


@pytest.mark.parametrize(("by", "told"), [("ussd", ["49.98", "49.97"]), ("sms", ["50.00", "50.00"])])
def test_so_has_one_by_ussd_and_it_is_no_record(
    town: type[Town], tmp_path: Path, by: str, told: list[str]
) -> None:
    asks = {"by": by, "ask": "*100#", "to": "10010", "price": Decimal("0.015")}

    async def scenario() -> list[str]:
        here = await town(tariffs={MI: tariff("0.15", balance=asks)}, papers=tmp_path).settle()
        await balance(here[MI], "*102#")
        return [await balance(here[MI]) for _ in range(2)]

    assert run_virtual(scenario()) == [f"您好，您的当前余额为{amount}元。" for amount in told]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", range(10))
def test_the_answer_comes_within_fifteen_seconds_after_the_question_was_paid(
    town: type[Town], seed: int
) -> None:
    async def scenario() -> tuple[float, str]:
        here = await town(seed=seed, tariffs={MI: MINUTES}).settle()
        sent = asyncio.get_running_loop().time()
        here[MI].send("10010", "YE")
        await asyncio.sleep(30)
        return here[MI].when("message") - sent, here[MI].texts[0]

    seconds, text = run_virtual(scenario())
    assert 8 < seconds < 20 and "49.90" in text


def test_silence_and_an_old_balance_by_message(town: type[Town]) -> None:
    assert asked(town, MI, "10010", "YE", "balance.silent@segment=1709") == []
    assert asked(town, MI, "10010", "YE", "balance.silent@segment=1718") != []
    [(_, old)] = asked(town, MI, "10010", "YE", "balance.stale@segment=1709")
    assert "50.00" in old
    [(_, answer)] = asked(town, MI, "10010", "CX", "balance.silent")
    assert "指令有误" in answer, "it is no question for the balance"
