"""Each defect alone: every case says what the tables by hand say, and passes where they do not name it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interop.record import Verdict
from interop.record.reader import Run
from tests.forked import interop
from tests.suites.codes.tables import CODE_LIFE_S, EFFECTS, LATE, NO_CONCERN, is_as_tabled, is_tardy
from tests.suites.codes.truth import Codes
from tests.suites.injected import said

CASES = 75
"""three SIMs: four gateways with four texts, a report and a reply each, and one bank"""

ALONE = (
    # a segment, a longer one, a city, one gateway, all of them, a whole operator
    "gateway.segment@segment=171",
    "gateway.segment@segment=1709",
    "gateway.segment@city=上海",
    "gateway.segment@city=北京,gateway=cmcc-gw",
    "gateway.segment@operator=CUCC",
    "gateway.segment",
    "gateway.segment@segment=186",
    *(
        f"gateway.segment@{whom},code={code},gateway={gateway}"
        for whom, gateway, code in (
            ("segment=1709", "cmcc-gw", 13),
            ("segment=171", "cmcc-gw", 9),
            ("operator=CTCC", "cmcc-gw", 12),
            ("segment=171", "cucc-gw", 6),
            ("segment=1709", "cucc-gw", 23),
            ("city=北京", "cucc-gw", 21),
            ("segment=170", "ctcc-gw", 47),
            ("operator=CTCC", "ctcc-gw", 58),
            ("city=上海", "ctcc-gw", 65),
            ("segment=171", "smsc", 11),
        )
    ),
    "gateway.throttled@segment=1709",
    "gateway.throttled@gateway=cucc-gw",
    "gateway.dropped@segment=171",
    "gateway.dropped@operator=CTCC,gateway=ctcc-gw",
    "smsc.dropped@segment=1709",
    "smsc.dropped@gateway=smsc",
    "gateway.false_report@segment=171",
    "gateway.false_report@operator=CTCC",
    "gateway.report_missing@segment=1709",
    "gateway.report_missing@operator=CUCC",
    "gateway.undelivered_report@operator=CTCC",
    # while the code lives, when it has just died, when nobody waits any more
    "gateway.late@after=290",
    "gateway.late@segment=171,after=301",
    "gateway.late@segment=1709",
    "gateway.late@segment=1709,after=1190",
    "gateway.late@segment=171,after=1205",
    "smsc.late@after=290",
    "smsc.late@operator=CUCC,gateway=smsc",
    "smsc.late@segment=1709,after=1300",
    "site.code_late@after=290",
    "site.code_late",
    "site.code_late@segment=1709,after=1300",
    "gateway.sender_cut@segment=1709",
    "gateway.sender_cut@segment=171,digits=6",
    "gateway.sender_rewritten@segment=171",
    "gateway.sender_rewritten@city=北京",
    "gateway.sender_rewritten@segment=170,number=861065595588",
    "gateway.text@segment=1709",
    "gateway.encoding@segment=171",
    "gateway.encoding@gateway=cmcc-gw",
    "gateway.part_lost@segment=171",
    "gateway.part_lost@segment=1709,part=1",
    "gateway.part_lost@operator=CTCC,part=3",
    "gateway.part_lost@segment=171,part=4",
    "gateway.part_lost@part=5",
    "gateway.parts_reordered",
    "gateway.duplicate@segment=170",
    "gateway.duplicate@operator=CUCC",
    "gateway.reply_lost@segment=171",
    "gateway.reply_lost@operator=CTCC,gateway=smsc",
    "gateway.reply_text@segment=1709",
    "site.format@segment=171",
    "site.policy@segment=170",
    "site.opaque@segment=1709",
    "site.down@site=bank-a",
    "site.code_not_sent@segment=1709",
    "site.code_not_sent@operator=CTCC",
    "site.code_wrong@segment=171",
    "site.code_wrong",
    "site.code_elsewhere@segment=1709,receiver=13900001234",
    "site.code_elsewhere@operator=CTCC,receiver=13900001234",
    # what the recognition suite is about, and reaches codes as well
    "sms.barred@segment=1709",
    "sms.barred@operator=CTCC",
    "registration.barred@segment=171",
    "registration.barred@msisdn=18600001234",
)  # fmt: skip


def disagreements(run: Run, defects: tuple[str, ...]) -> list[str]:
    assert len(run.final) == CASES
    tardy = [attempt for attempt in run.final.values() if is_tardy(attempt)]
    assert not tardy or any(attempt.duration_s > CODE_LIFE_S for attempt in run.attempts)
    wrong = [attempt for attempt in run.final.values() if not is_as_tabled(attempt, defects)]
    return [f"{said(attempt)} {attempt.control}" for attempt in wrong]


@pytest.mark.parametrize("defect", ALONE)
def test_a_defect_alone(defect: str, tmp_path: Path) -> None:
    wrong = disagreements(Codes((), (defect,)).run(tmp_path / "run"), (defect,))
    assert not wrong, "\n".join(wrong)


def test_what_is_wrong_elsewhere_does_not_touch_codes(tmp_path: Path) -> None:
    """Calls, messages from one subscriber to another, cards, labels."""
    run = Codes((), NO_CONCERN).run(tmp_path / "run")
    assert not [said(attempt) for attempt in run.attempts if attempt.verdict is not Verdict.PASS]


def test_every_defect_stands_in_the_tables() -> None:
    """A defect that is added without saying here what it must lead to is not finished."""
    listed = {row["name"] for row in json.loads(interop("list", "defects", "--json").stdout)}
    tabled = {key.partition("@")[0] for key in EFFECTS} | set(LATE) | set(NO_CONCERN)
    assert listed == {name for name in tabled if "." in name}
    assert listed == {defect.partition("@")[0] for defect in ALONE} | set(NO_CONCERN)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_defects_everything_passes(seed: int, tmp_path: Path) -> None:
    run = Codes((), (), seed).run(tmp_path / "run")
    assert len(run.attempts) == CASES
    assert not [said(attempt) for attempt in run.attempts if attempt.verdict is not Verdict.PASS]
    assert not run.late


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_twenty_seeds_of_the_default_lab(seed: int, tmp_path: Path) -> None:
    run = Codes((), (), seed, lab="emulated").run(tmp_path / "run")
    assert not [said(attempt) for attempt in run.attempts if attempt.verdict is not Verdict.PASS]
    assert not run.late
