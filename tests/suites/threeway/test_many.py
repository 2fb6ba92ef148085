"""Very many conferences at once, each with three emulated modems of its own: every verdict is right.

Who must fail is written here by hand: the numbers of one segment, to which the network refuses conferences.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from drivers.benchmark.conferences import at_once, lab
from interop.record import Cause, Layer, Verdict
from interop.record.events import CallerId, ToneHeard, ToneSent
from interop.record.reader import Run
from tests.suites.injected import said
from tests.suites.threeway.truth import Threeway


def played(count: int, folder: Path) -> Run:
    place = folder / "many.yaml"
    place.write_text(lab(count), encoding="utf-8")
    return Threeway((), ("mpty.refused@segment=1718",), keyword="joins_three and CMCC", lab=str(place)).run(
        folder / "run"
    )


@pytest.mark.parametrize("count", [30, pytest.param(100, marks=pytest.mark.soak)])
def test_each_is_judged_by_itself(count: int, tmp_path: Path) -> None:
    run = played(count, tmp_path)
    attempts = list(run.final.values())
    assert len(attempts) == len(run.attempts) == at_once(attempts) == count
    players = Counter(device for attempt in attempts for device in attempt.devices.values())
    assert len(players) == 3 * count and set(players.values()) == {1}
    refused = [attempt for attempt in attempts if attempt.subject.msisdn.startswith("1718")]
    assert len(refused) == count // 10
    for attempt in attempts:
        if attempt in refused:
            blame = (attempt.verdict, attempt.layer, attempt.cause)
            assert blame == (Verdict.FAIL, Layer.SUBSCRIPTION, Cause.SERVICE_NOT_SUBSCRIBED), said(attempt)
        else:
            assert attempt.verdict is Verdict.PASS, said(attempt)
    nobody_hears_another_conference(run)


def nobody_hears_another_conference(run: Run) -> None:
    """A tone that is heard was sent in the same conference, a number that is shown is its controller's."""
    sent: dict[str | None, set[str]] = {}
    for one in run.observed:
        if isinstance(one.event, ToneSent):
            sent.setdefault(one.attempt, set()).update(one.event.digits)
        elif isinstance(one.event, ToneHeard):
            assert one.event.digit in sent[one.attempt], one
    numbers = {attempt.key: attempt.subject.msisdn for attempt in run.attempts}
    shown = [one for one in run.observed if isinstance(one.event, CallerId)]
    assert len(shown) == 2 * len(run.attempts)
    for one in shown:
        assert isinstance(one.event, CallerId) and one.attempt is not None
        assert one.event.number.endswith(numbers[one.attempt]), one
