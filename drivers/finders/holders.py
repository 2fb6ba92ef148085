"""Which program holds a port: open descriptors in /proc, and ModemManager, which takes every modem it sees.

Descriptors of other people's processes are not ours to read (ModemManager runs as root), so a port that is
locked by nobody we can see and a running ModemManager still go together.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")
MODEM_MANAGER = "ModemManager"


@dataclass(frozen=True, slots=True)
class Holder:
    """`program`: its name as the kernel knows it, of 15 letters at most."""

    pid: int
    program: str

    def __str__(self) -> str:
        return f"{self.program} (pid {self.pid})"

    @property
    def advice(self) -> str:
        return _ADVICE.get(self.program, f"stop it (kill {self.pid}), or wait until it is done.")


_ADVICE = {
    MODEM_MANAGER: (
        "stop it (sudo systemctl stop ModemManager), or tell it to leave this device alone with a udev rule "
        'ENV{ID_MM_DEVICE_IGNORE}="1" (docs/at-the-bench.md has the line).'
    ),
}


def holders(path: str, proc: Path = PROC) -> list[Holder]:
    """The other processes that have `path` open, as far as we may look, by pid.

    A program that holds the other end of a pseudo terminal is what we want to talk to, not a holder.
    """
    real = os.path.realpath(path)
    found = []
    for process in _processes(proc):
        if int(process.name) == os.getpid():
            continue
        targets = _targets(process)
        if real in targets.values() and not _is_far_end(process, targets, real):
            found.append(Holder(int(process.name), _name(process)))
    return found


def running(program: str, proc: Path = PROC) -> Holder | None:
    """The first process of that name."""
    return next(
        (Holder(int(each.name), program) for each in _processes(proc) if _name(each) == program[:15]), None
    )


def _processes(proc: Path) -> list[Path]:
    return sorted((each for each in proc.iterdir() if each.name.isdigit()), key=lambda each: int(each.name))


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text(encoding="utf-8", errors="replace").strip()
    except OSError:  # gone meanwhile
        return ""


def _targets(process: Path) -> dict[str, str]:
    """Descriptor -> what it is open on."""
    try:
        return dict(_readable(process / "fd"))
    except OSError:  # gone, or another user's
        return {}


def _readable(folder: Path) -> Iterator[tuple[str, str]]:
    for descriptor in folder.iterdir():
        try:
            yield descriptor.name, str(descriptor.readlink())
        except OSError:
            continue


def _is_far_end(process: Path, targets: dict[str, str], pty: str) -> bool:
    if not pty.startswith("/dev/pts/"):
        return False
    number = pty.removeprefix("/dev/pts/")
    for descriptor, target in targets.items():
        if target.endswith("/ptmx"):
            try:
                info = (process / "fdinfo" / descriptor).read_text()
            except OSError:
                continue
            if ["tty-index:", number] in [line.split() for line in info.splitlines()]:
                return True
    return False
