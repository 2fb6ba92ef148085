"""A conference at all three ends, by what each modem says: modems.md 5.1 on the real network."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random

import pytest
import yaml

from drivers.emulated.defects import parse_all
from drivers.emulated.hlr import OPERATORS, Subscriber
from drivers.emulated.network import Network
from drivers.emulated.quirks import Quirks, parse
from drivers.emulated.terminal import EmulatedModem
from drivers.emulated.uicc import Card
from interop.engine.clock import run_virtual
from interop.lab.model import Lab

ROOT = Path(__file__).resolve().parents[4]
SIMS = ("mi-1709", "snail-1718", "cmcc-bj")
A, B, C = "17090001234", "17180001234", "13900001234"


class End:
    """Who types at one modem and reads it."""

    def __init__(self, modem: EmulatedModem) -> None:
        self.modem = modem
        self.heard = ""
        modem.attach(lambda data: self._add(data.decode("latin-1")))

    def _add(self, text: str) -> None:
        self.heard += text

    def read(self) -> list[str]:
        """The lines since the last read, but for rings."""
        lines, self.heard = self.heard.replace("\r\r\n", "\r\n").split("\r\n"), ""
        return [line for line in lines if line and line != "RING" and not line.startswith("+CLIP")]

    async def at(self, line: str, seconds: float = 1.5) -> list[str]:
        self.modem.received(line.encode() + b"\r")
        await asyncio.sleep(seconds)
        return self.read()

    async def rows(self) -> list[str]:
        """+CLCC without numbers."""
        lines = await self.at("AT+CLCC", 0.1)
        assert lines.pop() == "OK", lines
        return [",".join(line.removeprefix("+CLCC: ").split(",")[:5]) for line in lines]

    async def until_idle(self, within: float = 10.0) -> None:
        """Return once a line would be executed at once. ATA may take as long as the network likes."""
        self.modem.received(b"AT+CGSN\r")
        mark = len(self.heard)
        deadline = asyncio.get_running_loop().time() + within
        while f"{self.modem.imei}\r\n\r\nOK\r" not in self.heard[mark:]:
            assert asyncio.get_running_loop().time() < deadline, f"stuck: {self.heard!r}"
            await asyncio.sleep(0.05)

    async def until(self, line: str, within: float = 20.0) -> list[str]:
        deadline = asyncio.get_running_loop().time() + within
        while f"\r\n{line}\r" not in self.heard:
            assert asyncio.get_running_loop().time() < deadline, f"no {line!r} in {self.heard!r}"
            await asyncio.sleep(0.05)
        return self.read()


class Three:
    """A, B and C: registered, ready as step 0 has it."""

    def __init__(self, profiles: tuple[str, ...], defects: tuple[str, ...], quirks: tuple[str, ...]) -> None:
        document = yaml.safe_load((ROOT / "lab-config" / "emulated.yaml").read_text(encoding="utf-8"))
        lab = Lab.model_validate_json(json.dumps(document))
        sims = [sim for sim in lab.sims if sim.name in SIMS]
        found = parse_all(defects, lab)
        subscribers = [
            Subscriber.of(sim, imsi=sim.imsi, ehplmn=(OPERATORS[sim.base_operator].plmn,)) for sim in sims
        ]
        self.network = Network(subscribers, seed=3, epoch=1_767_225_600.0, defects=found)
        self.ends = []
        for name, profile in zip(SIMS, profiles, strict=True):
            sim = next(sim for sim in sims if sim.name == name)
            modem = EmulatedModem(
                Card.of(sim), self.network, name=name, imei="862107043556942", profile=profile,
                quirks=Quirks(map(parse, quirks), modem=name, seed=3),
            )  # fmt: skip
            modem.start()
            self.ends.append(End(modem))

    async def ready(self) -> tuple[End, End, End]:
        await asyncio.sleep(10)
        a, b, c = self.ends
        for end in self.ends:
            await end.at("ATE0;+CMEE=1;+CSSN=1,1;+CLIP=1;+COLP=0;+CCWA=1,1")
            assert await end.rows() == []
        return a, b, c


@pytest.fixture
def three() -> Callable[..., None]:
    """Run `scenario(a, b, c)` on a virtual clock."""

    def run(
        scenario: Callable[[End, End, End], Coroutine[None, None, None]],
        *,
        profiles: tuple[str, ...] = ("generic", "quectel", "simcom"),
        defects: tuple[str, ...] = (),
        quirks: tuple[str, ...] = (),
    ) -> None:
        async def main() -> None:
            await scenario(*await Three(profiles, defects, quirks).ready())

        run_virtual(main())

    return run


async def call(a: End, other: End, number: str, rows: list[str]) -> None:
    """A calls and is answered; `rows` is A's +CLCC then."""
    assert "OK" in await a.at(f"ATD{number};", 0.6)
    await other.until("RING")
    assert (await other.at("ATA"))[0] == "OK"
    await asyncio.sleep(1)
    a.read()
    assert await a.rows() == rows


