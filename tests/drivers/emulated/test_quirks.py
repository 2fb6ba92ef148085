"""The grammar of quirks, their listing, and who they fall on."""

from __future__ import annotations

import pytest

from drivers.emulated.quirks import Quirks, fraction, listing, parse


def test_every_quirk_is_listed_and_can_be_asked_for_by_name() -> None:
    rows = listing()
    assert [row.name for row in rows] == sorted(row.name for row in rows)
    for row in rows:
        assert parse(row.name).name == row.name
        assert row.effect and {"modem", "rate"} <= set(row.parameters)


def test_values_and_defaults() -> None:
    spec = parse("answer.late@command=+CSQ,modem=m0*")
    assert (spec.modem, spec.values["command"], spec.values["by"]) == ("m0*", "+CSQ", "8")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("echo.stck", "did you mean 'echo.stuck'?"),
        ("write.split@sise=3", "did you mean 'size'?"),
        ("write.split@size", "needs a value"),
        ("write.split@size=many", "size='many' is not a number"),
        ("echo.stuck@rate=2", "rate='2' is not in 0..1"),
        ("modem.reset@after=nan", "not in 0..86400"),
        ("", "unknown quirk ''"),
        ("echo.stuck@", "'' is not of the form key=value"),
        ("write.split@size=3,", "'' is not of the form key=value"),
        ("write.split@size=3,size=4", "size is given twice"),
        ("urc.inside@place=middle", "place='middle' is not in before, after, any"),
    ],
)
def test_mistakes_are_one_clear_sentence(text: str, says: str) -> None:
    with pytest.raises(ValueError) as mistake:
        parse(text)
    assert says in str(mistake.value) and "\n" not in str(mistake.value)


def test_a_pattern_chooses_modems() -> None:
    specs = [parse("echo.stuck@modem=m0?")]
    assert Quirks(specs, modem="m01").echoed(b"AT", False) == b"AT"
    assert Quirks(specs, modem="m1").echoed(b"AT", False) == b""


def test_rate_is_drawn_from_seed_and_name_alone() -> None:
    def drawn(modem: str, seed: int) -> list[bool]:
        quirks = Quirks([parse("lines.lf@rate=0.3")], modem=modem, seed=seed)
        return [quirks.written(b"\r\n") == b"\n" for _ in range(200)]

    assert drawn("m1", 1) == drawn("m1", 1)
    assert drawn("m1", 1) != drawn("m1", 2) != drawn("m2", 2)
    assert 30 < sum(drawn("m1", 1)) < 90


def test_fraction_is_spread() -> None:
    values = [fraction(7, "m1", n) for n in range(1000)]
    assert 0 <= min(values) < 0.02 and 0.98 < max(values) < 1
    assert 0.45 < sum(values) / 1000 < 0.55
