"""Line discipline, character set and power: V.250 6, 27.007 5, 8."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.emulated.terminal import alphabet
from drivers.emulated.terminal.results import WRONG_PARAMETERS, Ended, Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command


def _flag(command: Command, highest: int = 1) -> int:
    value = command.number(0, 0)
    if value > highest:
        raise Ended("ERROR")
    return value


def echo(modem: EmulatedModem, command: Command) -> Reply:
    modem.console.echo = _flag(command) == 1
    return None


def verbose(modem: EmulatedModem, command: Command) -> Reply:
    modem.console.verbose = _flag(command) == 1
    return None


def quiet(modem: EmulatedModem, command: Command) -> Reply:
    modem.console.quiet = _flag(command) == 1
    return None


def extended(modem: EmulatedModem, command: Command) -> Reply:
    modem.console.extended = _flag(command, 4)
    return None


def factory(modem: EmulatedModem, command: Command) -> Reply:
    _flag(command)
    modem.factory()
    return None


def restore(modem: EmulatedModem, command: Command) -> Reply:
    """Z: hangs up, then the profile that &W kept (V.250 6.1.1)."""
    _flag(command)
    modem.calls.end_all()
    modem.factory()
    modem.settings.recall()
    modem.console.cmee = modem.settings.first("+CMEE")
    return None


def save(modem: EmulatedModem, command: Command) -> Reply:
    _flag(command)
    modem.settings.save()
    return None


def register_set(modem: EmulatedModem, command: Command) -> Reply:
    number, value = command.number(0, 0), command.number(1, 0)
    if number > 255 or value > 255:
        raise Ended("ERROR")
    modem.settings.put(f"S{number}", value)
    return None


def register_read(modem: EmulatedModem, command: Command) -> Reply:
    defaults = {3: 13, 4: 10, 5: 8, 7: 60}
    number = command.number(0, 0)
    return f"{modem.settings.first(f'S{number}') or defaults.get(number, 0):03d}"


def error_reports(modem: EmulatedModem, command: Command) -> Reply:
    modem.settings.set(command)
    modem.console.cmee = modem.settings.first("+CMEE")
    return None


def all_commands(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return sorted({key.rstrip("=?") for key in modem.table if key[0] not in "SD"} | {"D"})


def charset_set(modem: EmulatedModem, command: Command) -> Reply:
    name = command.values[0].upper()
    # A client that already set UCS2 may name the next one in hex of it.
    name = name if name in alphabet.NAMES else alphabet.decoded(name, modem.charset)
    if name not in alphabet.NAMES:
        raise Refused(WRONG_PARAMETERS)
    modem.charset = name
    return None


def charset_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f'+CSCS: "{modem.charset}"'


def function_set(modem: EmulatedModem, command: Command) -> Reply:
    """+CFUN (27.007 8.2): 0 and 4 switch the radio off, 1 on; a second parameter 1 restarts."""
    function, restart = command.number(0, 1), command.number(1, 0)
    if function not in (0, 1, 4) or restart not in (0, 1):
        raise Refused(WRONG_PARAMETERS)
    if restart:
        modem.after(0.1, modem.reset)
        return None
    modem.function = function
    modem.radio(function == 1)
    return None


def function_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CFUN: {modem.function}"


def activity(modem: EmulatedModem, command: Command) -> Reply:
    """+CPAS (27.007 8.1): 0 ready, 3 ringing, 4 call in progress."""
    del command
    calls = modem.calls
    return f"+CPAS: {0 if not calls.entries else 3 if calls.incoming() is not None else 4}"


COMMANDS: dict[str, Handler] = {
    "E": echo,
    "V": verbose,
    "Q": quiet,
    "X": extended,
    "Z": restore,
    "&F": factory,
    "&W": save,
    "S=": register_set,
    "S?": register_read,
    "+CMEE=": error_reports,
    "+CLAC": all_commands,
    "+CSCS=": charset_set,
    "+CSCS?": charset_read,
    "+CFUN=": function_set,
    "+CFUN?": function_read,
    "+CPAS": activity,
}
