"""Who hears whom: speech follows legs that are active at both ends, and conferences pass it on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from drivers.emulated.air import ACTIVE, Leg, Terminal

Passes = Callable[[Terminal, Leg | None, Leg | None], bool]
"""Whether at one handset's calls speech that comes in by a leg (None: its own voice) goes out by another
(None: to its own ear)."""


def bridged(terminal: Terminal, into: Leg | None, out: Leg | None) -> bool:
    """The rule without defects: legs of one conference hear each other, held legs carry nothing; the parties
    of a conference that is held are put on hold as by Call Hold (22.084 1.2.1.1).
    """
    del terminal
    if into is not None and out is not None and not (into.multiparty and out.multiparty):
        return False
    return all(leg is None or leg.state == ACTIVE for leg in (into, out))


def hearers(
    speaker: Terminal, legs: Callable[[Terminal], Sequence[Leg]], passes: Passes = bridged
) -> list[Leg]:
    """Where the voice of `speaker` is heard: one leg of each handset that hears it, nearest first.

    `legs`: all calls of a handset. Nobody hears himself through others' conferences.
    """
    heard: dict[str, Leg] = {}
    reached: set[Leg] = set()
    ways = deque[tuple[Terminal, Leg | None]]([(speaker, None)])
    while ways:
        here, into = ways.popleft()
        if into is not None and here is not speaker and here.imsi not in heard and passes(here, into, None):
            heard[here.imsi] = into
        for out in legs(here):
            far = out.far
            if out is into or far is None or far in reached or not passes(here, into, out):
                continue
            if far in legs(far.terminal):
                reached.add(far)
                ways.append((far.terminal, far))
    return list(heard.values())
