"""Who may do what with a file: access rules as cards hold them (ETSI TS 102 221 9, ISO/IEC 7816-4 9.3).

>>> rules = AccessRules.decode(bytes.fromhex("80010190008001 02A40683010A950108"))
>>> str(rules.needed(Operation.READ)), str(rules.needed(Operation.UPDATE))
('always', 'ADM1')

An operation that no rule speaks of is forbidden.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from interop.uicc.errors import EfError, padded
from interop.uicc.tlv import decode_tlv, encode_tlv

_FILE: Final = "access rules"

# Security condition data objects (ISO/IEC 7816-4 table 23; key references by 102 221 9.5)
_ALWAYS: Final = 0x90
_NEVER: Final = 0x97
_SC_BYTE: Final = 0x9E
_ANY: Final = 0xA0
_KEY: Final = 0xA4
_ALL: Final = 0xAF
_KEY_REFERENCE: Final = 0x83
_USAGE: Final = b"\x95\x01\x08"  # user authentication
_MODES: Final = 0x80  # an access mode byte; 81 to 8F describe commands by parts of their headers
_MECHANISMS: Final = {0x10: "user authentication", 0x20: "external authentication", 0x40: "secure messaging"}
_NO_REFERENCE: Final = 0x100
"""added to one mechanism and its environment of a security condition byte, which name no key"""
LEVEL: Final = 0x200
"""added to an access level of a SIM from 4 to 14 (51.011 9.3), which names no key either"""

_KEY_NAMES: Final = {
    **{0x00 + n: f"PIN of application {n}" for n in range(2, 9)},
    **{0x09 + n: f"ADM{n}" for n in range(1, 6)},
    **{0x80 + n: f"PIN2 of application {n}" for n in range(2, 9)},
    **{0x84 + n: f"ADM{n}" for n in range(6, 11)},
    0x01: "PIN1",
    0x11: "universal PIN",
    0x81: "PIN2",
}


def key_name(reference: int) -> str:
    """By the key reference of VERIFY (102 221 table 9.3): 01 PIN1, 81 PIN2, 0A ADM1."""
    if reference < _NO_REFERENCE:
        return _KEY_NAMES.get(reference, f"key {reference:02X}")
    if reference >= LEVEL:
        return f"ADM of level {reference - LEVEL}"
    environment = reference & 0x0F
    name = _MECHANISMS[reference & 0x70]
    return f"{name} in environment {environment}" if environment else name


@dataclass(frozen=True, slots=True)
class Key:
    """`reference` as VERIFY takes it, P2. One above FF is not to be verified by number: a security condition
    byte or a SIM's access level says only what kind of proof is wanted.
    """

    reference: int

    def __str__(self) -> str:
        return key_name(self.reference)


@dataclass(frozen=True, slots=True)
class AllOf:
    """Each of `parts`; of none, nothing is needed."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " and ".join(map(_enclosed, self.parts)) or "always"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of `parts`; of none, it is forbidden."""

    parts: tuple[Condition, ...]

    def __str__(self) -> str:
        return " or ".join(map(_enclosed, self.parts)) or "never"


Condition = Key | AllOf | AnyOf
ALWAYS: Final = AllOf(())
NEVER: Final = AnyOf(())
PIN1: Final = Key(0x01)
PIN2: Final = Key(0x81)
ADM1: Final = Key(0x0A)


def met(condition: Condition, verified: Collection[int]) -> bool:
    """Whether the keys with these references are enough."""
    match condition:
        case Key(reference):
            return reference in verified
        case AllOf(parts):
            return all(met(part, verified) for part in parts)
        case AnyOf(parts):
            return any(met(part, verified) for part in parts)


def keys(condition: Condition) -> Iterator[int]:
    """References of all keys that it names, in order."""
    if isinstance(condition, Key):
        yield condition.reference
    else:
        for part in condition.parts:
            yield from keys(part)


