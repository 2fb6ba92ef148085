"""The schema of a release list."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from interop.results.targets import Limit

_Text = Annotated[str, Field(min_length=1)]
_Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]

Peers = Literal["same", "others", "each", "any"]
"""Which far ends a service has to be tried with: the number's own base operator; the other two; each of CMCC,
CUCC, CTCC and another virtual operator; whatever the lab has (originators, sites, nobody).
"""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Item(_Strict):
    """One thing to be known before numbers are released, judged in one of four ways.

    `works`: the last attempt that counts of each of its cases passed. `at_most`: so large a share (0..1) of
    the attempts may fail. `mean_s` and `within`: how long the time KPI may take. `no_case`: why no case
    answers it; it stands on the board and blocks nothing.

    `kpi`: of `interop.results.kpi`; with `works` or `at_most` only the checks of that ratio count, else an
    attempt fails as a whole. `arrived`: what never came counts in another item, not here.
    """

    id: _Name
    title: _Text
    area: _Text
    source: str = ""
    services: tuple[_Name, ...] = ()
    peers: Peers = "any"
    kpi: str | None = None
    works: bool = False
    at_most: Annotated[float, Field(ge=0, le=1)] | None = None
    mean_s: Annotated[float, Field(gt=0)] | None = None
    within: tuple[Limit, ...] = ()
    arrived: bool = False
    no_case: str = ""

    @property
    def timed(self) -> bool:
        return self.mean_s is not None or bool(self.within)

    @property
    def ways(self) -> tuple[str, ...]:
        """The keys that say how it is judged: one of them, in a list that was read without a mistake."""
        told = {
            "works": self.works,
            "at_most": self.at_most is not None,
            "mean_s and within": self.timed,
            "no_case": bool(self.no_case),
        }
        return tuple(name for name, given in told.items() if given)

    @property
    def wanted(self) -> str:
        """In words: "each case works", "at most 10 % fail", "mean at most 10.3 s, 100 % within 19 s"."""
        if self.no_case:
            return ""
        if self.at_most is not None:
            return f"at most {100 * self.at_most:g} % fail"
        if not self.timed:
            return "each case works"
        mean = [] if self.mean_s is None else [f"mean at most {self.mean_s:g} s"]
        limits = [f"{100 * limit.share:g} % within {limit.within_s:g} s" for limit in self.within]
        return ", ".join(mean + limits)


class ReleaseList(_Strict):
    """`items` in the order of the board."""

    name: _Text
    source: str = ""
    items: tuple[Item, ...]
