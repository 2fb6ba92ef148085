"""Contents as people write them: examples of sims.md 10, round trips, and errors that quote no value."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.smspdu import Address, Relative, TypeOfNumber
from interop.uicc import (
    FILES,
    GSM,
    Acc,
    AccessRules,
    AccessTechnology,
    Ad,
    Content,
    Ef,
    EfError,
    Est,
    Gid,
    Hpplmn,
    Iccid,
    Imsi,
    Ist,
    Kc,
    Keys,
    Languages,
    MmsConnectivity,
    Msisdn,
    Opl,
    Plmn,
    PlmnActList,
    PlmnList,
    PlmnWithAct,
    SecretOctets,
    Smsp,
    Spdi,
    Spn,
    Sst,
    Ust,
    find,
)
from interop.uicc.form import HIDDEN, hides, may_hide, of_form, to_form

SIMS_10: list[tuple[str, Any, str]] = [
    ("ICCID", "89860012345678901234", "98680021436587092143"),
    ("ICCID", "8986031234567890123", "986830214365870921F3"),
    ("IMSI", "460000123456789", "084906001032547698"),
    ("IMSI", "460150000000001", "084906510000000010"),
    ("ACC", [5], "0020"),
    ("AD", {}, "00000002"),
    ("SPN", {"name": "小米移动", "show_plmn": True, "hide_abroad": True}, "03805C0F7C7379FB52A8" + "FF" * 7),
    ("SPN", {"name": "远特通信", "show_plmn": True, "hide_abroad": True}, "03808FDC7279901A4FE1" + "FF" * 7),
    ("FPLMN", ["46000", "46001", "46011", "46015"], "64F00064F01064F01164F051"),
    ("EHPLMN", ["310410"], "130014" + "FF" * 9),
    ("HPLMNwAcT", [{"plmn": "46000", "act": ["UTRAN", "E_UTRAN", "GSM"]}], "64F000C080" + "FFFFFF0000" * 4),
    ("HPPLMN", 30, "05"),
    ("EHPLMNPI", 0, "00"),
    ("SPDI", ["46000"], "A305800364F000" + "FF" * 25),
    ("LOCI", {}, "FFFFFFFFFFFFFF0000FF01"),
    ("PSLOCI", {}, "FF" * 10 + "0000FF01"),
    ("EPSLOCI", {}, "FF" * 15 + "000001"),
    ("Kc", {}, "FF" * 8 + "07"),
    ("Keys", {}, "07" + "FF" * 32),
    (
        "SMSP",
        {"smsc": "+8613800100500", "pid": 0, "dcs": 0, "validity": 169},
        "FF" * 14 + "E1" + "FF" * 12 + "0891683108100005F0FFFFFF" + "0000A9",
    ),
    ("MSISDN", {"number": "+8617012345678"}, "FF" * 20 + "0891687110325476F8" + "FF" * 5),
    ("UST", [12], "0008" + "00" * 15),
    ("OPL", {"plmn": "46000", "first_lac": 0, "last_lac": 0xFFFE, "pnn": 1}, "64F0000000FFFE01"),
    ("LI", ["zh"], "7A68" + "FF" * 6),
    ("GID1", "A1B2", "A1B2" + "FF" * 6),
    ("CBMIR", [[0x1100, 0x1112]], "11001112" + "FF" * 16),
    ("IMPI", "460000123456789@ims", "8013" + b"460000123456789@ims".hex().upper() + "FF" * 39),
]


@pytest.mark.parametrize(("name", "form", "octets"), SIMS_10)
def test_examples_of_sims_md(name: str, form: Any, octets: str) -> None:
    ef = find(name, GSM) if name == "Kc" else find(name)
    assert ef is not None
    assert ef.encode(of_form(ef.content, form, str(ef))).hex().upper() == octets
    assert to_form(ef.decode(bytes.fromhex(octets))) == form


KINDS: list[type[Content]] = list(dict.fromkeys(ef.content for ef in FILES))


@pytest.mark.parametrize("kind", KINDS)
def test_every_class_has_its_form(kind: type[Content], samples: dict[str, Any]) -> None:
    form = samples[kind.__name__]
    content = of_form(kind, form, "sample")
    assert isinstance(content, kind)
    assert to_form(content) == form
    assert of_form(kind, json.loads(json.dumps(to_form(content))), "x") == content


likely = st.sampled_from(bytes.fromhex("000809114143496162648081828390919ea0a3a4abafe1f0ff"))


def some_octets(ef: Ef) -> st.SearchStrategy[bytes]:
    size = ef.record_length or ef.size
    return st.binary(min_size=size, max_size=size) | st.lists(likely, min_size=size, max_size=size).map(bytes)


@given(st.sampled_from(FILES).flatmap(lambda ef: st.tuples(st.just(ef), some_octets(ef))))
@settings(max_examples=150)
def test_whatever_a_file_holds_goes_there_and_back(case: tuple[Ef, bytes]) -> None:
    ef, octets = case
    try:
        content = ef.decode(octets)
    except EfError:
        return
    form = json.loads(json.dumps(to_form(content)))
    if not hides(content):
        assert of_form(type(content), form, "x") == content
        return
    assert may_hide(type(content))
    assert HIDDEN in json.dumps(form)
    assert octets.hex() not in json.dumps(form).lower()
    with pytest.raises(EfError, match="hidden"):
        of_form(type(content), form, "x")


def test_names_and_numbers_of_services() -> None:
    assert of_form(Ust, ["SMSP", 1, "multimedia messaging service (mms)"], "x") == Ust((1, 12, 52))
    assert of_form(Est, ["Fixed Dialling Numbers (FDN)"], "x") == Est((1,))
    assert of_form(Ist, [1], "x") == Ist((1,))
    assert of_form(Sst, [4, 4, "CHV1 disable function"], "x") == Sst((1, 4), (1, 4))
    assert to_form(Sst((1, 4), (1, 4))) == [1, 4]
    assert of_form(Sst, {"allocated": [4, "CHV1 disable function"], "activated": [4]}, "x") == Sst(
        (1, 4), (4,)
    )


def test_members_by_name_or_value_and_numbers_that_are_not_usual() -> None:
    entry = PlmnWithAct(Plmn("460", "01"), AccessTechnology.UTRAN | AccessTechnology.E_UTRAN)
    for act in (["E_UTRAN", "utran"], [0x8000, "E_UTRAN"], 0xC000):
        assert of_form(PlmnActList, [{"plmn": "46001", "act": act}], "x") == PlmnActList((entry,))
    national = Msisdn(Address("17012345678", TypeOfNumber.NATIONAL, 9))
    assert to_form(national) == {"number": {"value": "17012345678", "ton": "NATIONAL", "npi": 9}}
    assert of_form(Msisdn, {"number": {"value": "17012345678", "ton": 2, "npi": 9}}, "x") == national
    assert of_form(Smsp, {"smsc": None, "validity": 11}, "x") == Smsp(validity=Relative(11))
    assert of_form(Ad, {"mnc_length": None}, "x") == Ad(mnc_length=None)


def test_access_rules_in_words() -> None:
    """By hand from ISO/IEC 7816-4 9.3.3.3: several keys, one without a name, never, a byte of conditions."""
    octets = (
        "800102" "A01AA40683010A950108AF10A406830101950108A406830181950108"
        "800120" "A40683011F950108" "800140" "9700" "8001B0" "9E0112"
    )  # fmt: skip
    rules = AccessRules.decode(bytes.fromhex(octets))
    form = [
        {"condition": {"any": ["ADM1", {"all": ["PIN1", "PIN2"]}]}, "modes": ["UPDATE"]},
        {"condition": "key 1F", "modes": ["TERMINATE"]},
        {"condition": "never", "modes": ["DELETE"]},
        {"condition": "user authentication in environment 2", "modes": 0xB0},
    ]
    assert to_form(rules) == form
    assert of_form(AccessRules, form, "x") == rules
    for wrong, sentence in (
        ([{"condition": "ADM11"}], "x: entry 1: condition: text of 5 characters is not known here; is ADM1"),
        ([{"condition": {"some": []}}], "x: entry 1: condition: takes text, not a mapping"),
        ([{"condition": "ADM1", "modes": ["RAED"]}], "x: entry 1: modes: entry 1: text of 4 characters is"),
    ):
        with pytest.raises(EfError, match=sentence):
            of_form(AccessRules, wrong, "x")


KEY = "0123456789ABCDEF0123456789ABCDEF"


@pytest.mark.parametrize(
    ("kind", "form", "sentence"),
    [
        (Imsi, KEY, "batch:3: 32 characters, number 11 of them wrong, an IMSI has 6 to 15 digits"),
        (Imsi, 460000123456789, "batch:3: takes text, not a number: put it in quotes"),
        (Imsi, ["46000"], "batch:3: takes text, not a list"),
        (Iccid, KEY, "batch:3: 32 characters, number 16 of them wrong, an ICCID has 1 to 20 digits"),
        (Spn, {"nmae": "x"}, "batch:3: has no field 'nmae'; is name meant?"),
        (Spn, {KEY: "x"}, "batch:3: has no field like this"),
        (Spn, {"show_plmn": True}, "batch:3: lacks name"),
        (Spn, {"name": "x", "show_plmn": "yes"}, "batch:3: show_plmn: takes true or false, not text"),
        (Spn, KEY, "batch:3: takes a mapping of name, show_plmn, hide_abroad, not text of 32 characters"),
        (PlmnList, ["46000", KEY], "batch:3: entry 2: 32 characters, number 11 of them wrong, a PLMN has"),
        (PlmnList, "46000", "batch:3: takes a list, not text of 5 characters"),
        (PlmnActList, [{"plmn": "46000", "act": ["UTRN"]}], "batch:3: entry 1: act: entry 1: text of 4 chara"
         "cters is not known here; is UTRAN meant?"),
        (PlmnActList, [{"plmn": "46000"}], "batch:3: entry 1: lacks act"),
        (Msisdn, {"number": KEY}, "batch:3: a name of 32 characters where a number belongs"),
        (Msisdn, {"number": "1" * 32}, "batch:3: 32 characters, a number has 1 to 20 of"),
        (Msisdn, {"number": "+86 170"}, "batch:3: number: text of 7 characters is no number such as"),
        (Ust, ["Extension 22"], "batch:3: entry 1: text of 12 characters is not known here; is Extension 2"),
        (Ust, [KEY], "batch:3: entry 1: text of 32 characters is not known here"),
        (Acc, [16], "batch:3: classes (16,) are not in 0..15"),
        (Acc, [31337314], "batch:3: entry 1: takes a number of at most 16777215"),
        (Acc, [True], "batch:3: entry 1: takes a number, not true or false"),
        (Hpplmn, 7, "batch:3: 7 minutes are no multiple of 6"),
        (Gid, "A1B", "batch:3: text of 3 characters is not hexadecimal"),
        (Gid, KEY + "x", "batch:3: text of 33 characters is not hexadecimal"),
        (Languages, [KEY], "batch:3: 32 characters are no language code of two letters"),
        (Kc, {"kc": KEY}, "batch:3: 16 octets where 8 belong"),
        (Keys, {"ck": HIDDEN}, "batch:3: ck: was hidden when it was read: a form does not give keys back"),
        (SecretOctets, HIDDEN, "batch:3: was hidden when it was read"),
        (Smsp, {"validity": 256}, "batch:3: 256 is no octet"),
        (MmsConnectivity, [{"relay": "http://x", "gateway": [[32]]}], "batch:3: entry 1: gateway: entry 1: 1"
         " entries, 2 are needed"),
        (Opl, None, "batch:3: takes a mapping of plmn, first_lac, last_lac, pnn, not nothing"),
        (Spdi, [None], "batch:3: entry 1: takes text, not nothing"),
    ],
)  # fmt: skip
def test_wrong_values(kind: type[Content], form: Any, sentence: str) -> None:
    with pytest.raises(EfError) as caught:
        of_form(kind, form, "batch:3")
    assert str(caught.value).startswith(sentence)
    assert KEY not in str(caught.value)


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "number", "plmn", "act", "allocated", "condition", "modes"])
            | st.text(max_size=4),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)


@given(
    st.sampled_from(KINDS),
    anything,
    st.text("0123456789abcdef", min_size=32, max_size=32),
)
@settings(max_examples=300)
def test_anything_else_is_one_error(kind: type[Content], form: Any, key: str) -> None:
    for value in (form, key, [key], {"name": key}, {"number": key}):
        try:
            of_form(kind, value, "here")
        except EfError as error:
            assert error.file.startswith("here")
            assert key not in str(error)


def test_what_is_a_key_is_hidden_and_what_is_erased_is_none() -> None:
    assert to_form(Kc(bytes(range(8)), 3)) == {"kc": HIDDEN, "sequence": 3}
    assert to_form(Keys(2, ck=b"\x01" * 16)) == {"identifier": 2, "ck": HIDDEN}
    assert to_form(SecretOctets(b"\x01" * 54)) == HIDDEN
    assert to_form(Kc(bytes(8), 0)) == {"kc": "00" * 8, "sequence": 0}
    assert to_form(SecretOctets(b"\xff" * 2)) == "FFFF"
    assert [may_hide(kind) for kind in (Kc, Keys, SecretOctets, Gid)] == [True, True, True, False]
