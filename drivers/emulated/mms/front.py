"""HTTP/1.1 on the server's side: what WAP proxies and MMSCs hear and say (h11; RFC 9112).

`Http` is one connection without I/O, `Front` a listener that puts it on a `Pipe` and asks a service.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final, Protocol
from urllib.parse import urlsplit

import h11

from drivers.emulated.air import Pipe, PipeEnd
from drivers.emulated.hlr import Subscriber
from drivers.emulated.mms.internet import Reach
from drivers.emulated.timers import Timers

LARGEST_BODY: Final = 1 << 20
"""octets; more is 413"""
LARGEST_HEAD: Final = 16 << 10
"""octets of a request without its body; more is 431"""
IDLE_S: Final = 60.0
"""of silence: within a request that is 408, and between requests the end of the connection"""


@dataclass(frozen=True, slots=True)
class Request:
    """`host`: "mmsc.monternet.com:80" as the URL or else the Host field has it, lower case, always with the
    port; `absolute`: it stood in the request line, as proxies want it; `path`: with its query.
    """

    method: str
    host: str
    path: str
    absolute: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: bytes = b""
    content_type: str = ""
    headers: tuple[tuple[str, str], ...] = ()


Answer = Callable[[Response], None]


class Service(Protocol):
    """Who answers at a host. `serve` calls `answer` once, at once or later."""

    def reach(self, caller: Subscriber) -> Reach: ...

    def serve(self, request: Request, caller: Subscriber, answer: Answer) -> None: ...


class Http:
    """One connection. After `receive`, `next` until None; each request is answered before the next one.

    What `next` gives is a request, or the answer to what cannot be one. `over`: to be closed when `to_send`
    is out.
    """

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._connection = h11.Connection(h11.SERVER, max_incomplete_event_size=LARGEST_HEAD)
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._out = bytearray()
        self.over = False

    @property
    def waits(self) -> bool:
        """A request has begun and not yet ended."""
        return self._head is not None or bool(self._connection.trailing_data[0])

    def receive(self, data: bytes) -> None:
        if self.over:
            return
        self._connection.receive_data(data)
        if len(self._connection.trailing_data[0]) > 2 * LARGEST_BODY:
            self.over = True  # requests behind one that is not answered yet

    def next(self) -> Request | Response | None:
        if self.over:
            return None
        try:
            return self._next()
        except h11.RemoteProtocolError as error:
            return Response(error.error_status_hint)

    def answer(self, response: Response, *, close: bool = False) -> None:
        """To the request that `next` gave, or to what it could not read."""
        connection = self._connection
        if self.over or connection.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            self.over = True
            return
        bodyless = self._head is not None and self._head.method == b"HEAD"
        fields = self._fields(response, close=close)
        self._put(h11.Response(status_code=response.status, reason=_reason(response.status), headers=fields))
        if response.body and not bodyless:
            self._put(h11.Data(data=response.body))
        self._put(h11.EndOfMessage())
        self._head = None
        self._body.clear()
        if {connection.our_state, connection.their_state} == {h11.DONE}:
            connection.start_next_cycle()
        else:
            self.over = True

    def to_send(self) -> bytes:
        out, self._out = bytes(self._out), bytearray()
        return out

    def _next(self) -> Request | Response | None:
        while True:
            event = self._connection.next_event()
            if isinstance(event, h11.Request):
                self._head = event
                if _length(event) > LARGEST_BODY:
                    return Response(413)
                if self._connection.they_are_waiting_for_100_continue:
                    self._put(h11.InformationalResponse(status_code=100, headers=[], reason="Continue"))
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > LARGEST_BODY:
                    return Response(413)
            elif isinstance(event, h11.EndOfMessage):
                assert self._head is not None
                return _request(self._head, bytes(self._body)) or Response(400)
            else:
                return None

    def _fields(self, response: Response, *, close: bool) -> list[tuple[str, str]]:
        fields = [
            ("Date", format_datetime(self._now().astimezone(UTC), usegmt=True)),
            ("Content-Length", str(len(response.body))),
            *response.headers,
        ]
        if response.content_type:
            fields.append(("Content-Type", response.content_type))
        if close:
            fields.append(("Connection", "close"))
        return fields

    def _put(self, event: h11.Event) -> None:
        self._out += self._connection.send(event) or b""


class Front:
    """Implements `Listener` for a service."""

    def __init__(self, service: Service, timers: Timers, now: Callable[[], datetime]) -> None:
        self._service = service
        self._timers = timers
        self._now = now

    def reach(self, caller: Subscriber) -> Reach:
        return self._service.reach(caller)

    def accept(self, pipe: Pipe, caller: Subscriber) -> PipeEnd:
        def serve(request: Request, answer: Answer) -> None:
            self._service.serve(request, caller, answer)

        return _Served(pipe, Http(self._now), self._timers, serve)


class _Served:
    """Implements `PipeEnd`: the server's end of one connection."""

    def __init__(
        self, pipe: Pipe, http: Http, timers: Timers, serve: Callable[[Request, Answer], None]
    ) -> None:
        self._pipe = pipe
        self._http = http
        self._timers = timers
        self._serve = serve
        self._busy = False
        self._closed = False
        self._idle = _nothing
        self._listen()

    def received(self, data: bytes) -> None:
        self._http.receive(data)
        if not self._busy:
            self._listen()
            self._proceed()

    def closed(self) -> None:
        """What was asked goes on; nobody hears the answer."""
        self._closed = True
        self._idle()

    def _proceed(self) -> None:
        found = self._http.next()
        if isinstance(found, Request):
            self._busy = True
            self._idle()
            self._flush()
            self._serve(found, self._soon)
        elif found is not None:
            self._http.answer(found, close=True)
            self._flush()
        else:
            self._flush()

    def _soon(self, response: Response) -> None:
        """Never from within `_proceed`: thousands of requests may wait, each inside the answer before it."""
        self._timers.later(0.0, self._answer, response)

    def _answer(self, response: Response) -> None:
        if self._closed:
            return
        self._busy = False
        self._http.answer(response)
        self._flush()
        if not self._closed:
            self._listen()
            self._proceed()

    def _listen(self) -> None:
        self._idle()
        self._idle = self._timers.later(IDLE_S, self._too_slow)

    def _flush(self) -> None:
        if out := self._http.to_send():
            self._pipe.write(out)
        if self._http.over and not self._closed:
            self.closed()
            self._pipe.close()

    def _too_slow(self) -> None:
        if self._http.waits:
            self._http.answer(Response(408), close=True)
        self._http.over = True
        self._flush()


def _nothing() -> None:
    pass


def _request(head: h11.Request, body: bytes) -> Request | None:
    """None where the target is no URL."""
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in head.headers}
    target = head.target.decode("latin-1")
    absolute = target.lower().startswith(("http://", "https://"))
    try:
        url = urlsplit(target if absolute else f"http://{headers.get('host', '')}")
        host = f"{(url.hostname or '').lower()}:{url.port or 80}"
        path = (url.path or "/") + (f"?{url.query}" if url.query else "") if absolute else target
    except ValueError:
        return None
    return Request(head.method.decode("latin-1"), host, path, absolute, headers, body)


def _length(head: h11.Request) -> int:
    return next((int(value) for name, value in head.headers if name == b"content-length"), 0)


def _reason(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""
