"""The engineer at a real terminal: a pty, on which a test types as a person would."""

from __future__ import annotations

import asyncio
import fcntl
import importlib.util
import json
import os
import pty
import re
import select
import shlex
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interop.cli.engineer import AtTerminal, terminal
from interop.engine.clock import run, run_virtual
from interop.record import Verdict
from interop.record.reader import read_run

ANSWERS = {"s": "it was sent", "r": "it was refused"}
DEADLINE_S = 60.0
NOBODY = "app: an engineer has to be asked, there is no terminal to ask at"


class Person:
    """At the other side of a terminal: reads what is shown, types."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        self.shown = ""

    async def sees(self, text: str) -> None:
        """Until it stands on the screen, after what was seen before."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(DEADLINE_S):
            while text not in self.shown:
                readable = asyncio.Event()
                loop.add_reader(self.master, readable.set)
                await readable.wait()
                loop.remove_reader(self.master)
                self.shown += os.read(self.master, 4096).decode()
        self.shown = self.shown.partition(text)[2]

    def has_seen(self, text: str) -> None:
        """As `sees`, where a virtual clock would not wait for a terminal."""
        while text not in self.shown:
            assert select.select([self.master], [], [], DEADLINE_S)[0], self.shown
            self.shown += os.read(self.master, 4096).decode()

    def types(self, text: str) -> None:
        os.write(self.master, text.encode())

    def close(self) -> None:
        for descriptor in (self.master, self.slave):
            if descriptor >= 0:
                os.close(descriptor)
        self.master = self.slave = -1


@pytest.fixture
def person() -> Iterator[Person]:
    person = Person()
    yield person
    person.close()


@pytest.fixture
def engineer(person: Person) -> Iterator[AtTerminal]:
    engineer = AtTerminal(os.ttyname(person.slave))
    yield engineer
    engineer.close()


def asked(engineer: AtTerminal, person: Person, *typed: str, question: str = "Send it?") -> str | None:
    """What comes of a question when the person types that, each after a prompt."""

    async def types() -> None:
        for text in typed:
            await person.sees("? ")
            person.types(text)

    async def both() -> str | None:
        answer, _ = await asyncio.gather(engineer.ask(question, ANSWERS, within=DEADLINE_S), types())
        return answer

    return run(both(), virtual=False)


@pytest.mark.parametrize("typed", ["s\n", " S \n", "ｓ\n", "x\x7fs\n"])
def test_an_answer(engineer: AtTerminal, person: Person, typed: str) -> None:
    assert engineer.present
    assert asked(engineer, person, typed) == "s"


def test_a_wrong_answer_is_asked_again(engineer: AtTerminal, person: Person) -> None:
    assert asked(engineer, person, "yes\n", "\n", "r\n") == "r"


def test_question_and_answers_stand_on_the_screen_and_command_nothing(
    engineer: AtTerminal, person: Person
) -> None:
    async def look() -> None:
        question = asyncio.create_task(
            engineer.ask("发送：\n\n验证码\u3000482913\x1b[2J\u202e", ANSWERS, within=DEADLINE_S)
        )
        await person.sees("发送：\r\n\r\n验证码\u3000482913\\x1b[2J\\u202e\r\n")
        await person.sees("s  it was sent\r\n  r  it was refused\r\n")
        await person.sees("within 60 s")
        question.cancel()

    run(look(), virtual=False)


@pytest.mark.parametrize("virtual", [True, False])
def test_no_answer_in_time(engineer: AtTerminal, person: Person, virtual: bool) -> None:
    question = engineer.ask("Send it?", ANSWERS, within=300.0 if virtual else 0.05)
    assert run(question, virtual=virtual) is None
    person.has_seen("no answer within")
    assert engineer.present


def test_what_was_typed_before_the_question_is_no_answer(engineer: AtTerminal, person: Person) -> None:
    person.types("s\n")
    person.has_seen("s\r\n")  # the terminal has it
    assert run_virtual(engineer.ask("Send it?", ANSWERS, within=300.0)) is None


def test_two_questions_never_stand_at_once(engineer: AtTerminal, person: Person) -> None:
    async def two() -> list[str | None]:
        first = asyncio.create_task(engineer.ask("first", ANSWERS, within=DEADLINE_S))
        second = asyncio.create_task(engineer.ask("second", ANSWERS, within=DEADLINE_S))
        await person.sees("nobody is here) ")
        assert "second" not in person.shown
        person.types("s\n")
        await person.sees("second")
        await person.sees("nobody is here) ")
        person.types("r\n")
        return [await first, await second]

    assert run(two(), virtual=False) == ["s", "r"]


