"""The capture of runs that are masked, killed, damaged, huge; what tshark does not read; WAP push."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interop.cli import app
from interop.gateway import Frame, cmpp, smpp
from interop.record.events import Event, MessageReceived, MessageSubmitted, PartReceived
from interop.record.reader import read_run
from interop.record.writer import RunWriter
from interop.reports.pcapng import write
from interop.smspdu import Address, Deliver, Push, Submit, Timestamp
from interop.smspdu.wap import MMS_NOTIFICATION
from tests.reports.conftest import attempt
from tests.reports.test_pcapng import clean, dissect, drawn, one

NOON = Timestamp(2026, 1, 5, 12, 0, 7, 32)
TPDU = Submit.of_text(Address.parse("10086"), "余额").encode().hex()
LINK = smpp.SMPP.encode(Frame(smpp.EnquireLink(), 7), 3).hex()


def recorded(directory: Path, script: Callable[[RunWriter], object], *secrets: str) -> Path:
    clock = iter(range(1_000_000))
    writer = RunWriter(directory, now=lambda: float(next(clock)), secrets=secrets)
    writer.describe({"lab": "test", "run": "r1", "epoch": 1767574800.0})
    script(writer)
    writer.close()
    return directory


def owners_in(path: Path) -> list[str]:
    return [one(packet, "frame.comment").split(" | ")[0] for packet in dissect(path)]


def speaks(writer: RunWriter, gateway: str, protocol: str, *pdus: str) -> None:
    journal = writer.journal(gateway)
    journal.note(f"protocol {protocol}")
    for pdu in pdus:
        journal.sent(pdu.encode() + b"\n")
    journal.flush()


@pytest.mark.foreign
def test_what_is_masked_keeps_its_length_and_is_said(tmp_path: Path) -> None:
    """A PIN that stands in every number of the lab, a password in a text, a PDU that was masked whole."""
    submit = smpp.SubmitSm(source="1069", destination="8617090001234", content=b"it is hu5hhu5h.")
    octets = smpp.SMPP.encode(Frame(submit, 8), 3)
    unreadable = octets[:16].ljust(len(octets), b"*")
    told = Submit.of_text(Address.parse("10086"), "余额").encode() + b"hu5hhu5h"

    def script(writer: RunWriter) -> None:
        speaks(writer, "smsc", "SMPP/3", octets.hex(), unreadable.hex(), LINK)
        writer.observe("mi", MessageSubmitted("10086", "余额", tpdu=told.hex()))

    run = recorded(tmp_path / "run", script, "1234", "hu5hhu5h")
    assert b"1234".hex() not in (run / "evidence/smsc.jsonl").read_text()
    shown, whole, link, message = dissect(drawn(read_run(run), tmp_path / "c.pcapng"))
    assert all(clean(packet) for packet in (shown, whole, link, message))
    assert one(shown, "smpp.destination_addr") == "861709000****"
    assert bytes.fromhex(shown["smpp.message"][0].octets) == b"it is ********."
    assert (
        one(shown, "frame.comment") == "no attempt | smsc | to the gateway, SMPP 3.4 | 12 masked octets are *"
    )
    assert "smpp" not in whole and one(whole, "frame.comment").endswith("| masked: not decoded")
    assert len(whole["data.data"][0].octets) == 2 * len(octets)
    assert one(link, "smpp.sequence_number") == "7" and "masked" not in one(link, "frame.comment")
    assert "gsm_sms" not in message and message["data.data"][0].octets == (told[:-8] + b"*" * 8).hex()
    assert one(message, "frame.comment").endswith("| a TPDU with 8 masked octets: not decoded")


@pytest.mark.foreign
def test_a_comment_that_is_longer_than_an_option_is_cut(tmp_path: Path) -> None:
    said = MessageSubmitted("10086", "x" * 70_000, tpdu=TPDU)
    run = recorded(tmp_path / "run", lambda writer: writer.observe("mi", said))
    (packet,) = dissect(drawn(read_run(run), tmp_path / "c.pcapng"))
    assert clean(packet) and "gsm_sms" in packet


@pytest.mark.foreign
@pytest.mark.parametrize(("protocol", "name"), [("CMPP/2", "CMPP 2"), ("SGIP/2", "SGIP 1.2"), ("X/1", "X/1")])
def test_what_tshark_does_not_read_is_data_that_says_what_it_is(
    tmp_path: Path, protocol: str, name: str
) -> None:
    octets = cmpp.CMPP.encode(Frame(cmpp.Connect("901234", bytes(16), 0x20, 301000000), 1), 2)
    run = recorded(tmp_path / "run", lambda writer: speaks(writer, "gw", protocol, octets.hex()))
    (packet,) = dissect(drawn(read_run(run), tmp_path / "c.pcapng"))
    assert clean(packet) and packet["data.data"][0].octets == octets.hex()
    want = (
        f"no attempt | gw | to the gateway, {name} | command 0x00000001: tshark does not read this protocol"
    )
    assert one(packet, "frame.comment") == want


@pytest.mark.foreign
def test_the_parts_of_a_wap_push_are_an_mms_notification(tmp_path: Path) -> None:
    location = "http://mmsc.example/" + "x" * 120
    body = b"\x8c\x82\x98T1\0\x8d\x92\x8a\x80\x8e\x02\x03\xe8\x88\x05\x81\x03\x01\x51\x80\x83"
    push = Push(MMS_NOTIFICATION, b"\xaf\x84", body + location.encode() + b"\0", transaction=9)
    parts = [Deliver(Address.parse("10086"), NOON, dcs, data) for dcs, data in push.messages(reference=77)]

    def script(writer: RunWriter) -> None:
        for number, part in enumerate(parts, 1):
            tpdu = part.encode().hex().upper()
            writer.observe("mi", PartReceived("10086", 129, 77, number, len(parts), "", "", "", tpdu), "a#1")
        writer.observe("mi", MessageReceived("10086", 129, "", "", parts=len(parts)), "a#1")

    run = recorded(tmp_path / "run", script)
    first, last = dissect(drawn(read_run(run), tmp_path / "c.pcapng"))
    assert clean(first) and clean(last) and "wsp" not in first
    assert one(last, "gsm_sms.destination_port") == "2948"
    assert one(last, "mmse.transaction_id") == "T1" and one(last, "mmse.content_location") == location
    assert one(last, "frame.comment") == "a#1 | mi | part 2 of 2 from 10086"


@pytest.mark.foreign
def test_a_killed_run_and_one_case_of_it(tmp_path: Path) -> None:
    """No line of results for what was going on, and a torn last line: the packets are there all the same."""

    def script(writer: RunWriter) -> None:
        writer.observe("mi", MessageSubmitted("10086", "余额", tpdu=TPDU), "first[mi]#1")
        first = writer.sequence
        speaks(writer, "smsc", "SMPP/3", LINK, LINK)
        devices = {"sender": "smsc"}
        done = attempt(devices=devices, evidence={"seq": [first, writer.sequence - 2]})
        writer.write(done)
        writer.observe("mi", MessageSubmitted("10086", "余额", tpdu=TPDU), "third[mi]#1")
        writer.journal("m01").note("port emulated")
        writer.journal("m01").sent(b"AT\r")

    run = recorded(tmp_path / "run", script)
    with (run / "evidence/events.jsonl").open("a") as file:
        file.write('{"at": 9.5, "se')
    owners = owners_in(drawn(read_run(run), tmp_path / "all.pcapng"))
    assert owners == ["first[mi]#1", attempt().key, "no attempt", "third[mi]#1"]
    path = tmp_path / "some.pcapng"
    arguments = ["report", str(run), "--pcapng", str(path), "--case", "ir"]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0 and done.stderr == f"{path}: 2 packets\n" and done.stdout == ""
    assert [one(packet, "frame.comment").split(" | ")[0] for packet in dissect(path)] == [
        owners[0],
        owners[3],
    ]
    assert not (run / "report.html").exists()


@pytest.mark.parametrize("tpdu", ["0", "zz", "余额"])
def test_a_damaged_record_is_named(tmp_path: Path, tpdu: str) -> None:
    event: Event = MessageSubmitted("10086", "余额", tpdu=tpdu)
    run = recorded(tmp_path / "run", lambda writer: writer.observe("mi", event))
    done = CliRunner().invoke(app, ["report", str(run), "--pcapng", str(tmp_path / "c.pcapng")])
    assert done.exit_code == 2
    assert done.stderr == f"interop report: event 0: tpdu is no hexadecimal: {tpdu!r}\n"
    (run / "evidence/events.jsonl").unlink()
    for line, what in (
        ('{"seq": 1}', "no field 'note'"),
        ('{"at": "x", "seq": 1, "note": ""}', "'x'"),
        ("", "JSON"),
    ):
        (run / "evidence/gw.jsonl").write_text(line + "\n")
        done = CliRunner().invoke(app, ["report", str(run), "--pcapng", str(tmp_path / "c.pcapng")])
        assert done.exit_code == 2 and "gw.jsonl:1: " in done.stderr and what in done.stderr
    (run / "evidence/gw.jsonl").unlink()
    done = CliRunner().invoke(app, ["report", str(run), "--pcapng", str(tmp_path / "no" / "c.pcapng")])
    assert done.exit_code == 2 and "No such file or directory" in done.stderr


def test_a_modem_called_events_has_its_own_journal(tmp_path: Path) -> None:
    def script(writer: RunWriter) -> None:
        for name in ("events", "events_", "m01"):
            writer.journal(name).note("port emulated")

    run = recorded(tmp_path / "run", script)
    names = {name: path.name for name, path in read_run(run).journals().items()}
    assert names == {name: Path(RunWriter.journal_place(name)).name for name in ("events", "events_", "m01")}


def test_a_huge_run_needs_little_memory(tmp_path: Path) -> None:
    count = 2_000

    def script(writer: RunWriter) -> None:
        for _ in range(count):
            writer.observe("mi", MessageSubmitted("10086", "余额" * 1_000, tpdu=TPDU))
        speaks(writer, "smsc", "SMPP/3", *[LINK] * count)

    run = read_run(recorded(tmp_path / "run", script))
    with (tmp_path / "c.pcapng").open("wb") as file:
        tracemalloc.start()
        try:
            assert write(run, file) == 2 * count
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    size = (tmp_path / "run/evidence/events.jsonl").stat().st_size
    assert size > 10_000_000 and peak < 1_000_000
