"""Which card a command is about: by reader and ICCID, wherever readers are; and what goes wrong, in words."""

from __future__ import annotations

import io
import json
import re
import sys
import unicodedata
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, NoReturn

import typer

if TYPE_CHECKING:
    from interop.protocols.card import CardDriver, CardLink, Reader
    from interop.uicc.session import Session

DONE: Final = 0
NOT_DONE: Final = 1
"""the card or its reader did not do it, or a check found something"""
USAGE: Final = 2
INTERRUPTED: Final = 130

Cards = Annotated[
    Path | None,
    typer.Option("--cards", metavar="DIR", help="Emulated cards: DIR/NAME.json is the one in reader NAME."),
]
InLab = Annotated[
    str, typer.Option("--lab", metavar="LAB", help="A lab's modems and readers [default: PC/SC readers].")
]
ReaderName = Annotated[
    str,
    typer.Option(
        "--reader", metavar="NAME", help="Its name, or a part no other has [default: the one with a card]."
    ),
]
ExpectedIccid = Annotated[str, typer.Option("--iccid", metavar="DIGITS", help="Refuse any other card.")]
Pin = Annotated[
    str,
    typer.Option("--pin", metavar="REF", help="PIN1, env:NAME or file:PATH; given once, if no try is spent."),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]


class Refused(Exception):
    """Cannot be done as asked: one sentence that says what to do."""


class Mistaken(Refused):
    """A lab, profile or batch file: a line for each mistake, with file and line."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the options common to all commands say. `pin`: where it is."""

    cards: Path | None = None
    lab: str = ""
    reader: str = ""
    iccid: str = ""
    pin: str = ""


@dataclass(frozen=True, slots=True)
class Opened:
    """A card, connected. `iccid`: its digits as read just now, "" where it has none that can be read."""

    reader: Reader
    link: CardLink
    session: Session
    iccid: str


Work = Callable[["CardDriver"], Awaitable[int]]


def perform(command: str, place: Place, work: Work, *, as_json: bool = False) -> NoReturn:
    """Find the readers, do the work, let go of all cards; every trouble is one sentence and an exit code.

    `command`: as typed after `interop sim`. `work` returns the exit code.
    """
    from interop.engine.clock import run
    from interop.lab.drivers import DriverError
    from interop.lab.load import LabError
    from interop.lab.secrets import SecretError
    from interop.protocols.errors import EquipmentError
    from interop.uicc import EfError
    from interop.uicc.session import CardRefused

    try:
        driver, virtual = _driver_of(place)
        code = run(_perform(driver, work), virtual=virtual)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except (EquipmentError, CardRefused, EfError) as error:
        code = complain(command, str(error), NOT_DONE, as_json=as_json)
    except LabError as error:
        code = complain_of(command, Mistaken(str(error)), as_json=as_json)
    except Refused as error:
        code = complain_of(command, error, as_json=as_json)
    except (DriverError, SecretError, ValueError, OSError) as error:
        code = complain(command, str(error), USAGE, as_json=as_json)
    raise typer.Exit(code)


def complain(command: str, text: str, code: int = USAGE, *, as_json: bool = False) -> int:
    if as_json:
        show_json({"error": text})
    else:
        typer.echo(f"interop sim {command}: {text}", err=True)
    return code


def complain_of(command: str, error: Refused, *, as_json: bool = False) -> int:
    """USAGE, and said what for; mistakes of a file begin with its name, as compilers have it."""
    if isinstance(error, Mistaken) and not as_json:
        typer.echo(str(error), err=True)
        return USAGE
    return complain(command, str(error), as_json=as_json)


def show_json(data: Any) -> None:
    """What the output cannot carry is escaped, which JSON allows: half a surrogate, too."""
    unicode_output = "utf" in (sys.stdout.encoding or "").lower()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    typer.echo(json.dumps(data, ensure_ascii=not unicode_output, indent=2))


def plain(text: str) -> str:
    """What a card holds must not command the terminal."""
    return "".join(ascii(char)[1:-1] if unicodedata.category(char)[0] == "C" else char for char in text)


def cells(*texts: str) -> list[Any]:
    """Of a table: folded where they are too long, and neither markup nor commands."""
    from rich.text import Text

    return [Text(plain(text), overflow="fold") for text in texts]


async def _perform(driver: CardDriver, work: Work) -> int:
    try:
        return await work(driver)
    finally:
        await driver.close()


