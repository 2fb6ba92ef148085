"""Service codes: hotlines, bank numbers, emergency numbers, the 106 senders of enterprises. Not MSISDNs."""

import re
from dataclasses import dataclass
from functools import cache

from interop.numbering.brands import brands
from interop.numbering.msisdn import NumberError, clean
from interop.numbering.tables import digit_pattern, listed, rows


@dataclass(frozen=True, slots=True)
class ServiceCode:
    """Whose code a number is; `number` is the table's entry, a pattern for whole ranges (`1069*`)."""

    number: str
    owner: str
    category: str
    note: str
    sources: tuple[str, ...]

    @property
    def emergency(self) -> bool:
        return self.category == "emergency"


def service_code(text: str) -> ServiceCode | None:
    """What is known about a service code: an exact entry, else the narrowest range, else None."""
    try:
        digits = clean(text)
    except NumberError:
        return None
    exact, ranges = _table()
    return exact.get(digits) or next((code for pattern, code in ranges if pattern.fullmatch(digits)), None)


@cache
def _table() -> tuple[dict[str, ServiceCode], list[tuple[re.Pattern[str], ServiceCode]]]:
    """Exact codes, and ranges with the narrowest first, as in the file."""
    exact = {
        brand.hotline: ServiceCode(brand.hotline, brand.name, "mvno", "", brand.hotline_sources)
        for brand in brands()
        if brand.hotline
    }
    ranges = []
    for row in rows("service_codes"):
        code = ServiceCode(row["number"], row["owner"], row["category"], row["note"], listed(row["source"]))
        if code.number.isdigit():
            exact.setdefault(code.number, code)
        else:
            ranges.append((digit_pattern(code.number), code))
    return exact, ranges
