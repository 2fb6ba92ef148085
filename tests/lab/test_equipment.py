"""A lab comes to life and is let go, whatever fails on the way. Drivers here are small fakes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interop.lab.budget import Purse
from interop.lab.drivers import DriverError
from interop.lab.equipment import Equipment, all_emulated, any_emulated
from interop.lab.load import load
from interop.lab.model import Lab, OriginatorPart
from interop.protocols.engineer import Nobody
from interop.protocols.equipment import Setting
from interop.protocols.errors import BudgetSpent, DeviceLost, NotAvailable
from interop.protocols.link import NoJournal

GATEWAYS = ("cmcc-gw", "cucc-gw", "ctcc-gw", "smsc")


class World:
    """What the fakes did, in order, and what they are to do wrong."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.wrong: dict[str, BaseException] = {}

    def do(self, what: str) -> None:
        self.log.append(what)
        if what in self.wrong:
            raise self.wrong[what]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()

    class Link:
        def __init__(self, name: str, emulated: bool) -> None:
            self.name, self.emulated = name, emulated

    def links(name: str, serves: Callable[[str], bool]) -> type:
        class Links:
            section = None

            def __init__(self, setting: Setting) -> None:
                if setting.defects:
                    raise ValueError(f"unknown defect {setting.defects[0]!r}")

            serves_port = staticmethod(serves)

            async def start(self) -> None:
                world.do(f"start {name}")

            def link(self, modem: Any) -> Link:
                return Link(modem.name, name == "emulated")

            def endpoint(self, url: str) -> tuple[str, str | None]:
                return url.replace("emulated:", "http://country"), "/sockets/web"

            async def stop(self) -> None:
                world.do(f"stop {name}")

        Links.serves = staticmethod(serves)  # type: ignore[attr-defined]
        return Links

    class Modem:
        def __init__(self, name: str, **given: Any) -> None:
            self.name, self.given = name, given

        @staticmethod
        async def open(
            modem: Any,
            sim: Any,
            link: Any,
            journal: Any,
            spend: Any,
            secrets: Any,
            *,
            folder: Path,
            bearer: str | None,
        ) -> Modem:
            world.log.append(f"opening {modem.name}")
            await asyncio.sleep(0)
            world.do(f"open {modem.name}")
            return Modem(modem.name, sim=sim.name, link=link, spend=spend, secrets=secrets)

        async def close(self) -> None:
            world.do(f"close {self.name}")

    class Site:
        def __init__(self, part: Any, endpoint: tuple[str, str | None], engineer: Any = None) -> None:
            self.part, self.endpoint, self.engineer = part, endpoint, engineer

        async def close(self) -> None:
            world.do(f"close {self.part.name}")

    class Gateway(Site):
        def __init__(self, part: Any, endpoint: tuple[str, str | None], **given: Any) -> None:
            super().__init__(part, endpoint)
            self.given = given
            world.do(f"make {part.name}")

    class Originator:
        def __init__(self, part: Any, **given: Any) -> None:
            self.part, self.given = part, given

        async def close(self) -> None:
            world.do(f"close {self.part.name}")

    drivers: dict[tuple[str, str], Any] = {
        ("links", "emulated"): links("emulated", lambda port: port == "emulated"),
        ("links", "serial"): links("serial", lambda port: port.startswith("/dev/")),
        ("modems", "at"): Modem,
        ("forms", "form"): Site,
        ("labels", "label"): Site,
        ("originators", "modem"): Originator,
        **{("originators", name): Gateway for name in ("cmpp3", "sgip", "smgp", "smpp")},
    }
    monkeypatch.setattr("interop.lab.equipment.driver", lambda group, name: drivers[group, name])
    monkeypatch.setattr("interop.lab.equipment.names", lambda group: [n for g, n in drivers if g == group])
    return world


def equipment(
    lab: Lab, *, defects: tuple[str, ...] = (), confirm: Callable[[str], bool] = lambda _: True
) -> Equipment:
    setting = Setting(lab, 1, defects, (), Path("/nowhere"), 0.0, True)
    return Equipment(
        setting, purse=Purse(lab, confirm=confirm, already={}), journal=lambda _name: NoJournal()
    )


def lab(**modems: str) -> Lab:
    """The small lab with other ports: lab(m02="/dev/x")."""
    small = load("small")
    changed = [
        modem.model_copy(update={"port": modems.get(modem.name, modem.port)}) for modem in small.modems
    ]
    return small.model_copy(update={"modems": tuple(changed)})


