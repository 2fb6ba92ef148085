"""Whatever bytes come: lexer, dialogue and readers end, raise what they declare and keep little.

Transcripts of real modems are fed mutated, random bytes as they are. A failing input is printed by
hypothesis, or by the assertion with the seed that gives it again.
"""

from __future__ import annotations

import asyncio
import random
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drivers.at import answers
from drivers.at.dialect import DialectError, load
from drivers.at.doubt import MOST_OWED
from drivers.at.exchange import Answer, Command, Forget, Output, Restarted, Send, Take, Unsolicited
from drivers.at.glue import cut, looks_glued
from drivers.at.guard import Guard
from drivers.at.lexer import MOST_PER_LINE, Lexer, Line, Prompt, Raw
from drivers.at.octets import MOST_PER_BLOCK
from drivers.at.sim_files import bcd, shape_of
from drivers.at.tails import MOST_QUOTED
from drivers.at.transaction import MOST_LINES, MOST_STRAYS, Dialogue, State
from drivers.at.ussd import reply
from interop.engine.clock import run_virtual
from interop.protocols.errors import EquipmentError, NotAvailable
from interop.smspdu import Direction, PduError, from_at

PDU = "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07"
COMMANDS = (
    Command(text="AT+CSQ", expect=("+CSQ:",)),
    Command(text="AT+CREG?", expect=("+CREG:",), shape=answers.is_registration_answer),
    Command(text="AT+CLCC", expect=("+CLCC:",), may_be_empty=True),
    Command(text="AT+CGSN", bare=True),
    Command(text="AT+CMGL=0", expect=("+CMGL:",), pdu=True, may_be_empty=True),
    Command(text="AT+CMGR=3", expect=("+CMGR:",), pdu=True, may_be_empty=True),
    Command(text="AT+CMGS=9", expect=("+CMGS:",), payload=b"0011000B91"),
    Command(text="ATD10086;", dials=True),
    Command(text='AT+CPIN="7391"', secret=True),
    Command(text="AT+CNMI=2,1", expect=("+CNMI:",), may_be_empty=True, setting=True),
    Command(text='AT+QFUPL="RAM:a",9,5', expect=("+QFUPL:",), upload=b"\r\nOK\r\n> +"),
    Command(text='AT+CMMSDOWN="pic",8', upload=b"\0\x1a\x1b+++\r\n", upload_at=">"),
    Command(text="AT+QIRD=0,1500", expect=("+QIRD:",), block=lambda text: int(text[6:])),
)
TRANSCRIPTS = (
    b"AT+CSQ\r\r\n+CSQ: 20,99\r\n\r\nOK\r\n",
    b'\r\r\n+CRING: VOICE\r\r\n\r\n+CLIP: "+8617090001234",145,"",,"",0\r\n\r\nNO CARRIER\r\n',
    b'\r\n+CREG: 2,1,"0B,"0100701",7\r\n\r\n+CREG: 5\r\n\r\nOK\r\n',
    b"\r\n^ORIG:1,0\r\n^RSSI:19\r\nOK\r\n\r\n^CONF:1\r\n\r\n^CONN:1,0\r\n\r\n^CEND:1,7,67,16\r\n",
    b'\r\n^DSCI: 2,1,4,0,"13900001234",129\r\n\r\n+QIND: "ccinfo",1,0,3,0,0,"10086",129\r\n\r\nRING\r\n',
    b'\r\n+CLCC: 1,0,3,0,0,"10086",129\r\n\r\n+CLCC: 2,1,5,0,0\r\n\r\nOK\r\n',
    f"\r\n+CMGL: 1,0,,30\r\n{PDU}\r\n+CMGL: 2,1,,30\r\n{PDU}\r\n\r\nOK\r\n".encode(),
    f"\r\n+CMT: ,30\r\n\r\n{PDU}\r\n+CDS: ,25\r\n0006\r\n".encode(),
    b'\r\n+CUSD: 0,"Balance:\r\n12.50\r\nOK",15\r\n\r\n+CUSD: 2,4F60597D,72\r\n',
    b'\r\n> \r\n+CMGS: 7\r\n\r\nOK\r\n\r\n+CMTI: "SM",3\r\n\r\n+CDSI: "SR",8\r\n',
    b"\r\n+CME ERROR: SIM busy\r\n+CMS ERROR: 38\r\nCOMMAND NOT SUPPORT\r\nERROR+CNUM: \r\n4\r",
    b"\r\nRDY\r\n\r\n+CFUN: 1\r\n\r\n+CPIN: READY\r\n\r\nCall Ready\r\n\r\nSMS Ready\r\n*PSUTTZ: 26,1,1\r\n",
    b'+CSSI: 0+CSSU: 2\nOK\n\xff\0+COPS: 0,0,"\xe4\xb8\xad\xe5\x9b\xbd\xff"\r\n0\r',
    b"\r\nCONNECT\r\n\r\n+QFUPL: 9,1c3e\r\n\r\nOK\r\n\r\n> \r\nSEND OK\r\n\r\nCONNECT 115200\r\n",
    b'\r\n+QIRD: 40\r\n\r\nOK\r\n\r\n+CMTI: "SM",3\r\n> CONNECT\r\nRDY\r\n\r\nOK\r\n\r\n+QIRD: 9\r\nabc',
    b'\r\n+CMEE: 1\r\n\r\n+CSCS: "GSM"\r\n\r\nOK\r\n\r\n+CMGF: 0\r\n\r\nOK\r\n\r\n+CRSM: 144,0,"980110"\r\n',
)
WORDS = (
    *(
        b"\r\n",
        b"\r",
        b"\n",
        b"> ",
        b"\0",
        b"\xff",
        b"\x1a",
        b"\x1b",
        b'"',
        b",",
        b":",
        b"OK",
        b"ERROR",
        b"RDY",
    ),
    *(b"RING", b"+CLCC:", b"+CME ERROR: ", b'+CUSD: 0,"', b"+CMT: ,9\r\n", b"0A" * 40),
    *(b"CONNECT", b"+QIRD: 9", b"+QIRD: -1\r\n", b"+QIRD: 9999999\r\n", b"+++"),
)
READERS: tuple[Callable[[str], Any], ...] = (
    answers.registration, answers.registration_news, answers.ims_registration, answers.operator,
    answers.signal, answers.sim_state, answers.call_entry, answers.caller_id, answers.release_cause,
    answers.memory_place, answers.message_reference, answers.service_centre, reply, answers.number_of,
    answers.fields, answers.full_memory, answers.is_registration_answer, answers.is_busy, answers.is_ours,
    answers.reason_of,
)  # fmt: skip


