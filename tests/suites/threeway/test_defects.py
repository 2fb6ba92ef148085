"""Each defect alone: every case says what the tables by hand say, and passes where they do not name it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interop.record import InconcReason, Verdict
from interop.record.reader import Run
from tests.forked import interop
from tests.suites.injected import said
from tests.suites.threeway.tables import EFFECTS, NO_CONCERN, is_as_tabled
from tests.suites.threeway.truth import Threeway

CASES = 129
"""three SIMs: nine cases with four classes of peers (of which two are told apart by place), three without"""

WAITS, DIVERTS = "waiting", "diverts"

ALONE: tuple[tuple[str, str], ...] = (
    # defect, and the cases that are played: all that it may touch, and others
    ("hold.unsubscribed@segment=1709", "mi-1709 and not diverts or MVNO and invited"),
    ("hold.unsubscribed@segment=171,cause=50", "holds_and or takes_the"),
    ("hold.unsubscribed@operator=CTCC,cause=21", "holds_and or takes_the"),
    ("hold.not_applied@segment=171", "snail-1718 and not diverts"),
    ("hold.not_applied@segment=1709", "invited or leaves_the"),
    ("hold.dropped@operator=CTCC", "hna-1700 or CTCC and (holds or invited)"),
    ("retrieve.refused@segment=1709", "mi-1709"),
    ("mpty.unsubscribed@segment=171", "snail-1718 and not diverts or MVNO and invited"),
    ("mpty.unsubscribed@mvno=海航通信,cause=50", "joins_three"),
    ("mpty.refused@segment=1709", "joins"),
    ("mpty.refused@operator=CUCC,cause=17", "joins or CUCC and invited"),
    ("mpty.refused@segment=171,cause=47", "joins"),
    ("mpty.fake@segment=170", "joins or MVNO and invited"),
    ("mpty.leg_dropped@segment=1709", "joins or MVNO and invited"),
    ("mpty.leg_dropped@operator=CTCC,leg=first,after=5", "joins"),
    ("mpty.row", "joins or CTCC and invited"),
    ("media.oneway@segment=171", "(snail-1718 and (CUCC or CTCC)) or hna-1700 and MVNO or waiting"),
    ("media.oneway@mvno=海航通信,direction=in", "hna-1700 or mi-1709 and MVNO"),
    ("media.oneway@segment=186", "holds_and or diverts_when_busy or diverts_always"),
    ("media.silent@segment=1709", "joins or MVNO and invited"),
    ("media.silent", "invited and not MVNO"),
    *(
        (f"media.silent@segment={segment},speaker={speaker},listener={listener}", "joins")
        for segment, speaker, listener in (
            ("1709", "controller", "first"),
            ("171", "controller", "second"),
            ("1709", "first", "controller"),
            ("171", "first", "second"),
            ("1709", "second", "controller"),
            ("171", "second", "first"),
        )
    ),
    ("media.silent@operator=CUCC,speaker=controller", "invited"),
    ("media.silent@segment=171,listener=controller", "joins"),
    ("notices.missing", "CMCC"),
    ("transfer.refused@segment=171", "leaves_the"),
    ("transfer.refused@operator=CTCC,cause=17", "leaves_the"),
    ("waiting.unsubscribed@segment=1709", f"{WAITS} or busy"),
    ("waiting.unsubscribed@segment=171,cause=50", WAITS),
    ("waiting.busy@operator=CTCC", f"{WAITS} or busy"),
    ("release.masked@segment=171", f"{WAITS} or busy"),
    ("forwarding.refused@segment=171", f"{DIVERTS} and not hna-1700"),
    ("forwarding.refused@segment=1709,cause=18", f"{DIVERTS} and mi-1709"),
    ("forwarding.ignored@operator=CTCC", f"{DIVERTS} and not snail-1718"),
    ("forwarding.ignored@segment=1709", f"{DIVERTS} and mi-1709"),
    ("forwarding.cli_lost@segment=171", f"{DIVERTS} and snail-1718"),
    # what the recognition suite is about, and reaches these calls as well
    ("call.barred@segment=171", "snail-1718 and CMCC or mi-1709 and CTCC or is_busy"),
    ("route.missing@segment=1709", "mi-1709 and CMCC or hna-1700 and MVNO or is_busy"),
    ("route.unassigned@segment=171", WAITS),
    ("call.silent@segment=171", f"holds_and or {WAITS}"),
    ("clip.missing@segment=171", "snail-1718 and CMCC or hna-1700 and CUCC or is_busy"),
    ("clip.wrong@segment=1709", "diverts_always or takes_the"),
    ("clip.doubled86@segment=1709", "holds_and or takes_the"),
    ("clip.type@segment=171", "holds_and or takes_the"),
    ("call.dropped@segment=171", "holds_and or joins_three"),
    ("registration.barred@segment=1709", "mi-1709 and CMCC or joins_a_fourth"),
)  # fmt: skip


def disagreements(run: Run, defects: tuple[str, ...]) -> list[str]:
    wrong = [attempt for attempt in run.final.values() if not is_as_tabled(attempt, defects)]
    return [f"{said(attempt)} {attempt.devices} {attempt.control}" for attempt in wrong]


@pytest.mark.parametrize(("defect", "keyword"), ALONE, ids=[defect for defect, _ in ALONE])
def test_a_defect_alone(defect: str, keyword: str, tmp_path: Path) -> None:
    run = Threeway((), (defect,), keyword=keyword).run(tmp_path / "run")
    wrong = disagreements(run, (defect,))
    assert not wrong, "\n".join(wrong)
    name = defect.partition("@")[0]
    passes = all(attempt.verdict is Verdict.PASS for attempt in run.final.values())
    assert passes is (name in ("mpty.row", "notices.missing")), "a defect that no case sees proves nothing"


@pytest.mark.soak
@pytest.mark.parametrize("defect", [defect for defect, _ in ALONE])
def test_a_defect_alone_in_all_cases(defect: str, tmp_path: Path) -> None:
    run = Threeway((), (defect,)).run(tmp_path / "run")
    wrong = disagreements(run, (defect,))
    assert not wrong, "\n".join(wrong)


def test_what_is_wrong_elsewhere_does_not_touch_calls(tmp_path: Path) -> None:
    """Messages, gateways, sites, cards, labels, hotlines."""
    run = Threeway((), NO_CONCERN).run(tmp_path / "run")
    assert not [said(attempt) for attempt in run.attempts if attempt.verdict is not Verdict.PASS]


def test_every_defect_stands_in_the_tables() -> None:
    """A defect that is added without saying here what it must lead to is not finished."""
    listed = {row["name"] for row in json.loads(interop("list", "defects", "--json").stdout)}
    assert listed == {key.partition("@")[0] for key in EFFECTS} | set(NO_CONCERN)
    assert listed == {defect.partition("@")[0] for defect, _ in ALONE} | set(NO_CONCERN)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_defects_everything_passes(seed: int, tmp_path: Path) -> None:
    run = Threeway((), (), seed).run(tmp_path / "run")
    assert len(run.attempts) == CASES
    assert not [said(attempt) for attempt in run.attempts if attempt.verdict is not Verdict.PASS]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_twenty_seeds_of_the_default_lab(seed: int, tmp_path: Path) -> None:
    """Three phones of which none can hear prove no conference: then others play, and they pass."""
    run = Threeway((), (), seed, lab="emulated").run(tmp_path / "run")
    assert not [said(attempt) for attempt in run.final.values() if attempt.verdict is not Verdict.PASS]
    others = [attempt for attempt in run.attempts if attempt.verdict is not Verdict.PASS]
    assert not [said(attempt) for attempt in others if attempt.reason is not InconcReason.DEVICE]
