"""`interop benchmark calls` with few: what it says, never how fast anything is."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from dataclasses import replace
from pathlib import Path

from drivers.benchmark.conferences import REFUSED, at_once, is_right, lab
from drivers.benchmark.report import of_conferences
from interop.lab.load import parse
from interop.record import Attempt, Cause, Layer, Subject, Verdict
from tests.forked import interop


def benchmark(*options: str) -> subprocess.CompletedProcess[str]:
    return interop("benchmark", "calls", *options)


def test_the_lab_is_three_modems_for_each_conference_and_nothing_in_it_is_odd() -> None:
    read = parse(lab(100).encode(), source="lab", directory=Path())
    assert read.warnings == ()
    held = Counter(sim.base_operator for sim in read.lab.sims if read.lab.modem_of(sim))
    assert (len(read.lab.modems), held) == (300, {"CUCC": 100, "CMCC": 100, "CTCC": 100})
    under_test = Counter(sim.msisdn[:4] for sim in read.lab.sims if sim.kind == "mvno")
    assert under_test == {"1709": 90, REFUSED: 10}


def test_it_prints_verdicts_events_and_memory() -> None:
    done = benchmark("--conferences", "3", "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    found = {figure["what"]: figure for figure in document["figures"]}
    assert (found["right verdicts"]["value"], found["right verdicts"]["met"]) == (100, True)
    assert (found["conferences at once"]["value"], found["conferences at once"]["met"]) == (3, True)
    assert found["events at the phones"]["value"] > 0 and found["AT commands"]["value"] > 0
    assert found["simulated time"]["value"] > found["wall time"]["value"] > 0
    assert 10 < found["peak memory of the process"]["value"] < 1000
    assert "memory of each modem with its driver and journal" in found and not document["notes"]


def test_in_a_pipe_each_figure_is_a_line() -> None:
    done = benchmark("--conferences", "1")
    lines = done.stdout.splitlines()
    assert lines[0].split("\t")[:2] == ["right verdicts", "100 %"] and not done.stderr
    assert not any("memory of each" in line for line in lines)  # there is nothing to compare it with


def test_more_than_there_are_numbers_for_are_refused() -> None:
    done = benchmark("--conferences", "1001")
    assert (done.returncode, done.stderr.strip()) == (
        1,
        "interop benchmark calls: --conferences 1001: at most 1000",
    )


def test_what_is_counted_is_divided_by_the_wall_clock() -> None:
    one = {"conferences": 1, "peak_mb": 70.0}
    many = {"conferences": 11, "right": 10, "at_once": 9, "events": 400, "commands": 900}
    many |= {"simulated_s": 60.0, "wall_s": 2.0, "peak_mb": 76.0}  # type: ignore[dict-item]
    told = {figure.what: (figure.value, figure.met) for figure in of_conferences(one, many)}
    assert told["right verdicts"] == (90.91, False) and told["conferences at once"] == (9, False)
    assert told["events at the phones"] == (200, None) and told["AT commands"] == (450, None)
    assert told["memory of each modem with its driver and journal"] == (200, None)


def attempt(segment: str, started: float, verdict: Verdict = Verdict.PASS) -> Attempt:
    subject = Subject("s", f"{segment}0000001", segment, "x", "CUCC", "北京")
    return Attempt(
        case="c",
        attempt=1,
        suite="threeway",
        service="conference-mo",
        standard="",
        subject=subject,
        peer="CMCC",
        devices={},
        started=started,
        duration_s=10.0,
        verdict=verdict,
    )


def test_a_conference_that_is_joined_in_spite_of_the_refusal_is_wrong() -> None:
    refused = replace(
        attempt(REFUSED, 0.0, Verdict.FAIL), layer=Layer.SUBSCRIPTION, cause=Cause.SERVICE_NOT_SUBSCRIBED
    )
    assert is_right(attempt("1709", 0.0)) and is_right(refused)
    assert not is_right(attempt(REFUSED, 0.0))
    assert not is_right(replace(refused, cause=Cause.LEG_DROPPED))
    assert not is_right(attempt("1709", 0.0, Verdict.INCONC))


def test_at_once_is_the_most_that_overlap() -> None:
    assert at_once([attempt("1709", at) for at in (0.0, 5.0, 9.0, 10.0, 30.0)]) == 3
    assert at_once([attempt("1709", at) for at in (0.0, 10.0, 20.0)]) == 1
