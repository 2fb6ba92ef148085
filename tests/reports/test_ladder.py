from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import pytest

from interop.record import Event, Flow, Observed
from interop.record.events import (
    KINDS,
    Answered,
    CallerId,
    CallsListed,
    CallSteered,
    Connected,
    Dialled,
    ForwardingSeen,
    ForwardingSet,
    GatewayClaimed,
    LabelAnswered,
    MessageReceived,
    Notified,
    RegistrationSeen,
    Released,
    Ringing,
    SimFileRead,
    StatusReported,
    SteeringDone,
    SteeringRefused,
    TextHanded,
    TextTaken,
    ToneHeard,
    ToneSent,
)
from interop.reports import ladder


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_kind_of_event_has_a_label_that_tells_its_first_field(kind: type[Any]) -> None:
    values = {
        field.name: 7 if field.type in ("int", "int | None") else f"<{field.name}>"
        for field in fields(kind)
        if field.default is MISSING
    }
    text = ladder.label(kind(**values))
    assert text
    shown = [
        str(value)
        for name, value in values.items()
        if name not in ("toa", "sent_at", "mode", "site", "service")
    ]
    assert all(value in text or value == "7" for value in shown)


@pytest.mark.parametrize(
    ("event", "label"),
    [
        (Released(None, ""), "released, cause ?"),
        (Released(3, "5,3"), "released, cause 3 (5,3)"),
        (TextHanded("17090001234", "hi", "1069", 1), "text to 17090001234 from 1069: hi"),
        (TextHanded("17090001234", "hi", "1069", 3), "text to 17090001234 from 1069 in 3 parts: hi"),
        (TextTaken("accepted", ("7", "8")), "accepted: 7, 8"),
        (TextTaken("refused", (), 13, "13, illegal receiver number"), "refused: 13, illegal receiver number"),
        (TextTaken("unknown", text="no answer in 60 s"), "unknown: no answer in 60 s"),
        (GatewayClaimed("7", "DELIVRD", True), "7: the gateway claims DELIVRD (delivered)"),
        (GatewayClaimed("7", "MA:0001", False), "7: the gateway claims MA:0001 (not delivered)"),
        (StatusReported(9, "17090001234", 0x43), "report on 9: 0x43, 17090001234"),
        (SimFileRead("6F40#1", "FF"), "EF_MSISDN#1 = FF"),
        (CallerId("", None, 1), "CLI none, type ?, withheld"),
        (CallerId("17090001234", 129), "CLI 17090001234, type 129"),
        (RegistrationSeen("eps", 5, "46009"), "registered, roaming (eps) 46009"),
        (LabelAnswered("s", ""), "label: not marked"),
        (CallSteered("21", "talk to one alone"), "talk to one alone (+CHLD=21)"),
        (SteeringDone(), "OK"),
        (SteeringRefused(3, 21, "facility rejected"), "refused, +CME ERROR 3, cause 21 (facility rejected)"),
        (SteeringRefused(), "refused"),
        (Notified(2), "told: on hold (+CSSU: 2)"),
        (Notified(4), "told: in a conference (+CSSU: 4)"),
        (Notified(2, own=True), "told: the call is forwarded (+CSSI: 2)"),
        (Notified(3, own=True), "told: the call waits (+CSSI: 3)"),
        (Notified(77, own=True), "told: +CSSI: 77"),
        (CallsListed(()), "lists no call"),
        (CallsListed(("1 active mpty", "2 active mpty")), "lists 1 active mpty, 2 active mpty"),
        (ToneSent("7"), "tone 7"),
        (ToneHeard("#"), "hears #"),
        (ForwardingSet("no_reply", "18600001234"), "forwards calls when nobody answers to 18600001234"),
        (ForwardingSet("always", ""), "forwards calls always no more"),
        (ForwardingSeen("always", ""), "forwarding (always): none"),
        (ForwardingSeen("busy", "12580", False), "forwarding (when busy): 12580, switched off"),
        (MessageReceived("1", 145, "一\r\n二 {x} %s \x1b[31m", ""), "SMS from 1: 一 二 {x} %s \ufffd[31m"),
    ],
)
def test_labels(event: Event, label: str) -> None:
    assert ladder.label(event) == label


def test_the_subject_stands_left_the_network_in_the_middle_and_time_runs_down() -> None:
    observed = [
        Observed(12.0, 5, "a-peer", Ringing()),
        Observed(10.5, 3, "subject", Dialled("1")),
        Observed(12.0, 4, "b-peer", Ringing()),
    ]
    drawn = ladder.build(observed, start=10.0, first="subject")
    assert drawn.lanes == ("subject", "b-peer", "network", "a-peer")
    assert drawn.network == 2
    assert [(step.at, step.lanes, step.flow) for step in drawn.steps] == [
        (0.5, (0,), Flow.OUT),
        (2.0, (1, 3), Flow.IN),
    ]


def test_the_others_stand_in_the_order_in_which_they_come_into_it() -> None:
    """To be registered, or to list no call, is not to take part."""
    observed = [
        Observed(1.0, 1, "a-third", RegistrationSeen("cs", 1, "46000")),
        Observed(1.1, 2, "a-third", CallsListed(())),
        Observed(2.0, 3, "subject", Dialled("1")),
        Observed(3.0, 4, "z-peer", Ringing()),
        Observed(9.0, 5, "a-third", Ringing()),
    ]
    assert ladder.build(observed, start=0.0, first="subject").lanes == (
        "subject",
        "z-peer",
        "network",
        "a-third",
    )


Shown = list[tuple[str, tuple[int, ...], str]]


