"""python-gsmmodem-new on our pty. Its report of a message comes by +CDSI, +CPMS="SR", +CMGR and +CMGD."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from queue import Queue
from typing import TYPE_CHECKING, Any

import pytest

from tests.drivers.emulated.foreign.balance import tells_balance

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated, Phone

pytestmark = pytest.mark.foreign
modems = pytest.importorskip("gsmmodem.modem", reason="python-gsmmodem-new is not installed (extra dev)")

WITHIN_S = 60
OURS, THEIRS = "8618600001234", "8613900001234"


@dataclass
class Client:
    """Its modem, and what its callbacks brought."""

    modem: Any = None
    calls: Queue[Any] = field(default_factory=Queue)
    messages: Queue[Any] = field(default_factory=Queue)
    reports: Queue[Any] = field(default_factory=Queue)


@pytest.fixture(scope="module")
def client(small: Emulated) -> Iterator[Client]:
    client = Client()
    client.modem = modems.GsmModem(
        small.modems["m05"]["pty"],
        115200,
        incomingCallCallbackFunc=client.calls.put,
        smsReceivedCallbackFunc=client.messages.put,
        smsStatusReportCallback=client.reports.put,
    )
    client.modem.connect()
    try:
        client.modem.waitForNetworkCoverage(timeout=WITHIN_S)
        yield client
    finally:
        client.modem.close()


@pytest.fixture
def far(small: Emulated, phone: Callable[[str], Phone]) -> Phone:
    return phone(small.modems["m04"]["pty"])


def test_identity(client: Client) -> None:
    modem = client.modem
    assert (modem.manufacturer, modem.model, modem.revision) == ("INTEROP", "EM1", "EM1-01.00")
    assert (modem.imei, modem.imsi) == ("869999990000047", "460011860001234")
    assert (modem.networkName, modem.signalStrength) == ("CHN-UNICOM", 22)
    assert (modem.smsc, modem.ownNumber) == ("+8613010112500", f"+{OURS}")


def test_messages(client: Client, far: Phone) -> None:
    sent = client.modem.sendSms(
        f"+{THEIRS}", "验证码是八", waitForDeliveryReport=True, deliveryTimeout=WITHIN_S
    )
    assert sent.report.deliveryStatus == 0 and sent.report.reference == sent.reference
    assert sent.report.number == f"+{THEIRS}"
    assert far.arrives() == (OURS, "验证码是八")
    far.text(OURS, "你好")
    heard = client.messages.get(timeout=WITHIN_S)
    assert (heard.number, heard.text) == (f"+{THEIRS}", "你好")


def test_messages_that_were_stored_before(client: Client, far: Phone) -> None:
    client.modem.write("AT+CNMI=2,0,0,2")
    far.text(OURS, "先存起来的")
    far.text(OURS, "收尾")
    while client.modem.write("AT+CPMS?")[0].split(",")[1] != "2":
        pass
    texts = {message.text for message in client.modem.listStoredSms(delete=True)}
    assert texts == {"先存起来的", "收尾"}
    assert client.modem.listStoredSms() == []


def test_calls(client: Client, far: Phone) -> None:
    news: Queue[Any] = Queue()
    call = client.modem.dial(THEIRS, callStatusUpdateCallbackFunc=news.put)
    far.wait(rf'\+CLIP: "\+{OURS}"')
    far.at("ATA")
    news.get(timeout=WITHIN_S)
    assert call.answered and call.active
    call.hangup()
    far.wait("NO CARRIER")
    far.at(f"ATD+{OURS};")
    while (incoming := client.calls.get(timeout=WITHIN_S)).number is None:
        pass  # it read RING before +CLIP had come; the next ring brings both
    assert incoming.number == f"+{THEIRS}"
    incoming.answer()
    assert incoming.answered
    incoming.hangup()
    far.wait("NO CARRIER")


def test_ussd(client: Client) -> None:
    answer = client.modem.sendUssd("*100#")
    assert tells_balance(bytes.fromhex(answer.message).decode("utf-16-be"))
    assert answer.sessionActive is False
