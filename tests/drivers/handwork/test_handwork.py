"""`interop modem` as somebody at the bench meets it: on the emulated lab, and on ports that count as real."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from drivers.handwork import app, target, words
from drivers.handwork.console import Pipe, _tell
from drivers.handwork.editor import Editor, Entered, Key
from drivers.handwork.lines import asks_for_text, spends
from interop.engine.clock import run
from interop.record.events import MessageReceived, PartReceived
from interop.record.redaction import Redactor
from tests.forked import interop

COMMAND = [sys.executable, "-m", "interop", "modem"]
WITHIN_S = 60.0


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A command in this process, on the virtual clock where it comes to a clock at all."""

    def invoke(*arguments: str) -> Any:
        monkeypatch.setattr(target, "run", lambda main, virtual: run(main, virtual=True))
        return CliRunner().invoke(app, arguments)

    return invoke


def modem(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return interop("modem", *arguments, typed=typed)


def test_info_as_json(small: Callable[..., Any]) -> None:
    done = small("info", "m01", "--lab", "small", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, done.stderr) == (0, "")
    assert told["identity"]["manufacturer"] == "Quectel" and told["dialect"] == "quectel"
    assert told["sim"]["imsi"] == "460011709001234" and told["sim"]["msisdn"] == "17090001234"
    assert told["registration"]["usable"] is True and told["registration"]["plmn"] == "46001"
    assert told["memories"]["ME"][1] > 0


def test_a_port_is_recognised_without_a_lab_file(ports: Path) -> None:
    done = modem("info", str(ports / "m02"))
    assert done.returncode == 0, done.stderr
    assert "SIMCOM" in done.stdout and "dialect       simcom" in done.stdout
    assert "89860120831000017180" in done.stdout


def test_answers_and_what_a_refusal_means(small: Callable[..., Any]) -> None:
    done = small("at", "m05", "--lab", "small", "AT+CSQ", "+CGMI", "AT+CMGR=200", 'AT+CPIN="1234"')
    lines = done.stdout.splitlines()
    assert done.exit_code == 1
    assert lines[:3] == ["AT+CSQ", "+CSQ: 22,99", "OK"]
    assert lines[3:6] == ["AT+CGMI", "INTEROP", "OK"]
    assert "+CMS ERROR: 321  (invalid memory index)" in lines
    assert 'AT+CPIN="****"' in lines and "1234" not in done.stdout + done.stderr


def test_a_message_and_its_delivery_report(small: Callable[..., Any]) -> None:
    done = small("sms", "m01", "17180001234", "你好", "--report", "--lab", "small", "--json")
    told = json.loads(done.stdout)
    assert done.exit_code == 0
    assert told["accepted"] is True
    assert told["reports"] == [{"status": 0, "delivered": True, "text": "received by the SME"}]


def test_a_long_message_and_the_report_on_each_part(small: Callable[..., Any]) -> None:
    done = small("sms", "m01", "17180001234", "你好" * 70, "--report", "--lab", "small")
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [
        "accepted by the network in 3 parts, reference 1, 2, 3",
        *(f"part {number}: delivered: received by the SME" for number in (1, 2, 3)),
    ]
    told = json.loads(small("sms", "m01", "17180001234", "你好" * 70, "--lab", "small", "--json").stdout)
    assert (told["parts"], told["references"], told["accepted"]) == (3, [1, 2, 3], True)


def test_a_message_that_the_network_refuses(small: Callable[..., Any]) -> None:
    done = small("sms", "m01", "19999999999", "x", "--report", "--lab", "small", "--within", "20")
    assert done.exit_code == 1
    assert "refused" in done.stdout or "not delivered" in done.stdout


def test_a_call_step_by_step(small: Callable[..., Any]) -> None:
    done = small("call", "m04", "18600001234", "--for", "1", "--lab", "small", "--json")
    steps = [step["step"] for step in json.loads(done.stdout)["steps"]]
    assert (done.exit_code, steps) == (0, ["dialling", "alerting", "connected", "hung up here"])


def test_a_three_way_call_step_by_step(small: Callable[..., Any]) -> None:
    call = ("call", "m04", "18600001234", "--join", "17090001234", "--for", "1", "--lab", "small", "--json")
    done = small(*call, "--tones", "12")
    steps = json.loads(done.stdout)["steps"]
    assert done.exit_code == 0, done.output
    assert [step["step"] for step in steps] == [
        "dialling", "alerting", "connected", "tones 12", "second call, to 17090001234",
        "dialling", "alerting", "connected", "joined", "hung up here",
    ]  # fmt: skip
    assert steps[8]["why"] == "1 active mpty, 2 active mpty"


def test_a_call_to_nobody_is_released_with_its_cause_in_words(small: Callable[..., Any]) -> None:
    done = small("call", "m04", "19999999999", "--lab", "small")
    assert done.exit_code == 1
    assert "released: cause 1, unassigned" in done.stdout


def test_ussd(small: Callable[..., Any]) -> None:
    done = small("ussd", "m01", "*100#", "--lab", "small")
    assert done.exit_code == 0 and "余额" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_ctrl_c_hangs_up_and_so_does_a_terminal_that_is_closed(
    ports: Path, tmp_path: Path, number: signal.Signals
) -> None:
    journal = tmp_path / "journal"
    process = subprocess.Popen(
        [*COMMAND, "call", str(ports / "m04"), "18600001234", "--yes", "--journal", str(journal)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    while "alerting" not in (line := process.stdout.readline()):
        assert line, "ended before it rang"
    process.send_signal(number)
    assert process.wait(WITHIN_S) == 130
    sent = [row["data"] for row in map(json.loads, journal.read_text().splitlines()) if row.get("dir") == ">"]
    dialled = next(place for place, line in enumerate(sent) if line.startswith("ATD"))
    assert any(line in ("AT+CHUP\r", "ATH\r") for line in sent[dialled:])


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("at", "ATD110;", "--yes"), "110 is an emergency number"),
        (("at", 'AT+CCFC=0,3,"119"', "--yes"), "119 is an emergency number"),
        (("at", 'AT+CUSD=1,"112",15'), "112 is an emergency number"),
        (("call", "120", "--yes"), "120 is an emergency number"),
        (("sms", "12110", "x", "--yes"), "12110 is an emergency number"),
        (("call", "10086"), "allow it with --yes"),
        (("sms", "10086", "x"), "allow it with --yes"),
        (("at", "ATE0D10086;"), "allow it with --yes"),
    ],
)
def test_on_a_real_port_the_guard_and_the_question_come_first(
    ports: Path, tmp_path: Path, arguments: tuple[str, ...], complaint: str
) -> None:
    journal = tmp_path / "journal"
    command, *rest = arguments
    done = modem(command, str(ports / "m03"), *rest, "--journal", str(journal))
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert complaint in done.stderr
    written = journal.read_text() if journal.exists() else ""
    assert (
        "ATD" not in written and "CMGS" not in written and "CCFC" not in written and "CUSD=1" not in written
    )


