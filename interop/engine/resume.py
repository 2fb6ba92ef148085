"""What a resumed run takes over from the one before: numbers, budgets, and what a crash left open."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from interop.engine.attempt import BoundCase, not_played
from interop.engine.debts import Debts
from interop.engine.expected import Expectations
from interop.engine.forwarding import NOTHING, PutBack, to_keep
from interop.engine.lease import Lease
from interop.lab.budget import Spent
from interop.lab.roles import Binding, Player, control_for
from interop.protocols.errors import EquipmentError
from interop.protocols.modem import Divert, Forwarding, Modem
from interop.record import Attempt, InconcReason, Observed, Started
from interop.record import events as seen
from interop.record.reader import Run

DRAIN_S = 5.0
"""How long a resumed run listens before it begins: what still comes belongs to nobody."""
_COSTS = {seen.Dialled: "calls", seen.MessageSubmitted: "messages", seen.MmsSubmitted: "multimedia"}


def numbers(previous: Run) -> dict[str, int]:
    """Case -> its highest attempt so far."""
    highest: dict[str, int] = {}
    lines: list[Started | Attempt] = [*previous.started, *previous.attempts]
    for line in lines:
        highest[line.case] = max(highest.get(line.case, 0), line.attempt)
    return highest


def end_of(previous: Run) -> float:
    """The latest second, on the run's own clock, of which anything is recorded."""
    times = [attempt.started + attempt.duration_s for attempt in previous.attempts]
    times += [start.started for start in previous.started]
    times += [event.at for event in previous.observed]
    return max(times, default=0.0)


def spent_before(previous: Run) -> Spent:
    """What the run has spent so far; of attempts that a crash cut short, what the evidence shows."""
    total: dict[str, dict[str, int]] = defaultdict(lambda: {"calls": 0, "messages": 0, "multimedia": 0})
    open_keys = [f"{start.case}#{start.attempt}" for start in previous.unfinished]
    parts = [attempt.spent for attempt in previous.attempts]
    parts += [_spent_by(previous.observed, key) for key in open_keys]
    for part in parts:
        for sim, counts in part.items():
            for what, number in counts.items():
                total[sim][what] += number
    return dict(total)


def interrupted(previous: Run, cases: Iterable[BoundCase]) -> Iterator[Attempt]:
    """For every start without an end, among these cases and their controls, an attempt that says so."""
    by_name = {case.name: case for case in cases}
    for start in previous.unfinished:
        case = by_name.get(start.case) or _control_case(start, by_name)
        if case is None:
            continue  # not selected this time: it stays a start without an end, which reports show
        why = "a crash ended the run in the middle of this attempt"
        attempt = not_played(case, start.attempt, start.started, InconcReason.INTERRUPTED, why)
        spent = _spent_by(previous.observed, attempt.key)
        yield replace(attempt, devices=start.devices, control_of=start.control_of, spent=spent)


def recall(previous: Run, expected: Expectations) -> None:
    """Whatever messages attempts asked for, and which of them have come: the others may still come."""
    over = end_of(previous)
    ends = {attempt.key: attempt.started + attempt.duration_s for attempt in previous.attempts}
    leases: dict[str, Lease] = {}
    running: list[Lease] = []
    for one in previous.observed:
        for lease in [each for each in running if ends.get(each.key, over) < one.at]:
            lease.ended = ends.get(lease.key, over)
            running.remove(lease)
        if isinstance(one.event, (seen.MessageReceived, seen.MmsNotified)):
            expected.came(one.party, one.event)
        elif isinstance(one.event, seen.NoMessageExpected) and one.attempt in leases:
            expected.settle(leases[one.attempt], one.party)
        elif isinstance(one.event, seen.MessageExpected) and one.attempt is not None:
            if one.attempt not in leases:
                case, _, number = one.attempt.rpartition("#")
                leases[one.attempt] = Lease(case, int(number))
                running.append(leases[one.attempt])
            event = one.event
            expected.expect(leases[one.attempt], one.party, event.text, event.sender, event.awaited)
    for lease in running:
        lease.ended = ends.get(lease.key, over)


def players(binding: Binding, devices: Mapping[str, str]) -> dict[str, Player]:
    """Who played, from the names in the record."""
    return {
        role: next(one for one in binding.candidates[role] if one.name == name)
        for role, name in devices.items()
    }


def owes(previous: Run, modems: Iterable[Modem], numbers: Collection[str], debts: Debts) -> None:
    """Forwarding that attempts had registered which a crash cut short: it outlives them in the network. What
    they had seen there before is put back, but for what goes to the lab's own `numbers`.
    """
    cut_short = {f"{start.case}#{start.attempt}" for start in previous.unfinished}
    by_sim = {modem.sim: modem for modem in modems}
    before: dict[tuple[str, str], Forwarding] = {}
    left: dict[tuple[str, str], str] = {}
    for one in previous.observed:
        if one.attempt in cut_short and isinstance(one.event, seen.ForwardingSeen | seen.ForwardingSet):
            event, place = one.event, (one.party, one.event.when)
            if isinstance(event, seen.ForwardingSet):
                left[place] = one.attempt or ""
            elif place not in left:
                before[place] = Forwarding(event.number, event.active, event.after_s)
    for (sim, condition), attempt in left.items():
        if sim in by_sim:
            modem, found = by_sim[sim], before.get((sim, condition), NOTHING)
            step = PutBack(modem, Divert[condition.upper()], to_keep(found, numbers))
            debts.owe(modem.name, attempt, step)


async def drain(modems: Sequence[Modem]) -> None:
    """Hang everything up and let pass what is still on its way."""
    for modem in modems:
        try:
            await modem.hang_up_all()
        except EquipmentError:
            continue  # the health probe before its next case will say so
    await asyncio.sleep(DRAIN_S)


def _control_case(start: Started, by_name: Mapping[str, BoundCase]) -> BoundCase | None:
    tested = by_name.get((start.control_of or "").rpartition("#")[0])
    if tested is None:
        return None
    role = tested.binding.subject_role
    others = {name: device for name, device in start.devices.items() if name != role}
    found = control_for(tested.binding, players(tested.binding, others))
    return None if isinstance(found, str) else tested.bound_to(found)


def _spent_by(observed: Iterable[Observed], key: str) -> Spent:
    spent: Spent = {}
    for one in observed:
        what = _COSTS.get(type(one.event))
        if isinstance(one.event, seen.ForwardingSet) and one.event.number:
            what = "calls"  # which it forwards, and its SIM pays
        if what and one.attempt == key:
            counts = spent.setdefault(one.party, {})
            counts[what] = counts.get(what, 0) + 1
    return spent