def test_everything_is_opened_at_once_in_order_and_let_go(world: World) -> None:
    async def run() -> None:
        async with equipment(lab()) as living:
            assert living.emulated and not living.failed
            assert living.device("m02").given["sim"] == "snail-1718"
            assert living.device("bank-a").endpoint == ("http://country/bank-a", "/sockets/web")

    asyncio.run(run())
    names = [f"m0{number}" for number in range(1, 7)]
    assert world.log == [
        "start emulated",
        *(f"opening {name}" for name in names),
        *(f"open {name}" for name in names),
        *(f"make {name}" for name in GATEWAYS),
        *(f"close {name}" for name in names),
        "close bank-a",
        "close labels",
        *(f"close {name}" for name in GATEWAYS),
        "stop emulated",
    ]


def test_one_lost_device_does_not_stop_the_others(world: World) -> None:
    world.wrong["open m02"] = DeviceLost("m02", "no such port")

    async def run() -> None:
        async with equipment(lab()) as living:
            assert list(living.failed) == ["m02"]
            with pytest.raises(DeviceLost, match="m02: no such port"):
                living.device("m02")
            assert living.device("m03").name == "m03"

    asyncio.run(run())
    assert "close m02" not in world.log and "close m03" in world.log


@pytest.mark.parametrize("where", ["start emulated", "open m04"])
def test_a_bug_in_a_driver_is_raised_after_everything_is_let_go(world: World, where: str) -> None:
    world.wrong[where] = RuntimeError("bug")

    async def run() -> None:
        async with equipment(lab()):
            raise AssertionError("never inside")

    with pytest.raises(RuntimeError, match="bug"):
        asyncio.run(run())
    assert world.log[-1] == "stop emulated"
    opened = {line.partition(" ")[2] for line in world.log if line.startswith("open ")} - {"m04"}
    closed = {line.partition(" ")[2] for line in world.log if line.startswith("close m")}
    assert opened == closed


