"""gammu-smsd on our pty: it receives what was stored and what comes live, and sends what is injected."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated, Phone, Program

pytestmark = pytest.mark.foreign

RC = """
[gammu]
device = {pty}
connection = at

[smsd]
service = files
logfile = stdout
debuglevel = 255
commtimeout = 1
receivefrequency = 1
statusfrequency = 0
deliveryreport = log
inboxformat = unicode
inboxpath = {folder}/inbox/
outboxpath = {folder}/outbox/
sentsmspath = {folder}/sent/
errorsmspath = {folder}/error/
"""


def inbox(folder: Path) -> list[tuple[str, str]]:
    """Sender and text of every file IN<date>_<time>_<serial>_<sender>_<part>.txt; what follows a NUL is a
    buffer's rest."""
    files = sorted((folder / "inbox").iterdir())
    return [
        (file.name.split("_")[3], file.read_bytes().decode("utf-16").partition("\0")[0]) for file in files
    ]


def test_receives_and_sends(
    small: Emulated,
    phone: Callable[[str], Phone],
    start: Callable[..., Program],
    run: Callable[..., str],
    tmp_path: Path,
) -> None:
    for folder in ("inbox", "outbox", "sent", "error"):
        (tmp_path / folder).mkdir()
    rc = tmp_path / "smsdrc"
    rc.write_text(RC.format(pty=small.modems["m05"]["pty"], folder=tmp_path))
    far = phone(small.modems["m04"]["pty"])
    far.text("8618600001234", "先存起来的")
    smsd = start("gammu-smsd", "-c", str(rc))
    smsd.wait(r"Received IN\S+\n")
    far.text("8618600001234", "后来的")
    smsd.wait(r"Received IN\S+\n")
    assert inbox(tmp_path) == [("+8613900001234", "先存起来的"), ("+8613900001234", "后来的")]
    run(
        "gammu-smsd-inject",
        "-c",
        str(rc),
        "TEXT",
        "+8613900001234",
        "-unicode",
        "-report",
        "-text",
        "验证码是八",
    )
    assert far.arrives() == ("8618600001234", "验证码是八")
    smsd.wait(r'Grabbed string from reply: "SR"')
    assert [file.name for file in (tmp_path / "error").iterdir()] == []
