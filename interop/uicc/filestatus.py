"""What a card says about a file when it is selected, as +CRSM=192 gives it (GET RESPONSE).

Two forms: that of a SIM (3GPP TS 51.011 9.2.1) and the FCP template of a UICC (ETSI TS 102 221 11.1.1.3).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from interop.uicc.errors import EfError, need
from interop.uicc.tlv import decode_tlv, encode_tlv

_FILE: Final = "file status"


class Structure(Enum):
    TRANSPARENT = "transparent"
    LINEAR_FIXED = "linear fixed"
    CYCLIC = "cyclic"


_SIM_STRUCTURES: Final = {0: Structure.TRANSPARENT, 1: Structure.LINEAR_FIXED, 3: Structure.CYCLIC}
_UICC_STRUCTURES: Final = {1: Structure.TRANSPARENT, 2: Structure.LINEAR_FIXED, 6: Structure.CYCLIC}
_SIM_CODES: Final = {structure: code for code, structure in _SIM_STRUCTURES.items()}
_UICC_CODES: Final = {structure: code for code, structure in _UICC_STRUCTURES.items()}

_SIM_EF: Final = 0x04
_SIM_ACCESS: Final = b"\x14\xff\x44"  # read CHV1, update ADM, the rest never or ADM
_SIM_VALID: Final = 0x01

_FCP: Final = 0x62
_SIZE: Final = 0x80
_DESCRIPTOR: Final = 0x82
_FILE_ID: Final = 0x83
_LIFE_CYCLE: Final = 0x8A
_SECURITY: Final = 0x8B
_SHAREABLE: Final = 0x40
_DATA_CODING: Final = 0x21
_ACTIVATED: Final = 0x05


@dataclass(frozen=True, slots=True)
class FileStatus:
    """An elementary file: identifier, size in octets, and for records the length of one (else 0)."""

    id: int
    structure: Structure
    size: int
    record_length: int = 0

    @property
    def records(self) -> int:
        return self.size // self.record_length if self.record_length else 0

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Of either form. Raises EfError, also for a directory."""
        need(data, 0, 1, _FILE)
        return cls._decode_fcp(data) if data[0] == _FCP else cls._decode_sim(data)

    @classmethod
    def _decode_sim(cls, data: bytes) -> Self:
        need(data, 0, 14, _FILE)
        if data[6] != _SIM_EF:
            raise EfError(_FILE, f"type {data[6]:02X} is no elementary file", 6)
        structure = _SIM_STRUCTURES.get(data[13])
        if structure is None:
            raise EfError(_FILE, f"structure {data[13]:02X}", 13)
        record_length = 0
        if structure is not Structure.TRANSPARENT:
            need(data, 14, 1, _FILE)
            record_length = data[14]
        status = cls(
            int.from_bytes(data[4:6], "big"), structure, int.from_bytes(data[2:4], "big"), record_length
        )
        status._check(14)
        return status

    @classmethod
    def _decode_fcp(cls, data: bytes) -> Self:
        found: dict[int, tuple[int, bytes]] = {}
        for template, start, end in decode_tlv(data, 0, len(data), _FILE):
            if template == _FCP:
                for tag, begin, stop in decode_tlv(data, start, end, _FILE):
                    found.setdefault(tag, (begin, data[begin:stop]))
        for tag, name, shortest in (
            (_DESCRIPTOR, "descriptor", 1),
            (_FILE_ID, "identifier", 2),
            (_SIZE, "size", 1),
        ):
            if tag not in found or len(found[tag][1]) < shortest:
                raise EfError(_FILE, f"no file {name} (tag {tag:02X})", found[tag][0] if tag in found else 0)
        file_id = int.from_bytes(found[_FILE_ID][1][:2], "big")
        return cls.of_descriptor(
            found[_DESCRIPTOR][1], file_id, int.from_bytes(found[_SIZE][1], "big"), found[_DESCRIPTOR][0]
        )

    @classmethod
    def of_descriptor(cls, descriptor: bytes, file_id: int, size: int, at: int = 0) -> Self:
        """`descriptor`: the value under tag 82, which stands at `at` (102 221 11.1.1.4.3). Raises EfError."""
        need(descriptor, 0, 1, _FILE)
        structure = _UICC_STRUCTURES.get(descriptor[0] & 0x07)
        if descriptor[0] & 0xB8 or structure is None:  # bits 6..4: 0 is a working EF, 7 a directory
            raise EfError(_FILE, f"descriptor {descriptor[0]:02X} is no elementary file", at)
        record_length = 0
        if structure is not Structure.TRANSPARENT:
            if len(descriptor) < 4:
                raise EfError(_FILE, f"descriptor {descriptor.hex().upper()} has no record length", at)
            record_length = int.from_bytes(descriptor[2:4], "big")
        status = cls(file_id, structure, size, record_length)
        status._check(at)
        return status

    def encode_sim(self) -> bytes:
        """GET RESPONSE of a SIM, 15 octets. Raises EfError."""
        self._check(None)
        if self.record_length > 0xFF:
            raise EfError(_FILE, f"records of {self.record_length} octets, 255 fit")
        return b"".join((
            b"\x00\x00",
            self.size.to_bytes(2, "big"),
            self.id.to_bytes(2, "big"),
            bytes((_SIM_EF, 0)),
            _SIM_ACCESS,
            bytes((_SIM_VALID, 2, _SIM_CODES[self.structure], self.record_length)),
        ))  # fmt: skip

    def encode_fcp(self) -> bytes:
        """FCP template of a UICC, with the access rule in record 1 of EF_ARR 6F06. Raises EfError."""
        self._check(None)
        descriptor = bytes((_SHAREABLE | _UICC_CODES[self.structure], _DATA_CODING))
        if self.structure is not Structure.TRANSPARENT:
            if self.records > 0xFF:
                raise EfError(_FILE, f"{self.records} records, 255 fit")
            descriptor += self.record_length.to_bytes(2, "big") + bytes((self.records,))
        objects = (
            (_DESCRIPTOR, descriptor),
            (_FILE_ID, self.id.to_bytes(2, "big")),
            (_LIFE_CYCLE, bytes((_ACTIVATED,))),
            (_SECURITY, b"\x6f\x06\x01"),
            (_SIZE, self.size.to_bytes(2, "big")),
        )
        return encode_tlv(_FCP, b"".join([encode_tlv(tag, value, _FILE) for tag, value in objects]), _FILE)

    def _check(self, at: int | None) -> None:
        """Raises EfError unless the numbers fit each other."""
        if not 0 <= self.id <= 0xFFFF or not 0 <= self.size <= 0xFFFF:
            raise EfError(_FILE, f"identifier {self.id:X} or size {self.size} is not of two octets", at)
        if self.structure is Structure.TRANSPARENT:
            fits = self.record_length == 0
        else:
            fits = 0 < self.record_length <= 0xFFFF and self.size % self.record_length == 0
        if not fits:
            raise EfError(
                _FILE, f"{self.size} octets are no whole number of records of {self.record_length}", at
            )


