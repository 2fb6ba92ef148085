"""What single quirks do at their hook, by hand: one that does nothing would make the matrix prove nothing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from drivers.emulated.quirks import Quirks, parse, parse_all
from interop.lab.load import load


def quirks(*texts: str) -> Quirks:
    return Quirks(map(parse, texts), modem="m1", seed=1)


def command(key: str, *values: str) -> Any:
    return SimpleNamespace(key=key, name=key.rstrip("=?"), values=values)


CSQ = command("+CSQ")
CMGL = command("+CMGL=", "0")


def answer(*lines: str) -> list[Any]:
    return [(line,) for line in (*lines, "OK")]


def test_a_share_of_the_occasions() -> None:
    half = quirks("error.verbose@rate=0.5")
    assert 160 < sum(half.errors(1) == 2 for _ in range(400)) < 240
    assert quirks("error.verbose@rate=0").errors(1) == 1
    assert quirks("error.verbose@rate=1").errors(1) == 2


def test_a_modem_that_is_not_there() -> None:
    with pytest.raises(ValueError, match=r"modem=m99\* is no emulated modem"):
        parse_all(["echo.stuck@modem=m99*"], load("small"), seed=1)


def test_times_to_wait_add_up_and_the_longest_echo_counts() -> None:
    both = quirks("answer.late@by=3", "answer.late@by=4", "echo.stuck", "echo.double")
    assert both.lateness("+CSQ") == 7.0
    assert both.echoed(b"AT\r", True) == b"AT\rAT\r"
    assert quirks("echo.pdu").echoed(b"AT\r", False) == b""


def test_a_swapped_answer_comes_once() -> None:
    swapped = quirks("answer.swapped@times=1")
    assert swapped.answered(CSQ, answer("one")) == []
    assert swapped.answered(CSQ, answer("two")) == answer("two") + answer("one")
    assert swapped.answered(CSQ, answer("three")) == answer("three")


def test_only_a_dialled_call_is_withheld() -> None:
    waits = quirks("dial.waits")
    assert waits.withholds("D") and not waits.withholds("+CSQ")


def test_a_line_and_a_prefix_are_glued_and_nothing_else() -> None:
    glued = quirks("lines.glued")
    assert glued.joined([b"\r\nOK\r\n", b"\r\n+CREG: 1\r\n"]) == [b"\r\nOK+CREG: 1\r\n"]
    assert glued.joined([b"\r\n+CSQ: 1\r\n", b"\r\nOK\r\n"]) == [b"\r\n+CSQ: 1\r\n", b"\r\nOK\r\n"]


def test_pieces_come_one_after_another_the_first_at_once() -> None:
    pieces = quirks("write.split@size=3,gap=0.5").pieces(b"0123456789" * 5)
    assert b"".join(data for _, data in pieces) == b"0123456789" * 5
    assert [gap for gap, _ in pieces] == [0.0] + [0.5] * (len(pieces) - 1)
    assert {len(data) for _, data in pieces[:-1]} == {1, 2, 3}


def test_a_line_is_swallowed_but_no_payload() -> None:
    assert quirks("command.swallowed").heard(b"\x1b") == b"\x1b"
    assert quirks("command.swallowed").heard(b"at+csq\r") == b""


def test_news_inside_an_answer_stands_before_or_after_the_information() -> None:
    anywhere = quirks("urc.inside@line=^X")
    seen = {(bool(anywhere.before("+CSQ")), bool(anywhere.between("+CSQ"))) for _ in range(40)}
    assert {(True, False), (False, True)} < seen
    assert quirks("urc.inside@place=after").before("+CSQ") == []


def test_news_that_begins_as_the_answer_has_no_n() -> None:
    same = quirks("urc.same").answered(command("+CREG?"), answer("+CREG: 2,1"))
    assert sorted(line for block in same for line in block) == ["+CREG: 1", "+CREG: 2,1", "OK"]


def test_modes_that_are_refused_and_those_that_are_not() -> None:
    stored, ack = quirks("report.stored"), quirks("report.ack")
    assert stored.refusal(command("+CNMI=", "2", "1", "0", "1"), 0.0) == 303
    assert stored.refusal(command("+CNMI=", "2", "1", "0", "2"), 0.0) is None
    assert ack.refusal(command("+CSMS=", "0"), 0.0) == 303
    assert ack.refusal(command("+CSMS=", "1"), 0.0) is None


def test_counts_lag_one_question_behind() -> None:
    lags, asked = quirks("cpms.lags"), command("+CPMS?")
    told = [lags.answered(asked, answer(line))[0] for line in ("1", "2", "3")]
    assert told == [("1",), ("1",), ("2",)]


def test_information_loses_its_prefix_and_neither_news_nor_results_do() -> None:
    bare = quirks("prefix.missing")
    assert bare.answered(CSQ, answer("+CSQ: 20,99")) == [["20,99"], ("OK",)]
    assert bare.answered(CSQ, [("+CME ERROR: 10",)]) == [("+CME ERROR: 10",)]
    assert bare.unsolicited(["+CSQ: 1,2"]) == ["+CSQ: 1,2"]


def test_only_the_next_row_is_glued_to_a_pdu() -> None:
    rows = [["+CMGL: 1,0,,2", "0791", "+CMGL: 2,0,,2", "0792"], ("OK",)]
    assert quirks("list.glued").answered(CMGL, rows)[0] == ["+CMGL: 1,0,,2", "0791+CMGL: 2,0,,2", "0792"]


class Thing:
    """A `Subject` that runs what is put off as soon as `pass_` lets time go by."""

    def __init__(self) -> None:
        self.due: list[tuple[float, Any]] = []
        self.did: list[tuple[Any, ...]] = []

    def after(self, seconds: float, action: Any) -> None:
        self.due.append((seconds, action))

    def pass_(self) -> float:
        seconds, action = self.due.pop(0)
        action()
        return seconds

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments: self.did.append((name, *arguments))


def begun(*texts: str) -> tuple[Quirks, Thing]:
    made, thing = quirks(*texts), Thing()
    made.started(thing)
    return made, thing


def test_a_restart_without_a_sign_is_silent_once() -> None:
    made, thing = begun("modem.reset@after=5,sign=no")
    assert thing.pass_() == 5.0 and thing.did == [("reset",)]
    assert made.banner(("RDY",), True) == ()
    assert made.banner(("RDY",), True) == ("RDY",)
    assert quirks("echo.stuck").banner(("RDY",), False) == ()


def test_a_cable_is_pulled_with_and_without_its_power() -> None:
    for powered in ("yes", "no"):
        _, thing = begun(f"modem.unplug@after=5,for=7,powered={powered}")
        thing.pass_()
        assert thing.did == [("unplug", 7.0, powered == "yes")]


def test_memories_are_full_at_once_or_later() -> None:
    assert begun("storage.full")[1].did == [("fill_storage",)]
    _, later = begun("storage.full@after=9")
    assert later.did == []
    assert later.pass_() == 9.0 and later.did == [("fill_storage",)]


def test_strangers_come_again_and_again_about_as_often_as_asked() -> None:
    _, thing = begun("stray.call@every=40,rings=3")
    pauses = [thing.pass_() for _ in range(20)]
    assert thing.did == [("stray_call", "02161230000", 3.0)] * 20
    assert all(21 <= pause <= 61 for pause in pauses)
