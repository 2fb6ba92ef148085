"""Who hears whom: a fresh DTMF digit in every direction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from interop.engine import Bench
from interop.protocols.modem import Stat
from interop.record import Blame, Cause, Layer
from interop.record.events import ToneHeard
from suites.parties import Party

HEARD_S: Final = 6.0
SILENCE_S: Final = 4.0
"""how long to listen before it counts as silence that nobody is heard"""
_DIGITS: Final = "1234567890"

SILENT: Final[Blame] = (Layer.CORE, Cause.MEDIA_SILENT)
ONE_WAY: Final[Blame] = (Layer.CORE, Cause.MEDIA_ONE_WAY)


@dataclass(frozen=True, slots=True)
class Direction:
    """`bridge`: the party whose conference joins the two, None where they speak to each other directly."""

    speaker: Party
    listener: Party
    bridge: Party | None = None

    def __str__(self) -> str:
        return f"{self.listener.sim.name} hears {self.speaker.sim.name}"


async def listen(bench: Bench, parties: Sequence[Party]) -> None:
    """Switch the detectors on; where a modem has none, the case is about something else."""
    for one in parties:
        if not await one.modem.listen_for_tones():
            bench.not_checked(f"what {one.sim.name} hears", f"{one.modem.name} detects no tones")


async def all_hear(bench: Bench, directions: Sequence[Direction]) -> None:
    """Each listener gets each speaker's digit; a direction that fails is tried once more with another one."""
    heard = {direction: await _is_heard(bench, direction, HEARD_S) for direction in directions}
    missing = [direction for direction, came in heard.items() if came is False]
    for direction in missing:
        heard[direction] = await _is_heard(bench, direction, HEARD_S)
    for direction, came in heard.items():
        if came is None:
            bench.not_checked(str(direction), "no tone detector")
        elif came is False and await _by_ims(direction.bridge):
            # telephone events need not cross a mixer (RFC 4733): the voices may well be heard
            bench.not_checked(str(direction), "tones may not cross a conference over IMS")
        else:
            bench.check(
                str(direction),
                expected="the tone",
                actual="the tone" if came else "nothing",
                blame=ONE_WAY if _heard_back(direction, heard) else SILENT,
            )


async def nobody_hears(bench: Bench, directions: Sequence[Direction]) -> None:
    """The negative: a held party hears nothing, and is not heard."""
    for direction in directions:
        came = await _is_heard(bench, direction, SILENCE_S)
        name = f"{direction.listener.sim.name} does not hear {direction.speaker.sim.name}"
        if came is None:
            bench.not_checked(name, "no tone detector")
        else:
            bench.check(
                name,
                expected="nothing",
                actual="the tone" if came else "nothing",
                blame=(Layer.CORE, Cause.HOLD_NOT_APPLIED),
            )


async def _is_heard(bench: Bench, direction: Direction, within: float) -> bool | None:
    """None where the listener has no detector."""
    listener = direction.listener.modem
    if not await listener.listen_for_tones():
        return None
    digit = bench.random.choice(_DIGITS)
    mark = listener.events.mark()
    await direction.speaker.modem.send_tones(digit)
    tone = await listener.events.wait(
        ToneHeard, within=within, since=mark, where=lambda event: event.digit == digit
    )
    return tone is not None


def _heard_back(direction: Direction, heard: dict[Direction, bool | None]) -> bool:
    back = Direction(direction.listener, direction.speaker, direction.bridge)
    return heard.get(back) is True


async def _by_ims(party: Party | None) -> bool:
    if party is None:
        return False
    cs = (await party.modem.registration()).cs
    return cs not in (Stat.HOME, Stat.ROAMING)


def both_ways(one: Party, other: Party, bridge: Party | None = None) -> list[Direction]:
    return [Direction(one, other, bridge), Direction(other, one, bridge)]
