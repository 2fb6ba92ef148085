"""Stock oFono on the TCP port of an emulated modem, by its phonesim plugin (modems.md 2.2).

Its own scripts are the client, gdbus listens to its signals. A second client on the unix socket of the same
modem hears what the modem says to oFono.
"""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.drivers.emulated.foreign.balance import tells_balance

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated, Phone, Program

pytestmark = pytest.mark.foreign

SCRIPTS = Path("/usr/share/ofono/scripts")
STATE = Path("/var/lib/ofono")
"""where the daemon keeps what it learnt of a SIM, by IMSI; Debian's knows no other place"""
IMSI = "460011860001234"
MODEM, MSISDN, FAR = "m05", "18600001234", "m04"
FAR_NUMBER = "13900001234"
OTHER, OTHER_NUMBER = "m03", "17000001234"
PATH = "/phonesim"


class Ofono:
    """One daemon with one modem, and everything it signals."""

    def __init__(self, run: Callable[..., str], signals: Program) -> None:
        self._run = run
        self.signal = signals.wait
        self.ever = signals.ever

    def script(self, name: str, *arguments: str) -> str:
        return self._run(str(SCRIPTS / name), *arguments)

    def set(self, interface: str, name: str, value: str) -> None:
        self._method(f"{interface}.SetProperty", name, value)

    def tones(self, digits: str) -> None:
        self._method("VoiceCallManager.SendTones", digits)

    def transfer(self) -> None:
        self._method("VoiceCallManager.Transfer")

    def call(self, number: str, called: Phone) -> str:
        """The object path of a call to `number`, once `called` has answered it."""
        self.script("dial-number", PATH, number)
        added = self.signal(r"CallAdded \(objectpath '(/phonesim/voicecall\d+)', \{'State': <'dialing'>")
        call = added[1].decode()
        called.wait("RING")
        assert called.at("ATA")[-1] == "OK"
        self.signal(rf"{call}: \S+PropertyChanged \('State', <'active'>\)")
        return call

    def _method(self, name: str, *arguments: str) -> None:
        place = ("--session", "--dest", "org.ofono", "--object-path", PATH)
        self._run("gdbus", "call", *place, "--method", f"org.ofono.{name}", *arguments)


@pytest.fixture(scope="module")
def country(emulate: Callable[..., Emulated], tmp_path_factory: pytest.TempPathFactory) -> Emulated:
    return emulate("small", "--ports", str(tmp_path_factory.mktemp("of")))


