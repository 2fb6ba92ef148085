"""What defects do to a message on its way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from drivers.emulated.defects import Defects
from drivers.emulated.mms.letters import Letter
from drivers.emulated.mms.pictures import smaller
from interop import mms
from interop.mms import Body, Part, SendReq

Values = Mapping[str, str]


def spoilt(letter: Letter, defects: Defects) -> Letter:
    """With everything that is wrong between its sender and its recipient."""
    for name, change in _CHANGES.items():
        if defect := defects.between(name, "mms", letter.sender, letter.recipient):
            letter = replace(letter, content=change(letter.content, defect.values))
    if defect := defects.between("mms.sender", "mms", letter.sender, letter.recipient):
        number = defect.values["number"]
        letter = replace(letter, shown="" if number == "none" else mms.of_number(number))
    return letter


def _recompressed(content: SendReq, _values: Values) -> SendReq:
    def change(part: Part) -> Part:
        return replace(part, data=smaller(part.data)) if part.content_type.startswith("image/") else part

    return _with(content, [change(part) for part in content.body.parts])


def _part_lost(content: SendReq, _values: Values) -> SendReq:
    """The last one, but never the only one that there is. A SMIL stays, and goes on naming it."""
    media = content.body.media
    if len(media) < 2:
        return content
    return _with(content, [part for part in content.body.parts if part is not media[-1]])


def _subject(content: SendReq, _values: Values) -> SendReq:
    return replace(content, subject=_ascii(content.subject))


def _text(content: SendReq, _values: Values) -> SendReq:
    def change(part: Part) -> Part:
        if part.content_type != "text/plain" or part.data.isascii():
            return part
        return replace(part, charset="iso-8859-1")

    return _with(content, [change(part) for part in content.body.parts])


def _truncated(content: SendReq, values: Values) -> SendReq:
    left, kept = int(values["size"]), []
    for part in content.body.parts:
        if left > 0:
            kept.append(replace(part, data=part.data[:left]))
            left -= len(part.data)
    return _with(content, kept)


_CHANGES: Final[dict[str, Callable[[SendReq, Values], SendReq]]] = {
    "mms.recompressed": _recompressed,
    "mms.part_lost": _part_lost,
    "mms.subject": _subject,
    "mms.text": _text,
    "mms.truncated": _truncated,
}


def _with(content: SendReq, parts: list[Part]) -> SendReq:
    body = content.body
    return replace(content, body=Body(tuple(parts), body.content_type, body.start, body.start_type))


def _ascii(text: str) -> str:
    return "".join(char if char.isascii() else "?" for char in text)
