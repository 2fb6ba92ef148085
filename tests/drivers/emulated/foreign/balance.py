"""What *100# tells on the emulated modems: whatever a test did before may have cost something."""

from __future__ import annotations

import re


def tells_balance(text: str | None) -> bool:
    """Whether it is somewhere in what a program shows."""
    return re.search(r"您好，您的当前余额为\d{2}\.\d\d元。", text or "") is not None
