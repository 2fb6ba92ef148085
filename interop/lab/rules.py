"""What the values of a lab file mean, beyond their shape: references, duplicates, check digits, segments.

A mistake is what cannot be so: the file against itself, or against undisputed facts of high confidence.
Everything else that looks odd is a warning: numbers are ported, facts are disputed, brands are founded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from interop.lab.device_rules import check_modem, check_site
from interop.lab.document import Document, Path, Problem
from interop.lab.gateway_rules import check_gateways, check_via
from interop.lab.item import Item, items
from interop.lab.mms_rules import check_mms_of_modem, check_mms_of_sim
from interop.lab.model import EMULATED
from interop.lab.originator_rules import check_originators
from interop.lab.reader_rules import check_reader
from interop.lab.sim_rules import check_sim
from interop.lab.tariff_rules import check_tariffs
from interop.numbering import service_code

_SECTIONS = ("modems", "readers", "sims", "forms", "labels", "gateways", "originators", "tariffs")

# Never dialled by anything of ours (DESIGN section 4), so never a hotline or a free number of a lab either.
_NEVER_DIALLED = frozenset({"110", "119", "120", "122", "112", "911", "000", "08", "118", "999", "12110"})


def judge(document: Document) -> list[Problem]:
    """Reports mistakes to the document; returns warnings."""
    warnings: list[Problem] = []
    modems, readers, sims, forms, labels, gateways, originators, tariffs = (
        items(document, section, warnings) for section in _SECTIONS
    )
    _unique([*modems, *readers, *sims, *forms, *labels, *gateways, *originators], "name", "name")
    _unique(tariffs, "name", "name")
    for key in ("msisdn", "imsi", "iccid"):
        _unique(sims, key, key)
    _unique((modem for modem in modems if modem.text("port") != EMULATED), "port", "port")
    _unique(modems, "imei", "imei")
    _unique([*modems, *readers], "sim", "a SIM is in one modem or card reader: SIM")
    _unique(readers, "reader", "one reader stands here once: reader")
    names = [sim.text("name") for sim in sims]
    if not isinstance(document.data.get("sims"), list):
        names.append("")  # there is nothing to hold a modem's `sim` against
    for modem in modems:
        check_modem(modem, names)
        check_mms_of_modem(modem)
    for reader in readers:
        check_reader(reader, names)
    for sim in sims:
        check_sim(sim)
        check_mms_of_sim(sim)
    for site in (*forms, *labels):
        check_site(site)
    check_gateways(gateways)
    check_originators(originators, sims)
    for form in forms:
        check_via(form, gateways)
    check_tariffs(tariffs, sims)
    _dialled(document, sims)
    return warnings


def _unique(parts: Iterable[Item], key: str, words: str) -> None:
    first: dict[str, Item] = {}
    for part in parts:
        value = part.text(key)
        if value and (other := first.setdefault(value, part)) is not part:
            part.refuse(key, f'{words} "{value}" is given twice (first in line {other.line(key)})')


def _dialled(document: Document, sims: Sequence[Item]) -> None:
    numbers: list[tuple[Path, object]] = [((*sim.path, "hotline"), sim.text("hotline")) for sim in sims]
    free = document.data.get("free_numbers")
    numbers += [
        (("free_numbers", place), text) for place, text in enumerate(free if isinstance(free, list) else ())
    ]
    for path, number in numbers:
        if isinstance(number, str) and _emergency(number):
            document.refuse(path, f"{number} is an emergency number: Interop never dials it")


def _emergency(number: str) -> bool:
    code = service_code(number)
    return number in _NEVER_DIALLED or (code is not None and code.emergency)
