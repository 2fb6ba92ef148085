"""The number under test is invited to another's conference."""

from __future__ import annotations

import pytest

from interop.engine import Bench, Cast, case, role
from interop.protocols.modem import Modem
from suites.parties import parties
from suites.threeway.conference import Conference


@pytest.mark.parametrize("place", ["first", "second"])
@case(
    service="conference-mt",
    standard="3GPP TS 22.084; 24.084; GSMA IR.26",
    expected_s=100,
    timeout_s=600,
)
async def is_invited(
    bench: Bench,
    place: str,
    *,
    subject: Modem = role("modem", "voice"),
    peer: Modem = role("modem", "voice", "multiparty", cast=Cast.PEER),
    third: Modem = role("modem", "voice", cast=Cast.OTHER),
) -> None:
    """The peer calls the subject, first or second, and joins it to the third; it hears both, then none."""
    invited, inviting, other = parties(bench, subject=subject, peer=peer, third=third)
    b, c = (invited, other) if place == "first" else (other, invited)
    conference = await Conference.of_three(bench, inviting, b, c)
    await conference.talks_privately(other)
    await conference.ends()
