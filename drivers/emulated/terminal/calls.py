"""Calls: D, A, H, +CHUP, +CLCC, +CLIP, +CRC, +COLP, +CEER (27.007 6, 7; V.250 6.3)."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import ACTIVE, ALERTING, DIALLING, HELD, INCOMING, NORMAL, Cli, Leg
from drivers.emulated.air import Refused as Error
from drivers.emulated.terminal import ussd
from drivers.emulated.terminal.console import LATER
from drivers.emulated.terminal.progress import Entry, tell
from drivers.emulated.terminal.requests import ask
from drivers.emulated.terminal.results import NOT_ALLOWED, Ended, Refused, table

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

RING_S: Final = 4.0
"""seconds between two RINGs"""
# 24.008 causes that V.250 has a result code for.
_RESULTS: Final = {17: "BUSY", 18: "NO ANSWER", 19: "NO ANSWER"}
_DIAL: Final = re.compile(
    r"[TP]?(?P<number>[-+0-9*#A-C.,() /W!@]*|L)(?P<clir>I?)G?(?P<voice>;?)", re.IGNORECASE
)
_NOT_DIALLED: Final = str.maketrans("", "", "-.,() /wW!@")
_NUMBER: Final = re.compile(r"\+?[0-9*#A-C]+$")
_CLIR_PREFIX: Final = re.compile(r"([*#])31#(?=.)")


class Calls:
    """The calls of one modem by +CLCC index, and what the last one ended with."""

    def __init__(self, modem: EmulatedModem) -> None:
        self._modem = modem
        self.entries: dict[int, Entry] = {}
        self.last_cause: int | None = None
        self._by_service = False
        self.last_dialled = ""
        self._answering: Entry | None = None

    def forget(self) -> None:
        """The modem restarts: nothing is said any more."""
        self.entries = {}
        self._answering = None

    def dial(self, number: str, *, withheld: bool) -> Entry:
        leg = self._modem.air.dial(self._modem, number, clir=withheld)
        entry = self._enter(leg, number, leg.toa)
        tell(self._modem, "dialling", entry)
        return entry

    def _enter(self, leg: Leg, number: str, toa: int) -> Entry:
        index = next(i for i in range(1, 9) if i not in self.entries)
        entry = self.entries[index] = Entry(index, leg, number, toa)
        self._modem.indicators.changed()
        return entry

    def offered(self, leg: Leg, cli: Cli) -> None:
        """A call comes in: it rings, or it waits, as the network lets it only where that is switched on."""
        waiting = bool(self.entries)
        entry = self._enter(leg, "" if cli.validity else cli.number, cli.toa)
        entry.validity, entry.waiting = cli.validity, waiting
        tell(self._modem, "incoming", entry)
        if not waiting:
            self._ring(entry)
        elif self._modem.settings.on("+CCWA"):
            tail = f",,{entry.validity}" if entry.validity else ""
            self._modem.console.unsolicited(f'+CCWA: "{entry.number}",{entry.shown_toa},1{tail}')

    def _ring(self, entry: Entry) -> None:
        if self.entries.get(entry.index) is not entry or entry.leg.state != INCOMING:
            return
        settings, console = self._modem.settings, self._modem.console
        if settings.on("+CRC"):
            console.unsolicited("+CRING: VOICE")
        else:
            console.result("RING")
        if settings.on("+CLIP"):
            console.unsolicited(f'+CLIP: "{entry.number}",{entry.shown_toa},,,,{entry.validity}')
        self._modem.after(RING_S, lambda: self._ring(entry))

    def progressed(self, leg: Leg) -> None:
        entry = self._of(leg)
        if entry is None:
            return
        if leg.state != ACTIVE:
            tell(self._modem, "alerting", entry)
            return
        entry.waiting = False
        entry.active_since = asyncio.get_running_loop().time()
        tell(self._modem, "active", entry)
        if leg.outgoing and self._modem.settings.on("+COLP"):
            self._modem.console.unsolicited(_connected(entry))
        self._answered(entry, None)

    def released(self, leg: Leg, cause: int) -> None:
        """The network ended the call."""
        entry = self._of(leg)
        if entry is None:
            return
        self._drop(entry, cause)
        tell(self._modem, "ended", entry, cause)
        if not leg.outgoing and entry.active_since is None:
            tell(self._modem, "missed", entry, cause)
        told = "NO CARRIER" if entry.active_since is not None or not leg.outgoing else self.result_of(cause)
        if self._answered(entry, Ended(told)):
            return
        self._modem.console.result(told)
        self.review()
        self.ring_what_waits()

    def review(self) -> None:
        """Tell of calls that were held, retrieved, joined or split since anything was told of them."""
        for _, entry in sorted(self.entries.items()):
            (before, _), (state, _) = entry.told, entry.now
            if entry.told == entry.now or state not in (ACTIVE, HELD):
                continue
            event = "joined" if state == before else "held" if state == HELD else "retrieved"
            tell(self._modem, event, entry)

    def failed(self, cause: int) -> None:
        """The network refused something; numbers of both worlds stand for the supplementary service's."""
        self.last_cause, self._by_service = cause, cause in list(Error)

    def _drop(self, entry: Entry, cause: int) -> None:
        del self.entries[entry.index]
        self.last_cause, self._by_service = cause, False
        self._modem.indicators.changed()

    def ring_what_waits(self) -> None:
        """A call that waited rings once no other is left (22.083)."""
        entry = self.incoming()
        if len(self.entries) == 1 and entry is not None and entry.waiting:
            entry.waiting = False
            self._ring(entry)

    def _answered(self, entry: Entry, ended: Ended | None) -> bool:
        """Give the ATA, or the ATD by a quirk, that waits for `entry` its result."""
        if self._answering is not entry:
            return False
        self._answering = None
        self._modem.console.finish(ended=ended)
        return True

    def result_of(self, cause: int) -> str:
        """What a call attempt that ended with `cause` says; X0 to X2 know no BUSY (V.250 6.2.2)."""
        said = _RESULTS.get(cause, "NO CARRIER")
        return "NO CARRIER" if said == "BUSY" and self._modem.console.extended < 3 else said

    def answer(self, entry: Entry) -> Reply:
        """Raises Refused while another call is active or being set up: the network would not listen."""
        if self.active() or self.in_set_up():
            raise Refused(NOT_ALLOWED)
        self._modem.air.answer(entry.leg)
        return self.wait_for(entry)

    def wait_for(self, entry: Entry) -> Reply:
        """The command's result comes when `entry` is answered or gone."""
        self._answering = entry
        return LATER

    def end(self, entry: Entry, cause: int = NORMAL) -> None:
        self._drop(entry, cause)
        self._modem.air.hang_up(entry.leg, cause)
        tell(self._modem, "ended", entry, cause, by_us=True)
        self.review()

    def end_all(self) -> None:
        for entry in list(self.entries.values()):
            self.end(entry)

    def incoming(self) -> Entry | None:
        return next((e for e in self.entries.values() if e.leg.state == INCOMING), None)

    def active(self) -> list[Entry]:
        """One call, or all of a conference."""
        return self._in(ACTIVE)

    def held(self) -> list[Entry]:
        return self._in(HELD)

    def in_set_up(self) -> list[Entry]:
        return self._in(DIALLING, ALERTING)

    def _in(self, *states: int) -> list[Entry]:
        return [entry for _, entry in sorted(self.entries.items()) if entry.leg.state in states]

    def rows(self) -> list[Entry]:
        """As listed: a conference that was made as IMS does it is one call (24.147)."""
        listed = [entry for _, entry in sorted(self.entries.items())]
        merged = [entry for entry in listed if entry.leg.merged]
        return [entry for entry in listed if entry not in merged[1:]]

    def at(self, index: int) -> list[Entry]:
        """What stands in the row `index`."""
        entry = next((entry for entry in self.rows() if entry.index == index), None)
        if entry is None or not entry.leg.merged:
            return [entry] if entry else []
        return [one for _, one in sorted(self.entries.items()) if one.leg.merged]

    def report(self) -> str:
        """For +CEER: what the last call ended with, or what the network refused since."""
        cause, ceer = self.last_cause, self._modem.profile.ceer
        if cause is None:
            return ceer.none
        known = table("services" if self._by_service else "causes")
        template = (self._by_service and ceer.service) or ceer.text
        return template.format(cause=cause, words=known.get(cause, f"Cause {cause}"))

    def _of(self, leg: Leg) -> Entry | None:
        return next((entry for entry in self.entries.values() if entry.leg is leg), None)


