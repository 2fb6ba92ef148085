"""What a finding says beside the code: sign, origin, reasons; and that any text has an answer."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.otp import Kind, find, origin_bound
from tests.forked import interop

PIECES = (
    *(
        "验证码",
        "代码是",
        "取件码",
        "优惠码",
        " code ",
        " is ",
        "会员码：",
        "尾号",
        "元",
        "分钟",
        "退订",
        "已失效",
        "告知",
    ),
    *(
        "1234",
        "771024",
        "AB12",
        "ab-cd",
        "8 2 0 1",
        "7-3-4015",
        "G-771024",
        "八二零一",
        "1️⃣",
        "①",
        "\u212a\u017f",
        "٣",
    ),
    *(
        "【",
        "】",
        "[",
        "]",
        "(",
        "\n",
        "@a.example #",
        "<#>",
        "\u200b",
        "，",
        "。",
        ": ",
        "https://",
        "+1 415",
    ),
)


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_message_has_an_answer(text: str) -> None:
    finding = find(text)
    assert (finding.kind is Kind.NONE) is (finding.code is None)
    assert all(finding.codes) and len(set(finding.codes)) == len(finding.codes)
    assert all(item in finding.weighed for item in finding.chosen)
    assert finding.doubtful in (True, False)


@given(st.text(max_size=300) | st.text("验证码是：0123456789 -*@#【】[]（）元分钟abcAB\n.:", max_size=120))
def test_any_text_has_an_answer(text: str) -> None:
    finding = find(text)
    assert (finding.kind is Kind.NONE) is (finding.code is None)
    for item in finding.weighed:
        assert item.candidate.written == text[item.candidate.start : item.candidate.end]


@pytest.mark.parametrize(
    "text",
    [
        "验证码" * 20_000,
        "1" * 100_000,
        "1-" * 50_000,
        "一," * 50_000,
        "A1B-" * 50_000,
        "a." * 50_000,
        "【" * 50_000,
        "@" * 50_000,
        "<#>" + "a" * 90_000,
    ],
)
def test_a_text_of_any_length(text: str) -> None:
    assert find(text).code is None


@pytest.mark.parametrize(
    "piece",
    [
        "验证码1234，",
        "密码1234、",
        "1234 code ",
        "A1B2 ",
        "ABCD ",
        "取件码 7-3-4015、",
        "code is ",
        "a-",
        "a.b.",
        "1-",
    ],
)
def test_a_text_full_of_names_and_numbers(piece: str) -> None:
    """Looking from every number at every name would take a quarter of a minute."""
    found = {item.code for item in find(piece * 1500).weighed}
    assert len(found) <= 2


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("【工商银行】您尾号8012卡正在支付350.00元，验证码：771024。", False),
        ("Your Example code is 771024. Call 1-888-555-0142 if it was not you.", False),
        ("【示例】登录验证码771024，支付验证码551302，请按提示使用。", True),
        ("【示例】验证码771024，确认码见邮件 551302", True),
        ("【示例】771024 用于绑定新手机，请勿泄露", True),
        ("【示例】您的核验文件 771024 已到", True),
        ("【示例】任何索要验证码的都是骗子，客服电话955550。", False),
        ("【示例】您的账户余额为350.00元", False),
        ("今晚吃什么", False),
        ("771024 or 551302?\n@example.com #771024", False),
    ],
)
def test_a_doubtful_finding_says_so(text: str, doubtful: bool) -> None:
    finding = find(text)
    assert finding.doubtful is doubtful, finding.weighed


def test_what_is_written_as_most_write_it_is_not_doubted() -> None:
    for name in ("验证码", "校验码", "动态密码", "一次性密码"):
        for text in ("【示例】{}：{}，5分钟内有效。", "{}{}，请勿泄露【示例】", "【示例】{1}是您的{0}。"):
            assert not find(text.format(name, "771024")).doubtful


def test_the_reasons_are_there() -> None:
    finding = find("【工商银行】您尾号8012卡正在支付350.00元，验证码：771024。")
    assert finding.sign == "工商银行"
    assert [(item.code, item in finding.chosen) for item in finding.weighed] == [
        ("8012", False),
        ("771024", True),
    ]
    tail, code = finding.weighed
    assert "the end of a card or account" in tail.reasons
    assert 'right behind "验证码"' in code.reasons


@pytest.mark.parametrize(
    ("text", "kind", "codes"),
    [
        ("【驿站】请凭5-2-1180到南门店取件，如需登录请用短信验证码。", Kind.PICKUP, ["5-2-1180"]),
        ("【驿站】取件码：C-6-1042、C-6-1043", Kind.PICKUP, ["C-6-1042", "C-6-1043"]),
        ("【驿站】您正在登录取件助手，验证码：771024", Kind.CODE, ["771024"]),
        ("【全家】取貨編號後三碼 382", Kind.PICKUP, ["382"]),
        ("【驿站】凭证号 20481920 已登记", Kind.NONE, []),
        ("Get 20% off with code FALL25!", Kind.NONE, []),
        ("Use code 338102 to log in. Never share it. See our sale!", Kind.CODE, ["338102"]),
    ],
)
def test_the_kind(text: str, kind: Kind, codes: list[str]) -> None:
    finding = find(text)
    assert (finding.kind, list(finding.codes)) == (kind, codes)


def test_reasons_quote_the_text_as_it_came() -> None:
    (code,) = find("【玉山銀行】驗證碼：７３０５１８").chosen
    assert code.candidate.written == "７３０５１８"
    assert 'right behind "驗證碼"' in code.reasons


def test_a_reason_names_what_the_number_is() -> None:
    def reasons(text: str) -> tuple[str, ...]:
        return find(text).weighed[0].reasons

    assert "a room, a seat or a house" in reasons("住1602室，验证码见邮件")
    assert 'belongs to "WiFi密码", no code to prove oneself with' in reasons("WiFi密码：88203917")
    assert 'listed with "3-1-2201"' in find("取件码：3-1-2201 和 3-1-2207").weighed[1].reasons
    assert "no name of a code right at it" in reasons("货物 KX37QP 已到")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # WICG sms-one-time-codes: examples and failures of the specification
        (
            "747723 is your ExampleCo authentication code.\n\n@example.com #747723",
            ("example.com", "747723", ""),
        ),
        ("@example.com #747723", ("example.com", "747723", "")),
        ("@example.com #747723 @ecommerce.example", ("example.com", "747723", "ecommerce.example")),
        ("@example.com #123 trailing text", ("example.com", "123", "")),
        ("something @example.com #747723", None),
        ("@example.com code #747723", None),
        ("@example.com  #747723", None),
        ("@example.com #747723\nsomething", None),
        ("@example.com 747723", None),
    ],
)
def test_origin_bound(text: str, found: tuple[str, str, str] | None) -> None:
    bound = origin_bound(text)
    assert (None if bound is None else (bound.host, bound.code, bound.embedded)) == found


def test_the_command() -> None:
    assert interop("otp", "【示例】验证码 001234").stdout == "001234\n"
    answer = json.loads(interop("otp", "-", "--json", typed="【示例】验证码 001234，5分钟有效\n").stdout)
    assert (answer["code"], answer["sign"], answer["kind"]) == ("001234", "示例", "code")
    none = interop("otp", "今晚吃什么")
    assert (none.returncode, none.stdout, none.stderr) == (1, "", "no code\n")