class Rig:
    """Lexer and dialogue driven as the channel does, with time-outs whenever somebody likes."""

    def __init__(self, dialect: str = "generic") -> None:
        self.lexer = Lexer()
        self.dialogue = Dialogue(load(dialect))
        self.promised: Command | None = None
        """whose octets may still go"""
        self.prompted = ""
        """what was just said that could be a prompt"""

    def ask(self, command: Command) -> None:
        if self.dialogue.state is State.IDLE:
            self.promised = command if command.upload is not None else None
            self.heed(self.dialogue.start(command))

    def feed(self, data: bytes) -> None:
        self.lexer.feed(data)
        tokens = 0
        while True:
            self.lexer.expect_prompt = self.dialogue.wants_prompt
            token = self.lexer.next()
            if token is None:
                break
            tokens += 1
            assert tokens <= len(data) + MOST_PER_LINE, "more tokens than bytes"
            if isinstance(token, Line):
                assert len(token.text) <= MOST_PER_LINE
                self.prompted = token.text.partition(" ")[0]
                self.heed(self.dialogue.line(token.text))
            elif isinstance(token, Prompt):
                self.prompted = ">"
                self.heed(self.dialogue.prompt())
            elif isinstance(token, Raw):
                self.dialogue.octets.came(token.data)
        self.keeps_little(len(data))

    def wait(self) -> None:
        self.promised, self.prompted = None, ""
        self.heed(self.dialogue.timeout())
        self.heed(self.dialogue.quiet())
        self.dialogue.retry()

    def heed(self, outputs: Iterator[Output]) -> None:
        for out in outputs:
            match out:
                case Send(counted=True):
                    assert self.promised is not None, "the octets go once, and while they are waited for"
                    assert (out.data, self.prompted) == (self.promised.upload, self.promised.upload_at)
                    self.promised = None
                    self.lexer.pass_over(out.data)
                case Take():
                    self.lexer.take(out.count)
                case Forget():
                    self.lexer.forget()
                case Restarted():
                    self.promised = None
                case Answer():
                    self.promised = None
                    assert all(len(block) <= MOST_PER_BLOCK for block in out.blocks)
                    for line in out.lines:
                        read(line)
                case Unsolicited():
                    read(out.body)
                    decode(out.tail)

    def keeps_little(self, fed: int) -> None:
        dialogue = self.dialogue
        assert len(self.lexer._buffer) <= MOST_PER_LINE + fed or self.lexer._raw
        assert len(self.lexer._buffer) <= MOST_PER_BLOCK + fed
        assert len(dialogue._lines) <= MOST_LINES
        assert len(dialogue._strays) <= MOST_STRAYS
        assert len(dialogue.doubt._owed) <= MOST_OWED
        assert dialogue._open is None or len(dialogue._open.lines) <= MOST_QUOTED


