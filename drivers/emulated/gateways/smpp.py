"""The message centre in its own words: SMPP 3.4 (issue 1.2)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from drivers.emulated.gateways.hosts import Login, Refusal, Report, Submission, Wanted, national, short_time
from drivers.emulated.gateways.texts import messages
from interop.gateway import Dialect, Frame, GatewayError, smpp
from interop.gateway.session import counting
from interop.gateway.text import Piece
from interop.smspdu import Address, NumberingPlan, Part, PduError, Relative, TypeOfNumber, Validity
from interop.smspdu.userdata import encode_header

NAME: Final = "INTEROP"
_REPORTS: Final = (Wanted.NEVER, Wanted.ALWAYS, Wanted.ON_FAILURE, Wanted.NEVER)
"""by the low bits of registered_delivery (5.2.17)"""
_INTERNATIONAL, _ISDN = 1, 1


class SmppHost:
    dialect: ClassVar[Dialect] = smpp.SMPP
    heartbeat_s: ClassVar[float | None] = 60.0
    idle_s: ClassVar[float | None] = None
    connects_back: ClassVar[bool] = False
    codes: ClassVar[Mapping[Refusal, int]] = {
        Refusal.NAME: 0x0F,
        Refusal.SECRET: smpp.INVALID_PASSWORD,
        Refusal.STRUCTURE: 0x02,
        Refusal.CONTENT: 0x01,
        Refusal.SENDER: 0x0A,
        Refusal.NUMBER: smpp.INVALID_DESTINATION,
        Refusal.SEGMENT: smpp.INVALID_DESTINATION,
        Refusal.THROTTLED: smpp.THROTTLED,
    }
    _BINDS: ClassVar[dict[type, tuple[type, bool, bool]]] = {
        smpp.BindReceiver: (smpp.BindReceiverResp, False, True),
        smpp.BindTransmitter: (smpp.BindTransmitterResp, True, False),
        smpp.BindTransceiver: (smpp.BindTransceiverResp, True, True),
    }

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        del now
        return counting()

    def login(self, pdu: Any) -> Login | None:
        if type(pdu) not in self._BINDS:
            return None
        _, sends, receives = self._BINDS[type(pdu)]
        return Login(pdu.system_id, 3, sends, receives)

    def proves(self, pdu: Any, secret: str) -> bool:
        return bool(pdu.password == secret)

    def logged_in(self, pdu: Any, code: int, secret: str, version: int) -> Any:
        del secret, version
        return self._BINDS[type(pdu)][0](system_id="" if code else NAME)

    def submissions(self, pdu: Any, reference: int) -> list[Submission] | None:
        if not isinstance(pdu, smpp.SubmitSm):
            return None
        options = dict(pdu.options)
        content = pdu.content or options.get(smpp.MESSAGE_PAYLOAD, b"")
        header = bool(pdu.esm_class & smpp.ESM_UDHI)
        if not header and (part := smpp.part_by_options(pdu)):
            element = Part(part.reference & 0xFF, part.total, part.number).element()
            header, content = True, encode_header((element,)) + content
        found = messages(pdu.coding, header, content, reference=reference, smpp=True)
        report = _REPORTS[pdu.registered_delivery & 3]
        return [Submission(_sender(pdu), pdu.destination, found, report, pdu.pid, _validity(pdu.validity))]

    def national(self, number: str) -> str:
        return national(number)

    def message_id(self, frame: Frame, now: datetime, number: int) -> Any:
        del frame
        return f"{now:%m%d%H}{number:06d}"

    def submitted(self, pdu: Any, message_id: Any, code: int) -> Any:
        del pdu, code
        return smpp.SubmitSmResp(message_id or "")

    def reports(self, report: Report, version: int) -> Any:
        del version
        receipt = smpp.Receipt(
            report.message_id,
            report.state,
            short_time(report.submitted),
            short_time(report.done),
            error="000" if report.status.delivered else f"{report.status.value:03d}",
        )
        return receipt.deliver(f"86{report.number}", report.sender)

    def delivers(self, source: str, destination: str, piece: Piece, now: datetime, number: int) -> Any:
        del now, number
        return smpp.DeliverSm(
            source_ton=_INTERNATIONAL,
            source_npi=_ISDN,
            source=f"86{source}",
            destination=destination,
            esm_class=smpp.ESM_UDHI if piece.header else 0,
            coding=piece.coding,
            content=piece.content,
        )

    def took(self, answer: Frame) -> bool:
        return isinstance(answer.pdu, smpp.DeliverSmResp) and not answer.status

    def answer(self, pdu: Any) -> Any | None:
        match pdu:
            case smpp.EnquireLink():
                return smpp.EnquireLinkResp()
            case smpp.Unbind():
                return smpp.UnbindResp()
        return None

    def says_goodbye(self, pdu: Any) -> bool:
        return isinstance(pdu, smpp.Unbind)

    def alive(self) -> Any | None:
        return smpp.EnquireLink()

    def leave(self) -> Any:
        return smpp.Unbind()

    def bind(self, account: str, secret: str) -> Any | None:
        del account, secret
        return None


def _sender(pdu: smpp.SubmitSm) -> Address | None:
    if not pdu.source:
        return None
    if pdu.source_ton == TypeOfNumber.ALPHANUMERIC:
        return Address(pdu.source, TypeOfNumber.ALPHANUMERIC, NumberingPlan.UNKNOWN)
    return Address(pdu.source.removeprefix("+"))


def _validity(text: str) -> Validity:
    """A relative one, YYMMDDhhmmss000R (7.1.1.2); others are the centre's default. Raises GatewayError."""
    if not text.endswith("R"):
        return None
    try:
        years, months, days, hours, minutes, seconds = (int(text[at : at + 2]) for at in range(0, 12, 2))
        span = timedelta(365 * years + 30 * months + days, hours=hours, minutes=minutes, seconds=seconds)
        return Relative.of(span)
    except (ValueError, PduError):
        raise GatewayError("validity_period", f"{text!r} is no relative time") from None
