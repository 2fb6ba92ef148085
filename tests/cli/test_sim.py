"""`interop sim` from outside, on emulated cards in files and in a lab's modems."""

from __future__ import annotations

import asyncio
import json
import os
import pty
import subprocess
import sys
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random
from subprocess import CompletedProcess
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import drivers.card.folder
import drivers.card.lab
import drivers.emulated.uicc.profile
from drivers.card.memory import MemoryCards
from drivers.emulated.uicc import Card
from interop.cli.sim import app as interop_sim
from interop.cli.sim.apdu import Veil
from interop.cli.sim.summary import NAMES, lines, summary
from interop.cli.sim.tries import KeyState, key_states
from interop.lab.load import load
from interop.uicc.milenage import Milenage
from interop.uicc.reading import Reading
from interop.uicc.session import Session, View
from tests.forked import interop

ICCID = "89860120811000017091"
KI, OPC = "465B5CE8B199B49FAA5F0A2EE238A6BC", "CD63CB71954A9F4E48A5994E37A02BAF"
"""of 3GPP TS 35.208 test set 1, whose OP is the next"""
OP = "CDC202D5123E20F62B6D676AC72CB318"
KEYS = {"KI": KI, "OPC": OPC, "OP": OP, "OTHER": "00" * 16, "ADM": "ascii:12345678"}
WITH_KEYS = ("--ki", "env:KI", "--opc", "env:OPC")


@pytest.fixture(scope="module", autouse=True)
def _loaded() -> None:
    """What every command would load anew, in each child that is forked."""
    assert drivers.card.folder and drivers.card.lab and interop_sim
    drivers.emulated.uicc.profile.profile()
    drivers.emulated.uicc.profile.layouts()


def sim(*arguments: str | Path, environment: dict[str, str] | None = None) -> CompletedProcess[str]:
    return interop("sim", *map(str, arguments), environment=KEYS | (environment or {}))


def data(*arguments: str | Path, code: int = 0) -> Any:
    done = sim(*arguments, "--json")
    assert (done.returncode, done.stderr) == (code, "")
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """By the command itself."""
    file = tmp_path_factory.mktemp("made") / "r0.json"
    keys = ("--ki", "env:KI", "--opc", "env:OPC", "--adm", "env:ADM")
    done = sim("blank", file, "--iccid", ICCID, *keys)
    assert (done.returncode, done.stderr) == (0, "")
    return file.read_bytes()


@pytest.fixture
def cards(tmp_path: Path, made: bytes) -> Path:
    """A directory with one blank card, r0, that has keys."""
    folder = tmp_path / "cards"
    folder.mkdir()
    (folder / "r0.json").write_bytes(made)
    return folder


def no_key_in(text: str, *more: str) -> None:
    for secret in (KI, OPC, OP, *more):
        assert secret.lower() not in text.lower()


# Which card


def test_readers_and_what_is_wrong_with_them(cards: Path) -> None:
    (cards / "broken.json").write_text("{}")
    sim("blank", cards / "empty.json")
    broken, empty, r0 = data("readers", "--cards", cards)["readers"]
    assert (r0["name"], r0["iccid"], r0["trouble"]) == ("r0", ICCID, "")
    assert bytes.fromhex(r0["atr"])[0] == 0x3B
    assert empty["trouble"] == "EF_ICCID holds no card number"
    narrow = " ".join(sim("readers", "--cards", cards, environment={"COLUMNS": "40"}).stdout.split())
    assert "…" not in narrow and ICCID in narrow
    assert "broken.json: atr: Field required" in broken["trouble"]
    shown = sim("readers", "--cards", cards).stdout.splitlines()
    assert shown[3].split() == ["r0", ICCID, r0["atr"]] and shown[4].startswith("broken: ")


