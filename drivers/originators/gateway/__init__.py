"""Gateways of operators as senders of texts: SMPP 3.4, CMPP 2.0 and 3.0, SGIP 1.2, SMGP 3.0 in one client.

What each protocol says is `interop.gateway`'s; here are streams, deadlines and what is done when they break.
"""

from drivers.originators.gateway.client import GatewayClient

__all__ = ["GatewayClient"]
