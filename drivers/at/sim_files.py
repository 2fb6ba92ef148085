"""Elementary files of the SIM through +CRSM (3GPP TS 27.007 8.18; files: TS 31.102, TS 51.011)."""

from __future__ import annotations

from dataclasses import dataclass

from drivers.at.answers import Unreadable, fields
from drivers.at.channel import Channel
from drivers.at.exchange import (
    Command,
)
from interop.protocols.errors import CommandRefused, NotAvailable
from interop.protocols.stream import EventStream
from interop.record.events import SimFileRead

EF_ECC = 0x6FB7
_GET_RESPONSE, _READ_BINARY, _READ_RECORD = 192, 176, 178
_MOST_AT_ONCE = 255
_NO_SUCH_FILE = frozenset({(0x6A, 0x82), (0x94, 0x04)})
_WELL = frozenset({0x90, 0x91, 0x9F, 0x61})
# 27.007 9.2: what modems say themselves instead of handing the card's status words on
_NOT_FOUND = frozenset({22})


@dataclass(frozen=True, slots=True)
class Shape:
    """Size of a file in octets; `record` is the length of one record, 0 for a transparent file."""

    size: int
    record: int


class SimFiles:
    def __init__(self, channel: Channel, events: EventStream) -> None:
        self._channel = channel
        self._events = events

    async def read(self, file_id: int) -> bytes | None:
        """A transparent file, None where the card has none. Raises EquipmentError."""
        shape = await self._shape(file_id)
        if shape is None:
            return None
        content = b""
        while len(content) < shape.size:
            at = len(content)
            length = min(_MOST_AT_ONCE, shape.size - at)
            piece = await self._card(f"{_READ_BINARY},{file_id},{at >> 8},{at & 0xFF},{length}")
            if not piece:
                break
            content += piece
        self._events.append(SimFileRead(f"{file_id:04X}", content.hex().upper()))
        return content

    async def records(self, file_id: int) -> list[bytes] | None:
        """All records of a linear fixed file, None where the card has none. Raises EquipmentError."""
        shape = await self._shape(file_id)
        if shape is None or not shape.record:
            return None
        records = []
        for number in range(1, shape.size // shape.record + 1):
            record = await self._card(f"{_READ_RECORD},{file_id},{number},4,{shape.record}") or b""
            records.append(record)
            self._events.append(SimFileRead(f"{file_id:04X}#{number}", record.hex().upper()))
        return records

    async def emergency_numbers(self) -> list[str]:
        """EF_ECC: three octets BCD each in a SIM, a record with BCD first in a USIM."""
        shape = await self._shape(EF_ECC)
        if shape is None:
            return []
        if shape.record:
            pieces = [record[:3] for record in await self.records(EF_ECC) or ()]
        else:
            whole = await self.read(EF_ECC) or b""
            pieces = [whole[at : at + 3] for at in range(0, len(whole), 3)]
        numbers = [bcd(piece) for piece in pieces]
        return [number for number in numbers if number]

    async def _shape(self, file_id: int) -> Shape | None:
        answer = await self._card(f"{_GET_RESPONSE},{file_id}", f"{_GET_RESPONSE},{file_id},0,0,15")
        return None if answer is None else shape_of(answer, self._channel.device)

    async def _card(self, *forms: str) -> bytes | None:
        """Data of the first form that the modem takes; None for a file that is not there."""
        for form in forms:
            try:
                answer = await self._channel.run(Command(text=f"AT+CRSM={form}", expect=("+CRSM:",)))
            except CommandRefused as refused:
                if refused.code in _NOT_FOUND:
                    return None
                if form is forms[-1]:
                    raise
                continue
            return self._data(answer.lines, form)
        return None

    def _data(self, lines: list[str], form: str) -> bytes | None:
        values = fields(lines[0].removeprefix("+CRSM:")) if lines else []
        try:
            words = int(values[0]), int(values[1])
            data = bytes.fromhex(values[2]) if len(values) > 2 else b""
        except (IndexError, ValueError):
            raise NotAvailable(self._channel.device, f"+CRSM={form} was answered {lines}") from None
        if words in _NO_SUCH_FILE:
            return None
        if words[0] not in _WELL:
            what = f"the SIM answered +CRSM={form} with {words[0]:02X}{words[1]:02X}"
            raise NotAvailable(self._channel.device, what)
        return data


def shape_of(answer: bytes, device: str) -> Shape:
    """Of a GET RESPONSE: FCP template (ETSI TS 102 221 11.1.1.3) or TS 51.011 9.2.1. Raises NotAvailable."""
    try:
        return _fcp(answer) if answer[0] == 0x62 else _gsm(answer)
    except (IndexError, Unreadable):
        raise NotAvailable(device, f"file description {answer.hex().upper()} cannot be read") from None


def _gsm(answer: bytes) -> Shape:
    structure = answer[13]
    return Shape(int.from_bytes(answer[2:4], "big"), answer[14] if structure in (1, 3) else 0)


def _fcp(answer: bytes) -> Shape:
    tags: dict[int, bytes] = {}
    at = 2
    while at + 1 < len(answer):
        tags[answer[at]] = answer[at + 2 : at + 2 + answer[at + 1]]
        at += 2 + answer[at + 1]
    descriptor, size = tags.get(0x82, b""), int.from_bytes(tags.get(0x80, b""), "big")
    record = int.from_bytes(descriptor[2:4], "big") if len(descriptor) >= 5 else 0
    if not size and record:
        size = record * descriptor[4]
    if not descriptor:
        raise Unreadable("FCP", answer.hex())
    return Shape(size, record)


def bcd(octets: bytes) -> str:
    """Digits two to an octet, low half first, up to the filler F."""
    digits = ""
    for octet in octets:
        for nibble in (octet & 15, octet >> 4):
            if nibble > 9:
                return digits
            digits += str(nibble)
    return digits
