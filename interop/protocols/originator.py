"""Who sends a text to a SIM from the network's side: an account at an operator's service-provider gateway or
message centre. What it claims and what the handset got are told apart, and never merged."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from interop.protocols.stream import EventStream


class Acceptance(StrEnum):
    """What the gateway said to a submission."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """no answer: it may have been taken, and is never sent again"""


@dataclass(frozen=True, slots=True)
class Handing:
    """All parts of one text together. `references`: message ids by which status reports name the parts.

    `code`: the first refusal's code in the gateway's own numbers; `text` says what it means.
    """

    acceptance: Acceptance
    references: tuple[str, ...] = ()
    code: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """What the gateway's status report claims became of one part: DELIVRD, UNDELIV, a vendor's code ..."""

    reference: str
    state: str
    delivered: bool


class Originator(Protocol):
    """Sends texts through one account; `number` is what receivers are to see. Raises only EquipmentError.

    A text is handed over at most once. Claims and messages from handsets come as events on `events`
    (`GatewayClaimed`, `MessageFromHandset`), whoever waits for them.
    """

    name: str
    number: str
    events: EventStream

    async def send(self, to: str, text: str, *, report: bool = True) -> Handing:
        """Hand one text over to `to` (11 national digits), in as many parts as it needs."""
