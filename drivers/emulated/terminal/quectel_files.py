"""Quectel's files: QFUPL QFDWL QFDEL QFLST QFLDS QFOPEN QFWRITE QFREAD QFCLOSE.

WCDMA UGxx FILE AT Commands Manual V1.0 and BG96 FILE AT Commands Manual V1.1, alike in what stands here.
"RAM:a.jpg" lies in RAM and is gone with a restart, "a.jpg" in the flash of the module.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import reduce
from operator import xor
from typing import TYPE_CHECKING, Final

from drivers.emulated.terminal.console import Upload, octets
from drivers.emulated.terminal.results import Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_RAM: Final = "RAM:"
_SPACE: Final = {True: 2 * 1024 * 1024, False: 8 * 1024 * 1024}
"""octets, in RAM or not"""
_UPLOAD: Final = 10_240
_TIMEOUT_S: Final = 5
_RECEIPTS: Final = 1024
_ESCAPE: Final = b"+++"
_FIRST_HANDLE: Final = 3000

# BG96 FILE AT Commands Manual V1.1 4: +CME ERROR.
_PARAMETER = (400, "Invalid input value")
_FULL = (403, "Drive full")
_NOT_FOUND = (405, "File not found")
_EXISTS = (407, "File already existed")
_DESCRIPTOR = (416, "Invalid file descriptor")
_NO_SPACE = (420, "No space")


class Files:
    """By name. `handles`: of those that +QFOPEN= has open, by number: name and position."""

    def __init__(self) -> None:
        self.content: dict[str, bytes] = {}
        self.handles: dict[int, tuple[str, int]] = {}

    def forget(self) -> None:
        """The modem restarts: what lies in RAM is gone."""
        self.content = {name: data for name, data in self.content.items() if not name.startswith(_RAM)}
        self.handles.clear()

    def free(self, name: str) -> int:
        """Octets that are left where `name` lies."""
        ram = name.startswith(_RAM)
        used = sum(len(data) for other, data in self.content.items() if other.startswith(_RAM) is ram)
        return _SPACE[ram] - used


def checksum(data: bytes) -> str:
    """Pairs of octets under XOR, an odd one with 0 behind it.

    >>> checksum(b"abc")
    '262'
    """
    words = (int.from_bytes(data[at : at + 2].ljust(2, b"\0"), "big") for at in range(0, len(data), 2))
    return f"{reduce(xor, words, 0):x}"


def _name(command: Command) -> str:
    name = command.values[0]
    if not name or len(name) > 80 or name == _RAM:
        raise Refused(*_PARAMETER)
    return name


def upload(modem: EmulatedModem, command: Command) -> Reply:
    """+QFUPL=<name>[,<size>[,<timeout>[,<ackmode>]]]. "+++" ends it, what came before is kept."""
    files, name = modem.files, _name(command)
    size, wait, receipts = command.number(1, _UPLOAD), command.number(2, _TIMEOUT_S), command.number(3, 0)
    if not size or not 1 <= wait <= 65535 or receipts > 1:
        raise Refused(*_PARAMETER)
    if name in files.content:
        raise Refused(*_EXISTS)
    if size > files.free(name):
        raise Refused(*_NO_SPACE)

    def taken(data: bytes) -> Reply:
        files.content[name] = data
        return f"+QFUPL: {len(data)},{checksum(data)}"

    every = _RECEIPTS if receipts else 0
    return Upload(size, taken, wait, idle=True, stop=_ESCAPE, receipts=every)


def download(modem: EmulatedModem, command: Command) -> Reply:
    data = _content(modem, _name(command))
    return [octets("CONNECT", data), f"+QFDWL: {len(data)},{checksum(data)}"]


def _content(modem: EmulatedModem, name: str) -> bytes:
    if name not in modem.files.content:
        raise Refused(*_NOT_FOUND)
    return modem.files.content[name]


def delete(modem: EmulatedModem, command: Command) -> Reply:
    """One, or all that a pattern means: "*" in the flash, "RAM:*"."""
    pattern = _name(command)
    found = _meant(modem, pattern)
    if not found and "*" not in pattern:
        raise Refused(*_NOT_FOUND)
    for name in found:
        del modem.files.content[name]
    return None


def _meant(modem: EmulatedModem, pattern: str) -> list[str]:
    ram = pattern.startswith(_RAM)
    names = sorted(modem.files.content)
    return [name for name in names if name.startswith(_RAM) is ram and fnmatchcase(name, pattern)]


def listed(modem: EmulatedModem, command: Command) -> Reply:
    found = _meant(modem, command.values[0] or "*")
    if not found and command.values[0] and "*" not in command.values[0]:
        raise Refused(*_NOT_FOUND)
    return [f'+QFLST: "{name}",{len(modem.files.content[name])}' for name in found]


def space(modem: EmulatedModem, command: Command) -> Reply:
    """+QFLDS="RAM" or "UFS": octets free and in all."""
    where = command.values[0].upper()
    if where not in ("RAM", "UFS"):
        raise Refused(*_PARAMETER)
    name = _RAM if where == "RAM" else ""
    return f"+QFLDS: {modem.files.free(name)},{_SPACE[where == 'RAM']}"


def open_(modem: EmulatedModem, command: Command) -> Reply:
    """+QFOPEN=<name>[,<mode>]: 0 create where there is none, 1 begin anew, 2 only what there is."""
    files, name, mode = modem.files, _name(command), command.number(1, 0)
    if mode > 2:
        raise Refused(*_PARAMETER)
    if mode == 2:
        _content(modem, name)
    elif mode == 1 or name not in files.content:
        files.content[name] = b""
    handle = next(n for n in range(_FIRST_HANDLE, _FIRST_HANDLE + 100) if n not in files.handles)
    files.handles[handle] = (name, 0)
    return f"+QFOPEN: {handle}"


def _opened(modem: EmulatedModem, command: Command) -> tuple[int, str, int]:
    handle = command.number(0, 0)
    name, at = modem.files.handles.get(handle, ("", 0))
    if name not in modem.files.content:
        raise Refused(*_DESCRIPTOR)
    return handle, name, at


def write(modem: EmulatedModem, command: Command) -> Reply:
    """+QFWRITE=<handle>[,<length>[,<timeout>]]: no octets end it but the last."""
    handle, name, at = _opened(modem, command)
    length, wait = command.number(1, _UPLOAD), command.number(2, _TIMEOUT_S)
    if not length or not wait:
        raise Refused(*_PARAMETER)
    if length > modem.files.free(name):
        raise Refused(*_FULL)

    def taken(data: bytes) -> Reply:
        content = modem.files.content.get(name, b"")
        content = content[:at].ljust(at, b"\0") + data + content[at + len(data) :]
        modem.files.content[name] = content
        modem.files.handles[handle] = (name, at + len(data))
        return f"+QFWRITE: {len(data)},{len(content)}"

    return Upload(length, taken, wait, idle=True)


def read(modem: EmulatedModem, command: Command) -> Reply:
    """+QFREAD=<handle>[,<length>]: CONNECT <length>, the octets, OK."""
    handle, name, at = _opened(modem, command)
    content = modem.files.content[name]
    data = content[at : at + command.number(1, len(content))]
    modem.files.handles[handle] = (name, at + len(data))
    return [octets(f"CONNECT {len(data)}", data)]


def close(modem: EmulatedModem, command: Command) -> Reply:
    if modem.files.handles.pop(command.number(0, 0), None) is None:
        raise Refused(*_DESCRIPTOR)
    return None


COMMANDS: dict[str, Handler] = {
    "+QFUPL=": upload,
    "+QFDWL=": download,
    "+QFDEL=": delete,
    "+QFLST": listed,
    "+QFLST=": listed,
    "+QFLDS=": space,
    "+QFOPEN=": open_,
    "+QFWRITE=": write,
    "+QFREAD=": read,
    "+QFCLOSE=": close,
}
