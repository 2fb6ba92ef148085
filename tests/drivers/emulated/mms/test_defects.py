"""Each defect of multimedia messages, alone: what it does to four messages, and that it does nothing else.

MI is the subject, a virtual operator's number on Unicom. It writes to an ordinary number of Unicom and of
Mobile, Mobile writes to it, and two of Mobile write to each other.
"""

from __future__ import annotations

import asyncio
import struct
import zlib
from random import Random
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.defect_kinds import KINDS
from interop import mms
from interop.engine.clock import run_virtual
from interop.mms import ReadStatus, Status

if TYPE_CHECKING:
    from tests.drivers.emulated.mms.conftest import Handset, Town

MI, CUCC, CMCC, GZ = "mi-1709", "cucc-bj", "cmcc-bj", "cmcc-gz"
INSIDE, ACROSS, BACK, OTHERS = (MI, CUCC), (MI, CMCC), (CMCC, MI), (CMCC, GZ)
PAIRS = (INSIDE, ACROSS, BACK, OTHERS)


def chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(width: int, height: int) -> bytes:
    """Coloured noise."""
    chance = Random("png")
    lines = b"".join(b"\0" + chance.randbytes(3 * width) for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(lines))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def png_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG whose chunks and image data are in order."""
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    at, kinds, image = 8, [], b""
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kind, content = data[at + 4 : at + 8], data[at + 8 : at + 8 + size]
        assert data[at : at + 12 + size] == chunk(kind, content)
        kinds.append(kind)
        image += content if kind == b"IDAT" else b""
        if kind == b"IHDR":
            width, height = struct.unpack_from(">II", content)
        at += 12 + size
    assert (kinds[0], kinds[-1]) == (b"IHDR", b"IEND")
    assert len(zlib.decompress(image)) == height * (1 + 3 * width)
    return width, height


PICTURE = png(40, 30)
BODY = mms.Body(
    (
        mms.Part("image/png", PICTURE, "a.png", "a", "a.png"),
        mms.Part("text/plain", "彩信".encode(), "b.txt", "b", "b.txt", "utf-8"),
        mms.Part("image/jpeg", b"\xff\xd8\xff\xe0" + bytes(3000) + b"\xff\xd9", "c.jpg", "c", "c.jpg"),
    ),
    mms.MIXED,
)


async def seen(a: Handset, b: Handset, *, wait: float = 60) -> list[str]:
    """What is not as it should be about one message from `a` to `b`, from its first trouble on."""
    if blocked := await trouble(a):
        return [blocked]
    to = (mms.of_number(b.msisdn),)
    pdu = mms.SendReq("t1", to, BODY, subject="主题", delivery_report=True, read_report=True)
    status, _, octets = await a.post(mms.encode(pdu))
    if status != 200:
        return [f"http {status}"]
    taken = mms.decode(octets)
    assert isinstance(taken, mms.SendConf)
    if taken.status != mms.ResponseStatus.OK:
        return [f"status {taken.status}"]
    await asyncio.sleep(wait)
    found = [*announced(b), *await fetched(a, b)]
    await asyncio.sleep(60)
    reports = [one.status for one in a.saw(mms.DeliveryInd) if one.message_id == taken.message_id]
    reads = [one.status for one in a.saw(mms.ReadOrigInd) if one.message_id == taken.message_id]
    if reports != [Status.RETRIEVED]:
        found.append(f"reported {[*map(int, reports)]}")
    if reads != [ReadStatus.READ] and b.saw(mms.NotificationInd) and Status.RETRIEVED in reports:
        found.append(f"read {reads}")
    return found


async def trouble(handset: Handset) -> str:
    """On the way to the proxy."""
    bearer = await handset.bearer()
    if isinstance(bearer, int):
        return f"bearer {bearer}"
    bearer.close()
    return "" if await handset.reaches_proxy() else "no proxy"


def announced(b: Handset) -> list[str]:
    if b.texts:
        assert "http://" in b.texts[0]
        return ["link"]
    count = len(b.saw(mms.NotificationInd))
    return [] if count == 1 else [f"announced {count}"]


async def fetched(a: Handset, b: Handset) -> list[str]:
    found = []
    for notification in b.saw(mms.NotificationInd):
        if blocked := await trouble(b):
            return [f"fetch: {blocked}"]
        status, _, octets = await b.get(notification.location)
        if status != 200:
            return [f"fetch: http {status}"]
        message = mms.decode(octets)
        assert isinstance(message, mms.RetrieveConf)
        if message.status is not None:
            return [f"fetch: status {message.status}"]
        assert len(octets) == notification.size
        assert (notification.sender, notification.subject) == (message.sender, message.subject)
        found += differences(a, message)
        await b.respond(notification, Status.RETRIEVED)
        read = mms.ReadRecInd(message.message_id, mms.of_number(a.msisdn), ReadStatus.READ)
        await b.post(mms.encode(read))
    return found


def differences(a: Handset, message: mms.RetrieveConf) -> list[str]:
    found = []
    if message.sender != mms.of_number(a.msisdn):
        found.append(f"from {message.sender}")
    if message.subject != "主题":
        found.append(f"subject {message.subject}")
    parts = message.body.parts
    if len(parts) != len(BODY.parts):
        found.append(f"parts {len(parts)}")
    for got, sent in zip(parts, BODY.parts, strict=False):
        if got.data != sent.data:
            found.append(f"{sent.name} {'shorter' if len(got.data) < len(sent.data) else 'longer'}")
        elif got != sent:
            found.append(f"{sent.name} as {got.text}")
    return found


Outcome = dict[tuple[str, str], list[str]]
LOST = ["announced 0", "reported []"]
UNFETCHED = ["reported []"]
MOJIBAKE = "彩信".encode().decode("iso-8859-1")
SMALLER = ["a.png shorter", "c.jpg shorter"]
TABLE: dict[str, Outcome] = {
    "mms.unsubscribed@segment=1709": {
        INSIDE: ["status 225"], ACROSS: ["status 225"], BACK: ["fetch: status 225", *UNFETCHED],
    },
    "mms.unsubscribed@segment=1709,as=bearer": {
        INSIDE: ["bearer 33"], ACROSS: ["bearer 33"], BACK: ["fetch: bearer 33", *UNFETCHED],
    },
    "mms.apn@mvno=小米移动": {
        INSIDE: ["bearer 27"], ACROSS: ["bearer 27"], BACK: ["fetch: bearer 27", *UNFETCHED],
    },
    "mms.proxy@segment=170": {
        INSIDE: ["no proxy"], ACROSS: ["no proxy"], BACK: ["fetch: no proxy", *UNFETCHED],
    },
    "mms.proxy@segment=170,as=407": {
        INSIDE: ["http 407"], ACROSS: ["http 407"], BACK: ["fetch: http 407", *UNFETCHED],
    },
    "mms.proxy@segment=170,as=502": {
        INSIDE: ["http 502"], ACROSS: ["http 502"], BACK: ["fetch: http 502", *UNFETCHED],
    },
    "mms.mmsc_down@segment=170": {
        INSIDE: ["http 502"], ACROSS: ["http 502"], BACK: ["fetch: http 502", *UNFETCHED],
    },
    "mms.mmsc_down@segment=170,as=503": {
        INSIDE: ["http 503"], ACROSS: ["http 503"], BACK: ["fetch: http 503", *UNFETCHED],
    },
    "mms.mmsc_down@operator=CMCC": {
        ACROSS: ["fetch: http 502", *UNFETCHED], BACK: ["http 502"], OTHERS: ["http 502"],
    },
    "mms.size_limit@segment=1709,size=2000": {INSIDE: ["status 229"], ACROSS: ["status 229"]},
    "mms.refused@segment=1709": {INSIDE: ["status 224"], ACROSS: ["status 224"]},
    "mms.refused@segment=1709,to=CMCC,status=132": {ACROSS: ["status 132"]},
    "mms.refused@segment=1709,from=CMCC,status=195": {BACK: ["status 195"]},
    "mms.dropped@segment=1709": {BACK: LOST},
    "mms.dropped@segment=1709,direction=out": {INSIDE: LOST, ACROSS: LOST},
    "mms.interworking_lost@segment=1709": {BACK: LOST},
    "mms.interworking_lost@segment=1709,direction=both,report=false": {
        ACROSS: ["announced 0"], BACK: ["announced 0"],
    },
    "mms.interworking_lost@segment=1709,to=CMCC,report=failed": {ACROSS: ["announced 0", "reported [133]"]},
    "mms.notification_lost@segment=1709": {BACK: LOST},
    "mms.notification_late@segment=1709,from=CMCC": {BACK: LOST},
    "mms.notification_late@segment=1709,from=CMCC,after=10": {},
    "mms.as_link@segment=1709": {BACK: ["link", *UNFETCHED]},
    "mms.duplicated@segment=1709": {BACK: ["announced 2", "reported [129, 129]", "read [128, 128]"]},
    "mms.sender@segment=1709": {
        pair: ["from 106550109988/TYPE=PLMN"] for pair in (INSIDE, ACROSS)
    },
    "mms.sender@segment=1709,number=none,to=CMCC": {ACROSS: ["from "]},
    "mms.fetch_refused@segment=1709": {BACK: ["fetch: http 404", *UNFETCHED]},
    "mms.fetch_refused@segment=1709,as=expired": {BACK: ["fetch: status 226", *UNFETCHED]},
    "mms.fetch_refused@segment=1709,as=status": {BACK: ["fetch: status 224", *UNFETCHED]},
    "mms.fetch_refused@segment=1709,as=status,status=193": {BACK: ["fetch: status 193", *UNFETCHED]},
    "mms.expires_early@segment=1709,after=30": {BACK: ["fetch: status 226", "reported [128]"]},
    "mms.expires_early@segment=1709": {},
    "mms.recompressed@segment=1709": {INSIDE: SMALLER, ACROSS: SMALLER},
    "mms.part_lost@segment=1709": {INSIDE: ["parts 2"], ACROSS: ["parts 2"]},
    "mms.subject@segment=1709": {INSIDE: ["subject ??"], ACROSS: ["subject ??"]},
    "mms.text@segment=1709": {INSIDE: [f"b.txt as {MOJIBAKE}"], ACROSS: [f"b.txt as {MOJIBAKE}"]},
    "mms.truncated@segment=1709,size=1000": {
        INSIDE: ["parts 1", "a.png shorter"], ACROSS: ["parts 1", "a.png shorter"],
    },
    "mms.truncated@segment=1709": {},
    "mms.report_missing@segment=1709": {INSIDE: ["reported []"], ACROSS: ["reported []"]},
    "mms.report_false@segment=1709": {BACK: ["announced 0"]},
    "mms.read_report_missing@segment=1709": {INSIDE: ["read []"], ACROSS: ["read []"]},
}  # fmt: skip


@pytest.mark.parametrize("defect", ["", *TABLE])
def test_a_defect_touches_exactly_this(town: type[Town], defect: str) -> None:
    async def scenario(pair: tuple[str, str]) -> list[str]:
        here = await town(*filter(None, [defect])).settle()
        return await seen(here[pair[0]], here[pair[1]])

    outcome = {pair: run_virtual(scenario(pair)) for pair in PAIRS}
    assert {pair: what for pair, what in outcome.items() if what} == TABLE.get(defect, {})


@pytest.mark.parametrize("pair", PAIRS)
def test_those_of_other_services_touch_nothing(town: type[Town], pair: tuple[str, str]) -> None:
    """Nobody is on the air with `registration.barred`; all the others at once, short messages' among them."""

    async def scenario() -> list[str]:
        others = [name for name in KINDS if not name.startswith("mms.") and name != "registration.barred"]
        here = await town(*others).settle()
        return await seen(here[pair[0]], here[pair[1]])

    assert run_virtual(scenario()) == []