def test_a_lab_s_cards_are_those_of_its_lab_file() -> None:
    found = data("readers", "--lab", "small")["readers"]
    lab = load("small")
    expected = {modem.name: held.iccid for modem in lab.modems if (held := lab.sim_of(modem))}
    assert {row["name"]: row["iccid"] for row in found} == expected


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (
            ("--lab", "small"),
            2,
            "several readers have a card: choose with --reader, or --iccid; there are: m01,",
        ),
        (("--lab", "small", "--reader", "1"), 2, "--reader 1 is a number, which says nothing of a card"),
        (("--lab", "small", "--reader", "m0"), 2, "--reader m0: several have it in its name; there are: m01"),
        (("--lab", "small", "--reader", "x"), 2, "--reader x: none has it in its name; there are: m01"),
        (
            ("--lab", "small", "--reader", "m01", "--iccid", "89860120831000017180"),
            1,
            "m01: the card in it is",
        ),
        (("--lab", "small", "--iccid", "8986"), 1, "card 8986 is in none of them"),
        (("--lab", "small", "--cards", "."), 2, "--cards or --lab, not both"),
        (("--cards", "nowhere"), 1, "nowhere: No such file or directory: make it, or name another"),
    ],
)
def test_the_wrong_card_is_never_taken(arguments: tuple[str, ...], code: int, said: str) -> None:
    done = sim("read", *arguments)
    assert done.returncode == code and done.stdout == ""
    assert done.stderr.startswith("interop sim read: ") and said in done.stderr
    assert json.loads(sim("read", *arguments, "--json").stdout).keys() == {"error"}


def test_a_lab_file_with_mistakes_says_which(tmp_path: Path) -> None:
    (tmp_path / "lab.yaml").write_text("name: x\n")
    done = sim("read", "--lab", tmp_path / "lab.yaml")
    assert done.returncode == 2 and done.stderr.startswith(f"{tmp_path}/lab.yaml:1:1: ")


def test_the_card_is_found_by_its_own_number() -> None:
    found = data("read", "--lab", "small", "--iccid", "8986 0120 8310 0001 7180")
    assert (found["reader"], found["imsi"]) == ("m02", "460091718001234")


def test_without_pcscd() -> None:
    """Or without pyscard: each says what to do."""
    done = interop("sim", "readers", environment={"PCSCLITE_CSOCK_NAME": "/nonexistent/pcscd"})
    assert done.returncode == 1 and done.stdout == ""
    assert done.stderr.startswith("interop sim readers: PC/SC: ") and "install" in done.stderr + "install"


# Read


def test_who_the_card_is() -> None:
    """As the lab file says it, and what is known of its numbers."""
    told = data("read", "--lab", "small", "--reader", "m01")
    lab = load("small")
    expected = next(each for each in lab.sims if each.name == "mi-1709")
    assert (told["iccid"], told["imsi"]) == (expected.iccid, expected.imsi)
    assert (told["msisdn"], told["spn"], told["smsc"]) == ("+8617090001234", expected.spn, expected.smsc)
    assert told["issuer"]["provinces"] == ["北京"] and told["issuer"]["operator"] == "CUCC"
    assert (told["network"]["mccmnc"], told["segment"]["prefix"]) == ("46001", "1709")
    assert told["home"][0] == "46001" and told["view"] == "3G"
    assert {key["name"]: (key["left"], key["puk_left"]) for key in told["keys"]} == {
        "PIN1": (3, 10), "PIN2": (3, 10), "ADM1": (3, None),
    }  # fmt: skip
    assert "Short Message Service Parameters (SMSP)" in told["services"]["UST"]


def test_who_the_card_is_in_words() -> None:
    shown = sim("read", "--lab", "small", "--reader", "m02").stdout
    rows = {line.split()[0]: " ".join(line.split()[1:]) for line in shown.splitlines()}
    assert rows["IMSI"].startswith("460091718001234 46009 China Unicom 中国联通, reserved PLMN")
    assert rows["SPN"] == "蜗牛移动" and rows["number"] == "-"
    assert rows["PIN1"] == "3 tries, PUK 10 tries, not asked for"


