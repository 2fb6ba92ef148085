"""Long messages: a text cut into parts and put together again (3GPP TS 23.040 9.2.3.24.1).

>>> parts = split_text("验证码" * 40, reference=7)
>>> [len(part.body) for _, part in parts]
[67, 53]
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final

from interop.smspdu import gsm7
from interop.smspdu.dcs import Alphabet, Dcs
from interop.smspdu.elements import InformationElement, Part, language_elements, part_of
from interop.smspdu.errors import PduError
from interop.smspdu.national import LOCKING, Language
from interop.smspdu.tpdu import Deliver, Submit
from interop.smspdu.userdata import MAX_OCTETS, UserData, encode_header, header_septets

MOST_PARTS: Final = 255


def split_text(
    text: str,
    *,
    reference: int,
    wide: bool = False,
    message_class: int | None = None,
    language: Language = Language.DEFAULT,
    header: tuple[InformationElement, ...] = (),
) -> list[tuple[Dcs, UserData]]:
    """`text` in as few messages as can be: one without a part number where it fits.

    GSM 7 bit where the default alphabet, or else that of `language`, has every character; UCS2 otherwise.
    No part ends inside an escape sequence or a surrogate pair. `header`: further elements, in every part.
    Raises PduError for more than 255 parts, or a header that leaves no room.
    """
    alphabet, tables = _alphabet(text, language)
    dcs = Dcs.general(alphabet, message_class)
    header = (*language_elements(*tables), *header)
    sizes = _sizes(text, alphabet, tables)
    if sum(sizes) <= _room(header, alphabet):
        return [(dcs, UserData(text, header))]
    room = _room((*header, Part(reference, 1, 1, wide).element()), alphabet)
    cuts = list(_cuts(sizes, room))
    if len(cuts) > MOST_PARTS:
        raise PduError("text", f"{len(text)} characters need {len(cuts)} parts, {MOST_PARTS} are possible")
    return [
        (dcs, UserData(text[a:b], (Part(reference, len(cuts), number, wide).element(), *header)))
        for number, (a, b) in enumerate(cuts, 1)
    ]


def split_data(
    data: bytes, dcs: Dcs, *, reference: int, wide: bool = False, header: tuple[InformationElement, ...] = ()
) -> list[tuple[Dcs, UserData]]:
    """As `split_text` for octets: WAP push, OTA provisioning. Raises PduError."""
    if dcs.is_text:
        raise PduError("TP-DCS", f"coding {dcs.value:02X} takes text, not octets")
    if len(data) <= _room(header, Alphabet.OCTETS):
        return [(dcs, UserData(data, header))]
    room = _room((*header, Part(reference, 1, 1, wide).element()), Alphabet.OCTETS)
    pieces = [data[at : at + room] for at in range(0, len(data), room)] if room > 0 else []
    if not 0 < len(pieces) <= MOST_PARTS:
        raise PduError("TP-UD", f"{len(data)} octets do not fit {MOST_PARTS} parts of {room}")
    return [
        (dcs, UserData(piece, (Part(reference, len(pieces), number, wide).element(), *header)))
        for number, piece in enumerate(pieces, 1)
    ]


def _alphabet(text: str, language: Language) -> tuple[Alphabet, tuple[int, int]]:
    """The alphabet, and the national tables (locking, single) with which GSM 7 bit is shortest."""
    locking = int(language) if language in LOCKING else 0
    best: tuple[int, tuple[int, int]] | None = None
    for tables in dict.fromkeys(((0, 0), (0, int(language)), (locking, 0), (locking, int(language)))):
        try:
            septets = len(gsm7.encode(text, *tables))
        except PduError:
            continue
        septets += header_septets(len(encode_header(language_elements(*tables))))[0]
        if best is None or septets < best[0]:
            best = septets, tables
        if tables == (0, 0):
            break  # every receiver knows the default alphabet
    return (Alphabet.GSM7, best[1]) if best else (Alphabet.UCS2, (0, 0))


def _sizes(text: str, alphabet: Alphabet, tables: tuple[int, int]) -> list[int]:
    """What each character takes, in septets or octets."""
    if alphabet is Alphabet.GSM7:
        return [len(gsm7.encode(char, *tables)) for char in text]
    return [4 if ord(char) > 0xFFFF else 2 for char in text]


def _room(header: tuple[InformationElement, ...], alphabet: Alphabet) -> int:
    """Septets or octets that are left behind `header`."""
    octets = len(encode_header(header))
    if alphabet is Alphabet.GSM7:
        return MAX_OCTETS * 8 // 7 - header_septets(octets)[0]
    left = MAX_OCTETS - octets
    return left - left % 2 if alphabet is Alphabet.UCS2 else left


def _cuts(sizes: list[int], room: int) -> Iterator[tuple[int, int]]:
    edges, used = [0], 0
    for at, size in enumerate(sizes):
        if size > room:
            raise PduError("UDHL", "the header leaves no room for text")
        if used + size > room:
            edges.append(at)
            used = 0
        used += size
    yield from pairwise([*edges, len(sizes)])


@dataclass(slots=True)
class Incomplete:
    """A long message of which some parts came. `parts` by number; `duplicates`: parts that came again."""

    total: int
    parts: dict[int, Deliver] = field(default_factory=dict)
    duplicates: int = 0

    @property
    def missing(self) -> list[int]:
        return [number for number in range(1, self.total + 1) if number not in self.parts]


@dataclass(frozen=True, slots=True)
class Complete:
    """A message as it was written: `body` is the text or the octets of all parts in order."""

    body: str | bytes
    parts: tuple[Deliver, ...]
    """in their order, one without a part number alone"""
    duplicates: int = 0


Key = tuple[str, int, bool, int]
"""Who wrote, with which reference, in how many bits, in how many parts: what makes one message of parts."""


class Reassembly:
    """Parts in any order, with duplicates and losses; one for each recipient.

    References come round again (8 bit: after 256 messages). A part whose number is there already with
    another content belongs to a new message: the old one is given up, through `lost`.
    """

    def __init__(self, lost: Callable[[Incomplete], None] = lambda _incomplete: None) -> None:
        self._lost = lost
        self._waiting: dict[Key, Incomplete] = {}

    @property
    def waiting(self) -> list[Incomplete]:
        """What is not complete yet, oldest first."""
        return list(self._waiting.values())

    def add(self, deliver: Deliver) -> Complete | None:
        """The message that `deliver` completes; None while parts are missing, or for a part seen before."""
        part = part_of(deliver.user_data.header)
        if part is None or part.total == 1:
            return Complete(deliver.user_data.body, (deliver,))
        key = (str(deliver.originator), part.reference, part.wide, part.total)
        message = self._waiting.setdefault(key, Incomplete(part.total))
        there = message.parts.get(part.number)
        if there is not None and there.user_data == deliver.user_data:
            message.duplicates += 1
            return None
        if there is not None:
            self._lost(message)
            del self._waiting[key]
            message = self._waiting[key] = Incomplete(part.total)
        message.parts[part.number] = deliver
        if message.missing:
            return None
        del self._waiting[key]
        parts = tuple(message.parts[number] for number in range(1, part.total + 1))
        return Complete(_joined(parts), parts, message.duplicates)

    def give_up(self) -> list[Incomplete]:
        """What will not be completed any more."""
        waiting, self._waiting = self._waiting, {}
        return list(waiting.values())


def _joined(parts: tuple[Deliver, ...]) -> str | bytes:
    """Text where every part is text; halves of a surrogate pair in two parts find each other."""
    bodies = [part.user_data.body for part in parts]
    texts = [body for body in bodies if isinstance(body, str)]
    if len(texts) == len(bodies):
        return "".join(texts).encode("utf-16-be", "surrogatepass").decode("utf-16-be", "surrogatepass")
    return b"".join(
        body.encode("utf-16-be", "surrogatepass") if isinstance(body, str) else body for body in bodies
    )


def submits(parts: list[tuple[Dcs, UserData]], first: Submit) -> list[Submit]:
    """One SUBMIT for each of `parts`, in all else as `first`."""
    return [replace(first, dcs=dcs, user_data=user_data) for dcs, user_data in parts]
