"""Content types with their parameters, and multipart bodies (WAP-230-WSP 8.4.2.24 and 8.5).

A part that is a multipart itself stays octets: nothing here calls itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from interop.mms import charsets, media_types
from interop.mms.errors import MmsError
from interop.mms.pdus import Body, Part
from interop.mms.wire import Octets, integer, text_string, value
from interop.smspdu.wap import uintvar

_MULTIPART: Final = "application/vnd.wap.multipart."
_MEDIA: Final = re.compile(r"[!#$%&'*+.^_`|~0-9a-z-]+/[!#$%&'*+.^_`|~0-9a-z-]+")
"""two tokens (RFC 2616 2.2)"""

# WSP table 38. Name, filename and start have a second number since version 1.4.
_Q, _CHARSET = 0x00, 0x01
_PARAMETERS: Final = {
    _CHARSET: "charset",
    0x05: "name",
    0x17: "name",
    0x06: "filename",
    0x18: "filename",
    0x09: "type",
    0x0A: "start",
    0x19: "start",
}
_NAME, _TYPE, _START = 0x05, 0x09, 0x0A
"""as they are written: those of versions 1.1 and 1.2, which everybody reads"""

# WSP table 39
_CONTENT_LOCATION, _CONTENT_ID = 0x0E, 0x40
_PART_FIELDS: Final = {
    _CONTENT_LOCATION: "content-location",
    _CONTENT_ID: "content-id",
    0x2E: "content-disposition",
    0x45: "content-disposition",
}
_SHIFT: Final = 0x7F


@dataclass(frozen=True, slots=True)
class ContentType:
    """`name`: lower case. `parameters`: those that we know, by name."""

    name: str
    parameters: dict[str, str]


def is_multipart(content_type: str) -> bool:
    return content_type.startswith(_MULTIPART)


def read_content_type(octets: Octets) -> ContentType:
    """A number or text by itself, or with parameters behind a length."""
    if octets.peek() > 0x1F:
        return ContentType(_media(octets), {})
    inner = octets.measured()
    return ContentType(_media(inner), _read_parameters(inner))


def _media(octets: Octets) -> str:
    """An assigned number, short or long, or text, of which parameters behind a semicolon are left out."""
    if octets.text_next():
        name = octets.text().partition(";")[0].strip().lower()
        return name if _MEDIA.fullmatch(name) else media_types.OCTETS
    return media_types.NAMES.get(octets.integer(), media_types.OCTETS)


def _read_parameters(octets: Octets) -> dict[str, str]:
    """The first of each name counts."""
    found: dict[str, str] = {}
    while octets:
        if octets.text_next():
            name = octets.text().strip().lower()
        else:
            number = octets.integer()
            if number == _Q:
                octets.uintvar()
                continue
            name = _PARAMETERS.get(number, "")
        if octets:
            said = octets.value(text=name in ("name", "filename", "start"))
            if name:
                found.setdefault(name, _parameter(name, said))
    return found


def _parameter(name: str, said: Octets) -> str:
    if name == "type":
        return _media(said)
    if name == "charset":
        named = said.text_next()
        return _quoted(said.text()).lower() if named else charsets.NAMES.get(said.integer(), "")
    return _quoted(said.text())


def _quoted(text: str) -> str:
    """Without the mark of a quoted-string (8.4.2.1), or the two that some write."""
    return text.strip('"') if text.startswith('"') else text


def _content_id(text: str) -> str:
    text = _quoted(text)
    return text[1:-1] if text.startswith("<") and text.endswith(">") and len(text) > 1 else text


def read_body(octets: Octets) -> Body:
    """The value of Content-Type, and all that follows."""
    kind = read_content_type(octets)
    said = kind.parameters
    if not is_multipart(kind.name):
        name = said.get("name") or said.get("filename", "")
        part = Part(kind.name, octets.rest(), name, charset=said.get("charset", ""))
        return Body((part,), kind.name)
    parts = _read_parts(octets) if octets else ()
    return Body(parts, kind.name, _content_id(said.get("start", "")), said.get("type", ""))


def _read_parts(octets: Octets) -> tuple[Part, ...]:
    octets.field = "multipart"
    count = octets.uintvar()
    parts = []
    for number in range(1, count + 1):
        octets.field = f"part {number} of {count}"
        head_size, size = octets.uintvar(), octets.uintvar()
        head = octets.take(head_size)
        parts.append(_read_part(head, octets.take(size)))
    return tuple(parts)


def _read_part(head: Octets, data: Octets) -> Part:
    kind = read_content_type(head)
    fields = _read_fields(head)
    said = kind.parameters
    return Part(
        kind.name,
        data.rest(),
        said.get("name") or said.get("filename") or fields.get("content-disposition", ""),
        _content_id(fields.get("content-id", "")),
        _quoted(fields.get("content-location", "")),
        said.get("charset", ""),
    )


def _read_fields(head: Octets) -> dict[str, str]:
    """Those behind the content type. Of another code page, or such as we do not know, are passed over."""
    found: dict[str, str] = {}
    page = 1
    while head:
        first = head.octet()
        if first < 0x20 or first == _SHIFT:  # 8.4.2.6
            page = head.octet() if first == _SHIFT else first
            continue
        if first & 0x80:
            name = _PART_FIELDS.get(first & 0x7F, "") if page == 1 else ""
        else:
            head.at -= 1
            name = head.text().strip().lower()
        if not head:
            break
        said = head.value(text=name in ("content-location", "content-id"))
        if name == "content-disposition":
            found.setdefault(name, _disposition(said))
        elif name in ("content-location", "content-id"):
            found.setdefault(name, said.text())
    return found


def _disposition(said: Octets) -> str:
    """Its filename (8.4.2.21): a length, how it is to be shown, parameters."""
    if said.peek() > 0x1F:
        return ""
    inner = said.measured()
    inner.value()
    return _read_parameters(inner).get("filename", "")


def write_content_type(name: str, field: str, parameters: bytes = b"") -> bytes:
    media = _write_media(name, field)
    return value(media + parameters) if parameters else media


def _write_media(name: str, field: str) -> bytes:
    """Raises MmsError."""
    lower = name.lower()
    if lower in media_types.NUMBERS:
        return _number(media_types.NUMBERS[lower])
    if not _MEDIA.fullmatch(lower):
        raise MmsError(field, f"{name!r} is no content type")
    return text_string(lower, field)


def write_body(body: Body) -> bytes:
    """The value of Content-Type, and all that follows. Raises MmsError."""
    if not is_multipart(body.content_type):
        return _write_only(body)
    parameters = b""
    if body.start_type:
        parameters += _number(_TYPE) + _write_media(body.start_type, "type of the start part")
    if body.start:
        parameters += _number(_START) + text_string(f"<{body.start}>", "start")
    out = [write_content_type(body.content_type, "Content-Type", parameters), uintvar(len(body.parts))]
    for number, part in enumerate(body.parts, 1):
        head = _part_head(part, f"part {number}")
        out += [uintvar(len(head)), uintvar(len(part.data)), head, part.data]
    return b"".join(out)


def _write_only(body: Body) -> bytes:
    if len(body.parts) != 1:
        raise MmsError("Content-Type", f"{body.content_type!r} is of one part, not {len(body.parts)}")
    (part,) = body.parts
    if part.content_type != body.content_type:
        raise MmsError("Content-Type", f"{body.content_type!r} with a part of {part.content_type!r}")
    if part.content_id or part.location or body.start or body.start_type:
        raise MmsError("Content-Type", f"{body.content_type!r} is no multipart: no place for ids of parts")
    return write_content_type(part.content_type, "Content-Type", _part_parameters(part, "body")) + part.data


def _part_head(part: Part, field: str) -> bytes:
    head = write_content_type(part.content_type, f"{field}: content type", _part_parameters(part, field))
    if part.content_id:
        said = text_string(f"<{part.content_id}>", f"{field}: content id")
        head += _number(_CONTENT_ID) + b'"' + said
    if part.location:
        head += _number(_CONTENT_LOCATION) + _unquoted(part.location, f"{field}: location")
    return head


def _part_parameters(part: Part, field: str) -> bytes:
    out = b""
    if part.charset:
        name = part.charset.lower()
        number = charsets.NUMBERS.get(name)
        charset = f"{field}: charset"
        said = _unquoted(name, charset) if number is None else integer(number, charset)
        out += _number(_CHARSET) + said
    if part.name:
        out += _number(_NAME) + _unquoted(part.name, f"{field}: name")
    return out


def _number(number: int) -> bytes:
    """Of a parameter or a field."""
    return bytes((number | 0x80,))


def _unquoted(text: str, field: str) -> bytes:
    """Raises MmsError, also for what would be read as a quoted-string."""
    if text.startswith('"'):
        raise MmsError(field, f"{text!r} begins with a quotation mark")
    return text_string(text, field)
