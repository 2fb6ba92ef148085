"""SIMCom's packet connections: SAPBR of the 2G modules, CGSOCKCONT CSOCKAUTH CSOCKSETPN of the later ones.

SIM800 Series AT Command Manual V1.09 9.2.1; SIM5320 AT Command Manual V1.23 16.1, which SIM7600 has kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from drivers.emulated.air import Access
from drivers.emulated.terminal.packet import activate
from drivers.emulated.terminal.results import NOT_ALLOWED, WRONG_PARAMETERS, Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

SAPBR: Final = "sapbr"
SOCKET: Final = "socket"
_TAGS: Final = ("CONTYPE", "APN", "USER", "PWD", "PHONENUM", "RATE")
_CLOSE, _OPEN, _QUERY, _SET, _GET = range(5)
_CONNECTED, _CLOSED = 1, 3


class AccessPoints:
    """What one modem's connections are, by <cid>: tags of SAPBR=3, access points of CGSOCKCONT."""

    def __init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """The modem restarts."""
        self.tags: dict[int, dict[str, str]] = {cid: {} for cid in (1, 2, 3)}
        self.sockets: dict[int, Access] = {}
        self.chosen = 1


def sapbr(modem: EmulatedModem, command: Command) -> Reply:
    """+SAPBR=<cmd_type>,<cid>[,<tag>,<value>]."""
    kind, cid = command.number(0, -1), command.number(1, 0)
    tags, key = modem.access_points.tags.get(cid), (SAPBR, cid)
    if tags is None or not _CLOSE <= kind <= _GET:
        raise Refused(WRONG_PARAMETERS)
    if kind == _SET:
        values = [*command.values, "", ""]
        if values[2].upper() not in _TAGS:
            raise Refused(WRONG_PARAMETERS)
        tags[values[2].upper()] = values[3]
        return None
    if kind == _GET:
        return ["+SAPBR:", *(f"{tag}: {tags.get(tag, '')}" for tag in _TAGS)]
    bearer = modem.packet.up.get(key)
    if kind == _QUERY:
        status, address = (_CLOSED, "0.0.0.0") if bearer is None else (_CONNECTED, bearer.address)
        return f'+SAPBR: {cid},{status},"{address}"'
    if (bearer is None) is (kind == _CLOSE):
        raise Refused(NOT_ALLOWED)
    if kind == _CLOSE:
        modem.packet.close(key)
        return None
    access = Access(tags.get("APN", ""), tags.get("USER", ""), tags.get("PWD", ""))
    lost = f"+SAPBR {cid}: DEACT"
    return activate(modem, key, access, lambda _up: None, lambda: modem.console.unsolicited(lost))


def sockets_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    contexts = sorted(modem.access_points.sockets.items())
    return [f'+CGSOCKCONT: {cid},"IP","{access.apn}","0.0.0.0",0,0' for cid, access in contexts]


def socket_set(modem: EmulatedModem, command: Command) -> Reply:
    """+CGSOCKCONT=<cid>[,<type>,<APN>]."""
    cid, values = _cid(command), command.values
    if len(values) == 1:
        modem.access_points.sockets.pop(cid, None)
    else:
        before = modem.access_points.sockets.get(cid, Access(""))
        apn = values[2] if len(values) > 2 else ""
        modem.access_points.sockets[cid] = Access(apn, before.user, before.password)
    return None


def socket_password(modem: EmulatedModem, command: Command) -> Reply:
    """+CSOCKAUTH=<cid>,<auth_type>[,<user>,<password>]."""
    cid, values = _cid(command), [*command.values, "", "", ""]
    if command.number(1, 0) not in (0, 1, 2):
        raise Refused(WRONG_PARAMETERS)
    before = modem.access_points.sockets.get(cid, Access(""))
    user, password = (values[2], values[3]) if command.number(1, 0) else ("", "")
    modem.access_points.sockets[cid] = Access(before.apn, user, password)
    return None


def socket_choose(modem: EmulatedModem, command: Command) -> Reply:
    """+CSOCKSETPN=<cid>: the one that is used from now on."""
    modem.access_points.chosen = _cid(command)
    return None


def socket_chosen(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CSOCKSETPN: {modem.access_points.chosen}"


def _cid(command: Command) -> int:
    cid = command.number(0, 0)
    if not 1 <= cid <= 16:
        raise Refused(WRONG_PARAMETERS)
    return cid


GSM: dict[str, Handler] = {"+SAPBR=": sapbr}
LATER_ON: dict[str, Handler] = {
    "+CGSOCKCONT?": sockets_read,
    "+CGSOCKCONT=": socket_set,
    "+CSOCKAUTH=": socket_password,
    "+CSOCKSETPN=": socket_choose,
    "+CSOCKSETPN?": socket_chosen,
}
