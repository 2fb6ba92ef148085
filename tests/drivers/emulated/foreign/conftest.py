"""Stock programs on our emulated modems: `interop emulate` in its own process, and who watches the far side.

Whatever is started here is ended here, by its pid. Nothing waits a fixed time: every wait is for bytes.
"""

from __future__ import annotations

import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import time
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import ProxyHandler, Request, build_opener

import pytest

WITHIN_S = 60.0
"""how long anything may take on a busy machine before a test gives up"""


class Stream:
    """Bytes that come from a file descriptor, waited for by pattern; what was waited for is used up."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self._name = name
        self.heard = b""
        """everything so far"""
        self._used = 0

    def wait(self, pattern: str, within: float = WITHIN_S) -> re.Match[bytes]:
        """The first match after the one before. AssertionError with what came instead."""
        found = self._search(pattern, self._used, within)
        self._used = found.end()
        return found

    def ever(self, pattern: str, within: float = WITHIN_S) -> re.Match[bytes]:
        """The first match in everything, for what may have come before other things. Uses nothing up."""
        return self._search(pattern, 0, within)

    def _search(self, pattern: str, start: int, within: float) -> re.Match[bytes]:
        deadline = time.monotonic() + within
        while (found := re.compile(pattern.encode(), re.DOTALL).search(self.heard, start)) is None:
            ready, _, _ = select.select([self._descriptor], [], [], max(0.0, deadline - time.monotonic()))
            try:
                data = os.read(self._descriptor, 65_536) if ready else b""
            except OSError:
                data = b""
            assert data, f"{self._name}: no {pattern!r} in {self.heard[start:]!r}"
            self.heard += data
        return found


class Program(Stream):
    """A program that runs beside the test; `wait` reads its output (stdout and stderr together).

    One that writes to a pipe may keep its words until it ends: wait for the far side, then `finish`.
    """

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        output = process.stdout or process.stderr
        assert output is not None
        super().__init__(output.fileno(), Path(str(process.args[0])).name)  # type: ignore[index]
        self.process = process

    def tell(self, line: str) -> None:
        """A line on its stdin."""
        assert self.process.stdin is not None
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def finish(self, within: float = WITHIN_S) -> str:
        """All its output, once it has ended with code 0 after the end of its stdin."""
        said, errors = self.process.communicate(timeout=within)
        self.heard += (said or b"") + (errors or b"")
        text = self.heard.decode("utf-8", "replace")
        assert self.process.returncode == 0, f"{self._name}: code {self.process.returncode}: {text}"
        return text

    def end(self) -> None:
        """SIGTERM, SIGKILL where that does not help."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


