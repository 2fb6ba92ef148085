"""`interop pack --hide-numbers`: whoever reads the archive, in whatever coding, finds no number of others and
no code in it; and what was to be shown is still there.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from interop.lab.load import load
from interop.record import Attempt, Check, Late, Observed, Verdict
from interop.record.events import (
    CallerId,
    CodeEntered,
    Dialled,
    Event,
    MessageExpected,
    MessageReceived,
    MessageSubmitted,
    Note,
    PartReceived,
    SimFileRead,
    TextTaken,
)
from interop.record.reader import read_run
from tests.forked import interop
from tests.reports.conftest import ORDINARY, SUBJECTS, attempt, failed, write
from tests.reports.test_pack import run_pack, unzipped

CASES = (
    "recognition.calls.originates[mi-1709->CMCC]",
    "recognition.calls.receives[mi-1709->CTCC]",
    "recognition.messages.sends[mi-1709->CMCC-gsm7]",
    "recognition.messages.receives[mi-1709->CTCC-ucs2]",
    "recognition.messages.gets_reports[mi-1709->CMCC]",
    "codes.gateways.code_arrives[mi-1709@cmcc-gw-latin]",
    "codes.gateways.code_arrives[mi-1709@cmcc-gw-long-latin]",
    "codes.gateways.code_arrives[mi-1709@cucc-gw-chinese]",
    "codes.sites.site_sends_code[mi-1709@bank-a]",
    "mms.messages.receives[mi-1709->CMCC-chinese]",
)
HEX = re.compile(rb"[0-9A-Fa-f]{8,}")


BACKWARDS = bytes(int(f"{octet:08b}"[::-1], 2) for octet in range(256))


def readings(data: bytes) -> Iterator[str]:
    """All that a curious reader may make of it: the text, and of what is hexadecimal, from either digit on,
    ASCII, UCS-2 in either order and from either octet on, semi-octets, and bits in the order of septets.
    """
    yield data.decode("utf-8", "replace")
    for found in HEX.finditer(data):
        for start in (0, 1):
            digits = found[0][start:].decode()
            digits = digits[: len(digits) // 2 * 2]
            octets = bytes.fromhex(digits)
            yield octets.decode("latin-1")
            for first in (0, 1):
                yield octets[first:].decode("utf-16-be", "replace")
                yield octets[first:].decode("utf-16-le", "replace")
            yield "".join(f"{second}{first}" for first, second in zip(*[iter(digits)] * 2, strict=True))
            backwards = octets.translate(BACKWARDS)
            yield f"{int.from_bytes(backwards):0{8 * len(octets)}b}"


def septets(secret: str) -> str:
    """The bits of its characters, the least first: so they stand in packed text, from whatever bit on."""
    return "".join(f"{ord(char):07b}"[::-1] for char in secret)


def found_in(files: dict[str, bytes], secrets: set[str]) -> dict[str, set[str]]:
    """Secret -> the files in which a reading has it."""
    places: dict[str, set[str]] = {}
    forms = {form: secret for secret in secrets for form in (secret, septets(secret))}
    every = re.compile("|".join(sorted(forms)))
    for name, data in files.items():
        for form in every.findall("\n".join(readings(data))):
            places.setdefault(forms[form], set()).add(name)
    return places


def test_the_reader_reads() -> None:
    """Of 3GPP TS 23.038 6.1.2.1 "hello 139", packed behind one bit; and the other codings, by hand."""
    bits = "0" + septets("hello 139")
    packed = bytes(int(bits[at : at + 8].ljust(8, "0")[::-1], 2) for at in range(0, len(bits), 8))
    hidden = (packed.hex(), "00313339", "a0031333900", "003100330039", "310033003900", "000031F9", "00009103")
    for data in hidden[:-1]:
        assert found_in({"file": f'"{data}"'.encode()}, {"139"}), data
    assert not found_in({"file": hidden[-1].encode()}, {"139"})


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calls, short and multimedia messages, gateways and sites in the lab small; not all of it works."""
    place = tmp_path_factory.mktemp("whole")
    words = " or ".join(sorted({case.partition("[")[0].rpartition(".")[2] for case in CASES}))
    defect = "route.missing@mvno=小米移动,service=voice"
    options = ("--lab", "small", "-k", f"mi-1709 and ({words})", "--defect", defect)
    done = interop("run", "recognition", "codes", "mms", *options, "--out", "r", cwd=place)
    assert (place / "r/run.json").exists(), done.stdout + done.stderr
    return place / "r"


