"""A provider in the words of SGIP 1.2 (facts/gateway_spec.csv)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count
from typing import Any, Final

from interop.gateway import sgip
from interop.gateway.frame import Frame
from interop.gateway.provider import Account, Came, Handed, Reported, national, timestamp
from interop.gateway.text import Piece, read

_BEIJING: Final = "010"
"""where the account's city is not known"""


class SgipProvider:
    """Its login says who connects: the gateway connects back to deliver, and then it is we who are asked."""

    dialect = sgip.SGIP
    version = 2
    _STATES: Final = {0: "DELIVRD", 1: "ENROUTE", 2: "UNDELIV"}

    def __init__(self, account: Account) -> None:
        self.account = account
        self._corporation = account.corporation or account.name

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        node, numbers = sgip.node_of(self.account.area or _BEIJING, self._corporation), count()
        return lambda: (node, timestamp(now()), next(numbers) & 0xFFFFFFFF)

    def login(self, now: datetime) -> Any:
        del now
        return sgip.Bind(sgip.SP_TO_GATEWAY, self.account.name, self.account.secret)

    def refused(self, answer: Frame) -> int:
        return int(answer.pdu.result)

    def proven(self, login: Frame, answer: Frame) -> bool | None:
        del login, answer
        return True

    def submit(self, piece: Piece, to: str, *, report: bool) -> Any:
        return sgip.Submit(
            source=self.account.number,
            charge="0" * 21,
            destinations=(f"86{to}",),
            corporation=self._corporation,
            service=self.account.service,
            fee_value="0",
            given_value="0",
            more_late_to_mt=2,
            report=1 if report else 2,
            udhi=int(piece.header),
            coding=piece.coding,
            content=piece.content,
        )

    def handed(self, request: Frame, answer: Frame) -> Handed:
        if not isinstance(answer.pdu, sgip.SubmitResp) or answer.pdu.result:
            return Handed(False, code=getattr(answer.pdu, "result", None))
        return Handed(True, _dotted(request.sequence))

    def reply(self, asked: Frame) -> Any | None:
        match asked.pdu:
            case sgip.Bind():
                return sgip.BindResp(0)
            case sgip.Deliver():
                return sgip.DeliverResp(0)
            case sgip.Report():
                return sgip.ReportResp(0)
            case sgip.UserReport():
                return sgip.UserReportResp(0)
            case sgip.Unbind():
                return sgip.UnbindResp()
        return None

    def heard(self, asked: Frame) -> Reported | Came | None:
        match asked.pdu:
            case sgip.Report(submitted=submitted, state=state, error=error):
                said = self._STATES.get(state, "UNKNOWN")
                shown = f"{said}:{error}" if state == 2 else said
                return Reported(_dotted(submitted), shown, state == 0)
            case sgip.Deliver() as deliver:
                body, part = read(deliver.coding, bool(deliver.udhi), deliver.content)
                return Came(national(deliver.source), deliver.destination, body, part)
        return None

    def alive(self) -> Any | None:
        return None

    def leave(self) -> Any:
        return sgip.Unbind()


def _dotted(sequence: tuple[int, int, int]) -> str:
    return ".".join(map(str, sequence))
