"""PDUs that come by WAP push: notifications and reports (OMA-TS-MMS_ENC 6.2, WAP-251-PushMessage)."""

from __future__ import annotations

from interop.mms.pdus import Pdu
from interop.smspdu.wap import Push


def to_push(pdu: Pdu, *, transaction: int = 0) -> Push:
    """`transaction`: the TID of WSP. Raises MmsError."""
    raise NotImplementedError


def from_push(push: Push) -> Pdu:
    """Raises MmsError, also for a push of another content type."""
    raise NotImplementedError
