"""PC/SC as pyscard's lowest module has it: result codes, and no objects that close themselves when freed.

Everything here blocks, and may do so for ever (sims.md 3 and 7): it belongs into a thread of its own. The
classes above `smartcard.scard` disconnect in `__del__`, in whatever thread that runs, and with a hung reader
that thread would hang, too.
"""

from __future__ import annotations

import ctypes.util
import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from interop.protocols.card import Reader
from interop.protocols.errors import NotAvailable

SERVICE: Final = "PC/SC"

OK: Final = 0x00000000
# pcsclite's pcsclite.h; Windows has the same
NO_READERS: Final = 0x8010002E
UNKNOWN_READER: Final = 0x80100009
SHARING_VIOLATION: Final = 0x8010000B
NOT_TRANSACTED: Final = 0x80100016
TIMEOUT: Final = 0x8010000A

# States of a reader, below the number of its changes, which are the upper 16 bits (pcsclite's winscard)
_CHANGED: Final = 0x0002
_UNKNOWN: Final = 0x0004
_EMPTY: Final = 0x0010
_PRESENT: Final = 0x0020
_MUTE: Final = 0x0200
_CHANGES: Final = 16


class Failed(Exception):
    """A call of PC/SC that ended with `code`, 32 bits."""

    def __init__(self, code: int) -> None:
        super().__init__(f"0x{code & 0xFFFFFFFF:08X}")
        self.code = code & 0xFFFFFFFF


def pyscard() -> Any:
    """Its module `smartcard.scard`. Raises NotAvailable with what to install.

    The library is looked for first: without it, importing pyscard prints to stdout.
    """
    if loaded := sys.modules.get("smartcard.scard"):
        return loaded
    if sys.platform == "linux" and ctypes.util.find_library("pcsclite") is None:
        raise NotAvailable(SERVICE, "libpcsclite is not installed: sudo apt install pcscd libpcsclite1")
    try:
        return importlib.import_module("smartcard.scard")
    except ModuleNotFoundError as error:
        if error.name == "smartcard":
            install = 'pipx inject interop-lab "pyscard" (needs gcc and the package libpcsclite-dev)'
            raise NotAvailable(SERVICE, f"pyscard is not installed: {install}") from None
        what = "the package `smartcard` hides pyscard: uninstall both, then install pyscard again"
        raise NotAvailable(SERVICE, what) from None
    except ImportError as error:
        raise NotAvailable(SERVICE, f"pyscard cannot be loaded ({error}): install it again") from None


def listed() -> list[Reader]:
    """All readers and the ATRs of their cards; no card is disturbed. Raises NotAvailable, Failed."""
    with _context() as (scard, context):
        code, names = scard.SCardListReaders(context, [])
        if code & 0xFFFFFFFF == NO_READERS:
            return []
        names = _checked((code, names))
        asked = [(name, scard.SCARD_STATE_UNAWARE) for name in names]
        states = _checked(scard.SCardGetStatusChange(context, 0, asked))
        return [_reader(state) for state in states]


def state_of(seen: Reader) -> int:
    """What `changed` is told first: whether a card was there, and the number of changes."""
    return (_PRESENT if seen.atr or seen.mute else _EMPTY) | seen.changes << _CHANGES


def changed(name: str, state: int, within: float) -> tuple[Reader, int]:
    """Blocks until the reader's state is another one, at most `within` seconds; and the state as it is then.
    Raises NotAvailable, Failed.
    """
    with _context() as (scard, context):
        answer = scard.SCardGetStatusChange(context, round(1000 * within), [(name, state)])
        if answer[0] & 0xFFFFFFFF == TIMEOUT:  # the state is told all the same
            answer = (OK, answer[1])
        [now] = _checked(answer)
        if now[1] & _UNKNOWN:
            raise Failed(UNKNOWN_READER)
        return _reader(now), now[1] & 0xFFFFFFFF & ~_CHANGED


@contextmanager
def _context() -> Iterator[tuple[Any, Any]]:
    """pyscard, and a context of pcscd's for one question. Raises NotAvailable, Failed."""
    scard = pyscard()
    context = _checked(scard.SCardEstablishContext(scard.SCARD_SCOPE_USER))
    try:
        yield scard, context
    finally:
        scard.SCardReleaseContext(context)


def _reader(state: tuple[str, int, list[int]]) -> Reader:
    name, flags, atr = state
    return Reader(name, bytes(atr), (flags & 0xFFFFFFFF) >> _CHANGES, mute=bool(flags & _MUTE))


class Connection:
    """One card in one reader. `exclusive`: nobody else may connect meanwhile."""

    def __init__(self, reader: str, *, exclusive: bool) -> None:
        self._reader = reader
        self._exclusive = exclusive
        self._context: Any = None
        self._card: Any = None
        self._scard: Any = None

    def connect(self) -> bytes:
        """The ATR. Raises NotAvailable, Failed."""
        scard = self._scard = pyscard()
        if self._context is None:
            self._context = _checked(scard.SCardEstablishContext(scard.SCARD_SCOPE_USER))
        code, card, _ = scard.SCardConnect(self._context, self._reader, self._mode, scard.SCARD_PROTOCOL_T0)
        self._card = _checked((code, card))
        return self._atr()

    def transmit(self, tpdu: bytes) -> bytes:
        """Answer and status word, which are missing if the card was pulled meanwhile. Raises Failed."""
        answer = self._scard.SCardTransmit(self._card, self._scard.SCARD_PCI_T0, list(tpdu))
        return bytes(octet & 0xFF for octet in _checked(answer))

    def reset(self) -> bytes:
        """A warm reset; the ATR. Raises Failed."""
        scard = self._scard
        _checked(
            scard.SCardReconnect(self._card, self._mode, scard.SCARD_PROTOCOL_T0, scard.SCARD_RESET_CARD)
        )
        return self._atr()

    def close(self) -> None:
        """A card that we had alone loses its power, and with it what was verified."""
        scard = self._scard
        if self._card is not None:
            leaving = scard.SCARD_UNPOWER_CARD if self._exclusive else scard.SCARD_LEAVE_CARD
            scard.SCardDisconnect(self._card, leaving)
        if self._context is not None:
            scard.SCardReleaseContext(self._context)
        self._card = self._context = None

    @property
    def _mode(self) -> int:
        scard = self._scard
        return int(scard.SCARD_SHARE_EXCLUSIVE if self._exclusive else scard.SCARD_SHARE_SHARED)

    def _atr(self) -> bytes:
        code, _, _, _, atr = self._scard.SCardStatus(self._card)
        return bytes(_checked((code, atr)))


def _checked(answer: tuple[Any, ...]) -> Any:
    """What follows the result code. Raises Failed."""
    code, value = answer[:2]
    if code & 0xFFFFFFFF != OK:
        raise Failed(code)
    return value
