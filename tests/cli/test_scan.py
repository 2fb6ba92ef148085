"""`interop lab scan` on ptys of another process, and the lab file that it writes."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from interop.lab.draft import draft
from interop.lab.load import LabError, parse
from interop.protocols.found import (
    Found,
    FoundModem,
    FoundPort,
    FoundReader,
    FoundSim,
    PortRole,
    Problem,
    Trouble,
)
from interop.protocols.modem import ModemIdentity, SimState
from tests.forked import interop


def lab(*arguments: str) -> subprocess.CompletedProcess[str]:
    return interop("lab", *arguments, environment={"COLUMNS": "300"})


def test_the_table(ports: Path) -> None:
    done = lab("scan", str(ports / "m01"), str(ports / "m02"), "/dev/ttyUSB999")
    assert done.returncode == 0, done.stderr
    assert "Quectel EC25 (quectel)" in done.stdout and "17090001234" in done.stdout
    assert "(simcom)" in done.stdout and "89860120831000017180" in done.stdout
    assert "/dev/ttyUSB999: no such port: No such file" in done.stdout


def test_a_narrow_table_loses_nothing(ports: Path) -> None:
    told = interop("lab", "scan", str(ports / "m01"), environment={"COLUMNS": "60"})
    heading = next(line for line in told.stdout.splitlines() if "IMEI" in line)
    column = slice(heading.index("IMEI"), heading.index("SIM"))
    assert "869999990000005" in "".join(line[column].strip() for line in told.stdout.splitlines())


def test_an_empty_name_is_no_port() -> None:
    done = lab("scan", "")
    assert (done.returncode, done.stderr) == (2, 'interop lab scan: "" is no port\n')


def test_json(ports: Path) -> None:
    found = json.loads(lab("scan", str(ports / "m03"), "--json").stdout)["found"]
    assert [each["kind"] for each in found] == ["modem"]
    assert found[0]["sim"]["imsi"] == "460111700001234" and found[0]["ports"][0]["role"] == "AT"


def test_the_written_file_lacks_only_what_cannot_be_known(ports: Path, tmp_path: Path) -> None:
    """`lab check` names each gap; filled in, it is a lab of which check has nothing to complain."""
    file = tmp_path / "my.yaml"
    names = ("m01", "m02", "m03", "m05")
    done = lab("scan", *(str(ports / name) for name in names), "--write", str(file))
    assert done.returncode == 0 and "Fill in what it marks" in done.stderr
    checked = lab("check", str(file))
    assert checked.returncode == 2
    complaints = [line.partition(": ")[2] for line in checked.stderr.splitlines()]
    lacking = sorted(text.rpartition("has no ")[2] for text in complaints)
    assert lacking == ['"city"'] * 5 + ['"msisdn"']
    text = file.read_text(encoding="utf-8")
    filled = text.replace('# city: ""', 'city: "北京"').replace('# msisdn: ""', 'msisdn: "17180001234"')
    file.write_text(filled, encoding="utf-8")
    assert lab("check", str(file)).returncode == 0
    written = parse(filled.encode(), source="x", directory=tmp_path).lab
    assert [modem.dialect for modem in written.modems] == ["quectel", "simcom", "quectel", "generic"]
    assert [(sim.kind, sim.base_operator, sim.brand) for sim in written.sims] == [
        ("mvno", "CUCC", "小米移动"),
        ("mvno", "CUCC", "蜗牛移动"),
        ("mvno", "CTCC", "海航通信"),
        ("ordinary", "CUCC", "中国联通"),
    ]
    assert [modem.imei for modem in written.modems] == sorted({modem.imei or "" for modem in written.modems})


def test_an_existing_file_is_never_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "lab.yaml"
    file.write_text("precious")
    done = lab("scan", "/dev/ttyUSB999", "--write", str(file))
    assert done.returncode == 2 and "exists already" in done.stderr
    assert file.read_text() == "precious"


def test_nothing_is_written_when_nothing_answers(tmp_path: Path) -> None:
    done = lab("scan", "/dev/ttyUSB999", "--write", str(tmp_path / "lab.yaml"))
    assert done.returncode == 1 and "is not written" in done.stderr
    assert list(tmp_path.iterdir()) == []


def modem(
    sim: FoundSim | None, path: str, *, role: PortRole = PortRole.AT, baudrate: int = 115200
) -> FoundModem:
    port = FoundPort(path, path, "", role, "", baudrate)
    identity = ModemIdentity('Maker "X": #1', "EC25-E", "R1", "862107043556943")
    problems = () if sim else (Problem(Trouble.SIM_MISSING, "", "put one in."),)
    return FoundModem(path, "", (port,), identity, "quectel", sim, problems=problems)


def complaints(text: str) -> list[str]:
    try:
        parse(text.encode(), source="lab", directory=Path())
    except LabError as error:
        return [problem.message for problem in error.problems]
    return []


def test_whatever_was_found_the_draft_is_yaml_with_gaps() -> None:
    """No SIM, a locked SIM, a foreign SIM, two equal modems, a port with odd characters, a card reader."""
    found: list[Found] = [
        modem(None, "/dev/serial/by-id/usb-A: b #c"),
        modem(FoundSim(SimState.PIN, "89860120811000017091"), "/dev/ttyUSB1", baudrate=9600),
        modem(
            FoundSim(SimState.READY, "8944110068100000000F", "234159000000000", spn='"#: x'), "/dev/ttyUSB2"
        ),
        modem(None, "/dev/ttyUSB3", role=PortRole.OTHER),
        FoundReader("ACME: Reader #1 00 00", "3B9F96801F"),
        FoundReader("ACR39U", problems=(Problem(Trouble.READER_WITHOUT_SERVICE, "", "start it."),)),
    ]
    text = draft(found)
    assert [line.strip() for line in text.splitlines() if "- name:" in line][:5] == [
        "- name: ec25-e-1",
        "- name: ec25-e-2",
        "- name: ec25-e-3",
        "- name: reader-1",
        "- name: reader-2",
    ]
    assert text.count("# IMEI 862107043556943") == 3
    assert "ttyUSB3" not in text
    assert 'reader: "ACME: Reader #1 00 00"  # ATR 3B9F96801F\n' in text
    assert '# reader: ""  # to fill in: its name in PC/SC, once that works; USB calls it ACR39U\n' in text
    assert "# sim: to fill in: no SIM" in text
    assert "# pin: env:INTEROP_PIN_CUCC_7091" in text
    assert all("has no" in complaint for complaint in complaints(text)), complaints(text)


def test_a_draft_without_any_sim_is_yaml() -> None:
    assert complaints(draft([modem(None, "/dev/ttyUSB1")])) == ['the lab has no "city"']


def test_a_draft_of_card_readers_alone_is_a_lab() -> None:
    text = draft([FoundReader("ACME 00 00", "3B9F96801F"), FoundReader("ACME 01 00")])
    assert complaints(text) == ['the lab has no "city"']
    lab = parse(text.replace('# city: ""', "city: 北京").encode(), source="x", directory=Path()).lab
    assert [reader.place for reader in lab.readers] == ["ACME 00 00", "ACME 01 00"]
