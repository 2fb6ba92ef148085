"""What a row of the defects' tables is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum


@dataclass(frozen=True, slots=True)
class Parameter:
    """`pattern` is what a whole value must match, `text` says it in words."""

    text: str
    pattern: str = r".+"
    default: str = ""


class Scope(Enum):
    """What a defect sits on; decides which selectors it understands."""

    PAIR = "between two subscribers"
    SUBSCRIBER = "one subscriber"
    SITE = "one number at one site"
    GATEWAY = "one number at one gateway"


_SUBJECT = {
    "segment": Parameter("three or four digits of a segment, such as 171 or 1709", r"1\d{2,3}"),
    "msisdn": Parameter("a mobile number"),
    "mvno": Parameter("the brand of the subject's SIM in the lab file"),
    "operator": Parameter("the subject's base operator: CMCC, CUCC or CTCC", "CMCC|CUCC|CTCC"),
    "city": Parameter("the home city of the subject's SIM in the lab file"),
}
_PEER = {
    "direction": Parameter("in (to the subject), out (from the subject) or both", "in|out|both"),
    "from": Parameter("the peer who calls or writes the subject: a base operator or a brand"),
    "to": Parameter("the peer whom the subject calls or writes: a base operator or a brand"),
}
_SITE = {"site": Parameter("a form or label service, by its name in the lab file")}
_GATEWAY = {"gateway": Parameter("an account at a gateway, by its name in the lab file")}
_SELECTORS = {
    Scope.PAIR: {**_SUBJECT, **_PEER},
    Scope.SUBSCRIBER: _SUBJECT,
    Scope.SITE: {**_SUBJECT, **_SITE},
    Scope.GATEWAY: {**_SUBJECT, **_GATEWAY},
}

LATE = {"after": Parameter("seconds, 1 to 99999", r"[1-9][0-9]{0,4}", "900")}

DIGITS = r"\+?[0-9]{3,20}"
_CAUSE = r"[1-9][0-9]{0,2}"


@dataclass(frozen=True, slots=True)
class Kind:
    """One row. `direction`: what a PAIR defect has when none is said. `own`: parameters beside selectors."""

    name: str
    scope: Scope
    effect: str
    direction: str = ""
    own: Mapping[str, Parameter] = field(default_factory=dict)

    @property
    def parameters(self) -> dict[str, Parameter]:
        return {**_SELECTORS[self.scope], **self.own}


def cause(default: int) -> dict[str, Parameter]:
    return {"cause": Parameter("a cause code, 1 to 999", _CAUSE, str(default))}


def after(text: str, default: int) -> dict[str, Parameter]:
    return {"after": Parameter(f"seconds {text}, 1 to 999", r"[1-9][0-9]{0,2}", str(default))}
