"""What is on the bench: devices as a finder finds them, and what is wrong with each, in closed words.

A finder is registered under the entry-point group `interop.finders`. It asks and changes nothing: no PIN, no
setting that stays, no call, no message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from interop.protocols.modem import ModemIdentity, Registration, SimState


class Trouble(StrEnum):
    """Why a device cannot be worked with as it is."""

    NO_PERMISSION = "no permission"
    HELD = "held by another program"
    GONE = "no such port"
    CANNOT_OPEN = "cannot be opened"
    NOT_ANSWERING = "not answering"
    NOT_AT = "no AT port"
    """it talks, but not AT: a diagnostic port (QCDM frames in 0x7E, NULs), or something else altogether"""
    LOST = "vanished"
    SIM_MISSING = "no SIM"
    SIM_PIN = "SIM asks for its PIN"
    SIM_PUK = "SIM asks for its PUK"
    SIM_BUSY = "SIM busy"
    SIM_FAILED = "SIM does not work"
    NOT_REGISTERED = "not registered"
    READER_WITHOUT_SERVICE = "reader without service"
    """a card reader is plugged in and pcscd does not run"""
    READER_WITHOUT_LIBRARY = "reader without library"
    """a card reader is plugged in and pyscard is not installed"""
    CARD_MISSING = "no card"
    CARD_MUTE = "card does not answer"


@dataclass(frozen=True, slots=True)
class Problem:
    """`seen`: what was seen, for whoever doubts it. `advice`: what to do next, one sentence."""

    trouble: Trouble
    seen: str
    advice: str

    def __str__(self) -> str:
        return f"{self.trouble}: {self.seen}" if self.seen else self.trouble


class PortRole(StrEnum):
    AT = "AT"
    SPARE = "AT, spare"
    """answers AT too; the device has a better one"""
    OTHER = "not AT"
    UNKNOWN = "unknown"
    """could not be asked"""


@dataclass(frozen=True, slots=True)
class FoundPort:
    """One port of a device. `path`: as it is called now; `stable`: what a lab file should say.

    `usb` names the USB device and interface ("" for anything else), `baudrate` is where it answered.
    """

    path: str
    stable: str
    usb: str
    role: PortRole
    why: str
    baudrate: int
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class FoundSim:
    """What the card says without a PIN; "" for what it does not. `msisdn`: national digits."""

    state: SimState
    iccid: str = ""
    imsi: str = ""
    msisdn: str = ""
    spn: str = ""
    smsc: str = ""


@dataclass(frozen=True, slots=True)
class FoundModem:
    """One device: all its ports, and the modem behind the AT port where there is one.

    `device`: the USB socket ("1-2.3"), or the port where it is not USB; `product`: what USB calls it;
    `network`: what the modem calls the network, a name or digits.
    """

    device: str
    product: str
    ports: tuple[FoundPort, ...]
    identity: ModemIdentity | None = None
    dialect: str = "generic"
    sim: FoundSim | None = None
    registration: Registration | None = None
    network: str = ""
    signal_dbm: int | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def port(self) -> FoundPort | None:
        """The one that answers AT, and that a lab file should name."""
        return next((port for port in self.ports if port.role is PortRole.AT), None)


@dataclass(frozen=True, slots=True)
class FoundReader:
    """A card reader. `atr`: the card's answer to reset in hex, "" without a card."""

    name: str
    atr: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class FoundService:
    """A program of the system that matters to the bench. `about`: what it is to us, one sentence."""

    name: str
    running: bool
    about: str


Found = FoundModem | FoundReader | FoundService


class Finder(Protocol):
    """Made without arguments."""

    async def find(self, places: Sequence[str], progress: Callable[[str], None]) -> Sequence[Found]:
        """What there is, in the order of the bus. `places`: these ports or URLs only; empty is everything.

        `progress` gets a sentence for each step. Never raises for a device: its trouble is in the answer.
        """
