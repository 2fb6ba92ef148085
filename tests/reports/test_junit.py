from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from interop.record import InconcReason, Started, Verdict
from interop.record.reader import read_run
from interop.reports import junit
from tests.reports.conftest import ORDINARY, PAYLOADS, attempt, failed, write


def read(run: Path) -> ET.Element:
    return ET.fromstring(junit.draw(read_run(run)))


def test_each_verdict_is_what_ci_servers_know(tmp_path: Path) -> None:
    gone = attempt(service="sms-mo", verdict=Verdict.INCONC, reason=InconcReason.PEER, detail="peer busy")
    root = read(
        write(
            tmp_path,
            [
                attempt(service="a"),
                failed(service="b"),
                attempt(service="c", verdict=Verdict.ERROR, detail="KeyError"),
                gone,
                attempt(service="e", verdict=Verdict.NONE),
                attempt(ORDINARY, "b", control_of="recognition.b#1"),
            ],
            started=[Started("recognition.hotline[x]", 1, {}, 5.0)],
        )
    )
    (suite,) = root
    totals = {"tests": "6", "failures": "1", "errors": "1", "skipped": "3", "time": "62.500"}
    assert {name: suite.get(name) for name in totals} == totals
    assert {name: root.get(name) for name in totals} == totals
    outcomes = {
        str(case.get("name")): [child.tag for child in case if child.tag != "properties"] for case in suite
    }
    assert outcomes["recognition.a[snail-1709->CMCC]"] == []
    assert outcomes["recognition.b[snail-1709->CMCC]"] == ["failure"]
    assert outcomes["recognition.c[snail-1709->CMCC]"] == ["error"]
    assert outcomes["recognition.hotline[x]"] == ["skipped"]
    skipped = suite.find(f"testcase[@name='{gone.case}']/skipped")
    assert skipped is not None and skipped.get("message") == "inconclusive (peer): peer busy"


def test_a_failure_says_whose_fault_and_what_came(tmp_path: Path) -> None:
    retried = attempt(verdict=Verdict.INCONC, reason=InconcReason.MODEM, detail="it restarted")
    case = read(write(tmp_path, [retried, failed(attempt=2)]))[0][0]
    failure = case.find("failure")
    assert failure is not None and failure.get("type") == "no_route"
    assert failure.get("message") == "interconnect: no_route; fails for 1709, works for cu-186: the segment"
    assert failure.text == "the callee rings: expected rings in 20 s, got released, cause 3"
    assert case.get("time") == "12.500"
    assert case.findtext("system-out") == "attempt 1: inconc modem it restarted"
    properties = {item.get("name"): item.get("value") for item in case.iter("property")}
    assert properties["segment"] == "1709" and properties["layer"] == "interconnect"
    assert properties["finding"] == "segment" and properties["mvno"] == "蜗牛移动"


@pytest.mark.parametrize("payload", [*PAYLOADS, "\ud800", "\ufffe", "\x0b\x0c\x1f"])
def test_hostile_texts_stay_texts(tmp_path: Path, payload: str) -> None:
    writable = payload.encode("utf-8", "replace").decode()
    run = read_run(write(tmp_path, [failed(detail=writable)]))
    run.attempts[0] = failed(detail=payload, peer=payload)
    (suite,) = ET.fromstring(junit.draw(run))
    assert [child.tag for child in suite[0]] == ["properties", "failure"]


def test_the_suite_says_when_it_ran(rich_run: Path) -> None:
    root = read(rich_run)
    assert root[0].get("timestamp") == "2026-01-05T01:00:00"


def test_failures_and_errors_are_counted_apart(tmp_path: Path) -> None:
    broken = [attempt(service=name, verdict=Verdict.ERROR, detail="KeyError") for name in "ab"]
    root = read(write(tmp_path, [*broken, failed(service="c")]))
    for element in (root, root[0]):
        assert (element.get("failures"), element.get("errors"), element.get("skipped")) == ("1", "2", "0")
