"""File contents from outside, both ways.

Sources: [sims] reference/sims.md section 10 (cards of Chinese operators and MVNOs); [pySim] test vectors of
pySim's ts_51_011.py and ts_31_102.py; [Android] the SIM of the Android emulator, sim_card.c; [oFono]
unit/test-simutil.c; [TS] the examples of ETSI TS 102 221 annex A.
"""

from __future__ import annotations

from typing import Any

import pytest

from interop.smspdu import Address, Relative, TypeOfNumber
from interop.uicc import (
    GSM,
    TELECOM,
    Acc,
    Ad,
    Content,
    EfError,
    EmergencyCode,
    EmergencyCodes,
    FileStatus,
    Gid,
    Iccid,
    Imsi,
    Loci,
    Msisdn,
    Plmn,
    PlmnList,
    Smsp,
    Spdi,
    Spn,
    Structure,
    find,
)

FF = "ff"

VECTORS: list[tuple[str, Content, str]] = [
    # [sims]
    ("ICCID", Iccid("89860012345678901234"), "98680021436587092143"),
    ("ICCID", Iccid("8986031234567890123"), "986830214365870921f3"),
    ("IMSI", Imsi("460000123456789"), "084906001032547698"),
    ("IMSI", Imsi("460150000000001"), "084906510000000010"),
    ("ACC", Acc((5,)), "0020"),
    ("AD", Ad(mnc_length=2), "00000002"),
    ("SPN", Spn("小米移动", True, True), "03805c0f7c7379fb52a8" + FF * 7),
    ("SPN", Spn("远特通信", True, True), "03808fdc7279901a4fe1" + FF * 7),
    (
        "SMSP",
        Smsp(Address.parse("+8613800100500"), pid=0, dcs=0, validity=Relative(0xA9)),
        FF * 14 + "e1" + FF * 12 + "0891683108100005f0ffffff" + "0000a9",
    ),
    (
        "MSISDN",
        Msisdn(Address.parse("+8617012345678")),
        FF * 20 + "0891687110325476f8" + FF * 5,
    ),
    ("EHPLMN", PlmnList((Plmn("460", "00"), Plmn("460", "01"))), "64f00064f010" + FF * 6),
    ("SPDI", Spdi((Plmn("460", "11"),)), "a305800364f011" + FF * 25),
    ("LOCI", Loci(), FF * 7 + "0000" + "ff01"),
    # [pySim]
    ("IMSI", Imsi("228062800000208"), "082982608200002080"),
    ("IMSI", Imsi("262011106487504"), "082926101160845740"),
    ("AD", Ad(info=b"\xff\xff", mnc_length=None), "00ffff"),
    ("SPN", Spn("GSM-R CH", show_plmn=True), "0147534d2d52204348" + FF * 8),
    ("ACC", Acc(()), "0000"),
    ("ACC", Acc((15,)), "8000"),
    ("ACC", Acc((0, 1, 3, 5, 15)), "802b"),
    ("LOCI", Loci(bytes.fromhex("78025702"), Plmn("228", "01"), 0x0978, 0, 0), "7802570222f81009780000"),
    (
        "MSISDN",
        Msisdn(Address("12345", TypeOfNumber.NETWORK_SPECIFIC)),
        FF * 20 + "04b12143f5" + FF * 9,
    ),
    (
        "MSISDN",
        Msisdn(Address.parse("+4917279119183"), "Eigene Rufnummer"),
        "456967656e65205275666e756d6d6572" + FF * 4 + "0891947172199181f3" + FF * 5,
    ),
    ("ECC", EmergencyCode("911", 1), "19f1ff01"),
    ("ECC", EmergencyCode("913", 2), "19f3ff02"),
    ("SPDI", Spdi((Plmn("738", "00"),)), "a305800337f800" + FF * 23),
    # [Android]
    ("ICCID", Iccid("89014103211118510720"), "98101430121181157002"),
    ("AD", Ad(mnc_length=3), "00000003"),
    ("MSISDN", Msisdn(Address("15555218135")), FF * 18 + "07815155258131f5" + FF * 6),
    # 51.011, 31.102: unused files and records
    ("MSISDN", Msisdn(None), FF * 34),
    ("SMSP", Smsp(), FF * 42),
    ("EHPLMN", PlmnList(), FF * 12),
    ("GID1", Gid(b""), FF * 8),
    ("GID2", Gid(b"\x17\x00"), "1700" + FF * 6),
    ("ECC", EmergencyCode("120", 2, "急救"), "21f0ff" + "8060256551" + FF * 3 + "02"),
]


