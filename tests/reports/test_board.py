"""The release board as text, table and page, of answers made by hand."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from rich.console import Console

from interop.record import Finding, Verdict
from interop.reports import board as words
from interop.reports import board_page
from interop.results.release import Answer, Board, Item, Origin, ReleaseList, Tried
from tests.reports.conftest import PAYLOADS

AT = 1_767_542_400.0 + 9 * 3600  # 2026-01-05 09:00 in China
ORIGIN = Origin(2, 0, False, AT)
LIST = ReleaseList(name="our list", source="somebody", items=())
FAILED = Tried(
    run="/runs/20260105-a", suite="recognition", case="recognition.messages.sends[mi-1709->CTCC-gsm7]",
    number=2, service="sms-mo", segment="1709", base_operator="CUCC", peer="CTCC",
    verdict=Verdict.FAIL, started=AT,
    blame="interconnect: message_lost", finding=Finding.SEGMENT,
)  # fmt: skip
PASSED = replace(
    FAILED, case="recognition.messages.sends[mi-1709->CMCC-gsm7]", verdict=Verdict.PASS, blame=""
)


def item(name: str, **changes: object) -> Item:
    given = {"id": name, "title": f"title of {name}", "area": "messages", "services": ("sms-mo",)}
    return Item(**{**given, **changes})  # type: ignore[arg-type]


def answers() -> dict[str, Answer]:
    """One of each kind."""
    made = (
        Answer(item("works", works=True), Verdict.PASS, 0, 8, evidence=((PASSED, Verdict.PASS),) * 8),
        Answer(
            item("fails", works=True), Verdict.FAIL, 1, 2, why=("interconnect: message_lost; the segment",),
            evidence=((FAILED, Verdict.FAIL), (PASSED, Verdict.PASS)),
        ),
        Answer(
            item("ratio", at_most=0.05), Verdict.INCONC, 0, 40, "at most 7.22 % fail",
            missing=("about 19 more attempts",), evidence=((PASSED, Verdict.PASS),) * 40,
        ),
        Answer(
            item("time", kpi="sms_delivery_time", mean_s=3.0), Verdict.PASS, 0, 9, "mean 2 s, at most 2.5 s",
        ),
        Answer(item("broken", works=True), Verdict.ERROR, evidence=((FAILED, Verdict.ERROR),)),
        Answer(item("idle", works=True), Verdict.NONE, missing=("no case of sms-mo",)),
        Answer(
            item("never", services=(), area="other", no_case="never dialled"), Verdict.NONE,
            missing=("never dialled",),
        ),
    )  # fmt: skip
    return {one.item.id: one for one in made}


def board(*names: str) -> Board:
    chosen = answers()
    return Board("小米移动", "北京", (("1709", "CUCC"),), tuple(chosen[name] for name in names), AT)


EVERY = tuple(answers())


def printed(found: Board, width: int = 120, encoding: str = "utf-8") -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding=encoding, errors="replace")
    Console(file=out, width=width, markup=False, emoji=False, highlight=False).print(words.board(found))
    out.seek(0)
    return out.read()


def test_every_item_with_its_verdict_what_it_rests_on_and_what_is_missing() -> None:
    text = [line.strip() for line in printed(board(*EVERY)).splitlines()]
    assert text == [
        "小米移动 北京 1709 (CUCC)  ! harness error",
        "1 error, 1 fail, 1 inconc, 1 not run, 2 pass, 1 no case",
        "messages",
        "✓ pass    title of works  8 cases passed",
        "✗ fail    title of fails  1 of 2 cases failed",
        "interconnect: message_lost; the segment",
        "recognition.messages.sends[mi-1709->CTCC-gsm7]#2 in /runs/20260105-a",
        "? inconc  title of ratio  none of 40 attempts failed; at most 7.22 % fail",
        "missing: about 19 more attempts",
        "✓ pass    title of time  9 attempts; mean 2 s, at most 2.5 s",
        "! error   title of broken",
        "recognition.messages.sends[mi-1709->CTCC-gsm7]#2 in /runs/20260105-a",
        "- not run title of idle",
        "missing: no case of sms-mo",
        "other",
        "- no case title of never: never dialled",
        "",
    ]


@pytest.mark.parametrize("width", [40, 80, 160])
def test_any_width_holds_it(width: int) -> None:
    lines = printed(board(*EVERY), width).splitlines()
    assert all(len(line) <= width for line in lines)
    joined = "".join(line.strip() for line in lines)
    assert "sends[mi-1709->CTCC-gsm7]#2" in joined.replace(" ", "")


def test_a_stream_without_chinese_or_symbols_is_no_trouble() -> None:
    text = printed(board(*EVERY), encoding="ascii")
    assert "X fail" in text and "+ pass" in text and "title of works" in text


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (("works", "never"), "may be released"),
        (("works", "idle"), "not known yet"),
        (("works", "ratio"), "not known yet"),
        (("works", "ratio", "fails"), "blocked"),
        (("fails", "broken"), "harness error"),
        (("never",), "not known yet"),
    ],
)
def test_the_state_of_a_board_in_words(names: tuple[str, ...], says: str) -> None:
    assert printed(board(*names)).splitlines()[0].endswith(says)
    page = board_page.draw([board(*names)], LIST, ORIGIN, None).decode()
    assert len(re.findall(f'class="badge state [a-z]+"><span aria-hidden="true">.</span> {says}', page)) == 2


def test_boards_are_counted_by_state_the_worst_first() -> None:
    found = [board("works"), board("idle"), board("fails"), board("works")]
    assert words.conclusion(found) == "4 boards: 1 blocked, 1 not known yet, 2 may be released"


def test_what_a_board_rests_on_is_told() -> None:
    assert words.about(ORIGIN, None) == ["drawn from 2 runs, the last attempt 2026-01-05 09:00 (China)"]
    assert words.about(ORIGIN, 30)[1:] == ["what is older than 30 days before that counts no more"]
    assert words.warnings(ORIGIN) == []
    warned = replace(ORIGIN, interrupted=3, emulated=True, unended=2)
    assert words.warnings(warned) == [
        "3 attempts began and came to no result",
        "2 runs did not end: what was left to try is in no board",
        "devices were emulated: this says nothing about a real network",
    ]
    page = board_page.draw([board("works")], LIST, warned, None).decode()
    assert page.count('class="warning"') == 3 and '<p class="warning">2 runs did not end' in page
    told = words.as_json([board("works")], LIST, warned, 0, None)
    assert (told["runs_unended"], told["attempts_without_result"]) == (2, 3)


def test_the_table_has_a_row_for_each_board_and_item() -> None:
    text = words.as_csv([board(*EVERY), board("works")]).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["item"] for row in rows] == [*EVERY, "works"]
    by_item = {row["item"]: row for row in rows}
    fails, never, ratio = by_item["fails"], by_item["never"], by_item["ratio"]
    assert (fails["mvno"], fails["city"], fails["board"]) == ("小米移动", "北京", "harness error")
    assert (fails["verdict"], fails["failed"], fails["valid"]) == ("fail", "1", "2")
    assert fails["evidence"].startswith(
        "recognition.messages.sends[mi-1709->CTCC-gsm7]#2 in /runs/20260105-a; "
    )
    assert (ratio["wanted"], ratio["confidence_95"]) == ("at most 5 % fail", "at most 7.22 % fail")
    assert (never["verdict"], never["missing"], never["valid"]) == ("no case", "never dialled", "")
    assert by_item["idle"]["verdict"] == "not run"


def test_what_is_not_named_is_counted() -> None:
    many = replace(answers()["works"], more=4950)
    found = replace(board("works"), answers=(many,))
    (row,) = csv.DictReader(io.StringIO(words.as_csv([found]).decode("utf-8-sig"), newline=""))
    assert row["evidence"].count("sends[mi-1709->CMCC-gsm7]#2") == 8
    assert row["evidence"].endswith("; and 4950 more")
    assert "and 4957 more" in board_page.draw([found], LIST, ORIGIN, None).decode()


class _Page(HTMLParser):
    """Elements, and the text outside of style."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text: list[str] = []
        self._styles = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self._styles = tag == "style"
        assert not any(name.startswith("on") or name in ("src", "style") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        if not self._styles:
            self.text.append(data)


def test_the_page_says_what_blocks_before_anything_else_and_names_evidence_and_run() -> None:
    text = " ".join(
        " ".join(_Page(board_page.draw([board(*EVERY)], LIST, ORIGIN, None).decode()).text).split()
    )
    overview, _, boards = text.partition("verdict item result")
    assert overview.index("what stands in the way") < overview.index("title of broken")
    assert "title of fails : interconnect: message_lost; the segment" in overview
    assert "and 2 items not known yet" in overview and "title of works" not in overview
    assert "in 20260105-a , and 1 more" in boards and "Runs: /runs/20260105-a" in boards


def test_where_nothing_fails_the_page_says_first_what_is_not_known() -> None:
    text = " ".join(
        _Page(board_page.draw([board("works", "ratio", "idle")], LIST, ORIGIN, None).decode()).text
    )
    overview = " ".join(text.partition("result, confidence")[0].split())
    assert "2 items not known yet: title of ratio ; title of idle" in overview
    sound = " ".join(_Page(board_page.draw([board("works", "never")], LIST, ORIGIN, None).decode()).text)
    assert "what stands in the way 小米移动 北京 1709 CUCC ✓ may be released nothing" in " ".join(
        sound.split()
    )


def test_the_page_has_no_script_and_hostile_texts_stay_texts() -> None:
    hostile = []
    for text in PAYLOADS:
        tried = replace(FAILED, case=text, run=text, blame=text)
        said = Answer(
            item("x", title=text, area=text, works=True), Verdict.FAIL, 1, 1, why=(text,), missing=(text,),
            evidence=((tried, Verdict.FAIL),),
        )  # fmt: skip
        hostile.append(Board(text, text, ((text, text),), (said,), AT))
    named = ReleaseList(name=PAYLOADS[0], source=PAYLOADS[1], items=())
    page = _Page(board_page.draw(hostile, named, ORIGIN, None).decode())
    assert not {"script", "img", "svg", "iframe", "link"} & set(page.elements)
    plain = len(
        _Page(board_page.draw([board("fails")] * len(PAYLOADS), LIST, ORIGIN, None).decode()).elements
    )
    assert abs(len(page.elements) - plain) < 10 * len(PAYLOADS)
    everything = "".join(page.text)
    assert PAYLOADS[0] in everything and not set(everything) & set("\x1b\x07\x00\u202e")


def test_emulated_runs_are_told_in_a_box() -> None:
    page = board_page.draw([board("works")], LIST, replace(ORIGIN, emulated=True), None).decode()
    said = '<p class="warning">Devices were emulated: this says nothing about a real network.</p>'
    assert page.count(said) == 1
    assert "mulated" not in board_page.draw([board("works")], LIST, ORIGIN, None).decode()


def test_what_was_tried_with_whom_is_told_where_the_list_leaves_it_open() -> None:
    """And of a board that may be released, on the page's first lines, what nobody tried."""
    names = tuple(f"gw{number}" for number in range(8))
    made = answers()
    codes = replace(made["works"], others=names)
    assert words.result(codes) == "8 cases passed with gw0, gw1, gw2, gw3, gw4, gw5, 2 more"
    assert words.result(replace(codes, others=names[:2])) == "8 cases passed with gw0, gw1"
    assert words.result(replace(made["ratio"], others=("a",))).endswith("failed with a; at most 7.22 % fail")
    page = " ".join(_Page(board_page.draw([board("works", "never")], LIST, ORIGIN, None).decode()).text)
    assert "nothing ; 1 item to be settled otherwise: no case" in " ".join(page.split())
