"""Multimedia messages from the number under test to every operator, and back, as they were sent."""

from __future__ import annotations

import pytest

from interop.engine import Bench, Cast, case, role
from interop.protocols.modem import Modem
from suites.mms import contents
from suites.mms.arrival import Arriving, arrives, comes_once
from suites.mms.compare import is_intact
from suites.mms.contents import Draw
from suites.mms.sending import hands_over, is_refused_as_too_large, is_taken, largest
from suites.parties import Party, party
from suites.watch import Watch

CONTENTS = pytest.mark.parametrize(
    "draw",
    [
        pytest.param(contents.latin, id="latin"),
        pytest.param(contents.chinese, id="chinese"),
        pytest.param(contents.with_picture, id="picture"),
        pytest.param(contents.of_several, id="parts"),
        pytest.param(contents.with_sound, id="sound"),
        pytest.param(contents.near, id="large"),
    ],
)


async def _reaches(bench: Bench, sender: Party, *receivers: Party, draw: Draw) -> None:
    content = contents.drawn(bench, draw, largest(sender, *receivers))
    watched = Watch.of(bench, sender), *(Watch.of(bench, one) for one in receivers)
    submitted = await hands_over(bench, watched[0], receivers, content)
    is_taken(bench, submitted)
    came = []
    for receiver in watched[1:]:
        arriving = Arriving(submitted, receiver)
        event, message = await arrives(bench, arriving)
        await is_intact(bench, arriving, event, message)
        came.append((arriving, event))
    for arriving, event in came:
        await comes_once(bench, arriving, event)


@CONTENTS
@case(
    service="mms-mo",
    standard="OMA-TS-MMS_ENC-V1_3; ETSI TS 102 250-2 7.3",
    expected_s=60,
    timeout_s=3600,
)
async def sends(
    bench: Bench,
    draw: Draw,
    *,
    subject: Modem = role("modem", "mms"),
    peer: Modem = role("modem", "mms", cast=Cast.PEER),
) -> None:
    """The subject's message reaches the peer once, with the subject's number and every part as sent."""
    await _reaches(bench, party(bench, "subject", subject), party(bench, "peer", peer), draw=draw)


@CONTENTS
@case(
    service="mms-mt",
    standard="OMA-TS-MMS_ENC-V1_3; ETSI TS 102 250-2 7.3",
    expected_s=60,
    timeout_s=3600,
)
async def receives(
    bench: Bench,
    draw: Draw,
    *,
    subject: Modem = role("modem", "mms"),
    peer: Modem = role("modem", "mms", cast=Cast.PEER),
) -> None:
    """The peer's message reaches the subject once, with the peer's number and every part as sent."""
    await _reaches(bench, party(bench, "peer", peer), party(bench, "subject", subject), draw=draw)


@case(service="mms-several", standard="OMA-TS-MMS_ENC-V1_3 6.1.1", expected_s=110, timeout_s=3600)
async def sends_to_several(
    bench: Bench,
    *,
    subject: Modem = role("modem", "mms"),
    peer: Modem = role("modem", "mms", cast=Cast.PEER),
    third: Modem = role("modem", "mms", cast=Cast.OTHER),
) -> None:
    """One message to two recipients reaches both, and names both."""
    receivers = party(bench, "peer", peer), party(bench, "third", third)
    await _reaches(bench, party(bench, "subject", subject), *receivers, draw=contents.with_picture)


@case(service="mms-limit", standard="OMA-TS-MMS_ENC-V1_3 7.3.48", expected_s=60, timeout_s=3600)
async def over_the_limit(
    bench: Bench,
    *,
    subject: Modem = role("modem", "mms", "mms_pdu"),
    peer: Modem = role("modem", "mms", "mms_pdu", cast=Cast.PEER),
) -> None:
    """A message larger than the sender's operator says it takes is refused for that, or arrives whole."""
    sender, receiver = party(bench, "subject", subject), party(bench, "peer", peer)
    content = contents.drawn(bench, contents.beyond, largest(sender))
    watched = Watch.of(bench, sender), Watch.of(bench, receiver)
    submitted = await hands_over(bench, watched[0], (receiver,), content)
    if is_refused_as_too_large(bench, submitted):
        return
    arriving = Arriving(submitted, watched[1])
    event, message = await arrives(bench, arriving)
    await is_intact(bench, arriving, event, message)
    await comes_once(bench, arriving, event)
