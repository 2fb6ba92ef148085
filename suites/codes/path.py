"""What a text passes on its way from its originator to a handset, and back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from interop.lab.model import KEYBOARD, FormPart, GatewayPart, OriginatorPart
from interop.record import Blame, Layer

Source = GatewayPart | OriginatorPart

BY_MODEM: Final = "modem"
BY_US: Final = (BY_MODEM, KEYBOARD)
"""who sends is our equipment, or the engineer: how long that takes is our own affair"""


def on_path(source: Source | FormPart, suspects: Sequence[Blame]) -> tuple[Blame, ...]:
    """Another subscriber's text passes no gateway: it goes from his operator to ours."""
    if source.driver != BY_MODEM:
        return tuple(suspects)
    return tuple(
        (Layer.INTERCONNECT if layer is Layer.GATEWAY else layer, cause) for layer, cause in suspects
    )