@pytest.fixture(scope="module")
def secrets(run: Path) -> set[str]:
    """Numbers of the lab but the one under test, and what gateways were given as codes."""
    lab = load("small")
    numbers = {sim.msisdn.removeprefix("+86") for sim in lab.sims}
    own = {item.subject.msisdn for item in read_run(run).attempts if item.control_of is None}
    assert own == {"17090001234"} and len(numbers) >= 6
    texts = (seen.event.text for seen in read_run(run).observed if hasattr(seen.event, "text"))
    codes = {code for text in texts for code in re.findall(r"(?<![0-9A-Za-z])[0-9]{6}(?![0-9A-Za-z])", text)}
    assert len(codes) >= 4
    return (numbers - own) | codes


def test_no_reading_of_the_archive_has_a_number_or_a_code(
    run: Path, secrets: set[str], tmp_path: Path
) -> None:
    options = [part for case in CASES for part in ("--case", case)]
    for name, more in (("open", []), ("hidden", ["--hide-numbers"])):
        done = run_pack(run, *options, *more, "-o", tmp_path / f"{name}.zip")
        assert done.exit_code == 0, done.output
    files = unzipped((tmp_path / "hidden.zip").read_bytes())
    assert found_in(files, secrets) == {}
    shown = found_in(unzipped((tmp_path / "open.zip").read_bytes()), secrets)
    assert len(shown) >= 6 and "evidence/m01.jsonl" in shown["13900001234"]  # or this would prove nothing
    for word in ("17090001234", "小米移动", "139****", "****1 is your verification code"):
        assert word in files["transcript.txt"].decode() + files["contents.txt"].decode(), word
    assert "capture.pcapng" not in files
    assert run_pack("--check", tmp_path / "hidden.zip").exit_code == 0


# Made by hand: what a real run has seldom

