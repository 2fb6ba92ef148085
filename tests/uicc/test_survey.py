"""Cards read whole: what the emulated card says of itself is the truth, whatever one file does."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.dump import save
from drivers.emulated.uicc.leniency import card_types
from interop.lab.model import SimPart
from interop.protocols.card import CardLost
from interop.protocols.errors import NotAnswering
from interop.uicc import FILES, Operation, Structure
from interop.uicc.differences import differences
from interop.uicc.lint import lint
from interop.uicc.reading import Reading
from interop.uicc.session import Transmit, View

Survey = Callable[..., Reading]
Told = Callable[[Reading], dict[str, dict[str, Any]]]

DIRECTORIES = {
    "3F00", "3F00/7F10", "3F00/7F10/5F3A", "3F00/7F20", "3F00/7FFF", "3F00/7FFF/5F3A", "3F00/7FFF/5F3B",
    "3F00/7FFF/5FC0", "3F00/ADF.ISIM",
}  # fmt: skip
IMSI = "3F00/7FFF/6F07"
SPN = "3F00/7FFF/6F46"
FOUND_NOWHERE = {"3F00/7F20/00FF", "3F00/7F20/00F7", "3F00/7F20/6F74"}
"""of the emulated card: its key files, and BCCH, are not in the catalogue"""


def test_all_that_the_card_says_of_its_files(card: Card, read: Survey, told_by: Told) -> None:
    """The truth is the emulated card's own memory."""
    reading = read(card)
    saved = save(card.tree)
    rows = {path: saved[row["same as"]] if "same as" in row else row for path, row in saved.items()}
    assert told_by(reading) == {path: row for path, row in rows.items() if path not in FOUND_NOWHERE}
    assert reading.looked_for >= {ef.place for ef in FILES} | DIRECTORIES
    assert set(reading.absent) == reading.looked_for - rows.keys()
    assert (reading.atr, reading.view, reading.problems) == (card.atr, View.UICC, {})
    assert (reading.iccid, reading.imsi) == ("89860012345678901234", "460000123456789")
    imsi = reading.files[IMSI]
    assert (imsi.structure, imsi.size, imsi.sfi, imsi.name) == (Structure.TRANSPARENT, 9, 7, "EF_IMSI 6F07")
    assert list(reading.files)[:2] == ["3F00", "3F00/2F06"]


def test_a_card_made_of_its_reading_reads_the_same(sim: SimPart, read: Survey, told_by: Told) -> None:
    card = Card.of(sim, pin="1234")
    card.tree.file(SPN).active = False  # type: ignore[union-attr]
    reading = read(card)
    assert reading.files[IMSI].refused == 0x6982
    assert (reading.files[SPN].active, reading.files[SPN].refused) == (False, 0x6984)
    again = Card.of_files(told_by(reading), atr=reading.atr, keys=card.keys)
    assert read(again) == reading
    assert Reading.of_form(json.loads(json.dumps(reading.form()))) == reading


def test_a_file_that_is_refused_is_not_missing(sim: SimPart, read: Survey) -> None:
    """A PIN that is asked for must not look like a card without its files."""
    reading = read(Card.of(sim, pin="1234"))
    assert reading.files["3F00/7F10/6F3A"].refused == 0x6982
    assert reading.answered == {*reading.absent, *reading.contents}
    table = bytes.fromhex("0C")  # service 2, ADN, of a table that can be read
    contents = {**reading.contents, "3F00/7F20/6F38": table + bytes(13)}

    def said(looked_for: frozenset[str]) -> bool:
        found = lint(contents, looked_for=looked_for | {"3F00/7F20/6F38"})
        return any("EF_ADN is not there" in finding.what for finding in found)

    assert not said(reading.answered)
    assert said(reading.looked_for), "so it would be told"


@pytest.mark.parametrize("kind", card_types())
def test_lenient_cards_read_the_same(kind: str, card: Card, read: Survey, told_by: Told) -> None:
    strict = read(card)
    lenient = Card.of_files(told_by(strict), atr=card.atr, card_type=kind)
    assert read(lenient) == strict


@pytest.mark.parametrize(
    "fault", ["response.pieces@octets=7", "response.detour", "length.off", "answer.late@by=0"]
)
def test_readers_that_answer_otherwise_read_the_same(fault: str, card: Card, read: Survey) -> None:
    clean = read(card)
    card.arm(fault)
    assert read(card) == clean


# A SIM of the second generation


