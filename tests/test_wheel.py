"""A wheel installed outside the checkout runs the emulated lab: nothing lives only in the repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PIP = ["-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` of a fresh virtual environment with the wheel and its dependencies, far from the checkout."""
    home = tmp_path_factory.mktemp("elsewhere")
    source = home / "source"
    tracked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.split(b"\0")
    for name in filter(None, tracked):
        path = ROOT / os.fsdecode(name)
        target = source / os.fsdecode(name)
        if path.exists() or path.is_symlink():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target, follow_symlinks=False)
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", home, source], check=True, capture_output=True
    )
    shutil.rmtree(source)
    (wheel,) = home.glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", home / "venv"], check=True)
    subprocess.run([home / "venv/bin/python", *PIP, "install", wheel], check=True)
    return home / "venv/bin"


def test_the_wheel_runs_the_emulated_lab(installed: Path, tmp_path: Path) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTHON")}
    done = subprocess.run(
        [installed / "interop", "run", "recognition", "--lab", "emulated", "--out", "run"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert str(ROOT) not in done.stdout + done.stderr
    run = json.loads((tmp_path / "run/run.json").read_text(encoding="utf-8"))
    assert run["simulated_s"] > 0
    assert (tmp_path / "run/report.html").stat().st_size > 10_000
    assert (tmp_path / "run/junit.xml").exists()


def test_the_wheel_answers_about_numbers_and_labs(installed: Path, tmp_path: Path) -> None:
    for words in (
        ["number", "17090001234", "--json"],
        ["list", "defects", "--json"],
        ["lab", "check", "small", "--json"],
    ):
        done = subprocess.run([installed / "interop", *words], cwd=tmp_path, capture_output=True, text=True)
        assert done.returncode == 0, (words, done.stderr)
        json.loads(done.stdout)
