"""The modem's clock, and the time that the network tells: +CCLK, +CTZU, +CTZR (27.007 8.15, 8.40, 8.41)."""

from __future__ import annotations

import asyncio
import re
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Final

from drivers.emulated.terminal.results import WRONG_PARAMETERS, Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_CHINA: Final = 32
"""quarters of an hour east of Greenwich"""
_TIME: Final = re.compile(r"(\d\d/\d\d/\d\d,\d\d:\d\d:\d\d)([+-]\d\d)?")


class Clock:
    """Runs on when it has been set; right again when the network tells the time and +CTZU=1."""

    __slots__ = ("_ahead", "_modem", "quarters")

    def __init__(self, modem: EmulatedModem) -> None:
        self._modem = modem
        self._ahead = 0.0
        self.quarters = _CHINA

    def _true(self) -> float:
        return self._modem.epoch + asyncio.get_running_loop().time()

    def now(self) -> datetime:
        return datetime.fromtimestamp(self._true() + self._ahead, _zone(self.quarters))

    def put(self, local: datetime, quarters: int) -> None:
        self.quarters = quarters
        self._ahead = local.replace(tzinfo=_zone(quarters)).timestamp() - self._true()

    def told(self) -> None:
        """The network tells the time (24.008 9.2.15a), as it does when a handset registers."""
        settings, console = self._modem.settings, self._modem.console
        if settings.on("+CTZU"):
            self._ahead, self.quarters = 0.0, _CHINA
        match settings.first("+CTZR"):
            case 1:
                console.unsolicited(f"+CTZV: {_CHINA:+03}")
            case 2:
                local = datetime.fromtimestamp(self._true(), _zone(_CHINA))
                console.unsolicited(f'+CTZE: "{_CHINA:+03}",0,"{local:%Y/%m/%d,%H:%M:%S}"')


def _zone(quarters: int) -> timezone:
    return timezone(timedelta(minutes=15 * quarters))


def read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f'+CCLK: "{modem.clock.now():%y/%m/%d,%H:%M:%S}{modem.clock.quarters:+03}"'


def put(modem: EmulatedModem, command: Command) -> Reply:
    found = _TIME.fullmatch(command.text.strip().strip('"'))
    try:
        if found is None:
            raise ValueError(command.text)
        quarters = int(found[2] or modem.clock.quarters)
        modem.clock.put(datetime.strptime(found[1], "%y/%m/%d,%H:%M:%S"), quarters)  # noqa: DTZ007
    except ValueError:
        raise Refused(WRONG_PARAMETERS) from None
    return None


COMMANDS: dict[str, Handler] = {"+CCLK?": read, "+CCLK=": put}