def of_2g_only(transmit: Transmit) -> Transmit:
    async def answer(tpdu: bytes) -> tuple[bytes, int]:
        return await transmit(tpdu) if tpdu[0] == 0xA0 else (b"", 0x6E00)

    return answer


def test_a_sim(card: Card, read: Survey, told_by: Told) -> None:
    whole, sim = read(card), read(card, through=of_2g_only)
    assert sim.view is View.SIM
    assert sim.problems == {}
    assert not any("7FFF" in path or "ADF" in path for path in sim.looked_for)
    assert {*sim.files} == {path for path in whole.files if "7FFF" not in path and "ADF" not in path}
    for path, file in sim.files.items():
        assert (file.octets, file.records) == (whole.files[path].octets, whole.files[path].records)
        assert (file.access, file.sfi) == (b"", 0)
    assert sim.imsi == "460000123456789"
    assert sim.files["3F00/7F20/6F07"].levels.hex() == "14ff44"
    rules = sim.rules("3F00/7F20/6F07")
    assert rules is not None
    words = [str(rules.needed(what)) for what in (Operation.READ, Operation.UPDATE, Operation.INCREASE)]
    assert words == ["PIN1", "ADM of level 4", "never"]
    again = Card.of_files(told_by(sim), atr=sim.atr)
    assert read(again, through=of_2g_only) == sim
    assert Reading.of_form(json.loads(json.dumps(sim.form()))) == sim


def test_a_sim_is_not_asked_for_files_of_applications(card: Card, read: Survey) -> None:
    asked: list[bytes] = []

    def counting(transmit: Transmit) -> Transmit:
        async def answer(tpdu: bytes) -> tuple[bytes, int]:
            asked.append(tpdu)
            return await transmit(tpdu)

        return answer

    reading = read(card, View.SIM, [IMSI, "3F00/ADF.ISIM/6F02", "3F00/2FE2"], through=counting)
    assert reading.absent == (IMSI, "3F00/ADF.ISIM/6F02")
    assert reading.iccid
    assert not [tpdu for tpdu in asked if tpdu[5:] == b"\x7f\xff"]


def test_an_invalidated_file_of_a_sim(card: Card, read: Survey) -> None:
    card.tree.file("3F00/7F20/6F46").active = False  # type: ignore[union-attr]
    sim = read(card, View.SIM)
    assert [path for path, file in sim.files.items() if not file.active] == ["3F00/7F20/6F46"]


def test_the_2g_view_of_a_uicc(card: Card, read: Survey) -> None:
    assert read(card, View.SIM) == read(card, through=of_2g_only)


# What is asked for


def test_few_files_and_the_rules_they_refer_to(card: Card, read: Survey) -> None:
    seen: list[tuple[str, int, int]] = []
    wanted = ["3f00/adf.usim/6f07", IMSI, "3F00/7FFF/6F99"]
    reading = read(card, None, wanted, progress=lambda *step: seen.append(step))
    assert seen == [(IMSI, 1, 2), ("3F00/7FFF/6F99", 2, 2)]
    assert [*reading.files] == [IMSI, "3F00/2F06"]
    assert reading.absent == ("3F00/7FFF/2F06", "3F00/7FFF/6F99")
    rules = reading.rules(IMSI)
    assert rules is not None
    assert str(rules.needed(Operation.UPDATE)) == "ADM1"
    with pytest.raises(ValueError, match="no path from the MF"):
        read(card, None, ["6F07"])


def test_applications_that_are_neither_usim_nor_isim(read: Survey) -> None:
    """A second USIM, and one of somebody else (sims.md 8: ISD, ARA-M ...)."""
    other, second = "A00000015141434C00", "A0000000871002FF86FFFF89000000FF"
    first, short = "A0000000871002FF86FFFF89FFFFFFFF", "A0000001"  # an AID has 5 octets at least
    records = [
        f"61{2 + len(aid) // 2:02X}4F{len(aid) // 2:02X}{aid}" for aid in (first, other, second, short)
    ]
    everyone = "AB058001019000"
    card = Card.of_files(
        {
            "3F00/2F00": {
                "structure": "linear fixed", "record length": 20, "records": records, "access": everyone,
            },
            "3F00/7FFF": {"structure": "directory", "aid": first},
            f"3F00/{second}": {"structure": "directory", "aid": second, "access": "8B032F0601"},
            f"3F00/{other}/6F01": {"octets": "00"},
        },
        atr=b"\x3b\x00",
    )  # fmt: skip
    reading = read(card)
    assert [*reading.files] == ["3F00", "3F00/2F00", "3F00/7FFF", f"3F00/{other}", f"3F00/{second}"]
    assert reading.files[f"3F00/{second}"].aid.hex().upper() == second
    assert read(card, None, [f"3F00/{other}/6F01"]).problems == {}


