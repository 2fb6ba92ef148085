"""The emulated modem: bytes in, bytes out, a card in its slot and the air around it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from drivers.emulated.air import USSD_GSM, Air, Camp, Cli, Hint, Leg, Notice
from drivers.emulated.quirks import Quirks
from drivers.emulated.terminal import supplementary, tones
from drivers.emulated.terminal.calls import Calls
from drivers.emulated.terminal.clock import Clock
from drivers.emulated.terminal.commands import table
from drivers.emulated.terminal.console import Console, Reply
from drivers.emulated.terminal.indicators import Indicators
from drivers.emulated.terminal.messages import Messages
from drivers.emulated.terminal.mms_client import MmsClient
from drivers.emulated.terminal.packet import Packet
from drivers.emulated.terminal.parser import Command
from drivers.emulated.terminal.profile import profile as load
from drivers.emulated.terminal.pushes import Pushes
from drivers.emulated.terminal.quectel_files import Files
from drivers.emulated.terminal.quectel_mms import Editor
from drivers.emulated.terminal.quectel_sockets import Sockets
from drivers.emulated.terminal.registration import LOOKING, OFF, Registration
from drivers.emulated.terminal.results import Ended, MessageRefused, Refused
from drivers.emulated.terminal.settings import Settings
from drivers.emulated.terminal.sim import Sim
from drivers.emulated.terminal.simcom_bearer import AccessPoints
from drivers.emulated.terminal.simcom_client import Buffer
from drivers.emulated.terminal.ussd import Ussd
from drivers.emulated.uicc import Card

WAKE_S = 1.5
"""from power on to the lines that say SIM and messages are ready"""


def _nobody(modem: object, number: str, seconds: float) -> None:
    del modem, number, seconds


def _no_cable(pulled: bool) -> None:
    del pulled


class EmulatedModem:
    """Implements `air.Terminal`. A bearer calls `received`, and `attach` names what writes to it.

    Several bearers may be attached at once: there is one command line, and what the modem says goes to all
    of them. Without any it is lost, as on a cable that hangs loose.

    >>> modem = EmulatedModem(Card.of(sim), network, name="m1", imei="862107043556942")
    >>> modem.attach(link.deliver)
    >>> modem.start()
    >>> modem.received(b"AT+CSQ\\r")

    `profile`: a vendor's, by file name in terminal/data; ValueError for one that does not exist. `epoch`:
    POSIX time of the loop's second 0, for +CCLK. `volte`: whether it can register for IMS.
    """

    def __init__(
        self,
        card: Card | None,
        air: Air,
        *,
        name: str,
        imei: str,
        profile: str = "generic",
        seed: int = 0,
        quirks: Quirks | None = None,
        volte: bool = True,
        signal: int = 22,
        epoch: float = 0.0,
    ) -> None:
        self.name = name
        self.imei = imei
        self.imsi = card.identity.imsi if card is not None else ""
        self.air = air
        self.epoch = epoch
        self.signal = signal
        self.profile = load(profile)
        self.quirks = quirks or Quirks()
        self.table = {
            key: handler for key, handler in table(profile).items() if not self.quirks.lacks(key.rstrip("=?"))
        }
        self.stranger: Callable[[EmulatedModem, str, float], None] = _nobody
        """calls this modem from outside the lab: (modem, number, seconds until the stranger gives up)"""
        self.cable: Callable[[bool], None] = _no_cable
        """pulls its plug (True) or puts it in again"""
        self._volte = volte
        self._bearers: tuple[Callable[[bytes], None], ...] = ()
        self.settings = Settings(self.profile)
        self.console = Console(
            self._execute,
            self._written,
            seed=seed,
            name=name,
            quirks=self.quirks,
            latency=self.profile.latency,
            slow=self.profile.slow,
            prompt=self.profile.prompt,
        )
        self.clock = Clock(self)
        self.indicators = Indicators(self)
        self.sim = Sim(card)
        self.registration = Registration(self)
        self.calls = Calls(self)
        self.messages = Messages(self)
        self.ussd_session = Ussd(self)
        self.packet = Packet(self)
        self.mms = MmsClient(self)
        self.pushes = Pushes(self)
        self.files, self.sockets, self.editor = Files(), Sockets(), Editor()
        self.access_points, self.cmms = AccessPoints(), Buffer()
        self.life = 0
        """counts power cycles: what was begun in another life is void"""
        self._awake = False
        self._asked = False
        self._born = 0.0
        self.factory()

    # Bearer

    def attach(self, write: Callable[[bytes], None]) -> None:
        """From now on bytes go to `write` too."""
        self._bearers = (*self._bearers, write)

    def detach(self, write: Callable[[bytes], None]) -> None:
        """`write` hears nothing any more; harmless where it was not attached."""
        self._bearers = tuple(bearer for bearer in self._bearers if bearer != write)

    def received(self, data: bytes) -> None:
        if self._awake:
            self.console.received(data)

    def _written(self, data: bytes) -> None:
        for write in self._bearers:
            write(data)

    # Power

    def start(self) -> None:
        """Switch on. A modem that has long been on says nothing; its radio starts to search."""
        self._boot(restarted=False)

    def reset(self) -> None:
        """Restart: calls end, settings are lost, the banner comes when it is up again."""
        self.stop()
        self.after(self.profile.boot_s, lambda: self._boot(restarted=True))

    def stop(self) -> None:
        """Off: nothing is said and heard until `start`."""
        self.factory()
        messages = (self.mms, self.pushes, self.editor, self.cmms)
        for one in (*messages, self.sockets, self.packet, self.files, self.access_points):
            one.forget()
        self.radio(False)
        self.life += 1
        self._awake = False
        self.console.clear()
        self.calls.forget()
        self.messages.forget()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Do `action` later, unless the modem has been switched off or restarted by then."""
        life = self.life

        def due() -> None:
            if self.life == life:
                action()

        asyncio.get_running_loop().call_later(seconds, due)

    def _boot(self, *, restarted: bool) -> None:
        self.life += 1
        self._awake = True
        self._born = asyncio.get_running_loop().time()
        self.factory()
        self.sim.restart()
        if said := self.quirks.banner(self.profile.boot, restarted):
            for line in said:
                self.console.unsolicited(line)
            self.after(WAKE_S, self._woken)
        self.quirks.started(self)
        self.radio(True)

    def _woken(self) -> None:
        for line in self.profile.ready:
            self.console.unsolicited(line)

    def factory(self) -> None:
        """&F: every setting of the interface as it left the factory."""
        self.settings.factory()
        self.console.factory()
        self.console.cmee = self.settings.first("+CMEE")
        self.charset = "IRA"
        self.phone_book = "SM"
        self.function = 1
        self.registration.format = 0

    # quirks.quirk.Subject

    def say(self, *lines: str) -> None:
        self.console.unsolicited(*lines)

    def put(self, setting: str, *values: int) -> None:
        self.settings.put(setting, *values)

    def unplug(self, seconds: float, powered: bool) -> None:
        """The port is gone for so long; without power of its own the modem goes down and up with it."""
        self.cable(True)
        if not powered:
            self.stop()
        life = self.life

        def plug() -> None:
            self.cable(False)
            if not powered and self.life == life:
                self._boot(restarted=True)

        asyncio.get_running_loop().call_later(seconds, plug)

    def fill_storage(self) -> None:
        self.messages.fill()

    def stray_call(self, number: str, seconds: float) -> None:
        self.stranger(self, number, seconds)

    def stray_message(self) -> None:
        if self._awake:
            self.messages.advertise()

    @property
    def radio_on(self) -> bool:
        return self.function == 1 and self._awake

    def radio(self, on: bool) -> None:
        """Search and register, or leave the network with every call ended."""
        if on and self.sim.ready and not self._asked:
            self._asked = True
            self.registration.moved(LOOKING)
            self.air.power_on(self, volte=self._volte)
        elif not on and self._asked:
            self._asked = False
            self.air.power_off(self)
            self.calls.forget()
            self.registration.moved(OFF)

    # Commands

    def _execute(self, command: Command) -> Reply:
        if self.quirks:
            now = asyncio.get_running_loop().time() - self._born
            if (code := self.quirks.refusal(command, now)) is not None:
                raise (MessageRefused if 300 <= code < 512 else Refused)(code)
        handler = self.table.get(command.key)
        if handler is None:
            raise Ended("ERROR")
        return handler(self, command)

    # air.Terminal

    def camped(self, camp: Camp) -> None:
        if self._asked:
            self.registration.moved(camp)

    def offered(self, leg: Leg, cli: Cli) -> None:
        self.calls.offered(leg, cli)

    def progressed(self, leg: Leg) -> None:
        self.calls.progressed(leg)

    def released(self, leg: Leg, cause: int) -> None:
        self.calls.released(leg, cause)

    def notified(self, leg: Leg, notice: Notice) -> None:
        del leg
        supplementary.notified(self, notice)

    def hinted(self, leg: Leg, hint: Hint) -> None:
        del leg
        supplementary.hinted(self, hint)

    def heard(self, leg: Leg, digit: str) -> None:
        del leg
        tones.heard(self, digit)

    def message(self, tpdu: bytes, smsc: str) -> bool:
        return self._awake and self.messages.delivered(tpdu, smsc)

    def report(self, tpdu: bytes, smsc: str) -> None:
        if self._awake:
            self.messages.reported(tpdu, smsc)

    def ussd(self, text: str, mode: int, dcs: int = USSD_GSM) -> None:
        self.ussd_session.answered(text, mode, dcs)
