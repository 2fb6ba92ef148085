"""The emulated UICC against encodings and transcripts from outside: sims.md sections 9 and 10."""

from __future__ import annotations

import pytest

from drivers.emulated.apdu import Channel
from drivers.emulated.card import Card
from interop.lab.model import SimPart
from interop.uicc import GSM, USIM, EfError


def sim(**changes: object) -> SimPart:
    fields: dict[str, object] = {
        "name": "s1",
        "msisdn": "17012345678",
        "imsi": "460000123456789",
        "iccid": "89860012345678901234",
        "kind": "mvno",
        "brand": "小米移动",
        "base_operator": "CMCC",
        "city": "北京",
        "spn": "小米移动",
        "smsc": "+8613800100500",
        "msisdn_on_card": True,
    }
    return SimPart.model_validate(fields | changes)


def octets(card: Card, identifier: int, path: str | None = None) -> str:
    file = card.file(identifier, path)
    assert file is not None
    return file.octets.hex()


def test_identity_files() -> None:
    card = Card.of(sim())
    assert octets(card, 0x2FE2) == "98680021436587092143"
    assert octets(card, 0x6F07) == octets(card, 0x6F07, GSM) == "084906001032547698"
    assert octets(card, 0x6F46).startswith("02805c0f7c7379fb52a8ff")
    assert octets(card, 0x6F78) == "0200", "access class 9"
    assert octets(card, 0x6FAD) == "00000002"
    assert octets(card, 0x6F42).endswith("0891683108100005f0ffffffffffff")
    assert octets(card, 0x6F40).startswith("ff" * 20 + "0891687110325476f8ffffffffff")
    assert octets(card, 0x6FD9) == "64f00064f02064f07064f080"
    assert octets(card, 0x6F7E) == "ffffffffffffff0000ff01"
    assert octets(card, 0x6FB7, GSM) == "11f0ff11f9ff21f0ff21f2ff11f2ff"


def test_a_46009_card_is_at_home_on_46001() -> None:
    card = Card.of(sim(imsi="460091718001234", base_operator="CUCC"))
    assert card.ehplmn == ("46009", "46001", "46006")
    assert octets(card, 0x6FD9) == "64f09064f01064f060ffffff"
    assert Card.of(sim(imsi="460091718001234", base_operator="CUCC"), ehplmn=[]).ehplmn == ()


def test_the_number_stands_on_the_card_only_where_the_lab_says_so() -> None:
    assert Card.of(sim(msisdn_on_card=False)).msisdn == ""
    assert octets(Card.of(sim(msisdn_on_card=False)), 0x6F40) == "ff" * 68
    assert Card.of(sim(spn=None, smsc=None)).smsc == ""


def test_differences_and_rewriting() -> None:
    card = Card.of(sim(), imsi="460991234567890", spn=None)
    assert (card.imsi, card.spn) == ("460991234567890", "")
    assert octets(card, 0x6F78) == "0001"
    card.rewrite("iccid", "8986031234567890123")
    assert octets(card, 0x2FE2) == "986830214365870921f3"
    with pytest.raises(ValueError, match="no 'imei' to rewrite"):
        card.rewrite("imei", "1")
    with pytest.raises(EfError):
        card.rewrite("imsi", "not digits")
    with pytest.raises(EfError):
        Card.of(sim(), spn="一二三四五六七八")


