"""The SIM through AT: 27.007 8.3, 8.17, 8.18; identity files as encoded in reference sims.md section 10."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.emulated.uicc import Card
from interop.lab.model import SimPart

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]


def test_identity_files_by_crsm(on_desk: OnDesk, sim: SimPart) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CRSM=176,12258,0,0,10") == [
            '+CRSM: 144,0,"986810214365870921F3"',
            "OK",
        ]
        assert await desk.lines("AT+CRSM=176,28423,0,0,9") == ['+CRSM: 144,0,"084906001032547698"', "OK"]
        assert (await desk.lines("AT+CRSM=176,28486,0,0,17"))[0].startswith(
            '+CRSM: 144,0,"02805C0F7C7379FB52A8FF'
        )
        msisdn = (await desk.lines("AT+CRSM=178,28480,1,4,34"))[0]
        assert msisdn == f'+CRSM: 144,0,"{"FF" * 20}0891687110325476F8{"FF" * 5}"'
        assert await desk.lines("AT+CRSM=176,28589,0,0,4") == ['+CRSM: 144,0,"00000002"', "OK"]

    card = Card.of(
        sim,
        imsi="460000123456789",
        iccid="8986011234567890123",
        msisdn="+8617012345678",
    )
    on_desk(scenario, card=card)


def test_status_words_through_crsm(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CRSM=176,28673,0,0,1") == ["+CRSM: 106,130", "OK"]  # no such file
        assert await desk.lines("AT+CRSM=178,28480,9,4,34") == ["+CRSM: 106,131", "OK"]  # no such record
        assert await desk.lines("AT+CRSM=176,28423,0,0,20") == ["+CRSM: 108,9", "OK"]
        assert await desk.lines('AT+CRSM=214,28423,0,0,9,"080000000000000000"') == ["+CRSM: 105,130", "OK"]
        assert await desk.lines("AT+CRSM=178,28423,1,4,9") == ["+CRSM: 105,129", "OK"]

    on_desk(scenario)


def test_csim_is_the_same_card(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        select = await desk.lines('AT+CSIM=14,"00A40004023F00"')
        assert select[0].startswith('+CSIM: 4,"61')
        aid = await desk.lines('AT+CSIM=24,"00A4040407A0000000871002"')
        assert aid[0].startswith('+CSIM: 4,"61')
        fcp = (await desk.lines('AT+CSIM=14,"00A40004026F07"'))[0][-3:-1]
        header = (await desk.lines(f'AT+CSIM=10,"00C00000{fcp}"'))[0]
        assert header.split('"')[1].startswith("62") and header.endswith('9000"')
        assert await desk.lines('AT+CSIM=10,"00B0000009"') == ['+CSIM: 22,"0849061010325476989000"', "OK"]
        assert await desk.lines('AT+CSIM=10,"00B0000020"') == ['+CSIM: 4,"6C09"', "OK"]
        assert await desk.lines('AT+CSIM=14,"00A40004026FFF"') == ['+CSIM: 4,"6A82"', "OK"]

    on_desk(scenario)


def test_a_logical_channel_of_our_own(on_desk: OnDesk) -> None:
    """27.007 8.43 to 8.46: what is selected on it leaves +CSIM alone, and the other way round."""

    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMEE=1")
        assert await desk.lines('AT+CCHO="A0000000871002"') == ["+CCHO: 1", "OK"]
        assert await desk.lines('AT+CCHO="A0000000030000"') == ["+CME ERROR: 22"]
        assert await desk.lines('AT+CSIM=14,"00A4000C023F00"') == ['+CSIM: 4,"9000"', "OK"]
        assert await desk.lines('AT+CGLA=1,14,"00A4000C026F07"') == ['+CGLA: 4,"9000"', "OK"]
        assert await desk.lines('AT+CGLA=1,10,"00B0000009"') == ['+CGLA: 22,"0849061010325476989000"', "OK"]
        assert await desk.lines('AT+CSIM=10,"00B0000009"') == ['+CSIM: 4,"6986"', "OK"]
        assert await desk.lines('AT+CGLA=0,10,"00B0000009"') == ["+CME ERROR: 21"]
        assert await desk.lines('AT+CGLA=1,12,"00B0000009"') == ["+CME ERROR: 50"]
        assert await desk.lines("AT+CCHC=1") == ["OK"]
        assert await desk.lines("AT+CCHC=1") == ["+CME ERROR: 21"]
        assert await desk.lines('AT+CGLA=1,10,"00B0000009"') == ['+CGLA: 4,"6881"', "OK"]
        for number in (1, 2, 3):
            assert await desk.lines('AT+CCHO="A0000000871002"') == [f"+CCHO: {number}", "OK"]
        assert await desk.lines('AT+CCHO="A0000000871002"') == ["+CME ERROR: 20"]

    on_desk(scenario)


def test_a_card_that_fails_under_the_modem(on_desk: OnDesk, sim: SimPart) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMEE=1")
        card = desk.modem.sim.present()
        card.arm("write.torn@octets=3")
        update = f'AT+CRSM=214,28539,0,0,12,"{"64F010" * 4}"'
        assert await desk.lines(update) == await desk.lines(update) == ["+CME ERROR: 13"]
        card.power_on()
        assert await desk.lines("AT+CRSM=176,28539,0,0,12") == [f'+CRSM: 144,0,"64F010{"FF" * 9}"', "OK"]
        card.arm("power.cut@at=1")
        for _ in range(2):
            assert await desk.lines('AT+CSIM=14,"00A4000C023F00"') == ["+CME ERROR: 13"]
        card.remove()
        for command in ("AT+CPIN?", "AT+CIMI", 'AT+CSIM=14,"00A4000C023F00"'):
            assert await desk.lines(command) == ["+CME ERROR: 10"]

    on_desk(scenario, card=Card.of(sim))


def test_pin_keeps_the_radio_off(on_desk: OnDesk, sim: SimPart) -> None:
    async def scenario(desk: Desk) -> None:
        assert desk.air.on == []
        await desk.at("AT+CMEE=1")
        assert await desk.lines("AT+CPIN?") == ["+CPIN: SIM PIN", "OK"]
        assert await desk.lines("AT+CIMI") == ["+CME ERROR: 11"]
        assert await desk.lines('AT+CSIM=10,"0020000100"') == ['+CSIM: 4,"63C3"', "OK"]
        assert await desk.lines('AT+CPIN="0000"') == ["+CME ERROR: 16"]
        assert await desk.lines('AT+CSIM=10,"0020000100"') == ['+CSIM: 4,"63C2"', "OK"]
        assert await desk.lines('AT+CPIN="4321"') == ["OK"]
        assert await desk.lines("AT+CPIN?") == ["+CPIN: READY", "OK"]
        assert desk.air.on == [desk.modem]
        assert await desk.lines('AT+CLCK="SC",2') == ["+CLCK: 1", "OK"]

    on_desk(scenario, card=Card.of(sim, pin="4321"))


def test_three_wrong_pins_block(on_desk: OnDesk, sim: SimPart) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMEE=1")
        for code in (16, 16, 12):
            assert await desk.lines('AT+CPIN="0000"') == [f"+CME ERROR: {code}"]
        assert await desk.lines("AT+CPIN?") == ["+CPIN: SIM PUK", "OK"]
        assert await desk.lines('AT+CPIN="12345678","1111"') == ["OK"]
        assert await desk.lines("AT+CIMI") == ["460010123456789", "OK"]

    on_desk(scenario, card=Card.of(sim, pin="4321"))


def test_numbers_on_the_card(on_desk: OnDesk, sim: SimPart) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("AT+CNUM") == ['+CNUM: "","+8617090001234",145', "OK"]
        assert await desk.lines("AT+CCID") == ["+CCID: 8986011234567890123", "OK"]
        assert await desk.lines("AT+CSCA?") == ['+CSCA: "+8613010112500",145', "OK"]
        assert await desk.lines('AT+CPBS="ON";+CPBR=1') == ['+CPBR: 1,"+8617090001234",145,""', "OK"]
        desk.modem.sim.present().identity.rewrite("msisdn", None)
        assert await desk.lines("AT+CNUM") == ["OK"]

    on_desk(scenario)
