"""What the emulated network does not do: messages of another case, of strangers, half told, too late, told by
a client that hides most of it. What may be said then, and no more.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from interop import mms
from interop.engine.verdicts import Judgement
from interop.lab.model import MmsPart
from interop.mms import Body, Part, SendReq
from interop.protocols.mms import MmsFetched, MmsOutcome, MmsSent, MmsStage
from interop.record import Blame, Cause, InconcReason, Layer, Verdict
from interop.record.events import MessageReceived, PartReceived
from suites.mms import contents
from tests.suites.mms.scene import ACCEPTED, GONE, HERE, OWN_CLIENT, RECEIVER, SENDER, Keeper, Scene, body

PASS, INCONC = Verdict.PASS, Verdict.INCONC
CORE, BETWEEN, TEXT = Layer.CORE, Layer.INTERCONNECT, Layer.FORMATTING
LOST = ((CORE, Cause.NOTIFICATION_MISSING), (BETWEEN, Cause.MESSAGE_LOST))
THERE, ELSEWHERE = "http://mmsc.example/2", "http://mmsc.example/3"
UNKNOWN = MmsSent(MmsOutcome.UNKNOWN, MmsStage.MMSC, text="no answer")
NO_ANSWER = MmsFetched(MmsOutcome.UNKNOWN, MmsStage.FETCH, text="restarted")
NO_PROXY = MmsFetched(MmsOutcome.REJECTED, MmsStage.FETCH, text="no connection")


def either(cause: Cause) -> tuple[Blame, ...]:
    return ((CORE, cause), (BETWEEN, cause))


def blamed(judged: Judgement) -> tuple[Blame, ...]:
    assert judged.verdict is Verdict.FAIL, judged
    if judged.layer is not None and judged.cause is not None:
        return ((judged.layer, judged.cause),)
    return judged.ambiguous


def is_inconclusive(judged: Judgement, reason: InconcReason = InconcReason.INDETERMINATE) -> None:
    assert (judged.verdict, judged.reason) == (INCONC, reason), judged


def another() -> SendReq:
    """A message of another attempt of this suite, from the same sender."""
    content = contents.latin(Random("another"), 300_000)
    to = (mms.of_number(RECEIVER),)
    return SendReq(content.serial, to, mms.slides(content.media), subject=content.subject)


def test_all_is_well() -> None:
    scene = Scene()
    assert scene.sends().verdict is PASS
    assert scene.measured("mms_send_time") == 0.5
    assert scene.measured("mms_notification_time") == 4.5
    assert scene.measured("mms_retrieval_time") == 0.5
    assert scene.measured("mms_end_to_end_time") == 5.5


# Whose message is it


def test_one_of_an_earlier_case_comes_first() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(another(), 2, at=ELSEWHERE)
        scene.arrives(message, 9)

    scene.sender.mms.on_send = take
    assert scene.sends().verdict is PASS
    assert [place for place, _ in scene.receiver.mms.asked] == [HERE], "it is left to whoever fetches it"


def test_one_of_an_earlier_case_is_not_ours_that_is_lost() -> None:
    scene = Scene()
    scene.sender.mms.on_send = lambda _message: scene.arrives(another())
    assert blamed(scene.sends()) == LOST


def test_one_of_an_earlier_case_whose_subject_is_gone_is_known_by_its_text() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.is_announced(another(), 2, at=ELSEWHERE, subject="????")
        scene.lies(another(), at=ELSEWHERE, subject="????")
        scene.arrives(message, 9)

    scene.sender.mms.on_send = take
    assert scene.sends().verdict is PASS


def test_a_strangers_who_hides_his_number_is_passed_over() -> None:
    scene = Scene()
    advertisement = replace(another(), subject="Sale", body=body(Part("text/plain", b"Buy!")))

    def take(message: SendReq) -> None:
        scene.is_announced(advertisement, 2, at=ELSEWHERE, sender="")
        scene.lies(advertisement, at=ELSEWHERE, sender="")
        scene.is_announced(advertisement, 3, at=THERE, sender="")
        scene.receiver.mms.stored[THERE] = [GONE]
        scene.arrives(message, 9)

    scene.sender.mms.on_send = take
    assert scene.sends().verdict is PASS


def test_a_strangers_is_not_even_fetched() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.is_announced(replace(another(), subject="Sale"), 2, at=ELSEWHERE, sender="10086")
        scene.arrives(message, 9)

    scene.sender.mms.on_send = take
    assert scene.sends().verdict is PASS
    assert [place for place, _ in scene.receiver.mms.asked] == [HERE]


def test_ours_with_a_damaged_subject_is_ours() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.is_announced(message, subject="???????")
        scene.lies(message, subject="???????")

    scene.sender.mms.on_send = take
    assert blamed(scene.sends()) == ((TEXT, Cause.TEXT_CORRUPTED),)


# When it comes


def test_a_notification_that_is_faster_than_the_answer() -> None:
    scene = Scene()
    scene.sender.mms.on_send = lambda message: scene.arrives(message, 0.1)
    assert scene.sends().verdict is PASS
    assert scene.measured("mms_notification_time") == 0.0


@pytest.mark.parametrize(
    ("after", "suspects"),
    [(300.0, either(Cause.MESSAGE_LATE)), (1070.0, either(Cause.MESSAGE_LATE)), (1100.0, LOST)],
)
def test_late_and_lost(after: float, suspects: tuple[Blame, ...]) -> None:
    scene = Scene()
    scene.sender.mms.on_send = lambda message: scene.arrives(message, after)
    assert blamed(scene.sends()) == suspects


@pytest.mark.parametrize(("looked", "inconc"), [(100.0, False), (200.0, True)])
def test_what_was_never_announced_is_found_in_the_modems_memory(looked: float, inconc: bool) -> None:
    """Found at the first look it came in time; found at the second, nobody knows when."""
    scene = Scene()
    taken: list[SendReq] = []
    scene.sender.mms.on_send = taken.append

    def look() -> None:
        if scene.bench.now() > looked and taken:
            scene.arrives(taken.pop(), 0.0)

    scene.receiver.on_fetch = look
    judged = scene.sends()
    if inconc:
        is_inconclusive(judged, InconcReason.MODEM)
    else:
        assert judged.verdict is PASS
        assert scene.measured("mms_notification_time") is None


def test_a_full_memory_is_nobodys_fault_but_ours() -> None:
    scene = Scene()
    scene.sender.mms.on_send = lambda _message: None
    scene.receiver.full = "SM"
    is_inconclusive(scene.sends(), InconcReason.MODEM)


# What comes in its place


@pytest.mark.parametrize(
    ("sender", "text", "suspects"),
    [
        (
            "106550109988",
            "您收到一条彩信，请点击 http://mms.example/1 查看",
            ((CORE, Cause.REPLACED_BY_LINK),),
        ),
        (f"+86{SENDER}", "wap.example.com/aB3", ((CORE, Cause.REPLACED_BY_LINK),)),
        ("+8613700000000", "http://sale.example", LOST),
        ("10086", "您的余额为 3.20 元", LOST),
    ],
)
def test_a_link_in_its_place(sender: str, text: str, suspects: tuple[Blame, ...]) -> None:
    scene = Scene()
    came = MessageReceived(sender, 145, text, "2026-01-05T09:00:05+08:00")
    scene.sender.mms.on_send = lambda _message: scene.later(5, came)
    assert blamed(scene.sends()) == suspects


def test_half_a_push_accuses_nobody_more() -> None:
    scene = Scene()
    half = PartReceived("10658", 129, 9, 1, 2, "", "2026-01-05T09:00:05+08:00")
    scene.sender.mms.on_send = lambda _message: scene.later(5, half)
    assert blamed(scene.sends()) == LOST
    assert any("part 1 of 2" in check.actual for check in scene.bench.checks)


@pytest.mark.parametrize(
    ("status", "suspects"),
    [
        (mms.Status.RETRIEVED, either(Cause.REPORT_FALSE)),
        (mms.Status.INDETERMINATE, LOST[::-1]),
        (mms.Status.EXPIRED, ((CORE, Cause.NOTIFICATION_MISSING),)),
        (mms.Status.REJECTED, ((CORE, Cause.MESSAGE_REFUSED),)),
        (mms.Status.UNREACHABLE, ((BETWEEN, Cause.NO_ROUTE),)),
    ],
)
def test_what_is_reported_of_a_lost_one_says_whom_to_ask(status: int, suspects: tuple[Blame, ...]) -> None:
    scene = Scene()
    scene.sender.mms.on_send = lambda _message: scene.is_reported(status)
    assert blamed(scene.sends()) == suspects


def test_a_report_on_another_message_says_nothing_of_ours() -> None:
    scene = Scene()

    def take(_message: SendReq) -> None:
        scene.is_reported(mms.Status.INDETERMINATE, id_="m-0")
        scene.is_reported(mms.Status.INDETERMINATE, of="18600001234")

    scene.sender.mms.on_send = take
    assert blamed(scene.sends()) == LOST


# Twice


def test_a_reminder_is_no_second_copy() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.is_announced(message, 12)

    scene.sender.mms.on_send = take
    assert scene.sends().verdict is PASS


def test_a_second_copy_lies_elsewhere() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.arrives(message, 12, at=THERE)

    scene.sender.mms.on_send = take
    assert blamed(scene.sends()) == either(Cause.MESSAGE_DUPLICATED)


def test_another_one_of_the_same_sender_is_no_second_copy() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.is_announced(another(), 12, at=THERE, subject="")
        scene.lies(another(), at=THERE, subject="")

    scene.sender.mms.on_send = take
    assert scene.sends().verdict is PASS


# What our own side hides


def test_no_answer_and_it_comes_all_the_same() -> None:
    scene = Scene()
    scene.sender.mms.answer = UNKNOWN
    assert scene.sends().verdict is PASS
    assert scene.verdict_of("mmsc: the message is taken") == "none"


def test_no_answer_and_nothing_comes() -> None:
    scene = Scene()
    scene.sender.mms.answer = UNKNOWN
    scene.sender.mms.on_send = lambda _message: None
    is_inconclusive(scene.sends())


def test_a_modem_that_takes_no_message() -> None:
    scene = Scene()
    scene.sender.mms.answer = MmsSent(MmsOutcome.REJECTED, MmsStage.DEVICE, code=182, text="storage full")
    is_inconclusive(scene.sends(), InconcReason.DEVICE)


@pytest.mark.parametrize("lacks", ["send", "fetch"])
def test_a_modem_without_the_service(lacks: str) -> None:
    scene = Scene()
    for phone in (scene.sender, scene.receiver):
        phone.mms.can = replace(phone.mms.can, lacks="no firmware for it")
    scene.sender.mms.can = replace(scene.sender.mms.can, send=lacks != "send")
    scene.receiver.mms.can = replace(scene.receiver.mms.can, fetch=lacks != "fetch")
    is_inconclusive(scene.sends(), InconcReason.DEVICE)


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (MmsSent(MmsOutcome.REJECTED, MmsStage.BEARER, text="ERROR"), InconcReason.MODEM),
        (MmsSent(MmsOutcome.REJECTED, MmsStage.BEARER, code=100, text="+CME ERROR: 100"), InconcReason.MODEM),
    ],
)
def test_a_connection_that_the_modem_did_not_get_and_does_not_tell_why(
    sent: MmsSent, reason: InconcReason
) -> None:
    scene = Scene()
    scene.sender.mms.answer = sent
    is_inconclusive(scene.sends(), reason)


@pytest.mark.parametrize("again", ["gone", "there"])
def test_a_fetch_whose_answer_was_lost(again: str) -> None:
    """The MMSC may have handed it out: that it has it no more proves nothing."""
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        there = scene.receiver.mms.stored[HERE]
        scene.receiver.mms.stored[HERE] = [NO_ANSWER, GONE] if again == "gone" else [NO_ANSWER, *there]

    scene.sender.mms.on_send = take
    if again == "gone":
        is_inconclusive(scene.sends())
    else:
        assert scene.sends().verdict is PASS


def test_what_a_client_of_the_modems_own_does_not_show_is_no_fault() -> None:
    scene = Scene(draw=contents.with_picture)
    scene.receiver.mms.can = OWN_CLIENT

    def take(message: SendReq) -> None:
        scene.is_announced(message, sender="", subject=message.subject)
        scene.lies(message, sender="", subject="", to=())

    scene.sender.mms.on_send = take
    assert scene.sends().verdict is PASS
    assert [scene.verdict_of(f"fetch: {what}") for what in ("sender", "subject", "recipients")] == [
        "none", "pass", "none",
    ]  # fmt: skip


def test_a_part_that_such_a_client_does_not_show_may_have_come() -> None:
    scene = Scene(draw=contents.with_picture)
    scene.receiver.mms.can = OWN_CLIENT
    scene.sender.mms.on_send = lambda message: scene.arrives(message, body=body(*message.body.media[1:]))
    is_inconclusive(scene.sends(), InconcReason.DEVICE)


def test_a_part_that_is_missing_in_the_octets_themselves_is_lost() -> None:
    scene = Scene(draw=contents.with_picture)
    scene.sender.mms.on_send = lambda message: scene.arrives(message, body=body(*message.body.media[1:]))
    assert blamed(scene.sends()) == either(Cause.PART_LOST)


# What is in it


def _renamed(sent: Body) -> Body:
    """As a centre may write it anew: another SMIL, another order, other names, the text in UTF-16."""
    smil = Part(mms.SMIL, b"<smil/>")
    media = [replace(part, name="x", content_id="x", location="x") for part in reversed(sent.media)]
    coded = [
        replace(part, data=part.text.encode("utf-16"), charset="utf-16") if part.charset else part
        for part in media
    ]
    return Body((smil, *coded), mms.MIXED)


def test_order_names_and_coding_are_no_content() -> None:
    scene = Scene(draw=contents.of_several)
    scene.sender.mms.on_send = lambda message: scene.arrives(message, body=_renamed(message.body))
    assert scene.sends().verdict is PASS


def test_what_nobody_sent_is_no_part_of_it() -> None:
    scene = Scene()
    extra = Part("text/plain", b"Sent by the best operator!")
    scene.sender.mms.on_send = lambda message: scene.arrives(message, body=body(*message.body.parts, extra))
    assert blamed(scene.sends()) == either(Cause.MEDIA_ALTERED)


SMALLER = Part("image/gif", b"GIF89a\x01\x00\x01\x00\x00\x00\x00;")


@pytest.mark.parametrize(
    ("adapts", "picture", "verdict"),
    [
        (True, SMALLER, PASS),
        (False, SMALLER, Verdict.FAIL),
        (True, Part("image/jpeg", b"\xff\xd8\xff\xe0 cut"), Verdict.FAIL),
        (True, Part("image/png", b"\x89PNG\r\n\x1a\n" + bytes(9000) + b"IEND\xaeB`\x82"), Verdict.FAIL),
        (True, Part("text/plain", b"(picture)"), Verdict.FAIL),
    ],
    ids=["smaller", "undeclared", "broken", "larger", "no picture"],
)
def test_an_operator_that_says_so_makes_pictures_smaller(
    adapts: bool, picture: Part, verdict: Verdict
) -> None:
    scene = Scene(draw=contents.with_picture, receives=MmsPart(adapts=adapts))

    def change(sent: Body) -> Body:
        return replace(
            sent, parts=tuple(picture if p.content_type == "image/jpeg" else p for p in sent.parts)
        )

    scene.sender.mms.on_send = lambda message: scene.arrives(message, body=change(message.body))
    assert scene.sends().verdict is verdict


# Too large


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (MmsSent(MmsOutcome.REJECTED, MmsStage.MMSC, status=229), "pass"),
        (MmsSent(MmsOutcome.REJECTED, MmsStage.MMSC, status=135), "pass"),
        (MmsSent(MmsOutcome.REJECTED, MmsStage.SUBMIT, http=413), "pass"),
        (MmsSent(MmsOutcome.REJECTED, MmsStage.MMSC, code=189), "none"),
    ],
)
def test_too_large_is_refused_for_that(answer: MmsSent, told: str) -> None:
    scene = Scene()
    scene.sender.mms.answer = answer
    scene.sender.mms.on_send = lambda _message: None
    assert scene.over_the_limit().verdict is PASS
    assert scene.verdict_of("mmsc: it says that the message is too large") == told


@pytest.mark.parametrize(
    ("answer", "suspects"),
    [
        (MmsSent(MmsOutcome.REJECTED, MmsStage.MMSC, status=224), ((CORE, Cause.MMS_REFUSED),)),
        (MmsSent(MmsOutcome.REJECTED, MmsStage.SUBMIT, http=400), ((TEXT, Cause.MMS_REFUSED),)),
        (MmsSent(MmsOutcome.REJECTED, MmsStage.SUBMIT), ((CORE, Cause.PROXY_UNREACHABLE),)),
    ],
)
def test_too_large_is_refused_for_something_else(answer: MmsSent, suspects: tuple[Blame, ...]) -> None:
    scene = Scene()
    scene.sender.mms.answer = answer
    assert blamed(scene.over_the_limit()) == suspects


def test_an_operator_may_take_more_than_it_says() -> None:
    assert Scene().over_the_limit().verdict is PASS


def test_what_was_taken_must_not_be_cut() -> None:
    scene = Scene()

    def cut(sent: Body) -> Body:
        return replace(sent, parts=tuple(replace(part, data=part.data[:100_000]) for part in sent.parts))

    scene.sender.mms.on_send = lambda message: scene.arrives(message, body=cut(message.body))
    assert blamed(scene.over_the_limit()) == either(Cause.MESSAGE_TRUNCATED)


# Reports


def test_a_report_says_what_is_so() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.is_reported(mms.Status.DEFERRED, 6)
        scene.is_reported(mms.Status.RETRIEVED, 30)

    scene.sender.mms.on_send = take
    assert scene.delivery_report().verdict is PASS


@pytest.mark.parametrize("id_", ["m-1", ""])
def test_a_report_on_somebody_else_is_none(id_: str) -> None:
    """Nor where the sender's client does not tell what the message is called."""
    scene = Scene()
    scene.sender.mms.answer = replace(ACCEPTED, message_id=id_)

    def take(message: SendReq) -> None:
        scene.arrives(message, message_id=id_)
        scene.is_reported(of="18600001234", id_="m-1")

    scene.sender.mms.on_send = take
    assert blamed(scene.delivery_report()) == either(Cause.REPORT_MISSING)


