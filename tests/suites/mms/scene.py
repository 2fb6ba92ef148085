"""Two phones whose every word is written by the test, and what a case of the mms suite says of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from random import Random
from typing import Any, cast

from interop import mms
from interop.engine import Bench
from interop.engine.clock import run_virtual
from interop.engine.verdicts import Judgement, judge
from interop.lab.model import MmsPart, SimPart
from interop.mms import Body, NotificationInd, Part, RetrieveConf, SendReq
from interop.protocols.mms import MmsCapabilities, MmsFetched, MmsOutcome, MmsSent, MmsService, MmsStage
from interop.protocols.modem import Modem
from interop.record import Event, Subject
from interop.record.events import MmsNotified, MmsReadHeard, MmsReported
from suites.mms import contents
from suites.mms.contents import Draw
from suites.mms.later import expires, fetches_later
from suites.mms.messages import over_the_limit, sends
from suites.mms.reporting import gets_delivery_reports, gets_read_reports
from tests.suites.phones import FakePhone, sim

SENDER, RECEIVER = "17180001234", "13900001234"
HERE = "http://mmsc.example/1"
EXACT = MmsCapabilities(send=True, fetch=True, confirm=True, exact=True, reports=True)
OWN_CLIENT = replace(EXACT, confirm=False, exact=False)
ACCEPTED = MmsSent(MmsOutcome.ACCEPTED, MmsStage.MMSC, "m-1", 128)
GONE = MmsFetched(MmsOutcome.REJECTED, MmsStage.FETCH, http=200, status=226)


def of_message(message: RetrieveConf) -> MmsFetched:
    return MmsFetched(MmsOutcome.ACCEPTED, MmsStage.FETCH, message, True)


def body(*parts: Part) -> Body:
    return Body(parts)


class FakeMms:
    """`answer` to what is sent; `stored`: by location, what each try at fetching it gives, the last one ever
    after.
    """

    def __init__(self) -> None:
        self.service = MmsService("cmwap", "http://mmsc.example", "10.0.0.172:80")
        self.can = EXACT
        self.answer = ACCEPTED
        self.on_send: Callable[[SendReq], None] = lambda _message: None
        self.on_fetch: Callable[[MmsFetched], None] = lambda _got: None
        self.announced: list[NotificationInd] = []
        self.stored: dict[str, list[MmsFetched]] = {}
        self.asked: list[tuple[str, bool]] = []
        self.told: list[mms.Status] = []
        self.takes_confirmations = True
        self.takes_s = 0.5
        """to fetch a message"""

    async def capabilities(self) -> MmsCapabilities:
        return self.can

    async def send(self, message: SendReq) -> MmsSent:
        self.on_send(message)
        await asyncio.sleep(0.5)
        return self.answer

    def notifications(self, since: int) -> list[NotificationInd]:
        return self.announced

    async def fetch(self, notification: NotificationInd, *, deferred: bool = False) -> MmsFetched:
        self.asked.append((notification.location, deferred))
        await asyncio.sleep(self.takes_s)
        tries = self.stored[notification.location]
        got = tries.pop(0) if len(tries) > 1 else tries[0]
        self.on_fetch(got)
        return got

    async def respond(self, notification: NotificationInd, status: mms.Status) -> bool:
        self.told.append(status)
        return self.takes_confirmations

    async def report_read(self, message: RetrieveConf) -> bool:
        return self.takes_confirmations


class Phone(FakePhone):
    def __init__(self, number: str) -> None:
        super().__init__(number)
        self.mms = FakeMms()


class Scene:
    """One attempt, on a virtual clock. As it is, all is well: a message is announced and lies at HERE."""

    def __init__(self, *, draw: Draw = contents.latin, receives: MmsPart | None = None) -> None:
        self.draw = draw
        self.sender, self.receiver = Phone(SENDER), Phone(RECEIVER)
        self.sims = {
            "subject": sim(SENDER),
            "peer": sim(RECEIVER).model_copy(update={"base_operator": "CMCC", "mms": receives or MmsPart()}),
        }
        self.sender.mms.on_send = self.arrives
        self.bench = self._bench("subject", "peer")

    def _bench(self, subject: str, peer: str) -> Bench:
        sims: dict[str, SimPart] = {"subject": self.sims[subject], "peer": self.sims[peer]}
        ours = sims["subject"]
        return Bench(
            subject=Subject(ours.name, ours.msisdn, "1718", "A", "CUCC", "北京"),
            tested=None,
            sims=sims,
            devices={},
            random=Random(1),
        )

    # What comes, `after` seconds from now

    def arrives(self, message: SendReq, after: float = 5.0, *, at: str = HERE, **shown: Any) -> None:
        """As it was sent, but for what `shown` says of the message that is fetched."""
        self.is_announced(message, after, at=at)
        self.lies(message, at=at, **shown)

    def is_announced(
        self,
        message: SendReq,
        after: float = 5.0,
        *,
        at: str = HERE,
        sender: str = f"+86{SENDER}",
        subject: str | None = None,
        expires_s: float | None = 86_400.0,
    ) -> None:
        shown = message.subject if subject is None else subject
        transaction = f"t{len(self.receiver.mms.announced)}"
        self.receiver.mms.announced.append(
            NotificationInd(transaction, at, 900, mms.After(86_400), sender=sender, subject=shown)
        )
        self.later(after, MmsNotified(transaction, at, 900, sender, shown, expires_s=expires_s))

    def lies(self, message: SendReq, *, at: str = HERE, **shown: Any) -> None:
        """To be fetched there."""
        as_sent = RetrieveConf(
            message.body,
            "t",
            "m-1",
            sender=mms.of_number(SENDER),
            to=message.to,
            subject=message.subject,
            read_report=message.read_report,
        )
        self.receiver.mms.stored[at] = [of_message(replace(as_sent, **shown))]

    def is_reported(
        self, status: int = mms.Status.RETRIEVED, after: float = 7.0, *, id_: str = "m-1", of: str = RECEIVER
    ) -> None:
        self.later(after, MmsReported(id_, f"+86{of}", status), self.sender)

    def is_read(self, status: int = 128, after: float = 9.0, *, id_: str = "m-1") -> None:
        self.later(after, MmsReadHeard(id_, f"+86{RECEIVER}", status), self.sender)

    def later(self, after: float, event: Event, phone: Phone | None = None) -> None:
        stream = (phone or self.receiver).events
        if after:
            asyncio.get_running_loop().call_later(after, stream.append, event)
        else:
            stream.append(event)

    def then(self, after: float, do: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(after, do)

    # What the cases say

    def sends(self) -> Judgement:
        return self._played(lambda roles: sends(self.bench, self.draw, **roles))

    def over_the_limit(self) -> Judgement:
        return self._played(lambda roles: over_the_limit(self.bench, **roles))

    def delivery_report(self) -> Judgement:
        return self._played(lambda roles: gets_delivery_reports(self.bench, **roles))

    def read_report(self) -> Judgement:
        return self._played(lambda roles: gets_read_reports(self.bench, **roles))

    def deferred(self) -> Judgement:
        return self._received(lambda roles: fetches_later(self.bench, **roles))

    def expiry(self) -> Judgement:
        return self._received(lambda roles: expires(self.bench, **roles))

    def _played(self, case: Callable[[dict[str, Modem]], Awaitable[None]]) -> Judgement:
        roles = {"subject": cast("Modem", self.sender), "peer": cast("Modem", self.receiver)}
        return self._judged(lambda: case(roles))

    def _received(self, case: Callable[[dict[str, Modem]], Awaitable[None]]) -> Judgement:
        """The peer sends here, and the subject receives."""
        self.bench = self._bench("peer", "subject")
        roles = {"peer": cast("Modem", self.sender), "subject": cast("Modem", self.receiver)}
        return self._judged(lambda: case(roles))

    def _judged(self, case: Callable[[], Awaitable[None]]) -> Judgement:
        async def play() -> Judgement:
            error: BaseException | None = None
            try:
                await case()
            except Exception as raised:
                error = raised
            return judge(self.bench.checks, error)

        return run_virtual(play())

    def verdict_of(self, name: str) -> str:
        """Of a check; "" where it was not made."""
        return next((str(check.verdict) for check in self.bench.checks if check.name == name), "")

    def measured(self, name: str) -> float | None:
        return next((one.value for one in self.bench.measurements if one.name == name), None)


class Keeper:
    """A centre that keeps each message for `until` seconds, and announces it for `kept`."""

    def __init__(self, scene: Scene, *, kept: float = 3600.0, after: MmsFetched = GONE) -> None:
        self.scene, self.kept, self.after = scene, kept, after
        self.until = 3600.0
        self._count = 0
        self._fetched: set[str] = set()
        scene.sender.mms.on_send = self.take
        scene.receiver.mms.on_fetch = self.fetched

    def take(self, message: SendReq) -> None:
        self._count += 1
        place, id_ = f"{HERE}{self._count}", f"m-{self._count}"
        scene = self.scene
        scene.sender.mms.answer = replace(ACCEPTED, message_id=id_)
        scene.is_announced(message, at=place, expires_s=self.kept)
        scene.lies(message, at=place, message_id=id_)
        scene.then(self.until, lambda: self.throw_away(place, id_))

    def fetched(self, got: MmsFetched) -> None:
        if got.message is not None:
            self._fetched.add(got.message.message_id)
            self.scene.is_reported(after=3, id_=got.message.message_id)

    def throw_away(self, place: str, id_: str) -> None:
        self.scene.receiver.mms.stored[place] = [self.after]
        if id_ not in self._fetched:
            self.scene.is_reported(mms.Status.EXPIRED, 2, id_=id_)
