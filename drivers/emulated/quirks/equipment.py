"""The modem as a thing: restarts, cables, full memories, and what strangers do to its SIM (modems.md 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.emulated.injection import Parameter, one_of, seconds
from drivers.emulated.quirks.quirk import Lines, Quirk, Subject, command, quirk, times

if TYPE_CHECKING:
    from drivers.emulated.terminal.parser import Command

_AFTER = Parameter("seconds after power on", "60", seconds)
_SIGN = Parameter("whether the modem says that it began anew: yes, no", "yes", one_of("yes", "no"))


class _Restarting(Quirk):
    """Restarts the modem, and says nothing of it where `sign` is no."""

    silent = False

    def restart(self, subject: Subject) -> None:
        self.silent = self.values["sign"] == "no"
        subject.reset()

    def banner(self, said: Lines, lines: Lines) -> Lines:
        silent, self.silent = self.silent, False
        return () if silent else said


@quirk(
    "modem.reset",
    "the modem restarts by itself: calls end, settings are lost",
    after=_AFTER,
    sign=_SIGN,
    times=times(1),
)
class ModemReset(_Restarting):
    def started(self, subject: Subject) -> None:
        if self.happens():
            subject.after(float(self.values["after"]), lambda: self.restart(subject))


@quirk(
    "modem.crash",
    "the modem restarts in the middle of a command",
    command=command("+CMGS"),
    sign=_SIGN,
    times=times(1),
)
class ModemCrash(_Restarting):
    def executing(self, command: Command, subject: Subject) -> bool:
        crashes = self.meant(command.name) and self.happens()
        if crashes:
            self.restart(subject)
        return crashes


@quirk(
    "modem.unplug",
    "the port vanishes and comes back",
    after=_AFTER,
    powered=Parameter("whether the modem stays on meanwhile: yes, no", "yes", one_of("yes", "no")),
    times=times(1),
    **{"for": Parameter("seconds", "10", seconds)},
)
class ModemUnplug(Quirk):
    def started(self, subject: Subject) -> None:
        if self.happens():
            gone, powered = float(self.values["for"]), self.values["powered"] == "yes"
            subject.after(float(self.values["after"]), lambda: subject.unplug(gone, powered))


@quirk(
    "storage.full",
    "every message memory is full of old messages, from power on or later",
    after=Parameter("seconds after power on", "0", seconds),
)
class StorageFull(Quirk):
    def started(self, subject: Subject) -> None:
        if not self.happens():
            return
        if after := float(self.values["after"]):
            subject.after(after, subject.fill_storage)
        else:
            subject.fill_storage()


# What strangers do to a SIM: no fault of the network under test, and none of the modem's either.


@quirk(
    "stray.call",
    "a stranger calls the SIM now and then",
    number=Parameter("the stranger's number", "02161230000"),
    every=Parameter("seconds between two calls, on average", "45", seconds),
    rings=Parameter("seconds until the stranger gives up", "12", seconds),
)
class StrayCall(Quirk):
    def started(self, subject: Subject) -> None:
        subject.after(_about(self), lambda: self._come(subject))

    def _come(self, subject: Subject) -> None:
        if self.happens():
            subject.stray_call(self.values["number"], float(self.values["rings"]))
        subject.after(_about(self), lambda: self._come(subject))


@quirk(
    "stray.message",
    "an advertisement comes by SMS now and then",
    every=Parameter("seconds between two messages, on average", "20", seconds),
)
class StrayMessage(Quirk):
    def started(self, subject: Subject) -> None:
        subject.after(_about(self), lambda: self._come(subject))

    def _come(self, subject: Subject) -> None:
        if self.happens():
            subject.stray_message()
        subject.after(_about(self), lambda: self._come(subject))


def _about(quirk: Quirk) -> float:
    return float(quirk.values["every"]) * (0.5 + quirk.draw()) + 1.0
