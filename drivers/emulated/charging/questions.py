"""How customers ask an operator for their balance by short message, and the words of the answer.

Three sources name these texts and contradict each other about more of them and about what they cost; all are
of low confidence (facts/balance_query.csv). What it costs is the tariff's to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from interop.smspdu import Submit

BALANCE: Final = "您好，您的当前余额为{balance}元。"


@dataclass(frozen=True, slots=True)
class Desk:
    """Where an operator's customers write to, and the texts that ask for the balance there."""

    operator: str
    texts: tuple[str, ...]


DESKS: Final[Mapping[str, Desk]] = {
    "10086": Desk("CMCC", ("YE", "CXYE")),  # YE: huishouka.cn/post/21111; CXYE unverified
    "10010": Desk("CUCC", ("YE", "CXYE", "102")),  # huishouka.cn/post/27249, post/21111; 102 unverified
    "10001": Desk("CTCC", ("101", "102", "108")),  # 101: huishouka.cn/post/21111; the others unverified
}


def asks_balance(operator: str, number: str, submit: Submit) -> bool:
    """Whether a message to `number` is such a question to the sender's own operator; neither case nor blanks
    matter."""
    desk, body = DESKS.get(number), submit.user_data.body
    if desk is None or desk.operator != operator or isinstance(body, bytes):
        return False
    return "".join(body.split()).upper() in desk.texts
