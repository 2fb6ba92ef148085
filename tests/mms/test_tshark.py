"""Every PDU that we emit, read by tshark: over HTTP and in WAP pushes. Nothing is malformed, each field is
the one that was put in, tshark shows no other one, and the parts are those octets.

Text is compared by its octets: tshark shows the Quote of non-ASCII text (reference/messages.md section 5).
"""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import UTC, datetime
from itertools import zip_longest
from typing import Any

import pytest

from interop.mms import (
    After,
    Body,
    ForwardConf,
    ForwardReq,
    Part,
    Pdu,
    ReadOrigInd,
    ReadRecInd,
    RetrieveConf,
    SendConf,
    SendReq,
    decode,
    encode,
    slides,
    to_push,
)
from interop.mms.charsets import NAMES as CHARSETS
from interop.mms.media_types import NAMES as MEDIA_TYPES
from interop.smspdu import Address, Deliver, Timestamp
from interop.smspdu.wap import uintvar
from tests.mms import some
from tests.mms.conftest import Dissected, Exchange, Fields, Shown, Tshark, answer, post

pytestmark = pytest.mark.foreign

TYPES = {
    "SendReq": 0x80, "SendConf": 0x81, "NotificationInd": 0x82, "NotifyRespInd": 0x83, "RetrieveConf": 0x84,
    "AcknowledgeInd": 0x85, "DeliveryInd": 0x86, "ReadRecInd": 0x87, "ReadOrigInd": 0x88, "ForwardReq": 0x89,
    "ForwardConf": 0x8A,
}  # fmt: skip
NAMES = {
    "transaction": "transaction_id", "to": "to", "cc": "cc", "bcc": "bcc", "sender": "from", "date": "date",
    "subject": "subject", "message_class": "message_class", "expiry": "expiry",
    "location": "content_location", "delivery_time": "delivery_time", "priority": "priority",
    "sender_hidden": "sender_visibility",
    "delivery_report": "delivery_report", "read_report": "read_report", "report_allowed": "report_allowed",
    "message_id": "message_id", "size": "message_size",
}  # fmt: skip
CLASSES = ("personal", "advertisement", "informational", "auto")
EACH = 30


def own_names(pdu: Pdu) -> dict[str, str]:
    """What `status` and `text` are depends on the PDU."""
    match pdu:
        case SendConf() | ForwardConf():
            return {"status": "response_status", "text": "response_text"}
        case RetrieveConf():
            return {"status": "retrieve_status", "text": "retrieve_text"}
        case ReadRecInd() | ReadOrigInd():
            return {"status": "read_status"}
    return {"status": "status"}


def expected(pdu: Pdu) -> dict[str, list[Any]]:
    """Field of tshark's -> what it must show; of text the octets."""
    names = NAMES | own_names(pdu)
    want: dict[str, list[Any]] = {"message_type": [TYPES[type(pdu).__name__]]}
    for attribute in (field.name for field in fields(pdu)):
        said = getattr(pdu, attribute)
        if attribute in ("body", "version") or said in (None, (), ""):
            continue
        name = names[attribute]
        if attribute == "message_class":
            name, said = (
                ("message_class.id", 0x80 + CLASSES.index(said)) if said in CLASSES else (f"{name}.str", said)
            )
        if attribute in ("expiry", "delivery_time"):
            name += ".rel" if isinstance(said, After) else ".abs"
        want[name] = list(said) if isinstance(said, tuple) else [said]
    return want


def agrees(want: Any, shown: Shown) -> bool:
    match want:
        case bool():
            return int(shown.value, 0) == (0x80 if want else 0x81)
        case int():
            return int(shown.value, 0) == want
        case After(seconds):
            return float(shown.value) == seconds
        case datetime():
            form = "%b %d, %Y %H:%M:%S.000000000 UTC"
            return datetime.strptime(shown.value, form).replace(tzinfo=UTC) == want
    return shown.octets.endswith(str(want).encode() + b"\0") and (shown.value == want or not want.isascii())


def check(pdu: Pdu, shown: Dissected) -> None:
    want = expected(pdu)
    got = {n.removeprefix("mmse."): said for n, said in shown.fields.items() if n.startswith("mmse.")}
    assert [said.value for said in got.pop("mms_version")] == [f"1.{pdu.version & 0xF}"]
    if isinstance(pdu, SendReq | ForwardReq | ReadRecInd) and not pdu.sender:
        assert [said.value for said in got.pop("from")] == ["<insert address>"]
    assert set(got) == set(want), pdu
    for name, values in want.items():
        assert len(got[name]) == len(values), (name, pdu)
        for value, said in zip(values, got[name], strict=True):
            assert agrees(value, said), (name, value, said)
    if isinstance(pdu, SendReq | RetrieveConf):
        check_body(pdu.body, shown)


def shows(shown: Fields, name: str) -> list[str]:
    return [said.value for said in shown.get(f"wsp.{name}", ())]


def check_body(body: Body, shown: Dissected) -> None:
    assert [kind.lower() for kind in shows(shown.fields, "header.content_type")] == [body.content_type]
    if not shown.parts:
        (part,) = body.parts
        check_parameters(part, shown.fields)
        assert [said.size for said in shown.fields["wsp.post.data"]] == [len(part.data)]
        return
    assert shows(shown.fields, "parameter.start") == ([f"<{body.start}>"] if body.start else [])
    assert shows(shown.fields, "parameter.upart.type") == ([body.start_type] if body.start_type else [])
    for part, each in zip(body.parts, shown.parts, strict=True):
        check_part(part, each)


