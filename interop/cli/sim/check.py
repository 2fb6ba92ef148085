"""`interop sim lint` and `interop sim diff`: what is wrong with a card, and where two differ."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interop.cli.sim.cards import (
    DONE,
    NOT_DONE,
    USAGE,
    Cards,
    ExpectedIccid,
    InLab,
    Json,
    Pin,
    Place,
    ReaderName,
    Refused,
    Work,
    complain,
    complain_of,
    opened,
    perform,
    plain,
    show_json,
)
from interop.cli.sim.read import survey_of

if TYPE_CHECKING:
    from interop.protocols.card import CardDriver
    from interop.uicc.differences import Difference
    from interop.uicc.findings import Finding
    from interop.uicc.reading import Reading

_STYLES: Final = {"error": "bold red", "warning": "yellow", "note": "cyan"}


def lint(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="What `read --all --json` gave [default: a card].")
    ] = None,
    cards: Cards = None,
    lab: InLab = "",
    reader: ReaderName = "",
    iccid: ExpectedIccid = "",
    pin: Pin = "",
    as_json: Json = False,
) -> None:
    """Find what is wrong with a card.

    Wrong contents, files that contradict each other, traces of another operator or of a worn memory; each
    with why it matters and the standard that says so. Exit code 1 where there are errors.
    """
    place = Place(cards, lab, reader, iccid, pin)
    if file is not None:
        if place != Place():
            raise typer.Exit(
                complain("lint", "FILE, or a card in a reader, not both", USAGE, as_json=as_json)
            )
        try:
            raise typer.Exit(_judge(_reading_of(file), as_json=as_json))
        except Refused as error:
            raise typer.Exit(complain_of("lint", error, as_json=as_json)) from None

    async def look(driver: CardDriver) -> int:
        async with opened(driver, place) as card:
            reading = await survey_of(card, None)
        return _judge(reading, as_json=as_json)

    perform("lint", place, look, as_json=as_json)


def _judge(reading: Reading, *, as_json: bool) -> int:
    from interop.uicc.lint import lint

    findings = lint(reading.contents, looked_for=reading.answered)
    if as_json:
        show_json({"iccid": reading.iccid, "findings": [asdict(finding) for finding in findings]})
    else:
        _print_findings(findings)
    return NOT_DONE if any(finding.severity == "error" for finding in findings) else DONE


def _print_findings(findings: Sequence[Finding]) -> None:
    from collections import Counter

    from rich.text import Text

    from interop.cli.pipe import screen

    console = screen()
    for finding in findings:
        style = _STYLES[finding.severity]
        name = finding.file.rpartition(" ")[0]
        told = plain(f"{finding.place}  {name}: {finding.what}")
        console.print(Text.assemble((f"{finding.severity:<8} ", style), told), soft_wrap=True)
        console.print(Text(f"         {finding.why} ({finding.source})", style="dim"), soft_wrap=True)
    counts = Counter(finding.severity.value for finding in findings)
    sums = [f"{counts[name]} {name}{'s' if counts[name] > 1 else ''}" for name in _STYLES if counts[name]]
    console.print(", ".join(sums) or "nothing wrong was found")


def diff(
    left: Annotated[
        str, typer.Argument(metavar="[LEFT]", help="A reader, or a file of `read --all --json`.")
    ] = "",
    right: Annotated[str, typer.Argument(metavar="[RIGHT]", help="The same.")] = "",
    profile: Annotated[
        str, typer.Option(metavar="PROFILE", help="Against what this profile wants of the card.")
    ] = "",
    batch: Annotated[str, typer.Option(metavar="BATCH", help="And the card's row of this batch.")] = "",
    cards: Cards = None,
    lab: InLab = "",
    reader: ReaderName = "",
    iccid: ExpectedIccid = "",
    pin: Pin = "",
    as_json: Json = False,
) -> None:
    """Show where two cards differ, or a card from its profile.

    Contents, presence, sizes and access rules, file by file; keys are told to differ and never shown. Exit
    code 1 where they differ, 0 where not.
    """
    place = Place(cards, lab, reader, iccid, pin)
    try:
        if profile and not (left or right):
            perform("diff", place, _against(place, profile, batch, as_json=as_json), as_json=as_json)
        if profile or batch or not (left and right) or reader or iccid:
            raise Refused("LEFT and RIGHT, each a reader or a file; or --profile (and --batch), and a reader")
        files = [_reading_of(Path(name)) if _is_file(name) else None for name in (left, right)]
    except Refused as error:
        raise typer.Exit(complain_of("diff", error, as_json=as_json)) from None

    async def look(driver: CardDriver) -> int:
        readings = []
        for name, reading in zip((left, right), files, strict=True):
            if reading is None:
                async with opened(driver, Place(cards, lab, name, pin=pin)) as card:
                    reading = await survey_of(card, None)
            readings.append(reading)
        return _compare(*readings, as_json=as_json)

    if None in files:
        perform("diff", place, look, as_json=as_json)
    one, other = files
    assert one is not None and other is not None
    raise typer.Exit(_compare(one, other, as_json=as_json))


def _against(place: Place, profile: str, batch: str, *, as_json: bool) -> Work:
    """Raises Refused for a profile or batch with mistakes."""
    from interop.cli.sim.against import compare, loaded

    wanted, orders = loaded(profile, batch)

    async def look(driver: CardDriver) -> int:
        async with opened(driver, place) as card:
            found = await compare(card, wanted, orders)
        return _tell(found, as_json=as_json)

    return look


def _is_file(name: str) -> bool:
    """A path, or the name of something that is there; a reader's name is neither."""
    return name.endswith(".json") or "/" in name or Path(name).is_file()


def _reading_of(path: Path) -> Reading:
    """What `interop sim read --all --json` has written. Raises Refused."""
    from interop.uicc.reading import Reading

    try:
        form: Any = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(form, dict) and "keys" in form:
            raise Refused(f"{path} is an emulated card: read it with --cards {path.parent}")
        return Reading.of_form(form)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise Refused(f"{path} is not what `interop sim read --all --json` writes: {error}") from None


def _compare(left: Reading, right: Reading, *, as_json: bool) -> int:
    from interop.uicc.differences import differences

    return _tell(differences(left, right), as_json=as_json)


def _tell(found: Sequence[Difference], *, as_json: bool) -> int:
    if as_json:
        show_json({"differences": [_row(difference) for difference in found]})
    else:
        _print_differences(found)
    return NOT_DONE if found else DONE


def _row(difference: Difference) -> dict[str, Any]:
    told = ("path", "name", "record", "left", "right", "secret")
    return {"aspect": difference.aspect.value} | {name: getattr(difference, name) for name in told}


def _print_differences(found: Sequence[Difference]) -> None:
    from rich.text import Text

    from interop.cli.pipe import screen

    console = screen()
    for difference in found:
        record = f" record {difference.record}" if difference.record else ""
        what = "" if difference.aspect == "content" else f": {difference.aspect}"
        console.print(Text(f"{difference.path}  {difference.name}{record}{what}".lstrip()))
        console.print(Text(plain(f"  - {difference.left}"), style="red"), soft_wrap=True)
        console.print(Text(plain(f"  + {difference.right}"), style="green"), soft_wrap=True)
    places = len({difference.path for difference in found})
    console.print(f"{places} file{'s differ' if places > 1 else ' differs'}" if found else "no difference")
