"""A campaign read from its directory stands where its lines say, at whatever line it is looked at."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from interop.campaign.course import Began, Ended, Line, Replay, State, state
from interop.campaign.journal import JournalError, marks_of
from interop.campaign.planning import Planned
from interop.campaign.playing import Injected, identity
from interop.campaign.reading import read
from interop.campaign.spending import Spend
from interop.lab.load import load
from interop.record import Attempt, Control, Finding, InconcReason, Started, Verdict
from interop.record.events import Dialled
from interop.record.reader import RunDamaged
from interop.record.writer import RunWriter
from interop.results.sequential import Plan
from tests.campaign.country import Country, attempt, course, go_on

FAULTS = {(("city", "成都"),): 0.6, (("mvno", "M03"), ("originator", "bank")): 0.9}
INJECTED = Injected(("route.missing@city=成都",), ("bytes.nul",))


@pytest.fixture(scope="module")
def planned() -> Planned:
    campaign = SimpleNamespace(name="toy", digest="0" * 64, lab=load("small"), seed=1)
    whole = course(400, test=Plan(0.02, 0.20), controls=0.02)
    return cast(Planned, SimpleNamespace(campaign=campaign, course=whole))


@pytest.fixture(scope="module")
def lines(planned: Planned) -> list[Line]:
    written: list[Line] = []
    go_on(planned.course, Country(FAULTS, background=0.01, unclear=0.45), written)
    return written


def written_to(directory: Path, planned: Planned, lines: Iterable[Line]) -> None:
    """As the engine writes them."""
    directory.mkdir()
    began = json.dumps(identity(planned, INJECTED), ensure_ascii=False)
    (directory / "campaign.json").write_text(began, encoding="utf-8")
    journal: list[str] = []
    writer: RunWriter | None = None
    for line in lines:
        if isinstance(line, Began):
            journal.append(json.dumps({"type": "began", "stage": line.stage}))
            writer = RunWriter(directory / f"stage-{line.stage:03}")
            writer.describe({"run": f"stage-{line.stage:03}"})
        elif isinstance(line, Attempt):
            assert writer is not None
            writer.write(line)
        elif isinstance(line, Ended):
            assert writer is not None
            writer.close()
            journal.append(json.dumps({"type": "ended", "stage": line.stage}))
    if writer is not None:
        writer.close()
    (directory / "campaign.jsonl").write_text("".join(f"{mark}\n" for mark in journal))


def told(now: State) -> object:
    tests = [(one.test.name, one.conclusion, one.failed, one.valid, one.played, one.why) for one in now.tests]
    stage = (now.stage.number, [trial.case for trial in now.stage.trials]) if now.stage else None
    left = [trial.case for trial in now.left]
    return stage, now.began, left, now.over, now.spent, now.screened, now.inconclusive, tests


def ends(lines: Sequence[Line]) -> list[int]:
    """Numbers of lines to look at: in the screening, around its end, in a block of tests, and all."""
    over = lines.index(Ended(2))
    return [0, 1, 60, over - 30, over, over + 1, over + 40, lines.index(Ended(4)) - 5, len(lines)]


@pytest.mark.parametrize("which", range(9))
def test_it_stands_where_its_lines_say(
    planned: Planned, lines: list[Line], tmp_path: Path, which: int
) -> None:
    first = lines[: ends(lines)[which]]
    written_to(tmp_path / "c", planned, first)
    before = content(tmp_path)
    found = read(planned, tmp_path / "c")
    assert content(tmp_path) == before
    now = state(planned.course, first)
    assert told(found.state) == told(now)
    assert found.injected == INJECTED
    assert sum(found.inconclusive.values()) == now.inconclusive
    assert set(found.inconclusive) <= {"modem"}  # of which the country knows no other
    if which == len(ends(lines)) - 1:
        assert now.inconclusive > 5 and now.over and now.localisation is not None


def content(directory: Path) -> dict[Path, tuple[bytes, int]]:
    files = (path for path in directory.rglob("*") if path.is_file())
    return {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def test_the_evidence_of_a_suspect_is_every_failing_case_of_its_own(
    planned: Planned, lines: list[Line], tmp_path: Path
) -> None:
    written_to(tmp_path / "c", planned, lines)
    found = read(planned, tmp_path / "c")
    levels, failed = played(planned, lines)
    localisation = found.state.localisation
    assert localisation is not None
    assert str(localisation.accused[0].group[0]) == "city 成都"
    for accusation, failing in zip((*localisation.accused, *localisation.slight), found.accused, strict=True):
        own = {
            key
            for key in failed
            if key[0] <= 2 and any(set(one.levels) <= set(levels[key].items()) for one in accusation.group)
        }
        assert {(int(one.directory.name[-3:]), one.case) for one in failing} == own
        assert len(failing) == len(own) >= accusation.failed > 0
        others = [
            set(one.levels)
            for rival in (*localisation.accused, *localisation.slight)
            if rival is not accusation
            for one in rival.group
        ]
        doubtful = [
            any(each <= set(levels[int(one.directory.name[-3:]), one.case].items()) for each in others)
            for one in failing
        ]
        assert doubtful == sorted(doubtful)  # what nobody else can have done comes first
    for tested, failing in zip(found.state.tests, found.tests, strict=True):
        assert len(failing) >= tested.failed
        assert all(one.directory.name > "stage-002" for one in failing)
        for one in failing:
            key = int(one.directory.name[-3:]), one.case
            assert key in failed
            assert not tested.test.accused or set(tested.test.accused[0].levels) <= set(levels[key].items())
    assert any(tested.failed for tested in found.state.tests)


def played(
    planned: Planned, lines: Iterable[Line]
) -> tuple[dict[tuple[int, str], dict[str, str]], set[tuple[int, str]]]:
    """Of each stage and case its levels; and which of them failed."""
    replay, number = Replay(planned.course), 0
    levels: dict[tuple[int, str], dict[str, str]] = {}
    failed: set[tuple[int, str]] = set()
    for line in lines:
        if isinstance(line, Began):
            stage = replay.state().stage
            assert stage is not None
            number = stage.number
            levels |= {(number, trial.case): dict(trial.cell.levels) for trial in stage.trials}
        elif isinstance(line, Attempt) and line.verdict is Verdict.FAIL and not line.control_of:
            failed.add((number, line.case))
        replay.hear(line)
    return levels, failed


def test_what_is_being_written_is_read_as_far_as_it_is_whole(
    planned: Planned, lines: list[Line], tmp_path: Path
) -> None:
    first = lines[:41]
    written_to(tmp_path / "c", planned, first)
    case = planned.course.screening.home[0].case
    with (tmp_path / "c" / "campaign.jsonl").open("a") as journal:
        journal.write('{"type": "ended", "sta')
    with (tmp_path / "c" / "stage-001" / "results.jsonl").open("a") as results:
        results.write('{"type": "attempt", "case": "')
    assert told(read(planned, tmp_path / "c").state) == told(state(planned.course, first))

    again = tmp_path / "again"
    written_to(again, planned, [Began(1)])
    writer = RunWriter(again / "stage-001")
    writer.write(Started(case, 1, {}, 0.0))
    writer.observe("sim", Dialled("10086"), f"{case}#1")
    writer.close()
    under_way = read(planned, again).state
    assert under_way.spent == Spend(calls=1)
    assert len(under_way.left) == len(planned.course.screening.home)


def test_a_fail_that_still_waits_for_its_contrast_is_no_evidence_yet(
    planned: Planned, lines: list[Line], tmp_path: Path
) -> None:
    begins = lines.index(Began(3))
    now = state(planned.course, lines[:begins])
    assert now.stage is not None
    trial = now.stage.trials[0]
    failed = attempt(trial.case, Verdict.FAIL, 1, Spend())
    waiting = replace(failed, control=Control(Finding.UNKNOWN, why="pending"))
    for name, last, count in (("waiting", waiting, 0), ("known", failed, 1)):
        written_to(tmp_path / name, planned, [*lines[: begins + 1], last])
        assert sum(map(len, read(planned, tmp_path / name).tests)) == count


def test_what_is_not_tried_again_has_a_reason(planned: Planned, tmp_path: Path) -> None:
    """Also in a stage that goes on: a spent budget, an error, one that was tried often enough. What will be
    tried again has none.
    """
    unclear = [
        replace(attempt(trial.case, Verdict.INCONC, 1, Spend()), reason=reason)
        for trial, reason in zip(
            planned.course.screening.home, (InconcReason.BUDGET, InconcReason.MODEM, InconcReason.PEER),
            strict=False,
        )
    ]  # fmt: skip
    often = [replace(unclear[2], attempt=number) for number in (1, 2, 3)]
    wrong = attempt(planned.course.screening.home[3].case, Verdict.ERROR, 1, Spend())
    lines: list[Line] = [Began(1), *unclear[:2], *often, wrong]
    written_to(tmp_path / "c", planned, lines)
    found = read(planned, tmp_path / "c")
    assert found.inconclusive == {"budget": 1, "error": 1, "peer": 1}
    assert found.state.inconclusive == 3


def test_a_directory_without_a_campaign_or_with_another_one_is_refused(
    planned: Planned, lines: list[Line], tmp_path: Path
) -> None:
    with pytest.raises(JournalError, match="no campaign has begun here"):
        read(planned, tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()
    written_to(tmp_path / "c", planned, lines[:3])
    place = tmp_path / "c" / "campaign.json"
    began = json.loads(place.read_text())
    for key, value, said in (
        ("lab", "f" * 64, "began with another lab"),
        ("campaign file", "f" * 64, "began with another campaign file"),
    ):
        place.write_text(json.dumps({**began, key: value}))
        with pytest.raises(JournalError, match=said):
            read(planned, tmp_path / "c")
    for text, said in (("[]", "must hold one JSON object"), ("{", "campaign.json: ")):
        place.write_text(text)
        with pytest.raises(JournalError, match=said):
            read(planned, tmp_path / "c")


def test_a_broken_line_is_named(planned: Planned, lines: list[Line], tmp_path: Path) -> None:
    written_to(tmp_path / "c", planned, lines[:3])
    results = tmp_path / "c" / "stage-001" / "results.jsonl"
    results.write_bytes(b"sung\n" + results.read_bytes())
    with pytest.raises(RunDamaged, match=r"results\.jsonl:1: not JSON"):
        read(planned, tmp_path / "c")
    journal = tmp_path / "c" / "campaign.jsonl"
    journal.write_text('{"type": "began", "stage": 1}\n{"type": "sang"}\n')
    with pytest.raises(JournalError, match=r"campaign\.jsonl:2: no line of a campaign"):
        marks_of(tmp_path / "c")
