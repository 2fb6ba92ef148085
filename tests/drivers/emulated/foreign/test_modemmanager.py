"""Stock ModemManager with its vendor plugins on the unix sockets of emulated modems (modems.md 2.2).

mmcli is the client, gdbus listens to its signals.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.drivers.emulated.foreign.balance import tells_balance

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated, Manager, Phone

pytestmark = pytest.mark.foreign

ROOT = "/org/freedesktop/ModemManager1"
ACTIVE, HELD, TERMINATED = 4, 5, 7
"""MMCallState"""
RECEIVED = 3
"""MMSmsState"""
FAR = "m04"
"""the handset at the other side, of another operator, driven by a raw client"""
FAR_NUMBER = "13900001234"
OTHER, OTHER_NUMBER = "m03", "17000001234"
"""a third one, of a third operator; these two hear tones as +QTONEDET: with the ASCII code"""
NOTIFIED = ("mmse.message_type", "mmse.from", "mmse.content_location", "mmse.delivery_report")


@dataclass(frozen=True)
class Subject:
    modem: str
    plugin: str
    manufacturer: str
    plmn: str
    msisdn: str


# The huawei plugin of 1.20.4 aborts the whole daemon on a port without udev, before it says a word to it.
SUBJECTS = (
    Subject("m05", "generic", "INTEROP", "46001", "18600001234"),
    Subject("m01", "quectel", "Quectel", "46001", "17090001234"),
    Subject("m02", "simtech", "SIMCOM INCORPORATED", "46001", "17180001234"),
)


class Managed:
    """A modem that ModemManager drives."""

    def __init__(self, manager: Manager, modem: str) -> None:
        self.mmcli, self.show, self.signal = manager.mmcli, manager.show, manager.signal
        self.modem = modem

    def added(self, kind: str) -> str:
        """The object path of the next SMS that is received, or call that appears."""
        how = ", true" if kind == "SMS" else ""
        return self.signal(rf"{self.modem}: \S+Added \(objectpath '({ROOT}/{kind}/\d+)'{how}")[1].decode()

    def call(self, number: str, called: Phone) -> str:
        """The object path of a call to `number`, once `called` has answered it."""
        made = self.mmcli("-m", self.modem, f"--voice-create-call=number={number}")
        found = re.search(rf"{ROOT}/Call/\d+", made)
        assert found is not None
        self.mmcli("-o", found[0], "--start")
        called.wait("RING")
        assert called.at("ATA")[-1] == "OK"
        self.becomes(found[0], ACTIVE)
        return found[0]

    def becomes(self, call: str, state: int) -> None:
        self.signal(rf"{call}: \S+\.StateChanged \(\d+, {state}, ")

    def multiparty(self, call: str) -> bool:
        said: str = self.show("-o", call)["call"]["properties"]["multiparty"]
        return said == "yes"


@pytest.fixture(scope="module", params=SUBJECTS, ids=lambda subject: subject.plugin)
def subject(request: pytest.FixtureRequest) -> Subject:
    found: Subject = request.param
    return found


@pytest.fixture(scope="module")
def manager(
    subject: Subject, small: Emulated, modem_manager: Manager, beside: Callable[[str], Phone]
) -> Managed:
    """Its simtech plugin understands +RXDTMF and leaves it to others to switch that on."""
    if subject.plugin == "simtech":
        assert beside(small.modems[subject.modem]["tcp"]).at("AT+DDET=1") == ["OK"]
    (modem,) = modem_manager.modems((subject.plugin, small.modems[subject.modem]["unix"]))
    return Managed(modem_manager, modem)


@pytest.fixture
def far(small: Emulated, phone: Callable[[str], Phone]) -> Phone:
    return phone(small.modems[FAR]["pty"])


def test_what_the_modem_is(manager: Managed, subject: Subject) -> None:
    modem = manager.show("-m", manager.modem)["modem"]
    generic, network = modem["generic"], modem["3gpp"]
    assert generic["manufacturer"] == subject.manufacturer
    assert generic["plugin"] == subject.plugin and generic["state"] == "registered"
    assert re.fullmatch(r"86999999\d{7}", generic["equipment-identifier"])
    assert generic["equipment-identifier"] == network["imei"]
    assert (network["operator-code"], network["registration-state"]) == (subject.plmn, "home")
    assert "sim-pin (3)" in generic["unlock-retries"]


def test_messages(manager: Managed, subject: Subject, far: Phone) -> None:
    far.text(f"86{subject.msisdn}", "先来的短信")
    received = manager.show("-s", manager.added("SMS"))["sms"]
    if received["properties"]["state"] != "received":  # told of before its text was fetched
        received = manager.show("-s", received["dbus-path"])["sms"]
    assert received["content"] == {"data": "--", "number": "+8613900001234", "text": "先来的短信"}
    listed = manager.show("-m", manager.modem, "--messaging-list-sms")["modem.messaging.sms"]
    assert listed == [received["dbus-path"]]
    text = "text=验证码是八六四二,number=+8613900001234,delivery-report-request=yes"
    made = manager.mmcli("-m", manager.modem, f"--messaging-create-sms={text}")
    sent = re.search(rf"{ROOT}/SMS/\d+", made)
    assert sent is not None
    manager.mmcli("-s", sent[0], "--send")
    assert far.arrives() == (f"86{subject.msisdn}", "验证码是八六四二")
    report = manager.show("-s", manager.added("SMS"))["sms"]["properties"]
    reference = manager.show("-s", sent[0])["sms"]["properties"]["message-reference"]
    assert (report["pdu-type"], report["delivery-state"]) == ("status-report", "completed-received")
    assert report["message-reference"] == reference


def test_a_call_out(manager: Managed, far: Phone) -> None:
    assert far.at("AT+QTONEDET=1")[-1] == "OK"
    call = manager.call(FAR_NUMBER, far)
    manager.mmcli("-o", call, "--send-dtmf=5")
    far.wait(r"\+QTONEDET: 53\r")
    manager.mmcli("-o", call, "--hangup")
    far.wait("NO CARRIER")


def test_a_call_comes_in(manager: Managed, subject: Subject, far: Phone) -> None:
    far.at(f"ATD{subject.msisdn};")
    call = manager.added("Call")
    shown = manager.show("-o", call)["call"]
    assert shown["properties"]["number"].removeprefix("+86") == "13900001234"
    assert shown["properties"]["direction"] == "incoming"
    manager.mmcli("-o", call, "--accept")
    manager.signal(rf"{call}: \S+\.StateChanged \(\d+, {ACTIVE}, ")
    assert far.at("AT+CLCC")[0].startswith("+CLCC: 1,0,0,0,0")
    far.at("ATH")
    manager.signal(rf"{call}: \S+\.StateChanged \(\d+, {TERMINATED}, ")


@pytest.mark.parametrize("subject", SUBJECTS[::2], ids=["generic", "simtech"], indirect=True)
def test_a_conference(
    manager: Managed, subject: Subject, small: Emulated, far: Phone, phone: Callable[[str], Phone]
) -> None:
    """Set up, split, joined again and ended by ModemManager; both others say what the network did."""
    other = phone(small.modems[OTHER]["pty"])
    for end in (far, other):
        assert end.at("AT+CSSN=1,1;+QTONEDET=1")[-1] == "OK"
    first = manager.call(FAR_NUMBER, far)
    second = manager.call(OTHER_NUMBER, other)
    far.wait(r"\+CSSU: 2\r")
    manager.mmcli("-o", first, "--join-multiparty")  # by the one that is held
    far.wait(r"\+CSSU: 3\r\n\r\n\+CSSU: 4\r")
    other.wait(r"\+CSSU: 4\r")
    assert manager.multiparty(first) and manager.multiparty(second)
    manager.mmcli("-o", first, "--send-dtmf=1")
    far.wait(r"\+QTONEDET: 49\r")
    other.wait(r"\+QTONEDET: 49\r")
    far.at("AT+VTS=2")
    other.wait(r"\+QTONEDET: 50\r")
    if subject.plugin == "simtech":
        manager.signal(rf"{ROOT}/Call/\d+: \S+\.DtmfReceived \('2',\)")
    other.at("AT+VTS=3")
    far.wait(r"\+QTONEDET: 51\r")
    manager.mmcli("-o", first, "--leave-multiparty")
    other.wait(r"\+CSSU: 2\r")
    manager.becomes(second, HELD)
    assert not manager.multiparty(first)
    far.at("AT+VTS=4")  # between the two of them
    manager.mmcli("-o", second, "--join-multiparty")
    other.wait(r"\+CSSU: 3\r\n\r\n\+CSSU: 4\r")
    far.at("AT+VTS=5")
    other.wait(r"\+QTONEDET: 53\r")
    assert b"+QTONEDET: 52" not in other.heard, "it was held"
    manager.mmcli("-m", manager.modem, "--voice-hangup-all")
    far.wait("NO CARRIER")
    other.wait("NO CARRIER")
    assert far.at("AT+CLCC") == ["OK"] and other.at("AT+CLCC") == ["OK"]


@pytest.mark.parametrize("subject", SUBJECTS[:1], ids=["generic"], indirect=True)  # enough once
def test_a_second_call_comes_in(
    manager: Managed, subject: Subject, small: Emulated, far: Phone, phone: Callable[[str], Phone]
) -> None:
    """It waits, ModemManager holds the first and takes it, and speaks to the first again when it ends."""
    other = phone(small.modems[OTHER]["pty"])
    for end in (far, other):
        assert end.at("AT+CSSN=1,1")[-1] == "OK"
    manager.mmcli("-m", manager.modem, "--voice-enable-call-waiting")
    assert "enabled" in manager.mmcli("-m", manager.modem, "--voice-query-call-waiting")
    first = manager.call(FAR_NUMBER, far)
    other.at(f"ATD{subject.msisdn};")
    second = manager.added("Call")
    other.wait(r"\+CSSI: 3\r")
    manager.mmcli("-m", manager.modem, "--voice-hold-and-accept")
    far.wait(r"\+CSSU: 2\r")
    manager.becomes(second, ACTIVE)
    manager.mmcli("-m", manager.modem, "--voice-hangup-and-accept")
    other.wait("NO CARRIER")
    far.wait(r"\+CSSU: 3\r")
    manager.mmcli("-o", first, "--hangup")
    far.wait("NO CARRIER")


@pytest.mark.parametrize("subject", SUBJECTS[:1], ids=["generic"], indirect=True)  # enough once
def test_a_multimedia_message_is_announced(
    manager: Managed,
    subject: Subject,
    multimedia: Callable[[str, str, bytes], None],
    run: Callable[..., str],
    tmp_path: Path,
) -> None:
    """The push of our MMSC comes in two parts; tshark reads what ModemManager makes of them."""
    title = b"\x1f\x21\xea\x7f" + "周末一起去海边看日出".encode() + b"\0"
    multimedia(FAR, f"86{subject.msisdn}", title)
    path = manager.added("SMS")
    manager.signal(rf"{path}: [^\n]*'State': <uint32 {RECEIVED}>")
    received = manager.show("-s", path)["sms"]
    data = bytes.fromhex(received["content"]["data"])
    assert title in data
    packets, capture = tmp_path / "push.hex", tmp_path / "push.pcapng"
    packets.write_text(f"000000 {data.hex(' ')}\n")
    run("text2pcap", "-q", "-P", "wsp-cl", str(packets), str(capture))
    fields = [word for name in ("_ws.malformed", *NOTIFIED) for word in ("-e", name)]
    said = run("tshark", "-n", "-r", str(capture), "-T", "fields", *fields)
    (row,) = (line.split("\t") for line in said.split("\n") if "\t" in line)
    assert row[:3] == ["", "0x82", "+8613900001234/TYPE=PLMN"] and row[4] == "0x80"
    assert row[3].startswith("http://mmsc.myuni.com.cn/")


@pytest.mark.parametrize("subject", SUBJECTS[:1], ids=["generic"], indirect=True)  # all share one USSD
def test_ussd(manager: Managed) -> None:
    assert tells_balance(manager.mmcli("-m", manager.modem, "--3gpp-ussd-initiate=*100#"))
    assert "2 套餐" in manager.mmcli("-m", manager.modem, "--3gpp-ussd-initiate=*121#")
    assert "畅享29元" in manager.mmcli("-m", manager.modem, "--3gpp-ussd-respond=2")
