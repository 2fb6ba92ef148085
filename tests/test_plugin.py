"""The pytest plugin from outside: a process of its own runs a toy suite in the small emulated lab."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import pytest

from interop.record import Verdict
from interop.record.reader import Run, read_run
from tests.forked import run_pytest

HEAD = """
    import asyncio
    import pytest
    from interop.engine import Bench, Cast, Contrast, case, role
    from interop.protocols.modem import Modem
    from interop.record import Cause, InconcReason, Layer

    toy = dict(service="toy", standard="-", expected_s=5, contrast=Contrast.NONE)
"""
SUITE = """
    def log(text):
        with open("resource.log", "a") as file:
            file.write(text + "\\n")

    @pytest.fixture(scope="session")
    def resource():
        log("up")
        yield "up"
        log("down")

    def test_before(resource):
        assert resource == "up"

    @case(**toy)
    async def works(
        bench: Bench,
        *,
        subject: Modem = role("modem", "voice"),
        peer: Modem = role("modem", "voice", cast=Cast.PEER),
    ) -> None:
        await asyncio.sleep(200)
        bench.check("works", expected=1, actual=1)

    @pytest.mark.parametrize("n", [1, 2])
    @case(**toy)
    async def counts(bench: Bench, n: int, *, subject: Modem = role("modem")) -> None:
        for _ in range(3):
            print("printed by", n, subject.sim)
            await asyncio.sleep(1)
        bench.check("the number", expected=1, actual=n, blame=(Layer.CORE, Cause.NO_ROUTE))

    @case(**toy)
    async def needs_more(bench: Bench, *, subject: Modem = role("modem", "satellite")) -> None: ...

    @case(**toy)
    async def unclear(bench: Bench, *, subject: Modem = role("modem")) -> None:
        bench.inconclusive(InconcReason.BUDGET, "no idea")

    @pytest.mark.skip(reason="not today")
    @case(**toy)
    async def skipped(bench: Bench, *, subject: Modem = role("modem")) -> None: ...

    @pytest.mark.xfail(strict=True, reason="known")
    @case(**toy)
    async def known(bench: Bench, *, subject: Modem = role("modem")) -> None:
        bench.check("the number", expected=1, actual=3, blame=(Layer.CORE, Cause.NO_ROUTE))

    @case(**toy)
    async def breaks(bench: Bench, *, subject: Modem = role("modem")) -> None:
        raise KeyError("oops")

    def test_after(resource):
        assert resource == "up"
"""


def pytest_in(folder: Path, suite: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_toy.py").write_text(textwrap.dedent(HEAD) + textwrap.dedent(suite))
    return run_pytest("--interop-lab=small", "test_toy.py", *options, cwd=folder)


def tally(output: str) -> dict[str, int]:
    """pytest's last line as category -> number."""
    last = output.strip().splitlines()[-1]
    return {name: int(number) for number, name in re.findall(r"(\d+) ([a-z]+)", last.partition(" in ")[0])}


def record(folder: Path) -> Run:
    [run] = (folder / "runs").iterdir()
    return read_run(run)


