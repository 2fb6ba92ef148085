"""Text mode (27.005 3.1, 3.4, 4): what a TPDU looks like in words, and a SUBMIT from words."""

from __future__ import annotations

from typing import Final

from drivers.emulated.air import INTERNATIONAL, type_of
from drivers.emulated.terminal import alphabet
from drivers.emulated.terminal.results import CMS_TEXT_PARAMETER, MessageRefused
from drivers.emulated.terminal.storage import Status, Stored
from interop.smspdu import (
    Address,
    Alphabet,
    Dcs,
    Deliver,
    Direction,
    Message,
    PduError,
    Relative,
    StatusReport,
    Submit,
    Timestamp,
    TypeOfNumber,
    UserData,
    decode_message,
)
from interop.smspdu.userdata import decode_user_data, encode_user_data

_REPORT_REQUEST: Final = 0x20
_RELATIVE_VALIDITY: Final = 0x10
_HEADER: Final = 0x40
"""bits of <fo>: TP-SRR, TP-VPF, TP-UDHI"""


def message_class(tpdu: bytes) -> int | None:
    """0..3, None where the DELIVER names none or cannot be read."""
    try:
        message = decode_message(tpdu, Direction.SC_TO_MS)
    except PduError:
        return None
    return message.dcs.message_class if isinstance(message, Deliver) else None


def read(stored: Stored) -> Message:
    """Raises MessageRefused where the octets are no TPDU."""
    ours = stored.status in (Status.UNSENT, Status.SENT)
    try:
        return decode_message(stored.tpdu, Direction.MS_TO_SC if ours else Direction.SC_TO_MS)
    except PduError:
        raise MessageRefused(CMS_TEXT_PARAMETER) from None


def direct(prefix: str, tpdu: bytes, smsc: str, charset: str, *, details: bool) -> tuple[str, ...]:
    """+CMT: "<oa>",,"<scts>" and the text, or +CDS with its fields. `details`: +CSDH is 1."""
    try:
        message = decode_message(tpdu, Direction.SC_TO_MS)
    except PduError:
        return (f"{prefix}: ,{len(tpdu)}", tpdu.hex().upper())
    head, body = _parts(message, charset)
    if prefix == "+CDS":
        return (f"+CDS: {tpdu[0]},{head}",)
    if details and isinstance(message, Deliver):
        head += _details(message, tpdu[0], smsc, charset)
    return (f"{prefix}: {head}", *body)


def row(stored: Stored, charset: str, *, details: bool, listed: bool) -> tuple[str, tuple[str, ...]]:
    """What follows the status in +CMGR and +CMGL (`listed`), and the lines of text. `details`: +CSDH is 1."""
    message = read(stored)
    head, body = _parts(message, charset)
    if isinstance(message, StatusReport):
        return f"{stored.tpdu[0]},{head}", body
    if not details:
        return head, body
    if not listed:
        return head + _details(message, stored.tpdu[0], stored.smsc, charset), body
    stamp = "," if isinstance(message, Submit) else ""
    return f"{head}{stamp},{_party(message).type_octet},{_length(message.user_data)}", body


def _details(message: Deliver | Submit, first: int, smsc: str, charset: str) -> str:
    """<tooa>,<fo>,<pid>,<dcs>,[<vp>,]<sca>,<tosca>,<length> (27.005 3.4.1, 4.2; <vp> of a SUBMIT alone)."""
    centre = f'"{alphabet.encoded(smsc, charset)}",{type_of(smsc)}'
    period = ""
    if isinstance(message, Submit):
        period = f"{message.validity.value}," if isinstance(message.validity, Relative) else ","
    length = _length(message.user_data)
    party = _party(message).type_octet
    return f",{party},{first},{message.pid},{message.dcs.value},{period}{centre},{length}"


def _party(message: Deliver | Submit) -> Address:
    return message.destination if isinstance(message, Submit) else message.originator


def _length(data: UserData) -> int:
    """<length> of text mode: characters, or octets of data (27.005 3.1)."""
    return len(data.body)