def test_nothing_is_asked_below_a_directory_that_is_not_there(read: Survey) -> None:
    asked = []

    def counting(transmit: Transmit) -> Transmit:
        async def answer(tpdu: bytes) -> tuple[bytes, int]:
            asked.append(tpdu.hex().upper())
            return await transmit(tpdu)

        return answer

    reading = read(Card.of_files({"3F00/2FE2": {"octets": "98"}}, atr=b"\x3b\x00"), through=counting)
    assert not [tpdu for tpdu in asked if "7F206F" in tpdu or "7FFF6F" in tpdu]
    assert {ef.place for ef in FILES} <= reading.looked_for
    assert reading.files["3F00/2FE2"].refused == 0x6982, "no rule, no access"


# What one file does


class Between:
    """Answers for the card as soon as `path` is selected: GET RESPONSE, or the SELECT itself."""

    def __init__(self, path: str, *, header: bytes | None = None, sw: int = 0) -> None:
        self._path, self._header, self._sw = path, header, sw

    def __call__(self, transmit: Transmit) -> Transmit:
        selected = False

        async def answer(tpdu: bytes) -> tuple[bytes, int]:
            nonlocal selected
            if tpdu[1] == 0xA4:
                selected = tpdu[5:].hex().upper() == self._path
                if selected and self._sw:
                    return b"", self._sw
                data, sw = await transmit(tpdu)
                garbled = selected and self._header is not None
                return (data, 0x6100 | len(self._header or b"") or 0x9000) if garbled else (data, sw)
            if tpdu[1] == 0xC0 and selected and self._header is not None:
                return self._header, 0x9000
            return await transmit(tpdu)

        return answer


def fcp(*objects: str) -> bytes:
    body = bytes.fromhex("".join(objects))
    return bytes((0x62, len(body))) + body


SPN_FCP = ("82024121", "83026F46", "8A0105", "8B032F0602", "80020011", "880100")
HEADERS = [
    b"", b"\x62", b"\x62\x00", b"\x62\xff", b"\x62\x82", b"\x6e\x00", b"\xff", bytes(15),
    fcp("82024121"),
    fcp("8202"),
    fcp("82023921", "83026F46", "8A0105", "80020011"),  # TLV objects
    fcp("82024221", "83026F46", "8A0105", "80020011"),  # records of no length
    fcp("8205422100000A", "83026F46", "8A0105", "80020011"),
    fcp("8205422100050A", "83026F46", "8A0105", "80020011"),  # 17 octets in records of 5
    fcp("8205422100110A", "83026F46", "8A0105", "80020011"),  # records where there are none
    fcp("82027821", "83026F46", "8A0105"),  # a directory
    fcp("82024121", "83026F46", "8A0105", "8B012F", "8C0181", "80020011"),  # rules of nobody
]  # fmt: skip


@pytest.mark.parametrize("header", HEADERS, ids=lambda header: header.hex())
def test_a_file_that_nobody_understands_stops_no_other(header: bytes, card: Card, read: Survey) -> None:
    clean = read(card)
    garbled = read(card, through=Between("7FFF6F46", header=header))
    assert SPN in garbled.problems or SPN in garbled.files
    assert others(garbled) == others(clean)
    assert Reading.of_form(garbled.form()) == garbled


@pytest.mark.parametrize(("state", "active"), [("05", True), ("04", False), ("0C", False), ("03", True)])
def test_states_of_life(state: str, active: bool, card: Card, read: Survey) -> None:
    """ETSI TS 102 221 table 11.7b: 04 deactivated, 0C terminated."""
    told = fcp("82024121", "83026F46", f"8A01{state}", "80020011")
    assert read(card, through=Between("7FFF6F46", header=told)).files[SPN].active is active


def test_a_short_identifier_that_is_not_told(card: Card, read: Survey) -> None:
    """It is the last five bits of the file's own (102 221 11.1.1.4.8), but 31 is none."""
    spn = fcp("82024121", "83026F46", "8A0105", "80020011")
    assert read(card, through=Between("7FFF6F46", header=spn)).files[SPN].sfi == 6
    gid2 = fcp("82024121", "83026F3F", "8A0105", "80020008")
    assert read(card, through=Between("7FFF6F3F", header=gid2)).files["3F00/7FFF/6F3F"].sfi == 0


