"""The capture of a run, read by tshark: nothing malformed, and its fields are those of the record."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple
from xml.etree import ElementTree

import pytest

from interop.engine import Bench
from interop.engine.attempt import BoundCase
from interop.engine.case import Cast, Contrast, case, role, spec_of
from interop.engine.session import Plan, Session
from interop.lab.load import load
from interop.lab.roles import bindings
from interop.protocols.modem import Modem
from interop.protocols.originator import Acceptance, Originator
from interop.record import Cause, Flow, Layer, Verdict
from interop.record.events import (
    GatewayClaimed,
    MessageFromHandset,
    MessageReceived,
    MessageSubmitted,
    PartReceived,
    StatusReported,
    TextHanded,
    TextTaken,
)
from interop.record.reader import Run, read_run
from interop.reports.pcapng import write

CODE = "【甲银行】验证码 482913，5分钟内有效。"
LONG = "尊敬的客户，" + "您的验证码是246801。" * 12
ASCII = "Your code is 135790 [ok] {x}"
STOP = "退订回T"
SECRET = "hu5hhu5h"
FORMATTING = (Layer.FORMATTING, Cause.TEXT_CORRUPTED)
WITHIN_S = 120.0
COMMENT = 0x00100000
"""the least of Wireshark's severities: there is a comment"""
CLOCK = ("year", "month", "day", "hour", "minutes", "seconds")


def about(reference: Any) -> Callable[[Any], bool]:
    return lambda event: bool(event.reference == reference)


def toys() -> dict[str, Any]:
    """Cases by name; not at module level, where pytest would run them for each SIM of a lab."""

    @case(service="sms-mt", standard="-", expected_s=60, contrast=Contrast.NONE)
    async def codes(
        bench: Bench,
        *,
        subject: Modem = role("modem"),
        sender: Originator = role("originator", cast=Cast.EACH),
    ) -> None:
        for text in (CODE, LONG, ASCII):
            mark, claims = subject.events.mark(), sender.events.mark()
            handing = await sender.send(bench.sims["subject"].msisdn, text)
            assert handing.acceptance is Acceptance.ACCEPTED, handing
            came = await subject.events.wait(MessageReceived, within=WITHIN_S, since=mark)
            bench.check("text", expected=text, actual=came.text if came else None, blame=FORMATTING)
            for reference in handing.references:
                claim = await sender.events.wait(
                    GatewayClaimed,
                    within=WITHIN_S,
                    since=claims,
                    where=about(reference),
                )
                assert claim is not None
        mark = sender.events.mark()
        await subject.send_message(sender.number, STOP)
        assert await sender.events.wait(MessageFromHandset, within=WITHIN_S, since=mark)

    @case(service="sms-mo", standard="-", expected_s=60, contrast=Contrast.NONE)
    async def between_people(
        bench: Bench, *, subject: Modem = role("modem"), peer: Modem = role("modem", cast=Cast.PEER)
    ) -> None:
        for text in (CODE, LONG, ASCII):
            mark, reports = peer.events.mark(), subject.events.mark()
            submission = await subject.send_message(bench.sims["peer"].msisdn, text)
            came = await peer.events.wait(MessageReceived, within=WITHIN_S, since=mark)
            bench.check("text", expected=text, actual=came.text if came else None, blame=FORMATTING)
            for reference in submission.references:
                report = await subject.events.wait(
                    StatusReported,
                    within=WITHIN_S,
                    since=reports,
                    where=about(reference),
                )
                assert report is not None

    return {"toy.codes": codes, "toy.people": between_people}


