"""Calls: D, A, H, +CHUP, +CHLD, +CLCC, +CLIP, +CRC, +COLP, +CCWA, +CEER, +VTS (27.007 6, 7; V.250 6.3)."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import ACTIVE, BUSY, INCOMING, NORMAL, Cli, Leg
from drivers.emulated.terminal import ussd
from drivers.emulated.terminal.console import LATER
from drivers.emulated.terminal.progress import Entry, tell
from drivers.emulated.terminal.results import (
    NO_SERVICE,
    NOT_ALLOWED,
    NOT_SUPPORTED,
    WRONG_PARAMETERS,
    Ended,
    Refused,
    table,
)

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
_ASK, _ONLY_SHOWN = 2, 3
"""modes of +CCWA: interrogate, and ours for none given"""
_CLIR_PREFIX: Final = re.compile(r"([*#])31#(?=.)")
_DTMF: Final = re.compile(r'(?:"?[0-9A-D*#]+"?|\{[0-9A-D*#],\d+\})(?:,\d+)?$', re.IGNORECASE)


class Calls:
    """The calls of one modem by +CLCC index, and what the last one ended with."""

    def __init__(self, modem: EmulatedModem) -> None:
        self._modem = modem
        self.entries: dict[int, Entry] = {}
        self.last_cause: int | None = None
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
            self._modem.console.unsolicited(f'+COLP: "{entry.number}",{entry.toa}')
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
        self.ring_what_waits()

    def _drop(self, entry: Entry, cause: int) -> None:
        del self.entries[entry.index]
        self.last_cause = cause
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

    def end_all(self) -> None:
        for entry in list(self.entries.values()):
            self.end(entry)

    def incoming(self) -> Entry | None:
        return next((e for e in self.entries.values() if e.leg.state == INCOMING), None)

    def active(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.leg.state == ACTIVE]

    def _of(self, leg: Leg) -> Entry | None:
        return next((entry for entry in self.entries.values() if entry.leg is leg), None)


def dial(modem: EmulatedModem, command: Command) -> Reply:
    """ATD<number>[I|i]; is a voice call: OK at once, its end as a result code later. "L" redials."""
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
    if modem.calls.entries:
        raise Refused(NOT_ALLOWED)  # a second call needs hold, which Air does not offer yet
    modem.calls.last_dialled = number
    entry = modem.calls.dial(number, withheld=withheld)
    return modem.calls.wait_for(entry) if modem.quirks.withholds("D") else None


def answer(modem: EmulatedModem, command: Command) -> Reply:
    del command
    entry = modem.calls.incoming()
    if entry is None or entry.waiting:
        raise Ended("NO CARRIER")
    return modem.calls.answer(entry)


def hang_up(modem: EmulatedModem, command: Command) -> Reply:
    del command
    modem.calls.end_all()
    return None


def hold(modem: EmulatedModem, command: Command) -> Reply:
    """+CHLD (27.007 7.13) as far as there is no hold: 0 refuse, 1 end and accept, 1x end x."""
    action, calls = command.text.strip().strip('"'), modem.calls
    waiting = calls.incoming()
    if action == "0" and waiting is not None:
        calls.end(waiting, BUSY)
    elif action == "1" and (waiting is not None or calls.active()):
        for entry in calls.active():
            calls.end(entry)
        if waiting is not None:
            return calls.answer(waiting)
    elif re.fullmatch(r"1\d", action) and int(action[1]) in calls.entries:
        calls.end(calls.entries[int(action[1])])
        calls.ring_what_waits()
    else:
        raise Refused(NOT_ALLOWED if action in ("0", "1") or action[:1] == "1" else NOT_SUPPORTED)
    return None


def listed(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return [f"+CLCC: {entry.row}" for _, entry in sorted(modem.calls.entries.items())]


def report(modem: EmulatedModem, command: Command) -> Reply:
    del command
    cause, ceer = modem.calls.last_cause, modem.profile.ceer
    if cause is None:
        return ceer.none
    return ceer.text.format(cause=cause, words=table("causes").get(cause, f"Cause {cause}"))


def waiting_set(modem: EmulatedModem, command: Command) -> Reply:
    """+CCWA=<n>[,<mode>[,<class>]] (27.007 7.12): <n> shows +CCWA here; <mode> asks the network (2) or
    switches the service on and off there, and is left out where only <n> is meant."""
    shown, mode = command.number(0, modem.settings.first("+CCWA")), command.number(1, _ONLY_SHOWN)
    if shown > 1 or mode > _ONLY_SHOWN:
        raise Refused(WRONG_PARAMETERS)
    if mode != _ONLY_SHOWN and not modem.registration.voice:
        raise Refused(NO_SERVICE)
    if mode == _ASK:
        return f"+CCWA: {int(modem.air.call_waiting(modem))},1"
    modem.settings.put("+CCWA", shown)
    if mode != _ONLY_SHOWN:
        modem.air.set_call_waiting(modem, mode == 1)
    return None


def forwarding(modem: EmulatedModem, command: Command) -> Reply:
    """Only the question (mode 2): nothing is ever forwarded here."""
    if command.number(1, 2) != 2:
        raise Refused(NOT_SUPPORTED)
    return "+CCFC: 0,255"


def tones(modem: EmulatedModem, command: Command) -> Reply:
    if not _DTMF.match(command.text) or not modem.calls.active():
        raise Refused(NOT_ALLOWED)
    return None


COMMANDS: dict[str, Handler] = {
    "D": dial,
    "A": answer,
    "H": hang_up,
    "+CHUP": hang_up,
    "+CHLD=": hold,
    "+CLCC": listed,
    "+CEER": report,
    "+CCWA=": waiting_set,
    "+CCFC=": forwarding,
    "+VTS=": tones,
}
