"""gammu on our pty: identity, messages both ways with a report asked for, storage, calls, USSD.

It sleeps four seconds of its own at every start, so a test is one run, told what to do line by line.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.drivers.emulated.foreign.balance import tells_balance

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated, Phone, Program

pytestmark = pytest.mark.foreign

OURS, THEIRS = "8618600001234", "8613900001234"


@pytest.fixture
def gammu(small: Emulated, start: Callable[..., Program], tmp_path: Path) -> Program:
    rc = tmp_path / "gammurc"
    rc.write_text(f"[gammu]\ndevice = {small.modems['m05']['pty']}\nconnection = at\n")
    return start("gammu", "-c", str(rc), "batch")


@pytest.fixture
def far(small: Emulated, phone: Callable[[str], Phone]) -> Phone:
    return phone(small.modems["m04"]["pty"])


def test_identity_and_messages(gammu: Program, far: Phone) -> None:
    far.text(OURS, "验证码一二三")
    gammu.tell("identify")
    gammu.tell("getsecuritystatus")
    gammu.tell("monitor 1")
    gammu.tell("getsmsc")
    gammu.tell(f"sendsms TEXT +{THEIRS} -unicode -report -text 你好世界")
    assert far.arrives() == (OURS, "你好世界"), (
        "by now gammu has asked all before, and the first message is in"
    )
    gammu.tell("savesms TEXT -unicode -text 存起来")
    gammu.tell("getallsms")
    gammu.tell("deletesms 0 1")
    gammu.tell("getallsms")
    first, *_, before, _, after = gammu.finish().split("Executing batch")[1:]
    said = gammu.heard.decode()
    for wanted in ("INTEROP", "EM1-01.00", "869999990000047", "460011860001234"):
        assert wanted in first
    assert "Nothing to enter" in said
    assert 'Number               : "+8613010112500"' in said, "the service centre of the card"
    assert "China Unicom" in said and "home network" in said and "-69 dBm" in said, "monitor"
    assert "OK, message reference=1" in said
    assert f'"+{THEIRS}"' in before and "\n验证码一二三\n" in before and "\n存起来\n" in before
    assert "验证码一二三" not in after and "\n存起来\n" in after, "only the one at place 1 is deleted"


def test_a_multimedia_message_is_announced(
    gammu: Program,
    small: Emulated,
    beside: Callable[[str], Phone],
    multimedia: Callable[[str, str, bytes], None],
) -> None:
    ours = beside(small.modems["m05"]["tcp"])
    assert ours.at("AT+CNMI=2,1") == ["OK"]
    multimedia("m04", OURS, b"At the sea\0")
    ours.wait(r"\+CMTI: ")
    gammu.tell("geteachsms")
    said = " ".join(gammu.finish().split())
    assert f"Sender : +{THEIRS}/TYPE=PLMN Subject : At the sea" in said
    assert "Address : http://mmsc.myuni.com.cn/" in said and "Message size : " in said


def test_calls_and_ussd(gammu: Program, far: Phone) -> None:
    far.at("AT^DSCI=1")
    gammu.tell(f"dialvoice +{THEIRS}")
    far.wait(rf'\+CLIP: "\+{OURS}",145')
    far.at("ATA")
    far.wait(r"\^DSCI: 1,1,3,")
    gammu.tell("cancelcall")
    far.wait(r"\^DSCI: 1,1,6,")
    far.at(f"ATD+{OURS};")
    far.wait(r"\^DSCI: 1,0,7,")
    gammu.tell("answercall")
    far.wait(r"\^DSCI: 1,0,3,")
    gammu.tell("cancelcall")
    far.wait(r"\^DSCI: 1,0,6,")
    gammu.tell("getussd *100#")
    assert tells_balance(gammu.finish())
