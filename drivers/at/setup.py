"""Bringing a modem from any state to the one that the driver works in, at open and after a restart."""

from __future__ import annotations

import asyncio

from drivers.at import answers, iccid
from drivers.at.channel import Channel
from drivers.at.exchange import Command
from interop.lab.model import SimPart
from interop.protocols.errors import CommandRefused, EquipmentError, NotAnswering
from interop.protocols.link import Journal
from interop.protocols.modem import SimState

READY_BACKOFF_S = (1.0, 2.0, 4.0, 8.0)
"""SIM800 says SMS Ready about ten seconds after its start; whoever opens it later never hears that"""
_TELLING = ("AT+CPMS", "AT+CNMI")
"""without them messages and reports stay where nobody looks"""
_PIN_STATE = Command(text="AT+CPIN?", expect=("+CPIN:",))


class Setup:
    """Echo off, PIN once, then the dialect's settings; each that holds goes to the channel's ledger.

    `pin`: of the card `sim`, in digits, where the lab file has one.
    """

    def __init__(self, channel: Channel, journal: Journal, sim: SimPart, pin: str | None) -> None:
        self._channel = channel
        self._journal = journal
        self._sim = sim
        self._pin = pin
        self._accepted: Command | None = None
        self._complete = False
        self._unset: list[tuple[str, ...]] = []

    async def run(self) -> None:
        """Raises EquipmentError where the modem cannot be worked with."""
        if await self.reach():
            await self.complete()
        else:
            for text in self._channel.dialect.required:
                await self._first(text)
            await self._rows()

    async def reach(self) -> bool:
        """No further than the SIM: in step, echo off, PIN once where it asks for one. Whether the SIM is
        ready; raises as `run`.
        """
        await self._channel.wake()
        await self._set("ATE0")
        await self._first("ATV1")
        return await self._unlocked()

    async def complete(self) -> None:
        """With a SIM that is ready: what was refused before, or after a restart, must not stay unset.

        Without +CNMI no report would ever come, and the network would be blamed for it. Raises as `run`.
        """
        for command in tuple(self._channel.ledger.refused):
            await self._channel.run(command)
            self._channel.ledger.refused.remove(command)
        if self._complete:
            await self._rows(*self._unset)
            return
        for text in self._channel.dialect.required:
            await self._insist(text)
        await self._rows()
        self._complete = True

    async def _rows(self, *again: tuple[str, ...]) -> None:
        dialect, self._unset = self._channel.dialect, []
        for row in again if self._complete else (*dialect.setup, *dialect.extra_setup):
            if not await self._first(*row) and row[0].startswith(_TELLING):
                self._unset.append(row)

    async def again(self) -> None:
        """After a restart, with the channel held: the PIN, if it was right before."""
        if self._accepted is not None:
            state = await self._channel.exchange(_PIN_STATE)
            if _state(state.lines) is SimState.PIN:
                if stranger := await self._stranger(self._channel.exchange):
                    self._journal.note(stranger)
                    return
                accepted, self._accepted = self._accepted, None
                if (await self._channel.exchange(accepted)).ok:
                    self._accepted = accepted  # else never again: three wrong ones lock a card

    async def _unlocked(self) -> bool:
        """Give the PIN at most once, and to no other card: three wrong ones lock one."""
        state = await sim_state(self._channel)
        if state is not SimState.PIN or self._pin is None:
            return state is SimState.READY
        if not (self._pin.isascii() and self._pin.isdigit() and 4 <= len(self._pin) <= 8):
            raise EquipmentError(self._channel.device, "the PIN in the lab file is not 4 to 8 digits")
        if stranger := await self._stranger(self._channel.run):
            raise EquipmentError(self._channel.device, stranger)
        text, self._pin = f'AT+CPIN="{self._pin}"', None
        command = Command(text=text, deadline=20.0, retry_busy=False, secret=True)
        try:
            await self._channel.run(command)
        except CommandRefused as refused:
            self._journal.note(f"the SIM refused its PIN: {refused.final}; it is not tried again")
            return False
        self._accepted = command
        return True

    async def _stranger(self, ask: iccid.Ask) -> str:
        """What is wrong with the card that asks for its PIN; "" where nothing says that it is another one."""
        found = await iccid.read(ask, self._journal)
        if not found:
            self._journal.note("the ICCID cannot be read before the PIN: whose PIN this is, is not proved")
        if not found or iccid.same(found, self._sim.iccid.upper()):
            return ""
        return (
            f"ICCID {found} is in it, where SIM {self._sim.name} with ICCID {self._sim.iccid} should be; "
            "it asks for its PIN, and none was tried"
        )

    async def _set(self, text: str) -> None:
        """A setting does no harm twice: one that gets no answer is tried again once."""
        try:
            await self._channel.set(text)
        except NotAnswering:
            await self._channel.set(text)

    async def _insist(self, text: str) -> None:
        """Settings of messages are refused until a modem that has just started is ready for them."""
        for pause in READY_BACKOFF_S:
            try:
                return await self._set(text)
            except CommandRefused as refused:
                self._journal.note(f"{text} was answered {refused.final}; again in {pause:g} s")
                await asyncio.sleep(pause)
        await self._set(text)

    async def _first(self, *forms: str) -> bool:
        """Of several forms of one setting, the first that this modem accepts; none is fine, too."""
        for form in forms:
            try:
                await self._set(form)
            except CommandRefused:
                continue
            return True
        self._journal.note(f"none of {', '.join(forms)} was accepted")
        return False


async def sim_state(channel: Channel) -> SimState:
    """Raises EquipmentError, but for a refusal, which is a state."""
    try:
        return _state((await channel.run(_PIN_STATE)).lines)
    except NotAnswering:
        return _state((await channel.run(_PIN_STATE)).lines)
    except CommandRefused as refused:
        return answers.sim_state_of_error(refused.code)


def _state(lines: list[str]) -> SimState:
    return answers.sim_state(lines[-1].removeprefix("+CPIN:")) if lines else SimState.FAILED
