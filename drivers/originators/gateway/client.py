"""An account at a gateway as an `Originator`: a text handed over once, what is said of it told as events."""

from __future__ import annotations

import asyncio
import hmac
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from drivers.originators.gateway import streams
from drivers.originators.gateway.connection import Connection, ConnectionEnded, refusal
from drivers.originators.gateway.replies import Replies
from drivers.originators.gateway.transcript import Transcript
from interop.gateway import Frame, GatewayError, sgip
from interop.gateway.provider import Account, Came, Handed, Reported
from interop.gateway.providers import PROVIDERS
from interop.gateway.results import SLOW_DOWN, meaning
from interop.gateway.session import Session
from interop.gateway.text import Piece, pieces
from interop.lab.model import GatewayPart
from interop.numbering import area_code
from interop.protocols.errors import EquipmentError, NotAvailable
from interop.protocols.link import Journal
from interop.protocols.originator import Acceptance, Handing
from interop.protocols.stream import EventStream
from interop.record.events import GatewayClaimed, MessageFromHandset, Note, TextHanded, TextTaken
from interop.smspdu import Incomplete

PAUSES_S: Final = (1.0, 2.0, 4.0)
"""after "slow down": a refused message was not taken, so it may be handed over again"""
IDLE_S: Final = 30.0
"""a connection without heartbeats that was quiet longer is made anew: SGIP's gateways close after 60 s,
and what leaves just then has an unknown outcome"""
MOST_VISITS: Final = 8
"""connections back at once; a gateway needs one"""
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")


