"""Defects: what can be made wrong with the emulated network, its sites and its cards, each by name.

    route.missing@segment=171,from=CMCC

Everything is said from the viewpoint of the *subject*, the subscriber under test: `segment`, `msisdn`,
`mvno`, `operator` and `city` select subjects and without any of them everybody is one. Between two
subscribers a defect has a direction: `in` is from a peer to the subject, `out` from the subject to a peer;
`from=` selects the peer and means `in`, `to=` selects it and means `out`. A peer is named by base operator
(its virtual operators included, they use its switches) or by brand.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from drivers.emulated.defect_kind import Kind, Scope
from drivers.emulated.defect_kinds import KINDS
from drivers.emulated.hlr import OPERATORS, Subscriber
from drivers.emulated.injection import meant, split
from interop.lab.model import Lab
from interop.numbering import Msisdn


@dataclass(frozen=True, slots=True)
class Defect:
    """One injected defect. `values` holds what was given, and defaults of the kind's own parameters."""

    kind: Kind
    values: Mapping[str, str]
    direction: str = ""

    def touches(self, subject: Subscriber) -> bool:
        """Whether `subject` is among the selected; a stranger has no operator, brand or city."""
        return (
            subject.msisdn.startswith(self.values.get("segment", ""))
            and self.values.get("msisdn", subject.msisdn) == subject.msisdn
            and self.values.get("mvno", subject.brand) == subject.brand
            and self.values.get("operator", subject.operator) == subject.operator
            and self.values.get("city", subject.city) == subject.city
        )

    def between(self, service: str, origin: Subscriber, destination: Subscriber) -> bool:
        """Whether a call or message from `origin` to `destination` meets this defect."""
        if self.values.get("service", service) != service:
            return False
        inward = self.touches(destination) and _is_peer(self.values.get("from"), origin)
        outward = self.touches(origin) and _is_peer(self.values.get("to"), destination)
        return (self.direction != "out" and inward) or (self.direction != "in" and outward)


class Defects:
    """All that is injected in one run."""

    def __init__(self, defects: Iterable[Defect] = ()) -> None:
        self._by_name: dict[str, list[Defect]] = {}
        for defect in defects:
            self._by_name.setdefault(defect.kind.name, []).append(defect)

    def between(self, name: str, service: str, origin: Subscriber, destination: Subscriber) -> Defect | None:
        """The first defect of that name on the way from one subscriber to another."""
        defects = self._by_name.get(name, ())
        return next((defect for defect in defects if defect.between(service, origin, destination)), None)

    def on(self, name: str, subject: Subscriber, **where: str) -> Defect | None:
        """The first defect of that name that touches one subscriber; `where`: the site, the number ..."""
        for defect in self._by_name.get(name, ()):
            here = all(defect.values.get(key, value) == value for key, value in where.items())
            if here and defect.touches(subject):
                return defect
        return None


def parse(text: str, lab: Lab | None = None, *, only: str | None = None) -> Defect:
    """`name@key=value,key=value`. With `lab`, brands, cities and sites must exist there; `only` limits the
    subjects to one MSISDN (a defect that stands at a modem in the lab file).

    Raises ValueError with one sentence that says what is wrong and what would be right.
    """
    name, given = split("defect", text, KINDS)
    kind = KINDS[name]
    values = {key: _checked(text, kind, key, value, lab) for key, value in given.items()}
    if only is not None and values.setdefault("msisdn", only) != only:
        raise ValueError(f"defect {text!r}: stands at the SIM {only} but selects msisdn={values['msisdn']}")
    defaults = {key: item.default for key, item in kind.own.items() if item.default}
    return Defect(kind, {**defaults, **values}, _direction(text, kind, values))


def parse_all(texts: Sequence[str], lab: Lab) -> Defects:
    """The defects of options, of the lab's section for this driver and of its modems together."""
    found = [parse(text, lab) for text in texts]
    numbers = {sim.name: sim.msisdn for sim in lab.sims}
    for modem in lab.modems:
        for text in modem.defects:
            if modem.sim is None or modem.sim not in numbers:
                raise ValueError(f"modem {modem.name}: has defect {text!r} but no SIM that it could touch")
            try:
                found.append(parse(text, lab, only=numbers[modem.sim]))
            except ValueError as error:
                raise ValueError(f"modem {modem.name}: {error}") from None
    return Defects(found)


def _checked(text: str, kind: Kind, key: str, value: str, lab: Lab | None) -> str:
    parameter = kind.parameters[key]
    if key == "msisdn":
        try:
            return Msisdn.parse(value).national
        except ValueError as error:
            raise ValueError(f"defect {text!r}: msisdn {error}") from None
    if not re.fullmatch(parameter.pattern, value):
        raise ValueError(f"defect {text!r}: {key}={value} is not {parameter.text}")
    if lab is not None and key in _NAMES_OF_LAB:
        known = _NAMES_OF_LAB[key](lab)
        if value not in known:
            raise ValueError(
                f"defect {text!r}: {key}={value} is not in lab {lab.name!r}{meant(value, known)}"
                f" (there: {', '.join(known) or 'none'})"
            )
    return value


def _direction(text: str, kind: Kind, values: Mapping[str, str]) -> str:
    if kind.scope is not Scope.PAIR:
        return ""
    implied = {"in" if key == "from" else "out" for key in ("from", "to") if key in values}
    given = values.get("direction")
    if len(implied) == 2:
        raise ValueError(f"defect {text!r}: from= means direction=in and to= direction=out: one of them only")
    if implied and given and given not in implied:
        key = "from" if "from" in values else "to"
        raise ValueError(f"defect {text!r}: {key}= means direction={implied.pop()}, not {given}")
    return given or (implied.pop() if implied else kind.direction)


def _is_peer(wanted: str | None, peer: Subscriber) -> bool:
    return wanted is None or wanted in (peer.operator, peer.brand)


def _unique(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))


def _peers(lab: Lab) -> list[str]:
    return _unique([*OPERATORS, *(sim.brand for sim in lab.sims)])


_NAMES_OF_LAB: dict[str, Callable[[Lab], list[str]]] = {
    "mvno": lambda lab: _unique(sim.brand for sim in lab.sims),
    "city": lambda lab: _unique(sim.city for sim in lab.sims),
    "from": _peers,
    "to": _peers,
    "gateway": lambda lab: [gateway.name for gateway in lab.gateways],
    "site": lambda lab: [*(form.name for form in lab.forms), *(label.name for label in lab.labels)],
}
