"""PDUs in WAP pushes, and addresses."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from interop.mms import (
    AcknowledgeInd,
    After,
    DeliveryInd,
    MmsError,
    NotificationInd,
    ReadOrigInd,
    SendConf,
    encode,
    from_push,
    number_of,
    of_number,
    to_push,
)
from interop.smspdu import Push

NOW = datetime(2026, 11, 22, tzinfo=UTC)
NOTIFICATION = NotificationInd("T1", "http://10.0.0.172/1", 300, After(3600))


@pytest.mark.parametrize(
    "pdu", [NOTIFICATION, DeliveryInd("m", "t", NOW, 129), ReadOrigInd("m", "t", "s", NOW, 128)]
)
def test_a_push_by_hand(pdu: NotificationInd | DeliveryInd | ReadOrigInd) -> None:
    """TID, Push, 3 octets of headers: 3E, and X-Wap-Application-Id: mms.ua (WAP-230-WSP 8.2.4.1)."""
    push = to_push(pdu, transaction=7)
    assert push.encode() == b"\x07\x06\x03\xbe\xaf\x84" + encode(pdu)
    assert from_push(push) == pdu


@pytest.mark.parametrize(
    "kind",
    [
        0x3E,
        "application/vnd.wap.mms-message",
        "Application/vnd.wap.MMS-message",
        "application/vnd.wap.mms-message; charset=utf-8",
        b"\xbe",
        b"\xbe\x81\xea",
        b"application/vnd.wap.mms-message\0\x81\xea",
        b"application/vnd.wap.mms-message\0\x81\xea\x85" + b"n" * 40 + b"\0",
    ],
)
@pytest.mark.parametrize("headers", [b"", b"\xaf\x84", b"\x8d\xe9\xaf\x84\xb4\x80"])
def test_all_its_content_types(kind: int | str | bytes, headers: bytes) -> None:
    assert from_push(Push(kind, headers, encode(NOTIFICATION))) == NOTIFICATION


@pytest.mark.parametrize("kind", [0x2E, 0x59, "text/vnd.wap.si", "", b"\xae\x81\xea", b"text/plain\0", b""])
def test_another_push(kind: int | str | bytes) -> None:
    with pytest.raises(MmsError, match="Content-Type"):
        from_push(Push(kind, b"", encode(NOTIFICATION)))


def test_what_is_never_pushed() -> None:
    for pdu in (SendConf("T", 128), AcknowledgeInd("T")):
        with pytest.raises(MmsError, match="goes over HTTP"):
            to_push(pdu)


@pytest.mark.parametrize(
    ("number", "address"),
    [
        ("17090001234", "+8617090001234/TYPE=PLMN"),
        ("+8617090001234", "+8617090001234/TYPE=PLMN"),
        ("+447700900123", "+447700900123/TYPE=PLMN"),
        ("10658000", "10658000/TYPE=PLMN"),
    ],
)
def test_addresses(number: str, address: str) -> None:
    assert of_number(number) == address
    assert number_of(address) == address.removesuffix("/TYPE=PLMN")


@pytest.mark.parametrize("address", ["a@b.cn", "1.2.3.4/TYPE=IPv4", "+861", "/TYPE=PLMNx"])
def test_other_addresses(address: str) -> None:
    assert number_of(address) == address
