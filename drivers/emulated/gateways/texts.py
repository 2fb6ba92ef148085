"""Text between gateway and air: codings of the gateway protocols <-> user data of TPDUs. Pure.

Alphabet and header of what a provider sends stay what they are; only what no TPDU can carry is changed:
GB18030 becomes UCS2 (or GSM 7 bit), and a text too long for one message is cut into parts.
"""

from __future__ import annotations

from typing import Final

from interop.gateway.text import ASCII, OCTETS, UCS2, Piece, pieces
from interop.gateway.wire import GatewayError
from interop.smspdu import Alphabet, Dcs, PduError, Submit, UserData, encode_text, gsm7, part_of, split_text
from interop.smspdu.elements import InformationElement
from interop.smspdu.userdata import decode_header, encode_header, encode_user_data, known_languages

Message = tuple[Dcs, UserData]

_CLASSED: Final = 0x10
"""from here on a coding is passed on as TP-DCS (Kannel sends class 0 as F0, smpplib as 10)"""


def messages(
    coding: int, header: bool, content: bytes, *, reference: int, smpp: bool = False
) -> list[Message]:
    """What goes on air for the content of one submission. Raises GatewayError for what cannot be read."""
    elements: tuple[InformationElement, ...] = ()
    try:
        if header:
            elements, at = decode_header(content, 0, len(content))
            content = content[at:]
        dcs, body = _read_smpp(coding, content, elements) if smpp else _read(coding, content, elements)
        message = dcs, UserData(body, elements)
        if part_of(elements) is None and isinstance(body, str) and not _fits(message):
            return split_text(body, reference=reference, header=elements, message_class=dcs.message_class)
        encode_user_data(message[1], dcs)
    except PduError as error:
        raise GatewayError("content", str(error)) from None
    except UnicodeDecodeError as error:
        raise GatewayError("content", f"is no {error.encoding} text", error.start) from None
    return [message]


def _fits(message: Message) -> bool:
    try:
        encode_user_data(message[1], message[0])
    except PduError:
        return False
    return True


def _read(coding: int, content: bytes, elements: tuple[InformationElement, ...]) -> tuple[Dcs, str | bytes]:
    match coding:
        case 0:
            return _shortest(content.decode("ascii"))
        case 8:
            return Dcs.general(Alphabet.UCS2), content.decode("utf-16-be", "surrogatepass")
        case 15:
            return _shortest(content.decode("gb18030"))
        case 3:  # "write card": class 2, for the SIM
            return Dcs.general(Alphabet.OCTETS, 2), content
        case 4:
            return Dcs.general(Alphabet.OCTETS), content
    return _read_dcs(coding, content, elements)


def _read_smpp(
    coding: int, content: bytes, elements: tuple[InformationElement, ...]
) -> tuple[Dcs, str | bytes]:
    match coding:
        case 1:
            return _shortest(content.decode("ascii"))
        case 3:
            return _shortest(content.decode("latin-1"))
        case 2 | 4:
            return Dcs.general(Alphabet.OCTETS), content
    return _read_dcs(coding, content, elements)


def _read_dcs(
    coding: int, content: bytes, elements: tuple[InformationElement, ...]
) -> tuple[Dcs, str | bytes]:
    """The coding is a TP-DCS; GSM 7 bit comes one septet an octet."""
    if 0 < coding < _CLASSED and coding != UCS2:
        raise GatewayError("coding", f"{coding} is not known here")
    dcs = Dcs(coding)
    if not dcs.is_text:
        return dcs, content
    if dcs.alphabet is Alphabet.UCS2:
        return dcs, content.decode("utf-16-be", "surrogatepass")
    return dcs, gsm7.decode(bytes(octet & 0x7F for octet in content), *known_languages(elements))


def _shortest(text: str) -> tuple[Dcs, str]:
    dcs, user_data = encode_text(text)
    return dcs, str(user_data.body)


def from_handset(submit: Submit, *, smpp: bool = False) -> list[Piece]:
    """A handset's message as a gateway delivers it; a text that only grows too long in UCS2 is cut."""
    user_data = submit.user_data
    header, body = encode_header(user_data.header), user_data.body
    if isinstance(body, bytes):
        return [Piece(OCTETS, bool(header), header + body)]
    if submit.dcs.alphabet is Alphabet.GSM7:
        if smpp:
            septets = gsm7.encode(body, *known_languages(user_data.header))
            return [Piece(0, bool(header), header + bytes(septets))]
        if body.isascii():
            return [Piece(ASCII, bool(header), header + body.encode("ascii"))]
        if not header:
            return pieces(body, reference=submit.reference)
    return [Piece(UCS2, bool(header), header + body.encode("utf-16-be", "surrogatepass"))]
