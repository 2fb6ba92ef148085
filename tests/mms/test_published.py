"""Octets that other people published, and what they say these mean."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from interop.mms import (
    MIXED,
    After,
    Body,
    MmsError,
    NotificationInd,
    NotifyRespInd,
    Part,
    Pdu,
    ReadRecInd,
    RetrieveConf,
    SendConf,
    SendReq,
    Status,
    decode,
    encode,
    from_push,
)
from interop.smspdu import PduError, decode_push

FOX = b"The quick brown fox jumped over the lazy dog 1234567890/!()"
ASCII = "Text_us-ascii.txt"

MMSD = [
    (
        "8C8298 4F67514B4B4200 8D90 8908804572 6F74696B00 9650696E2D55707300 8A80 8E024000 88058103 03F480"
        "83687474703A2F2F657073332E64652F4F2F5A39495A4F00",
        NotificationInd(
            "OgQKKB", "http://eps3.de/O/Z9IZO", 16384, After(259_200), sender="Erotik", subject="Pin-Ups",
            version=0x10,
        ),
    ),
    (
        "8C8298 774C4A65543754487500 8D90 891780 31353535313233303030302F545950453D504C4D4E00 8A80 8E025A1D"
        "8805810303F480 83687474703A2F2F6D6D736331313A31303032312F6D6D73632F315F313F774C4A65543754487500",
        NotificationInd(
            "wLJeT7THu", "http://mmsc11:10021/mmsc/1_1?wLJeT7THu", 23069, After(259_200),
            sender="15551230000/TYPE=PLMN", version=0x10,
        ),
    ),
    (
        "8C8498 3132303136353732333800 8D93 8B6D742D32313200 8504479FD596"
        "891580 2B34393839313030302F545950453D504C4D4E00 961183 4D4D532D312E332D636F6E2D32313200"
        "84A301 403B 148385546578745F75732D61736369692E74787400 8183"  # Accept-Charset was meant as charset
        "C0223C546578745F75732D61736369692E7478743E00 8E546578745F75732D61736369692E74787400" + FOX.hex(),
        RetrieveConf(
            Body((Part("text/plain", FOX, ASCII, ASCII, ASCII),), MIXED),
            "1201657238", "mt-212", datetime(2008, 1, 30, 1, 40, 38, tzinfo=UTC),
            "+49891000/TYPE=PLMN", subject="MMS-1.3-con-212", version=0x13,
        ),
    ),
    (
        "8C8498 3132303136353732333800 8D90 85044D99925E 966D756C7469746F00"
        "891780 2B313233343536373839302F545950453D504C4D4E00 972B313131313131313131312F545950453D504C4D4E00"
        "972B323232323232323232322F545950453D504C4D4E00 972B333333333333333333332F545950453D504C4D4E00"
        "8A80 8F81 9480 8681 9081 84A301 260E 83 C0223C47656E657269635F546578742E7478743E00"
        "8E2F746D702F70687038766C66794200 EFBBBF48656C6C6F20576F726C64",
        RetrieveConf(
            Body((Part(
                "text/plain", b"\xef\xbb\xbfHello World", content_id="Generic_Text.txt",
                location="/tmp/php8vlfyB",
            ),), MIXED),
            "1201657238", date=datetime(2011, 4, 4, 9, 41, 50, tzinfo=UTC), sender="+1234567890/TYPE=PLMN",
            to=("+1111111111/TYPE=PLMN", "+2222222222/TYPE=PLMN", "+3333333333/TYPE=PLMN"),
            subject="multito", message_class="personal", priority=129, delivery_report=False,
            read_report=False, version=0x10,
        ),
    ),
    (
        "8C84 8D90 85044D9EE2F9 96746573742077697468 6F7574207472616E73616374696F6E20494400"
        "891780 2B313233343536373839302F545950453D504C4D4E00 972B363636363636363636362F545950453D504C4D4E00"
        "8A80 8F81 9480 8681 9081 84A301 1F0E 83 C0223C68656C6C6F2E7478743E00"
        "8E2F746D702F70687032496E74533700 48656C6C6F20576F726C6420210A",
        RetrieveConf(
            Body((Part(
                "text/plain", b"Hello World !\n", content_id="hello.txt", location="/tmp/php2IntS7"
            ),), MIXED),
            date=datetime(2011, 4, 8, 10, 27, 5, tzinfo=UTC), sender="+1234567890/TYPE=PLMN",
            to=("+6666666666/TYPE=PLMN",), subject="test without transaction ID", message_class="personal",
            priority=129, delivery_report=False, read_report=False, version=0x10,
        ),
    ),
    ("8C8198 333138383700 8D90 9280 8B3464633236386437313433386100",
     SendConf("31887", 128, message_id="4dc268d71438a", version=0x10)),
    ("8C8198 333138383800 8D90 92E2", SendConf("31888", 226, version=0x10)),
    ("8C8398 3031323334353637383961626364656600 8D92 9581",
     NotifyRespInd("0123456789abcdef", Status.RETRIEVED)),
]  # fmt: skip
"""From mmsd, unit/test-mmsutil.c: what centres sent, and the MMS-1.3-con tests of OMA's enabler test."""


