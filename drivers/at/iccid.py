"""The number of the card in a modem: whose PIN is it that it asks for?

EF_ICCID can always be read (ETSI TS 102 221 13.2), and modems that hand no file out before the PIN mostly
have a command of their own that tells the number. A wrong PIN costs a try, and three lock a card.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from drivers.at.exchange import Answer, Command
from interop.protocols.errors import CommandRefused, NotAnswering
from interop.protocols.link import Journal

_CRSM = "+CRSM:"
_TRIES = 2


def _own(name: str) -> Command:
    """A vendor's own command; some answer with the bare number, or leave the mark before their name out."""
    return Command(text=f"AT{name}", expect=(f"{name.rstrip('?')}:",), bare=True)


COMMANDS = (
    Command(text="AT+CRSM=176,12258,0,0,10", expect=(_CRSM,)),
    *map(_own, ("+CCID", "+QCCID", "^ICCID?", "#CCID", "+ICCID", "+ZICCID?")),
)
"""3GPP TS 27.007 8.18 first, then u-blox and SIMCom, Quectel, Huawei, Telit, Sierra, ZTE"""

Ask = Callable[[Command], Awaitable[Answer]]


async def read(ask: Ask, journal: Journal) -> str:
    """As printed, 18 to 20 places, by the first command that this modem answers; "" where none tells. Raises
    DeviceLost.
    """
    for command in COMMANDS:
        for _ in range(_TRIES):
            try:
                answer = await ask(command)
            except CommandRefused:
                break
            except NotAnswering as error:
                journal.note(str(error))
                continue
            if number := _number(answer):
                return number
            break
    return ""


def same(one: str, other: str) -> bool:
    """Of one card: modems that leave the check digit out are not rare.

    >>> same("8986011281100000917", "89860112811000009170")
    True
    >>> same("89860112811000009270", "89860112811000009170")
    False
    """
    return one == other or one[:-1] == other or one == other[:-1]


def _number(answer: Answer) -> str:
    """+CRSM gives its octets, the halves swapped; so do some vendors' commands. Every number begins with 89,
    of telecommunications (ITU-T E.118).
    """
    text = answer.lines[0].upper() if answer.ok and answer.lines else ""
    found = re.search(r"(?<![0-9A-F])[0-9A-F]{18,20}(?![0-9A-F])", text)
    if found is None:
        return ""
    digits = found[0]
    padded = digits + "F" * (len(digits) % 2)
    swapped = "".join(padded[at + 1] + padded[at] for at in range(0, len(padded), 2))
    forms = [swapped, digits] if text.startswith(_CRSM) else [digits, swapped]
    return next((form for form in forms if form.startswith("89")), forms[0]).rstrip("F")
