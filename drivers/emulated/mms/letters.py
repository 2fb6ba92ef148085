"""A multimedia message between submission and retrieval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from drivers.emulated.hlr import Subscriber
from interop import mms

DEFAULT_LIFE: Final = timedelta(hours=72)
LONGEST_LIFE: Final = timedelta(days=7)
"""whatever a sender asks for"""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message to one of its recipients. `id`: X-Mms-Message-ID; `shown`: the sender's address as the
    recipient sees it, "" for none; `content`: as it was sent; `due`, `until`: from when on it is delivered,
    and how long. A recipient whom nobody knows has no operator.
    """

    id: str
    sender: Subscriber
    recipient: Subscriber
    shown: str
    content: mms.SendReq
    taken: datetime
    due: datetime
    until: datetime

    def retrieved(self, transaction: str) -> mms.RetrieveConf:
        """As its recipient gets it. Whoever got a blind copy is not named (OMA-TS-MMS_ENC 6.3)."""
        content = self.content
        return mms.RetrieveConf(
            content.body,
            transaction,
            self.id,
            content.date or self.taken,
            self.shown,
            content.to,
            content.cc,
            content.subject,
            content.message_class,
            content.priority,
            content.delivery_report,
            content.read_report,
        )


def moment(when: mms.When | None, now: datetime, otherwise: timedelta) -> datetime:
    """A time on a message as the centre reads it when it takes that message; `otherwise` from now if none."""
    if isinstance(when, datetime):
        return when
    return now + (otherwise if when is None else timedelta(seconds=min(when.seconds, _MOST_SECONDS)))


_MOST_SECONDS: Final = 366 * 86400
