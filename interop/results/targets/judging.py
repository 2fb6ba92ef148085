"""Whether what was found meets its targets, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from interop.record import Verdict
from interop.results.intervals import Clusters, Judgement, judge, lower_bound, upper_bound
from interop.results.kpi import RATIO_KPIS, TIME_KPIS, RatioFound, TimeFound
from interop.results.targets.model import Limit, Targets


@dataclass(frozen=True, slots=True)
class Judged:
    """One target. `wanted`: "at most 1 %", "90 % within 60 s"."""

    key: str
    name: str
    wanted: str
    judgement: Judgement


def judge_all(ratios: Iterable[RatioFound], times: Iterable[TimeFound], targets: Targets) -> list[Judged]:
    """Each target, by exact bounds; inconclusive where there is no valid attempt.

    Attempts of one modem in one hour may fail together: only so many count as say as much.
    """
    of_ratios = {one.kpi.key: one.clusters for one in ratios}
    of_times = {one.kpi.key: one for one in times}
    nothing = Clusters.of(())
    judged = [
        Judged(key, RATIO_KPIS[key].name, f"at most {_percent(target)}", _judge(counted, target))
        for key, target in targets.ratios.items()
        for counted in (of_ratios.get(key, nothing),)
    ]
    for key, limits in targets.times.items():
        for limit in limits:
            found = of_times.get(key)
            later = nothing if found is None else found.later(limit.within_s)
            wanted = f"{_percent(limit.share)} within {limit.within_s:g} s"
            judged.append(Judged(key, TIME_KPIS[key].name, wanted, _in_time(later, limit)))
    return judged


def _judge(counted: Clusters, target: float) -> Judgement:
    return judge(counted.failed, counted.valid, target, effective=counted.effective())


def _in_time(later: Clusters, limit: Limit) -> Judgement:
    """As a ratio of those later or lost. "100 %" is no statement about attempts that nobody made: none later
    of those made is a pass, one is a fail, and the bound says how much the former is worth.
    """
    if limit.share < 1 or not later.valid:
        return _judge(later, round(1 - limit.share, 9))
    failed, valid = later.failed, later.valid
    verdict = Verdict.FAIL if failed else Verdict.PASS
    return Judgement(verdict, failed, valid, 0.0, lower_bound(failed, valid), upper_bound(failed, valid), 0)


def _percent(share: float) -> str:
    return f"{100 * share:g} %"