class Nobody:
    def started(self, case: BoundCase) -> None: ...

    def ended(self, case: BoundCase, attempt: Any) -> None: ...


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Codes through each gateway of the small lab, replies, and texts between two SIMs."""
    lab, cases = load("small"), []
    gateways = tuple(gateway.model_copy(update={"secret": "env:GW"}) for gateway in lab.gateways)
    lab = lab.model_copy(update={"gateways": gateways})
    for name, function in toys().items():
        spec = spec_of(function)
        assert spec is not None
        bound = [
            BoundCase(name, spec, function, binding, {})
            for binding in bindings(spec, lab)
            if binding.subject.sim.name == "mi-1709"
        ]
        cases += bound if name == "toy.codes" else bound[:1]
    directory = tmp_path_factory.mktemp("capture") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GW", SECRET)
        Session(Plan(lab, "small", directory), cases, {}).run(Nobody())
    played = read_run(directory)
    assert [attempt.verdict for attempt in played.attempts] == [Verdict.PASS] * 5, played.attempts
    return played


class Shown(NamedTuple):
    """One field as tshark shows it; `octets` in hexadecimal."""

    show: str
    octets: str


Packet = dict[str, list[Shown]]


def dissect(path: Path, *options: str) -> list[Packet]:
    """Each packet's fields by name, its protocols among them; no preference is set but what is asked for."""
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("tshark is not installed (apt install tshark)")
    command = [program, "-n", "-r", str(path), "-T", "pdml", *options]
    environment = os.environ | {"LC_ALL": "C.UTF-8"}
    output = subprocess.run(command, env=environment, capture_output=True, check=True).stdout
    packets = []
    for packet in ElementTree.fromstring(output).iter("packet"):
        fields: Packet = {}
        for item in packet.iter():
            shown = Shown(item.get("show", ""), item.get("value", ""))
            fields.setdefault(str(item.get("name")), []).append(shown)
        packets.append(fields)
    return packets


def one(packet: Packet, name: str) -> str:
    (shown,) = packet[name]
    return shown.show


def clean(packet: Packet) -> bool:
    """Nothing malformed, and no expert says more than that there is a comment."""
    severities = {int(shown.show) for shown in packet.get("_ws.expert.severity", [])}
    return "_ws.malformed" not in packet and severities <= {COMMENT}


def drawn(run: Run, path: Path, *, case: str = "") -> Path:
    with path.open("wb") as file:
        write(run, file, case=case)
    return path


