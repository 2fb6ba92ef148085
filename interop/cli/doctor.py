"""`interop doctor`: what a bench needs, line by line, ok or trouble or worth knowing, and what to do next."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from importlib.metadata import Distribution

    from rich.console import Console

    from interop.protocols.found import Found, FoundModem, FoundService

DISTRIBUTION = "interop-lab"
State = Literal["ok", "trouble", "note"]

# where Typer puts completion (typer/_completion_shared.py)
_COMPLETIONS = {
    "bash": ".bash_completions/interop.sh",
    "zsh": ".zfunc/_interop",
    "fish": ".config/fish/completions/interop.fish",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding. `advice`: what to do next, "" where there is nothing to do."""

    subject: str
    state: State
    text: str
    advice: str = ""


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object, for programs.")] = False,
) -> None:
    """Look over this machine and its bench, and say what to do next.

    Works without any hardware. Exit code 0 when all is well for what is there, 1 when something has trouble.
    """
    found = _bench()
    lines = [*installation(), *bench(found), _emulated(), _completion()]
    if as_json:
        typer.echo(json.dumps({"lines": [asdict(line) for line in lines]}, indent=2, ensure_ascii=False))
    else:
        _print(lines)
    raise typer.Exit(1 if any(line.state == "trouble" for line in lines) else 0)


def _bench() -> list[Found]:
    from interop.cli.scan import look

    return look([])


def _print(lines: Sequence[Line]) -> None:
    from interop.cli.pipe import screen

    console = screen()
    width = max(len(line.subject) for line in lines)
    for line in lines:
        _hang(console, f"{line.state:<8}{line.subject:<{width}}  ", line.text)
        if line.advice:
            _hang(console, " " * (width + 10), f"-> {line.advice}")
    troubles = sum(line.state == "trouble" for line in lines)
    notes = sum(line.state == "note" for line in lines)
    words = f"{troubles} need attention" if troubles else "all is well for what is there"
    console.print(f"\n{words}" + (f"; {notes} worth knowing" if notes else ""))


def _hang(console: Console, place: str, text: str) -> None:
    """A terminal breaks `text` between words, beside `place`; a log has it in one line."""
    from rich.table import Column, Table

    if not console.is_terminal:
        console.print(place + text, soft_wrap=True)
        return
    grid = Table.grid(Column(no_wrap=True, width=len(place)), Column(overflow="fold"))
    grid.add_row(place, text)
    console.print(grid)


# This machine


def installation() -> Iterator[Line]:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.platform == "linux":
        yield Line("Python", "ok", f"{version}, {sys.executable}")
    else:
        advice = "real devices need Linux; emulated labs may work here."
        yield Line("Python", "note", f"{version} on {sys.platform}", advice)
    yield from _packages()


def _packages() -> Iterator[Line]:
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        own = distribution(DISTRIBUTION)
    except PackageNotFoundError:
        yield Line("packages", "trouble", f"{DISTRIBUTION} is not installed", "make, or pipx install it.")
        return
    versions, wrong, extras = _required(own)
    if wrong:
        yield Line("packages", "trouble", "; ".join(wrong), f"install again: pip install -U {DISTRIBUTION}")
    yield Line("packages", "ok", f"{DISTRIBUTION} {own.version}; " + ", ".join(versions))
    if extras:
        advice = f'only card readers need it: pip install "{DISTRIBUTION}[pcsc]" (gcc, libpcsclite-dev).'
        yield Line("extras", "note", f"{', '.join(extras)} not installed", advice)
    else:
        yield Line("extras", "ok", "pyscard is installed")


def _required(own: Distribution) -> tuple[list[str], list[str], list[str]]:
    """Versions of what is required, what of it is missing or too old, and what of extra `pcsc` is missing."""
    from importlib.metadata import PackageNotFoundError
    from importlib.metadata import version as version_of

    from packaging.requirements import Requirement

    versions: list[str] = []
    wrong: list[str] = []
    extras: list[str] = []
    for text in own.requires or ():
        requirement = Requirement(text)
        extra = requirement.marker is not None and not requirement.marker.evaluate({"extra": ""})
        if extra and not (requirement.marker and requirement.marker.evaluate({"extra": "pcsc"})):
            continue
        try:
            version = version_of(requirement.name)
        except PackageNotFoundError:
            (extras if extra else wrong).append(
                requirement.name if extra else f"{requirement.name} is missing"
            )
            continue
        if not requirement.specifier.contains(version, prereleases=True):
            wrong.append(f"{requirement.name} {version} is not {requirement.specifier}")
        elif not extra:
            versions.append(f"{requirement.name} {version}")
    return versions, wrong, extras


