"""A lab of so many emulated modems and a campaign on it, as files: by the seed, and by nothing else.

Virtual operators are crossed with base operators and cities as real ones are: most sell on two networks. Each
base operator has ordinary SIMs. Sites, gateways and tariffs are those of the emulated lab that ships.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from itertools import count, cycle, islice
from pathlib import Path
from random import Random
from typing import Any, Final, get_args

import yaml

from interop.lab.model import EMULATED, Operator
from interop.numbering import BaseOperator, Confidence, brands, luhn_digit, segments
from interop.numbering.tables import rows

LEAST_MODEMS: Final = 12
OPERATORS: Final[tuple[str, ...]] = get_args(Operator)
DIALECTS: Final = ("quectel", "simcom", "huawei", "generic")
_PLMN: Final = {"CMCC": "46000", "CUCC": "46001", "CTCC": "46011"}
_ISSUER: Final = {"CMCC": "898600", "CUCC": "898601", "CTCC": "898603"}
_OWN: Final = {"CMCC": ("139", "中国移动"), "CUCC": ("186", "中国联通"), "CTCC": ("189", "中国电信")}
"""segment and brand of a base operator's own customers"""


@dataclass(frozen=True, slots=True)
class Planted:
    """A defect of the emulated network that all numbers of `segment` have, all of one brand's."""

    segment: str
    operator: str
    defect: str


PLANTED: Final = (
    Planted("171", "CUCC", "gateway.dropped@segment=171"),
    Planted("1705", "CMCC", "route.missing@segment=1705,service=sms"),
)
_CAMPAIGN: Final = """\
name: benchmark
lab: ./lab.yaml
seed: {seed}
matrix: {{cases: [recognition, codes]}}
screening: {{cases: {cases}}}
rotation: {{share: 0.08}}
controls: {controls:.6f}
"""
_CONTROLS: Final = 0.01 / 10_000
"""share of all cells that are controls, for each case: their tests are in proportion to the screening"""


def write(folder: Path, modems: int, cases: int, seed: int) -> Path:
    """The campaign file, with its lab beside it."""
    made = lab(modems, seed)
    (folder / "lab.yaml").write_text(yaml.safe_dump(made, allow_unicode=True, sort_keys=False), "utf-8")
    campaign = folder / "campaign.yaml"
    campaign.write_text(_CAMPAIGN.format(seed=seed, cases=cases, controls=min(1, _CONTROLS * cases)), "utf-8")
    return campaign


def lab(modems: int, seed: int) -> dict[str, Any]:
    """As a lab file has it. Raises ValueError for fewer modems than `LEAST_MODEMS`."""
    if modems < LEAST_MODEMS:
        raise ValueError(f"{modems} modems: at least {LEAST_MODEMS} are needed")
    random = Random(f"campaign lab {seed}")
    ordinary = list(islice(_ordinary(), 3 * max(2, modems // 16)))
    virtual = list(islice(_virtual(modems - len(ordinary), random), modems - len(ordinary)))
    numbered = [_sim(number, **one) for number, one in enumerate([*virtual, *ordinary], 1)]
    seats = [
        {"name": sim["name"].replace("s", "m"), "port": EMULATED, "sim": sim["name"], "dialect": dialect}
        for sim, dialect in zip(numbered, cycle(DIALECTS), strict=False)
    ]
    shipped = yaml.safe_load(files("interop.lab.shipped").joinpath("emulated.yaml").read_text("utf-8"))
    sites = {key: shipped[key] for key in ("tariffs", "forms", "labels", "gateways")}
    return {"name": f"emulated-{modems}", "city": "北京", "modems": seats, "sims": numbered, **sites}


def suspects(made: Mapping[str, Any], planted: Planted) -> tuple[str, ...]:
    """How an accusation may name whom the defect touches: the brand, or one of its SIMs or their modems."""
    touched = [sim for sim in made["sims"] if sim["msisdn"].startswith(planted.segment)]
    modems = [seat["name"] for seat in made["modems"] if seat["sim"] in {sim["name"] for sim in touched}]
    return (
        *dict.fromkeys(f"mvno {sim['brand']}" for sim in touched),
        *(f"far {sim['name']}" for sim in touched),
        *(f"modem {modem}" for modem in modems),
    )


def _ordinary() -> Iterator[dict[str, str]]:
    for number in count():
        operator = OPERATORS[number % len(OPERATORS)]
        segment, brand = _OWN[operator]
        yield {
            "kind": "ordinary",
            "brand": brand,
            "base_operator": operator,
            "city": _cities()[number // len(OPERATORS) % len(_cities())],
            "segment": segment,
            "tariff": "ordinary",
        }


def _virtual(wanted: int, random: Random) -> Iterator[dict[str, str]]:
    """For ever: each brand in turn on its next network, in its next city."""
    names = [one.names[0] for one in brands() if not one.names[0].isascii() and not one.hotline]
    chosen = random.sample(names, max(len(PLANTED) + 2, min(wanted // 4, len(names))))
    homes = [
        *([(one.operator, one.segment)] for one in PLANTED),
        *(
            [(one, random.choice(_segments(one))) for one in random.sample(OPERATORS, 2)]
            for _ in chosen[len(PLANTED) :]
        ),
    ]
    begins = [random.randrange(len(_cities())) for _ in chosen]
    for turn in count():
        for brand, home, first in zip(chosen, homes, begins, strict=True):
            operator, segment = home[turn % len(home)]
            yield {
                "kind": "mvno",
                "brand": brand,
                "base_operator": operator,
                "city": _cities()[(first + turn) % len(_cities())],
                "segment": segment,
                "tariff": "resale-free-hotline",
            }


def _segments(operator: str) -> list[str]:
    """Those of virtual operators on this network, but for the planted ones."""
    taken = tuple(one.segment for one in PLANTED)
    return [
        one.prefix
        for one in segments()
        if one.resale
        and one.base_operator == operator
        and one.confidence is Confidence.HIGH
        and not one.prefix.startswith(taken)
    ]


def _sim(number: int, *, segment: str, **facts: str) -> dict[str, str]:
    operator = facts["base_operator"]
    card = f"{_ISSUER[operator]}{number:013}"
    sim = {
        "name": f"s{number:03}",
        "msisdn": f"{segment}{number:0{11 - len(segment)}}",
        "imsi": f"{_PLMN[operator]}{number:010}",
        "iccid": card + luhn_digit(card),
        **facts,
    }
    centre = _centres().get((operator, facts["city"]))
    return {**sim, "smsc": centre} if centre else sim


def _cities() -> Sequence[str]:
    """Where the service centres of both networks that need one are known."""
    centres = _centres()
    return [city for operator, city in centres if operator == "CMCC" and ("CUCC", city) in centres]


def _centres() -> dict[tuple[str, str], str]:
    return {
        (operator.value, row["city"]): row["smsc"]
        for row in rows("smsc")
        if row["city"] and (operator := BaseOperator.by_english(row["operator"]))
    }
