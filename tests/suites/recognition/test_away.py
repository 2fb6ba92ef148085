"""A modem that is unplugged in the middle of a run, and a run that is played again from its journals.

Both are runs of the real command, in a process of their own, on the small emulated lab.
"""

from __future__ import annotations

import asyncio
import json
import re
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from drivers.emulated.country import Country
from interop.record import Cause, InconcReason, Layer, Verdict
from interop.record.reader import Run, read_run
from tests.forked import interop

DEFECT = "route.missing@segment=171,from=CMCC"
TOUCHED = ("voice-mt", "release-mt", "sms-mt", "report-mt")
SMALL = Path(__file__).parents[3] / "lab-config" / "small.yaml"


def unplugged(name: str, after: float, away: float) -> None:
    """Have that modem of the country unplugged by the clock, in this process from now on."""
    start = Country.start

    async def started(self: Country) -> None:
        await start(self)
        far, loop = self._pairs[name][1], asyncio.get_running_loop()
        loop.call_later(after, far.lose, "unplugged")
        loop.call_later(after + away, far.return_)

    Country.start = started  # type: ignore[method-assign]


def command(folder: Path, *words: str, unplug: tuple[str, float, float] | None = None) -> Run:
    before = partial(unplugged, *unplug) if unplug else None
    done = interop("run", "recognition", *words, cwd=folder, before=before, environment={"COLUMNS": "160"})
    assert done.returncode in (0, 1, 3), f"{done.stdout}\n{done.stderr}"
    return read_run(folder / words[words.index("--out") + 1])


def is_true(case: str, attempt: Any) -> None:
    touched = attempt.service in TOUCHED and attempt.subject.sim == "snail-1718" and attempt.peer == "CMCC"
    if touched:
        assert attempt.verdict is Verdict.FAIL, case
        assert (attempt.layer, attempt.cause) == (Layer.INTERCONNECT, Cause.NO_ROUTE), case
    else:
        assert attempt.verdict is Verdict.PASS, (case, attempt.detail)


def away_between(run: Run, sim: str) -> tuple[float, float]:
    [lost] = [one.at for one in run.observed if type(one.event).__name__ == "LinkLost" and one.party == sim]
    [back] = [one.at for one in run.observed if type(one.event).__name__ == "LinkBack" and one.party == sim]
    return lost, back


@pytest.mark.parametrize(("modem", "sim"), [("m01", "mi-1709"), ("m02", "snail-1718"), ("m04", "cmcc-bj")])
def test_twenty_seconds_without_a_modem_cost_no_truth_and_hardly_a_case(
    modem: str, sim: str, tmp_path: Path
) -> None:
    run = command(tmp_path, "--lab", "small", "--out", "out", "--defect", DEFECT, unplug=(modem, 60.0, 20.0))
    lost, back = away_between(run, sim)
    assert 60 <= lost < 61
    assert 80 <= back < 90
    judged_later = 0
    for case, attempt in run.final.items():
        mine = modem in attempt.devices.values()
        during = mine and attempt.started < back and attempt.started + attempt.duration_s > lost
        if during and attempt.verdict is Verdict.INCONC:
            assert attempt.reason in (InconcReason.MODEM, InconcReason.INDETERMINATE), attempt.detail
            continue
        is_true(case, attempt)
        judged_later += mine and attempt.started >= back
    assert judged_later > 20, "what comes later on it is judged"
    assert not [s for s in run.started if modem in s.devices.values() and lost < s.started < back]


def test_one_that_stays_away_costs_no_hours(tmp_path: Path) -> None:
    run = command(tmp_path, "--lab", "small", "--out", "out", "--defect", DEFECT, unplug=("m01", 60.0, 1e6))
    silent = "m01: its modem has been away for 300 s (unplugged)"
    lost = [attempt for attempt in run.final.values() if attempt.detail == silent]
    assert len(lost) > 20
    assert all(attempt.attempt <= 2 and not attempt.duration_s for attempt in lost)
    for case, attempt in run.final.items():
        if attempt.verdict is not Verdict.INCONC:
            is_true(case, attempt)
        else:
            assert attempt.reason is InconcReason.MODEM
    assert run.meta["simulated_s"] < 1500


@pytest.mark.parametrize("unplug", [None, ("m02", 60.0, 20.0)], ids=["undisturbed", "with a loss"])
def test_a_recorded_run_replays_to_the_same_verdicts_and_the_same_events(
    unplug: tuple[str, float, float] | None, tmp_path: Path
) -> None:
    """Through the AT driver, from journals in which the PIN is masked."""
    (tmp_path / "pin.txt").write_text("7391\n")
    text = SMALL.read_text(encoding="utf-8")
    text = text.replace('    hotline: "10046"\n', '    hotline: "10046"\n    pin: file:pin.txt\n', 1)
    (tmp_path / "lab.yaml").write_text(text, encoding="utf-8")
    recorded = command(
        tmp_path, "--lab", "lab.yaml", "--out", "one", "--defect", DEFECT, "--seed", "3", unplug=unplug
    )
    journals = tmp_path / "one" / "evidence"
    data = [json.loads(line).get("data", "") for line in (journals / "m01.jsonl").open(encoding="utf-8")]
    assert 'AT+CPIN="****"\r' in data
    port = rf'name: \1, port: "replay:{journals}/\1.jsonl"'
    (tmp_path / "replay.yaml").write_text(
        re.sub(r"name: (m\d+), port: emulated", port, text), encoding="utf-8"
    )
    replayed = command(tmp_path, "--lab", "replay.yaml", "--out", "two", "--seed", "3")
    assert _judged(replayed) == _judged(recorded)
    assert _events(replayed) == _events(recorded)
    if unplug is not None:
        away_between(replayed, "snail-1718")


def _judged(run: Run) -> dict[str, Any]:
    return {
        case: (one.verdict, one.layer, one.cause, one.reason, one.attempt) for case, one in run.final.items()
    }


def _events(run: Run) -> list[tuple[float, str, str, str | None]]:
    """Places are not the same; times in a journal are rounded to a microsecond."""
    seen = [
        (round(one.at, 3), one.party, re.sub(r"port='[^']*'", "", str(one.event)), one.attempt)
        for one in run.observed
    ]
    return sorted(seen, key=str)
