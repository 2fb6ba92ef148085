"""What came to one SIM: messages, parts of long ones, reports (3GPP TS 23.040)."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from drivers.at.pushes import Place, Pushes, is_push
from interop.protocols.stream import EventStream
from interop.record.events import EquipmentTrouble, MessageReceived, Note, PartReceived, StatusReported
from interop.smspdu import (
    Complete,
    Deliver,
    Direction,
    Part,
    PduError,
    Reassembly,
    StatusReport,
    from_at,
    part_of,
)

CLOCKS_DIFFER_BY = timedelta(minutes=2)
"""the nodes of one service centre need not agree on the time"""
PARTS_WITHIN = timedelta(minutes=15)
"""by TP-SCTS, which is when the service centre took a part, however late it brings it. A sender gives one
part up after 65 s (24.011: TR1N 30 s, repeated once), and few messages have more than a dozen.
"""
OLD_PARTS_WITHIN = timedelta(minutes=2)
"""of what may have been stored before the run, of a sender whose reference is always 0, say"""
_REMEMBERED = 32


class Inbox:
    """Turns PDUs into events. It outlives restarts and losses of the modem: parts that came are kept."""

    def __init__(self, device: str, events: EventStream, *, keeps_pushes: bool = False) -> None:
        self._device = device
        self._events = events
        self.pushes = Pushes(events, keeps=keeps_pushes)
        self._parts = Reassembly(within=PARTS_WITHIN)
        self._told: deque[tuple[Deliver, ...]] = deque(maxlen=_REMEMBERED)
        self._centre_time: datetime | None = None
        self._submitted: dict[int, datetime | None] = {}
        """TP-MR -> the service centre's time, as last heard of, when it was given"""

    def submitted(self, reference: int) -> None:
        """The network took a message of ours."""
        self._submitted[reference] = self._centre_time

    def drained(self) -> None:
        """What was stored has been read."""
        self._parts.narrow(OLD_PARTS_WITHIN)

    def take(self, pdu: str, *, old: bool = False, place: Place | None = None) -> list[Place]:
        """`pdu`: hex as in 27.005. `old`: it was stored before anything was sent. `place`: where it lies in
        the modem's memory; the places that are given back are to be deleted.
        """
        try:
            smsc, tpdu = from_at(pdu, Direction.SC_TO_MS)
        except PduError as error:
            # it may be the very one that a case waits for
            what = f"{self._device}: a message that cannot be read: {error}"
            self._events.append(EquipmentTrouble(what))
            return [] if place is None else [place]
        if place is not None:
            self.pushes.read(tpdu, place)
        octets = pdu[2 + 2 * int(pdu[:2], 16) :].upper()
        if isinstance(tpdu, StatusReport):
            self._reported(tpdu, octets, old=old)
        elif isinstance(tpdu, Deliver):
            self._delivered(tpdu, octets, "" if smsc is None else str(smsc))
        return self.pushes.gone()

    def _delivered(self, deliver: Deliver, octets: str, smsc: str) -> None:
        part = part_of(deliver.user_data.header)
        if part is not None and part.total > 1:
            self._events.append(_part_received(deliver, part, octets, smsc))
            octets = ""
        complete = self._parts.add(deliver)
        if complete is None:
            return
        if not self.pushes.take(complete, octets):
            latest = max(complete.parts, key=_taken)
            self._events.append(
                MessageReceived(
                    sender=str(deliver.originator),
                    toa=deliver.originator.type_octet,
                    text=_text(complete.body),
                    sent_at=str(latest.timestamp),
                    smsc=smsc,
                    parts=len(complete.parts),
                    tpdu=octets,
                )
            )
        self._came_before(complete)

    def _came_before(self, complete: Complete) -> None:
        """Sent once by the sender, twice by the service centre: it may not have heard that we have it. What
        was handed to it twice has another TP-SCTS.
        """
        if complete.parts in self._told:
            what = f"{self._device}: the message of {complete.parts[0].timestamp} came twice, unchanged"
            self._events.append(EquipmentTrouble(what))
        self._told.append(complete.parts)

    def _reported(self, report: StatusReport, octets: str, *, old: bool) -> None:
        """TP-MR begins anew after 256 messages and after a restart. A report on a message that the service
        centre had before our latest one of that reference left is not on that one: its times say so.
        """
        try:
            taken = report.timestamp.when
        except PduError:
            taken = None  # some centres send zeros
        if old:
            self._events.append(Note(f"a report from before, on message {report.reference}"))
            return
        since = self._submitted.get(report.reference)
        if taken is not None and since is not None and taken < since - CLOCKS_DIFFER_BY:
            what = f"a report on an older message of the same reference, {report.reference}, of"
            self._events.append(Note(f"{what} {report.timestamp}"))
            return
        if taken is not None and report.reference in self._submitted:
            self._centre_time = max(taken, self._centre_time or taken)
        told = StatusReported(report.reference, str(report.recipient), report.status.value, octets)
        self._events.append(told)


def _part_received(deliver: Deliver, part: Part, octets: str, smsc: str) -> PartReceived:
    return PartReceived(
        sender=str(deliver.originator),
        toa=deliver.originator.type_octet,
        reference=part.reference,
        number=part.number,
        total=part.total,
        text="" if is_push(deliver) else _text(deliver.user_data.body),
        sent_at=str(deliver.timestamp),
        smsc=smsc,
        tpdu=octets,
    )


def _text(body: str | bytes) -> str:
    return body if isinstance(body, str) else body.hex().upper()


def _taken(deliver: Deliver) -> float:
    """When the service centre took it; nonsense is before everything."""
    try:
        return deliver.timestamp.when.timestamp()
    except PduError:
        return float("-inf")
