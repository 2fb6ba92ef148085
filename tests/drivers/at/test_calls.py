"""Legs: one history each, whatever order the modem tells it in, and no release for the wrong call."""

from __future__ import annotations

from collections.abc import Iterable

from drivers.at.answers import Clip
from drivers.at.calls import LEAVES_WITHIN, Calls
from drivers.at.legs import Explain, Leg, Look, News, Phase
from interop.protocols.modem import CallEntry, CallStat
from interop.record.events import Alerting, CallerId, Connected, HungUp, Released, Ringing


def row(index: int, stat: CallStat, *, outgoing: bool = True) -> CallEntry:
    return CallEntry(index, outgoing, stat, False)


def placed(calls: Calls) -> Leg:
    leg = calls.dialled("10086")
    leg.placed = True
    return leg


def told(news: Iterable[News]) -> list[News]:
    return list(news)


def test_polled_from_dialling_to_release() -> None:
    calls = Calls()
    leg = placed(calls)
    seen = []
    for stat in (CallStat.DIALLING, CallStat.ALERTING, CallStat.ALERTING, CallStat.ACTIVE, CallStat.ALERTING):
        seen += told(calls.listed([row(1, stat)]))
    assert seen == [Alerting(), Connected()]
    assert told(calls.listed([])) == [Look()]
    assert told(calls.listed([])) == [Explain(leg)]
    assert told(calls.explained(leg, 16, "normal")) == [Released(16, "normal")]
    assert told(calls.explained(leg, 17, "again")) == []
    assert (leg.phase, leg.cause, calls.legs) == (Phase.ENDED, 16, [])


def test_a_call_not_yet_placed_is_not_missed() -> None:
    calls = Calls()
    calls.dialled("10086")
    for _ in range(5):
        assert told(calls.listed([])) == []


def test_a_call_never_listed_is_over_after_two_looks_not_after_one() -> None:
    calls = Calls()
    leg = placed(calls)
    assert told(calls.listed([])) == [Look()]
    assert told(calls.listed([])) == [Explain(leg)]


def test_no_carrier_of_the_old_call_does_not_end_the_new_one() -> None:
    calls = Calls()
    old = placed(calls)
    told(calls.listed([row(1, CallStat.ACTIVE)]))
    calls.hung_up(old)
    new = placed(calls)
    assert told(calls.ended(None, None)) == [Look()]
    assert told(calls.listed([row(1, CallStat.DIALLING)])) == []
    assert new.live


def test_cend_of_the_old_call_does_not_end_the_new_one_on_the_same_index() -> None:
    calls = Calls()
    old = placed(calls)
    calls.started(1)
    calls.hung_up(old)
    new = placed(calls)
    assert told(calls.ended(1, 16)) == []
    calls.started(1)
    assert told(calls.ended(1, 17)) == [Explain(new, 17)]


def test_a_sign_during_our_own_hang_up_is_no_release_by_the_network() -> None:
    calls = Calls()
    leg = placed(calls)
    calls.started(1)
    leg.closing = True
    assert told(calls.ended(1, 16)) == []
    assert told(calls.listed([])) in ([], [Look()])
    calls.hung_up(leg)
    assert calls.legs == []


def test_busy_is_the_hint_of_the_call_that_is_gone() -> None:
    calls = Calls()
    leg = placed(calls)
    told(calls.listed([row(1, CallStat.DIALLING)]))
    told(calls.ended(None, 17))
    assert told(calls.listed([])) == [Explain(leg, 17, vague=True)]


def test_huawei_events() -> None:
    calls = Calls()
    leg = placed(calls)
    calls.started(2)
    assert told(calls.alerting(2)) + told(calls.connected(2)) == [Alerting(), Connected()]
    assert told(calls.ended(2, 31)) == [Explain(leg, 31)]


def test_conn_without_conf_is_a_connection_without_alerting() -> None:
    calls = Calls()
    leg = placed(calls)
    assert told(calls.connected(1)) == [Connected()]
    assert leg.index == 1


def test_ring_and_clip_come_again_and_again_but_once_in_the_events() -> None:
    calls = Calls()
    clip = Clip("17090001234", 129, 0)
    seen = [*calls.ring(), *calls.caller_id(clip), *calls.ring(), *calls.caller_id(clip)]
    assert seen == [Ringing(), CallerId("17090001234", 129, 0)]
    assert told(calls.row(row(1, CallStat.INCOMING, outgoing=False))) == []
    assert len(calls.legs) == 1
    assert calls.legs[0].rings == 2


