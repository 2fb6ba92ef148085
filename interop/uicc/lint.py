"""What is wrong with a card, by what its files hold. Asks no card: `contents` is what was read.

>>> card = {"3F00/7FFF/6F07": bytes.fromhex("084906001032547698"), "3F00/7FFF/6F78": bytes.fromhex("0020")}
>>> print(lint(card, looked_for=card)[0])
error: EF_ACC 6F78: class 5, but the IMSI ends with 9
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final

from interop import numbering
from interop.numbering import BaseOperator
from interop.uicc.catalogue import FILES, ISIM, PHONEBOOK, USIM, Ef
from interop.uicc.charging import Meter
from interop.uicc.dialling import DiallingNumber, Smsp
from interop.uicc.findings import Finding, error, note, warning
from interop.uicc.identity import Acc, Ad, Iccid, Imsi, Spn
from interop.uicc.messages import SmsRecord, Smss
from interop.uicc.plmn import Loci, Plmn, PlmnList, Spdi
from interop.uicc.registration import EpsLoci, FiveGsLoci, Kc, Keys, PsLoci
from interop.uicc.services import Est, Ist, Sst, Ust, service_name, services
from interop.uicc.wholecard import Card, Contents, operator_of

_HOSTS: Final = {"CM": BaseOperator.CMCC, "CU": BaseOperator.CUCC, "CT": BaseOperator.CTCC}
# Files that a handset changes by itself, and AD, whose size differs between the views
_OF_ONE_VIEW: Final = frozenset(("LOCI", "FPLMN", "AD", "ARR", "SMS", "SMSS", "ACM", "ECC"))
_NEW: Final = (Kc(), Keys(), PsLoci(), EpsLoci(), FiveGsLoci())
# A service is of no use without the other one (31.102 4.2.8, 4.2.71)
_REQUIRES: Final = {46: 45, 55: 52, 125: 124}
_NOT_WITH_ISIM: Final = (95, 99, 115)
_FDN: Final = 1
_CLASSES: Final = 16
"""bits of EF_ACC"""


def lint(contents: Contents, *, looked_for: Collection[str] | None = None) -> list[Finding]:
    """Findings, the worst first. `looked_for`: places that were asked for, if not all that are known; only a
    file that was looked for can be missing. Places that are not known here are left alone.
    """
    card = Card(contents, {ef.place for ef in FILES} if looked_for is None else looked_for)
    found = [finding for check in _CHECKS for finding in check(card)]
    return sorted(found, key=lambda finding: finding.severity.rank)


def _erased(card: Card) -> Iterator[Finding]:
    for ef, octets in card.erased:
        why = "a write to it was torn, the card is worn, or nobody has personalised it"
        source = "erased EEPROM reads 00 or FF"
        yield error(ef, f"all {len(octets)} octets are {octets[0]:02X}", why, source)


def _unreadable(card: Card) -> Iterator[Finding]:
    for ef, number, problem in card.bad:
        what = problem.problem if problem.offset is None else f"{problem.problem} (octet {problem.offset})"
        place = f"record {number}: " if number else ""
        yield error(ef, place + what, "no reader can make sense of it", "31.102, 51.011, 102 221: its coding")


def _iccid(card: Card) -> Iterator[Finding]:
    for ef, iccid in card.all(Iccid, "ICCID"):
        try:
            known = numbering.iccid(iccid.digits)
        except numbering.NumberError as problem:
            yield error(ef, problem.reason, "a card number has 19 or 20 digits", "ITU-T E.118; 102 221 13.2")
            continue
        if known.luhn_ok is False:
            right = numbering.luhn_digit(iccid.digits[:-1])
            what = f"check digit {iccid.digits[-1]}, {right} is right"
            yield warning(ef, what, "a mistyped number, or an issuer who counts otherwise", "ITU-T E.118")
        if known.operator and card.operator and known.operator is not card.operator:
            what = f"issued by {known.operator}, but the IMSI is of {card.operator}"
            yield warning(ef, what, "one of the two was written for another card", "; ".join(known.sources))


def _imsi(card: Card) -> Iterator[Finding]:
    for ef, imsi in card.all(Imsi, "IMSI"):
        if len(imsi.digits) != 15:
            yield warning(
                ef, f"{len(imsi.digits)} digits", "an IMSI has 15 in almost all networks", "23.003 2.2"
            )


def _acc(card: Card) -> Iterator[Finding]:
    source = "22.011 4.2; 31.102 4.2.15"
    for ef, acc in card.all(Acc, "ACC"):
        if len(acc.classes) == _CLASSES:
            yield error(ef, "all FF: not personalised", "a subscriber has one of classes 0 to 9", source)
            continue
        ordinary = [number for number in acc.classes if number < 10]
        if 10 in acc.classes:
            yield error(ef, "class 10 is set", "10 is signalled by cells, never held by a card", source)
        if len(ordinary) != 1:
            held = ", ".join(map(str, ordinary)) or "none"
            why = "a subscriber has one of 0 to 9; without one, barred cells cannot be told"
            yield error(ef, f"ordinary classes: {held}", why, source)
        elif card.imsi and ordinary[0] != int(card.imsi[-1]):
            what = f"class {ordinary[0]}, but the IMSI ends with {card.imsi[-1]}"
            yield error(ef, what, "the network bars by the last digit of the IMSI", source)


def _ad(card: Card) -> Iterator[Finding]:
    source = "31.102 4.2.18"
    for ef, ad in card.all(Ad, "AD"):
        if ad.mnc_length is None:
            why = "handsets have to guess how long the MNC is, and take 310410 for 310-41"
            yield warning(ef, "no MNC length: the file has three octets", why, source)
        elif ad.mnc_length not in (2, 3):
            yield error(ef, f"MNC length {ad.mnc_length}", "2 or 3 is allowed", source)
        elif card.chinese and ad.mnc_length != 2:
            yield error(ef, "MNC length 3", "networks of 460 have two digits: home is not recognised", source)
        if ad.mode & 0x80:
            yield warning(ef, f"mode {ad.mode:02X}", "handsets behave as in type approval tests", source)


def _home(card: Card) -> Iterator[Finding]:
    home, source = card.home, "31.102 4.2.84; 23.122 1.2"
    if home is None:
        return
    lists = list(card.all(PlmnList, "EHPLMN"))
    for ef, ehplmn in lists:
        if ehplmn.plmns and home not in ehplmn.plmns:
            why = "once the list has entries, the PLMN of the IMSI is no longer home by itself"
            yield warning(ef, f"{home} of the IMSI is not among {_listed(ehplmn.plmns)}", why, source)
    if not any(ehplmn.plmns for _, ehplmn in lists) and (trap := _reserved(home)):
        ef = next(ef for ef in FILES if ef.name == "EHPLMN")
        yield warning(ef, f"empty, and the IMSI is of {home}", trap, "facts/plmn.csv")
    equivalents = {home, *(plmn for _, ehplmn in lists for plmn in ehplmn.plmns)}
    for ef, fplmn in card.all(PlmnList, "FPLMN"):
        for plmn in fplmn.plmns:
            if plmn in equivalents:
                why = "home refused this card once, and the handset does not try again"
                yield error(ef, f"forbids {plmn}, which is home", why, "31.102 4.2.16; 23.122 3.1")


def _reserved(home: Plmn) -> str:
    """Why a PLMN is not one that a network sends, if it is not."""
    known = numbering.plmn(str(home)) if len(str(home)) == 5 else None
    return known.note if known and known.use.startswith("reserved") else ""


def _leftovers(card: Card) -> Iterator[Finding]:
    """Entries of another operator, as writers leave that replace the first one only."""
    lists: list[tuple[Ef, PlmnList | Spdi]] = [*card.all(PlmnList, "EHPLMN"), *card.all(Spdi, "SPDI")]
    for ef, content in lists:
        strange = [plmn for plmn in content.plmns if operator_of(plmn) not in (None, card.operator)]
        if card.operator and strange:
            what = f"has {_listed(strange)}, but the IMSI is of {card.operator}"
            yield warning(ef, what, "left from what the card was before", "facts/plmn.csv")


def _locations(card: Card) -> Iterator[Finding]:
    source = "31.102 4.2.17, 4.2.23, 4.2.91"
    locations: list[tuple[Ef, Loci | PsLoci]] = [*card.all(Loci, "LOCI")]
    locations += card.all(PsLoci, "PSLOCI", "LOCIGPRS")
    for ef, location in locations:
        if location.status in (2, 3):
            what = f"status {location.status}: {'PLMN' if location.status == 2 else 'area'} not allowed"
            yield warning(ef, what, "the last network refused this card", source)
    for ef, eps in card.all(EpsLoci, "EPSLOCI"):
        if eps.status == 2:
            yield warning(ef, "status 2: roaming not allowed", "the last network refused this card", source)


def _centre(card: Card) -> Iterator[Finding]:
    source = "51.011 10.5.6"
    seen: set[str] = set()
    for ef, smsp in card.all(Smsp, "SMSP"):
        if ef.place in seen:
            continue  # further records are for other services
        seen.add(ef.place)
        if smsp.smsc is None:
            yield error(ef, "no service centre", "messages can be received, but not sent", source)
            continue
        known = numbering.smsc(str(smsp.smsc))
        if known and known.operator and card.operator and known.operator is not card.operator:
            what = f"{smsp.smsc} is of {known.operator}, but the IMSI of {card.operator}"
            why = "service centres take messages of their own subscribers"
            yield warning(ef, what, why, "; ".join(known.sources))
        elif known is None and card.chinese:
            yield note(ef, f"{smsp.smsc} is not known", "look whether it is mistyped", "facts/smsc.csv")


def _number(card: Card) -> Iterator[Finding]:
    for ef, record in card.all(DiallingNumber, "MSISDN"):
        if record.number is None:
            continue
        try:
            segment = numbering.segment(str(record.number))
        except numbering.NumberError as problem:
            if card.chinese:
                yield note(
                    ef,
                    f"{record.number} {problem.reason}",
                    "handsets show it as it is",
                    "facts/numbering.csv",
                )
            continue
        operator = segment.base_operator
        if operator and card.operator and operator is not card.operator:
            what = f"segment {segment.prefix} is of {operator}, but the IMSI of {card.operator}"
            why = "the number of another card, or one that was ported"
            yield warning(ef, what, why, "; ".join(segment.sources))
        for named, spn in card.all(Spn, "SPN"):
            if segment.resale and _owner(spn.name) is not None:
                what = f"{spn.name!r} is a network's own name, but segment {segment.prefix} is a reseller's"
                yield note(named, what, "one of the two was left", "; ".join(segment.sources))


def _name(card: Card) -> Iterator[Finding]:
    for ef, spn in card.all(Spn, "SPN"):
        owner = _owner(spn.name)
        if owner and card.operator and owner is not card.operator:
            what = f"{spn.name!r} is the name of {owner}, but the IMSI is of {card.operator}"
            yield warning(ef, what, "handsets show the wrong network", "facts/plmn.csv")
        brand = numbering.brand(spn.name)
        hosts = {_HOSTS[host] for host in _HOSTS if brand and host in brand.hosts}
        if brand and hosts and card.operator and card.operator not in hosts:
            what = f"{spn.name!r} is known on {brand.hosts}, but the IMSI is of {card.operator}"
            yield note(ef, what, "no list of an operator's brands is complete", "; ".join(brand.sources))


def _owner(name: str) -> BaseOperator | None:
    wanted = name.strip().casefold()
    return next((o for o in BaseOperator if wanted in (o.chinese, o.english.casefold())), None)


def _views(card: Card) -> Iterator[Finding]:
    """Files that stand in both views and were written in one."""
    for ef in FILES:
        twin = next((o for o in FILES if o.name == ef.name and o.id == ef.id and o.path != ef.path), None)
        if ef.path != USIM or twin is None or ef.name in _OF_ONE_VIEW:
            continue
        mine, theirs = card.files.get(ef.place), card.files.get(twin.place)
        # their records may differ in number
        if mine and theirs and any(one != other for one, other in zip(mine, theirs, strict=False)):
            what = f"is not what {twin.place} has"
            yield warning(
                ef,
                what,
                "2G and 3G handsets see two different cards",
                "51.011 10.3 and 31.102 4.2: the same items",
            )


def _tables(card: Card) -> Iterator[Finding]:
    for ef, ust in card.all(Ust, "UST"):
        yield from _files_of(card, ef, "UST", ust.available)
        yield from _combinations(card, ef, ust.available)
    for ef, sst in card.all(Sst, "SST"):
        yield from _files_of(card, ef, "SST", sst.available)
    for ef, ist in card.all(Ist, "IST"):
        yield from _files_of(card, ef, "IST", ist.available)
    for ef, est in card.all(Est, "EST"):
        if _FDN in est.available:
            yield note(ef, "FDN is enabled", "only numbers of EF_FDN can be called", "31.102 4.2.47")


def _files_of(card: Card, ef: Ef, table: str, available: Collection[int]) -> Iterator[Finding]:
    source = {"UST": "31.102 4.2.8", "SST": "51.011 10.3.7", "IST": "31.103 4.2.7"}[table]
    used: dict[str, list[int]] = {}
    for service in services(table).values():
        for name in service.files:
            used.setdefault(name, []).append(service.number)
    for name, numbers in used.items():
        places = [other.place for other in FILES if other.name == name and _in_view(other.path, table)]
        there = [place for place in places if place in card.octets]
        on = [number for number in numbers if number in available]
        if on and places and not there and all(place in card.looked_for for place in places):
            what = f"{_service(table, on[0])} is available, but EF_{name} is not there"
            yield error(ef, what, "a handset reads it and fails", source)
        elif not on and any(_filled(card, place) for place in there):
            what = f"EF_{name} is filled, but {_service(table, numbers[0])} is not available"
            yield warning(ef, what, "no handset reads it", source)


def _combinations(card: Card, ef: Ef, available: Collection[int]) -> Iterator[Finding]:
    for number, needed in _REQUIRES.items():
        if number in available and needed not in available:
            what = f"{_service('UST', number)} without {_service('UST', needed)}"
            yield error(ef, what, "it is not taken into account", "31.102 4.2.8")
    for number in _NOT_WITH_ISIM:
        if number in available and any(place.startswith(f"3F00/{ISIM}/") for place in card.octets):
            what = f"{_service('UST', number)} beside an ISIM"
            yield warning(ef, what, "it may be declared only where there is no ISIM", "31.102 4.2.8")


def _in_view(path: str, table: str) -> bool:
    match table:
        case "IST":
            return path == ISIM
        case "UST":
            return path.startswith(USIM) or path == PHONEBOOK
        case _:
            return not path.startswith(USIM) and path not in (ISIM, PHONEBOOK)


def _filled(card: Card, place: str) -> bool:
    """Neither empty nor as on a new card."""
    octets = card.octets[place]
    whole = octets if isinstance(octets, bytes) else b"".join(octets)
    return bool(whole.strip(b"\xff\x00")) and any(one not in _NEW for one in card.files[place])


def _service(table: str, number: int) -> str:
    return f"service {number} ({service_name(table, number)})"


def _full(card: Card) -> Iterator[Finding]:
    for ef, smss in card.all(Smss, "SMSS"):
        if smss.full:
            yield warning(ef, "memory full", "messages were refused", "51.011 10.5.7")
    for ef in FILES:
        messages = [record for record in card.files.get(ef.place, ()) if isinstance(record, SmsRecord)]
        if messages and not any(message.free for message in messages):
            what = f"all {len(messages)} records are in use"
            yield warning(ef, what, "the next message finds no room on the card", "51.011 10.5.3")
    limit = card.first(Meter, "ACMmax")
    for ef, meter in card.all(Meter, "ACM"):
        if limit and 0 < limit.units <= meter.units:
            what = f"{meter.units} units of {limit.units} are used"
            yield error(ef, what, "no call that costs can be made", "51.011 10.3.6; 22.024")
            break


def _listed(plmns: Collection[Plmn]) -> str:
    return ", ".join(map(str, plmns))


_CHECKS: Final[tuple[Callable[[Card], Iterator[Finding]], ...]] = (
    _erased,
    _unreadable,
    _iccid,
    _imsi,
    _acc,
    _ad,
    _home,
    _leftovers,
    _locations,
    _centre,
    _number,
    _name,
    _views,
    _tables,
    _full,
)
