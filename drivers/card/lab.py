"""Cards of a lab: in its card readers, and in its modems, which are opened just far enough for +CSIM."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from drivers.at.channel import Channel
from drivers.at.dialect import DialectError, load, own_dialects
from drivers.at.exchange import Deaf
from drivers.at.guard import Guard
from drivers.at.setup import Setup
from drivers.card.csim import ModemCards
from interop.engine.session import EPOCH
from interop.lab.drivers import DriverError
from interop.lab.equipment import card_drivers, link_drivers
from interop.lab.model import Lab, ModemPart
from interop.lab.secrets import SecretError, secrets
from interop.protocols.card import CardDriver, CardLink, Reader
from interop.protocols.equipment import LinkDriver, Setting
from interop.protocols.errors import EquipmentError, NotAvailable
from interop.protocols.link import NoJournal


class LabCards:
    """Satisfies `interop.protocols.card.CardDriver`: each card reader of the lab, and each modem with a SIM,
    by its name in the lab file. A modem that was opened stays so until `close`; its PIN is given as in a run.
    """

    def __init__(self, lab: Lab) -> None:
        nothing = dict.fromkeys(("forms", "labels", "gateways", "originators"), ())
        self._lab = lab.model_copy(update=nothing)
        self._readers = {reader.name: reader for reader in lab.readers}
        self._modems = {modem.name: modem for modem in lab.modems if modem.sim}
        self._links: Mapping[str, LinkDriver] = {}
        self._drivers: Mapping[str, CardDriver] = {}
        self._channels: dict[str, Channel] = {}
        self._opened = AsyncExitStack()
        self._starting = asyncio.Lock()

    async def readers(self) -> Sequence[Reader]:
        """Card readers first. No modem is asked, and what a driver cannot say now is said when it opens."""
        if self._readers:
            await self._start()
        found: dict[tuple[str, str], Reader] = {}
        for driver, cards in self._drivers.items():
            with suppress(EquipmentError):
                found |= {(driver, reader.name): reader for reader in await cards.readers()}
        places = {name: (part.driver, part.place) for name, part in self._readers.items()}
        seen = [replace(found.get(place, Reader(name, b"")), name=name) for name, place in places.items()]
        return [*seen, *(Reader(name, b"") for name in self._modems)]

    async def open(self, name: str, *, write: bool) -> CardLink:
        self._known(name)
        await self._start()
        if name in self._readers:
            part = self._readers[name]
            link = await self._drivers[part.driver].open(part.place, write=write)
            link.name = name
            return link
        if name not in self._channels:
            self._channels[name] = await self._channel(self._modems[name])
        return await ModemCards(self._channels).open(name, write=write)

    async def swapped(self, seen: Reader) -> Reader:
        self._known(seen.name)
        if seen.name in self._modems:
            raise NotAvailable(seen.name, "a card in a modem is swapped with the modem switched off")
        await self._start()
        part = self._readers[seen.name]
        now = await self._drivers[part.driver].swapped(replace(seen, name=part.place))
        return replace(now, name=seen.name)

    async def close(self) -> None:
        self._channels.clear()
        await self._opened.aclose()

    def _known(self, name: str) -> None:
        if name not in self._readers and name not in self._modems:
            known = ", ".join([*self._readers, *self._modems]) or "none"
            raise NotAvailable(name, f"no reader, and no modem with a SIM, has this name; there are: {known}")

    async def _start(self) -> None:
        """The links of all modems and the drivers of all readers, once. Raises NotAvailable."""
        async with self._starting:
            if self._links or self._drivers:
                return
            scratch = Path(self._opened.enter_context(TemporaryDirectory(prefix="interop-")))
            try:
                links = link_drivers(Setting(self._lab, 0, (), (), scratch, EPOCH, virtual=False))
                drivers = card_drivers(self._lab, links)
            except (DriverError, ValueError) as error:
                raise NotAvailable(self._lab.name, str(error)) from None
            for each in dict.fromkeys(links.values()):
                self._opened.push_async_callback(each.stop)
                await each.start()
            for cards in drivers.values():
                self._opened.push_async_callback(cards.close)
            self._links, self._drivers = links, drivers

    async def _channel(self, part: ModemPart) -> Channel:
        """Raises EquipmentError."""
        sim = self._lab.sim_of(part)
        assert sim is not None, part.name  # of `_modems`
        try:
            pin = secrets(self._lab, sim).get("pin")
            dialect = load(part.dialect, *own_dialects(self._lab.directory))
        except (SecretError, DialectError) as error:
            raise NotAvailable(part.name, str(error)) from None
        link = self._links[part.port].link(part)
        channel = Channel(part.name, link, NoJournal(), dialect, Deaf(), Guard())
        async with AsyncExitStack() as opened:
            opened.push_async_callback(channel.close)
            await channel.open()
            await Setup(channel, NoJournal(), sim, pin).reach()
            self._opened.push_async_exit(opened.pop_all())
        return channel
