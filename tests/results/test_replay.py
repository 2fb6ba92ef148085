"""Adaptive replay: Bayes' rule by hand, swaps by what they tell a second, and culprits that are found."""

from __future__ import annotations

from math import log

import pytest
from scipy import stats

from interop.results.replay import CHANCE, SUSPECTS, Investigation, Replayed, Suspect

TWO = (Suspect("sim", 60), Suspect("originator", 20))
KNOWN = Investigation(TWO, depths=(0.9,), background=0.05, chance=0.2)
"""0.4, 0.4 and 0.2 before the failure; a culprit fails 1 - 0.95 * 0.1 = 0.905"""


def replayed(*swapped: str, failed: bool) -> Replayed:
    return Replayed(frozenset(swapped), failed)


def test_the_failure_itself_is_known() -> None:
    weights = {"sim": 0.4 * 0.905, "originator": 0.4 * 0.905, CHANCE: 0.2 * 0.05}
    total = sum(weights.values())
    assert KNOWN.posterior([]) == pytest.approx({name: weight / total for name, weight in weights.items()})


def test_bayes_by_hand() -> None:
    """It passes with another SIM, then fails with another originator: the SIM."""
    history = [replayed("sim", failed=False), replayed("originator", failed=True)]
    weights = {
        "sim": 0.4 * 0.905 * 0.95 * 0.905,
        "originator": 0.4 * 0.905 * 0.095 * 0.05,
        CHANCE: 0.2 * 0.05 * 0.95 * 0.05,
    }
    total = sum(weights.values())
    found = KNOWN.posterior(history)
    assert found == pytest.approx({name: weight / total for name, weight in weights.items()})
    assert KNOWN.posterior(history[::-1]) == pytest.approx(found)
    assert KNOWN.culprit(history) == "sim" and KNOWN.next(history) is None


def test_priors_weigh() -> None:
    usual = Investigation((Suspect("sim", 60, prior=3), Suspect("originator", 20)), chance=0.0)
    assert usual.posterior([])["sim"] == pytest.approx(0.75)


def test_how_often_it_shows_is_learnt() -> None:
    """Passing as it was, time and again, is no proof against a rare fault, and one against a steady one."""
    passed = [replayed(failed=False)] * 4
    rare, steady = (Investigation(TWO, depths=(depth,)) for depth in (0.25, 0.95))
    assert steady.culprit(passed) == CHANCE
    assert rare.culprit(passed) is None and rare.posterior(passed)[CHANCE] < 0.2


def test_information_is_mutual_information() -> None:
    """Of who it is and how the replay ends, as scipy's relative entropy says."""
    swap = KNOWN.next([])
    assert swap is not None and swap.swapped == ("originator",) and swap.seconds == 40.0
    shares = KNOWN.posterior([])
    fails = {"sim": 0.905, "originator": 0.05, CHANCE: 0.05}
    overall = sum(shares[name] * fails[name] for name in shares)
    expected = sum(
        shares[name] * stats.entropy([fails[name], 1 - fails[name]], [overall, 1 - overall])
        for name in shares
    )
    assert swap.information == pytest.approx(expected)
    assert expected < log(3)


def test_the_cheaper_of_two_that_tell_the_same() -> None:
    """Either of two suspects is as telling: the cheap one goes, whichever is named first."""
    for suspects in (TWO, TWO[::-1]):
        swap = Investigation(suspects).next([])
        assert swap is not None and swap.swapped == ("originator",)


def test_dear_swaps_are_put_off_and_halves_are_taken() -> None:
    even = Investigation(
        tuple(Suspect(name, 1, 1) for name in "abcdef"), case_s=1000, depths=(0.95,), chance=0.0
    )
    swap = even.next([])
    assert swap is not None and len(swap.swapped) == 3  # swaps are nothing beside the case: bisect
    dear = Investigation(
        tuple(Suspect(name, 1000, 1) for name in "abcdef"), case_s=1, depths=(0.95,), chance=0.0
    )
    swap = dear.next([])
    assert swap is not None and len(swap.swapped) == 1  # each of a set costs as much again


def test_what_is_swapped_already_costs_nothing_and_going_back_does() -> None:
    swap = KNOWN.next([replayed("originator", failed=True)])
    assert swap is not None
    prices = {"sim": 60.0, "originator": 20.0}
    changed = set(swap.swapped) ^ {"originator"}
    assert swap.seconds == 20 + sum(prices[name] for name in changed)


def test_what_cannot_be_swapped_is_told_by_the_others() -> None:
    """The core network has no second one: it is what remains; two such are never told apart."""
    one = Investigation((*TWO, Suspect("core", None)), depths=(0.95,))
    history: list[Replayed] = []
    while swap := one.next(history):
        assert "core" not in swap.swapped
        history.append(Replayed(frozenset(swap.swapped), failed=True))
    assert one.culprit(history) == "core"
    two = Investigation((Suspect("core", None), Suspect("interconnect", None)), chance=0.0)
    assert two.next([]) is None and two.culprit([]) is None


@pytest.mark.parametrize("culprit", [suspect.name for suspect in SUSPECTS])
def test_a_steady_fault_is_found_quickly(culprit: str) -> None:
    """One that always shows and no background: no more replays than one at a time would need."""
    investigation, history, seconds = Investigation(), list[Replayed](), 0.0
    while swap := investigation.next(history):
        history.append(Replayed(frozenset(swap.swapped), culprit not in swap.swapped))
        seconds += swap.seconds
    assert investigation.culprit(history) == culprit
    assert len(history) <= 8 and seconds < 600


def test_what_never_comes_back_was_chance() -> None:
    investigation, history = Investigation(), list[Replayed]()
    while swap := investigation.next(history):
        history.append(Replayed(frozenset(swap.swapped), failed=False))
    assert investigation.culprit(history) == CHANCE and len(history) < 25


@pytest.mark.parametrize(
    ("suspects", "options", "told"),
    [
        ((), {}, "from 1 to 12"),
        ((Suspect("sim", 1), Suspect("sim", 2)), {}, "suspects sim, sim"),
        ((Suspect(CHANCE, 1),), {}, "suspects chance"),
        (tuple(Suspect(f"s{n}", 1) for n in range(13)), {}, "from 1 to 12"),
        ((Suspect("sim", -1),), {}, "no less than 0 seconds"),
        ((Suspect("sim", 1, prior=0),), {}, "a prior"),
        (TWO, {"case_s": 0.0}, "0 seconds"),
        (TWO, {"depths": ()}, "depths"),
        (TWO, {"depths": (0.5, 1.5)}, "depths"),
        (TWO, {"background": 0.0}, "background"),
        (TWO, {"chance": 1.0}, "chance"),
        (TWO, {"sure": 1.0}, "sure"),
    ],
)
def test_what_is_no_investigation(
    suspects: tuple[Suspect, ...], options: dict[str, float], told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        Investigation(suspects, **options)  # type: ignore[arg-type]


def test_a_swap_of_nobody_known() -> None:
    with pytest.raises(ValueError, match="handset was swapped: no such suspect"):
        KNOWN.posterior([replayed("handset", failed=True)])
