"""Our PDUs over a Quectel's sockets, against its manual (LTE Standard TCP/IP Application Note V1.1) and
octets of MM1 written out by hand."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from interop import mms
from interop.engine.clock import run_virtual
from interop.protocols.errors import BudgetSpent, DeviceLost, EmergencyRefused, NotAnswering
from interop.protocols.mms import MmsOutcome, MmsSent, MmsStage
from interop.record.events import BearerOpened, BearerRefused, MmsConfirmed, MmsGot, MmsReadTold

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"
PROMPT = b"\r\n> "
SENT = b"\r\nSEND OK\r\n"
MESSAGE = mms.SendReq("T1", ("+8613918181818/TYPE=PLMN",), mms.Body((mms.Part("text/plain", b"hi"),)))
UP = {"AT+QIACT?": [OK, b'\r\n+QIACT: 4,1,1,"10.7.157.1"\r\n' + OK]}
OPEN = 'AT+QIOPEN=4,0,"TCP","10.0.0.172",80,0,0'
READ = "AT+QIRD=0,1500"
NOTHING = b"\r\n+QIRD: 0\r\n" + OK
# Message-Type send.conf, Transaction-Id T1, Version 1.2, Response-Status Ok, Message-ID M7
CONF = bytes.fromhex("8c81985431008d9292808b4d3700")
LOCATION = "http://10.1.2.3/m?id=1"
NOTIFICATION = mms.NotificationInd("N1", LOCATION, 40, mms.After(3600))
# retrieve.conf, T9, 1.2, Message-ID M7, Date 0, From +86139/TYPE=PLMN, Content-Type text/plain, then the body
RETRIEVED = bytes.fromhex("8c84985439008d928b4d370085010089112b38363133392f545950453d504c4d4e0084836869")
RETRIEVED = RETRIEVED.replace(b"\x89\x11", b"\x89\x12\x80", 1)


def http(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/vnd.wap.mms-message\r\n"
    return head.encode() + f"Content-Length: {len(body)}\r\n\r\n".encode() + body


def came(data: bytes, size: int = 1500) -> list[bytes]:
    """What +QIRD says of it, in pieces."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return [f"\r\n+QIRD: {len(piece)}\r\n".encode() + piece + OK for piece in pieces]


