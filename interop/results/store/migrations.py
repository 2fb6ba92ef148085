"""A store is brought to the schema that this program has, in one transaction, before anything else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sqlalchemy import Connection, insert, inspect, select, update

from interop.results.store import schema
from interop.results.store.summaries import last_day, sum_recent


def _recent_and_new_kpis(connection: Connection) -> None:
    """1 to 2: the sums of the last days. Of KPIs that are new the store has not what they are made of: a run
    counts in them once it is imported again, which no longer finds that it has all of it.
    """
    schema.recent.create(connection)
    last = last_day(connection)
    if last is not None:
        sum_recent(connection, last)
    connection.execute(update(schema.run).values(lines=0))


STEPS: Final[Mapping[int, Callable[[Connection], None]]] = {1: _recent_and_new_kpis}
"""Version -> what makes a store of it one of the next."""


class StoreRefused(Exception):
    """A store that cannot be used; `str` is one sentence that names it and what to do."""


def is_current(connection: Connection, shown: str) -> bool:
    """False where there are no tables yet, or older ones. `shown`: the store's name in what is refused.

    Raises StoreRefused for a store of a newer schema and for a database of something else.
    """
    return _version(connection, shown, schema.VERSION) == schema.VERSION


def bring_up(
    connection: Connection,
    shown: str,
    *,
    target: int = schema.VERSION,
    steps: Mapping[int, Callable[[Connection], None]] = STEPS,
) -> None:
    """Make the tables, or take the steps that are missing. Raises StoreRefused as `is_current`."""
    found = _version(connection, shown, target)
    if found is None:
        schema.metadata.create_all(connection)
        connection.execute(insert(schema.version).values(number=target))
        return
    for number in range(found, target):
        steps[number](connection)
    connection.execute(update(schema.version).values(number=target))


def _version(connection: Connection, shown: str, target: int) -> int | None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if schema.version.name not in tables or schema.attempt.name not in tables:
        raise StoreRefused(f"{shown}: a database of something else, not a results store")
    found: int = connection.execute(select(schema.version.c.number)).scalar_one()
    if found > target:
        raise StoreRefused(
            f"{shown}: its schema is version {found}, this Interop knows up to {target}; use a newer Interop"
        )
    return found
