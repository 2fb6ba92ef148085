"""The far end of `interop benchmark modem`: fixed answers on raw ptys, as fast as a process can give them.

A process of its own, so that a client's time and CPU are the client's: `python -m drivers.benchmark.responder
N` prints the paths of N ptys as one line of JSON and ends when its standard input does.
"""

from __future__ import annotations

import json
import os
import select
import sys
import tty

from interop.smspdu import Address, Deliver, Timestamp, to_cmgs

QUERY = b"AT+CSQ"
LIST = b"AT+CMGL=4"
MESSAGES = 50
_TEXT = (
    "【互联银行】您的验证码是482913，五分钟内有效。如非本人操作，请立即修改密码并联系客服。"
    "请勿将验证码告诉他人，以免造成资金损失，谢谢合作"
)
_ANSWER = b"\r\n+CSQ: 20,99\r\n\r\nOK\r\n"
_OK = b"\r\nOK\r\n"


def listing() -> bytes:
    """The answer to +CMGL=4 (27.005 4.1): 50 messages of 70 Chinese characters, read."""
    message = Deliver.of_text(Address.parse("10690095"), Timestamp(2026, 1, 8, 9, 30, 0, 32), _TEXT)
    length, pdu = to_cmgs(message, Address.parse("+8613800100500"))
    rows = (f"\r\n+CMGL: {index},1,,{length}\r\n{pdu}" for index in range(1, MESSAGES + 1))
    return "".join(rows).encode() + b"\r\n" + _OK


class Ports:
    """N raw ptys and what is still to be written to each."""

    def __init__(self, count: int) -> None:
        """Raises OSError: no more ptys or files."""
        self._answers = {QUERY: _ANSWER, LIST: listing()}
        self._epoll = select.epoll()
        self._slaves = []
        self._typed: dict[int, bytes] = {}
        self._unsent: dict[int, bytes] = {}
        for _ in range(count):
            master, slave = os.openpty()
            tty.setraw(slave)  # kept open: reads would fail while no client is there (modems.md 3)
            os.set_blocking(master, False)
            self._slaves.append(slave)
            self._typed[master] = b""
            self._epoll.register(master, select.EPOLLIN)

    def paths(self) -> list[str]:
        return [os.ttyname(slave) for slave in self._slaves]

    def serve_until(self, end: int) -> None:
        """Answer until the file `end` can be read."""
        self._epoll.register(end, select.EPOLLIN | select.EPOLLHUP)
        while True:
            for fd, event in self._epoll.poll():
                if fd == end:
                    return
                if event & select.EPOLLOUT:
                    self._epoll.modify(fd, select.EPOLLIN)
                    self._write(fd, self._unsent.pop(fd))
                if event & select.EPOLLIN:
                    self._read(fd)

    def _read(self, fd: int) -> None:
        *lines, self._typed[fd] = (self._typed[fd] + os.read(fd, 65536)).split(b"\r")
        for line in lines:
            self._write(fd, self._answers.get(line.lstrip(b"\n"), _OK))

    def _write(self, fd: int, data: bytes) -> None:
        if fd in self._unsent:
            self._unsent[fd] += data
            return
        try:
            sent = os.write(fd, data)
        except BlockingIOError:
            sent = 0
        if sent < len(data):
            self._unsent[fd] = data[sent:]
            self._epoll.modify(fd, select.EPOLLIN | select.EPOLLOUT)


def main() -> None:
    try:
        ports = Ports(int(sys.argv[1]))
    except OSError as error:
        sys.exit(f"interop benchmark: {sys.argv[1]} ptys: {error}")
    print(json.dumps(ports.paths()), flush=True)
    ports.serve_until(sys.stdin.fileno())


if __name__ == "__main__":
    main()
