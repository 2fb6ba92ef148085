"""Which waiting job starts next, on which devices. Pure: time comes in as an argument.

List scheduling with backfill: a job claims its whole role set at once or waits without holding anything, and
one that cannot start never blocks another. Most critical resource first: a job's priority is the largest of
remaining expected work / size over the pools it draws from (reference: verdicts.md section 12). Jobs that
draw from the same pools wait in one group, so that 10 000 jobs cost hardly more than a hundred.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

PATIENCE_S = 300.0
"""An urgent job that has waited so long gets what it needs kept free: a control is wanted within the hour."""


class Candidate(Protocol):
    """Who may play a role. `resources`: what playing it claims ("modem:m1", "sim:mi-1709")."""

    @property
    def name(self) -> str: ...

    @property
    def resources(self) -> tuple[str, ...]: ...


Pool = tuple[tuple[str, ...], ...]
"""the resources of each candidate of a role"""


@dataclass(frozen=True)
class Job:
    """Something to run. `urgent` jobs go first, then by priority; ties go by order of `add`."""

    key: str
    expected_s: float
    roles: Mapping[str, Sequence[Candidate]]
    urgent: bool = False

    @cached_property
    def pools(self) -> tuple[Pool, ...]:
        return tuple(tuple(one.resources for one in candidates) for candidates in self.roles.values())


@dataclass(frozen=True)
class Claim:
    """A job with the devices it holds."""

    job: Job
    players: Mapping[str, Candidate]

    @property
    def resources(self) -> tuple[str, ...]:
        return tuple(name for player in self.players.values() for name in player.resources)


@dataclass(eq=False)
class _Group:
    """Waiting jobs that draw from the same pools: longest first, then in order of arrival."""

    pools: tuple[Pool, ...]
    urgent: bool
    waiting: list[tuple[float, int, Job, float]] = field(default_factory=list)


@dataclass(eq=False, slots=True)
class _Demand:
    """Seconds of work that wait for the devices of one pool: `own` of the jobs that draw from it, `load` of
    those that draw from a pool within it, too. `wider`: the demands in which its work counts.
    """

    devices: frozenset[tuple[str, ...]]
    size: int
    own: float = 0.0
    load: float = 0.0
    wider: list[_Demand] = field(default_factory=list)

    @property
    def pressure(self) -> float:
        return self.load / self.size


class Scheduler:
    """Waiting and running jobs. `cooldown`: resource -> seconds it rests after a use; `limit`: at once."""

    def __init__(self, *, cooldown: Mapping[str, float] | None = None, limit: int | None = None) -> None:
        self._cooldown = dict(cooldown or {})
        self._limit = limit
        self._groups: dict[tuple[bool, tuple[Pool, ...]], _Group] = {}
        self._users: dict[str, list[_Group]] = defaultdict(list)
        self._busy: set[str] = set()
        self._withheld: set[str] = set()
        self._resting: list[tuple[float, int, str]] = []
        self._used: dict[str, float] = defaultdict(float)
        self._demands: dict[Pool, _Demand] = {}
        self._demands_of: dict[str, list[_Demand]] = defaultdict(list)
        self._demands_on: dict[tuple[str, ...], list[_Demand]] = {}
        self._touched: dict[_Group, None] = {}
        self._everything = False
        self._arrivals = 0
        self.waiting = 0
        self.running = 0

    def add(self, job: Job, now: float = 0.0) -> None:
        """Raises ValueError for a job that could never start."""
        group = self._group(job)
        self._arrivals += 1
        heapq.heappush(group.waiting, (-job.expected_s, self._arrivals, job, now))
        self._work(job, job.expected_s)
        self._touched[group] = None
        self.waiting += 1

    def start(self, now: float) -> list[Claim]:
        """Claim for every waiting job that can start at `now`; each must be given back with `release`."""
        self._wake(now)
        groups = self._groups.values() if self._everything or self._limit else self._touched
        ranked = sorted(
            (
                (not group.urgent, -self._priority(group), group.waiting[0][1], group)
                for group in groups
                if group.waiting
            ),
            key=lambda item: item[:3],
        )
        self._touched = {}
        self._everything = False
        claims: list[Claim] = []
        kept: set[str] = set()
        for *_, group in ranked:
            while group.waiting and not self._full:
                claim = self._claim(group, kept)
                if claim is None:
                    if group.urgent and now - group.waiting[0][3] >= PATIENCE_S:
                        kept |= self._wish(group)
                        self._everything = True
                    break
                claims.append(claim)
        return claims

    def release(self, claim: Claim, now: float) -> None:
        """The job has ended: its resources are free, or rest first."""
        self.running -= 1
        for name in claim.resources:
            if rest := self._cooldown.get(name, 0.0):
                heapq.heappush(self._resting, (now + rest, len(self._resting), name))
            else:
                self._free(name)

    def withhold(self, resource: str) -> None:
        """Nobody gets it until `restore`; who holds it now keeps it."""
        self._withheld.add(resource)

    def restore(self, resource: str) -> None:
        if resource in self._withheld:
            self._withheld.remove(resource)
            for group in self._users[resource]:
                self._touched[group] = None

    def withdraw(self, resource: str) -> list[Job]:
        """Take back every waiting job that could be played with it, in order of arrival."""
        found = []
        for group in self._users[resource]:
            found += [entry[1:3] for entry in group.waiting]
            group.waiting.clear()
        jobs = [job for _, job in sorted(found, key=lambda entry: entry[0])]
        for job in jobs:
            self._work(job, -job.expected_s)
        self.waiting -= len(jobs)
        return jobs

    def drop(self, unfit: Callable[[Job], bool]) -> list[Job]:
        """Take back every waiting job that is `unfit`, in order of arrival."""
        found: list[tuple[int, Job]] = []
        for group in self._groups.values():
            gone = [(number, job) for _, number, job, _ in group.waiting if unfit(job)]
            if gone:
                numbers = {number for number, _ in gone}
                group.waiting = [entry for entry in group.waiting if entry[1] not in numbers]
                heapq.heapify(group.waiting)
                found += gone
        jobs = [job for _, job in sorted(found, key=lambda entry: entry[0])]
        for job in jobs:
            self._work(job, -job.expected_s)
        self.waiting -= len(jobs)
        return jobs

    def wake_at(self) -> float | None:
        """When the next resource has rested, if one does."""
        return self._resting[0][0] if self._resting else None

    def clear(self) -> list[Job]:
        """Forget what waits and return it in order of arrival."""
        waiting = sorted(entry[1:3] for group in self._groups.values() for entry in group.waiting)
        for group in self._groups.values():
            group.waiting.clear()
        self.waiting = 0
        return [job for _, job in waiting]

    @property
    def _full(self) -> bool:
        return self._limit is not None and self.running >= self._limit

    def _wake(self, now: float) -> None:
        while self._resting and self._resting[0][0] <= now:
            self._free(heapq.heappop(self._resting)[2])

    def _free(self, name: str) -> None:
        self._busy.discard(name)
        for group in self._users[name]:
            self._touched[group] = None

    def _group(self, job: Job) -> _Group:
        signature = (job.urgent, job.pools)
        if signature not in self._groups:
            if _distinct(list(job.roles.items()), {}, frozenset()) is None:
                raise ValueError(f"{job.key}: there is no device for every role at once")
            group = self._groups[signature] = _Group(job.pools, job.urgent)
            for name in dict.fromkeys(name for pool in job.pools for one in pool for name in one):
                self._users[name].append(group)
            for pool in job.pools:
                self._know(pool)
        return self._groups[signature]

    def _know(self, pool: Pool) -> None:
        """A pool's load includes that of every pool within it: their work falls on the same devices."""
        if pool in self._demands:
            return
        new = _Demand(frozenset(pool), len(pool))
        new.wider.append(new)
        for other in self._demands.values():
            if new.devices <= other.devices:
                new.wider.append(other)
            elif new.devices > other.devices:
                other.wider.append(new)
            if other.devices <= new.devices:
                new.load += other.own
        self._demands[pool] = new
        self._demands_on.clear()
        for one in pool:
            for name in one:
                self._demands_of[name].append(new)

    def _work(self, job: Job, seconds: float) -> None:
        for pool in job.pools:
            demand = self._demands[pool]
            demand.own += seconds
            for wider in demand.wider:
                wider.load += seconds

    def _priority(self, group: _Group) -> float:
        return max(self._demands[pool].pressure for pool in group.pools)

    def _claim(self, group: _Group, kept: set[str]) -> Claim | None:
        chosen = self._cast(group.waiting[0][2], kept)
        if chosen is None:
            return None
        job = heapq.heappop(group.waiting)[2]
        claim = Claim(job, chosen)
        for name in claim.resources:
            self._busy.add(name)
            self._used[name] += job.expected_s
        self._work(job, -job.expected_s)
        self.waiting -= 1
        self.running += 1
        return claim

    def _cast(self, job: Job, kept: set[str]) -> dict[str, Candidate] | None:
        """A free player for every role, all different; the least wanted ones first."""
        free: dict[str, list[Candidate]] = {}
        for role, candidates in job.roles.items():
            found = [
                one
                for one in candidates
                if not any(
                    name in self._busy or name in kept or name in self._withheld for name in one.resources
                )
            ]
            if not found:
                return None
            free[role] = sorted(found, key=self._pressure) if len(found) > 1 else found
        chosen = _distinct(sorted(free.items(), key=lambda item: len(item[1])), {}, frozenset())
        return None if chosen is None else {role: chosen[role] for role in job.roles}

    def _pressure(self, candidate: Candidate) -> tuple[float, float]:
        """How much others want this device, then how much it has done."""
        names = candidate.resources
        if names not in self._demands_on:
            self._demands_on[names] = list(
                dict.fromkeys(each for name in names for each in self._demands_of[name])
            )
        wanted = sum(demand.load / demand.size for demand in self._demands_on[names])
        return round(wanted, 6), max(self._used[name] for name in names)

    def _wish(self, group: _Group) -> set[str]:
        """What to keep free for an urgent job that cannot start: a role set it could use."""
        roles = [(role, list(candidates)) for role, candidates in group.waiting[0][2].roles.items()]
        chosen = _distinct(sorted(roles, key=lambda item: len(item[1])), {}, frozenset())
        return {name for player in (chosen or {}).values() for name in player.resources}


