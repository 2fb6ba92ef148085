"""A stand-in for pyscard's lowest module, at its API: result codes first, then what a call gives."""

from __future__ import annotations

import ctypes.util
import sys
import threading
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

OK = 0
NO_READERS = 0x8010002E
UNKNOWN_READER = 0x80100009
NO_SMARTCARD = 0x8010000C
TIMEOUT = 0x8010000A
EMPTY, PRESENT, MUTE, UNKNOWN, CHANGED = 0x10, 0x20, 0x200, 0x04, 0x02
GENEROUS_S = 60.0


class Scard(ModuleType):
    """`moves`: what happens to a reader while somebody waits, one after another: its ATR, b"" when it is
    emptied, None when a card is put in that does not answer, "away" when the reader is unplugged.

    `readers`: ATR by name, b"" without a card. `fail`: codes that the next calls of a function give, the
    last one for ever. `answers`: what the card says, in order (else 9000). `hang`: functions that do not
    return before `go` is set. `called`: what was called, `sent`: APDUs; `waited` is set when one hangs.
    """

    SCARD_SCOPE_USER, SCARD_STATE_UNAWARE = 0, 0
    SCARD_SHARE_EXCLUSIVE, SCARD_SHARE_SHARED = 1, 2
    SCARD_PROTOCOL_T0, SCARD_PCI_T0 = 1, 17
    SCARD_LEAVE_CARD, SCARD_RESET_CARD, SCARD_UNPOWER_CARD = 0, 1, 2

    def __init__(self) -> None:
        super().__init__("smartcard.scard")
        self.readers: dict[str, bytes] = {"Reader A": b"\x3b\x9f", "Reader B": b""}
        self.fail: dict[str, list[int]] = {}
        self.answers: list[list[int]] = []
        self.moves: list[bytes | str | None] = []
        self.flags: dict[str, int] = {}
        self.changes: dict[str, int] = {}
        self.hang: set[str] = set()
        self.go, self.waited, self.released = threading.Event(), threading.Event(), threading.Event()
        self.called: list[tuple[Any, ...]] = []
        self.sent: list[str] = []

    def _code(self, function: str, *arguments: Any) -> int:
        self.called.append((function, *arguments))
        if function in self.hang:
            self.waited.set()
            self.go.wait(GENEROUS_S)
        codes = self.fail.get(function, [OK])
        return codes.pop(0) if len(codes) > 1 else codes[0]

    def times(self, function: str) -> int:
        return sum(call[0] == function for call in self.called)

    def SCardEstablishContext(self, scope: int) -> tuple[int, int]:  # noqa: N802
        return self._code("establish", scope), 4711

    def SCardReleaseContext(self, context: int) -> int:  # noqa: N802
        assert context == 4711
        code = self._code("release")
        self.released.set()
        return code

    def SCardListReaders(self, context: int, groups: list[str]) -> tuple[int, list[str]]:  # noqa: N802
        assert context == 4711 and groups == []
        return self._code("list") or (OK if self.readers else NO_READERS), list(self.readers)

    def SCardGetStatusChange(  # noqa: N802
        self, context: int, timeout: int, states: list[tuple[str, int]]
    ) -> tuple[int, list[tuple[str, int, list[int]]]]:
        """As pcscd does it: at once where the state or the number of changes is another one."""
        assert context == 4711
        code = self._code("status change")
        [(name, known), *others] = states
        if timeout and not code:
            assert not others
            if known & ~CHANGED == self._state(name):
                if not self.moves:
                    return TIMEOUT, [(name, self._state(name), list(self.readers[name]))]
                self._move(name, self.moves.pop(0))
        return code, [(name, self._state(name) | CHANGED, list(self.readers[name])) for name, _ in states]

    def _state(self, name: str) -> int:
        flags = self.flags.get(name, PRESENT if self.readers[name] else EMPTY)
        return flags | self.changes.get(name, 0) << 16

    def _move(self, name: str, move: bytes | str | None) -> None:
        self.readers[name] = move if isinstance(move, bytes) else b""
        self.changes[name] = self.changes.get(name, 0) + 1
        self.flags.pop(name, None)
        if not isinstance(move, bytes):
            self.flags[name] = UNKNOWN if move else PRESENT | MUTE

    def SCardConnect(self, context: int, name: str, mode: int, protocol: int) -> tuple[int, int, int]:  # noqa: N802
        assert context == 4711
        code = self._code("connect", name, mode, protocol)
        atr = self.readers.get(name)
        return code or (UNKNOWN_READER if atr is None else OK if atr else NO_SMARTCARD), 42, 1

    def SCardReconnect(self, card: int, mode: int, protocol: int, how: int) -> tuple[int, int]:  # noqa: N802
        assert card == 42
        return self._code("reconnect", mode, protocol, how), 1

    def SCardStatus(self, card: int) -> tuple[int, str, int, int, list[int]]:  # noqa: N802
        assert card == 42
        return self._code("status"), "Reader A", 52, 1, list(self.readers["Reader A"])

    def SCardTransmit(self, card: int, header: int, apdu: list[int]) -> tuple[int, list[int]]:  # noqa: N802
        assert card == 42 and header == self.SCARD_PCI_T0
        self.sent.append(bytes(apdu).hex().upper())
        code = self._code("transmit")
        return code, [] if code else self.answers.pop(0) if self.answers else [0x90, 0x00]

    def SCardDisconnect(self, card: int, leaving: int) -> int:  # noqa: N802
        assert card == 42
        return self._code("disconnect", leaving)


@pytest.fixture
def scard(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scard]:
    fake = Scard()
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: f"lib{name}.so.1")
    monkeypatch.setitem(sys.modules, "smartcard", ModuleType("smartcard"))
    monkeypatch.setitem(sys.modules, "smartcard.scard", fake)
    yield fake
    fake.go.set()
