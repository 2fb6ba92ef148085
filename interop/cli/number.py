"""`interop number`: what a number, an IMSI or a card number is, and which forms would refuse it."""

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from interop.cli.exits import refuse

Answer = dict[str, Any]


def number(
    number: Annotated[
        str | None, typer.Argument(metavar="NUMBER", help="Mobile number or service code, in any form.")
    ] = None,
    imsi: Annotated[
        str | None, typer.Option(metavar="IMSI", help="An IMSI, or MCC and MNC: its home network.")
    ] = None,
    iccid: Annotated[
        str | None, typer.Option(metavar="ICCID", help="A card number of 19 or 20 digits: its issuer.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Say what a Chinese number is, and who would refuse it.

    Segment, operator, plan-valid, assigned, since when, sources and their disputes; which checks found in the
    wild reject it. Exit code 2 for what is no number.
    """
    from interop.numbering import NumberError

    if [number, imsi, iccid].count(None) != 2:
        refuse("number", "give one of NUMBER, --imsi, --iccid")
    try:
        if imsi is not None:
            answer = _of_imsi(imsi)
        elif iccid is not None:
            answer = _of_iccid(iccid)
        else:
            answer = _of_number(number or "")
    except NumberError as error:
        refuse("number", str(error))
    if as_json:
        # what the output cannot carry is escaped, which JSON allows
        unicode_output = "utf" in (sys.stdout.encoding or "").lower()
        typer.echo(json.dumps(answer, ensure_ascii=not unicode_output, indent=2))
    else:
        _print(answer)


def _of_number(text: str) -> Answer:
    from interop.numbering import PORTABILITY, Msisdn, audit, is_short_code, segment, service_code

    if is_short_code(text):
        code = service_code(text)
        if code is None:
            return {"kind": "service_code", "number": text, "known": False}
        found = asdict(code)
        return {"kind": "service_code", "number": text, "entry": found.pop("number"), **found}
    msisdn = Msisdn.parse(text)
    family = segment(msisdn).family
    found = asdict(segment(msisdn))
    recognisers = [asdict(answer) for answer in audit(msisdn)]
    return {
        "kind": "msisdn",
        "number": msisdn.national,
        "forms": msisdn.forms,
        "segment": found.pop("prefix"),
        "family": family,
        "used_for": found.pop("kind"),
        **found,
        "caveat": PORTABILITY,
        "rejected_by": [answer["recogniser"] for answer in recognisers if not answer["accepts"]],
        "recognisers": recognisers,
    }


def _of_imsi(text: str) -> Answer:
    from interop.numbering import plmn

    return {"kind": "imsi", "imsi": text, **asdict(plmn(text))}


def _of_iccid(text: str) -> Answer:
    from interop.numbering import iccid

    return {"kind": "iccid", **asdict(iccid(text))}


def _print(answer: Answer) -> None:
    from rich.table import Table
    from rich.text import Text

    from interop.cli.pipe import screen

    console = screen()

    def show(rows: list[tuple[str, ...]]) -> None:
        table = Table.grid(padding=(0, 3, 0, 0))
        for row in rows:
            table.add_row(*(Text(cell, overflow="fold") for cell in row))  # Text: [38] is no markup here
        console.print(table)

    show(
        [
            ("" if follows else name.replace("_", " "), line)
            for name, value in answer.items()
            if name not in _NOT_SHOWN and not (name == "known" and value)
            for follows, line in enumerate(_lines(value))
        ]
    )
    recognisers = answer.get("recognisers", [])
    if recognisers:
        count = f"{len(answer['rejected_by'])} of {len(recognisers)}"
        console.print(f"\n{count} checks found in the wild reject it:")
        show(
            [
                (
                    "accepts" if each["accepts"] else "REJECTS",
                    each["recogniser"],
                    each["detail"] or each["where"],
                )
                for each in recognisers
            ]
        )


_NOT_SHOWN = frozenset({"kind", "recognisers", "rejected_by"})


def _lines(value: Any) -> list[str]:
    """A value as lines for people; a list has one line each."""
    from interop.numbering import BaseOperator

    if value is None:
        return ["not known, or in dispute"]
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, BaseOperator):
        return [f"{value} {value.english} {value.chinese}"]
    if isinstance(value, dict):
        return [f"{text}  ({name})" for name, text in value.items()]
    if isinstance(value, tuple):
        return list(value) or ["-"]
    return [value or "-"]