@pytest.mark.parametrize(("octets", "pdu"), MMSD)
def test_of_mmsd(octets: str, pdu: Pdu) -> None:
    assert decode(bytes.fromhex(octets)) == pdu


@pytest.mark.parametrize(("octets", "pdu"), MMSD[5:])
def test_small_ones_are_written_the_same(octets: str, pdu: Pdu) -> None:
    assert encode(pdu) == bytes.fromhex(octets)


CHINESE = (
    "8C8098 3030303100 8D81 891180 2B383631353030303032373934343500"
    "972B383631333132323734373630352F545950453D504C4D4E00 9620E5BDA9E4BFA1E6B58BE8AF9500 8A80 8F80"
    "84A301 040D 038381EA 20E6B58BE8AF95E69687E69CAC"
)


def test_a_chinese_message() -> None:
    """From the tests of a Chinese operator partner's MMS library (net.tambur.mms), sent over WAP in 2010.
    Its subject has no charset: it is UTF-8 behind a space. Its version is 0.1.
    """
    text = Part("text/plain", " 测试文本".encode(), charset="utf-8")
    assert decode(bytes.fromhex(CHINESE)) == SendReq(
        "0001", ("+8613122747605/TYPE=PLMN",), Body((text,), MIXED), sender="+86150000279445",
        subject=" 彩信测试", message_class="personal", priority=128, version=0x01,
    )  # fmt: skip


def test_a_read_report() -> None:
    """i5on9i.tistory.com/225, explained there octet by octet: ASCII addresses with a charset all the same."""
    octets = (
        "8c878d92 8b3330313331363600 9719ea2b3832313032323131333532382f545950453d504c4d4e00"
        "891b8019ea2b3832313032323131343238302f545950453d504c4d4e00 85044c288254 9b80"
    )
    sender, reader = "+821022114280/TYPE=PLMN", "+821022113528/TYPE=PLMN"
    date = datetime(2010, 6, 28, 11, 7, tzinfo=UTC)
    assert decode(bytes.fromhex(octets)) == ReadRecInd("3013166", reader, 128, sender, date)


