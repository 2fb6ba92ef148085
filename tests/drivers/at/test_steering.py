"""+CHLD: what is ordered, what the modem says of it, and that only +CLCC is believed about the calls."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from drivers.at.steering import listed
from interop.engine.clock import run_virtual
from interop.protocols.errors import CommandRefused, DeviceLost, NotAnswering, NotAvailable
from interop.protocols.modem import CallOutcome, CallStat, Steered, Steering
from interop.record.events import (
    CallsListed,
    CallSteered,
    Connected,
    EquipmentTrouble,
    Event,
    HungUp,
    Notified,
    Released,
    SteeringDone,
    SteeringRefused,
)

OK = b"\r\nOK\r\n"
B, C = '1,0,{},0,{},"13022100000",129', '2,0,{},0,{},"13900001234",129'


def rows(*texts: str) -> bytes:
    return "".join(f"\r\n+CLCC: {text}\r\n" for text in texts).encode() + OK


def said(text: str) -> bytes:
    return f"\r\n{text}\r\n".encode()


def both(b: int, c: int, joined: int = 0) -> bytes:
    return rows(B.format(b, joined), C.format(c, joined))


def orders(device: Any) -> list[str]:
    return [line for line in device.heard if line.startswith(("AT+CHLD", "ATD"))]


async def two_calls(device: Any, dialect: str = "generic") -> Any:
    """B is held, C is spoken to."""
    device.table["AT+CLCC"] = rows(B.format(0, 0))
    modem = await device.modem(dialect)
    first = await modem.dial("13022100000")
    assert (await first.connected(5)).outcome is CallOutcome.CONNECTED
    device.table["AT+CLCC"] = both(1, 0)
    second = await modem.dial("13900001234")
    assert (await second.connected(5)).outcome is CallOutcome.CONNECTED
    return modem, first, second


def of_steering(modem: Any, mark: int) -> list[Event]:
    kinds = (CallSteered, SteeringDone, SteeringRefused, HungUp, Released, Connected)
    return [event for event in modem.events.since(mark) if isinstance(event, kinds)]


# What a modem can do


@pytest.mark.parametrize(
    ("text", "lacks"),
    [
        ("(0,1,1x,2,2x,3,4)", ""),  # SIM7600 manual V1.07 page 121
        ("(0, 1, 1x, 2, 2x, 3, 4)", ""),  # Enfora GSM1308AT001 2.1.3.12
        ("(0-4,11-17,21-27)", ""),  # Multi-Tech S000293I page 87 (Wavecom)
        ("0,1,1X,2,2X,3", "4"),
        ('("0","1","1<idx>","2","2<idx>","3","4")', ""),
        ("(0,1,1x,2,2x,3,4,4*,6x,7x,8x)", ""),
        ("(0,1,1x)", "2 2x 3 4"),
        ("(0,1,2)", "1x 2x 3 4"),
        ("(2)", "0 1 1x 2x 3 4"),  # MultiTech EV-DO guide page 61
        ("", "0 1 1x 2 2x 3 4"),
        ("(x,99,-,0-)", "0 1 1x 2 2x 3 4"),
    ],
)
def test_what_chld_lists(text: str, lacks: str) -> None:
    assert sorted(set(Steering) - listed(text)) == sorted(map(Steering, lacks.split()))


@pytest.mark.parametrize("answer", [b"\r\nERROR\r\n", said("+CME ERROR: 4"), OK])
def test_a_modem_that_does_not_say_can_nothing(answer: bytes, scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CHLD=?": said("+CHLD: (0,1,2,3)") + OK})
        modem = await device.modem()
        assert await modem.steers() == {
            Steering.RELEASE_HELD, Steering.RELEASE_ACTIVE, Steering.SWAP, Steering.JOIN,
        }  # fmt: skip
        device.table["AT+CHLD=?"] = answer
        assert await modem.steers() == frozenset()

    run_virtual(main())


# Orders


def test_hold_join_split_and_drop_as_modems_md_has_it(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, first, second = await two_calls(device)
        mark = modem.events.mark()
        device.table["AT+CLCC"] = both(0, 0, joined=1)
        assert await modem.steer(Steering.JOIN) == Steered(True)
        joined = [(entry.stat, entry.multiparty) for entry in await modem.calls()]
        assert joined == [(CallStat.ACTIVE, True)] * 2
        device.table["AT+CHLD=21"] = OK
        assert await modem.steer(Steering.PRIVATE, first) == Steered(True)
        device.table["AT+CLCC"] = rows(C.format(0, 0))
        assert await modem.steer(Steering.RELEASE_ONE, first) == Steered(False, text="the call is over")
        assert orders(device)[-2:] == ["AT+CHLD=3", "AT+CHLD=21"]
        assert (await second.released(5)).outcome is CallOutcome.SILENT
        assert [type(event) for event in of_steering(modem, mark)] == [
            CallSteered, SteeringDone, CallSteered, SteeringDone, Released,
        ]  # fmt: skip
        assert CallsListed(("1 active mpty", "2 active mpty")) in modem.events.since(mark)

    run_virtual(main())


@pytest.mark.parametrize("final", ["OK", "NO CARRIER"])
def test_one_that_we_drop_is_hung_up_here_once_it_is_listed_no_more(final: str, scripted: Any) -> None:
    """Motorola G24 manual 3-26: OK, and NO CARRIER later. Others answer NO CARRIER, as to ATH."""

    async def main() -> None:
        device = scripted({"AT+CHLD=11": said(final)})
        modem, first, second = await two_calls(device)
        mark = modem.events.mark()
        assert (await modem.steer(Steering.RELEASE_ONE, first)).done
        assert of_steering(modem, mark)[-1] == SteeringDone()  # its row is still there
        device.table["AT+CLCC"] = rows(C.format(0, 0))
        device.say("NO CARRIER")
        assert (await first.released(5)).outcome is CallOutcome.RELEASED
        assert of_steering(modem, mark) == [CallSteered("11", "release one call"), SteeringDone(), HungUp()]
        assert (await second.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_ok_and_nothing_happens_is_not_believed(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CEER": said("+CEER: 5,16") + OK})
        modem, first, _ = await two_calls(device)
        assert (await modem.steer(Steering.RELEASE_ONE, first)).done
        assert (await first.released(20)).outcome is CallOutcome.SILENT
        device.table["AT+CLCC"] = rows(C.format(0, 0))
        device.table["AT+CEER"] = said("+CEER: 5,31") + OK
        mark = modem.events.mark()
        device.say("NO CARRIER")  # and so long after, it was not we who ended it
        assert (await first.released(5)).cause == 31
        assert of_steering(modem, mark) == [Released(31, "5,31")]

    run_virtual(main())


def test_a_waiting_call_is_taken_and_the_other_held(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        device.table["AT+CLCC"] = rows(B.format(0, 0))
        modem = await device.modem()
        first = await modem.dial("13022100000")
        await first.connected(5)
        device.table["AT+CLCC"] = rows(B.format(0, 0), '2,1,5,0,0,"13900001234",129')
        device.say('+CCWA: "13900001234",129,1')
        offer = await modem.waiting(5)
        device.table["AT+CLCC"] = rows(B.format(1, 0), '2,1,0,0,0,"13900001234",129')
        assert (await modem.steer(Steering.SWAP)).done
        assert (await offer.call.connected(5)).outcome is CallOutcome.CONNECTED
        assert (await first.released(5)).outcome is CallOutcome.SILENT
        device.lists["AT+CHLD=1"] = rows(B.format(0, 0))
        mark = modem.events.mark()
        await modem.steer(Steering.RELEASE_ACTIVE)
        assert (await offer.call.released(5)).outcome is CallOutcome.RELEASED
        assert of_steering(modem, mark)[-1] == HungUp()
        assert (await first.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_a_second_call_holds_the_first_only_where_the_dialect_says_so(scripted: Any) -> None:
    """asterisk-chan-dongle sends AT+CHLD=2 before ATD; a second AT+CHLD=2 would bring the held one back."""

    async def main(dialect: str, *, held_before: bool) -> list[str]:
        device = scripted({"AT+CLCC": rows(B.format(0, 0))})
        modem = await device.modem(dialect)
        await (await modem.dial("13022100000")).connected(5)
        if held_before:
            device.table["AT+CLCC"] = rows(B.format(1, 0))
            await modem.steer(Steering.SWAP)
        await modem.dial("13900001234")
        return orders(device)

    both_numbers = ["ATD13022100000;", "AT+CHLD=2", "ATD13900001234;"]
    assert run_virtual(main("quectel", held_before=False)) == both_numbers
    assert run_virtual(main("quectel", held_before=True)) == both_numbers
    assert run_virtual(main("telit", held_before=False)) == [both_numbers[0], both_numbers[2]]


def test_a_hold_that_is_refused_means_that_nothing_is_dialled(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CLCC": rows(B.format(0, 0)), "AT+CHLD=2": said("+CME ERROR: 3")})
        modem = await device.modem("huawei")
        first = await modem.dial("13022100000")
        device.say("^ORIG:1,0", "^CONN:1,0")
        await first.connected(5)
        mark = modem.events.mark()
        with pytest.raises(CommandRefused):
            await modem.dial("13900001234")
        assert [type(event) for event in modem.events.since(mark)] == [CallSteered, SteeringRefused]
        assert (await first.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_an_order_needs_its_call(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, first, _ = await two_calls(device)
        for what, call in ((Steering.JOIN, first), (Steering.PRIVATE, None)):
            with pytest.raises(ValueError, match=what.name):
                await modem.steer(what, call)
        with pytest.raises(ValueError, match="no call"):
            await modem.steer(Steering.PRIVATE, object())
        assert orders(device)[2:] == []

    run_virtual(main())


D = '3,1,{},0,0,"13100005678",129'


async def with_a_third_that_waits(device: Any) -> Any:
    modem, first, second = await two_calls(device)
    device.table["AT+CLCC"] = rows(B.format(1, 0), C.format(0, 0), D.format(5))
    device.say('+CCWA: "13100005678",129,1')
    offer = await modem.waiting(5)
    return modem, first, second, offer.call


def test_busy_for_a_waiting_call_is_none_for_a_held_one(scripted: Any) -> None:
    """22.030 6.5.5.1: a waiting call has precedence over a held one."""

    async def main() -> None:
        device = scripted()
        modem, first, _, third = await with_a_third_that_waits(device)
        device.lists["AT+CHLD=0"] = both(1, 0)
        mark = modem.events.mark()
        assert (await modem.steer(Steering.RELEASE_HELD)).done
        assert (await third.released(5)).outcome is CallOutcome.RELEASED
        assert of_steering(modem, mark)[-1] == HungUp()
        device.table["AT+CLCC"] = rows(C.format(0, 0))
        device.say("NO CARRIER")
        assert (await first.released(5)).outcome is CallOutcome.RELEASED
        assert of_steering(modem, mark)[-1] == Released(None, "")

    run_virtual(main())


def test_a_held_call_is_not_ended_for_a_waiting_one_that_gave_up_unseen(scripted: Any) -> None:
    """AT+CHLD=0 would mean the held one then."""

    async def main() -> None:
        device = scripted()
        _, first, _, third = await with_a_third_that_waits(device)
        device.table["AT+CLCC"] = both(1, 0)
        await third.hang_up()
        assert orders(device)[2:] == []
        assert (await first.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_what_is_on_hold_outlives_the_answer_to_a_waiting_call(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        _, first, second, third = await with_a_third_that_waits(device)
        device.lists["AT+CHLD=1"] = rows(B.format(1, 0), D.format(0))
        await third.answer()
        assert (await second.released(5)).outcome is CallOutcome.RELEASED
        for call in (first, third):
            assert (await call.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_the_end_of_what_was_retrieved_is_not_our_doing(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, first, second = await two_calls(device)
        device.lists["AT+CHLD=1"] = rows(B.format(0, 0))
        await modem.steer(Steering.RELEASE_ACTIVE)
        await second.released(5)
        mark = modem.events.mark()
        device.table["AT+CLCC"] = OK
        device.say("NO CARRIER")
        assert (await first.released(5)).outcome is CallOutcome.RELEASED
        assert [type(event) for event in of_steering(modem, mark)] == [Released]

    run_virtual(main())


@pytest.mark.parametrize("dialect", ["generic", "simcom", "quectel"])
def test_the_list_is_looked_at_soon_after_each_order(dialect: str, scripted: Any) -> None:
    """Also where the modem tells of its calls and is asked seldom: not all tell of hold and conference."""

    async def main() -> None:
        device = scripted()
        modem, _, _ = await two_calls(device, dialect)
        for what in (Steering.SWAP, Steering.JOIN):
            await modem.steer(what)
            before = device.heard.count("AT+CLCC")
            await asyncio.sleep(1)
            assert device.heard.count("AT+CLCC") > before

    run_virtual(main())


def test_a_list_that_is_refused_in_the_middle_of_a_call_stops_nothing(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, first, _ = await two_calls(device)
        device.table["AT+CLCC"] = said("+CME ERROR: 100")
        assert (await modem.steer(Steering.PRIVATE, first)).done
        assert orders(device)[-1] == "AT+CHLD=21"

    run_virtual(main())


# Refusals


@pytest.mark.parametrize(
    ("final", "ceer", "steered"),
    [
        ("+CME ERROR: 3", '18,"SS not available"', Steered(False, 3, 18, '18,"SS not available"')),
        ("+CME ERROR: 4", "Facility not supported", Steered(False, 4, 21, "Facility not supported")),
        ("+CME ERROR: 21", "35,0,19", Steered(False, 21, 19, "35,0,19")),  # Cinterion
        ("+CME ERROR: 30", "5,50", Steered(False, 30, 50, "5,50")),
        ("+CME ERROR: 100", '"SS network error cause",17,"SS error status"',
         Steered(False, 100, 17, '"SS network error cause",17,"SS error status"')),
        ("+CME ERROR: operation not allowed", "requested facility not subscribed",
         Steered(False, 3, 50, "requested facility not subscribed")),
        ("ERROR", "max number of MPTY participants exceeded",
         Steered(False, None, 126, "max number of MPTY participants exceeded")),
        ("ERROR", "Normal call clearing", Steered(False, None, None, "ERROR")),  # of an older call
        ("+CME ERROR: 3", None, Steered(False, 3, None, "+CME ERROR: 3")),
    ],
)  # fmt: skip
def test_why_it_is_refused(final: str, ceer: str | None, steered: Steered, scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CEER": said("+CEER: Normal call clearing") + OK})
        modem, first, second = await two_calls(device)
        device.table |= {"AT+CHLD=3": said(final)}
        device.table["AT+CEER"] = said(f"+CEER: {ceer}") + OK if ceer else b"\r\nERROR\r\n"
        mark = modem.events.mark()
        for _ in range(2):  # the same may be refused twice for the same cause
            assert await modem.steer(Steering.JOIN) == steered
        assert of_steering(modem, mark)[:2] == [
            CallSteered("3", "join"), SteeringRefused(steered.code, steered.cause, steered.text)
        ]  # fmt: skip
        asked = device.heard.index("AT+CHLD=3")
        assert device.heard[asked + 1] == "AT+CEER"
        for call in (first, second):
            assert (await call.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_the_cause_of_a_refusal_is_not_that_of_a_later_release(scripted: Any) -> None:
    """24.080 error 19 is no 24.008 cause 19."""

    async def main() -> None:
        device = scripted()
        modem, first, _ = await two_calls(device)
        device.table |= {
            "AT+CHLD=3": said("+CME ERROR: 3"), "AT+CEER": said('+CEER: 19,"SS subscription violation"') + OK,
        }  # fmt: skip
        assert (await modem.steer(Steering.JOIN)).cause == 19
        device.table["AT+CLCC"] = rows(C.format(0, 0))
        device.say("NO CARRIER")
        assert (await first.released(5)).cause is None

    run_virtual(main())


def test_a_refusal_is_not_the_cause_of_a_release_that_gives_none(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, first, _ = await two_calls(device)
        device.table |= {"AT+CHLD=3": said("+CME ERROR: 3"), "AT+CEER": said("+CEER: 5,50") + OK}
        assert (await modem.steer(Steering.JOIN)).cause == 50
        device.table["AT+CLCC"] = rows(C.format(0, 0))
        device.say("NO CARRIER")
        assert ((end := await first.released(5)).cause, end.text) == (None, "")

    run_virtual(main())


def test_what_was_refused_is_not_expected_any_more(scripted: Any) -> None:
    """The far end hangs up soon after: it was not we. Nor is a lone row a conference that was refused."""

    async def main() -> None:
        device = scripted({"AT+CHLD=11": said("ERROR"), "AT+CHLD=3": said("ERROR")})
        modem, first, second = await two_calls(device)
        assert not (await modem.steer(Steering.RELEASE_ONE, first)).done
        assert not (await modem.steer(Steering.JOIN)).done
        mark = modem.events.mark()
        device.table["AT+CLCC"] = rows("2,0,0,0,1")
        device.say("NO CARRIER")
        assert (await first.released(5)).outcome is CallOutcome.RELEASED
        assert [type(event) for event in of_steering(modem, mark)] == [Released]
        assert (await second.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


@pytest.mark.parametrize(("final", "done"), [("+CME ERROR: 3", False), ("OK", True)])
def test_no_carrier_of_one_leg_is_no_answer_to_a_join(final: str, done: bool, scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CHLD=3": said("NO CARRIER") + said(final)})
        modem, first, second = await two_calls(device)
        device.table["AT+CLCC"] = rows(C.format(0, 0))
        assert (await modem.steer(Steering.JOIN)).done is done
        assert (await first.released(5)).outcome is CallOutcome.RELEASED
        assert (await second.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_without_an_answer_nobody_knows_and_it_is_not_repeated(scripted: Any) -> None:
    """What comes late is not the next command's: that one is answered by its own."""

    async def main() -> None:
        device = scripted({"AT+CHLD=3": None, "AT+CHLD=2": said("+CME ERROR: 3")})
        modem, first, second = await two_calls(device)
        with pytest.raises(NotAnswering):
            await modem.steer(Steering.JOIN)
        device.far.write(OK)
        assert await modem.steer(Steering.SWAP) == Steered(False, 3, None, "+CME ERROR: 3")
        assert orders(device)[2:] == ["AT+CHLD=3", "AT+CHLD=2"]
        for call in (first, second):
            assert (await call.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_a_second_ok_of_a_motorola_reaches_no_other_command(scripted: Any) -> None:
    """Motorola G24 manual 3-26: OK, NO CARRIER, and once more OK when the other call is connected."""

    async def main() -> None:
        device = scripted({"AT+CHLD=1": OK + said("NO CARRIER") + OK, "AT+CHLD=3": said("+CME ERROR: 3")})
        modem, first, second = await two_calls(device)
        device.lists["AT+CHLD=1"] = rows(B.format(0, 0))
        assert (await modem.steer(Steering.RELEASE_ACTIVE)).done
        assert not (await modem.steer(Steering.JOIN)).done
        assert (await second.released(5)).outcome is CallOutcome.RELEASED
        assert (await first.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_a_restart_in_the_middle(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CHLD=3": said("RDY")})
        modem, first, _ = await two_calls(device)
        with pytest.raises(DeviceLost):
            await modem.steer(Steering.JOIN)
        assert (await first.released(1)).outcome is CallOutcome.RELEASED

    run_virtual(main())


def test_nothing_is_sent_while_atd_is_not_answered(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"ATD13022100000;": None})
        modem = await device.modem("wavecom")
        await modem.dial("13022100000")
        with pytest.raises(NotAvailable):
            await modem.steer(Steering.SWAP)
        assert orders(device) == ["ATD13022100000;"]

    run_virtual(main())


def test_orders_and_dialling_never_overlap(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, _, _ = await two_calls(device)
        device.table["AT+CHLD=3"] = None
        joining = asyncio.create_task(modem.steer(Steering.JOIN))
        await device.hears("AT+CHLD=3")
        swapping = asyncio.create_task(modem.steer(Steering.SWAP))
        await asyncio.sleep(1)
        assert orders(device)[-1] == "AT+CHLD=3"
        device.far.write(OK)
        assert (await joining).done and (await swapping).done
        assert orders(device)[-2:] == ["AT+CHLD=3", "AT+CHLD=2"]

    run_virtual(main())


# One row for the whole conference (24.147)


def test_a_conference_in_one_row_has_not_lost_a_party(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, first, second = await two_calls(device)
        device.table["AT+CLCC"] = rows("1,0,0,0,1")
        assert (await modem.steer(Steering.JOIN)).done
        assert len(await modem.calls()) == 1
        for call in (first, second):
            assert (await call.released(20)).outcome is CallOutcome.SILENT
        answer = await modem.steer(Steering.RELEASE_ONE, second)
        assert not answer.done and "one call" in answer.text
        assert orders(device)[-1] == "AT+CHLD=3"
        with pytest.raises(NotAvailable):
            await second.hang_up()
        device.table["AT+CLCC"] = OK
        device.say("NO CARRIER")
        for call in (first, second):
            assert (await call.released(5)).outcome is CallOutcome.RELEASED

    run_virtual(main())


# What others do


def test_notifications(scripted: Any) -> None:
    """+CSSU: <code2>[,<index>[,<number>,<type>...]] (27.007 7.17)."""

    async def main() -> None:
        modem = await (device := scripted()).modem()
        device.say("+CSSI: 3", "+CSSU: 2", '+CSSU: 4,,"",128', "+CSSU:3", "+CSSU: held")
        await asyncio.sleep(1)
        told = [event for event in modem.events.since(0) if isinstance(event, Notified)]
        assert told == [Notified(3, own=True), Notified(2), Notified(4), Notified(3)]

    run_virtual(main())


def test_everything_is_tried_until_nothing_is_listed(scripted: Any) -> None:
    """+CHUP ends what is active; what is held stays up with some."""

    async def main() -> None:
        device = scripted()
        modem, _, _ = await two_calls(device)
        device.lists["AT+CHUP"] = rows(B.format(1, 0))
        device.lists["AT+CHLD=0"] = OK
        await modem.hang_up_all()
        assert [line for line in device.heard if line.startswith(("AT+CHUP", "ATH", "AT+CHLD"))] == [
            "AT+CHUP", "ATH", "AT+CHLD=0",
        ]  # fmt: skip

    run_virtual(main())


def test_a_call_that_will_not_end_is_told_as_trouble(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem, _, _ = await two_calls(device)
        await modem.hang_up_all()
        assert [line for line in device.heard if line.startswith("AT+CHLD")] == [
            "AT+CHLD=0", "AT+CHLD=1", "AT+CHLD=11", "AT+CHLD=12",
        ]  # fmt: skip
        assert EquipmentTrouble("the modem does not end call 1 and 2") in modem.events.since(0)

    run_virtual(main())


# One leg of several hung up


def test_a_held_leg_is_ended_without_the_one_that_is_spoken_to(scripted: Any) -> None:
    """+CHUP would end the other (27.007 6.5)."""

    async def main() -> None:
        device = scripted({"AT+CHLD=11": said("+CME ERROR: 3")})
        _, first, second = await two_calls(device)
        device.lists["AT+CHLD=0"] = rows(C.format(0, 0))
        await first.hang_up()
        assert orders(device)[2:] == ["AT+CHLD=11", "AT+CHLD=0"]
        assert "AT+CHUP" not in device.heard
        assert (await second.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


def test_a_party_of_a_conference_is_not_ended_by_ending_the_conference(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CHLD=11": said("+CME ERROR: 3")})
        _, first, second = await two_calls(device)
        device.table["AT+CLCC"] = both(0, 0, joined=1)
        with pytest.raises(DeviceLost, match="refuses to end"):
            await first.hang_up()
        assert "AT+CHUP" not in device.heard and "ATH" not in device.heard
        assert (await second.released(5)).outcome is CallOutcome.SILENT

    run_virtual(main())


@pytest.mark.parametrize("listed", [rows(B.format(0, 0)), OK])
def test_a_call_that_is_over_unnoticed_does_not_take_the_other_along(listed: bytes, scripted: Any) -> None:
    """AT+CHLD=12 is refused, for there is no such call; AT+CHUP would end the one that is left."""

    async def main() -> None:
        device = scripted({"AT+CHLD=12": said("+CME ERROR: 3")})
        modem, first, second = await two_calls(device)
        device.table["AT+CLCC"] = [listed, rows(B.format(0, 0))]
        await second.hang_up()
        assert "AT+CHUP" not in device.heard and "ATH" not in device.heard
        assert (await second.released(5)).outcome is CallOutcome.RELEASED
        assert (await first.released(5)).outcome is CallOutcome.SILENT
        assert [entry.index for entry in await modem.calls()] == [1]

    run_virtual(main())
