"""What each defect must lead to, by hand: service x subject x far end -> verdict, layer, cause, finding.

Nothing here is computed from the model that injects the defects. Whatever a table does not name must pass.
The small lab: mi-1709 and snail-1718 (MVNOs on CUCC), hna-1700 (MVNO on CTCC), and one ordinary SIM of each
base operator: cmcc-bj, cucc-bj, ctcc-gz.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from interop.record import Attempt, Cause, Finding, InconcReason, Layer, Verdict
from interop.record.reader import Run
from tests.suites.injected import OF_CALL_CONTROL, OF_CHARGING, OF_MMS, said

RunInterop = Callable[..., Run]

MI, SNAIL, HNA = "mi-1709", "snail-1718", "hna-1700"
CMCC, CUCC, CTCC = "cmcc-bj", "cucc-bj", "ctcc-gz"
NOBODY = ""

SIM_IN = {"m01": MI, "m02": SNAIL, "m03": HNA, "m04": CMCC, "m05": CUCC, "m06": CTCC}

SEGMENT, PATH, UNKNOWN = Finding.SEGMENT, Finding.PATH, Finding.UNKNOWN


@dataclass(frozen=True)
class Row:
    """One group of cases that a defect touches. `far`: the SIM at the other end, or NOBODY."""

    services: tuple[str, ...]
    subject: str
    far: tuple[str, ...]
    layer: Layer
    cause: Cause | None
    finding: Finding | None
    only: str = ""
    """a part of the case's name that narrows the row (one alphabet, one number, one site)"""
    ambiguous: tuple[tuple[Layer, Cause], ...] = ()

    def names(self, attempt: Attempt, far: str) -> bool:
        return (
            attempt.service in self.services
            and attempt.subject.sim == self.subject
            and far in self.far
            and self.only in attempt.case
        )


CALLS_IN, CALLS_OUT = ("voice-mt", "release-mt"), ("voice-mo", "release-mo")
TEXTS_IN, TEXTS_OUT = ("sms-mt", "report-mt"), ("sms-mo", "report-mo")
NET, SUBSCRIPTION = Layer.INTERCONNECT, Layer.SUBSCRIPTION


def calls_from_1709(services: tuple[str, ...], layer: Layer, cause: Cause) -> list[Row]:
    """A defect of whatever leaves mi-1709, whoever is at the far end.

    The small lab has one ordinary CUCC SIM, so towards it there is nobody to compare with; and where
    mi-1709 plays the far end of another subject, the ordinary SIM beside that subject fails as well.
    """
    return [
        Row(services, MI, (CMCC, CTCC, SNAIL, HNA), layer, cause, SEGMENT),
        Row(services, MI, (CUCC,), layer, cause, UNKNOWN),
        Row(reverse(services), SNAIL, (MI,), layer, cause, PATH),
        Row(reverse(services), HNA, (MI,), layer, cause, PATH),
    ]


def reverse(services: tuple[str, ...]) -> tuple[str, ...]:
    """The same events, named from the other subject's side."""
    turned = {"mo": "mt", "mt": "mo"}
    return tuple(f"{name[:-2]}{turned[name[-2:]]}" for name in services)


