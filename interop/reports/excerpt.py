"""A run directory of only some cases of a run: what concerns no other number, and can be read as any run.

Lines of the record are taken over as they are, with three exceptions. A contrast that served several cases
says that it served the one that is here. Of run.json stays what says how it was run, not what else was.
And where a number of another case stands between the bytes of a device, as in a message that came late, it
is masked. On demand all numbers but those under test are hidden, and codes (`interop.reports.hiding`).
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from interop.record import Attempt, Line, Observed
from interop.record.events import CodeEntered
from interop.record.events import to_json as event_to_json
from interop.record.journal import PROTOCOL
from interop.record.lines import parse, to_json
from interop.record.reader import Run, RunDamaged, Said, read_journal
from interop.record.writer import EVENTS, RESULTS, RUN, RunWriter
from interop.reports.hiding import Finder, Hiding, codes_in, numbers_in
from interop.reports.transcript import span
from interop.results import CaseResult, cases_of

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_LAST = 1 << 33  # the year 2242
_MESSAGES = frozenset(
    {"MessageSubmitted", "MessageReceived", "PartReceived", "MessageFromHandset", "TextHanded"}
    | {"MessageExpected"}
    | {"MmsSubmitted", "MmsNotified", "MmsGot", "FormAnswered", "CodeAnswered"}
)
"""Events in whose text or subject a code may stand."""
_KEPT = ("state", "lab", "lab_sha256", "seed", "defects", "quirks", "clock", "emulated", "epoch", "versions")


class NoSuchCase(ValueError):
    """The run has no result of such a case; says which name is close."""


def select(run: Run, names: Iterable[str]) -> tuple[CaseResult, ...]:
    """The cases of these names, each once, in order. Raises NoSuchCase."""
    found = {result.final.case: result for result in cases_of(run)}
    return tuple(found[name] for name in sorted({_known(run, found.keys(), name) for name in names}))


def _known(run: Run, cases: Iterable[str], name: str) -> str:
    cases = sorted(cases)
    if name in cases:
        return name
    served = {
        item.control_of.rpartition("#")[0] for item in run.attempts if item.case == name and item.control_of
    }
    if served:
        raise NoSuchCase(
            f"{name} was only tried as a contrast; it comes along with {', '.join(sorted(served))}"
        )
    if any(started.case == name for started in run.started):
        raise NoSuchCase(f"{name} began and has no result: there is nothing to show")
    if close := get_close_matches(name, cases, n=1):
        raise NoSuchCase(f'no case {name!r} in this run; did you mean "{close[0]}"?')
    raise NoSuchCase(f"no case {name!r} among the {len(cases)} of this run; results.jsonl names them")


def write(run: Run, cases: Sequence[CaseResult], directory: Path, *, find: Finder | None = None) -> None:
    """Fill the empty `directory`. `find`: given, numbers and codes are hidden, those that it finds too.

    Raises `interop.record.reader.RunDamaged`, OSError.
    """
    attempts = {attempt.key: attempt for attempt in _attempts(cases)}
    events = [_event(seen) for seen in run.observed if seen.attempt in attempts]
    lines = [*_lines(run, attempts)]
    journals = _journals(run, attempts.values())
    if find is None:
        mask = _Mask(_strangers(run, list(attempts.values()), [_text(event) for event in events]))
        journals = {name: _mapped(said, mask) for name, said in journals.items()}
        meta = _meta(run, cases, mask)
        meta["excerpt"]["masked"] = mask.count
    else:
        hiding = _hiding(run, cases, events, lines, journals, find)
        events = [hiding.line(event) for event in events]
        lines = [parse(hiding.line(json.loads(to_json(line)))) for line in lines]
        journals = {name: _hidden(said, hiding) for name, said in journals.items()}
        meta = _meta(run, cases, hiding.text)
        meta["excerpt"] |= {"masked": 0, "hidden": hiding.counts}
    (directory / EVENTS).parent.mkdir()
    _write(directory / EVENTS, map(_text, events))
    for name, said in journals.items():
        _write(directory / RunWriter.journal_place(name), map(_line, said))
    (directory / RESULTS).write_bytes(b"".join(to_json(line) + b"\n" for line in lines))
    _write(directory / RUN, [json.dumps(meta, ensure_ascii=False, indent=2)])


def _write(path: Path, lines: Iterable[str]) -> None:
    # half a surrogate pair is written as JSON's own escape of it
    text = "".join(f"{line}\n" for line in lines)
    path.write_text(text, encoding="utf-8", errors="backslashreplace")


def _journals(run: Run, attempts: Iterable[Attempt]) -> dict[str, list[Said]]:
    """What the attempts' devices said and were told while they had them, by name."""
    journals = run.journals()
    spans: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for attempt in attempts:
        for name in attempt.devices.values():
            spans[name].append(span(attempt))
    for name in sorted(spans.keys() & journals.keys()):
        if not _NAME.fullmatch(name):
            raise RunDamaged(f"{journals[name]}: {name!r} is no name of a device")
    return {name: [*_said(journals[name], spans[name])] for name in sorted(spans.keys() & journals.keys())}


