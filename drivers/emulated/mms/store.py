"""What lies at a recipient's MMSC: announced until somebody answers, kept until it is fetched or expires."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from drivers.emulated.defects import Defect, Defects
from drivers.emulated.hlr import Subscriber
from drivers.emulated.mms.letters import Letter
from drivers.emulated.mms.pushes import Pushes
from drivers.emulated.timers import Timers
from interop import mms
from interop.mms import Status

AGAIN_S: Final = (300, 1800, 7200, 21600)
"""until an unanswered notification is sent again, counted from when the handset had it; then no more"""
_LONGEST_SUBJECT: Final = 40
"""characters in a notification (OMA-TS-MMS_CONF 7.1.6)"""
_CLASSES: Final = ("personal", "advertisement", "informational", "auto")
_LINK: Final = "您收到一条彩信，请点击 {} 查看。"


@dataclass(eq=False)
class Copy:
    """One stored message. `pdu`: the M-Retrieve.conf; `answered`: no notification is needed any more;
    `fetched`: its recipient had it, whatever he says; `over`: what became of it, None while it can be had.
    """

    letter: Letter
    key: str
    pdu: bytes
    answered: bool = False
    fetched: bool = False
    by_link: bool = False
    over: Status | None = None
    tries: int = 0
    timers: list[Callable[[], None]] = field(default_factory=list)


class Store:
    """`root`: the URL under which messages lie. `concluded` hears once what became of each."""

    def __init__(
        self,
        root: str,
        pushes: Pushes,
        defects: Defects,
        timers: Timers,
        now: Callable[[], datetime],
        concluded: Callable[[Letter, Status], None],
    ) -> None:
        self._root = root
        self._pushes = pushes
        self._defects = defects
        self._timers = timers
        self._now = now
        self._concluded = concluded
        self._copies: dict[str, Copy] = {}

    def put(self, letter: Letter) -> None:
        key = f"{self._now():%m%d%H%M%S}{len(self._copies) + 1:05d}"
        copy = self._copies[key] = Copy(letter, key, mms.encode(letter.retrieved(key)))
        now = self._now()
        early = self.defect("mms.expires_early", letter)
        left = float(early.values["after"]) if early else (letter.until - now).total_seconds()
        copy.timers.append(self._timers.later(max(0.0, left), self._expire, copy))
        if self.defect("mms.notification_lost", letter):
            return
        late = self.defect("mms.notification_late", letter)
        wait = max(0.0, (letter.due - now).total_seconds()) + (float(late.values["after"]) if late else 0.0)
        copy.timers.append(self._timers.later(wait, self._announce, copy))

    def by_path(self, path: str) -> Copy | None:
        return self._copies.get(path.strip("/"))

    def by_url(self, url: str) -> Copy | None:
        return self.by_path(url.removeprefix(self._root)) if url.startswith(self._root) else None

    def by_transaction(self, transaction: str, recipient: Subscriber) -> Copy | None:
        copy = self._copies.get(transaction)
        return copy if copy and copy.letter.recipient is recipient else None

    def by_message(self, message_id: str, recipient: Subscriber) -> Copy | None:
        """Of one that its recipient has had."""
        return next(
            (
                copy
                for copy in self._copies.values()
                if copy.letter.id == message_id and copy.letter.recipient is recipient and copy.fetched
            ),
            None,
        )

    def conclude(self, copy: Copy, status: Status, *, told: bool = True) -> None:
        """It is gone, and its sender is told unless its recipient does not want that."""
        if copy.over is not None:
            return
        copy.over, copy.pdu = status, b""
        for cancel in copy.timers:
            cancel()
        if told:
            self._concluded(copy.letter, status)

    def defect(self, name: str, letter: Letter) -> Defect | None:
        return self._defects.between(name, "mms", letter.sender, letter.recipient)

    def _announce(self, copy: Copy) -> None:
        letter, content = copy.letter, copy.letter.content
        if self.defect("mms.as_link", letter):
            copy.by_link = True
            self._pushes.text(_LINK.format(f"{self._root}{copy.key}"), letter.recipient)
            return
        kind = content.message_class
        notification = mms.NotificationInd(
            copy.key,
            f"{self._root}{copy.key}",
            len(copy.pdu),
            mms.After(max(0, int((letter.until - self._now()).total_seconds()))),
            kind if kind in _CLASSES else mms.PERSONAL,
            letter.shown,
            content.subject[:_LONGEST_SUBJECT],
            content.delivery_report,
        )
        self._pushes.send(notification, letter.recipient, lambda: self._heard_of(copy))

    def _heard_of(self, copy: Copy) -> None:
        """The handset has the notification, or the service centre has given up."""
        if copy.tries < len(AGAIN_S):
            wait = AGAIN_S[copy.tries]
            copy.tries += 1
            copy.timers.append(self._timers.later(wait, self._remind, copy))

    def _remind(self, copy: Copy) -> None:
        if not copy.answered and copy.over is None:
            self._announce(copy)

    def _expire(self, copy: Copy) -> None:
        """Of one that was fetched and never confirmed nobody knows."""
        self.conclude(copy, Status.INDETERMINATE if copy.fetched else Status.EXPIRED)
