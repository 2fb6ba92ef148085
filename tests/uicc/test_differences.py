"""What differs between two cards, in words; keys are never told."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from drivers.emulated.uicc import Card
from interop.uicc import Structure
from interop.uicc.differences import Aspect, Difference, differences
from interop.uicc.reading import FileRead, Reading
from interop.uicc.session import View

Survey = Callable[..., Reading]
IMSI = "3F00/7FFF/6F07"
KC = "3F00/7F20/6F20"
LEFT_KEY, RIGHT_KEY = "0011223344556677", "8899AABBCCDDEEFF"


def card_with(
    *files: FileRead, looked_for: tuple[str, ...] = (), view: View = View.UICC, **more: str
) -> Reading:
    by_path = {file.path: file for file in files}
    return Reading(b"", view, by_path, frozenset((*by_path, *looked_for, *more)), more)


def transparent(path: str, octets: str, **more: object) -> FileRead:
    data = bytes.fromhex(octets)
    return FileRead(path, Structure.TRANSPARENT, data, size=len(data), **more)  # type: ignore[arg-type]


def records(path: str, *octets: str) -> FileRead:
    data = tuple(bytes.fromhex(record) for record in octets)
    return FileRead(
        path, Structure.LINEAR_FIXED, records=data, size=sum(map(len, data)), record_length=len(data[0])
    )


def only(left: FileRead, right: FileRead) -> Difference:
    (difference,) = differences(card_with(left), card_with(right))
    return difference


def test_a_card_and_itself(card: Card, read: Survey) -> None:
    assert differences(read(card), read(card)) == []


def test_two_cards(card: Card, read: Survey) -> None:
    before = read(card)
    card.identity.rewrite("imsi", "460001234567890")
    card.identity.rewrite("spn", "Alipay")
    told = [str(difference) for difference in differences(before, read(card))]
    assert told[0] == 'EF_IMSI 6F07: "460000123456789" | "460001234567890"'
    assert (
        'EF_SPN 6F46: {"name": "小米移动", "hide_abroad": true} | {"name": "Alipay", "hide_abroad": true}'
        in told
    )
    assert "EF_ACC 6F78: [9] | [0]" in told


def test_presence() -> None:
    imsi = transparent(IMSI, "084906001032547698")
    with_it, without = card_with(imsi), card_with(looked_for=(IMSI,))
    (missing,) = differences(with_it, without)
    assert (missing.aspect, missing.left, missing.right) == (Aspect.PRESENCE, "there", "absent")
    assert str(missing) == "EF_IMSI 6F07 presence: there | absent"
    assert [(one.left, one.right) for one in differences(without, with_it)] == [("absent", "there")]
    assert differences(with_it, card_with()) == [], "nobody asked the other one"
    broken = Reading(b"", View.UICC, {}, frozenset((IMSI,)), {IMSI: "6F00"})
    assert [one.right for one in differences(with_it, broken)] == ["6F00"]
    assert differences(broken, broken) == []


def test_shape_state_and_access() -> None:
    shape, content = differences(
        card_with(transparent("3F00/7FFF/6FFF", "0102")), card_with(records("3F00/7FFF/6FFF", "01", "02"))
    )[:2]
    assert (shape.aspect, shape.left) == (Aspect.SHAPE, "transparent, 2 octets")
    assert shape.right == "linear fixed, 2 of 1 octets"
    assert content.aspect is Aspect.CONTENT
    refused = FileRead(IMSI, Structure.TRANSPARENT, size=9, refused=0x6982)
    state = only(transparent(IMSI, "084906001032547698", active=False), refused)
    assert (state.aspect, state.left, state.right) == (Aspect.STATE, "deactivated", "refused with 6982")
    open_to_all, never = bytes.fromhex("AB058001039000"), bytes.fromhex("AB058001039700")
    access = only(transparent(IMSI, "FF", access=open_to_all), transparent(IMSI, "FF", access=never))
    assert access.aspect is Aspect.ACCESS
    told = "READ {0}, UPDATE {0}, INCREASE never, ACTIVATE never, DEACTIVATE never, RESIZE never"
    assert (access.left, access.right) == (told.format("always"), told.format("never"))


def test_rules_of_two_views_are_not_compared() -> None:
    path = "3F00/7F20/6F07"
    uicc = card_with(transparent(path, "FF", access=b"\xab\x05\x80\x01\x01\x90\x00"))
    sim = card_with(transparent(path, "FF", levels=bytes.fromhex("14FF44")), view=View.SIM)
    assert differences(uicc, sim) == []


@pytest.mark.parametrize(
    ("path", "left", "right"),
    [
        ("3F00/7FFF/6FD9", "64F000" + "FF" * 9, "64F000" + "FF" * 3),
        ("3F00/7FFF/6F60", "64F0008000" + "FFFFFF0000", "64F0008000"),
        ("3F00/7FFF/6FFF", "01FFFF", "01"),
    ],
)
def test_room_behind_a_content_is_told_once(path: str, left: str, right: str) -> None:
    assert only(transparent(path, left), transparent(path, right)).aspect is Aspect.SHAPE


def test_records() -> None:
    path = "3F00/7FFF/6FC6"
    used, unused = "64F0000000FFFE01", "FFFFFF" + "FF" * 5
    first, second, third = differences(
        card_with(records(path, used, used, used)), card_with(records(path, used, unused))
    )
    assert (first.aspect, second.aspect, third.aspect) == (Aspect.SHAPE, Aspect.CONTENT, Aspect.CONTENT)
    assert (second.record, third.record) == (2, 3)
    assert second.left == '{"plmn": "46000", "first_lac": 0, "last_lac": 65534, "pnn": 1}'
    assert (second.right, third.right) == ("{}", "no such record")


def test_a_record_that_only_one_card_has_and_is_unused_is_no_content() -> None:
    path, used, unused = "3F00/7FFF/6FC6", "64F0000000FFFE01", "FF" * 8
    assert only(records(path, used, unused), records(path, used)).aspect is Aspect.SHAPE


def test_two_contents_that_are_wrong_in_the_same_way_differ() -> None:
    left, right = (
        card_with(transparent(IMSI, octets)) for octets in ("094906001032547698", "0949060010325476")
    )
    assert [one.aspect for one in differences(left, right)] == [Aspect.SHAPE, Aspect.CONTENT]


def test_what_cannot_be_taken_apart_and_two_codings_are_told_in_hex() -> None:
    broken = only(transparent(IMSI, "084906001032547698"), transparent(IMSI, "094906001032547698"))
    assert broken.right == "094906001032547698 (length 9, at most 8)"
    coded = only(transparent("3F00/7FFF/6F46", "0041FF41"), transparent("3F00/7FFF/6F46", "0041FFFE"))
    assert (coded.left, coded.right) == ("0041FF41", "0041FFFE")
    assert only(transparent("3F00/7FFF/6FFF", "01"), transparent("3F00/7FFF/6FFF", "02")).left == '"01"'


@pytest.mark.parametrize(
    ("left", "right", "words"),
    [
        (LEFT_KEY + "03", RIGHT_KEY + "03", ", a key | {...}, another key"),
        (LEFT_KEY + "03", LEFT_KEY + "04", '"sequence": 3} | {"kc": "hidden", "sequence": 4}'),
        (LEFT_KEY + "03", "FF" * 8 + "07", '{"kc": "hidden", "sequence": 3} | {}'),
        (LEFT_KEY, RIGHT_KEY, "hidden, a key | hidden, another key"),
    ],
)
def test_keys_are_not_told(left: str, right: str, words: str) -> None:
    difference = only(transparent(KC, left), transparent(KC, right))
    assert difference.secret
    form = '{"kc": "hidden", "sequence": 3}'
    assert words.replace("{...}", form) in str(difference)
    for key in (LEFT_KEY, RIGHT_KEY):
        assert key not in str(difference).upper() + repr(difference).upper()


def test_a_key_that_is_hidden_on_one_side() -> None:
    known = card_with(transparent(KC, LEFT_KEY + "03"))
    hidden = Reading.of_form(json.loads(json.dumps(known.form())))
    assert differences(hidden, hidden) == []
    (difference,) = differences(known, hidden)
    assert (difference.aspect, difference.left) == (Aspect.STATE, "readable")
    assert difference.right == "not told, for it holds a key"