T_MOBILE = (
    "C50603BEAF84 8C829831383261316237323931643835663230644070322E6D6D73632E742D6D6F62696C652E706C008D918A80"
    "8E0285C288048102A8BE83687474703A2F2F31302E3234322E3234332E34303A393830302F6D6D313F69643D32323038313531"
    "3832613162373238313932366630356262008918802B34383530353035303530352F545950453D504C4D4E009600"
)
PUSHES = [
    (
        "3706226170706C69636174696F6E2F766E642E7761702E6D6D732D6D65737361676500AF84"
        "8C8298363438008D90891080323131322F545950453D504C4D4E008A808E018488058103093A80"
        "83687474703A2F2F7979302E636E3A38312F3036334B4830363035423634383F313339313736313431363200",
        "2112/TYPE=PLMN", 0x84, 604_800,
    ),
    (T_MOBILE, "+48505050505/TYPE=PLMN", 0x85C2, 0xA8BE),
    (
        "0006226170706C69636174696F6E2F766E642E7761702E6D6D732D6D65737361676500AF848C82983132333435363738008D91"
        "8A808E0302BF5F8805810303F47F83687474703A2F2F6D6D73632E706C61792E706C2F6D6D732F776170656E632F3132333435"
        "363738008918802B34383938373635343332312F545950453D504C4D4E00",
        "+48987654321/TYPE=PLMN", 0x02BF5F, 0x03F47F,
    ),
    (
        "000607BE8DE9AF84B4808C8298303130322D67616B32346E326E643679393230008D908918802B3438373832373832373832"
        "2F545950453D504C4D4E008A808E0302211C88058103093A7E83687474703A2F2F6D6D733372783A383030322F303130322D"
        "67616B32346E326E64367939323000",
        "+48782782782/TYPE=PLMN", 0x02211C, 0x093A7E,
    ),
    (
        "000607BEAF848DDBB4818C8298416263646566676869008D928918802B34383132333435363738392F545950453D504C4D4E00"
        "86818A808E0285AE88048102A8BF83687474703A2F2F67656F6D323A383030322F6D6D73632F633F41626364656667686900",
        "+48123456789/TYPE=PLMN", 0x85AE, 0xA8BF,
    ),
    (
        "000607BEAF848DDBB4818C8298416263646566676869008D9286818A808E0285AE88048102A8BF83687474703"
        "A2F2F67656F6D323A383030322F6D6D73632F633F41626364656667686900",
        "", 0x85AE, 0xA8BF,
    ),
]  # fmt: skip
"""The first from geek-share.com/detail/2387912960 (sent by CMPP in China); the others what four Polish
operators sent, from MuditaOS, module-services/service-cellular/tests/unittest_pdu.cpp: content type as text
or number, further WSP headers, a subject that is empty.
"""


@pytest.mark.parametrize(("octets", "sender", "size", "expiry"), PUSHES)
def test_pushes(octets: str, sender: str, size: int, expiry: int) -> None:
    found = from_push(decode_push(bytes.fromhex(octets)))
    assert isinstance(found, NotificationInd)
    assert (found.sender, found.size, found.expiry) == (sender, size, After(expiry))
    assert found.location.startswith("http://")
    assert found.message_class == "personal"


def test_incomplete_push() -> None:
    """MuditaOS: From ends too early."""
    with pytest.raises(MmsError, match="From: says 24 octets, 6 are left"):
        from_push(decode_push(bytes.fromhex(T_MOBILE.replace(" ", "")[: -2 * 20])))


@pytest.mark.parametrize("octets", ["000608BEAF848DDBB481", "000507BEAF848DDBB4818C82"])
def test_no_push(octets: str) -> None:
    """MuditaOS: shorter than its headers; a PDU of WSP that is no push."""
    with pytest.raises(PduError):
        decode_push(bytes.fromhex(octets))


NOTIFICATIONS = [
    "8C829874312D505A4A4B6E446F3772008D938917803139313632323535383837 2F545950453D504C4D4E008A80"
    "8805810303F47F8E020539 83687474703A2F2F7878782E78787878787878782E78782F6D6D73633F78782D787800",
    "8C82986D2D372D3131322D332D6365663765662D62392D35312D32008D92890F800D8331393136323235353838 37008A80"
    "8E0202838805810303F48083687474703A2F2F78782E782D78787878782E7878782F6D6D3F543D6D2D00 8680",
    "8C82986964315F31353633393438383430008D928B35386366633664612D323032353038323230343531343440 6D6D73632E6D"
    "74732E727500850468A7CD31 8918802B31393136323235353838372F545950453D504C4D4E008A808E0400018BD8"
    "8805810303F48083687474703A2F2F31302E34372E3133332E33352F3F6D6573736167652D69643D31",
]
"""From MMSParserTest of SMS Gateway for Android: an address with a charset, a size with an octet of zero in
front, fields that a notification has not (Message-ID, Date), a location that ends with the message.
"""


@pytest.mark.parametrize("octets", NOTIFICATIONS)
def test_notifications(octets: str) -> None:
    found = decode(bytes.fromhex(octets))
    assert isinstance(found, NotificationInd)
    assert "19162255887" in found.sender
    assert found.location.startswith("http://")


def test_a_header_longer_than_everything() -> None:
    """Android's PduParserTest: a part whose header says it has 7FFFFFFF octets."""
    data = bytes.fromhex("8C8098313233008D9089018184A30187FFFFFF7F0083")
    with pytest.raises(MmsError, match="part 1 of 1: says 2147483647 octets, 1 are left"):
        decode(data)
