"""The one error of this package."""

from __future__ import annotations


class MmsError(ValueError):
    """A message that cannot be read or written: `field` names the header or part, `at` the octet if known.

    >>> str(MmsError("Content-Type", "runs over the end", 17))
    'Content-Type: runs over the end (octet 17)'
    """

    def __init__(self, field: str, what: str, at: int | None = None) -> None:
        super().__init__(f"{field}: {what}" + ("" if at is None else f" (octet {at})"))
        self.field = field
        self.at = at
