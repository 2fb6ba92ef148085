"""No PIN is tried on a card that is not the one of the lab file: a wrong one costs a try, three lock it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from drivers.at import AtModem
from drivers.at.iccid import same
from drivers.emulated.country import Country
from interop.engine.clock import run_virtual
from interop.lab.load import load
from interop.lab.model import Lab, ModemPart, SimPart
from interop.protocols.equipment import Setting
from interop.protocols.errors import EquipmentError
from interop.protocols.link import NoJournal
from interop.protocols.modem import SimState
from interop.record.events import LinkBack
from tests.drivers.table import SIM

ERROR = b"\r\nERROR\r\n"
CRSM = "AT+CRSM=176,12258,0,0,10"
WELL, STRANGE = "98681001070900214365", "98681001070900214375"
"""EF_ICCID of the lab file's card and of its neighbour: halves swapped (ETSI TS 102 221 13.2)"""
GIVEN = 'AT+CPIN="7391"'


def lines(*texts: str) -> bytes:
    return b"".join(f"\r\n{text}\r\n".encode() for text in (*texts, "OK"))


ASKS, READY = lines("+CPIN: SIM PIN"), lines("+CPIN: READY")
SILENT = dict.fromkeys((CRSM, "AT+CCID", "AT+QCCID", "AT^ICCID?", "AT#CCID", "AT+ICCID", "AT+ZICCID?"), ERROR)


def locked(told: dict[str, Any]) -> dict[str, Any]:
    return SILENT | {"AT+CPIN?": [ASKS, READY]} | told


# what modems say of the card 89860110709000123456, and of another
OF_THE_LAB = [
    {CRSM: lines(f'+CRSM: 144,0,"{WELL}"')},
    {CRSM: lines(f"+CRSM: 144,0,{SIM.iccid}")},  # swapped by the modem
    {CRSM: [b"\r\n+CME ERROR: 14\r\n", lines(f'+CRSM: 144,0,"{WELL}"')]},  # busy
    {CRSM: lines("+CRSM: 105,130"), "AT+CCID": lines(f"+CCID: {SIM.iccid}")},
    {"AT+CCID": lines(SIM.iccid.lower())},
    {"AT+QCCID": lines(f"+QCCID: {SIM.iccid[:-1]}F")},
    {"AT^ICCID?": lines(f"^ICCID: {WELL}")},
    {"AT#CCID": lines(f"#CCID: {SIM.iccid}")},
    {"AT+ICCID": lines(f"ICCID: {SIM.iccid}")},
    {},
    {CRSM: None, "AT+CCID": lines("+CCID: 89")},
]
OF_ANOTHER = [
    ({CRSM: lines(f'+CRSM: 144,0,"{STRANGE}"')}, "89860110709000123457"),
    ({CRSM: [None, lines(f'+CRSM: 144,0,"{STRANGE}"')]}, "89860110709000123457"),
    ({CRSM: [b"\r\n+CME ERROR: 14\r\n", lines(f'+CRSM: 144,0,"{STRANGE}"')]}, "89860110709000123457"),
    ({"AT^ICCID?": lines(f"^ICCID: {STRANGE}")}, "89860110709000123457"),
    ({"AT#CCID": lines("#CCID: 898601107090001234")}, "898601107090001234"),
]


@pytest.mark.parametrize("told", OF_THE_LAB)
def test_the_card_of_the_lab_file_gets_its_pin_once_and_so_does_one_that_cannot_be_told(
    told: dict[str, Any], scripted: Any
) -> None:
    async def main() -> None:
        device = scripted(locked(told))
        modem = await device.modem(pin="7391")
        assert await modem.sim_state() is SimState.READY
        assert device.heard.count(GIVEN) == 1
        notes = [text for kind, text in device.paper.lines if kind == "#"]
        untold = "the ICCID cannot be read before the PIN: whose PIN this is, is not proved"
        assert (untold in notes) == (told in OF_THE_LAB[-2:])

    run_virtual(main())


@pytest.mark.parametrize(("told", "found"), OF_ANOTHER)
def test_another_card_gets_none_and_the_modem_is_not_opened(
    told: dict[str, Any], found: str, scripted: Any
) -> None:
    async def main() -> None:
        device = scripted(locked(told))
        why = (
            f"m1: ICCID {found} is in it, where SIM sim-1 with ICCID {SIM.iccid} should be; "
            "it asks for its PIN, and none was tried"
        )
        with pytest.raises(EquipmentError) as raised:
            await device.modem(pin="7391")
        assert str(raised.value) == why
        assert b"7391" not in device.wire

    run_virtual(main())


