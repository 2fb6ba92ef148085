"""What is wrong with our own equipment never becomes a verdict on codes that is not true.

Every quirk that `interop list quirks` knows is here beside a defect of one gateway, while the bank and what
the defect does not touch are well, so that both lies are looked for: a fail that accuses the innocent, a pass
where the defect sits. `make test` plays each quirk once; `make soak` plays it in every form, with all cases.
A failure begins with the command that repeats it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.suites.codes.harsh import LEAST, NEARLY_ALL
from tests.suites.codes.truth import Codes
from tests.suites.injected import QUIRKS, variants

SAMPLE = "snail-1718 and (cucc-gw or bank-a)"
SERVICES = {"code", "code-report", "code-reply", "site-code"}
DEFECTS = (
    "gateway.part_lost@gateway=cucc-gw",
    "gateway.dropped@segment=171,gateway=cucc-gw",
    "gateway.duplicate@gateway=cucc-gw",
    "smsc.late@segment=171,gateway=cucc-gw",
    "gateway.false_report@gateway=cucc-gw",
    "gateway.sender_cut@gateway=cucc-gw",
    "gateway.reply_lost@segment=171,gateway=cucc-gw",
)
TOGETHER = (
    ("report.ack", "prompt.asked"),
    ("report.ack", "line.swallowed@line=+CMT:,rate=0.3", "urc.comma"),
    ("line.swallowed@line=+CMTI:,rate=0.5", "modem.reset@after=15,times=9"),
    ("storage.full@after=30,rate=0.5", "urc.twice@line=+CMTI:", "list.glued"),
    ("lines.crcrlf", "bytes.noise", "echo.stuck", "urc.vendors", "write.split"),
)
"""what one modem has all of, or what a quirk needs another one for"""
ALL = tuple(quirk for name in QUIRKS for quirk in variants(name, LEAST))


@pytest.mark.parametrize("name", QUIRKS)
def test_beside_a_defect(name: str, tmp_path: Path) -> None:
    quirk = variants(name, LEAST)[-1]
    defect = DEFECTS[QUIRKS.index(name) % len(DEFECTS)]
    _is_true_and_judged(Codes((quirk,), (defect,), keyword=SAMPLE), tmp_path)


@pytest.mark.parametrize("quirks", TOGETHER, ids=" + ".join)
def test_together(quirks: tuple[str, ...], tmp_path: Path) -> None:
    injected = Codes(quirks, DEFECTS[:1], keyword=SAMPLE)
    assert not (lies := injected.lies(injected.run(tmp_path / "run"))), "\n".join(lies)


@pytest.mark.soak
@pytest.mark.parametrize(
    "defect", ["", "gateway.part_lost@segment=171", "gateway.false_report@operator=CUCC"]
)
@pytest.mark.parametrize("quirk", ALL)
def test_all_cases(quirk: str, defect: str, tmp_path: Path) -> None:
    _is_true_and_judged(Codes((quirk,), (defect,) if defect else ()), tmp_path)


def _is_true_and_judged(injected: Codes, folder: Path) -> None:
    injected.is_true_and_judged(folder, LEAST.get(injected.quirks[0], NEARLY_ALL))


def test_the_sample_has_every_service(tmp_path: Path) -> None:
    run = Codes((), keyword=SAMPLE).run(tmp_path / "run")
    assert {attempt.service for attempt in run.attempts} == SERVICES
    assert len(run.attempts) == 7


def test_every_form_is_of_a_quirk() -> None:
    assert set(LEAST) <= set(ALL)
