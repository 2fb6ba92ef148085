"""The SMIL of slides, read by an XML parser."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest

from interop.mms import RELATED, SMIL, Body, Part, slides

PICTURE, OTHER = Part("image/jpeg", b"1"), Part("image/gif", b"2")
TEXT, MORE = Part("text/plain", b"Hi"), Part("text/plain", b"Ho")
SOUND, FILM, CARD = Part("audio/amr", b"3"), Part("video/3gpp", b"4"), Part("text/x-vcard", b"5")


def shown(body: Body) -> list[list[tuple[str, str]]]:
    """Of each slide: what element shows which location. All are there, each region is one of the layout."""
    (smil,) = (part for part in body.parts if part.content_type == SMIL)
    root = ElementTree.fromstring(smil.text)
    regions = {region.get("id") for region in root.iterfind("head/layout/region")}
    found = []
    for page in root.iterfind("body/par"):
        assert page.get("dur")
        found.append([(item.tag, str(item.get("src"))) for item in page])
        assert all(item.tag == "audio" or item.get("region") in regions for item in page)
    assert {src for page in found for _, src in page} <= {part.location for part in body.parts}
    return found


@pytest.mark.parametrize(
    ("parts", "elements"),
    [
        ([], []),
        ([TEXT], [["text"]]),
        ([PICTURE], [["img"]]),
        ([PICTURE, TEXT], [["img", "text"]]),
        ([TEXT, PICTURE], [["text"], ["img"]]),
        ([PICTURE, TEXT, OTHER, MORE], [["img", "text"], ["img", "text"]]),
        ([PICTURE, OTHER, TEXT], [["img"], ["img", "text"]]),
        ([TEXT, MORE], [["text"], ["text"]]),
        ([PICTURE, TEXT, SOUND], [["img", "text", "audio"]]),
        ([SOUND, SOUND], [["audio"], ["audio"]]),
        ([FILM, TEXT], [["video", "text"]]),
        ([CARD, TEXT, CARD], [["text"]]),
    ],
)
def test_slides(parts: list[Part], elements: list[list[str]]) -> None:
    body = slides(parts)
    assert [[tag for tag, _ in page] for page in shown(body)] == elements
    assert [part.data for part in body.media] == [part.data for part in parts]


def test_the_smil_is_where_it_begins() -> None:
    body = slides([PICTURE])
    first = body.parts[0]
    assert (body.content_type, body.start, body.start_type) == (RELATED, first.content_id, SMIL)
    assert first.content_type == SMIL


def test_parts_get_what_they_lack() -> None:
    made, named, placed = slides(
        [PICTURE, Part("image/png", b"", "me.png"), Part("a/b", b"", location="c", content_id="d")]
    ).media
    assert (made.name, made.content_id, made.location) == ("image_1.jpg",) * 3
    assert (named.name, named.content_id, named.location) == ("me.png",) * 3
    assert (placed.name, placed.content_id, placed.location) == ("c", "d", "c")


def test_two_of_one_name() -> None:
    twins = slides([Part("image/png", b"1", "me.png"), Part("image/png", b"2", "me.png")])
    assert [src for page in shown(twins) for _, src in page] == ["me.png", "image_2.png"]
    assert [part.name for part in twins.media] == ["me.png"] * 2


def test_names_that_xml_does_not_like() -> None:
    body = slides([Part("image/png", b"", 'a<&>"好.png')])
    assert shown(body) == [[("img", 'a<&>"好.png')]]
