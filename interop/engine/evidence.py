"""Whose event is it? Devices are heard for the whole run; a lease says which attempt they work for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from interop.engine.expected import Expectations
from interop.engine.lease import Lease
from interop.protocols.stream import EventStream
from interop.record import Event, Late
from interop.record import events as seen
from interop.record.writer import RunWriter

# a call or message that left must be on disk even if the process dies next: budgets are counted from it
_COSTLY = (
    seen.Dialled, seen.MessageSubmitted, seen.MmsSubmitted, seen.UssdSent, seen.FormSubmitted,
    seen.CodeEntered, seen.TextHanded,
)  # fmt: skip


class Evidence:
    """Listens to every device and writes what it hears; recognises messages that come after their case."""

    def __init__(self, writer: RunWriter) -> None:
        self._writer = writer
        self._leases: dict[str, Lease] = {}
        self.expected = Expectations()
        self._handed: dict[tuple[str, str], Lease] = {}
        self._streams: dict[str, EventStream] = {}
        self._ends: list[Callable[[], None]] = []
        self.watcher: Callable[[str, Event], None] = lambda _party, _event: None
        """also told of every event, by the party that acted"""

    def attach(self, party: str, stream: EventStream) -> None:
        """Hear a device from now on; `party` is its SIM's name or the site's."""
        self._streams[party] = stream
        self._ends.append(stream.listen(lambda event: self._hear(party, event)))

    def detach(self) -> None:
        for end in self._ends:
            end()
        self._ends.clear()

    def begin(self, lease: Lease, parties: Iterable[str]) -> None:
        """What these parties do from now on belongs to `lease`; what they did before is forgotten."""
        for party in parties:
            self._leases[party] = lease
            if stream := self._streams.get(party):
                stream.forget()

    def over(self, lease: Lease) -> None:
        """Its case has ended and looks at nothing any more: what it asked for is late from now on."""
        lease.ended = self._writer.now()

    def end(self, lease: Lease) -> None:
        """Its devices are free."""
        self._leases = {party: other for party, other in self._leases.items() if other is not lease}

    def expect(self, lease: Lease, sim: str, text: str, sender: str, awaited: bool) -> None:
        """Into the record, too: a run that resumes this one must know what may still come."""
        self.expected.expect(lease, sim, text, sender, awaited)
        self._writer.observe(sim, seen.MessageExpected(text, sender, awaited), lease.key)

    def settle(self, lease: Lease, sim: str) -> None:
        """What it expected there will not come."""
        self.expected.settle(lease, sim)
        self._writer.observe(sim, seen.NoMessageExpected(), lease.key)

    def _hear(self, party: str, event: Event) -> None:
        lease = self._leases.get(party)
        late = self._late(party, event)
        owner = late or lease
        self._writer.observe(party, event, owner.key if owner else None)
        if isinstance(event, _COSTLY):
            self._writer.flush()
        if late:
            self._write_late(late, party, event)
        elif lease:
            lease.events.append((party, event))
            if isinstance(event, seen.TextTaken):
                self._handed |= {(party, reference): lease for reference in event.references}
            elif isinstance(event, seen.MessageAccepted):
                self._handed[party, str(event.reference)] = lease
            elif isinstance(event, seen.MmsTaken) and event.message_id:
                self._handed[party, event.message_id] = lease
        self.watcher(party, event)

    def _late(self, party: str, event: Event) -> Lease | None:
        """The ended attempt that asked for this text on this SIM, or handed over what this claim is about."""
        if isinstance(event, (seen.MessageReceived, seen.MmsNotified)):
            return self.expected.came(party, event)
        if isinstance(event, (seen.GatewayClaimed, seen.StatusReported)):
            lease = self._handed.get((party, str(event.reference)))
        elif isinstance(event, (seen.MmsReported, seen.MmsReadHeard)):
            lease = self._handed.get((party, event.message_id))
        else:
            return None
        return lease if lease and lease.ended is not None else None

    def _write_late(self, lease: Lease, party: str, event: Event) -> None:
        assert lease.ended is not None
        now = round(self._writer.now(), 6)
        after = round(now - lease.ended, 6)
        self._writer.write(Late(lease.case, lease.attempt, now, party, _in_words(event), after))


def _in_words(event: Event) -> str:
    match event:
        case seen.MessageReceived():
            return f"message from {event.sender}: {event.text}"
        case seen.MmsNotified():
            return f"multimedia message from {event.sender}: {event.subject}"
        case seen.StatusReported():
            return f"the service centre's report on {event.reference}: {event.status:02X}"
        case seen.GatewayClaimed():
            return f"the gateway's claim about {event.reference}: {event.state}"
        case seen.MmsReported():
            return f"the MMSC's report on {event.message_id}: {event.status}"
        case seen.MmsReadHeard():
            return f"read report on {event.message_id}: {event.status}"
        case _:
            raise TypeError(f"{type(event).__name__} is never late")


def call_parties(events: Sequence[tuple[str, Event]]) -> list[str]:
    """Who had to do with a call, in order: these must be hung up."""
    of_calls = (
        seen.Dialled, seen.Ringing, seen.CallerId, seen.Answered, seen.Alerting, seen.Connected, seen.Released
    )  # fmt: skip
    return list(dict.fromkeys(party for party, event in events if isinstance(event, of_calls)))
