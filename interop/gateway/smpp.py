"""SMPP 3.4, the protocol of short message centres (SMPP v3.4 issue 1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from interop.gateway.frame import Dialect
from interop.gateway.wire import c_string, counted, tags, uint
from interop.smspdu import Part

RECEIPTED_MESSAGE_ID: Final = 0x001E
MESSAGE_PAYLOAD: Final = 0x0424
MESSAGE_STATE: Final = 0x0427
SAR_REFERENCE: Final = 0x020C
SAR_TOTAL: Final = 0x020E
SAR_NUMBER: Final = 0x020F

ESM_RECEIPT: Final = 0x04
ESM_INTERMEDIATE: Final = 0x20
ESM_UDHI: Final = 0x40

OK: Final = 0
INVALID_PASSWORD: Final = 0x0E
INVALID_DESTINATION: Final = 0x0B
THROTTLED: Final = 0x58


@dataclass(frozen=True, slots=True)
class _Bind:
    system_id: str = c_string(16)
    password: str = c_string(9)
    system_type: str = c_string(13)
    interface_version: int = uint(1, default=0x34)
    ton: int = uint(1)
    npi: int = uint(1)
    address_range: str = c_string(41)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(system_id={self.system_id!r}, password=...)"


@dataclass(frozen=True, slots=True, repr=False)
class BindReceiver(_Bind): ...


@dataclass(frozen=True, slots=True, repr=False)
class BindTransmitter(_Bind): ...


@dataclass(frozen=True, slots=True, repr=False)
class BindTransceiver(_Bind): ...


@dataclass(frozen=True, slots=True)
class _BindResp:
    system_id: str = c_string(16)
    options: tuple[tuple[int, bytes], ...] = tags()


@dataclass(frozen=True, slots=True)
class BindReceiverResp(_BindResp): ...


@dataclass(frozen=True, slots=True)
class BindTransmitterResp(_BindResp): ...


@dataclass(frozen=True, slots=True)
class BindTransceiverResp(_BindResp): ...


@dataclass(frozen=True, slots=True)
class _Message:
    service_type: str = c_string(6)
    source_ton: int = uint(1)
    source_npi: int = uint(1)
    source: str = c_string(21)
    destination_ton: int = uint(1)
    destination_npi: int = uint(1)
    destination: str = c_string(21)
    esm_class: int = uint(1)
    pid: int = uint(1)
    priority: int = uint(1)
    schedule_time: str = c_string(17)
    validity: str = c_string(17)
    registered_delivery: int = uint(1)
    replace: int = uint(1)
    coding: int = uint(1)
    canned: int = uint(1)
    content: bytes = counted(1, 254)
    options: tuple[tuple[int, bytes], ...] = tags()


@dataclass(frozen=True, slots=True)
class SubmitSm(_Message): ...


@dataclass(frozen=True, slots=True)
class DeliverSm(_Message): ...


@dataclass(frozen=True, slots=True)
class SubmitSmResp:
    message_id: str = c_string(65)
    options: tuple[tuple[int, bytes], ...] = tags()


@dataclass(frozen=True, slots=True)
class DeliverSmResp:
    message_id: str = c_string(65)
    options: tuple[tuple[int, bytes], ...] = tags()


@dataclass(frozen=True, slots=True)
class QuerySm:
    message_id: str = c_string(65)
    source_ton: int = uint(1)
    source_npi: int = uint(1)
    source: str = c_string(21)


@dataclass(frozen=True, slots=True)
class QuerySmResp:
    message_id: str = c_string(65)
    final_date: str = c_string(17)
    state: int = uint(1)
    error: int = uint(1)


@dataclass(frozen=True, slots=True)
class EnquireLink: ...


@dataclass(frozen=True, slots=True)
class EnquireLinkResp: ...


@dataclass(frozen=True, slots=True)
class Unbind: ...


@dataclass(frozen=True, slots=True)
class UnbindResp: ...


@dataclass(frozen=True, slots=True)
class GenericNack: ...


SMPP: Final = Dialect(
    "SMPP",
    {
        0x80000000: GenericNack,
        0x00000001: BindReceiver,
        0x80000001: BindReceiverResp,
        0x00000002: BindTransmitter,
        0x80000002: BindTransmitterResp,
        0x00000003: QuerySm,
        0x80000003: QuerySmResp,
        0x00000004: SubmitSm,
        0x80000004: SubmitSmResp,
        0x00000005: DeliverSm,
        0x80000005: DeliverSmResp,
        0x00000006: Unbind,
        0x80000006: UnbindResp,
        0x00000009: BindTransceiver,
        0x80000009: BindTransceiverResp,
        0x00000015: EnquireLink,
        0x80000015: EnquireLinkResp,
    },
    status=True,
    longest=70_000,  # a message_payload of 64 kB
)


def part_by_options(message: _Message) -> Part | None:
    """The part that options name instead of a header (5.3.2.22 to 24); one that cannot be is none."""
    options = dict(message.options)
    words = [options.get(tag, b"") for tag in (SAR_REFERENCE, SAR_TOTAL, SAR_NUMBER)]
    reference, total, number = (int.from_bytes(word, "big") for word in words)
    there = all(words) and reference <= 0xFFFF and 1 <= number <= total <= 0xFF
    return Part(reference, total, number, wide=True) if there else None


STATES: Final = ("", "ENROUTE", "DELIVRD", "EXPIRED", "DELETED", "UNDELIV", "ACCEPTD", "UNKNOWN", "REJECTD")
"""by message_state (5.2.28), as a delivery receipt abbreviates them (appendix B)"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a delivery receipt says (appendix B); times are YYMMDDhhmm."""

    message_id: str
    state: str
    submitted: str = ""
    done: str = ""
    error: str = "000"

    def deliver(self, source: str, destination: str) -> DeliverSm:
        """The DeliverSm that carries it, in text and in options."""
        delivered = int(self.state == "DELIVRD")
        words = (
            f"id:{self.message_id} sub:001 dlvrd:{delivered:03d} submit date:{self.submitted}"
            f" done date:{self.done} stat:{self.state} err:{self.error} text:"
        )
        options = (
            (RECEIPTED_MESSAGE_ID, self.message_id.encode() + b"\0"),
            (MESSAGE_STATE, bytes((STATES.index(self.state),))),
        )
        return DeliverSm(
            source=source,
            destination=destination,
            esm_class=ESM_RECEIPT,
            content=words.encode("ascii"),
            options=options,
        )


