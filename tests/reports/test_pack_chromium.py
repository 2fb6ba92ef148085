"""The report in an evidence file, in a browser that is not ours: it opens at what it is about."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from interop.record import Control, Finding, Observed, Verdict
from interop.record.events import Dialled
from interop.record.reader import read_run
from interop.reports import draw, pack
from interop.reports.excerpt import select
from tests.reports.conftest import ORDINARY, SUBJECTS, attempt, failed, write
from tests.reports.test_chromium import CHROMIUM, Page

pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
WIDTH = 1280
CONTRAST = attempt(ORDINARY, case="calls[cu-186->CMCC]", control_of="calls[snail-1709->CMCC]#1", started=40.0)
FAIL = failed(
    case="calls[snail-1709->CMCC]", control=Control(Finding.SEGMENT, CONTRAST.key, "cu-186", Verdict.PASS)
)
GOOD = attempt(SUBJECTS[0], case="another")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    observed = [
        Observed(10.5, 0, "snail-1709", Dialled("13900001234"), FAIL.key),
        Observed(40.5, 1, "cu-186", Dialled("13900001234"), CONTRAST.key),
    ]
    meta = {
        "run": "r-1",
        "lab": "suzhou",
        "epoch": 1_767_542_400.0,
        "clock": "virtual",
        "defects": [],
        "quirks": [],
    }
    attempts = [GOOD, FAIL, CONTRAST, replace(GOOD, case="passes")]
    return write(tmp_path_factory.mktemp("runs") / "r-1", attempts, observed=observed, meta=meta)


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Page]:
    shown = Page(tmp_path / "profile")
    try:
        shown.call(
            "Emulation.setDeviceMetricsOverride", width=WIDTH, height=900, deviceScaleFactor=1, mobile=False
        )
        yield shown
    finally:
        shown.close()


def packed(run: Path, tmp_path: Path, *cases: str) -> str:
    with (tmp_path / "p.zip").open("wb") as file:
        pack.write(read_run(run), select(read_run(run), list(cases)), file)
    with zipfile.ZipFile(tmp_path / "p.zip") as archive:
        archive.extractall(tmp_path)
    (report,) = tmp_path.glob("interop-*/report.html")
    return report.as_uri()


def heads(page: Page) -> list[str]:
    return list(page.run("[...document.querySelectorAll('h1, h2')].map(e => e.textContent)"))


def test_what_failed_and_its_contrast_are_open_and_drawn(run: Path, page: Page, tmp_path: Path) -> None:
    page.open(packed(run, tmp_path, FAIL.case, GOOD.case))
    page.run("new Promise(requestAnimationFrame)")
    assert page.complaints == []
    (article,) = page.run("[...document.querySelectorAll('.panel article')].map(e => e.textContent)")
    assert FAIL.case in article and "fails for 1709, works for 186: the segment" in article
    assert "started2026-01-04 16:00:10 UTC" in article
    opened = page.run("""[...document.querySelectorAll('.panel details')].map(
      e => [e.className, e.open, e.querySelectorAll('svg.ladder').length])""")
    assert opened == [["final", True, 2], ["control", True, 2]]
    assert page.run("document.documentElement.scrollWidth") <= WIDTH
    assert page.run("document.querySelector('.panel .finding').getBoundingClientRect().top") < 900


def test_it_says_that_it_is_a_part_and_makes_no_statistics_of_it(
    run: Path, page: Page, tmp_path: Path
) -> None:
    page.open(packed(run, tmp_path, FAIL.case))
    told = heads(page)
    assert told == ["Evidence from Interop run r-1", "Segment × service × peer", "What did not pass"]
    head = page.run("document.querySelector('header').textContent")
    assert "1 case of the 3 of this run" in head and "Emulated." in head


def test_a_whole_runs_report_opens_nothing_and_has_its_statistics(run: Path, page: Page) -> None:
    page.open(draw(run, formats=["html"])[0].as_uri())
    page.run("new Promise(requestAnimationFrame)")
    assert page.run("document.querySelectorAll('.panel').length") == 0
    assert heads(page)[0] == "Interop run suzhou" and "Failure ratio per service" in heads(page)
