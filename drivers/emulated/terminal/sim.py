"""The SIM through the modem: +CPIN +CLCK +CPWD +CIMI +CNUM +CRSM +CSIM +CCHO +CGLA (27.007 8)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import type_of
from drivers.emulated.terminal.results import (
    INDEX_INVALID,
    MEMORY_FULL,
    NO_SIM,
    NOT_FOUND,
    NOT_SUPPORTED,
    PIN_REQUIRED,
    PUK_REQUIRED,
    WRONG_PARAMETERS,
    WRONG_PASSWORD,
    Refused,
)
from drivers.emulated.uicc import Card, crsm
from drivers.emulated.uicc.channel import CHANNELS
from drivers.emulated.uicc.codes import OK
from drivers.emulated.uicc.commands import UPDATE_BINARY
from drivers.emulated.uicc.headers import PIN1, PIN2
from drivers.emulated.uicc.keys import Key, pin_octets
from drivers.emulated.uicc.tree import File
from interop.protocols.card import CardLost

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_SIM_FAILURE: Final = 13
_USIM: Final = bytes.fromhex("00A404040CA0000000871002FF86FFFF89")
"""SELECT of the application by which a modem begins, so that 7FFF means it from then on"""
_OPEN: Final = bytes.fromhex("0070000001")


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except CardLost:
        raise Refused(_SIM_FAILURE) from None


class Sim:
    """The card in the slot, if any, and whether its PIN has been given since power on."""

    def __init__(self, card: Card | None) -> None:
        self.card = card
        self.restart()

    def restart(self) -> None:
        """Power to the card: the PIN is asked again."""
        if self.card is not None and self.card.inserted:
            self.card.power_on()
            with suppress(Refused):
                self.transmit(_USIM)

    def present(self) -> Card:
        if self.card is None or not self.card.inserted:
            raise Refused(NO_SIM)
        return self.card

    def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Raises Refused where the card says nothing."""
        with _answering():
            return self.present().transmit(apdu)

    def update(self, file: File, offset: int, data: bytes) -> int:
        """The status word. Raises Refused."""
        with _answering():
            p1, p2 = offset.to_bytes(2)
            return crsm.access(self.require(), file, UPDATE_BINARY, p1, p2, len(data), data)[1]

    def require(self) -> Card:
        """The card, open for use. Raises Refused."""
        card = self.present()
        if not card.pin.left:
            raise Refused(PUK_REQUIRED)
        if not card.pin.met:
            raise Refused(PIN_REQUIRED)
        return card

    @property
    def ready(self) -> bool:
        return self.card is not None and self.card.inserted and self.card.pin.met


def pin_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    pin = modem.sim.present().pin
    return "+CPIN: " + ("SIM PUK" if not pin.left else "READY" if pin.met else "SIM PIN")


def _presented(pin: Key, digits: str) -> None:
    """Raises Refused for a wrong one, which costs a try."""
    if pin.check(_octets(digits)) != OK:
        raise Refused(WRONG_PASSWORD if pin.left else PUK_REQUIRED)


def _octets(digits: str) -> bytes:
    try:
        return pin_octets(digits)
    except ValueError:
        raise Refused(WRONG_PARAMETERS) from None


def pin_enter(modem: EmulatedModem, command: Command) -> Reply:
    pin, values = modem.sim.present().pin, command.values
    if pin.left and pin.met:
        raise Refused(3)
    if pin.left:
        _presented(pin, values[0])
    elif len(values) < 2 or pin.reset_by(_octets(values[0]), _octets(values[1])) != OK:
        raise Refused(PUK_REQUIRED)
    modem.radio(modem.function == 1)
    return None


def lock(modem: EmulatedModem, command: Command) -> Reply:
    """+CLCK=<fac>,<mode>[,<passwd>]: SC is the PIN; bars are only asked for, none is set."""
    pin, values = modem.sim.present().pin, command.values
    facility, mode = values[0].upper(), command.number(1, 2)
    if mode == 2:
        return f"+CLCK: {int(pin.enabled) if facility == 'SC' else 0}"
    if facility != "SC" or mode > 1:
        raise Refused(NOT_SUPPORTED)
    _presented(pin, values[2] if len(values) > 2 else "")
    pin.enabled = mode == 1
    return None


def password(modem: EmulatedModem, command: Command) -> Reply:
    pin, values = modem.sim.require().pin, command.values
    if len(values) != 3 or values[0].upper() != "SC":
        raise Refused(WRONG_PARAMETERS)
    new = _octets(values[2])
    _presented(pin, values[1])
    pin.value = new
    return None


