"""A lab comes to life for one run: links started, modems opened, sites reachable; and all of it let go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from datetime import datetime, timedelta, timezone
from types import TracebackType
from typing import Any, Self, TypeVar, cast

from interop.lab import secrets
from interop.lab.budget import Purse
from interop.lab.drivers import driver, names
from interop.lab.model import (
    EMULATED,
    FormPart,
    GatewayPart,
    Lab,
    LabelPart,
    ModemPart,
    OriginatorPart,
    Part,
    ReaderPart,
    SimPart,
)
from interop.protocols.card import CardDriver
from interop.protocols.engineer import NOBODY, Engineer
from interop.protocols.equipment import (
    CardHolder,
    FormDriver,
    GatewayDriver,
    LabelDriver,
    LinkDriver,
    ModemDriver,
    OpenCard,
    OpenForm,
    OpenLabel,
    OpenModem,
    OpenOriginator,
    OriginatorDriver,
    Setting,
)
from interop.protocols.errors import EquipmentError, NotAvailable
from interop.protocols.link import Journal

_Part = TypeVar("_Part", bound=Part)
Device = OpenModem | OpenCard | OpenForm | OpenLabel | OpenOriginator

CHINA = timezone(timedelta(hours=8))
"""what gateways stamp with; there is no daylight saving time"""


def all_emulated(lab: Lab) -> bool:
    """Whether every device of the lab lives in this process: then the run's clock can be virtual.

    An engineer does not: what has neither an emulated URL nor a SIM of the lab is asked at the keyboard.
    """
    nobody_asked = all(originator.sim for originator in lab.originators)
    return all(_ours(lab)) and nobody_asked


def any_emulated(lab: Lab) -> bool:
    """Whether what a run finds says nothing about a real network, or nobody knows which part of it does."""
    return any(_ours(lab))


def _ours(lab: Lab) -> list[bool]:
    """Of each device, whether it lives in this process."""
    sites = [_emulated(site.url) for site in (*lab.sites, *lab.gateways)]
    return [modem.timed_by_us for modem in lab.modems] + [reader.emulated for reader in lab.readers] + sites


def nothing_leaves(lab: Lab) -> bool:
    """Whether no run can cost anything: a card in a real reader calls nobody."""
    return all_emulated(lab.model_copy(update={"readers": ()}))


class Equipment:
    """Async context manager over every device of a lab.

    >>> async with Equipment(setting, purse=purse, journal=journals.open) as equipment:
    ...     modem = equipment.device("m01")

    A device that cannot be opened does not stop the others: it stands in `failed`, and `device` raises what
    it failed with. Modems and card readers without a SIM are not opened. Raises DriverError, and ValueError
    where a driver does not know a defect or quirk, before anything is opened. `engineer`: who does what no
    driver can.
    """

    def __init__(
        self,
        setting: Setting,
        *,
        purse: Purse,
        journal: Callable[[str], Journal],
        engineer: Engineer = NOBODY,
    ) -> None:
        lab = setting.lab
        self._setting = setting
        self._purse = purse
        self._journal = journal
        self._engineer = engineer
        self._modem_drivers: dict[str, ModemDriver] = {
            modem.driver: driver("modems", modem.driver) for modem in lab.modems
        }
        self._form_drivers: dict[str, FormDriver] = {
            form.driver: driver("forms", form.driver) for form in lab.forms
        }
        self._label_drivers: dict[str, LabelDriver] = {
            label.driver: driver("labels", label.driver) for label in lab.labels
        }
        self._gateway_drivers: dict[str, GatewayDriver] = {
            gateway.driver: driver("originators", gateway.driver) for gateway in lab.gateways
        }
        self._originator_drivers: dict[str, OriginatorDriver] = {
            originator.driver: driver("originators", originator.driver) for originator in lab.originators
        }
        self._serving = link_drivers(setting)
        self._card_drivers = card_drivers(lab, self._serving)
        self._devices: dict[str, Device] = {}
        self._started: list[LinkDriver] = []
        self.failed: dict[str, EquipmentError] = {}

    @property
    def emulated(self) -> bool:
        return all_emulated(self._setting.lab)

    def device(self, name: str) -> Any:
        """What has that name in the lab file, open. Raises EquipmentError where it failed."""
        if name in self._devices:
            return self._devices[name]
        raise self.failed.get(name) or NotAvailable(name, "is not open: no such device, or no SIM in it")

    async def __aenter__(self) -> Self:
        try:
            for links in dict.fromkeys(self._serving.values()):
                self._started.append(links)
                await links.start()
            lab = self._setting.lab
            seats = [(modem, sim) for modem in lab.modems if (sim := lab.sim_of(modem))]
            await _all(self._open(modem, sim) for modem, sim in seats)
            for reader in lab.readers:
                if reader.sim is not None:
                    self._ready(reader.name, self._reader, reader)
            for site in lab.sites:
                self._ready(site.name, self._site, site)
            for gateway in lab.gateways:
                self._ready(gateway.name, self._gateway, gateway)
            for originator in lab.originators:
                self._ready(originator.name, self._originator, originator)
        except BaseException:
            await self.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Hang everything up and let go of it, once; modems first, for they still need their links."""
        devices, self._devices = self._devices, {}
        started, self._started = self._started, []
        await _all(device.close() for device in devices.values())
        await _all(cards.close() for cards in self._card_drivers.values())
        for links in reversed(started):
            await links.stop()

    async def _open(self, modem: ModemPart, sim: SimPart) -> None:
        try:
            link = self._serving[modem.port].link(modem)
            self._devices[modem.name] = await self._modem_drivers[modem.driver].open(
                modem,
                sim,
                link,
                self._journal(modem.name),
                self._purse.spender(modem, sim, live=not link.emulated),
                secrets.secrets(self._setting.lab, sim),
                folder=self._setting.lab.directory,
                bearer=self._bearer(modem),
            )
        except EquipmentError as error:
            self.failed[modem.name] = error
        except secrets.SecretError as error:
            self.failed[modem.name] = NotAvailable(modem.name, str(error))

    def _ready(self, name: str, build: Callable[[_Part], Device], part: _Part) -> None:
        """What has no connection to open yet: it is only told where it is, and with which secrets."""
        try:
            self._devices[name] = build(part)
        except EquipmentError as error:
            self.failed[name] = error
        except secrets.SecretError as error:
            self.failed[name] = NotAvailable(name, str(error))

    def _reader(self, reader: ReaderPart) -> Device:
        """It is opened when its card is first asked for."""
        from interop.lab.sim_in_reader import SimInReader  # and all of uicc, which few labs need

        lab = self._setting.lab
        sim = lab.sim_of(reader)
        assert sim is not None
        pin = secrets.secrets(lab, sim).get("pin")
        return SimInReader(reader, sim, self._card_drivers[reader.driver], self._journal(reader.name), pin)

    def _site(self, site: FormPart | LabelPart) -> Device:
        endpoint = self._endpoint(site.url)
        update = {"headers": secrets.headers(self._setting.lab, site)}
        if isinstance(site, LabelPart):
            return self._label_drivers[site.driver](site.model_copy(update=update), endpoint)
        form = site.model_copy(update=update)
        return self._form_drivers[site.driver](form, endpoint, engineer=self._engineer)

    def _gateway(self, gateway: GatewayPart) -> Device:
        """It connects when the first text is to leave."""
        zero = self._setting.epoch - asyncio.get_running_loop().time()

        def now() -> datetime:
            return datetime.fromtimestamp(zero + asyncio.get_running_loop().time(), CHINA)

        return self._gateway_drivers[gateway.driver](
            gateway,
            self._endpoint(gateway.url),
            secret=secrets.gateway_secret(self._setting.lab, gateway),
            journal=self._journal(gateway.name),
            now=now,
            allow=self._purse.allow_texts(gateway.name, live=not _emulated(gateway.url)),
        )

    def _originator(self, originator: OriginatorPart) -> Device:
        """Raises what the modem failed with that is to send."""
        lab, modem = self._setting.lab, None
        if originator.sim is not None:
            sim = next(sim for sim in lab.sims if sim.name == originator.sim)
            holder = lab.modem_of(sim)
            if holder is None:
                raise NotAvailable(originator.name, f"SIM {sim.name} is in no modem")
            modem = self.device(holder.name)
            originator = originator.model_copy(update={"number": sim.msisdn})
        return self._originator_drivers[originator.driver](
            originator,
            modem=modem,
            engineer=self._engineer,
            allow=self._purse.allow_texts(originator.name, live=True),
        )

    def _bearer(self, modem: ModemPart) -> str | None:
        if not modem.emulated or modem.mms.way != "host":
            return None  # what is replayed has no network
        return self._endpoint(f"{EMULATED}:/bearer/{modem.name}")[1]

    def _endpoint(self, url: str) -> tuple[str, str | None]:
        return self._serving[EMULATED].endpoint(url) if _emulated(url) else (url, None)


