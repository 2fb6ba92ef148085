"""A multimedia message as it is edited by commands, part after part, until it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from interop import mms

# SIM800 manual V1.09 15.2.4 +CMMSSENDCFG; +QMMSCFG="sendparam" has the same six. Values not here: not set.
_VALID_S: Final = {0: 3600, 1: 43_200, 2: 86_400, 3: 172_800, 4: 604_800, 5: 2_592_000}
_PRIORITIES: Final = {0: mms.Priority.LOW, 1: mms.Priority.NORMAL, 2: mms.Priority.HIGH}
_HIDDEN: Final = {0: True, 1: False}
CLASSES: Final = ("personal", "advertisement", "informational", "auto")
NOT_SET: Final = (6, 3, 0, 0, 2, 4)
"""<valid>,<pri>,<sendrep>,<readrep>,<visible>,<class>"""
RANGES: Final = (6, 3, 1, 1, 2, 4)
"""the highest value of each"""

_TYPES: Final = {
    ".txt": "text/plain",
    ".smil": mms.SMIL,
    ".smi": mms.SMIL,
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".png": "image/png",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".wbmp": "image/vnd.wap.wbmp",
    ".amr": "audio/amr",
    ".aac": "audio/aac",
    ".mp3": "audio/mpeg",
    ".mid": "audio/midi",
    ".3gp": "video/3gpp",
    ".mp4": "video/mp4",
}
_OTHER: Final = "application/octet-stream"


def type_of(name: str) -> str:
    """By the file's extension.

    >>> type_of("RAM:a.JPG")
    'image/jpeg'
    """
    return _TYPES.get(PurePosixPath(name.lower()).suffix, _OTHER)


@dataclass(slots=True)
class Draft:
    """`to`, `cc`, `bcc`: numbers or e-mail addresses as they were given."""

    to: list[str] = field(default_factory=list)
    cc: list[str] = field(default_factory=list)
    bcc: list[str] = field(default_factory=list)
    subject: str = ""
    parts: list[mms.Part] = field(default_factory=list)

    @property
    def recipients(self) -> int:
        return len(self.to) + len(self.cc) + len(self.bcc)

    @property
    def size(self) -> int:
        return sum(len(part.data) for part in self.parts)

    def request(self, transaction: str, parameters: Sequence[int]) -> mms.SendReq:
        """M-Send.req with a SMIL of the modem's own."""
        valid, priority, delivery, read, visible, class_ = parameters[:6]
        return mms.SendReq(
            transaction,
            _addresses(self.to),
            mms.slides(self.parts),
            cc=_addresses(self.cc),
            bcc=_addresses(self.bcc),
            subject=self.subject,
            message_class=CLASSES[class_] if class_ < len(CLASSES) else "",
            expiry=mms.After(_VALID_S[valid]) if valid in _VALID_S else None,
            priority=_PRIORITIES.get(priority),
            sender_hidden=_HIDDEN.get(visible),
            delivery_report=delivery == 1,
            read_report=read == 1,
        )


def text_part(data: bytes, name: str) -> mms.Part:
    """What is written as text: UTF-8, or UTF-16 behind a byte order mark."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    return mms.Part("text/plain", data, name=name, charset="utf-8")


def media_part(data: bytes, name: str, content_type: str = "") -> mms.Part:
    return mms.Part(content_type or type_of(name), data, name=name)


def _addresses(numbers: Sequence[str]) -> tuple[str, ...]:
    return tuple(each if "@" in each else mms.of_number(each) for each in numbers)
