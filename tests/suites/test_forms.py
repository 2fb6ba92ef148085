"""What a form's answer says of the code that may be on its way."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from random import Random

import pytest

from interop.engine.bench import Bench, Ended, Inconclusive
from interop.lab.model import FormPart, SimPart
from interop.protocols.site import CodeOutcome, FormAnswer, FormOutcome
from interop.protocols.stream import EventStream
from interop.record import Subject
from interop.record.events import MessageReceived
from suites.forms import takes_the_number

SIM = SimPart(
    name="mi-1709", msisdn="17090001234", imsi="460011709001234", iccid="89860120811000017091", kind="mvno",
    brand="小米移动", base_operator="CUCC", city="北京",
)  # fmt: skip
BANK = FormPart(name="bank", title="银行", url="emulated:/bank", sender="1065795588")


class Site:
    name = BANK.name
    takes_codes = False

    def __init__(self, outcome: FormOutcome) -> None:
        self.events = EventStream()
        self._outcome = outcome

    async def submit(self, msisdn: str) -> FormAnswer:
        return FormAnswer(self._outcome, 0, "no answer in 10 s")

    async def enter(self, msisdn: str, code: str) -> CodeOutcome:
        raise NotImplementedError


class Mail:
    """How many codes are on their way from the bank."""

    def __init__(self) -> None:
        self.coming = 0

    def expect(self, sim: str, text: str, sender: str, awaited: bool) -> None:
        assert (sim, sender) == (SIM.name, BANK.sender)
        self.coming += 1

    def settle(self, sim: str) -> None:
        self.coming -= 1

    def owed(self, sim: str, sender: str) -> int:
        return 0

    def astray(self) -> Sequence[tuple[str, MessageReceived]]:
        return ()


@pytest.mark.parametrize("outcome", FormOutcome)
def test_only_a_refusal_says_that_no_code_comes(outcome: FormOutcome) -> None:
    """A site that was silent for too long may have taken the number: its code is not the next attempt's."""
    mail = Mail()
    subject = Subject(SIM.name, SIM.msisdn, "1709", SIM.brand, SIM.base_operator, SIM.city)
    bench = Bench(
        subject=subject, tested=None, sims={"subject": SIM}, devices={}, random=Random(1), mail=mail
    )

    async def main() -> None:
        await takes_the_number(bench, Site(outcome), BANK, SIM, awaited=True)

    try:
        asyncio.run(main())
    except (Ended, Inconclusive):
        assert outcome is not FormOutcome.ACCEPTED
    assert mail.coming == (outcome in (FormOutcome.ACCEPTED, FormOutcome.UNCLEAR))
