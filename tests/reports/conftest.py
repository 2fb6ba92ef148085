"""Runs made by hand, so that reports are tested without any engine: a small one and a rich, hostile one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest

from interop.record import (
    Attempt,
    Cause,
    Check,
    Control,
    Event,
    Finding,
    InconcReason,
    Late,
    Layer,
    Line,
    Measurement,
    Observed,
    Started,
    Subject,
    Verdict,
)
from interop.record.events import (
    Alerting,
    Answered,
    CallerId,
    Connected,
    Dialled,
    FormAnswered,
    FormSubmitted,
    HungUp,
    MessageAccepted,
    MessageReceived,
    MessageSubmitted,
    ModemReset,
    RegistrationSeen,
    Released,
    Ringing,
    SimFileRead,
    StatusReported,
)
from interop.record.writer import RunWriter

SCRIPT = "<script>window.__injected=1</script>"
PAYLOADS = (
    SCRIPT,
    "</script><script>window.__injected=1</script>",
    "<!--<script>",
    "<img src=x onerror='window.__injected=1'>",
    '"><svg onload=window.__injected=1>',
    "{{ 7*7 }} {% raw %} ${window.__injected=1}",
    "]]></failure><failure/>",
    '=HYPERLINK("http://x","y")',
    "\x1b[2J\x1b]0;title\x07[red]x[/red]\x00\u202egnp.exe\u2028",
)
NO_ROUTE = (Layer.INTERCONNECT, Cause.NO_ROUTE)
LONG = "【小米金融】您的验证码是483920，五分钟内有效。请勿向任何人泄露此验证码；如非本人操作，请忽略。" * 3

SUBJECTS = (
    Subject("ali-1700", "17000001234", "1700", "阿里通信", "CTCC", "北京"),
    Subject("mi-1705", "17050001234", "1705", "小米移动", "CMCC", "广州"),
    Subject("snail-1709", "17090001234", "1709", "蜗牛移动", "CUCC", "苏州"),
    Subject("mi-1709", "17091112222", "1709", "小米移动", "CUCC", "北京"),
    Subject("suning-1718", "17180001234", "1718", "苏宁互联", "CUCC", "南京"),
    Subject("hna-162", "16200001234", "162", "海航通信", "CTCC", "海口"),
    Subject("yt-165", "16500001234", "165", "远特通信", "CMCC", "北京"),
    Subject("jd-167", "16700001234", "167", "京东通信", "CUCC", "上海"),
)
ORDINARY = Subject("cu-186", "18600001234", "186", "中国联通", "CUCC", "北京")
NETWORKS = ("CMCC", "CUCC", "CTCC", "MVNO")
SERVICES: dict[str, tuple[str | None, ...]] = {
    "identity": (None,),
    "register": (None,),
    "voice-mo": NETWORKS,
    "voice-mt": NETWORKS,
    "sms-mo": NETWORKS,
    "sms-mt": NETWORKS,
    "report": NETWORKS,
    "hotline": (None,),
    "form": ("icbc-form", "taobao-form"),
    "label": ("label-service",),
}


def attempt(
    subject: Subject = SUBJECTS[2],
    service: str = "voice-mo",
    peer: str | None = "CMCC",
    verdict: Verdict = Verdict.PASS,
    **changes: Any,
) -> Attempt:
    """A plausible attempt; `changes` are fields of it."""
    made = Attempt(
        case=f"recognition.{service}[{subject.sim}{f'->{peer}' if peer else ''}]",
        suite="recognition",
        service=service,
        standard="GSMA IR.24 2.1.3",
        subject=subject,
        peer=peer,
        devices={"subject": f"modem-{subject.sim}"},
        attempt=1,
        verdict=verdict,
        started=10.0,
        duration_s=12.5,
    )
    return replace(made, **changes)


def failed(
    subject: Subject = SUBJECTS[2], finding: Finding | None = Finding.SEGMENT, **changes: Any
) -> Attempt:
    """A fail of layer interconnect, cause no_route, with its contrast."""
    control = None if finding is None else Control(finding, "recognition.control#1", "cu-186", Verdict.PASS)
    defaults: dict[str, Any] = {
        "layer": Layer.INTERCONNECT,
        "cause": Cause.NO_ROUTE,
        "control": control,
        "checks": (
            Check("the callee rings", "rings in 20 s", "released, cause 3", Verdict.FAIL, *NO_ROUTE),
            Check("registered", "home", "home", Verdict.PASS),
        ),
    }
    return attempt(subject, verdict=Verdict.FAIL, **{**defaults, **changes})


def write(
    directory: Path,
    attempts: list[Attempt],
    *,
    observed: list[Observed] | None = None,
    started: list[Started] | None = None,
    late: list[Late] | None = None,
    meta: dict[str, Any] | None = None,
) -> Path:
    """A run directory holding these lines."""
    clock = [0.0]
    writer = RunWriter(directory, now=lambda: clock[0])
    writer.describe({"lab": "test", "seed": 1} if meta is None else meta)
    for item in observed or []:
        clock[0] = item.at
        writer.observe(item.party, item.event, item.attempt)
    lines: list[Line] = [*(started or []), *attempts, *(late or [])]
    for line in lines:
        writer.write(line)
    writer.close()
    return directory


@pytest.fixture(scope="session")
def rich_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """8 SIMs in 7 segments x 10 services x 4 peers, with every verdict, hostile and long Chinese texts."""
    random = Random("rich")
    attempts: list[Attempt] = []
    observed: list[Observed] = []
    at = 0.0
    for subject in SUBJECTS:
        for service, peers in SERVICES.items():
            for peer in peers:
                at += 3.1
                for made in _tried(subject, service, peer, round(at, 3), random):
                    attempts.append(made)
                    observed += _events(made)
    late = [Late(attempts[40].case, 1, 900.0, "mi-1709", f"SMS from 106980095588: {LONG}", 312.4)]
    late += [Late(attempts[41].case, 1, 901.0, "mi-1709", text, 3.0) for text in PAYLOADS]
    started = [Started("recognition.hotline[yt-170<b>]", 1, {"subject": "modem-9"}, 700.0)]
    observed.sort(key=lambda item: item.at)
    return write(
        tmp_path_factory.mktemp("rich"),
        attempts,
        observed=observed,
        started=started,
        late=late,
        meta={
            "lab": "emulated (演示实验室)",
            "state": "finished",
            "clock": "virtual",
            "epoch": 1767574800.0,
            "defects": ["route.missing@segment=1709,from=CMCC"],
            "never": {"recognition.calls.receives[ct-199->CMCC]": "modem-12 has no VoLTE"},
            "seed": 20140501,
            "versions": {"interop": "0.1.0", "python": "3.11.7"},
            "simulated_s": 4712.0,
            "wall_s": 11.4,
            "makespan_s": 4650.0,
            "lower_bound_s": 4410.0,
            "audit": [
                {"msisdn": subject.msisdn, "segment": subject.segment, "sim": subject.sim, "accepted": 31,
                 "rejected_by": [SCRIPT, *(f"regex-{number}" for number in range(9))]}
                for subject in SUBJECTS
            ],
        },
    )  # fmt: skip


def _tried(subject: Subject, service: str, peer: str | None, at: float, random: Random) -> list[Attempt]:
    base = attempt(
        subject, service, peer, started=at,
        devices={"subject": f"modem-{subject.sim}", "peer": f"modem-{peer}"},
        checks=(Check("CLI digits", subject.msisdn, subject.msisdn, Verdict.PASS),
                Check("text arrives unchanged", LONG[:60], LONG[:60], Verdict.PASS)),
        measurements=(Measurement("setup time", round(random.uniform(1, 6), 2), "s"),),
        evidence={"events": "evidence/events.jsonl", "seq": [10, 42],
                  "journals": {subject.sim: f"evidence/{subject.sim}.jsonl"}},
    )  # fmt: skip
    if subject.segment == "1709" and service.startswith("voice") and peer == "CMCC":
        ordinary = replace(
            base, case=f"recognition.{service}[cu-186->{peer}]", subject=ORDINARY, started=at + 30
        )
        contrast = Control(Finding.SEGMENT, ordinary.key, "cu-186", Verdict.PASS)
        found = failed(
            subject, service=service, peer=peer, started=at, evidence=base.evidence, control=contrast
        )
        ordinary = replace(ordinary, control_of=found.key)
        return [found, ordinary]
    if subject.segment == "162" and service == "sms-mt" and peer in ("CUCC", "MVNO"):
        return [failed(subject, Finding.PATH, service=service, peer=peer, started=at)]
    if subject.segment == "1700" and service == "form":
        unclear = tuple(
            (Layer.ORIGINATOR, one) for one in (Cause.REJECTED_BY_FORMAT, Cause.REJECTED_BY_POLICY)
        )
        return [failed(subject, service=service, peer=peer, started=at, layer=Layer.ORIGINATOR,
                       cause=None, ambiguous=unclear,
                       control=Control(Finding.UNKNOWN, why="no ordinary CTCC SIM in the lab"))]  # fmt: skip
    if service == "label" and subject.segment == "1718":
        blame = (Layer.ORIGINATOR, Cause.NUMBER_LABELLED)
        checks = [
            Check(f"label {n}", "not marked", text, Verdict.FAIL, *blame) for n, text in enumerate(PAYLOADS)
        ]
        return [failed(subject, None, service=service, peer=peer, started=at, checks=tuple(checks),
                       layer=blame[0], cause=blame[1])]  # fmt: skip
    if subject.segment == "165" and service == "report":
        reset = replace(base, verdict=Verdict.INCONC, reason=InconcReason.MODEM, detail="the modem restarted")
        again = replace(reset, attempt=2, started=at + 40, detail=f"no answer to AT in 5 s {SCRIPT}")
        return [reset, again if peer == "CTCC" else replace(base, attempt=2, started=at + 40)]
    if subject.segment == "167" and service == "hotline":
        return [replace(base, verdict=Verdict.ERROR, detail="ZeroDivisionError in suites/recognition.py:12")]
    return [base]


def _events(made: Attempt) -> list[Observed]:
    own, peer, number = made.subject.sim, made.peer or "", made.subject.msisdn
    script: list[tuple[float, str, Event]] = [(0.0, own, RegistrationSeen("eps", 1, "46001"))]
    if made.service.startswith("voice"):
        script += [(0.2, own, Dialled("13900001234"))]
        if made.verdict is Verdict.FAIL:
            script += [(3.4, own, Released(3, "No route to destination"))]
        else:
            script += [
                (2.1, peer, Ringing()), (2.2, peer, CallerId(number, 161, 0)), (2.4, own, Alerting()),
                (4.0, peer, Answered()), (4.2, own, Connected()), (14.2, own, HungUp()),
                (14.6, peer, Released(16, "Normal call clearing")),
            ]  # fmt: skip
    elif made.service.startswith("sms") or made.service == "report":
        script += [
            (0.5, own, MessageSubmitted("13900001234", LONG)), (1.9, own, MessageAccepted(17)),
            (5.0, peer, MessageReceived(f"+86{number}", 145, f"{SCRIPT}{LONG}", "2014-05-01T08:00:05+08:00")),
            (6.0, own, StatusReported(17, "13900001234", 0)),
        ]  # fmt: skip
    elif made.service == "form":
        answer = FormAnswered(peer, 200, "rejected", f"{SCRIPT}手机号码格式不正确，请重新输入")
        script += [(0.5, peer, FormSubmitted(peer, number)), (0.9, peer, answer)]
    else:
        script += [(0.3, own, SimFileRead("EF_SPN", made.subject.mvno)), (0.6, own, ModemReset("^SYSSTART"))]
    return [
        Observed(made.started + offset, 0, party, event, made.key) for offset, party, event in script if party
    ]
