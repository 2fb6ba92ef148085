"""Who can play the roles of a case in this lab: what a case needs, held against what exists.

A case's parameter is a `Role`; `bindings` gives one `Binding` per subject (and per peer class, and per site),
each with everybody who could play, or with why it can never run here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import product
from typing import Protocol

from interop.lab.model import (
    KEYBOARD,
    FormPart,
    GatewayPart,
    Lab,
    LabelPart,
    ModemPart,
    OriginatorPart,
    ReaderPart,
    SimPart,
    SitePart,
)
from interop.numbering import segment_label
from interop.record import Subject

PEER_CLASSES = ("CMCC", "CUCC", "CTCC", "MVNO")
"""Ordinary SIMs of each base operator, and virtual operators' SIMs of another brand than the subject's."""

_OF_THE_SIM = {
    "hotline": lambda sim: sim.hotline is not None,
    "tariff": lambda sim: sim.tariff is not None,
}
"""Capabilities that the SIM has or lacks; all others are the modem's."""

_SITES = {"form": "number form", "label": "label service", "originator": "gateway or other originator"}

_OF_ORIGINATORS: dict[str, frozenset[str]] = {
    "gateway": frozenset({"reports", "replies"}),
    "modem": frozenset({"reports", "replies"}),
    KEYBOARD: frozenset(),
}
"""What a sender of texts can tell: what became of a text, and what handsets answer."""


class Cast(Enum):
    """Who may play a role."""

    SUBJECT = "subject"
    """the SIM under test: one case per MVNO SIM of the lab"""
    PEER = "peer"
    """the far end: one case per class (`PEER_CLASSES`); any SIM of the class plays"""
    OTHER = "other"
    """a third party: any SIM but those of the other roles; one that is to stand in for the subject in a
    contrast plays it only where there is nobody else
    """
    EACH = "each"
    """one case per such device of the lab (a form, a label service, an originator)"""


@dataclass(frozen=True, slots=True)
class Role:
    """`kind`: modem, card (of a SIM, in a modem or in a card reader), form, label or originator (a gateway,
    another modem, an engineer); `capabilities`: all of them are needed.
    """

    kind: str
    capabilities: tuple[str, ...]
    cast: Cast


class HasRoles(Protocol):
    """What of a case matters here."""

    @property
    def roles(self) -> Mapping[str, Role]: ...


@dataclass(frozen=True, slots=True)
class Seat:
    """A SIM and the modem, or the card reader, that holds it; neither: a subject that lies in a drawer.

    `part`: the originator that this modem plays.
    """

    sim: SimPart
    modem: ModemPart | None
    part: OriginatorPart | None = None
    reader: ReaderPart | None = None

    @property
    def holder(self) -> ModemPart | ReaderPart | None:
        return self.modem or self.reader

    @property
    def name(self) -> str:
        """The modem's name, or the reader's."""
        return self.holder.name if self.holder else ""

    @property
    def device(self) -> str:
        """What `Equipment.device` is asked for."""
        return self.part.name if self.part else self.name

    @property
    def resources(self) -> tuple[str, ...]:
        """What a case claims when this seat plays in it."""
        kind = "modem" if self.modem else "reader"
        holder = (f"{kind}:{self.name}",) if self.holder else ()
        originator = (f"originator:{self.part.name}",) if self.part else ()
        return (*holder, f"sim:{self.sim.name}", *originator)


@dataclass(frozen=True, slots=True)
class Site:
    """A form, a label service, a gateway or an engineer."""

    part: SitePart

    @property
    def name(self) -> str:
        return self.part.name

    @property
    def device(self) -> str:
        return self.part.name

    @property
    def resources(self) -> tuple[str, ...]:
        """Two cases never wait for the one engineer at a time."""
        engineer = ("engineer",) if self.part.driver == KEYBOARD else ()
        return (f"{_KINDS[type(self.part)]}:{self.part.name}", *engineer)


_KINDS: dict[type, str] = {
    FormPart: "form",
    LabelPart: "label",
    GatewayPart: "gateway",
    OriginatorPart: "originator",
}

Player = Seat | Site


@dataclass(frozen=True, slots=True)
class Binding:
    """One case of a case function in this lab.

    `id`: its stable suffix, "mi-1709", "mi-1709->CMCC", "mi-1709@bank-a". `candidates`: per role who can
    play, in the order of the lab file; the runner picks one of each such that no resource is claimed twice.
    `missing` says why it can never run here, empty when it can. `peer`: class or site, for reports.
    """

    id: str
    subject: Seat
    candidates: Mapping[str, tuple[Player, ...]]
    peer: str | None
    missing: tuple[str, ...]
    roles: Mapping[str, Role]
    lab: Lab = field(repr=False, compare=False)

    @property
    def subject_role(self) -> str:
        return next(name for name, role in self.roles.items() if role.cast is Cast.SUBJECT)


