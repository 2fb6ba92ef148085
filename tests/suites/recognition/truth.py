"""What a run with quirks may say: what the tables of test_defects.py say, or nothing (`inconc`)."""

from __future__ import annotations

import multiprocessing
import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

import pytest

from drivers.at.dialect import load as load_dialect
from drivers.emulated.terminal.commands import table
from interop.lab.load import load as load_lab
from interop.pytest_plugin import suites_folder
from interop.record import Attempt, Cause, Finding, Layer, Verdict
from interop.record.reader import Run, read_run
from tests.suites.recognition.test_defects import TABLE, TEXTS_IN, TEXTS_OUT, Row, far_end, said

ENDS_WITHIN_S = 300.0
"""wall seconds; a run takes one or two"""
_QUIETLY = ["-c", os.devnull, "--import-mode=importlib", "-q", "--assert=plain", "-p", "interop"]
_QUIETLY += ["-p", "no:cacheprovider", "-p", "no:hypothesispytest", "-p", "no:warnings"]
SMALL = Path(__file__).parents[3] / "lab-config" / "small.yaml"
MAKERS = ("cinterion", "generic", "huawei", "quectel", "simcom", "telit", "ublox", "zte")
"""whose words both the driver and the emulated modem know"""
_FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True)
class Injected:
    """What is wrong in a run, and which cases it runs; `str` is the command that repeats it.

    `dialects`: of m01 to m06, where they are not those of the small lab; all the makers' quirks differ.
    """

    quirks: tuple[str, ...]
    defects: tuple[str, ...] = ()
    seed: int = 1
    keyword: str = ""
    dialects: tuple[str, ...] = ()

    def __str__(self) -> str:
        words = (f"'{word}'" if set(word) & set(" *?@") else word for word in self.words)
        makers = f"  # m01 to m06 are {', '.join(self.dialects)}" if self.dialects else ""
        return "interop " + " ".join(words) + makers

    @property
    def words(self) -> list[str]:
        injected = [("--quirk", quirk) for quirk in self.quirks] + [("--defect", one) for one in self.defects]
        words = ["run", "recognition", "--lab", "small", "--seed", str(self.seed)]
        words += [word for pair in injected for word in pair]
        return words + (["-k", self.keyword] if self.keyword else [])

    def run(self, out: Path) -> Run:
        """In a process of its own, forked with all that is loaded here. It must end, and unbroken."""
        words = [
            *_QUIETLY,
            f"--interop-lab={self._lab(out)}",
            f"--interop-seed={self.seed}",
            f"--interop-out={out}",
        ]
        words += [f"--interop-quirk={quirk}" for quirk in self.quirks]
        words += [f"--interop-defect={defect}" for defect in self.defects]
        words += ["-k", self.keyword] if self.keyword else []
        child = _FORK.Process(target=_pytest, args=(words, out.with_suffix(".txt")))
        child.start()
        child.join(ENDS_WITHIN_S)
        hangs = child.is_alive()
        if hangs:
            child.kill()
        output = out.with_suffix(".txt").read_text(encoding="utf-8", errors="replace")
        assert not hangs, f"does not end: {self}\n{output}"
        assert child.exitcode in (0, 1), f"exit code {child.exitcode}: {self}\n{output}"
        run = read_run(out)
        assert run.meta["state"] == "finished", f"{run.meta['state']}: {self}\n{output}"
        return run

    def _lab(self, out: Path) -> str:
        if not self.dialects:
            return "small"
        makers = iter(self.dialects)
        text = SMALL.read_text(encoding="utf-8")
        lab = out.with_suffix(".yaml")
        lab.write_text(re.sub(r"(?<=dialect: )\w+", lambda _: next(makers), text), encoding="utf-8")
        return str(lab)

    def lies(self, run: Run) -> list[str]:
        """Every attempt that says what is not so, first the command that shows it."""
        rows = [row for defect in self.defects for row in TABLE[defect]]
        false = [said(attempt) for attempt in run.attempts if not _is_true(attempt, rows, self.defects)]
        return [str(self), *false] if false else []


def _pytest(words: Sequence[str], output: Path) -> None:
    """pytest with our plugin, as a child process of the test: as `interop run`, without drawing reports."""
    with output.open("w", encoding="utf-8") as sink:
        os.dup2(sink.fileno(), 1)
        os.dup2(sink.fileno(), 2)
        sys.stdout = sys.stderr = sink
        code = int(pytest.main([*words, str(suites_folder())], plugins=[]))
        sink.flush()
        os._exit(code)


def _warm() -> None:
    """What every child would otherwise load for itself, which is most of a short run."""
    for module in ("drivers.at.modem", "drivers.originators.http", "interop.pytest_plugin.batch"):
        import_module(module)
    load_lab("small")
    for dialect in MAKERS:
        load_dialect(dialect)
        table(dialect)


_warm()


# Two defects in one path: the second takes away the sign by which the first would be known.
HIDDEN: dict[tuple[str, str], tuple[Layer, Cause]] = {
    # a report says why a message did not arrive; where none comes it is seen to be lost, and no more
    ("route.missing", "report.dropped"): (Layer.INTERCONNECT, Cause.MESSAGE_LOST),
    ("route.unassigned", "report.dropped"): (Layer.INTERCONNECT, Cause.MESSAGE_LOST),
}


def _is_true(attempt: Attempt, rows: Sequence[Row], defects: Sequence[str]) -> bool:
    if attempt.verdict is Verdict.INCONC:
        return True
    if attempt.control_of is not None:
        # what a contrast says counts by the finding drawn from it
        return attempt.verdict in (Verdict.PASS, Verdict.FAIL)
    touching = [row for row in rows if row.names(attempt, far_end(attempt))]
    if not touching:
        return attempt.verdict is Verdict.PASS
    if attempt.verdict is not Verdict.FAIL:
        return False
    names = {defect.partition("@")[0] for defect in defects}
    hidden = [as_seen for pair, as_seen in HIDDEN.items() if names.issuperset(pair)]
    if attempt.service in (*TEXTS_IN, *TEXTS_OUT) and (attempt.layer, attempt.cause) in hidden:
        return True
    return any(_is_as(attempt, row, len(defects)) for row in touching)


def _is_as(attempt: Attempt, row: Row, defects: int) -> bool:
    """Two defects may meet in one path: then a contrast may rightly say more than the table of either."""
    finding = attempt.control.finding if attempt.control else None
    if defects < 2 and finding not in (row.finding, Finding.UNKNOWN, None):
        return False
    return (attempt.layer, attempt.cause, attempt.ambiguous) == (row.layer, row.cause, row.ambiguous)


def judged(run: Run) -> float:
    """The share of cases with a verdict."""
    final = run.final.values()
    return sum(attempt.verdict is not Verdict.INCONC for attempt in final) / max(1, len(final))
