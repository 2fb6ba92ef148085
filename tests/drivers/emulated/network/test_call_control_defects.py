"""Each defect of call control, by hand: what three parties meet that differs from a network in order.

`PLAIN` is that network; a row of `TABLE` holds every line that a defect changes, and nothing else may.
A is the subject and controller, B its first call, C the second, D a bystander.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import pytest

from drivers.emulated.air import Forward, Forwarding
from drivers.emulated.defect_kinds import KINDS
from interop.engine.clock import run_virtual

if TYPE_CHECKING:
    from drivers.emulated.air import Leg
    from tests.drivers.emulated.network.conftest import Handset, Town

A, B, C, D = "mi-1709", "cmcc-bj", "cucc-bj", "ctcc-gz"
NAMES = {A: "A", B: "B", C: "C", D: "D"}
CONTROL = ("hold", "retrieve", "mpty", "media", "notices", "transfer", "waiting", "forwarding")
OF_CALL_CONTROL = {name for name in KINDS if name.split(".")[0] in CONTROL}

PLAIN = {
    "hold": "done; A: held; B: active",
    "hold: heard": "",
    "hold: later": "A: held; B: active",
    "retrieve": "done; A: active; B: active",
    "retrieve: heard": "A>B B>A",
    "second call": "done; A: held, active; B: active; C: active",
    "second call: heard": "A>C C>A",
    "swap": "done; A: active, held; B: active; C: active",
    "swap: heard": "A>B B>A",
    "join": "done; A: active mpty, active mpty; B: active; C: active",
    "join: heard": "A>B A>C B>A B>C C>A C>B",
    "join: told": "B: held, retrieved, multiparty; C: multiparty",
    "join: rows": "2",
    "join: later": "A: active mpty, active mpty; B: active; C: active",
    "private": "done; A: active, held; B: active; C: active",
    "private: heard": "A>B B>A",
    "private: told": "C: held",
    "private: merged": "0",
    "transfer": "done; A: released 16, released 16; B: active; C: active",
    "transfer: heard": "B>C C>B",
    "waiting on": "done",
    "waiting: second caller": "C: alerting, told it waits",
    "forwarding on": "done",
    "forwarding: who rings": "D, caller +8613900001234 validity 0",
    "forwarding: caller told": "forwarded",
}

SILENT = {
    ("controller", "first"): "A>B", ("controller", "second"): "A>C", ("first", "controller"): "B>A",
    ("first", "second"): "B>C", ("second", "controller"): "C>A", ("second", "first"): "C>B",
}  # fmt: skip
HEARD = PLAIN["join: heard"].split()


def heard_but(*ways: str) -> str:
    return " ".join(way for way in HEARD if way not in ways)


NO_HOLD = {
    "hold": "19; A: active; B: active",
    "hold: heard": "A>B B>A",
    "hold: later": "A: active; B: active",
    "retrieve": "no held call; A: active; B: active",
    "second call": "no second call; A: active, released 101; B: active; C: -",
    "second call: heard": "A>B B>A",
    "swap": "no held call; A: active, released 101; B: active; C: -",
    "join": "17; A: active, released 101; B: active; C: -",
    "join: heard": "A>B B>A",
    "join: told": "B: ; C: ",
    "join: rows": "1",
    "join: later": "A: active, released 101; B: active; C: -",
    "private": "17; A: active, released 101; B: active; C: -",
    "private: told": "C: ",
    "transfer": "17; A: active, released 101; B: active; C: -",
    "transfer: heard": "A>B B>A",
}


def not_joined(answer: str) -> dict[str, str]:
    """A second call that stays one: C is active, B held."""
    return {
        "join": f"{answer}; A: held, active; B: active; C: active",
        "join: heard": "A>C C>A",
        "join: told": "B: held; C: ",
        "join: later": "A: held, active; B: active; C: active",
        "private": "17; A: held, active; B: active; C: active",
        "private: heard": "A>C C>A",
        "private: told": "C: ",
    }


DROPPED = "released 41"
S = "@segment=1709"
TABLE: dict[str, dict[str, str]] = {
    f"hold.unsubscribed{S}": NO_HOLD,
    f"hold.unsubscribed{S},cause=50": {**NO_HOLD, "hold": "50; A: active; B: active"},
    f"hold.not_applied{S}": {
        "hold: heard": "A>B",
        "second call: heard": "A>B A>C C>A C>B",
        "swap: heard": "A>B A>C B>A B>C",
        "private: heard": "A>B A>C B>A B>C",
    },
    f"hold.dropped{S}": {
        "hold": f"done; A: {DROPPED}; B: {DROPPED}",
        "hold: later": f"A: {DROPPED}; B: {DROPPED}",
        "retrieve": f"no held call; A: {DROPPED}; B: {DROPPED}",
        "retrieve: heard": "",
        "second call": f"done; A: active, {DROPPED}; B: {DROPPED}; C: active",
        "swap": f"no held call; A: active, {DROPPED}; B: {DROPPED}; C: active",
        "swap: heard": "A>C C>A",
        "join": f"17; A: active, {DROPPED}; B: {DROPPED}; C: active",
        "join: heard": "A>C C>A",
        "join: told": "B: ; C: ",
        "join: rows": "1",
        "join: later": f"A: active, {DROPPED}; B: {DROPPED}; C: active",
        "private": f"17; A: active, {DROPPED}; B: {DROPPED}; C: active",
        "private: heard": "A>C C>A",
        "private: told": "C: ",
        "transfer": f"17; A: active, {DROPPED}; B: {DROPPED}; C: active",
        "transfer: heard": "A>C C>A",
    },
    f"retrieve.refused{S}": {
        "retrieve": "17; A: held; B: active",
        "retrieve: heard": "",
        "swap": "17; A: held, active; B: active; C: active",
        "swap: heard": "A>C C>A",
    },
    f"retrieve.refused{S},cause=47": {
        "retrieve": "47; A: held; B: active",
        "retrieve: heard": "",
        "swap": "47; A: held, active; B: active; C: active",
        "swap: heard": "A>C C>A",
    },
    f"mpty.unsubscribed{S}": {
        **not_joined("19"),
        "private": "19; A: held, active; B: active; C: active",
    },
    f"mpty.unsubscribed{S},cause=50": {
        **not_joined("50"),
        "private": "50; A: held, active; B: active; C: active",
    },
    f"mpty.refused{S}": not_joined("29"),
    f"mpty.refused{S},cause=127": not_joined("127"),
    f"mpty.fake{S}": not_joined("done"),
    f"mpty.leg_dropped{S}": {"join: later": "A: active, released 41; B: active; C: released 41"},
    f"mpty.leg_dropped{S},leg=first,cause=38,after=20": {
        "join: later": "A: active, released 38; B: released 38; C: active"
    },
    f"mpty.row{S}": {"join: rows": "1"},
    f"media.oneway{S}": {
        "retrieve: heard": "B>A",
        "second call: heard": "C>A",
        "swap: heard": "B>A",
        "join: heard": heard_but("A>B", "A>C"),
        "private: heard": "B>A",
    },
    f"media.oneway{S},direction=in": {
        "retrieve: heard": "A>B",
        "second call: heard": "A>C",
        "swap: heard": "A>B",
        "join: heard": heard_but("B>A", "C>A"),
        "private: heard": "A>B",
    },
    "media.oneway@msisdn=13900001234": {  # an invited party whom nobody hears
        "retrieve: heard": "A>B",
        "swap: heard": "A>B",
        "join: heard": heard_but("B>A", "B>C"),
        "private: heard": "A>B",
        "transfer: heard": "C>B",
    },
    **{
        f"media.silent{S},speaker={speaker},listener={listener}": {"join: heard": heard_but(way)}
        for (speaker, listener), way in SILENT.items()
    },
    f"media.silent{S},speaker=first": {"join: heard": heard_but("B>A", "B>C")},
    f"media.silent{S}": {"join: heard": ""},
    "media.silent@msisdn=13900001234": {},
    f"notices.missing{S}": {
        "join: told": "B: ; C: ",
        "private: told": "C: ",
        "waiting: second caller": "C: alerting",
        "forwarding: caller told": "",
    },
    f"notices.missing{S},to=CMCC": {"join: told": "B: ; C: multiparty", "forwarding: caller told": ""},
    f"notices.missing{S},direction=in": {},
    f"transfer.refused{S}": {
        "transfer": "19; A: held, active; B: active; C: active",
        "transfer: heard": "A>C C>A",
    },
    f"transfer.refused{S},cause=69": {
        "transfer": "69; A: held, active; B: active; C: active",
        "transfer: heard": "A>C C>A",
    },
    f"waiting.unsubscribed{S}": {"waiting on": "19", "waiting: second caller": "C: released 17"},
    f"waiting.busy{S}": {"waiting: second caller": "C: released 17"},
    f"forwarding.refused{S}": {
        "forwarding on": "19",
        "forwarding: who rings": "A, caller +8613900001234 validity 0",
        "forwarding: caller told": "",
    },
    f"forwarding.refused{S},cause=50": {
        "forwarding on": "50",
        "forwarding: who rings": "A, caller +8613900001234 validity 0",
        "forwarding: caller told": "",
    },
    f"forwarding.ignored{S}": {
        "forwarding: who rings": "A, caller +8613900001234 validity 0",
        "forwarding: caller told": "",
    },
    f"forwarding.cli_lost{S}": {"forwarding: who rings": "D, caller  validity 2"},
    "hold.unsubscribed@segment=171": {},
}

STATES = ("active", "held", "dialling", "alerting", "incoming")


class Session:
    """A with B up, and C, D idle."""

    def __init__(self, here: Town) -> None:
        self.here = here
        self.network = here.network
        self.a, self.b, self.c, self.d = (here[name] for name in (A, B, C, D))

    async def connect(self, to: Handset) -> Leg:
        leg = self.a.dial(to.msisdn)
        await asyncio.sleep(10)
        if to.offers:
            self.network.answer(to.offers[-1][0])
        await asyncio.sleep(1)
        return leg

    async def ask(self, what: Callable[..., None], *args: Any) -> str:
        answers: list[int | None] = []
        what(*args, answers.append)
        await asyncio.sleep(1)
        [answer] = answers
        return "done" if answer is None else str(int(answer))

    async def hold(self) -> str:
        return await self.ask(self.network.hold, self.of(0))

    async def retrieve(self) -> str:
        return await self.ask(self.network.retrieve, self.of(1)) if self.of(1) else "no held call"

    def of(self, state: int) -> list[Leg]:
        return [leg for leg in self.network.legs(self.a) if leg.state == state]

    async def second(self) -> str:
        """B held and C active, or what becomes of that."""
        await self.hold()
        await self.connect(self.c)
        return "done" if self.c.offers else "no second call"

    def states(self, *handsets: Handset) -> str:
        def of(handset: Handset) -> str:
            legs = [STATES[leg.state] + " mpty" * leg.multiparty for leg in self.network.legs(handset)]
            return ", ".join([*legs, *(f"released {cause}" for cause in handset.saw("released"))]) or "-"

        return "; ".join(f"{NAMES[handset.sim]}: {of(handset)}" for handset in handsets)

    async def heard(self) -> str:
        everybody = (self.a, self.b, self.c)
        for handset in everybody:
            handset.log = [item for item in handset.log if item[1] != "heard"]
        for handset, digit in zip(everybody, "ABC", strict=True):
            self.network.tone(handset, digit)
        await asyncio.sleep(1)
        return " ".join(sorted(f"{digit}>{NAMES[h.sim]}" for h in everybody for digit in h.saw("heard")))

    def told(self, *handsets: Handset) -> str:
        return "; ".join(
            f"{NAMES[h.sim]}: {', '.join(notice.name.lower() for notice in h.saw('notified'))}"
            for h in handsets
        )


async def hold(s: Session) -> dict[str, str]:
    await s.connect(s.b)
    seen = {"hold": f"{await s.hold()}; {s.states(s.a, s.b)}", "hold: heard": await s.heard()}
    await asyncio.sleep(30)
    seen["hold: later"] = s.states(s.a, s.b)
    seen["retrieve"] = f"{await s.retrieve()}; {s.states(s.a, s.b)}"
    seen["retrieve: heard"] = await s.heard()
    return seen


async def swap(s: Session) -> dict[str, str]:
    await s.connect(s.b)
    seen = {
        "second call": f"{await s.second()}; {s.states(s.a, s.b, s.c)}",
        "second call: heard": await s.heard(),
    }
    seen["swap"] = f"{await s.retrieve()}; {s.states(s.a, s.b, s.c)}"
    seen["swap: heard"] = await s.heard()
    return seen


async def join(s: Session) -> dict[str, str]:
    await s.connect(s.b)
    await s.second()
    seen = {
        "join": f"{await s.ask(s.network.join, s.a)}; {s.states(s.a, s.b, s.c)}",
        "join: heard": await s.heard(),
        "join: told": s.told(s.b, s.c),
        "join: rows": str(len({leg.merged or leg for leg in s.network.legs(s.a)})),
    }
    await asyncio.sleep(30)
    seen["join: later"] = s.states(s.a, s.b, s.c)
    return seen


async def private(s: Session) -> dict[str, str]:
    first = await s.connect(s.b)
    await s.second()
    await s.ask(s.network.join, s.a)
    s.c.log.clear()
    return {
        "private": f"{await s.ask(s.network.split, first)}; {s.states(s.a, s.b, s.c)}",
        "private: heard": await s.heard(),
        "private: told": s.told(s.c),
        "private: merged": str(sum(leg.merged for leg in s.network.legs(s.a))),
    }


async def transfer(s: Session) -> dict[str, str]:
    await s.connect(s.b)
    await s.second()
    return {
        "transfer": f"{await s.ask(s.network.transfer, s.a)}; {s.states(s.a, s.b, s.c)}",
        "transfer: heard": await s.heard(),
    }


async def waiting(s: Session) -> dict[str, str]:
    cause = s.network.set_call_waiting(s.a, True)
    await s.connect(s.b)
    s.c.dial(s.a.msisdn)
    await asyncio.sleep(10)
    waits = ", told it waits" if 3 in s.c.saw("hinted") else ""
    return {
        "waiting on": "done" if cause is None else str(int(cause)),
        "waiting: second caller": s.states(s.c) + waits,
    }


async def forwarding(s: Session) -> dict[str, str]:
    on = await s.ask(s.network.set_forwarding, s.a, Forward.ALWAYS, Forwarding(s.d.msisdn))
    s.b.dial(s.a.msisdn)
    await asyncio.sleep(15)
    [(ringing, cli)] = [(NAMES[h.sim], cli) for h in (s.a, s.d) for _, cli in h.offers]
    return {
        "forwarding on": on,
        "forwarding: who rings": f"{ringing}, caller {cli.number} validity {cli.validity}",
        "forwarding: caller told": ", ".join(hint.name.lower() for hint in s.b.saw("hinted")),
    }


STORIES: tuple[Callable[[Session], Awaitable[dict[str, str]]], ...] = (
    hold, swap, join, private, transfer, waiting, forwarding,
)  # fmt: skip


def seen(town: type[Town], *defects: str) -> dict[str, str]:
    lab = town.read()
    found: dict[str, str] = {}
    for story in STORIES:

        async def told(story: Callable[[Session], Awaitable[dict[str, str]]] = story) -> dict[str, str]:
            return await story(Session(await town(*defects, lab=lab).settle()))

        found |= run_virtual(told())
    return found


def test_a_network_in_order(town: type[Town]) -> None:
    assert seen(town) == PLAIN


@pytest.mark.parametrize("defect", TABLE)
def test_a_defect_changes_exactly_this(town: type[Town], defect: str) -> None:
    got = seen(town, defect)
    assert {line: what for line, what in got.items() if what != PLAIN[line]} == TABLE[defect]


def test_every_defect_of_call_control_has_a_row() -> None:
    assert {text.partition("@")[0] for text in TABLE} == OF_CALL_CONTROL
