"""Another modem of the lab as a sender: what its service centre reports becomes the claim."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from interop.lab.model import OriginatorPart
from interop.protocols.engineer import Engineer
from interop.protocols.errors import NotAnswering, NotAvailable
from interop.protocols.modem import Modem
from interop.protocols.originator import PENDING, Acceptance, Handing
from interop.protocols.stream import EventStream
from interop.record import Event
from interop.record.events import GatewayClaimed, MessageFromHandset, MessageReceived, StatusReported
from interop.smspdu import PduError, Status, StatusClass

STATES: Final = {0x00: "DELIVRD", 0x46: "EXPIRED", 0x47: "DELETED", 0x48: "DELETED"}
"""TP-ST (3GPP TS 23.040 9.2.3.15) in the words of gateways' reports (SMPP 3.4 appendix B), where they have
one for it; what is final and has none is told in hexadecimal, "TP-ST 41" """
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")


class ModemOriginator:
    """Implements `Originator` for `driver: modem`.

    The modem's own events stay the record of what left and came; `events` has the same news in the words of
    originators: each status report as a claim on one TP-MR ("17"), each message as one from a handset.
    """

    def __init__(
        self, part: OriginatorPart, *, modem: Modem | None, engineer: Engineer, allow: Callable[[], None]
    ) -> None:
        """`allow` is not asked: the modem counts each text against its SIM's budget. Raises NotAvailable."""
        del engineer, allow
        if modem is None or part.number is None:
            raise NotAvailable(part.name, "no modem of the lab holds its SIM")
        self.name = part.name
        self.number = part.number
        self.events = EventStream()
        self._modem = modem
        self._stop_listening = modem.events.listen(self._heard)

    async def connect(self) -> None:
        """Nothing to do."""

    async def send(self, to: str, text: str, *, report: bool = True) -> Handing:
        if not _MOBILE.fullmatch(to):
            raise NotAvailable(self.name, f"{to!r} is no mobile number of 11 digits")
        try:
            said = await self._modem.send_message(to, text, report=report)
        except NotAnswering as error:
            return Handing(Acceptance.UNKNOWN, text=error.text)
        except PduError as error:
            raise NotAvailable(self.name, f"this text cannot be sent: {error}") from None
        references = tuple(map(str, said.references))
        acceptance = Acceptance.ACCEPTED if said.accepted else Acceptance.REFUSED
        return Handing(acceptance, references, said.code, said.text)

    async def close(self) -> None:
        """Only stops to listen: the modem is closed by whoever opened it."""
        self._stop_listening()

    def _heard(self, event: Event) -> None:
        match event:
            case StatusReported(reference=reference, status=value):
                status = Status(value)
                self.events.append(GatewayClaimed(str(reference), state_of(status), status.delivered))
            case MessageReceived(sender=sender, text=text):
                self.events.append(MessageFromHandset(sender, self.number, text))


def state_of(status: Status) -> str:
    """What a gateway would call it: PENDING while the service centre still tries."""
    if status.status_class is StatusClass.TRYING:
        return PENDING
    return STATES.get(status.value, f"TP-ST {status.value:02X}")
