"""Who sends a text to a SIM: an account at an operator's service-provider gateway or message centre, another
modem, an engineer. What it claims and what the handset got are told apart, and never merged.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from interop.protocols.stream import EventStream

PENDING: Final = "ENROUTE"
"""the one claim after which another one is to come"""


class Acceptance(StrEnum):
    """What was said to a submission: by the gateway, by the modem's network, by the engineer."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """no answer: it may have been taken, and is never sent again"""


@dataclass(frozen=True, slots=True)
class Handing:
    """All parts of one text together. `references`: message ids by which status reports name the parts.

    `code`: the first refusal's, in the gateway's own numbers or as +CMS ERROR; `text` says what it means.
    """

    acceptance: Acceptance
    references: tuple[str, ...] = ()
    code: int | None = None
    text: str = ""


class Originator(Protocol):
    """Sends texts from one account, SIM or desk; `number` is what receivers are to see.

    Raises only EquipmentError. A text is handed over at most once. Claims and messages from handsets come as
    events on `events` (`GatewayClaimed`, `MessageFromHandset`), whoever waits for them.
    """

    name: str
    number: str
    events: EventStream

    async def connect(self) -> None:
        """Be where claims and replies come to: a gateway gives them to nobody else than who is logged in."""

    async def send(self, to: str, text: str, *, report: bool = True) -> Handing:
        """Hand one text over to `to` (11 national digits), in as many parts as it needs."""
