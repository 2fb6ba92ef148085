"""Modems on serial ports: which port of a device answers AT, what it is, which SIM, what is wrong."""

from __future__ import annotations

import asyncio
import errno
import grp
import os
import re
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from drivers.at.probe import Look, Probe, what_it_speaks
from drivers.finders.holders import MODEM_MANAGER, holders, running
from drivers.links.ports import LINKS, SerialLinks
from drivers.links.usb import UsbPort, usb_ports
from interop.lab.model import ModemPart
from interop.protocols.errors import DeviceLost, EquipmentError
from interop.protocols.found import FoundModem, FoundPort, PortRole, Problem, Trouble
from interop.protocols.link import Link
from interop.protocols.modem import SimState, Stat

FIRST_RATE = 115200
OTHER_RATES = (9600, 57600, 460800, 921600)
"""tried where 115200 stays silent and the speed of a wire matters (modems.md 4.2, "Baud")"""

# USB-to-UART bridges, behind which a modem has a speed of its own; to a modem with USB speed means nothing.
_BRIDGES = frozenset({0x0403, 0x067B, 0x10C4, 0x1A86})  # FTDI, Prolific, Silicon Labs, WCH

SERIAL_NAMES = Path("/dev/serial")
_MEMORY_DEVICES = 1
"""/dev/null, /dev/zero and the like (Linux, admin-guide/devices.txt)"""
_ADVICE = {
    "/": "replug the device and look at `dmesg`.",
    "replay:": "name a journal of a recorded run, runs/RUN/evidence/MODEM.jsonl.",
    "unix:": "does a program listen on it, and may you?",
    "": "is that host up, and does something listen on that port?",
}
_URL = re.compile(r"[a-z][a-z0-9+.-]*:")

# The interface that its maker means for AT, where several answer: ModemManager's port-type rules
# (plugins/{quectel,simtech,huawei}/*port-types.rules), Quectel and SIMCom USB driver guides.
_AT_INTERFACE = {0x2C7C: 2, 0x1E0E: 2, 0x12D1: 2}

_SIM_TROUBLE = {
    SimState.MISSING: (Trouble.SIM_MISSING, "put a SIM in, contacts first; then AT+CFUN=1,1 or replug."),
    SimState.PIN: (
        Trouble.SIM_PIN,
        "give its PIN in the lab file (pin: env:NAME); the scan never sends one.",
    ),
    SimState.PUK: (Trouble.SIM_PUK, "unlock it with its PUK in a phone; ten wrong PUKs destroy it."),
    SimState.BUSY: (Trouble.SIM_BUSY, "wait some seconds and scan again."),
    SimState.FAILED: (Trouble.SIM_FAILED, "clean its contacts, or try it in another modem."),
}
_UNREGISTERED = {
    Stat.NOT_REGISTERED: "not searching: AT+COPS=0 makes it search, AT+CFUN=1 switches its radio on.",
    Stat.SEARCHING: "wait a minute; if it stays so, look at the antenna.",
    Stat.DENIED: "the network refuses it: is the SIM activated, are its real-name papers done?",
    Stat.UNKNOWN: "out of coverage, or the modem does not tell: look at the antenna.",
}


@dataclass(slots=True)
class _Asked:
    """A port while its device is looked at."""

    port: FoundPort
    vid: int
    interface: int
    probe: Probe | None = None


