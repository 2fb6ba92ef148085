"""A card by its files, as a modem reads it for others: +CRSM (3GPP TS 27.007 8.18)."""

from __future__ import annotations

from typing import Final

from drivers.emulated.uicc.apdu import Apdu, Reply
from drivers.emulated.uicc.card import Card
from drivers.emulated.uicc.channel import Channel
from drivers.emulated.uicc.codes import NOT_FOUND, OK, UNKNOWN_INS
from drivers.emulated.uicc.commands import (
    COMMANDS,
    GET_RESPONSE,
    READ_BINARY,
    READ_RECORD,
    STATUS,
    UPDATE_BINARY,
    UPDATE_RECORD,
)
from drivers.emulated.uicc.headers import fcp, sim_header
from drivers.emulated.uicc.tree import File

_GSM: Final = "3F00/7F20"
_FILES: Final = (READ_BINARY, READ_RECORD, UPDATE_BINARY, UPDATE_RECORD)


def find(card: Card, identifier: int, directory: str | None = None) -> File | None:
    """In `directory` ("7F10", by its last identifier), or where a modem looks by itself."""
    if directory is not None:
        places = ["3F00" if directory == "3F00" else f"3F00/{directory}"]
    else:
        places = ["3F00"] if identifier >> 8 == 0x2F else ["3F00/7FFF", "3F00/7F10", _GSM]
    found = (card.tree.file(f"{place}/{identifier:04X}") for place in places)
    return next((file for file in found if file), None)


def restricted(
    card: Card, ins: int, identifier: int, p1: int, p2: int, p3: int, data: bytes = b"", path: bytes = b""
) -> Reply:
    """The file is chosen by `identifier` and `path`, then the command is done; nothing stays selected. Raises
    CardLost."""
    card.in_contact()
    if ins == STATUS:
        return b"", OK
    directory = path[-2:].hex().upper() or None
    file = find(card, identifier, directory)
    if file is None:
        return b"", NOT_FOUND
    if ins == GET_RESPONSE:
        header = sim_header(file) if directory == "7F20" else fcp(file)
        return header[: p3 or len(header)], OK
    return access(card, file, ins, p1, p2, p3, data)


def access(card: Card, file: File, ins: int, p1: int, p2: int, p3: int, data: bytes = b"") -> Reply:
    """READ and UPDATE of one file; P3=00 reads all, since a modem asks again where a card says 6Cxx. Raises
    CardLost."""
    card.in_contact()
    if ins not in _FILES:
        return b"", UNKNOWN_INS
    channel, command = Channel(file.home, file), COMMANDS[ins]
    reply = command.handler(card, channel, Apdu(0, ins, p1, p2, p3, data))
    if not p3 and not command.takes and reply[1] >> 8 == 0x6C:
        return command.handler(card, channel, Apdu(0, ins, p1, p2, reply[1] & 0xFF))
    return reply
