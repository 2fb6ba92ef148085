"""Three-way calls as some modems tell of them: too little, too late, not at all (modems.md 5.3, 5.4)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from drivers.emulated.injection import Parameter, count, one_of
from drivers.emulated.quirks.quirk import Lines, Quirk, quirk

if TYPE_CHECKING:
    from drivers.emulated.terminal.parser import Command

_TONES = ("+DTMF:", "+RXDTMF:", "+QTONEDET:", "#DTMFEV:", "^DDTMF:", "+UUDTMFD:")
_NOTICES = ("+CSSU:", "+CSSI:")
_JOINED = re.compile(r"(\+CLCC: \d+,\d,[01],0),1")
_NOT_SUPPORTED = 4


class _Unsaid(Quirk):
    """News that never reach the port."""

    prefixes: tuple[str, ...] = ()

    def unsolicited(self, lines: Lines) -> Lines:
        return () if lines and lines[0].startswith(self.prefixes) and self.happens() else lines


@quirk("tone.lost", "a DTMF tone in what is heard is not told")
class ToneLost(_Unsaid):
    prefixes = _TONES


@quirk("notice.lost", "what another party did to a call is not told (+CSSU, +CSSI)")
class NoticeLost(_Unsaid):
    prefixes = _NOTICES


@quirk(
    "mpty.late",
    "+CLCC goes on saying that calls are in no conference after they have been joined",
    answers=Parameter("how many answers", "2", count),
)
class MptyLate(Quirk):
    hidden: int = -1
    """answers yet to be wrong; -1: no conference is up"""

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        if command.key != "+CLCC" or blocks[-1:] != [("OK",)]:
            return blocks
        if not any(_JOINED.match(line) for block in blocks for line in block):
            self.hidden = -1
            return blocks
        if self.hidden < 0:
            self.hidden = int(self.values["answers"]) if self.happens() else 0
        if not self.hidden:
            return blocks
        self.hidden -= 1
        return [[_JOINED.sub(r"\1,0", line) for line in block] for block in blocks]


@quirk(
    "chld.lacks",
    "the modem cannot do one action of +CHLD, and +CHLD=? says so",
    action=Parameter("1x, 2, 2x, 3 or 4", "3", one_of("1x", "2", "2x", "3", "4")),
)
class ChldLacks(Quirk):
    """`rate` is a share of modems here: a modem can or cannot."""

    def answered(self, command: Command, blocks: list[Lines]) -> list[Lines]:
        if command.key != "+CHLD=?" or not self._cannot():
            return blocks
        lacking = re.compile(rf"(?<=[(,]){self.values['action']},|,{self.values['action']}(?=\))")
        return [[lacking.sub("", line) for line in block] for block in blocks]

    def refusal(self, command: Command, now: float) -> int | None:
        if command.key != "+CHLD=":
            return None
        action = re.sub(r"^([12])\d$", r"\1x", command.text.strip('" '))
        return _NOT_SUPPORTED if action == self.values["action"] and self._cannot() else None

    def _cannot(self) -> bool:
        if not self.done:
            self.done = 1 if self.draw() < float(self.values["rate"]) else -1
        return self.done > 0