class GatewayClient:
    """Implements `Originator` for every `driver:` of a gateway.

    Connects when the first text is to leave, and again when the connection was lost since; what left before
    a loss is never sent again. `allow` is asked before each text and raises BudgetSpent.
    """

    def __init__(
        self,
        part: GatewayPart,
        endpoint: streams.Endpoint,
        *,
        secret: str,
        journal: Journal,
        now: Callable[[], datetime],
        allow: Callable[[], None],
    ) -> None:
        """`now`: the time in China. Raises EquipmentError for a secret that the protocol cannot carry."""
        if not secret.isascii() or "\0" in secret:
            raise NotAvailable(part.name, "its secret is not ASCII")
        account = Account(
            part.account,
            secret,
            part.number,
            part.service,
            area=area_code(part.city) or "",
            corporation=part.corporation or "",
        )
        self.name = part.name
        self.number = part.number
        self.events = EventStream()
        self._part = part
        self._endpoint = endpoint
        self._secret = secret
        self._journal = journal
        self._now = now
        self._allow = allow
        self._provider = PROVIDERS[part.driver](account)
        self._sequence = self._provider.sequence(now)
        self._protocol = self._provider.dialect.name
        self._replies = Replies(now, self._incomplete)
        self._connecting = asyncio.Lock()
        self._connection: Connection | None = None
        self._listener: asyncio.Server | None = None
        self._visits: list[Connection] = []
        self._texts = int(now().timestamp())
        """numbers long texts, from the clock on: a run soon after another repeats none of its references"""

    async def send(self, to: str, text: str, *, report: bool = True) -> Handing:
        if not _MOBILE.fullmatch(to):
            raise NotAvailable(self.name, f"{to!r} is no mobile number of 11 digits")
        submits = self._submits(to, text, report)
        self._allow()
        await self.connect()
        self.events.append(TextHanded(to, text, self.number, len(submits)))
        handing = Handing(Acceptance.UNKNOWN, text="interrupted")
        try:
            handing = await self._hand(submits)
        except EquipmentError as error:
            handing = Handing(Acceptance.UNKNOWN, text=error.text)
            raise
        finally:
            self.events.append(
                TextTaken(str(handing.acceptance), handing.references, handing.code, handing.text)
            )
        return handing

    async def connect(self) -> None:
        """Be logged in, anew where the connection was lost. Raises EquipmentError."""
        await self._connected()

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
            streams.unlink(self._endpoint)
            self._listener = None
        if self._connection is not None:
            await self._connection.close(farewell=self._provider.leave())
            self._connection = None
        for visit in tuple(self._visits):
            await visit.close()
        self._replies.give_up()

    # Handing over

    def _submits(self, to: str, text: str, report: bool) -> list[Any]:
        """One PDU for each part; what none can carry is said before anything leaves."""
        self._texts += 1
        dialect = self._provider.dialect
        try:
            parts: list[Piece] = pieces(text, reference=self._texts)
            submits = [self._provider.submit(part, to, report=report) for part in parts]
            for submit in submits:
                dialect.encode(Frame(submit, dialect.first), self._provider.version)
        except GatewayError as error:
            raise NotAvailable(self.name, f"this text cannot be sent: {error}") from None
        return submits

    async def _hand(self, submits: list[Any]) -> Handing:
        """Part after part; the first that is not taken is the last, for the text can never be whole."""
        references: list[str] = []
        for number, submit in enumerate(submits, 1):
            of = f"part {number} of {len(submits)}: " if len(submits) > 1 else ""
            handed = await self._hand_one(submit)
            if handed is None:
                why = self._connection.over if self._connection else ""
                why = f"connection lost: {why}" if why else self._unanswered
                return Handing(Acceptance.UNKNOWN, tuple(references), text=of + why)
            if not handed.accepted:
                said = of + meaning(self._protocol, handed.code)
                return Handing(Acceptance.REFUSED, tuple(references), handed.code, said)
            references.append(handed.reference)
        return Handing(Acceptance.ACCEPTED, tuple(references))

    async def _hand_one(self, submit: Any) -> Handed | None:
        """What the gateway says of one message at last, None where nobody knows. Raises EquipmentError."""
        for pause in (*PAUSES_S, None):
            try:
                request, answer = await (await self._connected()).ask(submit)
            except ConnectionEnded as error:  # while the window was full: this one has not left
                raise NotAvailable(self.name, f"connection lost: {error}") from None
            if answer is None:
                return None
            handed = self._provider.handed(request, answer)
            if handed.accepted or pause is None or handed.code not in SLOW_DOWN[self._protocol]:
                return handed
            self.events.append(Note(f"{meaning(self._protocol, handed.code)}; again in {pause:g} s"))
            await asyncio.sleep(pause)
        raise AssertionError("the last round returns")

    # Connections

    async def _connected(self) -> Connection:
        async with self._connecting:
            old = self._connection
            if old is not None and self._provider.alive() is None and old.idle(IDLE_S):
                await old.close(farewell=self._provider.leave())
            if old is None or old.over:
                await self._listen()
                self._connection = await self._login()
            assert self._connection is not None
            return self._connection

    async def _login(self) -> Connection:
        place = streams.shown(self._endpoint)
        try:
            stream = await streams.connect(self._endpoint)
        except OSError as error:
            advice = "is it up, and may this host reach it?"
            raise NotAvailable(self.name, f"{place}: {streams.why(error)}; {advice}") from None
        connection = self._joined(stream, self._serve, f"connection with {place} lost")
        try:
            login, answer = await connection.ask(self._provider.login(self._now()))
        except (ConnectionEnded, GatewayError) as error:
            await connection.close()
            raise NotAvailable(self.name, f"{place}: login impossible: {error}") from None
        except BaseException:
            await connection.close()
            raise
        if answer is None:
            why = connection.over or self._unanswered
            await connection.close()
            raise NotAvailable(self.name, f"{place}: login impossible: {why}")
        if why := self._nothing_comes_of(login, answer):
            await connection.close()
            raise NotAvailable(self.name, f"{place}: login as {self._part.account} {why}")
        connection.keep_alive(self._part.heartbeat_s, self._provider.alive)
        return connection

    def _nothing_comes_of(self, login: Frame, answer: Frame) -> str:
        """Why an answered login is of no use; "" where it is."""
        if code := self._provider.refused(answer):
            return f"refused: {meaning(self._protocol, code, login=True)}"
        proven = self._provider.proven(login, answer)
        if proven is None:
            self.events.append(Note("the gateway does not prove that it knows the secret, too"))
        return "" if proven is not False else "taken by one that does not know the secret: its proof is wrong"

    @property
    def _unanswered(self) -> str:
        return f"no answer in {self._part.answer_s:g} s that is {self._part.driver}"

    def _joined(self, stream: streams.Stream, serve: Callable[[Frame], Any | None], lost: str) -> Connection:
        provider = self._provider
        return Connection(
            stream,
            Session(provider.dialect, provider.version, sequence=self._sequence, window=self._part.window),
            Transcript(self._journal, provider.dialect, provider.version),
            answer_s=self._part.answer_s,
            serve=serve,
            stray=self._late,
            ended=lambda why: self.events.append(Note(f"{lost}: {why}")),
            farewell=type(provider.leave()),
        )

    # What the gateway asks and tells

    def _serve(self, asked: Frame) -> Any | None:
        dialect = self._provider.dialect
        try:
            told = self._provider.heard(asked)
        except GatewayError as error:
            self.events.append(Note(f"what the gateway brought cannot be read: {error}"))
            return refusal(dialect, dialect.command(asked.pdu))
        match told:
            case Reported(reference, state, delivered):
                self.events.append(GatewayClaimed(reference, state, delivered))
            case Came(source, destination):
                if (text := self._replies.add(told)) is not None:
                    self.events.append(MessageFromHandset(source, destination, text))
        return self._provider.reply(asked)

    def _late(self, answer: Frame) -> None:
        handed = self._provider.handed(answer, answer)
        said = f"accepted as {handed.reference}" if handed.accepted else meaning(self._protocol, handed.code)
        self.events.append(Note(f"{type(answer.pdu).__name__} that nothing waits for any more: {said}"))

    def _incomplete(self, message: Incomplete) -> None:
        missing = ", ".join(map(str, message.missing))
        self.events.append(
            Note(f"a reply never became whole: of {message.total} parts, {missing} did not come")
        )

    # SGIP: the gateway connects to us

    async def _listen(self) -> None:
        if self._protocol != "SGIP" or self._listener is not None:
            return
        try:
            self._listener = await streams.listen(self._part.listen, self._endpoint, self._visited)
        except OSError as error:
            where = self._part.listen or "its unix socket"
            raise NotAvailable(self.name, f"cannot listen on {where}: {streams.why(error)}") from None

    async def _visited(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._visits) >= MOST_VISITS:
            self.events.append(Note(f"a connection back was refused: {MOST_VISITS} are there already"))
            writer.close()
            return
        visit = self._joined((reader, writer), self._welcome(), "connection back lost")
        self._visits.append(visit)
        with suppress(asyncio.CancelledError):
            await visit.wait_over()
        self._visits.remove(visit)

    def _welcome(self) -> Callable[[Frame], Any | None]:
        """Serves a gateway that has said who it is, as the account's own name and password."""
        bound = False

        def serve(asked: Frame) -> Any | None:
            nonlocal bound
            if isinstance(asked.pdu, sgip.Bind):
                bound = self._knows(asked.pdu)
                if not bound:
                    self.events.append(
                        Note("a connection back was refused: not our gateway's name or secret")
                    )
                return sgip.BindResp(0 if bound else 1)
            if bound or isinstance(asked.pdu, sgip.Unbind):
                return self._serve(asked)
            return refusal(sgip.SGIP, sgip.SGIP.command(asked.pdu))

        return serve

    def _knows(self, bind: sgip.Bind) -> bool:
        secret = hmac.compare_digest(bind.password.encode(), self._secret.encode())
        return bind.login_type == sgip.GATEWAY_TO_SP and bind.name == self._part.account and secret
