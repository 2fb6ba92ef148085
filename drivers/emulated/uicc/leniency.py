"""What cards make of commands that are not exact T=0, by type of card (sims.md 9): data/leniency.yaml."""

from __future__ import annotations

from functools import cache
from typing import Literal

from pydantic import BaseModel, ConfigDict

from interop.shipped import shipped

STRICT = "strict"


class Leniency(BaseModel):
    """Defaults: a card that holds to the letter of T=0 (ETSI TS 102 221 7.3.1)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    response_with_le: Literal["61xx", "data"] = "61xx"
    """to a command with data and a length behind it, `00A40004023F0000`"""
    get_response: Literal["6Cxx", "data", "nothing"] = "6Cxx"
    """to GET RESPONSE with P3=00 or too much; "nothing" is 9000 without data"""
    read_binary: Literal["6Cxx", "data", "nothing"] = "6Cxx"
    """likewise"""
    four_octets: Literal["6700", "as five", "lost"] = "6700"
    """to a command without P3; "lost": the transmission fails"""
    sim: bool = True
    """it also has the view of a SIM; else CLA A0 is 6E00"""
    mf_files_everywhere: bool = False
    """a file of the MF is found from any directory"""
    verified_query: Literal["63Cx", "9000"] = "63Cx"
    """to an empty VERIFY of a key that has been given"""
    verify: bool = True
    """VERIFY with data is implemented; else 6F00"""


@cache
def card_types() -> dict[str, Leniency]:
    """Every row, by name."""
    rows = shipped("drivers.emulated.uicc", "data", "leniency.yaml")
    return {name: Leniency.model_validate(row or {}) for name, row in rows.items()}