@pytest.fixture(scope="module")
def ofono(
    country: Emulated,
    keep: Callable[..., Program],
    new_bus: Callable[[], Mapping[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Ofono]:
    """Powered, online and registered."""
    if not SCRIPTS.is_dir():
        pytest.skip("ofono-scripts is not installed (.ci/packages names its package)")
    host, _, port = country.modems[MODEM]["tcp"].partition(":")
    config = tmp_path_factory.mktemp("conf") / "phonesim.conf"
    config.write_text(f"[phonesim]\nAddress={host}\nPort={port}\n")
    environment = {**new_bus(), "OFONO_PHONESIM_CONFIG": str(config)}

    def run(*command: str) -> str:
        return keep(*command, env=environment).finish()

    signals = keep("gdbus", "monitor", "--session", "--dest", "org.ofono", env=environment)
    signals.wait("does not have an owner")
    before = set(STATE.glob(f"{IMSI}*"))
    daemon = keep("ofonod", "-n", "--noplugin=udevng,udev", env=environment)
    try:
        signals.wait("is owned by")
        found = Ofono(run, signals)
        # not by its signal: gdbus hears only what is said after it has learnt who owns the name
        deadline = time.monotonic() + 60
        while PATH not in found.script("list-modems"):
            assert time.monotonic() < deadline, "oFono made no modem of the phonesim entry"
        found.script("enable-modem", PATH)
        found.script("online-modem", PATH)
        found.signal("NetworkRegistration.PropertyChanged \\('Status', <'registered'>\\)")
        yield found
    finally:
        daemon.end()
        for folder in set(STATE.glob(f"{IMSI}*")) - before:
            shutil.rmtree(folder)


@pytest.fixture
def far(country: Emulated, phone: Callable[[str], Phone]) -> Phone:
    return phone(country.modems[FAR]["pty"])


def test_what_the_modem_and_its_card_are(ofono: Ofono) -> None:
    said = " ".join(ofono.script("list-modems").split())
    assert "Powered = 1" in said and "Online = 1" in said and "Manufacturer = INTEROP" in said
    assert "Serial = 869999990000047" in said
    assert "Status = registered" in said
    assert "MobileCountryCode = 460 MobileNetworkCode = 01" in said
    assert f"SubscriberIdentity = {IMSI} ServiceProviderName = 中国联通" in said, "by +CRSM"
    assert "CardIdentifier = 89860120811000000030" in said and "SubscriberNumbers = +8618600001234" in said
    assert "Retries = [pin = 3] [pin2 = 3] [puk = 10] [puk2 = 10]" in said


def test_messages(ofono: Ofono, country: Emulated, far: Phone) -> None:
    far.text(f"86{MSISDN}", "先来的短信")
    ofono.signal(r"IncomingMessage \('先来的短信', \{[^\n]*'Sender': <'\+8613900001234'>")
    with socket.socket(socket.AF_UNIX) as beside:
        beside.settimeout(60)
        beside.connect(country.modems[MODEM]["unix"])
        ofono.script("send-sms", PATH, "+8613900001234", "验证码是八六四二", "1")
        assert far.arrives() == (f"86{MSISDN}", "验证码是八六四二")
        heard = b""
        while b"+CDS: " not in heard:
            heard += beside.recv(65_536) or pytest.fail(f"no report in {heard!r}")
    ofono.signal(r"/phonesim/message_\w+: org.ofono.Message.PropertyChanged \('State', <'sent'>\)")


def test_a_call_out(ofono: Ofono, far: Phone) -> None:
    ofono.script("dial-number", PATH, "13900001234")
    call = ofono.signal(r"CallAdded \(objectpath '(/phonesim/voicecall\d+)', \{'State': <'dialing'>")[
        1
    ].decode()
    far.wait(r"RING\r\n\r\n\+CLIP: \"\+8618600001234\"")
    ofono.signal(rf"{call}: \S+PropertyChanged \('State', <'alerting'>\)")
    assert far.at("ATA")[-1] == "OK"
    ofono.signal(rf"{call}: \S+PropertyChanged \('State', <'active'>\)")
    ofono.script("hangup-all")
    far.wait("NO CARRIER")


def test_a_call_comes_in(ofono: Ofono, far: Phone) -> None:
    far.at(f"ATD{MSISDN};")
    added = ofono.signal(
        r"CallAdded \(objectpath '(/phonesim/voicecall\d+)', \{'State': <'incoming'>([^\n]*)"
    )
    assert "13900001234" in added[2].decode()
    ofono.script("answer-calls")
    ofono.signal(rf"{added[1].decode()}: \S+PropertyChanged \('State', <'active'>\)")
    assert far.at("AT+CLCC")[0].startswith("+CLCC: 1,0,0,0,0")
    far.at("ATH")
    ofono.signal(rf"CallRemoved \(objectpath '{added[1].decode()}'")


def test_a_call_waits(ofono: Ofono, country: Emulated, phone: Callable[[str], Phone], far: Phone) -> None:
    """oFono switches call waiting on in the network; the second caller is not busy, and is taken."""
    ofono.set("CallSettings", "VoiceCallWaiting", "<'enabled'>")
    other = phone(country.modems["m01"]["pty"])
    far.at(f"ATD{MSISDN};")
    first = ofono.signal(r"CallAdded \(objectpath '(/phonesim/voicecall\d+)'")[1].decode()
    ofono.script("answer-calls")
    ofono.signal(rf"{first}: \S+PropertyChanged \('State', <'active'>\)")
    other.at(f"ATD{MSISDN};")
    second = ofono.signal(r"CallAdded \(objectpath '(/phonesim/voicecall\d+)', \{'State': <'waiting'>")[
        1
    ].decode()
    ofono.script("release-and-answer")
    far.wait("NO CARRIER")
    ofono.signal(rf"{second}: \S+PropertyChanged \('State', <'active'>\)")
    ofono.script("hangup-all")
    other.wait("NO CARRIER")


def test_a_conference(ofono: Ofono, country: Emulated, phone: Callable[[str], Phone], far: Phone) -> None:
    """Set up, split, swapped, joined again and ended by oFono; both others say what the network did."""
    other = phone(country.modems[OTHER]["pty"])
    for end in (far, other):
        assert end.at("AT+CSSN=1,1;+QTONEDET=1")[-1] == "OK"
    first = ofono.call(FAR_NUMBER, far)
    second = ofono.call(OTHER_NUMBER, other)
    far.wait(r"\+CSSU: 2\r")
    made = ofono.script("create-multiparty")
    assert first in made and second in made
    far.wait(r"\+CSSU: 3\r\n\r\n\+CSSU: 4\r")
    other.wait(r"\+CSSU: 4\r")
    ofono.ever(rf"{second}: \S+PropertyChanged \('Multiparty', <true>\)")
    ofono.tones("1")
    far.wait(r"\+QTONEDET: 49\r")
    other.wait(r"\+QTONEDET: 49\r")
    far.at("AT+VTS=2")
    other.wait(r"\+QTONEDET: 50\r")
    other.at("AT+VTS=3")
    far.wait(r"\+QTONEDET: 51\r")
    ofono.script("private-chat", first)
    other.wait(r"\+CSSU: 2\r")
    far.at("AT+VTS=4")  # between the two of them
    ofono.script("swap-calls", PATH)
    other.wait(r"\+CSSU: 3\r")
    far.wait(r"\+CSSU: 2\r")
    ofono.script("create-multiparty")
    far.wait(r"\+CSSU: 3\r\n\r\n\+CSSU: 4\r")
    far.at("AT+VTS=5")
    other.wait(r"\+QTONEDET: 53\r")
    assert b"+QTONEDET: 52" not in other.heard, "it was held"
    ofono.script("hangup-multiparty")
    far.wait("NO CARRIER")
    other.wait("NO CARRIER")
    assert far.at("AT+CLCC") == ["OK"] and other.at("AT+CLCC") == ["OK"]


def test_a_transfer(ofono: Ofono, country: Emulated, phone: Callable[[str], Phone], far: Phone) -> None:
    other = phone(country.modems[OTHER]["pty"])
    for end in (far, other):
        assert end.at("AT+CSSN=1,1;+QTONEDET=1")[-1] == "OK"
    calls = [ofono.call(FAR_NUMBER, far), ofono.call(OTHER_NUMBER, other)]
    ofono.transfer()
    far.wait(r"\+CSSU: 8\r")
    other.wait(r"\+CSSU: 8\r")
    for call in calls:
        ofono.ever(rf"CallRemoved \(objectpath '{call}'")
    far.at("AT+VTS=9")
    other.wait(r"\+QTONEDET: 57\r")
    far.at("ATH")
    other.wait("NO CARRIER")


def test_ussd(ofono: Ofono) -> None:
    assert tells_balance(ofono.script("initiate-ussd", "*100#"))
    assert "Data left: 1024 MB" in ofono.script("initiate-ussd", "*102#")
