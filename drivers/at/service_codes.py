"""Service codes by USSD: one is sent, its answer awaited, the session ended (3GPP TS 27.007 7.15)."""

from __future__ import annotations

from drivers.at import ussd
from drivers.at.channel import Channel
from drivers.at.exchange import Command, Unsolicited
from interop.protocols.errors import CommandRefused
from interop.protocols.link import Journal
from interop.protocols.stream import EventStream
from interop.record.events import UssdAnswered, UssdSent


class ServiceCodes:
    def __init__(self, channel: Channel, journal: Journal, events: EventStream) -> None:
        self._channel = channel
        self._journal = journal
        self._events = events

    async def ask(self, code: str, within: float) -> str | None:
        """The network's text, None when none came in `within` seconds or it has none."""
        if not code or code.strip("0123456789+*#"):
            raise ValueError(f"{code!r} is no USSD code")
        command = Command(text=f'AT+CUSD=1,"{code}",15', deadline=20.0, retry_busy=False)
        self._channel.permit(command)
        mark = self._events.mark()
        self._events.append(UssdSent(code))
        await self._channel.run(command)
        answer = await self._events.wait(UssdAnswered, within=within, since=mark)
        if answer is None or answer.mode == 1:
            # the network waits for us to go on, or never began: end the session
            try:
                await self._channel.run(Command(text="AT+CUSD=2"))
            except CommandRefused as error:
                self._journal.note(str(error))
        if answer is None:
            # a text that was cut off never closes its quotes: only the next answer shows its end (gammu 150)
            answer = await self._events.wait(UssdAnswered, within=0.0, since=mark)
        return answer.text or None if answer else None

    def answered(self, urc: Unsolicited) -> None:
        """Raises Unreadable."""
        mode, text = ussd.reply(urc.body, self._channel.ledger.value("AT+CSCS").strip('"'))
        self._events.append(UssdAnswered(text or "", mode))
