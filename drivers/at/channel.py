"""The thin I/O shell around lexer and dialogue: one channel per modem.

It gives each command its turn and deadline, journals every byte, has the settings that a restart wipes out
applied again, and is the one place where bytes leave: under the emergency guard, but for emulated networks
of this process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator

from drivers.at.answers import is_busy, number_of, reason_of
from drivers.at.deadline import Deadline
from drivers.at.dialect import Dialect
from drivers.at.exchange import (
    Answer,
    Awaited,
    BecameReady,
    Command,
    Forget,
    InStep,
    Late,
    Listener,
    OutOfReach,
    Output,
    Restarted,
    Send,
    Take,
    Unowned,
    Unsolicited,
    query,
    sends,
)
from drivers.at.guard import Guard
from drivers.at.ledger import Ledger
from drivers.at.lexer import Lexer, Line, Prompt, Raw
from drivers.at.transaction import Dialogue, State
from interop.protocols.errors import CommandRefused, DeviceLost, EmergencyRefused, NotAnswering, NotAvailable
from interop.protocols.link import Journal, Link

QUIET_S = 0.3
"""no byte for so long: the line is drained"""
HUSH_S = 1.1
"""nothing is sent for so long before and behind `+++` (a second, by V.250 and its Hayes forebears)"""
PROBE_S = 3.0
MOST_PROOFS = 3
FORGIVE_S = 60.0
"""how long an answer that is owed may still come"""
GRACE_S = 0.3
"""for information that comes behind its OK"""
BUSY_BACKOFF_S = (0.5, 1.0, 2.0, 4.0)
"""waits between tries of a query that the SIM is too busy for"""
_NOTHING_SENT = "nothing was sent: earlier commands are unanswered"


class Channel:
    """Commands in, answers out. Raises only EquipmentError for trouble with the device."""

    def __init__(
        self, device: str, link: Link, journal: Journal, dialect: Dialect, listener: Listener, guard: Guard
    ) -> None:
        self.device = device
        self.dialect = dialect
        self.guard = guard
        self.ledger = Ledger()
        self._link = link
        self._journal = journal
        self._listener = listener
        self._lexer = Lexer()
        self._dialogue = Dialogue(dialect)
        self._turn = asyncio.Lock()
        self._answer: asyncio.Future[Answer] | None = None
        self._running: Command | None = None
        self._deadline = Deadline(self._expired)
        self._step: asyncio.Future[None] | None = None
        self._last_byte = self._last_sent = 0.0
        self._lost = "not open"
        self._away = ""
        self.timeouts = 0
        """commands that were not answered in time: after one the modem may have restarted"""
        self._losses = 0
        self._restoring: asyncio.Task[None] | None = None

    @property
    def usable(self) -> bool:
        return not self._lost and not self._away

    @property
    def in_step(self) -> bool:
        return self._dialogue.state is State.IDLE

    async def open(self) -> None:
        """Raises DeviceLost."""
        self._lexer, self._dialogue = Lexer(), Dialogue(self.dialect)
        await self._link.open(self._received, self._on_lost)
        self._lost = self._away = ""

    async def reopen(self, prove: Callable[[], Awaitable[None]]) -> None:
        """The link once more after its loss, and every setting as it was; until then everybody else gets
        DeviceLost. `prove`, with the channel held and before anything is set or unlocked, says by `exchange`
        that this is the same device, or raises. Raises EquipmentError; the link is closed then.
        """
        async with self._turn:
            self._lexer, self._dialogue = Lexer(), Dialogue(self.dialect)
            await self._link.open(self._received, self._on_lost)
            self._lost, self.ledger.stale = "", False
            try:
                self._perform(self._dialogue.wake())
                await self._get_in_step()
                await prove()
                self.ledger.stale = True
                await self.ledger.restore(self.exchange)
                if self._lost:
                    raise DeviceLost(self.device, self._lost)
            except BaseException:
                self._lost = self._away
                await self._link.close()
                raise
            self._away = ""

    def give_up(self, why: str) -> None:
        """What whoever uses the modem is told from now on."""
        self._lost = self._away = why

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
        self._deadline.close()
        await self._link.close()

    def permit(self, command: Command) -> None:
        """Raises EmergencyRefused for what must not be sent; asked again when it is sent."""
        for send in sends(command):
            self._check(send)

    def beware(self, numbers: Iterable[str]) -> None:
        """Further emergency numbers, of the SIM (EF_ECC)."""
        self.guard.add(numbers)

    async def run(self, command: Command) -> Answer:
        """The answer, OK or the like. Raises CommandRefused for every other final result, NotAnswering when
        none came in time (its outcome is unknown), DeviceLost, EmergencyRefused.
        """
        self.permit(command)
        if self._away:
            raise DeviceLost(self.device, self._away)
        losses = self._losses
        if command.delivers:
            await self._until_nothing_is_owed(probes=command.upload is not None)
        for pause in (*BUSY_BACKOFF_S, None):
            async with self._turn:
                if self._losses != losses:
                    raise DeviceLost(self.device, self._away or "the link was lost meanwhile")
                if self.ledger.stale:
                    await self.ledger.restore(self.exchange)
                try:
                    answer = await self.exchange(command)
                except NotAnswering:
                    if not command.again or command.upload is not None:
                        raise
                    answer = await self.exchange(command)
            if answer.ok:
                return answer
            busy = command.retry_busy and command.upload is None and is_busy(answer.final)
            if pause is None or not busy:
                break
            await asyncio.sleep(pause)
        said = answer.final
        raise CommandRefused(self.device, command.name, said, number_of(said), reason_of(said))

    async def ask(self, text: str, *, shape: Callable[[str], bool] | None = None) -> str:
        """What follows the prefix in the answer to a query, `AT+CSQ` -> "20,99".

        Raises as `run`, and NotAvailable where the modem says OK and nothing else.
        """
        asked = query(text, shape)
        answer = await self.run(asked)
        if not answer.lines:
            raise NotAvailable(self.device, f"{text} was answered {answer.final} and nothing else")
        return answer.lines[0][len(asked.expect[0]) :].strip()

    async def set(self, text: str, *, deadline: float = 5.0) -> None:
        """As `run`, for a setting that the modem forgets when it restarts: it is kept in the ledger."""
        prefix = text.partition("=")[0].removeprefix("AT") + ":"
        # +CPMS= answers with its own prefix; a prefix that is a URC's, too, stays the URC's
        expect = () if prefix in self.dialect.urcs else (prefix,)
        command = Command(text=text, expect=expect, may_be_empty=True, setting=True, deadline=deadline)
        await self.run(command)
        self.ledger.enter(command)

    async def alive(self) -> bool:
        """Does the modem answer, and still have what was set? False after a restart that gave no sign.

        What was lost is then applied again. Raises as `run`.
        """
        wanted = self.ledger.value("AT+CMEE")
        if not wanted:
            await self.run(Command(text="AT"))
            return True
        if await self.ask("AT+CMEE?") == wanted:
            return True
        self._on_restart(Restarted("settings lost without a sign", None))
        return False

    # One command

    async def exchange(self, command: Command) -> Answer:
        """As `run` for whoever holds the channel already (`Ledger.restore`); no final result is an error."""
        self.permit(command)
        await self._get_in_step()
        if command.upload is not None and self._dialogue.doubt:
            raise NotAnswering(self.device, _NOTHING_SENT)
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._answer = future
        self._running = command
        self._deadline.set(command.deadline)
        try:
            self._perform(self._dialogue.start(command))
            return await future
        except NotAnswering:
            if self._dialogue.unfinished is None:
                raise
        finally:
            self._deadline.clear()
            self._answer = self._running = None
            if future.cancelled():
                # whoever asked is gone; the answer is still owed and must not reach the next command
                self._abandon()
        # all but the OK has come: with the proof that nothing more will, the answer is complete
        await self._get_in_step()
        answer, self._dialogue.unfinished = self._dialogue.unfinished, None
        if answer is None:
            raise NotAnswering(self.device, f"{command.name} was not answered to its end")
        return answer

    def _expired(self) -> None:
        command, future = self._running, self._answer
        self.timeouts += 1
        self._abandon()  # which may find that there is an answer after all
        if command is not None and future is not None and not future.done():
            self._journal.note(why := f"no answer to {command.name} within {command.deadline:g} s")
            future.set_exception(NotAnswering(self.device, why))

    def _abandon(self) -> None:
        if not self._lost:
            self._perform(self._dialogue.timeout())

    async def _get_in_step(self) -> None:
        """After a timeout: drain, then prove synchronisation. Raises NotAnswering, DeviceLost."""
        if self._lost:
            raise DeviceLost(self.device, self._lost)
        if self._dialogue.doubt:
            self._dialogue.doubt.forgive(asyncio.get_running_loop().time(), FORGIVE_S)
        tries = 0
        while not self.in_step and (tries := tries + 1) <= MOST_PROOFS:
            await self._prove()
        if not self.in_step:
            raise NotAnswering(self.device, "says more than it is asked for")

    async def _prove(self) -> None:
        self._dialogue.retry()
        await self._until_quiet()
        while self._dialogue.state is State.DRAIN and self._dialogue.octets.escape:
            self._perform(self._dialogue.quiet())
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
        if self._dialogue.state is State.DEAD:
            raise NotAnswering(self.device, "does not answer")

    async def _until_nothing_is_owed(self, *, probes: bool) -> None:
        """Before a message or an upload: no mark can stand before it, and whose reference or prompt comes
        must be certain.
        """
        loop = asyncio.get_running_loop()
        if rest := self._dialogue.doubt.forgive(loop.time(), FORGIVE_S, probes=probes):
            await asyncio.sleep(rest)
            if self._dialogue.doubt.forgive(loop.time(), FORGIVE_S, probes=probes):
                raise NotAnswering(self.device, _NOTHING_SENT)

    async def _until_quiet(self) -> None:
        """Raises DeviceLost."""
        loop = asyncio.get_running_loop()
        while (rest := self._quiet_from() - loop.time()) > 0:  # noqa: ASYNC110
            await asyncio.sleep(rest)
        if self._lost:
            raise DeviceLost(self.device, self._lost)

    def _quiet_from(self) -> float:
        """When the line will have been silent for long enough if nothing more comes."""
        drained = self._last_byte + QUIET_S
        return max(drained, self._last_sent + HUSH_S) if self._dialogue.octets.hush else drained

    # Settings after a restart

    def _restore_soon(self) -> None:
        self.ledger.stale = True
        if self._restoring is None or self._restoring.done():
            self._restoring = asyncio.get_running_loop().create_task(self._restore_in_turn())

    async def _restore_in_turn(self) -> None:
        async with self._turn:
            if self.ledger.stale:
                try:
                    await self.ledger.restore(self.exchange)
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
            lexer.hand_over(dialogue.keeps)
            token = lexer.next()
            if token is None:
                return
            if type(token) is Line:
                if token.cut:
                    self._journal.note("an over-long line was cut")
                if not dialogue.keeps(token.text):
                    self._perform(dialogue.line(token.text))
            elif type(token) is Prompt:
                self._perform(dialogue.prompt())
            elif type(token) is Raw:
                dialogue.octets.came(token.data)

    def _perform(self, outputs: Iterator[Output]) -> None:
        for output in outputs:
            match output:
                case Answer():
                    if self._answer is not None and not self._answer.done():
                        self._answer.set_result(output)
                case Send():
                    self._write(output)
                case Take():
                    self._lexer.take(output.count)
                case Forget():
                    self._lexer.forget()
                case Unsolicited():
                    self._listener.unsolicited(output)
                case Unowned():
                    self._listener.unowned(output.text)
                case Late():
                    self._journal.note(f"late answer: {output.text}")
                case Restarted():
                    self._on_restart(output)
                case BecameReady():
                    if self.ledger:
                        self._restore_soon()
                case Awaited():
                    if self._running is not None:
                        self._deadline.set(GRACE_S)
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

    def _write(self, send: Send) -> None:
        """The only place where bytes leave."""
        self._check(send)
        self._journal.sent(send.data)
        self._last_sent = asyncio.get_running_loop().time()
        if send.counted:
            self._lexer.pass_over(send.data)
        self._link.write(send.data)

    def _check(self, send: Send) -> None:
        judge = self.guard.danger
        if not self._link.emulated and (danger := judge(send.data, send.prompted_by, counted=send.counted)):
            raise EmergencyRefused(self.device, danger)

    def _on_lost(self, why: str) -> None:
        if not self._lost:
            self._lost = why
            self._losses += 1
            again, self._away = bool(self._away), self._away or why
            self._journal.note(f"link lost: {why}")
            self._fail_pending(DeviceLost(self.device, why))
            if not again:  # else it went once more while it was being reopened, which `reopen` tells
                self._listener.lost(why)

    def _fail_pending(self, error: DeviceLost) -> None:
        for future in (self._answer, self._step):
            if future is not None and not future.done():
                future.set_exception(error)
