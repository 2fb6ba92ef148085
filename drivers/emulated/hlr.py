"""Who exists in the emulated country, on whose network, and who is on the air just now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from drivers.emulated.air import SERVED, Camp, Forward, Forwarding, Terminal
from interop.lab.model import SimPart


@dataclass(frozen=True, slots=True)
class Operator:
    """A base operator's network. `plmn`: what it broadcasts; `smsc`: the centre of a card that names none."""

    plmn: str
    name: str
    circuit_switched: bool
    smsc: str


# facts/plmn.csv, facts/smsc.csv. Telecom needs no service centre address: IMS routes messages by itself.
OPERATORS = {
    "CMCC": Operator("46000", "CHINA MOBILE", True, "+8613800100500"),
    "CUCC": Operator("46001", "CHN-UNICOM", True, "+8613010112500"),
    "CTCC": Operator("46011", "CHN-CT", False, ""),
}


@dataclass(frozen=True, slots=True)
class Subscriber:
    """A number as its home network keeps it; what defects select by is read from here.

    `imsi` and `ehplmn` are those of the real card, which a defect may make differ from the lab file.
    """

    msisdn: str
    imsi: str
    operator: str
    brand: str
    city: str
    smsc: str | None = None
    hotline: str | None = None
    ehplmn: tuple[str, ...] = ()

    @classmethod
    def of(cls, sim: SimPart, *, imsi: str, ehplmn: tuple[str, ...]) -> Subscriber:
        return cls(sim.msisdn, imsi, sim.base_operator, sim.brand, sim.city, sim.smsc, sim.hotline, ehplmn)

    @property
    def at_home(self) -> bool:
        """Whether its handset takes the base operator's network for home.

        That is so when the IMSI begins with the network's PLMN or the card's EF_EHPLMN lists it; a 46009
        card without EF_EHPLMN believes it roams on 46001 (china.md section 5).
        """
        plmn = OPERATORS[self.operator].plmn
        return self.imsi.startswith(plmn) or plmn in self.ehplmn


@dataclass(slots=True)
class Line:
    """A subscriber whose handset is switched on."""

    subscriber: Subscriber
    terminal: Terminal
    camp: Camp

    @property
    def in_service(self) -> bool:
        """Can speak and text: by a CS domain, or by IMS where there is none."""
        return self.camp.cs in SERVED or self.camp.ims in SERVED


class Hlr:
    """Subscribers by IMSI and by number, the services they switched on, and the lines that are on."""

    def __init__(self, subscribers: Iterable[Subscriber]) -> None:
        self.subscribers = tuple(subscribers)
        self._by_imsi = {subscriber.imsi: subscriber for subscriber in self.subscribers}
        self._by_msisdn = {subscriber.msisdn: subscriber for subscriber in self.subscribers}
        self._lines: dict[str, Line] = {}
        self._call_waiting: dict[str, bool] = {}
        self._forwardings: dict[tuple[str, Forward], Forwarding] = {}

    def by_imsi(self, imsi: str) -> Subscriber | None:
        return self._by_imsi.get(imsi)

    def by_msisdn(self, national: str) -> Subscriber | None:
        return self._by_msisdn.get(national)

    def subject(self, national: str, city: str = "") -> Subscriber:
        """Whom defects select: a number of no subscriber here has its segment and itself, and `city`."""
        return self._by_msisdn.get(national) or Subscriber(national, "", "", "", city)

    def switched_on(self, line: Line) -> None:
        self._lines[line.subscriber.imsi] = line

    def switched_off(self, imsi: str) -> None:
        self._lines.pop(imsi, None)

    def line(self, imsi: str) -> Line | None:
        return self._lines.get(imsi)

    def call_waiting(self, imsi: str) -> bool:
        """Off until the subscriber switches it on; it outlives the handset."""
        return self._call_waiting.get(imsi, False)

    def set_call_waiting(self, imsi: str, on: bool) -> None:
        self._call_waiting[imsi] = on

    def forwarding(self, imsi: str, when: Forward) -> Forwarding | None:
        return self._forwardings.get((imsi, when))

    def set_forwarding(self, imsi: str, when: Forward, forwarding: Forwarding | None) -> None:
        """None erases it; it outlives the handset."""
        if forwarding is None:
            self._forwardings.pop((imsi, when), None)
        else:
            self._forwardings[imsi, when] = forwarding

    def reachable(self, subscriber: Subscriber) -> Line | None:
        """Its line, when it can be called and texted."""
        line = self._lines.get(subscriber.imsi)
        return line if line is not None and line.in_service else None
