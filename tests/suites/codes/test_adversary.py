"""What the emulated network does not do: clocks that are wrong, strangers' codes, claims and answers that
come too early, twice, or for somebody else. What may be said then, and no more.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from interop.engine.lease import Lease
from interop.engine.verdicts import Judgement
from interop.lab.model import OriginatorPart
from interop.protocols.originator import Acceptance, Handing
from interop.protocols.site import FormOutcome
from interop.record import Blame, Cause, InconcReason, Layer, Verdict
from interop.record.events import EquipmentTrouble, MessageReceived
from suites.codes.texts import CHINESE, LATIN, LONG_CHINESE, CodeText
from tests.suites.codes.scene import BANK, ELSEWHERE, GATEWAY, NUMBER, Scene, another

GW, CORE, SITE = Layer.GATEWAY, Layer.CORE, Layer.ORIGINATOR
LATE_ANYWHERE = ((GW, Cause.MESSAGE_LATE), (CORE, Cause.MESSAGE_LATE))
TAKEN_AND_LOST = ((GW, Cause.ACCEPTED_AND_DROPPED), (CORE, Cause.MESSAGE_LOST))
UNREADABLE = (Layer.FORMATTING, Cause.TEXT_CORRUPTED)
NOWHERE = (
    (SITE, Cause.CODE_NOT_SENT),
    (SITE, Cause.CODE_MISDIRECTED),
    (GW, Cause.MESSAGE_REFUSED),
    *TAKEN_AND_LOST,
)
PASS, INCONC = Verdict.PASS, Verdict.INCONC
INDETERMINATE = InconcReason.INDETERMINATE
CODE = "【甲银行开户】验证码381268，5分钟内有效，请勿向任何人泄露。"
OLD = CODE.replace("381268", "777777")
OF_ANOTHER_BANK = "【乙银行】验证码505050，5分钟内有效，请勿向任何人泄露。"
ADVERTISEMENT = "【甲银行】理财产品年化3.85%，详询955880000，退订回TD。"


def blamed(judged: Judgement) -> tuple[Blame, ...]:
    assert judged.verdict is Verdict.FAIL, judged
    if judged.layer is not None and judged.cause is not None:
        return ((judged.layer, judged.cause),)
    return judged.ambiguous


def is_inconclusive(judged: Judgement, reason: InconcReason = INDETERMINATE) -> None:
    assert (judged.verdict, judged.reason) == (INCONC, reason), judged


# Clocks


@pytest.mark.parametrize(
    ("held", "after", "suspects"),
    [
        (0, 320, (LATE_ANYWHERE[1],)),
        (320, 325, (LATE_ANYWHERE[0],)),
        (160, 330, LATE_ANYWHERE),
        (290, 330, LATE_ANYWHERE),
        (310, 700, (LATE_ANYWHERE[0],)),
    ],
)
def test_whoever_alone_took_longer_than_the_code_lives(
    held: float, after: float, suspects: tuple[Blame, ...]
) -> None:
    scene = Scene()
    scene.gateway.on_text = lambda text: scene.comes(text, after, held=held)
    assert blamed(scene.code()) == suspects


@pytest.mark.parametrize(
    "ahead", [timedelta(hours=1), timedelta(hours=-1), timedelta(hours=-8), timedelta(days=-365)], ids=str
)
def test_a_centre_whose_clock_is_wrong_tells_nothing(ahead: timedelta) -> None:
    """-8 h: UTC, marked as local time."""
    late, soon = Scene(), Scene()
    late.gateway.on_text = lambda text: late.comes(text, 400, ahead=ahead)
    assert blamed(late.code()) == LATE_ANYWHERE
    soon.gateway.on_text = lambda text: soon.comes(text, 5, ahead=ahead)
    assert soon.code().verdict is PASS
    assert soon.measured("code_delivery_time") == 5.0
    assert soon.measured("code_time_to_centre") is None


@pytest.mark.parametrize(
    "stamp",
    [
        "",
        "2026-13-41T09:00:00+08:00",
        "2026-01-05T09:00:00+00:00",
        "2026-01-05T09:00:01",
        "0000-00-00",
    ],
)
def test_a_stamp_without_sense_or_of_another_zone_tells_nothing(stamp: str) -> None:
    scene = Scene()
    scene.gateway.on_text = lambda text: scene.comes(text, 400, stamp=stamp)
    assert blamed(scene.code()) == LATE_ANYWHERE
    assert scene.measured("code_time_from_centre") is None


def test_a_late_message_that_was_never_announced_may_have_come_before() -> None:
    scene = Scene()
    texts: list[str] = []
    scene.gateway.on_text = texts.append

    def fetch() -> None:
        if scene.bench.now() > 301:
            message = MessageReceived(GATEWAY.number, 129, texts[0], "2026-01-05T09:00:01+08:00")
            scene.handset.events.append(message)

    scene.handset.on_fetch = fetch
    is_inconclusive(scene.code(), InconcReason.MODEM)


# What the gateway says


def test_a_claim_that_is_faster_than_the_answer() -> None:
    scene = Scene()
    scene.gateway.answers_s = 10.0

    def take(text: str) -> None:
        scene.comes(text, 1)
        scene.is_claimed(after=2)

    scene.gateway.on_text = take
    assert scene.report().verdict is PASS


def test_a_message_that_is_faster_than_the_answer_came_when_it_came() -> None:
    scene = Scene()
    scene.gateway.answers_s = 40.0
    scene.gateway.on_text = lambda text: scene.comes(text, 4)
    assert scene.code().verdict is PASS
    assert scene.measured("code_delivery_time") == 4.0
    assert scene.measured("code_time_from_centre") == 4.0


def test_an_answer_after_the_codes_life_makes_no_message_late() -> None:
    scene = Scene()
    scene.gateway.answers_s = 350.0
    scene.gateway.on_text = lambda text: scene.comes(text, 4)
    assert scene.code().verdict is PASS


def test_a_claim_about_another_message_is_none_about_this_one() -> None:
    scene = Scene()

    def take(text: str) -> None:
        scene.comes(text)
        scene.is_claimed("UNDELIV", "0")

    scene.gateway.on_text = take
    assert blamed(scene.report()) == ((GW, Cause.REPORT_MISSING), (CORE, Cause.REPORT_MISSING))


def test_of_two_claims_the_last_one_counts() -> None:
    scene = Scene()

    def take(text: str) -> None:
        scene.comes(text)
        scene.is_claimed("ENROUTE", after=2)
        scene.is_claimed("DELIVRD", after=7)

    scene.gateway.on_text = take
    assert scene.report().verdict is PASS


def test_no_answer_and_the_message_comes_all_the_same() -> None:
    scene = Scene()
    scene.gateway.answer = Handing(Acceptance.UNKNOWN)
    scene.gateway.on_text = scene.comes
    assert scene.code().verdict is PASS
    assert scene.checked("the gateway takes the text") == "none"


def test_no_answer_and_nothing_comes() -> None:
    scene = Scene()
    scene.gateway.answer = Handing(Acceptance.UNKNOWN)
    is_inconclusive(scene.code())


def test_no_answer_names_no_report_to_wait_for() -> None:
    scene = Scene()
    scene.gateway.answer = Handing(Acceptance.UNKNOWN)
    scene.gateway.on_text = scene.comes
    is_inconclusive(scene.report())


def test_a_part_that_is_refused_after_others_were_taken() -> None:
    """SGIP 33: too much. What was taken comes, and is no lost part."""
    scene = Scene()
    scene.gateway.answer = Handing(Acceptance.REFUSED, ("1", "2"), 33, "busy")
    scene.gateway.on_text = lambda text: scene.part_comes(text[:67], 1, 3)
    assert blamed(scene.code(LONG_CHINESE)) == ((GW, Cause.THROTTLED),)


def test_a_refusal_of_our_account_says_nothing_of_the_number() -> None:
    scene = Scene()
    scene.gateway.answer = Handing(Acceptance.REFUSED, (), 1, "illegal login")
    is_inconclusive(scene.code(), InconcReason.DEVICE)


# Strangers in a gateway's case


@pytest.mark.parametrize("stranger", [OF_ANOTHER_BANK, ADVERTISEMENT, CODE])
@pytest.mark.parametrize("pattern", [LATIN, CHINESE, LONG_CHINESE])
def test_another_text_from_the_same_number_is_not_ours_damaged(stranger: str, pattern: str) -> None:
    scene = Scene()

    def take(text: str) -> None:
        scene.comes(stranger, 2)
        scene.comes(text, 50)

    scene.gateway.on_text = take
    assert scene.code(pattern).verdict is PASS


def test_only_another_text_from_the_same_number() -> None:
    """It may be ours, beyond recognition."""
    scene = Scene()
    scene.gateway.on_text = lambda _text: scene.comes(OF_ANOTHER_BANK)
    assert blamed(scene.code()) == (*TAKEN_AND_LOST, UNREADABLE)


def test_a_text_of_another_attempt_is_not_this_one() -> None:
    scene = Scene()
    scene.gateway.on_text = lambda _text: scene.comes(another().text)
    assert blamed(scene.code()) == TAKEN_AND_LOST


def test_a_text_of_another_attempt_without_its_serial_is_not_this_one() -> None:
    scene = Scene()

    def take(text: str) -> None:
        scene.comes(another().text.replace("IOP", "???"), 2)
        scene.comes(text, 9)

    scene.gateway.on_text = take
    assert scene.code().verdict is PASS


@pytest.mark.parametrize("cut", [20, 30])
def test_what_is_left_of_ours_is_ours(cut: int) -> None:
    scene = Scene()
    scene.gateway.on_text = lambda text: scene.comes(text[:cut])
    assert blamed(scene.code()) == (UNREADABLE,)


@pytest.mark.parametrize(
    ("shown", "verdict"),
    [("+861065595588", PASS), ("861065595588", PASS), ("1065595588", PASS), ("106559558801", Verdict.FAIL)],
)
def test_forms_of_a_service_number(shown: str, verdict: Verdict) -> None:
    scene = Scene()
    scene.gateway.on_text = lambda text: scene.comes(text, sender=shown)
    judged = scene.code()
    assert judged.verdict is verdict
    if verdict is Verdict.FAIL:
        assert blamed(judged) == ((GW, Cause.SENDER_REWRITTEN), (CORE, Cause.SENDER_REWRITTEN))


def test_a_code_that_begins_with_a_nought(monkeypatch: pytest.MonkeyPatch) -> None:
    draw = CodeText.draw(CHINESE, Scene().bench.random, 300)
    sent = replace(draw, text=draw.text.replace(draw.code, "012345"), code="012345")
    monkeypatch.setattr(CodeText, "draw", lambda *_: sent)
    scene = Scene()
    scene.gateway.on_text = scene.comes
    assert scene.code().verdict is PASS
    garbled = Scene()
    garbled.gateway.on_text = lambda text: garbled.comes(text.replace("012345", "12345"))
    assert blamed(garbled.code()) == (UNREADABLE,)


# Twice


@pytest.mark.parametrize("after", [5, 9, 34])
def test_two_copies_that_the_centre_had_at_two_times(after: float) -> None:
    scene = Scene()

    def take(text: str) -> None:
        scene.comes(text, 5)
        scene.comes(text, after, held=3)

    scene.gateway.on_text = take
    assert blamed(scene.code()) == ((GW, Cause.MESSAGE_DUPLICATED),)


def test_two_copies_of_one_second() -> None:
    """TP-SCTS counts seconds: who doubled it cannot be seen."""
    scene = Scene()

    def take(text: str) -> None:
        scene.comes(text, 5)
        scene.comes(text, 9)

    scene.gateway.on_text = take
    assert blamed(scene.code()) == ((GW, Cause.MESSAGE_DUPLICATED), (CORE, Cause.MESSAGE_DUPLICATED))


def test_a_second_copy_that_is_never_announced() -> None:
    scene = Scene()
    texts: list[str] = []

    def take(text: str) -> None:
        texts.append(text)
        scene.comes(text, 5)

    scene.gateway.on_text = take
    scene.handset.on_fetch = lambda: scene.handset.events.append(
        MessageReceived(scene.gateway.number, 129, texts[0], "2026-01-05T09:00:20+08:00")
    )
    assert blamed(scene.code()) == ((GW, Cause.MESSAGE_DUPLICATED),)


def test_a_message_that_our_modem_could_not_read_may_have_been_a_second_copy() -> None:
    scene = Scene()

    def take(text: str) -> None:
        scene.comes(text, 5)
        scene.later(9, EquipmentTrouble("a message that cannot be read"))

    scene.gateway.on_text = take
    is_inconclusive(scene.code(), InconcReason.MODEM)


def test_a_full_memory_loses_messages_by_itself() -> None:
    scene = Scene()
    scene.handset.full = "ME"
    is_inconclusive(scene.code(), InconcReason.MODEM)


# The way back


def test_a_reply_from_a_number_with_its_country() -> None:
    scene = Scene()
    scene.handset.on_send = lambda text: scene.reply_comes(text, f"86{NUMBER}")
    assert scene.reply().verdict is PASS


@pytest.mark.parametrize("after", [3, 4, 12])
def test_a_reply_that_comes_twice(after: float) -> None:
    scene = Scene()

    def send(text: str) -> None:
        scene.reply_comes(text)
        scene.reply_comes(text, after=after)

    scene.handset.on_send = send
    assert blamed(scene.reply()) == ((CORE, Cause.MESSAGE_DUPLICATED), (GW, Cause.MESSAGE_DUPLICATED))


def test_somebody_elses_reply_is_not_ours() -> None:
    scene = Scene()
    scene.handset.on_send = lambda _text: scene.reply_comes("TD", "13900000000")
    assert blamed(scene.reply()) == ((CORE, Cause.REPLY_LOST), (GW, Cause.REPLY_LOST))


def test_a_reply_that_waited_for_a_lost_connection() -> None:
    scene = Scene()

    def wrote(text: str) -> None:
        scene.gateway.on_connect = lambda: scene.reply_comes(text, NUMBER)

    scene.handset.on_send = wrote
    assert scene.reply().verdict is PASS


# Sites


def site(*texts: tuple[str, float], form: str | None = BANK.message, **scenery: object) -> Scene:
    """A scene in which these come so many seconds after the number was given, from the bank's number."""
    scene = Scene(form=BANK.model_copy(update={"message": form}))
    for name, value in scenery.items():
        setattr(scene.site, name, value)

    def number() -> None:
        for text, after in texts:
            scene.comes(text, after, sender=BANK.sender)

    scene.site.on_number = number
    return scene


