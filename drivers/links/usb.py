"""Which USB device is behind a serial port: found by pyserial, said in the lab's words.

A device path is not an identity: /dev/ttyUSB2 becomes ttyUSB3 when the modem restarts. Vendor, product,
serial number and interface number are (modems.md 4.2, "USB re-enumeration", "Multi-port").
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class UsbIdentity:
    """`serial` is "" where the device has none (most modems); `location` is the socket, as in "1-2.3"."""

    vid: int
    pid: int
    serial: str
    location: str
    interface: int

    def __str__(self) -> str:
        serial = f" serial {self.serial}" if self.serial else ""
        return f"USB {self.vid:04x}:{self.pid:04x}{serial} interface {self.interface} at {self.location}"

    def same_kind(self, other: UsbIdentity) -> bool:
        """Could be the same port of the same device, wherever it is plugged in now."""
        return (self.vid, self.pid, self.serial, self.interface) == (
            other.vid, other.pid, other.serial, other.interface,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class UsbPort:
    """`device` is the path it has now; `product` what the device calls itself."""

    device: str
    identity: UsbIdentity
    product: str = ""


def usb_ports() -> list[UsbPort]:
    """Every serial port of a USB device, by device and interface."""
    from serial.tools.list_ports import comports

    found = []
    for port in comports():
        if port.vid is None:
            continue
        # pyserial writes the place as "1-2.3:1.2": bus and sockets, configuration, interface
        location, _, interface = (port.location or "").partition(":")
        number = interface.rpartition(".")[2]
        identity = UsbIdentity(
            port.vid, port.pid, port.serial_number or "", location, int(number) if number.isdigit() else 0
        )
        found.append(UsbPort(port.device, identity, port.product or ""))
    return sorted(found, key=lambda port: (port.identity.location, port.identity.interface, port.device))
