"""Three hundred TPDUs of all kinds, and texts to send, each with what it says: the same on every machine.

The octets do not come from `interop.smspdu`, which is measured here, but from the plain encoder below,
written from 3GPP TS 23.040 9.2.2 and TS 23.038 6.1.2; only the tables of characters are shared.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from random import Random
from typing import Final

from interop.smspdu import Direction
from interop.smspdu.national import LOCKING, SINGLE

Fields = dict[str, object]
"""What a TPDU says, by name: `number` "+8617...", "10086" or "Alipay"; `body` text or octets; `part` None or
(reference, total, number); `time` and `discharge` aware datetimes; `reference` TP-MR; `status` TP-ST. A field
is missing where the TPDU has none."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A TPDU as modems give it: hex behind an empty service centre address, and the fields put in."""

    kind: str
    pdu: str
    direction: Direction
    fields: Fields


@dataclass(frozen=True, slots=True)
class Order:
    """One message to send, and in hex what its SUBMIT must hold: `head` is TP-MR to TP-DCS, `tail` TP-UDL and
    TP-UD. The validity between them is for each encoder to choose: not all can do without one."""

    kind: str
    number: str
    text: str
    reference: int
    head: str
    tail: str

    def became(self, submit: str) -> bool:
        """Whether `submit`, hex of a TPDU, is this message and nothing more."""
        first = int(submit[:2], 16)
        validity = 2 * (0, 7, 1, 7)[first >> 3 & 3]
        return (
            first & 0x43 == 0x01
            and submit[2:].startswith(self.head)
            and submit[2 + len(self.head) + validity :] == self.tail
        )