class Operation(Enum):
    """What is done to a file: a bit of the access mode byte (ISO/IEC 7816-4 tables 16 and 17), or the INS of
    the command where the byte has no bit for it (102 222 6)."""

    READ = 0x01
    UPDATE = 0x02
    WRITE = 0x04
    DEACTIVATE = 0x08
    ACTIVATE = 0x10
    TERMINATE = 0x20
    DELETE = 0x40
    INCREASE = 0x3200
    RESIZE = 0xD400
    # of directories, where the same bits mean other things
    DELETE_CHILD = 0x10001
    CREATE_FILE = 0x10002
    CREATE_DIRECTORY = 0x10004


@dataclass(frozen=True, slots=True)
class Rule:
    """`modes`: an access mode byte, bits as in Operation. Or `header`: octets of the command's own header,
    `parts` saying which: CLA 8, INS 4, P1 2, P2 1.
    """

    condition: Condition
    modes: int = 0
    parts: int = 0
    header: bytes = b""

    def covers(self, operation: Operation) -> bool:
        if ins := operation.value >> 8 & 0xFF:
            at = self.parts >> 3 & 1
            return bool(self.parts & 4) and self.header[at] == ins
        modes = self.modes & 0x07 if self.modes & 0x80 else self.modes  # bits 7 to 4 are proprietary then
        return not self.parts and bool(modes & operation.value)


@dataclass(frozen=True, slots=True)
class AccessRules:
    """A record of EF_ARR, or what an FCP template has under AB or 8C."""

    rules: tuple[Rule, ...] = ()

    def needed(self, operation: Operation) -> Condition:
        """NEVER where no rule allows it; where several do, any of them is enough."""
        found = tuple(rule.condition for rule in self.rules if rule.covers(operation))
        return found[0] if len(found) == 1 else AnyOf(found)

    @classmethod
    def decode(cls, data: bytes, file: str = _FILE) -> Self:
        """The expanded form: each description of commands and the conditions behind it, all of which are to
        be met (ISO/IEC 7816-4 9.3.3.3). Raises EfError, also for a NOT template."""
        rules: list[Rule] = []
        pending: tuple[int, int, bytes] | None = None
        conditions: list[Condition] = []
        for tag, start, end in decode_tlv(data, 0, len(data), file):
            if _MODES <= tag <= _MODES | 0x0F:
                if pending:
                    rules.append(_rule(pending, conditions, file, start))
                pending, conditions = _described(tag, data[start:end], file, start), []
            elif pending is None:
                raise EfError(file, f"condition {tag:02X} before any access mode", start)
            else:
                conditions.append(_decode_condition(tag, data, start, end, file))
        if pending:
            rules.append(_rule(pending, conditions, file, len(data)))
        return cls(tuple(rules))

    def encode(self, size: int | None = None, file: str = _FILE) -> bytes:
        """The expanded form, padded to `size` octets if given. Raises EfError."""
        body = b""
        for rule in self.rules:
            if rule.parts:
                body += encode_tlv(_MODES | rule.parts, rule.header, file)
            else:
                body += encode_tlv(_MODES, bytes((rule.modes,)), file)
            body += _encode_condition(rule.condition, file)
        return body if size is None else padded(body, size, file)

    @classmethod
    def decode_compact(cls, data: bytes, file: str = _FILE) -> Self:
        """The compact form, tag 8C: an access mode byte, then a security condition byte for each of its bits
        from the left, again and again (ISO/IEC 7816-4 9.3.3.2). Raises EfError."""
        rules: list[Rule] = []
        at = 0
        while at < len(data):
            modes = data[at]
            if modes & 0x80:
                raise EfError(file, f"access mode {modes:02X} is proprietary", at)
            bits = [1 << bit for bit in range(6, -1, -1) if modes >> bit & 1]
            if len(data) - at - 1 < len(bits):
                raise EfError(file, f"{len(bits)} conditions are needed, {len(data) - at - 1} left", at)
            at += 1
            for bit in bits:
                rules.append(Rule(_sc_byte(data[at], file, at), bit))
                at += 1
        return cls(tuple(rules))

    def encode_compact(self, file: str = _FILE) -> bytes:
        """Raises EfError where the compact form cannot say it: key references and commands by their INS."""
        body, mode = bytearray(), 0
        for rule in self.rules:
            if rule.parts or rule.modes.bit_count() != 1 or rule.modes > 0x40:
                raise EfError(file, f"access mode {rule.modes:02X} is not one bit of a compact form")
            if not body or body[mode] & (rule.modes << 1) - 1:
                mode = len(body)
                body.append(0)
            body[mode] |= rule.modes
            body.append(_to_sc_byte(rule.condition, file))
        return bytes(body)


