"""From TARGET to an open modem: found, opened like in a run, guarded, paid for, let go of."""

from __future__ import annotations

import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typer

from drivers.at.modem import AtModem
from drivers.finders.holders import holders
from drivers.finders.modems import ModemFinder
from drivers.links.ports import SerialLinks
from interop.engine.clock import run
from interop.lab.budget import Purse
from interop.lab.drivers import DriverError
from interop.lab.equipment import Equipment
from interop.lab.load import LabError, load
from interop.lab.model import Lab, ModemPart, SimPart
from interop.lab.secrets import SecretError, secrets
from interop.protocols.equipment import Setting, Spend
from interop.protocols.errors import BudgetSpent, EmergencyRefused, EquipmentError
from interop.protocols.link import Journal, NoJournal
from interop.protocols.modem import Registration, Stat
from interop.record.events import RegistrationSeen
from interop.record.journal import LinkJournal
from interop.record.redaction import Redactor

DONE, REFUSED_BY_MODEM, USAGE, INTERRUPTED = 0, 1, 2, 130
REGISTER_S = 15.0
"""how long a modem that has just been switched on may take to find its network"""
ANSWER_AFTER_S = 2.0
"""how long the other modems of an emulated lab ring"""

# Of whatever card is in a modem that no lab file describes; no budget, so only the question holds it back.
STRANGER = SimPart(
    name="sim", msisdn="0", imsi="0", iccid="0", kind="ordinary", brand="-", base_operator="CMCC", city="-"
)  # fmt: skip


class Refused(Exception):
    """Cannot be done as asked: one sentence that says what to do."""


@dataclass(frozen=True, slots=True)
class Options:
    """What every command is given. `spends`: a call or message will leave; a live one is confirmed first."""

    command: str
    target: str
    lab: str
    dialect: str
    journal: Path | None
    yes: bool = False
    as_json: bool = False
    spends: bool = False


@dataclass(slots=True)
class Consent:
    """The engineer's word before the first live call or message."""

    given: bool

    def __call__(self, question: str) -> bool:
        del question  # it was asked before the loop began, or by the console
        return self.given


@dataclass(slots=True)
class Handwork:
    """What a command works with. Everything printed goes through `say`, which masks secrets."""

    modem: AtModem
    part: ModemPart
    spend: Spend
    live: bool
    consent: Consent
    redact: Redactor
    as_json: bool
    data: dict[str, Any] = field(default_factory=dict)
    """what --json prints"""

    def say(self, text: str) -> None:
        if not self.as_json:
            typer.echo(self.redact(text))

    @contextmanager
    def waiting(self, text: str) -> Iterator[None]:
        with _status(text):
            yield

    async def registered(self) -> Registration:
        """The registration, once there is one, or as it is after REGISTER_S."""
        mark = self.modem.events.mark()
        seen = await self.modem.registration()
        if seen.voice in (Stat.SEARCHING, Stat.NOT_REGISTERED):
            with self.waiting("waiting for the network"):
                news = await self.modem.events.wait(
                    RegistrationSeen, within=REGISTER_S, since=mark, where=lambda each: each.stat in (1, 5)
                )
            if news is not None:
                seen = await self.modem.registration()
        return seen


Work = Callable[[Handwork], Awaitable[int]]


def perform(options: Options, work: Work) -> None:
    """Open the target, do the work, let go; every trouble is one sentence and an exit code."""
    try:
        part, lab = _target(options)
        if not part.emulated and options.spends and not options.yes:
            _confirm(options)
        consent = Consent(options.yes or options.spends)
        with TemporaryDirectory(prefix="interop-") as scratch:
            code = run(_perform(options, part, lab, consent, Path(scratch), work), virtual=False)
    except KeyboardInterrupt:
        code = INTERRUPTED
    except EquipmentError as error:
        refused = isinstance(error, EmergencyRefused | BudgetSpent)
        code = _complain(options, str(error) + _whose(error), USAGE if refused else REFUSED_BY_MODEM)
    except LabError as error:
        typer.echo(str(error), err=True)
        code = USAGE
    except (Refused, DriverError, SecretError, ValueError, OSError) as error:
        code = _complain(options, str(error), USAGE)
    raise typer.Exit(code)


def _complain(options: Options, text: str, code: int) -> int:
    if options.as_json:
        typer.echo(json.dumps({"error": text}))
    else:
        typer.echo(f"interop modem {options.command}: {text}", err=True)
    return code


def _whose(error: EquipmentError) -> str:
    """Who has the port, where that is why it could not be opened."""
    port = getattr(error, "port", "")
    return "".join(f"; {each} has it open: {each.advice}" for each in holders(port)[:1]) if port else ""


async def _perform(
    options: Options, part: ModemPart, lab: Lab, consent: Consent, scratch: Path, work: Work
) -> int:
    async with _opened(options, part, lab, consent, scratch) as hand:
        code = await work(hand)
    if options.as_json:
        typer.echo(hand.redact(json.dumps(hand.data, ensure_ascii=False, indent=2)))
    return code


# The target


