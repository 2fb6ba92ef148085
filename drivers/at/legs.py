"""One call at this modem, and what there is to tell of it. Pure: no I/O."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from drivers.at.answers import Clip
from interop.record.events import Event


class Phase(IntEnum):
    """Only ever grows."""

    STARTED = 0
    """dialling, or ringing here"""
    ALERTING = 1
    ACTIVE = 2
    ENDING = 3
    """gone, its cause not yet asked"""
    ENDED = 4


@dataclass(slots=True, eq=False)
class Leg:
    """One call at this modem. `index`: <id> of +CLCC once known; `placed`: the modem has taken the ATD."""

    outgoing: bool
    number: str = ""
    phase: Phase = Phase.STARTED
    index: int | None = None
    placed: bool = False
    listed: bool = False
    absent: int = 0
    rings: int = 0
    clip: Clip | None = None
    waiting: bool = False
    """it came while another call was up (27.007 7.12) and rings only in the other's ear"""
    held: bool = False
    """as of the last list of calls"""
    multiparty: bool = False
    """joined to others, as of the last list of calls (22.084)"""
    joining: bool = False
    """we asked to have it joined, so that it may be without a row of its own"""
    merged: bool = False
    """it has no row of its own there: one row stands for the whole conference (24.147)"""
    shown: str = ""
    """its number in the lists of calls, which of a caller need not be that of +CLIP"""
    answered: bool = False
    offered: bool = False
    closing: bool = False
    """we are ending it: signs of its end are our own doing"""
    leaving: int = 0
    """we asked for its end by +CHLD: within so many lists of calls more, its end is our own doing"""
    denied: int = 0
    """it was said to be answered, and so many lists of calls in a row say that it is not"""
    confirmed: bool = False
    """that it is answered was said of this very call, not by a bare CONNECT"""
    end_said: bool = False
    """a word said that some call is over, while this one was up"""
    cut: str = ""
    """why nobody can know any more what becomes of it: the link was lost"""
    cause: int | None = None
    text: str = ""

    @property
    def live(self) -> bool:
        return self.phase < Phase.ENDING


@dataclass(slots=True)
class Look:
    """+CLCC has to be asked what is left."""


@dataclass(slots=True)
class Explain:
    """The leg is gone and +CEER may know why; `cause` is what the sign itself said.

    `vague`: the sign was a word without an index (BUSY), which need not have been about this call.
    """

    leg: Leg
    cause: int | None = None
    vague: bool = False


News = Event | Look | Explain
