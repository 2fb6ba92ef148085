"""The engineer at the keyboard as a sender and as a form: what he is asked, what becomes of his answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from drivers.originators.keyboard import CODE, NUMBER, SENDING, KeyboardForm, KeyboardOriginator
from interop.engine import Bench
from interop.engine.attempt import BoundCase
from interop.engine.case import Cast, Contrast, Probe, case, role, spec_of
from interop.engine.clock import run_virtual
from interop.engine.session import Plan, Session
from interop.engine.verdicts import outcome_unknown
from interop.lab.equipment import all_emulated
from interop.lab.load import load
from interop.lab.model import FormPart, Lab, OriginatorPart
from interop.lab.roles import bindings
from interop.protocols.engineer import NOBODY, Engineer
from interop.protocols.errors import BudgetSpent, NotAnswering, NotAvailable
from interop.protocols.modem import Modem
from interop.protocols.originator import Acceptance, Originator
from interop.protocols.site import CodeOutcome, FormAnswer, FormOutcome, NumberForm
from interop.record import InconcReason, Verdict
from interop.record.events import (
    CodeAnswered,
    CodeEntered,
    FormAnswered,
    FormSubmitted,
    MessageReceived,
    TextHanded,
    TextTaken,
)
from interop.record.reader import Run, read_run
from interop.reports.ladder import label

TEXT = "【甲银行】验证码 482913，5分钟内有效。"
PART = OriginatorPart(
    name="counter",
    title="柜台",
    driver="keyboard",
    operator="CMCC",
    city="北京",
    number="95588",
    place="柜台网页",
    answer_s=40.0,
)
FORM = FormPart(name="app", title="手机银行", driver="keyboard", url="手机银行 App 里的注册页", answer_s=40.0)


class Person:
    """Answers as told; at None lets the time pass, and at `leaves` closes the terminal."""

    def __init__(self, *answers: str | None, leaves: bool = False) -> None:
        self.present = True
        self.asked: list[tuple[str, Mapping[str, str], float]] = []
        self.does: Callable[[str], Any] = lambda _question: None
        self._answers = list(answers)
        self._leaves = leaves

    async def ask(self, question: str, answers: Mapping[str, str], *, within: float) -> str | None:
        self.asked.append((question, answers, within))
        done = self.does(question)
        if done is not None:
            await done
        answer = self._answers.pop(0)
        if answer is None and self._leaves:
            self.present = False
        elif answer is None:
            await asyncio.sleep(within)
        return answer


def sender(engineer: Engineer, allow: Callable[[], None] = lambda: None) -> KeyboardOriginator:
    return KeyboardOriginator(PART, modem=None, engineer=engineer, allow=allow)


def form(engineer: Engineer) -> KeyboardForm:
    return KeyboardForm(FORM, (FORM.url, None), engineer=engineer)


@pytest.mark.parametrize(("answer", "acceptance"), [("s", Acceptance.ACCEPTED), ("r", Acceptance.REFUSED)])
def test_a_text_is_sent_by_hand(answer: str, acceptance: Acceptance) -> None:
    person = Person(answer)
    desk = sender(person)
    handing = run_virtual(desk.send("17090001234", TEXT))
    assert (handing.acceptance, handing.references, handing.code) == (acceptance, (), None)
    [(question, answers, within)] = person.asked
    assert all(word in question for word in (TEXT, "17090001234", "柜台网页", "95588"))
    assert (answers, within) == (SENDING, 40.0)
    assert desk.events.since(0) == [
        TextHanded("17090001234", TEXT, "95588"),
        TextTaken(str(acceptance), text=handing.text),
    ]


@pytest.mark.parametrize(
    ("person", "error", "says"),
    [
        (Person("c"), NotAvailable, "counter: the engineer cannot send from 柜台网页"),
        (
            Person(None),
            NotAnswering,
            "counter: nobody answered at the keyboard within 40 s: Send this text to 17090001234, from",
        ),
        (
            Person(None, leaves=True),
            NotAnswering,
            "counter: nobody answered at the keyboard within 40 s, and the terminal is gone: Send this",
        ),
    ],
)
def test_what_may_have_been_sent_is_unknown_and_not_asked_again(
    person: Person, error: type[Exception], says: str
) -> None:
    desk = sender(person)
    with pytest.raises(error) as caught:
        run_virtual(desk.send("17090001234", TEXT))
    assert str(caught.value).startswith(says) and "\n" not in str(caught.value)
    events = desk.events.since(0)
    assert [type(event) for event in events] == [TextHanded, TextTaken]
    assert events[1].acceptance == Acceptance.UNKNOWN  # type: ignore[union-attr]
    assert outcome_unknown(InconcReason.DEVICE, [("counter", event) for event in events])


def test_an_interrupted_question_leaves_its_outcome_unknown() -> None:
    desk = sender(Person(None))

    async def interrupted() -> None:
        task = asyncio.create_task(desk.send("17090001234", TEXT))
        await asyncio.sleep(1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    run_virtual(interrupted())
    assert desk.events.since(0)[1] == TextTaken("unknown", text="interrupted")


def test_nothing_is_begun_without_a_terminal_or_a_budget() -> None:
    for made in (sender, form):
        with pytest.raises(NotAvailable, match="there is no terminal to ask at"):
            made(NOBODY)
    person = Person()
    desk, site = sender(person), form(person)
    person.present = False
    for work in (
        desk.send("17090001234", TEXT),
        site.submit("17090001234"),
        site.enter("17090001234", "482913"),
    ):
        with pytest.raises(NotAvailable, match="there is no terminal to ask at"):
            run_virtual(work)

    def spent() -> None:
        raise BudgetSpent("counter", "not confirmed")

    person.present = True
    with pytest.raises(BudgetSpent):
        run_virtual(sender(person, spent).send("17090001234", TEXT))
    assert desk.events.since(0) == site.events.since(0) == [] and person.asked == []


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("a", FormOutcome.ACCEPTED),
        ("n", FormOutcome.REJECTED_BY_FORMAT),
        ("v", FormOutcome.REJECTED_BY_POLICY),
        ("r", FormOutcome.REJECTED),
        ("o", FormOutcome.UNCLEAR),
    ],
)
def test_what_a_site_says_of_a_number(answer: str, outcome: FormOutcome) -> None:
    person = Person(answer)
    site = form(person)
    words = person_words(NUMBER)[answer]
    assert run_virtual(site.submit("17090001234")) == FormAnswer(outcome, 0, words)
    [(question, answers, within)] = person.asked
    assert "17090001234" in question and FORM.url in question
    assert (answers, within) == (person_words(NUMBER), 40.0)
    assert site.events.since(0) == [
        FormSubmitted("app", "17090001234"),
        FormAnswered("app", 0, str(outcome), words),
    ]
    assert label(site.events.since(0)[1]) == f"{outcome}: {words}"  # no HTTP in it


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [("r", CodeOutcome.RIGHT), ("w", CodeOutcome.WRONG), ("o", CodeOutcome.UNCLEAR)],
)
def test_what_a_site_says_of_a_code(answer: str, outcome: CodeOutcome) -> None:
    person = Person(answer)
    site = form(person)
    assert site.takes_codes
    assert run_virtual(site.enter("17090001234", "482913")) is outcome
    [(question, answers, _)] = person.asked
    assert "482913" in question and "17090001234" in question and answers == person_words(CODE)
    assert site.events.since(0) == [
        CodeEntered("app", "17090001234", "482913"),
        CodeAnswered("app", 0, str(outcome), person_words(CODE)[answer]),
    ]


def test_a_site_that_nobody_told_of_has_an_unknown_outcome() -> None:
    site = form(Person(None, None))
    for work in (site.submit("17090001234"), site.enter("17090001234", "482913")):
        with pytest.raises(
            NotAnswering, match=r"app: nobody answered at the keyboard within 40 s: .* 17090001234"
        ):
            run_virtual(work)
    for left in site.events.since(0):
        assert outcome_unknown(InconcReason.INDETERMINATE, [("app", left)])


def person_words(answers: Mapping[str, tuple[Any, str]]) -> dict[str, str]:
    return {key: words for key, (_, words) in answers.items()}


# Whole runs: emulated modems, and an engineer who is there or not; on the wall clock, for he lives by it.

TOY: dict[str, Any] = {"service": "toy", "standard": "-", "expected_s": 5, "contrast": Contrast.NONE}


def receives() -> Any:
    @case(**TOY, probe=Probe.NONE)
    async def receives(
        bench: Bench,
        *,
        subject: Modem = role("modem", "sms"),
        sender: Originator = role("originator", cast=Cast.EACH),
    ) -> None:
        mark = subject.events.mark()
        handing = await sender.send(bench.sims["subject"].msisdn, TEXT)
        bench.check("accepted", expected=Acceptance.ACCEPTED, actual=handing.acceptance)
        came = await subject.events.wait(MessageReceived, within=60, since=mark)
        bench.check("text", expected=TEXT, actual=came.text if came else None)

    return receives


def accepts() -> Any:
    @case(**TOY, probe=Probe.NONE)
    async def accepts(
        bench: Bench, *, subject: Modem = role("modem"), site: NumberForm = role("form", cast=Cast.EACH)
    ) -> None:
        del subject
        answer = await site.submit(bench.sims["subject"].msisdn)
        bench.check("accepted", expected=FormOutcome.ACCEPTED, actual=answer.outcome)

    return accepts


def lab() -> Lab:
    """Two emulated modems, an engineer who sends and who fills in a form."""
    small = load("small")
    modems = tuple(modem for modem in small.modems if modem.sim in ("mi-1709", "cmcc-bj"))
    sims = tuple(sim for sim in small.sims if sim.name in ("mi-1709", "cmcc-bj"))
    update = {"modems": modems, "sims": sims, "forms": (FORM,), "gateways": (), "originators": (PART,)}
    return small.model_copy(update=update)


def played(function: Any, directory: Path, engineer: Engineer, allowed: bool = True) -> Run:
    spec = spec_of(function)
    assert spec is not None
    possible = [binding for binding in bindings(spec, lab()) if not binding.missing]
    cases = [BoundCase("toy.case", spec, function, binding, {}) for binding in possible]
    assert len(cases) == 1

    class Nobody:
        def started(self, case: BoundCase) -> None: ...

        def ended(self, case: BoundCase, attempt: Any) -> None: ...

    plan = Plan(lab(), "small", directory, confirm=lambda _question: allowed, engineer=engineer)
    session = Session(plan, cases, {})
    assert not session.virtual
    session.run(Nobody())
    return read_run(directory)


def test_an_engineer_is_no_part_of_an_emulated_lab() -> None:
    assert not all_emulated(lab())
    assert not all_emulated(lab().model_copy(update={"forms": ()}))
    assert not all_emulated(lab().model_copy(update={"originators": ()}))
    assert all_emulated(lab().model_copy(update={"originators": (), "forms": ()}))


@pytest.mark.parametrize(("function", "device"), [(receives(), "counter"), (accepts(), "app")])
def test_a_run_without_a_terminal_ends_inconclusive(tmp_path: Path, function: Any, device: str) -> None:
    run = played(function, tmp_path / "run", NOBODY)
    [attempt] = run.attempts  # nobody comes in a second attempt, either
    assert (attempt.verdict, attempt.reason) == (Verdict.INCONC, InconcReason.DEVICE)
    assert attempt.detail == f"{device}: an engineer has to be asked, there is no terminal to ask at"
    assert not [seen for seen in run.observed if seen.party == device]


def test_a_text_sent_by_hand_in_a_run(tmp_path: Path) -> None:
    """The person has another phone of the lab at hand."""
    person = Person("s")

    function = receives()

    @case(**TOY)
    async def with_a_phone(
        bench: Bench,
        *,
        subject: Modem = role("modem", "sms"),
        peer: Modem = role("modem", "sms", cast=Cast.PEER),
        sender: Originator = role("originator", cast=Cast.EACH),
    ) -> None:
        person.does = lambda _question: peer.send_message(bench.sims["subject"].msisdn, TEXT)
        await function(bench, subject=subject, sender=sender)

    [attempt] = played(with_a_phone, tmp_path / "run", person).attempts
    assert (attempt.verdict, attempt.detail) == (Verdict.PASS, "")


def test_a_question_that_nobody_answers_is_put_once(tmp_path: Path) -> None:
    class Away(Person):
        async def ask(self, question: str, answers: Mapping[str, str], *, within: float) -> str | None:
            self.asked.append((question, answers, within))
            return None

    person = Away()
    run = played(accepts(), tmp_path / "run", person)
    [attempt] = run.attempts
    assert (attempt.verdict, attempt.reason) == (Verdict.INCONC, InconcReason.INDETERMINATE)
    assert attempt.detail.startswith(
        "app: nobody answered at the keyboard within 40 s: Give the number 17090001234"
    )
    assert len(person.asked) == 1
    assert [type(seen.event) for seen in run.observed if seen.party == "app"] == [FormSubmitted]


def test_live_texts_want_a_word_also_from_an_engineer(tmp_path: Path) -> None:
    person = Person()
    [attempt] = played(receives(), tmp_path / "run", person, allowed=False).attempts
    assert attempt.reason is InconcReason.BUDGET and person.asked == []
