"""The SMIL that shows parts as slides (OMA-TS-MMS_CONF 7): what handsets put before text and pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from html import escape
from typing import Final

from interop.mms.pdus import RELATED, SMIL, Body, Part

_NAME: Final = "smil.xml"
_ID: Final = "smil"
_SECONDS: Final = 5
_ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/gif": "gif",
    "image/png": "png",
    "image/vnd.wap.wbmp": "wbmp",
    "text/plain": "txt",
    "text/x-vcard": "vcf",
    "text/x-vcalendar": "vcs",
    "audio/amr": "amr",
    "audio/midi": "mid",
    "video/3gpp": "3gp",
    "video/mp4": "mp4",
}
_ELEMENTS: Final = {"image": "img", "text": "text", "audio": "audio", "video": "video"}
"""of a slide, by the first half of the content type; vCards and the like are attachments, not shown"""
_REGIONS: Final = {"img": "Image", "video": "Image", "text": "Text"}
_LAYOUT: Final = (
    '<head><layout><root-layout width="100%" height="100%"/>'
    '<region id="Image" left="0" top="0" width="100%" height="70%" fit="meet"/>'
    '<region id="Text" left="0" top="70%" width="100%" height="30%" fit="scroll"/>'
    "</layout></head>"
)


def slides(parts: Sequence[Part]) -> Body:
    """A related body with a SMIL in front: a slide for each picture with the text behind it, or text alone.
    Parts without name, content id or location get them.

    >>> body = slides([Part("image/png", b"..."), Part("text/plain", b"Hi")])
    >>> [part.location for part in body.parts]
    ['smil.xml', 'image_1.png', 'text_2.txt']
    """
    named = _named(parts)
    pages = "".join(f'<par dur="{_SECONDS}s">{"".join(page)}</par>' for page in _pages(named))
    text = f"<smil>{_LAYOUT}<body>{pages}</body></smil>"
    smil = Part(SMIL, text.encode(), _NAME, _ID, _NAME, "utf-8")
    return Body((smil, *named), RELATED, _ID, SMIL)


def _named(parts: Sequence[Part]) -> list[Part]:
    """Two parts never get the same location; a location that was given stays."""
    named: list[Part] = []
    taken = {_NAME, *(part.location for part in parts)}
    for number, part in enumerate(parts, 1):
        kind = part.content_type.partition("/")[0]
        made = f"{kind}_{number}.{_ENDINGS.get(part.content_type, 'bin')}"
        location = part.location or (made if part.name in taken else part.name or made)
        taken.add(location)
        named.append(
            replace(
                part, name=part.name or location, content_id=part.content_id or location, location=location
            )
        )
    return named


def _pages(parts: Sequence[Part]) -> Iterator[list[str]]:
    """A slide has one of each region, and one sound (OMA-TS-MMS_CONF 7.1.3.2)."""
    page: dict[str, str] = {}
    for part in parts:
        element = _element(part)
        if not element:
            continue
        place = _REGIONS.get(element, element)
        if place in page or (place == "Image" and "Text" in page):
            yield list(page.values())
            page = {}
        region = f' region="{_REGIONS[element]}"' if element in _REGIONS else ""
        page[place] = f'<{element} src="{escape(part.location)}"{region}/>'
    if page:
        yield list(page.values())


def _element(part: Part) -> str:
    kind, _, rest = part.content_type.partition("/")
    return "" if rest.startswith("x-v") else _ELEMENTS.get(kind, "")
