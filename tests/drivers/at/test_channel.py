"""Turns, deadlines, recovery, restarts and loss, on the virtual clock."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from drivers.at.channel import FORGIVE_S
from drivers.at.exchange import Command
from interop.engine.clock import run_virtual
from interop.protocols.errors import CommandRefused, DeviceLost, NotAnswering
from interop.record import InconcReason

CSQ = Command(text="AT+CSQ", expect=("+CSQ:",))
COPS = Command(text="AT+COPS?", expect=("+COPS:",))
ANSWER = b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
PIN = "7391"


def test_commands_wait_for_their_turn(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSQ": ANSWER, "AT+COPS?": b'\r\n+COPS: 0,2,"46001"\r\n\r\nOK\r\n'})
        channel, ears = device.channel()
        await channel.open()
        both = await asyncio.gather(channel.run(CSQ), channel.run(COPS), channel.run(CSQ))
        assert [answer.lines for answer in both] == [["+CSQ: 20,99"], ['+COPS: 0,2,"46001"'], ["+CSQ: 20,99"]]
        assert device.heard == ["AT+CSQ", "AT+COPS?", "AT+CSQ"]
        assert ears.strange == []

    run_virtual(main())


@pytest.mark.parametrize(
    ("final", "code", "reason"),
    [
        (b"\r\nERROR\r\n", None, InconcReason.MODEM),
        (b"\r\n+CME ERROR: 10\r\n", 10, InconcReason.SIM),
        (b"\r\n+CME ERROR: no network service\r\n", 30, InconcReason.COVERAGE),
        (b"\r\n+CMS ERROR: 331\r\n", 331, InconcReason.COVERAGE),
    ],
)
def test_a_refusal_carries_its_code_and_reason(
    final: bytes, code: int | None, reason: InconcReason, scripted: Any
) -> None:
    async def main() -> None:
        channel, _ = scripted({"AT+CSQ": final}).channel()
        await channel.open()
        with pytest.raises(CommandRefused) as raised:
            await channel.run(CSQ)
        assert (raised.value.code, raised.value.reason) == (code, reason)

    run_virtual(main())


def test_a_busy_sim_is_asked_again_a_few_times_but_not_for_side_effects(scripted: Any) -> None:
    async def main() -> None:
        busy = b"\r\n+CME ERROR: SIM busy\r\n"
        device = scripted({"AT+CSQ": [busy, busy, ANSWER], "ATD1;": busy, "AT+COPS?": busy})
        channel, _ = device.channel()
        await channel.open()
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        with pytest.raises(CommandRefused):
            await channel.run(Command(text="ATD1;", retry_busy=False))
        with pytest.raises(CommandRefused):
            await channel.run(COPS)
        assert [device.heard.count(line) for line in ("AT+CSQ", "ATD1;", "AT+COPS?")] == [3, 1, 5]

    run_virtual(main())


def test_the_late_answer_of_one_command_never_reaches_the_next(scripted: Any) -> None:
    """Late by 7 s with a deadline of 5: the next CSQ must get its own 20, not the late 1."""

    async def main() -> None:
        device = scripted({"AT+CSQ": [None, ANSWER]})
        channel, _ = device.channel()
        await channel.open()
        asyncio.get_running_loop().call_later(7, device.far.write, b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n")
        with pytest.raises(NotAnswering, match=r"AT\+CSQ within 5 s"):
            await channel.run(CSQ)
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        assert device.wire == b"AT+CSQ\rAT+CMEE?\rAT+CMEE?;+CSCS?\rAT+CSCS?;+CSQ\r"
        await asyncio.sleep(70)
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        assert device.wire.endswith(b"\rAT+CSQ\r"), "after a minute nothing is owed any more"

    run_virtual(main())


def test_a_message_waits_until_no_late_answer_can_be_taken_for_its_own(scripted: Any) -> None:
    async def main() -> None:
        late = b"\r\n+CMGS: 6\r\n\r\nOK\r\n"
        sends = Command(text="AT+CMGS=9", expect=("+CMGS:",), payload=b"0011", deadline=5)
        device = scripted({"AT+CMGS=9": b"\r\n> ", "0011": [None, late.replace(b"6", b"7")]})
        channel, _ = device.channel()
        await channel.open()
        with pytest.raises(NotAnswering):
            await channel.run(sends)
        again = asyncio.create_task(channel.run(sends))
        await asyncio.sleep(20)
        device.far.write(late)
        assert device.heard.count("AT+CMGS=9") == 1
        assert (await again).lines == ["+CMGS: 7"]

    run_virtual(main())


def test_a_message_is_not_sent_when_more_is_owed_by_the_time_it_could_be(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CHUP": None})
        channel, _ = device.channel()
        await channel.open()
        silent = Command(text="AT+CHUP")
        with pytest.raises(NotAnswering):
            await channel.run(silent)
        message = Command(text="AT+CMGS=9", expect=("+CMGS:",), payload=b"0011")
        sending = asyncio.create_task(channel.run(message))
        await asyncio.sleep(FORGIVE_S / 2)
        with pytest.raises(NotAnswering):
            await channel.run(silent)
        with pytest.raises(NotAnswering, match="nothing was sent"):
            await sending
        assert "AT+CMGS=9" not in device.heard

    run_virtual(main())


def test_news_with_the_prefix_of_a_setting_is_not_its_answer(scripted: Any) -> None:
    """+CREG: 1 comes at once where +CREG=2 is set anew: wrong code loses the registration."""

    async def main() -> None:
        device = scripted({"AT+CREG=2": b"\r\n+CREG: 1\r\n\r\nOK\r\n"})
        channel, ears = device.channel()
        await channel.open()
        await channel.set("AT+CREG=2")
        assert [urc.text for urc in ears.urcs] == ["+CREG: 1"]

    run_virtual(main())


def test_a_question_is_asked_once_more_and_no_deed_is_done_twice(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSQ": [None, ANSWER], "AT+CHUP": [None, b"\r\nOK\r\n"]})
        channel, _ = device.channel()
        await channel.open()
        assert await channel.ask("AT+CSQ") == "20,99"
        with pytest.raises(NotAnswering):
            await channel.run(Command(text="AT+CHUP"))
        assert device.heard.count("AT+CHUP") == 1

    run_virtual(main())


def test_an_answer_without_ok_is_taken_once_nothing_more_can_come(scripted: Any) -> None:
    """Wavecom and A2D say +CPIN: READY and no OK (ModemManager); a list without OK may be half of it."""

    async def main() -> None:
        device = scripted({"AT+CSQ": b"\r\n+CSQ: 20,99\r\n", "AT+CLCC": b"\r\n+CLCC: 1,0,3,0,0\r\n"})
        channel, _ = device.channel()
        await channel.open()
        for _ in range(2):
            assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        with pytest.raises(NotAnswering):
            await channel.run(Command(text="AT+CLCC", expect=("+CLCC:",), may_be_empty=True))
        device.table["AT+CSQ"] = None
        with pytest.raises(NotAnswering):
            await channel.run(CSQ)

    run_virtual(main())


def test_information_behind_its_ok_is_waited_for_a_moment(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSQ": b"\r\nOK\r\n", "AT+COPS?": b"\r\nOK\r\n"})
        channel, ears = device.channel()
        await channel.open()
        loop = asyncio.get_running_loop()
        loop.call_later(0.2, device.far.write, b"\r\n+CSQ: 20,99\r\n")
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        assert (await channel.run(COPS)).lines == []
        assert loop.time() < 2
        assert ears.strange == []

    run_virtual(main())


def test_a_command_whose_caller_gave_up_is_drained_like_one_that_timed_out(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSQ": [None, ANSWER]})
        channel, _ = device.channel()
        await channel.open()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await channel.run(CSQ)
        device.far.write(b"\r\n+CSQ: 1,0\r\n\r\nOK\r\n")
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]

    run_virtual(main())


def test_a_message_that_times_out_leaves_the_prompt_and_is_not_sent_again(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGS=9": b"\r\n> ", "0011": None, "AT+CSQ": ANSWER})
        channel, _ = device.channel()
        await channel.open()
        with pytest.raises(NotAnswering):
            await channel.run(Command(text="AT+CMGS=9", expect=("+CMGS:",), payload=b"0011", deadline=60))
        assert device.wire == b"AT+CMGS=9\r0011\x1a\x1b"
        await channel.run(CSQ)
        assert device.heard[:3] == ["AT+CMGS=9", "0011", "AT+CMEE?"]
        assert device.heard[-1] == "AT+CSQ"
        assert device.heard.count("0011") == 1

    run_virtual(main())


def test_a_dead_modem_is_not_answering_each_time_and_revives(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSQ": [None, ANSWER]})
        probes = ("AT+CMEE?", "AT+CSCS?", "AT+CMGF?", "AT+CSMS?")
        known = {probe: device.table[probe] for probe in probes}
        device.table.update(dict.fromkeys(probes))
        channel, _ = device.channel()
        await channel.open()
        for _ in range(3):
            with pytest.raises(NotAnswering):
                await channel.run(CSQ)
        assert device.heard.count("AT+CSQ") == 1
        device.table.update(known)
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]

    run_virtual(main())


def test_after_a_restart_the_settings_are_applied_again_in_their_order(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSQ": [None, ANSWER]})
        channel, ears = device.channel()
        await channel.open()
        for text in ("ATE0", "AT+CMGF=0", "AT+CNMI=2,1,0,1,0", "AT+CNMI=1,1,0,1,0"):
            await channel.set(text)
        asyncio.get_running_loop().call_later(2, device.say, "RDY", "+CFUN: 1")
        with pytest.raises(DeviceLost, match="restarted"):
            await channel.run(CSQ)
        device.heard.clear()
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        assert device.heard[-4:] == ["ATE0", "AT+CMGF=0", "AT+CNMI=1,1,0,1,0", "AT+CSQ"]
        assert ears.restarts == ["RDY", "+CFUN: 1"]

    run_virtual(main())


def test_the_settings_come_back_without_anybody_asking_and_again_when_messages_are_ready(
    scripted: Any,
) -> None:
    async def main() -> None:
        device = scripted({"AT+CMGF=0": [b"\r\nOK\r\n", b"\r\n+CMS ERROR: 302\r\n", b"\r\nOK\r\n"]})
        channel, _ = device.channel()
        await channel.open()
        await channel.set("AT+CMGF=0")
        device.say("RDY")
        await device.hears("AT+CMGF=0", 2)
        await asyncio.sleep(1)
        device.say("SMS Ready")
        await device.hears("AT+CMGF=0", 3)

    run_virtual(main())


def test_loss_is_told_once_and_to_whoever_waits_and_comes(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSQ": None})
        channel, ears = device.channel()
        await channel.open()
        asyncio.get_running_loop().call_later(1, device.far.lose, "unplugged")
        with pytest.raises(DeviceLost, match="unplugged"):
            await channel.run(CSQ)
        with pytest.raises(DeviceLost, match="unplugged"):
            await channel.run(CSQ)
        await asyncio.sleep(1)
        assert ears.losses == ["unplugged"]
        assert channel.usable is False

    run_virtual(main())


def test_the_journal_has_every_byte_both_ways_in_order(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+CSQ": b"\0\xff\r\n" + ANSWER})
        channel, ears = device.channel()
        await channel.open()
        device.say("NEW LINE: 1")
        await channel.run(CSQ)
        assert device.paper.lines == [
            (">", b"AT+CSQ\r"), ("<", b"\r\nNEW LINE: 1\r\n"), ("<", b"\0\xff\r\n" + ANSWER),
        ]  # fmt: skip
        assert ears.strange == ["NEW LINE: 1", "\xff"]

    run_virtual(main())


def test_a_pin_is_in_no_message(scripted: Any) -> None:
    async def main() -> None:
        secret = Command(text=f'AT+CPIN="{PIN}"', secret=True, retry_busy=False, deadline=1)
        for answer in (b"\r\n+CME ERROR: 16\r\n", None):
            channel, _ = scripted({secret.text: answer}).channel()
            await channel.open()
            with pytest.raises((CommandRefused, NotAnswering)) as raised:
                await channel.run(secret)
            assert PIN not in str(raised.value) + repr(raised.value.args)

    run_virtual(main())


def test_reopened_it_begins_with_a_modem_of_which_nothing_is_known(scripted: Any) -> None:
    """It may stand in a prompt, where what proves it would be taken for the text of a message."""

    async def main() -> None:
        device = scripted()
        channel, _ = device.channel()
        await channel.open()
        await channel.set("AT+CMGF=0")
        device.far.lose("hung up")
        await asyncio.sleep(1)
        device.far.return_()
        device.wire = b""

        async def prove() -> None:
            assert device.wire == b"\x1bAT+CMEE?\r"
            await channel.exchange(CSQ)

        device.table["AT+CSQ"] = ANSWER
        await channel.reopen(prove)
        assert device.heard[-3:] == ["AT+CMEE?", "AT+CSQ", "AT+CMGF=0"]
        assert channel.usable

    run_virtual(main())
