"""Where the modem is registered: +CREG, +CEREG, +CIREG (27.007 7.2, 10.1.22, 8.71), asked and told."""

from __future__ import annotations

from drivers.at import answers
from drivers.at.channel import Channel
from drivers.at.exchange import Unsolicited
from interop.protocols.errors import CommandRefused, NotAvailable
from interop.protocols.link import Journal
from interop.protocols.modem import Registration, Stat
from interop.protocols.stream import EventStream
from interop.record.events import RegistrationSeen


class Registered:
    """What was seen last of each domain, so that a URC is an event only when something has changed."""

    def __init__(self, channel: Channel, journal: Journal, events: EventStream) -> None:
        self._channel = channel
        self._journal = journal
        self._events = events
        self._seen: dict[str, Stat] = {}

    async def ask(self) -> Registration:
        cs = await self._stat("CREG")
        eps = await self._stat("CEREG")
        ims = await self._stat("CIREG")
        plmn = await self._plmn() if any(stat in (Stat.HOME, Stat.ROAMING) for stat in (cs, eps)) else ""
        for domain, stat in (("cs", cs), ("eps", eps), ("ims", ims)):
            if stat is not None:
                self._seen[domain] = stat
                self._events.append(RegistrationSeen(domain, stat, plmn))
        return Registration(cs, eps, ims, plmn)

    def unsolicited(self, urc: Unsolicited) -> None:
        """Raises Unreadable."""
        domain = urc.rule.domain
        reader = answers.ims_registration if domain == "ims" else answers.registration_news
        stat = reader(urc.body)
        if self._seen.get(domain) is not stat:  # with <n>=2 every change of cell comes, too
            self._seen[domain] = stat
            self._events.append(RegistrationSeen(domain, stat))

    def reset(self) -> None:
        self._seen.clear()

    async def _stat(self, name: str) -> Stat | None:
        """Registration in one domain, None where the modem has no such command."""
        try:
            body = await self._channel.ask(f"AT+{name}?", shape=answers.is_registration_answer)
            return answers.ims_registration(body) if name == "CIREG" else answers.registration(body)
        except (CommandRefused, NotAvailable):
            return None
        except answers.Unreadable as error:
            self._journal.note(str(error))
            return None

    async def _plmn(self) -> str:
        try:
            return answers.operator(await self._channel.ask("AT+COPS?"))
        except (CommandRefused, NotAvailable):
            return ""
