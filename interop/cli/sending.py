"""One text followed from a gateway, or another originator, to a handset: what `interop send` does."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from interop.engine.session import EPOCH
from interop.lab.budget import Purse
from interop.lab.equipment import Equipment, all_emulated
from interop.lab.model import EMULATED, FormPart, GatewayPart, Lab, LabelPart, ModemPart, OriginatorPart
from interop.lab.secrets import gateway_secret, known
from interop.protocols.engineer import NOBODY, Engineer
from interop.protocols.equipment import Setting
from interop.protocols.link import Journal, NoJournal
from interop.protocols.modem import Modem, Stat
from interop.protocols.originator import PENDING, Acceptance, Handing, Originator
from interop.record.events import (
    Event,
    GatewayClaimed,
    MessageAccepted,
    MessageReceived,
    MessageRefused,
    MessageSubmitted,
    PartReceived,
    RegistrationSeen,
    to_json,
)
from interop.record.journal import LinkJournal
from interop.record.redaction import Redactor
from interop.reports.ladder import label

REGISTER_S: Final = 60.0
"""how long a modem that has just been switched on may take to find its network"""
_CAME: Final = (MessageReceived, PartReceived)
_LEFT: Final = (MessageSubmitted, MessageAccepted, MessageRefused)
Source = GatewayPart | OriginatorPart


class Sending:
    """Opens the gateway or other originator, and the modem that holds the number's SIM where there is one.

    `say` gets a line for whatever happens, None for silence; `answer` is what --json prints, after `run`.
    Raises SecretError.
    """

    def __init__(
        self,
        whole: Lab,
        source: Source,
        to: str,
        text: str,
        *,
        within: float,
        say: Callable[[str], None] | None,
        defects: Sequence[str] = (),
        engineer: Engineer = NOBODY,
    ) -> None:
        sim = next((each for each in whole.sims if each.msisdn == to), None)
        self._modem = whole.modem_of(sim) if sim else None
        self._sender = sender_of(whole, source)
        self._lab = _lab_of(whole, source, self._modem, self._sender)
        self._engineer = engineer
        self._defects = tuple(defects)
        self._source = source
        self._to = to
        self._text = text
        self._within = within
        self._show = say
        self._began = 0.0
        self._seen: list[dict[str, Any]] = []
        self.virtual = all_emulated(self._lab)
        if isinstance(source, GatewayPart):
            gateway_secret(whole, source)  # it would not open
        self.redact = Redactor(known(whole))
        self.answer: dict[str, Any] = {}

    async def run(self, journal: Path | None) -> bool:
        """Whether the text arrived as it was sent. Raises EquipmentError, OSError."""
        with TemporaryDirectory(prefix="interop-") as scratch, self._journals(journal) as kept:
            epoch = EPOCH if self.virtual else time.time()
            setting = Setting(self._lab, 1, self._defects, (), Path(scratch), epoch, self.virtual)
            purse = Purse(self._lab, confirm=lambda _question: True, already={})
            async with Equipment(setting, purse=purse, journal=kept, engineer=self._engineer) as equipment:
                originator = equipment.device(self._source.name)
                modem = equipment.device(self._modem.name) if self._modem else None
                sender = equipment.device(self._sender.name) if self._sender else None
                modems = [each for each in (modem, sender) if each is not None]
                registered = await asyncio.gather(*map(_registered, modems))
                self._began = asyncio.get_running_loop().time()
                for each, is_registered in zip(modems, registered, strict=True):
                    if not is_registered:
                        self._say(f"{each.name} is not registered")
                self._listen(originator, modem, sender)
                return await self._follow(originator, modem)

    async def _follow(self, originator: Originator, modem: Modem | None) -> bool:
        mark, got_mark = originator.events.mark(), modem.events.mark() if modem else 0
        handing = await originator.send(self._to, self._text)
        claims: list[GatewayClaimed | None] = []
        got = None
        if handing.acceptance is not Acceptance.REFUSED:
            claims, got = await asyncio.gather(
                self._claims(originator, handing.references, mark),
                self._got(modem, got_mark, originator.number),
            )
            self._sum_up(handing, claims, got)
        # of a text whose later parts are unknown, claims on the earlier ones say little
        whole = handing.acceptance is Acceptance.ACCEPTED and bool(claims)
        claimed = whole and all(claim is not None and claim.delivered for claim in claims)
        arrived = got == self._text if modem else claimed
        self.answer = {
            "via": self._source.name,
            "to": self._to,
            "acceptance": handing.acceptance.value,
            "claimed_delivered": claimed,
            "handset": self._modem.name if self._modem else None,
            "got": None if got is None else self.redact(got),
            "arrived": arrived,
            "events": self._seen,
        }
        return arrived

    async def _claims(
        self, originator: Originator, references: Sequence[str], mark: int
    ) -> list[GatewayClaimed | None]:
        """The originator's last word on each part, None where there was none in time."""
        until = asyncio.get_running_loop().time() + self._within
        claims = []
        for reference in references:

            def last(claim: GatewayClaimed, reference: str = reference) -> bool:
                return claim.reference == reference and claim.state != PENDING

            rest = until - asyncio.get_running_loop().time()
            claims.append(await originator.events.wait(GatewayClaimed, within=rest, since=mark, where=last))
        return claims

    async def _got(self, modem: Modem | None, mark: int, number: str) -> str | None:
        """The message that came in time and can be ours; None where none did, or nobody looks."""

        def ours(message: MessageReceived) -> bool:
            return message.text in self._text or message.sender.endswith(number)

        if modem is None:
            return None
        came = await modem.events.wait(MessageReceived, within=self._within, since=mark, where=ours)
        return None if came is None else came.text

    # What is shown

    def _listen(self, originator: Originator, modem: Modem | None, sender: Modem | None) -> None:
        originator.events.listen(lambda event: self._heard(self._source.name, event))
        if modem is not None and self._modem is not None:
            name = self._modem.name
            modem.events.listen(lambda event: self._heard(name, event) if isinstance(event, _CAME) else None)
        if sender is not None:
            sender.events.listen(
                lambda event: self._heard(sender.name, event) if isinstance(event, _LEFT) else None
            )

    def _heard(self, party: str, event: Event) -> None:
        said = to_json(self.redact.event(event))
        self._seen.append({"at": round(self._elapsed(), 3), "party": party, **said})
        if isinstance(event, PartReceived):  # its text comes with the whole
            self._say(f"{party}: part {event.number} of {event.total} from {event.sender}")
        else:
            self._say(f"{party}: {label(event)}")

    def _sum_up(self, handing: Handing, claims: Sequence[GatewayClaimed | None], got: str | None) -> None:
        for reference, claim in zip(handing.references, claims, strict=True):
            if claim is None:
                self._say(f"no report on {reference} in {self._within:g} s")
        if self._modem is None:
            self._say(f"no modem of this lab holds {self._to}: what the handset got is not known")
        elif got is None:
            some = any(each["kind"] == "PartReceived" for each in self._seen)
            what = "no whole message" if some else "nothing"
            self._say(f"{self._modem.name} got {what} in {self._within:g} s")
        else:
            self._say("arrived as it was sent" if got == self._text else "arrived, but not as it was sent")

    def _elapsed(self) -> float:
        return asyncio.get_running_loop().time() - self._began

    def _say(self, text: str) -> None:
        if self._show is not None:
            self._show(f"{self._elapsed():7.1f} s  {self.redact(text)}")

    @contextmanager
    def _journals(self, path: Path | None) -> Iterator[Callable[[str], Journal]]:
        """The gateway's journal in a file, or that of the modem that sends; nobody else's."""
        if path is None:
            yield lambda _name: NoJournal()
            return
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            kept = LinkJournal(file, now=time.time, sequence=count().__next__, redact=self.redact)
            try:
                journalled = (self._sender or self._source).name
                yield lambda name: kept if name == journalled else NoJournal()
            finally:
                kept.settle()


