"""Whose is a message that came: which attempt asked for it, is it late, or did nobody ask for it there?"""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from interop.engine.expected import Expectations
from interop.engine.lease import Lease
from interop.record.events import MessageReceived, MmsNotified

SIM, OTHER = "mi-1709", "snail-1718"
BANK, ACCOUNT = "106579558801", "1065795588"


def message(text: str = "code", sender: str = BANK) -> MessageReceived:
    return MessageReceived(sender, 129, text, "2026-01-05T09:00:00+08:00")


def attempt(number: int = 1, *, over: bool = False) -> Lease:
    return Lease("case", number, ended=1.0 if over else None)


@dataclass
class Table:
    """`asks`: an attempt that asks for a text with this in it, or for whatever comes from this number."""

    expected: Expectations = field(default_factory=Expectations)

    def asks(self, lease: Lease, text: str = "", sender: str = "", *, awaited: bool = True) -> Lease:
        self.expected.expect(lease, SIM, text, sender, awaited)
        return lease

    def came(self, *words: str, sim: str = SIM) -> Lease | None:
        return self.expected.came(sim, message(*words))


@pytest.fixture
def table() -> Table:
    return Table()


def test_what_a_running_attempt_asked_for_is_not_late(table: Table) -> None:
    lease = table.asks(attempt(), "IOP1")
    assert table.came("IOP1") is None
    lease.ended = 5.0
    assert table.came("IOP1") is lease  # a second copy, after its end


def test_what_comes_after_the_end_belongs_to_who_asked(table: Table) -> None:
    first, second = (table.asks(attempt(n, over=True), f"IOP{n}") for n in (1, 2))
    assert (table.came("IOP2"), table.came("IOP1")) == (second, first)


def test_a_multimedia_message_is_known_by_its_subject_and_is_no_stray(table: Table) -> None:
    lease = table.asks(attempt(over=True), "IOP1")

    def announced(subject: str) -> MmsNotified:
        return MmsNotified("T1", "http://mmsc.example/1", 2000, "+8613900001234", subject)

    assert table.expected.came(SIM, announced("图片 IOP1")) is lease
    assert table.expected.came(SIM, announced("IOP2")) is None
    assert table.expected.strays(0, ()) == []


def test_it_belongs_to_who_asked_at_that_sim(table: Table) -> None:
    table.asks(attempt(over=True), "IOP1")
    assert table.came("IOP1", sim=OTHER) is None
    assert [stray.sim for stray in table.expected.strays(0, [])] == [OTHER]


def test_a_known_text_outranks_a_known_sender(table: Table) -> None:
    """A late text of ours, from the very number that a bank's code is awaited from."""
    table.asks(attempt(2), sender=BANK)
    late = table.asks(attempt(1, over=True), "IOP1")
    assert table.came("IOP1", BANK) is late
    assert table.expected.owed(attempt(3), SIM, BANK) == 1


def test_who_runs_outranks_who_has_ended(table: Table) -> None:
    table.asks(attempt(1, over=True), sender=BANK)
    table.asks(attempt(2), sender=BANK)
    assert table.came() is None


def test_of_those_that_ended_the_first_to_ask_gets_the_first_that_comes(table: Table) -> None:
    first, second = (table.asks(attempt(n, over=True), sender=BANK) for n in (1, 2))
    assert [table.came(), table.came(), table.came()] == [first, second, None]


def test_what_nobody_waited_for_is_not_late(table: Table) -> None:
    """And is no stray either: the attempt that gave the number away has nothing against a code."""
    table.asks(attempt(over=True), sender=BANK, awaited=False)
    assert table.came() is None
    assert not table.expected.strays(0, [])


@pytest.mark.parametrize("shown", [BANK, f"+86{BANK}", f"86{BANK}", f"{BANK}07"])
def test_forms_of_the_number_that_was_asked_from(table: Table, shown: str) -> None:
    late = table.asks(attempt(over=True), sender=BANK)
    assert table.came("code", shown) is late
    assert table.expected.owed(attempt(2), SIM, BANK) == 0


@pytest.mark.parametrize("shown", [ACCOUNT, "", "95588", f"+{BANK[1:]}", f"0086{BANK}"])
def test_other_numbers(table: Table, shown: str) -> None:
    table.asks(attempt(over=True), sender=BANK)
    assert table.came("code", shown) is None
    assert len(table.expected.strays(0, [])) == 1


