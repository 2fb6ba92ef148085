"""What is sent: each message with a serial number in its subject and its text, by which it is known again
when it comes damaged, late, or not at all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from interop.engine import Bench
from interop.mms import Part
from suites.mms.media import picture, sound

JPEG, AMR, TEXT = "image/jpeg", "audio/amr", "text/plain"

_SERIAL: Final = "IOP"
_ANY_SERIAL: Final = re.compile(rf"{_SERIAL}[0-9A-F]{{8}}")

_HEADERS: Final = 4096
"""octets of a message near its limit that are left to its header, its SMIL and what clients add to it"""

_Words = tuple[str, str]
_LATIN: Final[_Words] = ("Interop {serial}", "Interop test {serial}: please ignore.")
_CHINESE: Final[_Words] = ("互通彩信{serial}", "互通测试 {serial}，请勿回复。")
"""subject, of 40 octets at most (SIMCom's own client takes no more), and text"""


@dataclass(frozen=True, slots=True)
class Content:
    """`serial` is in no other message of this or another run; `media`: the parts without the SMIL; `sized`:
    it is about a limit of size.
    """

    serial: str
    subject: str
    media: tuple[Part, ...]
    sized: bool = False

    @property
    def octets(self) -> int:
        return sum(len(part.data) for part in self.media)

    def is_in(self, subject: str, parts: Sequence[Part] = ()) -> bool:
        """Whether this is the message: by its serial, or by any of its pictures and sounds."""
        if self.serial in subject or any(self.serial in part.text for part in parts if is_text(part)):
            return True
        own = [part.data for part in self.media if not is_text(part)]
        return any(part.data in own for part in parts)


def is_another(content: Content, words: str) -> bool:
    """Whether `words` are of one of these messages, and not of this one."""
    return any(serial != content.serial for serial in _ANY_SERIAL.findall(words))


def is_text(part: Part) -> bool:
    return part.content_type.startswith("text/")


def latin(random: Random, largest: int) -> Content:
    return _content(random, _LATIN, lambda _: ())


def chinese(random: Random, largest: int) -> Content:
    return _content(random, _CHINESE, lambda _: ())


def with_picture(random: Random, largest: int) -> Content:
    """A picture and its caption."""
    return _content(random, _CHINESE, lambda serial: (_part(JPEG, picture(random), f"{serial}.jpg"),))


def of_several(random: Random, largest: int) -> Content:
    """Two pictures, a text of their own, and the caption."""
    return _content(
        random,
        _LATIN,
        lambda serial: (
            _part(JPEG, picture(random), f"{serial}a.jpg"),
            _text(f"One of two, {serial}: 第一张。", f"{serial}a.txt"),
            _part(JPEG, picture(random, 12, 30), f"{serial}b.jpg"),
        ),
    )


def with_sound(random: Random, largest: int) -> Content:
    """Octets that are neither text nor picture."""
    return _content(random, _CHINESE, lambda serial: (_part(AMR, sound(random, 3200), f"{serial}.amr"),))


def near(random: Random, largest: int) -> Content:
    """Close to what the operator says it takes: 300 kB may be as many thousands."""
    return _of_octets(random, largest * 1000 // 1024 - _HEADERS)


def beyond(random: Random, largest: int) -> Content:
    """Larger by a tenth than what the operator says it takes."""
    return _of_octets(random, largest + largest // 10)


Draw = Callable[[Random, int], Content]
"""`largest`: octets that the operators of both ends say they take"""


def drawn(bench: Bench, draw: Draw, largest: int) -> Content:
    """By the time of day as well: centres keep messages for days, and two runs may have one seed."""
    return draw(Random(f"{bench.random.random()}/{bench.clock().timestamp()}"), largest)


def _of_octets(random: Random, octets: int) -> Content:
    return _content(
        random,
        _LATIN,
        lambda serial: (_part(JPEG, picture(random, octets=octets - 100), f"{serial}.jpg"),),
        sized=True,
    )


def _content(
    random: Random, words: _Words, media: Callable[[str], tuple[Part, ...]], *, sized: bool = False
) -> Content:
    serial = f"{_SERIAL}{random.getrandbits(32):08X}"
    subject, text = (pattern.format(serial=serial) for pattern in words)
    return Content(serial, subject, (*media(serial), _text(text, f"{serial}.txt")), sized)


def _text(text: str, name: str) -> Part:
    return Part(TEXT, text.encode(), name=name, content_id=name, location=name, charset="utf-8")


def _part(content_type: str, data: bytes, name: str) -> Part:
    return Part(content_type, data, name=name, content_id=name, location=name)
