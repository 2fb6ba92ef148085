"""Reading the sourced tables in `facts/`; what the columns mean is said where each table is used."""

import csv
import io
import re
from functools import cache

Row = dict[str, str]


@cache
def rows(table: str) -> tuple[Row, ...]:
    """All rows of `facts/<table>.csv` as text, in file order."""
    # importlib.resources costs more to import than everything else here, and most commands read no facts
    from importlib.resources import files

    text = files("interop.numbering").joinpath("facts", f"{table}.csv").read_text("utf-8")
    return tuple(csv.DictReader(io.StringIO(text)))


def listed(text: str) -> tuple[str, ...]:
    """`"a; b"` -> `("a", "b")`; empty text -> `()`."""
    return tuple(part.strip() for part in text.split("; ") if part.strip())


def yes_no(text: str) -> bool | None:
    """Y, N, or blank for not known or in dispute."""
    return {"Y": True, "N": False, "": None}[text]


def digit_pattern(text: str) -> re.Pattern[str]:
    """The tables' patterns: `x` is one digit, `*` any tail, `[01]` a choice; all else stands for itself."""
    regex = text.replace("+", r"\+").replace("x", "[0-9]").replace("*", "[0-9]*")
    return re.compile(regex)
