"""A card in a person's words: who issued it, whose subscriber it is, what it can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from interop.cli.sim.tries import KeyState
    from interop.numbering import BaseOperator
    from interop.uicc.reading import Reading
    from interop.uicc.wholecard import Card

NAMES: Final = frozenset((
    "ICCID", "DIR", "IMSI", "AD", "ACC", "SPN", "GID1", "MSISDN", "SMSP", "EHPLMN", "FPLMN", "UST", "SST",
    "IST",
))  # fmt: skip
"""files that a summary is made of"""

T = TypeVar("T")
Line = tuple[str, str, str]
"""name, value, what the value means"""


def paths() -> list[str]:
    from interop.uicc.catalogue import FILES

    return [ef.place for ef in FILES if ef.name in NAMES]


def summary(reading: Reading, keys: Sequence[KeyState]) -> dict[str, Any]:
    """What `interop sim read --json` prints of the card. None: the card does not say, or nobody knows."""
    from interop import numbering
    from interop.personalise.cardtypes import of_atr
    from interop.uicc import Msisdn, PlmnList, Smsp, Spn
    from interop.uicc.wholecard import Card

    card = Card(reading.contents, reading.looked_for)
    msisdn, smsp = card.first(Msisdn, "MSISDN"), card.first(Smsp, "SMSP")
    number = str(msisdn.number) if msisdn and msisdn.number else None
    centre = str(smsp.smsc) if smsp and smsp.smsc else None
    spn = card.first(Spn, "SPN")
    home, ehplmn, fplmn = card.home, card.first(PlmnList, "EHPLMN"), card.first(PlmnList, "FPLMN")
    kind = of_atr(reading.atr)
    return {
        "atr": reading.atr.hex().upper(),
        "type": kind.name if kind else None,
        "view": reading.view.value,
        "iccid": reading.iccid or None,
        "issuer": _known(numbering.iccid, reading.iccid),
        "imsi": reading.imsi or None,
        "network": _known(numbering.plmn, str(home) if home and len(str(home)) == 5 else None),
        "msisdn": number,
        "segment": _known(numbering.segment, number),
        "spn": spn.name if spn else None,
        "smsc": centre,
        "centre": _known(numbering.smsc, centre),
        "home": _listed(ehplmn),
        "forbidden": _listed(fplmn),
        "services": dict(_services(card)),
        "keys": [asdict(key) for key in keys],
        "refused": {path: f"{file.refused:04X}" for path, file in reading.files.items() if file.refused},
        "problems": dict(reading.problems) | {ef.place: str(problem) for ef, _, problem in card.bad},
    }


def _known(ask: Any, text: str | None) -> dict[str, Any] | None:
    """The answer of `interop.numbering` as data."""
    from interop.numbering import NumberError

    try:
        answer = ask(text) if text else None
    except NumberError:
        return None
    return asdict(answer) if answer is not None else None


def _listed(plmns: Any) -> list[str] | None:
    return None if plmns is None else [str(plmn) for plmn in plmns.plmns]


def _services(card: Card) -> Iterator[tuple[str, list[str]]]:
    """Names of the available ones by table."""
    from interop.uicc import Ist, Sst, Ust
    from interop.uicc.services import service_name

    tables: tuple[type[Ust | Sst | Ist], ...] = (Ust, Sst, Ist)
    for name, kind in zip(("UST", "SST", "IST"), tables, strict=True):
        table = card.first(kind, name)
        if table is not None:
            yield name, [service_name(name, number) for number in table.available]


def lines(told: dict[str, Any]) -> Iterator[Line]:
    """The summary for people."""
    yield "ICCID", told["iccid"] or "-", _issuer(told["issuer"])
    yield "view", told["view"], "USIM" if told["view"] == "3G" else "SIM"
    yield (
        "IMSI",
        told["imsi"] or _why_not(told, ("3F00/7FFF/6F07", "3F00/7F20/6F07")),
        _network(told["network"]),
    )
    yield "number", told["msisdn"] or "-", _segment(told["segment"])
    yield "SPN", told["spn"] or "-", ""
    yield "SMSC", told["smsc"] or "-", _centre(told["centre"])
    yield "home", _plmns(told["home"]), "" if told["home"] is None else "EF_EHPLMN"
    yield "forbidden", _plmns(told["forbidden"]), ""
    for key in told["keys"]:
        yield key["name"], _key(key), ""
    for table, names in told["services"].items():
        yield table, f"{len(names)} services", "; ".join(names)


def _key(key: dict[str, Any]) -> str:
    from interop.cli.sim.tries import KeyState

    return KeyState(**key).words


def _operator(operator: BaseOperator | None, holder: str) -> str:
    return f"{operator.english} {operator.chinese}" if operator else holder


def _issuer(issuer: dict[str, Any] | None) -> str:
    if issuer is None:
        return ""
    if not issuer["known"]:
        return "issuer not known"
    return ", ".join(filter(None, (_operator(issuer["operator"], issuer["holder"]), *issuer["provinces"])))


def _network(network: dict[str, Any] | None) -> str:
    if network is None:
        return ""
    use = network["use"] if network["use"].startswith("reserved") else ""
    words = (network["mccmnc"], _operator(network["operator"], network["holder"]))
    return ", ".join(filter(None, (" ".join(filter(None, words)), use)))


def _segment(segment: dict[str, Any] | None) -> str:
    if segment is None:
        return ""
    operator = _operator(segment["base_operator"], segment["holder"]) or "operator in dispute"
    resale = ", sold by virtual operators" if segment["resale"] else ""
    return f"segment {segment['prefix']}: {operator}{resale}"


def _centre(centre: dict[str, Any] | None) -> str:
    if centre is None:
        return ""
    return ", ".join(filter(None, (_operator(centre["operator"], ""), centre["city"])))


def _plmns(plmns: list[str] | None) -> str:
    return "-" if not plmns else " ".join(plmns)


def _why_not(told: dict[str, Any], places: tuple[str, ...]) -> str:
    """ "-", or why the card does not give it."""
    from interop.uicc.statuswords import meaning

    refused = next((told["refused"][place] for place in places if place in told["refused"]), None)
    return "-" if refused is None else f"{refused}: {meaning(int(refused, 16))}"
