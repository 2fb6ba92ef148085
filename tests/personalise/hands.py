"""Cards of a batch, their rows, and a pair of hands that swaps them without looking.

What a card is to hold in the end is written here digit by digit, and not by the codecs of the order.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from drivers.card.memory import MemoryCards
from drivers.emulated.uicc import Card
from interop.engine.clock import run_virtual
from interop.personalise.entries import Verified, Verifying
from interop.personalise.journal import Journal
from interop.personalise.line import Batch
from interop.personalise.line_events import (
    LineEvent,
    Noted,
    Waiting,
)
from interop.personalise.order import Order, SecretKey, Wish
from interop.smspdu import Address
from interop.uicc import Iccid, Imsi, Msisdn, Spn
from interop.uicc.milenage import Milenage
from interop.uicc.paths import EF_ICCID

READERS = [f"Lab Reader {n}" for n in range(8)]
ADM = b"88888888"
DEADLINE_S = 3600.0


def old_iccid(number: int) -> str:
    return f"898600123456789012{number:02}"


def new_iccid(number: int) -> str:
    return f"898601208110000170{number:02}"


def imsi(number: int) -> str:
    return f"4600117090012{number:02}"


def keys(number: int) -> Milenage:
    return Milenage(bytes([number]) * 8 + b"\xa5" * 8, bytes([100 + number]) * 8 + b"\x5a" * 8)


def swapped(digits: str) -> str:
    return "".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2))


def wanted(number: int) -> dict[str, str]:
    return {
        "3F00/2FE2": swapped(new_iccid(number)),
        "3F00/7FFF/6F07": "08" + swapped("9" + imsi(number)),
        "3F00/7FFF/6F46": "03805c0f7c7379fb52a8ffffffffffffff",
        "3F00/7F10/6F40": "ff" * 20 + "0891" + swapped(f"861709000{number:04}F").lower() + "ff" * 39,
        "3F00/7F20/00FF": bytes([number]).hex() * 8 + "a5" * 8,
        "3F00/7F20/00F7": "01" + bytes([100 + number]).hex() * 8 + "5a" * 8,
    }


def order(number: int, **differences: Any) -> Order:
    algorithm = keys(number)
    wishes = (
        Wish("3F00/7FFF/6F46", Spn("小米移动", show_plmn=True, hide_abroad=True)),
        Wish("3F00/7F10/6F40", Msisdn(Address.parse(f"+861709000{number:04}")), record=1),
        Wish("3F00/7FFF/6F07", Imsi(imsi(number))),
        Wish("3F00/7F20/00FF", algorithm.k, secret=True),
        Wish("3F00/7F20/00F7", b"\x01" + algorithm.opc, secret=True),
        Wish(EF_ICCID, Iccid(new_iccid(number))),
    )
    made = Order(
        line=number + 2,
        job=f"p:{number + 2}",
        iccid=old_iccid(number),
        wishes=wishes,
        adm=SecretKey(0x0A, ADM),
        milenage=algorithm,
        new_iccid=new_iccid(number),
        imsi=imsi(number),
        msisdn=f"+861709000{number:04}",
    )
    return replace(made, **differences)


def blank(number: int) -> Card:
    """As the maker delivers it."""
    card = Card.blank(ki=bytes(range(16)), opc=bytes(range(16)))
    card.identity.rewrite("iccid", old_iccid(number))
    card.identity.rewrite("imsi", f"4600000000000{number:02}")
    card.arm(f"answer.late@by={0.01 + number / 1000}")  # so that the readers' commands interleave
    return card


def holds(card: Card, number: int) -> bool:
    return all(
        (file := card.tree.file(path)) is not None and file.octets.hex() == octets
        for path, octets in wanted(number).items()
    )


def left(card: Card) -> int:
    return card.keys[0x0A].left


@dataclass
class Hands:
    """Takes a card out and puts another one in whenever a reader asks for one, without looking which."""

    pile: list[Card]
    seed: int = 1
    readers: list[str] = field(default_factory=lambda: READERS)
    events: list[LineEvent] = field(default_factory=list)
    again: Callable[[LineEvent], Card | None] = lambda _event: None
    """a card that is to come again: onto the pile when it is taken out of its reader"""
    back: list[Card] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self.random.shuffle(self.pile)
        self.holders: dict[str, Card | None] = dict.fromkeys(self.readers)
        self.cards = MemoryCards(self.holders)

    def heard(self, event: LineEvent) -> None:
        self.events.append(event)
        if (card := self.again(event)) is not None:
            (self.back if card in self.holders.values() else self.pile).append(card)
        if isinstance(event, Waiting):
            asyncio.get_running_loop().call_later(self.random.uniform(0.1, 9), self.swap, event.reader)

    def swap(self, reader: str) -> None:
        if (card := self.holders[reader]) in self.back and card is not None:
            self.back.remove(card)
            self.pile.insert(self.random.randrange(len(self.pile) + 1), card)
        if self.pile:
            self.cards.swap(reader, self.pile.pop())
        else:  # one may be laid back yet
            asyncio.get_running_loop().call_later(5, self.swap, reader)

    def lying(self, reader: str) -> Card | None:
        """What is in a reader, with or without contact."""
        return self.holders[reader]

    def told(self, kind: type[Any]) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]


def work(hands: Hands, orders: Iterable[Order], path: Path, *, once: bool = False, **options: Any) -> Batch:
    async def main() -> Batch:
        clock = asyncio.get_running_loop()
        with Journal(path) as journal:
            batch = Batch(
                hands.cards,
                list(orders),
                journal,
                now=lambda: f"{clock.time():09.3f}",
                operator="李",
                listen=hands.heard,
                **options,
            )
            async with asyncio.timeout(DEADLINE_S):
                await batch.run(hands.readers, once=once)
            return batch

    return run_virtual(main())


def one_verify_at_a_time(hands: Hands) -> None:
    noted = [event.entry for event in hands.told(Noted)]
    sequence = [type(entry) for entry in noted if isinstance(entry, Verifying | Verified)]
    assert sequence == [Verifying, Verified] * (len(sequence) // 2)
