"""The number that a handset shows, held against the one that a bank's codes come from."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.engine import Bench
from interop.record import Cause, Layer, Subject, Verdict
from interop.record.events import MessageReceived
from suites.codes.senders import is_cut, is_from, same_number
from tests.suites.codes.scene import GATEWAY
from tests.suites.codes.tables import CUT_OR_REWRITTEN, gateway_or_core

NUMBERS = st.from_regex(r"(106[0-9]{5,17}|955[0-9]{2,8}|10086|10010)", fullmatch=True)


@pytest.mark.parametrize(
    ("shown", "number", "suspects"),
    [
        ("1065795588", "1065795588", ()),
        ("+861065795588", "1065795588", ()),  # some networks put the country before it
        ("861065795588", "1065795588", ()),
        ("8695588", "95588", ()),
        ("10657955", "1065795588", gateway_or_core(Cause.SENDER_CUT)),
        ("+8610657955", "1065795588", gateway_or_core(Cause.SENDER_CUT)),
        ("955", "95588", gateway_or_core(Cause.SENDER_CUT)),
        ("1065795588", "106579558801", gateway_or_core(Cause.SENDER_CUT)),  # the digits of one bank's site
        ("95", "95588", CUT_OR_REWRITTEN),
        ("9", "95588", CUT_OR_REWRITTEN),
        ("", "95588", CUT_OR_REWRITTEN),
        ("106550109988", "1065795588", gateway_or_core(Cause.SENDER_REWRITTEN)),
        ("95588", "1065795588", gateway_or_core(Cause.SENDER_REWRITTEN)),  # its end is not its beginning
        ("106579558801", "1065795588", gateway_or_core(Cause.SENDER_REWRITTEN)),  # longer is not cut
        ("ICBC", "95588", gateway_or_core(Cause.SENDER_REWRITTEN)),
    ],
)
def test_who_is_to_blame(shown: str, number: str, suspects: tuple[tuple[Layer, Cause], ...]) -> None:
    subject = Subject("mi-1709", "17090001234", "1709", "小米移动", "CUCC", "北京")
    bench = Bench(subject=subject, tested=None, sims={}, devices={}, random=Random(1))
    is_from(bench, MessageReceived(shown, 129, "", ""), number, GATEWAY)
    (check,) = bench.checks
    assert check.verdict is (Verdict.FAIL if suspects else Verdict.PASS)
    assert check.ambiguous == suspects


@given(NUMBERS)
def test_every_number_is_itself_however_it_is_shown(number: str) -> None:
    for shown in (number, f"86{number}", f"+86{number}"):
        assert same_number(shown, number) and same_number(number, shown)
        assert not is_cut(shown, number)


@given(NUMBERS, st.integers(1, 19), st.sampled_from(["", "86", "+86"]))
def test_a_cut_number_is_never_the_whole_one(number: str, digits: int, before: str) -> None:
    left = number[:-digits]
    if len(left) < 3:
        assert not is_cut(left, number)
        return
    assert is_cut(left, number)
    assert not same_number(before + left, number)
    assert not is_cut(number, left)
