"""A modem's own MMS client: MM1 over HTTP/1.1 through the operator's WAP proxy (OMA-TS-MMS_ENC 6, MMS_CTR 7).

What its maker calls the commands and how he numbers what goes wrong stands in the areas and the profiles.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import h11

from drivers.emulated.air import Bearer, Pipe
from drivers.emulated.terminal.results import Refused
from interop import mms

if TYPE_CHECKING:
    from drivers.emulated.terminal.modem import EmulatedModem

_HTTP: Final = 80
_OK: Final = 200
_LARGEST: Final = 4 * 1024 * 1024


class Trouble(StrEnum):
    """Why a message was not sent or fetched; `Profile.mms.codes` has the maker's number for each."""

    BEARER = "bearer"
    """no packet connection"""
    CONNECT = "connect"
    """nobody answers at the proxy, or at the MMSC where there is none"""
    URL = "url"
    CUT = "cut"
    """the connection ended before the answer"""
    OVERTIME = "overtime"
    HTTP = "http"
    ANSWER = "answer"
    """what came is not the PDU that had to come"""
    REFUSED = "refused"
    """the PDU says no"""
    BUSY = "busy"
    OVERSIZE = "oversize"
    NO_RECIPIENT = "no_recipient"
    TOO_MANY = "too_many"
    """recipients"""
    NO_ADDRESS = "no_address"
    """to take out again: it is not there"""
    FULL = "full"
    """of parts"""
    NO_FILE = "no_file"
    EMPTY = "empty"
    """nothing to send, view or read"""
    NO_MESSAGE = "no_message"
    """nothing is put away there"""
    EDITING = "editing"
    NOT_EDITING = "not_editing"
    NO_PUSH = "no_push"
    """the stored message is none, or not all of it is there"""
    NO_NOTIFICATION = "no_notification"
    """it is a push of something else"""
    NOT_FOUND = "not_found"
    """what was to be fetched is not given out"""
    CODING = "coding"
    """it cannot be put into a PDU"""
    PARAMETER = "parameter"


def trouble(modem: EmulatedModem, kind: Trouble) -> Refused:
    """As the modem's maker has it."""
    return Refused(*modem.profile.mms.code(kind))


@dataclass(frozen=True, slots=True)
class Outcome:
    """`trouble` None: done. `http`: the status that came, 0 for none; `pdu`: what it brought, in `size`
    octets.
    """

    trouble: Trouble | None = None
    http: int = 0
    pdu: mms.Pdu | None = None
    size: int = 0


Done = Callable[[Outcome], None]


@dataclass(slots=True)
class Centre:
    """How to come to the MMSC. `proxy`: host and port, None for none."""

    url: str = ""
    proxy: tuple[str, int] | None = None


class MmsClient:
    """One transaction at a time, as all these modems have it."""

    def __init__(self, modem: EmulatedModem) -> None:
        self._modem = modem
        self._count = 0
        self._running: _Exchange | None = None
        self.centre = Centre()
        self.busy = False

    def forget(self) -> None:
        """The modem restarts."""
        if self._running is not None:
            self._running.drop()
        self._running = None
        self.centre = Centre()
        self.busy = False

    def transaction(self) -> str:
        """A new X-Mms-Transaction-Id."""
        self._count += 1
        return f"{self._modem.imei[-8:]}-{self._count}"

    def send(self, bearer: Bearer, request: mms.SendReq, seconds: float, done: Done) -> None:
        """M-Send.req; `done` once, later or at once."""
        self.busy = True

        def answered(outcome: Outcome) -> None:
            trouble = outcome.trouble
            if trouble is None and not isinstance(outcome.pdu, mms.SendConf):
                trouble = Trouble.ANSWER
            elif isinstance(outcome.pdu, mms.SendConf) and outcome.pdu.status != mms.ResponseStatus.OK:
                trouble = Trouble.REFUSED
            self._end(Outcome(trouble, outcome.http, outcome.pdu), done)

        try:
            body = mms.encode(request)
        except mms.MmsError:
            self._end(Outcome(Trouble.CODING), done)
            return
        self._ask(bearer, self.centre.url, body, seconds, answered)

    def fetch(self, bearer: Bearer, location: str, transaction: str, seconds: float, done: Done) -> None:
        """GET what lies at `location`, and M-NotifyResp.ind for it; nobody waits for its answer's content.

        `transaction` "": that which the message itself names.
        """
        self.busy = True

        def answered(outcome: Outcome) -> None:
            message, trouble = outcome.pdu, outcome.trouble
            if trouble is None and not isinstance(message, mms.RetrieveConf):
                trouble = Trouble.ANSWER
            if not isinstance(message, mms.RetrieveConf) or trouble is not None:
                self._end(Outcome(trouble, outcome.http), done)
            elif message.status not in (None, mms.RetrieveStatus.OK):
                self._end(Outcome(Trouble.REFUSED, outcome.http, message), done)
            elif known := transaction or message.transaction:
                told = mms.encode(mms.NotifyRespInd(known, mms.Status.RETRIEVED))
                self._ask(bearer, self.centre.url, told, seconds, lambda _outcome: self._end(outcome, done))
            else:
                self._end(outcome, done)

        self._ask(bearer, location, None, seconds, answered)

    def _ask(self, bearer: Bearer, url: str, body: bytes | None, seconds: float, done: Done) -> None:
        try:
            host, port, request = _request(url, self.centre.proxy, body, self._modem.profile.model)
        except ValueError:
            done(Outcome(Trouble.URL))
            return
        self._running = _Exchange(request, done)
        self._running.start(bearer, host, port, seconds)

    def _end(self, outcome: Outcome, done: Done) -> None:
        self.busy = False
        self._running = None
        done(outcome)