async def joined(a: End, b: End, c: End) -> None:
    """Steps 1 to 4."""
    await call(a, b, B, ["1,0,0,0,0"])
    await call(a, c, C, ["1,0,1,0,0", "2,0,0,0,0"])
    assert b.read() == ["+CSSU: 2"]
    assert await a.at("AT+CHLD=3") == ["OK"]


Scenario = Callable[..., None]


def test_the_nine_steps(three: Scenario) -> None:
    async def scenario(a: End, b: End, c: End) -> None:
        assert await a.at("AT+CHLD=?") == ["+CHLD: (0,1,1x,2,2x,3,4,4*)", "OK"]
        await call(a, b, B, ["1,0,0,0,0"])
        assert await a.at("AT+CHLD=2") == ["OK"]
        assert b.read() == ["+CSSU: 2"]
        assert (await a.rows(), await b.rows()) == (["1,0,1,0,0"], ["1,1,0,0,0"])
        await call(a, c, C, ["1,0,1,0,0", "2,0,0,0,0"])
        assert await a.at("AT+CHLD=3") == ["OK"]
        assert b.read() == ["+CSSU: 3", "+CSSU: 4"] and c.read() == ["+CSSU: 4"]
        assert await a.rows() == ["1,0,0,0,1", "2,0,0,0,1"]
        assert (await b.rows(), await c.rows()) == (["1,1,0,0,0"], ["1,1,0,0,0"]), "they are two parties"
        assert await a.at("AT+CHLD=21") == ["OK"]
        assert await a.rows() == ["1,0,0,0,0", "2,0,1,0,0"]
        assert (b.read(), c.read()) == ([], ["+CSSU: 2"])
        assert await a.at("AT+CHLD=3") == ["OK"]
        assert c.read() == ["+CSSU: 3", "+CSSU: 4"]
        b.read()
        assert await a.at("AT+CHLD=2") == ["OK"]
        assert await a.rows() == ["1,0,1,0,1", "2,0,1,0,1"]
        assert (b.read(), c.read()) == (["+CSSU: 2"], ["+CSSU: 2"])
        assert await a.at("AT+CHLD=2") == ["OK"]
        assert await a.rows() == ["1,0,0,0,1", "2,0,0,0,1"]
        assert (b.read(), c.read()) == (["+CSSU: 3"], ["+CSSU: 3"])
        assert await a.at("AT+CHLD=11") == ["OK"]
        assert await a.rows() == ["2,0,0,0,0"]
        assert b.read() == ["NO CARRIER"] and c.read() == []
        assert await b.at("AT+CEER") == ["+CEER: 5,16", "OK"] and await b.rows() == []
        assert await a.at("AT+CHUP") == ["OK"]
        assert c.read()[1:] == ["NO CARRIER"], "behind VOICE CALL: END"
        assert [await end.rows() for end in (a, b, c)] == [[], [], []]

    three(scenario)


