"""Where two cards differ, file by file. Keys are told to be equal or different, and never shown.

>>> [str(difference) for difference in differences(left, right)]
['EF_IMSI 6F07: "460000123456789" | "460000123456780"']
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import zip_longest
from typing import Final

from interop.uicc.access import Operation
from interop.uicc.catalogue import at
from interop.uicc.errors import EfError
from interop.uicc.form import HIDDEN, to_form
from interop.uicc.reading import FileRead, Reading, decoded, holds_key

_TOLD: Final = (
    Operation.READ,
    Operation.UPDATE,
    Operation.INCREASE,
    Operation.ACTIVATE,
    Operation.DEACTIVATE,
    Operation.RESIZE,
)


class Aspect(StrEnum):
    """What of a file differs. PRESENCE: one card lacks it. SHAPE: structure, size or length of records.
    ACCESS: who may do what. STATE: one is deactivated, or was not read. CONTENT: its octets.
    """

    PRESENCE = "presence"
    SHAPE = "shape"
    ACCESS = "access"
    STATE = "state"
    CONTENT = "content"


@dataclass(frozen=True, slots=True)
class Difference:
    """`path` and `name` of the file ("" if it is not known here); `record` from 1, 0 for the whole file.

    `left` and `right` in words, those of a content as of `words`. `secret`: one of the two is a key.
    """

    path: str
    name: str
    aspect: Aspect
    left: str
    right: str
    record: int = 0
    secret: bool = False

    def __str__(self) -> str:
        record = f" record {self.record}" if self.record else ""
        what = "" if self.aspect is Aspect.CONTENT else f" {self.aspect}"
        return f"{self.name or self.path}{record}{what}: {self.left} | {self.right}"


def differences(left: Reading, right: Reading) -> list[Difference]:
    """In the order in which files were read. Only what both were asked for is compared, and access rules only
    of the same view: a SIM has other words for them.
    """
    asked = [*left.files, *left.problems, *right.files, *right.problems]
    both = [path for path in dict.fromkeys(asked) if path in left.looked_for and path in right.looked_for]
    return [difference for path in both for difference in _of_file(path, left, right)]


def _of_file(path: str, left: Reading, right: Reading) -> Iterator[Difference]:
    one, other = left.files.get(path), right.files.get(path)
    name = str(at(path) or "")
    if one is None or other is None:
        if (here := _presence(path, left)) != (there := _presence(path, right)):
            yield Difference(path, name, Aspect.PRESENCE, here, there)
        return
    told = [
        (Aspect.SHAPE, _shape(one), _shape(other)),
        (Aspect.STATE, _state(one, left), _state(other, right)),
    ]
    if left.view is right.view:
        told.append((Aspect.ACCESS, _access(one, left), _access(other, right)))
    for aspect, mine, theirs in told:
        if mine != theirs:
            yield Difference(path, name, aspect, mine, theirs)
    if one.contents is None or other.contents is None:
        return
    for number, (mine_octets, their_octets) in enumerate(zip_longest(one.contents, other.contents), 1):
        if not _same(path, mine_octets, their_octets):
            yield _of_content(path, mine_octets, their_octets, number if one.record_length else 0)


def _of_content(path: str, left: bytes | None, right: bytes | None, record: int) -> Difference:
    secret = any(octets is not None and holds_key(path, octets) for octets in (left, right))
    here, there = words(path, left), words(path, right)
    if here == there and not secret:  # two codings of one content
        here, there = _hex(left), _hex(right)
    elif here == there:
        here, there = f"{here}, a key", f"{there}, another key"
    return Difference(path, str(at(path) or ""), Aspect.CONTENT, here, there, record, secret)


def _presence(path: str, reading: Reading) -> str:
    return "there" if path in reading.files else reading.problems.get(path, "absent")


def _shape(file: FileRead) -> str:
    if file.structure is None:
        return "directory"
    if file.record_length:
        return f"{file.structure.value}, {file.size // file.record_length} of {file.record_length} octets"
    return f"{file.structure.value}, {file.size} octets"


def _state(file: FileRead, reading: Reading) -> str:
    told = [] if file.active else ["deactivated"]
    if file.refused:
        told.append(f"refused with {file.refused:04X}")
    elif file.path in reading.problems:
        told.append(reading.problems[file.path])
    elif file.structure and file.contents is None:
        told.append("not told, for it holds a key")
    return ", ".join(told) or "readable"


def _access(file: FileRead, reading: Reading) -> str:
    """In words, or the attribute itself where it cannot be understood, or is that of a directory."""
    rules = reading.rules(file.path) if file.structure else None
    if rules is None:
        return _hex(file.access or file.levels) or "not told"
    return ", ".join(f"{operation.name} {rules.needed(operation)}" for operation in _TOLD)


def _same(path: str, left: bytes | None, right: bytes | None) -> bool:
    """Whether it is the same content; the room behind it has been told of already."""
    if left is None or right is None:
        return not (left or right or b"").strip(b"\xff")
    if len(left) == len(right) or left.rstrip(b"\xff") == right.rstrip(b"\xff"):
        return left.rstrip(b"\xff") == right.rstrip(b"\xff")
    return decoded(path, left) == decoded(path, right)  # an EfError equals no other


def words(path: str, octets: bytes | None) -> str:
    """What stands there: its form as JSON, or hex and what is wrong with it; keys are hidden."""
    if octets is None:
        return "no such record"
    content = decoded(path, octets)
    if isinstance(content, EfError):
        return HIDDEN if holds_key(path, octets) else f"{_hex(octets)} ({content.problem})"
    return json.dumps(to_form(content), ensure_ascii=False)


def _hex(octets: bytes | None) -> str:
    return (octets or b"").hex().upper()
