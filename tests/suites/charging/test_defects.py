"""Each defect alone: every case says what the tables by hand say, and passes where they do not name it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interop.campaign.spending import of_service, spent_by
from interop.record import Attempt, Blame, Cause, Verdict
from tests.forked import interop
from tests.suites.charging.tables import (
    CALL,
    EFFECTS,
    ELSEWHERE,
    HOTLINE,
    NO_CONCERN,
    NOTHING,
    PAID,
    Wrong,
    blames,
    is_as_tabled,
)
from tests.suites.charging.truth import Charging
from tests.suites.codes.tables import SNAIL, says
from tests.suites.injected import LABS, said

CASES = 60
"""three SIMs; four classes of peers: a call, one message, two; calls and messages received, a call refused,
three free numbers, the hotline, the balance
"""
TOGETHER: tuple[tuple[str, ...], ...] = (
    # of one SIM each, none of which is another one's control
    ("charging.rate@segment=171", "charging.rate@segment=1709,factor=1.5"),
    (
        "charging.missing@segment=171",
        "charging.double@segment=1709",
        "charging.not_free@mvno=海航通信,number=10044",
    ),
    ("charging.rate@segment=171,factor=0.5,service=sms", "charging.duration@segment=1709"),
    (
        "balance.silent@segment=171",
        "balance.stale@segment=1709",
        "charging.missing@mvno=海航通信,service=sms",
    ),
    ("charging.duration@segment=171,extra=120", "charging.late@segment=1709,after=45"),
    ("charging.not_free@segment=171,number=10010", "charging.late@segment=1709"),
    ("charging.duration@segment=171,extra=30",),
    # of an operator's SIMs, ordinary ones among them, or of all
    ("charging.rate@operator=CTCC,factor=0",),
    ("charging.double@operator=CUCC,service=voice",),
    ("charging.not_free",),
    ("charging.late@operator=CTCC,after=100",),
    ("balance.silent@operator=CTCC",),
    ("charging.record_lost", "charging.record_doubled"),
    # whom they call and write to meets them as well
    ("call.barred@segment=171",),
    ("sms.barred@segment=1709",),
)
ALONE = tuple(defect for together in TOGETHER for defect in together)
UNSEEN = tuple(key for key, effects in EFFECTS.items() if not effects and "not_free" not in key)
"""by a balance"""


def spends_too_much(attempt: Attempt) -> bool:
    """More than a campaign reckons with: an upper bound, or its plan is none."""
    most, spent = of_service(attempt.service), spent_by(attempt)
    return spent.calls > most.calls or spent.messages > most.messages or spent.multimedia > 0


def its_own(attempt: Attempt, defects: tuple[str, ...]) -> str:
    """The one of these that the number under test has, if any."""
    return next((one for one in defects if attempt.subject.sim in Wrong.parse(one).sims), defects[0])


@pytest.mark.parametrize("defects", TOGETHER, ids=" + ".join)
def test_defects_of_one_sim_each(defects: tuple[str, ...], tmp_path: Path) -> None:
    """Towards China Mobile, and towards the own operator, whose only ordinary SIM is then the peer."""
    own = {"CTCC" if any(word in one for word in ("CTCC", "海航", "=170,")) else "CUCC" for one in defects}
    keyword = " and ".join(f"not {other}" for other in sorted({"CUCC", "CTCC", "MVNO"} - own))
    _is_as_tabled(Charging((), defects, keyword=keyword), tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize("defect", ALONE)
def test_a_defect_alone_in_all_cases(defect: str, tmp_path: Path) -> None:
    _is_as_tabled(Charging((), (defect,)), tmp_path)


def _is_as_tabled(injected: Charging, folder: Path) -> None:
    run = injected.run(folder / "run")
    final = list(run.final.values())
    wrong = [one for one in final if not is_as_tabled(one, its_own(one, injected.defects))]
    assert not wrong, "\n".join(f"{said(one)} {one.devices} {one.control}" for one in wrong)
    assert not [said(attempt) for attempt in run.attempts if spends_too_much(attempt)]
    for defect in injected.defects:
        name, _, rest = defect.partition("@")
        own = ",".join(word for word in rest.split(",") if word.startswith(("extra", "after")))
        theirs = [one for one in final if one.subject.sim in Wrong.parse(defect).sims]
        passes = all(attempt.verdict is Verdict.PASS for attempt in theirs)
        assert passes is ((f"{name}@{own}" if own else name) in UNSEEN), "what no case sees proves nothing"


def test_what_is_wrong_elsewhere_does_not_touch_what_is_paid(tmp_path: Path) -> None:
    """Gateways, sites, cards, labels, multimedia, supplementary services, the caller's number."""
    run = Charging((), NO_CONCERN).run(tmp_path / "run")
    assert not [said(attempt) for attempt in run.attempts if attempt.verdict is not Verdict.PASS]


