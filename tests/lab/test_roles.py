"""Who can play: written out by hand for a small lab, and what is said where nobody can."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop.lab.load import load, parse
from interop.lab.model import Lab
from interop.lab.roles import Binding, Cast, Player, Role, Seat, bindings, control_for, subject_of

NO_VOLTE = "capabilities: [voice, sms, ussd]"
ALL = "capabilities: [voice, sms, ussd, volte, multiparty, mms, mms_pdu]"


class Spec:
    def __init__(self, **roles: Role) -> None:
        self.roles = roles


CALLS = Spec(
    subject=Role("modem", ("voice",), Cast.SUBJECT),
    peer=Role("modem", ("voice",), Cast.PEER),
)
CARD = Spec(subject=Role("modem", (), Cast.SUBJECT))
FORM = Spec(subject=Role("modem", (), Cast.SUBJECT), site=Role("form", (), Cast.EACH))
HOTLINE = Spec(subject=Role("modem", ("voice", "hotline"), Cast.SUBJECT))


def small_with(*changes: tuple[str, str]) -> Lab:
    text = (Path(__file__).parents[2] / "lab-config" / "small.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return parse(text.encode(), source="lab.yaml", directory=Path()).lab


def names(players: tuple[Player, ...]) -> list[str]:
    return [player.sim.name if isinstance(player, Seat) else player.name for player in players]


def by_id(spec: Spec, lab: Lab) -> dict[str, Binding]:
    found = {binding.id: binding for binding in bindings(spec, lab)}
    assert len(found) == len(bindings(spec, lab)), "an id stands for one case"
    return found


def test_every_mvno_sim_is_tested_against_every_class_of_peer() -> None:
    assert {id_: names(found.candidates["peer"]) for id_, found in by_id(CALLS, load("small")).items()} == {
        "mi-1709->CMCC": ["cmcc-bj"],
        "mi-1709->CUCC": ["cucc-bj"],
        "mi-1709->CTCC": ["ctcc-gz"],
        "mi-1709->MVNO": ["snail-1718", "hna-1700"],
        "snail-1718->CMCC": ["cmcc-bj"],
        "snail-1718->CUCC": ["cucc-bj"],
        "snail-1718->CTCC": ["ctcc-gz"],
        "snail-1718->MVNO": ["mi-1709", "hna-1700"],
        "hna-1700->CMCC": ["cmcc-bj"],
        "hna-1700->CUCC": ["cucc-bj"],
        "hna-1700->CTCC": ["ctcc-gz"],
        "hna-1700->MVNO": ["mi-1709", "snail-1718"],
    }


def test_the_default_lab_offers_a_choice_in_the_order_of_the_file() -> None:
    found = by_id(CALLS, load("emulated"))
    assert len(found) == 7 * 4
    assert names(found["suning-1705->CUCC"].candidates["peer"]) == ["cucc-bj", "cucc-sh"]
    assert not any(binding.missing for binding in found.values())


def test_another_virtual_operator_means_another_brand() -> None:
    lab = small_with(("brand: 蜗牛移动", "brand: 小米移动"))
    assert names(by_id(CALLS, lab)["mi-1709->MVNO"].candidates["peer"]) == ["hna-1700"]


def test_what_a_player_claims() -> None:
    calls = by_id(CALLS, load("small"))["mi-1709->CMCC"]
    assert [player.resources for player in calls.candidates["subject"]] == [("modem:m01", "sim:mi-1709")]
    assert [player.resources for player in calls.candidates["peer"]] == [("modem:m04", "sim:cmcc-bj")]
    form = by_id(FORM, load("small"))["mi-1709@bank-a"]
    assert [player.resources for player in form.candidates["site"]] == [("form:bank-a",)]
    assert (calls.peer, form.peer, by_id(CARD, load("small"))["mi-1709"].peer) == ("CMCC", "bank-a", None)


@pytest.mark.parametrize(
    ("spec", "change", "id_", "missing"),
    [
        (CALLS, (f"sim: hna-1700, dialect: quectel, {ALL}", f"sim: hna-1700, {NO_VOLTE}"),
            "hna-1700->CMCC", "modem m03 has no volte, and hna-1700 of CTCC has no voice without it"),
        (CALLS, (f"sim: ctcc-gz, dialect: quectel, {ALL}", f"sim: ctcc-gz, {NO_VOLTE}"),
            "mi-1709->CTCC", "modem m06 has no volte, and ctcc-gz of CTCC has no voice without it"),
        (CALLS, (f"sim: mi-1709, dialect: quectel, {ALL}", "sim: mi-1709, capabilities: [sms]"),
            "mi-1709->CMCC", "modem m01 (mi-1709) has no voice"),
        (CALLS, ("{name: m01, port: emulated, sim: mi-1709", "{name: m01, port: emulated"),
            "mi-1709->CMCC", "SIM mi-1709 is in no modem"),
        (CALLS, ("{name: m04, port: emulated, sim: cmcc-bj", "{name: m04, port: emulated"),
            "mi-1709->CMCC", "SIM cmcc-bj is in no modem"),
        (HOTLINE, ('    hotline: "10046"\n', ""), "mi-1709", "SIM mi-1709 has no hotline"),
        (CALLS, ("base_operator: CMCC", "base_operator: CUCC\n    # moved"), "mi-1709->CMCC",
            "the lab has no ordinary CMCC SIM"),
    ],
)  # fmt: skip
def test_what_can_never_run_says_which_device_lacks_what(
    spec: Spec, change: tuple[str, str], id_: str, missing: str
) -> None:
    changes = [change]
    if "moved" in change[1]:
        changes += [("460001390001234", "460011390001234"), ("89860009012010000013", "89860120811000000188")]
    found = by_id(spec, small_with(*changes))
    assert found[id_].missing == (missing,)
    assert found["snail-1718->MVNO" if spec is CALLS else "snail-1718"].missing == ()


def test_a_lab_without_sites_says_so_for_every_subject() -> None:
    text = load("small").model_copy(update={"forms": ()})
    assert {id_: found.missing for id_, found in by_id(FORM, text).items()} == dict.fromkeys(
        ["mi-1709@form", "snail-1718@form", "hna-1700@form"], ("the lab has no number form",)
    )


def test_a_case_for_each_site() -> None:
    found = by_id(FORM, load("emulated"))
    assert len(found) == 7 * 3
    assert names(found["ali-162@site-b"].candidates["site"]) == ["site-b"]


def test_a_telecom_sim_without_volte_still_has_a_card_to_read() -> None:
    lab = small_with((f"sim: hna-1700, dialect: quectel, {ALL}", "sim: hna-1700, capabilities: [voice, sms]"))
    assert by_id(CARD, lab)["hna-1700"].missing == ()


def test_two_peers_need_two_sims() -> None:
    conference = Spec(**CALLS.roles, third=Role("modem", ("voice",), Cast.PEER))
    found = by_id(conference, load("small"))
    assert found["mi-1709->CMCC"].missing == ("2 peers are needed, there is 1 ordinary CMCC SIM",)
    assert found["mi-1709->MVNO"].missing == ()


def chosen(binding: Binding, **players: str) -> dict[str, Player]:
    """The players of those names, and the subject as itself."""
    picked: dict[str, Player] = {"subject": binding.subject}
    for role, name in players.items():
        picked[role] = next(one for one in binding.candidates[role] if names((one,)) == [name])
    return picked


@pytest.mark.parametrize(
    ("subject", "peer", "control"),
    [
        ("mi-1709->CMCC", "cmcc-gz", "cucc-bj"),  # the same city, 北京
        ("snail-1718->CMCC", "cmcc-bj", "cucc-sh"),  # the same city, 上海
        ("mi-1709->CUCC", "cucc-bj", "cucc-sh"),  # never the peer
        ("mi-1709->CUCC", "cucc-sh", "cucc-bj"),
        ("gome-165->MVNO", "ali-162", "cmcc-gz"),
        ("ali-162->CTCC", "ctcc-sh", "ctcc-gz"),
    ],
)
def test_the_control_is_an_ordinary_sim_on_the_same_path(subject: str, peer: str, control: str) -> None:
    tested = by_id(CALLS, load("emulated"))[subject]
    found = control_for(tested, chosen(tested, peer=peer))
    assert isinstance(found, Binding)
    assert found.id == f"{control}->{subject.partition('->')[2]}"
    assert found.subject.sim.kind == "ordinary"
    assert {role: names(players) for role, players in found.candidates.items()} == {
        "subject": [control],
        "peer": [peer],
    }


def test_why_there_is_no_control() -> None:
    only = by_id(CALLS, load("small"))["mi-1709->CUCC"]
    assert control_for(only, chosen(only, peer="cucc-bj")) == (
        "no ordinary CUCC SIM can take its place: cucc-bj is the peer"
    )
    lab = small_with(('    hotline: "10010"\n', ""))
    assert control_for(by_id(HOTLINE, lab)["mi-1709"], {}) == (
        "no ordinary CUCC SIM can take its place: SIM cucc-bj has no hotline"
    )


def test_the_subject_of_the_record() -> None:
    subject = subject_of(by_id(CARD, load("small"))["snail-1718"].subject)
    assert (subject.sim, subject.msisdn, subject.segment) == ("snail-1718", "17180001234", "1718")
    assert (subject.mvno, subject.base_operator, subject.city) == ("蜗牛移动", "CUCC", "上海")
    ordinary = next(sim for sim in load("small").sims if sim.name == "cmcc-bj")
    assert subject_of(Seat(ordinary, None)).mvno == ""


def with_others(number: int) -> Spec:
    others = {f"other{one}": Role("modem", ("voice",), Cast.OTHER) for one in range(number)}
    return Spec(**CALLS.roles, **others)


def test_a_third_party_is_any_sim_but_who_must_stand_in_for_the_subject() -> None:
    found = by_id(with_others(1), load("small"))
    assert names(found["mi-1709->CMCC"].candidates["other0"]) == [
        "snail-1718",
        "hna-1700",
        "cmcc-bj",
        "ctcc-gz",
    ]
    assert names(found["hna-1700->CMCC"].candidates["other0"]) == [
        "mi-1709",
        "snail-1718",
        "cmcc-bj",
        "cucc-bj",
    ]


def test_who_must_stand_in_is_a_third_party_where_there_is_nobody_else() -> None:
    """Six SIMs: the subject, its peer and four others are all of them."""
    found = by_id(with_others(4), load("small"))
    assert "cucc-bj" in names(found["mi-1709->CMCC"].candidates["other0"])
    assert not any(binding.missing for binding in found.values())


def test_a_lab_with_too_few_sims_for_all_parties_says_so() -> None:
    found = by_id(with_others(5), load("small"))
    assert {binding.missing for binding in found.values()} == {
        ("7 parties are needed, the lab has fewer SIMs that can play them",)
    }


def test_a_third_party_lacks_what_the_case_needs() -> None:
    deaf = Spec(**CALLS.roles, other=Role("modem", ("mms",), Cast.OTHER))
    some = "capabilities: [voice, sms, ussd, volte]"
    lab = small_with(*((ALL, some) for _ in range(5)), (ALL.replace(", mms_pdu", ""), some))
    assert "modem m02 (snail-1718) has no mms" in by_id(deaf, lab)["mi-1709->CMCC"].missing


def test_the_control_keeps_the_third_party() -> None:
    tested = by_id(with_others(1), load("small"))["mi-1709->CMCC"]
    found = control_for(tested, chosen(tested, peer="cmcc-bj", other0="hna-1700"))
    assert isinstance(found, Binding)
    assert {role: names(players) for role, players in found.candidates.items()} == {
        "subject": ["cucc-bj"],
        "peer": ["cmcc-bj"],
        "other0": ["hna-1700"],
    }
