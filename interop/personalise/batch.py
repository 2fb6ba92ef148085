"""The batch: a CSV table with a row per card, and the orders that come of it together with a profile.

Columns: `iccid`, of the card as it is now; `imsi`, `msisdn`, `new_iccid`; `adm`, `pin`, `ki`, `opc` or `op`;
and what the profile has in braces. An empty cell leaves the card as it is, but for msisdn, whose record it
empties: the number there was somebody else's. Secrets as `columns` takes them, or env:NAME, or file:PATH from
the directory of the batch on.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from interop.lab.shape import close
from interop.personalise import columns
from interop.personalise.columns import PUBLIC, SECRETS
from interop.personalise.filevalues import places
from interop.personalise.leftovers import leftovers
from interop.personalise.order import Order, SecretKey, Wish
from interop.personalise.profile import Profile
from interop.personalise.table import BatchError, BatchProblem, Table, TableRow, named, parse_table
from interop.smspdu import Address
from interop.uicc import Acc, Content, DiallingNumber, EfError, Iccid, Imsi
from interop.uicc.milenage import Milenage

_PIN1: Final = 0x01
_GIVEN: Final = ("adm", "pin")
"""columns whose keys VERIFY takes"""


def load_batch(path: str | Path, profile: Profile, *, giving: bool = True) -> list[Order]:
    """In the order of the rows. Without `giving`, cards get no key, and an ADM or PIN behind a reference need
    not be there. Raises BatchError with every mistake.
    """
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise BatchError(str(path), [BatchProblem(0, "", f"cannot be read: {why}")]) from None
    return parse_batch(content, profile, source=str(path), directory=Path(path).parent, giving=giving)


def parse_batch(
    content: bytes, profile: Profile, *, source: str, directory: Path, giving: bool = True
) -> list[Order]:
    """From the octets of the file `source`; file:PATH is from `directory` on. Raises BatchError."""
    table = parse_table(content, source)
    problems = list(_misfits(table, profile))
    if problems:
        raise BatchError(source, problems)
    rows = [_Row(row, profile, directory, giving=giving) for row in table.rows]
    orders = [order for row in rows if (order := row.order())]
    problems = [*_twice(rows), *(problem for row in rows for problem in row.problems)]
    if problems:
        raise BatchError(source, problems)
    return orders


def _misfits(table: Table, profile: Profile) -> Iterator[BatchProblem]:
    """Between the columns and what the profile does with them."""
    known = (*PUBLIC, *SECRETS, *profile.columns)
    for at, name in enumerate(table.columns):
        if name and name not in known:
            meant = close(name, list(known))
            message = f"is no column that a batch has or the profile uses{meant}"
            yield BatchProblem(table.line, *named(table.columns, at, message, [name] if meant else ()))
    for name in profile.columns:
        if name not in table.columns:
            files = dict.fromkeys(value.where for value in profile.files if name in value.columns)
            yield BatchProblem(table.line, name, f"is missing: the profile writes it into {', '.join(files)}")
    filled = [name for name in table.columns if any(row.cells[name] for row in table.rows)]
    if keys := [name for name in ("ki", "opc", "op") if name in filled]:
        if profile.card is None:
            what = "cannot be written: the profile names no card type, and each keeps keys elsewhere"
            yield BatchProblem(table.line, keys[0], what)
        elif profile.card.no_keys:
            what = f"cannot be written to a {profile.card.name}: {profile.card.no_keys}"
            yield BatchProblem(table.line, keys[0], what)
    if "new_iccid" in filled and not profile.write_iccid:
        yield BatchProblem(table.line, "new_iccid", "is given, and the profile lacks write_iccid: true")
    if "new_iccid" not in filled and profile.write_iccid:
        yield BatchProblem(table.line, "new_iccid", "is not given, and the profile says write_iccid: true")


def _twice(rows: list[_Row]) -> Iterator[BatchProblem]:
    """What two cards cannot both have, now or in the end."""
    seen: dict[tuple[str, str], tuple[int, str]] = {}
    for row in rows:
        for name in PUBLIC:
            value, kind = row.public.get(name, ""), name.removeprefix("new_")
            line, other = seen.setdefault((kind, value), (row.line, name))
            if value and line != row.line:
                where = f"line {line}" if other == name else f"line {line} as {other}"
                yield BatchProblem(row.line, name, f"{columns.shown(value)} stands in {where} too")


class _Row:
    """One row on its way to an order. `public`: what is no secret, in its one form."""

    def __init__(self, row: TableRow, profile: Profile, directory: Path, *, giving: bool) -> None:
        self.line = row.line
        self.problems: list[BatchProblem] = []
        self._cells, self._profile, self._directory = row.cells, profile, directory
        self._giving, self._missing = giving, dict[str, str]()
        self.public = {name: self._public(name) for name in row.cells if name and name not in SECRETS}

    def order(self) -> Order | None:
        """None with what is wrong in `problems`."""
        public, profile, missing = self.public, self._profile, self._missing.get
        if not self._cells["iccid"]:
            self._refuse("iccid", "is empty")
        adm, pin = self._secret("adm", columns.adm), self._secret("pin", columns.pin)
        keys = self._keys()
        wishes = self._wishes(keys) if not self.problems else []
        if self.problems:
            return None
        return Order(
            line=self.line,
            job=_job(profile, public, keys is not None),
            iccid=public["iccid"],
            wishes=tuple(wishes),
            adm=None if adm is None else SecretKey(profile.reference, adm, profile.tries, missing("adm", "")),
            pin=None if pin is None else SecretKey(_PIN1, pin, missing=missing("pin", "")),
            milenage=keys,
            new_iccid=public.get("new_iccid", ""),
            imsi=public.get("imsi", ""),
            msisdn=public.get("msisdn", ""),
            profile=profile.label,
            card_type=profile.card.name if profile.card else "",
            atr=profile.atr,
            view=profile.view,
        )

    def _refuse(self, column: str, message: str) -> None:
        self.problems.append(BatchProblem(self.line, column, message))

    def _public(self, name: str) -> str:
        try:
            return columns.public(name, self._cells[name])
        except ValueError as error:
            self._refuse(name, str(error))
            return ""

    def _secret(self, name: str, read: Callable[[str], bytes]) -> bytes | None:
        if not (text := self._cells.get(name)):
            return None
        try:
            return read(columns.resolved(text, self._directory))
        except columns.NotThere as error:
            if name in _GIVEN and not self._giving:
                self._missing[name] = str(error)
                return b""
            self._refuse(name, str(error))
        except ValueError as error:
            self._refuse(name, str(error))
        return None

    def _keys(self) -> Milenage | None:
        given = [name for name in ("ki", "opc", "op") if self._cells.get(name)]
        ki, opc, op = (self._secret(name, columns.key) for name in ("ki", "opc", "op"))
        if given == ["opc", "op"] or len(given) == 3:
            self._refuse("op", "is given beside opc: one of them says all")
        elif len(given) == 1:
            self._refuse(given[0], "is given alone: the card has to prove ki and opc (or op) together")
        elif ki and opc:
            return Milenage(ki, opc)
        elif ki and op:
            return Milenage.of_op(ki, op)
        return None

    def _wishes(self, keys: Milenage | None) -> list[Wish]:
        """In the order of writing."""
        public, profile = self.public, self._profile
        imsi, number = public.get("imsi", ""), public.get("msisdn")
        own = list(self._of_profile())
        if number is not None:
            record = DiallingNumber(Address.parse(f"+86{number}") if number else None)
            own += self._by_name("MSISDN", record, 1)
        who = self._by_name("ACC", Acc.of_imsi(imsi)) + self._by_name("IMSI", Imsi(imsi)) if imsi else []
        secret = profile.card.key_wishes(keys) if keys and profile.card else ()
        fresh = bool(imsi or keys) if profile.fresh is None else profile.fresh
        taken = [wish.path for wish in own]
        old = [wish for wish in leftovers(profile.view) if wish.path not in taken] if fresh else []
        new = public.get("new_iccid", "")
        return [*old, *own, *who, *secret, *(self._by_name("ICCID", Iccid(new)) if new else ())]

    def _of_profile(self) -> Iterator[Wish]:
        for value in self._profile.files:
            empty = [name for name in value.columns if not self.public[name]]
            try:
                if not empty:
                    yield value.wish(self.public)
                elif not value.twin:
                    self._refuse(empty[0], f"is empty, but the profile writes it into {value.where}")
            except EfError as error:
                if not value.twin:
                    self._refuse(", ".join(value.columns), f"does not fit: {error}")

    def _by_name(self, name: str, content: Content, record: int = 0) -> list[Wish]:
        """The file in both views, unless the profile has it."""
        taken = [(value.path, value.record) for value in self._profile.files]
        wishes = [Wish(place, content, record) for place in places(name, self._profile.view)]
        twins = [replace(wish, optional=True) for wish in wishes[1:]]
        return [wish for wish in (*wishes[:1], *twins) if (wish.path, wish.record) not in taken]


def _job(profile: Profile, public: dict[str, str], keys: bool) -> str:
    """The same for the same profile and row, whatever its secrets are: 16 digits of a SHA-256."""
    text = json.dumps([profile.digest, sorted(public.items()), keys])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
