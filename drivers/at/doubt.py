"""After a time-out: what is still owed, and marks that tell the answer of a command from a late one.

A late answer to AT+CLCC looks like the answer to the next AT+CLCC. While one may still come, a command is
sent behind a mark, one or more harmless queries in front of it on its line (V.250 5.2.1), which no other
line that is still owed has:

    AT+CSCS?;+CLCC  ->  +CSCS: "GSM"   the mark: what follows, up to the final result, is ours
                        +CLCC: 1,0,3,0,0
                        OK

Answers come as whole blocks, each with its final result; one that does not begin with the mark is another's,
however late, often or out of order it comes. A probe is a mark with nothing behind it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, product

from drivers.at.exchange import Command, is_connect

Mark = tuple[str, ...]
"""queries, as "AT+CMEE?" """
LONGEST = 4
"""queries of a mark; with 4 probes there are 340 marks"""

RESTING = 8
"""marks that are not used again at once: the answer of one may come a second time"""

_ROUNDED = 1e-3
"""seconds that a clock may be off by"""
MOST_OWED = 64
PROBE = Command(text="AT")


@dataclass(slots=True, eq=False)
class Owed:
    """An answer that may still come: to what, the probes that head it, and since when (seconds)."""

    command: Command
    mark: Mark
    since: float | None = None
    came: bool = False
    """once; it may come a second time, but lines like its own are more likely news"""

    def begins(self, text: str) -> bool:
        """Is this a line of it?"""
        return text.startswith(tuple(map(prefix_of, self.mark))) or self.command.owns(text)


class Doubt:
    """What one modem owes, and what has been learned of it for telling answers apart."""

    def __init__(self, probes: Sequence[str]) -> None:
        self.probes: Mark = tuple(probes) or ("AT+CMEE?",)
        self.compound: bool | None = None
        """does it take several commands on a line? None: not tried yet"""
        self._prefixes = tuple(prefix_of(probe) for probe in self.probes)
        self._owed: list[Owed] = []
        self._answered: list[str] = []
        self._alone: set[str] = set()
        self._used: dict[Mark, int] = {}
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._owed)

    def owe(self, command: Command, mark: Mark = ()) -> None:
        if not mark:
            mark = tuple(probe for probe in self.probes if prefix_of(probe) in command.expect)
        self._owed.append(Owed(command, mark))
        del self._owed[:-MOST_OWED]

    def forgive(self, now: float, after: float, *, probes: bool = False) -> float:
        """What is owed for `after` seconds will never come; the seconds until that is true of every command.

        They count from the first call that sees it. Probes that are owed matter to whoever says so.
        """
        for owed in self._owed:
            owed.since = now if owed.since is None else owed.since
        over = now - after + _ROUNDED
        self._owed = [owed for owed in self._owed if owed.since is None or owed.since > over]
        commands = (owed for owed in self._owed if probes or owed.command is not PROBE)
        return max((after - now + (owed.since or 0.0) for owed in commands), default=0.0)

    def clear(self) -> None:
        """The modem began anew: it has forgotten what it was asked."""
        self._owed.clear()

    def late(self, text: str) -> Owed | None:
        """What `text` is a line of, if it has not come yet."""
        return next((owed for owed in self._owed if not owed.came and owed.begins(text)), None)

    def connects(self, text: str) -> bool:
        """Is it the prompt of an upload that was given up? The modem has begun to wait for its octets."""
        return is_connect(text) and any(owed.command.connects for owed in self._owed)

    def block(self, text: str) -> int | None:
        """How many octets of a late answer follow this line of it, None where none do."""
        counts = (owed.command.block_behind(text) for owed in self._owed)
        return next((count for count in counts if count is not None), None)

    # Marks

    def probe(self) -> Mark:
        """The mark of a probe: one query, two where every one is still owed."""
        singles = [(probe,) for probe in sorted(self.probes, key=lambda probe: probe not in self._answered)]
        known = [mark for mark in singles if mark[0] in self._answered]
        pairs = product(self.probes, repeat=2) if self.compound is not False else ()
        return self._oldest(known) or self._oldest(singles) or self._oldest(pairs) or singles[0]

    def lesson(self) -> Mark:
        """Two queries at once, to learn whether this modem takes compound lines; () where all are owed."""
        known = self._answered[-1]
        return self._oldest((known, other) for other in self.probes if other != known)

    def mark(self, command: Command) -> Mark:
        """What `command` is sent behind; () where nothing is owed or it cannot have one."""
        if not self._owed or not self.compound or command.prompted or command.secret:
            return ()
        if command.text[:2] not in ("AT", "at") or _name(command) in self._alone:
            return ()
        usable = [probe for probe in self._answered if prefix_of(probe) not in command.expect]
        for resting in (RESTING, 0):
            for length in range(2, LONGEST + 1):
                shorter = chain.from_iterable(product(usable, repeat=n) for n in range(1, length + 1))
                if found := self._oldest(shorter, resting):
                    return found
        return ()

    def answered(self, mark: Mark) -> None:
        """This modem answers the queries of `mark`."""
        self._answered += [probe for probe in mark if probe not in self._answered]
        if len(mark) > 1:
            self.compound = True

    def alone(self, command: Command) -> None:
        """It was refused behind a mark: some modems want a line of its own for it."""
        self._alone.add(_name(command))

    def reading(self, mark: Mark) -> Reading:
        return Reading(tuple(prefix_of(probe) for probe in mark), self._prefixes)

    def _oldest(self, marks: Iterable[Mark], resting: int = 0) -> Mark:
        """Of those that are not owed, nor among the `resting` last ones, the one used longest ago, for an
        answer may come twice; or ().
        """
        taken = {owed.mark for owed in self._owed}
        taken |= {mark for mark, used in self._used.items() if used > self._count - resting}
        free = [mark for mark in marks if mark not in taken]
        if not free:
            return ()
        oldest = min(free, key=lambda mark: self._used.get(mark, 0))
        self._used[oldest] = self._count = self._count + 1
        return oldest


class Proof:
    """Whether the modem is in step: the probes of one proof, each to be sent once its mark was not answered.

    `given`: one was answered. What is owed all the same is seen through by marks, if this modem takes two
    queries on a line; once in step that is learned, too.
    """

    def __init__(self, doubt: Doubt) -> None:
        self.given = False
        self._doubt = doubt
        self._tries = 0

    def next(self) -> Mark:
        """The mark to send now, which nothing else that is owed has; () where nothing is left to ask."""
        self._tries += 1
        mark = self._doubt.lesson() if self.given else self._doubt.probe()
        return mark if self._tries <= len(self._doubt.probes) else ()

    def answered(self, mark: Mark) -> None:
        self._doubt.answered(mark)
        self.given = True

    @property
    def complete(self) -> bool:
        """In step, and nothing is left to learn."""
        return self.given and (not self._doubt or self._doubt.compound is not None)

    def end(self) -> None:
        if self.given and not self.complete:
            self._doubt.compound = False  # no lesson was answered


class Reading:
    """Which of the blocks that come begins with the mark?"""

    def __init__(self, mark: tuple[str, ...], probes: tuple[str, ...]) -> None:
        self._mark = mark
        self._probes = probes
        self._seen = 0
        self._spoiled = False
        self.refused = False
        """an error came before the mark: late, or the line was refused as a whole"""

    @property
    def ours(self) -> bool:
        return self._seen == len(self._mark) and not self._spoiled

    def line(self, text: str) -> bool:
        """Is this the next line of the mark?"""
        if self._spoiled or self.ours or not text.startswith(self._mark[self._seen]):
            return False
        self._seen += 1
        return True

    def is_foreign(self, text: str) -> bool:
        """A line of another mark."""
        return text.startswith(self._probes)

    def is_anothers(self, text: str, *, owned: bool) -> bool:
        """Does the line stand before the mark, belong to it, or begin another's block? `owned`: the command
        behind the mark has such lines.
        """
        foreign = self.is_foreign(text)
        return foreign and not owned if self.ours else foreign or owned

    def spoil(self) -> None:
        """This block is not ours."""
        self._spoiled = True

    def ends(self, *, ok: bool) -> bool:
        """At a final result: was this block ours?"""
        ours = self.ours
        if not ours:
            self._seen, self._spoiled = 0, False
            self.refused = self.refused or not ok
        return ours


def prefix_of(query: str) -> str:
    """`AT+CSQ` and `AT+CSCS?` -> `+CSQ:`, `+CSCS:`"""
    return query.removeprefix("AT").rstrip("?") + ":"


def line_of(command: Command, mark: Mark) -> str:
    """`command` behind `mark` on one line."""
    queries = ";".join(query.removeprefix("AT") for query in mark)
    rest = command.text[2:]
    return f"AT{queries};{rest}" if rest else f"AT{queries}"


def _name(command: Command) -> str:
    return command.text.partition("=")[0]
