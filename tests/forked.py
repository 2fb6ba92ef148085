"""`interop` in a process of its own that is forked from this one, with all that a run would load first.

As a user calls it, but for the second or two that a start takes. Where the start, the streams or a signal are
the point, a test starts the real thing.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryFile
from typing import IO

import pytest

from drivers.at.dialect import load as load_dialect
from drivers.emulated.terminal.commands import table
from drivers.emulated.uicc.card import Card
from interop.cli import main
from interop.lab.audit import number_audit
from interop.lab.load import load as load_lab
from interop.otp.words import words

MAKERS = ("cinterion", "generic", "huawei", "quectel", "simcom", "telit", "ublox", "zte")
"""whose words both the driver and the emulated modem know"""
SUITES = Path(__file__).parents[1] / "suites"
ENDS_WITHIN_S = 300.0
"""wall seconds; a run takes one or two"""
_LOADED_BY_A_RUN = (
    "aiohttp.web", "drivers.at.modem", "drivers.originators.gateway.client", "drivers.originators.http",
    "interop.cli.list", "interop.cli.run", "interop.cli.send", "interop.cli.sending",
    "interop.pytest_plugin.batch", "interop.reports.html",
)  # fmt: skip
_FORK = multiprocessing.get_context("fork")


def interop(
    *arguments: str,
    cwd: Path | None = None,
    typed: str = "",
    before: Callable[[], object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> CompletedProcess[str]:
    """`interop ARGUMENTS`, what is `typed` its input; `environment`: added to ours; `before` comes first."""

    def call() -> None:
        os.environ.update(environment or {})
        os.chdir(cwd or Path.cwd())
        sys.argv = ["interop", *arguments]
        sys.modules["__main__"].__package__ = None  # usage is of `interop`, not of `python -m pytest`
        if before is not None:
            before()
        main()

    return _done(["interop", *arguments], call, typed)


def run_pytest(*arguments: str, cwd: Path | None = None) -> CompletedProcess[str]:
    """`pytest ARGUMENTS`, as if no pytest were there."""

    def call() -> None:
        os.environ.pop("PYTEST_ADDOPTS", None)
        os.chdir(cwd or Path.cwd())
        sys.exit(pytest.main(list(arguments)))

    return _done(["pytest", *arguments], call)


def _done(command: list[str], call: Callable[[], object], typed: str = "") -> CompletedProcess[str]:
    """What became of the call in a child of this process."""
    with ExitStack() as opened:
        given, output, errors = streams = [
            opened.enter_context(TemporaryFile("w+", encoding="utf-8", errors="replace")) for _ in range(3)
        ]
        given.write(typed)
        given.seek(0)
        process = _FORK.Process(target=_child, args=(call, streams))
        process.start()
        process.join(ENDS_WITHIN_S)
        ends = process.exitcode is not None
        if not ends:
            process.kill()
            process.join()
        output.seek(0)
        errors.seek(0)
        said = (output.read(), errors.read())
    assert ends, f"does not end: {' '.join(command)}\n{said[0]}{said[1]}"
    return CompletedProcess(command, process.exitcode or 0, *said)


def _child(call: Callable[[], object], streams: Sequence[IO[str]]) -> None:
    gc.freeze()  # what the parent has loaded is no garbage of ours: not to be looked through, nor copied
    for number, stream in enumerate(streams):
        os.dup2(stream.fileno(), number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, closefd=False)  # noqa: SIM115
        for number, mode in enumerate("rww")
    )
    call()


def _warm() -> None:
    """What every child would otherwise load and make for itself, which is most of a short run."""
    for module in _LOADED_BY_A_RUN:
        import_module(module)
    for path in SUITES.glob("**/[a-z]*.py"):
        import_module(".".join(path.relative_to(SUITES.parent).with_suffix("").parts))
    number_audit(load_lab("small"))
    Card.blank()
    words()
    for dialect in MAKERS:
        load_dialect(dialect)
        table(dialect)


_warm()
