"""What the tables say of each attempt of a run, and what the attempt says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from interop.record import Attempt, Finding, InconcReason, Verdict
from tests.suites.mms.tables import (
    ANNOUNCED,
    BESIDE,
    BETWEEN,
    BY_PEER,
    CONTENT_OF,
    CORE,
    COUNTED,
    DIRECTION,
    FETCHED,
    FOUND,
    HEARD,
    HOLDS,
    IN,
    NEAR_THE_LIMIT,
    OPERATOR,
    OUT,
    OWN,
    OWN_CLIENT,
    READ,
    SELECTED,
    SIZED,
    TO_THE_MMSC,
    TWICE,
    VANISHED,
    Case,
    Effect,
    Suspects,
    Way,
    only,
)

Seen = tuple[str, Suspects] | InconcReason | None
"""of one case: the stage and who may be to blame there, why nothing can be said, or None where all is well"""


@dataclass(frozen=True)
class Wrong:
    """A defect: `own` "as=502", `whom` "segment=171"; `direction` "" of one that sits on a subscriber."""

    name: str
    own: str
    whom: str
    direction: str

    @classmethod
    def parse(cls, text: str) -> Wrong:
        name, _, given = text.partition("@")
        values = dict(pair.split("=", 1) for pair in given.split(",") if pair)
        direction = values.pop("direction", DIRECTION.get(name, ""))
        own = [f"{key}={values.pop(key)}" for key in OWN if key in values]
        return cls(
            name, ",".join(own), ",".join(f"{key}={value}" for key, value in values.items()), direction
        )

    def is_on(self, sim: str) -> bool:
        return sim in SELECTED[self.whom]

    def is_between(self, sender: str, receiver: str) -> bool:
        return (self.direction != IN and self.is_on(sender)) or (
            self.direction != OUT and self.is_on(receiver)
        )

    def key(self, rows: dict[str, Effect]) -> str:
        return f"{self.name}@{self.own}" if f"{self.name}@{self.own}" in rows else self.name


def seen(case: Case, defects: Sequence[str]) -> Seen:
    """The first check that fails says it; one that could not be made counts where none fails."""
    wrongs = [Wrong.parse(defect) for defect in defects]
    barred = [wrong for wrong in wrongs if wrong.name == "registration.barred"]
    if any(wrong.is_on(sim) for wrong in barred for sim in (case.sender, *case.receivers)):
        return InconcReason.NOT_REGISTERED
    doubt: Seen = None
    for told in _on_its_way(case, wrongs):
        if isinstance(told, tuple):
            return told
        doubt = doubt or told
    return doubt


def _on_its_way(case: Case, wrongs: Sequence[Wrong]) -> Iterator[Seen]:
    sender = case.sender
    for receiver in case.receivers:
        yield from _told(case, TO_THE_MMSC, _met(wrongs, sender, sender, receiver), sender, receiver)
    if case.name == "over_the_limit":
        return
    for receiver in case.receivers:
        met = _met(wrongs, receiver, sender, receiver)
        yield from _announced(case, met, receiver)
        yield from _told(case, FETCHED, met, receiver, receiver)
        yield from _told(case, FOUND, met, receiver, receiver)
    for rows in (TWICE, HEARD):
        for receiver in case.receivers:
            yield from _told(case, rows, _met(wrongs, receiver, sender, receiver), receiver, receiver)


def _met(wrongs: Sequence[Wrong], end: str, sender: str, receiver: str) -> list[Wrong]:
    """What sits between the two, and at `end`."""
    return [
        wrong
        for wrong in wrongs
        if (wrong.is_between(sender, receiver) if wrong.direction else wrong.is_on(end))
    ]


def _told(
    case: Case, rows: dict[str, Effect], met: Sequence[Wrong], end: str, receiver: str
) -> Iterator[Seen]:
    """`end`: whose client it is that sees it."""
    keys = {wrong.key(rows) for wrong in met}
    for key, effect in rows.items():
        if key not in keys or not _concerns(key, effect, case):
            continue
        stage, told = effect.own if effect.own and end in OWN_CLIENT else (effect.stage, effect.told)
        if case.content == "large" and end not in OWN_CLIENT and key in NEAR_THE_LIMIT:
            told = SIZED
        if isinstance(told, Way):
            told = told.suspects(case.sender, receiver)
        if stage == "mmsc" and isinstance(told, frozenset) and not _crosses(case):
            told = frozenset((CORE if layer is BETWEEN else layer, cause) for layer, cause in told)
        yield (stage, told) if isinstance(told, frozenset) else told


def _crosses(case: Case) -> bool:
    """What the sender's MMSC knows of its own subscribers passes no interconnection."""
    return any(OPERATOR[case.sender] != OPERATOR[receiver] for receiver in case.receivers)


