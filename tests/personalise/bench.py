"""An emulated card, an order for it, and runs as `interop sim write` does them: identify, plan, execute.

What a card is to become is written here by hand in octets, never by the codecs that the order goes through.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Any

from drivers.card.memory import MemoryCards, MemoryLink
from drivers.emulated.uicc import Card
from drivers.emulated.uicc.card import Answer
from drivers.emulated.uicc.dump import save
from drivers.emulated.uicc.tree import Directory
from interop.personalise.entries import Ended, Entry, Writing
from interop.personalise.execution import Gate, execute
from interop.personalise.identify import identify, torn
from interop.personalise.order import Order, SecretKey, Wish
from interop.personalise.planning import plan
from interop.personalise.steps import Plan
from interop.protocols.card import CHANGING
from interop.smspdu import Address, Relative
from interop.uicc import (
    Acc,
    Ad,
    Gid,
    Iccid,
    Imsi,
    Loci,
    Msisdn,
    Plmn,
    PlmnList,
    Smsp,
    Spdi,
    Spn,
)
from interop.uicc.milenage import Milenage
from interop.uicc.paths import EF_ICCID
from interop.uicc.session import Session

READER = "Lab Reader 0"
SMSC = Address.parse("+8613010112500")
ADM = SecretKey(0x0A, b"88888888")
PIN = SecretKey(0x01, b"1234\xff\xff\xff\xff")
OLD, NEW = "89860012345678901234", "89860120811000017091"
OLD_OCTETS, NEW_OCTETS = "98680021436587092143", "98681002180100100719"
KEYS = Milenage(bytes(range(16)), bytes(range(16, 32)))
OTHER_KEYS = Milenage(bytes(range(100, 116)), bytes(range(50, 66)))

# Each file of the card once it is as ordered, and what stands there before.
WANTED = {
    "3F00/2FE2": NEW_OCTETS,
    "3F00/7FFF/6F07": "084906107190002143",
    "3F00/7FFF/6F78": "0010",
    "3F00/7FFF/6F46": "03805c0f7c7379fb52a8ffffffffffffff",
    "3F00/7FFF/6FAD": "00000002",
    "3F00/7FFF/6FD9": "64f01064f06064f090ffffff",
    "3F00/7FFF/6FCD": "a30b800964f01064f06064f090" + "ff" * 19,
    "3F00/7FFF/6F7B": "ff" * 12,
    "3F00/7FFF/6F7E": "ffffffffffffff0000ff01",
    "3F00/7FFF/6F3E": "17ffffffffffffff",
    "3F00/7F20/6F30": "64f010" + "ff" * 21,
    "3F00/7F10/6F42": "ff" * 14 + "e1" + "ff" * 12 + "0891683110102105f0ffffff" + "0000a9",
    "3F00/7F10/6F40": "ff" * 20 + "0891687190001032f4" + "ff" * 5 + "ff" * 34,
    "3F00/7FFF/5F3B/4F20": "ffffffffffffffff07",
    "3F00/7F20/00FF": "000102030405060708090a0b0c0d0e0f",
    "3F00/7F20/00F7": "01101112131415161718191a1b1c1d1e1f",
}
SCRAMBLED = {
    "3F00/2FE2": OLD_OCTETS,
    "3F00/7FFF/6F07": "084906001032547698",
    "3F00/7FFF/6F78": "0200",
    "3F00/7FFF/6F46": "01416c74" + "ff" * 13,
    "3F00/7FFF/6FAD": "00000003",
    "3F00/7FFF/6FD9": "64f00064f02064f07064f080",
    "3F00/7FFF/6FCD": "a305800364f000" + "ff" * 25,
    "3F00/7FFF/6F7B": "64f01064f06064f090130014",
    "3F00/7FFF/6F7E": "1234567864f0001111ff00",
    "3F00/7FFF/6F3E": "0102030405060708",
    "3F00/7F20/6F30": "64f000" * 8,
    "3F00/7F10/6F42": "41" * 42,
    "3F00/7F10/6F40": "42" * 34 + "ff" * 34,
    "3F00/7FFF/5F3B/4F20": "010203040506070800",
    "3F00/7F20/00FF": OTHER_KEYS.k.hex(),
    "3F00/7F20/00F7": "01" + OTHER_KEYS.opc.hex(),
}


class Watched(Card):
    """Counts, at the card itself, what nobody may do twice: `given` has the references of keys by VERIFY.
    `armed`: faults by the number of the APDU from which on they count, and what else is to happen there.
    """

    changes = 0

    def __init__(self, *card: Any, **options: Any) -> None:
        self.given: list[int] = []
        self.armed: dict[int, str | Callable[[], object]] = {}
        super().__init__(*card, **options)

    @property
    def verifies(self) -> int:
        return len(self.given)

    def answer(self, octets: bytes) -> Answer:
        if octets[1] == 0x20 and len(octets) > 5:
            self.given.append(octets[3])
        self.changes += octets[1] in CHANGING
        event = self.armed.pop(self.number + 1, None)
        if isinstance(event, str):
            self.arm(event)
        elif event is not None:
            event()
        return super().answer(octets)


def put(card: Watched, files: dict[str, str]) -> Watched:
    """Into its memory, by hand."""
    for path, octets in files.items():
        file = card.tree.file(path)
        assert file is not None and len(file.octets) == len(octets) // 2, path
        file.octets[:] = bytes.fromhex(octets)
    return card


def scrambled(**options: Any) -> Watched:
    """A card that holds another subscriber, in every file that the order writes."""
    return put(Watched.blank(ki=OTHER_KEYS.k, opc=OTHER_KEYS.opc, **options), SCRAMBLED)


def with_isim_key(card: Watched) -> Watched:
    """One that keeps its keys in a second place, of the ISIM, as sysmoISIM-SJA2 does."""
    isim, key_file = card.tree.at("3F00/ADF.ISIM"), card.tree.file("3F00/7F20/00FF")
    assert isinstance(isim, Directory) and key_file is not None
    isim.children[0xAF20] = replace(key_file, id=0xAF20, octets=bytearray(33), home=isim)
    return card


def dump(card: Card) -> dict[str, dict[str, Any]]:
    return save(card.tree)


def holds(card: Card, files: dict[str, str] = WANTED) -> None:
    for path, octets in files.items():
        file = card.tree.file(path)
        assert file is not None and file.octets.hex() == octets, path


def plmns(*names: str) -> tuple[Plmn, ...]:
    return tuple(Plmn(name[:3], name[3:]) for name in names)


def order(**differences: Any) -> Order:
    homes = plmns("46001", "46006", "46009")
    imsi = "460011709001234"
    wishes = (
        Wish("3F00/7FFF/6FAD", Ad()),
        Wish("3F00/7FFF/6F46", Spn("小米移动", show_plmn=True, hide_abroad=True)),
        Wish("3F00/7FFF/6F3E", Gid(b"\x17")),
        Wish("3F00/7FFF/6FD9", PlmnList(homes)),
        Wish("3F00/7FFF/6FCD", Spdi(homes)),
        # the same file as its twin of the USIM
        Wish("3F00/7F20/6F46", Spn("小米移动", show_plmn=True, hide_abroad=True)),
        Wish("3F00/7F20/6F30", PlmnList(homes[:1]), optional=True),
        Wish("3F00/7FFF/6FC5", b"\xff" * 10, record=1, optional=True),
        Wish("3F00/7F10/6F42", Smsp(SMSC, pid=0, dcs=0, validity=Relative(0xA9)), record=1),
        Wish("3F00/7F10/6F40", Msisdn(Address.parse("+8617090001234")), record=1),
        Wish("3F00/7FFF/6F7B", PlmnList(()), leftover=True),
        Wish("3F00/7FFF/6F7E", Loci(), leftover=True),
        Wish("3F00/7FFF/5F3B/4F20", b"\xff" * 8 + b"\x07", leftover=True),
        Wish("3F00/7FFF/6F78", Acc.of_imsi(imsi)),
        Wish("3F00/7FFF/6F07", Imsi(imsi)),
        Wish("3F00/7F20/00FF", KEYS.k, secret=True),
        Wish("3F00/7F20/00F7", b"\x01", offset=0, secret=True),
        Wish("3F00/7F20/00F7", KEYS.opc, offset=1, secret=True),
        Wish(EF_ICCID, Iccid(NEW)),
    )
    made = Order(2, "batch.csv:2", OLD, wishes, ADM, milenage=KEYS, new_iccid=NEW, imsi=imsi)
    return replace(made, **differences)


@dataclass
class Desk:
    """One reader, and what was written down. `journal`: over all runs; `plan`: of the last one."""

    cards: dict[str, Card | None]
    journal: list[Entry] = field(default_factory=list)
    plan: Plan | None = None
    runs: int = 0

    @classmethod
    def of(cls, card: Card) -> Desk:
        return cls({READER: card})

    async def run(
        self,
        order: Order,
        *,
        allow_tries: int | None = None,
        gate: Gate | None = None,
        note: Callable[[Entry], None] | None = None,
        between: Callable[[MemoryLink], None] | None = None,
    ) -> Ended:
        """The card is put in, and taken out again. `between`: done between plan and execution."""
        self.runs += 1
        link = await MemoryCards(self.cards).open(READER, write=True)
        try:
            session = Session(link.transmit)
            identity = await identify(link, session, order.view)
            was_torn = self.torn(identity.octets) if identity.iccid not in (OLD, NEW) else False

            async def planned() -> Plan:
                self.plan = await plan(session, identity, order, allow_tries=allow_tries, torn=was_torn)
                return self.plan

            made = await planned()
            if between:
                between(link)
            return await execute(
                link,
                session,
                order,
                made,
                note or self.journal.append,
                anew=planned,
                gate=gate or nullcontext(),
                run=str(self.runs),
                now=lambda: "2026-11-22T14:00:00Z",
            )
        finally:
            await link.close()

    def torn(self, octets: bytes) -> bool:
        """As the batch knows a card again: by what was being written to EF_ICCID."""
        before, after = bytes.fromhex(OLD_OCTETS), bytes.fromhex(NEW_OCTETS)
        noted = any(isinstance(entry, Writing) and entry.path == EF_ICCID for entry in self.journal)
        return noted and torn(octets, before, after)