_LONGEST: Final = 254
"""octets in which the words of a receipt stand"""
_RECEIPT: Final = re.compile(
    r"id:(?P<id>\S*).*?submit date:(?P<submitted>\d*).*?done date:(?P<done>\d*).*?stat:(?P<state>\w*)"
    r"(?:.*?err:(?P<error>\w*))?",
    re.IGNORECASE | re.DOTALL,
)


def receipt_of(deliver: DeliverSm) -> Receipt | None:
    """The receipt or intermediate notification (5.2.12) in a DeliverSm, None where it is a message.

    Options count before the text.
    """
    if deliver.esm_class & 0x3C not in (ESM_RECEIPT, ESM_INTERMEDIATE):
        return None
    options = dict(deliver.options)
    content = (deliver.content or options.get(MESSAGE_PAYLOAD, b""))[:_LONGEST]
    found = _RECEIPT.search(content.decode("latin-1"))
    words = found.groupdict() if found else {}
    message_id = options.get(RECEIPTED_MESSAGE_ID, b"").rstrip(b"\0").decode("latin-1") or words.get("id", "")
    number = options.get(MESSAGE_STATE, b"")
    state = STATES[number[0]] if len(number) == 1 and 0 < number[0] < len(STATES) else words.get("state", "")
    return Receipt(
        message_id, state.upper(), words.get("submitted", ""), words.get("done", ""), words.get("error") or ""
    )