def test_what_is_owed_are_earlier_attempts_messages_that_never_came(table: Table) -> None:
    mine = table.asks(attempt(3), sender=BANK)
    for number in (1, 2):
        table.asks(attempt(number, over=True), sender=BANK)
    table.asks(attempt(4, over=True), "IOP4")  # its text says whose it is
    assert table.expected.owed(mine, SIM, BANK) == 2
    assert table.expected.owed(mine, OTHER, BANK) == 0
    assert table.expected.owed(mine, SIM, "95588") == 0
    mine.ended = 2.0
    table.came()
    assert table.expected.owed(attempt(5), SIM, BANK) == 2  # of three


def test_the_number_of_an_account_stands_for_all_that_begin_so(table: Table) -> None:
    """A lab file may know no more of a sender; of a longer number, the shorter one is another's."""
    table.asks(attempt(1, over=True), sender=ACCOUNT)
    assert table.expected.owed(attempt(2), SIM, BANK) == 1
    assert table.expected.owed(attempt(2), SIM, ACCOUNT[:-1]) == 0


def test_strays_since_a_place(table: Table) -> None:
    table.came("before", sim=OTHER)
    place = table.expected.place
    table.came("mine")
    table.came("theirs", sim=OTHER)
    assert [stray.message.text for stray in table.expected.strays(place, [SIM])] == ["theirs"]
    assert [stray.message.text for stray in table.expected.strays(0, [])] == ["before", "mine", "theirs"]


@given(st.integers(0, 600))
def test_the_latest_strays_are_kept(count: int) -> None:
    table = Table()
    for number in range(count):
        table.came(str(number), sim=OTHER)
    kept = [int(stray.message.text) for stray in table.expected.strays(0, [SIM])]
    assert kept == list(range(count))[-256:]
    assert table.expected.place == count


class Run(RuleBasedStateMachine):
    """Attempts, one after the other at one SIM, and whatever comes."""

    def __init__(self) -> None:
        super().__init__()
        self.table = Table()
        self.leases: list[Lease] = []
        self.late: list[Lease] = []

    @precondition(lambda self: not self.leases or self.leases[-1].ended is not None)
    @rule(sender=st.sampled_from(["", BANK, ACCOUNT]))
    def begins(self, sender: str) -> None:
        lease = attempt(len(self.leases))
        self.leases.append(lease)
        self.table.asks(lease, "" if sender else f"IOP{lease.attempt};", sender)

    @precondition(lambda self: self.leases and self.leases[-1].ended is None)
    @rule()
    def ends(self) -> None:
        self.leases[-1].ended = 1.0

    @rule(number=st.integers(0, 9), sender=st.sampled_from([BANK, ACCOUNT, "95588", f"+86{BANK}"]))
    def comes(self, number: int, sender: str) -> None:
        strays = len(self.table.expected.strays(0, []))
        late = self.table.came(f"IOP{number};", sender)
        if late is not None:
            self.late.append(late)
            assert late.ended is not None
            assert len(self.table.expected.strays(0, [])) == strays
        if number < len(self.leases) and self._asked_by_text(number):
            asked = self.leases[number]
            assert late is (asked if asked.ended is not None else None)

    def _asked_by_text(self, number: int) -> bool:
        asked = self.table.expected._of_sim[SIM][number]
        return bool(asked.text)

    @invariant()
    def a_code_of_a_site_is_late_once(self) -> None:
        of_sites = [lease for lease in self.late if not self._asked_by_text(lease.attempt)]
        assert len(of_sites) == len({lease.attempt for lease in of_sites})


TestRun = Run.TestCase


def test_what_is_settled_is_owed_no_more() -> None:
    expectations, mine, next_one = Expectations(), Lease("mine", 1), Lease("next", 1)
    expectations.expect(mine, "sim", "", "1065", True)
    expectations.expect(mine, "other", "", "1065", True)
    assert (expectations.owed(next_one, "sim", "1065"), expectations.owed(next_one, "", "1065")) == (1, 2)
    expectations.settle(mine, "sim")
    assert (expectations.owed(next_one, "sim", "1065"), expectations.owed(next_one, "", "1065")) == (0, 1)
    assert expectations.owed(mine, "", "1065") == 0