def test_a_code_is_asked_for_got_and_given_back() -> None:
    scene = site((CODE, 5))
    assert scene.site_code().verdict is PASS
    assert scene.site.heard == ["381268"]


def test_a_code_that_is_faster_than_the_page() -> None:
    scene = site((CODE, 3), answers_s=15.0)
    assert scene.site_code().verdict is PASS
    assert scene.measured("code_delivery_time") == 3.0


@pytest.mark.parametrize("stranger", [OF_ANOTHER_BANK, ADVERTISEMENT])
def test_another_text_from_the_banks_number_comes_first(stranger: str) -> None:
    scene = site((stranger, 2), (CODE, 50))
    assert scene.site_code().verdict is PASS
    assert scene.site.heard == ["381268"]


def test_a_text_of_ours_comes_first() -> None:
    scene = site((another().text, 2), (CODE, 9))
    assert scene.site_code().verdict is PASS


def test_a_text_of_ours_in_a_wrong_coding_is_none_of_the_banks() -> None:
    octets = another().text.encode("utf-16-le").decode("utf-16-be")
    scene = site((octets, 2), (CODE, 9))
    assert scene.site_code().verdict is PASS


def test_only_another_text_with_a_code() -> None:
    """The bank may have changed its words: then the lab file is wrong, and the network is not."""
    is_inconclusive(site((CODE.replace("验证码", "您的验证码为"), 5)).site_code())


