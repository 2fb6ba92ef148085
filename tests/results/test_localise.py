"""The localiser on tables whose answer is known by construction, and its gain beside scipy's G test."""

from __future__ import annotations

import doctest
from collections.abc import Callable, Mapping
from itertools import product
from math import log, sqrt
from random import Random

import pytest
from scipy import stats

from interop.results import localise
from interop.results.localise import PAIRS, Candidate, Table

Row = tuple[dict[str, str], bool]


def crossed(repeats: int, fails: Callable[[Mapping[str, str], int], bool], **levels: int) -> list[Row]:
    """Every combination of the levels so many times; "m1" is the second level of the factor "m..."."""
    rows: list[Row] = []
    for codes in product(*(range(size) for size in levels.values())):
        row = {factor: f"{factor[0]}{code}" for factor, code in zip(levels, codes, strict=True)}
        rows += [(row, fails(row, repeat)) for repeat in range(repeats)]
    return rows


def said(table: Table) -> list[str]:
    return [" or ".join(map(str, accusation.group)) for accusation in table.localise().accused]


def test_example_in_docstring() -> None:
    results = doctest.testmod(localise)
    assert results.attempted and not results.failed


def test_the_gain_is_the_g_test_less_the_price() -> None:
    """Half of scipy's G, less ln(levels); and ln 8 more for a pair: verdicts.md section 10."""
    rows = crossed(5, lambda row, repeat: row["mvno"] == "m2" and repeat < 2, mvno=6, service=4)
    (accusation,) = Table.of(rows).localise().accused
    table = [[accusation.failed, accusation.valid - accusation.failed],
             [accusation.rest_failed, accusation.rest_valid - accusation.rest_failed]]  # fmt: skip
    assert table == [[8, 12], [0, 100]]
    g = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert accusation.gain == pytest.approx(g / 2 - log(6))
    rows = crossed(5, lambda row, repeat: row["mvno"] == "m2" and row["service"] == "s1", mvno=6, service=4)
    (accusation,) = Table.of(rows).localise().accused
    g = stats.chi2_contingency([[5, 0], [0, 115]], correction=False, lambda_="log-likelihood").statistic
    assert accusation.gain == pytest.approx(g / 2 - log(24) - log(8))
    assert str(accusation) == (
        "mvno m2 with service s1 (provisioning): "
        "5 of 5 cases failed, 0 of the 115 others; only 5 cases touch it"
    )


@pytest.mark.parametrize("pair", list(PAIRS))
def test_every_pair_with_a_meaning_is_accused_by_it(pair: tuple[str, str]) -> None:
    first, second = pair
    fault = {first: f"{first[0]}1", second: f"{second[0]}2"}
    rows = crossed(10, lambda row, repeat: fault.items() <= row.items(), **{first: 4, second: 5})
    assert said(Table.of(rows)) == [str(Candidate(tuple(fault.items()), PAIRS[pair]))]


def test_no_other_pair_is_ever_accused() -> None:
    """A modem and a service have no owner together: what they meet in is blamed on neither of their names."""
    rows = crossed(20, lambda row, repeat: row == {"modem": "m1", "service": "s2"}, modem=5, service=5)
    for accusation in Table.of(rows).localise().accused:
        assert all(len(candidate.levels) == 1 for candidate in accusation.group)
    own = {("modem", "service"): "driver"}
    assert said(Table.of(rows, ("modem", "service"), own)) == ["modem m1 with service s2 (driver)"]


def test_only_the_worse_is_accused() -> None:
    """A level without any failure among bad ones is the most unusual one, and is not to blame."""
    random = Random(2)
    rows = crossed(30, lambda row, repeat: row["city"] != "c3" and random.random() < 0.5, city=8)
    found = Table.of(rows).localise()
    assert not any("c3" in str(accusation) for accusation in (*found.accused, *found.slight))


