"""What the lab file says of a SIM, in the files of its card: encodings from outside, sims.md section 10."""

from __future__ import annotations

import traceback
from collections.abc import Callable

import pytest

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.tree import File
from interop.lab.load import load as lab
from interop.lab.model import SimPart
from interop.uicc import EfError
from interop.uicc.lint import lint

USIM = "3F00/7FFF/"
GSM = "3F00/7F20/"
ISIM = "3F00/ADF.ISIM/"
Parts = Callable[..., SimPart]


def octets(card: Card, path: str) -> str:
    file = card.tree.file(path)
    assert file is not None, path
    return file.octets.hex()


def test_identity_files(card: Card) -> None:
    assert octets(card, "3F00/2FE2") == "98680021436587092143"
    assert octets(card, USIM + "6F07") == octets(card, GSM + "6F07") == "084906001032547698"
    assert octets(card, USIM + "6F46").startswith("02805c0f7c7379fb52a8ff")
    assert octets(card, USIM + "6F78") == "0200", "access class 9"
    assert octets(card, USIM + "6FAD") == "00000002"
    assert octets(card, USIM + "6F42").endswith("0891683108100005f0ffffffffffff")
    assert octets(card, USIM + "6F40").startswith("ff" * 20 + "0891687110325476f8ffffffffff")
    assert octets(card, USIM + "6FD9") == "64f00064f02064f07064f080"
    assert octets(card, USIM + "6F7E") == "ffffffffffffff0000ff01"
    assert octets(card, USIM + "6F62").startswith("64f000c080ffffff0000")
    assert octets(card, GSM + "6F30").startswith("64f000ffffff")
    assert octets(card, GSM + "6FB7") == "11f0ff11f9ff21f0ff21f2ff11f2ff"
    assert octets(card, USIM + "6FB7").startswith("11f0ff" + "ff" * 8 + "00" + "11f9ff")


def test_multimedia_identities_follow_from_the_imsi(card: Card) -> None:
    """3GPP TS 23.003 13.2 to 13.4: a domain with the MNC in three digits."""
    domain = "ims.mnc000.mcc460.3gppnetwork.org"
    for file, text in (
        ("6F02", f"460000123456789@{domain}"),
        ("6F03", domain),
        ("6F04", f"sip:460000123456789@{domain}"),
    ):
        assert octets(card, ISIM + file).startswith(f"80{len(text):02x}" + text.encode().hex() + "ff")


def test_a_46009_card_is_at_home_on_46001(parts: Parts) -> None:
    card = Card.of(parts(imsi="460091718001234", base_operator="CUCC"))
    assert card.identity.ehplmn == ("46009", "46001", "46006")
    assert octets(card, USIM + "6FD9") == "64f09064f01064f060ffffff"
    roaming = Card.of(parts(imsi="460091718001234", base_operator="CUCC"), ehplmn=[])
    assert roaming.identity.ehplmn == ()


def test_the_number_stands_on_the_card_only_where_the_lab_says_so(parts: Parts) -> None:
    card = Card.of(parts(msisdn_on_card=False))
    assert card.identity.msisdn == ""
    assert octets(card, USIM + "6F40") == "ff" * 68
    assert Card.of(parts(spn=None, smsc=None)).identity.smsc == ""


def test_differences_and_rewriting(sim: SimPart) -> None:
    card = Card.of(sim, imsi="460991234567890", spn=None)
    assert (card.identity.imsi, card.identity.spn) == ("460991234567890", "")
    assert octets(card, USIM + "6F78") == "0001"
    card.identity.rewrite("iccid", "8986031234567890123")
    assert octets(card, "3F00/2FE2") == "986830214365870921f3"
    with pytest.raises(ValueError, match="no 'imei' to rewrite"):
        card.identity.rewrite("imei", "1")
    with pytest.raises(EfError):
        card.identity.rewrite("imsi", "not digits")
    with pytest.raises(EfError):
        Card.of(sim, spn="一二三四五六七八")


def test_a_key_in_the_wrong_place_is_not_shown(sim: SimPart) -> None:
    ki = bytes.fromhex("465B5CE8B199B49FAA5F0A2EE238A6BC")
    for name, value in (("ki", ki), ("ki", ki.hex()), ("imsi", ki), ("spn", (ki.hex(),)), ("ehplmn", ki)):
        with pytest.raises(ValueError) as error:
            Card.of(sim, **{name: value})  # type: ignore[arg-type]
        said = "".join(traceback.format_exception(error.value)).lower()
        assert repr(ki).lower() not in said and ki.hex() not in said
        assert name in str(error.value)


def test_identity_is_what_the_files_hold_now(issuer: Card, send: Callable[[Card, str], str]) -> None:
    """A personalised card is another subscriber for the modem that it is in."""
    assert send(issuer, "00A4000C026F07") == "9000"
    assert send(issuer, "00D6000009084906510000000010") == "9000"
    assert issuer.identity.imsi == "460150000000001"
    assert send(issuer, "00D6000009" + "FF" * 9) == "9000"
    assert issuer.identity.imsi == "", "an erased file says nothing, and harms nobody"


def test_service_tables_say_what_is_there(card: Card) -> None:
    """31.102 4.2.8: files that a service stands for."""
    table = bytes.fromhex(octets(card, USIM + "6F38"))
    files = {
        2: "6F3B", 10: "6F3C", 12: "6F42", 15: "6F45", 16: "6F50", 17: "6F3E", 18: "6F3F", 19: "6F46",
        20: "6F60", 21: "6F40", 27: "5F3B/4F20", 42: "6F61", 43: "6F62", 51: "6FCD", 71: "6FD9", 73: "6FDB",
        85: "6FE3",
    }  # fmt: skip
    for service, path in files.items():
        assert table[(service - 1) // 8] >> (service - 1) % 8 & 1, service
        assert card.tree.file(USIM + path) is not None, path
    others = {number for number in range(1, 97) if table[(number - 1) // 8] >> (number - 1) % 8 & 1}
    # 33 shall be 1; 38 is GSM security context, which is a command
    assert others - files.keys() == {33, 38}
    assert card.tree.file(USIM + "6FC5") is None and not table[5] >> 4 & 1, "no PNN, service 45"


def test_every_access_rule_is_found_from_every_place(card: Card) -> None:
    """102 221 9.2.7: the EF_ARR that a file names lies in its directory or above; readers look there too."""
    for path, node in card.tree.nodes():
        if not node.access:
            continue
        assert node.access[:2] == bytes.fromhex("8B03"), path
        identifier, record = node.access[2:4].hex().upper(), node.access[4]
        steps = path.split("/")
        above = ["/".join(steps[:depth]) for depth in range(len(steps) - 1, 0, -1)] or ["3F00"]
        arr = next((file for place in above if (file := card.tree.file(f"{place}/{identifier}"))), None)
        assert arr is not None and 1 <= record <= arr.records, path


def test_the_linter_has_nothing_to_say() -> None:
    """Service tables, identity, PLMNs and sizes fit each other; what is wrong later was put there."""
    card = Card.of(lab("emulated").sims[0])
    contents: dict[str, bytes | list[bytes]] = {}
    for path, node in card.tree.nodes():
        if isinstance(node, File):
            records = [node.record(number) or b"" for number in range(1, node.records + 1)]
            contents[path] = records or bytes(node.octets)
    found = [str(finding) for finding in lint(contents)]
    assert found == []
    card.identity.rewrite("imsi", "460990000000001")
    contents["3F00/7FFF/6F07"] = bytes.fromhex(octets(card, USIM + "6F07"))
    assert lint(contents)