def test_tries_are_told_and_none_is_spent(cards: Path) -> None:
    sim("apdu", "--cards", cards, "--write", "0020000A08" + "30" * 8)
    for _ in range(3):
        told = data("read", "--cards", cards)
        assert [key["left"] for key in told["keys"] if key["name"] == "ADM1"] == [2]


def test_what_is_blocked_and_keys_that_a_card_says_nothing_of() -> None:
    card = Card.blank(pin="1234")
    card.keys[0x01].left, card.keys[0x81].unblock_left = 0, 0

    async def ask() -> list[KeyState]:
        link = await MemoryCards({"r0": card}).open("r0", write=False)

        async def transmit(tpdu: bytes) -> tuple[bytes, int]:
            silent = tpdu[1] == 0x20 and tpdu[3] not in (0x01, 0x81)
            return (b"", 0x6F00) if silent else await link.transmit(tpdu)

        session = Session(transmit)
        await session.begin()
        return await key_states(session)

    told = {state.name: state.words for state in asyncio.run(ask())}
    assert told == {"PIN1": "blocked, PUK 10 tries, asked for", "PIN2": "3 tries, PUK blocked, asked for"}


def test_tries_of_a_sim_are_in_what_it_says_of_its_directory() -> None:
    """There an empty VERIFY would be a wrong one: none is sent."""
    card = Card.blank(pin="1234")
    card.keys[0x01].left, card.keys[0x81].unblock_left = 2, 9
    sent: list[int] = []

    async def ask() -> list[KeyState]:
        link = await MemoryCards({"r0": card}).open("r0", write=False)

        async def transmit(tpdu: bytes) -> tuple[bytes, int]:
            sent.append(tpdu[1])
            return await link.transmit(tpdu)

        session = Session(transmit)
        await session.begin(View.SIM)
        return await key_states(session)

    told = {state.name: state.words for state in asyncio.run(ask())}
    assert told == {"PIN1": "2 tries, PUK 10 tries, asked for", "PIN2": "3 tries, PUK 9 tries"}
    assert {*sent} <= {0xA4, 0xC0}


def test_a_card_that_wants_its_pin(cards: Path) -> None:
    form = json.loads((cards / "r0.json").read_text())
    form["keys"]["01"]["enabled"] = True
    (cards / "r0.json").write_text(json.dumps(form))
    told = data("read", "--cards", cards)
    assert told["imsi"] is None and told["refused"]["3F00/7FFF/6F07"] == "6982"
    assert [key["enabled"] for key in told["keys"][:2]] == [True, True]
    assert "6982: a key has to be given first" in sim("read", "--cards", cards).stdout
    asked = sim("auth", "--cards", cards, *WITH_KEYS)
    assert asked.returncode == 1 and "r0: the card answers no challenge before PIN1: --pin" in asked.stderr
    proved = sim("auth", "--cards", cards, *WITH_KEYS, "--pin", "env:PIN", environment={"PIN": "1234"})
    assert proved.returncode == 0
    given = sim("read", "--cards", cards, "--pin", "env:PIN", environment={"PIN": "1234"})
    assert given.returncode == 0 and "6982" not in given.stdout
    for code, said in (
        (1, "r0: PIN1 was refused with 63C2 (2 tries left)"),
        (1, "r0: PIN1 has 2 of 3 tries left"),
    ):
        done = sim("read", "--cards", cards, "--pin", "env:PIN", environment={"PIN": "4711"})
        assert done.returncode == code and said in done.stderr and "4711" not in done.stderr
    assert "2 tries, PUK 10" in sim("read", "--cards", cards).stdout  # the second time nothing was sent


