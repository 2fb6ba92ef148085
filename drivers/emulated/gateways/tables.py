"""The segment tables by which gateways route: per city, made from the number plan and the lab's SIMs.

A real gateway knows a number by its first seven digits and the city they belong to (SGIP ADDTELESEG, CMPP GNS
routes, SMGP TermRangeID), and new segments are missing until somebody adds them (china.md 7.3).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from drivers.emulated.hlr import Subscriber
from interop.numbering import segments

H_CODE = 7
"""digits of one row"""


@dataclass(frozen=True, slots=True)
class Row:
    """`city` is empty for segments of which only the plan is known."""

    prefix: str
    city: str = ""


class Tables:
    """The rows that every gateway has when nothing is wrong."""

    def __init__(self, subscribers: Iterable[Subscriber]) -> None:
        self._rows = {row.prefix: row for row in map(Row, _assigned())}
        for subscriber in subscribers:
            prefix = subscriber.msisdn[:H_CODE]
            self._rows[prefix] = Row(prefix, subscriber.city)

    def find(self, number: str) -> Row | None:
        """The longest row for 11 national digits; None: no gateway can route it."""
        return next((row for size in range(H_CODE, 2, -1) if (row := self._rows.get(number[:size]))), None)


@cache
def _assigned() -> tuple[str, ...]:
    return tuple(segment.prefix for segment in segments() if segment.assigned)
