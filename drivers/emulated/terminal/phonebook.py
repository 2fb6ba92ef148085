"""Phone books of the card: +CPBS, +CPBR, +CPBF, +CPBW (27.007 8.11 to 8.14). SM is EF_ADN, ON EF_MSISDN."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drivers.emulated.air import INTERNATIONAL, type_of
from drivers.emulated.terminal import alphabet
from drivers.emulated.terminal.results import (
    INDEX_INVALID,
    MEMORY_FULL,
    NOT_FOUND,
    TEXT_TOO_LONG,
    WRONG_PARAMETERS,
    Refused,
)
from interop.smspdu import Address, PduError
from interop.uicc import EfError

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_BOOKS: Final = ("SM", "ON")
_DIGITS: Final = 20
_DIALLABLE: Final = frozenset("0123456789*#+")


def memories(modem: EmulatedModem, command: Command) -> Reply:
    del modem, command
    return "+CPBS: (" + ",".join(f'"{name}"' for name in _BOOKS) + ")"


def memory_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    book = _book(modem)
    return f'+CPBS: "{modem.phone_book}",{sum(bool(number) for _, number in book)},{len(book)}'


def memory_set(modem: EmulatedModem, command: Command) -> Reply:
    name = alphabet.decoded(command.values[0].upper(), modem.charset)
    if name not in _BOOKS:
        raise Refused(WRONG_PARAMETERS)
    modem.phone_book = name
    return None


def _book(modem: EmulatedModem) -> list[tuple[str, str]]:
    return modem.sim.require().identity.book(modem.phone_book)


def read_test(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CPBR: (1-{len(_book(modem))}),{_DIGITS},{_name_size(modem)}"


def find_test(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CPBF: {_DIGITS},{_name_size(modem)}"


def write_test(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CPBW: (1-{len(_book(modem))}),{_DIGITS},(129,145,161),{_name_size(modem)}"


def _name_size(modem: EmulatedModem) -> int:
    return modem.sim.require().identity.name_size(modem.phone_book)


def _rows(modem: EmulatedModem, prefix: str, indices: range, text: str = "") -> list[str]:
    return [
        f'{prefix}: {index},"{number}",{type_of(number)},"{alphabet.encoded(name, modem.charset)}"'
        for index, (name, number) in enumerate(_book(modem), 1)
        if index in indices and number and text.casefold() in name.casefold()
    ]


def read(modem: EmulatedModem, command: Command) -> Reply:
    first = command.number(0, 1)
    last = command.number(1, first)
    if not 1 <= first <= last <= len(_book(modem)):
        raise Refused(INDEX_INVALID)
    return _rows(modem, "+CPBR", range(first, last + 1))


def find(modem: EmulatedModem, command: Command) -> Reply:
    """Names that hold the text, whatever the case."""
    found = _rows(modem, "+CPBF", range(1, 256), alphabet.decoded(command.values[0], modem.charset))
    if not found:
        raise Refused(NOT_FOUND)
    return found


def write(modem: EmulatedModem, command: Command) -> Reply:
    """+CPBW=[<index>][,<number>[,<type>[,<text>]]]: without an index in the first free place; an index alone
    empties its place."""
    book, values = _book(modem), [*command.values, "", "", ""]
    number, name = values[1], alphabet.decoded(values[3], modem.charset)
    free = next((index for index, (_, taken) in enumerate(book, 1) if not taken), 0)
    index = command.number(0, free)
    if not index and not values[0]:
        raise Refused(MEMORY_FULL)
    if not 1 <= index <= len(book):
        raise Refused(INDEX_INVALID)
    if command.number(2, type_of(number)) == INTERNATIONAL and number[:1] not in ("", "+"):
        number = "+" + number
    if not set(number) <= _DIALLABLE or (name and not number):
        raise Refused(WRONG_PARAMETERS)
    try:
        address = Address.parse(number) if number else None
        modem.sim.require().identity.enter(modem.phone_book, index, name, address)
    except (EfError, PduError):
        raise Refused(TEXT_TOO_LONG) from None
    return None


COMMANDS: dict[str, Handler] = {
    "+CPBS=?": memories,
    "+CPBS?": memory_read,
    "+CPBS=": memory_set,
    "+CPBR=?": read_test,
    "+CPBR=": read,
    "+CPBF=?": find_test,
    "+CPBF=": find,
    "+CPBW=?": write_test,
    "+CPBW=": write,
}
