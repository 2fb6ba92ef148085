"""Every item of a release list for one MVNO in one city: its verdict, and what is missing for one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from interop.record import Finding, Verdict, merge
from interop.results.release.criteria import Found, judged, named_as_now
from interop.results.release.gaps import belongs, counted, gaps
from interop.results.release.model import Item, ReleaseList
from interop.results.release.reading import Known, Tried, cities, known
from interop.results.store import Store

MOST_EVIDENCE = 20
"""attempts that an answer names: a board is to be read, and a store's boards are to fit into memory"""

_FINDINGS: Mapping[Finding, str] = {
    Finding.SEGMENT: "the segment: an ordinary number works",
    Finding.PATH: "not the segment: an ordinary number fails too",
    Finding.UNKNOWN: "",  # told as missing
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One item. `verdict` NONE: nothing was tried; where the item has no case, nothing is asked either.

    `failed` of `valid`: cases where each has to work, else attempts; `bound`: how sure that is (95 %).
    `why`: who is to blame for its fails, and whether an ordinary number fails too; `missing`: what is not
    known yet, a phrase each. `evidence`: attempts that it rests on, fails first, and what each counted as;
    it rests on so many `more`. `others`: the gateways or sites that it was tried with, where the list leaves
    open which: one that a lab does not have is not missed.
    """

    item: Item
    verdict: Verdict
    failed: int = 0
    valid: int = 0
    bound: str = ""
    why: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    evidence: tuple[tuple[Tried, Verdict], ...] = ()
    more: int = 0
    others: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        return not self.item.no_case


@dataclass(frozen=True, slots=True)
class Board:
    """One MVNO in one city. `verdict` PASS: released; INCONC: something is missing. `last`: POSIX time of its
    last attempt.
    """

    mvno: str
    city: str
    segments: tuple[tuple[str, str], ...]
    """(segment, base operator) of the numbers tried"""
    answers: tuple[Answer, ...]
    last: float

    @property
    def verdict(self) -> Verdict:
        asked = [answer.verdict for answer in self.answers if answer.asked]
        return merge(
            Verdict.INCONC if verdict is Verdict.NONE else verdict for verdict in asked or [Verdict.NONE]
        )

    def of(self, verdict: Verdict) -> tuple[Answer, ...]:
        """The items asked for that have it."""
        return tuple(answer for answer in self.answers if answer.asked and answer.verdict is verdict)

    @property
    def no_case(self) -> tuple[Answer, ...]:
        return tuple(answer for answer in self.answers if not answer.asked)


def boards(
    store: Store,
    wanted: ReleaseList,
    *,
    mvno: str | None = None,
    city: str | None = None,
    days: int | None = None,
) -> Iterator[Board]:
    """By MVNO and city, of every one that the store has attempts of. Each takes what that one has to read.

    `days`: what is older than so many before the store's last day counts no more.
    """
    for name, place in cities(store, mvno=mvno, city=city):
        yield board_of(known(store, name, place, days=days), wanted)


def worst(found: Iterable[Board]) -> Verdict:
    """PASS where all are released."""
    return merge(board.verdict for board in found)


def board_of(known: Known, wanted: ReleaseList) -> Board:
    segments = sorted({(place.segment, place.base_operator) for place in known.places})
    of_service: dict[str, list[Tried]] = {}
    for one in named_as_now(known.tried):
        of_service.setdefault(one.service, []).append(one)
    answers = tuple(_answer(item, known, of_service, segments) for item in wanted.items)
    return Board(known.mvno, known.city, tuple(segments), answers, known.last)


def _answer(
    item: Item, known: Known, of_service: Mapping[str, Sequence[Tried]], segments: Sequence[tuple[str, str]]
) -> Answer:
    if item.no_case:
        return Answer(item, Verdict.NONE, missing=(item.no_case,))
    asked = (one for service in item.services for one in of_service.get(service, ()))
    tried = [one for one in asked if belongs(item, one)]
    found = judged(item, tried)
    conclusive = tried if item.works else [one for one, verdict in found.deciding if verdict.conclusive]
    lacking = gaps(item, tried, conclusive, known.places, segments)
    verdict = found.verdict
    if lacking and verdict is not Verdict.NONE:
        verdict = merge((verdict, Verdict.INCONC))
    missing = [*lacking, *found.needs]
    if verdict is not Verdict.PASS:
        missing += _inconclusive(item, found, tried)
    uncontrasted = sum(one.finding is Finding.UNKNOWN for one in _fails(found))
    if verdict is Verdict.FAIL and uncontrasted:
        missing.append(f"no contrast with an ordinary number for {counted(uncontrasted, 'fail')}")
    weight = {Verdict.ERROR: 0, Verdict.FAIL: 1, Verdict.INCONC: 2}
    evidence = sorted(found.deciding, key=lambda one: weight.get(one[1], 3))
    why = () if verdict is Verdict.PASS else _why(found)
    return Answer(
        item,
        verdict,
        found.failed,
        found.valid,
        found.bound,
        why,
        tuple(missing),
        tuple(evidence[:MOST_EVIDENCE]),
        max(0, len(evidence) - MOST_EVIDENCE),
        tuple(sorted({one.peer for one, _ in evidence if one.peer})) if item.peers == "any" else (),
    )


def _inconclusive(item: Item, found: Found, tried: Sequence[Tried]) -> list[str]:
    """ "3 inconclusive: modem 2, sim" """
    of = [one for one, _ in found.deciding] if item.works else tried
    silent = (Verdict.INCONC, Verdict.NONE)
    reasons = Counter(str(one.reason or "not run") for one in of if one.verdict in silent)
    told = [f"{reason} {count}" if len(reasons) > 1 else reason for reason, count in reasons.most_common()]
    return [f"{reasons.total()} inconclusive: {', '.join(told)}"] if told else []


def _fails(found: Found) -> list[Tried]:
    return [one for one, verdict in found.deciding if verdict is Verdict.FAIL and one.verdict is Verdict.FAIL]


def _why(found: Found) -> tuple[str, ...]:
    """Each accusation once, the most frequent first: "interconnect: no_route (the segment: ...), 3 times"."""
    told: Counter[str] = Counter()
    for one in _fails(found):
        finding = _FINDINGS[one.finding] if one.finding else ""
        told["; ".join(filter(None, (one.blame, finding)))] += 1
    return tuple(
        f"{text}, {count} times" if count > 1 else text for text, count in told.most_common() if text
    )
