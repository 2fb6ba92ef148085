"""Judging a received calling line identity (or TP-OA) against the number that really called.

Pure and total: every string and octet gets one answer, because a wrong one here is a wrong verdict.
"""

import re
from enum import StrEnum

from interop.numbering.msisdn import CARRIER_SELECTION, Msisdn

_PHONE_BOOK_DIGITS = 7  # phones find a caller in the phone book by this many at least; fewer are chance


class CliForm(StrEnum):
    """How a received calling number relates to the expected one. Only EXACT is right."""

    EXACT = "exact"
    WRONG_TYPE = "wrong_type"
    """The right number, but the type of address says something else about these digits."""
    DOUBLED_COUNTRY_CODE = "doubled_country_code"
    CARRIER_PREFIX = "carrier_prefix"
    """A carrier-selection code (17951 ...) was left in front."""
    MALFORMED = "malformed"
    """Recognisably the number, with digits lost or added."""
    OTHER_NUMBER = "other_number"
    WITHHELD = "withheld"
    """No digits, and the network says that the caller withheld them (CLI validity 1)."""
    UNAVAILABLE = "unavailable"
    """No digits for any other reason (CLI validity 2: interworking)."""


def cli_form(received: str | None, toa: int, expected: Msisdn, validity: int = 0) -> CliForm:
    """Classify a received number, exactly as it came, with its type-of-address octet (129, 145, 161 ...).

    `validity` is +CLIP's <CLI validity> (3GPP TS 27.007 7.6) and is looked at only when there are no digits:
    a subscriber with override category sees digits that carry validity 1.

    What is EXACT follows the number's type (ITU-T Q.931 4.5.10, 3GPP TS 24.008 10.5.4.7):

    - international (145): country code and number, the modem's `+` or not. "Prefix or escape digits shall not
      be included", so 0086... is WRONG_TYPE.
    - national (161): the 11 digits alone, for the same reason no trunk 0.
    - unknown (129): "organised according to the network dialling plan, prefix digits might be present":
      what a Chinese phone could dial, so the 11 digits, the same behind one trunk 0, or 0086... behind the
      international prefix. Not a bare 86... nor +86..., which nobody can dial as such.
    """
    if not received:
        return CliForm.WITHHELD if validity == 1 else CliForm.UNAVAILABLE
    if received in _forms_of_type(toa, expected):
        return CliForm.EXACT
    # In all that follows a leading + is only how a modem prints "international"; no digit goes with it.
    number = expected.national
    if re.fullmatch(rf"\+?(?:0?|(?:00)?86){number}", received):
        return CliForm.WRONG_TYPE
    if re.fullmatch(rf"(?:(?:\+|00)?86){{2,}}{number}", received):
        return CliForm.DOUBLED_COUNTRY_CODE
    if re.fullmatch(rf"\+?(?:(?:00)?86)?{CARRIER_SELECTION}(?:0|(?:00)?86)?{number}", received):
        return CliForm.CARRIER_PREFIX
    return CliForm.MALFORMED if _resembles(received, expected) else CliForm.OTHER_NUMBER


def _forms_of_type(toa: int, expected: Msisdn) -> tuple[str, ...]:
    """The texts a modem may give for this number under this type; none under a type no subscriber has."""
    # Bit 8 is left out: a modem that copies the octet of a call with an octet 3a gives 0 (24.008 10.5.4.9).
    type_of_number, plan = toa >> 4 & 0b111, toa & 0b1111
    if plan not in (0, 1):  # unknown, ISDN/telephony
        return ()
    by_type = {
        0: (expected.national, f"0{expected.national}", f"00{expected.international}"),
        1: (expected.international, expected.e164),
        2: (expected.national,),
    }
    return by_type.get(type_of_number, ())


def _resembles(received: str, expected: Msisdn) -> bool:
    if expected.national in received:
        return True
    rest = received.lstrip("+0").removeprefix("86")
    return len(rest) >= _PHONE_BOOK_DIGITS and rest in expected.international
