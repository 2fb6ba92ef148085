"""DTMF: +VTS (27.007 C.2.11), ^DTMF, and makers' detectors of what the others press (modems.md 5.4)."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Final

from drivers.emulated.terminal.console import LATER
from drivers.emulated.terminal.results import NOT_ALLOWED, WRONG_PARAMETERS, Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_LONGEST_STRING: Final = 255
_ONE: Final = r'"[0-9A-D*#,]+"|[0-9A-D*#]|\{"?[0-9A-D*#]"?,\d{1,3}\}'
_LIST: Final = re.compile(rf"(?:{_ONE})(?:,(?:{_ONE}))*", re.IGNORECASE)
_WITH_DURATION: Final = re.compile(r'("[0-9A-D*#,]+"|[0-9A-D*#]),(\d{1,3})', re.IGNORECASE)
_DIGITS: Final = re.compile(r"(?<=\{)([^,]+),(\d+)|[0-9A-D*#]", re.IGNORECASE)
_CALL_AND_DIGIT: Final = re.compile(r'(\d),"?([0-9*#])"?')
_TENTH_S: Final = 0.1
_PAUSE_S: Final = 0.1
"""between two tones (23.014 6: a pause can be told from a tone)"""
_DETECTED_MS: Final = 160
"""how long a tone is said to have been, by detectors that say so (SIM800 manual V1.09, page 369)"""


def send(modem: EmulatedModem, command: Command) -> Reply:
    """5, "5", "1,2", "123", {5,3}, 1,2,3 or, where the profile takes it so, 5,3: duration in 100 ms.

    OK comes once the last tone has begun; tones go to whom this handset speaks to at that moment.
    """
    given, default = command.text.strip(), modem.settings.first("+VTD")
    duration = _WITH_DURATION.fullmatch(given)
    if duration is not None and (modem.profile.vts_duration or len(duration[2]) > 1):
        given, default = duration[1], int(duration[2])
    if not _LIST.fullmatch(given) or len(given) > _LONGEST_STRING:
        raise Refused(WRONG_PARAMETERS)
    if not modem.calls.active():
        raise Refused(NOT_ALLOWED)
    due, tones = 0.0, list(_DIGITS.finditer(given))
    for tone in tones:
        digit = (tone[1] or tone[0]).strip('"').upper()
        if not due:
            modem.air.tone(modem, digit)
        else:
            modem.after(due, partial(modem.air.tone, modem, digit))
        due += int(tone[2] or default) * _TENTH_S + _PAUSE_S
    if len(tones) == 1:
        return None
    modem.after(due, modem.console.finish)
    return LATER


def send_on(modem: EmulatedModem, command: Command) -> Reply:
    """^DTMF=<call>,<digit> (Huawei): on one call, which must be active. A to D are none of its digits
    (asterisk-chan-dongle)."""
    given = _CALL_AND_DIGIT.fullmatch(command.text.strip())
    if given is None:
        raise Refused(WRONG_PARAMETERS)
    if not any(entry.index == int(given[1]) for entry in modem.calls.active()):
        raise Refused(NOT_ALLOWED)
    modem.air.tone(modem, given[2])
    return None


def heard(modem: EmulatedModem, digit: str) -> None:
    """Told where the modem has a detector and it is on."""
    detector = modem.profile.detector
    if detector is None:
        return
    values = modem.settings.of(detector.setting)
    if not values[detector.position]:
        return
    timed = detector.timed and values[detector.timed_by]
    template = detector.timed if timed else detector.heard
    modem.console.unsolicited(template.format(digit=digit, ascii=ord(digit), ms=_DETECTED_MS))


COMMANDS: dict[str, Handler] = {"+VTS=": send}
BY_CALL: dict[str, Handler] = {"^DTMF=": send_on}
"""of profiles that have it"""
