"""The grammar of quirks, their listing, and who they fall on."""

from __future__ import annotations

import pytest

from drivers.emulated.quirks import Quirks, fraction, listing, parse, parse_all
from interop.lab.load import load


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


def test_random_is_drawn_by_the_seed() -> None:
    lab = load("small")

    def names(seed: int, *texts: str) -> list[str]:
        return [quirk.name for quirk in parse_all(texts, lab, seed=seed)["m02"]._all]

    assert len(names(1, "random@count=4")) == 4
    assert names(1, "random@count=4") == names(1, "random@count=4") != names(2, "random@count=4")
    assert names(1, "random", "random") != names(1, "random") * 2
    assert names(1, "random@modem=m01") == []
    with pytest.raises(ValueError, match=r"count='21' is not in 1\.\.20"):
        parse("random@count=21")


def test_the_same_quirk_twice_is_drawn_twice() -> None:
    """Two lines that come by chance do not always come together."""
    texts = [f"urc.inside@rate=0.5,place=before,line={line}" for line in ("^ONE", "^TWO")]
    quirks = Quirks(map(parse, texts), modem="m1", seed=1)
    said = [tuple(quirks.before("+CSQ")) for _ in range(40)]
    assert {(), ("^ONE",), ("^TWO",), ("^ONE", "^TWO")} == set(said)


def test_a_quirk_of_the_run_falls_on_every_modem_that_it_means() -> None:
    lab = load("small")
    names = [modem.name for modem in lab.modems if modem.emulated]
    found = parse_all(["echo.stuck", f"lines.lf@modem={names[0]}"], lab, seed=1)
    assert [found[name].echoed(b"AT\r", False) for name in names] == [b"AT\r"] * len(names)
    assert [found[name].written(b"\r\nOK\r\n") == b"\nOK\n" for name in names] == [
        name == names[0] for name in names
    ]
