"""China Telecom's gateway in its own words: SMGP 3.0 (SMGP V3.0.3, 2008; facts/gateway_spec.csv)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from drivers.emulated.gateways.hosts import Login, Refusal, Report, Submission, Wanted, national, short_time
from drivers.emulated.gateways.texts import messages
from interop.gateway import Dialect, Frame, smgp
from interop.gateway.session import counting
from interop.gateway.text import Piece
from interop.smspdu import Address

GATEWAY: Final = "010001"
_SENDS, _RECEIVES = (0, 2), (1, 2)
"""modes of a login: 0 to send, 1 to receive, 2 both"""


class SmgpHost:
    """It has no number of its own for flow control: 1 is "system busy"."""

    dialect: ClassVar[Dialect] = smgp.SMGP
    heartbeat_s: ClassVar[float | None] = 180.0
    idle_s: ClassVar[float | None] = None
    connects_back: ClassVar[bool] = False
    codes: ClassVar[Mapping[Refusal, int]] = {
        Refusal.NAME: 21,
        Refusal.SECRET: 21,
        Refusal.STRUCTURE: 10,
        Refusal.CONTENT: 36,
        Refusal.SENDER: 46,
        Refusal.NUMBER: 47,
        Refusal.SEGMENT: 58,
        Refusal.THROTTLED: 1,
    }

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        del now
        return counting(1, 0xFFFFFFFF)

    def login(self, pdu: Any) -> Login | None:
        if not isinstance(pdu, smgp.Login):
            return None
        return Login(pdu.client, 3, pdu.mode in _SENDS, pdu.mode in _RECEIVES)

    def proves(self, pdu: Any, secret: str) -> bool:
        return bool(smgp.authenticator(pdu.client, secret, pdu.timestamp) == pdu.authenticator)

    def logged_in(self, pdu: Any, code: int, secret: str, version: int) -> Any:
        del version
        proof = bytes(16) if code else smgp.server_authenticator(code, pdu.authenticator, secret)
        return smgp.LoginResp(code, proof)

    def submissions(self, pdu: Any, reference: int) -> list[Submission] | None:
        if not isinstance(pdu, smgp.Submit):
            return None
        options = dict(pdu.options)
        header = options.get(smgp.TP_UDHI) == b"\x01"
        pid = int.from_bytes(options.get(smgp.TP_PID, b"")[:1], "big")
        found = messages(pdu.coding, header, pdu.content, reference=reference)
        sender = Address(pdu.source) if pdu.source else None
        report = Wanted.ALWAYS if pdu.need_report else Wanted.NEVER
        return [Submission(sender, number, found, report, pid) for number in pdu.destinations]

    def national(self, number: str) -> str:
        return national(number)

    def message_id(self, frame: Frame, now: datetime, number: int) -> Any:
        del frame
        return bytes.fromhex(f"{GATEWAY}{now:%m%d%H%M}{number % 1_000_000:06d}")

    def submitted(self, pdu: Any, message_id: Any, code: int) -> Any:
        del pdu
        return smgp.SubmitResp(message_id or bytes(10), code)

    def reports(self, report: Report, version: int) -> Any:
        del version
        content = smgp.Report(
            report.message_id,
            short_time(report.submitted),
            short_time(report.done),
            report.state,
            error="000" if report.status.delivered else f"{report.status.value:03d}",
            delivered="001" if report.status.delivered else "000",
        )
        return smgp.Deliver(
            message_id=report.message_id,
            is_report=1,
            received=report.done.strftime("%Y%m%d%H%M%S"),
            source=report.number,
            destination=report.sender,
            content=content.encode(),
        )

    def delivers(self, source: str, destination: str, piece: Piece, now: datetime, number: int) -> Any:
        return smgp.Deliver(
            message_id=self.message_id(Frame(None, 0), now, number),
            coding=piece.coding,
            received=now.strftime("%Y%m%d%H%M%S"),
            source=source,
            destination=destination,
            content=piece.content,
            options=((smgp.TP_UDHI, b"\x01"),) if piece.header else (),
        )

    def took(self, answer: Frame) -> bool:
        return isinstance(answer.pdu, smgp.DeliverResp)

    def answer(self, pdu: Any) -> Any | None:
        match pdu:
            case smgp.ActiveTest():
                return smgp.ActiveTestResp()
            case smgp.Exit():
                return smgp.ExitResp()
        return None

    def says_goodbye(self, pdu: Any) -> bool:
        return isinstance(pdu, smgp.Exit)

    def alive(self) -> Any | None:
        return smgp.ActiveTest()

    def leave(self) -> Any:
        return smgp.Exit()

    def bind(self, account: str, secret: str) -> Any | None:
        del account, secret
        return None
