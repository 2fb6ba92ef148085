"""What a modem with its SIM can do for a case. A case asks for this protocol, never for a class."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Protocol

from interop.protocols.mms import MmsTransport
from interop.protocols.stream import EventStream
from interop.record import InconcReason


class Stat(IntEnum):
    """Registration status (3GPP TS 27.007 7.2)."""

    NOT_REGISTERED = 0
    HOME = 1
    SEARCHING = 2
    DENIED = 3
    UNKNOWN = 4
    ROAMING = 5


@dataclass(frozen=True, slots=True)
class Registration:
    """Per domain; None where the modem does not answer for that domain. `plmn`: +COPS numeric ("46001")."""

    cs: Stat | None
    eps: Stat | None
    ims: Stat | None
    plmn: str = ""

    @property
    def voice(self) -> Stat:
        """The status that matters for calls and messages: CS where there is one, else EPS with IMS.

        China Telecom has no CS domain: its SIMs speak over IMS only, so EPS alone is not enough.
        """
        if self.cs in (Stat.HOME, Stat.ROAMING, Stat.DENIED):
            return self.cs
        if self.eps in (Stat.HOME, Stat.ROAMING) and self.ims in (Stat.HOME, Stat.ROAMING):
            return self.eps
        if Stat.DENIED in (self.eps, self.ims):
            return Stat.DENIED
        return self.cs if self.cs is not None else Stat.UNKNOWN

    @property
    def usable(self) -> bool:
        return self.voice in (Stat.HOME, Stat.ROAMING)


class CallStat(IntEnum):
    """+CLCC <stat> (27.007 7.18)."""

    ACTIVE = 0
    HELD = 1
    DIALLING = 2
    ALERTING = 3
    INCOMING = 4
    WAITING = 5


@dataclass(frozen=True, slots=True)
class CallEntry:
    """One voice row of +CLCC."""

    index: int
    outgoing: bool
    stat: CallStat
    multiparty: bool
    number: str = ""
    toa: int | None = None


@dataclass(frozen=True, slots=True)
class ModemIdentity:
    manufacturer: str
    model: str
    revision: str
    imei: str


class SimState(StrEnum):
    """+CPIN in words."""

    READY = "ready"
    PIN = "pin"
    PUK = "puk"
    MISSING = "missing"
    BUSY = "busy"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Health:
    """What the sandwich probe found: `trouble` is None when all is well."""

    trouble: InconcReason | None
    detail: str = ""


class CallOutcome(StrEnum):
    ALERTING = "alerting"
    CONNECTED = "connected"
    RELEASED = "released"
    SILENT = "silent"
    """nothing happened in time, and the modem's own list of calls bears that out; `text`: what does not"""
    UNKNOWN = "unknown"
    """nothing was said in time, and nobody can tell whether something happened; `text` says why"""


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a call stands when a wait ends. `cause`: 24.008 release cause where the modem tells."""

    outcome: CallOutcome
    cause: int | None = None
    text: str = ""


class Steering(StrEnum):
    """What a party can do with its calls: +CHLD (27.007 7.13; 22.083, 22.084, 22.091)."""

    RELEASE_HELD = "0"
    """or say busy to a waiting call"""
    RELEASE_ACTIVE = "1"
    """and accept the waiting or held one"""
    RELEASE_ONE = "1x"
    SWAP = "2"
    """hold what is active; then the waiting call, or what was held, becomes active"""
    PRIVATE = "2x"
    """hold all but one"""
    JOIN = "3"
    TRANSFER = "4"


@dataclass(frozen=True, slots=True)
class Steered:
    """What became of a `Steering`: what the modem says of it, which proves nothing about the calls.

    `code`: +CME ERROR; `cause`: what +CEER said then (24.008 table 10.5.123, or a 24.080 error of
    supplementary services), None where it does not tell.
    """

    done: bool
    code: int | None = None
    cause: int | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Forwarding:
    """What the network has registered under one condition; `number` "": nothing. Where it is not `active`,
    somebody switched it off (22.082, deactivation): it is kept, and no call goes there. `after_s`: how long
    it rings first, of NO_REPLY.
    """

    number: str = ""
    active: bool = True
    after_s: int = 20

    @property
    def goes_to(self) -> str:
        return self.number if self.active else ""


class Divert(StrEnum):
    """When calls go to another number: <reason> of +CCFC (27.007 7.11)."""

    ALWAYS = "0"
    BUSY = "1"
    NO_REPLY = "2"
    NOT_REACHABLE = "3"


class Call(Protocol):
    """One call at one modem. Waits return what happened, they do not raise for it."""

    outgoing: bool

    async def alerting(self, within: float) -> Progress:
        """ALERTING (or CONNECTED at once), RELEASED with its cause, or SILENT or UNKNOWN after `within`
        seconds."""

    async def connected(self, within: float) -> Progress: ...

    async def released(self, within: float) -> Progress: ...

    async def answer(self) -> None: ...

    async def hang_up(self) -> None:
        """Also refuses a ringing call. Fine on a call that is already gone."""


@dataclass(frozen=True, slots=True)
class Offer:
    """An incoming call as it presents itself. As in CallerId; number "" and the others None without +CLIP."""

    call: Call
    number: str
    toa: int | None
    validity: int | None


@dataclass(frozen=True, slots=True)
class Submission:
    """What the network said to the SUBMITs of one text: their `references` (TP-MR) as far as they were
    accepted, and the +CMS `code` of the one that was refused; none is sent after that.
    """

    references: tuple[int, ...] = ()
    code: int | None = None
    text: str = ""
    refused: bool = False

    @property
    def accepted(self) -> bool:
        return not self.refused


class Modem(Protocol):
    """Raises only `interop.protocols.errors.EquipmentError` for trouble with the device.

    Nothing that has a side effect on the network is ever repeated by the driver: after NotAnswering the
    outcome of a call or message is unknown and stays unknown.
    """

    name: str
    """the modem's name in the lab file"""
    sim: str
    """the SIM's name in the lab file: the party in events"""
    events: EventStream
    mms: MmsTransport

    async def identity(self) -> ModemIdentity: ...

    async def sim_state(self) -> SimState: ...

    async def registration(self) -> Registration: ...

    async def signal_dbm(self) -> int | None:
        """+CSQ in dBm, None for 99 (unknown)."""

    async def read_file(self, file_id: int) -> bytes | None:
        """A transparent EF of the SIM (+CRSM), None when the card has no such file (6A82, 9404)."""

    async def read_records(self, file_id: int) -> list[bytes] | None:
        """All records of a linear fixed EF, None when the card has no such file."""

    async def service_centre(self) -> str:
        """+CSCA, "+8613800100500"; "" when none is set."""

    async def health(self, *, registered: bool = True) -> Health:
        """AT, +CPIN, and with `registered` the registration and signal: the sandwich probe."""

    async def dial(self, number: str) -> Call:
        """Start a voice call. Raises EmergencyRefused, BudgetSpent before anything is sent."""

    async def offered(self, within: float) -> Offer | None:
        """The incoming call of this lease, with its caller identity; None when nothing rang in time."""

    async def waiting(self, within: float) -> Offer | None:
        """As `offered`, of a call that came while another was up (+CCWA, 27.007 7.12)."""

    async def calls(self) -> list[CallEntry]: ...

    async def steers(self) -> frozenset[Steering]:
        """What +CHLD=? of this modem lists; empty where it does not answer."""

    async def steer(self, what: Steering, call: Call | None = None) -> Steered:
        """`call`: of RELEASE_ONE and PRIVATE. Never raises for what network or modem refuse."""

    async def listen_for_tones(self) -> bool:
        """Have DTMF in what is heard told as `ToneHeard`; False where the modem has no detector."""

    async def send_tones(self, digits: str) -> None:
        """DTMF (0-9, *, #, A-D) to whom this party speaks just now. Raises CommandRefused."""

    async def call_waiting(self) -> bool | None:
        """Whether the network lets a second call wait for this SIM; None where it gave no answer."""

    async def set_call_waiting(self, on: bool) -> Steered: ...

    async def diverted(self, when: Divert) -> Forwarding | None:
        """Where calls go; None where the network gave no answer."""

    async def divert(self, when: Divert, to: str, *, after_s: int = 20, active: bool = True) -> Steered:
        """`to` "" erases it; not `active`: registered, then switched off. `after_s`: of NO_REPLY, 5 to 30 in
        steps of 5. Raises EmergencyRefused, BudgetSpent: one call is spent, that which is forwarded.
        """

    async def hang_up_all(self) -> None: ...

    async def leave_network(self) -> None:
        """Deregister (+COPS=2, 27.007 7.3): whoever calls this SIM finds it away, until `join_network`.

        Raises CommandRefused.
        """

    async def join_network(self) -> None:
        """Let the modem choose its network again; `registration` tells when it has."""

    async def send_message(self, to: str, text: str, *, report: bool = True) -> Submission:
        """In PDU mode (GSM7 where the text allows, else UCS2), in as many SUBMITs as it needs, asking for a
        status report on each.
        """

    async def fetch_unread(self) -> None:
        """Read messages that are stored here and were never announced: they come as events."""

    async def full_memory(self) -> str:
        """The memory into which no message can be received any more; "" where there is room or no answer."""

    async def ussd(self, code: str, within: float = 30.0) -> str | None: ...