def test_the_whole_card_as_json_is_a_card_again(cards: Path, tmp_path: Path) -> None:
    """In a pipe, too; without its keys."""
    whole = sim("read", "--all", "--json", "--lab", "small", "--reader", "m01").stdout
    assert Reading.of_form(json.loads(whole)).imsi == "460011709001234"
    (tmp_path / "reading.json").write_text(whole)
    (cards / "twin.json").write_text(whole)
    arguments = ("--cards", cards)
    done = sim("diff", tmp_path / "reading.json", "twin", *arguments)
    assert (done.returncode, done.stdout) == (0, "no difference\n")
    assert data("read", "--reader", "twin", *arguments)["imsi"] == "460011709001234"


def test_every_file_decoded_and_none_with_a_key(cards: Path) -> None:
    shown = sim("read", "--all", "--cards", cards).stdout
    assert ["3F00/2FE2", "EF_ICCID", "2FE2", ICCID] in [line.split() for line in shown.splitlines()]
    no_key_in(shown + sim("read", "--all", "--json", "--cards", cards).stdout)


def test_the_tree_says_who_may_do_what(cards: Path) -> None:
    files = {row["path"]: row for row in data("tree", "--cards", cards)["files"]}
    assert files["3F00/2FE2"]["access"] == {"read": "always", "update": "ADM1"}
    assert files["3F00/7FFF/6F07"]["access"] == {"read": "PIN1", "update": "ADM1"}
    assert files["3F00/7FFF"]["aid"].startswith("A0000000871002")
    shown = [line.split() for line in sim("tree", "--cards", cards).stdout.splitlines()]
    assert ["2FE2", "EF_ICCID", "transparent", "10", "read", "always,", "update", "ADM1"] in shown
    assert shown[0] == ["3F00", "MF"] and ["ADM1", "3", "tries"] in shown


def test_what_a_card_holds_does_not_command_the_terminal(cards: Path) -> None:
    """ESC, and half a surrogate, which UTF-8 cannot carry, in the name of the network."""
    form = json.loads((cards / "r0.json").read_text())
    form["files"]["3F00/7FFF/6F46"]["octets"] = "0080001B005BD8000075" + "FF" * 7
    (cards / "r0.json").write_text(json.dumps(form))
    name = "\x1b[\ud800u"
    assert data("read", "--cards", cards)["spn"] == name
    shown = [sim(*command, "--cards", cards) for command in (("read",), ("read", "--all"), ("lint",))]
    shown.append(sim("diff", "r0", "r0", "--cards", cards))
    assert [(done.returncode, done.stderr) for done in shown] == [(0, ""), (0, ""), (1, ""), (0, "")]
    assert "\\x1b[\\ud800u" in shown[0].stdout and not any("\x1b" in done.stdout for done in shown)


# Lint and diff


def test_what_is_wrong_with_a_card(cards: Path) -> None:
    found = data("lint", "--cards", cards, code=1)["findings"]
    assert "EF_IMSI 6F07" in {finding["file"] for finding in found if finding["severity"] == "error"}
    done = sim("lint", "--cards", cards)
    assert done.returncode == 1 and "error    3F00/7FFF/6F07  EF_IMSI: all 9 octets are FF" in done.stdout
    assert sim("lint", "--lab", "small", "--reader", "m01").stdout == "nothing wrong was found\n"


def test_lint_of_a_file(cards: Path, tmp_path: Path) -> None:
    (tmp_path / "reading.json").write_text(sim("read", "--all", "--json", "--cards", cards).stdout)
    assert data("lint", tmp_path / "reading.json", code=1) == data("lint", "--cards", cards, code=1)
    for name, said in (("r0.json", "is an emulated card: read it with --cards"), ("no.json", "No such file")):
        done = sim("lint", cards / name)
        assert done.returncode == 2 and said in done.stderr
    (tmp_path / "text.json").write_text("[]")
    assert "is not what `interop sim read --all --json` writes" in sim("lint", tmp_path / "text.json").stderr
    assert sim("lint", tmp_path / "reading.json", "--lab", "small").returncode == 2


