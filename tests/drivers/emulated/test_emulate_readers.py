"""`interop emulate` with cards, as PC/SC programs of others meet it."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from typing import Any

import pytest

from drivers.card.cardfile import CardFile, blank
from drivers.emulated.readers import Seat, Vpcd, plugged
from drivers.emulated.uicc import Card
from drivers.emulated.uicc.pcscd import MOST, missing
from interop.protocols.errors import NotAvailable

WITHIN_S = 60.0
EMPTY = "<a folder without cards>"
ICCIDS = ("89860120811000017091", "89860120811000017092", "89860120811000017093")
SELECT_ICCID, READ_ICCID = ("-s", "00A4000C022FE2"), ("-s", "00B000000A")
SWAPPED = {ICCIDS[0]: "98 68 10 02 18 01 00 10 07 19", ICCIDS[2]: "98 68 10 02 18 01 00 10 07 39"}
VERIFY_ADM, SELECT_FPLMN, ADD_CHINA_UNICOM = (
    ("-s", "0020000A083838383838383838"),
    ("-s", "00A4080C047FFF6F7B"),
    ("-s", "00D600000364F010"),
)
IMSI = ("-s", "00A4080C047FFF6F07", "-s", "00B0000009")
USIM = ("-s", "00A4040C07A0000000871002")
FPLMN = "3F00/7FFF/6F7B"


@pytest.fixture
def cards(tmp_path: Path) -> Path:
    """c0.json, c1.json, c2.json"""
    folder = tmp_path / "cards"
    folder.mkdir()
    for number, iccid in enumerate(ICCIDS):
        blank(folder / f"c{number}.json", iccid=iccid)
    return folder


@pytest.fixture
def stock() -> None:
    if why := missing():
        pytest.skip(why)
    for program in ("pcsc_scan", "opensc-tool"):
        if which(program) is None:
            pytest.skip(f"{program} is not installed (apt-get install pcsc-tools opensc)")


@contextmanager
def emulate(*options: object) -> Iterator[tuple[dict[str, Any], subprocess.Popen[str]]]:
    command = [sys.executable, "-m", "interop", "emulate", *map(str, options), "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        ready, _, _ = select.select([process.stdout], [], [], WITHIN_S)
        assert ready, "no first line"
        yield json.loads(process.stdout.readline()), process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(WITHIN_S)


def say(rows: dict[str, Any], *command: str) -> str:
    environment = os.environ | {"PCSCLITE_CSOCK_NAME": rows["PCSCLITE_CSOCK_NAME"]}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=WITHIN_S)
    return done.stdout + done.stderr


@pytest.mark.foreign
def test_stock_programs_find_and_write_the_cards_of_a_folder(stock: None, cards: Path) -> None:
    with emulate("--cards", cards) as (rows, _):
        assert [(row["name"], row["iccid"]) for row in rows["readers"]] == [
            (f"c{number}", iccid) for number, iccid in enumerate(ICCIDS)
        ]
        names = [row["reader"] for row in rows["readers"]]
        scanned = say(rows, "pcsc_scan", "-n", "-t", "1")
        atr = bytes.fromhex(rows["readers"][0]["atr"])
        assert scanned.count(atr.hex(" ").upper()) == 3 and all(name in scanned for name in names)
        assert all(f"Yes             {name}" in say(rows, "opensc-tool", "-l") for name in names)
        assert atr.hex(":") in say(rows, "opensc-tool", "-r", names[2], "-a", "-n")
        third = say(rows, "opensc-tool", "-r", names[2], *SELECT_ICCID, *READ_ICCID)
        assert SWAPPED[ICCIDS[2]] in third, third
        written = say(
            rows, "opensc-tool", "-r", names[0], *VERIFY_ADM, *USIM, *SELECT_FPLMN, *ADD_CHINA_UNICOM
        )
        assert written.count("SW1=0x90, SW2=0x00") == 4, written
        # what a card has answered is in its file
        assert octets(cards / "c0.json", FPLMN).startswith("64F010FFFFFF")
        assert octets(cards / "c1.json", FPLMN).startswith("FFFFFFFFFFFF")


PROFILE = """\
name: mvno-171
card: sysmoUSIM-SJS1
files:
  SPN: {name: 远特通信, show_plmn: true}
  EHPLMN: ["46001", "46006", "46009"]