def test_a_report_that_is_false() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.is_reported(mms.Status.EXPIRED)

    scene.sender.mms.on_send = take
    assert blamed(scene.delivery_report()) == either(Cause.REPORT_FALSE)


def test_a_report_that_our_full_memory_did_not_take() -> None:
    scene = Scene()
    scene.sender.full = "SM"
    is_inconclusive(scene.delivery_report(), InconcReason.MODEM)


@pytest.mark.parametrize(("confirmed", "reason"), [(None, InconcReason.DEVICE), (False, InconcReason.MODEM)])
def test_an_mmsc_that_may_not_know_reports_nothing(confirmed: bool | None, reason: InconcReason) -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        [got] = scene.receiver.mms.stored[HERE]
        scene.receiver.mms.stored[HERE] = [replace(got, confirmed=confirmed)]

    scene.sender.mms.on_send = take
    is_inconclusive(scene.delivery_report(), reason)


def test_who_asks_for_no_read_report_gets_none() -> None:
    scene = Scene()
    scene.sender.mms.on_send = lambda message: scene.arrives(message, read_report=None)
    assert blamed(scene.read_report()) == either(Cause.REPORT_MISSING)


def test_a_read_report_comes_and_says_that_it_was_deleted_unread() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.is_read(129)

    scene.sender.mms.on_send = take
    assert blamed(scene.read_report()) == either(Cause.REPORT_FALSE)


