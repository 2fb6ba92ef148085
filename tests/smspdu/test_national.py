"""National language tables, character by character as 3GPP TS 23.038 Annex A prints them.

The rows below were taken from a second source (the tables of Mozilla's ril_consts.js, which quote A.2 and
A.3) and stand here in another form than in the code: by code position and Unicode name.
"""

from __future__ import annotations

import unicodedata

import pytest

from interop.smspdu import Dcs, InformationElement, Language, PduError, UserData, gsm7
from interop.smspdu.national import LOCKING, SINGLE
from interop.smspdu.userdata import decode_user_data, encode_user_data

# Where the locking tables differ from the default alphabet
TURKISH_LOCKING = "04 20AC,07 0131,0B 011E,0C 011F,1C 015E,1D 015F,40 0130,60 00E7"
PORTUGUESE_LOCKING = (
    "04 00EA,06 00FA,07 00ED,08 00F3,09 00E7,0B 00D4,0C 00F4,0E 00C1,0F 00E1,12 00AA,13 00C7,14 00C0,"
    "15 221E,16 005E,17 005C,18 20AC,19 00D3,1A 007C,1C 00C2,1D 00E2,1E 00CA,24 00BA,40 00CD,5B 00C3,"
    "5C 00D5,5D 00DA,60 007E,7B 00E3,7C 00F5,7D 0060"
)
# What the single shift tables have beyond the extension table of 6.2.1.1
TURKISH_SINGLE = "47 011E,49 0130,53 015E,63 00E7,67 011F,69 0131,73 015F"
SPANISH_SINGLE = "09 00E7,41 00C1,49 00CD,4F 00D3,55 00DA,61 00E1,69 00ED,6F 00F3,75 00FA"
PORTUGUESE_SINGLE = (
    "05 00EA,09 00E7,0B 00D4,0C 00F4,0E 00C1,0F 00E1,12 03A6,13 0393,15 03A9,16 03A0,17 03A8,18 03A3,"
    "19 0398,1F 00CA,41 00C0,49 00CD,4F 00D3,55 00DA,5B 00C3,5C 00D5,61 00C2,69 00ED,6F 00F3,75 00FA,"
    "7B 00E3,7C 00F5,7F 00E2"
)


def rows(text: str) -> dict[int, str]:
    pairs = (row.split() for row in text.split(","))
    return {int(code, 16): chr(int(char, 16)) for code, char in pairs}


@pytest.mark.parametrize(
    ("language", "text"), [(Language.TURKISH, TURKISH_LOCKING), (Language.PORTUGUESE, PORTUGUESE_LOCKING)]
)
def test_locking(language: Language, text: str) -> None:
    default, table = LOCKING[0], LOCKING[language]
    assert len(table) == 128
    assert {code: table[code] for code in range(128) if table[code] != default[code]} == rows(text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        (Language.TURKISH, TURKISH_SINGLE),
        (Language.SPANISH, SPANISH_SINGLE),
        (Language.PORTUGUESE, PORTUGUESE_SINGLE),
    ],
)
def test_single(language: Language, text: str) -> None:
    assert SINGLE[language] == SINGLE[0] | rows(text)
    assert all(unicodedata.name(char, "FORM FEED") for char in SINGLE[language].values())


@pytest.mark.parametrize("single", list(Language))
@pytest.mark.parametrize("locking", sorted(LOCKING))
def test_every_character_through_user_data(locking: int, single: int) -> None:
    header = tuple(
        InformationElement(name, bytes((code,))) for name, code in ((0x25, locking), (0x24, single)) if code
    )
    text = LOCKING[locking].replace("\x1b", "") + "".join(SINGLE[single].values())
    for at in range(0, len(text), 60):
        user_data = UserData(text[at : at + 60], header)
        data = encode_user_data(user_data, Dcs(0))
        assert decode_user_data(data, 0, Dcs(0), bool(header)) == (user_data, len(data))


def test_a_shifted_letter_takes_the_place_of_the_tables() -> None:
    assert gsm7.encode("ş", single=Language.TURKISH) == b"\x1b\x73"
    assert gsm7.encode("ş", Language.TURKISH) == b"\x1d"
    assert gsm7.encode("ş", Language.TURKISH, Language.TURKISH) == b"\x1d"
    assert gsm7.decode(b"\x1d\x1b\x73\x04", 1, 1) == "şş€"


@pytest.mark.parametrize("language", [4, 6, 13, 77, 255])
def test_an_unknown_language_reads_as_the_default(language: int) -> None:
    header = (InformationElement(0x24, bytes((language,))), InformationElement(0x25, bytes((language,))))
    data = encode_user_data(UserData("x[", header[:0]), Dcs(0))
    septets = gsm7.unpack(data[1:], data[0])
    assert gsm7.decode(septets, language, language) == "x["
    with pytest.raises(PduError, match="NLI"):
        encode_user_data(UserData("x", header), Dcs(0))
