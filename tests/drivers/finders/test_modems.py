"""What the finder says of ports with modems behind them, and of all the ports that have none."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import pytest

from drivers.at.dialect import of_maker
from drivers.finders import modems
from drivers.finders.holders import Holder
from drivers.finders.modems import ModemFinder
from drivers.links.usb import UsbIdentity, UsbPort
from interop.protocols.errors import DeviceLost
from interop.protocols.found import FoundModem, PortRole, Trouble
from interop.protocols.modem import ModemIdentity, SimState

IMEI = "862107043556942"


def usb(path: str, interface: int, *, vid: int = 0x2C7C, location: str = "1-2", serial: str = "") -> UsbPort:
    return UsbPort(path, UsbIdentity(vid, 0x0125, serial, location, interface), "EC25")


def scan(ports: Sequence[UsbPort] = (), places: Sequence[str] = ()) -> Coroutine[Any, Any, list[FoundModem]]:
    return ModemFinder(lambda: ports).find(places, lambda _text: None)


def run(main: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await main

    asyncio.run(bounded())


def test_the_at_port_of_a_device_and_who_is_behind_it(things: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As an EC25 shows itself: a diagnostic port, a positioning port, the AT port, and one more."""
    monkeypatch.setattr("drivers.at.probe.WAKE_S", 1.0)

    async def main() -> None:
        with (
            things.thing(lambda data: b"\x7e\x13\x01\x02\x7e") as (diagnostic, _),
            things.thing(lambda data: b"$GPGGA,081836,3751.65,S*75\r\n") as (position, _),
        ):
            async with things.modem() as (at, _), things.modem() as (spare, _):
                ports = [usb(diagnostic, 0), usb(position, 1), usb(at, 2), usb(spare, 3)]
                [found] = await scan(ports)
        roles = [port.role for port in found.ports]
        assert roles == [PortRole.OTHER, PortRole.OTHER, PortRole.AT, PortRole.SPARE]
        assert "QCDM" in found.ports[0].why and "NMEA" in found.ports[1].why
        assert found.port is not None and found.port.path == at
        assert (found.device, found.product) == ("1-2", "EC25")
        assert found.identity == ModemIdentity("Quectel", "EC25", "EC25EFAR06A03M4G", IMEI)
        assert found.dialect == "quectel"
        assert found.sim is not None
        assert (found.sim.iccid, found.sim.imsi) == ("89860120811000017091", "460011709001234")
        assert (found.sim.msisdn, found.sim.spn) == ("17090001234", "小米移动")
        assert found.network == "CHN-UNICOM" and found.problems == ()

    run(main())


def test_two_devices_are_two_findings_in_the_order_of_the_bus(things: Any) -> None:
    async def main() -> None:
        async with things.modem(profile="simcom") as (one, _), things.modem(profile="huawei") as (two, _):
            found = await scan(
                [usb(one, 0, location="1-1", vid=0x1E0E), usb(two, 2, location="1-2", vid=0x12D1)]
            )
        assert [(each.device, each.dialect) for each in found] == [("1-1", "simcom"), ("1-2", "huawei")]

    run(main())


@pytest.mark.parametrize(
    ("options", "state", "trouble"),
    [
        ({"card": False}, SimState.MISSING, Trouble.SIM_MISSING),
        ({"pin": "1234"}, SimState.PIN, Trouble.SIM_PIN),
        ({"cs": 2}, SimState.READY, Trouble.NOT_REGISTERED),
        ({"cs": 3}, SimState.READY, Trouble.NOT_REGISTERED),
    ],
)
def test_what_is_wrong_with_a_sim(
    things: Any, options: dict[str, Any], state: SimState, trouble: Trouble
) -> None:
    async def main() -> None:
        async with things.modem(**options) as (path, _):
            [found] = await scan(places=[path])
        assert found.sim is not None and found.sim.state is state
        assert [problem.trouble for problem in found.problems] == [trouble]
        assert found.problems[0].advice and found.port is not None
        if state is SimState.PIN:
            assert found.sim.iccid == "89860120811000017091"  # can be read before the PIN

    run(main())


def test_nothing_is_sent_that_does_anything(things: Any) -> None:
    """Whatever is asked for: above all no PIN, and nothing that reads messages."""
    allowed = {"AT", "AT+CMEE=1", "AT+CMEE=0"}
    for options in ({}, {"pin": "1234"}, {"card": False}):

        async def main(options: dict[str, Any] = options) -> None:
            lines: list[bytes] = []
            async with things.modem(**options) as (path, modem):
                modem.attach(lambda data: None)
                heard: Callable[[bytes], None] = modem.received
                modem.received = lambda data: (lines.append(data), heard(data))  # type: ignore[func-returns-value]
                await scan(places=[path])
            sent = b"".join(lines).replace(b"\x1b", b"").decode().split("\r")
            for line in filter(None, sent):
                query = line.endswith("?") or line in {"AT+CGMI", "AT+CGMM", "AT+CGMR", "AT+CGSN", "AT+CIMI"}
                reading = line.startswith(("AT+CRSM=192,", "AT+CRSM=176,", "AT+CRSM=178,")) or line in {
                    "AT+CSQ", "AT+CCID", "AT+ICCID", "AT+QCCID",
                }  # fmt: skip
                assert query or reading or line in allowed, line
            assert "AT+CGSN" in sent and "AT+CPIN?" in sent
            if "AT+CMEE=1" in sent:
                assert sent.index("AT+CMEE=0") > sent.index("AT+CMEE=1")

        run(main())


