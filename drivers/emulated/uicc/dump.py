"""A card's files as data: one form for profiles in YAML and for what is read from a card (JSON).

    {"3F00/2FE2": {"structure": "transparent", "octets": "98680021436587092143", "access": "8B032F0602"},
     "3F00/2F00": {"structure": "linear fixed", "record length": 38, "records": ["61184F10..."]},
     "3F00/7FFF": {"structure": "directory", "aid": "A0000000871002FF86FFFF89FFFFFFFF"},
     "3F00/7F20/6F07": {"same as": "3F00/7FFF/6F07"}}

`octets` and `records` in hex; what is missing up to `size` (octets of the file) is FF, as is what could not
be read. `access`: the security attribute of the FCP, tag and length included; of a SIM `levels` instead,
octets 9 to 11 of its header, where any key of the issuer is ADM1. Directories need a row only for what they
say of themselves; an application (7FFF, ADF.ISIM) without one has its AID from EF_DIR.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drivers.emulated.uicc.tree import Directory, File, Tree
from interop.uicc import Structure
from interop.uicc.access import ADM1, LEVEL, AccessRules, Condition, Key
from interop.uicc.paths import BEGINNINGS, EF_DIR
from interop.uicc.simheader import level_rules
from interop.uicc.tlv import encode_tlv

Form = Mapping[str, Mapping[str, Any]]


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    structure: Literal["directory", "transparent", "linear fixed", "cyclic"] = "transparent"
    record_length: int = Field(0, alias="record length", ge=0, le=255)
    octets: str = ""
    records: list[str] = Field(default_factory=list)
    size: int = Field(0, ge=0, le=0xFFFF)
    access: str = ""
    levels: str = ""
    sfi: int = Field(0, ge=0, le=30)
    aid: str = ""
    active: bool = True
    same_as: str = Field("", alias="same as")


def load(form: Form) -> Tree:
    """Raises ValueError with one sentence that names the path and what is wrong with it."""
    tree, rows = Tree(), {path.upper(): _row(path, row) for path, row in form.items()}
    for path, row in rows.items():
        if row.structure == "directory" and not row.same_as:
            made = _directory(tree, path, rows, _hex(path, row.aid))
            made.access = _hex(path, row.access)
    for path, row in rows.items():
        if row.structure != "directory" and not row.same_as:
            _lay(tree, path, row, rows)
    for path, row in rows.items():
        if row.same_as:
            file = tree.file(row.same_as)
            if file is None:
                raise ValueError(f"{path}: same as {row.same_as!r}, where there is no file")
            where, identifier = _split(path)
            _directory(tree, where, rows).children[int(identifier, 16)] = file
    return tree


def _row(path: str, row: Mapping[str, Any]) -> _Row:
    try:
        return _Row.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        raise ValueError(f"{path}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None


def _hex(path: str, text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise ValueError(f"{path}: {text!r} is not hexadecimal") from None


def _access(path: str, row: _Row) -> bytes:
    levels = _hex(path, row.levels)
    if not levels:
        return _hex(path, row.access)
    if len(levels) != 3:
        raise ValueError(f"{path}: levels of {len(levels)} octets, 3 are needed")
    rules = [replace(rule, condition=_of_uicc(rule.condition)) for rule in level_rules(levels).rules]
    return encode_tlv(0xAB, AccessRules(tuple(rules)).encode(), path)


def _of_uicc(condition: Condition) -> Condition:
    """A level of a SIM names no key: the emulated card has one of the issuer."""
    return ADM1 if isinstance(condition, Key) and condition.reference >= LEVEL else condition


def _split(path: str) -> tuple[str, str]:
    where, slash, name = path.rpartition("/")
    digits = set(name) <= set("0123456789ABCDEF")
    if not slash or not (name in BEGINNINGS or (digits and (len(name) == 4 or 10 <= len(name) <= 32))):
        raise ValueError(f"{path!r} is no path of identifiers from the MF, such as 3F00/7FFF/6F07")
    return where, name


def _directory(tree: Tree, path: str, rows: Mapping[str, _Row], aid: bytes = b"") -> Directory:
    """What is there, or a new one, in directories that are made likewise."""
    found = tree.at(path)
    if isinstance(found, Directory):
        return found
    if found is not None:
        raise ValueError(f"{path} is a file, and a directory")
    where, name = _split(path)
    parent = _directory(tree, where, rows)
    if len(name) > 4 or name in BEGINNINGS or aid:
        made = Directory(0x7FFF, path, parent, aid or _aid(name, rows))
        tree.applications[name] = made
    else:
        made = Directory(int(name, 16), path, parent)
        parent.children[made.id] = made
    return made


def _aid(name: str, rows: Mapping[str, _Row]) -> bytes:
    """Of an application by the name that paths give it: the first of EF_DIR that begins so."""
    if name not in BEGINNINGS:
        return bytes.fromhex(name)
    row, beginning = rows.get(EF_DIR), BEGINNINGS[name]
    for record in row.records if row else ():
        octets = _hex(EF_DIR, record)
        at = octets.find(beginning)
        if at > 0:
            return octets[at : at + octets[at - 1]]
    return beginning


def _lay(tree: Tree, path: str, row: _Row, rows: Mapping[str, _Row]) -> None:
    where, name = _split(path)
    if row.records:
        octets = b"".join(_hex(path, record).ljust(row.record_length, b"\xff") for record in row.records)
    else:
        octets = _hex(path, row.octets)
    octets = octets.ljust(row.size, b"\xff")
    structure = Structure(row.structure)
    if (structure is Structure.TRANSPARENT) is bool(row.record_length):
        raise ValueError(f"{path}: a {row.structure} file has no records of {row.record_length} octets")
    if row.size and len(octets) != row.size:
        raise ValueError(f"{path}: {len(octets)} octets in a file of {row.size}")
    if row.record_length and (len(octets) % row.record_length or not octets):
        raise ValueError(f"{path}: {len(octets)} octets are no records of {row.record_length}")
    home = _directory(tree, where, rows)
    file = File(
        int(name, 16), home, structure, bytearray(octets), row.record_length, _access(path, row), row.sfi,
        row.active,
    )  # fmt: skip
    home.children[file.id] = file


def save(tree: Tree) -> dict[str, dict[str, Any]]:
    """`load(save(tree))` is the same card."""
    form: dict[str, dict[str, Any]] = {}
    for path, node in tree.nodes():
        if isinstance(node, Directory):
            form[path] = {"structure": "directory"} | ({"aid": node.aid.hex().upper()} if node.aid else {})
        elif node.path != path:
            form[path] = {"same as": node.path}
            continue
        else:
            form[path] = _file_row(node)
        if node.access:
            form[path]["access"] = node.access.hex().upper()
    return form


def _file_row(file: File) -> dict[str, Any]:
    row: dict[str, Any] = {"structure": file.structure.value}
    if file.record_length:
        records = [file.record(number) or b"" for number in range(1, file.records + 1)]
        row |= {"record length": file.record_length, "records": [record.hex().upper() for record in records]}
    else:
        row["octets"] = file.octets.hex().upper()
    row |= {"sfi": file.sfi} if file.sfi else {}
    return row | ({} if file.active else {"active": False})