def test_only_an_advertisement() -> None:
    assert blamed(site((ADVERTISEMENT, 5)).site_code()) == (*NOWHERE, UNREADABLE)


def test_what_damage_left_of_it() -> None:
    text = CODE.encode("ascii", "replace").decode()
    assert blamed(site((text, 5)).site_code()) == (UNREADABLE,)


def test_two_codes_of_which_the_first_was_given_back() -> None:
    """The second one took its place: the site is not wrong."""
    is_inconclusive(site((OLD, 5), (CODE, 20)).site_code())


def test_a_wrong_code_that_is_the_only_one() -> None:
    assert blamed(site((OLD, 5)).site_code()) == ((SITE, Cause.CODE_WRONG),)


def test_a_wrong_code_of_a_bank_whose_words_are_not_known() -> None:
    is_inconclusive(site((OF_ANOTHER_BANK, 5), form=None).site_code())


def test_a_right_code_of_a_bank_whose_words_are_not_known() -> None:
    assert site((CODE, 5), form=None).site_code().verdict is PASS


def owing(scene: Scene) -> Scene:
    """An earlier attempt waited for a code that never came."""
    scene.expected.expect(Lease("case", 0, ended=0.0), scene.sim.name, "", BANK.sender or "", True)
    return scene


def test_the_late_code_of_an_earlier_attempt_is_waited_for() -> None:
    scene = owing(site((CODE, 5)))
    scene.at_first = lambda: scene.comes(OLD, 20, sender=BANK.sender)
    assert scene.site_code().verdict is PASS
    assert scene.site.heard == ["381268"]


