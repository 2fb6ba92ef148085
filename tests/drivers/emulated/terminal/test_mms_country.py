"""Multimedia messages typed by hand on modems in the emulated country: proxy, MMSC, push and all."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path

from drivers.emulated.country import Country
from drivers.emulated.terminal import EmulatedModem
from interop.engine.clock import run_virtual
from interop.lab.load import load
from interop.numbering import BaseOperator, mms_access
from interop.protocols.equipment import Setting

PICTURE = bytes(range(256)) * 40
WORDS = "验证码 1234"


class Typist:
    """Types on one modem and reads what it says."""

    def __init__(self, modem: EmulatedModem) -> None:
        self.modem = modem
        self._heard = b""
        self._news = asyncio.Event()
        modem.attach(self._take)

    def _take(self, data: bytes) -> None:
        self._heard += data
        self._news.set()

    async def until(self, pattern: bytes) -> re.Match[bytes]:
        """What was said up to it is not read again."""
        async with asyncio.timeout(400):
            while (found := re.search(pattern, self._heard, re.DOTALL)) is None:
                self._news.clear()
                await self._news.wait()
        self._heard = self._heard[found.end() :]
        return found

    async def at(self, command: str, until: bytes = rb"\r\nOK\r\n") -> re.Match[bytes]:
        self.modem.received(f"AT{command}\r".encode())
        return await self.until(until)

    async def up(self, command: str, data: bytes, asks: bytes, until: bytes = rb"\r\nOK\r\n") -> None:
        await self.at(command, asks)
        self.modem.received(data)
        await self.until(until)


def in_country(
    folder: Path, first: str, second: str, scenario: Callable[[Typist, Typist, str], Awaitable[None]]
) -> None:
    """`scenario` gets m01 and m02 of the small lab as `first` and `second`, and m02's number."""

    async def main() -> None:
        lab = load("small")
        dialects = {"m01": first, "m02": second}
        parts = [m.model_copy(update={"dialect": dialects.get(m.name, m.dialect)}) for m in lab.modems]
        lab = lab.model_copy(update={"modems": tuple(parts)})
        number = next(sim.msisdn for sim in lab.sims if sim.name == parts[1].sim)
        setting = Setting(lab=lab, seed=5, defects=(), quirks=(), scratch=folder, epoch=1.7e9, virtual=True)
        country = Country(setting)
        await country.start()
        await asyncio.sleep(20)
        here, there = Typist(country.modems["m01"]), Typist(country.modems["m02"])
        for typist in (here, there):
            await typist.at("E0;+CMEE=1;+CNMI=2,1,0,0,0")
        await scenario(here, there, number)
        await country.stop()

    run_virtual(main())


ACCESS = mms_access(BaseOperator.CUCC)
PROXY = '"{}",{}'.format(*ACCESS.proxy.split(":"))


def test_from_a_sim800_to_a_sim7600(tmp_path: Path) -> None:
    async def scenario(here: Typist, there: Typist, number: str) -> None:
        await here.at(f'+CMMSINIT;+CMMSCURL="{ACCESS.mmsc}";+CMMSPROTO={PROXY}')
        await here.at(f'+SAPBR=3,1,"Contype","GPRS";+SAPBR=3,1,"APN","{ACCESS.apn}";+SAPBR=1,1')
        await here.at("+CMMSEDIT=1")
        await here.up(f'+CMMSDOWN="PIC",{len(PICTURE)},20000,"a.jpg"', PICTURE, rb"CONNECT\r\n")
        await here.up(f'+CMMSDOWN="TEXT",{len(WORDS.encode())},20000', WORDS.encode(), rb"CONNECT\r\n")
        await here.at(f'+CMMSRECP="{number}";+CMMSSEND')

        told = await there.until(rb'\+WAP_PUSH_MMS: "(.*?)","(.*?)","(.*?)"')
        await there.at(f'+CGSOCKCONT=1,"IP","{ACCESS.apn}";+CMMSCURL="{ACCESS.mmsc}"')
        await there.at(f"+CMMSPROTO=1,{PROXY};+CMMSEDIT=0")
        await there.at(f'+CMMSRECV="{told[3].decode()}"', rb"\+CMMSRECV: 0\r\n")
        rows = (await there.at("+CMMSVIEW", rb"\+CMMSVIEW: 0,(.*)\r\nOK\r\n"))[1]
        at, size = re.findall(rb'(\d),"a.jpg",7,(\d+)', rows)[0]
        got = await there.at(f"+CMMSREAD={at.decode()}", rb'"a.jpg",%b\r\n(.*)\r\n\r\nOK\r\n' % size)
        assert got[1] == PICTURE

    in_country(tmp_path, "sim800", "simcom", scenario)


def test_from_quectel_s_client_to_a_sim800(tmp_path: Path) -> None:
    async def scenario(here: Typist, there: Typist, number: str) -> None:
        await here.at(f'+QICSGP=1,1,"{ACCESS.apn}";+QIACT=1;+QMMSCFG="contextid",1')
        await here.at(f'+QMMSCFG="mmsc","{ACCESS.mmsc}";+QMMSCFG="proxy",{PROXY};+QMMSEDIT=0')
        await here.up(f'+QFUPL="RAM:a.txt",{len(WORDS.encode())}', WORDS.encode(), rb"CONNECT\r\n")
        await here.at(f'+QMMSEDIT=5,1,"RAM:a.txt";+QMMSEDIT=1,1,"{number}"')
        await here.at("+QMMSEND=100", rb"\r\n\+QMMSEND: 0,200\r\n")

        index = (await there.until(rb'\+CMTI: "SM",(\d+),"MMS PUSH"'))[1].decode()
        await there.at(f'+CMMSINIT;+CMMSCURL="{ACCESS.mmsc}";+CMMSPROTO={PROXY}')
        await there.at(f'+SAPBR=3,1,"APN","{ACCESS.apn}";+SAPBR=1,1')
        rows = (await there.at(f"+CMMSRECV={index}", rb"\+CMMSRECV: (.*)\r\nOK\r\n"))[1]
        at = re.findall(rb'(\d),"a.txt",4', rows)[0].decode()
        wide = WORDS.encode("utf-16-le")
        got = await there.at(f"+CMMSREAD={at}", rb'"a.txt",%d\r\n(.*)\r\n\r\nOK\r\n' % len(wide))
        assert got[1] == wide
        await there.at(f"+CMMSRECV={index}", rb"\r\n\+CME ERROR: \d+\r\n")  # it is confirmed, so it is gone

    in_country(tmp_path, "quectel", "sim800", scenario)


def test_an_access_point_that_there_is_not(tmp_path: Path) -> None:
    async def scenario(here: Typist, there: Typist, number: str) -> None:
        del there, number
        await here.at('+CGDCONT=1,"IP","nowhere"')
        await here.at("+CGACT=1,1", rb"\r\n\+CME ERROR: 127\r\n")
        await here.at(f'+CGDCONT=1,"IP","{ACCESS.apn}";+CGEREP=2,1;+CGACT=1,1')
        assert await here.at("+CGPADDR=1", rb'\+CGPADDR: 1,"10\.\d+\.\d+\.\d+"\r\n\r\nOK')
        await here.at("+CFUN=4", rb"\+CGEV: NW PDN DEACT 1\r\n")

    in_country(tmp_path, "generic", "generic", scenario)
