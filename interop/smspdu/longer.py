"""Long messages: a text cut into parts (3GPP TS 23.040 9.2.3.24.1); `reassembly` puts them together again.

>>> parts = split_text("验证码" * 40, reference=7)
>>> [len(part.body) for _, part in parts]
[67, 53]
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from typing import Final

from interop.smspdu import gsm7
from interop.smspdu.dcs import Alphabet, Dcs
from interop.smspdu.elements import InformationElement, Part, language_elements
from interop.smspdu.errors import PduError
from interop.smspdu.national import LOCKING, Language
from interop.smspdu.tpdu import Submit
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


def submits(parts: list[tuple[Dcs, UserData]], first: Submit) -> list[Submit]:
    """One SUBMIT for each of `parts`, in all else as `first`."""
    return [replace(first, dcs=dcs, user_data=user_data) for dcs, user_data in parts]
