"""Octets up and down through the channel: time, silence, what is owed, loss, restart and the journal."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from drivers.at.channel import FORGIVE_S, HUSH_S, Channel
from drivers.at.dialect import load
from drivers.at.exchange import Command, Unsolicited
from drivers.at.guard import Guard
from drivers.links import memory_pair
from interop.engine.clock import run_virtual
from interop.protocols.errors import CommandRefused, DeviceLost, EmergencyRefused, NotAnswering

OK = b"\r\nOK\r\n"
CONNECT = b"\r\nCONNECT\r\n"
JPEG = bytes(range(256)) * 4 + b"\r\nOK\r\n\r\nRDY\r\n+++\x1b"
UPLOAD = Command(text=f'AT+QFUPL="RAM:a.jpg",{len(JPEG)},5', expect=("+QFUPL:",), upload=JPEG, deadline=30.0)
SAVED = b"\r\n+QFUPL: %d,1c3e\r\n" % len(JPEG) + OK
SEND = Command(text=f"AT+QISEND=0,{len(JPEG)}", upload=JPEG, upload_at=">", deadline=30.0)
CSQ = Command(text="AT+CSQ", expect=("+CSQ:",))


def length(text: str) -> int | None:
    return int(text.removeprefix("+QIRD:"))


READ = Command(text="AT+QIRD=0,1500", expect=("+QIRD:",), block=length)
PROBES = {
    "+CMEE?": "+CMEE: 1",
    "+CSCS?": '+CSCS: "GSM"',
    "+CMGF?": "+CMGF: 0",
    "+CSMS?": "+CSMS: 0,1,1,1",
    "+CSQ": "+CSQ: 20,99",
    "+QIRD=0,1500": "+QIRD: 2\r\n\r\r",
}


class Modem:
    """It takes octets as the manuals say, and what a test lets it say instead.

    `says` at the prompt, `ends` with all octets there. In data mode it stays until it has them all, `limit`
    seconds passed without one, or `+++` came with silence around.
    """

    def __init__(self, *, says: bytes = CONNECT, ends: bytes = SAVED, after: float = 0.0) -> None:
        self.link, self.far = memory_pair("m1", emulated=True)
        self.far.connect(self._received)
        self.says, self.ends, self.after = says, ends, after
        self.prompts: tuple[bytes, ...] = (CONNECT, b"> ")
        """what it says where it takes octets from then on"""
        self.silent: set[str] = set()
        self.limit = 300.0
        self.cut = b"\r\n+CME ERROR: 173\r\n"
        self.lines: list[str] = []
        self.taken = b""
        self.wire: list[tuple[float, bytes]] = []
        self.losing = 0
        """octets that the wire loses"""
        self.in_data = False
        self._wanted = 0
        self._buffer = b""
        self._last = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def say(self, data: bytes, after: float = 0.0) -> None:
        asyncio.get_running_loop().call_later(after, self.far.write, data)

    def _received(self, data: bytes) -> None:
        now = asyncio.get_running_loop().time()
        self.wire.append((now, data))
        silent, self._last = now - self._last >= 1.0, now
        if self.in_data:
            if data == b"+++" and silent:
                self._timer = asyncio.get_running_loop().call_later(1.0, self._leave, b"\r\nOK\r\n")
                return
            if data == b"\x1b" and self.says.endswith(b"> "):
                self._leave(b"\r\nOK\r\n")
                return
            self._take(data[self.losing :])
            return
        self._buffer += data.replace(b"\x1b", b"")
        while not self.in_data and b"\r" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r")
            line = head.decode("latin-1")
            self._answer(line[max(line.find("AT"), 0) :])

    def _answer(self, line: str) -> None:
        self.lines.append(line)
        if line in (UPLOAD.text, SEND.text):
            self._wanted, self.taken = len(JPEG), b""
            if self.says.endswith(self.prompts):
                asyncio.get_running_loop().call_later(self.after, self._invite)
            elif self.says:
                self.say(self.says, self.after)
            return
        if line in self.silent:
            return
        told = [PROBES[part] for part in line.removeprefix("AT").split(";") if part in PROBES]
        self.far.write("".join(f"\r\n{text}\r\n" for text in told).encode() + OK)

    def _invite(self) -> None:
        self.in_data = True
        self._patient()
        self.far.write(self.says)
        rest, self._buffer = self._buffer, b""
        self._take(rest)

    def _patient(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(self.limit, self._leave, self.cut)

    def _take(self, data: bytes) -> None:
        self._patient()
        self.taken += data[: self._wanted - len(self.taken)]
        if len(self.taken) == self._wanted:
            self._leave(self.ends)

    def _leave(self, said: bytes) -> None:
        self.in_data = False
        if self._timer is not None:
            self._timer.cancel()
        self.far.write(said)

    def channel(self, journal: Any, listener: Any, guard: Guard | None = None) -> Channel:
        return Channel("m1", self.link, journal, load("quectel"), listener, guard or Guard())

    @property
    def wrote(self) -> list[bytes]:
        return [data for _, data in self.wire]


class Ears:
    def __init__(self) -> None:
        self.urcs: list[str] = []
        self.strange: list[str] = []
        self.restarts: list[str] = []

    def unsolicited(self, urc: Unsolicited) -> None:
        self.urcs.append(urc.text)

    def unowned(self, text: str) -> None:
        self.strange.append(text)

    def restarted(self, sign: str) -> None:
        self.restarts.append(sign)

    def lost(self, why: str) -> None:
        del why


class Paper:
    def __init__(self) -> None:
        self.lines: list[tuple[str, bytes | str]] = []

    def sent(self, data: bytes) -> None:
        self.lines.append((">", data))

    def received(self, data: bytes) -> None:
        self.lines.append(("<", data))

    def note(self, text: str) -> None:
        self.lines.append(("#", text))


def play(modem: Callable[[], Modem], case: Callable[[Modem, Channel, Ears, Paper], Any]) -> None:
    async def main() -> None:
        device, ears, paper = modem(), Ears(), Paper()
        channel = device.channel(paper, ears)
        await channel.open()
        await case(device, channel, ears, paper)
        await channel.close()

    run_virtual(main())


def test_an_upload_and_its_journal() -> None:
    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        answer = await channel.run(UPLOAD)
        assert answer.lines == [f"+QFUPL: {len(JPEG)},1c3e"]
        assert device.taken == JPEG and device.wrote == [UPLOAD.text.encode() + b"\r", JPEG]
        assert [data for way, data in paper.lines if way == ">"] == device.wrote
        assert ears.strange == []
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]

    play(Modem, case)


def test_octets_that_come_back_are_not_read() -> None:
    """They hold what would be a restart."""

    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        assert (await channel.run(UPLOAD)).ok
        assert ears.restarts == ears.strange == []

    play(lambda: Modem(ends=JPEG + SAVED), case)


def test_an_upload_in_a_queue_behind_a_command_that_gets_no_answer() -> None:
    """Nothing was owed when it came; by its turn something is."""

    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        device.silent = {"AT+CHUP"}
        waiting = asyncio.create_task(channel.run(Command(text="AT+CHUP")))
        await asyncio.sleep(1)
        with pytest.raises(NotAnswering, match="nothing was sent"):
            await channel.run(UPLOAD)
        with pytest.raises(NotAnswering):
            await waiting
        assert UPLOAD.text not in device.lines
        assert (await channel.run(UPLOAD)).ok

    play(Modem, case)


def test_through_a_socket() -> None:
    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        assert (await channel.run(SEND)).final == "SEND OK"
        assert device.taken == JPEG and device.wrote[-1] == JPEG
        device.ends = b"\r\nSEND FAIL\r\n"
        with pytest.raises(CommandRefused, match="SEND FAIL"):
            await channel.run(SEND)

    play(lambda: Modem(says=b"\r\n> ", ends=b"\r\nSEND OK\r\n"), case)


@pytest.mark.parametrize(
    "final", [b"\r\nERROR\r\n", b"\r\n+CME ERROR: 14\r\n", b"\r\n+CME ERROR: SIM busy\r\n"]
)
def test_an_error_instead_of_the_prompt_and_no_second_try(final: bytes) -> None:
    """SIM busy is asked again for a query; an upload is nobody's to repeat but the caller's."""

    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        with pytest.raises(CommandRefused):
            await channel.run(UPLOAD)
        assert device.wrote == [UPLOAD.text.encode() + b"\r"]
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]

    play(lambda: Modem(says=final), case)


@pytest.mark.parametrize("again", [False, True])
def test_no_answer_at_the_end_and_no_second_try(again: bool) -> None:
    upload = Command(text=UPLOAD.text, expect=UPLOAD.expect, upload=JPEG, deadline=30.0, again=again)

    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        with pytest.raises(NotAnswering):
            await channel.run(upload)
        assert device.wrote.count(JPEG) == 1
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]

    play(lambda: Modem(ends=b""), case)


def test_a_prompt_that_is_lost() -> None:
    """The modem stands in data mode, and its own time limit is far: nothing is sent, and it is led out."""

    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        device.prompts = (device.says,)
        with pytest.raises(NotAnswering):
            await channel.run(UPLOAD)
        assert device.in_data
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        assert JPEG not in device.wrote and device.taken == b""

    play(lambda: Modem(says=b"\r\nCONN~CT\r\n"), case)


def test_out_of_data_mode_with_silence_around() -> None:
    """Octets were lost on the wire: the modem waits for the rest, for longer than we do."""

    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        device.losing = 3
        with pytest.raises(NotAnswering):
            await channel.run(UPLOAD)
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        at = device.wrote.index(b"+++")
        before, escape, after = (when for when, _ in device.wire[at - 1 : at + 2])
        assert escape - before >= HUSH_S and after - escape >= HUSH_S
        assert device.taken == JPEG[3:], "no probe went among the octets"
        assert device.wrote.count(JPEG) == 1

    play(Modem, case)


def test_a_modem_that_gives_up_by_itself() -> None:
    """SIM800: +CME ERROR: 173, the operation is overtime (garatronic/nadhat issue 4)."""

    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        device.losing, device.limit = 3, 5.0
        with pytest.raises(CommandRefused, match="173"):
            await channel.run(UPLOAD)
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        assert b"+++" not in device.wrote

    play(Modem, case)


@pytest.mark.parametrize("late", [32.0, 36.0, 50.0])
def test_a_late_connect_gets_no_octets_and_the_modem_is_led_out_again(late: float) -> None:
    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        device.after = late
        with pytest.raises(NotAnswering):
            await channel.run(UPLOAD)
        await asyncio.sleep(late - 20.0)
        assert device.in_data or late < 36.0
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        assert JPEG not in device.wrote and b"+++" in device.wrote
        assert not device.in_data

    play(Modem, case)


def test_the_next_upload_waits_until_no_late_prompt_can_be_taken_for_its_own() -> None:
    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        device.says = b""
        with pytest.raises(NotAnswering):
            await channel.run(UPLOAD)
        began = asyncio.get_running_loop().time()
        device.says = CONNECT
        again = asyncio.create_task(channel.run(UPLOAD))
        await asyncio.sleep(FORGIVE_S / 2)
        device.far.write(CONNECT)
        await asyncio.sleep(1)
        assert device.lines.count(UPLOAD.text) == 1 and JPEG not in device.wrote
        assert (await again).ok
        assert asyncio.get_running_loop().time() - began >= FORGIVE_S
        assert device.wrote.count(JPEG) == 1

    play(Modem, case)


def test_nothing_is_sent_while_even_a_probe_is_owed() -> None:
    """An OK of a late probe would look like that of +CMMSDOWN, which says nothing else."""

    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        quiet = Command(text=UPLOAD.text, upload=JPEG, deadline=30.0)
        device.ends = OK
        device.far.write(OK)  # of nobody: more is said than was asked for
        await asyncio.sleep(0.1)
        began = asyncio.get_running_loop().time()
        assert (await channel.run(quiet)).ok
        assert asyncio.get_running_loop().time() - began >= FORGIVE_S
        assert device.taken == JPEG

    play(Modem, case)


@pytest.mark.parametrize("when", ["before the prompt", "with the octets"])
def test_a_restart_in_the_middle(when: str) -> None:
    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        if when == "before the prompt":
            device.says = b""
        else:
            device.ends = b""
        device.say(b"\r\nRDY\r\n", 10.0)
        with pytest.raises(DeviceLost, match="restarted"):
            await channel.run(UPLOAD)
        assert ears.restarts == ["RDY"]
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        assert device.wrote.count(JPEG) == (when == "with the octets")

    play(Modem, case)


def test_a_loss_in_the_middle() -> None:
    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        device.ends = b""
        asyncio.get_running_loop().call_later(1.0, device.far.lose, "unplugged")
        with pytest.raises(DeviceLost, match="unplugged"):
            await channel.run(UPLOAD)
        with pytest.raises(DeviceLost):
            await channel.run(UPLOAD)
        assert device.wrote.count(JPEG) == 1

    play(Modem, case)


def test_an_upload_that_could_dial_is_refused_before_its_command_on_a_real_link() -> None:
    async def main() -> None:
        device = Modem()
        device.link.emulated = False
        channel = device.channel(Paper(), Ears())
        await channel.open()
        smuggled = Command(text=UPLOAD.text, expect=("+QFUPL:",), upload=b"\xff\rATD110;\r\xff")
        with pytest.raises(EmergencyRefused, match="110"):
            await channel.run(smuggled)
        assert device.wire == []
        assert (await channel.run(UPLOAD)).ok
        await channel.close()

    run_virtual(main())


# Down


def test_a_block_in_every_piece_a_link_may_cut_it_into() -> None:
    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        said = b"\r\n+QIRD: %d\r\n" % len(JPEG) + JPEG + OK
        for size in (1, 7, 500, 5000):
            for at in range(0, len(said), size):
                device.say(said[at : at + size], 0.1 + at / 1000)
            assert (await channel.run(READ)).blocks == [JPEG]
        assert (ears.strange, ears.restarts, ears.urcs) == ([], [], [])
        assert (
            b"".join(data for way, data in paper.lines if isinstance(data, bytes) and way == "<") == 4 * said
        )

    play(silent, case)


def test_a_block_that_stays_short_and_its_rest_that_comes_too_late() -> None:
    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        device.say(b"\r\n+QIRD: %d\r\n" % len(JPEG) + JPEG[:500])
        device.say(JPEG[500:1000], 5.1)
        with pytest.raises(NotAnswering):
            await channel.run(READ)
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        assert (ears.strange, ears.restarts, ears.urcs) == ([], [], [])

    play(silent, case)


def test_a_whole_block_that_comes_too_late_is_nobodys() -> None:
    async def case(device: Modem, channel: Channel, ears: Ears, paper: Paper) -> None:
        device.say(b"\r\n+QIRD: %d\r\n" % len(JPEG) + JPEG + OK, 7.0)
        with pytest.raises(NotAnswering):
            await channel.run(READ)
        await asyncio.sleep(1)
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        device.silent.clear()
        assert (await channel.run(READ)).blocks == [b"\r\r"]
        assert (ears.strange, ears.restarts, ears.urcs) == ([], [], [])

    play(silent, case)


def silent() -> Modem:
    device = Modem()
    device.silent = {READ.text}
    return device


class Chaotic(Modem):
    """It splits what it says, echoes, is late or silent, restarts, loses octets and tells news in between."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.chance = random.Random(seed)
        self.calm = False
        write = self.far.write

        def split(data: bytes) -> None:
            at = 0
            while at < len(data):
                size = len(data) if self.calm else self.chance.choice((1, 2, 17, 600))
                write(data[at : at + size])
                at += size

        self.far.write = split  # type: ignore[method-assign]

    def disturb(self) -> None:
        """What the next command meets."""
        chance = self.chance
        self.says = chance.choice(
            (CONNECT, CONNECT, CONNECT, b"\r\nERROR\r\n", b"", b"\r\n> ", b"\r\nCONN\r\n")
        )
        self.ends = chance.choice((SAVED, SAVED, SAVED, b"\r\n+CME ERROR: 405\r\n", b"", b"\r\nRDY\r\n"))
        self.after = chance.choice((0.0, 0.0, 1.0, 29.0, 33.0, 45.0))
        self.limit = chance.choice((5.0, 300.0))
        self.losing = chance.choice((0, 0, 0, 1, 40))
        if chance.random() < 0.3:
            self.says = UPLOAD.text.encode() + b"\r" + self.says  # echo
        if chance.random() < 0.3:
            self.ends = JPEG + self.ends  # echo of the octets
        for news in chance.sample(
            (b'\r\n+CMTI: "SM",3\r\n', b"\r\nRING\r\n", b"\r\nOK\r\n", b"\r\nRDY\r\n"), 2
        ):
            if chance.random() < 0.2:
                self.say(news, chance.uniform(0, 40))

    def settle(self) -> None:
        self.says, self.ends, self.after, self.losing, self.limit = CONNECT, SAVED, 0.0, 0, 5.0


