"""The matrix segment x service x peer, as terminal and HTML both draw it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interop.record import Verdict, merge
from interop.results import CaseResult

_PEERS_FIRST = ("CMCC", "CUCC", "CTCC", "MVNO")


@dataclass(frozen=True, slots=True)
class Segment:
    """`brands` and `operators` of the SIMs tested in it, `sims` their names in the lab file."""

    prefix: str
    brands: tuple[str, ...]
    operators: tuple[str, ...]
    sims: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """The cases of one segment, service and peer; never empty."""

    segment: str
    service: str
    peer: str | None
    cases: tuple[CaseResult, ...]

    @property
    def verdict(self) -> Verdict:
        return merge(case.verdict for case in self.cases)

    @property
    def count(self) -> str:
        """ "" for one case, "3" when all agree, "1/3" when one of three has the cell's verdict."""
        return "" if len(self.cases) == 1 else Cell.counted([self])

    @staticmethod
    def counted(cells: Sequence[Cell]) -> str:
        """`count` over cells that share a verdict."""
        agreeing = sum(case.verdict is cell.verdict for cell in cells for case in cell.cases)
        total = sum(len(cell.cases) for cell in cells)
        return str(agreeing) if agreeing == total else f"{agreeing}/{total}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """`services`: each with its peers, in the order to show."""

    segments: tuple[Segment, ...]
    services: tuple[tuple[str, tuple[str | None, ...]], ...]
    cells: dict[tuple[str, str, str | None], Cell]

    def row(self, segment: str, service: str) -> list[Cell]:
        """The cells of one segment and service, in the order of the service's peers."""
        peers = dict(self.services)[service]
        return [cell for peer in peers if (cell := self.cells.get((segment, service, peer)))]


def build(results: tuple[CaseResult, ...], order: Sequence[str] = ()) -> Matrix:
    """Every case lands in exactly one cell. `order`: services as the suite has them; others go by name."""
    gathered: dict[tuple[str, str, str | None], list[CaseResult]] = {}
    for result in results:
        final = result.final
        gathered.setdefault((final.subject.segment, final.service, final.peer), []).append(result)
    cells = {key: Cell(*key, tuple(cases)) for key, cases in gathered.items()}
    services = tuple(
        (service, tuple(sorted({key[2] for key in cells if key[1] == service}, key=_peer_order)))
        for service in sorted({key[1] for key in cells}, key=lambda name: _place(name, order))
    )
    segments = tuple(_segment(prefix, results) for prefix in sorted({key[0] for key in cells}))
    return Matrix(segments, services, cells)


def _segment(prefix: str, results: tuple[CaseResult, ...]) -> Segment:
    subjects = [item.final.subject for item in results if item.final.subject.segment == prefix]
    return Segment(
        prefix,
        tuple(sorted({subject.mvno for subject in subjects})),
        tuple(sorted({subject.base_operator for subject in subjects})),
        tuple(sorted({subject.sim for subject in subjects})),
    )


def _place(service: str, order: Sequence[str]) -> tuple[int, str]:
    return (order.index(service) if service in order else len(order), service)


def _peer_order(peer: str | None) -> tuple[int, str]:
    if peer is None:
        return (-1, "")
    known = _PEERS_FIRST.index(peer) if peer in _PEERS_FIRST else len(_PEERS_FIRST)
    return (known, peer)