def test_who_hears_whom(three: Scenario) -> None:
    """Six directions by six digits, and nothing for the one that is held."""

    async def scenario(a: End, b: End, c: End) -> None:
        detectors = {a: "AT#DTMF=1", b: "AT+QTONEDET=1", c: "AT+DDET=1"}
        said = {a: "#DTMFEV: {}", b: "+QTONEDET: {}", c: "+RXDTMF: {}"}
        await joined(a, b, c)
        for end, line in detectors.items():
            assert (await end.at(line))[-1] == "OK"
        for speaker, digit in ((a, "1"), (b, "2"), (c, "#")):
            assert await speaker.at(f'AT+VTS="{digit}"') == ["OK"]
            for end in (a, b, c):
                shown = str(ord(digit)) if end is b else digit
                assert end.read() == ([] if end is speaker else [said[end].format(shown)])
        assert await a.at("AT+CHLD=21") == ["OK"]
        c.read()
        assert await a.at("AT+VTS=7") == ["OK"] and (b.read(), c.read()) == (["+QTONEDET: 55"], [])
        assert await c.at("AT+VTS=8") == ["OK"] and (a.read(), b.read()) == ([], [])

    three(scenario, profiles=("telit", "quectel", "simcom"))


@pytest.mark.parametrize(
    ("defect", "commands", "cause"),
    [
        (f"hold.unsubscribed@msisdn={A}", ["AT+CHLD=2"], "19"),
        (f"hold.unsubscribed@msisdn={A},cause=50", ["AT+CHLD=2"], "50"),
    ],
)
def test_hold_is_refused(three: Scenario, defect: str, commands: list[str], cause: str) -> None:
    async def scenario(a: End, b: End, c: End) -> None:
        await call(a, b, B, ["1,0,0,0,0"])
        for command in commands:
            assert await a.at(command) == ["+CME ERROR: 3"]
            assert (await a.at("AT+CEER"))[0].startswith(f"+CEER: {cause},")
        assert await a.at(f"ATD{C};") == ["NO CARRIER"], "the first call cannot be put on hold"
        assert await a.rows() == ["1,0,0,0,0"] and b.read() == []
        assert c.heard == ""

    three(scenario, defects=(defect,))


def test_joining_is_refused_or_pretended(three: Scenario) -> None:
    async def refused(a: End, b: End, c: End) -> None:
        await call(a, b, B, ["1,0,0,0,0"])
        await call(a, c, C, ["1,0,1,0,0", "2,0,0,0,0"])
        assert await a.at("AT+CHLD=3") == ["+CME ERROR: 3"]
        assert await a.at("AT+CEER") == ['+CEER: 19,"SS subscription violation"', "OK"]
        assert await a.rows() == ["1,0,1,0,0", "2,0,0,0,0"]

    async def pretended(a: End, b: End, c: End) -> None:
        await joined(a, b, c)
        assert await a.rows() == ["1,0,1,0,0", "2,0,0,0,0"]
        assert (b.read(), c.read()) == ([], [])

    three(refused, defects=(f"mpty.unsubscribed@msisdn={A}",))
    three(pretended, defects=(f"mpty.fake@msisdn={A}",))


def test_a_conference_as_one_row(three: Scenario) -> None:
    """As IMS makes it: one call to the focus (24.147), which is ended or held as a whole."""

    async def scenario(a: End, b: End, c: End) -> None:
        await joined(a, b, c)
        assert await a.at("AT+CLCC") == ["+CLCC: 1,0,0,0,1", "OK"]
        assert await a.at("AT+CHLD=21") == ["+CME ERROR: 3"]
        assert await a.at("AT+CHLD=12") == ["+CME ERROR: 3"]
        assert await a.at("AT+CHLD=2") == ["OK"] and await a.rows() == ["1,0,1,0,1"]
        assert await a.at("AT+CHLD=11") == ["OK"] and await a.rows() == []
        assert "NO CARRIER" in b.read() and "NO CARRIER" in c.read()

    three(scenario, defects=(f"mpty.row@msisdn={A}",))


