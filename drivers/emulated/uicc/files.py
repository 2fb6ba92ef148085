"""READ, UPDATE, SEARCH, RESIZE FILE, (DE)ACTIVATE (ETSI TS 102 221 11.1.3 to 11.1.15; TS 102 222 6.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drivers.emulated.uicc.access import allowed
from drivers.emulated.uicc.codes import (
    INVALIDATED,
    NO_ACCESS,
    NO_FILE,
    NO_RECORD,
    NOT_FOUND,
    NOTHING_FOUND,
    OK,
    OUT_OF_FILE,
    WRONG_DATA,
    WRONG_LENGTH,
    WRONG_P1P2,
    WRONG_STRUCTURE,
)
from drivers.emulated.uicc.tree import File
from interop.uicc import EfError, Structure
from interop.uicc.access import Operation
from interop.uicc.tlv import decode_tlv

if TYPE_CHECKING:
    from drivers.emulated.uicc.apdu import Apdu, Reply
    from drivers.emulated.uicc.card import Card
    from drivers.emulated.uicc.channel import Channel

# Modes in P2 of the record commands
_NEXT: Final = 2
_PREVIOUS: Final = 3
_ABSOLUTE: Final = 4
_FORWARD: Final = 4
_BACKWARD: Final = 5
_BY_SFI: Final = 0x80


def _current(card: Card, channel: Channel, sfi: int, operation: Operation, records: bool) -> File | int:
    """The file that is meant, if `operation` may be done to it now; else a status word. A short identifier
    also selects (102 221 8.4.3)."""
    if sfi:
        files = (node for node in channel.directory.children.values() if isinstance(node, File))
        found = next((file for file in files if file.sfi == sfi), None)
        if found is None:
            return NOT_FOUND
        channel.enter(found)
    file = channel.file
    if file is None:
        return NO_FILE
    if bool(file.record_length) is not records:
        return WRONG_STRUCTURE
    if not allowed(file, operation, card.keys):
        return NO_ACCESS
    return file if file.active else INVALIDATED


def _place(apdu: Apdu) -> tuple[int, int]:
    """Short identifier, if any, and offset of the commands on transparent files."""
    if apdu.p1 & _BY_SFI and not apdu.sim:
        return apdu.p1 & 0x1F, apdu.p2
    return 0, apdu.p1 << 8 | apdu.p2


def read_binary(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    sfi, offset = _place(apdu)
    file = _current(card, channel, sfi, Operation.READ, records=False)
    if isinstance(file, int):
        return b"", file
    if offset >= len(file.octets):
        return b"", OUT_OF_FILE
    return card.sized(bytes(file.octets[offset : offset + 256]), apdu.p3, card.leniency.read_binary)


def update_binary(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    sfi, offset = _place(apdu)
    file = _current(card, channel, sfi, Operation.UPDATE, records=False)
    if isinstance(file, int):
        return b"", file
    if offset >= len(file.octets):
        return b"", OUT_OF_FILE
    if not apdu.data or offset + len(apdu.data) > len(file.octets):
        return b"", WRONG_LENGTH
    return b"", card.write(file, offset, apdu.data)


def _number(channel: Channel, file: File, p1: int, p2: int) -> int:
    """The record that P1 and P2 mean, or a status word (which is above any). Next of none is the first."""
    mode = p2 & 0x07
    if mode == _ABSOLUTE:
        number = p1 or channel.record
        return number if 1 <= number <= file.records else NO_RECORD
    if mode not in (_NEXT, _PREVIOUS) or p1:
        return WRONG_P1P2
    step = 1 if mode == _NEXT else -1
    number = channel.record + step if channel.record else (1 if mode == _NEXT else file.records)
    if file.structure is Structure.CYCLIC:
        return (number - 1) % file.records + 1
    return number if 1 <= number <= file.records else NO_RECORD


def read_record(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    file = _current(card, channel, _sfi(apdu), Operation.READ, records=True)
    if isinstance(file, int):
        return b"", file
    number = _number(channel, file, apdu.p1, apdu.p2)
    if number > 0xFF:
        return b"", number
    octets, sw = card.sized(file.record(number) or b"", apdu.p3, exact=True)
    if sw == OK and apdu.p2 & 0x07 != _ABSOLUTE:
        channel.record = number
    return octets, sw


def update_record(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """Of a cyclic file only its oldest record, as PREVIOUS, which then is the first (102 221 11.1.6)."""
    file = _current(card, channel, _sfi(apdu), Operation.UPDATE, records=True)
    if isinstance(file, int):
        return b"", file
    if len(apdu.data) != file.record_length:
        return b"", WRONG_LENGTH
    if file.structure is Structure.CYCLIC:
        if apdu.p2 & 0x07 != _PREVIOUS or apdu.p1:
            return b"", WRONG_P1P2
        channel.record = 1
        return b"", card.write(file, 0, apdu.data + bytes(file.octets[: -file.record_length]))
    number = _number(channel, file, apdu.p1, apdu.p2)
    if number > 0xFF:
        return b"", number
    if apdu.p2 & 0x07 != _ABSOLUTE:
        channel.record = number
    return b"", card.write(file, (number - 1) * file.record_length, apdu.data)


def _sfi(apdu: Apdu) -> int:
    return 0 if apdu.sim else apdu.p2 >> 3


def search_record(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """Simple search, forward or backward from P1: the numbers of the records that hold the pattern."""
    file = _current(card, channel, apdu.p2 >> 3, Operation.READ, records=True)
    if isinstance(file, int):
        return b"", file
    mode = apdu.p2 & 0x07
    if mode not in (_FORWARD, _BACKWARD):
        return b"", WRONG_P1P2
    start = apdu.p1 or channel.record or (1 if mode == _FORWARD else file.records)
    if not 1 <= start <= file.records:
        return b"", NO_RECORD
    if not apdu.data:
        return b"", WRONG_LENGTH
    numbers = range(start, file.records + 1) if mode == _FORWARD else range(start, 0, -1)
    hits = bytes(number for number in numbers if apdu.data in (file.record(number) or b""))
    if not hits:
        return b"", NOTHING_FOUND
    channel.record = hits[0]
    return hits, OK


def resize(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """A file of the current directory gets the size of tag 80: its end is cut off, or FF put behind it."""
    if apdu.p1 or apdu.p2:
        return b"", WRONG_P1P2
    try:
        wanted = _objects(apdu.data)
    except EfError:
        return b"", WRONG_DATA
    if len(wanted.get(0x83, b"")) != 2 or not 1 <= len(wanted.get(0x80, b"")) <= 2:
        return b"", WRONG_DATA
    file = channel.directory.children.get(int.from_bytes(wanted[0x83]))
    if not isinstance(file, File):
        return b"", NOT_FOUND
    if not allowed(file, Operation.RESIZE, card.keys):
        return b"", NO_ACCESS
    size = int.from_bytes(wanted[0x80])
    length = file.record_length
    if not size or (length and (size % length or size > 0xFF * length)):
        return b"", WRONG_DATA
    file.octets[:] = file.octets[:size].ljust(size, b"\xff")
    channel.enter(file, channel.directory)
    return b"", OK


def _objects(template: bytes) -> dict[int, bytes]:
    """What stands in the FCP template of a command. Raises EfError."""
    for tag, start, end in decode_tlv(template, 0, len(template), "RESIZE FILE"):
        if tag == 0x62:
            inner = decode_tlv(template, start, end, "RESIZE FILE")
            return {name: template[begin:stop] for name, begin, stop in inner}
    return {}


def activate(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    return b"", _switch(card, channel, apdu, on=True)


def deactivate(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    return b"", _switch(card, channel, apdu, on=False)


def _switch(card: Card, channel: Channel, apdu: Apdu, *, on: bool) -> int:
    if apdu.p1 or apdu.p2 or len(apdu.data) not in (0, 2):
        return WRONG_P1P2 if apdu.p1 or apdu.p2 else WRONG_LENGTH
    if apdu.data:
        found = channel.directory.children.get(int.from_bytes(apdu.data))
        if not isinstance(found, File):
            return NOT_FOUND
        channel.enter(found, channel.directory)
    if channel.file is None:
        return NO_FILE
    if not allowed(channel.file, Operation.ACTIVATE if on else Operation.DEACTIVATE, card.keys):
        return NO_ACCESS
    channel.file.active = on
    return OK
