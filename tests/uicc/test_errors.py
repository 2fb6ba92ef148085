"""Wrong content names file and octet; any content and any value raise EfError or nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.smspdu import Address, Relative, TypeOfNumber
from interop.uicc import (
    FILES,
    Acc,
    AccessRules,
    Ad,
    Application,
    DiallingNumber,
    Ef,
    EfError,
    EmergencyCode,
    EmergencyCodes,
    FileStatus,
    Gid,
    Iccid,
    Imsi,
    Loci,
    MmsConnectivity,
    MmsPreferences,
    Msisdn,
    OperatorName,
    Plmn,
    PlmnList,
    Pnn,
    Smsp,
    Spdi,
    Spn,
    Structure,
    find,
)

FF = "ff"


@pytest.mark.parametrize(
    ("name", "octets", "offset"),
    [
        ("ICCID", "9868", 0),
        ("ICCID", FF * 10, 0),
        ("ICCID", "9868f021436587092143", 2),
        ("IMSI", FF * 9, 0),
        ("IMSI", "09" + "49" * 8, 0),
        ("IMSI", "084a06001032547698", 1),  # type 2, IMEI
        ("IMSI", "084106001032547698", 1),  # even, and no filler
        ("IMSI", "0849060010325476f8", 1),  # odd, and a filler
        ("IMSI", "084906a01032547698", 1),
        ("AD", "0000", 0),
        ("SPN", "", 0),
        ("SPN", "0041c1", 2),
        ("SPN", "00805c0f7c", 4),
        ("SPN", "00810508", 2),
        ("SPN", "0081", 2),
        ("SPN", "008202d8f5ffff", None),
        ("ACC", "00", 0),
        ("LOCI", "ffffffff64f000", 0),
        ("LOCI", "ffffffff64f0ad0000ff01", 4),
        ("EHPLMN", "64f00064", 3),
        ("EHPLMN", "64f00064fa10", 3),
        ("SPDI", "a205800364f011", 0),
        ("SPDI", "a305800364f0", 1),
        ("SPDI", "a304800264f0", 4),
        ("SPDI", "a383", 1),
        ("MSISDN", FF * 13, 0),
        ("MSISDN", FF * 20 + "0c91687110325476f8" + FF * 5, 20),
        ("MSISDN", FF * 20 + "0811687110325476f8" + FF * 5, 21),
        ("MSISDN", FF * 20 + "089168f110325476f8" + FF * 5, 23),
        ("MSISDN", "c1" + FF * 33, 0),
        ("SMSP", FF * 27, 0),
        ("SMSP", FF * 14 + "e1" + FF * 12 + "0c91" + FF * 10 + "0000a9", 27),
        ("SMSP", FF * 14 + "e0" + "1591" + FF * 10 + FF * 12 + "0000a9", 15),
        ("SMSP", FF * 14 + "e0" + "1491" + "f" * 20 + FF * 12 + "0000a9", 17),
        ("ECC", "19f1ff", 0),
        ("ECC", "f1f1ff01", 0),
        ("ECC", "19f1ffc101", 3),
    ],
)
def test_wrong_content(name: str, octets: str, offset: int | None) -> None:
    ef = find(name)
    assert ef is not None
    with pytest.raises(EfError) as caught:
        ef.decode(bytes.fromhex(octets))
    assert caught.value.file == str(ef)
    assert str(ef) in str(caught.value)
    if offset is not None:
        assert caught.value.offset == offset


def test_wrong_emergency_codes_of_a_sim() -> None:
    for octets, offset in (("11f2ff19", 3), ("11f2ffff19f1", 3)):
        with pytest.raises(EfError) as caught:
            EmergencyCodes.decode(bytes.fromhex(octets))
        assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("octets", "offset"),
    [
        ("", 0),
        ("0000000a2fe2", 0),
        ("000000003f000100000000000913", 6),  # the MF
        ("0000000a2fe204000fa0aa01020700", 13),
        ("000000806f40040011a0aa010201", 14),
        ("000000806f40040011a0aa01020100", 14),  # records of no length
        ("000000806f40040011a0aa01020121", 14),  # 128 is not a multiple of 33
        ("62", 0),
        ("6204820241", 1),
        ("620082024121", 0),
        ("620f82017883023f008a010580020000", None),  # a directory
        ("620a8202422183026f408000", None),
    ],
)
def test_wrong_file_status(octets: str, offset: int | None) -> None:
    with pytest.raises(EfError) as caught:
        FileStatus.decode(bytes.fromhex(octets))
    if offset is not None:
        assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("name", "content", "size"),
    [
        ("ICCID", Iccid("8" * 21), None),
        ("ICCID", Iccid(""), None),
        ("ICCID", Iccid("8986 0012"), None),
        ("ICCID", Iccid("8986F"), None),
        ("IMSI", Imsi("4600001234567890"), None),
        ("IMSI", Imsi("46000"), None),
        ("IMSI", Imsi("46000a"), None),
        ("IMSI", Imsi("４６０００１"), None),
        ("AD", Ad(mnc_length=2), 3),
        ("AD", Ad(mnc_length=None), 4),
        ("AD", Ad(mode=256), None),
        ("AD", Ad(mnc_length=16), None),
        ("AD", Ad(info=b""), None),
        ("SPN", Spn("中国移动通信集团"), None),  # 8 characters, 7 fit
        ("SPN", Spn("seventeen letters"), None),
        ("ACC", Acc((16,)), None),
        ("ACC", Acc((-1,)), None),
        ("GID1", Gid(b"\x01\x02"), 1),
        ("EHPLMN", PlmnList((Plmn("460", "00"),) * 5), None),
        ("EHPLMN", PlmnList((Plmn("46", "000"),)), None),
        ("EHPLMN", PlmnList((Plmn("460", "0"),)), None),
        ("EHPLMN", PlmnList((Plmn("460", "é0"),)), None),
        ("SPDI", Spdi((Plmn("460", "00"),) * 10), None),
        ("SPDI", Spdi((Plmn("460", "00"),) * 90), 300),
        ("LOCI", Loci(lac=0x10000), None),
        ("LOCI", Loci(tmsi=b""), None),
        ("LOCI", Loci(status=256), None),
        ("MSISDN", Msisdn(Address.parse("Alipay")), None),
        ("MSISDN", Msisdn(Address("1" * 21)), None),
        ("MSISDN", Msisdn(None, capability=256), None),
        ("MSISDN", Msisdn(None, "x" * 21), None),
        ("MSISDN", Msisdn(None), 13),
        ("SMSP", Smsp(Address.parse("+86138"), alpha="x" * 15), None),
        ("SMSP", Smsp(Address("x")), None),
        ("SMSP", Smsp(destination=Address("x")), None),
        ("SMSP", Smsp(pid=256), None),
        ("SMSP", Smsp(validity=Relative(-1)), None),
        ("ECC", EmergencyCode("1234567"), None),
        ("ECC", EmergencyCode("11x"), None),
        ("ECC", EmergencyCode("110", 256), None),
        ("ECC", EmergencyCode("110"), 3),
    ],
)
def test_values_that_do_not_fit(name: str, content: Any, size: int | None) -> None:
    ef = find(name)
    assert ef is not None
    with pytest.raises(EfError) as caught:
        ef.encode(content, size)
    assert caught.value.file == str(ef)


@pytest.mark.parametrize(
    "status",
    [
        FileStatus(0x10000, Structure.TRANSPARENT, 1),
        FileStatus(1, Structure.TRANSPARENT, -1),
        FileStatus(1, Structure.TRANSPARENT, 10, 5),
        FileStatus(1, Structure.LINEAR_FIXED, 10),
        FileStatus(1, Structure.LINEAR_FIXED, 10, 3),
        FileStatus(1, Structure.CYCLIC, 512, 256),
        FileStatus(1, Structure.CYCLIC, 256, 1),
    ],
)
def test_file_status_that_no_card_gives(status: FileStatus) -> None:
    with pytest.raises(EfError):
        status.encode_sim() if status.record_length == 256 else status.encode_fcp()


def test_acc_of_no_imsi() -> None:
    for imsi in ("", "46000x", "４"):
        with pytest.raises(EfError):
            Acc.of_imsi(imsi)


# names have several codings, an OR of conditions two
RECODED = (
    AccessRules, Application, DiallingNumber, EmergencyCode, MmsConnectivity, MmsPreferences, OperatorName,
    Pnn, Smsp, Spn,
)  # fmt: skip
likely = st.sampled_from(bytes.fromhex("000809114143496162648081828390919ea0a3a4abafe1f0ff"))
contents = st.lists(likely | st.integers(0, 255), max_size=48).map(bytes)


def own_octets(ef: Ef) -> st.SearchStrategy[bytes]:
    return st.binary(min_size=ef.record_length or ef.size, max_size=ef.record_length or ef.size)


@given(st.sampled_from(FILES).flatmap(lambda ef: st.tuples(st.just(ef), contents | own_octets(ef))))
@settings(max_examples=400)
def test_any_content(case: tuple[Ef, bytes]) -> None:
    """What can be read can be written in the same room, unless another coding of its names needs more."""
    ef, data = case
    try:
        content = ef.decode(data)
    except EfError as error:
        assert error.offset is not None
        assert 0 <= error.offset <= len(data)
        return
    try:
        octets = ef.encode(content, len(data))
    except EfError as error:
        assert error.offset is None
        assert isinstance(content, RECODED), content
        octets = ef.encode(content, 2 * len(data) + 96)
    assert ef.decode(octets) == content


@given(st.binary(max_size=40) | st.binary(max_size=40).map(lambda tail: b"\x62" + bytes([len(tail)]) + tail))
def test_any_file_status(data: bytes) -> None:
    try:
        status = FileStatus.decode(data)
    except EfError as error:
        assert error.offset is not None
        return
    if status.records <= 255:
        assert FileStatus.decode(status.encode_fcp()) == status


names = st.text(st.characters(codec="utf-16-be", exclude_characters="\x1b"), max_size=20)
numbers = st.none() | st.builds(
    Address,
    st.text("0123456789*#abc", min_size=1, max_size=20),
    st.sampled_from([ton for ton in TypeOfNumber if ton is not TypeOfNumber.ALPHANUMERIC]),
    st.integers(0, 15),
)
octets = st.integers(0, 255)


@given(st.builds(Msisdn, numbers, names, octets, octets))
def test_msisdn_round_trip(msisdn: Msisdn) -> None:
    assert Msisdn.decode(msisdn.encode(100)) == msisdn


@given(
    st.builds(
        Smsp,
        numbers,
        names,
        numbers,
        st.none() | octets,
        st.none() | octets,
        st.none() | st.builds(Relative, octets),
    )
)
def test_smsp_round_trip(smsp: Smsp) -> None:
    assert Smsp.decode(smsp.encode(128)) == smsp


@given(names, st.booleans(), st.booleans(), st.integers(0, 60))
def test_spn_round_trip(name: str, show_plmn: bool, hide_abroad: bool, size: int) -> None:
    spn = Spn(name, show_plmn, hide_abroad)
    try:
        data = spn.encode(size)
    except EfError:
        assert size <= 1 + 1 + 2 * 2 * len(name)
        return
    assert len(data) == size
    assert Spn.decode(data) == spn


@given(st.text("0123456789", min_size=6, max_size=15), st.text("0123456789ABCDE", min_size=1, max_size=20))
def test_identity_round_trip(imsi: str, iccid: str) -> None:
    assert Imsi.decode(Imsi(imsi).encode()) == Imsi(imsi)
    assert Iccid.decode(Iccid(iccid).encode()) == Iccid(iccid)


@pytest.mark.parametrize("descriptor", ["4921", "7921", "0921"])
def test_what_is_no_working_file_has_no_file_status(descriptor: str) -> None:
    """102 221 11.1.1.4.3: bits 6 to 4 of the descriptor are 000 in a working EF, 001 in an internal one."""
    objects = f"8202{descriptor}83022fe28a01058002000a"
    template = bytes.fromhex(f"62{len(objects) // 2:02x}{objects}")
    with pytest.raises(EfError, match="is no elementary file"):
        FileStatus.decode(template)
    assert FileStatus.decode(template.replace(bytes.fromhex(descriptor), b"\x41\x21")).size == 10