def rows(*observed: tuple[float, str, Event]) -> Shown:
    """Label, lanes (a 0, b 1, the network 2, c 3) and kind."""
    entered: list[tuple[float, str, Event]] = [(0.0, name, Answered()) for name in "abc"]
    events = [
        Observed(at, number, name, event) for number, (at, name, event) in enumerate([*entered, *observed])
    ]
    drawn = ladder.build(events, start=0.0, first="a")
    assert drawn.lanes == ("a", "b", "network", "c")
    return [(step.text, step.lanes, step.kind) for step in drawn.steps[3:]]


def test_what_two_hear_at_about_the_same_time_is_one_row() -> None:
    assert rows(
        (1.0, "a", ToneSent("5")),
        (1.1, "c", ToneHeard("5")),
        (1.3, "a", SteeringDone()),
        (1.4, "b", ToneHeard("5")),
    ) == [("tone 5", (0,), "tone"), ("hears 5", (1, 3), "tone"), ("OK", (0,), "call")]


def test_a_burst_of_tones_is_one_row_and_what_two_hear_of_it_another() -> None:
    sent = [(1.0 + 0.1 * place, "a", ToneSent(digit)) for place, digit in enumerate("4985")]
    heard = [(1.05 + 0.1 * place, "b", ToneHeard(digit)) for place, digit in enumerate("4985")]
    late = [(1.2 + 0.1 * place, "c", ToneHeard(digit)) for place, digit in enumerate("4985")]
    assert rows(*sent, *heard, *late) == [("tones 4985", (0,), "tone"), ("hears 4985", (1, 3), "tone")]


def test_a_tone_that_is_lost_stays_lost() -> None:
    heard = [(1.1, "b", ToneHeard("4")), (1.2, "b", ToneHeard("5")), (1.2, "c", ToneHeard("4"))]
    assert rows((1.0, "a", ToneSent("45")), *heard) == [
        ("tones 45", (0,), "tone"),
        ("hears 45", (1,), "tone"),
        ("hears 4", (3,), "tone"),
    ]


def test_tones_of_two_speakers_are_never_one_row() -> None:
    assert rows(
        (1.0, "a", ToneSent("4")),
        (1.1, "c", ToneHeard("4")),
        (1.2, "b", ToneSent("7")),
        (1.3, "c", ToneHeard("7")),
        (1.4, "a", ToneSent("9")),
    ) == [
        ("tone 4", (0,), "tone"),
        ("hears 4", (3,), "tone"),
        ("tone 7", (1,), "tone"),
        ("hears 7", (3,), "tone"),
        ("tone 9", (0,), "tone"),
    ]


def test_tones_far_apart_have_a_row_each() -> None:
    assert len(rows((1.0, "a", ToneSent("4")), (5.0, "a", ToneSent("9")))) == 2


def test_a_row_never_stands_before_what_the_same_party_did_earlier() -> None:
    assert rows((1.0, "c", ToneHeard("5")), (1.1, "b", ToneSent("7")), (1.2, "b", ToneHeard("5"))) == [
        ("hears 5", (3,), "tone"),
        ("tone 7", (1,), "tone"),
        ("hears 5", (1,), "tone"),
    ]


@pytest.mark.parametrize(
    "second",
    [
        (1.6, "c", Notified(2)),
        (1.1, "c", Notified(3)),
        (1.1, "b", Notified(2)),
    ],
)
def test_what_is_later_other_or_of_the_same_party_has_a_row_of_its_own(
    second: tuple[float, str, Event],
) -> None:
    assert len(rows((1.0, "b", Notified(2)), second)) == 2


def test_two_that_do_the_same_have_a_row_each() -> None:
    assert len(rows((1.0, "b", Answered()), (1.1, "c", Answered()))) == 2


def test_a_list_that_is_looked_at_until_it_changes_is_one_row() -> None:
    held, both = CallsListed(("1 active", "2 held")), CallsListed(("1 active mpty", "2 active mpty"))
    assert rows(
        (1.0, "a", held),
        (2.0, "b", CallsListed(("1 active",))),
        (3.0, "a", held),
        (5.0, "a", held),
        (6.0, "a", both),
        (7.0, "a", Connected()),
        (8.0, "a", both),
    ) == [
        ("lists 1 active, 2 held, 3 times in 4.0 s", (0,), ""),
        ("lists 1 active", (1,), ""),
        ("lists 1 active mpty, 2 active mpty", (0,), ""),
        ("connected", (0,), ""),
        ("lists 1 active mpty, 2 active mpty", (0,), ""),
    ]


def test_long_notes_have_a_row_each() -> None:
    long = CallsListed(("1 held mpty", "2 held mpty"))
    assert len(rows((1.0, "b", long), (1.0, "c", long))) == 2
    short = CallsListed(("1 active",))
    assert rows((1.0, "b", short), (1.0, "c", short)) == [("lists 1 active", (1, 3), "")]


def test_one_answer_on_many_domains_is_one_arrow() -> None:
    seen = [
        Observed(1.00, 1, "a", RegistrationSeen("cs", 1, "46000")),
        Observed(1.01, 2, "a", RegistrationSeen("eps", 1, "46000")),
        Observed(1.02, 3, "a", RegistrationSeen("ims", 3, "46000")),
        Observed(1.03, 4, "b", RegistrationSeen("ims", 3, "46000")),
        Observed(9.00, 5, "b", RegistrationSeen("cs", 3, "46000")),
    ]
    assert [step.text for step in ladder.build(seen, start=0.0, first="a").steps] == [
        "registered at home (cs, eps) 46000",
        "registration denied (ims) 46000",
        "registration denied (cs) 46000",
    ]


def test_a_sim_may_be_called_network() -> None:
    drawn = ladder.build([Observed(1.0, 1, "network", Ringing())], start=0.0, first="network")
    assert (drawn.lanes, drawn.network, drawn.steps[0].lanes) == (("network", "network"), 1, (0,))
