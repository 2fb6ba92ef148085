"""Run directories into a store: in any order, in pieces, again, torn apart, killed."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count, permutations, product
from math import inf
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from interop.record import Attempt, Cause, Check, Control, Finding, Late, Layer, Line, Measurement, Verdict
from interop.record.reader import RunDamaged, read_run
from interop.record.writer import RunWriter
from interop.reports import excerpt
from interop.results.store import Importer, Store, StoreRefused, import_run, queries, schema, summaries
from tests.reports.conftest import SUBJECTS, attempt, failed

EPOCH = 1767574800.0
PENDING = Control(Finding.UNKNOWN, why="pending")
_PLACES = count()


def run_at(directory: Path, lines: Iterable[Line], *, epoch: float = EPOCH, **meta: Any) -> Path:
    writer = RunWriter(directory)
    writer.describe({"run": directory.name, "lab": "test", "clock": "virtual", "epoch": epoch, **meta})
    for line in lines:
        writer.write(line)
    writer.close()
    return directory


def rows(store: Store, *columns: str) -> list[tuple[Any, ...]]:
    wanted = [schema.attempt.c[name] for name in columns]
    with store.reading() as connection:
        return sorted(map(tuple, connection.execute(select(*wanted))), key=repr)


def delivered(seconds: float, **changes: Any) -> Attempt:
    """A short message that arrived after so long; infinite: never."""
    accepted = Check("the network accepts the message", "+CMGS", "+CMGS", Verdict.PASS)
    changes = {"service": "sms-mo", "checks": (accepted,), **changes}
    if seconds == inf:
        blame = (Layer.INTERCONNECT, Cause.MESSAGE_LOST)
        lost = Check("the message arrives", "in 60 s", "nothing", Verdict.FAIL, *blame)
        return failed(finding=None, **{**changes, "checks": (accepted, lost)})
    measured = Measurement("sms_access_delay", 0.0, "s"), Measurement("sms_delivery_time", seconds, "s")
    return attempt(**changes, measurements=measured)


def random_lines(random: Random) -> list[Line]:
    """What a run may write: retries, fails whose control is pending first, controls, late messages."""
    lines: list[Line] = []
    for number in range(random.randint(1, 14)):
        subject, peer = random.choice(SUBJECTS[:3]), random.choice(("CMCC", "CTCC", None))
        started = random.choice((5.0, 90_000.0))  # of few, so that series of several runs meet
        common: dict[str, Any] = {"subject": subject, "peer": peer, "attempt": 1 + number, "started": started}
        kind = random.randrange(6)
        if kind < 3:
            made = delivered(random.choice((0.5, 1.0, 2.5, inf)), **common)
        else:
            verdict = random.choice(list(Verdict))
            made = attempt(verdict=verdict, service=random.choice(("voice-mo", "code")), **common)
        if kind == 3:
            made = replace(made, control_of="recognition.other#1")
        if kind == 4:
            made = failed(control=Control(Finding.PATH), **common)
            before = random.choice((Verdict.FAIL, Verdict.INCONC))
            lines.append(replace(made, control=PENDING, verdict=before))
        lines.append(made)
        if kind == 5:
            lines.append(Late(made.case, made.attempt, 300.0, "m", "a message", 12.0))
    return lines


@st.composite
def campaigns(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, float, bool]]]:
    """Seeds of some runs, and in which order how much of each is imported, or written while it runs; at last
    all of each.
    """
    seeds = draw(st.lists(st.integers(0, 10_000), min_size=1, max_size=3, unique=True))
    which = st.integers(0, len(seeds) - 1)
    pieces = draw(st.lists(st.tuples(which, st.floats(0, 1), st.booleans()), max_size=5))
    end = draw(st.permutations([(number, 1.0, False) for number in range(len(seeds))]))
    again = draw(st.lists(st.tuples(which, st.floats(0, 1), st.just(False)), max_size=2))
    return seeds, [*pieces, *end, *again]


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(campaigns())
def test_any_order_and_pieces_come_to_the_same(
    new_place: Callable[[], str],
    tmp_path_factory: pytest.TempPathFactory,
    campaign: tuple[list[int], list[tuple[int, float, bool]]],
) -> None:
    seeds, imports = campaign
    home = tmp_path_factory.mktemp("runs")
    runs = []
    for seed in seeds:
        random = Random(seed)
        epoch = EPOCH + 86_400 * random.choice((0, 1, 4, 9))
        runs.append(run_at(home / f"run-{seed}", random_lines(random), epoch=epoch))
    with Store(new_place()) as store:
        for number, part, runs_on in imports:
            copy = piece(runs[number], part)
            if runs_on:
                write_as_they_end(store, copy)
            else:
                import_run(store, copy)
        assert said(store) == by_hand(runs)


def write_as_they_end(store: Store, run: Path) -> None:
    importer = Importer(store, run)
    for one in read_run(run).attempts:
        importer.add([one])


def piece(run: Path, part: float) -> Path:
    """A copy of a run as it was when so much of its record was written, the last line perhaps torn."""
    copy = run.with_name(f"piece-{next(_PLACES)}") / run.name
    shutil.copytree(run, copy)
    content = (run / "results.jsonl").read_bytes()
    (copy / "results.jsonl").write_bytes(content[: round(part * len(content))])
    return copy


def said(store: Store) -> dict[str, Any]:
    """By the queries; a trend of each combination of names and of all."""
    times = queries.times_by_peer(store, "sms_delivery_time")
    names = [sorted({subject.mvno for subject in SUBJECTS[:3]}), sorted({one.city for one in SUBJECTS[:3]})]
    keys = product(*([*each, "*"] for each in (*names, ["sms-mo", "voice-mo", "code"])))
    return {
        "attempts": len(rows(store, "id")),
        "late": len(rows(store, "late_s")) - sum(late is None for (late,) in rows(store, "late_s")),
        "latest": {one[:3]: (one.verdict, one.at, one[5:]) for one in queries.latest_verdicts(store)},
        "trend": {
            key: {day.day.toordinal(): day.attempts for day in found}
            for key in keys
            if (found := queries.trend(store, days=30, mvno=key[0], city=key[1], service=key[2]))
        },
        "times": {one.peer: (one.attempts, one.never) for one in times},
        "worst": worst_of(store, 30),
        "worst of a week": worst_of(store, 7),
    }


def worst_of(store: Store, days: int) -> dict[Any, tuple[int, int]]:
    worst = queries.worst_cells(store, days=days, limit=99)
    return {one.cell: (one.failed, one.valid) for one in worst}


COUNTED = {"pass": "passed", "fail": "failed", "inconc": "inconclusive", "error": "errors"}


def by_hand(runs: list[Path]) -> dict[str, Any]:
    """The same from the lines themselves: the last of an attempt counts, controls do not."""
    attempts, late = [], 0
    for run in runs:
        epoch = json.loads((run / "run.json").read_text())["epoch"]
        lines = [json.loads(line) for line in (run / "results.jsonl").read_text().splitlines()]
        last = {(line["case"], line["attempt"]): line for line in lines if line["type"] == "attempt"}
        attempts += [{**line, "at": epoch + line["started"]} for line in last.values()]
        late += len({(line["case"], line["attempt"]) for line in lines if line["type"] == "late"} & set(last))
    own = [each for each in attempts if each["control_of"] is None]
    last_day = max(map(day_by_hand, attempts), default=0)
    return {
        "attempts": len(attempts),
        "late": late,
        "latest": latest_by_hand(own),
        "trend": trend_by_hand(own),
        "times": times_by_hand(own),
        "worst": worst_by_hand(own),
        "worst of a week": worst_by_hand([each for each in own if day_by_hand(each) > last_day - 7]),
    }


def day_by_hand(each: dict[str, Any]) -> int:
    return 719_163 + int((each["at"] + 28_800) // 86_400)  # ordinal of 1970-01-01


def names_of(each: dict[str, Any]) -> tuple[str, str, str]:
    return each["subject"]["mvno"], each["subject"]["city"], each["service"]


def counts_of(verdicts: Iterable[str]) -> queries.Counts:
    tally = Counter(COUNTED[verdict] for verdict in verdicts if verdict != "none")
    return queries.Counts(*(tally[name] for name in COUNTED.values()))


def latest_by_hand(own: list[dict[str, Any]]) -> dict[Any, Any]:
    series: dict[Any, list[dict[str, Any]]] = {}
    for each in own:
        series.setdefault((names_of(each), each["case"], each["subject"]["sim"]), []).append(each)
    finals: dict[Any, list[dict[str, Any]]] = {}
    for (names, *_), tried in series.items():
        counting = [each for each in tried if each["verdict"] in ("pass", "fail", "error")] or tried
        newest = max((each["at"], each["attempt"]) for each in counting)
        same = [each for each in counting if (each["at"], each["attempt"]) == newest]
        finals.setdefault(names, []).append(min(same, key=lambda each: str(each["verdict"])))
    weight = ("none", "pass", "inconc", "fail", "error").index
    return {
        names: (
            max((each["verdict"] for each in last), key=weight),
            max(each["at"] for each in last),
            counts_of(each["verdict"] for each in last),
        )
        for names, last in finals.items()
    }


def trend_by_hand(own: list[dict[str, Any]]) -> dict[Any, Any]:
    found: dict[Any, dict[int, list[str]]] = {}
    for each in own:
        day = day_by_hand(each)
        for key in product(*((name, "*") for name in names_of(each))):
            if each["verdict"] != "none":
                found.setdefault(key, {}).setdefault(day, []).append(each["verdict"])
    return {key: {day: counts_of(tried) for day, tried in days.items()} for key, days in found.items()}


def times_by_hand(own: list[dict[str, Any]]) -> dict[str, tuple[int, int]]:
    found: dict[str, list[int]] = {}
    for each in own:
        if each["service"] == "sms-mo" and each["verdict"] in ("pass", "fail"):
            never = any(check["verdict"] == "fail" for check in each["checks"])
            found.setdefault(each["peer"] or "", []).append(never)
    return {peer: (len(never), sum(never)) for peer, never in found.items()}


def worst_by_hand(own: list[dict[str, Any]]) -> dict[Any, tuple[int, int]]:
    valid: dict[Any, list[bool]] = {}
    for each in own:
        if each["verdict"] in ("pass", "fail"):
            valid.setdefault(names_of(each), []).append(each["verdict"] == "fail")
    return {names: (sum(failed), len(failed)) for names, failed in valid.items() if any(failed)}


def test_a_run_that_goes_on_adds_what_is_new(place: str, tmp_path: Path) -> None:
    first = attempt()
    run = run_at(tmp_path / "run", [first, replace(failed(attempt=2), control=PENDING)])
    with Store(place) as store:
        assert (import_run(store, run).new, import_run(store, run).new) == (2, 0)
        run_at(run, [failed(attempt=2, control=Control(Finding.PATH)), attempt(attempt=3)])
        run_at(run, [Late(first.case, 1, 400.0, "m", "【银行】验证码 483920", 90.5)])
        done = import_run(store, run)
        assert (done.new, done.changed) == (1, 2)
        assert rows(store, "number", "finding", "late_s") == [
            (1, None, 90.5), (2, "path", None), (3, None, None),
        ]  # fmt: skip


def test_what_was_written_as_it_ended_is_there_already(place: str, tmp_path: Path) -> None:
    """Each at once, and the same as the whole import writes; the record alone knows of what came late."""
    one, other = attempt(duration_s=1 / 3), replace(failed(attempt=2), control=PENDING)
    run = run_at(tmp_path / "run", [one], state="running")
    with Store(place) as store:
        importer = Importer(store, run)
        importer.add([one])
        assert rows(store, "number", "verdict") == [(1, "pass")]
        run_at(run, [other, Late(one.case, 1, 400.0, "m", "a message", 90.5)])
        importer.add([other])
        assert rows(store, "number", "finding", "late_s") == [(1, None, None), (2, "unknown", None)]
        assert import_run(store, run).changed == 1  # the late message
        importer.add([one])  # of which that knows nothing
        assert import_run(store, run).changed == 1
        importer.add([other])
        run_at(run, [replace(other, control=Control(Finding.PATH))])
        done = import_run(store, run)
        assert (done.new, done.changed) == (0, 1)
        assert rows(store, "number", "finding", "late_s") == [(1, None, 90.5), (2, "path", None)]
        assert said(store) == by_hand([run])
        assert import_run(store, run).changed == 0


def test_what_is_written_as_it_ends_is_of_one_kind_and_of_a_run(place: str, tmp_path: Path) -> None:
    with Store(place) as store:
        import_run(store, run_at(tmp_path / "emulated", [attempt()]))
        real = run_at(tmp_path / "real", [attempt(started=3.0)], clock="real")
        with pytest.raises(StoreRefused, match=r"^real: a run of a real lab, .*\(emulated\)"):
            Importer(store, real).add([attempt(started=3.0)])
        with pytest.raises(RunDamaged, match=r"nowhere: no run\.json here"):
            Importer(store, tmp_path / "nowhere").add([attempt()])
        assert len(rows(store, "id")) == 1


def test_a_store_of_version_1_learns_of_the_last_week_and_of_new_kpis(place: str, tmp_path: Path) -> None:
    """As the Interop of 2026-11-22 left it: without the table of the last days and times of MMS reports."""
    old = run_at(tmp_path / "old", [delivered(inf)], epoch=EPOCH - 8 * 86_400)
    reported = attempt(service="mms-report-mo", measurements=(Measurement("mms_report_time", 7.0, "s"),))
    run = run_at(tmp_path / "run", [delivered(inf, subject=SUBJECTS[0]), delivered(2.5), reported])
    with Store(place) as store:
        import_run(store, old)
        import_run(store, run)
        before, attempts = said(store), rows(store, "started", "failed", "times")
        with store.writing() as connection:
            schema.recent.drop(connection)
            connection.execute(update(schema.version).values(number=1))
            of_reports = schema.attempt.c.times.contains("mms_report_time")
            connection.execute(update(schema.attempt).where(of_reports).values(failed=None, times=None))
            connection.execute(delete(schema.hist).where(schema.hist.c.kpi == "mms_report_time"))
    with Store(place) as store:
        assert said(store) == before
        assert before["worst of a week"] == by_hand([old, run])["worst of a week"] != before["worst"]
        assert queries.times_by_peer(store, "mms_report_time") == []
        done = [import_run(store, each) for each in (run, old, run)]
        assert [(one.new, one.changed) for one in done] == [(0, 1), (0, 0), (0, 0)]
        assert rows(store, "started", "failed", "times") == attempts
        (found,) = queries.times_by_peer(store, "mms_report_time")
        assert (found.attempts, found.never) == (1, 0) and 7.0 <= found.at_most <= 7.2


@pytest.mark.parametrize("days", list(permutations((0, 6, 7))))
def test_the_last_week_is_the_same_in_any_order(place: str, tmp_path: Path, days: tuple[int, ...]) -> None:
    """The first day is in the week that ends with the second, and no longer in that of the third."""
    runs = {
        day: run_at(tmp_path / str(day), [delivered(inf, attempt=1 + day)], epoch=EPOCH + day * 86_400)
        for day in days
    }
    with Store(place) as store:
        for number, day in enumerate(days):
            import_run(store, runs[day])
            last = max(days[: number + 1])
            counted = sum(each > last - 7 for each in days[: number + 1])
            assert list(worst_of(store, 7).values()) == [(counted, counted)]


def test_an_interrupted_run_says_how_much_is_missing(place: str, tmp_path: Path) -> None:
    begun = {"case": "recognition.x", "attempt": 1, "devices": {}, "started": 2.0, "type": "started"}
    run = run_at(tmp_path / "run", [attempt()], state="running")
    with (run / "results.jsonl").open("a") as file:
        file.write(json.dumps(begun) + "\n" + '{"case": "recogn')
    with Store(place) as store:
        assert (import_run(store, run).new, import_run(store, run).interrupted) == (1, 1)
        (run / "results.jsonl").unlink()  # killed before its first case
        assert import_run(store, run).new == 0


def test_two_runs_of_one_name_are_two(place: str, tmp_path: Path) -> None:
    runs = [run_at(tmp_path / str(number) / "nightly", [attempt(started=number)]) for number in range(2)]
    moved = runs[0].parent.rename(tmp_path / "archive") / "nightly"
    with Store(place) as store:
        assert [import_run(store, run).new for run in (moved, runs[1], moved)] == [1, 1, 0]


def test_a_damaged_record_is_named_by_line_and_nothing_is_kept(place: str, tmp_path: Path) -> None:
    run = run_at(tmp_path / "run", [attempt(), attempt(attempt=2)])
    with (run / "results.jsonl").open("a") as file:
        file.write('{"type": "attempt", "case": 5}\n')
    with Store(place) as store:
        with pytest.raises(RunDamaged, match=r"results\.jsonl:3: attempt line: case"):
            import_run(store, run)
        assert rows(store, "id") == []


@pytest.mark.parametrize("meta", [{"run": "x"}, {"epoch": "yesterday"}, {"epoch": None}])
def test_a_run_of_no_time_is_refused(tmp_path: Path, meta: dict[str, Any]) -> None:
    run = run_at(tmp_path / "run", [attempt()])
    (run / "run.json").write_text(json.dumps(meta))
    with Store(":memory:") as store, pytest.raises(RunDamaged, match=r"run\.json: no epoch"):
        import_run(store, run)


def test_emulated_and_real_runs_do_not_mix(place: str, tmp_path: Path) -> None:
    emulated = run_at(tmp_path / "emulated", [attempt()])
    real = run_at(tmp_path / "real", [attempt(started=3.0)], clock="real")
    with Store(place) as store:
        import_run(store, emulated)
        with pytest.raises(StoreRefused, match=r"^real: a run of a real lab, .*\(emulated\)"):
            import_run(store, real)
        partly = run_at(tmp_path / "partly", [attempt(started=5.0)], clock="real", emulated=True)
        assert import_run(store, partly).new == 1


def test_cases_that_were_packed_as_evidence_are_no_run(tmp_path: Path) -> None:
    """With the run itself they would count twice, and alone they are what somebody chose."""
    whole = run_at(tmp_path / "run", [failed(), attempt(), attempt(case="another", started=9.0)])
    packed = tmp_path / "packed"
    packed.mkdir()
    excerpt.write(read_run(whole), excerpt.select(read_run(whole), ["another"]), packed)
    with Store(":memory:") as store:
        import_run(store, whole)
        with pytest.raises(RunDamaged, match=r"packed: only some cases of run run, packed as evidence"):
            import_run(store, packed)


def test_nothing_goes_in_but_what_is_asked_of_it(tmp_path: Path) -> None:
    """No text of a message, no number, no detail: those stay with the run, under its redaction."""
    said = "【银行】验证码483920"
    check = Check("text", said, said, Verdict.PASS)
    run = run_at(tmp_path / "run", [attempt(checks=(check,), detail=said), Late("x", 1, 2.0, "m", said, 1.0)])
    with Store(str(tmp_path / "store.sqlite")) as store:
        import_run(store, run)
    content = b"".join(file.read_bytes() for file in tmp_path.glob("store.sqlite*"))
    assert b"483920" not in content and attempt().subject.msisdn.encode() not in content
    assert attempt().subject.mvno.encode() in content


@pytest.mark.parametrize("step", ["insert", "summaries", "commit"])
def test_killed_in_an_import_leaves_nothing_of_it(
    place: str, tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parents[3])  # the child imports this module, and gets our path
    random = Random(1)
    before = run_at(tmp_path / "before", random_lines(random))
    run = run_at(tmp_path / "run", [line for _ in range(20) for line in random_lines(random)])
    with Store(place) as store:
        import_run(store, before)
    killed = multiprocessing.get_context("spawn").Process(target=import_and_die, args=(place, run, step))
    killed.start()
    killed.join(60)
    assert killed.exitcode == -signal.SIGKILL
    with Store(place) as store:
        assert said(store) == by_hand([before])
        import_run(store, run)
        assert said(store) == by_hand([before, run])


def import_and_die(place: str, run: Path, step: str) -> None:
    """In a process of its own: dies before the summaries, in them, or before the commit."""

    def die(*_: object) -> Any:
        os.kill(os.getpid(), signal.SIGKILL)

    def apply_and_die(*of: Any) -> None:
        apply(*of)
        die()

    apply = summaries.Change.apply
    patch = pytest.MonkeyPatch()
    match step:
        case "insert":
            patch.setattr(summaries.Change, "apply", die)
        case "summaries":
            patch.setattr(summaries, "_look_up_latest", die)
        case _:
            patch.setattr(summaries.Change, "apply", apply_and_die)
    with Store(place) as store:
        import_run(store, run)


def test_readers_go_on_while_one_writes(place: str, tmp_path: Path) -> None:
    with Store(place) as store:
        import_run(store, run_at(tmp_path / "run", [attempt()]))
        with store.writing() as connection:
            connection.execute(schema.latest.delete())
            with Store(place) as other:
                assert len(queries.latest_verdicts(other)) == 1


def test_several_may_import_at_once(place: str, tmp_path: Path) -> None:
    runs = [run_at(tmp_path / f"run-{seed}", random_lines(Random(seed))) for seed in range(4)]
    Store(place).close()

    def imports(run: Path) -> int:
        with Store(place) as store:
            return import_run(store, run).new

    with ThreadPoolExecutor(len(runs)) as threads:
        new = list(threads.map(imports, [*runs, *runs]))
    with Store(place) as store:
        assert said(store) == by_hand(runs)
        assert sum(new) == len(rows(store, "id"))
