"""A process that talks to emulated cards: `python -m drivers.benchmark.cards ROUNDS [SOCKET READER ...]`.

What it says again and again is one whole reading, TPDU by TPDU, as `interop sim read --all` takes it. First
line: how fast each way to a card is; to each line of input, seconds per personalised card of each way. The
readers are those of `card_host`; without them all cards are in this process.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Final

from drivers.benchmark.card_host import blank, iccid
from drivers.card.memory import MemoryCards
from drivers.card.pcsc import PcscCards
from drivers.card.scard import Connection, pyscard
from drivers.emulated.uicc import pcscd
from interop.engine.clock import run
from interop.personalise.batch import parse_batch
from interop.personalise.journal import Journal
from interop.personalise.line import Batch
from interop.personalise.order import Order
from interop.personalise.profile import parse_profile
from interop.protocols.card import CardDriver, CardLink
from interop.protocols.errors import EquipmentError, NotAvailable
from interop.uicc.session import Session
from interop.uicc.survey import survey

PARALLEL: Final = 8
SINGLE: Final = 3
CARDS: Final = SINGLE + PARALLEL
"""those that are personalised one by one, and those that are at once"""

# Ways to a card
CALLED, LINKED = "the emulated card, called", "our link to it"
PCSC, BARE = "our link, pcscd, vpcd, the emulated card", "the same way to a card that only says 9000"
PYSCARD, TOGETHER = (
    "pyscard alone, pcscd, vpcd, the emulated card",
    f"our links to {PARALLEL} readers at once",
)
ALONE, ALONE_PCSC = "in this process", "through pcscd"
TOGETHER_PCSC = f"through pcscd, {PARALLEL} readers at once"

_READER: Final = "reader"
_PROFILE: Final = """\
name: benchmark
card: sysmoUSIM-SJS1
files:
  SPN: {name: 小米移动}
  AD: {mnc_length: 2}
  EHPLMN: ["46001", "46006", "46009"]
  SMSP: {smsc: "+8613010112500"}
  GID1: "0171"