def subject_of(seat: Seat) -> Subject:
    """The number under test, as the record holds it; `mvno` is "" for an ordinary SIM."""
    sim = seat.sim
    return Subject(
        sim=sim.name,
        msisdn=sim.msisdn,
        segment=segment_label(sim.msisdn),
        mvno=sim.brand if sim.kind == "mvno" else "",
        base_operator=sim.base_operator,
        city=sim.city,
    )


def bindings(spec: HasRoles, lab: Lab) -> list[Binding]:
    """Every case of `spec` in this lab, those that can never run included; in the order of the lab file."""
    roles = spec.roles
    peers = any(role.cast is Cast.PEER for role in roles.values())
    each = [(name, role) for name, role in roles.items() if role.cast is Cast.EACH]
    sites_of = [_sites(lab, role) or (None,) for _, role in each]
    modems = {modem.sim: modem for modem in lab.modems}
    readers = {reader.sim: reader for reader in lab.readers}
    seats = [Seat(sim, modems.get(sim.name), reader=readers.get(sim.name)) for sim in lab.sims]
    found = []
    for seat in seats:
        if seat.sim.kind == "mvno":
            for peer_class in PEER_CLASSES if peers else (None,):
                for sites in product(*sites_of):
                    chosen = {name: one for (name, _), one in zip(each, sites, strict=True)}
                    found.append(_bind(roles, lab, seats, seat, peer_class, chosen))
    return found


def control_for(binding: Binding, chosen: Mapping[str, Player]) -> Binding | str:
    """The same case with an ordinary SIM of the same base operator, and exactly the other players `chosen`.

    One of the same home city is preferred. `chosen`: role -> who played; the subject's entry is ignored.
    A `str` says why there is no such SIM.
    """
    tested, subject_role = binding.subject.sim, binding.subject_role
    others = {name: player for name, player in chosen.items() if name != subject_role}
    taken = [player.sim.name for player in others.values() if isinstance(player, Seat)]
    operator = tested.base_operator
    ordinary = [sim for sim in binding.lab.sims if sim.kind == "ordinary" and sim.base_operator == operator]
    reasons = []
    for sim in sorted(ordinary, key=lambda sim: sim.city != tested.city):
        seat = Seat(sim, binding.lab.modem_of(sim), reader=binding.lab.reader_of(sim))
        if sim.name in taken:
            reasons.append(f"{sim.name} is the peer")
        elif lacks := _lacks(seat, binding.roles[subject_role]):
            reasons.append(lacks)
        else:
            return Binding(
                id=sim.name + binding.id.removeprefix(tested.name),
                subject=seat,
                candidates={subject_role: (seat,)} | {name: (player,) for name, player in others.items()},
                peer=binding.peer,
                missing=(),
                roles=binding.roles,
                lab=binding.lab,
            )
    return f"no ordinary {operator} SIM can take its place: {'; '.join(reasons) or 'the lab has none'}"


def _bind(
    roles: Mapping[str, Role],
    lab: Lab,
    seats: Sequence[Seat],
    seat: Seat,
    peer_class: str | None,
    sites: Mapping[str, Player | None],
) -> Binding:
    """`seats`: of every SIM of the lab; `seat`: of the subject's."""
    sim = seat.sim
    peers = list(_peers(seats, sim, peer_class)) if peer_class else []
    candidates: dict[str, tuple[Player, ...]] = {}
    missing: list[str] = []
    for name, role in roles.items():
        if role.cast is Cast.EACH:
            site = sites[name]
            lacks = _site_lacks(site, role) if site else f"the lab has no {_SITES[role.kind]}"
            candidates[name] = (site,) if site and not lacks else ()
            lacking = [lacks]
        elif role.cast is Cast.SUBJECT:
            candidates[name], lacking = _able([seat], role)
        elif role.cast is Cast.OTHER:
            candidates[name], lacking = _able([other for other in seats if other is not seat], role)
            lacking = lacking or ["the lab has no other SIM"]
        else:
            candidates[name], lacking = _able(peers, role)
            lacking = lacking or [f"the lab has no {_class_in_words(peer_class, sim)}"]
        if not candidates[name]:
            missing += lacking
    if not missing:
        _keep_for_contrast(candidates, roles, sim)
        missing += _too_few(candidates, roles, _class_in_words(peer_class, sim) if peer_class else "")
    place = "".join(f"@{site.device if site else roles[name].kind}" for name, site in sites.items())
    return Binding(
        id=sim.name + (f"->{peer_class}" if peer_class else "") + place,
        subject=seat,
        candidates=candidates,
        peer=peer_class or place.removeprefix("@") or None,
        missing=tuple(dict.fromkeys(missing)),
        roles=roles,
        lab=lab,
    )


