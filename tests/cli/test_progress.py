"""What is said of the time that is left."""

from __future__ import annotations

import pytest

from interop.cli.live import span


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(40, "40 s"), (89, "89 s"), (91, "2 min"), (3590, "1 h 0 min"), (11100, "3 h 5 min")],
)
def test_an_estimate_has_no_seconds_beside_minutes(seconds: float, said: str) -> None:
    assert span(seconds) == said
