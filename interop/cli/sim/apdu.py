"""`interop sim apdu`: commands by hand, under the rules of T=0, without showing a key."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interop.cli.sim.cards import (
    DONE,
    NOT_DONE,
    USAGE,
    Cards,
    ExpectedIccid,
    InLab,
    Json,
    Place,
    ReaderName,
    complain,
    opened,
    perform,
    show_json,
)

if TYPE_CHECKING:
    from interop.protocols.card import CardDriver

_SELECT: Final = 0xA4
_READING: Final = frozenset((0xB0, 0xB2))
_GET_RESPONSE: Final = 0xC0
_BY_SFI: Final = 0x80
_KEY_FILES_BY_SFI: Final = frozenset((8, 9))
"""EF_Keys and EF_KeysPS of a USIM (31.102 annex H)"""
_TRYING: Final = frozenset((0x20, 0x21, 0x82))
"""VERIFY, EXTERNAL AUTHENTICATE: with a wrong key they spend a try, without any the first only asks"""
_WELL: Final = frozenset((0x90, 0x61, 0x62, 0x63, 0x91, 0x9F))
"""first octets of status words that are success, or a warning"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One command and its answer in hex. None: there are octets, and they are or may be a key."""

    command: str
    data: str | None
    sw: str
    meaning: str


@dataclass(slots=True)
class Veil:
    """Which octets must not be shown: those that `interop.record.apdus` masks, but for what is read by hand
    from a file that is not known to hold keys.
    """

    _file: int = 0
    _secret: bool = False

    def command(self, tpdu: bytes) -> str:
        """`*` stands for data that may be a key."""
        from interop.record import apdus

        return apdus.command(tpdu.hex().upper())

    def data(self, tpdu: bytes, answer: bytes) -> str | None:
        from interop.record import apdus

        if tpdu[1] == _SELECT:
            self._file = int.from_bytes(tpdu[-2:]) if len(tpdu) > 6 and tpdu[2] != 0x04 else 0
        if tpdu[1] != _GET_RESPONSE:  # which gives what was asked before
            by_sfi = tpdu[1] == 0xB0 and tpdu[2] & _BY_SFI and tpdu[2] & 0x1F in _KEY_FILES_BY_SFI
            of_keys = tpdu[1] in _READING and (by_sfi or self._holds_keys())
            self._secret = bool(of_keys) or tpdu[1] in apdus.SECRET_ANSWER
        return None if answer and self._secret else answer.hex().upper()

    def _holds_keys(self) -> bool:
        """By its identifier alone: those of a registration, and those of any known type of card."""
        from interop.personalise.cardtypes import card_types
        from interop.uicc.catalogue import FILES
        from interop.uicc.form import may_hide

        files = [file.file for card in card_types().values() for file in card.key_files]
        own = [int(path.rpartition("/")[2], 16) for path in files]
        return self._file in own or any(may_hide(ef.content) for ef in FILES if ef.id == self._file)


def apdu(
    commands: Annotated[
        list[str], typer.Argument(metavar="HEX...", help="00A40004023F00 00B000000A ...; spaces are allowed.")
    ],
    write: Annotated[
        bool,
        typer.Option(
            "--write", help="Also what changes the card, or may spend a try; nobody else may use it."
        ),
    ] = False,
    cards: Cards = None,
    lab: InLab = "",
    reader: ReaderName = "",
    iccid: ExpectedIccid = "",
    as_json: Json = False,
) -> None:
    """Send commands and print the answers.

    As T=0 wants them: GET RESPONSE after 61xx, the right length after 6Cxx, and proactive commands come by
    themselves. A PIN is never shown again, nor a key that the card gives. Exit code 1 when a command was
    refused.
    """
    try:
        tpdus = [_tpdu(text, write=write) for text in commands]
    except ValueError as error:
        raise typer.Exit(complain("apdu", str(error), USAGE, as_json=as_json)) from None

    async def send(driver: CardDriver) -> int:
        from interop.uicc.statuswords import meaning

        veil, exchanges, well = Veil(), [], True
        async with opened(driver, Place(cards, lab, reader, iccid), write=write, raw=True) as card:
            for tpdu in tpdus:
                if not as_json:
                    typer.echo(f"> {veil.command(tpdu)}")
                [(answer, sw)] = await card.session.exchange([tpdu])
                done = Exchange(veil.command(tpdu), veil.data(tpdu, answer), f"{sw:04X}", meaning(sw))
                exchanges.append(done)
                well = well and sw >> 8 in _WELL
                if not as_json:
                    _print(done, len(answer))
        if as_json:
            show_json({"reader": card.reader.name, "exchanges": [asdict(done) for done in exchanges]})
        return DONE if well else NOT_DONE

    perform("apdu", Place(cards, lab, reader, iccid), send, as_json=as_json)


def _tpdu(text: str, *, write: bool) -> bytes:
    """Raises ValueError, without the octets behind the header."""
    from interop.protocols.card import changes
    from interop.uicc.t0 import tpdu

    head = "".join(text.split())[:8]
    try:
        command = tpdu(bytes.fromhex(text))
    except ValueError as error:
        why = "not hexadecimal" if "hexadecimal" in str(error) else str(error)
        raise ValueError(f"{head}...: {why}") from None
    trying = command[1] in _TRYING and command[4] > 0
    if (changes(command) or trying) and not write:
        what = "may spend a try of a key" if trying else "changes the card"
        raise ValueError(f"{head}...: instruction {command[1]:02X} {what}; allow it with --write")
    return command


def _print(done: Exchange, octets: int) -> None:
    if done.data is None:
        typer.echo(f"< {octets} octets, not shown: there are keys in them")
    elif done.data:
        typer.echo(f"< {done.data}")
    typer.echo(f"< {done.sw}" + (f"  {done.meaning}" if done.meaning else ""))
