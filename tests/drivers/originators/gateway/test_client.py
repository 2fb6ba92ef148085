"""A text is handed over once, whatever the gateway does; what is said of it is told apart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from hashlib import md5
from typing import Any

import pytest

from drivers.originators.gateway import GatewayClient
from drivers.originators.gateway.transcript import Transcript
from interop.engine.clock import run_virtual
from interop.gateway import RESPONSE, Frame, cmpp, sgip, smgp, smpp
from interop.protocols.errors import BudgetSpent, NotAvailable
from interop.protocols.originator import Acceptance, Handing
from interop.record.events import Event, GatewayClaimed, MessageFromHandset, Note, TextHanded, TextTaken

SECRET = "s3cret77"
PROTOCOLS = ("cmpp2", "cmpp3", "sgip", "smgp", "smpp")
IN_LINE = ("cmpp2", "cmpp3", "smgp", "smpp")
"""those whose gateways report on the connection that we made"""
CODE = "【甲银行】验证码 482913，5分钟内有效。"
TO = "17090001234"
NUMBER_REFUSED = {"cmpp2": 13, "cmpp3": 13, "sgip": 6, "smgp": 47, "smpp": 0x0B}
SLOW_DOWN = {"cmpp2": 8, "cmpp3": 8, "sgip": 11, "smgp": 1, "smpp": 0x58}
SUBMIT = {
    "cmpp2": cmpp.Submit,
    "cmpp3": cmpp.Submit,
    "sgip": sgip.Submit,
    "smgp": smgp.Submit,
    "smpp": smpp.SubmitSm,
}
Play = Callable[[Any, GatewayClient], Awaitable[None]]


def play(ground: Any, protocol: str, script: Play, *, starts: bool = True, **part: Any) -> list[Event]:
    """The script on the virtual clock with a gateway and a client; the client's events."""
    seen: list[Event] = []

    async def main() -> None:
        gateway = ground.gateway(protocol)
        if starts:
            await gateway.start()
        client = ground.client(gateway, **part)
        client.events.listen(seen.append)
        try:
            await script(gateway, client)
        finally:
            await client.close()
            await gateway.stop()

    run_virtual(main())
    return seen


