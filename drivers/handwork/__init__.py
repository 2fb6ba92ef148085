"""`interop modem`: by hand what suites do by themselves, under the same guard and budgets."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from interop.cli import PLAIN

app = typer.Typer(no_args_is_help=True, **PLAIN)

Target = Annotated[
    str, typer.Argument(metavar="TARGET", help="A modem's name in the lab file, or a port path or URL.")
]
Lab = Annotated[
    str, typer.Option("--lab", metavar="LAB", help="A lab file, or the name of one that comes with Interop.")
]
Dialect = Annotated[
    str, typer.Option(metavar="NAME", help="For a port [default: by what the modem says it is].")
]
Journal = Annotated[
    Path | None, typer.Option(metavar="FILE", help="Keep every byte there; secrets are masked.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Real calls and messages may leave; they cost.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")]


@app.callback()
def _modem() -> None:
    """One modem by hand: look, send, call.

    TARGET is a name in the lab file of --lab, or a port such as /dev/ttyUSB2 or socket://HOST:PORT. With
    `--lab small` everything can be tried without hardware; the other modems of that lab answer calls.
    """


@app.command()
def info(
    target: Target,
    lab: Lab = "",
    dialect: Dialect = "",
    journal: Journal = None,
    as_json: Json = False,
) -> None:
    """Who the modem is, its SIM, registration, signal, memories."""
    from drivers.handwork import card
    from drivers.handwork.target import Options, perform

    perform(Options("info", target, lab, dialect, journal, as_json=as_json), card.info)


@app.command()
def at(
    target: Target,
    commands: Annotated[list[str], typer.Argument(metavar="CMD...", help="AT+CSQ AT+COPS? ...")],
    lab: Lab = "",
    dialect: Dialect = "",
    journal: Journal = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Send commands and print the answers.

    Says what a refusal means; exit code 1 when one was refused. What could reach an emergency service is
    never sent.
    """
    from drivers.handwork import lines
    from drivers.handwork.target import Options, perform

    spends = any(lines.spends(lines.completed(each)) for each in commands)
    options = Options("at", target, lab, dialect, journal, yes, as_json, spends=spends)
    perform(options, lambda hand: lines.commands(hand, commands))


@app.command()
def sms(
    target: Target,
    number: Annotated[str, typer.Argument(metavar="NUMBER")],
    text: Annotated[str, typer.Argument(metavar="TEXT")],
    report: Annotated[
        bool, typer.Option("--report", help="Ask for a delivery report and wait for it.")
    ] = False,
    within: Annotated[
        float, typer.Option(min=1, metavar="S", help="How long to wait for the report.")
    ] = 60.0,
    lab: Lab = "",
    dialect: Dialect = "",
    journal: Journal = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Send one message and say what became of it.

    Exit code 0 when the network accepted it (and, with --report, delivered it), else 1.
    """
    from drivers.handwork import service
    from drivers.handwork.target import Options, perform

    options = Options("sms", target, lab, dialect, journal, yes, as_json, spends=True)
    perform(options, lambda hand: service.message(hand, number, text, report=report, within=within))


@app.command()
def call(
    target: Target,
    number: Annotated[str, typer.Argument(metavar="NUMBER")],
    hold: Annotated[
        float, typer.Option("--for", min=0, metavar="S", help="Hang up so long after the answer.")
    ] = 10.0,
    tones: Annotated[str, typer.Option(metavar="DIGITS", help="DTMF to send once it is answered.")] = "",
    join: Annotated[
        str, typer.Option(metavar="NUMBER", help="Then call this one, too, and join the two.")
    ] = "",
    lab: Lab = "",
    dialect: Dialect = "",
    journal: Journal = None,
    yes: Yes = False,
    as_json: Json = False,
) -> None:
    """Place a call and say how it goes.

    Alerting, connected, released and why. With --join a three-way call: the first is held, the second
    called, both joined, and what the modem lists then is shown. Ctrl-C hangs up. Exit code 0 when it was
    connected (and joined), else 1.
    """
    from drivers.handwork import service
    from drivers.handwork.target import Options, perform

    options = Options("call", target, lab, dialect, journal, yes, as_json, spends=True)
    perform(options, lambda hand: service.call(hand, number, hold, tones=tones, join=join))


@app.command()
def ussd(
    target: Target,
    code: Annotated[str, typer.Argument(metavar="CODE", help="*100# and the like, in quotes.")],
    lab: Lab = "",
    dialect: Dialect = "",
    journal: Journal = None,
    as_json: Json = False,
) -> None:
    """Send a USSD code and print the network's answer."""
    from drivers.handwork import service
    from drivers.handwork.target import Options, perform

    options = Options("ussd", target, lab, dialect, journal, as_json=as_json)
    perform(options, lambda hand: service.ussd(hand, code))


@app.command()
def console(
    target: Target,
    lab: Lab = "",
    dialect: Dialect = "",
    journal: Journal = None,
    yes: Yes = False,
) -> None:
    """AT by hand, line by line.

    Every line is under the guard; what the modem tells by itself shows as it comes; PINs are masked.
    Ends at Ctrl-D or `exit`. From a pipe each line is a command; exit code 1 when one was refused.
    """
    from drivers.handwork.console import console as talk
    from drivers.handwork.target import Options, perform

    perform(Options("console", target, lab, dialect, journal, yes), talk)
