"""The number under test controls: it holds, joins, splits and leaves."""

from __future__ import annotations

from interop.engine import Bench, Cast, case, role
from interop.protocols.modem import Modem, Steering
from interop.record import Cause
from suites.parties import party
from suites.threeway.conference import Conference
from suites.threeway.steering import steers
from suites.threeway.talk import Direction, all_hear, both_ways, nobody_hears


@case(service="hold", standard="3GPP TS 22.083 2; 24.083", expected_s=40)
async def holds_and_resumes(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "multiparty"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """A call is held, nobody hears anything, it is retrieved, both hear each other again."""
    trio = await _trio(bench, subject, peer, third)
    await all_hear(bench, both_ways(trio.a, trio.b))
    await trio.holds()
    await nobody_hears(bench, [Direction(trio.a, trio.b), Direction(trio.b, trio.a)])
    await trio.retrieves()
    await all_hear(bench, both_ways(trio.a, trio.b))
    await trio.ends()


@case(service="conference-mo", standard="3GPP TS 22.084; 24.084; GSMA IR.26", expected_s=90)
async def joins_three(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "multiparty"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """The subject joins two calls; all hear each other, privately only two do; one leaves, one stays."""
    trio = await _trio(bench, subject, peer, third)
    await trio.holds()
    await trio.calls_the_third()
    await trio.joins()
    await trio.everybody_hears()
    await trio.talks_privately()
    await steers(bench, trio.a, Steering.JOIN, "join again", refused=Cause.CONFERENCE_REFUSED)
    await trio.everybody_hears()
    await trio.drops_the_first()
    await trio.ends()


async def _trio(bench: Bench, subject: Modem, peer: Modem, third: Modem) -> Conference:
    a, b, c = party(bench, "subject", subject), party(bench, "peer", peer), party(bench, "third", third)
    return await Conference.begins(bench, a, b, c)
