"""`interop otp`: the verification code in a message, and why it is that one."""

import json
import sys
from typing import Annotated, Any

import typer


def otp(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="A message; - reads it from standard input.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Find the code in a message, and say why it is that one.

    Exit code 1 where the message has none.
    """
    from interop.otp import find

    message = sys.stdin.read().rstrip("\n") if text == "-" else text
    finding = find(message)
    weighed = [
        {
            "written": item.candidate.written,
            "code": item.code,
            "chosen": item in finding.chosen,
            "weight": item.weight,
            "reasons": list(item.reasons),
        }
        for item in finding.weighed
    ]
    if as_json:
        answer: dict[str, Any] = {
            "kind": finding.kind,
            "code": finding.code,
            "codes": list(finding.codes),
            "doubtful": finding.doubtful,
            "sign": finding.sign,
            "origin": None if finding.bound is None else finding.bound.host,
            "weighed": weighed,
        }
        unicode_output = "utf" in (sys.stdout.encoding or "").lower()
        typer.echo(json.dumps(answer, ensure_ascii=not unicode_output, indent=2))
    else:
        _print(finding.codes, finding.kind + (", doubtful" if finding.doubtful else ""), weighed)
    if not finding.codes:
        raise typer.Exit(1)


def _print(codes: tuple[str, ...], kind: str, weighed: list[dict[str, Any]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table

    typer.echo(f"{' '.join(codes)}" if codes else "no code", err=not codes)
    if not weighed or not sys.stdout.isatty():
        return
    table = Table("", "in the text", "weight", "why", box=box.SIMPLE_HEAD, pad_edge=False, title=kind)
    for row in weighed:
        mark = "*" if row["chosen"] else ""
        table.add_row(mark, row["written"], str(row["weight"]), "; ".join(row["reasons"]))
    Console(highlight=False).print(table)
