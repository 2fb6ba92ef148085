"""Which link carries which port of a lab file: the link driver of everything that is not emulated."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from drivers.links import replay, unix
from drivers.links.open_files import as_many_as_allowed
from drivers.links.replay import ReplayLink
from drivers.links.serial_port import SerialLink
from drivers.links.unix import UnixLink
from drivers.links.url import UrlLink
from interop.protocols.link import Link

if TYPE_CHECKING:
    from pydantic import BaseModel

    from interop.lab.model import ModemPart
    from interop.protocols.equipment import Setting

__all__ = ["LINKS", "ReplayLink", "SerialLink", "SerialLinks", "UnixLink", "UrlLink"]

Build = Callable[["ModemPart"], Link]

_DEVICE = "/"
_URLS = ("socket", "rfc2217", "spy", "loop", "alt", "hwgrep", "cp2110")
"""pyserial's handlers (its documentation, "URL Handlers")"""


def _url(modem: ModemPart) -> Link:
    return UrlLink(modem.name, modem.port, modem.baudrate)


LINKS: Mapping[str, Build] = {
    _DEVICE: lambda modem: SerialLink(modem.name, modem.port, modem.baudrate),
    f"{unix.SCHEME}:": lambda modem: UnixLink(modem.name, modem.port),
    f"{replay.SCHEME}:": lambda modem: ReplayLink(modem.name, modem.port),
    **{f"{scheme}://": _url for scheme in _URLS},
}
"""how a port begins -> what carries it"""


class SerialLinks:
    """The link driver of device paths, sockets, replayed journals and pyserial URLs."""

    name = "serial"
    section: ClassVar[type[BaseModel] | None] = None

    def __init__(self, setting: Setting) -> None:
        injected = [*setting.defects, *setting.quirks]
        if injected and all(self.serves(modem.port) for modem in setting.lab.modems):
            raise ValueError(f"{injected[0]!r} needs an emulated device to inject it into; this lab has none")

    @staticmethod
    def serves(port: str) -> bool:
        return any(port.startswith(begin) and port != begin for begin in LINKS)

    @staticmethod
    def forms() -> Sequence[str]:
        """How a port that is served here may begin."""
        return [*LINKS]

    async def start(self) -> None:
        as_many_as_allowed()

    def link(self, modem: ModemPart) -> Link:
        return next(build for begin, build in LINKS.items() if modem.port.startswith(begin))(modem)

    def endpoint(self, url: str) -> tuple[str, str | None]:
        return url, None

    async def stop(self) -> None: ...