class Phone(Stream):
    """A raw client on a pty or a TCP port, to see what an emulated subscriber really got. No code of our
    driver."""

    def __init__(self, place: str) -> None:
        host, _, port = place.partition(":")
        if port:
            self._fd = socket.create_connection((host, int(port))).detach()
        else:
            self._fd = os.open(place, os.O_RDWR | os.O_NOCTTY)
            tty.setraw(self._fd)
        super().__init__(self._fd, place)
        self.at("ATE0")

    def write(self, data: bytes) -> None:
        os.write(self._fd, data)

    def at(self, command: str, within: float = WITHIN_S) -> list[str]:
        """The lines of the answer, its final result last. URCs that come before it are among them."""
        self.write(command.encode() + b"\r")
        start = self._used
        self.wait(r"\r\n(?:OK|ERROR|NO CARRIER|NO ANSWER|BUSY|\+CM[ES] ERROR: [^\r]*)\r\n", within)
        said = self.heard[start : self._used].decode("latin-1")
        return [line for line in said.split("\r\n") if line]

    def text(self, to: str, text: str) -> None:
        """Send `text` as UCS2 to an international number; 70 characters at most."""
        digits = to.removeprefix("+") + "F" * (len(to.removeprefix("+")) % 2)
        number = "".join(digits[at + 1] + digits[at] for at in range(0, len(digits), 2))
        body = text.encode("utf-16-be").hex()
        tpdu = f"0100{len(to.removeprefix('+')):02X}91{number}0008{len(body) // 2:02X}{body}"
        self.write(f"AT+CMGS={len(tpdu) // 2}\r".encode())
        self.wait("> ")
        self.write(f"00{tpdu}\x1a".encode())
        self.wait(r"\+CMGS: \d+\r\n\r\nOK\r\n")

    def arrives(self, within: float = WITHIN_S) -> tuple[str, str]:
        """Sender's digits and text of the next message in UCS2 that comes live (+CNMI=2,2)."""
        octets = bytes.fromhex(self.wait(r"\+CMT: ,\d+\r\n([0-9A-F]+)\r\n", within)[1].decode())
        at = octets[0] + 2
        digits, at = octets[at], at + 2
        sender = "".join(f"{octet & 15:X}{octet >> 4:X}" for octet in octets[at : at + (digits + 1) // 2])
        at += (digits + 1) // 2 + 1
        assert octets[at] & 0x0C == 0x08, f"not UCS2: {octets.hex()}"
        length = octets[at + 8]
        return sender[:digits], octets[at + 9 : at + 9 + length].decode("utf-16-be")

    def read_out(self, count: int) -> list[bytes]:
        """The first `count` TPDUs that +CMGL and +CMGR showed here in PDU mode, to whichever program."""
        row = rb"\+CMG[LR]: [^\r]*\r\n([0-9A-F]+)\r"
        self.ever(f"(?:{row.decode()}.*?){{{count}}}")
        found = (bytes.fromhex(pdu.decode()) for pdu in re.findall(row, self.heard))
        return [octets[octets[0] + 1 :] for octets in found][:count]

    def registered(self) -> None:
        """Return once it is in service for calls: of Telecom there is only E-UTRAN, with IMS."""
        self.at("AT+CREG=1;+CEREG=1")
        if not re.search(r"REG: 1,[15]", " ".join(self.at("AT+CREG?;+CEREG?"))):
            self.wait(r"\+CE?REG: [15]\b")

    def close(self) -> None:
        os.close(self._fd)


@dataclass(frozen=True)
class Emulated:
    """A lab that `interop emulate` holds up. `modems` by name: pty, sim, msisdn .., as its --json says."""

    modems: Mapping[str, Mapping[str, str]]
    rows: Mapping[str, Any]
    """the whole line of JSON"""
    program: Program


@contextmanager
def emulating(*arguments: str) -> Iterator[Emulated]:
    command = [sys.executable, "-m", "interop", "emulate", *arguments, "--json"]
    program = Program(subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT))
    try:
        rows = json.loads(program.wait(r"\{.*?\}\n")[0])
        yield Emulated({row["modem"]: row for row in rows["modems"]}, rows, program)
    finally:
        program.end()


@pytest.fixture(scope="module")
def emulate() -> Iterator[Callable[..., Emulated]]:
    """`emulate("small", "--quirk", ...)`: a country of its own until the module's tests are over."""
    with ExitStack() as stack:
        yield lambda *arguments: stack.enter_context(emulating(*arguments))


@pytest.fixture(scope="module")
def small(emulate: Callable[..., Emulated], tmp_path_factory: pytest.TempPathFactory) -> Emulated:
    """The small lab, one for a module: m01 .. m06, ptys behind stable links of these names."""
    return emulate("small", "--ports", str(tmp_path_factory.mktemp("ports")))


@pytest.fixture
def phone() -> Iterator[Callable[[str], Phone]]:
    """`phone(pty)`: a raw client, in service; messages in PDU mode come to it live, with caller numbers."""
    with ExitStack() as stack:

        def opened(pty: str) -> Phone:
            found = Phone(pty)
            stack.callback(found.close)
            found.registered()
            assert found.at("AT+CMGF=0;+CNMI=2,2,0,1,0;+CLIP=1;+CRC=0")[-1] == "OK"
            return found

        yield opened


@pytest.fixture(scope="module")
def multimedia(small: Emulated) -> Callable[[str, str, bytes], None]:
    """`multimedia(modem, number, subject)`: an MMS by plain HTTP to the WAP proxy of that modem's SIM, octet
    by octet (OMA-TS-MMS_ENC-V1_3 6.1.1); `subject` as its field is encoded, with its end.
    """

    def sent(modem: str, number: str, subject: bytes) -> None:
        (row,) = (row for row in small.rows["proxies"] if row["modem"] == modem)
        to = f"\x97+{number}/TYPE=PLMN\0".encode("latin-1")
        pdu = b"\x8c\x80\x98T1\0\x8d\x92\x89\x01\x81" + to + b"\x96" + subject + b"\x86\x80\x84\x83hello"
        asked = Request(row["mmsc"], pdu, {"Content-Type": "application/vnd.wap.mms-message"})
        proxy = build_opener(ProxyHandler({"http": f"http://{row['proxy']}"}))
        with proxy.open(asked, timeout=WITHIN_S) as answer:
            assert answer.read().startswith(b"\x8c\x81\x98T1\0\x8d\x92\x92\x80")

    return sent


@pytest.fixture(scope="module")
def beside() -> Iterator[Callable[[str], Phone]]:
    """`beside(tcp)`: a raw client that hears what the modem says to the program on another port of it."""
    with ExitStack() as stack:

        def opened(tcp: str) -> Phone:
            found = Phone(tcp)
            stack.callback(found.close)
            return found

        yield opened


@contextmanager
def starting() -> Iterator[Callable[..., Program]]:
    """`start("smsd", ..., env={})`: a program that runs until the end.

    `terminal`: a pty that is its stdin and stdout, as of one that a terminal program starts.
    """
    with ExitStack() as stack:

        def started(*command: str, env: Mapping[str, str] | None = None, terminal: str = "") -> Program:
            place = [installed(command[0]), *command[1:]]
            said = {**os.environ, "LC_ALL": "C.UTF-8", **(env or {})}
            pipe = subprocess.PIPE
            if terminal:
                with Path(terminal).open("r+b", buffering=0) as tty_:
                    process = subprocess.Popen(place, stdin=tty_, stdout=tty_, stderr=pipe, env=said)
            else:
                process = subprocess.Popen(place, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT, env=said)
            program = Program(process)
            stack.callback(program.end)
            return program

        yield started


@pytest.fixture
def start() -> Iterator[Callable[..., Program]]:
    """`starting` until the test ends."""
    with starting() as started:
        yield started


@pytest.fixture(scope="module")
def keep() -> Iterator[Callable[..., Program]]:
    """`starting` until the module's tests are over: for daemons."""
    with starting() as started:
        yield started


@pytest.fixture(scope="module")
def new_bus(keep: Callable[..., Program]) -> Callable[[], Mapping[str, str]]:
    """A message bus; the environment of a program that shall take it for session and system bus."""

    def made() -> Mapping[str, str]:
        daemon = keep("dbus-daemon", "--session", "--nofork", "--print-address=1")
        address = daemon.wait(r"(unix:\S+)\n")[1].decode()
        return {"DBUS_SESSION_BUS_ADDRESS": address, "DBUS_SYSTEM_BUS_ADDRESS": address}

    return made


class Manager:
    """ModemManager on a message bus of its own, and everything it signals. mmcli is the client."""

    NAME = "org.freedesktop.ModemManager1"
    ROOT = "/org/freedesktop/ModemManager1"
    REGISTERED = 8
    """MMModemState"""

    def __init__(self, keep: Callable[..., Program], bus: Mapping[str, str], log: Path) -> None:
        self._keep = keep
        self.bus = bus
        self.signals = keep("gdbus", "monitor", "--session", "--dest", self.NAME, env=bus)
        self.signals.wait("does not have an owner")
        keep(
            "ModemManager", "--test-session", "--test-enable", "--test-no-udev", "--no-auto-scan",
            "--test-no-suspend-resume", "--test-no-qrtr", "--debug", f"--log-file={log}", env=bus,
        )  # fmt: skip
        self.signals.wait("is owned by")
        self._modems = 0

    def modems(self, *places: tuple[str, str]) -> list[str]:
        """Object paths of modems, each given by plugin and unix socket, all at a time enabled and registered.
        They are told of by MM's own test interface."""
        place = ("--session", "--dest", self.NAME, "--object-path", self.ROOT)
        for plugin, port in places:
            name, self._modems = f"vm{self._modems}", self._modems + 1
            method = ("--method", f"{self.NAME}.Test.SetProfile", name, plugin, f'["{port}"]')
            self._keep("gdbus", "call", *place, *method, env=self.bus).finish()
        added = rf"InterfacesAdded \(objectpath '({self.ROOT}/Modem/\d+)'[^\n]*'PrimaryPort': <'%s'>"
        paths = [self.signals.ever(added % re.escape(port))[1].decode() for _, port in places]
        enabling = [self._keep("mmcli", "--test-session", "-m", path, "-e", env=self.bus) for path in paths]
        for path, program in zip(paths, enabling, strict=True):
            program.finish()
            self.signals.ever(rf"{path}: \S+Modem\.StateChanged \(-?\d+, {self.REGISTERED}, ")
        return paths

    def mmcli(self, *options: str) -> str:
        return self._keep("mmcli", "--test-session", *options, env=self.bus).finish()

    def show(self, *options: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.mmcli("-J", *options))
        return found

    def signal(self, pattern: str) -> re.Match[bytes]:
        """The next line of `gdbus monitor` that matches."""
        return self.signals.wait(rf"(?m)^{pattern}")


@pytest.fixture(scope="module")
def modem_manager(
    keep: Callable[..., Program],
    new_bus: Callable[[], Mapping[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Manager:
    return Manager(keep, new_bus(), tmp_path_factory.mktemp("log") / "mm.log")


@pytest.fixture
def run(start: Callable[..., Program]) -> Callable[..., str]:
    """`run("gammu", ..., env={})`: a program's whole output, once it has ended with code 0 within 60 s."""
    return lambda *command, env=None: start(*command, env=env).finish()


class Part(NamedTuple):
    """A part of a long message, as tshark shows it."""

    sender: str
    reference: int
    number: int
    total: int
    text: str
    """half of a surrogate pair shows as U+FFFD"""


Dissect = Callable[[list[bytes]], list[Part]]
PART_FIELDS = ("tp-oa", "udh.mm.msg_id", "udh.mm.msg_part", "udh.mm.msg_parts", "sms_text")


@pytest.fixture
def dissect(run: Callable[..., str], tmp_path: Path) -> Dissect:
    """The parts in SMS-DELIVERs, in their order. AssertionError for what is malformed."""

    def dissected(tpdus: list[bytes]) -> list[Part]:
        packets, capture = tmp_path / "sms.hex", tmp_path / "sms.pcapng"
        packets.write_text("".join(f"000000 {tpdu.hex(' ')}\n" for tpdu in tpdus))
        run("text2pcap", "-q", "-P", "gsm_sms", str(packets), str(capture))
        fields = [word for name in PART_FIELDS for word in ("-e", f"gsm_sms.{name}")]
        how = ("-o", "gsm_sms.reassemble:FALSE", "-T", "fields", "-e", "_ws.malformed", *fields)
        said = run("tshark", "-n", "-r", str(capture), *how)
        rows = [line.split("\t") for line in said.split("\n") if "\t" in line]
        assert len(rows) == len(tpdus) and not any(row[0] for row in rows), said
        return [Part(row[1], int(row[2]), int(row[3]), int(row[4]), row[5]) for row in rows]

    return dissected


def installed(program: str) -> str:
    """Its path; skips the test with a sentence where it is not on this machine."""
    sbin = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])
    found = shutil.which(program, path=sbin)
    if found is None:
        pytest.skip(f"{program} is not installed (.ci/packages names its package)")
    return found
