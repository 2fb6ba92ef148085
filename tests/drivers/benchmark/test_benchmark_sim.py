"""`interop benchmark sim` with tiny numbers: what it says, never how fast anything is."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.benchmark import cards, report
from drivers.benchmark.card_host import NoddingCard, blank, iccid
from drivers.benchmark.commands import app
from drivers.card import scard
from interop.protocols.errors import NotAvailable

WITHIN_S = 120.0
HERE = [cards.CALLED, cards.LINKED]
THERE = [cards.PCSC, cards.BARE, cards.PYSCARD, cards.TOGETHER]


def benchmark() -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "interop", "benchmark", "sim", "--rounds", "1", "--json"],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


@pytest.mark.foreign
def test_every_way_and_the_ratio_between_the_two_cards() -> None:
    if why := cards.missing():
        pytest.skip(why)
    document = benchmark()
    rows = {row["client"]: row for row in document["clients"]}
    assert list(rows) == HERE + THERE and not document["notes"]
    assert all(0 < row["p50_us"] <= row["p99_us"] and row["per_s"] > 0 for row in rows.values())
    ratio, *personalised = document["figures"]
    expected = rows[cards.PCSC]["per_s"] / rows[cards.BARE]["per_s"]
    assert ratio["value"] == pytest.approx(expected, abs=0.006) and ratio["expected"] == "at least 0.7"
    ways = [cards.ALONE, cards.ALONE_PCSC, cards.TOGETHER_PCSC]
    assert [figure["what"] for figure in personalised] == [f"a card personalised {way}" for way in ways]
    assert all(figure["value"] > 0 for figure in personalised)


def test_without_pyscard_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def pyscard() -> None:
        raise NotAvailable(scard.SERVICE, "pyscard is not installed: do so")

    monkeypatch.setattr(cards, "pyscard", pyscard)
    result = CliRunner().invoke(app, ["sim", "--rounds", "1", "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["notes"] == ["pcscd: pyscard is not installed: do so"]
    assert [row["client"] for row in document["clients"]] == HERE
    assert [figure["what"] for figure in document["figures"]] == [f"a card personalised {cards.ALONE}"]


def test_the_cards_are_blank_and_each_has_its_row() -> None:
    assert blank(3).identity.iccid == iccid(3) != iccid(4)
    made = cards.orders(range(2))
    assert [order.iccid for order in made] == [iccid(0), iccid(1)]
    assert made[0].milenage != made[1].milenage and made[0].imsi != made[1].imsi


def test_the_card_of_comparison_only_ever_says_9000() -> None:
    card = NoddingCard.blank()
    for tpdu in ("00A40004023F00", "0020000A083838383838383838", "00B0000000", "FFFFFFFFFF"):
        assert card.transmit(bytes.fromhex(tpdu)) == (b"", 0x9000)


def test_the_rate_is_that_of_median_turns() -> None:
    way = cards.Way()
    way.turns = [[1000, 9000], [2000, 3000], [90_000, 4000]]
    row = report.CardPath.of(way.row("x"))
    assert row == report.CardPath("x", round(2e9 / 6000), 3.5, 90.0)
    way.whole = [10_000]
    assert way.row("x")["per_s"] == 2e5
