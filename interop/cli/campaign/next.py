"""`interop campaign next`: what to swap to learn most about one failing case."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from interop.cli.campaign.plan import File, Out, directory_of, planned_of
from interop.cli.exits import refuse

if TYPE_CHECKING:
    from interop.campaign.replays import Replays
    from interop.results.replay import Replayed


def next_swap(
    file: File,
    case: Annotated[str, typer.Option(metavar="NAME", help="A case that failed, by its whole name.")],
    out: Out = None,
    tried: Annotated[
        list[str] | None,
        typer.Option(metavar="SWAPPED=RESULT", help="sim,modem=pass, or =fail as it was. May be repeated."),
    ] = None,
) -> None:
    """Say what to swap next in a failing case, and who may be at fault.

    It plays nothing. It knows what the campaign has replayed of the case (again, in another modem, with an
    ordinary SIM); tell it with --tried what came of your own replays. One fault at most is looked for, and
    what swaps cost is assumed.

    Exit code: 0, or 2 for wrong usage or a case that has not failed.
    """
    from interop.campaign.journal import JournalError
    from interop.campaign.reading import read
    from interop.campaign.replays import replays_of
    from interop.record.reader import RunDamaged

    planned = planned_of(file)
    directory = directory_of(planned, out)
    try:
        replays = replays_of(case, planned, read(planned, directory).history)
        mine = [_replayed(text) for text in tried or ()]
        now = mine[-1].swapped if mine else frozenset()  # a campaign leaves everything in its place
        lines = list(_lines(replays, [*replays.history, *mine], now))
    except (JournalError, RunDamaged, ValueError) as error:
        refuse("campaign next", str(error))
    for line in lines:
        typer.echo(line)


def _replayed(text: str) -> Replayed:
    from interop.results.replay import Replayed

    swapped, equals, result = text.partition("=")
    if not equals or result not in ("pass", "fail"):
        raise ValueError(f"--tried {text}: give what was swapped and =pass or =fail, as sim,modem=pass")
    return Replayed(frozenset(filter(None, swapped.split(","))), result == "fail")


def _lines(replays: Replays, history: list[Replayed], now: frozenset[str]) -> Iterator[str]:
    from interop.results.replay import CHANCE

    yield f"{replays.failing.case}, failed in {replays.failing.directory}"
    played = Counter(tuple(sorted(one.swapped)) for one in history)
    for swapped, count in sorted(played.items(), key=lambda item: (len(item[0]), item[0])):
        failed = sum(one.failed for one in history if tuple(sorted(one.swapped)) == swapped)
        how = f"with another {', '.join(swapped)}" if swapped else "again as it was"
        yield f"{how}: {failed} of {count} failed"
    shares = sorted(replays.investigation.posterior(history).items(), key=lambda item: (-item[1], item[0]))
    yield "at fault: " + ", ".join(f"{name} {share:.0%}" for name, share in shares)
    culprit = replays.investigation.culprit(history)
    swap = replays.investigation.next(history, now)
    if culprit is not None:
        yield "sure: chance, nothing on its path" if culprit == CHANCE else f"sure: {culprit}"
    elif swap is None:
        yield "no swap tells more"
    else:
        what = f"with another {', '.join(swap.swapped)}" if swap.swapped else "as it was"
        yield f"next: replay it {what}, about {swap.seconds:.0f} s"