OTHER, THIRD = "13900001234", "13812345678"
IMSI, ICCID = "460001234567890", "89860120831000017180"
SUBJECT = SUBJECTS[2]  # 17090001234
KEY = failed(SUBJECT).key
EVENTS: tuple[Event, ...] = (
    Dialled(OTHER),
    Dialled(f"17951{OTHER}"),
    CallerId(f"+86{THIRD}", 145, 0),
    MessageSubmitted(OTHER, "code 4711", tpdu="01000B813109001032F40000"),
    MessageReceived(
        "1065995588", 129, f"验证码483920,回复10086,致电{OTHER}", "", "+8613010314500", tpdu="04"
    ),
    PartReceived("1069", 129, 1, 1, 2, "your code is 55", "2026-01-05T09:00:04+08:00"),
    TextTaken("accepted", ("1343199694935031809",)),
    CodeEntered("bank", SUBJECT.msisdn, "A7X9Q2"),
    SimFileRead("6F07", "084906001032547698"),
    MessageExpected("expected 550662 or ７７１２０９", "1069", True),
    MessageReceived("10086", 129, "主叫139 0000 1234或１３８-1234-５６７８, 17090001234", "", ""),
    Note(f"IMSI {IMSI}, ICCID {ICCID}"),
)
SAID = (
    (">", f"ATD{OTHER};\r"),
    ("<", "\r\n+CLIP: 13812"),
    ("<", "345678,145\r\n"),
    ("<", f'\r\n+CLIP: "+86{SUBJECT.msisdn}",145\r\n'),
    ("<", "\r\n+CMT: ,30\r\n0791683110304105F0240D91683109001032F4000862\r\n"),
    ("<", '\r\n+CUSD: 0,"00310033003900300030"\r\n'),
    ("<", "\r\nenter A7X9Q2 or 483920 at 10086\r\n"),
    ("<", f"\r\n{IMSI}\r\n\r\n{ICCID}\r\n"),
    ("<", '\r\n+CREG: 1,"1790","01A2B3C4",7\r\n+CSCA: "+8613010314500",145\r\n'),
    ("<", "\r\n+CMGR: torn 13900"),
)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    check = Check("the far end", f"+86{OTHER}", f"{THIRD}, code 483920", Verdict.FAIL)
    own = replace(
        failed(SUBJECT), devices={"subject": "m1", "peer": "gw"}, evidence={"seq": [10, 39]}, control=None,
        checks=(check,), detail=f"{OTHER} does not answer",
    )  # fmt: skip
    other = replace(attempt(ORDINARY), case="another", devices={"subject": "m9"}, evidence={"seq": [50, 59]})
    observed = [Observed(10.0 + n, n, SUBJECT.sim, event, KEY) for n, event in enumerate(EVENTS)]
    run = write(
        tmp_path / "r",
        [own, other],
        observed=observed,
        late=[Late(own.case, 1, 90.0, "m1", f"a call from {THIRD}", 5.0)],
        meta={"run": "r", "defects": [f"x@number={OTHER}"]},
    )
    with (run / "evidence/m1.jsonl").open("w") as file:
        for seq, (way, data) in enumerate(SAID, 10):
            file.write(json.dumps({"at": seq / 10, "seq": seq, "dir": way, "data": data}) + "\n")
    with (run / "evidence/gw.jsonl").open("w") as file:
        file.write(json.dumps({"at": 0.0, "seq": 1, "note": "protocol CMPP/3"}) + "\n")
        for seq, data in ((20, "0000002000000004" + "01" * 8 + "3133393030303031"), (21, GIVEN)):
            file.write(json.dumps({"at": 2.0, "seq": seq, "dir": ">", "data": data + "\n"}) + "\n")
    return run


GIVEN = "000000188000000400000001000000000000000017000000"


def lines(files: dict[str, bytes], name: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in files[name].decode().splitlines()]


def hidden(run: Path) -> dict[str, bytes]:
    path = run.with_name("hidden.zip")
    done = run_pack(run, "--case", KEY.removesuffix("#1"), "--hide-numbers", "-o", path)
    assert done.exit_code == 0, done.output
    return unzipped(path.read_bytes())


def test_every_number_has_one_mask_in_all_files(made: Path) -> None:
    files = hidden(made)
    secrets = {OTHER, THIRD, IMSI, ICCID, "483920", "4711", "A7X9Q2", ICCID[:12], "13900001"}
    secrets |= {"550662", "７７１２０９", "0000 1234", "1234-５６７８", "0000-1234"}
    assert found_in(files, secrets) == {}
    [masked] = set(re.findall(r"139\*{4}[0-9]{4}", "".join(map(bytes.decode, files.values()))))
    [third] = set(re.findall(r"138\*{4}[0-9]{4}", "".join(map(bytes.decode, files.values()))))
    assert masked[-4:] != third[-4:]
    events = [line["event"] for line in lines(files, "evidence/events.jsonl")]
    assert events[0] == {"kind": "Dialled", "number": masked}
    assert events[1] == {"kind": "Dialled", "number": f"17951{masked}"}
    assert isinstance(events[2], dict) and events[2]["number"] == f"+86{third}"
    assert isinstance(events[4], dict)
    assert re.fullmatch(rf"验证码\*{{5}}[0-9],回复10086,致电{re.escape(masked)}", events[4]["text"])
    assert (events[4]["sender"], events[4]["smsc"], events[4]["tpdu"]) == (
        "1065995588",
        "+8613010314500",
        "",
    )
    assert isinstance(events[5], dict)  # a code may be torn between two parts
    assert (events[5]["text"], events[5]["sent_at"]) == ("your code is **", "2026-01-05T09:00:04+08:00")
    assert isinstance(events[6], dict) and events[6]["references"] == ["1343199694935031809"]
    assert isinstance(events[8], dict) and events[8]["content"] == "*" * 18
    assert isinstance(events[10], dict)  # as they were written, and with the same masks
    spaced, dashed = (
        f"{mask[:3]}{sign}{mask[3:7]}{sign}{mask[7:]}" for mask, sign in ((masked, " "), (third, "-"))
    )
    assert events[10]["text"] == f"主叫{spaced}或{dashed}, {SUBJECT.msisdn}"
    result = next(line for line in lines(files, "results.jsonl") if line["type"] == "attempt")
    assert result["detail"] == f"{masked} does not answer"
    assert result["case"] == KEY.removesuffix("#1")
    for name in ("report.html", "transcript.txt", "contents.txt", "results.jsonl"):
        assert masked in files[name].decode(), name
        assert SUBJECT.msisdn in files[name].decode() or name == "report.html"
    assert json.loads(files["run.json"])["defects"] == [f"x@number={masked}"]


