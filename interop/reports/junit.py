"""junit.xml as Jenkins and GitLab read it: failure, error, and skipped for what says nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from xml.etree import ElementTree as ET

from interop.record import Started, Verdict, blame
from interop.record.reader import Run
from interop.reports.text import clean
from interop.results import CaseResult, cases_of, interrupted, sentence, unmet

_OUTCOMES = {
    Verdict.FAIL: "failure",
    Verdict.ERROR: "error",
    Verdict.INCONC: "skipped",
    Verdict.NONE: "skipped",
}


def draw(run: Run) -> bytes:
    """The whole file, UTF-8. Controls are no test cases; what was retried is told in system-out."""
    root = ET.Element("testsuites", name="interop")
    cases = sorted(cases_of(run), key=lambda result: (result.final.suite, result.final.case))
    cut_short = {
        suite: list(group)
        for suite, group in groupby(
            sorted(interrupted(run), key=lambda item: (_suite(item), item.case)), key=_suite
        )
    }
    by_suite = {suite: list(group) for suite, group in groupby(cases, key=lambda result: result.final.suite)}
    for suite in sorted(by_suite.keys() | cut_short.keys()):
        _suite_element(root, suite, by_suite.get(suite, ()), cut_short.get(suite, ()))
    epoch = run.meta.get("epoch")
    if isinstance(epoch, int | float):
        for suite in root:
            suite.set("timestamp", f"{datetime.fromtimestamp(int(epoch), UTC):%Y-%m-%dT%H:%M:%S}")
    for total in ("tests", "failures", "errors", "skipped"):
        root.set(total, str(sum(int(suite.get(total, "0")) for suite in root)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in root):.3f}")
    ET.indent(root)
    file: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return file + b"\n"


def _suite_element(
    root: ET.Element, suite: str, results: Iterable[CaseResult], cut_short: Iterable[Started]
) -> None:
    element = ET.SubElement(root, "testsuite", name=clean(suite))
    for result in results:
        _case_element(element, result)
    for started in cut_short:
        name = clean(started.case)
        case = ET.SubElement(element, "testcase", classname=clean(suite), name=name, time="0.000")
        ET.SubElement(case, "skipped", message="inconclusive (interrupted): began and has no result")
    element.set("tests", str(len(element)))
    element.set("failures", str(len(element.findall("testcase/failure"))))
    element.set("errors", str(len(element.findall("testcase/error"))))
    element.set("skipped", str(len(element.findall("testcase/skipped"))))
    element.set("time", f"{sum(float(case.get('time', '0')) for case in element):.3f}")


def _case_element(parent: ET.Element, result: CaseResult) -> None:
    final = result.final
    element = ET.SubElement(
        parent,
        "testcase",
        classname=clean(f"{final.suite}.{final.service}"),
        name=clean(final.case),
        time=f"{final.duration_s:.3f}",
    )
    properties = ET.SubElement(element, "properties")
    for name, value in _properties(result):
        if value:
            ET.SubElement(properties, "property", name=name, value=clean(value))
    if tag := _OUTCOMES.get(final.verdict):
        outcome = ET.SubElement(element, tag, message=clean(_message(result)))
        if tag != "skipped":
            outcome.set("type", clean(final.cause or final.verdict))
        outcome.text = clean("\n".join([*unmet(final), final.detail]).rstrip())
    if others := [attempt for attempt in result.attempts if attempt is not final]:
        told = (
            f"attempt {item.attempt}: {item.verdict} {item.reason or ''} {item.detail}" for item in others
        )
        ET.SubElement(element, "system-out").text = clean("\n".join(told))


def _properties(result: CaseResult) -> Iterable[tuple[str, str]]:
    final = result.final
    yield "verdict", final.verdict
    yield "standard", final.standard
    yield "msisdn", final.subject.msisdn
    yield "segment", final.subject.segment
    yield "mvno", final.subject.mvno
    yield "base_operator", final.subject.base_operator
    yield "city", final.subject.city
    yield "peer", final.peer or ""
    yield "layer", final.layer or ""
    yield "cause", final.cause or ""
    yield "ambiguous", " ".join(f"{layer}:{cause}" for layer, cause in final.ambiguous)
    yield "reason", final.reason or ""
    yield "finding", final.control.finding if final.control else ""
    yield "attempts", str(len(result.attempts))


def _message(result: CaseResult) -> str:
    accused = "" if result.verdict is Verdict.INCONC else blame(result.final)
    return "; ".join(part for part in (accused, sentence(result)) if part)


def _suite(started: Started) -> str:
    """ "recognition.voice.originates[...]" is of the suite "recognition"."""
    return started.case.partition("[")[0].partition(".")[0]
