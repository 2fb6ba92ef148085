"""Stock clients of service providers at our message centre and our CMPP gateway: smpplib, pycmpp, Kannel.

The handsets are emulated modems on ptys, read by a decoder of our own here, not by `interop.smspdu`.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from queue import Queue
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import urlopen

import pytest
import yaml

from tests.drivers.emulated.foreign.kannel import BEARERBOX

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated, Phone, Program

pytestmark = pytest.mark.foreign

ROOT = Path(__file__).resolve().parents[4]
WITHIN_S = 60.0
SECRET = "s3cret"
THEIRS = "8618600001234"
CODE = "【甲银行】验证码135790，5分钟内有效，请勿泄露。"
LONG = "尊敬的客户，" + "您的验证码是246801。" * 12
ASCII = "Your code is 135790 and nobody else shall see it"
LONG_ASCII = "code 135790 then again " * 10


def with_secrets(folder: Path) -> Path:
    """The file of the small lab, with a secret for every account."""
    (folder / "secret.txt").write_text(SECRET + "\n", encoding="ascii")
    lab = yaml.safe_load((ROOT / "lab-config/small.yaml").read_text(encoding="utf-8"))
    for gateway in lab["gateways"]:
        gateway["secret"] = "file:secret.txt"
    path = folder / "lab.yaml"
    path.write_text(yaml.safe_dump(lab, allow_unicode=True), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def country(emulate: Callable[..., Emulated], tmp_path_factory: pytest.TempPathFactory) -> Emulated:
    """The small lab with a secret for every account."""
    lab = with_secrets(tmp_path_factory.mktemp("lab"))
    return emulate(str(lab), "--ports", str(tmp_path_factory.mktemp("ports")))


@pytest.fixture
def handset(country: Emulated, phone: Callable[[str], Phone]) -> Phone:
    return phone(country.modems["m05"]["pty"])


def account(country: Emulated, name: str) -> tuple[int, str, str]:
    """TCP port, account and number."""
    (row,) = (row for row in country.rows["gateways"] if row["gateway"] == name)
    return int(row["tcp"].rpartition(":")[2]), row["account"], row["number"]


@dataclass(frozen=True)
class Sms:
    sender: str
    type_of_address: int
    coding: int
    text: str
    part: int = 0
    parts: int = 0


def came(phone: Phone) -> Sms:
    """The next SMS-DELIVER (3GPP TS 23.040 9.2.2.1); letters and digits alone where it is GSM 7 bit."""
    octets = bytes.fromhex(phone.wait(r"\+CMT: ,\d+\r\n([0-9A-F]+)\r\n", WITHIN_S)[1].decode())
    octets = octets[octets[0] + 1 :]
    header, digits, kind = octets[0] & 0x40, octets[1], octets[2]
    end = 3 + (digits + 1) // 2
    sender = "".join(f"{octet & 15:x}{octet >> 4:x}" for octet in octets[3:end])[:digits]
    coding, length, data = octets[end + 1], octets[end + 9], octets[end + 10 :]
    part = parts = skip = 0
    if header:
        assert data[:3] == b"\x05\x00\x03"
        parts, part, skip = data[4], data[5], 6
    if coding & 0x0C == 0x08:
        return Sms(sender, kind, coding, data[skip:length].decode("utf-16-be"), part, parts)
    bits = int.from_bytes(data, "little")
    septets = bytes(bits >> 7 * n & 0x7F for n in range((8 * skip + 6) // 7, length))
    return Sms(sender, kind, coding, septets.decode("ascii"), part, parts)


def whole(phone: Phone, parts: int) -> str:
    found = sorted((came(phone) for _ in range(parts)), key=lambda sms: sms.part)
    assert [sms.part for sms in found] == list(range(1, parts + 1))
    return "".join(sms.text for sms in found)


# smpplib


@dataclass
class Esme:
    """smpplib's client, and what came to it."""

    client: Any
    number: str
    taken: list[str] = field(default_factory=list)
    heard: list[Any] = field(default_factory=list)

    def send(self, text: str, coding: int | None = None) -> list[str]:
        """Message ids of the parts."""
        from smpplib import gsm

        before = len(self.taken)
        parts, found, esm_class = gsm.make_parts(text)
        for part in parts:
            self.client.send_message(
                source_addr=self.number, dest_addr_ton=1, dest_addr_npi=1, destination_addr=THEIRS,
                short_message=part, data_coding=found if coding is None else coding, esm_class=esm_class,
                registered_delivery=True,
            )  # fmt: skip
        self.until(lambda: len(self.taken) == before + len(parts))
        return self.taken[before:]

    def until(self, there: Callable[[], bool]) -> None:
        end = time.monotonic() + WITHIN_S
        while not there():
            assert time.monotonic() < end, (self.taken, self.heard)
            self.client.read_once()

    def delivered(self, ids: list[str]) -> None:
        """Wait for a receipt that says DELIVRD for each."""

        def receipts() -> dict[str, int]:
            found = [pdu for pdu in self.heard if pdu.esm_class == 4]
            return {pdu.receipted_message_id.decode(): pdu.message_state for pdu in found}

        self.until(lambda: set(ids) <= receipts().keys())
        assert {receipts()[one] for one in ids} == {2}


