"""Imports point one way (DESIGN section 2), modules stay readable, and nothing heavy loads at start."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# package -> what of our own it may import, besides itself. Anything not listed here is refused.
MAY_IMPORT: dict[str, frozenset[str]] = {
    "interop.numbering": frozenset(),
    "interop.smspdu": frozenset({"interop.numbering"}),
    "interop.otp": frozenset(),
    "interop.mms": frozenset({"interop.smspdu"}),
    "interop.gateway": frozenset({"interop.smspdu"}),
    "interop.uicc": frozenset({"interop.numbering", "interop.smspdu"}),
    "interop.record": frozenset({"interop.numbering", "interop.smspdu", "interop.uicc"}),
    "interop.protocols": frozenset({"interop.record", "interop.numbering", "interop.mms", "interop.lab"}),
    "interop.lab": frozenset({"interop.protocols", "interop.record", "interop.numbering", "interop.uicc"}),
    "interop.engine": frozenset({"interop.lab", "interop.protocols", "interop.record", "interop.numbering"}),
    "interop.results": frozenset({"interop.record"}),
    "interop.reports": frozenset({"interop.record", "interop.results", "interop.mms"}),
    "interop.personalise": frozenset(
        {
            "interop.lab",
            "interop.protocols",
            "interop.record",
            "interop.reports",
            "interop.numbering",
            "interop.smspdu",
            "interop.uicc",
        }
    ),
    "interop.campaign": frozenset({"interop.lab", "interop.engine", "interop.record", "interop.results"}),
}
GROUND = frozenset({"interop.shipped", "interop.__version__"})  # what any of them may import
# a room of a floor -> which other rooms and modules of that floor it may import
ROOMS: dict[str, frozenset[str]] = {
    "interop.results.records": frozenset(),
    "interop.results.targets": frozenset({"intervals", "kpi"}),
    "interop.results.store": frozenset({"kpi"}),
    "interop.results.release": frozenset({"beta", "intervals", "kpi", "store", "targets"}),
}
HEAVY = (
    "pytest", "aiohttp", "pydantic", "serial", "yaml", "jinja2", "phonenumbers", "smartcard", "asyncio",
    "cryptography", "numpy", "sqlalchemy",
)  # fmt: skip
TYPES_ONLY = {("interop.protocols", "interop.lab")}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Absolute names imported by a file, and whether only for type checking."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    guarded = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, id(node) in guarded
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or "", id(node) in guarded
            for alias in node.names:
                yield f"{node.module}.{alias.name}", id(node) in guarded


def package_of(name: str) -> str:
    return ".".join(name.split(".")[:2])


def test_interop_imports_neither_drivers_nor_suites() -> None:
    for path in modules("interop"):
        for name, _ in imports(path):
            assert name.split(".")[0] not in ("drivers", "suites", "tests"), f"{path} imports {name}"


def test_drivers_and_suites_do_not_know_each_other() -> None:
    for package, other in (("drivers", "suites"), ("suites", "drivers")):
        for path in modules(package):
            for name, _ in imports(path):
                assert name.split(".")[0] != other, f"{path} imports {name}"


def test_floors_of_interop_import_only_downwards() -> None:
    for package, allowed in MAY_IMPORT.items():
        for path in modules(package.replace(".", "/")):
            for name, types_only in imports(path):
                floor = package_of(name)
                if not name.startswith("interop.") or floor == package:
                    continue
                if floor in GROUND:
                    continue
                assert floor in allowed, f"{path} imports {name}"
                if (package, floor) in TYPES_ONLY:
                    assert types_only, f"{path} imports {name} at run time"


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_rooms_of_interop_import_only_downwards(room: str) -> None:
    floor = room.rpartition(".")[0]
    for path in modules(room.replace(".", "/")):
        for name, _ in imports(path):
            other = ".".join(name.split(".")[:3])
            if other.startswith(f"{floor}.") and other != room:
                assert other.rpartition(".")[2] in ROOMS[room], f"{path} imports {name}"


def test_only_commands_and_the_release_board_know_the_store() -> None:
    """It alone needs SQLAlchemy, and a run is judged without it."""
    rooms = [ROOT / "interop" / room for room in ("cli", "results/store", "results/release")]
    for path in modules("interop"):
        for name, _ in imports(path):
            if name.startswith(("sqlalchemy", "interop.results.store")):
                assert any(path.is_relative_to(room) for room in rooms), f"{path} imports {name}"


def test_only_the_emulated_country_knows_what_is_injected() -> None:
    """A suite or an engine that could see the defects could agree with them."""
    for package in ("interop", "suites"):
        for path in modules(package):
            assert not any(name.startswith("drivers.emulated") for name, _ in imports(path)), path


@pytest.mark.parametrize("package", ["interop", "drivers", "suites"])
def test_modules_fit_a_reader(package: str) -> None:
    for path in modules(package):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 420, path


def test_help_loads_nothing_heavy() -> None:
    """Start-up time is kept by what is not imported; `interop benchmark` is where time itself is measured."""
    code = (
        "import sys\n"
        "from interop.cli import app\n"
        "try: app(['--help'])\n"
        "except SystemExit: pass\n"
        f"print('HEAVY', sorted({set(HEAVY)} & set(sys.modules)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "HEAVY []" in done.stdout, done.stdout
    assert "recognition" not in done.stderr