def _described(tag: int, value: bytes, file: str, at: int) -> tuple[int, int, bytes]:
    """Modes, parts and header."""
    parts = tag & 0x0F
    if len(value) != (parts.bit_count() or 1):
        raise EfError(file, f"{len(value)} octets under tag {tag:02X}", at)
    return (value[0], 0, b"") if not parts else (0, parts, value)


def _rule(described: tuple[int, int, bytes], conditions: list[Condition], file: str, at: int) -> Rule:
    if not conditions:
        raise EfError(file, "an access mode without a condition", at)
    modes, parts, header = described
    return Rule(conditions[0] if len(conditions) == 1 else AllOf(tuple(conditions)), modes, parts, header)


def _decode_condition(tag: int, data: bytes, start: int, end: int, file: str) -> Condition:
    if tag in (_ALWAYS, _NEVER) and start == end:
        return ALWAYS if tag == _ALWAYS else NEVER
    if tag == _SC_BYTE and end - start == 1:
        return _sc_byte(data[start], file, start)
    if tag == _KEY:
        references = [
            data[begin]
            for inner, begin, stop in decode_tlv(data, start, end, file)
            if inner == _KEY_REFERENCE and stop - begin == 1
        ]
        if len(references) == 1:
            return Key(references[0])
    if tag in (_ANY, _ALL):
        parts = tuple(
            _decode_condition(inner, data, begin, stop, file)
            for inner, begin, stop in decode_tlv(data, start, end, file)
        )
        if len(parts) == 1:
            return parts[0]
        if parts:
            return AnyOf(parts) if tag == _ANY else AllOf(parts)
    raise EfError(file, f"{tag:02X} {data[start:end].hex().upper()} is no security condition", start)


def _encode_condition(condition: Condition, file: str) -> bytes:
    match condition:
        case Key(reference) if 0 <= reference < _NO_REFERENCE:
            return encode_tlv(_KEY, encode_tlv(_KEY_REFERENCE, bytes((reference,)), file) + _USAGE, file)
        case Key():
            return encode_tlv(_SC_BYTE, bytes((_to_sc_byte(condition, file),)), file)
        case AllOf(()):
            return encode_tlv(_ALWAYS, b"", file)
        case AnyOf(()):
            return encode_tlv(_NEVER, b"", file)
        case AllOf(parts) | AnyOf(parts):
            tag = _ANY if isinstance(condition, AnyOf) else _ALL
            return encode_tlv(tag, b"".join([_encode_condition(part, file) for part in parts]), file)


def _sc_byte(octet: int, file: str, at: int) -> Condition:
    """Bit 8: all or any of the mechanisms in bits 7 to 5; bits 4 to 1: the environment that has keys."""
    if octet in (0x00, 0xFF):
        return NEVER if octet else ALWAYS
    found = tuple(Key(_NO_REFERENCE | bit | octet & 0x0F) for bit in _MECHANISMS if octet & bit)
    if not found or octet & 0x0F == 0x0F:
        raise EfError(file, f"security condition {octet:02X} is reserved", at)
    if len(found) == 1:
        return found[0]
    return AllOf(found) if octet & 0x80 else AnyOf(found)


def _to_sc_byte(condition: Condition, file: str) -> int:
    if condition in (ALWAYS, NEVER):
        return 0x00 if condition == ALWAYS else 0xFF
    octet = 0x80 if isinstance(condition, AllOf) else 0
    for reference in keys(condition):
        octet |= reference & 0x7F
    if not 0 < octet < 0xFF or _sc_byte(octet, file, 0) != condition:
        raise EfError(file, f"a security condition byte cannot say {condition}")
    return octet


def _enclosed(part: Condition) -> str:
    several = not isinstance(part, Key) and len(part.parts) > 1
    return f"({part})" if several else str(part)
