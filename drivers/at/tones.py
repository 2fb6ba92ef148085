"""DTMF: into a call by +VTS (27.007 C.2.11) or a maker's own command, and out of one by a maker's detector.

What is heard comes as a URC, once `listen` was accepted. Digits are sent one to a command: every modem takes
that, and no order of digits looks like a number to the emergency guard.
"""

from __future__ import annotations

from drivers.at import answers
from drivers.at.channel import Channel
from drivers.at.exchange import Command, Unsolicited
from drivers.at.watching import Watch
from interop.protocols.errors import CommandRefused, NotAvailable
from interop.protocols.stream import EventStream
from interop.record.events import ToneHeard, ToneSent

DIGITS = "0123456789*#ABCD"
DEADLINE_S = 10.0
"""some answer when the tone has ended"""


class Tones:
    def __init__(self, channel: Channel, events: EventStream, watch: Watch) -> None:
        self._channel = channel
        self._events = events
        self._watch = watch
        self._dialect = channel.dialect.tones
        self._forms = self._dialect.send

    async def listen(self) -> bool:
        """The first of the dialect's settings that the modem accepts; a restart gets it again. Raises
        EquipmentError.
        """
        for setting in self._dialect.listen:
            try:
                await self._channel.set(setting)
            except CommandRefused:
                continue
            return True
        return False

    async def send(self, digits: str) -> None:
        """Raises EquipmentError, CommandRefused where no form of the command is taken; the digits before that
        one have been sent.
        """
        if not digits or digits.strip(DIGITS):
            raise ValueError(f"{digits!r} are no DTMF digits")
        if cannot := digits.strip(self._dialect.digits):
            raise NotAvailable(self._channel.device, f"cannot send the tones {cannot}")
        async with self._watch.control:
            call = await self._call() if any("{call}" in form for form in self._forms) else 0
            self._events.append(ToneSent(digits))
            for digit in digits:
                await self._send(digit, call)

    async def _send(self, digit: str, call: int) -> None:
        """What is refused was not sent, so that another form may be tried; the one that is taken stays."""
        for form in self._forms:
            text = form.format(digit=digit, call=call)
            try:
                await self._channel.run(Command(text=text, deadline=DEADLINE_S, retry_busy=False))
            except CommandRefused:
                if form == self._forms[-1]:
                    raise
                continue
            self._forms = (form,)
            return

    async def _call(self) -> int:
        """The index of a call that is active."""
        entries = await self._watch.look()
        active = [entry.index for entry in entries if entry.stat is entry.stat.ACTIVE]
        if not active:
            raise NotAvailable(self._channel.device, "no call is active to send tones into")
        return active[0]

    def heard(self, urc: Unsolicited) -> None:
        """Raises Unreadable."""
        self._events.append(ToneHeard(answers.tone(urc.body, urc.rule.fields)))
