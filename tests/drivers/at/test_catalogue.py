"""The quirks of modems.md 4.2 that need a whole modem, with the bytes as the catalogue has them."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from drivers.at.exchange import Command
from interop.engine.clock import run_virtual
from interop.protocols.errors import CommandRefused, DeviceLost, NotAnswering
from interop.protocols.modem import SimState, Stat
from interop.record import InconcReason
from interop.record.events import EquipmentTrouble, MessageReceived, ModemReset, UssdAnswered

OK = b"\r\nOK\r\n"
PDU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
CSQ = Command(text="AT+CSQ", expect=("+CSQ:",))


def answer(*texts: str) -> bytes:
    return b"".join(f"\r\n{text}\r\n".encode("latin-1") for text in (*texts, "OK"))


def echoed(device: Any, times: int) -> None:
    """From now on every line comes back so often before its answer, that of ATE0 included."""
    inner = device._answer

    def with_echo(line: str) -> bytes | None:
        said: bytes | None = inner(line)
        return None if said is None else (line.encode() + b"\r") * times + said

    device._answer = with_echo


@pytest.mark.parametrize("times", [0, 1, 2])
@pytest.mark.parametrize("end", [b"\r\n", b"\r\r\n", b"\n"])
def test_echo_in_any_state_and_any_line_end(times: int, end: bytes, scripted: Any) -> None:
    """gammu forces it on, gammu bug 1069 has it twice; RIOT 7084: u-blox; SIMCom: CR CR LF."""

    async def main() -> None:
        device = scripted({
            "AT+CGMI": answer("SIMCOM_Ltd"), "AT+CREG?": answer("+CREG: 5", "+CREG: 2,1"),
            "AT+CMGR=3": answer("+CMGR: 0,,30", PDU),
        })  # fmt: skip
        inner = device._answer
        device._answer = lambda line: None if (said := inner(line)) is None else said.replace(b"\r\n", end)
        echoed(device, times)
        modem = await device.modem()
        assert (await modem.identity()).manufacturer == "SIMCOM_Ltd"
        assert (await modem.registration()).cs is Stat.HOME
        device.say('+CMTI: "SM",3')
        got = await modem.events.wait(MessageReceived, within=30, since=0)
        assert got is not None and got.text == "How are you?"

    run_virtual(main())


@pytest.mark.parametrize("lost", ["AT+CMEE?", "ATE0", "ATV1", "AT+CPIN?", "AT+CMGF=0", "AT+CLIP=1"])
def test_one_swallowed_line_does_not_cost_the_modem(lost: str, scripted: Any) -> None:
    """ZTE MF710M and every modem that synchronises its speed: the first command comes to nothing."""

    async def main() -> None:
        device = scripted()
        device.table[lost] = [None, device.table.get(lost, OK)]
        modem = await device.modem()
        assert await modem.sim_state() is SimState.READY
        assert modem.channel.ledger.holds("AT+CMGF=0")

    run_virtual(main())


def test_a_pin_that_got_no_answer_is_not_given_again(scripted: Any) -> None:
    """Was it taken? Three wrong ones lock the card."""

    async def main() -> None:
        device = scripted({"AT+CPIN?": answer("+CPIN: SIM PIN"), 'AT+CPIN="7391"': None})
        modem = await device.modem(pin="7391")
        assert await modem.sim_state() is SimState.PIN
        assert device.heard.count('AT+CPIN="7391"') == 1

    run_virtual(main())


def test_a_modem_that_stands_in_a_prompt_is_fetched_out_of_it(scripted: Any) -> None:
    """E1550 (chan_dongle bug 13): whatever it gets is text of a message until ESC comes."""

    async def main() -> None:
        device = scripted({"AT+CSQ": answer("+CSQ: 20,99")})
        channel, _ = device.channel()
        await channel.open()
        inner, stuck = device.far._device, True

        def prompting(data: bytes) -> None:
            nonlocal stuck
            if b"\x1b" in data:
                stuck = False
                device.far.write(OK)
            elif stuck:
                device.far.write(b"\r\n> ")
            else:
                inner(data)

        device.far.connect(prompting)
        with pytest.raises(NotAnswering):
            await channel.run(Command(text="AT+CMGS=9", expect=("+CMGS:",), payload=b"0011", deadline=5))
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]

    run_virtual(main())


@pytest.mark.parametrize(
    "busy", ["+CME ERROR: 14", "+CMS ERROR: 314", "+CME ERROR: 515", "+CME ERROR: SIM busy"]
)
def test_a_sim_that_stays_busy_is_given_up_after_a_bounded_time(busy: str, scripted: Any) -> None:
    """python-gsmmodem asks for ever; 515 is Wavecom's."""

    async def main() -> None:
        device = scripted({"AT+CSQ": f"\r\n{busy}\r\n".encode()})
        channel, _ = device.channel()
        await channel.open()
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(CommandRefused):
            await channel.run(CSQ)
        assert device.heard.count("AT+CSQ") == 5
        assert loop.time() - began < 10

    run_virtual(main())


