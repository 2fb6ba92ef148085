"""Every mistake in a lab file is one line with its place, and nothing makes a traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from interop.lab.load import LabError, LabFile, load, parse, shipped
from interop.numbering import Msisdn, NumberError

BASE = """\
name: bench
city: 北京
modems:
  - name: m1
    port: emulated
    sim: mi
    capabilities: [voice, sms]
  - {name: m2, port: emulated, sim: city-sim}
sims:
  - name: mi
    msisdn: "17090001234"
    imsi: "460011709001234"
    iccid: "89860120811000017091"
    kind: mvno
    brand: 小米移动
    base_operator: CUCC
    city: 北京
    smsc: "+8613010112500"
    hotline: "10046"
    pin: env:PIN
    budget: {calls: 5}
  - name: city-sim
    msisdn: "18600001234"
    imsi: "460011860001234"
    iccid: "89860120811000000030"
    kind: ordinary
    brand: 中国联通
    base_operator: CUCC
    city: 北京
forms:
  - name: bank
    title: 甲银行
    url: https://bank.example/code
    headers: {Accept: text/html}
    rules:
      - {status: 200, body: ok, outcome: accepted}
labels:
  - name: marks
    title: 标记
    url: https://labels.example/{number}
    label: '"(.*)"'
"""


def read(text: str | bytes) -> LabFile:
    content = text.encode() if isinstance(text, str) else text
    return parse(content, source="lab.yaml", directory=Path())


def mistakes(text: str | bytes) -> list[str]:
    with pytest.raises(LabError) as caught:
        read(text)
    lines = str(caught.value).splitlines()
    assert len(lines) == len(caught.value.problems)
    return lines


def changed(old: str, new: str) -> str:
    assert old in BASE
    return BASE.replace(old, new, 1)


def test_the_base_of_these_tests_is_a_good_file_without_warnings() -> None:
    found = read(BASE)
    assert found.warnings == ()
    assert found.lab.sims[0].budget.calls == 5
    assert found.lab.forms[0].rules[0].status == 200
    assert found.lab.modems[0].capabilities == ("voice", "sms")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("port: emulated", "prot: emulated", '5:5: unknown key "prot" in modem m1; did you mean "port"?'),
        ("    port: emulated\n", "", '4:5: modem m1 has no "port"'),
        ("    port: emulated\n", "    port:\n", "5:10: port: is empty"),
        ("port: emulated", "port: emulatd", '5:11: port: "emulatd" is no port; did you mean "emulated"?'),
        (
            "port: emulated",
            "port: sokcet://10.0.0.1:5001",
            '5:11: port: "sokcet://10.0.0.1:5001" is no port; did you mean "socket://"?',
        ),
        ("port: emulated", "port: 'unix:'", '5:11: port: "unix:" is no port'),
        (
            "port: emulated",
            "port: COM3",
            '5:11: port: "COM3" is no port (known: emulated, /dev/serial/by-id/..., unix:, replay:, '
            "socket://, rfc2217://, spy://, loop://, alt://, hwgrep://, cp2110://)",
        ),
        (
            "port: emulated",
            "port: emulated\n    imei: '12345'",
            "6:11: imei: 12345 has 5 digits, an IMEI has 15",
        ),
        (
            # 49015420323751 8: the example that is in every text about the check digit of an IMEI
            "port: emulated",
            "port: emulated\n    imei: '490154203237517'",
            "6:11: imei: 490154203237517 has a wrong check digit; 8 would be right",
        ),
        ("{calls: 5}", "{call: 5}", '21:14: unknown key "call" in budget of SIM mi; did you mean "calls"?'),
        ("{calls: 5}", "{calls: -5}", '21:21: calls: "-5" is less than 0'),
        ("{calls: 5}", "{calls: five}", '21:21: calls: "five" is no whole number'),
        ("{calls: 5}", "[5]", "21:13: budget: a list is no mapping"),
        ("name: bench", "name: [a]", "1:7: name: a list is no text"),
        ("name: bench", "colour: red\nname: bench", '1:1: unknown key "colour" in the lab'),
        (
            "[voice, sms]",
            "[voice, smss]",
            '7:27: unknown capabilities "smss" (known: voice, sms, ussd, volte,'
            ' mms, mms_pdu, multiparty); did you mean "sms"?',
        ),
        ("[voice, sms]", "voice", '7:19: capabilities: "voice" is no list; write [voice]'),
        (
            '"17090001234"',
            "17090001234",
            '11:13: msisdn: 17090001234 is a number to YAML; quote it: "17090001234"',
        ),
        ('"10046"', "010046", '19:14: hotline: 010046 is a number to YAML; quote it: "010046"'),
        ('"460011709001234"', "4.6e+14", '12:11: imsi: 4.6e+14 is a number to YAML; quote it: "4.6e+14"'),
        (
            "city: 北京\nmodems",
            "city: 2024-01-01\nmodems",
            '2:7: city: 2024-01-01 is a date to YAML; quote it: "2024-01-01"',
        ),
        ("name: mi\n", "name: no\n", '10:11: name: no is true or false to YAML; quote it: "no"'),
        ('"17090001234"', '"1709000123x"', '11:13: msisdn: "1709000123x" is not digits'),
        ('"17090001234"', '"8617090001234"', '11:13: msisdn: write the national digits: "17090001234"'),
        ('"460011709001234"', '"46001170900123"', '12:11: imsi: "46001170900123" has 14 digits, not 15'),
        (
            '"460011709001234"',
            '"460031709001234"',
            "12:11: imsi: 46003 is of CTCC, but base_operator is CUCC",
        ),
        (
            "017091",
            "017092",
            '13:12: iccid: "89860120811000017092" is mistyped: its check digit (Luhn) is wrong',
        ),
        (
            '"89860120811000017091"',
            '"89860005012010017052"',
            "13:12: iccid: 898600 is of CMCC, but base_operator is CUCC",
        ),
        (
            "kind: mvno",
            "kind: mvmo",
            '14:11: unknown kind "mvmo" (known: mvno, ordinary); did you mean "mvno"?',
        ),
        (
            "kind: mvno",
            "kind: ordinary",
            "11:13: msisdn: 1709 is sold by virtual operators only, so kind is mvno",
        ),
        (
            "base_operator: CUCC",
            "base_operator: CUC",
            '16:20: unknown base_operator "CUC" (known: CMCC, CUCC, CTCC); did you mean "CUCC"?',
        ),
        ('"+8613010112500"', '"SC"', '18:11: smsc: "SC" is no number of a service centre ("+8613800100500")'),
        ('"10046"', '"110"', "19:14: 110 is an emergency number: Interop never dials it"),
        ('"10046"', '"12110"', "19:14: 12110 is an emergency number: Interop never dials it"),
        ("kind: mvno", "kind:", "14:10: kind: is empty"),
        ("sim: mi\n", "sim: mii\n", '6:10: no SIM "mii" in this lab; did you mean "mi"?'),
        (
            "sim: city-sim",
            "sim: mi",
            '8:37: a SIM is in one modem or card reader: SIM "mi" is given twice (first in line 6)',
        ),
        ("name: m2", "name: m1", '8:12: name "m1" is given twice (first in line 4)'),
        ("name: bank", "name: mi", '31:11: name "mi" is given twice (first in line 10)'),
        ('"18600001234"', '"17090001234"', '23:13: msisdn "17090001234" is given twice (first in line 11)'),
        (
            "    kind: mvno",
            "    kind: mvno\n    kind: mvno",
            '15:5: key "kind" is given twice (first in line 14)',
        ),
        (
            "name: m1",
            'name: "m 1"',
            '4:11: name: "m 1" is not a name: letters, digits and . _ - only, the first a letter or digit',
        ),
        (
            "    sim: mi\n",
            "    sim: mi\n    driver: att\n",
            '7:13: unknown driver "att" (known: at); did you mean "at"?',
        ),
        (
            "    sim: mi\n",
            "    sim: mi\n    port2: &a [*a]\n",
            "7:12: aliases make this file endless or far too large",
        ),
        (
            "port: emulated",
            "port: /dev/m1\n    quirks: [echo]",
            "6:13: quirks: only an emulated modem has them, not one on /dev/m1",
        ),
        (
            "https://bank.example/code",
            "bank.example",
            '33:10: url: "bank.example" is neither http(s)://... nor emulated:/path',
        ),
        (
            "https://bank",
            "https://me:secret@bank",
            "33:10: url: no user name or password in it; use a header with env: or file:",
        ),
        (
            "{Accept: text/html}",
            "{X-Token: hush}",
            "34:24: X-Token: must be env:NAME or file:PATH, never the secret itself",
        ),
        (
            "outcome: accepted",
            "outcome: rejected",
            "36:7: rules: none says what an accepted number looks like",
        ),
        (
            "body: ok",
            "body: '('",
            '36:29: "(" is no regular expression: missing ), unterminated subpattern at position 0',
        ),
        ("status: 200", "status: 42", '36:18: status: "42" is less than 100'),
        ("{number}", "x", '40:10: url: "https://labels.example/x" has no {number} where the number goes'),
        ("'\"(.*)\"'", "x", "41:12: label: the regex has no group; group 1 is the label"),
        (
            "name: bench",
            "drivers: {emulatd: {}}\nname: bench",
            '1:11: unknown driver "emulatd" (known: emulated, serial); did you mean "emulated"?',
        ),
        ("name: bench", "drivers: {serial: {}}\nname: bench", '1:11: driver "serial" takes no section'),
        (
            "name: bench",
            "free_numbers: ['10086', '119']\nname: bench",
            "1:25: 119 is an emergency number: Interop never dials it",
        ),
        ("name: bench", "1: x\nname: bench", "1:1: the key 1 is not text; quote it"),
        ("name: bench", "name: !!set {a}", "1:7: a lab file has no use for the YAML tag 'set'"),
    ],
)
def test_one_mistake_is_one_line(old: str, new: str, said: str) -> None:
    assert mistakes(changed(old, new)) == [f"lab.yaml:{said}"]


@pytest.mark.parametrize("number", ["1709000123", "170900012345", "10086", "8686"])
def test_a_text_of_digits_that_is_no_mobile_number(number: str) -> None:
    with pytest.raises(NumberError) as why:
        Msisdn.parse(number)
    line = f'lab.yaml:11:13: msisdn: "{number}": {why.value.reason}'
    assert mistakes(changed('"17090001234"', f'"{number}"')) == [line]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "1:1: the file is empty; a lab needs name, city, modems and sims"),
        ("# nothing\n", "1:1: the file is empty; a lab needs name, city, modems and sims"),
        ("- a\n", "1:1: a lab file is a mapping (name:, city:, modems:, sims:)"),
        ("name: a\n\tcity: b\n", "2:1: a tab: YAML is indented with spaces"),
        ("name: [a\n", "2:1: not YAML: expected ',' or ']', but got '<stream end>'"
            " (a missing or extra quote, colon or indent near here)"),
        (b"name: a\ncity: \xb1\xb1\xbe\xa9\n", "2:7: byte 0xb1 is not UTF-8; save the file as UTF-8"),
        ("name: a\ncity: \x07\n", "2:7: control character 0x07 in the file"),
        ('name: "\\UFFFFFFFF"\n', "1:10: not YAML: no such character or number"),
        ("a: b\n---\nc: d\n", "2:1: a second document (---): a lab file holds one lab"),
        ("x: " + "[" * 100, "1:27: not YAML: nested deeper than 24"),
    ],
)  # fmt: skip
def test_what_is_no_lab_file_at_all(text: str | bytes, said: str) -> None:
    assert mistakes(text) == [f"lab.yaml:{said}"]


def test_all_mistakes_come_at_once_in_the_order_of_the_file() -> None:
    text = (
        changed("kind: mvno", "kind: mvmo")
        .replace("port: emulated", "prot: emulated", 1)
        .replace("ok,", "'(',")
    )
    assert [line.split(":")[1] for line in mistakes(text)] == ["5", "14", "36"]


def test_aliases_that_explode_are_refused() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n"
        for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert "aliases make this file endless or far too large" in mistakes(bomb)[0]


def test_a_merge_key_fills_in_what_an_item_does_not_say_itself() -> None:
    text = changed("  - name: mi\n", "  - &mi\n    name: mi\n").replace(
        "  - name: city-sim\n", '  - <<: *mi\n    name: city-sim\n    hotline: "10010"\n'
    )
    first, second = read(text).lab.sims
    assert second.hotline == "10010"
    assert second.pin == first.pin == "env:PIN"


@pytest.mark.parametrize(
    "pin", ["1234", "01234", '"1234"', "12.34", "[1234]", "{a: 1234}", "2012-03-04", "0x4d2"]
)
def test_a_secret_written_into_the_file_is_refused_and_not_repeated(pin: str) -> None:
    lines = mistakes(changed("env:PIN", pin))
    assert len(lines) == 1 and "pin: must be env:NAME or file:PATH" in lines[0]
    assert "1234" not in lines[0] and "03-04" not in lines[0] and "4d2" not in lines[0]


def test_a_driver_section_is_held_against_the_schema_that_the_driver_brings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pydantic import BaseModel, ConfigDict

    class Section(BaseModel):
        model_config = ConfigDict(extra="forbid", strict=True)
        delay_s: float = 1.0

    class Links:
        section = Section

    monkeypatch.setattr("interop.lab.load.driver", lambda _group, _name: Links)
    text = BASE + "drivers:\n  emulated: {dealy_s: 3}\n"
    assert mistakes(text) == [
        'lab.yaml:43:14: unknown key "dealy_s" in emulated of drivers; did you mean "delay_s"?'
    ]
    assert read(text.replace("dealy", "delay")).lab.drivers == {"emulated": {"delay_s": 3}}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "小米移动",
            "小米移动通信",
            '15:12: brand: no source knows a virtual operator "小米移动通信"; did you mean "小米移动"?',
        ),
        ('"10046"', '"10040"', "19:14: hotline: sources say 10046 for 小米移动, not 10040"),
        (
            '"+8613010112500"',
            '"+8613800100500"',
            "18:11: smsc: +8613800100500 looks like one of CMCC, not CUCC",
        ),
        ('"17090001234"', '"17050001234"', "11:13: msisdn: 1705 was given to CMCC, not CUCC: ported?"),
        ('"17090001234"', '"18500001234"', "11:13: msisdn: 185 is no segment of virtual operators"),
        (
            '"460011709001234"',
            '"460051709001234"',
            "12:11: imsi: 46005 is of CTCC, but base_operator is CUCC",  # a source of medium confidence
        ),
        (
            '"460011709001234"',
            '"460041709001234"',
            "12:11: imsi: whose network 46004 is, is not sure: AOSP and"
            " LineageOS: China Mobile; pbakondy: Global Star Satellite",
        ),
        (
            "port: emulated",
            "port: /dev/ttyUSB0",
            "5:11: port: /dev/ttyUSB0 is renumbered when devices are plugged in; use /dev/serial/by-id/...",
        ),
    ],
)
def test_what_may_be_so_is_only_a_warning(old: str, new: str, said: str) -> None:
    assert [problem.at("lab.yaml") for problem in read(changed(old, new)).warnings] == [f"lab.yaml:{said}"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("smal", 'smal: no such file, and no lab of that name (there are: emulated, lab-example, small);'
            ' did you mean "small"?'),
        ("/nowhere/lab.yaml", "/nowhere/lab.yaml: no such file"),
        ("/", "/: cannot be read: Is a directory"),
        ("../small", "../small: no such file"),
        ("a\0b", "cannot be read"),
        ("", ": no such file"),
    ],
)  # fmt: skip
def test_a_file_that_is_not_there(name: str, said: str) -> None:
    with pytest.raises(LabError) as caught:
        load(name)
    assert said in str(caught.value)


def test_a_path_and_a_name_give_the_same_lab(tmp_path: Path) -> None:
    copy = tmp_path / "copy.yaml"
    copy.write_bytes((Path(__file__).parents[2] / "lab-config" / "small.yaml").read_bytes())
    assert load(str(copy)).model_dump() == load("small").model_dump()
    assert load(str(copy)).directory == tmp_path
    assert shipped() == ["emulated", "lab-example", "small"]


def only_a_lab_error(content: bytes) -> None:
    """Either a lab, or lines that each name the file and are each one line."""
    try:
        read(content)
    except LabError as error:
        assert error.problems
        assert all(line.startswith("lab.yaml") for line in str(error).split("\n"))
        assert len(str(error).splitlines()) == len(error.problems)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))
    )
)
@example(b"%YAML 1." + b"9" * 5000 + b"\n---\na")
@example(b"a: " + b"9" * 5000)
@example(b'a: "\\ud800"')
@example(b"<<: *x")
@example(b"&a {<<: *a}")
@example("name: a\u2028b\nsims: \u2028".encode())
def test_any_bytes_give_a_lab_or_a_lab_error(content: bytes) -> None:
    only_a_lab_error(content)


YAML_WORDS = "~ null yes .inf .nan 0x1F 1:30 2024-01-01 env: &a *a !x"
YAML_BITS = st.one_of(
    st.sampled_from([": ", "- ", "\n", "  ", "\t", "<<: *a", "!!int ", "--- ", "|\n", *YAML_WORDS.split()]),
    st.sampled_from("[]{}\"'?#%&*!|"),
)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, len(BASE)), st.integers(0, 30), st.one_of(YAML_BITS, st.text(max_size=4))),
        min_size=1,
        max_size=4,
    )
)
def test_a_good_file_with_damage_gives_a_lab_or_a_lab_error(damage: list[tuple[int, int, str]]) -> None:
    text = BASE
    for place, length, put in damage:
        text = text[:place] + put + text[place + length :]
    only_a_lab_error(text.encode("utf-8", "replace"))


@pytest.mark.parametrize("card", ["8986012081100001702", "898601A0811000017091"])
def test_a_card_number_whose_check_digit_cannot_be_told_is_no_mistake(card: str) -> None:
    """19 digits may stand without it, and issuers that write letters have none."""
    assert read(changed("89860120811000017091", card)).lab.sims[0].iccid == card


def test_without_sims_no_modem_is_blamed_for_its_sim() -> None:
    assert [line for line in mistakes(changed("sims:", "simz:")) if "in this lab" in line] == []


@pytest.mark.parametrize(
    ("quirk", "said"),
    [
        ("echo.stuk@rate=1", 'no quirk is named "echo.stuk"; did you mean "echo.stuck"?'),
        ("echo.stuck@rat=1", '"echo.stuck@rat=1": unknown parameter "rat"'),
    ],
)
def test_what_is_injected_into_a_modem_has_known_parameters(quirk: str, said: str) -> None:
    text = f"modems: [{{name: m, port: emulated, quirks: ['{quirk}']}}]\n"
    [line] = [line for line in mistakes(text.encode()) if "quirk" in line or "parameter" in line]
    assert line.startswith("lab.yaml:1:") and said in line
