"""What a way of sending and fetching does, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Protocol

from interop.mms import AcknowledgeInd, NotificationInd, NotifyRespInd, ReadRecInd, RetrieveConf, SendReq
from interop.protocols.errors import DeviceLost, NotAnswering, NotAvailable
from interop.protocols.mms import MmsCapabilities, MmsOutcome, MmsService, MmsStage

Confirmation = NotifyRespInd | AcknowledgeInd | ReadRecInd


class Refused(Exception):
    """It came to `stage` and no further; the codes as in `MmsSent`."""

    outcome = MmsOutcome.REJECTED

    def __init__(
        self,
        stage: MmsStage,
        text: str,
        *,
        code: int | None = None,
        http: int | None = None,
        status: int | None = None,
    ) -> None:
        super().__init__(text)
        self.stage = stage
        self.text = text
        self.code = code
        self.http = http
        self.status = status


class Unanswered(Refused):
    """It was handed over, and nobody can tell what became of it."""

    outcome = MmsOutcome.UNKNOWN


class Way(Protocol):
    """`Multimedia` calls one at a time, and all but `capabilities` and `write` between `up` and `down`.

    Each raises Refused; EquipmentError as long as nothing has left, and Unanswered for it from then on.
    """

    async def capabilities(self) -> MmsCapabilities: ...

    def write(self, message: SendReq) -> bytes:
        """The PDU as it is sent, b"" where the modem makes it itself. Raises MmsError, and NotAvailable for
        what cannot be said this way.
        """

    async def up(self, service: MmsService) -> str | None:
        """Set up the packet connection: its address, "" where the modem does not tell, None where it is only
        set up with the message.
        """

    async def is_up(self) -> bool:
        """Is it still there?"""

    async def down(self) -> None:
        """Let go of it, and clear what was stored for a message; also after half of `up`."""

    async def send(self, message: SendReq, pdu: bytes) -> tuple[str, int | None]:
        """The centre's Message-ID and X-Mms-Response-Status of a message that was accepted, as far as they
        are told.
        """

    async def get(self, notification: NotificationInd) -> tuple[RetrieveConf, int]:
        """The message, and the octets of its PDU, 0 where it is not seen."""

    async def confirm(self, what: Confirmation) -> bool | None:
        """Whether the centre took it; None where the modem's client does so unasked and does not tell."""


class Pushes(Protocol):
    """What the modem's messages announced."""

    def notifications(self, since: int) -> list[NotificationInd]:
        """As they came; `since`: a mark of the modem's events."""

    def stored(self, notification: NotificationInd) -> AbstractAsyncContextManager[int | None]:
        """Its index in the modem's memory, which is chosen meanwhile; None where it is not there (any more).

        Afterwards it is deleted.
        """


@contextmanager
def handed_over(stage: MmsStage) -> Iterator[None]:
    """Around what makes a message leave: without an answer nobody can tell whether it has."""
    try:
        yield
    except (NotAnswering, DeviceLost) as error:
        raise Unanswered(stage, str(error)) from None


def quoted(device: str, text: str) -> str:
    """`text` as a parameter of a command. Raises NotAvailable for what would end it."""
    if not (text.isascii() and text.isprintable()) or '"' in text:
        raise NotAvailable(device, f"{text!r} cannot be said in a command")
    return f'"{text}"'
