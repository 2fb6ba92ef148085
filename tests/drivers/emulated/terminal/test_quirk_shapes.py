"""Quirks of whole answers and of news: the bytes that a driver then gets (modems.md 4.2)."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from drivers.emulated.air import Camp

OnDesk = Callable[..., None]
Scenario = Callable[[Any], Coroutine[Any, Any, None]]


def answer(on_desk: OnDesk, quirk: str, typed: str) -> bytes:
    """What comes back of a line on a modem with `quirk` and ATE0."""
    got: list[bytes] = []

    async def scenario(desk: Any) -> None:
        got.append(await desk.at(typed))

    on_desk(scenario, quirks=(quirk,))
    return got[0]


@pytest.mark.parametrize(
    ("quirk", "typed", "expected"),
    [
        ("answer.lost@command=+CSQ", "AT+CSQ", b""),
        ("answer.twice@command=+CSQ", "AT+CSQ", b"\r\n+CSQ: 22,99\r\n\r\nOK\r\n" * 2),
        ("final.missing@command=+CPIN", "AT+CPIN?", b"\r\n+CPIN: READY\r\n"),
        ("final.first@command=+CSQ", "AT+CSQ", b"\r\nOK\r\n\r\n+CSQ: 22,99\r\n"),
        ("final.words@form=unsupported", "AT+NEVER", b"\r\nCOMMAND NOT SUPPORT\r\n"),
        ("error.bare", "AT+CMEE=1;+CMGR=3", b"\r\nERROR\r\n"),
        ("result.digits", "AT+CSQ", b"+CSQ: 22,99\r\n0\r"),
        ("command.refused@command=+CSQ,code=100", "AT+CMEE=1;+CSQ", b"\r\n+CME ERROR: 100\r\n"),
        ("command.refused@command=+CSQ,code=500", "AT+CSQ", b"\r\n+CMS ERROR: 500\r\n"),
        ("settings.late@for=60", "AT+CMGF=0", b"\r\n+CMS ERROR: 302\r\n"),
        ("cnmi.mode", "AT+CNMI=2,1,0,1,0", b"\r\n+CMS ERROR: 303\r\n"),
        ("cnmi.mode", "AT+CNMI=1,1,0,1,0", b"\r\nOK\r\n"),
        ("report.stored", "AT+CNMI=2,1,0,1,0", b"\r\n+CMS ERROR: 303\r\n"),
        ("report.ack", "AT+CSMS?", b"\r\n+CSMS: 1,1,1,1\r\n\r\nOK\r\n"),
        ("prefix.missing", "AT+CSQ", b"\r\n22,99\r\n\r\nOK\r\n"),
        (
            "clcc.rows",
            "AT+CLCC",
            b'\r\n+CLCC: 6,0,0,1,0,"",128\r\n+CLCC: 7,1,6,0,0,"10086",129\r\n\r\nOK\r\n',
        ),
        ("slot.empty", "AT+CMGR=3", b"\r\n+CMGR: 0,,0\r\n\r\nOK\r\n"),
        ("slot.dummy", "AT+CMGL=4", b"\r\n+CMGL: 20,0,,0\r\n" + b"FF" * 24 + b"\r\n\r\nOK\r\n"),
        ("lines.lf", "AT+CSQ", b"\n+CSQ: 22,99\n\nOK\n"),
        ("lines.nocr", "AT+CSQ", b"\n+CSQ: 22,99\r\n\nOK\r\n"),
        ("lines.blanks", "AT", b"  \t\r\n\r\nOK  \t\r\n\r\n"),
        ("bytes.nul", "AT", b"\0\0\0\r\0\nOK\r\0\n"),
        ("prompt.form@form=behind", "AT+CMGS=20", b">\r\n"),
        ("prompt.stray", "AT", b"\r\nOK\r\n\r\n> "),
        ("echo.pdu", "AT", b"\r\nOK\r\n"),
    ],
)
def test_answers(quirk: str, typed: str, expected: bytes, on_desk: OnDesk) -> None:
    assert answer(on_desk, quirk, typed) == expected


@pytest.mark.parametrize(
    ("form", "values"),
    [
        ("status", "1"),
        ("area", '1,"1A2B"'),
        ("unquoted", "1,1A2B,0C3D4E5F,7"),
        ("blanks", ' 1, "1A2B", "0C3D4E5F", 7'),
        ("broken", '1,"1A,"0C3D4E5F",7'),
        ("open", '1,"1A2B","0C3D4E5F'),
        ("swapped", '1,"2B1A","0C3D4E5F",7'),
        ("long", '1,"1A2B","0C3D4E5F",7,"01",0,0,"00000000","00000000"'),
    ],
)
def test_forms_of_registration(form: str, values: str, on_desk: OnDesk) -> None:
    """ModemManager, mm-modem-helpers.c: seven forms, and what vendors made of their quotes."""
    camp = Camp(cs=1, eps=1, ims=1, plmn="46001", operator="CHN-UNICOM", lac=0x1A2B, cell=0x0C3D4E5F, act=7)

    async def scenario(desk: Any) -> None:
        await desk.at("AT+CREG=2")
        assert await desk.at("AT+CREG?") == f"\r\n+CREG: 2,{values}\r\n\r\nOK\r\n".encode()

    on_desk(scenario, quirks=(f"creg.form@form={form}",), camp=camp)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("packed", b'+CUSD: 0,"C8329BFD06",15'),
        ("ucs2", b'+CUSD: 0,"00480065006C006C006F",15'),
        ("ascii", b'+CUSD: 0,"48656C6C6F",0'),
        ("unquoted", b"+CUSD: 0,00480065006C006C006F,72"),
        ("cut", b'+CUSD: 0,"00480065006C006C006F'),
    ],
)
def test_forms_of_ussd(form: str, expected: bytes, on_desk: OnDesk) -> None:
    """gammu issues 150, 358 and 513, sms_tool 13; C8329BFD06 is "Hello" in packed septets (TS 23.038)."""

    async def scenario(desk: Any) -> None:
        await desk.at('AT+CUSD=1,"*100#",15')
        desk.modem.ussd("Hello", 0)
        assert expected in await desk.later()

    on_desk(scenario, quirks=(f"cusd.form@form={form}",))


def test_an_answer_behind_the_next(on_desk: OnDesk) -> None:
    async def scenario(desk: Any) -> None:
        assert await desk.at("AT+CSQ") == b""
        assert await desk.at("AT") == b"\r\nOK\r\n\r\n+CSQ: 22,99\r\n\r\nOK\r\n"

    on_desk(scenario, quirks=("answer.swapped@command=+CSQ",))


def test_the_first_command_is_swallowed(on_desk: OnDesk) -> None:
    async def scenario(desk: Any) -> None:
        assert await desk.at("AT+CSQ") == b""
        assert await desk.at("AT+CSQ") != b""

    on_desk(scenario, quirks=("command.swallowed",), quiet=False)


def test_the_glue_holds_the_news_that_waited(on_desk: OnDesk) -> None:
    """A call comes while a command is under way: OK+CRING: VOICE on one line."""

    async def scenario(desk: Any) -> None:
        await desk.at("AT+CRC=1")
        desk.modem.received(b"AT\r")
        desk.air.ring("10086")
        assert (await desk.later()).startswith(b"\r\nOK+CRING: VOICE\r\n")

    on_desk(scenario, quirks=("lines.glued",))


def test_only_escape_leads_out_of_a_stuck_prompt(on_desk: OnDesk) -> None:
    async def scenario(desk: Any) -> None:
        assert b">" in await desk.at("AT+CMGS=20")
        desk.modem.received(b"00" * 20 + b"\x1a")
        assert await desk.later(60) == b""
        desk.modem.received(b"\x1b")
        assert await desk.later() == b"\r\nOK\r\n"
        assert not desk.air.submitted

    on_desk(scenario, quirks=("prompt.stuck",))


def test_a_prompt_that_nobody_needs(on_desk: OnDesk) -> None:
    async def scenario(desk: Any) -> None:
        assert b"> " in await desk.at("AT+CSQ")
        for end in (b"\x1b", b"\x1a"):
            desk.modem.received(end)
            assert await desk.later() == b"\r\nOK\r\n"
            assert b"> " in await desk.at("AT+CSQ")

    on_desk(scenario, quirks=("prompt.asked@command=+CSQ",))


@pytest.mark.parametrize("sign", ["yes", "no"])
def test_a_crash_in_the_middle_of_a_command(sign: str, on_desk: OnDesk) -> None:
    async def scenario(desk: Any) -> None:
        said = await desk.at("AT+CSQ", 20)
        assert b"+CSQ" not in said and (b"RDY" in said) is (sign == "yes")
        assert b"+CSQ: 22" in await desk.at("AT+CSQ")

    on_desk(scenario, quirks=(f"modem.crash@command=+CSQ,sign={sign}",), profile="simcom")


@pytest.mark.parametrize(("form", "result"), [("ok", b"\r\nOK\r\n"), ("connect", b"\r\nCONNECT\r\n")])
def test_dialling_is_answered_when_the_call_is(form: str, result: bytes, on_desk: OnDesk) -> None:
    async def scenario(desk: Any) -> None:
        assert await desk.at("ATD10086;", 10) == b""
        desk.air.progress(desk.air.calls[0], 0)
        assert await desk.later() == result

    on_desk(scenario, quirks=(f"dial.waits@form={form}",))


def test_a_plug_is_pulled_and_put_in_again(on_desk: OnDesk) -> None:
    pulled: list[bool] = []

    async def scenario(desk: Any) -> None:
        desk.modem.cable = pulled.append
        await desk.later(20)
        assert pulled == [True]
        await desk.later(20)
        assert pulled == [True, False]

    on_desk(scenario, quirks=("modem.unplug@after=15,for=10",))
