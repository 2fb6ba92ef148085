"""T=0 by hand-written exchanges: what is sent after what a card says (sims.md 9, TS 102 221 annex C.1)."""

from __future__ import annotations

import pytest

from interop.uicc.t0 import tpdu, whole

Exchange = list[tuple[str, str, int]]
"""sent, answered, status word: each as on the wire"""


def run(exchange: Exchange) -> tuple[str, int]:
    """The first TPDU is the command; all of the exchange must take place, and nothing else."""
    left = list(exchange)
    steps = whole(bytes.fromhex(left[0][0]))
    said = next(steps)
    try:
        while True:
            sent, data, sw = left.pop(0)
            assert said.hex().upper() == sent.replace(" ", "")
            said = steps.send((bytes.fromhex(data), sw))
    except StopIteration as done:
        assert left == []
        answer, sw = done.value
        return answer.hex(), sw


EXCHANGES: dict[str, tuple[Exchange, tuple[str, int]]] = {
    "case 1": ([("0044000000", "", 0x9000)], ("", 0x9000)),
    "select of a UICC": (
        [("00A40004023F00", "", 0x6102), ("00C0000002", "6200", 0x9000)],
        ("6200", 0x9000),
    ),
    "select of a SIM": (
        [("A0A40000023F00", "", 0x9F02), ("A0C0000002", "0000", 0x9000)],
        ("0000", 0x9000),
    ),
    "a reader that does GET RESPONSE itself": ([("00A40004023F00", "6200", 0x9000)], ("6200", 0x9000)),
    "read with a wrong length": (
        [("00B00000FF", "", 0x6C02), ("00B0000002", "9868", 0x9000)],
        ("9868", 0x9000),
    ),
    "the same of a SIM": ([("A0B00000FF", "", 0x6702), ("A0B0000002", "9868", 0x9000)], ("9868", 0x9000)),
    "67xx is an error of a UICC": ([("00B00000FF", "", 0x6702)], ("", 0x6702)),
    "6700 tells no length": ([("A0B00000FF", "", 0x6700)], ("", 0x6700)),
    "the length is wrong once more": (
        [("00B00000FF", "", 0x6C03), ("00B0000003", "", 0x6C02), ("00B0000002", "9868", 0x9000)],
        ("9868", 0x9000),
    ),
    "it never agrees": (
        [("00B00000FF", "", 0x6C03), ("00B0000003", "", 0x6C02), ("00B0000002", "", 0x6C03)],
        ("", 0x6C03),
    ),
    "an answer in pieces": (
        [
            ("0088008101AA", "", 0x6102),
            ("00C0000002", "DB01", 0x6103),
            ("00C0000003", "020304", 0x6100),
            ("00C0000000", "05", 0x9000),
        ],
        ("db0102030405", 0x9000),
    ),
    "read behind GET RESPONSE": (
        [("00B0000002", "", 0x6102), ("00C0000002", "9868", 0x9000)],
        ("9868", 0x9000),
    ),
    "a deactivated file says what it is": (
        [("00A40004026F07", "", 0x6283), ("00C0000000", "", 0x6C02), ("00C0000002", "6200", 0x9000)],
        ("6200", 0x6283),
    ),
    "a deactivated file of a card that says no more": (
        [("00A40004026F07", "", 0x6283), ("00C0000000", "", 0x6985)],
        ("", 0x6283),
    ),
    "a warning with its data": ([("00B0000002", "9868", 0x6282)], ("9868", 0x6282)),
    "a wrong key is no warning with data": (
        [("0020000A083132333435363738", "", 0x63C2)],
        ("", 0x63C2),
    ),
    "a key is sent once, whatever is said": ([("0020000A00", "", 0x6C08)], ("", 0x6C08)),
    "an update that took two tries": ([("00D60000019A", "", 0x63C2)], ("", 0x63C2)),
    "logical channel 2": (
        [("02A40004023F00", "", 0x6102), ("02C0000002", "6200", 0x9000)],
        ("6200", 0x9000),
    ),
    "logical channel 5, class C1": (
        [("C1CB0000015C", "", 0x6102), ("41C0000002", "6200", 0x9000)],
        ("6200", 0x9000),
    ),
    "class 80": ([("80CB0000015C", "", 0x6102), ("00C0000002", "6200", 0x9000)], ("6200", 0x9000)),
    # DISPLAY TEXT (21), from UICC (81) to display (02); then MORE TIME (02)
    "proactive commands": (
        [
            ("00D60000019A", "", 0x910D),
            ("801200000D", "D00B8103012100820281028D00", 0x9000),
            ("801400000C 810301210082028281830130", "", 0x910B),
            ("801200000B", "D009010302020082028182", 0x9000),
            ("801400000C 810302020082028281830130", "", 0x9000),
        ],
        ("", 0x9000),
    ),
    "a proactive command of a SIM, in a class and a length of its own": (
        [
            ("A0B0000002", "9868", 0x910B),
            ("A01200000B", "D009810301210082028102", 0x9000),
            ("A01400000C 810301210082028281830130", "", 0x9000),
        ],
        ("9868", 0x9000),
    ),
    "a proactive command that cannot be read": (
        [
            ("00D60000019A", "", 0x9103),
            ("8012000003", "D07F81", 0x9000),
            ("801400000C 810300000082028281830130", "", 0x9000),
        ],
        ("", 0x9000),
    ),
    "a proactive command that is not there": (
        [("00D60000019A", "", 0x910B), ("801200000B", "", 0x6985)],
        ("", 0x9000),
    ),
}


@pytest.mark.parametrize("name", EXCHANGES)
def test_what_one_command_takes(name: str) -> None:
    exchange, ended = EXCHANGES[name]
    assert run(exchange) == ended


@pytest.mark.parametrize("sw", [0x6110, 0x9F10, 0x9110, 0x6C10])
def test_a_card_that_never_ends(sw: int) -> None:
    steps = whole(bytes.fromhex("00B0000010"))
    next(steps)
    with pytest.raises(StopIteration):
        for _ in range(1000):
            steps.send((b"\0" * 16, sw))


@pytest.mark.parametrize(
    ("apdu", "carried"),
    [
        ("0020000A", "0020000A00"),
        ("0020000A00", "0020000A00"),
        ("00A40004023F00", "00A40004023F00"),
        ("00A40004023F0000", "00A40004023F00"),
        ("00B000000A", "00B000000A"),
    ],
)
def test_apdus_as_t0_carries_them(apdu: str, carried: str) -> None:
    assert tpdu(bytes.fromhex(apdu)).hex().upper() == carried


@pytest.mark.parametrize("apdu", ["", "00A400", "00A40004023F", "00A40004003F00", "00A40004000002 3F00"])
def test_no_commands(apdu: str) -> None:
    with pytest.raises(ValueError, match="are no command"):
        tpdu(bytes.fromhex(apdu))
