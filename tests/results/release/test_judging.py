"""Attempts made by hand, and what a board has to say of them: verdict, counts, what is missing."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import pytest

from interop.record import Finding, InconcReason, Verdict
from interop.results.release import Answer, Board, Item, ReleaseList, Tried, board_of, worst
from interop.results.release.criteria import Mean
from interop.results.release.reading import Known, Place

PASS, FAIL, INCONC, ERROR, NONE = (
    Verdict.PASS, Verdict.FAIL, Verdict.INCONC, Verdict.ERROR, Verdict.NONE,
)  # fmt: skip
HOUR = 3600.0
MS = Item(id="sms", title="t", area="a", services=("sms-mo",), works=True)


def tried(verdict: Verdict = PASS, at: float = 0.0, peer: str = "CMCC", **changes: Any) -> Tried:
    """Of a number 1709 on CUCC; `changes` are fields of it."""
    service = changes.get("service", "sms-mo")
    made = Tried(
        run="/runs/a",
        suite="recognition",
        case=f"recognition.x.{service}[mi-1709->{peer}]",
        number=1,
        service=service,
        segment="1709",
        base_operator="CUCC",
        peer=peer,
        verdict=verdict,
        started=at,
        modem="m01",
    )
    return replace(made, **changes)


def board(*attempts: Tried, items: tuple[Item, ...] = (MS,), older: tuple[Place, ...] = ()) -> Board:
    places = {Place(one.segment, one.base_operator, one.service, one.peer) for one in attempts}
    known = Known("小米移动", "北京", attempts, (*sorted(places, key=repr), *older), 0.0)
    return board_of(known, ReleaseList(name="l", items=items))


def answer(*attempts: Tried, item: Item = MS, older: tuple[Place, ...] = ()) -> Answer:
    (found,) = board(*attempts, items=(item,), older=older).answers
    return found


def item(**changes: Any) -> Item:
    return Item(**({"id": "x", "title": "t", "area": "a", "services": ("sms-mo",)} | changes))


# Each case works


@pytest.mark.parametrize(
    ("verdicts", "verdict", "counts"),
    [
        ([PASS], PASS, (0, 1)),
        ([FAIL], FAIL, (1, 1)),
        ([FAIL, PASS], PASS, (0, 1)),
        ([PASS, FAIL], FAIL, (1, 1)),
        ([PASS, INCONC], PASS, (0, 1)),
        ([FAIL, INCONC, INCONC], FAIL, (1, 1)),
        ([INCONC], INCONC, (0, 0)),
        ([NONE], INCONC, (0, 0)),
        ([PASS, ERROR], ERROR, (0, 0)),
        ([FAIL, ERROR, INCONC], ERROR, (0, 0)),
        ([ERROR, PASS], PASS, (0, 1)),
        ([], NONE, (0, 0)),
    ],
)
def test_of_a_case_the_last_attempt_that_says_something_counts(
    verdicts: list[Verdict], verdict: Verdict, counts: tuple[int, int]
) -> None:
    found = answer(*(tried(one, at, number=at + 1) for at, one in enumerate(verdicts)))
    assert (found.verdict, (found.failed, found.valid)) == (verdict, counts)
    shuffled = answer(*(tried(one, at, number=at + 1) for at, one in reversed(list(enumerate(verdicts)))))
    assert (shuffled.verdict, shuffled.failed) == (verdict, counts[0])


def test_one_case_of_many_is_enough_to_fail_and_its_attempt_is_the_evidence() -> None:
    good = [tried(peer=peer, number=2) for peer in ("CMCC", "CUCC", "MVNO")]
    bad = tried(FAIL, 5.0, peer="CTCC", blame="interconnect: no_route", finding=Finding.SEGMENT)
    found = answer(*good, bad)
    assert (found.verdict, found.failed, found.valid) == (FAIL, 1, 4)
    assert found.evidence[0] == (bad, FAIL) and len(found.evidence) == 4
    assert found.why == ("interconnect: no_route; the segment: an ordinary number works",)
    assert found.missing == ()


NAME = "recognition.x.sends[mi-1709->CMCC{}-gsm7]"


@pytest.mark.parametrize(
    ("verdicts", "verdict"),
    [
        ([PASS, PASS, INCONC], PASS),
        ([FAIL, PASS, INCONC], FAIL),  # it does not work where it works now and then
        ([PASS, PASS, FAIL], FAIL),
        ([INCONC, INCONC, INCONC], INCONC),
        ([FAIL, PASS, ERROR], ERROR),
        ([ERROR, PASS, PASS], PASS),
    ],
)
def test_of_a_campaigns_repeats_each_has_to_work_and_they_are_one_case(
    verdicts: list[Verdict], verdict: Verdict
) -> None:
    names = (NAME.format(""), NAME.format("~2"), NAME.format("~10"))
    repeats = [tried(one, at, case=name) for at, (one, name) in enumerate(zip(verdicts, names, strict=True))]
    for order in (repeats, repeats[::-1]):
        found = answer(*order)
        assert (found.verdict, found.valid) == (verdict, int(verdict.conclusive))
    again = tried(PASS, 9.0, case=NAME.format("~3"), run_id=1)
    assert answer(*repeats, again).verdict is PASS, "a later run tells what became of it"
    silent = tried(INCONC, 9.0, case=NAME.format("~3"), run_id=1)
    assert answer(*repeats, silent).verdict is verdict


def test_another_parameter_suite_lab_segment_or_operator_is_another_case() -> None:
    """A pass of a number that another lab calls the same is none of this one."""
    failed = tried(FAIL, 0.0, case=NAME.format(""))
    others: tuple[dict[str, Any], ...] = (
        {"case": "recognition.x.sends[mi-1709->CMCC-ucs2]"},
        {"suite": "codes"},
        {"lab": "another"},
        {"segment": "1700"},
        {"base_operator": "CTCC"},
    )
    for run_id in (0, 1):
        for changes in others:
            one = replace(failed, verdict=PASS, started=9.0, run_id=run_id, **changes)
            found = answer(failed, one)
            assert (found.verdict, found.failed, found.valid) == (FAIL, 1, 2), changes
        assert answer(failed, replace(failed, verdict=PASS, number=2, started=9.0)).verdict is PASS


def test_of_real_runs_the_later_attempt_counts_of_emulated_ones_the_later_run() -> None:
    """Emulated runs all begin at the same time, and one that fails at once is there earlier."""
    slow, quick = tried(PASS, 90.0), tried(FAIL, 5.0, run_id=1)
    for order in ([slow, quick], [quick, slow]):
        assert answer(*order).verdict is FAIL
        assert answer(*(replace(one, epoch=float(one.run_id)) for one in order)).verdict is PASS
    fixed = replace(slow, run_id=2)
    assert answer(quick, fixed).verdict is PASS
    assert answer(quick, replace(fixed, verdict=INCONC)).verdict is FAIL
    retried = tried(PASS, 95.0, number=2)
    assert answer(slow, retried, quick).verdict is FAIL, "a number counts within its run"


def test_a_service_that_has_another_name_by_now_is_not_tried() -> None:
    """Its old passes would answer for it for ever."""
    old = tried(at=9.0, run_id=1)
    renamed = replace(old, verdict=FAIL, started=5.0, run_id=2, service="sms-out")
    for order in ([old, renamed], [renamed, old]):
        found = answer(*order)
        assert (found.verdict, found.missing) == (NONE, ("last seen 0 days ago",))
        assert answer(*order, item=item(services=("sms-out",), works=True)).verdict is FAIL
    assert answer(old, replace(renamed, lab="another")).verdict is PASS
    assert answer(old, replace(renamed, case="another")).verdict is PASS


def test_who_sent_is_told_where_the_list_leaves_it_open() -> None:
    """A gateway that the lab does not have is not missed, so the board says which ones there were."""
    gateways = [tried(peer=peer, case=peer) for peer in ("cucc-gw", "cmcc-gw", "cmcc-gw")]
    assert answer(*gateways, item=item(works=True)).others == ("cmcc-gw", "cucc-gw")
    assert answer(tried(peer=""), item=item(works=True)).others == ()
    assert answer(tried(), item=item(works=True, peers="others")).others == ()


@pytest.mark.parametrize(
    ("finding", "why", "missing"),
    [
        (Finding.SEGMENT, "core: x; the segment: an ordinary number works", ()),
        (Finding.PATH, "core: x; not the segment: an ordinary number fails too", ()),
        (Finding.UNKNOWN, "core: x", ("no contrast with an ordinary number for 1 fail",)),
        (None, "core: x", ()),
    ],
)
def test_a_fail_says_whether_it_is_the_segment(
    finding: Finding | None, why: str, missing: tuple[str, ...]
) -> None:
    found = answer(tried(FAIL, blame="core: x", finding=finding))
    assert (found.verdict, found.why, found.missing) == (FAIL, (why,), missing)


def test_how_sure_it_is_that_cases_work_is_told_where_it_says_anything() -> None:
    """31 in hours of their own: 1 - .05 ** (1 / 31); 8 of one hour have one cause, for all one knows."""
    cases = [tried(at=HOUR * number, case=f"c{number}") for number in range(31)]
    assert answer(*cases).bound == "at most 9.21 % fail"
    assert answer(*(replace(one, started=0.0) for one in cases[:8])).bound == ""
    assert answer(*cases, tried(FAIL)).bound == "", "that one fails is no matter of its share"


def test_accusations_that_are_the_same_are_counted() -> None:
    fails = [tried(FAIL, peer=peer, blame="core: x", finding=Finding.PATH) for peer in ("CMCC", "CTCC")]
    found = answer(*fails, tried(FAIL, peer="MVNO", blame="gateway: y", finding=Finding.SEGMENT))
    assert found.why == (
        "core: x; not the segment: an ordinary number fails too, 2 times",
        "gateway: y; the segment: an ordinary number works",
    )


def test_what_is_inconclusive_says_why() -> None:
    attempts = [
        tried(INCONC, peer="CMCC", reason=InconcReason.MODEM),
        tried(INCONC, peer="CUCC", reason=InconcReason.MODEM),
        tried(INCONC, peer="CTCC", reason=InconcReason.COVERAGE),
        tried(PASS, peer="MVNO"),
    ]
    found = answer(*attempts)
    assert (found.verdict, found.valid) == (INCONC, 1)
    assert found.missing == ("3 inconclusive: modem 2, coverage 1",)
    assert {one.peer for one, verdict in found.evidence if verdict is INCONC} == {"CMCC", "CUCC", "CTCC"}


def test_a_kpi_narrows_what_counts() -> None:
    """A call that rang with the wrong number fails both items, one that never rang says nothing of one."""
    cli = item(kpi="cli_failure", works=True)
    calls = item(works=True)
    wrong = tried(FAIL, failed={"cli_failure": True, "telephony_cutoff": False})
    dropped = tried(FAIL, failed={"cli_failure": False, "telephony_cutoff": True})
    silent = tried(FAIL, failed={"telephony_non_accessibility": True})
    assert [answer(one, item=cli).verdict for one in (wrong, dropped, silent)] == [FAIL, PASS, INCONC]
    assert answer(silent, item=cli).missing == ("1 case ended before it came to this",)
    assert answer(wrong, replace(silent, started=9.0), item=cli).verdict is FAIL, "as it was last seen"
    assert [answer(one, item=calls).verdict for one in (wrong, dropped, silent)] == [FAIL, FAIL, FAIL]


# With whom


@pytest.mark.parametrize(
    ("peers", "there", "missing"),
    [
        ("same", ("CUCC",), ()),
        ("same", ("CMCC",), ("no case of sms-mo",)),
        ("others", ("CMCC", "CTCC"), ()),
        ("others", ("CMCC", "CUCC", "MVNO"), ("no case with CTCC",)),
        ("each", ("CMCC", "CUCC", "CTCC", "MVNO"), ()),
        ("each", ("CMCC", "CTCC"), ("no case with CUCC, MVNO",)),
        ("any", ("cmcc-gw",), ()),
        ("any", ("",), ()),
    ],
)
def test_an_item_is_not_passed_before_each_peer_was_tried(
    peers: str, there: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    found = answer(*(tried(peer=peer) for peer in there), item=item(works=True, peers=peers))
    assert found.missing == missing
    counted = peers != "same" or there == ("CUCC",)
    assert found.verdict is (PASS if not missing else INCONC if counted else NONE)


def test_who_is_not_asked_for_neither_fails_nor_passes_an_item() -> None:
    same = item(works=True, peers="same")
    attempts = [
        tried(FAIL, peer="CMCC"),
        tried(PASS, peer="CUCC"),
        tried(FAIL, peer="CUCC", service="mms-mo"),
    ]
    assert answer(*attempts, item=same).verdict is PASS
    assert answer(*attempts, item=item(works=True, peers="others")).verdict is FAIL


def test_a_fail_stays_one_where_others_are_missing() -> None:
    found = answer(tried(FAIL, peer="CMCC"), item=item(works=True, peers="each"))
    assert found.verdict is FAIL and found.missing == ("no case with CUCC, CTCC, MVNO",)


def test_each_service_is_asked_for() -> None:
    both = item(works=True, services=("sms-mo", "sms-mt"), peers="others")
    mo = [tried(peer=peer) for peer in ("CMCC", "CTCC")]
    assert answer(*mo, item=both).missing == ("no case of sms-mt",)
    mt = tried(peer="CTCC", service="sms-mt")
    assert answer(*mo, mt, item=both).missing == ("no case of sms-mt with CMCC",)
    assert answer(mo[0], replace(mt, peer="CMCC"), item=both).missing == ("no case with CTCC",)


def test_each_segment_is_asked_for_with_its_own_operators_peers() -> None:
    """A number of 1700 on CTCC was tried, but not in its own network."""
    same = item(works=True, peers="same")
    other: dict[str, Any] = {"segment": "1700", "base_operator": "CTCC"}
    found = answer(tried(peer="CUCC"), tried(peer="CUCC", **other), item=same)
    assert found.verdict is INCONC and found.missing == ("no case for 1700",)
    assert answer(tried(peer="CUCC"), tried(peer="CTCC", **other), item=same).verdict is PASS


def test_what_was_tried_long_ago_is_said_to_be() -> None:
    each = item(works=True, peers="others")
    old = (Place("1709", "CUCC", "sms-mo", "CTCC", 40), Place("1709", "CUCC", "sms-mo", "CMCC", 0))
    found = answer(tried(peer="CMCC"), item=each, older=old)
    assert (found.verdict, found.missing) == (INCONC, ("no case with CTCC, last seen 40 days ago",))
    nothing = answer(item=each, older=(old[0],))
    assert (nothing.verdict, nothing.missing) == (NONE, ("last seen 40 days ago",))
    gateways = tuple(
        Place("1709", "CUCC", "code", name, ago) for name, ago in (("a", 50), ("b", 9), ("c", 70))
    )
    both = item(works=True, services=("sms-mo", "code"))
    assert answer(tried(), item=both, older=gateways).missing == ("no case of code, last seen 9 days ago",)
    assert answer(item=both, older=gateways).missing == ("last seen 9 days ago",)


# A share may fail


def spread(bad: int, good: int, **changes: Any) -> list[Tried]:
    """Attempts that have nothing in common: each in an hour of its own."""
    verdicts = [FAIL] * bad + [PASS] * good
    return [tried(one, HOUR * number, number=number + 1, **changes) for number, one in enumerate(verdicts)]


@pytest.mark.parametrize(
    ("bad", "good", "at_most", "verdict", "bound", "missing"),
    [
        # one-sided bounds of 95 %: 1 - .05 ** (1 / n) without a fail
        (0, 59, 0.05, PASS, "at most 4.95 % fail", ()),
        (0, 58, 0.05, INCONC, "at most 5.03 % fail", ("about 1 more attempt",)),
        (0, 28, 0.10, INCONC, "at most 10.1 % fail", ("about 1 more attempt",)),
        (0, 29, 0.10, PASS, "at most 9.81 % fail", ()),
        (30, 0, 0.70, FAIL, "at least 90.5 % fail", ()),
        # as 7.73 of 29: a variance between 30 groups is known from 29
        (8, 22, 0.10, FAIL, "at least 13.8 % fail", ()),
    ],
)
def test_a_ratio_is_judged_by_exact_bounds(
    bad: int, good: int, at_most: float, verdict: Verdict, bound: str, missing: tuple[str, ...]
) -> None:
    found = answer(*spread(bad, good), item=item(at_most=at_most))
    assert (found.verdict, found.failed, found.valid) == (verdict, bad, bad + good)
    assert found.bound == bound and found.missing == missing


def test_a_part_that_certainly_fails_is_not_hidden_by_many_others() -> None:
    """Nothing reaches CTCC: 10 of 10, of two parts .025 ** (1 / 10); that is 4.8 % of all."""
    of = item(at_most=0.20, peers="others")
    found = answer(*spread(0, 200), *spread(10, 0, peer="CTCC"), item=of)
    assert (found.verdict, found.failed, found.valid, found.missing) == (FAIL, 10, 210, ())
    assert found.bound == "sms-mo with CTCC for 1709: at least 69.2 % fail"
    both = answer(
        *spread(0, 300), *spread(10, 0, peer="CTCC"), *spread(12, 2, peer="CTCC", segment="1700"), item=of
    )
    assert both.bound.startswith("sms-mo with CTCC for 1709"), "the worse of the two"
    few = answer(*spread(0, 200), *spread(1, 4, peer="CTCC"), item=of)
    assert few.verdict is PASS, "1 of 5 may be luck"
    other = spread(10, 0, segment="1700", case="another")
    assert answer(*spread(0, 200), *other, item=item(at_most=0.2)).bound.startswith(
        "sms-mo with CMCC for 1700"
    )
    many = [one for number in range(40) for one in spread(2, 3, peer=f"gw{number}", case=f"c{number}")]
    assert answer(*many, item=item(at_most=0.39)).verdict is not FAIL, "of 40 parts some fail more by chance"


def test_who_is_to_blame_is_not_asked_where_the_item_passes() -> None:
    fails = spread(2, 98, blame="core: x", finding=Finding.UNKNOWN)
    found = answer(*fails, item=item(at_most=0.10))
    assert (found.verdict, found.failed, found.why, found.missing) == (PASS, 2, (), ())
    assert answer(*fails, item=item(at_most=0.02)).why == ("core: x, 2 times",)


def test_attempts_of_one_modem_in_one_hour_say_nothing_on_a_ratio() -> None:
    crowd = [replace(one, started=float(number)) for number, one in enumerate(spread(0, 200))]
    found = answer(*crowd, item=item(at_most=0.10))
    assert (found.verdict, found.bound) == (INCONC, "")
    assert found.missing == ("attempts in other hours: these are of one modem in one hour",)
    elsewhere = [replace(one, modem=f"m{number}") for number, one in enumerate(crowd)]
    assert answer(*elsewhere, item=item(at_most=0.10)).verdict is PASS


def test_attempts_of_few_hours_need_others_and_not_thousands() -> None:
    """16 in two hours are worth 9.4 of their own: 2 * 8 / (1 + 7 * .1); 58.4 of their own decide."""
    pairs = [replace(one, started=HOUR * (number % 2)) for number, one in enumerate(spread(0, 16))]
    assert answer(*pairs, item=item(at_most=0.05)).missing == ("about 84 more attempts in other hours",)
    many = [replace(one, started=HOUR * (number % 20)) for number, one in enumerate(spread(0, 75))]
    assert answer(*many, item=item(at_most=0.05)).missing == ("attempts in other hours: these are of few",)


def test_inconclusive_attempts_are_in_no_denominator_and_are_told_while_undecided() -> None:
    silent = [tried(INCONC, HOUR * (100 + at), reason=InconcReason.MODEM) for at in range(3)]
    found = answer(*spread(0, 20), *silent, item=item(at_most=0.05))
    assert (found.verdict, found.valid) == (INCONC, 20)
    assert found.missing == ("about 39 more attempts", "3 inconclusive: modem")
    assert answer(*spread(0, 59), *silent, item=item(at_most=0.05)).missing == ()
    alone = answer(*silent, item=item(at_most=0.05))
    assert (alone.verdict, alone.missing) == (INCONC, ("nothing conclusive", "3 inconclusive: modem"))


def test_a_peer_that_only_says_nothing_keeps_a_ratio_open() -> None:
    of = item(at_most=0.10, peers="others")
    found = answer(*spread(0, 60), tried(INCONC, peer="CTCC", reason=InconcReason.SIM), item=of)
    assert found.verdict is INCONC
    assert found.missing == ("nothing conclusive with CTCC", "1 inconclusive: sim")


def test_an_error_of_the_harness_is_no_ratio() -> None:
    found = answer(*spread(0, 60), tried(ERROR, HOUR * 99, number=99), item=item(at_most=0.10))
    assert found.verdict is ERROR and [verdict for _, verdict in found.evidence] == [ERROR]


def test_of_a_kpi_only_its_own_checks_are_counted() -> None:
    lost = item(at_most=0.10, kpi="sms_completion_failure")
    attempts = [replace(one, failed={"sms_completion_failure": False}) for one in spread(40, 0)]
    assert answer(*attempts, item=lost).verdict is PASS  # they failed for something else
    assert answer(*(replace(one, failed={}) for one in attempts), item=lost).valid == 0


def test_whatever_fails_wholly_is_judged() -> None:
    """Attempts in clusters of any sizes, all failed, whose effective number is no whole one."""
    random = Random(3)
    for _ in range(300):
        hours = [random.randint(0, 6) for _ in range(random.randint(2, 40))]
        fails = [tried(FAIL, HOUR * hour, number=number) for number, hour in enumerate(hours)]
        assert answer(*fails, item=item(at_most=0.10)).verdict in (FAIL, INCONC)


# How long it takes


def timed(*seconds: float, kpi: str = "sms_delivery_time") -> list[Tried]:
    return [
        tried(at=HOUR * number, number=number + 1, times={kpi: value}) for number, value in enumerate(seconds)
    ]


LIMITS: dict[str, Any] = {"kpi": "sms_delivery_time", "within": ({"share": 1.0, "within_s": 19.0},)}


def of_times(**changes: Any) -> Item:
    return Item.model_validate_json(
        __import__("json").dumps({"id": "x", "title": "t", "area": "a", "services": ["sms-mo"]} | changes)
    )


MEAN = of_times(kpi="sms_delivery_time", mean_s=10.3, within=[{"share": 1, "within_s": 19}])


@pytest.mark.parametrize(
    ("seconds", "verdict", "failed", "bound"),
    [
        ([4.0, 5.0, 6.0], PASS, 0, "mean 5 s, at most 6.69 s; at most 63.2 % take longer than 19 s"),
        ([4.0, 5.0, 20.0], FAIL, 1, None),  # one beyond the most
        ([18.0, 18.5, 18.7, 18.2], FAIL, 0, None),  # the mean certainly beyond
        ([4.0, 18.0, 9.0], INCONC, 0, None),  # the mean may be either
        ([9.0], INCONC, 0, "mean 9 s"),
    ],
)
def test_mean_and_most_are_both_kept(
    seconds: list[float], verdict: Verdict, failed: int, bound: str | None
) -> None:
    found = answer(*timed(*seconds), item=MEAN)
    assert (found.verdict, found.failed, found.valid) == (verdict, failed, len(seconds))
    assert bound is None or found.bound == bound
    assert bool(found.missing) is (verdict is INCONC)


def test_what_never_came_is_later_than_everything_or_in_another_item() -> None:
    within = of_times(kpi="sms_delivery_time", within=[{"share": 0.95, "within_s": 120}])
    times = timed(*[5.0] * 59)
    assert answer(*times, item=within).verdict is PASS
    lost = timed(*[5.0] * 40, *[float("inf")] * 20)
    found = answer(*lost, item=within)
    assert (found.verdict, found.failed) == (FAIL, 20)
    assert found.evidence[0][0].times["sms_delivery_time"] == float("inf")
    assert answer(*lost, item=within.model_copy(update={"arrived": True})).verdict is INCONC  # 40 are too few
    arrived = MEAN.model_copy(update={"arrived": True})
    assert answer(*timed(4.0, 5.0, 6.0, float("inf")), item=arrived).verdict is PASS
    assert answer(*timed(4.0, 5.0, 6.0, float("inf")), item=MEAN).verdict is FAIL


@pytest.mark.parametrize(
    ("times", "reach"),
    [
        # the hours are alike, the cases in them are not: 2.92 = t(.95; 2), a variance of 2 over 6 cases
        ([(0, 8.0), (0, 12.0), (1, 9.0), (1, 11.0), (2, 10.0), (2, 10.0)], 2.920 * (2.0 / 6) ** 0.5),
        # the cases of an hour are alike, the hours are not: 3/2 * (4 + 0 + 4) * 4 / 36 = 4/3
        ([(0, 8.0), (0, 8.0), (1, 10.0), (1, 10.0), (2, 12.0), (2, 12.0)], 2.920 * (4 / 3) ** 0.5),
        ([(0, 8.0), (0, 12.0)], float("inf")),
    ],
)
def test_a_mean_is_as_sure_as_hours_or_cases_let_it_whichever_is_less(
    times: list[tuple[int, float]], reach: float
) -> None:
    mean = Mean.of(times)
    assert mean.seconds == 10.0 and mean.reach == pytest.approx(reach, rel=1e-3)


def test_no_time_is_taken_from_an_attempt_that_says_nothing() -> None:
    silent = [replace(one, verdict=INCONC) for one in timed(90.0, 95.0)]
    found = answer(*timed(4.0, 5.0, 6.0), *silent, item=MEAN)
    assert (found.verdict, found.valid) == (PASS, 3)


def test_a_mean_alone() -> None:
    mean = of_times(kpi="sms_delivery_time", mean_s=10.3)
    assert answer(*timed(4.0, 5.0, 6.0), item=mean).verdict is PASS
    assert answer(*timed(14.0, 15.0, 16.0), item=mean).verdict is FAIL
    lost = answer(*timed(float("inf"), float("inf")), item=mean)
    assert (lost.verdict, lost.missing) == (INCONC, ("an attempt that arrives",))
    assert answer(item=mean).missing == ("no case of sms-mo",)


# The board


def test_of_many_attempts_the_fails_are_named_first_and_the_rest_is_counted() -> None:
    found = answer(*spread(3, 97), item=item(at_most=0.10))
    assert [verdict for _, verdict in found.evidence] == [FAIL] * 3 + [PASS] * 17
    assert (found.more, found.valid) == (80, 100)
    assert [one.number for one, _ in found.evidence[:4]] == [3, 2, 1, 100], "the newest of each first"


NO_CASE = Item(id="rcs", title="t", area="other", no_case="not covered")


def test_what_no_case_answers_stands_there_and_blocks_nothing() -> None:
    found = board(tried(), items=(MS, NO_CASE))
    assert found.verdict is PASS
    assert [(one.item.id, one.verdict, one.missing) for one in found.no_case] == [
        ("rcs", NONE, ("not covered",))
    ]


def test_a_list_that_asks_nothing_releases_nothing() -> None:
    assert board(tried(), items=(NO_CASE,)).verdict is INCONC


def test_the_heaviest_item_is_the_board_and_the_heaviest_board_is_all() -> None:
    """What was not run is as little known as what is inconclusive; it is no pass, whatever its rank."""
    mms, mt = (
        item(id="mms", services=("mms-mo",), works=True),
        item(id="mt", services=("sms-mt",), works=True),
    )
    bad = tried(FAIL, service="sms-mt")
    passed, unrun = board(tried()), board(tried(), items=(MS, mms))
    failing = board(tried(), bad, items=(MS, mms, mt))
    broken = board(tried(ERROR), bad, items=(MS, mms, mt))
    verdicts = [one.verdict for one in (passed, unrun, failing, broken)]
    assert verdicts == [PASS, INCONC, FAIL, ERROR]
    assert [worst(these) for these in ([passed, unrun], [failing, passed], [passed, passed])] == [
        INCONC, FAIL, PASS,
    ]  # fmt: skip
    assert [answer.item.id for answer in failing.of(FAIL)] == ["mt"]
    assert [answer.item.id for answer in failing.of(NONE)] == ["mms"]
