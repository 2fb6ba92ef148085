"""What a SIM says of a file or directory that is selected in its 2G view (3GPP TS 51.011 9.2.1).

>>> SimHeader.decode(bytes.fromhex("0000000a2fe204000fa0aa01020000")).needed(Operation.UPDATE) == NEVER
True
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

from interop.uicc.access import (
    ALWAYS,
    LEVEL,
    NEVER,
    PIN1,
    PIN2,
    AccessRules,
    Condition,
    Key,
    Operation,
    Rule,
)
from interop.uicc.errors import EfError, need
from interop.uicc.filestatus import FileStatus

_FILE: Final = "SIM header"
_ACCESS: Final = 8  # octets 9 to 11: half octets by command
_STATUS: Final = 11
_VALID: Final = 0x01
_USABLE: Final = 0x04
_HALVES: Final = {
    Operation.READ: 0,
    Operation.UPDATE: 1,
    Operation.INCREASE: 2,
    Operation.ACTIVATE: 4,  # REHABILITATE
    Operation.DEACTIVATE: 5,  # INVALIDATE
}
_CONDITIONS: Final[dict[int, Condition]] = {0: ALWAYS, 1: PIN1, 2: PIN2, 15: NEVER}
_LEVELS: Final = {condition: level for level, condition in _CONDITIONS.items()}

_MASTER: Final = 1
_DIRECTORY: Final = 2
_FIRST_PIN: Final = 18  # octets 19 to 22: CHV1, UNBLOCK CHV1, CHV2, UNBLOCK CHV2
_PIN_OFF: Final = 0x80  # of file characteristics
_INITIALISED: Final = 0x80


@dataclass(frozen=True, slots=True)
class SimHeader:
    """An elementary file. `access`: levels of READ, UPDATE, INCREASE, one unused, REHABILITATE, INVALIDATE:
    0 always, 1 CHV1, 2 CHV2, 4 to 14 the issuer's, 15 never (51.011 9.3).

    `valid` False: the file is invalidated, and can be read and written only if it is `usable` so.
    """

    file: FileStatus
    access: tuple[int, int, int, int, int, int] = (1, 4, 15, 15, 4, 4)
    valid: bool = True
    usable: bool = False

    def needed(self, operation: Operation) -> Condition:
        """NEVER for what a SIM has no command for."""
        return _condition(self.access[_HALVES[operation]] if operation in _HALVES else 15)

    @property
    def levels(self) -> bytes:
        """Octets 9 to 11, as `level_rules` takes them."""
        return bytes.fromhex("".join([f"{level:x}" for level in self.access]))

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises EfError, also for a directory."""
        file = FileStatus.decode(data)
        need(data, 0, 14, _FILE)
        status = data[_STATUS]
        a, b, c, d, e, f = _halves(data[_ACCESS : _ACCESS + 3])
        return cls(file, (a, b, c, d, e, f), bool(status & _VALID), bool(status & _USABLE))

    def encode(self) -> bytes:
        """15 octets. Raises EfError."""
        if not all(0 <= level <= 15 for level in self.access):
            raise EfError(_FILE, f"access levels {self.access} are not in 0..15")
        header = bytearray(self.file.encode_sim())
        header[_ACCESS : _ACCESS + 3] = self.levels
        header[_STATUS] = (_VALID if self.valid else 0) | (_USABLE if self.usable else 0)
        return bytes(header)

    @staticmethod
    def level(condition: Condition) -> int:
        """The level that says it. Raises EfError: a SIM has no "or", and no key references."""
        if isinstance(condition, Key) and LEVEL + 4 <= condition.reference < LEVEL + 15:
            return condition.reference - LEVEL
        if condition not in _LEVELS:
            raise EfError(_FILE, f"no access level says {condition}")
        return _LEVELS[condition]


@dataclass(frozen=True, slots=True)
class SimPin:
    """`left`: tries; of the key that unblocks it in `unblock_left`. None: it is not initialised."""

    left: int | None
    unblock_left: int | None


@dataclass(frozen=True, slots=True)
class SimDirectory:
    """MF or DF. `enabled` says whether CHV1 is asked for; `free` counts octets of memory, `directories` and
    `files` what stands in it directly.
    """

    id: int
    pin1: SimPin
    pin2: SimPin
    enabled: bool = True
    free: int = 0
    directories: int = 0
    files: int = 0
    pins: int = 4

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises EfError, also for an elementary file."""
        need(data, 0, _FIRST_PIN + 4, _FILE)
        if data[6] not in (_MASTER, _DIRECTORY):
            raise EfError(_FILE, f"type {data[6]:02X} is no directory", 6)
        left = [octet & 0x0F if octet & _INITIALISED else None for octet in data[_FIRST_PIN : _FIRST_PIN + 4]]
        return cls(
            id=int.from_bytes(data[4:6], "big"),
            pin1=SimPin(left[0], left[1]),
            pin2=SimPin(left[2], left[3]),
            enabled=not data[13] & _PIN_OFF,
            free=int.from_bytes(data[2:4], "big"),
            directories=data[14],
            files=data[15],
            pins=data[16],
        )

    def encode(self) -> bytes:
        """22 octets. Raises EfError."""
        left = (self.pin1.left, self.pin1.unblock_left, self.pin2.left, self.pin2.unblock_left)
        counts = (self.directories, self.files, self.pins)
        if not all(tries is None or 0 <= tries <= 15 for tries in left):
            raise EfError(_FILE, f"tries {left} are not in 0..15")
        if not (
            0 <= self.id <= 0xFFFF
            and 0 <= self.free <= 0xFFFF
            and all(0 <= count <= 0xFF for count in counts)
        ):
            raise EfError(_FILE, f"identifier {self.id:X}, {self.free} octets free or counts {counts}")
        kind = _MASTER if self.id == 0x3F00 else _DIRECTORY
        # 01 of the characteristics: the clock may be stopped at either level (51.011 9.2.1)
        characteristics = 0x01 | (0 if self.enabled else _PIN_OFF)
        states = [0 if tries is None else _INITIALISED | tries for tries in left]
        head = self.free.to_bytes(2, "big") + self.id.to_bytes(2, "big")
        tail = bytes((characteristics, *counts, 0, *states))
        return b"\0\0" + head + bytes((kind, 0, 0, 0, 0, 0, len(tail))) + tail


def level_rules(levels: bytes) -> AccessRules:
    """What octets 9 to 11 of a header say, as the rules of a UICC say it."""
    access = _halves(levels)
    return AccessRules(
        tuple(
            Rule(_condition(access[half]), parts=4, header=b"\x32")
            if operation is Operation.INCREASE
            else Rule(_condition(access[half]), operation.value)
            for operation, half in _HALVES.items()
        )
    )


def _halves(octets: bytes) -> list[int]:
    return [half for octet in octets for half in (octet >> 4, octet & 0x0F)]


def _condition(level: int) -> Condition:
    return _CONDITIONS.get(level) or Key(LEVEL | level)
