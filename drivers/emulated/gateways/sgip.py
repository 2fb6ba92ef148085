"""China Unicom's gateway in its own words: SGIP 1.2 (2001; facts/gateway_spec.csv).

It delivers on a connection of its own, and a message is named by the sequence number of its Submit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import count
from typing import Any, ClassVar, Final

from drivers.emulated.gateways.hosts import Login, Refusal, Report, Submission, Wanted, national
from drivers.emulated.gateways.texts import messages
from interop.gateway import Dialect, Frame, GatewayError, sgip
from interop.gateway.text import Piece
from interop.smspdu import Address

NODE: Final = 1010000000
"""a gateway's: 1, area code in four digits, number in five (SGIP 1.2)"""
_REPORTS = {0: Wanted.ON_FAILURE, 1: Wanted.ALWAYS}
_DELIVERED, _FAILED = 0, 2
_UNREACHABLE = 21
_ERRORS = {0x46: 25, 0x49: 29}
"""by TP-Status: the user cannot be reached, unknown user"""
_COUNTRY = "86"


class SgipHost:
    dialect: ClassVar[Dialect] = sgip.SGIP
    heartbeat_s: ClassVar[float | None] = None
    idle_s: ClassVar[float | None] = 60.0
    connects_back: ClassVar[bool] = True
    codes: ClassVar[Mapping[Refusal, int]] = {
        Refusal.NAME: 1,
        Refusal.SECRET: 1,
        Refusal.STRUCTURE: 5,
        Refusal.CONTENT: 8,
        Refusal.SENDER: 5,
        Refusal.NUMBER: 6,
        Refusal.SEGMENT: 23,
        Refusal.THROTTLED: 33,
    }

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        numbers = count()
        return lambda: (NODE, int(now().strftime("%m%d%H%M%S")), next(numbers) & 0xFFFFFFFF)

    def login(self, pdu: Any) -> Login | None:
        if not isinstance(pdu, sgip.Bind):
            return None
        return Login(pdu.name, 2, sends=pdu.login_type == sgip.SP_TO_GATEWAY, receives=False)

    def proves(self, pdu: Any, secret: str) -> bool:
        return bool(pdu.password == secret)

    def logged_in(self, pdu: Any, code: int, secret: str, version: int) -> Any:
        del pdu, secret, version
        return sgip.BindResp(code)

    def submissions(self, pdu: Any, reference: int) -> list[Submission] | None:
        if not isinstance(pdu, sgip.Submit):
            return None
        found = messages(pdu.coding, bool(pdu.udhi), pdu.content, reference=reference)
        sender = Address(pdu.source) if pdu.source else None
        report = _REPORTS.get(pdu.report, Wanted.NEVER)
        return [Submission(sender, number, found, report, pdu.pid) for number in pdu.destinations]

    def national(self, number: str) -> str:
        """1.2: a number field that does not begin with 86 must be refused."""
        if not number.startswith(_COUNTRY):
            raise GatewayError("destination", f"{number!r} does not begin with {_COUNTRY}")
        return national(number)

    def message_id(self, frame: Frame, now: datetime, number: int) -> Any:
        del now, number
        return frame.sequence

    def submitted(self, pdu: Any, message_id: Any, code: int) -> Any:
        del pdu, message_id
        return sgip.SubmitResp(code)

    def reports(self, report: Report, version: int) -> Any:
        del version
        return sgip.Report(
            submitted=report.message_id,
            number=f"{_COUNTRY}{report.number}",
            state=_DELIVERED if report.status.delivered else _FAILED,
            error=0 if report.status.delivered else _ERRORS.get(report.status.value, _UNREACHABLE),
        )

    def delivers(self, source: str, destination: str, piece: Piece, now: datetime, number: int) -> Any:
        del now, number
        return sgip.Deliver(
            source=f"{_COUNTRY}{source}",
            destination=destination,
            udhi=int(piece.header),
            coding=piece.coding,
            content=piece.content,
        )

    def took(self, answer: Frame) -> bool:
        return isinstance(answer.pdu, sgip.DeliverResp | sgip.ReportResp)

    def answer(self, pdu: Any) -> Any | None:
        return sgip.UnbindResp() if isinstance(pdu, sgip.Unbind) else None

    def says_goodbye(self, pdu: Any) -> bool:
        return isinstance(pdu, sgip.Unbind)

    def alive(self) -> Any | None:
        return None

    def leave(self) -> Any:
        return sgip.Unbind()

    def bind(self, account: str, secret: str) -> Any | None:
        return sgip.Bind(sgip.GATEWAY_TO_SP, account, secret)
