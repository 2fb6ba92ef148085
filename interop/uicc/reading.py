"""What was read from a card, file by file: for people, for JSON, for lint and diff, for an emulated card."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

from interop.uicc.access import AccessRules
from interop.uicc.catalogue import Content, at
from interop.uicc.errors import EfError
from interop.uicc.fcp import ArrReference
from interop.uicc.filestatus import Structure
from interop.uicc.form import hides, may_hide, to_form
from interop.uicc.identity import Iccid, Imsi
from interop.uicc.octets import Octets
from interop.uicc.paths import EF_ICCID, canonical, directories
from interop.uicc.session import View
from interop.uicc.simheader import level_rules
from interop.uicc.tlv import decode_tlv
from interop.uicc.wholecard import Contents

_REFERENCED: Final = 0x8B
_COMPACT: Final = 0x8C
_EXPANDED: Final = 0xAB
_ARR: Final = 0x6F06
_DIRECTORY: Final = "directory"
_ROW: Final = (
    "structure", "name", "record length", "octets", "records", "size", "access", "levels", "sfi", "aid",
    "active", "refused", "content",
)  # fmt: skip
_LEVELS: Final = 3
_CARD: Final = ("atr", "view", "files", "absent", "problems")


@dataclass(frozen=True, slots=True)
class FileRead:
    """One file or directory. `path`: as `Session` takes it; `structure` None: a directory.

    `octets` of a transparent file, `records` of another one; `access`: the security attribute as the FCP has
    it, tag and length included (8B032F0602), b"" of a SIM, which has `levels` instead: octets 9 to 11 of its
    header. `refused`: the status word where the card says what the file is and does not let it be read, else
    0. Contents are not in the repr: a card may hold keys.
    """

    path: str
    structure: Structure | None
    octets: bytes = field(default=b"", repr=False)
    records: tuple[bytes, ...] = field(default=(), repr=False)
    size: int = 0
    record_length: int = 0
    access: bytes = b""
    levels: bytes = b""
    sfi: int = 0
    aid: bytes = b""
    active: bool = True
    refused: int = 0

    @property
    def contents(self) -> tuple[bytes, ...] | None:
        """Octets, in one piece, or records. None of a directory, and of a file that was not read."""
        if self.structure is None or (self.size and not self.octets and not self.records):
            return None
        return self.records if self.record_length else (self.octets,)

    @property
    def name(self) -> str:
        """As the standard calls it, "EF_IMSI 6F07"; "" of a file that is not known here."""
        return str(at(self.path) or "")

    @property
    def secret(self) -> bool:
        """Whether it holds a key of a registration, so that its octets are not to be shown."""
        return any(holds_key(self.path, octets) for octets in self.contents or ())


@dataclass(frozen=True, slots=True)
class Reading:
    """One card. `files` by path, in the order in which they were read; `looked_for`: every path that was
    asked for, so that a missing file is known from one that nobody asked for. `problems`: a sentence by path,
    for files of which the card does not say what they are, or which it does not give as it says.
    """

    atr: bytes
    view: View
    files: Mapping[str, FileRead]
    looked_for: frozenset[str]
    problems: Mapping[str, str] = field(default_factory=dict)

    @property
    def contents(self) -> Contents:
        """Of the files that could be read, as `lint` takes them."""
        return {
            path: list(octets) if file.record_length else octets[0]
            for path, file in self.files.items()
            if (octets := file.contents) is not None
        }

    @property
    def absent(self) -> tuple[str, ...]:
        """What the card does not have of all that was asked for, sorted."""
        return tuple(sorted(self.looked_for - self.files.keys() - self.problems.keys()))

    @property
    def answered(self) -> frozenset[str]:
        """Paths that the card does not have, and those that could be read: for `lint`, to which a file
        that is refused would be a missing one.
        """
        return frozenset((*self.absent, *self.contents))

    def decoded(self, path: str) -> tuple[Content | EfError, ...]:
        """One content, or one for each record, or what is wrong with it; () of a file that was not read."""
        file = self.files.get(path)
        return tuple(decoded(path, octets) for octets in (file and file.contents) or ())

    @property
    def iccid(self) -> str:
        """Digits, "" where EF_ICCID has none."""
        found = self.decoded(EF_ICCID)
        return found[0].digits if found and isinstance(found[0], Iccid) else ""

    @property
    def imsi(self) -> str:
        """Of the USIM, else of DF_GSM; "" where neither has one."""
        for path in ("3F00/7FFF/6F07", "3F00/7F20/6F07"):
            for content in self.decoded(path):
                if isinstance(content, Imsi):
                    return content.digits
        return ""

    def rules(self, path: str) -> AccessRules | None:
        """Who may do what with a file or directory; None where the card does not tell, or so that nobody
        understands it.
        """
        file = self.files.get(path)
        try:
            if file and file.levels:
                return level_rules(file.levels)
            return self._rules(file) if file else None
        except EfError:
            return None

    def _rules(self, file: FileRead) -> AccessRules | None:
        for tag, value in _attributes(file.access):
            if tag == _COMPACT:
                return AccessRules.decode_compact(value)
            if tag == _EXPANDED:
                return AccessRules.decode(value)
            number = ArrReference.decode(value).record
            arr = next((self.files[place] for place in arr_places(file) if place in self.files), None)
            if arr and 1 <= number <= len(arr.records):
                return AccessRules.decode(arr.records[number - 1])
        return None

    # As JSON

    def form(self) -> dict[str, Any]:
        """What `json.dumps` takes, without any key. A row of `files` has the keys of `_ROW`; `octets` and
        `records` in hex are missing where they were not read, or hold a key. `content` is for people only.
        """
        return {
            "atr": self.atr.hex().upper(),
            "view": self.view.value,
            "files": {path: self._row(file) for path, file in self.files.items()},
            "absent": list(self.absent),
            "problems": dict(self.problems),
        }

    def _row(self, file: FileRead) -> dict[str, Any]:
        row: dict[str, Any] = {"structure": file.structure.value if file.structure else _DIRECTORY}
        shown = not file.secret and file.contents is not None
        row |= {"name": file.name} if file.name else {}
        row |= {"record length": file.record_length} if file.record_length else {}
        if shown and file.record_length:
            row["records"] = [_hex(record) for record in file.records]
        elif shown:
            row["octets"] = _hex(file.octets)
        elif file.structure:
            row["size"] = file.size
        row |= {"sfi": file.sfi} if file.sfi else {}
        row |= {} if file.active else {"active": False}
        row |= {"refused": f"{file.refused:04X}"} if file.refused else {}
        told = (("access", file.access), ("levels", file.levels), ("aid", file.aid))
        row |= {key: _hex(value) for key, value in told if value}
        # what is not taken apart has been told already
        content = [_content(one) for one in self.decoded(file.path) if not isinstance(one, Octets)]
        return row | ({"content": content if file.record_length else content[0]} if content else {})

    @classmethod
    def of_form(cls, form: Any) -> Self:
        """The way back; `name` and `content` of a file are not looked at. Raises ValueError with a sentence
        that names path and key.
        """
        _keys(form, _CARD, "the reading")
        files = {canonical(path): _file(path, row) for path, row in _mapping(form, "files").items()}
        absent, problems = form.get("absent", []), dict(_mapping(form, "problems"))
        if not isinstance(absent, list):
            raise ValueError(f"absent: a list of paths is needed, not {type(absent).__name__}")
        paths = [canonical(path) for path in (*absent, *problems)]
        try:
            view = View(form.get("view"))
        except ValueError:
            raise ValueError(f"view: one of {', '.join(View)} is needed") from None
        atr = _octets("the reading", form, "atr")
        return cls(atr, view, files, frozenset((*files, *paths)), problems)


def decoded(path: str, octets: bytes) -> Content | EfError:
    """What the file, or a record of it, holds, or what is wrong with it; of an unknown file its octets."""
    ef = at(path)
    try:
        return ef.decode(octets) if ef else Octets(octets)
    except EfError as error:
        return error


def holds_key(path: str, octets: bytes) -> bool:
    """Whether that is to be hidden. What cannot be taken apart may be a key wherever one belongs."""
    content = decoded(path, octets)
    if not isinstance(content, EfError):
        return hides(content)
    ef = at(path)
    return bool(ef and may_hide(ef.content) and octets.strip(b"\xff") and octets.strip(b"\x00"))


def arr_places(file: FileRead) -> list[str]:
    """Where the EF_ARR may stand that `file` refers to, the nearest first (102 221 9.2.7); [] for none.

    A directory's rules stand above it, but for the MF's. Raises EfError.
    """
    for tag, value in _attributes(file.access):
        if tag == _REFERENCED:
            identifier = ArrReference.decode(value).file or _ARR
            return [f"{where}/{identifier:04X}" for where in directories(file.path) or [file.path]]
    return []


def _attributes(access: bytes) -> list[tuple[int, bytes]]:
    return [(tag, access[start:end]) for tag, start, end in decode_tlv(access, 0, len(access), "access")]


def _content(content: Content | EfError) -> Any:
    return {"wrong": str(content)} if isinstance(content, EfError) else to_form(content)


def _hex(octets: bytes) -> str:
    return octets.hex().upper()


# The way back


def _file(path: str, row: Any) -> FileRead:
    _keys(row, _ROW, path)
    named = row.get("structure")
    if named not in (_DIRECTORY, *(one.value for one in Structure)):
        there = ", ".join((_DIRECTORY, *(one.value for one in Structure)))
        raise ValueError(f"{path}: structure: one of {there} is needed")
    records = row.get("records", [])
    if not isinstance(records, list):
        raise ValueError(f"{path}: records: a list is needed, not {type(records).__name__}")
    file = FileRead(
        canonical(path),
        None if named == _DIRECTORY else Structure(named),
        _octets(path, row, "octets"),
        tuple(_octets(path, {f"record {n}": one}, f"record {n}") for n, one in enumerate(records, 1)),
        _number(path, row, "size", 0xFFFF),
        _number(path, row, "record length", 0xFF),
        _octets(path, row, "access"),
        _octets(path, row, "levels"),
        _number(path, row, "sfi", 30),
        _octets(path, row, "aid"),
        _true(path, row, "active"),
        int.from_bytes(_octets(path, row, "refused")),
    )
    return _fitting(file, row)


def _fitting(file: FileRead, row: Mapping[str, Any]) -> FileRead:
    """With its size. Raises ValueError for numbers that do not fit each other."""
    transparent = file.structure in (None, Structure.TRANSPARENT)
    if transparent is bool(file.record_length):
        raise ValueError(f"{file.path}: record length: {file.record_length} of a {row['structure']} file")
    if ("records" if transparent else "octets") in row:
        raise ValueError(f"{file.path}: a {row['structure']} file has other contents")
    for number, record in enumerate(file.records, 1):
        if len(record) != file.record_length:
            raise ValueError(f"{file.path}: record {number} has {len(record)} octets")
    length = len(file.octets) + sum(map(len, file.records))
    if length and file.size not in (0, length):
        raise ValueError(f"{file.path}: size: {file.size}, but {length} octets are there")
    if file.levels and len(file.levels) != _LEVELS:
        raise ValueError(f"{file.path}: levels: {len(file.levels)} octets, {_LEVELS} are needed")
    return replace(file, size=length or file.size)


def _keys(form: Any, known: Collection[str], where: str) -> None:
    if not isinstance(form, Mapping):
        raise ValueError(f"{where} is no mapping")
    for key in form:
        if key not in known:
            raise ValueError(f"{where}: {key!r:.40} is none of {', '.join(known)}")


def _mapping(form: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = form.get(key, {})
    if not isinstance(found, Mapping) or not all(isinstance(name, str) for name in found):
        raise ValueError(f"{key}: a mapping by path is needed")
    return found


def _octets(where: str, form: Mapping[str, Any], key: str) -> bytes:
    """b"" where the key is missing."""
    text = form.get(key, "")
    try:
        return bytes.fromhex(text)
    except (ValueError, TypeError):
        raise ValueError(f"{where}: {key}: octets in hex are needed, in quotes") from None


def _number(where: str, form: Mapping[str, Any], key: str, most: int) -> int:
    number = form.get(key, 0)
    if type(number) is not int or not 0 <= number <= most:
        raise ValueError(f"{where}: {key}: a number up to {most} is needed")
    return number


def _true(where: str, form: Mapping[str, Any], key: str) -> bool:
    told = form.get(key, True)
    if not isinstance(told, bool):
        raise ValueError(f"{where}: {key}: true or false is needed")
    return told
