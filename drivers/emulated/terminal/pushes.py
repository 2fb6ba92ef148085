"""WAP pushes among the short messages of a modem: what its maker says of them beside what 27.005 says.

SIM800 Series AT Command Manual V1.09 19.3: +CMTI: "SM",3,"MMS PUSH"; of a push in two messages modules say
which of how many it is, +CMTI: "SM",3,"MMS PUSH",2,1. SIM5320 and later have +WAP_PUSH_MMS for the whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import CHINA
from drivers.emulated.terminal.console import raw
from drivers.emulated.terminal.mms_draft import CLASSES
from interop import mms
from interop.smspdu import Deliver, Direction, PduError, Reassembly, decode, decode_push, part_of, ports_of
from interop.smspdu.elements import WAP_PUSH_PORT

if TYPE_CHECKING:
    from drivers.emulated.terminal.modem import EmulatedModem

_KEPT: Final = 50


@dataclass(frozen=True, slots=True)
class Found:
    """A push that is stored. `pdu` None: nothing of MMS; `at`: when the service centre had it."""

    pdu: mms.Pdu | None
    at: datetime


class Pushes:
    """What one modem has heard. `transactions`: X-Mms-Transaction-Id by the address of a message."""

    def __init__(self, modem: EmulatedModem) -> None:
        self._modem = modem
        self._form = modem.profile.mms.announced if "+CMMSRECV=" in modem.table else ""
        self.forget()

    def forget(self) -> None:
        """The modem restarts."""
        self._parts = Reassembly()
        self.transactions: dict[str, str] = {}

    def behind(self, tpdu: bytes) -> str:
        """What stands behind the index in +CMTI of this message."""
        deliver = _push(tpdu) if self._form == "cmti" else None
        if deliver is None:
            return ""
        part = part_of(deliver.user_data.header)
        which = "" if part is None or part.total == 1 else f",{part.total},{part.number}"
        return f',"MMS PUSH"{which}'

    def heard(self, tpdu: bytes) -> str | None:
        """The line for a push that this message completes."""
        deliver = _push(tpdu) if self._form == "wap" else None
        whole = self._parts.add(deliver) if deliver is not None else None
        if whole is None or not isinstance(whole.body, bytes):
            return None
        pdu = _said(whole.body)
        if not isinstance(pdu, mms.NotificationInd):
            return None
        self.transactions[pdu.location] = pdu.transaction
        while len(self.transactions) > _KEPT:
            del self.transactions[next(iter(self.transactions))]
        said = (mms.number_of(pdu.sender), pdu.transaction, pdu.location, _scts(whole.parts[-1]))
        shown = ",".join(f'"{each}"' for each in said)
        return raw(f"+WAP_PUSH_MMS: {shown},{class_number(pdu)},{pdu.size}")


def read(modem: EmulatedModem, index: int) -> Found | None:
    """The push of which a part is stored at `index`; None where there is none, or not all of it."""
    memory = modem.messages.receive
    stored = memory.messages.get(index)
    first = _push(stored.tpdu) if stored is not None else None
    if first is None:
        return None
    parts = Reassembly()
    whole = None
    for _, each in sorted(memory.messages.items()):
        if (deliver := _push(each.tpdu)) is not None and (done := parts.add(deliver)) is not None:
            whole = done if first in done.parts else whole
    if whole is None or not isinstance(whole.body, bytes):
        return None
    return Found(_said(whole.body), _moment(first))


def class_number(pdu: mms.NotificationInd) -> int:
    return CLASSES.index(pdu.message_class) if pdu.message_class in CLASSES else 0


def _push(tpdu: bytes) -> Deliver | None:
    """A message that came to the port of WAP pushes."""
    try:
        deliver = decode(tpdu, Direction.SC_TO_MS)
    except PduError:
        return None
    if not isinstance(deliver, Deliver):
        return None
    ports = ports_of(deliver.user_data.header)
    return deliver if ports is not None and ports.destination == WAP_PUSH_PORT else None


def _said(body: bytes) -> mms.Pdu | None:
    try:
        return mms.from_push(decode_push(body))
    except (PduError, mms.MmsError):
        return None


def _moment(deliver: Deliver) -> datetime:
    try:
        return deliver.timestamp.when.astimezone(CHINA)
    except PduError:
        return datetime.fromtimestamp(0, CHINA)


def _scts(deliver: Deliver) -> str:
    """<scts> (27.005 3.1): "09/03/17,17:14:41+32"."""
    return f"{_moment(deliver):%y/%m/%d,%H:%M:%S}+32"
