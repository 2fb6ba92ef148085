"""SIMCom's MMS client as a whole: what is in its buffer, how it comes to the MMSC, how it is to send.

SIM800 Series AT Command Manual V1.09 15; SIMCOM MMS AT Command Set V1.00 of SIM5320, which SIM7600 has kept.
Where they differ stands in the profile. `simcom_message` edits and shows, `simcom_transfer` sends and
fetches.
"""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from drivers.emulated.terminal import mms_draft
from drivers.emulated.terminal.mms_client import Trouble, trouble
from drivers.emulated.terminal.mms_draft import Draft
from drivers.emulated.terminal.results import NOT_ALLOWED, WRONG_PARAMETERS, Refused
from interop import mms

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

RECEIVED, SENT, UNSENT = 0, 1, 2
"""<mmstype> of +CMMSVIEW"""

Content = tuple[Draft, int, mms.RetrieveConf | None, int]
"""a draft, <mmstype>, a message that was fetched, and its octets"""


class Buffer:
    """What stands in the client's buffer: a message that is edited, or one that was fetched. `boxes`: what
    +CMMSSAVE= has put away; a restart leaves it there.
    """

    def __init__(self) -> None:
        self.boxes: dict[int, Content] = {}
        self.forget()

    def forget(self) -> None:
        """The modem restarts."""
        self.begun = False
        self.editing = False
        self.clear()
        self.cid = 1
        self.parameters: tuple[int, ...] = (*mms_draft.NOT_SET, 2, 0)
        self.timeouts = (200, 200)
        """seconds, to send and to receive"""
        self.strings: dict[str, str] = {}

    def clear(self) -> None:
        self.draft = Draft()
        self.kind = UNSENT
        self.received: mms.RetrieveConf | None = None
        self.size = 0
        """octets of `received`"""

    @property
    def content(self) -> Content:
        return deepcopy(self.draft), self.kind, self.received, self.size

    def fill(self, content: Content) -> None:
        self.draft, self.kind, self.received, self.size = deepcopy(content)

    @property
    def parts(self) -> tuple[mms.Part, ...]:
        return self.received.body.parts if self.received is not None else tuple(self.draft.parts)


def begin(modem: EmulatedModem, command: Command) -> Reply:
    del command
    if modem.cmms.begun:
        raise Refused(NOT_ALLOWED)
    modem.cmms.begun = True
    return None


def end(modem: EmulatedModem, command: Command) -> Reply:
    del command
    if not modem.cmms.begun:
        raise Refused(NOT_ALLOWED)
    modem.cmms.begun = modem.cmms.editing = False
    modem.cmms.clear()
    return None


def ready(modem: EmulatedModem, *, editing: bool | None = None) -> None:
    """Raises Refused before +CMMSINIT, where the client has it, while it works, and in the other mode than
    that of `editing`, where it is not None.
    """
    if modem.profile.mms.timed and not modem.cmms.begun:
        raise Refused(NOT_ALLOWED)
    if modem.mms.busy:
        raise trouble(modem, Trouble.BUSY)
    if editing is not None and modem.cmms.editing is not editing:
        raise trouble(modem, Trouble.NOT_EDITING if editing else Trouble.EDITING)


def centre_set(modem: EmulatedModem, command: Command) -> Reply:
    ready(modem)
    modem.mms.centre.url = command.values[0]
    return None


def centre_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CMMSCURL: {modem.mms.centre.url}"


def proxy_set(modem: EmulatedModem, command: Command) -> Reply:
    """+CMMSPROTO="<gateway>",<port>; of the later modules <type> comes first: 0 WAP, long gone, or 1 HTTP."""
    ready(modem)
    first = 0 if modem.profile.mms.timed else 1
    if len(command.values) <= first or (first and command.number(0, 1) != 1):
        raise trouble(modem, Trouble.PARAMETER)
    host, port = command.values[first], command.number(first + 1, 80)
    modem.mms.centre.proxy = (host, port) if host not in ("", "0.0.0.0") else None
    return None


def proxy_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    host, port = modem.mms.centre.proxy or ("", 0)
    return f'+CMMSPROTO: {"" if modem.profile.mms.timed else "1,"}"{host}",{port}'


def context_set(modem: EmulatedModem, command: Command) -> Reply:
    ready(modem)
    if not 1 <= command.number(0, 0) <= 3:
        raise Refused(WRONG_PARAMETERS)
    modem.cmms.cid = command.number(0, 1)
    return None


def context_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CMMSCID: {modem.cmms.cid}"


def parameters_set(modem: EmulatedModem, command: Command) -> Reply:
    """Any number of the values, from the first."""
    before, highest = modem.cmms.parameters, (*mms_draft.RANGES, 2, 1)[: modem.profile.mms.parameters]
    given = [command.number(at, before[at]) for at in range(min(len(command.values), len(highest)))]
    if len(command.values) > len(highest) or any(v > top for v, top in zip(given, highest, strict=False)):
        raise trouble(modem, Trouble.PARAMETER)
    modem.cmms.parameters = (*given, *before[len(given) :])
    return None


def parameters_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    shown = modem.cmms.parameters[: modem.profile.mms.parameters]
    return f"+CMMSSENDCFG: {','.join(map(str, shown))}"


def timeouts_set(modem: EmulatedModem, command: Command) -> Reply:
    seconds = (command.number(0, 0), command.number(1, 0))
    if not all(10 <= each <= 1000 for each in seconds):
        raise Refused(WRONG_PARAMETERS)
    modem.cmms.timeouts = seconds
    return None


def timeouts_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return "+CMMSTIMEOUT: {},{}".format(*modem.cmms.timeouts)


def string_set(modem: EmulatedModem, command: Command) -> Reply:
    modem.cmms.strings[command.name] = command.values[0]
    return None


def string_read(modem: EmulatedModem, command: Command) -> Reply:
    return f"{command.name}: {modem.cmms.strings.get(command.name, '')}"


COMMANDS: dict[str, Handler] = {
    "+CMMSCURL=": centre_set,
    "+CMMSCURL?": centre_read,
    "+CMMSPROTO=": proxy_set,
    "+CMMSPROTO?": proxy_read,
    "+CMMSSENDCFG=": parameters_set,
    "+CMMSSENDCFG?": parameters_read,
    "+CMMSUA=": string_set,
    "+CMMSUA?": string_read,
    "+CMMSPROFILE=": string_set,
    "+CMMSPROFILE?": string_read,
}
GSM: dict[str, Handler] = {
    "+CMMSINIT": begin,
    "+CMMSTERM": end,
    "+CMMSCID=": context_set,
    "+CMMSCID?": context_read,
    "+CMMSTIMEOUT=": timeouts_set,
    "+CMMSTIMEOUT?": timeouts_read,
}
