"""Every gateway with the provider of `interop.gateway`, on the virtual clock: what the handset gets."""

from __future__ import annotations

import asyncio
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from interop.engine.clock import run, run_virtual
from interop.gateway import cmpp, sgip, smpp
from interop.gateway.provider import Account
from interop.gateway.providers import PROVIDERS
from interop.gateway.session import Asked, Session, counting
from interop.gateway.text import Piece
from interop.smspdu import Address, Submit, Timestamp

if TYPE_CHECKING:
    from tests.drivers.emulated.gateways.conftest import Hall

MI, MI_NUMBER = "mi-1709", "17090001234"
SENDERS = {
    "cmpp2": "1069012345", "cmpp3": "10657955880", "sgip": "10655955990", "smgp": "10659955330",
    "smpp": "95588",
}  # fmt: skip
EACH = pytest.mark.parametrize("name", SENDERS)
CODE = "【甲银行】验证码135790，5分钟内有效，请勿泄露。"
LONG = "尊敬的客户，" + "您的验证码是246801。" * 20


@EACH
@pytest.mark.parametrize("text", [CODE, "Your code is 135790 [ok] {x}", LONG, "A" * 159])
def test_a_text_arrives_as_it_was_sent(hall: type[Hall], tmp_path: Path, name: str, text: str) -> None:
    async def scenario() -> None:
        here = await hall(tmp_path).open()
        sp = await here.provider(name)
        assert sp.refused == 0
        before = here.network.now()
        handed = await sp.send(MI_NUMBER, text)
        assert all(answer.accepted and answer.reference for answer in handed)
        assert len({answer.reference for answer in handed}) == len(handed)
        phone = here[MI]
        assert phone.texts == [(SENDERS[name], text)]
        assert {deliver.originator for _, deliver in phone.delivers} == {Address(SENDERS[name])}
        for _, deliver in phone.delivers:
            assert 0 <= (deliver.timestamp.when - before).total_seconds() < 3
        assert sorted((report.reference, report.state, report.delivered) for report in sp.reports) == sorted(
            (answer.reference, "DELIVRD", True) for answer in handed
        )
        here.close()

    run_virtual(scenario())


@EACH
def test_a_reply_reaches_the_provider(hall: type[Hall], tmp_path: Path, name: str) -> None:
    """With an extension behind the number, too; and what came while he was away."""

    async def scenario() -> None:
        here = await hall(tmp_path).open()
        here[MI].write(SENDERS[name], "TD")
        here[MI].write(SENDERS[name] + "01", "退订" * 3)
        await asyncio.sleep(30)
        assert [status.value for status in here[MI].statuses] == [0, 0]
        sp = await here.provider(name)
        await asyncio.sleep(30)
        # SGIP: the gateway found nobody listening and comes again
        assert sorted((came.source.removeprefix("86"), came.destination, came.body) for came in sp.came) == [
            (MI_NUMBER, SENDERS[name], "TD"), (MI_NUMBER, SENDERS[name] + "01", "退订" * 3),
        ]  # fmt: skip
        here[MI].write(SENDERS[name], "回复" * 60)
        await asyncio.sleep(80)
        parts = sorted((came.part.number, came.body) for came in sp.came[2:] if came.part)
        assert "".join(str(body) for _, body in parts) == "回复" * 60
        here.close()

    run_virtual(scenario())


@EACH
def test_a_wrong_secret_is_refused(hall: type[Hall], tmp_path: Path, name: str) -> None:
    codes = {"cmpp2": 3, "cmpp3": 3, "sgip": 1, "smgp": 21, "smpp": 0x0E}

    async def scenario() -> None:
        here = await hall(tmp_path).open()
        sp = await here.provider(name, "guess")
        assert sp.refused == codes[name]
        assert sp.over.is_set()
        here.close()

    run_virtual(scenario())


@EACH
def test_numbers_that_are_none_and_too_much_at_once(hall: type[Hall], tmp_path: Path, name: str) -> None:
    illegal = {"cmpp2": 13, "cmpp3": 13, "sgip": 6, "smgp": 47, "smpp": 0x0B}
    unknown = {"cmpp2": 13, "cmpp3": 13, "sgip": 23, "smgp": 58, "smpp": 0x0B}
    flow = {"cmpp2": 8, "cmpp3": 8, "sgip": 33, "smgp": 1, "smpp": 0x58}

    async def scenario() -> None:
        here = await hall(tmp_path).open()
        sp = await here.provider(name)
        piece = Piece(0, False, b"x")
        assert [answer.code for answer in await sp.send("10086", "x")] == [illegal[name]]
        assert [answer.code for answer in await sp.send("15412345678", "x")] == [unknown[name]]
        at_once = [piece] * 20  # the window holds 16
        codes = [answer.code for answer in await sp.send_pieces(MI_NUMBER, at_once)]
        assert codes == [None] * 16 + [flow[name]] * 4
        here.close()

    run_virtual(scenario())


