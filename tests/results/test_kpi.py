"""KPIs: what is counted and what is not, and that the suites say what the definitions listen for."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest

from interop.lab.check import find_cases
from interop.record import Attempt, Cause, Check, InconcReason, Layer, Measurement, Verdict
from interop.results.kpi import RATIO_KPIS, TIME_KPIS, found, sample
from interop.results.kpi_definitions import RATIOS, TIMES
from tests.reports.conftest import attempt

SUITES = Path(__file__).resolve().parent.parent.parent / "suites"
ACCEPTED = Check("the network accepts the message", "+CMGS", "+CMGS", Verdict.PASS)
LOST = (Layer.INTERCONNECT, Cause.MESSAGE_LOST)


def failing(name: str, *blame: tuple[Layer, Cause]) -> Check:
    if len(blame) > 1:
        return Check(name, "", "", Verdict.FAIL, ambiguous=blame)
    return Check(name, "", "", Verdict.FAIL, *blame[0])


def passing(name: str) -> Check:
    return Check(name, "", "", Verdict.PASS)


def tried(service: str, *checks: Check, measured: dict[str, float] | None = None) -> Attempt:
    verdict = Verdict.FAIL if any(one.verdict is Verdict.FAIL for one in checks) else Verdict.PASS
    items = tuple(Measurement(name, value, "s") for name, value in (measured or {}).items())
    return attempt(service=service, checks=checks, verdict=verdict, measurements=items)


def ratios(*attempts: Attempt) -> dict[str, tuple[int, int]]:
    of_all, _ = found(one for each in attempts if (one := sample(each)) is not None)
    return {one.kpi.key: (one.failed, one.valid) for one in of_all}


def times(*attempts: Attempt) -> dict[str, list[float]]:
    _, of_all = found(one for each in attempts if (one := sample(each)) is not None)
    return {one.kpi.key: sorted(seconds for _, seconds in one.cases) for one in of_all}


ARRIVED = tried(
    "sms-mo", ACCEPTED, passing("text"), passing("exactly once"),
    measured={"sms_access_delay": 1.5, "sms_delivery_time": 4.25},
)  # fmt: skip
REFUSED = tried("sms-mo", failing(ACCEPTED.name, LOST))
NOT_THERE = tried(
    "sms-mo", ACCEPTED, failing("the message arrives", LOST), measured={"sms_access_delay": 2.0}
)
REWRITTEN = tried("sms-mo", ACCEPTED, failing("originating address", LOST), passing("text"))


def test_a_message_by_its_fate() -> None:
    every = (ARRIVED, REFUSED, NOT_THERE, REWRITTEN)
    assert ratios(*every) == {
        "sms_non_accessibility": (1, 4),
        "sms_completion_failure": (2, 4),
        "sms_corrupted": (0, 2),
        "sms_duplicated": (0, 1),
    }
    # end to end from Ctrl-Z: access and delivery; what never came is infinite
    assert times(*every) == {"sms_access_delay": [1.5, 2.0, inf], "sms_delivery_time": [5.75, inf, inf]}


@pytest.mark.parametrize(
    "out",
    [
        replace(NOT_THERE, verdict=Verdict.INCONC, reason=InconcReason.MODEM),
        replace(NOT_THERE, verdict=Verdict.ERROR),
        replace(NOT_THERE, verdict=Verdict.NONE),
        replace(NOT_THERE, control_of="recognition.other#1"),
    ],
)
def test_what_says_nothing_of_the_network_is_in_no_kpi(out: Attempt) -> None:
    assert (ratios(ARRIVED, out), times(ARRIVED, out)) == (ratios(ARRIVED), times(ARRIVED))


def test_a_call_that_is_alerted_and_never_rings_there_was_not_set_up() -> None:
    alerted = passing("the called phone is alerted")
    call = tried("voice-mo", alerted, failing("it rings there", LOST), measured={"post_dial_delay": 3.0})
    assert ratios(call) == {"telephony_non_accessibility": (1, 1)}
    assert times(call) == {"telephony_setup_time": [inf]}


def test_a_late_code_failed_and_has_its_time_and_a_lost_one_has_none() -> None:
    taken = passing("the gateway takes the text")
    late = tried("code", taken, failing("in time", LOST), measured={"code_delivery_time": 400.0})
    lost = tried("code", taken, failing("the message arrives", LOST))
    wrong = tried(
        "code", taken, passing("in time"), failing("sender", LOST), measured={"code_delivery_time": 3.0}
    )
    assert ratios(late, lost, wrong)["code_delivery_failure"] == (3, 3)
    assert times(late, lost, wrong)["code_delivery_time"] == [3.0, 400.0, inf]


def test_a_message_that_cannot_be_fetched_was_sent() -> None:
    """The receiver's way to its MMSC is another than the sender's; only the names of the checks tell."""
    sent = [passing(f"{stage}") for stage in ("bearer: a is connected", "submit: a reaches its MMSC")]
    taken = passing("mmsc: the message is taken"), passing("notify: the message is announced")
    unfetched = tried("mms-mo", *sent, *taken, failing("submit: b fetches the message", LOST))
    assert ratios(unfetched) == {
        "pdp_activation_failure": (0, 1),
        "mms_send_failure": (0, 1),
        "mms_notification_failure": (0, 1),
        "mms_retrieval_failure": (1, 1),
        "mms_end_to_end_failure": (1, 1),
    }


def test_reports_and_diverted_calls_by_their_fate() -> None:
    came, true = "ack: the delivery report comes", "ack: the delivery report is true"
    told = tried("mms-report-mt", passing(came), passing(true), measured={"mms_report_time": 2.5})
    lies = tried("mms-report-mt", passing(came), failing(true, LOST), measured={"mms_report_time": 4.0})
    silent = tried("mms-report-mt", failing(came, LOST))
    untried = tried("mms-report-mt", failing("mmsc: the message is taken", LOST))
    assert ratios(told, lies, silent, untried)["mms_report_failure"] == (2, 3)
    assert times(told, lies, silent, untried)["mms_report_time"] == [2.5, 4.0, inf]
    there = "the call goes there"
    rings = tried("forwarding-busy", passing(there), measured={"forwarding_delay": 3.0})
    lost = tried("forwarding-busy", failing(there, LOST))
    assert ratios(rings, lost) == {"forwarding_failure": (1, 2)}
    assert times(rings, lost) == {"forwarding_time": [3.0, inf]}


def test_a_false_report_is_not_a_lost_message() -> None:
    """Of the messages that the gateway calls delivered, those that the handset lacks (verdicts.md 4)."""
    gateway, core = (Layer.GATEWAY, Cause.REPORT_FALSE), (Layer.CORE, Cause.REPORT_FALSE)
    true = tried("code-report", passing("the report agrees with the handset"))
    false = tried("code", failing("the message arrives", gateway, core))
    lost = tried("code", failing("the message arrives", gateway, LOST))
    denied = tried("code-report", failing("the report agrees with the handset", gateway))
    assert ratios(true, false, lost, denied)["dlr_untruth"] == (1, 2)


def test_wilson_for_display_and_clusters_by_modem_and_hour() -> None:
    made = [
        replace(each, devices={"subject": modem}, started=started)
        for each, modem, started in (
            (ARRIVED, "a", 0.0), (REFUSED, "a", 3_599.0), (ARRIVED, "a", 3_600.0), (ARRIVED, "b", 0.0),
        )
    ]  # fmt: skip
    of_all, _ = found(counted for each in made if (counted := sample(each)) is not None)
    (one,) = (each for each in of_all if each.kpi.key == "sms_non_accessibility")
    assert (one.share, one.clusters.clusters) == (0.25, 3)
    # Newcombe, Statistics in Medicine 17 (1998), method 3
    assert (one.low, one.high) == pytest.approx((0.0456, 0.6994), abs=1e-4)


# What the suites say


def _texts() -> list[str]:
    """Every text of the suites' sources as a pattern: what is put into it may be anything."""
    found = []
    for path in sorted(SUITES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(re.sub(r"\\\{[^{}]*\\\}", ".+", re.escape(node.value)))
            elif isinstance(node, ast.JoinedStr):
                parts = (
                    re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+"
                    for one in node.values
                )
                found.append("".join(parts))
    return [text for text in found if re.sub(r"\W", "", text)]


def test_every_check_and_measurement_is_one_that_the_suites_make() -> None:
    patterns = [re.compile(text) for text in set(_texts())]
    named = {name for kpi in RATIOS for name in (*kpi.tried, *kpi.failed)}
    named |= {name for kpi in TIMES for name in (*kpi.never, *kpi.measures)}
    missing = {
        name for name in named if not any(one.fullmatch(name.replace("*", "10 s")) for one in patterns)
    }
    assert missing == set()


def test_every_service_is_one_of_the_suites() -> None:
    services = {spec.service for _, spec in find_cases()}
    for kpi in (*RATIOS, *TIMES):
        assert set(kpi.services) <= services, kpi.key


def test_keys_are_unique() -> None:
    assert len(RATIO_KPIS) + len(TIME_KPIS) == len(RATIOS) + len(TIMES)
    assert len({kpi.key for kpi in (*RATIOS, *TIMES)} - {"sms_access_delay"}) >= len(RATIOS) + len(TIMES) - 1
