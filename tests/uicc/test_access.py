"""Access rules, FCP templates and 2G headers.

Sources: [pySim] test vectors of ts_102_221.py and its unit tests (sysmoISIM-SJA2); [onomondo] FCPs of
onomondo-uicc's tests; [Android] the SIM of the Android emulator, sim_card.c; [ISO] ISO/IEC 7816-4 9.3;
[Rankl] a trace of a T-Mobile D1 card, W. Rankl, 2004.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.uicc import (
    ADM1,
    ALWAYS,
    NEVER,
    PIN1,
    PIN2,
    AccessRules,
    AllOf,
    AnyOf,
    ArrReference,
    Condition,
    EfError,
    Fcp,
    FileStatus,
    Key,
    LifeCycle,
    Operation,
    PinState,
    Rule,
    SimDirectory,
    SimHeader,
    SimPin,
    Structure,
    key_name,
    keys,
    met,
)

ADM2 = Key(0x0B)
USER = Key(0x110)
EXTERNAL = Key(0x120)
READ, UPDATE = Operation.READ, Operation.UPDATE

RULES = [
    # [pySim]
    (
        "800101a40683010a950108800106900080016097008401d4a40683010a950108",
        AccessRules((Rule(ADM1, 1), Rule(ALWAYS, 6), Rule(NEVER, 0x60), Rule(ADM1, parts=4, header=b"\xd4"))),
    ),
    (
        "80010190008001029700800118a40683010a9501088401d4a40683010a950108",
        AccessRules((Rule(ALWAYS, 1), Rule(NEVER, 2), Rule(ADM1, 0x18), Rule(ADM1, parts=4, header=b"\xd4"))),
    ),
    (
        "80011aa010a40683010a950108a40683010b9501088001019000",
        AccessRules((Rule(AnyOf((ADM1, ADM2)), 0x1A), Rule(ALWAYS, 1))),
    ),
    # [ISO] INS and P1, an AND template, a security condition byte
    (
        "86023201" "af10a406830101950108a406830181950108" "8001029e0190",
        AccessRules((Rule(AllOf((PIN1, PIN2)), parts=6, header=b"\x32\x01"), Rule(USER, 2))),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("octets", "rules"), RULES[:3])
def test_rules_both_ways(octets: str, rules: AccessRules) -> None:
    data = bytes.fromhex(octets)
    assert AccessRules.decode(data + b"\xff\xff") == rules
    assert rules.encode() == data
    assert rules.encode(80) == data.ljust(80, b"\xff")


def test_rules_in_other_forms() -> None:
    octets, rules = RULES[3]
    assert AccessRules.decode(bytes.fromhex(octets)) == rules
    assert AccessRules.decode(rules.encode()) == rules
    # [ISO] conditions behind each other are all to be met, as in an AND template
    sequence = bytes.fromhex("800102a406830101950108a40683010a950108")
    assert AccessRules.decode(sequence).needed(UPDATE) == AllOf((PIN1, ADM1))


def test_what_is_needed() -> None:
    rules = RULES[0][1]
    assert rules.needed(READ) == ADM1
    assert rules.needed(UPDATE) == rules.needed(Operation.WRITE) == ALWAYS
    assert rules.needed(Operation.DELETE) == rules.needed(Operation.TERMINATE) == NEVER
    assert rules.needed(Operation.RESIZE) == ADM1
    assert rules.needed(Operation.INCREASE) == NEVER  # no rule speaks of it
    assert rules.needed(Operation.ACTIVATE) == NEVER
    assert RULES[3][1].needed(Operation.INCREASE) == AllOf((PIN1, PIN2))
    twice = AccessRules((Rule(PIN1, 2), Rule(ADM1, 3)))
    assert twice.needed(UPDATE) == AnyOf((PIN1, ADM1))
    proprietary = AccessRules((Rule(ALWAYS, 0x98 | 0x01),))
    assert proprietary.needed(Operation.ACTIVATE) == NEVER
    assert proprietary.needed(READ) == ALWAYS
    by_class = AccessRules(
        (Rule(ADM2, parts=0x0C, header=b"\x80\xd4"), Rule(ALWAYS, parts=8, header=b"\xd4"))
    )
    assert by_class.needed(Operation.RESIZE) == ADM2
    directory = AccessRules((Rule(ADM1, 0x06), Rule(NEVER, 0x41)))
    assert directory.needed(Operation.CREATE_FILE) == directory.needed(Operation.CREATE_DIRECTORY) == ADM1
    assert directory.needed(Operation.DELETE_CHILD) == NEVER


def test_conditions() -> None:
    either, both = AnyOf((PIN1, ADM1)), AllOf((PIN1, AnyOf((ADM1, ADM2))))
    assert met(ALWAYS, ()) and not met(NEVER, range(256))
    assert met(either, {0x0A}) and met(either, {1}) and not met(either, {0x81})
    assert met(both, {1, 0x0B}) and not met(both, {1}) and not met(both, {0x0A, 0x0B})
    assert list(keys(both)) == [1, 0x0A, 0x0B]
    assert list(map(str, (ALWAYS, NEVER, PIN1, PIN2, either, both))) == [
        "always",
        "never",
        "PIN1",
        "PIN2",
        "PIN1 or ADM1",
        "PIN1 and (ADM1 or ADM2)",
    ]


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        (0x01, "PIN1"),
        (0x0A, "ADM1"),
        (0x0E, "ADM5"),
        (0x11, "universal PIN"),
        (0x81, "PIN2"),
        (0x8A, "ADM6"),
        (0x8E, "ADM10"),
        (0x02, "PIN of application 2"),
        (0x88, "PIN2 of application 8"),
        (0x40, "key 40"),
        (0x110, "user authentication"),
        (0x12A, "external authentication in environment 10"),
        (0x204, "ADM of level 4"),
    ],
)
def test_key_names(reference: int, name: str) -> None:
    """102 221 table 9.3."""
    assert key_name(reference) == name


@pytest.mark.parametrize(
    ("octets", "rules"),
    [
        # [onomondo] of an MF and of an ADF; then by [ISO] table 20
        ("261a0000", (Rule(Key(0x11A), 0x20), Rule(ALWAYS, 4), Rule(ALWAYS, 2))),
        (
            "1b" + "ff" + "20" + "10" + "00",
            (Rule(NEVER, 0x10), Rule(EXTERNAL, 8), Rule(USER, 2), Rule(ALWAYS, 1)),
        ),
        ("0390b0", (Rule(USER, 2), Rule(AllOf((USER, EXTERNAL)), 1))),
        ("0130" + "0110", (Rule(AnyOf((USER, EXTERNAL)), 1), Rule(USER, 1))),
    ],
)
def test_compact_form(octets: str, rules: tuple[Rule, ...]) -> None:
    data = bytes.fromhex(octets)
    assert AccessRules.decode_compact(data) == AccessRules(rules)
    assert AccessRules.decode_compact(AccessRules(rules).encode_compact()) == AccessRules(rules)
    if "90" not in octets:  # ALL of one is the same as ANY of one
        assert AccessRules(rules).encode_compact() == data


@pytest.mark.parametrize(
    ("octets", "offset"),
    [
        ("a40683010a950108", 2),
        ("800101", 3),
        ("8001018001029000", 5),
        ("80019000", 3),
        ("80020102" "9000", 2),
        ("8001019e0101", 5),
        ("8001019e021010", 5),
        ("80010190" "0100", 5),
        ("800101a70a" "a40683010a950108" "9000", 5),  # NOT
        ("800101a000", 5),
        ("800101a4038301", 4),
        ("800101a403950108", 5),
        ("8400" "9000", 2),
    ],
)  # fmt: skip
def test_wrong_rules(octets: str, offset: int) -> None:
    with pytest.raises(EfError, match="EF_ARR") as caught:
        AccessRules.decode(bytes.fromhex(octets), "EF_ARR")
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("octets", "offset"), [("03", 0), ("0310", 0), ("0105", 1), ("011f", 1), ("8110", 0)]
)
def test_wrong_compact_rules(octets: str, offset: int) -> None:
    with pytest.raises(EfError) as caught:
        AccessRules.decode_compact(bytes.fromhex(octets))
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    "rule",
    [Rule(PIN1, 1), Rule(ALWAYS, 3), Rule(ALWAYS, parts=4, header=b"\xd4"), Rule(AnyOf((USER, ALWAYS)), 1)],
)
def test_what_the_compact_form_cannot_say(rule: Rule) -> None:
    with pytest.raises(EfError):
        AccessRules((rule,)).encode_compact()


simple: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Key, st.integers(0, 0xFF)),
    st.builds(
        lambda bit, environment: Key(0x100 | bit | environment),
        st.sampled_from([16, 32, 64]),
        st.integers(0, 14),
    ),
    st.sampled_from([ALWAYS, NEVER]),
)
several = st.lists(simple, min_size=2, max_size=3).map(tuple)
conditions: st.SearchStrategy[Condition] = simple | st.builds(AllOf, several) | st.builds(AnyOf, several)
modes = st.builds(Rule, conditions, st.integers(0, 0xFF))
commands = st.builds(
    lambda condition, ins: Rule(condition, parts=4, header=bytes((ins,))), conditions, st.integers(0, 255)
)


@given(st.lists(modes | commands, max_size=4))
def test_rules_round_trip(rules: list[Rule]) -> None:
    assert AccessRules.decode(AccessRules(tuple(rules)).encode()) == AccessRules(tuple(rules))


def test_deep_nesting_is_read() -> None:
    """As deep as a record goes."""
    body = b"\x90\x00"
    while len(body) < 240:
        body = (b"\xa0" if len(body) < 128 else b"\xa0\x81") + bytes((len(body),)) + body
    assert AccessRules.decode(b"\x80\x01\x01" + body) == AccessRules((Rule(ALWAYS, 1),))


MF = "622d8202782183023f00a509800171830400018d088a01058c04261a0000c60f90017083010183018183010a83010b"
PINS = (PinState(1, False), PinState(0x81, True), PinState(0x0A, True), PinState(0x0B, True))
FCPS = [
    # [onomondo]
    (
        MF,
        Fcp(
            b"\x78\x21",
            0x3F00,
            life_cycle=LifeCycle.ACTIVATED,
            compact=AccessRules((Rule(Key(0x11A), 0x20), Rule(ALWAYS, 4), Rule(ALWAYS, 2))),
            pins=PINS,
            rest=((0xA5, bytes.fromhex("800171830400018d08")),),
        ),
    ),
    (
        "621f8202412183022fe2a506d00120d201058a01058b032f06028002000a880110",
        Fcp(
            b"\x41\x21",
            0x2FE2,
            10,
            life_cycle=LifeCycle.ACTIVATED,
            short_id=2,
            reference=ArrReference(2, 0x2F06),
            rest=((0xA5, bytes.fromhex("d00120d20105")),),
        ),
    ),
    (
        "622282054221002b0883022f00a506d00120d2010b8a01058b032f0604800201588801f0",
        Fcp(
            bytes.fromhex("4221002b08"),
            0x2F00,
            0x158,
            life_cycle=LifeCycle.ACTIVATED,
            short_id=30,
            reference=ArrReference(4, 0x2F06),
            rest=((0xA5, bytes.fromhex("d00120d2010b")),),
        ),
    ),
    # [pySim]
    (
        "623d8202782183027fd0840ca0000000871002ff49ff0589a50c80017183040003a7388701018a01058b032f0601"
        "c60f90017083010183018183010a83010b",
        Fcp(
            b"\x78\x21",
            0x7FD0,
            aid=bytes.fromhex("a0000000871002ff49ff0589"),
            life_cycle=LifeCycle.ACTIVATED,
            reference=ArrReference(1, 0x2F06),
            pins=PINS,
            rest=((0xA5, bytes.fromhex("80017183040003a738870101")),),
        ),
    ),
    # 102 221 11.1.1.4: rules of two environments, no short identifier, a deactivated file; expanded rules
    (
        "621982024121" "83026f07" "8a0104" "8b066f0600010102" "80020009" "8800",
        Fcp(
            b"\x41\x21",
            0x6F07,
            9,
            life_cycle=LifeCycle.DEACTIVATED,
            short_id=0,
            reference=ArrReference(2, 0x6F06, ((0, 1), (1, 2))),
        ),
    ),
    (
        "621982024121" "83026f46" "8a0105" "ab05" "8001019000" "80020011" "880100",
        Fcp(
            b"\x41\x21",
            0x6F46,
            17,
            life_cycle=LifeCycle.ACTIVATED,
            short_id=0,
            expanded=AccessRules((Rule(ALWAYS, 1),)),
        ),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("octets", "fcp"), FCPS)
def test_fcp_both_ways(octets: str, fcp: Fcp) -> None:
    data = bytes.fromhex(octets)
    assert Fcp.decode(data) == fcp
    if not octets.endswith("880100"):  # 00 and no octet say the same
        assert fcp.encode().hex() == octets
    assert Fcp.decode(fcp.encode()) == fcp


def test_files_and_directories() -> None:
    fcps = [fcp for _, fcp in FCPS]
    assert [fcp.directory for fcp in fcps] == [True, False, False, True, False, False]
    assert [fcp.file for fcp in fcps[:3]] == [
        None,
        FileStatus(0x2FE2, Structure.TRANSPARENT, 10),
        FileStatus(0x2F00, Structure.LINEAR_FIXED, 0x158, 0x2B),
    ]
    objects = Fcp(b"\x79\x21", 0x4F20, 300)
    assert objects.file is None and not objects.directory
    assert Fcp.decode(objects.encode()) == objects


def test_rules_of_a_file() -> None:
    arr = {0x2F06: [b"\xff" * 40, bytes.fromhex(RULES[0][0]), b"\x80"]}
    iccid = FCPS[1][1]
    rules = iccid.rules(arr)
    assert rules is not None and rules.needed(READ) == ADM1
    assert iccid.rules({}) is None
    assert FCPS[2][1].rules(arr) is None  # record 4 of three
    assert FCPS[0][1].rules({}) is not None
    assert Fcp(b"\x41\x21").rules(arr) is None
    with pytest.raises(EfError, match="EF_ARR 2F06"):
        Fcp(b"\x41\x21", reference=ArrReference(3, 0x2F06)).rules(arr)
    implicit = Fcp(b"\x41\x21", reference=ArrReference(1))
    assert Fcp.decode(implicit.encode()) == implicit
    assert implicit.rules({0x6F06: [bytes.fromhex(RULES[1][0])]}) == RULES[1][1]


@pytest.mark.parametrize(
    ("octets", "offset"),
    [
        ("", 0),
        ("6f00", 0),
        ("6200", 0),
        ("62028200", 0),
        ("62078202412183016f", 8),
        ("62078202412180" + "00", 1),
        ("62078202412188" + "02", 1),
        ("6207820241218a0102", 8),
        ("6208820241218b026f06", 8),
        ("6208820241218c020310", 8),
        ("6209820241218c03031000", None),
        ("6209820241" "21c603830101", 10),
        ("620c82024121c606900180990101", 13),
    ],
)  # fmt: skip
def test_wrong_fcp(octets: str, offset: int | None) -> None:
    if offset is None:
        assert Fcp.decode(bytes.fromhex(octets)).compact is not None
        return
    with pytest.raises(EfError, match="FCP template") as caught:
        Fcp.decode(bytes.fromhex(octets))
    assert caught.value.offset == offset


@pytest.mark.parametrize(
    ("octet", "state"), [(0, 0), (1, 1), (3, 3), (5, 5), (7, 5), (4, 4), (6, 4), (15, 12)]
)
def test_life_cycle(octet: int, state: int) -> None:
    """102 221 11.1.1.4.9: bits that do not matter."""
    data = bytes.fromhex("62078202412" + "18a01") + bytes((octet,))
    assert Fcp.decode(data).life_cycle is LifeCycle(state)


@given(st.sampled_from([octets for octets, _ in FCPS]), st.integers(0, 400))
def test_flipped_bits_of_an_fcp(octets: str, bit: int) -> None:
    data = bytearray.fromhex(octets)
    data[bit // 8 % len(data)] ^= 1 << bit % 8
    try:
        fcp = Fcp.decode(bytes(data))
    except EfError as error:
        assert error.offset is not None and 0 <= error.offset <= len(data)
        return
    assert Fcp.decode(fcp.encode()) == fcp


@given(
    st.lists(
        st.builds(PinState, st.integers(0, 255), st.booleans(), st.none() | st.integers(0, 255)), max_size=12
    )
)
def test_pins_round_trip(pins: list[PinState]) -> None:
    fcp = Fcp(b"\x78\x21", 0x7F10, pins=tuple(pins))
    assert Fcp.decode(fcp.encode()) == fcp


# 2G

# [Android]: ICCID is read always and updated never, MSISDN read by CHV1 and updated by CHV1
ICCID = "0000000a2fe204000fa0aa01020000"
MSISDN = "000000806f40040011a0aa01020120"


def test_sim_header() -> None:
    iccid = SimHeader.decode(bytes.fromhex(ICCID))
    assert iccid.file == FileStatus(0x2FE2, Structure.TRANSPARENT, 10)
    assert (iccid.needed(READ), iccid.needed(UPDATE)) == (ALWAYS, NEVER)
    assert iccid.needed(Operation.INCREASE) == Key(0x20A)
    assert iccid.needed(Operation.RESIZE) == NEVER
    assert iccid.valid and not iccid.usable
    assert iccid.encode().hex() == ICCID
    msisdn = SimHeader.decode(bytes.fromhex(MSISDN))
    assert (msisdn.needed(READ), msisdn.needed(UPDATE)) == (PIN1, PIN1)
    assert str(msisdn.needed(Operation.DEACTIVATE)) == "ADM of level 10"
    assert msisdn.encode().hex() == MSISDN
    fdn = SimHeader(msisdn.file, (1, 2, 5, 15, 0, 15), valid=False, usable=True)
    assert SimHeader.decode(fdn.encode()) == fdn
    assert fdn.encode().hex()[16:24] == "125f0f04"  # 51.011 9.2.1: octets 9 to 12
    assert fdn.needed(UPDATE) == PIN2
    assert (fdn.needed(Operation.ACTIVATE), fdn.needed(Operation.DEACTIVATE)) == (ALWAYS, NEVER)
    assert fdn.needed(Operation.INCREASE) == Key(0x205)


def test_levels_of_a_sim() -> None:
    assert [SimHeader.level(each) for each in (ALWAYS, PIN1, PIN2, Key(0x205), NEVER)] == [0, 1, 2, 5, 15]
    for each in (ADM1, AnyOf((PIN1, PIN2))):
        with pytest.raises(EfError, match="no access level says"):
            SimHeader.level(each)
    with pytest.raises(EfError, match="access levels"):
        SimHeader(FileStatus(0x6F07, Structure.TRANSPARENT, 9), (16, 0, 0, 0, 0, 0)).encode()


def test_sim_directory() -> None:
    """[Rankl]: DF_GSM of a live card: 26 files, six codes, CHV1 enabled, 3 and 10 tries of each."""
    data = bytes.fromhex("000000007f2002faffaaff010e13001a0600838a838a00")
    gsm = SimDirectory.decode(data)
    assert gsm == SimDirectory(0x7F20, SimPin(3, 10), SimPin(3, 10), True, 0, 0, 26, 6)
    assert SimDirectory.decode(gsm.encode()) == gsm
    mf = SimDirectory(0x3F00, SimPin(2, 10), SimPin(None, None), False, 0x1234, 2, 4, 4)
    assert mf.encode().hex() == "000012343f000100000000000981020404" + "00828a0000"
    assert SimDirectory.decode(mf.encode()) == mf
    for wrong in (ICCID, MF, ""):
        with pytest.raises(EfError):
            SimDirectory.decode(bytes.fromhex(wrong))
    with pytest.raises(EfError):
        SimHeader.decode(data)
    with pytest.raises(EfError):
        SimDirectory(0x7F20, SimPin(16, 0), SimPin(3, 10)).encode()
    with pytest.raises(EfError):
        SimDirectory(0x7F20, SimPin(3, 10), SimPin(3, 10), files=256).encode()
