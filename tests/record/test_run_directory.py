"""Writing a run and reading it back, also after a crash."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from interop.record import Attempt, Check, Control, Finding, Late, Started, Subject, Verdict
from interop.record.events import CallerId, EquipmentTrouble, FormAnswered, Note, Unclaimed
from interop.record.reader import Run, RunDamaged, read_run
from interop.record.writer import RunWriter

SUBJECT = Subject("mi-1709", "17090001234", "1709", "mi", "CUCC", "Beijing")


def attempt(
    case: str, number: int = 1, verdict: Verdict = Verdict.PASS, control_of: str | None = None
) -> Attempt:
    return Attempt(
        case=case,
        suite="s",
        service="voice-mo",
        standard="-",
        subject=SUBJECT,
        peer="CMCC",
        devices={"subject": "m1"},
        attempt=number,
        verdict=verdict,
        started=1.0,
        duration_s=2.0,
        control_of=control_of,
    )


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path, now=lambda: 3.25)
    writer.describe({"seed": 1})
    start = Started("a", 1, {"subject": "m1"}, 1.0)
    pending = replace(attempt("a", verdict=Verdict.FAIL), control=Control(Finding.UNKNOWN, why="pending"))
    known = replace(pending, control=Control(Finding.SEGMENT, case="a[x]", sim="o", verdict=Verdict.PASS))
    late = Late("a", 1, 9.0, "mi-1709", "a message", 6.0)
    writer.observe("mi-1709", CallerId("+8613800000000", 145, 0), "a#1")
    for line in (start, pending, attempt("b"), late, known):
        writer.write(line)
    writer.close()
    run = read_run(tmp_path)
    assert run.meta == {"seed": 1}
    assert run.started == [start]
    assert run.attempts == [known, attempt("b")]
    assert run.late == [late]
    assert [(o.at, o.seq, o.party, o.event, o.attempt) for o in run.observed] == [
        (3.25, 0, "mi-1709", CallerId("+8613800000000", 145, 0), "a#1")
    ]
    assert [start.case for start in run.unfinished] == []


def test_the_attempt_that_counts() -> None:
    def run_of(*attempts: Attempt) -> Run:
        return Run(Path(), {}, list(attempts))

    inconc, passed = attempt("a", 1, Verdict.INCONC), attempt("a", 2)
    error, failed = attempt("a", 3, Verdict.ERROR), attempt("a", 2, Verdict.FAIL)
    assert run_of(inconc, passed).final["a"] is passed
    assert run_of(failed, replace(inconc, attempt=3)).final["a"] is failed
    assert run_of(inconc, replace(inconc, attempt=2)).final["a"].attempt == 2
    assert run_of(error, replace(inconc, attempt=4)).final["a"] is error
    assert run_of(attempt("a", control_of="b#1")).final == {}


@pytest.mark.parametrize("cut", range(1, 40, 7))
def test_a_torn_last_line_is_reported_and_the_run_can_go_on(tmp_path: Path, cut: int) -> None:
    writer = RunWriter(tmp_path)
    writer.describe({})
    writer.write(attempt("a"))
    writer.write(attempt("b"))
    writer.close()
    results = tmp_path / "results.jsonl"
    results.write_bytes(results.read_bytes()[:-cut])
    run = read_run(tmp_path)
    assert [item.case for item in run.attempts] == ["a"]
    assert len(run.torn) == 1 and run.torn[0].startswith('results.jsonl: {"case":"b"')
    again = RunWriter(tmp_path)
    again.write(attempt("c"))
    again.close()
    run = read_run(tmp_path)
    assert [item.case for item in run.attempts] == ["a", "c"]
    assert len(run.torn) == 1 and '"case":"b"' in run.torn[0]


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("rubbish", "results.jsonl:2: not JSON"),
        ("[1]", "results.jsonl:2: must be one JSON object"),
        ('{"type": "verdict"}', "results.jsonl:2: unknown line type 'verdict'"),
        ('{"type": "late", "case": 3}', "results.jsonl:2: late line: case: "),
    ],
)
def test_other_damage_names_the_line(tmp_path: Path, damage: str, says: str) -> None:
    writer = RunWriter(tmp_path)
    writer.describe({})
    writer.write(attempt("a"))
    writer.close()
    with (tmp_path / "results.jsonl").open("a") as file:
        file.write(damage + "\n")
    with pytest.raises(RunDamaged) as caught:
        read_run(tmp_path)
    assert says in str(caught.value)


def test_no_run_at_all(tmp_path: Path) -> None:
    with pytest.raises(RunDamaged, match=r"no run\.json"):
        read_run(tmp_path)


def test_sequences_go_on_after_a_crash_and_never_repeat(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    writer.describe({})
    writer.observe("x", Note("one"))
    writer.journal("m1").sent(b"AT\r")
    writer.journal("m1").received(b"OK\r\n")
    writer.flush()
    again = RunWriter(tmp_path)
    assert again.observe("x", Note("two")).seq == 3
    again.close()
    assert [event.seq for event in read_run(tmp_path).observed] == [0, 3]


def test_evidence_is_on_disk_before_the_attempt_that_names_it(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    writer.observe("x", Note("seen"), "a#1")
    writer.journal("m1").sent(b"AT\r")
    writer.write(attempt("a"))
    assert "seen" in (tmp_path / "evidence/events.jsonl").read_text()
    assert "AT" in (tmp_path / "evidence/m1.jsonl").read_text()


def test_a_modem_called_events_does_not_overwrite_the_events(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    places = {writer.journal_place(name) for name in ("events", "events_", "m1")}
    assert len(places) == 3 and "evidence/events.jsonl" not in places


def test_secrets_are_masked_in_events_and_details(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path, secrets=["90217"])
    writer.observe("x", Unclaimed('AT+CPIN="1234"'))
    writer.write(replace(attempt("a"), detail="the pin 90217 was refused"))
    writer.close()
    text = "".join(path.read_text() for path in sorted(tmp_path.rglob("*.jsonl")))
    assert "90217" not in text and "1234" not in text.replace("17090001234", "")
    for line in text.splitlines():
        json.loads(line)


def test_secrets_are_masked_in_every_text_of_a_line_but_in_no_name(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path, secrets=["1709", "Bearer hush-hush"])
    writer.describe({})
    writer.observe("bank-a", FormAnswered("bank-a", 403, "rejected", "you are Bearer hush-hush"))
    writer.observe("mi-1709", EquipmentTrouble('AT+CPIN="4321" was not answered'))
    told = replace(
        attempt("a[mi-1709]", verdict=Verdict.FAIL),
        checks=(Check("the form accepts", "accepted", "403: you are Bearer hush-hush", Verdict.FAIL),),
        control=Control(Finding.UNKNOWN, why="PIN 1709 was refused"),
    )
    writer.write(told)
    writer.write(Late("a[mi-1709]", 1, 9.0, "mi-1709", "message from bank: Bearer hush-hush", 6.0))
    writer.close()
    text = "".join(path.read_text() for path in sorted(tmp_path.rglob("*.jsonl")))
    assert "hush" not in text and "4321" not in text and "PIN 1709" not in text
    run = read_run(tmp_path)
    assert [item.key for item in run.attempts] == [told.key] and run.late[0].case == told.case
    assert run.attempts[0].checks[0].expected == "accepted"


def test_events_are_read_in_the_order_of_time_then_of_sequence(tmp_path: Path) -> None:
    times = iter([2.0, 1.0, 1.0])
    writer = RunWriter(tmp_path, now=lambda: next(times))
    writer.describe({})
    for text in ("late", "first", "second"):
        writer.observe("x", Note(text))
    writer.close()
    assert [seen.event for seen in read_run(tmp_path).observed] == [
        Note("first"),
        Note("second"),
        Note("late"),
    ]


def test_half_a_surrogate_pair_from_a_handset_is_kept(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    writer.describe({"seed": 1})
    writer.observe("gw", Note("half: \ud83d"))
    writer.close()
    [line] = (tmp_path / "evidence" / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["event"]["text"] == "half: \ud83d"


def test_half_a_surrogate_pair_in_what_a_case_saw_does_not_end_the_run(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    writer.describe({})
    half = "\ud98f验"
    check = Check("text", "验", half, Verdict.FAIL)
    control = Control(Finding.UNKNOWN, why=half)
    writer.write(replace(attempt("a", verdict=Verdict.FAIL), checks=(check,), detail=half, control=control))
    writer.write(Late("a", 1, 9.0, "mi-1709", half, 6.0))
    writer.close()
    run = read_run(tmp_path)
    read = run.final["a"]
    assert read.control is not None
    shown = (read.checks[0].actual, read.detail, read.control.why, run.late[0].what)
    assert set(shown) == {"\\ud98f验"}
