"""Why a port could not be opened, and what to do about it."""

from __future__ import annotations

import errno
from pathlib import Path


def why_not_open(port: str, error: Exception) -> str:
    """What went wrong and what to do, from the errno that pyserial wraps or only quotes."""
    number = getattr(error, "errno", None)
    text = str(error)
    if number is None:
        number = next((n for n in (errno.ENOENT, errno.EACCES, errno.EBUSY) if f"[Errno {n}]" in text), None)
    if number == errno.ENOENT or (port.startswith("/") and not Path(port).exists()):
        return f"no such port {port}: is the modem plugged in?"
    if number in (errno.EACCES, errno.EPERM):
        return f"no permission to open {port}: add yourself to group dialout and log in again"
    if number in (errno.EBUSY, errno.EAGAIN) or "exclusively lock" in text:
        return f"{port} is held by another program (ModemManager?): stop it or exclude the port from it"
    return f"cannot open {port}: {text}"
