"""What accuses our own equipment and not a network."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.at.answers import is_ours
from interop.engine.clock import run_virtual
from interop.protocols.errors import CommandRefused
from interop.record.events import EquipmentTrouble, MessageReceived

OK = b"\r\nOK\r\n"
# A published sample: "How are you?" from +31641600986
PDU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"


@pytest.mark.parametrize("code", [0, 81, 95, 96, 208, 211, 256, 322, 331, 332, 340, 500, 512, 515])
def test_codes_that_no_network_gives(code: int) -> None:
    assert is_ours(f"+CMS ERROR: {code}")


@pytest.mark.parametrize("code", [1, 8, 10, 21, 38, 42, 50, 69, 111, 127, 192, 195])
def test_codes_of_a_network(code: int) -> None:
    assert not is_ours(f"+CMS ERROR: {code}")


@pytest.mark.parametrize("final", ["NO DIALTONE", "NO DIAL TONE"])
def test_no_network_to_dial_in_is_no_released_call(final: str, scripted: Any) -> None:
    """+CEER would tell why an older call ended."""

    async def main() -> None:
        device = scripted({"ATD10086;": f"\r\n{final}\r\n".encode(), "AT+CEER": b"\r\n+CEER: 3\r\n" + OK})
        modem = await device.modem()
        with pytest.raises(CommandRefused):
            await modem.dial("10086")

    run_virtual(main())


@pytest.mark.parametrize("stored", [b"\r\n+CMGR: 0,,4\r\n040B91\r\n" + OK, OK])
def test_a_message_that_came_and_cannot_be_read(stored: bytes, scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGR=3": stored})
        modem = await device.modem()
        device.say('+CMTI: "SM",3')
        assert await modem.events.wait(EquipmentTrouble, within=30, since=0)

    run_virtual(main())


def test_messages_that_were_never_announced(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGL=0": [f"\r\n+CMGL: 4,0,,30\r\n{PDU}\r\n".encode() + OK, OK]})
        modem = await device.modem()
        await modem.fetch_unread()
        assert [type(event) for event in modem.events.since(0)] == [MessageReceived]
        assert "AT+CMGD=4" in device.heard

    run_virtual(main())
