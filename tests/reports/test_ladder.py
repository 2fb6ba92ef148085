from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import pytest

from interop.record import Event, Flow, Observed
from interop.record.events import (
    KINDS,
    CallerId,
    Dialled,
    GatewayClaimed,
    LabelAnswered,
    MessageReceived,
    RegistrationSeen,
    Released,
    Ringing,
    SimFileRead,
    StatusReported,
    TextHanded,
    TextTaken,
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
    assert drawn.lanes == ("subject", "a-peer", "network", "b-peer")
    assert drawn.network == 2
    assert [(step.at, drawn.lanes[step.lane], step.flow) for step in drawn.steps] == [
        (0.5, "subject", Flow.OUT),
        (2.0, "b-peer", Flow.IN),
        (2.0, "a-peer", Flow.IN),
    ]


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
        "registration denied (ims) 46000",
        "registration denied (cs) 46000",
    ]


def test_a_sim_may_be_called_network() -> None:
    drawn = ladder.build([Observed(1.0, 1, "network", Ringing())], start=0.0, first="network")
    assert (drawn.lanes, drawn.network, drawn.steps[0].lane) == (("network", "network"), 1, 0)