@EACH
def test_a_handset_that_is_off_gets_it_later(hall: type[Hall], tmp_path: Path, name: str) -> None:
    async def scenario() -> None:
        here = await hall(tmp_path).open()
        phone, sp = here[MI], await here.provider(name)
        here.network.power_off(phone)
        await sp.send(MI_NUMBER, CODE, 300)
        assert not phone.texts and not sp.reports
        here.network.power_on(phone, volte=True)
        await asyncio.sleep(30)
        assert phone.texts == [(SENDERS[name], CODE)]
        at, deliver = phone.delivers[0]
        assert (at - deliver.timestamp.when).total_seconds() > 290
        assert [report.state for report in sp.reports] == ["DELIVRD"]
        here.close()

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("name", "state"), [("cmpp3", "EXPIRED"), ("smgp", "EXPIRED"), ("sgip", "UNDELIV:25")]
)
def test_what_is_never_delivered_expires(hall: type[Hall], tmp_path: Path, name: str, state: str) -> None:
    async def scenario() -> None:
        here = await hall(tmp_path).open()
        here.network.power_off(here[MI])
        sp = await here.provider(name)
        (handed,) = await sp.send(MI_NUMBER, CODE, 49 * 3600)
        assert [(report.reference, report.state) for report in sp.reports] == [(handed.reference, state)]
        here.close()

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("name", "state"), [("cmpp2", "UNDELIV"), ("smpp", "UNDELIV"), ("sgip", "UNDELIV:29")]
)
def test_a_number_of_nobody(hall: type[Hall], tmp_path: Path, name: str, state: str) -> None:
    async def scenario() -> None:
        here = await hall(tmp_path).open()
        sp = await here.provider(name)
        (handed,) = await sp.send("13912345678", CODE)
        assert handed.accepted
        assert [(report.reference, report.state) for report in sp.reports] == [(handed.reference, state)]
        here.close()

    run_virtual(scenario())


def test_a_provider_that_never_answers(hall: type[Hall], tmp_path: Path) -> None:
    """T=60 s, N=3 (CMPP 3.0 5.4): a report comes three times, and so does the heartbeat before the end."""

    async def scenario() -> None:
        here = await hall(tmp_path).open()
        session = Session(cmpp.CMPP, 3, sequence=counting())
        provider = PROVIDERS["cmpp3"](Account("905678", "s3cret", SENDERS["cmpp3"]))
        reader, writer = await asyncio.open_unix_connection(here.socket("cmpp3"))
        for pdu in (
            provider.login(here.network.now()),
            provider.submit(Piece(0, False, b"x"), MI_NUMBER, report=True),
        ):
            writer.write(session.request(pdu)[1])
            await asyncio.sleep(1)
        asked = []
        began = asyncio.get_running_loop().time()
        while data := await reader.read(1000):
            at = asyncio.get_running_loop().time() - began
            asked += [
                (type(event.frame.pdu), at) for event in session.receive(data) if isinstance(event, Asked)
            ]
        reports = [at for kind, at in asked if kind is cmpp.Deliver]
        hearts = [at for kind, at in asked if kind is cmpp.ActiveTest]
        assert [round(later - first) for first, later in pairwise(reports)] == [60, 60]
        assert [round(later - first) for first, later in pairwise(hearts)] == [60, 60]
        assert round(asyncio.get_running_loop().time() - began - hearts[-1]) == 60
        writer.close()
        here.close()

    run_virtual(scenario())


def test_a_provider_that_takes_nothing_that_is_brought_back(hall: type[Hall], tmp_path: Path) -> None:
    """SGIP's connection back, its window full and silent for 60 s, is closed: no farewell fits any more."""

    async def scenario() -> None:
        here = await hall(tmp_path).open()
        failures: list[Any] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: failures.append(context))
        asked, over = [], asyncio.Event()

        async def bound_and_deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            session = Session(sgip.SGIP, 2, sequence=lambda: (1, 1, 1))
            while data := await reader.read(4096):
                for event in session.receive(data):
                    assert isinstance(event, Asked)
                    asked.append(event.frame.pdu)
                    if isinstance(event.frame.pdu, sgip.Bind):
                        writer.write(session.answer(event.frame, sgip.BindResp(0)))
            writer.close()
            over.set()

        server = await asyncio.start_unix_server(bound_and_deaf, here.socket("sgip") + ".back")
        take = here.exchange.owner(SENDERS["sgip"])
        mi = here.network.hlr.by_msisdn(MI_NUMBER)
        assert take is not None and mi is not None
        for _ in range(20):
            take(mi, Submit.of_text(Address(SENDERS["sgip"]), "TD"))
        await asyncio.wait_for(over.wait(), 300)
        server.close()
        here.close()
        assert len(asked) > 16 and not failures

    run_virtual(scenario())


def test_reports_wait_for_the_next_connection(hall: type[Hall], tmp_path: Path) -> None:
    async def scenario() -> None:
        here = await hall(tmp_path).open()
        first = await here.provider("cmpp3")
        (handed,) = await first.send(MI_NUMBER, CODE, 0.5)
        first.leave()
        await asyncio.sleep(60)
        second = await here.provider("cmpp3")
        await asyncio.sleep(5)
        assert [(report.reference, report.state) for report in second.reports] == [
            (handed.reference, "DELIVRD")
        ]
        here.close()

    run_virtual(scenario())


