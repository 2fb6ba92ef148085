"""Values of WSP header fields, as octets and back (WAP-230-WSP 8.4.2, OMA-TS-MMS_ENC-V1_3 7.3).

Reading never runs over the end of the value that it is in, whatever lengths are said inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from interop.mms import charsets
from interop.mms.errors import MmsError
from interop.smspdu import PduError
from interop.smspdu.wap import read_uintvar, read_value_length, value_length

_QUOTE: Final = 0x7F
_TEXT: Final = range(0x20, 0x80)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_UNSEEN: Final = dict.fromkeys((*range(32), 0x7F), "\ufffd")
"""control characters, which TEXT cannot have (RFC 2616 2.2)"""
_UNSEEN_ON_LINES: Final = {code: seen for code, seen in _UNSEEN.items() if chr(code) not in "\t\r\n"}


@dataclass(slots=True)
class Octets:
    """What is left to read of `data`: from `at` to `end`. `field`: what it is, for the error."""

    data: bytes
    at: int
    end: int
    field: str

    def wrong(self, what: str) -> MmsError:
        return MmsError(self.field, what, self.at)

    def __bool__(self) -> bool:
        return self.at < self.end

    def peek(self) -> int:
        if self.at >= self.end:
            raise self.wrong("ends too early")
        return self.data[self.at]

    def text_next(self) -> bool:
        """A value that begins with 20 to 7F is text (8.4.1.2)."""
        return self.peek() in _TEXT

    def octet(self) -> int:
        found = self.peek()
        self.at += 1
        return found

    def take(self, count: int) -> Octets:
        """The next `count` octets."""
        if count > self.end - self.at:
            raise self.wrong(f"says {count} octets, {self.end - self.at} are left")
        taken = Octets(self.data, self.at, self.at + count, self.field)
        self.at += count
        return taken

    def rest(self) -> bytes:
        found, self.at = self.data[self.at : self.end], self.end
        return found

    def uintvar(self) -> int:
        try:
            number, at = read_uintvar(self.data, self.at)
        except PduError as error:
            raise self.wrong(f"no number: {error}") from None
        if at > self.end:
            raise self.wrong("a number that runs over its end")
        self.at = at
        return number

    def measured(self) -> Octets:
        """What a value-length counts (8.4.2.2)."""
        if self.peek() > 0x1F:
            raise self.wrong(f"{self.peek():02X} is no length")
        try:
            length, at = read_value_length(self.data, self.at)
        except PduError as error:
            raise self.wrong(f"no length: {error}") from None
        if length > self.end - at:
            raise self.wrong(f"says {length} octets, {max(self.end - at, 0)} are left")
        self.at = at
        return self.take(length)

    def value(self, *, text: bool = False) -> Octets:
        """The next value whatever it is: its first octet tells how long (8.4.1.2). `text`: it can be nothing
        else, though its first octet lacks the Quote that it needs.
        """
        begin, first = self.at, self.peek()
        if first <= 0x1F:
            self.measured()
        elif first in _TEXT or text:
            self._to_zero()
        else:
            self.at += 1
        return Octets(self.data, begin, self.at, self.field)

    def _to_zero(self) -> bytes:
        """Up to the end of the string, and over it. One that lacks it ends with its value."""
        stop = self.data.find(0, self.at, self.end)
        begin, stop = self.at, self.end if stop < 0 else stop
        self.at = min(stop + 1, self.end)
        return self.data[begin:stop]

    def integer(self) -> int:
        """Short (80 to FF) or long: a length up to 30, then the highest octet first (8.4.2.3)."""
        first = self.octet()
        if first & 0x80:
            return first & 0x7F
        if not 1 <= first <= 30:
            self.at -= 1
            raise self.wrong(f"{first:02X} is no number")
        return int.from_bytes(self.take(first).rest(), "big")

    def token(self) -> int:
        """An octet that says what it is: 80 to FF."""
        if self.peek() < 0x80:
            raise self.wrong(f"{self.peek():02X} is no value of it")
        return self.octet()

    def text(self, *, lines: bool = False) -> str:
        """Encoded-string or text-string (7.3.14): with a length it should tell its charset first. Control
        characters are U+FFFD; `lines`: but for tabs and ends of lines.
        """
        return self._text().translate(_UNSEEN_ON_LINES if lines else _UNSEEN)

    def _text(self) -> str:
        if self.peek() == 0:
            self.at += 1
            return ""
        if self.peek() <= 0x1F:
            inner = self.measured()
            number = charsets.ANY if inner.text_next() else inner.integer()
            if charsets.is_wide(charsets.NAMES.get(number, "")):
                return _wide(inner.rest(), charsets.NAMES[number])
            string, name = inner._to_zero(), charsets.NAMES.get(number, "")
        else:
            string, name = self._to_zero(), ""
        if string[:1] == bytes((_QUOTE,)):
            string = string[1:]
        return charsets.text_of(string, name)


def _wide(data: bytes, name: str) -> str:
    """Its end is one octet of 0, or two, or none. Only their number tells a Quote from U+7F80 to U+7FFF."""
    quoted = data[:1] == bytes((_QUOTE,)) and data[1:2] >= b"\x80"
    if quoted and (data[1:3] in charsets.MARKS or (len(data) % 2 == 0) == (data[-1] == 0)):
        data = data[1:]
    data = data[: len(data) // 2 * 2]
    return charsets.text_of(data.removesuffix(b"\0\0"), name)


def value(data: bytes) -> bytes:
    """With its length in front."""
    return value_length(len(data)) + data


def long_integer(number: int, field: str) -> bytes:
    """8.4.2.1. Raises MmsError."""
    size = max((number.bit_length() + 7) // 8, 1)
    if number < 0 or size > 30:
        raise MmsError(field, f"{number} is no number for it")
    return bytes((size,)) + number.to_bytes(size, "big")


def integer(number: int, field: str) -> bytes:
    """Short where it can be. Raises MmsError."""
    return bytes((number | 0x80,)) if 0 <= number < 0x80 else long_integer(number, field)


def text_string(text: str, field: str) -> bytes:
    """Beyond US-ASCII in UTF-8, with a Quote where its first octet needs one (8.4.2.1). Raises MmsError."""
    if text.translate(_UNSEEN) != text:
        raise MmsError(field, f"{text!r} has a control character")
    return _string(text, field)


def encoded_string(text: str, field: str) -> bytes:
    """Plain where it is US-ASCII, else with its length and charset, UTF-8 (7.3.14). Raises MmsError."""
    if text.translate(_UNSEEN_ON_LINES) != text:
        raise MmsError(field, f"{text!r} has a control character")
    if text.isascii() and text[:1] not in ("\t", "\r", "\n"):
        return _string(text, field)
    return value(integer(charsets.UTF_8, field) + _string(text, field))


def _string(text: str, field: str) -> bytes:
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise MmsError(field, f"{text!r} is no text") from None
    return (b"\x7f" if data[:1] >= b"\x80" else b"") + data + b"\0"


def date_of(seconds: int, octets: Octets) -> datetime:
    """Seconds from 1970 (7.3.11). Raises MmsError, with the place of `octets`."""
    try:
        return _EPOCH + timedelta(seconds=seconds)
    except OverflowError:
        raise octets.wrong(f"{seconds} s after 1970 is no date") from None


def seconds_of(date: datetime, field: str) -> int:
    """Raises MmsError for a date without zone."""
    if date.tzinfo is None:
        raise MmsError(field, f"{date} has no zone")
    return (date - _EPOCH) // timedelta(seconds=1)
