"""Between an emulated modem and the emulated network: the air interface, without any AT in it.

The modem (`Terminal`) and the network (`Air`) know each other only through these two protocols, so the
network is tested without AT and the modem without a country. All calls return at once; what takes time
comes back later through the other side's methods, from timers of the running loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta, timezone
from enum import Enum, IntEnum
from typing import Final, Protocol

CHINA: Final = timezone(timedelta(hours=8))
"""the country's one zone"""

HOME, SEARCHING, DENIED, ROAMING = 1, 2, 3, 5
"""registration (27.007 7.2)"""
SERVED: Final = (HOME, ROAMING)

ACTIVE, HELD, DIALLING, ALERTING, INCOMING, WAITING = range(6)
"""states of a call (27.007 7.18)"""

NORMAL, BUSY = 16, 17
"""the causes that a handset gives when it ends a call (24.008 table 10.5.123)"""

INTERNATIONAL, UNKNOWN = 145, 129
"""types of address (24.008 10.5.4.7)"""


USSD_GSM, USSD_UCS2 = 15, 72
"""coding schemes of cell broadcast, used by USSD: GSM 7 bit with no language said, UCS2 (23.038 5)"""


def type_of(number: str) -> int:
    """Type of address of a number as it is written: with "+" international."""
    return INTERNATIONAL if number.startswith("+") else UNKNOWN


@dataclass(frozen=True, slots=True)
class Camp:
    """Registration of one subscriber. `stat` as 27.007 7.2; `act` access technology (0 GSM, 7 E-UTRAN)."""

    cs: int
    eps: int
    ims: int
    plmn: str
    operator: str
    lac: int = 0x1790
    cell: int = 0x01A2B3C4
    act: int = 7


@dataclass(frozen=True, slots=True)
class Cli:
    """Caller identity as offered to the called party: digits, type of address, 27.007 CLI validity."""

    number: str
    toa: int
    validity: int = 0


@dataclass(slots=True, eq=False)
class Leg:
    """One party's side of a call, as the network keeps it.

    `state`: ACTIVE, HELD, DIALLING, ALERTING or INCOMING; `multiparty`: this party has joined it to others of
    its own (22.084); `merged`: as IMS does it (24.147), its modem lists all such legs as one row;
    `connected`: who answered, for +COLP, on the caller's leg of a call between subscribers.
    """

    outgoing: bool
    number: str
    toa: int
    state: int
    terminal: Terminal
    far: Leg | None = None
    multiparty: bool = False
    merged: bool = False
    connected: Cli | None = None


class Service(Enum):
    """Supplementary services that a number has or lacks (22.004)."""

    HOLD = "hold"
    WAITING = "waiting"
    MULTIPARTY = "multiparty"
    TRANSFER = "transfer"
    FORWARDING = "forwarding"
    DEFLECTION = "deflection"


class Refused(IntEnum):
    """Errors of supplementary services (24.080 4.5, 29.002), as +CEER and some +CME errors tell them."""

    ILLEGAL_OPERATION = 16
    ERROR_STATUS = 17
    NOT_AVAILABLE = 18
    SUBSCRIPTION_VIOLATION = 19
    INCOMPATIBILITY = 20
    FACILITY_NOT_SUPPORTED = 21
    MOST_PARTIES = 126
    RESOURCES = 127


class Notice(IntEnum):
    """What a party is told of what another did to a call that is up: <code2> of +CSSU (27.007 7.17)."""

    FORWARDED_HERE = 0
    HELD = 2
    RETRIEVED = 3
    MULTIPARTY = 4
    HELD_CALL_RELEASED = 5
    TRANSFER_ALERTING = 7
    TRANSFERRED = 8
    DEFLECTED_HERE = 9


class Hint(IntEnum):
    """What a caller is told while his call is set up: <code1> of +CSSI (27.007 7.17)."""

    FORWARDING_ACTIVE = 0
    SOME_FORWARDING_ACTIVE = 1
    FORWARDED = 2
    WAITING = 3
    DEFLECTED = 8


class Forward(IntEnum):
    """When calls go elsewhere: <reason> of +CCFC (27.007 7.11)."""

    ALWAYS = 0
    BUSY = 1
    NO_REPLY = 2
    NOT_REACHABLE = 3


@dataclass(frozen=True, slots=True)
class Forwarding:
    """`after_s`: how long it rings first, of NO_REPLY; 5 to 30 in steps of 5. Not `active`: registered, and
    no call goes there (22.082: deactivated).
    """

    number: str
    after_s: int = 20
    active: bool = True


@dataclass(frozen=True, slots=True)
class Access:
    """What a terminal asks for: the access point, and its name and password there."""

    apn: str
    user: str = ""
    password: str = ""


class NoBearer(IntEnum):
    """Why a packet connection is refused (24.008 10.5.6.6)."""

    UNKNOWN_APN = 27
    AUTHENTICATION_FAILED = 29
    NOT_SUBSCRIBED = 33
    FAILURE = 38


class Pipe(Protocol):
    """A TCP connection in the emulated country, as one end holds it. What is written comes out at the other
    end later, in order; after `close` nothing does.
    """

    def write(self, data: bytes) -> None: ...

    def close(self) -> None: ...


class PipeEnd(Protocol):
    """Who holds a `Pipe` is told."""

    def received(self, data: bytes) -> None: ...

    def closed(self) -> None:
        """By the other end, or with its bearer."""