TABLE: dict[str, list[Row]] = {
    # routes -------------------------------------------------------------------------------------------
    "route.missing@segment=171,from=CMCC": [
        Row(CALLS_IN + TEXTS_IN, SNAIL, (CMCC,), NET, Cause.NO_ROUTE, SEGMENT),
    ],
    "route.missing@segment=1709,from=CMCC,service=voice": [
        Row(CALLS_IN, MI, (CMCC,), NET, Cause.NO_ROUTE, SEGMENT),
    ],
    "route.missing@segment=1709,from=CTCC,service=sms": [
        Row(TEXTS_IN, MI, (CTCC, HNA), NET, Cause.NO_ROUTE, SEGMENT),
        Row(TEXTS_OUT, HNA, (MI,), NET, Cause.NO_ROUTE, PATH),
    ],
    "route.missing@segment=170,to=CMCC": [
        Row(CALLS_OUT + TEXTS_OUT, MI, (CMCC,), NET, Cause.NO_ROUTE, SEGMENT),
        Row(CALLS_OUT + TEXTS_OUT, HNA, (CMCC,), NET, Cause.NO_ROUTE, SEGMENT),
    ],
    "route.missing@operator=CUCC,city=上海,from=CMCC": [
        Row(CALLS_IN + TEXTS_IN, SNAIL, (CMCC,), NET, Cause.NO_ROUTE, SEGMENT),
    ],
    "route.missing@operator=CUCC,from=CMCC": [
        # nobody of CUCC is reached from CMCC: it is not the segment
        Row(CALLS_IN + TEXTS_IN, MI, (CMCC,), NET, Cause.NO_ROUTE, PATH),
        Row(CALLS_IN + TEXTS_IN, SNAIL, (CMCC,), NET, Cause.NO_ROUTE, PATH),
    ],
    "route.unassigned@segment=1709,from=CMCC": [
        Row(CALLS_IN + TEXTS_IN, MI, (CMCC,), NET, Cause.NUMBER_UNASSIGNED, SEGMENT),
    ],
    # caller identity ----------------------------------------------------------------------------------
    "clip.missing@segment=1709": calls_from_1709(("voice-mo",), NET, Cause.CLI_MISSING),
    "clip.wrong@segment=1709": calls_from_1709(("voice-mo",), NET, Cause.CLI_REWRITTEN),
    "clip.doubled86@segment=1709": calls_from_1709(("voice-mo",), NET, Cause.CLI_DOUBLED_86),
    "clip.type@segment=1709,to=CMCC": [
        Row(("voice-mo",), MI, (CMCC,), NET, Cause.CLI_TYPE_WRONG, SEGMENT),
    ],
    # calls --------------------------------------------------------------------------------------------
    "release.masked@segment=171,from=CTCC": [
        Row(("release-mt",), SNAIL, (CTCC, HNA), NET, Cause.RELEASE_CAUSE_WRONG, SEGMENT),
        Row(("release-mo",), HNA, (SNAIL,), NET, Cause.RELEASE_CAUSE_WRONG, PATH),
    ],
    "call.silent@segment=171,from=CMCC": [
        Row(CALLS_IN, SNAIL, (CMCC,), NET, Cause.CALL_NOT_OFFERED, SEGMENT),
    ],
    "call.dropped@segment=171,from=CMCC": [
        Row(("voice-mt",), SNAIL, (CMCC,), Layer.CORE, Cause.CALL_DROPPED, SEGMENT),
    ],
    "call.barred@segment=1709": [
        *calls_from_1709(CALLS_OUT, SUBSCRIPTION, Cause.CALL_BARRED),
        Row(("hotline", "free-numbers"), MI, (NOBODY,), SUBSCRIPTION, Cause.CALL_BARRED, SEGMENT),
    ],
    # messages -----------------------------------------------------------------------------------------
    "sms.lost@segment=171,from=CMCC": [
        Row(TEXTS_IN, SNAIL, (CMCC,), NET, Cause.MESSAGE_LOST, SEGMENT),
    ],
    "sms.refused@segment=1709,to=CMCC": [
        Row(TEXTS_OUT, MI, (CMCC,), NET, Cause.MESSAGE_REFUSED, SEGMENT),
    ],
    "sms.sender@segment=1709,to=CMCC": [
        Row(("sms-mo",), MI, (CMCC,), NET, Cause.SENDER_REWRITTEN, SEGMENT),
    ],
    "sms.text@segment=1709,to=CMCC": [
        Row(("sms-mo",), MI, (CMCC,), Layer.FORMATTING, Cause.TEXT_CORRUPTED, SEGMENT, only="ucs2"),
    ],
    "sms.barred@segment=1709": calls_from_1709(TEXTS_OUT, SUBSCRIPTION, Cause.MESSAGE_BARRED),
    "report.dropped@segment=1709": calls_from_1709(("report-mo",), NET, Cause.REPORT_MISSING),
    "report.false@segment=171,from=CMCC": [
        Row(TEXTS_IN, SNAIL, (CMCC,), NET, Cause.REPORT_FALSE, SEGMENT),
    ],
    # registration -------------------------------------------------------------------------------------
    "plmn.foreign@segment=1709": [
        Row(("registration",), MI, (NOBODY,), Layer.CORE, Cause.ROAMING_AT_HOME, SEGMENT),
    ],
    "plmn.foreign@segment=171,mode=card": [
        Row(("registration",), SNAIL, (NOBODY,), Layer.SIM, Cause.EHPLMN_MISSING, SEGMENT),
    ],
    # service numbers ----------------------------------------------------------------------------------
    "hotline.empty@segment=1709": [
        Row(("hotline",), MI, (NOBODY,), NET, Cause.NUMBER_UNASSIGNED, PATH),
    ],
    "free.unreachable@segment=1709,number=10086": [
        Row(("free-numbers",), MI, (NOBODY,), NET, Cause.NO_ROUTE, SEGMENT, only="10086"),
    ],
    # sites --------------------------------------------------------------------------------------------
    "site.format@segment=171": [
        Row(("site",), SNAIL, (NOBODY,), Layer.ORIGINATOR, Cause.REJECTED_BY_FORMAT, SEGMENT),
    ],
    "site.policy@segment=170": [
        Row(("site",), MI, (NOBODY,), Layer.ORIGINATOR, Cause.REJECTED_BY_POLICY, SEGMENT),
        Row(("site",), HNA, (NOBODY,), Layer.ORIGINATOR, Cause.REJECTED_BY_POLICY, SEGMENT),
    ],
    "site.opaque@segment=171": [
        Row(
            ("site",),
            SNAIL,
            (NOBODY,),
            Layer.ORIGINATOR,
            None,
            SEGMENT,
            ambiguous=(
                (Layer.ORIGINATOR, Cause.REJECTED_BY_FORMAT),
                (Layer.ORIGINATOR, Cause.REJECTED_BY_POLICY),
            ),
        ),
    ],
    "label.marked@segment=1709": [
        Row(("label",), MI, (NOBODY,), Layer.ORIGINATOR, Cause.NUMBER_LABELLED, SEGMENT),
    ],
    # cards --------------------------------------------------------------------------------------------
    **{
        f"sim.{file}@segment=1709": [
            Row(("identity",), MI, (NOBODY,), Layer.SIM, Cause.SIM_IDENTITY_MISMATCH, None),
        ]
        for file in ("imsi", "iccid", "msisdn", "spn", "smsc")
    },
}

