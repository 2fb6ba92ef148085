"""The tables that a package ships as YAML."""

from __future__ import annotations

from importlib import resources
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml, ten times as fast, is in every wheel of PyYAML, but not in each build of one's own. What people
write themselves is read with the other one, which takes more and says better what is wrong."""


def shipped(package: str, *place: str) -> Any:
    """What stands in a file of a package, by its path below it.

    >>> shipped("drivers.emulated.terminal", "data", "codes.yaml")["cme"][10]
    'SIM not inserted'
    """
    text = resources.files(package).joinpath(*place).read_text(encoding="utf-8")
    return yaml.load(text, Loader=_LOADER)
