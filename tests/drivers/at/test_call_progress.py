"""One story, one sequence of events, whatever maker's words it comes in.

The words are those that others recorded or published (see each maker's entry); +CLCC says what is so at that
moment, for those that have to ask.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from drivers.at import AtModem
from interop.engine.clock import run_virtual
from interop.protocols.errors import CommandRefused
from interop.protocols.modem import CallOutcome, Offer
from interop.record.events import (
    Alerting,
    Answered,
    CallerId,
    Connected,
    Dialled,
    Event,
    HungUp,
    Released,
    Ringing,
)

NUMBER = "13022100000"
OK = b"\r\nOK\r\n"


@dataclass(frozen=True)
class Words:
    """What it says when. `late`: the answer to ATD that comes with the far end's, `refused`: if busy."""

    dialect: str
    dialling: tuple[str, ...]
    alerting: tuple[str, ...]
    active: tuple[str, ...]
    ended: tuple[str, ...]
    busy: tuple[str, ...]
    rings: tuple[str, ...]
    answered: tuple[str, ...]
    missed: tuple[str, ...]
    late: str = ""
    refused: str = ""


CLIP = f'+CLIP: "{NUMBER}",129,,,,0'
RINGS = ("+CRING: VOICE", CLIP)


def of(pattern: str, **stats: str) -> dict[str, Any]:
    """The lines of a modem that says each state in one line: `pattern` with "{}" for direction and state."""
    return {name: (pattern.format(stat),) for name, stat in stats.items()}


MAKERS = {
    # faucamp/python-gsmmodem test/fakemodems.py (K3715); ^CEND of an unanswered call: asterisk-chan-dongle 82
    "huawei": Words(
        "huawei",
        dialling=("^ORIG:1,0",),
        alerting=("^RSSI:19", "^CONF:1"),
        active=("^CONN:1,0",),
        ended=("^CEND:1,5,29,16",),
        busy=("^CEND:1,2,104,17",),
        rings=RINGS,
        answered=("^CONN:1,0",),
        missed=("^CEND:1,0,104,16",),
    ),
    # EC2x manual 7.23 AT^DSCI
    "quectel by ^DSCI": Words(
        "quectel",
        **of(
            f"^DSCI: 1,0,{{}},0,{NUMBER},129,0",
            dialling="2", alerting="7", active="3", ended="6", busy="6",
        ),
        rings=(f"^DSCI: 1,1,4,0,{NUMBER},129,0", *RINGS),
        **of(f"^DSCI: 1,1,{{}},0,{NUMBER},129,0", answered="3", missed="6"),
    ),
    # asterisk-chan-quectel at_parse.c
    "quectel by +QIND": Words(
        "quectel",
        **of(
            f'+QIND: "ccinfo",1,0,{{}},0,0,"{NUMBER}",129',
            dialling="2", alerting="3", active="0", ended="-1", busy="-1",
        ),
        rings=(*RINGS, f'+QIND: "ccinfo",1,1,4,0,0,"{NUMBER}",128'),
        **of(f'+QIND: "ccinfo",1,1,{{}},0,0,"{NUMBER}",129', answered="0", missed="-1"),
    ),
    # a SIM7600 at minicom, an A7682E: VOICE CALL: BEGIN may come before the answer, NO CARRIER behind the end
    "simcom": Words(
        "simcom",
        dialling=(f'+CLCC: 1,0,2,0,0,"{NUMBER}",129',),
        alerting=(f'+CLCC: 1,0,3,0,0,"{NUMBER}",129', "VOICE CALL: BEGIN"),
        active=(f'+CLCC: 1,0,0,0,0,"{NUMBER}",129', f'+COLP: "{NUMBER}",161'),
        ended=(f'+CLCC: 1,0,6,0,0,"{NUMBER}",129', "NO CARRIER", "VOICE CALL: END: 000006"),
        busy=(f'+CLCC: 1,0,6,0,0,"{NUMBER}",129', "NO CARRIER", "VOICE CALL: END"),
        rings=(f'+CLCC: 1,1,4,0,0,"{NUMBER}",128', *RINGS),
        answered=("VOICE CALL: BEGIN", f'+CLCC: 1,1,0,0,0,"{NUMBER}",128'),
        missed=(f'+CLCC: 1,1,6,0,0,"{NUMBER}",128', f"MISSED_CALL: 11:53AM {NUMBER}"),
    ),
    # ModemManager mm-call-ublox.c; both 0 and 7 mean that it is answered
    "u-blox": Words(
        "ublox",
        **of("+UCALLSTAT: 1,{}", dialling="2", alerting="3"),
        active=("+UCALLSTAT: 1,7", "+UCALLSTAT: 1,0"),
        ended=("+UCALLSTAT: 1,6", "NO CARRIER"),
        busy=("+UCALLSTAT: 1,6", "BUSY"),
        rings=("+UCALLSTAT: 1,4", *RINGS),
        **of("+UCALLSTAT: 1,{}", answered="0", missed="6"),
    ),
    # Telit 80000ST10025a #ECAM
    "telit": Words(
        "telit",
        dialling=(f'#ECAM: 0,1,1,,,"{NUMBER}",129',),
        alerting=("#ECAM: 0,2,1,,,",),
        active=("#ECAM: 0,3,1,,,",),
        ended=("#ECAM: 0,0,1,,,", "NO CARRIER"),
        busy=("#ECAM: 0,7,1,,,", "#ECAM: 0,0,1,,,", "BUSY"),
        rings=("#ECAM: 0,6,1,,,", *RINGS),
        answered=("#ECAM: 0,3,1,,,",),
        missed=("#ECAM: 0,0,1,,,",),
    ),
    # MC55 AT Command Set V01.05 pages 171 to 175: a list, and an empty one at its end
    "cinterion": Words(
        "cinterion",
        dialling=(f'^SLCC: 1,0,2,0,0,1,"{NUMBER}",129', "^SLCC:"),
        alerting=(f'^SLCC: 1,0,3,0,0,1,"{NUMBER}",129', "^SLCC:"),
        active=(f'^SLCC: 1,0,0,0,0,1,"{NUMBER}",129,"Called Party"', "^SLCC:"),
        ended=("^SLCC:", "NO CARRIER"),
        busy=("^SLCC:", "NO CARRIER"),
        rings=(f'^SLCC: 1,1,4,0,0,1,"{NUMBER}",129', "^SLCC:", *RINGS),
        answered=(f'^SLCC: 1,1,0,0,0,1,"{NUMBER}",129', "^SLCC:"),
        missed=("^SLCC:",),
    ),
    # faucamp/python-gsmmodem test/fakemodems.py (K3565-Z) and issue 12: OK is what it says of a refusal
    "zte": Words(
        "zte",
        dialling=(),
        alerting=(),
        active=(),
        ended=("HANGUP: 1",),
        busy=(),
        rings=RINGS,
        answered=(),
        missed=("HANGUP: 1",),
        late="CONNECT",
        refused="OK",
    ),
    # faucamp/python-gsmmodem test/fakemodems.py (Wavecom MULTIBAND 900E 1800)
    "wavecom": Words(
        "wavecom",
        dialling=("+WIND: 5,1",),
        alerting=("+WIND: 2",),
        active=(),
        ended=("NO CARRIER", "+WIND: 6,1"),
        busy=("+WIND: 6,1",),
        rings=RINGS,
        answered=(),
        missed=("NO CARRIER", "+WIND: 6,1"),
        late="OK",
        refused="BUSY",
    ),
}  # fmt: skip
every_maker = pytest.mark.parametrize("maker", MAKERS)


