"""The step with which everything at a site begins: its form takes the number, or says why not."""

from __future__ import annotations

from interop.engine import Bench
from interop.lab.model import KEYBOARD, FormPart, SimPart
from interop.protocols.site import FormOutcome, NumberForm
from interop.record import Blame, Cause, InconcReason, Layer

BLAME_OF_OUTCOME: dict[FormOutcome, Blame] = {
    FormOutcome.REJECTED_BY_FORMAT: (Layer.ORIGINATOR, Cause.REJECTED_BY_FORMAT),
    FormOutcome.REJECTED_BY_POLICY: (Layer.ORIGINATOR, Cause.REJECTED_BY_POLICY),
}


def form_of(bench: Bench, role: str) -> FormPart:
    part = bench.parts[role]
    assert isinstance(part, FormPart)
    return part


async def takes_the_number(
    bench: Bench, site: NumberForm, part: FormPart, sim: SimPart, *, awaited: bool
) -> None:
    """Ends the case where it does not. `awaited`: whether the case goes on to wait for the code."""
    if part.sender:
        bench.expect_message(sim.name, sender=part.sender, awaited=awaited)
    started = bench.now()
    answer = await site.submit(sim.msisdn)
    if answer.outcome not in (FormOutcome.ACCEPTED, FormOutcome.UNCLEAR):
        bench.settle(sim.name)  # a site that did not answer may have taken the number all the same
    if answer.outcome is FormOutcome.UNCLEAR and part.driver == KEYBOARD:
        # what an engineer saw he would see again: he is not asked a second time
        bench.inconclusive(InconcReason.INDETERMINATE, f"{part.name}: {answer.text or 'something else'}")
    if answer.outcome is FormOutcome.UNCLEAR:
        bench.inconclusive(InconcReason.SITE, f"HTTP {answer.http_status}: {answer.text}")
    if part.driver != KEYBOARD:
        bench.measure("site_response_time", bench.now() - started, "s")
    bench.require(
        "the form takes the number",
        expected=FormOutcome.ACCEPTED,
        actual=f"{answer.outcome}: {answer.text}" if answer.text else answer.outcome,
        ok=answer.outcome is FormOutcome.ACCEPTED,
        blame=BLAME_OF_OUTCOME.get(answer.outcome),
        ambiguous=tuple(BLAME_OF_OUTCOME.values()) if answer.outcome is FormOutcome.REJECTED else (),
    )
