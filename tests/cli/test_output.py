"""What the command prints outlives pipes, disks and narrow encodings; its help and hints are plain text."""

from __future__ import annotations

import os
import pty
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from tests.forked import interop

COMMAND = [sys.executable, "-m", "interop"]
CARD = ("run", "--lab", "small", "-k", "card_is")


@pytest.mark.parametrize("arguments", [("number", "17090001234"), ("list", "defects"), CARD])
def test_a_full_disk_is_one_line_and_not_a_success(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, *arguments], cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.stderr == "interop: output is lost: No space left on device\n"
    assert done.returncode == 4
    if arguments is CARD:  # the run itself went on
        [run] = (tmp_path / "runs").iterdir()
        assert (run / "report.html").exists()


@pytest.mark.parametrize("arguments", [("number", "17090001234"), ("list", "labs"), CARD])
def test_output_that_nobody_wants(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    script = 'exec "$@" >&-'
    done = subprocess.run(
        ["sh", "-c", script, "sh", *COMMAND, *arguments], cwd=tmp_path, stderr=subprocess.PIPE, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_without_any_input(tmp_path: Path) -> None:
    """As some job runners start it: descriptor 0 is closed."""
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" <&-', "sh", *COMMAND, "modem", "console", "m01", "--lab", "small"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_each_defect_begins_its_line() -> None:
    """`interop list defects | grep '^mms'`, as docs/mms.md has it."""
    lines = interop("list", "defects").stdout.splitlines()
    assert lines[0].startswith("name ")
    assert sum(line.startswith("mms.") for line in lines) > 20


@pytest.mark.parametrize(
    "arguments", [("number", "17090001234"), ("lab", "check", "small"), ("list", "cases")]
)
def test_no_line_of_a_log_ends_in_blanks(arguments: tuple[str, ...]) -> None:
    lines = interop(*arguments).stdout.splitlines()
    assert len(lines) > 5
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        (("rum",), 'no command "rum"; did you mean "run"?'),
        (("emulte",), 'no command "emulte"; did you mean "emulate"?'),
        (
            ("what",),
            'no command "what" (there are: run, report, campaign, results, release, diff, records, '
            "pack, lab, list, sim, number, doctor, otp, send, benchmark, emulate, modem)",
        ),
        (("lab", "chek"), "Did you mean 'check'?"),
    ],
)
def test_a_mistyped_command(typed: tuple[str, ...], says: str) -> None:
    done = interop(*typed)
    assert done.returncode == 2 and says in done.stderr


@pytest.mark.parametrize(
    "noun",
    [
        (),
        ("run",),
        ("report",),
        ("campaign",),
        ("campaign", "run"),
        ("campaign", "status"),
        ("campaign", "next"),
        ("results",),
        ("results", "kpi"),
        ("release",),
        ("diff",),
        ("records",),
        ("records", "match"),
        ("pack",),
        ("lab",),
        ("lab", "check"),
        ("lab", "scan"),
        ("doctor",),
        ("modem",),
        ("modem", "call"),
        ("benchmark",),
        ("benchmark", "fleet"),
        ("list",),
        ("number",),
        ("send",),
        ("emulate",),
        ("sim",),
        ("sim", "read"),
        ("sim", "diff"),
    ],
)
def test_help_is_plain_and_whole(noun: tuple[str, ...]) -> None:
    text = interop(*noun, "-h", environment={"COLUMNS": "80"}).stdout
    assert text == interop(*noun, "--help", environment={"COLUMNS": "80"}).stdout
    assert text.isascii() and "Usage: " in text
    assert "..." not in text.partition("Commands:")[2]  # every command's line fits
    options = text.partition("Options:")[2]
    options = re.sub(r"runs/(<time>-<id>|campaign-<name>)", "", options)
    assert "list[str]" not in options and "<" not in options


def on_a_terminal(cwd: Path, columns: int, *arguments: str, **environment: str) -> str:
    ours, theirs = pty.openpty()
    import fcntl
    import termios

    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    usual = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [*COMMAND, *arguments], cwd=cwd, env=usual | environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    text = b""
    try:
        while part := os.read(ours, 65536):
            text += part
    except OSError:  # the last writer has gone
        pass
    finally:
        os.close(ours)
        process.wait()
    return text.decode()


def test_a_dumb_terminal_gets_plain_lines_of_its_own_width(tmp_path: Path) -> None:
    text = on_a_terminal(tmp_path, 60, "run", "--lab", "small", "-k", "receives and 1718", TERM="dumb")
    assert "\x1b" not in text and "✓ pass" in text
    assert max(len(line) for line in text.replace("\r", "").splitlines()) <= 60


def test_words_stay_whole_on_a_narrow_terminal(tmp_path: Path) -> None:
    text = on_a_terminal(tmp_path, 60, "lab", "check", "small", TERM="xterm")
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text.replace("\r", ""))
    lines = [line.rstrip() for line in plain.splitlines()]
    assert lines[:2] == [
        "Lab small: 6 modems, 6 SIMs (3 of virtual operators), 1",
        "form, 1 label service, 4 originators",
    ]
    assert "…" not in text and max(map(len, lines)) <= 60
