"""The identity case on cards in readers: what it says of right, wrong and faulty cards, by hand.

Runs in this process, on emulated cards: the card, its reader and the case are those of `interop run`.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import cycle
from pathlib import Path

import pytest

from drivers.emulated.uicc import Card, faults, pcscd
from drivers.emulated.uicc.vpcd import Slot
from interop.engine.attempt import BoundCase
from interop.engine.case import spec_of
from interop.engine.session import Plan, Session
from interop.lab.load import load, parse
from interop.lab.roles import bindings
from interop.record import Attempt, Cause, InconcReason, Layer, Verdict
from interop.record.reader import Run, read_run
from suites.recognition.identity import card_is_who_it_should_be

LAB = """\
name: cards
city: 北京
modems: []
readers:
  - {name: r01, driver: emulated, sim: mi-1709, faults: [FAULTS]}
sims:
  - name: mi-1709
    msisdn: "17090001234"
    imsi: "460011709001234"
    iccid: "89860120811000017091"
    kind: mvno
    brand: 小米移动
    base_operator: CUCC
    city: 北京
    spn: 小米移动
    smsc: "+8613010112500"
    msisdn_on_card: true
"""
MISMATCH = (Layer.SIM, Cause.SIM_IDENTITY_MISMATCH)

RunCard = Callable[..., Run]


class Observer:
    """Stops the run `after` seconds of its first case."""

    def __init__(self, after: float | None) -> None:
        self.after = after
        self.stop: Callable[[], None] = lambda: None

    def started(self, case: BoundCase) -> None:
        if self.after is not None:
            asyncio.get_running_loop().call_later(self.after, self.stop)

    def ended(self, case: BoundCase, attempt: Attempt) -> None: ...


@pytest.fixture
def run_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RunCard:
    """`run_card(faults, defects=..., pin=..., stop=...)` -> the record of a run of the identity case."""
    monkeypatch.setattr("os.fsync", lambda _descriptor: None)  # no power is cut but that of the card
    count = iter(range(1000))

    def run(*faults: str, defects: Sequence[str] = (), pin: str = "", stop: float | None = None) -> Run:
        text = LAB.replace("FAULTS", ", ".join(map(json.dumps, faults)))
        if pin:
            (tmp_path / "pin").write_text(pin, encoding="utf-8")
            text += "    pin: file:pin\n"
        lab = parse(text.encode(), source="cards.yaml", directory=tmp_path).lab
        spec = spec_of(card_is_who_it_should_be)
        assert spec is not None
        cases = [
            BoundCase("recognition.identity.card", spec, card_is_who_it_should_be, binding, {})
            for binding in bindings(spec, lab)
        ]
        directory = tmp_path / f"run{next(count)}"
        session = Session(Plan(lab, "cards.yaml", directory, defects=tuple(defects)), cases, {})
        observer = Observer(stop)
        observer.stop = session.stop
        session.run(observer)
        return read_run(directory)

    return run


def final(run: Run) -> Attempt:
    (attempt,) = run.final.values()
    return attempt


def journal(run: Run) -> list[str]:
    rows = map(json.loads, run.journals()["r01"].read_text(encoding="utf-8").splitlines())
    return [row["dir"] + row["data"].strip() for row in rows if "dir" in row]


def told(run: Run) -> str:
    attempt = final(run)
    return f"{attempt.verdict} {attempt.layer} {attempt.cause} {attempt.reason} {attempt.detail}"


def test_the_right_card_passes_and_all_that_it_said_is_in_the_record(run_card: RunCard) -> None:
    run = run_card()
    attempt = final(run)
    assert attempt.verdict is Verdict.PASS
    assert [check.name for check in attempt.checks] == [
        "ICCID", "IMSI", "IMSI belongs to", "ICCID belongs to", "own number", "service provider name",
        "service centre",
    ]  # fmt: skip
    assert attempt.devices == {"subject": "r01"} and attempt.evidence["journals"] == {
        "r01": "evidence/r01.jsonl"
    }
    assert run.meta["clock"] == "virtual"
    events = [(seen.party, seen.event.file, seen.event.content) for seen in run.observed]  # type: ignore[union-attr]
    assert events[:2] == [
        ("mi-1709", "2FE2", "98681002180100100719"),
        ("mi-1709", "6F07", "084906107190002143"),
    ]
    lines = journal(run)
    assert lines[lines.index(">00A40804022FE2") :][:2] == [">00A40804022FE2", "<6119"]
    assert "<986810021801001007199000" in lines


@pytest.mark.parametrize(
    ("defect", "check"),
    [
        ("sim.imsi", "IMSI"),
        ("sim.iccid", "ICCID"),
        ("sim.spn", "service provider name"),
        ("sim.smsc", "service centre"),
        ("sim.msisdn", "own number"),
    ],
)
def test_a_card_of_another_content_fails_as_through_a_modem(
    run_card: RunCard, defect: str, check: str
) -> None:
    attempt = final(run_card(defects=[f"{defect}@segment=1709"]))
    assert (attempt.verdict, attempt.layer, attempt.cause) == (Verdict.FAIL, *MISMATCH)
    assert [one.name for one in attempt.checks if one.verdict is Verdict.FAIL] == [check]


def test_its_pin_is_asked_for_once_and_stays_out_of_the_record(run_card: RunCard) -> None:
    run = run_card(pin="90217")
    assert final(run).verdict is Verdict.PASS
    lines = journal(run)
    place = lines.index(">0020000108****************")
    assert lines[place - 2 : place] == [">0020000100", "<63C3"] and lines[place + 1] == "<9000"
    assert sum(line.startswith(">00200001") for line in lines) == 2
    everything = "".join(path.read_text() for path in run.directory.rglob("*") if path.is_file())
    assert "90217" not in everything and b"90217".hex() not in everything.lower()


def test_a_pin_that_somebody_mistook_is_not_tried(run_card: RunCard) -> None:
    run = run_card("counter.low@key=01,tries=2", pin="90217")
    attempt = final(run)
    assert (attempt.verdict, attempt.reason) == (Verdict.INCONC, InconcReason.DEVICE)
    assert "r01: the card has 2 of 3 tries left: its PIN is not tried" in attempt.detail
    assert not any(line.startswith(">0020000108") for line in journal(run))


def test_a_pin_is_not_tried_on_another_card(run_card: RunCard) -> None:
    run = run_card(pin="90217", defects=["sim.iccid@segment=1709"])
    attempt = final(run)
    assert attempt.verdict is Verdict.INCONC
    assert "r01: the PIN of mi-1709 is not tried on the card 8986012081100001" in attempt.detail
    assert not any(line.startswith(">00200001") for line in journal(run))


PASS = {
    "power.cut@at=20", "answer.late@by=2", "answer.late@by=20,times=1", "answer.never@at=30", "write.torn",
    "file.worn", "status.wrong", "counter.low", "counter.low@key=01,tries=0", "atr.changed",
    "response.pieces@octets=7", "response.detour", "length.off",
}  # fmt: skip
"""faults that are none of reading, or over at the second try"""
INCONC = {"card.removed@at=20", "answer.late@by=20", "status.wrong@ins=A4,times=1000000"}


def test_every_fault_of_a_card_is_in_these_tables() -> None:
    assert {text.partition("@")[0] for text in PASS | INCONC} == {row.name for row in faults.listing()}


@pytest.mark.parametrize("fault", sorted(PASS))
def test_a_fault_that_passes(run_card: RunCard, fault: str) -> None:
    run = run_card(fault)
    assert final(run).verdict is Verdict.PASS, told(run)
    assert all(attempt.verdict is not Verdict.FAIL for attempt in run.attempts)


@pytest.mark.parametrize("fault", sorted(INCONC))
def test_a_fault_that_lasts_says_nothing_of_the_sim(run_card: RunCard, fault: str) -> None:
    run = run_card(fault)
    attempt = final(run)
    assert (attempt.verdict, attempt.reason) == (Verdict.INCONC, InconcReason.DEVICE), told(run)
    assert attempt.detail.startswith(("r01: ", "before the case: r01 (mi-1709): ")), attempt.detail
    assert attempt.attempt == 3


def test_a_run_may_be_stopped_while_a_card_is_read(run_card: RunCard) -> None:
    attempt = final(run_card("answer.late@by=2", stop=15.0))
    assert (attempt.verdict, attempt.reason) == (Verdict.INCONC, InconcReason.INTERRUPTED), attempt.detail


def test_trouble_at_any_apdu_accuses_nobody(run_card: RunCard) -> None:
    """The power goes, or the card, or it says no more: another one at each APDU."""
    number = sum(line.startswith(">") for line in journal(run_card()))
    troubles = ("power.cut@at={}", "power.cut@at={},when=after", "answer.never@at={}", "card.removed@at={}")
    for at, trouble in zip(range(1, number + 1), cycle(troubles), strict=False):
        run = run_card(trouble.format(at))
        lasts = trouble.startswith("card.removed")
        assert final(run).verdict is (Verdict.INCONC if lasts else Verdict.PASS), f"{at}: {told(run)}"
        assert run.attempts[0].verdict is Verdict.INCONC, f"{at}: it was not noticed"


@pytest.mark.parametrize("ins", ["A4", "C0", "B0", "B2"])
@pytest.mark.parametrize("sw", ["6A82", "9404", "6982", "6E00", "9000", "6110", "6C05", "6281"])
def test_a_wrong_status_word_accuses_nobody(run_card: RunCard, sw: str, ins: str) -> None:
    for more in ("", ",executed=yes", ",times=3", ",times=1000000"):
        run = run_card(f"status.wrong@sw={sw},ins={ins}{more}")
        lies = [one for one in run.attempts if one.verdict not in (Verdict.PASS, Verdict.INCONC)]
        assert not lies, f"{more}: {told(run)}"


# Through the real thing


SECOND = """\
  - {name: mi-2, msisdn: "17090001235", imsi: "460011709001235", iccid: "89860120811000000113", kind: mvno,
     brand: 小米移动, base_operator: CUCC, city: 北京}
