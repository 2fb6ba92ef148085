"""The country as a link driver: AT on memory links, cards as the lab file says or as a defect makes them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from drivers.emulated.country import Country, CountrySection
from drivers.originators.http import HttpNumberForm
from interop.engine.clock import run_virtual
from interop.lab.load import load
from interop.lab.model import Lab
from interop.numbering import luhn_ok
from interop.protocols.equipment import LinkDriver, Setting
from interop.smspdu import Address, Submit, to_cmgs

EPOCH = 1_767_225_600.0


class Line:
    """A very simple AT client: what it is told, it writes down."""

    def __init__(self) -> None:
        self.heard = b""
        self.write: Callable[[bytes], None] = lambda _data: None

    def received(self, data: bytes) -> None:
        self.heard += data

    async def ask(self, command: str, wait: float = 3.0) -> list[str]:
        """The lines that come in `wait` seconds, without echo, empty ones and OK."""
        start = len(self.heard)
        self.write(command.encode() + b"\r")
        await asyncio.sleep(wait)
        lines = self.heard[start:].decode("latin-1").replace("\r", "\n").split("\n")
        return [line for line in lines if line.strip() and line not in (command, "OK")]


class Bench:
    """A started country with a line to every modem, by the name of its SIM."""

    def __init__(
        self, scratch: Path, lab: Lab, *defects: str, seed: int = 1, papers: Path | None = None
    ) -> None:
        self.lab = lab
        setting = Setting(lab, seed, defects, (), scratch=scratch, epoch=EPOCH, virtual=True, papers=papers)
        self.country = Country(setting)
        self.lines: dict[str, Line] = {}

    def __getitem__(self, sim: str) -> Line:
        return self.lines[sim]

    async def __aenter__(self) -> Bench:
        driver: LinkDriver = self.country
        await driver.start()
        for part in self.lab.modems:
            line = self.lines[part.sim or part.name] = Line()
            link = driver.link(part)
            assert link.emulated
            await link.open(line.received, lambda why: pytest.fail(why))
            line.write = link.write
        await asyncio.sleep(10)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.country.stop()


@pytest.fixture
def lab() -> Lab:
    return load("small")


def run(scenario: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return run_virtual(scenario())


def test_a_call_and_a_message_over_at(tmp_path: Path, lab: Lab) -> None:
    async def scenario() -> None:
        async with Bench(tmp_path, lab) as here:
            a, b = here["mi-1709"], here["cmcc-bj"]
            await b.ask("AT+CLIP=1")
            await a.ask("ATD13900001234;", 10)
            assert b'+CLIP: "+8617090001234",145' in b.heard
            await b.ask("ATA")
            assert any(",0,0,0," in line for line in await a.ask("AT+CLCC"))
            await b.ask("ATH")
            assert b"NO CARRIER" in a.heard
            for line in (a, b):
                await line.ask("AT+CNMI=2,2,0,1,0")
            length, pdu = to_cmgs(Submit.of_text(Address.parse("13900001234"), "您好", report_request=True))
            await a.ask(f"AT+CMGS={length}")
            a.write(pdu.encode() + b"\x1a")
            await asyncio.sleep(20)
            assert "60A8597D" in b.heard.decode() and b"+CDS: 25" in a.heard  # 您好 in UCS2, the report

    run(scenario)


def test_accounts_and_call_records_as_the_lab_file_says(tmp_path: Path, lab: Lab) -> None:
    papers = tmp_path / "operator"
    other = lab.model_copy(update={"free_numbers": ("10000",)})  # so 10010 is a hotline like others

    async def scenario() -> None:
        async with Bench(tmp_path / "run", other, papers=papers) as here:
            mi, cucc = here["mi-1709"], here["cucc-bj"]
            for number in ("10000", "10010"):
                await mi.ask(f"ATD{number};", 12)
                await mi.ask("ATH", 10)
            await mi.ask("AT+CNMI=2,2,0,1,0")
            length, pdu = to_cmgs(Submit.of_text(Address.parse("10010"), "CXYE"))
            await mi.ask(f"AT+CMGS={length}")
            mi.write(pdu.encode() + b"\x1a")
            await asyncio.sleep(20)
            assert "49.85".encode("utf-16-be").hex().upper() in mi.heard.decode()
            await mi.ask('AT+CUSD=1,"*100#",15')
            await cucc.ask('AT+CUSD=1,"*100#",15')
            assert "49.85".encode("utf-16-be").hex().upper() in mi.heard.decode().partition("+CUSD")[2]
            assert "50.00".encode("utf-16-be").hex().upper() in cucc.heard.decode()

    run(scenario)
    rows = [line.split(",") for line in (papers / "cdr.csv").read_text().splitlines()]
    assert [row[:4] + row[6:] for row in rows[1:]] == [
        ["1", "MOC", "8617090001234", "10000", "0", "5000"],
        ["2", "MOC", "8617090001234", "10010", "15", "4985"],
        ["3", "SMSMO", "8617090001234", "10010", "0", "4985"],
    ]


@pytest.mark.parametrize(
    ("defect", "command", "own", "other"),
    [
        ("sim.imsi", "AT+CIMI", "460011709001234", "460011709001284"),
        ("sim.imsi@value=460019999999999", "AT+CIMI", "460011709001234", "460019999999999"),
        ("sim.msisdn", "AT+CNUM", "17090001234", "17090001284"),
        ("sim.smsc", "AT+CSCA?", "+8613010112500", "+8613010314500"),
    ],
)
def test_a_card_that_is_not_what_the_lab_file_says(
    tmp_path: Path, lab: Lab, defect: str, command: str, own: str, other: str
) -> None:
    limited = defect + ("," if "@" in defect else "@") + "segment=1709"

    async def scenario() -> None:
        async with Bench(tmp_path, lab) as here:
            (before,) = await here["mi-1709"].ask(command)
            neighbours = [await here[sim].ask(command) for sim in ("snail-1718", "cucc-bj")]
        async with Bench(tmp_path, lab, limited) as here:
            (after,) = await here["mi-1709"].ask(command)
            assert own in before and other in after and own not in after
            assert [await here[sim].ask(command) for sim in ("snail-1718", "cucc-bj")] == neighbours
            # it is still a subscriber who speaks and texts
            assert (await here["mi-1709"].ask("AT+CREG?"))[0].startswith("+CREG: 0,1")

    run(scenario)


def test_another_iccid_is_still_a_valid_one(tmp_path: Path, lab: Lab) -> None:
    country = Country(Setting(lab, 1, ["sim.iccid"], (), scratch=tmp_path, epoch=0, virtual=True))
    for sim in lab.sims:
        iccid = country._cards[sim.name].identity.iccid
        assert iccid != sim.iccid and iccid[:8] == sim.iccid[:8] and luhn_ok(iccid) == luhn_ok(sim.iccid)


def test_another_provider_name_is_the_hosts(tmp_path: Path, lab: Lab) -> None:
    country = Country(Setting(lab, 1, ["sim.spn"], (), scratch=tmp_path, epoch=0, virtual=True))
    assert [card.identity.spn for card in country._cards.values()] == [
        "中国联通", "中国联通", "中国电信", "未知网络", "未知网络", "未知网络",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("defect", "roams"),
    [
        (None, []),
        ("plmn.foreign@mode=card", ["snail-1718"]),  # the one whose IMSI begins 46009
        ("plmn.foreign@mode=card,segment=1709", []),
        ("plmn.foreign@segment=1709", ["mi-1709"]),
    ],
)
def test_who_believes_to_roam(tmp_path: Path, lab: Lab, defect: str | None, roams: list[str]) -> None:
    async def scenario() -> list[str]:
        async with Bench(tmp_path, lab, *filter(None, [defect])) as here:
            asked = {sim: (await line.ask("AT+CEREG?"))[0] for sim, line in here.lines.items()}
            return [sim for sim, answer in asked.items() if answer != "+CEREG: 0,1"]

    assert run(scenario) == roams


def test_capabilities_decide_about_ims(tmp_path: Path) -> None:
    lab = load("emulated")

    async def scenario() -> None:
        async with Bench(tmp_path, lab) as here:
            assert (await here["suning-1705"].ask("AT+CIREG?"))[0].endswith("0,0")
            assert (await here["mi-1709"].ask("AT+CIREG?"))[0].endswith("0,1")

    run(scenario)


def test_sites_are_on_a_unix_socket(tmp_path: Path, lab: Lab) -> None:
    async def scenario() -> None:
        async with Bench(tmp_path, lab, "site.policy@segment=171") as here:
            url, socket = here.country.endpoint(lab.forms[0].url)
            assert url.startswith("http://") and url.endswith("/bank-a") and socket is not None
            sockets = sorted(entry.name for entry in tmp_path.iterdir())  # noqa: ASYNC240
            assert sockets == ["g0.sock", "g1.sock", "g2.sock", "g3.sock", "sites.sock"]
            form = HttpNumberForm(lab.forms[0], (url, socket))
            assert (await form.submit("17090001234")).outcome == "accepted"
            assert (await form.submit("17180001234")).outcome == "rejected_by_policy"
            await form.close()
        assert here.country.endpoint("https://bank.example/x") == ("https://bank.example/x", None)

    run(scenario)
    assert list(tmp_path.iterdir()) == []


def test_a_long_scratch_path_does_not_matter(tmp_path: Path, lab: Lab) -> None:
    deep = tmp_path / ("x" * 120)
    deep.mkdir()

    async def scenario() -> None:
        async with Bench(deep, lab) as here:
            endpoint = here.country.endpoint(lab.forms[0].url)
            form = HttpNumberForm(lab.forms[0], endpoint)
            assert (await form.submit("17090001234")).outcome == "accepted"
            await form.close()

    run(scenario)


def test_a_lab_without_sites_and_gateways_opens_nothing(tmp_path: Path, lab: Lab) -> None:
    bare = lab.model_copy(update={"forms": (), "labels": (), "gateways": ()})

    async def scenario() -> None:
        async with Bench(tmp_path, bare):
            assert list(tmp_path.iterdir()) == []  # noqa: ASYNC240

    run(scenario)


def _bytes(scratch: Path, lab: Lab, seed: int) -> dict[str, bytes]:
    async def scenario() -> dict[str, bytes]:
        async with Bench(scratch, lab, seed=seed) as here:
            for line in here.lines.values():
                await line.ask("AT+CREG=2")
            await here["mi-1709"].ask("ATD13900001234;", 10)
            await here["mi-1709"].ask("AT+CCLK?")
            await here["mi-1709"].ask("AT+CFUN=1,1", 30)
            return {sim: line.heard for sim, line in here.lines.items()}

    return run_virtual(scenario())


def test_one_seed_one_stream_of_bytes(tmp_path: Path, lab: Lab) -> None:
    assert _bytes(tmp_path, lab, 1) == _bytes(tmp_path, lab, 1)


def with_modem(lab: Lab, **fields: Any) -> Lab:
    return lab.model_copy(update={"modems": (lab.modems[0].model_copy(update=fields), *lab.modems[1:])})


@pytest.mark.parametrize(
    ("defects", "quirks", "change", "complaint"),
    [
        (["route.mising"], [], {}, "unknown defect 'route.mising', did you mean 'route.missing'?"),
        (["site.down@site=bank-q"], [], {}, "site=bank-q is not in lab 'small', did you mean 'bank-a'?"),
        ([], ["echo.stuk"], {}, "unknown quirk 'echo.stuk', did you mean 'echo.stuck'?"),
        ([], ["echo.stuck@modem=m0"], {}, "modem=m0 is no emulated modem here, did you mean 'm0"),
        ([], ["echo.stuck@modem=x*"], {}, "modem=x* is no emulated modem here (there: m01, m02"),
        ([], [], {"defects": ("nope",)}, "modem m01: unknown defect 'nope'"),
        ([], [], {"quirks": ("nope",)}, "modem m01: unknown quirk 'nope'"),
        ([], [], {"dialect": "nokia"}, "'nokia'"),
        (["sim.imsi@value=abc"], [], {}, "SIM mi-1709: no card can hold this"),
    ],
)
def test_what_cannot_be_is_said_before_anything_starts(
    tmp_path: Path, lab: Lab, defects: list[str], quirks: list[str], change: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(ValueError) as raised:
        Country(
            Setting(with_modem(lab, **change), 1, defects, quirks, scratch=tmp_path, epoch=0, virtual=True)
        )
    assert complaint in str(raised.value) and "\n" not in str(raised.value)


def test_the_lab_file_may_carry_defects(tmp_path: Path, lab: Lab) -> None:
    """In its own section for all, at a modem for that modem's SIM; options come on top."""
    sick = with_modem(lab, defects=("plmn.foreign",)).model_copy(
        update={"drivers": {"emulated": {"defects": ["registration.barred@segment=171"]}}}
    )

    async def scenario() -> list[str]:
        async with Bench(tmp_path, sick, "plmn.foreign@segment=139") as here:
            return [(await line.ask("AT+CEREG?"))[0][-1] for line in here.lines.values()]

    assert run(scenario) == ["5", "3", "1", "5", "1", "1"]


def test_a_quirk_at_a_modem_is_that_modems(tmp_path: Path, lab: Lab) -> None:
    async def scenario() -> list[int]:
        async with Bench(tmp_path, with_modem(lab, quirks=("echo.double",))) as here:
            for line in here.lines.values():
                await line.ask("AT+CSQ")
            return [line.heard.count(b"AT+CSQ") for line in here.lines.values()]

    assert run(scenario) == [2, 1, 1, 1, 1, 1]


def test_the_section_has_a_schema() -> None:
    assert CountrySection.model_validate_json('{"quirks": ["echo.stuck"]}').quirks == ("echo.stuck",)
    with pytest.raises(ValueError, match=r"did you mean 'sms\.lost'"):
        CountrySection.model_validate_json('{"defects": ["sms.loss"]}')


def test_catalogues() -> None:
    assert {"route.missing", "clip.missing"} < {row.name for row in Country.defects()}
    assert "echo.stuck" in {row.name for row in Country.quirks()}
