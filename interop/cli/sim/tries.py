"""How many tries a card's keys have left: asked without spending any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from interop.uicc.session import Session

_UNBLOCK: Final = 0x2C
_PINS: Final = (0x01, 0x81)
_ADMINISTRATIVE: Final = (0x0A, 0x0B, 0x0C, 0x0D, 0x0E)


@dataclass(frozen=True, slots=True)
class KeyState:
    """A PIN or administrative key. None: the card does not tell, or there is no such thing."""

    name: str
    reference: str
    left: int | None
    puk_left: int | None = None
    enabled: bool | None = None
    verified: bool = False

    @property
    def words(self) -> str:
        """ "3 tries, PUK 10 tries, not asked for"."""
        told = ["blocked" if self.left == 0 else _tries(self.left)]
        if self.puk_left is not None:
            told.append("PUK blocked" if self.puk_left == 0 else f"PUK {_tries(self.puk_left)}")
        if self.enabled is not None:
            told.append("asked for" if self.enabled else "not asked for")
        return ", ".join(told + (["given"] if self.verified else []))


def _tries(left: int | None) -> str:
    if left is None:
        return "does not tell its tries"
    return "1 try" if left == 1 else f"{left} tries"


async def key_states(session: Session) -> list[KeyState]:
    """Of the PINs and administrative keys that the card has. Raises what the link raises."""
    from interop.uicc import EfError
    from interop.uicc.session import CardRefused, View

    try:
        return await (_of_sim(session) if session.view is View.SIM else _of_uicc(session))
    except (CardRefused, EfError):
        return []


async def _of_sim(session: Session) -> list[KeyState]:
    """As the header of DF_GSM tells; of administrative keys a SIM says nothing (51.011 9.2.1)."""
    from interop.uicc.simheader import SimDirectory

    header = await session.describe("3F00/7F20")
    assert isinstance(header, SimDirectory)
    return [
        KeyState("PIN1", "01", header.pin1.left, header.pin1.unblock_left, header.enabled),
        KeyState("PIN2", "02", header.pin2.left, header.pin2.unblock_left),
    ]


async def _of_uicc(session: Session) -> list[KeyState]:
    """By VERIFY and UNBLOCK PIN without data (102 221 11.1.9, 11.1.13), in the USIM, whose PINs they are."""
    from interop.uicc import key_name
    from interop.uicc.session import CardRefused

    enabled = await _enabled(session)
    found = []
    for reference in (*_PINS, *_ADMINISTRATIVE):
        try:
            tries = await session.tries(reference)
        except CardRefused:
            continue
        if tries.left is None and not tries.verified:
            continue
        puk = await _puk(session, reference) if reference in _PINS and tries.sw else None
        name, code, on = key_name(reference), f"{reference:02X}", enabled.get(reference)
        found.append(KeyState(name, code, tries.left, puk, on, tries.verified))
    return found


async def _enabled(session: Session) -> dict[int, bool]:
    """As the FCP of the USIM says, else of the MF."""
    from interop.uicc import EfError
    from interop.uicc.fcp import Fcp
    from interop.uicc.session import CardRefused

    for path in ("3F00/7FFF", "3F00"):
        try:
            header = await session.describe(path)
        except (CardRefused, EfError):
            continue
        if isinstance(header, Fcp) and header.pins:
            return {pin.reference: pin.enabled for pin in header.pins if pin.reference in _PINS}
    return {}


async def _puk(session: Session, reference: int) -> int | None:
    from interop.uicc.statuswords import BLOCKED

    [(_, sw)] = await session.exchange([bytes((0x00, _UNBLOCK, 0x00, reference, 0x00))])
    if sw == BLOCKED:
        return 0
    return sw & 0x0F if sw & 0xFFF0 == 0x63C0 else None
