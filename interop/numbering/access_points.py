"""By which access point a base operator's subscribers, its virtual operators' among them, come to what."""

from __future__ import annotations

from dataclasses import dataclass

from interop.numbering.operators import BaseOperator
from interop.numbering.tables import rows


@dataclass(frozen=True, slots=True)
class AccessPoint:
    """One use of an access point name; a name may have several. `mmsc`: URL, and `proxy`: "10.0.0.172:80",
    of one for multimedia messages; else "". Mainland virtual operators have none of their own (china.md 5).
    """

    apn: str
    user: str
    password: str
    proxy: str
    mmsc: str
    source: str


def access_points(operator: BaseOperator) -> tuple[AccessPoint, ...]:
    """All that a base operator has, as facts/apn.csv lists them."""
    return tuple(
        AccessPoint(row["apn"], row["user"], row["password"], row["proxy"], row["mmsc"], row["source"])
        for row in rows("apn")
        if row["operator"] == operator
    )


def mms_access(operator: BaseOperator) -> AccessPoint:
    """
    >>> mms_access(BaseOperator.CUCC).mmsc
    'http://mmsc.myuni.com.cn'
    """
    return next(point for point in access_points(operator) if point.mmsc)
