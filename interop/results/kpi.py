"""KPIs of attempts, in the terms of ETSI TS 102 250-2 (`kpi_definitions` has the rows).

An inconclusive attempt is in no denominator and no quantile, nor is one that served as a contrast.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import inf, isinf

from interop.record import Attempt, Check, Verdict
from interop.results.intervals import Clusters, wilson
from interop.results.kpi_definitions import RATIOS, TIMES, RatioKpi, TimeKpi
from interop.results.quantiles import Quantile, quantile, reportable

RATIO_KPIS: Mapping[str, RatioKpi] = {kpi.key: kpi for kpi in RATIOS}
TIME_KPIS: Mapping[str, TimeKpi] = {kpi.key: kpi for kpi in TIMES}

_HOUR_S = 3600


@dataclass(frozen=True, slots=True)
class RatioFound:
    """A ratio KPI of some attempts. `low`, `high`: 95 % Wilson bounds (0..1), for display; a judgement wants
    `clusters`, the valid attempts by (modem, hour), for those fail together.
    """

    kpi: RatioKpi
    failed: int
    valid: int
    low: float
    high: float
    clusters: Clusters

    @property
    def share(self) -> float:
        return self.failed / self.valid


@dataclass(frozen=True, slots=True)
class TimeFound:
    """A time KPI of some attempts. `cases`: (modem and hour, seconds) of each, infinite where it was never
    over; `quantile`: the largest of 95, 90 and 50 % that so many can bound, None below five.
    """

    kpi: TimeKpi
    cases: tuple[tuple[Hashable, float], ...]
    quantile: Quantile | None

    @property
    def never(self) -> int:
        return sum(isinf(seconds) for _, seconds in self.cases)

    def later(self, seconds: float) -> Clusters:
        """The attempts that took longer, as failed ones."""
        return Clusters.of((cluster, time > seconds) for cluster, time in self.cases)


@dataclass(frozen=True, slots=True)
class Sample:
    """What one conclusive attempt adds. `at`: seconds of any one clock; `failed`: by ratio KPI; `times`: by
    time KPI, in seconds.
    """

    modem: str
    at: float
    failed: Mapping[str, bool]
    times: Mapping[str, float]


def sample(attempt: Attempt, epoch: float = 0.0) -> Sample | None:
    """None of an attempt that no KPI counts. `epoch`: of its run, where attempts of several are compared."""
    if attempt.control_of is not None or not attempt.verdict.conclusive:
        return None
    at = epoch + attempt.started
    return Sample(attempt.devices.get("subject", ""), at, _failed(attempt), _times(attempt))


def found(samples: Iterable[Sample]) -> tuple[list[RatioFound], list[TimeFound]]:
    """The KPIs that have a valid attempt, in the order of their definition."""
    ratios: dict[str, list[tuple[Hashable, bool]]] = {}
    times: dict[str, list[tuple[Hashable, float]]] = {}
    for one in samples:
        cluster = (one.modem, one.at // _HOUR_S)
        for key, failed in one.failed.items():
            ratios.setdefault(key, []).append((cluster, failed))
        for key, value in one.times.items():
            times.setdefault(key, []).append((cluster, value))
    return (
        [_ratio(kpi, ratios[kpi.key]) for kpi in RATIOS if kpi.key in ratios],
        [_time(kpi, times[kpi.key]) for kpi in TIMES if kpi.key in times],
    )


def _ratio(kpi: RatioKpi, cases: list[tuple[Hashable, bool]]) -> RatioFound:
    failed, valid = sum(failed for _, failed in cases), len(cases)
    return RatioFound(kpi, failed, valid, *wilson(failed, valid), Clusters.of(cases))


def _time(kpi: TimeKpi, cases: list[tuple[Hashable, float]]) -> TimeFound:
    share = reportable(len(cases))
    of_all = None if share is None else quantile((seconds for _, seconds in cases), share)
    return TimeFound(kpi, tuple(cases), of_all)


def _failed(attempt: Attempt) -> dict[str, bool]:
    verdicts = {}
    for kpi in _of_service(attempt.service)[0]:
        failed, tried = _names(kpi.failed), _names(kpi.tried)
        if any(
            check.verdict is Verdict.FAIL and failed(check.name) and _accuses(check, kpi)
            for check in attempt.checks
        ):
            verdicts[kpi.key] = True
        elif any(check.verdict is Verdict.PASS and tried(check.name) for check in attempt.checks):
            verdicts[kpi.key] = False
    return verdicts


def _times(attempt: Attempt) -> dict[str, float]:
    measured = {item.name: item.value for item in attempt.measurements}
    times = {}
    for kpi in _of_service(attempt.service)[1]:
        never = _names(kpi.never)
        if any(check.verdict is Verdict.FAIL and never(check.name) for check in attempt.checks):
            times[kpi.key] = inf
        elif all(name in measured for name in kpi.measures):
            times[kpi.key] = round(sum(measured[name] for name in kpi.measures), 6)
    return times


def _accuses(check: Check, kpi: RatioKpi) -> bool:
    """A DLR that is false is one failure, a message that is lost another, though the same check fails."""
    if kpi.cause is None:
        return True
    if check.ambiguous:
        return all(cause is kpi.cause for _, cause in check.ambiguous)
    return check.cause is kpi.cause


@cache
def _of_service(service: str) -> tuple[tuple[RatioKpi, ...], tuple[TimeKpi, ...]]:
    return (
        tuple(kpi for kpi in RATIOS if service in kpi.services),
        tuple(kpi for kpi in TIMES if service in kpi.services),
    )


@cache
def _names(patterns: tuple[str, ...]) -> Callable[[str], object]:
    either = "|".join(re.escape(pattern).replace(r"\*", ".*") for pattern in patterns)
    return re.compile(either).fullmatch
