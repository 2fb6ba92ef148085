"""A provider in the words of SMPP 3.4 (issue 1.2)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from interop.gateway import smpp
from interop.gateway.frame import Frame
from interop.gateway.provider import Account, Came, Handed, Reported, national
from interop.gateway.session import counting
from interop.gateway.text import ASCII, Piece, read

_UNKNOWN_ERROR: Final = 0xFF
"""ESME_RUNKNOWNERR"""


class SmppProvider:
    dialect = smpp.SMPP
    version = 3

    def __init__(self, account: Account) -> None:
        self.account = account

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        del now
        return counting()

    def login(self, now: datetime) -> Any:
        del now
        return smpp.BindTransceiver(self.account.name, self.account.secret)

    def refused(self, answer: Frame) -> int:
        """A generic_nack accepts nothing, whatever status it has."""
        return answer.status or (_UNKNOWN_ERROR if isinstance(answer.pdu, smpp.GenericNack) else 0)

    def proven(self, login: Frame, answer: Frame) -> bool | None:
        del login, answer
        return True

    def submit(self, piece: Piece, to: str, *, report: bool) -> Any:
        return smpp.SubmitSm(
            service_type=self.account.service,
            source=self.account.number,
            destination_ton=2,
            destination_npi=1,
            destination=to,
            esm_class=smpp.ESM_UDHI if piece.header else 0,
            registered_delivery=int(report),
            coding=1 if piece.coding == ASCII else piece.coding,
            content=piece.content,
        )

    def handed(self, request: Frame, answer: Frame) -> Handed:
        del request
        if not isinstance(answer.pdu, smpp.SubmitSmResp) or answer.status:
            return Handed(False, code=answer.status)
        return Handed(True, answer.pdu.message_id)

    def reply(self, asked: Frame) -> Any | None:
        match asked.pdu:
            case smpp.DeliverSm():
                return smpp.DeliverSmResp()
            case smpp.EnquireLink():
                return smpp.EnquireLinkResp()
            case smpp.Unbind():
                return smpp.UnbindResp()
        return smpp.GenericNack()

    def heard(self, asked: Frame) -> Reported | Came | None:
        deliver = asked.pdu
        if not isinstance(deliver, smpp.DeliverSm):
            return None
        if (receipt := smpp.receipt_of(deliver)) is not None:
            return Reported(receipt.message_id, receipt.state, receipt.state == "DELIVRD")
        content = deliver.content or dict(deliver.options).get(smpp.MESSAGE_PAYLOAD, b"")
        body, part = read(deliver.coding, bool(deliver.esm_class & smpp.ESM_UDHI), content, smpp=True)
        part = part or smpp.part_by_options(deliver)
        return Came(national(deliver.source), deliver.destination, body, part)

    def alive(self) -> Any | None:
        return smpp.EnquireLink()

    def leave(self) -> Any:
        return smpp.Unbind()