@pytest.mark.parametrize(("sw", "where"), [(0x6F00, "problems"), (0x6982, "problems"), (0x6A82, "absent")])
def test_a_file_that_cannot_be_selected(sw: int, where: str, card: Card, read: Survey) -> None:
    reading = read(card, through=Between("7FFF6F46", sw=sw))
    assert SPN in getattr(reading, where)
    assert SPN in reading.looked_for
    assert others(reading) == others(read(card))
    if where == "problems":
        assert f"{sw:04X}" in reading.problems[SPN]


def others(reading: Reading) -> dict[str, Any]:
    return {path: file for path, file in reading.files.items() if path != SPN}


def test_a_file_that_is_longer_than_it_can_be_read(card: Card, read: Survey) -> None:
    told = fcp("82024121", "83026F46", "8A0105", "800200FF")
    reading = read(card, through=Between("7FFF6F46", header=told))
    assert (reading.files[SPN].size, reading.files[SPN].contents) == (255, None)
    assert SPN in reading.problems
    assert SPN not in reading.contents


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(flips=st.lists(st.integers(0, 8 * len(fcp(*SPN_FCP)) - 1), min_size=1, max_size=4))
def test_any_bits_of_an_fcp(flips: list[int], card: Card, read: Survey) -> None:
    header = bytearray.fromhex("62178202412183026F468A01058B032F06028002001188010000")
    for flip in flips:
        header[flip // 8] ^= 1 << flip % 8
    reading = read(card, None, [SPN, IMSI], through=Between("7FFF6F46", header=bytes(header)))
    assert reading.files[IMSI].octets.hex() == "084906001032547698"
    assert Reading.of_form(json.loads(json.dumps(reading.form()))) == reading
    reading.rules(SPN)
    lint(reading.contents, looked_for=reading.looked_for)


def test_one_wrong_status_word(card: Card, read: Survey) -> None:
    card.arm("status.wrong@sw=6F00,ins=B0")
    reading = read(card)
    refused = [path for path, file in reading.files.items() if file.refused]
    assert [reading.files[path].refused for path in refused] == [0x6F00]
    assert reading.files[refused[0]].contents is None
    assert reading.imsi


@pytest.mark.parametrize("fault", ["power.cut@at=90", "power.cut@at=91,when=after", "card.removed@at=100"])
def test_a_card_that_is_lost_was_not_read(fault: str, card: Card, read: Survey) -> None:
    card.arm(fault)
    with pytest.raises(CardLost):
        read(card)


def test_a_card_that_stops_answering_was_not_read(card: Card, read: Survey) -> None:
    card.arm("answer.never@at=90")
    with pytest.raises(NotAnswering):
        read(card)


# Contents with flipped bits


def flip(octets: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 1, 2, 8))):
        at = random.randrange(8 * len(octets))
        octets[at // 8] ^= 1 << at % 8


def test_every_file_is_there_and_fits_its_sample(everything: Card, read: Survey) -> None:
    reading = read(everything)
    assert {*reading.files} == {ef.place for ef in FILES} | DIRECTORIES
    assert not reading.problems
    assert not [
        path for path in reading.contents for one in reading.decoded(path) if isinstance(one, Exception)
    ]


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 2**32), spared=st.sampled_from(["3F00/2F00", ""]))
def test_flipped_bits_in_every_file(seed: int, spared: str, everything: Card, read: Survey) -> None:
    """A flipped EF_DIR may hide the applications: it is spared once, and once it is not."""
    random = Random(seed)
    before = save(everything.tree)
    clean = read(everything)
    for ef in FILES:
        file = everything.tree.file(ef.place)
        if file is not None and ef.place != spared:
            flip(file.octets, random)
    try:
        reading = read(everything)
    finally:
        for path, row in before.items():
            if (file := everything.tree.file(path)) is not None:
                file.octets[:] = bytes.fromhex(row.get("octets") or "".join(row["records"]))
    if spared:
        assert {*reading.files} == {*clean.files}
    assert not [path for path, file in reading.files.items() if file.refused]
    form = json.loads(json.dumps(reading.form()))
    assert Reading.of_form(form).form()["files"].keys() == form["files"].keys()
    lint(reading.contents, looked_for=reading.looked_for)
    told = differences(clean, reading)
    for path in clean.contents.keys() & reading.contents.keys():
        if clean.contents[path] != reading.contents[path]:
            assert path in {difference.path for difference in told}
    for difference in told:
        assert str(difference)
    for path in reading.files:
        reading.rules(path)
    assert isinstance(reading.imsi + reading.iccid, str)
