"""How devices of a lab come to life: what drivers register under entry points, and what the engine gets.

Entry-point groups (DESIGN section 2):

- `interop.links`: a `LinkDriver` class, asked in turn which ports it serves.
- `interop.modems`: a `ModemDriver` class per `driver:` of a modem in the lab file ("at").
- `interop.cards`: a `card.CardDriver` class per `driver:` of a card reader ("pcsc", "emulated").
- `interop.forms`, `interop.labels`: a `FormDriver` per `driver:` of a form, a `LabelDriver` per `driver:` of
  a label service.
- `interop.originators`: a `GatewayDriver` per `driver:` of a gateway, an `OriginatorDriver` per `driver:` of
  another originator ("modem", "keyboard").
- `interop.finders`: a `found.Finder` class: what is plugged in, for `lab scan` and `doctor`.
- `interop.commands`: a Typer app or command function, mounted under its entry point's name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from interop.protocols.engineer import Engineer
from interop.protocols.link import Journal, Link
from interop.protocols.modem import Modem
from interop.protocols.originator import Originator
from interop.protocols.simcard import SimCard
from interop.protocols.site import LabelService, NumberForm

if TYPE_CHECKING:
    from pydantic import BaseModel

    from interop.lab.model import (
        FormPart,
        GatewayPart,
        Lab,
        LabelPart,
        ModemPart,
        OriginatorPart,
        SimPart,
    )

Spend = Callable[[Literal["calls", "messages", "multimedia"]], None]
"""Asked before a call or message leaves; raises BudgetSpent, or asks the engineer on the first live one."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What a run adds to the lab: its seed, what is injected, the directory for sockets and scratch files."""

    lab: Lab
    seed: int
    defects: Sequence[str]
    quirks: Sequence[str]
    scratch: Path
    epoch: float
    """POSIX time of the run's second 0 (fixed on the virtual clock)"""
    virtual: bool
    papers: Path | None = None
    """where an emulated operator puts what a real one sends by other ways: its call records"""


class LinkDriver(Protocol):
    """Brings bytes to devices for one run. Class attribute `section`: the model of its part of `drivers:`."""

    name: str
    section: type[BaseModel] | None

    def __init__(self, setting: Setting) -> None:
        """Raises ValueError with one clear sentence for a defect or quirk it does not know."""

    @staticmethod
    def serves(port: str) -> bool: ...

    async def start(self) -> None: ...

    def link(self, modem: ModemPart) -> Link: ...

    def endpoint(self, url: str) -> tuple[str, str | None]:
        """A site's URL as (http URL, unix socket path or None); "emulated:/bank" is served by its country.

        Of a gateway there: ("", unix socket path). SGIP's connection back comes to that path and ".back".
        "emulated:/bearer/m01" is the data connection of that modem, likewise; see `drivers.mms.host`.
        """

    async def stop(self) -> None: ...


class ModemDriver(Protocol):
    """Builds an open, initialised modem."""

    @staticmethod
    async def open(
        modem: ModemPart,
        sim: SimPart,
        link: Link,
        journal: Journal,
        spend: Spend,
        secrets: Mapping[str, str],
        *,
        folder: Path,
        bearer: str | None = None,
    ) -> OpenModem:
        """Raises EquipmentError. `secrets`: resolved values by lab-file key ("pin"); `folder`: where the lab
        file lies, for what a lab brings of its own (dialects). `bearer`: the unix socket that stands for the
        data connection of an emulated modem whose `mms.way` is "host".
        """


class DialectCatalogue(Protocol):
    """A ModemDriver that has dialects also offers these as static methods, for `lab check`."""

    @staticmethod
    def dialects(folder: Path) -> Sequence[str]:
        """What `dialect:` may say in a lab file that lies in `folder`."""

    @staticmethod
    def check_dialect(name: str, folder: Path) -> None:
        """Raises ValueError with one sentence, file and place in it, for one that cannot be used."""

    @staticmethod
    def sends_mms(dialect: str, folder: Path) -> bool:
        """Whether it has commands for multimedia messages; `mms.way: host` needs none. Raises ValueError."""


class OpenModem(Modem, Protocol):
    async def close(self) -> None:
        """Hang up and let go of the link; never raises."""


class OpenCard(SimCard, Protocol):
    async def close(self) -> None:
        """Let go of the reader; never raises."""


class OpenForm(NumberForm, Protocol):
    async def close(self) -> None: ...


class OpenLabel(LabelService, Protocol):
    async def close(self) -> None: ...


class FormDriver(Protocol):
    """Builds a number form from its part of the lab file."""

    def __call__(self, part: FormPart, endpoint: tuple[str, str | None], *, engineer: Engineer) -> OpenForm:
        """`endpoint`: as `LinkDriver.endpoint` gives it. Raises EquipmentError."""


class LabelDriver(Protocol):
    """Builds a label client from its part of the lab file."""

    def __call__(self, part: LabelPart, endpoint: tuple[str, str | None]) -> OpenLabel: ...


class OpenOriginator(Originator, Protocol):
    async def close(self) -> None:
        """Take leave and let go of the connection; never raises."""


class GatewayDriver(Protocol):
    """Builds an originator from its part of the lab file. It connects when it is first needed."""

    def __call__(
        self,
        part: GatewayPart,
        endpoint: tuple[str, str | None],
        *,
        secret: str,
        journal: Journal,
        now: Callable[[], datetime],
        allow: Callable[[], None],
    ) -> OpenOriginator:
        """`endpoint`: tcp://host:port and None, or as `LinkDriver.endpoint` gives it. `now`: time in China.

        `allow` is asked before each text and raises BudgetSpent. Raises EquipmentError.
        """


class OriginatorDriver(Protocol):
    """Builds an originator that has no account at a gateway."""

    def __call__(
        self, part: OriginatorPart, *, modem: Modem | None, engineer: Engineer, allow: Callable[[], None]
    ) -> OpenOriginator:
        """`modem`: the open one that holds the part's `sim`, whose MSISDN is then the part's `number`.

        `allow` is asked before each text that no modem counts, and raises BudgetSpent. Raises EquipmentError.
        """


@dataclass(frozen=True, slots=True)
class Injectable:
    """One row of `interop list defects`, `interop list quirks` or `interop list faults`."""

    name: str
    parameters: Mapping[str, str]
    effect: str


class CardHolder(Protocol):
    """A LinkDriver whose place has card readers also offers this."""

    def cards(self) -> MutableMapping[str, Any]:
        """What the card driver of its name is made of: cards by the names of readers in the lab file."""


class Catalogue(Protocol):
    """A LinkDriver that injects also offers these as static methods."""

    @staticmethod
    def defects() -> Sequence[Injectable]: ...

    @staticmethod
    def quirks() -> Sequence[Injectable]: ...

    @staticmethod
    def faults() -> Sequence[Injectable]:
        """Of the cards in its readers."""
