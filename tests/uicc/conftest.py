"""Whole cards: emulated ones, and what a survey reads from them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from drivers.card.memory import MemoryCards
from drivers.emulated.uicc import Card
from interop.lab.model import SimPart
from interop.uicc import FILES
from interop.uicc.form import of_form
from interop.uicc.reading import Reading
from interop.uicc.session import Session, Transmit, View
from interop.uicc.survey import Progress, survey

Survey = Callable[..., Reading]
READ_ALWAYS = "AB058001019000"


def read_card(
    card: Card,
    view: View | None = None,
    paths: Iterable[str] | None = None,
    *,
    through: Callable[[Transmit], Transmit] = lambda transmit: transmit,
    progress: Progress | None = None,
) -> Reading:
    """`through`: what stands between session and card."""

    async def main() -> Reading:
        link = await MemoryCards({"reader": card}, deadline=0).open("reader", write=False)
        session = Session(through(link.transmit))
        await session.begin(view)
        reading = await survey(session, link.atr, paths, progress=progress)
        await link.close()
        return reading

    return asyncio.run(main())


def told(reading: Reading) -> dict[str, dict[str, Any]]:
    """What an emulated card is made of."""
    files: Mapping[str, Mapping[str, Any]] = reading.form()["files"]
    for_people = ("name", "content", "refused")
    return {path: {k: v for k, v in row.items() if k not in for_people} for path, row in files.items()}


def load_samples() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("samples.yaml").read_text("utf-8"))
    return loaded


def card_of_everything() -> Card:
    """Each file of the catalogue holds its sample, in every record."""
    samples = load_samples()
    rows: dict[str, dict[str, Any]] = {}
    for ef in FILES:
        octets = ef.encode(of_form(ef.content, samples[ef.content.__name__], str(ef))).hex()
        row = {"structure": ef.structure.value, "access": READ_ALWAYS}
        if ef.record_length:
            rows[ef.place] = row | {
                "record length": ef.record_length,
                "records": [octets] * (ef.size // ef.record_length),
            }
        else:
            rows[ef.place] = row | {"octets": octets}
    return Card.of_files(rows, atr=bytes.fromhex("3B021450"))


@pytest.fixture
def read() -> Survey:
    return read_card


@pytest.fixture
def told_by() -> Callable[[Reading], dict[str, dict[str, Any]]]:
    return told


@pytest.fixture(scope="session")
def samples() -> dict[str, Any]:
    return load_samples()


@pytest.fixture
def everything() -> Card:
    return card_of_everything()


@pytest.fixture
def sim() -> SimPart:
    return SimPart.model_validate({
        "name": "s1",
        "msisdn": "17012345678",
        "imsi": "460000123456789",
        "iccid": "89860012345678901234",
        "kind": "mvno",
        "brand": "小米移动",
        "base_operator": "CMCC",
        "city": "北京",
        "spn": "小米移动",
        "smsc": "+8613800100500",
        "msisdn_on_card": True,
    })  # fmt: skip


@pytest.fixture
def card(sim: SimPart) -> Card:
    return Card.of(sim)
