"""What a command asks of the network and has to wait for; how a refusal of it looks."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from drivers.emulated.air import Done
from drivers.emulated.terminal.console import LATER
from drivers.emulated.terminal.results import Ended, Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem


def _done() -> Reply:
    return None


def ask(
    modem: EmulatedModem,
    request: Callable[[Done], None],
    then: Callable[[], Reply] = _done,
    *,
    refused: Ended | None = None,
) -> Reply:
    """`then` answers the command once the network has done `request`; a refusal ends it with `refused`,
    else with the +CME ERROR of the profile. Nothing is answered any more once the modem has restarted.
    """
    life = modem.life

    def done(cause: int | None) -> None:
        if modem.life == life:
            modem.console.resume(lambda: answered(cause))

    def answered(cause: int | None) -> Reply:
        if cause is not None:
            error = refusal(modem, cause)
            raise refused or error
        modem.calls.review()
        return then()

    request(done)
    return LATER


def refusal(modem: EmulatedModem, cause: int) -> Refused:
    """The error for a `cause` that the network gave, which +CEER tells from now on."""
    modem.calls.failed(cause)
    steering = modem.profile.steering
    return Refused(steering.refusals.get(cause, steering.refused))
