"""One connection with a gateway: requests and their answers in time, heartbeats, an end that is noticed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import fields
from typing import Any, Final

from drivers.originators.gateway.streams import Stream, why
from drivers.originators.gateway.transcript import Transcript
from interop.gateway import RESPONSE, Dialect, Frame, GatewayError, smpp
from interop.gateway.results import UNREADABLE
from interop.gateway.session import Answered, Asked, Event, Garbled, Session, Stray

FAREWELL_S: Final = 2.0
_UNKNOWN_COMMAND: Final = 0x03
_READ: Final = 65536
_UNSENT_LIMIT: Final = 1 << 20
"""octets that a gateway may leave unread"""


class ConnectionEnded(Exception):
    """There is no connection any more; what was to be asked has not left."""


class Connection:
    """`serve` answers what the gateway asks (None: nothing), `stray` hears of answers that came too late or
    twice, `ended` once why a connection was lost that we did not leave.
    """

    def __init__(
        self,
        stream: Stream,
        session: Session,
        transcript: Transcript,
        *,
        answer_s: float,
        serve: Callable[[Frame], Any | None],
        stray: Callable[[Frame], None],
        ended: Callable[[str], None],
        farewell: type,
    ) -> None:
        self._reader, self._writer = stream
        self._session = session
        self._transcript = transcript
        self._answer_s = answer_s
        self._serve = serve
        self._stray = stray
        self._ended = ended
        self._farewell = farewell
        self._leaving = False
        self._room = asyncio.Semaphore(session.window)
        self._answers: dict[Any, asyncio.Future[Frame | None]] = {}
        self._last = asyncio.get_running_loop().time()
        self.over = ""
        """why there is no connection any more"""
        self._tasks = [asyncio.create_task(self._read(), name="gateway: read")]

    async def ask(self, pdu: Any) -> tuple[Frame, Frame | None]:
        """The request as it left, and its answer; None where none came in time that could be read.

        Waits while the window is full. Raises ConnectionEnded and GatewayError before anything left.
        """
        async with self._room:
            if self.over:
                raise ConnectionEnded(self.over)
            request, data = self._session.request(pdu)
            answer: asyncio.Future[Frame | None] = asyncio.get_running_loop().create_future()
            self._answers[request.sequence] = answer
            try:
                self._write(data)
                async with asyncio.timeout(self._answer_s):
                    return request, await answer
            except TimeoutError:
                return request, None
            finally:
                self._session.give_up(request)
                del self._answers[request.sequence]

    def idle(self, for_s: float) -> bool:
        """Nothing is unanswered, and nothing was heard for so long."""
        quiet = asyncio.get_running_loop().time() - self._last
        return not self._session.outstanding and quiet > for_s

    def keep_alive(self, every: float, beat: Callable[[], Any | None]) -> None:
        """Ask `beat()` whenever nothing was heard for `every` seconds; no answer ends the connection."""
        if every > 0 and beat() is not None:
            self._tasks.append(asyncio.create_task(self._beat(every, beat), name="gateway: heartbeat"))

    async def close(self, *, farewell: Any | None = None) -> None:
        """Take leave, with a moment for the answer. Never raises."""
        self._leaving = True
        if farewell is not None and not self.over and self._session.room:
            with suppress(TimeoutError, ConnectionEnded, GatewayError):
                async with asyncio.timeout(FAREWELL_S):
                    await self.ask(farewell)
        self._end("we left")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(FAREWELL_S):
                await self._writer.wait_closed()
        self._writer.transport.abort()  # it reads nothing

    async def wait_over(self) -> None:
        """Until there is no connection any more."""
        await asyncio.wait(self._tasks[:1])

    async def _read(self) -> None:
        reason = "reading broke off"
        try:
            while not self.over and (data := await self._reader.read(_READ)):
                self._last = asyncio.get_running_loop().time()
                with suppress(GatewayError):  # the session says it again
                    self._transcript.received(data)
                for event in self._session.receive(data):
                    self._take(event)
            reason = "the gateway closed the connection"
        except GatewayError as error:
            reason = f"what came is no {self._session.dialect.name}: {error}"
        except OSError as error:
            reason = why(error)
        finally:
            self._end(reason)

    def _take(self, event: Event) -> None:
        match event:
            case Asked(frame):
                self._reply(frame)
            case Answered(request, frame):
                self._settle(request.sequence, frame)
            case Stray(frame):
                self._stray(frame)
            case Garbled(error, command, sequence):
                self._transcript.note(f"a PDU that cannot be read: {error}")
                if command is not None and command & RESPONSE:
                    self._settle(sequence, None)
                elif command is not None:
                    self._refuse(command, sequence)

    def _reply(self, asked: Frame) -> None:
        reply = self._serve(asked)
        if reply is not None:
            unknown = isinstance(reply, smpp.GenericNack)
            self._write(self._session.answer(asked, reply, _UNKNOWN_COMMAND if unknown else 0))
        if isinstance(asked.pdu, self._farewell):
            self._end("the gateway ended the session")

    def _refuse(self, command: int, sequence: Any) -> None:
        dialect = self._session.dialect
        if (reply := refusal(dialect, command)) is not None:
            status = UNREADABLE[dialect.name] if dialect.status else 0
            self._write(self._session.answer(Frame(None, sequence), reply, status))

    def _settle(self, sequence: Any, frame: Frame | None) -> None:
        answer = self._answers.get(sequence)
        if answer is not None and not answer.done():
            answer.set_result(frame)

    def _write(self, data: bytes) -> None:
        if self.over:
            return
        self._transcript.sent(data)
        self._writer.write(data)
        if self._writer.transport.get_write_buffer_size() > _UNSENT_LIMIT:
            self._end("the gateway asks and does not read the answers")
            self._writer.transport.abort()

    async def _beat(self, every: float, beat: Callable[[], Any | None]) -> None:
        loop = asyncio.get_running_loop()
        while not self.over:
            if (rest := self._last + every - loop.time()) > 0:
                await asyncio.sleep(rest)
                continue
            asked_at = loop.time()
            try:
                _, answer = await self.ask(beat())
            except ConnectionEnded:
                return
            if answer is None and self._last < asked_at:  # one that cannot be read is a sign of life
                self._end(f"no answer to a heartbeat in {self._answer_s:g} s")

    def _end(self, reason: str) -> None:
        if self.over:
            return
        self.over = reason
        self._transcript.note(f"connection over: {reason}")
        for answer in self._answers.values():
            if not answer.done():
                answer.set_result(None)
        self._writer.close()
        if not self._leaving:
            self._ended(reason)


def refusal(dialect: Dialect, command: int) -> Any | None:
    """The answer to a request of `command` that cannot be read; SMPP's goes with a status."""
    if dialect.status:
        return smpp.GenericNack()
    kind: Any = dialect.commands.get(command | RESPONSE)
    name = next((item.name for item in fields(kind) if item.name in ("result", "status")), "") if kind else ""
    return kind(**{name: UNREADABLE[dialect.name]}) if name else None
