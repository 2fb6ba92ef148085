"""Message memories of a modem: SM (card), ME (equipment), SR (status reports); 27.005 2.2.1."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Status(IntEnum):
    """<stat> of PDU mode (27.005 3.1)."""

    UNREAD = 0
    READ = 1
    UNSENT = 2
    SENT = 3
    ALL = 4

    @property
    def words(self) -> str:
        return _WORDS[self]


_WORDS = {
    Status.UNREAD: "REC UNREAD",
    Status.READ: "REC READ",
    Status.UNSENT: "STO UNSENT",
    Status.SENT: "STO SENT",
    Status.ALL: "ALL",
}


@dataclass(slots=True)
class Stored:
    status: Status
    tpdu: bytes
    smsc: str
    """"+8613800100500", "" where none came with it"""


class Full(Exception):
    """No place is free."""


class Memory:
    """Places 1..`size`; a message keeps its index until it is deleted."""

    def __init__(self, name: str, size: int) -> None:
        self.name = name
        self.size = size
        self.messages: dict[int, Stored] = {}

    @property
    def full(self) -> bool:
        return len(self.messages) >= self.size

    def add(self, message: Stored) -> int:
        """The index of the lowest free place. Raises Full."""
        if self.full:
            raise Full(self.name)
        index = next(i for i in range(1, self.size + 1) if i not in self.messages)
        self.messages[index] = message
        return index

    def listed(self, status: Status) -> list[tuple[int, Stored]]:
        return [
            (index, message)
            for index, message in sorted(self.messages.items())
            if status in (Status.ALL, message.status)
        ]

    def delete(self, statuses: tuple[Status, ...]) -> None:
        self.messages = {i: m for i, m in self.messages.items() if m.status not in statuses}