def _emulated(url: str) -> bool:
    return url.startswith(f"{EMULATED}:")


def link_drivers(setting: Setting) -> Mapping[str, LinkDriver]:
    """Port -> the link driver that serves it, one instance of each. Raises ValueError, DriverError."""
    ports = [modem.port for modem in setting.lab.modems if modem.sim]
    ports += [EMULATED for reader in setting.lab.readers if reader.emulated]
    ports += [EMULATED for site in (*setting.lab.sites, *setting.lab.gateways) if _emulated(site.url)]
    classes = {name: driver("links", name) for name in names("links")}
    instances: dict[str, LinkDriver] = {}
    serving: dict[str, LinkDriver] = {}
    for port in dict.fromkeys(ports):
        name = next((name for name, offered in classes.items() if offered.serves(port)), None)
        if name is None:
            raise ValueError(f"no link driver serves the port {port!r} (there are: {', '.join(classes)})")
        if name not in instances:
            instances[name] = classes[name](setting)
        serving[port] = instances[name]
    return serving


def card_drivers(lab: Lab, serving: Mapping[str, LinkDriver]) -> Mapping[str, CardDriver]:
    """Driver's name -> the driver of the lab's readers, one instance of each. `serving`: `link_drivers`.

    Raises DriverError.
    """
    made: dict[str, CardDriver] = {}
    for name in dict.fromkeys(reader.driver for reader in lab.readers):
        if name == EMULATED:
            made[name] = driver("cards", name)(cast(CardHolder, serving[EMULATED]).cards())
        else:
            made[name] = driver("cards", name)()
    return made


async def _all(work: Any) -> None:
    """All at once, started in order; the first unexpected error is raised when all have ended."""
    jobs: list[Coroutine[Any, Any, None]] = list(work)
    for result in await asyncio.gather(*jobs, return_exceptions=True):
        if isinstance(result, BaseException):
            raise result
