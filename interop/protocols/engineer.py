"""The engineer at the keyboard: asked to do what no driver can (a web console, a counter in a branch)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Protocol


class Engineer(Protocol):
    """Whoever sits at the terminal that a command was started from."""

    @property
    def present(self) -> bool:
        """Whether there is a terminal to ask at. False in CI, in a pipe, and once the terminal is gone."""

    async def ask(self, question: str, answers: Mapping[str, str], *, within: float) -> str | None:
        """Put one question; returns a key of `answers` (key -> what it means).

        None when nobody answered within that many seconds of being shown the question, or there is no
        terminal. One question stands at a time; others wait for it, and their time has not begun.
        """


class Nobody:
    """Implements `Engineer` where there is no terminal."""

    @property
    def present(self) -> bool:
        return False

    async def ask(self, question: str, answers: Mapping[str, str], *, within: float) -> str | None:
        return None


NOBODY: Final = Nobody()