def _keep_for_contrast(
    candidates: dict[str, tuple[Player, ...]], roles: Mapping[str, Role], subject: SimPart
) -> None:
    """Ordinary SIMs of the subject's operator are no third parties, if the others are enough."""
    others = {name for name, role in roles.items() if role.cast is Cast.OTHER}
    fewer = {
        name: tuple(one for one in players if name not in others or not _stands_in(one, subject))
        for name, players in candidates.items()
    }
    if _all_play(list(fewer.values()), frozenset()):
        candidates.update(fewer)


def _stands_in(player: Player, subject: SimPart) -> bool:
    sim = player.sim if isinstance(player, Seat) else None
    return sim is not None and sim.kind == "ordinary" and sim.base_operator == subject.base_operator


def _too_few(
    candidates: Mapping[str, tuple[Player, ...]], roles: Mapping[str, Role], peer_class: str
) -> list[str]:
    """Why not every role can be played by another SIM at the same time; [] when it can."""
    peers = [candidates[name] for name, role in roles.items() if role.cast is Cast.PEER]
    if peers and not _all_play(peers, frozenset()):
        return [f"{len(peers)} peers are needed, there is {min(map(len, peers))} {peer_class}"]
    if not _all_play(sorted(candidates.values(), key=len), frozenset()):
        return [f"{len(candidates)} parties are needed, the lab has fewer SIMs that can play them"]
    return []


def _all_play(roles: Sequence[Sequence[Player]], taken: frozenset[str]) -> bool:
    if not roles:
        return True
    return any(
        _all_play(roles[1:], taken.union(one.resources))
        for one in roles[0]
        if taken.isdisjoint(one.resources)
    )


def _peers(seats: Iterable[Seat], subject: SimPart, peer_class: str) -> Iterator[Seat]:
    for seat in seats:
        sim = seat.sim
        if sim.kind == "mvno":
            of_class = peer_class == "MVNO" and sim.brand != subject.brand
        else:
            of_class = peer_class == sim.base_operator
        if of_class and sim.name != subject.name:
            yield seat


def _class_in_words(peer_class: str | None, subject: SimPart) -> str:
    if peer_class == "MVNO":
        return f"SIM of another virtual operator than {subject.brand}"
    return f"ordinary {peer_class} SIM"


def _sites(lab: Lab, role: Role) -> Sequence[Player]:
    parts: dict[str, Sequence[SitePart]] = {
        "form": lab.forms,
        "label": lab.labels,
        "originator": (*lab.gateways, *lab.originators),
    }
    return [_player(lab, part) for part in parts[role.kind]]


def _player(lab: Lab, part: SitePart) -> Player:
    sim = next((sim for sim in lab.sims if isinstance(part, OriginatorPart) and sim.name == part.sim), None)
    if sim is None or not isinstance(part, OriginatorPart):
        return Site(part)
    return Seat(sim, lab.modem_of(sim), part, lab.reader_of(sim))


def _site_lacks(player: Player, role: Role) -> str:
    """Why it cannot send, or not tell what the case wants to know; "" when it can."""
    part = player.part
    kind = part.driver if isinstance(part, OriginatorPart) else "gateway"
    if isinstance(player, Seat) and (lacks := _lacks(player, Role("modem", ("sms",), role.cast))):
        return lacks
    lacking = [one for one in role.capabilities if one not in _OF_ORIGINATORS.get(kind, ())]
    return f"{player.device} has no {lacking[0]}" if lacking else ""


def _able(seats: Sequence[Seat], role: Role) -> tuple[tuple[Seat, ...], list[str]]:
    """Those who can play, and what the others lack."""
    lacking = [_lacks(seat, role) for seat in seats]
    able = tuple(seat for seat, lacks in zip(seats, lacking, strict=True) if not lacks)
    return able, [lacks for lacks in lacking if lacks]


def _lacks(seat: Seat, role: Role) -> str:
    """Which device lacks what; "" when this seat can play the role."""
    sim, modem = seat.sim, seat.modem
    if role.kind == "card":
        return "" if seat.holder else f"SIM {sim.name} is in no modem and in no card reader"
    if modem is None:
        place = f"in card reader {seat.reader.name}, not in a modem" if seat.reader else "in no modem"
        return f"SIM {sim.name} is {place}"
    for capability in role.capabilities:
        if capability in _OF_THE_SIM:
            if not _OF_THE_SIM[capability](sim):
                return f"SIM {sim.name} has no {capability}"
        elif capability not in modem.capabilities:
            return f"modem {modem.name} ({sim.name}) has no {capability}"
    speaks = [capability for capability in role.capabilities if capability in ("voice", "sms", "mms")]
    if speaks and sim.base_operator == "CTCC" and "volte" not in modem.capabilities:
        # China Telecom never had GSM or UMTS
        return f"modem {modem.name} has no volte, and {sim.name} of CTCC has no {speaks[0]} without it"
    return ""
