"""Why a call ended: +CEER (27.007 6.10), and whether what it says is about this call at all."""

from __future__ import annotations

from drivers.at import answers
from drivers.at.channel import Channel
from drivers.at.legs import Explain
from interop.protocols.errors import CommandRefused, EquipmentError
from interop.protocols.link import Journal
from interop.protocols.modem import Steered

_OF_SETUP = frozenset({1, 3, 6, 8, 17, 18, 19, 21, 22, 28, 34, 42})
"""24.008 annex H: causes of a call that never came about"""
_NORMAL = frozenset({16, 31})
"""nor of one that nobody answered"""


class Causes:
    """`ask` before a call, `of` at once behind its end: the next call would overwrite it."""

    def __init__(self, channel: Channel, journal: Journal) -> None:
        self._channel = channel
        self._journal = journal
        self._last = ""
        self._refusal = ""
        """what it said last of a refused supplementary service"""

    async def ask(self) -> str:
        """+CEER as it stands, "" where the modem does not say."""
        if self._channel.dialect.reports_causes:
            try:
                text = await self._channel.ask("AT+CEER")
                self._last = text.strip('"') if text.startswith('"') and text.count('"') < 3 else text
                return self._last
            except EquipmentError as error:
                self._journal.note(f"no release cause: {error}")
        return ""

    async def of(self, end: Explain) -> tuple[int | None, str]:
        """The 24.008 cause, None where nobody knows, and what +CEER said.

        What +CEER said before the call began and cannot be of this call is an older one's. A number behind
        the call's own index counts. A mere word (BUSY) may have been of no call: where a new +CEER says
        otherwise, that counts; where an old one may be of this call as well, or none came, nobody knows.
        """
        before, text = self._last, await self.ask()
        cause = answers.release_cause(text) if text else None
        lost = not text and bool(before)
        differ = None not in (end.cause, cause) and end.cause != cause
        maybe_wrong = lost or (differ and (text != before or cause not in _NORMAL))
        cannot = _OF_SETUP if end.leg.answered else _NORMAL if end.leg.outgoing else ()
        stale = differ or cause in cannot or text == self._refusal
        if text and text == before and stale:
            self._journal.note(f"+CEER says {text!r} as before this call: not taken for its cause")
            cause, text = None, ""
        if end.cause is not None and not (end.vague and maybe_wrong):
            cause = end.cause
        return cause, text

    async def refusal(self, refused: CommandRefused) -> Steered:
        """Asked at once behind a refused supplementary service: its cause as 24.008 or 24.080 count them.

        What +CEER said before is of an older call, unless it was of such a refusal, which may come twice. Nor
        is anything refused with a normal end: that is of a call which we hung up, and did not ask about.
        """
        before, text = self._last, await self.ask()
        ended = answers.service_error(text) is None and answers.release_cause(text) in _NORMAL
        if ended or text == before != self._refusal:
            text = ""
        self._refusal = text
        cause = answers.refusal_cause(text) if text else None
        return Steered(False, refused.code, cause, text or refused.final)