def sender_of(whole: Lab, source: Source) -> ModemPart | None:
    """The modem that is to send; None where none is."""
    name = source.sim if isinstance(source, OriginatorPart) else None
    sim = next((each for each in whole.sims if each.name == name), None)
    return whole.modem_of(sim) if sim else None


def _lab_of(whole: Lab, source: Source, *modems: ModemPart | None) -> Lab:
    """The lab without what is real and not needed; what is emulated stays, for defects may name it."""

    def stays(part: FormPart | LabelPart | GatewayPart) -> bool:
        return part is source or part.url.startswith(f"{EMULATED}:")

    return whole.model_copy(
        update={
            "modems": tuple(dict.fromkeys(modem for modem in modems if modem)),
            "forms": tuple(filter(stays, whole.forms)),
            "labels": tuple(filter(stays, whole.labels)),
            "gateways": tuple(filter(stays, whole.gateways)),
            "originators": tuple(one for one in whole.originators if one is source),
        }
    )


async def _registered(modem: Modem) -> bool:
    mark = modem.events.mark()
    if (await modem.registration()).usable:
        return True
    seen = await modem.events.wait(
        RegistrationSeen,
        within=REGISTER_S,
        since=mark,
        where=lambda each: each.stat in (Stat.HOME, Stat.ROAMING),
    )
    return seen is not None