@pytest.fixture
def esme(country: Emulated) -> Iterator[Esme]:
    smpp = pytest.importorskip("smpplib.client", reason="smpplib is not installed (extra dev)")
    port, name, number = account(country, "smsc")
    client = smpp.Client("127.0.0.1", port, timeout=5, allow_unknown_opt_params=True)
    esme = Esme(client, number)
    client.set_message_sent_handler(lambda pdu, **_: esme.taken.append(pdu.message_id.decode()))
    client.set_message_received_handler(lambda pdu, **_: esme.heard.append(pdu))
    client.connect()
    client.bind_transceiver(system_id=name, password=SECRET)
    try:
        yield esme
    finally:
        client.unbind()
        client.disconnect()


def test_smpplib_sends_and_is_told(esme: Esme, handset: Phone) -> None:
    sent = esme.send(ASCII)
    assert came(handset) == Sms(esme.number, 0x81, 0, ASCII)
    sent += esme.send(CODE)
    assert came(handset) == Sms(esme.number, 0x81, 8, CODE)
    sent += esme.send("Flash 135790", coding=0x10)
    assert came(handset) == Sms(esme.number, 0x81, 0x10, "Flash 135790")
    sent += esme.send("闪信135790", coding=0x18)
    assert came(handset) == Sms(esme.number, 0x81, 0x18, "闪信135790")
    assert len(sent) == len(set(sent)) == 4
    esme.delivered(sent)


@pytest.mark.parametrize("text", [LONG, LONG_ASCII], ids=["chinese", "ascii"])
def test_smpplib_sends_a_long_text(esme: Esme, handset: Phone, text: str) -> None:
    sent = esme.send(text)
    assert len(sent) > 1
    assert whole(handset, len(sent)) == text
    esme.delivered(sent)


def test_a_message_from_a_handset_reaches_smpplib(esme: Esme, handset: Phone) -> None:
    handset.text(f"+{esme.number}", "退订回T")
    esme.until(lambda: bool(esme.heard))
    (pdu,) = esme.heard
    assert (pdu.source_addr, pdu.destination_addr) == (THEIRS.encode(), esme.number.encode())
    assert (pdu.data_coding, pdu.short_message.decode("utf-16-be")) == (8, "退订回T")


def test_smpplib_is_refused(country: Emulated) -> None:
    smpp = pytest.importorskip("smpplib.client", reason="smpplib is not installed (extra dev)")
    from smpplib.exceptions import PDUError

    port, name, _ = account(country, "smsc")
    for given, secret, status in ((name, "guess", 0x0E), ("nobody", SECRET, 0x0F)):
        client = smpp.Client("127.0.0.1", port, timeout=5, allow_unknown_opt_params=True)
        client.connect()
        with pytest.raises(PDUError) as refused:
            client.bind_transceiver(system_id=given, password=secret)
        assert status in refused.value.args
        client.disconnect()


# pycmpp

PYCMPP = """
import json, logging, sys, threading
logging.basicConfig(stream=sys.stdout, level=logging.INFO, format="%(message)s")
from pycmpp.cmpp import Cmpp
port, name, secret, number = sys.argv[1:]
cmpp = Cmpp("127.0.0.1", int(port), name, secret, number, delivery=1, client_heartbeat=False)
threading.Thread(target=cmpp.run, daemon=True).start()
for line in sys.stdin:
    text, to = json.loads(line)
    cmpp.submit(text, [to])
"""


@pytest.fixture
def pycmpp(country: Emulated, start: Callable[..., Program]) -> Callable[[str], Program]:
    pytest.importorskip("pycmpp.cmpp", reason="pycmpp is not installed (extra dev)")

    def started(secret: str) -> Program:
        port, name, number = account(country, "cmcc-gw")
        command = [sys.executable, "-u", "-c", PYCMPP, str(port), name, secret, number]
        return start(*command, env={"PYTHONIOENCODING": "utf-8", "TZ": "Asia/Shanghai"})

    return started