def test_what_devices_said_keeps_its_lengths_and_what_is_nobodys(made: Path) -> None:
    files = hidden(made)
    said = [str(line["data"]) for line in lines(files, "evidence/m1.jsonl")]
    assert [len(text) for text in said] == [len(text) for _, text in SAID]
    assert re.fullmatch(r"ATD139\*{4}[0-9]{4};\r", said[0])
    assert re.fullmatch(r"\r\n\+CLIP: 138\*{4}[0-9]{4},145\r\n", said[1] + said[2])
    assert said[3] == SAID[3][1]
    assert said[4] == f"\r\n+CMT: ,30\r\n{'*' * 44}\r\n"
    assert said[5] == f'\r\n+CUSD: 0,"{"*" * 20}"\r\n'
    assert re.fullmatch(r"\r\nenter \*{5}[0-9] or \*{5}[0-9] at 10086\r\n", said[6])
    assert re.fullmatch(r"\r\n46000\*{6}[0-9]{4}\r\n\r\n89860\*{11}[0-9]{4}\r\n", said[7])
    assert said[8] == SAID[8][1]
    asked, answer = [str(line["data"]) for line in lines(files, "evidence/gw.jsonl")[1:]]
    assert asked == "0000002000000004" + "01" * 4 + "*" * 24 + "\n"
    assert answer == f"{GIVEN}\n"


def test_the_manifest_says_so_and_programs_still_take_it(made: Path, tmp_path: Path) -> None:
    files = hidden(made)
    manifest = files["MANIFEST"].decode().splitlines()
    comments = [line for line in manifest if line.startswith("#")]
    assert comments[0] == (
        "# Hidden: 2 mobile numbers, 5 codes, 2 IMSI or ICCID; "
        "each has a mask of its own, the same one in all files."
    )
    assert any("no capture" in line for line in comments)
    assert comments[-1] == "# Every SHA-256 is of the file as it is here, after hiding."
    assert all(line.removeprefix("# ") in files["contents.txt"].decode() for line in comments)
    assert run_pack("--check", tmp_path / "hidden.zip").exit_code == 0
    assert hidden(made) == files
    plain = tmp_path / "plain.zip"
    assert run_pack(made, "--case", KEY.removesuffix("#1"), "-o", plain).exit_code == 0
    assert "#" not in unzipped(plain.read_bytes())["MANIFEST"].decode()


@pytest.mark.foreign
def test_sha256sum_agrees(made: Path, tmp_path: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    for name, data in hidden(made).items():
        path = tmp_path / "unpacked" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "MANIFEST"],
        cwd=tmp_path / "unpacked",
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def test_it_is_still_a_run(made: Path, tmp_path: Path) -> None:
    for name, data in hidden(made).items():
        path = tmp_path / "again" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    run = read_run(tmp_path / "again")
    assert [type(one) for one in run.attempts] == [Attempt]
    assert [type(seen.event) for seen in run.observed] == [type(event) for event in EVENTS]


def test_it_has_nothing_to_do_with_checking() -> None:
    done = run_pack("--check", "x.zip", "--hide-numbers")
    assert done.exit_code == 2 and "--check FILE stands alone" in done.output
