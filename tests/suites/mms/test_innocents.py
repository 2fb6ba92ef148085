"""Whom a verdict on multimedia messages must not accuse: an operator whose service sent an advertisement,
whose reminder is of an older message, who is blamed for what a modem's own client shows, asks for or cannot
read.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from random import Random

import pytest

from interop import mms
from interop.engine import Bench
from interop.engine.verdicts import Judgement
from interop.lab.model import MmsPart
from interop.mms import Body, Part, SendReq
from interop.protocols.mms import MmsFetched, MmsOutcome, MmsSent, MmsStage
from interop.record import Blame, Cause, InconcReason, Layer, Subject, Verdict
from interop.record.events import MessageReceived
from suites.mms import contents
from tests.suites.mms.scene import (
    ACCEPTED,
    GONE,
    HERE,
    OWN_CLIENT,
    RECEIVER,
    SENDER,
    Keeper,
    Scene,
    body,
)

PASS, INCONC = Verdict.PASS, Verdict.INCONC
CORE, BETWEEN, TEXT = Layer.CORE, Layer.INTERCONNECT, Layer.FORMATTING
LOST = ((CORE, Cause.NOTIFICATION_MISSING), (BETWEEN, Cause.MESSAGE_LOST))
THERE = "http://mmsc.example/2"


def blamed(judged: Judgement) -> tuple[Blame, ...]:
    assert judged.verdict is Verdict.FAIL, judged
    if judged.layer is not None and judged.cause is not None:
        return ((judged.layer, judged.cause),)
    return judged.ambiguous


def is_inconclusive(judged: Judgement, reason: InconcReason = InconcReason.INDETERMINATE) -> None:
    assert (judged.verdict, judged.reason) == (INCONC, reason), judged


# Which message it is


def _reminder(scene: Scene, after: float) -> None:
    """Of an older message from the same sender, which is gone; its notification names no subject."""
    older = SendReq("old", (mms.of_number(RECEIVER),), body(Part("text/plain", b"old")))
    scene.is_announced(older, after, at=THERE, subject="")
    scene.receiver.mms.stored[THERE] = [GONE]


@pytest.mark.parametrize("after", [2, 12], ids=["before ours", "behind ours"])
def test_an_older_message_that_is_gone_is_not_ours(after: float) -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        _reminder(scene, after)
        scene.arrives(message, 9)

    scene.sender.mms.on_send = take
    assert scene.sends().verdict is PASS


def test_one_without_a_subject_that_is_gone_is_ours_where_no_other_comes() -> None:
    scene = Scene()
    scene.sender.mms.on_send = lambda _message: _reminder(scene, 2)
    assert blamed(scene.sends()) == ((CORE, Cause.MESSAGE_EXPIRED),)


def test_no_two_runs_send_the_same_message() -> None:
    """One seed gives one result; a reminder of yesterday's run must not be taken for today's message."""

    def serial(hour: int) -> str:
        bench = Bench(
            subject=Subject("s", SENDER, "1718", "A", "CUCC", "北京"),
            tested=None,
            sims={},
            devices={},
            random=Random(1),
            clock=lambda: datetime(2026, 1, 5, hour, tzinfo=UTC),
        )
        return contents.drawn(bench, contents.latin, 300_000).serial

    assert serial(9) == serial(9) != serial(10)


# What comes in its place


@pytest.mark.parametrize(
    "text", ["您的套餐余量请查询 http://www.10010.com", "彩信包月 5 元，回复 1 办理", "详情见 wap.10010.com"]
)
def test_an_advertisement_does_not_stand_for_a_message(text: str) -> None:
    scene = Scene()
    came = MessageReceived("10010", 129, text, "2026-01-05T09:00:05+08:00")
    scene.sender.mms.on_send = lambda _message: scene.later(5, came)
    assert set(blamed(scene.sends())) == {*LOST, (CORE, Cause.REPLACED_BY_LINK)}


def test_a_message_that_is_late_comes_behind_an_advertisement() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.later(5, MessageReceived("10010", 129, "http://www.10010.com", "2026-01-05T09:00:05+08:00"))
        scene.arrives(message, 400)

    scene.sender.mms.on_send = take
    assert {cause for _, cause in blamed(scene.sends())} == {Cause.MESSAGE_LATE}


def test_a_refusal_of_what_comes_all_the_same() -> None:
    """By a client that could not read the answer, or a proxy that did not wait for it."""
    for sent in (
        MmsSent(MmsOutcome.REJECTED, MmsStage.MMSC, code=189, text="+CMMSSEND: 189"),
        MmsSent(MmsOutcome.REJECTED, MmsStage.SUBMIT, code=190, text="+CMMSSEND: 190"),
        MmsSent(MmsOutcome.REJECTED, MmsStage.SUBMIT, http=504, text="HTTP 504 Gateway Timeout"),
    ):
        scene = Scene()
        scene.sender.mms.answer = sent
        is_inconclusive(scene.sends())


def test_the_limit_is_that_of_whoever_sends() -> None:
    """An MMSC need not know what another one takes."""
    scene = Scene(receives=MmsPart(largest=100_000))
    sent: list[int] = []

    def take(message: SendReq) -> None:
        sent.append(sum(len(part.data) for part in message.body.media))
        scene.arrives(message)

    scene.sender.mms.on_send = take
    scene.over_the_limit()
    assert sent[0] > MmsPart().largest


# What a modem's own client shows


def _seen_by_own_client(scene: Scene) -> None:
    scene.receiver.mms.can = OWN_CLIENT


def test_a_subject_that_only_the_client_garbles() -> None:
    scene = Scene(draw=contents.chinese)
    _seen_by_own_client(scene)
    scene.sender.mms.on_send = lambda message: scene.arrives(message, subject="\ufffd\ufffd??")
    assert scene.sends().verdict is PASS
    assert scene.verdict_of("fetch: subject") == "none"


def test_a_sender_that_only_the_client_cuts() -> None:
    scene = Scene()
    _seen_by_own_client(scene)
    scene.sender.mms.on_send = lambda message: scene.arrives(message, sender=mms.of_number("1718000123"))
    assert scene.sends().verdict is PASS
    assert scene.verdict_of("fetch: sender") == "none"


def test_a_subject_that_is_garbled_in_the_notification_as_well() -> None:
    scene = Scene(draw=contents.chinese)
    _seen_by_own_client(scene)

    def take(message: SendReq) -> None:
        scene.is_announced(message, subject="????")
        scene.lies(message, subject="????")

    scene.sender.mms.on_send = take
    assert blamed(scene.sends()) == ((TEXT, Cause.TEXT_CORRUPTED),)


@pytest.mark.parametrize("coding", ["utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_text_that_is_shown_in_a_coding_that_nobody_told(coding: str) -> None:
    scene = Scene(draw=contents.chinese)
    _seen_by_own_client(scene)

    def coded(sent: Body) -> Body:
        return body(*(replace(part, data=part.text.encode(coding)) for part in sent.media))

    scene.sender.mms.on_send = lambda message: scene.arrives(message, body=coded(message.body))
    assert scene.sends().verdict is PASS


def test_a_file_of_the_clients_own_is_nobodys_addition() -> None:
    """The presentation, say, as a text."""
    scene = Scene()
    _seen_by_own_client(scene)
    shown = Part("text/plain", b"<smil/>", name="smil.xml")
    scene.sender.mms.on_send = lambda message: scene.arrives(message, body=body(*message.body.media, shown))
    assert scene.sends().verdict is PASS


def test_a_byte_order_mark_is_no_text() -> None:
    scene = Scene()

    def marked(sent: Body) -> Body:
        return body(*(replace(part, data=b"\xef\xbb\xbf" + part.data) for part in sent.media))

    scene.sender.mms.on_send = lambda message: scene.arrives(message, body=marked(message.body))
    assert scene.sends().verdict is PASS


def test_that_a_client_fetches_nothing_does_not_prove_that_nothing_is_left() -> None:
    scene = Scene()
    _seen_by_own_client(scene)
    Keeper(scene, after=MmsFetched(MmsOutcome.REJECTED, MmsStage.FETCH, code=188))
    scene.expiry()
    assert scene.verdict_of("fetch: nothing is left of it") == "none"


# Reports


def test_a_read_report_that_the_senders_own_client_may_not_have_asked_for() -> None:
    scene = Scene()
    scene.sender.mms.can = OWN_CLIENT
    scene.sender.mms.on_send = lambda message: scene.arrives(message, read_report=None)
    is_inconclusive(scene.read_report(), InconcReason.DEVICE)


def test_that_nobody_can_tell_yet_is_not_the_last_word() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.is_reported(mms.Status.INDETERMINATE, 6)
        scene.is_reported(mms.Status.RETRIEVED, 30)

    scene.sender.mms.on_send = take
    assert scene.delivery_report().verdict is PASS


def test_that_nobody_can_tell_is_no_false_report() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.is_reported(mms.Status.INDETERMINATE, 6)

    scene.sender.mms.on_send = take
    assert {cause for _, cause in blamed(scene.delivery_report())} == {Cause.REPORT_MISSING}


def test_the_receivers_centre_may_call_the_message_something_else() -> None:
    scene = Scene()
    scene.sender.mms.can = OWN_CLIENT
    scene.sender.mms.answer = replace(ACCEPTED, message_id="")

    def take(message: SendReq) -> None:
        scene.arrives(message, message_id="theirs-9")
        scene.is_reported(id_="ours-1")

    scene.sender.mms.on_send = take
    assert scene.delivery_report().verdict is PASS


# Answers that are none of an MMSC


def test_a_page_instead_of_a_message_says_not_whose_it_is() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.is_announced(message)
        scene.receiver.mms.stored[HERE] = [
            MmsFetched(MmsOutcome.REJECTED, MmsStage.FETCH, http=200, text="text/html in answer to GET")
        ]

    scene.sender.mms.on_send = take
    suspects = blamed(scene.sends())
    assert (CORE, Cause.PROXY_UNREACHABLE) in suspects and len(suspects) > 1


def test_a_connection_that_a_quectels_client_lost_was_there_before() -> None:
    """+QMMSEND: 768 or 769: the driver had it up."""
    scene = Scene()
    scene.sender.mms.answer = MmsSent(MmsOutcome.REJECTED, MmsStage.BEARER, code=768)
    is_inconclusive(scene.sends(), InconcReason.MODEM)


def test_a_push_that_we_cannot_read_may_be_read_by_a_handset() -> None:
    """An M-Notification.ind without the size that it must have."""
    scene = Scene()
    pdu = bytes.fromhex("8c82985431008d928a8088058103015180") + b"\x83http://a/b\0"
    came = MessageReceived("10658", 129, (bytes.fromhex("010604beaf848d") + pdu).hex().upper(), "")
    scene.sender.mms.on_send = lambda _message: scene.later(5, came)
    is_inconclusive(scene.sends(), InconcReason.DEVICE)


def test_a_push_of_something_else_excuses_nobody() -> None:
    scene = Scene()
    came = MessageReceived("10658", 129, "010601AE02056A0045C6", "")
    scene.sender.mms.on_send = lambda _message: scene.later(5, came)
    assert blamed(scene.sends()) == LOST


NETWORK_ERROR = MmsFetched(MmsOutcome.REJECTED, MmsStage.SUBMIT, code=190, text="+CMMSRECV: 190")


@pytest.mark.parametrize(
    ("second", "verdict"),
    [
        (None, PASS),
        (MmsFetched(MmsOutcome.REJECTED, MmsStage.FETCH, code=188), INCONC),
        (NETWORK_ERROR, Verdict.FAIL),
    ],
    ids=["there", "gone meanwhile", "again"],
)
def test_a_client_that_came_to_nobody_tries_again(second: MmsFetched | None, verdict: Verdict) -> None:
    """It may have lost its own connection."""
    scene = Scene()
    _seen_by_own_client(scene)

    def take(message: SendReq) -> None:
        scene.arrives(message)
        [there] = scene.receiver.mms.stored[HERE]
        scene.receiver.mms.stored[HERE] = [NETWORK_ERROR, second or there]

    scene.sender.mms.on_send = take
    assert scene.sends().verdict is verdict


def test_a_delivery_that_is_reported_before_anybody_has_fetched_it_is_false() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.is_reported(after=2)

    scene.sender.mms.on_send = take
    assert {cause for _, cause in blamed(scene.delivery_report())} == {Cause.REPORT_FALSE}


@pytest.mark.parametrize("largest", [100 * 1024, 300 * 1024])
def test_who_counts_kilobytes_in_thousands_has_no_wrong_limit(largest: int) -> None:
    near = contents.near(Random(1), largest)
    assert near.octets + 2000 < largest * 1000 // 1024


@pytest.mark.parametrize(("hours", "verdict"), [(-8, "none"), (8, "none"), (71, "fail")])
def test_a_stamp_in_the_wrong_zone_is_no_wrong_expiry(hours: int, verdict: str) -> None:
    """An absolute time is held against the service centre's stamp of the push."""
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.is_announced(message, expires_s=3600.0 * (hours + 1))
        [*_, pdu] = scene.receiver.mms.announced
        scene.receiver.mms.announced[-1] = replace(pdu, expiry=datetime(2026, 1, 5, tzinfo=UTC))
        scene.lies(message)

    scene.sender.mms.on_send = take
    scene.expiry()
    assert scene.verdict_of("notify: the expiry asked for") == verdict


# Who is not there


def test_a_refusal_inside_one_operator_accuses_no_interconnection() -> None:
    scene = Scene()
    one = scene.sims["subject"].base_operator
    scene.sims["peer"] = scene.sims["peer"].model_copy(update={"base_operator": one})
    scene.bench = scene._bench("subject", "peer")
    scene.sender.mms.answer = MmsSent(MmsOutcome.REJECTED, MmsStage.MMSC, http=200, status=132)
    assert blamed(scene.sends()) == ((CORE, Cause.NO_ROUTE),)


def test_who_reaches_the_mmsc_without_a_proxy_accuses_none() -> None:
    scene = Scene()
    scene.sender.mms.service = replace(scene.sender.mms.service, proxy="")
    scene.sender.mms.answer = MmsSent(MmsOutcome.REJECTED, MmsStage.SUBMIT, text="no connection")
    assert blamed(scene.sends()) == ((CORE, Cause.MMSC_UNREACHABLE),)
