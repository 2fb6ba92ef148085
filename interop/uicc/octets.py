"""Files whose content is left as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from interop.uicc.errors import padded


@dataclass(frozen=True, slots=True)
class Octets:
    """A file or record that is not taken apart here: NETPAR, CCP, EPSNSC, those of DF_PHONEBOOK."""

    value: bytes

    @classmethod
    def decode(cls, data: bytes, file: str = "") -> Self:
        del file
        return cls(data)

    def encode(self, size: int, file: str = "") -> bytes:
        """Raises EfError if it does not fit."""
        return padded(self.value, size, file)


@dataclass(frozen=True, slots=True)
class SecretOctets:
    """The same of a file with keys (EPSNSC, 5GAUTHKEYS), which repr does not show."""

    value: bytes = field(repr=False)

    @classmethod
    def decode(cls, data: bytes, file: str = "") -> Self:
        del file
        return cls(data)

    def encode(self, size: int, file: str = "") -> bytes:
        """Raises EfError if it does not fit."""
        return padded(self.value, size, file)
