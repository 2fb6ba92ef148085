"""Calls under any order of events, against a model that fits a screen: who is up, on hold, joined to others.

The model is what the modem would list. It is shown to `Calls` as a modem may show it: with or without the
word that something ended, with indices that move, and with a conference as one row (24.147).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from drivers.at.answers import Clip
from drivers.at.calls import Calls
from drivers.at.legs import Explain, Leg, News, Phase
from interop.protocols.modem import CallEntry, CallStat
from interop.record.events import Connected, EquipmentTrouble, HungUp

UP = (CallStat.ACTIVE, CallStat.HELD)
PICK = st.integers(0, 9)


@dataclass(eq=False)
class Real:
    """A call as it is."""

    index: int
    number: str
    outgoing: bool
    stat: CallStat
    leg: Leg | None = None
    joined: bool = False
    ours: bool = False
    """we ended it"""


class Model(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.calls = Calls()
        self.up: list[Real] = []
        self.over: list[Real] = []
        self.numbers = count(13900000000)
        self.told: list[News] = []
        self.one_row = False
        self.settled = True
        """was the list shown since anything happened?"""

    @initialize(one_row=st.booleans())
    def modem(self, one_row: bool) -> None:
        self.one_row = one_row

    # The modem speaks

    def take(self, news: Iterable[News]) -> None:
        for item in news:
            self.told.append(item)
            assert not isinstance(item, EquipmentTrouble)
            if isinstance(item, Explain):
                list(self.calls.explained(item.leg, None, ""))

    def rows(self) -> list[CallEntry]:
        joined = [call for call in self.up if call.joined]
        rows = []
        for call in self.up:
            merged = self.one_row and call.joined
            if merged and call is not joined[0]:
                continue
            number = "" if merged else call.number
            rows.append(CallEntry(call.index, call.outgoing, call.stat, call.joined, number))
        return sorted(rows, key=lambda row: row.index)

    @rule(times=st.integers(1, 2))
    def lists(self, times: int) -> None:
        for _ in range(times + (not self.up)):  # an empty list may be a lost answer
            self.take(self.calls.listed(self.rows()))
        self.settled = True

    @rule(pick=PICK)
    @precondition(lambda self: self.up and not self.one_row)
    def indices_move(self, pick: int) -> None:
        indices = [call.index for call in self.up]
        turn = pick % len(indices)
        for call, index in zip(self.up, indices[turn:] + indices[:turn], strict=True):
            call.index = index
        self.lists(1)

    # Calls come about

    def free(self) -> int:
        return next(index for index in count(1) if all(call.index != index for call in self.up))

    @rule()
    @precondition(lambda self: self.settled and len(self.up) < 6 and all(call.stat in UP for call in self.up))
    def dial(self) -> None:
        for call in self.up:
            call.stat = CallStat.HELD
        number = str(next(self.numbers))
        leg = self.calls.dialled(number)
        leg.placed = True
        self.up.append(Real(self.free(), number, True, CallStat.DIALLING, leg))
        self.settled = False

    @rule()
    @precondition(lambda self: self.settled and self.up and all(call.stat in UP for call in self.up))
    def another_waits(self) -> None:
        number = str(next(self.numbers))
        self.take(self.calls.waits(Clip(number, 129, 0)))
        self.up.append(Real(self.free(), number, False, CallStat.WAITING, self.calls.legs[-1]))
        self.settled = False

    @rule(alerts=st.booleans())
    @precondition(lambda self: self.setting_up())
    def goes_on(self, alerts: bool) -> None:
        self.setting_up()[0].stat = CallStat.ALERTING if alerts else CallStat.ACTIVE
        self.settled = False

    def setting_up(self) -> list[Real]:
        return [call for call in self.up if call.stat in (CallStat.DIALLING, CallStat.ALERTING)]

    # They end

    def gone(self, call: Real) -> None:
        self.up.remove(call)
        self.over.append(call)
        if sum(each.joined for each in self.up) == 1:
            for each in self.up:
                each.joined = False
        self.settled = False

    @rule(pick=PICK, word=st.sampled_from(["", "NO CARRIER", "index"]))
    @precondition(lambda self: self.settled and self.up)
    def far_end_hangs_up(self, pick: int, word: str) -> None:
        call = self.up[pick % len(self.up)]
        if self.one_row and call.joined:
            return  # nobody says so
        self.gone(call)
        if word:
            self.take(self.calls.ended(call.index if word == "index" else None, None))

    @rule(pick=PICK, obeyed=st.booleans())
    @precondition(lambda self: self.settled and self.up)
    def release_one(self, pick: int, obeyed: bool) -> None:
        call = self.up[pick % len(self.up)]
        if call.leg is None or call.leg.merged:
            return
        self.calls.leave([call.leg])
        if obeyed:
            call.ours = True
            self.gone(call)
        else:
            self.calls.stay([call.leg])

    # They are steered

    @rule()
    @precondition(lambda self: self.settled and not self.setting_up())
    def swap(self) -> None:
        waiting = [call for call in self.up if call.stat is CallStat.WAITING]
        held = waiting or [call for call in self.up if call.stat is CallStat.HELD]
        for call in self.up:
            if call.stat is CallStat.ACTIVE:
                call.stat = CallStat.HELD
        for call in held:
            call.stat = CallStat.ACTIVE
        self.settled = False

    @rule()
    @precondition(lambda self: self.settled and len(self.up) > 1 and all(call.stat in UP for call in self.up))
    def join(self) -> None:
        self.calls.join()
        for call in self.up:
            call.joined, call.stat = True, CallStat.ACTIVE
        self.settled = False

    @rule(pick=PICK)
    @precondition(lambda self: self.settled and not self.one_row and any(call.joined for call in self.up))
    def private(self, pick: int) -> None:
        joined = [call for call in self.up if call.joined]
        one = joined[pick % len(joined)]
        for call in joined:
            call.stat = CallStat.ACTIVE if call is one else CallStat.HELD
            call.joined = call is not one and len(joined) > 2
        self.settled = False

    # What has to hold once the list was shown

    @invariant()
    def as_it_is(self) -> None:
        if not self.settled:
            return
        assert self.calls.legs == [call.leg for call in self.up]
        for call in self.up:
            leg = call.leg
            assert leg is not None and leg.live
            assert (leg.phase is Phase.ACTIVE) == (call.stat in UP)
            assert leg.held == (call.stat is CallStat.HELD)
            assert leg.multiparty == call.joined
            assert leg.merged == (self.one_row and call.joined)
            assert leg.waiting == (call.stat is CallStat.WAITING)
            if not leg.merged:
                assert leg.index == call.index
        ours = sum(call.ours for call in self.over)
        assert sum(item == HungUp() for item in self.told) == ours
        ends = [item.leg for item in self.told if isinstance(item, Explain)]
        assert sorted(map(id, ends)) == sorted(id(call.leg) for call in self.over if not call.ours)
        answered = sum(call.leg.answered for call in (*self.up, *self.over) if call.leg is not None)
        assert sum(item == Connected() for item in self.told) == answered


TestCalls = Model.TestCase
TestCalls.settings = settings(
    max_examples=60, stateful_step_count=30, deadline=None, derandomize=True, report_multiple_bugs=False
)
