"""Emulated cards in files: each NAME.json (or .yaml) of a directory is the card in the emulated reader NAME.

A file is what `interop sim read --all --json` gives of a card, and beside it what no card tells: `keys` by
reference with their counters, `layout` (where Ki and OPc lie), `card_type`, `sequence` (SEQ by index of the
freshest SQN, TS 33.102 C.2.2). What a command changes is in the file before the command is answered, so that
a program that is killed leaves behind what it would leave behind of a real card.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from drivers.card import cardfile
from drivers.card.cardfile import CardFile, files
from drivers.card.memory import DEADLINE_S, MemoryCards, MemoryLink
from drivers.emulated.uicc.card import DEFAULT_LAYOUT
from interop.protocols.card import CardLost, Reader, permit
from interop.protocols.errors import NotAvailable


class FolderCards:
    """Satisfies `interop.protocols.card.CardDriver` and `CardMaker`. The directory is looked into at every
    call.
    """

    def __init__(self, directory: Path, *, deadline: float = DEADLINE_S) -> None:
        self._directory = directory
        self._deadline = deadline
        self._links: dict[str, FolderLink] = {}

    @staticmethod
    def blank(
        path: Path,
        *,
        layout: str = DEFAULT_LAYOUT,
        iccid: str = "",
        adm: bytes = b"",
        ki: bytes = b"",
        opc: bytes = b"",
    ) -> None:
        """As `CardMaker` has it; without `adm` it is ascii:88888888."""
        cardfile.blank(path, layout=layout, iccid=iccid, adm=adm, ki=ki, opc=opc)

    async def readers(self) -> Sequence[Reader]:
        """In the order of names. A file that is no card is a reader without one: `open` says why."""
        return [Reader(name, _atr(path)) for name, path in files(self._directory).items()]

    async def open(self, name: str, *, write: bool) -> FolderLink:
        known = files(self._directory)
        path = known.get(name)
        if path is None:
            raise NotAvailable(name, f"no card of this name in {self._directory}; there are: {_list(known)}")
        file = CardFile.open(name, path)
        try:
            link = await MemoryCards({name: file.card}, deadline=self._deadline).open(name, write=write)
        except BaseException:
            file.close()
            raise
        opened = self._links[name] = FolderLink(link, file, alone=write)
        return opened

    async def swapped(self, seen: Reader) -> Reader:
        raise NotAvailable(seen.name, "a card in a file cannot be swapped: each has its own reader")

    async def close(self) -> None:
        for link in self._links.values():
            await link.close()


class FolderLink:
    """Satisfies `interop.protocols.card.CardLink`."""

    def __init__(self, link: MemoryLink, file: CardFile, *, alone: bool) -> None:
        self.name, self.atr = link.name, link.atr
        self.alone = alone
        self._link = link
        self.file = file

    async def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """Also a write that was torn is in the file."""
        permit(self.name, apdu, alone=self.alone)
        try:
            return await self._link.transmit(apdu)
        finally:
            self._keep(apdu)

    def _keep(self, apdu: bytes) -> None:
        """Raises CardLost: what we hold is then not what the file holds."""
        try:
            self.file.answered(apdu)
        except CardLost as lost:
            self._link.give_up(lost.text)
            raise

    async def reset(self) -> bytes:
        self.atr = await self._link.reset()
        return self.atr

    async def close(self) -> None:
        await self._link.close()
        self.file.close()


def _list(files: Mapping[str, Path]) -> str:
    return ", ".join(files) or "none (interop sim blank makes one)"


def _atr(path: Path) -> bytes:
    try:
        return CardFile.look(path)
    except ValueError:
        return b""