@pytest.mark.parametrize(("touched", "accused"), [(2, False), (3, True)])
def test_at_least_three_rows(touched: int, accused: bool) -> None:
    rows: list[Row] = [({"city": f"c{number % 4}"}, False) for number in range(400)]
    rows += [({"city": "rare"}, True)] * touched
    assert said(Table.of(rows)) == (["city rare"] if accused else [])


@pytest.mark.parametrize(("failed", "expected"), [(7, []), (8, ["city c0"])])
def test_a_gain_below_three_is_background(failed: int, expected: list[str]) -> None:
    """One failure more or less: by scipy's G the one table has a gain of 3 left, the other has not."""
    rows: list[Row] = [({"city": "c0"}, number < failed) for number in range(40)]
    rows += [({"city": f"c{number % 9 + 1}"}, number < 14) for number in range(374)]
    table = [[failed, 40 - failed], [14, 360]]
    g = stats.chi2_contingency(table, correction=False, lambda_="log-likelihood").statistic
    assert (g / 2 - log(10) >= 3) == bool(expected)
    assert said(Table.of(rows)) == expected


def test_faults_are_found_one_after_the_other() -> None:
    """The second one's cases are counted without those of the first, which failed for another reason."""
    rows = crossed(
        4,
        lambda row, repeat: (row["mvno"] == "m1" and repeat < 3) or (row["service"] == "s2" and repeat < 2),
        mvno=6,
        service=5,
        city=3,
    )
    first, second = Table.of(rows).localise().accused
    assert str(first) == "mvno m1: 45 of 60 cases failed, 30 of the 300 others"
    assert str(second) == "service s2: 30 of 60 cases failed, 0 of the 240 others"


def test_what_cannot_be_told_apart_is_accused_together() -> None:
    """Each MVNO's SIM sits in its own modem: no case says which of the two it is."""
    rows = crossed(20, lambda row, repeat: row["mvno"] == "m3", mvno=8, service=4)
    together: list[Row] = [({**row, "modem": f"tty{row['mvno']}"}, failed) for row, failed in rows]
    (accusation,) = Table.of(together).localise().accused
    assert [str(candidate) for candidate in accusation.group] == ["mvno m3", "modem ttym3"]
    assert str(accusation).startswith("mvno m3 or modem ttym3, which these cases cannot tell apart: 80 of 80")
    ranked = Table.of(together).ochiai()
    assert ranked[0].group == accusation.group
    assert sum(accusation.group[1] in item.group for item in ranked) == 1


@pytest.mark.parametrize("culprit", ["mvno", "modem"])
def test_a_few_rotated_cases_tell(culprit: str) -> None:
    """One case in twenty on another modem, and the right one of the two stands alone."""
    random, rows = Random(7), []
    for number in range(3000):
        own = number % 20
        modem = random.randrange(20) if random.random() < 0.05 else own
        bad = {"mvno": own, "modem": modem}[culprit] == 3
        row = {"mvno": f"m{own}", "modem": f"tty{modem}", "service": f"s{random.randrange(6)}"}
        rows.append((row, random.random() < (0.9 if bad else 0.03)))
    assert said(Table.of(rows)) == [{"mvno": "mvno m3", "modem": "modem tty3"}[culprit]]


