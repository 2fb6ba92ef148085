"""Strangers, lost lines and silent modems: what the steps may conclude from them, step by step."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from random import Random

import pytest

from interop.engine import Bench
from interop.engine.bench import Ended, Inconclusive
from interop.engine.clock import run_virtual
from interop.protocols.modem import (
    CallEntry,
    CallOutcome,
    CallStat,
    Divert,
    Progress,
    Registration,
    Stat,
)
from interop.record import Cause, Check, InconcReason, Layer, Subject, Verdict
from interop.record.events import MessageReceived, Ringing, StatusReported
from suites import call_steps
from suites.parties import Party
from suites.recognition import message_steps, registration
from tests.suites.phones import ALERTING, CONNECTED, FakeCall, FakePhone, party, sim

SILENT = Progress(CallOutcome.SILENT)
STRANGER, CALLER, CALLED = "02161230000", "17090001234", "13900001234"


def released(cause: int | None) -> Progress:
    return Progress(CallOutcome.RELEASED, cause)


class Scene:
    def __init__(self) -> None:
        self.caller, self.called = FakePhone(CALLER), FakePhone(CALLED)
        self.called.offer = (CALLER, 129, 0)
        self.bench = Bench(
            subject=Subject("s", CALLER, "1709", "A", "CUCC", "北京"),
            tested=None,
            sims={"subject": sim(CALLER)},
            devices={},
            random=Random(1),
        )

    def parties(self) -> tuple[Party, Party]:
        return party(self.caller), party(self.called)

    def plays(self, steps: Callable[[Scene], Awaitable[None]]) -> list[Check]:
        """The checks of the scene; an Inconclusive comes out."""

        async def play() -> None:
            try:
                await steps(self)
            except Ended:
                return

        run_virtual(play())
        return self.bench.checks

    def inconclusive(self, steps: Callable[[Scene], Awaitable[None]]) -> InconcReason:
        with pytest.raises(Inconclusive) as caught:
            self.plays(steps)
        assert not [check for check in self.bench.checks if check.verdict is Verdict.FAIL]
        return caught.value.reason


def failed(checks: list[Check]) -> list[tuple[Layer | None, Cause | None, tuple[tuple[Layer, Cause], ...]]]:
    return [(one.layer, one.cause, one.ambiguous) for one in checks if one.verdict is Verdict.FAIL]


async def converse(scene: Scene) -> None:
    ring = await call_steps.rings(scene.bench, *scene.parties())
    await call_steps.converses(scene.bench, ring)
    await call_steps.is_cleared(scene.bench, ring)


async def refuse(scene: Scene) -> None:
    ring = await call_steps.rings(scene.bench, *scene.parties())
    await call_steps.is_refused(scene.bench, ring)


def incoming(number: str) -> CallEntry:
    return CallEntry(1, False, CallStat.INCOMING, False, number, 129)


# Strangers


def test_a_strangers_number_is_no_rewritten_one() -> None:
    """Somebody else rings there; we answer, and our own call goes on ringing."""
    scene = Scene()
    scene.called.offer = (STRANGER, 129, 0)
    scene.caller.call = FakeCall(ALERTING, SILENT)
    assert scene.inconclusive(converse) is InconcReason.PEER


def test_a_foreign_number_is_blamed_once_answering_connects_us() -> None:
    scene = Scene()
    scene.called.offer = (STRANGER, 129, 0)
    scene.caller.call = FakeCall(ALERTING, CONNECTED, SILENT, released(16))
    assert failed(scene.plays(converse)) == [(Layer.INTERCONNECT, Cause.CLI_REWRITTEN, ())]


def test_refusing_a_stranger_releases_nobody() -> None:
    scene = Scene()
    scene.called.offer = ("", 128, 1)
    scene.caller.call = FakeCall(ALERTING, SILENT, SILENT)
    assert scene.inconclusive(refuse) is InconcReason.PEER


@pytest.mark.parametrize("end", [SILENT, released(18)])
def test_a_refused_call_that_goes_to_the_called_ones_voice_box(end: Progress) -> None:
    """22.082: a call that is refused is forwarded as one of a busy phone; its holder wants it so."""
    scene = Scene()
    scene.called.offer = (CALLER, 129, 0)
    scene.called.forwarded = {Divert.BUSY: "12580"}
    scene.caller.call = FakeCall(ALERTING, SILENT, end)
    assert scene.inconclusive(refuse) is InconcReason.SIM


@pytest.mark.parametrize("told", [ALERTING, released(20)])
def test_a_number_whose_calls_all_go_elsewhere(told: Progress) -> None:
    scene = Scene()
    scene.called.offer = None
    scene.called.forwarded = {Divert.ALWAYS: "13900009999"}
    scene.caller.call = FakeCall(told)
    assert scene.inconclusive(refuse) is InconcReason.SIM


@pytest.mark.parametrize("busy", ["caller", "called"])
def test_a_phone_that_a_stranger_rings_is_busy_and_nobody_is_to_blame(busy: str) -> None:
    scene = Scene()
    phone: FakePhone = getattr(scene, busy)
    scene.caller.on_dial = lambda: phone.events.append(Ringing())
    scene.caller.call = FakeCall(released(17))
    assert scene.inconclusive(refuse) is InconcReason.PEER


def test_a_stranger_who_rings_while_the_line_is_looked_at() -> None:
    scene = Scene()
    scene.called.on_look = lambda: scene.called.events.append(Ringing())
    scene.caller.call = FakeCall(released(17))
    assert scene.inconclusive(refuse) is InconcReason.PEER


def test_busy_by_a_phone_that_never_rang() -> None:
    scene = Scene()
    scene.caller.call = FakeCall(released(17))
    assert failed(scene.plays(refuse)) == [(Layer.INTERCONNECT, Cause.CALL_NOT_OFFERED, ())]


def test_a_call_from_before_the_case() -> None:
    scene = Scene()
    scene.called.listed = [[incoming(STRANGER)]]
    assert scene.inconclusive(refuse) is InconcReason.PEER


# What a modem does not say


def test_a_lost_clip_is_looked_up_in_the_list_of_calls() -> None:
    scene = Scene()
    scene.called.offer = ("", None, None)
    scene.called.listed = [[], [incoming(CALLER)]]
    scene.caller.call = FakeCall(ALERTING, CONNECTED, SILENT, released(16))
    assert not failed(scene.plays(converse))


def test_no_clip_at_all_is_not_a_missing_number() -> None:
    scene = Scene()
    scene.called.offer = ("", None, None)
    scene.caller.call = FakeCall(ALERTING, CONNECTED, SILENT, released(16))
    assert scene.inconclusive(converse) is InconcReason.MODEM


def test_the_far_end_knows_that_it_rings() -> None:
    scene = Scene()
    scene.caller.call = FakeCall(SILENT, CONNECTED, SILENT, released(16))
    assert not failed(scene.plays(converse))


@pytest.mark.parametrize("cause", [16, 31, 127])
def test_ways_to_say_that_a_call_ended_normally(cause: int) -> None:
    scene = Scene()
    scene.caller.call = FakeCall(ALERTING, CONNECTED, SILENT, released(cause))
    assert not failed(scene.plays(converse))


@pytest.mark.parametrize("cause", [1, 3, 17, 41])
def test_wrong_ways_to_say_it(cause: int) -> None:
    scene = Scene()
    scene.caller.call = FakeCall(ALERTING, CONNECTED, SILENT, released(cause))
    assert failed(scene.plays(converse)) == [(Layer.INTERCONNECT, Cause.RELEASE_CAUSE_WRONG, ())]


@pytest.mark.parametrize("cause", [None, 16])
def test_a_refusal_whose_cause_nobody_knows_proves_nothing(cause: int | None) -> None:
    """None: the modem does not tell; 16: our own modem may have refused with it."""
    scene = Scene()
    scene.caller.call = FakeCall(ALERTING, SILENT, released(cause))
    assert scene.inconclusive(refuse) is InconcReason.MODEM


def test_an_untold_cause_is_recorded_as_not_checked() -> None:
    scene = Scene()
    scene.caller.call = FakeCall(ALERTING, CONNECTED, SILENT, released(None))
    checks = {check.name: check.verdict for check in scene.plays(converse)}
    assert checks["release cause"] is Verdict.NONE


UNKNOWN = Progress(CallOutcome.UNKNOWN, text="the modem does not list its calls")
DOUBTED = Progress(CallOutcome.SILENT, text="the modem said that a call is over, and lists it all the same")


@pytest.mark.parametrize("untold", [UNKNOWN, DOUBTED, released(None)])
@pytest.mark.parametrize("step", ["rings", "is answered", "ends"])
def test_what_the_callers_modem_cannot_tell_accuses_nobody(untold: Progress, step: str) -> None:
    scene = Scene()
    if step == "rings":
        scene.called.offer = None
        scene.caller.call = FakeCall(untold)
    elif step == "is answered":
        scene.caller.call = FakeCall(ALERTING, untold)
    elif untold.outcome is CallOutcome.RELEASED:
        return  # that it ended is all that is asked
    else:
        scene.caller.call = FakeCall(ALERTING, CONNECTED, SILENT, untold)
    assert scene.inconclusive(converse) is InconcReason.MODEM


def test_a_call_of_which_nobody_knows_whether_it_stays_up() -> None:
    scene = Scene()
    scene.caller.call = FakeCall(ALERTING, CONNECTED, UNKNOWN)
    assert scene.inconclusive(converse) is InconcReason.MODEM


# Messages


def received(text: str, sender: str = f"+86{CALLER}") -> MessageReceived:
    return MessageReceived(sender, 145, text, "2026-01-05T09:00:00+08:00")


async def deliver(scene: Scene) -> None:
    sender, receiver = scene.parties()
    text, token = message_steps.text_with_token(scene.bench, message_steps.CHINESE)
    marks = (sender.modem.events.mark(), receiver.modem.events.mark())
    message, _ = await message_steps.arrives(scene.bench, sender, receiver, text, token, marks)
    await message_steps.is_intact(scene.bench, sender, receiver, message, text, token)


def comes(scene: Scene, *pieces: Callable[[str], str]) -> Callable[[str], None]:
    def send(text: str) -> None:
        for piece in pieces:
            scene.called.events.append(received(piece(text)))

    return send


def test_a_message_that_was_never_announced_is_not_lost() -> None:
    scene = Scene()
    texts: list[str] = []
    scene.caller.on_send = texts.append
    scene.called.on_fetch = lambda: scene.called.events.append(received(texts[0]))
    assert not failed(scene.plays(deliver))


def notice(_text: str) -> str:
    return "您有1个未接来电，请及时回复"


def test_a_missed_call_notice_in_the_senders_name_is_not_our_text() -> None:
    scene = Scene()
    scene.caller.on_send = comes(scene, notice, lambda text: text)
    assert not failed(scene.plays(deliver))


def test_our_text_without_its_token() -> None:
    scene = Scene()
    scene.caller.on_send = comes(scene, lambda text: text.replace("IOP", "???"))
    assert failed(scene.plays(deliver)) == [(Layer.FORMATTING, Cause.TEXT_CORRUPTED, ())]


def test_lost_or_beyond_recognition() -> None:
    scene = Scene()
    scene.caller.on_send = comes(scene, notice)
    either = tuple((Layer.INTERCONNECT, one) for one in (Cause.MESSAGE_LOST, Cause.TEXT_CORRUPTED))
    assert failed(scene.plays(deliver)) == [(Layer.INTERCONNECT, None, either)]


def test_an_advertisement_is_nothing_to_us() -> None:
    scene = Scene()
    scene.caller.on_send = lambda _text: scene.called.events.append(received("广告", "10690000"))
    assert failed(scene.plays(deliver)) == [(Layer.INTERCONNECT, Cause.MESSAGE_LOST, ())]


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (0x00, Cause.REPORT_FALSE),
        (0x22, Cause.SUBSCRIBER_ABSENT),
        (0x43, Cause.NO_ROUTE),
        (0x45, Cause.NO_ROUTE),
        (0x60, Cause.CONGESTION),
    ],
)
def test_what_the_centre_says_of_a_lost_message(status: int, cause: Cause) -> None:
    scene = Scene()
    scene.caller.on_send = lambda _text: scene.caller.events.append(StatusReported(7, f"+86{CALLED}", status))
    assert failed(scene.plays(deliver)) == [(Layer.INTERCONNECT, cause, ())]


@pytest.mark.parametrize("status", [0x21, 0x25, 0x61, 0x65])
def test_what_the_centre_heard_from_our_own_phone(status: int) -> None:
    scene = Scene()
    scene.caller.on_send = lambda _text: scene.caller.events.append(StatusReported(7, f"+86{CALLED}", status))
    assert scene.inconclusive(deliver) is InconcReason.MODEM


def test_a_report_on_somebody_else_is_an_older_one() -> None:
    scene = Scene()
    scene.caller.on_send = lambda _text: scene.caller.events.append(StatusReported(7, "13800000000", 0))
    assert failed(scene.plays(deliver)) == [(Layer.INTERCONNECT, Cause.MESSAGE_LOST, ())]


async def reported(scene: Scene) -> None:
    sender, receiver = scene.parties()
    report = await message_steps.report_on(scene.bench, sender, receiver, 7, 0)
    message_steps.says_delivered(scene.bench, report)


@pytest.mark.parametrize("status", [0x00, 0x01, 0x02])
def test_completed_transactions(status: int) -> None:
    scene = Scene()
    scene.caller.events.append(StatusReported(7, CALLED, status))
    assert not failed(scene.plays(reported))


def test_only_another_messages_report() -> None:
    scene = Scene()
    scene.caller.events.append(StatusReported(7, "13800000000", 0))
    assert scene.inconclusive(reported) is InconcReason.INDETERMINATE


# Registration


@pytest.mark.parametrize(
    ("at", "dbm", "reason"),
    [
        (Registration(Stat.SEARCHING, Stat.SEARCHING, None), None, InconcReason.COVERAGE),
        (Registration(Stat.SEARCHING, Stat.SEARCHING, None), -111, InconcReason.COVERAGE),
        (Registration(None, Stat.HOME, None, "46011"), -70, InconcReason.MODEM),
    ],
)
def test_our_side_of_the_air(at: Registration, dbm: int | None, reason: InconcReason) -> None:
    scene = Scene()
    scene.caller.at, scene.caller.dbm = at, dbm
    assert scene.inconclusive(register) is reason


@pytest.mark.parametrize(
    ("at", "layer"),
    [
        (Registration(Stat.SEARCHING, Stat.SEARCHING, None), Layer.RADIO),
        (Registration(None, Stat.HOME, Stat.NOT_REGISTERED, "46011"), Layer.CORE),
    ],
)
def test_not_registered_with_a_good_signal(at: Registration, layer: Layer) -> None:
    scene = Scene()
    scene.caller.at, scene.caller.dbm = at, -70
    assert failed(scene.plays(register)) == [(layer, Cause.NOT_REGISTERED, ())]


def test_an_unnamed_network_is_not_checked() -> None:
    scene = Scene()
    scene.caller.at = Registration(Stat.HOME, Stat.HOME, None, "")
    checks = {check.name: check.verdict for check in scene.plays(register)}
    assert checks["serving network belongs to"] is Verdict.NONE


async def register(scene: Scene) -> None:
    await registration.registers_at_home(scene.bench, subject=scene.caller)
