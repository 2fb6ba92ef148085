"""What one card is to become: a row of a batch together with its profile. Knows no card yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from interop.uicc import Content, key_name
from interop.uicc.milenage import Milenage
from interop.uicc.session import View

KEY_SIZE: Final = 8
"""octets of an administrative key or a PIN, as VERIFY takes it (102 221 11.1.9)"""


@dataclass(frozen=True, slots=True)
class Wish:
    """What one file, or one record of it (from 1), is to hold. `path`: as `Session` takes it.

    `content` is encoded to the size of the file that the card really has; bytes are what they are. `offset`:
    where bytes go in a transparent file, whose other octets stay; None for the whole of it. `optional`: no
    fault of a card that lacks the file (its twin in the other view). `secret`: it must never be shown, and
    may be a file that nobody can read. `leftover`: it clears what the subscriber before left behind, and is
    planned only where another wish is to be written: on a card that is as ordered and in use, the same file
    holds what the handset needs.
    """

    path: str
    content: Content | bytes = field(repr=False)
    record: int = 0
    offset: int | None = None
    optional: bool = False
    secret: bool = False
    leftover: bool = False


@dataclass(frozen=True, slots=True)
class SecretKey:
    """A key that VERIFY takes. `reference`: its P2; `octets`: eight of them; `full`: how many tries the card
    gives when none was wrong. `missing`: why `octets` is b"", where the order is only looked at.
    """

    reference: int
    octets: bytes = field(repr=False)
    full: int = 3
    missing: str = ""

    def __str__(self) -> str:
        return key_name(self.reference)


@dataclass(frozen=True, slots=True)
class Order:
    """One row, ready to be planned. `line`: of the batch file; `iccid`: of the card as it is now; `job` names
    profile and row, so that runs of the same order are known as such in the journal.

    `wishes`: in the order of writing: harmless files first, then IMSI, keys, and ICCID last of all.
    `new_iccid`: "" where the ICCID stays. `milenage`: what the card must prove to know in the end; None where
    the row has no keys. `card_type`: of `interop.personalise.cardtypes`, "" where the profile names none.
    `atr`: what the card must answer to reset, b"" for any. `undo`: it writes back what was before `job`, and
    `undone_imsi` is the one that the job wrote.
    `view`: in which the files are and the keys are taken, to be entered (`Session.begin`); None for whatever
    the card shows. `profile`: its name, an @ and the first twelve digits of its SHA-256.
    """

    line: int
    job: str
    iccid: str
    wishes: tuple[Wish, ...]
    adm: SecretKey | None = None
    pin: SecretKey | None = None
    milenage: Milenage | None = None
    new_iccid: str = ""
    imsi: str = ""
    msisdn: str = ""
    profile: str = ""
    card_type: str = ""
    atr: bytes = b""
    undo: bool = False
    undone_imsi: str = ""
    view: View | None = None

    @property
    def final_iccid(self) -> str:
        return self.new_iccid or self.iccid

    @property
    def imsis(self) -> set[str]:
        """Those that the card may have while its ICCID is written."""
        return {self.imsi, self.undone_imsi} - {""}