def check_part(part: Part, shown: Fields) -> None:
    assert [kind.lower() for kind in shows(shown, "header.content_type")] == [part.content_type]
    assert shows(shown, "header.content_id") == ([f'"<{part.content_id}>"'] if part.content_id else [])
    assert shows(shown, "header.content_location") == ([part.location] if part.location else [])
    check_parameters(part, shown)
    names = ("wsp.header.content_type", "wsp.header.content_id", "wsp.header.content_location")
    head = sum(len(said.octets) for name in names for said in shown.get(name, ()))
    (whole,) = shown["wsp.multipart"]
    assert whole.octets.endswith(part.data)
    assert len(whole.octets) == septets(head) + septets(len(part.data)) + head + len(part.data)


def septets(length: int) -> int:
    """Octets of a uintvar."""
    return max(-(-length.bit_length() // 7), 1)


def check_parameters(part: Part, shown: Fields) -> None:
    assert [name.lower() for name in shows(shown, "parameter.charset")] == [part.charset] * bool(part.charset)
    names = [said.octets for said in shown.get("wsp.parameter.name", ())]
    quote = b"" if part.name[:1].isascii() else b"\x7f"
    assert names == [quote + part.name.encode() + b"\0"] * bool(part.name)


def test_over_http(tshark: Tshark) -> None:
    posted, answered = some.pdus(some.POSTED, EACH), some.pdus(some.ANSWERED, EACH)
    pairs = list(zip_longest(posted, answered))
    exchanges = [
        Exchange(post(encode(request)), answer(b"" if told is None else encode(told)))
        for request, told in pairs
    ]
    said = [pdu for pair in pairs for pdu in pair if pdu is not None]
    dissected = tshark(exchanges)
    assert len(dissected) == len(said) == 8 * EACH
    for pdu, shown in zip(said, dissected, strict=True):
        check(pdu, shown)


def test_a_large_one(tshark: Tshark) -> None:
    """About as much as a centre takes."""
    film = Part("audio/amr", random.Random("large").randbytes(300_000), "a.amr")
    sent = SendReq("T1", ("+861/TYPE=PLMN",), slides([film, Part("text/plain", b"Hi")]))
    (shown,) = tshark([Exchange(post(encode(sent)), answer(b""))])
    check(sent, shown)


def test_by_push(tshark: Tshark) -> None:
    """In one short message or several."""
    pdus = some.pdus(some.PUSHED, EACH)
    messages = [to_push(pdu, transaction=n % 256).messages(reference=n % 256) for n, pdu in enumerate(pdus)]
    assert {len(parts) for parts in messages} >= {1, 2, 3}
    time, centre = Timestamp(2026, 11, 22, 10, 0, 0, 32), Address.parse("10086")
    dissected = tshark(tpdus=[Deliver(centre, time, *part).encode() for parts in messages for part in parts])
    assert len(dissected) == len(pdus)
    for pdu, shown in zip(pdus, dissected, strict=True):
        check(pdu, shown)


def test_assigned_content_types(tshark: Tshark) -> None:
    """Every number means to us what it means to tshark 4.0, which lacks 4E to 58 and has the
    names of WAP 1.1 for two (OMNA's registry: text/vnd.wap.wta-event, application/vnd.wap.wta-eventc).
    """
    ends = {number: b"\0" * ("vnd.wap.multipart" in name) for number, name in MEDIA_TYPES.items()}
    pdus = [b"\x8c\x84\x8d\x92\x84" + bytes((number | 0x80,)) + end for number, end in ends.items()]
    dissected = tshark([Exchange(post(b""), answer(pdu)) for pdu in pdus])
    theirs = [shows(shown.fields, "header.content_type")[0].lower() for shown in dissected]
    ours = [body_of(pdu).content_type for pdu in pdus]
    different = {number for number, our, their in zip(MEDIA_TYPES, ours, theirs, strict=True) if our != their}
    assert different == {0x0A, 0x16, *range(0x4E, 0x59)}


def test_assigned_charsets(tshark: Tshark) -> None:
    numbers = [bytes((n | 0x80,)) if n < 0x80 else b"\x02" + n.to_bytes(2, "big") for n in CHARSETS]
    parts = b"".join(bytes((3 + len(n), 1, 2 + len(n), 0x83, 0x81)) + n + b"x" for n in numbers)
    pdu = b"\x8c\x84\x8d\x92\x84\xa3" + uintvar(len(numbers)) + parts
    (shown,) = tshark([Exchange(post(b""), answer(pdu))])
    theirs = [shows(part, "parameter.charset")[0].lower() for part in shown.parts]
    assert [part.charset for part in body_of(pdu).parts] == theirs


def body_of(pdu: bytes) -> Body:
    message = decode(pdu)
    assert isinstance(message, RetrieveConf)
    return message.body


def test_slides(tshark: Tshark) -> None:
    """The SMIL is what another reader sees as one, and it shows what is there."""
    body = slides([Part("image/png", some.PNG, name="a&b.png"), Part("text/plain", b"Hi")])
    (shown,) = tshark([Exchange(post(encode(SendReq("1", ("1",), body))), b"")])
    smil, image, text = shown.parts
    assert [said.value for said in smil["smil.img.src"]] == ["a&amp;b.png"]
    assert [said.value for said in smil["smil.text.src"]] == shows(text, "header.content_location")
    assert shows(image, "header.content_location") == ["a&b.png"]