def _target(options: Options) -> tuple[ModemPart, Lab]:
    """The modem and the lab to open; with an emulated one the others, too: somebody has to be called."""
    if "/" in options.target or SerialLinks.serves(options.target):
        if options.lab:
            raise Refused(f"{options.target} is a port; leave out --lab, or give the modem's name in it")
        return _of_port(options)
    if not options.lab:
        raise Refused(
            f'"{options.target}" is no port; for a name give its lab file (--lab small, --lab FILE)'
        )
    lab = load(options.lab)
    part = next((modem for modem in lab.modems if modem.name == options.target), None)
    if part is None:
        known = ", ".join(modem.name for modem in lab.modems)
        raise Refused(f'lab {lab.name} has no modem "{options.target}" (there are: {known})')
    if part.driver != "at":
        raise Refused(f"{part.name} is driven by {part.driver}; this works with AT modems")
    if options.dialect:
        AtModem.check_dialect(options.dialect, lab.directory)
        part = part.model_copy(update={"dialect": options.dialect})
    sims = lab.sims
    if part.sim is None:
        if part.emulated:
            raise Refused(f"{part.name} has no SIM in lab {lab.name}; name one that has")
        part, sims = part.model_copy(update={"sim": STRANGER.name}), (*sims, STRANGER)
    others = [modem for modem in lab.modems if modem.emulated and modem.name != part.name]
    modems = (part, *others) if part.emulated else (part,)
    alone = dict.fromkeys(("forms", "labels", "gateways", "originators"), ())
    lab = lab.model_copy(update={"modems": modems, "sims": sims, **alone})
    return part, lab


def _of_port(options: Options) -> tuple[ModemPart, Lab]:
    """A port that no lab file describes: looked at first, so that speed and dialect fit."""
    if options.dialect:
        AtModem.check_dialect(options.dialect)
    with _status(f"looking at {options.target}"):
        [found] = asyncio.run(ModemFinder().find([options.target], lambda _text: None))
    if found.port is None:
        troubles = "; ".join(f"{problem}; {problem.advice}" for problem in found.problems)
        raise Refused(f"{options.target}: {troubles}")
    part = ModemPart(
        name=re.sub(r"[^A-Za-z0-9]+", "-", Path(options.target).name).strip("-")[:40] or "modem",
        port=found.port.path,
        sim=STRANGER.name,
        dialect=options.dialect or found.dialect,
        baudrate=found.port.baudrate,
    )
    return part, Lab(name="hand", city="-", modems=(part,), sims=(STRANGER,))


def _confirm(options: Options) -> None:
    what = "a real message or call is about to leave"
    if not sys.stdin.isatty():
        raise Refused(f"{what}, and it costs; allow it with --yes")
    if not typer.confirm(f"{options.target}: {what}, and it costs. Go on?", err=True):
        raise Refused("nothing was sent")


# Open


@asynccontextmanager
async def _opened(
    options: Options, part: ModemPart, lab: Lab, consent: Consent, scratch: Path
) -> AsyncIterator[Handwork]:
    sim = lab.sim_of(part)
    assert sim is not None
    redact = Redactor(secrets(lab, sim).values())
    setting = Setting(lab, 0, (), (), scratch=scratch, epoch=time.time(), virtual=False)
    purse = Purse(lab, confirm=consent, already={})
    with _journal(options.journal, redact) as journal:
        opened = Equipment(
            setting, purse=purse, journal=lambda name: journal if name == part.name else NoJournal()
        )
        with _status(f"opening {options.target}"):
            equipment = await opened.__aenter__()
        try:
            modem = equipment.device(part.name)
            others = [
                equipment.device(each.name) for each in lab.modems if each.name != part.name and each.sim
            ]
            answering = [asyncio.create_task(_answer_calls(each)) for each in others]
            spend = purse.spender(part, sim, live=not part.emulated)
            try:
                yield Handwork(modem, part, spend, not part.emulated, consent, redact, options.as_json)
            finally:
                for task in answering:
                    task.cancel()
        except EquipmentError as error:
            if part.port.startswith("/") and error is equipment.failed.get(part.name):
                error.port = part.port  # type: ignore[attr-defined]
            raise
        finally:
            await equipment.close()


async def _answer_calls(modem: AtModem) -> None:
    """The far ends of an emulated lab are no statues: they pick up."""
    while True:
        offer = await modem.offered(3600.0)
        if offer is not None:
            await asyncio.sleep(ANSWER_AFTER_S)
            try:
                await offer.call.answer()
            except EquipmentError:  # the caller gave up
                continue


@contextmanager
def _journal(path: Path | None, redact: Redactor) -> Iterator[Journal]:
    if path is None:
        yield NoJournal()
        return
    try:
        opened = path.open("a", encoding="utf-8")
    except OSError as error:
        raise Refused(f"--journal {path} cannot be written: {error.strerror}") from None
    with opened as file:
        journal = LinkJournal(file, now=time.time, sequence=count().__next__, redact=redact)
        try:
            yield journal
        finally:
            journal.settle()


@contextmanager
def _status(text: str) -> Iterator[None]:
    """A spinner on a terminal, nothing in a pipe."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True, markup=False, highlight=False, emoji=False).status(text):
        yield
