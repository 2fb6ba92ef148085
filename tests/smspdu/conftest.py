"""tshark as an independent reader of TPDUs (reference/messages.md section 5)."""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from interop.smspdu import Direction

LINKTYPE_WIRESHARK_UPPER_PDU = 252
TAG_END, TAG_DISSECTOR, TAG_P2P_DIRECTION = 0, 12, 35
P2P = {Direction.SC_TO_MS: 0, Direction.MS_TO_SC: 1}


class Shown(NamedTuple):
    """One field as tshark shows it: its value, and its whole line."""

    value: str
    line: str


class Dissected(dict[str, list[Shown]]):
    """A packet's fields by name. `covered`: the offsets in the TPDU that some field of tshark's shows."""

    covered: frozenset[int] = frozenset()


Tshark = Callable[..., list[Dissected]]


def _block(kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


def _tag(tag: int, value: bytes) -> bytes:
    value += bytes(-len(value) % 4)
    return struct.pack(">HH", tag, len(value)) + value


def capture(tpdus: Sequence[tuple[Direction, bytes]]) -> bytes:
    """A pcapng of exported PDUs, one packet each."""
    out = [
        _block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1)),
        _block(1, struct.pack("<HHI", LINKTYPE_WIRESHARK_UPPER_PDU, 0, 0)),
    ]
    for direction, tpdu in tpdus:
        p2p = struct.pack(">I", P2P[direction])
        packet = _tag(TAG_DISSECTOR, b"gsm_sms") + _tag(TAG_P2P_DIRECTION, p2p) + _tag(TAG_END, b"") + tpdu
        out.append(_block(6, struct.pack("<IIIII", 0, 0, 0, len(packet), len(packet)) + packet))
    return b"".join(out)


@pytest.fixture
def tshark(tmp_path: Path) -> Tshark:
    """Dissects TPDUs in one run: for each, its fields by name in the order of the octets.

    `whole`: also put together what came in parts, where the last part stands.
    """
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("tshark is not installed (apt install tshark)")

    def dissect(tpdus: Sequence[tuple[Direction, bytes]], *, whole: bool = False) -> list[Dissected]:
        path = tmp_path / "sms.pcapng"
        path.write_bytes(capture(tpdus))
        # PDML, not JSON: JSON shows the time zone without its sign
        arguments = ["-n", "-r", str(path), "-T", "pdml", "-o", f"gsm_sms.reassemble:{str(whole).upper()}"]
        run = subprocess.run(
            [program, *arguments], env=os.environ | {"LC_ALL": "C.UTF-8"}, capture_output=True, check=True
        )
        return [_fields(packet) for packet in ElementTree.fromstring(run.stdout).iter("packet")]

    return dissect


def _fields(packet: ElementTree.Element) -> Dissected:
    """Of its protocols from `gsm_sms` on, whose names have no fields of their own."""
    fields = Dissected()
    for proto in packet.findall("proto"):
        if proto.get("name") in ("geninfo", "frame", "exported_pdu"):
            continue
        for item in proto.iter():
            found = fields.setdefault(str(item.get("name")), [])
            if item.tag == "field":
                found.append(Shown(item.get("show", ""), item.get("showname", "")))
        if proto.get("name") == "gsm_sms":
            fields.covered = _covered(proto)
    return fields


def _covered(proto: ElementTree.Element) -> frozenset[int]:
    base = int(proto.get("pos", 0))
    leaves = [field for field in proto.iter("field") if len(field) == 0]
    places = [(int(leaf.get("pos", 0)) - base, int(leaf.get("size", 0))) for leaf in leaves]
    return frozenset(offset for at, size in places for offset in range(at, at + size))
