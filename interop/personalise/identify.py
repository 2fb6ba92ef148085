"""Whose card it is, read from it just now: before anything is planned, and again before it is written to."""

from __future__ import annotations

from interop.personalise.steps import CardIdentity
from interop.protocols.card import CardLink
from interop.uicc import EfError, Iccid, Imsi
from interop.uicc.paths import EF_ICCID
from interop.uicc.session import CardRefused, Session, View

_IMSI = {View.UICC: "3F00/7FFF/6F07", View.SIM: "3F00/7F20/6F07"}


async def identify(link: CardLink, session: Session, view: View | None = None) -> CardIdentity:
    """ATR as of the last reset, EF_ICCID, and the view, or `view` where the order wants that one. To be asked
    anew after every reset and reopening, by a `Session` on this link. Three to seven commands.

    Raises CardRefused and EfError for a card whose EF_ICCID cannot be read at all, and what the link raises.
    """
    found = await session.begin(view)
    if view is None and found is View.SIM:
        found = await _twice(session)
    octets = await session.read(EF_ICCID)
    return CardIdentity(link.name, link.atr, iccid_of(octets), octets, found)


async def _twice(session: Session) -> View:
    """One odd answer must not make a SIM of a USIM, whose files are others."""
    try:
        return await session.begin(View.UICC)
    except CardRefused:
        return await session.begin(View.SIM)


def iccid_of(octets: bytes) -> str:
    """Empty for octets that are no ICCID."""
    try:
        return Iccid.decode(octets).digits
    except EfError:
        return ""


async def imsi_now(session: Session) -> str:
    """Empty where the card has none, or does not let it be read. Raises what the link raises."""
    try:
        return Imsi.decode(await session.read(_IMSI[session.view])).digits
    except (CardRefused, EfError):
        return ""


def torn(octets: bytes, before: bytes, after: bytes) -> bool:
    """Whether a write of `after` over `before` may have been cut so that `octets` stand there now: each octet
    is of one of the two, or erased (00, FF). Two different cards may fit: whoever asks also knows the reader,
    ATR and IMSI. `before` and `after` themselves are not torn.

    >>> torn(b"\\x89\\x86\\x11\\x44", before=b"\\x89\\x86\\x33\\x44", after=b"\\x89\\x86\\x11\\x22")
    True
    """
    if octets in (before, after) or not len(octets) == len(before) == len(after):
        return False
    return all(octet in (old, new, 0x00, 0xFF) for octet, old, new in zip(octets, before, after, strict=True))