def _parts(message: Message, charset: str) -> tuple[str, tuple[str, ...]]:
    if isinstance(message, StatusReport):
        sent, done = _stamp(message.timestamp), _stamp(message.discharge)
        to = _number(message.recipient, charset)
        octet = message.recipient.type_octet
        return f'{message.reference},"{to}",{octet},"{sent}","{done}",{message.status.value}', ()
    if isinstance(message, Submit):
        return f'"{_number(message.destination, charset)}",', (_body(message, charset),)
    head = f'"{_number(message.originator, charset)}",,"{_stamp(message.timestamp)}"'
    return head, (_body(message, charset),)


def _number(address: Address, charset: str) -> str:
    return alphabet.encoded(str(address), charset)


def _body(message: Deliver | Submit, charset: str) -> str:
    """27.005 3.1 <data>. Octets and what the character set lacks come as hex; what has a header, such as a
    part of a long message, as hex of all of TP-UD, the header in front.
    """
    data = message.user_data
    if data.header:
        return encode_user_data(data, message.dcs)[1:].hex().upper()
    if isinstance(data.body, bytes):
        return data.body.hex().upper()
    if charset in ("IRA", "GSM") and not alphabet.fits_gsm(data.body):
        return data.body.encode("utf-16-be", "surrogatepass").hex().upper()
    return alphabet.encoded(data.body, charset)


def _stamp(stamp: Timestamp) -> str:
    """yy/MM/dd,hh:mm:ss and the zone in quarters of an hour with its sign."""
    return (
        f"{stamp.year % 100:02}/{stamp.month:02}/{stamp.day:02},"
        f"{stamp.hour:02}:{stamp.minute:02}:{stamp.second:02}{stamp.quarters:+03d}"
    )


def compose(to: str, toa: int, payload: bytes, charset: str, csmp: tuple[int, int, int, int]) -> bytes:
    """The TPDU of +CMGS="<to>" in text mode. Raises MessageRefused.

    The coding of +CSMP decides: text that does not fit is refused, hex is expected for 8 bit data, and for
    all of TP-UD where TP-UDHI is set (27.005 3.5.1).
    """
    first, validity, pid, coding = csmp
    text = payload.decode("latin-1").lstrip("\r\n").replace("\r\n", "\n").replace("\r", "\n")
    try:
        dcs = Dcs(coding)
        return Submit(
            recipient(to, toa, charset),
            dcs,
            _headed(text, dcs) if first & _HEADER else _user_data(text, dcs, charset),
            validity=Relative(validity) if first & _RELATIVE_VALIDITY else None,
            report_request=bool(first & _REPORT_REQUEST),
            pid=pid,
        ).encode()
    except ValueError:
        raise MessageRefused(CMS_TEXT_PARAMETER) from None


def _user_data(text: str, dcs: Dcs, charset: str) -> UserData:
    return UserData(alphabet.decoded(text, charset) if dcs.is_text else bytes.fromhex(text))


def _headed(text: str, dcs: Dcs) -> UserData:
    """Raises ValueError. Septets are as many as the octets can hold: hex says no more."""
    octets = bytes.fromhex(text)
    length = len(octets) * 8 // 7 if dcs.alphabet is Alphabet.GSM7 and dcs.is_text else len(octets)
    return decode_user_data(bytes((length,)) + octets, 0, dcs, header_follows=True)[0]


def recipient(to: str, toa: int, charset: str) -> Address:
    """<da>[,<toda>], "" for none yet. Raises MessageRefused for what is no number."""
    number = alphabet.decoded(to, charset)
    if not number:
        return Address("")
    if toa == INTERNATIONAL and not number.startswith("+"):
        number = "+" + number
    try:
        address = Address.parse(number)
    except PduError:
        raise MessageRefused(CMS_TEXT_PARAMETER) from None
    if address.ton is TypeOfNumber.ALPHANUMERIC:
        raise MessageRefused(CMS_TEXT_PARAMETER)
    return address
