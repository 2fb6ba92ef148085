"""What a lab file says of tariffs: mistakes with their place, and what it leaves to defaults."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from interop.lab.load import LabError, parse
from interop.lab.model import Lab

BASE = """\
name: bench
city: 北京
modems:
  - {name: m1, port: emulated, sim: mi}
sims:
  - name: mi
    msisdn: "17090001234"
    imsi: "460011709001234"
    iccid: "89860120811000017091"
    kind: mvno
    brand: 小米移动
    base_operator: CUCC
    city: 北京
    tariff: resale
tariffs:
  - name: resale
    call: 0.15
    message: 0.10
    prices: {"10046": 0}
    balance: {by: sms, to: "10010", ask: CXYE, amount: '余额为(-?[0-9.]+)元'}
  - name: other
    call: 0.25
    message: 0.10
    balance: {by: ussd, ask: "*100#", amount: '([0-9.]+)'}
"""


def read(*changes: tuple[str, str]) -> Lab:
    text = BASE
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    found = parse(text.encode(), source="lab.yaml", directory=Path())
    assert not found.warnings
    return found.lab


def test_a_lab_that_says_all() -> None:
    lab = read()
    tariff = lab.tariff_of(lab.sims[0])
    assert tariff is not None and tariff.name == "resale"
    assert (tariff.call, tariff.message, tariff.unit_s) == (Decimal("0.15"), Decimal("0.10"), 60)
    assert tariff.prices == {"10046": 0}
    balance = tariff.balance
    assert (balance.by, balance.to, balance.ask) == ("sms", "10010", "CXYE")
    assert (balance.price, balance.answer_s, balance.settles_s) == (Decimal(0), 60.0, 30.0)


def test_prices_are_what_is_written_and_no_binary_fraction_of_it() -> None:
    lab = read(("call: 0.15", "call: 0.1"), ("message: 0.10", "message: 0.0675"))
    assert (str(lab.tariffs[0].call), str(lab.tariffs[0].message)) == ("0.1", "0.0675")


def test_a_sim_that_names_none_has_none() -> None:
    lab = read(("    tariff: resale\n", ""))
    assert lab.tariff_of(lab.sims[0]) is None


@pytest.mark.parametrize("code", ["*100#", "#100#", "*#100#", "*140*1#", "**04*1#"])
def test_what_a_service_code_looks_like(code: str) -> None:
    assert read(('"*100#"', f'"{code}"')).tariffs[1].balance.ask == code


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "tariff: resale",
            "tariff: resail",
            '14:13: unknown tariff "resail" (known: resale, other); did you mean "resale"?',
        ),
        ("name: other", "name: resale", '21:11: name "resale" is given twice (first in line 16)'),
        (', to: "10010"', "", '20:14: balance: by sms, so it needs "to", the number that answers'),
        ("by: sms", "by: app", '20:19: unknown by "app" (known: ussd, sms)'),
        ("by: ussd,", 'by: ussd, to: "10010",', '24:29: to: a USSD code goes to the network; leave "to" out'),
        ('"*100#"', '"100"', '24:30: ask: "100" is no USSD code, such as *100#'),
        ('"*100#"', '"*100"', '24:30: ask: "*100" is no USSD code, such as *100#'),
        ('"*100#"', '"##"', '24:30: ask: "##" is no USSD code, such as *100#'),
        ('"*100#"', '"*10a#"', '24:30: ask: "*10a#" is no USSD code, such as *100#'),
        ("'([0-9.]+)'", "'[0-9.]+'", "24:47: amount: has no group 1, which is the balance in yuan"),
        ("'([0-9.]+)'", "'(?:[0-9.]+)'", "24:47: amount: has no group 1, which is the balance in yuan"),
        (
            "'([0-9.]+)'",
            "'([0-9.+'",
            "24:47: amount: no regex: unterminated character set at position 1",
        ),
        ("call: 0.15", "call: -1", '17:11: call: "-1" is less than 0'),
        ("call: 0.15", "call: viel", '17:11: call: "viel": Input should be a valid decimal'),
        ("call: 0.15", "call: '.nan'", '17:11: call: ".nan": Input should be a valid decimal'),
        ("    call: 0.15\n", "", '16:5: tariff resale has no "call"'),
        (
            "message: 0.10",
            "message: 0.12345",
            '18:14: message: "0.12345": Decimal input should have no more than 4 decimal places',
        ),
        ('{"10046": 0}', "{10046: 0}", "19:14: the key 10046 is not text; quote it"),
        ('{"10046": 0}', '{"10046": -1}', '19:23: 10046: "-1" is less than 0'),
        ("call: 0.15", "call: 0.15\n    unit_s: 0", '18:13: unit_s: "0" is not greater than 0.0'),
        (
            "call: 0.15",
            "call: 0.15\n    units: 60",
            '18:5: unknown key "units" in tariff resale; did you mean "unit_s"?',
        ),
    ],
)
def test_mistakes(old: str, new: str, said: str) -> None:
    with pytest.raises(LabError) as caught:
        read((old, new))
    (problem,) = str(caught.value).splitlines()
    assert problem.removeprefix("lab.yaml:") == said


def test_no_tariffs_at_all() -> None:
    text = BASE.partition("tariffs:")[0]
    with pytest.raises(LabError, match='14:13: tariff: no tariff "resale"'):
        parse(text.encode(), source="lab.yaml", directory=Path())