"""

Say = Callable[[bytes], Awaitable[object]]
Tpdus = Sequence[bytes]


def missing() -> str:
    """Why there is no way through pcscd here, in a sentence; "" where there is."""
    try:
        pyscard()
    except NotAvailable as error:
        return error.text
    return pcscd.missing()


class Way:
    """Turns of the same TPDUs by one way, in nanoseconds; `whole`: of such turns in which several are under
    way at once.
    """

    def __init__(self) -> None:
        self.turns: list[list[int]] = []
        self.whole: list[int] = []

    def row(self, name: str) -> dict[str, Any]:
        """TPDUs a second, were each as fast as in its median turn."""
        each = sorted(spent for turn in self.turns for spent in turn)
        whole = median(self.whole) if self.whole else sum(map(median, zip(*self.turns, strict=True)))
        return {
            "client": name,
            "per_s": 1e9 * len(self.turns[0]) / whole,
            "p50": median(each),
            "p99": each[len(each) * 99 // 100],
        }


Ways = dict[str, Way]


async def _turns(says: Mapping[str, Say], tpdus: Tpdus, first: int = 0) -> dict[str, list[int]]:
    """Nanoseconds of each TPDU by each way, in lock-step: what else the machine does meets all alike.
    `first`: which way begins, for who comes later finds caches warm.
    """
    ways = list(says.items())
    ways = ways[first % len(ways) :] + ways[: first % len(ways)]
    taken: dict[str, list[int]] = {name: [] for name in says}
    for tpdu in tpdus:
        for name, say in ways:
            begun = time.perf_counter_ns()
            await say(tpdu)
            taken[name].append(time.perf_counter_ns() - begun)
    return taken


async def _reading(link: CardLink) -> tuple[list[bytes], list[tuple[bytes, int]]]:
    """The TPDUs of a whole reading, and what the card answered."""
    said: list[bytes] = []
    heard: list[tuple[bytes, int]] = []

    async def transmit(tpdu: bytes) -> tuple[bytes, int]:
        said.append(tpdu)
        heard.append(await link.transmit(tpdu))
        return heard[-1]

    session = Session(transmit)
    await session.begin()
    await survey(session, link.atr)
    return said, heard


async def _here(rounds: int) -> tuple[Ways, list[bytes], list[tuple[bytes, int]]]:
    """To a card in this process; and what was said there."""
    card, other = blank(0), blank(0)
    link = await MemoryCards({_READER: card}).open(_READER, write=True)
    tpdus, answers = await _reading(link)

    async def called(tpdu: bytes) -> None:
        other.transmit(tpdu)

    ways = {CALLED: Way(), LINKED: Way()}
    for number in range(rounds):
        turns = await _turns({CALLED: called, LINKED: link.transmit}, tpdus, number)
        for name, turn in turns.items():
            ways[name].turns.append(turn)
    await link.close()
    return ways, tpdus, answers


async def _through_pcscd(
    readers: Sequence[str], rounds: int, tpdus: Tpdus, answers: Sequence[object]
) -> Ways:
    """Raises RuntimeError where the card says anything else there than in this process."""
    first, *_, bare = readers
    ways = {name: Way() for name in (PCSC, BARE, PYSCARD, TOGETHER)}
    for number in range(rounds):
        async with _opened(first) as link, _opened(bare) as nodding:
            with _pyscard(readers[1]) as alone:
                says = {PCSC: link.transmit, BARE: nodding.transmit, PYSCARD: alone}
                turns = await _turns(says, tpdus, number)
            if [await link.transmit(tpdu) for tpdu in tpdus] != answers:
                raise RuntimeError(f"the card in {first} answers otherwise than in this process")
        turns[TOGETHER], whole = await _together(readers[SINGLE:CARDS], tpdus)
        ways[TOGETHER].whole.append(whole)
        for name, turn in turns.items():
            ways[name].turns.append(turn)
    return ways


@asynccontextmanager
async def _opened(reader: str) -> AsyncIterator[CardLink]:
    link = await PcscCards().open(reader, write=True)
    try:
        yield link
    finally:
        await link.close()


@contextmanager
def _pyscard(reader: str) -> Iterator[Say]:
    """In this thread: the least that anybody can do who uses pyscard."""
    connection = Connection(reader, exclusive=True)
    connection.connect()

    async def say(tpdu: bytes) -> None:
        connection.transmit(tpdu)

    try:
        yield say
    finally:
        connection.close()


async def _together(readers: Sequence[str], tpdus: Tpdus) -> tuple[list[int], int]:
    links = [await PcscCards().open(reader, write=True) for reader in readers]
    begun = time.perf_counter_ns()
    turns = await asyncio.gather(*(_turns({TOGETHER: link.transmit}, tpdus) for link in links))
    whole = time.perf_counter_ns() - begun
    for link in links:
        await link.close()
    return [spent for turn in turns for spent in turn[TOGETHER]], whole


# Personalisation, with a journal on the disk


def orders(cards: Sequence[int]) -> list[Order]:
    """A row for each of these blank cards, with an IMSI, a number and keys of its own."""
    rows = [
        f"{iccid(card)},4600117{card:08},170{card:08},ascii:88888888,hex:{card + 1:032X},hex:{card + 2:032X}"
        for card in cards
    ]
    table = "\n".join(("iccid,imsi,msisdn,adm,ki,opc", *rows))
    profile = parse_profile(_PROFILE.encode(), source="profile")
    return parse_batch(table.encode(), profile, source="batch", directory=Path())


async def _personalised(cards: CardDriver, readers: Sequence[str], made: Sequence[Order]) -> float:
    """Seconds per card. Raises RuntimeError with why one was not written."""
    with TemporaryDirectory(prefix="interop-") as folder, Journal(Path(folder, "journal.jsonl")) as journal:
        batch = Batch(cards, made, journal, now=lambda: datetime.now(UTC).isoformat())
        begun = time.perf_counter()
        await batch.run(readers, once=True)
        spent = time.perf_counter() - begun
    for row in batch.rows:
        if not row.done:
            why = row.ended.why if row.ended else row.plan and ", ".join(row.plan.problems)
            raise RuntimeError(f"card {row.order.iccid} was not written: {why or 'it was not found'}")
    return spent / len(made)


async def _batches(readers: Sequence[str]) -> dict[str, float]:
    """Seconds per card by each way, the median where it is one by one."""
    singles = range(SINGLE)
    here = [MemoryCards({_READER: blank(card)}) for card in singles]
    found = {ALONE: median([await _personalised(here[card], [_READER], orders([card])) for card in singles])}
    if readers:
        spent = [await _personalised(PcscCards(), [readers[card]], orders([card])) for card in singles]
        found[ALONE_PCSC] = median(spent)
        together = range(SINGLE, CARDS)
        found[TOGETHER_PCSC] = await _personalised(PcscCards(), readers[SINGLE:CARDS], orders(together))
    return found


async def _measure(rounds: int, readers: Sequence[str]) -> dict[str, Any]:
    ways, tpdus, answers = await _here(rounds)
    if readers:
        ways |= await _through_pcscd(readers, rounds, tpdus, answers)
    rows = {name: way.row(name) for name, way in ways.items()}
    ratio = rows[PCSC]["per_s"] / rows[BARE]["per_s"] if readers else None
    return {"tpdus": len(tpdus), "ways": list(rows.values()), "ratio": ratio}


def main() -> None:
    rounds, *there = sys.argv[1:]
    readers = there[1:]
    if there:
        os.environ["PCSCLITE_CSOCK_NAME"] = there[0]
    try:
        print(json.dumps(run(_measure(int(rounds), readers), virtual=False)), flush=True)
        for _ in sys.stdin:
            print(json.dumps(run(_batches(readers), virtual=False)), flush=True)
    except (EquipmentError, RuntimeError) as error:
        sys.exit(f"interop benchmark: {error}")


if __name__ == "__main__":
    main()
