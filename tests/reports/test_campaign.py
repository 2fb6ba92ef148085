"""The page of a campaign's standing: what it says, and that foreign texts stay texts."""

from __future__ import annotations

import shlex
from dataclasses import replace
from html.parser import HTMLParser

from interop.reports.campaign import Evidence, Spent, Standing, Suspect, Test, draw, packing
from interop.results.localise import Accusation, Candidate, Ranked
from tests.reports.conftest import PAYLOADS

CITY = Candidate((("city", "北京"), ("service", "sms-mt")), "regional service node")
MVNO = Candidate((("mvno", "小米移动"), ("service", "sms-mt")), "provisioning")
CASE = "recognition.messages.receives[mi-1709->{}-ucs2]"
EVIDENCE = tuple(Evidence("runs/campaign-release/stage-001", CASE.format(peer)) for peer in ("CMCC", "CUCC"))
BROKEN = Test("mvno 小米移动", (MVNO,), "does not", 2, 2, 8, None, True, "", 7, EVIDENCE)
UNDECIDED = Test("city 北京", (CITY,), "not decided", 2, 16, 16, (0.005, 0.481), False, "", 2, EVIDENCE)
GIVEN_UP = replace(UNDECIDED, why="after 178 cases it is between 2% and 10%", evidence=(), failing=0)
WORKING = Test(CASE.format("CTCC"), (), "works", 0, 35, 40, None, True, "", 0, ())
STANDING = Standing(
    campaign="release",
    file="lab-config/campaigns/release.yaml",
    directory="runs/campaign-release",
    lab="emulated",
    seed=1,
    injected=("gateway.dropped@segment=171",),
    stage=4,
    purpose="tests",
    seating="SIMs at home",
    cases=64,
    left=12,
    over="",
    screened=2993,
    planned=3000,
    inconclusive={"not_registered": 5, "modem": 2},
    spent=(
        Spent("calls", 5800, 6000),
        Spent("messages", 585, None),
        Spent("multimedia", 0, 0),
        Spent("money", 214.5, 2000.0),
    ),
    suspects=(
        Suspect(Accusation((MVNO, CITY), 58, 60, 45, 1440, 90.0), False, 58, EVIDENCE),
        Suspect(Accusation((CITY,), 9, 200, 36, 1240, 4.0), True, 9, EVIDENCE[:1]),
    ),
    ochiai=(Ranked((MVNO, CITY), 0.75, 58, 60), Ranked((CITY,), 0.31, 58, 214)),
    thin=("too few cases touch 1 of 3 levels of city: 上海",),
    tests=(BROKEN, UNDECIDED, GIVEN_UP, WORKING),
    good=0.02,
    bad=0.10,
    written=1767574923.0,
)


class Text(HTMLParser):
    """All that is shown; every element and attribute on the way."""

    def __init__(self, page: bytes) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self._style = False
        self.feed(page.decode("utf-8"))
        self.shown = " ".join(" ".join(self.said).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._style = tag == "style"
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        if not self._style:
            self.said.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._style = False


def test_it_says_where_the_campaign_stands() -> None:
    shown = Text(draw(STANDING)).shown
    for said in (
        "stage 4: tests, 64 cases, SIMs at home; 12 left",
        "1 ✗ does not 2 ? not decided 0 ✓ works 1/1 controls work",
        "2993 of 3000 cases",
        "5800 of 6000",
        "585 (no limit)",
        "multimedia spent 0 of 0",
        "214.50 of 2000.00",
        "7: not registered 5, modem 2",
        "2026-01-05 01:02:03 UTC",
        "gateway.dropped@segment=171",
        "mvno 小米移动 with service sms-mt (provisioning) or city 北京 with service sms-mt",
        "58 of 60 45 of 1440",
        "makes little difference",
        "0.75 mvno 小米移动",
        "2 of 16 12 % 0.5 to 48 %",
        "another suspect may be at fault in its place wants more cases",
        "after 178 cases it is between 2% and 10%",
        f"✓ works {WORKING.name} 0 of 35 0.0 %",
        "levels of city: 上海",
        "and 5 more that failed",
        *packing(EVIDENCE),
    ):
        assert said in shown, said


def test_nothing_is_said_of_what_is_not_known_yet() -> None:
    early = replace(STANDING, purpose="screening", screened=0, suspects=(), ochiai=(), thin=(), tests=())
    shown = Text(draw(replace(early, written=None, inconclusive={}))).shown
    assert "0 of 3000 cases" in shown and "last line written never" in shown
    for title in ("What was tested", "Who is suspected", "By Ochiai", "Controls", "cannot tell"):
        assert title not in shown
    assert "This campaign is not over" in shown
    over = replace(STANDING, stage=None, left=0, over="every suspect and every control was tested")
    shown = Text(draw(over)).shown
    assert "over: every suspect and every control was tested" in shown
    assert "This campaign is not over" not in shown


def test_hostile_texts_are_shown_and_never_taken_as_markup() -> None:
    plain = Text(draw(STANDING))
    for payload in PAYLOADS:
        evidence = (Evidence(payload, payload),)
        candidate = Candidate(((payload, payload),), payload)
        accusation = Accusation((candidate,), 1, 2, 3, 4, 5.0)
        page = draw(
            replace(
                STANDING,
                campaign=payload,
                file=payload,
                directory=payload,
                lab=payload,
                injected=(payload,),
                over=payload,
                inconclusive={payload: 1},
                suspects=(Suspect(accusation, False, 1, evidence),),
                ochiai=(Ranked((candidate,), 0.5, 1, 2),),
                thin=(payload,),
                tests=(
                    replace(UNDECIDED, accused=(candidate,), why=payload, evidence=evidence),
                    replace(WORKING, name=payload),
                ),
            )
        )
        text = Text(page)
        assert text.tags == plain.tags
        assert text.attributes == plain.attributes
        assert b"\x1b" not in page and "\u202e".encode() not in page


def test_the_commands_are_for_a_shell_whatever_the_names_are() -> None:
    odd = Evidence("runs/my campaign/stage-001", "a.b[x->'y'; rm -rf /]")
    [first, second] = packing([*EVIDENCE, odd])
    assert shlex.split(second) == ["interop", "pack", odd.directory, "--case", odd.case]
    assert shlex.split(first)[3:] == ["--case", EVIDENCE[0].case, "--case", EVIDENCE[1].case]
