"""Which checks found in the wild accept a number: regexes of real sites and apps, and libphonenumber."""

import re
from dataclasses import dataclass
from functools import cache

from interop.numbering.msisdn import Msisdn
from interop.numbering.tables import rows


@dataclass(frozen=True, slots=True)
class Recognition:
    """What one recogniser made of one number."""

    recogniser: str
    accepts: bool
    detail: str
    """Carrier name where the recogniser gives one."""
    where: str
    """Project, version and date the check was found in."""


def audit(number: Msisdn | str) -> tuple[Recognition, ...]:
    """Every recogniser's answer, in the order of facts/wild_regexes.csv, libphonenumber last.

    Information about the world's forms, never a verdict on a network. Asks with the 11 national digits,
    as they are typed into a form. The first call imports phonenumbers, which takes a moment.
    """
    msisdn = number if isinstance(number, Msisdn) else Msisdn.parse(number)
    return (*_by_regexes(msisdn), _by_libphonenumber(msisdn))


def _by_regexes(msisdn: Msisdn) -> list[Recognition]:
    # search(), as JavaScript's test() and PHP's preg_match() do; Java's matches() is the same here, because
    # every regex of the table has both its anchors.
    return [
        Recognition(name, pattern.search(msisdn.national) is not None, "", where)
        for name, where, pattern in _wild_regexes()
    ]


@cache
def _wild_regexes() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple((row["name"], row["where"], re.compile(row["regex"])) for row in rows("wild_regexes"))


def _by_libphonenumber(msisdn: Msisdn) -> Recognition:
    import phonenumbers
    from phonenumbers import carrier

    parsed = phonenumbers.parse(msisdn.e164)
    name = carrier.name_for_number(parsed, "en")
    return Recognition(
        recogniser=f"libphonenumber {phonenumbers.__version__}",
        accepts=phonenumbers.is_valid_number(parsed),
        detail=name or "names no carrier",
        where="Python package phonenumbers: is_valid_number, carrier.name_for_number",
    )
