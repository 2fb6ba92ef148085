"""Lines that lack the line end between them: `ERROR+CNUM: ...`, `+CSSI: 0OK`, a PDU and the next +CMGL:.

Seen in Huawei sticks (chan_dongle at_response.c lists `ERROR+CNUM:`) and in what gammu and oFono work
around. A cut is made only outside quotes, where a known beginning stands and where what is before it is a
whole line by itself; text that merely looks like a result code stays whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from drivers.at.exchange import Command, is_echo
from drivers.at.tails import is_hex
from drivers.at.words import Words

_SIGNS = "+^*$#%"
_KEY = re.compile(r"[+^*$#%][A-Z][A-Z0-9 _]*:")
_PRINTED = re.compile("[!-~]")
_ENDS = ("OK", "ERROR")
_LASTS = tuple('0123456789ABCDEF"')


def looks_glued(text: str) -> bool:
    """A cheap first look, for every line: is it worth a second one?"""
    colon = text.find(":")
    if colon > 0 and (text[0] not in _SIGNS or text.find(":", colon + 1) > 0):
        return True
    return len(text) > 5 and (text.endswith(_ENDS) or text.startswith(_ENDS))


@dataclass(slots=True)
class Glued:
    """What is a line while `command` runs, that was sent as `sent`; `pdu_due`: a line of hex may come."""

    words: Words
    command: Command | None
    sent: str
    pdu_due: bool

    def pieces(self, text: str) -> tuple[str, ...]:
        """The lines that `text` is, as far as the first cut; () where it is one. Noise is left out."""
        pieces = cut(text, self._is_key, self._is_whole)
        return () if pieces is None else pieces if self._is_whole(pieces[0]) else pieces[1:]

    def _is_key(self, beginning: str) -> bool:
        """May a line begin so?"""
        expected = self.command is not None and beginning in self.command.expect
        return expected or beginning in self.words.urcs or beginning in self.words.errors

    def _is_whole(self, text: str) -> bool:
        """Is it a line that is known, by itself?"""
        if self.words.is_final(text) or self.words.rule(text)[1] is not None or text == self.sent:
            return True
        if self.command is not None and (self.command.owns(text) or is_echo(text, self.command.payload)):
            return True
        return self.pdu_due and is_hex(text)


def cut(text: str, is_key: Callable[[str], bool], is_whole: Callable[[str], bool]) -> tuple[str, str] | None:
    """The first line of `text` and the rest; None where it is one line.

    `is_key`: does a line begin so (`+CNUM:`)? `is_whole`: is this a line by itself (`ERROR`, `+CSSI: 0`)?
    """
    for found in _KEY.finditer(text, 1):
        at = found.start()
        if is_key(found[0]) and _outside_quotes(text, at):
            head = text[:at].rstrip()
            if is_whole(head) or not _PRINTED.search(head):
                return head, text[at:]
    for start in _ENDS:
        if text.startswith(start) and is_key(text[len(start) :]):
            return start, text[len(start) :]
    for end in _ENDS:
        head = text.removesuffix(end).rstrip()
        # a digit, a quote or hex before it: a name in letters may well end in OK
        if head != text and head[-1:] in _LASTS and _outside_quotes(text, len(head)) and is_whole(head):
            return head, end
    return None


def _outside_quotes(text: str, at: int) -> bool:
    return text.count('"', 0, at) % 2 == 0
