"""A provider in the words of CMPP 2.0 and 3.0 (QB-GF-028-2003, facts/gateway_spec.csv)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from interop.gateway import cmpp
from interop.gateway.frame import Frame
from interop.gateway.provider import Account, Came, Handed, Reported, known, national, timestamp
from interop.gateway.session import counting
from interop.gateway.text import Piece, read


class CmppProvider:
    dialect = cmpp.CMPP

    def __init__(self, account: Account, version: int) -> None:
        self.account = account
        self.version = version

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        del now
        return counting(1, 0xFFFFFFFF)

    def login(self, now: datetime) -> Any:
        account, when = self.account, timestamp(now)
        proof = cmpp.authenticator(account.name, account.secret, when)
        return cmpp.Connect(account.name, proof, cmpp.VERSIONS[self.version], when)

    def refused(self, answer: Frame) -> int:
        return int(answer.pdu.status)

    def proven(self, login: Frame, answer: Frame) -> bool | None:
        """Peers disagree whether the status takes one octet or four in the hash (SMSGate: always four)."""
        proof = answer.pdu.authenticator
        right = (
            cmpp.server_authenticator(answer.pdu.status, login.pdu.authenticator, self.account.secret, size)
            for size in (1, 4)
        )
        return known(proof, right)

    def submit(self, piece: Piece, to: str, *, report: bool) -> Any:
        return cmpp.Submit(
            parts=piece.part.total,
            part=piece.part.number,
            registered_delivery=int(report),
            service=self.account.service,
            udhi=int(piece.header),
            coding=piece.coding,
            sender=self.account.name,
            fee_type="01",
            fee_code="000000",
            source=self.account.number,
            destinations=(to,),
            content=piece.content,
        )

    def handed(self, request: Frame, answer: Frame) -> Handed:
        del request
        if not isinstance(answer.pdu, cmpp.SubmitResp) or answer.pdu.result:
            return Handed(False, code=getattr(answer.pdu, "result", None))
        return Handed(True, str(answer.pdu.message_id))

    def reply(self, asked: Frame) -> Any | None:
        match asked.pdu:
            case cmpp.Deliver(message_id=reference):
                return cmpp.DeliverResp(reference, 0)
            case cmpp.ActiveTest():
                return cmpp.ActiveTestResp()
            case cmpp.Terminate():
                return cmpp.TerminateResp()
        return None

    def heard(self, asked: Frame) -> Reported | Came | None:
        deliver = asked.pdu
        if not isinstance(deliver, cmpp.Deliver):
            return None
        if deliver.registered_delivery:
            report = cmpp.decode_report(deliver.content)
            return Reported(str(report.message_id), report.state, report.state == cmpp.DELIVERED)
        body, part = read(deliver.coding, bool(deliver.udhi), deliver.content)
        return Came(national(deliver.source), deliver.destination, body, part)

    def alive(self) -> Any | None:
        return cmpp.ActiveTest()

    def leave(self) -> Any:
        return cmpp.Terminate()
