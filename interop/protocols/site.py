"""Sites that take a phone number: a bank's form, a number-label service."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from interop.protocols.stream import EventStream


class FormOutcome(StrEnum):
    ACCEPTED = "accepted"
    REJECTED_BY_FORMAT = "rejected_by_format"
    """the site says it is not a valid phone number"""
    REJECTED_BY_POLICY = "rejected_by_policy"
    """the site says it does not serve virtual operators"""
    REJECTED = "rejected"
    """a refusal that does not let one see which of the two it is"""
    UNCLEAR = "unclear"
    """an answer that the site's description does not cover, or no answer: says nothing on the number"""


@dataclass(frozen=True, slots=True)
class FormAnswer:
    outcome: FormOutcome
    http_status: int
    text: str


class CodeOutcome(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    """the site says it is another one, or too old"""
    UNCLEAR = "unclear"
    """an answer that the site's description does not cover, or no answer"""


class NumberForm(Protocol):
    """A bank's or site's form that asks for a mobile number, and sends a code to it.

    `takes_codes`: whether a code can be given back here, to hear whether it is the one that was sent.
    """

    name: str
    events: EventStream
    takes_codes: bool

    async def submit(self, msisdn: str) -> FormAnswer:
        """Give the 11-digit national number. Never raises for what the site says."""

    async def enter(self, msisdn: str, code: str) -> CodeOutcome:
        """Give a code back, at most once. Never raises for what the site says; only if `takes_codes`."""


class LabelService(Protocol):
    """Tells how handsets label a caller ("harassment", "fraud")."""

    name: str
    events: EventStream

    async def lookup(self, msisdn: str) -> str | None:
        """The label, "" when the number is not marked, None when the service gave no usable answer."""
