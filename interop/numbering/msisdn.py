"""MSISDN: a Chinese mobile subscriber number, in whatever way it was written."""

import re
import unicodedata
from dataclasses import dataclass

_COUNTRY = "86"

# Public mobile numbers have 11 digits and begin 13-19 (92 and 98 are reserved for the future); the data-only
# IoT segments, all in 14x, have 13. What begins 10, 11 or 12 are service codes, however long.
_NATIONAL = re.compile(r"(?:1[3-9]|9[28])[0-9]{9}|14[0-9]{11}")

# Carrier selection (17951 China Mobile, 12593 ...): as libphonenumber's CN nationalPrefixForParsing has it.
CARRIER_SELECTION = r"1(?:[12][0-9]|79)[0-9]{2}"

_WRITTEN = re.compile(
    rf"(?:(?:\+|00)?{_COUNTRY}|(?P<carrier>{CARRIER_SELECTION})?0?)(?P<national>{_NATIONAL.pattern})"
)

# Shapes in facts/service_codes.csv: 10x.. up to the 20 digits of a TP-OA (106 senders with extension),
# 11x and 12x with short tails (12123, 1253011), 95x and 96x of five digits and more.
_SHORT = re.compile(r"10[0-9]{1,18}|1[12][0-9]{1,5}|9[56][0-9]{3,7}")

_SEPARATORS = frozenset("-‐‑‒–—―−.·()[]")


class NumberError(ValueError):
    """A text that is not the number it should be. The message names the value and what is wrong where."""

    def __init__(self, value: str, reason: str) -> None:
        shown = value if len(value) <= 40 else value[:40] + "…"
        super().__init__(f"{shown!r}: {reason}")
        self.value = value
        self.reason = reason


@dataclass(frozen=True, slots=True, order=True)
class Msisdn:
    """A mainland Chinese mobile number, held as its national digits: 11, or 13 in the IoT segments.

    >>> Msisdn.parse("+86 170-9000-1234").national
    '17090001234'
    """

    national: str

    def __post_init__(self) -> None:
        if not _NATIONAL.fullmatch(self.national):
            raise NumberError(self.national, "is not the national form of a mobile number")

    @classmethod
    def parse(cls, text: str) -> "Msisdn":
        """The number in a text as people paste it: +86, 0086, 86 or a trunk 0 in front, a carrier-selection
        code (17951), spaces, dashes, brackets, full-width digits, invisible direction marks.

        Raises NumberError for anything else, service codes (10086) and a doubled 86 included.
        """
        digits = clean(text)
        match = _WRITTEN.fullmatch(digits)
        if match is None:
            raise NumberError(text, _why_not(digits))
        return cls(match["national"])

    @property
    def e164(self) -> str:
        """`+8617090001234`"""
        return f"+{self.international}"

    @property
    def international(self) -> str:
        """`8617090001234`: what a TPDU address of type international holds."""
        return _COUNTRY + self.national

    @property
    def forms(self) -> dict[str, str]:
        """The normal forms by name, for display."""
        digits = self.national
        return {
            "national": digits,
            "E.164": self.e164,
            "0086": f"00{self.international}",
            "86": self.international,
            "readable": f"{digits[:-8]} {digits[-8:-4]} {digits[-4:]}",
        }

    def __str__(self) -> str:
        return self.national


def same_number(a: str | Msisdn, b: str | Msisdn) -> bool:
    """Whether two texts are the same subscriber, each in any normal form (national, 0, 86, 0086, +86).

    Never true for what is not a subscriber number, nor for one that still has a carrier-selection code in
    front or the country code twice: those are defects when received. To judge a received calling number
    use `cli_form`, which also looks at the type of address.
    """
    first, second = _canonical(a), _canonical(b)
    return first is not None and first == second


def _canonical(number: str | Msisdn) -> str | None:
    if isinstance(number, Msisdn):
        return number.national
    try:
        match = _WRITTEN.fullmatch(clean(number))
    except NumberError:
        return None
    return None if match is None or match["carrier"] else match["national"]


def clean(text: str) -> str:
    """Digits, with `+` in front if it was there: separators, brackets and invisible marks dropped.

    Raises NumberError with the position (from 1) of the first character that no number has.
    """
    kept: list[str] = []
    for position, char in enumerate(text, 1):
        plain = chr(ord(char) - 0xFEE0) if "！" <= char <= "～" else char
        if plain in "0123456789" or (plain == "+" and not kept):
            kept.append(plain)
        elif not (plain.isspace() or plain in _SEPARATORS or unicodedata.category(plain) == "Cf"):
            raise NumberError(text, f"{char!r} at position {position} does not belong in a number")
    if not kept or kept == ["+"]:
        raise NumberError(text, "has no digits")
    return "".join(kept)


def is_short_code(text: str) -> bool:
    """Whether a text has the shape of a service code (10086, 95588, 12123, 106...), known to us or not."""
    try:
        return _SHORT.fullmatch(clean(text)) is not None
    except NumberError:
        return False


def _why_not(digits: str) -> str:
    if re.match(rf"(?:\+|00)?{_COUNTRY}(?:\+|00)?{_COUNTRY}", digits):
        return f"has the country code {_COUNTRY} twice"
    if re.match(rf"(?:\+|00)(?!{_COUNTRY})", digits):
        return f"is not in country code {_COUNTRY}"
    bare = digits.removeprefix("+").removeprefix("00").removeprefix(_COUNTRY)
    if is_short_code(bare):
        return "is a service code, not a subscriber number"
    expected = "a mobile number has 11 digits beginning 13-19, an IoT one 13 beginning 14"
    return f"{len(bare)} digits beginning {bare[:3]}: {expected}"
