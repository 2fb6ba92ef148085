"""A line at the foot of the terminal, drawn anew while cases run; elsewhere, only what is said above it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from rich.live import Live
from rich.text import Text

from interop.cli.engineer import AtTerminal, terminal
from interop.cli.pipe import screen
from interop.record import Attempt, Verdict, blame

_REFRESH_S = 0.1
_STYLES = {Verdict.PASS: "green", Verdict.FAIL: "red", Verdict.INCONC: "yellow", Verdict.ERROR: "magenta"}
_MOST_SHOWN = 4


class LiveLine:
    """`line`: makes it, as it is now. `engineer`: who can be asked there, the line making room meanwhile."""

    def __init__(self, line: Callable[[], Text]) -> None:
        self._line = line
        self._console = screen()
        self.shown = self._console.is_terminal and not self._console.is_dumb_terminal
        """whether there is a terminal for it"""
        # a log is searched by line; a person reads whole words
        self._console.soft_wrap = not self._console.is_terminal
        self._live: Live | None = None
        self._drawn = 0.0
        self._held: list[Text | str] | None = None
        """what is to be said when a question no longer stands"""
        self.engineer = AtTerminal(terminal(), self._aside)

    def begin(self) -> None:
        """Show the line, where there is a terminal."""
        if self.shown and self._live is None:
            self._live = Live(self._line(), console=self._console, auto_refresh=False)
            self._live.start()

    def end(self) -> None:
        """Draw it a last time, and let it stand."""
        live, self._live = self._live, None
        if live is not None:
            live.update(self._line(), refresh=True)
            live.stop()

    def say(self, text: Text | str) -> None:
        if self._held is None:
            self._console.print(text)
        else:
            self._held.append(text)

    def draw(self) -> None:
        """If it has not just been drawn."""
        now = time.monotonic()
        if self._live is not None and self._held is None and now - self._drawn >= _REFRESH_S:
            self._drawn = now
            self._live.update(self._line(), refresh=True)

    @contextmanager
    def _aside(self) -> Iterator[None]:
        """While a question stands on the terminal: the live line is blank, and what there is to say waits."""
        self._held = []
        if self._live is not None:
            self._live.update(Text(), refresh=True)
            self._console.show_cursor(True)
        try:
            yield
        finally:
            held, self._held = self._held, None
            for text in held:
                self._console.print(text)
            if self._live is not None:
                self._console.show_cursor(False)
                self._live.update(self._line(), refresh=True)


def progress(
    verdicts: Counter[Verdict], total: int, left_s: float, running: Collection[str], before: str = ""
) -> Text:
    """ "12/60  40 s left  11 pass  1 fail  running ...": `left_s`: seconds, below 1 none are told; `running`:
    names of cases; `before`: what stands in front of it.
    """
    line = Text(f"{before}{verdicts.total()}/{total}", overflow="ellipsis", no_wrap=True)
    if left_s >= 1:
        line.append(f"  {span(left_s)} left", "bold")
    for verdict, style in _STYLES.items():
        if count := verdicts[verdict]:
            line.append(f"  {count} {verdict}", style)
    if running:
        names = [name.partition(".")[2] or name for name in running][:_MOST_SHOWN]
        more = len(running) - len(names)
        line.append(f"  running {', '.join(names)}" + (f" and {more} more" if more else ""), "dim")
    return line


def span(seconds: float) -> str:
    """ "40 s", "12 min", "3 h 5 min": an estimate has no seconds beside minutes."""
    minutes = round(seconds / 60)
    if minutes < 2:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def sentence(attempt: Attempt) -> Text:
    """What a case came to, that did not pass."""
    line = Text(f"{attempt.verdict:<7} ", _STYLES.get(attempt.verdict, ""))
    line.append(attempt.case, "default")
    what = blame(attempt) or str(attempt.reason or "")
    failed = next((check for check in attempt.checks if check.verdict is Verdict.FAIL), None)
    if failed is not None and attempt.verdict is Verdict.FAIL:
        what += f"; {failed.name}: expected {failed.expected}, got {failed.actual}"
    elif attempt.detail:
        what += f" {attempt.detail.strip().splitlines()[-1]}"
    line.append(f"  {what.strip()}", "default")
    return line