def read(text: str) -> None:
    for reader in READERS:
        try:
            reader(text)
        except answers.Unreadable as error:
            assert "cannot be read" in str(error)


def decode(pdu: str) -> None:
    with suppress(PduError):
        from_at(pdu, Direction.SC_TO_MS)


def drive(pieces: list[bytes], seed: int, dialect: str) -> None:
    chance = random.Random(seed)
    rig = Rig(dialect)
    for piece in pieces:
        if chance.random() < 0.5:
            rig.ask(chance.choice(COMMANDS))
        rig.feed(piece)
        if chance.random() < 0.25:
            rig.wait()


def mutated(chance: random.Random) -> bytes:
    """A transcript with a few bytes changed, dropped, doubled, or words of the trade put in."""
    data = bytearray(chance.choice(TRANSCRIPTS))
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del data[at : at + chance.randint(1, 8)]
            case 2:
                data[at:at] = data[at : at + chance.randint(1, 20)]
            case 3:
                data[at:at] = chance.choice(WORDS)
            case _:
                data[at:at] = chance.choice(TRANSCRIPTS)
    return bytes(data[:4096])


def dialect_of(seed: int) -> str:
    return ("generic", "huawei", "quectel", "simcom")[seed % 4]


PIECES = st.lists(st.one_of(st.sampled_from((*WORDS, *TRANSCRIPTS)), st.binary(max_size=40)), max_size=25)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(PIECES, st.integers(0, 1000))
@example([b'\r\n+CUSD: 0,"', *[b"x\r\n"] * 50], 1)
@example([b">" * 3000, b"\r\n> " * 500], 2)
@example([b"\r\n+CMGL: 1\r\n" * 3000], 3)
def test_anything_said_to_the_dialogue(pieces: list[bytes], seed: int) -> None:
    drive(pieces, seed, dialect_of(seed))


@pytest.mark.parametrize("seed", range(8))
def test_mutated_transcripts(seed: int) -> None:
    mutate(seed, 150)


@pytest.mark.soak
def test_a_hundred_thousand_mutations() -> None:
    fed = sum(mutate(seed, 500) for seed in range(1000, 1200))
    tracemalloc.start()
    fed += mutate(1200, 5000)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    print(f"{fed} mutated transcripts; 5000 for one modem keep {kept / 1e3:.0f} kB, peak {peak / 1e3:.0f} kB")
    assert fed >= 100_000
    assert peak < 32e6


def mutate(seed: int, count: int) -> int:
    chance = random.Random(seed)
    rig = Rig(dialect_of(seed))
    for number in range(count):
        data = mutated(chance)
        try:
            if chance.random() < 0.6:
                rig.ask(chance.choice(COMMANDS))
            cut_at = chance.randrange(len(data) + 1)
            rig.feed(data[:cut_at])
            rig.feed(data[cut_at:])
            if chance.random() < 0.2:
                rig.wait()
        except Exception as error:
            raise AssertionError(f"seed {seed}, input {number}: {data!r}: {error!r}") from error
    return count