def test_a_provider_that_is_silent_is_asked_and_answers(hall: type[Hall], tmp_path: Path) -> None:
    async def scenario() -> None:
        here = await hall(tmp_path).open()
        sps = {name: await here.provider(name) for name in SENDERS}
        await asyncio.sleep(3600)
        assert [name for name, sp in sps.items() if sp.over.is_set()] == [
            "sgip"
        ]  # no heartbeat: 60 s and closed
        (handed,) = await sps["smpp"].send(MI_NUMBER, CODE)
        assert handed.accepted
        here.close()

    run_virtual(scenario())


def test_a_login_comes_first(hall: type[Hall], tmp_path: Path) -> None:
    submit = smpp.SMPP.encode(_frame(smpp.SubmitSm(destination=MI_NUMBER)), 3)
    hello = cmpp.CMPP.encode(_frame(cmpp.Submit(destinations=(MI_NUMBER,))), 3)

    async def scenario() -> None:
        here = await hall(tmp_path).open()
        reader, writer = await asyncio.open_unix_connection(here.socket("smpp"))
        writer.write(submit)
        answer = smpp.SMPP.decode(await reader.read(100), 3)
        assert (type(answer.pdu), answer.status) == (smpp.SubmitSmResp, 0x04)
        writer.write(b"\x00\x00\x00\x10\x00\x00\x00\x99" + bytes(4) + b"\x00\x00\x00\x07")
        answer = smpp.SMPP.decode(await reader.read(100), 3)
        assert (type(answer.pdu), answer.status, answer.sequence) == (smpp.GenericNack, 0x03, 7)
        writer.close()
        for bad in (hello, b"\xff" * 20, b"\x00\x00\x00\x01"):
            reader, writer = await asyncio.open_unix_connection(here.socket("cmpp3"))
            writer.write(bad)
            assert await reader.read() == b""
            writer.close()
        here.close()

    run_virtual(scenario())


def _frame(pdu: Any) -> Any:
    from interop.gateway import Frame

    return Frame(pdu, 5)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_on_loopback_sgip_connects_back_to_the_account(hall: type[Hall], tmp_path: Path, host: str) -> None:
    async def scenario() -> None:
        here = hall(tmp_path)
        sp = here.unbound("sgip")
        server = await asyncio.start_server(sp.called_back, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        here.close()
        parts = tuple(
            part.model_copy(update={"listen": f"tcp://{host}:{port}"} if part.name == "sgip" else {})
            for part in here.lab.gateways
        )
        there = hall(tmp_path, gateways=parts)
        await there.exchange.open_on_loopback()
        take = there.exchange.owner(SENDERS["sgip"] + "77")
        mi = there.network.hlr.by_msisdn(MI_NUMBER)
        assert take is not None and mi is not None
        take(mi, Submit.of_text(Address(SENDERS["sgip"] + "77"), "TD"))
        await asyncio.wait_for(sp.got_something.wait(), 30)
        assert [(came.source, came.destination, came.body) for came in sp.came] == [
            (MI_NUMBER, SENDERS["sgip"] + "77", "TD")
        ]
        server.close()
        there.close()
        await asyncio.wait_for(sp.over.wait(), 30)

    run(scenario(), virtual=False)


def test_one_seed_one_result(hall: type[Hall], tmp_path: Path) -> None:
    async def scenario() -> list[tuple[float, Timestamp]]:
        here = await hall(tmp_path).open()
        for name in SENDERS:
            sp = await here.provider(name)
            await sp.send(MI_NUMBER, LONG)
        here.close()
        return [(at.timestamp(), deliver.timestamp) for at, deliver in here[MI].delivers]

    first, second = run_virtual(scenario()), run_virtual(scenario())
    assert first == second and len(first) == 4 * len(SENDERS)


@pytest.mark.parametrize(("numbers", "texts"), [((1, 2), ["一二"]), ((1, 0), ["二"]), ((1, 3), ["二"])])
def test_parts_that_options_name(
    hall: type[Hall], tmp_path: Path, numbers: tuple[int, int], texts: list[str]
) -> None:
    """SMPP 3.4 5.3.2.22 to 24; a number that no part of the whole can have names none."""

    async def scenario() -> None:
        here = await hall(tmp_path).open()
        sp = await here.provider("smpp")
        for number, text in zip(numbers, "一二", strict=True):
            options = (
                (smpp.SAR_REFERENCE, b"\x12\x34"),
                (smpp.SAR_TOTAL, b"\2"),
                (smpp.SAR_NUMBER, bytes((number,))),
            )
            sp.request(
                smpp.SubmitSm(
                    destination=MI_NUMBER, coding=8, content=text.encode("utf-16-be"), options=options
                )
            )
        await asyncio.sleep(20)
        assert [text for _, text in here[MI].texts] == texts
        here.close()

    run_virtual(scenario())