def _event(seen: Observed) -> dict[str, Any]:
    head = {"at": seen.at, "seq": seen.seq, "party": seen.party, "attempt": seen.attempt}
    return {**head, "event": event_to_json(seen.event)}


def _text(event: dict[str, Any]) -> str:
    return json.dumps(event, ensure_ascii=False)


def _attempts(cases: Iterable[CaseResult]) -> Iterator[Attempt]:
    """Of the cases, and those that they were compared with, which say so."""
    own = {attempt.key for result in cases for attempt in result.attempts}
    for result in cases:
        yield from result.attempts
        for control in result.controls:
            if control.key not in own:
                rests = (
                    item for item in result.attempts if item.control and item.control.case == control.key
                )
                yield replace(control, control_of=next(rests).key)


def _lines(run: Run, attempts: dict[str, Attempt]) -> Iterator[Line]:
    for started in run.started:
        if attempt := attempts.get(f"{started.case}#{started.attempt}"):
            yield replace(started, control_of=attempt.control_of)
    yield from attempts.values()
    for late in run.late:
        if f"{late.case}#{late.attempt}" in attempts:
            yield late


def _said(journal: Path, spans: Sequence[tuple[int, int]]) -> Iterator[Said]:
    """What was said in the spans; which protocol was spoken may have been noted before."""
    for said in read_journal(journal):
        spoken = not said.direction and said.text.startswith(PROTOCOL)
        if spoken or any(first <= said.seq <= last for first, last in spans):
            yield said


def _line(said: Said) -> str:
    text = {"dir": said.direction, "data": said.text} if said.direction else {"note": said.text}
    return json.dumps({"at": said.at, "seq": said.seq, **text})


def _meta(run: Run, cases: Sequence[CaseResult], mask: Callable[[str], str]) -> dict[str, Any]:
    meta = {name: run.meta[name] for name in _KEPT if name in run.meta}
    for name in ("defects", "quirks"):
        injected = meta.get(name)
        meta[name] = [mask(str(item)) for item in injected] if isinstance(injected, list) else []
    epoch = meta.get("epoch", 0)
    if not isinstance(epoch, int | float) or not 0 <= epoch < _LAST:
        raise RunDamaged(f"{run.directory / RUN}: epoch: must be seconds since 1970, is {epoch!r}")
    whole = {name: hashlib.sha256((run.directory / name).read_bytes()).hexdigest() for name in (RUN, RESULTS)}
    excerpt = {"of_cases": len(cases_of(run)), "sha256": whole}
    return {"run": str(run.meta.get("run", "unnamed")), **meta, "cases": len(cases), "excerpt": excerpt}


def _strangers(run: Run, attempts: Sequence[Attempt], texts: Sequence[str]) -> set[str]:
    """Numbers under test in other cases, or that their parties dialled and saw, which have no part in these;
    a message centre is nobody's number. `texts`: the events of these.
    """
    own = {attempt.subject.msisdn for attempt in attempts}
    keys = {attempt.key for attempt in attempts}
    others = {attempt.subject.msisdn for attempt in run.attempts}
    centres: set[str] = set()
    for seen in run.observed:
        centres.update(_MOBILE.findall(getattr(seen.event, "smsc", "")))
        if seen.attempt not in keys:
            others.update(_MOBILE.findall(json.dumps(event_to_json(seen.event))))
    named = {number for text in texts for number in _MOBILE.findall(text)}
    return {number for number in others - own - named - centres if len(number) >= _SHORTEST}


