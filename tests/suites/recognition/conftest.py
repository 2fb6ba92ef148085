"""Runs the command as a user would, and reads the record it left."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from interop.record.reader import Run, read_run
from tests.forked import interop


@pytest.fixture
def run_interop(tmp_path: Path) -> Callable[..., Run]:
    """`run_interop(lab, *options, exit_code=...)` -> the record of that run; None: any verdict will do."""
    count = iter(range(100))

    def run(lab: str, *options: str, exit_code: int | None) -> Run:
        out = tmp_path / f"run{next(count)}"
        words = ("run", "recognition", "--lab", lab, "--out", str(out), *options)
        done = interop(*words, cwd=tmp_path, environment={"COLUMNS": "160"})
        allowed = (0, 1, 3) if exit_code is None else (exit_code,)
        assert done.returncode in allowed, f"exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return read_run(out)

    return run


@pytest.fixture
def interop_json(tmp_path: Path) -> Callable[..., Any]:
    def call(*words: str) -> Any:
        done = interop(*words, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return call
