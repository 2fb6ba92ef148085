"""Cards in files: what a command changed is there, whatever became of who sent it."""

from __future__ import annotations

import asyncio
import fcntl
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from drivers.card.folder import FolderCards, FolderLink
from interop.protocols.card import CardBusy, CardLost, Reader
from interop.protocols.errors import NotAvailable
from interop.uicc.differences import differences
from interop.uicc.milenage import Milenage
from interop.uicc.reading import Reading
from interop.uicc.session import CardRefused, Session, Tries
from interop.uicc.survey import survey

ICCID = "89860120811000017091"
ADM, KI, OPC = b"12345678", bytes(range(16)), bytes(range(16, 32))
SPN, LOCI = "3F00/7FFF/6F46", "3F00/7FFF/6F7E"
GENEROUS_S = 60.0

Work = Callable[[Session, FolderLink], Awaitable[Any]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    FolderCards.blank(tmp_path / "r0.json", iccid=ICCID, adm=ADM, ki=KI, opc=OPC)
    return tmp_path


def on_card(folder: Path, work: Work, name: str = "r0", *, write: bool = True) -> Any:
    async def main() -> Any:
        cards = FolderCards(folder, deadline=GENEROUS_S)
        link = await cards.open(name, write=write)
        try:
            session = Session(link.transmit)
            await session.begin()
            return await work(session, link)
        finally:
            await cards.close()

    return asyncio.run(main())


def reading(folder: Path, name: str = "r0") -> Reading:
    return on_card(folder, lambda session, link: survey(session, link.atr), name, write=False)  # type: ignore[no-any-return]


# What stays


def test_a_blank_card_has_the_number_and_the_keys_that_it_was_given(folder: Path) -> None:
    async def ask(session: Session, link: FolderLink) -> None:
        assert (await session.read("3F00/2FE2")).hex() == "98681002180100100719"
        assert await session.run_gsm(bytes(16)) == Milenage(KI, OPC).triplet(bytes(16))
        assert await session.verify(0x0A, ADM) == 0x9000

    on_card(folder, ask)
    with pytest.raises(FileExistsError):
        FolderCards.blank(folder / "r0.json")


def test_what_was_written_is_there_next_time(folder: Path) -> None:
    async def write(session: Session, link: FolderLink) -> None:
        await session.verify(0x0A, ADM)
        await session.update(SPN, b"\x01" * 17)

    async def read(session: Session, link: FolderLink) -> None:
        assert await session.read(SPN) == b"\x01" * 17
        with pytest.raises(CardRefused):  # what was verified is not in the card's memory
            await session.update(SPN, bytes(17))

    on_card(folder, write)
    on_card(folder, read)
    assert [path.name for path in folder.iterdir()] == ["r0.json"]


def test_tries_and_the_highest_sqn_are_memory_of_the_card(folder: Path) -> None:
    challenge = Milenage(KI, OPC).challenge(bytes(16), 64)

    async def use(session: Session, link: FolderLink) -> None:
        assert await session.verify(0x0A, b"00000000") == 0x63C2
        assert (await session.authenticate(challenge.rand, challenge.autn)).res == challenge.xres

    async def again(session: Session, link: FolderLink) -> None:
        assert await session.tries(0x0A) == Tries(2, sw=0x63C2)
        assert (await session.authenticate(challenge.rand, challenge.autn)).auts

    async def wrong(session: Session, link: FolderLink) -> None:
        await session.verify(0x0A, b"00000000")

    on_card(folder, use)
    on_card(folder, again, write=False)
    for _ in range(2):
        on_card(folder, wrong, write=False)
    assert on_card(folder, lambda session, link: session.tries(0x0A)) == Tries(0, sw=0x6983)


def test_half_of_a_write_is_there_where_the_power_went(folder: Path) -> None:
    async def torn(session: Session, link: FolderLink) -> None:
        link.file.card.arm("write.torn@octets=5")
        with pytest.raises(CardLost):
            await session.update(LOCI, b"\x11" * 11)

    before = on_card(folder, lambda session, link: session.read(LOCI))
    on_card(folder, torn)
    after = on_card(folder, lambda session, link: session.read(LOCI))
    assert after == b"\x11" * 5 + before[5:]


_WRITER = """
import asyncio, sys
from pathlib import Path
from drivers.card.folder import FolderCards
from interop.uicc.session import Session

async def main():
    link = await FolderCards(Path(sys.argv[1])).open("r0", write=True)
    session = Session(link.transmit)
    await session.begin()
    for n in range(1 << 30):
        await session.update("3F00/7FFF/6F7E", bytes((n % 251,)) * 11)
        print(n, flush=True)

asyncio.run(main())
"""


def test_a_program_that_is_killed_leaves_a_card_behind(folder: Path) -> None:
    """All of the last write that was answered, or of the one after it; and nobody holds the reader."""
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, folder],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as writer:
        assert writer.stdout is not None
        for _ in range(20):
            assert writer.stdout.readline().strip()
        with pytest.raises(CardBusy, match="r0: another program holds the reader"):
            on_card(folder, lambda session, link: session.read(LOCI))
        writer.send_signal(signal.SIGKILL)
        answered = [int(line) for line in writer.stdout.read().splitlines() if line.isdigit()] or [19]
    held = on_card(folder, lambda session, link: session.read(LOCI))
    assert held in {bytes((n % 251,)) * 11 for n in (answered[-1], answered[-1] + 1)}
    assert json.loads((folder / "r0.json").read_text())["keys"]