class Story:
    """A modem of that make, its line, and what the driver saw of both."""

    def __init__(self, scripted: Any, maker: str) -> None:
        self.words = MAKERS[maker]
        dial = None if self.words.late else OK
        self.device = scripted({f"ATD{NUMBER};": dial, "AT+CLCC": OK, "AT+CEER": self._ceer(16)})
        self.modem: AtModem

    async def begin(self) -> None:
        self.modem = await self.device.modem(self.words.dialect)

    def _ceer(self, cause: int) -> bytes:
        return b"\r\n+CEER: 5,%d\r\n\r\nOK\r\n" % cause

    def now(self, row: str, *said: str, final: str = "") -> None:
        """What +CLCC has to say from now on ("" for nothing), and what is said without being asked."""
        listed = f"\r\n+CLCC: 1,{row},0,0\r\n".encode() if row else b""
        self.device.table["AT+CLCC"] = listed + OK
        if final:
            self.device.far.write(f"\r\n{final}\r\n".encode())
        self.device.say(*said)

    def ends(self, words: tuple[str, ...], cause: int = 16, final: str = "") -> None:
        self.device.table["AT+CEER"] = self._ceer(cause)
        self.now("", *words, final=final)

    async def dials(self) -> Any:
        dialling = asyncio.create_task(self.modem.dial(NUMBER))
        await self.device.hears(f"ATD{NUMBER};")
        self.now("0,2", *self.words.dialling)
        return await dialling

    async def is_rung(self) -> Offer:
        self.now("1,4", *self.words.rings)
        offer = await self.modem.offered(5)
        assert offer is not None
        return offer

    @property
    def events(self) -> list[Event]:
        return self.modem.events.since(0)

    def tells_alerting(self) -> list[Event]:
        """A ZTE says nothing before the far end answers, and must not be asked."""
        return [] if self.words.dialect == "zte" else [Alerting()]


