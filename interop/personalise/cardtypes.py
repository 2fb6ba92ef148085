"""Cards that can be written, as data/cardtypes.yaml has them: how they take their ADM, where Ki and OPc are.

>>> card_types()["OpenCells"].key_files[0].file
'3F00/7FFF/FF02'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from interop.personalise.order import Wish
from interop.shipped import shipped
from interop.uicc.milenage import Milenage
from interop.uicc.session import View


@dataclass(frozen=True, slots=True)
class KeyFile:
    """One UPDATE of a transparent file that holds keys, from octet `at` on. `octets`: "ki", "opc", or hex, in
    their order; what is in the file beside them stays. `optional`: some cards of the type lack it.
    """

    file: str
    octets: tuple[str, ...]
    at: int = 0
    optional: bool = False

    def wish(self, keys: Milenage) -> Wish:
        """What it is to hold for these keys."""
        known = {"ki": keys.k, "opc": keys.opc}
        content = b"".join([known.get(part) or bytes.fromhex(part) for part in self.octets])
        return Wish(self.file, content, offset=self.at, optional=self.optional, secret=True)


@dataclass(frozen=True, slots=True)
class CardType:
    """`adm`: P2 of VERIFY of the administrative key; `view`: the one in which the card takes it, and lets its
    files be written; `atrs`: those that are known, among others. `iccid`: it may be written.

    `no_keys`: why Ki and OPc cannot be written, `unsupported`: why nothing can; sentences, "" where it can.
    """

    name: str
    adm: int
    view: View = View.UICC
    atrs: tuple[bytes, ...] = ()
    iccid: bool = True
    key_files: tuple[KeyFile, ...] = ()
    no_keys: str = ""
    unsupported: str = ""

    def key_wishes(self, keys: Milenage) -> tuple[Wish, ...]:
        """In the order of writing. ValueError for a type that says `no_keys` or `unsupported`."""
        if why := self.unsupported or self.no_keys:
            raise ValueError(f"{self.name}: {why}")
        return tuple(file.wish(keys) for file in self.key_files)


def of_atr(atr: bytes) -> CardType | None:
    """The type that is known by this ATR. None says nothing: each type has others too."""
    return next((card for card in card_types().values() if atr in card.atrs), None)


@cache
def card_types() -> Mapping[str, CardType]:
    """By name, in the order of the file."""
    return {
        name: CardType(
            name,
            adm=int(row["adm"], 16),
            view=View(row.get("view", View.UICC)),
            atrs=tuple(bytes.fromhex(atr) for atr in row.get("atrs", ())),
            iccid=row.get("iccid", True),
            key_files=tuple(
                KeyFile(**{**key, "octets": tuple(key["octets"].split())}) for key in row.get("keys", ())
            ),
            no_keys=row.get("no_keys", ""),
            unsupported=row.get("unsupported", ""),
        )
        for name, row in shipped("interop.personalise", "data", "cardtypes.yaml").items()
    }
