"""The SIM through the modem: +CPIN +CLCK +CPWD +CIMI +CNUM +CRSM +CSIM (27.007 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.emulated.air import type_of
from drivers.emulated.apdu import Channel
from drivers.emulated.card import PIN_TRIES, PUK_TRIES, Card
from drivers.emulated.terminal.results import (
    NO_SIM,
    NOT_SUPPORTED,
    PIN_REQUIRED,
    PUK_REQUIRED,
    WRONG_PARAMETERS,
    WRONG_PASSWORD,
    Refused,
)

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command


class Sim:
    """The card in the slot, if any, and whether its PIN has been given since power on."""

    def __init__(self, card: Card | None) -> None:
        self.card = card
        self.restart()

    def restart(self) -> None:
        """Power to the card: the PIN is asked again."""
        if self.card is not None:
            self.card.power_on()
            self.channel = Channel(self.card)

    def present(self) -> Card:
        if self.card is None:
            raise Refused(NO_SIM)
        return self.card

    def require(self) -> Card:
        """The card, open for use. Raises Refused."""
        card = self.present()
        if card.blocked:
            raise Refused(PUK_REQUIRED)
        if not card.open:
            raise Refused(PIN_REQUIRED)
        return card

    @property
    def ready(self) -> bool:
        return self.card is not None and self.card.open


def pin_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    card = modem.sim.present()
    return "+CPIN: " + ("SIM PUK" if card.blocked else "READY" if card.open else "SIM PIN")


def pin_enter(modem: EmulatedModem, command: Command) -> Reply:
    card, values = modem.sim.present(), command.values
    if card.open:
        raise Refused(3)
    if card.blocked:
        right = len(values) > 1 and card.unblock(values[0], values[1])
    else:
        right = card.verify(values[0])
    if not right:
        raise Refused(PUK_REQUIRED if card.blocked else WRONG_PASSWORD)
    modem.radio(modem.function == 1)
    return None


def lock(modem: EmulatedModem, command: Command) -> Reply:
    """+CLCK=<fac>,<mode>[,<passwd>]: SC is the PIN; bars are only asked for, none is set."""
    card, values = modem.sim.present(), command.values
    facility, mode = values[0].upper(), command.number(1, 2)
    if mode == 2:
        return f"+CLCK: {int(card.pin_enabled) if facility == 'SC' else 0}"
    if facility != "SC" or mode > 1:
        raise Refused(NOT_SUPPORTED)
    if not card.verify(values[2] if len(values) > 2 else ""):
        raise Refused(PUK_REQUIRED if card.blocked else WRONG_PASSWORD)
    card.pin_enabled = mode == 1
    return None


def password(modem: EmulatedModem, command: Command) -> Reply:
    card, values = modem.sim.require(), command.values
    if len(values) != 3 or values[0].upper() != "SC":
        raise Refused(WRONG_PARAMETERS)
    if not card.verify(values[1]):
        raise Refused(PUK_REQUIRED if card.blocked else WRONG_PASSWORD)
    card.pin = values[2]
    return None


def imsi(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return modem.sim.require().imsi


def own_number(modem: EmulatedModem, command: Command) -> Reply:
    del command
    number = modem.sim.require().msisdn
    return f'+CNUM: "","{number}",{type_of(number)}' if number else None


def restricted(modem: EmulatedModem, command: Command) -> Reply:
    """+CRSM=<ins>[,<file>[,<P1>,<P2>,<P3>[,<data>[,<path>]]]] (27.007 8.18)."""
    card, values = modem.sim.require(), command.values
    ins, file, p1, p2, p3 = (command.number(at, 0) for at in range(5))
    data, path = (bytes_of(values[at]) if at < len(values) else b"" for at in (5, 6))
    if file > 0xFFFF or max(p1, p2, p3) > 0xFF:
        raise Refused(WRONG_PARAMETERS)
    answer, status = card.restricted(ins, file, p1, p2, p3, data, path)
    tail = f',"{answer.hex().upper()}"' if answer else ""
    return f"+CRSM: {status >> 8},{status & 0xFF}{tail}"


def generic(modem: EmulatedModem, command: Command) -> Reply:
    """+CSIM=<length>,"<command>" (27.007 8.17): any APDU, on the same card."""
    modem.sim.present()
    length, apdu = command.number(0, 0), bytes_of(command.values[1] if len(command.values) > 1 else "")
    if length != 2 * len(apdu) or len(apdu) < 4:
        raise Refused(WRONG_PARAMETERS)
    answer, status = modem.sim.channel.transmit(apdu)
    said = answer.hex().upper() + f"{status:04X}"
    return f'+CSIM: {len(said)},"{said}"'


def bytes_of(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise Refused(WRONG_PARAMETERS) from None


def retries(modem: EmulatedModem, command: Command) -> Reply:
    """+CPINR[=<code>] (27.007 8.65): tries left and tries at the start, of all codes or of one."""
    card = modem.sim.present()
    counters = {
        "SIM PIN": (card.tries, PIN_TRIES),
        "SIM PUK": (card.puk_tries, PUK_TRIES),
        "SIM PIN2": (PIN_TRIES, PIN_TRIES),
        "SIM PUK2": (PUK_TRIES, PUK_TRIES),
    }
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
    "+CPINR": retries,
    "+CPINR=": retries,
}
