"""The number under test controls: it holds, joins, splits, transfers and leaves."""

from __future__ import annotations

from interop.engine import Bench, Cast, case, role
from interop.protocols.modem import Modem, Steering
from suites.parties import parties
from suites.threeway import steering
from suites.threeway.conference import Conference
from suites.threeway.talk import both_ways


@case(service="hold", standard="3GPP TS 22.083 2; 24.083", expected_s=50)
async def holds_and_resumes(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "multiparty"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
) -> None:
    """A call is held, nobody hears anything, it is retrieved, both hear each other again."""
    a, b = parties(bench, subject=subject, peer=peer)
    await steering.can(bench, a, Steering.SWAP)
    conference = Conference(bench, a)
    await conference.calls(b)
    await conference.holds()
    await conference.retrieves()
    await conference.hear(both_ways(a, b), "after it was held")
    await conference.ends()


@case(
    service="conference-mo",
    standard="3GPP TS 22.084; 24.084; GSMA IR.26",
    expected_s=150,
    timeout_s=600,
)
async def joins_three(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "multiparty"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """Two calls are joined; all hear each other, two privately, all again, held and back; one is dropped."""
    a, b, c = parties(bench, subject=subject, peer=peer, third=third)
    conference = await Conference.of_three(bench, a, b, c)
    if await conference.talks_privately(b):
        await conference.joins("join again")
        await conference.everybody_hears("joined again")
    await conference.holds(joined_calls=True)
    await conference.retrieves(joined_calls=True)
    await conference.everybody_hears("after it was held")
    await conference.drops(b)
    await conference.ends()


@case(
    service="conference-transfer",
    standard="3GPP TS 22.091; 24.091",
    expected_s=60,
    timeout_s=600,
)
async def leaves_the_others_talking(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "multiparty"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """The subject connects the one it holds with the one it speaks to, and is out of it."""
    a, b, c = parties(bench, subject=subject, peer=peer, third=third)
    await steering.can(bench, a, Steering.TRANSFER)
    conference = await Conference.of_two_calls(bench, a, b, c)
    await conference.transfers()
    await steering.leaves(bench, b, (a, c))


@case(
    service="conference-four",
    standard="3GPP TS 22.084 1.2 (up to five others)",
    expected_s=160,
    timeout_s=600,
)
async def joins_a_fourth(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice", "multiparty"),
    second: Modem = role("modem", "voice", cast=Cast.OTHER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
    fourth: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """The conference is held for one more call and joined with it: twelve directions; the subject ends it."""
    a, b, c, d = parties(bench, subject=subject, second=second, third=third, fourth=fourth)
    conference = await Conference.of_three(bench, a, b, c)
    await conference.holds(joined_calls=True)
    await conference.adds(d)
    await conference.joins("join a fourth")
    await conference.everybody_hears("with a fourth")
    await conference.lives()
    await conference.ends()
