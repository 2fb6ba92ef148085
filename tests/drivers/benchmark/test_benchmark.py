"""`interop benchmark` with tiny numbers: what it says, never how fast anything is."""

from __future__ import annotations

import json
import re
import resource
import subprocess
import sys
from typing import Any

import pytest

from drivers.benchmark import clients, report
from drivers.benchmark.process import Peer, need_files
from drivers.benchmark.responder import MESSAGES, listing
from interop.smspdu import Direction, from_at

WITHIN_S = 120.0


def benchmark(*options: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "interop", "benchmark", *options],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def figures(document: dict[str, Any]) -> dict[str, float]:
    return {figure["what"]: figure["value"] for figure in document["figures"]}


def test_the_long_answer_is_fifty_whole_messages() -> None:
    """Every client parses this; were it cut or malformed, a fast reader would not be a right one."""
    text = listing().decode("ascii")
    assert 17_500 <= len(text) <= 17_700
    rows = re.findall(r"\r\n\+CMGL: (\d+),1,,(\d+)\r\n([0-9A-F]+)(?=\r\n)", text)
    assert [int(index) for index, _, _ in rows] == list(range(1, MESSAGES + 1))
    for _, length, pdu in rows:
        smsc, deliver = from_at(pdu, Direction.SC_TO_MS)
        assert str(smsc) == "+8613800100500" and len(deliver.encode()) == int(length)
        assert "482913" in str(getattr(deliver, "user_data").body)  # noqa: B009


def test_the_responder_answers_each_port_for_itself() -> None:
    with Peer("drivers.benchmark.responder", 2) as responder:
        paths = responder.answer()
        assert len(set(paths)) == 2
        for path in paths:
            turn = clients.raw(path, clients.Dose(queries=2, listings=1, warm=1))
            assert len(turn.round_trips) == 2 and len(turn.listings) == 1


def test_modem_prints_every_client_and_what_is_expected_of_ours() -> None:
    document = json.loads(benchmark("modem", "--rounds", "1", "--queries", "3", "--listings", "1", "--json"))
    names = [row["client"] for row in document["clients"]]
    assert names[:3] == ["raw os.read/os.write", "our driver", "pyserial readline"]
    for row in document["clients"]:
        assert min(row["round_trip_us"], row["cpu_us"], row["listing_ms"]) > 0
    by_name = {row["client"]: row for row in document["clients"]}
    ratio = by_name["our driver"]["round_trip_us"] / by_name["raw os.read/os.write"]["round_trip_us"]
    assert figures(document)["round trip of our driver"] == pytest.approx(ratio, rel=0.01, abs=0.006)
    assert ("python-gsmmodem-new" in names) != any("python-gsmmodem-new" in n for n in document["notes"])


def test_in_a_pipe_each_row_is_a_line() -> None:
    lines = benchmark("modem", "--rounds", "1", "--queries", "2", "--listings", "1").splitlines()
    assert lines[1].split("\t")[0] == "our driver" and len(lines[1].split("\t")) == 4
    assert any(line.startswith("+CMGL of our driver\t") for line in lines)


def test_a_peer_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clients, "find_spec", lambda name: None)
    assert "pip install python-gsmmodem-new" in clients.missing("python-gsmmodem-new")
    assert not clients.missing("our driver")
    rows = [report.Client(name, 1.0, 1.0, 1.0) for name in ("raw os.read/os.write", "our driver")]
    assert [figure.what for figure in report.ratios(rows)] == [
        "round trip of our driver",
        "+CMGL of our driver",
    ]


def test_a_client_that_loses_a_message_is_no_result() -> None:
    with pytest.raises(RuntimeError, match="49 of 50 messages"):
        clients._check("somebody", ["+CMGL: 1,1,,157"] * 49)


def test_the_best_turn_counts_and_limits_are_judged() -> None:
    slow, quick = clients.Turn([9000, 9000, 9000], [4_000_000], 8000), clients.Turn([5000], [7_000_000], 9000)
    assert report.Client.of("x", [slow, quick]) == report.Client("x", 5.0, 8.0, 4.0)
    assert report.Figure.at_most("x", 4.1, 4, "x raw").met is False
    assert report.Figure.at_least("x", 2.0, 2, "x ours").met is True


def test_fleet_prints_memory_answers_and_ports() -> None:
    document = json.loads(benchmark("fleet", "--modems", "3", "--ports", "4", "--seconds", "0.2", "--json"))
    found = figures(document)
    assert found["answers of 3 emulated modems"] > 0
    assert found["its commands with journal and guard"] > 0
    assert found["ports that our driver drives at once"] == 4
    assert found["ports that pyserial's readline drives"] == 4 and not document["notes"]


def test_pyserial_ends_where_select_does_and_our_driver_does_not() -> None:
    document = json.loads(benchmark("fleet", "--modems", "1", "--ports", "210", "--seconds", "0.2", "--json"))
    found = figures(document)
    assert found["ports that our driver drives at once"] == 210
    assert 190 < found["ports that pyserial's readline drives"] < 210
    assert "select()" in document["notes"][0]


def test_what_the_machine_lacks_is_named() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    with pytest.raises(RuntimeError, match=rf"9 ports need {hard + 1} open files; the hard limit is {hard}"):
        need_files(hard + 1, "9 ports")
