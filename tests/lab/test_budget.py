from __future__ import annotations

from collections.abc import Callable

import pytest

from interop.lab.budget import Purse
from interop.lab.load import load
from interop.lab.model import Budget, Lab, SimPart
from interop.protocols.errors import BudgetSpent
from interop.record import InconcReason

SMALL = load("small")
MODEM = SMALL.modems[0]


def lab(budget: Budget) -> tuple[Lab, SimPart]:
    sim = SMALL.sims[0].model_copy(update={"budget": budget})
    return SMALL.model_copy(update={"sims": (sim, *SMALL.sims[1:])}), sim


def never(question: str) -> bool:
    raise AssertionError(question)


def purse(of: Lab, confirm: Callable[[str], bool] = never, **already: dict[str, int]) -> Purse:
    return Purse(
        of, confirm=confirm, already={name.replace("_", "-"): counts for name, counts in already.items()}
    )


def test_calls_and_messages_are_counted_apart_and_end_apart() -> None:
    limited, sim = lab(Budget(calls=2, messages=1))
    holder = purse(limited)
    spend = holder.spender(MODEM, sim, live=False)
    spend("calls")
    spend("messages")
    spend("calls")
    with pytest.raises(BudgetSpent) as caught:
        spend("calls")
    assert caught.value.reason is InconcReason.BUDGET
    assert str(caught.value) == "m01: 2 of the 2 calls of mi-1709 are spent"
    with pytest.raises(BudgetSpent):
        spend("messages")
    spent = {"calls": 2, "messages": 1, "multimedia": 0}
    assert holder.spent["mi-1709"] == spent, "what was refused was not spent"


def test_no_budget_is_no_limit_and_nothing_is_none_at_all() -> None:
    limited, sim = lab(Budget(messages=0))
    spend = purse(limited).spender(MODEM, sim, live=False)
    for _ in range(1000):
        spend("calls")
    with pytest.raises(BudgetSpent):
        spend("messages")


def test_a_resumed_run_has_what_is_left() -> None:
    limited, sim = lab(Budget(calls=3))
    holder = purse(limited, mi_1709={"calls": 2})
    spend = holder.spender(MODEM, sim, live=False)
    spend("calls")
    with pytest.raises(BudgetSpent):
        spend("calls")
    assert holder.spent["mi-1709"] == {"calls": 3, "messages": 0, "multimedia": 0}


def test_the_copy_that_is_handed_out_changes_nothing() -> None:
    limited, sim = lab(Budget(calls=1))
    holder = purse(limited)
    holder.spent["mi-1709"]["calls"] = 99
    holder.spender(MODEM, sim, live=False)("calls")


@pytest.mark.parametrize("answer", [True, False])
def test_the_first_live_spending_asks_once(answer: bool) -> None:
    asked: list[str] = []

    def confirm(question: str) -> bool:
        asked.append(question)
        return answer

    limited, sim = lab(Budget())
    holder = purse(limited, confirm)
    holder.spender(MODEM, sim, live=False)("calls")
    assert asked == []
    live = holder.spender(MODEM, sim, live=True)
    other = holder.spender(SMALL.modems[1], SMALL.sims[1], live=True)
    for spend in (live, other, live):
        if answer:
            spend("messages")
        else:
            with pytest.raises(BudgetSpent, match="not confirmed"):
                spend("messages")
    assert len(asked) == 1
    assert holder.spent["mi-1709"]["messages"] == (2 if answer else 0)