def is_directory(header: bytes) -> bool:
    """Whether what a card says is of an MF, DF or application, in either form; what is empty or unreadable is
    not. Raises EfError for broken TLV.
    """
    if header[:1] != bytes((_FCP,)):
        return len(header) > 6 and header[6] in (1, 2)
    for _, start, end in decode_tlv(header, 0, len(header), _FILE):
        for tag, begin, stop in decode_tlv(header, start, end, _FILE):
            if tag == _DESCRIPTOR and stop > begin:
                return header[begin] & 0xBF == 0x38
    return False


def fits(status: FileStatus, path: str, length: int, record: int, offset: int | None) -> None:
    """Raises EfError for an update that this file cannot take, or that would go to another one.

    `length`: octets of it; `record` and `offset` as of `Session.update`.
    """
    own = int(path.rpartition("/")[2], 16)
    if status.id != own:
        raise EfError(path, f"calls itself {status.id:04X}: nothing was written")
    if record:
        if status.structure is Structure.CYCLIC:
            raise EfError(path, "is cyclic: an update would push its oldest record out")
        if not 1 <= record <= status.records:
            raise EfError(path, f"has {status.records} records, none {record}")
        room, covered = status.record_length, offset is None and length == status.record_length
    else:
        room = status.size - (offset or 0)
        covered = length == room if offset is None else offset >= 0 and 1 <= length <= room
    if not covered:
        raise EfError(path, f"takes {room} octets there, {length} were given")