def test_service_table_says_what_is_there() -> None:
    card = Card.of(sim())
    table = bytes.fromhex(octets(card, 0x6F38, USIM))
    files = {12: 0x6F42, 17: 0x6F3E, 19: 0x6F46, 21: 0x6F40, 51: 0x6FCD, 71: 0x6FD9, 85: 0x6FE3}
    for service, identifier in files.items():
        assert table[(service - 1) // 8] >> (service - 1) % 8 & 1
        assert card.file(identifier, USIM) is not None
    assert card.file(0x6FC5) is None and not table[5] >> 4 & 1, "no PNN, service 45"


def send(channel: Channel, apdu: str) -> str:
    data, status = channel.transmit(bytes.fromhex(apdu))
    return data.hex().upper() + f"{status:04X}"


def test_apdus_as_t0_readers_send_them() -> None:
    """The order of pySim-read: MF, then each file by its whole path, GET RESPONSE with the length of 61xx."""
    channel = Channel(Card.of(sim()))
    assert send(channel, "00A40004023F00").startswith("61")
    selected = send(channel, "00A40004022FE2")
    assert selected[:2] == "61"
    # 102 221 11.1.1.3: FCP of a transparent working EF of ten octets, activated.
    header = send(channel, f"00C00000{selected[2:]}")
    assert header.startswith("62") and header.endswith("9000")
    assert all(part in header for part in ("82024121", "83022FE2", "8A0105", "8002000A"))
    assert send(channel, "00B000000A") == "986800214365870921439000"
    assert send(channel, "00B0000000") == "986800214365870921439000"
    assert send(channel, "00B000000B") == "6C0A"
    assert send(channel, "00B000FF01") == send(channel, "00B0000A01") == "6B00"
    assert send(channel, "00A40004026F07") == "6A82", "not in the MF"
    assert send(channel, "00A4040407A0000000871002").startswith("61")
    assert send(channel, "00A40004026F07").startswith("61")
    assert send(channel, "00A4080C047FFF6F40") == "9000"
    assert send(channel, "00B2010400") == "FF" * 20 + "0891687110325476F8" + "FF" * 5 + "9000"
    assert send(channel, "00B2010410") == "6C22"
    assert send(channel, "00B2030422") == "6A83"
    assert send(channel, "00B2010222") == "6A86", "no next record: 102 221 11.1.5, only absolute ones here"
    assert send(channel, "00B0000001") == "6981"
    assert send(channel, "A0A40000027F20") == "9F16"
    assert send(channel, "A0A40000026F07") == "9F0F"
    assert send(channel, "A0C000000F").startswith("000000096F0704"), "51.011 9.2.1: size, identifier, EF"
    assert send(channel, "A0A40000026FFF") == "9404"
    assert send(channel, "80F2000000").startswith("6C")
    assert send(channel, "00FF000000") == "6D00"
    assert send(channel, "FFA40000023F00") == "6E00"


def test_pin_guards_the_files() -> None:
    card = Card.of(sim(), pin="1234")
    channel = Channel(card)
    assert send(channel, "00A4080C022FE2") == "9000"
    assert send(channel, "00B000000A") == "986800214365870921439000", "ICCID is always readable"
    assert send(channel, "00A4080C047FFF6F07") == "9000"
    assert send(channel, "00B0000009") == "6982"
    assert send(channel, "0020000100") == "63C3"
    assert send(channel, "002000010830303030FFFFFFFF") == "63C2"
    assert send(channel, "002000010831323334FFFFFFFF") == "9000"
    assert send(channel, "00B0000009") == "0849060010325476989000"
    assert send(channel, "0020000100") == "63C3", "tries, also while the PIN is not needed"
    assert send(channel, "0020008100") == "63C3", "the second PIN has tries of its own"
    assert send(channel, "002C000100") == "63CA"
    card.power_on()
    assert send(channel, "00B0000009") == "6982", "the PIN is asked again after power on"


def test_updates() -> None:
    channel = Channel(Card.of(sim()))
    assert send(channel, "00A4080C047FFF6F07") == "9000"
    assert send(channel, "00D6000009084906001032547698") == "6982", "the IMSI takes the issuer's key"
    assert send(channel, "00A4080C047FFF6F7B") == "9000"
    assert send(channel, "00D600030364F010") == "9000"
    assert send(channel, "00B000000C") == "FFFFFF64F010FFFFFFFFFFFF9000"
    assert send(channel, "00D6000B0364F010") == "6700"
    assert send(channel, "00B000000C") == "FFFFFF64F010FFFFFFFFFFFF9000"