def test_budgets_hold_for_handwork(ports: Path, tmp_path: Path) -> None:
    lab = tmp_path / "lab.yaml"
    lab.write_text(
        f"""
name: bench
city: 北京
modems: [{{name: m1, port: {ports / "m05"}, sim: s1}}]
sims:
  - {{name: s1, msisdn: "18600001234", imsi: "460011860001234", iccid: "89860120811000000030", kind: ordinary,
      brand: 中国联通, base_operator: CUCC, city: 北京, budget: {{calls: 0, messages: 0}}}}
"""
    )
    for arguments in (("call", "m1", "10010"), ("sms", "m1", "10010", "x"), ("at", "m1", "ATD10010;")):
        done = modem(*arguments, "--lab", str(lab), "--yes")
        assert done.returncode == 2 and "0 of the 0" in done.stderr, done.stderr


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("info", "m01"), "give its lab file"),
        (("info", "m09", "--lab", "small"), "has no modem"),
        (("info", "m01", "--lab", "nowhere"), "no such file"),
        (("info", "/dev/ttyUSB999"), "no such port"),
        (("info", "/dev/null", "--lab", "small"), "leave out --lab"),
        (("info", "m01", "--lab", "small", "--dialect", "klingon"), "no dialect 'klingon'"),
        (("sms", "m01", "10 86", "x", "--lab", "small"), "neither a number"),
        (("sms", "m01", "Alipay", "x", "--lab", "small"), "'Alipay' is no number"),
        (("sms", "m01", "10086", "", "--lab", "small"), "no text"),
        (("sms", "m01", "10086", "很" * 20000, "--lab", "small"), "255 are possible"),
        (("ussd", "m01", "hello", "--lab", "small"), "no USSD code"),
        (("at", "m01", "--lab", "small", "AT+CMGS=20"), "asks for a text: use"),
        (("info", "/dev/ttyUSB999", "--dialect", "klingon"), "no dialect 'klingon'"),
        (("info", "/dev/null"), "no serial port"),
        (("info", "replay:/nowhere"), "name a journal"),
        (
            ("info", "m01", "--lab", "small", "--journal", "/nowhere/x"),
            "--journal /nowhere/x cannot be written",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    small: Callable[..., Any], arguments: tuple[str, ...], complaint: str
) -> None:
    done = small(*arguments)
    assert (done.exit_code, len(done.stderr.splitlines()), done.stdout) == (2, 1, "")
    assert complaint in done.stderr


