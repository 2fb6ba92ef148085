"""What is wrong with our own equipment never becomes a verdict that is not true: right, or inconclusive.

Every quirk that `interop list quirks` knows is here, alone and beside a defect, so that both lies are looked
for: a fail that accuses the innocent, a pass where the defect sits. `make test` plays one subject's cases,
which are of every service, beside a defect of a few of them in each form, alone in one; `make soak` plays all
of all. A failure begins with the command that repeats it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.suites.injected import QUIRKS as NAMES
from tests.suites.injected import variants
from tests.suites.recognition.harsh import LEAST, LEAST_OF_ALL, NEARLY_ALL
from tests.suites.recognition.truth import Recognition

SAMPLE = "snail-1718 and not CUCC and not CTCC"
SERVICES = {
    *("identity", "registration", "hotline", "free-numbers", "site", "label"),
    *("voice-mo", "voice-mt", "release-mo", "release-mt", "sms-mo", "sms-mt", "report-mo", "report-mt"),
}
DEFECTS = (
    "route.missing@segment=171,from=CMCC",
    "call.dropped@segment=171,from=CMCC",
    "report.false@segment=171,from=CMCC",
    "plmn.foreign@segment=171,mode=card",
    "call.silent@segment=171,from=CMCC",
    "sms.lost@segment=171,from=CMCC",
)

TOGETHER = (
    ("report.ack", "prompt.asked"),
    ("report.ack", "line.swallowed@line=+CDS:,rate=0.2", "urc.comma"),
    ("lines.crcrlf", "bytes.noise", "echo.stuck", "urc.vendors", "write.split"),
)
"""what one modem has all of, or what a quirk needs another one for"""
QUIRKS = tuple(quirk for name in NAMES for quirk in variants(name, LEAST))


@pytest.mark.parametrize("quirk", [variants(name, LEAST)[0] for name in NAMES])
def test_alone(quirk: str, tmp_path: Path) -> None:
    _is_true_and_judged(Recognition((quirk,), keyword=SAMPLE), tmp_path)


@pytest.mark.parametrize("quirk", QUIRKS)
def test_beside_a_defect(quirk: str, tmp_path: Path) -> None:
    defect = DEFECTS[QUIRKS.index(quirk) % len(DEFECTS)]
    _is_true_and_judged(Recognition((quirk,), (defect,), keyword=SAMPLE), tmp_path)


@pytest.mark.parametrize("quirks", TOGETHER, ids=" + ".join)
def test_together(quirks: tuple[str, ...], tmp_path: Path) -> None:
    _is_true_and_judged(Recognition(quirks, DEFECTS[:1], keyword=SAMPLE), tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("defect", ["", *DEFECTS[:2], "call.barred@segment=1709"])
@pytest.mark.parametrize("quirk", QUIRKS)
def test_all_cases(quirk: str, defect: str, tmp_path: Path) -> None:
    _is_true_and_judged(Recognition((quirk,), (defect,) if defect else ()), tmp_path, LEAST_OF_ALL)


def _is_true_and_judged(injected: Recognition, folder: Path, least: Mapping[str, float] = LEAST) -> None:
    injected.is_true_and_judged(folder, least.get(injected.quirks[0], NEARLY_ALL))


def test_the_sample_has_every_service(tmp_path: Path) -> None:
    run = Recognition((), keyword=SAMPLE).run(tmp_path / "run")
    assert {attempt.service for attempt in run.attempts} == SERVICES


def test_every_listed_quirk_is_played(interop_json: Callable[..., Any]) -> None:
    listed = {row["name"] for row in interop_json("list", "quirks", "--json")}
    assert listed == {quirk.partition("@")[0] for quirk in QUIRKS} and set(LEAST) <= set(QUIRKS)
