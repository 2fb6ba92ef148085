"""The profile: what all cards of a batch get. A YAML file, read as strictly as a lab file.

    name: mvno-171
    card: sysmoISIM-SJA2
    files:
      SPN: {name: 远特通信, show_plmn: true}
      EHPLMN: ["46001", "46006", "46009"]
      SMSP: {smsc: "+8613010112500"}
      3F00/7F20/6F3E: "0171"

`card`: of `interop.personalise.cardtypes`; without it no key file is written. `view`: 2G or 3G, else that of
the card type. `atr`: what a card must answer to reset. `adm`: `reference` (P2 of VERIFY, in hex; else that of
the card type, 0A without one) and `tries` that a card gives before any was wrong (3). `write_iccid`: column
new_iccid is written. `fresh`: whether the last registration is cleared; else it is, with a new IMSI or keys.

`files`: by name, the file of the USIM together with its twin of DF_GSM or DF_TELECOM where the card has one;
by path, that one alone. Values in the form of `interop.uicc.form`, octets in hex where the file is not known;
of a linear file a list of records, a mapping by number, or that of record 1. {column} in a text stands for
that column of the batch, {{ and }} for braces.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints

from interop.lab import document as yaml
from interop.lab.document import Document, Mistakes, Problem
from interop.lab.model import Name, Part
from interop.lab.shape import fit, unknown
from interop.personalise.cardtypes import CardType, card_types
from interop.personalise.filevalues import FileValue, file_values
from interop.personalise.order import Wish
from interop.uicc.session import View

_ADM: Final = 0x0A
"""ADM1 of most cards (102 221 9.5.1)"""
_TRIES: Final = 3
_KIND: Final = yaml.Kind(
    "profile",
    ("name", "files"),
    'a profile says {reference: "0A", tries: 3} of the ADM; keys themselves belong into the batch',
    discreet=("files",),
    numbers=True,
)


class ProfileError(Mistakes):
    """A profile that cannot be used."""


class _AdmPart(Part):
    reference: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{2}$")] | None = None
    tries: Annotated[int, Field(ge=1, le=15)] = _TRIES


class _ProfilePart(Part):
    name: Name
    card: str | None = None
    view: Literal["2G", "3G"] | None = None
    atr: Annotated[str, StringConstraints(pattern=r"^([0-9A-Fa-f]{2})+$")] | None = None
    adm: _AdmPart = _AdmPart()
    write_iccid: bool = False
    fresh: bool | None = None
    files: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Profile:
    """As the file says it, with what the card type says where it is silent. `digest`: SHA-256 of the file, in
    hex; `fresh` None: as the row wants it; `atr` b"" for any.
    """

    name: str
    source: str
    digest: str
    files: tuple[FileValue, ...]
    card: CardType | None = None
    view: View = View.UICC
    atr: bytes = b""
    reference: int = _ADM
    tries: int = _TRIES
    write_iccid: bool = False
    fresh: bool | None = None

    @property
    def label(self) -> str:
        """Name and beginning of the digest, as orders and journals have it: "mvno-171@1f6a0c2b94de"."""
        return f"{self.name}@{self.digest[:12]}"

    @property
    def columns(self) -> tuple[str, ...]:
        """Of the batch, in the order in which values have them in braces."""
        return tuple(dict.fromkeys(column for value in self.files for column in value.columns))

    def wishes(self) -> list[Wish]:
        """Those of `files` that are the same for all cards."""
        return [value.wish({}) for value in self.files if not value.columns]


def load_profile(path: str | Path) -> Profile:
    """Raises ProfileError with every mistake."""
    try:
        content = Path(path).read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ProfileError(str(path), [Problem(0, 0, f"cannot be read: {why}")]) from None
    return parse_profile(content, source=str(path))


def parse_profile(content: bytes, *, source: str) -> Profile:
    """From the octets of the file `source`. Raises ProfileError."""
    try:
        document = yaml.read(content, _KIND)
    except yaml.Unreadable as error:
        raise ProfileError(source, [error.problem]) from None
    part = fit(document, _ProfilePart)
    card = _card(document)
    files: tuple[FileValue, ...] = ()
    view = View(part.view) if part and part.view else card.view if card else View.UICC
    if isinstance(document.data.get("files"), dict):
        files = file_values(document, view, card)
    if part and part.write_iccid and card and not card.iccid:
        document.refuse(("write_iccid",), f"write_iccid: the ICCID of a {card.name} is not to be written")
    if document.problems or part is None:
        raise ProfileError(source, document.problems)
    return Profile(
        name=part.name,
        source=source,
        digest=hashlib.sha256(content).hexdigest(),
        files=files,
        card=card,
        view=view,
        atr=bytes.fromhex(part.atr or ""),
        reference=int(part.adm.reference, 16) if part.adm.reference else card.adm if card else _ADM,
        tries=part.adm.tries,
        write_iccid=part.write_iccid,
        fresh=part.fresh,
    )


def _card(document: Document) -> CardType | None:
    """Its type, where the profile names one that can be written."""
    name = document.data.get("card")
    if not isinstance(name, str):
        return None
    card = card_types().get(name)
    if card is None:
        document.refuse(("card",), unknown("card", name, list(card_types())))
    elif card.unsupported:
        document.refuse(("card",), f"card: {name} cannot be written: {card.unsupported}")
    return card
