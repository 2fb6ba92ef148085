"""What a UICC says of a file or directory that is selected: its FCP template (ETSI TS 102 221 11.1.1.3).

>>> fcp = Fcp.decode(bytes.fromhex("62178202412183022F058A01058B032F06018002000A880128"))
>>> fcp.file
FileStatus(id=12037, structure=<Structure.TRANSPARENT: 'transparent'>, size=10, record_length=0)
>>> fcp.reference
ArrReference(record=1, file=12038, by_environment=())
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Self

from interop.uicc.access import AccessRules
from interop.uicc.errors import EfError, need
from interop.uicc.filestatus import FileStatus
from interop.uicc.tlv import decode_tlv, encode_tlv

_FILE: Final = "FCP template"
_TEMPLATE: Final = 0x62

_SIZE: Final = 0x80
_DESCRIPTOR: Final = 0x82
_ID: Final = 0x83
_AID: Final = 0x84
_SHORT_ID: Final = 0x88
_LIFE_CYCLE: Final = 0x8A
_REFERENCED: Final = 0x8B
_COMPACT: Final = 0x8C
_EXPANDED: Final = 0xAB
_PROPRIETARY: Final = 0xA5
_PINS: Final = 0xC6
# The order in which 102 221 11.1.1.3 lists them, of files and of directories
_ORDER: Final = (
    _DESCRIPTOR,
    _ID,
    _AID,
    _PROPRIETARY,
    _LIFE_CYCLE,
    _REFERENCED,
    _COMPACT,
    _EXPANDED,
    _SIZE,
    0x81,
    _SHORT_ID,
    _PINS,
)

_PIN_STATES: Final = 0x90
_PIN_USAGE: Final = 0x95
_PIN_REFERENCE: Final = 0x83


class LifeCycle(Enum):
    """102 221 11.1.1.4.9; a deactivated file answers 6283 when it is selected, and can be neither read nor
    written."""

    NO_INFORMATION = 0x00
    CREATION = 0x01
    INITIALISATION = 0x03
    DEACTIVATED = 0x04
    ACTIVATED = 0x05
    TERMINATED = 0x0C

    @classmethod
    def decode(cls, value: bytes, at: int = 0) -> Self:
        """Bits 2 and 4 to 8 do not matter in the operational states, bits 1 and 2 in the terminated one.
        Raises EfError.
        """
        if len(value) == 1:
            octet = value[0]
            if octet in (0x00, 0x01, 0x03):
                return cls(octet)
            if octet & 0xFC == 0x0C:
                return cls(0x0C)
            if octet & 0xFC == 0x04:
                return cls(octet & 0x05)
        raise EfError(_FILE, f"{value.hex().upper()} is no state of life", at)


@dataclass(frozen=True, slots=True)
class ArrReference:
    """Where the access rules stand: `record` of EF_ARR `file`, None for the one that is known implicitly.

    `by_environment`: pairs of security environment and record where there are several; `record` is then that
    of environment 01, in which the PIN is enabled, or the first (102 221 11.1.1.4.7.3, ISO/IEC 7816-4
    table 25).
    """

    record: int
    file: int | None = None
    by_environment: tuple[tuple[int, int], ...] = ()

    @classmethod
    def decode(cls, value: bytes, at: int = 0) -> Self:
        """Raises EfError."""
        if len(value) == 1:
            return cls(value[0])
        if len(value) == 3:
            return cls(value[2], int.from_bytes(value[:2], "big"))
        if len(value) < 4 or len(value) % 2:
            raise EfError(_FILE, f"{value.hex().upper()} refers to no record of EF_ARR", at)
        pairs = tuple((value[n], value[n + 1]) for n in range(2, len(value), 2))
        return cls(dict(pairs).get(1, pairs[0][1]), int.from_bytes(value[:2], "big"), pairs)

    def encode(self) -> bytes:
        """Raises EfError."""
        file = b"" if self.file is None else _octets(self.file, 2, "EF_ARR")
        if not self.by_environment:
            return file + _octets(self.record, 1, "record")
        return file + b"".join([_octets(n, 1, "record") for pair in self.by_environment for n in pair])


@dataclass(frozen=True, slots=True)
class PinState:
    """A PIN of an application: `reference` as VERIFY takes it; `usage` None where the card does not tell it.

    `usage` 00 says that the universal PIN does not take its place, 08 that it is used (102 221 9.5.2).
    """

    reference: int
    enabled: bool
    usage: int | None = None


@dataclass(frozen=True, slots=True)
class Fcp:
    """One FCP template. `descriptor` says what it is (see `file` and `directory`), `size` is that of the
    contents. At most one of `reference`, `compact` and `expanded` is usual. `short_id` 0: the file has none;
    None: it is the last five bits of `id` (102 221 11.1.1.4.8).

    `rest`: other objects as they are, tag and value, in the order of the standard: A5 (memory, power), 81
    (size on the card).
    """

    descriptor: bytes
    id: int | None = None
    size: int | None = None
    aid: bytes = b""
    life_cycle: LifeCycle | None = None
    short_id: int | None = None
    reference: ArrReference | None = None
    compact: AccessRules | None = None
    expanded: AccessRules | None = None
    pins: tuple[PinState, ...] = ()
    rest: tuple[tuple[int, bytes], ...] = ()

    @property
    def directory(self) -> bool:
        """MF, DF or application."""
        return bool(self.descriptor) and self.descriptor[0] & 0xBF == 0x38

    @property
    def file(self) -> FileStatus | None:
        """What is needed to read it; None for a directory, and for files of TLV objects."""
        try:
            return FileStatus.of_descriptor(self.descriptor, self.id or 0, self.size or 0)
        except EfError:
            return None

    def rules(self, arr: Mapping[int, Sequence[bytes]]) -> AccessRules | None:
        """Its access rules; `arr` has the records of each EF_ARR by its identifier (6F06, 2F06).

        None where they cannot be told: none given, or a record that is not in `arr`. Raises EfError for a
        record that holds no rules.
        """
        if self.expanded or self.compact:
            return self.expanded or self.compact
        if self.reference is None:
            return None
        file = 0x6F06 if self.reference.file is None else self.reference.file
        records = arr.get(file, ())
        if not 1 <= self.reference.record <= len(records):
            return None
        return AccessRules.decode(records[self.reference.record - 1], f"EF_ARR {file:04X}")

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Raises EfError; objects that are not known stay in `rest`."""
        found: dict[int, tuple[int, bytes]] = {}
        rest: list[tuple[int, bytes]] = []
        need(data, 0, 1, _FILE)
        if data[0] != _TEMPLATE:
            raise EfError(_FILE, f"tag {data[0]:02X}, 62 is expected", 0)
        for template, start, end in decode_tlv(data, 0, len(data), _FILE):
            for tag, begin, stop in decode_tlv(data, start, end, _FILE) if template == _TEMPLATE else ():
                if tag in _DECODERS and tag not in found:
                    found[tag] = begin, data[begin:stop]
                else:
                    rest.append((tag, data[begin:stop]))
        if _DESCRIPTOR not in found or not found[_DESCRIPTOR][1]:
            raise EfError(_FILE, "no file descriptor (tag 82)", 0)
        values = {name: decode(*found[tag]) for tag, (name, decode) in _DECODERS.items() if tag in found}
        return cls(rest=tuple(sorted(rest, key=_place)), **values)

    def encode(self) -> bytes:
        """Raises EfError."""
        objects: list[tuple[int, bytes]] = [(_DESCRIPTOR, self.descriptor)]
        if self.id is not None:
            objects.append((_ID, _octets(self.id, 2, "identifier")))
        if self.size is not None:
            objects.append((_SIZE, _octets(self.size, 2 if self.size <= 0xFFFF else 4, "size")))
        if self.aid:
            objects.append((_AID, self.aid))
        if self.life_cycle is not None:
            objects.append((_LIFE_CYCLE, bytes((self.life_cycle.value,))))
        if self.short_id is not None:
            value = _octets(self.short_id << 3, 1, "short identifier") if self.short_id else b""
            objects.append((_SHORT_ID, value))
        if self.reference is not None:
            objects.append((_REFERENCED, self.reference.encode()))
        if self.compact is not None:
            objects.append((_COMPACT, self.compact.encode_compact(_FILE)))
        if self.expanded is not None:
            objects.append((_EXPANDED, self.expanded.encode(None, _FILE)))
        if self.pins:
            objects.append((_PINS, _encode_pins(self.pins)))
        objects.extend(self.rest)
        objects.sort(key=_place)
        return encode_tlv(_TEMPLATE, b"".join([encode_tlv(*item, _FILE) for item in objects]), _FILE)


