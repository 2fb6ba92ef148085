"""Multimedia messages: the PDUs between a handset and its MMSC (MM1, OMA-TS-MMS_ENC-V1_3), both ways.

>>> from interop import mms
>>> mms.encode(mms.NotifyRespInd("T1", mms.Status.DEFERRED)).hex()
'8c83985431008d929583'
"""

from __future__ import annotations

from interop.mms.address import number_of, of_number
from interop.mms.codec import CONTENT_TYPE, decode, encode
from interop.mms.errors import MmsError
from interop.mms.pdus import (
    EMPTY,
    MIXED,
    PERSONAL,
    RELATED,
    SMIL,
    VERSION,
    AcknowledgeInd,
    After,
    Body,
    DeliveryInd,
    ForwardConf,
    ForwardReq,
    NotificationInd,
    NotifyRespInd,
    Part,
    Pdu,
    Priority,
    ReadOrigInd,
    ReadRecInd,
    ReadStatus,
    ResponseStatus,
    RetrieveConf,
    RetrieveStatus,
    SendConf,
    SendReq,
    Status,
    When,
    named,
)
from interop.mms.presentation import slides
from interop.mms.push import from_push, to_push

__all__ = [
    "CONTENT_TYPE",
    "EMPTY",
    "MIXED",
    "PERSONAL",
    "RELATED",
    "SMIL",
    "VERSION",
    "AcknowledgeInd",
    "After",
    "Body",
    "DeliveryInd",
    "ForwardConf",
    "ForwardReq",
    "MmsError",
    "NotificationInd",
    "NotifyRespInd",
    "Part",
    "Pdu",
    "Priority",
    "ReadOrigInd",
    "ReadRecInd",
    "ReadStatus",
    "ResponseStatus",
    "RetrieveConf",
    "RetrieveStatus",
    "SendConf",
    "SendReq",
    "Status",
    "When",
    "decode",
    "encode",
    "from_push",
    "named",
    "number_of",
    "of_number",
    "slides",
    "to_push",
]