OF_CODES = (
    "gateway.segment", "gateway.throttled", "gateway.dropped", "smsc.dropped", "gateway.false_report",
    "gateway.late", "gateway.sender_cut", "gateway.sender_rewritten", "gateway.text", "gateway.encoding",
    "gateway.part_lost", "gateway.parts_reordered", "gateway.duplicate", "site.code_elsewhere",
    "site.code_wrong", "site.code_not_sent", "site.code_late", "smsc.late", "gateway.report_missing",
    "gateway.undelivered_report", "gateway.reply_lost", "gateway.reply_text",
)  # fmt: skip
"""The codes suite says what these lead to."""

COMBINED: dict[tuple[str, ...], list[Row]] = {
    ("clip.missing@segment=171,to=CMCC", "sms.lost@segment=171,from=CTCC"): [
        Row(("voice-mo",), SNAIL, (CMCC,), NET, Cause.CLI_MISSING, SEGMENT),
        Row(TEXTS_IN, SNAIL, (CTCC, HNA), NET, Cause.MESSAGE_LOST, SEGMENT),
        Row(TEXTS_OUT, HNA, (SNAIL,), NET, Cause.MESSAGE_LOST, PATH),
    ],
    # the first observable cause counts: a message that never comes has no text to be corrupted
    ("route.missing@segment=1709,to=CMCC,service=sms", "sms.text@segment=1709,to=CMCC"): [
        Row(TEXTS_OUT, MI, (CMCC,), NET, Cause.NO_ROUTE, SEGMENT),
    ],
}


def final(run: Run) -> list[Attempt]:
    """Per case the last conclusive attempt, else the last; those that only serve as contrast left out."""
    by_case: dict[str, list[Attempt]] = {}
    for attempt in run.attempts:
        if attempt.control_of is None:
            by_case.setdefault(attempt.case, []).append(attempt)
    chosen = []
    for attempts in by_case.values():
        conclusive = [attempt for attempt in attempts if attempt.verdict.conclusive]
        chosen.append((conclusive or attempts)[-1])
    return chosen


def far_end(attempt: Attempt) -> str:
    """The SIM in the modem that played the peer."""
    modem = attempt.devices.get("peer")
    return SIM_IN[modem] if modem else NOBODY


def assert_as_tabled(run: Run, rows: list[Row]) -> None:
    met: set[int] = set()
    for attempt in final(run):
        far = far_end(attempt)
        row = next((index for index, row in enumerate(rows) if row.names(attempt, far)), None)
        if row is None:
            assert attempt.verdict is Verdict.PASS, f"untouched, yet {said(attempt)}"
            continue
        met.add(row)
        expected = rows[row]
        assert attempt.verdict is Verdict.FAIL, f"touched, yet {said(attempt)}"
        assert (attempt.layer, attempt.cause) == (expected.layer, expected.cause), said(attempt)
        assert attempt.ambiguous == expected.ambiguous, said(attempt)
        finding = attempt.control.finding if attempt.control else None
        assert finding == expected.finding, f"{said(attempt)}: {attempt.control}"
    # which of two MVNO SIMs plays the far end is up to the schedule: such a row may go unmet
    certain = [index for index, row in enumerate(rows) if not set(row.far) <= {MI, SNAIL, HNA}]
    never = [rows[index] for index in certain if index not in met]
    assert not never, f"no case at all for {never}"


@pytest.mark.parametrize("defect", TABLE)
def test_a_defect_alone(defect: str, run_interop: RunInterop) -> None:
    assert_as_tabled(run_interop("small", "--defect", defect, exit_code=1), TABLE[defect])


@pytest.mark.parametrize("defects", COMBINED, ids=" + ".join)
def test_defects_together(defects: tuple[str, ...], run_interop: RunInterop) -> None:
    options = [word for defect in defects for word in ("--defect", defect)]
    assert_as_tabled(run_interop("small", *options, exit_code=1), COMBINED[defects])


