"""Each PDU in octets put down by hand from OMA-TS-MMS_ENC-V1_3 6 and 7, and WAP-230-WSP 8.4."""

from __future__ import annotations

import doctest
import random
import sys
from datetime import UTC, datetime, timedelta, timezone
from types import ModuleType

import pytest

from interop import mms
from interop.mms.charsets import NAMES as CHARSET_NAMES
from interop.mms.charsets import text_of
from interop.smspdu.wap import uintvar

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=timezone(timedelta(hours=8)))  # 6B0268C0
A = "+861/TYPE=PLMN"
A_HEX = A.encode().hex() + "00"

BY_HAND = [
    (
        mms.SendReq(
            "T1", (A, "a@b"), mms.Body((mms.Part("text/plain", b"Hi"),)), cc=("c@d",), bcc=("e@f",),
            subject="你好", date=NOON, message_class="personal", expiry=mms.After(3600), delivery_time=NOON,
            priority=mms.Priority.HIGH, sender_hidden=False, delivery_report=True, read_report=False,
        ),
        "8c80 98543100 8d92 85046b0268c0 890181 97" + A_HEX + "9761406200 8263406400 8165406600"
        "9609ea7fe4bda0e5a5bd00 8a80 880481020e10 870680046b0268c0 8f82 9481 8680 9081"
        "84b3 01 0102 83 4869",
    ),
    (mms.SendConf("T1", mms.ResponseStatus.OK, "OK", "m@1"), "8c81 98543100 8d92 9280 934f4b00 8b6d403100"),
    (
        mms.NotificationInd(
            "T1", "http://a/b", 300, mms.After(0), sender=A, subject="Hi", delivery_report=True
        ),
        "8c82 98543100 8d92 891080" + A_HEX + "96486900 8680 8a80 8e02012c 8803810100"
        "83687474703a2f2f612f6200",
    ),
    (mms.NotifyRespInd("T1", mms.Status.RETRIEVED, True), "8c83 98543100 8d92 9581 9180"),
    (
        mms.RetrieveConf(
            mms.Body((mms.Part("text/plain", b"Hi", "n", "c", "l", "utf-8"),), mms.RELATED, "c", mms.SMIL),
            "T1", "m", NOON, A, ("x",), (), "s", "x-other", mms.Priority.LOW, True, False,
            mms.RetrieveStatus.OK, "好",
        ),
        "8c84 98543100 8d92 8b6d00 85046b0268c0 891080" + A_HEX + "977800 967300 8a782d6f7468657200 8f80 8680"
        "9081 9980 9a06ea7fe5a5bd00 84 18b3 89" + mms.SMIL.encode().hex() + "00 8a3c633e00"
        "01 1002 0683 81ea 856e00 c0223c633e00 8e6c00 4869",
    ),
    (
        mms.RetrieveConf(mms.EMPTY, status=mms.RetrieveStatus.PERMANENT_MESSAGE_NOT_FOUND, text="gone"),
        "8c84 8d92 99e2 9a676f6e6500 84b3 00",
    ),
    (mms.AcknowledgeInd("T1", False), "8c85 98543100 8d92 9181"),
    (mms.DeliveryInd("m", A, NOON, mms.Status.EXPIRED), "8c86 8d92 8b6d00 97" + A_HEX + "85046b0268c0 9580"),
    (mms.ReadRecInd("m", A, mms.ReadStatus.READ), "8c87 8d92 8b6d00 97" + A_HEX + "890181 9b80"),
    (
        mms.ReadOrigInd("m", "x", A, NOON, mms.ReadStatus.DELETED_UNREAD),
        "8c88 8d92 8b6d00 977800 891080" + A_HEX + "85046b0268c0 9b81",
    ),
    (
        mms.ForwardReq("T1", ("x",), "http://a", expiry=NOON, report_allowed=True, delivery_report=True),
        "8c89 98543100 8d92 890181 977800 880680046b0268c0 9180 8680 83687474703a2f2f6100",
    ),
    (
        mms.ForwardConf("T1", mms.ResponseStatus.PERMANENT_FAILURE, message_id="m", version=0x13),
        "8c8a 98543100 8d93 92e0 8b6d00",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("pdu", "octets"), BY_HAND, ids=lambda said: type(said).__name__)
def test_by_hand(pdu: mms.Pdu, octets: str) -> None:
    data = bytes.fromhex(octets)
    assert mms.encode(pdu).hex(" ") == data.hex(" ")
    assert mms.decode(data) == pdu


def notification(fields: str) -> mms.NotificationInd:
    found = mms.decode(bytes.fromhex("8c82 8e0105 8803810105 8361 00" + fields))
    assert isinstance(found, mms.NotificationInd)
    return found


@pytest.mark.parametrize(
    ("octets", "subject"),
    [
        ("00", ""),
        ("48692000", "Hi "),
        ("0483486900", "Hi"),
        ("05ea48690000", "Hi"),  # one octet behind the end of the string
        ("03ea4869", "Hi"),  # without its end
        ("03486900", "Hi"),  # a length, but no charset
        ("1f05ea48690000", "Hi"),  # a length that is written longer than it must be
        ("08ea7fe5a5bd486900", "好Hi"),
        ("07eae5a5bd486900", "好Hi"),  # without its Quote
        ("7fe5a5bd00", "好"),  # UTF-8 without a charset
        ("e5a5bd00", "好"),  # without both
        ("20e5a5bd00", " 好"),
        ("7fb5c000", "µÀ"),  # no UTF-8: ISO 8859-1
    ],
)
def test_subjects(octets: str, subject: str) -> None:
    assert notification("98543100 96" + octets).subject == subject


CHARSETS = [
    ("83", "us-ascii", "Hi"),
    ("84", "iso-8859-1", "Grüße"),
    ("ea", "utf-8", "中文😀"),
    ("0171", "gbk", "中文號"),
    ("0172", "gb18030", "中文😀"),
    ("0203e8", "utf-16-be", "中文一"),
    ("0203e8", "utf-16-be", "网页"),  # its first octet is that of a Quote
    ("0203e8", "utf-16-be", "羀网"),  # and the second too
    ("0203f7", "utf-16", "中文😀"),
    ("0203f7", "utf-16-le", "\ufeff中文"),
    ("0203f6", "utf-16-le", "中文"),
    ("0207e9", "gb2312", "中文"),
    ("0207e9", "gbk", "號碼"),  # said to be GB 2312, which lacks these
    ("0207ea", "big5", "中文號碼"),
]


ENDINGS = [
    (quote, number, text.encode(codec), end, text)
    for number, codec, text in CHARSETS
    for quote in (b"", b"\x7f")
    for end in (b"", b"\0", b"\0\0")
    # nobody could tell: two octets a character, and an even number of them behind what may be a Quote
    if not (codec == "utf-16-be" and text == "羀网" and end == b"\0\0")
]


@pytest.mark.parametrize(("quote", "number", "data", "end", "said"), ENDINGS)
def test_charsets(quote: bytes, number: str, data: bytes, end: bytes, said: str) -> None:
    """With and without the Quote that stands before an octet from 80 on, and the end."""
    value = bytes.fromhex(number) + (quote if data[0] >= 0x80 else b"") + data + end
    told = notification("98543100 96" + bytes((len(value),)).hex() + value.hex()).subject
    assert told == said.removeprefix("\ufeff")


def test_order_is_free() -> None:
    """But for Content-Type (OMA-TS-MMS_ENC 7): also that of the first three, which centres break."""
    pdu = BY_HAND[4][0]
    first, rest = "8c84 98543100 8d92 8b6d00 85046b0268c0", BY_HAND[4][1]
    moved = "85046b0268c0 8b6d00 8d92 98543100 8c84" + rest.removeprefix(first)
    assert mms.decode(bytes.fromhex(moved)) == pdu


@pytest.mark.parametrize(
    "unknown",
    [
        "a080",  # an octet
        "a003010203",
        "a01f03010203",
        "a0686900",
        "a022686900",
        "b77fe5a5bd00",
        "582d4f7468657200 79657300",  # X-Other: yes
        "582d4f7468657200 00",
        "9c81",  # fields of MM1 that a notification has not
        "9dff",
        "85046b0268c0",
        "aa0203e8",
    ],
)
def test_unknown_fields_are_passed_over(unknown: str) -> None:
    told = notification(f"{unknown} 98543100 {unknown} 964869 00 {unknown}")
    assert (told.transaction, told.subject) == ("T1", "Hi")


def test_the_first_of_two_counts() -> None:
    """And the second is not even read: this one is no number."""
    told = notification("98543100 98543200 8e00")
    assert (told.transaction, told.size) == ("T1", 5)


@pytest.mark.parametrize(
    ("size", "octets"),
    [(0, "0100"), (127, "017f"), (255, "01ff"), (256, "020100"), (65535, "02ffff"), (307_200, "0304b000")],
)
def test_sizes(size: int, octets: str) -> None:
    """A long-integer has no octet too many (WSP 8.4.2.1)."""
    data = mms.encode(mms.NotificationInd("", "", size, mms.After(0)))
    assert bytes.fromhex("8e" + octets + "88") in data
    longest = mms.NotificationInd("", "", 2**240 - 1, mms.After(0))
    assert mms.decode(mms.encode(longest)) == longest


@pytest.mark.parametrize("name", ["personal", "advertisement", "informational", "auto"])
def test_classes(name: str) -> None:
    number = {"personal": 128, "advertisement": 129, "informational": 130, "auto": 131}[name]
    assert bytes((0x8A, number)) in mms.encode(mms.NotificationInd("", "", 0, mms.After(0), name))


@pytest.mark.parametrize(
    ("octets", "seconds"),
    [("8803810105", 5), ("88028185", 5), ("8805810300000f", 15), ("881f03810105", 5)],
)
def test_relative_times(octets: str, seconds: int) -> None:
    """Short integers too, which MMS does not have and WSP has (8.4.2.3)."""
    data = bytes.fromhex("8c82 98543100 8e0105 8361 00" + octets)
    told = mms.decode(data)
    assert isinstance(told, mms.NotificationInd)
    assert told.expiry == mms.After(seconds)


def test_values_that_nobody_knows_are_passed_over() -> None:
    """As a handset must (OMA's enabler test MMS-1.3-con-282)."""
    assert notification("98543100 8682").delivery_report is None
    assert notification("98543100 8aff").message_class == "personal"
    assert notification("98543100 8a4e657700").message_class == "New"


def test_from_without_an_address() -> None:
    assert notification("98543100 890181").sender == ""
    assert notification("98543100 890180").sender == ""


def body(octets: str) -> mms.Body:
    found = mms.decode(bytes.fromhex("8c84 84" + octets))
    assert isinstance(found, mms.RetrieveConf)
    return found.body


def only(octets: str, data: bytes = b"x") -> mms.Part:
    """The part with this head, of a multipart."""
    head = bytes.fromhex(octets)
    (part,) = body("a3 01" + bytes((len(head), len(data))).hex() + octets + data.hex()).parts
    assert part.data == data
    return part


def text(said: str) -> str:
    return said.encode().hex() + "00"


@pytest.mark.parametrize(
    ("octets", "name"),
    [
        ("9e", "image/jpeg"),
        ("019e", "image/jpeg"),
        ("02011e", "image/jpeg"),  # a long integer
        (text("image/JPEG"), "image/jpeg"),
        (text("image/jpeg; name=a"), "image/jpeg"),
        (text("image/x-new"), "image/x-new"),
        (text("nonsense"), "application/octet-stream"),
        ("d9", "application/octet-stream"),  # 59 is assigned to nothing
        ("0301ffff", "application/octet-stream"),
    ],
)
def test_content_types(octets: str, name: str) -> None:
    assert only(octets).content_type == name
    assert body(octets + "78") == mms.Body((mms.Part(name, b"x"),), name)


@pytest.mark.parametrize(
    ("octets", "part"),
    [
        ("81ea 856100", mms.Part("text/plain", b"x", "a", charset="utf-8")),
        ("81ea 976100", mms.Part("text/plain", b"x", "a", charset="utf-8")),  # Name of version 1.4
        ("97226100", mms.Part("text/plain", b"x", "a")),  # as a quoted-string
        ("9722612200", mms.Part("text/plain", b"x", "a")),
        ("866100", mms.Part("text/plain", b"x", "a")),  # Filename, of 1.1 and of 1.4
        ("986100", mms.Part("text/plain", b"x", "a")),
        ("866200 856100", mms.Part("text/plain", b"x", "a")),
        ("856100 856200", mms.Part("text/plain", b"x", "a")),
        ("810207e9", mms.Part("text/plain", b"x", charset="gb2312")),
        ("81" + text("UTF-8"), mms.Part("text/plain", b"x", charset="utf-8")),
        ("81" + text("x-mine"), mms.Part("text/plain", b"x", charset="x-mine")),
        ("8180", mms.Part("text/plain", b"x")),  # any charset
        ("8102ffff", mms.Part("text/plain", b"x")),
        ("85e5a5bd00", mms.Part("text/plain", b"x", "好")),  # without its Quote
        ("857fe5a5bd00", mms.Part("text/plain", b"x", "好")),
        ("8061 856100", mms.Part("text/plain", b"x", "a")),  # q, in one octet and in two
        ("808331 856100", mms.Part("text/plain", b"x", "a")),
        ("9000 856100", mms.Part("text/plain", b"x", "a")),  # secure, without a value
        ("9603010203 856100", mms.Part("text/plain", b"x", "a")),  # size
        ("0103 83 856100", mms.Part("text/plain", b"x", "a")),
        (text("x-a") + text("b") + "856100", mms.Part("text/plain", b"x", "a")),
        (text("Name") + text("a"), mms.Part("text/plain", b"x", "a")),
        ("8561", mms.Part("text/plain", b"x", "a")),  # its end is that of the content type
        ("85", mms.Part("text/plain", b"x")),
    ],
)
def test_parameters(octets: str, part: mms.Part) -> None:
    data = bytes.fromhex(octets)
    head = bytes((len(data) + 1, 0x83)) + data
    assert only(head.hex()) == part
    assert body((head + b"x").hex()) == mms.Body((part,), "text/plain")


@pytest.mark.parametrize(
    ("octets", "part"),
    [
        ("c0223c613e00", mms.Part("text/plain", b"x", content_id="a")),
        ("c03c613e00", mms.Part("text/plain", b"x", content_id="a")),
        ("c0226100", mms.Part("text/plain", b"x", content_id="a")),
        ("c0223c6100", mms.Part("text/plain", b"x", content_id="<a")),
        ("c022613e00", mms.Part("text/plain", b"x", content_id="a>")),
        ("c0223c00", mms.Part("text/plain", b"x", content_id="<")),
        ("c0223c3e00", mms.Part("text/plain", b"x")),
        ("c0223c613e2200", mms.Part("text/plain", b"x", content_id="a")),
        ("8e6100", mms.Part("text/plain", b"x", location="a")),
        ("8e22612200", mms.Part("text/plain", b"x", location="a")),
        ("8ee5a5bd00", mms.Part("text/plain", b"x", location="好")),
        ("ae0481866100", mms.Part("text/plain", b"x", "a")),  # Content-Disposition of 1.1, and of 1.4
        ("c50481986100", mms.Part("text/plain", b"x", "a")),
        ("c50e" + text("attachment") + "986100 8e6200", mms.Part("text/plain", b"x", "a", location="b")),
        ("c581 8e6100", mms.Part("text/plain", b"x", location="a")),
        ("8183 8b80 8d0101 8e6100", mms.Part("text/plain", b"x", location="a")),
        (text("Content-Location") + "6100", mms.Part("text/plain", b"x", location="a")),
        (text("X-A") + "6200 8e6100", mms.Part("text/plain", b"x", location="a")),
        ("7f02 8e6200 7f01 8e6100", mms.Part("text/plain", b"x", location="a")),  # another code page
        ("02 8e6200 01 8e6100", mms.Part("text/plain", b"x", location="a")),
        ("8e61", mms.Part("text/plain", b"x", location="a")),  # its end is that of the head
        ("8e", mms.Part("text/plain", b"x")),
    ],
)
def test_fields_of_parts(octets: str, part: mms.Part) -> None:
    assert only("83" + octets) == part


def test_start() -> None:
    """Its numbers of versions 1.2 and 1.4; with brackets and, as an iPhone has it, without; start-info."""
    for start in ("8a3c613e00", "993c613e00", "8a6100", "99223c613e00", "8b6200 8a6100", "9a6200 8a6100"):
        data = bytes.fromhex("b3" + start + "89" + text(mms.SMIL))
        assert body(bytes((len(data),)).hex() + data.hex() + "00") == mms.Body((), mms.RELATED, "a", mms.SMIL)


def test_a_part_that_is_a_multipart() -> None:
    """It stays octets, however deep it goes."""
    inner = b"x"
    for _ in range(2000):
        head = b"\xa6"
        inner = b"\x01" + bytes((len(head),)) + uintvar(len(inner)) + head + inner
    found = mms.decode(b"\x8c\x84\x84\xa3" + inner)
    assert isinstance(found, mms.RetrieveConf)
    (part,) = found.body.parts
    assert part.content_type == "application/vnd.wap.multipart.alternative"
    assert len(part.data) > 2000


def test_empty_bodies() -> None:
    """A multipart of no parts, with its count or without; a body of no octets; no body at all."""
    assert body("b3 00") == body("b3") == mms.EMPTY
    assert body("83") == mms.Body((mms.Part("text/plain", b""),), "text/plain")
    assert mms.decode(bytes.fromhex("8c84 99e2")) == mms.RetrieveConf(mms.EMPTY, status=226)


WRONG = [
    ("", "X-Mms-Message-Type: is missing"),
    ("98543100", "X-Mms-Message-Type: is missing"),
    ("8c", "X-Mms-Message-Type: ends too early (octet 1)"),
    ("8c8b", "X-Mms-Message-Type: 8B is no PDU of ours (octet 1)"),
    ("8c0a", "X-Mms-Message-Type: says 10 octets, 0 are left (octet 1)"),
    ("8c81 98543100", "X-Mms-Response-Status: is missing"),
    ("8c80 98543100", "Content-Type: is missing"),
    ("8c82 98543100", "X-Mms-Message-Size: is missing"),
    ("8c81 98543100 920180", "X-Mms-Response-Status: 01 is no value of it (octet 7)"),
    ("8c83 98543100 9581 910180", "X-Mms-Report-Allowed: 01 is no value of it (octet 9)"),
    ("8c83 98543100 05", "header: 05 is no header field (octet 6)"),
    ("8c86 8b00 9700 9580", "Date: is missing"),
    (
        "8c86 8b00 9700 9580 850d01000000000000000000000000",
        "Date: 79228162514264337593543950336 s after 1970",
    ),
    ("8c86 8b00 9700 9580 8500", "Date: 00 is no number (octet 9)"),
    ("8c86 8b00 9700 9580 851f046b0268c0", "Date: 1F is no number (octet 9)"),
    ("8c84 892000", "From: 20 is no length (octet 3)"),
    ("8c83 98543100 9581 206100 6100", "header: 20 is no header field (octet 8)"),
    ("8c86 8b00 9700 9580 85056a12", "Date: says 5 octets, 2 are left (octet 9)"),
    ("8c84 89028200", "From: 82 is neither an address (80) nor to be filled in (81) (octet 4)"),
    ("8c84 8981", "From: 81 is no length"),
    ("8c84 961fffffffffff7f", "Subject: no length"),
    ("8c84 84", "Content-Type: ends too early (octet 3)"),
    ("8c84 84b3 01", "part 1 of 1: no number"),
    ("8c84 84b3 02 0101 83 78", "part 2 of 2: no number"),
    ("8c84 84b3 01 0105 83 78", "part 1 of 1: says 5 octets, 1 are left (octet 8)"),
    ("8c84 84b3 01 0001 78", "part 1 of 1: ends too early (octet 7)"),
    ("8c84 84b3 ffffffff7f 0101 83 78", "part 2 of 34359738367: no number"),
    ("8c84 84b3 01 0201 0583 78", "part 1 of 1: says 5 octets, 1 are left (octet 7)"),
]


@pytest.mark.parametrize(("octets", "message"), WRONG)
def test_what_is_wrong_is_said(octets: str, message: str) -> None:
    with pytest.raises(mms.MmsError) as caught:
        mms.decode(bytes.fromhex(octets))
    assert str(caught.value).startswith(message)


PICTURE = mms.Part("image/png", b"x")
UNWRITABLE = [
    (mms.NotifyRespInd("T\n", 129), "X-Mms-Transaction-Id: 'T\\n' has a control character"),
    (mms.NotifyRespInd("T\x7f", 129), "X-Mms-Transaction-Id: 'T\\x7f' has a control character"),
    (
        mms.NotificationInd("T", "l", 2**240, mms.After(1)),
        f"X-Mms-Message-Size: {2**240} is no number for it",
    ),
    (mms.NotifyRespInd("T", 256), "X-Mms-Status: 256 is not in 128..255"),
    (mms.NotifyRespInd("T", 127), "X-Mms-Status: 127 is not in 128..255"),
    (mms.NotifyRespInd("T", 129, version=128), "X-Mms-MMS-Version: 128 is not in 0..127"),
    (mms.NotificationInd("T", "l", -1, mms.After(1)), "X-Mms-Message-Size: -1 is no number for it"),
    (mms.NotificationInd("T", "l", 1, mms.After(1), ""), "X-Mms-Message-Class: a message has one"),
    (mms.SendConf("T", 128, "a\0b"), "X-Mms-Response-Text: 'a\\x00b' has a control character"),
    (mms.SendConf("T", 128, "\ud800"), "X-Mms-Response-Text: '\\ud800' is no text"),
    (mms.DeliveryInd("m", "t", datetime(2026, 1, 1), 129), "Date: 2026-01-01 00:00:00 has no zone"),  # noqa: DTZ001
    (mms.DeliveryInd("m", "t", datetime(1969, 1, 1, tzinfo=UTC), 129), "Date: -31536000 is no number for it"),
    (mms.Body((PICTURE,), "image/jpeg"), "Content-Type: 'image/jpeg' with a part of 'image/png'"),
    (mms.Body((PICTURE, PICTURE), "image/png"), "Content-Type: 'image/png' is of one part, not 2"),
    (
        mms.Body((mms.Part("image/png", b"x", location="a"),), "image/png"),
        "Content-Type: 'image/png' is no multipart: no place for ids of parts",
    ),
    (mms.Body((mms.Part("png", b""),)), "part 1: content type: 'png' is no content type"),
    (mms.Body((PICTURE, mms.Part("a/b", b"", '"a"'))), "part 2: name: '\"a\"' begins with a quotation mark"),
    (
        mms.Body((PICTURE, mms.Part("a/b", b"", location="\t"))),
        "part 2: location: '\\t' has a control character",
    ),
    (mms.Body((), start_type="smil"), "type of the start part: 'smil' is no content type"),
]


@pytest.mark.parametrize(("said", "message"), UNWRITABLE)
def test_what_cannot_be_written(said: mms.Pdu | mms.Body, message: str) -> None:
    pdu = mms.RetrieveConf(said) if isinstance(said, mms.Body) else said
    with pytest.raises(mms.MmsError) as caught:
        mms.encode(pdu)
    assert str(caught.value) == message
    assert caught.value.at is None


def test_text_of_parts() -> None:
    assert mms.Part("text/plain", "中文".encode("gbk"), charset="gb2312").text == "中文"
    assert mms.Part("text/plain", "中文".encode("utf-16"), charset="iso-10646-ucs-2").text == "中文"
    assert mms.Part("text/plain", "中文".encode(), charset="x-nobody").text == "中文"
    assert mms.Part("text/plain", "中文".encode(), charset="base64").text == "中文"
    assert mms.Part("text/plain", b"\xb5", charset="us-ascii").text == "µ"
    assert mms.Part("text/plain", b"a\xffb", charset="utf-8").text == "a\ufffdb"


@pytest.mark.parametrize("name", [*CHARSET_NAMES.values(), "x-nobody"])
def test_any_octets_are_some_text(name: str) -> None:
    chance = random.Random(name)
    for size in range(60):
        assert isinstance(text_of(chance.randbytes(size), name), str)


def test_work_grows_with_the_octets() -> None:
    """Steps, not seconds: ten times as many parts, fields and characters are ten times the calls."""
    assert steps(3000) < 12 * steps(300)


def steps(size: int) -> int:
    message = mms.SendReq(
        "T", ("a",) * size,
        mms.Body((mms.Part("text/plain", b"x", "n", "c", "l", "utf-8"),) * size, mms.MIXED),
        subject="好" * size,
    )  # fmt: skip
    data, count = mms.encode(message), 0

    def counted(*_: object) -> None:
        nonlocal count
        count += 1

    sys.setprofile(counted)
    try:
        again = mms.decode(data)
    finally:
        sys.setprofile(None)
    assert again == message
    return count


@pytest.mark.parametrize("module", [mms, mms.address, mms.errors, mms.presentation])
def test_examples(module: ModuleType) -> None:
    """Those of the docstrings."""
    assert doctest.testmod(module).attempted
    assert not doctest.testmod(module).failed
