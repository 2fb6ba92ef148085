"""A profile: what its files become, octet by octet, and what is said of a wrong one."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.personalise.cardtypes import card_types
from interop.personalise.order import Wish
from interop.personalise.profile import Profile, ProfileError, load_profile, parse_profile
from interop.uicc import FILES, EfError, at
from interop.uicc.session import View


def profile(text: str) -> Profile:
    return parse_profile(text.encode(), source="p.yaml")


def of_files(files: str) -> Profile:
    return profile(f"name: p\nfiles:\n  {files}\n")


def octets(wish: Wish) -> str:
    """In a file of the usual size."""
    ef = at(wish.path)
    content = wish.content
    assert ef is not None and not isinstance(content, bytes)
    return ef.encode(content).hex()


def mistakes(text: str) -> list[str]:
    with pytest.raises(ProfileError) as raised:
        profile(text)
    return str(raised.value).splitlines()


# Values: reference/sims.md 10, but for those that name another source
EXAMPLES = [
    ("SPN: {name: 小米移动, show_plmn: true, hide_abroad: true}", "03805c0f7c7379fb52a8" + "ff" * 7),
    ("SPN: {name: 远特通信, show_plmn: true, hide_abroad: true}", "03808fdc7279901a4fe1" + "ff" * 7),
    ("SPN: {name: Mi}", "004d69" + "ff" * 14),
    ("AD: {}", "00000002"),
    ("AD: {mnc_length: 3}", "00000003"),
    ('EHPLMN: ["46000", "46001", "46011", "46015"]', "64f00064f01064f01164f051"),
    ('EHPLMN: ["310410"]', "130014" + "ff" * 9),
    ("FPLMN: []", "ff" * 12),
    ('PLMNsel: ["46001"]', "64f010" + "ff" * 21),
    (
        'HPLMNwAcT: [{plmn: "46000", act: [UTRAN, E_UTRAN, GSM]}]',
        "64f000c080" + "ffffff0000" * 4,
    ),
    ('OPLMNwAcT: [{plmn: "46001", act: [NG_RAN]}]', "64f0100800" + "ffffff0000" * 9),
    ("PLMNwAcT: []", "ffffff0000" * 10),
    ("EHPLMNPI: 1", "01"),
    ('SPDI: ["46001"]', "a305800364f010" + "ff" * 25),
    ("HPPLMN: 30", "05"),
    ("LOCI: {}", "ffffffff" + "ffffff" + "0000" + "ff" + "01"),
    ("PSLOCI: {}", "ff" * 7 + "ffffff" + "0000" + "ff" + "01"),
    ("EPSLOCI: {}", "ff" * 12 + "ffffff" + "0000" + "01"),
    ("Kc: {}", "ff" * 8 + "07"),
    ("KcGPRS: {}", "ff" * 8 + "07"),
    ("Keys: {}", "07" + "ff" * 32),
    ("KeysPS: {}", "07" + "ff" * 32),
    (
        'SMSP: {smsc: "+8613800100500", pid: 0, dcs: 0, validity: 169}',
        "ff" * 14 + "e1" + "ff" * 12 + "0891683108100005f0ffffff" + "0000a9",
    ),
    ('MSISDN: {number: "+8617012345678"}', "ff" * 20 + "0891687110325476f8" + "ff" * 5),
    ("ACC: [5]", "0020"),
    ("UST: [12]", "0008" + "00" * 15),
    ("SST: [1]", "03" + "00" * 14),
    ('ECC: [{code: "112"}]', "11f2ff" + "ff" * 8 + "00"),
    ('3F00/7F20/6FB7: ["112", "110"]', "11f2ff" + "11f0ff" + "ff" * 9),
    ('GID1: "0171"', "0171" + "ff" * 6),
    ("PNN: [{full: {text: 中国联通}}]", "4309904e2d56fd8054901a" + "ff" * 13),  # 24.008 10.5.3.5a
    ('OPL: [{plmn: "46000", first_lac: 0, last_lac: 65534, pnn: 1}]', "64f0000000fffe01"),
    ("LI: [zh]", "7a68" + "ff" * 6),
    ("PL: [zh, en]", "7a68656e" + "ff" * 4),
    ("LP: [1]", "01ffffff"),
    ("IMPI: a@b", "8003614062" + "ff" * 55),
    ("DOMAIN: b.cn", "8004622e636e" + "ff" * 34),
    ("IMPU: [sip:a]", "80057369703a61" + "ff" * 63),
]


@pytest.mark.parametrize(("files", "expected"), EXAMPLES)
def test_the_octets_of_each_value(files: str, expected: str) -> None:
    first, *twins = of_files(files).wishes()
    assert octets(first) == expected
    assert all(octets(twin) == expected and twin.optional for twin in twins)
    assert not first.optional


def test_a_name_is_the_file_of_the_usim_and_its_twin_and_a_path_is_that_file_alone() -> None:
    wishes = of_files("SPN: {name: a}").wishes()
    assert [(wish.path, wish.optional) for wish in wishes] == [
        ("3F00/7FFF/6F46", False), ("3F00/7F20/6F46", True)
    ]  # fmt: skip
    wishes = of_files("SMSP: {}").wishes()
    assert [(wish.path, wish.record) for wish in wishes] == [("3F00/7FFF/6F42", 1), ("3F00/7F10/6F42", 1)]
    assert [wish.path for wish in of_files("3F00/7F20/6F46: {name: a}").wishes()] == ["3F00/7F20/6F46"]
    assert [wish.path for wish in of_files("3f00/adf.usim/6fd9: []").wishes()] == ["3F00/7FFF/6FD9"]


@pytest.mark.parametrize("name", ["EHPLMN", "ECC", "IMPI", "PSLOCI", "PL"])
def test_no_twin_where_the_other_view_has_no_such_file_or_another_coding(name: str) -> None:
    value = {"ECC": "[{code: '112'}]", "PL": "[zh]", "EHPLMN": "[]", "IMPI": "a", "PSLOCI": "{}"}[name]
    assert all(not value.twin for value in of_files(f"{name}: {value}").files)


def test_a_path_wins_over_the_twin_of_a_name() -> None:
    both = of_files("SPN: {name: a}\n  3F00/7F20/6F46: {name: b}").wishes()
    assert [(wish.path, wish.optional) for wish in both] == [
        ("3F00/7FFF/6F46", False), ("3F00/7F20/6F46", False)
    ]  # fmt: skip
    assert [octets(wish)[2:4] for wish in both] == ["61", "62"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("[sip:a, sip:b]", {1: "sip:a", 2: "sip:b"}),
        ("[null, sip:b]", {2: "sip:b"}),
        ("{2: sip:b, 1: sip:a}", {2: "sip:b", 1: "sip:a"}),
        ('{"3": sip:c}', {3: "sip:c"}),
        ("sip:a", {1: "sip:a"}),
    ],
)
def test_records(value: str, expected: dict[int, str]) -> None:
    wishes = of_files(f"IMPU: {value}").wishes()
    assert {wish.record: octets(wish) for wish in wishes} == {
        number: octets(of_files(f"IMPU: {text}").wishes()[0]) for number, text in expected.items()
    }


def test_octets_of_files_that_are_not_known() -> None:
    files = '3F00/7F20/6F99: "0aFF"\n  3F00/7F20/6F98: ["01", "02"]\n  3F00/2F99: {3: "07"}'
    wishes = of_files(files).wishes()
    assert [(wish.path, wish.record, wish.content) for wish in wishes] == [
        ("3F00/7F20/6F99", 0, b"\x0a\xff"),
        ("3F00/7F20/6F98", 1, b"\x01"),
        ("3F00/7F20/6F98", 2, b"\x02"),
        ("3F00/2F99", 3, b"\x07"),
    ]


def test_columns_of_the_batch_in_braces() -> None:
    found = of_files("SPN: {name: '{brand} {{{city}}}'}\n  IMPU: [\"tel:+86{msisdn}\", sip:a]")
    assert found.columns == ("brand", "city", "msisdn")
    row = {"brand": "Mi", "city": "BJ", "msisdn": "17012345678"}
    spn, _, tel, sip = (value.wish(row) for value in found.files)
    assert bytes.fromhex(octets(spn))[1:].rstrip(b"\xff") == b"Mi \x1b\x28BJ\x1b\x29"  # 23.038: braces
    assert bytes.fromhex(octets(tel))[2:].rstrip(b"\xff") == b"tel:+8617012345678"
    assert [wish.record for wish in (tel, sip)] == [1, 2]
    assert [wish.path for wish in found.wishes()] == ["3F00/ADF.ISIM/6F04"]  # what needs no row
    assert of_files("SPN: {name: a}").columns == ()


def test_files_with_keys_of_a_registration_are_secret() -> None:
    wishes = of_files('Keys: {}\n  Kc: {}\n  DCK: ""\n  LOCI: {}').wishes()
    assert {wish.path for wish in wishes if wish.secret} == {
        "3F00/7FFF/6F08",
        "3F00/7F20/6F20",
        "3F00/7FFF/6F2C",
        "3F00/7F20/6F2C",
    }
    assert of_files('3F00/7F20/00FF: "01"').wishes()[0].secret, "where a type of card keeps Ki"


def test_what_the_card_type_says_and_the_profile_may_say_otherwise() -> None:
    plain = profile("name: p\nfiles: {}\n")
    assert (plain.reference, plain.tries, plain.view) == (0x0A, 3, View.UICC)
    assert (plain.card, plain.atr) == (None, b"")
    fairwaves = profile("name: p\ncard: Fairwaves\nfiles: {}\n")
    assert (fairwaves.reference, fairwaves.view) == (0x11, View.SIM)
    adm = 'adm: {reference: "0b", tries: 10}'
    own = profile(f"name: p\ncard: Fairwaves\natr: 3B9f\nview: 3G\n{adm}\nfiles: {{}}\n")
    assert (own.reference, own.tries, own.view, own.atr) == (0x0B, 10, View.UICC, b"\x3b\x9f")
    assert profile("name: p\nadm: {tries: 5}\ncard: gialersim\nfiles: {}\n").reference == 0x0C


def test_a_card_of_the_2g_view_has_no_files_of_the_usim() -> None:
    found = profile("name: p\ncard: Fairwaves\nfiles: {SPN: {name: a}, SMSP: {}, SST: [1]}\n")
    assert [(wish.path, wish.optional) for wish in found.wishes()] == [
        ("3F00/7F20/6F46", False), ("3F00/7F10/6F42", False), ("3F00/7F20/6F38", False)
    ]  # fmt: skip


def test_label_and_digest_are_of_the_octets_of_the_file() -> None:
    found = profile("name: p\nfiles: {}\n")
    assert found.digest == "6b6d5757f8afd9393b878899911f24554547bd4abd51c2bf1efc91656a7a514d"  # by sha256sum
    assert found.label == f"p@{found.digest[:12]}"
    assert profile("name: p\nfiles: {}\n# a comment\n").digest != found.digest


WRONG = [
    ("SPN: {name: 1}", "p.yaml:3:15: SPN: name: takes text, not a number: put it in quotes"),
    ("SPN: {}", "p.yaml:3:8: SPN: lacks name"),
    ("SPN: {name: a, show: true}", "p.yaml:3:8: SPN: "),
    ("SPN: a", "p.yaml:3:8: SPN: takes a mapping"),
    ("AD: {mnc_length: 16}", "p.yaml:3:7: AD: MNC length 16"),
    ("AD: {info: '00'}", "p.yaml:3:7: AD: mode 0, 1 octets of information"),
    ('EHPLMN: ["46001", "4600"]', "p.yaml:3:21: EHPLMN: entry 2: "),
    ("EHPLMN: [46001]", "p.yaml:3:12: EHPLMN: entry 1: takes text, not a number"),
    ('HPLMNwAcT: [{plmn: "46000", act: [LTE]}]', "p.yaml:3:37: HPLMNwAcT: entry 1: act: entry 1: "),
    ("HPPLMN: 31", "p.yaml:3:11: HPPLMN: 31 minutes are no multiple of 6"),
    ("EHPLMNPI: 256", "p.yaml:3:13: EHPLMNPI: indication 256 is no octet"),
    ("SMSP: {smsc: 8613800100500}", "p.yaml:3:16: SMSP: smsc: takes text, not a number"),
    ('SMSP: {smsc: "abc"}', "p.yaml:3:9: SMSP: "),
    ("SMSP: {pid: 256}", "p.yaml:3:9: SMSP: 256 is no octet"),
    ('MSISDN: {number: "+86170123456781234567890"}', "p.yaml:3:11: MSISDN: "),
    ("ACC: [16]", "p.yaml:3:8: ACC: classes (16,) are not in 0..15"),
    ("UST: [NONSENSE]", "p.yaml:3:9: UST: entry 1: "),
    ('ECC: [{code: "1x2"}]', "p.yaml:3:9: ECC: record 1: "),
    ('GID1: "017"', "p.yaml:3:9: GID1: "),
    ("OPL: [{pnn: 256}]", "p.yaml:3:9: OPL: record 1: areas FFFF to FFFF or record 256"),
    ("LI: [zho]", "p.yaml:3:7: LI: "),
    ("LOCI: {tmsi: '00'}", "p.yaml:3:9: LOCI: TMSI of 1 octets or LAC 0 is out of range"),
    ("Kc: {kc: hidden}", "p.yaml:3:12: Kc: kc: was hidden when it was read"),
    ("SPM: {name: a}", 'p.yaml:3:3: SPM: no file is called so; did you mean "SPN"?'),
    ("3F00/7FFF/6F4: []", "p.yaml:3:3: 3F00/7FFF/6F4: is no path: identifiers have four digits"),
    ("IMPU: []", "p.yaml:3:9: IMPU: no record stands here"),
    ("3F00/2F99: [null]", "p.yaml:3:14: 3F00/2F99: no record stands here"),
    ("3F00/7F20/6F99: xx", "p.yaml:3:19: 3F00/7F20/6F99: is not known here, and takes octets"),
    ('3F00/7F20/6F99: ""', "p.yaml:3:19: 3F00/7F20/6F99: is not known here, and takes octets"),
    ("7F20/6F46: {name: a}", "p.yaml:3:3: 7F20/6F46: '7F20/6F46' is no path from the MF"),
    ('IMSI: "460010000000001"', "p.yaml:3:3: IMSI: is another one on each card: it comes from column imsi"),
    ('3F00/7F20/6F07: "460010000000001"', "p.yaml:3:3: 3F00/7F20/6F07: is another one on each card"),
    ('ICCID: "8986"', "p.yaml:3:3: ICCID: is another one on each card: it comes from column new_iccid"),
    ("LND: {}", "p.yaml:3:3: LND: is cyclic"),
    ("UST: {1: 1}", "p.yaml:3:8: UST: is transparent: it has no records"),
    ("IMPU: {0: a}", "p.yaml:3:10: IMPU: 0 is no record"),
    ("IMPU: {255: a}", "p.yaml:3:10: IMPU: 255 is no record"),
    ('IMPU: {1: a, "01": b}', "p.yaml:3:16: IMPU: 1 is no record, or one that stands here twice"),
    ("SPN: {name: '{brand'}", "p.yaml:3:8: SPN: { and } stand around a column of the batch"),
    ("SPN: {name: 'a}'}", "p.yaml:3:8: SPN: { and } stand around a column of the batch"),
    ("SPN: {name: '{Brand}'}", "p.yaml:3:8: SPN: { and } stand around a column of the batch"),
    ("IMPI: '{ki}'", "p.yaml:3:9: IMPI: {ki}: a secret is written to no file but that of the card type"),
    ("SPN: {name: a}\n  3F00/7FFF/6F46: {name: b}", "p.yaml:4:3: 3F00/7FFF/6F46: is the same file as SPN"),
    ("SPN: {name: a}\n  SPN: {name: b}", 'p.yaml:4:3: key "SPN" is given twice (first in line 3)'),
]


@pytest.mark.parametrize(("files", "expected"), WRONG)
def test_what_is_said_of_a_wrong_value(files: str, expected: str) -> None:
    (mistake,) = mistakes(f"name: p\nfiles:\n  {files}\n")
    assert mistake.startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "p.yaml:1:1: the file is empty; a profile needs name and files"),
        ("- a", "p.yaml:1:1: a profile file is a mapping (name:, files:)"),
        ("name: p\n", 'p.yaml:1:1: the profile has no "files"'),
        ("name: p\nfiles:\n", "p.yaml:2:7: files: is empty"),
        ("files: {}\n", 'p.yaml:1:1: the profile has no "name"'),
        ("name: a b\nfiles: {}\n", 'p.yaml:1:7: name: "a b" is not a name'),
        ("name: p\nfile: {}\n", 'p.yaml:2:1: unknown key "file" in the profile; did you mean "files"?'),
        ("name: p\natr: 3B9\nfiles: {}\n", 'p.yaml:2:6: atr: "3B9" is not octets in hexadecimal digits'),
        ("name: p\nwrite_iccid: 1\nfiles: {}\n", 'p.yaml:2:14: write_iccid: "1" is neither true nor false'),
        ("name: p\nview: 4G\nfiles: {}\n", 'p.yaml:2:7: unknown view "4G" (known: 2G, 3G)'),
        ("name: p\ncard: SJA2\nfiles: {}\n", 'p.yaml:2:7: unknown card "SJA2" (known: sysmoUSIM-SJS1'),
        ("name: p\ncard: magicsim\nfiles: {}\n", "p.yaml:2:7: card: magicsim cannot be written: it has"),
        (
            "name: p\ncard: sysmoISIM-SJA5\nwrite_iccid: true\nfiles: {}\n",
            "p.yaml:3:14: write_iccid: the ICCID of a sysmoISIM-SJA5 is not to be written",
        ),
        (
            "name: p\ncard: Fairwaves\nfiles: {EHPLMN: []}\n",
            "p.yaml:3:9: EHPLMN: no file is called so in the 2G view",
        ),
        (
            "name: p\ncard: Fairwaves\nfiles: {3F00/7FFF/6F46: {name: a}}\n",
            "p.yaml:3:9: 3F00/7FFF/6F46: is a file of an application",
        ),
        (
            "name: p\ncard: sysmoUSIM-SJS1\nfiles: {3F00/7F20/00FF: 00112233445566778899AABBCCDDEEFF}\n",
            "p.yaml:3:9: 3F00/7F20/00FF: is where sysmoUSIM-SJS1 keeps keys",
        ),
        ("name: p\nfiles: {HPPLMN: 030}\n", "p.yaml:2:17: HPPLMN: this is a number to YAML; quote it"),
    ],
)
def test_what_is_said_of_a_wrong_profile(text: str, expected: str) -> None:
    (mistake,) = mistakes(text)
    assert mistake.startswith(expected)


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    text = "name: a b\nfiles:\n  SPN: {name: 1}\n  EHPLMN: [1]\n  NONSENSE: 1\n"
    places = [line.split(": ")[0] for line in mistakes(text)]
    assert places == ["p.yaml:1:7", "p.yaml:3:15", "p.yaml:4:12", "p.yaml:5:3"]


@pytest.mark.parametrize(
    "text",
    [
        "name: p\nadm: SECRET\nfiles: {}\n",
        "name: p\nadm: {reference: SECRET}\nfiles: {}\n",
        "name: p\nadm: {reference: SECRET, ki: SECRET, tries: SECRET}\nfiles: {}\n",
        "name: p\nadm: [SECRET]\nfiles: {}\n",
        "name: p\nki: SECRET\nopc: SECRET\nfiles: {}\n",
        "name: p\nfiles: {Kc: {kc: SECRET}, 3F00/7F20/00FF: SECRET, 3F00/7F20/6F99: SECRET, Keys: SECRET}\n",
        "name: p\nfiles: {DCK: SECRET, EPSNSC: [SECRET], 3F00/2F99: [SECRET], GID1: SECRET, SPN: SECRET}\n",
    ],
)
@pytest.mark.parametrize("secret", ["12345678", "0x1234", "00112233445566778899AABBCCDDEEF", "01234567"])
def test_what_may_be_a_key_in_the_wrong_place_is_not_shown(text: str, secret: str) -> None:
    try:
        found = profile(text.replace("SECRET", secret))
    except ProfileError as error:
        assert secret not in str(error) + repr(error)
        assert str(int(secret, 0) if secret.startswith("0x") else secret) not in str(error)
    else:
        assert secret not in repr(found)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ProfileError, match=r"p\.yaml: cannot be read: No such file or directory"):
        load_profile(tmp_path / "p.yaml")
    with pytest.raises(ProfileError, match="cannot be read: Is a directory"):
        load_profile(tmp_path)
    with pytest.raises(ProfileError, match="cannot be read"):
        load_profile("a\0b")
    (tmp_path / "p.yaml").write_bytes("name: 卡\nfiles: {}\n".encode("gbk"))
    with pytest.raises(ProfileError, match=r"p\.yaml:1:7: byte 0xbf is not UTF-8; save the file as UTF-8"):
        load_profile(tmp_path / "p.yaml")


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 300)
    | st.sampled_from(["", "46001", "zh", "00", "{a}", "{", "1"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "1", "2", "0", "plmn", "act", "number", "smsc", "kc"]), inner
        )
    ),
    max_leaves=6,
)
names = st.sampled_from(
    [*(ef.name for ef in FILES), *(ef.place for ef in FILES), "3F00/2F99", "x", "3F00", "/"]
)


@given(st.dictionaries(names, values, max_size=3), st.sampled_from([None, *card_types()]))
def test_any_value_is_a_wish_or_the_declared_error(files: dict[str, object], card: str | None) -> None:
    text = json.dumps({"name": "p", "card": card, "files": files} if card else {"name": "p", "files": files})
    try:
        found = profile(text)
    except ProfileError as error:
        assert all(line.startswith("p.yaml:") for line in str(error).splitlines())
    else:
        assert {value.path for value in found.files if not value.twin} <= {
            *(ef.place for ef in FILES), "3F00/2F99"
        }  # fmt: skip
        with suppress(EfError):
            for value in found.files:
                value.wish({"a": "b"})


@given(st.binary(max_size=120) | st.text(max_size=80).map(lambda text: f"name: p\nfiles: {text}".encode()))
def test_garbage_is_a_profile_or_the_declared_error(content: bytes) -> None:
    with suppress(ProfileError):
        assert parse_profile(content, source="p.yaml").name
