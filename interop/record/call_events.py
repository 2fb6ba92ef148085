"""Calls: set up, ended, held, joined, heard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from interop.record.flow import Flow


@dataclass(frozen=True, slots=True)
class Dialled:
    flow: ClassVar[Flow] = Flow.OUT
    number: str


@dataclass(frozen=True, slots=True)
class Answered:
    flow: ClassVar[Flow] = Flow.OUT


@dataclass(frozen=True, slots=True)
class HungUp:
    flow: ClassVar[Flow] = Flow.OUT


@dataclass(frozen=True, slots=True)
class Alerting:
    """The far end rings (27.007 +CLCC stat 3)."""

    flow: ClassVar[Flow] = Flow.IN


@dataclass(frozen=True, slots=True)
class Connected:
    flow: ClassVar[Flow] = Flow.IN


@dataclass(frozen=True, slots=True)
class Released:
    """The call ended. `cause`: 3GPP TS 24.008 table 10.5.123, None where the modem does not tell."""

    flow: ClassVar[Flow] = Flow.IN
    cause: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Ringing:
    """`waiting`: it came while another call was up (call waiting, 27.007 7.12)."""

    flow: ClassVar[Flow] = Flow.IN
    waiting: bool = False


@dataclass(frozen=True, slots=True)
class CallerId:
    """+CLIP (27.007 7.6). `validity`: 0 valid, 1 withheld, 2 not available; None where omitted."""

    flow: ClassVar[Flow] = Flow.IN
    number: str
    toa: int | None
    validity: int | None = None


@dataclass(frozen=True, slots=True)
class CallSteered:
    """+CHLD (27.007 7.13), which this party asked for: "2", "3", "21"; `what` in words."""

    flow: ClassVar[Flow] = Flow.OUT
    action: str
    what: str


@dataclass(frozen=True, slots=True)
class SteeringDone:
    """The network did what the last `CallSteered` of this party asked for, as far as the modem says."""

    flow: ClassVar[Flow] = Flow.IN


@dataclass(frozen=True, slots=True)
class SteeringRefused:
    """`code`: of +CME ERROR; `cause`: of +CEER (24.008, or 24.080 for supplementary services)."""

    flow: ClassVar[Flow] = Flow.IN
    code: int | None = None
    cause: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Notified:
    """+CSSU about a call that is up, or +CSSI (`own`) about one that this party sets up (27.007 7.17)."""

    flow: ClassVar[Flow] = Flow.IN
    code: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class CallsListed:
    """+CLCC where a case looked: each call as "1 active mpty", "2 held"."""

    flow: ClassVar[Flow] = Flow.NOTE
    calls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToneSent:
    """DTMF into what this party says."""

    flow: ClassVar[Flow] = Flow.OUT
    digits: str


@dataclass(frozen=True, slots=True)
class ToneHeard:
    """DTMF found in what this party hears."""

    flow: ClassVar[Flow] = Flow.IN
    digit: str


@dataclass(frozen=True, slots=True)
class ForwardingSeen:
    """What the network says it has registered; `number` "": nothing. Not `active`: switched off; `after_s`:
    how long it rings first, of no_reply.
    """

    flow: ClassVar[Flow] = Flow.NOTE
    when: str
    number: str
    active: bool = True
    after_s: int = 20


@dataclass(frozen=True, slots=True)
class ForwardingSet:
    """`number` "": erased."""

    flow: ClassVar[Flow] = Flow.OUT
    when: str
    number: str
