"""Quectel's contexts and sockets: QICSGP QIACT QIDEACT QIOPEN QISEND QIRD QICLOSE QISTATE QIGETERROR.

LTE Standard TCP/IP Application Note V1.1; EC200U&EG915U TCP/IP Application Note V1.1 2.4. TCP clients in
buffer access mode, which is the default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from drivers.emulated.air import Access, Bearer, Pipe
from drivers.emulated.terminal.console import Prompt, Upload, octets
from drivers.emulated.terminal.packet import CID, activate_context, deactivate_context
from drivers.emulated.terminal.results import Ended

if TYPE_CHECKING:
    from drivers.emulated.terminal.commands import Handler
    from drivers.emulated.terminal.console import Reply
    from drivers.emulated.terminal.modem import EmulatedModem
    from drivers.emulated.terminal.parser import Command

_MOST: Final = 12
"""sockets, 0..11"""
_SEND: Final = 1460
_READ: Final = 1500
_INPUT_S: Final = 60.0
"""most time for what +QISEND is to send"""
_OPENING, _CONNECTED, _CLOSING = 1, 2, 4
_LOCAL: Final = 32768

# LTE Standard TCP/IP Application Note V1.1 4: error codes.
_INVALID, _NOT_SUPPORTED, _NO_CONTEXT, _IN_USE, _NOT_CONNECTED = 552, 555, 561, 563, 566
_CLOSED, _BROKEN_DOWN = 567, 570
_WORDS: Final = {
    0: "operate successfully",
    552: "invalid parameters",
    555: "operation not supported",
    561: "open PDP context failed",
    563: "socket identity has been used",
    566: "socket connect failed",
    567: "socket has been closed",
    570: "PDP context broken down",
}


class Socket:
    """Implements `PipeEnd`: a TCP connection and what has come by it."""

    def __init__(self, modem: EmulatedModem, number: int, cid: int, host: str, port: int) -> None:
        self._modem = modem
        self.number = number
        self.cid = cid
        self.host = host
        self.port = port
        self.state = _OPENING
        self.pipe: Pipe | None = None
        self.unread = bytearray()
        self.sent = 0
        self.got = 0

    def received(self, data: bytes) -> None:
        if self._modem.quirks.cuts():
            pipe = self.pipe
            self.closed()
            if pipe is not None:
                pipe.close()
            return
        told = bool(self.unread)
        self.unread += data
        self.got += len(data)
        if not told:
            self._modem.console.unsolicited(f'+QIURC: "recv",{self.number}')

    def closed(self) -> None:
        """What came can still be read, until QICLOSE."""
        if self.state == _CONNECTED:
            self.state, self.pipe = _CLOSING, None
            self._modem.console.unsolicited(f'+QIURC: "closed",{self.number}')

    def close(self) -> None:
        """From here; nothing is told."""
        pipe, self.pipe, self.state = self.pipe, None, _CLOSING
        if pipe is not None:
            pipe.close()

    def row(self) -> str:
        local = _LOCAL + self.number
        at = f'"{self.host}",{self.port},{local},{self.state},{self.cid}'
        return f'+QISTATE: {self.number},"TCP",{at},{self.number},0,"usbat"'


class Sockets:
    """Those of one modem, by <connectID>."""

    def __init__(self) -> None:
        self.open: dict[int, Socket] = {}
        self.forget()

    def forget(self) -> None:
        """The modem restarts; its connections end with their bearers."""
        self.open.clear()
        self.error = 0
        self.bearers: dict[int, Bearer] = {}
        """that +QIACT has taken, by <contextID>"""

    def end(self, cid: int) -> None:
        """With their context."""
        for socket in [one for one in self.open.values() if one.cid == cid]:
            del self.open[socket.number]
            socket.close()

    def at(self, number: int) -> Socket:
        """Raises Ended where there is none."""
        if number not in self.open:
            self.fail(_INVALID)
        return self.open[number]

    def fail(self, error: int) -> NoReturn:
        self.error = error
        raise Ended("ERROR")


def context_set(modem: EmulatedModem, command: Command) -> Reply:
    """+QICSGP=<contextID>[,<type>,<APN>[,<user>,<password>[,<authentication>]]]: of +CGDCONT's contexts."""
    cid = _context(modem, command)
    if len(command.values) == 1:
        access = modem.packet.access(cid) if cid in modem.packet.contexts else Access("")
        return f'+QICSGP: 1,"{access.apn}","{access.user}","{access.password}",{int(bool(access.user))}'
    values = [*command.values, "", "", "", ""]
    if command.number(1, 1) not in (1, 2, 3) or command.number(5, 0) not in (0, 1, 2, 3):
        modem.sockets.fail(_INVALID)
    modem.packet.define(cid, Access(values[2], values[3], values[4]))
    return None


def _context(modem: EmulatedModem, command: Command, position: int = 0) -> int:
    cid = command.number(position, 0)
    if not 1 <= cid <= 16:
        modem.sockets.fail(_INVALID)
    return cid


