"""+CIND, +CMER, +CIEV: battery, signal, service, message, call, roaming, full memory (27.007 8.9, 8.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command


class Indicators:
    """Tells a client that asked by +CMER=<mode>,,,<ind> which indicators have changed."""

    __slots__ = ("_modem", "_told")

    def __init__(self, modem: EmulatedModem) -> None:
        self._modem = modem
        self._told: tuple[int, ...] = ()

    def values(self) -> tuple[int, ...]:
        """In the order of +CIND=?."""
        modem = self._modem
        return (
            5,
            modem.signal // 6 if modem.radio_on else 0,
            int(modem.registration.voice),
            int(modem.messages.unread),
            int(bool(modem.calls.entries)),
            int(modem.registration.roaming),
            int(modem.messages.receive.full),
        )

    def start(self) -> None:
        """+CMER was set: what is true now is no news."""
        self._told = self.values()

    def changed(self) -> None:
        """Something may have changed."""
        mode, _, _, asked, _ = self._modem.settings.of("+CMER")
        if not (mode and asked):
            return
        before, self._told = self._told, self.values()
        for position, (old, new) in enumerate(zip(before, self._told, strict=True), 1):
            if old != new:
                self._modem.console.unsolicited(f"+CIEV: {position},{new}")


def read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return "+CIND: " + ",".join(map(str, modem.indicators.values()))


def reporting(modem: EmulatedModem, command: Command) -> Reply:
    modem.settings.set(command)
    modem.indicators.start()
    return None


COMMANDS: dict[str, Handler] = {"+CIND?": read, "+CMER=": reporting}