def name_and_octets(value: Any) -> str | None:
    return value if isinstance(value, str) else None


@pytest.mark.parametrize(("name", "content", "octets"), VECTORS, ids=name_and_octets)
def test_both_ways(name: str, content: Content, octets: str) -> None:
    ef = find(name)
    assert ef is not None
    data = bytes.fromhex(octets)
    assert ef.decode(data) == content
    assert ef.encode(content, len(data)).hex() == octets


@pytest.mark.parametrize(
    ("plmn", "octets"),
    [
        (Plmn("460", "00"), "64f000"),
        (Plmn("460", "01"), "64f010"),
        (Plmn("460", "11"), "64f011"),
        (Plmn("460", "15"), "64f051"),
        (Plmn("310", "410"), "130014"),
        (Plmn("228", "06"), "22f860"),
        (Plmn("334", "020"), "330420"),
    ],
)
def test_plmn(plmn: Plmn, octets: str) -> None:
    assert plmn.encode().hex() == octets
    assert Plmn.decode(bytes.fromhex("ff" + octets), 1) == plmn


@pytest.mark.parametrize("digit", range(10))
def test_acc_of_imsi(digit: int) -> None:
    """[sims]: bit d is the last digit of the IMSI."""
    assert Acc.of_imsi(f"46000012345678{digit}").encode().hex() == f"{1 << digit:04x}"


def test_smsp_with_everything() -> None:
    smsp = Smsp(Address.parse("10086"), "联通", Address.parse("+8613800138000"), 0x40, 0x08, Relative(0))
    octets = "808054901a" + FF * 9 + "e0" + "0d91683108108300f0" + FF * 3 + "04810180f6" + FF * 7 + "400800"
    assert smsp.encode(42).hex() == octets
    assert Smsp.decode(bytes.fromhex(octets)) == smsp


def test_smsp_whose_service_centre_is_present_and_empty() -> None:
    """[pySim] "ENetworks": indicators F1 promise a service centre, the field is FF."""
    octets = "454e6574776f726b73" + FF * 7 + "f1" + FF * 24 + "0000a7"
    smsp = Smsp.decode(bytes.fromhex(octets))
    assert smsp == Smsp(None, "ENetworks", None, 0, 0, None)


def test_emergency_codes_of_a_sim() -> None:
    """51.011 10.3.27: three octets each; 112 and 911 as pySim's codes, 110 120."""
    codes = EmergencyCodes(("112", "911", "110", "120"))
    octets = "11f2ff19f1ff11f0ff21f0ff" + FF * 3
    ef = find("ECC", GSM)
    assert ef is not None
    assert ef.encode(codes).hex() == octets
    assert ef.decode(bytes.fromhex(octets)) == codes


def test_an_ad_of_three_octets_cannot_store_the_mnc_length() -> None:
    ef = find("AD", GSM)
    assert ef is not None
    with pytest.raises(EfError, match="EF_AD 6FAD"):
        ef.encode(Ad(mnc_length=2), 3)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        # [TS] 102 221 annex A: each coding scheme's example
        ("8105135395a653ffff", "S\u0995\u09a6S\u09ff"),  # the last FF but one is a character
        ("820505302d82d32d31", "-\u0532\u0583-1"),
        ("80597d0041ffff", "好A"),
        ("80597dff", "好"),
        ("80", ""),
        ("4f4b1b65ffff41", "OK€"),
    ],
)
def test_names(octets: str, text: str) -> None:
    assert Spn.decode(bytes.fromhex("00" + octets)).name == text


