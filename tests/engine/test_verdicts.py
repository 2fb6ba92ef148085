"""Rules that keep an innocent network from being accused, one by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interop.engine.bench import Inconclusive
from interop.engine.verdicts import equipment_trouble, finding, service_lost
from interop.protocols.modem import Health
from interop.record import Attempt, Check, Event, Finding, InconcReason, Subject, Verdict
from interop.record.events import RegistrationSeen

HOME, SEARCHING, ROAMING = 1, 2, 5


def at(party: str, **domains: int) -> list[tuple[str, Event]]:
    return [(party, RegistrationSeen(domain, stat)) for domain, stat in domains.items()]


def test_service_lost_and_found_again() -> None:
    events = [*at("a", cs=HOME, eps=HOME), *at("a", cs=SEARCHING), *at("a", cs=HOME)]
    assert service_lost(events) == Health(InconcReason.NOT_REGISTERED, "a lost its registration meanwhile")


@pytest.mark.parametrize(
    "events",
    [
        at("telecom", cs=0, eps=HOME, ims=HOME),  # never had a CS domain
        [*at("a", cs=HOME, eps=HOME), *at("a", eps=SEARCHING)],  # fallback to GSM for a call
        [*at("a", cs=HOME), *at("b", cs=SEARCHING)],  # b was never there: its probe says so
        [*at("a", cs=SEARCHING), *at("a", cs=HOME), *at("a", cs=ROAMING)],
    ],
)
def test_service_kept(events: list[tuple[str, Event]]) -> None:
    assert service_lost(events) is None


def test_what_a_case_finds_of_our_equipment_counts_against_its_own_fail() -> None:
    error = Inconclusive(InconcReason.MODEM, "memory is full")
    found = equipment_trouble(error, [])
    assert found is not None and found.trouble is InconcReason.MODEM


def attempt(city: str, verdict: Verdict) -> Attempt:
    return Attempt(
        case="c",
        suite="s",
        service="x",
        standard="",
        subject=Subject(city, "17090000001", "1709", "A", "CUCC", city),
        peer=None,
        devices={},
        attempt=1,
        verdict=verdict,
        started=0.0,
        duration_s=1.0,
    )


def test_a_control_in_another_city_says_so() -> None:
    failed, control = attempt("上海", Verdict.FAIL), attempt("北京", Verdict.PASS)
    found = finding(failed, control)
    assert found.finding is Finding.SEGMENT
    assert "北京" in found.why and "上海" in found.why
    assert not finding(failed, replace(control, subject=failed.subject)).why


@pytest.mark.parametrize(
    ("passed", "found"), [(Verdict.PASS, Finding.SEGMENT), (Verdict.NONE, Finding.UNKNOWN)]
)
def test_a_control_that_could_not_look_says_nothing(passed: Verdict, found: Finding) -> None:
    """Its modem hears no tones, say: that it passed is no contrast to a silence."""
    failed, control = attempt("上海", Verdict.FAIL), attempt("北京", Verdict.PASS)
    said = [
        Check("it rings", "RING", "RING", Verdict.PASS),
        Check("上海 hears b", "tone", "nothing", Verdict.FAIL),
    ]
    looked = [said[0], Check("北京 hears b", "tone", "tone", passed)]
    judged = finding(replace(failed, checks=tuple(said)), replace(control, checks=tuple(looked)))
    assert judged.finding is found
