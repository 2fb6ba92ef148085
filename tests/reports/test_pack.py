"""The evidence file: what other programs make of it, and that nothing of other cases is in it."""

from __future__ import annotations

import json
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from interop.cli import app
from interop.record import Attempt, Control, Finding, Late, Observed, Started
from interop.record.events import CallerId, Dialled, MessageReceived, Note
from interop.record.reader import RunDamaged, read_run
from interop.reports import pack
from interop.reports.excerpt import NoSuchCase, select
from tests.forked import interop
from tests.reports.conftest import ORDINARY, PAYLOADS, SCRIPT, SUBJECTS, attempt, failed, write

FAILED = "codes.gateways.code_arrives[snail-1718@cucc-gw-latin]"
CONTRAST = "codes.gateways.code_arrives[cucc-bj@cucc-gw-latin]"
PASSED = "codes.gateways.code_arrives[mi-1709@smsc-latin]"


def packed(run: Path, *cases: str) -> bytes:
    archive = BytesIO()
    read = read_run(run)
    pack.write(read, select(read, cases), archive)
    return archive.getvalue()


def unzipped(archive: bytes) -> dict[str, bytes]:
    """By name in the folder."""
    with zipfile.ZipFile(BytesIO(archive)) as opened:
        return {name.partition("/")[2]: opened.read(name) for name in opened.namelist()}


def run_pack(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["pack", *map(str, arguments)])


@pytest.fixture(scope="module")
def codes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real run: China Unicom's gateway does not know segment 171."""
    place = tmp_path_factory.mktemp("codes")
    defect = "gateway.segment@segment=171,gateway=cucc-gw"
    words = "code_arrives and latin and not long"
    done = interop("run", "codes", "--lab", "small", "-k", words, "--defect", defect, "--out", "r", cwd=place)
    assert done.returncode == 1, done.stdout + done.stderr
    return place / "r"


@pytest.fixture(scope="module")
def evidence(codes: Path) -> Iterator[Path]:
    """The folder of the failed case, unpacked by Info-ZIP's unzip if it is there."""
    place = codes.parent
    done = run_pack(codes, "--case", FAILED, "-o", place / "e.zip")
    assert done.exit_code == 0, done.output
    assert done.stdout == f"{place / 'e.zip'}\n"
    assert "1 case, 1 contrast, 11 files; SHA-256 " in done.stderr
    with zipfile.ZipFile(place / "e.zip") as archive:
        archive.extractall(place / "unpacked")
    [folder] = (place / "unpacked").iterdir()
    yield folder


def test_it_holds_the_case_and_its_contrast_and_no_other(evidence: Path) -> None:
    lines = [json.loads(line) for line in (evidence / "results.jsonl").read_text().splitlines()]
    assert [(line["type"], line["case"], line["control_of"]) for line in lines] == [
        ("started", FAILED, None),
        ("started", CONTRAST, f"{FAILED}#1"),
        ("attempt", FAILED, None),
        ("attempt", CONTRAST, f"{FAILED}#1"),
    ]
    events = [json.loads(line) for line in (evidence / "evidence/events.jsonl").read_text().splitlines()]
    assert {event["attempt"] for event in events} == {f"{FAILED}#1", f"{CONTRAST}#1"}
    assert sorted(path.name for path in (evidence / "evidence").iterdir()) == [
        "cucc-gw.jsonl",
        "events.jsonl",
        "m02.jsonl",
        "m05.jsonl",
    ]


# 13900001234 and 17090001234 of the lab small, by hand: digits, ASCII, UCS-2, semi-octets
OTHERS = (
    "17090001234", "3137303930303031323334", "0031003700300039003000300030003100320033", "7190001032F4",
    "13900001234", "3133393030303031323334", "3109001032F4", "mi-1709", "hna-1700", "ctcc-gw",
)  # fmt: skip
OWN = ("17180001234", "3137313830303031323334", "18600001234", "snail-1718", "cucc-bj")


def test_nothing_of_other_numbers_is_in_it(codes: Path, evidence: Path) -> None:
    whole = b"".join(path.read_bytes() for path in codes.rglob("*") if path.is_file()).upper()
    text = b"".join(path.read_bytes() for path in evidence.rglob("*") if path.is_file()).upper()
    for word in OTHERS:
        assert word.upper().encode() not in text, word
    for word in OWN:
        assert word.upper().encode() in text, word
    assert sum(word.upper().encode() in whole for word in OTHERS) >= 6  # or this test would prove nothing


