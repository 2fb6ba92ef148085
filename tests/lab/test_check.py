"""`interop lab check` and `interop list`: what people and programs are told, and the exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from enum import Enum
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interop.lab.check import SuitesBroken, check, find_cases
from interop.lab.load import parse
from interop.lab.roles import Cast, Role

LAB_CONFIG = Path(__file__).parents[2] / "lab-config"
ALL = "capabilities: [voice, sms, ussd, volte, multiparty, mms, mms_pdu]"


class Contrast(Enum):
    SEGMENT = "segment"
    NONE = "none"


class Spec:
    service, standard, expected_s = "voice-mo", "GSMA IR.24", 20.0

    def __init__(self, contrast: Contrast = Contrast.SEGMENT) -> None:
        self.contrast = contrast
        self.roles = {
            "subject": Role("modem", ("voice",), Cast.SUBJECT),
            "peer": Role("modem", ("voice",), Cast.PEER),
        }


def small(*changes: tuple[str, str]) -> bytes:
    text = (LAB_CONFIG / "small.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text.encode()


def outlook(
    *changes: tuple[str, str], contrast: Contrast = Contrast.SEGMENT
) -> dict[str, tuple[tuple[str, ...], str]]:
    file = parse(small(*changes), source="lab.yaml", directory=Path())
    answer = check(file, [("suite.calls", Spec(contrast))])
    return {each.id: (each.missing, each.no_contrast) for each in answer.outlooks}


def test_a_contrast_needs_a_second_ordinary_sim_of_the_operator() -> None:
    none = {id_: why for id_, (_, why) in outlook().items() if why}
    assert none == {
        "mi-1709->CUCC": "no ordinary CUCC SIM can take its place: cucc-bj is the peer",
        "snail-1718->CUCC": "no ordinary CUCC SIM can take its place: cucc-bj is the peer",
        "hna-1700->CTCC": "no ordinary CTCC SIM can take its place: ctcc-gz is the peer",
    }
    assert not any(why for _, why in outlook(contrast=Contrast.NONE).values())


def test_what_cannot_run_is_not_also_called_without_contrast() -> None:
    found = outlook((f"sim: hna-1700, dialect: quectel, {ALL}", "sim: hna-1700, capabilities: [voice, sms]"))
    lacking = "modem m03 has no volte, and hna-1700 of CTCC has no voice without it"
    assert found["hna-1700->CTCC"] == ((lacking,), "")


def test_the_suites_are_found_by_name() -> None:
    names = [name for name, _ in find_cases()]
    assert "recognition.calls.originates" in names
    assert len(names) == len(set(names))


def test_a_broken_suite_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "broken_suites").mkdir()
    (tmp_path / "broken_suites" / "__init__.py").touch()
    (tmp_path / "broken_suites" / "calls.py").write_text("1 / 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(SuitesBroken, match=r"broken_suites\.calls cannot be imported: ZeroDivisionError"):
        find_cases("broken_suites")


def interop(*arguments: str) -> tuple[int, str, str]:
    from interop.cli import app

    done = CliRunner().invoke(app, list(arguments))
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.stdout, done.stderr


@pytest.mark.parametrize("lab", ["small", "emulated", "lab-example", str(LAB_CONFIG / "lab-example.yaml")])
def test_shipped_labs_pass(lab: str) -> None:
    code, out, err = interop("lab", "check", lab)
    assert (code, err) == (0, "")
    assert "recognition.calls.originates" in out


def test_people_are_told_which_device_lacks_what(tmp_path: Path) -> None:
    lab = tmp_path / "lab.yaml"
    lab.write_bytes(
        small((f"sim: hna-1700, dialect: quectel, {ALL}", "sim: hna-1700, capabilities: [voice, sms]"))
    )
    code, out, _ = interop("lab", "check", str(lab))
    assert code == 0
    lines = [line.strip() for line in out.splitlines()]
    place = lines.index("modem m03 has no volte, and hna-1700 of CTCC has no voice without it")
    classes = "hna-1700->CMCC, hna-1700->CUCC, hna-1700->CTCC, hna-1700->MVNO"
    assert lines[place + 1] == f"charging.calls.call_costs_as_announced: {classes}"


def test_programs_are_told_the_same(tmp_path: Path) -> None:
    lab = tmp_path / "lab.yaml"
    lab.write_bytes(small(("{name: m06, port: emulated, sim: ctcc-gz", "{name: m06, port: emulated")))
    code, out, _ = interop("lab", "check", str(lab), "--json")
    told = json.loads(out)
    assert code == 0 and told["problems"] == [] and told["lab"] == "small"
    assert told["warnings"] == [
        "SIM ctcc-gz is in no modem: nothing runs with it",
        "modem m06 has no SIM: nothing runs on it",
    ]
    cases = {each["case"]: each for each in told["cases"]}
    assert cases["recognition.calls.originates[mi-1709->CTCC]"] == {
        "case": "recognition.calls.originates[mi-1709->CTCC]",
        "subject": "mi-1709",
        "runs": False,
        "missing": ["SIM ctcc-gz is in no modem"],
        "no_contrast": "",
    }
    assert cases["recognition.calls.originates[mi-1709->CMCC]"]["runs"]


def test_mistakes_are_exit_code_2_for_people_and_programs(tmp_path: Path) -> None:
    lab = tmp_path / "lab.yaml"
    lab.write_bytes(small(('"17090001234"', "17090001234"), ("kind: mvno", "kind: mvmo")))
    code, out, err = interop("lab", "check", str(lab))
    assert (code, out) == (2, "")
    assert [line.removeprefix(f"{lab}:") for line in err.splitlines()] == [
        '18:13: msisdn: 17090001234 is a number to YAML; quote it: "17090001234"',
        '21:11: unknown kind "mvmo" (known: mvno, ordinary); did you mean "mvno"?',
    ]
    code, out, _ = interop("lab", "check", str(lab), "--json")
    told = json.loads(out)
    assert code == 2 and [each["line"] for each in told["problems"]] == [18, 21]


def test_a_file_that_is_not_there_is_exit_code_2() -> None:
    code, _, err = interop("lab", "check", "smal")
    assert code == 2 and 'did you mean "small"?' in err


def test_a_log_that_cannot_show_chinese_gets_no_traceback(tmp_path: Path) -> None:
    lab = tmp_path / "lab.yaml"
    lab.write_bytes(small(("brand: 小米移动", "brand: 小米移动通信")))
    done = subprocess.run(
        [sys.executable, "-m", "interop", "lab", "check", str(lab)],
        capture_output=True,
        env={"PYTHONIOENCODING": "latin-1", "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == 0 and done.stderr == b""


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("labs", {"small", "emulated", "lab-example"}),
        ("cases", {"recognition.calls.originates"}),
        ("faults", {"power.cut", "write.torn", "counter.low"}),
    ],
)
def test_lists_for_programs(what: str, expected: set[str]) -> None:
    code, out, _ = interop("list", what, "--json")
    assert code == 0
    assert expected <= {row["name"] for row in json.loads(out)}
    code, out, _ = interop("list", what)
    assert code == 0 and all(name in out for name in expected)


@pytest.mark.parametrize("what", ["defects", "quirks", "faults"])
def test_what_drivers_can_inject_is_listed(what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from interop.protocols.equipment import Injectable

    offered = {"emulated": [Injectable("route.missing", {"segment": "three or four digits"}, "no route")]}
    monkeypatch.setattr("interop.lab.drivers.injectables", lambda _what: offered)
    code, out, _ = interop("list", what, "--json")
    row = {"name": "route.missing", "effect": "no route", "parameters": {"segment": "three or four digits"}}
    assert code == 0 and json.loads(out) == [row]
    code, out, _ = interop("list", what)
    assert "segment: three or four digits" in out