def _distinct(
    roles: Sequence[tuple[str, Sequence[Candidate]]], chosen: dict[str, Candidate], taken: frozenset[str]
) -> dict[str, Candidate] | None:
    if not roles:
        return chosen
    (role, candidates), *rest = roles
    for one in candidates:
        if taken.isdisjoint(one.resources):
            found = _distinct(rest, {**chosen, role: one}, taken.union(one.resources))
            if found is not None:
                return found
    return None


@dataclass(frozen=True, slots=True)
class Planned:
    """One row of a schedule; times in seconds from its start."""

    claim: Claim
    start: float
    end: float


def simulate(
    jobs: Iterable[Job], *, cooldown: Mapping[str, float] | None = None, limit: int | None = None
) -> list[Planned]:
    """What a run would do if every job took its expected time, in order of start."""
    scheduler = Scheduler(cooldown=cooldown, limit=limit)
    for job in jobs:
        scheduler.add(job)
    rows: list[Planned] = []
    ends: list[tuple[float, int, Claim]] = []
    now = 0.0
    while scheduler.waiting or ends:
        for claim in scheduler.start(now):
            rows.append(Planned(claim, now, now + claim.job.expected_s))
            heapq.heappush(ends, (now + claim.job.expected_s, len(rows), claim))
        wake = scheduler.wake_at()
        now = min(time for time in (ends[0][0] if ends else None, wake) if time is not None)
        while ends and ends[0][0] <= now:
            scheduler.release(heapq.heappop(ends)[2], now)
    return rows


