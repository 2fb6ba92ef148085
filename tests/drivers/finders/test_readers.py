"""Card readers, through a stand-in for pyscard's lowest module: CI has no reader. With a real pcscd:
tests/drivers/card/test_pcscd.py.
"""

from __future__ import annotations

import asyncio
import sys
from types import ModuleType

import pytest

from drivers.finders import readers
from drivers.finders.readers import ReaderFinder
from interop.protocols.found import FoundReader, Trouble

EMPTY, PRESENT, MUTE = 0x0012, 0x0122, 0x0222
"""SCARD_STATE_*: CHANGED with EMPTY; with PRESENT and INUSE; with PRESENT and MUTE (pcsclite.h)"""
NO_SERVICE = 0x8010001D


class Scard(ModuleType):
    """`states`: of its readers, by name. Nothing that connects to a card is here."""

    SCARD_SCOPE_USER, SCARD_STATE_UNAWARE = 2, 0

    def __init__(self) -> None:
        super().__init__("smartcard.scard")
        self.states: dict[str, tuple[int, list[int]]] = {}
        self.code = 0

    def SCardEstablishContext(self, scope: int) -> tuple[int, int]:  # noqa: N802
        return self.code, 1

    def SCardReleaseContext(self, context: int) -> int:  # noqa: N802
        return 0

    def SCardListReaders(self, context: int, groups: list[str]) -> tuple[int, list[str]]:  # noqa: N802
        return 0, list(self.states)

    def SCardGetStatusChange(  # noqa: N802
        self, context: int, timeout: int, asked: list[tuple[str, int]]
    ) -> tuple[int, list[tuple[str, int, list[int]]]]:
        return 0, [(name, *self.states[name]) for name, _ in asked]


def find(*places: str) -> list[FoundReader]:
    return asyncio.run(ReaderFinder().find(places, lambda _text: None))


@pytest.fixture
def scard(monkeypatch: pytest.MonkeyPatch) -> Scard:
    fake = Scard()
    monkeypatch.setitem(sys.modules, "smartcard", ModuleType("smartcard"))
    monkeypatch.setitem(sys.modules, "smartcard.scard", fake)
    return fake


def test_cards_and_no_cards(scard: Scard) -> None:
    scard.states = {"A": (PRESENT, [0x3B, 0x9F]), "B": (EMPTY, []), "C": (MUTE, [])}
    card, empty, mute = find()
    assert card == FoundReader("A", "3B9F")
    assert [problem.trouble for problem in empty.problems] == [Trouble.CARD_MISSING]
    assert [problem.trouble for problem in mute.problems] == [Trouble.CARD_MUTE]
    assert find("/dev/ttyUSB0") == []


def test_a_reader_without_its_service(scard: Scard, monkeypatch: pytest.MonkeyPatch) -> None:
    scard.code = NO_SERVICE
    assert find() == []  # nothing plugged in: nothing to complain of
    monkeypatch.setattr(readers, "usb_readers", lambda: ["ACR39U"])
    [found] = find()
    assert found.name == "ACR39U"
    assert found.problems[0].trouble is Trouble.READER_WITHOUT_SERVICE
    assert "systemctl start pcscd.socket" in found.problems[0].advice


@pytest.mark.parametrize(
    ("library", "advice"), [(None, "libpcsclite is not installed"), ("libpcsclite.so.1", "pyscard is not")]
)
def test_a_reader_without_its_library(
    monkeypatch: pytest.MonkeyPatch, library: str | None, advice: str
) -> None:
    """pyscard without libpcsclite prints to stdout when it is imported: the library is looked for first."""
    tried: list[str] = []

    def load(name: str) -> ModuleType:
        tried.append(name)
        raise ModuleNotFoundError(f"No module named {name!r}", name="smartcard")

    monkeypatch.delitem(sys.modules, "smartcard.scard", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: library)
    monkeypatch.setattr("importlib.import_module", load)
    monkeypatch.setattr(readers, "usb_readers", lambda: ["ACR39U"])
    [found] = find()
    assert found.problems[0].trouble is Trouble.READER_WITHOUT_LIBRARY
    assert found.problems[0].advice.startswith(advice)
    assert tried == ([] if library is None else ["smartcard.scard"])


def test_pyscard_that_cannot_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(name: str) -> ModuleType:
        raise ImportError("undefined symbol: SCardFoo")

    monkeypatch.delitem(sys.modules, "smartcard.scard", raising=False)
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: "libpcsclite.so.1")
    monkeypatch.setattr("importlib.import_module", load)
    monkeypatch.setattr(readers, "usb_readers", lambda: ["ACR39U"])
    [found] = find()
    assert found.problems[0].trouble is Trouble.READER_WITHOUT_LIBRARY
    assert "undefined symbol" in found.problems[0].advice
