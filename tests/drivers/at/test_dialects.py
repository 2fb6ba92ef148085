"""Dialects are data: found, inherited, checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.at.dialect import DialectError, UrcKind, load, names
from drivers.at.guard import Guard


def test_the_shipped_ones() -> None:
    assert names() == ["generic", "huawei", "quectel", "simcom"]


@pytest.mark.parametrize("name", names())
def test_all_that_a_dialect_sends_passes_the_guard(name: str) -> None:
    dialect = load(name)
    rows = (*dialect.setup, *dialect.extra_setup, dialect.required, dialect.probes, dialect.calls.hang_up)
    for text in (form for row in rows for form in row):
        assert Guard().danger(text.encode() + b"\r") == ""


def test_a_child_keeps_what_it_does_not_change() -> None:
    assert load("huawei").urcs["+CMTI:"].event is UrcKind.MESSAGE_STORED
    assert load("huawei").urcs["^CEND:"].fields == ("index", "duration", "end_status", "cause")
    assert "^CEND:" not in load("generic").urcs


def test_probes_have_different_prefixes() -> None:
    for name in names():
        probes = load(name).probes
        assert len(set(probes)) == len(probes) >= 3


def test_a_lab_may_add_its_own(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("extends: quectel\nreports_causes: false\n", encoding="utf-8")
    assert load("ours", tmp_path).reports_causes is False
    assert load("ours", tmp_path).urcs["^DSCI:"].states == {3: 0, 7: 3}
    assert "ours" in names(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: quectel\nurcz: {}\n", "urcz"),
        ("extends: quectel\nurcs: {'+X:': {event: rang}}\n", "rang"),
        ("extends: nowhere\n", "no dialect 'nowhere'"),
        ("extends: bad\n", "extends itself"),
        ("- a\n", "a mapping is needed"),
        ("a: [\n", "bad.yaml"),
    ],
)
def test_a_mistake_is_one_clear_error(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(DialectError, match=message):
        load("bad", tmp_path)
