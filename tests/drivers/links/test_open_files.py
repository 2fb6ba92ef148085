"""A lab of many ports does not end at the 1,024 files that a shell allows."""

from __future__ import annotations

import subprocess
import sys

RAISED = """
import resource
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
from drivers.links.open_files import as_many_as_allowed
assert as_many_as_allowed() >= hard or hard == resource.RLIM_INFINITY
held = [open("/dev/null") for _ in range(min(200, hard - 20) if hard > 0 else 200)]
print(len(held))
"""


def test_the_soft_limit_gives_way() -> None:
    done = subprocess.run([sys.executable, "-c", RAISED], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 64
