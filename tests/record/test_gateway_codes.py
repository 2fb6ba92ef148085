"""Where a gateway's code points first, by the standards' own lists (china.md 7.3)."""

from __future__ import annotations

import json

import pytest

from interop.gateway.results import SLOW_DOWN, SUBMIT, meaning
from interop.record import Cause, InconcReason, Layer
from interop.record.codes import (
    GATEWAY_CODES,
    GATEWAY_CODES_OF_OURS,
    of_claim,
    of_gateway_refusal,
)
from interop.record.events import GatewayClaimed, TextTaken, from_json, to_json


@pytest.mark.parametrize(
    ("protocol", "code", "blame"),
    [
        ("CMPP", 13, (Layer.GATEWAY, Cause.NUMBER_REFUSED)),
        ("CMPP", 9, (Layer.GATEWAY, Cause.NUMBER_REFUSED)),
        ("CMPP", 8, (Layer.GATEWAY, Cause.THROTTLED)),
        ("CMPP", 10, InconcReason.DEVICE),
        ("CMPP", 150, (Layer.GATEWAY, Cause.MESSAGE_REFUSED)),
        ("SGIP", 6, (Layer.GATEWAY, Cause.NUMBER_REFUSED)),
        ("SGIP", 23, (Layer.GATEWAY, Cause.NO_ROUTE)),
        ("SGIP", 26, InconcReason.MODEM),
        ("SGIP", 29, (Layer.CORE, Cause.NUMBER_UNASSIGNED)),
        ("SMGP", 47, (Layer.GATEWAY, Cause.NUMBER_REFUSED)),
        ("SMGP", 58, (Layer.GATEWAY, Cause.NO_ROUTE)),
        ("SMGP", 65, (Layer.GATEWAY, Cause.NUMBER_REFUSED)),
        ("SMGP", 75, InconcReason.DEVICE),
        ("SMPP", 0x0B, (Layer.GATEWAY, Cause.NUMBER_REFUSED)),
        ("SMPP", 0x58, (Layer.GATEWAY, Cause.THROTTLED)),
        ("SMPP", 0x0A, InconcReason.DEVICE),
        ("SMPP", None, (Layer.GATEWAY, Cause.MESSAGE_REFUSED)),
    ],
)
def test_a_refusal(protocol: str, code: int | None, blame: object) -> None:
    assert of_gateway_refusal(protocol, code) == blame


@pytest.mark.parametrize(
    ("state", "blame"),
    [
        ("UNDELIV", (Layer.CORE, Cause.MESSAGE_REFUSED)),
        ("EXPIRED", (Layer.CORE, Cause.SUBSCRIBER_ABSENT)),
        ("undeliv:23", (Layer.GATEWAY, Cause.NO_ROUTE)),
        ("UNDELIV:26", InconcReason.MODEM),
        ("MA:0001", (Layer.CORE, Cause.MESSAGE_REFUSED)),
        ("IC:0032", (Layer.GATEWAY, Cause.NO_ROUTE)),
        ("SA:0001", InconcReason.DEVICE),
        ("STOPPED", (Layer.CORE, Cause.MESSAGE_LOST)),
        ("NOROUTE", (Layer.CORE, Cause.MESSAGE_LOST)),
        ("", (Layer.CORE, Cause.MESSAGE_LOST)),
        ("TP-ST 41", (Layer.INTERCONNECT, Cause.NO_ROUTE)),
        ("TP-ST 65", InconcReason.INDETERMINATE),
        ("TP-ST XX", (Layer.CORE, Cause.MESSAGE_LOST)),
        ("undeliv:x", (Layer.CORE, Cause.MESSAGE_REFUSED)),
    ],
)
def test_a_claim_that_is_not_delivery(state: str, blame: object) -> None:
    assert of_claim(state) == blame


@pytest.mark.parametrize("protocol", SUBMIT)
def test_every_code_that_has_a_place_has_words_and_one_place_only(protocol: str) -> None:
    theirs, ours = GATEWAY_CODES[protocol], GATEWAY_CODES_OF_OURS[protocol]
    assert not theirs.keys() & ours.keys()
    # reserved numbers inside a range of ours need no words
    assert theirs.keys() <= SUBMIT[protocol].keys()
    assert SLOW_DOWN[protocol] <= SUBMIT[protocol].keys()
    assert SLOW_DOWN[protocol] <= theirs.keys()


def test_words() -> None:
    assert meaning("CMPP", 13) == "13, illegal receiver number"
    assert meaning("CMPP", 3, login=True) == "3, wrong authentication"
    assert meaning("SMPP", 0x58) == "0x58, throttled"
    assert meaning("SMGP", 999) == "999, a code of the vendor"
    assert meaning("SGIP", None) == "without a code"


@pytest.mark.parametrize(
    "event",
    [TextTaken("accepted", ("1", "2")), TextTaken("unknown"), GatewayClaimed("1", "DELIVRD", True)],
)
def test_events_come_back_from_disk_as_they_were(event: object) -> None:
    assert from_json(json.loads(json.dumps(to_json(event)))) == event  # type: ignore[arg-type]
