"""A logical channel: what is selected on it, and SELECT, STATUS, MANAGE CHANNEL (ETSI TS 102 221 8, 11.1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from drivers.emulated.uicc.codes import (
    DEACTIVATED,
    NO_CHANNEL,
    NO_FUNCTION,
    NOT_FOUND,
    OK,
    WRONG_LENGTH,
    WRONG_P1P2,
)
from drivers.emulated.uicc.headers import fcp, fcp_of, sim_header, sim_header_of
from drivers.emulated.uicc.tree import Directory, File

if TYPE_CHECKING:
    from drivers.emulated.uicc.apdu import Apdu, Reply
    from drivers.emulated.uicc.card import Card

_MF: Final = 0x3F00
_CURRENT_APPLICATION: Final = 0x7FFF
CHANNELS: Final = 4
"""of classes 00 to 03 (102 221 10.1.1)"""
_SHORTEST_AID: Final = 5

# P1 of SELECT
_BY_ID: Final = 0x00
_PARENT: Final = 0x03
_BY_NAME: Final = 0x04
_FROM_MF: Final = 0x08
_FROM_HERE: Final = 0x09
# P2: what is answered, and which of several applications; 40 ends one
_NO_DATA: Final = 0x0C
_LAST: Final = 1
_NEXT: Final = 2
_PREVIOUS: Final = 3
_TERMINATE: Final = 0x40


@dataclass(slots=True, eq=False)
class Channel:
    """`record`: the current record of the current file, 0 for none; `response`: what GET RESPONSE fetches."""

    directory: Directory
    file: File | None = None
    application: Directory | None = None
    record: int = 0
    response: bytes = b""

    def enter(self, node: Directory | File, parent: Directory | None = None) -> None:
        """`parent`: where a file was found, which need not be its home."""
        self.record = 0
        if isinstance(node, Directory):
            self.directory, self.file = node, None
            self.application = node.application or self.application
        else:
            self.file = node
            self.directory = parent or self.directory

    def copy(self) -> Channel:
        return Channel(self.directory, None, self.application)


def select(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """A deactivated file is selected with a warning (102 221 10.2.1); a SIM says it in the header alone."""
    if apdu.sim:
        return _select_sim(card, channel, apdu)
    wants = apdu.p2 & 0x0C
    if apdu.p2 & 0x90 or wants not in (0x00, 0x04, _NO_DATA):
        return b"", WRONG_P1P2
    if apdu.p1 == _BY_NAME:
        sw = _by_name(card, channel, apdu)
    elif apdu.p1 in (_BY_ID, _FROM_MF, _FROM_HERE, _PARENT):
        sw = _by_id(card, channel, apdu)
    else:
        sw = WRONG_P1P2
    if sw == OK and channel.file and not channel.file.active:
        sw = DEACTIVATED
    if sw not in (OK, DEACTIVATED) or wants == _NO_DATA or apdu.p2 & _TERMINATE:
        return b"", sw
    return _header(card, channel), sw


def _header(card: Card, channel: Channel) -> bytes:
    return fcp(channel.file) if channel.file else fcp_of(channel.directory, card.keys)


def _by_name(card: Card, channel: Channel, apdu: Apdu) -> int:
    """By AID, or the beginning of one; P2 says which of those that begin so."""
    if not apdu.data:
        channel.enter(card.tree.root)
        return OK
    known = list(card.tree.applications.values())
    found = [one for one in known if len(apdu.data) >= _SHORTEST_AID and one.aid.startswith(apdu.data)]
    if not found:
        return NOT_FOUND
    occurrence = apdu.p2 & 3
    at = found.index(channel.application) if channel.application in found else None
    if occurrence in (_NEXT, _PREVIOUS):
        step = 1 if occurrence == _NEXT else -1
        place = (at + step) if at is not None else (0 if step > 0 else len(found) - 1)
    else:
        place = len(found) - 1 if occurrence == _LAST else 0
    if not 0 <= place < len(found):
        return NOT_FOUND
    if apdu.p2 & _TERMINATE:
        channel.application = None
        channel.enter(card.tree.root)
        return OK
    channel.enter(found[place])
    return OK


def _by_id(card: Card, channel: Channel, apdu: Apdu) -> int:
    steps = [int.from_bytes(apdu.data[at : at + 2]) for at in range(0, len(apdu.data), 2)]
    if apdu.p1 == _PARENT:
        if steps:
            return WRONG_LENGTH
        parent = channel.directory.parent
        if parent is None:
            return NOT_FOUND
        channel.enter(parent)
        return OK
    if len(apdu.data) % 2 or not steps or (apdu.p1 == _BY_ID and len(steps) > 1):
        return WRONG_LENGTH
    if apdu.p1 == _BY_ID:
        found = _reachable(card, channel, steps[0])
        if found is None:
            return NOT_FOUND
        channel.enter(*found)
        return OK
    return _walk(card, channel, steps, from_mf=apdu.p1 == _FROM_MF)


def _walk(card: Card, channel: Channel, steps: list[int], *, from_mf: bool) -> int:
    """A path; the MF's own identifier is not part of it, 7FFF at its beginning is the current application."""
    here: Directory | File | None = card.tree.root if from_mf else channel.directory
    parent: Directory | None = None
    for at, step in enumerate(steps):
        if not isinstance(here, Directory):
            return NOT_FOUND
        parent = here
        if at == 0 and step == _CURRENT_APPLICATION:
            here = channel.application
        elif at == 0 and step == _MF and from_mf:
            here = card.tree.root
        else:
            here = here.children.get(step)
    if here is None:
        return NOT_FOUND
    channel.enter(here, parent)
    return OK