"""


@pytest.mark.foreign
def test_real_readers_by_their_names(tmp_path: Path) -> None:
    """pcscd and pyscard as they are, on the wall clock: two readers, and another IMSI on the card of one."""
    if why := pcscd.missing():
        pytest.skip(why)
    if importlib.util.find_spec("smartcard") is None:
        pytest.skip("pyscard is not installed (extra pcsc)")
    names = ("Lab Reader 0 00 00", "Lab Reader 0 00 01")
    lab = LAB.replace("driver: emulated, sim: mi-1709, faults: [FAULTS]", f"reader: {names[1]}, sim: mi-1709")
    lab = lab.replace("sims:", f"  - {{name: r02, reader: {names[0]}, sim: mi-2}}\nsims:") + SECOND
    (tmp_path / "lab.yaml").write_text(lab, encoding="utf-8")
    one, two = load(str(tmp_path / "lab.yaml")).sims
    cards = (Card.of(two, imsi="460011709009999"), Card.of(one))

    async def main() -> int | None:
        with pcscd.Pcscd(tmp_path, slots=2) as daemon:
            slots = [Slot(card, partial(daemon.dial, number)) for number, card in enumerate(cards)]
            serving = [asyncio.create_task(slot.run()) for slot in slots]
            try:
                await asyncio.gather(*(slot.powered.wait() for slot in slots))
                words = ("run", "recognition", "-k", "identity", "--lab", "lab.yaml", "--out", "run")
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "interop", *words, cwd=tmp_path, env=daemon.environment
                )
                return await process.wait()
            finally:
                for task in serving:
                    task.cancel()
                await asyncio.gather(*serving, return_exceptions=True)

    assert asyncio.run(main()) == 1
    run = read_run(tmp_path / "run")
    assert run.meta["clock"] == "real"
    found = {attempt.subject.sim: attempt for attempt in run.final.values()}
    assert {sim: attempt.verdict for sim, attempt in found.items()} == {
        "mi-1709": Verdict.PASS,
        "mi-2": Verdict.FAIL,
    }
    assert [one.actual for one in found["mi-2"].checks if one.verdict is Verdict.FAIL] == ["460011709009999"]
    assert found["mi-2"].devices == {"subject": "r02"}
