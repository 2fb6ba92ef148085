"""What became of a case between two runs: the table is written by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from interop.record import Cause, Finding, InconcReason, Layer, Started, Verdict
from interop.record.reader import Run, read_run
from interop.results.compare import (
    BaselineDamaged,
    Change,
    Outcome,
    Outcomes,
    change,
    compare,
    from_baseline,
    outcomes,
    to_baseline,
)
from tests.reports.conftest import ORDINARY, attempt, failed, write

PASS, ERROR, NONE = Outcome(Verdict.PASS), Outcome(Verdict.ERROR), Outcome(Verdict.NONE)
ROUTE = Outcome(Verdict.FAIL, "interconnect: no_route")
LOST = Outcome(Verdict.FAIL, "core: message_lost")
MODEM, SITE = Outcome(Verdict.INCONC, "modem"), Outcome(Verdict.INCONC, "site")

# was, now, what it is called; is it worse, or of now unknown outcome, or broken
TABLE: list[tuple[Outcome | None, Outcome | None, str, str]] = [
    (PASS, PASS, "same", ""),
    (PASS, ROUTE, "regression", "worse"),
    (PASS, MODEM, "now inconclusive", "unknown"),
    (PASS, NONE, "now inconclusive", "unknown"),
    (PASS, ERROR, "error", "broken"),
    (PASS, None, "gone", "unknown"),
    (ROUTE, PASS, "fixed", ""),
    (ROUTE, ROUTE, "known fail", ""),
    (ROUTE, LOST, "new fail", "worse"),
    (ROUTE, MODEM, "now inconclusive", "unknown"),
    (ROUTE, ERROR, "error", "broken"),
    (ROUTE, None, "gone", "unknown"),
    (MODEM, PASS, "was inconclusive", ""),
    (MODEM, ROUTE, "new fail", "worse"),
    (MODEM, SITE, "same", ""),
    (MODEM, None, "gone", ""),
    (NONE, PASS, "was inconclusive", ""),
    (ERROR, PASS, "was inconclusive", ""),
    (ERROR, ROUTE, "new fail", "worse"),
    (ERROR, ERROR, "error", "broken"),
    (ERROR, MODEM, "same", ""),
    (ERROR, None, "gone", ""),
    (None, PASS, "new", ""),
    (None, ROUTE, "new fail", "worse"),
    (None, MODEM, "new", ""),
    (None, ERROR, "error", "broken"),
]


def of(**cases: Outcome | None) -> Outcomes:
    return Outcomes("r", "finished", {}, {name: it for name, it in cases.items() if it is not None})


@pytest.mark.parametrize(("was", "now", "called", "weight"), TABLE)
def test_what_became_of_a_case(was: Outcome | None, now: Outcome | None, called: str, weight: str) -> None:
    compared = compare(of(x=was, y=PASS), of(x=now, y=PASS))
    found = {item.case: (item.change, item.was, item.now) for item in compared.cases}
    assert found == {"x": (called, was, now), "y": ("same", PASS, PASS)}
    heavy = {"broken": compared.errors, "worse": compared.worse, "unknown": compared.unknown}
    assert {name: [item.case for item in items] for name, items in heavy.items() if items} == (
        {weight: ["x"]} if weight else {}
    )


def test_every_pair_of_verdicts_has_a_name() -> None:
    verdicts = [None, *(Outcome(verdict) for verdict in Verdict)]
    named = {change(was, now) for was in verdicts for now in verdicts if was or now}
    assert named == set(Change)


def test_the_worst_stands_first_then_by_name() -> None:
    before = of(a=PASS, b=PASS, c=ROUTE, d=PASS, e=ROUTE, f=ROUTE)
    after = of(a=PASS, b=MODEM, c=PASS, d=ROUTE, e=LOST, f=ROUTE, g=ERROR, h=PASS)
    assert [item.case for item in compare(before, after).cases] == ["g", "d", "e", "b", "f", "c", "h", "a"]


def read(directory: Path) -> Run:
    return read_run(directory)


def test_of_a_run_the_attempts_that_count(tmp_path: Path) -> None:
    """Not the retried one, not the contrast, not the order in which suspects were named."""
    weak = (Layer.CORE, Cause.MESSAGE_LOST), (Layer.GATEWAY, Cause.ACCEPTED_AND_DROPPED)
    retried = replace(attempt(service="a"), verdict=Verdict.INCONC, reason=InconcReason.MODEM)
    lines = [
        retried,
        replace(attempt(service="a"), attempt=2),
        replace(attempt(ORDINARY, "ordinary"), control_of="x#1"),
        failed(service="b"),
        failed(service="c", finding=Finding.PATH, layer=None, cause=None, ambiguous=weak),
        replace(retried, case="d"),
    ]
    begun = [Started("e", 1, {}, 3.0), Started(lines[0].case, 1, {}, 3.0)]
    one = outcomes(read(write(tmp_path / "one", lines, started=begun)))
    names = {item.service: item.case for item in lines[:-1]}
    assert one.cases == {
        names["a"]: PASS,
        names["b"]: ROUTE,
        names["c"]: Outcome(Verdict.FAIL, "core: message_lost or gateway: accepted_and_dropped"),
        "d": MODEM,
        "e": Outcome(Verdict.INCONC, "interrupted"),
    }
    lines[4] = replace(lines[4], ambiguous=weak[::-1])
    assert outcomes(read(write(tmp_path / "other", lines, started=begun))).cases == one.cases


def test_labs_that_differ_are_told(tmp_path: Path) -> None:
    small = {"lab": "small", "lab_sha256": "aa", "seed": 1, "defects": [], "versions": {"interop": "0.1.0"}}
    large = {"lab": "large", "lab_sha256": "bb", "seed": 1, "defects": ["d@x=1", "e"], "versions": {}}
    before, after = (
        outcomes(Run(tmp_path, {"run": name, **meta})) for name, meta in (("a", small), ("b", large))
    )
    assert compare(before, after).differs == (
        ("lab", "small", "large"),
        ("lab_sha256", "aa", "bb"),
        ("defects", "none", "d@x=1, e"),
    )
    assert compare(before, before).differs == ()


def test_a_baseline_is_read_as_it_was_written_with_a_line_for_each_case() -> None:
    written = Outcomes(
        "r",
        "finished",
        {"lab": "演示"},
        {"z[移->CMCC]": ROUTE, 'a"\\': PASS, "m": MODEM, "half \ud83d": PASS},
    )
    text = to_baseline(written)
    assert from_baseline(text) == written
    assert '    "z[移->CMCC]": {"verdict": "fail", "why": "interconnect: no_route"}\n' in text
    assert [line[5:6] for line in text.splitlines() if line.startswith("    ")] == ["a", "h", "m", "z"]
    assert json.loads(text)["format"] == "interop baseline 1"
    assert from_baseline(to_baseline(of())) == of()


GOOD = '{"format": "interop baseline 1", "run": "r", "state": "finished", "about": {}, "cases": {%s}}'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "Expecting value"),
        ("[]", "no baseline"),
        ('{"cases": {}}', 'it does not say "format": "interop baseline 1"'),
        ("[" * 100_000, "nested too deep"),
        (GOOD % '"x": {"verdict": "pass"}, "x": {"verdict": "fail"}', "'x' stands there twice"),
        (GOOD % '"x": {"verdict": "green"}', "cases.x.verdict: Input should be 'none', 'pass', "),
        (GOOD % '"x": {"verdict": "pass", "blame": ""}', "cases.x.blame: Unexpected keyword argument"),
        (GOOD % '"x": "pass"', "cases.x: Input should be"),
        (GOOD.replace('"run": "r", ', "") % "", "run: "),
        ("<<<<<<< HEAD\n{}", "Expecting value"),
    ],
)
def test_a_damaged_baseline_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(BaselineDamaged) as caught:
        from_baseline(text)
    assert says in str(caught.value)
