"""What a profile says of files: names and paths, records, values with `{columns}` of the batch in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from interop.lab.document import Document, Path
from interop.lab.shape import close
from interop.personalise.cardtypes import CardType, card_types
from interop.personalise.columns import SECRETS
from interop.personalise.order import Wish
from interop.uicc import FILES, ISIM, USIM, Content, Ef, EfError, Kc, Keys, SecretOctets, Structure, at
from interop.uicc.form import of_form
from interop.uicc.paths import parse
from interop.uicc.session import View

_MOST_RECORDS: Final = 254
_NUMBER: Final = re.compile(r"[0-9]{1,4}")
_PATH: Final = re.compile(r"3F00(/ADF\.ISIM)?(/[0-9A-F]{4})+")
_PLACEHOLDER: Final = re.compile(r"\{\{|\}\}|\{([a-z][a-z0-9_]*)\}|[{}]")
_HOLDS_KEYS: Final = (Keys, Kc, SecretOctets)
_OF_THE_BATCH: Final = {"ICCID": "new_iccid", "IMSI": "imsi"}
"""files that the batch alone fills, by its column"""
_IDENTIFIERS: Final = {"2FE2": "ICCID", "6F07": "IMSI"}
"""theirs, by which they are also found on paths that nobody knows"""


@dataclass(frozen=True, slots=True)
class FileValue:
    """A file, or one record of it (from 1), as a profile has it. `where`: its name in errors.

    `form`: of the content (`interop.uicc.form`), with those `columns` in braces; `content`: where there are
    none. `twin`: the file of the same name in the other view, which was not named itself.
    """

    where: str
    path: str
    ef: Ef | None
    record: int = 0
    form: Any = field(default=None, repr=False)
    columns: tuple[str, ...] = ()
    content: Content | bytes | None = field(default=None, repr=False)
    twin: bool = False

    def wish(self, columns: Mapping[str, str]) -> Wish:
        """For a row with these values, which has all of `self.columns`. Raises EfError, without the value."""
        content = self.content
        if content is None:
            content = _content(self.ef, _filled(self.form, columns), self.where)
        secret = isinstance(content, _HOLDS_KEYS) or (self.ef is None and self.path[-4:] in _key_files())
        return Wish(self.path, content, self.record, optional=self.twin, secret=secret)


def file_values(document: Document, view: View, card: CardType | None) -> tuple[FileValue, ...]:
    """Of `files:`, in its order, a twin behind its file. What is wrong stands in `document.problems`."""
    named: dict[str, str] = {}
    found: list[FileValue] = []
    for name, value in document.data["files"].items():
        path: Path = ("files", name)
        try:
            place, ef = _place(name, view)
            _allow(place, ef, card)
        except ValueError as problem:
            document.refuse(path, f"{name}: {problem}", key=True)
            continue
        if place in named:
            document.refuse(path, f"{name}: is the same file as {named[place]}", key=True)
            continue
        named[place] = name
        values = _values(document, path, place, ef, value)
        found += values
        if ef is not None and "/" not in name:
            found += [replace(one, path=twin, twin=True) for twin in _twins(ef, view) for one in values]
    return tuple(one for one in found if not (one.twin and one.path in named))


@cache
def places(name: str, view: View) -> tuple[str, ...]:
    """Where the file of this name stands in the catalogue: that which goes by it, then its twin in the other
    view. ValueError for a name that no file of the view has.
    """
    place, ef = _place(name, view)
    return (place, *_twins(ef, view)) if ef else (place,)


def _place(name: str, view: View) -> tuple[str, Ef | None]:
    """By name, that of the view; by path, whatever stands there. ValueError."""
    if "/" in name:
        place = name.upper().replace("/ADF.USIM", f"/{USIM}")
        parse(place)
        if not _PATH.fullmatch(place):
            raise ValueError("is no path: identifiers have four digits, as in 3F00/7FFF/6F07")
        if view is View.SIM and (USIM in place or ISIM in place):
            raise ValueError("is a file of an application, and this card is written in its 2G view")
        return place, at(place)
    seen = [ef for ef in FILES if in_view(ef, view)]
    for ef in seen:
        if ef.name == name:
            return ef.place, ef
    meant = close(name, list(dict.fromkeys(ef.name for ef in seen)))
    where = " in the 2G view, in which this card is written" if view is View.SIM else ""
    raise ValueError(f"no file is called so{where}{meant}; others go by their path (3F00/7F20/6F46)")


def in_view(ef: Ef, view: View) -> bool:
    """Whether it can be reached there: from the 3G view all can."""
    return view is View.UICC or not ef.path.startswith((USIM, ISIM))


def _twins(ef: Ef, view: View) -> list[str]:
    """The same file in the other view, as 31.102 4.2 and 51.011 10.3 have most. None where only the 2G view
    is to be written: it may be linked to the other one or not, and nobody can look from there.
    """
    if view is View.SIM or ef.path == ISIM:
        return []
    others = [other for other in FILES if other.path not in (ef.path, ISIM)]
    kind = (ef.name, ef.id, ef.content, ef.structure)
    return [o.place for o in others if (o.name, o.id, o.content, o.structure) == kind]


def _allow(place: str, ef: Ef | None, card: CardType | None) -> None:
    """Raises ValueError for what a profile may not say."""
    # By its identifier: a card may find a file by many paths (102 221 8.4.1); one that is known is itself
    identifier = place[-4:]
    name = ef.name if ef is not None else _IDENTIFIERS.get(identifier)
    if name in _OF_THE_BATCH:
        column = _OF_THE_BATCH[name]
        raise ValueError(f"is another one on each card: it comes from column {column} of the batch")
    if card is not None and ef is None and identifier in [file.file[-4:] for file in card.key_files]:
        raise ValueError(f"is where {card.name} keeps keys: they come from columns ki and opc of the batch")
    if ef is not None and ef.structure is Structure.CYCLIC:
        raise ValueError("is cyclic: an update would push its oldest record out")


@cache
def _key_files() -> frozenset[str]:
    """Their identifiers."""
    return frozenset(file.file[-4:] for card in card_types().values() for file in card.key_files)


def _values(document: Document, path: Path, place: str, ef: Ef | None, value: Any) -> list[FileValue]:
    """One for the file, or one for each of its records that the profile gives."""
    name, transparent = str(path[-1]), ef is not None and ef.structure is Structure.TRANSPARENT
    if isinstance(value, list) and not transparent:
        listed = enumerate(value, 1)
        records = [(number, (*path, number - 1), one) for number, one in listed if one is not None]
    elif isinstance(value, dict) and value and all(_NUMBER.fullmatch(key) for key in value):
        if transparent:
            document.refuse(path, f"{name}: is transparent: it has no records")
            return []
        records = [(int(key), (*path, key), one) for key, one in value.items()]
    else:
        number = 0 if ef is None or transparent else 1
        return _value(document, path, FileValue(name, place, ef, number, value))
    if not records:
        document.refuse(path, f"{name}: no record stands here; each has a value of its own")
    found: list[FileValue] = []
    for number, below, form in records:
        if not 1 <= number <= _MOST_RECORDS or number in [one.record for one in found]:
            document.refuse(below, f"{name}: {number} is no record, or one that stands here twice", key=True)
        else:
            where = f"{name}: record {number}"
            found += _value(document, below, FileValue(where, place, ef, number, form))
    return found


def _value(document: Document, path: Path, value: FileValue) -> list[FileValue]:
    """With what is known of it before there is a row; none if it is wrong."""
    try:
        columns = _columns(value.form, value.where)
        if columns:
            return [replace(value, columns=columns)]
        return [replace(value, content=_content(value.ef, _filled(value.form, {}), value.where))]
    except EfError as problem:
        below = problem.file.removeprefix(value.where).split(": ")[1:]
        steps = [int(part[6:]) - 1 if part.startswith("entry ") else part for part in below]
        document.refuse((*path, *steps), str(problem))
        return []


def _content(ef: Ef | None, form: Any, where: str) -> Content | bytes:
    """Raises EfError, which tells no value. Octets, in hex, of a file that is not known."""
    if ef is not None:
        return of_form(ef.content, form, where)
    try:
        if isinstance(form, str) and form:
            return bytes.fromhex(form)
    except ValueError:
        pass
    raise EfError(where, "is not known here, and takes octets in hexadecimal digits, in quotes")


def _columns(form: Any, where: str) -> tuple[str, ...]:
    """Columns in braces, in their order. Raises EfError for one with a secret, and for a brace alone."""
    found: dict[str, None] = {}
    for text in _texts(form):
        for match in _PLACEHOLDER.finditer(text):
            if match[0] in "{}":
                what = "{ and } stand around a column of the batch, such as {msisdn}; {{ is one brace"
                raise EfError(where, what)
            if match[1] in SECRETS:
                raise EfError(where, f"{match[0]}: a secret is written to no file but that of the card type")
            if match[1]:
                found[match[1]] = None
    return tuple(found)


def _texts(form: Any) -> Iterator[str]:
    match form:
        case str():
            yield form
        case list():
            for one in form:
                yield from _texts(one)
        case dict():
            for one in form.values():
                yield from _texts(one)


def _filled(form: Any, columns: Mapping[str, str]) -> Any:
    match form:
        case str():
            return _PLACEHOLDER.sub(lambda match: columns[match[1]] if match[1] else match[0][:1], form)
        case list():
            return [_filled(one, columns) for one in form]
        case dict():
            return {key: _filled(one, columns) for key, one in form.items()}
    return form
