"""Packet connections and multimedia messages as some modems handle them (messages.md 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drivers.emulated.injection import Parameter, count, seconds
from drivers.emulated.quirks.quirk import Quirk, command, quirk, times

if TYPE_CHECKING:
    from drivers.emulated.terminal.parser import Command

_CLIENT: Final = ("+CMMS", "+QMMS")
_MORE_MESSAGES: Final = "+CMMS"
"""of 27.005 3.5.6, nothing of MMS"""
_UPLOADS: Final = ("+CMMSDOWN=", "+QFUPL=", "+QFWRITE=")


@quirk("mms.absent", "the firmware has no commands for multimedia messages (some of SIM7600)")
class MmsAbsent(Quirk):
    """`rate` is a share of modems here: a firmware has them or not."""

    def lacks(self, command: str) -> bool:
        if not command.startswith(_CLIENT) or command == _MORE_MESSAGES:
            return False
        if not self.done:
            self.done = 1 if self.draw() < float(self.values["rate"]) else -1
        return self.done > 0


@quirk(
    "mms.untold",
    "what the MMSC answered is told much too late, after the end of all patience",
    by=Parameter("seconds", "900", seconds),
    times=times(),
)
class MmsUntold(Quirk):
    def untold(self) -> float:
        return float(self.values["by"]) if self.happens() else 0.0


@quirk(
    "upload.refused",
    "what is to be uploaded is refused before its first octet",
    code=Parameter("+CME ERROR", "20", count),
    times=times(),
)
class UploadRefused(Quirk):
    def refusal(self, command: Command, now: float) -> int | None:
        return int(self.values["code"]) if command.key in _UPLOADS and self.happens() else None


@quirk(
    "upload.late",
    "the invitation to send octets (CONNECT, >) comes late",
    command=command(),
    by=Parameter("seconds", "4", seconds),
    times=times(),
)
class UploadLate(Quirk):
    def upload_late(self, command: str) -> float:
        return float(self.values["by"]) if self.meant(command) and self.happens() else 0.0


@quirk("upload.twice", "the invitation to send octets (CONNECT, >) comes twice", times=times())
class UploadTwice(Quirk):
    def invitation(self, data: bytes) -> bytes:
        return data * 2 if self.happens() else data


@quirk(
    "packet.drops",
    "a packet connection is gone some time after it came up",
    after=Parameter("seconds", "0.5", seconds),
    times=times(1),
)
class PacketDrops(Quirk):
    def drops_after(self) -> float | None:
        return float(self.values["after"]) if self.happens() else None


@quirk("socket.cut", "a socket is closed when the first octets come, and they are lost", times=times(1))
class SocketCut(Quirk):
    def cuts(self) -> bool:
        return self.happens()


@quirk(
    "socket.pieces",
    "what came on a socket is handed out in tiny pieces",
    size=Parameter("most octets of a piece", "97", count),
)
class SocketPieces(Quirk):
    def read_at_most(self, asked: int) -> int:
        return min(asked, int(self.values["size"])) if self.happens() else asked
