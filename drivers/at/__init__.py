"""Modems that speak AT (V.250, 3GPP TS 27.005 and 27.007), from bytes to `protocols.Modem`.

The driver is imported when it is asked for: `interop --help` reads the help of `drivers.handwork` only.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from drivers.at.modem import AtModem

__all__ = ["AtModem"]


def __getattr__(name: str) -> Any:
    if name == "AtModem":
        from drivers.at.modem import AtModem

        return AtModem
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
