"""What was read from a card, file by file: for people, for JSON, for lint and diff, for an emulated card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from interop.uicc.filestatus import Structure
from interop.uicc.session import View


@dataclass(frozen=True, slots=True)
class FileRead:
    """One file or directory. `path`: as `Session` takes it; `structure` None: a directory.

    `octets` of a transparent file, `records` of another one; `access`: the security attribute as the FCP has
    it, tag and length included (8B032F0602), b"" of a SIM. `refused`: the status word where the card says
    what the file is and does not let it be read, else 0. Contents are not in the repr: a card may hold keys.
    """

    path: str
    structure: Structure | None
    octets: bytes = field(default=b"", repr=False)
    records: tuple[bytes, ...] = field(default=(), repr=False)
    size: int = 0
    record_length: int = 0
    access: bytes = b""
    sfi: int = 0
    aid: bytes = b""
    active: bool = True
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """One card. `files` by path, in the order in which they were read; `looked_for`: every path that was
    asked for, so that a missing file is known from one that nobody asked for.
    """

    atr: bytes
    view: View
    files: Mapping[str, FileRead]
    looked_for: frozenset[str]