def makespan(rows: Iterable[Planned]) -> float:
    return max((row.end for row in rows), default=0.0)


def lower_bound(
    work: Iterable[tuple[Sequence[Pool], float]], *, cooldown: Mapping[str, float] | None = None
) -> float:
    """No schedule ends sooner: max(pool load / pool size, longest job), a fixed device being a pool of one.

    `work`: per job the pools it drew from (`Job.pools`) and the seconds it held them. A pool's load includes
    that of every pool within it, and pools that overlap are looked at together, too: seven SIMs that are each
    other's peers share all their work. Rests count for a pool of one: n uses have n - 1 between them.
    """
    load: dict[Pool, float] = defaultdict(float)
    uses: dict[Pool, int] = defaultdict(int)
    longest = 0.0
    for pools, seconds in work:
        longest = max(longest, seconds)
        for pool in pools:
            load[pool] += seconds
            uses[pool] += 1
    bound = longest
    for pool in [*load, *_overlapping(load)]:
        devices = set(pool)
        total = sum(seconds for other, seconds in load.items() if devices.issuperset(other))
        if len(devices) == 1:
            rest = max((cooldown or {}).get(name, 0.0) for name in pool[0])
            total += rest * max(0, uses[pool] - 1)
        bound = max(bound, total / len(devices))
    return bound


def _overlapping(pools: Iterable[Pool]) -> list[Pool]:
    """The unions of pools that hang together by shared devices."""
    unions: list[set[tuple[str, ...]]] = []
    for pool in pools:
        touched = [union for union in unions if not union.isdisjoint(pool)]
        unions = [union for union in unions if union.isdisjoint(pool)]
        unions.append(set(pool).union(*touched))
    return [tuple(sorted(union)) for union in unions]
