"""Card readers, through a stand-in for pyscard: it has no Linux wheel, and CI has no reader."""

from __future__ import annotations

import asyncio
import sys
from types import ModuleType
from typing import Any

import pytest

from drivers.finders import readers
from drivers.finders.readers import ReaderFinder
from interop.protocols.found import FoundReader, Trouble


class NoCard(Exception):
    pass


class Reader:
    def __init__(self, name: str, atr: list[int] | Exception) -> None:
        self._name, self._atr = name, atr

    def __str__(self) -> str:
        return self._name

    def createConnection(self) -> Reader:  # noqa: N802
        return self

    def connect(self) -> None:
        if isinstance(self._atr, Exception):
            raise self._atr

    def getATR(self) -> Any:  # noqa: N802
        return self._atr

    def disconnect(self) -> None: ...


def find(*places: str) -> list[FoundReader]:
    return asyncio.run(ReaderFinder().find(places, lambda _text: None))


@pytest.fixture
def pyscard(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    system, exceptions = ModuleType("smartcard.System"), ModuleType("smartcard.Exceptions")
    exceptions.NoCardException = NoCard  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "smartcard", ModuleType("smartcard"))
    monkeypatch.setitem(sys.modules, "smartcard.scard", ModuleType("smartcard.scard"))
    monkeypatch.setitem(sys.modules, "smartcard.System", system)
    monkeypatch.setitem(sys.modules, "smartcard.Exceptions", exceptions)
    return system


def test_cards_and_no_cards(pyscard: ModuleType) -> None:
    plugged = [Reader("A", [0x3B, 0x9F]), Reader("B", NoCard()), Reader("C", RuntimeError("unresponsive"))]
    pyscard.readers = lambda: plugged  # type: ignore[attr-defined]
    card, empty, mute = find()
    assert card == FoundReader("A", "3B9F")
    assert [problem.trouble for problem in empty.problems] == [Trouble.CARD_MISSING]
    assert [problem.trouble for problem in mute.problems] == [Trouble.CARD_MUTE]
    assert find("/dev/ttyUSB0") == []


def test_a_reader_without_its_service(pyscard: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> None:
        raise RuntimeError("Failed to establish context: Service not available.")

    pyscard.readers = refuse  # type: ignore[attr-defined]
    assert find() == []  # nothing plugged in: nothing to complain of
    monkeypatch.setattr(readers, "usb_readers", lambda: ["ACR39U"])
    [found] = find()
    assert found.problems[0].trouble is Trouble.READER_WITHOUT_SERVICE
    assert "pcscd" in found.problems[0].advice


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
    monkeypatch.setitem(sys.modules, "smartcard.System", None)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr("ctypes.util.find_library", lambda _name: library)
    monkeypatch.setattr("importlib.import_module", load)
    monkeypatch.setattr(readers, "usb_readers", lambda: ["ACR39U"])
    [found] = find()
    assert found.problems[0].trouble is Trouble.READER_WITHOUT_LIBRARY
    assert found.problems[0].advice.startswith(advice)
    assert tried == ([] if library is None else ["smartcard.scard"])


def test_pyscard_that_cannot_be_loaded(pyscard: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard.System", None)
    monkeypatch.setattr(readers, "usb_readers", lambda: ["ACR39U"])
    [found] = find()
    assert found.problems[0].trouble is Trouble.READER_WITHOUT_LIBRARY