@pytest.mark.parametrize(
    ("answer", "trouble", "seen"),
    [
        (lambda data: b"", Trouble.NOT_ANSWERING, "nothing came at 115200"),
        (lambda data: b"\x00" * 40, Trouble.NOT_AT, "only NULs"),
        (lambda data: b"\x7e\x00\x78\xf0\x7e", Trouble.NOT_AT, "QCDM"),
        (lambda data: b"login: ", Trouble.NOT_AT, "'login:"),
        (lambda data: b"\xf8\x80\x91\xe0\xff\x8c", Trouble.NOT_AT, "another speed"),
    ],
)
def test_a_port_without_a_modem(
    things: Any,
    answer: Callable[[bytes], bytes],
    trouble: Trouble,
    seen: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("drivers.at.probe.WAKE_S", 1.0)

    async def main() -> None:
        with things.thing(answer) as (path, _):
            [found] = await scan(places=[path])
        assert found.port is None and found.identity is None
        assert [problem.trouble for problem in found.problems] == [trouble]
        assert seen in found.problems[0].seen

    run(main())


def test_a_modem_behind_a_uart_bridge_is_asked_at_its_own_speed(
    things: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("drivers.at.probe.WAKE_S", 1.0)

    async def main() -> None:
        async with things.modem() as (path, _):
            rates: list[int] = []

            def link(place: str, rate: int) -> Any:
                rates.append(rate)
                return modems._link(place if rate == 9600 else silent, rate)

            with things.thing() as (silent, _):
                finder = ModemFinder(lambda: [usb(path, 0, vid=0x0403)], link)
                [found] = await finder.find((), lambda _text: None)
        assert rates == [115200, 9600]
        assert found.port is not None and found.port.baudrate == 9600

    run(main())


def test_a_port_that_another_program_has_open_is_named_and_not_touched(things: Any) -> None:
    async def main() -> None:
        with things.thing() as (path, got):
            script = (
                f"import os, sys; os.open({path!r}, os.O_RDWR); print('held', flush=True); sys.stdin.read()"
            )
            holder = subprocess.Popen(  # noqa: ASYNC220
                [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            try:
                assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
                [found] = await scan(places=[path])
            finally:
                holder.kill()
                holder.wait()
            [problem] = found.problems
            assert problem.trouble is Trouble.HELD
            assert f"pid {holder.pid}" in problem.seen and "python" in problem.seen
            await asyncio.sleep(0)
            assert got == []

    run(main())


@pytest.mark.parametrize(
    ("number", "trouble", "advice"),
    [
        (errno.EACCES, Trouble.NO_PERMISSION, "usermod -aG"),
        (errno.EBUSY, Trouble.HELD, "fuser"),
        (errno.EIO, Trouble.CANNOT_OPEN, "replug"),
        (errno.ENXIO, Trouble.GONE, "plug the modem in"),
    ],
)
def test_a_port_that_cannot_be_opened(
    things: Any, number: int, trouble: Trouble, advice: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Injected: a root user, who runs CI, may open everything."""
    monkeypatch.setattr(modems, "running", lambda program: None)

    class Closed:
        name = "modem"
        emulated = False

        async def open(self, received: object, lost: object) -> None:
            raise DeviceLost("modem", "refused") from OSError(number, os.strerror(number))

        def write(self, data: bytes) -> None: ...

        async def close(self) -> None: ...

    async def main() -> None:
        with things.thing() as (path, _):
            [found] = await ModemFinder(lambda: [], lambda place, rate: Closed()).find(
                [path], lambda _text: None
            )
        [problem] = found.problems
        assert problem.trouble is trouble and advice in problem.advice

    run(main())


def test_places_that_are_no_ports(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()

    async def main() -> None:
        places = ["/dev/ttyUSB999", str(file), "socket://127.0.0.1:1", "unix:/nowhere", "gopher://x"]
        none, plain, far, unix, strange = await scan(places=places)
        assert "no kind of port" in strange.problems[0].seen
        assert unix.problems[0].trouble is Trouble.GONE and "program" in unix.problems[0].advice
        assert [each.problems[0].trouble for each in (none, plain, far)] == [
            Trouble.GONE,
            Trouble.CANNOT_OPEN,
            Trouble.CANNOT_OPEN,
        ]
        assert "listen" in far.problems[0].advice

    run(main())


def test_what_is_open_everywhere_is_no_port_that_somebody_holds() -> None:
    async def main() -> None:
        [null] = await scan(places=["/dev/null"])
        assert null.problems[0].seen == "that is no serial port"

    run(main())


def test_the_name_that_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, things: Any) -> None:
    """By-id where it is this port's alone; two equal devices share one, so there it is by-path."""
    monkeypatch.setattr(modems, "SERIAL_NAMES", tmp_path)
    (tmp_path / "by-id").mkdir()
    (tmp_path / "by-path").mkdir()

    async def main() -> None:
        async with things.modem() as (one, _), things.modem() as (two, _):
            (tmp_path / "by-id" / "usb-Quectel-if02").symlink_to(one)
            (tmp_path / "by-path" / "pci-1").symlink_to(one)
            (tmp_path / "by-path" / "pci-2").symlink_to(two)
            [alone] = await scan([usb(one, 2)])
            twins = await scan([usb(one, 2, location="1-1"), usb(two, 2, location="1-2")])
        assert alone.port is not None and alone.port.stable.endswith("by-id/usb-Quectel-if02")
        names = [Path(each.port.stable).name for each in twins if each.port]
        assert names == ["pci-1", "pci-2"]

    run(main())


@pytest.mark.parametrize(
    ("said", "dialect"),
    [
        ("Quectel", "quectel"),
        ("SIMCOM_Ltd", "simcom"),
        ("huawei", "huawei"),
        ("Telit Cinterion", "telit"),
        ("Sierra Wireless, Incorporated", "generic"),
        ("", "generic"),
    ],
)
def test_the_dialect_by_what_cgmi_says(said: str, dialect: str) -> None:
    assert of_maker(said) == dialect


@pytest.mark.parametrize(
    ("said", "model", "dialect"),
    [
        ("SIMCOM_Ltd", "SIMCOM_SIM800L", "sim800"),
        ("SIMCOM_Ltd", "SIMCOM_SIM900", "sim800"),
        ("SIMCOM INCORPORATED", "SIMCOM_SIM7600CE", "simcom"),
        ("SIMCOM INCORPORATED", "A7682E", "simcom"),
        ("Quectel", "SIM800", "quectel"),
    ],
)
def test_a_dialect_of_some_models_is_for_them_alone(said: str, model: str, dialect: str) -> None:
    assert of_maker(said, model=model) == dialect


def test_a_dialect_for_one_model_is_not_taken_for_its_family(tmp_path: Path) -> None:
    (tmp_path / "aa-special.yaml").write_text("extends: quectel\n")
    assert of_maker("Quectel", tmp_path) == "quectel"


def test_of_several_silent_ports_what_can_be_mended_is_said_and_once(
    things: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A USB port is asked at one speed only: to a modem that has one of its own it means nothing."""
    monkeypatch.setattr("drivers.at.probe.WAKE_S", 1.0)

    async def main() -> None:
        with things.thing() as (silent, _), things.thing(lambda data: b"\0" * 40) as (diagnostic, _):
            ports = [usb(diagnostic, 0), usb(silent, 2)]
            [mute] = await scan(ports)
            [gone] = await scan([*ports, usb("/dev/ttyUSB999", 3)])
        assert [(one.trouble, one.seen) for one in mute.problems] == [
            (Trouble.NOT_ANSWERING, "nothing came at 115200 baud")
        ]
        assert [one.trouble for one in gone.problems] == [Trouble.GONE]

    run(main())


def test_a_usb_port_that_is_named_by_its_lasting_name_is_known_for_what_it_is(
    things: Any, tmp_path: Path
) -> None:
    async def main() -> None:
        async with things.modem() as (path, _):
            name = tmp_path / "usb-Quectel-if02"
            name.symlink_to(path)
            ports = [usb(path, 2)]
            [found] = await ModemFinder(lambda: ports).find([str(name)], lambda _text: None)
        assert (found.device, found.product) == ("1-2", "EC25")
        assert found.port is not None and found.port.usb == str(ports[0].identity)

    run(main())


@pytest.mark.parametrize("manager", [True, False])
def test_a_lock_without_a_number_is_somebody_who_holds_it(
    things: Any, manager: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pyserial: "Could not exclusively lock port", its errno lost on the way."""
    program = Holder(4711, "ModemManager") if manager else None
    monkeypatch.setattr(modems, "running", lambda name: program)

    class Locked:
        name = "modem"
        emulated = False

        async def open(self, received: object, lost: object) -> None:
            raise DeviceLost("modem", "held") from OSError("Could not exclusively lock port")

        def write(self, data: bytes) -> None: ...

        async def close(self) -> None: ...

    async def main() -> None:
        with things.thing() as (path, _):
            finder = ModemFinder(lambda: [], lambda place, rate: Locked())
            [found] = await finder.find([path], lambda _text: None)
        [problem] = found.problems
        assert problem.trouble is Trouble.HELD
        assert ("ModemManager" in problem.seen) is manager

    run(main())
