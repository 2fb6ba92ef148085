"""The process in pcscd's own network: brings loopback up, starts pcscd, dials vpcd for others.

Run as `python pcscd_network.py <control descriptor> <socket> <reader.conf>`; imports nothing of ours. Two
octets on the control socket are a port; the answer is one octet and the connected socket, or the end where
pcscd has ended. When the control socket closes, pcscd is ended.
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
from contextlib import suppress
from typing import Final

_SIOCGIFFLAGS: Final = 0x8913
_SIOCSIFFLAGS: Final = 0x8914
_IFF_UP: Final = 1
_FIRST: Final = 3
"""the descriptor of the first socket that is handed to a service (sd_listen_fds(3))"""
_PAUSE_S: Final = 0.02


def _loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def _pcscd(path: str, readers: str) -> int:
    """Its pid. It takes its socket as a service does, so that the place is ours to choose, and writes its pid
    into a /run that nobody else has."""
    subprocess.run(["mount", "-t", "tmpfs", "none", "/run"], check=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(path)
    listening.listen(16)
    pid = os.fork()
    if pid:
        listening.close()
        return pid
    os.dup2(listening.fileno(), _FIRST)
    os.set_inheritable(_FIRST, True)
    environment = {**os.environ, "LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())}
    program = shutil.which("pcscd") or "pcscd"
    # Newer ones ask polkit, which is not here, who may use a reader.
    known = subprocess.run([program, "--help"], capture_output=True, text=True).stdout
    extra = ["--disable-polkit"] if "disable-polkit" in known else []
    os.execve(program, [program, "--foreground", "--config", readers, *extra], environment)


def _dialled(control: socket.socket, pid: int, port: int) -> socket.socket | None:
    """vpcd listens some time after pcscd has started, and tells nobody when. None once pcscd has ended, or
    nobody waits for it any more."""
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        line = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            line.connect(("127.0.0.1", port))
            return line
        except ConnectionRefusedError:
            line.close()
        if select.select([control], [], [], _PAUSE_S)[0]:
            break
    return None


def main(control: socket.socket, path: str, readers: str) -> None:
    _loopback()
    pid = _pcscd(path, readers)
    try:
        while port := control.recv(2):
            line = _dialled(control, pid, int.from_bytes(port))
            if line is None:
                break
            with line:
                socket.send_fds(control, [b"\0"], [line.fileno()])
    finally:
        with suppress(ProcessLookupError, ChildProcessError):  # it had ended before
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)


if __name__ == "__main__":
    os.set_inheritable(int(sys.argv[1]), False)
    main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2], sys.argv[3])
