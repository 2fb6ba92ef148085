"""Whatever a message says, it says again after octets; and whatever octets come, they are a message or a
MmsError, and a message that came from octets says the same when it is written again.
"""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from interop import mms
from interop.mms.charsets import NUMBERS as CHARSETS
from interop.smspdu import PduError, decode_push
from tests.mms import some

UNSEEN = [chr(code) for code in (*range(32), 0x7F)]
LINES = [*(char for char in UNSEEN if char not in "\t\r\n")]
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=UNSEEN), max_size=40)
tokens = texts.filter(bool)
lines = st.one_of(
    texts,
    st.text("中文短信彩信【】,。😀𠮷é\t\n ", max_size=60),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters=LINES), max_size=40),
)
unquoted = texts.filter(lambda text: not text.startswith('"'))
addresses = lines.filter(bool)
several = st.lists(addresses, max_size=4).map(tuple)
numbers = st.integers(0, 2**240 - 1) | st.integers(0, 2**33)
zones = st.sampled_from([UTC, timezone(timedelta(hours=8)), timezone(timedelta(hours=-3, minutes=-30))])
dates = st.builds(
    lambda seconds, zone: datetime.fromtimestamp(seconds, zone), st.integers(0, 250_000_000_000), zones
)
whens = st.one_of(dates, st.builds(mms.After, numbers))
yes = st.none() | st.booleans()
statuses = st.integers(128, 255)
versions = st.integers(0, 127)
classes = st.sampled_from(["personal", "advertisement", "informational", "auto"]) | tokens
words = st.text("abcxyz0189!#$%&'*+.^_`|~-", min_size=1, max_size=12)
kinds = st.one_of(
    st.sampled_from(["text/plain", "image/jpeg", "application/smil", "audio/amr", "text/x-vcard", "*/*"]),
    st.builds("{}/{}".format, words, words),
)
single = kinds.filter(lambda kind: not kind.startswith("application/vnd.wap.multipart."))
charsets = st.sampled_from(["", *CHARSETS]) | words.map(lambda word: "x-" + word)
octets = st.binary(max_size=200) | st.integers(0, 5000).map(lambda n: random.Random(n).randbytes(n))
parts = st.builds(
    mms.Part, kinds, octets, name=unquoted, content_id=texts, location=unquoted, charset=charsets
)
bodies = st.one_of(
    st.builds(
        mms.Body,
        st.lists(parts, max_size=5).map(tuple),
        st.sampled_from([mms.RELATED, mms.MIXED, "application/vnd.wap.multipart.alternative"]),
        start=texts,
        start_type=st.just("") | kinds,
    ),
    st.builds(mms.Part, single, octets, name=unquoted, charset=charsets).map(
        lambda part: mms.Body((part,), part.content_type)
    ),
)


