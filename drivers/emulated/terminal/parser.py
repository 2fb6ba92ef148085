"""The AT command line (ITU-T V.250 5.2, 5.3, 5.4; 3GPP TS 27.007 4) cut into commands."""

from __future__ import annotations

import re
from dataclasses import dataclass

_ONE = re.compile(
    r"""\s*(?:
        (?P<extended>[+^*$\#%_][A-Z][-A-Z0-9!%./:_]*) \s* (?P<form>=\s*\?|[=?])? \s*
            (?P<text>(?:"[^"]*(?:"|$)|[^";])*) (?:;|$)
      | D (?P<dial>(?:"[^"]*"|[^;])*;?)
      | S (?P<register>\d+) (?P<access>=\?|[=?])? (?P<value>\d*)
      | (?P<basic>[A-Z]) (?P<ask>=\?|\?)? (?P<number>\d*)
    )\s*;?""",
    re.VERBOSE | re.IGNORECASE,
)
# &F, &W, &C1 look extended but take their number without "=".
_AMPERSAND = re.compile(r"\s*(&[A-Z])(\d*)", re.IGNORECASE)


class Malformed(ValueError):
    """Not a command line of V.250."""


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a line. `key` is how it stands in a command table: its name in capitals with the
    form, "+CSQ", "+CREG?", "+CREG=", "+CREG=?", "E", "&F", "S=", "D"; `text` is what follows.
    """

    key: str
    text: str = ""

    @property
    def name(self) -> str:
        """The key without its form: "+CREG"."""
        return self.key.rstrip("=?")

    @property
    def values(self) -> list[str]:
        """Parameters between commas outside quotes, unquoted; "" where omitted.

        >>> Command("+CPMS=", '"SM",,"ME"').values
        ['SM', '', 'ME']
        """
        return parameters(self.text)

    def number(self, position: int, default: int) -> int:
        """The integer at `position`, or `default` where omitted. Raises Malformed."""
        values = self.values
        if position >= len(values) or not values[position]:
            return default
        if not values[position].isascii() or not values[position].isdigit():
            raise Malformed(values[position])
        return int(values[position])


def parameters(text: str) -> list[str]:
    if '"' not in text:
        return [value.strip() for value in text.split(",")]
    return [field.strip().strip('"') for field in re.findall(r'(?:^|(?<=,))((?:"[^"]*"?|[^",])*)', text)]


def parse(line: str) -> list[Command]:
    """`line` without "AT" and without its terminator. Raises Malformed.

    >>> [c.key for c in parse('E0V1+CMEE=1;+CREG?')]
    ['E', 'V', '+CMEE=', '+CREG?']
    """
    commands: list[Command] = []
    at, end = 0, len(line.rstrip())
    while at < end:
        match = _AMPERSAND.match(line, at)
        if match is not None:
            commands.append(Command(match[1].upper(), match[2]))
        else:
            match = _ONE.match(line, at)
            if match is None:
                raise Malformed(line[at:])
            commands.append(_command(match))
        at = match.end()
    return commands


def _command(match: re.Match[str]) -> Command:
    if match["extended"] is not None:
        form = (match["form"] or "").replace(" ", "")
        text = match["text"].strip()
        if text and form != "=":
            raise Malformed(match[0])
        return Command(match["extended"].upper() + form, text)
    if match["dial"] is not None:
        return Command("D", match["dial"].strip())
    if match["register"] is not None:
        return Command("S" + (match["access"] or ""), f"{match['register']},{match['value']}")
    return Command(match["basic"].upper() + (match["ask"] or ""), match["number"])
