"""The emulated UICC: one card by its octets, for modems, readers, suites and vpcd."""

from drivers.emulated.uicc.card import Answer, Card
from drivers.emulated.uicc.faults import listing

__all__ = ["Answer", "Card", "listing"]
