"""Every regex from the wild against what its own code was seen to do."""

import re

import pytest

from interop.numbering import Msisdn, audit
from interop.numbering.tables import rows

WILD = rows("wild_regexes")


@pytest.mark.parametrize("row", WILD, ids=[row["name"] for row in WILD])
def test_a_regex_does_what_was_observed(row: dict[str, str]) -> None:
    observed = dict.fromkeys(row["rejects"].split(), False) | dict.fromkeys(row["accepts"].split(), True)
    assert len(observed) >= 20
    ours = {
        prefix: next(r.accepts for r in audit(prefix.ljust(11, "0")) if r.recogniser == row["name"])
        for prefix in observed
    }
    assert ours == observed


@pytest.mark.parametrize("row", WILD, ids=[row["name"] for row in WILD])
def test_both_anchors_are_there(row: dict[str, str]) -> None:
    """So that search(), as the code in the wild does it, and a full match are the same."""
    assert row["regex"].startswith("^") and row["regex"].endswith("$")
    for prefix in range(130, 200):
        number = f"{prefix}00001234"
        found = re.search(row["regex"], number)
        assert bool(found) == bool(re.fullmatch(row["regex"], number))


# reference/china.md section 3, read by hand: who refuses which of our segments
TABLE = {
    "django-localflavor 2014": "1700 1703 1705 1709 1710 1718 162 165 167",
    "validator.js 2015-12": "1703 1710 1718 162 165 167",
    "laravel-sms 2017": "1703 1710 1718 162 165 167",
    "validator.js 2018-03": "162 165 167",
    "validator.js 2019-05": "162 165",
    "AndroidUtilCode 2018": "162 165 167",
    "llhc-find-front": "162 165 167",
    "any-rule strict 2023": "162",
    "Java checkMobilePhone 2016": "1700 1703 1705 1709 1710 1718 162 165 167",
    "cshop 2024": "1700 1703 1705 1709 1710 1718 162 165 167",
    "eladmin-web 2021": "",
    "hutool 2020": "",
}


@pytest.mark.parametrize("name", TABLE)
def test_reference_table(name: str) -> None:
    ours = ["1700", "1703", "1705", "1709", "1710", "1718", "162", "165", "167"]
    refused = [
        prefix
        for prefix in ours
        if not next(r.accepts for r in audit(prefix.ljust(11, "0")) if r.recogniser == name)
    ]
    assert refused == TABLE[name].split()


@pytest.mark.parametrize(
    ("number", "accepts", "detail"),
    [  # reference/china.md 2.2
        ("17090001234", True, "China Unicom"),
        ("17000001234", True, "China Telecom"),
        ("17050001234", True, "China Mobile"),
        ("16200001234", True, "names no carrier"),
        ("16500001234", True, "names no carrier"),
        ("16700001234", True, "China Unicom"),
        ("14900001234", False, "names no carrier"),
        ("17490001234", False, "names no carrier"),
    ],
)
def test_libphonenumber_comes_last(number: str, accepts: bool, detail: str) -> None:
    last = audit(Msisdn(number))[-1]
    assert last.recogniser.startswith("libphonenumber ")
    assert (last.accepts, last.detail) == (accepts, detail)


def test_order_and_completeness() -> None:
    names = [answer.recogniser for answer in audit("+86 170 9000 1234")]
    assert names[:-1] == [row["name"] for row in WILD] and len(names) == 18


def test_iot_numbers_fit_no_form() -> None:
    assert not any(answer.accepts for answer in audit("1440000000001"))
