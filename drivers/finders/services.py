"""Programs of the system that help the bench, or are in its way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from drivers.finders.holders import MODEM_MANAGER, PROC, running
from interop.protocols.found import FoundService

PCSCD_SOCKET = Path("/run/pcscd/pcscd.comm")
"""systemd holds it open and starts pcscd when somebody asks: with it, the service is as good as running"""


class ServiceFinder:
    """Satisfies `interop.protocols.found.Finder`."""

    def __init__(self, proc: Path = PROC, socket: Path = PCSCD_SOCKET) -> None:
        self._proc, self._socket = proc, socket

    async def find(self, places: Sequence[str], progress: Callable[[str], None]) -> list[FoundService]:
        if places:
            return []
        progress("looking for ModemManager and pcscd")
        return [
            FoundService(
                MODEM_MANAGER,
                running(MODEM_MANAGER, self._proc) is not None,
                "it opens every modem it sees, which spoils a run",
            ),
            FoundService(
                "pcscd",
                self._socket.exists() or running("pcscd", self._proc) is not None,
                "card readers are reached through it",
            ),
        ]
