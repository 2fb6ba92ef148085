"""How one field of a gateway PDU stands on the wire; PDUs are dataclasses whose fields carry such a form.

>>> @dataclass(frozen=True)
... class SubmitResp:
...     message_id: int = uint(8)
...     result: int = uint(1, v3=4)

`uint(1, v3=4)` is one octet in version 2 of a protocol and four in version 3; `v2=None` a field that
version 2 does not have. Everything is big-endian; text is padded with NULs.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from typing import Any, Final, Protocol, TypeVar, cast

MOST_RECEIVERS: Final = 100


class GatewayError(ValueError):
    """Octets that are no PDU of this protocol, or values that none can carry.

    `field` names the field, `offset` the octet in the PDU where it went wrong (None while encoding).
    """

    def __init__(self, field: str, problem: str, offset: int | None = None) -> None:
        where = "" if offset is None else f" at offset {offset}"
        super().__init__(f"{field}{where}: {problem}")
        self.field = field
        self.offset = offset


class Form(Protocol):
    """A way to write a value. Both raise GatewayError; `name` is for its message."""

    def encode(self, value: Any, name: str) -> bytes: ...

    def decode(self, data: bytes, at: int, name: str) -> tuple[Any, int]: ...


def _take(data: bytes, at: int, size: int, name: str) -> bytes:
    if len(data) - at < size:
        raise GatewayError(name, f"needs {size} octet(s), {max(len(data) - at, 0)} are left", at)
    return data[at : at + size]


@dataclass(frozen=True, slots=True)
class Number:
    size: int

    def encode(self, value: Any, name: str) -> bytes:
        try:
            return int(value).to_bytes(self.size, "big")
        except (OverflowError, ValueError, TypeError):
            raise GatewayError(name, f"{value!r} does not fit {self.size} octet(s)") from None

    def decode(self, data: bytes, at: int, name: str) -> tuple[Any, int]:
        return int.from_bytes(_take(data, at, self.size, name), "big"), at + self.size


@dataclass(frozen=True, slots=True)
class Text:
    """ASCII in a field of fixed size. What follows the first NUL is ignored: peers leave rubbish there."""

    size: int

    def encode(self, value: Any, name: str) -> bytes:
        octets = _ascii(value, name)
        if len(octets) > self.size:
            raise GatewayError(name, f"{len(octets)} octets, {self.size} fit")
        return octets.ljust(self.size, b"\0")

    def decode(self, data: bytes, at: int, name: str) -> tuple[Any, int]:
        octets = _take(data, at, self.size, name).partition(b"\0")[0]
        return _text(octets, at, name), at + self.size


@dataclass(frozen=True, slots=True)
class CString:
    """SMPP's C-octet string: `most` octets, its NUL included."""

    most: int

    def encode(self, value: Any, name: str) -> bytes:
        octets = _ascii(value, name)
        if len(octets) >= self.most:
            raise GatewayError(name, f"{len(octets)} octets, {self.most - 1} fit")
        return octets + b"\0"

    def decode(self, data: bytes, at: int, name: str) -> tuple[Any, int]:
        end = data.find(b"\0", at, at + self.most)
        if end < 0:
            raise GatewayError(name, f"no NUL within {self.most} octets", at)
        return _text(data[at:end], at, name), end + 1


@dataclass(frozen=True, slots=True)
class Octets:
    size: int

    def encode(self, value: Any, name: str) -> bytes:
        if not isinstance(value, bytes) or len(value) > self.size:
            raise GatewayError(name, f"{len(value)} octets, {self.size} fit")
        return value.ljust(self.size, b"\0")

    def decode(self, data: bytes, at: int, name: str) -> tuple[Any, int]:
        return _take(data, at, self.size, name), at + self.size


@dataclass(frozen=True, slots=True)
class Content:
    """A length of `size` octets and as many octets of message."""

    size: int
    most: int

    def encode(self, value: Any, name: str) -> bytes:
        if len(value) > self.most:
            raise GatewayError(name, f"{len(value)} octets, {self.most} fit")
        return len(value).to_bytes(self.size, "big") + bytes(value)

    def decode(self, data: bytes, at: int, name: str) -> tuple[Any, int]:
        length = int.from_bytes(_take(data, at, self.size, name), "big")
        if length > self.most:
            raise GatewayError(name, f"a length of {length}, at most {self.most} is allowed", at)
        start = at + self.size
        return _take(data, start, length, name), start + length


