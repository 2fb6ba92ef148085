"""Call waiting and call forwarding: the network's word for voice, and no way past the emergency guard."""

from __future__ import annotations

from dataclasses import astuple
from typing import Any

import pytest

from interop.engine.clock import run_virtual
from interop.protocols.errors import BudgetSpent, EmergencyRefused, NotAnswering
from interop.protocols.modem import Divert, Forwarding, Steered
from interop.record.events import CallerId, ForwardingSeen, ForwardingSet, Ringing

OK = b"\r\nOK\r\n"


def said(*texts: str) -> bytes:
    return "".join(f"\r\n{text}\r\n" for text in texts).encode()


@pytest.mark.parametrize(
    ("answer", "waits"),
    [
        (said("+CCWA: 1,1", "OK"), True),
        (said("+CCWA: 0,1", "OK"), False),
        (said("+CCWA: 0,7", "OK"), False),
        (said("+CCWA: 0,255", "OK"), False),
        (said("+CCWA: 0,2", "+CCWA: 1,1", "+CCWA: 0,4", "OK"), True),  # Ericsson T39 page 52
        (said("+CCWA: 1,2", "OK"), None),  # data only
        (said("+CCWA: 1, 5", "OK"), True),
        (OK, None),
        (said("20", "OK"), None),
        (said("1,1", "OK"), True),
        (said("+CCWA: 0,2", "1,1", "OK"), True),
        (said("+CME ERROR: 31"), None),
        (said("ERROR"), None),
    ],
)
def test_call_waiting(answer: bytes, waits: bool | None, scripted: Any) -> None:
    async def main() -> None:
        modem = await scripted({"AT+CCWA=1,2,1": answer}).modem()
        assert await modem.call_waiting() is waits

    run_virtual(main())


def test_a_question_is_asked_once_more_and_an_order_is_not(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CCWA=1,2,1": [None, said("+CCWA: 1,1", "OK")], "AT+CCWA=1,1,1": None})
        modem = await device.modem()
        assert await modem.call_waiting() is True
        with pytest.raises(NotAnswering):
            await modem.set_call_waiting(True)
        assert sum(line.startswith("AT+CCWA=1,1,1") for line in device.heard) == 1

    run_virtual(main())


def test_a_call_that_waits_is_no_answer_about_call_waiting(scripted: Any) -> None:
    async def main() -> None:
        answer = said('+CCWA: "13900001234",129,1', "+CCWA: 0,1", "OK")
        modem = await scripted({"AT+CCWA=1,2,1": answer}).modem()
        assert await modem.call_waiting() is False
        assert modem.events.since(0) == [Ringing(waiting=True), CallerId("13900001234", 129, None)]

    run_virtual(main())


def test_switching_it(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        assert await modem.set_call_waiting(True) == Steered(True)
        assert await modem.set_call_waiting(False) == Steered(True)
        device.table |= {
            "AT+CCWA=1,1,1": said("+CME ERROR: 3"), "AT+CEER": said('+CEER: 18,"SS not available"', "OK"),
        }  # fmt: skip
        answer = await modem.set_call_waiting(True)
        assert answer == Steered(False, 3, 18, '18,"SS not available"')
        ours = [line for line in device.heard if line.startswith("AT+CCWA=")]
        assert ours == ["AT+CCWA=1", "AT+CCWA=1,1,1", "AT+CCWA=1,0,1", "AT+CCWA=1,1,1"]

    run_virtual(main())


# Forwarding


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        (said("+CCFC: 0,255", "OK"), Forwarding()),
        (said("+CCFC: 0,7", "OK"), Forwarding()),  # SIM800 manual V1.09 page 62
        (said('+CCFC: 1,1,"13900001234",129', "OK"), Forwarding("13900001234")),
        (said('+CCFC: 1,1,"8613900001234",145,,,25', "OK"), Forwarding("+8613900001234", True, 25)),
        (said('+CCFC: 1,7,"+8613900001234",145,,,', "OK"), Forwarding("+8613900001234")),
        (said('+CCFC: 0,1,"13900001234",129', "OK"), Forwarding("13900001234", False)),  # switched off
        (said('+CCFC: 1,4,"1111",129', '+CCFC: 1,1,"13900001234",129', "OK"), Forwarding("13900001234")),
        (said('+CCFC: 1,2,"1111",129', "OK"), None),
        (
            said('+CCFC: 1,1,"00310033003900300030003000300031003200330034",129', "OK"),
            Forwarding("13900001234"),
        ),
        (said("+CCFC: 0,", "OK"), None),
        (OK, None),
        (said("+CME ERROR: 30"), None),
    ],
)
def test_where_calls_go(answer: bytes, found: Forwarding | None, scripted: Any) -> None:
    async def main() -> None:
        modem = await scripted({"AT+CCFC=2,2": answer}).modem()
        assert await modem.diverted(Divert.NO_REPLY) == found
        seen = [] if found is None else [ForwardingSeen("no_reply", *astuple(found))]
        assert [one for one in modem.events.since(0) if isinstance(one, ForwardingSeen)] == seen

    run_virtual(main())


