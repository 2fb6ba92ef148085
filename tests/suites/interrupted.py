"""A run that interrupts itself in the middle, by the clock of the emulated country."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

from drivers.emulated.country import Country
from drivers.emulated.network import Network
from interop.record import InconcReason
from interop.record.reader import read_run
from tests.forked import interop


def interrupted(folder: Path, after: float, suite: str, cases: str, left: Callable[[Network], Any]) -> Any:
    """What is `left` in the network, as JSON, of a run in the small lab that gets Ctrl-C after so many
    seconds. Its record is in `folder`/out."""

    def interrupt() -> None:
        signal.signal(
            signal.SIGINT, signal.default_int_handler
        )  # a shell has what runs behind it ignore Ctrl-C
        start, stop = Country.start, Country.stop

        async def started(self: Country) -> None:
            await start(self)
            asyncio.get_running_loop().call_later(after, os.kill, os.getpid(), signal.SIGINT)

        async def stopped(self: Country) -> None:
            assert self._network is not None
            (folder / "left.json").write_text(json.dumps(left(self._network)))
            await stop(self)

        Country.start, Country.stop = started, stopped  # type: ignore[method-assign]

    words = ("run", suite, "--lab", "small", "-k", cases, "--out", "out")
    done = interop(*words, cwd=folder, before=interrupt)
    run = read_run(folder / "out")
    assert run.meta["state"] == "interrupted", done.stdout + done.stderr
    assert any(one.reason is InconcReason.INTERRUPTED for one in run.attempts), "something was going on"
    return json.loads((folder / "left.json").read_text())
