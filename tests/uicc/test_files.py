"""Contents from outside of the files that test_vectors.py does not have, and flipped bits in all files.

Sources: [sims] reference/sims.md section 10; [pySim] vectors of ts_51_011.py, ts_31_102.py, ts_102_221.py;
[31.102] examples of its annex J; the rest is counted out from the standard that is named.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.smspdu import Address
from interop.uicc import (
    FILES,
    GSM,
    GSM_ACCESS,
    ISIM,
    NO_KEY,
    Acc,
    AccessTechnology,
    Ad,
    AddressKind,
    Application,
    CellBroadcast,
    CellBroadcastRanges,
    Connectivity,
    Content,
    DiallingNumber,
    Ef,
    EfError,
    EhplmnPi,
    EmergencyCode,
    EmergencyCodes,
    EpsLoci,
    Est,
    Extension,
    FiveGsLoci,
    Gid,
    Hpplmn,
    Identity,
    Ist,
    Kc,
    Keys,
    LanguagePreference,
    Languages,
    Loci,
    Meter,
    MmsConnectivity,
    Mmsn,
    MmsPreferences,
    NetworkName,
    Octets,
    OperatorName,
    Opl,
    Pcscf,
    Plmn,
    PlmnActList,
    PlmnList,
    PlmnWithAct,
    Pnn,
    PsLoci,
    Puct,
    SecretOctets,
    SmsRecord,
    Smss,
    Spdi,
    Sst,
    StartHfn,
    Structure,
    Threshold,
    Ust,
    at,
    find,
    service_name,
    service_number,
    services,
)

FF = "ff"
Act = AccessTechnology
HTTP = "687474703a2f2f6d6d732d6f70657261746f722e636f6d"
J2 = (
    "ab8188" + "800101" + "8117" + HTTP + "8232"
    "10aa" "082b34393533343139303600" "0987" "25c5" "0a90" "0c9a"
    "0d64756d6d79116e616d6500" "0e64756d6d791170617373776f726400"
    "8336"
    "203137302e3138372e35312e3300" "2185" "233932303300" "24cb" "199c"
    "1a64756d6d79116e616d6500" "1b64756d6d791170617373776f726400"
)  # fmt: skip
J1 = (
    "800101" "810e4368726973746d61732043617264" "8219"
    "1480" "0680" "1080" "0f81" "070780051122334455" "0806810455223344"
)  # fmt: skip

VECTORS: list[tuple[str, str | None, Content, str]] = [
    # [sims]
    (
        "PLMNwAcT",
        None,
        PlmnActList((PlmnWithAct(Plmn("460", "00"), Act.UTRAN | Act.E_UTRAN | Act.GSM),)),
        "64f000c080" + "ffffff0000" * 9,
    ),
    ("HPLMNwAcT", None, PlmnActList(), "ffffff0000" * 5),
    ("HPPLMN", None, Hpplmn(30), "05"),
    ("LI", None, Languages(("zh",)), "7a68" + FF * 6),
    ("OPL", None, Opl(Plmn("460", "00"), 0, 0xFFFE, 1), "64f0000000fffe01"),
    ("FPLMN", None, PlmnList(), FF * 12),
    ("LOCI", None, Loci(), FF * 7 + "0000ff01"),
    ("PSLOCI", None, PsLoci(), FF * 10 + "0000ff01"),
    ("EPSLOCI", None, EpsLoci(), FF * 15 + "000001"),
    ("Kc", None, Kc(), FF * 8 + "07"),
    ("KcGPRS", GSM_ACCESS, Kc(), FF * 8 + "07"),
    ("Keys", None, Keys(), "07" + FF * 32),
    ("KeysPS", None, Keys(3, bytes(16), bytes([1] * 16)), "03" + "00" * 16 + "01" * 16),
    # [pySim]
    (
        "OPLMNwAcT",
        None,
        PlmnActList(
            (
                PlmnWithAct(Plmn("262", "01"), Act.E_UTRAN),
                PlmnWithAct(Plmn("262", "01"), Act.UTRAN),
                PlmnWithAct(
                    Plmn("262", "02"),
                    Act.E_UTRAN | Act.NG_RAN | Act.GSM | Act.EC_GSM_IOT | Act.GSM_WITHOUT_EC_GSM_IOT,
                ),
            )
        ),
        "62f210400062f210800062f220488c",
    ),
    ("Kc", None, Kc(bytes.fromhex("837d783609a3858f"), 5), "837d783609a3858f05"),
    (
        "LOCI",
        None,
        Loci(bytes.fromhex("47d1264a"), Plmn("262", "01"), 0x3721, 0x1E, 0),
        "47d1264a62f21037211e00",
    ),
    ("LOCIGPRS", None, PsLoci(plmn=Plmn("228", "99")), FF * 7 + "22f8990000ff01"),
    ("START-HFN", None, StartHfn(), "f00000f00000"),
    ("THRESHOLD", None, Threshold(15732736), "f01000"),
    ("EHPLMNPI", None, EhplmnPi(2), "02"),
    ("ACMmax", None, Meter(0), "000000"),
    ("OPL", None, Opl(Plmn("262", "01"), 0, 0xFFFE, 1), "62f2100000fffe01"),
    (
        "PNN",
        None,
        Pnn(NetworkName("Telekom.de"), NetworkName("Telekom.de")),
        "430a82d432bbbc7eb75de432450a82d432bbbc7eb75de432ffffffff",
    ),
    ("PNN", None, Pnn(NetworkName("E-Networks")), "430a82c596b34cbfbfe5eb39" + FF * 18),
    ("PL", None, Languages(("de", "en")), "6465656e" + FF * 2),
    ("LP", None, LanguagePreference((0x24,)), "24"),
    (
        "ADN",
        None,
        DiallingNumber(Address("6082658001"), "B HA 1 Sic"),
        "42204841203120536963" + FF * 6 + "06810628560810" + FF * 7,
    ),
    (
        "ADN",
        None,
        DiallingNumber(Address.parse("+491721217212"), "Kundenbetreuung"),
        "4b756e64656e62657472657575" + "6e67ff" + "0791947112122721" + FF * 6,
    ),
    (
        "DIR",
        None,
        Application(
            bytes.fromhex("a0000000871002ffffffff8907090000"),
            "USim1",
            ((0x73, bytes.fromhex("a00c80011781025f608203454150")),),
        ),
        "61294f10a0000000871002ffffffff890709000050055553696d31730ea00c80011781025f608203454150",
    ),
    (
        "DIR",
        None,
        Application(bytes.fromhex("a0000000871004ffffffff8907090000"), "ISim1"),
        "61194f10a0000000871004ffffffff890709000050054953696d31" + FF * 11,
    ),
    # [31.102]
    (
        "MMSICP",
        None,
        MmsConnectivity(
            (
                Connectivity(
                    "http://mms-operator.com",
                    (
                        (
                            (0x10, 0xAA),
                            (0x08, "+495341906"),
                            (0x09, 0x87),
                            (0x25, 0xC5),
                            (0x0A, 0x90),
                            (0x0C, 0x9A),
                            (0x0D, "dummy_name"),
                            (0x0E, "dummy_password"),
                        ),
                    ),
                    (
                        (0x20, "170.187.51.3"),
                        (0x21, 0x85),
                        (0x23, "9203"),
                        (0x24, 0xCB),
                        (0x19, 0x9C),
                        (0x1A, "dummy_name"),
                        (0x1B, "dummy_password"),
                    ),
                ),
            )
        ),
        J2 + FF * 61,
    ),
    (
        "MMSUP",
        None,
        MmsPreferences("Christmas Card", bytes.fromhex("1480068010800f810707800511223344550806810455223344")),
        J1 + FF * 7,
    ),
    # 31.102 4.2.8: service n in bit (n - 1) % 8 of octet (n - 1) / 8; 51.011 10.3.7: two bits each
    ("UST", None, Ust((1, 12, 19, 124)), "010804" + "00" * 12 + "0800"),
    ("EST", None, Est((2,)), "02"),
    ("IST", ISIM, Ist((1, 8, 9)), "810100"),
    ("SST", None, Sst((1, 2, 4, 17), (2, 4)), "cd" + "00" * 3 + "01" + "00" * 10),
    # 51.011 10.5.3 and 10.5.7
    ("SMS", None, SmsRecord(0, bytes([255] * 175)), "00" + FF * 175),
    (
        "SMS",
        None,
        SmsRecord(3, bytes.fromhex("0891683108100005f0") + bytes([255] * 166)),
        "030891683108100005f0" + FF * 166,
    ),
    ("SMSS", None, Smss(), "ffff"),
    ("SMSS", None, Smss(0x12, full=True), "12fe"),
    # 51.011 10.3.13, 10.3.28, with the warnings of 23.041 9.4.1.2.2
    ("CBMI", None, CellBroadcast((50, 0x1112)), "00321112" + FF * 16),
    ("CBMIR", None, CellBroadcastRanges(((0x1100, 0x1112),)), "11001112" + FF * 16),
    # 51.011 10.5.10, 10.3.12
    (
        "EXT1",
        None,
        Extension(2, bytes.fromhex("0321430f") + bytes([255] * 7), 2),
        "020321430f" + FF * 7 + "02",
    ),
    ("EXT2", None, Extension(), "00" + FF * 12),
    ("PUCT", None, Puct("CNY", 25, -2), "434e590159"),
    ("PUCT", None, Puct("GBP", 0xFED, 3), "474250fe6d"),
    ("ACM", None, Meter(0x010203), "010203"),
    # 31.102 4.2.67, 4.4.11.2, CPHS
    ("MMSN", None, Mmsn(0x0300, 1, b"\xaa\xbb" + bytes([255] * 34)), "030001aabb" + FF * 34 + "ff"),
    (
        "5GS3GPPLOCI",
        None,
        FiveGsLoci(bytes(range(13)), Plmn("460", "00"), 0x010203, 0),
        bytes(range(13)).hex() + "64f00001020300",
    ),
    ("ONS", None, OperatorName("China Mobile"), "4368696e61204d6f62696c65" + FF * 4),
    ("PNN", None, Pnn(NetworkName("中国移动", initials=True)), "430998" + "4e2d56fd79fb52a8" + FF * 13),
    ("PNN", None, Pnn(), FF * 24),
    ("OPL", None, Opl(), FF * 8),
    ("OPL", None, Opl(Plmn("460", "0D"), 0, 0xFFFE, 0), "64f0d00000fffe00"),
    # 31.103 4.2, addresses by 31.103 4.2.8
    (
        "IMPI",
        None,
        Identity("a@ims.mnc000.mcc460.3gppnetwork.org"),
        "8023" + b"a@ims.mnc000.mcc460.3gppnetwork.org".hex() + FF,
    ),
    ("IMPU", None, Identity(), FF * 70),
    ("PCSCF", None, Pcscf("pcscf.example"), "800e00" + b"pcscf.example".hex() + FF * 2),
    ("PCSCF", None, Pcscf("192.0.2.1", AddressKind.IPV4), "800501c0000201" + FF * 3),
    ("PCSCF", None, Pcscf("2001:db8::23", AddressKind.IPV6), "80110220010db8" + "00" * 11 + "23"),
    ("NETPAR", None, Octets(b"\x00\xff"), "00ff"),
]


def name_and_octets(value: Any) -> str | None:
    return value if isinstance(value, str) else None


@pytest.mark.parametrize(("name", "path", "content", "octets"), VECTORS, ids=name_and_octets)
def test_both_ways(name: str, path: str | None, content: Content, octets: str) -> None:
    ef = find(name, path)
    assert ef is not None
    data = bytes.fromhex(octets)
    assert ef.decode(data) == content
    assert ef.encode(content, len(data)).hex() == octets


@pytest.mark.parametrize("ef", {(ef.name, ef.content): ef for ef in FILES}.values(), ids=str)
def test_flipped_bits(ef: Ef) -> None:
    """Every single bit of a content that such a file has: it is read, or the error says where."""
    length = ef.record_length or ef.size
    known = [bytes.fromhex(octets) for name, _, _, octets in VECTORS if name == ef.name]
    for data in (*known[:2], b"\xff" * length, bytes(length)):
        for bit in range(8 * min(len(data), 64)):
            flipped = (int.from_bytes(data, "big") ^ 1 << 8 * len(data) - 1 - bit).to_bytes(len(data), "big")
            try:
                ef.decode(flipped)
            except EfError as error:
                assert error.offset is not None
                assert 0 <= error.offset <= len(data)


@pytest.mark.parametrize(
    ("name", "octets", "offset"),
    [
        ("PLMNwAcT", "64f000c0", 0),
        ("PLMNwAcT", "ffffff000064fa00c080", 5),
        ("PSLOCI", FF * 13, 0),
        ("EPSLOCI", FF * 12 + "64fa000000" + "01", 12),
        ("Keys", FF * 32, 0),
        ("PNN", "430290", 1),
        ("PNN", "430290ff", 3),
        ("PNN", "4301a0ff", 2),
        ("PNN", "430187ff", 2),
        ("OPL", "64fe000000fffe01", 0),
        ("LI", "7a68ff", 2),
        ("LI", "7a31", 0),
        ("CBMI", "0032ff", 2),
        ("CBMIR", "001000", 0),
        ("DIR", "62024f00", 2),
        ("DIR", "6103500161", 2),
        ("MMSICP", "aa00", 2),
        ("MMSICP", "ab00", 0),
        ("MMSICP", "ab06800101840100", 7),
        ("MMSICP", "ab08800101820308" + "4141", 7),
        ("MMSUP", "800101830100", 5),
        ("IMPI", "8002c3" + "28", 2),
        ("IMPI", "8102" + "4141", 2),
        ("PCSCF", "800501c00002", 1),
        ("PCSCF", "8002" + "0341", 2),
        ("PUCT", "43ce590159", 0),
        ("SMS", "", 0),
    ],
)
def test_wrong_content(name: str, octets: str, offset: int) -> None:
    ef = find(name)
    assert ef is not None
    with pytest.raises(EfError) as caught:
        ef.decode(bytes.fromhex(octets))
    assert caught.value.file == str(ef)
    assert caught.value.offset == offset


ONE = PlmnWithAct(Plmn("460", "00"), Act.GSM)


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("PLMNwAcT", PlmnActList((ONE,) * 2), 5),
        ("PLMNwAcT", PlmnActList((ONE,)), 9),
        ("PLMNwAcT", PlmnActList((PlmnWithAct(Plmn("460", "00"), Act(0x10000)),)), 5),
        ("HPPLMN", Hpplmn(7), None),
        ("HPPLMN", Hpplmn(6 * 256), None),
        ("EHPLMNPI", EhplmnPi(256), None),
        ("UST", Ust((0,)), None),
        ("UST", Ust((137,)), 17),
        ("SST", Sst((61,)), 15),
        ("Keys", Keys(ck=b""), None),
        ("Kc", Kc(sequence=256), None),
        ("PSLOCI", PsLoci(lac=65536), None),
        ("OPL", Opl(Plmn("460", "0E")), None),
        ("OPL", Opl(pnn=256), None),
        ("PNN", Pnn(NetworkName("x" * 40)), 24),
        ("LI", Languages(("zho",)), None),
        ("LP", LanguagePreference((255,)), None),
        ("CBMI", CellBroadcast((0xFFFF,)), None),
        ("CBMIR", CellBroadcastRanges(((0xFFFF, 0xFFFF),)), None),
        ("SMSS", Smss(256), None),
        ("SMS", SmsRecord(1, bytes(176)), None),
        ("EXT1", Extension(data=bytes(12)), None),
        ("MMSICP", MmsConnectivity((Connectivity("http://é"),)), None),
        ("MMSICP", MmsConnectivity((Connectivity("", (((8, "a@b"),),)),)), None),
        ("MMSICP", MmsConnectivity((Connectivity("", (((8, 5),),)),)), None),
        ("IMPI", Identity("x" * 59), None),
        ("PCSCF", Pcscf("300.1.1.1", AddressKind.IPV4), None),
        ("PUCT", Puct("CN"), None),
        ("PUCT", Puct("CNY", 4096), None),
    ],
)
def test_values_that_do_not_fit(name: str, content: Any, size: int | None) -> None:
    ef = find(name)
    assert ef is not None
    with pytest.raises(EfError) as caught:
        ef.encode(content, size)
    assert caught.value.file == str(ef)
    assert caught.value.offset is None


def test_keys_are_not_shown() -> None:
    shown = repr((Kc(b"\x11" * 8), Keys(0, b"\x22" * 16, b"\x33" * 16)))
    assert shown == "(Kc(sequence=7), Keys(identifier=0))"
    assert Kc().sequence == NO_KEY
    secret = find("EPSNSC")
    assert secret is not None
    assert repr(secret.decode(b"\x44" * 54)) == "SecretOctets()"


def test_addresses_by_how_they_are_written() -> None:
    assert Pcscf.of("192.0.2.1").kind is AddressKind.IPV4
    assert Pcscf.of("2001:0db8::0023") == Pcscf("2001:db8::23", AddressKind.IPV6)
    assert Pcscf.of("pcscf.example").kind is AddressKind.NAME


def test_services_by_name() -> None:
    assert service_name("UST", 85) == "EPS Mobility Management Information"
    assert service_name("UST", 200) == "service 200"
    assert service_number("UST", "sms") == 10  # not SMSR, SMSP, or SMS-PP
    assert service_number("UST", "Equivalent HPLMN") == 71
    assert Ust.of(["SMSP", "MSISDN", 19]) == Ust((12, 19, 21))
    assert Sst.of(["MSISDN"]).encode(3).hex() == "000003"
    assert Ust((19, 45)).names == ("Service Provider Name", "PLMN Network Name")
    assert Sst((1, 2), (2, 3)).available == (2,)
    for unknown in ("SMSX", "SM"):
        with pytest.raises(EfError, match=f"no service is called '{unknown}'"):
            Ust.of([unknown])


def test_service_tables_have_no_gaps() -> None:
    """Numbers of the last release that is in services.csv: 31.102 17.9, 31.103 16.1, 51.011 4.15."""
    for table, last in (("UST", 146), ("SST", 59), ("EST", 3), ("IST", 21)):
        assert list(services(table)) == list(range(1, last + 1))


def test_files_of_services_are_known() -> None:
    """Those that are not in the catalogue are never missed by lint: no misspelt name may be among them."""
    named = {
        name for table in ("UST", "SST", "IST") for row in services(table).values() for name in row.files
    }
    left_out = {"OCI", "OCT", "ICI", "ICT", "eMLPP", "AAeM", "NIA"}
    assert named - {ef.name for ef in FILES} == left_out


# [pySim] EF_num of ts_51_011.py; the classes of ts_31_102.py and ts_31_103.py
IDENTIFIERS = {
    "7F10": "ADN 6F3A FDN 6F3B SMS 6F3C CCP 6F3D MSISDN 6F40 SMSP 6F42 SMSS 6F43 LND 6F44 SMSR 6F47 SDN 6F49 "
    "EXT1 6F4A EXT2 6F4B EXT3 6F4C BDN 6F4D EXT4 6F4E",
    "7F20": "LP 6F05 IMSI 6F07 Kc 6F20 DCK 6F2C PLMNsel 6F30 HPPLMN 6F31 CNL 6F32 ACMmax 6F37 SST 6F38 ACM "
    "6F39 GID1 6F3E GID2 6F3F PUCT 6F41 CBMI 6F45 SPN 6F46 CBMID 6F48 ACC 6F78 FPLMN 6F7B LOCI 6F7E "
    "AD 6FAD PHASE 6FAE ECC 6FB7 CBMIR 6F50 KcGPRS 6F52 LOCIGPRS 6F53 PLMNwAcT 6F60 OPLMNwAcT 6F61 "
    "HPLMNwAcT 6F62 PNN 6FC5 OPL 6FC6 MBDN 6FC7 MBI 6FC9 MWIS 6FCA CFIS 6FCB SPDI 6FCD MMSN 6FCE "
    "EXT8 6FCF MMSICP 6FD0 MMSUP 6FD1 MMSUCP 6FD2",
    "7FFF": "LI 6F05 Keys 6F08 HPPLMN 6F31 UST 6F38 ECC 6FB7 LOCI 6F7E AD 6FAD PSLOCI 6F73 CCP2 6F4F "
    "EST 6F56 ACL 6F57 START-HFN 6F5B THRESHOLD 6F5C EHPLMNPI 6FDB EPSLOCI 6FE3 EPSNSC 6FE4 PWS 6FEC",
    "7FFF/5F3B": "Kc 4F20 KcGPRS 4F52",
    "7FFF/5FC0": "5GS3GPPLOCI 4F01 5GS3GPPNSC 4F03 5GAUTHKEYS 4F05 UAC_AIC 4F06 SUCI_Calc_Info 4F07",
    "ADF.ISIM": "IMPI 6F02 DOMAIN 6F03 IMPU 6F04 IST 6F07 PCSCF 6F09 AD 6FAD ARR 6F06",
    "3F00": "DIR 2F00 PL 2F05 ARR 2F06 UMPC 2F08 ICCID 2FE2",
}


@pytest.mark.parametrize("path", IDENTIFIERS)
def test_identifiers(path: str) -> None:
    words = IDENTIFIERS[path].split()
    expected = dict(zip(words[::2], words[1::2], strict=True))
    assert {ef.name: f"{ef.id:04X}" for ef in FILES if ef.path == path and ef.name in expected} == expected


def test_structures_and_places() -> None:
    structures = {ef.name: ef.structure for ef in FILES if ef.path in (GSM, "7F10")}
    assert {name for name, structure in structures.items() if structure is Structure.CYCLIC} == {"LND", "ACM"}
    assert structures["SMS"] is Structure.LINEAR_FIXED
    assert structures["SST"] is Structure.TRANSPARENT
    places = [ef.place for ef in FILES]
    assert len(set(places)) == len(places)
    assert {"3F00/2FE2", "3F00/7FFF/6F07", "3F00/ADF.ISIM/6F02", "3F00/7FFF/5FC0/4F01"} <= set(places)
    for ef in FILES:
        assert ef.status.records * ef.record_length == (ef.size if ef.record_length else 0)


plmns = st.builds(
    Plmn, st.text("0123456789", min_size=3, max_size=3), st.text("0123456789", min_size=2, max_size=3)
)
octet = st.integers(0, 0xFF)
words = st.integers(0, 0xFFFF)
texts = st.text(st.characters(codec="utf-16-be", exclude_characters="\x1b"), max_size=12)


@given(plmns, st.builds(Act, words))
def test_plmn_act_round_trip(plmn: Plmn, act: AccessTechnology) -> None:
    content = PlmnActList((PlmnWithAct(plmn, act),))
    assert PlmnActList.decode(content.encode(20)) == content


@given(st.builds(Opl, st.none() | plmns, words, words, octet), st.builds(NetworkName, texts, st.booleans()))
def test_names_round_trip(opl: Opl, name: NetworkName) -> None:
    if opl.plmn is not None:
        assert Opl.decode(opl.encode()) == opl
    pnn = Pnn(name, name if name.text else None)
    assert Pnn.decode(pnn.encode(160)) == pnn


@given(
    st.builds(
        PsLoci,
        st.binary(min_size=4, max_size=4),
        st.binary(min_size=3, max_size=3),
        plmns,
        words,
        octet,
        octet,
    ),
    st.builds(EpsLoci, st.binary(min_size=12, max_size=12), plmns, words, octet),
)
def test_locations_round_trip(ps: PsLoci, eps: EpsLoci) -> None:
    assert PsLoci.decode(ps.encode()) == ps
    assert EpsLoci.decode(eps.encode()) == eps


@given(
    st.frozensets(st.integers(1, 136)), st.frozensets(st.integers(1, 60)), st.frozensets(st.integers(1, 60))
)
def test_services_round_trip(
    ust: frozenset[int], allocated: frozenset[int], activated: frozenset[int]
) -> None:
    available = Ust(tuple(sorted(ust)))
    assert Ust.decode(available.encode(17)) == available
    sst = Sst(tuple(sorted(allocated)), tuple(sorted(activated)))
    assert Sst.decode(sst.encode(15)) == sst


parameters = st.lists(
    st.tuples(octet, st.integers(0x80, 0xFF) | st.text("abcdefXYZ0189.-_:/€", max_size=12)), max_size=3
).map(tuple)


@given(
    st.lists(
        st.builds(
            Connectivity,
            st.text(st.characters(codec="ascii"), max_size=30),
            st.lists(parameters, max_size=2).map(tuple),
            parameters,
            octet,
        ),
        max_size=2,
    ),
    st.builds(MmsPreferences, st.none() | texts, st.binary(max_size=20), octet),
)
def test_mms_round_trip(sets: list[Connectivity], preferences: MmsPreferences) -> None:
    content = MmsConnectivity(tuple(sets))
    assert MmsConnectivity.decode(content.encode(600)) == content
    read = MmsPreferences.decode(preferences.encode(120))
    assert read == (preferences if preferences.profile is not None else MmsPreferences())


@given(st.text(st.characters(codec="utf-8"), max_size=20), texts, st.binary(min_size=5, max_size=16))
def test_applications_round_trip(identity: str, label: str, aid: bytes) -> None:
    assert Identity.decode(Identity(identity).encode(120)).text == identity
    application = Application(aid, label, ((0x51, b"\x7f\xff"),))
    assert Application.decode(application.encode(80)) == application


@given(st.builds(Puct, st.text("ABCxyz@", min_size=3, max_size=3), st.integers(0, 4095), st.integers(1, 7)))
def test_price_round_trip(price: Puct) -> None:
    assert Puct.decode(price.encode()) == price


classes = st.frozensets(st.integers(0, 15)).map(lambda found: Acc(tuple(sorted(found))))
digits = st.text("0123456789", max_size=6)
padding_free = st.binary(max_size=10).map(lambda octets: octets.rstrip(b"\xff"))
letters = st.text("abcdefghijklmnopqrstuvwxyzABC", min_size=2, max_size=2)
starts = st.integers(0, (1 << 24) - 1)
ranges = st.lists(st.tuples(words, st.integers(0, 0xFFFE)), max_size=3).map(tuple)
tmsi = st.binary(min_size=4, max_size=4)
OTHERS: st.SearchStrategy[tuple[Any, int]] = st.one_of(
    st.tuples(classes, st.just(2)),
    st.tuples(st.builds(Ad, octet, st.binary(min_size=2, max_size=2), st.integers(0, 15)), st.just(4)),
    st.tuples(st.builds(Gid, padding_free), st.just(10)),
    st.tuples(st.builds(PlmnList, st.lists(plmns, max_size=4).map(tuple)), st.just(12)),
    st.tuples(st.builds(Spdi, st.lists(plmns, max_size=4).map(tuple)), st.just(32)),
    st.tuples(
        st.builds(Loci, tmsi, st.none() | plmns, words, octet, octet),
        st.just(11),
    ),
    st.tuples(st.builds(EmergencyCode, digits, octet, texts), st.just(60)),
    st.tuples(st.builds(EmergencyCodes, st.lists(digits.filter(bool), max_size=5).map(tuple)), st.just(15)),
    st.tuples(st.builds(Hpplmn, octet.map(lambda value: 6 * value)), st.just(1)),
    st.tuples(st.builds(EhplmnPi, octet), st.just(1)),
    st.tuples(
        st.builds(FiveGsLoci, st.binary(min_size=13, max_size=13), plmns, starts, octet),
        st.just(20),
    ),
    st.tuples(st.builds(Kc, st.binary(min_size=8, max_size=8), octet), st.just(9)),
    st.tuples(
        st.builds(Keys, octet, st.binary(min_size=16, max_size=16), st.binary(min_size=16, max_size=16)),
        st.just(33),
    ),
    st.tuples(st.builds(StartHfn, starts, starts), st.just(6)),
    st.tuples(st.builds(Threshold, starts), st.just(3)),
    st.tuples(st.builds(Meter, starts), st.just(3)),
    st.tuples(st.builds(SmsRecord, octet, st.binary(min_size=175, max_size=175)), st.just(176)),
    st.tuples(st.builds(Smss, octet, st.booleans()), st.just(2)),
    st.tuples(st.builds(CellBroadcast, st.lists(st.integers(0, 0xFFFE), max_size=4).map(tuple)), st.just(10)),
    st.tuples(
        st.builds(
            CellBroadcastRanges, st.lists(st.tuples(words, st.integers(0, 0xFFFE)), max_size=3).map(tuple)
        ),
        st.just(16),
    ),
    st.tuples(st.builds(Extension, octet, st.binary(min_size=11, max_size=11), octet), st.just(13)),
    st.tuples(st.builds(Mmsn, words, octet, st.binary(min_size=6, max_size=6), octet), st.just(10)),
    st.tuples(st.builds(Languages, st.lists(letters, max_size=4).map(tuple)), st.just(8)),
    st.tuples(
        st.builds(LanguagePreference, st.lists(st.integers(0, 254), max_size=4).map(tuple)), st.just(4)
    ),
    st.tuples(st.builds(OperatorName, texts), st.just(40)),
    st.tuples(st.ip_addresses().map(lambda address: Pcscf.of(str(address))), st.just(24)),
    st.tuples(st.builds(Octets, st.binary(min_size=9, max_size=9)), st.just(9)),
    st.tuples(st.builds(SecretOctets, st.binary(min_size=9, max_size=9)), st.just(9)),
)


@given(OTHERS)
@settings(max_examples=300)
def test_round_trips(case: tuple[Any, int]) -> None:
    content, size = case
    data = content.encode(size)
    assert len(data) == size
    assert type(content).decode(data) == content


def test_files_by_place() -> None:
    assert [at(ef.place) for ef in FILES] == list(FILES)
    assert at("3F00/7FFF/6F99") is None
