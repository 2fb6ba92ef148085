"""What handsets wrote to the service numbers: parts put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from interop.gateway.provider import Came
from interop.smspdu import Address, Dcs, Deliver, Incomplete, Reassembly, Timestamp, UserData


class Replies:
    def __init__(self, now: Callable[[], datetime], lost: Callable[[Incomplete], None]) -> None:
        self._now = now
        self._lost = lost
        self._parts = Reassembly(lost)

    def add(self, came: Came) -> str | None:
        """The text that this completes; octets that are no text in hexadecimal."""
        if came.part is None:
            return _text(came.body)
        header = (came.part.element(),)
        # only originator and user data decide what belongs together
        deliver = Deliver(
            Address(came.source), Timestamp.of(self._now()), Dcs(0), UserData(came.body, header)
        )
        whole = self._parts.add(deliver, to=came.destination)
        return None if whole is None else _text(whole.body)

    def give_up(self) -> None:
        """Tell of what was never completed."""
        for incomplete in self._parts.give_up():
            self._lost(incomplete)


def _text(body: str | bytes) -> str:
    return body if isinstance(body, str) else body.hex()
