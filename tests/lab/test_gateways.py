"""Gateways of a lab file: every mistake at its place, a case for each, rest between two."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop.engine.runner import cooldowns
from interop.lab.check import check
from interop.lab.load import LabError, LabFile, load, parse
from interop.lab.roles import Cast, Role, Seat, bindings, control_for

BASE = """\
name: bench
city: 北京
modems: []
sims: []
gateways:
  - name: one
    title: 网关
    driver: cmpp3
    url: tcp://10.0.0.1:7890
    account: "901234"
    secret: env:ONE
    number: "1069012345"
    operator: CMCC
    city: 北京
    cooldown_s: 5
  - name: two
    title: 网关
    driver: sgip
    url: tcp://10.0.0.2:8801
    account: "91234"
    secret: env:TWO
    number: "1065512345"
    operator: CUCC
    city: 北京
    listen: tcp://127.0.0.1:8801
"""


def read(text: str) -> LabFile:
    return parse(text.encode(), source="lab.yaml", directory=Path())


def test_the_base_is_right() -> None:
    found = read(BASE)
    assert found.warnings == ()
    assert [gateway.window for gateway in found.lab.gateways] == [16, 16]
    assert cooldowns(found.lab) == {"gateway:one": 5}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("name: two", "name: one", '16:11: name "one" is given twice (first in line 6)'),
        ("tcp://10.0.0.1:7890", "10.0.0.1:7890",
            '9:10: url: "10.0.0.1:7890" is neither tcp://host:port nor emulated:/path'),
        ("tcp://10.0.0.1:7890", "tcp://sp:geheim@10.0.0.1:7890",
            '9:10: url: "tcp://sp:geheim@10.0.0.1:7890" is neither tcp://host:port nor emulated:/path'),
        ("tcp://10.0.0.1:7890", "tcp://10.0.0.1:78900",
            '9:10: url: "tcp://10.0.0.1:78900" is neither tcp://host:port nor emulated:/path'),
        ("driver: cmpp3", "driver: cmpp4",
            '8:13: unknown driver "cmpp4" (known: smpp, cmpp2, cmpp3, sgip, smgp); did you mean "cmpp3"?'),
        ('"901234"', '"9012345"', '10:14: account: "9012345" has 7 characters, cmpp3 has room for 6'),
        ("cooldown_s: 5", "service: BANKCODE-88",
            '15:14: service: "BANKCODE-88" has 11 characters, cmpp3 has room for 10'),
        ("cooldown_s: 5", "service: 银行", '15:14: service: "银行" is not ASCII'),
        ('"91234"', "bank", '20:14: account: "bank" is no enterprise id of 5 digits: say corporation, too'),
        ("    secret: env:ONE\n", "", "6:5: gateway one has no secret: env:NAME or file:PATH"),
        ("secret: env:ONE", "secret: geheim",
            "11:13: secret: must be env:NAME or file:PATH, never the secret itself"),
        ('"1069012345"', '"106901234567890123456"',
            "12:13: number: 106901234567890123456 has 21 digits, at most 20 fit"),
        ("cooldown_s: 5", "listen: tcp://127.0.0.1:1", "15:13: listen: only SGIP's gateways connect back"),
        ("cooldown_s: 5", 'corporation: "1"', "15:18: corporation: only SGIP has one"),
        ("tcp://127.0.0.1:8801", "tcp://0.0.0.0:8801",
            "25:13: listen: 0.0.0.0 is not loopback; forward its port to 127.0.0.1"),
        ("tcp://127.0.0.1:8801", "8801", '25:13: listen: 8801 is a number to YAML; quote it: "8801"'),
        ("cooldown_s: 5", "window: 0", "15:13: window: \"0\" is less than 1"),
        ("cooldown_s: 5", "windw: 1", '15:5: unknown key "windw" in gateway one; did you mean "window"?'),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line_with_its_place(old: str, new: str, said: str) -> None:
    assert old in BASE
    with pytest.raises(LabError) as caught:
        read(BASE.replace(old, new, 1))
    assert str(caught.value) == f"lab.yaml:{said}"


def test_two_accounts_cannot_share_what_is_one() -> None:
    text = BASE.replace("tcp://10.0.0.1:7890", "emulated:/x").replace("tcp://10.0.0.2:8801", "emulated:/x")
    with pytest.raises(LabError, match='an emulated gateway has one account: url "emulated:/x" is given tw'):
        read(text)


def test_a_form_names_a_gateway_of_the_lab_and_no_gateways_driver() -> None:
    form = (
        "forms:\n  - {name: bank, title: 银行, url: 'https://x.example/', driver: DRIVER, via: VIA,"
        " rules: [{outcome: accepted}]}\n"
    )
    assert read(BASE + form.replace("DRIVER", "form").replace("VIA", "one")).lab.forms[0].via == "one"
    with pytest.raises(LabError, match='no gateway "onne" in this lab; did you mean "one"'):
        read(BASE + form.replace("DRIVER", "form").replace("VIA", "onne"))
    with pytest.raises(LabError, match='unknown driver "smpp"'):
        read(BASE + form.replace("DRIVER", "smpp").replace("VIA", "one"))


FORM = """\
forms:
  - name: bank
    title: 银行
    url: https://x.example/
    rules: [{outcome: accepted}]
    via: one
    sender: "106901234588"
    message: 码[0-9]{6}
    code_field: code
    code_rules: [{body: 成功, outcome: right}]
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("码[0-9]{6}", "码(", '33:14: "码(" is no regular expression: missing ), unterminated subpattern at'
            " position 1"),
        ("成功", "(",
            '35:25: "(" is no regular expression: missing ), unterminated subpattern at position 0'),
        ("    code_field: code\n", "", "34:17: code_rules: without code_field no code is given back"),
        ("    code_field: code\n    code_rules: [{body: 成功, outcome: right}]\n", "    code_url: https://y.x/\n",
            "34:15: code_url: without code_field no code is given back"),
        ("    code_rules: [{body: 成功, outcome: right}]\n", "",
            "34:17: code_field: no code_rules say what the right code's page looks like"),
        ("outcome: right", "outcome: wrong",
            "35:17: code_rules: no code_rules say what the right code's page looks like"),
        ("code_field: code", "code_field: mobile", '34:17: code_field: "mobile" is the field of the number'),
        ("code_field: code", "code_field: code\n    code_url: /check",
            '35:15: code_url: "/check" is neither http(s)://... nor emulated:/path'),
        ("code_field: code", "code_field: code\n    code_url: https://me:it@x.example/",
            "35:15: code_url: no user name or password in it; use a header with env: or file:"),
        ("code_field: code", "code_field: code\n    code_url: emulated:/x",
            '35:15: code_url: "emulated:/x" is not where url is, in the emulated country or out'),
    ],
)  # fmt: skip
def test_what_is_said_of_a_code_is_whole(old: str, new: str, said: str) -> None:
    assert FORM.count(old) == 1
    with pytest.raises(LabError) as caught:
        read(BASE + FORM.replace(old, new))
    assert str(caught.value) == f"lab.yaml:{said}"


