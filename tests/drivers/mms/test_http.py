"""One request and its response, against octets written by hand from RFC 9112."""

from __future__ import annotations

import pytest

from drivers.mms.http import Exchange, HttpError, endpoint

_OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/vnd.wap.mms-message; charset=x\r\n"


def test_a_post_through_a_proxy_names_the_whole_url() -> None:
    asked = Exchange("http://mmsc.myuni.com.cn", b"\x8c\x80", proxied=True).request
    head, _, body = asked.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST http://mmsc.myuni.com.cn/ HTTP/1.1"
    assert b"Host: mmsc.myuni.com.cn" in lines
    assert b"Content-Type: application/vnd.wap.mms-message" in lines
    assert b"Content-Length: 2" in lines
    assert body == b"\x8c\x80"


def test_a_get_without_a_proxy_names_the_path() -> None:
    asked = Exchange("http://10.1.2.3:8080/a/b?id=1", proxied=False).request
    assert asked.startswith(b"GET /a/b?id=1 HTTP/1.1\r\nHost: 10.1.2.3:8080\r\n")
    assert b"Content-Length" not in asked


@pytest.mark.parametrize(
    "rest",
    [
        b"Content-Length: 5\r\n\r\n\x00\xff\r\nO",
        b"Transfer-Encoding: chunked\r\n\r\n2\r\n\x00\xff\r\n3;x=y\r\n\r\nO\r\n0\r\n\r\n",
        b"Connection: close\r\n\r\n\x00\xff\r\nO",
    ],
    ids=["length", "chunked", "until the end"],
)
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_body_in_each_form_and_in_any_pieces(rest: bytes, size: int) -> None:
    asked, data = Exchange("http://a/", proxied=True), b"HTTP/1.1 100 Continue\r\n\r\n" + _OK + rest
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    found = next(response for piece in (*pieces, b"") if (response := asked.feed(piece)) is not None)
    assert (found.status, found.ok, found.body) == (200, True, b"\x00\xff\r\nO")
    assert found.content_type == "application/vnd.wap.mms-message"


@pytest.mark.parametrize(
    "data",
    [b"", _OK + b"Content-Length: 5\r\n\r\nabc", b"HTTP/1.1 200 OK\r\nContent-Le"],
    ids=["nothing", "too short", "half a head"],
)
def test_an_end_before_the_end(data: bytes) -> None:
    asked = Exchange("http://a/", proxied=True)
    assert data == b"" or asked.feed(data) is None
    with pytest.raises(HttpError):
        asked.feed(b"")


def test_what_is_no_http() -> None:
    with pytest.raises(HttpError, match="no HTTP"):
        Exchange("http://a/", proxied=True).feed(b"220 mail.example ESMTP\r\n\r\n")


def test_a_refusal_keeps_its_status() -> None:
    response = Exchange("http://a/", proxied=True).feed(
        b"HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n"
    )
    assert response is not None
    assert (response.status, response.reason, response.ok) == (404, "Not Found", False)


@pytest.mark.parametrize(
    "url",
    [
        "https://a/",
        "http://",
        "http://a/ b",
        "http://a/\r\nX: y",
        "http://a:99999/",
        "http://a/\u4e2d",
        "ftp://a",
    ],
)
def test_a_url_that_cannot_be_asked_for(url: str) -> None:
    with pytest.raises(HttpError):
        Exchange(url, proxied=True)


def test_whom_to_connect_to() -> None:
    assert endpoint("http://mmsc.vnet.mobi", "10.0.0.200:80") == ("10.0.0.200", 80)
    assert endpoint("http://mmsc.vnet.mobi:8002/x", "") == ("mmsc.vnet.mobi", 8002)
    assert endpoint("mmsc.monternet.com", "") == ("mmsc.monternet.com", 80)