def test_who_waited_with_the_old_file_open_does_not_hold_the_card(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever saves puts a new file in the place of the one that somebody else is about to lock."""
    path, lock = folder / "r0.json", fcntl.flock
    saved: list[str] = []

    def late(descriptor: int, how: int) -> None:
        if not saved:
            saved.append(str(shutil.copy(path, folder / ".new")))
            Path(saved[0]).replace(path)
        lock(descriptor, how)

    async def open_twice() -> None:
        first, second = FolderCards(folder), FolderCards(folder)
        monkeypatch.setattr(fcntl, "flock", late)
        await first.open("r0", write=True)
        with pytest.raises(CardBusy):
            await second.open("r0", write=True)
        await first.close()

    asyncio.run(open_twice())


def test_a_file_that_cannot_be_written_loses_the_command_and_the_card(folder: Path) -> None:
    moved = folder.with_name("elsewhere")

    async def write(session: Session, link: FolderLink) -> None:
        await asyncio.to_thread(folder.rename, moved)
        with pytest.raises(CardLost, match=r"r0: .*r0\.json cannot be written: No such file or directory"):
            await session.update(LOCI, b"\x11" * 11)
        with pytest.raises(CardLost):
            await session.read(LOCI)

    before = on_card(folder, lambda session, link: session.read(LOCI))
    on_card(folder, write)
    moved.rename(folder)
    assert on_card(folder, lambda session, link: session.read(LOCI)) == before


# Who may


def test_one_program_at_a_time(folder: Path) -> None:
    async def main() -> None:
        cards = FolderCards(folder)
        link = await cards.open("r0", write=False)
        with pytest.raises(CardBusy):
            await FolderCards(folder).open("r0", write=False)
        await link.close()
        await (await cards.open("r0", write=True)).close()

    asyncio.run(main())


def test_what_is_only_read_is_not_written(folder: Path) -> None:
    async def write(session: Session, link: FolderLink) -> None:
        with pytest.raises(NotAvailable, match="r0: instruction D6 writes: the card was opened for reading"):
            await session.update(LOCI, b"\x11" * 11)
        assert (await link.transmit(bytes.fromhex("002C000100")))[1] == 0x63CA  # only asks for tries
        with pytest.raises(NotAvailable, match="instruction 2C writes"):
            await link.transmit(bytes.fromhex("002C000110" + "31" * 16))

    on_card(folder, write, write=False)


def test_nobody_swaps_a_card_in_a_file(folder: Path) -> None:
    with pytest.raises(NotAvailable, match="r0: a card in a file cannot be swapped"):
        asyncio.run(FolderCards(folder).swapped(Reader("r0", b"")))


# Files


def test_a_card_that_was_read_is_a_card(folder: Path) -> None:
    """What `interop sim read --all --json` gives, as JSON or in YAML: keys are the emulated card's own."""
    original = reading(folder)
    form = json.loads(json.dumps(original.form()))
    (folder / "twin.json").write_text(json.dumps(form))
    (folder / "r2.yaml").write_text(yaml.safe_dump(form))
    for name in ("twin", "r2"):
        assert differences(original, reading(folder, name)) == []
        on_card(folder, lambda session, link: session.update(LOCI, b"\x11" * 11), name)
        assert [each.path for each in differences(original, reading(folder, name))] == [LOCI]
    assert sorted(path.name for path in folder.iterdir()) == ["r0.json", "r2.yaml", "twin.json"]


def test_readers_are_the_files(folder: Path) -> None:
    (folder / "broken.json").write_text("{")
    (folder / "notes.txt").write_text("-")
    (folder / ".hidden.json").write_text("{}")
    atr = bytes.fromhex(json.loads((folder / "r0.json").read_text())["atr"])
    assert asyncio.run(FolderCards(folder).readers()) == [Reader("broken", b""), Reader("r0", atr)]
    with pytest.raises(NotAvailable, match=r"nix: no card of this name in .*; there are: broken, r0"):
        asyncio.run(FolderCards(folder).open("nix", write=False))
    (folder / "r0.yaml").write_text("")
    with pytest.raises(NotAvailable, match=r"r0\.json and r0\.yaml are of one name"):
        asyncio.run(FolderCards(folder).readers())
    with pytest.raises(NotAvailable, match="No such file or directory: make it"):
        asyncio.run(FolderCards(folder / "nowhere").readers())


KEY = "5E5E5E5E5E5E5E5E"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"atr": "3G"}, "atr: String should match pattern"),
        ({"layout": "nix"}, "layout: no card 'nix'; there are sysmoUSIM-SJS1"),
        ({"card_type": "nix"}, "no card type 'nix'"),
        ({"files": {"3F00/2FE2": {"octets": "98", "size": 1, "sfi": 31}}}, "3F00/2FE2: sfi"),
        (
            {"keys": {"0A": {"octets": KEY, "tries": "many"}}},
            "keys.0A.tries: Input should be a valid integer",
        ),
        ({"keys": {"0A": {"octets": KEY + "5"}}}, "non-hexadecimal"),
        ({"keys": {"0A": {"pin": KEY}}}, "a PIN has at most 8 digits"),
        ({"sequence": {"32": 1}}, "sequence.32"),
        ({"owner": KEY}, "owner: Extra inputs are not permitted"),
    ],
)
def test_what_is_no_card_says_where_and_shows_no_key(folder: Path, change: dict[str, Any], said: str) -> None:
    form = json.loads((folder / "r0.json").read_text()) | change
    (folder / "bad.json").write_text(json.dumps(form))
    with pytest.raises(NotAvailable) as raised:
        asyncio.run(FolderCards(folder).open("bad", write=False))
    assert said in str(raised.value) and "bad.json" in str(raised.value)
    assert KEY not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "said"), [("[]", "a card is a mapping"), ("a: [", "is no card"), ("\0", "is no card")]
)
def test_what_is_no_file_of_a_card(folder: Path, text: str, said: str) -> None:
    (folder / "bad.yaml").write_text(text)
    with pytest.raises(NotAvailable, match=said):
        asyncio.run(FolderCards(folder).open("bad", write=False))
