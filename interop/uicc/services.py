"""Service tables: UST and EST of a USIM, IST of an ISIM, SST of a SIM, by number and by name.

The names, and the files that a service stands for, are in services.csv: 3GPP TS 31.102 4.2.8 and 4.2.47,
TS 31.103 4.2.7, TS 51.011 10.3.7.

>>> Ust.decode(bytes.fromhex("0008")).names
('Short Message Service Parameters (SMSP)',)
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import ClassVar, Final, Self

from interop.uicc.errors import EfError

_ALLOCATED: Final = 1
_ACTIVATED: Final = 2


@dataclass(frozen=True, slots=True)
class Service:
    """One row of a table. `files`: names of the EFs that must be there where the service is available."""

    number: int
    name: str
    files: tuple[str, ...]


@cache
def services(table: str) -> dict[int, Service]:
    """ "UST", "EST", "IST" or "SST", by number."""
    # importlib.resources costs more to import than the whole package, and few commands read a table
    from importlib.resources import files

    text = files("interop.uicc").joinpath("services.csv").read_text("utf-8")
    return {
        int(row["number"]): Service(int(row["number"]), row["name"], tuple(row["files"].split()))
        for row in csv.DictReader(io.StringIO(text))
        if row["table"] == table
    }


@dataclass(frozen=True, slots=True)
class ServiceTable:
    """`available`: numbers of the services, ascending. One bit each, service 1 in bit 1 of octet 1."""

    TABLE: ClassVar[str]
    available: tuple[int, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(service_name(self.TABLE, number) for number in self.available)

    @classmethod
    def of(cls, names: Iterable[str | int]) -> Self:
        """By number or name. Raises EfError for a name that the table does not have."""
        return cls(tuple(sorted({service_number(cls.TABLE, name) for name in names})))

    @classmethod
    def decode(cls, data: bytes, file: str = "") -> Self:
        del file
        bits = int.from_bytes(data, "little")
        return cls(tuple(place + 1 for place in range(8 * len(data)) if bits >> place & 1))

    def encode(self, size: int, file: str = "") -> bytes:
        """Raises EfError."""
        bits = 0
        for number in self.available:
            if not 1 <= number <= 8 * size:
                raise EfError(file or f"EF_{self.TABLE}", f"service {number} is not in 1..{8 * size}")
            bits |= 1 << number - 1
        return bits.to_bytes(size, "little")


class Ust(ServiceTable):
    __slots__ = ()
    TABLE = "UST"


class Est(ServiceTable):
    """Services that are enabled: FDN, BDN, ACL."""

    __slots__ = ()
    TABLE = "EST"


class Ist(ServiceTable):
    __slots__ = ()
    TABLE = "IST"


@dataclass(frozen=True, slots=True)
class Sst:
    """Of a SIM, two bits a service: `allocated` to the card, and of those `activated` (51.011 10.3.7).

    A service may be used only if it is both.
    """

    allocated: tuple[int, ...] = ()
    activated: tuple[int, ...] = ()

    @property
    def available(self) -> tuple[int, ...]:
        return tuple(number for number in self.activated if number in self.allocated)

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(service_name("SST", number) for number in self.available)

    @classmethod
    def of(cls, names: Iterable[str | int]) -> Self:
        """Both allocated and activated, by number or name. Raises EfError for a name it does not have."""
        numbers = tuple(sorted({service_number("SST", name) for name in names}))
        return cls(numbers, numbers)

    @classmethod
    def decode(cls, data: bytes, file: str = "EF_SST") -> Self:
        del file
        bits = int.from_bytes(data, "little")
        states = [(place + 1, bits >> 2 * place & 3) for place in range(4 * len(data))]
        return cls(
            tuple(number for number, state in states if state & _ALLOCATED),
            tuple(number for number, state in states if state & _ACTIVATED),
        )

    def encode(self, size: int, file: str = "EF_SST") -> bytes:
        """Raises EfError."""
        bits = 0
        for numbers, bit in ((self.allocated, _ALLOCATED), (self.activated, _ACTIVATED)):
            for number in numbers:
                if not 1 <= number <= 4 * size:
                    raise EfError(file, f"service {number} is not in 1..{4 * size}")
                bits |= bit << 2 * (number - 1)
        return bits.to_bytes(size, "little")


def service_name(table: str, number: int) -> str:
    """As the standard calls it; "service 200" where no release so far knows it."""
    known = services(table).get(number)
    return known.name if known else f"service {number}"


def service_number(table: str, name: str | int) -> int:
    """By its whole name, the short one in parentheses ("SMSP"), or the number itself; case does not matter.

    Raises EfError.
    """
    if isinstance(name, int):
        return name
    wanted = name.casefold()
    for service in services(table).values():
        if wanted == service.name.casefold() or f"({wanted})" in service.name.casefold():
            return service.number
    raise EfError(f"EF_{table}", f"no service is called {name!r}")
