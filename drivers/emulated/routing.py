"""Where a dialled number leads in the emulated country, and how a caller is shown at the other end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from drivers.emulated.air import INTERNATIONAL, UNKNOWN, Cli, type_of
from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Hlr, Subscriber
from interop.numbering import Msisdn, NumberError

# Why a call ends, beside NORMAL and BUSY (3GPP TS 24.008 table 10.5.123); 20 is Q.850's "subscriber absent",
# which gateways pass on.
UNASSIGNED = 1
NO_ROUTE = 3
NO_ANSWER = 19
ABSENT = 20
REJECTED = 21
INVALID_NUMBER = 28
OUT_OF_ORDER = 38
TEMPORARY_FAILURE = 41
WRONG_STATE = 101

EMERGENCY = ("110", "119", "120", "122", "112", "911", "000", "08", "118", "999")
"""answered by an announcement here; no driver of ours ever dials them on a link that counts as real"""


class Service(Enum):
    EMERGENCY = "emergency announcement"
    FREE = "free operator number"
    HOTLINE = "customer service"


@dataclass(frozen=True, slots=True)
class Nowhere:
    """The call ends with `cause`."""

    cause: int


Destination = Subscriber | Service | Nowhere


class Routing:
    """Numbers as this country's exchanges understand them."""

    def __init__(self, hlr: Hlr, defects: Defects, free_numbers: tuple[str, ...]) -> None:
        self._hlr = hlr
        self._defects = defects
        self._free = free_numbers
        self._hotlines = {subscriber.hotline for subscriber in hlr.subscribers if subscriber.hotline}

    def of_call(self, caller: Subscriber, number: str) -> Destination:
        """Where a call leads, with every defect that ends it before the other side is tried."""
        if number in EMERGENCY:
            return Service.EMERGENCY
        destination = self.plain(number)
        to = destination if isinstance(destination, Subscriber) else None
        if barred := self._defects.on("call.barred", caller):
            return Nowhere(int(barred.values["cause"]))
        if number in self._free and (defect := self._defects.on("free.unreachable", caller, number=number)):
            return Nowhere(int(defect.values["cause"]))
        if empty := self._empty_hotline(caller, number):
            return empty
        if to is not None and self._defects.between("route.missing", "voice", caller, to):
            return Nowhere(NO_ROUTE)
        if to is not None and self._defects.between("route.unassigned", "voice", caller, to):
            return Nowhere(UNASSIGNED)
        return destination

    def plain(self, number: str) -> Destination:
        """Where a number leads when nothing is wrong: +86, 0086, trunk 0 and 17951 in front are understood.

        What is no subscriber and no service of this lab is an empty number; what is no number at all,
        an invalid one.
        """
        if number in self._free:
            return Service.FREE
        if number in self._hotlines:
            return Service.HOTLINE
        try:
            subscriber = self._hlr.by_msisdn(Msisdn.parse(number).national)
        except NumberError:
            digits = number.removeprefix("+")
            return Nowhere(UNASSIGNED if digits.isdecimal() and len(digits) >= 3 else INVALID_NUMBER)
        return subscriber or Nowhere(UNASSIGNED)

    def cli(self, caller: Subscriber, called: Subscriber, *, withheld: bool) -> Cli:
        """National digits inside one operator's network, international ones between networks."""
        if withheld:
            return Cli("", UNKNOWN, 1)
        if self._defects.between("clip.missing", "voice", caller, called):
            return Cli("", UNKNOWN, 2)
        if defect := self._defects.between("clip.wrong", "voice", caller, called):
            shown = defect.values["number"]
            return Cli(shown, type_of(shown))
        if self._defects.between("clip.doubled86", "voice", caller, called):
            return Cli(f"+8686{caller.msisdn}", INTERNATIONAL)
        if self._defects.between("clip.type", "voice", caller, called):
            return Cli(caller.msisdn, INTERNATIONAL)
        return self.identity(caller, called)

    def identity(self, of: Subscriber, to: Subscriber) -> Cli:
        """How one subscriber is shown to another where nothing is wrong."""
        if of.operator == to.operator:
            return Cli(of.msisdn, UNKNOWN)
        return Cli(f"+86{of.msisdn}", INTERNATIONAL)

    def may_divert_to(self, number: str) -> bool:
        """Calls are not sent to emergency services, nor to what is no number (22.082 1.4)."""
        return self.plain(number) != Nowhere(INVALID_NUMBER) and number not in EMERGENCY

    def _empty_hotline(self, caller: Subscriber, number: str) -> Nowhere | None:
        """It is empty for whoever calls it, a customer of another brand too; only a customer of this one
        whom the selectors leave out still gets through."""
        owners = [owner for owner in self._hlr.subscribers if owner.hotline == number]
        for owner in [caller] if caller in owners else owners:
            if defect := self._defects.on("hotline.empty", owner):
                return Nowhere(int(defect.values["cause"]))
        return None
