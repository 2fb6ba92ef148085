"""Multimedia messages that are fetched later than at once, and those that nobody fetches in time."""

from __future__ import annotations

import asyncio
from typing import Final

from interop import mms
from interop.engine import Bench, Cast, case, role
from interop.protocols.mms import MmsStage
from interop.protocols.modem import Modem
from interop.record import Cause, InconcReason, Layer, mms_codes
from interop.record.events import MmsNotified
from suites.mms import contents, reports
from suites.mms.arrival import Arriving, fetch, is_announced, is_fetched, is_not_fetched, pdu_of
from suites.mms.compare import is_intact
from suites.mms.sending import can_fetch, hands_over, is_taken, largest, told
from suites.parties import Party, party
from suites.watch import Watch

DEFERRED_S: Final = 60.0
"""from the notification to the fetching"""
LIFE_S: Final = 3600
"""the shortest that modems' own clients can ask for"""
_ZONES: Final = 14
"""hours by which a stamp may be wrong that names another zone than its own"""
SLACK_S: Final = 120.0
"""by which clocks may differ, and a centre may be late to throw a message away"""


@case(service="mms-deferred", standard="OMA-TS-MMS_ENC-V1_3 6.2, 6.4", expected_s=100, timeout_s=3600)
async def fetches_later(
    bench: Bench,
    *,
    subject: Modem = role("modem", "mms"),
    peer: Modem = role("modem", "mms", cast=Cast.PEER),
) -> None:
    """The subject puts a message off and fetches it later; only then the peer hears that it is delivered."""
    arriving, event = await _announced(bench, party(bench, "peer", peer), party(bench, "subject", subject))
    receiver = arriving.receiver.party
    can = await can_fetch(bench, receiver, arriving.submitted.content)
    if not can.confirm:
        bench.not_checked(
            "ack: the message is put off", f"{receiver.modem.name} fetches later, and tells nobody"
        )
    elif not await receiver.modem.mms.respond(pdu_of(arriving, event), mms.Status.DEFERRED):
        bench.not_checked("ack: the message is put off", f"the MMSC gave {receiver.sim.name} no answer")
    await asyncio.sleep(DEFERRED_S)  # it is what is tested
    reports.is_not_delivered_yet(bench, arriving)
    message = await is_fetched(bench, arriving, event)
    if message is None:
        bench.inconclusive(InconcReason.INDETERMINATE, f"what was put off was not ours: {event.subject!r}")
    await is_intact(bench, arriving, event, message)
    if (await arriving.submitted.sender.party.modem.mms.capabilities()).reports:
        await reports.delivery(bench, arriving, mms.Status.RETRIEVED, message=message)


@case(service="mms-expiry", standard="OMA-TS-MMS_ENC-V1_3 7.3.20", expected_s=3760, timeout_s=3 * LIFE_S)
async def expires(
    bench: Bench,
    *,
    subject: Modem = role("modem", "mms"),
    peer: Modem = role("modem", "mms", cast=Cast.PEER),
) -> None:
    """The peer asks that two messages be kept for an hour: the subject fetches one shortly before its end,
    and finds nothing of the other one after it.
    """
    parties = party(bench, "peer", peer), party(bench, "subject", subject)
    expiry = mms.After(LIFE_S)
    first, event = await _announced(bench, *parties, expiry=expiry)
    second, other = await _announced(bench, *parties, expiry=expiry)
    end = first.submitted.began + LIFE_S
    await asyncio.sleep(end - 2 * SLACK_S - bench.now())
    message = await is_fetched(bench, first, event, until=end - SLACK_S)
    if message is None:
        bench.inconclusive(InconcReason.INDETERMINATE, f"what was put off is not ours: {event.subject!r}")
    await is_intact(bench, first, event, message)
    reported = (await parties[0].modem.mms.capabilities()).reports
    if reported:
        await reports.delivery(bench, first, mms.Status.RETRIEVED, message=message)
    end = second.submitted.ended + LIFE_S
    await asyncio.sleep(end + 2 * SLACK_S - bench.now())
    await _is_gone(bench, second, other)
    if reported:
        since = second.submitted.began + LIFE_S - SLACK_S
        await reports.delivery(bench, second, mms.Status.EXPIRED, since=since)


async def _announced(
    bench: Bench, sender: Party, receiver: Party, *, expiry: mms.When | None = None
) -> tuple[Arriving, MmsNotified]:
    content = contents.drawn(bench, contents.with_picture, largest(sender, receiver))
    watched = Watch.of(bench, sender), Watch.of(bench, receiver)
    submitted = await hands_over(bench, watched[0], (receiver,), content, expiry=expiry)
    is_taken(bench, submitted)
    arriving = Arriving(submitted, watched[1])
    await can_fetch(bench, receiver, content)
    event = await is_announced(bench, arriving)
    if expiry is not None:
        _is_kept_as_asked(bench, arriving, event)
    return arriving, event


def _is_kept_as_asked(bench: Bench, arriving: Arriving, event: MmsNotified) -> None:
    name = "notify: the expiry asked for"
    if event.expires_s is None:
        bench.not_checked(name, "the notification says none")
        return
    wrong = event.expires_s - LIFE_S
    zone = round(wrong / 3600)
    by_clock = not isinstance(pdu_of(arriving, event).expiry, mms.After)
    if by_clock and 0 < abs(zone) <= _ZONES and abs(wrong - 3600 * zone) <= SLACK_S:
        bench.not_checked(name, f"{zone:+} h: it may be the time zone of the service centre's stamp")
        return
    on_its_way = arriving.receiver.at(event) - arriving.submitted.began  # its time runs from when it was sent
    bench.check(
        name,
        expected=f"{LIFE_S} s after it was sent",
        actual=f"in {event.expires_s:.0f} s, {on_its_way:.0f} s after it was sent",
        ok=event.expires_s - SLACK_S <= LIFE_S <= event.expires_s + on_its_way + SLACK_S,
        ambiguous=arriving.suspects(Cause.EXPIRY_IGNORED),
    )


async def _is_gone(bench: Bench, arriving: Arriving, event: MmsNotified) -> None:
    """The MMSC says so; that it cannot be reached proves nothing."""
    party = arriving.receiver.party
    can = await can_fetch(bench, party, arriving.submitted.content)
    got = await fetch(bench, party, pdu_of(arriving, event), deferred=can.confirm)
    name = "fetch: nothing is left of it"
    if got.stage is MmsStage.FETCH and got.code is not None and got.http is None:
        bench.not_checked(name, f"{party.modem.name} does not tell why it fetches nothing: {told(got)}")
        return
    if got.message is None and not mms_codes.is_gone(
        got.stage, status=got.status, http=got.http, code=got.code
    ):
        is_not_fetched(bench, party, got)
    kept = (Layer.CORE, Cause.EXPIRY_IGNORED)
    bench.require(name, expected="rejected", actual=told(got), ok=got.message is None, blame=kept)
