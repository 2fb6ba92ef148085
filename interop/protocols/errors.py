"""What can go wrong with equipment, said so that the engine can judge without knowing the device.

Every driver raises these and nothing else for trouble with a device; each carries the reason that makes
the attempt inconclusive. None of them ever carries a secret.
"""

from __future__ import annotations

from interop.record import InconcReason


class EquipmentError(Exception):
    """A device did not do its part. `device` is its name in the lab file."""

    reason = InconcReason.DEVICE

    def __init__(self, device: str, text: str) -> None:
        super().__init__(f"{device}: {text}")
        self.device = device
        self.text = text


class NotAnswering(EquipmentError):
    """No final result in time: the command's outcome is unknown (INDETERMINATE)."""

    reason = InconcReason.INDETERMINATE


class DeviceLost(EquipmentError):
    """The port vanished, or the modem restarted in the middle."""

    reason = InconcReason.MODEM


class CommandRefused(EquipmentError):
    """A final error result. `code` is the +CME or +CMS number, None for a bare ERROR."""

    def __init__(self, device: str, command: str, final: str, code: int | None, reason: InconcReason) -> None:
        super().__init__(device, f"{command} was answered {final}")
        self.command = command
        self.final = final
        self.code = code
        self.reason = reason


class NotAvailable(EquipmentError):
    """The device lacks what the case needs (no voice, no such file reader)."""


class BudgetSpent(EquipmentError):
    """The lab file allows no more calls or messages on this SIM."""

    reason = InconcReason.BUDGET


class EmergencyRefused(EquipmentError):
    """A number or command that could reach an emergency service: never sent. A bug in whoever asked."""