def test_another_card_that_asks_for_no_pin_is_seen_by_whoever_reads_it(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({CRSM: lines(f'+CRSM: 144,0,"{STRANGE}"')})
        modem = await device.modem(pin="7391")
        assert await modem.sim_state() is SimState.READY
        assert b"7391" not in device.wire

    run_virtual(main())


def test_cards_that_were_changed_in_a_running_modem(scripted: Any) -> None:
    """It says that it has restarted, and its link was never lost."""

    async def main() -> None:
        device = scripted(locked({CRSM: lines(f'+CRSM: 144,0,"{WELL}"')}))
        modem = await device.modem(pin="7391")
        device.table |= {CRSM: lines(f'+CRSM: 144,0,"{STRANGE}"'), "AT+CPIN?": ASKS}
        readings = device.heard.count(CRSM)
        device.say("RDY")
        await device.hears(CRSM, readings + 1)
        assert await modem.sim_state() is SimState.PIN
        assert device.heard.count(GIVEN) == 1
        device.table |= {CRSM: lines(f'+CRSM: 144,0,"{WELL}"'), "AT+CPIN?": [ASKS, READY]}
        device.say("RDY")
        await device.hears(GIVEN, 2)
        assert await modem.sim_state() is SimState.READY
        assert device.heard.count(GIVEN) == 2

    run_virtual(main())


def test_a_modem_that_tells_the_file_only_after_the_pin_comes_back_by_its_own_command(scripted: Any) -> None:
    async def main() -> None:
        file = lines(f'+CRSM: 144,0,"{WELL}"')
        device = scripted(locked({CRSM: [ERROR, file], "AT+CCID": lines(f"+CCID: {SIM.iccid}")}))
        device.table["AT+CGSN"] = lines("490154203237518")
        modem = await device.modem(pin="7391")
        device.far.lose("unplugged")
        device.table |= {CRSM: [ERROR, file], "AT+CPIN?": [ASKS, READY]}
        device.far.return_()
        assert await modem.events.wait(LinkBack, within=60, since=0)
        assert await modem.sim_state() is SimState.READY
        assert device.heard.count(GIVEN) == 2

    run_virtual(main())


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("89860110709000123456", "8986011070900012345", True),
        ("8986011070900012345", "89860110709000123456", True),
        ("898601107090001234", "89860110709000123456", False),
        ("89860110709000123456", "89860110709000123457", False),
    ],
)
def test_a_check_digit_may_be_missing_and_no_more(one: str, other: str, *, is_same: bool) -> None:
    assert same(one, other) is is_same


# With the emulated modems, which others wrote from the standards


class Wire(NoJournal):
    def __init__(self) -> None:
        self.lines: list[bytes] = []

    def sent(self, data: bytes) -> None:
        self.lines += data.split(b"\r")

    @property
    def pins(self) -> int:
        return sum(line.startswith(b"AT+CPIN=") for line in self.lines)


def with_pin(dialect: str) -> tuple[Lab, ModemPart, SimPart, SimPart]:
    """A lab whose cards ask for their PINs, its first modem, and the SIMs of that one and of the next."""
    lab = load("small")
    first, second = (lab.sim_of(modem) for modem in lab.modems[:2])
    assert first is not None and second is not None
    modems = tuple(modem.model_copy(update={"dialect": dialect}) for modem in lab.modems)
    sims = tuple(
        sim.model_copy(update={"pin": f"env:PIN_{'AB'[sim is second]}"} if sim in (first, second) else {})
        for sim in lab.sims
    )
    return lab.model_copy(update={"modems": modems, "sims": sims}), modems[0], first, second


async def country(lab: Lab, scratch: Path) -> Country:
    made = Country(
        Setting(lab=lab, seed=1, defects=(), quirks=(), scratch=scratch, epoch=1.7e9, virtual=True)
    )
    await made.start()
    return made


async def opened(made: Country, part: ModemPart, sim: SimPart, pin: str, wire: Wire) -> AtModem:
    return await AtModem.open(part, sim, made.link(part), wire, lambda _kind: None, {"pin": pin})


@pytest.mark.parametrize(
    "dialect", ["generic", "simcom", "sim800", "quectel", "huawei", "ublox", "telit", "zte", "wavecom"]
)
def test_an_emulated_card_is_known_before_its_pin(
    dialect: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIN_A", "1234")
    monkeypatch.setenv("PIN_B", "5678")
    lab, part, right, wrong = with_pin(dialect)

    async def main() -> None:
        made, wire = await country(lab, tmp_path), Wire()
        with pytest.raises(EquipmentError, match=f"ICCID {right.iccid} is in it, .* none was tried"):
            await opened(made, part, wrong, "5678", wire)
        assert wire.pins == 0
        modem = await opened(made, part, right, "1234", wire)
        assert await modem.sim_state() is SimState.READY
        assert wire.pins == 1
        await modem.close()
        await made.stop()

    run_virtual(main())
