"""USSD in the emulated country: codes with one answer and a menu, in several codings (22.090, 23.038 5)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from drivers.emulated.air import USSD_GSM, USSD_UCS2, Terminal
from drivers.emulated.charging.accounts import Accounts
from drivers.emulated.charging.questions import BALANCE
from drivers.emulated.hlr import Hlr
from drivers.emulated.timers import Timers

FINISHED, ASKED, NOT_SUPPORTED = 0, 1, 4
"""+CUSD <m> (27.007 7.15)"""
ANSWER_S: Final = (1.0, 3.0)
_GERMAN: Final = 0
"""GSM 7 bit with a language: what many networks send whatever the language is"""


@dataclass(frozen=True, slots=True)
class Page:
    """What the network says. `{balance}` is the caller's. With `choices` it asks, and knows these replies."""

    text: str
    dcs: int = USSD_UCS2
    choices: Mapping[str, Page] = field(default_factory=dict)


_BALANCE: Final = Page(BALANCE)
CODES: Final[Mapping[str, Page]] = {
    "*100#": _BALANCE,
    "*101#": Page("Balance: {balance} CNY", USSD_GSM),
    "*102#": Page("Data left: 1024 MB", _GERMAN),
    "*103#": Page("Valid until 2027-12-31"),
    "*121#": Page(
        "1 余额\n2 套餐\n0 退出",
        choices={"1": _BALANCE, "2": Page("您的套餐为畅享29元。"), "0": Page("Bye", USSD_GSM)},
    ),
}


class Dialogues:
    """One dialogue at a time with each subscriber."""

    def __init__(self, hlr: Hlr, accounts: Accounts, timers: Timers) -> None:
        self._hlr = hlr
        self._accounts = accounts
        self._timers = timers
        self._asked: dict[str, Page] = {}
        self._due: dict[str, Callable[[], None]] = {}

    def send(self, terminal: Terminal, text: str) -> None:
        """A code, or the reply to what was asked; what no menu knows is asked again, what nobody knows is
        not supported."""
        line, menu = self._hlr.line(terminal.imsi), self._asked.pop(terminal.imsi, None)
        page = CODES.get(text)
        if menu is not None:
            page = menu.choices.get(text, page or menu)
        if line is None or not line.in_service:
            page = None
        delay = self._timers.draw(f"ussd/{terminal.imsi}", *ANSWER_S)
        self._due[terminal.imsi] = self._timers.later(delay, self._answer, terminal, page)

    def end(self, terminal: Terminal) -> None:
        """The handset leaves: what was asked, and an answer on its way, are void."""
        self._asked.pop(terminal.imsi, None)
        if cancel := self._due.pop(terminal.imsi, None):
            cancel()

    def _answer(self, terminal: Terminal, page: Page | None) -> None:
        self._due.pop(terminal.imsi, None)
        if page is None:
            terminal.ussd("", NOT_SUPPORTED)
            return
        if page.choices:
            self._asked[terminal.imsi] = page
        text = self._filled(terminal, page.text)
        if text is not None:
            terminal.ussd(text, ASKED if page.choices else FINISHED, page.dcs)

    def _filled(self, terminal: Terminal, text: str) -> str | None:
        """With the caller's balance where it belongs; None: he is told nothing."""
        if "{balance}" not in text:
            return text
        subscriber = self._hlr.by_imsi(terminal.imsi)
        balance = self._accounts.asked_by_ussd(subscriber) if subscriber else None
        return None if balance is None else text.format(balance=balance)
