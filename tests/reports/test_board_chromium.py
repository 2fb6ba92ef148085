"""The release board in a browser that is not ours: 1280 px wide, dark, on a telephone and on paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interop.cli.release_list import read_release_list
from interop.reports import board_page
from interop.results.release import boards, reading
from interop.results.store import Store, import_run
from tests.reports.conftest import SUBJECTS, attempt, failed, write
from tests.reports.test_chromium import CHROMIUM, Page

pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
WIDTH = 1280
LONG = "recognition.messages.a_case_with_a_name_that_no_column_of_a_table_can_hold_in_one_line[mi-1709->CTCC]"
BOXES = """[...document.querySelectorAll('{}')].map(e => {{
  const box = e.getBoundingClientRect();
  return [e.textContent.trim(), box.left, box.top, box.right, box.bottom];
}})"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every MVNO of the hand-made runs: calls fail for one of them, in cases of long names."""
    folder = tmp_path_factory.mktemp("board")
    snail = SUBJECTS[2]
    attempts = [attempt(one, peer=peer) for one in SUBJECTS for peer in ("CMCC", "CUCC", "CTCC", "MVNO")]
    attempts += [failed(snail, case=LONG, started=99.0), attempt(snail, "voice-mt", case="x")]
    attempts += [
        failed(snail, service="sms-mo", peer=peer, case=f"{LONG}{peer}") for peer in ("CTCC", "CUCC")
    ]
    run = write(folder / "r", attempts, meta={"run": "r", "epoch": 1_767_542_400.0, "clock": "virtual"})
    wanted = read_release_list("china")
    with Store("sqlite:///:memory:") as store:
        import_run(store, run)
        origin = reading.origin(store)
        assert origin is not None
        page = board_page.draw(list(boards(store, wanted)), wanted, origin, None)
    (folder / "board.html").write_bytes(page)
    return folder / "board.html"


@pytest.fixture(scope="module")
def opened(file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    shown = Page(tmp_path_factory.mktemp("profile"))
    try:
        shown.open(file.as_uri())
        yield shown
    finally:
        shown.close()


@pytest.fixture
def page(opened: Page) -> Page:
    """At the top of the page, on a light screen."""
    sized(opened, WIDTH)
    light = {"name": "prefers-color-scheme", "value": "light"}
    opened.call("Emulation.setEmulatedMedia", media="screen", features=[light])
    opened.run("scrollTo(0, 0)")
    return opened


def sized(page: Page, width: int) -> None:
    page.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False
    )


def boxes(page: Page, selector: str) -> list[tuple[str, float, float, float, float]]:
    return [tuple(box) for box in page.run(BOXES.format(selector))]


def test_it_needs_no_script_fetches_nothing_and_complains_of_nothing(page: Page, file: Path) -> None:
    assert page.requests == [file.as_uri()] and page.complaints == []
    assert page.run("document.scripts.length") == 0
    assert page.run("document.fonts.check('16px sans-serif', '蜗牛移动')")


def test_what_blocks_is_on_the_first_screen(page: Page) -> None:
    """Without scrolling: each board's state, and what of the blocked one fails."""
    states = boxes(page, ".overview .state")
    assert len(states) == len(SUBJECTS) and all(0 < top < bottom < 900 for _, _, top, _, bottom in states)
    assert sum("blocked" in text for text, *_ in states) == 1
    (row,) = (one for one in boxes(page, ".overview tbody tr") if "blocked" in one[0])
    assert "蜗牛移动" in row[0] and "苏州" in row[0] and row[4] < 900
    assert "Calls ring with the right number" in row[0] and "interconnect: no_route" in row[0]


@pytest.mark.parametrize("width", [WIDTH, 1024, 1920])
def test_nothing_is_wider_than_the_screen_and_no_cell_than_its_column(page: Page, width: int) -> None:
    sized(page, width)
    assert page.run("document.documentElement.scrollWidth") <= width
    wide = page.run("""[...document.querySelectorAll('.items td, .items th, .overview td, .overview th')]
      .filter(e => e.scrollWidth > e.clientWidth + 1).map(e => e.textContent)""")
    assert wide == []
    for text, left, top, right, bottom in boxes(page, ".items code, .items .badge"):
        assert 0 <= left < right <= width and bottom - top >= 11, text


def test_every_item_of_the_list_is_a_row_that_can_be_seen(page: Page) -> None:
    wanted = [item.id for item in read_release_list("china").items]
    rows: list[list[Any]] = page.run("""[...document.querySelectorAll('#board-1 tr.answer')].map(e =>
      [e.dataset.item, e.getBoundingClientRect().height, e.querySelector('.badge').textContent.trim()])""")
    assert [row[0] for row in rows] == wanted
    assert all(row[1] >= 20 for row in rows)
    words = {"✓ pass", "✗ fail", "? inconc", "- not run", "- no case"}
    assert {row[2] for row in rows} <= words
    tops = [top for _, _, top, _, _ in boxes(page, "#board-1 tr.answer")]
    assert tops == sorted(tops)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_can_be_told_from_what_it_is_written_on(page: Page, scheme: str) -> None:
    """WCAG 2.1, 1.4.3: a contrast of 4.5 to 1 at least, of every text with its own ground."""
    page.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
    faint: list[list[Any]] = page.run("""(() => {
      const rgb = text => text.match(/[0-9.]+/g).map(Number);
      const light = ([r, g, b]) => [r, g, b].map(c => c / 255)
        .map(c => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const ground = e => { for (; e; e = e.parentElement) {
        const found = rgb(getComputedStyle(e).backgroundColor); if (found[3] !== 0) return found;
      } return [255, 255, 255]; };
      const found = [];
      const texts = 'h1, h2, small, p, th, td, code, .badge, .tally li span, .soft, .wanted, .more';
      for (const e of document.querySelectorAll(texts)) {
        const [a, b] = [light(rgb(getComputedStyle(e).color)), light(ground(e))];
        const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        if (contrast < 4.5) found.push([e.className || e.tagName, contrast]);
      }
      return found;
    })()""")
    assert faint == []


def test_on_paper_each_board_begins_a_page_and_states_keep_their_words(page: Page) -> None:
    page.call("Emulation.setEmulatedMedia", media="print")
    sized(page, 1047)  # A4 across, less its margins, at 96 dots an inch
    assert page.run("document.documentElement.scrollWidth") <= 1047
    breaks = page.run("[...document.querySelectorAll('.board')].map(e => getComputedStyle(e).breakBefore)")
    assert set(breaks) == {"page"}
    assert page.run("getComputedStyle(document.querySelector('.state')).printColorAdjust") == "exact"
    assert page.run("getComputedStyle(document.querySelector('tr.answer')).breakInside") == "avoid"


def test_on_a_telephone_nothing_is_lost(page: Page) -> None:
    """What is too wide can be moved to; the page itself is not."""
    sized(page, 400)
    assert page.run("document.documentElement.scrollWidth") <= 400
    wide, shown, how = page.run("""(e => [e.scrollWidth, e.clientWidth, getComputedStyle(e).overflowX])(
      document.querySelector('.items').parentElement)""")
    assert wide > shown and how == "auto"