@pytest.mark.parametrize(
    ("name", "octets"),
    [
        ("Билайн связь!", "81" + "0d" + "08"),  # 13 letters: 27 octets in form 80, 16 in form 81
        ("Ҡҡ 1234567890", "81" + "0d" + "09" + "a0a1"),  # bits 15..8 of a base on a half page: 0480
        ("ѾѿҀҁ 123456 7", "82" + "0d" + "047e"),  # on both sides of 0x480: no half page holds them
    ],
)
def test_names_that_need_a_base(name: str, octets: str) -> None:
    """16 octets hold them in one form only."""
    spn = Spn(name).encode(18)
    assert spn.hex()[2:].startswith(octets)
    assert Spn.decode(spn).name == name


@pytest.mark.parametrize(
    ("octets", "status"),
    [
        # [Android]
        ("0000000a2fe204000fa0aa01020000", FileStatus(0x2FE2, Structure.TRANSPARENT, 10)),
        ("000000806f40040011a0aa01020120", FileStatus(0x6F40, Structure.LINEAR_FIXED, 128, 32)),
        ("000000046fad04000aa0aa01020000", FileStatus(0x6FAD, Structure.TRANSPARENT, 4)),
        ("000000f06fc504000aa0aa01020118", FileStatus(0x6FC5, Structure.LINEAR_FIXED, 240, 24)),
        # [oFono]
        (
            "62178202412183022f058a01058b032f060f8002000a880128",
            FileStatus(0x2F05, Structure.TRANSPARENT, 10),
        ),
        (
            "62198205422100200483026f408a01058b036f0607800200808800",
            FileStatus(0x6F40, Structure.LINEAR_FIXED, 128, 32),
        ),
        # 102 221 11.1.1.4.3: a cyclic file, not shareable
        ("620f8205062100080583026f3980020028", FileStatus(0x6F39, Structure.CYCLIC, 40, 8)),
    ],
)
def test_file_status(octets: str, status: FileStatus) -> None:
    assert FileStatus.decode(bytes.fromhex(octets)) == status
    assert FileStatus.decode(status.encode_sim()) == status
    assert FileStatus.decode(status.encode_fcp()) == status


def test_fcp_of_long_records() -> None:
    """Two octets for the length of a record, where a SIM has one (102 221 11.1.1.4.3)."""
    status = FileStatus(0x6F40, Structure.LINEAR_FIXED, 0x0400, 0x0200)
    assert FileStatus.decode(bytes.fromhex("620f8205422102000283026f4080020400")) == status
    assert FileStatus.decode(status.encode_fcp()) == status
    with pytest.raises(EfError):
        status.encode_sim()


def test_file_status_octets() -> None:
    """Apart from access conditions, those of [Android] and [oFono]."""
    assert (
        FileStatus(0x2FE2, Structure.TRANSPARENT, 10).encode_sim().hex() == "0000000a2fe2040014ff4401020000"
    )
    msisdn = FileStatus(0x6F40, Structure.LINEAR_FIXED, 128, 32)
    assert msisdn.records == 4
    assert msisdn.encode_sim().hex() == "000000806f40040014ff4401020120"
    assert msisdn.encode_fcp().hex() == "62178205422100200483026f408a01058b036f060180020080"


def test_catalogue() -> None:
    """Identifiers as +CRSM of ModemManager and oFono asks for them (reference/modems.md), and paths."""
    known = {12258: "ICCID", 28589: "AD", 28486: "SPN", 28599: "ECC", 28478: "GID1", 28479: "GID2"}
    assert {number: ef.name for number in known if (ef := find(number))} == known
    paths = {
        (name, path): find(name, path) is not None for name in ("MSISDN", "ECC") for path in (GSM, TELECOM)
    }
    assert paths == {
        ("MSISDN", GSM): False,
        ("MSISDN", TELECOM): True,
        ("ECC", GSM): True,
        ("ECC", TELECOM): False,
    }
    assert find("KEYS") is None
    assert find("MSISDN").status == FileStatus(0x6F40, Structure.LINEAR_FIXED, 68, 34)  # type: ignore[union-attr]
