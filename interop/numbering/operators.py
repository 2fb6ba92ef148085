"""The four base operators, and how far a fact may be trusted."""

from enum import StrEnum


class BaseOperator(StrEnum):
    """Who runs the network. An MVNO sells numbers and cards on top of one of these."""

    CMCC = "CMCC"
    CUCC = "CUCC"
    CTCC = "CTCC"
    CBN = "CBN"

    @property
    def chinese(self) -> str:
        return _NAMES[self][0]

    @property
    def english(self) -> str:
        return _NAMES[self][1]

    @classmethod
    def by_english(cls, name: str) -> "BaseOperator | None":
        """`"China Unicom"` -> CUCC; None for a holder that is no base operator, or for no name."""
        return next((operator for operator in cls if operator.english == name), None)


_NAMES = {
    BaseOperator.CMCC: ("中国移动", "China Mobile"),
    BaseOperator.CUCC: ("中国联通", "China Unicom"),
    BaseOperator.CTCC: ("中国电信", "China Telecom"),
    BaseOperator.CBN: ("中国广电", "China Broadnet"),
}


class Confidence(StrEnum):
    """How far a fact may be trusted. Only a HIGH one may carry a `fail` (DESIGN section 4)."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
