"""Who holds a port, from a /proc made by hand: the real one has no ModemManager to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.finders.holders import Holder, holders, running
from drivers.finders.readers import usb_readers
from drivers.finders.services import ServiceFinder


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    for pid, name, targets in (
        (700, "ModemManager", {"3": "/dev/null", "9": "/dev/ttyUSB2"}),
        (900, "minicom", {"4": "/dev/ttyUSB3"}),
        (901, "interop", {"5": "/dev/ptmx", "6": "/dev/pts/7"}),
    ):
        fd = tmp_path / str(pid) / "fd"
        fd.mkdir(parents=True)
        (tmp_path / str(pid) / "fdinfo").mkdir()
        (tmp_path / str(pid) / "comm").write_text(name + "\n")
        for descriptor, target in targets.items():
            (fd / descriptor).symlink_to(target)
            (tmp_path / str(pid) / "fdinfo" / descriptor).write_text("pos:\t0\n")
    (tmp_path / "901" / "fdinfo" / "5").write_text("pos:\t0\nflags:\t02\ntty-index:\t7\n")
    (tmp_path / "self").mkdir()
    return tmp_path


def test_holders_are_named_and_modem_manager_with_what_to_do(proc: Path) -> None:
    assert holders("/dev/ttyUSB2", proc) == [Holder(700, "ModemManager")]
    assert "ID_MM_DEVICE_IGNORE" in holders("/dev/ttyUSB2", proc)[0].advice
    assert "kill 900" in holders("/dev/ttyUSB3", proc)[0].advice
    assert holders("/dev/ttyUSB4", proc) == []


def test_the_far_end_of_a_pty_is_no_holder(proc: Path) -> None:
    """`interop emulate` keeps the near end open, too: it is the device, not a competitor."""
    assert holders("/dev/pts/7", proc) == []
    assert holders("/dev/pts/8", proc) == []


def test_what_runs(proc: Path) -> None:
    assert running("ModemManager", proc) == Holder(700, "ModemManager")
    assert running("pcscd", proc) is None


async def _services(proc: Path, socket: Path) -> list[tuple[str, bool]]:
    found = await ServiceFinder(proc, socket).find((), lambda _text: None)
    return [(each.name, each.running) for each in found]


def test_services(proc: Path, tmp_path: Path) -> None:
    import asyncio

    socket = tmp_path / "pcscd.comm"
    assert asyncio.run(_services(proc, socket)) == [("ModemManager", True), ("pcscd", False)]
    socket.touch()
    assert asyncio.run(_services(proc, socket))[1] == ("pcscd", True)


def test_readers_that_only_the_kernel_sees(tmp_path: Path) -> None:
    """Interface class 0B (USB-IF, smart card), named by the device above it."""
    for name, content in (
        ("1-3/product", "ACR39U ICC Reader"),
        ("1-3:1.0/bInterfaceClass", "0b"),
        ("1-4:1.0/bInterfaceClass", "ff"),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(content + "\n")
    assert usb_readers(tmp_path) == ["ACR39U ICC Reader"]