@dataclass(frozen=True, slots=True)
class Receivers:
    """A count of one octet and as many numbers of `size` octets."""

    size: int

    def encode(self, value: Any, name: str) -> bytes:
        if not 1 <= len(value) <= MOST_RECEIVERS:
            raise GatewayError(name, f"{len(value)} receivers, 1 to {MOST_RECEIVERS} are possible")
        one = Text(self.size)
        return bytes((len(value),)) + b"".join(one.encode(number, name) for number in value)

    def decode(self, data: bytes, at: int, name: str) -> tuple[Any, int]:
        count = _take(data, at, 1, name)[0]
        if not 1 <= count <= MOST_RECEIVERS:
            raise GatewayError(name, f"{count} receivers, 1 to {MOST_RECEIVERS} are possible", at)
        at += 1
        one, numbers = Text(self.size), []
        for _ in range(count):
            number, at = one.decode(data, at, name)
            numbers.append(number)
        return tuple(numbers), at


@dataclass(frozen=True, slots=True)
class Triple:
    """SGIP's sequence number: node, time, count."""

    def encode(self, value: Any, name: str) -> bytes:
        if len(value) != 3:
            raise GatewayError(name, f"{value!r} is no sequence number of three parts")
        return b"".join(Number(4).encode(part, name) for part in value)

    def decode(self, data: bytes, at: int, name: str) -> tuple[Any, int]:
        octets = _take(data, at, 12, name)
        return tuple(int.from_bytes(octets[n : n + 4], "big") for n in (0, 4, 8)), at + 12


@dataclass(frozen=True, slots=True)
class Parameters:
    """Tag, length and value (two octets each and the value) until the end of the PDU, in their order."""

    def encode(self, value: Any, name: str) -> bytes:
        out = []
        for tag, octets in value:
            out += [Number(2).encode(tag, name), Number(2).encode(len(octets), name), octets]
        return b"".join(out)

    def decode(self, data: bytes, at: int, name: str) -> tuple[Any, int]:
        found = []
        while at < len(data):
            tag, size = (int.from_bytes(_take(data, at + n, 2, name), "big") for n in (0, 2))
            found.append((tag, _take(data, at + 4, size, name)))
            at += 4 + size
        return tuple(found), at


# A text may be a password: an error never repeats it.


def _ascii(value: Any, name: str) -> bytes:
    try:
        octets = str(value).encode("ascii")
    except UnicodeEncodeError:
        raise GatewayError(name, "is not ASCII") from None
    if b"\0" in octets:
        raise GatewayError(name, "holds a NUL")
    return octets


def _text(octets: bytes, at: int, name: str) -> str:
    if not octets.isascii():
        raise GatewayError(name, "is not ASCII", at)
    return octets.decode("ascii")


# The fields of a PDU

Forms = Mapping[int, Form]
_ALWAYS: Final = (2, 3)


def _field(default: Any, v2: Form | None, v3: Form | None) -> Any:
    forms = {version: form for version, form in ((2, v2), (3, v3)) if form is not None}
    return field(default=default, metadata={"wire": forms})


def uint(size: int, *, v3: int | None = None, default: int = 0, only_v3: bool = False) -> Any:
    form = Number(size)
    return _field(default, None if only_v3 else form, Number(v3) if v3 else form)


def string(size: int, *, v3: int | None = None, default: str = "") -> Any:
    return _field(default, Text(size), Text(v3 or size))


def c_string(most: int, default: str = "") -> Any:
    return _field(default, CString(most), CString(most))


def raw(size: int) -> Any:
    return _field(bytes(size), Octets(size), Octets(size))


def counted(size: int = 1, most: int = 255) -> Any:
    return _field(b"", Content(size, most), Content(size, most))


def receivers(size: int, *, v3: int | None = None) -> Any:
    return _field((), Receivers(size), Receivers(v3 or size))


def triple() -> Any:
    return _field((0, 0, 0), Triple(), Triple())


def tags() -> Any:
    return _field((), Parameters(), Parameters())


@cache
def layout(pdu: Hashable, version: int) -> tuple[tuple[str, Form], ...]:
    """Names and forms of the fields of a PDU class in one version, in their order on the wire."""
    return tuple(
        (item.name, item.metadata["wire"][version])
        for item in fields(cast(Any, pdu))
        if version in item.metadata.get("wire", {})
    )


P = TypeVar("P")


def encode_fields(pdu: Any, version: int) -> bytes:
    """Raises GatewayError."""
    return b"".join(
        form.encode(getattr(pdu, name), name) for name, form in layout(cast(Hashable, type(pdu)), version)
    )


def decode_fields(kind: type[P], data: bytes, at: int, version: int) -> P:
    """All of `data` from `at` on. Raises GatewayError for too little and for too much."""
    values = {}
    for name, form in layout(cast(Hashable, kind), version):
        values[name], at = form.decode(data, at, name)
    if at != len(data):
        raise GatewayError(kind.__name__, f"{len(data) - at} octet(s) too many", at)
    return kind(**values)