def test_every_kind_of_outcome_beside_ordinary_tests(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, SUITE, "-v", "--junitxml=j.xml", "-p", "no:randomly")
    output = done.stdout
    assert done.returncode == 1, output + done.stderr
    expected = {"failed": 3, "passed": 2 + 12 + 3, "skipped": 6, "xfailed": 3, "errors": 3, "inconc": 3}
    assert tally(output) == expected
    assert "test_toy.py::works[mi-1709->CMCC] PASSED" in output
    assert "test_toy.py::counts[mi-1709-2] FAILED" in output
    assert "test_toy.py::unclear[mi-1709] INCONC" in output
    assert re.search(r"needs_more\[mi-1709\] SKIPPED \(cannot run in this", output)
    assert "fail: core: no_route" in output
    assert re.search(r"the number\n  expected  1\n  got       2\nevidence: runs/\S+: evidence/events", output)
    assert output.count("printed by 2 mi-1709") == 3, "each case's output, with its own report only"
    assert "printed by 1" not in output
    assert "KeyError: 'oops'" in output
    assert (tmp_path / "resource.log").read_text().split() == ["up", "down"]
    [suite] = ElementTree.parse(tmp_path / "j.xml").getroot().iter("testsuite")
    counts = {name: int(suite.attrib[name]) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": 35, "failures": 6, "errors": 0, "skipped": 12}
    run = record(tmp_path)
    verdicts = Counter(attempt.verdict for attempt in run.final.values())
    assert verdicts == {Verdict.PASS: 15, Verdict.FAIL: 6, Verdict.INCONC: 3, Verdict.ERROR: 3}
    assert run.meta["cases"] == 27 and len(run.meta["never"]) == 3 and run.meta["state"] == "finished"


def test_selecting_stopping_and_rerunning(tmp_path: Path) -> None:
    chosen = pytest_in(tmp_path, SUITE, "-k", "works and CMCC or unclear", "-q")
    assert tally(chosen.stdout) == {"passed": 3, "inconc": 3, "deselected": 29}
    assert chosen.returncode == 1, "inconclusive is not green"
    listed = pytest_in(tmp_path, SUITE, "--collect-only", "-q")
    assert "test_toy.py::works[snail-1718->MVNO]" in listed.stdout and listed.returncode == 0
    first = pytest_in(tmp_path, SUITE, "-x", "-k", "counts")
    assert first.returncode == 1
    assert 1 <= tally(first.stdout)["failed"] <= 2 and "stopping after" in first.stdout
    failed = re.findall(r"FAILED (\S+)", first.stdout)
    again = pytest_in(tmp_path, SUITE, "--lf", "-q")
    assert tally(again.stdout)["failed"] == len(failed)
    again = pytest_in(tmp_path, SUITE, "-k", "counts and -1]", "-q", "--interop-repeat=2")
    assert tally(again.stdout)["passed"] == 6 and again.returncode == 0


def test_dry_run_prints_and_runs_nothing(tmp_path: Path) -> None:
    done = pytest_in(tmp_path, SUITE, "--interop-dry-run", "-k", "works or needs_more")
    assert re.search(r"0\.0 +5\.0 +test_toy\.works\[\S+\] +subject m0\d, peer m0\d", done.stdout)
    assert re.search(r"never +test_toy\.needs_more\[mi-1709\] +modem m01", done.stdout)
    assert re.search(r"12 cases, expected makespan [\d.]+ s; lower bound [\d.]+ s", done.stdout)
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("suite", "options", "code", "says"),
    [
        (
            "@case(**toy)\nasync def asks(bench: Bench, tmp_path, *, subject: Modem = role('modem')): ...",
            (),
            2,
            "case asks: the parameter 'tmp_path' is neither `bench`, nor a role(), nor parametrized",
        ),
        (SUITE, ("--interop-lab=smal",), 2, 'did you mean "small"'),
        (SUITE, ("--interop-defect=no.such.defect",), 4, "no.such.defect"),
        (SUITE, ("--interop-resume=nowhere",), 2, "nowhere: no run.json here"),
        (SUITE, ("--interop-out=.",), 4, "something is already there"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    tmp_path: Path, suite: str, options: tuple[str, ...], code: int, says: str
) -> None:
    done = pytest_in(tmp_path, textwrap.dedent(suite), *options)
    assert says in done.stdout + done.stderr
    assert done.returncode == code
    assert "INTERNALERROR" not in done.stdout + done.stderr
    assert not (tmp_path / "runs").exists()


def test_ordinary_test_runs_never_pay_for_the_engine(tmp_path: Path) -> None:
    (tmp_path / "test_plain.py").write_text(
        "import sys\ndef test_plain():\n    assert 'interop.engine' not in sys.modules\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "test_plain.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_a_case_that_is_only_imported_is_not_run(tmp_path: Path) -> None:
    done = pytest_in(
        tmp_path,
        """
        from suites.recognition.calls import originates

        def test_looks_at_it():
            assert originates.__interop_case__.service == "voice-mo"
        """,
    )
    assert tally(done.stdout) == {"passed": 1}, done.stdout
    assert not (tmp_path / "runs").exists()


def test_a_secret_that_a_case_sees_is_shown_to_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shipped = (Path(__file__).parent.parent / "lab-config" / "small.yaml").read_text(encoding="utf-8")
    lab = shipped.replace("    hotline:", "    pin: env:TOY_PIN\n    hotline:", 1)
    (tmp_path / "lab.yaml").write_text(lab, encoding="utf-8")
    monkeypatch.setenv("TOY_PIN", "48151623")
    done = pytest_in(
        tmp_path,
        """
        @case(**toy)
        async def tells(bench: Bench, *, subject: Modem = role("modem")) -> None:
            blame = (Layer.SIM, Cause.SIM_IDENTITY_MISMATCH)
            bench.check("PIN", expected="none", actual="it is 48151623", blame=blame)
            raise RuntimeError("48151623 was refused")
        """,
        "--interop-lab=lab.yaml",
        "-rA",
    )
    assert "tells" in done.stdout
    assert "48151623" not in done.stdout + done.stderr
    written = [path.read_bytes() for path in (tmp_path / "runs").rglob("*") if path.is_file()]
    assert any(b"tells" in text for text in written)
    assert not any(b"48151623" in text for text in written)


def test_ctrl_c_inside_pytest(tmp_path: Path) -> None:
    suite = """
        @case(**toy)
        async def interrupts(bench: Bench, *, subject: Modem = role("modem")) -> None:
            import os, signal
            await asyncio.sleep(1)
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(100)

        def test_never_reached():
            assert False
    """
    done = pytest_in(tmp_path, suite)
    assert done.returncode == 2, done.stdout
    run = record(tmp_path)
    assert run.unfinished == [] and run.meta["state"] == "interrupted"
    assert {(one.verdict, one.reason) for one in run.attempts} == {("inconc", "interrupted")}
