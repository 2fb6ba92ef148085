"""PDUs to octets and back (OMA-TS-MMS_ENC-V1_3 7, WAP-230-WSP 8.4)."""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any, Final

from interop.mms.content import read_body, write_body
from interop.mms.errors import MmsError
from interop.mms.fields import BODY, FIELDS, MESSAGE_TYPE, Field
from interop.mms.pdus import (
    EMPTY,
    AcknowledgeInd,
    Body,
    DeliveryInd,
    ForwardConf,
    ForwardReq,
    NotificationInd,
    NotifyRespInd,
    Pdu,
    ReadOrigInd,
    ReadRecInd,
    RetrieveConf,
    SendConf,
    SendReq,
)
from interop.mms.wire import Octets

CONTENT_TYPE: Final = "application/vnd.wap.mms-message"


@dataclass(frozen=True, slots=True)
class _Layout:
    """`fields`: by attribute, in the order of the standard's tables. `always`: written also when empty."""

    type_: int
    pdu: type[Pdu]
    fields: dict[str, Field]
    always: frozenset[str] = frozenset()


def _layout(type_: int, pdu: type[Pdu], attributes: str, always: str = "", **named: str) -> _Layout:
    """`named`: the attributes whose field has another name in FIELDS."""
    columns = {name: FIELDS[named.get(name, name)] for name in attributes.split()}
    return _Layout(type_, pdu, columns, frozenset(always.split()))


_LAYOUTS: Final = (
    _layout(
        0x80, SendReq,
        "transaction version date sender to cc bcc subject message_class expiry delivery_time priority"
        " sender_hidden delivery_report read_report", always="sender",
    ),
    _layout(
        0x81, SendConf, "transaction version status text message_id",
        status="response_status", text="response_text",
    ),
    _layout(
        0x82, NotificationInd,
        "transaction version sender subject delivery_report message_class size expiry location",
    ),
    _layout(0x83, NotifyRespInd, "transaction version status report_allowed"),
    _layout(
        0x84, RetrieveConf,
        "transaction version message_id date sender to cc subject message_class priority delivery_report"
        " read_report status text", status="retrieve_status", text="retrieve_text",
    ),
    _layout(0x85, AcknowledgeInd, "transaction version report_allowed"),
    _layout(0x86, DeliveryInd, "version message_id to date status", to="recipient"),
    _layout(
        0x87, ReadRecInd, "version message_id to sender date status", always="sender",
        to="recipient", status="read_status",
    ),
    _layout(
        0x88, ReadOrigInd, "version message_id to sender date status", to="recipient", status="read_status"
    ),
    _layout(
        0x89, ForwardReq,
        "transaction version date sender to cc bcc expiry delivery_time report_allowed delivery_report"
        " read_report location", always="sender",
    ),
    _layout(
        0x8A, ForwardConf, "transaction version status text message_id",
        status="response_status", text="response_text",
    ),
)  # fmt: skip
_BY_PDU: Final = {layout.pdu: layout for layout in _LAYOUTS}
_BY_TYPE: Final = {layout.type_: layout for layout in _LAYOUTS}
_DEFAULTS: Final = {
    pdu: {field.name: field.default for field in fields(pdu) if field.default is not MISSING}
    for pdu in _BY_PDU
}


def encode(pdu: Pdu) -> bytes:
    """Message-Type, Transaction-Id and MMS-Version first, Content-Type and the body last. Raises MmsError."""
    layout = _BY_PDU[type(pdu)]
    out = [_head(MESSAGE_TYPE, layout.type_)]
    for attribute, field in layout.fields.items():
        said = getattr(pdu, attribute)
        if said in (None, "", ()) and _may_lack(layout, attribute, said):
            continue
        out += [_head(field, one) for one in (said if field.many else (said,))]
    if isinstance(pdu, SendReq | RetrieveConf):
        out += [bytes((BODY | 0x80,)), write_body(pdu.body)]
    return b"".join(out)


def _may_lack(layout: _Layout, attribute: str, said: Any) -> bool:
    return attribute not in layout.always and _DEFAULTS[layout.pdu].get(attribute, MISSING) == said


def _head(field: Field, said: Any) -> bytes:
    return bytes((field.number | 0x80,)) + field.form.write(said, field.name)


def decode(data: bytes) -> Pdu:
    """Raises MmsError, whatever the octets are. Header fields that no PDU of ours has are passed over.

    The fields may stand in any order but for Content-Type, behind which the body begins. A field that is
    not many and stands twice has its first value.
    """
    found, body = _spans(Octets(data, 0, len(data), "header"))
    if MESSAGE_TYPE.number not in found:
        raise MmsError(MESSAGE_TYPE.name, "is missing")
    (first, *_) = found[MESSAGE_TYPE.number]
    at, type_ = first.at, _read(MESSAGE_TYPE, first)
    layout = _BY_TYPE.get(type_)
    if layout is None:
        raise MmsError(MESSAGE_TYPE.name, f"{type_:02X} is no PDU of ours", at)
    values: dict[str, Any] = {}
    for attribute, field in layout.fields.items():
        spans = found.get(field.number, [])
        said = [_read(field, span) for span in (spans if field.many else spans[:1])]
        if field.many:
            values[attribute] = tuple(one for one in said if one)
        elif said and said[0] is not None:
            values[attribute] = said[0]
        elif attribute not in _DEFAULTS[layout.pdu]:
            raise MmsError(field.name, "is missing")
    if layout.pdu in (SendReq, RetrieveConf):
        values["body"] = _body(body, layout)
    return layout.pdu(**values)


def _body(octets: Octets | None, layout: _Layout) -> Body:
    """A centre that has no message to give leaves it out."""
    if octets is None:
        if layout.pdu is SendReq:
            raise MmsError("Content-Type", "is missing")
        return EMPTY
    return read_body(octets)


def _read(field: Field, span: Octets) -> Any:
    span.field = field.name
    return field.form.read(span)


_TEXTS: Final = frozenset(field.number for field in FIELDS.values() if field.form.text)
_NAMES: Final = {field.number: field.name for field in (*FIELDS.values(), MESSAGE_TYPE)}


def _spans(octets: Octets) -> tuple[dict[int, list[Octets]], Octets | None]:
    """Where each field's values are, and the body from the value of Content-Type on."""
    found: dict[int, list[Octets]] = {}
    while octets:
        octets.field = "header"
        first = octets.octet()
        number = first & 0x7F
        if not first & 0x80:
            if first <= 0x20:
                octets.at -= 1
                raise octets.wrong(f"{first:02X} is no header field")
            octets.at -= 1
            octets.value()  # a field with its name written out, which none of ours is
            if octets:
                octets.value(text=True)
        elif number == BODY:
            octets.field = "Content-Type"
            return found, octets
        else:
            octets.field = _NAMES.get(number, f"field {first:02X}")
            found.setdefault(number, []).append(octets.value(text=number in _TEXTS))
    return found, None
