"""Services of the subscriber: call waiting (+CCWA, 3GPP TS 27.007 7.12) and call forwarding (+CCFC, 7.11)."""

from __future__ import annotations

import re
from dataclasses import asdict

from drivers.at import answers
from drivers.at.causes import Causes
from drivers.at.channel import Channel
from drivers.at.exchange import Command
from interop.protocols.equipment import Spend
from interop.protocols.errors import CommandRefused
from interop.protocols.link import Journal
from interop.protocols.modem import Divert, Forwarding, Steered
from interop.protocols.stream import EventStream
from interop.record.events import ForwardingSeen, ForwardingSet

VOICE = 1
"""<class> (27.007 7.4)"""
DEADLINE_S = 60.0
"""the network is asked; SIM800 manual: up to 15 s, and up to three minutes where it does not answer at all"""
AFTER_S = range(5, 31, 5)
"""how long it may ring first (22.082)"""
_STATUS = re.compile(r"[01]\s*,\s*\d{1,3}\s*(?:,.*)?")


class Services:
    """`events` are told what the network is asked to forward; each answer is about voice only.

    Whoever has calls forwarded pays for them from there on: with each forwarding that is set here, one call
    is spent, that which it is set for. To put back what was before costs nothing.
    """

    def __init__(
        self, channel: Channel, journal: Journal, events: EventStream, causes: Causes, spend: Spend
    ) -> None:
        self._channel = channel
        self._journal = journal
        self._events = events
        self._causes = causes
        self._spend = spend
        self._set_here: set[Divert] = set()

    async def call_waiting(self) -> bool | None:
        """What the network says; None where it does not. Raises EquipmentError, but CommandRefused."""
        for line in await self._asked(f"AT+CCWA=1,2,{VOICE}", "+CCWA:"):
            values = answers.fields(line)
            if values[1].isdigit() and int(values[1]) & VOICE:
                return values[0] == "1"
        return None

    async def set_call_waiting(self, on: bool) -> Steered:
        return await self._told(f"AT+CCWA=1,{int(on)},{VOICE}")

    async def diverted(self, when: Divert) -> Forwarding | None:
        found = None
        for line in await self._asked(f"AT+CCFC={when.value},2", "+CCFC:"):
            values = answers.fields(line)
            if values[1].isdigit() and int(values[1]) & VOICE:
                found = _registered(values)
                if found.number:
                    break
        if found is not None:
            self._events.append(ForwardingSeen(when.name.lower(), **asdict(found)))
        return found

    async def divert(self, when: Divert, to: str, *, after_s: int = 20, active: bool = True) -> Steered:
        """Register (which activates, 22.082) and, where it shall not be active, disable; or erase. Raises
        EmergencyRefused, BudgetSpent before anything is sent.
        """
        if to and not re.fullmatch(r"\+?[0-9]+", to):
            raise ValueError(f"{to!r} is no number to forward to")
        if after_s not in AFTER_S:
            raise ValueError(f"{after_s} s is not 5 to 30 in steps of 5 (22.082)")
        if to:
            text = f'AT+CCFC={when.value},3,"{to}",{145 if to.startswith("+") else 129},{VOICE}'
            text += f",,,{after_s}" if when is Divert.NO_REPLY else ""
        else:
            text = f"AT+CCFC={when.value},4"
        self._channel.permit(Command(text=text))
        if new := bool(to) and when not in self._set_here:
            self._spend("calls")
            self._set_here.add(when)
        self._events.append(ForwardingSet(when.name.lower(), to))
        answer = await self._told(text)
        if answer.done and to and not active:
            answer = await self._told(f"AT+CCFC={when.value},0")
        if answer.done and not new:
            self._set_here.discard(when)
        return answer

    async def _told(self, text: str) -> Steered:
        try:
            await self._channel.run(Command(text=text, deadline=DEADLINE_S, retry_busy=False))
        except CommandRefused as refused:
            return await self._causes.refusal(refused)
        return Steered(True)

    async def _asked(self, text: str, prefix: str) -> list[str]:
        """The rows <status>,<class>[,...] of an answer; +CCWA: is the prefix of a URC as well."""
        asked = Command(
            text=text, expect=(prefix,), shape=_is_status, may_be_empty=True, deadline=DEADLINE_S, again=True
        )
        try:
            answer = await self._channel.run(asked)
        except CommandRefused as refused:
            self._journal.note(str(refused))
            return []
        return [line.removeprefix(prefix).strip() for line in answer.lines]


def _registered(values: list[str]) -> Forwarding:
    """Of a row <status>,<class>[,<number>,<type>[,<subaddr>,<satype>,<time>]]; a status of 0 with a number is
    one that is switched off.
    """
    number = answers.text_of(values[2]) if len(values) > 2 else ""
    if number and len(values) > 3 and values[3] == "145" and not number.startswith("+"):
        number = f"+{number}"
    after_s = int(values[6]) if len(values) > 6 and values[6].isdecimal() else 0
    return Forwarding(number, values[0] == "1" or not number, after_s if after_s in AFTER_S else 20)


def _is_status(text: str) -> bool:
    return _STATUS.fullmatch(text) is not None