class ModemFinder:
    """Satisfies `interop.protocols.found.Finder`. `ports`: what is plugged in; `link`: opens a port.

    Each USB device is looked at by itself and all of them at once. A port that another program has open is
    not touched: to speak on it would disturb both.
    """

    def __init__(
        self,
        ports: Callable[[], Sequence[UsbPort]] = usb_ports,
        link: Callable[[str, int], Link] | None = None,
    ) -> None:
        self._ports = ports
        self._link = link or _link
        self._twins: set[str] = set()

    async def find(self, places: Sequence[str], progress: Callable[[str], None]) -> list[FoundModem]:
        progress("looking for serial ports")
        plugged = self._ports()
        if places:
            devices: list[list[UsbPort | str]] = [[_known(place, plugged)] for place in places]
        else:
            devices = [list[UsbPort | str](group) for _, group in groupby(plugged, key=_socket)]
        self._twins = {
            one.device
            for one in plugged
            if any(one is not other and one.identity.same_kind(other.identity) for other in plugged)
        }
        return list(await asyncio.gather(*(self._device(device, progress) for device in devices)))

    async def _device(self, ports: list[UsbPort | str], progress: Callable[[str], None]) -> FoundModem:
        first = ports[0]
        device, product = (first, "") if isinstance(first, str) else (_socket(first), first.product)
        asked = await asyncio.gather(*(self._ask(port, progress) for port in ports))
        try:
            speaking = [each for each in asked if each.probe is not None]
            if not speaking:
                problems = _worst([each.port.problem for each in asked])
                return FoundModem(device, product, tuple(each.port for each in asked), problems=problems)
            best = min(speaking, key=_preference)
            listed = tuple(
                _spare(each.port) if each.probe and each is not best else each.port for each in asked
            )
            progress(f"{best.port.path}: asking the modem who it is")
            assert best.probe is not None
            try:
                look = await best.probe.look()
            except EquipmentError as error:
                trouble = Trouble.LOST if isinstance(error, DeviceLost) else Trouble.NOT_ANSWERING
                problem = Problem(trouble, error.text, "replug the modem and scan again.")
                return FoundModem(device, product, listed, problems=(problem,))
            return _modem(device, product, listed, look)
        finally:
            for each in asked:
                if each.probe is not None:
                    await each.probe.close()

    async def _ask(self, port: UsbPort | str, progress: Callable[[str], None]) -> _Asked:
        if isinstance(port, str):
            path, usb, vid, interface = port, "", 0, 0
        else:
            path, usb = port.device, str(port.identity)
            vid, interface = port.identity.vid, port.identity.interface
        stable = _stable(path, twin=path in self._twins)
        found = FoundPort(path, stable, usb, PortRole.UNKNOWN, "", FIRST_RATE)
        if problem := _closed_to_us(path):
            return _Asked(replace(found, why=problem.seen, problem=problem), vid, interface)
        rates = (FIRST_RATE, *(OTHER_RATES if vid in _BRIDGES or _is_wire(path) else ()))
        heard = b""
        for rate in rates:
            progress(f"{path}: AT at {rate}?")
            probe = Probe(self._link(path, rate))
            try:
                await probe.open()
                if await probe.answers():
                    answered = replace(found, role=PortRole.AT, why="answers AT", baudrate=rate)
                    return _Asked(answered, vid, interface, probe)
            except EquipmentError as error:
                problem = _refused(path, error)
                return _Asked(replace(found, why=problem.seen, problem=problem), vid, interface)
            heard = heard or bytes(probe.witness.heard)
            await probe.close()
        problem = _no_modem(heard, rates)
        return _Asked(replace(found, role=PortRole.OTHER, why=problem.seen, problem=problem), vid, interface)


def _link(path: str, rate: int) -> Link:
    part = ModemPart(name="modem", port=path, baudrate=rate)
    return next(build for begin, build in LINKS.items() if path.startswith(begin))(part)


def _socket(port: UsbPort) -> str:
    return port.identity.location or port.device


def _known(place: str, plugged: Sequence[UsbPort]) -> UsbPort | str:
    """A place named by hand: the USB port that it is (also by its name in /dev/serial), a path, or a URL."""
    if _URL.match(place):
        return place
    real = os.path.realpath(place)
    return next((port for port in plugged if port.device == real), str(Path(place).absolute()))


def _preference(asked: _Asked) -> tuple[bool, int, str]:
    meant = _AT_INTERFACE.get(asked.vid) == asked.interface
    return (not meant, asked.interface, asked.port.path)


def _spare(port: FoundPort) -> FoundPort:
    return replace(port, role=PortRole.SPARE, why="answers AT too")


def _stable(path: str, *, twin: bool) -> str:
    """Its name in /dev/serial that stays when the bus is renumbered: by-id, or by-path.

    Two equal devices without a serial number share one by-id name, which udev gives to either: `twin`.
    """
    real = os.path.realpath(path)
    for folder in ("by-path",) if twin else ("by-id", "by-path"):
        try:
            names = sorted((SERIAL_NAMES / folder).iterdir())
        except OSError:
            continue
        for name in names:
            if os.path.realpath(name) == real:
                return str(name)
    return path


def _is_wire(path: str) -> bool:
    return Path(path).name.startswith(("ttyS", "ttyAMA"))


# What is wrong


