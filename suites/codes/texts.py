"""The texts that originators send: each with a code and a serial number by which it is known again, also when
it comes damaged. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import Final
from unicodedata import category

from interop import otp

LATIN: Final = "Interop test: {code} is your verification code, good for {minutes:g} min. Ref {serial}"
CHINESE: Final = "【互通测试】验证码{code}，{minutes:g}分钟内有效，请勿向任何人泄露。编号{serial}"
LONG_LATIN: Final = (
    "Interop test, ref {serial}. Somebody, we hope it is you, asks to sign in to the online bank from another"
    " device. If so, enter the verification code {code} within {minutes:g} min; if not, do nothing. We never"
    " ask for it by phone."
)
"""two messages of 7 bit, with the code where the first one ends; four as gateways send it, in UCS2"""
LONG_CHINESE: Final = (
    "【互通测试】尊敬的客户，您正在一台未曾使用过的新设备上登录手机银行，如为本人操作，请在{minutes:g}分钟内于页面上"
    "输入这次登录的短信动态验证码{code}完成身份核验，编号{serial}。如非本人操作，请忽略本短信并尽快修改"
    "登录密码。我们的工作人员不会以任何理由向您索要验证码，请勿将其告知他人，以免造成资金损失。"
)
"""three messages; the code is cut by the end of the first one"""

_SERIAL: Final = "IOP"
_ANY_SERIAL: Final = re.compile(rf"{_SERIAL}[0-9A-F]{{8}}")
_SIGNS: Final = ("互通测试", "Interop test")
"""how these texts begin, and no bank's"""
_ILLEGIBLE: Final = 0.25
"""share of a text that no sender wrote, in one that was damaged on its way"""


class Damage(Enum):
    NONE = "none"
    TEXT = "other characters"
    CODING = "the right octets, read in another coding"


@dataclass(frozen=True, slots=True)
class CodeText:
    """What is sent; `serial` is in no other text of this or another run."""

    text: str
    code: str
    serial: str

    @classmethod
    def draw(cls, pattern: str, random: Random, life_s: float) -> CodeText:
        """`pattern`: one of this module's; `life_s`: how long the code is good for, in seconds."""
        code, serial = f"{random.randrange(10**6):06d}", f"{_SERIAL}{random.getrandbits(32):08X}"
        return cls(pattern.format(code=code, serial=serial, minutes=life_s / 60), code, serial)

    def damage(self, received: str) -> Damage | None:
        """What `received` is of this text; None for another text, or one beyond recognition."""
        if received == self.text:
            return Damage.NONE
        if any(other == self.text or self.serial in other for other in read_otherwise(received)):
            return Damage.CODING
        if self.serial in received:
            return Damage.TEXT
        if is_of_ours(received):
            return None
        # texts of banks are all alike: of one without serial and code, only our name says whose it is
        signed = any(sign in received for sign in _SIGNS) and otp.find(received).code is None
        return Damage.TEXT if self.code in received or signed else None


def is_of_ours(received: str) -> bool:
    """Whether it is one of these texts, of whatever attempt, in whatever coding."""
    return any(_ANY_SERIAL.search(text) for text in (received, *read_otherwise(received)))


def is_illegible(received: str) -> bool:
    """Whether much of it is what damage leaves behind: question marks, characters that nobody uses.

    >>> is_illegible("????????????558774?5???????????????"), is_illegible("您的验证码是558774, 对吗?")
    (True, False)
    """
    strange = sum(1 for character in received if _is_strange(character))
    return strange >= _ILLEGIBLE * len(received) > 0


def _is_strange(character: str) -> bool:
    """Pairs of digits and question marks in 7 bit look like rare ideographs, of extension A, in UCS2."""
    rare = "\u3400" <= character <= "\u4dbf"
    return rare or character in "?\ufffd" or category(character) in ("Cc", "Co", "Cn", "Cs")


_MISREADINGS: Final = (
    ("utf-16-be", "utf-16-le"),
    ("utf-16-be", "latin-1"),
    ("latin-1", "utf-8"),
    ("latin-1", "gb18030"),
    ("latin-1", "utf-16-be"),
    ("gb18030", "utf-8"),
)
"""the coding in which it was read, and the one in which it may have been written"""


def read_otherwise(received: str) -> Iterator[str]:
    """The same octets in other codings: UCS2 with its octets swapped, 7 bit text as UCS2, UTF-8 as GB 18030.

    >>> "验证码" in read_otherwise("验证码".encode("utf-16-le").decode("utf-16-be"))
    True
    """
    for read, written in _MISREADINGS:
        try:
            errors = "surrogatepass" if read.startswith("utf") else "strict"
            octets = received.encode(read, errors)
            text = octets.decode(written, "surrogatepass" if written.startswith("utf") else "strict")
        except UnicodeError:
            continue
        if text != received:
            yield text
