"""A whole campaign on emulated modems, played by `interop campaign run` in processes of its own: once to its
end, and once killed at random points and gone on with.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from resource import struct_rusage
from typing import Any, Final

from drivers.benchmark.campaign_lab import PLANTED, lab, suspects, write
from drivers.benchmark.report import Figure
from interop.record.reader import read_run
from interop.record.writer import RESULTS, RUN

RATIO: Final = 1.05
"""of makespan to lower bound, at most (issue 8)"""
MEMORY_MB: Final = 500
RATE: Final = 10_000 / 600
"""attempts a second: a campaign of 10,000 in ten minutes"""
_STAGE: Final = re.compile(r"stage (\d+): (\w+)")
_CONCLUSIONS: Final = re.compile(r"\d+ screened")
_LOOK_S: Final = 0.05
"""how often the results of a process that is to be killed are measured: nothing tells of them"""
_ENDS: Final = (0, 1, 3)
"""exit codes of a campaign that came to its end"""


@dataclass(slots=True)
class Play:
    """Of one campaign, all its processes together. `peak_mb`: of the largest."""

    directory: Path
    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_mb: float = 0.0
    kills: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def conclusions(self) -> list[str]:
        """What the last process printed of them, after its stages; its last line is the directory."""
        begins = next((place for place, line in enumerate(self.said) if _CONCLUSIONS.match(line)), -1)
        return self.said[begins:-1]

    @property
    def broken(self) -> list[str]:
        """Suspects that do not work. What is said of controls comes after them."""
        found = self.conclusions
        ends = next((place for place, line in enumerate(found) if line.startswith("controls: ")), len(found))
        return [line for line in found[:ends] if line.startswith("does not: ")]

    @property
    def written(self) -> int:
        """Octets of results so far."""
        return sum(path.stat().st_size for path in self.directory.glob(f"*/{RESULTS}"))

    def stages(self, purpose: str = "") -> list[Mapping[str, Any]]:
        """What the run of each says of itself."""
        numbers = {found[1] for line in self.said if (found := _STAGE.match(line)) and purpose in found[2]}
        places = [self.directory / f"stage-{int(number):03}" for number in sorted(numbers, key=int)]
        return [json.loads((place / RUN).read_text("utf-8")) for place in places]

    @property
    def attempts(self) -> int:
        return sum(len(read_run(path.parent).attempts) for path in self.directory.glob(f"*/{RUN}"))


def play(campaign: Path, directory: Path, kill_at: Sequence[int] = ()) -> Play:
    """To its end; each process but the last is killed as soon as so many octets of results are written.

    Raises RuntimeError where a process ends otherwise; why stands on standard error.
    """
    played = Play(directory)
    for limit in (*sorted(kill_at), None):
        began = time.perf_counter()
        code = _process(campaign, played, limit)
        played.wall_s += time.perf_counter() - began
        if code in _ENDS:
            return played
        if limit is None or code >= 0:
            raise RuntimeError(f"interop campaign run ended with {code}")
        played.kills += 1
    raise AssertionError("the last process is not killed")


def _process(campaign: Path, played: Play, limit: int | None) -> int:
    """One; its exit code, negative where it was killed."""
    command = [sys.executable, "-m", "interop", "campaign", "run", str(campaign)]
    command += ["--out", str(played.directory)]
    for one in PLANTED:
        command += ["--defect", one.defect]
    out = campaign.with_name("out.txt")
    with (
        out.open("wb") as said,
        subprocess.Popen(command, stdout=said, stdin=subprocess.DEVNULL, start_new_session=True) as process,
    ):
        try:
            status, used = _ended(process.pid, played, limit)
        except BaseException:
            process.kill()
            raise
    played.cpu_s += used.ru_utime + used.ru_stime
    played.peak_mb = max(played.peak_mb, used.ru_maxrss / 1000)
    played.said = out.read_text("utf-8").splitlines()
    return os.waitstatus_to_exitcode(status)


def _ended(pid: int, played: Play, limit: int | None) -> tuple[int, struct_rusage]:
    """Its status, and what it took; Linux tells that to who waits for it."""
    while limit is not None:
        done, status, used = os.wait4(pid, os.WNOHANG)
        if done:
            return status, used
        if played.written >= limit:
            os.kill(pid, signal.SIGKILL)
            break
        time.sleep(_LOOK_S)
    _, status, used = os.wait4(pid, 0)
    return status, used


@dataclass(frozen=True, slots=True)
class Outcome:
    """`whole`, and `killed` as often as was asked for. `missed`: planted defects that nobody is accused of;
    `wrong`: what is said not to work and no planted defect touches.
    """

    modems: int
    whole: Play
    killed: Play
    missed: list[str]
    wrong: list[str]

    @property
    def same(self) -> bool:
        return self.whole.conclusions == self.killed.conclusions

    @property
    def differences(self) -> list[str]:
        whole, killed = self.whole.conclusions, self.killed.conclusions
        return [
            *(f"only without kills: {line}" for line in whole if line not in killed),
            *(f"only with kills: {line}" for line in killed if line not in whole),
        ]


def measure(
    folder: Path, *, modems: int, cases: int, kills: int, seed: int, step: Callable[[str], None]
) -> Outcome:
    """Everything is left in `folder`. Raises ValueError for too few modems, RuntimeError as `play` does."""
    campaign = write(folder, modems, cases, seed)
    step(f"{cases:,} cases on {modems} modems")
    whole = play(campaign, folder / "whole")
    random = Random(f"kills {seed}")
    points = [int(whole.written * random.uniform(0.02, 0.95)) for _ in range(kills)]
    step(f"the same, killed {kills} times")
    killed = play(campaign, folder / "killed", points)
    made = lab(modems, seed)
    whom = {one.defect: suspects(made, one) for one in PLANTED}
    return Outcome(
        modems,
        whole,
        killed,
        [defect for defect, names in whom.items() if not any(_names(line, names) for line in whole.broken)],
        [line for line in whole.broken if not any(_names(line, names) for names in whom.values())],
    )


def _names(line: str, names: Sequence[str]) -> bool:
    return any(re.search(rf"{re.escape(name)}\b", line) for name in names)


def figures(found: Outcome) -> list[Figure]:
    whole, killed = found.whole, found.killed
    stages, screening = whole.stages(), whole.stages("screening")
    attempts = whole.attempts
    return [
        Figure("attempts", attempts, ""),
        Figure("stages", len(stages), ""),
        Figure("wall time", round(whole.wall_s, 1), "s"),
        Figure("CPU", round(whole.cpu_s, 1), "s"),
        Figure("simulated time", round(_sum(stages, "simulated_s")), "s"),
        Figure.at_least("attempts per second of CPU", attempts / whole.cpu_s, round(RATE, 1), ""),
        Figure("attempts per second of wall time", round(attempts / whole.wall_s, 1), ""),
        Figure.at_most("makespan of all stages", _ratio(stages), RATIO, "x lower bound"),
        Figure.at_most("makespan of the screening", _ratio(screening), RATIO, "x lower bound"),
        Figure.at_most("peak memory of the process", whole.peak_mb, MEMORY_MB, "MB"),
        Figure("kills", killed.kills, ""),
        Figure("wall time with kills", round(killed.wall_s, 1), "s"),
        Figure("attempts with kills", killed.attempts, ""),
        Figure.at_least("conclusions that are the same", 100 * found.same, 100, "%"),
        Figure.at_most("planted defects that nobody is accused of", len(found.missed), 0, ""),
        Figure.at_most("accused, and nothing was planted there", len(found.wrong), 0, ""),
    ]


def notes(found: Outcome) -> list[str]:
    return [
        *(f"missed: {defect}" for defect in found.missed),
        *(f"wrong: {line}" for line in found.wrong),
        *found.differences,
    ]


def _ratio(stages: Sequence[Mapping[str, Any]]) -> float:
    """Of several stages together, one after the other."""
    return _sum(stages, "makespan_s") / (_sum(stages, "lower_bound_s") or 1.0)


def _sum(stages: Sequence[Mapping[str, Any]], key: str) -> float:
    return sum(float(stage[key]) for stage in stages)
