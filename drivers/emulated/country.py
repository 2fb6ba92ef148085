"""The emulated country as a link driver: every `port: emulated`, every emulated card reader and every
`emulated:/path` of a lab file.

One network, a card and a modem for each emulated modem of the lab, the sites on a unix socket. Same lab,
seed and traffic: same bytes.
"""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, field_validator

from drivers.at.dialect import bases, own_dialects
from drivers.emulated import defect_kinds, defects, quirks
from drivers.emulated.gateways.exchange import Exchange
from drivers.emulated.gateways.exchange import paths as gateway_paths
from drivers.emulated.gateways.gateway import Surroundings
from drivers.emulated.gateways.tables import Tables
from drivers.emulated.hlr import Subscriber
from drivers.emulated.mms.doors import BearerDoor, ProxyPorts
from drivers.emulated.mms.multimedia import mmsc_of, proxy_of
from drivers.emulated.network import Network
from drivers.emulated.site_codes import SiteCodes
from drivers.emulated.sites import SCHEME, application, paths
from drivers.emulated.sockets import LOOPBACK, naming
from drivers.emulated.terminal import EmulatedModem
from drivers.emulated.terminal.profile import profiles
from drivers.emulated.uicc import Card, faults
from drivers.links.memory import Far, MemoryLink, memory_pair
from interop.lab.model import EMULATED, Lab, ModemPart, Part, ReaderPart, SimPart
from interop.lab.secrets import SecretError, secrets
from interop.numbering import BaseOperator, luhn_digit
from interop.protocols.equipment import Injectable, Setting
from interop.uicc import EfError

if TYPE_CHECKING:
    from aiohttp import web

HOST = "emulated.country"
_SITES = "sites.sock"
_BEARER = "/bearer/"
_LONGEST_NAME = "b999.mmsc.monternet.com:80"
_LONGEST_SOCKET = 107
"""octets; sun_path holds 108 with its end"""

# Two listed centres of each operator: a card that holds the other one still sends. Telecom needs none, and
# firmware that writes Mobile's for it is known (facts/smsc.csv).
_CENTRES = {
    "CMCC": ("+8613800100500", "+8613800210500"),
    "CUCC": ("+8613010112500", "+8613010314500"),
    "CTCC": ("+8613800100500", "+8613800210500"),
}


