"""A modem that vanishes: what it did is lost; it is proved before it is used again; then it is as before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from drivers.at import AtModem
from drivers.at.recovery import GIVE_UP_AFTER_S
from interop.engine.clock import run_virtual
from interop.lab.model import ModemPart
from interop.protocols.errors import DeviceLost, EquipmentError, NotAnswering
from interop.protocols.modem import SimState
from interop.record.events import Event, LinkBack, LinkGivenUp, LinkLost, MessageReceived, Released
from tests.drivers.table import SIM

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"
IMEI, OTHER_IMEI = "490154203237518", "356938035643809"
# EF_ICCID of two cards, the first that of the lab file, ETSI TS 102 221 13.2: low half first
CARD, OTHER_CARD = "98681001070900214365", "98680121180100002907"
ICCID, OTHER_ICCID = SIM.iccid, "89861012811000009270"


def lines(*texts: str) -> bytes:
    return b"".join(f"\r\n{text}\r\n".encode("latin-1") for text in (*texts, "OK"))


def identity(imei: str = IMEI, card: str = CARD) -> dict[str, Any]:
    return {"AT+CGSN": lines(imei), "AT+CRSM=176,12258,0,0,10": lines(f'+CRSM: 144,0,"{card}"')}


async def seen(modem: AtModem, kind: type[Event], within: float = 2 * GIVE_UP_AFTER_S) -> Any:
    return await modem.events.wait(kind, within=within, since=0)


def settings(device: Any) -> list[str]:
    return [
        line for line in device.heard if line.startswith(("AT+CNMI=", "AT+CMGF=", "AT+CLIP=", "AT+CMEE="))
    ]


def test_it_comes_back_by_itself_with_every_setting_and_reads_what_it_missed(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(identity())
        modem = await device.modem()
        before = settings(device)
        device.heard.clear()
        device.far.lose("unplugged")
        asyncio.get_running_loop().call_later(20.0, device.far.return_)
        back = await seen(modem, LinkBack)
        assert back == LinkBack("emulated", back.after_s)
        assert 20.0 <= back.after_s < 25.0, "the news of its return is not slept through"
        await device.hears("AT+CMGL=0")
        assert settings(device) == before
        heard = device.heard
        assert heard.index("AT+CGSN") < heard.index("AT+CRSM=176,12258,0,0,10") < heard.index("AT+CMGF=0")
        assert await modem.sim_state() is SimState.READY
        assert [type(event) for event in modem.events.since(0)] == [LinkLost, LinkBack]

    run_virtual(main())


def test_while_it_is_away_everybody_is_told_at_once(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(identity())
        modem = await device.modem()
        device.table["AT+CSQ"] = None
        waiting = asyncio.create_task(modem.signal_dbm())
        queued = asyncio.create_task(modem.service_centre())
        ringing = asyncio.create_task(modem.offered(60))
        await device.hears("AT+CSQ")
        device.far.lose("unplugged")
        for task in (waiting, queued, ringing):
            with pytest.raises(DeviceLost, match="m1: unplugged"):
                await task
        now = asyncio.get_running_loop().time()
        with pytest.raises(DeviceLost, match="m1: unplugged"):
            await modem.signal_dbm()
        with pytest.raises(DeviceLost, match="m1: unplugged"):
            await modem.dial("10086")
        assert asyncio.get_running_loop().time() == now

    run_virtual(main())


def test_a_query_that_was_waiting_for_a_busy_sim_is_not_asked_after_the_return(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(identity())
        modem = await device.modem()
        device.table["AT+CSCA?"] = b"\r\n+CME ERROR: 14\r\n"
        asking = asyncio.create_task(modem.service_centre())
        await device.hears("AT+CSCA?", 4)  # its next try is 4 s away
        device.far.lose("unplugged")
        device.far.return_()
        await seen(modem, LinkBack)
        with pytest.raises(DeviceLost):
            await asking
        assert device.heard.count("AT+CSCA?") == 4

    run_virtual(main())


def test_a_call_of_before_is_nobodys_and_is_neither_called_released_nor_used(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({**identity(), "AT+CLCC": OK})
        modem = await device.modem()
        call = await modem.dial("10086")
        device.far.lose("unplugged")
        await seen(modem, LinkLost)
        with pytest.raises(DeviceLost, match="unplugged"):
            await call.released(5)
        # the call outlived the link: it is ended before anybody uses the modem
        row = lines("+CLCC: 1,0,0,0,0")
        device.table["AT+CLCC"] = [row, OK]
        device.far.return_()
        await seen(modem, LinkBack)
        assert "AT+CHUP" in device.heard or "ATH" in device.heard
        for late in (call.released(5), call.connected(5), call.answer()):
            with pytest.raises(DeviceLost, match="unplugged"):
                await late
        device.heard.clear()
        await call.hang_up()
        assert device.heard == []
        assert not [event for event in modem.events.since(0) if isinstance(event, Released)]

    run_virtual(main())


def test_another_sim_is_never_taken_for_the_old_one(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(identity())
        modem = await device.modem(pin="7391")
        device.far.lose("unplugged")
        device.table.update({**identity(card=OTHER_CARD), "AT+CPIN?": lines("+CPIN: SIM PIN")})
        device.heard.clear()
        device.far.return_()
        given_up = await seen(modem, LinkGivenUp)
        assert given_up == LinkGivenUp(
            f"came back with another SIM: ICCID {OTHER_ICCID}, before the loss {ICCID}"
        )
        assert not [line for line in device.heard if line.startswith("AT+CPIN")], "no PIN for a strange card"
        with pytest.raises(DeviceLost, match="m1: came back with another SIM"):
            await modem.signal_dbm()
        heard = len(device.heard)
        await asyncio.sleep(GIVE_UP_AFTER_S)
        assert len(device.heard) == heard

    run_virtual(main())


def test_another_modem_at_the_port_is_not_used_and_the_right_one_is_when_it_comes(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(identity())
        modem = await device.modem()
        device.far.lose("unplugged")
        device.table.update(identity(OTHER_IMEI))
        device.far.return_()
        await device.hears("AT+CGSN", 3)
        assert not modem.channel.usable
        device.table.update(identity())
        back = await seen(modem, LinkBack)
        assert back is not None
        assert await modem.sim_state() is SimState.READY

    run_virtual(main())


def test_the_pin_is_given_again_to_the_same_card_and_a_refused_one_never_twice(scripted: Any) -> None:
    async def main() -> None:
        asked, ready = lines("+CPIN: SIM PIN"), lines("+CPIN: READY")
        device = scripted({**identity(), "AT+CPIN?": [asked, ready]})
        modem = await device.modem(pin="7391")
        assert device.heard.count('AT+CPIN="7391"') == 1
        device.table.update({"AT+CPIN?": asked, 'AT+CPIN="7391"': b"\r\n+CME ERROR: 16\r\n"})
        for times in range(3):
            device.far.lose("unplugged")
            device.far.return_()
            await device.hears("AT+CGSN", times + 2)
            mark = modem.events.mark()
            assert await modem.events.wait(LinkBack, within=60, since=max(0, mark - 1))
        assert device.heard.count('AT+CPIN="7391"') == 2

    run_virtual(main())


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"AT+CRSM=176,12258,0,0,10": ERROR}, "not proved to be the same SIM"),
        ({"AT+CGSN": OK}, f"emulated has IMEI \\?, not {IMEI}"),
        ({"AT+CGSN": None, "AT+CMEE?": None, "AT+CPIN?": None, "AT": None}, "does not answer|no answer"),
    ],
    ids=["no ICCID", "no IMEI", "silent"],
)
def test_what_cannot_be_proved_stays_away_and_is_given_up_in_the_end(
    change: dict[str, Any], why: str, scripted: Any
) -> None:
    async def main() -> None:
        device = scripted(identity())
        modem = await device.modem()
        device.far.lose("unplugged")
        device.table.update(change)
        device.far.return_()
        given_up = await seen(modem, LinkGivenUp)
        assert given_up is not None
        with pytest.raises(DeviceLost, match=why) as raised:
            await modem.signal_dbm()
        assert "not looked for any more" in str(raised.value)
        assert device.heard.count("AT+CGSN") < 200, "ever rarer"
        await modem.close()

    run_virtual(main())


def test_lost_again_in_the_middle_of_coming_back(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(identity())
        modem = await device.modem()
        device.far.lose("unplugged")
        device.heard.clear()
        device.far.return_()
        await device.hears("AT+CGSN")
        device.far.lose("unplugged again")
        device.far.return_()
        assert await seen(modem, LinkBack)
        assert [type(event) for event in modem.events.since(0)] == [LinkLost, LinkBack]
        device.say('+CMTI: "SM",3')
        await device.hears("AT+CMGR=3")

    run_virtual(main())


def test_closing_ends_the_search(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(identity())
        modem = await device.modem()
        device.far.lose("unplugged")
        await asyncio.sleep(3)
        await modem.close()
        device.heard.clear()
        device.far.return_()
        await asyncio.sleep(100)
        assert device.heard == []

    run_virtual(main())


# At the first opening


async def opened(device: Any, **part: Any) -> AtModem:
    modem = ModemPart(name="m1", port="emulated", sim="sim-1", **part)
    return await AtModem.open(modem, SIM, device.link, device.paper, device.spent.append, {})


def test_the_imei_of_the_lab_file_is_held_against_the_modem(scripted: Any) -> None:
    async def main() -> None:
        await opened(scripted(identity()), imei=IMEI)
        await opened(scripted({"AT+CGSN": lines(f'+CGSN: "{IMEI}"')}), imei=IMEI)
        await opened(scripted({"AT+CGSN": ERROR}), imei=IMEI)
        text = f"wrong device at emulated: its IMEI is {OTHER_IMEI}, the lab file says {IMEI}"
        with pytest.raises(EquipmentError, match=text):
            await opened(scripted(identity(OTHER_IMEI)), imei=IMEI)

    run_virtual(main())


@pytest.mark.parametrize(("silent_s", "opens"), [(5.0, True), (3000.0, False)])
def test_one_that_does_not_answer_at_first_is_tried_again_and_not_for_ever(
    silent_s: float, opens: bool, scripted: Any
) -> None:
    async def main() -> None:
        device = scripted(identity())
        hear: Callable[[bytes], None] = device._received
        device.far.connect(lambda _data: None)
        asyncio.get_running_loop().call_later(silent_s, device.far.connect, hear)
        if opens:
            assert await (await device.modem()).sim_state() is SimState.READY
        else:
            with pytest.raises(NotAnswering):
                await device.modem()
            assert asyncio.get_running_loop().time() < 120

    run_virtual(main())


def test_messages_of_the_time_away_arrive(scripted: Any) -> None:
    """The published sample of test_modem: "How are you?" from +31641600986."""

    async def main() -> None:
        pdu = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
        device = scripted(identity())
        modem = await device.modem()
        device.far.lose("unplugged")
        device.table["AT+CMGL=0"] = [lines("+CMGL: 1,0,,38", pdu), OK]
        device.far.return_()
        message = await seen(modem, MessageReceived)
        assert message.text == "How are you?"

    run_virtual(main())


def test_lost_again_while_what_outlived_it_is_hung_up(scripted: Any) -> None:
    """Wrong code tells that it is back, and looks for it no more."""

    async def main() -> None:
        device = scripted(identity())
        modem = await device.modem()
        calls = device.table.get("AT+CLCC", OK)
        device.far.lose("unplugged")
        device.table["AT+CLCC"] = None
        device.heard.clear()
        device.far.return_()
        await device.hears("AT+CLCC")
        device.far.lose("once more")
        await asyncio.sleep(20)
        assert not [event for event in modem.events.since(0) if isinstance(event, LinkBack)]
        device.table["AT+CLCC"] = calls
        device.far.return_()
        assert await seen(modem, LinkBack) is not None
        assert await modem.sim_state() is SimState.READY
        await modem.close()

    run_virtual(main())


def test_without_an_imei_another_card_may_be_in_another_modem(scripted: Any) -> None:
    """A modem that does not tell its IMEI is looked for on, and is back with its own card."""

    async def main() -> None:
        device = scripted(identity() | {"AT+CGSN": ERROR})
        modem = await device.modem()
        device.far.lose("unplugged")
        device.table.update(identity(card=OTHER_CARD) | {"AT+CGSN": ERROR})
        device.far.return_()
        await asyncio.sleep(60)
        assert not [event for event in modem.events.since(0) if isinstance(event, LinkGivenUp | LinkBack)]
        device.table.update(identity() | {"AT+CGSN": ERROR})
        assert await seen(modem, LinkBack) is not None
        await modem.close()

    run_virtual(main())
