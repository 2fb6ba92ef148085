"""A YAML text as plain data in which every value and key still knows its line and column.

Only what JSON can hold comes out: text, decimal numbers, true/false, null, lists, mappings with text keys.
Everything else that YAML would quietly turn into something (octal, base 60, dates, tags) is a problem.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, Final

import yaml

Path = tuple[str | int, ...]

_SECRET = re.compile(
    r"pin2?|puk2?|adm\d*|ki|opc?|headers|.*(password|secret|token|authorization|cookie|api.?key).*", re.I
)

_LARGEST = 1 << 20  # characters; PyYAML reads about 0.3 MB/s
_MOST_VALUES = 20_000  # after aliases are expanded: they can make a small text huge
_DEEPEST = 24

_TAG = "tag:yaml.org,2002:"
_BOOLEANS = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}
_DECIMAL = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake. Line and column count from 1; line 0 speaks of the file as a whole."""

    line: int
    column: int
    message: str

    def at(self, source: str) -> str:
        """`file:line:column: message`, always one line."""
        message = "".join(char if char.isprintable() else ascii(char)[1:-1] for char in self.message)
        return f"{source}:{self.line}:{self.column}: {message}" if self.line else f"{source}: {message}"


class Mistakes(Exception):
    """A file that cannot be used; `str` is one line per mistake, in the order of the file."""

    def __init__(self, source: str, problems: Sequence[Problem]) -> None:
        self.source = source
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.at(source) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class Kind:
    """What sort of file it is, for what is said of it. `keys`: what it has to hold; `secrets`: what is said
    of a secret that does not fit, whose value is never shown; `discreet`: first keys below which no value is
    shown at all; `numbers`: a key may be a number.
    """

    name: str
    keys: tuple[str, ...]
    secrets: str
    discreet: tuple[str, ...] = ()
    numbers: bool = False


_REFERENCE: Final = "must be env:NAME or file:PATH, never the secret itself"
LAB: Final = Kind("lab", ("name", "city", "modems", "sims"), _REFERENCE)


class Unreadable(Exception):
    """The text is no YAML document that we read any further."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


@dataclass(slots=True)
class Document:
    """`values` and `keys` hold the place (line, column) of each path's value and key."""

    kind: Kind = LAB
    data: dict[str, Any] = field(default_factory=dict)
    values: dict[Path, tuple[int, int]] = field(default_factory=dict)
    keys: dict[Path, tuple[int, int]] = field(default_factory=dict)
    written: dict[Path, str] = field(default_factory=dict)
    """scalars as they stand in the file: 007, not 7"""
    directory: FilePath = field(default_factory=FilePath)
    """where the file lies"""
    problems: list[Problem] = field(default_factory=list)
    refused: set[Path] = field(default_factory=set)
    """paths that a problem speaks of: what follows from them is not reported again"""

    def refuse(self, path: Path, message: str, *, key: bool = False) -> None:
        """Report a problem at a value, or at its key; for a path that is not there, at its nearest parent."""
        if path in self.refused:
            return
        self.refused.add(path)
        self.problems.append(self.problem(path, message, key=key))

    def problem(self, path: Path, message: str, *, key: bool = False) -> Problem:
        """The same without reporting it: for what is only a warning."""
        places = self.keys if key else self.values
        while path and path not in places:
            path = path[:-1]
        line, column = places.get(path) or self.values.get(path, (1, 1))
        return Problem(line, column, message)


def read(content: bytes, kind: Kind = LAB) -> Document:
    """Raises Unreadable where there is no mapping to speak of; other mistakes stand in `problems`."""
    node = _compose(_decode(content, kind), kind)
    if node is None:
        needed = f"{', '.join(kind.keys[:-1])} and {kind.keys[-1]}"
        raise Unreadable(Problem(1, 1, f"the file is empty; a {kind.name} needs {needed}"))
    if not isinstance(node, yaml.MappingNode):
        keys = ", ".join(f"{key}:" for key in kind.keys)
        raise Unreadable(Problem(*_place(node), f"a {kind.name} file is a mapping ({keys})"))
    document = Document(kind)
    document.data = _Walk(document).mapping(node, ())
    return document


def secret(path: Path) -> bool:
    """Whether what stands there must never be shown."""
    return any(isinstance(part, str) and _SECRET.fullmatch(part) for part in path)


def _decode(content: bytes, kind: Kind) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _count(content[: error.start].decode("utf-8", "replace"))
        message = f"byte 0x{content[error.start]:02x} is not UTF-8; save the file as UTF-8"
        raise Unreadable(Problem(line, column, message)) from None
    if len(text) > _LARGEST:
        message = f"{len(text)} characters are no {kind.name} file (at most {_LARGEST})"
        raise Unreadable(Problem(0, 0, message))
    return text


def _count(before: str) -> tuple[int, int]:
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _place(node: yaml.Node) -> tuple[int, int]:
    return node.start_mark.line + 1, node.start_mark.column + 1


class _Loader(yaml.SafeLoader):
    """Bounded in depth: PyYAML composes by recursion."""

    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        self.depth += 1
        if self.depth > _DEEPEST:
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem=f"nested deeper than {_DEEPEST}", problem_mark=mark)
        try:
            node: yaml.Node | None = super().compose_node(parent, index)
            return node
        finally:
            self.depth -= 1


