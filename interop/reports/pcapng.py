"""A run as a capture for tshark and Wireshark: its short messages, and what was said with the gateways.

Each packet is an exported PDU (LINKTYPE_WIRESHARK_UPPER_PDU) with its absolute time, the direction as seen
from us, and a comment that names attempt and party. Short messages are read by `gsm_sms`, SMPP and CMPP 3.0
by their dissectors without any option. What tshark cannot read is data with a comment that says what it is:
SGIP and SMGP have no dissector, and the one of CMPP calls version 2 malformed (measured, tshark 4.0.17).

Sources: IETF draft-ietf-opsawg-pcapng 4; tags of exported PDUs: Wireshark's epan/exported_pdu.h.
"""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import merge
from ipaddress import IPv4Address
from pathlib import Path
from typing import BinaryIO, Final

from interop.record import Attempt, Flow
from interop.record.events import (
    MessageReceived,
    MessageSubmitted,
    MmsNotified,
    MmsReadHeard,
    MmsReported,
    PartReceived,
    StatusReported,
)
from interop.record.journal import PROTOCOL
from interop.record.reader import Run, RunDamaged, Said, read_journal
from interop.reports.ladder import label

_SECTION, _INTERFACE, _PACKET = 0x0A0D0D0A, 1, 6
_EXPORTED_PDU: Final = 252
_COMMENT, _FLAGS, _NAME, _DESCRIPTION, _APPLICATION = 1, 2, 2, 3, 4
_LONGEST: Final = 65535
"""octets of an option"""
_DISSECTOR, _TABLE, _IPV4_SOURCE, _IPV4_DESTINATION, _TABLE_VALUE, _P2P = 12, 14, 20, 21, 32, 35

_WE: Final = IPv4Address("127.0.0.1")
_THEY: Final = IPv4Address("127.1.0.0")
_ABOUT: Final = f"Drawn by Interop. Addresses are invented: {_WE} is Interop, 127.1.x.y a gateway."


def _tag(tag: int, value: bytes) -> bytes:
    value += bytes(-len(value) % 4)
    return struct.pack(">HH", tag, len(value)) + value


_AS_DATA: Final = _tag(_DISSECTOR, b"data")
_AS_SMS: Final = _tag(_DISSECTOR, b"gsm_sms")


@dataclass(frozen=True, slots=True)
class _Protocol:
    """`dissector`: the tags that call it; `header`: octets, where it has one."""

    name: str
    dissector: bytes = _AS_DATA
    header: int = 0


_PROTOCOLS: Final = {
    "SMPP/3": _Protocol("SMPP 3.4", _tag(_DISSECTOR, b"smpp"), 16),
    # this one has no name to call it by, but stands in the table of ports
    "CMPP/3": _Protocol(
        "CMPP 3.0", _tag(_TABLE, b"tcp.port") + _tag(_TABLE_VALUE, struct.pack(">I", 7890)), 12
    ),
    "CMPP/2": _Protocol("CMPP 2"),
    "SGIP/2": _Protocol("SGIP 1.2"),
    "SMGP/3": _Protocol("SMGP 3.0"),
}
"""by what a journal says"""

_Messages = (
    MessageSubmitted | MessageReceived | PartReceived | StatusReported
    | MmsNotified | MmsReported | MmsReadHeard
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Packet:
    """`head`: the tags before the octets; `attempt`: "" where it belongs to none."""

    at: float
    seq: int
    party: str
    what: str
    attempt: str
    out: bool
    head: bytes
    octets: bytes
    comment: str


def write(run: Run, file: BinaryIO, *, case: str = "") -> int:
    """Write the capture; returns its number of packets. Events and journals are read as it goes.

    `case`: only what belongs to attempts in whose name it stands. Raises RunDamaged.
    """
    epoch = float(run.meta.get("epoch", 0.0))
    file.write(_block(_SECTION, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1), _head_options(run)))
    streams = [_messages(run)]
    for number, (name, path) in enumerate(run.journals().items(), 1):
        streams.append(_pdus(name, path, _THEY + number, _owner(run, name)))
    interfaces: dict[str, int] = {}
    count = 0
    for packet in merge(*streams, key=lambda packet: (packet.at, packet.seq)):
        if case not in packet.attempt:
            continue
        if packet.party not in interfaces:
            interfaces[packet.party] = len(interfaces)
            described = [(_NAME, packet.party.encode()), (_DESCRIPTION, packet.what.encode())]
            file.write(_block(_INTERFACE, struct.pack("<HHI", _EXPORTED_PDU, 0, 0), described))
        file.write(_packet_block(packet, interfaces[packet.party], epoch))
        count += 1
    return count


def _head_options(run: Run) -> list[tuple[int, bytes]]:
    about = f"{_ABOUT} Run {run.meta.get('run', run.directory.name)}."
    return [(_COMMENT, about.encode("utf-8", "replace")), (_APPLICATION, b"Interop")]


