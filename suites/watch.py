"""What comes to one party, and when: a notification may be there before the sender is told that its message
was taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from interop.engine import Bench
from interop.record import Event
from suites.parties import Party

E = TypeVar("E", bound=Event)


@dataclass(frozen=True, slots=True)
class Watch:
    """To be taken before anything is asked for. `came`: event and second of the bench."""

    party: Party
    mark: int
    came: list[tuple[float, Event]]

    @classmethod
    def of(cls, bench: Bench, party: Party) -> Watch:
        events = party.modem.events
        watch = cls(party, events.mark(), [])
        ends = events.listen(lambda event: watch.came.append((bench.now(), event)))

        async def end() -> None:
            ends()

        bench.on_exit(end)
        return watch

    async def wait(
        self, kind: type[E], within: float, where: Callable[[E], bool] = lambda _: True
    ) -> E | None:
        """As `EventStream.wait`, since this began."""
        return await self.party.modem.events.wait(kind, within=within, since=self.mark, where=where)

    def all(self, kind: type[E]) -> list[E]:
        return [event for _, event in self.came if isinstance(event, kind)]

    def at(self, event: Event) -> float:
        return next(at for at, each in self.came if each is event)
