from __future__ import annotations

import os
from pathlib import Path

import pytest

from interop.lab.load import load
from interop.lab.secrets import SecretError, headers, known, resolve, secrets


def test_a_pin_is_read_from_where_its_reference_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTEROP_PIN_MI_1709", "4711")
    lab = load("lab-example")
    by_name = {sim.name: sim for sim in lab.sims}
    assert secrets(lab, by_name["mi-1709"]) == {"pin": "4711"}
    assert secrets(lab, by_name["cmcc-1"]) == {}
    assert "4711" not in repr(lab)


def test_a_file_is_looked_for_beside_the_lab_file(tmp_path: Path) -> None:
    (tmp_path / "pin").write_text("4711\n# a note\n")
    assert resolve("file:pin", tmp_path) == "4711"
    assert resolve(f"file:{tmp_path}/pin", Path("/")) == "4711"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        ("env:INTEROP_NOT_SET", "env:INTEROP_NOT_SET: this environment variable is not set"),
        ("file:none", "file:none: No such file or directory"),
        ("file:empty", "file:empty: this file is empty"),
        ("file:binary", "file:binary: not UTF-8 text"),
        ("file:pipe", "file:pipe: this is no file"),
        ("file:.", "file:.: this is no file"),
        ("file:/dev/zero", "file:/dev/zero: this is no file"),
    ],
)
def test_what_cannot_be_had(reference: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff4711")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SecretError) as caught:
        resolve(reference, tmp_path)
    assert str(caught.value) == said


def test_a_header_may_be_a_reference(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "hush")
    form = (
        load("small").forms[0].model_copy(update={"headers": {"Authorization": "env:TOKEN", "Accept": "*/*"}})
    )
    assert headers(load("small"), form) == {"Authorization": "hush", "Accept": "*/*"}


def test_what_an_editor_leaves_around_a_secret_is_not_part_of_it(tmp_path: Path) -> None:
    (tmp_path / "pin").write_bytes(b"4711 \r\n")
    assert resolve("file:pin", tmp_path) == "4711"


@pytest.mark.parametrize(("token", "hidden"), [("Bearer abc", ["Bearer abc", "abc"]), (" ", [" "]), ("", [])])
def test_all_that_must_not_be_shown(token: str, hidden: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """PINs, headers and accounts' secrets; what cannot be had hides nothing, and its device says so."""
    for name, value in (("PIN", "4711"), ("TOKEN", token), ("GW", "hu5h")):
        monkeypatch.setenv(name, value)
    small = load("small")
    sims = (small.sims[0].model_copy(update={"pin": "env:PIN"}), *small.sims[1:])
    given = {"Authorization": "env:TOKEN", "Accept": "*/*"}
    forms = (small.forms[0].model_copy(update={"headers": given}),)
    gateways = tuple(
        gateway.model_copy(update={"secret": secret})
        for gateway, secret in zip(small.gateways, ("env:GW", "env:NOT_SET"), strict=False)
    )
    lab = small.model_copy(update={"sims": sims, "forms": forms, "gateways": gateways})
    assert known(lab) == ["4711", *hidden, "hu5h"]
