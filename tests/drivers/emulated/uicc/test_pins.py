"""PINs and their counters: ETSI TS 102 221 11.1.9 to 11.1.13, TS 51.011 9.2.9 to 9.2.13."""

from __future__ import annotations

from collections.abc import Callable

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.keys import Key

Send = Callable[[Card, str], str]
RIGHT = "31323334FFFFFFFF"
WRONG = "30303030FFFFFFFF"
PUK = "3132333435363738"


def test_an_empty_verify_asks_and_costs_nothing(locked: Card, send: Send) -> None:
    assert send(locked, "0020000100") == "63C3"
    assert send(locked, "0020000108" + WRONG) == "63C2"
    assert send(locked, "0020000100") == send(locked, "0020000100") == "63C2"
    assert send(locked, "0020000108" + RIGHT) == "9000"
    assert send(locked, "0020000100") == "63C3", "tries, also while the PIN is not needed"
    assert send(locked, "0020008100") == "63C3", "the second PIN has tries of its own"
    assert send(locked, "0020000A00") == "63C3"
    assert send(locked, "002C000100") == "63CA"
    assert send(locked, "002C000A00") == "6A88", "the issuer's key has no PUK"
    assert send(locked, "0020004500") == "6A88"
    assert send(locked, "0020010100") == "6A86"
    assert send(locked, "0020000104" + RIGHT[:8]) == "6700"


def test_three_wrong_ones_block_and_a_reset_does_not_help(locked: Card, send: Send) -> None:
    assert [send(locked, "0020000A08" + "00" * 8) for _ in range(4)] == ["63C2", "63C1", "63C0", "6983"]
    locked.power_on()
    assert send(locked, "0020000A00") == "6983"
    assert send(locked, "0020000A08" + "38" * 8) == "6983", "not with the right one either"


def test_the_puk_gives_a_new_pin(locked: Card, send: Send) -> None:
    for _ in range(3):
        send(locked, "0020000108" + WRONG)
    assert send(locked, "0020000100") == send(locked, "0020000108" + RIGHT) == "6983"
    new = "39393939FFFFFFFF"
    assert send(locked, "002C000110" + "00" * 8 + new) == "63C9"
    assert send(locked, "002C000110" + PUK + new) == "9000"
    assert send(locked, "002C000100") == "63CA"
    assert send(locked, "0020000108" + RIGHT) == "63C2"
    assert send(locked, "0020000108" + new) == "9000"


def test_ten_wrong_puks_are_the_end(locked: Card, send: Send) -> None:
    for _ in range(10):
        send(locked, "002C000110" + "00" * 8 + RIGHT)
    assert send(locked, "002C000100") == send(locked, "002C000110" + PUK + RIGHT) == "6983"


def test_changing_enabling_disabling(locked: Card, send: Send) -> None:
    new = "35353535FFFFFFFF"
    assert send(locked, "0024000110" + WRONG + new) == "63C2"
    assert send(locked, "0024000110" + RIGHT + new) == "9000"
    assert send(locked, "0028000108" + new) == "6985", "it is enabled"
    assert send(locked, "0026000108" + RIGHT) == "63C2"
    assert send(locked, "0026000108" + new) == "9000"
    locked.power_on()
    assert send(locked, "00A4040C07A0000000871002") == send(locked, "00A4000C026F07") == "9000"
    assert send(locked, "00B0000009")[-4:] == "9000", "no PIN is needed"
    assert send(locked, "0020000108" + new) == "6984", "none to verify"
    assert send(locked, "0024000110" + new + RIGHT) == "6984"
    assert send(locked, "0028000108" + new) == "9000"
    locked.power_on()
    assert send(locked, "00A4040C07A0000000871002") == send(locked, "00A4000C026F07") == "9000"
    assert send(locked, "00B0000009") == "6982"
    assert send(locked, "0026000A08" + "38" * 8) == "6985", "an issuer's key cannot be switched off"
    assert send(locked, "0026000100") == "6700", "nothing to ask here"


def test_the_pins_of_a_sim(locked: Card, send: Send) -> None:
    """51.011 9.4.5: 9804 and no number, 9840; UNBLOCK of CHV1 is P2=00."""
    assert send(locked, "A020000108" + WRONG) == "9804"
    assert send(locked, "A020000100") == "6708", "no way to ask"
    assert send(locked, "A020000208" + "35363738FFFFFFFF") == "9000"
    assert [send(locked, "A020000108" + WRONG) for _ in range(3)] == ["9804", "9840", "9840"]
    assert send(locked, "A02C000010" + PUK + RIGHT) == "9000"
    assert send(locked, "A020000108" + RIGHT) == "9000"
    assert send(locked, "A024000110" + RIGHT + WRONG) == "9000"
    assert send(locked, "A026000108" + WRONG) == "9000"
    for apdu in ("A020000108" + WRONG, "A024000110" + WRONG + RIGHT, "A026000108" + WRONG):
        assert send(locked, apdu) == "9808", "it is disabled"
    assert send(locked, "A028000108" + WRONG) == "9000"
    assert send(locked, "A028000108" + WRONG) == "9808"


def test_keys_show_nowhere(locked: Card) -> None:
    for key in locked.keys.values():
        assert isinstance(key, Key)
        assert "31" not in repr(key) and "38" not in repr(key)
