"""WAP push: its WSP, its ports, its parts; read by tshark as an MMS notification."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.smspdu import (
    Address,
    Deliver,
    PduError,
    Ports,
    Push,
    Reassembly,
    Timestamp,
    decode_push,
    ports_of,
)
from interop.smspdu.wap import MMS_NOTIFICATION

TIME = Timestamp(2026, 1, 5, 9, 0, 7, 32)
# m-notification-ind: type 130, transaction T1, version 1.2, class personal, size 1000, expiry 1 day, location
NOTIFICATION = (
    b"\x8c\x82\x98T1\0\x8d\x92\x8a\x80\x8e\x02\x03\xe8\x88\x05\x81\x03\x01\x51\x80"
    b"\x83http://mmsc.example/" + b"x" * 120 + b"\0"
)


@pytest.mark.foreign
def test_tshark_reads_the_notification(tshark: Any) -> None:
    push = Push(MMS_NOTIFICATION, b"\xaf\x84", NOTIFICATION[:21] + b"\x83http://a/b\0", transaction=9)
    (dcs, data), *rest = push.messages(reference=1)
    assert not rest
    deliver = Deliver(Address.parse("10086"), TIME, dcs, data)
    (fields,) = tshark([(deliver.direction, deliver.encode())])
    assert "_ws.malformed" not in fields
    assert fields["gsm_sms.destination_port"][0].value == "2948"
    assert fields["gsm_sms.originator_port"][0].value == "9200"


def test_the_parts_of_a_long_one() -> None:
    push = Push(MMS_NOTIFICATION, b"\xaf\x84", NOTIFICATION, transaction=9)
    parts = push.messages(reference=77)
    assert len(parts) == 2
    reassembly = Reassembly()
    complete = None
    for dcs, data in reversed(parts):
        assert ports_of(data.header) == Ports(2948, 9200)
        complete = reassembly.add(Deliver(Address.parse("10086"), TIME, dcs, data)) or complete
    assert complete is not None
    assert isinstance(complete.body, bytes)
    assert decode_push(complete.body) == push


@pytest.mark.parametrize(
    "kind", [0x3E, 0x2E, "text/vnd.wap.si", b"\xae\x81\xea", b"\xae" + b"\x85text\0" * 6]
)
def test_content_types(kind: int | str | bytes) -> None:
    push = Push(kind, b"\xaf\x84", b"\x01\x05\x6a\x00")
    assert decode_push(push.encode()) == push


def test_published() -> None:
    """[messages.md 6] TID 06 hdrlen BE AF 84, then the PDU."""
    assert Push(0x3E, b"\xaf\x84", b"\x8c\x82", 7).encode() == b"\x07\x06\x03\xbe\xaf\x84\x8c\x82"


@given(st.binary(max_size=60))
def test_octets_from_anywhere(data: bytes) -> None:
    for candidate in (data, b"\x01\x06" + data):
        try:
            push = decode_push(candidate)
        except PduError:
            continue
        assert push.body == candidate[len(candidate) - len(push.body) :]


@pytest.mark.parametrize(
    "push", [Push(128, b"", b""), Push("", b"", b""), Push("一", b"", b""), Push(1, b"", b"", 256)]
)
def test_what_cannot_be_sent(push: Push) -> None:
    with pytest.raises(PduError):
        push.encode()
