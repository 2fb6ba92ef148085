"""The settings that a modem forgets when it restarts: kept as they were accepted, and applied again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from drivers.at.exchange import Answer, Command
from interop.protocols.errors import DeviceLost, NotAnswering


class Ledger:
    """By name, "AT+CNMI", in the order in which they were first accepted.

    `stale`: the modem has lost them. `refused`: what it did not accept when they were last applied again.
    """

    def __init__(self) -> None:
        self.stale = False
        self.refused: list[Command] = []
        self.before_restore: Callable[[], Awaitable[None]] | None = None
        """run with the channel held before settings are re-applied (the PIN); uses `exchange`"""
        self.after_restore: Callable[[], None] | None = None
        self._accepted: dict[str, Command] = {}

    def __bool__(self) -> bool:
        return bool(self._accepted)

    def enter(self, setting: Command) -> None:
        self._accepted[setting.text.partition("=")[0]] = setting

    def value(self, name: str) -> str:
        """ "2,1,0,2,0" for AT+CNMI, "" where nothing was accepted."""
        setting = self._accepted.get(name)
        return "" if setting is None else setting.text.partition("=")[2]

    def holds(self, *settings: str) -> bool:
        """Is one of these, as "AT+CMGF=0", in force?"""
        return any(setting.text in settings for setting in self._accepted.values())

    async def restore(self, exchange: Callable[[Command], Awaitable[Answer]]) -> None:
        """Apply all of them again; a further restart in the middle begins it anew.

        Raises what `exchange` raises; the settings stay stale then, unless the link was lost.
        """
        while self.stale:
            self.stale = False
            try:
                if self.before_restore is not None:
                    await self.before_restore()
                self.refused = []
                for setting in tuple(self._accepted.values()):
                    if not (await exchange(setting)).ok:
                        self.refused.append(setting)
            except NotAnswering:
                self.stale = True
                raise
            except DeviceLost:
                if not self.stale:
                    raise
        if self.after_restore is not None:
            self.after_restore()