def _packet_block(packet: _Packet, interface: int, epoch: float) -> bytes:
    data = packet.head + _tag(0, b"") + packet.octets
    when = round((epoch + packet.at) * 1_000_000)
    head = struct.pack("<IIIII", interface, when >> 32, when & 0xFFFFFFFF, len(data), len(data))
    said = " | ".join(part for part in (packet.attempt or "no attempt", packet.party, packet.comment) if part)
    options = [
        (_COMMENT, said.encode("utf-8", "replace")),
        (_FLAGS, struct.pack("<I", 2 if packet.out else 1)),
    ]
    return _block(_PACKET, head + data + bytes(-len(data) % 4), options)


def _block(kind: int, body: bytes, options: list[tuple[int, bytes]]) -> bytes:
    for option, value in options:
        value = value[:_LONGEST]
        body += struct.pack("<HH", option, len(value)) + value + bytes(-len(value) % 4)
    body += bytes(4)  # opt_endofopt
    size = struct.pack("<I", len(body) + 12)
    return struct.pack("<I", kind) + size + body + size


# Short messages


def _messages(run: Run) -> Iterator[_Packet]:
    """Every TPDU that a modem of ours sent or got, also those that belong to no attempt."""
    for seen in run.events():
        event = seen.event
        if not isinstance(event, _Messages) or not event.tpdu:
            continue
        octets, masked = _octets(event.tpdu, f"event {seen.seq}: tpdu")
        out = event.flow is Flow.OUT
        head = _AS_SMS + _tag(_P2P, struct.pack(">I", int(out)))
        said = label(event)
        if masked:  # it may be a length: nobody could read on
            head, said = _AS_DATA, f"{said} | a TPDU with {masked} masked octets: not decoded"
        attempt = seen.attempt or ""
        yield _Packet(seen.at, seen.seq, seen.party, "short messages", attempt, out, head, octets, said)


# Gateways


def _pdus(name: str, path: Path, address: IPv4Address, owner: Callable[[int], str]) -> Iterator[_Packet]:
    """What stands in the journal of a gateway; nothing of another one's."""
    protocol: _Protocol | None = None
    for said in read_journal(path):
        if said.direction:
            if protocol is None:
                return
            yield _pdu(name, said, protocol, address, owner(said.seq))
        elif said.text.startswith(PROTOCOL):
            spoken = said.text.removeprefix(PROTOCOL)
            protocol = _PROTOCOLS.get(spoken, _Protocol(spoken))


def _pdu(name: str, said: Said, protocol: _Protocol, address: IPv4Address, attempt: str) -> _Packet:
    octets, masked = _octets(said.text.rstrip("\n"), f"{name}: line with seq {said.seq}")
    out = said.direction == ">"
    words = [f"{'to' if out else 'from'} the gateway, {protocol.name}"]
    head = protocol.dissector
    if head == _AS_DATA:
        words.append(f"command 0x{octets[4:8].hex().upper()}: tshark does not read this protocol")
    elif _unreadable(octets, protocol.header):
        head = _AS_DATA
        words.append("masked: not decoded")
    if masked:
        words.append(f"{masked} masked octets are *")
    source, destination = (_WE, address) if out else (address, _WE)
    head += _tag(_IPV4_SOURCE, source.packed) + _tag(_IPV4_DESTINATION, destination.packed)
    what = f"gateway, {protocol.name}"
    return _Packet(said.at, said.seq, name, what, attempt, out, head, octets, " | ".join(words))


def _unreadable(octets: bytes, header: int) -> bool:
    """A mask over the length, or over all behind the header (a PDU with a secret that could not be read)."""
    body = octets[header:]
    return int.from_bytes(octets[:4], "big") != len(octets) or (body != b"" and not body.strip(b"*"))


def _owner(run: Run, name: str) -> Callable[[int], str]:
    """Sequence -> the attempt that had this gateway then. A case claims what it uses, so it is one."""
    spans = sorted(_span(attempt) for attempt in run.attempts if name in attempt.devices.values())
    starts = [first for first, _, _ in spans]

    def owner(seq: int) -> str:
        place = bisect_right(starts, seq) - 1
        return spans[place][2] if place >= 0 and seq <= spans[place][1] else ""

    return owner


def _span(attempt: Attempt) -> tuple[int, int, str]:
    first, last = attempt.evidence.get("seq", (0, -1))
    return first, last, attempt.key


def _octets(text: str, where: str) -> tuple[bytes, int]:
    """Hexadecimal, and how many of its octets are masked; those are `*` (0x2A). Raises RunDamaged."""
    pairs = [text[at : at + 2] for at in range(0, len(text), 2)] if "*" in text else [text]
    hidden = ["*" in pair for pair in pairs]
    try:
        shown = "".join("2A" if mask else pair for mask, pair in zip(hidden, pairs, strict=True))
        return bytes.fromhex(shown), sum(hidden)
    except ValueError:
        raise RunDamaged(f"{where} is no hexadecimal: {text!r}") from None
