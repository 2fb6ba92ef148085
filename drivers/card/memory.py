"""Emulated cards in this process, as readers hold real ones. Waiting goes through the loop's clock."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, MutableMapping, Sequence
from typing import Final

from drivers.emulated.uicc import Card
from interop.protocols.card import CardBusy, CardLost, Reader
from interop.protocols.errors import NotAnswering, NotAvailable

DEADLINE_S: Final = 15.0


class MemoryCards:
    """Satisfies `interop.protocols.card.CardDriver`: emulated readers by name, None for an empty one.

    >>> cards = MemoryCards({"Lab Reader 0": card, "Lab Reader 1": None})
    >>> cards.swap("Lab Reader 1", other)

    `cards` is looked into at every call; only `swap` is seen by whoever waits for a change. Who has a reader
    open has it alone.
    """

    def __init__(self, cards: MutableMapping[str, Card | None], *, deadline: float = DEADLINE_S) -> None:
        self._cards = cards
        self._deadline = deadline
        self._links: dict[str, MemoryLink] = {}
        self._changes = Counter[str]()
        self._changed = asyncio.Event()

    def swap(self, name: str, card: Card | None) -> None:
        """Pull out what is in the reader, and put `card` in, which may be the same one; None leaves it empty.

        Raises NotAvailable for a reader that there is not.
        """
        self._known(name)
        if (old := self._cards[name]) is not None:
            self._changes[name] += old.inserted
            old.remove()
        if card is not None:
            card.insert()
            self._changes[name] += 1
        self._cards[name] = card
        self._changed.set()
        self._changed = asyncio.Event()

    async def readers(self) -> Sequence[Reader]:
        return [self._reader(name) for name in self._cards]

    async def open(self, name: str, *, write: bool) -> MemoryLink:
        del write
        self._known(name)
        if name in self._links and self._links[name].usable:
            raise CardBusy(name, "somebody else holds the reader")
        link = self._links[name] = MemoryLink(name, self._cards, self._deadline)
        await link.reset()
        return link

    async def swapped(self, seen: Reader) -> Reader:
        self._known(seen.name)
        while not (now := self._reader(seen.name)).atr or now.changes == seen.changes:
            await self._changed.wait()
        return now

    async def close(self) -> None:
        for link in self._links.values():
            await link.close()

    def _known(self, name: str) -> None:
        if name not in self._cards:
            raise NotAvailable(name, f"no reader of this name; there are: {', '.join(self._cards) or 'none'}")

    def _reader(self, name: str) -> Reader:
        card = self._cards[name]
        atr = card.atr if card is not None and card.inserted else b""
        return Reader(name, atr, self._changes[name])


class MemoryLink:
    """Satisfies `interop.protocols.card.CardLink`."""

    alone = True

    def __init__(self, name: str, cards: Mapping[str, Card | None], deadline: float) -> None:
        self.name = name
        self.atr = b""
        self._cards = cards
        self._deadline = deadline
        self._card: Card | None = None
        self._lost = ""

    @property
    def usable(self) -> bool:
        """Neither closed nor lost."""
        return not self._lost

    async def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        card = self._present()
        if card is not self._card:
            raise self._gone("the card was pulled out, and another one put in")
        try:
            answer = card.answer(apdu)
        except CardLost as lost:
            raise self._gone(lost.text) from None
        if answer.late > self._deadline:
            await asyncio.sleep(self._deadline)
            raise self._silent()
        if answer.late:
            await asyncio.sleep(answer.late)
        return answer.data, answer.sw

    async def reset(self) -> bytes:
        card = self._card = self._present()
        try:
            self.atr = card.power_on()
        except CardLost as lost:
            raise self._gone(lost.text) from None
        return self.atr

    async def close(self) -> None:
        """The card loses its power, and with it what was verified."""
        if not self._lost and self._card is not None:
            self._card.power_off()
        self._lost = self._lost or "closed"

    def give_up(self, why: str) -> None:
        """The card counts as lost: whoever holds it can vouch for it no longer."""
        self._lost = self._lost or why

    def _present(self) -> Card:
        if self._lost:
            raise CardLost(self.name, self._lost)
        card = self._cards[self.name]
        if card is None or not card.inserted:
            raise self._gone("no card in it: put one in")
        return card

    def _gone(self, why: str) -> CardLost:
        self._lost = why
        return CardLost(self.name, why)

    def _silent(self) -> NotAnswering:
        self._lost = f"the card did not answer within {self._deadline:g} s"
        return NotAnswering(self.name, self._lost)
