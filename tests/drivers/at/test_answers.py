"""Answers as modems really give them (modems.md 4.2) and as 27.007 and 27.005 print them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.at import answers
from interop.protocols.modem import CallEntry, CallStat, SimState, Stat


@pytest.mark.parametrize(
    ("text", "stat"),
    [
        ("0,1", Stat.HOME),
        ("2,5", Stat.ROAMING),
        ('2,1,"1790","01A2B3C4"', Stat.HOME),
        ('2,1,"1790","01A2B3C4",7', Stat.HOME),
        ('2,1,"0B,"0100701",7', Stat.HOME),  # broken quotes (ModemManager)
        ('2,0,"5E25', Stat.NOT_REGISTERED),
        ("2,3", Stat.DENIED),
        ("0,6", Stat.HOME),
        ("0,10", Stat.ROAMING),
        ("1", Stat.HOME),
    ],
)
def test_registration(text: str, stat: Stat) -> None:
    assert answers.registration(text) is stat


@pytest.mark.parametrize("text", ["", "x", "0,", "0,99", "²,²"])
def test_registration_that_cannot_be_read(text: str) -> None:
    with pytest.raises(answers.Unreadable):
        answers.registration(text)


@pytest.mark.parametrize(
    ("text", "is_answer"),
    [
        ("2,1", True),
        ('2,1,"1790","01A2"', True),
        ("1", False),
        ('1,"1790","01A2",7', False),
        ("1,1790,01A2", False),
        # arities and oddities that ModemManager's tests collect
        ('002,001,"18d8","ffff"', True),  # Iridium
        ("2,1,000B,2816, B, C2816", True),  # Samsung Wave S8500
        ("2,1, 1F00, 79D903 ,8", True),
        ("2,10", True),
        ('2,5,"5E25', True),
        ('3,"5E25', False),
        ('5,"2b04","cc7d0000",6', False),  # LAC with its bytes swapped
    ],
)
def test_answer_or_news(text: str, is_answer: bool) -> None:
    assert answers.is_registration_answer(text) is is_answer


@pytest.mark.parametrize(
    ("text", "home"), [("0,1", True), ("2,1,05", True), ("1", True), ("1,05", True), ("2,0", False)]
)
def test_ims(text: str, home: bool) -> None:
    assert answers.ims_registration(text) is (Stat.HOME if home else Stat.NOT_REGISTERED)


@pytest.mark.parametrize(
    ("text", "plmn"),
    [
        ('0,2,"46001",7', "46001"),
        ("0", ""),
        ('0,2,"00340036003000300031"', "46001"),
        ('0,0,"\xff\xfeTele2@",2', ""),
        ('0,0,"4E2D56FD80547 ",2', ""),
        ("0,2,46001", "46001"),
        ('0,0,"CHN-UNICOM",2', ""),
        ('0,2,"460001"', "460001"),
    ],
)
def test_operator(text: str, plmn: str) -> None:
    assert answers.operator(text) == plmn


@pytest.mark.parametrize(
    ("text", "dbm"), [("0,99", -113), ("31,0", -51), ("20,99", -73), ("99,99", None), ("141,99", -75)]
)
def test_signal(text: str, dbm: int | None) -> None:
    assert answers.signal(text) == dbm


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        ('1,0,3,0,0,"10086",129', CallEntry(1, True, CallStat.ALERTING, False, "10086", 129)),
        (
            '2,1,4,0,0,"+8617090001234",145,"Li"',
            CallEntry(2, False, CallStat.INCOMING, False, "+8617090001234", 145),
        ),
        ("1,1,0,0,1", CallEntry(1, False, CallStat.ACTIVE, True)),
        ('1,0,0,0,0,"",128', CallEntry(1, True, CallStat.ACTIVE, False, "", 128)),
        ("1,0,0,0", CallEntry(1, True, CallStat.ACTIVE, False)),
        ('1,0,0,0,0,"002B00380036",145', CallEntry(1, True, CallStat.ACTIVE, False, "+86", 145)),
        ('1,0,0,1,0,"",128', None),  # data
        ('1,0,6,0,0,"10086",129', None),  # SIMCom: gone
    ],
)
def test_clcc(text: str, entry: CallEntry | None) -> None:
    assert answers.call_entry(text) == entry


@pytest.mark.parametrize(
    ("text", "clip"),
    [
        ('"17090001234",129', ("17090001234", 129, None)),
        ('"+8617090001234",145,"",,"",0', ("+8617090001234", 145, 0)),
        ('"",128,,,,1', ("", 128, 1)),
        ('"17090001234",161,,,,0', ("17090001234", 161, 0)),
        ("17090001234,129", ("17090001234", 129, None)),
    ],
)
def test_clip(text: str, clip: tuple[str, int, int | None]) -> None:
    found = answers.caller_id(text)
    assert (found.number, found.toa, found.validity) == clip


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("16", 16),
        ("0,16", 16),
        ("5,1", 1),
        ("8,16,0", 16),
        ('"Normal call clearing"', 16),
        ("Unassigned (unallocated) number", 1),
        ("User alerting, no answer", 19),
        ("No circuit/channel available", 34),
        ("Cause Select:67 Cause:16", 16),
        ("No cause information available", None),
        ("0", None),
        ("0,0", None),
        ("", None),
        ("SM deactivated", None),
    ],
)
def test_release_cause(text: str, cause: int | None) -> None:
    assert answers.release_cause(text) == cause


def test_release_words_are_those_of_the_standard_in_the_emulated_modem_too() -> None:
    """Written twice from 24.008 table 10.5.123, by two people: both readings have to meet."""
    from drivers.emulated.terminal.results import table

    named = {words: cause for cause, words in table("causes").items()}
    assert {words: answers.release_cause(words) for words in named} == named


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("READY", SimState.READY),
        ("SIM PIN", SimState.PIN),
        ("SIM PUK", SimState.PUK),
        ("PH-NET PIN", SimState.FAILED),
    ],
)
def test_cpin(text: str, state: SimState) -> None:
    assert answers.sim_state(text) is state


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ('"+8613010112500",145', "+8613010112500"),
        ('"8613010112500",145', "+8613010112500"),
        ('"002B0038003600310033003000310030003100310032003500300030",145', "+8613010112500"),
        ("002B0038003600310033003000310030003100310032003500300030,145", "+8613010112500"),
        ('"",129', ""),
        ('"13010112500",129', "13010112500"),
    ],
)
def test_csca(text: str, number: str) -> None:
    assert answers.service_centre(text) == number


def test_cmti() -> None:
    assert answers.memory_place('"SM",3') == ("SM", 3)
    with pytest.raises(answers.Unreadable):
        answers.memory_place("3")


@pytest.mark.parametrize(
    ("final", "code"),
    [
        ("+CME ERROR: 14", 14),
        ("+CME ERROR: SIM busy", 14),
        ("+CMS ERROR: 38", 38),
        ("+CMS ERROR: Unknown error", 500),
        ("+CMS ERROR: something new", None),
        ("ERROR", None),
    ],
)
def test_error_codes(final: str, code: int | None) -> None:
    assert answers.number_of(final) == code


READERS: list[Callable[[str], Any]] = [
    answers.registration,
    answers.registration_news,
    answers.ims_registration,
    answers.operator,
    answers.signal,
    answers.sim_state,
    answers.call_entry,
    answers.caller_id,
    answers.release_cause,
    answers.memory_place,
    answers.message_reference,
    answers.service_centre,
    answers.number_of,
    answers.fields,
    answers.is_registration_answer,
]


@given(st.text(alphabet=st.sampled_from('0123456789ABCDEFabcdef,"+-: ²٣\n\0\xff*#'), max_size=60))
def test_nothing_but_unreadable_is_raised(text: str) -> None:
    for reader in READERS:
        try:
            reader(text)
        except answers.Unreadable as error:
            assert "cannot be read" in str(error)


@pytest.mark.parametrize(
    ("text", "memory"),
    [
        ('"ME",3,30,"ME",3,30,"SM",10,10', "SM"),
        ('"ME",3,30,"ME",3,30,"SM",1,10', ""),
        ('"SM",30,30', "SM"),  # Samsung names it once
        ("30,30,30,30,30,30", ""),  # what +CPMS= says: without names nobody knows which
        ('"SM",1\xb9,10', ""),
        ('"SM",5,0', ""),
        ("", ""),
    ],
)
def test_the_full_memory_of_cpms(text: str, memory: str) -> None:
    assert answers.full_memory(text) == memory
