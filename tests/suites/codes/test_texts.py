"""Which text a damaged one was: examples that were published, and no other attempt's text taken for it."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop import otp
from interop.smspdu import split_text
from suites.codes.replies import REPLY
from suites.codes.texts import CHINESE, LATIN, LONG_CHINESE, LONG_LATIN, CodeText, Damage, read_otherwise

PATTERNS = (LATIN, CHINESE, LONG_LATIN, LONG_CHINESE, REPLY)
NAMES = ("latin", "chinese", "long-latin", "long-chinese", "reply")
LIFE_S = 300.0


def drawn(pattern: str, seed: int = 1) -> CodeText:
    return CodeText.draw(pattern, Random(seed), LIFE_S)


@pytest.mark.parametrize("pattern", PATTERNS, ids=NAMES)
def test_a_text_says_its_code_and_serial_once(pattern: str) -> None:
    sent = drawn(pattern)
    assert sent.text.count(sent.code) == sent.text.count(sent.serial) == 1
    assert len(sent.code) == 6 and sent.code.isdecimal()
    assert sent.damage(sent.text) is Damage.NONE
    if pattern is not REPLY:
        assert otp.find(sent.text).code == sent.code
        assert "5" in sent.text.replace(sent.code, "").replace(sent.serial, "")


@pytest.mark.parametrize(
    ("pattern", "messages"), [(LATIN, 1), (CHINESE, 1), (LONG_LATIN, 2), (LONG_CHINESE, 3)]
)
def test_long_texts_are_cut_in_the_code_or_beside_it(pattern: str, messages: int) -> None:
    """By 3GPP TS 23.040 9.2.3.24.1: 153 characters of 7 bit, 67 of UCS2; and whatever the code is."""
    for seed in range(20):
        sent = drawn(pattern, seed)
        assert len(split_text(sent.text, reference=1)) == messages
        if messages > 1:
            end = 67 if pattern is LONG_CHINESE else 153
            first, last = sent.text.index(sent.code), sent.text.index(sent.code) + len(sent.code)
            assert first - 8 <= end <= last + 8, (first, end, last)


# Pairs that anybody can look up: the same octets in two codings.
PUBLISHED = (
    ("浣犲ソ", "你好"),  # E4 BD A0 E5 A5 BD: UTF-8, read as GBK
    ("ä½\xa0å¥½", "你好"),  # the same, read as ISO 8859-1
    ("ÄãºÃ", "你好"),  # C4 E3 BA C3: GBK, read as ISO 8859-1
    ("貚솋Ÿ", "验证码"),  # 9A8C 8BC1 7801: UCS2, its octets swapped
    ("䍯摥", "Code"),  # 43 6F 64 65: 7 bit or ASCII, read as UCS2
    ("\x9a\x8c\x8b\xc1\x78\x01", "验证码"),  # UCS2, read as ISO 8859-1
)


@pytest.mark.parametrize(("received", "sent"), PUBLISHED)
def test_published_misreadings(received: str, sent: str) -> None:
    assert sent in set(read_otherwise(received))


def misread(text: str) -> list[str]:
    """By hand, what a gateway makes of a text whose coding it mistakes."""
    octets = text.encode("utf-16-be")
    wrong = [
        "".join(map(chr, (low * 256 + high for high, low in zip(octets[::2], octets[1::2], strict=True))))
    ]
    if text.isascii():
        padded = text + " " * (len(text) % 2)
        wrong.append(
            "".join(
                chr(ord(one) * 256 + ord(two)) for one, two in zip(padded[::2], padded[1::2], strict=True)
            )
        )
    else:
        wrong.append(text.encode("utf-8").decode("latin-1"))
    return wrong


@pytest.mark.parametrize("pattern", PATTERNS, ids=NAMES)
def test_another_coding_is_told_from_other_characters(pattern: str) -> None:
    sent = drawn(pattern)
    assert [sent.damage(each) for each in misread(sent.text)] == [Damage.CODING] * 2
    utf8_as_gbk = sent.text.encode().decode("gb18030", "replace")
    if utf8_as_gbk != sent.text:
        assert sent.damage(utf8_as_gbk) in (Damage.CODING, Damage.TEXT)
        assert "�" in utf8_as_gbk or sent.damage(utf8_as_gbk) is Damage.CODING


@pytest.mark.parametrize("pattern", PATTERNS, ids=NAMES)
def test_damaged_texts_are_known(pattern: str) -> None:
    sent = drawn(pattern)
    shown = {
        "without its last third": sent.text[: len(sent.text) * 2 // 3],
        "without its first third": sent.text[len(sent.text) // 3 :],
        "with an advertisement behind it": sent.text + "【广告】回复T退订",
        "without its code": sent.text.replace(sent.code, ""),
        "without its serial number": sent.text.replace(sent.serial, ""),
    }
    if not sent.text.isascii():
        shown["with '?' for Chinese"] = "".join(char if char.isascii() else "?" for char in sent.text)
    assert {what: sent.damage(text) for what, text in shown.items()} == dict.fromkeys(shown, Damage.TEXT)


@pytest.mark.parametrize("pattern", PATTERNS, ids=NAMES)
@pytest.mark.parametrize(
    "received", ["", "?" * 60, "您的验证码是482913，请勿泄露。", "中国联通：您的话费余额为3.20元"]
)
def test_what_is_beyond_recognition_is_another_text(pattern: str, received: str) -> None:
    sent = drawn(pattern)
    assert sent.damage(received) is None


@given(
    st.sampled_from(PATTERNS),
    st.sampled_from(PATTERNS),
    st.integers(0, 2**64),
    st.integers(0, 2**64),
    st.data(),
)
def test_no_other_attempt_s_text_is_taken_for_it(
    mine: str, other: str, seed: int, another: int, data: st.DataObject
) -> None:
    """Whole, with an end cut off that is not its serial number, with '?', and in another coding."""
    sent, strange = drawn(mine, seed), drawn(other, another)
    if sent.serial == strange.serial:
        return
    at = strange.text.index(strange.serial)
    begin = data.draw(st.integers(0, at))
    end = data.draw(st.integers(at + len(strange.serial), len(strange.text)))
    for received in (
        strange.text,
        strange.text[begin:end],
        "".join(char if char.isascii() else "?" for char in strange.text),
        *misread(strange.text),
        strange.text.encode().decode("gb18030", "replace"),
    ):
        assert sent.damage(received) is None, received


@given(st.sampled_from(PATTERNS), st.integers(0, 2**64), st.text())
def test_anything_may_come(pattern: str, seed: int, received: str) -> None:
    """Lone surrogates included, as a handset with a broken coding shows them."""
    sent = drawn(pattern, seed)
    assert sent.damage(received) in (*Damage, None)
    assert sent.text not in list(read_otherwise(sent.text))