def activate(modem: EmulatedModem, command: Command) -> Reply:
    cid = _context(modem, command)

    def lost() -> None:
        modem.sockets.end(cid)
        modem.console.unsolicited(f'+QIURC: "pdpdeact",{cid}')

    def up(bearer: Bearer) -> Reply:
        modem.sockets.error, modem.sockets.bearers[cid] = 0, bearer
        return None

    there = modem.packet.up.get((CID, cid))
    if there is not None and modem.sockets.bearers.get(cid) is there:
        return None

    modem.sockets.error = _NO_CONTEXT
    return activate_context(modem, cid, up, lost, refused=Ended("ERROR"))


def active(modem: EmulatedModem, command: Command) -> Reply:
    del command
    return [
        f'+QIACT: {cid},1,1,"{bearer.address}"'
        for (name, cid), bearer in sorted(modem.packet.up.items(), key=lambda item: item[0])
        if name == CID
    ]


def deactivate(modem: EmulatedModem, command: Command) -> Reply:
    cid = _context(modem, command)
    modem.sockets.end(cid)
    deactivate_context(modem, cid)
    return None


def connect(modem: EmulatedModem, command: Command) -> Reply:
    """+QIOPEN=<contextID>,<connectID>,"TCP",<host>,<port>[,<local>[,<access_mode>]]: OK, then the result."""
    cid, number, values = _context(modem, command), command.number(1, _MOST), [*command.values, "", "", ""]
    port = command.number(4, 0)
    if number >= _MOST or not values[3] or not 1 <= port <= 65535:
        modem.sockets.fail(_INVALID)
    if values[2].upper() != "TCP" or command.number(6, 0) != 0:
        modem.sockets.fail(_NOT_SUPPORTED)
    if number in modem.sockets.open:
        modem.sockets.fail(_IN_USE)
    bearer = modem.packet.up.get((CID, cid))
    if bearer is None:
        modem.after(0.05, lambda: _opened(modem, number, _NO_CONTEXT))
        return None
    socket = modem.sockets.open[number] = Socket(modem, number, cid, values[3], port)
    life = modem.life

    def done(pipe: Pipe | None) -> None:
        if modem.life != life or modem.sockets.open.get(number) is not socket:
            if pipe is not None:
                pipe.close()
        elif pipe is None:
            del modem.sockets.open[number]
            _opened(modem, number, _NOT_CONNECTED)
        else:
            socket.pipe, socket.state = pipe, _CONNECTED
            _opened(modem, number, 0)

    bearer.connect(values[3], port, socket, done)
    return None


def _opened(modem: EmulatedModem, number: int, error: int) -> None:
    modem.sockets.error = error
    modem.console.unsolicited(f"+QIOPEN: {number},{error}")


def send(modem: EmulatedModem, command: Command) -> Reply:
    """+QISEND=<connectID>[,<length>]: without it Ctrl-Z ends the data; of length 0 it asks what was sent."""
    socket = modem.sockets.at(command.number(0, _MOST))
    length = command.number(1, -1)
    if length == 0:
        return f"+QISEND: {socket.sent},{socket.sent},0"
    if length > _SEND:
        modem.sockets.fail(_INVALID)
    if socket.pipe is None:
        modem.sockets.fail(_CLOSED)

    def taken(data: bytes) -> Reply:
        if len(data) < length or not data:
            modem.sockets.fail(_INVALID)
        if socket.pipe is None:
            modem.sockets.fail(_CLOSED)
        socket.pipe.write(data)
        socket.sent += len(data)
        raise Ended("SEND OK")

    return Prompt(taken) if length < 0 else Upload(length, taken, _INPUT_S, connect=False)


def read(modem: EmulatedModem, command: Command) -> Reply:
    """+QIRD=<connectID>[,<length>]; of length 0 it asks what there is."""
    socket = modem.sockets.at(command.number(0, _MOST))
    most = command.number(1, _READ)
    if most == 0:
        unread = len(socket.unread)
        return f"+QIRD: {socket.got},{socket.got - unread},{unread}"
    if most > _READ:
        modem.sockets.fail(_INVALID)
    size = modem.quirks.read_at_most(most)
    data = bytes(socket.unread[:size])
    del socket.unread[:size]
    return [octets(f"+QIRD: {len(data)}", data)]


def close(modem: EmulatedModem, command: Command) -> Reply:
    number = command.number(0, _MOST)
    if number >= _MOST:
        modem.sockets.fail(_INVALID)
    socket = modem.sockets.open.pop(number, None)
    if socket is not None:
        socket.close()
    return None


def state(modem: EmulatedModem, command: Command) -> Reply:
    """+QISTATE? of all; =0,<contextID> of a context, =1,<connectID> of one socket."""
    kind, number = (command.number(0, 0), command.number(1, -1)) if command.text else (-1, -1)
    return [
        socket.row()
        for _, socket in sorted(modem.sockets.open.items())
        if kind < 0 or number == (socket.cid if kind == 0 else socket.number)
    ]


def error(modem: EmulatedModem, command: Command) -> Reply:
    del command
    code = modem.sockets.error
    return f"+QIGETERROR: {code},{_WORDS[code]}"


COMMANDS: dict[str, Handler] = {
    "+QICSGP=": context_set,
    "+QIACT=": activate,
    "+QIACT?": active,
    "+QIDEACT=": deactivate,
    "+QIOPEN=": connect,
    "+QISEND=": send,
    "+QIRD=": read,
    "+QICLOSE=": close,
    "+QISTATE?": state,
    "+QISTATE": state,
    "+QISTATE=": state,
    "+QIGETERROR": error,
}
