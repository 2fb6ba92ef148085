"""What a finding says beside the code: sign, origin, reasons; and that any text has an answer."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.otp import Kind, find, origin_bound


@given(st.text(max_size=300) | st.text("验证码是：0123456789 -*@#【】[]（）元分钟abcAB\n.:", max_size=120))
def test_any_text_has_an_answer(text: str) -> None:
    finding = find(text)
    assert (finding.kind is Kind.NONE) is (finding.code is None)
    for item in finding.weighed:
        assert item.candidate.written == text[item.candidate.start : item.candidate.end] or not text.isascii()


@pytest.mark.parametrize(
    "text",
    ["验证码" * 20_000, "1" * 100_000, "1-" * 50_000, "【" * 50_000, "@" * 50_000, "<#>" + "a" * 90_000],
)
def test_a_text_of_any_length(text: str) -> None:
    assert find(text).code is None


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
    def interop(*words: str, text: str = "") -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-c", "from interop.cli import main; main()", "otp", *words]
        return subprocess.run(command, input=text, capture_output=True, text=True, encoding="utf-8")

    assert interop("【示例】验证码 001234").stdout == "001234\n"
    answer = json.loads(interop("-", "--json", text="【示例】验证码 001234，5分钟有效\n").stdout)
    assert (answer["code"], answer["sign"], answer["kind"]) == ("001234", "示例", "code")
    none = interop("今晚吃什么")
    assert (none.returncode, none.stdout, none.stderr) == (1, "", "no code\n")