def run(scripted: Any, maker: str, story: Any) -> None:
    async def main() -> None:
        played = Story(scripted, maker)
        await played.begin()
        await story(played)
        await asyncio.sleep(20)  # nothing is told twice
        await played.modem.close()

    run_virtual(main())


async def _talks(story: Story) -> Any:
    call = await story.dials()
    story.now("0,3", *story.words.alerting)
    alerting = await call.alerting(10)
    assert alerting.outcome is (CallOutcome.ALERTING if story.tells_alerting() else CallOutcome.UNKNOWN)
    story.now("0,0", *story.words.active, final=story.words.late)
    assert (await call.connected(10)).outcome is CallOutcome.CONNECTED
    return call


@every_maker
def test_outgoing_answered_and_the_far_end_hangs_up(maker: str, scripted: Any) -> None:
    async def story(it: Story) -> None:
        call = await _talks(it)
        it.ends(it.words.ended)
        released = await call.released(10)
        assert (released.outcome, released.cause) == (CallOutcome.RELEASED, 16)
        text = "" if it.words.dialect == "huawei" else "5,16"
        told = [Dialled(NUMBER), *it.tells_alerting(), Connected(), Released(16, text)]
        assert [_plain(event) for event in it.events] == [_plain(event) for event in told]

    run(scripted, maker, story)


@every_maker
def test_outgoing_answered_and_we_hang_up(maker: str, scripted: Any) -> None:
    async def story(it: Story) -> None:
        call = await _talks(it)
        it.now("")
        await call.hang_up()
        it.ends(it.words.ended)
        assert it.device.heard.count("AT+CHUP") == 1
        await asyncio.sleep(10)
        assert it.events == [Dialled(NUMBER), *it.tells_alerting(), Connected(), HungUp()]

    run(scripted, maker, story)


@every_maker
def test_outgoing_busy(maker: str, scripted: Any) -> None:
    async def story(it: Story) -> None:
        call = await it.dials()
        it.ends(it.words.busy, cause=17, final=it.words.refused)
        released = await call.released(15)
        assert (released.outcome, released.cause) == (CallOutcome.RELEASED, 17)
        assert [type(event) for event in it.events] == [Dialled, Released]

    run(scripted, maker, story)


@every_maker
def test_incoming_answered_and_the_far_end_hangs_up(maker: str, scripted: Any) -> None:
    async def story(it: Story) -> None:
        offer = await it.is_rung()
        assert (offer.number, offer.toa, offer.validity) == (NUMBER, 129, 0)
        it.now("1,0")
        await offer.call.answer()
        it.device.say(*it.words.answered)
        assert (await offer.call.connected(10)).outcome is CallOutcome.CONNECTED
        it.ends(it.words.ended)
        assert (await offer.call.released(10)).outcome is CallOutcome.RELEASED
        told = [Ringing, CallerId, Answered, Connected, Released]
        assert [type(event) for event in it.events] == told

    run(scripted, maker, story)


@every_maker
def test_incoming_missed(maker: str, scripted: Any) -> None:
    async def story(it: Story) -> None:
        offer = await it.is_rung()
        it.ends(it.words.missed)
        assert (await offer.call.released(10)).outcome is CallOutcome.RELEASED
        assert [type(event) for event in it.events] == [Ringing, CallerId, Released]

    run(scripted, maker, story)


def _plain(event: Event) -> tuple[type[Event], Any]:
    return type(event), getattr(event, "cause", None)


@pytest.mark.parametrize("maker", ["zte", "wavecom"])
def test_an_atd_that_waits_for_the_far_end_is_not_disturbed(maker: str, scripted: Any) -> None:
    """Any byte ends such a call (V.250 5.6.1; python-gsmmodem issue 12): nothing is sent until we hang up."""

    async def story(it: Story) -> None:
        call = await it.dials()
        heard = len(it.device.heard)
        assert (await call.connected(30)).outcome is CallOutcome.UNKNOWN
        assert it.device.heard[heard:] == []
        it.now("")
        await call.hang_up()
        assert "AT+CHUP" in it.device.heard
        assert it.events[-1] == HungUp()

    run(scripted, maker, story)


def test_what_cannot_be_dialled_is_refused_at_once_also_there(scripted: Any) -> None:
    async def story(it: Story) -> None:
        it.device.table[f"ATD{NUMBER};"] = b"\r\n+CME ERROR: 30\r\n"
        with pytest.raises(CommandRefused):
            await it.modem.dial(NUMBER)
        assert await it.modem.calls() == []

    run(scripted, "zte", story)
