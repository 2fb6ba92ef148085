"""Call waiting and forwarding: what is concluded, and that everything is put back as it was."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from interop.engine.bench import Inconclusive
from interop.protocols.errors import BudgetSpent, NotAvailable
from interop.protocols.modem import (
    CallOutcome,
    CallStat,
    Divert,
    Forwarding,
    Progress,
    Steered,
    Steering,
)
from interop.record import Blame, Cause, InconcReason, Layer
from interop.record.events import CallerId, Ringing
from suites.call_steps import rings
from suites.threeway import forwarding, steering, waiting
from suites.threeway.conference import Conference
from tests.suites.threeway.scene import (
    ACTIVE,
    UP,
    WAITING,
    ACall,
    B,
    C,
    Scene,
    cut,
    rows,
)

CORE, SUBSCRIPTION = Layer.CORE, Layer.SUBSCRIPTION
DROPPED: Blame = (CORE, Cause.LEG_DROPPED)
NOT_JOINED: Blame = (CORE, Cause.CONFERENCE_NOT_JOINED)
Steps = Callable[[Scene], Awaitable[object]]


# Call waiting


def second_call(scene: Scene) -> Awaitable[object]:
    conference = Conference(scene.bench, scene.party(scene.a))
    return waiting.waits(scene.bench, conference, scene.party(scene.c))


def calling(alerting: Progress, *, waits: bool) -> Scene:
    """The third calls; `waits`: the subject's modem says so."""
    scene = Scene()
    scene.c.call = ACall()
    scene.c.call._alerting = alerting
    if waits:
        scene.a.waits = (C, 129, 0)
        scene.a.rows = rows(ACTIVE, WAITING)
    else:
        scene.a.rows = rows(ACTIVE)
    return scene


RINGS = Progress(CallOutcome.ALERTING)


def test_a_call_that_waits() -> None:
    scene = calling(RINGS, waits=True)
    scene.plays(second_call)
    assert not scene.blamed()


@pytest.mark.parametrize(
    ("told", "blame"),
    [
        (cut(17), (CORE, Cause.CALL_NOT_WAITING)),
        (cut(21), (CORE, Cause.CALL_NOT_WAITING)),
        (cut(3), (Layer.INTERCONNECT, Cause.NO_ROUTE)),
        (RINGS, (Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED)),
    ],
)
def test_a_second_call_that_does_not_wait(told: Progress, blame: Blame) -> None:
    scene = calling(told, waits=False)
    scene.plays(second_call)
    assert scene.blamed() == [(blame,)]


def test_a_waiting_call_that_the_modem_lists_and_never_announced() -> None:
    scene = calling(RINGS, waits=False)
    scene.a.rows = rows(ACTIVE, WAITING)
    assert scene.inconclusive(second_call) is InconcReason.MODEM


def test_a_second_callers_modem_that_tells_no_cause() -> None:
    assert calling(cut(None), waits=False).inconclusive(second_call) is InconcReason.MODEM


def switches(on: bool) -> Steps:
    return lambda scene: waiting.sets_waiting(scene.bench, scene.party(scene.a), on=on)


@pytest.mark.parametrize("before", [True, False])
@pytest.mark.parametrize("wanted", [True, False])
def test_call_waiting_is_put_back(before: bool, wanted: bool) -> None:
    scene = Scene()
    scene.a.may_wait = before
    scene.plays(switches(wanted))
    asked = [] if before is wanted else [("waiting", wanted), ("waiting", before)]
    assert (scene.a.asked, scene.a.may_wait, scene.blamed()) == (asked, before, [])


def test_call_waiting_that_nobody_can_tell_is_left_alone() -> None:
    scene = Scene()
    scene.a.may_wait = None
    assert scene.inconclusive(switches(True)) is InconcReason.MODEM
    assert scene.a.asked == []


def test_call_waiting_that_is_not_subscribed() -> None:
    scene = Scene()
    scene.a.answers = [Steered(False, 3, 50)]
    scene.plays(switches(True))
    assert scene.blamed() == [((SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),)]


# Forwarding


def registers(when: Divert = Divert.BUSY) -> Steps:
    return lambda scene: forwarding.registers(scene.bench, scene.party(scene.a), when, scene.party(scene.b))


def fails(error: BaseException, when: Divert = Divert.BUSY) -> Steps:
    async def and_fails(scene: Scene) -> None:
        await registers(when)(scene)
        assert scene.a.forwards[when] == Forwarding(B, after_s=10)
        raise error

    return and_fails


@pytest.mark.parametrize("when", Divert)
def test_forwarding_is_erased_at_the_end(when: Divert) -> None:
    scene = Scene()
    scene.plays(registers(when))
    assert scene.a.asked == [(when, B), (when, "")]
    assert (scene.a.forwards[when], scene.blamed()) == (Forwarding(), [])


