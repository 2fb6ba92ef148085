"""What is wrong with our own equipment never becomes a verdict on three-way calls that is not true.

Every quirk that `interop list quirks` knows is here beside a defect, while the other numbers are well, so
that both lies are looked for: a fail that accuses the innocent, a pass where the defect sits. `make test`
plays those that concern calls of three; `make soak` plays all, in every form and with all cases.
A failure begins with the command that repeats it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.suites.injected import QUIRKS, judged, variants
from tests.suites.recognition.harsh import LEAST
from tests.suites.threeway.truth import Threeway

SAMPLE = "snail-1718 and CTCC or mi-1709 and CMCC"
DEFECTS = (
    "hold.not_applied@segment=171",
    "mpty.refused@segment=171,cause=17",
    "transfer.refused@segment=171",
    "mpty.fake@segment=171",
    "media.silent@segment=171",
    "waiting.busy@segment=171",
    "forwarding.refused@segment=171",
    "forwarding.ignored@segment=171",
)
CALLS_OF_THREE = (
    # the quirk, and how much of the sample must be judged all the same
    *((f"chld.lacks@action={action}", 0.7) for action in ("1x", "2x", "3", "4")),
    ("chld.lacks", 0.7),
    ("chld.lacks@action=2", 0.4),
    ("mpty.late@answers=4", 0.9),
    ("mpty.late@answers=99", 0.6),
    ("notice.lost", 0.9),
    ("tone.lost@rate=0.2", 0.8),
    ("clcc.form@form=any", 0.9),
    ("clcc.rows", 0.9),
    ("line.swallowed@line=+CCWA:", 0.7),
    ("line.swallowed@line=NO CARRIER", 0.9),
    ("urc.twice@line=+CCWA:", 0.9),
    ("command.refused@command=+CHLD,rate=0.3", 0.2),
    ("command.refused@command=+CCFC,rate=0.4", 0.6),
    ("command.refused@command=+CEER", 0.5),
    ("answer.late@command=+CHLD", 0.5),
    ("answer.lost@command=+CHLD,rate=0.5", 0.2),
    ("answer.lost@command=+CCFC,rate=0.5", 0.5),
    ("modem.crash@command=+CHLD", 0.6),
    ("modem.crash@command=+CCFC,sign=no", 0.6),
    ("modem.reset@after=40,times=9", 0.8),
    ("modem.unplug@after=30,for=2", 0.8),
    ("stray.call", 0.4),
)
DEAF = "tone.lost@rate=0.2"
"""a modem that tells hardly any tone is, to the eye, a network that carries none"""
ALL = tuple(
    dict.fromkeys((
        *(DEAF if one == "tone.lost" else one for name in QUIRKS for one in variants(name, LEAST)),
        *(quirk for quirk, _ in CALLS_OF_THREE),
    ))
)  # fmt: skip


@pytest.mark.parametrize(("quirk", "least"), CALLS_OF_THREE, ids=[quirk for quirk, _ in CALLS_OF_THREE])
def test_beside_a_defect(quirk: str, least: float, tmp_path: Path) -> None:
    defect = DEFECTS[[one for one, _ in CALLS_OF_THREE].index(quirk) % len(DEFECTS)]
    Threeway((quirk,), (defect,), keyword=SAMPLE).is_true_and_judged(tmp_path, least)


@pytest.mark.soak
@pytest.mark.parametrize("well", [True, False])
@pytest.mark.parametrize("quirk", ALL)
def test_all_cases(quirk: str, well: bool, tmp_path: Path) -> None:
    injected = Threeway((quirk,), () if well else (DEFECTS[ALL.index(quirk) % len(DEFECTS)],))
    assert not (lies := injected.lies(injected.run(tmp_path / "run"))), "\n".join(lies)


def test_the_sample_without_any_is_judged(tmp_path: Path) -> None:
    run = Threeway((), keyword=SAMPLE).run(tmp_path / "run")
    assert judged(run) == 1


def test_every_quirk_of_calls_of_three_is_here() -> None:
    names = {quirk.partition("@")[0] for quirk, _ in CALLS_OF_THREE}
    assert {"chld.lacks", "mpty.late", "notice.lost", "tone.lost"} <= names <= set(QUIRKS)
