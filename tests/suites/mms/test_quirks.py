"""What is wrong with our own equipment never becomes a verdict on multimedia messages that is not true.

Every quirk that `interop list quirks` knows is here beside a defect, so that both lies are looked for: a fail
that accuses the innocent, a pass where the defect sits. `make test` plays four at a time, one at each of four
modems; `make soak` plays each in every form, at all. A failure begins with the command that repeats it.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.suites.injected import QUIRKS, variants
from tests.suites.mms.harsh import LEAST
from tests.suites.mms.truth import Multimedia

SAMPLE = "latin and (MVNO or 1709 and CUCC) or chinese and MVNO and 1718"
DEFECTS = (
    "mms.part_lost@segment=1709",
    "mms.dropped@segment=171",
    "mms.duplicated@segment=1709",
    "mms.fetch_refused@segment=170",
    "mms.subject@segment=171",
    "mms.refused@segment=1709,status=132",
    "mms.as_link@mvno=海航通信",
)
MODEMS = ("m01", "m02", "m03", "m05")
"""the sockets of a Quectel, twice; a SIMCom's own client; this machine over the modem's data connection"""
ALL = tuple(quirk for name in QUIRKS for quirk in variants(name, LEAST))


def _groups() -> list[tuple[str, ...]]:
    """Four quirks each, the one at each modem once in a while another one."""
    forms = [variants(name, LEAST)[-1] for name in QUIRKS]
    return [tuple(forms[first :: (len(forms) + 3) // 4][:4]) for first in range((len(forms) + 3) // 4)]


@pytest.mark.parametrize("quirks", _groups(), ids=" + ".join)
def test_beside_a_defect(quirks: tuple[str, ...], tmp_path: Path) -> None:
    place = _groups().index(quirks)
    modems = MODEMS[place % 4 :] + MODEMS[: place % 4]
    given = tuple(_at(quirk, modem) for quirk, modem in zip(quirks, modems, strict=False))
    injected = Multimedia(given, (DEFECTS[place % len(DEFECTS)],), keyword=SAMPLE)
    assert not (lies := injected.lies(injected.run(tmp_path / "run"))), "\n".join(lies)


def _at(quirk: str, modem: str) -> str:
    return f"{quirk}{',' if '@' in quirk else '@'}modem={modem}"


@pytest.mark.soak
@pytest.mark.parametrize("defect", ["", *DEFECTS[1:3]])
@pytest.mark.parametrize("quirk", ALL)
def test_at_all_modems(quirk: str, defect: str, tmp_path: Path) -> None:
    injected = Multimedia((quirk,), (defect,) if defect else (), keyword="MVNO and not large or latin")
    injected.is_true_and_judged(tmp_path, LEAST.get(quirk, 0.3))


def test_every_form_is_of_a_quirk() -> None:
    assert set(LEAST) <= set(ALL)