@pytest.mark.parametrize(
    ("when", "to", "line"),
    [
        (Divert.ALWAYS, "13900001234", 'AT+CCFC=0,3,"13900001234",129,1'),
        (Divert.BUSY, "+8613900001234", 'AT+CCFC=1,3,"+8613900001234",145,1'),
        (Divert.NO_REPLY, "13900001234", 'AT+CCFC=2,3,"13900001234",129,1,,,15'),
        (Divert.NOT_REACHABLE, "", "AT+CCFC=3,4"),
    ],
)
def test_forwarding(when: Divert, to: str, line: str, scripted: Any) -> None:
    async def main() -> None:
        device = scripted(emulated=False)
        modem = await device.modem()
        assert await modem.divert(when, to, after_s=15) == Steered(True)
        assert device.heard[-1] == line
        assert modem.events.since(0) == [ForwardingSet(when.name.lower(), to)]
        device.table |= {line: said("+CME ERROR: 21"), "AT+CEER": said("+CEER: 35,0,17", "OK")}
        assert await modem.divert(when, to, after_s=15) == Steered(False, 21, 17, "35,0,17")

    run_virtual(main())


def test_a_forwarding_that_is_switched_off(scripted: Any) -> None:
    """As it was before, say: it is kept, and no call goes there."""

    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        assert await modem.divert(Divert.BUSY, "12580", active=False) == Steered(True)
        assert device.heard[-2:] == ['AT+CCFC=1,3,"12580",129,1', "AT+CCFC=1,0"]
        device.table['AT+CCFC=1,3,"12580",129,1'] = said("+CME ERROR: 30")
        assert not (await modem.divert(Divert.BUSY, "12580", active=False)).done
        assert device.heard.count("AT+CCFC=1,0") == 1, "there is nothing to switch off"

    run_virtual(main())


@pytest.mark.parametrize("to", ["110", "+86110", "010110", "120", "17951119", "999"])
def test_nothing_is_ever_forwarded_to_an_emergency_service(to: str, scripted: Any) -> None:
    async def main() -> None:
        device = scripted(emulated=False)
        modem = await device.modem()
        for when in Divert:
            with pytest.raises(EmergencyRefused):
                await modem.divert(when, to)
        assert b"CCFC" not in device.wire
        assert modem.events.since(0) == []

    run_virtual(main())


@pytest.mark.parametrize(
    ("to", "after_s"), [("13900001234", 0), ("13900001234", 7), ("13900001234", 35), ("1x", 20), ("*21#", 20),
                        ("1,2", 20), ('1"', 20)]
)  # fmt: skip
def test_what_is_no_forwarding(to: str, after_s: int, scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        with pytest.raises(ValueError, match=r"no number|steps of 5"):
            await modem.divert(Divert.NO_REPLY, to, after_s=after_s)
        assert b"CCFC" not in device.wire

    run_virtual(main())


def test_who_has_calls_forwarded_pays_for_the_call(scripted: Any) -> None:
    """Each forwarding that is set; not what is put back, nor an order that is repeated until it is taken."""

    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        await modem.divert(Divert.BUSY, "13900001234")
        assert device.spent == ["calls"]
        await modem.divert(Divert.BUSY, "12580")  # as it was before
        assert device.spent == ["calls"]
        await modem.divert(Divert.BUSY, "13900001234")
        device.table["AT+CCFC=1,4"] = [said("+CME ERROR: 30"), OK]
        await modem.divert(Divert.BUSY, "")
        await modem.divert(Divert.BUSY, "")
        await modem.divert(Divert.ALWAYS, "13900001234")
        assert device.spent == 3 * ["calls"]

    run_virtual(main())


def test_a_forwarding_that_nobody_can_pay_is_not_set(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()

        def spend(what: str) -> None:
            raise BudgetSpent(modem.name, f"all {what} are spent")

        modem._services._spend = spend
        with pytest.raises(BudgetSpent):
            await modem.divert(Divert.ALWAYS, "13900001234")
        assert b"CCFC" not in device.wire
        await modem.divert(Divert.ALWAYS, "")
        assert device.heard[-1] == "AT+CCFC=0,4"

    run_virtual(main())


@pytest.mark.parametrize("stale", ["+CEER: 8,16,0", '+CEER: 16,"Normal call clearing"', "+CEER: 31"])
def test_a_refusal_is_not_explained_by_a_call_that_we_hung_up(stale: str, scripted: Any) -> None:
    """Nobody asked why that one ended, so +CEER is news."""

    async def main() -> None:
        device = scripted({"AT+CCFC=1,4": said("+CME ERROR: 100"), "AT+CEER": said(stale, "OK")})
        modem = await device.modem()
        answer = await modem.divert(Divert.BUSY, "")
        assert (answer.done, answer.code, answer.cause) == (False, 100, None)

    run_virtual(main())
