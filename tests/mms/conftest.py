"""tshark as an independent reader of MM1: over HTTP, and in WAP pushes (reference/messages.md section 5)."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol
from xml.etree import ElementTree

import pytest

from interop.smspdu import Direction
from tests.smspdu.conftest import capture as sms_capture

CHAT = 0x200000
LINKTYPE_RAW = 101
HANDSET, CENTRE = bytes((10, 89, 193, 1)), bytes((10, 0, 0, 172))
SEGMENT = 60_000


class Shown(NamedTuple):
    """One field as tshark shows it: its value, its octets where it tells them, and how many they are."""

    value: str
    octets: bytes
    size: int


Fields = dict[str, list[Shown]]
"""by name, in the order of the octets"""


class Dissected(NamedTuple):
    """A multimedia message as tshark shows it. `fields`: all outside of the parts; `octets`: the PDU."""

    fields: Fields
    parts: list[Fields]


class Tshark(Protocol):
    def __call__(
        self, exchanges: Sequence[Exchange] = (), *, tpdus: Sequence[bytes] = ()
    ) -> list[Dissected]: ...


def _block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


class Exchange(NamedTuple):
    """A TCP connection to the proxy: what the handset says, what it is answered."""

    request: bytes
    answer: bytes

    def packets(self, port: int) -> Iterator[bytes]:
        """IPv4 datagrams; checksums are not filled in."""
        for out, data in ((True, self.request), (False, self.answer)):
            mine, theirs = (1, 1 + len(self.request)) if not out else (1, 1)
            for at in range(0, len(data), SEGMENT):
                yield _datagram(out, port, mine + at, theirs, data[at : at + SEGMENT])


def _datagram(out: bool, port: int, seq: int, ack: int, data: bytes) -> bytes:
    ends = (HANDSET, CENTRE) if out else (CENTRE, HANDSET)
    ports = (port, 80) if out else (80, port)
    tcp = struct.pack(">HHIIBBHHH", *ports, seq, ack, 5 << 4, 0x18, 65535, 0, 0) + data
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, *ends) + tcp


def post(pdu: bytes) -> bytes:
    head = "POST http://mmsc.monternet.com HTTP/1.1\r\nHost: mmsc.monternet.com\r\n"
    return _with_body(head, pdu)


def answer(pdu: bytes) -> bytes:
    return _with_body("HTTP/1.1 200 OK\r\n", pdu)


def _with_body(head: str, pdu: bytes) -> bytes:
    kind = "Content-Type: application/vnd.wap.mms-message\r\n" if pdu else ""
    return f"{head}{kind}Content-Length: {len(pdu)}\r\n\r\n".encode() + pdu


def _capture(exchanges: Sequence[Exchange]) -> bytes:
    blocks = [
        _block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
        _block(1, struct.pack("<HHI", LINKTYPE_RAW, 0, 0)),
    ]
    for port, exchange in enumerate(exchanges, 20000):
        for datagram in exchange.packets(port):
            head = struct.pack("<IIIII", 0, 0, 0, len(datagram), len(datagram))
            blocks.append(_block(6, head + datagram))
    return b"".join(blocks)


@pytest.fixture
def tshark(tmp_path: Path) -> Tshark:
    """What tshark shows of the multimedia messages in exchanges, or in SMS-DELIVERs, in one run.

    Fails where it calls anything malformed, or has more than a chat to say.
    """
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("tshark is not installed (apt install tshark)")

    def dissect(exchanges: Sequence[Exchange] = (), *, tpdus: Sequence[bytes] = ()) -> list[Dissected]:
        path = tmp_path / "mms.pcapng"
        delivers = [(Direction.SC_TO_MS, tpdu) for tpdu in tpdus]
        path.write_bytes(sms_capture(delivers) if tpdus else _capture(exchanges))
        run = subprocess.run(
            [program, "-n", "-r", str(path), "-T", "pdml", "-o", "gsm_sms.reassemble:TRUE"],
            env=os.environ | {"LC_ALL": "C.UTF-8"},
            capture_output=True,
            check=True,
        )
        packets = list(ElementTree.fromstring(run.stdout).iter("packet"))
        for packet in packets:
            _check(packet)
        return [_message(proto) for packet in packets for proto in packet.iterfind(".//proto[@name='mmse']")]

    return dissect


def _check(packet: ElementTree.Element) -> None:
    for item in packet.iter():
        name = item.get("name", "")
        assert not name.startswith("_ws.malformed"), ElementTree.tostring(packet)
        if name == "_ws.expert.severity":
            assert int(item.get("show", "")) <= CHAT, ElementTree.tostring(packet)


def _message(proto: ElementTree.Element) -> Dissected:
    parts = list(proto.iterfind(".//field[@name='wsp.multipart']"))
    inside = {item for part in parts for item in part.iter()}
    return Dissected(
        _fields(item for item in proto.iter("field") if item not in inside),
        [_fields(part.iter("field")) for part in parts],
    )


def _fields(items: Iterable[ElementTree.Element]) -> Fields:
    fields: Fields = {}
    for item in items:
        octets = bytes.fromhex(item.get("unmaskedvalue", item.get("value", "")))
        shown = Shown(item.get("show", ""), octets, int(item.get("size", 0)))
        fields.setdefault(item.get("name", ""), []).append(shown)
    return fields
