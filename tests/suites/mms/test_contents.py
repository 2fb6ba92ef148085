"""What is sent: valid pictures and sounds, never twice, of the right size, known again when damaged."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest

from interop import mms
from interop.mms import Part, SendReq
from suites.mms import contents
from suites.mms.contents import Content, is_another
from suites.mms.media import is_picture, picture, sound

DRAWS = (contents.latin, contents.chinese, contents.with_picture, contents.of_several, contents.with_sound)
LARGEST = 300 * 1024


# The image of one grey square in baseline JPEG, put together by hand from ITU-T T.81: DC difference +4
# (category 3, code 100, bits 100), end of block (0), one bits to fill the octet.
ONE_SQUARE = bytes([0b10010001])


class _Drawn(Random):
    """Draws 132 alone: four more than the mean that comes first."""

    def randrange(self, *args: object, **kwargs: object) -> int:
        return 132


def test_a_picture_is_what_the_standard_says() -> None:
    data = picture(_Drawn(), 1, 1)
    assert data.startswith(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00")
    assert data.endswith(ONE_SQUARE + b"\xff\xd9")
    assert is_picture(data)


@pytest.mark.parametrize("octets", [0, 900, 5000, 70_000, 200_003])
def test_a_picture_is_as_large_as_it_shall_be(octets: int) -> None:
    data = picture(Random(1), octets=octets)
    assert len(data) == (octets or 812)
    markers = [at for at in range(len(data) - 1) if data[at : at + 2] == b"\xff\xd9"]
    assert markers[-1] == len(data) - 2


@pytest.mark.foreign
def test_others_take_them_for_what_they_are(tmp_path: Path) -> None:
    if shutil.which("file") is None:
        pytest.skip("file is not installed: apt-get install file")
    (tmp_path / "picture").write_bytes(picture(Random(1), octets=70_000))
    (tmp_path / "sound").write_bytes(sound(Random(1), 3200))
    said = [
        subprocess.check_output(["file", "--brief", tmp_path / name], text=True)
        for name in ("picture", "sound")
    ]
    assert "JPEG image data, JFIF standard 1.01" in said[0]
    assert "192x144, components 1" in said[0]
    assert "Adaptive Multi-Rate" in said[1]


@pytest.mark.parametrize("draw", DRAWS)
def test_no_two_are_alike(draw: contents.Draw) -> None:
    one, other = draw(Random(1), LARGEST), draw(Random(2), LARGEST)
    assert one == draw(Random(1), LARGEST)
    assert one.serial != other.serial
    assert not {part.data for part in one.media} & {part.data for part in other.media}
    assert len(one.subject.encode()) <= 40


@pytest.mark.parametrize("largest", [30_000, LARGEST])
def test_sizes_are_on_either_side_of_the_limit(largest: int) -> None:
    near, beyond = contents.near(Random(1), largest), contents.beyond(Random(1), largest)
    assert largest * 0.85 < len(_encoded(near)) < largest
    assert largest < len(_encoded(beyond)) < largest * 1.15
    assert near.sized
    assert beyond.sized


def _encoded(content: Content) -> bytes:
    to = ("+8617090001234/TYPE=PLMN",)
    return mms.encode(SendReq(content.serial, to, mms.slides(content.media), subject=content.subject))


def test_it_is_known_by_what_is_left_of_it() -> None:
    content = contents.with_picture(Random(1), LARGEST)
    image, text = content.media
    assert content.is_in(f"?? {content.serial}")
    assert content.is_in("", [text])
    assert content.is_in("", [image])
    assert not content.is_in("互通彩信", [Part("image/jpeg", image.data[:-1])])
    assert not is_another(content, f"{content.subject} {text.text}")
    assert is_another(content, contents.latin(Random(2), LARGEST).subject)
    assert not is_another(content, "a stranger's")


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        (b"\xff\xd8\xff\xe0..\xff\xd9", True),
        (b"GIF89a..;", True),
        (b"\x89PNG\r\n\x1a\n..IEND\xaeB`\x82", True),
        (b"\xff\xd8\xff\xe0..", False),
        (b"<html>", False),
        (b"", False),
    ],
)
def test_a_whole_picture(data: bytes, is_one: bool) -> None:
    assert is_picture(data) is is_one
