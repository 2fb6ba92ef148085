"""What a run did that an operator keeps records of: its calls, what was forwarded of them, its messages.

The names are of charging (3GPP TS 32.250 and 32.298): a record is of a served subscriber, who pays; a
forwarded call has one of whoever called and one of whoever had it forwarded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import inf
from typing import Final

from interop.record import Attempt, InconcReason, Verdict
from interop.record.events import (
    ForwardingSeen,
    ForwardingSet,
    MessageAccepted,
    MessageRefused,
    MessageSubmitted,
    Observed,
)
from interop.record.reader import Run, RunDamaged
from interop.results.records.legs import Leg, Span, legs_of


class Service(StrEnum):
    CALL = "call"
    FORWARDED = "forwarded"
    """the leg of a forwarded call that goes on from the number that was dialled"""
    MESSAGE = "message"
    """one SUBMIT: a text in three parts is three"""


_NO_TIME: Final = Span(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class TestEvent:
    """Something for which there is a record, or must be none.

    `served`: the number (11 digits) of the SIM that pays; `other`: as dialled or addressed. `start`: POSIX,
    the answer or acceptance within `start_error_s` either way; of what was not `answered` when it was tried.
    `slowly`: how long it can have lasted where a modem was slow to tell of its answer or its end. `attempt`:
    its key, "" outside of cases. `doubt`: why our side cannot be sure, which then accuses nobody.
    """

    __test__ = False

    sim: str
    served: str
    other: str
    service: Service
    start: float
    start_error_s: float
    duration_s: float
    duration_error_s: float
    answered: bool
    attempt: str
    doubt: str = ""
    slowly: Span = _NO_TIME

    @property
    def duration(self) -> Span:
        lasted, error = self.duration_s, self.duration_error_s
        return Span(max(0.0, lasted - error), lasted + error)


def numbers_of(run: Run) -> dict[str, str]:
    """SIM -> its number, of every SIM of the run's lab (`audit` in run.json), else of those that were tested.

    Raises RunDamaged where the audit is none.
    """
    numbers = {attempt.subject.sim: attempt.subject.msisdn for attempt in run.attempts}
    try:
        numbers |= {str(row["sim"]): str(row["msisdn"]) for row in run.meta.get("audit", ())}
    except (TypeError, KeyError, AttributeError):
        raise RunDamaged(f"{run.directory}/run.json: audit: no rows with sim and msisdn") from None
    return {sim: number for sim, number in numbers.items() if sim and number}


def test_events(run: Run) -> list[TestEvent]:
    """In the order of their starts. Raises RunDamaged."""
    epoch = run.meta.get("epoch")
    if not isinstance(epoch, int | float) or isinstance(epoch, bool):
        raise RunDamaged(f"{run.directory}/run.json: epoch: {epoch!r} is no time")
    numbers = numbers_of(run)
    attempts = {attempt.key: attempt for attempt in run.attempts}
    found = (
        replace(one, start=one.start + epoch, doubt=one.doubt or _doubt(one.attempt, attempts))
        for one in (*_calls(run.observed, numbers), *_messages(run.observed, numbers))
    )
    return sorted(found, key=lambda one: (one.start, one.served, one.other, one.service))


test_events.__test__ = False  # type: ignore[attr-defined]  # pytest takes it for a test


_OUR_SIDE = (
    InconcReason.MODEM, InconcReason.DEVICE, InconcReason.INDETERMINATE, InconcReason.INTERRUPTED,
)  # fmt: skip


def _doubt(key: str, attempts: Mapping[str, Attempt]) -> str:
    """Of a whole attempt."""
    attempt = attempts.get(key)
    if attempt is None:
        return "the attempt was interrupted" if key else ""
    if attempt.verdict is Verdict.INCONC and attempt.reason in _OUR_SIDE:
        return f"{attempt.reason}: {attempt.detail}".rstrip(": ")
    return ""


# Calls


def _calls(observed: Iterable[Observed], numbers: dict[str, str]) -> Iterator[TestEvent]:
    legs, diversions = legs_of(observed), _Diversions(observed)
    owners = {number: sim for sim, number in numbers.items()}
    answered: dict[tuple[str, str | None], list[Leg]] = {}
    for leg in legs:
        if not leg.outgoing and leg.started is not None:
            answered.setdefault((leg.party, leg.attempt), []).append(leg)
    for leg in legs:
        if not leg.outgoing or leg.party not in numbers:
            continue
        dialled = _owner(leg.number, owners)
        ways = {"": dialled}  # forwarded to -> the SIM that is there
        if dialled:
            ways |= {number: _owner(number, owners) for number in diversions.of(dialled, leg.began)}
        ends = {via: _far_end(leg, answered.get((sim, leg.attempt), [])) for via, sim in ways.items()}
        via, far = next(((via, end) for via, end in ends.items() if end is not None), ("", None))
        made = _call(leg, far, numbers[leg.party])
        yield made
        if via:
            yield replace(made, sim=dialled, served=numbers[dialled], other=via, service=Service.FORWARDED)


def _owner(number: str, owners: dict[str, str]) -> str:
    """The SIM that has it, however it was dialled."""
    return owners.get(number) or owners.get(number[-11:], "")


def _far_end(leg: Leg, calls: list[Leg]) -> Leg | None:
    """The one call that our own phone took there meanwhile; None where it may have been another."""
    if leg.connected is None:
        return None
    fit = [call for call in calls if leg.began <= (call.answer_sent or call.began) <= leg.connected]
    return fit[0] if len(fit) == 1 else None


_SLOW_S: Final = 8.0
"""How much later still a modem tells whose answers take seconds or get lost: the driver waits 5 s for one."""


def _call(leg: Leg, far: Leg | None, served: str) -> TestEvent:
    started, ended, doubt = leg.started, leg.ended, leg.doubt
    answered = started is not None
    if far is not None and far.started is not None:
        # it began when the far end took it, and both tell so only afterwards
        first = min(far.started.high, started.high) if started else far.started.high
        started = Span(min(far.started.low, first), first)
        if far.ended is not None:
            ended = far.ended if ended is None else ended.meets(far.ended)
    if ended is None:
        doubt = doubt or "nobody told how it ended"
    if started is None:
        # it may have been answered in the moment in which it ended
        late = 0.0 if ended is None else ended.high - ended.low
        started, low, high = Span(leg.began, leg.began), -late, late
        slowly = Span(0.0, late)
    else:
        ended = ended or started
        low, high = max(0.0, ended.low - started.high), max(0.0, ended.high - started.low)
        taken = leg.began if far is None or far.answer_sent is None else far.answer_sent
        earliest = min(started.low, max(taken, started.low - _SLOW_S))
        slowly = Span(max(0.0, low - _SLOW_S), max(high, ended.high - earliest))
    return TestEvent(
        sim=leg.party,
        served=served,
        other=leg.number,
        service=Service.CALL,
        start=(started.low + started.high) / 2,
        start_error_s=(started.high - started.low) / 2,
        duration_s=(low + high) / 2,
        duration_error_s=(high - low) / 2,
        answered=answered,
        attempt=leg.attempt or "",
        doubt=doubt,
        slowly=slowly,
    )


class _Diversions:
    """Where the calls of each SIM go, as it was registered at the time."""

    def __init__(self, observed: Iterable[Observed]) -> None:
        self._known: dict[str, list[tuple[float, str, str]]] = {}
        for one in observed:
            match one.event:
                case ForwardingSet(when, number):
                    self._known.setdefault(one.party, []).append((one.at, when, number))
                case ForwardingSeen(when, number, active):
                    self._known.setdefault(one.party, []).append((one.at, when, number if active else ""))

    def of(self, sim: str, at: float) -> list[str]:
        """The numbers, each once."""
        now = {when: number for since, when, number in self._known.get(sim, ()) if since <= at}
        return list(dict.fromkeys(number for number in now.values() if number))


# Messages

_EQUIPMENT = 300
"""27.005 3.2.5: from here the modem speaks for itself (332: time-out), and the network may have accepted"""


def _messages(observed: Iterable[Observed], numbers: dict[str, str]) -> Iterator[TestEvent]:
    waiting: dict[str, Observed] = {}
    for one in observed:
        if one.party not in numbers:
            continue
        match one.event:
            case MessageSubmitted():
                if (before := waiting.pop(one.party, None)) is not None:
                    yield _message(before, None, numbers)
                waiting[one.party] = one
            case MessageAccepted() | MessageRefused():
                if (submitted := waiting.pop(one.party, None)) is not None:
                    yield _message(submitted, one, numbers)
    for submitted in waiting.values():
        yield _message(submitted, None, numbers)


def _message(submitted: Observed, answer: Observed | None, numbers: dict[str, str]) -> TestEvent:
    assert isinstance(submitted.event, MessageSubmitted)
    doubt, end = "", submitted.at
    if answer is None:
        doubt = "nobody told whether it was accepted"
    elif isinstance(answer.event, MessageRefused):
        code = answer.event.code
        if (inf if code is None else code) >= _EQUIPMENT:
            doubt = "the modem refused it, and the network may have accepted it"
    else:
        end = answer.at
    return TestEvent(
        sim=submitted.party,
        served=numbers[submitted.party],
        other=submitted.event.to,
        service=Service.MESSAGE,
        start=(submitted.at + end) / 2,
        start_error_s=(end - submitted.at) / 2,
        duration_s=0.0,
        duration_error_s=0.0,
        answered=answer is None or not isinstance(answer.event, MessageRefused),
        attempt=submitted.attempt or "",
        doubt=doubt,
    )