@pytest.mark.parametrize(
    "error", [Inconclusive(InconcReason.PEER, "a stranger"), asyncio.CancelledError(), RuntimeError("a bug")]
)
def test_forwarding_is_erased_whatever_happens(error: BaseException) -> None:
    scene = Scene()
    with pytest.raises(type(error)):
        scene.plays(fails(error))
    assert scene.a.forwards[Divert.BUSY] == Forwarding()


@pytest.mark.parametrize("active", [True, False])
def test_a_voice_box_is_put_back(active: bool) -> None:
    """Switched off it is, too, and is so again."""
    scene = Scene()
    box = Forwarding("12580", active, 25)
    scene.a.forwards[Divert.NO_REPLY] = box
    scene.plays(registers(Divert.NO_REPLY))
    assert scene.a.asked == [(Divert.NO_REPLY, B), (Divert.NO_REPLY, "12580")]
    assert scene.a.forwards[Divert.NO_REPLY] == box


@pytest.mark.parametrize("left", [B, f"+86{B}", C])
def test_what_a_killed_run_left_there_is_not_put_back(left: str) -> None:
    """To its peer, or to that of another case."""
    scene = Scene()
    scene.a.forwards[Divert.BUSY] = Forwarding(left)
    scene.plays(registers())
    assert scene.a.asked[-1] == (Divert.BUSY, "")


def test_what_cannot_be_erased_is_said() -> None:
    scene = Scene()
    scene.a.answers = [Steered(True), Steered(False, 3)]
    with pytest.raises(NotAvailable, match="could not be erased"):
        scene.plays(registers())


def test_calls_that_all_go_elsewhere_already() -> None:
    scene = Scene()
    scene.a.forwards[Divert.ALWAYS] = Forwarding("02161230000")
    assert scene.inconclusive(registers()) is InconcReason.SIM
    assert scene.a.asked == []


def test_calls_that_all_go_elsewhere_since_a_run_was_killed() -> None:
    """This case proves nothing any more; the next one finds them as they were."""
    scene = Scene()
    scene.a.forwards[Divert.ALWAYS] = Forwarding(f"+86{C}")
    assert scene.inconclusive(registers()) is InconcReason.SIM
    assert scene.a.asked == [(Divert.ALWAYS, "")]


def test_what_was_switched_off_sends_no_calls_elsewhere() -> None:
    scene = Scene()
    scene.a.forwards[Divert.ALWAYS] = Forwarding("02161230000", active=False)
    scene.plays(registers())
    assert scene.a.asked == [(Divert.BUSY, B), (Divert.BUSY, "")] and not scene.blamed()


def test_a_number_that_could_not_be_put_back_is_left_alone() -> None:
    scene = Scene()
    scene.a.forwards[Divert.BUSY] = Forwarding("*86")
    assert scene.inconclusive(registers()) is InconcReason.SIM
    assert scene.a.asked == []


def test_a_network_that_does_not_say_where_calls_go_is_left_alone() -> None:
    scene = Scene()
    scene.a.forwards[Divert.BUSY] = None
    assert scene.inconclusive(registers()) is InconcReason.MODEM
    assert scene.a.asked == []


def test_a_forwarding_that_is_said_done_and_not_kept() -> None:
    scene = Scene()
    scene.a.keeps = False
    scene.plays(registers())
    assert scene.blamed() == [((CORE, Cause.FORWARDING_REFUSED),)]


def test_a_refused_forwarding_is_erased_all_the_same() -> None:
    """An error may have come after the deed."""
    scene = Scene()
    scene.a.answers = [Steered(False, None, 50)]
    scene.plays(registers())
    assert scene.blamed() == [((SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED),)]
    assert scene.a.asked[-1] == (Divert.BUSY, "")


def forwarded(scene: Scene, when: Divert) -> Awaitable[object]:
    caller, dialled, called = map(scene.party, (scene.c, scene.a, scene.b))
    return forwarding.arrives(scene.bench, caller, dialled, called, when)


@pytest.mark.parametrize(
    ("when", "told", "rings", "blame"),
    [
        (Divert.ALWAYS, RINGS, True, (CORE, Cause.FORWARDING_IGNORED)),
        (Divert.ALWAYS, cut(3), False, (Layer.INTERCONNECT, Cause.NO_ROUTE)),
        (Divert.ALWAYS, RINGS, False, (Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED)),
        (Divert.BUSY, cut(17), False, (CORE, Cause.FORWARDING_IGNORED)),
        (Divert.BUSY, RINGS, True, (CORE, Cause.FORWARDING_IGNORED)),
        (Divert.NOT_REACHABLE, cut(20), False, (CORE, Cause.FORWARDING_IGNORED)),
        (Divert.NOT_REACHABLE, cut(17), False, (Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED)),
        (Divert.NOT_REACHABLE, cut(8), False, (SUBSCRIPTION, Cause.CALL_BARRED)),
    ],
)
def test_where_a_call_is_instead_says_whom_to_ask(
    when: Divert, told: Progress, rings: bool, blame: Blame
) -> None:
    scene = Scene()
    scene.c.call = ACall(told if told.outcome is CallOutcome.RELEASED else UP)
    scene.c.call._alerting = told
    if rings:
        scene.c.on_dial = lambda: setattr(scene.a, "rows", rows(CallStat.INCOMING))
    scene.plays(lambda scene: forwarded(scene, when))
    assert scene.blamed() == [(blame,)]


