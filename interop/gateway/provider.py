"""What a service provider says to a gateway, in each protocol's words: log in, submit, keep alive, leave.

A `Provider` is pure: it makes PDUs and reads answers, a `Session` numbers them, whoever holds the connection
sends them. Three outcomes of a submission are never mixed: taken, refused with a code, and unknown, which is
what is left when no answer came.

>>> provider = PROVIDERS["cmpp3"](Account("901234", "secret", "1069012345"))
>>> provider.dialect.name, provider.version
('CMPP', 3)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, Final, Protocol

from interop.gateway import cmpp, sgip, smgp, smpp
from interop.gateway.frame import Dialect, Frame
from interop.gateway.session import counting
from interop.gateway.text import ASCII, Piece, read
from interop.gateway.wire import GatewayError
from interop.smspdu import Part


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are to the gateway. `number`: shown to receivers, 106... or 955xx.

    SGIP's node is made of `area` and `corporation`, an enterprise id of five digits; "" where it is `name`.
    """

    name: str
    secret: str = field(repr=False)
    number: str
    service: str = ""
    area: str = "010"
    corporation: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """What the gateway said to a submission. `reference`: its message id, as later reports name it."""

    accepted: bool
    reference: str = ""
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """A status report: what the gateway claims became of `reference`. `delivered` is its claim, no more."""

    reference: str
    state: str
    delivered: bool


@dataclass(frozen=True, slots=True)
class Came:
    """A message from a handset, its number in 11 digits. `part` where it is one of several."""

    source: str
    destination: str
    body: str | bytes
    part: Part | None = None


class Provider(Protocol):
    dialect: Dialect
    version: int

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        """What numbers the requests of a session. `now`: the gateway's local time."""

    def login(self, now: datetime) -> Any: ...

    def refused(self, answer: Frame) -> int:
        """The code with which a login was refused, 0 where it was accepted."""

    def submit(self, piece: Piece, to: str, *, report: bool) -> Any:
        """`to`: 11 national digits."""

    def handed(self, request: Frame, answer: Frame) -> Handed: ...

    def reply(self, asked: Frame) -> Any | None:
        """What is answered to a request of the gateway; None where this protocol answers nothing."""

    def heard(self, asked: Frame) -> Reported | Came | None:
        """What a request of the gateway tells. Raises GatewayError for a content that cannot be read."""

    def alive(self) -> Any | None:
        """The heartbeat; None where the protocol has none (SGIP)."""

    def leave(self) -> Any: ...


_UNKNOWN_ERROR: Final = 0xFF
"""ESME_RUNKNOWNERR"""


def _timestamp(now: datetime) -> int:
    return int(now.strftime("%m%d%H%M%S"))


class CmppProvider:
    dialect = cmpp.CMPP

    def __init__(self, account: Account, version: int) -> None:
        self.account = account
        self.version = version

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        del now
        return counting(1, 0xFFFFFFFF)

    def login(self, now: datetime) -> Any:
        account, timestamp = self.account, _timestamp(now)
        proof = cmpp.authenticator(account.name, account.secret, timestamp)
        return cmpp.Connect(account.name, proof, cmpp.VERSIONS[self.version], timestamp)

    def refused(self, answer: Frame) -> int:
        return int(answer.pdu.status)

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
        return Came(_national(deliver.source), deliver.destination, body, part)

    def alive(self) -> Any | None:
        return cmpp.ActiveTest()

    def leave(self) -> Any:
        return cmpp.Terminate()


class SgipProvider:
    """Its login says who connects: the gateway connects back to deliver, and then it is we who are asked."""

    dialect = sgip.SGIP
    version = 2
    _STATES: Final = {0: "DELIVRD", 1: "ENROUTE", 2: "UNDELIV"}

    def __init__(self, account: Account) -> None:
        self.account = account
        self._corporation = account.corporation or account.name

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        node, numbers = sgip.node_of(self.account.area, self._corporation), count()
        return lambda: (node, _timestamp(now()), next(numbers) & 0xFFFFFFFF)

    def login(self, now: datetime) -> Any:
        del now
        return sgip.Bind(sgip.SP_TO_GATEWAY, self.account.name, self.account.secret)

    def refused(self, answer: Frame) -> int:
        return int(answer.pdu.result)

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
                return Came(_national(deliver.source), deliver.destination, body, part)
        return None

    def alive(self) -> Any | None:
        return None

    def leave(self) -> Any:
        return sgip.Unbind()


class SmgpProvider:
    dialect = smgp.SMGP
    version = 3

    def __init__(self, account: Account) -> None:
        self.account = account

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        del now
        return counting(1, 0xFFFFFFFF)

    def login(self, now: datetime) -> Any:
        account, timestamp = self.account, _timestamp(now)
        return smgp.Login(
            account.name, smgp.authenticator(account.name, account.secret, timestamp), 2, timestamp
        )

    def refused(self, answer: Frame) -> int:
        return int(answer.pdu.status)

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
        return Came(_national(deliver.source), deliver.destination, body, part)

    def alive(self) -> Any | None:
        return smgp.ActiveTest()

    def leave(self) -> Any:
        return smgp.Exit()


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
        return Came(_national(deliver.source), deliver.destination, body, part)

    def alive(self) -> Any | None:
        return smpp.EnquireLink()

    def leave(self) -> Any:
        return smpp.Unbind()


PROVIDERS: Final[dict[str, Callable[[Account], Provider]]] = {
    "cmpp2": lambda account: CmppProvider(account, 2),
    "cmpp3": lambda account: CmppProvider(account, 3),
    "sgip": SgipProvider,
    "smgp": SmgpProvider,
    "smpp": SmppProvider,
}


def _national(number: str) -> str:
    """The 11 digits of a mobile number, with or without +86; any other number as it is."""
    bare = number.removeprefix("+").removeprefix("86")
    return bare if len(bare) == 11 and bare.startswith("1") else number


def _dotted(sequence: tuple[int, int, int]) -> str:
    return ".".join(map(str, sequence))


__all__ = ["PROVIDERS", "Account", "Came", "GatewayError", "Handed", "Provider", "Reported"]
