"""The files that are known here: where they stand, what they hold. Data for +CRSM and for emulated cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, Self

from interop.uicc.dialling import EmergencyCode, EmergencyCodes, Msisdn, Smsp
from interop.uicc.filestatus import FileStatus, Structure
from interop.uicc.identity import Acc, Ad, Gid, Iccid, Imsi, Spn
from interop.uicc.plmn import Loci, PlmnList, Spdi

# <pathid> of +CRSM (3GPP TS 27.007 8.18): the path from the MF
MF: Final = "3F00"
TELECOM: Final = "7F10"
GSM: Final = "7F20"
USIM: Final = "7FFF"


class Content(Protocol):
    """What a file, or a record of one, holds. Both methods raise EfError and nothing else."""

    @classmethod
    def decode(cls, data: bytes, file: str = ...) -> Self: ...

    def encode(self, size: int, file: str = ...) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Ef:
    """An elementary file. `size` is the usual one of the file, `record_length` of a record (0 if
    transparent); cards differ, so `FileStatus` of the card at hand decides.
    """

    name: str
    id: int
    path: str
    content: type[Content]
    size: int
    record_length: int = 0

    @property
    def structure(self) -> Structure:
        return Structure.LINEAR_FIXED if self.record_length else Structure.TRANSPARENT

    @property
    def status(self) -> FileStatus:
        return FileStatus(self.id, self.structure, self.size, self.record_length)

    def __str__(self) -> str:
        return f"EF_{self.name} {self.id:04X}"

    def decode(self, data: bytes) -> Content:
        """Of the file, or of one record. Raises EfError."""
        return self.content.decode(data, str(self))

    def encode(self, content: Content, size: int | None = None) -> bytes:
        """`size` octets, those of a file or a record of this catalogue if None. Raises EfError."""
        return content.encode(self.record_length or self.size if size is None else size, str(self))


# name, identifier, content, size, record length, directories
_ROWS: Final[tuple[tuple[str, int, type[Content], int, int, tuple[str, ...]], ...]] = (
    ("ICCID", 0x2FE2, Iccid, 10, 0, (MF,)),
    ("IMSI", 0x6F07, Imsi, 9, 0, (USIM, GSM)),
    ("AD", 0x6FAD, Ad, 4, 0, (USIM, GSM)),
    ("SPN", 0x6F46, Spn, 17, 0, (USIM, GSM)),
    ("ACC", 0x6F78, Acc, 2, 0, (USIM, GSM)),
    ("GID1", 0x6F3E, Gid, 8, 0, (USIM, GSM)),
    ("GID2", 0x6F3F, Gid, 8, 0, (USIM, GSM)),
    ("LOCI", 0x6F7E, Loci, 11, 0, (USIM, GSM)),
    ("FPLMN", 0x6F7B, PlmnList, 12, 0, (USIM, GSM)),
    ("SPDI", 0x6FCD, Spdi, 32, 0, (USIM, GSM)),
    ("EHPLMN", 0x6FD9, PlmnList, 12, 0, (USIM,)),
    ("PLMNsel", 0x6F30, PlmnList, 24, 0, (GSM,)),
    ("MSISDN", 0x6F40, Msisdn, 68, 34, (USIM, TELECOM)),
    ("SMSP", 0x6F42, Smsp, 42, 42, (USIM, TELECOM)),
    ("ECC", 0x6FB7, EmergencyCode, 60, 12, (USIM,)),
    ("ECC", 0x6FB7, EmergencyCodes, 15, 0, (GSM,)),
)

FILES: Final = tuple(
    Ef(name, file_id, path, content, size, record_length)
    for name, file_id, content, size, record_length, paths in _ROWS
    for path in paths
)


def find(file: str | int, path: str | None = None) -> Ef | None:
    """By name or identifier; without `path`, that of the USIM where there is one. None if unknown.

    >>> str(find("SPN"))
    'EF_SPN 6F46'
    """
    for ef in FILES:
        if file in (ef.name, ef.id) and path in (None, ef.path):
            return ef
    return None
