"""The numbers to which customers write for their balance, and what comes back from there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from drivers.emulated.charging.accounts import Accounts
from drivers.emulated.charging.questions import BALANCE, DESKS, asks_balance
from drivers.emulated.hlr import Subscriber
from drivers.emulated.messages import FromService, ServiceCentre
from drivers.emulated.timers import Timers
from interop.smspdu import Address, Submit

NOT_UNDERSTOOD: Final = "您好，您发送的指令有误，请核对后重新发送。"
NOT_OURS: Final = "您好，您不是本网用户，无法为您办理该业务。"

ANSWER: Final = (7.5, 9.0)
"""seconds: later than the price of the question itself is deducted (`accounts.SETTLEMENT`)"""


class Enquiries:
    """Implements `messages.Services`: takes messages to the operators' own numbers and answers them.

    Who has no account is not answered.
    """

    def __init__(self, accounts: Accounts, centre: ServiceCentre, timers: Timers) -> None:
        self._accounts = accounts
        self._centre = centre
        self._timers = timers

    def owner(self, number: str) -> Callable[[Subscriber, Submit], None] | None:
        return partial(self._asked, number) if number in DESKS else None

    def _asked(self, number: str, sender: Subscriber, submit: Submit) -> None:
        if self._accounts.of(sender) is not None:
            delay = self._timers.draw(f"enquiry/{sender.msisdn}", *ANSWER)
            self._timers.later(delay, self._answer, number, sender, submit)

    def _answer(self, number: str, sender: Subscriber, submit: Submit) -> None:
        if DESKS[number].operator != sender.operator:
            text = NOT_OURS
        elif not asks_balance(sender.operator, number, submit):
            text = NOT_UNDERSTOOD
        elif (balance := self._accounts.told(sender)) is not None:
            text = BALANCE.format(balance=balance)
        else:
            return
        answer = Submit.of_text(Address(sender.msisdn), text)
        self._centre.take(FromService(Address(number), sender.msisdn, answer, "", lambda _status: None))
