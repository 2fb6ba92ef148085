"""Whatever is typed, the modem answers and goes on: every command of every profile with odd values."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TYPE_CHECKING

import pytest

from drivers.emulated.terminal.commands import table

if TYPE_CHECKING:
    from tests.drivers.emulated.terminal.conftest import Desk

OnDesk = Callable[..., None]
ODD = (
    "", "0", "1", "2", "3", "4", "5", "7", "9", "99", "255", "256", "70000", "-1", "x", '"', '""', '"SC"',
    '"SM"', '"ME"', '"UCS2"', '"HEX"', '"GSM"', '"00410"', '"zz"', "00A4000C023F00", '"A0B2010426"', "{5,1}",
    "1e3", "\xff\xfe", "\u00b2", '"+8613800138000"', '"ALL"', "176", "192", "220", "28486", "12258", "28480",
    "a,b", '"RAM:a"', '"PIC"', '"TITLE"', '"mmsc"', '"sendparam"', "5000", '"TCP"', '"http://a/"',
)  # fmt: skip
UPLOADS = ("+QFUPL=", "+QFWRITE=", "+QISEND=", "+CMMSDOWN=")
"""which may ask for octets, and wait for them as long as they were told"""


@pytest.mark.parametrize("profile", ["generic", "huawei", "quectel", "simcom", "sim800"])
@pytest.mark.parametrize("seed", range(3))
def test_odd_values(on_desk: OnDesk, profile: str, seed: int) -> None:
    async def scenario(desk: Desk) -> None:
        random = Random(f"{profile}/{seed}")
        for key in sorted(table(profile)):
            if key in ("+CFUN=", "&W"):
                continue
            values = ",".join(random.choice(ODD) for _ in range(random.randrange(1, 6)))
            line = f"AT{key}{values if key[-1] == '=' or key in ('D', 'E', 'V', 'Q', 'X', 'I') else ''}"
            if key in ("S=", "S?"):
                line = f"ATS{random.choice(ODD)}{key[-1]}{random.choice(ODD)}"
            desk.modem.received(line.encode("latin-1", "replace") + b"\r")
            await desk.later(7)
            desk.modem.received(random.choice(ODD).encode("latin-1", "replace") + b"\x1a\r\x1b")
            await desk.later(70_000 if key in UPLOADS else 2)
            desk.modem.received(b"ATQ0V1E0\r")
            await desk.later()
            assert await desk.at("AT") == b"\r\nOK\r\n", f"after {line!r}"

    on_desk(scenario, profile=profile)