def test_a_barred_registration_accuses_nothing_else(run_interop: RunInterop) -> None:
    """Without registration nothing can be said of calls and messages: inconclusive, not fail."""
    run = run_interop("small", "--defect", "registration.barred@segment=1709", exit_code=1)
    for attempt in final(run):
        needs_air = attempt.service not in ("identity", "registration", "site", "label")
        if attempt.subject.sim == MI and attempt.service == "registration":
            assert attempt.verdict is Verdict.FAIL, said(attempt)
            assert (attempt.layer, attempt.cause) == (SUBSCRIPTION, Cause.REGISTRATION_DENIED)
            assert attempt.control and attempt.control.finding is SEGMENT
        elif attempt.subject.sim == MI and needs_air:
            assert attempt.verdict is Verdict.INCONC, said(attempt)
            assert attempt.reason is InconcReason.NOT_REGISTERED, said(attempt)
        else:
            # where mi-1709 was the far end it was our peer that was not ready; another SIM took its place
            assert attempt.verdict is Verdict.PASS, said(attempt)


def test_a_whole_operator_without_registration_is_our_own_coverage(run_interop: RunInterop) -> None:
    """When the neighbour SIM does not register either, nobody is accused."""
    run = run_interop("small", "--defect", "registration.barred@operator=CTCC", exit_code=3)
    attempts = [item for item in final(run) if item.service == "registration" and item.subject.sim == HNA]
    assert [(item.verdict, item.reason) for item in attempts] == [(Verdict.INCONC, InconcReason.COVERAGE)]
    assert not [said(item) for item in final(run) if item.verdict is Verdict.FAIL]


def test_a_site_that_is_down_says_nothing_about_the_number(run_interop: RunInterop) -> None:
    run = run_interop("small", "--defect", "site.down@site=bank-a", exit_code=3)
    for attempt in final(run):
        if attempt.service == "site":
            assert (attempt.verdict, attempt.reason) == (Verdict.INCONC, InconcReason.SITE), said(attempt)
        else:
            assert attempt.verdict is Verdict.PASS, said(attempt)


def test_every_defect_has_a_row(interop_json: Callable[..., list[dict[str, object]]]) -> None:
    """A defect that is added without saying here what it must lead to is not finished."""
    listed = {str(row["name"]) for row in interop_json("list", "defects", "--json")}
    spelled = {text.partition("@")[0] for text in TABLE} | {"registration.barred", "site.down"}
    assert listed == spelled | {*OF_CODES, *OF_CALL_CONTROL, *OF_MMS, *OF_CHARGING}


@pytest.mark.parametrize(
    "others",
    [OF_CODES, OF_CALL_CONTROL, OF_MMS, OF_CHARGING],
    ids=["codes", "threeway", "mms", "charging"],
)
def test_what_is_wrong_elsewhere_does_not_touch_recognition(
    others: tuple[str, ...], run_interop: RunInterop
) -> None:
    options = [word for defect in others for word in ("--defect", defect)]
    run = run_interop("small", *options, exit_code=0)
    assert {attempt.verdict for attempt in run.attempts} == {Verdict.PASS}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_without_defects_everything_passes(seed: int, run_interop: RunInterop) -> None:
    run = run_interop("small", "--seed", str(seed), exit_code=0)
    assert {attempt.verdict for attempt in run.attempts} == {Verdict.PASS}, [
        said(attempt) for attempt in run.attempts if attempt.verdict is not Verdict.PASS
    ]
    assert not run.late


@pytest.mark.soak
def test_twenty_seeds_of_the_default_lab(run_interop: RunInterop) -> None:
    """All pass, and the schedule stays close to what is possible at all."""
    ratios = []
    for seed in range(20):
        run = run_interop("emulated", "--seed", str(seed), exit_code=0)
        assert {attempt.verdict for attempt in run.attempts} == {Verdict.PASS}
        ratios.append(run.meta["makespan_s"] / run.meta["lower_bound_s"])
    print(f"makespan over lower bound: mean {sum(ratios) / 20:.3f}, worst {max(ratios):.3f}")
    assert sum(ratios) / len(ratios) <= 1.10


def test_record_is_where_the_reader_is_told(tmp_path: Path, run_interop: RunInterop) -> None:
    """An attempt names its evidence, and the evidence holds what the case said it saw."""
    del tmp_path
    run = run_interop("small", "-k", "originates and mi-1709 and CMCC", exit_code=0)
    (attempt,) = run.attempts
    kinds = {type(item.event).__name__ for item in run.observed if item.attempt == attempt.key}
    assert {"Dialled", "Ringing", "CallerId", "Answered", "Connected", "Released"} <= kinds