def test_a_row_may_come_before_the_ring() -> None:
    calls = Calls()
    seen = [*calls.row(row(1, CallStat.INCOMING, outgoing=False)), *calls.ring()]
    assert seen == [Ringing()]


def test_an_incoming_call_beside_an_outgoing_one_is_another_leg() -> None:
    calls = Calls()
    out = placed(calls)
    told(calls.listed([row(1, CallStat.ACTIVE)]))
    told(calls.listed([row(1, CallStat.ACTIVE), row(2, CallStat.WAITING, outgoing=False)]))
    waiting = calls.legs[1]
    assert told(calls.listed([row(2, CallStat.WAITING, outgoing=False)])) == [Explain(out)]
    assert waiting.live


def test_a_foreign_outgoing_row_makes_no_leg() -> None:
    calls = Calls()
    assert told(calls.listed([row(1, CallStat.ACTIVE)])) == []
    assert calls.legs == []


def test_the_next_caller_is_not_shown_as_the_one_who_gave_up_unseen() -> None:
    calls = Calls()
    told(calls.ring())
    told(calls.caller_id(Clip("02161230000", 129, 0)))
    stranger = calls.legs[0]
    news = told(calls.caller_id(Clip("13900001234", 129, 0)))
    assert news == [Explain(stranger), Ringing(), CallerId("13900001234", 129, 0)]
    assert [leg.number for leg in calls.legs] == ["13900001234"]


def test_busy_is_no_cause_of_a_call_that_was_answered() -> None:
    calls = Calls()
    leg = placed(calls)
    told(calls.listed([row(1, CallStat.ACTIVE)]))
    assert told(calls.ended(None, 17)) == [Look()]
    assert told(calls.listed([])) == [Explain(leg, None)]


def test_an_index_that_is_another_calls_now() -> None:
    """A call whose end went unnoticed must not take the row of the next one (mixture of makers 1255)."""
    calls = Calls()
    old = calls.dialled("18900001234")
    old.placed = True
    assert list(calls.listed([CallEntry(1, True, CallStat.DIALLING, False, "18900001234")])) == []
    new = calls.dialled("13900001234")
    new.placed = True
    news = list(calls.listed([CallEntry(1, True, CallStat.DIALLING, False, "+8613900001234")]))
    assert [item.leg for item in news if isinstance(item, Explain)] == [old]
    assert (new.index, new.listed, new.live, old.live) == (1, True, True, False)


# Several at once


def two_up() -> tuple[Calls, Leg, Leg]:
    calls = Calls()
    first = placed(calls)
    told(calls.listed([row(1, CallStat.ACTIVE)]))
    second = placed(calls)
    told(calls.listed([row(1, CallStat.HELD), row(2, CallStat.ACTIVE)]))
    assert (first.held, second.held) == (True, False)
    return calls, first, second


def test_a_word_without_an_index_is_explained_by_the_one_that_is_gone() -> None:
    calls, first, second = two_up()
    assert told(calls.ended(None, None)) == [Look()]
    assert (first.end_said, second.end_said) == (True, True)
    assert told(calls.listed([row(1, CallStat.HELD)])) == [Explain(second)]
    assert first.live and not first.end_said


def test_a_word_that_says_once_more_what_is_known_casts_no_doubt_on_the_other() -> None:
    """^CEND or ^DSCI with an index, then NO CARRIER."""
    calls, first, second = two_up()
    assert told(calls.ended(2, 16)) == [Explain(second, 16)]
    assert told(calls.ended(None, None)) == [Look()]
    assert first.live and not first.end_said
    calls, first, second = two_up()
    calls.hung_up(second)
    told(calls.ended(None, None))
    assert not first.end_said
    told(calls.listed([row(1, CallStat.ACTIVE)]))
    told(calls.ended(None, None))  # but this one is news
    assert first.end_said


def test_a_row_alone_that_contradicts_what_is_known_asks_for_the_list() -> None:
    calls, first, _ = two_up()
    news = told(calls.row(row(1, CallStat.WAITING, outgoing=False)))
    assert news == [Look(), Ringing(waiting=True)]
    assert first.live


def test_an_end_that_was_asked_for_is_not_waited_for_for_ever() -> None:
    calls, first, second = two_up()
    calls.leave([second])
    for _ in range(LEAVES_WITHIN):
        told(calls.listed([row(1, CallStat.HELD), row(2, CallStat.ACTIVE)]))
    assert told(calls.listed([row(1, CallStat.HELD)])) == [Explain(second)]
    calls.leave([first])
    assert told(calls.ended(1, 16)) == [HungUp()]
    assert first.phase is Phase.ENDED
