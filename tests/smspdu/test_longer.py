"""Long messages: where they are cut, what fits, and parts that come in any order, twice, or never."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.smspdu import (
    Address,
    Alphabet,
    Dcs,
    Deliver,
    Direction,
    Incomplete,
    InformationElement,
    Language,
    Part,
    PduError,
    Ports,
    Reassembly,
    Submit,
    Timestamp,
    UserData,
    decode,
    gsm7,
    part_of,
    split_data,
    split_text,
    submits,
)

SENDER = Address.parse("10690000955588")
TIME = Timestamp(2026, 1, 5, 9, 0, 0, 32)
GSM = gsm7.BASIC.replace("\x1b", "") + "".join(gsm7.EXTENSION.values())
TEXTS = st.text(st.sampled_from(GSM), max_size=700) | st.text(
    st.sampled_from("验证码【】0123456789😀𠮷é"), max_size=400
)


def delivers(parts: list[tuple[Dcs, UserData]]) -> list[Deliver]:
    return [Deliver(SENDER, TIME, dcs, user_data) for dcs, user_data in parts]


@pytest.mark.parametrize(
    ("text", "wide", "lengths"),
    [
        ("", False, [0]),
        ("a" * 160, False, [160]),
        ("a" * 161, False, [153, 8]),
        ("a" * 306, False, [153, 153]),
        ("a" * 161, True, [152, 9]),
        ("€" * 80, False, [80]),
        ("€" * 81, False, [76, 5]),  # 153 septets hold 76 escapes and one septet that none fits in
        ("a" * 152 + "€" + "b" * 20, False, [152, 21]),
        ("验" * 70, False, [70]),
        ("验" * 71, False, [67, 4]),
        ("验" * 71, True, [66, 5]),
        ("😀" * 35, False, [35]),
        ("😀" * 36, False, [33, 3]),  # 67 places hold 33 pairs and one half that is never sent
        ("验" * 66 + "😀" * 5, False, [66, 5]),
    ],
)
def test_where_it_is_cut(text: str, wide: bool, lengths: list[int]) -> None:
    parts = split_text(text, reference=300 if wide else 44, wide=wide)
    assert [len(data.body) for _, data in parts] == lengths
    assert "".join(str(data.body) for _, data in parts) == text
    found = [part_of(data.header) for _, data in parts]
    if len(parts) == 1:
        assert found == [None]
    else:
        reference = 300 if wide else 44
        assert found == [Part(reference, len(parts), n, wide) for n in range(1, len(parts) + 1)]


@given(TEXTS, st.booleans(), st.randoms(use_true_random=False))
def test_any_order_with_duplicates(text: str, wide: bool, rng: random.Random) -> None:
    sent = delivers(split_text(text, reference=7, wide=wide))
    assert all(part.encode()[-1] is not None and len(part.encode()) <= 164 for part in sent)
    over_the_air = [decode(part.encode(), Direction.SC_TO_MS) for part in sent]
    again = [rng.choice(over_the_air) for _ in range(2)] if len(sent) > 1 else []
    first = list(over_the_air)
    rng.shuffle(first)
    come = first[:-1] + again + first[-1:] if again else first
    late = [part for part in come if part is not first[-1]] + [first[-1]]
    reassembly = Reassembly()
    results = [result for part in late if (result := reassembly.add(part)) is not None]  # type: ignore[arg-type]
    assert [result.body for result in results] == [text]
    assert not reassembly.waiting


def test_a_lost_part_is_named() -> None:
    sent = delivers(split_text("验" * 150, reference=9))
    reassembly = Reassembly()
    assert [reassembly.add(sent[2]), reassembly.add(sent[0]), reassembly.add(sent[0])] == [None] * 3
    (waiting,) = reassembly.waiting
    assert (waiting.missing, waiting.duplicates) == ([2], 1)
    assert reassembly.give_up() == [waiting]
    assert not reassembly.waiting


def test_a_reference_that_comes_round_again() -> None:
    """256 messages later the same reference is another message: the old parts never mix with the new."""
    lost: list[Incomplete] = []
    old = delivers(split_text("旧" * 100, reference=5))
    new = delivers(split_text("新" * 100, reference=5))
    reassembly = Reassembly(lost.append)
    assert reassembly.add(old[0]) is None
    assert reassembly.add(new[0]) is None
    complete = reassembly.add(new[1])
    assert complete is not None
    assert complete.body == "新" * 100
    assert [message.missing for message in lost] == [[2]]


def test_senders_and_widths_do_not_mix() -> None:
    one, two = split_text("验" * 100, reference=5), split_text("码" * 100, reference=5, wide=True)
    reassembly = Reassembly()
    assert reassembly.add(delivers(one)[0]) is None
    assert reassembly.add(delivers(two)[1]) is None
    other = Deliver(Address.parse("95588"), TIME, *one[1])
    assert reassembly.add(other) is None
    assert len(reassembly.waiting) == 3


def test_a_text_in_another_language() -> None:
    """Turkish in GSM 7 bit is 155 characters for one message; in UCS2 it would be 70."""
    text = "İşlem şifreniz 123456. Kimseyle paylaşmayınız! Geçerlilik süresi beş dakikadır, güle güle."
    (dcs, data), *rest = split_text(text, reference=1, language=Language.TURKISH)
    assert not rest
    assert dcs.alphabet is Alphabet.GSM7
    deliver = Deliver(SENDER, TIME, dcs, data)
    back = decode(deliver.encode(), Direction.SC_TO_MS)
    assert back == deliver
    assert split_text(text, reference=1)[0][0].alphabet is Alphabet.UCS2
    assert split_text("plain", reference=1, language=Language.TURKISH)[0][1].header == ()


def test_as_submits() -> None:
    first = Submit.of_text(Address.parse("+8617012345678"), "", report_request=True)
    made = submits(split_text("验" * 100, reference=5), first)
    assert [submit.report_request for submit in made] == [True, True]
    assert "".join(str(submit.user_data.body) for submit in made) == "验" * 100


def test_octets() -> None:
    header = (Ports(2948, 9200).element(),)
    parts = split_data(bytes(range(256)), Dcs(4), reference=3, header=header)
    assert [len(data.body) for _, data in parts] == [128, 128]
    with pytest.raises(PduError):
        split_data(b"x", Dcs(8), reference=3)


@pytest.mark.parametrize("text", ["a" * (153 * 255 + 1), "验" * (67 * 255 + 1)])
def test_too_long(text: str) -> None:
    assert len(split_text(text[:-1], reference=0)) == 255
    with pytest.raises(PduError, match="256 parts"):
        split_text(text, reference=0)


def test_a_header_that_leaves_no_room() -> None:
    with pytest.raises(PduError, match="no room"):
        split_text("验" * 80, reference=0, header=(InformationElement(0x70, bytes(133)),))


@pytest.mark.parametrize(
    "part", [Part(256, 2, 1), Part(1, 2, 3), Part(1, 256, 1), Part(1, 2, 0), Part(65536, 2, 1, wide=True)]
)
def test_impossible_parts(part: Part) -> None:
    with pytest.raises(PduError):
        part.element()


@pytest.mark.parametrize(
    ("data", "identifier"),
    [(b"\x01\x02\x03", 0), (b"\x01\x02\x00", 0), (b"\x01\x02", 0), (b"\x01\x02\x01", 8)],
)
def test_an_element_that_says_nothing_is_ignored(data: bytes, identifier: int) -> None:
    """23.040 9.2.3.24.1: part 0, a part beyond the total, or a wrong length: not concatenated."""
    assert part_of((InformationElement(identifier, data),)) is None
