r"""Where files stand, as paths from the MF; applications by their AIDs (ETSI TS 102 221 8.4).

>>> parse("3F00/7FFF/6F07")
(b'\xa0\x00\x00\x00\x87\x10\x02', [32767, 28423])
"""

from __future__ import annotations

from typing import Final

from interop.uicc.applications import ISIM_AID, USIM_AID

MF: Final = "3F00"
EF_DIR: Final = "3F00/2F00"
EF_ICCID: Final = "3F00/2FE2"
ADF_USIM: Final = "3F00/7FFF"
ADF_ISIM: Final = "3F00/ADF.ISIM"
DF_GSM: Final = "3F00/7F20"

MF_ID: Final = 0x3F00
CURRENT: Final = 0x7FFF
"""stands for the application that is open (102 221 8.4.1)"""

BEGINNINGS: Final = {"7FFF": USIM_AID, "ADF.USIM": USIM_AID, "ADF.ISIM": ISIM_AID}
"""applications as paths name them, and how their AIDs begin; the rest is the card's. Any other application
goes by its whole AID, 5 to 16 octets in hex"""


def parse(path: str) -> tuple[bytes, list[int]]:
    """How the AID begins of the application that `path` leads through, b"" for none, and the identifiers
    behind the MF, that of an application being 7FFF. Raises ValueError.
    """
    first, *names = path.split("/")
    application = (BEGINNINGS.get(names[0]) or _aid(names[0])) if names else b""
    try:
        steps = [int(name, 16) for name in (names[1:] if application else names)]
    except ValueError:
        steps = [-1]
    if first != MF or not all(0 <= step <= 0xFFFF and step not in (MF_ID, CURRENT) for step in steps):
        raise ValueError(f"{path!r} is no path from the MF, such as 3F00/7FFF/6F07")
    return application, [CURRENT, *steps] if application else steps


def canonical(path: str) -> str:
    """The one way to write it, by which files are compared: capitals, four digits an identifier, 7FFF for the
    USIM. Raises ValueError.

    >>> canonical("3f00/ADF.USIM/6f07")
    '3F00/7FFF/6F07'
    """
    application, steps = parse(path.upper())
    names = [f"{step:04X}" for step in steps]
    if application and application != USIM_AID:
        names[0] = "ADF.ISIM" if application == ISIM_AID else application.hex().upper()
    return "/".join((MF, *names))


def directories(path: str) -> list[str]:
    """Those in which it stands, the nearest first, the MF last.

    >>> directories("3F00/7FFF/5FC0/4F01")
    ['3F00/7FFF/5FC0', '3F00/7FFF', '3F00']
    """
    steps = path.split("/")
    return ["/".join(steps[:count]) for count in range(len(steps) - 1, 0, -1)]


def _aid(name: str) -> bytes:
    try:
        return bytes.fromhex(name) if 10 <= len(name) <= 32 else b""
    except ValueError:
        return b""
