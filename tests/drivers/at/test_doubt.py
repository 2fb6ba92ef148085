"""What is owed, by itself; what it is good for stands in test_transaction and test_late."""

from __future__ import annotations

from drivers.at.doubt import MOST_OWED, PROBE, Doubt
from drivers.at.exchange import Command


def named(number: int) -> Command:
    return Command(text=f"AT+X{number}", expect=(f"+X{number}:",))


def test_a_modem_that_never_answers_does_not_fill_the_memory() -> None:
    doubt = Doubt(())
    for number in range(MOST_OWED + 1):
        doubt.owe(named(number))
    assert doubt.late("+X0: 1") is None
    assert doubt.late("+X1: 1") is not None


def test_whoever_waits_until_nothing_is_owed_does_not_wait_for_probes() -> None:
    """A modem that came to life owes probes: no message has to wait a minute for them."""
    doubt = Doubt(())
    doubt.owe(PROBE, ("AT+CMEE?",))
    assert doubt.forgive(0.0, 60.0) == 0.0
    doubt.owe(named(1))
    assert doubt.forgive(10.0, 60.0) == 60.0
    assert doubt.forgive(69.0, 60.0) == 1.0
    assert bool(doubt)
    assert doubt.forgive(70.0, 60.0) == 0.0
    assert not doubt


def test_a_clock_that_is_off_by_a_little_does_not_keep_what_was_waited_for() -> None:
    """asyncio rounds the time that it wakes up at: whoever slept until then must not find it owed still."""
    doubt = Doubt(())
    doubt.owe(Command(text="AT+CHUP"))
    rest = doubt.forgive(0.1, 60.0)
    assert doubt.forgive(0.1 + rest - 1e-9, 60.0) == 0.0 and not doubt


def test_probes_matter_to_whoever_says_so() -> None:
    doubt = Doubt(())
    doubt.owe(PROBE)
    assert (doubt.forgive(0.0, 60.0), doubt.forgive(0.0, 60.0, probes=True)) == (0.0, 60.0)
