"""The pty bearer: what another program sees of it. Stock programs use it in foreign/."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import subprocess
import sys
import termios
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from drivers.emulated.air import (
    Access,
    Bearer,
    Camp,
    Done,
    Forward,
    Forwarding,
    Leg,
    NoBearer,
    Submitted,
    Terminal,
)
from drivers.emulated.ptys import UNREAD_LIMIT, PtyPort
from drivers.emulated.terminal import EmulatedModem
from drivers.emulated.uicc import Card
from interop.lab.model import SimPart

SIM = SimPart(
    name="s1",
    msisdn="17090001234",
    imsi="460010123456789",
    iccid="8986011234567890123",
    kind="mvno",
    brand="小米移动",
    base_operator="CUCC",
    city="北京",
    smsc="+8613010112500",
)
IMEI = "862107043556942"


class QuietAir:
    """Registers at once and takes every message."""

    def __init__(self) -> None:
        self.submitted: list[bytes] = []

    def power_on(self, terminal: Terminal, *, volte: bool) -> None:
        del volte
        terminal.camped(self.camp(terminal))

    def power_off(self, terminal: Terminal) -> None:
        del terminal

    def camp(self, terminal: Terminal) -> Camp:
        del terminal
        return Camp(cs=1, eps=1, ims=1, plmn="46001", operator="CHN-UNICOM")

    def dial(self, terminal: Terminal, number: str, *, clir: bool = False) -> Leg:
        del clir
        return Leg(True, number, 129, 2, terminal)

    def answer(self, leg: Leg) -> None:
        del leg

    def hang_up(self, leg: Leg, cause: int = 16) -> None:
        del leg, cause

    def legs(self, terminal: Terminal) -> list[Leg]:
        del terminal
        return []

    def hold(self, legs: Sequence[Leg], done: Done) -> None: ...
    def retrieve(self, legs: Sequence[Leg], done: Done) -> None: ...
    def join(self, terminal: Terminal, done: Done) -> None: ...
    def split(self, leg: Leg, done: Done) -> None: ...
    def transfer(self, terminal: Terminal, done: Done) -> None: ...
    def deflect(self, leg: Leg, number: str, done: Done) -> None: ...
    def tone(self, terminal: Terminal, digit: str) -> None: ...

    def forwarding(self, terminal: Terminal, when: Forward) -> Forwarding | None:
        del terminal, when
        return None

    def set_forwarding(
        self, terminal: Terminal, when: Forward, forwarding: Forwarding | None, done: Done
    ) -> None: ...

    def submit(self, terminal: Terminal, tpdu: bytes, smsc: str, done: Callable[[Submitted], None]) -> None:
        del terminal, smsc
        self.submitted.append(tpdu)
        asyncio.get_running_loop().call_soon(done, Submitted(tpdu[1]))

    def open_bearer(
        self,
        terminal: Terminal,
        access: Access,
        done: Callable[[Bearer | int], None],
        lost: Callable[[], None],
    ) -> None:
        del terminal, access, lost
        asyncio.get_running_loop().call_soon(done, NoBearer.FAILURE)

    def call_waiting(self, terminal: Terminal) -> bool:
        del terminal
        return False

    def set_call_waiting(self, terminal: Terminal, on: bool) -> None:
        del terminal, on

    def ussd(self, terminal: Terminal, code: str) -> None:
        del terminal, code

    def ussd_end(self, terminal: Terminal) -> None:
        del terminal


async def on_pty(link: Path, use: Callable[[EmulatedModem, PtyPort, QuietAir], object]) -> None:
    air = QuietAir()
    modem = EmulatedModem(Card.of(SIM), air, name="m1", imei=IMEI)
    port = PtyPort(modem, link)
    port.open()
    modem.start()
    try:
        outcome = use(modem, port, air)
        if asyncio.iscoroutine(outcome):
            await outcome
    finally:
        port.close()


async def output(*command: str) -> str:
    """What a program prints, run beside the loop that serves the modem; killed after 60 s."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(60):
            said, _ = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return said.decode("utf-8", "replace")


def test_pyserial_in_another_process(tmp_path: Path) -> None:
    client = (
        "import serial, sys; s = serial.Serial(sys.argv[1], 115200, timeout=10); s.write(b'AT+CGSN\\r');"
        "print(s.read_until(b'OK\\r\\n'))"
    )

    async def use(modem: EmulatedModem, port: PtyPort, air: QuietAir) -> None:
        for _ in range(2):  # a client may go and another come
            said = await output(sys.executable, "-c", client, port.path)
            assert said.strip() == repr(f"AT+CGSN\r\r\n{IMEI}\r\n\r\nOK\r\n".encode())

    asyncio.run(on_pty(tmp_path / "vm0", use))