TEXT = st.text(alphabet=st.sampled_from('0123456789ABCDEFabcdef,"+-: ²٣\n\0\xff*#OKNZ'), max_size=80)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(st.one_of(TEXT, st.text(st.characters(max_codepoint=255), max_size=60)))
def test_readers_raise_unreadable_and_nothing_else(text: str) -> None:
    read(text)
    decode(text)
    if looks_glued(text):
        found = cut(text, lambda key: True, lambda head: True)
        assert found is None or (len(found[1]) < len(text) and found[1])


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.binary(max_size=60))
@example(b"\x62")
@example(b"\x62\x02\x82\xff")
def test_file_descriptions_of_a_card(answer: bytes) -> None:
    assert len(bcd(answer)) <= 2 * len(answer)
    try:
        shape = shape_of(answer, "m1")
    except NotAvailable as error:
        assert "cannot be read" in str(error)
    else:
        assert shape.size >= 0 and shape.record >= 0


PIECES_OF_LINES = (
    *(
        "AT",
        "D",
        "+CMGS=",
        "+CUSD=1,",
        '"',
        ";",
        ",",
        "110",
        "86",
        "+CSIM=",
        "A0C2",
        "S3=",
        "*21*",
        "#",
        "\0",
    ),
    *("\xff", "\r", "&Z", ">", "00", "31", " ", "D>", "DL", "A/", "+CHLD=4", "²"),
)
LINES = st.lists(st.sampled_from(PIECES_OF_LINES), max_size=14).map("".join)


@settings(deadline=None, derandomize=True, max_examples=300)
@given(LINES, st.sampled_from(["", "AT+CMGS=9", 'AT+CMGS="110"', "AT+CMGS=²", "AT+X", ""]))
@example("AT+CRSM=²", "")
@example('AT+CSIM=2,"0"', "")
def test_the_guard_says_why_or_nothing(line: str, prompted_by: str) -> None:
    verdict = Guard().danger(line.encode("latin-1", "replace"), prompted_by)
    assert isinstance(verdict, str)
    if "AT" not in line and not prompted_by and line != "\x1b":
        assert verdict


PIECES_OF_YAML = (
    *(b"extends: ", b"generic", b"fuzz", b"\n", b"urcs:", b" {", b"}", b"[", b"]", b"RING: ", b"event: ring"),
    *(b"- ", b"&a", b"*a", b"calls: ", b"poll_s: ", b"x", b"1", b"\t", b"\xff", b"!!python/object:os.system"),
)
YAML = st.one_of(st.binary(max_size=80), st.lists(st.sampled_from(PIECES_OF_YAML), max_size=14).map(b"".join))


@settings(deadline=None, derandomize=True, max_examples=100)
@given(content=YAML)
@example(content=b"extends: fuzz")
@example(content=b"extends: 3")
@example(content=b"extends: ../fuzz")
@example(content=b"&a [*a]")
@example(content=b"urcs: 3")
@example(content=b"? [1]\n: 2")
def test_a_dialect_file_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder: Path = tmp_path_factory.mktemp("dialects")
    (folder / "fuzz.yaml").write_bytes(content)
    try:
        load("fuzz", folder)
    except DialectError as error:
        assert "fuzz" in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("seed", range(6))
def test_a_whole_modem_that_talks_nonsense(seed: int, scripted: Any) -> None:
    """Through channel, set-up and work, on the virtual clock: an equipment error, or it works; it ends."""

    async def main() -> None:
        chance = random.Random(seed)
        device = scripted()
        loop = asyncio.get_running_loop()
        for second in range(60):
            loop.call_later(second, device.far.write, mutated(chance))
        with suppress(EquipmentError):
            modem = await device.modem(dialect_of(seed))
            for deed in (modem.health, modem.identity, modem.calls, modem.fetch_unread, modem.hang_up_all):
                with suppress(EquipmentError):
                    await deed()
            await modem.close()

    run_virtual(main())
