"""`interop benchmark mms`: every way brings the message as it was, and what is too large is refused."""

from __future__ import annotations

import json

from typer.testing import CliRunner

from drivers.benchmark.commands import app
from drivers.benchmark.multimedia import MOST, WAYS
from drivers.benchmark.report import of_ways


def test_it_prints_both_times_of_every_way() -> None:
    result = CliRunner().invoke(app, ["mms", "--octets", "20000", "--json"])
    assert result.exit_code == 0, result.output
    figures = json.loads(result.output)["figures"]
    expected = [f"{way}: {what}" for way in WAYS for what in ("sent", "fetched")]
    assert [figure["what"] for figure in figures] == expected
    assert all(figure["value"] >= 0 for figure in figures)


def test_more_than_the_centres_take_is_refused() -> None:
    result = CliRunner().invoke(app, ["mms", "--octets", str(MOST + 1)])
    assert result.exit_code == 1
    assert f"at most {MOST}" in result.output


def test_more_than_a_second_is_missed() -> None:
    sent, fetched = of_ways([{"way": "host", "sending_s": 0.99, "fetching_s": 1.2}])
    assert (sent.met, fetched.met) == (True, False)