def test_a_secret_that_is_not_there_fails_its_modem_only(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_PIN", raising=False)
    small = lab()
    sims = (small.sims[0].model_copy(update={"pin": "env:NO_PIN"}), *small.sims[1:])
    small = small.model_copy(update={"sims": sims})

    async def run() -> None:
        async with equipment(small) as living:
            with pytest.raises(
                NotAvailable, match="m01: pin: env:NO_PIN: this environment variable is not set"
            ):
                living.device("m01")
            assert list(living.failed) == ["m01"]

    asyncio.run(run())


def test_a_secret_header_is_resolved_for_the_site_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hush")
    small = lab()
    forms = (small.forms[0].model_copy(update={"headers": {"Authorization": "env:TOKEN"}}),)
    small = small.model_copy(update={"forms": forms})

    async def run() -> None:
        async with equipment(small) as living:
            assert living.device("bank-a").part.headers == {"Authorization": "hush"}

    asyncio.run(run())
    assert "hush" not in repr(small)


def test_a_modem_without_a_sim_is_not_opened(world: World) -> None:
    small = lab()
    modems = (small.modems[0].model_copy(update={"sim": None}), *small.modems[1:])

    async def run() -> None:
        async with equipment(small.model_copy(update={"modems": modems})) as living:
            assert not living.failed
            with pytest.raises(NotAvailable, match="m01"):
                living.device("m01")

    asyncio.run(run())
    assert "opening m01" not in world.log


def test_only_a_link_to_the_real_world_asks_before_spending(world: World) -> None:
    asked: list[str] = []

    def confirm(question: str) -> bool:
        asked.append(question)
        return True

    async def run() -> None:
        async with equipment(lab(m02="/dev/x"), confirm=confirm) as living:
            assert not living.emulated
            living.device("m01").given["spend"]("calls")
            assert not asked
            living.device("m02").given["spend"]("calls")

    asyncio.run(run())
    assert len(asked) == 1
    assert [line for line in world.log if line.startswith("start")] == ["start emulated", "start serial"]


def test_what_is_wrong_with_the_wish_is_said_before_anything_starts(world: World) -> None:
    with pytest.raises(ValueError, match="unknown defect 'nonsense'"):
        equipment(lab(), defects=("nonsense",))
    with pytest.raises(ValueError, match="no link driver serves the port 'socket://x'"):
        equipment(lab(m02="socket://x"))
    assert world.log == []


def test_a_real_site_beside_emulated_modems_is_the_real_world(world: World) -> None:
    small = lab()
    real = small.model_copy(
        update={"forms": (small.forms[0].model_copy(update={"url": "https://bank.example/"}),)}
    )
    assert not all_emulated(real) and any_emulated(real)

    async def run() -> None:
        async with equipment(real) as living:
            assert living.device("bank-a").endpoint == ("https://bank.example/", None)

    asyncio.run(run())


def with_originators(**modems: str) -> Lab:
    """The small lab, its modem of cmcc-bj an originator, too."""
    small = lab(**modems)
    branch = OriginatorPart(
        name="branch", title="b", driver="modem", operator="CMCC", city="北京", sim="cmcc-bj"
    )
    return small.model_copy(update={"originators": (branch,)})


def test_an_originator_gets_its_modem_and_its_sims_number(world: World) -> None:
    async def run() -> None:
        setting = Setting(with_originators(), 1, (), (), Path("/nowhere"), 0.0, True)
        purse = Purse(setting.lab, confirm=lambda _: True, already={})
        engineer = Nobody()
        living = Equipment(setting, purse=purse, journal=lambda _name: NoJournal(), engineer=engineer)
        async with living:
            branch = living.device("branch")
            assert branch.given["modem"] is living.device("m04")
            assert branch.part.number == "13900001234"
            assert branch.given["engineer"] is living.device("bank-a").engineer is engineer

    asyncio.run(run())
    assert "close branch" in world.log and world.log.count("close m04") == 1


def test_an_originator_fails_with_its_modem(world: World) -> None:
    world.wrong["open m04"] = DeviceLost("m04", "no such port")

    async def run() -> None:
        async with equipment(with_originators()) as living:
            assert list(living.failed) == ["m04", "branch"]
            with pytest.raises(DeviceLost, match="m04: no such port"):
                living.device("branch")

    asyncio.run(run())


def test_an_originator_whose_sim_lies_in_a_drawer_is_not_available(world: World) -> None:
    whole = with_originators()
    modems = tuple(modem for modem in whole.modems if modem.sim != "cmcc-bj")

    async def run() -> None:
        async with equipment(whole.model_copy(update={"modems": modems})) as living:
            with pytest.raises(NotAvailable, match="branch: SIM cmcc-bj is in no modem"):
                living.device("branch")

    asyncio.run(run())


def gateways(**change: Any) -> Lab:
    small = lab()
    first = small.gateways[0].model_copy(update=change)
    return small.model_copy(update={"gateways": (first, *small.gateways[1:])})


def test_a_gateway_gets_its_place_its_secret_and_the_time_in_china(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GW", "hush")

    async def run() -> None:
        async with equipment(gateways(secret="env:GW")) as living:
            gateway = living.device("cmcc-gw")
            assert gateway.endpoint == ("http://country/gw/cmcc-gw", "/sockets/web")
            assert gateway.given["secret"] == "hush"
            assert living.device("cucc-gw").given["secret"] == ""
            # epoch 0 is eight o'clock in China
            assert gateway.given["now"]().isoformat().startswith("1970-01-01T08:00:00")

    asyncio.run(run())


def test_a_gateway_without_its_secret_fails_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GW", raising=False)

    async def run() -> None:
        async with equipment(gateways(secret="env:GW")) as living:
            assert list(living.failed) == ["cmcc-gw"]
            with pytest.raises(NotAvailable, match="cmcc-gw: env:GW: this environment variable is not set"):
                living.device("cmcc-gw")

    asyncio.run(run())


@pytest.mark.parametrize(("url", "asks"), [("emulated:/gw/cmcc-gw", 0), ("tcp://10.0.0.1:7890", 1)])
def test_a_live_text_is_asked_for_once(world: World, url: str, asks: int) -> None:
    asked: list[str] = []

    def confirm(question: str) -> bool:
        asked.append(question)
        return False

    async def run() -> None:
        found = gateways(url=url, secret=None)
        assert all_emulated(found) is not bool(asks)
        async with equipment(found, confirm=confirm) as living:
            allow = living.device("cmcc-gw").given["allow"]
            for _ in range(2):
                if asks:
                    with pytest.raises(BudgetSpent, match="live texts were not confirmed"):
                        allow()
                else:
                    allow()

    asyncio.run(run())
    assert len(asked) == asks


def test_a_driver_that_is_not_installed() -> None:
    small = lab()
    modems = (small.modems[0].model_copy(update={"driver": "pigeon"}),)
    with pytest.raises(DriverError, match=r"no driver 'pigeon' in interop\.modems"):
        equipment(small.model_copy(update={"modems": modems}))
