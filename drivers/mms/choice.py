"""Which way a modem's multimedia messages go: as the lab file says, else as its dialect has it."""

from __future__ import annotations

from drivers.at.channel import Channel
from drivers.mms.commands import Commands
from drivers.mms.host import Host
from drivers.mms.news import News
from drivers.mms.pdus import Pdus
from drivers.mms.quectel import Quectel
from drivers.mms.simcom import Simcom, Simcom2g
from drivers.mms.sockets import Sockets
from drivers.mms.way import Confirmation, Pushes, Way
from interop.lab.model import MmsWay
from interop.mms import NotificationInd, RetrieveConf, SendReq
from interop.protocols.errors import NotAvailable
from interop.protocols.link import Journal
from interop.protocols.mms import MmsCapabilities, MmsService


def way(
    channel: Channel, news: News, pushes: Pushes, journal: Journal, lab: MmsWay, bearer: str | None
) -> Way:
    """`bearer` as in `ModemDriver.open`."""
    dialect = channel.dialect
    commands = Commands(channel, dialect.mms)
    if lab.way == "host":
        return Pdus(Host(commands, journal, lab.interface, bearer), dialect.mms.answer_s)
    match dialect.mms.way:
        case "simcom2g":
            return Simcom2g(commands, pushes)
        case "simcom":
            return Simcom(commands, news)
        case "quectel":
            return Quectel(commands, news)
        case "sockets":
            return Pdus(Sockets(commands, news), dialect.mms.answer_s)
        case "":
            no = f"dialect {dialect.name} has no commands for multimedia messages"
            return NoWay(channel.device, dialect.mms.lacks or no)


class NoWay:
    """A `Way` of a modem that has none."""

    def __init__(self, device: str, lacks: str) -> None:
        self._device = device
        self._lacks = lacks

    async def capabilities(self) -> MmsCapabilities:
        return MmsCapabilities(
            send=False, fetch=False, confirm=False, exact=False, reports=False, lacks=self._lacks
        )

    def write(self, message: SendReq) -> bytes:
        raise NotAvailable(self._device, self._lacks)

    async def up(self, service: MmsService) -> str | None:
        raise NotAvailable(self._device, self._lacks)

    async def is_up(self) -> bool:
        return False

    async def down(self) -> None:
        """Nothing is up."""

    async def send(self, message: SendReq, pdu: bytes) -> tuple[str, int | None]:
        raise NotAvailable(self._device, self._lacks)

    async def get(self, notification: NotificationInd) -> tuple[RetrieveConf, int]:
        raise NotAvailable(self._device, self._lacks)

    async def confirm(self, what: Confirmation) -> bool | None:
        raise NotAvailable(self._device, self._lacks)