def test_every_octet_of_the_attempts_is_in_it(codes: Path, evidence: Path) -> None:
    """The journals' own lines, between what the results say is the first and the last of each attempt."""
    attempts = [item for item in read_run(codes).attempts if item.case in (FAILED, CONTRAST)]
    assert len(attempts) == 2
    for device in ("m02", "m05", "cucc-gw"):
        spans = [item.evidence["seq"] for item in attempts if device in item.devices.values()]
        kept = []
        for line in (codes / f"evidence/{device}.jsonl").read_text().splitlines():
            said = json.loads(line)
            if any(first <= said["seq"] <= last for first, last in spans) or "protocol" in said.get(
                "note", ""
            ):
                kept.append(said)
        there = (evidence / f"evidence/{device}.jsonl").read_text().splitlines()
        assert kept and [json.loads(line) for line in there] == kept


def test_the_same_run_gives_the_same_bytes(codes: Path, tmp_path: Path) -> None:
    moved = shutil.copytree(codes, tmp_path / "elsewhere")
    (moved / "report.html").unlink()
    assert packed(codes, FAILED, PASSED) == packed(moved, PASSED, FAILED, PASSED)
    assert packed(codes, FAILED) != packed(codes, PASSED)
    with zipfile.ZipFile(BytesIO(packed(codes, FAILED))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_run_without_a_name_gets_none_from_where_it_lies(tmp_path: Path) -> None:
    """The capture names its run."""
    came = Observed(10.0, 0, "m1", MessageReceived("1069", 129, "", "", tpdu="04048101"), attempt().key)
    runs = [write(tmp_path / name, [attempt()], observed=[came], meta={}) for name in ("a", "b")]
    first, second = (packed(run, attempt().case) for run in runs)
    assert first == second and b"Run unnamed." in unzipped(first)["capture.pcapng"]


def test_that_a_lab_was_emulated_in_part_is_told_to_the_other_operator(tmp_path: Path) -> None:
    for name, told in (("part", {"emulated": True}), ("none", {"emulated": False}), ("old", {})):
        files = unzipped(
            packed(write(tmp_path / name, [attempt()], meta={"clock": "real", **told}), attempt().case)
        )
        said = ["mulated" in files[page].decode() for page in ("contents.txt", "report.html")]
        assert said == [name == "part"] * 2, name


def test_it_says_in_words_what_it_is(evidence: Path) -> None:
    text = (evidence / "contents.txt").read_text()
    assert text.startswith(f"Evidence from run r: 1 of its 12 cases\n\nFAIL {FAILED}\n")
    assert "  cause     gateway: no_route\n" in text
    assert "  finding   fails for 1718, works for 186: the segment" in text
    assert f"  contrast  {CONTRAST}#1 (18600001234, subject m05, originator cucc-gw): 2026-01-05 01:" in text
    assert "Injected defects: gateway.segment@segment=171,gateway=cucc-gw\n" in text
    assert "packed with: interop 0.1.0\n" in text and "All devices of this run were emulated" in text
    listed = {line.split("  ")[0] for line in text.splitlines() if ".txt  " in line or "/  " in line}
    assert listed == {"transcript.txt", "evidence/"}


def test_it_is_a_run_that_can_be_read_again(evidence: Path) -> None:
    done = CliRunner().invoke(app, ["report", str(evidence), "--format", "terminal"])
    assert done.exit_code == 0 and "1 case: ✓ pass 0  ✗ fail 1\n" in done.stdout
    assert CliRunner().invoke(app, ["diff", str(evidence), str(evidence)]).exit_code == 0
    page = (evidence / "report.html").read_text()
    assert FAILED in page and CONTRAST not in page.partition('id="data"')[0] and "mi-1709" not in page


@pytest.mark.foreign
@pytest.mark.parametrize("command", [["unzip", "-tq"], ["python3", "-m", "zipfile", "-t"]])
def test_other_unpackers_find_nothing_wrong(evidence: Path, command: list[str]) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    archive = evidence.parents[1] / "e.zip"
    done = subprocess.run([*command, str(archive)], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.foreign
def test_sha256sum_agrees_with_the_manifest(evidence: Path) -> None:
    if shutil.which("sha256sum") is None:
        pytest.skip("sha256sum is not installed")
    done = subprocess.run(["sha256sum", "-c", "MANIFEST"], cwd=evidence, capture_output=True, text=True)
    files = {str(path.relative_to(evidence)) for path in evidence.rglob("*") if path.is_file()}
    assert done.returncode == 0, done.stderr
    assert {line.removesuffix(": OK") for line in done.stdout.splitlines()} == files - {"MANIFEST"}


@pytest.mark.foreign
def test_tshark_reads_the_capture(codes: Path, evidence: Path, tmp_path: Path) -> None:
    """Of SGIP it shows the octets; the messages it reads, and each packet says which attempt it is of."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not installed")
    fields = ["-T", "fields", "-e", "frame.comment", "-e", "gsm_sms.sms_text"]
    done = subprocess.run(
        ["tshark", "-r", str(evidence / "capture.pcapng"), *fields], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert {row[0].split(" | ")[0] for row in rows} == {f"{FAILED}#1", f"{CONTRAST}#1"}
    assert any("CUCC" in row[0] or "cucc-gw" in row[0] for row in rows)
    assert any(row[1] for row in rows if CONTRAST in row[0])
    assert not any(row[1] for row in rows if FAILED in row[0])  # the gateway refused: nothing came


# Made by hand: what a real run has seldom

STRANGER = SUBJECTS[3]  # mi-1709, 17091112222
TAKEN = failed(SUBJECTS[2], devices={"subject": "m1", "peer": "m2"}, evidence={"seq": [10, 29]})
SHARED = replace(
    attempt(ORDINARY),
    case="recognition.control", control_of="another#1", devices={"subject": "m3", "peer": "m2"},
    evidence={"seq": [50, 59]}, started=60.0,
)  # fmt: skip
ELSEWHERE = replace(failed(STRANGER), case="another", devices={"subject": "m4"}, evidence={"seq": [30, 49]})
CENTRE = "+8613010314500"  # of everybody: it stays
SAID = [
    (9, ">", "AT+BEFORE\r"),
    (10, ">", 'AT+CPIN="****"\r'),
    (11, "<", '\r\n+CLIP: "+8617091112222",145\r\n'),
    (12, "<", "\r\n+CMT: ,30\r\n0791683110304105F0240D91687190112122F2000862\r\n"),
    (13, "<", "\r\n+CLIP: 170911"),
    (14, "<", "12222,145\r\n"),
    (15, "<", '\r\n+CLIP: "13900001234",145\r\n'),
    (16, "<", "\r\n+CUSD: 0,\"00310037003000390031003100310032003200320032\"\r\n"),
    (29, "<", "\r\nOK\\\xe4\x7f\r\n"),
    (30, ">", "AT+AFTER\r"),
]  # fmt: skip
GATEWAY = "00000030ff3137303931313132323232ff\n"


def made(
    directory: Path, attempts: tuple[Attempt, ...] = (TAKEN, ELSEWHERE, SHARED), device: str = "m1"
) -> Path:
    """A case whose modem heard of another case's number, and a contrast that another case asked for."""
    write(
        directory,
        list(attempts),
        observed=[
            Observed(10.5, 0, TAKEN.subject.sim, Dialled("13900001234"), TAKEN.key),
            Observed(11.0, 1, STRANGER.sim, CallerId("13911112222", 129, 0), ELSEWHERE.key),
            Observed(11.5, 2, STRANGER.sim, MessageReceived("1069", 129, "", "", CENTRE), ELSEWHERE.key),
            Observed(12.0, 3, TAKEN.subject.sim, Note("between cases"), None),
        ],
        started=[Started(TAKEN.case, 1, TAKEN.devices, 10.0), Started("begun", 1, {}, 11.0)],
        late=[Late(TAKEN.case, 1, 90.0, "m1", "came late", 5.0), Late("another", 1, 91.0, "m4", "x", 5.0)],
        meta={
            "run": "../../r", "epoch": 1767574800.0, "defects": ["d@number=17091112222"], "state": "killed",
            "audit": [{"msisdn": STRANGER.msisdn}], "never": {"mi-1709": "x"}, "lab_file": "/home/wang/l",
        },
    )  # fmt: skip
    with (directory / f"evidence/{device}.jsonl").open("w") as file:
        for seq, way, data in SAID:
            file.write(json.dumps({"at": 10 + seq / 100, "seq": seq, "dir": way, "data": data}) + "\n")
    with (directory / "evidence/m2.jsonl").open("w") as file:
        file.write(json.dumps({"at": 0.0, "seq": 1, "note": "protocol SMPP/3"}) + "\n")
        file.write(json.dumps({"at": 10.3, "seq": 20, "dir": ">", "data": GATEWAY}) + "\n")
    return directory


def test_numbers_of_other_cases_are_masked_between_the_bytes(tmp_path: Path) -> None:
    """In each form, also in pieces; what the case itself names stays, and so do all lengths."""
    files = unzipped(packed(made(tmp_path), TAKEN.case))
    said = [json.loads(line) for line in files["evidence/m1.jsonl"].decode().splitlines()]
    assert [line["data"] for line in said] == [
        'AT+CPIN="****"\r',
        '\r\n+CLIP: "+86***********",145\r\n',
        "\r\n+CMT: ,30\r\n0791683110304105F0240D9168************000862\r\n",
        "\r\n+CLIP: ******",
        "*****,145\r\n",
        '\r\n+CLIP: "13900001234",145\r\n',
        f'\r\n+CUSD: 0,"{"*" * 44}"\r\n',
        "\r\nOK\\\xe4\x7f\r\n",
    ]
    gateway = [json.loads(line) for line in files["evidence/m2.jsonl"].decode().splitlines()]
    assert gateway[0]["note"] == "protocol SMPP/3"
    assert gateway[1]["data"] == "00000030ff" + "*" * 22 + "ff\n"
    assert b"Masked in 6 places of evidence/: numbers of other cases\n" in files["contents.txt"]
    for name, data in files.items():
        assert not any(word in data for word in (b"17091112222", b"13911112222", b"mi-1709", b"wang")), name


def test_a_shared_contrast_says_that_it_is_of_the_case_that_is_here(tmp_path: Path) -> None:
    files = unzipped(packed(made(tmp_path), TAKEN.case))
    lines = [json.loads(line) for line in files["results.jsonl"].decode().splitlines()]
    assert [(line["type"], line["case"], line.get("control_of")) for line in lines] == [
        ("started", TAKEN.case, None),
        ("attempt", TAKEN.case, None),
        ("attempt", "recognition.control", TAKEN.key),
        ("late", TAKEN.case, None),
    ]
    assert "capture.pcapng" in files
    assert b"The run had not ended when this was packed (state: killed).\n" in files["contents.txt"]


def test_the_transcript(tmp_path: Path) -> None:
    text = unzipped(packed(made(tmp_path), TAKEN.case))["transcript.txt"].decode()
    assert text.partition("\n\n")[2].splitlines()[:24] == [
        "== recognition.voice-mo[snail-1709->CMCC]#1",
        "   fail: interconnect: no_route",
        "   2026-01-05 01:00:10 UTC, 12.5 s; subject m1, peer m2",
        "   17090001234 (snail-1709, 1709 蜗牛移动, CUCC)",
        '01:00:10.100000  m1          >  AT+CPIN="****"␍',
        '01:00:10.110000  m1          <  ␍␊+CLIP: "+86***********",145␍␊',
        "01:00:10.120000  m1          <  ␍␊+CMT: ,30␍␊",
        "                                0791683110304105F0240D9168************000862␍␊",
        "01:00:10.130000  m1          <  ␍␊+CLIP: ******",
        "01:00:10.140000  m1          <  *****,145␍␊",
        '01:00:10.150000  m1          <  ␍␊+CLIP: "13900001234",145␍␊',
        f'01:00:10.160000  m1          <  ␍␊+CUSD: 0,"{"*" * 44}"␍␊',
        "01:00:10.290000  m1          <  ␍␊OK\\\\\\xE4␡␍␊",
        "01:00:10.300000  m2          >  SMPP/3, 17 octets",
        f"{' ' * 32}0000  00 00 00 30 ff {'** ' * 11} ...0.***********",
        f"{' ' * 32}0010  ff {' ' * 46}.",
        "01:00:10.500000  snail-1709  *  dials 13900001234",
        "",
        "== recognition.control#1",
        "   contrast to recognition.voice-mo[snail-1709->CMCC]#1; pass",
        "   2026-01-05 01:01:00 UTC, 12.5 s; subject m3, peer m2",
        "   18600001234 (cu-186, 186 中国联通, CUCC)",
    ]


def test_octets_that_are_no_text_are_shown_as_hexadecimal(tmp_path: Path) -> None:
    run = write(tmp_path, [replace(TAKEN, control=None)])
    body = bytes(range(0x80, 0x94)).decode("latin-1")
    for text in (f"{body}ab", "\x1b\x1a"):
        with (run / "evidence/m1.jsonl").open("a") as file:
            file.write(json.dumps({"at": 0.5, "seq": 10, "dir": "<", "data": text}) + "\n")
    text = unzipped(packed(run, TAKEN.case))["transcript.txt"].decode()
    assert text.splitlines()[-4:] == [
        "     0.500000  m1  <  22 octets",
        "                      0000  80 81 82 83 84 85 86 87 88 89 8a 8b 8c 8d 8e 8f  ................",
        "                      0010  90 91 92 93 61 62                                ....ab",
        "     0.500000  m1  <  ␛␚",
    ]


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    cases = [replace(attempt(), case=text, detail=text) for text in PAYLOADS]
    seen = MessageReceived("1069", 129, f"{SCRIPT}\x1b[2J\ud83d", "")
    observed = [Observed(10.0, 0, "m1", seen, item.key) for item in cases]
    run = write(tmp_path / "r", cases, observed=observed)
    files = unzipped(packed(run, *PAYLOADS))
    assert SCRIPT not in files["report.html"].decode()
    for name in ("contents.txt", "transcript.txt"):
        assert not set(files[name].decode()) & set("\x1b\x07\x00\u202e\u2028\ud83d")


@pytest.mark.parametrize(
    "name", ["../../../tmp/evil", "/etc/passwd", "..\\..\\evil", ".", "con:\0x", "x" * 300]
)
def test_no_case_or_run_names_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Whatever they are called: one file here, and in it one folder."""
    here = tmp_path / "a" / "b"
    here.mkdir(parents=True)
    monkeypatch.chdir(here)
    write(here / "r", [replace(attempt(), case=name)], meta={"run": name})
    before = set(tmp_path.rglob("*"))
    done = run_pack("r", "--case", name)
    assert done.exit_code == 0, done.output
    [new] = set(tmp_path.rglob("*")) - before
    assert new.parent == here and new.name.startswith("interop") and new.suffix == ".zip"
    with zipfile.ZipFile(new) as archive:
        for entry in archive.namelist():
            parts = entry.split("/")
            assert parts[0].startswith("interop") and ".." not in parts and len(parts) <= 3
            assert not set(entry) & set("\\:\0")


@pytest.mark.parametrize(
    ("case", "says"),
    [
        ("recognition.voice-mo[snail-1709->CUCC]", f'did you mean "{TAKEN.case}"?'),
        ("begun", "began and has no result"),
        ("recognition.control", "was only tried as a contrast; it comes along with another"),
        ("zzz", "no case 'zzz' among the 2 of this run"),
    ],
)
def test_a_case_that_is_not_there(tmp_path: Path, case: str, says: str) -> None:
    with pytest.raises(NoSuchCase) as caught:
        select(read_run(made(tmp_path)), [case])
    assert says in str(caught.value)


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    other = replace(TAKEN, control=None, evidence={"seq": ["x"]})
    with pytest.raises(RunDamaged, match=r"results\.jsonl: .*: evidence\.seq: must be two numbers"):
        packed(made(tmp_path / "a", (other,)), TAKEN.case)
    for number, epoch in enumerate((1e30, "x", -1.0, float("nan"))):
        bad = write(tmp_path / str(number), [attempt()], meta={"epoch": epoch})
        with pytest.raises(RunDamaged, match=r"run\.json: epoch: must be seconds since 1970"):
            packed(bad, attempt().case)
    odd = write(tmp_path / "odd", [attempt()], meta={"defects": 5, "versions": [], "run": ["x"], "state": {}})
    assert "run with: unknown" in unzipped(packed(odd, attempt().case))["contents.txt"].decode()
    newline = replace(TAKEN, control=None, devices={"subject": "m\n1"})
    with pytest.raises(RunDamaged, match="is no name of a device"):
        packed(made(tmp_path / "b", (newline,), device="m\n1"), TAKEN.case)


# Tampering


def changed(archive: bytes, name: str, data: bytes | None, *, under: str = "") -> bytes:
    """The archive with another file of this name, or without it; `under`: added under this name."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(archive)) as old, zipfile.ZipFile(out, "w") as new:
        for entry in old.infolist():
            if not entry.filename.endswith(f"/{name}"):
                new.writestr(entry, old.read(entry))
            elif data is not None:
                new.writestr(entry, data)
        if under and data is not None:
            new.writestr(under, data)
    return out.getvalue()


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    run = write(tmp_path_factory.mktemp("small"), [attempt()], meta={"run": "r", "lab": "x"})
    return packed(run, attempt().case)


@pytest.mark.parametrize(
    ("name", "data", "under", "says"),
    [
        ("results.jsonl", b"{}", "", ["results.jsonl: is not what was packed (another SHA-256)"]),
        ("results.jsonl", None, "", ["results.jsonl: is missing"]),
        ("-", b"x", "interop-r/more.txt", ["interop-r/more.txt: is not in MANIFEST"]),
        ("-", b"x", "../evil", ["../evil: is not in MANIFEST"]),
        ("-", b"x", "interop-r/../evil", ["interop-r/../evil: is not in MANIFEST"]),
        ("-", b"x", "/etc/passwd", ["/etc/passwd: is not in MANIFEST"]),
        ("-", b"x", "run.json", ["run.json: is not in MANIFEST"]),
        ("MANIFEST", b"", "", 6),
        ("MANIFEST", b"nonsense\n", "", ["MANIFEST:1: is no line of a SHA-256 and a new name"]),
    ],
)
def test_what_was_tampered_with_is_told(
    tmp_path: Path, small: bytes, name: str, data: bytes | None, under: str, says: list[str] | int
) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(small)
    assert pack.check(path) == []
    path.write_bytes(changed(small, name, data, under=under))
    problems = pack.check(path)
    assert len(problems) == says if isinstance(says, int) else problems[: len(says)] == says, problems
    done = run_pack("--check", path)
    assert done.exit_code == 1 and done.stdout.splitlines() == problems


def test_a_file_that_is_there_twice_is_told(tmp_path: Path, small: bytes) -> None:
    path = tmp_path / "p.zip"
    path.write_bytes(small)
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("interop-r/run.json", "{}")
    assert pack.check(path) == ["run.json: stands in the archive twice"]


def test_a_flipped_bit_is_told_or_changes_nothing(tmp_path: Path, small: bytes) -> None:
    """In files and in the archive's own structure: never a traceback."""
    path = tmp_path / "p.zip"
    whole = unzipped(small)
    told = 0
    places = [*range(0, len(small) - 600, 41), *range(len(small) - 600, len(small), 2)]
    for place in places:
        flipped = bytearray(small)
        flipped[place] ^= 0x10
        path.write_bytes(flipped)
        try:
            good = pack.check(path) == []
        except pack.NoPack:
            good = False
        assert not good or unzipped(bytes(flipped)) == whole, place
        told += not good
    assert told > len(places) * 0.7


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "give a RUN and at least one --case NAME, or --check FILE"),
        (["r"], "give a RUN and at least one --case NAME"),
        (["--case", "x"], "give a RUN and at least one --case NAME"),
        (["nowhere", "--case", "x"], "no run.json here, so this is no run directory"),
        (["e.zip", "--case", "x"], "e.zip: is no directory; give the one that holds run.json"),
        (["r", "--case", "recognition.voice-mo[snail-1709->CMC]"], "did you mean"),
        (
            ["r", "--case", attempt().case, "-o", "r/results.jsonl"],
            "is there already and is no evidence file",
        ),
        (["r", "--case", attempt().case, "-o", "r"], "-o r: is a directory"),
        (["r", "--case", attempt().case, "-o", "no/where.zip"], "no/where.zip.tmp: No such file"),
        (["--check", "r/run.json"], "no evidence file: File is not a zip file"),
        (["--check", "e.zip"], "no evidence file: there is no MANIFEST in it"),
        (["--check", "nowhere.zip"], "No such file or directory"),
        (["--check", "e.zip", "r"], "--check FILE stands alone"),
    ],
)
def test_a_mistake_is_one_line_and_exit_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    run = write(tmp_path / "r", [attempt()])
    with zipfile.ZipFile("e.zip", "w") as archive:
        archive.writestr("x/y", "z")
    before = (run / "results.jsonl").read_bytes()
    done = run_pack(*arguments)
    assert done.exit_code == 2, done.output
    assert says in done.stderr and len(done.stderr.splitlines()) == 1
    assert (run / "results.jsonl").read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["e.zip", "r"]


def test_a_contrast_that_the_finding_rests_on_is_that_one(tmp_path: Path) -> None:
    """Of two tries of the ordinary number, the one that the record names."""
    first = replace(SHARED, control_of=TAKEN.key)
    second = replace(first, attempt=2, started=80.0)
    rests = replace(TAKEN, control=Control(Finding.SEGMENT, second.key, "cu-186", second.verdict))
    files = unzipped(packed(made(tmp_path, (rests, first, second)), TAKEN.case))
    lines = [json.loads(line) for line in files["results.jsonl"].decode().splitlines()]
    assert [(line["case"], line["attempt"]) for line in lines if line["type"] == "attempt"] == [
        (TAKEN.case, 1),
        (second.case, 2),
    ]