def _compose(text: str, kind: Kind) -> yaml.Node | None:
    loader = None
    try:
        loader = _Loader(text)
        node: yaml.Node | None = loader.get_single_node()
        return node
    except yaml.reader.ReaderError as error:
        place = _count(text[: error.position])
        raise Unreadable(Problem(*place, f"control character {error.character:#04x} in the file")) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(Problem(*place, _yaml_message(error, kind))) from None
    except (ValueError, OverflowError):  # PyYAML on "\UFFFFFFFF" and on absurd %YAML versions
        mark = loader.get_mark() if loader else None
        place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise Unreadable(Problem(*place, "not YAML: no such character or number")) from None
    finally:
        if loader:
            loader.dispose()


def _yaml_message(error: yaml.MarkedYAMLError, kind: Kind) -> str:
    text = f"{error.problem or error.context or 'syntax error'}"
    if "'\\t'" in text:
        return "a tab: YAML is indented with spaces"
    if "another document" in text:
        return f"a second document (---): a {kind.name} file holds one {kind.name}"
    hint = ""
    if "expected" in text or "mapping values" in text:
        hint = " (a missing or extra quote, colon or indent near here)"
    return f"not YAML: {text}{hint}"


class _Walk:
    """Turns nodes into data, following aliases and merge keys, within bounds."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen = 0

    def mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Any]:
        self._document.values[path] = _place(node)
        data: dict[str, Any] = {}
        for key, value in self._entries(node, path):
            at = (*path, key.value)
            self._document.keys[at] = _place(key)
            data[key.value] = self._value(value, at)
        return data

    def _entries(self, node: yaml.MappingNode, path: Path) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        """The mapping's own entries, then those merged with `<<` that it does not have itself."""
        first: dict[str, yaml.ScalarNode] = {}
        merged: list[yaml.Node] = []
        for key, value in node.value:
            if key.tag == f"{_TAG}merge":
                merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
            elif not isinstance(key, yaml.ScalarNode) or not self._is_text(key) or _surrogate(key.value):
                shown = f" {key.value}" if isinstance(key, yaml.ScalarNode) and not secret(path) else ""
                self._refuse(key, f"the key{shown} is not text; quote it")
            elif key.value in first:
                line = first[key.value].start_mark.line + 1
                self._refuse(key, f'key "{key.value}" is given twice (first in line {line})')
            else:
                first[key.value] = key
                yield key, value
        for source in merged:
            self._count(source, path)
            if not isinstance(source, yaml.MappingNode):
                self._refuse(source, "<< merges mappings only")
                continue
            for key, value in self._entries(source, (*path, "<<")):
                if key.value not in first:
                    first[key.value] = key
                    yield key, value

    def _is_text(self, key: yaml.ScalarNode) -> bool:
        number = key.tag == f"{_TAG}int" and bool(_DECIMAL.fullmatch(key.value))
        return key.tag == f"{_TAG}str" or (number and self._document.kind.numbers)

    def _value(self, node: yaml.Node, path: Path) -> Any:
        self._count(node, path)
        self._document.values[path] = _place(node)
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_TAG}map":
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_TAG}seq":
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode):
            self._document.written[path] = node.value
            return self._scalar(node, path)
        name, tag = self._document.kind.name, node.tag.removeprefix(_TAG)
        self._document.refuse(path, f"a {name} file has no use for the YAML tag {tag!r}")
        return None

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        kind, text, file = node.tag.removeprefix(_TAG), node.value, self._document.kind
        if kind in ("str", "value", "merge") and not _surrogate(text):
            return text
        if kind == "null":
            return None
        if kind == "bool" and text.lower() in _BOOLEANS:
            return _BOOLEANS[text.lower()]
        if kind == "int" and _DECIMAL.fullmatch(text):
            return int(text)
        if kind == "float" and (number := _float(text)) is not None:
            return number
        if secret(path):
            self._document.refuse(path, f"{path[-1]}: {file.secrets}")
        elif node.style is None and kind in ("int", "float", "timestamp"):
            what = "a date" if kind == "timestamp" else "a number"
            shown, quoted = ("this", "") if path[0] in file.discreet else (text, f': "{text}"')
            self._document.refuse(path, f"{path[-1]}: {shown} is {what} to YAML; quote it{quoted}")
        else:
            self._document.refuse(path, f"{path[-1]}: not a value that a {file.name} file can hold")
        return text if not _surrogate(text) else ""

    def _count(self, node: yaml.Node, path: Path) -> None:
        self._seen += 1
        if self._seen > _MOST_VALUES or len(path) > _DEEPEST:
            raise Unreadable(Problem(*_place(node), "aliases make this file endless or far too large"))

    def _refuse(self, node: yaml.Node, message: str) -> None:
        """For what has no path of its own: a second key, a key that is no text."""
        self._document.problems.append(Problem(*_place(node), message))


def _float(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _surrogate(text: str) -> bool:
    return any("\ud800" <= char <= "\udfff" for char in text)
