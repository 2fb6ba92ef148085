"""What clean-ups could not put back, a call forwarding above all: tried again before its SIM is judged."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Final

from interop.protocols.errors import DeviceLost, EquipmentError
from interop.protocols.modem import Health
from interop.record import InconcReason

_WITHIN_S: Final = 65.0
"""more than the longest command takes (`drivers.at.services`)"""
_TRIES: Final = 15
_AGAIN_S: Final = 3.0


@dataclass(frozen=True, eq=False)
class _Debt:
    device: str
    case: str
    step: Callable[[], Awaitable[None]]


class Debts:
    """Of one run; in the order in which they were made."""

    def __init__(self) -> None:
        self._open: list[_Debt] = []

    def owe(self, device: str, case: str, step: Callable[[], Awaitable[None]]) -> None:
        self._open.append(_Debt(device, case, step))

    async def settle(self, devices: Collection[str]) -> Health:
        """Pay for these devices, up to the first trouble."""
        for debt in [one for one in self._open if one.device in devices]:
            try:
                async with asyncio.timeout(_WITHIN_S):
                    await debt.step()
            except (EquipmentError, TimeoutError) as error:
                reason = error.reason if isinstance(error, DeviceLost) else InconcReason.MODEM
                return Health(reason, f"left by {debt.case}: {str(error) or 'no answer'}")
            self._open.remove(debt)
        return Health(None)

    async def settle_all(self) -> list[str]:
        """At the end of a run, with some patience; what stays as it is, in words."""
        left = []
        for device in dict.fromkeys(debt.device for debt in self._open):
            for _ in range(_TRIES):
                health = await self.settle([device])
                if health.trouble is None:
                    break
                await asyncio.sleep(_AGAIN_S)
            else:
                left.append(health.detail)
        return left
