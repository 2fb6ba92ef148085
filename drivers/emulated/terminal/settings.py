"""Commands that keep numbers (+CMEE, +CNMI, +CLIP ..): one store per modem, rules from the profile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from drivers.emulated.terminal.parser import Command
from drivers.emulated.terminal.profile import Profile, ranges
from drivers.emulated.terminal.results import WRONG_PARAMETERS, Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem


class Settings:
    """Values by command name; what was never set has the profile's default. A switch is "+X/name"."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._set: dict[str, tuple[int, ...]] = {}
        self._saved: dict[str, tuple[int, ...]] = {}

    def of(self, name: str) -> tuple[int, ...]:
        found = self._set.get(name)
        if found is None:
            setting = self._profile.settings.get(name)
            found = tuple(map(int, setting.default.split(","))) if setting is not None else (0,)
        return found

    def first(self, name: str) -> int:
        return self.of(name)[0]

    def on(self, name: str) -> bool:
        return self.of(name)[0] != 0

    def put(self, name: str, *values: int) -> None:
        self._set[name] = values

    def factory(self) -> None:
        self._set = {}

    def save(self) -> None:
        self._saved = dict(self._set)

    def recall(self) -> None:
        self._set = dict(self._saved)

    def set(self, command: Command) -> None:
        """AT+X=<text>: omitted values take their default. Raises Refused on a value out of range."""
        name = command.name
        setting = self._profile.settings[name]
        allowed = ranges(setting.range)
        given = command.values
        if len(given) > max(len(allowed), setting.default.count(",") + 1):
            raise Refused(WRONG_PARAMETERS)
        values = list(map(int, setting.default.split(",")))
        for position in range(min(len(given), len(values))):
            if not given[position]:
                continue
            value = command.number(position, 0)
            if position < len(allowed) and value not in allowed[position]:
                raise Refused(WRONG_PARAMETERS)
            values[position] = value
        self._set[name] = tuple(values)


def write(modem: EmulatedModem, command: Command) -> Reply:
    modem.settings.set(command)
    return None


def read(modem: EmulatedModem, command: Command) -> Reply:
    name = command.name
    values = modem.settings.of(name)
    template = modem.profile.settings[name].read
    return f"{name}: " + (template.format(*values) if template else ",".join(map(str, values)))


def test(modem: EmulatedModem, command: Command) -> Reply:
    return f"{command.name}: {modem.profile.settings[command.name].range}"


def switch(modem: EmulatedModem, command: Command) -> Reply:
    """AT+QINDCFG="ccinfo"[,1]: one of several switches under one command."""
    name, values = command.name, command.values
    if values[0] not in modem.profile.switches[name]:
        raise Refused(WRONG_PARAMETERS)
    key = f"{name}/{values[0]}"
    if len(values) == 1:
        return f'{name}: "{values[0]}",{modem.settings.first(key)}'
    modem.settings.put(key, command.number(1, 0))
    return None