def test_the_late_code_of_an_earlier_attempt_comes_later_still() -> None:
    is_inconclusive(owing(site((OLD, 5), (CODE, 9))).site_code())


@pytest.mark.parametrize("takes_codes", [True, False])
def test_a_code_that_may_be_an_earlier_attempts_proves_nothing(takes_codes: bool) -> None:
    is_inconclusive(owing(site((OLD, 5), takes_codes=takes_codes)).site_code())


def test_a_code_that_the_site_knows_is_ours_whoever_is_owed_one() -> None:
    assert owing(site((CODE, 5))).site_code().verdict is PASS


def test_nothing_comes_whoever_is_owed_one() -> None:
    assert blamed(owing(site()).site_code()) == NOWHERE


def test_a_code_of_which_the_site_says_nothing_clear() -> None:
    scene = site((CODE, 5), right=None)
    assert scene.site_code().verdict is PASS
    assert scene.checked("code") == "none"


def test_a_form_whose_answer_is_unclear_though_the_code_comes() -> None:
    is_inconclusive(site((CODE, 5), answer=FormOutcome.UNCLEAR).site_code(), InconcReason.SITE)


def test_a_code_that_is_found_with_doubt_and_is_wrong_accuses_nobody() -> None:
    several = "【甲银行开户】验证码1：381268，验证码2：527710，5分钟内有效。"
    scene = site((several, 5), form="甲银行开户", right="999999")
    assert scene.site_code().verdict is PASS
    assert (scene.site.heard, scene.checked("code")) == (["381268"], "none")


