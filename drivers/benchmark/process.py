"""The other processes of a benchmark: started, asked, and ended with ours."""

from __future__ import annotations

import json
import subprocess
import sys
from types import TracebackType
from typing import Any, Self

from drivers.links.open_files import as_many_as_allowed


class Peer:
    """`python -m MODULE ARGUMENTS`, which answers each line on its input with one line of JSON.

    It says its first line by itself, when it is ready, and ends when its input does. Ctrl-C is ours alone: it
    has a session of its own.
    """

    def __init__(self, module: str, *arguments: object) -> None:
        command = [sys.executable, "-m", module, *map(str, arguments)]
        self._module = module
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        process.stdin.close()
        if kind is not None:
            process.terminate()
        process.wait()
        process.stdout.close()

    def answer(self, ask: str = "") -> Any:
        """Raises RuntimeError when it has died; why stands on standard error, which it shares."""
        assert self._process.stdin is not None and self._process.stdout is not None
        if ask:
            self._process.stdin.write(f"{ask}\n")
            self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._module} ended with {self._process.wait()}")
        return json.loads(line)


def need_files(count: int, what: str) -> None:
    """Raise the limit of open files, ours and our children's. Raises RuntimeError naming what is missing."""
    if (limit := as_many_as_allowed()) < count:
        raise RuntimeError(f"{what} need {count} open files; the hard limit is {limit} (ulimit -Hn)")
