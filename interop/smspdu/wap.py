"""WAP push in short messages: a connectionless WSP Push PDU on port 2948 (WAP-230-WSP 8.2.4.1, WAP-259-WDP).

It is how an MMS notification, a service indication or a browser's bookmark comes. The content is octets
here; what an MMS notification says is read by whoever knows MMS.

>>> push = Push(0xBE, b"", b"...", transaction=1)
>>> [len(data.body) for _, data in push.messages(reference=3)]
[6]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from interop.smspdu.dcs import Alphabet, Dcs
from interop.smspdu.elements import WAP_PORT, WAP_PUSH_PORT, InformationElement, Ports
from interop.smspdu.errors import PduError, need, octet
from interop.smspdu.longer import split_data
from interop.smspdu.userdata import UserData

_PUSH: Final = 0x06
MMS_NOTIFICATION: Final = 0x3E
"""application/vnd.wap.mms-message, as assigned by OMNA"""
_LENGTH_QUOTE: Final = 0x1F


@dataclass(frozen=True, slots=True)
class Push:
    """`content_type`: the assigned number (3E), or text; with parameters it is `bytes`, as they were sent.

    `headers`: further WSP headers as octets (AF 84: for the MMS application). `transaction`: TID.
    """

    content_type: int | str | bytes
    headers: bytes
    body: bytes
    transaction: int = 0

    def encode(self) -> bytes:
        """Raises PduError."""
        kind = self.content_type
        if isinstance(kind, bytes):
            field = value_length(len(kind)) + kind
        elif isinstance(kind, int):
            if not 0 <= kind <= 0x7F:
                raise PduError("content type", f"{kind} is not in 0..127")
            field = bytes((kind | 0x80,))
        else:
            field = _text(kind)
        header = field + self.headers
        first = bytes((octet("TID", self.transaction), _PUSH))
        return first + uintvar(len(header)) + header + self.body

    def messages(self, *, reference: int, wide: bool = False) -> list[tuple[Dcs, UserData]]:
        """The parts to send, 8 bit data with ports 9200 and 2948. Raises PduError."""
        header: tuple[InformationElement, ...] = (Ports(WAP_PUSH_PORT, WAP_PORT).element(),)
        dcs = Dcs.general(Alphabet.OCTETS)
        return split_data(self.encode(), dcs, reference=reference, wide=wide, header=header)


def decode_push(data: bytes) -> Push:
    """The body of a message, or of all its parts together, that came to port 2948. Raises PduError."""
    need(data, 0, 3, "WSP")
    if data[1] != _PUSH:
        raise PduError("WSP", f"PDU type {data[1]:02X} is no push (06)", 1)
    size, at = read_uintvar(data, 2)
    end = at + size
    need(data, at, max(size, 1), "WSP headers")
    first = data[at]
    kind: int | str | bytes
    if first & 0x80:
        kind, at = first & 0x7F, at + 1
    elif first <= _LENGTH_QUOTE:
        length, at = read_value_length(data, at)
        kind, at = data[at : at + length], at + length
    else:
        stop = data.find(0, at, end)
        if stop < 0:
            raise PduError("content type", "text without its end", at)
        kind, at = data[at:stop].decode("latin-1"), stop + 1
    if at > end:
        raise PduError("content type", "runs over the end of the headers", at)
    return Push(kind, data[at:end], data[end:], data[0])


def value_length(length: int) -> bytes:
    """WAP-230-WSP 8.4.2.2: an octet up to 30, else a uintvar behind 1F."""
    return bytes((length,)) if length < _LENGTH_QUOTE else bytes((_LENGTH_QUOTE,)) + uintvar(length)


def read_value_length(data: bytes, at: int) -> tuple[int, int]:
    """The length, and where what it counts begins. Raises PduError."""
    need(data, at, 1, "value length")
    if data[at] > _LENGTH_QUOTE:
        raise PduError("value length", f"{data[at]:02X} is none", at)
    return (data[at], at + 1) if data[at] < _LENGTH_QUOTE else read_uintvar(data, at + 1)


def _text(text: str) -> bytes:
    if not text or not text.isascii() or text[0] < " " or "\0" in text:
        raise PduError("content type", f"{text!r} is no token")
    return text.encode("ascii") + b"\0"


def uintvar(value: int) -> bytes:
    """WAP-230-WSP 8.1.2: 7 bits an octet, the highest bit says that more follow."""
    out = [value & 0x7F]
    while value := value >> 7:
        out.insert(0, value & 0x7F | 0x80)
    return bytes(out)


def read_uintvar(data: bytes, at: int) -> tuple[int, int]:
    """The number, and where it ends. Raises PduError."""
    value = 0
    for count in range(5):
        need(data, at + count, 1, "uintvar")
        value = value << 7 | data[at + count] & 0x7F
        if not data[at + count] & 0x80:
            return value, at + count + 1
    raise PduError("uintvar", "longer than five octets", at)
