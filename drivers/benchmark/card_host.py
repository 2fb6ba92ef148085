"""A process with emulated cards behind vpcd and a pcscd of its own: `python -m drivers.benchmark.card_host N`

N blank cards in a reader each, then one that says 9000 to everything: through the same path, it is what that
path costs alone. First line: `{"socket": ..., "readers": [...]}`, names as PC/SC has them, in this order.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from drivers.emulated.readers import Seat, plugged
from drivers.emulated.uicc import Answer, Card
from interop.engine.clock import run
from interop.numbering import luhn_digit
from interop.protocols.errors import NotAvailable

_NOD: Final = Answer(b"", 0x9000)


class NoddingCard(Card):
    """Says 9000 to everything, without looking."""

    def answer(self, octets: bytes) -> Answer:
        return _NOD


def blank(number: int) -> Card:
    """A card of nobody, as its maker delivers it."""
    card = Card.blank()
    card.identity.rewrite("iccid", iccid(number))
    return card


def iccid(number: int) -> str:
    digits = f"898601208110{number:07}"
    return digits + luhn_digit(digits)


async def _serve(count: int, directory: Path) -> None:
    cards = [*(blank(number) for number in range(count)), NoddingCard.blank()]
    seats = [Seat(str(number), card) for number, card in enumerate(cards)]
    async with plugged(seats, directory, None) as readers:
        names = [port.reader for port in readers.ports]
        print(json.dumps({"socket": str(readers.socket), "readers": names}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


def main() -> None:
    try:
        with TemporaryDirectory(prefix="interop-") as directory:
            run(_serve(int(sys.argv[1]), Path(directory)), virtual=False)
    except NotAvailable as error:
        sys.exit(f"interop benchmark: {error}")
    except KeyboardInterrupt:
        return


if __name__ == "__main__":
    main()
