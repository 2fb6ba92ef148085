"""Whole runs with the emulated country's gateways: what the record holds, and that a seed repeats it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from interop.engine import Bench
from interop.engine.attempt import BoundCase
from interop.engine.case import Cast, Contrast, case, role, spec_of
from interop.engine.session import Plan, Session
from interop.lab.load import load
from interop.lab.model import Lab
from interop.lab.roles import bindings
from interop.protocols.modem import Modem
from interop.protocols.originator import Acceptance, Originator
from interop.record import Verdict
from interop.record.events import (
    GatewayClaimed,
    MessageFromHandset,
    MessageReceived,
    Note,
    TextHanded,
    TextTaken,
)
from interop.record.reader import Run, read_run

GATEWAYS = ("cmcc-gw", "cucc-gw", "ctcc-gw", "smsc")
CODE = "【甲银行】验证码 482913，5分钟内有效。"


def a_case(text: str) -> Any:
    @case(service="sms-mt", standard="-", expected_s=10, contrast=Contrast.NONE)
    async def arrives(
        bench: Bench,
        *,
        subject: Modem = role("modem"),
        sender: Originator = role("originator", cast=Cast.EACH),
    ) -> None:
        mark, claims = subject.events.mark(), sender.events.mark()
        handing = await sender.send(bench.sims["subject"].msisdn, text)
        assert handing.acceptance is Acceptance.ACCEPTED, handing
        came = await subject.events.wait(MessageReceived, within=120, since=mark)
        claim = await sender.events.wait(GatewayClaimed, within=120, since=claims)
        assert claim is not None and claim.reference == handing.references[0]
        bench.check("text", expected=text, actual=came.text if came else None)

    return arrives


def a_reply() -> Any:
    @case(service="sms-mo", standard="-", expected_s=10, contrast=Contrast.NONE)
    async def answers(
        bench: Bench,
        *,
        subject: Modem = role("modem"),
        sender: Originator = role("originator", cast=Cast.EACH),
    ) -> None:
        mark = sender.events.mark()
        await subject.send_message(sender.number, "TD")
        reply = await sender.events.wait(MessageFromHandset, within=120, since=mark)
        bench.check("text", expected="TD", actual=reply.text if reply else None)

    return answers


def played(lab: Lab, directory: Path, text: str = CODE, function: Any = None) -> Run:
    function = function or a_case(text)
    spec = spec_of(function)
    assert spec is not None
    cases = [
        BoundCase("toy.arrives", spec, function, binding, {})
        for binding in bindings(spec, lab)
        if binding.subject.sim.name == "mi-1709"
    ]
    assert len(cases) == 4

    class Nobody:
        def started(self, case: BoundCase) -> None: ...

        def ended(self, case: BoundCase, attempt: Any) -> None: ...

    Session(Plan(lab, "small", directory), cases, {}).run(Nobody())
    return read_run(directory)


def test_every_gateways_part_of_a_run_is_recorded_and_repeats(tmp_path: Path) -> None:
    run = played(load("small"), tmp_path / "one")
    assert [attempt.verdict for attempt in run.attempts] == [Verdict.PASS] * 4
    assert run.late == []
    assert not any(isinstance(seen.event, Note) for seen in run.observed if seen.party in GATEWAYS)
    kinds = (TextHanded, TextTaken, GatewayClaimed)
    for attempt in run.attempts:
        gateway = attempt.devices["sender"]
        mine = [seen for seen in run.observed if seen.party == gateway and isinstance(seen.event, kinds)]
        assert [type(seen.event) for seen in mine] == list(kinds)
        assert {seen.attempt for seen in mine} == {attempt.key}
        lines = (tmp_path / "one" / attempt.evidence["journals"][gateway]).read_text().splitlines()
        pdus = [json.loads(line) for line in lines]
        assert {line["dir"] for line in pdus if "dir" in line} == {">", "<"}
    played(load("small"), tmp_path / "two")
    for path in sorted((tmp_path / "one").rglob("*.jsonl")):
        other = tmp_path / "two" / path.relative_to(tmp_path / "one")
        assert path.read_text() == other.read_text(), path.name


def test_a_reply_comes_also_where_nothing_was_sent_before(tmp_path: Path) -> None:
    """As in a run of replies alone, and in one that goes on after it was killed."""
    run = played(load("small"), tmp_path / "run", function=a_reply())
    assert [attempt.verdict for attempt in run.attempts] == [Verdict.PASS] * 4


def test_no_secret_of_an_account_reaches_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GW", "hu5hhu5h")
    lab = load("small")
    gateways = tuple(gateway.model_copy(update={"secret": "env:GW"}) for gateway in lab.gateways)
    # a text that holds it, too: whoever writes it down
    run = played(lab.model_copy(update={"gateways": gateways}), tmp_path / "run", "code 482913 of hu5hhu5h")
    assert [attempt.verdict for attempt in run.attempts] == [Verdict.PASS] * 4
    for path in (tmp_path / "run").rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert "hu5hhu5h" not in text and b"hu5hhu5h".hex() not in text.lower(), path.name
