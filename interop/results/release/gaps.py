"""What an item asks for and nobody has tried: which service, with whom, of which segment, and since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from interop.results.release.model import Item
from interop.results.release.reading import Place, Tried

_OPERATORS = ("CMCC", "CUCC", "CTCC")
_EACH = (*_OPERATORS, "MVNO")

ANY = "*"
"""in place of a peer: whoever it was"""


def belongs(item: Item, one: Tried | Place) -> bool:
    wanted = _peers(item, one.base_operator)
    return one.service in item.services and (one.peer in wanted or wanted == (ANY,))


def _peers(item: Item, operator: str) -> tuple[str, ...]:
    """Whom a number on this base operator has to be tried with."""
    match item.peers:
        case "same":
            return (operator,)
        case "others":
            return tuple(other for other in _OPERATORS if other != operator)
        case "each":
            return _EACH
        case _:
            return (ANY,)


def gaps(
    item: Item,
    tried: Sequence[Tried],
    conclusive: Iterable[Tried],
    places: Sequence[Place],
    segments: Sequence[tuple[str, str]],
) -> list[str]:
    """What was never tried, or long ago; then what was tried and came to nothing."""
    older: dict[tuple[str, str, str, str], int] = {}
    for place in places:
        for peer in (place.peer, ANY):
            key = place.segment, place.base_operator, place.service, peer
            older[key] = min(place.days_ago, older.get(key, place.days_ago))
    if not tried:
        ago = [place.days_ago for place in places if belongs(item, place)]
        return [
            f"last seen {counted(min(ago), 'day')} ago" if ago else f"no case of {', '.join(item.services)}"
        ]
    there, told = _covered(tried), _covered(conclusive)
    said: dict[str, list[str]] = {}
    for segment, operator in segments:
        lacking: dict[str, dict[str, list[str]]] = {}
        for service in item.services:
            for peer in _peers(item, operator):
                key = segment, operator, service, peer
                if key not in there:
                    seen = f", last seen {counted(older[key], 'day')} ago" if key in older else ""
                    lacking.setdefault(f"no case{seen}", {}).setdefault(service, []).append(peer)
                elif key not in told:
                    lacking.setdefault("nothing conclusive", {}).setdefault(service, []).append(peer)
        for what, services in lacking.items():
            for phrase in _phrases(what, services, item, operator):
                said.setdefault(phrase, []).append(segment)
    return [
        phrase if len(of) == len(segments) else f"{phrase} for {', '.join(of)}" for phrase, of in said.items()
    ]


def _covered(tried: Iterable[Tried]) -> set[tuple[str, str, str, str]]:
    return {(one.segment, one.base_operator, one.service, peer) for one in tried for peer in (one.peer, ANY)}


def _phrases(what: str, services: Mapping[str, Sequence[str]], item: Item, operator: str) -> list[str]:
    """ "no case with CTCC", "no case of sms-mo", "no case of sms-mo with CTCC" """
    everybody = len(_peers(item, operator))
    whole = [service for service, peers in services.items() if len(peers) == everybody]
    if len(whole) == len(item.services):
        return [what]
    name, comma, ago = what.partition(",")
    first = next(iter(services.values()))
    if len(services) == len(item.services) and all(peers == first for peers in services.values()):
        return [f"{name} with {', '.join(first)}{comma}{ago}"]
    of = {
        service: "" if service in whole else f" with {', '.join(peers)}"
        for service, peers in services.items()
    }
    return [f"{name} of {service}{peers}{comma}{ago}" for service, peers in of.items()]


def counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
