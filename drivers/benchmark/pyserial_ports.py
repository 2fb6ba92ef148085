"""What pyserial alone does with many ports: `python -m drivers.benchmark.pyserial_ports PORT...`

Opens one after another, keeps all open, and asks each with `readline`. It waits in select(), which knows no
descriptor from 1024 on, and keeps five of them for each port. `{"answered": 203, "error": "..."}`.
"""

from __future__ import annotations

import json
import sys

import serial


def main() -> None:
    opened: list[serial.Serial] = []
    error = ""
    for path in sys.argv[1:]:
        try:
            port = serial.Serial(path, 115200, timeout=5)
            opened.append(port)
            port.write(b"AT+CSQ\r")
            while (line := port.readline()) != b"OK\r\n":
                if not line:
                    raise TimeoutError("no answer")
        except (OSError, ValueError) as wrong:
            error = f"{type(wrong).__name__}: {wrong}"
            break
    answered = len(opened) - bool(error)
    print(json.dumps({"answered": answered, "error": error}))


if __name__ == "__main__":
    main()
