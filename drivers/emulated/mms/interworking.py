"""From MMSC to MMSC: messages and reports inside an operator, and between operators (MM4, TS 23.140 6.8)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Hlr, Subscriber
from drivers.emulated.mms.letters import Letter
from drivers.emulated.mms.wrongs import spoilt
from drivers.emulated.timers import Timers
from interop.mms import Status

if TYPE_CHECKING:
    from drivers.emulated.mms.mmsc import Mmsc

INSIDE_S: Final = (0.3, 1.2)
BETWEEN_S: Final = (2.0, 6.0)
UNKNOWN_S: Final = (4.0, 12.0)
"""until the other operator says that it has no such subscriber"""


class Interworking:
    """`centres`: by operator; whoever builds them puts them there."""

    def __init__(self, hlr: Hlr, defects: Defects, timers: Timers) -> None:
        self.centres: dict[str, Mmsc] = {}
        self._hlr = hlr
        self._defects = defects
        self._timers = timers

    def carry(self, letter: Letter) -> None:
        """To the recipient's centre, by the sender's; with all that goes wrong on its way."""
        sender, recipient = letter.sender, letter.recipient
        if self._wrong("mms.dropped", letter):
            return
        if self._wrong("mms.report_false", letter):
            self._later(letter, INSIDE_S, lambda: self._reported(letter, Status.RETRIEVED))
            return
        if recipient.operator != sender.operator and (lost := self._wrong("mms.interworking_lost", letter)):
            if status := _LOST[lost["report"]]:
                self._later(letter, UNKNOWN_S, lambda: self._reported(letter, status))
            return
        if self._hlr.by_msisdn(recipient.msisdn) is None:
            self._later(letter, UNKNOWN_S, lambda: self._reported(letter, Status.UNREACHABLE))
            return
        arriving = spoilt(letter, self._defects)
        centre = self.centres[recipient.operator]
        for _ in range(2 if self._wrong("mms.duplicated", letter) else 1):
            self._later(letter, _span(sender, recipient), lambda: centre.store.put(arriving))

    def report(self, letter: Letter, status: Status) -> None:
        """What became of it, from the recipient's centre."""
        self._later(letter, _span(letter.sender, letter.recipient), lambda: self._reported(letter, status))

    def read(self, letter: Letter, status: int) -> None:
        """That its recipient read it."""
        if letter.content.read_report and not self._wrong("mms.read_report_missing", letter):
            centre = self.centres[letter.sender.operator]
            span = _span(letter.sender, letter.recipient)
            self._later(letter, span, lambda: centre.tell_read(letter, status))

    def _reported(self, letter: Letter, status: Status) -> None:
        if letter.content.delivery_report and not self._wrong("mms.report_missing", letter):
            self.centres[letter.sender.operator].tell(letter, status)

    def _wrong(self, name: str, letter: Letter) -> dict[str, str] | None:
        defect = self._defects.between(name, "mms", letter.sender, letter.recipient)
        return dict(defect.values) if defect else None

    def _later(self, letter: Letter, span: tuple[float, float], function: Callable[[], None]) -> None:
        self._timers.later(self._timers.draw(f"mms/{letter.sender.imsi}", *span), function)


_LOST: Final = {"none": None, "false": Status.RETRIEVED, "failed": Status.INDETERMINATE}


def _span(sender: Subscriber, recipient: Subscriber) -> tuple[float, float]:
    return INSIDE_S if sender.operator == recipient.operator else BETWEEN_S
