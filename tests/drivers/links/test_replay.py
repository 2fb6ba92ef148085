"""A journal as a link: the driver is held against what it once sent, and gets what it once got."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from drivers.links.replay import ReplayLink
from interop.engine.clock import run_virtual
from interop.protocols.errors import DeviceLost, EquipmentError
from interop.record.journal import LinkJournal
from interop.record.redaction import Redactor

Say = tuple[float, str, str]


def journal(path: Path, *said: Say, secrets: tuple[str, ...] = ()) -> str:
    """Written by the real journal, masks and all; returns the port that replays it."""
    text, now, sequence = io.StringIO(), [0.0], count()
    paper = LinkJournal(text, now=lambda: now[0], sequence=lambda: next(sequence), redact=Redactor(secrets))
    for at, direction, data in said:
        now[0] = at
        if direction == "#":
            paper.note(data)
        else:
            (paper.sent if direction == ">" else paper.received)(data.encode("latin-1"))
    paper.settle()
    path.write_text(text.getvalue())
    return f"replay:{path}"


class Driver:
    """Writes what it is told to, at its times, and keeps what it gets."""

    def __init__(self, port: str) -> None:
        self.link = ReplayLink("m1", port)
        self.got: list[tuple[float, bytes]] = []
        self.lost: list[str] = []

    async def open(self) -> None:
        await self.link.open(lambda data: self.got.append((self.now, data)), self.lost.append)

    @property
    def now(self) -> float:
        return round(asyncio.get_running_loop().time(), 3)

    async def write(self, at: float, data: str) -> None:
        await asyncio.sleep(at - asyncio.get_running_loop().time())
        self.link.write(data.encode("latin-1"))


TALK: tuple[Say, ...] = (
    (5.0, ">", "AT\r"),
    (5.1, "<", "\r\nOK\r\n"),
    (7.0, ">", "AT+CSQ\r"),
    (9.5, "<", "\r\nRING\r\n"),
    (9.6, "<", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
)


def run(test: Callable[[], Any]) -> None:
    run_virtual(test())


def test_what_was_received_comes_at_its_time(tmp_path: Path) -> None:
    async def main() -> None:
        driver = Driver(journal(tmp_path / "m1.jsonl", *TALK))
        await driver.open()
        driver.link.write(b"AT\r")
        await driver.write(2.0, "AT+CSQ\r")
        await asyncio.sleep(10)
        assert driver.got == [
            (0.1, b"\r\nOK\r\n"), (4.5, b"\r\nRING\r\n"), (4.6, b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
        ]  # fmt: skip
        assert driver.link.left == 0
        assert driver.lost == []

    run(main)


def test_nothing_comes_before_what_it_may_answer_has_been_sent(tmp_path: Path) -> None:
    async def main() -> None:
        driver = Driver(journal(tmp_path / "m1.jsonl", *TALK))
        await driver.open()
        driver.link.write(b"AT\r")
        await driver.write(30.0, "AT+C")  # in two pieces, and late
        await asyncio.sleep(1)
        assert [at for at, _ in driver.got] == [0.1]
        driver.link.write(b"SQ\r")
        await asyncio.sleep(1)
        assert [at for at, _ in driver.got] == [0.1, 31.0, 31.0]

    run(main)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (
            "AT+CREG?\r",
            r"at byte 7 of what was sent \(.*m1.jsonl:3\): expected 'AT\+CSQ\\r', got 'AT\+CREG\?\\r'",
        ),
        ("AT+CSQ\rAT\r", r"at byte 10 of what was sent \(.*m1.jsonl:3\): expected nothing more, got 'AT\\r'"),
        ("AT+CSQ?\r", r"at byte 9 .* expected 'AT\+CSQ\\r', got 'AT\+CSQ\?\\r'"),
    ],
)
def test_a_divergence_is_one_error_and_the_end(sent: str, said: str, tmp_path: Path) -> None:
    async def main() -> None:
        driver = Driver(journal(tmp_path / "m1.jsonl", *TALK))
        await driver.open()
        driver.link.write(b"AT\r")
        await driver.write(2.0, sent)
        assert driver.lost == [], "not from within the driver's own step"
        await asyncio.sleep(60)
        driver.link.write(b"more")
        await asyncio.sleep(0)
        [why] = driver.lost
        assert "\n" not in why
        with pytest.raises(EquipmentError, match=said) as raised:
            await driver.open()
        assert not isinstance(raised.value, DeviceLost), "trying again would not help"

    run(main)


PIN: tuple[Say, ...] = (
    (0.0, ">", 'AT+CPIN="7391"\r'),
    (0.1, "<", 'AT+CPIN="73'),
    (0.2, "<", '91"\r\r\nOK\r\n'),
)


def test_a_mask_matches_what_it_hides_and_nothing_of_another_kind(tmp_path: Path) -> None:
    async def main() -> None:
        port = journal(tmp_path / "m1.jsonl", *PIN)
        assert "7391" not in (tmp_path / "m1.jsonl").read_text()
        driver = Driver(port)
        await driver.open()
        driver.link.write(b'AT+CPIN="2580"\r')
        await asyncio.sleep(1)
        assert driver.link.left == 0
        # an echo in pieces is that of what was sent now
        assert b"".join(data for _, data in driver.got) == b'AT+CPIN="2580"\r\r\nOK\r\n'
        for wrong in ('AT+CPIN="258"\r', 'AT+CPUK="2580"\r'):
            driver = Driver(port)
            await driver.open()
            driver.link.write(wrong.encode())
            await asyncio.sleep(0)
            assert len(driver.lost) == 1

    run(main)


def test_a_divergence_shows_no_secret(tmp_path: Path) -> None:
    async def main() -> None:
        driver = Driver(journal(tmp_path / "m1.jsonl", *TALK))
        await driver.open()
        driver.link.write(b'AT+CPIN="7391"\r')
        await asyncio.sleep(0)
        [why] = driver.lost
        assert "7391" not in why
        assert 'AT+CPIN="****"' in why

    run(main)


def test_a_star_that_was_sent_is_a_star(tmp_path: Path) -> None:
    async def main() -> None:
        driver = Driver(journal(tmp_path / "m1.jsonl", (0.0, ">", 'AT+CUSD=1,"*100#",15\r')))
        await driver.open()
        driver.link.write(b'AT+CUSD=1,"5100#",15\r')
        await asyncio.sleep(0)
        assert len(driver.lost) == 1

    run(main)


def test_a_loss_is_played_and_the_device_is_back_when_it_was(tmp_path: Path) -> None:
    async def main() -> None:
        said: tuple[Say, ...] = (
            (0.0, ">", "AT\r"), (0.1, "<", "\r\nOK\r\n"), (3.0, "#", "link lost: unplugged"),
            (23.0, ">", "ATZ\r"), (23.1, "<", "\r\nOK\r\n"),
        )  # fmt: skip
        driver = Driver(journal(tmp_path / "m1.jsonl", *said))
        await driver.open()
        driver.link.write(b"AT\r")
        await asyncio.sleep(4)
        assert driver.lost == ["unplugged"]
        driver.link.write(b"nobody hears this")
        with pytest.raises(DeviceLost, match="was not there at this time of the recording"):
            await driver.open()
        await driver.link.returned()
        assert driver.now == 23.0
        await driver.open()
        driver.link.write(b"ATZ\r")
        await asyncio.sleep(1)
        assert driver.got[-1] == (23.1, b"\r\nOK\r\n")

    run(main)


def test_it_is_under_the_guard_as_it_was_when_it_was_recorded(tmp_path: Path) -> None:
    for note, emulated in (("port emulated", True), ("port /dev/ttyUSB2", False)):
        port = journal(tmp_path / "m1.jsonl", (0.0, "#", note), *TALK)
        assert ReplayLink("m1", port).emulated is emulated


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, r"m1: no journal .*m1.jsonl: No such file"),
        ("not JSON\n{}\n", r"m1: .*m1.jsonl: line 1 is none of a journal"),
        ('{"at": 0}\n', r"m1: .*m1.jsonl: line 1 is none of a journal: 'seq'"),
    ],
)
def test_what_is_no_journal(content: str | None, said: str, tmp_path: Path) -> None:
    async def main() -> None:
        path = tmp_path / "m1.jsonl"
        if content is not None:
            path.write_text(content)
        with pytest.raises(EquipmentError, match=said):
            await Driver(f"replay:{path}").open()

    run(main)


def test_a_line_that_a_crash_cut_short_is_the_end(tmp_path: Path) -> None:
    path = tmp_path / "m1.jsonl"
    port = journal(path, *TALK)
    whole = ReplayLink("m1", port).left
    path.write_text(path.read_text() + json.dumps({"at": 1.0, "seq": 99, "dir": ">", "data": "AT"})[:30])
    assert ReplayLink("m1", port).left == whole == 10


def test_lines_of_the_file_count_in_the_order_of_their_sequence(tmp_path: Path) -> None:
    """An echo in pieces is written when its line ends, behind what was sent and noted meanwhile."""

    async def main() -> None:
        rows = (
            (1, 0.0, ">", "AT+C"), (4, 0.2, ">", "SQ\r"),
            (2, 0.1, "<", "AT+C"), (3, 0.1, "<", "\r"), (5, 0.3, "<", "SQ\r"),
        )  # fmt: skip
        lines = [json.dumps({"at": at, "seq": seq, "dir": way, "data": data}) for seq, at, way, data in rows]
        (tmp_path / "m1.jsonl").write_text("".join(f"{line}\n" for line in lines))
        driver = Driver(f"replay:{tmp_path}/m1.jsonl")
        await driver.open()
        driver.link.write(b"AT+C")
        await asyncio.sleep(0.15)
        assert driver.got == [(0.1, b"AT+C"), (0.1, b"\r")]
        driver.link.write(b"SQ\r")
        await asyncio.sleep(1)
        assert driver.got[2:] == [(0.3, b"SQ\r")]

    run(main)
