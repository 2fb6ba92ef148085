"""Readings as JSON: for people, for an emulated card, and back."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest

from drivers.emulated.uicc import Card
from interop.uicc import EfError, Iccid, Imsi, Operation, Structure
from interop.uicc.form import HIDDEN
from interop.uicc.paths import canonical, directories
from interop.uicc.reading import FileRead, Reading
from interop.uicc.session import View

Survey = Callable[..., Reading]
ARR = ("3F00/2F06", "3F00/7FFF/6F06")
IMSI = "3F00/7FFF/6F07"
KC = "3F00/7F20/6F20"
KEY = "00112233445566"

FORM: dict[str, Any] = {
    "atr": "3B021450",
    "view": "3G",
    "files": {
        "3F00": {"structure": "directory", "access": "8B032F0602"},
        "3F00/2F06": {
            "structure": "linear fixed",
            "name": "EF_ARR 2F06",
            "record length": 11,
            "records": ["8001019000" + "FF" * 6, "800101A406830101950108"],
            "sfi": 6,
            "content": [
                [{"condition": "always", "modes": ["READ"]}],
                [{"condition": "PIN1", "modes": ["READ"]}],
            ],
        },
        "3F00/2FE2": {
            "structure": "transparent",
            "name": "EF_ICCID 2FE2",
            "octets": "98680021436587092143",
            "access": "8B032F0601",
            "content": "89860012345678901234",
        },
        "3F00/7FFF/6F07": {
            "structure": "transparent",
            "name": "EF_IMSI 6F07",
            "size": 9,
            "active": False,
            "refused": "6982",
            "access": "8B032F0602",
        },
        "3F00/7FFF/6F40": {
            "structure": "linear fixed",
            "name": "EF_MSISDN 6F40",
            "record length": 14,
            "records": ["FF" * 14, "07" + "F" * 26],
            "content": [
                {"number": None},
                {"wrong": "EF_MSISDN 6F40 at offset 2: number at offset 2: filler F among the digits"},
            ],
        },
        "3F00/7FFF/6FFF": {"structure": "transparent", "octets": "00"},
    },
    "absent": ["3F00/7FFF/6F38"],
    "problems": {"3F00/7FFF/6F46": "SELECT 3F00/7FFF/6F46: the card answered 6F00 (technical problem)"},
}


def test_there_and_back() -> None:
    reading = Reading.of_form(json.loads(json.dumps(FORM)))
    assert json.loads(json.dumps(reading.form())) == FORM
    assert reading.looked_for == {*FORM["files"], *FORM["absent"], *FORM["problems"]}
    assert reading.absent == ("3F00/7FFF/6F38",)
    assert reading.view is View.UICC
    assert reading.atr.hex() == "3b021450"


def test_what_it_says() -> None:
    reading = Reading.of_form(FORM)
    assert (reading.iccid, reading.imsi) == ("89860012345678901234", "")
    assert [*reading.contents] == ["3F00/2F06", "3F00/2FE2", "3F00/7FFF/6F40", "3F00/7FFF/6FFF"]
    assert reading.contents["3F00/2FE2"] == bytes.fromhex("98680021436587092143")
    assert len(reading.contents["3F00/7FFF/6F40"]) == 2
    assert reading.decoded("3F00/2FE2") == (Iccid("89860012345678901234"),)
    assert reading.decoded(IMSI) == reading.decoded("3F00/7FFF/6F38") == ()
    unused, wrong = reading.decoded("3F00/7FFF/6F40")
    assert isinstance(wrong, EfError)
    assert not isinstance(unused, EfError)


def test_rules_are_those_of_the_nearest_arr() -> None:
    def arr(path: str, *records: str) -> FileRead:
        octets = tuple(bytes.fromhex(record) for record in records)
        return FileRead(path, Structure.LINEAR_FIXED, records=octets, record_length=20)

    def rules(path: str, access: str, **more: Any) -> str:
        file = FileRead(path, Structure.TRANSPARENT, access=bytes.fromhex(access), **more)
        arrs = (arr(ARR[0], "8001019000"), arr(ARR[1], "8001019700", "800101A406830101950108", "84"))
        files = {one.path: one for one in (*arrs, arr("3F00/6F06", "80010190008001029700"), file)}
        found = Reading(b"", View.UICC, files, frozenset()).rules(path)
        return "none" if found is None else str(found.needed(Operation.READ))

    assert rules(IMSI, "8B036F0602") == "PIN1"
    assert rules(IMSI, "8B0102") == "PIN1", "EF_ARR is known implicitly"
    assert rules("3F00/7FFF/5F3B/4F20", "8B036F0602") == "PIN1", "one directory above"
    assert rules(IMSI, "8B032F0601") == "always", "in the MF"
    assert rules("3F00/7FFF", "8B036F0601") == "always", "of a directory: above it"
    assert rules("3F00", "8B032F0601") == "always", "of the MF: in itself"
    assert rules(IMSI, "8B066F0600010102") == "PIN1", "of environment 01"
    assert rules(IMSI, "AB058001019000") == "always"
    assert rules(IMSI, "8C020100") == "always"
    assert rules(IMSI, "8B036F0604") == rules(IMSI, "8B036F0603") == rules(IMSI, "8B036F0503") == "none"
    assert rules(IMSI, "8B02") == rules(IMSI, "") == rules(IMSI, "8C0181") == "none"
    assert rules(IMSI, "", levels=bytes.fromhex("14FF44")) == "PIN1"
    assert Reading(b"", View.UICC, {}, frozenset()).rules(IMSI) is None


def test_no_key_in_the_form(everything: Card, read: Survey) -> None:
    for path, at in ((KC, 0), ("3F00/7FFF/6FE4", 20)):
        file = everything.tree.file(path)
        assert file is not None
        file.octets[at : at + 7] = bytes.fromhex(KEY)
    reading = read(everything)
    assert reading.files[KC].secret
    text = json.dumps(reading.form())
    assert KEY not in text
    assert KEY not in repr(reading).lower()
    row = reading.form()["files"][KC]
    assert (row["size"], row["content"]) == (9, {"kc": HIDDEN, "sequence": 3})
    assert reading.form()["files"]["3F00/7FFF/6FE4"]["content"] == [HIDDEN]
    back = Reading.of_form(json.loads(text))
    assert back.files[KC].contents is None
    assert back.files["3F00/7FFF/6FE4"].contents is None
    assert back.files["3F00/7FFF/6F08"].contents is not None, "no keys in it"
    assert back.imsi == reading.imsi


def test_what_may_be_a_key_and_cannot_be_taken_apart() -> None:
    def secret(path: str, octets: str) -> bool:
        return FileRead(path, Structure.TRANSPARENT, bytes.fromhex(octets)).secret

    assert secret(KC, KEY)
    assert not secret(KC, "FF" * 5)
    assert not secret(KC, "00" * 5)
    assert not secret(IMSI, KEY)


@pytest.mark.parametrize(
    ("path", "key", "value", "sentence"),
    [
        (None, "atr", "3G", "the reading: atr: octets in hex are needed, in quotes"),
        (None, "view", "4G", "view: one of 2G, 3G is needed"),
        (None, "file", {}, "the reading: 'file' is none of atr, view, files, absent, problems"),
        (None, "files", [], "files: a mapping by path is needed"),
        (None, "files", {"2FE2": {}}, "'2FE2' is no path from the MF"),
        (None, "absent", "3F00", "absent: a list of paths is needed, not str"),
        ("3F00/2FE2", "octet", "98", "3F00/2FE2: 'octet' is none of structure, name"),
        ("3F00/2FE2", "octets", "9G", "3F00/2FE2: octets: octets in hex are needed, in quotes"),
        ("3F00/2FE2", "octets", 98, "3F00/2FE2: octets: octets in hex are needed, in quotes"),
        (
            "3F00/2FE2",
            "structure",
            "cubic",
            "3F00/2FE2: structure: one of directory, transparent, linear",
        ),
        ("3F00/2FE2", "structure", "cyclic", "3F00/2FE2: record length: 0 of a cyclic file"),
        ("3F00/2FE2", "records", ["98"], "3F00/2FE2: a transparent file has other contents"),
        ("3F00/2FE2", "size", 9, "3F00/2FE2: size: 9, but 10 octets are there"),
        ("3F00/2FE2", "size", "10", "3F00/2FE2: size: a number up to 65535 is needed"),
        ("3F00/2FE2", "sfi", 31, "3F00/2FE2: sfi: a number up to 30 is needed"),
        ("3F00/2FE2", "active", "no", "3F00/2FE2: active: true or false is needed"),
        ("3F00/2FE2", "levels", "14", "3F00/2FE2: levels: 1 octets, 3 are needed"),
        ("3F00/2FE2", "access", "8B", ""),
        ("3F00/7FFF/6F40", "records", ["00"], "3F00/7FFF/6F40: record 1 has 1 octets"),
        ("3F00/7FFF/6F40", "records", [1], "3F00/7FFF/6F40: record 1: octets in hex are needed"),
        ("3F00/7FFF/6F40", "records", "00", "3F00/7FFF/6F40: records: a list is needed, not str"),
        ("3F00/7FFF/6F40", "record length", 256, "3F00/7FFF/6F40: record length: a number up to 255 is need"),
    ],
)
def test_wrong_forms(path: str | None, key: str, value: Any, sentence: str) -> None:
    form = copy.deepcopy(FORM)
    (form["files"][path] if path else form)[key] = value
    if not sentence:
        assert Reading.of_form(form).rules(path or "") is None
        return
    with pytest.raises(ValueError) as caught:
        Reading.of_form(form)
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize("form", [None, [], "3F00", {"files": {"3F00": None}}, {"problems": {1: 2}}])
def test_what_is_no_reading(form: Any) -> None:
    with pytest.raises(ValueError):
        Reading.of_form(form)


def test_paths() -> None:
    for path in ("3f00/7fff/6f07", "3F00/ADF.USIM/6F07", IMSI):
        assert canonical(path) == IMSI
    assert canonical("3f00/adf.isim/6f2") == "3F00/ADF.ISIM/06F2"
    assert canonical("3F00/a00000015141434C00/6F01") == "3F00/A00000015141434C00/6F01"
    assert canonical("3f00") == "3F00"
    for wrong in ("", "2FE2", "3F00/", "3F00/XYZ", "3F00/3F00", "3F00/A0000000", "3F00/7F20/7FFF"):
        with pytest.raises(ValueError):
            canonical(wrong)
    assert directories(IMSI) == ["3F00/7FFF", "3F00"]
    assert directories("3F00") == []


def test_the_imsi_of_a_sim() -> None:
    octets = Imsi("460110123456789").encode()
    sim = FileRead("3F00/7F20/6F07", Structure.TRANSPARENT, octets, size=9)
    assert Reading(b"", View.SIM, {sim.path: sim}, frozenset()).imsi == "460110123456789"