def test_where_two_cards_differ() -> None:
    found = data("diff", "m01", "m02", "--lab", "small", code=1)["differences"]
    imsi = next(each for each in found if each["path"] == "3F00/7FFF/6F07")
    assert (imsi["left"], imsi["right"]) == ('"460011709001234"', '"460091718001234"')
    done = sim("diff", "m01", "m02", "--lab", "small")
    assert done.returncode == 1 and '  + "460091718001234"' in done.stdout.splitlines()
    assert sim("diff", "m01", "--lab", "small").returncode == 2


def test_a_card_against_its_profile(cards: Path, tmp_path: Path) -> None:
    (tmp_path / "p.yaml").write_text("name: p\nfiles:\n  SPN: {name: 远特通信}\n  HPPLMN: 30\n")
    (tmp_path / "b.csv").write_text(f"iccid,imsi,ki,op\n{ICCID},460011709001234,env:OTHER,env:OP\n")
    at = ("--cards", cards, "--reader", "r0", "--profile", tmp_path / "p.yaml")
    found = data("diff", *at, code=1)["differences"]
    assert {(each["name"], each["right"]) for each in found} == {("EF_SPN 6F46", '{"name": "远特通信"}')}
    (tmp_path / "p.yaml").write_text("name: p\ncard: sysmoUSIM-SJS1\nfiles:\n  SPN: {name: 远特通信}\n")
    found = data("diff", *at, "--batch", tmp_path / "b.csv", code=1)["differences"]
    assert {"EF_IMSI 6F07", "Ki and OPc"} <= {each["name"] for each in found}
    (tmp_path / "b.csv").write_text("iccid,imsi\n89860120811000017109,460011709001234\n")
    done = sim("diff", *at, "--batch", tmp_path / "b.csv")
    assert done.returncode == 2 and f"no row for card {ICCID}" in done.stderr
    (tmp_path / "p.yaml").write_text("name: p\n")
    done = sim("diff", *at)
    assert done.returncode == 2 and done.stderr.startswith(f"{tmp_path}/p.yaml:1:1: ")


def test_a_card_in_use_against_its_row(cards: Path, tmp_path: Path) -> None:
    """It has its new number already; who refused it is its own affair, what it lacks is not."""
    (tmp_path / "p.yaml").write_text("name: p\nwrite_iccid: true\nfiles: {3F00/7FFF/6FFE: '00'}\n")
    (tmp_path / "b.csv").write_text(f"iccid,new_iccid,imsi\n89860120811000017109,{ICCID},460011709001234\n")
    usim = "00A4040C10A0000000871002FF86FFFF89FFFFFFFF"
    forbidden = (usim, "00A40904026F7B", "00D6000003130014")
    assert sim("apdu", "--cards", cards, "--write", *forbidden).returncode == 0
    at = ("--cards", cards, "--profile", tmp_path / "p.yaml", "--batch", tmp_path / "b.csv")
    found = data("diff", *at, code=1)["differences"]
    assert {each["path"].rpartition("/")[2] for each in found} == {"6FFE", "6F78", "6F07"}
    (missing,) = (each for each in found if each["aspect"] == "presence")
    assert (missing["path"], missing["right"]) == ("3F00/7FFF/6FFE", "wanted")


# Keys


def test_a_card_proves_its_keys_and_tells_its_sqn(cards: Path) -> None:
    first = data("auth", "--cards", cards, *WITH_KEYS)
    assert (first["right"], first["sqn"], first["accepted"]) == (True, 0, 32)
    again = data("auth", "--cards", cards, "--ki", "env:KI", "--op", "env:OP")
    assert (again["right"], again["sqn"], again["accepted"]) == (True, 32, 64)
    stale = data("auth", "--cards", cards, *WITH_KEYS, "--sqn", "64")
    assert (stale["right"], stale["sqn"], stale["accepted"]) == (True, 64, None)
    told = sim("auth", "--cards", cards, *WITH_KEYS, "--sqn", "96").stdout
    assert told == f"r0: card {ICCID}: RES is right: it has these keys; SQN 96 was accepted\n"
    gsm = data("auth", "--cards", cards, *WITH_KEYS, "--gsm")
    assert gsm["right"] and gsm["accepted"] is None


