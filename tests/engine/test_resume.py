"""What a resumed run still knows of messages that were on their way when the one before ended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from interop.engine import resume
from interop.engine.clock import run_virtual
from interop.engine.debts import Debts
from interop.engine.evidence import Evidence
from interop.engine.expected import Expectations
from interop.engine.lease import Lease
from interop.protocols.modem import Divert, Forwarding, Modem, Steered
from interop.protocols.stream import EventStream
from interop.record import Attempt, InconcReason, Started, Subject, Verdict
from interop.record.events import ForwardingSeen, ForwardingSet, MessageReceived
from interop.record.reader import Run, read_run
from interop.record.writer import RunWriter

SIM, OTHER = "mi-1709", "snail-1718"
BANK, SHOP = "106579558801", "1069800012306"
NOBODY = Subject(SIM, "17090001234", "1709", "Mi", "CMCC", "北京")


def message(text: str, sender: str) -> MessageReceived:
    return MessageReceived(sender, 129, text, "2026-01-05T09:00:00+08:00")


class Killed:
    """A run up to its end: attempts at one SIM, one after the other, and whatever comes, a second apart."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._at = 0.0
        self._writer = RunWriter(directory, now=lambda: self._at)
        self._writer.describe({})
        self._evidence = Evidence(self._writer)
        self._heard = {SIM: EventStream(), OTHER: EventStream()}
        for party, stream in self._heard.items():
            self._evidence.attach(party, stream)

    def begins(self, number: int) -> Lease:
        self._at += 1
        lease = Lease("codes[mi-1709@bank]", number)
        self._writer.write(Started(lease.case, number, {}, self._at))
        self._evidence.begin(lease, [SIM])
        return lease

    def asks(self, lease: Lease, text: str = "", sender: str = "", *, awaited: bool = True) -> None:
        self._at += 1
        self._evidence.expect(lease, SIM, text, sender, awaited)

    def settles(self, lease: Lease) -> None:
        self._at += 1
        self._evidence.settle(lease, SIM)

    def comes(self, text: str, sender: str = BANK, sim: str = SIM) -> None:
        self._at += 1
        self._heard[sim].append(message(text, sender))

    def forwards(self, event: ForwardingSeen | ForwardingSet) -> None:
        self._at += 1
        self._heard[SIM].append(event)

    def read(self) -> Run:
        self._writer.close()
        return read_run(self._directory)

    def ends(self, lease: Lease) -> None:
        self._at += 1
        self._evidence.over(lease)
        self._evidence.end(lease)
        number, started = lease.attempt, self._at - 1
        self._writer.write(
            Attempt(lease.case, "codes", "-", "-", NOBODY, None, {}, number, Verdict.FAIL, started, 1.0)
        )

    def recalled(self) -> Expectations:
        """By the run that resumes it."""
        self._writer.close()
        expected = Expectations()
        resume.recall(read_run(self._directory), expected)
        return expected


@pytest.fixture
def killed(tmp_path: Path) -> Killed:
    return Killed(tmp_path / "run")


def test_a_code_that_was_awaited_when_the_run_was_killed(killed: Killed) -> None:
    killed.asks(killed.begins(3), sender=BANK)
    killed.comes("somebody else's", SHOP)
    expected = killed.recalled()
    assert expected.owed(Lease("other", 1), SIM, BANK) == 1
    assert expected.owed(Lease("other", 1), OTHER, BANK) == 0
    late = expected.came(SIM, message("验证码123456", BANK))
    assert late is not None and (late.key, late.ended) == ("codes[mi-1709@bank]#3", 3.0)
    assert expected.owed(Lease("other", 1), SIM, BANK) == 0
    assert expected.came(SIM, message("验证码123456", BANK)) is None


class ForwardedPhone:
    """Calls to it go elsewhere; the network takes `refusals` orders in vain."""

    def __init__(self, sim: str, refusals: int = 0) -> None:
        self.name, self.sim, self.refusals = f"m-{sim}", sim, refusals
        self.asked: list[tuple[Divert, Forwarding]] = []

    async def divert(self, when: Divert, to: str, *, after_s: int = 20, active: bool = True) -> Steered:
        self.asked.append((when, Forwarding(to, active, after_s)))
        return Steered(len(self.asked) > self.refusals)

    async def diverted(self, when: Divert) -> Forwarding | None:
        return Forwarding("13900001234")


