"""Each defect alone: every case says what the tables by hand say, and passes where they do not name it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interop.record import Verdict
from interop.record.reader import Run
from tests.forked import interop
from tests.suites.injected import said
from tests.suites.mms.reading import Wrong, case_of, is_as_tabled, seen
from tests.suites.mms.tables import (
    ANNOUNCED,
    FETCHED,
    FOUND,
    HEARD,
    NO_CONCERN,
    SELECTED,
    TO_THE_MMSC,
    TWICE,
)
from tests.suites.mms.truth import Multimedia

CASES = 232
"""three SIMs, four classes of peers: six contents sent and received, one to several, one too large, delivery
and read reports both ways, one fetched later, one that expires; m02's own client sends nothing too large, and
tells nobody that it has read anything
"""
ALONE: tuple[tuple[str, tuple[str, ...]], ...] = (
    # the cases that are played, and a defect: with other parameters at SIMs that it does not touch, mostly
    (
        "latin and not CUCC or over and CMCC or several and CTCC",
        (
            "mms.unsubscribed@segment=1709",
            "mms.unsubscribed@segment=171",
            "mms.unsubscribed@mvno=海航通信,as=bearer",
        ),
    ),
    ("snail-1718 and (latin or over or fetches)", ("mms.unsubscribed@segment=171,as=bearer",)),
    ("latin and not MVNO or expires and CMCC", ("mms.apn@segment=1709", "mms.apn@segment=171")),
    ("CMCC and (picture or reports) or CTCC and several", ("mms.apn@operator=CTCC",)),
    (
        "latin and (CMCC or MVNO) or over and CTCC",
        (
            "mms.proxy@segment=1709",
            "mms.proxy@segment=171,as=502",
            "mms.proxy@operator=CTCC,as=407",
        ),
    ),
    ("snail-1718 and CMCC and (latin or later)", ("mms.proxy@segment=171",)),
    (
        "latin and (CUCC or MVNO) or over and CMCC",
        (
            "mms.mmsc_down@segment=1709",
            "mms.mmsc_down@segment=171,as=503",
            "mms.mmsc_down@operator=CTCC,as=503",
        ),
    ),
    ("snail-1718 and CMCC and (latin or reported)", ("mms.mmsc_down@segment=171",)),
    (
        "CMCC and (sends and (large or picture) or limit)",
        ("mms.size_limit@segment=1709", "mms.size_limit@segment=171,size=200000"),
    ),
    *(
        (
            "sends and CMCC and (latin or large) or several and CTCC"
            if large
            else "sends and latin and CMCC",
            tuple(
                f"mms.refused@{whom},status={status}"
                for whom, status in zip(("segment=1709", "segment=171", "operator=CTCC"), three, strict=True)
            ),
        )
        for three, large in (
            ((129, 130, 131), False),
            ((225, 193, 132), False),
            ((135, 131, 192), True),
            ((227, 224, 229), True),
            ((224, 229, 134), False),
            ((196, 234, 226), False),
        )
    ),
    ("1709 and latin or CMCC and reports or several and CTCC", ("mms.dropped@segment=1709",)),
    ("latin and (CUCC or CMCC)", ("mms.dropped@operator=CUCC,direction=both",)),
    ("latin and (MVNO or CMCC) or several and CTCC", ("mms.interworking_lost@segment=171",)),
    (
        "not CTCC and (1709 and (latin or reported) or 1700 and (latin or gets))",
        (
            "mms.interworking_lost@segment=1709,report=false",
            "mms.interworking_lost@mvno=海航通信,direction=both,report=failed",
        ),
    ),
    ("latin and not CTCC", ("mms.notification_lost@segment=1709",)),
    (
        "latin and not CTCC or fetches and CMCC",
        (
            "mms.notification_late@segment=1709",
            "mms.notification_late@segment=171,after=200",
            "mms.notification_late@mvno=海航通信,after=2000",
        ),
    ),
    ("latin and CMCC", ("mms.notification_late@segment=170,after=120",)),
    (
        "CMCC and (latin or reported) or MVNO and picture",
        ("mms.as_link@segment=171", "mms.as_link@operator=CTCC"),
    ),
    (
        "latin and not CTCC or several and CMCC or MVNO and reported",
        ("mms.duplicated@segment=1709", "mms.duplicated@segment=171,direction=both"),
    ),
    (
        "latin and not CUCC or several and CTCC",
        (
            "mms.sender@segment=1709",
            "mms.sender@segment=171,number=none",
            "mms.sender@operator=CTCC,number=none",
        ),
    ),
    (
        "latin and CMCC or MVNO and fetches",
        ("mms.fetch_refused@segment=1709", "mms.fetch_refused@segment=171"),
    ),
    (
        "latin and not CUCC",
        (
            "mms.fetch_refused@segment=1709,as=status",
            "mms.fetch_refused@mvno=海航通信,as=status,status=194",
        ),
    ),
    (
        "latin and CMCC or expires and CTCC",
        (
            "mms.fetch_refused@segment=1709,as=status,status=225",
            "mms.fetch_refused@mvno=海航通信,as=expired",
        ),
    ),
    ("later and not CUCC", ("mms.expires_early@segment=1709", "mms.expires_early@segment=171,after=30")),
    (
        "1709 and CMCC and (messages or fetches) or several and CTCC",
        ("mms.recompressed@segment=1709",),
    ),
    ("snail-1718 and (picture or sound) or MVNO and parts", ("mms.recompressed@segment=171",)),
    ("1709 and CTCC and messages or 1709 and CUCC and picture", ("mms.part_lost@segment=1709",)),
    ("snail-1718 and (latin or parts) and not CTCC", ("mms.part_lost@segment=171,direction=both",)),
    (
        "1709 and MVNO and messages and not large or CMCC and chinese",
        ("mms.subject@segment=1709", "mms.subject@operator=CTCC"),
    ),
    (
        "1709 and CTCC and messages and not large or MVNO and (chinese or parts)",
        ("mms.text@segment=1709", "mms.text@segment=171,direction=both"),
    ),
    ("1709 and CMCC and (messages or fetches)", ("mms.truncated@segment=1709",)),
    ("(picture or sound or latin) and MVNO", ("mms.truncated@segment=170,size=1000",)),
    (
        "CMCC and (reports or reported or later) or CTCC and gets",
        ("mms.report_missing@segment=1709", "mms.report_missing@operator=CTCC"),
    ),
    ("(latin or reported) and (CMCC or MVNO)", ("mms.report_false@segment=171",)),
    ("CMCC and (read or reports)", ("mms.read_report_missing@segment=1709",)),
    # what the recognition suite is about, and reaches these messages as well
    ("latin and CMCC or latin and MVNO", ("registration.barred@segment=1709",)),
)
HIDDEN = ("mms.notification_late@segment=170,after=120", "registration.barred@segment=1709")
"""of which no case may say anything"""


def disagreements(run: Run, defects: tuple[str, ...]) -> list[str]:
    wrong = [attempt for attempt in run.final.values() if not is_as_tabled(attempt, defects)]
    return [
        f"{said(attempt)} {attempt.devices} {attempt.control}\n    tables: {seen(case_of(attempt), defects)}"
        for attempt in wrong
    ]


@pytest.mark.parametrize(("keyword", "defects"), ALONE, ids=[" ".join(defects) for _, defects in ALONE])
def test_a_defect_alone(keyword: str, defects: tuple[str, ...], tmp_path: Path) -> None:
    run = Multimedia((), defects, keyword=keyword).run(tmp_path / "run")
    wrong = disagreements(run, defects)
    assert not wrong, "\n".join(wrong)
    fails = {attempt.subject.sim for attempt in run.final.values() if attempt.verdict is Verdict.FAIL}
    touched = {wrong.whom for wrong in map(Wrong.parse, defects) if not fails & set(SELECTED[wrong.whom])}
    assert bool(touched) is (defects[0] in HIDDEN), f"what no case sees proves nothing: {touched}"


@pytest.mark.soak
@pytest.mark.parametrize("defect", [defect for _, defects in ALONE for defect in defects])
def test_a_defect_alone_in_all_cases(defect: str, tmp_path: Path) -> None:
    run = Multimedia((), (defect,)).run(tmp_path / "run")
    assert len(run.final) == CASES
    wrong = disagreements(run, (defect,))
    assert not wrong, "\n".join(wrong)


def test_what_is_wrong_elsewhere_does_not_touch_them(tmp_path: Path) -> None:
    """Calls, short messages, gateways, sites, cards, labels."""
    injected = Multimedia((), NO_CONCERN, keyword="CMCC and (latin or chinese) or MVNO and reports")
    wrong = disagreements(injected.run(tmp_path / "run"), ())
    assert not wrong, "\n".join(wrong)


def test_every_defect_stands_in_the_tables() -> None:
    """A defect that is added without saying here what it must lead to is not finished."""
    listed = {row["name"] for row in json.loads(interop("list", "defects", "--json").stdout)}
    rows = (TO_THE_MMSC, ANNOUNCED, FETCHED, FOUND, TWICE, HEARD)
    tabled = {key.partition("@")[0] for row in rows for key in row} | {"registration.barred"}
    assert listed == tabled | set(NO_CONCERN)
    played = {defect.partition("@")[0] for _, defects in ALONE for defect in defects}
    assert listed == played | set(NO_CONCERN)


@pytest.mark.parametrize("seed", [1])
def test_without_defects_everything_passes(seed: int, tmp_path: Path) -> None:
    run = Multimedia((), (), seed).run(tmp_path / "run")
    assert len(run.final) == CASES
    wrong = disagreements(run, ())
    assert not wrong, "\n".join(wrong)
    assert all(attempt.verdict is Verdict.PASS for attempt in run.attempts)
    assert not run.late


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_twenty_seeds_of_the_default_lab(seed: int, tmp_path: Path) -> None:
    run = Multimedia((), (), seed, lab="emulated").run(tmp_path / "run")
    assert not [said(attempt) for attempt in run.attempts if attempt.verdict is Verdict.FAIL]
    assert not run.late