def test_the_time_of_a_question_begins_when_it_is_shown(engineer: AtTerminal) -> None:
    async def two() -> tuple[list[str | None], float]:
        loop = asyncio.get_running_loop()
        answers = await asyncio.gather(*(engineer.ask("?", ANSWERS, within=300.0) for _ in range(2)))
        return answers, loop.time()

    assert run_virtual(two()) == ([None, None], 600.0)


def test_a_question_given_up_leaves_the_terminal_to_the_next(engineer: AtTerminal, person: Person) -> None:
    async def twice() -> str | None:
        first = asyncio.create_task(engineer.ask("first", ANSWERS, within=DEADLINE_S))
        await person.sees("nobody is here) ")
        first.cancel()
        with pytest.raises(asyncio.CancelledError):
            await first
        second = asyncio.create_task(engineer.ask("second", ANSWERS, within=DEADLINE_S))
        await person.sees("nobody is here) ")
        person.types("s\n")
        return await second

    assert run(twice(), virtual=False) == "s"


def test_ctrl_d_says_that_nobody_is_here_any_more(engineer: AtTerminal, person: Person) -> None:
    assert asked(engineer, person, "\x04") is None
    assert not engineer.present
    assert run_virtual(engineer.ask("Send it?", ANSWERS, within=300.0)) is None


def test_a_terminal_that_is_closed(engineer: AtTerminal, person: Person) -> None:
    async def close() -> str | None:
        question = asyncio.create_task(engineer.ask("Send it?", ANSWERS, within=DEADLINE_S))
        await person.sees("nobody is here) ")
        person.close()
        return await question

    assert run(close(), virtual=False) is None
    assert not engineer.present


