"""The modem's commands as a message is sent by them: a refusal is one of the message, and has a stage."""

from __future__ import annotations

from drivers.at.answers import fields
from drivers.at.channel import Channel
from drivers.at.dialect import Mms
from drivers.at.exchange import Answer, Command
from drivers.mms.way import Refused, Unanswered, quoted
from interop.protocols.errors import CommandRefused, DeviceLost, NotAnswering
from interop.protocols.mms import MmsOutcome, MmsStage

_AUTHENTICATION = 149
_CAUSES = range(101, 148)


class Commands:
    """`mms`: the dialect's part, whose table says what an error number means."""

    def __init__(self, channel: Channel, mms: Mms) -> None:
        self.device = channel.device
        self.mms = mms
        self._channel = channel

    async def run(self, command: Command, stage: MmsStage = MmsStage.DEVICE) -> Answer:
        """A command by which nothing leaves yet. Raises Refused, EquipmentError."""
        try:
            return await self._channel.run(command)
        except CommandRefused as no:
            code = _cause(no.code) if stage is MmsStage.BEARER else no.code
            raise Refused(stage, str(no), code=code) from None

    async def carry_out(
        self, command: Command, stage: MmsStage, otherwise: tuple[MmsStage, MmsOutcome]
    ) -> Answer:
        """A command that makes a message leave, or come. Raises Refused as the table says, Unanswered.

        `otherwise`: what a refusal means whose number the table does not have, or that has none.
        """
        try:
            return await self._channel.run(command)
        except CommandRefused as no:
            raise self.judged(no.code, str(no), otherwise) from None
        except (NotAnswering, DeviceLost) as error:
            raise Unanswered(stage, str(error)) from None

    async def say(
        self, text: str, stage: MmsStage = MmsStage.DEVICE, *, deadline: float = 10.0, secret: bool = False
    ) -> None:
        """A setting, or a step: OK is all it says."""
        await self.run(Command(text=text, deadline=deadline, secret=secret, setting=True), stage)

    async def has(self, *names: str) -> bool:
        """Does it know all of these commands, as their test commands tell (V.250 5.4.4.1)?"""
        try:
            for name in names:
                asked = Command(text=f"AT{name}=?", expect=(f"{name}:",), may_be_empty=True, again=True)
                await self._channel.run(asked)
        except CommandRefused:
            return False
        return True

    async def try_to(self, text: str, *, deadline: float = 10.0) -> bool:
        """A step that may be refused where there is nothing to be done."""
        try:
            await self._channel.run(Command(text=text, deadline=deadline, setting=True))
        except CommandRefused:
            return False
        return True

    async def read(self, text: str, prefix: str) -> list[str]:
        """What stands behind the prefix in each line, of a question that may be refused."""
        try:
            asked = Command(text=text, expect=(prefix,), may_be_empty=True, again=True)
            lines = (await self._channel.run(asked)).lines
        except CommandRefused:
            return []
        return [line.removeprefix(prefix).strip() for line in lines]

    def judged(
        self, code: int | None, text: str, otherwise: tuple[MmsStage, MmsOutcome], *, http: int | None = None
    ) -> Refused:
        """An error number by the dialect's table."""
        stage, outcome = otherwise if code is None else self.mms.errors.get(code, otherwise)
        kind = Unanswered if outcome is MmsOutcome.UNKNOWN else Refused
        return kind(stage, text, code=code, http=http)

    def quote(self, text: str) -> str:
        """Raises NotAvailable."""
        return quoted(self.device, text)


def octets_behind(line: str, value: int) -> int | None:
    """How many octets follow a line of an answer, by its `value`; None where none do. Raises ValueError.

    >>> octets_behind('+CMMSREAD: "image0.jpg", 26625', value=-1)
    26625
    """
    count = fields(line.partition(":")[2])[value]
    if not count.isdecimal():
        raise ValueError(f"{count!r} is no number of octets")
    return int(count) or None


def _cause(code: int | None) -> int | None:
    """The cause of 24.008 10.5.6.6 in a +CME ERROR of packet connections (27.007 9.2.2), where it has one.
    Those below are of other things, and would be taken for causes: they stand in the text alone.
    """
    if code == _AUTHENTICATION:
        return 29
    if code is None or code < _CAUSES.start:
        return None
    return code - 100 if code in _CAUSES else code