@pytest.mark.parametrize("seed", range(12))
def test_whatever_goes_wrong_octets_go_once_and_the_modem_is_in_step_again(seed: int) -> None:
    """An upload that is said to be done is whole; the one after the trouble is."""

    async def main() -> None:
        device, ears = Chaotic(seed), Ears()
        channel = device.channel(Paper(), ears)
        await channel.open()
        for _ in range(6):
            device.disturb()
            asked, sent = device.lines.count(UPLOAD.text), device.wrote.count(JPEG)
            try:
                answer = await channel.run(UPLOAD)
            except (CommandRefused, NotAnswering, DeviceLost):
                pass
            else:
                assert answer.lines == [f"+QFUPL: {len(JPEG)},1c3e"]
                assert device.taken == JPEG
            assert device.wrote.count(JPEG) - sent <= 1
            assert device.lines.count(UPLOAD.text) - asked <= 1
        device.settle()
        await asyncio.sleep(2 * FORGIVE_S)
        device.calm = True
        for _ in range(3):
            with suppress(NotAnswering, DeviceLost):
                await channel.run(CSQ)
        assert (await channel.run(CSQ)).lines == ["+CSQ: 20,99"]
        await asyncio.sleep(2 * FORGIVE_S)
        assert (await channel.run(UPLOAD)).ok
        assert device.taken == JPEG
        assert all(data in (JPEG, b"+++", b"\x1b") or data.startswith(b"AT") for data in device.wrote)
        await channel.close()

    run_virtual(main())