def _closed_to_us(path: str) -> Problem | None:
    """Seen without opening anything."""
    if not path.startswith("/"):
        advice = "name a device, or a URL such as socket://HOST:PORT."
        known = SerialLinks.serves(path)
        return None if known else Problem(Trouble.CANNOT_OPEN, "no kind of port that is known", advice)
    try:
        mode = Path(path).stat()
    except OSError as error:
        return _gone(path, error.strerror or str(error))
    if not stat.S_ISCHR(mode.st_mode) or os.major(mode.st_rdev) == _MEMORY_DEVICES:
        return Problem(Trouble.CANNOT_OPEN, "that is no serial port", "name a device such as /dev/ttyUSB2.")
    if not os.access(path, os.R_OK | os.W_OK):
        return _no_permission(path)
    if others := holders(path):
        more = [f"{len(others) - 3} more"] if len(others) > 3 else []
        return _held("; ".join([*map(str, others[:3]), *more]), others[0].advice)
    return None


def _gone(path: str, seen: str) -> Problem:
    advice = "plug the modem in, or look at `lab scan`."
    return Problem(
        Trouble.GONE, seen, advice if path.startswith("/") else "does the program that makes it run?"
    )


def _no_permission(path: str) -> Problem:
    try:
        group = grp.getgrgid(Path(path).stat().st_gid).gr_name
    except (OSError, KeyError):
        group = "dialout"
    advice = f"join group {group} (sudo usermod -aG {group} $USER) and log in again."
    return Problem(Trouble.NO_PERMISSION, "you may not open it", advice)


def _held(who: str, advice: str) -> Problem:
    return Problem(Trouble.HELD, f"{who} has it open", advice)


def _refused(path: str, error: EquipmentError) -> Problem:
    """From the errno that the link's own error was made of."""
    cause: BaseException | None = error
    number = None
    locked = "lock" in str(error)
    while cause is not None and number is None:
        number = getattr(cause, "errno", None)
        locked = locked or "lock" in str(cause)
        cause = cause.__cause__
    if number in (errno.EACCES, errno.EPERM):
        return _no_permission(path)
    if number in (errno.EBUSY, errno.EAGAIN) or locked:
        manager = running(MODEM_MANAGER)
        if manager is not None:
            return _held(f"a program, most likely {manager},", manager.advice)
        return _held("a program that you may not see", f"find it: sudo fuser -v {path}")
    if number in (errno.ENOENT, errno.ENODEV, errno.ENXIO):
        return _gone(path, os.strerror(number))
    advice = next(advice for begin, advice in _ADVICE.items() if path.startswith(begin))
    return Problem(Trouble.CANNOT_OPEN, error.text, advice)


def _no_modem(heard: bytes, rates: Sequence[int]) -> Problem:
    if heard:
        return Problem(Trouble.NOT_AT, what_it_speaks(heard), "use another port of the device.")
    speeds = (
        " and ".join(str(rate) for rate in rates)
        if len(rates) < 3
        else f"{rates[0]} and {len(rates) - 1} more"
    )
    advice = "is it switched on? Replug it, and try its other ports."
    return Problem(Trouble.NOT_ANSWERING, f"nothing came at {speeds} baud", advice)


def _worst(problems: Sequence[Problem | None]) -> tuple[Problem, ...]:
    """What to say of a device none of whose ports answered: what can be mended comes first, once."""
    found = [problem for problem in problems if problem is not None]
    mendable = [
        problem for problem in found if problem.trouble not in (Trouble.NOT_AT, Trouble.NOT_ANSWERING)
    ]
    chosen = mendable or [p for p in found if p.trouble is Trouble.NOT_ANSWERING] or found
    return tuple(chosen[:1])


def _modem(device: str, product: str, ports: tuple[FoundPort, ...], look: Look) -> FoundModem:
    problems = []
    if look.sim.state in _SIM_TROUBLE:
        trouble, advice = _SIM_TROUBLE[look.sim.state]
        problems.append(Problem(trouble, "", advice))
    elif look.registration is not None and not look.registration.usable:
        voice = look.registration.voice
        seen = f"status {voice.name.lower().replace('_', ' ')}"
        problems.append(Problem(Trouble.NOT_REGISTERED, seen, _UNREGISTERED.get(voice, "wait a minute.")))
    return FoundModem(
        device, product, ports, look.identity, look.dialect, look.sim,
        look.registration, look.network, look.signal_dbm,
        tuple(problems),
    )  # fmt: skip
