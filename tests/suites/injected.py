"""Runs of a suite with something wrong: with our equipment (quirks), with the network (defects).

What they may say is for each suite to know: what the tables of its test_defects.py say, or `inconc`.
"""

from __future__ import annotations

import os
import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from drivers.emulated.quirks import listing
from interop.record import Attempt, Verdict
from interop.record.reader import Run, read_run
from tests.forked import SUITES, run_pytest

_QUIETLY = ["-c", os.devnull, "--import-mode=importlib", "-q", "--assert=plain", "-p", "interop"]
_QUIETLY += ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:warnings"]
LABS = Path(__file__).parents[2] / "lab-config"
QUIRKS = tuple(row.name for row in listing())

OF_CALL_CONTROL = (
    "hold.unsubscribed", "hold.not_applied", "hold.dropped", "retrieve.refused", "mpty.unsubscribed",
    "mpty.refused", "mpty.fake", "mpty.leg_dropped", "mpty.row", "media.oneway", "media.silent",
    "notices.missing", "transfer.refused", "waiting.unsubscribed", "waiting.busy", "forwarding.refused",
    "forwarding.ignored", "forwarding.cli_lost",
)  # fmt: skip
"""The threeway suite says what these lead to."""

OF_MMS = (
    "mms.unsubscribed", "mms.apn", "mms.proxy", "mms.mmsc_down", "mms.size_limit", "mms.refused",
    "mms.dropped", "mms.interworking_lost", "mms.notification_lost", "mms.notification_late", "mms.as_link",
    "mms.duplicated", "mms.sender", "mms.fetch_refused", "mms.expires_early", "mms.recompressed",
    "mms.part_lost", "mms.subject", "mms.text", "mms.truncated", "mms.report_missing", "mms.report_false",
    "mms.read_report_missing",
)  # fmt: skip
"""The mms suite says what these lead to."""

OF_CHARGING = (
    "charging.rate", "charging.double", "charging.missing", "charging.not_free", "charging.record_lost",
    "charging.record_doubled", "charging.duration", "charging.late", "balance.silent", "balance.stale",
)  # fmt: skip
"""The charging suite says what these lead to."""


@dataclass(frozen=True)
class Injected(ABC):
    """What is wrong in a run, and which cases it runs; `str` is the command that repeats it.

    `dialects`: of m01 to m06, where they are not those of that lab; all the makers' quirks differ.
    """

    quirks: tuple[str, ...]
    defects: tuple[str, ...] = ()
    seed: int = 1
    keyword: str = ""
    dialects: tuple[str, ...] = ()
    lab: str = "small"
    repeat: int = 1

    suite: ClassVar[str]

    @abstractmethod
    def is_true(self, attempt: Attempt) -> bool:
        """Whether what it says is so, or it says nothing."""

    def __str__(self) -> str:
        words = (f"'{word}'" if set(word) & set(" *?@") else word for word in self.words)
        makers = f"  # m01 to m06 are {', '.join(self.dialects)}" if self.dialects else ""
        return "interop " + " ".join(words) + makers

    @property
    def words(self) -> list[str]:
        injected = [("--quirk", quirk) for quirk in self.quirks] + [("--defect", one) for one in self.defects]
        words = ["run", self.suite, "--lab", self.lab, "--seed", str(self.seed)]
        words += [word for pair in injected for word in pair]
        words += ["--repeat", str(self.repeat)] if self.repeat > 1 else []
        return words + (["-k", self.keyword] if self.keyword else [])

    def run(self, out: Path) -> Run:
        """In a process of its own, forked with all that is loaded here. It must end, and unbroken."""
        words = [
            *_QUIETLY,
            f"--interop-lab={self._lab(out)}",
            f"--interop-seed={self.seed}",
            f"--interop-repeat={self.repeat}",
            f"--interop-out={out}",
        ]
        words += [f"--interop-quirk={quirk}" for quirk in self.quirks]
        words += [f"--interop-defect={defect}" for defect in self.defects]
        words += ["-k", self.keyword] if self.keyword else []
        words.append(str(SUITES / self.suite))
        done = run_pytest(*words)
        output = done.stdout + done.stderr
        assert done.returncode in (0, 1), f"exit code {done.returncode}: {self}\n{output}"
        run = read_run(out)
        assert run.meta["state"] == "finished", f"{run.meta['state']}: {self}\n{output}"
        return run

    def _lab(self, out: Path) -> str:
        if not self.dialects:
            return self.lab
        makers = iter(self.dialects)
        text = (LABS / f"{self.lab}.yaml").read_text(encoding="utf-8")
        lab = out.with_suffix(".yaml")
        lab.write_text(re.sub(r"(?<=dialect: )\w+", lambda _: next(makers), text), encoding="utf-8")
        return str(lab)

    def lies(self, run: Run) -> list[str]:
        """Every attempt that says what is not so, first the command that shows it."""
        false = [said(attempt) for attempt in run.attempts if not self.is_true(attempt)]
        return [str(self), *false] if false else []

    def is_true_and_judged(self, folder: Path, least: float) -> None:
        run = self.run(folder / "run")
        assert not self.lies(run), "\n".join(self.lies(run))
        assert judged(run) >= least, f"{judged(run):.0%} judged only: {self}"


def said(attempt: Attempt) -> str:
    checks = "; ".join(f"{check.name}: {check.actual}" for check in attempt.checks)
    judged = f"{attempt.verdict} {attempt.layer} {attempt.cause} {attempt.reason}"
    return f"{attempt.case}: {judged} [{checks}] {attempt.detail}"


def judged(run: Run) -> float:
    """The share of cases with a verdict."""
    final = run.final.values()
    return sum(attempt.verdict is not Verdict.INCONC for attempt in final) / max(1, len(final))


def variants(name: str, rows: Mapping[str, float]) -> tuple[str, ...]:
    """The `rows` of one quirk; a quirk that has none is played as it is."""
    return tuple(quirk for quirk in rows if quirk.partition("@")[0] == name) or (name,)
