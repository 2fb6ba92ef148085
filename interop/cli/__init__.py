"""The `interop` command: one file per noun, drivers' commands by entry point, each imported when needed."""

from __future__ import annotations

import importlib
import sys
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any

import typer
from typer.core import TyperGroup

# noun -> where its Typer app or function is. Order is the order of `interop --help`.
NOUNS: dict[str, str] = {
    "run": "interop.cli.run:run",
    "report": "interop.cli.report:report",
    "campaign": "interop.cli.campaign:app",
    "results": "interop.cli.results:app",
    "release": "interop.cli.release:release",
    "diff": "interop.cli.diff:diff",
    "records": "interop.cli.records:app",
    "pack": "interop.cli.pack:pack",
    "lab": "interop.cli.lab:app",
    "list": "interop.cli.list:app",
    "sim": "interop.cli.sim:app",
    "number": "interop.cli.number:number",
    "doctor": "interop.cli.doctor:doctor",
    "otp": "interop.cli.otp:otp",
    "send": "interop.cli.send:send",
}


class Nouns(TyperGroup):
    """Finds a command when it is asked for, so that `--help` and `number` never pay for pytest or aiohttp."""

    def list_commands(self, ctx: Any) -> list[str]:
        return [*NOUNS, *sorted(point.name for point in entry_points(group="interop.commands"))]

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name in NOUNS:
            module, _, attribute = NOUNS[cmd_name].partition(":")
            return _command(cmd_name, getattr(importlib.import_module(module), attribute))
        for point in entry_points(group="interop.commands", name=cmd_name):
            return _command(cmd_name, point.load())
        return None

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Typer's own looks for what is meant only among commands that are loaded."""
        if args and args[0] not in (known := self.list_commands(ctx)) and not args[0].startswith("-"):
            close = get_close_matches(args[0], known, n=1)
            hint = f'; did you mean "{close[0]}"?' if close else f" (there are: {', '.join(known)})"
            ctx.fail(f'no command "{args[0]}"{hint}')
        return super().resolve_command(ctx, args)


PLAIN: dict[str, Any] = {
    "add_completion": False,
    "rich_markup_mode": None,  # help without boxes: the same on a terminal, in a log and in a mail
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
"""What every Typer app of ours is made with."""


def _command(name: str, target: Any) -> Any:
    if isinstance(target, typer.Typer):
        command = typer.main.get_command(target)
    else:
        single = typer.Typer(**PLAIN)
        single.command(name)(target)
        command = typer.main.get_command(single)
    command.name = name
    return command


app = typer.Typer(
    cls=Nouns,
    no_args_is_help=True,
    rich_markup_mode=None,
    context_settings=PLAIN["context_settings"],
    pretty_exceptions_enable=False,
    help="Do the numbers of a virtual operator really work, and whose fault is it if not?",
)


@app.callback(invoke_without_command=True)
def _root(
    version: bool = typer.Option(False, "--version", help="Print the version and stop.", is_eager=True),
) -> None:
    if version:
        from interop import __version__

        typer.echo(f"interop {__version__}")
        raise typer.Exit


def main() -> None:
    """The console script."""
    from interop.cli.pipe import outlive_readers

    out = outlive_readers()
    try:
        app()
    except SystemExit as end:
        sys.stdout.flush()
        if out is None or out.lost is None:
            raise
        print(f"interop: output is lost: {out.lost.strerror}", file=sys.stderr)
        sys.exit(end.code or 4)
