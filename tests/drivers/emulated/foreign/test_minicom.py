"""minicom's runscript on our pty: a script of sends and expectations, as for a real modem."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.drivers.emulated.foreign.conftest import Emulated, Phone, Program

pytestmark = pytest.mark.foreign

# A step the modem does not answer as expected ends the script with a code of its own. "\c": no CR after it.
# All waits are long: on a machine that is busy with other tests it is only slow.
SCRIPT = r"""
timeout 600
send "ATE0"
expect {
  "OK" break
  timeout 120 exit 2
}
send "AT+CGMM"
expect {
  "EM1" break
  timeout 120 exit 3
}
expect {
  "OK" break
  timeout 120 exit 4
}
send "AT+CSCS=\"UCS2\";+CMGF=1;+CSMP=17,167,0,8"
expect {
  "OK" break
  timeout 120 exit 5
}
send "AT+CMGS=\"002B0038003600310033003900300030003000300031003200330034\""
expect {
  ">" break
  timeout 120 exit 6
}
send "9A8C8BC178014E8C\c"
send "^Z\c"
expect {
  "+CMGS: 1" break
  timeout 120 exit 7
}
send "ATD13900001234;"
expect {
  "NO CARRIER" exit 0
  timeout 120 exit 8
}
"""
WITHIN_S = 360.0


def test_a_script_identifies_sends_and_calls(
    small: Emulated, phone: Callable[[str], Phone], start: Callable[..., Program], tmp_path: Path
) -> None:
    script = tmp_path / "script"
    script.write_text(SCRIPT)
    far = phone(small.modems["m04"]["pty"])
    phone(small.modems["m05"]["pty"])  # the script does not wait until its modem is in service
    runscript = start("runscript", str(script), terminal=small.modems["m05"]["pty"])
    assert far.arrives(WITHIN_S) == ("8618600001234", "验证码二")
    far.wait(r'\+CLIP: "\+8618600001234"', WITHIN_S)
    far.at("ATA")
    far.at("ATH")
    runscript.finish(WITHIN_S)
