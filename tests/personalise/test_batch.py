"""A batch: the orders that come of its rows, and what is said of a wrong one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from interop.personalise import columns
from interop.personalise.batch import load_batch, parse_batch
from interop.personalise.order import Order
from interop.personalise.profile import Profile, parse_profile
from interop.personalise.table import BatchError
from interop.uicc import at
from interop.uicc.session import View

CARD, OTHER = "89860120831100171010", "89860120831100171028"
KI, OPC = "465b5ce8b199b49faa5f0a2ee238a6bc", "cd63cb71954a9f4e48a5994e37a02baf"
OP = "cdc202d5123e20f62b6d676ac72cb318"  # 3GPP TS 35.208 4.3: of this Ki, its OPc is that one


def profile(text: str = "", files: str = "{}") -> Profile:
    return parse_profile(f"name: p\n{text}\nfiles: {files}\n".encode(), source="p.yaml")


SJS1 = profile("card: sysmoUSIM-SJS1")
RENAMING = profile("card: sysmoUSIM-SJS1\nwrite_iccid: true")


def orders(table: str, of: Profile = SJS1, directory: Path = Path()) -> list[Order]:
    return parse_batch(table.encode(), of, source="b.csv", directory=directory)


def order(columns: str, row: str, of: Profile = SJS1, directory: Path = Path()) -> Order:
    (found,) = orders(f"{columns}\n{row}\n", of, directory)
    return found


def mistakes(table: str, of: Profile = SJS1, directory: Path = Path()) -> list[str]:
    with pytest.raises(BatchError) as raised:
        orders(table, of, directory)
    return str(raised.value).splitlines()


def written(found: Order) -> list[tuple[str, int, str]]:
    """Path, record and octets of what is no leftover and no key, in files of the usual size."""
    shown = []
    for wish in found.wishes:
        ef = at(wish.path)
        if not wish.leftover and not wish.secret and ef and not isinstance(wish.content, bytes):
            shown.append((wish.path, wish.record, ef.encode(wish.content).hex()))
    return shown


# From a row without being asked; octets from reference/sims.md 10


@pytest.mark.parametrize(
    ("imsi", "octets", "acc"),
    [("460000123456789", "084906001032547698", "0200"), ("460150000000001", "084906510000000010", "0002")],
)
def test_an_imsi_brings_its_access_class(imsi: str, octets: str, acc: str) -> None:
    assert written(order("iccid,imsi", f"{CARD},{imsi}")) == [
        ("3F00/7FFF/6F78", 0, acc), ("3F00/7F20/6F78", 0, acc),
        ("3F00/7FFF/6F07", 0, octets), ("3F00/7F20/6F07", 0, octets),
    ]  # fmt: skip


@pytest.mark.parametrize("number", ["17012345678", "+86 170-1234-5678", "008617012345678", "8617012345678"])
def test_a_number_in_any_form(number: str) -> None:
    found = order("iccid,msisdn", f"{CARD},{number}")
    octets = "ff" * 20 + "0891687110325476f8" + "ff" * 5
    assert written(found) == [("3F00/7FFF/6F40", 1, octets), ("3F00/7F10/6F40", 1, octets)]
    assert found.msisdn == "17012345678"


def test_a_number_that_is_empty_clears_the_one_of_the_subscriber_before() -> None:
    assert written(order("iccid,msisdn", f"{CARD},"))[0] == ("3F00/7FFF/6F40", 1, "ff" * 34)
    assert written(order("iccid", CARD)) == []


def test_a_new_iccid_comes_last() -> None:
    found = order("iccid,new_iccid,imsi", f"{CARD},8986031234567890123,460010000000005", RENAMING)
    assert written(found)[-1] == ("3F00/2FE2", 0, "986830214365870921f3")
    assert (found.iccid, found.new_iccid, found.final_iccid) == (
        CARD,
        found.final_iccid,
        "8986031234567890123",
    )


def test_keys_go_to_the_files_of_the_card_type() -> None:
    found = order("iccid,ki,opc", f"{CARD},{KI},{OPC}")
    assert [(wish.path, wish.content) for wish in found.wishes if wish.secret and not wish.leftover] == [
        ("3F00/7F20/00FF", bytes.fromhex(KI)),
        ("3F00/7F20/00F7", b"\x01" + bytes.fromhex(OPC)),
    ]
    assert found.milenage and (found.milenage.k.hex(), found.milenage.opc.hex()) == (KI, OPC)
    assert order("iccid,ki,op", f"{CARD},{KI},hex:{OP.upper()}").milenage == found.milenage
    assert order("iccid,ki,opc,op", f"{CARD},,,").milenage is None


@pytest.mark.parametrize(
    ("cell", "octets"),
    [
        ("ascii:31337314", "3331333337333134"),
        ("ascii:1234", "31323334ffffffff"),  # 102 221 9.5.1
        ("hex:3331333337333134", "3331333337333134"),
        ("hex:00112233aAbBcCdD", "00112233aabbccdd"),
    ],
)
def test_the_two_forms_of_an_administrative_key(cell: str, octets: str) -> None:
    key = order("iccid,adm", f"{CARD},{cell}").adm
    assert key and (key.reference, key.octets.hex(), key.full) == (0x0A, octets, 3)


def test_reference_and_tries_are_of_card_type_and_profile() -> None:
    key = order("iccid,adm", f"{CARD},ascii:31337314", profile("card: gialersim\nadm: {tries: 10}")).adm
    assert key and (key.reference, key.full) == (0x0C, 10)


def test_a_pin() -> None:
    key = order("iccid,pin", f"{CARD},ascii:0000").pin
    assert key and (key.reference, key.octets, key.full) == (1, b"0000\xff\xff\xff\xff", 3)


def test_references_to_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADM_1", " ascii:31337314\n")
    monkeypatch.setenv("KI_1", KI)
    (tmp_path / "opc").write_text(f"{OPC}\n")
    (tmp_path / "b.csv").write_text(f"iccid,adm,ki,opc\n{CARD},env:ADM_1,env:KI_1,file:opc\n")
    (found,) = load_batch(tmp_path / "b.csv", SJS1)
    assert found.adm and found.adm.octets == b"31337314"
    assert found.milenage and found.milenage.opc.hex() == OPC


def test_the_order_of_writing() -> None:
    own = profile("card: sysmoUSIM-SJS1\nwrite_iccid: true", "{EHPLMN: ['46001'], SPN: {name: a}}")
    found = order(
        "new_iccid,ki,opc,imsi,msisdn,iccid", f"{OTHER},{KI},{OPC},460010000000001,17012345678,{CARD}", own
    )
    assert [wish.path for wish in found.wishes if not wish.leftover] == [
        "3F00/7FFF/6FD9",
        "3F00/7FFF/6F46", "3F00/7F20/6F46",
        "3F00/7FFF/6F40", "3F00/7F10/6F40",
        "3F00/7FFF/6F78", "3F00/7F20/6F78",
        "3F00/7FFF/6F07", "3F00/7F20/6F07",
        "3F00/7F20/00FF", "3F00/7F20/00F7",
        "3F00/2FE2",
    ]  # fmt: skip
    kinds = [wish.leftover for wish in found.wishes]
    assert kinds == sorted(kinds, reverse=True), "leftovers first"


def test_what_a_profile_says_of_a_file_stands_instead_of_what_a_row_brings() -> None:
    own = profile(files="{MSISDN: {number: '+86{msisdn}', alpha: me}, ACC: [11], FPLMN: ['46000']}")
    found = order("iccid,imsi,msisdn", f"{CARD},460010000000001,17012345678", own)
    by_path = {path: octets for path, _, octets in written(found)}
    assert bytes.fromhex(by_path["3F00/7FFF/6F40"]).startswith(b"me")
    assert by_path["3F00/7FFF/6F78"] == "0800"
    assert len([wish for wish in found.wishes if wish.path == "3F00/7FFF/6F7B"]) == 1
    places = [(wish.path, wish.record) for wish in found.wishes]
    assert len(set(places)) == len(places)
    second = order("iccid,msisdn", f"{CARD},17012345678", profile(files="{MSISDN: {2: {number: '110'}}}"))
    assert [(path, record) for path, record, _ in written(second)] == [
        (path, record) for record in (2, 1) for path in ("3F00/7FFF/6F40", "3F00/7F10/6F40")
    ]


# What is left of the subscriber before: reference/sims.md 10

CLEARED = {
    "3F00/7FFF/6F7E": "ffffffffffffff0000ff01",
    "3F00/7F20/6F7E": "ffffffffffffff0000ff01",
    "3F00/7FFF/6F73": "ffffffffffffffffffff0000ff01",
    "3F00/7F20/6F53": "ffffffffffffffffffff0000ff01",
    "3F00/7FFF/6FE3": "ff" * 15 + "000001",
    "3F00/7FFF/6F08": "07" + "ff" * 32,
    "3F00/7FFF/6F09": "07" + "ff" * 32,
    "3F00/7F20/6F20": "ff" * 8 + "07",
    "3F00/7F20/6F52": "ff" * 8 + "07",
    "3F00/7FFF/5F3B/4F20": "ff" * 8 + "07",
    "3F00/7FFF/5F3B/4F52": "ff" * 8 + "07",
    "3F00/7FFF/6F7B": "ff" * 12,
    "3F00/7F20/6F7B": "ff" * 12,
    # 31.102 annex E
    "3F00/7FFF/6FE4": "ff" * 54,
    "3F00/7FFF/5FC0/4F01": "ff" * 16 + "000000" + "01",
    "3F00/7FFF/5FC0/4F02": "ff" * 16 + "000000" + "01",
    "3F00/7FFF/5FC0/4F03": "ff" * 62,
    "3F00/7FFF/5FC0/4F04": "ff" * 62,
    "3F00/7FFF/5FC0/4F05": "ff" * 68,
}


def leftovers(found: Order) -> dict[str, str]:
    shown = {}
    for wish in found.wishes:
        ef = at(wish.path)
        if wish.leftover and ef and not isinstance(wish.content, bytes):
            assert wish.optional and bool(wish.record) == bool(ef.record_length)
            shown[wish.path] = ef.encode(wish.content).hex()
    return shown


def test_a_new_subscriber_takes_the_registration_of_the_one_before_away() -> None:
    assert leftovers(order("iccid,imsi", f"{CARD},460010000000001")) == CLEARED
    assert leftovers(order("iccid,ki,opc", f"{CARD},{KI},{OPC}")) == CLEARED


@pytest.mark.parametrize(
    ("fresh", "imsi", "cleared"),
    [
        ("", "460010000000001", True),
        ("", "", False),
        ("fresh: true", "", True),
        ("fresh: false", "460010000000001", False),
    ],
)
def test_when_it_is_cleared(fresh: str, imsi: str, cleared: bool) -> None:
    assert bool(leftovers(order("iccid,imsi", f"{CARD},{imsi}", profile(fresh)))) is cleared


def test_a_card_of_the_2g_view_gets_what_stands_there() -> None:
    own = profile("card: Fairwaves")
    found = order("iccid,imsi,msisdn,ki,opc", f"{CARD},460010000000001,17012345678,{KI},{OPC}", own)
    assert found.view is View.SIM
    assert [wish.path for wish in found.wishes if not wish.leftover] == [
        "3F00/7F10/6F40", "3F00/7F20/6F78", "3F00/7F20/6F07", "3F00/7F20/FF02", "3F00/7F20/FF01"
    ]  # fmt: skip
    assert not any(wish.optional for wish in found.wishes if not wish.leftover)
    assert set(leftovers(found)) == {path for path in CLEARED if "7FFF" not in path}


# Who it is


def test_what_an_order_says_of_profile_and_card() -> None:
    own = profile("card: sysmoUSIM-SJS1\natr: 3B9F")
    found = order("iccid,imsi,msisdn", "8986 0120 8311 0017 101 F,460010000000001,", own)
    assert (found.iccid, found.imsi, found.msisdn) == (CARD[:-1], "460010000000001", "")
    assert (found.line, found.card_type, found.atr) == (2, "sysmoUSIM-SJS1", b"\x3b\x9f")
    assert found.profile == own.label and (found.adm, found.pin, found.milenage) == (None, None, None)
    assert found.view is View.UICC


def test_a_job_is_the_same_for_the_same_profile_and_row_whatever_its_secrets_are() -> None:
    job = order("iccid,imsi,adm", f"{CARD},460010000000001,ascii:31337314").job
    assert len(job) == 16 and int(job, 16)
    assert order("imsi,adm,iccid", f"460010000000001,hex:0011223344556677,{CARD}").job == job
    assert orders(f"iccid,imsi,adm\n{OTHER},,ascii:0000\n{CARD},460010000000001,ascii:0000\n")[1].job == job
    others = [
        order("iccid,imsi,adm", f"{CARD},460010000000002,ascii:31337314").job,
        order("iccid,imsi,adm", f"{OTHER},460010000000001,ascii:31337314").job,
        order("iccid,imsi", f"{CARD},460010000000001", profile("card: sysmoUSIM-SJS1 # another")).job,
        order("iccid,imsi,ki,opc", f"{CARD},460010000000001,{KI},{OPC}").job,
    ]
    assert len({job, *others}) == 5


# What is wrong

WRONG = [
    ("iccid", "8986", "b.csv:2:iccid: a text of 4 characters is not 19 or 20 digits"),
    ("iccid,imsi", ",460010000000001", "b.csv:2:iccid: is empty"),
    ("iccid", "8.98601E+19", 'b.csv:2:iccid: "8.98601E+19" is what a spreadsheet made of a long number'),
    ("iccid", "8,98601E+19", "b.csv:2: has 2 values, the header 1 columns"),
    ("iccid", '"8,98601E+19"', 'b.csv:2:iccid: "8,98601E+19" is what a spreadsheet made of a long number'),
    ("iccid", f"'{CARD}", "b.csv:2:iccid: a text of 21 characters is not 19 or 20 digits"),
    ("imsi,iccid", f"46001,{CARD}", "b.csv:2:imsi: a text of 5 characters is not 15 digits"),
    ("imsi,iccid", f"46001000000000x,{CARD}", "b.csv:2:imsi: a text of 15 characters is not 15 digits"),
    (
        "imsi,iccid",
        f"４６００１００００００００００１,{CARD}",
        "b.csv:2:imsi: a text of 16 characters is not 15",
    ),
    ("imsi,iccid", f"4.6001E+14,{CARD}", 'b.csv:2:imsi: "4.6001E+14" is what a spreadsheet made'),
    ("msisdn,iccid", f"1701234567,{CARD}", 'b.csv:2:msisdn: "1701234567" 10 digits beginning 170'),
    ("msisdn,iccid", f"10086,{CARD}", "b.csv:2:msisdn: a text of 5 characters is a service code"),
    ("msisdn,iccid", f"8617012345678E,{CARD}", "b.csv:2:msisdn: "),
    (
        "adm,iccid",
        f"31337314,{CARD}",
        "b.csv:2:adm: must begin with ascii: (4 to 8 characters) or hex: (16 digits): bare",
    ),
    ("adm,iccid", f"3331333337333134,{CARD}", "b.csv:2:adm: must begin with ascii: "),
    ("adm,iccid", f"adm:31337314,{CARD}", "b.csv:2:adm: must begin with ascii: "),
    (
        "adm,iccid",
        f"ascii:3331333337333134,{CARD}",
        "b.csv:2:adm: ascii: takes 4 to 8 characters, not these 16",
    ),
    ("adm,iccid", f"ascii:313,{CARD}", "b.csv:2:adm: ascii: takes 4 to 8 characters, not these 3"),
    ("adm,iccid", f"ascii:é1337314,{CARD}", "b.csv:2:adm: ascii: takes 4 to 8 characters, not these 8"),
    ("adm,iccid", f"hex:31337314,{CARD}", "b.csv:2:adm: hex: takes 16 hexadecimal digits, not 8 characters"),
    (
        "adm,iccid",
        f"hex:333133333733313g,{CARD}",
        "b.csv:2:adm: hex: takes 16 hexadecimal digits, not 16 characters",
    ),
    (
        "adm,iccid",
        f"env:INTEROP_NO_SUCH,{CARD}",
        "b.csv:2:adm: env:INTEROP_NO_SUCH: this environment variable is",
    ),
    ("adm,iccid", f"file:no-such,{CARD}", "b.csv:2:adm: file:no-such: No such file"),
    (
        "pin,iccid",
        f"1234,{CARD}",
        "b.csv:2:pin: must begin with ascii: (4 to 8 characters) or hex: (16 digits); without",
    ),
    ("pin,iccid", f"ascii:12a4,{CARD}", "b.csv:2:pin: a PIN has digits only"),
    ("ki,opc,iccid", f"{KI}0,{OPC},{CARD}", "b.csv:2:ki: takes 32 hexadecimal digits, not 33 characters"),
    ("ki,opc,iccid", f"4.65E+31,{OPC},{CARD}", "b.csv:2:ki: is what a spreadsheet made of a long number"),
    ("ki,iccid", f"{KI},{CARD}", "b.csv:2:ki: is given alone"),
    ("opc,iccid", f"{OPC},{CARD}", "b.csv:2:opc: is given alone"),
    ("opc,op,iccid", f"{OPC},{OP},{CARD}", "b.csv:2:op: is given beside opc"),
    ("ki,opc,op,iccid", f"{KI},{OPC},{OP},{CARD}", "b.csv:2:op: is given beside opc"),
    (
        "imis,iccid",
        f"1,{CARD}",
        'b.csv:1:imis: is no column that a batch has or the profile uses; did you mean "imsi"?',
    ),
    (
        "new_iccid,iccid",
        f"{OTHER},{CARD}",
        "b.csv:1:new_iccid: is given, and the profile lacks write_iccid: true",
    ),
]


def test_a_name_may_look_like_a_number_with_an_exponent() -> None:
    """But not with a plus: a spreadsheet made that of a number, whatever the column is called."""
    assert columns.public("brand", "12E3") == "12E3"
    with pytest.raises(ValueError, match="is what a spreadsheet made of a long number"):
        columns.public("brand", "1.7E+10")


@pytest.mark.parametrize(("columns", "row", "expected"), WRONG)
def test_what_is_said_of_a_wrong_row(columns: str, row: str, expected: str) -> None:
    (mistake,) = mistakes(f"{columns}\n{row}\n")
    assert mistake.startswith(expected)


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        ("89860012345678901234", '"89860012345678901234" has a wrong check digit, 8 is right'),
        ("79860012345678901238", '"79860012345678901238" is not a card number'),
        ("8986001234", '"8986001234" is not a card number'),
    ],
)
def test_a_card_number_that_we_write_must_be_right_while_one_that_is_there_may_be_odd(
    new: str, expected: str
) -> None:
    (mistake,) = mistakes(f"iccid,new_iccid\n{CARD},{new}\n", RENAMING)
    assert mistake.startswith(f"b.csv:2:new_iccid: {expected}")
    if len(new) > 18:
        assert order("iccid", new).iccid == new


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([f"{CARD},,,", f"{CARD},,,"], f'b.csv:3:iccid: "{CARD}" stands in line 2 too'),
        ([f"{CARD},460010000000001,,", f"{OTHER},460010000000001,,"], "b.csv:3:imsi: "),
        (
            [f"{CARD},,17012345678,", f"{OTHER},,+86 17012345678,"],
            'b.csv:3:msisdn: "17012345678" stands in line 2',
        ),
        ([f"{CARD},,,{OTHER}", f"{OTHER},,,"], f'b.csv:3:iccid: "{OTHER}" stands in line 2 as new_iccid too'),
        ([f"{CARD},,,", f"{OTHER},,,{CARD}"], f'b.csv:3:new_iccid: "{CARD}" stands in line 2 as iccid too'),
    ],
)
def test_what_two_cards_cannot_both_have(rows: list[str], expected: str) -> None:
    of = RENAMING if any(row.split(",")[3] for row in rows) else SJS1
    (mistake,) = mistakes("\n".join(["iccid,imsi,msisdn,new_iccid", *rows]), of)
    assert mistake.startswith(expected)


def test_a_card_may_keep_its_number() -> None:
    assert order("iccid,new_iccid", f"{CARD},{CARD}", RENAMING).final_iccid == CARD


def test_what_does_not_go_with_the_profile() -> None:
    own = profile(files="{IMPU: ['{who}@{msisdn}', '{who}'], SPN: {name: '{brand}'}}")
    assert mistakes(f"iccid,brand\n{CARD},a\n", own) == [
        "b.csv:1:msisdn: is missing: the profile writes it into IMPU: record 1",
        "b.csv:1:who: is missing: the profile writes it into IMPU: record 1, IMPU: record 2",
    ]
    assert mistakes(f"iccid,who,msisdn,brand\n{CARD},a,,b\n", own) == [
        "b.csv:2:msisdn: is empty, but the profile writes it into IMPU: record 1"
    ]
    ours = profile(files="{AD: {}, SPN: {name: '{brand}'}, HPPLMN: '{minutes}'}")
    (mistake,) = mistakes(f"iccid,brand,minutes\n{CARD},a,b\n", ours)
    assert mistake.startswith("b.csv:2:minutes: does not fit: HPPLMN: ")
    (mistake,) = mistakes(f"iccid,ki,opc\n{CARD},{KI},{OPC}\n", profile())
    assert mistake.startswith("b.csv:1:ki: cannot be written: the profile names no card type")
    (mistake,) = mistakes(f"iccid,ki,opc\n{CARD},{KI},{OPC}\n", profile("card: Wavemobile"))
    assert mistake.startswith("b.csv:1:ki: cannot be written to a Wavemobile: nobody has published")
    assert order("iccid,ki,opc", f"{CARD},,", profile("card: Wavemobile")).milenage is None
    (mistake,) = mistakes(f"iccid\n{CARD}\n", RENAMING)
    assert mistake == "b.csv:1:new_iccid: is not given, and the profile says write_iccid: true"


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    table = f"iccid,imsi,adm,ki\n1,2,3,4\n{CARD},,,\n{CARD},5,,\n"
    assert [line.split(": ")[0] for line in mistakes(table)] == [
        "b.csv:2:adm", "b.csv:2:iccid", "b.csv:2:imsi", "b.csv:2:ki", "b.csv:2:ki",
        "b.csv:4:iccid", "b.csv:4:imsi",
    ]  # fmt: skip


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path, "a\0b"):
        with pytest.raises(BatchError, match="cannot be read"):
            load_batch(path, SJS1)


# Secrets


def test_who_only_looks_needs_no_key_to_give(tmp_path: Path) -> None:
    """Ki and OPc are asked of the card; an ADM in the file itself is still read."""
    row = f"{CARD},env:INTEROP_NO_SUCH,file:no-such,{KI},{OPC}"
    table = f"iccid,adm,pin,ki,opc\n{row}\n"

    def looked_at(table: str) -> list[Order]:
        return parse_batch(table.encode(), SJS1, source="b.csv", directory=tmp_path, giving=False)

    assert [line.split(": ")[0] for line in mistakes(table)] == ["b.csv:2:adm", "b.csv:2:pin"]
    (found,) = looked_at(table)
    assert found.adm and (found.adm.reference, found.adm.octets) == (0x0A, b"")
    assert found.adm.missing == "env:INTEROP_NO_SUCH: this environment variable is not set"
    assert found.pin and found.pin.missing == "file:no-such: No such file or directory"
    assert found.milenage and (found.milenage.k, found.milenage.opc) == (
        bytes.fromhex(KI),
        bytes.fromhex(OPC),
    )
    (whole,) = looked_at(f"iccid,adm\n{CARD},ascii:12345678\n")
    assert whole.adm and (whole.adm.octets, whole.adm.missing) == (b"12345678", "")
    for wrong in (table.replace(KI, "env:INTEROP_NO_SUCH"), table.replace("env:INTEROP_NO_SUCH", "12345678")):
        with pytest.raises(BatchError):
            looked_at(wrong)


@pytest.mark.parametrize("column", ["adm", "pin", "ki", "opc", "op"])
@pytest.mark.parametrize(
    "secret",
    [
        "31337314", "ascii:313373149", "ascii:31 337 31", "hex:3133731", "hex:zz33731431337314", KI, KI[:-1],
        f"{KI}g", "4.65E+31", "hex:0011223344556677", "ascii:12345", "env:0011223344556677",
    ],
)  # fmt: skip
def test_a_secret_is_in_no_error_and_no_repr(column: str, secret: str) -> None:
    other = {"ki": "opc", "opc": "ki", "op": "ki"}.get(column, "ki")
    for table in (
        f"iccid,{column}\n{CARD},{secret}\n",
        f"iccid,{column},imsi\n{CARD},{secret},1\n",
        f"iccid,{column},{other}\n{CARD},{secret},{OPC}\n",
        f"iccid,{column}\n{CARD},{secret},{secret}\n",
        f"{column},iccid\n{secret},{CARD}\n{secret},{CARD}\n",
    ):
        try:
            shown = repr(orders(table))
        except BatchError as error:
            shown = f"{error}{error!r}{error.problems}"
        hidden = [part for part in (secret, secret.partition(":")[2]) if any(char.isdigit() for char in part)]
        assert not any(part in shown or repr(bytes(part, "ascii"))[2:-1] in shown for part in hidden)


cells = st.sampled_from([
    "", CARD, OTHER, "460010000000001", "17012345678", "ascii:31337314", "hex:0011223344556677", KI, OPC,
    "env:X", "file:x", "8.98601E+19", '"', "é", "{", "\n", "'", "1" * 40, "+86", "F" * 20,
])  # fmt: skip


good = {
    "iccid": CARD, "imsi": "460010000000001", "msisdn": "17012345678", "adm": "ascii:31337314",
    "pin": "ascii:0000", "ki": KI, "opc": OPC, "brand": "Mi", "new_iccid": OTHER, "x": "y",
}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn) -> str:
    """Mostly right, so that what is wrong is looked at one by one."""
    names = draw(st.lists(st.sampled_from(list(good)), unique=True))
    header = list(dict.fromkeys(["iccid", *names]))
    row = st.tuples(*(st.just(good[name]) | cells | st.text(max_size=8) for name in header))
    lines = [header, *map(list, draw(st.lists(row, max_size=3)))]
    if draw(st.booleans()):
        lines.append(draw(st.lists(cells, max_size=4)))
    separator = draw(st.sampled_from([",", ";", "\t"]))
    return "\n".join(separator.join(line) for line in lines)


@given(tables(), st.booleans())
@example(f"iccid,imsi,brand\n{CARD},460010000000001,Mi\n", True)
def test_garbage_gives_orders_or_the_declared_error(text: str, branded: bool) -> None:
    of = profile("card: sysmoUSIM-SJS1", "{SPN: {name: '{brand}'}}") if branded else SJS1
    try:
        found = orders(text, of)
    except BatchError as error:
        assert all(line.startswith("b.csv:") for line in str(error).splitlines())
    else:
        assert found and all(len(one.iccid) in (19, 20) for one in found)
        assert len({one.iccid for one in found}) == len(found)