@pytest.mark.parametrize("shown", ["+86106579558801", "86106579558801"])
def test_the_banks_number_with_a_country(shown: str) -> None:
    scene = Scene()
    scene.site.on_number = lambda: scene.comes(CODE, sender=shown)
    assert scene.site_code().verdict is PASS


def test_a_bank_that_sends_from_a_longer_number() -> None:
    scene = Scene()
    scene.site.on_number = lambda: scene.comes(CODE, sender="10657955880123")
    assert {cause for _, cause in blamed(scene.site_code())} == {Cause.SENDER_REWRITTEN}


# At another phone of the lab


@pytest.mark.parametrize(
    ("sender", "text", "form", "suspects"),
    [
        (BANK.sender, CODE, BANK.message, ((SITE, Cause.CODE_MISDIRECTED),)),
        (BANK.sender, ADVERTISEMENT, BANK.message, NOWHERE),
        (BANK.sender, OF_ANOTHER_BANK, None, NOWHERE),
        ("1065795588", CODE, BANK.message, NOWHERE),
        ("13900001111", CODE, BANK.message, NOWHERE),
    ],
)
def test_only_the_banks_own_code_was_sent_to_the_wrong_phone(
    sender: str, text: str, form: str | None, suspects: tuple[Blame, ...]
) -> None:
    scene = site(form=form)
    message = MessageReceived(sender, 129, text, "2026-01-05T09:00:05+08:00")
    scene.site.on_number = lambda: _ignored(scene.expected.came(ELSEWHERE, message))
    assert blamed(scene.site_code()) == suspects


@pytest.mark.parametrize(
    ("takes_codes", "right", "owed", "suspects"),
    [
        (True, "381268", 1, ((SITE, Cause.CODE_MISDIRECTED),)),
        (True, "000000", 0, NOWHERE),
        (False, None, 0, ((SITE, Cause.CODE_MISDIRECTED),)),
        (False, None, 1, NOWHERE),
    ],
    ids=["the site takes it for ours", "the site does not", "cannot be asked", "somebody else's, perhaps"],
)
def test_whose_code_it_is_at_another_phone_the_site_knows(
    takes_codes: bool, right: str | None, owed: int, suspects: tuple[Blame, ...]
) -> None:
    scene = site(right=right)
    scene.site.takes_codes = takes_codes
    for number in range(owed):
        scene.expected.expect(Lease("earlier", number, ended=0.0), "third", "", BANK.sender or "", True)
    message = MessageReceived(BANK.sender or "", 129, CODE, "2026-01-05T09:00:05+08:00")
    scene.site.on_number = lambda: _ignored(scene.expected.came(ELSEWHERE, message))
    assert blamed(scene.site_code()) == suspects


