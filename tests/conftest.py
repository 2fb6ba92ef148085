"""What tests of several folders share."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("interop", deadline=None)  # a test never times things
settings.load_profile("interop")

os.environ["INTEROP_STORE"] = "none"  # no run of a test goes into the results of who starts it

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # as a shell leaves it to what it starts with "&": programs of the tests would inherit it, deaf to Ctrl-C
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The small lab on ptys of another process: real, as far as guard and budgets know."""
    folder = tmp_path_factory.mktemp("ports")
    process = subprocess.Popen(
        [sys.executable, "-m", "interop", "emulate", "small", "--ports", str(folder), "--json"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        assert select.select([process.stdout], [], [], 60)[0], "no first line"
        process.stdout.readline()
        yield folder
    finally:
        process.kill()
        process.wait()