# The bench


def bench(found: Sequence[Found]) -> Iterator[Line]:
    """What the finders found. What is in the way of devices is trouble only where there are devices."""
    from interop.protocols.found import FoundModem, FoundReader, FoundService, Trouble

    modems = [each for each in found if isinstance(each, FoundModem)]
    readers = [each for each in found if isinstance(each, FoundReader)]
    yield _group(has_ports=bool(modems))
    for service in (each for each in found if isinstance(each, FoundService)):
        yield _service(service, modems=bool(modems), readers=bool(readers))
    ports = [port for modem in modems for port in modem.ports]
    if not ports:
        yield Line("ports", "note", "no USB serial port", "plug a modem in, or try: --lab small.")
    else:
        devices = "1 device" if len(modems) == 1 else f"{len(modems)} devices"
        yield Line("ports", "ok", f"{devices}, {len(ports)} ports: {' '.join(port.path for port in ports)}")
    for modem in modems:
        yield _modem(modem)
    if not readers:
        yield Line(
            "readers",
            "note",
            "no card reader",
            "fine, as long as nobody reads or writes cards (interop sim).",
        )
    for reader in readers:
        for problem in reader.problems:
            state: State = "note" if problem.trouble is Trouble.CARD_MISSING else "trouble"
            yield Line(f"reader {reader.name}", state, str(problem), problem.advice)
        if not reader.problems:
            yield Line(f"reader {reader.name}", "ok", f"card, ATR {reader.atr}")


def _group(*, has_ports: bool) -> Line:
    import grp

    try:
        group = grp.getgrnam("dialout")
    except KeyError:
        return Line(
            "permission", "note", "no group dialout here", "ports say themselves which group owns them."
        )
    if os.geteuid() == 0:
        return Line("permission", "ok", "root may open every port")
    if group.gr_gid in os.getgroups():
        return Line("permission", "ok", "you are in group dialout")
    advice = "sudo usermod -aG dialout $USER, then log in again."
    return Line("permission", "trouble" if has_ports else "note", "you are not in group dialout", advice)


def _service(service: FoundService, *, modems: bool, readers: bool) -> Line:
    state = "running" if service.running else "not running"
    if service.name == "ModemManager" and service.running:
        advice = "sudo systemctl stop ModemManager, or ID_MM_DEVICE_IGNORE by udev (docs/at-the-bench.md)."
        return Line(service.name, "trouble" if modems else "note", f"{state}: {service.about}", advice)
    if service.name == "pcscd" and not service.running:
        advice = "sudo apt-get install pcscd; sudo systemctl start pcscd.socket"
        return Line(service.name, "trouble" if readers else "note", f"{state}: {service.about}", advice)
    return Line(service.name, "ok", state)


def _modem(modem: FoundModem) -> Line:
    from interop.cli.scan import words_for

    name = f"modem {modem.port.path if modem.port else modem.device}"
    text = words_for(modem)
    if modem.problems:
        return Line(name, "trouble", text, " ".join(problem.advice for problem in modem.problems))
    return Line(name, "ok", text)


# Without hardware


def _emulated() -> Line:
    try:
        from interop.cli.smoke import smoke

        trouble = smoke()
    except Exception as error:  # whatever is broken is the finding
        trouble = f"{type(error).__name__}: {error}"
    if trouble:
        return Line("emulated lab", "trouble", trouble, "install again; if it stays so, report it.")
    return Line("emulated lab", "ok", "two modems registered, a message arrived (virtual clock)")


def _completion() -> Line:
    shell = Path(os.environ.get("SHELL", "")).name
    if shell not in _COMPLETIONS:
        return Line(
            "completion", "note", f"shell {shell or 'not known'}", "bash, zsh and fish complete commands."
        )
    if (Path.home() / _COMPLETIONS[shell]).exists():
        return Line("completion", "ok", f"installed for {shell}")
    return Line("completion", "note", f"not installed for {shell}", "interop --install-completion")
