"""A table as CSV that a spreadsheet opens as it is meant."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from interop.reports.text import cell


def table(header: Iterable[str], rows: Iterable[Iterable[object]]) -> bytes:
    """RFC 4180 (CRLF, quotes doubled), UTF-8 with a byte order mark: Chinese Excels assume GBK else.

    Numbers stay as they are; a text that a spreadsheet would compute gets a leading apostrophe.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([cell(one) if isinstance(one, str) else one for one in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")