class _Exchange:
    """Implements `PipeEnd`: one request and its answer over one connection."""

    def __init__(self, events: list[h11.Event], done: Done) -> None:
        self._connection = h11.Connection(h11.CLIENT)
        self._request = b"".join(self._connection.send(event) or b"" for event in events)
        self._done: Done | None = done
        self._pipe: Pipe | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._status = 0
        self._body = bytearray()

    def start(self, bearer: Bearer, host: str, port: int, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(seconds, self._finish, Outcome(Trouble.OVERTIME))
        bearer.connect(host, port, self, self._connected)

    def drop(self) -> None:
        """Nobody wants the answer any more."""
        self._done = None
        self._finish(Outcome())

    def _connected(self, pipe: Pipe | None) -> None:
        if pipe is None:
            self._finish(Outcome(Trouble.CONNECT))
        elif self._done is None:
            pipe.close()
        else:
            self._pipe = pipe
            pipe.write(self._request)

    def received(self, data: bytes) -> None:
        try:
            self._connection.receive_data(data)
            self._read()
        except h11.RemoteProtocolError:
            self._finish(Outcome(Trouble.CUT if not data else Trouble.ANSWER, self._status))

    def closed(self) -> None:
        self._pipe = None
        if self._done is not None:
            self.received(b"")
        self._finish(Outcome(Trouble.CUT, self._status))

    def _read(self) -> None:
        while self._done is not None and (event := self._connection.next_event()) is not h11.NEED_DATA:
            if isinstance(event, h11.Response):
                self._status = event.status_code
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > _LARGEST:
                    self._finish(Outcome(Trouble.OVERSIZE, self._status))
            elif isinstance(event, h11.EndOfMessage):
                self._finish(self._answer())
            elif not isinstance(event, h11.InformationalResponse):
                return

    def _answer(self) -> Outcome:
        if self._status != _OK:
            return Outcome(Trouble.HTTP, self._status)
        try:
            return Outcome(None, self._status, mms.decode(bytes(self._body)), len(self._body))
        except mms.MmsError:
            return Outcome(Trouble.ANSWER, self._status)

    def _finish(self, outcome: Outcome) -> None:
        done, self._done = self._done, None
        if self._timer is not None:
            self._timer.cancel()
        pipe, self._pipe = self._pipe, None
        if pipe is not None:
            pipe.close()
        if done is not None:
            done(outcome)


def _request(
    url: str, proxy: tuple[str, int] | None, body: bytes | None, agent: str
) -> tuple[str, int, list[h11.Event]]:
    """Whom to connect to, and what to ask. Raises ValueError where this is no URL of HTTP."""
    split = urlsplit(url if "://" in url else f"http://{url}")
    if (
        split.scheme != "http"
        or not split.hostname
        or not (url.isascii() and url.isprintable() and " " not in url)
    ):
        raise ValueError(url)
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    headers = [
        ("Host", split.netloc),
        ("User-Agent", agent),
        ("Accept", f"{mms.CONTENT_TYPE}, */*"),
        ("Connection", "close"),
    ]
    events: list[h11.Event] = [h11.EndOfMessage()]
    if body is not None:
        headers += [("Content-Type", mms.CONTENT_TYPE), ("Content-Length", str(len(body)))]
        events.insert(0, h11.Data(data=body))
    asked = h11.Request(
        method="GET" if body is None else "POST",
        target=path if proxy is None else f"http://{split.netloc}{path}",
        headers=headers,
    )
    host, port = proxy or (split.hostname, split.port or _HTTP)
    return host, port, [asked, *events]