def test_groups_are_of_the_cases_that_are_left() -> None:
    """Originators and cities differ only in cases of an MVNO accused before: those say nothing of the two."""
    rows: list[Row] = []
    for number in range(1200):
        bad, originator = number % 2 == 0, number // 2 % 6
        city = number // 12 % 6 if bad else originator
        row = {"mvno": "bad" if bad else "good", "originator": f"o{originator}", "city": f"c{city}"}
        rows.append((row, bad or (originator == 1 and number // 12 % 2 == 0)))
    assert said(Table.of(rows, ("mvno", "originator", "city"), {})) == [
        "mvno bad",
        "originator o1 or city c1",
    ]


def test_a_factor_that_does_not_apply_is_no_level() -> None:
    """A call has no originator: that calls fail does not accuse the originator of none."""
    rows: list[Row] = []
    for number in range(400):
        call = number % 4 == 0
        row = {"mvno": f"m{number % 5}", "service": "call" if call else "sms"}
        rows.append((row if call else {**row, "originator": f"o{number % 3}"}, call))
    found = Table.of(rows).localise()
    assert said(Table.of(rows)) == ["service call"]
    assert not any("originator " in str(candidate) for candidate in found.accused[0].group)


def test_small_differences_are_told_and_accuse_nobody() -> None:
    """6 % of one city's cases against 3 % of the others': beyond chance, and no fault."""
    rows: list[Row] = [
        ({"city": f"c{city}"}, number % 100 < (3 if city else 6))
        for city in range(5)
        for number in range(5000)
    ]
    found = Table.of(rows).localise()
    assert not found.accused
    assert [str(item) for item in found.slight] == [
        "city c0: 300 of 5000 cases failed, 600 of the 20000 others"
    ]


def test_ochiai_by_hand() -> None:
    """failed / sqrt(all failures x cases): Abreu et al. 2006. Of equals, the factor that comes first."""
    rows = crossed(4, lambda row, repeat: row["mvno"] == "m1" and repeat < 3, mvno=4, service=3)
    ranked = Table.of(rows).ochiai()
    assert str(ranked[0].group[0]) == "mvno m1" and ranked[0].score == pytest.approx(9 / sqrt(9 * 12))
    assert (ranked[0].failed, ranked[0].valid) == (9, 12)
    assert [str(item.group[0]) for item in ranked[1:]] == [
        "mvno m1 with service s0 (provisioning)",
        "mvno m1 with service s1 (provisioning)",
        "mvno m1 with service s2 (provisioning)",
        "service s0",
    ]
    assert ranked[4].score == pytest.approx(3 / sqrt(9 * 16))
    assert len(Table.of(rows).ochiai(top=2)) == 2


def test_too_few_cases_are_told() -> None:
    rows = crossed(4, lambda row, repeat: False, mvno=3, service=2)
    rows += [({"mvno": "rare", "service": "s0"}, True)] * 2
    table = Table.of(rows, ("mvno", "service"))
    found = table.localise()
    assert not found.accused  # two of two failed, and two say nothing
    assert [str(thin) for thin in found.thin] == [
        "too few cases touch 1 of 4 levels of mvno: rare",
        "too few cases touch 7 of 7 levels of mvno with service",
    ]
    assert table.touching(Candidate((("mvno", "rare"),))) == 2
    assert table.touching(Candidate((("mvno", "m0"), ("service", "s1")))) == 4
    assert table.touching(Candidate((("mvno", "unheard of"),))) == 0
    assert table.touching(Candidate((("city", "c0"),))) == 0


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [({"mvno": "m0"}, True)] * 9,
        crossed(9, lambda row, repeat: False, mvno=4),
        crossed(9, lambda row, repeat: True, mvno=4, city=3),
        [({}, True)] * 9,
    ],
)
def test_where_nobody_can_be_accused(rows: list[Row]) -> None:
    """No case, one level, no failure, nothing but failures, no level at all."""
    found = Table.of(rows).localise()
    assert not found.accused and not found.slight
    assert (found.failed, found.valid) == (sum(failed for _, failed in rows), len(rows))


def test_the_order_of_the_cases_is_nothing() -> None:
    random = Random(4)
    rows = crossed(
        6, lambda row, repeat: row["city"] == "c1" or random.random() < 0.1, mvno=5, city=4, service=4
    )
    expected = Table.of(rows).localise()
    assert expected.accused
    for _ in range(3):
        random.shuffle(rows)
        assert Table.of(rows).localise() == expected


def test_columns_of_one_length() -> None:
    with pytest.raises(ValueError, match="city: 2 levels for 3 cases"):
        Table({"city": ["c1", "c2"]}, [True, False, True])