def test_forwarding_that_a_crash_left_in_the_network_is_erased(killed: Killed) -> None:
    """Of the attempt that was cut short only, and until the network takes it; its condition, its SIM."""
    whole = killed.begins(1)
    killed.forwards(ForwardingSet("busy", "13900001234"))
    killed.forwards(ForwardingSet("busy", "12580"))
    killed.ends(whole)
    killed.begins(2)
    killed.forwards(ForwardingSet("no_reply", "13900001234"))
    one, other = ForwardedPhone(SIM, refusals=2), ForwardedPhone(OTHER)
    debts = Debts()
    resume.owes(killed.read(), cast("list[Modem]", [one, other]), ["13900001234"], debts)

    async def before_cases() -> None:
        assert (await debts.settle([other.name])).trouble is None
        assert (await debts.settle([one.name])).trouble is InconcReason.MODEM
        assert await debts.settle_all() == []
        assert (await debts.settle([one.name])).trouble is None

    run_virtual(before_cases())
    assert one.asked == 3 * [(Divert.NO_REPLY, Forwarding())]
    assert other.asked == []


@pytest.mark.parametrize(
    ("before", "restored"),
    [
        (ForwardingSeen("busy", "12580", True, 25), Forwarding("12580", True, 25)),
        (ForwardingSeen("busy", "+8612580", False), Forwarding("+8612580", False)),
        (ForwardingSeen("busy", ""), Forwarding()),
        (ForwardingSeen("busy", "+8613900001234"), Forwarding()),  # of a run before that was killed, too
        (ForwardingSeen("always", "12580"), Forwarding()),  # which nobody has touched
    ],
)
def test_what_stood_there_before_the_crash_stands_there_again(
    before: ForwardingSeen, restored: Forwarding, killed: Killed
) -> None:
    killed.begins(1)
    killed.forwards(before)
    killed.forwards(ForwardingSet("busy", "13900001234"))
    killed.forwards(ForwardingSeen("busy", "13900001234"))
    phone, debts = ForwardedPhone(SIM), Debts()
    resume.owes(killed.read(), cast("list[Modem]", [phone]), ["13900001234", "18600001234"], debts)
    run_virtual(debts.settle_all())
    assert phone.asked == [(Divert.BUSY, restored)]


def one_came_while_the_second_waited(killed: Killed) -> None:
    first, second = killed.begins(1), None
    killed.asks(first, sender=BANK)
    killed.ends(first)
    second = killed.begins(2)
    killed.asks(second, sender=BANK)
    killed.comes("验证码1")
    killed.ends(second)


def late_by_its_text(killed: Killed) -> None:
    lease = killed.begins(1)
    killed.asks(lease, "IOP1")
    killed.asks(lease, sender=BANK)
    killed.ends(lease)
    killed.comes("IOP1")


def given_away(killed: Killed) -> None:
    lease = killed.begins(1)
    killed.asks(lease, sender=BANK, awaited=False)
    killed.ends(lease)


def refused(killed: Killed) -> None:
    lease = killed.begins(1)
    killed.asks(lease, sender=BANK)
    killed.settles(lease)
    killed.asks(killed.begins(2), sender=BANK)


def to_another_phone(killed: Killed) -> None:
    lease = killed.begins(1)
    killed.asks(lease, sender=BANK)
    killed.comes("验证码1", BANK, OTHER)
    killed.ends(lease)


@pytest.mark.parametrize(
    ("happened", "owed", "whose"),
    [(one_came_while_the_second_waited, 1, 1), (late_by_its_text, 1, 1), (given_away, 1, None),
     (to_another_phone, 1, 1), (refused, 1, 2)],
)  # fmt: skip
def test_what_came_before_is_not_waited_for_again(
    killed: Killed, happened: Callable[[Killed], None], owed: int, whose: int | None
) -> None:
    """`owed` and `whose` the next one is: as they would be had the run not ended."""
    happened(killed)
    expected = killed.recalled()
    assert expected.owed(Lease("next", 1), SIM, BANK) == owed
    late = expected.came(SIM, message("验证码2", BANK))
    assert (late.attempt if late else None) == whose
    assert expected.owed(Lease("next", 1), SIM, BANK) == 0


def test_no_record_of_what_was_expected(killed: Killed) -> None:
    """A run of a version that did not keep it."""
    killed.ends(killed.begins(1))
    assert killed.recalled().came(SIM, message("验证码", BANK)) is None