def test_a_port_that_is_held_is_left_alone(ports: Path) -> None:
    script = "import os, sys; os.open(sys.argv[1], os.O_RDWR); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen(
        [sys.executable, "-c", script, str(ports / "m06")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        done = modem("info", str(ports / "m06"))
        assert done.returncode == 2 and f"pid {holder.pid}" in done.stderr
    finally:
        holder.kill()
        holder.wait()


# The console


def test_the_console_on_a_pipe(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    typed = (
        "AT+CSQ\n"
        'AT+CPIN="1357"\n'
        'AT+CPWD="SC","1357","2468"\n'
        "ATD**04*1357*2468*2468#\n"
        'AT+CUSD=1,"**05*13572468*1357*1357#",15\n'
        "hello\n"
        "AT+CMGF=1\n"
        'AT+CMGS="17180001234"\n'
        "a text\n"
        "exit\n"
        "AT+CGMM\n"
    )
    done = modem("console", "m05", "--lab", "small", "--journal", str(journal), typed=typed)
    assert done.returncode == 1  # some were refused, and a script reads this
    assert "> AT+CSQ\n+CSQ: 22,99\nOK\n" in done.stdout
    assert "commands begin with AT" in done.stdout and "text or PDU> a text\n" in done.stdout
    assert "+CMGS: " in done.stdout and "CGMM" not in done.stdout
    kept = [json.loads(line) for line in journal.read_text().splitlines()]  # its times hold any digits
    everything = (
        done.stdout + done.stderr + "".join(line.get("data", "") + line.get("note", "") for line in kept)
    )
    for secret in ("1357", "2468"):
        assert secret not in everything


def test_the_console_shows_the_text_of_a_long_message_once(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Pipe(lambda text: text)
    for number, text in ((2, "二"), (1, "一")):
        _tell(screen, PartReceived("10086", 0x81, 5, number, 2, text, "2026-01-05T12:00:00+08:00"))
    _tell(screen, MessageReceived("10086", 0x81, "一二", "2026-01-05T12:00:00+08:00", parts=2))
    assert capsys.readouterr().out.splitlines() == [
        "# part 2 of 2 of a message from 10086",
        "# part 1 of 2 of a message from 10086",
        "# message from 10086: 一二",
    ]


def test_the_console_shows_what_comes_by_itself() -> None:
    """A message to oneself: the bare line, and what the driver read."""
    with talking("m05", "--lab", "small") as talk:
        talk.until("> ")
        talk.type("AT+CNUM\r")
        talk.until("18600001234")
        talk.type("ATD13900001234;\r")
        talk.until("OK")
        talk.type("AT+CHUP\r")
        talk.until("OK")
        talk.type("\x04")
        assert talk.ends() == 0


def test_on_a_terminal_a_pin_is_masked_while_it_is_typed() -> None:
    with talking("m05", "--lab", "small") as talk:
        talk.until("> ")
        for key in 'AT+CPIN="1357"':
            talk.type(key)
        talk.until('"****"')
        talk.type("\r")
        talk.until("+CME ERROR: 3")
        talk.type("\x1b[A")  # history: the PIN left none
        talk.type("AT+CGMM\r")
        talk.until("EM1")
        talk.type("exit\r")
        assert talk.ends() == 0
        assert "1357" not in talk.seen and "135" not in talk.seen


def test_the_console_asks_before_real_calls(ports: Path) -> None:
    with talking(str(ports / "m03"), "--dialect", "quectel") as talk:
        talk.until("> ")
        for line, real in (("ATD10000;", "calls"), ("AT+QMMSEND=100", "multimedia messages")):
            talk.type(f"{line}\r")
            talk.until(f"real {real}")
            talk.type("n\r")
            talk.until("not sent")


def test_a_script_is_not_asked_before_real_calls(ports: Path) -> None:
    """Its next line is a command, and never taken for the answer."""
    done = modem("console", str(ports / "m03"), typed="ATD10000;\nATD110;\nAT\n")
    assert "> ATD10000;\nnot sent (--yes allows it)\n" in done.stdout
    assert done.stdout.rstrip().endswith("> AT\nOK")
    assert done.returncode == 1


class Talk:
    """A program on a terminal: typed to, and read until something shows."""

    def __init__(self, fd: int, process: subprocess.Popen[bytes]) -> None:
        self._fd, self._process = fd, process
        self.seen = ""
        self._at = 0

    def type(self, text: str) -> None:
        os.write(self._fd, text.encode())

    def until(self, text: str) -> None:
        while text not in self.seen[self._at :]:
            assert self._read(), f"{text!r} never came: {self.seen!r}"
        self._at = self.seen.index(text, self._at) + len(text)

    def ends(self) -> int:
        while self._read():
            pass
        return self._process.wait(WITHIN_S)

    def _read(self) -> bool:
        if not select.select([self._fd], [], [], WITHIN_S)[0]:
            return False
        try:
            data = os.read(self._fd, 65536)
        except OSError:  # EIO: the other end is closed
            return False
        self.seen += data.decode("utf-8", "replace")
        return bool(data)


@contextmanager
def talking(*arguments: str) -> Iterator[Talk]:
    master, slave = pty.openpty()
    process = subprocess.Popen([*COMMAND, "console", *arguments], stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    try:
        yield Talk(master, process)
    finally:
        process.kill()
        process.wait()
        os.close(master)


# Without a modem


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("ATD10086;", "calls"),
        ("atdt10086", "calls"),
        ("ATE0V1D10086;", "calls"),
        ("ATHD10086;", "calls"),
        ("AT+CMEE=1;D10086;", "calls"),
        ("ATD>SM1;", "calls"),
        ("ATDL", "calls"),
        ("ATD*21*13800138000#;", "calls"),
        ("AT+CMGS=22", "messages"),
        ('AT+CMGF=1;+CMGS="10086"', "messages"),
        ("AT+CMSS=1", "messages"),
        ("AT+CMMSSEND", "multimedia"),
        ("AT+QMMSEND=100", "multimedia"),
        ("AT+CMMSSENDCFG=6,3,0,0,2,4", None),
        ("AT+CMMSSEND=?", None),
        ("AT&D2", None),
        ("AT&FE0&D0", None),
        ("AT+CMGD=1,4", None),
        ('AT+CPBF="D1"', None),
        ("AT+CGDCONT?", None),
        ("AT^DSCI=1", None),
        ("ATA", None),
        ("AT", None),
    ],
)
def test_what_a_line_costs(line: str, what: str | None) -> None:
    assert spends(line) == what


def test_what_asks_for_a_text() -> None:
    assert asks_for_text('AT+CMGS="10086"') and asks_for_text("at+cmgw = 20")
    assert (
        not asks_for_text("AT+CMGS=?") and not asks_for_text("AT+CMSS=1") and not asks_for_text("AT+CMGF=0")
    )


def test_the_words_for_codes_are_the_standards() -> None:
    assert words.final("+CME ERROR: 10") == "SIM not inserted"
    assert words.final("+CMS ERROR: 322") == "memory full"
    assert words.final("+CME ERROR: SIM not inserted") == ""
    assert words.final("+CMS ERROR: 38") == "network out of order"


def keys(editor: Editor, text: str) -> list[Any]:
    return list(editor.feed(text.encode()))


def test_the_editor() -> None:
    editor = Editor(Redactor())
    assert keys(editor, "AT+CSX\x7fQ\r") == [Entered("AT+CSQ")]
    assert keys(editor, "AT\x1b[D\x1b[DX\x1b[C\x05!\r") == [Entered("XAT!")]
    assert keys(editor, "\x1b[A\x1b[A\r") == [Entered("AT+CSQ")]
    assert keys(editor, "abc\x15\x04") == [Key.END]
    assert keys(editor, "abc\x03") == [Key.INTERRUPT]
    assert keys(editor, "a\x1b[3~\x1b[1;5Cb\r") == [Entered("ab")]
    assert keys(editor, "AT+CPIN=1357\r") == [Entered("AT+CPIN=1357")]
    assert "AT+CPIN=1357" not in editor.history


def test_the_editor_shows_no_secret_and_keeps_the_line_below_what_comes_in() -> None:
    editor = Editor(Redactor())
    keys(editor, 'AT+CPIN="13')
    assert editor.screen() == '\r\x1b[K> AT+CPIN="**'
    assert editor.above("RING") == '\r\x1b[KRING\r\n\r\x1b[K> AT+CPIN="**'
    split = "你".encode()
    assert list(editor.feed(split[:1])) == [] and list(editor.feed(split[1:])) == []
