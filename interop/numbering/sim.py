"""What a SIM's identity says: IMSI -> home PLMN, ICCID -> issuer, service centre -> operator; Luhn."""

import re
from dataclasses import dataclass
from functools import cache

from interop.numbering.msisdn import NumberError
from interop.numbering.operators import BaseOperator, Confidence
from interop.numbering.tables import Row, digit_pattern, listed, rows


@dataclass(frozen=True, slots=True)
class Plmn:
    """A home network by MCC and MNC. `operator` is None where the sources disagree, or for test networks."""

    mccmnc: str
    operator: BaseOperator | None
    holder: str
    use: str
    note: str
    """What it means on an MVNO card: the 46009 trap, above all."""
    sources: tuple[str, ...]
    confidence: Confidence
    disputes: tuple[str, ...]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Iccid:
    """A card number and what its first digits say. An MVNO's card carries its host's prefix."""

    digits: str
    prefix: str
    operator: BaseOperator | None
    holder: str
    layout: str
    provinces: tuple[str, ...]
    """Home province; several where the published code tables disagree, none where not to be read."""
    luhn_ok: bool | None
    """None if not to be told: hexadecimal digits, or 19 digits that may lack the check digit."""
    sources: tuple[str, ...]
    confidence: Confidence
    disputes: tuple[str, ...]
    known: bool = True


@dataclass(frozen=True, slots=True)
class Smsc:
    """A short-message service centre; LOW where only an inferred numbering rule knows it."""

    address: str
    operator: BaseOperator | None
    city: str
    sources: tuple[str, ...]
    confidence: Confidence


def plmn(imsi: str) -> Plmn:
    """Home PLMN of an IMSI of 15 digits, or of a bare MCC+MNC of 5 ("46009"). Mainland MNCs have two digits.

    An unlisted PLMN comes back with `known=False`; raises NumberError for any other text.
    """
    if not re.fullmatch(r"[0-9]{5}|[0-9]{15}", imsi):
        raise NumberError(imsi, f"is not 15 digits (IMSI) or 5 (MCC and MNC), but {len(imsi)} characters")
    mccmnc = imsi[:5]
    return _plmns().get(mccmnc) or Plmn(mccmnc, None, "", "", "", (), Confidence.LOW, (), known=False)


@cache
def _plmns() -> dict[str, Plmn]:
    return {
        row["mccmnc"]: Plmn(
            mccmnc=row["mccmnc"],
            operator=BaseOperator.by_english(row["operator"]),
            holder=row["holder"],
            use=row["use"],
            note=row["mvno_note"],
            sources=listed(row["source"]),
            confidence=Confidence(row["confidence"]),
            disputes=listed(row["disputes"]),
        )
        for row in rows("plmn")
    }


def iccid(text: str) -> Iccid:
    """What a card number says: 19 or 20 digits as printed, or EF_ICCID's twenty with its F filler.

    Raises NumberError for other lengths and characters, or a card number not beginning 89 (ITU-T E.118).
    Some Chinese issuers write hexadecimal letters after the prefix: accepted, without a Luhn answer.
    """
    compact = "".join(text.split()).upper()
    digits = compact[:-1] if len(compact) == 20 and compact.endswith("F") else compact
    if not re.fullmatch(r"89[0-9]{4}[0-9A-E]{13,14}", digits):
        raise NumberError(text, "is not a card number: 19 or 20 digits beginning 89")
    prefix = digits[:6]
    row = _issuers().get(prefix)
    if row is None:
        return Iccid(digits, prefix, None, "", "", (), _check(digits), (), Confidence.LOW, (), known=False)
    provinces = _provinces(row, digits)
    disputes = listed(row["disputes"])
    if len(provinces) > 1:
        disputes = (*disputes, f"province code: published tables say {' or '.join(provinces)}")
    return Iccid(
        digits=digits,
        prefix=prefix,
        operator=BaseOperator.by_english(row["operator"]),
        holder=row["holder"],
        layout=row["layout"],
        provinces=provinces,
        luhn_ok=_check(digits),
        sources=listed(row["source"]),
        confidence=Confidence(row["confidence"]),
        disputes=disputes,
    )


@cache
def _issuers() -> dict[str, Row]:
    return {row["prefix"]: row for row in rows("iccid_issuers")}


def _provinces(issuer: Row, digits: str) -> tuple[str, ...]:
    """`province_digits` counts from 1 and includes its end, as the sources write it: "9-10"."""
    if not issuer["province_digits"]:
        return ()
    first, last = map(int, issuer["province_digits"].split("-"))
    key = (issuer["operator"], digits[first - 1 : last])
    return tuple(r["province"] for r in rows("iccid_provinces") if (r["operator"], r["code"]) == key)


def _check(digits: str) -> bool | None:
    if not digits.isdigit():
        return None
    ok = luhn_ok(digits)
    return ok if len(digits) == 20 else ok or None


def luhn_digit(payload: str) -> str:
    """The check digit that belongs behind these digits (ISO/IEC 7812-1 annex B; ITU-T E.118 for cards).

    >>> luhn_digit("7992739871")
    '3'
    """
    if not re.fullmatch(r"[0-9]+", payload):
        raise NumberError(payload, "is not decimal digits")
    total = 0
    for place, digit in enumerate(map(int, reversed(payload))):
        doubled = digit * 2 if place % 2 == 0 else digit
        total += doubled - 9 if doubled > 9 else doubled
    return str(-total % 10)


def luhn_ok(digits: str) -> bool:
    """Whether the last digit is the right check digit; False for a text that is not two digits or more."""
    return bool(re.fullmatch(r"[0-9]{2,}", digits)) and luhn_digit(digits[:-1]) == digits[-1]


def area_code(city: str) -> str | None:
    """The trunk code of a city, as far as the list of service centres has it.

    >>> area_code("上海")
    '021'
    """
    return next((row["area_code"] for row in rows("smsc") if city and row["city"] == city), None) or None


def smsc(address: str) -> Smsc | None:
    """Who owns a service-centre address ("+8613800100500", the + may be missing); None if nobody knows."""
    wanted = f"+{address.removeprefix('+')}"
    for row in rows("smsc"):  # listed addresses stand before the inferred rules
        if digit_pattern(row["smsc"]).fullmatch(wanted):
            inferred = "x" in row["smsc"]
            return Smsc(
                address=wanted,
                operator=BaseOperator.by_english(row["operator"]),
                city=row["city"],
                sources=listed(row["source"]),
                confidence=Confidence.LOW if inferred else Confidence.MEDIUM,
            )
    return None