def _connected(entry: Entry) -> str:
    """+COLP: who answered, nobody where that is withheld (27.007 7.8)."""
    who = entry.leg.connected
    if who is None:
        return f'+COLP: "{entry.number}",{entry.toa}'
    return f'+COLP: "{who.number}",{who.toa}' if not who.validity else '+COLP: "",128'


def dial(modem: EmulatedModem, command: Command) -> Reply:
    """ATD<number>[I|i]; is a voice call: OK at once, its end as a result code later. "L" redials.

    A call that is up goes on hold first (22.030 6.5.5.1); where the network refuses that, NO CARRIER.
    """
    match = _DIAL.fullmatch(command.text)
    if match is None:
        raise Ended("ERROR")
    if not match["voice"]:
        raise Ended("NO CARRIER")  # a data call: no bearer for it anywhere
    withheld = {"I": True, "i": False}.get(match["clir"], modem.settings.first("+CLIR") == 1)
    number = match["number"].translate(_NOT_DIALLED).upper()
    if number == "L":
        number = modem.calls.last_dialled
    modem.sim.require()
    if prefix := _CLIR_PREFIX.match(number):
        withheld, number = prefix[1] == "#", number[prefix.end() :]
    if not _NUMBER.match(number):
        raise Ended("ERROR")
    if number.endswith("#"):
        ussd.send(modem, number)
        return None
    if not modem.registration.voice:
        raise Ended("NO DIALTONE" if modem.console.extended in (2, 4) else "NO CARRIER")
    calls = modem.calls
    active = calls.active()
    if calls.incoming() is not None or calls.in_set_up() or (active and calls.held()):
        raise Refused(NOT_ALLOWED)
    if not active:
        return _place(modem, number, withheld)
    hold = partial(modem.air.hold, [entry.leg for entry in active])
    return ask(modem, hold, partial(_place, modem, number, withheld), refused=Ended("NO CARRIER"))


def _place(modem: EmulatedModem, number: str, withheld: bool) -> Reply:
    modem.calls.last_dialled = number
    entry = modem.calls.dial(number, withheld=withheld)
    return modem.calls.wait_for(entry) if modem.quirks.withholds("D") else None


def answer(modem: EmulatedModem, command: Command) -> Reply:
    del command
    entry = modem.calls.incoming()
    if entry is None or modem.calls.active() or modem.calls.in_set_up():
        raise Ended("NO CARRIER")
    return modem.calls.answer(entry)


def hang_up(modem: EmulatedModem, command: Command) -> Reply:
    del command
    modem.calls.end_all()
    return None


def listed(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return [f"+CLCC: {entry.row}" for entry in modem.calls.rows()]


def report(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return modem.calls.report()


COMMANDS: dict[str, Handler] = {
    "D": dial,
    "A": answer,
    "H": hang_up,
    "+CHUP": hang_up,
    "+CLCC": listed,
    "+CEER": report,
}