class CountrySection(Part):
    """`drivers: {emulated: ...}` of a lab file: what is wrong whatever the run's options say."""

    defects: tuple[str, ...] = ()
    quirks: tuple[str, ...] = ()

    @field_validator("defects")
    @classmethod
    def _known_defects(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            defects.parse(text)
        return texts

    @field_validator("quirks")
    @classmethod
    def _known_quirks(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            quirks.parse(text)
        return texts


class Country:
    """Implements `LinkDriver`, `CardHolder` and `Catalogue`.

    `modems` by their names in the lab file, once started.
    """

    name = EMULATED
    section: type[BaseModel] | None = CountrySection

    def __init__(self, setting: Setting) -> None:
        """Raises ValueError with one sentence for a defect, quirk, card, dialect or site that cannot be."""
        lab = setting.lab
        section = CountrySection.model_validate_json(json.dumps(lab.drivers.get(EMULATED, {})))
        self._setting = setting
        self._defects = defects.parse_all([*section.defects, *setting.defects], lab)
        self._parts = {part.name: part for part in lab.modems if part.emulated}
        self._quirks = quirks.parse_all([*section.quirks, *setting.quirks], lab, seed=setting.seed)
        self._profiles = {part.name: _profile(part.dialect, lab.directory) for part in self._parts.values()}
        cards = {sim.name: self._card(sim) for sim in lab.sims}
        self._readers = [reader for reader in lab.readers if reader.emulated]
        for reader in self._readers:
            _arm(reader, cards.get(reader.sim or ""))
        self._cards = cards
        self._subscribers = [
            Subscriber.of(sim, imsi=(own := cards[sim.name].identity).imsi, ehplmn=own.ehplmn)
            for sim in lab.sims
        ]
        self._pairs: dict[str, tuple[MemoryLink, Far]] = {
            part.name: memory_pair(part.name, emulated=True) for part in self._parts.values()
        }
        self._has_sites = bool(paths(lab))
        _check_gateways(lab)
        self._sockets = setting.scratch
        self._exchange: Exchange | None = None
        self._runner: web.AppRunner | None = None
        self._short: tempfile.TemporaryDirectory[str] | None = None
        self._network: Network | None = None
        self._bearers: dict[str, BearerDoor] = {}
        self._proxies: ProxyPorts | None = None
        self.modems: dict[str, EmulatedModem] = {}

    @staticmethod
    def serves(port: str) -> bool:
        return port == EMULATED

    @staticmethod
    def defects() -> Sequence[Injectable]:
        return defect_kinds.listing()

    @staticmethod
    def quirks() -> Sequence[Injectable]:
        return quirks.listing()

    @staticmethod
    def faults() -> Sequence[Injectable]:
        return faults.listing()

    async def start(self) -> None:
        """Switch everything on. Modems search and register in the seconds that follow."""
        setting = self._setting
        network = self._network = Network(
            self._subscribers,
            seed=setting.seed,
            epoch=setting.epoch,
            defects=self._defects,
            free_numbers=setting.lab.free_numbers,
            tariffs={sim.msisdn: paid for sim in setting.lab.sims if (paid := setting.lab.tariff_of(sim))},
            papers=setting.papers,
        )
        for index, part in enumerate(self._parts.values()):
            modem = EmulatedModem(
                self._cards[part.sim] if part.sim else None,
                network,
                name=part.name,
                imei=_imei(index),
                profile=self._profiles[part.name],
                seed=setting.seed,
                quirks=self._quirks[part.name],
                volte="volte" in part.capabilities,
                epoch=network.zero,
            )
            far = self._pairs[part.name][1]
            far.connect(modem.received)
            modem.attach(far.write)
            modem.cable = _cable(far)
            modem.stranger = network.stray_call
            self.modems[part.name] = modem
            modem.start()
        await self._open_gateways(network)
        self._open_bearers(network)
        if self._has_sites:
            await self._open_sites(network)

    def link(self, modem: ModemPart) -> MemoryLink:
        return self._pairs[modem.name][0]

    def endpoint(self, url: str) -> tuple[str, str | None]:
        if not url.startswith(SCHEME):
            return url, None
        if self._exchange is not None and (socket := self._exchange.socket(url.removeprefix(SCHEME))):
            return "", socket
        if door := self._bearers.get(url.removeprefix(f"{SCHEME}{_BEARER}")):
            return "", str(door.path)
        return f"http://{HOST}{url.removeprefix(SCHEME)}", str(self._sockets / _SITES)

    def cards(self) -> dict[str, Card | None]:
        """The card in each emulated reader, None for an empty one."""
        return {reader.name: self._cards.get(reader.sim or "") for reader in self._readers}

    async def gateways_on_loopback(self, first: int = 0) -> dict[str, int]:
        """The gateways on TCP ports of 127.0.0.1 too, from `first` on, or free ones: the port by the name of
        each account's part. Raises OSError where one is taken.
        """
        exchange = self._exchange
        if exchange is None:
            return {}
        await exchange.open_on_loopback(first)
        ports = {part.name: exchange.port(part) for part in self._setting.lab.gateways}
        return {name: port for name, port in ports.items() if port is not None}

    async def proxy_on_loopback(self, modem: str, port: int = 0) -> int:
        """The WAP proxy of an emulated modem's operator, as seen from its SIM, on a TCP port of 127.0.0.1,
        for programs that bring no bearer of their own. `port` 0: a free one; which one it is. Raises OSError
        where it is taken, KeyError for a modem without a SIM.
        """
        assert self._proxies is not None
        return await self._proxies.open(self._holders()[modem], port)

    async def serve_on_loopback(self, port: int = 0) -> str | None:
        """The sites on a TCP port of 127.0.0.1 too, 0 a free one, for browsers; their root URL, None without
        sites. Raises OSError where it is taken.
        """
        if self._runner is None:
            return None
        from aiohttp import web

        with naming(port):
            await web.TCPSite(self._runner, LOOPBACK, port).start()
        bound = self._runner.addresses[-1][1]
        return f"http://{LOOPBACK}:{bound}"

    async def stop(self) -> None:
        for modem in self.modems.values():
            modem.stop()
        if self._exchange is not None:
            self._exchange.close()
        for door in self._bearers.values():
            door.close()
        if self._proxies is not None:
            self._proxies.close()
        if self._network is not None:
            self._network.stop()
        if self._runner is not None:
            runner, self._runner = self._runner, None
            await runner.cleanup()
            (self._sockets / _SITES).unlink(missing_ok=True)
        if self._short is not None:
            self._short.cleanup()

    async def _open_sites(self, network: Network) -> None:
        from aiohttp import web

        setting, defects = self._setting, self._defects
        assert self._exchange is not None
        codes = SiteCodes(
            self._exchange, network.hlr, defects, network.timers, seed=setting.seed, now=network.now
        )
        app = application(setting.lab, network.hlr, defects, network.now, codes)
        socket = self._sockets / _SITES
        socket.unlink(missing_ok=True)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.UnixSite(self._runner, str(socket)).start()

    def _holders(self) -> dict[str, Subscriber]:
        """The subscriber in each emulated modem that has one."""
        by_sim = {sim.name: who for sim, who in zip(self._setting.lab.sims, self._subscribers, strict=True)}
        return {part.name: by_sim[part.sim] for part in self._parts.values() if part.sim}

    def _open_bearers(self, network: Network) -> None:
        """Sockets that stand for the data connections of modems by which this machine sends itself."""
        bearers = network.multimedia.bearers
        for index, (name, holder) in enumerate(self._holders().items()):
            mms = self._parts[name].mms
            if mms.way == "host" and mms.interface == EMULATED:
                places = proxy_of(holder.operator), mmsc_of(holder.operator)
                self._bearers[name] = BearerDoor(self._sockets / f"b{index}", holder.imsi, places, bearers)
        self._proxies = ProxyPorts(network.multimedia.internet)

    async def _open_gateways(self, network: Network) -> None:
        if len(bytes(self._sockets / _LONGEST_NAME)) > _LONGEST_SOCKET:
            self._short = tempfile.TemporaryDirectory(prefix="interop-")
            self._sockets = Path(self._short.name)
        self._sockets.mkdir(parents=True, exist_ok=True)
        surroundings = Surroundings(
            network.hlr,
            network.centre,
            self._defects,
            network.timers,
            Tables(self._subscribers),
            asyncio.get_running_loop().time,
            network.now,
        )
        self._exchange = Exchange(self._setting.lab, surroundings, self._sockets)
        network.centre.services = self._exchange
        await self._exchange.open()

    def _card(self, sim: SimPart) -> Card:
        subject = Subscriber.of(sim, imsi=sim.imsi, ehplmn=())
        differences: dict[str, str | Sequence[str] | None] = {}
        for file in ("imsi", "iccid", "msisdn", "spn", "smsc"):
            if defect := self._defects.on(f"sim.{file}", subject):
                differences[file] = defect.values.get("value") or _other(file, sim)
        if self._defects.on("plmn.foreign", subject, mode="card"):
            differences["ehplmn"] = ()
        try:
            pin = secrets(self._setting.lab, sim).get("pin")
        except SecretError:
            pin = None  # whoever opens the modem with this SIM says so
        try:
            return Card.of(sim, pin=pin, **differences)
        except EfError as error:
            raise ValueError(f"SIM {sim.name}: no card can hold this: {error}") from None


def _arm(reader: ReaderPart, card: Card | None) -> None:
    """Raises ValueError for a fault that cannot be."""
    if card is None:
        return
    for fault in reader.faults:
        try:
            card.arm(fault)
        except ValueError as error:
            raise ValueError(f"reader {reader.name}: {error}") from None


def _check_gateways(lab: Lab) -> None:
    """Raises ValueError for a gateway that cannot be, or a site of this country that sends by another one."""
    here = [part.name for parts in gateway_paths(lab).values() for part in parts]
    for form in lab.forms:
        if form.via is not None and form.url.startswith(SCHEME) and form.via not in here:
            raise ValueError(f"form {form.name}: via {form.via!r} is no gateway of the emulated country")


def _profile(dialect: str, folder: Path) -> str:
    """The emulated modem for a dialect: its own, or that of the nearest one it extends. Raises ValueError."""
    known = profiles()
    return next((name for name in bases(dialect, *own_dialects(folder)) if name in known), "generic")


def _cable(far: Far) -> Callable[[bool], None]:
    def pull(pulled: bool) -> None:
        if pulled:
            far.lose("unplugged")
        else:
            far.return_()

    return pull


def _other(file: str, sim: SimPart) -> str:
    """A plausible content that is not what the lab file says."""
    match file:
        case "iccid":
            body = _turned(sim.iccid[:-1])
            return body + luhn_digit(body) if body.isdecimal() else body
        case "msisdn":
            return _turned(sim.msisdn)
        case "imsi":
            return _turned(sim.imsi)
        case "smsc":
            first, second = _CENTRES[sim.base_operator]
            return second if sim.smsc == first else first
        case _:
            host = BaseOperator(sim.base_operator).chinese
            return host if sim.spn != host else "未知网络"


def _turned(digits: str) -> str:
    """With another last but one digit; cards of some issuers have letters there."""
    turned = str((int(digits[-2], 16) + 5) % 10)
    return f"{digits[:-2]}{turned}{digits[-1]}"


def _imei(index: int) -> str:
    """A valid IMEI of a type allocation that is nobody's (3GPP TS 23.003 6.2.1)."""
    body = f"86999999{index:06d}"
    return body + luhn_digit(body)
