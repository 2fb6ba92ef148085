"""What the attempts of one item come to, by the way in which the list has it judged."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, inf, isinf, sqrt

from interop.record import Verdict, merge
from interop.results.beta import student_quantile
from interop.results.intervals import Clusters, Interval, Judgement, judge, lower_bound, upper_bound
from interop.results.kpi import TIME_KPIS, TimeFound
from interop.results.release.model import Item
from interop.results.release.reading import Tried
from interop.results.store.summaries import COUNTING
from interop.results.targets import Limit

CONFIDENCE = 0.95
_HOUR_S = 3600
_REPEAT = re.compile(r"~[0-9]+(?=[-\]])")

Outcome = tuple[Tried, Verdict]
"""An attempt, and what it counts as."""


@dataclass(frozen=True, slots=True)
class Found:
    """`failed` of `valid` (cases where each has to work, else attempts); `bound`: how sure that is, in words;
    `needs`: what would decide; `deciding`: the attempts that it rests on, each with what it counted as.
    """

    verdict: Verdict
    failed: int
    valid: int
    bound: str
    needs: tuple[str, ...]
    deciding: tuple[Outcome, ...]


def judged(item: Item, tried: Sequence[Tried]) -> Found:
    """`tried`: all of the item's services and peers. An error of the harness is the verdict whatever else is.

    >>> judged(Item(id="x", title="x", area="x", services=("sms-mo",), works=True), ()).verdict
    <Verdict.NONE: 'none'>
    """
    finals = last_that_count((one, _outcome(item, one) if item.works else one.verdict) for one in tried)
    found = _works(finals) if item.works else _timed(item, tried) if item.timed else _ratio(item, tried)
    broken = tuple((one, verdict) for one, verdict in finals if verdict is Verdict.ERROR)
    if broken:
        return Found(Verdict.ERROR, found.failed, found.valid, found.bound, (), broken)
    if found.valid or not tried or item.works:
        return found
    return Found(Verdict.INCONC, 0, 0, "", (), tuple((one, Verdict.INCONC) for one, _ in finals))


def case_of(one: Tried) -> Hashable:
    """Equal where the same is tried again: the repeats of a campaign ("sends[mi-1709->CMCC~2-gsm7]") are one
    case; in another lab, or with a number of another segment behind the same name, it is another.
    """
    return one.lab, one.segment, one.base_operator, one.suite, _REPEAT.sub("", one.case)


def named_as_now(tried: Sequence[Tried]) -> Iterator[Tried]:
    """Without those of a case whose service has another name by now: they would answer for it for ever."""
    names: dict[Hashable, tuple[tuple[float, int, float], str]] = {}
    for one in tried:
        key, at = case_of(one), (one.epoch, one.run_id, one.started)
        if key not in names or names[key][0] <= at:
            names[key] = at, one.service
    return (one for one in tried if names[case_of(one)][1] == one.service)


def last_that_count(outcomes: Iterable[Outcome]) -> list[Outcome]:
    """Of each case what the last run came to that says something on the network, or ended in an error; else
    the last attempt of all. Where a run repeats a case, each repeat has to work.
    """
    cases: dict[Hashable, dict[int, dict[str, Outcome]]] = {}
    for outcome in outcomes:
        one, _ = outcome
        repeats = cases.setdefault(case_of(one), {}).setdefault(one.run_id, {})
        if one.case not in repeats or _later(repeats[one.case]) < _later(outcome):
            repeats[one.case] = outcome
    return [
        _last_run([_of_repeats(runs[number].values()) for number in sorted(runs)]) for runs in cases.values()
    ]


def _of_repeats(finals: Collection[Outcome]) -> Outcome:
    """Of one run."""
    last = max(finals, key=_later)
    if last[1].conclusive:
        return max(finals, key=lambda one: (one[1] is Verdict.FAIL, _later(one)))
    return last


def _last_run(finals: Sequence[Outcome]) -> Outcome:
    """Of one case, of each run, in the order in which the runs came into the store."""
    last = finals[0]
    for final in finals[1:]:
        told, counting = final[1] in COUNTING, last[1] in COUNTING
        newer = final[0].epoch == last[0].epoch or final[0].started >= last[0].started
        if told > counting or (told == counting and newer):
            last = final
    return last


def _later(outcome: Outcome) -> tuple[bool, float, int, int]:
    """Of one run."""
    one, verdict = outcome
    return verdict in COUNTING, one.started, one.number, verdict.rank


def _works(outcomes: Sequence[Outcome]) -> Found:
    counted = _counted(outcomes)
    unreached = sum(one.verdict.conclusive and not verdict.conclusive for one, verdict in outcomes)
    needs = (f"{_cases(unreached)} ended before it came to this",) if unreached else ()
    verdict = merge(verdict for _, verdict in outcomes)
    # they are different cases, of few hours mostly: what that says of their share is told where it says much
    telling = verdict is Verdict.PASS and _sure(counted)[1] <= 0.5
    bound = _bound(counted, verdict, "fail") if telling else ""
    return Found(verdict, counted.failed, counted.valid, bound, needs, tuple(outcomes))


def _outcome(item: Item, one: Tried) -> Verdict:
    """As the item has it: where only a KPI's checks count, others neither pass nor fail it."""
    if item.kpi is None or not one.verdict.conclusive:
        return Verdict.INCONC if one.verdict is Verdict.NONE else one.verdict
    if item.kpi not in one.failed:
        return Verdict.INCONC
    return Verdict.FAIL if one.failed[item.kpi] else Verdict.PASS


