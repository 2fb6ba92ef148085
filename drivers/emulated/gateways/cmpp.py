"""China Mobile's gateway in its own words: CMPP 2.0 and 3.0 (QB-GF-028-2003, facts/gateway_spec.csv)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from drivers.emulated.gateways.hosts import Login, Refusal, Report, Submission, Wanted, national, short_time
from drivers.emulated.gateways.texts import messages
from interop.gateway import Dialect, Frame, cmpp
from interop.gateway.session import counting
from interop.gateway.text import Piece
from interop.smspdu import Address

GATEWAY: Final = 100100
"""ours, in every message id"""


class CmppHost:
    dialect: ClassVar[Dialect] = cmpp.CMPP
    heartbeat_s: ClassVar[float | None] = 180.0
    idle_s: ClassVar[float | None] = None
    connects_back: ClassVar[bool] = False
    codes: ClassVar[Mapping[Refusal, int]] = {
        Refusal.NAME: 2,
        Refusal.SECRET: 3,
        Refusal.STRUCTURE: 1,
        Refusal.CONTENT: 4,
        Refusal.SENDER: 10,
        Refusal.NUMBER: 13,
        Refusal.SEGMENT: 13,
        Refusal.THROTTLED: 8,
    }

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        del now
        return counting(1, 0xFFFFFFFF)

    def login(self, pdu: Any) -> Login | None:
        """Versions are 30 or 2x; jumpserver's client says 02 for 2.0."""
        if not isinstance(pdu, cmpp.Connect):
            return None
        return Login(pdu.source, 3 if pdu.version >= cmpp.VERSIONS[3] else 2)

    def proves(self, pdu: Any, secret: str) -> bool:
        return bool(cmpp.authenticator(pdu.source, secret, pdu.timestamp) == pdu.authenticator)

    def logged_in(self, pdu: Any, code: int, secret: str, version: int) -> Any:
        size = 4 if version == 3 else 1
        proof = bytes(16) if code else cmpp.server_authenticator(code, pdu.authenticator, secret, size)
        return cmpp.ConnectResp(code, proof, cmpp.VERSIONS[version])

    def submissions(self, pdu: Any, reference: int) -> list[Submission] | None:
        if not isinstance(pdu, cmpp.Submit):
            return None
        found = messages(pdu.coding, bool(pdu.udhi), pdu.content, reference=reference)
        sender = Address(pdu.source) if pdu.source else None
        report = Wanted.ALWAYS if pdu.registered_delivery else Wanted.NEVER
        return [Submission(sender, number, found, report, pdu.pid) for number in pdu.destinations]

    def national(self, number: str) -> str:
        return national(number)

    def message_id(self, frame: Frame, now: datetime, number: int) -> Any:
        del frame
        return int(
            cmpp.MessageId(now.month, now.day, now.hour, now.minute, now.second, GATEWAY, number & 0xFFFF)
        )

    def submitted(self, pdu: Any, message_id: Any, code: int) -> Any:
        del pdu
        return cmpp.SubmitResp(message_id or 0, code)

    def reports(self, report: Report, version: int) -> Any:
        content = cmpp.Report(
            report.message_id,
            report.state,
            short_time(report.submitted),
            short_time(report.done),
            report.number,
            report.message_id & 0xFFFF,
        )
        return cmpp.Deliver(
            message_id=report.message_id,
            destination=report.sender,
            source=report.number,
            registered_delivery=1,
            content=content.encode(version),
        )

    def delivers(self, source: str, destination: str, piece: Piece, now: datetime, number: int) -> Any:
        return cmpp.Deliver(
            message_id=self.message_id(Frame(None, 0), now, number),
            destination=destination,
            udhi=int(piece.header),
            coding=piece.coding,
            source=source,
            content=piece.content,
        )

    def took(self, answer: Frame) -> bool:
        return isinstance(answer.pdu, cmpp.DeliverResp)

    def answer(self, pdu: Any) -> Any | None:
        match pdu:
            case cmpp.ActiveTest():
                return cmpp.ActiveTestResp()
            case cmpp.Terminate():
                return cmpp.TerminateResp()
        return None

    def says_goodbye(self, pdu: Any) -> bool:
        return isinstance(pdu, cmpp.Terminate)

    def alive(self) -> Any | None:
        return cmpp.ActiveTest()

    def leave(self) -> Any:
        return cmpp.Terminate()

    def bind(self, account: str, secret: str) -> Any | None:
        del account, secret
        return None
