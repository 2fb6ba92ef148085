"""The proxy's and the MMSC's HTTP, by octets written by hand: what is served, and what nobody should send."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING

import pytest

from interop import mms
from interop.engine.clock import run_virtual

if TYPE_CHECKING:
    from tests.drivers.emulated.mms.conftest import Town, Wire

PROXY, MMSC = "10.0.0.172", "mmsc.myuni.com.cn"
READ_REC = bytes.fromhex("8c878d928b610097") + b"+8613900001234/TYPE=PLMN\0" + bytes.fromhex("8901819b80")
POST = b"POST http://mmsc.myuni.com.cn HTTP/1.1\r\nHost: mmsc.myuni.com.cn\r\n"
TYPE = b"Content-Type: application/vnd.wap.mms-message\r\n"


def post(body: bytes, head: bytes = POST + TYPE) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def get(path: str = "/1", host: str = "mmsc.myuni.com.cn", version: str = "1.1") -> bytes:
    return f"GET http://{host}{path} HTTP/{version}\r\nHost: {host}\r\n\r\n".encode()


def straight(request: bytes) -> bytes:
    """In origin form."""
    return request.replace(b"http://mmsc.myuni.com.cn", b"", 1).replace(b"POST ", b"POST /", 1)


@pytest.mark.parametrize(
    ("host", "request_", "status"),
    [
        (PROXY, post(READ_REC), 200),
        (PROXY, post(READ_REC, POST + TYPE.upper()), 200),
        (PROXY, post(READ_REC, POST + TYPE.strip() + b"; charset=utf-8\r\n"), 200),
        (MMSC, straight(post(READ_REC)), 200),
        (PROXY, get(), 404),
        (PROXY, get("/../../etc/passwd"), 404),
        (PROXY, get("/?x=1"), 404),
        (PROXY, get("/1", "MMSC.MYUNI.COM.CN"), 404),
        (PROXY, get("/1", "mmsc.myuni.com.cn:80"), 404),
        (PROXY, get("/1", "mmsc.myuni.com.cn:8080"), 502),
        (PROXY, get("/1", "mmsc.monternet.com"), 502),
        (PROXY, get("/1", "example.com"), 502),
        (PROXY, get("/1", "[::1"), 400),
        (PROXY, get("/1", "mmsc.myuni.com.cn:99999"), 400),
        (PROXY, b"GET /1 HTTP/1.1\r\nHost: 10.0.0.172\r\nX-Online-Host: mmsc.myuni.com.cn\r\n\r\n", 404),
        (PROXY, b"GET /1 HTTP/1.1\r\nHost: mmsc.myuni.com.cn\r\n\r\n", 404),
        (PROXY, b"GET /1 HTTP/1.1\r\nHost: 10.0.0.172\r\n\r\n", 502),
        (PROXY, get("/"), 405),
        (PROXY, get("/").replace(b"GET", b"DELETE"), 405),
        (PROXY, b"CONNECT mmsc.myuni.com.cn:443 HTTP/1.1\r\nHost: mmsc.myuni.com.cn\r\n\r\n", 405),
        (PROXY, post(READ_REC).replace(b".cn HTTP", b".cn/elsewhere HTTP"), 404),
        (PROXY, post(READ_REC, POST), 415),
        (PROXY, post(b"", POST + TYPE), 400),
        (PROXY, post(b"\x8c\x80\x98"), 400),
        (PROXY, post(bytes(1000)), 400),
        (PROXY, get().replace(b"Host", b"Via: 1.1 wapgw\r\nHost"), 502),
        (PROXY, b"GET\r\n\r\n", 400),
        (PROXY, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", 400),
        (PROXY, b"GET http://mmsc.myuni.com.cn/ HTCPCP/1.0\r\n\r\n", 400),
        (PROXY, b"GET http://mmsc.myuni.com.cn/ HTTP/1.1\r\n\r\n", 400),  # without Host
        (PROXY, POST + TYPE + b"Content-Length: -3\r\n\r\n", 400),
        (PROXY, POST + TYPE + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n", 400),
        (PROXY, POST + TYPE + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef", 400),
        (PROXY, POST + TYPE + b"Transfer-Encoding: gzip\r\n\r\n", 501),
        (PROXY, POST + TYPE + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (PROXY, POST + TYPE + b"Content-Length: 2000000\r\n\r\n", 413),
        (PROXY, POST + b"X: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (PROXY, b"a" * 20_000, 431),
    ],
)  # fmt: skip
def test_one_request_gets_one_answer(
    town: type[Town], wire: Callable[[], Wire], host: str, request_: bytes, status: int
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        handset = here["mi-1709"]
        connection = await wire().open(await handset.data(), host)
        assert connection is not None
        connection.say(request_)
        assert (await connection.answer())[0] == status
        assert (await handset.get("http://mmsc.myuni.com.cn/2"))[0] == 404, "and the next one is served"

    run_virtual(scenario())


def test_one_connection_carries_many_requests_in_order(town: type[Town], wire: Callable[[], Wire]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        connection = await wire().open(await here["mi-1709"].data(), PROXY)
        assert connection is not None
        connection.say(get() + post(READ_REC) + get("/x", "example.com") + post(READ_REC, POST) + get())
        assert [(await connection.answer())[0] for _ in range(5)] == [404, 200, 502, 415, 404]
        assert not connection.ended
        for octet in get() + get().replace(b"Host", b"Connection: close\r\nHost"):
            connection.say(bytes((octet,)))
        assert [(await connection.answer())[0] for _ in range(2)] == [404, 404]
        await connection.end()

    run_virtual(scenario())


def test_http_1_0_closes_unless_asked_not_to(town: type[Town], wire: Callable[[], Wire]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        connection = await wire().open(await here["mi-1709"].data(), PROXY)
        assert connection is not None
        connection.say(get(version="1.0"))
        assert (await connection.answer())[0] == 404
        await connection.end()

    run_virtual(scenario())


def test_a_body_in_chunks_and_after_a_hundred(town: type[Town], wire: Callable[[], Wire]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        connection = await wire().open(await here["mi-1709"].data(), PROXY)
        assert connection is not None
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (READ_REC[:5], READ_REC[5:]))
        connection.say(POST + TYPE + b"Transfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")
        assert (await connection.answer())[0] == 200
        connection.say(POST + TYPE + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(READ_REC))
        assert (await connection.answer())[0] == 100
        connection.say(READ_REC)
        assert (await connection.answer())[0] == 200

    run_virtual(scenario())


def test_who_is_silent_is_left(town: type[Town], wire: Callable[[], Wire]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        bearer = await here["mi-1709"].data()
        silent, halfway, slow = [await wire().open(bearer, PROXY) for _ in range(3)]
        assert silent is not None and halfway is not None and slow is not None
        halfway.say(POST + b"Content-Length: 10\r\n\r\nabc")
        for octet in get():
            slow.say(bytes((octet,)))
            await asyncio.sleep(20)
        assert (await slow.answer())[0] == 404, "slow, but never silent"
        assert silent.ended and silent.heard == b""
        assert (await halfway.answer())[0] == 408
        await halfway.end()

    run_virtual(scenario())


def test_too_much_is_refused_before_it_has_come(town: type[Town], wire: Callable[[], Wire]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        bearer = await here["mi-1709"].data()
        chunked, flood, pipelined = [await wire().open(bearer, PROXY) for _ in range(3)]
        assert chunked is not None and flood is not None and pipelined is not None
        chunked.say(POST + TYPE + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(40):
            chunked.say(b"%x\r\n" % (1 << 15) + bytes(1 << 15) + b"\r\n")
        assert (await chunked.answer())[0] == 413
        await chunked.end()
        flood.say(bytes(5 << 20))
        await flood.end()
        pipelined.say(get("/1", "example.com") * 3_000)
        for _ in range(3_000):
            assert (await pipelined.answer())[0] == 502
        await asyncio.sleep(300)

    run_virtual(scenario())


def test_noise_never_breaks_a_server(town: type[Town], wire: Callable[[], Wire]) -> None:
    """What begins well and goes wrong anywhere: every connection gets an answer or its end."""

    async def scenario() -> None:
        here = await town().settle()
        handset = here["mi-1709"]
        bearer = await handset.data()
        chance = Random("noise")
        good = post(READ_REC) + get()
        for _ in range(300):
            connection = await wire().open(bearer, chance.choice((PROXY, MMSC)))
            assert connection is not None
            spoilt = bytearray(good[: chance.randrange(1, len(good))])
            for _ in range(chance.randrange(4)):
                spoilt[chance.randrange(len(spoilt))] = chance.randrange(256)
            connection.say(bytes(spoilt))
            await asyncio.sleep(130)
            assert connection.ended
            assert not connection.heard or connection.heard.startswith(b"HTTP/1.1 ")
        assert (await handset.get("http://mmsc.myuni.com.cn/2"))[0] == 404

    run_virtual(scenario())


def test_a_pdu_gone_wrong_is_always_answered(town: type[Town]) -> None:
    """Octets changed, cut and doubled in every PDU that a handset sends; the HTTP around it is in order."""
    pdus: list[mms.Pdu] = [
        mms.SendReq(
            "T1",
            ("+8613900001234/TYPE=PLMN",),
            mms.Body((mms.Part("text/plain", "你好".encode(), "a.txt", charset="utf-8"),)),
            cc=("+8618600001234/TYPE=PLMN",),
            subject="主题",
            expiry=mms.After(3600),
            delivery_time=datetime(2026, 1, 2, tzinfo=UTC),
            message_class="auto",
            delivery_report=True,
        ),
        mms.ForwardReq("T2", ("+8613900001234/TYPE=PLMN",), "http://mmsc.myuni.com.cn/1"),
        mms.NotifyRespInd("T3", mms.Status.RETRIEVED),
        mms.AcknowledgeInd("T4"),
        mms.ReadRecInd("M5", "+8613900001234/TYPE=PLMN", mms.ReadStatus.READ),
    ]

    async def scenario() -> None:
        here = await town().settle()
        handset = here["mi-1709"]
        chance = Random("pdus")
        for _ in range(600):
            octets = bytearray(mms.encode(chance.choice(pdus)))
            for _ in range(chance.randrange(1, 4)):
                at = chance.randrange(len(octets))
                match chance.randrange(3):
                    case 0:
                        octets[at] = chance.randrange(256)
                    case 1:
                        del octets[at : at + chance.randrange(1, 9)]
                    case _:
                        octets[at:at] = octets[at : at + chance.randrange(1, 9)]
                octets = octets or bytearray(b"\x8c")
            assert (await handset.post(bytes(octets)))[0] in (200, 400), octets.hex()
        await asyncio.sleep(10 * 86_400)
        await handset.send("13800001234")
        await asyncio.sleep(60)
        assert (await here["cmcc-gz"].collect()).body.parts, "and the next message arrives"

    run_virtual(scenario())