_MOBILE = re.compile(r"(?<![0-9A-F])(?:\+?86)?(1[3-9][0-9]{9})(?![0-9A-F])")
_SHORTEST = 7
"""digits; of anything shorter an octet string would hold one by chance"""
_RUN = re.compile(rf"[0-9A-F]{{{_SHORTEST},}}", re.IGNORECASE)


def _mapped(lines: list[Said], mask: Callable[[str], str]) -> list[Said]:
    """`mask` keeps lengths. A number may have come in pieces: each direction is looked at as a whole."""
    shown = list(lines)
    for direction in (">", "<", ""):
        places = [place for place, said in enumerate(lines) if said.direction == direction]
        whole, start = mask("".join(lines[place].text for place in places)), 0
        for place in places:
            end = start + len(lines[place].text)
            shown[place] = replace(lines[place], text=whole[start:end])
            start = end
    return shown


def _hidden(lines: list[Said], hiding: Hiding) -> list[Said]:
    """A gateway's journal says which protocol was spoken, and is hexadecimal."""
    if any(not said.direction and said.text.startswith(PROTOCOL) for said in lines):
        return [replace(said, text=hiding.pdu(said.text)) if said.direction else said for said in lines]
    return _mapped(lines, hiding.said)


def _hiding(
    run: Run,
    cases: Sequence[CaseResult],
    events: Sequence[dict[str, Any]],
    lines: Sequence[Line],
    journals: Mapping[str, Sequence[Said]],
    find: Finder,
) -> Hiding:
    """What is known of numbers and codes: in the whole run, and in what will be shown of it."""
    shown = [_text(event) for event in events] + [to_json(line).decode("utf-8", "replace") for line in lines]
    shown += ["".join(said.text for said in spoken) for spoken in journals.values()]
    numbers = {number for text in shown for number in numbers_in(text)}
    numbers |= {attempt.subject.msisdn for attempt in run.attempts}
    stay = {result.final.subject.msisdn for result in cases}
    codes: set[str] = set()
    for seen in run.observed:
        told = event_to_json(seen.event)
        stay.update(numbers_in(told.get("smsc", "")))  # a message centre is nobody's number
        if seen.attempt and told["kind"] in _MESSAGES:
            codes.update(code for name in ("text", "subject") for code in codes_in(told.get(name, ""), find))
        if isinstance(seen.event, CodeEntered):
            codes.add(seen.event.code)
    return Hiding(numbers=numbers, stay=stay, codes=codes)


class _Mask:
    """Stars over numbers, in the forms that bytes of modems and gateways carry them: digits, ASCII or UCS-2
    in hexadecimal, semi-octets (3GPP TS 23.040 9.1.2.3); also behind a country code. Lengths stay.
    """

    def __init__(self, numbers: Iterable[str]) -> None:
        self._forms = {form.upper() for number in numbers for form in _forms(number)}
        self._sizes = sorted({len(form) for form in self._forms})
        self.count = 0

    def __call__(self, text: str) -> str:
        return _RUN.sub(self._shown, text) if self._forms else text

    def _shown(self, found: re.Match[str]) -> str:
        digits, shown = found[0].upper(), found[0]
        for size in self._sizes:
            for at in range(len(digits) - size + 1):
                if digits[at : at + size] in self._forms:
                    shown = shown[:at] + "*" * size + shown[at + size :]
                    self.count += 1
        return shown


def _forms(number: str) -> Iterator[str]:
    yield number
    yield number.encode().hex()
    yield number.encode("utf-16-be").hex()
    padded = number + "F" * (len(number) % 2)
    yield "".join(second + first for first, second in zip(padded[::2], padded[1::2], strict=True))
