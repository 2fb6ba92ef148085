"""+CHLD and what goes with it, word for word, on an air that does what it is asked (27.007 7.13)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.air import Cli, Forward, Forwarding, Hint, Notice

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]


async def up(desk: Desk, number: str) -> None:
    """A call to `number` is answered."""
    assert "OK" in await desk.lines(f"ATD{number};")
    desk.air.progress(desk.air.calls[-1], 0)
    await desk.later(0.1)


async def rows(desk: Desk) -> list[str]:
    """Index, state and multiparty of what is listed, as "1/0/1"."""
    listed = [line.removeprefix("+CLCC: ").split(",") for line in (await desk.lines("AT+CLCC"))[:-1]]
    return ["/".join(row[position] for position in (0, 2, 4)) for row in listed]


async def two(desk: Desk) -> None:
    """10086 is held, 10010 active."""
    await up(desk, "10086")
    await up(desk, "10010")
    assert await rows(desk) == ["1/1/0", "2/0/0"]
    desk.air.asked.clear()


@pytest.mark.parametrize(
    ("line", "asked", "after"),
    [
        ("AT+CHLD=0", [], ["2/0/0"]),
        ("AT+CHLD=1", [("retrieve", "10086")], ["1/0/0"]),
        ("AT+CHLD=11", [], ["2/0/0"]),
        ("AT+CHLD=12", [], ["1/1/0"]),
        ("AT+CHLD=2", [("retrieve", "10086")], ["1/0/0", "2/1/0"]),
        ('AT+CHLD="2"', [("retrieve", "10086")], ["1/0/0", "2/1/0"]),
        ("AT+CHLD=21", [("retrieve", "10086")], ["1/0/0", "2/1/0"]),
        ("AT+CHLD=22", [], ["1/1/0", "2/0/0"]),
        ("AT+CHLD=3", [("join",)], ["1/0/1", "2/0/1"]),
        ("AT+CHLD=3;+CHLD=22", [("join",), ("split", "10010")], ["1/1/0", "2/0/0"]),
        ("AT+CHLD=3;+CHLD=2", [("join",), ("hold", "10086", "10010")], ["1/1/1", "2/1/1"]),
        ("AT+CHLD=4", [("transfer",)], ["1/1/0", "2/0/0"]),
    ],
)
def test_one_held_and_one_active(on_desk: OnDesk, line: str, asked: list[object], after: list[str]) -> None:
    async def scenario(desk: Desk) -> None:
        await two(desk)
        assert await desk.lines(line) == ["OK"]
        assert desk.air.asked == asked
        assert await rows(desk) == after

    on_desk(scenario)


def test_ok_comes_when_the_network_has_done_it(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await two(desk)
        assert await desk.at("AT+CHLD=3", 0.1) == b"", "asked, not done"
        assert await desk.at("AT+CLCC", 0.05) == b"", "one command line at a time"
        assert (await desk.later()).startswith(b'\r\nOK\r\n\r\n+CLCC: 1,0,0,0,1,"10086",129\r\n')

    on_desk(scenario)


@pytest.mark.parametrize("line", ["0", "1", "1x", "11", "2", "21", "3x", "5", "4*", "", "29", "x"])
def test_nothing_to_steer(on_desk: OnDesk, line: str) -> None:
    async def scenario(desk: Desk) -> None:
        (said,) = await desk.lines(f"AT+CMEE=1;+CHLD={line}")
        known = line in ("0", "1", "11", "2", "21", "29")
        assert said == f"+CME ERROR: {3 if known else 4}"
        assert desk.air.asked == []

    on_desk(scenario)


def test_a_third_call_needs_a_conference_first(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await two(desk)
        assert await desk.lines("AT+CMEE=1;D10000;") == ["+CME ERROR: 3"]
        assert await desk.lines("AT+CHLD=3") == ["OK"]
        await up(desk, "10000")
        assert await rows(desk) == ["1/1/1", "2/1/1", "3/0/0"]
        assert await desk.lines("AT+CHLD=3") == ["OK"]
        assert await rows(desk) == ["1/0/1", "2/0/1", "3/0/1"]
        assert await desk.lines("AT+CHUP") == ["OK"] and desk.air.calls == []

    on_desk(scenario)


def test_dialling_holds_what_is_active_or_says_no_carrier(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk, "10086")
        desk.air.refuses["hold"] = 50
        assert await desk.lines("ATD10010;") == ["NO CARRIER"]
        assert await desk.lines("AT+CEER") == ['+CEER: 50,"Requested facility not subscribed"', "OK"]
        assert desk.air.dialled == [("10086", False)] and await rows(desk) == ["1/0/0"]
        del desk.air.refuses["hold"]
        assert await desk.lines("ATD10010;") == ["OK"]
        assert await desk.lines("AT+CMEE=1;D10000;") == ["+CME ERROR: 3"], "one is being set up"
        desk.air.release(desk.air.calls[1], 17)
        assert await desk.later() == b"\r\nBUSY\r\n"
        assert await rows(desk) == ["1/1/0"]
        assert await desk.lines("AT+CHLD=2") == ["OK"] and await rows(desk) == ["1/0/0"]

    on_desk(scenario)


def test_who_gives_up_dialling_is_back_with_the_first(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk, "10086")
        await desk.lines("ATD10010;")
        assert await desk.lines("AT+CHLD=1") == ["OK"]
        assert desk.air.hung_up == [16] and await rows(desk) == ["1/0/0"]

    on_desk(scenario)


def test_a_waiting_call_comes_before_a_held_one(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk, "10086")
        desk.air.ring("10010")
        assert await desk.lines("AT+CHLD=2") == ["OK"]
        assert await rows(desk) == ["1/1/0", "2/0/0"]
        desk.air.ring("10000")
        assert await desk.lines("AT+CHLD=0") == ["OK"]
        assert desk.air.hung_up == [17] and await rows(desk) == ["1/1/0", "2/0/0"]
        desk.air.ring("10000")
        assert await desk.lines("AT+CHLD=1") == ["OK"]
        assert await rows(desk) == ["1/1/0", "3/0/0"]
        desk.air.ring("10001")
        assert await desk.lines("AT+CHLD=4*13800138000,129") == ["OK"]
        assert desk.air.asked[-1] == ("deflect", "10001", "13800138000")

    on_desk(scenario)


def test_a_caller_who_gives_up_while_the_other_is_put_on_hold(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk, "10086")
        waiting = desk.air.ring("10010")
        await desk.later()
        desk.modem.received(b"AT+CHLD=2\r")
        await desk.later(0.1)
        desk.air.release(waiting, 16)
        assert (await desk.later()).count(b"NO CARRIER") == 2, "of the call, and of the command"
        assert await desk.lines("AT") == ["OK"] and await rows(desk) == ["1/1/0"]

    on_desk(scenario)


def test_a_restart_while_the_network_is_asked(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await two(desk)
        desk.modem.received(b"AT+CHLD=3\r")
        await desk.later(0.1)
        desk.modem.reset()
        assert b"OK" not in await desk.later(20)
        assert (await desk.at("AT")).endswith(b"\r\nOK\r\n")

    on_desk(scenario)


@pytest.mark.parametrize(
    ("profile", "cause", "error", "report"),
    [
        ("generic", 19, 3, '+CEER: 19,"SS subscription violation"'),
        ("generic", 21, 4, '+CEER: 21,"facility not supported"'),
        ("generic", 50, 3, '+CEER: 50,"Requested facility not subscribed"'),
        ("generic", 69, 4, '+CEER: 69,"Requested facility not implemented"'),
        ("cinterion", 19, 3, "+CEER: 35,0,19"),
        ("cinterion", 50, 3, "+CEER: 8,50,0"),
        ("ublox", 17, 3, '+CEER: "SS network error cause",17,"SS error status"'),
        ("ublox", 29, 3, '+CEER: "CC setup error",29,"Facility rejected"'),
        ("quectel", 126, 3, "+CEER: 5,126"),
        ("huawei", 18, 3, "+CEER: SS not available"),
    ],
)
def test_refusals(on_desk: OnDesk, profile: str, cause: int, error: int, report: str) -> None:
    async def scenario(desk: Desk) -> None:
        await two(desk)
        desk.air.refuses["join"] = cause
        assert await desk.lines("AT+CMEE=1;+CHLD=3") == [f"+CME ERROR: {error}"]
        assert await desk.lines("AT+CEER") == [report, "OK"]
        assert await rows(desk) == ["1/1/0", "2/0/0"]

    on_desk(scenario, profile=profile)


@pytest.mark.parametrize("profile", ["telit", "zte", "cinterion"])
def test_some_cannot_transfer(on_desk: OnDesk, profile: str) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk, "10086")
        await up(desk, "10010")
        desk.air.asked.clear()
        assert await desk.lines("AT+CHLD=?") == ["+CHLD: (0,1,1x,2,2x,3)", "OK"]
        assert await desk.lines("AT+CMEE=1;+CHLD=4") == ["+CME ERROR: 4"]
        assert desk.air.asked == []

    on_desk(scenario, profile=profile)


TOLD = {
    "quectel": [
        "^DSCI: 1,0,1,0,10086,129", '+QIND: "ccinfo",1,0,1,0,0,"10086",129', "/",
        "^DSCI: 1,0,3,0,10086,129", '+QIND: "ccinfo",1,0,0,0,1,"10086",129',
        '+QIND: "ccinfo",2,0,0,0,1,"10010",129', "/",
        '+QIND: "ccinfo",1,0,0,0,0,"10086",129',
        "^DSCI: 2,0,1,0,10010,129", '+QIND: "ccinfo",2,0,1,0,0,"10010",129',
    ],
    "simcom": [
        '+CLCC: 1,0,1,0,0,"10086",129', "/",
        '+CLCC: 1,0,0,0,1,"10086",129', '+CLCC: 2,0,0,0,1,"10010",129', "/",
        '+CLCC: 1,0,0,0,0,"10086",129', '+CLCC: 2,0,1,0,0,"10010",129',
    ],
    "ublox": ["+UCALLSTAT: 1,1", "/", "+UCALLSTAT: 1,0", "/", "+UCALLSTAT: 2,1"],
    "telit": ["#ECAM: 0,4,1,,,", "/", "#ECAM: 0,3,1,,,", "/", "#ECAM: 0,4,1,,,"],
    "huawei": ["/", "/"],
}  # fmt: skip
ASKED = {
    "quectel": 'AT^DSCI=1;+QINDCFG="ccinfo",1', "simcom": "AT+CLCC=1", "ublox": "AT+UCALLSTAT=1",
    "telit": "AT#ECAM=1", "huawei": "AT^CURC=1",
}  # fmt: skip


@pytest.mark.parametrize("profile", TOLD)
def test_how_makers_tell_of_hold_and_conference(on_desk: OnDesk, profile: str) -> None:
    """Hold, join, split: unsolicited, behind the OK."""

    async def scenario(desk: Desk) -> None:
        assert await desk.lines(ASKED[profile]) == ["OK"]
        await up(desk, "10086")
        assert (first := await desk.lines("AT+CHLD=2"))[0] == "OK"
        await up(desk, "10010")
        (ok, *join), (okay, *split) = await desk.lines("AT+CHLD=3"), await desk.lines("AT+CHLD=21")
        assert ok == okay == "OK"
        assert [*first[1:], "/", *join, "/", *split] == TOLD[profile]

    on_desk(scenario, profile=profile)


def test_the_list_of_an_mc55(on_desk: OnDesk) -> None:
    """MC55 AT Command Set V03.03 page 152, example 2, but for the phone book's names and for the first call,
    which it has active in the end for no reason: the second is not taken, then the first ends."""

    async def scenario(desk: Desk) -> None:
        await desk.at("AT^SLCC=1")
        await up(desk, "1234567")
        said = await desk.lines("ATD23456;")
        desk.air.progress(desk.air.calls[1], 3)
        said += (await desk.later()).decode().split("\r\n")
        first, second = desk.air.calls
        desk.air.release(second, 31)
        said += (await desk.later()).decode().split("\r\n")
        desk.air.release(first, 16)
        said += (await desk.later()).decode().split("\r\n")
        assert [line for line in said if line] == [
            "OK",
            '^SLCC: 1,0,1,0,0,0,"1234567",129', "^SLCC:",
            '^SLCC: 1,0,1,0,0,0,"1234567",129', '^SLCC: 2,0,2,0,0,1,"23456",129', "^SLCC:",
            '^SLCC: 1,0,1,0,0,0,"1234567",129', '^SLCC: 2,0,3,0,0,1,"23456",129', "^SLCC:",
            '^SLCC: 1,0,1,0,0,0,"1234567",129', "^SLCC:", "NO CARRIER",
            "^SLCC:", "NO CARRIER",
        ]  # fmt: skip

    on_desk(scenario, profile="cinterion")


def test_notices_come_to_who_asked(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await up(desk, "10086")
        leg = desk.air.calls[0]
        desk.modem.notified(leg, Notice.HELD)
        desk.modem.hinted(leg, Hint.WAITING)
        assert await desk.later() == b""
        assert await desk.lines("AT+CSSN=0,1") == ["OK"]
        desk.modem.hinted(leg, Hint.WAITING)
        for notice in Notice:
            desk.modem.notified(leg, notice)
        said = (await desk.later()).decode().split("\r\n")
        assert [line for line in said if line] == [f"+CSSU: {code}" for code in (0, 2, 3, 4, 5, 7, 8, 9)]
        assert await desk.lines("AT+CSSN=1,0") == ["OK"]
        for hint in Hint:
            desk.modem.hinted(leg, hint)
        desk.modem.notified(leg, Notice.HELD)
        said = (await desk.later()).decode().split("\r\n")
        assert [line for line in said if line] == [f"+CSSI: {code}" for code in (0, 1, 2, 3, 8)]

    on_desk(scenario)


def test_who_answered(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+COLP=1")
        for connected, said in (
            (None, b'"10086",129'),
            (Cli("+8613900001234", 145), b'"+8613900001234",145'),
            (Cli("", 129, 1), b'"",128'),
        ):
            await desk.at("ATD10086;")
            leg = desk.air.calls[0]
            leg.connected = connected
            desk.air.progress(leg, 0)
            assert await desk.later() == b"\r\n+COLP: " + said + b"\r\n"
            await desk.at("ATH")

    on_desk(scenario)


def test_forwarding(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        await desk.at("AT+CMEE=1")
        assert await desk.lines('AT+CCFC=2,3,"13800138000",129,1,,,15') == ["OK"]
        assert desk.air.forwardings == {Forward.NO_REPLY: Forwarding("13800138000", 15)}
        assert await desk.lines("AT+CCFC=2,2") == ['+CCFC: 1,1,"13800138000",129,,,15', "OK"]
        assert await desk.lines("AT+CCFC=2,2,,,2") == ["+CCFC: 0,2", "OK"], "not of data"
        assert await desk.lines('AT+CCFC=5,3,"8613900001234",145') == ["OK"]
        assert desk.air.forwardings == dict.fromkeys(
            (Forward.BUSY, Forward.NO_REPLY, Forward.NOT_REACHABLE), Forwarding("+8613900001234", 20)
        )
        assert await desk.lines("AT+CCFC=1,2") == ['+CCFC: 1,1,"+8613900001234",145', "OK"]
        assert await desk.lines("AT+CCFC=0,1") == ["+CME ERROR: 3"], "nothing to enable"
        assert await desk.lines("AT+CCFC=1,0") == ["OK"]
        assert await desk.lines("AT+CCFC=1,2") == ['+CCFC: 0,1,"+8613900001234",145', "OK"], "it is kept"
        assert await desk.lines("AT+CCFC=2,2") == ['+CCFC: 1,1,"+8613900001234",145,,,20', "OK"]
        assert await desk.lines("AT+CCFC=1,1") == ["OK"]
        assert await desk.lines("AT+CCFC=1,2") == ['+CCFC: 1,1,"+8613900001234",145', "OK"]
        assert await desk.lines("AT+CCFC=4,4") == ["OK"] and desk.air.forwardings == {}
        assert await desk.lines("AT+CCFC=0,2") == ["+CCFC: 0,255", "OK"]
        desk.air.refuses["forward"] = 16
        assert await desk.lines('AT+CCFC=0,3,"110"') == ["+CME ERROR: 3"]
        assert await desk.lines("AT+CEER") == ['+CEER: 16,"illegal SS operation"', "OK"]
        assert await desk.lines('AT+CSCS="UCS2";+CCFC=1,3,"00310030003000380036",129') == ["+CME ERROR: 3"]
        assert desk.air.asked[-1] == ("forward", Forward.BUSY, Forwarding("10086", 20))
        for wrong in ("0,3", '0,3,"x"', "6,2", "0,5", '2,3,"10086",129,1,,,31', ""):
            assert await desk.lines(f"AT+CCFC={wrong}") == ["+CME ERROR: 50"], wrong
        for cannot in ('0,3,"10086",129,2', "4,2"):
            assert await desk.lines(f"AT+CCFC={cannot}") == ["+CME ERROR: 4"], cannot
        await desk.at("AT+CFUN=4")
        assert await desk.lines("AT+CCFC=0,2") == ["+CME ERROR: 30"]

    on_desk(scenario)


def test_waiting_is_refused(on_desk: OnDesk) -> None:
    async def scenario(desk: Desk) -> None:
        desk.air.refuses["waiting"] = 21
        assert await desk.lines("AT+CMEE=1;+CCWA=1,1") == ["+CME ERROR: 4"]
        assert await desk.lines("AT+CCWA=1,2") == ["+CCWA: 0,1", "OK"]

    on_desk(scenario)


def test_quirks_of_conferences(on_desk: OnDesk) -> None:
    async def late(desk: Desk) -> None:
        await two(desk)
        assert await desk.lines("AT+CHLD=3") == ["OK"]
        assert [await rows(desk) for _ in range(3)] == [["1/0/0", "2/0/0"]] * 2 + [["1/0/1", "2/0/1"]]
        for line in ("AT+CHLD=21", "AT+CLCC", "AT+CHLD=3"):
            await desk.at(line)
        assert await rows(desk) == ["1/0/0", "2/0/0"], "each time anew"

    async def lost(desk: Desk) -> None:
        await desk.at("AT+CSSN=1,1;+DDET=1")
        await up(desk, "10086")
        desk.modem.notified(desk.air.calls[0], Notice.HELD)
        desk.modem.heard(desk.air.calls[0], "5")
        assert await desk.later() == b""

    async def lacks(desk: Desk) -> None:
        await two(desk)
        assert await desk.lines("AT+CHLD=?") == ["+CHLD: (0,1,1x,2,2x,4,4*)", "OK"]
        assert await desk.lines("AT+CMEE=1;+CHLD=3") == ["+CME ERROR: 4"] and desk.air.asked == []
        assert await desk.lines("AT+CHLD=2") == ["OK"]

    on_desk(late, quirks=("mpty.late",))
    on_desk(lost, profile="simcom", quirks=("tone.lost", "notice.lost"))
    on_desk(lacks, quirks=("chld.lacks",))
