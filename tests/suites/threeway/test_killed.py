"""kill -9 while calls to a number go elsewhere: what a resumed run, and a fresh one, make of that."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import serial

from tests.real_lab import at_ports

pytestmark = pytest.mark.soak

PEER = "13900001234"
ONE = ["-k", "diverts_always and mi-1709 and CMCC"]
WITHIN_S = 120.0


def asked(port: Path, command: str) -> str:
    """What the modem there says to it, without its echo; again until it is registered."""
    with serial.Serial(str(port), timeout=WITHIN_S) as wire:
        for _ in range(200):
            wire.reset_input_buffer()
            wire.write(command.encode() + b"\r")
            said = b""
            while b"OK\r\n" not in said and b"ERROR\r\n" not in said:
                said += wire.read_until(b"\r\n")
            if b"OK\r\n" in said:
                return said.decode().replace(command, "").split("OK")[0].strip()
    raise AssertionError(f"{command} is always refused")


def is_forwarded(events: Path) -> bool:
    """Whether the network has said so to the run."""
    lines = events.read_text(encoding="utf-8").splitlines() if events.exists() else []
    return any('"ForwardingSeen"' in line and PEER in line for line in lines)


def killed(command: list[str], run: Path) -> None:
    """A run that has just had calls forwarded to the peer."""
    process = subprocess.Popen([*command, "--out", str(run)], stdout=subprocess.DEVNULL)
    events = run / "evidence/events.jsonl"
    try:
        while not is_forwarded(events):
            assert process.poll() is None, "the run ended before it could be killed"
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


@pytest.mark.parametrize("resumed", [True, False])
def test_kill_while_calls_go_elsewhere(resumed: bool, ports: Path, tmp_path: Path) -> None:
    """A voice box was registered and switched off. Only the run that set the other number knows of it."""
    m01, run = ports / "m01", tmp_path / "run"
    assert asked(m01, 'AT+CCFC=0,3,"02161230000",129,1') == asked(m01, "AT+CCFC=0,0") == ""
    command = [sys.executable, "-m", "interop", "run", "threeway", "--yes", *ONE]
    command += ["--lab", str(at_ports(ports, tmp_path))]
    killed(command, run)
    assert asked(m01, "AT+CCFC=0,2") == f'+CCFC: 1,1,"{PEER}",129'
    place = ["--resume", str(run)] if resumed else ["--out", str(tmp_path / "fresh")]
    done = subprocess.run([*command, *place], capture_output=True, text=True, timeout=WITHIN_S)
    assert done.returncode == 0, done.stdout + done.stderr
    left = '+CCFC: 0,1,"02161230000",129' if resumed else "+CCFC: 0,255"
    assert asked(m01, "AT+CCFC=0,2") == left