def test_a_forwarded_call_with_its_callers_number() -> None:
    scene = Scene()
    scene.b.offer = (C, 129, 0)
    scene.plays(lambda scene: forwarded(scene, Divert.ALWAYS))
    assert not scene.blamed()


def test_a_phone_that_has_the_call_and_never_rang() -> None:
    scene = Scene()
    scene.c.call = ACall()

    def answer() -> None:
        scene.b.rows = rows(CallStat.INCOMING)

    scene.c.on_dial = answer
    assert scene.inconclusive(lambda scene: forwarded(scene, Divert.ALWAYS)) is InconcReason.MODEM


def test_a_stranger_who_rings_where_it_was_dialled_makes_it_busy() -> None:
    scene = Scene()
    scene.c.call = ACall(cut(17))
    scene.c.call._alerting = cut(17)

    def rings() -> None:
        scene.a.events.append(Ringing())
        scene.a.events.append(CallerId("02161230000", 129, 0))

    scene.c.on_dial = rings
    assert scene.inconclusive(lambda scene: forwarded(scene, Divert.BUSY)) is InconcReason.PEER


def test_a_strangers_waiting_call_comes_before_what_is_steered() -> None:
    """+CHLD=2 would take it, and nothing was held."""
    scene = Scene()
    scene.a.rows = rows(ACTIVE, WAITING)
    phone = scene.phone(scene.a, ACall())
    assert (
        scene.inconclusive(
            lambda scene: steering.steers(
                scene.bench, phone, Steering.SWAP, "hold", refused=Cause.HOLD_REFUSED
            )
        )
        is InconcReason.PEER
    )
    assert scene.a.asked == []


@pytest.mark.parametrize("told", [RINGS, cut(17), cut(20)])
@pytest.mark.parametrize("when", [Divert.ALWAYS, Divert.BUSY])
def test_a_second_call_that_the_number_itself_sends_elsewhere(when: Divert, told: Progress) -> None:
    """A voice box on busy is common, and no network is to blame for it."""
    scene = calling(told, waits=False)
    scene.a.forwards[when] = Forwarding("12580")
    assert scene.inconclusive(second_call) is InconcReason.SIM


@pytest.mark.parametrize("told", [RINGS, cut(17)])
def test_a_stranger_who_waits_first_makes_our_second_call_busy(told: Progress) -> None:
    """What is done to the call that waits is not done to ours, which is over, whenever its caller is told."""
    scene = calling(told, waits=True)
    scene.a.waits = ("02161230000", 129, 0)
    scene.c.call = ACall(cut(17))
    scene.c.call._alerting = told
    assert scene.inconclusive(second_call) is InconcReason.PEER


def test_a_second_caller_who_is_rung_himself() -> None:
    scene = calling(cut(17), waits=False)
    scene.c.on_dial = lambda: scene.c.events.append(Ringing())
    assert scene.inconclusive(second_call) is InconcReason.PEER


@pytest.mark.parametrize("told", [RINGS, cut(18)])
@pytest.mark.parametrize(("to", "asked"), [("13900009999", []), (f"+86{B}", [(Divert.ALWAYS, "")])])
def test_a_call_that_the_number_itself_sends_elsewhere(
    told: Progress, to: str, asked: list[tuple[object, ...]]
) -> None:
    """Set by its holder; or left by a run that was killed, and erased."""
    scene = Scene()
    scene.c.call = ACall(told if told.outcome is CallOutcome.RELEASED else UP)
    scene.c.call._alerting = told
    scene.a.forwards[Divert.ALWAYS] = Forwarding(to)
    assert (
        scene.inconclusive(lambda scene: rings(scene.bench, scene.party(scene.c), scene.party(scene.a)))
        is InconcReason.SIM
    )
    assert scene.a.asked == asked


def test_what_was_erased_in_spite_of_a_refusal() -> None:
    scene = Scene()
    scene.a.keeps = False
    scene.a.answers = [Steered(True), Steered(False, 3)]
    scene.plays(registers())
    assert scene.blamed() == [((CORE, Cause.FORWARDING_REFUSED),)]


def test_a_forwarded_call_that_cannot_be_paid_leaves_the_voice_box_alone() -> None:
    scene = Scene()
    scene.a.forwards[Divert.BUSY] = Forwarding("12580")

    async def divert(when: Divert, to: str, *, after_s: int = 20, active: bool = True) -> Steered:
        raise BudgetSpent(scene.a.name, "all calls are spent")

    scene.a.divert = divert  # type: ignore[method-assign]
    with pytest.raises(BudgetSpent):
        scene.plays(registers())
    assert scene.a.forwards[Divert.BUSY] == Forwarding("12580")