def test_pycmpp_binds_and_submits(
    pycmpp: Callable[[str], Program], country: Emulated, handset: Phone
) -> None:
    """It speaks CMPP 2.1, and sends no number of its own: the account's stands in."""
    client = pycmpp(SECRET)
    client.wait("短信网关连接成功")
    number = account(country, "cmcc-gw")[2]
    client.tell(json.dumps([CODE, THEIRS[2:]]))
    assert int(client.wait(r"发送成功; seq_id: \d+; ;msg_id: (\d+)")[1])
    assert came(handset) == Sms(number, 0x81, 8, CODE)
    client.tell(json.dumps([LONG, THEIRS[2:]]))
    for _ in range(3):
        client.wait("发送成功")
    assert whole(handset, 3) == LONG
    client.tell(json.dumps([CODE, "10086"]))
    client.wait("发送失败")


def test_pycmpp_is_refused(pycmpp: Callable[[str], Program]) -> None:
    pycmpp("guess").wait("短信网关连接失败; status: 3")


# Kannel


class Inbox(HTTPServer):
    """What Kannel's smsbox asks for by HTTP: the queries, by their path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Asked)
        self.asked: dict[str, Queue[dict[str, list[str]]]] = {"/mo": Queue(), "/dlr": Queue()}

    def next(self, path: str) -> dict[str, list[str]]:
        return self.asked[path].get(timeout=WITHIN_S)


class _Asked(BaseHTTPRequestHandler):
    server: Inbox

    def do_GET(self) -> None:  # the library's name
        url = urlsplit(self.path)
        self.server.asked[url.path].put(parse_qs(url.query, encoding="latin-1"))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *_: object) -> None:
        """Quiet."""


SMSBOX = """
group = sendsms-user
username = x
password = x
concatenation = true
max-messages = 10

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "http://127.0.0.1:{inbox}/mo?from=%p&to=%P&text=%b"
"""


@dataclass(frozen=True)
class Kannel:
    sendsms: int
    inbox: Inbox
    number: str

    def send(self, text: str, **more: str) -> None:
        told = f"http://127.0.0.1:{self.inbox.server_port}/dlr?state=%d&reply=%A"
        query = {
            "username": "x", "password": "x", "from": self.number, "to": THEIRS, "text": text,
            "dlr-mask": "31", "dlr-url": told, **more,
        }  # fmt: skip
        if not text.isascii():
            query |= {"coding": "2", "charset": "UTF-8"}
        with urlopen(f"http://127.0.0.1:{self.sendsms}/cgi-bin/sendsms?{urlencode(query)}") as answer:
            assert answer.status == 202

    def reported(self) -> list[str]:
        """States until the last: 8 taken by the centre, 1 delivered (user guide, "delivery reports")."""
        states: list[str] = []
        while "1" not in states:
            states += self.inbox.next("/dlr")["state"]
        return states


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def kannel(
    country: Emulated, keep: Callable[..., Program], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kannel]:
    port, name, number = account(country, "smsc")
    inbox = Inbox()
    admin, smsbox, sendsms = free_port(), free_port(), free_port()
    path = tmp_path_factory.mktemp("kannel") / "kannel.conf"
    path.write_text(
        (BEARERBOX + SMSBOX).format(
            admin=admin, smsbox=smsbox, sendsms=sendsms, smsc=port, account=name, secret=SECRET,
            number=number, inbox=inbox.server_port,
        ),
        encoding="ascii",
    )  # fmt: skip
    serving = threading.Thread(target=inbox.serve_forever, daemon=True)
    serving.start()
    keep("bearerbox", str(path)).wait("entering mainloop")
    keep("smsbox", str(path)).wait("Connected to bearerbox")
    try:
        yield Kannel(sendsms, inbox, number)
    finally:
        inbox.shutdown()
        inbox.server_close()
        serving.join()


def test_kannel_sends_and_is_told(kannel: Kannel, handset: Phone) -> None:
    kannel.send(ASCII)
    assert came(handset) == Sms(kannel.number, 0x81, 0, ASCII)
    assert kannel.reported() == ["8", "1"]
    kannel.send(CODE)
    assert came(handset) == Sms(kannel.number, 0x81, 8, CODE)
    assert kannel.reported() == ["8", "1"]
    kannel.send("Flash 135790", mclass="0")
    flash = came(handset)
    assert (flash.text, flash.coding & 0x13) == ("Flash 135790", 0x10)
    assert kannel.reported() == ["8", "1"]


def test_kannel_sends_a_long_text(kannel: Kannel, handset: Phone) -> None:
    kannel.send(LONG)
    assert whole(handset, 3) == LONG
    kannel.reported()


def test_a_message_from_a_handset_reaches_kannel(kannel: Kannel, handset: Phone) -> None:
    handset.text(f"+{kannel.number}", "退订回T")
    asked = kannel.inbox.next("/mo")
    assert (asked["from"], asked["to"]) == ([f"+{THEIRS}"], [kannel.number])
    assert asked["text"][0].encode("latin-1").decode("utf-16-be") == "退订回T"