def test_a_pin_is_named_and_never_shown(cards: Path) -> None:
    for place, said in (
        ("1234", "--pin: say where it is"),
        ("env:PIN", "--pin ascii: takes 4 to 8 characters"),
    ):
        done = sim("auth", "--cards", cards, *WITH_KEYS, "--pin", place, environment={"PIN": "123"})
        assert done.returncode == 2 and said in done.stderr and "123" not in done.stderr


@pytest.mark.parametrize("more", [(), ("--gsm",)])
def test_other_keys(cards: Path, more: tuple[str, ...]) -> None:
    done = sim("auth", "--cards", cards, "--ki", "env:KI", "--opc", "env:OTHER", *more)
    assert done.returncode == 1 and "other keys" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--ki", KI, "--opc", "env:OPC"), "--ki: say where it is, env:NAME or file:PATH"),
        (("--ki", "env:NIX", "--opc", "env:OPC"), "--ki env:NIX: this environment variable is not set"),
        (("--ki", "env:SHORT", "--opc", "env:OPC"), "--ki takes 32 hexadecimal digits, not 31"),
        (("--ki", "env:KI"), "--opc is needed: env:NAME or file:PATH"),
        (("--ki", "env:KI", "--opc", "env:OPC", "--op", "env:OP"), "--opc or --op, not both"),
    ],
)
def test_a_key_is_named_and_never_shown(cards: Path, arguments: tuple[str, ...], said: str) -> None:
    done = sim("auth", "--cards", cards, *arguments, environment={"SHORT": KI[1:]})
    assert done.returncode == 2 and said in done.stderr and done.stdout == ""
    no_key_in(done.stderr, KI[1:])


def test_keys_that_are_asked_on_the_terminal_are_not_seen_there(cards: Path) -> None:
    leader, follower = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "interop", "sim", "auth", "--cards", cards],
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    ) as process:
        os.close(follower)
        shown = until(leader, "ki (32 hex digits): ")
        os.write(leader, f"{KI}\n".encode())
        shown += until(leader, "opc (32 hex digits): ")
        os.write(leader, f"{OPC}\n".encode())
        shown += until(leader, "accepted")
        assert process.wait() == 0
    os.close(leader)
    assert "RES is right" in shown
    no_key_in(shown)


def until(leader: int, text: str) -> str:
    seen = ""
    while text not in seen:
        seen += os.read(leader, 4096).decode("utf-8", "replace")
    return seen


# By hand


def test_commands_by_hand(cards: Path) -> None:
    done = sim("apdu", "--cards", cards, "00 A4 08 04 02 2F E2", "00B000000A", "00B2010400")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "> 00A40804022FE2" and lines[3:6] == [
        "> 00B000000A",
        "< 98681002180100100719",
        "< 9000",
    ]
    assert lines[-1] == "< 6981  wrong structure of file for this command"
    sent = data("apdu", "--cards", cards, "00A40804022FE2", "00B000000A")
    assert [each["sw"] for each in sent["exchanges"]] == ["9000", "9000"]
    assert sent["exchanges"][1]["data"] == "98681002180100100719"


