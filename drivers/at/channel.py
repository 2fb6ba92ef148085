"""The thin I/O shell around lexer and dialogue: one channel per modem.

It gives each command its turn and its deadline, journals every byte, keeps the ledger of settings that a
restart of the modem wipes out, and is the one place where bytes leave for the modem, under the emergency
guard unless the link is to an emulated network of this process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import Protocol

from drivers.at.answers import is_busy, number_of, reason_of
from drivers.at.dialect import Dialect
from drivers.at.exchange import (
    Answer,
    BecameReady,
    Command,
    InStep,
    Late,
    OutOfReach,
    Output,
    Restarted,
    Send,
    Unowned,
    Unsolicited,
    sends,
)
from drivers.at.guard import Guard
from drivers.at.lexer import Lexer, Line, Prompt
from drivers.at.transaction import Dialogue, State
from interop.protocols.errors import CommandRefused, DeviceLost, EmergencyRefused, NotAnswering, NotAvailable
from interop.protocols.link import Journal, Link

QUIET_S = 0.3
"""no byte for so long: the line is drained"""
PROBE_S = 3.0
FORGIVE_S = 60.0
"""how long a late answer is looked for"""
BUSY_BACKOFF_S = (0.5, 1.0, 2.0, 4.0)
"""waits between tries of a query that the SIM is too busy for"""
MOST_PERMITTED = 1024


class Listener(Protocol):
    """Who is told what nobody asked for. Called from the event loop; must not block or raise."""

    def unsolicited(self, urc: Unsolicited) -> None: ...

    def unowned(self, text: str) -> None: ...

    def restarted(self, sign: str) -> None:
        """The modem began anew; the ledger is re-applied next."""

    def lost(self, why: str) -> None: ...


class Channel:
    """Commands in, answers out. Raises only EquipmentError for trouble with the device."""

    def __init__(
        self, device: str, link: Link, journal: Journal, dialect: Dialect, listener: Listener, guard: Guard
    ) -> None:
        self.device = device
        self.dialect = dialect
        self.guard = guard
        self.before_restore: Callable[[], Awaitable[None]] | None = None
        """run with the channel held before settings are re-applied (the PIN); uses `exchange`"""
        self.after_restore: Callable[[], None] | None = None
        self._link = link
        self._journal = journal
        self._listener = listener
        self._lexer = Lexer()
        self._dialogue = Dialogue(dialect)
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[Answer] | None = None
        self._step: asyncio.Future[None] | None = None
        self._last_byte = 0.0
        self._lost = "not open"
        self._ledger: dict[str, Command] = {}
        self._stale = False
        self._restoring: asyncio.Task[None] | None = None
        self._permitted: set[tuple[bytes, str]] = set()

    @property
    def usable(self) -> bool:
        return not self._lost

    @property
    def in_step(self) -> bool:
        return self._dialogue.state is State.IDLE

    async def open(self) -> None:
        """Raises DeviceLost."""
        await self._link.open(self._received, self._on_lost)
        self._lost = ""

    async def wake(self) -> None:
        """Get in step with a modem that may be in any state, in a prompt included. Raises NotAnswering."""
        async with self._turn:
            self._perform(self._dialogue.wake())
            await self._get_in_step()

    async def close(self) -> None:
        """Never raises."""
        if self._restoring is not None:
            self._restoring.cancel()
        self._lost = self._lost or "closed"
        self._fail_pending(DeviceLost(self.device, "closed"))
        await self._link.close()

    def permit(self, command: Command) -> None:
        """Raises EmergencyRefused for what must not be sent; asked again when it is sent."""
        for send in sends(command):
            self._check(send.data, send.prompted_by)

    def beware(self, numbers: Iterable[str]) -> None:
        """Further emergency numbers, of the SIM (EF_ECC)."""
        self.guard.add(numbers)
        self._permitted.clear()

    async def run(self, command: Command) -> Answer:
        """The answer, OK or the like. Raises CommandRefused for every other final result, NotAnswering when
        none came in time (its outcome is unknown), DeviceLost, EmergencyRefused.
        """
        self.permit(command)
        for pause in (*BUSY_BACKOFF_S, None):
            async with self._turn:
                if self._stale:
                    await self._restore()
                answer = await self._exchange(command)
            if answer.ok:
                return answer
            if pause is None or not (command.retry_busy and is_busy(answer.final)):
                break
            await asyncio.sleep(pause)
        raise self._refusal(answer)

    async def ask(self, text: str, *, shape: Callable[[str], bool] | None = None) -> str:
        """What follows the prefix in the answer to a query, `AT+CSQ` -> "20,99".

        Raises as `run`, and NotAvailable where the modem says OK and nothing else.
        """
        prefix = text.removeprefix("AT").rstrip("?") + ":"
        answer = await self.run(Command(text=text, expect=(prefix,), shape=shape))
        if not answer.lines:
            raise NotAvailable(self.device, f"{text} was answered {answer.final} and nothing else")
        return answer.lines[0][len(prefix) :].strip()

    async def set(self, text: str, *, deadline: float = 5.0) -> None:
        """As `run`, for a setting that the modem forgets when it restarts: it is kept in the ledger."""
        name = text.partition("=")[0]
        prefix = name.removeprefix("AT") + ":"
        # +CPMS= answers with its own prefix; a prefix that is a URC's, too, stays the URC's
        expect = () if prefix in self.dialect.urcs else (prefix,)
        command = Command(text=text, expect=expect, may_be_empty=True, deadline=deadline)
        await self.run(command)
        self._ledger[name] = command

    async def alive(self) -> bool:
        """Does the modem answer, and still have what was set? False after a restart that gave no sign.

        What was lost is then applied again. Raises as `run`.
        """
        wanted = self._ledger.get("AT+CMEE")
        if wanted is None:
            await self.run(Command(text="AT"))
            return True
        if await self.ask("AT+CMEE?") == wanted.text.partition("=")[2]:
            return True
        self._on_restart(Restarted("settings lost without a sign", None))
        return False

    def holds(self, *settings: str) -> bool:
        """Is one of these in the ledger?"""
        return any(command.text in settings for command in self._ledger.values())

    async def exchange(self, command: Command) -> Answer:
        """As `run` for whoever holds the channel already (`before_restore`); no final result is an error."""
        return await self._exchange(command)

    # One command

    async def _exchange(self, command: Command) -> Answer:
        self.permit(command)
        await self._get_in_step()
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Answer] = loop.create_future()
        self._answer = future
        timer = loop.call_later(command.deadline, self._expired, command)
        try:
            self._perform(self._dialogue.start(command))
            return await future
        finally:
            timer.cancel()
            self._answer = None
            if future.cancelled():
                # whoever asked is gone; the answer is still owed and must not reach the next command
                self._abandon()

    def _expired(self, command: Command) -> None:
        future = self._answer
        self._abandon()
        if future is not None and not future.done():
            self._journal.note(f"no answer to {command.name} within {command.deadline:g} s")
            future.set_exception(
                NotAnswering(self.device, f"no answer to {command.name} within {command.deadline:g} s")
            )

    def _abandon(self) -> None:
        if not self._lost:
            self._perform(self._dialogue.timeout())
            asyncio.get_running_loop().call_later(FORGIVE_S, self._dialogue.forgive)

    async def _get_in_step(self) -> None:
        """After a timeout: drain, then prove synchronisation. Raises NotAnswering, DeviceLost."""
        if self._lost:
            raise DeviceLost(self.device, self._lost)
        if self.in_step:
            return
        self._dialogue.retry()
        await self._until_quiet()
        self._step = step = asyncio.get_running_loop().create_future()
        try:
            self._perform(self._dialogue.quiet())
            while self._dialogue.state is State.PROOF:
                await asyncio.wait([step], timeout=PROBE_S)
                if not step.done():
                    self._perform(self._dialogue.timeout())
        finally:
            self._step = None
        if step.done():
            step.result()
        if not self.in_step:
            raise NotAnswering(self.device, "does not answer")

    async def _until_quiet(self) -> None:
        loop = asyncio.get_running_loop()
        while (rest := self._last_byte + QUIET_S - loop.time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(rest)

    def _refusal(self, answer: Answer) -> CommandRefused:
        code = number_of(answer.final)
        return CommandRefused(self.device, answer.command.name, answer.final, code, reason_of(answer.final))

    # Settings after a restart

    async def _restore(self) -> None:
        """Apply the ledger again; a further restart in the middle begins it anew."""
        while self._stale:
            self._stale = False
            try:
                if self.before_restore is not None:
                    await self.before_restore()
                for command in tuple(self._ledger.values()):
                    answer = await self._exchange(command)
                    if not answer.ok:
                        self._journal.note(f"after the restart {command.name} was answered {answer.final}")
            except NotAnswering:
                self._stale = True
                raise
            except DeviceLost:
                if self._lost:
                    raise
        if self.after_restore is not None:
            self.after_restore()

    def _restore_soon(self) -> None:
        self._stale = True
        if self._restoring is None or self._restoring.done():
            self._restoring = asyncio.get_running_loop().create_task(self._restore_in_turn())

    async def _restore_in_turn(self) -> None:
        async with self._turn:
            if self._stale:
                try:
                    await self._restore()
                except (NotAnswering, DeviceLost) as error:
                    self._journal.note(str(error))  # the next command tries again and tells its caller

    # Bytes

    def _received(self, data: bytes) -> None:
        self._journal.received(data)
        self._last_byte = asyncio.get_running_loop().time()
        lexer, dialogue = self._lexer, self._dialogue
        lexer.feed(data)
        while True:
            lexer.expect_prompt = dialogue.wants_prompt
            token = lexer.next()
            if token is None:
                return
            if type(token) is Line:
                if token.cut:
                    self._journal.note("an over-long line was cut")
                self._perform(dialogue.line(token.text))
            elif type(token) is Prompt:
                self._perform(dialogue.prompt())

    def _perform(self, outputs: Iterator[Output]) -> None:
        for output in outputs:
            match output:
                case Answer():
                    if self._answer is not None and not self._answer.done():
                        self._answer.set_result(output)
                case Send():
                    self._write(output.data, output.prompted_by)
                case Unsolicited():
                    self._listener.unsolicited(output)
                case Unowned():
                    self._listener.unowned(output.text)
                case Late():
                    self._journal.note(f"late answer: {output.text}")
                case Restarted():
                    self._on_restart(output)
                case BecameReady():
                    if self._ledger:
                        self._restore_soon()
                case InStep() | OutOfReach():
                    if self._step is not None and not self._step.done():
                        self._step.set_result(None)

    def _on_restart(self, output: Restarted) -> None:
        self._listener.restarted(output.sign)
        if output.pending is not None:
            self._fail_pending(
                DeviceLost(self.device, f"restarted ({output.sign}) in the middle of {output.pending.name}")
            )
        if self._step is not None and not self._step.done():
            self._step.set_result(None)
        self._restore_soon()

    def _write(self, data: bytes, prompted_by: str) -> None:
        """The only place where bytes leave."""
        self._check(data, prompted_by)
        self._journal.sent(data)
        self._link.write(data)

    def _check(self, data: bytes, prompted_by: str) -> None:
        if self._link.emulated or (data, prompted_by) in self._permitted:
            return
        if danger := self.guard.danger(data, prompted_by):
            raise EmergencyRefused(self.device, danger)
        if len(self._permitted) >= MOST_PERMITTED:
            self._permitted.clear()
        self._permitted.add((data, prompted_by))

    def _on_lost(self, why: str) -> None:
        if not self._lost:
            self._lost = why
            self._journal.note(f"link lost: {why}")
            self._fail_pending(DeviceLost(self.device, why))
            self._listener.lost(why)

    def _fail_pending(self, error: DeviceLost) -> None:
        for future in (self._answer, self._step):
            if future is not None and not future.done():
                future.set_exception(error)
