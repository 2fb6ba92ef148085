"""USSD: +CUSD (27.007 7.15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drivers.emulated.air import USSD_UCS2
from drivers.emulated.terminal import alphabet
from drivers.emulated.terminal.results import NO_SERVICE, WRONG_PARAMETERS, Refused
from interop.smspdu import PduError, gsm7

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_CODE: Final = frozenset("0123456789*#+")


class Ussd:
    """One dialogue at a time, as the network keeps it."""

    def __init__(self, modem: EmulatedModem) -> None:
        self._modem = modem
        self.shown = False

    def answered(self, text: str, mode: int, dcs: int) -> None:
        if not self.shown:
            return
        said = f'+CUSD: {mode},"{self._shown(text, dcs)}",{dcs}'
        self._modem.console.unsolicited(said if text else f"+CUSD: {mode}")

    def _shown(self, text: str, dcs: int) -> str:
        """By the coding and +CSCS; a packed profile gives septets in hex whatever +CSCS says."""
        if dcs == USSD_UCS2 or self._modem.charset == "UCS2":
            return text.encode("utf-16-be").hex().upper()
        if self._modem.profile.ussd_packed:
            return gsm7.pack(gsm7.encode(text)).hex().upper()
        return alphabet.encoded(text, self._modem.charset)

    def code(self, text: str) -> str:
        """What a client meant: plain, hex by +CSCS, or hex of packed septets (Huawei)."""
        if set(text) <= _CODE and self._modem.charset != "UCS2":
            return text
        meant = alphabet.decoded(text, self._modem.charset)
        if set(meant) <= _CODE:
            return meant
        try:
            packed = bytes.fromhex(text)
            return gsm7.decode(gsm7.unpack(packed, len(packed) * 8 // 7)).rstrip("\r@")
        except (ValueError, PduError):
            return meant


def write(modem: EmulatedModem, command: Command) -> Reply:
    """0 hide, 1 show, 2 end the dialogue; with a string, send it."""
    action = command.number(0, 0)
    if action > 2:
        raise Refused(WRONG_PARAMETERS)
    if action == 2:
        modem.air.ussd_end(modem)
        return None
    modem.ussd_session.shown = action == 1
    if len(command.values) > 1 and command.values[1]:
        send(modem, modem.ussd_session.code(command.values[1]))
    return None


def send(modem: EmulatedModem, code: str) -> None:
    modem.sim.require()
    if not modem.registration.voice:
        raise Refused(NO_SERVICE)
    modem.air.ussd(modem, code)


def read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CUSD: {int(modem.ussd_session.shown)}"


COMMANDS: dict[str, Handler] = {"+CUSD=": write, "+CUSD?": read}
