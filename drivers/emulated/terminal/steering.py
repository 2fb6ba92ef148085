"""What a party does with its calls: +CHLD (27.007 7.13; 22.030 6.5.5.1, 22.083, 22.084, 22.091, 22.072).

A waiting call comes before a held one. OK is said when the network has done it, not before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import ACTIVE, BUSY, HELD
from drivers.emulated.terminal.requests import ask
from drivers.emulated.terminal.results import NOT_ALLOWED, Ended, Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command
    from drivers.emulated.terminal.progress import Entry

_CALL: Final = re.compile(r"[12]\d")
_DEFLECT: Final = re.compile(r"4\*(\+?[0-9*#]+)(?:,\d+)?")


def steer(modem: EmulatedModem, command: Command) -> Reply:
    given, steering = command.text.strip().strip('"'), modem.profile.steering
    if deflected := _DEFLECT.fullmatch(given.replace('"', "")):
        action, argument = "4*", deflected[1]
    elif _CALL.fullmatch(given):
        action, argument = f"{given[0]}x", given[1]
    else:
        action, argument = given if given.isdigit() else "", ""
    if action not in steering.actions:
        raise Refused(steering.lacks)
    return _ACTIONS[action](modem, argument)


def actions(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CHLD: ({','.join(modem.profile.steering.actions)})"


def _release_held(modem: EmulatedModem, _: str) -> Reply:
    """Or say busy to the call that waits."""
    calls = modem.calls
    if (waiting := calls.incoming()) is not None:
        calls.end(waiting, BUSY)
    else:
        _end(modem, _some(calls.held()))
    return None


def _release_active(modem: EmulatedModem, _: str) -> Reply:
    """What is being set up counts as active (22.030: the "1 SEND" of a user who gives up dialling)."""
    calls = modem.calls
    active = [*calls.active(), *calls.in_set_up()]
    waiting, held = calls.incoming(), calls.held()
    _some([*active, *held, *([waiting] if waiting else [])])
    _end(modem, active)
    return _take_up(modem, waiting, held)


def _release_one(modem: EmulatedModem, index: str) -> Reply:
    _end(modem, _some(modem.calls.at(int(index))))
    modem.calls.ring_what_waits()
    return None


def _swap(modem: EmulatedModem, _: str) -> Reply:
    calls = modem.calls
    active, waiting, held = calls.active(), calls.incoming(), calls.held()
    if active and (waiting is not None or not held):
        hold = partial(modem.air.hold, [entry.leg for entry in active])
        return ask(modem, hold, partial(_take_up, modem, waiting, []))
    _some([*held, *([waiting] if waiting else [])])
    return _take_up(modem, waiting, held)


def _take_up(modem: EmulatedModem, waiting: Entry | None, held: list[Entry]) -> Reply:
    """Speak to the call that waits, or to what is held; what is active now goes on hold for that."""
    if waiting is not None:
        if modem.calls.entries.get(waiting.index) is not waiting:
            raise Ended("NO CARRIER")  # gave up meanwhile
        return modem.calls.answer(waiting)
    if not held:
        return None
    return ask(modem, partial(modem.air.retrieve, [entry.leg for entry in held]))


def _private(modem: EmulatedModem, index: str) -> Reply:
    """One of a conference alone. A call by itself is spoken to, the others are held (asterisk-chan-dongle
    swaps so)."""
    (entry, *others) = _some(modem.calls.at(int(index)))
    if others or entry.leg.state not in (ACTIVE, HELD):
        raise Refused(NOT_ALLOWED)
    if entry.leg.multiparty:
        return ask(modem, partial(modem.air.split, entry.leg))
    return _take_up(modem, None, [entry]) if entry.leg.state == HELD else None


def _join(modem: EmulatedModem, _: str) -> Reply:
    return ask(modem, partial(modem.air.join, modem))


def _transfer(modem: EmulatedModem, _: str) -> Reply:
    return ask(modem, partial(modem.air.transfer, modem))


def _deflect(modem: EmulatedModem, number: str) -> Reply:
    waiting = modem.calls.incoming()
    if waiting is None:
        raise Refused(NOT_ALLOWED)
    return ask(modem, partial(modem.air.deflect, waiting.leg, number))


def _some(entries: list[Entry]) -> list[Entry]:
    """Raises Refused where there is nothing to steer."""
    if not entries:
        raise Refused(NOT_ALLOWED)
    return entries


def _end(modem: EmulatedModem, entries: list[Entry]) -> None:
    for entry in entries:
        modem.calls.end(entry)


_ACTIONS: Final[dict[str, Callable[[EmulatedModem, str], Reply]]] = {
    "0": _release_held,
    "1": _release_active,
    "1x": _release_one,
    "2": _swap,
    "2x": _private,
    "3": _join,
    "4": _transfer,
    "4*": _deflect,
}

COMMANDS: dict[str, Handler] = {"+CHLD=": steer, "+CHLD=?": actions}
