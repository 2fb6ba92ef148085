"""Whom a verdict on money must not accuse: an operator whose answer comes late, whose clock is wrong, who
deducts a monthly fee just then; and whom it must, whatever a simpler suite would have overlooked.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from interop.engine.bench import Inconclusive
from interop.engine.clock import run_virtual
from interop.engine.verdicts import Judgement
from interop.protocols.modem import CallOutcome, Progress
from interop.record import Cause, InconcReason, Layer, Verdict
from interop.record.events import Connected
from suites.charging import talk
from suites.charging.talk import Talked, into_second, price, within_one
from tests.suites.charging.scene import NUMBER, Scene, blamed
from tests.suites.charging.tables import NOT_FREE, NOT_TOLD, NOTHING, RATE, TWICE, blames
from tests.suites.phones import ALERTING, CONNECTED, FakeCall, FakePhone, party

WAYS = pytest.mark.parametrize("by", ["sms", "ussd"])


def is_inconclusive(judged: Judgement, reason: InconcReason = InconcReason.INDETERMINATE) -> None:
    assert (judged.verdict, judged.reason) == (Verdict.INCONC, reason), judged


# What is paid


@WAYS
def test_the_price_of_the_tariff(by: str) -> None:
    scene = Scene(by=by)
    assert scene.costs().verdict is Verdict.PASS
    assert scene.bought == 1 and scene.phone.asked == 3
    assert [each.value for each in scene.bench.measurements if each.name == "cost"] == [0.3]


@WAYS
@pytest.mark.parametrize(
    ("due", "paid", "suspects"),
    [
        ("0.30", "0", NOTHING),
        ("0.30", "0.60", TWICE),
        ("0.30", "0.90", RATE),
        ("0.30", "0.15", RATE),
        ("0.30", "0.31", RATE),
        ("0", "0.15", NOT_FREE),
        ("0", "0.01", NOT_FREE),
    ],
)
def test_another_price(by: str, due: str, paid: str, suspects: object) -> None:
    scene = Scene(by=by)
    scene.due, scene.paid = Decimal(due), Decimal(paid)
    assert blamed(scene.costs()) == suspects
    assert scene.bought == 2, "nobody is accused for what was seen once"


def test_what_asking_costs_is_no_part_of_it() -> None:
    assert Scene(price="0.10").costs().verdict is Verdict.PASS


def test_where_asking_shows_that_the_balance_is_kept_nothing_else_was_charged() -> None:
    scene = Scene(price="0.10")
    scene.paid = Decimal(0)
    assert blamed(scene.costs()) == blames(Cause.NOT_CHARGED)


def test_a_question_that_costs_nothing_after_all() -> None:
    scene = Scene(price="0.10")
    scene.phone.asking = Decimal(0)
    assert scene.costs().verdict is Verdict.PASS
    scene = Scene(price="0.10")
    scene.phone.asking = scene.paid = Decimal(0)
    assert blamed(scene.costs()) == NOTHING


def test_parts_of_a_fen_are_told_to_nobody() -> None:
    scene = Scene()
    scene.due = scene.paid = Decimal("0.105")
    scene.phone.balance = Decimal("49.997")
    assert scene.costs().verdict is Verdict.PASS
    scene = Scene()
    scene.due, scene.paid = Decimal("0.105"), Decimal("0.125")
    assert blamed(scene.costs()) == RATE
    scene = Scene()
    scene.paid = Decimal("0.225")  # told as 0.22, then as 0.23
    assert blamed(scene.costs()) == RATE


def test_who_tells_whole_yuan_cannot_be_held_to_a_fen() -> None:
    scene = Scene()
    scene.phone.balance = Decimal("50.40")
    scene.phone.tells = lambda balance: f"余额为{balance:.0f}元"
    is_inconclusive(scene.costs())
    assert scene.bought == 1


def test_thousands_are_told_with_a_comma() -> None:
    scene = Scene()
    scene.phone.balance = Decimal("1234.50")
    scene.phone.tells = lambda balance: f"余额为{balance:,.2f}元"
    assert scene.costs().verdict is Verdict.PASS


@pytest.mark.parametrize(("credit", "enough"), [("0.50", False), ("0.59", False), ("0.60", True)])
def test_without_credit_a_wrong_charge_would_not_show(credit: str, enough: bool) -> None:
    scene = Scene()
    scene.phone.balance = Decimal(credit)
    judged = scene.costs()
    if enough:
        assert judged.verdict is Verdict.PASS
    else:
        is_inconclusive(judged, InconcReason.BUDGET)
        assert scene.bought == 0


def test_credit_for_the_dearest_number_and_for_the_questions_must_be_left() -> None:
    scene = Scene()
    scene.tariff.prices["10046"] = Decimal(2)
    scene.phone.balance = Decimal("7.99")
    is_inconclusive(scene.costs(), InconcReason.BUDGET)
    scene = Scene(price="0.10")
    scene.phone.balance = Decimal("1.10")  # 0.90 after two questions, and four units and questions are 1.00
    is_inconclusive(scene.costs(), InconcReason.BUDGET)


# When it is deducted


@pytest.mark.parametrize("after", [5, 25])
def test_what_is_still_to_be_deducted_of_an_older_call_is_waited_for(after: float) -> None:
    scene = Scene()
    assert scene.costs(before=lambda: scene.deduct("0.45", after)).verdict is Verdict.PASS


def test_a_balance_that_moves_by_itself() -> None:
    scene = Scene()

    def drips() -> None:
        for second in range(0, 2000, 20):
            scene.deduct("0.01", second)

    is_inconclusive(scene.costs(before=drips))
    assert scene.bought == 0


@pytest.mark.parametrize("due", ["0", "0.30"])
@pytest.mark.parametrize("fee", ["5.00", "0.30", "0.01"])
def test_a_monthly_fee_that_falls_into_it(due: str, fee: str) -> None:
    scene = Scene()
    scene.due = scene.paid = Decimal(due)
    is_inconclusive(scene.costs(before=lambda: scene.deduct(fee, 90)))
    assert scene.bought == 2


def test_a_top_up_that_falls_into_it() -> None:
    scene = Scene()
    is_inconclusive(scene.costs(before=lambda: scene.deduct("-10", 90)))
    scene = Scene()
    scene.paid = Decimal("-0.05")  # each time: whatever that is, it is no price
    is_inconclusive(scene.costs())


@pytest.mark.parametrize("settles", [28, 50, 60])
def test_right_and_a_little_late(settles: float) -> None:
    scene = Scene(by="ussd")
    scene.settles = settles
    assert scene.costs().verdict is Verdict.PASS
    assert scene.bought == 1


@pytest.mark.parametrize("settles", [70, 100, 200, 600, 900])
def test_late_is_not_missing(settles: float) -> None:
    scene = Scene(by="ussd")
    scene.settles = settles
    is_inconclusive(scene.costs())
    assert scene.bought == 1, "what is still to be deducted would be taken for the next one's price"


@pytest.mark.parametrize("told", ["0.10", "0"])
@pytest.mark.parametrize("after", [20, 45, 60, 90, 120, 300])
def test_a_question_that_is_deducted_late_is_not_the_price_of_what_was_bought(
    after: float, told: str
) -> None:
    """Whether the lab file knows that it costs something or not."""
    scene = Scene(price=told)
    scene.phone.asking = Decimal(0)
    scene.phone.when_asked = lambda: scene.deduct("0.10", after)
    judged = scene.costs()
    assert judged.verdict is not Verdict.FAIL, judged
    assert judged.verdict is Verdict.PASS or judged.reason is InconcReason.INDETERMINATE


def test_while_it_is_being_deducted_nothing_is_known() -> None:
    scene = Scene(by="ussd")
    scene.paid = Decimal("0.20")
    scene.while_buying = lambda: scene.deduct("0.25", 90 + 45)
    is_inconclusive(scene.costs())
    assert scene.bought == 1


def test_a_deviation_that_is_another_one_the_second_time() -> None:
    scene = Scene()
    prices = iter(("0.45", "0.60"))

    def change() -> None:
        scene.paid = Decimal(next(prices))

    scene.while_buying = change
    is_inconclusive(scene.costs())


# Which answer it is


def test_an_old_answer_is_not_taken_for_a_new_one() -> None:
    """To an earlier question of the same attempt: it says what was left before."""
    scene = Scene()
    scene.while_buying = lambda: scene.phone.comes("余额为50.00元", 90 + 31, age=75)
    assert scene.costs().verdict is Verdict.PASS
    assert scene.phone.asked == 3


def test_an_old_answer_is_not_new_because_the_first_one_took_long() -> None:
    scene = Scene()
    tells = scene.phone.tells

    def slow_at_first(balance: Decimal) -> str | None:
        if scene.phone.asked > 1:
            return tells(balance)
        scene.phone.comes(f"余额为{balance}元", 8, age=80)
        return None

    scene.phone.tells = slow_at_first
    scene.while_buying = lambda: scene.phone.comes("余额为50.00元", 90 + 31, age=75)
    assert scene.costs().verdict is Verdict.PASS
    assert scene.phone.asked == 3


def test_stamps_are_of_whole_seconds() -> None:
    scene = Scene()
    scene.phone.answer_s = 0.3
    assert scene.costs().verdict is Verdict.PASS
    assert scene.phone.asked == 3


@pytest.mark.parametrize("hours", [-8, 8])
def test_the_clock_of_a_service_centre_may_be_wrong(hours: float) -> None:
    scene = Scene()
    scene.phone.clock_s = 3600 * hours
    assert scene.costs().verdict is Verdict.PASS
    assert scene.told().verdict is Verdict.PASS


def test_what_others_write_is_no_balance() -> None:
    scene = Scene()

    def writes() -> None:
        for sender in ("95588", "100101", "13900001234", "106910010"):
            scene.phone.comes("您尾号1234账户余额为8.00元", 90 + 31, sender=sender)

    scene.while_buying = writes
    assert scene.costs().verdict is Verdict.PASS
    assert scene.phone.asked == 3


def test_the_number_that_answers_may_be_shown_with_its_country() -> None:
    scene = Scene()
    scene.phone.tells = lambda balance: scene.phone.comes(f"余额为{balance}元", 8, sender="+8610010")
    assert scene.costs().verdict is Verdict.PASS


def test_an_advertisement_of_the_same_number_is_no_answer() -> None:
    scene = Scene()
    tells = scene.phone.tells

    def both(balance: Decimal) -> str | None:
        scene.phone.comes("您好，话费充值8折优惠", 2)
        return tells(balance)

    scene.phone.tells = both
    assert scene.costs().verdict is Verdict.PASS
    assert scene.told().verdict is Verdict.PASS


def test_an_answer_that_was_never_announced_is_found() -> None:
    scene = Scene()
    scene.phone.stores = True
    assert scene.costs().verdict is Verdict.PASS
    assert scene.told().verdict is Verdict.PASS


# No answer


@WAYS
@pytest.mark.parametrize("text", [None, "系统繁忙，请稍后再试。", "余额为元", "余额为1.2.3元"])
def test_a_balance_that_is_not_told(by: str, text: str | None) -> None:
    scene = Scene(by=by)
    scene.phone.tells = lambda _balance: text
    assert blamed(scene.told()) == NOT_TOLD
    assert scene.phone.asked == (3 if by == "ussd" and text is None else 2)


@WAYS
@pytest.mark.parametrize("text", ["您已欠费3.20元", "账户剩余￥50.00", "余额：５０．００ 元"])
def test_an_amount_in_other_words_than_the_lab_files_accuses_nobody(by: str, text: str) -> None:
    scene = Scene(by=by)
    scene.phone.tells = lambda _balance: text
    is_inconclusive(scene.told())
    is_inconclusive(scene.costs())


@WAYS
@pytest.mark.parametrize("text", [None, "系统繁忙，请稍后再试。"])
def test_of_a_price_nothing_is_said_without_a_balance(by: str, text: str | None) -> None:
    scene = Scene(by=by)
    scene.phone.tells = lambda _balance: text
    is_inconclusive(scene.costs())
    assert scene.bought == 0


def _once(text: str | None) -> Callable[[Decimal], str | None]:
    answers = iter((text,))
    return lambda balance: next(answers, f"余额为{balance}元")


@WAYS
def test_who_is_busy_is_asked_once_more(by: str) -> None:
    for ask in (Scene.costs, Scene.told):
        scene = Scene(by=by)
        scene.phone.tells = _once("系统繁忙，请稍后再试。")
        assert ask(scene).verdict is Verdict.PASS


def test_who_is_busy_again_is_not_asked_for_ever() -> None:
    scene = Scene()
    tells = scene.phone.tells
    scene.phone.tells = lambda balance: "系统繁忙" if scene.phone.asked in (2, 4) else tells(balance)
    is_inconclusive(scene.costs())
    assert scene.phone.asked == 4


def test_a_message_that_did_not_come_may_still_come() -> None:
    scene = Scene()
    scene.phone.tells = _once(None)
    is_inconclusive(scene.costs())
    assert scene.phone.asked == 1
    scene = Scene()
    scene.phone.tells = _once(None)
    assert scene.told().verdict is Verdict.PASS


def test_a_modem_that_tells_no_answer_to_any_code() -> None:
    scene = Scene(by="ussd")
    scene.phone.deaf = True
    is_inconclusive(scene.told(), InconcReason.MODEM)


def test_a_full_memory_takes_no_answer() -> None:
    scene = Scene()
    scene.phone.tells = lambda _balance: None
    scene.phone.full = "SM"
    is_inconclusive(scene.told(), InconcReason.MODEM)


def test_a_question_that_is_refused() -> None:
    scene = Scene()
    scene.phone.code = 10
    assert blamed(scene.told()) == ((Layer.SUBSCRIPTION, Cause.MESSAGE_BARRED),)
    scene = Scene()
    scene.phone.code = 10
    is_inconclusive(scene.costs())


# How long a call lasted


@pytest.mark.parametrize(
    ("least", "most", "yuan"),
    [
        (75.0, 78.0, "0.30"),
        (62.1, 117.9, "0.30"),
        (15.0, 33.0, "0.15"),
        (61.9, 70.0, None),  # their clock may say 59.9
        (75.0, 118.1, None),
        (55.0, 57.9, "0.15"),
        (55.0, 58.1, None),
        (45.0, 75.0, None),
        (1.0, 3.0, None),  # was it answered at all?
    ],
)
def test_a_length_near_the_end_of_a_unit_is_not_judged(least: float, most: float, yuan: str | None) -> None:
    scene = Scene()
    talked = Talked(least, most)
    if yuan is not None:
        assert price(scene.bench, scene.tariff, "13900001234", talked) == Decimal(yuan)
        return
    with pytest.raises(Exception, match="too close to the end of a unit of 60 s"):
        price(scene.bench, scene.tariff, "13900001234", talked)


@pytest.mark.parametrize(
    ("unit_s", "one", "two"), [(60, 15, 75), (30, 15, 45), (6, 3, 9), (180, 15, 195), (20, 10, 30)]
)
def test_calls_end_well_inside_a_unit(unit_s: float, one: float, two: float) -> None:
    paid = Scene().tariff.model_copy(update={"unit_s": unit_s})
    assert (within_one(paid), into_second(paid)) == (one, two)


# Calls that are not what they seem


def _refused(caller: FakePhone) -> InconcReason | None:
    called = FakePhone("13900001234")
    called.offer = (NUMBER, 129, 0)
    scene = Scene()
    try:
        run_virtual(talk.is_refused(scene.bench, party(caller), party(called)))
    except Inconclusive as found:
        return found.reason
    return None


def test_a_refused_call_that_a_voice_box_answers_may_cost_something() -> None:
    caller = FakePhone(NUMBER)
    caller.call = FakeCall(ALERTING, CONNECTED, Progress(CallOutcome.RELEASED, 17))
    assert _refused(caller) is None
    caller.call = FakeCall(ALERTING, CONNECTED, Progress(CallOutcome.RELEASED, 16))
    caller.on_dial = lambda: caller.events.append(Connected())
    assert _refused(caller) is InconcReason.INDETERMINATE
    caller = FakePhone(NUMBER)
    caller.call = FakeCall(ALERTING, CONNECTED, Progress(CallOutcome.SILENT))
    assert _refused(caller) is InconcReason.INDETERMINATE
