"""`interop number` as a person and as a program call it."""

import json
import subprocess
import sys
from typing import Any

import pytest
import typer
from rich.cells import cell_len
from typer.testing import CliRunner, Result

from interop.cli.number import number

APP = typer.Typer()
APP.command()(number)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(APP, arguments)


def answer(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_json_for_programs() -> None:
    found = answer("+86 170 9000 1234")
    expected = {
        "kind": "msisdn",
        "number": "17090001234",
        "segment": "1709",
        "family": "170",
        "base_operator": "CUCC",
        "resale": True,
        "since": "first wave: May 2014",
        "plan_valid": True,
        "assigned": True,
        "confidence": "high",
    }
    assert {name: found[name] for name in expected} == expected
    assert found["forms"]["E.164"] == "+8617090001234"
    assert len(found["sources"]) == 3
    assert "phone.dat" in str(found["disputes"])
    rejected_by = found["rejected_by"]
    assert rejected_by == [r["recogniser"] for r in found["recognisers"] if not r["accepts"]]
    assert "cshop 2024" in rejected_by and "hutool 2020" not in rejected_by


def test_table_for_people() -> None:
    result = run("17951 167 0000 1234")
    assert result.exit_code == 0
    text = result.stdout
    assert "CUCC China Unicom 中国联通" in text
    assert "not known, or in dispute" in text  # the plan
    assert "6[124-7]" in text  # rich would take it for markup
    assert "REJECTS   AndroidUtilCode 2018" in text
    assert "\x1b" not in text
    assert not [line for line in text.splitlines() if cell_len(line) > 160]


def test_a_value_column_begins_in_one_place() -> None:
    lines = run("10086").stdout.splitlines()
    starts = {
        line.index(value) for line, value in zip(lines[:3], ("10086", "10086", "中国移动"), strict=True)
    }
    assert len(starts) == 1


def test_service_codes_are_answered_too() -> None:
    assert answer("10046")["owner"] == "小米移动"
    found = answer("1069 0123 4567")
    assert found["entry"] == "1069*"
    assert answer("10041")["known"] is False


def test_imsi_and_iccid() -> None:
    assert answer("--imsi", "460091234567890")["operator"] == "CUCC"
    assert answer("--iccid", "8986061501000000000")["operator"] is None
    assert "known" in run("--imsi", "262011234567890").stdout


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["868617090001234"], "country code 86 twice"),
        (["17090o01234"], "'o' at position 6"),
        ([""], "no digits"),
        ([], "give one of"),
        (["17090001234", "--imsi", "46000"], "give one of"),
        (["--imsi", "12"], "is not 15 digits"),
        (["--iccid", "12"], "not a card number"),
    ],
)
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_bad_input_is_one_line_and_exit_2(arguments: list[str], reason: str, options: list[str]) -> None:
    result = run(*arguments, *options)
    assert (result.exit_code, result.stdout) == (2, "")
    assert reason in result.stderr
    assert result.stderr.count("\n") == 1


SCRIPT = "import typer; from interop.cli.number import number; a = typer.Typer(); a.command()(number); a()"


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "gb18030", "utf-8"])
@pytest.mark.parametrize("options", [[], ["--json"]])
def test_any_pipe_will_do(encoding: str, options: list[str]) -> None:
    finished = subprocess.run(
        [sys.executable, "-c", SCRIPT, "10046", *options],
        env={"PYTHONIOENCODING": encoding, "PYTHONPATH": ":".join(sys.path), "NO_COLOR": ""},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    text = finished.stdout.decode(encoding)
    if options:
        assert json.loads(text)["owner"] == "小米移动"
    else:
        assert "10046" in text and ("小米移动" in text) == (encoding in ("gb18030", "utf-8"))


def test_importing_numbering_imports_nothing_slow() -> None:
    code = "import sys, interop.numbering; print(*sys.modules)"
    finished = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"phonenumbers", "pydantic", "rich", "typer", "importlib.resources"} & set(
        finished.stdout.split()
    )
