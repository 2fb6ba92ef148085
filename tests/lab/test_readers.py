"""Card readers of a lab file: every mistake at its place, who plays the role of a card, what is opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from interop.engine.clock import run_virtual
from interop.lab import drivers, equipment
from interop.lab.budget import Purse
from interop.lab.check import check
from interop.lab.equipment import Equipment, all_emulated, nothing_leaves
from interop.lab.load import LabError, LabFile, parse
from interop.lab.roles import Binding, Cast, Role, Seat, bindings, control_for
from interop.lab.sim_in_reader import SimInReader
from interop.protocols.equipment import Setting
from interop.protocols.errors import NotAvailable
from interop.protocols.link import NoJournal

BASE = """\
name: bench
city: 北京
modems:
  - {name: m01, port: emulated, sim: cucc-bj}
readers:
  - name: desk
    reader: ACME Reader 00 00
  - name: tray
    driver: emulated
    sim: mi-1709
    faults: ["answer.late@by=2"]
  - {name: spare, reader: ACME Reader 01 00, driver: pcsc}
sims:
  - {name: mi-1709, msisdn: "17090001234", imsi: "460011709001234", iccid: "89860120811000017091", kind: mvno,
     brand: 小米移动, base_operator: CUCC, city: 北京}
  - {name: cucc-bj, msisdn: "18600001234", imsi: "460011860001234", iccid: "89860120811000000030",
     kind: ordinary, brand: 中国联通, base_operator: CUCC, city: 北京}
  - {name: cucc-2, msisdn: "13000005678", imsi: "460011300005678", iccid: "89860120811000000188",
     kind: ordinary, brand: 中国联通, base_operator: CUCC, city: 北京}
