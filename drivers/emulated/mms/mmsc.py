"""The MMSC of a base operator, which is that of its virtual operators too: MM1 over HTTP.

OMA-TS-MMS_CTR-V1_3 6 (transactions), OMA-TS-MMS_ENC-V1_3 6 and 7 (what stands in the PDUs). Who asks is known
by his packet connection. A message that nobody can read gets M-Send.conf where it says that it wants one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Hlr, Subscriber
from drivers.emulated.mms.front import Answer, Request, Response
from drivers.emulated.mms.internet import Reach
from drivers.emulated.mms.interworking import Interworking
from drivers.emulated.mms.letters import DEFAULT_LIFE, LONGEST_LIFE, Letter, moment
from drivers.emulated.mms.pushes import Pushes
from drivers.emulated.mms.store import Copy, Store
from drivers.emulated.timers import Timers
from interop import mms
from interop.mms import ResponseStatus, RetrieveStatus, Status
from interop.numbering import BaseOperator, Msisdn, NumberError, mms_access, segment

LARGEST: Final = 300 * 1024
"""octets of an M-Send.req that it takes"""
ANSWER_S: Final = (0.2, 0.9)

_SEND_REQ: Final = b"\x8c\x80\x98"
_FIRST_WITH_CLASSES: Final = 0x11
"""MMS 1.1, which says whether a failure is transient or permanent; older handsets know 129 to 136"""
_OLDER: Final = {
    ResponseStatus.PERMANENT_FAILURE: ResponseStatus.UNSPECIFIED,
    ResponseStatus.PERMANENT_SERVICE_DENIED: ResponseStatus.SERVICE_DENIED,
    ResponseStatus.PERMANENT_FORMAT_CORRUPT: ResponseStatus.FORMAT_CORRUPT,
    ResponseStatus.PERMANENT_ADDRESS_UNRESOLVED: ResponseStatus.ADDRESS_UNRESOLVED,
    ResponseStatus.PERMANENT_MESSAGE_NOT_FOUND: ResponseStatus.MESSAGE_NOT_FOUND,
    ResponseStatus.PERMANENT_CONTENT_NOT_ACCEPTED: ResponseStatus.CONTENT_NOT_ACCEPTED,
    ResponseStatus.PARTIAL_SUCCESS: ResponseStatus.ADDRESS_UNRESOLVED,
}


@dataclass(frozen=True, slots=True)
class Decision:
    """What an MMSC says to a submission; `letters` where it takes it."""

    status: int
    text: str = ""
    message_id: str = ""
    letters: tuple[Letter, ...] = ()


class Mmsc:
    """Implements `Service`."""

    def __init__(
        self,
        operator: str,
        hlr: Hlr,
        pushes: Pushes,
        interworking: Interworking,
        defects: Defects,
        timers: Timers,
        now: Callable[[], datetime],
    ) -> None:
        self.operator = operator
        self.url = mms_access(BaseOperator(operator)).mmsc
        self._hlr = hlr
        self._pushes = pushes
        self._interworking = interworking
        self._defects = defects
        self._timers = timers
        self._now = now
        self._count = 0
        self.store = Store(f"{self.url}/", pushes, defects, timers, now, interworking.report)

    def reach(self, caller: Subscriber) -> Reach:
        down = self._defects.on("mms.mmsc_down", caller)
        return Reach.REFUSES if down and down.values["as"] == "refused" else Reach.LISTENS

    def serve(self, request: Request, caller: Subscriber, answer: Answer) -> None:
        if self._defects.on("mms.mmsc_down", caller):
            answer(Response(503))
            return
        delay = self._timers.draw(f"mmsc/{caller.imsi}", *ANSWER_S)
        self._timers.later(delay, lambda: answer(self._answer(request, caller)))

    def tell(self, letter: Letter, status: Status) -> None:
        """Its sender, a subscriber of ours, what became of it."""
        recipient = mms.of_number(letter.recipient.msisdn)
        self._pushes.send(mms.DeliveryInd(letter.id, recipient, self._now(), status), letter.sender)

    def tell_read(self, letter: Letter, status: int) -> None:
        sender, recipient = mms.of_number(letter.sender.msisdn), mms.of_number(letter.recipient.msisdn)
        self._pushes.send(mms.ReadOrigInd(letter.id, sender, recipient, self._now(), status), letter.sender)

    def _answer(self, request: Request, caller: Subscriber) -> Response:
        posts = request.path == (urlsplit(self.url).path or "/")
        copy = None if posts else self.store.by_path(request.path)
        if not posts and copy is None:
            return Response(404)
        # some handsets confirm a message where they found it (Android: "notifyWapMMSC")
        allowed = ("GET", "POST") if copy else ("POST",)
        if request.method not in allowed:
            return Response(405, headers=(("Allow", ", ".join(allowed)),))
        if copy is not None and request.method == "GET":
            return self._retrieve(copy, caller)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != mms.CONTENT_TYPE:
            return Response(415)
        try:
            return self._posted(request.body, caller)
        except mms.MmsError:
            return Response(400)  # not even its transaction can be said back

    # What handsets post

    def _posted(self, body: bytes, caller: Subscriber) -> Response:
        try:
            pdu = mms.decode(body)
        except mms.MmsError as error:
            return _unreadable(body, error)
        match pdu:
            case mms.SendReq():
                decision = self._submitted(pdu, len(body), caller)
                status = _in_version(decision.status, pdu.version)
                return _pdu(mms.SendConf(pdu.transaction, status, decision.text, decision.message_id))
            case mms.ForwardReq():
                decision = self._forwarded(pdu, caller)
                status = _in_version(decision.status, pdu.version)
                return _pdu(mms.ForwardConf(pdu.transaction, status, decision.text, decision.message_id))
            case mms.NotifyRespInd():
                self._notified(pdu, caller)
            case mms.AcknowledgeInd():
                if copy := self.store.by_transaction(pdu.transaction, caller):
                    self.store.conclude(copy, Status.RETRIEVED, told=pdu.report_allowed is not False)
            case mms.ReadRecInd():
                if copy := self.store.by_message(pdu.message_id, caller):
                    self._interworking.read(copy.letter, pdu.status)
            case _:  # a centre's own
                transaction = getattr(pdu, "transaction", "") or "0"
                return _pdu(mms.SendConf(transaction, ResponseStatus.UNSUPPORTED_MESSAGE))
        return Response(200)

    def _submitted(self, request: mms.SendReq, size: int, caller: Subscriber) -> Decision:
        if self._defects.on("mms.unsubscribed", caller):
            return Decision(ResponseStatus.PERMANENT_SERVICE_DENIED, "no subscription")
        limit = self._defects.on("mms.size_limit", caller)
        if size > (int(limit.values["size"]) if limit else LARGEST):
            return Decision(ResponseStatus.PERMANENT_CONTENT_NOT_ACCEPTED, "message too large")
        decision = self._addressed(request, caller)
        for letter in decision.letters:
            if refused := self._defects.between("mms.refused", "mms", caller, letter.recipient):
                return Decision(int(refused.values["status"]))
        for letter in decision.letters:
            self._interworking.carry(letter)
        return decision

    def _addressed(self, request: mms.SendReq, caller: Subscriber) -> Decision:
        """A letter for each recipient who may exist, with what was wrong about the others."""
        addresses = dict.fromkeys((*request.to, *request.cc, *request.bcc))
        found = [self._recipient(address) for address in addresses]
        recipients = dict.fromkeys(one for one in found if one is not None)
        if not recipients:
            return Decision(ResponseStatus.PERMANENT_ADDRESS_UNRESOLVED, "no such recipient")
        letters = tuple(self._letters(request, caller, recipients))
        try:
            mms.encode(letters[0].retrieved(request.transaction))
        except mms.MmsError as error:
            return Decision(ResponseStatus.PERMANENT_FORMAT_CORRUPT, str(error))
        partial = None in found
        status = ResponseStatus.PARTIAL_SUCCESS if partial else ResponseStatus.OK
        return Decision(status, "some recipients unknown" if partial else "", letters[0].id, letters)

    def _recipient(self, address: str) -> Subscriber | None:
        """None: no mobile number, or one of ours that nobody has. Other operators know their own."""
        try:
            number = Msisdn.parse(mms.number_of(address)).national
        except NumberError:
            return None
        known = self._hlr.by_msisdn(number)
        operator = segment(number).base_operator
        if known is None and operator in (None, self.operator):
            return None
        return known or self._hlr.subject(number)

    def _letters(
        self, request: mms.SendReq, caller: Subscriber, recipients: Iterable[Subscriber]
    ) -> Iterable[Letter]:
        now = self._now()
        self._count += 1
        message_id = f"{now:%m%d%H%M%S}{self._count:05d}@{urlsplit(self.url).hostname}"
        shown = "" if request.sender_hidden else mms.of_number(caller.msisdn)
        latest = now + LONGEST_LIFE
        due = min(moment(request.delivery_time, now, timedelta()), latest)
        until = min(moment(request.expiry, now, DEFAULT_LIFE), latest)
        for recipient in recipients:
            yield Letter(message_id, caller, recipient, shown, request, now, due, until)

    def _forwarded(self, request: mms.ForwardReq, caller: Subscriber) -> Decision:
        copy = self.store.by_url(request.location)
        if copy is None or copy.over is not None or copy.letter.recipient is not caller:
            return Decision(ResponseStatus.PERMANENT_MESSAGE_NOT_FOUND, "no such message")
        content = replace(
            copy.letter.content,
            transaction=request.transaction,
            to=request.to,
            cc=request.cc,
            bcc=request.bcc,
            date=request.date,
            expiry=request.expiry,
            delivery_time=request.delivery_time,
            delivery_report=request.delivery_report,
            read_report=request.read_report,
            sender_hidden=None,
        )
        decision = self._submitted(content, 0, caller)
        if decision.letters:
            self.store.conclude(copy, Status.FORWARDED, told=request.report_allowed is not False)
        return decision

    def _notified(self, response: mms.NotifyRespInd, caller: Subscriber) -> None:
        copy = self.store.by_transaction(response.transaction, caller)
        if copy is None:
            return
        copy.answered = True
        if response.status in (Status.RETRIEVED, Status.REJECTED):
            allowed = response.report_allowed is not False
            self.store.conclude(copy, Status(response.status), told=allowed)

    # What they fetch

    def _retrieve(self, copy: Copy, caller: Subscriber) -> Response:
        if copy.letter.recipient is not caller and not copy.by_link:
            return Response(404)
        refused = self.store.defect("mms.fetch_refused", copy.letter)
        if refused and refused.values["as"] == "404":
            return Response(404)
        if refused and refused.values["as"] == "status":
            return _no_message(copy, int(refused.values["status"]), "")
        if self._defects.on("mms.unsubscribed", caller):
            return _no_message(copy, RetrieveStatus.PERMANENT_SERVICE_DENIED, "no subscription")
        if refused or copy.over is not None:
            return _no_message(copy, RetrieveStatus.PERMANENT_MESSAGE_NOT_FOUND, "message not found")
        copy.answered = copy.fetched = True
        return Response(200, copy.pdu, mms.CONTENT_TYPE)


def _pdu(pdu: mms.Pdu) -> Response:
    return Response(200, mms.encode(pdu), mms.CONTENT_TYPE)


def _no_message(copy: Copy, status: int, text: str) -> Response:
    return _pdu(mms.RetrieveConf(mms.EMPTY, copy.key, copy.letter.id, status=status, text=text))


def _unreadable(body: bytes, error: mms.MmsError) -> Response:
    """The transaction of an M-Send.req stands in front. Raises `error` where there is none."""
    transaction, end, _ = body.removeprefix(_SEND_REQ).partition(b"\0")
    if not body.startswith(_SEND_REQ) or not end or not transaction:
        raise error
    status = ResponseStatus.PERMANENT_FORMAT_CORRUPT
    return _pdu(mms.SendConf(transaction.decode("latin-1"), status, "message cannot be read"))


def _in_version(status: int, version: int) -> int:
    return _OLDER.get(ResponseStatus(status), status) if version < _FIRST_WITH_CLASSES else status
