"""TP-User-Data: length, header and body (3GPP TS 23.040 9.2.3.16, 9.2.3.24)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from interop.smspdu import gsm7
from interop.smspdu.dcs import Alphabet, Dcs
from interop.smspdu.elements import InformationElement, languages_of
from interop.smspdu.errors import PduError, need, octet
from interop.smspdu.national import LOCKING, SINGLE

MAX_OCTETS: Final = 140
_GSM7, _UCS2 = Alphabet.GSM7, Alphabet.UCS2  # read off their class once, which is slow (Python 3.11)


@dataclass(frozen=True, slots=True)
class UserData:
    """`body` is text for GSM 7 bit and UCS2, octets for 8 bit and compressed data (`Dcs.is_text`).

    Elements of national languages in `header` choose the tables of GSM 7 bit text.

    UCS2 is read as UTF-16, which is what is sent. One part of a long message may hold half of a
    surrogate pair: it stays in `body` as a lone surrogate, both ways.
    """

    body: str | bytes = ""
    header: tuple[InformationElement, ...] = ()


def encode_text(
    text: str, message_class: int | None = None, header: tuple[InformationElement, ...] = ()
) -> tuple[Dcs, UserData]:
    """GSM 7 bit if the alphabet has every character of `text`, else UCS2.

    >>> encode_text("验证码 123456")[0].alphabet
    <Alphabet.UCS2: 'UCS2'>
    """
    alphabet = _GSM7 if gsm7.CHARACTERS.issuperset(text) else _UCS2
    return Dcs.general(alphabet, message_class), UserData(text, header)


def encode_user_data(user_data: UserData, dcs: Dcs, limit: int = MAX_OCTETS) -> bytes:
    """TP-UDL and TP-UD. Raises PduError if it does not fit `limit` octets, or `body` not `dcs`."""
    header = encode_header(user_data.header)
    body = user_data.body
    if isinstance(body, str) is not dcs.is_text:
        form = "text" if dcs.is_text else "octets"
        raise PduError("TP-UD", f"coding {dcs.value:02X} takes {form}, the body is {type(body).__name__}")
    if isinstance(body, bytes):
        octets, length = header + body, len(header) + len(body)
    elif dcs.alphabet is _GSM7:
        septets = gsm7.encode(body, *known_languages(user_data.header))
        skipped, fill_bits = header_septets(len(header))
        length = skipped + len(septets)
        if length > limit * 8 // 7:
            raise PduError("TP-UD", f"{length} septets, {limit * 8 // 7} fit")
        octets = header + gsm7.pack(septets, fill_bits)
    else:
        octets = header + body.encode("utf-16-be", "surrogatepass")
        length = len(octets)
    if len(octets) > limit:
        raise PduError("TP-UD", f"{len(octets)} octets, {limit} fit")
    return bytes((length,)) + octets


def decode_user_data(
    data: bytes, at: int, dcs: Dcs, header_follows: bool, limit: int = MAX_OCTETS
) -> tuple[UserData, int]:
    """The TP-UDL and TP-UD at `at` and the offset behind them. Raises PduError."""
    need(data, at, 1, "TP-UDL")
    length = data[at]
    start = at + 1
    in_septets = dcs.alphabet is _GSM7 and not dcs.compressed
    size = (7 * length + 7) // 8 if in_septets else length
    if size > limit:
        raise PduError("TP-UDL", f"{length} means {size} octets, {limit} are allowed", at)
    if len(data) - start < size:
        raise PduError("TP-UDL", f"{length} means {size} octets, {len(data) - start} follow", at)
    end = start + size
    header: tuple[InformationElement, ...] = ()
    body_at = start
    if header_follows:
        header, body_at = decode_header(data, start, end)
    body: str | bytes
    if in_septets:
        skipped, fill_bits = header_septets(body_at - start)
        if skipped > length:
            raise PduError("TP-UDL", f"{length} septets cannot hold the {skipped} of the header", at)
        septets = gsm7.unpack(data[body_at:end], length - skipped, fill_bits)
        body = gsm7.decode(septets, *(languages_of(header) if header else ()))
    elif dcs.is_text:
        if (end - body_at) % 2:
            raise PduError("TP-UDL", f"UCS2 text of {end - body_at} octets, an odd number", at)
        body = data[body_at:end].decode("utf-16-be", "surrogatepass")
    else:
        body = data[body_at:end]
    return UserData(body, header), end


def encode_header(header: tuple[InformationElement, ...]) -> bytes:
    """UDHL and the elements; nothing for an empty header. Raises PduError."""
    if not header:
        return b""
    out = bytearray(1)
    for element in header:
        out += bytes((octet("IEI", element.identifier), octet("IEDL", len(element.data)))) + element.data
    out[0] = octet("UDHL", len(out) - 1)
    return bytes(out)


def decode_header(data: bytes, at: int, end: int) -> tuple[tuple[InformationElement, ...], int]:
    """The elements of the header at `at` in user data that ends at `end`, and the offset behind it.

    Elements are not interpreted. Raises PduError if lengths do not agree.
    """
    if at == end:
        raise PduError("UDHL", "TP-UDHI is set, but there is no user data", at)
    stop = at + 1 + data[at]
    if stop > end:
        raise PduError("UDHL", f"{data[at]} octets, {end - at - 1} follow", at)
    elements = []
    at += 1
    while at < stop:
        if stop - at < 2 or at + 2 + data[at + 1] > stop:
            raise PduError("IEDL", "the information element runs over the end of the header", at)
        elements.append(InformationElement(data[at], data[at + 2 : at + 2 + data[at + 1]]))
        at += 2 + data[at + 1]
    return tuple(elements), stop


def known_languages(header: tuple[InformationElement, ...]) -> tuple[int, int]:
    """Locking and single shift language to encode with. Raises PduError for one without a table here."""
    locking, single = languages_of(header) if header else (0, 0)
    if (locking and locking not in LOCKING) or (single and single not in SINGLE):
        raise PduError("NLI", f"there is no table for locking {locking} and single shift {single}")
    return locking, single


def header_septets(header_octets: int) -> tuple[int, int]:
    """Septets that a header takes with the fill bits behind it, and how many of those there are: text
    in GSM 7 bit begins on a septet boundary counted from the start of the user data."""
    septets = (8 * header_octets + 6) // 7
    return septets, 7 * septets - 8 * header_octets
