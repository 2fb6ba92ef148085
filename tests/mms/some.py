"""Multimedia messages by the hundred, each from its own seed."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from interop import mms

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


def when(rng: random.Random) -> mms.When:
    return rng.choice((date(rng), mms.After(rng.choice((0, 1, 255, 256, 604_800, 2**31)))))


def yes(rng: random.Random) -> bool | None:
    return rng.choice((True, False, None))


def part(rng: random.Random) -> mms.Part:
    kind = rng.choice(PLAIN_TYPES)
    return mms.Part(
        kind,
        rng.randbytes(rng.choice((1, 127, 128, 1400, 20_000))),
        rng.choice(("", "a.bin", words(rng, 8))),
        rng.choice(("", "part1", token(rng))),
        rng.choice(("", "a.bin", token(rng))),
        rng.choice(CHARSETS) if kind.startswith("text/") else "",
    )


def body(rng: random.Random) -> mms.Body:
    parts = tuple(part(rng) for _ in range(rng.randint(1, 4)))
    text = mms.Part("text/plain", words(rng).encode(), charset="utf-8")
    match rng.randrange(5):
        case 0:
            return mms.slides([mms.Part("image/png", PNG), text])
        case 1:
            return mms.Body((text,), "text/plain")
        case 2:
            return mms.Body(parts, mms.MIXED)
        case 3:
            return mms.Body(parts, mms.RELATED, rng.choice(("", "s1")), rng.choice(("", "application/smil")))
        case _:
            return mms.Body(parts, "application/vnd.wap.multipart.alternative")


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


def send_req(rng: random.Random) -> mms.SendReq:
    return mms.SendReq(
        token(rng), addresses(rng, 1), body(rng), subject=subject(rng),
        message_class=rng.choice(("", _class(rng))), priority=rng.choice((None, *mms.Priority)),
        sender_hidden=yes(rng), version=rng.choice((0x10, 0x12, 0x13)), **_terms(rng), **_reports(rng),
    )  # fmt: skip


def send_conf(rng: random.Random) -> mms.SendConf:
    return mms.SendConf(
        token(rng), rng.choice(list(mms.ResponseStatus)), subject(rng), rng.choice(("", token(rng)))
    )


def notification(rng: random.Random) -> mms.NotificationInd:
    return mms.NotificationInd(
        token(rng), location(rng), rng.choice((0, 255, 256, 307_200)), when(rng), _class(rng),
        rng.choice(("", address(rng))), subject(rng), yes(rng),
    )  # fmt: skip


def retrieve_conf(rng: random.Random) -> mms.RetrieveConf:
    return mms.RetrieveConf(
        body(rng), rng.choice(("", token(rng))), token(rng), date(rng), rng.choice(("", address(rng))),
        addresses(rng, 0), addresses(rng, 0), subject(rng), _class(rng), rng.choice((None, *mms.Priority)),
        status=rng.choice((None, *mms.RetrieveStatus)), text=subject(rng), **_reports(rng),
    )  # fmt: skip


def forward_req(rng: random.Random) -> mms.ForwardReq:
    return mms.ForwardReq(
        token(rng), addresses(rng, 1), location(rng), report_allowed=yes(rng), **_terms(rng), **_reports(rng)
    )


def forward_conf(rng: random.Random) -> mms.ForwardConf:
    return mms.ForwardConf(token(rng), rng.choice(list(mms.ResponseStatus)), subject(rng), token(rng))


def notify_resp(rng: random.Random) -> mms.NotifyRespInd:
    return mms.NotifyRespInd(token(rng), rng.choice(list(mms.Status)), yes(rng))


def acknowledge(rng: random.Random) -> mms.AcknowledgeInd:
    return mms.AcknowledgeInd(token(rng), yes(rng))


def delivery(rng: random.Random) -> mms.DeliveryInd:
    return mms.DeliveryInd(token(rng), address(rng), date(rng), rng.choice(list(mms.Status)))


def read_rec(rng: random.Random) -> mms.ReadRecInd:
    sender, at = rng.choice(("", address(rng))), rng.choice((None, date(rng)))
    return mms.ReadRecInd(token(rng), address(rng), rng.choice(list(mms.ReadStatus)), sender, at)


def read_orig(rng: random.Random) -> mms.ReadOrigInd:
    status = rng.choice(list(mms.ReadStatus))
    return mms.ReadOrigInd(token(rng), address(rng), address(rng), date(rng), status)


PUSHED: tuple[Callable[[random.Random], mms.Pdu], ...] = (notification, delivery, read_orig)
POSTED: tuple[Callable[[random.Random], mms.Pdu], ...] = (
    send_req, forward_req, notify_resp, acknowledge, read_rec,
)  # fmt: skip
ANSWERED: tuple[Callable[[random.Random], mms.Pdu], ...] = (send_conf, forward_conf, retrieve_conf)


def pdus(makers: tuple[Callable[[random.Random], mms.Pdu], ...], each: int) -> list[mms.Pdu]:
    return [maker(random.Random(f"mms/{maker.__name__}/{n}")) for n in range(each) for maker in makers]
