"""SMS-DELIVER, SMS-SUBMIT, SMS-STATUS-REPORT as wholes: flags, TP-PI, direction, offsets, fuzz."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from interop.smspdu import (
    Address,
    Dcs,
    Deliver,
    Direction,
    Enhanced,
    InformationElement,
    PduError,
    Relative,
    Status,
    StatusClass,
    StatusReport,
    Submit,
    Timestamp,
    Tpdu,
    TypeOfNumber,
    UserData,
    decode,
    from_at,
    gsm7,
    to_cmgs,
)

DOWN, UP = Direction.SC_TO_MS, Direction.MS_TO_SC
NOON = Timestamp(2026, 3, 4, 12, 0, 0, 32)
DELIVER = Deliver.of_text(Address.parse("10086"), NOON, "x")
SUBMIT = Submit.of_text(Address.parse("10086"), "x")
REPORT = StatusReport(7, Address.parse("10086"), NOON, NOON, Status(0))


@pytest.mark.parametrize(
    ("tpdu", "field", "first"),
    [
        (DELIVER, None, 0x04),
        (DELIVER, "more_messages", 0x00),
        (DELIVER, "loop_prevention", 0x0C),
        (DELIVER, "report_indication", 0x24),
        (DELIVER, "reply_path", 0x84),
        (SUBMIT, None, 0x01),
        (SUBMIT, "reject_duplicates", 0x05),
        (SUBMIT, "report_request", 0x21),
        (SUBMIT, "reply_path", 0x81),
        (REPORT, None, 0x06),
        (REPORT, "more_messages", 0x02),
        (REPORT, "loop_prevention", 0x0E),
        (REPORT, "command", 0x26),
    ],
)
def test_first_octet(tpdu: Tpdu, field: str | None, first: int) -> None:
    """Bit by bit from the tables of 23.040 9.2.2.1, 9.2.2.2 and 9.2.2.3."""
    set_ = replace(tpdu, **{field: True}) if field else tpdu  # type: ignore[arg-type]
    assert set_.encode()[0] == first
    assert decode(set_.encode(), tpdu.direction) == set_


def test_header_sets_udhi() -> None:
    header = UserData("x", (InformationElement(0, b"\x01\x02\x01"),))
    assert replace(DELIVER, user_data=header).encode()[0] == 0x44
    assert replace(SUBMIT, user_data=header).encode()[0] == 0x41
    assert replace(REPORT, user_data=header).encode()[0] == 0x46


@pytest.mark.parametrize(
    ("tail", "pid", "dcs", "user_data"),
    [
        ("", None, None, None),
        ("00", None, None, None),
        ("0140", 0x40, None, None),
        ("0208", None, 8, None),
        ("040161", None, None, "a"),
        ("07000802597D", 0, 8, "好"),
        ("060802597D", None, 8, "好"),
        ("810040", 0x40, None, None),  # an extension of TP-PI
        ("800140FF", None, None, None),  # so is what an extension announces
        ("0940FFFF", 0x40, None, None),  # a reserved bit: what follows is of a later version
    ],
)
def test_parameter_indicator(tail: str, pid: int | None, dcs: int | None, user_data: str | None) -> None:
    report = decode(REPORT.encode() + bytes.fromhex(tail), DOWN)
    assert report == replace(
        REPORT,
        pid=pid,
        dcs=None if dcs is None else Dcs(dcs),
        user_data=None if user_data is None else UserData(user_data),
    )
    assert decode(report.encode(), DOWN) == report


def test_user_data_of_a_report_is_shorter() -> None:
    longest = replace(REPORT, dcs=Dcs(4), user_data=UserData(bytes(131)))
    assert decode(longest.encode(), DOWN) == longest
    with pytest.raises(PduError):
        replace(longest, user_data=UserData(bytes(132))).encode()


def test_direction_decides() -> None:
    """The same first octet means another TPDU the other way, where these octets make no sense."""
    for tpdu in (DELIVER, SUBMIT, REPORT):
        assert type(decode(tpdu.encode(), tpdu.direction)) is type(tpdu)
        with pytest.raises(PduError):
            decode(tpdu.encode(), UP if tpdu.direction is DOWN else DOWN)


def test_the_reserved_type() -> None:
    for direction in Direction:
        with pytest.raises(PduError) as caught:
            decode(b"\x03" + bytes(20), direction)
        assert (caught.value.field, caught.value.offset) == ("TP-MTI", 0)


@pytest.mark.parametrize("tpdu", [DELIVER, SUBMIT, REPORT])
def test_every_truncation_and_one_octet_more(tpdu: Tpdu) -> None:
    data = tpdu.encode()
    for end in range(len(data)):
        with pytest.raises(PduError) as caught:
            decode(data[:end], tpdu.direction)
        assert caught.value.offset is not None
        assert caught.value.offset <= end
    with pytest.raises(PduError) as caught:
        decode(data + b"\x00\x00" if tpdu is not REPORT else data + b"\x00\x00\x00", tpdu.direction)
    assert caught.value.offset == (len(data) if tpdu is not REPORT else len(data) + 1)


@pytest.mark.parametrize(
    ("pdu", "offset"), [("0", 0), ("00G1", 1), ("00 01", 1), ("", 0), ("é0", 0), ("0001", 1), ("00010", 2)]
)
def test_from_at_counts_octets_of_the_whole(pdu: str, offset: int) -> None:
    with pytest.raises(PduError) as caught:
        from_at(pdu, DOWN)
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "tpdu",
    [
        replace(SUBMIT, reference=256),
        replace(SUBMIT, pid=-1),
        replace(DELIVER, pid=256),
        replace(REPORT, status=Status(256)),
        replace(REPORT, reference=-1),
        replace(REPORT, pid=256),
    ],
)
def test_values_that_no_octet_holds(tpdu: Tpdu) -> None:
    with pytest.raises(PduError):
        tpdu.encode()


@pytest.mark.parametrize(
    ("value", "status_class", "delivered", "text"),
    [
        (0x00, StatusClass.COMPLETED, True, "received by the SME"),
        (0x01, StatusClass.COMPLETED, False, "forwarded to the SME, delivery cannot be confirmed"),
        (0x02, StatusClass.COMPLETED, False, "replaced by the service centre"),
        (0x10, StatusClass.COMPLETED, False, "specific to the service centre"),
        (0x22, StatusClass.TRYING, False, "no response from SME"),
        (0x30, StatusClass.TRYING, False, "specific to the service centre"),
        (0x46, StatusClass.PERMANENT_FAILURE, False, "validity period expired"),
        (0x5F, StatusClass.PERMANENT_FAILURE, False, "specific to the service centre"),
        (0x62, StatusClass.TEMPORARY_FAILURE, False, "no response from SME"),
        (0x7F, StatusClass.TEMPORARY_FAILURE, False, "specific to the service centre"),
        (0x03, StatusClass.TEMPORARY_FAILURE, False, "reserved, counts as service rejected"),
        (0x4A, StatusClass.TEMPORARY_FAILURE, False, "reserved, counts as service rejected"),
        (0x80, StatusClass.TEMPORARY_FAILURE, False, "reserved, counts as service rejected"),
        (0xFF, StatusClass.TEMPORARY_FAILURE, False, "reserved, counts as service rejected"),
    ],
)
def test_status(value: int, status_class: StatusClass, delivered: bool, text: str) -> None:
    """23.040 9.2.3.15."""
    status = Status(value)
    assert (status.status_class, status.delivered, status.text) == (status_class, delivered, text)


octets = st.integers(0, 255)
gsm_text = st.text(gsm7.BASIC.replace("\x1b", "") + "".join(gsm7.EXTENSION.values()), max_size=60)
numbers = st.builds(
    Address,
    st.text("0123456789*#abc", max_size=20),
    st.sampled_from([ton for ton in TypeOfNumber if ton is not TypeOfNumber.ALPHANUMERIC]),
    st.integers(0, 15),
)
names = st.builds(
    Address,
    gsm_text.filter(lambda text: len(gsm7.encode(text)) <= 11),
    st.just(TypeOfNumber.ALPHANUMERIC),
    st.integers(0, 15),
)
stamps = st.builds(
    Timestamp,
    st.integers(2000, 2099),
    *[st.integers(0, 99)] * 5,
    st.integers(-79, 79),
)
headers = st.lists(st.builds(InformationElement, octets, st.binary(max_size=6)), max_size=3).map(tuple)
contents = st.one_of(
    st.tuples(
        st.sampled_from([Dcs(0), Dcs(0x11), Dcs(0xC8), Dcs(0x80)]), st.builds(UserData, gsm_text, headers)
    ),
    st.tuples(st.sampled_from([Dcs(8), Dcs(0xE0)]), st.builds(UserData, st.text(max_size=25), headers)),
    st.tuples(st.sampled_from([Dcs(4), Dcs(0x20)]), st.builds(UserData, st.binary(max_size=80), headers)),
)
validities = st.one_of(
    st.none(), st.builds(Relative, octets), stamps, st.builds(Enhanced, st.binary(min_size=7, max_size=7))
)
flags = st.booleans()
tpdus = st.one_of(
    st.builds(
        lambda address, stamp, content, *rest: Deliver(address, stamp, *content, *rest),
        numbers | names, stamps, contents, octets, flags, flags, flags, flags,
    ),
    st.builds(
        lambda address, content, *rest: Submit(address, *content, *rest),
        numbers | names, contents, octets, validities, flags, flags, flags, octets,
    ),
    st.builds(
        lambda head, content, *rest: StatusReport(*head, *rest, *content),
        st.tuples(octets, numbers | names, stamps, stamps, st.builds(Status, octets)),
        st.just(()) | contents, flags, flags, flags, st.none() | octets,
    ),
)  # fmt: skip


@given(tpdus)
def test_round_trip(tpdu: Any) -> None:
    data = tpdu.encode()
    assert len(data) <= 164
    assert decode(data, tpdu.direction) == tpdu
    assert from_at(to_cmgs(tpdu)[1], tpdu.direction) == (None, tpdu)


@given(st.binary(max_size=200), st.sampled_from(Direction))
def test_any_octets_raise_pdu_error_or_nothing(data: bytes, direction: Direction) -> None:
    try:
        tpdu = decode(data, direction)
    except PduError as error:
        assert error.offset is not None
        assert 0 <= error.offset <= len(data)
    else:
        assert decode(tpdu.encode(), direction) == tpdu


@given(tpdus, st.data())
def test_mutated_tpdus_raise_pdu_error_or_nothing(tpdu: Any, data: st.DataObject) -> None:
    mutated = bytearray(tpdu.encode())
    for _ in range(data.draw(st.integers(1, 3))):
        mutated[data.draw(st.integers(0, len(mutated) - 1))] = data.draw(octets)
    try:
        read = decode(bytes(mutated), tpdu.direction)
    except PduError:
        assume(False)
    else:
        assert decode(read.encode(), tpdu.direction) == read


@given(st.text(max_size=400))
def test_any_text_is_encoded_or_refused(text: str) -> None:
    submit = Submit.of_text(Address.parse("10086"), text)
    try:
        data = submit.encode()
    except PduError:
        return
    assert decode(data, UP) == submit


@given(st.text(max_size=40))
def test_from_at_takes_any_text(text: str) -> None:
    with suppress(PduError):
        from_at(text, DOWN)
