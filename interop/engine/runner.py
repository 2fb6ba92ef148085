"""Runs all cases of a batch on one loop: schedules, retries, contrasts, and keeps the record's promises."""

from __future__ import annotations

import asyncio
import contextvars
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from interop.engine import resume
from interop.engine.attempt import BoundCase, Stage, not_played, party_of, perform
from interop.engine.away import Away
from interop.engine.case import Contrast
from interop.engine.lease import Lease
from interop.engine.scheduler import Claim, Job, Pool, Scheduler, lower_bound
from interop.engine.verdicts import CONTROL_WITHIN_S, CUT_OFF, PENDING, contrasted, finding, is_try, may_retry
from interop.lab.model import Lab
from interop.lab.roles import Player, control_for
from interop.record import Attempt, Control, Finding, InconcReason, Verdict
from interop.record.reader import Run

Then = Callable[[Attempt | None], None]
"""gets the attempt that counts; None when the batch was stopped before one was made"""


@dataclass(frozen=True)
class _Work:
    """One attempt to make. `avoid`: devices that an attempt before it used; `then` gets the last attempt."""

    case: BoundCase
    then: Then
    retries: int = 0
    avoid: frozenset[str] = frozenset()
    control_of: str | None = None


@dataclass
class _Contrast:
    """A control: running while `attempt` is None. `waiting`: the fails that want to know."""

    attempt: Attempt | None = None
    waiting: list[Then] = field(default_factory=list)


