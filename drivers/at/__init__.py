"""Modems that speak AT (V.250, 3GPP TS 27.005 and 27.007), from bytes to `protocols.Modem`."""

from drivers.at.modem import AtModem

__all__ = ["AtModem"]
