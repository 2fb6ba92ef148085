"""Runs the real command in a process of its own, as a user would, and reads the record it left."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interop.record.reader import Run, read_run

COMMAND = [sys.executable, "-m", "interop"]


@pytest.fixture
def run_interop(tmp_path: Path) -> Callable[..., Run]:
    """`run_interop(lab, *options, exit_code=...)` -> the record of that run; None: any verdict will do."""
    count = iter(range(100))

    def run(lab: str, *options: str, exit_code: int | None) -> Run:
        out = tmp_path / f"run{next(count)}"
        done = subprocess.run(
            [*COMMAND, "run", "recognition", "--lab", lab, "--out", str(out), *options],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "160"},
        )
        allowed = (0, 1, 3) if exit_code is None else (exit_code,)
        assert done.returncode in allowed, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return read_run(out)

    return run


@pytest.fixture
def interop_json(tmp_path: Path) -> Callable[..., Any]:
    def call(*words: str) -> Any:
        done = subprocess.run([*COMMAND, *words], capture_output=True, text=True, cwd=tmp_path, check=True)
        return json.loads(done.stdout)

    return call
