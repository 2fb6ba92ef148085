"""Status words in words (TS 102 221 10.2.1, 51.011 9.4)."""

from __future__ import annotations

import pytest

from interop.uicc.statuswords import meaning, retried


@pytest.mark.parametrize(
    ("sw", "said"),
    [
        (0x63C2, "2 tries left"),
        (0x63C0, "0 tries left"),
        (0x6982, "a key has to be given first"),
        (0x6983, "the key is blocked"),
        (0x9840, "the key is blocked"),
        (0x9404, "no such file"),
        (0x6A82, "no such file"),
        (0x9240, "memory problem: the card may be worn out"),
        (0x6234, ""),
    ],
)
def test_meanings(sw: int, said: str) -> None:
    assert meaning(sw) == said


@pytest.mark.parametrize(
    ("sw", "so"),
    [
        (0x63C1, True),
        (0x63CF, True),
        (0x9203, True),
        (0x63C0, False),
        (0x9200, False),
        (0x9240, False),
        (0x9000, False),
    ],
)
def test_writes_that_took_several_tries(sw: int, so: bool) -> None:
    assert retried(sw) is so
