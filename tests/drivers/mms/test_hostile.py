"""Answers to a GET that are none of an MMSC, or not all of one: what they prove, and no more."""

from __future__ import annotations

import asyncio
import errno
from pathlib import Path
from typing import Any

import pytest

from drivers.mms.host import Host
from drivers.mms.http import Exchange
from interop import mms
from interop.engine.clock import run_virtual
from interop.lab.model import MmsWay
from interop.mms import After, Body, NotificationInd, Part, RetrieveConf, SendReq
from interop.protocols.errors import EquipmentError
from interop.protocols.mms import MmsFetched, MmsOutcome, MmsStage

OK = b"\r\nOK\r\n"
EMULATED = MmsWay(way="host", interface="emulated")
ADDRESS = {"AT+CGPADDR=4": b'\r\n+CGPADDR: 4,"10.64.0.1"\r\n' + OK}
WHOLE = mms.encode(RetrieveConf(Body((Part("text/plain", b"Hello, world"),), mms.MIXED), "t", "m"))
GONE = mms.encode(RetrieveConf(Body(()), "t", "m", status=226))
MESSAGE = SendReq("T1", ("+8613918181818/TYPE=PLMN",), Body((Part("text/plain", b"hi"),)))
UNKNOWN, REJECTED, ACCEPTED = MmsOutcome.UNKNOWN, MmsOutcome.REJECTED, MmsOutcome.ACCEPTED


def http(body: bytes, status: str = "200 OK", *, counted: bool = True, kind: str = mms.CONTENT_TYPE) -> bytes:
    length = f"Content-Length: {len(body)}\r\n" if counted else ""
    return f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n{length}\r\n".encode() + body


NOT_FOUND = http(b"", "404 Not Found")


class Proxy:
    """Says one answer after another, the last one ever after, and hangs up."""

    def __init__(self, *answers: bytes) -> None:
        self.answers = list(answers)
        self.asked: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [int(line[15:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length:")]
        await reader.readexactly(sum(lengths))
        if head.startswith(b"POST") and b"\r\nContent-Length: " in head and self.answers[0] is not MOVED:
            writer.write(http(b""))
        else:
            self.asked.append(head)
            writer.write(self.answers.pop(0) if len(self.answers) > 1 else self.answers[0])
        writer.close()


MOVED = http(b"", "302 Found\r\nLocation: http://portal.example/")


def fetched(
    table: Any, folder: Path, *answers: bytes, location: str = "http://a/b"
) -> tuple[MmsFetched, int]:
    """What came of it, and how often it was asked for."""

    async def main() -> tuple[MmsFetched, int]:
        proxy = Proxy(*answers)
        async with await asyncio.start_unix_server(proxy, folder / "m1.10.0.0.172:80"):
            modem = await table(ADDRESS).modem("generic", mms=EMULATED, bearer=str(folder / "m1"))
            got = await modem.mms.fetch(NotificationInd("t", location, 900, After(3600)))
        return got, len(proxy.asked)

    return run_virtual(main())


@pytest.mark.parametrize("second", [NOT_FOUND, http(GONE), http(b"<html>", kind="text/html")])
def test_what_is_said_after_an_answer_that_broke_off_is_no_answer_to_it(
    table: Any, tmp_path: Path, second: bytes
) -> None:
    """The MMSC may have handed it out, and our connection lost it."""
    got, asked = fetched(table, tmp_path, http(WHOLE)[:-3], second)
    assert (got.outcome, got.status, got.http, asked) == (UNKNOWN, None, None, 2)


def test_a_connection_that_broke_once(table: Any, tmp_path: Path) -> None:
    got, asked = fetched(table, tmp_path, http(WHOLE)[:-3], http(WHOLE))
    assert (got.outcome, asked) == (ACCEPTED, 2)


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_what_ends_with_the_connection_may_have_been_cut_by_us(table: Any, tmp_path: Path, cut: int) -> None:
    part = http(WHOLE, counted=False)[:-cut]
    got, _ = fetched(table, tmp_path, part, http(WHOLE, counted=False))
    assert got.message is not None and got.message.body.parts[0].text == "Hello, world"
    got, asked = fetched(table, tmp_path, part)
    assert (got.outcome, asked) == (UNKNOWN, 2)


def test_what_says_how_long_it_is_and_is_no_pdu_is_what_was_given(table: Any, tmp_path: Path) -> None:
    page = http(b"<html>Please log in</html>", kind="text/html; charset=utf-8")
    got, asked = fetched(table, tmp_path, page)
    assert (got.outcome, got.stage, got.http, got.status, asked) == (REJECTED, MmsStage.FETCH, 200, None, 1)
    assert "text/html" in got.text


def test_that_we_follow_no_redirection_is_nobodys_fault(table: Any, tmp_path: Path) -> None:
    got, _ = fetched(table, tmp_path, MOVED)
    assert (got.outcome, got.stage, got.http) == (REJECTED, MmsStage.DEVICE, 302)

    async def main() -> None:
        async with await asyncio.start_unix_server(Proxy(MOVED), tmp_path / "m1.10.0.0.172:80"):
            modem = await table(ADDRESS).modem("generic", mms=EMULATED, bearer=str(tmp_path / "m1"))
            sent = await modem.mms.send(MESSAGE)
        assert (sent.outcome, sent.stage, sent.http) == (REJECTED, MmsStage.DEVICE, 302)

    run_virtual(main())


@pytest.mark.parametrize("location", ["https://a/b", "http://a:99999/", "wtai://wp/mc;1"])
def test_an_address_that_we_cannot_ask_accuses_no_proxy(table: Any, tmp_path: Path, location: str) -> None:
    got, asked = fetched(table, tmp_path, http(WHOLE), location=location)
    assert (got.outcome, got.stage, asked) == (REJECTED, MmsStage.DEVICE, 0)


def test_nothing_is_to_come_compressed() -> None:
    """RFC 9110 12.5.3: without a word about codings any of them may come."""
    assert b"\r\nAccept-Encoding: identity\r\n" in Exchange("http://a/", proxied=True).request


@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL])
def test_this_machine_without_a_way_accuses_no_proxy(
    table: Any, number: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def no_way(self: Host, host: str, port: int) -> Any:
        raise OSError(number, "no way")

    monkeypatch.setattr(Host, "_connected", no_way)
    monkeypatch.setattr(Host, "_bind", lambda _self, _connection: None)

    async def main() -> None:
        modem = await table(ADDRESS).modem("generic", mms=MmsWay(way="host", interface="wwan0"))
        with pytest.raises(EquipmentError, match="no way"):
            await modem.mms.send(MESSAGE)

    run_virtual(main())
