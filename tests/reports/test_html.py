from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from interop.record import Verdict
from interop.record.reader import read_run
from interop.reports import html
from interop.reports.text import clean
from tests.reports.conftest import PAYLOADS, attempt, failed, write


class Parsed(HTMLParser):
    """Elements with their attributes; the texts of scripts and styles; visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.text = ""
        self._inside = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._inside = tag

    def handle_endtag(self, tag: str) -> None:
        self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside in self.raw:
            self.raw[self._inside].append(data)
        else:
            self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.fixture(scope="module")
def page(rich_run: Path) -> Parsed:
    return Parsed(html.draw(read_run(rich_run)).decode())


def embedded(page: Parsed) -> dict[str, Any]:
    return dict(json.loads(page.raw["script"][0]))


def test_one_self_contained_file(page: Parsed) -> None:
    assert len(page.all("script")) == 2 and len(page.all("style")) == 1
    for tag, attributes in page.elements:
        assert tag not in ("link", "img", "iframe", "object", "base", "form"), tag
        assert not {"src", "srcset", "style", "onclick"} & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in page.raw["style"][0] and "@import" not in page.raw["style"][0]


def test_the_policy_lets_only_this_script_and_style_in(page: Parsed) -> None:
    policy = next(item["content"] for item in page.all("meta") if item.get("http-equiv")) or ""
    for kind, text in (("script", page.raw["script"][1]), ("style", page.raw["style"][0])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy


def test_every_cell_of_the_matrix_and_every_case_in_one(page: Parsed) -> None:
    buttons = [item for item in page.all("button") if "data-cases" in item]
    assert len(buttons) == 7 * 26
    numbers = sorted(int(number) for item in buttons for number in str(item["data-cases"]).split(","))
    assert numbers == list(range(208))
    assert len(embedded(page)["cases"]) == 208
    by_verdict = {str(item["aria-label"]): str(item["class"]) for item in buttons}
    assert by_verdict["1709 voice-mo CMCC: fail 2"] == "badge fail"
    assert by_verdict["165 report CTCC: inconc "] == "badge inconc"


def test_the_data_behind_a_cell_is_whole(page: Parsed) -> None:
    found = next(
        one for one in embedded(page)["cases"] if one["case"] == "recognition.voice-mo[mi-1709->CMCC]"
    )
    assert found["finding"] == "fails for 1709, works for 186: the segment"
    own, control = found["attempts"]
    assert own["checks"][0] == [
        "the callee rings", "rings in 20 s", "released, cause 3", "fail", "interconnect: no_route",
    ]  # fmt: skip
    assert own["lanes"] == ["mi-1709", "network"]
    assert own["steps"][-1] == [3.4, [0], "in", "released, cause 3 (No route to destination)", ""]
    assert (control["role"], control["title"]) == ("control", "control with cu-186 (186)")
    report = next(one for one in embedded(page)["cases"] if one["case"] == "recognition.report[yt-165->CMCC]")
    assert [one["role"] for one in report["attempts"]] == ["retried", "final"]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_text_of_the_record_becomes_markup(tmp_path: Path, payload: str) -> None:
    """A harmless text and a hostile one in the same places must make the same elements."""

    def drawn(folder: str, text: str) -> Parsed:
        made = failed(detail=text, peer=text, service=text, devices={text: text}, standard=text)
        return Parsed(html.draw(read_run(write(tmp_path / folder, [made], meta={"lab": text}))).decode())

    def skeleton(page: Parsed) -> list[tuple[str, list[str]]]:
        return [(tag, sorted(attributes)) for tag, attributes in page.elements]

    hostile = drawn("hostile", payload)
    assert skeleton(hostile) == skeleton(drawn("harmless", "x"))
    (case,) = embedded(hostile)["cases"]
    assert case["standard"] == clean(payload)


def test_the_head_says_what_ran_and_what_came(page: Parsed) -> None:
    words = " ".join(page.text.split())
    for said in (
        "emulated (演示实验室)", "20140501", "1:18:32", "11.4 s", "1.05 (bound 4410 s)",
        "2026-01-05 01:00:00 UTC",
        "interop 0.1.0, python 3.11.7", "route.missing@segment=1709,from=CMCC", "197 ✓ pass", "9 ✗ fail",
        "2 ? inconc", "1 ! error", "modem-12 has no VoLTE", "regex-8", "12.5 %", "3.5 to 36.0 %",
    ):  # fmt: skip
        assert said in words, said


def test_a_pure_function_of_the_record(rich_run: Path) -> None:
    assert html.draw(read_run(rich_run)) == html.draw(read_run(rich_run))


def test_a_killed_run_is_drawn_too(tmp_path: Path) -> None:
    run = write(tmp_path, [attempt()], meta={"state": "running", "lab": "x"})
    with (run / "results.jsonl").open("ab") as file:
        file.write(b'{"type":"attempt","case":"')
    text = Parsed(html.draw(read_run(run)).decode()).text
    assert "This run has not ended (state: running)" in text and "1 unfinished line of its files" in text


def test_an_empty_run_is_drawn_too(tmp_path: Path) -> None:
    assert "No case has a result." in Parsed(html.draw(read_run(write(tmp_path, [], meta={}))).decode()).text


def luminance(colour: str) -> float:
    """WCAG 2.1 relative luminance of #rgb or #rrggbb."""
    digits = colour.lstrip("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_stand_out_as_wcag_aa_asks(scheme: str) -> None:
    style = (files("interop.reports") / "style.css").read_text(encoding="utf-8")
    light, dark, *_ = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", light + (dark if scheme == "dark" else "")))
    for ground in ("paper", "band", *(f"{verdict}-tint" for verdict in Verdict)):
        assert contrast(colours["ink"], colours[ground]) >= 4.5, ground
    for ground in ("paper", "band"):
        for text in ("soft", "link"):
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
