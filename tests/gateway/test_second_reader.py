"""Every frame of CMPP, SGIP and SMGP, read by a second reader that knows only gateway_spec.csv.

For SGIP and SMGP there is no foreign program. The table was taken from the protocols' documents by hand and
knows nothing of our classes; the reader below knows nothing but the table: offsets, sizes, types.
"""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interop.gateway import Dialect, Frame, GatewayError, cmpp, sgip, smgp
from interop.gateway.wire import Content, Number, Octets, Parameters, Receivers, Text, Triple, layout

Row = dict[str, str]
_SPEC = Path(__file__).parent / "gateway_spec.csv"
_FRAMES: dict[str, tuple[Dialect, int]] = {
    "CMPP 2.x": (cmpp.CMPP, 2),
    "CMPP 3.0": (cmpp.CMPP, 3),
    "SGIP 1.2/1.3": (sgip.SGIP, 2),
    "SMGP 3.0.x": (smgp.SMGP, 2),
}
_NOT_BUILT = {("CMPP", "QUERY"), ("CMPP", "CANCEL")}


def tables() -> Iterator[tuple[str, int, list[Row]]]:
    """Protocol and version, command, rows in order; "TERMINATE / _RESP" is two commands."""
    found: dict[tuple[str, str, str, str], list[Row]] = {}
    with _SPEC.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key = (row["protocol"], row["version"], row["pdu"], row["command_id"])
            found.setdefault(key, []).append(row)
    for (protocol, version, pdu, commands), rows in found.items():
        if (protocol, pdu) in _NOT_BUILT:
            continue
        names = ["CMPP 2.x", "CMPP 3.0"] if version == "all" else [f"{protocol} {version}"]
        for name in names:
            for command in _commands(commands):
                yield name, command, rows


def _commands(text: str) -> list[int]:
    if text == "0x80000001..5,0x80000011":
        return [0x80000001, 0x80000003, 0x80000004, 0x80000005, 0x80000011]
    return [int(part, 16) for part in re.findall(r"0x[0-9a-f]+", text)]


def read(rows: list[Row], data: bytes) -> tuple[list[Any], int]:
    """Values of all fields behind the header, and where the last one ends. n and L are counts read before."""
    known: dict[str, int] = {"n": 0, "L": 0, "T": 0}
    values: list[Any] = []
    end = 0
    for row in rows:
        offset = eval(re.sub(r"(\d)n", r"\1*n", row["offset"]), {}, known)
        if row["size"] == "T":
            known["T"] = len(data) - offset
        size = eval(row["size"], {}, known)
        octets = data[offset : offset + size]
        assert len(octets) == size, row
        end = offset + size
        name = row["field"]
        if name in ("DestUsr_tl", "UserCount", "DestTermIDCount"):
            known["n"] = octets[0]
        elif name.lower().replace("_", "") in ("msglength", "messagelength") and offset > 0:
            known["L"] = int.from_bytes(octets, "big")
        if offset >= 8 and name not in ("Sequence_Id", "Seq_node", "Seq_time", "Seq_no"):
            values.append(octets)
    return values, end


def put(form: Any, rng: random.Random) -> tuple[Any, list[bytes]]:
    """A value for a form, and the octets of the table's fields that it must become."""
    match form:
        case Number(size):
            value = rng.randrange(256**size)
            return value, [value.to_bytes(size, "big")]
        case Text(size):
            text = "".join(rng.choices("0123456789ABCabc :", k=rng.randint(0, size)))
            return text, [text.encode().ljust(size, b"\0")]
        case Octets(size):
            octets = rng.randbytes(size)
            return octets, [octets]
        case Content(size, most):
            octets = rng.randbytes(rng.randint(0, most))
            return octets, [len(octets).to_bytes(size, "big"), octets]
        case Receivers(size):
            numbers = tuple(f"86170{rng.randrange(10**8):08d}" for _ in range(rng.randint(1, 100)))
            return numbers, [bytes((len(numbers),)), b"".join(n.encode().ljust(size, b"\0") for n in numbers)]
        case Triple():
            triple = tuple(rng.randrange(2**32) for _ in range(3))
            return triple, [b"".join(part.to_bytes(4, "big") for part in triple)]
        case Parameters():
            tags = tuple(
                (rng.randrange(1, 19), rng.randbytes(rng.randint(0, 21))) for _ in range(rng.randint(0, 4))
            )
            return tags, [b"".join(t.to_bytes(2, "big") + len(v).to_bytes(2, "big") + v for t, v in tags)]
    raise AssertionError(form)


TABLES = list(tables())


def test_every_command_is_in_the_table() -> None:
    """What we can send and the table does not know would be checked by nobody."""
    for name, (dialect, _) in _FRAMES.items():
        known = {command for protocol, command, _ in TABLES if protocol == name}
        missing = {hex(command) for command in dialect.commands if command not in known}
        # the table writes the answers of SMGP and CMPP 2.x that equal others only once
        assert missing <= {"0x80000005"} if name == "CMPP 2.x" else not missing, (name, missing)


@pytest.mark.parametrize(("name", "command", "rows"), TABLES, ids=[f"{n}-{c:08x}" for n, c, _ in TABLES])
def test_to_the_last_octet(name: str, command: int, rows: list[Row]) -> None:
    dialect, version = _FRAMES[name]
    kind = dialect.commands[command]
    for seed in range(20):
        rng = random.Random(f"{name}/{command}/{seed}")
        values, expected = {}, []
        for field, form in layout(kind, version):
            values[field], octets = put(form, rng)
            expected += octets
        sequence = put(dialect.sequence, rng)[0]
        data = dialect.encode(Frame(kind(**values), sequence), version)
        read_back, end = read(rows, data)
        assert read_back == expected
        assert end == len(data) == int.from_bytes(data[:4], "big")
        assert int.from_bytes(data[4:8], "big") == command
        frame = dialect.decode(data, version)
        assert (frame.pdu, frame.sequence) == (kind(**values), sequence)


@pytest.mark.parametrize(("name", "command", "rows"), TABLES, ids=[f"{n}-{c:08x}" for n, c, _ in TABLES])
def test_truncated_and_too_long(name: str, command: int, rows: list[Row]) -> None:
    del rows
    dialect, version = _FRAMES[name]
    kind = dialect.commands[command]
    rng = random.Random(1)
    values = {field: put(form, rng)[0] for field, form in layout(kind, version)}
    if "options" in values:
        values["options"] = ((1, b"x"),)
    data = dialect.encode(Frame(kind(**values), dialect.first), version)
    # an SMGP PDU may end where its options begin
    ends = {len(data) - 5} if "options" in values else set()
    for end in range(8, len(data)):
        if end not in ends:
            with pytest.raises(GatewayError):
                dialect.decode(data[:end], version)
    with pytest.raises(GatewayError):
        dialect.decode(data + b"\0", version)
