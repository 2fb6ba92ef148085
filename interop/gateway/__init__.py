"""PDUs of short message gateways: SMPP 3.4, CMPP 2.0 and 3.0, SGIP 1.2, SMGP 3.0. Sans-I/O, for both sides.

>>> from interop.gateway import Frame, cmpp
>>> cmpp.CMPP.encode(Frame(cmpp.ActiveTest(), 7), 3).hex()
'0000000c0000000800000007'

Octets that are no PDU and values that none can carry raise `GatewayError`, and nothing else.
"""

from interop.gateway import cmpp, sgip, smgp, smpp
from interop.gateway.frame import RESPONSE, Dialect, Frame, Frames, Unknown
from interop.gateway.wire import GatewayError

__all__ = [
    "RESPONSE",
    "Dialect",
    "Frame",
    "Frames",
    "GatewayError",
    "Unknown",
    "cmpp",
    "sgip",
    "smgp",
    "smpp",
]
