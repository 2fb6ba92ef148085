"""Multimedia messages by the hundred, each from its own seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from interop.mms import (
    MIXED,
    RELATED,
    AcknowledgeInd,
    After,
    Body,
    DeliveryInd,
    ForwardConf,
    ForwardReq,
    NotificationInd,
    NotifyRespInd,
    Part,
    Pdu,
    Priority,
    ReadOrigInd,
    ReadRecInd,
    ReadStatus,
    ResponseStatus,
    RetrieveConf,
    RetrieveStatus,
    SendConf,
    SendReq,
    Status,
    When,
    slides,
)

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c6360000000"
    "020001e221bc330000000049454e44ae426082"
)
"""one grey point"""
WORDS = "您好验证码尊敬的客户【小米移动】😀𠮷éabc 170,7F\x80"
CHARSETS = ("", "us-ascii", "utf-8", "gb2312", "gbk", "iso-10646-ucs-2", "utf-16", "big5")
PLAIN_TYPES = ("application/octet-stream", "audio/amr", "text/x-vcard", "text/plain", "video/3gpp")


def words(rng: random.Random, longest: int = 40) -> str:
    return "".join(rng.choices(WORDS, k=rng.randint(1, longest)))


def subject(rng: random.Random) -> str:
    return rng.choice(("", "Hello", "x" * rng.randint(1, 60), words(rng), words(rng, 200)))


def address(rng: random.Random) -> str:
    number = "".join(rng.choices("0123456789", k=rng.randint(3, 14)))
    return rng.choice((f"+{number}/TYPE=PLMN", f"{number}/TYPE=PLMN", f"{number}@example.com"))


def addresses(rng: random.Random, least: int) -> tuple[str, ...]:
    return tuple(address(rng) for _ in range(rng.randint(least, 3)))


def token(rng: random.Random) -> str:
    return "".join(rng.choices("ABCxyz0189-_.@+=", k=rng.choice((1, 8, 30, 31, 40))))


def location(rng: random.Random) -> str:
    return f"http://mmsc.example/{token(rng)}?m={token(rng)}"


def date(rng: random.Random) -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=rng.randint(-800_000_000, 300_000_000))


def when(rng: random.Random) -> When:
    return rng.choice((date(rng), After(rng.choice((0, 1, 255, 256, 604_800, 2**31)))))


def yes(rng: random.Random) -> bool | None:
    return rng.choice((True, False, None))


def part(rng: random.Random) -> Part:
    kind = rng.choice(PLAIN_TYPES)
    return Part(
        kind,
        rng.randbytes(rng.choice((1, 127, 128, 1400, 20_000))),
        rng.choice(("", "a.bin", words(rng, 8))),
        rng.choice(("", "part1", token(rng))),
        rng.choice(("", "a.bin", token(rng))),
        rng.choice(CHARSETS) if kind.startswith("text/") else "",
    )


def body(rng: random.Random) -> Body:
    parts = tuple(part(rng) for _ in range(rng.randint(1, 4)))
    text = Part("text/plain", words(rng).encode(), charset="utf-8")
    match rng.randrange(5):
        case 0:
            return slides([Part("image/png", PNG), text])
        case 1:
            return Body((text,), "text/plain")
        case 2:
            return Body(parts, MIXED)
        case 3:
            return Body(parts, RELATED, rng.choice(("", "s1")), rng.choice(("", "application/smil")))
        case _:
            return Body(parts, "application/vnd.wap.multipart.alternative")


def _reports(rng: random.Random) -> dict[str, Any]:
    return {"delivery_report": yes(rng), "read_report": yes(rng)}


def _terms(rng: random.Random) -> dict[str, Any]:
    return {
        "cc": addresses(rng, 0),
        "bcc": addresses(rng, 0),
        "sender": rng.choice(("", address(rng))),
        "date": rng.choice((None, date(rng))),
        "expiry": rng.choice((None, when(rng))),
        "delivery_time": rng.choice((None, when(rng))),
    }


def _class(rng: random.Random) -> str:
    return rng.choice(("personal", "advertisement", "informational", "auto", "x-token"))


def send_req(rng: random.Random) -> SendReq:
    return SendReq(
        token(rng), addresses(rng, 1), body(rng), subject=subject(rng),
        message_class=rng.choice(("", _class(rng))), priority=rng.choice((None, *Priority)),
        sender_hidden=yes(rng), version=rng.choice((0x10, 0x12, 0x13)), **_terms(rng), **_reports(rng),
    )  # fmt: skip


def send_conf(rng: random.Random) -> SendConf:
    return SendConf(token(rng), rng.choice(list(ResponseStatus)), subject(rng), rng.choice(("", token(rng))))


def notification(rng: random.Random) -> NotificationInd:
    return NotificationInd(
        token(rng), location(rng), rng.choice((0, 255, 256, 307_200)), when(rng), _class(rng),
        rng.choice(("", address(rng))), subject(rng), yes(rng),
    )  # fmt: skip


def retrieve_conf(rng: random.Random) -> RetrieveConf:
    return RetrieveConf(
        body(rng), rng.choice(("", token(rng))), token(rng), date(rng), rng.choice(("", address(rng))),
        addresses(rng, 0), addresses(rng, 0), subject(rng), _class(rng), rng.choice((None, *Priority)),
        status=rng.choice((None, *RetrieveStatus)), text=subject(rng), **_reports(rng),
    )  # fmt: skip


def forward_req(rng: random.Random) -> ForwardReq:
    return ForwardReq(
        token(rng), addresses(rng, 1), location(rng), report_allowed=yes(rng), **_terms(rng), **_reports(rng)
    )


def forward_conf(rng: random.Random) -> ForwardConf:
    return ForwardConf(token(rng), rng.choice(list(ResponseStatus)), subject(rng), token(rng))


def notify_resp(rng: random.Random) -> NotifyRespInd:
    return NotifyRespInd(token(rng), rng.choice(list(Status)), yes(rng))


def acknowledge(rng: random.Random) -> AcknowledgeInd:
    return AcknowledgeInd(token(rng), yes(rng))


def delivery(rng: random.Random) -> DeliveryInd:
    return DeliveryInd(token(rng), address(rng), date(rng), rng.choice(list(Status)))


def read_rec(rng: random.Random) -> ReadRecInd:
    sender, at = rng.choice(("", address(rng))), rng.choice((None, date(rng)))
    return ReadRecInd(token(rng), address(rng), rng.choice(list(ReadStatus)), sender, at)


def read_orig(rng: random.Random) -> ReadOrigInd:
    status = rng.choice(list(ReadStatus))
    return ReadOrigInd(token(rng), address(rng), address(rng), date(rng), status)


PUSHED: tuple[Callable[[random.Random], Pdu], ...] = (notification, delivery, read_orig)
POSTED: tuple[Callable[[random.Random], Pdu], ...] = (
    send_req, forward_req, notify_resp, acknowledge, read_rec,
)  # fmt: skip
ANSWERED: tuple[Callable[[random.Random], Pdu], ...] = (send_conf, forward_conf, retrieve_conf)


def pdus(makers: tuple[Callable[[random.Random], Pdu], ...], each: int) -> list[Pdu]:
    return [maker(random.Random(f"mms/{maker.__name__}/{n}")) for n in range(each) for maker in makers]