def test_what_changes_the_card_needs_a_word(cards: Path) -> None:
    before = (cards / "r0.json").read_text()
    done = sim("apdu", "--cards", cards, "00A40804022F05", "00D6000002656E")
    assert (done.returncode, done.stdout, (cards / "r0.json").read_text()) == (2, "", before)
    assert "instruction D6 changes the card; allow it with --write" in done.stderr
    select, write = "00A40804022F05", "00D6000002656E"
    done = sim("apdu", "--cards", cards, "--write", select, write, "00B0000002")
    assert done.returncode == 0 and "< 656E" in done.stdout.splitlines()
    assert sim("apdu", "--cards", cards, "002C000100").stdout.splitlines()[1] == "< 63CA  10 tries left"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("0020000A083030303030303030", "instruction 20 may spend a try of a key"),
        ("8082000010" + "00" * 16, "instruction 82 may spend a try of a key"),
        ("00DA010002AABB", "instruction DA changes the card"),
        ("80D8000102AABB", "instruction D8 changes the card"),
        ("00D7000002AABB", "instruction D7 changes the card"),
        ("00DD010402AABB", "instruction DD changes the card"),
        ("00FE0000", "instruction FE changes the card"),
    ],
)
def test_what_cannot_be_taken_back_needs_a_word(text: str, why: str, cards: Path) -> None:
    before = (cards / "r0.json").read_text()
    done = sim("apdu", "--cards", cards, "00A40004023F00", text)
    assert (done.returncode, done.stdout, (cards / "r0.json").read_text()) == (2, "", before)
    assert done.stderr == f"interop sim apdu: {text[:8]}...: {why}; allow it with --write\n"
    assert sim("apdu", "--cards", cards, "0020000A").stdout.splitlines()[-1].startswith("< 63C")


@pytest.mark.parametrize(
    ("text", "said"), [("00A40", "not hexadecimal"), ("00A4000402", "9000"), ("00", "octets")]
)
def test_what_is_no_command(cards: Path, text: str, said: str) -> None:
    done = sim("apdu", "--cards", cards, text)
    if said == "9000":  # five octets are a command
        assert done.returncode == 1
    else:
        assert done.returncode == 2 and said in done.stderr


def test_no_key_comes_back_by_hand(cards: Path) -> None:
    """Neither the PIN or ADM that was given, nor what AUTHENTICATE gives, nor what EF_Keys holds."""
    usim, challenge = Milenage(bytes.fromhex(KI), bytes.fromhex(OPC)), b"\x11" * 16
    made = usim.challenge(challenge, 32)
    select = "00A4040C10A0000000871002FF86FFFF89FFFFFFFF"
    authenticate = "0088008122" + "10" + challenge.hex() + "10" + made.autn.hex()
    done = sim("apdu", "--cards", cards, "--write", "0020000A083132333435363738", select, authenticate)
    assert done.returncode == 0
    no_key_in(done.stdout, "3132333435363738", made.ck.hex(), made.ik.hex(), made.xres.hex())
    assert "> 0020000A08****************" in done.stdout.splitlines()
    write = ("--write", "00A40904026F08", "00D6000021" + "07" + made.ck.hex() + made.ik.hex())
    done = sim("apdu", "--cards", cards, select, *write, "00B0000021")
    assert done.returncode == 0
    no_key_in(done.stdout, made.ck.hex(), made.ik.hex())
    assert "< 33 octets, not shown: there are keys in them" in done.stdout.splitlines()


def test_an_answer_that_is_fetched_later_is_as_secret() -> None:
    veil = Veil()
    for command in ("0089008122", "00C0000010", "80CB008000", "00C0000010"):
        assert veil.data(bytes.fromhex(command), bytes(16)) is None
    assert veil.data(bytes.fromhex("00A40804047F2000FF"), b"\x62") == "62"
    assert veil.data(bytes.fromhex("00B0000010"), bytes(16)) is None, "where a type of card keeps Ki"
    assert veil.data(bytes.fromhex("00A40004026F07"), b"\x62") == "62"
    assert veil.data(bytes.fromhex("00C0000001"), b"\x62") == "62"
    assert veil.data(bytes.fromhex("00B0870009"), bytes(9)) == "00" * 9
    assert veil.data(bytes.fromhex("00B0880021"), bytes(33)) is None, "EF_Keys by its short identifier"
    assert veil.data(bytes.fromhex("00A40004026F20"), b"") == "", "what is not there is no secret"


