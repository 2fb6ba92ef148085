"""One request of HTTP/1.1 and its response, as MM1 uses it. Sans-I/O: octets out, octets in.

Through a WAP proxy the request names the whole URL (RFC 9112 3.2.2). A response may be as long as its
Content-Length says, chunked, or end with the connection.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import h11

from interop.mms import CONTENT_TYPE

LARGEST = 4 * 1024 * 1024
"""octets of a body: no operator takes messages of more than 2 MB"""
PORT = 80
_ACCEPT = f"{CONTENT_TYPE}, */*"


class HttpError(Exception):
    """A URL that cannot be asked for, or an answer that is none."""


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    reason: str
    body: bytes
    content_type: str = ""
    counted: bool = True
    """it said how long it is: what ends with the connection may have been cut off"""

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


class Exchange:
    """`request` is what to send; `feed` it what comes until it gives the response, b"" being the end.

    >>> asked = Exchange("http://mmsc.example/1", proxied=True)
    >>> asked.request.splitlines()[0]
    b'GET http://mmsc.example/1 HTTP/1.1'
    >>> asked.feed(b"HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nhi").body
    b'hi'
    """

    def __init__(self, url: str, body: bytes | None = None, *, proxied: bool) -> None:
        """GET, or POST of `body`. Raises HttpError."""
        host, port, path = _parts(url)
        named = host if port == PORT else f"{host}:{port}"
        headers = [("Host", named), ("Accept", _ACCEPT), ("Accept-Encoding", "identity")]
        headers += [("User-Agent", "interop"), ("Connection", "close")]
        if body is not None:
            headers += [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body)))]
        self._connection = h11.Connection(h11.CLIENT)
        asked = h11.Request(
            method="GET" if body is None else "POST",
            target=f"http://{named}{path}" if proxied else path,
            headers=headers,
        )
        events: list[h11.Event] = [asked, *([h11.Data(data=body)] if body else []), h11.EndOfMessage()]
        self.request = b"".join(self._connection.send(event) or b"" for event in events)
        self._head: h11.Response | None = None
        self._body = bytearray()

    def feed(self, data: bytes) -> Response | None:
        """Raises HttpError where this is no HTTP, or ends before its end."""
        try:
            self._connection.receive_data(data)
            while (event := self._connection.next_event()) is not h11.NEED_DATA:
                if isinstance(event, h11.Response):
                    self._head = event
                elif isinstance(event, h11.Data):
                    self._body += event.data
                    if len(self._body) > LARGEST:
                        raise HttpError(f"a response of more than {LARGEST} octets")
                elif isinstance(event, h11.EndOfMessage) and self._head is not None:
                    return _response(self._head, bytes(self._body))
                elif event is h11.PAUSED or isinstance(event, h11.ConnectionClosed):
                    break
        except h11.RemoteProtocolError as error:
            raise HttpError(f"no HTTP: {error}") from None
        if not data:
            raise HttpError("the connection was closed before the end of the response")
        return None


def endpoint(url: str, proxy: str) -> tuple[str, int]:
    """Whom to connect to: the proxy ("10.0.0.172:80"), or without one the host of `url`. Raises HttpError."""
    host, port, _ = _parts(f"http://{proxy}") if proxy else _parts(url)
    return host, port


def _parts(url: str) -> tuple[str, int, str]:
    """Host, port and what stands behind them."""
    try:
        split = urlsplit(url if "://" in url else f"http://{url}")
        host, port = split.hostname, split.port
    except ValueError as error:
        raise HttpError(f"{url!r} is no URL: {error}") from None
    if split.scheme != "http" or not host or not (url.isascii() and url.isprintable()) or " " in url:
        raise HttpError(f"{url!r} is no URL of HTTP")
    path = (split.path or "/") + (f"?{split.query}" if split.query else "")
    return host, PORT if port is None else port, path


def _response(head: h11.Response, body: bytes) -> Response:
    kinds = [value.decode("latin-1") for name, value in head.headers if name == b"content-type"]
    kind = kinds[0].partition(";")[0].strip().lower() if kinds else ""
    counted = any(name in (b"content-length", b"transfer-encoding") for name, _ in head.headers)
    return Response(head.status_code, head.reason.decode("latin-1"), body, kind, counted)
