"""A provider in the words of SMGP 3.0 (facts/gateway_spec.csv)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from interop.gateway import smgp
from interop.gateway.frame import Frame
from interop.gateway.provider import Account, Came, Handed, Reported, known, national, timestamp
from interop.gateway.session import counting
from interop.gateway.text import Piece, read


class SmgpProvider:
    dialect = smgp.SMGP
    version = 3

    def __init__(self, account: Account) -> None:
        self.account = account

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        del now
        return counting(1, 0xFFFFFFFF)

    def login(self, now: datetime) -> Any:
        account, when = self.account, timestamp(now)
        return smgp.Login(account.name, smgp.authenticator(account.name, account.secret, when), 2, when)

    def refused(self, answer: Frame) -> int:
        return int(answer.pdu.status)

    def proven(self, login: Frame, answer: Frame) -> bool | None:
        proof, secret = answer.pdu.authenticator, self.account.secret
        return known(proof, [smgp.server_authenticator(answer.pdu.status, login.pdu.authenticator, secret)])

    def submit(self, piece: Piece, to: str, *, report: bool) -> Any:
        options: tuple[tuple[int, bytes], ...] = ()
        if piece.header:
            options = (
                (smgp.TP_UDHI, b"\x01"),
                (smgp.PK_TOTAL, bytes((piece.part.total,))),
                (smgp.PK_NUMBER, bytes((piece.part.number,))),
            )
        return smgp.Submit(
            need_report=int(report),
            service=self.account.service,
            fee_type="00",
            fee_code="000000",
            coding=piece.coding,
            source=self.account.number,
            destinations=(to,),
            content=piece.content,
            options=options,
        )

    def handed(self, request: Frame, answer: Frame) -> Handed:
        del request
        if not isinstance(answer.pdu, smgp.SubmitResp) or answer.pdu.status:
            return Handed(False, code=getattr(answer.pdu, "status", None))
        return Handed(True, answer.pdu.message_id.hex())

    def reply(self, asked: Frame) -> Any | None:
        match asked.pdu:
            case smgp.Deliver(message_id=reference):
                return smgp.DeliverResp(reference, 0)
            case smgp.ActiveTest():
                return smgp.ActiveTestResp()
            case smgp.Exit():
                return smgp.ExitResp()
        return None

    def heard(self, asked: Frame) -> Reported | Came | None:
        deliver = asked.pdu
        if not isinstance(deliver, smgp.Deliver):
            return None
        if deliver.is_report:
            report = smgp.decode_report(deliver.content)
            return Reported(report.message_id.hex(), report.state, report.state == "DELIVRD")
        header = dict(deliver.options).get(smgp.TP_UDHI, b"") == b"\x01"
        body, part = read(deliver.coding, header, deliver.content)
        return Came(national(deliver.source), deliver.destination, body, part)

    def alive(self) -> Any | None:
        return smgp.ActiveTest()

    def leave(self) -> Any:
        return smgp.Exit()
