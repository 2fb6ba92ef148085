"""WAP pushes of multimedia messages: what they say, and which of them the modem still keeps.

Receiving begins with our own reading of the push. A modem whose own client fetches by the stored push
(SIM800: AT+CMMSRECV=<index>) has to keep it until then; from any other it is deleted like every message.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from interop.mms import (
    After,
    DeliveryInd,
    MmsError,
    NotificationInd,
    ReadOrigInd,
    from_push,
    number_of,
)
from interop.protocols.stream import EventStream
from interop.record.events import MmsNotified, MmsReadHeard, MmsReported, Note
from interop.smspdu import Complete, Deliver, PduError, Tpdu, decode_push, part_of, ports_of
from interop.smspdu.elements import WAP_PUSH_PORT

MOST_KEPT = 8
"""parts in the modem's memory, which may have room for twenty messages in all"""
_REMEMBERED = 256

Pushed = NotificationInd | DeliveryInd | ReadOrigInd
Place = tuple[str, int]
"""where a message lies: memory and index, ("SM", 3)"""


@dataclass(slots=True)
class _Stored:
    """A part in the modem's memory; `notification` None: of a push that is not complete."""

    part: Deliver
    place: Place
    notification: NotificationInd | None = None


class Pushes:
    """Of one SIM. `keeps`: notifications stay in the modem's memory until they are let go."""

    def __init__(self, events: EventStream, *, keeps: bool) -> None:
        self._events = events
        self._keeps = keeps
        self._stored: list[_Stored] = []
        self._gone: list[Place] = []
        self._notified: deque[tuple[int, NotificationInd]] = deque(maxlen=_REMEMBERED)
        """with the mark before it"""

    def notifications(self, since: int) -> list[NotificationInd]:
        """What was announced to this SIM from a mark of the modem's events on, as it came, in order."""
        return [notification for mark, notification in self._notified if mark >= since]

    def place(self, notification: NotificationInd) -> Place | None:
        """Where the modem keeps the first part of this push, None where it does not."""
        parts = [one for one in self._stored if one.notification == notification]
        return min(parts, key=_number).place if parts else None

    def read(self, part: Tpdu, place: Place) -> None:
        """A message that was read from the modem's memory. Of too many the oldest are let go."""
        if self._keeps and place[0] and isinstance(part, Deliver) and is_push(part):
            self._stored.append(_Stored(part, place))
            self._let_go(self._stored[:-MOST_KEPT])
        else:
            self._gone.append(place)

    def let_go(self, notification: NotificationInd | None = None) -> None:
        """It need not be kept any more; nor need any, without one."""
        every = notification is None
        self._let_go([one for one in self._stored if every or one.notification == notification])

    def gone(self) -> list[Place]:
        """What is to be deleted from the modem's memory; asked for once."""
        gone, self._gone = self._gone, []
        return gone

    def _let_go(self, stored: list[_Stored]) -> None:
        self._gone += [one.place for one in stored]
        self._stored = [one for one in self._stored if one not in stored]

    def take(self, complete: Complete, tpdu: str) -> bool:
        """Tell what a message says; False where it is none of ours to read, and stays a message.

        What cannot be read stays one, too, with a note: the network carried it so. The modem has shown by
        its TPDU that it hands out what it gets, so it is no trouble of our equipment. `tpdu` as in
        `MessageReceived`.
        """
        if not is_push(complete.parts[0]):
            return False
        pdu = self._read(complete.body)
        parts = [one for one in self._stored if one.part in complete.parts]
        if isinstance(pdu, NotificationInd):
            for one in parts:
                one.notification = pdu
        else:
            self._let_go(parts)
        match pdu:
            case NotificationInd():
                self._notified.append((self._events.mark(), pdu))
                self._events.append(_notified(pdu, complete, tpdu))
            case DeliveryInd(message_id, to, date, status):
                told = MmsReported(message_id, number_of(to), status, date.isoformat(), tpdu)
                self._events.append(told)
            case ReadOrigInd(message_id, _, sender, _, status):
                self._events.append(MmsReadHeard(message_id, number_of(sender), status, tpdu))
        return pdu is not None

    def _read(self, body: str | bytes) -> Pushed | None:
        try:
            if isinstance(body, str):
                raise PduError("WAP push", "has text for octets")
            pdu = from_push(decode_push(body))
            if not isinstance(pdu, Pushed):
                raise MmsError("X-Mms-Message-Type", f"{type(pdu).__name__} does not come by push")
            return pdu
        except (PduError, MmsError) as error:
            self._events.append(Note(f"a WAP push that is no multimedia message: {error}"))
            return None


def is_push(deliver: Deliver) -> bool:
    """To the port of WAP push (WAP-259-WDP 7.2: 2948); every part of a long one says so."""
    ports = ports_of(deliver.user_data.header)
    return ports is not None and ports.destination == WAP_PUSH_PORT


def _number(stored: _Stored) -> int:
    part = part_of(stored.part.user_data.header)
    return part.number if part is not None else 1


def _notified(pdu: NotificationInd, complete: Complete, tpdu: str) -> MmsNotified:
    return MmsNotified(
        transaction=pdu.transaction,
        location=pdu.location,
        size=pdu.size,
        sender=number_of(pdu.sender),
        subject=pdu.subject,
        message_class=pdu.message_class,
        expires_s=_lasts(pdu, complete),
        report=bool(pdu.delivery_report),
        tpdu=tpdu,
    )


def _lasts(pdu: NotificationInd, complete: Complete) -> float | None:
    """Seconds from when the service centre took the push, for an absolute time, too."""
    if isinstance(pdu.expiry, After):
        return float(pdu.expiry.seconds)
    try:
        return (pdu.expiry - max(part.timestamp.when for part in complete.parts)).total_seconds()
    except PduError:
        return None
