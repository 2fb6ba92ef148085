"""Preferred networks as the card lists them: +CPLS, +CPOL (27.007 7.19, 7.20; 31.102 4.2.5, 4.2.53)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drivers.emulated.terminal import alphabet
from drivers.emulated.terminal.results import INDEX_INVALID, NOT_ALLOWED, WRONG_PARAMETERS, Refused
from drivers.emulated.uicc import crsm
from drivers.emulated.uicc.codes import OK
from drivers.emulated.uicc.tree import File
from interop.uicc import USIM, EfError, Plmn

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_FILES: Final = (0x6F60, 0x6F61, 0x6F62)
"""EF_PLMNwAcT, EF_OPLMNwAcT, EF_HPLMNwAcT by <list> of +CPLS"""
_ENTRY: Final = 5
_UNUSED: Final = b"\xff\xff\xff\x00\x00"
_NUMERIC: Final = 2
# Bits of the access technology identifier in the order of +CPOL: GSM, GSM compact, UTRAN, E-UTRAN.
_TECHNOLOGIES: Final = (0x0080, 0x0040, 0x8000, 0x4000)


def _file(modem: EmulatedModem) -> File:
    found = crsm.find(modem.sim.require(), _FILES[modem.settings.first("+CPLS")], USIM)
    if found is None:
        raise Refused(NOT_ALLOWED)
    return found


def listed(modem: EmulatedModem, command: Command) -> Reply:
    del command
    octets, lines = bytes(_file(modem).octets), []
    for index in range(len(octets) // _ENTRY):
        entry = octets[index * _ENTRY : (index + 1) * _ENTRY]
        if entry[:3] == _UNUSED[:3]:
            continue
        access = int.from_bytes(entry[3:])
        flags = ",".join(str(int(bool(access & bit))) for bit in _TECHNOLOGIES)
        lines.append(f"+CPOL: {index + 1},{_named(modem, str(Plmn.decode(entry)))},{flags}")
    return lines


def _named(modem: EmulatedModem, plmn: str) -> str:
    form = modem.settings.first("+CPOL")
    names = modem.profile.operators.get(plmn)
    if form == _NUMERIC or names is None:
        return f'{_NUMERIC},"{plmn}"'
    return f'{form},"{alphabet.encoded(names[form], modem.charset)}"'


def written(modem: EmulatedModem, command: Command) -> Reply:
    """+CPOL=[<index>][,<format>[,<oper>[,<GSM>,<compact>,<UTRAN>,<E-UTRAN>]]]: the format of +CPOL?, or an
    entry, which goes where only its index is given."""
    values, form = command.values, command.number(1, modem.settings.first("+CPOL"))
    if form > _NUMERIC:
        raise Refused(WRONG_PARAMETERS)
    name = alphabet.decoded(values[2], modem.charset) if len(values) > 2 else ""
    if not name and not values[0]:
        modem.settings.put("+CPOL", form)
        return None
    file = _file(modem)
    at = command.number(0, 0) - 1 if values[0] else file.octets.find(_UNUSED) // _ENTRY
    if not 0 <= at < len(file.octets) // _ENTRY:
        raise Refused(INDEX_INVALID)
    entry = _entry(modem, command, name, form) if name else _UNUSED
    if modem.sim.update(file, at * _ENTRY, entry) != OK:
        raise Refused(NOT_ALLOWED)
    return None


def _entry(modem: EmulatedModem, command: Command, name: str, form: int) -> bytes:
    plmns = modem.profile.operators
    plmn = name if form == _NUMERIC else next((p for p, names in plmns.items() if names[form] == name), "")
    access = sum(bit for at, bit in enumerate(_TECHNOLOGIES, 3) if command.number(at, int(at == 6)))
    try:
        return Plmn(plmn[:3], plmn[3:]).encode() + access.to_bytes(2)
    except EfError:
        raise Refused(WRONG_PARAMETERS) from None


def ranges(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CPOL: (1-{len(_file(modem).octets) // _ENTRY}),(0-2)"


COMMANDS: dict[str, Handler] = {"+CPOL?": listed, "+CPOL=": written, "+CPOL=?": ranges}
