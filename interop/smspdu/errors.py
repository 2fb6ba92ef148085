"""The one error of this package."""

from __future__ import annotations


class PduError(ValueError):
    """Octets that are no PDU, or field values that no PDU can carry.

    `field` is the 3GPP name of the field ("TP-UDL"). `offset` is where it went wrong: while decoding,
    the octet in the bytes handed in (for `from_at`, in the whole hex string); while encoding text, the
    character; None where a value as such cannot be encoded.
    """

    def __init__(self, field: str, problem: str, offset: int | None = None) -> None:
        where = "" if offset is None else f" at offset {offset}"
        super().__init__(f"{field}{where}: {problem}")
        self.field = field
        self.offset = offset


def need(data: bytes, at: int, count: int, field: str) -> None:
    """Raises PduError unless `count` octets are left in `data` from `at` on."""
    if len(data) - at < count:
        raise PduError(field, f"needs {count} octet(s), {max(len(data) - at, 0)} left: truncated", at)


def octet(field: str, value: int) -> int:
    """`value`, if it fits an octet. Raises PduError."""
    if not 0 <= value <= 0xFF:
        raise PduError(field, f"{value} is not in 0..255")
    return value
