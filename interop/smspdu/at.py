"""PDU mode of AT commands (3GPP TS 27.005 3.1): hex of a service centre address and a TPDU."""

from __future__ import annotations

from binascii import unhexlify

from interop.smspdu.address import Address, decode_smsc, encode_smsc
from interop.smspdu.direction import Direction
from interop.smspdu.errors import PduError
from interop.smspdu.tpdu import Tpdu, decode


def to_cmgs(tpdu: Tpdu, smsc: Address | None = None) -> tuple[int, str]:
    """<length> and <pdu> of +CMGS, +CMGW, +CMGL, +CMGR, +CMT and +CDS.

    The length counts the octets of the TPDU alone. Without `smsc` the modem takes the one that +CSCA
    shows. Raises PduError.
    """
    octets = tpdu.encode()
    return len(octets), (encode_smsc(smsc) + octets).hex().upper()


def from_at(pdu: str, direction: Direction) -> tuple[Address | None, Tpdu]:
    """Service centre address, None if empty, and TPDU of a <pdu>, which must be hex and nothing else.

    Raises PduError; its `offset` counts octets from the start of `pdu`, SMSC included.
    """
    try:
        data = unhexlify(pdu)
    except ValueError:
        bad = next((i for i, char in enumerate(pdu) if char not in "0123456789abcdefABCDEF"), len(pdu))
        found = repr(pdu[bad]) if bad < len(pdu) else f"an odd number of digits, {len(pdu)},"
        raise PduError("PDU", f"{found} is not hex", bad // 2) from None
    smsc, at = decode_smsc(data)
    return smsc, decode(data, direction, at)
