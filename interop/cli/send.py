"""`interop send`: one text by hand from an originator of the lab, and what becomes of it."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

if TYPE_CHECKING:
    from interop.cli.sending import Source
    from interop.lab.model import Lab

ARRIVED, NOT_ARRIVED, USAGE, INTERRUPTED = 0, 1, 2, 130


def send(
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="11 national digits.")],
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    via: Annotated[
        str,
        typer.Option(
            "--via", metavar="ORIGINATOR", help="A gateway's or other originator's name in the lab file."
        ),
    ],
    lab: Annotated[
        str, typer.Option(metavar="LAB", help="A lab file, or the name of one that comes with Interop.")
    ] = "emulated",
    within: Annotated[float, typer.Option(min=1, metavar="S", help="How long to follow it.")] = 120.0,
    journal: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Keep every PDU there; secrets are masked.")
    ] = None,
    defect: Annotated[
        list[str] | None,
        typer.Option(metavar="DEFECT", help="Inject into an emulated network. May be repeated."),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="A live text may leave; it costs.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Send one text from an originator and follow it.

    That is a gateway, another modem, or the engineer at the keyboard. Says what the gateway answers, what it
    claims later, and what the handset got where the number's SIM sits in a modem of the lab. Exit code 0 when
    the text arrived as it was sent (where no modem shows it: when the gateway claims so), else 1.
    """
    from interop.cli.engineer import AtTerminal, terminal
    from interop.cli.sending import Sending
    from interop.engine.clock import run
    from interop.lab.drivers import DriverError
    from interop.lab.load import LabError, load
    from interop.lab.secrets import SecretError
    from interop.protocols.errors import BudgetSpent, EquipmentError

    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # also JSON's own escape
    try:
        whole = load(lab)
    except LabError as error:
        _refuse(str(error), as_json, prefix="")
    source = _source(whole, via, as_json)
    if not re.fullmatch(r"1[3-9]\d{9}", number):
        _refuse(f"{number!r} is no mobile number of 11 digits", as_json)
    try:
        text.encode()
    except UnicodeEncodeError:
        _refuse("the text is not UTF-8", as_json)
    if _live(whole, source) and not yes:
        _confirm(via, number, as_json)
    redact: Callable[[str], str] = str
    try:
        sending = Sending(
            whole,
            source,
            number,
            text,
            within=within,
            say=None if as_json else typer.echo,
            defects=defect or (),
            engineer=AtTerminal(terminal()),
        )
        redact = sending.redact  # a device may say again what it was told
        arrived = run(sending.run(journal), virtual=sending.virtual)
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    except EquipmentError as error:
        _refuse(redact(str(error)), as_json, code=USAGE if isinstance(error, BudgetSpent) else NOT_ARRIVED)
    except (DriverError, SecretError, ValueError, OSError) as error:
        _refuse(redact(str(error)), as_json)
    if as_json:
        typer.echo(json.dumps(sending.answer, ensure_ascii=False, indent=2))
    raise typer.Exit(ARRIVED if arrived else NOT_ARRIVED)


def _source(whole: Lab, via: str, as_json: bool) -> Source:
    from interop.lab.shape import close

    sources: tuple[Source, ...] = (*whole.gateways, *whole.originators)
    for source in sources:
        if source.name == via:
            return source
    known = [each.name for each in sources]
    there_are = ", ".join(known) or "none"
    _refuse(
        f'lab {whole.name} has no originator "{via}" (there are: {there_are}){close(via, known)}', as_json
    )


def _live(whole: Lab, source: Source) -> bool:
    """Whether a real text leaves without an engineer's doing: one who is to send it decides himself."""
    from interop.cli.sending import sender_of
    from interop.lab.model import EMULATED, GatewayPart

    if isinstance(source, GatewayPart):
        return not source.url.startswith(f"{EMULATED}:")
    modem = sender_of(whole, source)
    return modem is not None and not modem.emulated


def _confirm(source: str, number: str, as_json: bool) -> None:
    if not sys.stdin.isatty():
        _refuse("a live text is about to leave, and it costs; allow it with --yes", as_json)
    if not typer.confirm(f"{source}: a live text to {number} is about to leave. Go on?", err=True):
        _refuse("nothing was sent", as_json)


def _refuse(text: str, as_json: bool, *, code: int = USAGE, prefix: str = "interop send: ") -> NoReturn:
    if as_json:
        typer.echo(json.dumps({"error": text}, ensure_ascii=False))
    else:
        typer.echo(prefix + text, err=True)
    raise typer.Exit(code)