def _driver_of(place: Place) -> tuple[CardDriver, bool]:
    """Of the readers that are meant, and whether its clock may be virtual: all is emulated in this process.

    Raises Refused, LabError, DriverError.
    """
    from interop.lab.drivers import driver

    if place.cards is not None and place.lab:
        raise Refused("--cards or --lab, not both: a card is in one place")
    if place.cards is not None:
        return driver("cards", "folder")(place.cards), False
    if place.lab:
        from interop.lab.equipment import all_emulated
        from interop.lab.load import load

        lab = load(place.lab)
        return driver("cards", "lab")(lab), all_emulated(lab)
    return driver("cards", "pcsc")(), False


async def chosen(driver: CardDriver, place: Place) -> Reader:
    """The reader of this name, or the only one that has it in its name; without a name the only one with a
    card, or with the card of this ICCID.

    Raises Refused, naming all readers, and EquipmentError.
    """
    from interop.protocols.errors import NotAvailable

    readers = await driver.readers()
    if not readers:
        what = "there are none: plug one in (interop doctor tells more), or take --cards DIR, --lab LAB"
        raise NotAvailable("readers", what)
    name = place.reader
    if name.isdigit() and name not in [reader.name for reader in readers]:
        raise Refused(f"--reader {name} is a number, which says nothing of a card; {_names(readers)}")
    if name:
        found = [reader for reader in readers if name.casefold() in reader.name.casefold()]
        found = [reader for reader in readers if reader.name == name] or found
    else:
        found = [reader for reader in readers if reader.atr or reader.mute] or list(readers)
    if len(found) == 1:
        return found[0]
    if place.iccid and found:
        return await _with_card(driver, found, digits(place.iccid))
    if not name:
        raise Refused(f"several readers have a card: choose with --reader, or --iccid; {_names(found)}")
    which = "several have" if found else "none has"
    raise Refused(f"--reader {name}: {which} it in its name; {_names(found or readers)}")


async def _with_card(driver: CardDriver, readers: Sequence[Reader], iccid: str) -> Reader:
    """Readers whose card does not tell are passed over."""
    from interop.protocols.errors import EquipmentError, NotAvailable
    from interop.uicc import EfError
    from interop.uicc.session import CardRefused

    for reader in readers:
        with suppress(EquipmentError, CardRefused, EfError):
            if (await glance(driver, reader))[1] == iccid:
                return reader
    raise NotAvailable("readers", f"card {iccid} is in none of them; {_names(readers)}")


async def glance(driver: CardDriver, reader: Reader) -> tuple[bytes, str]:
    """ATR and ICCID of the card in it. Raises EquipmentError, CardRefused, EfError."""
    from interop.uicc.session import Session

    link = await driver.open(reader.name, write=False)
    try:
        session = Session(link.transmit)
        await session.begin()
        return link.atr, await iccid_of(session)
    finally:
        await link.close()


@asynccontextmanager
async def opened(
    driver: CardDriver, place: Place, *, write: bool = False, raw: bool = False
) -> AsyncIterator[Opened]:
    """The card that is meant: shared for reading, for us alone to `write`. `raw`: nothing is sent before the
    caller sends it, unless a certain card is expected.

    Raises Refused and EquipmentError, which is NotAvailable for a card with another ICCID; CardRefused,
    EfError for one that cannot be asked who it is. PIN1 is given where it is not disabled.
    """
    from interop.cli.sim import keys
    from interop.uicc.session import Session

    reader = await chosen(driver, place)
    link = await driver.open(reader.name, write=write)
    try:
        if raw and not place.iccid:
            yield Opened(reader, link, Session(link.transmit), "")
        else:
            card = await _identified(reader, link, digits(place.iccid))
            if place.pin:
                await keys.give_pin(card, keys.pin(place.pin))
            yield card
    finally:
        await link.close()


async def _identified(reader: Reader, link: CardLink, expected: str) -> Opened:
    from interop.protocols.errors import NotAvailable
    from interop.uicc.session import Session

    session = Session(link.transmit)
    await session.begin()
    iccid = await iccid_of(session)
    if expected and expected != iccid:
        what = f"the card in it is {iccid or 'without ICCID'}, not {expected}: nothing was done"
        raise NotAvailable(reader.name, what)
    return Opened(reader, link, session, iccid)


async def iccid_of(session: Session) -> str:
    """Its digits as they are now, "" where EF_ICCID has none or cannot be read. Raises EquipmentError."""
    from interop.uicc import EfError, Iccid
    from interop.uicc.paths import EF_ICCID
    from interop.uicc.session import CardRefused

    try:
        return Iccid.decode(await session.read(EF_ICCID)).digits
    except (CardRefused, EfError):
        return ""


def digits(iccid: str) -> str:
    """Without the blanks that it is printed with."""
    return re.sub(r"[\s-]", "", iccid)


def _names(readers: Sequence[Reader]) -> str:
    return "there are: " + ", ".join(reader.name for reader in readers)
