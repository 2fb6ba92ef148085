"""Cards in modems: by +CSIM for reading, by +CGLA on a channel of our own. On a link that counts as real."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from drivers.at.channel import Channel
from drivers.at.dialect import load
from drivers.at.exchange import Unsolicited
from drivers.at.guard import Guard
from drivers.card.csim import ModemCards, ModemLink
from drivers.emulated.uicc import Card
from drivers.links import memory_pair
from interop.engine.clock import run_virtual
from interop.protocols.card import Reader
from interop.protocols.errors import CommandRefused, DeviceLost, NotAnswering, NotAvailable
from interop.uicc.session import Session
from tests.subscribers import XIAOMI as SIM

ICCID, IMSI = "98681002180100100719", "084906107190002143"
OK, ERROR = "\r\nOK\r\n", "\r\nERROR\r\n"


class Paper:
    def __init__(self) -> None:
        self.said: list[bytes] = []

    def sent(self, data: bytes) -> None:
        self.said.append(data)

    def received(self, data: bytes) -> None: ...

    def note(self, text: str) -> None: ...


class Nobody:
    def unsolicited(self, urc: Unsolicited) -> None: ...

    def unowned(self, text: str) -> None: ...

    def restarted(self, sign: str) -> None: ...

    def lost(self, why: str) -> None: ...


class CardModem:
    """A modem that does nothing but hand APDUs on to its card. `opened`: how it answers +CCHO, with the
    session for {}; None where it does not know it. `says`: how it answers an APDU, in hex for {data}.
    """

    def __init__(self, opened: str | None, says: str = '{name}: {length},"{data}"') -> None:
        self.card = Card.of(SIM)
        self._opened, self._says = opened, says
        self.heard: list[str] = []
        self.link, self.far = memory_pair("m1", emulated=False)
        self.far.connect(self._received)

    def _received(self, data: bytes) -> None:
        line = data.decode().strip()
        self.heard.append(line)
        self.far.write(self._answer(line).encode())

    def _answer(self, line: str) -> str:
        name, _, rest = line.removeprefix("AT").partition("=")
        values = rest.replace('"', "").split(",")
        if name == "+CCHO" and self._opened is not None:
            self.card.transmit(bytes.fromhex("0070000100"))
            aid = values[0]
            self.card.transmit(bytes.fromhex(f"01A4040C{len(aid) // 2:02X}{aid}"))
            return f"\r\n{self._opened.format(7)}\r\n{OK}"
        if name == "+CGLA" and values[0] == "7":
            return self._apdu(name, values[1:], channel=1)
        if name == "+CSIM":
            return self._apdu(name, values, channel=0)
        if name == "+CCHC" and values == ["7"]:
            return OK
        return ERROR

    def _apdu(self, name: str, values: list[str], channel: int) -> str:
        octets = bytes.fromhex(values[1])
        assert int(values[0]) == 2 * len(octets) and octets[0] & 3 == 0
        data, sw = self.card.transmit(bytes((octets[0] | channel,)) + octets[1:])
        said = data.hex() + f"{sw:04x}"
        return f"\r\n{self._says.format(name=name, length=len(said), data=said)}\r\n{OK}"


def with_modem(
    do: Callable[[ModemLink, CardModem], Awaitable[None]], modem: CardModem, *, write: bool = False
) -> Paper:
    paper = Paper()

    async def main() -> None:
        channel = Channel("m1", modem.link, paper, load("generic"), Nobody(), Guard())
        await channel.open()
        cards = ModemCards({"m1": channel})
        assert await cards.readers() == [Reader("m1", b"")]
        link = await cards.open("m1", write=write)
        await do(link, modem)
        await link.close()
        await channel.close()

    run_virtual(main())
    return paper


async def identify(link: ModemLink, modem: CardModem) -> None:
    session = Session(link.transmit)
    await session.begin()
    assert (await session.read("3F00/2FE2")).hex() == ICCID
    assert (await session.read("3F00/7FFF/6F07")).hex() == IMSI
    assert len(await session.records("3F00/7F10/6F40")) == 2


@pytest.mark.parametrize("opened", ["{}", "+CCHO: {}", '+CCHO: "{}"'])
def test_a_channel_of_our_own_is_ours_to_write(opened: str) -> None:
    async def write(link: ModemLink, modem: CardModem) -> None:
        assert link.alone and link.atr == b""
        await identify(link, modem)
        assert modem.card.channels[0].file is None  # where the modem itself reads: left alone
        session = Session(link.transmit)
        assert await session.verify(0x0A, b"88888888") == 0x9000
        await session.update("3F00/2FE2", bytes(10))
        assert await session.read("3F00/2FE2") == bytes(10)
        with pytest.raises(NotAvailable, match="m1: only the modem can reset the card"):
            await link.reset()

    modem = CardModem(opened)
    with_modem(write, modem, write=True)
    assert modem.heard[0] == 'AT+CCHO="A0000000871002"' and modem.heard[-1] == "AT+CCHC=7"
    assert not any("CSIM" in line for line in modem.heard)


@pytest.mark.parametrize(
    "says", ['{name}: {length},"{data}"', "{name}: {length},{data}", '{name}:{length}, "{data}"']
)
def test_without_one_it_is_read(says: str) -> None:
    async def read(link: ModemLink, modem: CardModem) -> None:
        assert not link.alone
        await identify(link, modem)
        with pytest.raises(NotAvailable, match="m1: instruction D6 writes"):
            await Session(link.transmit).update("3F00/2FE2", bytes(10))
        assert not any('"00D6' in line for line in modem.heard)

    modem = CardModem(None, says)
    with_modem(read, modem)
    assert 'AT+CSIM=14,"00A40004023F00"' in modem.heard
    assert not any("CCHC" in line for line in modem.heard)


@pytest.mark.parametrize(
    ("opened", "why"), [(None, r"opens no logical channel \(AT\+CCHO.*ERROR\)"), ("none", r"\['none'\]")]
)
def test_without_one_it_is_not_written(opened: str | None, why: str) -> None:
    async def never(link: ModemLink, modem: CardModem) -> None:
        raise AssertionError

    with pytest.raises(
        NotAvailable, match=f"m1: .*{why}: its card can only be read; write it in a card reader"
    ):
        with_modem(never, CardModem(opened), write=True)


def test_what_the_card_has_for_the_terminal_is_the_modem_s() -> None:
    """TERMINAL RESPONSE by hand could place a call: the guard would refuse it, and nobody asks it."""

    async def read(link: ModemLink, modem: CardModem) -> None:
        modem.card.toolkit.ask(bytes.fromhex("D009810301210082028102"))
        await identify(link, modem)

    modem = CardModem(None)
    with_modem(read, modem)
    assert modem.card.toolkit.responses == [] and len(modem.card.toolkit.waiting) == 1


@pytest.mark.parametrize(
    "says",
    [
        '{name}: 2,"{data}"',
        "{name}: {length}",
        '{name}: {length},"zz"',
        '{name}: 2,"90"',
        '{name}: {length},"{data}",1',
        '{name}: x,"{data}"',
    ],
)
def test_an_answer_that_is_cut_or_garbled(says: str) -> None:
    async def read(link: ModemLink, modem: CardModem) -> None:
        with pytest.raises(NotAnswering, match=r"m1: the answer to \+CSIM cannot be read; what the card did"):
            await link.transmit(bytes.fromhex("00B000000A"))

    with_modem(read, CardModem(None, says))


def test_a_key_is_sent_once_and_shown_nowhere() -> None:
    """Not even where the SIM is busy, as a question would be asked again then."""

    async def verify(link: ModemLink, modem: CardModem) -> None:
        session = Session(link.transmit)
        with pytest.raises(CommandRefused) as raised:
            await session.verify(0x0A, b"31337314")
        assert "3331" not in str(raised.value) and "3331" not in repr(raised.value)

    modem = CardModem("{}")
    answer = modem._answer
    busy = "\r\n+CME ERROR: 14\r\n"
    modem._answer = lambda line: busy if "CGLA" in line else answer(line)  # type: ignore[method-assign]
    with_modem(verify, modem, write=True)
    assert sum("CGLA" in line for line in modem.heard) == 1


def test_a_modem_that_is_gone() -> None:
    async def lose(link: ModemLink, modem: CardModem) -> None:
        modem.far.lose("unplugged")
        with pytest.raises(DeviceLost):
            await link.transmit(bytes.fromhex("00B000000A"))

    with_modem(lose, CardModem("{}"))


def test_no_such_modem() -> None:
    async def main() -> None:
        with pytest.raises(NotAvailable, match="m2: no modem of this name; there are: none"):
            await ModemCards({}).open("m2", write=False)

    run_virtual(main())