def build(pdu: type[mms.Pdu], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[mms.Pdu]:
    return st.builds(pdu, version=versions, **fields)


def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


TERMS = {"cc": several, "bcc": several, "sender": lines, "date": optional(dates), "expiry": optional(whens)}
REPORTS = {"delivery_report": yes, "read_report": yes}
SENT = {"subject": lines, "priority": optional(statuses), **REPORTS}
ANSWER = {"transaction": texts, "status": statuses, "text": lines, "message_id": texts}
pushed = st.one_of(
    build(
        mms.NotificationInd, transaction=texts, location=texts, size=numbers, expiry=whens,
        message_class=classes, sender=lines, subject=lines, delivery_report=yes,
    ),
    build(mms.DeliveryInd, message_id=texts, to=lines, date=dates, status=statuses),
    build(mms.ReadOrigInd, message_id=texts, to=lines, sender=lines, date=dates, status=statuses),
)  # fmt: skip
pdus = st.one_of(
    pushed,
    build(
        mms.SendReq, transaction=texts, to=several, body=bodies, message_class=st.just("") | classes,
        delivery_time=optional(whens), sender_hidden=yes, **TERMS, **SENT,
    ),
    build(mms.SendConf, **ANSWER),
    build(mms.NotifyRespInd, transaction=texts, status=statuses, report_allowed=yes),
    build(
        mms.RetrieveConf, body=bodies, transaction=texts, message_id=texts, date=optional(dates),
        sender=lines, to=several, cc=several, message_class=st.just("") | classes,
        status=optional(statuses), text=lines, **SENT,
    ),
    build(mms.AcknowledgeInd, transaction=texts, report_allowed=yes),
    build(mms.ReadRecInd, message_id=texts, to=lines, status=statuses, sender=lines, date=optional(dates)),
    build(
        mms.ForwardReq, transaction=texts, to=several, location=texts, delivery_time=optional(whens),
        report_allowed=yes, **TERMS, **REPORTS,
    ),
    build(mms.ForwardConf, **ANSWER),
)  # fmt: skip


@settings(deadline=None, derandomize=True, max_examples=1000)
@given(pdus)
def test_any_message(pdu: mms.Pdu) -> None:
    data = mms.encode(pdu)
    assert mms.decode(data) == pdu
    assert mms.encode(mms.decode(data)) == data


@settings(deadline=None, derandomize=True, max_examples=200)
@given(st.lists(parts.filter(lambda part: part.content_type != "application/smil"), max_size=5))
def test_any_slides(media: list[mms.Part]) -> None:
    """The SMIL goes round, and what was put in is still there, with a place that nothing else has."""
    given_places = [part.location for part in media if part.location]
    body = mms.slides(media)
    again = mms.decode(mms.encode(mms.RetrieveConf(body)))
    assert isinstance(again, mms.RetrieveConf)
    assert again.body == body
    assert [(part.content_type, part.data) for part in again.body.media] == [
        (part.content_type, part.data) for part in media
    ]
    places = [part.location for part in body.parts]
    assert all(places)
    assert len(places) - len(set(places)) == len(given_places) - len(set(given_places))


@settings(deadline=None, derandomize=True, max_examples=200)
@given(pushed, st.integers(0, 255))
def test_any_push(pdu: mms.Pdu, transaction: int) -> None:
    assert mms.from_push(decode_push(mms.to_push(pdu, transaction=transaction).encode())) == pdu


def read(data: bytes) -> bool:
    """Whether it is a message; then it must be one that goes round."""
    try:
        pdu = mms.decode(data)
    except mms.MmsError as error:
        assert error.at is None or 0 <= error.at <= len(data)
        assert error.field
        return False
    written = mms.encode(pdu)
    assert mms.decode(written) == pdu
    assert mms.encode(mms.decode(written)) == written
    return True


SEEDS = [
    data
    for data in (mms.encode(pdu) for pdu in some.pdus((*some.POSTED, *some.ANSWERED, *some.PUSHED), 12))
    if len(data) < 3000
]


def mutated(chance: random.Random) -> bytes:
    data = bytearray(chance.choice(SEEDS))
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0:
                data[at : at + 1] = bytes([chance.randrange(256)])
            case 1 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 2:
                del data[at : at + chance.randint(1, 4)]
            case 3:
                data[at:at] = chance.randbytes(chance.randint(1, 4))
            case _:
                del data[at or 1 :]
    return bytes(data)


def mutate(seed: int, count: int) -> int:
    """How many were messages."""
    chance, messages = random.Random(seed), 0
    for _ in range(count):
        data = mutated(chance)
        try:
            messages += read(data)
        except Exception as error:
            raise AssertionError(f"seed {seed}: {data.hex()}: {error!r}") from error
    return messages


@pytest.mark.parametrize("seed", range(4))
def test_mutated_messages(seed: int) -> None:
    """Enough of them are messages still, so that it is not only the first octets that are tried."""
    assert 500 < mutate(seed, 3000) < 2500


@pytest.mark.soak
def test_many_more_mutated_messages() -> None:
    messages = sum(mutate(seed, 10_000) for seed in range(100, 130))
    print(f"{messages} of 300,000 were messages")


@pytest.mark.parametrize("data", SEEDS[:: len(SEEDS) // 40], ids=lambda data: data[:2].hex())
def test_every_truncation(data: bytes) -> None:
    for end in range(0, len(data), 1 + len(data) // 200):
        read(data[:end])


@settings(deadline=None, derandomize=True, max_examples=500)
@given(st.binary(max_size=120))
@example(b"")
@example(b"\x8c")
@example(b"\xff" * 40)
@example(b"\x1f" * 40)
def test_any_octets(data: bytes) -> None:
    for head in (
        b"",
        b"\x8c\x82\x98T\0",
        b"\x8c\x84\x84",
        b"\x8c\x84\x84\xa3\x01",
        b"\x8c\x84\x84\xa3\x01\x20\x01",
    ):
        read(head + data)
    for push in (data, b"\x01\x06" + data, b"\x01\x06\x03\xbe\xaf\x84" + data):
        try:
            mms.from_push(decode_push(push))
        except (mms.MmsError, PduError):
            continue
