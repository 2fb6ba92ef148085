"""The release list that ships with Interop, and what is said of one that somebody changed."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from interop.cli.release_list import read_release_list
from interop.lab.document import Mistakes

ROOT = Path(__file__).parents[3]
FACTS = Path("/work/shared/facts/test_items.csv")

# Each row of facts/test_items.csv (how its item begins), and the items that answer it or say why none does.
ROWS = {
    "MO/MT same base network": "calls connection-same",
    "MO/MT between networks or to fixed": "calls connection-others",
    "post-dial delay mobile->fixed": "delay-to-fixed",
    "post-dial delay fixed->mobile": "delay-from-fixed",
    "post-dial delay mobile->mobile": "delay-mobile",
    "serious fault level": "interconnect-fault",
    "P2P MO/MT x {CM,CU,CT,MVNO}": "sms sms-loss sms-time sms-reports sms-report-rate sms-validity",
    "P2P test method": "sms",
    "MT from 106 channel": "codes codes-time code-reports site-codes",
    "MO to 106 code": "code-replies",
    "end to end": "mms mms-loss mms-time mms-kept",
    "PDP attach/activate": "registration data",
    "CLIP / CLIR / COLP": "cli clir",
    "call forwarding": "forwarding forwarding-not-registered",
    "call waiting, hold": "waiting",
    "three-way call": "three-way three-way-more",
    "malicious call trace": "malicious-calls",
    "USSD": "ussd balance",
    "ring-back tone": "ring-back",
    "10010 / 10086 / 10000 free": "free-numbers cost-free-numbers",
    "10020-10039": "hotline cost-hotline",
    "95xxx, 96xxx, 400": "public-numbers",
    "110 119 120 122": "emergency",
    "number ported in/out": "portability",
    "visit another local network": "roaming",
    "regex, carrier and place look-up": "libraries sites labels",
    "call/SMS/MB deducted": "cost cost-nothing cost-data",
    "1-1 message, group chat": "rcs",
    "appeals to MIIT": "complaints",
}
NEVER = "emergency public-numbers rcs libraries complaints portability roaming"


def test_every_row_of_the_facts_is_answered_or_says_why_not() -> None:
    items = {item.id for item in read_release_list("china").items}
    answered = {name for names in ROWS.values() for name in names.split()}
    assert answered <= items
    # of our own: what the suites try besides
    ours = {"card", "call-refused", "mms-reports", "mms-later", "mms-several", "mms-limit"}
    assert items - answered == ours
    if FACTS.exists():
        with FACTS.open(encoding="utf-8") as file:
            rows = [row["item"] for row in csv.DictReader(file)]
        for row in rows:
            assert any(row.startswith(begins) for begins in ROWS), row
        assert len(rows) == len(ROWS)


def test_what_is_never_tried_has_no_case_and_a_reason() -> None:
    items = {item.id: item for item in read_release_list("china").items}
    for name in NEVER.split():
        assert len(items[name].no_case) > 10 and not items[name].services


def test_every_service_is_one_of_a_suite_and_every_one_of_a_suite_is_asked_for() -> None:
    """A name that no suite has would keep its item "not run" for ever."""
    said = re.compile(r'service="([^"]+)"')
    sources = (path.read_text(encoding="utf-8") for path in (ROOT / "suites").rglob("*.py"))
    of_suites = {service for source in sources for service in said.findall(source)}
    asked = {service for item in read_release_list("china").items for service in item.services}
    assert asked == of_suites


def test_the_limits_are_those_of_the_norm() -> None:
    items = {item.id: item for item in read_release_list("china").items}
    assert {name: items[name].at_most for name in items if items[name].at_most is not None} == {
        "connection-same": 0.10,
        "connection-others": 0.20,
        "interconnect-fault": 0.70,
        "sms-loss": 0.05,
        "sms-report-rate": 0.02,
        "mms-loss": 0.05,
    }
    assert {
        name: (item.mean_s, [(limit.share, limit.within_s) for limit in item.within])
        for name, item in items.items()
        if item.timed
    } == {
        "delay-mobile": (10.3, [(1.0, 19.0)]),
        "sms-time": (None, [(0.95, 120.0)]),
        "codes-time": (None, [(0.95, 60.0)]),
        "mms-time": (180.0, [(1.0, 172800.0)]),
    }


BROKEN = """\
name: mine
items:
  - {id: a, title: t, area: x, services: [sms-mo], works: true, at_most: 0.1}
  - {id: a, title: t, area: x, services: [sms-mo]}
  - {id: b, title: t, area: x, services: [sms-mo], kpi: sms_corupted, at_most: 0.1}
  - {id: c, title: t, area: x, services: [sms-mo, voice-mo], kpi: sms_corrupted, at_most: 0.1}
  - {id: d, title: t, area: x, services: [sms-mo], mean_s: 3}
  - {id: e, title: t, area: x, works: true}
  - {id: f, title: t, area: x, no_case: because, services: [sms-mo]}
  - {id: g, title: t, area: x, services: [sms-mo], works: true, arrived: true}
"""


def mistakes(tmp_path: Path, text: str) -> list[str]:
    file = tmp_path / "mine.yaml"
    file.write_text(text)
    with pytest.raises(Mistakes) as refused:
        read_release_list(str(file))
    return [line.removeprefix(f"{file}:") for line in str(refused.value).splitlines()]


def test_every_mistake_of_a_list_is_named_by_its_place(tmp_path: Path) -> None:
    lines = mistakes(tmp_path, BROKEN)
    assert [line.partition(": ")[0] for line in lines] == [
        "3:5", "4:5", "4:10", "5:57", "6:51", "7:5", "8:5", "9:50", "10:65",
    ]  # fmt: skip
    for said, line in zip(
        (
            "a: works and at_most says how it is judged",
            "a: nothing says how it is judged; give one of works: true, at_most, mean_s or within, no_case",
            "a is given twice",
            'did you mean "sms_corrupted"?',
            "sms_corrupted says nothing of voice-mo",
            "d: has no kpi",
            "e: has no services",
            "f: what has no case has no services",
            "arrived is for times",
        ),
        lines,
        strict=True,
    ):
        assert said in line


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name: mine\nitems: []\n", "items"),
        ("name: mine\n", 'has no "items"'),
        ("name: mine\nitems:\n  - {id: a, title: t, area: x, work: true}\n", 'did you mean "works"?'),
        (
            "name: mine\nitems:\n  - {id: a, title: t, area: x, peers: all, works: true}\n",
            'unknown peers "all"',
        ),
        ("name: mine\nitems:\n  - {id: a, title: t, area: x, at_most: 1.5}\n", "1.5"),
        ("- a\n", "a release list file is a mapping (name:, items:)"),
    ],
)
def test_what_does_not_fit_is_said_in_one_line(tmp_path: Path, text: str, says: str) -> None:
    (line,) = mistakes(tmp_path, text)
    assert says in line


def test_a_list_that_is_not_there() -> None:
    with pytest.raises(Mistakes, match=r"chin: no such file, .*there are: china\); did you mean .china.\?"):
        read_release_list("chin")
