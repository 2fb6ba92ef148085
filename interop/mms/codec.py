"""PDUs to octets and back (OMA-TS-MMS_ENC-V1_3 7, WAP-230-WSP 8.4)."""

from __future__ import annotations

from typing import Final

from interop.mms.pdus import Pdu

CONTENT_TYPE: Final = "application/vnd.wap.mms-message"


def encode(pdu: Pdu) -> bytes:
    """Message-Type, Transaction-Id and MMS-Version first, Content-Type and the body last. Raises MmsError."""
    raise NotImplementedError


def decode(data: bytes) -> Pdu:
    """Raises MmsError, whatever the octets are. Header fields that no PDU of ours has are passed over."""
    raise NotImplementedError