def test_a_sender_that_is_not_the_gateways_is_a_warning() -> None:
    assert read(BASE + FORM).warnings == ()
    [warning] = read(BASE + FORM.replace("106901234588", "95588")).warnings
    assert (warning.line, warning.message) == (
        32, "sender: 95588 does not begin with 1069012345, the number of gateway one"
    )  # fmt: skip
    assert read(BASE + FORM.replace("106901234588", "95588").replace("    via: one\n", "")).warnings == ()


def test_what_looks_odd_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONE", "x")
    monkeypatch.delenv("TWO", raising=False)
    found = read(BASE.replace("    listen: tcp://127.0.0.1:8801\n", ""))
    assert [problem.message for problem in found.warnings] == [
        "gateway two has no listen: no report and no reply comes back"
    ]
    assert "gateway two: secret: env:TWO: this environment variable is not set" in check(found, []).warnings


@pytest.mark.parametrize(("driver", "most"), [("smpp", 8), ("sgip", 16)])
def test_a_secret_that_the_protocol_has_no_room_for_is_a_warning(
    monkeypatch: pytest.MonkeyPatch, driver: str, most: int
) -> None:
    """What goes over in clear text has a field; CMPP and SMGP send a digest."""
    found = read(BASE.replace("driver: cmpp3", "driver: smpp") if driver == "smpp" else BASE)
    name = "one" if driver == "smpp" else "two"
    monkeypatch.setenv("ONE", "x" * 8)
    monkeypatch.setenv("TWO", "x" * 16)
    assert not [warning for warning in check(found, []).warnings if "secret" in warning]
    monkeypatch.setenv("ONE", "x" * (9 if driver == "smpp" else 99))
    monkeypatch.setenv("TWO", "x" * (17 if driver == "sgip" else 16))
    assert [warning for warning in check(found, []).warnings if "secret" in warning] == [
        f"gateway {name}: secret: {most + 1} characters, {driver} has room for {most}"
    ]


class Spec:
    roles = {  # noqa: RUF012
        "subject": Role("modem", ("sms",), Cast.SUBJECT),
        "sender": Role("originator", (), Cast.EACH),
    }


def test_a_case_for_each_gateway_and_the_same_one_for_the_control() -> None:
    found = {binding.id: binding for binding in bindings(Spec(), load("small"))}
    assert len(found) == 3 * 4
    binding = found["mi-1709@smsc"]
    [sender] = binding.candidates["sender"]
    assert (sender.name, sender.resources, binding.peer) == ("smsc", ("gateway:smsc",), "smsc")
    control = control_for(binding, {"subject": binding.subject, "sender": sender})
    assert not isinstance(control, str)
    assert control.candidates["sender"] == (sender,)
    assert isinstance(control.candidates["subject"][0], Seat)
    assert control.id == "cucc-bj@smsc"


def test_a_lab_without_gateways_says_so() -> None:
    lab = load("small").model_copy(update={"gateways": ()})
    assert {found.missing for found in bindings(Spec(), lab)} == {
        ("the lab has no gateway or other originator",)
    }