def _place(item: tuple[int, bytes]) -> int:
    return _ORDER.index(item[0]) if item[0] in _ORDER else len(_ORDER)


def _decode_id(at: int, value: bytes) -> int:
    if len(value) != 2:
        raise EfError(_FILE, f"identifier of {len(value)} octets", at)
    return int.from_bytes(value, "big")


def _decode_size(at: int, value: bytes) -> int:
    if not 1 <= len(value) <= 4:
        raise EfError(_FILE, f"size of {len(value)} octets", at)
    return int.from_bytes(value, "big")


def _decode_short_id(at: int, value: bytes) -> int:
    if len(value) > 1:
        raise EfError(_FILE, f"short identifier of {len(value)} octets", at)
    return value[0] >> 3 if value else 0


def _decode_pins(at: int, value: bytes) -> tuple[PinState, ...]:
    """PS_DO first, a bit for each PIN from the left; then usage qualifier and key reference of each."""
    states, usage = b"", None
    pins: list[PinState] = []
    for tag, start, end in decode_tlv(value, 0, len(value), _FILE):
        if tag == _PIN_STATES:
            states = value[start:end]
        elif tag == _PIN_USAGE and end - start == 1:
            usage = value[start]
        elif tag == _PIN_REFERENCE and end - start == 1:
            place = len(pins)
            if place // 8 >= len(states):
                raise EfError(_FILE, f"no state is given of PIN {place + 1}", at + start)
            enabled = bool(states[place // 8] << place % 8 & 0x80)
            pins.append(PinState(value[start], enabled, usage))
            usage = None
        else:
            raise EfError(_FILE, f"tag {tag:02X} in a PIN status template", at + start)
    return tuple(pins)


def _encode_pins(pins: tuple[PinState, ...]) -> bytes:
    states = bytearray(-(-len(pins) // 8))
    body = b""
    for place, pin in enumerate(pins):
        states[place // 8] |= 0x80 >> place % 8 if pin.enabled else 0
        if pin.usage is not None:
            body += encode_tlv(_PIN_USAGE, _octets(pin.usage, 1, "usage"), _FILE)
        body += encode_tlv(_PIN_REFERENCE, _octets(pin.reference, 1, "PIN"), _FILE)
    return encode_tlv(_PIN_STATES, bytes(states), _FILE) + body


def _octets(number: int, count: int, name: str) -> bytes:
    if not 0 <= number < 1 << 8 * count:
        raise EfError(_FILE, f"{name} {number} is not of {count} octet(s)")
    return number.to_bytes(count, "big")


def _within(decode: Callable[[bytes, str], AccessRules], value: bytes, at: int) -> AccessRules:
    try:
        return decode(value, _FILE)
    except EfError as error:
        raise EfError(_FILE, error.problem, at + (error.offset or 0)) from None


_DECODERS: Final[dict[int, tuple[str, Callable[[int, bytes], Any]]]] = {
    _DESCRIPTOR: ("descriptor", lambda at, value: value),
    _ID: ("id", _decode_id),
    _SIZE: ("size", _decode_size),
    _AID: ("aid", lambda at, value: value),
    _LIFE_CYCLE: ("life_cycle", lambda at, value: LifeCycle.decode(value, at)),
    _SHORT_ID: ("short_id", _decode_short_id),
    _REFERENCED: ("reference", lambda at, value: ArrReference.decode(value, at)),
    _COMPACT: ("compact", lambda at, value: _within(AccessRules.decode_compact, value, at)),
    _EXPANDED: ("expanded", lambda at, value: _within(AccessRules.decode, value, at)),
    _PINS: ("pins", _decode_pins),
}
