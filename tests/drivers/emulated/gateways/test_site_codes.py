"""Codes of the emulated sites: the form is filled in by the real client, the code read in the handset."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest
from aiohttp import web

from drivers.emulated.defects import parse_all
from drivers.emulated.site_codes import SiteCodes
from drivers.emulated.sites import application
from drivers.originators.http import HttpNumberForm
from interop.engine.clock import run_virtual
from interop.otp import find

if TYPE_CHECKING:
    from tests.drivers.emulated.gateways.conftest import Hall

MI, MI_NUMBER = "mi-1709", "17090001234"
SNAIL, SNAIL_NUMBER = "snail-1718", "17180001234"


class Bank:
    """The form of the small lab, with a gateway, on a unix socket."""

    def __init__(self, here: Hall, via: str, scratch: Path, *defects: str, seed: int = 1) -> None:
        self.form = here.lab.forms[0].model_copy(update={"via": via, "code_life_s": 120.0})
        lab = here.lab.model_copy(update={"forms": (self.form,)})
        network = here.network
        found = parse_all(defects, lab)
        codes = SiteCodes(here.exchange, network.hlr, found, seed=seed, now=network.now)
        self._runner = web.AppRunner(
            application(lab, network.hlr, found, network.now, codes), access_log=None
        )
        self._socket = str(scratch / "sites.sock")

    async def __aenter__(self) -> Bank:
        await self._runner.setup()
        await web.UnixSite(self._runner, self._socket).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def ask(self, number: str) -> str:
        client = HttpNumberForm(self.form, ("http://bank.example/bank-a", self._socket))
        answer = await client.submit(number)
        await client.close()
        return str(answer.outcome)

    async def enter(self, number: str, code: str) -> int:
        connector = aiohttp.UnixConnector(self._socket)
        async with aiohttp.ClientSession(connector=connector) as session:
            data = {"mobile": number, "code": code}
            async with session.post("http://bank.example/bank-a", data=data) as answer:
                return answer.status


def code_in(text: str | bytes) -> str:
    assert isinstance(text, str)
    found: Any = find(text)
    return str(found.code)


@pytest.mark.parametrize(("via", "sender"), [("cmpp3", "10657955880"), ("sgip", "10655955990")])
def test_a_code_comes_by_the_banks_gateway(hall: type[Hall], tmp_path: Path, via: str, sender: str) -> None:
    async def scenario() -> None:
        here = await hall(tmp_path).open()
        async with Bank(here, via, tmp_path) as bank:
            assert await bank.ask(MI_NUMBER) == "accepted"
            await asyncio.sleep(20)
            assert await bank.ask(MI_NUMBER) == "accepted"
            await asyncio.sleep(20)
            (first, one), (second, two) = here[MI].texts
            assert first == second == sender
            assert str(one).startswith("【甲银行开户】验证码") and "，2分钟内有效" in str(one)
            assert code_in(one) != code_in(two) and len(code_in(two)) == 6
            assert await bank.enter(MI_NUMBER, code_in(one)) == 422  # the last one counts
            assert await bank.enter(SNAIL_NUMBER, code_in(two)) == 422
            assert await bank.enter(MI_NUMBER, code_in(two)) == 200
            await asyncio.sleep(120)
            assert await bank.enter(MI_NUMBER, code_in(two)) == 422
            assert not here[SNAIL].texts
        here.close()

    run_virtual(scenario())


def test_the_seed_decides_the_code(hall: type[Hall], tmp_path: Path) -> None:
    async def scenario(seed: int) -> str:
        here = await hall(tmp_path).open()
        async with Bank(here, "smgp", tmp_path, seed=seed) as bank:
            await bank.ask(MI_NUMBER)
            await asyncio.sleep(20)
        here.close()
        return code_in(here[MI].texts[0][1])

    codes = [run_virtual(scenario(seed)) for seed in (1, 1, 2)]
    assert codes[0] == codes[1] != codes[2]


def test_a_code_goes_elsewhere(hall: type[Hall], tmp_path: Path) -> None:
    async def scenario(options: str) -> list[str]:
        here = await hall(tmp_path).open()
        defect = f"site.code_elsewhere@segment=1709{options}"
        async with Bank(here, "smpp", tmp_path, defect) as bank:
            assert await bank.ask(MI_NUMBER) == "accepted"
            await asyncio.sleep(20)
            assert await bank.ask("18600001234") == "accepted"
            await asyncio.sleep(20)
        here.close()
        return [sim for sim, phone in here.phones.items() for _ in phone.texts]

    assert run_virtual(scenario("")) == [SNAIL, "cucc-bj"]
    assert run_virtual(scenario(",receiver=13900001234")) == ["cmcc-bj", "cucc-bj"]


def test_a_site_that_refuses_sends_nothing_and_hears_nothing_of_the_gateway(
    hall: type[Hall], tmp_path: Path
) -> None:
    async def scenario(*defects: str) -> tuple[str, int]:
        here = await hall(tmp_path, *defects).open()
        async with Bank(here, "cmpp2", tmp_path, *defects) as bank:
            outcome = await bank.ask(MI_NUMBER)
            await asyncio.sleep(20)
        here.close()
        return outcome, len(here[MI].texts)

    assert run_virtual(scenario("site.policy@segment=170")) == ("rejected_by_policy", 0)
    assert run_virtual(scenario("gateway.segment@segment=1709")) == ("accepted", 0)
