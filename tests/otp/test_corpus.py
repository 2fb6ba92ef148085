"""Messages written by us, and the code a person reads in each; "-" where there is none."""

from __future__ import annotations

import random
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from interop.otp import Kind, find

HERE = Path(__file__).parent
HAN = "零一二三四五六七八九"
NAMES = {
    "SIGN": ("小米移动", "示例网", "某某科技", "蜗牛移动"),
    "LATIN": ("Example", "ACME", "Interop"),
    "PLAT": ("云片网", "短信通"),
    "BANK": ("工商银行", "招商银行", "某某农商行"),
    "SHOP": ("某某商城", "优选超市"),
    "BROKER": ("某某证券",),
    "GOV": ("国家税务总局", "社保局"),
    "OP": ("登录", "注册"),
    "LOG": ("丰巢", "某某快递"),
    "AIR": ("某某航空",),
    "NAME": ("张三", "*四"),
    "ADDR": ("南门驿站", "8号楼快递柜"),
    "KEY": ("校验密码", "授权码", "提取码", "登录码", "短信密码", "支付码", "口令", "动态码"),
}


def lines(name: str) -> list[tuple[str, list[str]]]:
    rows = (HERE / name).read_text(encoding="utf-8").splitlines()
    return [
        (text.encode("utf-8").decode("utf-8").replace("\\n", "\n"), [] if codes == "-" else codes.split(" "))
        for text, _, codes in (row.partition("\t") for row in rows)
    ]


def values(rng: random.Random) -> dict[str, str]:
    """One filling of the templates. No two numbers of it are the same."""

    def digits(count: int) -> str:
        return str(rng.randint(1, 9)) + "".join(rng.choices(string.digits, k=count - 1))

    code = digits(6)
    return {name: rng.choice(choices) for name, choices in NAMES.items()} | {
        "C6": code,
        "C6b": digits(6),
        "FW6": "".join(chr(ord(digit) + 0xFEE0) for digit in code),
        "HZ6": "".join(HAN[int(digit)] for digit in code),
        "V6": "-".join(code),
        **{f"C{count}": digits(count) for count in (3, 4, 5, 8)},
        "C3b": digits(3),
        "X6": rng.choice("ABCDEFGHJKLM") + digits(2) + "".join(rng.choices("NPQRSTUVWXYZ", k=3)),
        "L6": "".join(rng.choices("BCDFGHJKLMNPQRSTVWXZ", k=6)),
        "l8": "".join(rng.choices("bcdfghjklmnpqrstvwxz", k=8)),
        "M": str(rng.choice((1, 2, 3, 5, 10, 15, 30))),
        "T4": digits(4),
        "S6": digits(6),
        "A6": digits(6),
        "O8": digits(8),
        "O20": digits(20),
        "N2": digits(2),
        "N6": digits(6),
        "d": digits(1),
        "e": digits(1),
        "AMT": f"{rng.randint(1, 9999)}.{rng.randint(0, 99):02d}",
        "YYMMDD": f"26{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}",
        "YYYYMMDD": f"2026{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}",
        "MM": f"{rng.randint(1, 12):02d}",
        "DD": f"{rng.randint(1, 28):02d}",
        "HH": f"{rng.randint(0, 23):02d}",
        "MI": f"{rng.randint(0, 59):02d}",
        "PHONE": "17" + digits(9),
        "H11": "".join(rng.choices(string.ascii_letters + string.digits, k=11)),
    }


def filled(seed: str) -> Iterator[tuple[str, list[str]]]:
    for number, (template, codes) in enumerate(lines("templates.tsv")):
        given = values(random.Random(f"{seed}/{number}"))
        text = template.replace("\\u00a0", "\u00a0").replace("\\u3000", "\u3000")
        yield text.format(**given), [code.format(**given) for code in codes]


UNSEEN = ("unseen.tsv", "heldout.tsv", *(f"lot_{lot}.tsv" for lot in "abcdef"))
"""Written before the finder saw them; it was mended after each lot, and now they hold the ground. At first
sight it read 139 of the 163 of `unseen.tsv`, and then 57 of 62, 16 of 20, 24 of 25 and 28 of 30 of
`heldout.tsv`. The lots, each of other themes and phrasings than those before, came later:

    lot                                          at first sight    the finder before lot A
    A  hard                                      139 of 162        139
    B  hard                                      118 of 138         99
    C  hard                                      102 of 115         87
    D  hard                                       89 of  99         74
    E  as they come, most of them without a code 103 of 104        100
    F  odd typography and decoys, one trap each   69 of  88         67

Ten misses were ours, not the finder's, and count above all the same: four messages of A and F that no sender
writes were left out, and one label of A, B, D and E each and two of C were changed. Between C and D it read
137 of 165 messages from the tests of five public projects (0xdeafcafe/pillar-box, YacTeam/ohtipi,
jd1378/otphelper, 2FHey and Raycast's 2FA extension; all but Hebrew, Persian and Georgian), which are theirs
and not here: the finder before A reads 118 of them, the one after F 160."""
CORPUS = [*lines("corpus.tsv"), *filled("corpus"), *(row for name in UNSEEN for row in lines(name))]


def test_size() -> None:
    assert len({text for text, _ in CORPUS}) >= 250


@pytest.mark.parametrize(("text", "codes"), CORPUS, ids=range(1, len(CORPUS) + 1))
def test_a_message(text: str, codes: list[str]) -> None:
    finding = find(text)
    assert list(finding.codes) == codes, (text, finding.weighed)
    assert (finding.kind is Kind.NONE) is (not codes)


@pytest.mark.parametrize("seed", range(20))
def test_messages_with_other_numbers(seed: int) -> None:
    """The same structures with other numbers, names and lengths: nothing may hang on the values."""
    wrong = [
        (text, find(text).codes, codes)
        for text, codes in filled(str(seed))
        if list(find(text).codes) != codes
    ]
    assert not wrong


@pytest.mark.parametrize("name", UNSEEN)
def test_messages_with_another_code(name: str) -> None:
    """The messages as they are, each with another code of as many digits."""
    rng, read, wanted = random.Random(name), [], []
    for text, codes in lines(name):
        written = [item.candidate.written for item in find(text).chosen]
        if len(codes) == 1 and written == codes and codes[0].isdigit() and text.count(codes[0]) == 1:
            other = "".join(rng.choices(string.digits, k=len(codes[0])))
            wanted.append((text.replace(codes[0], other), (other,)))
            read.append((wanted[-1][0], find(wanted[-1][0]).codes))
    assert len(wanted) > 25
    assert read == wanted
