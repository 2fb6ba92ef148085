"""The ladder of a conference that was really played, in a browser that is not ours, 1280 px wide."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest

from interop.reports import draw
from tests.reports.test_chromium import CELL, CHROMIUM, Page
from tests.suites.mms.truth import Multimedia
from tests.suites.threeway.truth import Threeway

pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
WIDTH = 1280
# Every text with its box, from top to bottom.
TEXTS = """[...document.querySelectorAll('.panel .drawn text')].map(e => {
  const box = e.getBoundingClientRect();
  return [e.textContent, box.left, box.top, box.right, box.bottom];
})"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three phones and four; and one whose list is looked at in vain until the deadline."""
    folder = tmp_path_factory.mktemp("conference")
    keyword = (
        "mi-1709 and (joins_three and (CMCC or CTCC) or joins_a_fourth) or hna-1700 and joins_three and CMCC"
    )
    Threeway((), ("mpty.fake@mvno=海航通信",), keyword=keyword).run(folder / "run")
    return draw(folder / "run", formats=["html"])[0]


@pytest.fixture(scope="module")
def page(report: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with showing(report, tmp_path_factory.mktemp("profile")) as shown:
        yield shown


@contextmanager
def showing(report: Path, profile: Path) -> Iterator[Page]:
    shown = Page(profile)
    try:
        shown.call(
            "Emulation.setDeviceMetricsOverride", width=WIDTH, height=900, deviceScaleFactor=1, mobile=False
        )
        shown.open(report.as_uri())
        yield shown
    finally:
        shown.close()


def opened(page: Page, cell: str) -> None:
    button = CELL.format(cell)
    page.run(f"{button}.getAttribute('aria-expanded') === 'true' || {button}.click()")
    page.run("new Promise(requestAnimationFrame)")


CELLS = ("1709 conference-mo CMCC", "1709 conference-four", "1700 conference-mo CMCC")


@pytest.mark.parametrize("cell", CELLS)
def test_every_label_is_whole_beside_the_others_and_on_the_screen(page: Page, cell: str) -> None:
    opened(page, cell)
    assert page.run("document.documentElement.scrollWidth") <= WIDTH
    texts: list[tuple[str, float, float, float, float]] = page.run(TEXTS)
    assert len(texts) > 60
    left, right = page.run(
        "(r => [r.left, r.right])(document.querySelector('.panel .drawn').getBoundingClientRect())"
    )
    for text, start, top, end, bottom in texts:
        assert "…" not in text
        assert left - 1 <= start and end <= right + 1, text
        assert bottom - top >= 11, f"{text}: too small to read"
    for (one, a, b, c, d), (other, e, f, g, h) in combinations(texts, 2):
        assert min(c, g) - max(a, e) <= 1 or min(d, h) - max(b, f) <= 2, f"{one!r} over {other!r}"


def test_labels_of_multimedia_messages_are_cut_within_the_diagram(tmp_path: Path) -> None:
    """Numbers, addresses and Chinese subjects are wide: what does not fit ends in an ellipsis that shows, and
    what must be seen comes before it.
    """
    Multimedia((), (), keyword="mi-1709 and receives and CMCC and chinese").run(tmp_path / "run")
    report = draw(tmp_path / "run", formats=["html"])[0]
    (tmp_path / "profile").mkdir()
    with showing(report, tmp_path / "profile") as page:
        opened(page, "1709 mms-mt CMCC")
        assert page.run("document.documentElement.scrollWidth") <= WIDTH
        left, right = page.run(
            "(r => [r.left, r.right])(document.querySelector('.panel .drawn').getBoundingClientRect())"
        )
        texts: list[tuple[str, float, float, float, float]] = page.run(TEXTS)
        for text, start, _, end, _ in texts:
            assert left - 1 <= start and end <= right + 1, text
        labels = [text for text, *_ in texts]
        assert any(text.startswith("MMS to +8617090001234: 互通彩信") for text in labels)
        assert any(text.startswith("MMS fetched from +8613900001234: 互通彩信") for text in labels)
        assert any(text.startswith("delivery report: 129 (retrieved), +8617090001234") for text in labels)
        assert any(text.endswith("…") for text in labels)


def heads(page: Page) -> list[str]:
    return list(page.run("[...document.querySelectorAll('.panel .drawn .lane')].map(e => e.textContent)"))


def test_three_phones_and_the_network_in_the_order_in_which_they_come_into_it(page: Page) -> None:
    opened(page, CELLS[0])
    subject, peer, network, third = heads(page)
    assert (subject, peer, network) == ("mi-1709", "cmcc-bj", "network") and third in ("ctcc-gz", "hna-1700")
    centres = page.run("""[...document.querySelectorAll('.panel .drawn .lane')].map(e => {
      const box = e.getBoundingClientRect(); return (box.left + box.right) / 2;
    })""")
    assert centres == sorted(centres) and min(b - a for a, b in pairwise(centres)) > 200


def rows(page: Page) -> list[dict[str, Any]]:
    return list(
        page.run("""[...document.querySelectorAll('.panel .drawn g > g')].map(e => ({
          of: e.getAttribute("class"), at: parseFloat(e.querySelector(".time").textContent.slice(1)),
          y: e.querySelector(".time").getBoundingClientRect().top,
          text: e.querySelector("text:not(.time)").textContent,
          ends: e.querySelectorAll(".head, .dot").length,
        }))""")
    )


def test_commands_answers_notifications_and_tones_run_down_with_time(page: Page) -> None:
    opened(page, CELLS[0])
    shown = rows(page)
    assert [row["at"] for row in shown] == sorted(row["at"] for row in shown)
    assert [row["y"] for row in shown] == sorted(row["y"] for row in shown)
    told = [(row["of"], row["text"]) for row in shown]
    order = [
        ("out call", "hold or swap (+CHLD=2)"),
        ("in call", "OK"),
        ("note", "lists 1 held"),
        ("in told", "told: on hold (+CSSU: 2)"),
        ("out call", "join (+CHLD=3)"),
        ("note", "lists 1 active mpty, 2 active mpty"),
        ("in told", "told: in a conference (+CSSU: 4)"),
        ("out call", "talk to one alone (+CHLD=21)"),
        ("in", "released, cause 16 (5,16)"),
    ]
    places = iter(told)
    assert all(row in places for row in order), order
    tones = [row for row in shown if row["of"] == "in tone"]
    assert {row["ends"] for row in tones} == {1, 2}  # one hears, or two at once


def test_lists_that_do_not_change_are_one_row(page: Page) -> None:
    opened(page, CELLS[2])
    assert sum("1 held, 2 active" in row["text"] and "times in" in row["text"] for row in rows(page)) == 1


def test_the_names_stay_in_sight(page: Page) -> None:
    opened(page, CELLS[0])
    page.run(
        "scrollTo(0, document.querySelector('.panel .drawn').getBoundingClientRect().top + scrollY + 1200)"
    )
    page.run("new Promise(requestAnimationFrame)")
    top = page.run("document.querySelector('.panel .drawn .lane').getBoundingClientRect().top")
    assert 0 <= top <= 20
    over = "(e => e.closest('.names') !== null)(document.elementFromPoint(innerWidth / 2, 10))"
    assert page.run(over), "covered by the head of the matrix"
    page.run("scrollTo(0, 0)")


@pytest.mark.parametrize("cell", CELLS)
def test_what_opens_has_the_whole_width_and_leaves_the_table_as_it_was(page: Page, cell: str) -> None:
    page.run("document.querySelector('.panel .close')?.click()")
    before = page.run("document.querySelector('#matrix').outerHTML")
    opened(page, cell)
    edges = "(r => [r.left, r.right])(document.querySelector('{}').getBoundingClientRect())"
    table, panel = (page.run(edges.format(name)) for name in ("#matrix", ".panel"))
    assert panel == pytest.approx(table, abs=2)
    page.run("document.querySelector('.panel .close').click()")
    assert page.run("document.querySelector('#matrix').outerHTML") == before
