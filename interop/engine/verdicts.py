"""From what an attempt showed to what may be said of the network (DESIGN section 4). Pure."""

from __future__ import annotations

import traceback
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from interop.engine.bench import Ended, Inconclusive
from interop.engine.case import Contrast
from interop.protocols.errors import EmergencyRefused, EquipmentError
from interop.protocols.mms import MmsOutcome
from interop.protocols.modem import Health, Registration, Stat
from interop.protocols.originator import Acceptance
from interop.record import (
    Attempt,
    Blame,
    Cause,
    Check,
    Control,
    Event,
    Finding,
    InconcReason,
    Layer,
    Verdict,
    blame,
    merge,
)
from interop.record import events as seen

CONTROL_WITHIN_S = 3600.0
"""A contrast counts only if both tries were made within the hour."""

MOST_RETRIES = 2

PENDING = "pending"
CUT_OFF = "interrupted before a control could be tried"
"""what stands in `Control.why` while the contrast is still to come, and where it never came"""


class Interrupted(Exception):
    """The attempt was cancelled: Ctrl-C, or enough failures under -x."""


@dataclass(frozen=True, slots=True)
class Judgement:
    verdict: Verdict
    layer: Layer | None = None
    cause: Cause | None = None
    ambiguous: tuple[Blame, ...] = ()
    reason: InconcReason | None = None
    detail: str = ""


def judge(checks: Sequence[Check], error: BaseException | None) -> Judgement:
    """Checks merged with what ended the attempt. A case that checked nothing is an error."""
    of_error = _of_error(error)
    verdict = merge([*(check.verdict for check in checks), of_error.verdict])
    if verdict is Verdict.NONE:
        return Judgement(Verdict.ERROR, detail="the case checked nothing")
    if verdict is of_error.verdict:
        return of_error
    failed = next((check for check in checks if check.verdict is Verdict.FAIL), None)
    if failed is None:
        return Judgement(verdict)
    return Judgement(verdict, failed.layer, failed.cause, failed.ambiguous, detail=of_error.detail)


def _of_error(error: BaseException | None) -> Judgement:
    if error is None or isinstance(error, Ended):
        return Judgement(Verdict.NONE)
    if isinstance(error, Interrupted):
        return Judgement(Verdict.INCONC, reason=InconcReason.INTERRUPTED)
    if isinstance(error, Inconclusive):
        return Judgement(Verdict.INCONC, reason=error.reason, detail=error.text)
    if isinstance(error, EquipmentError) and not isinstance(error, EmergencyRefused):
        return Judgement(Verdict.INCONC, reason=error.reason, detail=str(error))
    if isinstance(error, TimeoutError):
        detail = str(error) or "a time limit that the case did not handle"
        return Judgement(Verdict.INCONC, reason=InconcReason.INDETERMINATE, detail=detail)
    return Judgement(Verdict.ERROR, detail="".join(traceback.format_exception(error)).rstrip())


def equipment_trouble(error: BaseException | None, events: Iterable[Event]) -> Health | None:
    """What the attempt itself showed of our equipment: a modem that restarted proves no fail."""
    for event in events:
        if isinstance(event, seen.ModemReset):
            return Health(InconcReason.MODEM, f"a modem restarted meanwhile ({event.sign})")
        if isinstance(event, seen.LinkLost):
            return Health(InconcReason.MODEM, f"a link was lost meanwhile ({event.why})")
        if isinstance(event, (seen.LinkBack, seen.LinkGivenUp)):
            return Health(InconcReason.MODEM, "a modem was away when this began")
        if isinstance(event, seen.EquipmentTrouble):
            return Health(InconcReason.MODEM, event.what)
    if isinstance(error, (EquipmentError, Inconclusive)) and error.reason is not InconcReason.BUDGET:
        return Health(error.reason, str(error))
    return None


def service_lost(events: Iterable[tuple[str, Event]]) -> Health | None:
    """A party that was registered and then was not: what failed meanwhile may be our side of the air.

    `events`: (party, event) of the attempt.
    """
    domains: dict[str, dict[str, Stat]] = {}
    registered: set[str] = set()
    for party, event in events:
        if not isinstance(event, seen.RegistrationSeen):
            continue
        known = domains.setdefault(party, {})
        known[event.domain] = Stat(event.stat)
        usable = Registration(known.get("cs"), known.get("eps"), known.get("ims")).usable
        if usable:
            registered.add(party)
        elif party in registered:
            return Health(InconcReason.NOT_REGISTERED, f"{party} lost its registration meanwhile")
    return None


def gate(judgement: Judgement, health: Iterable[Health | None]) -> Judgement:
    """The health gate: a fail stands only if our own equipment was healthy before and after."""
    trouble = next((one for one in health if one is not None and one.trouble is not None), None)
    if judgement.verdict is not Verdict.FAIL or trouble is None:
        return judgement
    return Judgement(Verdict.INCONC, reason=trouble.trouble, detail=f"not believed: {trouble.detail}")


