"""What a plan finds out about a card by reads alone, and every reason for which nothing may be written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from drivers.card.memory import MemoryCards
from drivers.emulated.uicc.dump import load
from drivers.emulated.uicc.tree import Directory
from interop.engine.clock import run_virtual
from interop.personalise.identify import identify, torn
from interop.personalise.order import Order, SecretKey, Wish
from interop.personalise.planning import plan
from interop.personalise.steps import Keys, Plan
from interop.uicc import Iccid, Imsi, Spn
from interop.uicc.paths import EF_ICCID
from interop.uicc.session import Session, Tries, View
from tests.personalise.bench import (
    ADM,
    KEYS,
    NEW,
    OLD,
    PIN,
    READER,
    SCRAMBLED,
    WANTED,
    Watched,
    dump,
    order,
    put,
    scrambled,
)

IMSI, SPN, PLMNSEL, MSISDN = "3F00/7FFF/6F07", "3F00/7FFF/6F46", "3F00/7F20/6F30", "3F00/7F10/6F40"
KI, OPC = "3F00/7F20/00FF", "3F00/7F20/00F7"


def planned(card: Watched, made: Order, **options: Any) -> Plan:
    """A plan gives no key and changes nothing, whatever it finds."""

    async def main() -> Plan:
        link = await MemoryCards({READER: card}).open(READER, write=True)
        session = Session(link.transmit)
        identity = await identify(link, session, made.view)
        before = dump(card), [key.left for key in card.keys.values()], list(card.counter.seen)
        found = await plan(session, identity, made, **options)
        assert before == (dump(card), [key.left for key in card.keys.values()], list(card.counter.seen))
        assert card.changes == card.verifies == 0
        await link.close()
        return found

    return run_virtual(main())


def one(path: str, content: Any, **options: Any) -> Order:
    """An order that wishes one thing, and changes nothing else."""
    of_wish = ("record", "offset", "optional", "secret")
    wish = {key: options.pop(key) for key in list(options) if key in of_wish}
    wishes = (Wish(path, content, **wish),)
    return order(**{"wishes": wishes, "milenage": None, "new_iccid": "", **options})


def access(card: Watched, path: str, attribute: str) -> Watched:
    file = card.tree.file(path)
    assert file is not None
    file.access = bytes.fromhex(attribute)
    return card


# What is found


def test_the_plan_of_a_whole_card() -> None:
    found = planned(scrambled(), order())
    assert not found.problems and not found.done
    steps = {(step.path, step.offset): step for step in found.steps}
    assert len(steps) == len(found.steps) == 18
    for (path, _), step in steps.items():
        if step.readable:
            assert step.before is not None
            assert bytes.fromhex(SCRAMBLED[path.replace("7F20/6F46", "7FFF/6F46")]).startswith(step.before)
            assert bytes.fromhex(WANTED[path.replace("7F20/6F46", "7FFF/6F46")]).startswith(step.after)
    assert [path for path, _ in steps][:3] == ["3F00/7FFF/6F7B", "3F00/7FFF/6F7E", "3F00/7FFF/5F3B/4F20"]
    assert [path for path, _ in steps][-5:] == [IMSI, KI, OPC, OPC, EF_ICCID]
    assert steps[IMSI, None].rule == "ADM1" and steps[PLMNSEL, None].rule == "PIN1"
    assert [step.path for step in found.steps if not step.readable] == [KI, OPC, OPC]
    assert found.absent == ("3F00/7FFF/6FC5",)
    assert found.verify and found.tries == Tries(3, sw=0x63C3) and not found.pin
    assert found.keys is Keys.OTHER


def test_nothing_is_planned_for_a_card_that_is_so_already() -> None:
    card = put(scrambled(), WANTED)
    found = planned(card, order())
    assert found.done and not found.problems and found.keys is Keys.RIGHT
    assert not found.verify and found.tries is None
    assert set(found.same) == set(WANTED) - LEFTOVERS | {"3F00/7F20/6F46"}


LEFTOVERS = {"3F00/7FFF/6F7B", "3F00/7FFF/6F7E", "3F00/7FFF/5F3B/4F20"}


def test_what_is_seen() -> None:
    found = planned(put(scrambled(), WANTED | {SPN: SCRAMBLED[SPN]}), order())
    assert not found.as_seen and not found.unseen
    found = planned(put(scrambled(), WANTED), order())
    assert found.as_seen and found.done
    locked = planned(access(put(scrambled(), WANTED), SPN, "8B032F0607"), order())
    assert (
        locked.as_seen
        and not locked.done
        and [step.path for step in locked.unseen] == [SPN, "3F00/7F20/6F46"]
    )
    unasked = planned(access(put(scrambled(), WANTED), SPN, "8B032F0607"), order(milenage=None))
    assert not unasked.as_seen  # its key files were not looked into, either
    assert not planned(scrambled(), order(adm=None)).as_seen


def test_a_card_in_use_keeps_what_its_handset_wrote() -> None:
    used = {path: octets for path, octets in SCRAMBLED.items() if path in LEFTOVERS}
    card = put(scrambled(), WANTED | used)
    assert planned(card, order()).done
    put(card, {SPN: SCRAMBLED[SPN]})
    steps = [step.path for step in planned(card, order()).steps]
    assert steps == ["3F00/7FFF/6F7B", "3F00/7FFF/6F7E", "3F00/7FFF/5F3B/4F20", SPN, "3F00/7F20/6F46"]


def test_the_order_of_writing_is_that_of_the_order_and_the_iccid_last() -> None:
    wishes = (Wish(EF_ICCID, Iccid(NEW)), Wish(IMSI, Imsi("460011709001234")), Wish(SPN, Spn("x")))
    found = planned(scrambled(), order(wishes=wishes, milenage=None))
    assert [step.path for step in found.steps] == [IMSI, SPN, EF_ICCID]


def test_a_part_of_a_file_is_compared_and_planned_alone() -> None:
    found = planned(scrambled(), one("3F00/7FFF/6FAD", b"\x02", offset=3))
    assert [(step.before, step.after, step.offset) for step in found.steps] == [(b"\x03", b"\x02", 3)]
    assert planned(scrambled(), one("3F00/7FFF/6FAD", b"\x03", offset=3)).done


def test_files_longer_than_one_command() -> None:
    form = {"3F00/2F50": {"octets": "00" * 600, "access": "8B032F0602"}}
    card = scrambled()
    file = load(form).file("3F00/2F50")
    assert file is not None
    file.home = card.tree.root
    card.tree.root.children[0x2F50] = file
    wanted = bytes(range(256)) * 2 + bytes(88)
    found = planned(card, one("3F00/2F50", wanted))
    assert [(step.before, step.after) for step in found.steps] == [(bytes(600), wanted)]


# Keys


def test_keys_that_cannot_be_asked_are_written() -> None:
    card = put(scrambled(), {KI: "ff" * 16})  # 9864: it has none
    found = planned(card, order())
    assert found.keys is Keys.UNKNOWN
    assert [step.path for step in found.steps if step.secret] == [KI, OPC, OPC]


def test_other_keys_than_ordered_where_none_is_written() -> None:
    wishes = tuple(wish for wish in order().wishes if not wish.secret)
    found = planned(scrambled(), order(wishes=wishes))
    assert found.problems == ("the card has other keys than the row, and the order writes none",)


def test_keys_in_several_places_are_all_written_as_one_answer_does_not_prove_them() -> None:
    card = put(scrambled(), WANTED)
    isim = card.tree.at("3F00/ADF.ISIM")
    key_file = card.tree.file(KI)
    assert isinstance(isim, Directory) and key_file is not None
    isim.children[0xAF20] = replace(key_file, id=0xAF20, octets=bytearray(16))
    wishes = (*order().wishes, Wish("3F00/ADF.ISIM/AF20", KEYS.k, secret=True))
    found = planned(card, order(wishes=wishes))
    assert found.keys is Keys.RIGHT
    assert [step.path for step in found.steps] == [KI, OPC, OPC, "3F00/ADF.ISIM/AF20"]
    assert found.as_seen and not found.done and found.unseen == found.steps
    put(card, {KI: "00" * 16, "3F00/7FFF/6F7B": SCRAMBLED["3F00/7FFF/6F7B"]})
    found = planned(card, order(wishes=wishes))
    assert not found.as_seen and found.steps[0].path == "3F00/7FFF/6F7B"
    optional = (*order().wishes, Wish("3F00/ADF.ISIM/AF21", KEYS.k, secret=True, optional=True))
    assert planned(put(card, WANTED), order(wishes=optional)).done


def test_a_secret_that_is_no_key_is_not_proved_by_keys() -> None:
    card = put(scrambled(), WANTED)
    key_file = card.tree.file(KI)
    directory = card.tree.at("3F00/7F20")
    assert isinstance(directory, Directory) and key_file is not None
    directory.children[0x00F1] = replace(key_file, id=0x00F1, octets=bytearray(16))
    wishes = (*order().wishes, Wish("3F00/7F20/00F1", bytes(range(7, 23)), secret=True))
    found = planned(card, order(wishes=wishes))
    assert [step.path for step in found.steps if step.secret] == ["3F00/7F20/00F1"]


# Who may write


RULES = {  # security attribute as in an FCP, and what the plan makes of it with ADM1 alone
    "EF_ARR of the MF": ("8B032F0604", "ADM1", ""),
    "EF_ARR in its directory": ("8B036F0602", "ADM1", ""),
    "PIN1, which is disabled": ("8B032F0601", "PIN1", ""),
    "never": ("AB0A80010190008001029700", "", "can never be written"),
    "expanded": ("AB1080010190 00 800102A40683010A950108", "ADM1", ""),
    "of ADM2": (
        "AB1080010190 00 800102A40683010B950108",
        "",
        "written with ADM2 only, and the row has adm (ADM1)",
    ),
    "of PIN2": ("8B036F0605", "", "written with PIN2 only, and the row has adm (ADM1)"),
    "either key": ("AB1A80010190 00 800102 A010 A40683010B950108 A40683010A950108", "ADM2 or ADM1", ""),
    "both keys": (
        "AB1A80010190 00 800102 AF10 A40683010B950108 A40683010A950108",
        "",
        "written with ADM2 and ADM1 only, and the row has adm (ADM1)",
    ),
    "compact, never": ("8C0303FF00", "", "can never be written"),
    "compact, the issuer's": ("8C03032000", "external authentication", ""),
    "compact, the user's": (
        "8C03031000",
        "",
        "written with user authentication only, and the row has adm (ADM1)",
    ),
    "no such record": ("8B032F0609", "", None),
    "none at all": ("", "", None),
}  # fmt: skip


@pytest.mark.parametrize("name", RULES)
def test_access_rules(name: str) -> None:
    attribute, rule, problem = RULES[name]
    found = planned(access(scrambled(), SPN, attribute), one(SPN, Spn("a")))
    if problem is None:  # the emulated card reads nothing without a rule, and then nobody could read it back
        assert [step.rule for step in found.steps] == [""] and found.verify
    elif problem:
        assert found.problems == (f"{SPN}: {problem}",)
    else:
        assert not found.problems
        assert [step.rule for step in found.steps] == [rule]
        assert found.verify is (rule != "PIN1")


def test_what_only_the_adm_may_read_is_compared_once_it_is_given() -> None:
    found = planned(access(scrambled(), SPN, "8B032F0607"), one(SPN, Spn("a")))
    assert [(step.before, step.readable) for step in found.steps] == [(None, True)]
    assert not found.problems and found.verify


def test_what_nobody_could_read_back_is_written_only_where_it_is_a_secret() -> None:
    card = access(scrambled(), SPN, "8B032F0606")
    assert planned(card, one(SPN, Spn("a"))).problems == (f"{SPN}: can never be read",)
    found = planned(card, one(SPN, b"\0" * 17, secret=True))
    assert [(step.before, step.readable) for step in found.steps] == [(None, False)]


def test_pin1_where_it_is_enabled() -> None:
    made = order()
    refused = planned(scrambled(pin="1234"), made)
    (unread,) = (
        problem
        for problem in refused.problems
        if problem.endswith(": read with PIN1 only, and the row has no pin")
    )
    assert IMSI in unread and "3F00/7FFF/6F78, " in unread
    assert "its keys can only be proved with PIN1, and the row has no pin" in refused.problems
    found = planned(scrambled(pin="1234"), replace(made, pin=PIN))
    assert not found.problems and found.verify and found.pin
    assert found.pin_tries == Tries(3, sw=0x63C3) and found.keys is Keys.UNKNOWN
    assert {step.path for step in found.steps if step.before is None and step.readable} >= {IMSI, PLMNSEL}
    spent = scrambled(pin="1234")
    spent.pin.left = 2
    assert planned(spent, replace(made, pin=PIN)).problems == (f"pin (PIN1) {few(2)}",)
    assert not planned(spent, replace(made, pin=PIN), allow_tries=2).problems


def test_pin1_is_not_asked_for_where_it_is_not_needed() -> None:
    found = planned(scrambled(pin="1234"), one(SPN, Spn("a"), pin=PIN))
    assert found.verify and not found.pin and found.pin_tries is None


def test_what_the_pin_is_enough_for_without_any_adm() -> None:
    for attribute, enough in (("8B032F0603", True), ("8C03031010", True), ("8C03032000", False)):
        card = access(scrambled(pin="1234"), SPN, attribute)
        found = planned(card, one(SPN, Spn("a"), adm=None, pin=PIN))
        assert (not found.problems) is found.pin is enough and not found.verify
    either = "AB1A80010190 00 800102 A010 A406830101950108 A40683010A950108"
    found = planned(access(scrambled(pin="1234"), SPN, either), one(SPN, Spn("a"), pin=PIN))
    assert found.verify and not found.pin  # which other files take, too


def test_no_adm_is_ever_taken_for_disabled() -> None:
    """Whatever the PIN status of the MF says of it (tag C6 names every key)."""
    card = scrambled()
    card.keys[0x0A].enabled = False
    assert planned(card, one(SPN, Spn("a"))).verify


def test_pin1_for_the_proof_alone() -> None:
    made = order(wishes=(Wish(SPN, Spn("a")),), pin=PIN)
    found = planned(put(scrambled(pin="1234"), WANTED), made)
    assert [step.rule for step in found.steps] == ["ADM1"]
    assert found.pin and not found.problems
    assert planned(put(scrambled(), WANTED), made).pin is False


def test_a_refusal_counts_more_than_the_rule() -> None:
    """PIN1 is said to be disabled, and the record is not read without it."""
    card = scrambled()
    card.arm("status.wrong@ins=B2,sw=6982")
    (problem,) = planned(card, one(MSISDN, bytes(34), record=1)).problems
    assert problem == f"{MSISDN}: read with PIN1 only, and the row has no pin"


# How many tries


def few(left: int) -> str:
    return f"has {left} of 3 tries left: somebody gave a wrong one; --allow-tries {left} goes on nevertheless"


@pytest.mark.parametrize(
    ("left", "allow", "problem"),
    [
        (3, None, ""),
        (2, None, few(2)),
        (2, 3, few(2)),
        (2, 2, ""),
        (1, 2, few(1)),
        (1, 1, ""),
        (1, 0, ""),
        (3, 9, ""),
        (0, None, "is blocked"),
        (0, 0, "is blocked"),
    ],
)  # fmt: skip
def test_tries(left: int, allow: int | None, problem: str) -> None:
    card = scrambled()
    card.keys[0x0A].left = left
    assert planned(card, order(), allow_tries=allow).problems == (
        (f"adm (ADM1) {problem}",) if problem else ()
    )


def test_a_card_whose_full_counter_is_higher() -> None:
    card = scrambled()
    card.keys[0x0A].left = card.keys[0x0A].tries = 10
    assert not planned(card, order(adm=replace(ADM, full=10))).problems
    card.keys[0x0A].left = 9
    assert "has 9 of 10 tries left" in planned(card, order(adm=replace(ADM, full=10))).problems[0]


@pytest.mark.parametrize("sw", ["6700", "6D00", "9804"])
def test_a_card_that_does_not_tell_takes_consent(sw: str) -> None:
    def asked(allow: int | None) -> tuple[str, ...]:
        card = scrambled()
        card.arm(f"status.wrong@ins=20,sw={sw},times=100")
        return planned(card, order(), allow_tries=allow).problems

    unknown = f"the card does not tell how many tries adm (ADM1) has left ({sw})"
    assert asked(None) == asked(1) == (f"{unknown}: only --allow-tries 0 spends one nevertheless",)
    assert asked(0) == ()


def test_no_key_is_given_to_a_card_that_has_it_already() -> None:
    async def main() -> Plan:
        link = await MemoryCards({READER: scrambled(card_type="tells-verified")}).open(READER, write=True)
        session = Session(link.transmit)
        identity = await identify(link, session)
        await session.verify(ADM.reference, ADM.octets)
        return await plan(session, identity, order())

    found = run_virtual(main())
    assert not found.verify and found.tries == Tries(None, verified=True, sw=0x9000) and not found.problems


# The 2G view


def sim_order(**differences: Any) -> Order:
    wishes = (
        Wish("3F00/7F20/6F46", Spn("小米移动", show_plmn=True, hide_abroad=True)),
        Wish("3F00/7FFF/6FD9", b"\0" * 12, optional=True),
        Wish("3F00/7F20/6F07", Imsi("460011709001234")),
        Wish(KI, KEYS.k, secret=True),
        Wish(OPC, b"\x01" + KEYS.opc, secret=True),
        Wish(EF_ICCID, Iccid(NEW)),
    )
    return order(**{"wishes": wishes, "view": View.SIM, **differences})


def test_a_sim_tells_who_may_write_and_not_how_many_tries_are_left() -> None:
    found = planned(scrambled(), sim_order())
    unknown = "the card does not tell how many tries adm (ADM1) has left: only --allow-tries 0 spends one"
    assert found.problems == (f"{unknown} nevertheless",)
    found = planned(scrambled(), sim_order(), allow_tries=0)
    assert not found.problems and found.verify and found.keys is Keys.OTHER
    assert [step.path for step in found.steps] == ["3F00/7F20/6F46", "3F00/7F20/6F07", KI, OPC, EF_ICCID]
    assert {step.rule for step in found.steps} == {"ADM of level 4"}
    assert found.absent == ("3F00/7FFF/6FD9",)
    assert "written with ADM of level 4 only" in planned(scrambled(), sim_order(adm=None)).problems[0]
    (problem, *_) = planned(scrambled(pin="1234"), sim_order(adm=None, pin=PIN)).problems
    assert "written with ADM of level 4 only, and the row has pin (PIN1)" in problem


def test_pin1_of_a_sim() -> None:
    wish = one(PLMNSEL, b"\xff" * 24, view=View.SIM, adm=None)
    assert not planned(scrambled(), wish).problems
    assert planned(scrambled(pin="1234"), wish).problems == (
        f"{PLMNSEL}: written with PIN1 only, and the row has no pin",
    )
    found = planned(scrambled(pin="1234"), replace(wish, pin=PIN))
    assert found.pin and found.pin_tries == Tries(3)


# Why not


NOTHING: Callable[[Watched], object] = lambda card: None  # noqa: E731
OTHER = OLD[:-1] + "8"
NO_ADM = "written with ADM1 only, and the row has"
EMPTY = {EF_ICCID: "ff" * 10}
ATR = "3B9F96801FC78031A073BE21136743200718000001A5"
PROBLEMS: dict[str, tuple[Callable[[Watched], object], Order, str]] = {
    "another card": (NOTHING, order(iccid=OTHER), f"its ICCID is {OLD}, the order is for {OTHER}"),
    "no ICCID": (lambda card: put(card, EMPTY), order(), f"its ICCID is unreadable, the order is for {OLD}"),
    "ATR": (NOTHING, order(atr=b"\x3b\x00"), f"its ATR is {ATR}, the order is for 3B00"),
    "no file": (NOTHING, one("3F00/7FFF/6FC5", b"\0", record=1), "3F00/7FFF/6FC5: the card has no such file"),
    "no application": (
        lambda card: card.tree.applications.pop("ADF.ISIM"),
        one("3F00/ADF.ISIM/6F02", b"\0"),
        "3F00/ADF.ISIM/6F02: the card has no such file",
    ),
    "a directory": (NOTHING, one("3F00/7F20", b"\0"), "3F00/7F20: is a directory"),
    "too long a name": (NOTHING, one(SPN, Spn("十七个字节放不下它")), f"{SPN}: EF_SPN 6F46: "),
    "too few octets": (NOTHING, one(SPN, b"\0" * 16), f"{SPN}: takes 17 octets"),
    "beyond the end": (NOTHING, one(SPN, b"\0" * 2, offset=16), f"{SPN}: takes 1 octets there, 2"),
    "no record": (NOTHING, one(MSISDN, bytes(34), record=3), f"{MSISDN}: has 2 records, none 3"),
    "not of records": (NOTHING, one(SPN, b"\0" * 17, record=1), f"{SPN}: has 0 records, none 1"),
    "of records": (NOTHING, one(MSISDN, bytes(68)), f"{MSISDN}: is linear fixed"),
    "cyclic": (NOTHING, one("3F00/7F10/6F44", b"\0" * 30, record=1), "3F00/7F10/6F44: is cyclic"),
    "no path": (NOTHING, one("3F00/SPN", b"\0"), "3F00/SPN: '3F00/SPN' is no path from the MF"),
    "a short key": (
        NOTHING,
        one(SPN, Spn("a"), adm=SecretKey(0x0A, b"8888")),
        "adm (ADM1) has 4 octets, VERIFY takes 8",
    ),
    "twice": (NOTHING, order(wishes=(Wish(SPN, Spn("a")), Wish(SPN, Spn("b")))), f"{SPN} is ordered 2 times"),
    "deactivated": (
        lambda card: setattr(card.tree.file(SPN), "active", False),
        one(SPN, Spn("a")),
        f"{SPN}: is deactivated (6283): it has to be activated (ACTIVATE FILE) first",
    ),
    "deactivated, in 2G": (
        lambda card: setattr(card.tree.file(SPN), "active", False),
        one("3F00/7F20/6F46", Spn("a"), view=View.SIM),
        "3F00/7F20/6F46: is deactivated (6283): it has to be activated (ACTIVATE FILE) first",
    ),
    "no adm": (NOTHING, one(SPN, Spn("a"), adm=None), f"{SPN}: {NO_ADM} no adm"),
    "another adm": (
        NOTHING,
        one(SPN, Spn("a"), adm=SecretKey(0x0B, b"12345678")),
        f"{SPN}: {NO_ADM} adm (ADM2)",
    ),
    "no such key": (
        lambda card: card.keys.pop(0x0A),
        one(SPN, Spn("a")),
        "VERIFY of key 0A without data: the card answered 6A88",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROBLEMS)
def test_problems(name: str) -> None:
    prepare, made, problem = PROBLEMS[name]
    card = scrambled()
    prepare(card)
    found = planned(card, made)
    assert [found.problems[0][: len(problem)], *found.problems[1:]] == [problem]
    assert not found.done


def test_a_card_in_the_wrong_view() -> None:
    async def main() -> tuple[str, ...]:
        link = await MemoryCards({READER: scrambled()}).open(READER, write=True)
        session = Session(link.transmit)
        made = sim_order(card_type="Fairwaves")
        return (await plan(session, await identify(link, session), made)).problems

    assert run_virtual(main()) == (
        "its ATR is one of sysmoUSIM-SJS1, the order is for Fairwaves",
        "the card shows its 3G view, the order is for files of the 2G view",
    )


def test_values_of_secrets_are_in_no_problem() -> None:
    secret = "DEADBEEF" * 5
    content = bytes.fromhex(secret)
    for made in (one(KI, content, secret=True), one(KI, Imsi(secret), secret=True)):
        (problem,) = planned(scrambled(), made).problems
        assert KI in problem and secret.lower() not in problem.lower()


# Torn


def test_a_torn_iccid_is_planned_for_when_the_caller_knows_whose_it_is() -> None:
    broken = NEW_PART + SCRAMBLED[EF_ICCID][len(NEW_PART) :]
    card = put(scrambled(), {EF_ICCID: broken})
    assert "the order is for" in planned(card, order()).problems[0]
    found = planned(card, order(), torn=True)
    assert not found.problems and found.steps[-1].path == EF_ICCID
    (problem,) = planned(card, one(SPN, Spn("a")), torn=True).problems
    assert problem == "its ICCID is torn, and the order does not write it"


NEW_PART = WANTED[EF_ICCID][:8]


@pytest.mark.parametrize(
    ("octets", "is_torn"),
    [
        ("AABBCC", False),  # as it was
        ("112233", False),  # as it is to be
        ("11BBCC", True),
        ("1122CC", True),
        ("AA2233", True),
        ("FFFFFF", True),
        ("11FF00", True),
        ("11BBCD", False),
        ("BBAACC", False),
        ("11BB", False),
        ("", False),
    ],
)
def test_what_a_torn_write_may_leave(octets: str, is_torn: bool) -> None:
    found = torn(bytes.fromhex(octets), before=bytes.fromhex("AABBCC"), after=bytes.fromhex("112233"))
    assert found is is_torn
