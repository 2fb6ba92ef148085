"""Every command that the card knows: instruction, class, which way its data go (ETSI TS 102 221 10.1)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from drivers.emulated.uicc import authentication, channel, files, pins, toolkit
from drivers.emulated.uicc.apdu import Apdu, Reply
from drivers.emulated.uicc.codes import NO_CONDITION, NO_REFERENCE, OK, RESPONSE, TECHNICAL

if TYPE_CHECKING:
    from drivers.emulated.uicc.card import Card
    from drivers.emulated.uicc.channel import Channel

Handler = Callable[["Card", "Channel", Apdu], Reply]

READ_BINARY: Final = 0xB0
READ_RECORD: Final = 0xB2
GET_RESPONSE: Final = 0xC0
UPDATE_BINARY: Final = 0xD6
UPDATE_RECORD: Final = 0xDC
STATUS: Final = 0xF2
FETCH: Final = 0x12


@dataclass(frozen=True, slots=True)
class Command:
    """`takes`: P3 counts octets that follow, else octets that are wanted. `classes`: 0 interindustry, 8
    proprietary, A of a SIM."""

    handler: Handler
    classes: str
    takes: bool = False

    def of_class(self, apdu: Apdu) -> bool:
        return ("A" if apdu.sim else "8" if apdu.proprietary else "0") in self.classes


def get_response(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """Once; what a shorter length leaves is still there in class 00 (ISO 7816-3 12.2.1). A SIM has no status
    word for a rest (51.011 9.4), so it gives no pieces."""
    if not channel.response:
        return b"", TECHNICAL if apdu.sim else NO_CONDITION
    octets, sw = card.sized(channel.response[:256], apdu.p3, card.leniency.get_response)
    if sw != OK:
        return octets, sw
    if apdu.sim:
        channel.response = b""
        return octets, OK
    octets = octets[: card.piece or None]
    channel.response = channel.response[len(octets) :]
    return octets, RESPONSE | min(len(channel.response), 0xFF) if channel.response and octets else OK


def _no_data(card: Card, channel: Channel, apdu: Apdu) -> Reply:
    """GET DATA and RETRIEVE DATA: there is no data object."""
    del card, channel, apdu
    return b"", NO_REFERENCE


COMMANDS: Final[Mapping[int, Command]] = {
    0x04: Command(files.deactivate, "0A", takes=True),
    0x10: Command(toolkit.profile, "8A", takes=True),
    FETCH: Command(toolkit.fetch, "8A"),
    0x14: Command(toolkit.respond, "8A", takes=True),
    0x20: Command(pins.verify, "0A", takes=True),
    0x24: Command(pins.change, "0A", takes=True),
    0x26: Command(pins.disable, "0A", takes=True),
    0x28: Command(pins.enable, "0A", takes=True),
    0x2C: Command(pins.unblock, "0A", takes=True),
    0x44: Command(files.activate, "0A", takes=True),
    0x70: Command(channel.manage, "0"),
    # One instruction, two commands: AUTHENTICATE of a UICC, RUN GSM ALGORITHM of a SIM
    0x88: Command(
        lambda card, channel, apdu: (authentication.run_gsm if apdu.sim else authentication.authenticate)(
            card, channel, apdu
        ),
        "0A",
        takes=True,
    ),
    0xA2: Command(files.search_record, "0", takes=True),
    0xA4: Command(channel.select, "0A", takes=True),
    0xAA: Command(toolkit.capability, "8", takes=True),
    READ_BINARY: Command(files.read_binary, "0A"),
    READ_RECORD: Command(files.read_record, "0A"),
    GET_RESPONSE: Command(get_response, "08A"),
    0xC2: Command(toolkit.envelope, "8A", takes=True),
    0xCA: Command(_no_data, "08"),
    0xCB: Command(_no_data, "08", takes=True),
    0xD4: Command(files.resize, "8", takes=True),
    UPDATE_BINARY: Command(files.update_binary, "0A", takes=True),
    UPDATE_RECORD: Command(files.update_record, "0A", takes=True),
    STATUS: Command(channel.status, "8A"),
}
