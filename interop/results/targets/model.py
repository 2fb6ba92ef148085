"""The schema of a targets file."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Limit(_Strict):
    """`share` (0..1) of the attempts are done within `within_s` seconds; 1 is every one."""

    share: Annotated[float, Field(gt=0, le=1)]
    within_s: Annotated[float, Field(gt=0)]


class Targets(_Strict):
    """`ratios`: KPI -> the share (0..1) that may fail; `times`: KPI -> its limits, all of which hold.

    The KPIs are the keys of `interop.results.kpi`; `source` says whose targets these are.
    """

    name: Annotated[str, Field(min_length=1)]
    source: str = ""
    ratios: dict[str, Annotated[float, Field(ge=0, le=1)]] = {}
    times: dict[str, tuple[Limit, ...]] = {}
