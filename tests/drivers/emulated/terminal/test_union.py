"""The must-speak list: every command that a stock client needs, on every profile (modems.md 2.3, 2.4).

The list is written by hand from what gammu, smstools, python-gsmmodem-new, ModemManager and oFono send.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]
PROFILES = ("generic", "quectel", "simcom", "huawei")

MUST_SPEAK = """
E0 E1 V1 X4 Z &C1 &D2 &F &H0 H S0? S3? S0=0 I E0V1+CMEE=1;+CREG=2
+CGMI +CGMM +CGMR +CGSN +CIMI +GCAP +CLAC +GMI +GMM +GMR +GSN
+CMEE=0 +CMEE=1 +CMEE=2 +CMEE? +CMEE=?
+CPIN? +CLCK=? +CLCK="SC",2 +CLCK="AO",2 +CLCK="OI",2 +CLCK="OX",2 +CLCK="AI",2 +CLCK="IR",2 +CPWD=? +CPINR
+CFUN=1 +CFUN? +CFUN=? +CPAS
+CSCS=? +CSCS? +CSCS="IRA" +CSCS="GSM" +CSCS="UCS2" +CSCS="HEX"
+CREG=0 +CREG=1 +CREG=2 +CREG? +CREG=? +CGREG=0 +CGREG=1 +CGREG=2 +CGREG? +CGREG=?
+CEREG=0 +CEREG=1 +CEREG=2 +CEREG? +CEREG=?
+COPS=3,0 +COPS=3,2 +COPS? +COPS=? +COPS=0 +COPS=1,2,"46001" +COPS=4,2,"46001" +COPS=2 +COPS=0
+CPOL? +CPOL=? +CPOL=,2 +CPOL=1,2,"46001",0,0,0,1 +CPOL=1 +CPLS=0 +CPLS? +CPLS=?
+CSQ +CSQ=? +CESQ +CESQ=? +CBC +CIND? +CIND=? +CMER=? +CMER? +CMER=3,0,0,1 +CMER=2,0,0,2 +CNUM
+CRSM=176,12258,0,0,10 +CRSM=192,28589 +CRSM=176,28589,0,0,4 +CRSM=176,28486,0,0,17 +CSIM=10,"0020000100"
+CSIM=10,"0020008100" +CSIM=10,"002C000100" +CSIM=10,"002C008100"
+CSMS=? +CSMS? +CSMS=0 +CSMS=1 +CMGF=? +CMGF? +CMGF=1 +CMGF=0 +CSCA? +CSCA="+8613010112500",145
+CSMP? +CSMP=49,167,0,0 +CSMP=? +CSDH=1
+CPMS=? +CPMS? +CPMS="SM" +CPMS="ME","ME","ME" +CPMS="SM","SM" +CPMS="SR"
+CNMI=? +CNMI? +CNMI=1,2,0,1,0 +CMGL=4 +CMGL=? +CMGD=1 +CMGD=1,4 +CMGD=? +CMMS=1 +CMMS=2 +CMMS?
+CSCB=? +CSCB? +CSCB=0 +CGSMS=3 +CGSMS? +CGSMS=?
+CHUP +CLCC +CLCC=? +CHLD=? +CLIP=1 +CLIP? +CRC=1 +CRC? +CCWA=1 +CCWA? +CCWA=? +CCWA=1,1,1 +CCWA=1,2,1
+CLIR? +CLIR=0 +COLP=1 +COLP? +CNAP? +CDIP? +CSSN=1,1 +CSSN? +VTS=? +VTD? +VTD=? +VTD=5 +CEER
+CCFC=0,2 +CCFC=1,2 +CCFC=2,2 +CCFC=3,2 +CCFC=?
+CUSD=? +CUSD? +CUSD=1 +CUSD=0 +CUSD=2 +CUSD=1,"*100#",15
+CGDCONT=? +CGDCONT? +CGDCONT=1,"IP","internet" +CGACT? +CGACT=? +CGATT? +CGATT=1 +CGEREP=? +CGEREP=2,1
+IFC=? +IFC=2,2 +IFC? +IPR? +IPR=? +IPR=115200 +WS46=? +WS46?
+CTZU=1 +CTZU? +CTZR=1 +CTZR? +CCLK? +CCLK="26/11/22,10:00:00+32" +CLVL? +CLVL=5 +CLVL=?
+CMUT=1 +CMUT? +CMUT=?
+CPBS=? +CPBS? +CPBS="SM" +CPBS="ON" +CPBR=? +CPBR=1 +CPBR=1,1 +CPBF=? +CPBW=?
"""
ICCID = {"generic": "+CCID", "quectel": "+QCCID", "simcom": "+CICCID", "huawei": "^ICCID?"}


@pytest.mark.parametrize("profile", PROFILES)
def test_nothing_of_the_list_is_an_error(on_desk: OnDesk, profile: str) -> None:
    async def scenario(desk: Desk) -> None:
        for command in [*MUST_SPEAK.split(), ICCID[profile]]:
            said = await desk.lines(f"ATE0;{command}" if command[0] != "+" else f"AT{command}", 8)
            assert "OK" in said, f"AT{command}: {said}"
            refused = [line for line in said if line.startswith(("ERROR", "+CME ERROR", "+CMS ERROR"))]
            assert not refused, f"AT{command}: {said}"

    on_desk(scenario, profile=profile)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_test_form_says_what_the_set_form_takes(on_desk: OnDesk, profile: str) -> None:
    """Not the ranges themselves but that a client that believes them is not refused."""

    async def scenario(desk: Desk) -> None:
        for command, setting in desk.modem.profile.settings.items():
            (text, *_) = await desk.lines(f"AT{command}=?")
            assert text == f"{command}: {setting.range}"
            highest = [part.split(",")[-1].split("-")[-1] for part in setting.range[1:-1].split("),(")]
            assert (await desk.lines(f"AT{command}={','.join(highest)}"))[-1] == "OK", command
            assert (await desk.lines(f"AT{command}?"))[-1] == "OK", command

    on_desk(scenario, profile=profile)


def test_escape_in_and_out_of_the_prompt_and_a_line_feed_before_the_pdu(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        assert await desk.lines("\x1b") == [], "gammu starts with it"
        assert await desk.lines("AT") == ["OK"]
        assert await desk.at("AT+CMGS=12") == b"\r\n> "
        desk.modem.received(b"\x1b")
        assert await desk.later() == b"\r\nOK\r\n" and desk.air.submitted == []
        assert await desk.at("AT+CMGS=12") == b"\r\n> "
        desk.modem.received(b"\n0001000581018000000002C834\x1a")  # ModemManager's line feed
        assert b"+CMGS: 1\r\n" in await desk.later()
        assert desk.air.submitted[0][0].hex() == "01010581018000000002c834"
        desk.modem.received(b"A/")
        assert await desk.later() == b"\r\n> "

    on_desk(scenario)
