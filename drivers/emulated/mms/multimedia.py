"""All that multimedia messages need in the country: bearers, proxies and MMSCs, wired."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from drivers.emulated.defects import Defects
from drivers.emulated.hlr import OPERATORS, Hlr
from drivers.emulated.messages import ServiceCentre
from drivers.emulated.mms.bearers import Bearers
from drivers.emulated.mms.front import Front, Service
from drivers.emulated.mms.internet import Internet
from drivers.emulated.mms.interworking import Interworking
from drivers.emulated.mms.mmsc import Mmsc
from drivers.emulated.mms.proxy import WapProxy
from drivers.emulated.mms.pushes import Pushes
from drivers.emulated.timers import Timers
from interop.numbering import BaseOperator, mms_access

HTTP_PORT: Final = 80


@dataclass(frozen=True, slots=True)
class Place:
    """Where something listens in an operator's network."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def proxy_of(operator: str) -> Place:
    host, _, port = mms_access(BaseOperator(operator)).proxy.partition(":")
    return Place(host, int(port))


def mmsc_of(operator: str) -> Place:
    url = urlsplit(mms_access(BaseOperator(operator)).mmsc)
    return Place(url.hostname or "", url.port or HTTP_PORT)


class Multimedia:
    """One MMSC and one proxy for each base operator."""

    def __init__(
        self, hlr: Hlr, centre: ServiceCentre, defects: Defects, timers: Timers, now: Callable[[], datetime]
    ) -> None:
        self.internet = Internet(timers)
        self.bearers = Bearers(hlr, self.internet, defects, timers)
        pushes = Pushes(centre)
        interworking = Interworking(hlr, defects, timers)
        for operator in OPERATORS:
            mmsc = Mmsc(operator, hlr, pushes, interworking, defects, timers, now)
            interworking.centres[operator] = mmsc
            proxy = WapProxy({str(mmsc_of(operator)): mmsc}, defects)
            services: tuple[tuple[Place, Service], ...] = (
                (proxy_of(operator), proxy),
                (mmsc_of(operator), mmsc),
            )
            for place, service in services:
                self.internet.listen(operator, place.host, place.port, Front(service, timers, now))
