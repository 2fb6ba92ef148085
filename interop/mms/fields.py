"""Header fields of MM1: number, name, and how the value looks (OMA-TS-MMS_ENC-V1_3 7.3, tables 37 to 39)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from interop.mms.errors import MmsError
from interop.mms.pdus import PERSONAL, After, When
from interop.mms.wire import (
    Octets,
    date_of,
    encoded_string,
    long_integer,
    seconds_of,
    text_string,
    value,
)

_YES, _NO = 0x80, 0x81
_ABSOLUTE, _RELATIVE = 0x80, 0x81
_PRESENT, _INSERT = 0x80, 0x81
_CLASSES: Final = {0x80: PERSONAL, 0x81: "advertisement", 0x82: "informational", 0x83: "auto"}
_CLASS_NUMBERS: Final = {name: number for number, name in _CLASSES.items()}


class Form(NamedTuple):
    """`write`: the value and the field's name, for MmsError. `read`: None for a value that nobody knows."""

    write: Callable[[Any, str], bytes]
    read: Callable[[Octets], Any]
    text: bool = False


class Field(NamedTuple):
    """`many`: it may stand more than once."""

    number: int
    name: str
    form: Form
    many: bool = False


def _write_token(number: int, field: str) -> bytes:
    if not 0x80 <= number <= 0xFF:
        raise MmsError(field, f"{number} is not in 128..255")
    return bytes((number,))


def _write_version(number: int, field: str) -> bytes:
    if not 0 <= number <= 0x7F:
        raise MmsError(field, f"{number} is not in 0..127")
    return bytes((number | 0x80,))


def _write_yes(yes: bool, field: str) -> bytes:
    return bytes((_YES if yes else _NO,))


def _read_yes(octets: Octets) -> bool | None:
    return {_YES: True, _NO: False}.get(octets.token())


def _write_date(date: datetime, field: str) -> bytes:
    return long_integer(seconds_of(date, field), field)


def _write_when(when: When, field: str) -> bytes:
    if isinstance(when, After):
        return value(bytes((_RELATIVE,)) + long_integer(when.seconds, field))
    return value(bytes((_ABSOLUTE,)) + _write_date(when, field))


def _read_when(octets: Octets) -> When:
    inner = octets.measured()
    token = inner.peek()
    if token not in (_ABSOLUTE, _RELATIVE):
        raise inner.wrong(f"{token:02X} is neither absolute (80) nor relative (81)")
    inner.octet()
    number = inner.integer()
    return After(number) if token == _RELATIVE else date_of(number, inner)


def _write_from(address: str, field: str) -> bytes:
    if not address:
        return value(bytes((_INSERT,)))
    return value(bytes((_PRESENT,)) + encoded_string(address, field))


def _read_from(octets: Octets) -> str:
    inner = octets.measured()
    token = inner.peek()
    if token not in (_PRESENT, _INSERT):
        raise inner.wrong(f"{token:02X} is neither an address (80) nor to be filled in (81)")
    inner.octet()
    return inner.text(lines=True) if token == _PRESENT and inner else ""


def _write_class(name: str, field: str) -> bytes:
    if name in _CLASS_NUMBERS:
        return bytes((_CLASS_NUMBERS[name],))
    if not name:
        raise MmsError(field, "a message has one")
    return text_string(name, field)


def _read_class(octets: Octets) -> str | None:
    return _CLASSES.get(octets.peek()) if octets.peek() & 0x80 else octets.text() or None


TEXT: Final = Form(text_string, Octets.text, text=True)
STRING: Final = Form(encoded_string, lambda octets: octets.text(lines=True), text=True)
NUMBER: Final = Form(long_integer, Octets.integer)
DATE: Final = Form(_write_date, lambda octets: date_of(octets.integer(), octets))
WHEN: Final = Form(_write_when, _read_when)
TOKEN: Final = Form(_write_token, Octets.token)
YES: Final = Form(_write_yes, _read_yes)
FROM: Final = Form(_write_from, _read_from)

MESSAGE_TYPE: Final = Field(0x0C, "X-Mms-Message-Type", TOKEN)
BODY: Final = 0x04
"""Content-Type: its value, and the body behind it, are of `content`"""

FIELDS: Final[dict[str, Field]] = {
    "bcc": Field(0x01, "Bcc", STRING, many=True),
    "cc": Field(0x02, "Cc", STRING, many=True),
    "location": Field(0x03, "X-Mms-Content-Location", TEXT),
    "date": Field(0x05, "Date", DATE),
    "delivery_report": Field(0x06, "X-Mms-Delivery-Report", YES),
    "delivery_time": Field(0x07, "X-Mms-Delivery-Time", WHEN),
    "expiry": Field(0x08, "X-Mms-Expiry", WHEN),
    "sender": Field(0x09, "From", FROM),
    "message_class": Field(0x0A, "X-Mms-Message-Class", Form(_write_class, _read_class)),
    "message_id": Field(0x0B, "Message-ID", TEXT),
    "version": Field(0x0D, "X-Mms-MMS-Version", Form(_write_version, lambda octets: octets.token() & 0x7F)),
    "size": Field(0x0E, "X-Mms-Message-Size", NUMBER),
    "priority": Field(0x0F, "X-Mms-Priority", TOKEN),
    "read_report": Field(0x10, "X-Mms-Read-Report", YES),
    "report_allowed": Field(0x11, "X-Mms-Report-Allowed", YES),
    "response_status": Field(0x12, "X-Mms-Response-Status", TOKEN),
    "response_text": Field(0x13, "X-Mms-Response-Text", STRING),
    "sender_hidden": Field(0x14, "X-Mms-Sender-Visibility", YES),
    "status": Field(0x15, "X-Mms-Status", TOKEN),
    "subject": Field(0x16, "Subject", STRING),
    "to": Field(0x17, "To", STRING, many=True),
    "recipient": Field(0x17, "To", STRING),
    "transaction": Field(0x18, "X-Mms-Transaction-Id", TEXT),
    "retrieve_status": Field(0x19, "X-Mms-Retrieve-Status", TOKEN),
    "retrieve_text": Field(0x1A, "X-Mms-Retrieve-Text", STRING),
    "read_status": Field(0x1B, "X-Mms-Read-Status", TOKEN),
}
"""By the attribute of a PDU that has it; what `status`, `text` and `to` are depends on the PDU."""
