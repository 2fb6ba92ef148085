"""A subscriber whose money and whose network's every word are written by the test, and a bench."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any, cast

from interop.engine import Bench
from interop.engine.clock import run_virtual
from interop.engine.verdicts import Judgement, judge
from interop.lab.model import BalancePart, TariffPart
from interop.protocols.modem import Modem, Submission
from interop.record import Blame, Layer, Subject, Verdict
from interop.record.events import MessageReceived, UssdAnswered
from suites.charging.balance import Account
from suites.charging.cost import costs
from suites.charging.numbers import balance_is_told
from tests.suites.phones import FakePhone, sim

NUMBER, DESK = "17090001234", "10010"
EPOCH = datetime(2026, 1, 5, 9, tzinfo=UTC)
PRICE = Decimal("0.30")
"""of what is bought"""


class Subscriber(FakePhone):
    """`asking`: what a question costs; `tells`: what the network makes of the balance, None: no answer;
    `answer_s`: how long that takes; `clock_s`: how far its service centre's clock is ahead; `stores`: answers
    are not announced; `code`: +CMS of a question that it refuses.
    """

    def __init__(self) -> None:
        super().__init__(NUMBER)
        self.balance = Decimal("50.00")
        self.asking = Decimal(0)
        self.tells: Callable[[Decimal], str | None] = lambda balance: f"您的当前余额为{balance:.2f}元。"
        self.answer_s = 8.0
        self.clock_s = 0.0
        self.stores = False
        self.code: int | None = None
        self.deaf = False
        """its +CUSD never reaches the port"""
        self.asked = 0
        self.when_asked: Callable[[], None] = lambda: None
        self.unread: list[MessageReceived] = []

    async def ussd(self, code: str, within: float) -> str | None:
        await asyncio.sleep(2)
        known = code == "*100#"
        self.asked += known
        text = self.tells(self.balance) if known else ""
        if text is None or self.deaf:
            return None
        self.events.append(UssdAnswered(text, 0 if text else 4))
        return text or None

    async def send_message(self, to: str, text: str, *, report: bool = True) -> Submission:
        assert (to, text) == (DESK, "CXYE")
        if self.code is not None:
            return Submission((), self.code, "+CMS ERROR", refused=True)
        self.asked += 1
        self.balance -= self.asking
        self.when_asked()
        if (answer := self.tells(self.balance)) is not None:
            self.comes(answer, self.answer_s)
        return Submission((1,))

    def comes(self, text: str, after: float, *, age: float = 1.0, sender: str = DESK) -> None:
        """A message `after` seconds from now, with a stamp that is `age` seconds old by then."""
        later = asyncio.get_running_loop().call_later

        def arrive() -> None:
            stamp = now() + timedelta(seconds=self.clock_s - age)
            message = MessageReceived(sender, 129, text, stamp.replace(microsecond=0).isoformat())
            self.unread.append(message) if self.stores else self.events.append(message)

        later(after, arrive)

    async def fetch_unread(self) -> None:
        for message in self.unread:
            self.events.append(message)
        self.unread.clear()


def now() -> datetime:
    return EPOCH + timedelta(seconds=asyncio.get_running_loop().time())


class Scene:
    """One attempt, on a virtual clock. As it is, all is well: `paid` is deducted `settles` seconds later."""

    def __init__(self, *, by: str = "sms", price: str = "0") -> None:
        self.phone = Subscriber()
        self.phone.asking = Decimal(price)
        self.due = self.paid = PRICE
        self.settles = 5.0
        self.bought = 0
        self.while_buying: Callable[[], None] = lambda: None
        ask: dict[str, Any] = {"ask": "CXYE", "to": DESK} if by == "sms" else {"ask": "*100#"}
        self.tariff = TariffPart(
            name="t",
            call=Decimal("0.15"),
            message=Decimal("0.10"),
            balance=BalancePart(
                by="sms" if by == "sms" else "ussd",
                amount="余额为(-?[0-9.,]+)元",
                price=Decimal(price),
                **ask,
            ),
        )
        self.bench = Bench(
            subject=Subject("s", NUMBER, "1709", "A", "CUCC", "北京"),
            tested=None,
            sims={"subject": sim(NUMBER)},
            devices={"subject": self.phone},
            random=Random(1),
            clock=now,
            tariffs={"subject": self.tariff},
        )

    def deduct(self, yuan: str | Decimal, after: float) -> None:
        """Something is deducted later, for whatever reason."""

        def book() -> None:
            self.phone.balance -= Decimal(yuan)

        asyncio.get_running_loop().call_later(after, book)

    async def _buy(self) -> Decimal:
        self.bought += 1
        self.while_buying()
        await asyncio.sleep(90)
        self.deduct(self.paid, self.settles)
        return self.due

    def costs(self, before: Callable[[], None] = lambda: None) -> Judgement:
        """`before`: what happens when it begins."""

        async def steps() -> None:
            before()
            await costs(self.bench, Account(self.bench, cast("Modem", self.phone)), "it costs", self._buy)

        return self._judged(steps)

    def told(self) -> Judgement:
        return self._judged(lambda: balance_is_told(self.bench, subject=cast("Modem", self.phone)))

    def _judged(self, steps: Callable[[], Awaitable[None]]) -> Judgement:
        caught: list[BaseException] = []

        async def play() -> None:
            try:
                await steps()
            except Exception as error:
                caught.append(error)

        run_virtual(play())
        return judge(self.bench.checks, caught[0] if caught else None)


def blamed(judged: Judgement) -> tuple[Blame, ...]:
    assert judged.verdict is Verdict.FAIL, judged
    if judged.layer is not None and judged.cause is not None:
        return ((judged.layer, judged.cause),)
    assert judged.layer is Layer.CHARGING
    return judged.ambiguous