def imsi(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return modem.sim.require().identity.imsi


def own_number(modem: EmulatedModem, command: Command) -> Reply:
    del command
    number = modem.sim.require().identity.msisdn
    return f'+CNUM: "","{number}",{type_of(number)}' if number else None


def restricted(modem: EmulatedModem, command: Command) -> Reply:
    """+CRSM=<ins>[,<file>[,<P1>,<P2>,<P3>[,<data>[,<path>]]]] (27.007 8.18)."""
    card, values = modem.sim.require(), command.values
    ins, file, p1, p2, p3 = (command.number(at, 0) for at in range(5))
    data, path = (bytes_of(values[at]) if at < len(values) else b"" for at in (5, 6))
    if file > 0xFFFF or max(p1, p2, p3) > 0xFF:
        raise Refused(WRONG_PARAMETERS)
    with _answering():
        answer, status = crsm.restricted(card, ins, file, p1, p2, p3, data, path)
    tail = f',"{answer.hex().upper()}"' if answer else ""
    return f"+CRSM: {status >> 8},{status & 0xFF}{tail}"


def generic(modem: EmulatedModem, command: Command) -> Reply:
    """+CSIM=<length>,"<command>" (27.007 8.17): any APDU, on the same card."""
    length, apdu = command.number(0, 0), bytes_of(command.values[1] if len(command.values) > 1 else "")
    if length != 2 * len(apdu) or len(apdu) < 4:
        raise Refused(WRONG_PARAMETERS)
    answer, status = modem.sim.transmit(apdu)
    said = answer.hex().upper() + f"{status:04X}"
    return f'+CSIM: {len(said)},"{said}"'


def channel_open(modem: EmulatedModem, command: Command) -> Reply:
    """+CCHO="<AID>" (27.007 8.45): a logical channel on which the application is selected; its number."""
    name = bytes_of(command.values[0])
    opened, sw = modem.sim.transmit(_OPEN)
    if sw != OK:
        raise Refused(MEMORY_FULL)
    number = opened[0]
    _, sw = modem.sim.transmit(bytes((number, 0xA4, 0x04, 0x0C, len(name))) + name)
    if sw != OK:
        modem.sim.transmit(bytes((0x00, 0x70, 0x80, number, 0x00)))
        raise Refused(NOT_FOUND)
    return f"+CCHO: {number}"


def channel_close(modem: EmulatedModem, command: Command) -> Reply:
    """+CCHC=<channel> (27.007 8.46)."""
    _, sw = modem.sim.transmit(bytes((0x00, 0x70, 0x80, _logical(command), 0x00)))
    if sw != OK:
        raise Refused(INDEX_INVALID)
    return None


def logical(modem: EmulatedModem, command: Command) -> Reply:
    """+CGLA=<channel>,<length>,"<command>" (27.007 8.43): as +CSIM, with the class of that channel."""
    channel, length, apdu = _logical(command), command.number(1, 0), bytes_of("".join(command.values[2:3]))
    if length != 2 * len(apdu) or len(apdu) < 4:
        raise Refused(WRONG_PARAMETERS)
    answer, status = modem.sim.transmit(bytes((apdu[0] & 0xFC | channel,)) + apdu[1:])
    said = answer.hex().upper() + f"{status:04X}"
    return f'+CGLA: {len(said)},"{said}"'


def _logical(command: Command) -> int:
    number = command.number(0, 0)
    if not 0 < number < CHANNELS:
        raise Refused(INDEX_INVALID)
    return number


def bytes_of(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Refused(WRONG_PARAMETERS) from None


def retries(modem: EmulatedModem, command: Command) -> Reply:
    """+CPINR[=<code>] (27.007 8.65): tries left and tries at the start, of all codes or of one."""
    keys = modem.sim.present().keys
    counters = {}
    for reference, suffix in ((PIN1, ""), (PIN2, "2")):
        key = keys[reference]
        counters[f"SIM PIN{suffix}"] = (key.left, key.tries)
        counters[f"SIM PUK{suffix}"] = (key.unblock_left, key.unblock_tries)
    asked = command.text.strip('"') or None
    return [f"+CPINR: {name},{left},{of}" for name, (left, of) in counters.items() if asked in (None, name)]


COMMANDS: dict[str, Handler] = {
    "+CPIN?": pin_read,
    "+CPIN=": pin_enter,
    "+CLCK=": lock,
    "+CPWD=": password,
    "+CIMI": imsi,
    "+CNUM": own_number,
    "+CRSM=": restricted,
    "+CSIM=": generic,
    "+CCHO=": channel_open,
    "+CCHC=": channel_close,
    "+CGLA=": logical,
    "+CPINR": retries,
    "+CPINR=": retries,
}
