"""The schema of a profile: how one operator writes his call records.

`emulated.yaml` and `asterisk.yaml` beside this file are examples with every key.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, StringConstraints
from pydantic_core import PydanticCustomError

from interop.results.records.events import Service


def _column(value: object) -> str | int:
    if (isinstance(value, str) and value) or (type(value) is int and value > 0):
        return value
    raise PydanticCustomError("column", "neither the name of a column nor its number, from 1")


def _offset(value: str) -> str:
    if not re.fullmatch(r"[+-](0[0-9]|1[0-4]):[0-5][0-9]", value):
        raise PydanticCustomError("zone", "how far from UTC, such as +08:00")
    return value


Column = Annotated[str | int, PlainValidator(_column)]
"""by the name in the header, or counted from 1"""
Word = Annotated[str, StringConstraints(min_length=1)]

UNITS_OF_TIME: Final = {"ms": 0.001, "s": 1.0, "min": 60.0, "h:m:s": 1.0}
"""in seconds"""
UNITS_OF_MONEY: Final = {"yuan": Decimal(1), "fen": Decimal("0.01"), "li": Decimal("0.001")}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class FilePart(_Strict):
    """`skip`: lines before the header, or before the first record. A record is one line."""

    encoding: Literal["utf-8", "gb18030"] = "utf-8"
    delimiter: Annotated[str, StringConstraints(min_length=1, max_length=1)] = ","
    header: bool = True
    skip: Annotated[int, Field(ge=0)] = 0


class Columns(_Strict):
    """`served`: who pays; `other`: whom he called, wrote to, or had his calls forwarded to."""

    served: Column
    other: Column
    start: Column
    type: Column | None = None
    duration: Column | None = None
    charge: Column | None = None
    id: Column | None = None


class StartPart(_Strict):
    """Of the answer, or of a message's acceptance: `format` of strptime in the time of `zone`, unless it has
    a %z of its own; or `epoch`, what it counts since 1970.
    """

    format: Word | None = None
    zone: Annotated[str, AfterValidator(_offset)] = "+08:00"
    epoch: Literal["s", "ms"] | None = None

    def read(self, text: str) -> float:
        """POSIX seconds. Raises ValueError."""
        if self.epoch is not None or self.format is None:
            return float(text) * UNITS_OF_TIME[self.epoch or "s"]
        told = datetime.strptime(text, self.format)  # noqa: DTZ007  # the zone comes next
        return (told if told.tzinfo else told.replace(tzinfo=self._zone())).timestamp()

    def _zone(self) -> timezone:
        hours, minutes = int(self.zone[1:3]), int(self.zone[4:])
        away = timedelta(hours=hours, minutes=minutes)
        return timezone(-away if self.zone[0] == "-" else away)


class DurationPart(_Strict):
    """`rounding`: what was done to what the call really lasted."""

    unit: Literal["ms", "s", "min", "h:m:s"] = "s"
    rounding: Literal["up", "down", "nearest"] = "nearest"


class ChargePart(_Strict):
    unit: Literal["yuan", "fen", "li"] = "yuan"


class TypesPart(_Strict):
    """Values of the column `type`. `leave_out`: records that are none of a call or message that was sent."""

    call: tuple[Word, ...] = ()
    message: tuple[Word, ...] = ()
    forwarded: tuple[Word, ...] = ()
    leave_out: tuple[Word, ...] = ()

    def services(self) -> dict[str, Service | None]:
        """None: left out."""
        of = {Service.CALL: self.call, Service.MESSAGE: self.message, Service.FORWARDED: self.forwarded}
        known: dict[str, Service | None] = dict.fromkeys(self.leave_out)
        return known | {word: service for service, words in of.items() for word in words}


class NumbersPart(_Strict):
    """`prefixes`: what may stand before a number and changes nothing; the longest that fits is taken off."""

    prefixes: tuple[Word, ...] = ("+86", "0086", "86", "0")

    def plain(self, number: str) -> str:
        """
        >>> [NumbersPart().plain(number) for number in ("+86 139-0000-1234", "0139000012345", "10086")]
        ['13900001234', '139000012345', '10086']
        """
        bare = number.replace(" ", "").replace("-", "")
        for prefix in sorted(self.prefixes, key=len, reverse=True):
            if bare.startswith(prefix) and len(bare) >= len(prefix) + _SHORTEST:
                return bare[len(prefix) :]
        return bare


_SHORTEST: Final = 3  # 110


class Tolerance(_Strict):
    """How far a record may be from what we saw and still be of it."""

    time_s: Annotated[float, Field(gt=0, le=86400)] = 30.0
    duration_s: Annotated[float, Field(ge=0, le=3600)] = 1.0


class Profile(_Strict):
    """`source` says whose files these are, and how one knows. Without a column `type` all are calls."""

    name: Word
    source: str = ""
    file: FilePart = FilePart()
    columns: Columns
    start: StartPart
    duration: DurationPart = DurationPart()
    charge: ChargePart = ChargePart()
    types: TypesPart = TypesPart()
    numbers: NumbersPart = NumbersPart()
    tolerance: Tolerance = Tolerance()
