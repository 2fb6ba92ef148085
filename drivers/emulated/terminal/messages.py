"""Short messages inside the modem: memories, delivery by +CNMI, acknowledgement (27.005 2, 3.4)."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import CHINA, SERVED, Submitted
from drivers.emulated.terminal import textmode
from drivers.emulated.terminal.console import LATER
from drivers.emulated.terminal.results import (
    CMS_FULL,
    CMS_NO_ACK_EXPECTED,
    CMS_NO_SERVICE,
    CMS_NO_SMSC,
    MessageRefused,
)
from drivers.emulated.terminal.storage import Full, Memory, Status, Stored
from interop.smspdu import Address, Deliver, Direction, Timestamp, decode, encode_smsc

if TYPE_CHECKING:
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem

ACK_S: Final = 15.0
"""how long a directly routed message waits for +CNMA (27.005 3.4.4)"""
OLD_MESSAGE: Final = bytes.fromhex("0405810180F600003210104183942303CF2511")
"""a DELIVER from 10086: "OK?" is not what it says, "OKD" neither: some advertisement of 2023"""
_BUFFERED: Final = 50
"""indications kept while +CNMI mode is 0"""
_UNKNOWN: Final = 500


class Messages:
    """What one modem holds and what it does with a message from the network."""

    def __init__(self, modem: EmulatedModem) -> None:
        self._modem = modem
        self.memories = {name: Memory(name, size) for name, size in modem.profile.memories.items()}
        self.smsc = modem.sim.card.identity.smsc if modem.sim.card is not None else ""
        self._reference = 0
        self.forget()

    def forget(self) -> None:
        """The modem restarts: stored messages stay, everything else goes."""
        first = next(iter(self.memories.values()))
        self.read = self.write = self.receive = first
        self.text = (17, 167, 0, 0)
        """+CSMP: first octet, validity, PID, DCS"""
        self._buffer: deque[tuple[str, ...]] = deque(maxlen=_BUFFERED)
        self._unacknowledged: deque[tuple[str, bytes, str]] = deque()

    @property
    def unread(self) -> bool:
        return any(m.status is Status.UNREAD for m in self.receive.messages.values())

    def advertise(self) -> None:
        """The same text again, sent now."""
        message = decode(OLD_MESSAGE, Direction.SC_TO_MS)
        assert isinstance(message, Deliver)
        now = datetime.fromtimestamp(self._modem.epoch + asyncio.get_running_loop().time(), CHINA)
        self.delivered(replace(message, timestamp=Timestamp.of(now)).encode(), "")

    def fill(self) -> None:
        """Put an old message in every free place of the message memories."""
        for memory in self.memories.values():
            while memory.name != "SR" and not memory.full:
                memory.add(Stored(Status.READ, OLD_MESSAGE, self.smsc))

    # From the network

    def delivered(self, tpdu: bytes, smsc: str) -> bool:
        """An SMS-DELIVER; False when there is no room for it."""
        mode = self._modem.settings.of("+CNMI")[1]
        of_class = textmode.message_class(tpdu)
        if of_class != 2 and (mode == 2 or (mode == 3 and of_class == 3)):
            self._route("+CMT", tpdu, smsc)
            self._pushed(tpdu)
            return True
        try:
            index = self.receive.add(Stored(Status.UNREAD, tpdu, smsc))
        except Full:
            if said := self._modem.profile.full:
                self._indicate(said.format(memory=self.receive.name))
            return False
        self._modem.indicators.changed()
        if mode:
            self._indicate(f'+CMTI: "{self.receive.name}",{index}{self._modem.pushes.behind(tpdu)}')
        self._pushed(tpdu)
        return True

    def _pushed(self, tpdu: bytes) -> None:
        if (said := self._modem.pushes.heard(tpdu)) is not None:
            self._indicate(said)

    def reported(self, tpdu: bytes, smsc: str) -> None:
        """An SMS-STATUS-REPORT: +CDS, stored and +CDSI, or dropped (27.005 3.4.1 <ds>)."""
        how = self._modem.settings.of("+CNMI")[3]
        if how == 1:
            self._route("+CDS", tpdu, smsc)
        elif how == 2:
            memory = self.memories[self._modem.quirks.reports_in("SR")]
            if memory.full:
                memory.messages.pop(min(memory.messages))
            index = memory.add(Stored(Status.UNREAD, tpdu, smsc))
            self._indicate(f'+CDSI: "{memory.name}",{index}')

    def _route(self, prefix: str, tpdu: bytes, smsc: str) -> None:
        """Straight to the client; with +CSMS=1 one at a time, the next after +CNMA."""
        if self._modem.settings.first("+CSMS") == 0:
            self._indicate(*self.direct(prefix, tpdu, smsc))
            return
        self._unacknowledged.append((prefix, tpdu, smsc))
        if len(self._unacknowledged) == 1:
            self._next()

    def _next(self) -> None:
        head = self._unacknowledged[0]
        self._indicate(*self.direct(*head))
        self._modem.after(ACK_S, lambda: self._not_acknowledged(head))

    def _not_acknowledged(self, head: tuple[str, bytes, str]) -> None:
        """27.005 3.4.4: routing is switched off; what was not acknowledged is stored, not lost."""
        if not self._unacknowledged or self._unacknowledged[0] is not head:
            return
        mode, _, broadcast, _, flush = self._modem.settings.of("+CNMI")
        self._modem.settings.put("+CNMI", mode, 0, broadcast, 0, flush)
        waiting, self._unacknowledged = self._unacknowledged, deque()
        for prefix, tpdu, smsc in waiting:
            memory = self.receive if prefix == "+CMT" else self.memories["SR"]
            if not memory.full:
                memory.add(Stored(Status.UNREAD, tpdu, smsc))

    def acknowledge(self) -> None:
        """+CNMA. Raises MessageRefused when nothing waits for it."""
        if not self._unacknowledged:
            raise MessageRefused(CMS_NO_ACK_EXPECTED)
        self._unacknowledged.popleft()
        if self._unacknowledged:
            self._modem.after(0.1, self._next)

    def _indicate(self, *lines: str) -> None:
        if self._modem.settings.first("+CNMI") == 0:
            self._buffer.append(lines)
        else:
            self._modem.console.unsolicited(*lines)

    def flush(self) -> None:
        """+CNMI leaves mode 0: <bfr> 0 sends what was buffered, 1 clears it."""
        held, self._buffer = list(self._buffer), deque(maxlen=_BUFFERED)
        if self._modem.settings.of("+CNMI")[4] == 0:
            for lines in held:
                self._modem.console.unsolicited(*lines)

    # To the client

    def direct(self, prefix: str, tpdu: bytes, smsc: str) -> tuple[str, ...]:
        if self._modem.settings.first("+CMGF") == 1:
            details = self._modem.settings.on("+CSDH")
            return textmode.direct(prefix, tpdu, smsc, self._modem.charset, details=details)
        return f"{prefix}: {'' if prefix == '+CDS' else ','}{len(tpdu)}", pdu(tpdu, smsc)

    # To the network

    def submit(self, tpdu: bytes, smsc: str, prefix: str) -> Reply:
        """Send an SMS-SUBMIT with our own TP-MR; the reply comes with the network's answer."""
        modem = self._modem
        if not modem.registration.voice:
            raise MessageRefused(CMS_NO_SERVICE)
        through = smsc or self.smsc
        # Over IMS alone the network routes by itself: Telecom's cards name no centre.
        if not through and modem.registration.camp.cs in SERVED:
            raise MessageRefused(CMS_NO_SMSC)
        self._reference = (self._reference + 1) % 256
        numbered = tpdu[:1] + bytes([self._reference]) + tpdu[2:]
        life = modem.life

        def done(submitted: Submitted) -> None:
            if modem.life != life:
                return
            if submitted.reference is None:
                refused = _UNKNOWN if submitted.cause is None else submitted.cause
                modem.console.finish(ended=MessageRefused(refused))
            else:
                modem.console.finish(f"{prefix}: {submitted.reference}")

        modem.air.submit(modem, numbered, through, done)
        return LATER

    def keep(self, tpdu: bytes, smsc: str, status: Status) -> int:
        """+CMGW. Raises MessageRefused when the memory is full."""
        try:
            return self.write.add(Stored(status, tpdu, smsc))
        except Full:
            raise MessageRefused(CMS_FULL) from None


def pdu(tpdu: bytes, smsc: str) -> str:
    """<pdu> (27.005 3.1): service centre and TPDU in hex."""
    return (encode_smsc(Address.parse(smsc) if smsc else None) + tpdu).hex().upper()
