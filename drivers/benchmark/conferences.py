"""A process that plays N conferences at once: `python -m drivers.benchmark.conferences N`.

The emulated lab has 3 N modems: N controllers with SIMs of two virtual operators, N peers, N third parties.
Each controller plays the suite's conference, from the first call to hanging up, through our driver, on the
virtual clock. The network refuses conferences to one segment, so that every tenth controller must fail.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pytest

from interop.numbering import luhn_digit
from interop.pytest_plugin import suites_folder
from interop.record import Attempt, Cause, Layer, Verdict
from interop.record.reader import Run, read_journal, read_run

MOST: Final = 1000
"""of each kind: the numbers below have as many"""
REFUSED: Final = "1718"
DEFECT: Final = f"mpty.refused@segment={REFUSED}"
CASES: Final = "joins_three and CMCC"

_TENTH: Final = 10
_QUIETLY: Final = (
    "-c", os.devnull, "--import-mode=importlib", "-q", "-p", "interop", "-p", "no:cacheprovider",
    "-p", "no:hypothesispytest", "-p", "no:warnings",
)  # fmt: skip
_COMMAND: Final = re.compile(r"(?i)AT[^\r]*\r")


def lab(count: int) -> str:
    """The lab file: `count` controllers, as many peers, as many third parties. No third party has an operator
    in common with a controller: it would be kept free for contrasts.
    """
    modems: list[dict[str, str]] = []
    sims: list[dict[str, str]] = []
    for name, sim in _sims(count):
        dialect = ("quectel", "simcom")[len(sims) % 2]
        modems.append({"name": f"m-{name}", "port": "emulated", "sim": name, "dialect": dialect})
        sims.append({"name": name, "city": "北京", **sim})
    return json.dumps(
        {"name": f"{count}-conferences", "city": "北京", "modems": modems, "sims": sims}, ensure_ascii=False
    )


def _sims(count: int) -> Iterator[tuple[str, dict[str, str]]]:
    for number in range(count):
        refused = number % _TENTH == 0
        segment, brand = (REFUSED, "蜗牛移动") if refused else ("1709", "小米移动")
        yield f"a{number}", _sim(number, segment, "46001", "89860120811", "mvno", brand, "CUCC")
        yield f"b{number}", _sim(number, "1390", "46000", "89860009012", "ordinary", "中国移动", "CMCC")
        yield f"c{number}", _sim(number, "1890", "46011", "89860302020", "ordinary", "中国电信", "CTCC")


def _sim(
    number: int, segment: str, plmn: str, issuer: str, kind: str, brand: str, operator: str
) -> dict[str, str]:
    digits = f"{segment}{number:07d}"
    iccid = issuer + digits[1:4] + digits[-5:]
    return {
        "msisdn": digits,
        "imsi": plmn + digits[1:],
        "iccid": iccid + luhn_digit(iccid),
        "kind": kind,
        "brand": brand,
        "base_operator": operator,
    }


def play(count: int, folder: Path) -> tuple[Run, int]:
    """The run, in `folder`, and the most memory that the process had by then, in bytes. No report is drawn.

    Raises RuntimeError with what pytest said where the run was not finished.
    """
    place = folder / "lab.yaml"
    place.write_text(lab(count), encoding="utf-8")
    suites = suites_folder()
    assert suites is not None
    words = [*_QUIETLY, f"--interop-lab={place}", f"--interop-out={folder / 'run'}"]
    words += [f"--interop-defect={DEFECT}", "-k", CASES, str(suites / "threeway" / "controller.py")]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        code = pytest.main(words)
    peak = _peak()
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise RuntimeError(said.getvalue().strip())
    return read_run(folder / "run"), peak


def is_right(attempt: Attempt) -> bool:
    """Refused where the network refuses, else joined."""
    if attempt.subject.segment == REFUSED:
        return (attempt.verdict, attempt.layer, attempt.cause) == (
            Verdict.FAIL,
            Layer.SUBSCRIPTION,
            Cause.SERVICE_NOT_SUBSCRIBED,
        )
    return attempt.verdict is Verdict.PASS


def at_once(attempts: Sequence[Attempt]) -> int:
    """The most that ran at the same time."""
    turns = [(attempt.started, 1) for attempt in attempts]
    turns += [(attempt.started + attempt.duration_s, -1) for attempt in attempts]
    running = most = 0
    for _, turn in sorted(turns):
        running += turn
        most = max(most, running)
    return most


def measured(run: Run, peak: int) -> dict[str, Any]:
    """`events`: what the phones did and saw of the network; `commands`: AT command lines sent to them."""
    final = list(run.final.values())
    journals = run.journals().values()
    return {
        "conferences": len(final),
        "right": sum(map(is_right, final)),
        "at_once": at_once(final),
        "events": sum(1 for _ in run.events()),
        "commands": sum(
            len(_COMMAND.findall(said.text))
            for path in journals
            for said in read_journal(path)
            if said.direction == ">"
        ),
        "simulated_s": run.meta["simulated_s"],
        "wall_s": run.meta["wall_s"],
        "peak_mb": peak / 1e6,
    }


def _peak() -> int:
    """Of this program alone: a child's `ru_maxrss` begins with what its parent had."""
    status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found is not None
    return int(found[1]) * 1024


def main() -> None:
    count = int(sys.argv[1])
    try:
        with TemporaryDirectory(prefix="interop-") as folder:
            told = measured(*play(count, Path(folder)))
    except (OSError, RuntimeError) as error:
        sys.exit(f"interop benchmark: {count} conferences: {error}")
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
