"""What the MMS clients of modems take and give: settings of a message, files, recipients, types.

SIM800 Series AT Command Manual V1.09 15.2.4, 15.2.6, 15.2.15; LTE Standard MMS Application Note V1.1 2.1, of
Quectel, counts the settings alike.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Final

from drivers.mms.way import quoted
from interop.mms import PERSONAL, After, Part, Priority, SendReq, number_of
from interop.protocols.errors import NotAvailable

_VALID: Final = {3600: 0, 12 * 3600: 1, 24 * 3600: 2, 48 * 3600: 3, 7 * 86400: 4}
_NOT_SET = 6
_PRIORITY: Final[dict[int | None, int]] = {None: 3, Priority.LOW: 0, Priority.NORMAL: 1, Priority.HIGH: 2}
_VISIBLE: Final = {True: 0, False: 1, None: 2}
"""X-Mms-Sender-Visibility, by `sender_hidden`"""
_CLASS: Final = {PERSONAL: 0, "advertisement": 1, "informational": 2, "auto": 3, "": 4}

TYPES: Final = {
    2: "text/plain",
    3: "text/html",
    4: "text/plain",
    5: "image/*",
    6: "image/gif",
    7: "image/jpeg",
    8: "image/tiff",
    9: "image/png",
    10: "application/smil",
}
"""<type> of +CMMSRECV and +CMMSVIEW (15.2.15); image/* is what the name says, as is a number that it lacks"""

EXTENSIONS: Final = {
    ".txt": "text/plain",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".png": "image/png",
    ".bmp": "image/bmp",
    ".tif": "image/tiff",
    ".amr": "audio/amr",
    ".aac": "audio/aac",
    ".mid": "audio/midi",
    ".mp3": "audio/mpeg",
    ".3gp": "video/3gpp",
    ".mp4": "video/mp4",
    ".smil": "application/smil",
}


def settings(device: str, message: SendReq) -> str:
    """<valid>,<pri>,<sendrep>,<readrep>,<visible>,<class>. Raises NotAvailable for what they cannot say."""
    expiry, kind = message.expiry, message.message_class
    seconds = expiry.seconds if isinstance(expiry, After) else None
    if expiry is not None and seconds not in _VALID:
        raise NotAvailable(device, f"its MMS client cannot set an expiry of {expiry}")
    if message.delivery_time is not None:
        raise NotAvailable(device, "its MMS client cannot set a time of delivery")
    if kind not in _CLASS or message.priority not in _PRIORITY:
        raise NotAvailable(device, f"its MMS client knows no class {kind!r} or priority {message.priority}")
    values = (
        _NOT_SET if seconds is None else _VALID[seconds],
        _PRIORITY[message.priority],
        int(message.delivery_report is True),
        int(message.read_report is True),
        _VISIBLE[message.sender_hidden],
        _CLASS[kind],
    )
    return ",".join(map(str, values))


def recipients(device: str, addresses: tuple[str, ...]) -> list[str]:
    """As the clients want them: numbers without a type, in quotes. Raises NotAvailable."""
    return [quoted(device, number_of(address)) for address in addresses]


def file_names(parts: tuple[Part, ...]) -> list[str]:
    """For each part one of its own, at most 40 of ASCII with the extension of its type (15.2.6)."""
    names: list[str] = []
    for number, part in enumerate(parts):
        told = part.location or part.name or part.content_id
        stem = re.sub(r"[^A-Za-z0-9_-]", "", PurePosixPath(told).stem)[:24] or "part"
        fitting = [extension for extension, kind in EXTENSIONS.items() if kind == part.content_type]
        suffix = PurePosixPath(told).suffix.lower()
        extension = suffix if suffix in fitting or not fitting else fitting[0]
        name = f"{stem}{extension}"
        while name in names:
            stem = f"{stem}-{number}"
            name = f"{stem}{extension}"
        names.append(name)
    return names


def content_type(number: int | None, name: str) -> str:
    """
    >>> content_type(7, "image0.jpg"), content_type(5, "a.gif"), content_type(None, "b")
    ('image/jpeg', 'image/gif', 'application/octet-stream')
    """
    told = TYPES.get(number or 0, "image/*")
    if told != "image/*":
        return told
    return EXTENSIONS.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def text_of(line: str) -> str:
    """What a line of the modem says in UTF-8; lines are read as Latin-1."""
    return line.encode("latin-1", "replace").decode("utf-8", "replace")
