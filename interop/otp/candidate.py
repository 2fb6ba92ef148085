"""Every piece of a text that could be a code, and how it is written. What it is, is judged elsewhere.

All patterns run over a text of the same length in which full-width characters and circled digits are ASCII,
every blank and what makes a keycap of a digit is a space, and the traditional characters of such messages are
simplified: an offset means the same place in both.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    (0x00A0, 0x2002, 0x2003, 0x2009, 0x202F, 0x3000, 0xFEFF, 0x200B, 0xFE0F, 0x20E3), 0x20
)
_CIRCLED: Final = {first + digit: 0x31 + digit for first in (0x2460, 0x2776) for digit in range(9)} | {
    0x24EA: 0x30
}
_TRADITIONAL: Final = str.maketrans(
    "驗碼證証確認動態隨機識別錄註冊臨時啟編號帳賬戶轉額優兌換貨憑請洩輸鐘內為數訂單電話圓傳簡訊鑰後門開鎖領"
    "業費問詢儲餘應繳處號權綁設備險閣舊過點樓櫃",
    "验码证证确认动态随机识别录注册临时启编号帐账户转额优兑换货凭请泄输钟内为数订单电话圆传简讯钥后门开锁领"
    "业费问询储余应缴处号权绑设备险阁旧过点楼柜",
)
_HAN: Final = dict(
    zip("零〇○一二三四五六七八九幺两壹贰叁肆伍陆柒捌玖貳參陸", "00012345678912123456789236", strict=True)
)
_PLAIN: Final = _WIDE | _CIRCLED | _TRADITIONAL
MOST_TEXT: Final = 4096
"""characters looked at: more than any message of 255 parts that people read"""
LETTERS: Final = "A-Za-zÀ-ɏЀ-ӿḀ-ỿ"
"""of the scripts that part their words: Latin and Cyrillic"""


class Shape(Enum):
    DIGITS = "digits"
    SPLIT = "digits in groups"
    MIXED = "letters and digits"
    LETTERS = "letters"
    HAN = "Chinese digits"


@dataclass(frozen=True, slots=True)
class Candidate:
    """`code` without what only parts it, in ASCII; `written` as it stands there from `start` to `end`."""

    start: int
    end: int
    code: str
    written: str
    shape: Shape


# A code is no part of a longer word, number, decimal or masked number; only "Code123456" is written in one.
_GLUED: Final = r"(?:code|pin|otp|password)"
_EDGE: Final = rf"(?:(?<![0-9{LETTERS}])|(?<=code)|(?<=pin)|(?<=otp)|(?<=password))(?<![0-9][.,])"
_END: Final = rf"(?![0-9{LETTERS}])(?!\.[0-9])"
# WQJD-7731, KD-2039-77X1; FB-12345, SMSP-829103 are the sender's mark and the code
_PARTS: Final = (
    "[0-9A-Z]{3,5}(?:-[0-9A-Z]{3,5}){1,2}|[0-9A-Z]{2}(?:-[0-9A-Z]{3,5}){2}|[0-9A-Z]{2}(?:-[0-9A-Z]{2}){2,3}"
)
_LOCKER: Final = r"(?:[0-9]{1,2}|[A-Z]{1,2}[0-9]{0,2})-[0-9]{1,2}-[0-9]{3,5}"
# 82 0193, 820_193, 8 20 19 3: four to eight digits behind a colon
_UNEVEN: Final = (
    r"(?=(?:[0-9][ _/-]?){4,8}(?![0-9]))[0-9]{1,5}(?P<gap>[ _/-])[0-9]{1,5}(?:(?P=gap)[0-9]{1,5}){0,3}"
)
_SHAPES: Final = (
    (Shape.MIXED, rf"(?-i:(?=[0-9-]*[A-Z])(?=[A-Z-]*[0-9])(?:{_PARTS}))(?!-)"),
    (Shape.SPLIT, r"[0-9](?P<by>[-·、,.]? {0,2})(?<![0-9])[0-9](?:(?P=by)[0-9]){2,6}"),
    (Shape.SPLIT, _LOCKER),
    (Shape.SPLIT, r"(?<=[\[(【「])[0-9]{2,4}[ -][0-9]{2,4}(?=[\])】」])"),
    (Shape.SPLIT, rf"(?:(?<=[:为是])|(?<=[:为是] )){_UNEVEN}(?! ?(?:分|秒|小时|天|元|min|sec))"),
    (Shape.SPLIT, r"(?:[0-9]{3}[ -][0-9]{3}|[0-9]{4}[ -][0-9]{4}|[0-9]{2}(?:[ -][0-9]{2}){1,2})"),
    (Shape.MIXED, r"(?-i:[A-Z]{1,5}-(?P<code>[0-9]{4,8}))"),
    (Shape.MIXED, rf"(?!{_GLUED}[0-9]+\b)(?=[0-9A-Za-z]*[0-9])(?=[0-9A-Za-z]*[A-Za-z])[0-9A-Za-z]{{4,10}}"),
    (Shape.MIXED, r"(?-i:[A-Z][0-9]{2})"),
    (Shape.DIGITS, r"[0-9]{3,10}"),
    (Shape.LETTERS, r"[A-Za-z]{4,8}"),
)
# 一三九，二零四; and one by one: 四零九二, 四、零、九、二
_GROUPS: Final = (
    "[{0}]{{3}}[ ,、-][{0}]{{3}}|[{0}]{{4}}[ ,、-][{0}]{{4}}"
    "|[{0}](?P<gap>[ ,、·-]{{0,2}})[{0}](?:(?P=gap)[{0}]){{2,6}}"
)
_PATTERNS: Final = (
    *((shape, re.compile(_EDGE + pattern + _END, re.IGNORECASE | re.ASCII)) for shape, pattern in _SHAPES),
    (Shape.HAN, re.compile(_GROUPS.format("".join(_HAN)))),
)
# What is never a code, and what stands in it is none either.
_NEVER: Final = re.compile(
    r"[a-z]{2,10}://[!-~]+|(?:www\.)[!-~]+"
    r"|(?<![a-z0-9-])[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,5}\.(?:com|cn|net|org|top|xyz|cc|me|io|example|hk|tw)\b(?:/[!-~]*)?"
    r"|(?<![a-z0-9-])[a-z][a-z0-9-]{0,62}(?:\.[a-z0-9-]{1,63}){1,5}/[!-~]*"
    r"|\b[\w-]{1,64}\.(?:jpe?g|png|gif|pdf|docx?|xlsx?|zip|rar|apk|mp[34])\b"
    r"|(?<![0-9])[0-9]{3,4}(?:[ -][0-9]{4}){2,}(?![0-9])"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}\.[\w.]+"
    r"|(?<![0-9])(?:\+?86[- ]?)?1[3-9][0-9][- ]?[0-9]{4}[- ]?[0-9]{4}(?![0-9])"
    r"|1[3-9][0-9][*•xX]{3,8}[0-9]{0,4}|(?<![0-9a-z])x{2,}[- ]?[0-9]{3,4}(?![0-9])"
    r"|\+[0-9]{1,3}(?:[ -]\(?[0-9]{2,4}\)?){2,4}(?![0-9])"
    r"|(?<![0-9])(?:1[- ])?\(?[2-9][0-9]{2}\)?[- ][0-9]{3}-[0-9]{4}(?![0-9])"
    r"|(?<![0-9])[48]00[- ]?[0-9]{3,4}[- ]?[0-9]{3,4}(?![0-9])"
    r"|(?<![0-9])0[0-9]{2,3}-[0-9]{7,8}(?![0-9])"
    r"|(?<![0-9])(?:19|20)[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}"
    r"|(?<![0-9])[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?(?![0-9])"
    r"|(?<![0-9])[0-9]{1,3}(?:,[0-9]{3})+(?:\.[0-9]+)?|(?<![0-9.])[0-9]+\.[0-9]+(?![0-9.])"
    r"|(?<![0-9])[0-9]+,[0-9]{2}(?= ?(?:€|eur\b|zł|kr\b|руб))",
    re.IGNORECASE,
)


def plain(text: str) -> str:
    """`text` in the form that everything here is matched against: as long, at most `MOST_TEXT`."""
    return text[:MOST_TEXT].translate(_PLAIN)


def candidates(text: str) -> Iterator[Candidate]:
    """In the order of the text; none overlaps another. `text` as `plain` gives it, and so is `written`."""
    taken = bytearray(len(text))
    for never in _NEVER.finditer(text):
        taken[never.start() : never.end()] = bytes([1]) * len(never[0])
    found = []
    for shape, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if not any(taken[start:end]) and not _masked(text, start, end):
                taken[start:end] = bytes([1]) * (end - start)
                found.append(Candidate(start, end, _code(match, shape), match[0], shape))
    yield from sorted(found, key=lambda candidate: candidate.start)


def is_locker(candidate: Candidate) -> bool:
    """Is it written as the shelves of a station are numbered: 2-1-0387, C-6-1042?"""
    return re.fullmatch(_LOCKER, plain(candidate.written), re.IGNORECASE) is not None


_STARS: Final = "*•"


def _masked(text: str, start: int, end: int) -> bool:
    """Is it what is left of a number under stars (6222****1234)? Stars on their own are emphasis."""
    before, after = text[:start].rstrip(_STARS), text[end:].lstrip(_STARS)
    left = len(before) < start and before[-1:].isalnum() and before[-1:].isascii()
    right = len(after) < len(text) - end and after[:1].isalnum() and after[:1].isascii()
    return left or right


def _code(match: re.Match[str], shape: Shape) -> str:
    if shape is Shape.HAN:
        return "".join(_HAN.get(char, "") for char in match[0])
    return re.sub("[^0-9A-Za-z]", "", match.groupdict().get("code") or match[0])
