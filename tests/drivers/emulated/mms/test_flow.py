"""Messages without defects: sent, announced, fetched, confirmed, reported."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from interop import mms
from interop.engine.clock import run_virtual
from interop.mms import After, ReadStatus, ResponseStatus, RetrieveStatus, Status

if TYPE_CHECKING:
    from tests.drivers.emulated.mms.conftest import Handset, Town

PICTURE = mms.Part("image/jpeg", b"\xff\xd8" + bytes(range(256)) * 8 + b"\xff\xd9", "p.jpg", "p", "p.jpg")
WORDS = mms.Part("text/plain", "彩信测试😀".encode(), "t.txt", "t", "t.txt", "utf-8")
BODY = mms.Body((PICTURE, WORDS), mms.MIXED)
A_DAY = 86_400
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("sender", ["mi-1709", "hna-1700", "cmcc-bj"])
@pytest.mark.parametrize("recipient", ["cucc-bj", "cmcc-gz", "ctcc-gz", "suning-1705"])
def test_a_message_arrives_as_it_was_sent(town: type[Town], sender: str, recipient: str) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here[sender], here[recipient]
        taken = await a.send(b.msisdn, body=BODY, subject="中文主题", delivery_report=True, read_report=True)
        assert taken.status == ResponseStatus.OK and taken.message_id
        await asyncio.sleep(30)
        (notification,) = b.saw(mms.NotificationInd)
        assert notification.sender == f"+86{a.msisdn}/TYPE=PLMN"
        assert (notification.subject, notification.message_class) == ("中文主题", "personal")
        assert isinstance(notification.expiry, After) and 259_100 < notification.expiry.seconds <= 259_200
        status, _, octets = await b.get(notification.location)
        assert status == 200 and len(octets) == notification.size
        message = await b.collect()
        assert message.body == BODY and message.subject == "中文主题"
        assert message.sender == f"+86{a.msisdn}/TYPE=PLMN" and message.to == (f"+86{b.msisdn}/TYPE=PLMN",)
        assert message.message_id == taken.message_id and message.read_report
        assert message.date is not None and timedelta() < message.date - START < timedelta(minutes=1)
        await read(b, message)
        await asyncio.sleep(30)
        (delivered,) = a.saw(mms.DeliveryInd)
        assert (delivered.message_id, delivered.to) == (taken.message_id, f"+86{b.msisdn}/TYPE=PLMN")
        assert delivered.status == Status.RETRIEVED
        (told,) = a.saw(mms.ReadOrigInd)
        assert (told.message_id, told.status) == (taken.message_id, ReadStatus.READ)
        assert (told.sender, told.to) == (f"+86{b.msisdn}/TYPE=PLMN", f"+86{a.msisdn}/TYPE=PLMN")
        await asyncio.sleep(10 * A_DAY)
        assert len(b.pushes) == 1 and len(a.pushes) == 2, "and nothing more, ever"

    run_virtual(scenario())


async def read(reader: Handset, message: mms.RetrieveConf) -> None:
    pdu = mms.ReadRecInd(message.message_id, message.sender, ReadStatus.READ)
    assert (await reader.post(mms.encode(pdu)))[0] == 200


def test_between_operators_it_takes_seconds_longer(town: type[Town]) -> None:
    async def scenario(recipient: str) -> float:
        here = await town().settle()
        await here["mi-1709"].send(here[recipient].msisdn)
        sent = asyncio.get_running_loop().time()
        await asyncio.sleep(60)
        return here[recipient].pushes[0][0] - sent

    inside, between = run_virtual(scenario("cucc-bj")), run_virtual(scenario("cmcc-bj"))
    assert 1 < inside < 7 and 2.5 < between < 15


def test_all_recipients_get_it_and_only_blind_ones_are_hidden(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a = here["mi-1709"]
        to, cc, bcc = here["cucc-bj"], here["cmcc-bj"], here["ctcc-gz"]
        address = mms.of_number
        await a.send(
            to.msisdn, to.msisdn, cc=(address(cc.msisdn),), bcc=(address(bcc.msisdn),), delivery_report=True
        )
        await asyncio.sleep(60)
        for handset in (to, cc, bcc):
            message = await handset.collect()
            assert message.to == (address(to.msisdn),) * 2 and message.cc == (address(cc.msisdn),)
            assert bcc.msisdn.encode() not in mms.encode(message)
        await asyncio.sleep(60)
        reported = {report.to: report.status for report in a.saw(mms.DeliveryInd)}
        assert reported == dict.fromkeys(map(address, (to.msisdn, cc.msisdn, bcc.msisdn)), Status.RETRIEVED)
        assert len({report.message_id for report in a.saw(mms.DeliveryInd)}) == 1

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("addresses", "status", "arrives", "report"),
    [
        (["18699999999"], ResponseStatus.PERMANENT_ADDRESS_UNRESOLVED, False, None),
        (["13999999999"], ResponseStatus.OK, False, Status.UNREACHABLE),
        (["somebody@example.com"], ResponseStatus.PERMANENT_ADDRESS_UNRESOLVED, False, None),
        (["10010/TYPE=PLMN"], ResponseStatus.PERMANENT_ADDRESS_UNRESOLVED, False, None),
        (["\u202e/TYPE=PLMN"], ResponseStatus.PERMANENT_ADDRESS_UNRESOLVED, False, None),
        (["18600001234/TYPE=PLMN", "18699999999/TYPE=PLMN"], ResponseStatus.PARTIAL_SUCCESS, True, None),
        (["18600001234"], ResponseStatus.OK, True, None),
        (["008618600001234/TYPE=PLMN"], ResponseStatus.OK, True, None),
    ],
)
def test_who_is_unknown_here_is_refused_and_elsewhere_reported(
    town: type[Town], addresses: list[str], status: int, *, arrives: bool, report: int | None
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a = here["mi-1709"]
        taken = await a.send(body=BODY, cc=tuple(addresses), delivery_report=True)
        assert taken.status == status and bool(taken.message_id) is (status in (128, 196))
        await asyncio.sleep(60)
        assert bool(here["cucc-bj"].saw(mms.NotificationInd)) is arrives
        assert [one.status for one in a.saw(mms.DeliveryInd)] == ([] if report is None else [report])

    run_virtual(scenario())


def test_the_sender_is_who_he_is_or_hidden(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cucc-bj"]
        await a.send(b.msisdn, sender="+8610086/TYPE=PLMN")
        await asyncio.sleep(30)
        await a.send(b.msisdn, sender_hidden=True)
        await asyncio.sleep(30)
        first, second = b.saw(mms.NotificationInd)
        assert first.sender == (await b.fetch(first)).sender == f"+86{a.msisdn}/TYPE=PLMN"
        assert second.sender == (await b.fetch(second)).sender == ""
        assert a.msisdn.encode() not in mms.encode(await b.fetch(second))

    run_virtual(scenario())


@pytest.mark.parametrize(("size", "status"), [(307_200, 128), (307_201, 229)])
def test_the_limit_is_300_kilobytes_of_what_is_posted(town: type[Town], size: int, status: int) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cmcc-bj"]
        request = mms.SendReq("t1", (mms.of_number(b.msisdn),), mms.Body((part(300_000),)))
        filler = 300_000 + size - len(mms.encode(request))
        request = replace(request, body=mms.Body((part(filler),)))
        assert len(mms.encode(request)) == size
        answer = mms.decode((await a.post(mms.encode(request)))[2])
        assert isinstance(answer, mms.SendConf) and answer.status == status
        await asyncio.sleep(60)
        if status == ResponseStatus.OK:
            assert (await b.collect()).body.parts[0].data == bytes(filler)
        else:
            assert b.pushes == []

    run_virtual(scenario())


def part(size: int) -> mms.Part:
    return mms.Part("image/jpeg", bytes(size), "p.jpg")


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (None, 3 * A_DAY),
        (After(3600), 3600),
        (START + timedelta(hours=2), 7200),
        (After(30 * A_DAY), 7 * A_DAY),
    ],
)
def test_it_is_kept_as_long_as_was_asked(town: type[Town], asked: mms.When | None, kept: int) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cmcc-bj"]
        await a.send(b.msisdn, expiry=asked, delivery_report=True)
        await asyncio.sleep(60)
        (notification,) = b.saw(mms.NotificationInd)
        assert kept - 60 < notification.expiry.seconds <= kept
        await b.respond(notification, Status.DEFERRED)
        await asyncio.sleep(kept - 150)
        assert a.pushes == [] and (await b.fetch(notification)).body.parts
        here = await town().settle()
        a, b = here["mi-1709"], here["cmcc-bj"]
        await a.send(b.msisdn, expiry=asked, delivery_report=True)
        await asyncio.sleep(60)
        (notification,) = b.saw(mms.NotificationInd)
        await b.respond(notification, Status.DEFERRED)
        await asyncio.sleep(kept + 60)
        gone = await b.fetch(notification)
        assert gone.status == RetrieveStatus.PERMANENT_MESSAGE_NOT_FOUND and not gone.body.parts
        assert [report.status for report in a.saw(mms.DeliveryInd)] == [Status.EXPIRED]
        assert len(b.saw(mms.NotificationInd)) == 1, "who has answered is not reminded"

    run_virtual(scenario())


def test_who_does_not_answer_is_reminded_of_the_same_message(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cmcc-bj"]
        await a.send(b.msisdn, delivery_report=True)
        await asyncio.sleep(3 * A_DAY + 100)
        seen = b.saw(mms.NotificationInd)
        assert len(seen) == 5 and len({(one.transaction, one.location) for one in seen}) == 1
        left = [one.expiry.seconds for one in seen]
        assert left == sorted(left, reverse=True) and left[0] - left[1] in range(295, 330)
        assert [report.status for report in a.saw(mms.DeliveryInd)] == [Status.EXPIRED]

    run_virtual(scenario())


def test_deferred_then_fetched_and_acknowledged(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["ctcc-gz"]
        await a.send(b.msisdn, body=BODY, delivery_report=True)
        await asyncio.sleep(30)
        (notification,) = b.saw(mms.NotificationInd)
        await b.respond(notification, Status.DEFERRED)
        await asyncio.sleep(A_DAY)
        assert len(b.pushes) == 1 and a.pushes == []
        message = await b.fetch(notification)
        assert message.body == BODY and message.transaction
        await asyncio.sleep(60)
        assert a.pushes == [], "not before he says that he has it"
        assert (await b.post(mms.encode(mms.AcknowledgeInd(message.transaction))))[0] == 200
        await asyncio.sleep(60)
        assert [report.status for report in a.saw(mms.DeliveryInd)] == [Status.RETRIEVED]
        again = await b.fetch(notification)
        assert again.status == RetrieveStatus.PERMANENT_MESSAGE_NOT_FOUND

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("response", "allowed", "reported"),
    [
        (Status.RETRIEVED, None, [Status.RETRIEVED]),
        (Status.RETRIEVED, True, [Status.RETRIEVED]),
        (Status.RETRIEVED, False, []),
        (Status.REJECTED, None, [Status.REJECTED]),
        (Status.REJECTED, False, []),
    ],
)
def test_the_recipient_decides_what_is_reported(
    town: type[Town], response: Status, allowed: bool | None, reported: list[Status]
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b, stranger = here["mi-1709"], here["cmcc-bj"], here["cmcc-gz"]
        await a.send(b.msisdn, delivery_report=True)
        await asyncio.sleep(30)
        (notification,) = b.saw(mms.NotificationInd)
        await stranger.respond(notification, Status.REJECTED)
        assert (await stranger.get(notification.location))[0] == 404
        await b.respond(notification, response, report_allowed=allowed)
        await b.respond(notification, Status.REJECTED)
        await asyncio.sleep(4 * A_DAY)
        assert [report.status for report in a.saw(mms.DeliveryInd)] == reported

    run_virtual(scenario())


def test_it_may_be_confirmed_where_it_was_found(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cmcc-bj"]
        await a.send(b.msisdn, delivery_report=True)
        await asyncio.sleep(30)
        (notification,) = b.saw(mms.NotificationInd)
        confirmation = mms.encode(mms.NotifyRespInd(notification.transaction, Status.RETRIEVED))
        assert (await b.post(confirmation, url=notification.location))[0] == 200
        await asyncio.sleep(30)
        assert [report.status for report in a.saw(mms.DeliveryInd)] == [Status.RETRIEVED]

    run_virtual(scenario())


def test_nothing_is_reported_that_was_not_asked_for(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cmcc-bj"]
        await a.send(b.msisdn)
        await asyncio.sleep(30)
        await read(b, await b.collect())
        await asyncio.sleep(4 * A_DAY)
        assert a.pushes == []

    run_virtual(scenario())


def test_who_was_off_hears_of_it_when_he_is_back(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle("cmcc-bj")
        a, b = here["mi-1709"], here["cmcc-bj"]
        await a.send(b.msisdn)
        await asyncio.sleep(7200)
        here.network.power_on(b, volte=True)
        await asyncio.sleep(30)
        assert (await b.collect()).body.parts

    run_virtual(scenario())


def test_delivery_begins_when_the_sender_wants_it(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b = here["mi-1709"], here["cmcc-bj"]
        await a.send(b.msisdn, delivery_time=After(7200))
        await asyncio.sleep(7100)
        assert b.pushes == []
        await asyncio.sleep(200)
        assert len(b.pushes) == 1

    run_virtual(scenario())


def test_forwarded_without_being_fetched(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a, b, c = here["mi-1709"], here["cmcc-bj"], here["hna-1700"]
        await a.send(b.msisdn, body=BODY, subject="主题", delivery_report=True)
        await asyncio.sleep(30)
        (notification,) = b.saw(mms.NotificationInd)
        request = mms.ForwardReq("f1", (mms.of_number(c.msisdn),), notification.location)
        answer = mms.decode((await b.post(mms.encode(request)))[2])
        assert isinstance(answer, mms.ForwardConf)
        assert (answer.transaction, answer.status) == ("f1", ResponseStatus.OK) and answer.message_id
        await asyncio.sleep(30)
        message = await c.collect()
        assert (message.body, message.subject) == (BODY, "主题")
        assert message.sender == mms.of_number(b.msisdn) and message.to == (mms.of_number(c.msisdn),)
        assert [report.status for report in a.saw(mms.DeliveryInd)] == [Status.FORWARDED]
        again = mms.decode((await b.post(mms.encode(request)))[2])
        assert isinstance(again, mms.ForwardConf)
        assert again.status == ResponseStatus.PERMANENT_MESSAGE_NOT_FOUND

    run_virtual(scenario())


def test_an_older_handset_hears_what_it_knows(town: type[Town]) -> None:
    """MMS 1.0 had no permanent and transient failures."""

    async def scenario() -> None:
        here = await town().settle()
        taken = await here["mi-1709"].send("18699999999", version=0x10)
        assert taken.status == ResponseStatus.ADDRESS_UNRESOLVED

    run_virtual(scenario())


def test_a_request_that_is_broken_is_told_by_its_transaction(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        a = here["mi-1709"]
        for rest in (b"", b"\x8d\x92\x97\x05abc", bytes(range(128, 256))):
            answer = mms.decode((await a.post(b"\x8c\x80\x98T7\0" + rest))[2])
            assert isinstance(answer, mms.SendConf)
            assert (answer.transaction, answer.status) == ("T7", ResponseStatus.PERMANENT_FORMAT_CORRUPT)
        not_ours = mms.SendConf("T8", ResponseStatus.OK)
        answer = mms.decode((await a.post(mms.encode(not_ours)))[2])
        assert isinstance(answer, mms.SendConf) and answer.status == ResponseStatus.UNSUPPORTED_MESSAGE

    run_virtual(scenario())


def test_one_seed_one_traffic(town: type[Town]) -> None:
    async def scenario(seed: int) -> str:
        here = await town(seed=seed).settle()
        a, digest = here["mi-1709"], sha256()
        await a.send(*(here[name].msisdn for name in ("cucc-bj", "cmcc-bj", "ctcc-gz")), delivery_report=True)
        await asyncio.sleep(60)
        for name in ("cucc-bj", "cmcc-bj", "ctcc-gz"):
            (notification,) = here[name].saw(mms.NotificationInd)
            digest.update(repr(await here[name].get(notification.location)).encode())
            await here[name].respond(notification, Status.RETRIEVED)
        await asyncio.sleep(60)
        for name in ("mi-1709", "cucc-bj", "cmcc-bj", "ctcc-gz"):
            digest.update(repr(here[name].pushes).encode())
        return digest.hexdigest()

    first = run_virtual(scenario(1))
    assert first == run_virtual(scenario(1)) and first != run_virtual(scenario(2))
