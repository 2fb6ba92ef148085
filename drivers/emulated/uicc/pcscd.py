"""A pcscd of our own with virtual readers, which no other machine and no other program can reach.

vpcd listens on every interface and asks nobody who he is, so it gets a network of its own, where there is
only loopback (network and mount namespaces, by unshare). Programs come in through a socket in a directory of
ours: `PCSCLITE_CSOCK_NAME`. A small process in that network dials for the cards and hands over the sockets.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from drivers.emulated.uicc.vpcd import FIRST_PORT
from interop.protocols.errors import NotAvailable

LIBRARY: Final = Path("/usr/lib/pcsc/drivers/serial/libifdvpcd.so")
SLOTS: Final = 2
"""of one reader of libifdvpcd"""
MOST: Final = 16
"""readers, a slot each, that pcscd takes (PCSCLITE_MAX_READERS_CONTEXTS)"""
_PATH: Final = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
_INSTALL: Final = "apt-get install pcscd vsmartcard-vpcd"
_READER: Final = """\
FRIENDLYNAME "Lab Reader {number}"
DEVICENAME   /dev/null:0x{port:X}
LIBPATH      {library}
CHANNELID    0x{port:X}
"""


def missing() -> str:
    """Why there cannot be one here, in a sentence; "" where there can."""
    for program in ("pcscd", "unshare", "mount"):
        if shutil.which(program, path=_PATH) is None:
            return f"{program} is not installed ({_INSTALL})"
    if not LIBRARY.exists():
        return f"{LIBRARY} is not installed ({_INSTALL})"
    tried = subprocess.run([*_unshare(), "true"], capture_output=True, text=True)
    return f"no network of our own: {tried.stderr.strip()}" if tried.returncode else ""


def _unshare() -> list[str]:
    unshare = shutil.which("unshare", path=_PATH) or "unshare"
    return [unshare, "--net", "--mount", *(("--user", "--map-root-user") if os.geteuid() else ())]


class Pcscd:
    """`slots` slots in readers "Lab Reader 0", "Lab Reader 1" .., two in each; its files lie in `directory`.

    >>> with Pcscd(directory, slots=2) as pcscd:
    ...     slot = Slot(card, lambda: pcscd.dial(0))
    ...     task = asyncio.create_task(slot.run())
    ...     await slot.powered.wait()
    ...     program = subprocess.run(["pcsc_scan", "-n"], env=pcscd.environment)
    """

    def __init__(self, directory: Path, *, slots: int = 1) -> None:
        """Starts it. Raises NotAvailable with what is missing."""
        if why := missing():
            raise NotAvailable("pcscd", why)
        if slots > MOST:
            raise NotAvailable("pcscd", f"it takes {MOST} cards, not {slots}")
        self.path = directory / "pcscd.comm"
        self.log = directory / "pcscd.log"
        readers = directory / "reader.conf"
        entries = []
        for number in range((slots + SLOTS - 1) // SLOTS):
            # One copy each: two entries with one library share its variables, and their cards get mixed up.
            library = directory / f"libifdvpcd{number}.so"
            shutil.copyfile(LIBRARY, library)
            port = FIRST_PORT + number * SLOTS
            entries.append(_READER.format(number=number, port=port, library=library))
        readers.write_text("\n".join(entries))
        self._control, theirs = socket.socketpair()
        self._control.setblocking(False)
        program = Path(__file__).with_name("pcscd_network.py")
        with theirs, self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    *_unshare(),
                    sys.executable,
                    str(program),
                    str(theirs.fileno()),
                    str(self.path),
                    str(readers),
                ],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "PATH": _PATH},
                start_new_session=True,  # Ctrl-C is ours alone: cards leave before pcscd does
            )
        self._turn = asyncio.Lock()

    @property
    def environment(self) -> dict[str, str]:
        """For programs that are to find it."""
        return {**os.environ, "PCSCLITE_CSOCK_NAME": str(self.path)}

    async def dial(self, slot: int) -> socket.socket:
        """Slot by slot, from 0. Raises OSError where pcscd has ended."""
        loop = asyncio.get_running_loop()
        async with self._turn:
            await loop.sock_sendall(self._control, (FIRST_PORT + slot).to_bytes(2))
            ready = asyncio.Event()
            loop.add_reader(self._control, ready.set)
            try:
                await ready.wait()
            finally:
                loop.remove_reader(self._control)
            _, descriptors, _, _ = socket.recv_fds(self._control, 1, 1)
        if not descriptors:
            raise ConnectionRefusedError("pcscd has ended")
        line = socket.socket(fileno=descriptors[0])
        line.setblocking(False)
        return line

    def close(self) -> None:
        """Ends it; the process in its network takes pcscd along."""
        self._control.close()
        self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
