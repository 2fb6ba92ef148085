"""Voice calls between the number under test and every operator, both ways."""

from __future__ import annotations

from interop.engine import Bench, Cast, case, role
from interop.protocols.modem import Modem
from suites.call_steps import converses, is_cleared, is_refused, rings
from suites.parties import party


@case(service="voice-mo", standard="GSMA IR.24 2.1.3 and CLI change; 3GPP TS 24.008 5.2", expected_s=24)
async def originates(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
) -> None:
    """The subject calls: it rings there with the subject's number, is answered, holds, ends normally."""
    caller, called = party(bench, "subject", subject), party(bench, "peer", peer)
    ring = await rings(bench, caller, called)
    await converses(bench, ring)
    await is_cleared(bench, ring)


@case(service="voice-mt", standard="GSMA IR.24 2.1.3 and CLI change; 3GPP TS 24.008 5.2", expected_s=24)
async def receives(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
) -> None:
    """The peer calls the subject: it rings with the peer's number, is answered, holds, ends normally."""
    caller, called = party(bench, "peer", peer), party(bench, "subject", subject)
    ring = await rings(bench, caller, called)
    await converses(bench, ring)
    await is_cleared(bench, ring)


@case(service="release-mo", standard="3GPP TS 24.008 5.4.4 and annex H", expected_s=12)
async def learns_refusal(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
) -> None:
    """The subject calls, the peer refuses: the subject is told busy or rejected, not "empty number"."""
    caller, called = party(bench, "subject", subject), party(bench, "peer", peer)
    ring = await rings(bench, caller, called)
    await is_refused(bench, ring)


@case(service="release-mt", standard="3GPP TS 24.008 5.4.4 and annex H", expected_s=12)
async def refusal_is_learnt(
    bench: Bench,
    *,
    subject: Modem = role("modem", "voice"),
    peer: Modem = role("modem", "voice", cast=Cast.PEER),
) -> None:
    """The peer calls, the subject refuses: the peer is told busy or rejected, not "empty number"."""
    caller, called = party(bench, "peer", peer), party(bench, "subject", subject)
    ring = await rings(bench, caller, called)
    await is_refused(bench, ring)
