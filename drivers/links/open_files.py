"""The limit of open files: shells start with 1,024, and a port takes up to five."""

from __future__ import annotations

import sys


def as_many_as_allowed() -> int:
    """Raise the soft limit to the hard one, for this process and its children; returns what it is now."""
    if sys.platform == "win32":
        return sys.maxsize
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return sys.maxsize if hard == resource.RLIM_INFINITY else hard
