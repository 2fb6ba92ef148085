"""What was said on every link of an attempt, and what the parties did and saw, as text for people to read.

An octet that is no ASCII letter stands as a sign of its own, as ␍ for CR; PDUs of gateways, and pieces that
are mostly such octets, as hexadecimal. Masked octets are `*` (and `**` in hexadecimal), as in the record.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from interop.record import Attempt, Observed, blame
from interop.record.journal import PROTOCOL
from interop.record.reader import Run, RunDamaged, Said, read_journal
from interop.record.writer import RESULTS
from interop.reports.ladder import label
from interop.reports.text import one_line

HEAD = """\
> to the device, < from it, * what a party did or saw, - a note. Times are {zone}.
␍ ␊ ␚ ␛ stand for the octets CR, LF, Ctrl-Z and Esc, \\xE4 for octet E4; masked octets are *.
"""
_PIECE = re.compile(r"[\r\n]*[^\r\n]*[\r\n]*")
_ROW = 16
_Line = tuple[float, int, str, str, str]
"""time, sequence, device or party, sign, text"""


def draw(run: Run) -> str:
    """All attempts of the run, in the order of their beginning. Raises `interop.record.reader.RunDamaged`."""
    epoch = run.meta.get("epoch")
    clock = _Clock(epoch if isinstance(epoch, int | float) else None)
    parts = [HEAD.format(zone="UTC" if clock.absolute else "seconds since the run's start")]
    attempts = sorted(run.attempts, key=lambda item: (item.started, item.key))
    observed: dict[str, list[Observed]] = {item.key: [] for item in attempts}
    for seen in run.observed:
        if seen.attempt in observed:
            observed[seen.attempt].append(seen)
    journals = run.journals()
    for attempt in attempts:
        parts.append(_head(attempt, clock))
        lines = list(_seen(observed[attempt.key]))
        for name in dict.fromkeys(attempt.devices.values()):
            lines += _said(journals, name, attempt)
        width = max((len(name) for name in attempt.devices.values()), default=0)
        width = max([width, *(len(seen.party) for seen in observed[attempt.key])])
        for at, _, name, sign, text in sorted(lines):
            first, *others = text.split("\n")
            start = f"{clock.time(at)}  {one_line(name):{width}}  {sign} "
            parts.append(f"{start} {first}".rstrip() + "\n")
            parts += [f"{' ' * len(start)} {other}\n" for other in others]
    return "".join(parts)


class _Clock:
    """Times of a run that began at `epoch` (POSIX seconds); seconds since its start where nobody knows."""

    def __init__(self, epoch: float | None) -> None:
        self.absolute = epoch is not None
        self._epoch = datetime.fromtimestamp(epoch or 0, UTC)

    def time(self, at: float) -> str:
        return f"{self._epoch + timedelta(seconds=at):%H:%M:%S.%f}" if self.absolute else f"{at:13.6f}"

    def date(self, at: float) -> str:
        return f"{self._epoch + timedelta(seconds=at):%Y-%m-%d %H:%M:%S} UTC" if self.absolute else f"{at} s"


def when(run: Run, at: float) -> str:
    """ "2026-01-05 01:02:03 UTC", or seconds since the start where the run does not say when that was."""
    epoch = run.meta.get("epoch")
    return _Clock(epoch if isinstance(epoch, int | float) else None).date(at)


def _head(attempt: Attempt, clock: _Clock) -> str:
    subject = attempt.subject
    verdict = ": ".join(part for part in (attempt.verdict, blame(attempt) or (attempt.reason or "")) if part)
    devices = ", ".join(f"{role} {device}" for role, device in attempt.devices.items())
    contrast = f"contrast to {attempt.control_of}; " if attempt.control_of else ""
    whose = (subject.sim, f"{subject.segment} {subject.mvno}".strip(), subject.base_operator)
    rows = (
        f"== {attempt.key}",
        f"   {contrast}{verdict}",
        f"   {clock.date(attempt.started)}, {attempt.duration_s:.1f} s; {devices}",
        f"   {subject.msisdn} ({', '.join(part for part in whose if part)})",
    )
    return "\n" + "".join(f"{row[:3]}{one_line(row[3:])}\n" for row in rows)


def _seen(observed: Iterable[Observed]) -> Iterator[_Line]:
    for item in observed:
        yield item.at, item.seq, item.party, "*", label(item.event)


def _said(journals: Mapping[str, Path], name: str, attempt: Attempt) -> Iterator[_Line]:
    """What a device said and was told while the attempt had it."""
    first, last = span(attempt)
    protocol = ""
    for said in read_journal(journals[name]) if name in journals else ():
        if not said.direction and said.text.startswith(PROTOCOL):
            protocol = said.text.removeprefix(PROTOCOL)
        if first <= said.seq <= last:
            yield said.at, said.seq, name, said.direction or "-", _text(said, protocol)


def span(attempt: Attempt) -> tuple[int, int]:
    """The first and last sequence of its evidence: what its devices' journals have in it is the attempt's own
    (a case claims what it uses). (0, -1) where there is none; raises RunDamaged.
    """
    match attempt.evidence.get("seq", [0, -1]):
        case [int() as first, int() as last]:
            return first, last
        case other:
            raise RunDamaged(f"{RESULTS}: {attempt.key}: evidence.seq: must be two numbers, is {other!r}")


def _text(said: Said, protocol: str) -> str:
    if not said.direction:
        return one_line(said.text)
    if protocol:
        octets = re.findall("..", said.text.rstrip("\n"))
        return f"{one_line(protocol)}, {len(octets)} octets\n{_dump(octets)}"
    odd = sum(not (" " <= char <= "~" or char in "\r\n\x1a\x1b\t") for char in said.text)
    if odd * 4 > len(said.text):
        octets = [f"{ord(char):02x}" for char in said.text]
        return f"{len(octets)} octets\n{_dump(octets)}"
    return "\n".join("".join(map(_sign, piece)) for piece in _PIECE.findall(said.text) if piece)


def _sign(char: str) -> str:
    code = ord(char)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    return "\\\\" if char == "\\" else char if code < 0x7F else f"\\x{code:02X}"


def _dump(octets: list[str]) -> str:
    """Pairs of hexadecimal digits, `**` where masked, sixteen in a row, and their letters."""
    rows = (octets[at : at + _ROW] for at in range(0, len(octets), _ROW))
    return "\n".join(
        f"{number * _ROW:04x}  {' '.join(row):{3 * _ROW - 1}}  {''.join(map(_letter, row))}"
        for number, row in enumerate(rows)
    )


def _letter(octet: str) -> str:
    try:
        char = chr(int(octet, 16))
    except ValueError:
        return "*"
    return char if " " <= char <= "~" else "."
