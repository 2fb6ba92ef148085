"""The page of a campaign's standing in a browser that is not ours: on a screen of 1280 px, dark, on paper."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from interop.reports.campaign import Evidence, draw
from interop.results.localise import Candidate
from tests.reports.test_campaign import BROKEN, CASE, STANDING, UNDECIDED
from tests.reports.test_chromium import CHROMIUM, Page

pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
WIDTH = 1280
LONG = "codes.sites.site_sends_code[蜗牛移动-very-long-name-of-a-card-1718@" + "bank" * 40 + "]"
# What has text of its own, and where it ends.
ENDS = """[...document.querySelectorAll('body *')].filter(e => e.clientWidth && e.innerText?.trim())
  .map(e => [e.tagName, Math.round(e.getBoundingClientRect().right), e.scrollWidth - e.clientWidth])"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "campaign.html"
    evidence = (Evidence("runs/" + "d" * 200, LONG), Evidence("runs/x", LONG), Evidence("runs/x", "a[b]"))
    crowd = tuple(
        Candidate((("mvno", f"名称很长的虚拟运营商{number}"), ("originator", "site" * 20)), "number filter")
        for number in range(4)
    )
    tests = (
        *STANDING.tests,
        replace(BROKEN, evidence=evidence),
        replace(UNDECIDED, accused=crowd, why="long " * 40, evidence=evidence),
        replace(STANDING.tests[-1], name=LONG),
    )
    suspects = tuple(
        replace(suspect, evidence=evidence, accusation=replace(suspect.accusation, group=crowd))
        for suspect in STANDING.suspects
    )
    ochiai = tuple(replace(one, group=crowd) for one in STANDING.ochiai)
    path.write_bytes(draw(replace(STANDING, tests=tests, suspects=suspects, ochiai=ochiai)))
    return path


@pytest.fixture
def page(report: Path, tmp_path: Path) -> Iterator[Page]:
    shown = Page(tmp_path / "profile")
    try:
        shown.call(
            "Emulation.setDeviceMetricsOverride", width=WIDTH, height=900, deviceScaleFactor=1, mobile=False
        )
        shown.open(report.as_uri())
        yield shown
    finally:
        shown.close()


def test_it_fits_and_nobody_complains(page: Page) -> None:
    assert page.run("document.documentElement.scrollWidth") <= WIDTH
    for tag, right, beyond in page.run(ENDS):
        assert right <= WIDTH and beyond <= 1, (tag, right, beyond)
    assert page.complaints == []
    assert page.run("document.scripts.length") == 0
    assert page.run("[...performance.getEntriesByType('resource')].length") == 0
    assert page.run("document.body.innerText.includes('小米移动')")


def test_a_conclusion_has_a_word_and_a_colour_of_its_own(page: Page) -> None:
    seen = dict(
        page.run("""[...document.querySelectorAll('.badge')].map(e =>
          [e.innerText.trim(), getComputedStyle(e).borderLeftColor])""")
    )
    assert set(seen) == {"✗ does not", "? not decided", "✓ works"}
    assert len(set(seen.values())) == 3


def test_the_band_is_where_the_interval_is(page: Page) -> None:
    low, high, seen = page.run("""(svg => {
      const line = svg.querySelector('.axis').getBoundingClientRect();
      const at = x => (x - line.left) / line.width;
      const band = svg.querySelector('.reach').getBoundingClientRect();
      const dot = svg.querySelector('.seen').getBoundingClientRect();
      return [at(band.left), at(band.right), at((dot.left + dot.right) / 2)];
    })([...document.querySelectorAll('svg.ratio')].find(e => e.querySelector('.reach')))""")
    assert (low, high, seen) == pytest.approx((0.005, 0.481, 2 / 16), abs=0.01)


def test_dark_and_readable(page: Page) -> None:
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    paper, ink = page.run("""['background-color', 'color'].map(name =>
      getComputedStyle(document.body).getPropertyValue(name).match(/[0-9]+/g).slice(0, 3)
        .reduce((sum, part) => sum + +part, 0) / 3)""")
    assert paper < 60 and ink > 200


def test_on_paper_nothing_is_cut_off(page: Page) -> None:
    page.call("Emulation.setDeviceMetricsOverride", width=1030, height=720, deviceScaleFactor=1, mobile=False)
    page.call("Emulation.setEmulatedMedia", media="print")
    for tag, right, beyond in page.run(ENDS):
        assert right <= 1030 and beyond <= 1, (tag, right, beyond)
    pdf = base64.b64decode(page.call("Page.printToPDF", printBackground=True, preferCSSPageSize=True)["data"])
    assert pdf.startswith(b"%PDF-")


def test_a_name_of_a_case_is_copied_whole(page: Page) -> None:
    page.run("getSelection().selectAllChildren(document.querySelector('.evidence code'))")
    copied = page.run("getSelection().toString()")
    assert copied.count(CASE.format("CMCC")) == 1 and "\n" not in copied
