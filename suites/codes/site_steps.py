"""The steps of a site's own code: only the site knows its text, so it is known by what the lab file says of
it, and whether the code in it is right, by asking the site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from interop import otp
from interop.engine import Bench
from interop.lab.model import FormPart
from interop.protocols.site import CodeOutcome, NumberForm
from interop.record import Blame, Cause, InconcReason, Layer
from interop.record.events import MessageReceived
from suites.codes import arrival
from suites.codes.arrival import PART_LOST, Arrived, Waited
from suites.codes.path import BY_US
from suites.codes.senders import is_cut, is_from, same_number
from suites.codes.steps import BLAME_OF_DAMAGE
from suites.codes.texts import Damage, is_illegible, is_of_ours, read_otherwise
from suites.parties import Party, has_room

_LATE: Final[tuple[Blame, ...]] = ((Layer.ORIGINATOR, Cause.SENT_LATE), (Layer.GATEWAY, Cause.MESSAGE_LATE))
_TWICE: Final[tuple[Blame, ...]] = (
    (Layer.ORIGINATOR, Cause.MESSAGE_DUPLICATED),
    (Layer.GATEWAY, Cause.MESSAGE_DUPLICATED),
)
_NOWHERE: Final[tuple[Blame, ...]] = (
    (Layer.ORIGINATOR, Cause.CODE_NOT_SENT),
    (Layer.ORIGINATOR, Cause.CODE_MISDIRECTED),
    (Layer.GATEWAY, Cause.MESSAGE_REFUSED),
    (Layer.GATEWAY, Cause.ACCEPTED_AND_DROPPED),
    (Layer.CORE, Cause.MESSAGE_LOST),
)
"""what looks the same at a handset where nothing comes: the site does not tell what its gateway said"""
_UNREADABLE: Final[Blame] = (Layer.FORMATTING, Cause.TEXT_CORRUPTED)
_OLD_ONE_S: Final = 60.0
_MOST_TRIED: Final = 2
"""codes that came elsewhere: a site may shut after a few wrong ones"""


@dataclass(frozen=True, slots=True)
class GivenBack:
    """`outcome`: None where the code was not given back; `why` says that, or what the site said."""

    outcome: CodeOutcome | None
    why: str


@dataclass(frozen=True, slots=True)
class SiteCode:
    """What one form sends to one handset. `owed`: codes from its number that earlier attempts never got."""

    bench: Bench
    part: FormPart
    handset: Party
    waited: Waited
    owed: int

    @classmethod
    async def of(cls, bench: Bench, part: FormPart, handset: Party) -> SiteCode:
        """To be called before the form gets the number: a code that is still on its way gets a minute."""
        sim, sender = handset.sim.name, part.sender or ""
        if sender and bench.owed(sim, sender):
            events = handset.modem.events
            await events.wait(
                MessageReceived,
                within=_OLD_ONE_S,
                since=events.mark(),
                where=lambda _message: not bench.owed(sim, sender),
            )
        owed = bench.owed(sim, sender) if sender else 0
        return cls(bench, part, handset, Waited.now(bench, handset), owed)

    async def arrives(self, site: NumberForm) -> Arrived:
        """Whole or damaged; ends the case where it does not."""
        part, tried, elsewhere = self.part, list[str](), list[str]()

        async def went_elsewhere() -> bool:
            if sim := await self._elsewhere(site, tried):
                elsewhere.append(sim)
            return bool(elsewhere)

        arrived = await arrival.arrives(
            self.bench,
            self.handset,
            self.waited,
            life_s=part.code_life_s,
            patience_s=part.patience_s,
            ours=self._is_its,
            by_us=part.driver in BY_US,
            given_up=went_elsewhere,
        )
        if arrived is None:
            await has_room(self.bench, self.handset)
            self._is_lost(elsewhere)
        assert arrived is not None
        return arrived

    def is_in_time(self, arrived: Arrived) -> None:
        behind = (Layer.CORE, Cause.MESSAGE_LATE)
        arrival.is_in_time(self.bench, arrived, self.part.code_life_s, before=_LATE, behind=behind)

    async def is_intact(self, arrived: Arrived) -> None:
        """The right sender, a text as the lab file knows it, once."""
        message = arrived.message
        if self.part.sender:
            is_from(self.bench, message, self.part.sender, self.part)
        if self.part.message:
            damage = self._damage(message.text)
            self.bench.check(
                "text",
                expected=f"like {self.part.message}",
                actual=message.text,
                ok=damage is Damage.NONE,
                blame=BLAME_OF_DAMAGE.get(damage),
            )
        await arrival.comes_once(
            self.bench,
            self.handset,
            message,
            same=lambda other: other.text == message.text,
            handed_twice=_TWICE,
        )

    async def is_given_back(self, site: NumberForm, arrived: Arrived) -> GivenBack:
        """The code, at once, while it is good. Ends the case where an earlier attempt may have asked for it:
        only the site can say that it is ours.
        """
        text, found = arrived.message.text, otp.find(arrived.message.text)
        outcome, why = None, ""
        if self._damage(text) is not Damage.NONE:
            why = "the text is damaged"
        elif found.code is None:
            self.bench.inconclusive(InconcReason.INDETERMINATE, f"no code was found in {text!r}")
        elif not site.takes_codes:
            why = f"{found.code}: the lab file does not say where to give it back"
        elif arrived.after_s > self.part.code_life_s:
            why = f"{found.code} is too old to be given back"
        else:
            outcome = await site.enter(self.handset.number, found.code)
            why = f"{found.code} is {outcome}"
            if found.doubtful and outcome is CodeOutcome.WRONG:
                outcome, why = None, f"{why}, but may not be the code in {text!r}"
        if self.owed and outcome is not CodeOutcome.RIGHT:
            what = f"it may be what an earlier attempt asked for ({why})"
            self.bench.inconclusive(InconcReason.INDETERMINATE, what)
        return GivenBack(outcome, why)

    def is_the_right_one(self, said: GivenBack) -> None:
        """The code in the text is the one that the site wants to hear."""
        if said.outcome in (None, CodeOutcome.UNCLEAR):
            self.bench.not_checked("code", said.why)
            return
        codes = {otp.find(message.text).code for message in self._messages() if self._is_its(message)}
        if said.outcome is CodeOutcome.WRONG and (len(codes) > 1 or not self.part.message):
            what = f"{said.why}, but may not be the one that the site sent"
            self.bench.inconclusive(InconcReason.INDETERMINATE, what)
        self.bench.check(
            "code",
            expected="the one that the site sent",
            actual=said.why,
            ok=said.outcome is CodeOutcome.RIGHT,
            blame=(Layer.ORIGINATOR, Cause.CODE_WRONG),
        )

    # Whose message is it?

    def _is_its(self, message: MessageReceived) -> bool:
        """As the lab file says it; or damaged, where nothing else from that number is on its way."""
        if is_of_ours(message.text):
            return False  # of an account of ours at the same gateway
        if self.part.message:
            if re.search(self.part.message, message.text):
                return True
            return not self.owed and self._damaged(message)
        if self.part.sender and not self._comes_from(message):
            return False
        return otp.find(message.text).code is not None

    def _damaged(self, message: MessageReceived) -> bool:
        """What can be read and is not like it is another message: of the same bank, or of another one."""
        known = self._damage(message.text) is Damage.CODING
        return known or (self._comes_from(message) and is_illegible(message.text))

    def _comes_from(self, message: MessageReceived) -> bool:
        sender = self.part.sender
        return sender is not None and (same_number(message.sender, sender) or is_cut(message.sender, sender))

    def _damage(self, text: str) -> Damage:
        """NONE as well where the lab file does not say what the text is like."""
        pattern = self.part.message
        if pattern is None or re.search(pattern, text):
            return Damage.NONE
        other = any(re.search(pattern, each) for each in read_otherwise(text))
        return Damage.CODING if other else Damage.TEXT

    # Where is it?

    def _is_lost(self, elsewhere: Sequence[str]) -> None:
        bench, part = self.bench, self.part
        parts = arrival.parts_of(self.handset, self.waited, lambda parts: self._is_sender(parts[0].sender))
        suspects: tuple[Blame, ...] = _NOWHERE
        what = "nothing came"
        if elsewhere:
            bench.settle(self.handset.sim.name)
            what, suspects = f"it came to {elsewhere[0]}", ((Layer.ORIGINATOR, Cause.CODE_MISDIRECTED),)
        elif parts:
            what, suspects = f"only part {parts} came", PART_LOST
        elif others := self._others():
            what, suspects = f"only {others[0].text!r} came", (*_NOWHERE, _UNREADABLE)
            if any(otp.find(other.text).code for other in others):
                why = "perhaps the code, in other words than the lab file's"
                bench.inconclusive(InconcReason.INDETERMINATE, f"{what}: {why}")
            if self.owed:
                bench.inconclusive(InconcReason.INDETERMINATE, f"{what}, perhaps an older one")
        bench.require(
            "the code arrives",
            expected=f"within {part.code_life_s:g} s",
            actual=what,
            ok=False,
            ambiguous=suspects,
        )

    def _is_sender(self, number: str) -> bool:
        return self.part.sender is not None and same_number(number, self.part.sender)

    def _others(self) -> list[MessageReceived]:
        """What may be this code beyond recognition."""
        strange = [each for each in self._messages() if not is_of_ours(each.text)]
        return [
            each
            for each in strange
            if self._comes_from(each) or is_illegible(each.text) or otp.find(each.text).code
        ]

    def _messages(self) -> list[MessageReceived]:
        events = self.handset.modem.events.since(self.waited.handset.mark)
        return [event for event in events if isinstance(event, MessageReceived)]

    async def _elsewhere(self, site: NumberForm, tried: list[str]) -> str | None:
        """The SIM of this lab that got the code instead: the site takes it for our number. Where it does not
        take codes, no case may have asked for one there, and none may still wait for one anywhere.

        None as well where the lab file does not say from where codes come, and what they say.
        """
        alive = self.bench.now() - self.waited.began <= self.part.code_life_s
        for sim, message in self.bench.astray() if self.part.message else ():
            if not self._is_sender(message.sender) or self._damage(message.text) is not Damage.NONE:
                continue
            code = otp.find(message.text).code
            if not site.takes_codes:
                return None if self.bench.owed("", self.part.sender or "") else sim
            if code is None or code in tried or not alive or len(tried) >= _MOST_TRIED:
                continue
            tried.append(code)
            if await site.enter(self.handset.number, code) is CodeOutcome.RIGHT:
                return sim
        return None