def test_no_terminal(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    async def now() -> float:
        for nobody in (AtTerminal(None), AtTerminal(str(tmp_path / "gone"))):
            assert not nobody.present
            assert await nobody.ask("Send it?", ANSWERS, within=300.0) is None
        return asyncio.get_running_loop().time()

    assert run_virtual(now()) == 0.0
    with Path(os.devnull).open() as nothing:
        monkeypatch.setattr("sys.stdin", nothing)
        assert terminal() is None


def test_a_terminal_of_ci_is_watched_by_nobody(monkeypatch: pytest.MonkeyPatch, person: Person) -> None:
    monkeypatch.delenv("CI", raising=False)
    with os.fdopen(os.dup(person.slave)) as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        assert terminal() == os.ttyname(person.slave)
        monkeypatch.setenv("CI", "true")
        assert terminal() is None


# `interop` itself, on a terminal of its own

LAB = """\
name: bench
city: 北京
modems:
  - {name: m01, port: emulated, sim: mi-1709}
  - {name: m02, port: emulated, sim: cucc-bj}
sims:
  - {name: mi-1709, msisdn: "17090001234", imsi: "460011709001234", iccid: "89860120811000017091", kind: mvno,
     brand: 小米移动, base_operator: CUCC, city: 北京}
  - {name: cucc-bj, msisdn: "18600001234", imsi: "460011860001234", iccid: "89860120811000000030",
     kind: ordinary, brand: 中国联通, base_operator: CUCC, city: 北京}
forms:
  - {name: app, title: 手机银行, driver: keyboard, url: 手机银行 App 里的注册页}
originators:
  - {name: counter, title: 柜台, driver: keyboard, number: "95588", place: 柜台网页, operator: CMCC,
     city: 北京}
"""
FORM = ("interop", "run", "recognition.sites", "-k", "form_accepts", "--yes", "--lab", "lab.yaml")
OUT = ("--out", "run")


class Command:
    """`interop` as the foreground job of a terminal."""

    def __init__(self, folder: Path, *arguments: str, background: bool = False) -> None:
        (folder / "lab.yaml").write_text(LAB, encoding="utf-8")
        command = [sys.executable, "-m", *arguments]
        if background:  # of a shell with job control
            command = ["sh", "-c", f"set -m; {shlex.join(command)} & wait $!"]
        self.master, slave = pty.openpty()
        environment = {key: value for key, value in os.environ.items() if key != "CI"}
        self.process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment | {"TERM": "xterm", "COLUMNS": "200"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        self.shown = ""

    def sees(self, text: str) -> str:
        """All that was shown up to there since last time."""
        until = time.monotonic() + DEADLINE_S
        while text not in self.shown:
            assert select.select([self.master], [], [], until - time.monotonic())[0], self.shown
            self.shown += os.read(self.master, 4096).decode("utf-8", "replace")
        before, _, self.shown = self.shown.partition(text)
        return before

    def types(self, text: str) -> None:
        os.write(self.master, text.encode())

    def ends(self) -> int:
        """Its exit code; what it still says is read, so that it never waits for us."""
        try:
            while data := os.read(self.master, 4096):
                self.shown += data.decode("utf-8", "replace")
        except OSError:  # nobody holds the other side any more
            pass
        return self.process.wait(DEADLINE_S)

    def loses_its_window(self) -> int:
        """Its exit code."""
        os.close(self.master)
        self.master = -1
        return self.process.wait(DEADLINE_S)

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self.master >= 0:
            os.close(self.master)


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Any]:
    started: list[Command] = []

    def start(*arguments: str, background: bool = False) -> Command:
        started.append(Command(tmp_path, *arguments, background=background))
        return started[-1]

    yield start
    for each in started:
        each.close()


def test_a_run_asks_beside_its_live_line(command: Any, tmp_path: Path) -> None:
    """The site refuses the MVNO's number and takes the ordinary one: the control is asked about, too."""
    run = command(*FORM, *OUT)
    before = run.sees("Give the number 17090001234 to 手机银行 App 里的注册页")
    assert "0/1" in before, "the live line was there"
    question = run.sees("nobody is here) ")
    assert "0/1" not in question and "v  no numbers of virtual operators" in question
    run.types("v\n")
    run.sees("Give the number 18600001234")
    run.sees("nobody is here) ")
    run.types("a\n")
    assert run.ends() == 1
    assert "1/1" in run.shown and "rejected_by_policy" in run.shown
    [attempt] = [one for one in read_run(tmp_path / "run").attempts if one.control_of is None]
    assert attempt.control is not None and attempt.control.finding == "segment"


def test_ctrl_c_at_a_question_ends_the_run_in_order(command: Any, tmp_path: Path) -> None:
    run = command(*FORM, *OUT)
    run.sees("nobody is here) ")
    run.types("\x03")
    assert run.ends() == 130, run.shown
    assert "interrupted; go on with: interop run --resume" in run.shown
    [attempt] = read_run(tmp_path / "run").attempts
    assert (attempt.verdict, attempt.reason) == (Verdict.INCONC, "interrupted")


@pytest.mark.parametrize("asked", [True, False])
def test_a_window_that_is_closed_ends_the_run_in_order(command: Any, tmp_path: Path, asked: bool) -> None:
    """As Ctrl-C does: an end for every case that had begun, and reports."""
    if asked:
        run = command(*FORM, *OUT)
        run.sees("nobody is here) ")
    else:
        run = command("interop", "run", "codes", "--lab", "emulated", *OUT)
        run.sees("running")
    assert run.loses_its_window() == 130
    record = read_run(tmp_path / "run")
    assert record.meta["state"] == "interrupted"
    assert record.attempts and {one.reason for one in record.attempts if one.verdict is not Verdict.PASS} <= {
        "interrupted"
    }
    assert (tmp_path / "run" / "report.html").exists() and (tmp_path / "run" / "junit.xml").exists()


def test_a_run_without_a_terminal_is_inconclusive_and_ends(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text(LAB, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", *FORM],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert done.returncode == 3, done.stdout + done.stderr
    assert NOBODY in done.stdout


def test_a_run_in_the_background_asks_nobody(command: Any) -> None:
    """If it read, the terminal would stop it."""
    run = command(*FORM, background=True)
    assert run.ends() == 3, run.shown
    assert NOBODY in run.shown


def test_plain_pytest_keeps_the_keyboard_to_itself(command: Any) -> None:
    suite = importlib.util.find_spec("suites.recognition.sites")
    assert suite is not None and suite.origin is not None
    options = ("-k", "form_accepts", "--interop-lab=lab.yaml", "--interop-yes", "-p", "no:cacheprovider")
    run = command("pytest", suite.origin, *options)
    assert run.ends() == 1  # what is not known to work is not green
    assert NOBODY in run.shown


def test_a_text_by_hand_with_interop_send(command: Any) -> None:
    options = ("--via", "counter", "--json", "--within", "1", "--lab", "lab.yaml")
    sent = command("interop", "send", "13311112222", "验证码 482913", *options)
    sent.sees("Send this text to 13311112222, from 柜台网页 (95588):\r\n\r\n验证码 482913\r\n")
    sent.sees("nobody is here) ")
    sent.types("s\n")
    assert sent.ends() == 1
    answer = json.loads(re.sub(r"^.*?(?=\{)", "", sent.shown, flags=re.DOTALL))
    assert (answer["via"], answer["acceptance"]) == ("counter", "accepted")
    assert [event["kind"] for event in answer["events"]] == ["TextHanded", "TextTaken"]
