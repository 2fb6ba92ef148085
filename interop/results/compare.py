"""Two runs side by side: what got worse, what got better, and of what nothing is known any more.

One of them may be a baseline: a file that holds only what every case came to.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from interop.record import Attempt, InconcReason, Verdict, blame
from interop.record.reader import Run
from interop.results.cases import cases_of, interrupted

FORMAT = "interop baseline 1"


class Change(StrEnum):
    """What became of a case, the worst first."""

    ERROR = "error"
    """a bug in harness or case, now: whatever was, this is to be mended"""
    REGRESSION = "regression"
    """passed, and fails"""
    NEW_FAIL = "new fail"
    """fails, and did not pass before: it was not there, said nothing, or failed for another cause"""
    NOW_INCONCLUSIVE = "now inconclusive"
    GONE = "gone"
    KNOWN_FAIL = "known fail"
    """fails as before: the same layer and cause"""
    FIXED = "fixed"
    WAS_INCONCLUSIVE = "was inconclusive"
    """and passes"""
    NEW = "new"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one case came to. `why`: who is to blame for a fail, as `interop.record.blame` says it with the
    suspects in order; the reason of what is inconclusive.
    """

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a run came to. `state`: of run.json; `about`: in what it ran, by the names of run.json."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    run: str
    state: str
    about: dict[str, str]
    cases: dict[str, Outcome]


@dataclass(frozen=True, slots=True)
class Difference:
    """A case of either run; None where it has no such case."""

    case: str
    change: Change
    was: Outcome | None
    now: Outcome | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`cases`: every case of both, the worst first. `differs`: what makes the two runs hard to compare, as
    (name, before, after): the lab, its content, what was injected.
    """

    before: Outcomes
    after: Outcomes
    cases: tuple[Difference, ...]
    differs: tuple[tuple[str, str, str], ...]

    @property
    def counts(self) -> dict[Change, int]:
        found = Counter(item.change for item in self.cases)
        return {change: found[change] for change in Change if found[change]}

    @property
    def errors(self) -> tuple[Difference, ...]:
        return self._of(Change.ERROR)

    @property
    def worse(self) -> tuple[Difference, ...]:
        return self._of(Change.REGRESSION, Change.NEW_FAIL)

    @property
    def unknown(self) -> tuple[Difference, ...]:
        """What had a conclusive verdict and has none: also a case that is gone, else a run that was cut
        short would be as good as a whole one.
        """
        lost = self._of(Change.NOW_INCONCLUSIVE, Change.GONE)
        return tuple(item for item in lost if item.was is not None and item.was.verdict.conclusive)

    def _of(self, *changes: Change) -> tuple[Difference, ...]:
        return tuple(item for item in self.cases if item.change in changes)


class BaselineDamaged(ValueError):
    """No baseline, or one with a value that cannot be understood; says which."""


def compare(before: Outcomes, after: Outcomes) -> Comparison:
    """Cases are the same when their names are.

    >>> was = Outcomes("a", "finished", {}, {"x": Outcome(Verdict.PASS)})
    >>> now = Outcomes("b", "finished", {}, {"x": Outcome(Verdict.FAIL, "gateway: no_route")})
    >>> compare(was, now).worse[0].change
    <Change.REGRESSION: 'regression'>
    """
    cases = []
    for case in before.cases.keys() | after.cases.keys():
        was, now = before.cases.get(case), after.cases.get(case)
        cases.append(Difference(case, change(was, now), was, now))
    worst = list(Change)
    cases.sort(key=lambda item: (worst.index(item.change), item.case))
    known = (name for name in _ABOUT if name in before.about and name in after.about)
    differs = (
        (name, before.about[name], after.about[name])
        for name in known
        if before.about[name] != after.about[name]
    )
    return Comparison(before, after, tuple(cases), tuple(differs))


def change(was: Outcome | None, now: Outcome | None) -> Change:
    """Of one case; `none` is as little a statement as `inconc`. At least one of the two is there."""
    if now is None:
        return Change.GONE
    before = was.verdict if was is not None else None
    match now.verdict:
        case Verdict.ERROR:
            return Change.ERROR
        case Verdict.FAIL if before is Verdict.PASS:
            return Change.REGRESSION
        case Verdict.FAIL:
            return Change.KNOWN_FAIL if was == now else Change.NEW_FAIL
        case _ if before is None:
            return Change.NEW
        case Verdict.PASS if before is Verdict.FAIL:
            return Change.FIXED
        case Verdict.PASS:
            return Change.SAME if before is Verdict.PASS else Change.WAS_INCONCLUSIVE
        case _:
            return Change.NOW_INCONCLUSIVE if before is not None and before.conclusive else Change.SAME


def outcomes(run: Run) -> Outcomes:
    """What every case of a run came to; one that began and has no result is inconclusive."""
    cases = {result.final.case: _outcome(result.final) for result in cases_of(run)}
    cut_short = Outcome(Verdict.INCONC, InconcReason.INTERRUPTED)
    cases |= {started.case: cut_short for started in interrupted(run)}
    meta = run.meta
    told = {name: meta.get(name) for name in _ABOUT}
    versions = meta.get("versions")
    told["interop"] = versions.get("interop") if isinstance(versions, dict) else None
    about = {name: _text(value) for name, value in told.items() if value is not None}
    return Outcomes(
        str(meta.get("run", run.directory.name)), str(meta.get("state", "finished")), about, cases
    )


_ABOUT = ("lab", "lab_sha256", "seed", "defects", "quirks", "clock", "interop")


def _text(value: object) -> str:
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


def _outcome(final: Attempt) -> Outcome:
    if final.verdict is not Verdict.FAIL:
        return Outcome(final.verdict, final.reason or "")
    return Outcome(final.verdict, blame(replace(final, ambiguous=tuple(sorted(final.ambiguous)))))


def to_baseline(outcomes: Outcomes) -> str:
    """The text of a baseline file, a line for each case, in order: made for version control."""
    head = {"format": FORMAT, **_plain(outcomes)}
    cases = head.pop("cases")
    lines = [f"  {_json(name)}: {_json(value)}," for name, value in head.items()]
    rows = [f"    {_json(case)}: {_json(cases[case])}" for case in sorted(cases)]
    body = ",\n".join(rows)
    return "\n".join(["{", *lines, '  "cases": {', *([body] if body else []), "  }", "}", ""])


def from_baseline(text: str) -> Outcomes:
    """Raises BaselineDamaged; a case that stands there twice, as a careless merge leaves it, is damage."""
    try:
        data = json.loads(text, object_pairs_hook=_once)
    except ValueError as error:
        raise BaselineDamaged(str(error)) from None
    except RecursionError:
        raise BaselineDamaged("no baseline: nested too deep") from None
    if not isinstance(data, dict) or data.pop("format", None) != FORMAT:
        raise BaselineDamaged(f'no baseline: it does not say "format": "{FORMAT}"')
    try:
        return _ADAPTER.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise BaselineDamaged(f"{place}: {first['msg']} ({first['input']!r})") from None


_ADAPTER = TypeAdapter(Outcomes)


def _plain(outcomes: Outcomes) -> dict[str, Any]:
    said = asdict(outcomes)
    said["cases"] = {
        case: {name: value for name, value in outcome.items() if value}
        for case, outcome in said["cases"].items()
    }
    return said


def _json(value: Mapping[str, Any] | str) -> str:
    return json.dumps(value, ensure_ascii=False)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name, count in Counter(name for name, _ in pairs).items() if count > 1)
        raise ValueError(f"{twice!r} stands there twice")
    return found
