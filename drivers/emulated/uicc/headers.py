"""What a card says of a file or directory that is selected: FCP templates and the answers of a SIM.

ETSI TS 102 221 11.1.1.3 (FCP), 3GPP TS 51.011 9.2.1 (SIM).
"""

from __future__ import annotations

from typing import Final

from drivers.emulated.uicc.access import needed
from drivers.emulated.uicc.keys import Key, Keys
from drivers.emulated.uicc.tree import Directory, File
from interop.uicc import Structure
from interop.uicc.access import ALWAYS, Condition, Operation
from interop.uicc.access import keys as named

PIN1: Final = 0x01
PIN2: Final = 0x81
ADM1: Final = 0x0A
_MF: Final = 0x3F00
_DESCRIPTORS: Final = {Structure.TRANSPARENT: 0x41, Structure.LINEAR_FIXED: 0x42, Structure.CYCLIC: 0x46}
_SIM_STRUCTURES: Final = {Structure.TRANSPARENT: 0, Structure.LINEAR_FIXED: 1, Structure.CYCLIC: 3}
_DATA_CODING: Final = 0x21
_FREE: Final = 0x7FFF
"""octets of memory that every card claims to have left"""
# Access conditions of a SIM in half an octet (51.011 9.3), by the key that a rule asks for.
_LEVELS: Final = {PIN1: 1, PIN2: 2, ADM1: 4}
_NEVER: Final = 15


def _tlv(tag: int, value: bytes) -> bytes:
    length = bytes((len(value),)) if len(value) < 0x80 else bytes((0x81, len(value)))
    return bytes((tag,)) + length + value


def fcp(file: File) -> bytes:
    descriptor = bytes((_DESCRIPTORS[file.structure], _DATA_CODING))
    if file.record_length:
        descriptor += file.record_length.to_bytes(2) + bytes((file.records,))
    body = _tlv(0x82, descriptor) + _tlv(0x83, file.id.to_bytes(2))
    body += _tlv(0x8A, b"\x05" if file.active else b"\x04") + file.access
    body += _tlv(0x80, len(file.octets).to_bytes(2))
    return _tlv(0x62, body + _tlv(0x88, bytes((file.sfi << 3,)) if file.sfi else b""))


def fcp_of(directory: Directory, keys: Keys) -> bytes:
    body = _tlv(0x82, bytes((0x78, _DATA_CODING))) + _tlv(0x83, directory.id.to_bytes(2))
    if directory.aid:
        body += _tlv(0x84, directory.aid)
    memory = _tlv(0x83, _FREE.to_bytes(4)) if directory.id == _MF else b""
    body += _tlv(0xA5, _tlv(0x80, b"\x71") + memory) + _tlv(0x8A, b"\x05") + directory.access
    return _tlv(0x62, body + _tlv(0xC6, _pin_status(keys)))


def _pin_status(keys: Keys) -> bytes:
    """PS_DO: which of the keys that follow are enabled, first in bit 8 (102 221 9.5.2)."""
    told = list(keys.items())[:8]
    enabled = sum(0x80 >> at for at, (_, key) in enumerate(told) if key.enabled)
    return _tlv(0x90, bytes((enabled,))) + b"".join(_tlv(0x83, bytes((reference,))) for reference, _ in told)


def sim_header(file: File) -> bytes:
    def level(operation: Operation) -> int:
        return _level(needed(file, operation))

    access = bytes((
        level(Operation.READ) << 4 | level(Operation.UPDATE),
        level(Operation.INCREASE) << 4 | _NEVER,
        level(Operation.ACTIVATE) << 4 | level(Operation.DEACTIVATE),
    ))  # fmt: skip
    head = b"\0\0" + len(file.octets).to_bytes(2) + file.id.to_bytes(2) + b"\x04\0" + access
    return head + bytes((int(file.active), 2, _SIM_STRUCTURES[file.structure], file.record_length))


def _level(condition: Condition) -> int:
    """Of several keys the first; 5 is an administrative one that is none of ours."""
    if condition == ALWAYS:
        return 0
    return next((_LEVELS.get(key, 5) for key in named(condition)), _NEVER)


def sim_header_of(directory: Directory, keys: Keys) -> bytes:
    pin1, pin2 = keys[PIN1], keys.get(PIN2)
    kind = 1 if directory.id == _MF else 2
    files = len(directory.children) - len(directory.directories)
    characteristics = 0x01 | (0x00 if pin1.enabled else 0x80)
    head = b"\0\0" + _FREE.to_bytes(2) + directory.id.to_bytes(2) + bytes((kind, 0, 0, 0, 0, 0, 9))
    head += bytes((characteristics, len(directory.directories), files, 4, 0))
    return head + _counters(pin1) + (_counters(pin2) if pin2 else b"\0\0")


def _counters(key: Key) -> bytes:
    return bytes((0x80 | key.left, 0x80 | key.unblock_left))