def receivers(pdu: Any) -> tuple[str, ...]:
    return pdu.destinations if hasattr(pdu, "destinations") else (pdu.destination,)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_text_is_taken(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        handing = await client.send(TO, CODE)
        assert handing.acceptance is Acceptance.ACCEPTED
        assert len(handing.references) == 1
        [submit] = gateway.submitted
        assert receivers(submit) == (f"86{TO}" if protocol == "sgip" else TO,)
        assert (submit.source, submit.coding) == ("1069012345", 8)
        assert submit.content.decode("utf-16-be") == CODE

    seen = play(ground, protocol, script)
    handed, taken = seen
    assert handed == TextHanded(TO, CODE, "1069012345", 1)
    assert isinstance(taken, TextTaken) and (taken.acceptance, taken.code) == ("accepted", None)


@pytest.mark.parametrize("protocol", IN_LINE)
@pytest.mark.parametrize(("state", "delivered"), [("DELIVRD", True), ("UNDELIV", False)])
def test_a_claim_is_told_and_answered(ground: Any, protocol: str, state: str, delivered: bool) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        mark = client.events.mark()
        [reference] = (await client.send(TO, CODE)).references
        gateway.ask(gateway.report(reference, state))
        claim = await client.events.wait(GatewayClaimed, within=10, since=mark)
        assert claim == GatewayClaimed(reference, state, delivered)
        await gateway.until(lambda: len(gateway.answered) == 1)

    play(ground, protocol, script)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_long_text_leaves_in_parts_that_belong_together(ground: Any, protocol: str) -> None:
    text = "验证码" * 50 + "😀" * 10

    async def script(gateway: Any, client: GatewayClient) -> None:
        handing = await client.send(TO, text)
        assert len(handing.references) == len(set(handing.references)) == 3
        heads = [submit.content[:6] for submit in gateway.submitted]
        assert [head[:3] + head[4:] for head in heads] == [bytes((5, 0, 3, 3, n)) for n in (1, 2, 3)]
        assert len({head[3] for head in heads}) == 1
        assert b"".join(s.content[6:] for s in gateway.submitted).decode("utf-16-be") == text
        if protocol.startswith("cmpp"):  # Pk_total, Pk_number
            assert [(s.parts, s.part) for s in gateway.submitted] == [(3, 1), (3, 2), (3, 3)]
        await client.send(TO, text)
        assert gateway.submitted[3].content[3] != heads[0][3]

    play(ground, protocol, script)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_refusal_has_the_gateways_code_and_ends_the_text(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        gateway.code = NUMBER_REFUSED[protocol]
        handing = await client.send(TO, CODE * 5)
        assert handing.acceptance is Acceptance.REFUSED
        assert handing.code == NUMBER_REFUSED[protocol]
        assert "number" in handing.text or "address" in handing.text
        assert len(gateway.submitted) == 1

    play(ground, protocol, script)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_answer_that_comes_too_late_leaves_the_outcome_unknown(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        loop = asyncio.get_running_loop()
        gateway.silent = {SUBMIT[protocol]}
        began = loop.time()
        handing = await client.send(TO, CODE)
        assert handing == Handing(Acceptance.UNKNOWN, text=f"no answer in 30 s that is {protocol}")
        assert loop.time() - began == pytest.approx(30)
        mark = client.events.mark()
        gateway.answer(gateway.waiting[0])
        late = await client.events.wait(Note, within=10, since=mark)
        assert late is not None and "nothing waits" in late.text and "accepted" in late.text
        gateway.silent = set()
        assert (await client.send(TO, "second")).acceptance is Acceptance.ACCEPTED
        assert len(gateway.submitted) == 2 and gateway.logins == 1

    play(ground, protocol, script, answer_s=30.0, heartbeat_s=0.0)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_connection_lost_in_the_middle(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        gateway.silent = {SUBMIT[protocol]}
        sending = asyncio.create_task(client.send(TO, CODE))
        await gateway.until(lambda: gateway.submitted)
        began = asyncio.get_running_loop().time()
        gateway.writer.close()
        handing = await sending
        assert handing.acceptance is Acceptance.UNKNOWN and "connection lost" in handing.text
        assert asyncio.get_running_loop().time() == began
        gateway.silent = set()
        assert (await client.send(TO, "second")).acceptance is Acceptance.ACCEPTED
        assert len(gateway.submitted) == 2 and gateway.logins == 2

    seen = play(ground, protocol, script)
    assert sum(isinstance(event, TextHanded) for event in seen) == 2


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_window_is_never_overrun(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        gateway.silent = {SUBMIT[protocol]}
        sending = [asyncio.create_task(client.send(TO, f"text {n}")) for n in range(7)]
        for expected in range(1, 8):
            await gateway.until(lambda expected=expected: len(gateway.submitted) >= expected)
            gateway.answer(gateway.waiting.pop(0))
        handings = await asyncio.gather(*sending)
        assert {handing.acceptance for handing in handings} == {Acceptance.ACCEPTED}
        assert len({handing.references for handing in handings}) == 7
        assert gateway.most_waiting == 2 and gateway.logins == 1

    play(ground, protocol, script, window=2)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_flow_control_slows_down_and_gives_up_at_last(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        loop = asyncio.get_running_loop()
        gateway.code = SLOW_DOWN[protocol]
        began = loop.time()
        sending = asyncio.create_task(client.send(TO, CODE))
        await gateway.until(lambda: len(gateway.submitted) == 2)
        gateway.code = 0
        assert (await sending).acceptance is Acceptance.ACCEPTED
        assert loop.time() - began == pytest.approx(3)  # after 1 s and after 2 more
        gateway.code, began = SLOW_DOWN[protocol], loop.time()
        handing = await client.send(TO, CODE)
        assert (handing.acceptance, handing.code) == (Acceptance.REFUSED, SLOW_DOWN[protocol])
        assert loop.time() - began == pytest.approx(7)
        assert len(gateway.submitted) == 3 + 4

    play(ground, protocol, script)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_an_answer_that_cannot_be_read_leaves_the_outcome_unknown(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        gateway.silent = {SUBMIT[protocol]}
        sending = asyncio.create_task(client.send(TO, CODE))
        await gateway.until(lambda: gateway.submitted)
        [frame] = gateway.waiting
        # neither a C-octet string nor long enough
        gateway.writer.write(garbled(gateway.session.dialect, frame.pdu, frame.sequence, RESPONSE))
        handing = await sending
        assert handing.acceptance is Acceptance.UNKNOWN
        assert asyncio.get_running_loop().time() < 1
        gateway.silent = set()
        assert (await client.send(TO, "second")).acceptance is Acceptance.ACCEPTED
        assert gateway.logins == 1

    play(ground, protocol, script)


@pytest.mark.parametrize("protocol", IN_LINE)
def test_a_request_that_cannot_be_read_is_refused_and_the_session_goes_on(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        await client.connect()
        request, _ = gateway.session.request(gateway.reply("x"))
        gateway.writer.write(garbled(gateway.session.dialect, request.pdu, request.sequence))
        await gateway.until(lambda: gateway.answered)
        [refused] = gateway.answered
        said = refused.status or getattr(refused.pdu, "result", 0) or getattr(refused.pdu, "status", 0)
        assert said == {"smgp": 10}.get(protocol, 1)
        assert (await client.send(TO, CODE)).acceptance is Acceptance.ACCEPTED
        assert gateway.logins == 1

    play(ground, protocol, script)


@pytest.mark.parametrize("protocol", IN_LINE)
def test_a_report_that_says_nothing_readable_is_refused(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        await client.connect()
        gateway.ask(replace(gateway.reply("x"), content=b"odd"))
        await gateway.until(lambda: gateway.answered)

    seen = play(ground, protocol, script)
    assert [type(event) for event in seen] == [Note]
    assert isinstance(seen[0], Note) and "an odd number" in seen[0].text


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_stream_out_of_step_is_left(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        gateway.silent = {SUBMIT[protocol]}
        sending = asyncio.create_task(client.send(TO, CODE))
        await gateway.until(lambda: gateway.submitted)
        gateway.writer.write(b"HTTP/1.1 400 Bad Request")
        handing = await sending
        assert handing.acceptance is Acceptance.UNKNOWN and "what came is no " in handing.text
        gateway.silent = set()
        assert (await client.send(TO, "second")).acceptance is Acceptance.ACCEPTED
        assert gateway.logins == 2

    play(ground, protocol, script)


def garbled(dialect: Any, pdu: Any, sequence: Any, response: int = 0) -> bytes:
    """A PDU of that kind whose body is one octet that nothing can be read from."""
    head = (dialect.command(pdu) | response).to_bytes(4, "big") + bytes(4 if dialect.status else 0)
    octets: bytes = head + dialect.sequence.encode(sequence, "sequence") + b"\xff"
    return (len(octets) + 4).to_bytes(4, "big") + octets


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_wrong_secret_is_one_sentence_without_it(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        with pytest.raises(NotAvailable, match="login as 901234 refused: ") as caught:
            await client.send(TO, CODE)
        assert "wr0ng" not in str(caught.value)
        assert not gateway.submitted

    seen = play(ground, protocol, script, secret="wr0ng99")
    assert not any(isinstance(event, TextHanded) for event in seen)
    everything = "".join(line for _, line in ground.journal.lines) + "".join(ground.journal.notes)
    assert b"wr0ng99".hex() not in everything and "wr0ng" not in everything


def answering(gateway: Any, proof: Callable[[int, bytes], bytes]) -> None:
    """Let the gateway prove itself by `proof(code, ours)`."""
    right = gateway._login

    def login(pdu: Any) -> tuple[Any, int]:
        reply, status = right(pdu)
        code = reply.status
        return replace(reply, authenticator=proof(code, pdu.authenticator)), status

    gateway._login = login


@pytest.mark.parametrize(
    ("protocol", "width"), [("cmpp2", 1), ("cmpp2", 4), ("cmpp3", 1), ("cmpp3", 4), ("smgp", 4)]
)
def test_a_gateway_that_proves_itself_is_believed(ground: Any, protocol: str, width: int) -> None:
    """china.md 7.1: some hash CMPP's status as one octet, some as four."""

    async def script(gateway: Any, client: GatewayClient) -> None:
        answering(
            gateway, lambda code, ours: md5(code.to_bytes(width, "big") + ours + SECRET.encode()).digest()
        )
        await client.connect()

    assert play(ground, protocol, script) == []


@pytest.mark.parametrize("protocol", ["cmpp2", "cmpp3", "smgp"])
def test_a_gateway_that_proves_nothing_is_noted(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        answering(gateway, lambda _code, _ours: bytes(16))
        assert (await client.send(TO, CODE)).acceptance is Acceptance.ACCEPTED

    said = [event.text for event in play(ground, protocol, script) if isinstance(event, Note)]
    assert said == ["the gateway does not prove that it knows the secret, too"]


@pytest.mark.parametrize("protocol", ["cmpp2", "cmpp3", "smgp"])
@pytest.mark.parametrize("parrot", [False, True])
def test_a_gateway_that_does_not_know_the_secret_gets_no_text(
    ground: Any, protocol: str, parrot: bool
) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        answering(
            gateway, lambda code, ours: ours if parrot else md5(bytes((code,)) + ours + b"guess").digest()
        )
        with pytest.raises(NotAvailable, match="login as 901234 taken by one that does not know the secret"):
            await client.send(TO, CODE)
        assert not gateway.submitted

    play(ground, protocol, script)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_journal_has_every_pdu_and_no_proof(ground: Any, protocol: str) -> None:
    logins: list[Any] = []

    async def script(gateway: Any, client: GatewayClient) -> None:
        await client.send(TO, CODE)
        logins.append(gateway.asked[0])
        logins.append(gateway.proof)

    play(ground, protocol, script)
    kinds = [(way, int(line[8:16], 16)) for way, line in ground.journal.lines]
    assert [way for way, _ in kinds] == [">", "<"] * 3  # login, submission, farewell
    assert all(ours | 0x80000000 == theirs for (_, ours), (_, theirs) in zip(*[iter(kinds)] * 2, strict=True))
    assert all(len(line.strip()) == 2 * int(line[:8], 16) for _, line in ground.journal.lines)
    proof = getattr(logins[0], "authenticator", b"") or logins[0].password.encode()
    login = ground.journal.lines[0][1]
    assert proof.hex() not in login and (b"*" * len(proof)).hex() in login
    assert not logins[1] or logins[1].hex() not in ground.journal.lines[1][1]


def test_a_login_that_cannot_be_read_is_kept_without_its_body(ground: Any) -> None:
    transcript = Transcript(ground.journal, sgip.SGIP, 2)
    whole = sgip.SGIP.encode(Frame(sgip.Bind(2, "901234", SECRET), (1, 2, 3)), 2)
    torn = (len(whole) - 1).to_bytes(4, "big") + whole[4:-1]
    transcript.received(torn[:30])
    assert ground.journal.lines == []
    transcript.received(torn[30:])
    [(_, line)] = ground.journal.lines
    assert SECRET.encode().hex() not in line and len(line.strip()) == 2 * len(torn)
    assert line.startswith(torn[:20].hex() + "2a2a2a")


def test_who_listens_and_breaks_does_not_leave_a_deaf_connection(ground: Any) -> None:
    def listener(event: Event) -> None:
        if isinstance(event, GatewayClaimed):
            raise RuntimeError("a bug of whoever listens")

    async def script(gateway: Any, client: GatewayClient) -> None:
        [reference] = (await client.send(TO, CODE)).references
        mark = client.events.mark()
        client.events.listen(listener)
        gateway.ask(gateway.report(reference, "DELIVRD"))
        assert await client.events.wait(Note, within=5, since=mark)
        assert (await client.send(TO, CODE)).acceptance is Acceptance.ACCEPTED
        assert gateway.logins == 2

    play(ground, "smpp", script)


def test_flow_control_and_then_no_way_back(ground: Any) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        gateway.code = 8
        sending = asyncio.create_task(client.send(TO, CODE))
        await gateway.until(lambda: gateway.submitted)
        gateway.vanish()
        with pytest.raises(NotAvailable, match="No such file or directory"):
            await sending

    taken = play(ground, "cmpp3", script)[-1]
    assert isinstance(taken, TextTaken) and taken.acceptance == "unknown"
    assert "No such file or directory" in taken.text


@pytest.mark.parametrize("protocol", IN_LINE)
def test_a_heartbeat_after_silence_and_none_while_there_is_talk(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        alive = (cmpp.ActiveTest, smgp.ActiveTest, smpp.EnquireLink)

        def beats() -> int:
            return sum(isinstance(pdu, alive) for pdu in gateway.asked)

        await client.send(TO, "one")
        await asyncio.sleep(59)
        await client.send(TO, "two")
        await asyncio.sleep(59)
        assert beats() == 0
        await asyncio.sleep(2)
        assert beats() == 1
        await asyncio.sleep(180)
        assert beats() == 4 and gateway.logins == 1
        gateway.silent = set(alive)
        mark = client.events.mark()
        lost = await client.events.wait(Note, within=60 + 20 + 1, since=mark)
        assert lost is not None and "no answer to a heartbeat in 20 s" in lost.text
        await client.send(TO, "three")
        assert gateway.logins == 2 and len(gateway.submitted) == 3

    play(ground, protocol, script, heartbeat_s=60.0, answer_s=20.0)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_the_gateway_may_end_the_session(ground: Any, protocol: str) -> None:
    farewells = {"sgip": sgip.Unbind(), "smgp": smgp.Exit(), "smpp": smpp.Unbind()}

    async def script(gateway: Any, client: GatewayClient) -> None:
        await client.send(TO, "one")
        gateway.ask(farewells.get(protocol, cmpp.Terminate()))
        await gateway.until(lambda: gateway.answered)
        await client.send(TO, "two")
        assert gateway.logins == 2 and len(gateway.submitted) == 2

    seen = play(ground, protocol, script)
    assert Note("connection with the emulated country lost: the gateway ended the session") in seen


@pytest.mark.parametrize("protocol", IN_LINE)
def test_a_reply_in_parts_out_of_order_and_twice(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        await client.connect()
        mark = client.events.mark()
        for number in (2, 1, 1, 3):
            gateway.ask(gateway.reply(f"part {number} 完", bytes((5, 0, 3, 77, 3, number))))
        came = await client.events.wait(MessageFromHandset, within=5, since=mark)
        assert came == MessageFromHandset("13900001234", "1069", "part 1 完part 2 完part 3 完")
        gateway.ask(gateway.reply("TD"))
        again = await client.events.wait(MessageFromHandset, within=5, since=client.events.mark())
        assert again is not None and again.text == "TD"
        gateway.ask(gateway.reply("half", bytes((5, 0, 3, 78, 2, 1))))
        await gateway.until(lambda: len(gateway.answered) == 6)

    seen = play(ground, protocol, script)
    assert sum(isinstance(event, MessageFromHandset) for event in seen) == 2
    assert seen[-1] == Note("a reply never became whole: of 2 parts, 2 did not come")


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nobody_there(ground: Any, protocol: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        with pytest.raises(NotAvailable, match="the emulated country: No such file or directory"):
            await client.send(TO, CODE)

    assert play(ground, protocol, script, starts=False) == []


def test_a_gateway_that_never_answers_the_login(ground: Any) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        gateway.silent = {cmpp.Connect}
        with pytest.raises(NotAvailable, match="login impossible: no answer in 60 s that is cmpp3"):
            await client.send(TO, CODE)

    play(ground, "cmpp3", script)


@pytest.mark.parametrize("to", ["110", "12110", "1709000123", "+8617090001234", "17090001234 ", ""])
def test_only_mobile_numbers_are_sent_to(ground: Any, to: str) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        with pytest.raises(NotAvailable, match="is no mobile number of 11 digits"):
            await client.send(to, CODE)
        assert not gateway.logins

    play(ground, "cmpp3", script)


def test_a_text_that_no_gateway_can_carry_is_refused_before_anything_leaves(ground: Any) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        with pytest.raises(NotAvailable, match="255 are possible"):
            await client.send(TO, "长" * 67 * 256)
        assert not gateway.logins

    assert play(ground, "smpp", script) == []


def test_a_live_text_that_is_not_allowed_never_leaves(ground: Any) -> None:
    def allow() -> None:
        raise BudgetSpent("gw", "not confirmed")

    async def script(gateway: Any, client: GatewayClient) -> None:
        with pytest.raises(BudgetSpent):
            await client.send(TO, CODE)
        assert not gateway.logins

    assert play(ground, "cmpp3", script, allow=allow) == []


def test_a_case_that_is_cancelled_leaves_an_unknown_outcome_in_the_record(ground: Any) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        gateway.silent = {cmpp.Submit}
        sending = asyncio.create_task(client.send(TO, CODE))
        await gateway.until(lambda: gateway.submitted)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

    seen = play(ground, "cmpp3", script)
    assert seen[-1] == TextTaken("unknown", text="interrupted")


def test_a_secret_that_no_protocol_carries(ground: Any) -> None:
    with pytest.raises(NotAvailable, match="its secret is not ASCII") as caught:
        play(ground, "cmpp3", lambda _gateway, _client: asyncio.sleep(0), secret="密")
    assert "密" not in str(caught.value)


def test_a_gateway_that_asks_and_never_reads_is_left(ground: Any) -> None:
    """Its answers must not pile up here."""

    async def script(gateway: Any, client: GatewayClient) -> None:
        await client.connect()
        gateway.writer.transport.pause_reading()
        mark = client.events.mark()
        dialect = gateway.session.dialect
        gateway.writer.write(dialect.encode(Frame(smpp.EnquireLink(), 7), 3) * 200_000)
        lost = await client.events.wait(Note, within=60, since=mark)
        assert lost is not None and "does not read the answers" in lost.text

    play(ground, "smpp", script)


def test_leaving_a_gateway_that_does_not_read_takes_a_moment_only(ground: Any) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        await client.connect()
        gateway.writer.transport.pause_reading()
        dialect = gateway.session.dialect
        gateway.writer.write(dialect.encode(Frame(smpp.EnquireLink(), 7), 3) * 40_000)
        await asyncio.sleep(5)
        async with asyncio.timeout(10):
            await client.close()

    play(ground, "smpp", script)


def test_a_nack_without_a_code_is_no_login(ground: Any) -> None:
    async def script(gateway: Any, client: GatewayClient) -> None:
        gateway._login = lambda _pdu: (smpp.GenericNack(), 0)
        with pytest.raises(NotAvailable, match="login as 901234 refused: 0xFF, unknown error"):
            await client.connect()

    play(ground, "smpp", script)


def test_an_intermediate_notification_is_a_claim_and_no_message(ground: Any) -> None:
    """SMPP 3.4 5.2.12: esm_class 20."""

    async def script(gateway: Any, client: GatewayClient) -> None:
        [reference] = (await client.send(TO, "x")).references
        report = gateway.report(reference, "ENROUTE")
        gateway.ask(replace(report, esm_class=smpp.ESM_INTERMEDIATE))
        await gateway.until(lambda: bool(gateway.answered))

    seen = play(ground, "smpp", script)
    assert [(c.state, c.delivered) for c in seen if isinstance(c, GatewayClaimed)] == [("ENROUTE", False)]
    assert not [event for event in seen if isinstance(event, MessageFromHandset)]


def test_a_heartbeat_answered_unreadably_is_a_sign_of_life(ground: Any) -> None:
    """Some gateways leave out the Reserved octet of CMPP_ACTIVE_TEST_RESP."""

    async def script(gateway: Any, client: GatewayClient) -> None:
        await client.connect()
        gateway.silent = {cmpp.ActiveTest}
        for _ in range(3):
            beats = gateway.asked.count(cmpp.ActiveTest())
            await gateway.until(lambda beats=beats: gateway.asked.count(cmpp.ActiveTest()) > beats)
            gateway.writer.write(bytes.fromhex("0000000c 80000008") + _last_sequence(ground))
        await client.send(TO, "x")
        assert gateway.logins == 1

    play(ground, "cmpp3", script, heartbeat_s=60.0, answer_s=20.0)


def _last_sequence(ground: Any) -> bytes:
    return bytes.fromhex(next(line for way, line in reversed(ground.journal.lines) if way == ">"))[8:12]


def test_a_reply_whose_parts_are_named_by_options(ground: Any) -> None:
    """SMPP 3.4 5.3.2.22: sar_msg_ref_num and its like, where there is no header."""

    async def script(gateway: Any, client: GatewayClient) -> None:
        await client.connect()
        for number, text in ((2, "world"), (1, "hello ")):
            words = (
                (smpp.SAR_REFERENCE, b"\1\x07"),
                (smpp.SAR_TOTAL, b"\2"),
                (smpp.SAR_NUMBER, bytes((number,))),
            )
            gateway.ask(replace(gateway.reply(text), options=words))
        await gateway.until(lambda: len(gateway.answered) == 2)

    seen = play(ground, "smpp", script)
    assert [event.text for event in seen if isinstance(event, MessageFromHandset)] == ["hello world"]