"""
EMULATED = BASE.replace("    reader: ACME Reader 00 00\n", "    driver: emulated\n").replace(
    "  - {name: spare, reader: ACME Reader 01 00, driver: pcsc}\n", ""
)


class Spec:
    def __init__(self, **roles: Role) -> None:
        self.roles = roles


CARD = Spec(subject=Role("card", (), Cast.SUBJECT))
MODEM = Spec(subject=Role("modem", (), Cast.SUBJECT))
CALL = Spec(subject=Role("modem", ("voice",), Cast.SUBJECT), other=Role("modem", ("voice",), Cast.OTHER))


def read(text: str) -> LabFile:
    return parse(text.encode(), source="lab.yaml", directory=Path())


def only(spec: Spec, text: str) -> Binding:
    (binding,) = bindings(spec, read(text).lab)
    return binding


def test_the_base_is_right() -> None:
    found = read(BASE)
    assert found.warnings == ()
    desk, tray, _ = found.lab.readers
    assert (desk.driver, desk.place, desk.sim) == ("pcsc", "ACME Reader 00 00", None)
    assert (tray.emulated, tray.place) == (True, "tray")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("driver: emulated", "driver: emulatd",
            '9:13: unknown driver "emulatd" (known: emulated, pcsc); did you mean "emulated"?'),
        ("driver: emulated", "driver: modem",
            '9:13: driver: "modem": the card in a modem is read through it: '
            'describe the modem under "modems"'),
        ("driver: emulated", "driver: folder",
            '9:13: driver: "folder": cards in files are for interop sim --cards, not for a lab'),
        ("driver: emulated", "driver: lab", '9:13: driver: "lab": a lab is not a part of a lab'),
        ("    reader: ACME Reader 00 00\n", "",
            '6:5: card reader desk has no "reader", its whole name in PC/SC'),
        ("reader: ACME Reader 00 00", 'reader: ""', "7:13: reader: is empty"),
        ("ACME Reader 01 00", "ACME Reader 00 00",
            '12:27: one reader stands here once: reader "ACME Reader 00 00" is given twice'
            " (first in line 7)"),
        ("    driver: emulated", "    driver: emulated\n    reader: X",
            "10:13: reader: an emulated one has no name beside its own"),
        ("sim: mi-1709", "sim: mi-179", '10:10: no SIM "mi-179" in this lab; did you mean "mi-1709"?'),
        ("sim: mi-1709", "sim: cucc-bj",
            '10:10: a SIM is in one modem or card reader: SIM "cucc-bj" is given twice (first in line 4)'),
        ("driver: pcsc}", "driver: pcsc, sim: mi-1709}",
            '12:65: a SIM is in one modem or card reader: SIM "mi-1709" is given twice (first in line 10)'),
        ("name: tray", "name: m01", '8:11: name "m01" is given twice (first in line 4)'),
        ("driver: pcsc}", 'driver: pcsc, faults: ["answer.late"]}',
            "12:68: faults: only an emulated card has them, not one of pcsc"),
        ("answer.late@", "answer.lat@", '11:14: no fault is named "answer.lat"; did you mean "answer.late"?'),
        ("@by=2", "@bye=2",
            '11:14: "answer.late@bye=2": unknown parameter "bye" (known: by, times); did you mean "by"?'),
        ("    reader: ACME", "    port: /dev/x\n    reader: ACME",
            '7:5: unknown key "port" in card reader desk'),
        ("reader: ACME Reader 00 00", "reader: 7", '7:13: reader: 7 is a number to YAML; quote it: "7"'),
    ],
)  # fmt: skip
def test_a_mistake_is_told_at_its_place(old: str, new: str, said: str) -> None:
    assert old in BASE
    with pytest.raises(LabError) as raised:
        read(BASE.replace(old, new, 1))
    assert str(raised.value).splitlines()[0].startswith(f"lab.yaml:{said}"), raised.value


# Who plays


def test_a_card_is_where_its_sim_is() -> None:
    """In a reader, or in a modem; nothing else of a SIM in a reader can be played."""
    seat = only(CARD, BASE).candidates["subject"][0]
    assert isinstance(seat, Seat)
    assert (seat.name, seat.device, seat.modem) == ("tray", "tray", None)
    assert seat.resources == ("reader:tray", "sim:mi-1709")
    moved = BASE.replace("    sim: mi-1709\n", "").replace("cucc-bj}", "mi-1709}")
    (seat,) = only(CARD, moved).candidates["subject"]
    assert (seat.name, seat.resources) == ("m01", ("modem:m01", "sim:mi-1709"))
    gone = BASE.replace("    sim: mi-1709\n", "")
    assert only(CARD, gone).missing == ("SIM mi-1709 is in no modem and in no card reader",)


def test_a_sim_in_a_reader_makes_no_calls() -> None:
    for spec in MODEM, CALL:
        assert only(spec, BASE).missing[0] == "SIM mi-1709 is in card reader tray, not in a modem"
    swapped = BASE.replace("sim: mi-1709", "sim: cucc-2").replace("cucc-bj}", "mi-1709}")
    assert only(CALL, swapped).missing == (
        "SIM cucc-bj is in no modem",
        "SIM cucc-2 is in card reader tray, not in a modem",
    )


def test_the_control_of_a_card_may_be_in_a_reader() -> None:
    swapped = BASE.replace("sim: mi-1709", "sim: cucc-2").replace("cucc-bj}", "mi-1709}")
    binding = only(CARD, swapped)
    control = control_for(binding, {"subject": binding.subject})
    assert isinstance(control, Binding)
    assert (control.subject.sim.name, control.subject.name) == ("cucc-2", "tray")


def test_check_says_what_a_sim_in_a_reader_is_good_for() -> None:
    assert "SIM mi-1709 is in card reader tray, not in a modem: only its card is read" in (
        check(read(BASE), []).warnings
    )
    swapped = BASE.replace("sim: mi-1709", "sim: cucc-2").replace("cucc-bj}", "mi-1709}")
    assert "SIM cucc-2 is in card reader tray, not in a modem: nothing runs with it" in (
        check(read(swapped), []).warnings
    )


# What is opened


def test_a_real_reader_takes_the_wall_clock_and_costs_nothing() -> None:
    emulated, real = read(EMULATED).lab, read(BASE).lab
    assert all_emulated(emulated) and nothing_leaves(emulated)
    assert not all_emulated(real) and nothing_leaves(real)
    assert not nothing_leaves(read(BASE.replace("port: emulated", "port: /dev/ttyS0")).lab)


def opened(text: str, tmp_path: Path, ask: Any) -> None:
    lab = read(text).lab
    setting = Setting(lab, 1, (), (), tmp_path, 0.0, virtual=True)
    purse = Purse(lab, confirm=lambda _question: False, already={})

    async def main() -> None:
        async with Equipment(setting, purse=purse, journal=lambda _name: NoJournal()) as devices:
            await ask(devices)

    run_virtual(main())


def test_an_emulated_reader_holds_the_card_of_its_sim(tmp_path: Path) -> None:
    async def ask(devices: Equipment) -> None:
        device = devices.device("tray")
        assert isinstance(device, SimInReader) and device.sim == "mi-1709"
        assert await device.read_file(0x2FE2) == bytes.fromhex("98681002180100100719")
        with pytest.raises(NotAvailable, match="desk: is not open"):
            devices.device("desk")

    opened(EMULATED, tmp_path, ask)


class Pcsc:
    """A card driver that is made of nothing, as that of PC/SC is."""

    made: int = 0
    closed: int = 0
    names: tuple[str, ...] = ()

    def __init__(self) -> None:
        type(self).made += 1

    async def open(self, name: str, *, write: bool) -> Any:
        type(self).names += (name,)
        raise NotAvailable(name, "no reader of this name")

    async def close(self) -> None:
        type(self).closed += 1


def test_a_real_reader_is_asked_for_by_its_whole_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        equipment, "driver", lambda group, name: Pcsc if name == "pcsc" else drivers.driver(group, name)
    )

    async def ask(devices: Equipment) -> None:
        health = await devices.device("desk").health()
        assert health.detail == "no reader of this name"

    opened(BASE.replace("Reader 00 00", "Reader 00 00\n    sim: cucc-2"), tmp_path, ask)
    assert (Pcsc.made, Pcsc.closed, Pcsc.names) == (1, 1, ("ACME Reader 00 00",))


def test_a_fault_that_cannot_be_is_told_before_anything_is_opened(tmp_path: Path) -> None:
    async def ask(_devices: Equipment) -> None:
        raise AssertionError

    with pytest.raises(ValueError, match=r"reader tray: fault answer\.late: by='soon' is not a number"):
        opened(EMULATED.replace("by=2", "by=soon"), tmp_path, ask)


def test_a_pin_that_cannot_be_had_is_the_reader_s_trouble(tmp_path: Path) -> None:
    async def ask(devices: Equipment) -> None:
        with pytest.raises(NotAvailable, match="tray: pin: file:nowhere: No such file"):
            devices.device("tray")

    with_pin = EMULATED.replace(
        "city: 北京}\n  - {name: cucc-bj", "city: 北京, pin: file:nowhere}\n  - {name: cucc-bj"
    )
    assert with_pin != EMULATED
    opened(with_pin, tmp_path, ask)
