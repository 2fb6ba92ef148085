"""What may be wrong with a card or its reader, by name: `power.cut@at=7`, `file.worn@file=6F07`.

Written as quirks are. Numbers of APDUs and UPDATEs count from when the fault was armed, from 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from drivers.emulated.injection import Parameter, checked, count, listed, one_of, seconds
from drivers.emulated.uicc.codes import OK, RESPONSE
from interop.protocols.card import CardLost
from interop.protocols.equipment import Injectable

if TYPE_CHECKING:
    from drivers.emulated.uicc.apdu import Reply
    from drivers.emulated.uicc.card import Card
    from drivers.emulated.uicc.tree import File


class Worn(Exception):
    """The memory takes no more: 6581."""


@dataclass(slots=True)
class Fault:
    """One fault of one card. Each method is a place where it may interfere; here none does."""

    name: ClassVar[str]
    effect: ClassVar[str]
    parameters: ClassVar[Mapping[str, Parameter]] = {}

    values: Mapping[str, str]
    seen: int = 0
    """APDUs, UPDATEs or resets that it has counted"""

    def armed(self, card: Card) -> None:
        """At once, when it is armed."""

    def reset(self) -> None:
        """The card is powered on."""

    def atr(self, atr: bytes) -> bytes:
        return atr

    def before(self, card: Card, octets: bytes) -> Reply | None:
        """An answer instead of executing the command. Raises CardLost."""
        del card, octets
        return None

    def writing(self, file: File, data: bytes) -> int:
        """How many of the octets get into the file before the power goes. Raises Worn."""
        del file
        return len(data)

    def after(self, card: Card, octets: bytes, reply: Reply) -> Reply:
        """What is answered. Raises CardLost."""
        del card, octets
        return reply

    def late(self) -> float:
        """Seconds that this answer comes too late."""
        return 0.0


KINDS: dict[str, type[Fault]] = {}


def _fault(kind: type[Fault]) -> type[Fault]:
    KINDS[kind.name] = kind
    return kind


def listing() -> tuple[Injectable, ...]:
    """Every fault there is, for `interop list faults`, by name."""
    return listed(KINDS)


def parse(text: str) -> Fault:
    """`name@key=value,key=value`. Raises ValueError with one sentence that names what is wrong."""
    name, values = checked("fault", text, KINDS)
    return KINDS[name](values)


def _octets(least: int, most: int) -> Callable[[str], bytes]:
    def check(text: str) -> bytes:
        try:
            octets = bytes.fromhex(text)
        except ValueError:
            octets = b""
        if not least <= len(octets) <= most:
            raise ValueError(f"not in hexadecimal, of {least} to {most} octets")
        return octets

    return check


def _few(text: str) -> int:
    value = int(text)
    if not 0 <= value <= 255:
        raise ValueError("not in 0..255")
    return value


_AT = Parameter("number of the APDU", "1", count)


@_fault
class PowerCut(Fault):
    name = "power.cut"
    effect = "The power goes at one APDU, executed or not, and no answer comes; a reset brings it back."
    parameters: ClassVar = {
        "at": _AT,
        "when": Parameter("before or after", "before", one_of("before", "after")),
    }

    def before(self, card: Card, octets: bytes) -> Reply | None:
        self.seen += 1
        self._cut(card, "before")
        return None

    def after(self, card: Card, octets: bytes, reply: Reply) -> Reply:
        self._cut(card, "after")
        return reply

    def _cut(self, card: Card, when: str) -> None:
        if self.seen == int(self.values["at"]) and self.values["when"] == when:
            card.power_off()
            raise CardLost("card", f"the power went at APDU {self.seen}")


@_fault
class Removed(Fault):
    name = "card.removed"
    effect = "It is pulled out in the middle of an APDU, and stays away until it is inserted again."
    parameters: ClassVar = {"at": _AT}

    def before(self, card: Card, octets: bytes) -> Reply | None:
        self.seen += 1
        if self.seen == int(self.values["at"]):
            card.remove()
            raise CardLost("card", "it was pulled out")
        return None


@_fault
class Torn(Fault):
    name = "write.torn"
    effect = "The power goes while an UPDATE is written: its first octets are new, the rest is as before."
    parameters: ClassVar = {
        "at": Parameter("number of the UPDATE", "1", count),
        "octets": Parameter("how many are written", "1", _few),
    }

    def writing(self, file: File, data: bytes) -> int:
        self.seen += 1
        if self.seen != int(self.values["at"]):
            return len(data)
        return min(int(self.values["octets"]), len(data) - 1)


@_fault
class FileWorn(Fault):
    name = "file.worn"
    effect = "An UPDATE of a file is answered 6581, memory problem, and changes nothing."
    parameters: ClassVar = {
        "file": Parameter("the end of its path, such as 7FFF/6F07; without it every file", ""),
        "after": Parameter("UPDATEs that still go well", "0", _few),
    }

    def writing(self, file: File, data: bytes) -> int:
        if file.path.endswith(self.values["file"].upper()):
            self.seen += 1
            if self.seen > int(self.values["after"]):
                raise Worn
        return len(data)


@_fault
class Late(Fault):
    name = "answer.late"
    effect = "Answers come late."
    parameters: ClassVar = {
        "by": Parameter("seconds", "3", seconds),
        "times": Parameter("how often", "1000000", count),
    }

    def late(self) -> float:
        self.seen += 1
        return float(self.values["by"]) if self.seen <= int(self.values["times"]) else 0.0


@_fault
class Mute(Fault):
    name = "answer.never"
    effect = "From one APDU on nothing is executed or answered, until the next reset."
    parameters: ClassVar = {"at": _AT}

    over: bool = False

    def before(self, card: Card, octets: bytes) -> Reply | None:
        self.seen += 1
        return (b"", OK) if self._mute else None

    def late(self) -> float:
        return math.inf if self._mute else 0.0

    @property
    def _mute(self) -> bool:
        return not self.over and self.seen >= int(self.values["at"])

    def reset(self) -> None:
        self.over = self._mute or self.over


@_fault
class WrongStatus(Fault):
    name = "status.wrong"
    effect = "A command is answered with a status word that is not the one it should have."
    parameters: ClassVar = {
        "sw": Parameter("status word in hex", "6F00", _octets(2, 2)),
        "ins": Parameter("instruction in hex", "D6", _octets(1, 1)),
        "times": Parameter("how often", "1", count),
        "executed": Parameter("whether the command is executed: yes or no", "no", one_of("yes", "no")),
    }

    def before(self, card: Card, octets: bytes) -> Reply | None:
        return self._wrong(octets) if self.values["executed"] == "no" else None

    def after(self, card: Card, octets: bytes, reply: Reply) -> Reply:
        return self._wrong(octets) or reply if self.values["executed"] == "yes" else reply

    def _wrong(self, octets: bytes) -> Reply | None:
        if octets[1:2] != bytes.fromhex(self.values["ins"]) or self.seen >= int(self.values["times"]):
            return None
        self.seen += 1
        return b"", int(self.values["sw"], 16)


@_fault
class CounterLow(Fault):
    name = "counter.low"
    effect = "Somebody has already spent tries of a key."
    parameters: ClassVar = {
        "key": Parameter("its reference in hex: 0A ADM1, 01 PIN1", "0A", _octets(1, 1)),
        "tries": Parameter("how many are left", "1", _few),
    }

    def armed(self, card: Card) -> None:
        if key := card.keys.get(int(self.values["key"], 16)):
            key.left = min(int(self.values["tries"]), key.tries)


@_fault
class AtrChanged(Fault):
    name = "atr.changed"
    effect = "After a reset the ATR is another one, as if another card had been put in."
    parameters: ClassVar = {
        "atr": Parameter("the new one, in hex", "3B021450", _octets(2, 33)),
        "resets": Parameter("at which reset", "1", count),
    }

    def reset(self) -> None:
        self.seen += 1

    def atr(self, atr: bytes) -> bytes:
        return bytes.fromhex(self.values["atr"]) if self.seen >= int(self.values["resets"]) else atr


@_fault
class Pieces(Fault):
    name = "response.pieces"
    effect = "GET RESPONSE gives a few octets at a time, and 61xx for the rest; in CLA A0 it gives all."
    parameters: ClassVar = {"octets": Parameter("octets of a piece", "16", count)}

    def armed(self, card: Card) -> None:
        card.piece = int(self.values["octets"])


@_fault
class Detour(Fault):
    name = "response.detour"
    effect = "READ is answered 61xx even with the right length; GET RESPONSE then fetches the octets."

    def after(self, card: Card, octets: bytes, reply: Reply) -> Reply:
        data, sw = reply
        if octets[1] not in (0xB0, 0xB2) or sw != OK or octets[0] == 0xA0:
            return reply
        card.channels[octets[0] & 3].response = data
        return b"", RESPONSE | len(data) & 0xFF


@_fault
class LengthOff(Fault):
    name = "length.off"
    effect = "READ is answered 6Cxx, and the length in it is wrong once: at the second try it is right."

    def after(self, card: Card, octets: bytes, reply: Reply) -> Reply:
        data, sw = reply
        if octets[1] not in (0xB0, 0xB2) or sw & 0xFF00 != 0x6C00:
            return reply
        self.seen += 1
        return (data, sw) if self.seen % 2 == 0 else (data, 0x6C00 | (sw & 0xFF) + 1 & 0xFF)
