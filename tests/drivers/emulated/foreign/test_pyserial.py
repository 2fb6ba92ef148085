"""pyserial on a pty whose modem is unplugged: the device is gone, then another one stands behind the link."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import serial

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated

WITHIN_S = 60.0


def imsi(pty: Path) -> str:
    with serial.Serial(str(pty), timeout=WITHIN_S, exclusive=True) as port:
        port.write(b"AT+CIMI\r")
        return port.read_until(b"OK\r\n").decode()


def test_unplugged_and_plugged_in_again(emulate: Callable[..., Emulated], tmp_path: Path) -> None:
    emulate(
        "small",
        "--bearer",
        "pty",
        "--ports",
        str(tmp_path),
        "--quirk",
        "modem.unplug@after=3,for=1,modem=m05",
    )
    pty = tmp_path / "m05"
    with serial.Serial(str(pty), timeout=WITHIN_S) as port:
        with pytest.raises(serial.SerialException):
            port.read(100_000)
        assert not pty.is_symlink()
    deadline = time.monotonic() + WITHIN_S
    while not pty.is_symlink():
        assert time.monotonic() < deadline
    assert "460011860001234" in imsi(pty)