@pytest.fixture(scope="module")
def capture(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return drawn(run, tmp_path_factory.mktemp("drawn") / "run.pcapng")


@pytest.fixture(scope="module")
def packets(capture: Path) -> list[Packet]:
    """Every part on its own."""
    return dissect(capture, "-o", "gsm_sms.reassemble:FALSE")


def of(packets: list[Packet], party: str) -> list[Packet]:
    return [packet for packet in packets if one(packet, "frame.interface_name") == party]


@pytest.mark.foreign
def test_every_message_and_pdu_is_a_packet_in_its_place(run: Run, capture: Path) -> None:
    spans = {}
    for attempt in run.attempts:
        spans[attempt.key] = (attempt.devices.get("sender"), attempt.evidence["seq"])
    rows = [
        (seen.at, seen.seq, seen.party, seen.attempt, "gsm_sms", seen.event.flow is Flow.OUT)
        for seen in run.observed
        if getattr(seen.event, "tpdu", "")
    ]
    assert {type(seen.event) for seen in run.observed if getattr(seen.event, "tpdu", "")} == {
        MessageSubmitted, MessageReceived, PartReceived, StatusReported
    }  # fmt: skip
    for party, protocol in {"cmcc-gw": "cmpp", "cucc-gw": "data", "ctcc-gw": "data", "smsc": "smpp"}.items():
        for line in map(json.loads, (run.directory / f"evidence/{party}.jsonl").read_text().splitlines()):
            if "dir" in line:
                owners = [
                    key for key, (sender, (first, last)) in spans.items()
                    if sender == party and first <= line["seq"] <= last
                ]  # fmt: skip
                owner = owners[0] if owners else None
                rows.append((line["at"], line["seq"], party, owner, protocol, line["dir"] == ">"))
    packets = dissect(capture)
    assert len(packets) == len(rows)
    for packet, (at, _, party, owner, protocol, out) in zip(packets, sorted(rows), strict=True):
        assert clean(packet), packet
        assert abs(float(one(packet, "frame.time_epoch")) - run.meta["epoch"] - at) < 2e-6
        assert one(packet, "frame.interface_name") == party
        assert one(packet, "frame.packet_flags_direction") == ("0x00000002" if out else "0x00000001")
        assert one(packet, "frame.comment").startswith(f"{owner or 'no attempt'} | {party} | ")
        assert {"cmpp", "smpp", "data", "gsm_sms"} & packet.keys() - (
            {"gsm_sms"} if protocol == "smpp" else set()
        ) == {protocol}


@pytest.mark.foreign
def test_short_messages_are_those_of_the_record(run: Run, packets: list[Packet]) -> None:
    events = [seen.event for seen in run.observed if getattr(seen.event, "tpdu", "")]
    messages = [packet for packet in packets if "smpp" not in packet and "gsm_sms" in packet]
    for event, packet in zip(events, messages, strict=True):
        match event:
            case MessageSubmitted(to, text, part, parts):
                want = {"tp-mti": "1", "tp-da": to.removeprefix("+"), "sms_text": text}
            case PartReceived(sender, _, _, part, parts, text):
                want = {"tp-mti": "0", "tp-oa": sender.removeprefix("+"), "sms_text": text}
            case MessageReceived(sender, _, text, _, _, parts):
                want = {"tp-mti": "0", "tp-oa": sender.removeprefix("+"), "sms_text": text}
                part = 1
            case StatusReported(reference, recipient, status):
                want = {
                    "tp-mti": "2",
                    "tp-ra": recipient.removeprefix("+"),
                    "tp-mr": str(reference),
                    "dis.field_st_reason": str(status),
                }
                part = parts = 1
        if parts > 1:
            want |= {"udh.mm.msg_part": str(part), "udh.mm.msg_parts": str(parts)}
        if isinstance(event, PartReceived):
            want |= {"udh.mm.msg_id": str(event.reference)}
        assert {name: one(packet, f"gsm_sms.{name}") for name in want} == want
        if isinstance(event, MessageReceived | PartReceived):
            sent = datetime.fromisoformat(event.sent_at)
            clock = [int(one(packet, f"gsm_sms.scts.{name}")) for name in CLOCK]
            assert clock == [sent.year - 2000, sent.month, sent.day, sent.hour, sent.minute, sent.second]


def told(run: Run, party: str, kind: type) -> list[Any]:
    return [seen.event for seen in run.observed if seen.party == party and isinstance(seen.event, kind)]


@pytest.mark.foreign
def test_smpp_is_what_the_record_says(run: Run, packets: list[Packet]) -> None:
    spoken = of(packets, "smsc")
    commands: dict[int, list[Packet]] = {}
    for packet in spoken:
        commands.setdefault(int(one(packet, "smpp.command_id"), 16), []).append(packet)
    submits, answers, brought = commands[0x4], commands[0x80000004], commands[0x5]
    (bind,) = commands[0x9]
    assert one(bind, "smpp.password") == "*" * len(SECRET) and one(bind, "smpp.system_id") == "interop"
    for request, response in ((0x4, 0x80000004), (0x5, 0x80000005), (0x9, 0x80000009), (0x6, 0x80000006)):
        numbers = [
            [one(packet, "smpp.sequence_number") for packet in commands[kind]] for kind in (request, response)
        ]
        assert numbers[0] == numbers[1]
    assert all(one(packet, "smpp.command_status") == "0x00000000" for packet in answers)
    (handed, *_) = told(run, "smsc", TextHanded)
    assert {
        (one(packet, "smpp.source_addr"), one(packet, "smpp.destination_addr")) for packet in submits
    } == {(handed.sender, handed.to)}
    contents = [bytes.fromhex(packet["smpp.message"][0].octets) for packet in submits]
    assert [one(packet, "smpp.data_coding") for packet in submits] == ["0x08"] * 4 + ["0x01"]
    headers = [0 if one(packet, "smpp.esm.submit.features") == "0x00" else 6 for packet in submits]
    texts = [
        content[header:].decode("utf-16-be") for content, header in zip(contents[:4], headers, strict=False)
    ]
    assert [texts[0], "".join(texts[1:4])] == [CODE, LONG]
    assert contents[4] == ASCII.encode()
    references = [reference for taken in told(run, "smsc", TextTaken) for reference in taken.references]
    assert [one(packet, "smpp.message_id") for packet in answers] == references
    receipts = [packet for packet in brought if "smpp.message_state" in packet]
    assert [
        (one(packet, "smpp.receipted_message_id"), one(packet, "smpp.message_state")) for packet in receipts
    ] == [(claim.reference, "2") for claim in told(run, "smsc", GatewayClaimed)]
    (reply,) = (packet for packet in brought if packet not in receipts)
    (heard,) = told(run, "smsc", MessageFromHandset)
    assert [one(reply, f"smpp.{name}") for name in ("source_addr", "destination_addr", "message_text")] == [
        one(reply, "smpp.source_addr"), heard.to, heard.text
    ]  # fmt: skip
    assert one(reply, "smpp.source_addr").removeprefix("86") == heard.sender


@pytest.mark.foreign
def test_cmpp_is_what_the_record_says(run: Run, packets: list[Packet]) -> None:
    commands: dict[int, list[Packet]] = {}
    for packet in of(packets, "cmcc-gw"):
        commands.setdefault(int(one(packet, "cmpp.Command_Id"), 16), []).append(packet)
    submits, answers, brought = commands[0x4], commands[0x80000004], commands[0x5]
    (connect,) = commands[0x1]
    assert connect["cmpp.connect.AuthenticatorSource"][0].octets == "2a" * 16
    assert (one(connect, "cmpp.connect.Source_Addr"), one(connect, "cmpp.Version")) == ("901234", "03.00")
    for request, response in ((0x4, 0x80000004), (0x5, 0x80000005), (0x1, 0x80000001), (0x2, 0x80000002)):
        numbers = [
            [one(packet, "cmpp.Sequence_Id") for packet in commands[kind]] for kind in (request, response)
        ]
        assert numbers[0] == numbers[1]
    (handed, *_) = told(run, "cmcc-gw", TextHanded)
    for packet in submits:
        assert one(packet, "cmpp.submit.Src_Id") == handed.sender
        assert one(packet, "cmpp.Dest_terminal_Id") == handed.to
        assert int(one(packet, "cmpp.Msg_Length")) == len(packet["cmpp.Msg_Content"][0].octets) // 2
    assert [
        (
            one(packet, "cmpp.submit.Pk_number"),
            one(packet, "cmpp.submit.Pk_total"),
            one(packet, "cmpp.Msg_Fmt"),
        )
        for packet in submits
    ] == [("1", "1", "8"), ("1", "3", "8"), ("2", "3", "8"), ("3", "3", "8"), ("1", "1", "0")]
    contents = [bytes.fromhex(packet["cmpp.Msg_Content"][0].octets) for packet in submits]
    headers = [6 * int(one(packet, "cmpp.TP_udhi")) for packet in submits]
    texts = [
        content[header:].decode("utf-16-be") for content, header in zip(contents[:4], headers, strict=False)
    ]
    assert [texts[0], "".join(texts[1:])] == [CODE, LONG]
    assert contents[4] == ASCII.encode()
    references = [reference for taken in told(run, "cmcc-gw", TextTaken) for reference in taken.references]
    assert [str(int(one(packet, "cmpp.Msg_Id"), 16)) for packet in answers] == references
    assert {one(packet, "cmpp.submit_resp.Result") for packet in answers} == {"0"}
    reports = [packet for packet in brought if "cmpp.deliver.Report" in packet]
    assert [
        (str(int(packet["cmpp.Msg_Id"][1].show, 16)), one(packet, "cmpp.deliver.Report.Status"))
        for packet in reports
    ] == [(claim.reference, claim.state) for claim in told(run, "cmcc-gw", GatewayClaimed)]
    (reply,) = (packet for packet in brought if packet not in reports)
    (heard,) = told(run, "cmcc-gw", MessageFromHandset)
    assert one(reply, "cmpp.deliver.Dest_Id") == heard.to
    assert one(reply, "cmpp.deliver.Src_terminal_Id").removeprefix("86") == heard.sender
    assert bytes.fromhex(reply["cmpp.Msg_Content"][0].octets).decode("utf-16-be") == heard.text == STOP
