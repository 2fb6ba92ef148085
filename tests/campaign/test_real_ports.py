"""Campaigns on labs that count as real: ports that others serve, days and hours, SIMs moved by hand.

No hardware has been here: the modems are emulated, behind unix sockets. The clock by which windows open is a
fake one, that of the runs is the wall clock.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path

import pytest

from interop.campaign.course import Began, Ended, State
from interop.campaign.file import CampaignError, load_campaign
from interop.campaign.journal import Journal
from interop.campaign.planning import Planned, plan
from interop.campaign.playing import Injected, identity, play
from interop.campaign.seating import Move
from interop.campaign.stages import Stage
from interop.cli.campaign.cases import cases_of
from interop.engine import resume, runner
from interop.engine.attempt import BoundCase
from interop.engine.session import Plan
from interop.lab.equipment import CHINA
from interop.lab.readiness import NotReady
from interop.record import Attempt, InconcReason, Verdict
from interop.record.lines import Line
from interop.record.reader import read_run
from interop.record.writer import RunWriter
from tests.campaign.real_ports import served, write_lab
from tests.forked import interop

CAMPAIGN = """\
name: real
lab: ./lab.yaml
matrix: {cases: [recognition.identity]}
screening: {cases: 6, each: 1}
test: {good: 0.05, bad: 0.60, block: 4}
controls: 0.10
when: {days: [mon, tue], hours: ["09:00-10:00", "11:00-17:00"]}
"""
ROTATION = "rotation: {share: 0.10, modems: [[m01, m03]]}\n"
SWAPPED = {"m01": "hna-1700", "m03": "mi-1709"}
MONDAY = datetime(2026, 1, 5, tzinfo=CHINA)
LONG_S = 4000.0
"""what a case of `slow_hna` may take: it fits into the afternoon, not into the hour before noon"""

Results = dict[tuple[str, str], tuple[Verdict, dict[str, str]]]


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("ports")
    with served(folder):
        yield folder


@dataclass
class Clock:
    at: datetime

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Notes:
    """Implements `Desk`: agrees to everything, waits by moving its clock, and writes all of it down."""

    clock: Clock
    told: list[str] = field(default_factory=list)

    def allow(self, now: State) -> None:
        self.told.append("allowed")

    def move(self, moves: Sequence[Move]) -> None:
        self.told += [f"{move.sim}: {move.old} to {move.new}" for move in moves]

    def wait(self, until: datetime) -> None:
        self.told.append(f"until {until:%a %H:%M}")
        self.clock.at = until

    def with_engineer(self, plan: Plan) -> Plan:
        return plan

    def stage_begins(self, stage: Stage, now: State) -> None:
        self.told.append(f"stage {stage.number}")

    def started(self, case: BoundCase) -> None:
        pass

    def ended(self, case: BoundCase, attempt: Attempt) -> None:
        pass

    def stage_rests(self, directory: Path) -> None:
        self.told.append(f"rests: {len(read_run(directory).attempts)}")

    def ends(self, away: Sequence[Move]) -> None:
        self.told += [f"away: {move.sim} in {move.old}" for move in away]


def planned(tmp_path: Path, ports: Path, text: str = CAMPAIGN) -> Planned:
    write_lab(tmp_path / "lab.yaml", ports)
    (tmp_path / "c.yaml").write_text(text)
    campaign = load_campaign(tmp_path / "c.yaml")
    return plan(campaign, cases_of(campaign.lab_source))


def results(campaign: Path) -> Results:
    """Stage and case -> what came of it, and on which devices."""
    return {
        (stage.name, case): (final.verdict, final.devices)
        for stage in sorted(campaign.glob("stage-*"))
        for case, final in read_run(stage).final.items()
    }


def slow_hna(case: BoundCase) -> float:
    return LONG_S if "hna-1700" in case.name else 1.0


def patched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interop.engine.runner.longest_s", slow_hna)
    monkeypatch.setattr("interop.campaign.playing.longest_s", slow_hna)
    monkeypatch.setattr("interop.engine.resume.DRAIN_S", 0.01)


def test_it_waits_for_its_hours_and_goes_on_in_the_next_ones(
    tmp_path: Path, ports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patched(monkeypatch)
    desk = Notes(Clock(MONDAY.replace(hour=7)))
    made = planned(tmp_path, ports, CAMPAIGN.replace("controls: 0.10", "controls: 0"))
    final = play(made, tmp_path / "c", Injected(), desk, clock=desk.clock)
    run = read_run(tmp_path / "c" / "stage-001")
    quick = sum("hna-1700" not in one.case for one in run.attempts)
    assert 0 < quick < len(run.attempts) == 6
    stage_1 = ["until Mon 09:00", "stage 1", f"rests: {quick}", "until Mon 11:00", "stage 1", "rests: 6"]
    assert desk.told == ["allowed", *stage_1]
    assert all("hna-1700" in one.case for one in run.attempts[quick:]), "these had to wait for the afternoon"
    assert run.meta["state"] == "finished" and run.meta["clock"] == "real"
    assert final.screened == 6 and final.over == "nothing is suspected, and no control was wanted"


def test_a_case_that_fits_into_no_hours_is_refused_before_anything_is_asked(
    tmp_path: Path, ports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    patched(monkeypatch)
    desk = Notes(Clock(MONDAY))
    short = planned(tmp_path, ports, CAMPAIGN.replace('"11:00-17:00"', '"11:00-12:00"'))
    with pytest.raises(CampaignError, match=r"c.yaml:7:33: hours: none is long enough: .*hna-1700.* 4000 s"):
        play(short, tmp_path / "c", Injected(), desk, clock=desk.clock)
    assert desk.told == []


# A real process that is killed


def command(tmp_path: Path, *more: str, before: Callable[[], object] | None = None) -> tuple[int, str, str]:
    campaign = str(tmp_path / "c.yaml")
    done = interop("campaign", "run", campaign, *more, before=before)
    return done.returncode, done.stdout, done.stderr


def at_seven(kill: str = "", lines: int = 0) -> None:
    """In a process of its own: the fake clock of the tests above, and where it is killed."""
    clock = Clock(MONDAY.replace(hour=7))

    def die() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def sleep(_desk: object, until: datetime) -> None:
        if kill == "wait":
            die()
        clock.at = until

    note, write, written = Journal.note, RunWriter.write, 0

    def noting(journal: Journal, mark: Began | Ended) -> None:
        note(journal, mark)
        if kill == "between" and isinstance(mark, Ended):
            die()

    def counting(writer: RunWriter, line: Line) -> None:
        nonlocal written
        write(writer, line)
        written += 1
        if kill == "stage" and written == lines:
            die()

    resume.DRAIN_S = 0.01
    runner.longest_s = slow_hna
    Journal.note = noting  # type: ignore[method-assign, assignment]
    RunWriter.write = counting  # type: ignore[method-assign, assignment]
    for target, value in (
        ("interop.campaign.playing.longest_s", slow_hna),
        ("interop.cli.campaign.desk.Terminal.now", staticmethod(clock)),
        ("interop.cli.campaign.desk.Terminal.sleep", sleep),
    ):
        pytest.MonkeyPatch().setattr(target, value)


def test_killed_anywhere_it_comes_to_the_same_conclusions(tmp_path: Path, ports: Path) -> None:
    planned(tmp_path, ports)
    out, whole = ("--yes", "--out", str(tmp_path / "killed")), ("--yes", "--out", str(tmp_path / "whole"))
    code, said, errors = command(tmp_path, *whole, before=at_seven)
    assert code == 0, errors
    for kill in (("wait",), ("stage", 3), ("between",)):
        code, output, _ = command(tmp_path, *out, before=partial(at_seven, *kill))
        assert code == -signal.SIGKILL, output
    code, again, errors = command(tmp_path, *out, before=at_seven)
    assert code == 0, errors
    assert conclusions(again) == conclusions(said)
    assert results(tmp_path / "killed") == results(tmp_path / "whole")
    assert {verdict for verdict, _ in results(tmp_path / "whole").values()} == {Verdict.PASS}


def conclusions(out: str) -> list[str]:
    lines = out.splitlines()
    [first] = [number for number, line in enumerate(lines) if "screened, " in line]
    return [line for line in lines[first:] if not line.startswith("/")]


def test_without_waiting_it_ends_and_says_when(tmp_path: Path, ports: Path) -> None:
    planned(tmp_path, ports)
    code, out, errors = command(tmp_path, "--yes", "--no-wait", "--out", str(tmp_path / "c"), before=at_seven)
    assert code == 5, errors
    assert "closed until Mon 2026-01-05 09:00 in China; start it again then: interop campaign run" in errors
    assert "stage" not in out
    assert not list((tmp_path / "c").glob("stage-*"))


def test_real_devices_are_used_only_where_somebody_allows_it(tmp_path: Path, ports: Path) -> None:
    planned(tmp_path, ports)
    code, _, errors = command(tmp_path, "--out", str(tmp_path / "c"), before=at_seven)
    assert code == 2
    assert "lab small has real devices" in errors and "allow it with --yes" in errors
    assert not list((tmp_path / "c").glob("stage-*"))


def test_sims_are_moved_by_hand_and_believed_only_by_what_modems_read(tmp_path: Path) -> None:
    """As an engineer without a terminal does it: the same command, again and again."""
    out = ("--yes", "--out", str(tmp_path / "c"))
    folder = tmp_path / "p"
    folder.mkdir()
    planned(tmp_path, folder, CAMPAIGN.partition("when:")[0] + ROTATION)
    with served(folder):
        code, _, errors = command(tmp_path, *out)
        assert code == 6, errors
        assert "  mi-1709   ICCID 89860120811000017091  from m01  to m03\n" in errors
        assert "  hna-1700  ICCID 89860302020000017008  from m03  to m01\n" in errors
        again = errors.partition("move these SIMs, then: interop campaign run ")[2].split()
        assert again[-1] == "--seated"
        code, _, errors = command(tmp_path, *again[1:])  # it says so, and it is not true
        assert code == 2
        assert (
            "m01: SIM hna-1700 (ICCID 89860302020000017008) has to be in it; "
            "in it is SIM mi-1709 (ICCID 89860120811000017091)"
        ) in errors
        assert read_run(tmp_path / "c" / "stage-002").started == []
    with served(folder, SWAPPED):
        code, out_2, errors = command(tmp_path, *out)  # it has been told that they were moved
        assert code == 6, errors
        assert "stage 2: screening" in out_2
        assert "  mi-1709   ICCID 89860120811000017091  from m03  to m01\n" in errors
        moved = read_run(tmp_path / "c" / "stage-002")
        home = {"mi-1709": "m03", "hna-1700": "m01"}
        assert moved.attempts and all(
            one.devices["sim"] == home[one.subject.sim] for one in moved.attempts if "sim" in one.devices
        )
    with served(folder):
        code, out_3, errors = command(tmp_path, *out, "--seated")
    assert code == 0, errors
    assert "controls: 1 of 1 work" in out_3 and "not at home" not in out_3


def test_at_its_end_it_says_which_sims_are_not_at_home(tmp_path: Path) -> None:
    text = CAMPAIGN.partition("when:")[0].replace("controls: 0.10", "controls: 0") + ROTATION
    made = planned(tmp_path, tmp_path, text)
    with Journal(tmp_path / "c", identity(made, Injected())) as journal:
        for stage in (1, 2):
            journal.note(Began(stage))
            journal.note(Ended(stage))
        journal.seat(1)
    desk = Notes(Clock(MONDAY))
    final = play(made, tmp_path / "c", Injected(), desk, clock=desk.clock)
    assert final.over == "nothing is suspected, and no control was wanted"
    assert desk.told == ["away: mi-1709 in m03", "away: hna-1700 in m01"]


def test_a_device_that_is_missing_is_named_and_nothing_is_lost(tmp_path: Path, ports: Path) -> None:
    made = planned(tmp_path, ports, CAMPAIGN.partition("when:")[0])
    desk = Notes(Clock(MONDAY))
    socket, away = ports / "m02.sock", ports / "away.sock"
    socket.rename(away)
    try:
        with pytest.raises(NotReady, match=r"^m02: .*m02\.sock") as missing:
            play(made, tmp_path / "c", Injected(), desk, clock=desk.clock)
    finally:
        away.rename(socket)
    assert len(str(missing.value).splitlines()) == 1
    assert read_run(tmp_path / "c" / "stage-001").started == []
    final = play(made, tmp_path / "c", Injected(), desk, clock=desk.clock)
    assert final.screened == 6


class Impatient(Notes):
    """Pulls the plug when a run has ended, before its stage has."""

    def stage_rests(self, directory: Path) -> None:
        raise KeyboardInterrupt


def test_a_modem_that_was_away_gets_its_cases_when_it_is_back(
    tmp_path: Path, ports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them is lost, none of the others is played again, and the store gets them all."""
    patched(monkeypatch)
    absence = runner.Runner._absence
    away = InconcReason.MODEM, "m03: its modem has been away for 300 s (unplugged)"
    monkeypatch.setattr(
        runner.Runner,
        "_absence",
        lambda self, one: away if one.name == "m03" else absence(self, one),
    )
    made = planned(tmp_path, ports, CAMPAIGN.partition("when:")[0].replace("controls: 0.10", "controls: 0"))
    desk, place = Notes(Clock(MONDAY)), tmp_path / "c" / "stage-001"
    with pytest.raises(NotReady, match="m03: its modem has been away for 300 s"):
        play(made, tmp_path / "c", Injected(), desk, clock=desk.clock)
    assert desk.told.count("stage 1") == 2, "it is asked for its cases once more, then somebody has to look"
    played = [one.key for one in read_run(place).attempts if one.devices]
    meta = json.loads((place / "run.json").read_text())
    (place / "run.json").write_text(json.dumps({**meta, "epoch": meta["epoch"] + 9999}))  # a clock set back

    monkeypatch.setattr(runner.Runner, "_absence", absence)
    with pytest.raises(KeyboardInterrupt):
        play(made, tmp_path / "c", Injected(), Impatient(Clock(MONDAY)), clock=desk.clock)
    desk.told.clear()
    final = play(made, tmp_path / "c", Injected(), desk, clock=desk.clock)
    attempts = read_run(place).attempts
    assert desk.told == ["allowed", f"rests: {len(attempts)}"], "nothing is left, the store gets it"
    assert (final.screened, final.inconclusive) == (6, 0)
    begun = [one for one in attempts if one.devices]
    assert [one.key for one in begun][: len(played)] == played and len(begun) == 6
    assert min(one.started for one in begun[len(played) :]) > max(one.started for one in begun[: len(played)])
