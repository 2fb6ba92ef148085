"""Registration and signal: +CREG, +CGREG, +CEREG, +CIREG, +COPS, +CSQ, +CESQ (27.007 7, 8, 10.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drivers.emulated.air import ROAMING, SEARCHING, SERVED, Camp
from drivers.emulated.terminal import alphabet
from drivers.emulated.terminal.results import NO_SERVICE, WRONG_PARAMETERS, Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

OFF: Final = Camp(cs=0, eps=0, ims=0, plmn="", operator="")
LOOKING: Final = Camp(cs=SEARCHING, eps=SEARCHING, ims=0, plmn="", operator="")
_LTE: Final = 7
_DOMAINS: Final = {"+CREG": "cs", "+CGREG": "eps", "+CEREG": "eps"}


class Registration:
    """Where the network says this modem stands."""

    def __init__(self, modem: EmulatedModem) -> None:
        self._modem = modem
        self.camp = OFF
        self.served = False
        self.manual = False
        self.format = 0

    @property
    def voice(self) -> bool:
        """Calls and messages are possible: over CS, or over IMS where there is no CS."""
        return self.camp.cs in SERVED or self.camp.ims in SERVED

    @property
    def data(self) -> bool:
        return self.camp.eps in SERVED

    @property
    def roaming(self) -> bool:
        return ROAMING in (self.camp.cs, self.camp.eps)

    def moved(self, camp: Camp) -> None:
        """Take a new registration and tell who asked for it."""
        before, self.camp = self.camp, camp
        settings, console = self._modem.settings, self._modem.console
        served, self.served = self.served, camp.cs in SERVED or camp.eps in SERVED
        for name, domain in _DOMAINS.items():
            level = settings.first(name)
            changed = getattr(before, domain) != getattr(camp, domain)
            moved = level == 2 and (before.lac, before.cell) != (camp.lac, camp.cell)
            if level and (changed or moved):
                console.unsolicited(f"{name}: {self._status(name, level)}")
        if settings.first("+CIREG") and (before.ims in SERVED) is not (camp.ims in SERVED):
            console.unsolicited(f"+CIREGU: {self._ims(settings.first('+CIREG'))}")
        if self.served and not served:
            self._modem.clock.told()
        self._modem.indicators.changed()

    def _status(self, name: str, level: int) -> str:
        camp = self.camp
        stat: int = getattr(camp, _DOMAINS[name])
        if level < 2 or stat not in SERVED:
            return str(stat)
        width = 8 if camp.act >= 2 else 4
        return f'{stat},"{camp.lac:04X}","{camp.cell:0{width}X}",{camp.act}'

    def _ims(self, level: int) -> str:
        registered = self.camp.ims in SERVED
        # Extended information: 1 voice by RTP, 4 SMS over IMS.
        return f"{int(registered)},5" if level == 2 and registered else str(int(registered))

    def read(self, name: str) -> str:
        level = self._modem.settings.first(name)
        state = self._ims(level) if name == "+CIREG" else self._status(name, level)
        return f"{name}: {level},{state}"


def read(modem: EmulatedModem, command: Command) -> Reply:
    return modem.registration.read(command.name)


def operator_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    registration = modem.registration
    mode = 2 if not registration.camp.plmn and registration.manual else int(registration.manual)
    if not registration.served:
        return f"+COPS: {mode}"
    camp = registration.camp
    short = modem.profile.operators.get(camp.plmn, (camp.operator, camp.operator))[1]
    name = (camp.operator, short, camp.plmn)[registration.format]
    shown = name if registration.format == 2 else alphabet.encoded(name, modem.charset)
    return f'+COPS: {mode},{registration.format},"{shown}",{camp.act}'


def operator_set(modem: EmulatedModem, command: Command) -> Reply:
    """0 automatic, 1 manual, 2 deregister, 3 format only, 4 manual else automatic (27.007 7.3)."""
    mode, form = command.number(0, 0), command.number(1, modem.registration.format)
    if mode > 4 or form > 2:
        raise Refused(WRONG_PARAMETERS)
    modem.registration.format = form
    if mode == 3:
        return None
    if mode == 2:
        modem.registration.manual = True
        modem.radio(False)
        return None
    if mode in (1, 4):
        wanted = alphabet.decoded(command.values[2], modem.charset) if len(command.values) > 2 else ""
        camp = modem.registration.camp
        if wanted not in (camp.plmn, camp.operator) and mode == 1:
            raise Refused(NO_SERVICE)
    modem.registration.manual = mode == 1
    modem.radio(modem.function == 1)
    return None


def operators(modem: EmulatedModem, command: Command) -> Reply:
    del command
    here = modem.registration.camp
    found = []
    for plmn, (name, short) in sorted(modem.profile.operators.items()):
        state = 2 if plmn == here.plmn and modem.registration.served else 3
        long = alphabet.encoded(name, modem.charset)
        found.append(f'({state},"{long}","{alphabet.encoded(short, modem.charset)}","{plmn}",{_LTE})')
    return "+COPS: " + ",".join(found) + ",,(0-4),(0-2)"


def signal(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CSQ: {modem.signal if modem.radio_on else 99},99"


def extended_signal(modem: EmulatedModem, command: Command) -> Reply:
    """RSRQ 0..34 and RSRP 0..97 from the same -113 + 2n dBm that +CSQ shows (27.007 8.69)."""
    del command
    if not modem.radio_on:
        return "+CESQ: 99,99,255,255,255,255"
    return f"+CESQ: 99,99,255,255,22,{min(97, 2 * modem.signal + 7)}"


COMMANDS: dict[str, Handler] = {
    "+CREG?": read,
    "+CGREG?": read,
    "+CEREG?": read,
    "+CIREG?": read,
    "+COPS?": operator_read,
    "+COPS=": operator_set,
    "+COPS=?": operators,
    "+CSQ": signal,
    "+CESQ": extended_signal,
}
