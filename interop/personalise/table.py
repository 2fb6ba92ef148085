"""The table of a batch: a CSV file as spreadsheets save it, with the lines in which its rows stand."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from interop.personalise.columns import PUBLIC, SECRETS, shown

KEY: Final = "iccid"
"""the column by which a table is known, and cards are"""

_SEPARATORS: Final = (",", ";", "\t")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_WORKBOOK: Final = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_ADVICE: Final = 'save it as "CSV UTF-8"'


@dataclass(frozen=True, slots=True, order=True)
class BatchProblem:
    """One mistake. `line` counts from 1, 0 speaks of the file as a whole; `column`: its name, "" for none."""

    line: int
    column: str
    message: str

    def at(self, source: str) -> str:
        """`file:line:column: message`, always one line."""
        line = f":{self.line}" if self.line else ""
        column = f":{self.column}" if self.column else ""
        text = f"{source}{line}{column}: {self.message}"
        return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


class BatchError(Exception):
    """A batch that cannot be used; `str` is one line per mistake, in the order of the file."""

    def __init__(self, source: str, problems: Sequence[BatchProblem]) -> None:
        self.source = source
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(problem.at(source) for problem in self.problems))


@dataclass(frozen=True, slots=True)
class TableRow:
    """`line`: where it begins. `cells`: by the name of their column, without space around them."""

    line: int
    cells: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Table:
    """`columns`: in their order, named in small letters, some maybe ""; `line`: of the header."""

    line: int
    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]


def parse_table(content: bytes, source: str) -> Table:
    """UTF-8; comma, semicolon or tab, as the header has it. Rows without any value are left out. Raises
    BatchError.
    """
    try:
        lines = _lines(_text(content))
        line, header = next(lines, (0, []))
        rows = [(number, values) for number, values in lines if any(values)]
    except _NoTable as error:
        raise BatchError(source, [BatchProblem(error.line, "", str(error))]) from None
    problems = [
        BatchProblem(line, *named(header, at, "stands in the header twice", PUBLIC + SECRETS))
        for at, name in enumerate(header)
        if name and name in header[:at]
    ]
    for number, values in rows:
        if len(values) != len(header):
            what = f"has {len(values)} values, the header {len(header)} columns"
            problems.append(BatchProblem(number, "", what))
        elif any(value for name, value in zip(header, values, strict=True) if not name):
            problems.append(BatchProblem(number, "", "has a value in a column without a name"))
    if not rows:
        problems.append(BatchProblem(line, "", "has no row below its header"))
    if problems:
        raise BatchError(source, problems)
    cells = [(number, dict(zip(header, values, strict=True))) for number, values in rows]
    return Table(line, tuple(header), tuple(TableRow(*row) for row in cells))


def named(header: Sequence[str], at: int, message: str, known: Collection[str]) -> tuple[str, str]:
    """Column and message of a problem with one column: a name that is not among the known may be a key."""
    name = header[at]
    return (name, message) if name in known else ("", f"column {at + 1} ({shown(name)}) {message}")


class _NoTable(Exception):
    def __init__(self, message: str, line: int = 0) -> None:
        super().__init__(message)
        self.line = line


def _text(content: bytes) -> str:
    """Raises _NoTable."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _NoTable(_encoding(content), content.count(b"\n", 0, error.start) + 1) from None
    control = _CONTROL.search(text)
    if content.startswith(_WORKBOOK):
        raise _NoTable(_encoding(content))
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise _NoTable(f"holds a control character ({ord(control[0]):#04x}): {_ADVICE}", line)
    return text


def _encoding(content: bytes) -> str:
    """What a file that is not UTF-8 most likely is."""
    if content.startswith(_WORKBOOK):
        return f"is a workbook, not a CSV table: {_ADVICE}"
    if content.startswith(_UTF16):
        return f'is UTF-16, which spreadsheets call "Unicode text", not UTF-8: {_ADVICE}'
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return f"is not UTF-8: {_ADVICE}"
    return f"is not UTF-8; it can be read as GBK, in which Chinese Windows saves CSV: {_ADVICE}"


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """The line in which each begins, and its values: first the header, in small letters. Raises _NoTable."""
    for separator in _SEPARATORS:
        lines = _split(text, separator)
        try:
            line, header = next((number, values) for number, values in lines if any(values))
        except (_NoTable, StopIteration):
            continue
        names = [name.casefold() for name in header]
        if KEY in names:
            yield line, names
            yield from lines
            return
    # What stands there instead may be a row with keys
    raise _NoTable(f'has no header with a column "{KEY}" in its first line')


def _split(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Raises _NoTable."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    try:
        for values in reader:
            yield line, [value.strip() for value in values]
            line = reader.line_num + 1
    except csv.Error as error:  # which quotes nothing of the file
        raise _NoTable(f"is no CSV: {error}", line) from None
