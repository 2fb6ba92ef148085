"""Odd forms of single answers, read by the driver as the plain form is (modems.md 4.2)."""

from __future__ import annotations

from pathlib import Path

import pytest

from interop.engine.clock import run_virtual
from tests.drivers.at.test_with_emulated import Two

FORMS = ("packed", "ucs2", "ascii", "unquoted", "cut")


def _heard(code: str, tmp_path: Path, *quirks: str) -> str | None:
    async def main() -> str | None:
        first, _ = await Two("generic", *quirks, seed=3, scratch=tmp_path).open()
        return await first.ussd(code)

    return run_virtual(main())


@pytest.mark.parametrize("form", FORMS)
def test_ussd(form: str, tmp_path: Path) -> None:
    plain = _heard("*100#", tmp_path)
    assert plain and _heard("*100#", tmp_path, f"cusd.form@form={form}") == plain


def test_the_service_centre(tmp_path: Path) -> None:
    async def main() -> str:
        first, _ = await Two("generic", "centre.hex", seed=3, scratch=tmp_path).open()
        return await first.service_centre()

    assert run_virtual(main()) == "+8613010112500"


@pytest.mark.parametrize(
    "quirk", ["prefix.missing", "final.first@command=+CSQ", "final.missing@command=+CSQ"]
)
def test_the_signal(quirk: str, tmp_path: Path) -> None:
    async def main() -> int | None:
        first, _ = await Two("generic", quirk, seed=3, scratch=tmp_path).open()
        return await first.signal_dbm()

    assert run_virtual(main()) == -69
