"""Modems that hide things, networks that say OK, strangers who ring: what the steps conclude from them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from interop.engine.bench import Inconclusive
from interop.protocols.errors import NotAvailable
from interop.protocols.modem import (
    CallOutcome,
    CallStat,
    Divert,
    Progress,
    Registration,
    Stat,
    Steered,
    Steering,
)
from interop.record import Blame, Cause, InconcReason, Layer, Verdict
from interop.record.events import Notified, ToneHeard
from suites.threeway import forwarding, steering, waiting
from suites.threeway.conference import Conference
from suites.threeway.steering import ACTIVE_AND_HELD, NO_CALL, NOT_HELD, ONE_ACTIVE, ONE_HELD, joined
from suites.threeway.steering import HELD as ON_HOLD
from suites.threeway.talk import Direction, Talk, both_ways
from tests.suites.threeway.scene import (
    ACTIVE,
    HELD,
    UNTOLD,
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


# What is steered


def join(scene: Scene, *calls: ACall) -> Awaitable[None]:
    phone = scene.phone(scene.a, *calls)
    return steering.steers(scene.bench, phone, Steering.JOIN, "join", refused=Cause.CONFERENCE_REFUSED)


@pytest.mark.parametrize(
    ("cause", "blame"),
    [
        (19, (SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED)),
        (29, (SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED)),
        (50, (SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED)),
        (69, (CORE, Cause.SERVICE_NOT_SUBSCRIBED)),
        (47, (CORE, Cause.CONGESTION)),
        (127, (CORE, Cause.CONGESTION)),
        (17, (CORE, Cause.CONFERENCE_REFUSED)),
        (126, (CORE, Cause.CONFERENCE_REFUSED)),
    ],
)
def test_a_refusal_accuses_by_its_cause(cause: int, blame: Blame) -> None:
    scene = Scene()
    scene.a.answers = [Steered(False, 3, cause)]
    scene.plays(lambda scene: join(scene, ACall()))
    assert scene.blamed() == [(blame,)]


@pytest.mark.parametrize("code", [None, 3, 4, 100])
def test_a_refusal_without_a_cause_may_be_our_modems_own(code: int | None) -> None:
    scene = Scene()
    scene.a.answers = [Steered(False, code)]
    assert scene.inconclusive(lambda scene: join(scene, ACall())) is InconcReason.MODEM


def test_a_refusal_because_the_call_is_gone() -> None:
    """What is there to join? The cause of the refusal is not what is wrong."""
    scene = Scene()
    scene.a.answers = [Steered(False, 3, 19)]
    scene.plays(lambda scene: join(scene, ACall(), ACall(cut())))
    assert scene.blamed() == [(DROPPED,)]


def test_a_modem_that_cannot_join_proves_nothing() -> None:
    scene = Scene()
    scene.a.offers = frozenset({Steering.SWAP})
    assert scene.inconclusive(join) is InconcReason.DEVICE
    assert scene.a.asked == []


def test_a_modem_that_does_not_say_what_it_can_is_tried() -> None:
    scene = Scene()
    scene.a.offers = frozenset()
    scene.plays(join)
    assert (scene.a.asked, scene.blamed()) == ([(Steering.JOIN,)], [])


# What is listed


def listing(expected: steering.Listing, *calls: ACall, **options: bool) -> Steps:
    async def look(scene: Scene) -> None:
        phone = scene.phone(scene.a, *calls)
        await steering.lists(scene.bench, phone, expected, after="now", blame=NOT_JOINED, **options)

    return look


@pytest.mark.parametrize("mpty", [False, True])
def test_said_done_and_nothing_is_joined(mpty: bool) -> None:
    """Two calls, one still on hold: whatever the flags say."""
    scene = Scene()
    scene.a.rows = rows(ACTIVE, HELD, mpty=mpty)
    scene.plays(listing(joined(2), ACall(), ACall()))
    assert scene.blamed() == [(NOT_JOINED,)]


def test_both_active_and_no_flag_is_no_conference() -> None:
    scene = Scene()
    scene.a.rows = rows(ACTIVE, ACTIVE)
    scene.plays(listing(joined(2), ACall(), ACall()))
    assert scene.blamed() == [(NOT_JOINED,)]


def test_a_conference_in_one_row() -> None:
    scene = Scene()
    scene.a.rows = rows(ACTIVE, mpty=True)
    scene.plays(listing(joined(2), ACall(), ACall(), one_row=True))
    assert not scene.blamed()


def test_one_row_without_the_flag_is_a_call_that_was_dropped() -> None:
    scene = Scene()
    scene.a.rows = rows(ACTIVE)
    scene.plays(listing(joined(2), ACall(), ACall(cut(16)), one_row=True))
    assert scene.blamed() == [(DROPPED,)]


@pytest.mark.parametrize("end", [UP, UNTOLD])
def test_a_call_that_is_not_listed_and_not_said_to_be_over(end: Progress) -> None:
    """A row may have been lost on its way from the modem."""
    scene = Scene()
    scene.a.rows = rows(ACTIVE)
    assert scene.inconclusive(listing(ACTIVE_AND_HELD, ACall(), ACall(end))) is InconcReason.MODEM


def test_a_list_that_comes_right_in_time() -> None:
    scene = Scene()
    scene.a.rows = rows(ACTIVE)

    async def later(scene: Scene) -> None:
        asyncio.get_running_loop().call_later(5.0, setattr, scene.a, "rows", rows(HELD))
        await listing(ONE_HELD, ACall())(scene)

    scene.plays(later)
    assert not scene.blamed()


@pytest.mark.parametrize("stat", [WAITING, CallStat.INCOMING])
def test_a_stranger_who_rings_is_no_ghost(stat: CallStat) -> None:
    scene = Scene()
    scene.a.rows = rows(stat)
    scene.plays(listing(NO_CALL))
    scene.a.rows = rows(ACTIVE, stat)
    scene.plays(listing(ONE_ACTIVE, ACall()))
    assert not scene.blamed()


def ends(scene: Scene) -> Awaitable[None]:
    return steering.leaves(scene.bench, scene.party(scene.a), [scene.party(scene.b)])


def test_a_call_that_is_left_when_everybody_has_gone() -> None:
    scene = Scene()
    scene.b.rows = rows(ACTIVE)
    scene.plays(ends)
    assert scene.blamed() == [((CORE, Cause.GHOST_CALL),)]


def test_a_modem_that_does_not_hang_up_is_ours() -> None:
    scene = Scene()
    scene.a.rows = scene.b.rows = rows(ACTIVE)
    assert scene.inconclusive(ends) is InconcReason.MODEM


# What is told


@pytest.mark.parametrize(
    ("came", "verdict"),
    [
        ([Notified(2)], Verdict.PASS),
        ([], Verdict.NONE),
        ([Notified(3)], Verdict.NONE),
        ([Notified(2, own=True)], Verdict.NONE),
        ([Notified(3), Notified(2)], Verdict.PASS),
    ],
)
def test_a_notification_that_is_not_delivered_accuses_nobody(came: list[Notified], verdict: Verdict) -> None:
    scene = Scene()

    async def held(scene: Scene) -> None:
        for one in came:
            scene.b.events.append(one)
        await steering.is_told(scene.bench, scene.phone(scene.b), ON_HOLD, since=0)

    (check,) = scene.plays(held).values()
    assert check.verdict is verdict


# Who hears whom


async def up() -> None: ...


def speak(scene: Scene) -> Awaitable[None]:
    pair = both_ways(scene.party(scene.a), scene.party(scene.b))
    return Talk(scene.bench).all_hear(pair, "now", up)


def talking(*directions: str) -> Scene:
    scene = Scene()
    for both in directions:
        getattr(scene, both[0]).hearers.append(getattr(scene, both[1]))
    return scene


@pytest.mark.parametrize(
    ("directions", "deaf", "expected"),
    [
        (("ab", "ba"), "", []),
        (("ab",), "", [((CORE, Cause.MEDIA_ONE_WAY),)]),
        (("ba",), "", [((CORE, Cause.MEDIA_ONE_WAY),)]),
        ((), "", [((CORE, Cause.MEDIA_SILENT),)] * 2),
        ((), "a", [((CORE, Cause.MEDIA_SILENT), (CORE, Cause.MEDIA_ONE_WAY))]),
        (("ab",), "a", []),
        ((), "ab", []),
    ],
)
def test_who_is_not_heard(directions: tuple[str, ...], deaf: str, expected: list[tuple[Blame, ...]]) -> None:
    scene = talking(*directions)
    for one in deaf:
        getattr(scene, one).detects = False
    checks = scene.plays(speak)
    assert scene.blamed() == expected
    assert sum(check.verdict is Verdict.NONE for check in checks.values()) == len(deaf)


def test_a_tone_that_is_lost_once_is_no_silence() -> None:
    scene = talking("ab", "ba")
    scene.b.lost = 1
    scene.plays(speak)
    assert not scene.blamed()


def test_silence_is_blamed_on_nothing_else_while_a_call_is_down() -> None:
    scene = Scene()
    conference = Conference(scene.bench, scene.party(scene.a))

    async def are_up() -> None:
        scene.bench.require("up", expected="up", actual="cut", blame=DROPPED)

    pair = both_ways(scene.party(scene.a), scene.party(scene.b))
    scene.plays(lambda _: conference.talk.all_hear(pair, "now", are_up))
    assert scene.blamed() == [(DROPPED,)]


def test_tones_that_do_not_cross_a_conference_over_ims_accuse_nobody() -> None:
    scene = Scene()
    a, b, c = map(scene.party, (scene.a, scene.b, scene.c))
    scene.a.at = Registration(Stat.NOT_REGISTERED, Stat.HOME, Stat.HOME)
    checks = scene.plays(lambda _: Talk(scene.bench).all_hear(both_ways(b, c, bridge=a), "now", up))
    assert [check.verdict for check in checks.values()] == [Verdict.NONE, Verdict.NONE]


def negative(scene: Scene) -> Awaitable[None]:
    directions = [Direction(scene.party(scene.a), scene.party(scene.b))]
    return Talk(scene.bench).nobody_hears(directions, "while held")


def test_a_held_party_that_goes_on_hearing() -> None:
    scene = talking("ab")
    scene.plays(negative)
    assert scene.blamed() == [(NOT_HELD,)]


def test_a_modem_that_sends_no_tones_while_it_speaks_to_nobody() -> None:
    scene = talking("ab")
    scene.a.speaks = False
    (check,) = scene.plays(negative).values()
    assert check.verdict is Verdict.NONE


def test_a_tone_of_before_that_is_told_late_is_not_heard_on_hold() -> None:
    """Nine others were sent since, each another digit."""
    scene = Scene()

    async def ten(scene: Scene) -> None:
        talk = Talk(scene.bench)
        direction = Direction(scene.party(scene.a), scene.party(scene.b))
        sent: list[str] = []

        async def send(digits: str) -> None:
            for late in sent[-9:]:
                scene.b.events.append(ToneHeard(late))
            sent.append(digits)

        scene.a.send_tones = send  # type: ignore[method-assign]
        for number in range(25):
            await talk.nobody_hears([direction], f"the {number}th time")

    scene.plays(ten)
    assert not scene.blamed()


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
        assert scene.a.forwards[when] == B
        raise error

    return and_fails


@pytest.mark.parametrize("when", Divert)
def test_forwarding_is_erased_at_the_end(when: Divert) -> None:
    scene = Scene()
    scene.plays(registers(when))
    assert scene.a.asked == [(when, B), (when, "")]
    assert (scene.a.forwards[when], scene.blamed()) == ("", [])


@pytest.mark.parametrize(
    "error", [Inconclusive(InconcReason.PEER, "a stranger"), asyncio.CancelledError(), RuntimeError("a bug")]
)
def test_forwarding_is_erased_whatever_happens(error: BaseException) -> None:
    scene = Scene()
    with pytest.raises(type(error)):
        scene.plays(fails(error))
    assert scene.a.forwards[Divert.BUSY] == ""


def test_a_voice_box_is_put_back() -> None:
    scene = Scene()
    scene.a.forwards[Divert.NO_REPLY] = "12580"
    scene.plays(registers(Divert.NO_REPLY))
    assert scene.a.asked[-1] == (Divert.NO_REPLY, "12580")


@pytest.mark.parametrize("left", [B, f"+86{B}"])
def test_what_an_interrupted_run_left_there_is_not_put_back(left: str) -> None:
    scene = Scene()
    scene.a.forwards[Divert.BUSY] = left
    scene.plays(registers())
    assert scene.a.asked[-1] == (Divert.BUSY, "")


def test_what_cannot_be_erased_is_said() -> None:
    scene = Scene()
    scene.a.answers = [Steered(True), Steered(False, 3)]
    with pytest.raises(NotAvailable, match="could not be erased"):
        scene.plays(registers())


def test_calls_that_all_go_elsewhere_already() -> None:
    scene = Scene()
    scene.a.forwards[Divert.ALWAYS] = "02161230000"
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
    scene.a.rows = rows(CallStat.INCOMING) if rings else []
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
