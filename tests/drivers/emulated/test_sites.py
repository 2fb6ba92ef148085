"""The emulated sites, asked by the real client with the descriptions of the shipped lab file."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from aiohttp import ClientSession, UnixConnector, web

from drivers.emulated.air import CHINA
from drivers.emulated.defects import parse_all
from drivers.emulated.hlr import Hlr, Subscriber
from drivers.emulated.sites import application, paths
from drivers.originators.http import HttpLabelService, HttpNumberForm
from interop.engine.clock import run_virtual
from interop.lab.model import Lab

LAB_FILE = Path(__file__).resolve().parents[3] / "lab-config" / "emulated.yaml"
MI, SNAIL, CMCC = "17090001234", "17180001234", "13900001234"


def read_lab() -> Lab:
    return Lab.model_validate_json(json.dumps(yaml.safe_load(LAB_FILE.read_text(encoding="utf-8"))))


class Web:
    """The sites of the default lab on a unix socket."""

    def __init__(self, lab: Lab, *defects: str) -> None:
        hlr = Hlr(Subscriber.of(sim, imsi=sim.imsi, ehplmn=()) for sim in lab.sims)
        now = datetime(2026, 1, 1, 8, tzinfo=CHINA)
        self.lab = lab
        self._runner = web.AppRunner(
            application(lab, hlr, parse_all(defects, lab), lambda: now), access_log=None, shutdown_timeout=1
        )
        self._folder = TemporaryDirectory()
        self.socket = str(Path(self._folder.name) / "s")

    async def __aenter__(self) -> Web:
        await self._runner.setup()
        await web.UnixSite(self._runner, self.socket).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()
        self._folder.cleanup()

    async def form(self, name: str, number: str) -> str:
        part = next(form for form in self.lab.forms if form.name == name)
        client = HttpNumberForm(part, ("http://x" + part.url.removeprefix("emulated:"), self.socket))
        answer = await client.submit(number)
        await client.close()
        return str(answer.outcome)

    async def label(self, number: str) -> str | None:
        part = self.lab.labels[0]
        client = HttpLabelService(part, ("http://x" + part.url.removeprefix("emulated:"), self.socket))
        label = await client.lookup(number)
        await client.close()
        return label


async def observe(*defects: str) -> dict[str, str | None]:
    """What is not as it should be: accepted by both forms, without a label."""
    async with Web(read_lab(), *defects) as sites:
        seen: dict[str, str | None] = {}
        for number in (MI, SNAIL, CMCC):
            for form in ("bank-a", "site-b"):
                if (outcome := await sites.form(form, number)) != "accepted":
                    seen[f"{form} {number}"] = outcome
            if (label := await sites.label(number)) != "":
                seen[f"label {number}"] = label
        return seen


@pytest.mark.parametrize(
    ("defects", "expected"),
    [
        ((), {}),
        (
            ("site.format@segment=171",),
            {f"bank-a {SNAIL}": "rejected_by_format", f"site-b {SNAIL}": "rejected_by_format"},
        ),
        (("site.policy@segment=1709,site=site-b",), {f"site-b {MI}": "rejected_by_policy"}),
        (("site.opaque@mvno=蜗牛移动,site=bank-a",), {f"bank-a {SNAIL}": "rejected"}),
        (
            ("site.down@site=bank-a",),
            {f"bank-a {number}": "unclear" for number in (MI, SNAIL, CMCC)},
        ),
        (("site.down@site=labels",), {f"label {number}": None for number in (MI, SNAIL, CMCC)}),
        (("label.marked@segment=1709",), {f"label {MI}": "骚扰电话"}),
        (("label.marked@segment=1709,text=诈骗",), {f"label {MI}": "诈骗"}),
        (("clip.missing", "call.barred", "sim.imsi"), {}),
        (
            ("site.policy@segment=171,site=bank-a", "label.marked@operator=CMCC"),
            {f"bank-a {SNAIL}": "rejected_by_policy", f"label {CMCC}": "骚扰电话"},
        ),
    ],
)
def test_a_site_defect_touches_exactly_this(
    defects: tuple[str, ...], expected: dict[str, str | None]
) -> None:
    assert run_virtual(observe(*defects)) == expected


@pytest.mark.parametrize(
    "number", ["1709000123", "170900012345", "27090001234", "", "1709000123x", "+8617090001234"]
)
def test_what_is_no_mobile_number_is_refused_by_format(number: str) -> None:
    async def scenario() -> str:
        async with Web(read_lab()) as sites:
            return await sites.form("bank-a", number)

    assert run_virtual(scenario()) == "rejected_by_format"


def test_a_strangers_number_is_selected_by_its_segment() -> None:
    async def scenario() -> list[str]:
        async with Web(read_lab(), "site.format@segment=162") as sites:
            return [await sites.form("bank-a", number) for number in ("16299999999", "16999999999")]

    assert run_virtual(scenario()) == ["rejected_by_format", "accepted"]


def test_a_browser_sees_a_form_and_its_field() -> None:
    async def scenario() -> tuple[str, str]:
        async with Web(read_lab()) as sites, ClientSession(connector=UnixConnector(sites.socket)) as session:
            async with session.get("http://x/bank-a") as page:
                text = await page.text()
            async with session.post("http://x/bank-a", json={"mobile": MI}) as answer:
                assert answer.headers["Date"] == "Thu, 01 Jan 2026 00:00:00 GMT"
                return text, await answer.text()

    form, answer = run_virtual(scenario())
    assert "甲银行开户" in form and '<form method="post">' in form and 'name="mobile"' in form
    assert "验证码已发送" in answer
    assert '<form method="post" action="/bank-a">' in form and 'name="code"' in form


@pytest.mark.parametrize(
    ("kind", "url", "complaint"),
    [
        ("forms", "emulated:bank", "has no path"),
        ("forms", "emulated:/site-b", "is taken by"),
        ("forms", "emulated:/bank-c/verify", "is taken by"),
        ("labels", "emulated:/labels", "lacks {number}"),
    ],
)
def test_sites_that_cannot_be(kind: str, url: str, complaint: str) -> None:
    lab = read_lab()
    parts: tuple[Any, ...] = getattr(lab, kind)
    changed = (parts[0].model_copy(update={"url": url}), *parts[1:])
    with pytest.raises(ValueError, match=complaint):
        paths(lab.model_copy(update={kind: changed}))


def test_a_label_services_number_may_stand_in_the_query() -> None:
    lab = read_lab()
    label = lab.labels[0].model_copy(update={"url": "emulated:/who?is={number}&x=1"})

    async def scenario() -> str | None:
        async with Web(lab.model_copy(update={"labels": (label,)}), "label.marked@segment=1709") as sites:
            return await sites.label(MI)

    assert run_virtual(scenario()) == "骚扰电话"