def test_a_call_that_is_cut_and_a_message_that_is_lost_accuse_nobody_of_their_price(tmp_path: Path) -> None:
    run = Charging((), ("call.dropped@segment=171", "sms.lost@segment=171")).run(tmp_path / "run")
    for attempt in run.attempts:
        assert attempt.verdict in (Verdict.PASS, Verdict.INCONC), said(attempt)
        touched = "snail-1718" in (
            attempt.subject.sim,
            "snail-1718" if "m02" in attempt.devices.values() else "",
        )
        assert touched or attempt.verdict is Verdict.PASS, said(attempt)
    assert any(attempt.verdict is Verdict.INCONC for attempt in run.attempts)


def test_every_defect_stands_in_the_tables() -> None:
    """A defect that is added without saying here what it must lead to is not finished."""
    listed = {row["name"] for row in json.loads(interop("list", "defects", "--json").stdout)}
    assert listed == {key.partition("@")[0] for key in EFFECTS} | {*NO_CONCERN, *ELSEWHERE}
    assert {defect.partition("@")[0] for defect in ALONE} == {key.partition("@")[0] for key in EFFECTS}


@pytest.mark.parametrize("seed", [1, 2])
def test_without_defects_everything_passes(seed: int, tmp_path: Path) -> None:
    run = Charging((), (), seed).run(tmp_path / "run")
    assert len(run.attempts) == CASES
    assert not [said(attempt) for attempt in run.attempts if attempt.verdict is not Verdict.PASS]
    assert not run.late


@pytest.mark.parametrize(
    ("defect", "missed", "suspects"),
    [
        ("charging.missing@segment=171,service=voice", (CALL, HOTLINE), blames(Cause.NOT_CHARGED)),
        ("charging.missing@segment=171", PAID, NOTHING),  # the question itself is not charged
    ],
)
def test_where_a_question_costs_something(
    defect: str, missed: tuple[str, ...], suspects: tuple[Blame, ...], tmp_path: Path
) -> None:
    """As one source says of China Unicom's: a balance that moves by that is kept."""
    small = (LABS / "small.yaml").read_text(encoding="utf-8")
    assert small.count("{by: sms, ") == 1
    lab = tmp_path / "lab.yaml"
    lab.write_text(small.replace("{by: sms, ", "{by: sms, price: 0.10, "), encoding="utf-8")
    chosen = "CMCC or snail-1718 and (free or hotline or received)"
    for attempt in Charging((), (defect,), lab=str(lab), keyword=chosen).run(tmp_path / "run").final.values():
        touched = attempt.subject.sim == SNAIL and attempt.service in missed
        assert says(attempt) == (suspects if touched else None), said(attempt)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_twenty_seeds_of_the_default_lab(seed: int, tmp_path: Path) -> None:
    run = Charging((), (), seed, lab="emulated").run(tmp_path / "run")
    assert not [said(attempt) for attempt in run.attempts if attempt.verdict is not Verdict.PASS]
