"""What is wrong with our own equipment never becomes a verdict on what is paid that is not true.

Every quirk that `interop list quirks` knows is here beside a defect, so that both lies are looked for: a fail
that accuses the innocent, a pass where the defect sits. `make test` plays six at a time, one at each of six
modems; `make soak` plays each in every form, at all. A failure begins with the command that repeats it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.suites.charging.truth import Charging
from tests.suites.injected import QUIRKS, judged, variants
from tests.suites.recognition.harsh import LEAST

SAMPLE = "CMCC or (snail-1718 or hna-1700) and (hotline or 10010 or balance or received)"
DEFECTS = (
    "charging.double@segment=171",
    "charging.rate@segment=170,factor=1.5",
    "charging.not_free@operator=CTCC",
    "charging.missing@segment=1709",
    "charging.duration@operator=CUCC",
    "balance.silent@segment=170",
)
OF_MONEY = (
    # how the answers to service codes and messages come
    "line.swallowed@line=+CUSD:",
    "line.swallowed@line=+CUSD:,rate=0.3",
    "urc.twice@line=+CUSD:",
    "answer.lost@command=+CUSD,rate=0.3",
    "answer.late@command=+CUSD,by=25,rate=0.3",
    "command.refused@command=+CUSD,rate=0.3",
    "modem.crash@command=+CUSD",
    "stray.message@every=3",
    # when a call began and ended
    "answer.lost@command=H,rate=0.5",
    "answer.late@command=+CHUP,by=20,rate=0.5",
    "answer.late@command=A,by=12,rate=0.5",
    "line.swallowed@line=CONNECT",
    "line.swallowed@line=VOICE",
)
MODEMS = ("m01", "m02", "m03", "m04", "m05", "m06")
"""two that ask by SMS, one that asks by USSD, the peer of them all, and the controls"""
ALL = tuple(dict.fromkeys((*(one for name in QUIRKS for one in variants(name, LEAST)), *OF_MONEY)))


def _groups() -> list[tuple[str, ...]]:
    forms = [*(variants(name, LEAST)[-1] for name in QUIRKS), *OF_MONEY]
    rows = -(-len(forms) // len(MODEMS))
    return [tuple(forms[first::rows]) for first in range(rows)]


@pytest.mark.parametrize("quirks", _groups(), ids=" + ".join)
def test_beside_a_defect(quirks: tuple[str, ...], tmp_path: Path) -> None:
    place = _groups().index(quirks)
    modems = MODEMS[place % 6 :] + MODEMS[: place % 6]
    given = tuple(_at(quirk, modem) for quirk, modem in zip(quirks, modems, strict=False))
    injected = Charging(given, (DEFECTS[place % len(DEFECTS)],), keyword=SAMPLE)
    assert not (lies := injected.lies(injected.run(tmp_path / "run"))), "\n".join(lies)


def _at(quirk: str, modem: str) -> str:
    return f"{quirk}{',' if '@' in quirk else '@'}modem={modem}"


@pytest.mark.soak
@pytest.mark.parametrize("defect", ["", *DEFECTS])
@pytest.mark.parametrize("quirk", ALL)
def test_at_all_modems(quirk: str, defect: str, tmp_path: Path) -> None:
    injected = Charging((quirk,), (defect,) if defect else ())
    assert not (lies := injected.lies(injected.run(tmp_path / "run"))), "\n".join(lies)


HARMLESS = ("write.split", "lines.crcrlf", "cusd.form", "line.swallowed@line=+CMTI:", "urc.twice")
"""what a good driver survives"""


@pytest.mark.parametrize("quirks", [(), HARMLESS], ids=["none", "harmless"])
def test_the_sample_is_judged(quirks: tuple[str, ...], tmp_path: Path) -> None:
    assert judged(Charging(quirks, keyword=SAMPLE).run(tmp_path / "run")) == 1