def test_a_restart_in_the_middle_with_a_sign_and_one_without(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSQ": [None, answer("+CSQ: 20,99")]})
        modem = await device.modem()
        asyncio.get_running_loop().call_later(1, device.say, "^SYSSTART")
        with pytest.raises(DeviceLost, match=r"restarted \(\^SYSSTART\) in the middle of AT\+CSQ"):
            await modem.channel.run(CSQ)
        assert isinstance(modem.events.since(0)[0], ModemReset)
        device.table["AT+CMEE?"] = [answer("+CMEE: 0"), answer("+CMEE: 1")]
        device.heard.clear()
        health = await modem.health()
        assert health.trouble is InconcReason.MODEM
        assert (await modem.sim_state()) is SimState.READY
        assert "AT+CMGF=0" in device.heard, "its settings were lost and are set again"

    run_virtual(main())


def test_a_ussd_text_that_looks_like_results_and_news(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({'AT+CUSD=1,"*100#",15': OK})
        modem = await device.modem()
        loop = asyncio.get_running_loop()
        text = b'\r\n+CUSD: 0,"1 OK\r\nOK\r\nERROR 2\r\n> 3",15\r\n'
        loop.call_later(1, device.far.write, text)
        await modem.ussd("*100#")
        seen = [event for event in modem.events.since(0) if isinstance(event, UssdAnswered)]
        assert [event.text for event in seen] == ["1 OK\nOK\nERROR 2\n> 3"]

    run_virtual(main())


@pytest.mark.parametrize(
    "stored",
    [
        answer("+CMGR: 0,,0"),  # an empty slot
        answer("+CMGR: 0,,0", "FF" * 20),  # MC35i
        answer("+CMGR: 0,,30", PDU[:20]),
        b"\r\n+CMS ERROR: 321\r\n",
    ],
)
def test_a_slot_with_nothing_in_it_is_trouble_of_ours_and_not_a_message(stored: bytes, scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGR=3": stored})
        modem = await device.modem()
        device.say('+CMTI: "SM",3')
        assert await modem.events.wait(EquipmentTrouble, within=30, since=0)
        assert not [event for event in modem.events.since(0) if isinstance(event, MessageReceived)]

    run_virtual(main())


@pytest.mark.parametrize("middle", [b"\r\n", b"\r\n\r\n", b"\r\r\n\r\r\n", b"\n"])
@pytest.mark.parametrize("head", [b"+CDS: 25", b"+CDS: ,25", b"+CMT: ,30"])
def test_the_pdu_below_its_head_whatever_is_between(head: bytes, middle: bytes, scripted: Any) -> None:
    """ZTE begins `+CDS: ,len` (oFono sms.c); some put an empty line before the PDU."""

    async def main() -> None:
        device = scripted({"AT+CSQ": answer("+CSQ: 20,99")})
        channel, ears = device.channel()
        await channel.open()
        device.table["AT+CSQ"] = b"\r\n" + head + middle + PDU.encode() + b"\r\n" + answer("+CSQ: 20,99")
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        assert [urc.tail for urc in ears.urcs] == [PDU]

    run_virtual(main())