# A card to begin with


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("x.txt",), "a card's file ends with .json or .yaml"),
        (("x.json", "--layout", "nix"), "no card 'nix'; there are sysmoUSIM-SJS1"),
        (("x.json", "--adm", "12345678"), "--adm must begin with ascii:"),
        (("x.json", "--ki", "env:KI"), "--ki and --opc go together"),
        (("x.json", "--iccid", "hello"), "EF_ICCID"),
        (("nowhere/x.json",), "nowhere/x.json: No such file or directory"),
        (("r0.json",), "r0.json exists already"),
    ],
)
def test_no_card_is_made_of_what_does_not_fit(cards: Path, arguments: tuple[str, ...], said: str) -> None:
    before = sorted(cards.iterdir())
    done = interop("sim", "blank", *arguments, cwd=cards, environment=KEYS)
    assert done.returncode == 2 and said in done.stderr
    assert sorted(cards.iterdir()) == before


def test_the_real_command_starts_light() -> None:
    """Nothing that takes long to load is loaded for help, and for choosing a command."""
    heavy = "pydantic yaml rich.table cryptography aiohttp pytest drivers interop.uicc interop.lab.model"
    script = f"import sys, interop.cli.sim; print(sorted(set('{heavy}'.split()) & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
    help_text = subprocess.run(
        [sys.executable, "-m", "interop", "sim", "--help"], capture_output=True, text=True, check=True
    )
    for command in ("readers", "read", "tree", "lint", "diff", "auth", "apdu", "blank"):
        assert f"\n  {command} " in help_text.stdout


# The summary of a card whose contents are nonsense


@cache
def whole() -> Reading:
    done = sim("read", "--all", "--json", "--lab", "small", "--reader", "m01")
    return Reading.of_form(json.loads(done.stdout))


@settings(max_examples=30)
@given(random=st.randoms(use_true_random=False))
def test_nonsense_is_told_and_never_a_crash(random: Random) -> None:
    def spoilt(octets: bytes) -> bytes:
        found = bytearray(octets)
        for _ in range(random.randint(0, 8) if octets else 0):
            found[random.randrange(len(found))] ^= 1 << random.randrange(8)
        return bytes(found)

    files = {
        path: replace(file, octets=spoilt(file.octets), records=tuple(map(spoilt, file.records)))
        for path, file in whole().files.items()
        if file.name.split(" ")[0].removeprefix("EF_") in NAMES
    }
    told = summary(replace(whole(), files=files), [])
    assert json.dumps(told) and [name for name, _, _ in lines(told)][:3] == ["ICCID", "view", "IMSI"]


# A modem on a port


def test_a_card_in_a_modem_on_a_port(ports: Path, tmp_path: Path) -> None:
    """By +CGLA on a channel of our own, under the guard of a real modem: it may be written, and stays so."""
    expected = load("small").sims[0]
    lab = yaml.safe_dump(
        {
            "name": "bench",
            "city": "北京",
            "modems": [{"name": "left", "port": str(ports / "m01"), "sim": expected.name}],
            "sims": [expected.model_dump(mode="json", exclude_defaults=True, exclude={"tariff"})],
        },
        allow_unicode=True,
    )
    (tmp_path / "bench.yaml").write_text(lab, encoding="utf-8")
    place = ("--lab", tmp_path / "bench.yaml")
    told = data("read", *place)
    assert (told["reader"], told["iccid"], told["imsi"]) == ("left", expected.iccid, expected.imsi)
    select, language = "00A40804022F05", "00B0000002"
    written = data("apdu", *place, "--write", select, "00D6000002656E")
    assert [each["sw"] for each in written["exchanges"]] == ["9000", "9000"]
    assert data("apdu", *place, select, language)["exchanges"][1]["data"] == "656E"
