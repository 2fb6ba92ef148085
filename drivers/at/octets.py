"""Octets by count: blocks that follow lines of an answer, and the way out of a data mode nobody wants.

A block is never looked at: whatever stands in it is no line and no prompt. Its count comes from the line
before it; a block that stays short is given up with the time-out of its command.

A modem that has said CONNECT takes everything for data until it has what it was promised. Should its prompt
have been lost, or come when nobody waits any more, nothing leads out but its own time limit and `+++`, with
silence before and behind it (Quectel WCDMA UGxx FILE AT Commands Manual, AT+QFUPL; SIM800: +CME ERROR 173,
"the operation is overtime"). A prompt `>` is left by ESC (Quectel TCP/IP Application Note, AT+QISEND).
"""

from __future__ import annotations

from collections.abc import Iterator

from drivers.at.exchange import ESC, ESCAPE, Command, Forget, Send, Take

MOST_PER_BLOCK = 1 << 20
"""a modem that announces more has gone wrong"""


class Octets:
    """Of one dialogue. `hush`: the line is to be silent for a second, so that `+++` is heard."""

    def __init__(self) -> None:
        self.blocks: list[bytes] = []
        """of the answer that is coming"""
        self.hush = False
        self.escape = False
        """`+++` is still to be sent"""
        self._wanted = False

    def begin(self) -> None:
        """Of the next answer."""
        self.blocks, self._wanted = [], False

    def behind(self, count: int | None, *, wanted: bool = False) -> Iterator[Take]:
        """A line has announced `count` octets; `wanted`: it is one of the answer that is coming.

        After a count that is nonsense nobody knows where lines go on: all is taken until the time-out.
        """
        if count:
            sound = 0 < count <= MOST_PER_BLOCK
            self._wanted = wanted and sound
            yield Take(count if sound else MOST_PER_BLOCK)

    def came(self, data: bytes) -> None:
        """What was to be taken, all of it."""
        if self._wanted:
            self.blocks.append(data)
        self._wanted = False

    def stuck(self) -> None:
        """The modem may be waiting for an upload that will not come."""
        self.escape = self.hush = True

    def give_up(self, command: Command) -> Iterator[Send]:
        """A command is not waited for any more: out of its prompt."""
        if command.connects:
            self.stuck()
        elif command.prompted:
            yield Send(ESC)

    def quiet(self) -> Iterator[Send | Forget]:
        """Nothing came for a while; `hush` holds for as long as this has something to say by it."""
        self._wanted = False
        yield Forget()
        if self.escape:
            self.escape = False
            yield Send(ESCAPE)
        else:
            self.hush = False
