"""Where a card was last registered, and the keys of that registration: what has to go with the subscriber.

Each as on a new card (3GPP TS 31.102 annex E, sims.md 10): with an old LOCI or Kc, a handset would begin by
telling the network a TMSI and keys that belong to somebody else; an old FPLMN would keep it from trying.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from interop.personalise.filevalues import in_view
from interop.personalise.order import Wish
from interop.uicc import (
    FILES,
    Content,
    EpsLoci,
    FiveGsLoci,
    Kc,
    Keys,
    Loci,
    PlmnList,
    PsLoci,
    SecretOctets,
)
from interop.uicc.session import View

_NEW: Final[Mapping[str, Content]] = {
    "LOCI": Loci(),
    "PSLOCI": PsLoci(),
    "LOCIGPRS": PsLoci(),
    "EPSLOCI": EpsLoci(),
    "5GS3GPPLOCI": FiveGsLoci(),
    "5GSN3GPPLOCI": FiveGsLoci(),
    "Keys": Keys(),
    "KeysPS": Keys(),
    "Kc": Kc(),
    "KcGPRS": Kc(),
    "EPSNSC": SecretOctets(b""),
    "5GS3GPPNSC": SecretOctets(b""),
    "5GSN3GPPNSC": SecretOctets(b""),
    "5GAUTHKEYS": SecretOctets(b""),
    "FPLMN": PlmnList(),
}


@cache
def leftovers(view: View) -> tuple[Wish, ...]:
    """In the order of the catalogue, all that stand in this view; both are seen from the 3G one."""
    return tuple(
        Wish(
            ef.place,
            _NEW[ef.name],
            record=1 if ef.record_length else 0,
            optional=True,
            secret=isinstance(_NEW[ef.name], Keys | Kc | SecretOctets),
            leftover=True,
        )
        for ef in FILES
        if ef.name in _NEW and in_view(ef, view)
    )
