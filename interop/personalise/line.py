"""A batch at work: all readers at once, each card by the ICCID that was read from it just now.

Which card lies in which reader, and in what order they come, does not matter. A card of no row, one that is
done already and one that cannot be told from another are refused, and nothing is written to them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Final

from interop.personalise.entries import Began, Ended, Entry, Stop, Verified, Verifying, Writing
from interop.personalise.execution import execute
from interop.personalise.history import History
from interop.personalise.identify import identify, imsi_now
from interop.personalise.journal import Journal, Run
from interop.personalise.line_events import (
    Disturbed,
    Empty,
    Finished,
    KeyRefused,
    LineEvent,
    Noted,
    NotOurs,
    Planned,
    Unplugged,
    Unreadable,
    Waiting,
)
from interop.personalise.order import Order
from interop.personalise.planning import plan
from interop.personalise.steps import CardIdentity, Plan
from interop.protocols.card import CardDriver, CardLink, CardLost, CardReset, Reader
from interop.protocols.errors import EquipmentError, NotAvailable
from interop.uicc.errors import EfError
from interop.uicc.session import CardRefused, Session

_TAKEN: Final = "9000"


@dataclass(slots=True, eq=False)
class Row:
    """One card of the batch. `reader`: where it was last seen, "" for one that never came; `plan` and
    `ended`: of its last run.
    """

    order: Order
    reader: str = ""
    plan: Plan | None = None
    ended: Ended | None = None
    busy: bool = False

    @property
    def done(self) -> bool:
        return self.ended is not None and self.ended.result == "done"

    @property
    def iccids(self) -> set[str]:
        """Before and after."""
        return {self.order.iccid, self.order.final_iccid}

    @property
    def place(self) -> str:
        return f"line {self.order.line}"


class Batch:
    """`rows` tell at any time how far it is, and `listen` is called with what happens. With a journal the
    cards are written; without one they are only read, and planned for.

    `operator`, `tool` and `now` (ISO 8601, UTC) go into the journal; `allow_tries` as of `plan`; `known`:
    runs of an earlier journal, by which a torn ICCID is told, where nothing is to be written; `vouched`:
    ICCIDs of cards that somebody says are here, where a torn one has no IMSI that tells.

    >>> batch = Batch(cards, orders, journal, operator="li", tool="interop 0.1.0", now=utc, listen=print)
    >>> await batch.run([reader.name for reader in await cards.readers()])
    >>> [row.order.iccid for row in batch.rows if not row.done]
    []
    """

    def __init__(
        self,
        cards: CardDriver,
        orders: Sequence[Order],
        journal: Journal | None,
        *,
        now: Callable[[], str],
        operator: str = "",
        tool: str = "",
        allow_tries: int | None = None,
        known: Sequence[Run] = (),
        vouched: Collection[str] = (),
        listen: Callable[[LineEvent], None] = lambda _event: None,
    ) -> None:
        self.rows = [Row(order) for order in orders]
        self.why = ""
        """why it was stopped before all rows were done"""
        self._cards = cards
        self._journal = journal
        self._now = now
        self._operator, self._tool = operator, tool
        self._allow_tries = allow_tries
        self._vouched = frozenset(vouched)
        self._history = History(known if journal is None else journal.runs)
        self.listen = listen
        self._gate = _Gate(self)
        self._over = asyncio.Event()
        self._halted = False

    async def run(self, readers: Sequence[str], *, once: bool = False) -> None:
        """Until all rows are done, or no reader can be given another card; `once`: with the cards that are
        in the readers now. Raises JournalError, and nothing that a card or its reader does.

        Cancelled, it ends when every card is at a safe point.
        """
        tasks = [asyncio.create_task(self._serve(name, once), name=name) for name in readers]
        try:
            await asyncio.wait(tasks)
        except asyncio.CancelledError:
            self.stop("interrupted by hand", halt=True)
            await asyncio.wait(tasks)
            raise
        for error in [task.exception() for task in tasks]:
            if error is not None:
                raise error

    def stop(self, why: str, *, halt: bool = False) -> None:
        """No further card, and no further VERIFY. Cards in work are finished, if they need no key any more;
        with `halt` they end before their next step.
        """
        self.why = self.why or why
        self._halted = self._halted or halt
        self._over.set()

    # One reader

    async def _serve(self, name: str, once: bool) -> None:
        try:
            while (seen := await self._seen(name)) and not self._over.is_set():
                await self._card(name)
                if all(row.done if self._journal else row.plan for row in self.rows):
                    self._over.set()
                if once or not await self._swapped(seen):
                    return
        except BaseException as error:
            self.stop(str(error) or type(error).__name__, halt=True)
            raise

    async def _seen(self, name: str) -> Reader | None:
        try:
            found = next((each for each in await self._cards.readers() if each.name == name), None)
            if found is None:
                self.listen(Unplugged(name, "there is no such reader any more"))
            return found
        except EquipmentError as error:
            self.listen(Unplugged(name, error.text))
            return None

    async def _swapped(self, seen: Reader) -> bool:
        """Whether another card has come. False: none will."""
        coming = asyncio.ensure_future(self._cards.swapped(seen))
        over = asyncio.ensure_future(self._over.wait())
        try:
            done, _ = await asyncio.wait((coming, over), timeout=0)
            if not done:
                self.listen(Waiting(seen.name))
                await asyncio.wait((coming, over), return_when=asyncio.FIRST_COMPLETED)
            return coming.done() and bool(coming.result())
        except NotAvailable:
            return False
        except EquipmentError as error:
            self.listen(Unplugged(seen.name, error.text))
            return False
        finally:
            coming.cancel()
            over.cancel()

    async def _card(self, name: str) -> None:
        """Whatever card is there. One that another program reset is asked anew who it is, once."""
        for last in (False, True):
            try:
                link = await self._cards.open(name, write=self._journal is not None)
            except EquipmentError as error:
                gone = isinstance(error, CardLost)
                self.listen(Empty(name) if gone else Unreadable(name, error.text))
                return
            visit = _Visit(link)
            try:
                await self._visit(visit)
            except (EquipmentError, CardRefused, EfError) as error:
                if not visit.reset:
                    self.listen(Unreadable(name, getattr(error, "text", str(error))))
            finally:
                await link.close()
            if not visit.reset or self._over.is_set():
                return
            self.listen(Disturbed(name, visit.reset + ("" if last else ": it is read anew")))

    # One card

    async def _visit(self, visit: _Visit) -> None:
        link, session = visit.link, Session(visit.transmit)
        identity = await identify(link, session)
        row, mended, why = await self._row(identity, session)
        if row is None:
            self.listen(NotOurs(link.name, identity, why))
            return
        row.busy, row.reader = True, link.name
        try:
            order = row.order
            if order.view not in (None, identity.view):
                identity = await identify(link, session, order.view)
            written = self._history.keys_written(order)

            async def planned() -> Plan:
                made = await plan(
                    session, identity, order, allow_tries=self._allow_tries, torn=mended, written=written
                )
                doubts = (
                    *self._history.not_written_here(order, made),
                    *self._history.given_before(order, made, self._allow_tries),
                )
                row.plan = replace(made, problems=(*made.problems, *doubts))
                self.listen(Planned(link.name, order, row.plan, mended))
                return row.plan

            made = await planned()
            if self._journal is not None:
                row.ended = await self._write(self._journal, link, session, order, made, planned)
                self.listen(Finished(link.name, order, row.ended))
        finally:
            row.busy = False

    async def _row(self, identity: CardIdentity, session: Session) -> tuple[Row | None, bool, str]:
        """The one row that is for this card, and whether the journal told so; or why there is none."""
        iccid = identity.iccid
        named = [row for row in self.rows if iccid in row.iccids]
        maimed = self._history.torn(identity)
        cut = [row for row in self.rows if row not in named and maimed & row.iccids]
        if cut:
            imsi = await imsi_now(session)
            fitting = [row for row in cut if imsi in row.order.imsis]
            if not (named or fitting):
                untold = [row for row in cut if not (imsi and row.order.imsis)]
                fitting = [row for row in untold if row.iccids & self._vouched]
                if not fitting:
                    lines = " or ".join(row.place for row in cut)
                    but = "no IMSI tells: if you know that it is this card, say its ICCID with --card"
                    why = f"its ICCID was torn; {lines} would fit, but {but if untold else 'not its IMSI'}"
                    return None, False, why
            cut = fitting
        match [*named, *cut]:
            case []:
                unknown = "no ICCID can be read; if a write tore it, the journal of that run knows the card"
                return None, False, "no row is for it" if iccid else unknown
            case [row]:
                if row.busy:
                    return None, False, f"{row.place}, which is its row, is being written in {row.reader}"
                if row.done:
                    return None, False, f"{row.place}, which is its row, is done already"
                return row, row in cut, ""
            case several:
                return None, False, f"{' and '.join(row.place for row in several)} are both for it"

    async def _write(
        self,
        journal: Journal,
        link: CardLink,
        session: Session,
        order: Order,
        made: Plan,
        anew: Callable[[], Awaitable[Plan]],
    ) -> Ended:
        run = journal.new_run()
        journal.note(
            Began(
                run=run,
                job=order.job,
                card=order.iccid,
                time=self._now(),
                reader=link.name,
                atr=link.atr.hex().upper(),
                operator=self._operator,
                tool=self._tool,
                profile=order.profile,
                undo=order.undo,
            )
        )

        def note(entry: Entry) -> None:
            if self._halted and isinstance(entry, Verifying | Writing):
                raise Stop(self.why)
            journal.note(entry)
            if isinstance(entry, Verified) and entry.sw != _TAKEN:
                place = f"line {order.line}, card {order.iccid} in {link.name}"
                self.stop(f"{place}: its key was answered {entry.sw}; correct that row before going on")
                self.listen(KeyRefused(link.name, order, entry.sw))
            self.listen(Noted(link.name, order, entry))

        return await execute(
            link, session, order, made, note, anew=anew, gate=self._gate, run=run, now=self._now
        )

    @property
    def stopped(self) -> bool:
        return bool(self.why)


class _Visit:
    """One opening of a card. `reset`: what the link said when another program had reset it."""

    def __init__(self, link: CardLink) -> None:
        self.link = link
        self.reset = ""

    async def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        try:
            return await self.link.transmit(apdu)
        except CardReset as reset:
            self.reset = reset.text
            raise


class _Gate:
    """Lets one VERIFY at a time through, and none once the batch is stopped. Raises Stop."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> None:
        await self._turn.acquire()
        if self._batch.stopped:
            self._turn.release()
            raise Stop(self._batch.why)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turn.release()