class Runner:
    """`started` is told in an attempt's own task when it begins, `ended` once, with the attempt that counts.

    `previous`: the run that this one resumes; its conclusive cases are not run again, and its tries of the
    others count. `closes_at`: by then
    all is to be over: what would not be (`longest_s`) is not begun, and what runs ends as ever.
    """

    def __init__(
        self,
        cases: Sequence[BoundCase],
        stage: Stage,
        *,
        lab: Lab,
        limit: int | None = None,
        closes_at: float | None = None,
        previous: Run | None = None,
        started: Callable[[BoundCase], None] = lambda _case: None,
        ended: Callable[[BoundCase, Attempt], None] = lambda _case, _attempt: None,
    ) -> None:
        self._cases = cases
        self._stage = stage
        self._previous = previous
        self._finals = previous.final if previous else {}
        before = previous.attempts if previous else ()
        self._tries = Counter(one.case for one in before if one.control_of is None and is_try(one))
        self._started = started
        self._ended = ended
        self._cooldown = cooldowns(lab)
        self._scheduler = Scheduler(cooldown=self._cooldown, limit=limit)
        self._closes_at = closes_at
        self.cut_short = False
        """something was not begun because there was no time left for it"""
        self._away = Away(self._scheduler, out=self._without, back=self._advance)
        self._work: dict[str, _Work] = {}
        self._numbers: dict[str, int] = defaultdict(int)
        self._contrasts: dict[tuple[str, ...], _Contrast] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._held: list[tuple[Sequence[Pool], float]] = []
        self._first: float | None = None
        self._last = 0.0
        self._stopping = False
        self._context = contextvars.copy_context()
        self._wake: asyncio.TimerHandle | None = None
        self._over: asyncio.Future[None] | None = None

    @property
    def makespan_s(self) -> float:
        """From the first claim to the last release."""
        return self._last - (self._first or 0.0)

    @property
    def lower_bound_s(self) -> float:
        """Of the attempts made, with what they really took."""
        return lower_bound(self._held, cooldown=self._cooldown)

    async def run(self) -> None:
        """Until every case has ended, or was stopped. When cancelled, every case is: it hangs up and ends."""
        self._over = asyncio.get_running_loop().create_future()
        over = self._over
        self._stage.evidence.watcher = self._away.heard
        if self._previous is not None:
            self._settle(self._previous)
        for case in self._cases:
            self._begin(case)
        self._advance()
        try:
            await asyncio.shield(over)
        except asyncio.CancelledError:
            self.stop()
            await over
            raise
        finally:
            self._away.close()
            await self._stage.debts.settle_all()

    def stop(self) -> None:
        """Begin nothing more; what runs is interrupted, hangs up and is recorded so."""
        if self._stopping:
            return
        self._stopping = True
        mine = asyncio.current_task()
        for task in self._tasks.values():
            if task is not mine:
                task.cancel()
        for job in self._scheduler.clear():
            self._work.pop(job.key).then(None)
        asyncio.get_running_loop().call_soon(self._advance)

    def _settle(self, previous: Run) -> None:
        """What the resumed run has begun and not ended was interrupted; its numbers are taken."""
        self._numbers.update(resume.numbers(previous))
        for attempt in resume.interrupted(previous, self._cases):
            self._stage.writer.write(attempt)

    def _begin(self, case: BoundCase) -> None:
        before = self._finals.get(case.name)

        def then(attempt: Attempt | None) -> None:
            if attempt is not None:
                self._ended(case, attempt)

        if before is None or not before.verdict.conclusive:
            self._submit(_Work(case, then, retries=self._tries[case.name]))
        elif before.control is not None and before.control.why == PENDING:
            self._contrast(case, before, resume.players(case.binding, before.devices), then)
        else:
            then(before)

    def _submit(self, work: _Work, number: int | None = None) -> None:
        """`number`: of an attempt that was taken back before it began."""
        number = self._number(work.case) if number is None else number
        roles = {
            role: [one for one in candidates if self._absence(one) is None]
            for role, candidates in work.case.binding.candidates.items()
        }
        for role, able in roles.items():
            if not able:
                reason, why = self._absence(work.case.binding.candidates[role][0]) or (
                    InconcReason.DEVICE,
                    "",
                )
                self._close(work, not_played(work.case, number, self._now(), reason, why))
                return
        key, expected_s = f"{work.case.name}#{number}", work.case.spec.expected_s
        fresh = {
            role: [one for one in able if one.name not in work.avoid] or able for role, able in roles.items()
        }
        why = ""
        for players in (fresh, roles):  # those not tried yet need not be enough for every role at once
            job = Job(key, expected_s, players, urgent=work.control_of is not None)
            try:
                self._scheduler.add(job, self._now())
            except ValueError as error:
                why = str(error)
                continue
            self._work[key] = work
            return
        self._close(work, not_played(work.case, number, self._now(), InconcReason.DEVICE, why))

    def _absence(self, player: Player) -> tuple[InconcReason, str] | None:
        """Why this one cannot play now, None when it can."""
        if error := self._stage.devices.failed.get(player.name):
            return error.reason, str(error)
        if why := self._away.why.get(party_of(player)):
            return InconcReason.MODEM, f"{player.name}: {why}"
        return None

    def _without(self, party: str) -> None:
        """This SIM's modem is out: what waits for it goes on with others, or ends and says why."""
        for job in self._scheduler.withdraw(f"sim:{party}"):
            self._submit(self._work.pop(job.key), int(job.key.rpartition("#")[2]))
        asyncio.get_running_loop().call_soon(self._advance)

    def _number(self, case: BoundCase) -> int:
        self._numbers[case.name] += 1
        return self._numbers[case.name]

    def _advance(self) -> None:
        """Start what can start; see whether all is over, or when a resting device is back."""
        loop = asyncio.get_running_loop()
        if not self._stopping:
            self._leave_out_late()
            for claim in self._scheduler.start(self._now()):
                if self._first is None:
                    self._first = self._now()
                key = claim.job.key
                context = self._context.copy()  # else it would be that of whichever case ended last
                self._tasks[key] = loop.create_task(self._play(claim), name=key, context=context)
        if self._wake is not None:
            self._wake.cancel()
            self._wake = None
        at = [time for time in (self._scheduler.wake_at(), self._closes_at) if time is not None]
        if self._scheduler.waiting and at:
            self._wake = loop.call_later(max(0.0, min(at) - self._now()), self._advance)
        if not self._tasks and not self._scheduler.waiting and self._over and not self._over.done():
            self._over.set_result(None)

    def _leave_out_late(self) -> None:
        """What would not be over in time. A contrast may begin to the last: its fail left room for it."""
        if self._closes_at is None:
            return
        left = self._closes_at - self._now()

        def late(job: Job) -> bool:
            work = self._work[job.key]
            return left <= 0 or (work.control_of is None and longest_s(work.case) > left)

        for job in self._scheduler.drop(late):
            self.cut_short = True
            self._work.pop(job.key).then(None)

    async def _play(self, claim: Claim) -> None:
        key = claim.job.key
        work = self._work.pop(key)
        players: dict[str, Player] = dict(claim.players)  # type: ignore[arg-type]
        begun = self._now()
        try:
            if work.control_of is None:
                self._started(work.case)
            number = int(key.rpartition("#")[2])
            attempt, lease = await perform(
                work.case, players, self._stage, number=number, control_of=work.control_of
            )
            self._last = self._now()
            self._held.append((claim.job.pools, self._last - begun))
            self._scheduler.release(claim, self._last)
            self._away.ended([party_of(player) for player in players.values()], lease.events)
            self._follow(work, attempt, lease, players)
        except Exception as error:  # ours, not the case's: the batch must end, and say why
            if self._over and not self._over.done():
                self._over.set_exception(error)
        finally:
            del self._tasks[key]
            self._advance()

    def _follow(self, work: _Work, attempt: Attempt, lease: Lease, players: Mapping[str, Player]) -> None:
        contrast = work.case.spec.contrast
        if work.control_of is None and attempt.verdict is Verdict.FAIL and contrast is not Contrast.NONE:
            attempt = replace(attempt, control=Control(Finding.UNKNOWN, why=PENDING))
            self._stage.writer.write(attempt)
            self._contrast(work.case, attempt, players, work.then)
            return
        self._stage.writer.write(attempt)
        if not self._stopping and may_retry(attempt, work.retries, lease.events):
            used = frozenset(player.name for player in players.values())
            self._submit(replace(work, retries=work.retries + 1, avoid=work.avoid | used))
            return
        work.then(attempt)

    def _close(self, work: _Work, attempt: Attempt) -> None:
        """The end of a case that cannot even begin."""
        attempt = replace(attempt, control_of=work.control_of)
        self._stage.writer.write(attempt)
        asyncio.get_running_loop().call_soon(work.then, attempt)

    def _contrast(self, case: BoundCase, failed: Attempt, players: Mapping[str, Player], then: Then) -> None:
        """Find out what an ordinary SIM gets on the same path, and write the fail again with the answer."""

        def known(control: Control) -> None:
            attempt = contrasted(failed, case.spec.contrast, control)
            self._stage.writer.write(attempt)
            then(attempt)

        def tried(attempt: Attempt | None) -> None:
            interrupted = Control(Finding.UNKNOWN, why=CUT_OFF)
            known(interrupted if attempt is None else finding(failed, attempt))

        found = control_for(case.binding, players)
        if isinstance(found, str):
            known(Control(Finding.UNKNOWN, why=found))
            return
        others = [f"{role}={player.device}" for role, player in sorted(players.items())]
        others = [one for one in others if not one.startswith(f"{case.binding.subject_role}=")]
        key = (case.where, case.parameters, found.subject.sim.name, *others)
        if case.spec.own_control:
            key += (case.tested.name,)
        before = self._contrasts.get(key)
        if before is not None and before.attempt is None:
            before.waiting.append(tried)
        elif before is not None and before.attempt is not None and self._fresh(before.attempt):
            tried(before.attempt)
        elif self._stopping:
            tried(None)
        else:
            self._contrasts[key] = _Contrast(waiting=[tried])
            self._submit(_Work(case.bound_to(found), self._answer(key), control_of=failed.key))

    def _answer(self, key: tuple[str, ...]) -> Then:
        def then(attempt: Attempt | None) -> None:
            contrast = self._contrasts.pop(key)
            if attempt is not None:
                self._contrasts[key] = _Contrast(attempt)
            for tell in contrast.waiting:
                tell(attempt)

        return then

    def _fresh(self, control: Attempt) -> bool:
        ended = control.started + control.duration_s
        return control.verdict.conclusive and self._now() - ended <= CONTROL_WITHIN_S

    def _now(self) -> float:
        return self._stage.writer.now()


def longest_s(case: BoundCase) -> float:
    """How long a case may be expected to take, should it fail and be tried with an ordinary SIM."""
    return case.spec.expected_s * (1 if case.spec.contrast is Contrast.NONE else 2)


def cooldowns(lab: Lab) -> dict[str, float]:
    """Resource -> seconds that the lab file wants it to rest after each case."""
    rests = {f"sim:{sim.name}": sim.cooldown_s for sim in lab.sims}
    rests |= {f"form:{form.name}": form.cooldown_s for form in lab.forms}
    rests |= {f"label:{label.name}": label.cooldown_s for label in lab.labels}
    rests |= {f"gateway:{gateway.name}": gateway.cooldown_s for gateway in lab.gateways}
    rests |= {f"originator:{originator.name}": originator.cooldown_s for originator in lab.originators}
    return {name: rest for name, rest in rests.items() if rest > 0}