@dataclass(frozen=True, slots=True)
class Number:
    """`toa`: type of address with its numbering plan, 23.040 9.1.2.5."""

    value: str
    toa: int

    @classmethod
    def of(cls, text: str) -> Number:
        if text.startswith("+"):
            return cls(text[1:], 0x91)
        return cls(text, 0xD0 if any(map(str.isalpha, text)) else 0x81)

    def __str__(self) -> str:
        return "+" + self.value if self.toa & 0x70 == 0x10 else self.value

    def octets(self) -> bytes:
        if self.toa & 0x70 == 0x50:
            septets = _septets(self.value)
            return bytes(((7 * len(septets) + 3) // 4, self.toa)) + _packed(septets, 0)
        nibbles = ["0123456789*#abc".index(digit) for digit in self.value]
        padded = nibbles + [0xF] * (len(nibbles) % 2)
        pairs = zip(padded[::2], padded[1::2], strict=True)
        return bytes((len(nibbles), self.toa, *(low | high << 4 for low, high in pairs)))


def _septets(text: str, locking: int = 0, single: int = 0) -> list[int]:
    escaped = {char: code for code, char in SINGLE[single].items()}
    out = []
    for char in text:
        at = LOCKING[locking].find(char)
        out += [at] if at >= 0 else [0x1B, escaped[char]]
    return out


def _packed(septets: Sequence[int], fill_bits: int) -> bytes:
    value = sum(septet << 7 * at for at, septet in enumerate(septets)) << fill_bits
    return value.to_bytes((7 * len(septets) + fill_bits + 7) // 8, "little")


def _time(when: datetime) -> bytes:
    offset = when.utcoffset() or timedelta()
    zone = f"{abs(offset) // timedelta(minutes=15):02}"
    digits = f"{when:%y%m%d%H%M%S}{zone}"
    octets = [int(digits[at + 1]) << 4 | int(digits[at]) for at in range(0, 14, 2)]
    octets[6] |= 0x08 if offset < timedelta() else 0
    return bytes(octets)


@dataclass(frozen=True, slots=True)
class Body:
    """User data and its coding; `tables`: locking and single shift language, as `elements` announce them."""

    body: str | bytes
    dcs: int = 0
    elements: tuple[bytes, ...] = ()
    part: tuple[int, int, int] | None = None
    tables: tuple[int, int] = (0, 0)

    @property
    def first_octet(self) -> int:
        return 0x40 if self.elements else 0

    def octets(self) -> bytes:
        elements = b"".join(self.elements)
        header = bytes((len(elements),)) + elements if elements else b""
        if isinstance(self.body, bytes):
            return bytes((len(header + self.body),)) + header + self.body
        if self.dcs in UCS2_CODINGS:
            encoded = self.body.encode("utf-16-be")
            return bytes((len(header + encoded),)) + header + encoded
        septets = _septets(self.body, *self.tables)
        skipped = -(-8 * len(header) // 7)
        packed = _packed(septets, 7 * skipped - 8 * len(header))
        return bytes((skipped + len(septets),)) + header + packed


GSM_CODINGS: Final = (0x00, 0x10, 0x11, 0x12, 0x13, 0x40, 0x50, 0xC0, 0xC8, 0xD0, 0xD9, 0xF0, 0xF3)
OCTET_CODINGS: Final = (0x04, 0x15, 0xF4, 0xF5)
UCS2_CODINGS: Final = (0x08, 0x18, 0x19, 0x48, 0xE0, 0xE9)
LETTERS: Final = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:;?!-+()/"
GSM_EDGE: Final = "@£$¥èéùìòÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤§¡¿ÄÖÑÜäöñüà\n"
EXTENSION: Final = "€[]{}\\^~|"
CHINESE: Final = "您的验证码是请勿泄露给他人尊敬客户余额不足银行【小米移动】，。"
EMOJI: Final = "😀🎉👍🚗𠮷"
NAMES: Final = ("Alipay", "ICBC", "Bank-95588", "Amazon", "Taobao", "seven77", "A1", "@Home", "Müller")
ODD_NUMBERS: Final = (
    Number("*100#", 0x81), Number("1", 0x81), Number("17012345678", 0xA1), Number("4412", 0xB9),
    Number("12345678901234567890", 0x81), Number("1a2b3c", 0x81),
)  # fmt: skip
QUARTERS: Final = (32, 0, 1, -1, 22, -20, 35, -14, 48, -48, 56)
STATUSES: Final = (0x00, 0x01, 0x02, 0x20, 0x25, 0x30, 0x40, 0x45, 0x46, 0x49, 0x60, 0x63, 0x65, 0x70, 0x7F)
ENHANCED: Final = ("01A7", "023C", "03211000", "4147", "427F", "00")
PORTS: Final = bytes.fromhex("05043E813E80")


def _line(rng: Random, characters: str, shortest: int = 1, longest: int = 60) -> str:
    return "".join(rng.choices(characters, k=rng.randint(shortest, longest)))


def _concat(rng: Random, wide: bool) -> tuple[bytes, tuple[int, int, int]]:
    """A concatenation element (00 or 08), and the part it stands for."""
    total = rng.randint(2, 5)
    part = (rng.randint(256 if wide else 0, 0xFFFF if wide else 0xFF), total, rng.randint(1, total))
    reference = part[0].to_bytes(2 if wide else 1, "big")
    return bytes((8 if wide else 0, len(reference) + 2)) + reference + bytes(part[1:]), part


def _long(rng: Random, characters: str, *, wide: bool, dcs: int = 0, before: tuple[bytes, ...] = ()) -> Body:
    element, part = _concat(rng, wide)
    return Body(_line(rng, characters, 20, 60), dcs, (*before, element), part)


def _when(rng: Random, quarters: int = 32) -> datetime:
    day = datetime(rng.randint(2020, 2030), rng.randint(1, 12), rng.randint(1, 28), tzinfo=_zone(quarters))
    return day + timedelta(seconds=rng.randrange(86400))


def _zone(quarters: int) -> timezone:
    return timezone(timedelta(minutes=15 * quarters))


def _numbers(rng: Random) -> Number:
    return Number.of(rng.choice(("+8617012345678", "+86106575551234", "10086", "95588", "+4917212345678")))


def _deliver(
    rng: Random, kind: str, body: Body, sender: Number | None = None, quarters: int = 32, pid: int = 0
) -> Sample:
    sender, when = sender or _numbers(rng), _when(rng, quarters)
    octets = b"".join((
        bytes((0, 0x04 | body.first_octet)), sender.octets(), bytes((pid, body.dcs)), _time(when),
        body.octets(),
    ))  # fmt: skip
    fields: Fields = {"number": str(sender), "body": body.body, "part": body.part, "time": when}
    return Sample(kind, octets.hex().upper(), Direction.SC_TO_MS, fields)


def _submit(
    rng: Random, kind: str, body: Body, to: Number | None = None, validity: bytes = b"", vpf: int = 0
) -> Sample:
    to, reference = to or _numbers(rng), rng.randrange(256)
    octets = b"".join((
        bytes((0, 0x01 | vpf << 3 | body.first_octet, reference)), to.octets(), bytes((0, body.dcs)),
        validity, body.octets(),
    ))  # fmt: skip
    fields: Fields = {"number": str(to), "body": body.body, "part": body.part, "reference": reference}
    return Sample(kind, octets.hex().upper(), Direction.MS_TO_SC, fields)


def _report(rng: Random, kind: str, to: Number, status: int, text: str | None = None) -> Sample:
    reference, when = rng.randrange(256), _when(rng)
    discharge = when + timedelta(seconds=rng.randrange(1, 9999))
    # TP-PI 07: TP-PID, TP-DCS and TP-UD follow
    announced = b"" if text is None else bytes((0x07, 0, 0)) + Body(text).octets()
    octets = b"".join((
        bytes((0, 0x06, reference)), to.octets(), _time(when), _time(discharge), bytes((status,)), announced
    ))  # fmt: skip
    fields: Fields = {
        "number": str(to), "reference": reference, "status": status, "time": when, "discharge": discharge
    }  # fmt: skip
    if text is not None:
        fields["body"] = text
    return Sample(kind, octets.hex().upper(), Direction.SC_TO_MS, fields)


def samples() -> list[Sample]:
    """209 SMS-DELIVER, 67 SMS-SUBMIT and 24 SMS-STATUS-REPORT."""
    rng = Random("sms")
    return [*_plain(rng), *_elements(rng), *_codings(rng), *_submits(rng), *_reports(rng), *_mix(rng)]


def _plain(rng: Random) -> Iterator[Sample]:
    for _ in range(15):
        yield _deliver(rng, "GSM 7 bit", Body(_line(rng, LETTERS, 1, 160)))
    for _ in range(16):
        yield _deliver(rng, "GSM 7 bit extension", Body(_line(rng, LETTERS + EXTENSION * 5)))
    # 7 bits are left over at 8n - 1 septets, where some see one more @; none at 8n
    edges = ("", "@", "@" * 7, "@" * 8, "seven @", "a" * 159 + "@", "§ Ç", "€" * 80, GSM_EDGE)
    for text in edges:
        yield _deliver(rng, "GSM 7 bit edge", Body(text))
    for at in range(17):
        name = Number.of(NAMES[at % len(NAMES)])
        yield _deliver(rng, "sender with a name", Body(_line(rng, LETTERS)), name)
    for number in ODD_NUMBERS:
        yield _deliver(rng, "odd sender", Body(_line(rng, LETTERS)), number)
    for quarters in QUARTERS:
        yield _deliver(rng, "time zone", Body(_line(rng, LETTERS)), quarters=quarters)
    for _ in range(10):
        yield _deliver(rng, "UCS2 Chinese", Body(_line(rng, CHINESE, 1, 70), 8))
    for _ in range(5):
        yield _deliver(rng, "UCS2 emoji", Body(_line(rng, CHINESE + EMOJI * 5, 8, 30) + "😀", 8))
    for pid in (0x01, 0x20, 0x40, 0x41, 0x47, 0x5F, 0x7F):
        yield _deliver(rng, "protocol identifier", Body(_line(rng, LETTERS)), pid=pid)


def _elements(rng: Random) -> Iterator[Sample]:
    for wide in (False, True):
        for _ in range(16):
            body = _long(rng, LETTERS + EXTENSION, wide=wide)
            yield _deliver(rng, f"GSM 7 bit, concatenated {16 if wide else 8}", body)
    for at in range(10):
        body = _long(rng, LETTERS, wide=at % 2 == 1, before=(PORTS,))
        yield _deliver(rng, "GSM 7 bit, ports, concatenated", body)
    for at in range(8):
        yield _deliver(rng, "UCS2, concatenated", _long(rng, CHINESE, wide=at % 2 == 1, dcs=8))
    for _ in range(5):
        yield _deliver(rng, "8 bit", Body(rng.randbytes(rng.randint(1, 140)), 4))
    for _ in range(4):
        yield _deliver(rng, "8 bit, ports", Body(rng.randbytes(rng.randint(1, 130)), 4, (PORTS,)))
    for at in range(3):
        element, part = _concat(rng, wide=at == 1)
        body = Body(rng.randbytes(100), 4, (PORTS, element), part)
        yield _deliver(rng, "8 bit, ports, concatenated", body)
    for kind in (0x80, 0x01):
        element = bytes((0x01, 2, kind, 3))
        yield _deliver(rng, "waiting indication", Body(_line(rng, LETTERS), elements=(element,)))
    for locking, single, text in ((0, 1, "şışğ €"), (1, 1, "İğ ış"), (0, 2, "áéíóú ç"), (3, 3, "ãõêçÂ âó")):
        shifts = tuple(bytes((iei, 1, n)) for iei, n in ((0x25, locking), (0x24, single)) if n)
        body = Body(text, elements=shifts, tables=(locking, single))
        yield _deliver(rng, "national language", body)


def _codings(rng: Random) -> Iterator[Sample]:
    for dcs in GSM_CODINGS:
        yield _deliver(rng, "data coding", Body(_line(rng, LETTERS), dcs))
    for dcs in OCTET_CODINGS:
        yield _deliver(rng, "data coding", Body(rng.randbytes(30), dcs))
    for dcs in UCS2_CODINGS:
        yield _deliver(rng, "data coding", Body(_line(rng, CHINESE), dcs))


def _submits(rng: Random) -> Iterator[Sample]:
    for _ in range(7):
        yield _submit(rng, "submit", Body(_line(rng, LETTERS, 1, 160)))
    for value in (0, 11, 143, 144, 167, 173, 255):
        yield _submit(rng, "submit, relative validity", Body(_line(rng, LETTERS)), None, bytes((value,)), 2)
    for quarters in (32, 0, -20, 22, -1, 48):
        validity = _time(_when(rng, quarters))
        yield _submit(rng, "submit, absolute validity", Body(_line(rng, LETTERS)), None, validity, 3)
    for octets in ENHANCED:
        validity = bytes.fromhex(octets).ljust(7, b"\0")
        yield _submit(rng, "submit, enhanced validity", Body(_line(rng, LETTERS)), None, validity, 1)
    for number in (*ODD_NUMBERS, Number.of("+8613800100500")):
        yield _submit(rng, "submit, odd number", Body(_line(rng, LETTERS)), number)
    for _ in range(3):
        yield _submit(rng, "submit, UCS2", Body(_line(rng, CHINESE), 8))
        yield _submit(rng, "submit, UCS2 emoji", Body(_line(rng, CHINESE + EMOJI * 5, 8, 30) + "🎉", 8))
        yield _submit(rng, "submit, UCS2 concatenated", _long(rng, CHINESE, wide=False, dcs=8))
        yield _submit(rng, "submit, 8 bit ports", Body(rng.randbytes(60), 4, (PORTS,)))
    for wide in (False, True):
        for _ in range(4):
            yield _submit(rng, "submit, concatenated", _long(rng, LETTERS + EXTENSION, wide=wide))
    for dcs in (0x10, 0x11, 0xF1, 0xF2):
        yield _submit(rng, "submit, data coding", Body(_line(rng, LETTERS), dcs))


def _reports(rng: Random) -> Iterator[Sample]:
    for status in STATUSES:
        yield _report(rng, "report", Number("17012345678", 0x81), status)
    for text in ("+8617012345678", "+4917212345678", "+861"):
        yield _report(rng, "report, international", Number.of(text), 0)
    for text in ("10086", "95588", "1065755512345678"):
        yield _report(rng, "report, short code", Number.of(text), 0x46)
    for text in ("ok", "gone away", "@"):
        yield _report(rng, "report with text", _numbers(rng), 0x30, text)


def _mix(rng: Random) -> Iterator[Sample]:
    for at in range(32):
        body = rng.choice((
            Body(_line(rng, LETTERS + EXTENSION + GSM_EDGE, 1, 70)),
            Body(_line(rng, CHINESE + EMOJI, 1, 30), 8),
            _long(rng, LETTERS + GSM_EDGE, wide=rng.random() < 0.5),
            Body(rng.randbytes(rng.randint(1, 100)), 4, (PORTS,)),
        ))  # fmt: skip
        if at % 3 == 2:
            yield _submit(rng, "mix", body)
        else:
            sender = Number.of(rng.choice(("10086", "+8613912345678", *NAMES)))
            yield _deliver(rng, "mix", body, sender, rng.choice(QUARTERS))


def orders() -> list[Order]:
    """Sixty messages of one part each, from one character to as many as fit."""
    rng = Random("orders")
    kinds = (
        ("GSM 7 bit", LETTERS, 160, 20), ("GSM 7 bit extension", LETTERS + EXTENSION * 5, 80, 10),
        ("GSM 7 bit edge", GSM_EDGE, 160, 10), ("UCS2 Chinese", CHINESE, 70, 12),
        ("UCS2 emoji", EMOJI, 35, 8),
    )  # fmt: skip
    numbers = ("+8617012345678", "10086", "+8613800100500", "+4917212345678", "*100#")
    out = []
    for kind, characters, longest, count in kinds:
        for at in range(count):
            text = _line(rng, characters, 1, longest)
            number, reference = numbers[at % len(numbers)], rng.randrange(256)
            body = Body(text, 8 if "UCS2" in kind else 0)
            head = bytes((reference,)) + Number.of(number).octets() + bytes((0, body.dcs))
            out.append(Order(kind, number, text, reference, head.hex().upper(), body.octets().hex().upper()))
    return out
