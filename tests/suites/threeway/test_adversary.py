"""Modems that hide things, networks that say OK, strangers who ring: what the steps conclude of calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from interop.numbering import CliForm
from interop.protocols.modem import (
    CallEntry,
    CallStat,
    Offer,
    Progress,
    Registration,
    Stat,
    Steered,
    Steering,
)
from interop.record import Blame, Cause, InconcReason, Layer, Verdict
from interop.record.events import Notified, ToneHeard
from suites.call_steps import Ring
from suites.threeway import steering
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
        (10, (SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED)),
        (11, (SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED)),
        (13, (SUBSCRIPTION, Cause.CALL_BARRED)),
        (19, (SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED)),
        (29, (SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED)),
        (30, (CORE, Cause.CONFERENCE_REFUSED)),
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


@pytest.mark.parametrize("cause", [12, 35, 36, 81, 96, 98, 101])
def test_a_refusal_that_finds_our_modem_at_fault_accuses_nobody(cause: int) -> None:
    scene = Scene()
    scene.a.answers = [Steered(False, None, cause)]
    assert scene.inconclusive(join) is InconcReason.MODEM


# What is listed


def listing(expected: steering.Listing, *calls: ACall, **options: Any) -> Steps:
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


def speak(scene: Scene) -> Awaitable[object]:
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
    """By detectors that have told a tone before: the third party's."""
    scene = talking(*directions, "ca", "cb")
    for one in deaf:
        getattr(scene, one).detects = False
    a, b, c = map(scene.party, (scene.a, scene.b, scene.c))

    async def spoken(scene: Scene) -> None:
        talk = Talk(scene.bench)
        await talk.all_hear([Direction(c, a), Direction(c, b)], "before", up)
        await talk.all_hear(both_ways(a, b), "now", up)
        talk.ends()

    checks = scene.plays(spoken)
    assert scene.blamed() == expected
    assert sum(check.verdict is Verdict.NONE for check in checks.values()) == 2 * len(deaf)


@pytest.mark.parametrize("directions", [("ab",), ("ba",), ()])
def test_a_detector_that_never_told_a_tone_proves_no_silence(directions: tuple[str, ...]) -> None:
    """Firmware takes AT+QTONEDET=1 and tells nothing often enough."""
    scene = talking(*directions)

    async def spoken(scene: Scene) -> None:
        talk = Talk(scene.bench)
        await talk.all_hear(both_ways(scene.party(scene.a), scene.party(scene.b)), "now", up)
        talk.ends()

    assert scene.inconclusive(spoken) is InconcReason.DEVICE
    assert not scene.blamed()


def test_silence_is_blamed_once_the_detector_tells_a_tone() -> None:
    scene = talking("ba", "cb", "bc", "ca", "ac")  # B never hears A, and has heard nobody before C
    a, b, c = map(scene.party, (scene.a, scene.b, scene.c))

    async def spoken(scene: Scene) -> None:
        talk = Talk(scene.bench)
        await talk.all_hear(both_ways(a, b), "first", up)
        assert not scene.blamed()
        await talk.all_hear(both_ways(c, b), "then", up)

    scene.plays(spoken)
    assert scene.blamed() == [((CORE, Cause.MEDIA_ONE_WAY),)]


def test_what_a_detector_that_never_told_a_tone_does_not_hear_is_no_hold() -> None:
    scene = talking()

    async def silent(scene: Scene) -> None:
        pair = both_ways(scene.party(scene.a), scene.party(scene.b))
        await Talk(scene.bench).nobody_hears(pair, "on hold")

    assert {check.verdict for check in scene.plays(silent).values()} == {Verdict.NONE}


def test_a_tone_that_is_lost_once_is_no_silence() -> None:
    scene = talking("ab", "ba")
    scene.b.lost = 1
    scene.plays(speak)
    assert not scene.blamed()


def test_a_detector_that_loses_tones_is_not_believed() -> None:
    """One was heard at the second try; then the next speaker is not heard at all."""
    scene = talking("ab", "ba", "bc", "cb", "ac")
    scene.a.lost = 1
    a, b, c = map(scene.party, (scene.a, scene.b, scene.c))

    async def one_by_one(scene: Scene) -> None:
        talk = Talk(scene.bench)
        await talk.all_hear(both_ways(a, b), "first", up)
        await talk.all_hear(both_ways(a, c), "then", up)

    assert scene.inconclusive(one_by_one) is InconcReason.MODEM


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
    """Up to nine others were sent since, each another digit; four make one try."""
    scene = Scene()

    async def ten(scene: Scene) -> None:
        talk = Talk(scene.bench)
        direction = Direction(scene.party(scene.a), scene.party(scene.b))
        sent: list[str] = []
        before: list[str] = []

        async def send(digits: str) -> None:
            for late in before[-6:]:
                scene.b.events.append(ToneHeard(late))
            sent.append(digits)

        scene.a.send_tones = send  # type: ignore[method-assign]
        for number in range(25):
            before[:] = sent
            await talk.nobody_hears([direction], f"the {number}th time")

    scene.plays(ten)
    assert not scene.blamed()


def three(scene: Scene) -> Conference:
    """Both calls of the first are up."""
    conference = Conference(scene.bench, scene.party(scene.a))
    for phone in (scene.b, scene.c):
        parties = scene.party(scene.a), scene.party(phone)
        offer = Offer(ACall(), "", None, None)
        conference.rings[parties[1].sim.name] = Ring(*parties, ACall(), offer, "", None, CliForm.EXACT, True)
    return conference


@pytest.mark.parametrize("why", ["no detectors", "over IMS"])
def test_a_conference_in_which_nobody_is_heard_is_not_proved(why: str) -> None:
    scene = Scene()
    conference = three(scene)
    if why == "over IMS":
        scene.a.at = Registration(Stat.NOT_REGISTERED, Stat.HOME, Stat.HOME)
    else:
        scene.a.detects = scene.b.detects = scene.c.detects = False
    assert scene.inconclusive(lambda _: conference.everybody_hears()) is InconcReason.DEVICE


def test_a_modem_that_lists_no_conference_in_which_they_hear_each_other() -> None:
    """The flags of +CLCC may be wrong, and what two others hear of each other is not."""
    scene = talking("bc", "cb")
    scene.a.rows = rows(ACTIVE, ACTIVE)
    conference = three(scene)
    assert scene.inconclusive(lambda _: conference.joins()) is InconcReason.MODEM


def test_a_modem_that_lists_no_conference_in_which_nobody_is_heard() -> None:
    scene = Scene()
    scene.a.rows = rows(ACTIVE, HELD)
    conference = three(scene)
    scene.plays(lambda _: conference.joins())
    assert scene.blamed() == [(NOT_JOINED,)]


def test_a_strangers_call_that_was_taken_instead() -> None:
    """It rang between the look and the order: the stranger is active, our call on hold."""
    scene = Scene()
    scene.a.rows = [*rows(HELD), CallEntry(2, False, ACTIVE, False)]
    assert scene.inconclusive(listing(ONE_HELD, ACall())) is InconcReason.PEER


def test_one_call_too_many_of_our_own_is_the_networks() -> None:
    scene = Scene()
    scene.a.rows = rows(HELD, ACTIVE)
    scene.plays(listing(ONE_HELD, ACall()))
    assert scene.blamed() == [(NOT_JOINED,)]


def test_silence_is_not_proved_by_one_tone() -> None:
    """A detector that loses two of a row hears that the party on hold goes on hearing."""
    scene = talking("ab")
    scene.b.lost = 2
    scene.plays(negative)
    assert scene.blamed() == [(NOT_HELD,)]
