"""Handing a multimedia message to the sender's MMSC, with the checks that this owes. The name of a check
begins with its stage (`interop.protocols.mms.MmsStage`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from interop import mms
from interop.engine import Bench
from interop.protocols.mms import MmsCapabilities, MmsFetched, MmsOutcome, MmsSent, MmsStage
from interop.record import Cause, InconcReason, Layer, mms_codes
from interop.record.events import MmsNotified
from suites.mms.contents import Content
from suites.parties import Party
from suites.watch import Watch

DENIED_S: Final = 60.0
"""how long a message whose refusal the MMSC did not tell itself may still come"""
_NOT_WAITED: Final = frozenset({500, 502, 504})
"""HTTP of a server that was asked, and of a proxy that has asked it"""
_STAGES: Final = {
    MmsStage.BEARER: "bearer: {sim} is connected",
    MmsStage.SUBMIT: "submit: {sim} reaches its MMSC",
    MmsStage.MMSC: "mmsc: the message is taken",
}
"""What is passed on the way to the MMSC, in this order."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """A message that the MMSC has taken, or nobody knows. `began`, `ended`: of the sending, in seconds of the
    bench; `to`: all its recipients.
    """

    content: Content
    sent: MmsSent
    sender: Watch
    to: tuple[Party, ...]
    began: float
    ended: float

    @property
    def unknown(self) -> bool:
        return self.sent.outcome is MmsOutcome.UNKNOWN


async def can_send(bench: Bench, one: Party, content: Content) -> MmsCapabilities:
    """A modem that cannot proves nothing about the network."""
    can = await one.modem.mms.capabilities()
    if not can.send:
        bench.inconclusive(InconcReason.DEVICE, f"{one.modem.name} sends none: {can.lacks}")
    _has_space(bench, one, can, content)
    return can


async def can_fetch(bench: Bench, one: Party, content: Content) -> MmsCapabilities:
    can = await one.modem.mms.capabilities()
    if not can.fetch:
        bench.inconclusive(InconcReason.DEVICE, f"{one.modem.name} fetches none: {can.lacks}")
    _has_space(bench, one, can, content)
    return can


def _has_space(bench: Bench, one: Party, can: MmsCapabilities, content: Content) -> None:
    if can.largest is not None and content.octets > can.largest:
        what = f"{one.modem.name} takes {can.largest} octets, the message has {content.octets}"
        bench.inconclusive(InconcReason.DEVICE, what)


def largest(*parties: Party) -> int:
    """What all their operators say they take."""
    return min(party.sim.mms.largest for party in parties)


async def hands_over(
    bench: Bench,
    sender: Watch,
    to: Sequence[Party],
    content: Content,
    *,
    read_report: bool = False,
    expiry: mms.When | None = None,
) -> Submitted:
    """What the network makes of it is for the caller to judge. A delivery report, which may tell what became
    of a message that is lost, is asked for wherever the modem can, and no read report is.
    """
    party = sender.party
    can = await can_send(bench, party, content)
    message = mms.SendReq(
        content.serial,
        tuple(mms.of_number(one.number) for one in to),
        mms.slides(content.media),
        subject=content.subject,
        delivery_report=True if can.reports and not read_report else None,
        read_report=read_report or None,
        expiry=expiry,
    )
    for one in to:
        bench.expect_message(one.sim.name, content.serial)
    began, marks = bench.now(), tuple(one.modem.events.mark() for one in to)
    sent = await party.modem.mms.send(message)
    if sent.outcome is MmsOutcome.REJECTED:
        for one in to:
            bench.settle(one.sim.name)
        if sent.stage is MmsStage.DEVICE:
            bench.inconclusive(InconcReason.DEVICE, f"{party.modem.name}: {told(sent)}")
    if _may_have_passed(sent):
        await _comes_not(bench, sent, to, content, marks)
    return Submitted(content, sent, sender, tuple(to), began, bench.now())


def _may_have_passed(sent: MmsSent) -> bool:
    """That an MMSC has refused, it says itself. A proxy that did not wait for its answer, or a client that
    could not read it, may be wrong.
    """
    after = sent.stage in (MmsStage.SUBMIT, MmsStage.MMSC) and sent.status is None
    by_another = sent.code is not None or sent.http in _NOT_WAITED
    return sent.outcome is MmsOutcome.REJECTED and after and by_another


async def _comes_not(
    bench: Bench, sent: MmsSent, to: Sequence[Party], content: Content, marks: Sequence[int]
) -> None:
    """Ends the case where a message comes that was said to be refused."""
    until = bench.now() + DENIED_S
    for one, mark in zip(to, marks, strict=True):
        event = await one.modem.events.wait(
            MmsNotified,
            within=max(0.0, until - bench.now()),
            since=mark,
            where=lambda event: content.serial in event.subject,
        )
        if event is not None:
            what = f"{told(sent)}, and it came to {one.sim.name} all the same"
            bench.inconclusive(InconcReason.INDETERMINATE, what)


def is_taken(bench: Bench, submitted: Submitted) -> None:
    """By the MMSC, or the case ends. Where it did not answer, the receiver may still tell."""
    sent, sim = submitted.sent, submitted.sender.party.sim.name
    if submitted.unknown:
        bench.not_checked(_STAGES[MmsStage.MMSC], f"{sim} got no answer: {told(sent)}")
        return
    if sent.outcome is MmsOutcome.REJECTED:
        _is_refused(bench, submitted)
    for name in _STAGES.values():
        bench.check(name.format(sim=sim), expected="yes", actual="yes")
    bench.measure("mms_send_time", submitted.ended - submitted.began, "s")


def _is_refused(bench: Bench, submitted: Submitted) -> None:
    """What came before the stage that refused was passed. Ends the case."""
    sent, sim = submitted.sent, submitted.sender.party.sim.name
    suspects = _accused(submitted)
    if isinstance(suspects, InconcReason):
        bench.inconclusive(suspects, f"{sim} at {sent.stage}: {told(sent)}")
    if submitted.content.sized and _too_large(sent):
        suspects = ((Layer.CORE, Cause.SIZE_LIMIT_WRONG),)
    for stage, name in _STAGES.items():
        if stage is sent.stage:
            break
        bench.check(name.format(sim=sim), expected="yes", actual="yes")
    name = _STAGES.get(sent.stage, f"{sent.stage}: the message is taken").format(sim=sim)
    bench.require(name, expected="yes", actual=told(sent), ok=False, ambiguous=suspects)


def _accused(submitted: Submitted) -> mms_codes.Suspects | InconcReason:
    sent, sender = submitted.sent, submitted.sender.party
    suspects = mms_codes.of_sending(sent.stage, status=sent.status, http=sent.http, code=sent.code)
    if isinstance(suspects, InconcReason):
        return suspects
    crosses = any(one.sim.base_operator != sender.sim.base_operator for one in submitted.to)
    return mms_codes.as_reached(suspects, proxied=bool(sender.modem.mms.service.proxy), crosses=crosses)


def is_refused_as_too_large(bench: Bench, submitted: Submitted) -> bool:
    """False where it was taken, or nobody knows. A refusal that says something else is none for its size."""
    sent = submitted.sent
    if sent.outcome is not MmsOutcome.REJECTED:
        is_taken(bench, submitted)
        return False
    if sent.stage is MmsStage.BEARER or not (_too_large(sent) or sent.stage is MmsStage.MMSC):
        _is_refused(bench, submitted)
    bench.check("mmsc: the message is refused", expected="refused", actual="refused")
    name = "mmsc: it says that the message is too large"
    if sent.status is None and sent.http is None:
        bench.not_checked(name, f"{submitted.sender.party.modem.name} does not tell what the MMSC said")
    else:
        suspects = _accused(submitted)
        assert not isinstance(suspects, InconcReason)
        bench.check(name, expected="yes", actual=told(sent), ok=_too_large(sent), ambiguous=suspects)
    return True


def _too_large(sent: MmsSent) -> bool:
    return sent.status in mms_codes.TOO_LARGE or sent.http == mms_codes.HTTP_TOO_LARGE


def told(answer: MmsSent | MmsFetched) -> str:
    """What was answered, in words for a check."""
    statuses = mms.ResponseStatus if isinstance(answer, MmsSent) else mms.RetrieveStatus
    codes = [] if answer.status is None else [f"status {mms.named(answer.status, statuses)}"]
    codes += [
        f"{name} {code}" for name, code in (("HTTP", answer.http), ("code", answer.code)) if code is not None
    ]
    return (
        f"{answer.outcome}"
        + "".join(f", {code}" for code in codes)
        + (f" ({answer.text})" if answer.text else "")
    )
