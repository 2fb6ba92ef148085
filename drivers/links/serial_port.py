"""A serial port by its device path, found again under another name by what is plugged in there.

/dev/ttyUSB2 is ttyUSB3 after the modem has restarted, and may by then be another modem. What the port was
when it was opened first (vendor, product, serial number, interface) says where to look; with several that
look alike, each is tried until whoever knows the IMEI is content (`elsewhere`).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from drivers.links import uevents
from drivers.links.descriptor import Descriptor
from drivers.links.opening import why_not_open
from drivers.links.usb import UsbIdentity, UsbPort, usb_ports
from interop.protocols.errors import DeviceLost

if TYPE_CHECKING:
    from serial import SerialBase


class SerialLink:
    """Opened exclusively, 8N1. Satisfies `interop.protocols.link.Link` and `Returning`."""

    emulated = False

    def __init__(
        self,
        name: str,
        port: str,
        baudrate: int = 115200,
        *,
        ports: Callable[[], list[UsbPort]] = usb_ports,
    ) -> None:
        self.name = name
        self.place = port
        self._port_name = port
        self._baudrate = baudrate
        self._ports = ports
        self._identity: UsbIdentity | None = None
        self._wrong: list[str] = []
        self._port: SerialBase | None = None
        self._descriptor: Descriptor | None = None

    async def open(self, received: Callable[[bytes], None], lost: Callable[[str], None]) -> None:
        troubles = []
        for path in self._candidates():
            try:
                port = self._opened(path)
            except DeviceLost as trouble:
                troubles.append(trouble)
                continue
            self._port, self.place = port, path
            if self._identity is None:
                self._identity = self._identity_at(path)

            def died(why: str) -> None:
                self._release()
                lost(f"{self.place}: {why}")

            self._descriptor = Descriptor(port.fileno(), received, died)
            return
        if not troubles:
            raise DeviceLost(self.name, f"no port has {self._identity} now: is the modem plugged in?")
        raise troubles[0]

    def write(self, data: bytes) -> None:
        if self._descriptor is not None:
            self._descriptor.write(data)

    async def close(self) -> None:
        self._release()

    async def returned(self) -> None:
        await uevents.port_added()

    def elsewhere(self) -> bool:
        self._wrong.append(self.place)
        if self._candidates():
            return True
        self._wrong.clear()  # all have been tried: the next round begins anew
        return False

    def _candidates(self) -> list[str]:
        """Wherever the same device may be now: under a lasting name first, then in the same socket."""
        identity, name = self._identity, Path(self._port_name)
        if identity is None:
            return [self._port_name]
        device = str(name.resolve())
        alike = [port for port in self._ports() if identity.same_kind(port.identity)]
        alike.sort(key=lambda port: port.identity.location != identity.location)
        if name.is_symlink():  # /dev/serial/by-id, by-path, or a rule of the lab's own
            alike.sort(key=lambda port: port.device != device)
        found = [self._port_name if port.device == device else port.device for port in alike]
        return [path for path in found if path not in self._wrong]

    def _identity_at(self, path: str) -> UsbIdentity | None:
        device = str(Path(path).resolve())
        return next((port.identity for port in self._ports() if port.device == device), None)

    def _opened(self, path: str) -> SerialBase:
        import serial

        try:
            return serial.Serial(path, self._baudrate, timeout=0, write_timeout=0, exclusive=True)
        except (OSError, ValueError) as error:  # serial.SerialException is an OSError
            raise DeviceLost(self.name, why_not_open(path, error)) from error

    def _release(self) -> None:
        port, self._port = self._port, None
        if self._descriptor is not None:
            self._descriptor.release()
            self._descriptor = None
        if port is not None:
            port.close()
