"""Originators of a lab file that have no account at a gateway: every mistake at its place, who plays them."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop.engine.runner import cooldowns
from interop.lab.load import LabError, LabFile, parse
from interop.lab.roles import Binding, Cast, Role, Seat, Site, bindings, control_for

BASE = """\
name: bench
city: 北京
modems:
  - {name: m01, port: emulated, sim: mi-1709}
  - {name: m02, port: emulated, sim: cucc-bj}
  - {name: m03, port: emulated, sim: cucc-2}
sims:
  - {name: mi-1709, msisdn: "17090001234", imsi: "460011709001234", iccid: "89860120811000017091", kind: mvno,
     brand: 小米移动, base_operator: CUCC, city: 北京}
  - {name: cucc-bj, msisdn: "18600001234", imsi: "460011860001234", iccid: "89860120811000000030",
     kind: ordinary, brand: 中国联通, base_operator: CUCC, city: 北京}
  - {name: cucc-2, msisdn: "13000005678", imsi: "460011300005678", iccid: "89860120811000000188",
     kind: ordinary, brand: 中国联通, base_operator: CUCC, city: 北京}
originators:
  - name: branch
    title: 网点手机
    driver: modem
    sim: cucc-bj
    operator: CUCC
    city: 北京
    cooldown_s: 7
  - name: counter
    title: 柜台
    driver: keyboard
    number: "95588"
    place: 柜台网页
    operator: CMCC
    city: 北京
forms:
  - name: app
    title: 手机银行
    driver: keyboard
    url: 手机银行 App 里的注册页
"""


def read(text: str) -> LabFile:
    return parse(text.encode(), source="lab.yaml", directory=Path())


def test_the_base_is_right() -> None:
    found = read(BASE)
    assert found.warnings == ()
    assert cooldowns(found.lab) == {"originator:branch": 7}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("driver: modem", "driver: modm",
            '17:13: unknown driver "modm" (known: keyboard, modem); did you mean "modem"?'),
        ("driver: modem", "driver: cmpp3",
            '17:13: driver: "cmpp3" is one of gateways: describe it under "gateways"'),
        ("sim: cucc-bj\n    op", "sim: cucc-bi\n    op",
            '18:10: no SIM "cucc-bi" in this lab; did you mean "cucc-bj"?'),
        ("    sim: cucc-bj\n    op", "    op", '15:5: originator branch has no "sim"'),
        ("sim: cucc-bj\n    op", "sim: mi-1709\n    op",
            "18:10: sim: mi-1709 is under test (kind mvno); take an ordinary SIM"),
        ("operator: CUCC\n", "operator: CTCC\n", "19:15: operator: SIM cucc-bj is of CUCC"),
        ("    operator: CUCC\n", "", '15:5: originator branch has no "operator"'),
        ("cooldown_s: 7", 'number: "95588"', "21:13: number: it is the SIM's own"),
        ("cooldown_s: 7", "place: 柜台", '21:12: place: only the driver "keyboard" has one'),
        ('    number: "95588"\n', "", '22:5: originator counter has no "number"'),
        ('"95588"', '""', '25:13: number: is empty'),
        ("    place: 柜台网页\n", "", '22:5: originator counter has no "place"'),
        ("place: 柜台网页", 'place: ""', '26:12: originator counter has no "place"'),
        ("place: 柜台网页", "place: 柜台\n    sim: cucc-2", '27:10: sim: only the driver "modem" has one'),
        ('"95588"', '"955880000000000000000"',
            "25:13: number: 955880000000000000000 has 21 digits, at most 20 fit"),
        ('"95588"', "95588", '25:13: number: 95588 is a number to YAML; quote it: "95588"'),
        ("name: counter", "name: m01", '22:11: name "m01" is given twice (first in line 4)'),
        ("name: counter", "name: branch", '22:11: name "branch" is given twice (first in line 15)'),
        ("name: app", "name: branch", '15:11: name "branch" is given twice (first in line 30)'),
        ("city: 北京\nforms", "city: 北京\n    answer_s: 0\nforms",
            '29:15: answer_s: "0" is not greater than 0.0'),
        ("city: 北京\nforms", "city: 北京\n    plce: 柜台\nforms",
            '29:5: unknown key "plce" in originator counter; did you mean "place"?'),
        ("    url: 手机银行 App 里的注册页\n", "", '30:5: form app has no "url"'),
        ("url: 手机银行 App 里的注册页", "url: emulated:/bank-a",
            '33:10: url: nobody can go to "emulated:/bank-a" by hand'),
        ("url: 手机银行 App 里的注册页", "url: https://me:hush@bank.example/",
            "33:10: url: no user name or password in it"),
        ("url: 手机银行 App 里的注册页", "url: 柜台\n    rules: [{outcome: accepted}]",
            '34:12: rules: the driver "keyboard" has no use for it'),
        ("url: 手机银行 App 里的注册页", "url: 柜台\n    timeout_s: 30",
            '34:16: timeout_s: the driver "keyboard" has no use for it'),
        ("url: 手机银行 App 里的注册页", "url: 柜台\n    message: '('",
            '34:14: "(" is no regular expression: missing ), unterminated subpattern at position 0'),
        ("driver: keyboard\n    url", "driver: keybord\n    url",
            '32:13: unknown driver "keybord" (known: form, keyboard); did you mean "keyboard"?'),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_place(old: str, new: str, said: str) -> None:
    assert BASE.count(old) >= 1
    with pytest.raises(LabError) as caught:
        read(BASE.replace(old, new, 1))
    assert str(caught.value) == f"lab.yaml:{said}"


def test_a_form_over_http_still_needs_a_rule() -> None:
    text = BASE.replace(
        "    driver: keyboard\n    url: 手机银行 App 里的注册页", "    url: https://x.example/"
    )
    with pytest.raises(LabError, match="30:5: rules: none says what an accepted number looks like"):
        read(text)


def test_a_label_service_has_its_own_drivers() -> None:
    labels = """\
