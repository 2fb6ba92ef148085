"""Who hears whom: a fresh DTMF digit in every direction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Final

from interop.engine import Bench
from interop.engine.bench import Ended
from interop.protocols.errors import CommandRefused, NotAvailable
from interop.protocols.modem import Stat
from interop.record import Blame, Cause, InconcReason, Layer
from interop.record.events import ToneHeard
from suites.parties import Party
from suites.threeway.steering import NOT_HELD

HEARD_S: Final = 6.0
TRIES: Final = 4
"""of a direction in which nothing is heard, before that is silence: detectors lose a tone now and then"""
SILENCE_S: Final = 4.0
"""how long to listen before it counts as silence that nobody is heard"""
_DIGITS: Final = "1234567890"

SILENT: Final[Blame] = (Layer.CORE, Cause.MEDIA_SILENT)
ONE_WAY: Final[Blame] = (Layer.CORE, Cause.MEDIA_ONE_WAY)
_SUSPECTS: Final = {True: (ONE_WAY,), False: (SILENT,), None: (SILENT, ONE_WAY)}
"""of a direction in which nothing is heard, by what is heard in the other one"""


@dataclass(frozen=True, slots=True)
class Direction:
    """`bridge`: the party whose conference joins the two, None where they speak to each other directly."""

    speaker: Party
    listener: Party
    bridge: Party | None = None

    @property
    def back(self) -> Direction:
        return Direction(self.listener, self.speaker, self.bridge)

    def __str__(self) -> str:
        return f"{self.listener.sim.name} hears {self.speaker.sim.name}"


def both_ways(one: Party, other: Party, bridge: Party | None = None) -> list[Direction]:
    return [Direction(one, other, bridge), Direction(other, one, bridge)]


class Talk:
    """What is heard in one case. Silence is believed only of a detector that told some tone in it: firmware
    takes the command and tells none often enough. What such a one leaves open, `ends` says.

    `digits`: each another than the nine before it, so that a tone told late is not taken for a new one.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._told: set[str] = set()
        """modems whose detector has told a tone"""
        self._open: list[tuple[str, Direction, tuple[Blame, ...]]] = []
        """silence at detectors that have told none"""
        self._loses: dict[str, bool] = {}
        """modems whose detector heard one tone and not the one before it"""
        self._digits: Iterator[str] = cycle(bench.random.sample(_DIGITS, len(_DIGITS)))

    async def all_hear(
        self, directions: Sequence[Direction], when: str, are_up: Callable[[], Awaitable[None]]
    ) -> int:
        """Each listener gets each speaker's digit; what is not heard is tried again with others. Returns how
        many were heard; proved silence ends the case, for what comes after would only say the same.

        `are_up`: checks that the calls are up, asked before silence is blamed on anything else.
        """
        heard = {direction: await self.is_heard(direction, HEARD_S) for direction in directions}
        missing = [direction for direction, came in heard.items() if came is False]
        for direction in missing:
            heard[direction] = await self._is_heard_again(direction)
        if False in heard.values():
            await are_up()
        for direction, came in heard.items():
            await self._judge(direction, when, came, back=heard.get(direction.back))
        proved = [one for one in self._open if one[1].listener.modem.name in self._told]
        for name, _, suspects in proved:
            self._bench.check(name, expected="the tone", actual="nothing", ok=False, ambiguous=suspects)
        if proved:
            raise Ended("nobody need listen any more")
        return sum(came is True for came in heard.values())

    def ends(self) -> None:
        """Ends the case where silence was left unproved."""
        for _, direction, _ in self._open:
            what = f"{direction.listener.modem.name} told no tone at all: its detector, or {direction}?"
            self._bench.inconclusive(InconcReason.DEVICE, what)

    async def _is_heard_again(self, direction: Direction) -> bool:
        listener = direction.listener.modem
        silent = {one.listener.modem.name for _, one, _ in self._open}
        for _ in range(0 if listener.name in silent - self._told else TRIES - 1):
            if await self.is_heard(direction, HEARD_S):
                self._loses[listener.name] = True
                return True
        if self._loses.get(listener.name):
            self._bench.inconclusive(InconcReason.MODEM, f"{listener.name} loses tones: {direction}?")
        return False

    async def _judge(self, direction: Direction, when: str, came: bool | None, *, back: bool | None) -> None:
        """`back`: the inverse direction, None where it is not known."""
        name = f"{direction} {when}"
        if came is None:
            self._bench.not_checked(name, f"{direction.listener.modem.name} has no tone detector")
        elif came is False and await _by_ims(direction.bridge):
            # telephone events need not cross a mixer (RFC 4733): the voices may well be heard
            self._bench.not_checked(name, "tones may not cross a conference over IMS")
        elif came is False:
            self._open.append((name, direction, _SUSPECTS[back]))
        else:
            self._bench.check(name, expected="the tone", actual="the tone")

    async def nobody_hears(self, directions: Sequence[Direction], when: str) -> None:
        """The negative: a held party hears nothing, and is not heard."""
        for direction in directions:
            name = f"{direction.listener.sim.name} does not hear {direction.speaker.sim.name} {when}"
            try:
                came = await self.is_heard(direction, SILENCE_S, digits=TRIES)
            except (CommandRefused, NotAvailable) as refused:
                # 27.007 C.2.11: +VTS is for the active call, and who holds his only one has none
                self._bench.not_checked(name, str(refused))
                continue
            if came is None or (came is False and direction.listener.modem.name not in self._told):
                self._bench.not_checked(name, f"{direction.listener.modem.name} tells no tones")
                continue
            actual = "the tone" if came else "nothing"
            self._bench.check(name, expected="nothing", actual=actual, blame=NOT_HELD)

    async def is_heard(self, direction: Direction, within: float, *, digits: int = 1) -> bool | None:
        """Any of so many digits, each sent once: that one alone is not heard is no proof of silence.

        None where the listener has no detector. Modems may switch theirs off with the call: on again.
        """
        listener = direction.listener.modem
        if not await listener.listen_for_tones():
            return None
        sent = [next(self._digits) for _ in range(digits)]
        mark = listener.events.mark()
        for digit in sent:
            await direction.speaker.modem.send_tones(digit)
        tone = await listener.events.wait(
            ToneHeard, within=within, since=mark, where=lambda event: event.digit in sent
        )
        if tone is not None:
            self._told.add(listener.name)
        return tone is not None


async def _by_ims(party: Party | None) -> bool:
    if party is None:
        return False
    cs = (await party.modem.registration()).cs
    return cs not in (Stat.HOME, Stat.ROAMING)
