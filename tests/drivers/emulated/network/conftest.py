"""A town of handsets without any AT, on the virtual clock: what drives the network in these tests."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from drivers.emulated.air import Camp, Cli, Hint, Leg, Notice, Submitted
from drivers.emulated.defects import parse_all
from drivers.emulated.hlr import OPERATORS, Subscriber
from drivers.emulated.network import Network
from interop.lab.model import Lab, TariffPart
from interop.smspdu import Address, Deliver, Direction, StatusReport, Submit, decode

ROOT = Path(__file__).resolve().parents[4]
EPOCH = 1_767_225_600.0  # 2026-01-01 08:00:00 in China


class Handset:
    """Implements `Terminal` and writes down what the network does, with the time."""

    def __init__(self, network: Network, sim: str, imsi: str, msisdn: str) -> None:
        self.network = network
        self.sim, self.imsi, self.msisdn = sim, imsi, msisdn
        self.log: list[tuple[float, str, Any]] = []
        self.offers: list[tuple[Leg, Cli]] = []
        self.room = True
        self.refuses: int | None = None
        self.submitted: list[Submitted] = []

    def camped(self, camp: Camp) -> None:
        self._note("camped", camp)

    def offered(self, leg: Leg, cli: Cli) -> None:
        self.offers.append((leg, cli))
        self._note("offered", cli)
        if self.refuses is not None:
            self.network.hang_up(leg, self.refuses)

    def progressed(self, leg: Leg) -> None:
        self._note("progressed", leg.state)

    def released(self, leg: Leg, cause: int) -> None:
        del leg
        self._note("released", cause)

    def notified(self, leg: Leg, notice: Notice) -> None:
        del leg
        self._note("notified", notice)

    def hinted(self, leg: Leg, hint: Hint) -> None:
        del leg
        self._note("hinted", hint)

    def heard(self, leg: Leg, digit: str) -> None:
        assert leg.terminal is self
        self._note("heard", digit)

    def message(self, tpdu: bytes, smsc: str) -> bool:
        if self.room:
            self._note("message", (decode(tpdu, Direction.SC_TO_MS), smsc))
        return self.room

    def report(self, tpdu: bytes, smsc: str) -> None:
        del smsc
        self._note("report", decode(tpdu, Direction.SC_TO_MS))

    def ussd(self, text: str, mode: int, dcs: int = 15) -> None:
        self._note("ussd", (text, mode, dcs))

    def _note(self, kind: str, what: Any) -> None:
        self.log.append((asyncio.get_running_loop().time(), kind, what))

    def saw(self, kind: str) -> list[Any]:
        return [what for _, seen, what in self.log if seen == kind]

    def when(self, kind: str) -> float:
        return next(at for at, seen, _ in self.log if seen == kind)

    def dial(self, number: str, **options: bool) -> Leg:
        return self.network.dial(self, number, **options)

    def send(self, to: str, text: str, smsc: str = "", **fields: Any) -> None:
        fields = {"report_request": True, "reference": 77, **fields}
        tpdu = Submit.of_text(Address.parse(to), text, **fields).encode()
        self.network.submit(self, tpdu, smsc, self.submitted.append)

    @property
    def texts(self) -> list[str]:
        return [str(deliver.user_data.body) for deliver, _ in self.saw("message")]

    @property
    def deliver(self) -> Deliver:
        (only,) = self.saw("message")
        assert isinstance(only[0], Deliver)
        return only[0]

    @property
    def statuses(self) -> list[int]:
        reports: list[StatusReport] = self.saw("report")
        return [report.status.value for report in reports]


class Town:
    """Every SIM of the default lab in a handset of its own. Build it inside the loop, then `settle`."""

    def __init__(
        self,
        *defects: str,
        seed: int = 1,
        lab: Lab | None = None,
        tariffs: Mapping[str, TariffPart] | None = None,
        papers: Path | None = None,
    ) -> None:
        """`tariffs` by the name of a SIM; without it nobody pays."""
        self.lab = lab or read_lab("emulated")
        numbers = {sim.name: sim.msisdn for sim in self.lab.sims}
        self.network = Network(
            [
                Subscriber.of(sim, imsi=sim.imsi, ehplmn=(OPERATORS[sim.base_operator].plmn,))
                for sim in self.lab.sims
            ],
            seed=seed,
            epoch=EPOCH,
            defects=parse_all(defects, self.lab),
            tariffs={numbers[sim]: tariff for sim, tariff in (tariffs or {}).items()},
            papers=papers,
        )
        self.handsets = {
            sim.name: Handset(self.network, sim.name, sim.imsi, sim.msisdn) for sim in self.lab.sims
        }

    @staticmethod
    def read(name: str = "emulated") -> Lab:
        return read_lab(name)

    def __getitem__(self, sim: str) -> Handset:
        return self.handsets[sim]

    async def settle(self, *, volte: bool = True) -> Town:
        for handset in self.handsets.values():
            self.network.power_on(handset, volte=volte)
        await asyncio.sleep(5)
        return self

    async def call(self, caller: str, called: str) -> tuple[Handset, Handset]:
        """Dial, let ring, answer where it rings, talk 10 s, hang up."""
        a, b = self[caller], self[called]
        seen = len(b.offers)
        leg = a.dial(b.msisdn)
        await asyncio.sleep(10)
        if len(b.offers) > seen:
            self.network.answer(b.offers[-1][0])
        await asyncio.sleep(10)
        self.network.hang_up(leg)
        await asyncio.sleep(70)
        return a, b


def read_lab(name: str) -> Lab:
    text = (ROOT / "lab-config" / f"{name}.yaml").read_text(encoding="utf-8")
    return Lab.model_validate_json(json.dumps(yaml.safe_load(text)))


@pytest.fixture
def town() -> type[Town]:
    return Town
