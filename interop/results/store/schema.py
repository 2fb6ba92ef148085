"""The tables of a results store: the same on SQLite and on PostgreSQL.

`attempt` holds every attempt; the rest is summed up from it in the same transaction (`summaries`), so that
what is asked most takes no walk through it. Times are seconds of POSIX time, days those of China.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

VERSION = 2
"""A change of the tables, or of what the summaries say of an attempt, is a new one: `migrations`."""

ALL = "*"
"""in place of an MVNO, a city or a service: all of them together"""
ALL_DAYS = 0
"""in place of a day"""

metadata = MetaData()


def _table(name: str, *parts: Any) -> Table:
    """Rows of SQLite lie in the order of a key of several columns; a lone integer is its row number."""
    keys = [part for part in parts if isinstance(part, Column) and part.primary_key]
    return Table(name, metadata, *parts, sqlite_with_rowid=len(keys) < 2)


version = _table("version", Column("number", Integer, nullable=False))

run = _table(
    "run",
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("origin", Text, nullable=False),  # what two runs of one name differ by
    Column("directory", Text, nullable=False),
    Column("lab", Text, nullable=False),
    Column("emulated", Boolean, nullable=False),
    Column("epoch", Double, nullable=False),
    Column("state", Text, nullable=False),
    Column("lines", Integer, nullable=False),  # of results.jsonl: it only grows
    Column("interrupted", Integer, nullable=False),  # attempts that began and have no result
    UniqueConstraint("name", "origin"),
)

cell = _table(
    "cell",
    Column("id", Integer, primary_key=True),
    Column("mvno", Text, nullable=False),
    Column("city", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("whole", Boolean, nullable=False),  # of one MVNO, one city and one service
    UniqueConstraint("mvno", "city", "service"),
)

series = _table(
    "series",  # one case with one SIM, over all runs
    Column("id", Integer, primary_key=True),
    Column("cell_id", ForeignKey("cell.id"), nullable=False),
    Column("case_name", Text, nullable=False),
    Column("suite", Text, nullable=False),
    Column("sim", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("base_operator", Text, nullable=False),
    Column("peer", Text, nullable=False),  # operator, gateway or site at the other end, "" for none
    UniqueConstraint("cell_id", "case_name", "suite", "sim", "segment", "base_operator", "peer"),
)

attempt = _table(
    "attempt",
    Column("id", Integer, primary_key=True),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("series_id", ForeignKey("series.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("control", Boolean, nullable=False),  # it only served as a contrast
    Column("verdict", Text, nullable=False),
    Column("layer", Text),
    Column("cause", Text),
    Column("ambiguous", Text),  # JSON: [[layer, cause], ...]
    Column("reason", Text),
    Column("finding", Text),
    Column("modem", Text, nullable=False),
    Column("started", Double, nullable=False),
    Column("duration_s", Double, nullable=False),
    Column("late_s", Double),  # what it had asked for came so long after its end
    Column("measured", Text),  # JSON: [[name, value, unit], ...]
    Column("failed", Text),  # JSON: ratio KPI -> whether it counts as failed
    Column("times", Text),  # JSON: time KPI -> seconds, null for never
    UniqueConstraint("run_id", "series_id", "number"),
    Index("attempt_of_series", "series_id", "started"),
    Index("attempt_by_time", "started"),
)

latest = _table(
    "latest",  # of the last attempts that count, one of each series; all of it is read at once
    Column("mvno", Text, primary_key=True),
    Column("city", Text, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("verdict", Text, nullable=False),  # the heaviest
    Column("started", Double, nullable=False),  # the last
    Column("passed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("inconclusive", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
)

daily = _table(
    "daily",  # attempts that are no controls, also of cells that are not whole
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("cell_id", ForeignKey("cell.id"), primary_key=True, autoincrement=False),
    Column("whole", Boolean, nullable=False),  # as of the cell
    Column("passed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("inconclusive", Integer, nullable=False),
    Column("errors", Integer, nullable=False),
)

recent = _table(
    "recent",  # whole cells in the last `summaries.RECENT_DAYS`: `daily` takes too long to sum up when asked
    Column("cell_id", ForeignKey("cell.id"), primary_key=True, autoincrement=False),
    Column("last", Integer, nullable=False),  # of the days; the same in each row
    Column("passed", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
)

hist = _table(
    "hist",  # of a time KPI, also of all days and of all MVNOs together
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("kpi", Text, primary_key=True),
    Column("mvno", Text, primary_key=True),
    Column("peer", Text, primary_key=True),
    Column("counts", Text, nullable=False),  # `summaries.packed`
)
