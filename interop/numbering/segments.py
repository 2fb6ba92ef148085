"""Number segments: to whom a prefix was given, by the longest matching prefix in facts/numbering.csv."""

from dataclasses import dataclass
from functools import cache

from interop.numbering.msisdn import Msisdn
from interop.numbering.operators import BaseOperator, Confidence
from interop.numbering.tables import Row, listed, rows, yes_no

PORTABILITY = "Since 2019-12-01 numbers can be ported: a segment no longer proves the operator."

_PHONE_DAT_LABELS = {
    BaseOperator.CMCC: "CM",
    BaseOperator.CUCC: "CU",
    BaseOperator.CTCC: "CT",
    BaseOperator.CBN: "CBN",
}


@dataclass(frozen=True, slots=True)
class Segment:
    """What the sources say about one prefix. None stands for not known, or too disputed to say."""

    prefix: str
    """National digits at the granularity of the plan: 1709, 162, 139."""
    base_operator: BaseOperator | None
    holder: str
    """Holder in the words of the source, also where it is no base operator; blank if none."""
    kind: str
    resale: bool
    """Sold by MVNOs."""
    since: str
    plan_valid: bool | None
    """Public mobile in the 2017 plan (工信部信管[2017]68号) as far as its readers agree."""
    assigned: bool | None
    """Given out to an operator. Neither answer follows from the other: 154 is plan-valid and not assigned."""
    status: str
    sources: tuple[str, ...]
    confidence: Confidence
    """Of the assignment and the operator; a `fail` may rest on these only if HIGH."""
    disputes: tuple[str, ...]
    """Who says otherwise. Most databases are wrong about MVNO segments: that is no fault of the segment."""
    known: bool = True

    @property
    def family(self) -> str:
        """The short name, by three digits: 170, 171, 162, 165, 167."""
        return self.prefix[:3]


def segment(number: Msisdn | str) -> Segment:
    """The segment of a number; one with `known=False` where no table has its prefix.

    Raises NumberError only for a text that is no MSISDN at all.
    """
    national = (number if isinstance(number, Msisdn) else Msisdn.parse(number)).national
    table = _by_prefix()
    for size in range(_LONGEST, 0, -1):
        found = table.get((national[:size], len(national)))
        if found:
            return found
    return Segment(
        prefix=national[:3],
        base_operator=None,
        holder="",
        kind="",
        resale=False,
        since="",
        plan_valid=None,
        assigned=None,
        status=f"unknown: no source lists {len(national)}-digit numbers beginning {national[:3]}",
        sources=(),
        confidence=Confidence.LOW,
        disputes=(),
        known=False,
    )


def segment_label(number: Msisdn | str) -> str:
    """The segment's name in reports and selections: its matching prefix (1700, 1718, 162, 139)."""
    return segment(number).prefix


def segments() -> tuple[Segment, ...]:
    """Every segment in the table, by prefix."""
    return tuple(_by_prefix().values())


_LONGEST = 5  # digits of the longest prefix: 17400


@cache
def _by_prefix() -> dict[tuple[str, int], Segment]:
    """By prefix and number length: 13-digit segments say nothing about 11-digit numbers."""
    return {(row["prefix"], int(row["number_length"])): _segment(row) for row in rows("numbering")}


def _segment(row: Row) -> Segment:
    operator = BaseOperator.by_english(row["base_operator"])
    resale, assigned = row["mvno_resale"] == "Y", yes_no(row["assigned"])
    return Segment(
        prefix=row["prefix"],
        base_operator=operator,
        holder=row["base_operator"],
        kind=row["kind"],
        resale=resale,
        since=row["since"],
        plan_valid=yes_no(row["plan2017_public_mobile"]),
        assigned=assigned,
        status=row["status"],
        sources=listed(row["source"]),
        confidence=Confidence(row["confidence"]),
        disputes=(
            *listed(row["disputes"]),
            *_libphonenumber_disputes(row, operator, assigned),
            *_phone_dat_disputes(row["phonedat2312_labels"], operator, resale),
        ),
    )


def _libphonenumber_disputes(row: Row, operator: BaseOperator | None, assigned: bool | None) -> list[str]:
    """Columns `lpn_*`: as measured on one version; `audit` asks the installed one."""
    if assigned and row["lpn_valid"] == "False":
        return ["libphonenumber rejects the number"]
    if operator and row["lpn_valid"] == "True" and row["lpn_carrier_en"] != operator.english:
        return [f"libphonenumber names {row['lpn_carrier_en'] or 'no carrier'}"]
    return []


def _phone_dat_disputes(labels: str, operator: BaseOperator | None, resale: bool) -> list[str]:
    """Column `phonedat2312_labels`: rows per label, as `CM-MVNO:5 CU-MVNO:995`."""
    expected = _PHONE_DAT_LABELS[operator] + ("-MVNO" if resale else "") if operator else ""
    counts = {label: int(count) for label, count in (part.split(":") for part in labels.split())}
    wrong = {label: count for label, count in counts.items() if label != expected}
    if not wrong:
        return []
    shown = ", ".join(f"{label} {count}" for label, count in wrong.items())
    total = sum(counts.values())
    if not operator:
        return [f"phone.dat 2312 has {total} rows here: {shown}"]
    return [f"phone.dat 2312 labels {sum(wrong.values())} of {total} rows otherwise: {shown}"]
