"""What a run may spend per SIM: calls and messages, and the engineer's word before the first live one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, get_args

from interop.lab.model import Lab, ModemPart, SimPart
from interop.protocols.equipment import Spend
from interop.protocols.errors import BudgetSpent

What = Literal["calls", "messages", "multimedia"]
Spent = dict[str, dict[str, int]]
"""SIM -> {"calls": n, "messages": n, "multimedia": n}"""


def added(*parts: Mapping[str, Mapping[str, int]]) -> Spent:
    """
    >>> added({"a": {"calls": 1}}, {"a": {"calls": 2}, "b": {"messages": 1}})
    {'a': {'calls': 3}, 'b': {'messages': 1}}
    """
    total: Spent = {}
    for part in parts:
        for sim, counts in part.items():
            of_sim = total.setdefault(sim, {})
            for what, number in counts.items():
                of_sim[what] = of_sim.get(what, 0) + number
    return total


class Purse:
    """Counts against the budgets of one lab. `already`: what was spent before: by the run that this one
    resumes, by the stages of its campaign before this one.

    `confirm` is asked once, with a question, before the first call or message that leaves on a link that is
    not emulated; when it says no, no live one leaves in this run.
    """

    def __init__(
        self, lab: Lab, *, confirm: Callable[[str], bool], already: Mapping[str, Mapping[str, int]]
    ) -> None:
        self._lab = lab
        self._confirm = confirm
        self._confirmed: bool | None = None
        self._spent = {
            sim.name: dict.fromkeys(get_args(What), 0) | dict(already.get(sim.name, {})) for sim in lab.sims
        }

    @property
    def spent(self) -> Spent:
        """A copy of what is spent so far, `already` included: an attempt's own is the difference of two."""
        return {sim: dict(counts) for sim, counts in self._spent.items()}

    def spender(self, modem: ModemPart, sim: SimPart, *, live: bool) -> Spend:
        """For a modem driver to call before each call and each message. What it calls raises BudgetSpent."""
        limits: dict[What, int | None] = {what: getattr(sim.budget, what) for what in get_args(What)}
        counts = self._spent[sim.name]

        def spend(what: What) -> None:
            limit = limits[what]
            if limit is not None and counts[what] >= limit:
                raise BudgetSpent(modem.name, f"{counts[what]} of the {limit} {what} of {sim.name} are spent")
            if live and not self._live_allowed():
                raise BudgetSpent(modem.name, f"live {what} were not confirmed (--yes allows them)")
            counts[what] += 1

        return spend

    def allow_texts(self, originator: str, *, live: bool) -> Callable[[], None]:
        """For a gateway, or another originator of that name, to call before each text, which no SIM pays.
        What it calls raises BudgetSpent.
        """

        def allow() -> None:
            if live and not self._live_allowed():
                raise BudgetSpent(originator, "live texts were not confirmed (--yes allows them)")

        return allow

    def _live_allowed(self) -> bool:
        if self._confirmed is None:
            self._confirmed = self._confirm(
                f"Lab {self._lab.name}: real calls and messages are about to leave, and they cost. Go on?"
            )
        return self._confirmed