def test_a_read_report_that_nobody_took_is_not_waited_for() -> None:
    scene = Scene()
    scene.receiver.mms.takes_confirmations = False
    is_inconclusive(scene.read_report())


# Later


def test_a_delivery_that_is_reported_before_it_was_fetched() -> None:
    scene = Scene()

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.is_reported(after=20)

    scene.sender.mms.on_send = take
    assert blamed(scene.deferred()) == either(Cause.REPORT_FALSE)


def test_who_cannot_put_off_fetches_later_all_the_same() -> None:
    scene = Scene()
    scene.receiver.mms.can = OWN_CLIENT

    def take(message: SendReq) -> None:
        scene.arrives(message)
        scene.is_reported(after=80)

    scene.sender.mms.on_send = take
    assert scene.deferred().verdict is PASS
    assert (scene.receiver.mms.told, scene.receiver.mms.asked) == ([], [(HERE, False)])


def test_kept_for_an_hour_and_no_longer() -> None:
    scene = Scene()
    Keeper(scene)
    assert scene.expiry().verdict is PASS
    assert len(scene.receiver.mms.asked) == 2


def test_gone_before_its_time() -> None:
    scene = Scene()
    Keeper(scene).until = 600.0
    assert blamed(scene.expiry()) == ((CORE, Cause.MESSAGE_EXPIRED),)


def test_a_modem_that_asks_until_it_is_too_late() -> None:
    scene = Scene()
    Keeper(scene)
    scene.receiver.mms.takes_s = 400.0
    is_inconclusive(scene.expiry(), InconcReason.MODEM)


def test_kept_longer_than_asked() -> None:
    scene = Scene()
    Keeper(scene).until = 9000.0
    assert blamed(scene.expiry()) == ((CORE, Cause.EXPIRY_IGNORED),)


def test_announced_for_longer_than_asked() -> None:
    scene = Scene()
    keeper = Keeper(scene, kept=86_400.0)
    keeper.until = 86_400.0
    assert blamed(scene.expiry()) == either(Cause.EXPIRY_IGNORED)


def test_that_nobody_is_there_does_not_prove_that_it_is_gone() -> None:
    scene = Scene()
    Keeper(scene, after=NO_PROXY)
    assert blamed(scene.expiry()) == ((CORE, Cause.PROXY_UNREACHABLE),)
