"""Defects of charging and of what subscribers are told about their money, as rows of `defect_kinds`."""

from __future__ import annotations

from typing import Final

from drivers.emulated.defect_kind import Kind, Parameter, Scope

_SERVICE: Final = {"service": Parameter("voice or sms; without it both", "voice|sms")}

CHARGING: Final = (
    Kind(
        "charging.rate",
        Scope.SUBSCRIBER,
        "what the subject pays for is charged at a multiple of its price",
        own={
            **_SERVICE,
            "factor": Parameter("0 to 999, with up to 4 decimals", r"[0-9]{1,3}(\.[0-9]{1,4})?", "2"),
        },
    ),
    Kind(
        "charging.double",
        Scope.SUBSCRIBER,
        "each call and message is deducted twice and recorded twice",
        own=_SERVICE,
    ),
    Kind(
        "charging.missing",
        Scope.SUBSCRIBER,
        "calls and messages are neither deducted nor recorded",
        own=_SERVICE,
    ),
    Kind(
        "charging.not_free",
        Scope.SUBSCRIBER,
        "calls to numbers that are free cost the tariff's price of a call",
        own={"number": Parameter("one of these numbers, as it is dialled; without it all", r"[0-9]{3,20}")},
    ),
    Kind(
        "charging.record_lost",
        Scope.SUBSCRIBER,
        "calls and messages are deducted, and the operator has no record of them",
        own=_SERVICE,
    ),
    Kind(
        "charging.record_doubled",
        Scope.SUBSCRIBER,
        "calls and messages are deducted once and recorded twice",
        own=_SERVICE,
    ),
    Kind(
        "charging.duration",
        Scope.SUBSCRIBER,
        "calls are recorded and charged as if they had lasted longer",
        own={"extra": Parameter("seconds, 1 to 9999", r"[1-9][0-9]{0,3}", "61")},
    ),
    Kind(
        "charging.late",
        Scope.SUBSCRIBER,
        "calls and messages are deducted and recorded long after their end",
        own={**_SERVICE, "after": Parameter("seconds, 1 to 99999", r"[1-9][0-9]{0,4}", "600")},
    ),
    Kind("balance.silent", Scope.SUBSCRIBER, "a question for the balance, by USSD or SMS, is never answered"),
    Kind("balance.stale", Scope.SUBSCRIBER, "the balance that is told is the one at the start of the run"),
)