def test_a_form_that_refuses_owes_no_code() -> None:
    scene = site(answer=FormOutcome.REJECTED_BY_POLICY)
    scene.site_code()
    assert scene.expected.owed(Lease("next", 1), scene.sim.name, BANK.sender or "") == 0


@pytest.mark.parametrize("shown", ["106579558801", "+86106579558801"])
def test_an_earlier_attempts_code_at_another_phone_is_its_own(shown: str) -> None:
    scene = site()
    scene.expected.expect(Lease("earlier", 1, ended=0.0), ELSEWHERE, "", BANK.sender or "", True)
    message = MessageReceived(shown, 129, CODE, "2026-01-05T09:00:05+08:00")
    scene.site.on_number = lambda: _ignored(scene.expected.came(ELSEWHERE, message))
    assert blamed(scene.site_code()) == NOWHERE


# Who has no gateway


def engineer() -> OriginatorPart:
    return OriginatorPart(
        name="counter",
        title="a counter",
        driver="keyboard",
        operator="CUCC",
        city="北京",
        number=GATEWAY.number,
        place="a branch",
    )


SUBSCRIBER = "18600001234"
FROM_MODEM = OriginatorPart(
    name="branch",
    title="a phone",
    driver="modem",
    operator="CUCC",
    city="北京",
    sim="cucc-bj",
    number=SUBSCRIBER,
)


def test_no_gateway_is_to_blame_where_there_is_none() -> None:
    lost, late, twice, cut = (Scene(FROM_MODEM) for _ in range(4))
    between = Layer.INTERCONNECT
    assert blamed(lost.code()) == ((between, Cause.ACCEPTED_AND_DROPPED), (CORE, Cause.MESSAGE_LOST))

    late.gateway.on_text = lambda text: late.comes(text, 320, held=310)
    assert blamed(late.code()) == ((between, Cause.MESSAGE_LATE),)

    def take(text: str) -> None:
        twice.comes(text, 5)
        twice.comes(text, 9, held=5)

    twice.gateway.on_text = take
    assert blamed(twice.code()) == ((between, Cause.MESSAGE_DUPLICATED),)
    cut.gateway.on_text = lambda text: cut.comes(text, sender=SUBSCRIBER[:8])
    assert blamed(cut.code()) == ((between, Cause.SENDER_CUT), (CORE, Cause.SENDER_CUT))


def test_a_subscribers_text_with_his_number_and_country() -> None:
    scene = Scene(FROM_MODEM)
    scene.gateway.on_text = lambda text: scene.comes(text, sender=f"+86{SUBSCRIBER}")
    assert scene.code().verdict is PASS


def test_a_text_that_an_engineer_sent() -> None:
    scene = Scene(engineer())
    scene.gateway.answer = Handing(Acceptance.ACCEPTED, text="the engineer says: it was sent")
    scene.gateway.on_text = scene.comes
    assert scene.code().verdict is PASS


@pytest.mark.parametrize(
    ("sent_after", "came_after", "verdict"),
    [(250, 255, PASS), (250, 310, INCONC), (20, 330, Verdict.FAIL), (250, 600, Verdict.FAIL)],
)
def test_the_time_that_an_engineer_takes_is_nobodys_fault(
    sent_after: float, came_after: float, verdict: Verdict
) -> None:
    """He says that it was sent; when he did it between the question and that, he does not say."""
    scene = Scene(engineer())
    scene.gateway.answers_s = sent_after
    scene.gateway.on_text = lambda text: scene.comes(text, came_after, held=came_after - 4)
    judged = scene.code()
    assert judged.verdict is verdict
    assert scene.measured("code_delivery_time") is None
    if verdict is Verdict.FAIL:
        assert blamed(judged)[0] == (GW, Cause.MESSAGE_LATE)


def test_the_time_that_an_engineer_takes_at_a_form() -> None:
    scene = Scene(form=BANK.model_copy(update={"driver": "keyboard"}))
    scene.site.answers_s = 250.0
    scene.site.on_number = lambda: scene.comes(CODE, 310, sender=BANK.sender)
    is_inconclusive(scene.site_code())


def test_a_refusal_that_an_engineer_read_somewhere() -> None:
    """Whose it was he does not say: neither the gateway nor the service centre is the one."""
    scene = Scene(engineer())
    scene.gateway.answer = Handing(Acceptance.REFUSED, text="the engineer says: it was refused")
    assert blamed(scene.code()) == ((GW, Cause.MESSAGE_REFUSED), (CORE, Cause.MESSAGE_REFUSED))


def _ignored(_value: object) -> None: ...
