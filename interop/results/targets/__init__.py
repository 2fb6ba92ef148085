"""What is asked of KPIs: a profile file's contents, and the verdicts that follow from it.

The values are in files, never here; those that ship with Interop are the three steps of the ITU-T focus group
on digital financial services (dfs-1 to dfs-3.yaml, which name their source).
"""

from interop.results.targets.judging import Judged, judge_all
from interop.results.targets.model import Limit, Targets

__all__ = ["Judged", "Limit", "Targets", "judge_all"]
