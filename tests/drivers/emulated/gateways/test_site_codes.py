"""Codes of the emulated sites: the form is filled in by the real client, the code read in the handset."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from aiohttp import web

from drivers.emulated.defect_kinds import KINDS
from drivers.emulated.defects import parse_all
from drivers.emulated.site_codes import TEXT, SiteCodes
from drivers.emulated.sites import application
from drivers.originators.http import HttpNumberForm
from interop.engine.clock import run_virtual
from interop.lab.load import load
from interop.otp import find

if TYPE_CHECKING:
    from tests.drivers.emulated.gateways.conftest import Hall

MI, MI_NUMBER = "mi-1709", "17090001234"
SNAIL, SNAIL_NUMBER = "snail-1718", "17180001234"


class Bank:
    """The form of the small lab, with a gateway, on a unix socket."""

    def __init__(
        self, here: Hall, via: str, scratch: Path, *defects: str, seed: int = 1, **form: Any
    ) -> None:
        """`form`: what its description says otherwise than the lab's."""
        said = {"via": via, "code_life_s": 120.0, "sender": None, **form}
        self.form = here.lab.forms[0].model_copy(update=said)
        lab = here.lab.model_copy(update={"forms": (self.form,)})
        network = here.network
        found = parse_all(defects, lab)
        codes = SiteCodes(here.exchange, network.hlr, found, network.timers, seed=seed, now=network.now)
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

    async def enter(self, number: str, code: str) -> str:
        client = HttpNumberForm(self.form, ("http://bank.example/bank-a", self._socket))
        outcome = await client.enter(number, code)
        await client.close()
        return str(outcome)


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
            assert await bank.enter(MI_NUMBER, code_in(one)) == "wrong"  # the last one counts
            assert await bank.enter(SNAIL_NUMBER, code_in(two)) == "wrong"
            assert await bank.enter(MI_NUMBER, code_in(two)) == "right"
            await asyncio.sleep(120)
            assert await bank.enter(MI_NUMBER, code_in(two)) == "wrong"
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


@pytest.mark.parametrize(
    ("form", "senders"),
    [
        ({"sender": "10657955880123"}, ["10657955880123"]),
        ({"sender": "95588"}, []),  # not the account's: the gateway refuses it
        ({"code_url": "emulated:/bank-a/check", "code_field": "sms"}, ["10657955880"]),
        ({"method": "GET"}, ["10657955880"]),
        ({"encoding": "json"}, ["10657955880"]),
    ],
)
def test_a_site_does_as_its_description_says(
    hall: type[Hall], tmp_path: Path, form: dict[str, Any], senders: list[str]
) -> None:
    async def scenario() -> None:
        here = await hall(tmp_path).open()
        async with Bank(here, "cmpp3", tmp_path, **form) as bank:
            assert await bank.ask(MI_NUMBER) == "accepted"
            await asyncio.sleep(20)
            assert [sender for sender, _ in here[MI].texts] == senders
            for _, text in here[MI].texts:
                assert await bank.enter(MI_NUMBER, "000000") == "wrong"
                assert await bank.enter(MI_NUMBER, code_in(text)) == "right"
            await asyncio.sleep(20)
            assert len(here[MI].texts) == len(senders)  # giving a code back asks for no other one
        here.close()

    run_virtual(scenario())


DEFECTS: dict[str, dict[str, str]] = {
    "": {},
    "site.code_wrong@segment=1709": {MI: "in time, wrong"},
    "site.code_wrong@city=上海,site=bank-a": {SNAIL: "in time, wrong"},
    "site.code_not_sent@mvno=小米移动": {MI: "nothing"},
    "site.code_not_sent@site=labels": {},
    "site.code_late@segment=1709,after=200": {MI: "late, wrong"},
    "site.code_late@segment=1709,after=60": {MI: "late, right"},
    "site.code_late@segment=1709": {MI: "nothing"},
}


@pytest.mark.parametrize("defect", DEFECTS)
def test_a_defect_of_codes_does_this_and_nothing_else(hall: type[Hall], tmp_path: Path, defect: str) -> None:
    """Asked within 300 s, a code being good for 120 s from when it was asked for."""

    async def scenario() -> dict[str, str]:
        here = await hall(tmp_path).open()
        seen: dict[str, str] = {}
        async with Bank(here, "sgip", tmp_path, *filter(None, [defect])) as bank:
            asked_at = here.network.now()
            for number in (MI_NUMBER, SNAIL_NUMBER):
                assert await bank.ask(number) == "accepted"
            for _ in range(300):
                await asyncio.sleep(1)
                for sim in [sim for sim in (MI, SNAIL) if sim not in seen]:
                    for _sender, text in here[sim].texts:
                        waited = (here.network.now() - asked_at).total_seconds()
                        when = "in time" if waited < 20 else "late"
                        seen[sim] = f"{when}, {await bank.enter(here[sim].msisdn, code_in(text))}"
            assert max(len(phone.texts) for phone in here.phones.values()) <= 1
            assert here[SNAIL].texts != here[MI].texts
        here.close()
        return seen

    expected = {MI: "in time, right", SNAIL: "in time, right"} | DEFECTS[defect]
    assert run_virtual(scenario()) == {sim: what for sim, what in expected.items() if what != "nothing"}


def test_every_defect_of_codes_is_here() -> None:
    tested = {text.partition("@")[0] for text in DEFECTS if text} | {"site.code_elsewhere"}
    assert tested == {name for name in KINDS if name.startswith("site.code_")}


@pytest.mark.parametrize("lab_name", ["small", "emulated"])
def test_the_shipped_descriptions_fit_the_texts_and_any_code_is_found(lab_name: str) -> None:
    for form in load(lab_name).forms:
        assert form.message is not None and form.sender is not None
        for code in ("000000", "135790", "202611", "955880", "999999", "138001"):
            text = TEXT.format(sign=form.title, code=code, minutes=form.code_life_s / 60)
            assert re.fullmatch(form.message, text)
            assert code_in(text) == code
