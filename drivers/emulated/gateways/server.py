"""Connections of providers to a gateway, and SGIP's back to them: asyncio around `Session` and `Gateway`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from drivers.emulated.gateways.gateway import Account, Gateway
from drivers.emulated.gateways.hosts import Refusal
from drivers.emulated.gateways.outbox import MOST_TRIES, Item
from drivers.emulated.timers import Timers
from interop.gateway import RESPONSE, Frame, GatewayError, smpp
from interop.gateway.session import Answered, Asked, Garbled, Session

ANSWER_AFTER_S: Final = (0.02, 0.08)
"""what a gateway takes to answer"""
ANSWER_WITHIN_S: Final = 60.0
"""T of CMPP and SMGP: how long it waits for an answer"""
_LARGEST_WINDOW: Final = 32
_INVALID_COMMAND, _WRONG_STATE, _BOUND_ALREADY = 0x03, 0x04, 0x05
"""ESME_RINVCMDID, ESME_RINVBNDSTS, ESME_RALYBND"""
_UNSENT_LIMIT: Final = 1 << 20
"""octets that a provider may leave unread"""


class Connection(asyncio.Protocol):
    """One connection: a provider's to the gateway, or the gateway's to a provider (`back`).

    `begun` and `over` are told when there is a connection, and when there is none any more.
    """

    def __init__(
        self,
        gateway: Gateway,
        timers: Timers,
        begun: Callable[[Connection], None],
        over: Callable[[Connection], None],
        back: Account | None = None,
    ) -> None:
        self._gateway = gateway
        self._host = gateway.host
        self._timers = timers
        self._begun = begun
        self._over = over
        self._back = back
        self._account: Account | None = None
        self._sends = False
        self._unanswered = 0
        self._missed = 0
        self._carried: dict[Any, tuple[Item | None, Callable[[], None]]] = {}
        self._silence: Callable[[], None] = _nothing
        self._session = Session(gateway.host.dialect, 3, sequence=gateway.sequence())

    # The transport's side

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._begun(self)
        self._heard()
        if self._back is not None:
            self._request(self._host.bind(self._back.part.account, self._back.secret or ""))

    def data_received(self, data: bytes) -> None:
        self._missed = 0
        self._heard()
        try:
            for event in self._session.receive(data):
                match event:
                    case Asked(frame):
                        self._asked(frame)
                    case Answered(request, frame):
                        self._answered(request, frame)
                    case Garbled():
                        self._refuse_garbled(event)
        except GatewayError:
            self.close()  # the stream is out of step

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._silence()
        account = self._account
        if account is not None:
            account.outbox.leave(self)
        carried, self._carried = self._carried, {}
        for item, cancel in reversed(carried.values()):
            cancel()
            if item is not None and account is not None:
                account.outbox.again(item)
        self._over(self)

    def close(self) -> None:
        if not self._transport.is_closing():
            self._transport.close()

    # What the provider asks

    def _asked(self, frame: Frame) -> None:
        if self._host.login(frame.pdu) is not None and self._back is None:
            self._login(frame)
            return
        if (answer := self._host.answer(frame.pdu)) is not None:
            self._answer(frame, answer)
            if self._host.says_goodbye(frame.pdu):
                self._timers.later(0.0, self.close)
        elif self._account is None or not self._sends:
            self._not_now(frame, _WRONG_STATE)
        else:
            self._submitted(self._account, frame)

    def _login(self, frame: Frame) -> None:
        login = self._host.login(frame.pdu)
        assert login is not None
        if self._account is not None:
            self._not_now(frame, _BOUND_ALREADY)
            return
        account, code = self._gateway.admit(frame.pdu)
        self._session.version = login.version
        secret = (account.secret if account else None) or ""
        self._answer(frame, self._host.logged_in(frame.pdu, code, secret, login.version), code)
        if account is None:
            self._timers.later(ANSWER_AFTER_S[1], self.close)
            return
        self._account, self._sends = account, login.sends
        self._session.window = min(account.part.window, _LARGEST_WINDOW)
        if login.receives:
            # what waits comes after the answer to the login
            self._timers.later(ANSWER_AFTER_S[1], self._join, account)
        elif self._host.connects_back:
            self._timers.later(ANSWER_AFTER_S[1], account.outbox.pump)

    def _join(self, account: Account) -> None:
        if not self._transport.is_closing():
            account.outbox.join(self)

    def _submitted(self, account: Account, frame: Frame) -> None:
        if self._unanswered >= min(account.part.window, _LARGEST_WINDOW):
            code = self._host.codes[Refusal.THROTTLED]
            self._answer(frame, self._host.submitted(frame.pdu, None, code), code)
            return
        answered = self._gateway.submit(account, frame)
        if answered is None:
            self._not_now(frame, _INVALID_COMMAND)
            return
        self._unanswered += 1
        delay = self._timers.draw(f"gateway/{account.part.name}/answer", *ANSWER_AFTER_S)
        self._timers.later(delay, self._answer_submit, frame, *answered)

    def _answer_submit(self, frame: Frame, pdu: Any, code: int) -> None:
        self._unanswered -= 1
        self._answer(frame, pdu, code)

    def _not_now(self, frame: Frame, status: int) -> None:
        """SMPP has an answer to what may not be asked; the others hang up."""
        kind = self._host.dialect.commands.get(self._host.dialect.command(frame.pdu) | RESPONSE)
        if not self._host.dialect.status:
            self.close()
        elif kind is None:
            self._answer(frame, smpp.GenericNack(), _INVALID_COMMAND)
        else:
            self._answer(frame, kind(), status)

    def _refuse_garbled(self, event: Garbled) -> None:
        if event.command is None or event.command & RESPONSE:
            return
        code = self._host.codes[Refusal.STRUCTURE]
        kind = self._host.dialect.commands.get(event.command)
        if self._host.dialect.status:
            self._answer(Frame(None, event.sequence), smpp.GenericNack(), code)
        elif kind is not None and kind.__name__ == "Submit":
            self._answer(Frame(None, event.sequence), self._host.submitted(None, None, code))
        else:
            self.close()

    def _answer(self, frame: Frame, pdu: Any, code: int = 0) -> None:
        self._write(self._session.answer(frame, pdu, code))

    def _write(self, data: bytes) -> None:
        if self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > _UNSENT_LIMIT:
            self._transport.abort()
        else:
            self._transport.write(data)

    # What we ask of the provider

    @property
    def room(self) -> bool:
        return self._session.room and not self._transport.is_closing()

    def carry(self, item: Item) -> None:
        self._request(item.pdu(self._session.version), item)

    def _request(self, pdu: Any, item: Item | None = None) -> None:
        frame, data = self._session.request(pdu)
        cancel = self._timers.later(ANSWER_WITHIN_S, self._unanswered_for_long, frame)
        self._carried[frame.sequence] = item, cancel
        self._write(data)

    def _unanswered_for_long(self, request: Frame) -> None:
        self._session.give_up(request)
        item, _ = self._carried.pop(request.sequence)
        if item is not None and self._account is not None:
            self._account.outbox.again(item)
        elif item is None:
            self._missed += 1
            alive = self._host.alive() if self._missed < MOST_TRIES and self._account else None
            if alive is None:
                self.close()
            else:
                self._request(alive)

    def _answered(self, request: Frame, answer: Frame) -> None:
        item, cancel = self._carried.pop(request.sequence)
        cancel()
        if item is None:
            self._host_answered(request, answer)
            return
        assert self._account is not None
        if self._host.took(answer):
            self._account.outbox.pump()
        else:
            self._account.outbox.again(item)

    def _host_answered(self, request: Frame, answer: Frame) -> None:
        """To a heartbeat, a goodbye, or the login of a connection back."""
        if self._host.says_goodbye(request.pdu):
            self.close()
        elif self._back is not None and self._account is None:
            if getattr(answer.pdu, "result", 1):
                self.close()
            else:
                self._account = self._back
                self._account.outbox.join(self)

    # Silence

    def _heard(self) -> None:
        self._silence()
        host = self._host
        wait = host.heartbeat_s if host.heartbeat_s is not None else host.idle_s
        self._silence = self._timers.later(wait, self._silent) if wait is not None else _nothing

    def _silent(self) -> None:
        if self._transport.is_closing():
            return
        alive = self._host.alive() if self._account is not None else None
        if alive is not None:
            if self._session.room:
                self._request(alive)
            else:
                self._heard()
        elif self._back is not None and self._account is not None and self._session.room:
            self._request(self._host.leave())
        else:
            self.close()


def _nothing() -> None:
    """There is no timer to cancel."""
