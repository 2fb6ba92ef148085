"""Which memory +CMGR and +CMGD are at work in: what is read is what was announced, or nothing."""

from __future__ import annotations

import asyncio
from typing import Any

from interop.engine.clock import run_virtual
from interop.protocols.errors import CommandRefused
from interop.protocols.modem import SimState
from interop.record import InconcReason
from interop.record.events import MessageReceived

PDU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
STORED = f"\r\n+CMGR: 0,,29\r\n{PDU}\r\n\r\nOK\r\n".encode()


def test_a_choice_without_an_answer_may_have_been_made(scripted: Any) -> None:
    """The modem went over to SR and its OK got lost: a message in ME must not be read and deleted in SR."""

    async def main() -> None:
        device = scripted({'AT+CPMS="SR"': None, "AT+CMGR=1": STORED})
        modem = await device.modem()
        device.say('+CDSI: "SR",1')
        await device.hears('AT+CPMS="SR"')
        await asyncio.sleep(30)
        device.heard.clear()
        device.say('+CMTI: "ME",1')
        assert await modem.events.wait(MessageReceived, within=30, since=0)
        await device.hears("AT+CMGD=1")
        assert [line for line in device.heard if "+CPMS=" in line or "+CMG" in line] == [
            'AT+CPMS="ME"',
            "AT+CMGR=1",
            "AT+CMGD=1",
        ]

    run_virtual(main())


def test_a_refused_choice_changes_nothing(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({'AT+CPMS="SR"': b"\r\n+CMS ERROR: 302\r\n", "AT+CMGR=1": STORED})
        modem = await device.modem()
        device.say('+CDSI: "SR",1')
        await device.hears('AT+CPMS="SR"')
        device.heard.clear()
        device.say('+CMTI: "ME",1')
        assert await modem.events.wait(MessageReceived, within=30, since=0)
        assert 'AT+CPMS="ME"' not in device.heard

    run_virtual(main())


def test_a_setting_that_is_refused_after_a_restart_is_no_matter_of_the_network(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        indications = f"AT+CNMI={modem.channel.ledger.value('AT+CNMI')}"
        device.table[indications] = b"\r\n+CMS ERROR: 302\r\n"
        device.heard.clear()
        device.say("RDY")
        await device.hears(indications)
        assert (await modem.health(registered=False)).trouble is InconcReason.MODEM
        device.table[indications] = b"\r\nOK\r\n"
        assert (await modem.health(registered=False)).trouble is None

    run_virtual(main())


def test_settings_of_messages_are_refused_until_the_modem_is_ready(scripted: Any) -> None:
    """A SIM800 that has just started (modems.md 4.2): CMGF comes first, what follows it is accepted then."""

    async def main() -> None:
        early = b"\r\n+CMS ERROR: 302\r\n"
        device = scripted({"AT+CMGF=0": [early, early, b"\r\nOK\r\n"]})
        await device.modem()
        assert device.heard.count("AT+CMGF=0") == 3
        last = len(device.heard) - 1 - device.heard[::-1].index("AT+CMGF=0")
        assert not [line for line in device.heard[:last] if "+CPMS=" in line or "+CNMI=" in line]

        busy = scripted(
            {
                "AT+CPIN?": [b"\r\n+CME ERROR: 14\r\n"] * 9 + [b"\r\n+CPIN: READY\r\n\r\nOK\r\n"],
                "AT+CNMI=2,1,0,1,0": [early, b"\r\nOK\r\n"],
                "AT+CNMI=1,1,0,1,0": early,
                "AT+CNMI=2,1,0,2,0": early,
                "AT+CNMI=1,1,0,2,0": early,
                "AT+CNMI=2,1": early,
            }
        )
        modem = await busy.modem()
        assert modem.channel.ledger.value("AT+CNMI") == ""
        while (await modem.sim_state()) is not SimState.READY:
            pass
        await modem.health(registered=False)
        assert modem.channel.ledger.value("AT+CNMI") == "2,1,0,1,0"

        for_ever = scripted({"AT+CMGF=0": early})
        try:
            await for_ever.modem()
        except CommandRefused as refused:
            assert refused.code == 302
        else:
            raise AssertionError("opened without PDU mode")

    run_virtual(main())


def test_after_a_restart_no_memory_is_taken_for_chosen(scripted: Any) -> None:
    """The modem is back at what +CPMS was set to; wrong code would read, and delete, in that one."""

    async def main() -> None:
        device = scripted({"AT+CMGR=1": STORED})
        modem = await device.modem()
        device.say('+CMTI: "SM",1')
        await device.hears("AT+CMGD=1")
        await asyncio.sleep(1)
        device.heard.clear()
        device.say("RDY", '+CMTI: "SM",1')
        await device.hears("AT+CMGD=1")
        assert device.heard[device.heard.index("AT+CMGR=1") - 1] == 'AT+CPMS="SM"'
        await modem.close()

    run_virtual(main())