labels:
  - {name: labels, title: 标记, driver: form, url: "https://x.example/{number}", label: "(.*)"}
"""
    with pytest.raises(LabError, match=r'unknown driver "form" \(known: label\)'):
        read(BASE + labels)


# Who plays

NO_MODEM = "SIM cucc-bj is in no modem"


class Spec:
    def __init__(self, *capabilities: str, kind: str = "originator") -> None:
        self.roles = {
            "subject": Role("modem", ("sms",), Cast.SUBJECT),
            "sender": Role(kind, capabilities, Cast.EACH),
        }


def bound(text: str, *capabilities: str, kind: str = "originator") -> dict[str, Binding]:
    return {found.id: found for found in bindings(Spec(*capabilities, kind=kind), read(text).lab)}


def test_a_modem_and_an_engineer_play() -> None:
    found = bound(BASE)
    assert list(found) == ["mi-1709@branch", "mi-1709@counter"]
    [modem] = found["mi-1709@branch"].candidates["sender"]
    assert isinstance(modem, Seat)
    assert (modem.name, modem.device) == ("m02", "branch")
    assert modem.resources == ("modem:m02", "sim:cucc-bj", "originator:branch")
    [engineer] = found["mi-1709@counter"].candidates["sender"]
    assert isinstance(engineer, Site) and engineer.resources == ("originator:counter", "engineer")
    [form] = bound(BASE, kind="form")["mi-1709@app"].candidates["sender"]
    assert form.resources == ("form:app", "engineer")


def test_the_control_is_not_the_sender_itself() -> None:
    binding = bound(BASE)["mi-1709@branch"]
    [sender] = binding.candidates["sender"]
    control = control_for(binding, {"subject": binding.subject, "sender": sender})
    assert isinstance(control, Binding)
    assert (control.id, control.subject.sim.name) == ("cucc-2@branch", "cucc-2")


@pytest.mark.parametrize(
    ("old", "new", "missing"),
    [
        ("{name: m02, port: emulated, sim: cucc-bj}", "{name: m02, port: emulated}", NO_MODEM),
        (
            "{name: m02, port: emulated, sim: cucc-bj}",
            "{name: m02, port: emulated, sim: cucc-bj, capabilities: [voice]}",
            "modem m02 (cucc-bj) has no sms",
        ),
    ],
)
def test_a_modem_that_cannot_send_is_missing(old: str, new: str, missing: str) -> None:
    assert bound(BASE.replace(old, new))["mi-1709@branch"].missing == (missing,)


def test_an_engineer_hears_neither_reports_nor_replies() -> None:
    for capability in ("reports", "replies"):
        found = bound(BASE, capability)
        assert found["mi-1709@branch"].missing == ()
        assert found["mi-1709@counter"].missing == (f"counter has no {capability}",)
