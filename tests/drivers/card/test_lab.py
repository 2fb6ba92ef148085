"""Cards of a lab, in its modems and readers, by their names in the lab file."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from drivers.card.lab import LabCards
from drivers.card.memory import MemoryCards
from drivers.emulated.uicc import Card
from interop.engine.clock import run_virtual
from interop.lab.load import load, parse
from interop.lab.model import Lab
from interop.protocols.card import CardLost, Reader
from interop.protocols.errors import EquipmentError, NotAvailable
from interop.uicc.session import Session

LOCI = "3F00/7FFF/6F7E"
SIM = """
  - {name: NAME, msisdn: "17090001234", imsi: "460011709001234", iccid: "ICCID", kind: mvno, brand: 小米移动,
     base_operator: CUCC, city: 北京, PIN}
"""
LAB = """
name: bench
city: 北京
modems:
  - {name: m01, port: emulated, sim: one}
  - {name: m02, port: emulated}
readers:
  - {name: left, driver: emulated, sim: two}
  - {name: right, driver: emulated}
sims:
"""


def sims(pin: str = "spn: 小米移动") -> str:
    one = SIM.replace("NAME", "one").replace("ICCID", "89860120811000017091").replace("PIN", pin)
    two = SIM.replace("NAME", "two").replace("ICCID", "89860120811000017109").replace("PIN", "spn: 小米移动")
    two = two.replace("17090001234", "17090001235").replace("460011709001234", "460011709001235")
    return one + two


def lab(pin: str = "spn: 小米移动") -> Lab:
    return parse((LAB + sims(pin)).encode(), source="bench.yaml", directory=Path()).lab


def with_cards(of: Lab, work: Callable[[LabCards], Awaitable[None]]) -> None:
    async def main() -> None:
        cards = LabCards(of)
        try:
            await work(cards)
        finally:
            await cards.close()

    run_virtual(main())


async def iccid(cards: LabCards, name: str) -> str:
    link = await cards.open(name, write=False)
    assert link.name == name
    session = Session(link.transmit)
    await session.begin()
    read = (await session.read("3F00/2FE2")).hex()
    await link.close()
    return read


def test_readers_and_modems_with_a_sim() -> None:
    async def look(cards: LabCards) -> None:
        readers = await cards.readers()
        assert [reader.name for reader in readers] == ["left", "right", "m01"]
        assert [bool(reader.atr) for reader in readers] == [True, False, False]
        assert await iccid(cards, "left") == "98681002180100101790"
        assert await iccid(cards, "m01") == "98681002180100100719"
        with pytest.raises(CardLost, match="right: no card in it"):
            await cards.open("right", write=False)
        for name in ("m02", "nix"):
            with pytest.raises(NotAvailable, match=f"{name}: no reader, .* there are: left, right, m01"):
                await cards.open(name, write=False)

    with_cards(lab(), look)


def test_a_reader_goes_by_its_name_in_the_lab_not_by_that_in_pcsc(monkeypatch: pytest.MonkeyPatch) -> None:
    text = LAB.replace(
        "{name: left, driver: emulated, sim: two}", '{name: left, driver: pcsc, reader: "HID 00 00"}'
    )
    pcsc = MemoryCards({"HID 00 00": Card.blank()})
    monkeypatch.setattr("drivers.card.lab.card_drivers", lambda lab, links: {"pcsc": pcsc, "emulated": pcsc})
    desk = parse((text + sims()).encode(), source="bench.yaml", directory=Path()).lab

    async def look(cards: LabCards) -> None:
        seen = (await cards.readers())[0]
        assert (seen.name, bool(seen.atr)) == ("left", True)
        link = await cards.open("left", write=False)
        pcsc.swap("HID 00 00", Card.blank())
        assert (await cards.swapped(seen)).name == "left"
        assert link.name == "left"

    with_cards(desk, look)


def test_every_emulated_modem_of_a_lab_that_comes_with_interop() -> None:
    small = load("small")

    async def look(cards: LabCards) -> None:
        for modem in small.modems:
            sim = small.sim_of(modem)
            assert sim is not None
            read = await iccid(cards, modem.name)
            assert "".join(read[at + 1] + read[at] for at in range(0, 20, 2)) == sim.iccid

    with_cards(small, look)


def test_a_card_in_a_modem_is_the_same_one_each_time_it_is_opened() -> None:
    async def write(cards: LabCards) -> None:
        for value in (b"\x11", b"\x22"):
            link = await cards.open("m01", write=True)
            session = Session(link.transmit)
            await session.begin()
            if value == b"\x22":
                assert await session.read(LOCI) == b"\x11" * 11
            await session.update(LOCI, value * 11)
            await link.close()

    with_cards(lab(), write)


def test_the_pin_of_the_lab_file_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIN_1", "4711")

    async def read(cards: LabCards) -> None:
        link = await cards.open("m01", write=False)
        session = Session(link.transmit)
        await session.begin()
        assert (await session.read("3F00/7FFF/6F07")).hex() == "084906107190002143"

    with_cards(lab("pin: env:PIN_1"), read)
    monkeypatch.delenv("PIN_1")

    async def missing(cards: LabCards) -> None:
        with pytest.raises(NotAvailable, match="m01: pin: env:PIN_1: this environment variable is not set"):
            await cards.open("m01", write=False)

    with_cards(lab("pin: env:PIN_1"), missing)


def test_another_card_in_a_modem_gets_no_pin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIN_1", "4711")
    monkeypatch.setenv("PIN_2", "1147")
    desk = lab("pin: env:PIN_1")
    sims = tuple(
        sim.model_copy(update={"pin": "env:PIN_2"}) if sim.name == "two" else sim for sim in desk.sims
    )

    async def look(cards: LabCards) -> None:
        await cards.readers()
        home = cards._modems["m01"]
        cards._modems["m01"] = home.model_copy(update={"sim": "two"})
        told = "m01: ICCID 89860120811000017091 is in it, where SIM two with ICCID 89860120811000017109"
        for _ in range(4):
            with pytest.raises(EquipmentError, match=told):
                await cards.open("m01", write=False)
        cards._modems["m01"] = home
        assert await iccid(cards, "m01") == "98681002180100100719", "no try is spent"

    with_cards(desk.model_copy(update={"sims": sims}), look)


def test_only_readers_have_their_cards_swapped() -> None:
    async def swap(cards: LabCards) -> None:
        with pytest.raises(
            NotAvailable, match="m01: a card in a modem is swapped with the modem switched off"
        ):
            await cards.swapped(Reader("m01", b""))
        assert (await cards.swapped(Reader("left", b"", changes=1))).name == "left"

    with_cards(lab(), swap)
