"""What is shown of a card's commands and answers. Their shapes: 3GPP TS 31.102 7.1.2.1, TS 51.011 8.16."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from io import StringIO
from itertools import count

import pytest

from drivers.emulated.uicc import Card
from interop.engine.clock import run_virtual
from interop.record import apdus
from interop.record.apdus import Conversation
from interop.record.events import SimFileRead
from interop.record.journal import LinkJournal
from interop.record.redaction import Redactor
from interop.uicc.milenage import Milenage
from interop.uicc.session import Session, View

KI, OPC = bytes.fromhex("465b5ce8b199b49faa5f0a2ee238a6bc"), bytes.fromhex("cd63cb71954a9f4e48a5994e37a02baf")
"""3GPP TS 35.208 4.3, test set 1"""
NEW_KI = bytes.fromhex("0396eb317b6d1c36f19c1c84cd6ffd16")
PIN, NEW_PIN, ADM = b"4711", b"90217", b"88888888"
RAND = bytes.fromhex("23553cbe9637a89d218ae64dae47bf35")


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        ("0020000A083132333435363738", "0020000A08" + 16 * "*"),
        ("0020000A00", "0020000A00"),
        ("00D6000003465B5C", "00D6000003******"),
        ("A0D6000003465B5C", "A0D6000003******"),
        ("81DC0104024142", "81DC010402****"),
        ("80D4020002A1B2", "80D4020002****"),
        ("80D8000002A1B2", "80D8000002****"),
        ("A099000002A1B2", "A099000002****"),
        ("80E6", "80E6"),
        ("00A40804047FFF6F08", "00A40804047FFF6F08"),
        ("0088008122", "0088008122"),
        ("", ""),
        ("00", "00"),
    ],
)
def test_what_is_written_to_a_card_may_be_a_key(command: str, shown: str) -> None:
    assert apdus.command(command) == shown


@pytest.mark.parametrize(
    ("answer", "hidden"),
    [
        ("DB08" + "A5" * 8 + "10" + "C5" * 16 + "10" + "15" * 16 + "08" + "75" * 8 + "9000", True),
        ("DB10" + "A5" * 16 + "10" + "C5" * 16 + "10" + "15" * 16 + "9000", True),
        ("db04" + "a5" * 4 + "10" + "c5" * 3 + "6120", True),
        ("04" + "A5" * 4 + "08" + "75" * 8 + "9000", True),
        ("A5" * 4 + "75" * 8 + "9000", True),
        ("DC0E" + "A5" * 14 + "9000", False),
        ("6135", False),
        ("986810023801001017089000", False),
        ("621A8205422100260383022F008A01058B032F0602800200728801F09000", False),
    ],
)
def test_answers_of_authenticate_are_known_by_their_shape(answer: str, hidden: bool) -> None:
    masked = "*" * (len(answer) - 4) + answer[-4:]
    assert apdus.answer(answer) == (masked if hidden else answer)


def test_which_files_are_public() -> None:
    assert all(map(apdus.public, (0x2FE2, 0x6F07, 0x6F42, 0x6F40, 0x2F06)))
    keys = (0x6F08, 0x6F09, 0x6F20, 0x6F52, 0x4F20, 0x4F52, 0x6F2C, 0x6FE4, 0x4F05)
    assert not any(map(apdus.public, (*keys, 0x00FF, 0xFF01)))


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("00A40804047FFF6F07 6120 00B0000009 0849069000", "00A40804047FFF6F07 6120 00B0000009 0849069000"),
        ("00A40804047FFF6F08 6120 00C0000003 6201019000", "00A40804047FFF6F08 6120 00C0000003 6201019000"),
        ("00A40804047FFF6F08 6120 00B0000003 0101019000", "00A40804047FFF6F08 6120 00B0000003 ******9000"),
        ("00A4080404A5156F20 6120 00B2010403 0101019000", "00A4080404A5156F20 6120 00B2010403 ******9000"),
        ("00A40004026F07 9000 00B0880003 0101019000", "00A40004026F07 9000 00B0880003 ******9000"),
        ("00A40004026F42 9000 00B2010C03 0101019000", "00A40004026F42 9000 00B2010C03 ******9000"),
        ("00B0000003 0101019000", "00B0000003 ******9000"),
        ("A088000010 9F0C A0C0000003 0101019000", "A088000010 9F0C A0C0000003 ******9000"),
        ("0088008122 6102 00C0000002 0A0B6101 00C0000001 0C9000",
            "0088008122 6102 00C0000002 ****6101 00C0000001 **9000"),
        ("0089008122 0101019000", "0089008122 ******9000"),
        ("00B12F0803 0101019000 00B32F0803 0101019000", "00B12F0803 ******9000 00B32F0803 ******9000"),
        ("80CB008003 0101019000", "80CB008003 ******9000"),
        ("0088008122 9862 00F2000003 0101019000", "0088008122 9862 00F2000003 0101019000"),
        ("00D6000002AABB 9000 00A40004026F07 6120", "00D6000002**** 9000 00A40004026F07 6120"),
    ],
)  # fmt: skip
def test_a_conversation_knows_what_each_answer_answers(said: str, shown: str) -> None:
    talk, told = Conversation(), []
    for place, text in enumerate(said.split()):
        octets = bytes.fromhex(text)
        told.append(
            talk.answer(octets[:-2], int.from_bytes(octets[-2:])) if place % 2 else talk.command(octets)
        )
    assert " ".join(told) == shown


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('AT+CSIM=16,"00D6000003465B5C"\r', 'AT+CSIM=16,"00D6000003******"\r'),
        ('AT+CGLA=1,16,"01DC010403465B5C"\r', 'AT+CGLA=1,16,"01DC010403******"\r'),
        ('AT+CRSM=214,28448,0,0,3,"465B5C"\r', 'AT+CRSM=214,28448,0,0,3,"******"\r'),
        (
            'at + crsm = 220 , 28424,1,4,3,"465B5C","3F007FFF"\r',
            'at + crsm = 220 , 28424,1,4,3,"******","********"\r',
        ),
        ('AT+CRSM=214,255,0,0,3,"465B5C"\r', 'AT+CRSM=214,255,0,0,3,"******"\r'),
        ('AT+CRSM=214,28486,0,0,3,"024142"\r', 'AT+CRSM=214,28486,0,0,3,"024142"\r'),
        ("AT+CRSM=176,28448,0,0,9\r", "AT+CRSM=176,28448,0,0,9\r"),
        ('AT+CRSM=214,,0,0,1,"46"\r', 'AT+CRSM=214,,0,0,1,"**"\r'),
        ('+CSIM: 28,"' + "A5" * 12 + '9000"\r\n', '+CSIM: 28,"' + "*" * 24 + '9000"\r\n'),
        ("+CGLA: 28," + "A5" * 12 + "9000\r\n", "+CGLA: 28," + "*" * 24 + "9000\r\n"),
        ('+CSIM: 24,"986810023801001017089000"\r\n', '+CSIM: 24,"986810023801001017089000"\r\n'),
        ('+CRSM: 144,0,"' + "A5" * 12 + '"\r\n', '+CRSM: 144,0,"' + "A5" * 12 + '"\r\n'),
    ],
)
def test_lines_of_a_modem(line: str, shown: str) -> None:
    assert Redactor()(line) == shown


def test_a_file_with_keys_is_no_evidence() -> None:
    redact = Redactor()
    assert redact.event(SimFileRead("6F08", "07AABB")) == SimFileRead("6F08", "******")
    assert redact.event(SimFileRead("6FE4#1", "07AABB")) == SimFileRead("6FE4#1", "******")
    assert redact.event(SimFileRead("6F40#1", "07AABB")) == SimFileRead("6F40#1", "07AABB")


# A card that is written and authenticates, in the journals of a modem and of a reader


Transmit = Callable[[bytes], Awaitable[tuple[bytes, int]]]


class Traced:
    """A card with a journal, and all that would stand in it without masks."""

    def __init__(self) -> None:
        self.card = Card.blank(pin=PIN.decode(), ki=KI, opc=OPC)
        self.file, numbers = StringIO(), count()
        self.journal = LinkJournal(
            self.file, now=lambda: 0.0, sequence=lambda: next(numbers), redact=Redactor()
        )
        self.bare: list[str] = []
        self.talk = Conversation()

    async def in_reader(self, apdu: bytes) -> tuple[bytes, int]:
        data, sw = self.card.transmit(apdu)
        self.bare += [apdu.hex().upper(), f"{data.hex().upper()}{sw:04X}"]
        self.journal.sent(f"{self.talk.command(apdu)}\n".encode())
        self.journal.received(f"{self.talk.answer(data, sw)}\n".encode())
        return data, sw

    async def in_modem(self, apdu: bytes) -> tuple[bytes, int]:
        data, sw = self.card.transmit(apdu)
        command = f'AT+CSIM={2 * len(apdu)},"{apdu.hex().upper()}"\r'
        answer = f'+CSIM: {2 * len(data) + 4},"{data.hex().upper()}{sw:04X}"\r\n'
        self.bare += [command, command, "\r\n", answer, "\r\nOK\r\n"]
        self.journal.sent(command.encode())
        everything = f"{command}\r\n{answer}\r\nOK\r\n"
        for start in range(0, len(everything), 23):  # echo and answer as they come, in pieces
            self.journal.received(everything[start : start + 23].encode())
        return data, sw

    @property
    def shown(self) -> str:
        self.journal.settle()
        return "".join(json.loads(line)["data"] for line in self.file.getvalue().splitlines())


async def work(transmit: Transmit) -> list[bytes]:
    """What may stand nowhere."""
    session = Session(transmit)
    await session.begin()
    assert await session.verify(1, PIN.ljust(8, b"\xff")) == 0x9000
    assert await session.verify(0x0A, ADM) == 0x9000
    await session.update("3F00/7F20/00FF", NEW_KI)
    await session.update("3F00/7F20/00F7", b"\x01" + OPC)
    await session.exchange([bytes.fromhex("0024000110") + PIN.ljust(8, b"\xff") + NEW_PIN.ljust(8, b"\xff")])
    milenage = Milenage(NEW_KI, OPC)
    challenge = milenage.challenge(RAND, 32)
    answer = await session.authenticate(challenge.rand, challenge.autn)
    assert answer.ck == challenge.ck
    sres, kc = await session.run_gsm(RAND)
    await session.begin(View.SIM)
    assert await session.run_gsm(RAND) == (sres, kc) == milenage.triplet(RAND)
    return [PIN, NEW_PIN, ADM, NEW_KI, OPC, answer.res, answer.ck, answer.ik, answer.kc, sres, kc]


@pytest.mark.parametrize("link", ["in_reader", "in_modem"])
def test_no_key_stands_in_a_journal(link: str) -> None:
    traced = Traced()
    secrets = [secret for secret in run_virtual(work(getattr(traced, link))) if secret]
    bare, shown = "".join(traced.bare).replace("\n", ""), traced.shown.replace("\n", "")
    assert all(secret.hex().upper() in bare for secret in secrets), "else this proves nothing"
    for secret in secrets:
        assert secret.hex().upper() not in shown
    assert len(shown) == len(bare)
    assert "00A40804" in shown and "0088008122" + "10" + RAND.hex().upper() in shown
