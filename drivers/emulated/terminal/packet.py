"""Packet connections (27.007 10.1): +CGDCONT +CGAUTH +CGATT +CGACT +CGPADDR, told by +CGEV.

What makers have of their own for the same (SAPBR, QIACT, CGSOCKCONT) stands on `Packet` too: a connection is
known by the name of its commands and its number there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from drivers.emulated.air import Access, Bearer
from drivers.emulated.terminal.console import LATER
from drivers.emulated.terminal.results import NO_SERVICE, NOT_ALLOWED, WRONG_PARAMETERS, Ended, Refused

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

Key = tuple[str, int]
CID: Final = "cid"
"""the connections of +CGDCONT"""
_MOST: Final = 16


class Packet:
    """The packet connections of one modem. `contexts` and `passwords` by <cid>: what +CGDCONT= and +CGAUTH=
    said; `up`: what is there now.
    """

    def __init__(self, modem: EmulatedModem) -> None:
        self._modem = modem
        self.contexts: dict[int, str] = {1: '1,"IP",""'}
        self.passwords: dict[int, tuple[str, str]] = {}
        self.up: dict[Key, Bearer] = {}
        self._losers: dict[Key, list[Callable[[], None]]] = {}
        self.attached = True

    def forget(self) -> None:
        """The modem restarts: every connection is let go, definitions stay."""
        self.close(*self.up)
        self.attached = True

    @property
    def served(self) -> bool:
        return self.attached and self._modem.registration.served

    def access(self, cid: int) -> Access:
        """As defined. Raises Refused where it is not."""
        defined = self.contexts.get(cid)
        if defined is None:
            raise Refused(NOT_ALLOWED)
        fields = [*(field.strip().strip('"') for field in defined.split(",")), "", ""]
        return Access(fields[2], *self.passwords.get(cid, ("", "")))

    def define(self, cid: int, access: Access) -> None:
        self.contexts[cid] = f'{cid},"IP","{access.apn}"'
        self.passwords[cid] = (access.user, access.password)

    def open(
        self, key: Key, access: Access, done: Callable[[Bearer | int], None], lost: Callable[[], None]
    ) -> None:
        """`done` once, later, unless the modem restarts meanwhile: the bearer, or the network's cause.

        `lost` when it was up and ended from elsewhere.
        """
        life = self._modem.life
        mine: list[Bearer] = []

        def opened(found: Bearer | int) -> None:
            if not isinstance(found, int):
                if self._modem.life != life or not self.attached or key in self.up:
                    found.close()
                    found = self.up.get(key, 0)
                else:
                    mine.append(found)
                    self._losers[key] = [lost]
                    self._came_up(key, found, gone)
            if self._modem.life == life:
                done(found)

        def gone() -> None:
            if mine and self.up.get(key) is mine[0]:
                del self.up[key]
                for each in self._losers.pop(key, []):
                    each()

        self._modem.air.open_bearer(self._modem, access, opened, gone)

    def _came_up(self, key: Key, bearer: Bearer, gone: Callable[[], None]) -> None:
        self.up[key] = bearer

        def drop() -> None:
            if self.up.get(key) is bearer:
                bearer.close()
                gone()

        if (after := self._modem.quirks.drops_after()) is not None:
            self._modem.after(after, drop)

    def close(self, *keys: Key) -> None:
        """Those of them that are up."""
        for key in keys:
            if (bearer := self.up.pop(key, None)) is not None:
                self._losers.pop(key, None)
                bearer.close()

    def watch(self, key: Key, lost: Callable[[], None]) -> None:
        """`lost` too when this one, which is up, ends from elsewhere."""
        self._losers[key].append(lost)

    def told(self, event: str) -> None:
        """+CGEV (27.007 10.1.19) for who asked for it by +CGEREP."""
        if self._modem.settings.on("+CGEREP"):
            self._modem.console.unsolicited(f"+CGEV: {event}")

    def refusal(self, cause: int) -> Refused:
        codes = self._modem.profile.activation
        return Refused(codes.get(cause, codes[0]))


def activate(
    modem: EmulatedModem,
    key: Key,
    access: Access,
    then: Callable[[Bearer], Reply],
    lost: Callable[[], None],
    *,
    refused: Ended | None = None,
) -> Reply:
    """`then` answers the command once the connection is up; the network's refusal ends it with `refused`,
    else with the +CME ERROR of the profile. Raises Refused.
    """
    packet = modem.packet
    if (bearer := packet.up.get(key)) is not None:
        return then(bearer)
    modem.sim.require()
    if not packet.served:
        raise Refused(NO_SERVICE)

    def answered(found: Bearer | int) -> Reply:
        if isinstance(found, int):
            raise refused or packet.refusal(found)
        return then(found)

    packet.open(key, access, lambda found: modem.console.resume(lambda: answered(found)), lost)
    return LATER


def activate_context(
    modem: EmulatedModem,
    cid: int,
    then: Callable[[Bearer], Reply],
    lost: Callable[[], None] = lambda: None,
    *,
    refused: Ended | None = None,
) -> Reply:
    """A connection of +CGDCONT; the modem tells of it by +CGEV. `lost`, also where it was up before, when it
    ends from elsewhere.
    """
    key, packet = (CID, cid), modem.packet
    fresh = key not in packet.up

    def up(bearer: Bearer) -> Reply:
        if fresh:
            packet.told(f"ME PDN ACT {cid}")
        packet.watch(key, lost)
        return then(bearer)

    def gone() -> None:
        packet.told(f"NW PDN DEACT {cid}")

    return activate(modem, key, packet.access(cid), up, gone, refused=refused)


def deactivate_context(modem: EmulatedModem, cid: int) -> None:
    if (CID, cid) in modem.packet.up:
        modem.packet.close((CID, cid))
        modem.packet.told(f"ME PDN DEACT {cid}")


# Commands


def _cid(command: Command, position: int = 0) -> int:
    number = command.number(position, 1)
    if not 1 <= number <= _MOST:
        raise Refused(WRONG_PARAMETERS)
    return number


def contexts_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return [f"+CGDCONT: {text}" for _, text in sorted(modem.packet.contexts.items())]


def context_set(modem: EmulatedModem, command: Command) -> Reply:
    number = _cid(command)
    if len(command.values) == 1:
        modem.packet.contexts.pop(number, None)
    else:
        modem.packet.contexts[number] = command.text
    return None


def password_set(modem: EmulatedModem, command: Command) -> Reply:
    """+CGAUTH=<cid>[,<auth_prot>[,<userid>[,<password>]]] (27.007 10.1.31): 0 none, 1 PAP, 2 CHAP."""
    values = [*command.values, "", "", ""]
    if command.number(1, 0) not in (0, 1, 2):
        raise Refused(WRONG_PARAMETERS)
    modem.packet.passwords[_cid(command)] = (values[2], values[3]) if command.number(1, 0) else ("", "")
    return None


def active_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    packet = modem.packet
    return [f"+CGACT: {number},{int((CID, number) in packet.up)}" for number in sorted(packet.contexts)]


def active_set(modem: EmulatedModem, command: Command) -> Reply:
    """+CGACT=<state>[,<cid>[,<cid>..]]: without any <cid> all that are defined."""
    state = command.number(0, 1)
    if state not in (0, 1):
        raise Refused(WRONG_PARAMETERS)
    cids = [_cid(command, at) for at in range(1, len(command.values))] or sorted(modem.packet.contexts)
    if state == 0:
        for cid in cids:
            deactivate_context(modem, cid)
        return None
    return _activate_all(modem, cids)


def _activate_all(modem: EmulatedModem, cids: list[int]) -> Reply:
    if not cids:
        return None
    return activate_context(modem, cids[0], lambda _bearer: _activate_all(modem, cids[1:]))


def attached_read(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CGATT: {int(modem.packet.served)}"


def attached_set(modem: EmulatedModem, command: Command) -> Reply:
    state = command.number(0, 1)
    if state not in (0, 1):
        raise Refused(WRONG_PARAMETERS)
    packet = modem.packet
    if packet.attached and not state:
        packet.close(*packet.up)
        packet.told("ME DETACH")
    packet.attached = state == 1
    return None


def addresses(modem: EmulatedModem, command: Command) -> Reply:
    packet = modem.packet
    named = bool(command.text)
    cids = [_cid(command, at) for at in range(len(command.values))] if named else sorted(packet.contexts)
    rows = []
    for cid in cids:
        bearer = packet.up.get((CID, cid))
        rows.append(f"+CGPADDR: {cid}" + (f',"{bearer.address}"' if bearer is not None else ""))
    return rows


def addresses_test(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return f"+CGPADDR: ({','.join(map(str, sorted(modem.packet.contexts)))})"


COMMANDS: dict[str, Handler] = {
    "+CGDCONT?": contexts_read,
    "+CGDCONT=": context_set,
    "+CGAUTH=": password_set,
    "+CGACT?": active_read,
    "+CGACT=": active_set,
    "+CGATT?": attached_read,
    "+CGATT=": attached_set,
    "+CGPADDR": addresses,
    "+CGPADDR=": addresses,
    "+CGPADDR=?": addresses_test,
}
