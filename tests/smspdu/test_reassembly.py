"""Parts in any order, twice, late, of messages whose references come round, from hostile senders."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from interop.smspdu import (
    Address,
    Dcs,
    Deliver,
    Incomplete,
    InformationElement,
    Part,
    Reassembly,
    Timestamp,
    UserData,
)
from interop.smspdu.reassembly import MOST_MESSAGES, WITHIN

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)


def part(
    text: str | bytes, number: int, total: int, at: float = 0.0, reference: int = 0, sender: str = "95588"
) -> Deliver:
    """`at`: seconds after noon by the service centre."""
    dcs = Dcs(8 if isinstance(text, str) else 4)
    data = UserData(text, (Part(reference, total, number).element(),))
    return Deliver(Address.parse(sender), Timestamp.of(NOON + timedelta(seconds=at)), dcs, data)


def told(reassembly: Reassembly, *parts: Deliver) -> list[str | bytes | None]:
    """What each part completes."""
    return [whole.body if (whole := reassembly.add(each)) else None for each in parts]


@pytest.mark.parametrize("later", [0, 18])
@pytest.mark.parametrize("order", [(1, 2, 1, 2), (1, 1, 2, 2), (2, 1, 1, 2), (2, 2, 1, 1)])
def test_a_second_full_copy_is_a_second_message(order: tuple[int, ...], later: int) -> None:
    """Whether the service centre repeats it (the same TP-SCTS) or was given it twice."""
    reassembly, seen = Reassembly(), [0, 0, 0]
    copies = []
    for number in order:
        copies.append(reassembly.add(part("甲乙"[number - 1], number, 2, at=later * seen[number])))
        seen[number] += 1
    assert [(whole.body, whole.copy) for whole in copies if whole] == [("甲乙", 1), ("甲乙", 2)]


def test_what_waits_goes_with_the_old_message_when_the_time_does_not_tell() -> None:
    lost: list[Incomplete] = []
    parts = [part("甲", 1, 3), part("乙", 2, 3), part("丙", 1, 3), part("丁", 2, 3), part("戊", 3, 3)]
    assert told(Reassembly(lost.append), *parts) == [None] * 4 + ["丙丁戊"]
    assert [each.missing for each in lost] == [[3]]


def test_one_reference_in_8_and_in_16_bits_is_of_two_messages() -> None:
    wide = UserData("乙", (Part(7, 2, 2, wide=True).element(),))
    two = replace(part("乙", 2, 2, reference=7), user_data=wide)
    assert told(Reassembly(), part("甲", 1, 2, reference=7), two) == [None, None]


def test_a_part_that_comes_again_alone_completes_nothing() -> None:
    one, two = part("甲", 1, 2), part("乙", 2, 2)
    assert told(Reassembly(), one, two, one, one, one, one, one, one) == [None, "甲乙", *[None] * 6]
    assert told(Reassembly(), one, one, two, one) == [None, None, "甲乙", None]


@pytest.mark.parametrize("echo", [0, 18])
@pytest.mark.parametrize("order", [(1, 2), (2, 1)])
@pytest.mark.parametrize("first", ["甲", "您好"], ids=["all is new", "the first part is the same"])
def test_a_late_copy_does_not_poison_the_next_message(order: tuple[int, int], echo: int, first: str) -> None:
    """A sender whose reference is always 0. Wrong code joins the late copy with a part of the next one."""
    old = part("您好", 1, 2), part("旧", 2, 2, at=1)
    new = {1: part(first, 1, 2, at=120), 2: part("新", 2, 2, at=121)}
    late = [replace(one, timestamp=Timestamp.of(one.timestamp.when + timedelta(seconds=echo))) for one in old]
    for copy in late:
        lost: list[Incomplete] = []
        reassembly = Reassembly(lost.append)
        assert told(reassembly, *old, copy) == [None, "您好旧", None]
        assert told(reassembly, *(new[number] for number in order)) == [None, first + "新"]
        assert told(reassembly, part("再", 1, 2, at=240), part("来", 2, 2, at=241)) == [None, "再来"]
        assert not lost, "a copy is no message that was lost"


def test_parts_that_are_slow_are_doubled_as_slowly() -> None:
    parts = [part("甲", 1, 2), part("甲", 1, 2, at=3), part("乙", 2, 2, at=200), part("乙", 2, 2, at=203)]
    assert told(Reassembly(), *parts) == [None, None, "甲乙", "甲乙"]
    first = [part(text, number, 3, at) for number, text, at in ((2, "乙", 0), (1, "甲", 25), (3, "丙", 50))]
    again = [part(text, number, 3, at) for number, text, at in ((1, "甲", 3), (2, "乙", 28), (3, "丙", 70))]
    assert told(Reassembly(), *first, *again) == [None, None, "甲乙丙"] * 2


@pytest.mark.parametrize("later", [120, 3700])
@pytest.mark.parametrize("slow", [1, 29])
def test_the_same_words_once_more(later: int, slow: int) -> None:
    """Written again by the sender; a part of the first time came again meanwhile."""
    old = part("甲", 1, 2), part("乙", 2, 2, at=1)
    new = part("甲", 1, 2, at=later), part("乙", 2, 2, at=later + slow)
    for copy in old:
        for order in (new, new[::-1]):
            assert told(Reassembly(), *old, copy, *order) == [None, "甲乙", None, None, "甲乙"]


def test_after_long_they_may_come_as_slowly_as_any() -> None:
    reassembly = Reassembly()
    assert told(reassembly, part("甲", 1, 2), part("乙", 2, 2)) == [None, "甲乙"]
    assert reassembly.add(part("甲", 1, 2, at=3700)) is None
    whole = reassembly.add(part("乙", 2, 2, at=3900))
    assert whole is not None and (whole.body, whole.copy) == ("甲乙", 1)


def test_the_centre_tries_again_what_is_over_while_the_next_message_comes() -> None:
    old = part("甲", 1, 2), part("旧", 2, 2)
    reassembly = Reassembly()
    assert told(reassembly, *old, part("新", 2, 2, at=120), old[0]) == [None, "甲旧", None, None]
    assert told(reassembly, part("乙", 1, 2, at=121)) == ["乙新"]
    three = [part(text, number, 3) for number, text in ((1, "甲"), (2, "旧"), (3, "丙"))]
    new = [part(text, number, 3, at=120) for number, text in ((1, "乙"), (2, "新"), (3, "丁"))]
    assert told(Reassembly(), *three, new[0], *three, *new[1:])[-5:] == [None, None, None, None, "乙新丁"]


def test_an_incomplete_message_is_given_up_for_the_next_one() -> None:
    lost: list[Incomplete] = []
    reassembly = Reassembly(lost.append)
    assert told(reassembly, part("旧", 1, 3), part("旧", 2, 3)) == [None, None]
    new = [part("新", number, 3, at=60) for number in (1, 2, 3)]
    assert told(reassembly, *new) == [None, None, "新新新"]
    assert [each.missing for each in lost] == [[3]]


@pytest.mark.parametrize("sign", [-1, 1])
def test_what_lies_too_far_away_is_another_message(sign: int) -> None:
    lost: list[Incomplete] = []
    far = sign * (WITHIN.total_seconds() + 1)
    assert told(Reassembly(), part("甲", 1, 2), part("乙", 2, 2, at=far - sign)) == [None, "甲乙"]
    assert told(Reassembly(lost.append), part("甲", 1, 2), part("乙", 2, 2, at=far)) == [None, None]
    assert [each.missing for each in lost] == [[2]]


def test_a_centre_that_sends_zeros_for_the_time() -> None:
    nothing = Timestamp(2000, 0, 0, 0, 0, 0)
    one, two = (replace(part(text, at, 2), timestamp=nothing) for at, text in ((1, "甲"), (2, "乙")))
    assert told(Reassembly(), one, two, two, one) == [None, "甲乙", None, "甲乙"]


def test_a_hostile_sender_does_not_fill_the_memory() -> None:
    lost: list[Incomplete] = []
    reassembly = Reassembly(lost.append)
    for number in range(3 * MOST_MESSAGES):
        reassembly.add(part("x", 1, 2, reference=number % 256, sender=f"1069{number:06}"))
    assert len(reassembly.waiting) == MOST_MESSAGES and len(lost) == 2 * MOST_MESSAGES
    for at in range(1000):
        reassembly.add(part("x", 1, 2, at=at / 100, sender="10086"))
    assert reassembly.waiting[-1].duplicates < 10
    assert told(reassembly, part("y", 2, 2, at=11, sender="10086")) == ["xy"]


def test_the_newest_is_kept_however_long_it_waits() -> None:
    """Given up is what nothing came of for longest, not what began first."""
    reassembly = Reassembly()
    reassembly.add(part("甲", 1, 3))
    for number in range(MOST_MESSAGES - 1):
        reassembly.add(part("x", 1, 2, sender=f"1069{number:06}"))
    reassembly.add(part("乙", 2, 3))
    reassembly.add(part("x", 1, 2, sender="10010"))
    assert told(reassembly, part("丙", 3, 3)) == ["甲乙丙"]


def test_recipients_do_not_mix() -> None:
    reassembly = Reassembly()
    assert reassembly.add(part("甲", 1, 2), to="106955") is None
    assert reassembly.add(part("乙", 2, 2), to="106988") is None
    whole = reassembly.add(part("丙", 2, 2), to="106955")
    assert whole is not None and whole.body == "甲丙"


def test_what_is_no_part_or_the_only_one_is_whole_at_once() -> None:
    def element(*octets: int) -> Deliver:
        header = (InformationElement(0, bytes(octets)),)
        return replace(part("x", 1, 1), user_data=UserData("文", header))

    for octets in ((5, 1, 1), (5, 0, 1), (5, 0, 0), (5, 2, 0), (5, 2, 3), (5, 2)):
        assert told(Reassembly(), element(*octets)) == ["文"], octets


def test_octets_among_text_lose_nothing() -> None:
    assert told(Reassembly(), part("甲", 1, 2), part(b"\x00\xff", 2, 2)) == [None, b"\x75\x32\x00\xff"]


class Model(RuleBasedStateMachine):
    """A simple one: a message of n parts that a sender sends is complete as often as its rarest part came.

    Of one sender the next message under a reference comes a minute after the last one was complete, or when
    nobody waits for the rest of that one any more; copies come within seconds.
    """

    def __init__(self) -> None:
        super().__init__()
        self.reassembly = Reassembly()
        self.clock = 0.0
        self.sent: dict[tuple[str, int, int], list[Deliver]] = {}
        self.count: dict[tuple[str, int, int], list[int]] = {}
        self.whole: dict[tuple[str, int, int], str] = {}
        self.serial = 0
        self.expected: list[str] = []
        self.got: list[str] = []

    @rule(
        sender=st.sampled_from(["95588", "95533"]),
        reference=st.sampled_from([0, 7]),
        total=st.sampled_from([2, 3]),
        own=st.lists(st.booleans(), min_size=3, max_size=3),
    )
    def writes(self, sender: str, reference: int, total: int, own: list[bool]) -> None:
        """Some parts are the same in every message; at least one is not."""
        key = (sender, reference, total)
        finished = min(self.count.get(key, [1])) > 0
        self.clock += 60 if finished else WITHIN.total_seconds() + 60
        self.serial += 1
        own[self.serial % total] = True
        texts = [f"{number}-{self.serial if own[number] else 'same'};" for number in range(total)]
        self.sent[key] = [
            part(text, number, total, self.clock + number, reference, sender)
            for number, text in enumerate(texts, 1)
        ]
        self.count[key] = [0] * total
        self.whole[key] = "".join(texts)

    @rule(which=st.integers(0, 7), number=st.integers(0, 2), copy=st.sampled_from([0, 3]))
    def comes(self, which: int, number: int, copy: int) -> None:
        """A part for the first time, or again: as it was, or handed in to the centre once more."""
        if not self.sent:
            return
        key = sorted(self.sent)[which % len(self.sent)]
        count = self.count[key]
        number %= len(count)
        if count[number] == 3 or self.clock - self._sent_at(key) > 30:
            return
        deliver = self.sent[key][number]
        if count[number] and copy:
            when = deliver.timestamp.when + timedelta(seconds=copy)
            deliver = replace(deliver, timestamp=Timestamp.of(when))
        before = min(count)
        count[number] += 1
        self.expected += [self.whole[key]] * (min(count) - before)
        complete = self.reassembly.add(deliver)
        if complete is not None:
            assert complete.copy == min(count)
            self.got.append(str(complete.body))

    def _sent_at(self, key: tuple[str, int, int]) -> float:
        return (self.sent[key][0].timestamp.when - NOON).total_seconds()

    @invariant()
    def what_is_complete_is_what_was_sent(self) -> None:
        assert self.got == self.expected


Model.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestModel = Model.TestCase
