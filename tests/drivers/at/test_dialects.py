"""Dialects are data: found, inherited, checked."""

from __future__ import annotations

from pathlib import Path

import pytest

from drivers.at.dialect import DialectError, UrcKind, bases, load, names
from drivers.at.guard import Guard
from drivers.at.modem import AtModem


def test_the_shipped_ones() -> None:
    assert names() == [
        "cinterion", "generic", "huawei", "quectel", "quectel-native", "sim800", "simcom", "telit", "ublox",
        "wavecom", "zte",
    ]  # fmt: skip


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


def test_the_errors_of_an_mms_client_replace_those_of_its_family() -> None:
    simcom, sim800, native = load("simcom").mms, load("sim800").mms, load("quectel-native").mms
    assert (simcom.way, sim800.way, native.way, load("quectel").mms.way) == (
        "simcom", "simcom2g", "quectel", "sockets",
    )  # fmt: skip
    assert 170 in simcom.errors and 170 not in sim800.errors
    assert load("generic").mms.way == load("huawei").mms.way == ""


def test_probes_have_different_prefixes() -> None:
    for name in names():
        probes = load(name).probes
        assert len(set(probes)) == len(probes) >= 3


def test_a_lab_may_add_its_own(tmp_path: Path) -> None:
    (tmp_path / "ours.yaml").write_text("extends: quectel\nreports_causes: false\n", encoding="utf-8")
    assert load("ours", tmp_path).reports_causes is False
    assert load("ours", tmp_path).urcs["^DSCI:"].states == {3: 0, 7: 3}
    assert "ours" in names(tmp_path)


def test_a_lab_may_change_a_shipped_one_under_its_own_name(tmp_path: Path) -> None:
    text = "extends: huawei\nextra_setup: [[AT^PORTSEL=1]]\n"
    (tmp_path / "huawei.yaml").write_text(text, encoding="utf-8")
    ours = load("huawei", tmp_path)
    assert ours.extra_setup == (("AT^PORTSEL=1",),)
    assert ours.urcs["^CEND:"] == load("huawei").urcs["^CEND:"]
    assert bases("huawei", tmp_path) == ["huawei", "huawei", "generic"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("extends: quectel\nurcz: {}\n", r"bad\.yaml:2:1: urcz: "),
        ("extends: quectel\nurcs:\n  '+X:': {event: rang}\n", r"bad\.yaml:3:11: urcs\.\+X:\.event: .*rang"),
        ("extends: quectel\nsetup: [[AT], AT+X]\n", r"bad\.yaml:2:15: setup\.1: .*AT\+X"),
        ("extends: zte\nmms:\n  errors: {7: [up, unknown]}\n", r"bad\.yaml:3:16: mms\.errors\.7\.0: .*up"),
        ("extends: simcom\nmms: {way: pigeon}\n", r"bad\.yaml:2:7: mms\.way: .*pigeon"),
        ("extends: nowhere\n", r"bad\.yaml:1:1: no dialect 'nowhere'"),
        ("extends: bad\n", r"bad\.yaml:1:1: dialect bad extends itself"),
        ("extends: worse\n", r"worse\.yaml:1:1: dialect bad extends itself: bad -> worse -> bad"),
        ("- a\n", r"bad\.yaml: a mapping is needed"),
        ("", r"bad\.yaml: a mapping is needed"),
        ("a: [\n", r"bad\.yaml:2:1: "),
        ("about: \x00\n", r"bad\.yaml"),
    ],
)
def test_a_mistake_is_one_clear_error_with_its_place(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "worse.yaml").write_text("extends: bad\n", encoding="utf-8")
    with pytest.raises(DialectError, match=message) as raised:
        load("bad", tmp_path)
    assert "\n" not in str(raised.value)


def test_a_mistake_in_what_is_extended_is_shown_there(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("extends: generic\ncalls: {poll_s: often}\n", encoding="utf-8")
    (tmp_path / "ours.yaml").write_text("extends: base\n", encoding="utf-8")
    with pytest.raises(DialectError, match=r"base\.yaml:2:9: calls\.poll_s: .*often"):
        load("ours", tmp_path)


def test_no_utf8_is_no_dialect(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_bytes(b"about: \xff\n")
    with pytest.raises(DialectError, match=r"bad\.yaml"):
        load("bad", tmp_path)


def test_a_dialect_that_changes_on_disk_is_read_again(tmp_path: Path) -> None:
    """Many modems share one reading of a file; an edited file is another."""
    own = tmp_path / "dialects" / "ours.yaml"
    own.parent.mkdir()
    own.write_text("extends: generic\nabout: mine\n", encoding="utf-8")
    AtModem.check_dialect("ours", tmp_path)
    own.write_text("extends: generic\nabout: mine\nnonsense: 1\n", encoding="utf-8")
    with pytest.raises(DialectError, match="nonsense"):
        AtModem.check_dialect("ours", tmp_path)
