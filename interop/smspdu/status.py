"""TP-Status: what became of a message (3GPP TS 23.040 9.2.3.15)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final


class StatusClass(Enum):
    COMPLETED = "transaction completed"
    TRYING = "temporary error, the service centre still tries"
    PERMANENT_FAILURE = "permanent error"
    TEMPORARY_FAILURE = "temporary error, the service centre has given up"


_TEXTS: Final = {
    0x00: "received by the SME",
    0x01: "forwarded to the SME, delivery cannot be confirmed",
    0x02: "replaced by the service centre",
    0x20: "congestion",
    0x21: "SME busy",
    0x22: "no response from SME",
    0x23: "service rejected",
    0x24: "quality of service not available",
    0x25: "error in SME",
    0x40: "remote procedure error",
    0x41: "incompatible destination",
    0x42: "connection rejected by SME",
    0x43: "not obtainable",
    0x44: "quality of service not available",
    0x45: "no interworking available",
    0x46: "validity period expired",
    0x47: "deleted by originating SME",
    0x48: "deleted by service centre administration",
    0x49: "message does not exist",
    0x60: "congestion",
    0x61: "SME busy",
    0x62: "no response from SME",
    0x63: "service rejected",
    0x64: "quality of service not available",
    0x65: "error in SME",
}
_CLASSES: Final = tuple(StatusClass)  # by bits 7..6 of the value
_SERVICE_REJECTED: Final = 0x63


@dataclass(frozen=True, slots=True)
class Status:
    """`Status(0x46)` is a permanent failure, "validity period expired"."""

    value: int

    @property
    def status_class(self) -> StatusClass:
        """Reserved values count as "service rejected" (63), as the standard asks of a receiver."""
        return _CLASSES[(_SERVICE_REJECTED if self._reserved else self.value) >> 5 & 3]

    @property
    def delivered(self) -> bool:
        """The recipient's equipment has it: 00 alone says so, not the other completed ones."""
        return self.value == 0

    @property
    def text(self) -> str:
        if self._reserved:
            return "reserved, counts as service rejected"
        return _TEXTS.get(self.value, "specific to the service centre")

    @property
    def _reserved(self) -> bool:
        return self.value not in _TEXTS and not (self.value < 0x80 and self.value & 0x10)
