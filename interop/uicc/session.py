"""Commands to a card over any link that carries TPDUs: T=0 to the letter, 2G and 3G alike.

Cards differ in what they make of a TPDU that is not exact (sims.md 9), so case 1 has P3=00, case 4 no Le, GET
RESPONSE the length that 61xx gave, and 6Cxx is asked again with its length. Proactive 91xx is fetched and
answered with "beyond capabilities" so that the card goes on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from interop.uicc.filestatus import FileStatus

Transmit = Callable[[bytes], Awaitable[tuple[bytes, int]]]
"""`CardLink.transmit`"""


class CardRefused(Exception):
    """A status word that is none of success. `what`: the command in words, never its data."""

    def __init__(self, what: str, sw: int) -> None:
        super().__init__(f"{what}: the card answered {sw:04X}")
        self.what = what
        self.sw = sw


class View(StrEnum):
    """Which of its two views a card shows: CLA A0 with 7F20 (51.011), or CLA 00 with ADF.USIM (31.102)."""

    SIM = "2G"
    UICC = "3G"


@dataclass(frozen=True, slots=True)
class Tries:
    """What an empty VERIFY told of a key (102 221 11.1.9). `left` None: the card does not tell; `verified`:
    no VERIFY is needed.
    """

    left: int | None
    verified: bool = False


@dataclass(frozen=True, slots=True)
class Authentication:
    """AUTHENTICATE in UMTS context: RES, CK, IK, or AUTS where the card asks to synchronise (33.102 6.3)."""

    res: bytes = b""
    ck: bytes = b""
    ik: bytes = b""
    kc: bytes = b""
    auts: bytes = b""


class Session:
    """Stateless between calls but for what is selected: every read and write selects its file anew.

    `path`: identifiers from the MF, "3F00/7FFF/6F07"; 7FFF stands for the USIM, by its AID of EF_DIR.
    All raise CardRefused, and what the link raises.
    """

    def __init__(self, transmit: Transmit) -> None:
        self._transmit = transmit
        self.view = View.UICC

    async def begin(self) -> View:
        """Find out which view the card has. To be called first, and after every reset."""
        raise NotImplementedError

    async def select(self, path: str) -> FileStatus | None:
        """None for a directory."""
        raise NotImplementedError

    async def read(self, path: str) -> bytes:
        """A transparent file, whole."""
        raise NotImplementedError

    async def records(self, path: str) -> list[bytes]:
        raise NotImplementedError

    async def update(self, path: str, data: bytes, *, record: int = 0) -> None:
        """All of a transparent file, or of one record (from 1)."""
        raise NotImplementedError

    async def tries(self, reference: int) -> Tries:
        """Costs nothing: VERIFY of five octets, without data."""
        raise NotImplementedError

    async def verify(self, reference: int, key: bytes) -> int:
        """Eight octets. The status word as it is, once: 9000, 63Cx, 6983 ..."""
        raise NotImplementedError

    async def authenticate(self, rand: bytes, autn: bytes) -> Authentication:
        raise NotImplementedError

    async def run_gsm(self, rand: bytes) -> tuple[bytes, bytes]:
        """SRES and Kc."""
        raise NotImplementedError

    async def exchange(self, apdus: Sequence[bytes]) -> list[tuple[bytes, int]]:
        """By hand: each as it is, then what T=0 still owes (61xx, 6Cxx, 91xx)."""
        raise NotImplementedError