def _ratio(item: Item, tried: Sequence[Tried]) -> Found:
    outcomes = [(one, _outcome(item, one)) for one in tried]
    counted = _counted(outcomes)
    assert item.at_most is not None
    made = _judge(counted, item.at_most)
    verdict = made.verdict if counted.valid else Verdict.NONE
    part = "" if verdict is Verdict.FAIL else _failing_part(outcomes, item.at_most)
    if part:
        verdict = Verdict.FAIL
    newest = sorted(outcomes, key=lambda one: -one[0].started)
    conclusive = tuple((one, verdict) for one, verdict in newest if verdict.conclusive)
    bound = part or _bound(counted, verdict, "fail")
    needs = () if part else _needs(made, counted)
    return Found(verdict, made.failed, made.valid, bound, needs, conclusive)


def _failing_part(outcomes: Iterable[Outcome], at_most: float) -> str:
    """The service, peer and segment that certainly fails more often, in words, where the others outnumber it;
    each is judged so that all of them together are wrong with a chance of 5 % at most (Bonferroni).
    """
    parts: dict[tuple[str, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        one, _ = outcome
        parts.setdefault((one.service, one.peer, one.segment), []).append(outcome)
    confidence = 1 - (1 - CONFIDENCE) / max(1, len(parts))
    failing: dict[str, float] = {}
    for (service, peer, segment), part in parts.items():
        counted = _counted(part)
        worth = counted.effective(confidence)
        made = judge(counted.failed, counted.valid, at_most, confidence=confidence, effective=worth)
        if made.verdict is Verdict.FAIL:
            failing[f"{service}{f' with {peer}' if peer else ''} for {segment}"] = made.low
    if not failing:
        return ""
    worst = max(failing, key=failing.__getitem__)
    return f"{worst}: at least {_percent(failing[worst])} fail"


def _timed(item: Item, tried: Sequence[Tried]) -> Found:
    """`failed`: those later than the first limit."""
    assert item.kpi is not None
    timed = [(one, one.times[item.kpi]) for one in tried if one.verdict.conclusive and item.kpi in one.times]
    if item.arrived:
        timed = [(one, seconds) for one, seconds in timed if not isinf(seconds)]
    found = TimeFound(TIME_KPIS[item.kpi], tuple((_cluster(one), seconds) for one, seconds in timed), None)
    verdicts, bounds, needs = [], [], []
    if item.mean_s is not None:
        mean = Mean.of([(cluster, seconds) for cluster, seconds in found.cases if not isinf(seconds)])
        verdicts.append(mean.verdict(item.mean_s))
        bounds.append(str(mean))
        needs += mean.needs(item.mean_s)
    for limit in item.within:
        later = found.later(limit.within_s)
        verdict, missing = _in_time(limit, later)
        verdicts.append(verdict)
        needs += missing
        bounds.append(_bound(later, verdict, f"take longer than {limit.within_s:g} s"))
    first = min((limit.within_s for limit in item.within), default=inf)
    slowest = sorted(timed, key=lambda one: -one[1])
    deciding = tuple((one, Verdict.FAIL if seconds > first else Verdict.PASS) for one, seconds in slowest)
    late = sum(verdict is Verdict.FAIL for _, verdict in deciding)
    verdict = merge(verdicts) if timed else Verdict.NONE
    said = "; ".join(filter(None, bounds))
    undecided = tuple(dict.fromkeys(needs)) if verdict is Verdict.INCONC else ()
    return Found(verdict, late, len(timed), said, undecided, deciding)


def _in_time(limit: Limit, later: Clusters) -> tuple[Verdict, tuple[str, ...]]:
    """As a ratio of those later; "100 %" is of the attempts made, as in `interop.results.targets`."""
    if limit.share < 1:
        made = _judge(later, round(1 - limit.share, 9))
        return made.verdict, _needs(made, later)
    return (Verdict.FAIL if later.failed else Verdict.PASS), ()


def _judge(counted: Clusters, target: float) -> Judgement:
    worth = counted.effective(CONFIDENCE)
    return judge(counted.failed, counted.valid, target, confidence=CONFIDENCE, effective=worth)


@dataclass(frozen=True, slots=True)
class Mean:
    """Of `number` times in `clusters` (modem, hour), and how far the true one may be from it (95 %, one-sided
    by Student's t over the clusters; infinite for a single one), in seconds.
    """

    seconds: float
    reach: float
    number: int

    @classmethod
    def of(cls, cases: Sequence[tuple[Hashable, float]]) -> Mean:
        """
        >>> print(Mean.of([(hour, seconds) for hour in range(4) for seconds in (8.0, 9.0 + hour)]))
        mean 9.25 s, at most 10.6 s
        """
        number = len(cases)
        mean = sum(seconds for _, seconds in cases) / number if number else 0.0
        sums: dict[Hashable, float] = {}
        for cluster, seconds in cases:
            sums[cluster] = sums.get(cluster, 0.0) + seconds - mean
        groups = len(sums)
        if groups < 2:
            return cls(mean, inf, number)
        # the ratio estimator's, as `Clusters.of`; never less than that of independent cases
        between = groups / (groups - 1) * sum(one * one for one in sums.values()) / number**2
        within = sum((seconds - mean) ** 2 for _, seconds in cases) / (number - 1) / number
        reach = student_quantile(CONFIDENCE, groups - 1) * sqrt(max(between, within))
        return cls(mean, reach, number)

    def verdict(self, at_most: float) -> Verdict:
        if self.seconds + self.reach <= at_most:
            return Verdict.PASS
        return Verdict.FAIL if self.seconds - self.reach > at_most else Verdict.INCONC

    def needs(self, at_most: float) -> list[str]:
        """About so many more: the reach shrinks as the root of their number."""
        if self.verdict(at_most) is not Verdict.INCONC:
            return []
        if not self.number:
            return ["an attempt that arrives"]
        if isinf(self.reach):
            return [_ELSEWHERE]
        distance = abs(self.seconds - at_most)
        if not distance:
            return [_NO_NUMBER]
        return [_more(ceil(self.number * (self.reach / distance) ** 2) - self.number or 1)]

    def __str__(self) -> str:
        if not self.number:
            return ""
        sure = "" if isinf(self.reach) else f", at most {self.seconds + self.reach:.3g} s"
        return f"mean {self.seconds:.3g} s{sure}"


_ELSEWHERE = "attempts in other hours: these are of one modem in one hour"
_NO_NUMBER = "more than can be made: as many fail as may"


def _needs(made: Judgement, counted: Clusters) -> tuple[str, ...]:
    if made.verdict is not Verdict.INCONC or not counted.valid:
        return ()
    if not counted.effective():
        return (_ELSEWHERE,)
    # what few hours leave unknown goes as there are more of them: counting it in would ask for thousands
    worth = counted.valid / counted.design_effect
    spread = judge(counted.failed, counted.valid, made.target, confidence=CONFIDENCE, effective=worth)
    if spread.verdict is not Verdict.INCONC:
        return ("attempts in other hours: these are of few",)
    if spread.needs is None:
        return (_NO_NUMBER,)
    return (_more(spread.needs) + (" in other hours" if spread.needs != made.needs else ""),)


def _more(number: int) -> str:
    return f"about {number} more {'attempt' if number == 1 else 'attempts'}"


def _cases(number: int) -> str:
    return f"{number} {'case' if number == 1 else 'cases'}"


def _cluster(one: Tried) -> Hashable:
    return one.modem, one.started // _HOUR_S


def _counted(outcomes: Iterable[Outcome]) -> Clusters:
    return Clusters.of(
        (_cluster(one), verdict is Verdict.FAIL) for one, verdict in outcomes if verdict.conclusive
    )


def _bound(counted: Clusters, verdict: Verdict, what: str) -> str:
    """ "at most 4.95 % fail"; "" where nothing is known of it, for all of them may have one cause."""
    low, high = _sure(counted)
    if verdict is Verdict.FAIL:
        return f"at least {_percent(low)} {what}" if low else ""
    if high > 0.995:
        return ""
    if verdict is Verdict.PASS or not low:
        return f"at most {_percent(high)} {what}"
    return f"{_percent(low)} to {_percent(high)} {what}"


def _sure(counted: Clusters) -> Interval:
    """The share that fails is at least the one and at most the other, each with 95 %."""
    effective = counted.effective(CONFIDENCE)
    failed = counted.failed / counted.valid * effective if counted.valid else 0.0
    return lower_bound(failed, effective, CONFIDENCE), upper_bound(failed, effective, CONFIDENCE)


def _percent(share: float) -> str:
    return f"{100 * share:.3g} %"
