"""The emulated UICC: one card, by its octets. Modems, readers and suites all talk to this object.

ETSI TS 102 221 (commands, status words), 3GPP TS 31.102 (USIM), TS 51.011 (its view as a SIM).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, Self

from drivers.emulated.uicc.apdu import Apdu, Reply
from drivers.emulated.uicc.authentication import Counter
from drivers.emulated.uicc.channel import Channel
from drivers.emulated.uicc.codes import (
    EXACT_LENGTH,
    NO_CHANNEL,
    NO_SECURE_MESSAGING,
    OK,
    PROACTIVE,
    RESPONSE,
    RESPONSE_SIM,
    UNKNOWN_CLASS,
    UNKNOWN_INS,
    WORN,
    WRONG_LENGTH,
    for_sim,
)
from drivers.emulated.uicc.commands import COMMANDS, FETCH, GET_RESPONSE, Command
from drivers.emulated.uicc.dump import Form, load
from drivers.emulated.uicc.faults import Fault, Worn, parse
from drivers.emulated.uicc.identity import Identity
from drivers.emulated.uicc.keys import Key, Keys, pin_octets
from drivers.emulated.uicc.leniency import STRICT, card_types
from drivers.emulated.uicc.profile import Layout, layouts, profile, tree_of
from drivers.emulated.uicc.toolkit import Toolkit
from drivers.emulated.uicc.tree import File, Tree
from interop.lab.model import SimPart
from interop.protocols.card import CardLost
from interop.uicc.milenage import Milenage

PIN1: Final = 0x01
ADM1: Final = 0x0A
DEFAULT_LAYOUT: Final = "sysmoUSIM-SJS1"


@dataclass(slots=True)
class Answer:
    """`late`: seconds until it comes, infinite where it never does."""

    data: bytes
    sw: int
    late: float = 0.0


class Card:
    """One card, inserted and powered on.

    >>> card = Card.of(sim, imsi="460991234567890")
    >>> card.transmit(bytes.fromhex("00A40004023F00"))
    (b'', 24881)

    `tree`, `keys`, `toolkit` and `counter` are what it holds; `identity` is that in words. `faults` are those
    that were armed, in order; `number` counts APDUs since it was made.
    """

    def __init__(
        self, tree: Tree, keys: Keys, *, atr: bytes, card_type: str = STRICT, layout: Layout | None = None
    ) -> None:
        """`card_type`: of `leniency.card_types`. Raises ValueError for another one."""
        if card_type not in card_types():
            raise ValueError(f"no card type {card_type!r}; there are {', '.join(card_types())}")
        self.tree, self.keys, self.layout = tree, keys, layout
        self.leniency = card_types()[card_type]
        self.identity = Identity(tree)
        self.toolkit, self.counter = Toolkit(), Counter()
        self.faults: list[Fault] = []
        self.number = 0
        self.piece = 0
        """octets that GET RESPONSE gives at once, 0 for all"""
        self.inserted = True
        self._atr = atr
        self.channels: dict[int, Channel] = {}
        self.power_on()

    @classmethod
    def blank(
        cls,
        *,
        pin: str | None = None,
        ki: bytes = b"",
        opc: bytes = b"",
        layout: str = DEFAULT_LAYOUT,
        card_type: str = STRICT,
    ) -> Self:
        """The profile's card, of nobody. `pin` None: PIN1 is disabled. `ki` and `opc` (16 octets each) go to
        the key files of `layout`; without them it cannot authenticate. Raises ValueError."""
        if layout not in layouts():
            raise ValueError(f"no card {layout!r}; there are {', '.join(layouts())}")
        row = layouts()[layout]
        atr = bytes.fromhex(row.atr or profile().atr)
        card = cls(tree_of(row), profile().ring(), atr=atr, card_type=card_type, layout=row)
        if pin is not None:
            card.pin.value, card.pin.enabled = pin_octets(pin), True
        if ki or opc:
            row.ki.write(card.tree, ki)
            row.opc.write(card.tree, opc)
        return card

    @classmethod
    def of(cls, sim: SimPart, *, pin: str | None = None, **differences: str | Sequence[str] | None) -> Self:
        """The card that the lab file describes, but for `differences` by the names of `Identity.rewrite`.

        Raises ValueError for an unknown name, EfError for a value that no card can hold.
        """
        card = cls.blank(pin=pin)
        card.identity.fill(sim, differences)
        return card

    @classmethod
    def of_files(
        cls,
        form: Form,
        *,
        atr: bytes,
        keys: Keys | None = None,
        card_type: str = STRICT,
        layout: str | None = None,
    ) -> Self:
        """Of what was read from a card, in the form of `dump`. Its keys are those of the profile, as nothing
        tells them. `layout`: where its Ki and OPc would lie. Raises ValueError."""
        ring = profile().ring() if keys is None else keys
        row = layouts()[layout] if layout else None
        return cls(load(form), ring, atr=atr, card_type=card_type, layout=row)

    @property
    def pin(self) -> Key:
        return self.keys[PIN1]

    @property
    def atr(self) -> bytes:
        atr = self._atr
        for fault in self.faults:
            atr = fault.atr(atr)
        return atr

    # Reader

    def power_on(self) -> bytes:
        """Power, or a reset: selection, channels and what was verified are gone. The ATR; raises CardLost."""
        self._present()
        for fault in self.faults:
            fault.reset()
        self.channels = {0: Channel(self.tree.root)}
        for key in self.keys.values():
            key.verified = False
        self.toolkit.pending = False
        self.powered = True
        return self.atr

    def power_off(self) -> None:
        self.powered = False

    def remove(self) -> None:
        self.inserted = self.powered = False

    def insert(self) -> None:
        """Back into the reader, which then powers it on."""
        self.inserted = True

    def _present(self) -> None:
        if not self.inserted:
            raise CardLost("card", "it was pulled out")

    def in_contact(self) -> None:
        """Raises CardLost unless it is there and has power."""
        self._present()
        if not self.powered:
            raise CardLost("card", "it has no power")

    def arm(self, fault: str) -> Fault:
        """From now on, as `faults.parse` reads it. Raises ValueError."""
        armed = parse(fault)
        self.faults.append(armed)
        armed.armed(self)
        return armed

    def cure(self) -> None:
        """No fault any more; what one did is not undone."""
        self.faults.clear()
        self.piece = 0

    # Commands

    def transmit(self, octets: bytes) -> Reply:
        """One TPDU: octets and status word. Raises CardLost where no answer comes: pulled, without power, or
        silent. A late answer is here at once; who can wait takes `answer`."""
        answer = self.answer(octets)
        if math.isinf(answer.late):
            raise CardLost("card", "it says nothing")
        return answer.data, answer.sw

    def answer(self, octets: bytes) -> Answer:
        """As `transmit`, with the time that it takes."""
        self.in_contact()
        self.number += 1
        reply: Reply | None = None
        for fault in self.faults:
            reply = fault.before(self, octets) or reply
        if reply is None:
            reply = self._execute(octets)
        for fault in self.faults:
            reply = fault.after(self, octets, reply)
        return Answer(*reply, sum([fault.late() for fault in self.faults]))

    def _execute(self, octets: bytes) -> Reply:
        if len(octets) < 4:
            return b"", WRONG_LENGTH
        apdu = Apdu.of(octets)
        if len(octets) == 4 and self.leniency.four_octets == "lost":
            raise CardLost("card", "the transmission failed")
        if len(octets) == 4 and self.leniency.four_octets == "6700":
            return b"", WRONG_LENGTH
        if refused := self._class(apdu):
            return b"", refused
        channel, command = self.channels.get(apdu.channel), COMMANDS.get(apdu.ins)
        if channel is None:
            return b"", NO_CHANNEL
        if command is None:
            return b"", UNKNOWN_INS
        if not command.of_class(apdu):
            return b"", UNKNOWN_INS if apdu.sim else UNKNOWN_CLASS
        if len(apdu.data) != (apdu.p3 if command.takes else 0):
            return b"", WRONG_LENGTH
        return self._run(command, channel, apdu)

    def _class(self, apdu: Apdu) -> int:
        """The status word of a class that is not known; 0 for one that is."""
        if apdu.sim:
            return 0 if self.leniency.sim else UNKNOWN_CLASS
        if apdu.cla & 0x7C in (0x04, 0x08, 0x0C):
            return NO_SECURE_MESSAGING
        return 0 if apdu.cla & 0x7C == 0 else UNKNOWN_CLASS

    def _run(self, command: Command, channel: Channel, apdu: Apdu) -> Reply:
        if apdu.ins != GET_RESPONSE:
            channel.response = b""
        data, sw = command.handler(self, channel, apdu)
        if command.takes and data:
            if apdu.le and self.leniency.response_with_le == "data":
                return data, sw
            channel.response = data
            if sw != OK:  # a warning, which leaves no room for the length (102 221 annex C.1)
                return b"", sw
            return b"", (RESPONSE_SIM if apdu.sim else RESPONSE) | len(data) & 0xFF
        if sw == OK and apdu.ins != FETCH and self.toolkit.announced:
            return data, PROACTIVE | self.toolkit.announced & 0xFF
        return data, for_sim(sw) if apdu.sim else sw

    def sized(
        self, data: bytes, p3: int, wrong: Literal["6Cxx", "data", "nothing"] = "6Cxx", *, exact: bool = False
    ) -> Reply:
        """As many octets as P3 asks for (00 is 256), or what `wrong` says where there are fewer.

        `exact`: more are wrong too.
        """
        wanted = p3 or 256
        if wanted == len(data) or (wanted < len(data) and not exact):
            return data[:wanted], OK
        if wrong == "6Cxx" or wanted < len(data):
            return b"", EXACT_LENGTH | len(data) & 0xFF
        return (data if wrong == "data" else b""), OK

    def write(self, file: File, offset: int, data: bytes) -> int:
        """Into memory, unless a fault forbids: the status word. Raises CardLost when it is torn."""
        written = len(data)
        try:
            for fault in self.faults:
                written = min(written, fault.writing(file, data))
        except Worn:
            return WORN
        file.octets[offset : offset + written] = data[:written]
        file.writes += 1
        if written < len(data):
            self.power_off()
            raise CardLost("card", "it lost its power while it wrote")
        return OK

    def algorithm(self) -> Milenage | None:
        """Of the keys in its key files; None without."""
        if self.layout is None:
            return None
        ki, opc = self.layout.ki.read(self.tree), self.layout.opc.read(self.tree)
        return Milenage(ki, opc) if ki and opc and {*ki} != {0xFF} else None