class Bearer(Protocol):
    """A packet connection that is up (a PDP context or PDN connection). `address`: its IPv4 address."""

    address: str

    def connect(self, host: str, port: int, end: PipeEnd, done: Callable[[Pipe | None], None]) -> None:
        """`done` is called once, later: None where nobody answers or listens there."""

    def close(self) -> None:
        """Its pipes are closed with it."""


Done = Callable[["int | None"], None]
"""Told once, later: None when the network did it, else the cause (`Refused`, or 24.008)."""


class Terminal(Protocol):
    """What the network does to a handset."""

    imsi: str

    def camped(self, camp: Camp) -> None:
        """Registration changed."""

    def offered(self, leg: Leg, cli: Cli) -> None:
        """A call rings here; `cli.validity` 1 or 2 means no identity is shown."""

    def progressed(self, leg: Leg) -> None:
        """`leg.state` became ALERTING or ACTIVE."""

    def released(self, leg: Leg, cause: int) -> None:
        """The call is over (24.008 cause), whoever ended it but this handset."""

    def notified(self, leg: Leg, notice: Notice) -> None:
        """Another party held, retrieved, joined or transferred this call."""

    def hinted(self, leg: Leg, hint: Hint) -> None:
        """About a call that this handset is setting up."""

    def heard(self, leg: Leg, digit: str) -> None:
        """A DTMF tone (0-9, *, #, A-D) is in what this handset hears of that call."""

    def message(self, tpdu: bytes, smsc: str) -> bool:
        """An SMS-DELIVER arrives; False: refused for lack of memory, the network tries again later."""

    def report(self, tpdu: bytes, smsc: str) -> None:
        """An SMS-STATUS-REPORT arrives."""

    def ussd(self, text: str, mode: int, dcs: int = USSD_GSM) -> None:
        """An answer or a network-initiated request (27.007 7.15 <m>), coded as `dcs` says."""


@dataclass(frozen=True, slots=True)
class Submitted:
    """What the network says to a SUBMIT: `reference` TP-MR, or `cause` (24.011 annex E-2 / +CMS code)."""

    reference: int | None
    cause: int | None = None


class Air(Protocol):
    """What a handset asks of the network."""

    def power_on(self, terminal: Terminal, *, volte: bool) -> None:
        """Search and register; `camped` follows."""

    def power_off(self, terminal: Terminal) -> None:
        """Leave, releasing every call."""

    def camp(self, terminal: Terminal) -> Camp: ...

    def dial(self, terminal: Terminal, number: str, *, clir: bool = False) -> Leg:
        """Start a call; `progressed` or `released` follow (101 while another is active: hold it first)."""

    def answer(self, leg: Leg) -> None:
        """Accept a call that rings or waits; ignored while another is active (hold it first) or set up."""

    def hang_up(self, leg: Leg, cause: int = NORMAL) -> None:
        """Release this leg; the far end hears `cause` (16 normal, 17 busy or refused)."""

    def legs(self, terminal: Terminal) -> list[Leg]: ...

    def hold(self, legs: Sequence[Leg], done: Done) -> None:
        """Put an active call, or all calls of the conference, on hold; their `state` is HELD when `done`.

        ERROR_STATUS while another call is held: to swap the two, `retrieve` that one (22.083).
        """

    def retrieve(self, legs: Sequence[Leg], done: Done) -> None:
        """The inverse. What is active then goes on hold in exchange (22.083: alternate)."""

    def join(self, terminal: Terminal, done: Done) -> None:
        """Make one conference of all its active and held calls (BuildMPTY, 24.084); at most five others."""

    def split(self, leg: Leg, done: Done) -> None:
        """Talk to this party of the conference alone; the others are held (SplitMPTY)."""

    def transfer(self, terminal: Terminal, done: Done) -> None:
        """Connect its held call with its active or alerting one, and leave both (22.091).

        `released` (16) follows for its two legs. A conference cannot be transferred.
        """

    def deflect(self, leg: Leg, number: str, done: Done) -> None:
        """A call that rings here goes to `number` instead (22.072); `released` (16) follows for `leg`."""

    def tone(self, terminal: Terminal, digit: str) -> None:
        """A DTMF tone to everybody whom this handset speaks to just now (23.014)."""

    def forwarding(self, terminal: Terminal, when: Forward) -> Forwarding | None: ...

    def set_forwarding(
        self, terminal: Terminal, when: Forward, forwarding: Forwarding | None, done: Done
    ) -> None:
        """None erases it."""

    def call_waiting(self, terminal: Terminal) -> bool:
        """Whether a second call waits here instead of finding the subscriber busy (22.083)."""

    def set_call_waiting(self, terminal: Terminal, on: bool) -> int | None:
        """None when the network did it, else the cause."""

    def submit(self, terminal: Terminal, tpdu: bytes, smsc: str, done: Callable[[Submitted], None]) -> None:
        """An SMS-SUBMIT; `done` is called once, later."""

    def open_bearer(
        self,
        terminal: Terminal,
        access: Access,
        done: Callable[[Bearer | int], None],
        lost: Callable[[], None],
    ) -> None:
        """Activate a packet connection; `done` is called once, later, with it or with a cause (`NoBearer`).

        `lost` when it was up and the network has ended it (+CGEV: NW DEACT), as it does with every one of a
        terminal that leaves.
        """

    def ussd(self, terminal: Terminal, code: str) -> None:
        """A code, or the reply to what the network asked."""

    def ussd_end(self, terminal: Terminal) -> None:
        """Leave the dialogue; harmless where there is none."""
