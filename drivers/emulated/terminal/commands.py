"""The command table of a profile: every key of the AT language it speaks, to what answers it.

A table is shared by all modems of a profile; dispatch is one dict lookup.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING

from drivers.emulated.terminal import (
    calls,
    clock,
    general,
    indicators,
    message_commands,
    packet,
    phonebook,
    preferred,
    quectel_files,
    quectel_mms,
    quectel_sockets,
    registration,
    settings,
    sim,
    simcom_bearer,
    simcom_client,
    simcom_message,
    simcom_transfer,
    steering,
    supplementary,
    tones,
    ussd,
)
from drivers.emulated.terminal.console import Reply
from drivers.emulated.terminal.parser import Command
from drivers.emulated.terminal.profile import Profile, profile

if TYPE_CHECKING:
    from drivers.emulated.terminal.modem import EmulatedModem

Handler = Callable[["EmulatedModem", Command], Reply]

_AREAS = (
    general,
    indicators,
    clock,
    sim,
    phonebook,
    preferred,
    registration,
    calls,
    steering,
    supplementary,
    tones,
    message_commands,
    ussd,
    packet,
)
AREAS: Mapping[str, Mapping[str, Handler]] = {
    "quectel_sockets": quectel_sockets.COMMANDS,
    "quectel_files": quectel_files.COMMANDS,
    "quectel_mms": quectel_mms.COMMANDS,
    "simcom_mms": {**simcom_client.COMMANDS, **simcom_message.COMMANDS, **simcom_transfer.COMMANDS},
    "simcom_gsm": {**simcom_bearer.GSM, **simcom_client.GSM, **simcom_transfer.GSM},
    "simcom_wide": {**simcom_bearer.LATER_ON, **simcom_message.LATER_ON},
}
"""what a profile may have beside: data connections, files and multimedia messages as its maker does them"""


@cache
def table(name: str) -> dict[str, Handler]:
    """Raises ValueError for a profile that does not exist."""
    own: Profile = profile(name)
    found: dict[str, Handler] = {}
    for command in own.settings:
        found |= {
            f"{command}=": settings.write,
            f"{command}?": settings.read,
            f"{command}=?": settings.test,
        }
    found |= {key: _constant(text) for key, text in own.answers.items()}
    for area in _AREAS:
        found |= area.COMMANDS
    for name in own.areas:
        found |= AREAS[name]
    if own.dtmf_by_call:
        found |= tones.BY_CALL
    found |= {f"{command}=": settings.switch for command in own.switches}
    found |= {key: _identity(text) for key, text in own.identify.items()}
    found |= {key: _iccid(text) for key, text in own.iccid.items()}
    for key in own.absent:
        found.pop(key, None)
    return found


def _constant(text: str) -> Handler:
    def answer(modem: EmulatedModem, command: Command) -> Reply:
        del modem, command
        return text

    return answer


def _identity(template: str) -> Handler:
    def answer(modem: EmulatedModem, command: Command) -> Reply:
        del command
        own = modem.profile
        return template.format(
            manufacturer=own.manufacturer, model=own.model, revision=own.revision, imei=modem.imei
        )

    return answer


def _iccid(template: str) -> Handler:
    def answer(modem: EmulatedModem, command: Command) -> Reply:
        del command
        return template.format(iccid=modem.sim.present().identity.iccid)

    return answer
