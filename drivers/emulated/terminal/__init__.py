"""The emulated modem: V.250, 27.005 and 27.007 over any bearer, four vendors' ways as data."""

from drivers.emulated.terminal.modem import EmulatedModem
from drivers.emulated.terminal.profile import profile

__all__ = ["EmulatedModem", "profile"]