class Sockets:
    """The answers of a modem with one socket; `wire` is what left by it."""

    def __init__(
        self,
        table: Any,
        *responses: bytes | None,
        answers: dict[str, Any] | None = None,
        emulated: bool = True,
    ) -> None:
        self.device = table({**UP, OPEN: OK + b"\r\n+QIOPEN: 0,0\r\n"}, emulated=emulated)
        self.device.table.update(answers or {})
        self._responses = list(responses)
        self._reply = self.device._reply
        self.device._reply = self._answer
        self.wire: list[bytes] = []
        self._unread: list[bytes] = []

    def _answer(self, line: str) -> None:
        if line == OPEN:
            self.wire.append(b"")
        if line.startswith("AT+QISEND=0,") and line not in self.device.table:
            taken = line.endswith(" <")
            self.device.table[line] = SENT if taken else PROMPT
            self._reply(line)
            del self.device.table[line]
            if taken:
                self.wire[-1] += self.device.given.pop(line.removesuffix(" <"))
                self._asked()
        elif line == READ and READ not in self.device.table:
            self.device.far.write(self._unread.pop(0) if self._unread else NOTHING)
        else:
            self._reply(line)

    def _asked(self) -> None:
        """A request is complete: its response comes, in pieces, and the server hangs up."""
        head, found, body = self.wire[-1].partition(b"\r\n\r\n")
        length = next(
            (int(line[16:]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")), 0
        )
        if found and len(body) >= length:
            response = self._responses.pop(0)
            if response is not None:
                self._unread = came(response, 19)
                self.device.say('+QIURC: "recv",0', '+QIURC: "closed",0')


@pytest.mark.parametrize("emulated", [True, False])
def test_a_post_by_the_manual(table: Any, emulated: bool) -> None:
    """On a real link, too: nothing of it offends the emergency guard."""

    async def main() -> None:
        sockets = Sockets(table, http(CONF), emulated=emulated)
        modem = await sockets.device.modem("quectel")
        sent = await modem.mms.send(MESSAGE)
        assert sent == MmsSent(MmsOutcome.ACCEPTED, MmsStage.MMSC, "M7", 128)
        pdu = mms.encode(MESSAGE)
        request = sockets.wire[0]
        assert request.startswith(b"POST http://mmsc.myuni.com.cn/ HTTP/1.1\r\nHost: mmsc.myuni.com.cn\r\n")
        assert request.endswith(b"\r\n\r\n" + pdu)
        assert [
            line for line in sockets.device.since('AT+QICSGP=4,1,"3gwap","","",0') if "QIRD" not in line
        ] == [
            'AT+QICSGP=4,1,"3gwap","","",0',
            "AT+CGACT=1,4",
            "AT+QIACT=4",
            "AT+QIACT?",
            OPEN,
            f"AT+QISEND=0,{len(request)}",
            "AT+QICLOSE=0",
            "AT+QIDEACT=4",
            "AT+CGACT=0,4",
        ]
        submitted, opened, _ = modem.events.since(0)
        assert submitted.size == len(pdu)
        assert opened == BearerOpened("3gwap", "10.7.157.1")
        assert sockets.device.spent == ["multimedia"]

    run_virtual(main())


def test_a_large_message_goes_in_pieces_that_the_modem_takes(table: Any) -> None:
    async def main() -> None:
        sockets = Sockets(table, http(CONF))
        modem = await sockets.device.modem("quectel")
        data = bytes(range(256)) * 40 + b"+++\x1a\x1b\r\nOK\r\n"
        large = mms.SendReq("T2", MESSAGE.to, mms.Body((mms.Part("image/jpeg", data),)))
        assert (await modem.mms.send(large)).outcome is MmsOutcome.ACCEPTED
        assert sockets.wire[0].endswith(mms.encode(large))
        counts = [line for line in sockets.device.heard if line.startswith("AT+QISEND=0,")]
        assert counts[:-1] == ["AT+QISEND=0,1460"] * (len(counts) - 1)

    run_virtual(main())


def test_a_full_buffer_is_waited_for_and_nothing_goes_twice(table: Any) -> None:
    """SEND FAIL: the octets were not taken (2.1.7)."""

    async def main() -> None:
        sockets = Sockets(table, http(CONF))
        modem = await sockets.device.modem("quectel")
        await modem.mms.capabilities()
        line = f"AT+QISEND=0,{len(_request(MESSAGE))}"
        sockets.device.table[line] = [PROMPT, PROMPT, PROMPT]
        sockets.device.table[f"{line} <"] = [b"\r\nSEND FAIL\r\n", b"\r\nSEND FAIL\r\n", b"\r\nERROR\r\n"]
        sent = await modem.mms.send(MESSAGE)
        assert (sent.outcome, sent.stage) == (MmsOutcome.UNKNOWN, MmsStage.SUBMIT)
        assert sockets.device.heard.count(line) == 3

    run_virtual(main())


def _request(message: mms.SendReq) -> bytes:
    from drivers.mms.http import Exchange

    return Exchange("http://mmsc.myuni.com.cn", mms.encode(message), proxied=True).request


@pytest.mark.parametrize(
    ("response", "outcome", "stage", "status", "code"),
    [
        (http(b"", "502 Bad Gateway"), MmsOutcome.REJECTED, MmsStage.SUBMIT, None, 502),
        (http(b"", "408 Request Timeout"), MmsOutcome.REJECTED, MmsStage.DEVICE, None, 408),
        (http(CONF.replace(b"\x92\x80", b"\x92\x82")), MmsOutcome.REJECTED, MmsStage.MMSC, 130, 200),
        (http(CONF.replace(b"\x92\x80", b"\x92\xe5")), MmsOutcome.REJECTED, MmsStage.MMSC, 229, 200),
        (http(b"<html>login</html>"), MmsOutcome.UNKNOWN, MmsStage.MMSC, None, 200),
        (http(RETRIEVED), MmsOutcome.UNKNOWN, MmsStage.MMSC, None, 200),
        (
            b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n" + CONF,
            MmsOutcome.UNKNOWN,
            MmsStage.SUBMIT,
            None,
            None,
        ),
        (b"SSH-2.0-x\r\n\r\n", MmsOutcome.UNKNOWN, MmsStage.SUBMIT, None, None),
        (None, MmsOutcome.UNKNOWN, MmsStage.SUBMIT, None, None),
    ],
    ids=["502", "408", "denied", "content", "html", "another PDU", "cut", "no HTTP", "silence"],
)
def test_what_is_refused_or_not_answered(
    table: Any,
    response: bytes | None,
    outcome: MmsOutcome,
    stage: MmsStage,
    status: int | None,
    code: int | None,
) -> None:
    async def main() -> None:
        sockets = Sockets(table, response)
        modem = await sockets.device.modem("quectel")
        sent = await modem.mms.send(MESSAGE)
        assert (sent.outcome, sent.stage, sent.status, sent.http) == (outcome, stage, status, code)
        assert len(sockets.wire) == 1
        assert sockets.device.heard[-3:] == ["AT+QICLOSE=0", "AT+QIDEACT=4", "AT+CGACT=0,4"]

    run_virtual(main())


@pytest.mark.parametrize(
    ("answers", "stage", "code"),
    [
        ({"AT+QIACT=4": ERROR, "AT+CGACT=1,4": b"\r\n+CME ERROR: 127\r\n"}, MmsStage.BEARER, 27),
        ({"AT+QIACT=4": ERROR}, MmsStage.BEARER, None),
        ({OPEN: OK + b"\r\n+QIOPEN: 0,566\r\n"}, MmsStage.SUBMIT, None),
        ({OPEN: OK + b"\r\n+QIOPEN: 0,563\r\n"}, MmsStage.DEVICE, 563),
        ({OPEN: ERROR}, MmsStage.DEVICE, None),
    ],
)
def test_what_fails_before_anything_is_sent(
    table: Any, answers: dict[str, Any], stage: MmsStage, code: int | None
) -> None:
    async def main() -> None:
        sockets = Sockets(table, answers=answers)
        modem = await sockets.device.modem("quectel")
        sent = await modem.mms.send(MESSAGE)
        assert (sent.outcome, sent.stage, sent.code) == (MmsOutcome.REJECTED, stage, code)
        refused = [event for event in modem.events.since(0) if isinstance(event, BearerRefused)]
        assert [(event.apn, event.code) for event in refused] == (
            [("3gwap", code)] if stage is MmsStage.BEARER else []
        )
        assert sockets.device.heard[-2:] == ["AT+QIDEACT=4", "AT+CGACT=0,4"]

    run_virtual(main())


def test_a_modem_that_never_tells_of_its_socket_says_nothing_of_the_network(table: Any) -> None:
    async def main() -> None:
        sockets = Sockets(table, answers={OPEN: OK})
        modem = await sockets.device.modem("quectel")
        with pytest.raises(NotAnswering, match="QIOPEN"):
            await modem.mms.send(MESSAGE)
        assert sockets.device.heard[-3:] == ["AT+QICLOSE=0", "AT+QIDEACT=4", "AT+CGACT=0,4"]

    run_virtual(main())


def test_a_response_that_ends_with_the_connection(table: Any) -> None:
    """What came before the end is still there to be read."""

    async def main() -> None:
        head = b"HTTP/1.1 200 OK\r\n\r\n"
        sockets = Sockets(table, head + CONF)
        modem = await sockets.device.modem("quectel")
        loop = asyncio.get_running_loop()
        began = loop.time()
        assert (await modem.mms.send(MESSAGE)).message_id == "M7"
        assert loop.time() - began < 60

    run_virtual(main())


def test_a_restart_before_and_after_it_left(table: Any) -> None:
    async def main() -> None:
        sockets = Sockets(table, answers={OPEN: b"\r\nRDY\r\n"})
        modem = await sockets.device.modem("quectel")
        with pytest.raises(DeviceLost):
            await modem.mms.send(MESSAGE)
        sockets = Sockets(table, http(CONF), answers={READ: b"\r\nRDY\r\n"})
        modem = await sockets.device.modem("quectel")
        sent = await modem.mms.send(MESSAGE)
        assert (sent.outcome, sent.stage) == (MmsOutcome.UNKNOWN, MmsStage.SUBMIT)

    run_virtual(main())


def test_given_up_in_the_middle_the_socket_and_the_packet_connection_are_closed(table: Any) -> None:
    async def main() -> None:
        sockets = Sockets(table, None, http(CONF))
        modem = await sockets.device.modem("quectel")
        task = asyncio.create_task(modem.mms.send(MESSAGE))
        await sockets.device.hears(READ)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert sockets.device.heard[-3:] == ["AT+QICLOSE=0", "AT+QIDEACT=4", "AT+CGACT=0,4"]
        assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.ACCEPTED

    run_virtual(main())


def test_nothing_is_sent_that_is_not_paid_for(table: Any) -> None:
    class Poor(list[str]):
        def append(self, what: str) -> None:
            raise BudgetSpent("m1", f"no {what} left")

    async def main() -> None:
        sockets = Sockets(table, http(CONF))
        sockets.device.spent = Poor()
        modem = await sockets.device.modem("quectel")
        with pytest.raises(BudgetSpent, match="no multimedia left"):
            await modem.mms.send(MESSAGE)
        assert sockets.wire == []
        assert "AT+QIACT=4" not in sockets.device.heard
        assert modem.events.since(0) == []

    run_virtual(main())


def test_the_network_ends_the_packet_connection(table: Any) -> None:
    async def main() -> None:
        sockets = Sockets(table, None)
        modem = await sockets.device.modem("quectel")
        task = asyncio.create_task(modem.mms.send(MESSAGE))
        await sockets.device.hears(READ)
        sockets.device.say('+QIURC: "pdpdeact",4')
        sent = await task
        assert (sent.outcome, sent.stage) == (MmsOutcome.UNKNOWN, MmsStage.SUBMIT)
        assert "packet connection" in sent.text

    run_virtual(main())


def test_a_fetch_is_confirmed_by_hand_made_octets(table: Any) -> None:
    async def main() -> None:
        sockets = Sockets(table, http(RETRIEVED), http(b""))
        modem = await sockets.device.modem("quectel")
        got = await modem.mms.fetch(NOTIFICATION)
        assert (got.outcome, got.confirmed) == (MmsOutcome.ACCEPTED, True)
        assert got.message is not None
        assert (got.message.message_id, got.message.body.parts[0].data) == ("M7", b"hi")
        asked, told = sockets.wire
        assert asked.startswith(b"GET http://10.1.2.3/m?id=1 HTTP/1.1\r\nHost: 10.1.2.3\r\n")
        # notifyresp.ind, Transaction-Id N1, 1.2, Status Retrieved
        assert told.endswith(b"\r\n\r\n" + bytes.fromhex("8c83984e31008d929581"))
        events = [event for event in modem.events.since(0) if isinstance(event, MmsGot | MmsConfirmed)]
        assert [type(event) for event in events] == [MmsGot, MmsConfirmed]
        assert isinstance(events[0], MmsGot) and events[0].size == len(RETRIEVED)
        assert events[1] == MmsConfirmed("retrieved", True)

    run_virtual(main())


def test_a_deferred_one_is_acknowledged_with_its_own_transaction(table: Any) -> None:
    async def main() -> None:
        sockets = Sockets(table, http(b""), http(RETRIEVED), http(b"", "500 Oops"))
        modem = await sockets.device.modem("quectel")
        assert await modem.mms.respond(NOTIFICATION, mms.Status.DEFERRED) is True
        got = await modem.mms.fetch(NOTIFICATION, deferred=True)
        assert (got.outcome, got.confirmed) == (MmsOutcome.ACCEPTED, False)
        first, _, last = sockets.wire
        assert first.endswith(bytes.fromhex("8c83984e31008d929583"))
        assert last.endswith(bytes.fromhex("8c85985439008d92"))  # acknowledge.ind, T9

    run_virtual(main())


def test_read_is_told_to_the_sender(table: Any) -> None:
    async def main() -> None:
        sockets = Sockets(table, http(b""))
        modem = await sockets.device.modem("quectel")
        message = mms.RetrieveConf(mms.EMPTY, message_id="M7", sender="+86139/TYPE=PLMN")
        assert await modem.mms.report_read(message) is True
        pdu = mms.decode(sockets.wire[0].partition(b"\r\n\r\n")[2])
        assert isinstance(pdu, mms.ReadRecInd)
        assert (pdu.message_id, pdu.to, pdu.status) == ("M7", "+86139/TYPE=PLMN", mms.ReadStatus.READ)
        assert modem.events.since(0)[-1] == MmsReadTold("M7", "+86139")

    run_virtual(main())


@pytest.mark.parametrize(
    ("responses", "outcome", "status", "code", "asked"),
    [
        ([http(b"", "404 Not Found")], MmsOutcome.REJECTED, None, 404, 1),
        ([http(bytes.fromhex("8c84985439008d9299c18483"))], MmsOutcome.REJECTED, 193, 200, 1),
        ([http(b"rubbish")], MmsOutcome.REJECTED, None, 200, 1),
        ([http(RETRIEVED)[:50], http(RETRIEVED), http(b"")], MmsOutcome.ACCEPTED, None, None, 3),
        ([http(RETRIEVED)[:50], http(RETRIEVED)[:50]], MmsOutcome.UNKNOWN, None, None, 2),
        ([None], MmsOutcome.UNKNOWN, None, None, 1),
    ],
    ids=["404", "gone", "rubbish", "cut once", "cut twice", "silence"],
)
def test_what_is_not_fetched_and_asked_again_once_where_the_connection_breaks(
    table: Any, responses: list[Any], outcome: MmsOutcome, status: int | None, code: int | None, asked: int
) -> None:
    async def main() -> None:
        sockets = Sockets(table, *responses)
        modem = await sockets.device.modem("quectel")
        got = await modem.mms.fetch(NOTIFICATION)
        assert (got.outcome, got.stage, got.status, got.http) == (outcome, MmsStage.FETCH, status, code)
        assert len(sockets.wire) == asked
        assert sockets.device.heard[-2:] == ["AT+QIDEACT=4", "AT+CGACT=0,4"]

    run_virtual(main())


def test_an_emergency_number_is_refused_on_a_real_link_before_anything(table: Any) -> None:
    async def main() -> None:
        device = table({}, emulated=False)
        modem = await device.modem("quectel")
        for number in ("12110", "110", "+8612110"):
            with pytest.raises(EmergencyRefused):
                await modem.mms.send(mms.SendReq("T", (mms.of_number(number),), MESSAGE.body))
        assert device.spent == []
        assert not any(line.startswith("AT+QI") for line in device.heard)

    run_virtual(main())


def test_a_modem_that_refuses_one_of_two_commands_for_the_same(table: Any) -> None:
    async def main() -> None:
        sockets = Sockets(table, http(CONF), answers={"AT+CGACT=1,4": b"\r\n+CME ERROR: 3\r\n"})
        modem = await sockets.device.modem("quectel")
        assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.ACCEPTED

    run_virtual(main())


def test_somebodys_packet_connection_is_not_taken_for_ours(table: Any) -> None:
    async def main() -> None:
        sockets = Sockets(
            table, http(CONF), answers={"AT+QIACT?": b'\r\n+QIACT: 4,1,1,"10.7.157.1"\r\n' + OK}
        )
        modem = await sockets.device.modem("quectel")
        assert (await modem.mms.send(MESSAGE)).outcome is MmsOutcome.ACCEPTED
        steps = [line for line in sockets.device.heard if line.startswith(("AT+QIACT=4", "AT+QIDEACT"))]
        assert steps == ["AT+QIDEACT=4", "AT+QIACT=4", "AT+QIDEACT=4"]

    run_virtual(main())