class Parrot:
    """Says what the test wants and keeps what it hears."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.arrived = asyncio.Event()

    def attach(self, write: Callable[[bytes], None]) -> None:
        self.say = write
        write(b"\r\nRDY\r\n")

    def detach(self, write: Callable[[bytes], None]) -> None: ...

    def received(self, data: bytes) -> None:
        self.heard.append(data)
        self.arrived.set()

    async def hears(self) -> bytes:
        async with asyncio.timeout(10):
            await self.arrived.wait()
        self.arrived.clear()
        return self.heard.pop()


async def until(port: PtyPort, *, used: bool) -> None:
    async with asyncio.timeout(10):
        while port.used is not used:  # noqa: ASYNC110  a state of the port, not an event for others
            await asyncio.sleep(0)


def opened(port: PtyPort) -> int:
    return os.open(port.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)


def test_raw_from_the_start_and_what_is_said_does_not_come_back(tmp_path: Path) -> None:
    async def scenario() -> None:
        modem = Parrot()
        port = PtyPort(modem, tmp_path / "vm0")
        port.open()
        client = opened(port)
        modes = termios.tcgetattr(client)[3]
        assert not modes & (termios.ECHO | termios.ICANON)
        await until(port, used=True)
        modem.say(b"\r\nRING\r\n")
        assert os.read(client, 100) == b"\r\nRING\r\n", "and not what was said before"
        os.write(client, b"AT\r")
        assert await modem.hears() == b"AT\r"
        assert modem.heard == []
        os.close(client)
        port.close()

    asyncio.run(scenario())


def test_nothing_stale_for_the_next_program(tmp_path: Path) -> None:
    async def scenario() -> None:
        modem = Parrot()
        port = PtyPort(modem, tmp_path / "vm0")
        port.open()
        first, second = opened(port), opened(port)
        await until(port, used=True)
        os.close(first)
        modem.say(b"for the second")
        assert os.read(second, 100) == b"for the second", "it is still there"
        modem.say(b"left unread" * 10_000)
        os.close(second)
        await until(port, used=False)
        modem.say(b"to nobody")
        third = opened(port)
        await until(port, used=True)
        modem.say(b"new")
        assert os.read(third, 100_000) == b"new"
        os.write(third, b"AT\r")
        os.close(third)
        assert await modem.hears() == b"AT\r", "what a program says just before it leaves is heard"
        port.close()

    asyncio.run(scenario())


def test_a_claim_to_the_port_ends_with_its_program(tmp_path: Path) -> None:
    """TIOCEXCL (tty_ioctl(4)) would keep everybody but root out as long as our end is open."""

    async def scenario() -> None:
        port = PtyPort(Parrot(), tmp_path / "vm0")
        port.open()
        first, second = opened(port), opened(port)
        await until(port, used=True)
        fcntl.ioctl(first, termios.TIOCEXCL)
        os.close(second)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert is_exclusive(first), "others that go change nothing"
        os.close(first)
        await until(port, used=False)
        third = opened(port)
        assert not is_exclusive(third)
        os.close(third)
        port.close()

    asyncio.run(scenario())


def is_exclusive(descriptor: int) -> bool:
    return fcntl.ioctl(descriptor, 0x80045440, bytes(4)) != bytes(4)  # TIOCGEXCL


def test_as_many_ports_as_wanted(tmp_path: Path) -> None:
    """A user may have 128 inotify instances (fs.inotify.max_user_instances), and a fleet more modems."""

    async def scenario() -> None:
        ports = [PtyPort(Parrot()) for _ in range(200)]
        for port in ports:
            port.open()
        client = opened(ports[-1])
        await until(ports[-1], used=True)
        assert not any(port.used for port in ports[:-1])
        os.close(client)
        await until(ports[-1], used=False)
        for port in ports:
            port.close()

    asyncio.run(scenario())


def test_unplugged_and_plugged_in_again(tmp_path: Path) -> None:
    async def scenario() -> None:
        modem = Parrot()
        port = PtyPort(modem, tmp_path / "vm0")
        port.open()
        client = opened(port)
        await until(port, used=True)
        port.cable(True)
        assert os.read(client, 100) == b"", "the end of the file, as of a device that is gone"
        assert not (tmp_path / "vm0").is_symlink()
        port.cable(False)
        again = opened(port)
        os.write(again, b"AT\r")
        assert await modem.hears() == b"AT\r"
        modem.say(b"OK")
        assert os.read(again, 100) == b"OK"
        os.close(client)
        os.close(again)
        port.close()

    asyncio.run(scenario())


def test_a_client_that_does_not_read_costs_bounded_memory(tmp_path: Path) -> None:
    async def use(modem: EmulatedModem, port: PtyPort, air: QuietAir) -> None:
        client = opened(port)
        await until(port, used=True)
        for _ in range(1000):
            port.write(b"x" * 1000)
        assert len(port._unsent) <= UNREAD_LIMIT
        read = 0
        while port._unsent:
            with contextlib.suppress(BlockingIOError):
                read += len(os.read(client, 65_536))
            await asyncio.sleep(0)
        assert read > 10_000
        os.close(client)

    asyncio.run(on_pty(tmp_path / "vm0", use))


def test_the_link_is_stable_and_goes_with_the_port(tmp_path: Path) -> None:
    link = tmp_path / "vm0"

    async def scenario() -> None:
        for _ in range(2):
            await on_pty(link, lambda modem, port, air: [link.is_symlink(), port.path == str(link)])
            assert not link.is_symlink()
        link.write_text("mine")
        with pytest.raises(OSError):
            await on_pty(link, lambda modem, port, air: None)
        assert link.read_text() == "mine"

    asyncio.run(scenario())


def test_a_link_that_another_has_taken_over_stays(tmp_path: Path) -> None:
    async def use(modem: EmulatedModem, port: PtyPort, air: QuietAir) -> None:
        other = PtyPort(modem, tmp_path / "vm0")
        other.open()
        port.close()
        assert (tmp_path / "vm0").readlink() == Path(other.device)
        other.close()
        assert not (tmp_path / "vm0").is_symlink()

    asyncio.run(on_pty(tmp_path / "vm0", use))
