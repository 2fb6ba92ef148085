"""smstools' smsd on our pty: it sends with a status report and receives, from two memories."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated, Phone, Program

pytestmark = pytest.mark.foreign

FOLDERS = ("outgoing", "checked", "incoming", "failed", "sent", "report")
CONF = """
devices = GSM1
logfile = 1
loglevel = 7
infofile = {folder}/smsd.working
pidfile = {folder}/smsd.pid
delaytime = 1

[GSM1]
device = {pty}
incoming = yes
report = yes
baudrate = 115200
check_network = yes
init = AT+CNMI=2,1,0,2,0
primary_memory = SM
secondary_memory = SR
secondary_memory_max = 10
"""
MESSAGE = b"To: 8613900001234\nAlphabet: UCS\nReport: yes\n\n"


def parts(file: Path) -> tuple[str, bytes]:
    """Headers and body of a message file of smsd; UCS2 bodies are UTF-16BE."""
    head, _, body = file.read_bytes().partition(b"\n\n")
    return head.decode(), body


def test_sends_and_receives(
    small: Emulated, phone: Callable[[str], Phone], start: Callable[..., Program], tmp_path: Path
) -> None:
    for name in FOLDERS:
        (tmp_path / name).mkdir()
    paths = "".join(f"{name} = {tmp_path / name}\n" for name in FOLDERS)
    conf = tmp_path / "smsd.conf"
    conf.write_text(paths + CONF.format(pty=small.modems["m05"]["pty"], folder=tmp_path))
    far = phone(small.modems["m04"]["pty"])
    far.text("8618600001234", "先存起来的")
    (tmp_path / "outgoing" / "one").write_bytes(MESSAGE + "验证码是八".encode("utf-16-be"))
    smsd = start("smsd", "-c", str(conf), "-t")
    assert far.arrives() == ("8618600001234", "验证码是八")
    far.text("8618600001234", "后来的")
    files = {parts(Path(smsd.wait(r"Wrote an incoming message file: (\S+)\n")[1].decode())) for _ in range(3)}
    bodies = {body for head, body in files if "From: 8613900001234" in head and "Alphabet: UCS2" in head}
    assert bodies == {text.encode("utf-16-be") for text in ("先存起来的", "后来的")}
    (report,) = (body for _, body in files if b"STATUS REPORT" in body)
    assert b"Message_id: 1\n" in report and b"Status: 0," in report
    assert "Message_id: 1" in parts(tmp_path / "sent" / "one")[0]
