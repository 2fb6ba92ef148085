"""The pty bearer: what another program sees of it, and a stock program that takes it for a phone."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from drivers.emulated.air import Camp, Leg, Submitted, Terminal
from drivers.emulated.card import Card
from drivers.emulated.ptys import UNREAD_LIMIT, PtyPort
from drivers.emulated.terminal import EmulatedModem
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
# "hellohello" from +31641600986.
HELLO = bytes.fromhex("040B911346610089F60000208062917314080AE8329BFD4697D9EC37")


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

    def submit(self, terminal: Terminal, tpdu: bytes, smsc: str, done: Callable[[Submitted], None]) -> None:
        del terminal, smsc
        self.submitted.append(tpdu)
        asyncio.get_running_loop().call_soon(done, Submitted(tpdu[1]))

    def ussd(self, terminal: Terminal, code: str) -> None:
        del terminal, code


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


def test_raw_from_the_start_and_what_is_said_does_not_come_back(tmp_path: Path) -> None:
    heard: list[bytes] = []
    arrived = asyncio.Event()

    class Deaf:
        def attach(self, write: Callable[[bytes], None]) -> None:
            write(b"\r\nRDY\r\n")

        def detach(self) -> None: ...

        def received(self, data: bytes) -> None:
            heard.append(data)
            arrived.set()

    async def scenario() -> None:
        port = PtyPort(Deaf(), tmp_path / "vm0")
        port.open()
        client = os.open(port.path, os.O_RDWR | os.O_NOCTTY)
        modes = termios.tcgetattr(client)[3]
        assert not modes & (termios.ECHO | termios.ICANON)
        assert os.read(client, 100) == b"\r\nRDY\r\n", "kept for the first client"
        os.write(client, b"AT\r")
        async with asyncio.timeout(10):
            await arrived.wait()
        assert heard == [b"AT\r"]
        os.close(client)
        port.close()

    asyncio.run(scenario())


def test_a_client_that_does_not_read_costs_bounded_memory(tmp_path: Path) -> None:
    async def use(modem: EmulatedModem, port: PtyPort, air: QuietAir) -> None:
        for _ in range(1000):
            port.write(b"x" * 1000)
        assert len(port._unsent) <= UNREAD_LIMIT
        client = os.open(port.path, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
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


@pytest.mark.foreign
@pytest.mark.skipif(shutil.which("gammu") is None, reason="gammu is not installed (apt install gammu)")
def test_gammu_takes_it_for_a_phone(tmp_path: Path) -> None:
    rc = tmp_path / "gammurc"
    rc.write_text(f"[gammu]\ndevice = {tmp_path / 'vm0'}\nconnection = at\n")
    batch = tmp_path / "commands"
    batch.write_text(
        "identify\ngetsmsc\ngetallsms\nsendsms TEXT 10086 -unicode -report -text 验证码\n", encoding="utf-8"
    )

    async def use(modem: EmulatedModem, port: PtyPort, air: QuietAir) -> None:
        assert modem.message(HELLO, "+8613010112500")
        said = await output("gammu", "-c", str(rc), "batch", str(batch))
        for wanted in ("INTEROP", "EM1", "EM1-01.00", IMEI, SIM.imsi):
            assert wanted in said
        assert "+8613010112500" in said
        assert "hellohello" in said and "+31641600986" in said
        assert "1 SMS" in said
        assert "OK, message reference=1" in said
        assert air.submitted[0][-6:].decode("utf-16-be") == "验证码"
        assert air.submitted[0][0] & 0x20, "status report asked for"

    asyncio.run(on_pty(tmp_path / "vm0", use))


def test_a_link_that_another_has_taken_over_stays(tmp_path: Path) -> None:
    async def use(modem: EmulatedModem, port: PtyPort, air: QuietAir) -> None:
        other = PtyPort(modem, tmp_path / "vm0")
        other.open()
        port.close()
        assert (tmp_path / "vm0").readlink() == Path(other.device)
        other.close()
        assert not (tmp_path / "vm0").is_symlink()

    asyncio.run(on_pty(tmp_path / "vm0", use))
