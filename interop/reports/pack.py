"""The evidence of chosen cases in one file for the other operator, and the check that it is still the same.

A zip archive of one folder: the report, a capture, a transcript, the record of these cases (a run directory
that `interop report` reads), what it is in words, and MANIFEST, the SHA-256 of each of these as
`sha256sum -c` takes them. One run and one choice of cases give the same bytes each time.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

from interop import __version__
from interop.record import Attempt, blame
from interop.record.reader import Run, read_run
from interop.reports import FILES, draw, excerpt, pcapng, transcript
from interop.reports.hiding import Finder
from interop.reports.text import counted, one_line
from interop.reports.transcript import when
from interop.results import CaseResult, cases_of, sentence, unmet

MANIFEST = "MANIFEST"
_CONTENTS, _TRANSCRIPT, _CAPTURE = "contents.txt", "transcript.txt", "capture.pcapng"
_WHAT = {
    FILES[
        "html"
    ]: "the cases in a browser: checks, measurements, and a ladder of what each party did and saw",
    _TRANSCRIPT: "every octet between us and modems and gateways, with time and direction",
    _CAPTURE: "short messages and gateway PDUs, for Wireshark and tshark",
    "results.jsonl": "the results as recorded",
    "run.json": "how it was run, versions, and the SHA-256 of the whole record that this is from",
    "evidence/": "events and octets as recorded, one JSON object a line",
    MANIFEST: "the SHA-256 of every other file: sha256sum -c MANIFEST",
}
_WHAT_IS_LEFT = {
    _TRANSCRIPT: "what was said with modems and gateways, with time and direction",
    "results.jsonl": "the results",
    "evidence/": "events and what was said, one JSON object a line",
}
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_MANIFEST_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


class NoPack(ValueError):
    """A file that is no evidence file at all; says why."""


def write(run: Run, cases: Sequence[CaseResult], file: BinaryIO, *, find: Finder | None = None) -> list[str]:
    """Write the archive; returns the names of its files.

    `cases`: of this run, from `excerpt.select`. `find`: what finds codes in a text; given, numbers and codes
    are hidden as `interop.reports.hiding` says, and there is no capture. Raises
    `interop.record.reader.RunDamaged`, OSError.
    """
    with TemporaryDirectory(prefix="interop-pack-") as place:
        directory = Path(place)
        excerpt.write(run, cases, directory, find=find)
        part = read_run(directory)
        draw(directory, formats=["html"])
        (directory / _TRANSCRIPT).write_text(transcript.draw(part), encoding="utf-8")
        if find is None:
            _capture(part, directory / _CAPTURE)
        (directory / _CONTENTS).write_text(_contents(part, directory), encoding="utf-8")
        paths = {
            path.relative_to(directory).as_posix(): path for path in directory.rglob("*") if path.is_file()
        }
        hashes = [f"{_sha256(paths[name])}  {name}\n" for name in sorted(paths)]
        said = "".join(f"# {line}\n" for line in _hidden(part))
        (directory / MANIFEST).write_text(said + "".join(hashes), encoding="utf-8")
        paths[MANIFEST] = directory / MANIFEST
        folder = folder_name(str(part.meta["run"]))
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in sorted(paths):
                entry = zipfile.ZipInfo(f"{folder}/{name}", _EARLIEST)
                entry.create_system, entry.external_attr = 3, 0o100644 << 16  # Unix, whoever packs
                archive.writestr(entry, paths[name].read_bytes(), zipfile.ZIP_DEFLATED, 9)
        return sorted(paths)


def _capture(part: Run, path: Path) -> None:
    with path.open("wb") as capture:
        packets = pcapng.write(part, capture)
    if not packets:
        path.unlink()


def _hidden(part: Run) -> list[str]:
    """What is not to be seen in the archive, in sentences; none where nothing was to be hidden."""
    hidden = part.meta["excerpt"].get("hidden")
    if hidden is None:
        return []
    different = (
        counted(hidden["numbers"], "mobile number"),
        counted(hidden["codes"], "code"),
        f"{hidden['identities']} IMSI or ICCID",
    )
    return [
        f"Hidden: {', '.join(different)}; each has a mask of its own, the same one in all files.",
        "Octets of messages and of files of SIMs are hidden whole (*), so there is no capture.",
        "The numbers under test, message centres and access codes of services are not hidden.",
        "Every SHA-256 is of the file as it is here, after hiding.",
    ]


def folder_name(*names: str) -> str:
    """What can be a file's name anywhere, whatever a run or a case is called.

    >>> folder_name("../../etc", "recognition.calls.receives[mi-1709->CMCC]")
    'interop-etc-recognition.calls.receives-mi-1709-CMCC'
    """
    parts = (re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.") for name in names)
    return "-".join(["interop", *filter(None, parts)])[:100].rstrip("-.")


def check(path: Path) -> list[str]:
    """What is not as it was packed, a sentence each; none when all is. Raises NoPack, OSError.

    That the MANIFEST itself is the one that was packed shows only the SHA-256 of the whole file.
    """
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            return [one_line(problem) for problem in _problems(archive)]
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise NoPack(f"no evidence file: {error}") from None


def _problems(archive: zipfile.ZipFile) -> Iterable[str]:
    entries = archive.infolist()
    manifests = [entry for entry in entries if entry.filename.partition("/")[2] == MANIFEST]
    if len(manifests) != 1:
        raise NoPack(f"there is no {MANIFEST} in it" if not manifests else f"there are two {MANIFEST} in it")
    [manifest] = manifests
    folder = manifest.filename.partition("/")[0]
    told: dict[str, str] = {}
    for number, line in enumerate(next(_pieces(archive, manifest), b"").splitlines(), 1):
        if line.startswith(b"#"):  # as sha256sum has it
            continue
        found = _MANIFEST_LINE.fullmatch(line.decode("utf-8", "replace"))
        if found is None or found[2] in told:
            yield f"{MANIFEST}:{number}: is no line of a SHA-256 and a new name"
        else:
            told[found[2]] = found[1]
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename.removeprefix(f"{folder}/")
        if entry.filename in seen:
            yield f"{name}: stands in the archive twice"
        elif name == entry.filename or name not in (*told, MANIFEST):
            yield f"{entry.filename}: is not in {MANIFEST}"
        elif name != MANIFEST and (problem := _differs(archive, entry, told[name])):
            yield f"{name}: {problem}"
        seen.add(entry.filename)
    yield from (f"{name}: is missing" for name in told if f"{folder}/{name}" not in seen)


def _differs(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, told: str) -> str:
    digest = hashlib.sha256()
    try:
        for piece in _pieces(archive, entry):
            digest.update(piece)
    except NoPack as error:
        return str(error)
    return "" if digest.hexdigest() == told else "is not what was packed (another SHA-256)"


def _pieces(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """Of at most 1 MB, whatever the archive would unpack to. Raises NoPack."""
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise NoPack(f"cannot be read: compressed by method {entry.compress_type}")
    try:
        with archive.open(entry) as file:
            while piece := file.read(1 << 20):
                yield piece
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, ValueError) as error:
        raise NoPack(f"cannot be read: {error}") from None


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _contents(run: Run, directory: Path) -> str:
    """The file to read first: what was tried, what came of it, and what lies beside it."""
    meta, results = run.meta, cases_of(run)
    said = meta["excerpt"]
    lines = [_line(f"Evidence from run {meta['run']}: {len(results)} of its {said['of_cases']} cases"), ""]
    for result in results:
        lines += [*_case(run, result), ""]
    if (state := meta.get("state", "finished")) != "finished":
        lines += [_line(f"The run had not ended when this was packed (state: {state})."), ""]
    if meta.get("clock") == "virtual":
        lines += ["All devices of this run were emulated, and its times are those of a virtual clock."]
        lines += [
            _line(f"Injected {key}: {', '.join(meta[key])}") for key in ("defects", "quirks") if meta[key]
        ]
        lines.append("")
    elif run.emulated:
        lines += ["Some devices of this run were emulated.", ""]
    if said["masked"]:
        lines += [f"Masked in {said['masked']} places of evidence/: numbers of other cases", ""]
    if hidden := _hidden(run):
        lines += [*hidden, ""]
    names = {f"{path.name}/" if path.is_dir() else path.name for path in directory.iterdir()}
    here = sorted({*names, MANIFEST})
    what = {**_WHAT, **(_WHAT_IS_LEFT if hidden else {})}
    lines += [f"{name:{max(map(len, here))}}  {what[name]}" for name in here]
    if _CAPTURE not in here and not hidden:
        lines.append("There is no capture: no short message and no gateway had a part in it.")
    versions = meta.get("versions")
    run_with = _named(versions) if isinstance(versions, dict) else "unknown"
    lines += ["", _line(f"run with: {run_with}"), f"packed with: interop {__version__}"]
    return "".join(f"{line}\n" for line in lines)


def _case(run: Run, result: CaseResult) -> list[str]:
    final = result.final
    subject = final.subject
    whose = f"{subject.segment} {subject.mvno}, base operator {subject.base_operator}, {subject.city}"
    peer = f", with {final.peer}" if final.peer else ""
    rows = [("standard", final.standard), ("tested", f"{subject.msisdn} ({whose}){peer}")]
    rows += [("cause", blame(final)), ("finding", sentence(result))]
    rows += [("unmet", text) for text in unmet(final)]
    rows += [("attempt", _attempt(run, attempt)) for attempt in result.attempts]
    rows += [("contrast", _attempt(run, attempt)) for attempt in result.controls]
    return [
        _line(f"{final.verdict.upper()} {final.case}"),
        *(_line(text, name) for name, text in rows if text),
    ]


def _attempt(run: Run, attempt: Attempt) -> str:
    sim = f"{attempt.subject.msisdn}, " if attempt.control_of else ""
    begun = f"{when(run, attempt.started)}, {attempt.duration_s:.1f} s"
    return f"{attempt.key} ({sim}{_named(attempt.devices)}): {begun}, {attempt.verdict}"


def _named(values: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _line(text: str, name: str = "") -> str:
    """One, whatever foreign text is in it."""
    return f"  {name:9} {one_line(text)}" if name else one_line(text)