def _concerns(key: str, effect: Effect, case: Case) -> bool:
    """What is too large is refused for that, unless its sender may not send anything."""
    if case.name == "over_the_limit" and effect.stage == "mmsc" and key != "mms.unsubscribed":
        return False
    return case.name in (effect.cases or (case.name,)) and case.content in effect.contents


def _announced(case: Case, met: Sequence[Wrong], receiver: str) -> Iterator[Seen]:
    """Read reports are asked for alone: what a delivery report would tell, nobody hears then. Nor does who
    cannot tell that it is on this message.
    """
    crosses = OPERATOR[case.sender] != OPERATOR[receiver]
    keys = {wrong.key(ANNOUNCED) for wrong in met}
    for key, effect in ANNOUNCED.items():
        if key not in keys or effect.told is None or (effect.crossing and not crosses):
            continue
        stage, told = effect.stage, effect.told
        if stage == "claimed" and (case.name in READ or case.sender in OWN_CLIENT):
            told = VANISHED
        if stage in ("lost", "claimed"):
            stage = "interworking" if crosses else "notify"
        suspects = told.suspects(case.sender, receiver) if isinstance(told, Way) else told
        assert isinstance(suspects, frozenset)
        yield stage, suspects


def case_of(attempt: Attempt, subject: str = "") -> Case:
    """`subject`: the SIM that plays it, where it is not the one under test."""
    where, _, parameters = attempt.case.removesuffix("]").partition("[")
    name = where.rpartition(".")[2]
    content = CONTENT_OF.get(name) or (parameters.rpartition("-")[2] if name in COUNTED else "latin")
    ours = subject or attempt.subject.sim
    others = tuple(HOLDS[attempt.devices[role]] for role in ("peer", "third") if role in attempt.devices)
    return Case(name, content, others[0], (ours,)) if name in BY_PEER else Case(name, content, ours, others)


def says(attempt: Attempt) -> Seen | Verdict:
    if attempt.verdict is Verdict.PASS:
        return None
    if attempt.verdict is Verdict.INCONC and attempt.reason is not None:
        return attempt.reason
    if attempt.verdict is not Verdict.FAIL:
        return attempt.verdict
    stage = next(check.name for check in attempt.checks if check.verdict is Verdict.FAIL).partition(":")[0]
    if attempt.ambiguous:
        return stage, frozenset(attempt.ambiguous)
    return (stage, only(attempt.layer, attempt.cause)) if attempt.layer and attempt.cause else attempt.verdict


def finding(attempt: Attempt, ours: Seen, defects: Sequence[str]) -> Finding | None:
    """What the ordinary SIM adds to what ours saw: nothing where it plays in the case already."""
    if not isinstance(ours, tuple):
        return None
    sim, case = BESIDE[attempt.subject.sim], case_of(attempt)
    if sim in (case.sender, *case.receivers):
        return Finding.UNKNOWN
    beside = seen(case_of(attempt, sim), defects)
    if beside is None:
        return Finding.SEGMENT
    return Finding.PATH if isinstance(beside, tuple) and beside[1] == ours[1] else Finding.UNKNOWN


def is_as_tabled(attempt: Attempt, defects: Sequence[str]) -> bool:
    """Verdict, stage, layer, cause and finding of the attempt that counts for its case."""
    ours = seen(case_of(attempt), defects)
    found = attempt.control.finding if attempt.control else None
    return says(attempt) == ours and (is_tardy(attempt) or found is finding(attempt, ours, defects))


def is_tardy(attempt: Attempt) -> bool:
    """The ordinary SIM had no time: it waits in vain as often as all those whose messages are lost."""
    return attempt.control is not None and attempt.control.why == "the control was not within the hour"