def test_every_defect_has_a_row() -> None:
    assert {text.partition("@")[0] for text in TABLE} == {name for name in KINDS if name.startswith("mms.")}


def test_what_is_lost_and_what_is_only_not_announced_differ_in_the_end(town: type[Town]) -> None:
    async def scenario(defect: str) -> list[int]:
        here = await town(f"{defect}@segment=1709").settle()
        await here[CMCC].send(here[MI].msisdn, delivery_report=True)
        await asyncio.sleep(4 * 86_400)
        assert here[MI].pushes == []
        return [report.status for report in here[CMCC].saw(mms.DeliveryInd)]

    assert run_virtual(scenario("mms.dropped")) == []
    assert run_virtual(scenario("mms.notification_lost")) == [Status.EXPIRED]


def test_a_late_notification_comes_and_leads_to_the_message(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town("mms.notification_late@segment=1709,after=1200").settle()
        assert await seen(here[CMCC], here[MI], wait=1300) == []

    run_virtual(scenario())


def test_the_link_leads_to_the_content_for_anybody(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town("mms.as_link@segment=1709").settle()
        await here[CMCC].send(here[MI].msisdn, body=BODY)
        await asyncio.sleep(60)
        (text,) = here[MI].texts
        url = text[text.index("http://") :].split()[0]
        status, _, octets = await here[CUCC].get(url)
        message = mms.decode(octets)
        assert status == 200 and isinstance(message, mms.RetrieveConf) and message.body == BODY

    run_virtual(scenario())


def test_a_smaller_picture_is_still_a_picture(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town("mms.recompressed").settle()
        gif = b"GIF89a" + bytes(600) + b"\0;"
        odd = b"\x89PNG\r\n\x1a\n" + b"no chunk"
        parts = (*BODY.parts, mms.Part("image/gif", gif, "d.gif"), mms.Part("image/png", odd, "e.png"))
        await here[MI].send(here[CUCC].msisdn, body=mms.Body(parts, mms.MIXED))
        await asyncio.sleep(60)
        got = (await here[CUCC].collect()).body.parts
        assert png_size(got[0].data) == png_size(PICTURE) == (40, 30)
        assert got[1] == BODY.parts[1]
        assert got[2].data[:4] == BODY.parts[2].data[:4] and got[2].data.endswith(b"\xff\xd9")
        assert got[3].data.startswith(b"GIF89a") and got[3].data.endswith(b";")
        assert all(
            len(new.data) < len(old.data) for new, old in zip(got, parts, strict=True) if old.name != "b.txt"
        )

    run_virtual(scenario())


def test_a_down_mmsc_refuses_those_who_come_straight(town: type[Town]) -> None:
    async def scenario(defect: str) -> int | None:
        here = await town(f"mms.mmsc_down@{defect}").settle()
        return await here[MI].straight()

    assert run_virtual(scenario("segment=1709")) is None
    assert run_virtual(scenario("segment=1709,as=503")) == 503
    assert run_virtual(scenario("segment=1708")) == 405