"""
BATCH = f"""\
iccid,imsi,msisdn,adm,ki,opc
{ICCIDS[2]},460091718020001,17180002001,ascii:88888888,hex:{"0123456789ABCDEF" * 2},hex:{"A5" * 16}
{ICCIDS[0]},460091718020002,17180002002,ascii:88888888,hex:{"FEDCBA9876543210" * 2},hex:{"5A" * 16}
"""
IMSIS = {0: "08 49 06 90 71 81 20 00 20", 2: "08 49 06 90 71 81 20 00 10"}
"""by the number of the card, as EF_IMSI has it (31.102 4.2.2)"""


@pytest.mark.foreign
def test_a_batch_is_written_through_pcscd_and_read_by_stock_programs(
    stock: None, cards: Path, tmp_path: Path
) -> None:
    """Three cards, two rows: each gets its own whatever reader it lies in, the third stays as it was."""
    if find_spec("smartcard") is None:
        pytest.skip("pyscard is not installed (extra pcsc)")
    profile, batch = tmp_path / "profile.yaml", tmp_path / "batch.csv"
    profile.write_text(PROFILE, encoding="utf-8")
    batch.write_text(BATCH, encoding="utf-8")
    before = (cards / "c1.json").read_bytes()
    with emulate("--cards", cards) as (rows, _):
        sim = (sys.executable, "-m", "interop", "sim")
        told = say(rows, *sim, "write", str(profile), str(batch), "--once", "--yes", "--json")
        report = json.loads(told)
        assert report, told
        for number, imsi in IMSIS.items():
            read = say(rows, "opensc-tool", "-r", rows["readers"][number]["reader"], *USIM, *IMSI)
            assert imsi in read, told + read
    assert octets(cards / "c0.json", "3F00/7F20/00FF") == "FEDCBA9876543210" * 2
    assert octets(cards / "c2.json", "3F00/7F20/00F7") == "01" + "A5" * 16
    assert (cards / "c1.json").read_bytes() == before


@pytest.mark.foreign
def test_ctrl_c_ends_it_and_its_pcscd(stock: None, cards: Path) -> None:
    with emulate("--cards", cards) as (rows, process):
        assert Path(rows["PCSCLITE_CSOCK_NAME"]).is_socket()
        with pytest.raises(Exception, match="another program holds the reader"):
            CardFile.open("c0", cards / "c0.json")
        process.send_signal(signal.SIGINT)
        assert process.wait(WITHIN_S) == 0
        assert not Path(rows["PCSCLITE_CSOCK_NAME"]).exists()
        assert "Failed to" in say(rows, "opensc-tool", "-r", "0", "-a")
    CardFile.open("c0", cards / "c0.json").close()


@pytest.mark.foreign
def test_the_readers_of_a_lab_beside_those_of_a_folder(stock: None, cards: Path, tmp_path: Path) -> None:
    lab = tmp_path / "lab.yaml"
    lab.write_text(
        f"""\
name: cards only
city: 北京
modems: []
sims:
  - {{name: s1, msisdn: "17090001234", imsi: "460011709001234", iccid: "{ICCIDS[0]}", kind: mvno,
     brand: 小米移动, base_operator: CUCC, city: 北京}}
readers:
  - {{name: r1, driver: emulated, sim: s1}}
  - {{name: r2, driver: emulated}}
""",
        encoding="utf-8",
    )
    with emulate(lab, "--cards", cards) as (rows, _):
        shown = [(row["name"], row["reader"], row["iccid"]) for row in rows["readers"]]
        assert shown[:3] == [
            ("r1", "Lab Reader 0 00 00", ICCIDS[0]),
            ("r2", "Lab Reader 0 00 01", ""),
            ("c0", "Lab Reader 1 00 00", ICCIDS[0]),
        ]
        assert "No              Lab Reader 0 00 01" in say(rows, "opensc-tool", "-l")
        read = say(rows, "opensc-tool", "-r", "Lab Reader 0 00 00", *SELECT_ICCID, *READ_ICCID)
        assert SWAPPED[ICCIDS[0]] in read, read
        assert not rows["modems"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ((), "name a LAB, or a folder of cards (--cards DIR)"),
        (("--cards", "no-such-folder"), "no-such-folder: No such file or directory"),
        (("--vpcd", "192.0.2.1:35963"), "'192.0.2.1:35963' is no HOST:PORT of this machine"),
        (("--vpcd", "0.0.0.0:35963"), "'0.0.0.0:35963' is no HOST:PORT of this machine"),
        (("--vpcd", "127.0.0.1:65536"), "is no HOST:PORT of this machine"),
        (("--vpcd", "127.0.0.1:9"), "is pcscd running, with vsmartcard-vpcd?"),
        (("--vpcd", "127.0.0.1:65534"), "3 cards from port 65534 on: the last is beyond 65535"),
        (("--cards", EMPTY), "no cards in it; interop sim blank makes one"),
        (("small", "--vpcd", "127.0.0.1:35963"), "lab small has no emulated reader: add --cards DIR"),
    ],
)
def test_wrong_usage_is_one_line_and_code_2(options: tuple[str, ...], complaint: str, cards: Path) -> None:
    folder = ("--cards", str(cards)) if options[:1] == ("--vpcd",) else ()
    options = tuple(str(cards.parent) if option is EMPTY else option for option in options)
    done = subprocess.run(
        [sys.executable, "-m", "interop", "emulate", *folder, *options],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    assert done.returncode == 2 and complaint in done.stderr and done.stdout == ""
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_vpcd_that_runs_already_gets_each_card_at_its_own_port(tmp_path: Path) -> None:
    """In its place a listener that gives power and then hangs up."""
    card = Card.blank()

    async def vpcd(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\0\1\x01" + b"\0\1\x04")
        length = int.from_bytes(await reader.readexactly(2))
        assert await reader.readexactly(length) == card.atr
        await hang_up.wait()
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(vpcd, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, plugged([Seat("c", card)], tmp_path, Vpcd.of(f"localhost:{port}")) as readers:
            [shown] = readers.ports
            assert (shown.reader, shown.vpcd, readers.socket) == ("", f"127.0.0.1:{port}", None)
            hang_up.set()
            with pytest.raises(NotAvailable, match="pcscd: it has ended"):
                await asyncio.wait_for(readers.ended(), WITHIN_S)

    hang_up = asyncio.Event()
    asyncio.run(main())
    assert not list(tmp_path.iterdir())


@pytest.mark.foreign
def test_more_cards_than_pcscd_takes_are_refused(stock: None, tmp_path: Path) -> None:
    async def main() -> None:
        async with plugged([Seat("empty", None)] * (MOST + 1), tmp_path, None):
            pytest.fail("it runs")

    with pytest.raises(NotAvailable, match="it takes 16 cards, not 17"):
        asyncio.run(main())


def octets(path: Path, file: str) -> str:
    found: str = json.loads(path.read_text())["files"][file]["octets"]
    return found
