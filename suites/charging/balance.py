"""What is left of a subscriber's money, asked for as the lab file says."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from interop.engine import Bench
from interop.lab.model import TariffPart
from interop.protocols.modem import Modem, Submission
from interop.record import InconcReason
from interop.record.events import MessageReceived, UssdAnswered
from suites.parties import Party, has_room, party

_CLOCKS: Final = timedelta(seconds=90)
"""by which a service centre's clock and ours may differ"""
_STAMPS: Final = timedelta(seconds=2)
"""TP-SCTS counts whole seconds"""
_LOOKS: Final = 2
"""at a balance that moves, before it is one that moves by itself"""
_MONEY: Final = re.compile(r"\d\s*元|[¥￥]\s*\d")
_NOBODYS_CODE: Final = "*98765#"
"""a network has some answer to a service code that it does not know (+CUSD: 4, 27.007 7.15)"""


@dataclass(frozen=True, slots=True)
class Told:
    """What came of one question. `amount`: in yuan, None where none was named; `heard`: what the network said
    of it, None for nothing at all; `refused`: the question itself was not taken.
    """

    amount: Decimal | None
    heard: str | None
    refused: Submission | None = None

    def __str__(self) -> str:
        if self.refused is not None:
            return f"the question is refused, +CMS ERROR: {self.refused.code}"
        return "no answer" if self.heard is None else self.heard


class Account:
    """The money of the subject."""

    def __init__(self, bench: Bench, subject: Modem) -> None:
        self.party: Party = party(bench, "subject", subject)
        self.tariff: TariffPart = bench.tariffs["subject"]
        self._bench = bench
        self.asking = self.tariff.balance.price
        """in yuan, what a question costs; nothing where the balance shows that nothing is deducted for it"""
        self.step = Decimal(1)
        """in yuan: the smallest in which the balance was told so far"""
        self._asked_again = False
        self._age: timedelta | None = None
        """how old by its stamp an answer was when it came"""

    async def settles(self) -> None:
        """What costs something is deducted later, and nothing tells of it."""
        await asyncio.sleep(self.tariff.balance.settles_s)

    async def quiet(self) -> Decimal:
        """What is left, once nothing that was bought before is still to be deducted. Ends the attempt where
        the balance does not come to rest.
        """
        seen = [await self.left()]
        for _ in range(_LOOKS):
            await self.settles()
            seen.append(await self.left())
            if (asking := seen[-2] - seen[-1]) in (0, self.tariff.balance.price):
                self.asking = asking
                return seen[-1]
        moves = ", ".join(map(str, seen))
        self._bench.inconclusive(
            InconcReason.INDETERMINATE, f"the balance moves though nothing is bought: {moves}"
        )

    async def left(self) -> Decimal:
        """In yuan; asked once more in an attempt where the answer names no amount. An answer by message that
        does not come may still come: then what comes next may be that one, and the attempt ends.
        """
        told = await self.told()
        by_ussd = self.tariff.balance.by == "ussd"
        if told.amount is None and not self._asked_again and (by_ussd or told.heard is not None):
            self._asked_again = True
            told = await self.told()
        if told.amount is None:
            self._bench.inconclusive(InconcReason.INDETERMINATE, f"the balance is not told: {told}")
        return told.amount

    async def told(self) -> Told:
        """Asked once."""
        began = self._bench.now()
        told = await (self._by_ussd() if self.tariff.balance.by == "ussd" else self._by_message())
        if told.amount is not None:
            self._bench.measure("balance_answer_time", self._bench.now() - began, "s")
        return told

    def names_otherwise(self, told: Told) -> bool:
        """Whether there is money in it where the lab file's regex finds nothing: who is in debt is told so in
        other words (欠费3.20元).
        """
        heard = told.heard or ""
        return bool(_MONEY.search(heard)) and not re.search(self.tariff.balance.amount, heard)

    async def hears(self) -> bool:
        """Whether this modem tells what networks say to service codes: a +CUSD that never reaches the port
        looks like a network that is silent.
        """
        mark = self.party.modem.events.mark()
        await self.party.modem.ussd(_NOBODYS_CODE, within=self.tariff.balance.answer_s)
        return any(isinstance(event, UssdAnswered) for event in self.party.modem.events.since(mark))

    async def _by_ussd(self) -> Told:
        modem, balance = self.party.modem, self.tariff.balance
        mark = modem.events.mark()
        text = await modem.ussd(balance.ask, within=balance.answer_s)
        said = [event for event in modem.events.since(mark) if isinstance(event, UssdAnswered)]
        if text:
            return Told(self._amount(text), text)
        return Told(None, f"+CUSD: {said[-1].mode} without a text" if said else None)

    async def _by_message(self) -> Told:
        bench, modem, balance = self._bench, self.party.modem, self.tariff.balance
        assert balance.to is not None
        mark, asked = modem.events.mark(), bench.clock()
        if self._age is None and bench.owed(self.party.sim.name, balance.to):
            self._age = _CLOCKS
        bench.expect_message(self.party.sim.name, sender=balance.to)
        submission = await modem.send_message(balance.to, balance.ask, report=False)
        if not submission.accepted:
            bench.settle(self.party.sim.name)
            return Told(None, None, submission)

        def answers(message: MessageReceived) -> bool:
            return self._is_new(message, asked) and self._amount(message.text) is not None

        message = await modem.events.wait(MessageReceived, within=balance.answer_s, since=mark, where=answers)
        if message is None:
            await modem.fetch_unread()  # a lost +CMTI loses no message
            message = await modem.events.wait(MessageReceived, within=0.0, since=mark, where=answers)
        if message is None:
            await has_room(bench, self.party)
            said = [event for event in modem.events.since(mark) if isinstance(event, MessageReceived)]
            others = [event.text for event in said if self._is_new(event, asked)]
            return Told(None, others[-1] if others else None)
        if (stamp := _stamp(message)) is not None:
            age = bench.clock() - stamp
            self._age = age if self._age is None else min(age, self._age)
        return Told(self._amount(message.text), message.text)

    def _is_new(self, message: MessageReceived, asked: datetime) -> bool:
        """From the number that answers, and not an answer to an earlier question that comes late: by its
        stamp no answer is older than the freshest one was when it came.
        """
        shown = message.sender.removeprefix("+")
        if self.tariff.balance.to not in (shown, shown.removeprefix("86")):
            return False
        stamp = _stamp(message)
        return self._age is None or stamp is None or stamp >= asked - self._age - _STAMPS

    def _amount(self, text: str) -> Decimal | None:
        found = re.search(self.tariff.balance.amount, text)
        try:
            amount = Decimal(found[1].replace(",", "")) if found and found[1] else None
        except InvalidOperation:
            return None
        if amount is None or not amount.is_finite():
            return None
        self.step = min(self.step, Decimal(1).scaleb(int(amount.as_tuple().exponent)))
        return amount


def _stamp(message: MessageReceived) -> datetime | None:
    try:
        stamp = datetime.fromisoformat(message.sent_at)
    except ValueError:
        return None
    return stamp if stamp.tzinfo is not None else None
