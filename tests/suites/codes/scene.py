"""A handset, a gateway and a site whose every word is written by the test, and what a case says of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Any, cast

from interop.engine import Bench
from interop.engine.clock import run_virtual
from interop.engine.expected import Expectations
from interop.engine.lease import Lease
from interop.engine.verdicts import Judgement, judge
from interop.lab.load import load
from interop.lab.model import FormPart, GatewayPart, OriginatorPart
from interop.protocols.modem import Modem
from interop.protocols.originator import Acceptance, Handing, Originator
from interop.protocols.site import CodeOutcome, FormAnswer, FormOutcome, NumberForm
from interop.protocols.stream import EventStream
from interop.record import Event, Subject
from interop.record.events import GatewayClaimed, MessageFromHandset, MessageReceived, PartReceived
from suites.codes.gateways import code_arrives, reply_arrives, report_is_true
from suites.codes.sites import site_sends_code
from suites.codes.texts import CHINESE, CodeText
from tests.suites.phones import FakePhone, sim

NUMBER, CHINA = "17180001234", timezone(timedelta(hours=8))
BEGAN = datetime(2026, 1, 5, 9, 0, 0, tzinfo=CHINA)
LAB = load("small")
GATEWAY = next(part for part in LAB.gateways if part.name == "cucc-gw")
BANK = next(part for part in LAB.forms if part.name == "bank-a")
ELSEWHERE = "mi-1709"


class FakeGateway:
    """`answer`: what it says to a text, after `answers_s`; a text is in `texts` before that."""

    def __init__(self, number: str) -> None:
        self.name, self.number, self.events = "gw", number, EventStream()
        self.answer = Handing(Acceptance.ACCEPTED, ("1",))
        self.answers_s = 0.2
        self.on_text: Callable[[str], None] = lambda _text: None
        self.on_connect: Callable[[], None] = lambda: None

    async def connect(self) -> None:
        self.on_connect()

    async def send(self, to: str, text: str, *, report: bool = True) -> Handing:
        self.on_text(text)
        await asyncio.sleep(self.answers_s)
        return self.answer


class FakeSite:
    def __init__(self) -> None:
        self.name, self.events, self.takes_codes = "bank-a", EventStream(), True
        self.answer = FormOutcome.ACCEPTED
        self.answers_s = 0.2
        self.right: str | None = "381268"
        """the code that it wants to hear; None: what it says then is unclear"""
        self.heard: list[str] = []
        self.on_number: Callable[[], None] = lambda: None

    async def submit(self, msisdn: str) -> FormAnswer:
        self.on_number()
        await asyncio.sleep(self.answers_s)
        return FormAnswer(self.answer, 200, "")

    async def enter(self, msisdn: str, code: str) -> CodeOutcome:
        self.heard.append(code)
        if self.right is None:
            return CodeOutcome.UNCLEAR
        return CodeOutcome.RIGHT if code == self.right else CodeOutcome.WRONG


class Scene:
    """One attempt, on a virtual clock. `source`: who sends, where it is not the small lab's cucc-gw."""

    def __init__(self, source: GatewayPart | OriginatorPart = GATEWAY, form: FormPart = BANK) -> None:
        self.source, self.form = source, form
        self.handset = FakePhone(NUMBER)
        self.gateway, self.site = FakeGateway(source.number or ""), FakeSite()
        self.expected = Expectations()
        self.lease = Lease("case", 1)
        self.sim = sim(NUMBER)
        self.at_first: Callable[[], None] = lambda: None
        self.handset.events.listen(self._hear)
        self.bench = Bench(
            subject=Subject(self.sim.name, NUMBER, "1718", "A", "CUCC", "北京"),
            tested=None,
            sims={"subject": self.sim},
            parts={"originator": source, "site": form},
            devices={},
            random=Random(1),
            clock=self.now,
            mail=_Mail(self),
        )

    def now(self) -> datetime:
        return BEGAN + timedelta(seconds=asyncio.get_running_loop().time())

    def _hear(self, event: Event) -> None:
        if isinstance(event, MessageReceived):
            self.expected.came(self.sim.name, event)

    # What comes, `after` seconds from now

    def comes(
        self,
        text: str,
        after: float = 5.0,
        *,
        sender: str | None = None,
        stamp: str | None = None,
        held: float = 0.0,
        ahead: timedelta = timedelta(),
    ) -> None:
        """`held`: seconds until the service centre has it; `ahead`: of its clock; `stamp`: instead of it."""
        taken = (self.now() + timedelta(seconds=held) + ahead).replace(microsecond=0).isoformat()
        number = self.gateway.number if sender is None else sender
        self.later(after, MessageReceived(number, 129, text, taken if stamp is None else stamp))

    def part_comes(self, text: str, number: int, total: int, *, sender: str | None = None) -> None:
        stamp = self.now().replace(microsecond=0).isoformat()
        shown = self.gateway.number if sender is None else sender
        self.later(5.0, PartReceived(shown, 129, 9, number, total, text, stamp))

    def is_claimed(self, state: str = "DELIVRD", reference: str = "1", after: float = 6.0) -> None:
        self.later(after, GatewayClaimed(reference, state, state == "DELIVRD"), self.gateway.events)

    def later(self, after: float, event: Event, events: EventStream | None = None) -> None:
        stream = self.handset.events if events is None else events
        asyncio.get_running_loop().call_later(after, stream.append, event)

    # What the cases say

    def code(self, pattern: str = CHINESE) -> Judgement:
        return self._says(lambda **roles: code_arrives(self.bench, pattern, **roles))

    def report(self) -> Judgement:
        return self._says(lambda **roles: report_is_true(self.bench, **roles))

    def reply(self) -> Judgement:
        return self._says(lambda **roles: reply_arrives(self.bench, **roles))

    def site_code(self) -> Judgement:
        form = cast("NumberForm", self.site)
        subject = cast("Modem", self.handset)
        return self._played(lambda: site_sends_code(self.bench, subject=subject, site=form))

    def _says(self, case: Callable[..., Awaitable[Any]]) -> Judgement:
        originator = cast("Originator", self.gateway)
        subject = cast("Modem", self.handset)
        return self._played(lambda: case(subject=subject, originator=originator))

    def _played(self, case: Callable[[], Awaitable[Any]]) -> Judgement:
        async def play() -> Judgement:
            self.at_first()
            try:
                await case()
            except Exception as error:
                return judge(self.bench.checks, error)
            return judge(self.bench.checks, None)

        return run_virtual(play())

    def reply_comes(self, text: str, sender: str = NUMBER, after: float = 3.0) -> None:
        self.later(after, MessageFromHandset(sender, self.gateway.number, text), self.gateway.events)

    def checked(self, name: str) -> str:
        return next(str(check.verdict) for check in self.bench.checks if check.name == name)

    def measured(self, name: str) -> float | None:
        return next((one.value for one in self.bench.measurements if one.name == name), None)


class _Mail:
    def __init__(self, scene: Scene) -> None:
        self._scene = scene

    def expect(self, sim: str, text: str, sender: str, awaited: bool) -> None:
        self._scene.expected.expect(self._scene.lease, sim, text, sender, awaited)

    def settle(self, sim: str) -> None:
        self._scene.expected.settle(self._scene.lease, sim)

    def owed(self, sim: str, sender: str) -> int:
        return self._scene.expected.owed(self._scene.lease, sim, sender)

    def astray(self) -> Sequence[tuple[str, MessageReceived]]:
        strays = self._scene.expected.strays(0, [self._scene.sim.name])
        return [(stray.sim, stray.message) for stray in strays]


def another(pattern: str = CHINESE) -> CodeText:
    """A text of another attempt of this suite."""
    return CodeText.draw(pattern, Random("another"), 300)
