"""`interop doctor` without hardware, and what it says of each thing that a bench can have."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from interop.cli import doctor
from interop.protocols.found import (
    FoundModem,
    FoundPort,
    FoundReader,
    FoundService,
    FoundSim,
    PortRole,
    Problem,
    Trouble,
)
from interop.protocols.modem import ModemIdentity, SimState
from tests.forked import interop

SERVICES = [FoundService("ModemManager", True, "in the way"), FoundService("pcscd", False, "readers")]
PORT = FoundPort("/dev/ttyUSB2", "/dev/ttyUSB2", "", PortRole.AT, "", 115200)
MODEM = FoundModem(
    "1-2",
    "EC25",
    (PORT,),
    ModemIdentity("Quectel", "EC25", "R1", "862107043556942"),
    sim=FoundSim(SimState.PIN),
    problems=(Problem(Trouble.SIM_PIN, "", "give its PIN."),),
)


def states(found: list[object]) -> dict[str, str]:
    return {line.subject: line.state for line in doctor.bench(found)}  # type: ignore[arg-type]


def test_without_hardware_it_is_honest_and_well(tmp_path: Path) -> None:
    done = interop("doctor", "--json", environment={"HOME": str(tmp_path), "SHELL": "/bin/bash"})
    lines = {line["subject"]: line for line in json.loads(done.stdout)["lines"]}
    assert done.returncode == (1 if any(line["state"] == "trouble" for line in lines.values()) else 0)
    assert lines["emulated lab"]["state"] == "ok" and lines["packages"]["state"] == "ok"
    assert lines["completion"]["state"] == "note"
    assert "pyserial" in lines["packages"]["text"]


def test_what_is_in_the_way_is_trouble_only_where_something_is_there() -> None:
    alone = states([*SERVICES])
    assert alone["ModemManager"] == "note" and alone["pcscd"] == "note" and alone["ports"] == "note"
    assert "trouble" not in alone.values()
    reader = FoundReader("ACR39U", problems=(Problem(Trouble.READER_WITHOUT_SERVICE, "", "start pcscd."),))
    bench = states([*SERVICES, MODEM, reader])
    assert bench["ModemManager"] == "trouble" and bench["pcscd"] == "trouble"
    assert bench["modem /dev/ttyUSB2"] == "trouble" and bench["reader ACR39U"] == "trouble"


def test_a_reader_without_a_card_is_in_nobodys_way() -> None:
    empty, mute = (
        FoundReader(name, problems=(Problem(trouble, "", "put a card in."),))
        for name, trouble in (("A", Trouble.CARD_MISSING), ("B", Trouble.CARD_MUTE))
    )
    bench = states([*SERVICES, empty, mute])
    assert (bench["reader A"], bench["reader B"]) == ("note", "trouble")


def test_each_trouble_comes_with_what_to_do() -> None:
    for line in doctor.bench([*SERVICES, MODEM]):
        assert line.advice or line.state == "ok", line


def test_what_is_well_is_said_so() -> None:
    well = FoundModem(
        "1-2", "EC25", (PORT,), MODEM.identity, sim=FoundSim(SimState.READY, msisdn="17090001234")
    )
    bench = states([FoundService("ModemManager", False, ""), well, FoundReader("ACR39U", "3B9F95")])
    assert bench["modem /dev/ttyUSB2"] == "ok" and bench["reader ACR39U"] == "ok"
    assert bench["ModemManager"] == "ok"


def test_a_broken_emulated_lab_is_a_finding_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interop.cli.smoke.load", lambda name: 1 / 0)
    line = doctor._emulated()
    assert (line.state, line.text) == ("trouble", "ZeroDivisionError: division by zero")
