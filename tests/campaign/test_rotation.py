"""SIMs on other modems, and what of a lab's cases they can still play."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from interop.campaign.cells import Cell, Trial, cell_of, reseated
from interop.campaign.rotation import alike, rotated
from interop.campaign.spending import Spend, of_service
from interop.engine.attempt import BoundCase
from interop.engine.bench import Bench
from interop.engine.case import Cast, case, role, spec_of
from interop.lab.load import load
from interop.lab.model import Lab
from interop.lab.roles import bindings
from interop.protocols.modem import Modem
from tests.campaign.country import Device


@pytest.fixture(scope="module")
def lab() -> Lab:
    return load("emulated")


def bound(lab: Lab) -> list[BoundCase]:
    @case(service="sms-mo", standard="none", expected_s=10)  # in the module pytest would play it
    async def sends(
        bench: Bench,
        *,
        subject: Modem = role("modem", "sms", cast=Cast.SUBJECT),
        peer: Modem = role("modem", "sms", cast=Cast.PEER),
    ) -> None: ...

    spec = spec_of(sends)
    assert spec is not None
    return [
        BoundCase("toy.sends", spec, sends, binding, {}, parameters="gsm7") for binding in bindings(spec, lab)
    ]


def test_every_sim_that_may_moves_to_a_modem_that_can_do_the_same(lab: Lab) -> None:
    groups = alike(lab)
    assert sorted(map(len, groups)) == [3, 8]  # of 13; m04 and m11 are like no other
    moved = rotated(lab, groups)
    assert sorted(str(modem.sim) for modem in moved.modems) == sorted(str(modem.sim) for modem in lab.modems)
    for before, after in zip(lab.modems, moved.modems, strict=True):
        assert (before.sim == after.sim) is (before.name in ("m04", "m11"))
        home = next(modem for modem in lab.modems if modem.sim == after.sim)
        assert set(home.capabilities) == set(after.capabilities)
        assert before.model_copy(update={"sim": after.sim}) == after


def test_only_cases_whose_subject_moved_are_played_again(lab: Lab) -> None:
    able = [one for one in bound(lab) if not one.binding.missing]
    moved = list(reseated(able, rotated(lab, [["m01", "m03"]])))
    assert {one.binding.subject.sim.name for one in moved} == {"mi-1709", "hna-1700"}
    assert {one.binding.subject.name for one in moved} == {"m01", "m03"}
    names = [one.name for one in able if one.binding.subject.name in ("m01", "m03")]
    assert [one.name for one in moved] == names
    assert len(names) == 8  # two SIMs, four classes of peers


def test_a_sim_that_cannot_speak_there_plays_nothing(lab: Lab) -> None:
    """m04 has no VoLTE: a SIM of China Telecom neither speaks nor texts in it."""
    able = [one for one in bound(lab) if not one.binding.missing]
    moved = list(reseated(able, rotated(lab, [["m03", "m04"]])))
    assert {one.binding.subject.sim.name for one in moved} == {"suning-1705"}


def test_who_plays_is_drawn_and_everybody_plays(lab: Lab) -> None:
    cell = cell_of(next(one for one in bound(lab) if one.binding.id == "mi-1709->MVNO"))
    able = {one.name for one in cell.roles["peer"]}
    assert len(able) == 6
    casts = [Trial(cell, repeat).cast(1) for repeat in range(1, 61)]
    peers = Counter(cast["peer"].name for cast in casts)
    assert set(peers) == able
    assert min(peers.values()) >= 3
    assert {cast["subject"].name for cast in casts} == {"m01"}
    assert casts == [Trial(cell, repeat).cast(1) for repeat in range(1, 61)]
    assert casts != [Trial(cell, repeat).cast(2) for repeat in range(1, 61)]


def test_nobody_plays_two_roles() -> None:
    one, two, three = (Device(name, (f"modem:{name}",)) for name in ("m1", "m2", "m3"))
    cell = Cell("x[y", "", {}, 1.0, roles={"a": (one, two, three), "b": (one, two), "c": (one,)})
    for repeat in range(1, 20):
        assert Trial(cell, repeat).cast(1) == {"a": three, "b": two, "c": one}


def test_a_cell_is_called_what_the_engine_calls_it(lab: Lab) -> None:
    for one in bound(lab):
        cell = cell_of(one)
        assert cell.case() == one.name
        assert cell.case(3) == replace(one, repeat=3).name
    first = cell_of(bound(lab)[0])
    assert dict(first.levels) == {
        "mvno": "小米移动",
        "base_operator": "CUCC",
        "city": "北京",
        "service": "sms-mo",
        "originator": "",
        "modem": "m01",
        "peer": "CMCC",
    }
    assert first.spend == Spend(messages=1)
    assert first.far == "peer" and set(first.fars) == {"cmcc-bj", "cmcc-gz"}


def test_an_unknown_service_may_spend_as_much_as_any() -> None:
    assert of_service("telepathy") == Spend(calls=3, messages=13, multimedia=2)


def test_every_service_of_the_suites_is_in_the_table() -> None:
    said = {
        part.partition('"')[0]
        for path in (Path(__file__).parents[2] / "suites").rglob("*.py")
        for part in path.read_text("utf-8").split('service="')[1:]
    }
    assert len(said) > 30
    table = (Path(__file__).parents[2] / "interop/campaign/spending.csv").read_text("utf-8").splitlines()
    assert said == {line.partition(",")[0] for line in table[1:]}
