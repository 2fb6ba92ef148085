"""Who takes part in a case: a modem together with the SIM the lab file says is in it."""

from __future__ import annotations

from dataclasses import dataclass

from interop.engine import Bench
from interop.lab.model import SimPart
from interop.numbering import CliForm, Msisdn, cli_form
from interop.protocols.modem import Modem, Submission
from interop.record import Cause, InconcReason, Layer, codes

BLAME_OF_CLI: dict[CliForm, tuple[Layer, Cause]] = {
    CliForm.WRONG_TYPE: (Layer.INTERCONNECT, Cause.CLI_TYPE_WRONG),
    CliForm.DOUBLED_COUNTRY_CODE: (Layer.INTERCONNECT, Cause.CLI_DOUBLED_86),
    CliForm.CARRIER_PREFIX: (Layer.INTERCONNECT, Cause.CLI_REWRITTEN),
    CliForm.MALFORMED: (Layer.INTERCONNECT, Cause.CLI_REWRITTEN),
    CliForm.OTHER_NUMBER: (Layer.INTERCONNECT, Cause.CLI_REWRITTEN),
    CliForm.WITHHELD: (Layer.INTERCONNECT, Cause.CLI_MISSING),
    CliForm.UNAVAILABLE: (Layer.INTERCONNECT, Cause.CLI_MISSING),
}


@dataclass(frozen=True, slots=True)
class Party:
    modem: Modem
    sim: SimPart

    @property
    def number(self) -> str:
        """The 11 national digits: what a customer dials."""
        return self.sim.msisdn

    def identity(self, received: str, toa: int | None, validity: int | None = None) -> CliForm:
        """How a number shown at the far end relates to this party's."""
        return cli_form(received, 129 if toa is None else toa, Msisdn.parse(self.number), validity or 0)


async def has_room(bench: Bench, one: Party) -> None:
    """A message or report that could not be stored is nobody's fault but ours."""
    if memory := await one.modem.full_memory():
        bench.inconclusive(InconcReason.MODEM, f"{one.modem.name}: message memory {memory} is full")


def is_accepted(bench: Bench, submission: Submission, what: str) -> None:
    """The network takes the message, or says why not."""
    bench.require(
        f"the network accepts the {what}",
        expected="+CMGS",
        actual="+CMGS" if submission.accepted else f"+CMS ERROR: {submission.code}",
        ok=submission.accepted,
        blame=codes.of_message_refusal(submission.code),
    )


def party(bench: Bench, role: str, modem: Modem) -> Party:
    return Party(modem, bench.sims[role])


def parties(bench: Bench, **modems: Modem) -> list[Party]:
    """Of several roles, by their names."""
    return [party(bench, role, modem) for role, modem in modems.items()]
