"""Call waiting, forwarding, and what other parties do: +CCWA, +CCFC, +CSSN (27.007 7.11, 7.12, 7.17)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import INTERNATIONAL, Forward, Forwarding, Hint, Notice, type_of
from drivers.emulated.air import Refused as Error
from drivers.emulated.terminal import alphabet
from drivers.emulated.terminal.requests import ask, refusal
from drivers.emulated.terminal.results import NO_SERVICE, NOT_SUPPORTED, WRONG_PARAMETERS, Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_ASK: Final = 2
"""<mode> of +CCWA and +CCFC: interrogate"""
_ONLY_SHOWN: Final = 3
"""ours for no <mode> of +CCWA"""
_ENABLE, _REGISTER, _ERASE = 1, 3, 4
"""further modes of +CCFC; 0 is disable"""
_REASONS: Final = {4: tuple(Forward), 5: (Forward.BUSY, Forward.NO_REPLY, Forward.NOT_REACHABLE)}
"""<reason> of +CCFC beyond those of `Forward`: all, all conditional"""
_VOICE, _DEFAULT_CLASSES, _HIGHEST_CLASS = 1, 7, 255
_LONGEST_S: Final = 30
_NUMBER: Final = re.compile(r"\+?[0-9*#]{1,40}")


def hinted(modem: EmulatedModem, hint: Hint) -> None:
    if modem.settings.of("+CSSN")[0]:
        modem.console.unsolicited(f"+CSSI: {int(hint)}")


def notified(modem: EmulatedModem, notice: Notice) -> None:
    if modem.settings.of("+CSSN")[1]:
        modem.console.unsolicited(f"+CSSU: {int(notice)}")


def waiting_set(modem: EmulatedModem, command: Command) -> Reply:
    """+CCWA=<n>[,<mode>[,<class>]]: <n> shows +CCWA here; <mode> asks the network (2) or switches the
    service on and off there, and is left out where only <n> is meant."""
    shown, mode = command.number(0, modem.settings.first("+CCWA")), command.number(1, _ONLY_SHOWN)
    if shown > 1 or mode > _ONLY_SHOWN:
        raise Refused(WRONG_PARAMETERS)
    if mode != _ONLY_SHOWN:
        _reach(modem)
    if mode == _ASK:
        return f"+CCWA: {int(modem.air.call_waiting(modem))},{_VOICE}"
    modem.settings.put("+CCWA", shown)
    if mode != _ONLY_SHOWN and (cause := modem.air.set_call_waiting(modem, mode == 1)) is not None:
        raise refusal(modem, cause)
    return None


def forwarding(modem: EmulatedModem, command: Command) -> Reply:
    """+CCFC=<reason>,<mode>[,<number>[,<type>[,<class>[,<subaddr>[,<satype>[,<time>]]]]]].

    Only speech is ever forwarded. A number just registered is active (22.082); one that is disabled is kept,
    and can be enabled again.
    """
    reason, mode = command.number(0, _HIGHEST_CLASS), command.number(1, _ASK)
    classes = command.number(4, _DEFAULT_CLASSES)
    if reason > max(_REASONS) or mode > _ERASE or not 0 < classes <= _HIGHEST_CLASS:
        raise Refused(WRONG_PARAMETERS)
    _reach(modem)
    if mode == _ASK:
        if reason in _REASONS:
            raise Refused(NOT_SUPPORTED)
        return _asked(modem, Forward(reason), classes)
    if not classes & _VOICE:
        raise Refused(NOT_SUPPORTED)
    whens = list(_REASONS.get(reason) or (Forward(reason),))
    if mode == _REGISTER or (mode == _ENABLE and len(command.values) > 2):
        return _set(modem, dict.fromkeys(whens, _target(modem, command)))
    if mode == _ERASE:
        return _set(modem, dict.fromkeys(whens))
    there = {when: registered for when in whens if (registered := modem.air.forwarding(modem, when))}
    if mode == _ENABLE and len(there) < len(whens):
        raise refusal(modem, Error.ERROR_STATUS)
    return _set(modem, {when: replace(old, active=mode == _ENABLE) for when, old in there.items()})


def _asked(modem: EmulatedModem, when: Forward, classes: int) -> str:
    there = modem.air.forwarding(modem, when)
    if there is None or not classes & _VOICE:
        return f"+CCFC: 0,{_HIGHEST_CLASS if classes == _DEFAULT_CLASSES else classes}"
    number = alphabet.encoded(there.number, modem.charset)
    time = f",,,{there.after_s}" if when is Forward.NO_REPLY else ""
    return f'+CCFC: {int(there.active)},{_VOICE},"{number}",{type_of(there.number)}{time}'


def _target(modem: EmulatedModem, command: Command) -> Forwarding:
    values = command.values
    number = alphabet.decoded(values[2], modem.charset) if len(values) > 2 else ""
    if command.number(3, type_of(number)) == INTERNATIONAL and not number.startswith("+"):
        number = f"+{number}"
    after_s = command.number(7, Forwarding("").after_s)
    if not _NUMBER.fullmatch(number) or not 0 < after_s <= _LONGEST_S:
        raise Refused(WRONG_PARAMETERS)
    return Forwarding(number, after_s)


def _set(modem: EmulatedModem, targets: Mapping[Forward, Forwarding | None]) -> Reply:
    """One after another; the first that is refused ends it."""
    if not targets:
        return None
    (when, target), *others = targets.items()
    request = partial(modem.air.set_forwarding, modem, when, target)
    return ask(modem, request, partial(_set, modem, dict(others)))


def _reach(modem: EmulatedModem) -> None:
    """Raises Refused where there is no network to ask."""
    if not modem.registration.voice:
        raise Refused(NO_SERVICE)


COMMANDS: dict[str, Handler] = {"+CCWA=": waiting_set, "+CCFC=": forwarding}
