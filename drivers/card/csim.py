"""The card in a modem: APDUs by +CSIM, or by +CGLA on a logical channel of our own (27.007 8.17, 8.43).

The basic channel is the modem's own: it selects and reads there whenever it likes, so that a card reached by
+CSIM is for reading only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from drivers.at.answers import fields
from drivers.at.channel import Channel
from drivers.at.exchange import Command
from interop.protocols.card import Reader, permit
from interop.protocols.errors import CommandRefused, EquipmentError, NotAnswering, NotAvailable

DEADLINE_S: Final = 20.0
_USIM: Final = "A0000000871002"
"""how every AID of a USIM begins (TS 101 220 annex E); a card takes it for the whole (TS 102 221 11.1.1.2)"""
_BASIC: Final = "+CSIM"
_LOGICAL: Final = "+CGLA"


class ModemCards:
    """Satisfies `interop.protocols.card.CardDriver`: open modems by name, each the reader of its SIM."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._channels = channels

    async def readers(self) -> Sequence[Reader]:
        """No modem tells the ATR of its card."""
        return [Reader(name, b"") for name in self._channels]

    async def open(self, name: str, *, write: bool) -> ModemLink:
        """Raises NotAvailable for `write` where the modem opens no channel of our own."""
        channel = self._channels.get(name)
        if channel is None:
            raise NotAvailable(
                name, f"no modem of this name; there are: {', '.join(self._channels) or 'none'}"
            )
        session, why = await _open_channel(channel)
        if write and session is None:
            raise NotAvailable(name, f"{why}: its card can only be read; write it in a card reader")
        return ModemLink(name, channel, session)

    async def swapped(self, seen: Reader) -> Reader:
        raise NotAvailable(seen.name, "a card in a modem is swapped with the modem switched off")

    async def close(self) -> None:
        """The channels are not ours."""


class ModemLink:
    """Satisfies `interop.protocols.card.CardLink`. `alone`: on a logical channel of our own."""

    def __init__(self, name: str, channel: Channel, session: int | None) -> None:
        self.name = name
        self.atr = b""
        self.alone = session is not None
        self._channel = channel
        self._session = session

    async def transmit(self, apdu: bytes) -> tuple[bytes, int]:
        """91xx comes as 9000: the modem is the terminal, and fetches what the card has for it."""
        permit(self.name, apdu, alone=self.alone)
        octets = apdu.hex().upper()
        name = _BASIC if self._session is None else _LOGICAL
        which = "" if self._session is None else f"{self._session},"
        answer = await self._channel.run(
            Command(
                text=f'AT{name}={which}{len(octets)},"{octets}"',
                expect=(f"{name}:",),
                deadline=DEADLINE_S,
                retry_busy=False,
                secret=True,
            )
        )
        data, sw = self._read(name, answer.lines)
        return data, 0x9000 if sw >> 8 == 0x91 else sw

    async def reset(self) -> bytes:
        raise NotAvailable(self.name, "only the modem can reset the card in it: restart the modem")

    async def close(self) -> None:
        if self._session is not None:
            try:
                await self._channel.run(Command(text=f"AT+CCHC={self._session}"))
            except EquipmentError:
                return  # a modem that is gone, or has closed it

    def _read(self, name: str, lines: list[str]) -> tuple[bytes, int]:
        """Raises NotAnswering for an answer that is cut or garbled: the card has had its command."""
        values = fields(lines[0].removeprefix(f"{name}:")) if lines else []
        try:
            octets = bytes.fromhex(values[1])
            whole = len(values) == 2 and int(values[0]) == 2 * len(octets) >= 4
        except (IndexError, ValueError):
            whole = False
        if not whole:
            raise NotAnswering(
                self.name, f"the answer to {name} cannot be read; what the card did is not known"
            )
        return octets[:-2], int.from_bytes(octets[-2:])


async def _open_channel(channel: Channel) -> tuple[int | None, str]:
    """The session of a new logical channel on which the USIM is selected, or why there is none (27.007 8.45).

    The answer is the bare number, or has its name before it (Telit).
    """
    try:
        answer = await channel.run(
            Command(text=f'AT+CCHO="{_USIM}"', expect=("+CCHO:",), bare=True, retry_busy=False)
        )
    except CommandRefused as refused:
        return None, f"the modem opens no logical channel ({refused.text})"
    for line in answer.lines:
        number = line.removeprefix("+CCHO:").strip().strip('"')
        if number.isascii() and number.isdigit():
            return int(number), ""
    return None, f"+CCHO was answered {answer.lines}"