# what leaves to the network -> what tells that it arrived or did not
_TOLD_BY: dict[type[Event], tuple[type[Event], ...]] = {
    seen.MessageSubmitted: (seen.MessageAccepted, seen.MessageRefused),
    seen.Dialled: (seen.Alerting, seen.Connected, seen.Released),
    seen.UssdSent: (seen.UssdAnswered,),
    seen.FormSubmitted: (seen.FormAnswered,),
    seen.CodeEntered: (seen.CodeAnswered,),
    seen.TextHanded: (seen.TextTaken,),
    seen.MmsSubmitted: (seen.MmsTaken,),
}


def outcome_unknown(reason: InconcReason | None, events: Iterable[tuple[str, Event]]) -> bool:
    """Whether something left to the network and nobody knows what became of it: then never again.

    `events`: (party, event) of the attempt.
    """
    left: Counter[tuple[str, type[Event]]] = Counter()
    told: Counter[tuple[str, type[Event]]] = Counter()
    for party, event in events:
        for cause, answers in _TOLD_BY.items():
            if isinstance(event, cause):
                left[party, cause] += 1
            elif isinstance(event, answers) and _tells(event):
                told[party, cause] += 1
    if reason is InconcReason.INDETERMINATE and left:
        return True
    return any(number > told[what] for what, number in left.items())


def _tells(event: Event) -> bool:
    """Not where a gateway or an MMSC gave no answer."""
    if isinstance(event, seen.MmsTaken):
        return event.outcome != MmsOutcome.UNKNOWN
    return getattr(event, "acceptance", "") != Acceptance.UNKNOWN


def may_retry(attempt: Attempt, retries: int, events: Iterable[tuple[str, Event]]) -> bool:
    """An inconclusive attempt is tried again at most twice, and never after an unknown outcome."""
    if attempt.verdict is not Verdict.INCONC or retries >= MOST_RETRIES:
        return False
    if attempt.reason in (InconcReason.BUDGET, InconcReason.INTERRUPTED):
        return False
    return not outcome_unknown(attempt.reason, events)


def is_try(attempt: Attempt) -> bool:
    """Whether it counts as one: not what was cut short, nor what never began for want of a device."""
    cut_off = attempt.control is not None and attempt.control.why == CUT_OFF
    return attempt.reason is not InconcReason.INTERRUPTED and bool(attempt.devices) and not cut_off


def finding(failed: Attempt, control: Attempt) -> Control:
    """What the same case with an ordinary SIM says about a fail."""
    said = {Verdict.PASS: Finding.SEGMENT, Verdict.FAIL: Finding.PATH}.get(control.verdict, Finding.UNKNOWN)
    why = "" if said is not Finding.UNKNOWN else f"the control was {control.verdict}: {control.detail}"
    if said is Finding.PATH and _blame(control) != _blame(failed):
        said, why = Finding.UNKNOWN, f"the control failed in another way: {blame(control)}"
    if said is Finding.SEGMENT and (unseen := _unseen(failed, control)):
        said, why = Finding.UNKNOWN, f"the control passed without what failed: {unseen} could not be checked"
    if said is Finding.SEGMENT and control.subject.city != failed.subject.city:
        # "fails for 171 in Shanghai, works for 186 in Beijing": the city is not ruled out
        why = f"compared with a SIM of {control.subject.city}, not of {failed.subject.city}"
    if abs(_end(control) - _end(failed)) > CONTROL_WITHIN_S:
        said, why = Finding.UNKNOWN, "the control was not within the hour"
    return Control(
        said, control.key, control.subject.sim, control.verdict, control.layer, control.cause, why=why
    )


def _unseen(failed: Attempt, control: Attempt) -> str:
    """The check that failed, where the control could not make it; "" where it did, or names none such."""
    ours = next((check.name for check in failed.checks if check.verdict is Verdict.FAIL), "")
    name = ours.replace(failed.subject.sim, control.subject.sim)
    found = {check.verdict for check in control.checks if check.name == name}
    return name if found == {Verdict.NONE} else ""


def _blame(attempt: Attempt) -> tuple[Layer | None, Cause | None, tuple[Blame, ...]]:
    return attempt.layer, attempt.cause, attempt.ambiguous


def contrasted(failed: Attempt, contrast: Contrast, control: Control) -> Attempt:
    """The fail beside its control: where a neighbour has to vouch for our coverage, it may not stand."""
    if contrast is not Contrast.NEIGHBOUR or control.finding is Finding.SEGMENT:
        return replace(failed, control=control)
    if control.finding is Finding.PATH:
        reason, detail = InconcReason.COVERAGE, "an ordinary SIM of the same operator fails here too"
    else:
        reason, detail = InconcReason.NO_CONTROL, control.why
    return replace(
        failed,
        verdict=Verdict.INCONC,
        layer=None,
        cause=None,
        ambiguous=(),
        reason=reason,
        detail=detail,
        control=control,
    )


def _end(attempt: Attempt) -> float:
    return attempt.started + attempt.duration_s
