"""Messages without defects: store and forward, reports, and everything that delays or ends one."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.air import Submitted
from interop.engine.clock import run_virtual
from interop.smspdu import Address, Enhanced, InformationElement, Relative, Submit, UserData

if TYPE_CHECKING:
    from tests.drivers.emulated.network.conftest import Town

A_DAY = 86_400
UNICOM = Address.parse("+8618600001234")


@pytest.mark.parametrize("text", ["hello {€}", "您的验证码是 123456【甲银行】", "😀"])
@pytest.mark.parametrize("recipient", ["cucc-bj", "cmcc-bj", "ctcc-gz", "hna-1700", "mi-1709"])
def test_a_message_arrives_untouched_and_is_reported(town: type[Town], text: str, recipient: str) -> None:
    async def scenario() -> None:
        here = await town().settle()
        sender, receiver = here["mi-1709"], here[recipient]
        sender.send(receiver.msisdn, text)
        await asyncio.sleep(20)
        assert sender.submitted == [Submitted(77)]
        assert receiver.texts == [text]
        assert str(receiver.deliver.originator) == "+8617090001234"
        assert receiver.deliver.report_indication
        (report,) = sender.saw("report")
        assert (report.reference, report.status.value) == (77, 0)
        assert str(report.recipient) == receiver.msisdn
        assert report.discharge.when >= report.timestamp.when == receiver.deliver.timestamp.when

    run_virtual(scenario())


def test_time_stamp_is_the_countrys_when_the_centre_took_it(town: type[Town]) -> None:
    """The epoch of these tests is 2026-01-01 00:00 UTC; the country is eight hours ahead."""

    async def scenario() -> None:
        here = await town().settle()
        await asyncio.sleep(3595)
        here["mi-1709"].send("18600001234", "x")
        await asyncio.sleep(20)
        stamp = here["cucc-bj"].deliver.timestamp
        assert str(stamp)[:17] == "2026-01-01T09:00:" and stamp.quarters == 32
        assert 0 <= stamp.second <= 2
        at = here["cucc-bj"].when("message")
        assert 1.5 <= at - 3600 <= 6

    run_virtual(scenario())


def test_header_class_and_protocol_pass_through(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        concatenation = (InformationElement(0, bytes((9, 2, 1))),)
        dcs = Submit.of_text(UNICOM, "验").dcs
        fields = {"user_data": UserData("验证", concatenation), "dcs": dcs, "pid": 0x41}
        tpdu = Submit(UNICOM, reference=3, **fields).encode()  # type: ignore[arg-type]
        here.network.submit(here["mi-1709"], tpdu, "", here["mi-1709"].submitted.append)
        await asyncio.sleep(20)
        deliver = here["cucc-bj"].deliver
        assert (deliver.user_data.header, deliver.pid, deliver.dcs) == (concatenation, 0x41, dcs)
        assert here["mi-1709"].saw("report") == [] and not deliver.report_indication

    run_virtual(scenario())


def test_an_absent_subscriber_gets_it_when_he_comes_back(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        sender, receiver = here["mi-1709"], here["cucc-bj"]
        here.network.power_off(receiver)
        sender.send(receiver.msisdn, "late")
        await asyncio.sleep(3600)
        assert receiver.texts == [] and sender.statuses == []
        here.network.power_on(receiver, volte=True)
        back = asyncio.get_running_loop().time()
        await asyncio.sleep(20)
        assert receiver.texts == ["late"] and sender.statuses == [0]
        assert receiver.when("message") - back < 10, "an alert, not the next retry half an hour later"
        await asyncio.sleep(A_DAY)
        assert receiver.texts == ["late"], "once"

    run_virtual(scenario())


def test_a_full_memory_is_tried_again(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        sender, receiver = here["mi-1709"], here["cucc-bj"]
        receiver.room = False
        sender.send(receiver.msisdn, "wait")
        await asyncio.sleep(20)
        assert sender.statuses == []
        receiver.room = True
        await asyncio.sleep(600)
        assert receiver.texts == ["wait"] and sender.statuses == [0]

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("validity", "seconds"),
    [
        (Relative.of(timedelta(minutes=5)), 300),
        (Relative.of(timedelta(hours=12)), 12 * 3600),
        (Enhanced.seconds(90), 90),
        (Enhanced.seconds(90, single_shot=True), 0),
        (None, 2 * A_DAY),
    ],
)
def test_validity_ends_the_attempts(
    town: type[Town], validity: Relative | Enhanced | None, seconds: int
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        sender, receiver = here["mi-1709"], here["cucc-bj"]
        here.network.power_off(receiver)
        sender.send(receiver.msisdn, "old", validity=validity)
        await asyncio.sleep(3 * A_DAY)
        assert sender.statuses == [0x46]
        assert seconds <= sender.when("report") - 5 <= seconds + 10
        here.network.power_on(receiver, volte=True)
        await asyncio.sleep(3600)
        assert receiver.texts == []

    run_virtual(scenario())


def test_a_report_waits_for_a_sender_who_is_away(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        sender = here["mi-1709"]
        sender.send("18600001234", "x")
        await asyncio.sleep(2)
        here.network.power_off(sender)
        await asyncio.sleep(3600)
        assert here["cucc-bj"].texts == ["x"] and sender.statuses == []
        here.network.power_on(sender, volte=True)
        await asyncio.sleep(10)
        assert sender.statuses == [0]

    run_virtual(scenario())


@pytest.mark.parametrize(("number", "status"), [("18699999999", 0x49), ("10086", 0), ("106550000", 0)])
def test_numbers_of_nobody(town: type[Town], number: str, status: int) -> None:
    async def scenario() -> None:
        here = await town().settle()
        here["mi-1709"].send(number, "x")
        await asyncio.sleep(20)
        assert here["mi-1709"].submitted == [Submitted(77)]
        assert here["mi-1709"].statuses == [status]

    run_virtual(scenario())


@pytest.mark.parametrize(
    ("sim", "smsc", "cause"),
    [
        ("mi-1709", "+8613010112500", None),  # its own
        ("mi-1709", "+8613010314500", None),  # another city of Unicom
        ("mi-1709", "", None),
        ("mi-1709", "+8613800100500", 38),  # Mobile's
        ("mi-1709", "+8613800999", 38),
        ("hna-1700", "+8613800100500", None),  # Telecom: IMS needs no centre and looks at none
    ],
)
def test_only_the_own_operators_centre_takes_messages(
    town: type[Town], sim: str, smsc: str, cause: int | None
) -> None:
    async def scenario() -> None:
        here = await town().settle()
        here[sim].send("13900001234", "x", smsc=smsc)
        await asyncio.sleep(20)
        assert here[sim].submitted == [Submitted(77 if cause is None else None, cause)]
        assert here["cmcc-bj"].texts == (["x"] if cause is None else [])

    run_virtual(scenario())


def test_what_is_no_submit_is_refused(town: type[Town]) -> None:
    async def scenario() -> None:
        here = await town().settle()
        done = here["mi-1709"].submitted
        here.network.submit(here["mi-1709"], b"", "", done.append)
        here.network.submit(here["mi-1709"], b"\x01\x00\x0b", "", done.append)
        await asyncio.sleep(5)
        assert done == [Submitted(None, 95)] * 2

    run_virtual(scenario())


def test_without_service_nothing_is_taken(town: type[Town]) -> None:
    async def scenario() -> None:
        here = town()
        here["mi-1709"].send("18600001234", "x")
        await asyncio.sleep(5)
        assert here["mi-1709"].submitted == [Submitted(None, 331)]

    run_virtual(scenario())
