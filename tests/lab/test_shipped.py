"""The labs that come with Interop are what the issue asks for, and clean."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from interop.lab.equipment import all_emulated
from interop.lab.load import load, parse, read
from interop.numbering import segment_label

LAB_CONFIG = Path(__file__).parents[2] / "lab-config"


@pytest.mark.parametrize("name", ["emulated", "small", "lab-example"])
def test_loads_without_a_warning(name: str) -> None:
    assert read(name).warnings == ()


def test_the_default_lab() -> None:
    lab = load("emulated")
    tested = [sim for sim in lab.sims if sim.kind == "mvno"]
    assert sorted(segment_label(sim.msisdn) for sim in tested) == [
        "162", "165", "167", "1700", "1705", "1709", "1718"
    ]  # fmt: skip
    assert len({sim.brand for sim in tested}) == len(tested)
    assert all(sim.hotline for sim in tested)
    ordinary = [sim.base_operator for sim in lab.sims if sim.kind == "ordinary"]
    assert sorted(ordinary) == ["CMCC", "CMCC", "CTCC", "CTCC", "CUCC", "CUCC"]
    assert {sim.imsi[:5] for sim in tested if sim.msisdn.startswith("171")} == {"46009"}
    assert all_emulated(lab)


def test_the_small_lab_is_six_sims_of_the_default_one() -> None:
    default = {sim.name: sim for sim in load("emulated").sims}
    small = load("small").sims
    assert len(small) == 6
    assert all(default[sim.name] == sim for sim in small)


def test_the_example_is_eight_real_modems() -> None:
    lab = load("lab-example")
    assert len(lab.modems) == 8 and not all_emulated(lab)
    ports = [modem.port for modem in lab.modems]
    assert sum(port.startswith("/dev/serial/by-id/") for port in ports) == 7
    assert sum(port.startswith("socket://") for port in ports) == 1
    assert all(sim.budget.calls and sim.budget.messages for sim in lab.sims)
    (reader,) = lab.readers
    assert reader.driver == "pcsc" and reader.place.endswith(" 00 00") and reader.sim is None


def test_the_sites_that_the_example_has_in_comments_are_right_too() -> None:
    head, _, sites = (LAB_CONFIG / "lab-example.yaml").read_text(encoding="utf-8").partition("# forms:\n")
    wanted = [line[2:] for line in sites.splitlines() if re.match(r"# (  |\w+s:)", line)]
    text = "\n".join([head, "forms:", *wanted])
    lab = parse(text.encode(), source="example", directory=LAB_CONFIG).lab
    assert [rule.outcome for rule in lab.forms[0].rules] == [
        "accepted", "rejected_by_format", "rejected_by_policy", "rejected", "unclear"
    ]  # fmt: skip
    assert [rule.outcome for rule in lab.forms[0].code_rules] == ["right", "wrong"]
    assert lab.forms[0].message is not None
    assert re.fullmatch(lab.forms[0].message, "【甲银行】您的验证码135790，5分钟内有效，切勿告知他人。")
    assert re.search(lab.labels[0].label, '{"tag": "骚扰电话"}')[1] == "骚扰电话"  # type: ignore[index]
    assert [gateway.driver for gateway in lab.gateways] == ["cmpp3", "sgip"]
    assert [gateway.answer_s for gateway in lab.gateways] == [60, 60]
    assert [form.driver for form in lab.forms] == ["form", "keyboard"]
    assert [originator.driver for originator in lab.originators] == ["modem", "keyboard"]
