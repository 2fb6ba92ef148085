"""PDUs that come by WAP push: notifications and reports (OMA-TS-MMS_ENC 6.2, WAP-251-PushMessage)."""

from __future__ import annotations

from typing import Final

from interop.mms.codec import CONTENT_TYPE, decode, encode
from interop.mms.content import read_content_type
from interop.mms.errors import MmsError
from interop.mms.media_types import NAMES
from interop.mms.pdus import DeliveryInd, NotificationInd, Pdu, ReadOrigInd
from interop.mms.wire import Octets
from interop.smspdu.wap import MMS_NOTIFICATION, Push, value_length

_FOR_MMS: Final = b"\xaf\x84"
"""X-Wap-Application-Id: mms.ua, as OMNA assigned it"""


def to_push(pdu: Pdu, *, transaction: int = 0) -> Push:
    """`transaction`: the TID of WSP. Raises MmsError, also for a PDU that is never pushed."""
    if not isinstance(pdu, NotificationInd | DeliveryInd | ReadOrigInd):
        raise MmsError("X-Mms-Message-Type", f"{type(pdu).__name__} goes over HTTP, not by push")
    return Push(MMS_NOTIFICATION, _FOR_MMS, encode(pdu), transaction)


def from_push(push: Push) -> Pdu:
    """Raises MmsError, also for a push of another content type. Its other headers do not matter."""
    kind = _content_type(push)
    if kind != CONTENT_TYPE:
        raise MmsError("Content-Type", f"{kind} is no multimedia message")
    return decode(push.body)


def _content_type(push: Push) -> str:
    said = push.content_type
    if isinstance(said, bytes):
        octets = value_length(len(said)) + said
        return read_content_type(Octets(octets, 0, len(octets), "Content-Type")).name
    if isinstance(said, int):
        return NAMES.get(said, f"type {said:02X}")
    return said.partition(";")[0].strip().lower()