def test_transfer(three: Scenario) -> None:
    async def scenario(a: End, b: End, c: End) -> None:
        await call(a, b, B, ["1,0,0,0,0"])
        await call(a, c, C, ["1,0,1,0,0", "2,0,0,0,0"])
        b.read()
        assert await a.at("AT+CHLD=4") == ["OK", "NO CARRIER", "NO CARRIER"]
        assert await a.rows() == []
        assert (b.read(), c.read()) == (["+CSSU: 8"], ["+CSSU: 8"])
        assert await c.at("AT+DDET=1") == ["OK"]
        assert await b.at("AT+VTS=5") == ["OK"] and c.read() == ["+RXDTMF: 5"]

    three(scenario)


def test_a_call_waits_and_is_taken_or_sent_on(three: Scenario) -> None:
    async def scenario(a: End, b: End, c: End) -> None:
        await call(a, b, B, ["1,0,0,0,0"])
        assert await c.at(f"ATD{A};") == ["OK"]
        said = await a.until(f'+CCWA: "+86{C}",145,1')
        assert said == [f'+CCWA: "+86{C}",145,1']
        assert await c.until("+CSSI: 3") == ["+CSSI: 3"]
        assert await a.rows() == ["1,0,0,0,0", "2,1,5,0,0"]
        assert await a.at("ATA") == ["NO CARRIER"], "it waits; the way to it is +CHLD"
        assert await a.at("AT+CHLD=2") == ["OK"]
        assert await a.rows() == ["1,0,1,0,0", "2,1,0,0,0"]
        assert b.read() == ["+CSSU: 2"]
        assert await a.at("AT+CHLD=1") == ["OK"]
        assert await a.rows() == ["1,0,0,0,0"] and b.read() == ["+CSSU: 3"]
        assert "NO CARRIER" in c.read()

    three(scenario)


def test_forwarding_is_set_and_told(three: Scenario) -> None:
    async def scenario(a: End, b: End, c: End) -> None:
        assert await b.at(f'AT+CCFC=0,3,"{C}",129') == ["OK"]
        assert await b.at("AT+CCFC=0,2") == [f'+CCFC: 1,1,"{C}",129', "OK"]
        assert await a.at(f"ATD{B};") == ["OK"]
        assert await c.until("+CSSU: 0") == ["+CSSU: 0"], "and it rings"
        assert a.read() == ["+CSSI: 2"] and b.heard == ""
        assert await b.at("AT+CCFC=0,4") == ["OK"]
        assert await b.at("AT+CCFC=0,2") == ["+CCFC: 0,255", "OK"]

    three(scenario)


TYPED = (
    *["ATA"] * 12, *["AT+CHLD=2"] * 3, *["AT+CHLD=3"] * 6, "AT+CHLD=0", "AT+CHLD=1", "AT+CHLD=11",
    "AT+CHLD=12", "AT+CHLD=21", "AT+CHLD=22", "AT+CHLD=4", f"AT+CHLD=4*{B}", "AT+VTS=1,2", "ATH",
    f"AT+CCFC=1,3,{C}", "AT+CCFC=4,4", *[f"ATD{number};" for number in (A, B, C, B, C, B, C)],
)  # fmt: skip


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_typed(three: Scenario, seed: int) -> None:
    """Every line is answered, soon, and what a modem lists is what the network keeps."""
    random = Random(seed)

    async def scenario(*ends: End) -> None:
        for _ in range(250):
            end, line = random.choice(ends), random.choice(TYPED)
            end.read()
            end.modem.received(f"{line}\r".encode())
            await asyncio.sleep(random.choice((0.2, 2.0, 6.0)))
            for one in ends:
                await one.until_idle()
                legs = one.modem.air.legs(one.modem)
                kept = [(leg, leg.state, leg.multiparty) for leg in legs]
                told = [(entry.leg, *entry.now) for entry in one.modem.calls.entries.values()]
                assert sorted(kept, key=str) == sorted(told, key=str), line
        for one in ends:
            await one.at("ATH", 3)
        for one in ends:
            one.read()
        assert [await one.rows() for one in ends] == [[], [], []]

    three(scenario)
