"""The engineer at the keyboard: sends a text where no driver can, gives a number to a site and says what it
answered.

What was asked may have been done although nobody said so: it is UNKNOWN, and never asked again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from interop.lab.model import FormPart, OriginatorPart
from interop.protocols.engineer import Engineer
from interop.protocols.errors import EquipmentError, NotAnswering, NotAvailable
from interop.protocols.modem import Modem
from interop.protocols.originator import Acceptance, Handing
from interop.protocols.site import CodeOutcome, FormAnswer, FormOutcome
from interop.protocols.stream import EventStream
from interop.record.events import (
    CodeAnswered,
    CodeEntered,
    FormAnswered,
    FormSubmitted,
    TextHanded,
    TextTaken,
)

NO_STATUS: Final = 0
"""in the place of an HTTP status"""

SENT, REFUSED, CANNOT = "s", "r", "c"
SENDING: Final = {SENT: "it was sent", REFUSED: "it was refused", CANNOT: "it cannot be sent from here"}

NUMBER: Final = {
    "a": (FormOutcome.ACCEPTED, "accepted, a code is on its way"),
    "n": (FormOutcome.REJECTED_BY_FORMAT, "not a valid phone number"),
    "v": (FormOutcome.REJECTED_BY_POLICY, "no numbers of virtual operators"),
    "r": (FormOutcome.REJECTED, "refused, without a reason"),
    "o": (FormOutcome.UNCLEAR, "something else, or nothing"),
}
CODE: Final = {
    "r": (CodeOutcome.RIGHT, "right"),
    "w": (CodeOutcome.WRONG, "wrong, or too old"),
    "o": (CodeOutcome.UNCLEAR, "something else, or nothing"),
}


class _Desk:
    """The engineer, as one device of the lab asks him."""

    def __init__(self, device: str, engineer: Engineer, within: float) -> None:
        """Raises NotAvailable without a terminal: nothing is begun that could never be answered."""
        self._device = device
        self._engineer = engineer
        self._within = within
        self.check()

    def check(self) -> None:
        """Raises NotAvailable when the terminal is gone."""
        if not self._engineer.present:
            raise NotAvailable(self._device, "an engineer has to be asked, there is no terminal to ask at")

    async def ask(self, question: str, answers: Mapping[str, str]) -> str:
        """A key of `answers`. Raises NotAnswering: whether it was done is unknown."""
        answer = await self._engineer.ask(question, answers, within=self._within)
        if answer is None:
            gone = "" if self._engineer.present else ", and the terminal is gone"
            what = " ".join(question.split())
            raise NotAnswering(
                self._device, f"nobody answered at the keyboard within {self._within:g} s{gone}: {what}"
            )
        return answer


class KeyboardOriginator:
    """Implements `Originator` for `driver: keyboard`. It hears neither reports nor replies."""

    def __init__(
        self, part: OriginatorPart, *, modem: Modem | None, engineer: Engineer, allow: Callable[[], None]
    ) -> None:
        """`allow` is asked before each text and raises BudgetSpent. Raises NotAvailable: no terminal."""
        del modem
        self.name = part.name
        self.number = part.number or ""
        self.events = EventStream()
        self._place = part.place
        self._allow = allow
        self._desk = _Desk(part.name, engineer, part.answer_s)

    async def connect(self) -> None:
        """Nothing to do."""

    async def send(self, to: str, text: str, *, report: bool = True) -> Handing:
        del report
        self._desk.check()
        self._allow()
        self.events.append(TextHanded(to, text, self.number))
        handing = Handing(Acceptance.UNKNOWN, text="interrupted")
        try:
            handing = await self._ask(to, text)
        except EquipmentError as error:
            handing = Handing(Acceptance.UNKNOWN, text=error.text)
            raise
        finally:
            self.events.append(TextTaken(str(handing.acceptance), text=handing.text))
        return handing

    async def _ask(self, to: str, text: str) -> Handing:
        question = f"Send this text to {to}, from {self._place} ({self.number}):\n\n{text}"
        answer = await self._desk.ask(question, SENDING)
        if answer == CANNOT:
            raise NotAvailable(self.name, f"the engineer cannot send from {self._place}")
        acceptance = Acceptance.ACCEPTED if answer == SENT else Acceptance.REFUSED
        return Handing(acceptance, text=f"the engineer says: {SENDING[answer]}")

    async def close(self) -> None:
        """Nothing is open."""


class KeyboardForm:
    """Implements `NumberForm` for `driver: keyboard`: `url` is where the engineer goes, in any words."""

    takes_codes = True

    def __init__(self, part: FormPart, endpoint: tuple[str, str | None], *, engineer: Engineer) -> None:
        """Raises NotAvailable: no terminal."""
        self.name = part.name
        self.events = EventStream()
        self._place = endpoint[0]
        self._desk = _Desk(part.name, engineer, part.answer_s)

    async def submit(self, msisdn: str) -> FormAnswer:
        """Raises EquipmentError where nobody answers."""
        self._desk.check()
        self.events.append(FormSubmitted(self.name, msisdn))
        question = f"Give the number {msisdn} to {self._place}, and wait for a code. What does it say?"
        outcome, words = NUMBER[await self._desk.ask(question, _words(NUMBER))]
        self.events.append(FormAnswered(self.name, NO_STATUS, str(outcome), words))
        return FormAnswer(outcome, NO_STATUS, words)

    async def enter(self, msisdn: str, code: str) -> CodeOutcome:
        """Raises EquipmentError where nobody answers."""
        self._desk.check()
        self.events.append(CodeEntered(self.name, msisdn, code))
        question = f"Enter the code {code} for {msisdn} at {self._place}. What does it say?"
        outcome, words = CODE[await self._desk.ask(question, _words(CODE))]
        self.events.append(CodeAnswered(self.name, NO_STATUS, str(outcome), words))
        return outcome

    async def close(self) -> None:
        """Nothing is open."""


def _words(answers: Mapping[str, tuple[object, str]]) -> dict[str, str]:
    return {key: words for key, (_, words) in answers.items()}