Found = tuple[Directory | File, Directory | None]
"""and for a file the directory where it was found"""


def _reachable(card: Card, channel: Channel, identifier: int) -> Found | None:
    """What may be selected from here by its identifier alone (102 221 8.4.1)."""
    here, parent, root = channel.directory, channel.directory.parent, card.tree.root
    if identifier == _MF:
        return root, None
    if identifier == _CURRENT_APPLICATION:
        return (channel.application, None) if channel.application else None
    if found := here.children.get(identifier):
        return found, here
    for directory in (here, *((parent, *parent.directories) if parent else ())):
        if directory.id == identifier:
            return directory, None
    inherited = root.children.get(identifier) if card.leniency.mf_files_everywhere else None
    return (inherited, root) if inherited else None


def _select_sim(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """51.011 8.1: by identifier alone, a DF of the second level or a file."""
    if len(apdu.data) != 2:
        return b"", WRONG_LENGTH | 2
    identifier = int.from_bytes(apdu.data)
    found = _reachable(card, channel, identifier) if identifier != _CURRENT_APPLICATION else None
    if found is None or (isinstance(found[0], Directory) and found[0].aid):
        return b"", NOT_FOUND
    channel.enter(*found)
    if channel.file:
        return sim_header(channel.file), OK
    return sim_header_of(channel.directory, card.keys), OK


def status(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """The current directory, whatever file is selected (102 221 11.1.2)."""
    if apdu.sim:
        return card.sized(sim_header_of(channel.directory, card.keys), apdu.p3)
    if apdu.p1 > 2 or apdu.p2 not in (0x00, 0x01, _NO_DATA):
        return b"", WRONG_P1P2
    if apdu.p2 == _NO_DATA:
        return b"", OK
    if apdu.p2 == 0x00:
        return card.sized(fcp_of(channel.directory, card.keys), apdu.p3)
    aid = channel.application.aid if channel.application else b""
    return card.sized(bytes((0x84, len(aid))) + aid, apdu.p3)


def manage(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """Open a channel, the next free one or that of P2, or close one (102 221 11.1.17).

    A new channel begins at the MF; opened from another than the basic one, where that one stands.
    """
    opening = apdu.p1 == 0x00
    if apdu.p1 not in (0x00, 0x80) or (not opening and apdu.p2 == 0):
        return b"", WRONG_P1P2
    if apdu.p2 >= CHANNELS:
        return b"", NO_CHANNEL
    if not opening:
        return b"", OK if card.channels.pop(apdu.p2, None) else NO_CHANNEL
    free = [number for number in range(1, CHANNELS) if number not in card.channels]
    number = apdu.p2 or next(iter(free), 0)
    if number not in free:
        return b"", NO_FUNCTION
    if not apdu.p2 and apdu.p3 != 1:
        return b"", 0x6C01
    card.channels[number] = channel.copy() if apdu.channel else Channel(card.tree.root)
    return (b"", OK) if apdu.p2 else (bytes((number,)), OK)
