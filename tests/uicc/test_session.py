"""Sessions against cards of paper: every TPDU in its order, by hand (sims.md 8 to 10)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from itertools import cycle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interop.protocols.card import CardReset
from interop.uicc import EfError, Fcp
from interop.uicc.filestatus import FileStatus, Structure
from interop.uicc.session import Authentication, CardRefused, Session, Tries, View
from interop.uicc.simheader import SimDirectory

Step = tuple[str, str, int] | tuple[str, Exception]
Table = list[Step]
Do = Callable[[Session], Awaitable[Any]]

ICCID = "98680021436587092143"
RAND, AUTN = bytes(range(16)), bytes(range(16, 32))
KEY = b"31337314"


class Paper:
    """Takes exactly the TPDUs of a table, in its order."""

    def __init__(self, table: Table) -> None:
        self.left = list(table)

    async def transmit(self, tpdu: bytes) -> tuple[bytes, int]:
        assert self.left, f"nobody expects {tpdu.hex().upper()}"
        sent, *answer = self.left.pop(0)
        assert tpdu.hex().upper() == sent.replace(" ", "")
        if isinstance(answer[0], Exception):
            raise answer[0]
        data, sw = answer
        assert isinstance(data, str) and isinstance(sw, int)
        return bytes.fromhex(data), sw


def run(table: Table, do: Do, *, view: View = View.UICC) -> Any:
    """What `do` gives with a card that has shown `view`; the table must be used up."""
    paper = Paper(table)
    session = Session(paper.transmit)
    session.view = view

    async def main() -> Any:
        return await do(session)

    try:
        return asyncio.run(main())
    finally:
        assert paper.left == []


def fcp(identifier: str, descriptor: str, size: int) -> str:
    body = f"82{len(descriptor) // 2:02X}{descriptor}8302{identifier}8A01058B032F06018002{size:04X}"
    return f"62{len(body) // 2:02X}{body}"


def selected(path: str, identifier: str, size: int, descriptor: str = "4121") -> Table:
    """Of a UICC, from the MF."""
    answer = fcp(identifier, descriptor, size)
    length = len(answer) // 2
    return [
        (f"00A40804{len(path) // 2:02X}{path}", "", 0x6100 | length),
        (f"00C00000{length:02X}", answer, 0x9000),
    ]


DIRECTORY = "62088202782183023F00"
SIM_MF = "0000000A3F000100000000000A8103100400838A838A"  # 22 octets (51.011 9.2.1)
SIM_GSM = "0000000A7F200200000000000A810310040083 8A 00 8A".replace(" ", "")
SIM_ICCID = "0000000A2FE2040 00FF044 01 02 00 00".replace(" ", "")
BEGUN: Table = [("00A40004023F00", "", 0x610A), ("00C000000A", DIRECTORY, 0x9000)]
BEGUN_SIM: Table = [("A0A40000023F00", "", 0x9F16), ("A0C0000016", SIM_MF, 0x9000)]
DIR: Table = [
    *selected("2F00", "2F00", 64, "4221002002"),
    (
        "00B2010420",
        "61184F10A0000000871004FFFFFFFFFFFFFFFFFF50044953494DFFFFFFFFFFFF",
        0x9000,
    ),
    (
        "00B2020420",
        "61184F10A0000000871002FF86FFFF89FFFFFFFF50045553494DFFFFFFFFFFFF",
        0x9000,
    ),
]
OPENED: Table = [
    *DIR,
    ("00A4040410A0000000871002FF86FFFF89FFFFFFFF", "", 0x610A),
    ("00C000000A", DIRECTORY, 0x9000),
]


# Views


def test_a_uicc() -> None:
    assert run(BEGUN, lambda session: session.begin()) is View.UICC


@pytest.mark.parametrize("sw", [0x6E00, 0x6D00, 0x6F00])
def test_a_sim_of_the_second_generation(sw: int) -> None:
    assert run([("00A40004023F00", "", sw), *BEGUN_SIM], lambda session: session.begin()) is View.SIM


def test_the_2g_view_of_a_uicc_is_asked_for() -> None:
    assert run(BEGUN_SIM, lambda session: session.begin(View.SIM)) is View.SIM


def test_a_uicc_without_a_2g_view() -> None:
    with pytest.raises(CardRefused, match=r"SELECT 3F00: the card answered 6E00 \(no such class\)"):
        run([("A0A40000023F00", "", 0x6E00)], lambda session: session.begin(View.SIM))
    with pytest.raises(CardRefused, match="6D00"):
        run([("00A40004023F00", "", 0x6D00)], lambda session: session.begin(View.UICC))


def test_a_card_that_has_died() -> None:
    dead: Table = [("00A40004023F00", "", 0x6F00), ("A0A40000023F00", "", 0x6F00)]
    with pytest.raises(CardRefused, match=r"6F00 \(technical problem"):
        run(dead, lambda session: session.begin())


# Reading


def test_a_file_of_the_mf_is_read_with_exact_lengths() -> None:
    table: Table = [*selected("2FE2", "2FE2", 10), ("00B000000A", ICCID, 0x9000)]
    assert run(table, lambda session: session.read("3F00/2FE2")).hex() == ICCID


def test_a_reader_that_fetches_answers_itself() -> None:
    table: Table = [("00A40804022FE2", fcp("2FE2", "4121", 10), 0x9000), ("00B000000A", ICCID, 0x9000)]
    assert run(table, lambda session: session.read("3F00/2FE2")).hex() == ICCID


def test_a_sim_is_led_there_step_by_step() -> None:
    table: Table = [
        *BEGUN_SIM,
        ("A0A40000022FE2", "", 0x9F0F),
        ("A0C000000F", SIM_ICCID, 0x9000),
        ("A0B000000A", ICCID, 0x9000),
    ]
    assert run(table, lambda session: session.read("3F00/2FE2"), view=View.SIM).hex() == ICCID


def test_a_long_file_comes_in_pieces() -> None:
    content = bytes(range(256)) * 2 + bytes(88)
    table: Table = [
        *selected("7F106F43", "6F43", 600),
        ("00B00000FF", content[:255].hex(), 0x9000),
        ("00B000FFFF", content[255:510].hex(), 0x9000),
        ("00B001FE5A", content[510:].hex(), 0x9000),
    ]
    assert run(table, lambda session: session.read("3F00/7F10/6F43")) == content


def test_records() -> None:
    table: Table = [
        *selected("7F106F40", "6F40", 4, "4221000202"),
        ("00B2010402", "AAAA", 0x9000),
        ("00B2020402", "BBBB", 0x6282),
    ]
    assert run(table, lambda session: session.records("3F00/7F10/6F40")) == [b"\xaa\xaa", b"\xbb\xbb"]


def test_an_empty_file_has_nothing_to_read() -> None:
    assert run(selected("2FE2", "2FE2", 0), lambda session: session.read("3F00/2FE2")) == b""


@pytest.mark.parametrize(
    ("data", "sw", "said"),
    [
        ("", 0x9000, "READ BINARY of 3F00/2FE2 at 0: the card answered 9000 .with 0 octets of 10"),
        (ICCID + "AA", 0x9000, "with 11 octets of 10"),
        (ICCID[:8], 0x6282, "with 4 octets of 10"),
        (ICCID, 0x6281, "may be corrupted"),
        ("", 0x6982, "6982 .a key has to be given first"),
        ("", 0x6984, "6984 .deactivated"),
    ],
)
def test_less_than_was_asked_for_is_nothing(data: str, sw: int, said: str) -> None:
    table: Table = [*selected("2FE2", "2FE2", 10), ("00B000000A", data, sw)]
    with pytest.raises(CardRefused, match=said) as raised:
        run(table, lambda session: session.read("3F00/2FE2"))
    assert raised.value.sw == sw


def test_a_card_that_does_not_say_what_it_has_selected() -> None:
    with pytest.raises(CardRefused, match=r"9000 \(without saying what it is"):
        run([("00A40804022FE2", "", 0x9000)], lambda session: session.read("3F00/2FE2"))
    nothing: Table = [("00A40804022FE2", "", 0x6117), ("00C0000017", "", 0x9000)]
    with pytest.raises(CardRefused, match="without saying what it is"):
        run(nothing, lambda session: session.read("3F00/2FE2"))


@pytest.mark.parametrize(
    ("descriptor", "do", "said"),
    [
        ("4221000205", lambda session: session.read("3F00/2FE2"), "3F00/2FE2: is linear fixed"),
        ("4121", lambda session: session.records("3F00/2FE2"), "3F00/2FE2: is transparent"),
        ("7821", lambda session: session.read("3F00/2FE2"), "3F00/2FE2: is a directory"),
        ("3921", lambda session: session.read("3F00/2FE2"), "descriptor 39 is no elementary file"),
    ],
)
def test_files_of_another_kind(descriptor: str, do: Do, said: str) -> None:
    with pytest.raises(EfError, match=said):
        run(selected("2FE2", "2FE2", 10, descriptor), do)


@pytest.mark.parametrize(
    ("size", "descriptor", "said"),
    [
        (0x8001, "4121", "has 32769 octets, 32768 can be reached"),
        (256, "4221010001", "has 1 records of 256 octets, 254 of 255"),
        (255, "42210001FF", "has 255 records of 1 octets"),
    ],
)
def test_files_beyond_reach(size: int, descriptor: str, said: str) -> None:
    with pytest.raises(EfError, match=said):
        records = len(descriptor) > 4
        read = Session.records if records else Session.read
        run(selected("2FE2", "2FE2", size, descriptor), lambda session: read(session, "3F00/2FE2"))


@pytest.mark.parametrize(
    "path", ["", "2FE2", "3F00/", "3F00/IMSI", "3F00/7F20/7FFF/6F07", "3F00/3F00", "3F00/-1", "3F00/12345"]
)
def test_no_paths(path: str) -> None:
    with pytest.raises(ValueError, match="is no path from the MF"):
        run([], lambda session: session.read(path))


def test_what_is_selected() -> None:
    assert run(selected("7F20", "7F20", 0, "7821"), lambda session: session.select("3F00/7F20")) is None
    status = FileStatus(0x6F40, Structure.LINEAR_FIXED, 4, 2)
    table = selected("7F106F40", "6F40", 4, "4221000202")
    assert run(table, lambda session: session.select("3F00/7F10/6F40")) == status
    described = run(table, lambda session: session.describe("3F00/7F10/6F40"))
    assert isinstance(described, Fcp) and described.reference is not None and described.reference.record == 1
    described = run(BEGUN_SIM, lambda session: session.describe("3F00"), view=View.SIM)
    assert isinstance(described, SimDirectory) and described.id == 0x3F00


# Applications


def test_the_usim_is_opened_once_by_its_whole_aid() -> None:
    """Selected by AID once more, its session would begin anew."""

    async def twice(session: Session) -> tuple[bytes, bytes]:
        return await session.read("3F00/7FFF/6F07"), await session.read("3F00/ADF.USIM/6FAD")

    table: Table = [
        *OPENED,
        *selected("7FFF6F07", "6F07", 9),
        ("00B0000009", "084906001032547698", 0x9000),
        *selected("7FFF6FAD", "6FAD", 4),
        ("00B0000004", "00000002", 0x9000),
    ]
    imsi, ad = run(table, twice)
    assert (imsi.hex(), ad.hex()) == ("084906001032547698", "00000002")


def test_another_application_takes_its_place() -> None:
    async def both(session: Session) -> None:
        await session.select("3F00/7FFF")
        await session.select("3F00/ADF.ISIM")
        assert [application.name for application in await session.applications()] == ["ISIM", "USIM"]

    current: Table = [("00A40004027FFF", "", 0x610A), ("00C000000A", DIRECTORY, 0x9000)]
    isim: Table = [
        ("00A4040410A0000000871004FFFFFFFFFFFFFFFFFF", "", 0x610A),
        ("00C000000A", DIRECTORY, 0x9000),
    ]
    run([*OPENED, *current, *isim, *current], both)


def test_no_ef_dir() -> None:
    table: Table = [
        ("00A40804022F00", "", 0x6A82),
        ("00A4040407A0000000871002", "", 0x610A),
        ("00C000000A", DIRECTORY, 0x9000),
        ("00A40004027FFF", "", 0x610A),
        ("00C000000A", DIRECTORY, 0x9000),
    ]
    run(table, lambda session: session.select("3F00/7FFF"))


def test_a_card_without_isim() -> None:
    table: Table = [*DIR[:2], ("00B2010420", "FF" * 32, 0x9000), ("00B2020420", "61" + "7F" * 31, 0x9000)]
    with pytest.raises(CardRefused, match=r"SELECT 3F00/ADF\.ISIM/6F02: .* 6A82 \(no such file"):
        run(
            [*table, ("00A4040407A0000000871004", "", 0x6A82)],
            lambda session: session.read("3F00/ADF.ISIM/6F02"),
        )


def test_after_an_error_of_the_link_nothing_is_known() -> None:
    async def reset(session: Session) -> None:
        await session.select("3F00/7FFF")
        with pytest.raises(CardReset):
            await session.select("3F00/7FFF")
        await session.select("3F00/7FFF")

    current: Table = [("00A40004027FFF", "", 0x610A), ("00C000000A", DIRECTORY, 0x9000)]
    lost: Step = ("00A40004027FFF", CardReset("reader", "somebody"))
    run([*OPENED, *current, lost, *OPENED, *current], reset)


# Writing


def test_a_transparent_file_is_written_in_pieces() -> None:
    data = bytes(range(256)) + b"\xaa" * 4
    table: Table = [
        *selected("7F106F43", "6F43", 260),
        ("00D60000FF" + data[:255].hex().upper(), "", 0x9000),
        ("00D600FF05" + data[255:].hex().upper(), "", 0x9000),
    ]
    assert run(table, lambda session: session.update("3F00/7F10/6F43", data)) == 0x9000


def test_a_record_and_a_part_of_a_file() -> None:
    table: Table = [*selected("7F106F40", "6F40", 4, "4221000202"), ("00DC020402CCCC", "", 0x9000)]
    assert run(table, lambda session: session.update("3F00/7F10/6F40", b"\xcc\xcc", record=2)) == 0x9000
    part: Table = [*selected("A5156F20", "6F20", 33), ("00D60001020102", "", 0x9000)]
    assert run(part, lambda session: session.update("3F00/A515/6F20", b"\1\2", offset=1)) == 0x9000


def test_a_card_that_had_to_write_several_times_has_written() -> None:
    data = b"\xaa" * 256
    pieces: Table = [
        *selected("7F106F43", "6F43", 256),
        ("00D60000FF" + "AA" * 255, "", 0x63C2),
        ("00D600FF01AA", "", 0x9000),
    ]
    assert run(pieces, lambda session: session.update("3F00/7F10/6F43", data)) == 0x63C2
    sim: Table = [
        *BEGUN_SIM,
        ("A0A40000022FE2", "", 0x9F0F),
        ("A0C000000F", SIM_ICCID, 0x9000),
        ("A0D600000A" + ICCID, "", 0x9203),
    ]
    written = run(sim, lambda session: session.update("3F00/2FE2", bytes.fromhex(ICCID)), view=View.SIM)
    assert written == 0x9203


@pytest.mark.parametrize("sw", [0x6982, 0x6581, 0x6F00, 0x6200, 0x63C0, 0x9240])
def test_a_card_that_does_not_write(sw: int) -> None:
    table: Table = [*selected("2FE2", "2FE2", 10), ("00D600000A" + ICCID, "", sw)]
    with pytest.raises(CardRefused) as raised:
        run(table, lambda session: session.update("3F00/2FE2", bytes.fromhex(ICCID)))
    assert raised.value.sw == sw
    assert ICCID not in str(raised.value) and ICCID not in repr(raised.value.args)


@pytest.mark.parametrize(
    ("size", "descriptor", "values", "said"),
    [
        (10, "4121", {"data": bytes(9)}, "takes 10 octets there, 9 were given"),
        (10, "4121", {"data": bytes(11)}, "takes 10 octets there, 11 were given"),
        (10, "4121", {"data": bytes(2), "offset": 9}, "takes 1 octets there, 2 were given"),
        (10, "4121", {"data": b"", "offset": 0}, "0 were given"),
        (10, "4121", {"data": bytes(2), "offset": -1}, "2 were given"),
        (10, "4121", {"data": bytes(10), "record": 1}, "is transparent"),
        (4, "4221000202", {"data": bytes(2)}, "is linear fixed"),
        (4, "4221000202", {"data": bytes(2), "record": 3}, "has 2 records, none 3"),
        (4, "4621000202", {"data": bytes(2), "record": 1}, "is cyclic: an update would push"),
        (4, "4221000202", {"data": bytes(1), "record": 1}, "takes 2 octets there, 1 were given"),
        (4, "4221000202", {"data": bytes(2), "record": 1, "offset": 0}, "2 were given"),
    ],
)
def test_what_does_not_fit_is_not_sent(size: int, descriptor: str, values: Any, said: str) -> None:
    with pytest.raises(EfError, match=said):
        run(selected("2FE2", "2FE2", size, descriptor), lambda session: session.update("3F00/2FE2", **values))


def test_another_file_than_was_meant_is_not_written() -> None:
    table = selected("2FE2", "2FE3", 10)
    with pytest.raises(EfError, match="calls itself 2FE3: nothing was written"):
        run(table, lambda session: session.update("3F00/2FE2", bytes(10)))


# Keys


@pytest.mark.parametrize(
    ("sw", "tries"),
    [
        (0x63C3, Tries(3, sw=0x63C3)),
        (0x63CA, Tries(10, sw=0x63CA)),
        (0x9000, Tries(None, verified=True, sw=0x9000)),
        (0x6983, Tries(0, sw=0x6983)),
        (0x6984, Tries(None, sw=0x6984)),
        (0x6700, Tries(None, sw=0x6700)),
        (0x6F00, Tries(None, sw=0x6F00)),
        (0x6C08, Tries(None, sw=0x6C08)),
    ],
)
def test_tries_are_asked_for_once_in_five_octets(sw: int, tries: Tries) -> None:
    assert run([("0020000A00", "", sw)], lambda session: session.tries(0x0A)) == tries


def test_a_key_that_is_not_there() -> None:
    with pytest.raises(CardRefused, match="VERIFY of key 0B without data: the card answered 6A88"):
        run([("0020000B00", "", 0x6A88)], lambda session: session.tries(0x0B))


@pytest.mark.parametrize(("key", "left"), [(1, 3), (2, None), (0x0A, None)])
def test_a_sim_is_never_sent_a_verify_without_a_key(key: int, left: int | None) -> None:
    table: Table = [*BEGUN_SIM, ("A0A40000027F20", "", 0x9F16), ("A0C0000016", SIM_GSM, 0x9000)]
    assert run(table, lambda session: session.tries(key), view=View.SIM) == Tries(left)


@pytest.mark.parametrize("sw", [0x9000, 0x63C2, 0x6983, 0x6F00, 0x6C08, 0x6108])
def test_a_key_is_sent_once(sw: int) -> None:
    table: Table = [(f"0020000A08{KEY.hex()}", "", sw)]
    if sw == 0x6108:
        table.append(("00C0000008", "00" * 8, 0x9000))
    assert run(table, lambda session: session.verify(0x0A, KEY)) == (0x9000 if sw == 0x6108 else sw)
    assert run([(f"A020000508{KEY.hex()}", "", sw & 0x9000)], verify_sim, view=View.SIM) == sw & 0x9000


def verify_sim(session: Session) -> Awaitable[int]:
    return session.verify(5, KEY)


def test_a_key_of_the_wrong_length_is_not_sent_and_not_shown() -> None:
    with pytest.raises(ValueError, match="key 0A of 9 octets, it takes 8") as raised:
        run([], lambda session: session.verify(0x0A, KEY + b"5"))
    assert "31337" not in str(raised.value)


# Authentication

CURRENT: Table = [("00A40004027FFF", "", 0x610A), ("00C000000A", DIRECTORY, 0x9000)]
ASKED = f"0088008122 10{RAND.hex().upper()} 10{AUTN.hex().upper()}"


def authenticate(session: Session) -> Awaitable[Authentication]:
    return session.authenticate(RAND, AUTN)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (
            "DB 08 A1A1A1A1A1A1A1A1 10" + "C1" * 16 + "10" + "D1" * 16,
            Authentication(b"\xa1" * 8, b"\xc1" * 16, b"\xd1" * 16),
        ),
        (
            "DB 04 A1A1A1A1 10" + "C1" * 16 + "10" + "D1" * 16 + "08" + "E1" * 8,
            Authentication(b"\xa1" * 4, b"\xc1" * 16, b"\xd1" * 16, b"\xe1" * 8),
        ),
        ("DC 0E" + "F1" * 14, Authentication(auts=b"\xf1" * 14)),
    ],
)
def test_authentication(answer: str, expected: Authentication) -> None:
    length = len(bytes.fromhex(answer))
    table: Table = [
        *OPENED,
        *CURRENT,
        (ASKED, "", 0x6100 | length),
        (f"00C00000{length:02X}", answer, 0x9000),
    ]
    got = run(table, authenticate)
    assert got == expected
    assert "c1" not in repr(got) and "\\xc1" not in repr(got)


def test_a_card_with_other_keys() -> None:
    with pytest.raises(CardRefused, match=r"9862 \(wrong MAC: the keys differ") as raised:
        run([*OPENED, *CURRENT, (ASKED, "", 0x9862)], authenticate)
    assert raised.value.sw == 0x9862


@pytest.mark.parametrize("answer", ["", "DB", "DB0411", "DB01110122", "DC", "AA01AA", "DC0111 0122"])
def test_an_answer_that_is_none(answer: str) -> None:
    with pytest.raises(CardRefused, match="neither RES, CK, IK nor AUTS"):
        run([*OPENED, *CURRENT, (ASKED, answer, 0x9000)], authenticate)


def test_the_algorithm_of_gsm() -> None:
    sres, kc = "11223344", "AABBCCDDEEFF0011"
    sim: Table = [
        *BEGUN_SIM,
        ("A0A40000027F20", "", 0x9F16),
        ("A0C0000016", SIM_GSM, 0x9000),
        (f"A088000010{RAND.hex().upper()}", "", 0x9F0C),
        ("A0C000000C", sres + kc, 0x9000),
    ]
    expected = bytes.fromhex(sres), bytes.fromhex(kc)
    assert run(sim, lambda session: session.run_gsm(RAND), view=View.SIM) == expected
    usim: Table = [
        *OPENED,
        *CURRENT,
        (f"0088008011 10{RAND.hex().upper()}", "", 0x610E),
        ("00C000000E", f"04{sres}08{kc}", 0x9000),
    ]
    assert run(usim, lambda session: session.run_gsm(RAND)) == expected


def test_a_challenge_of_the_wrong_length_is_not_sent() -> None:
    with pytest.raises(ValueError, match=r"16 octets each, not \[16, 15\]"):
        run([], lambda session: session.authenticate(RAND, AUTN[1:]))
    with pytest.raises(ValueError, match=r"not \[17\]"):
        run([], lambda session: session.run_gsm(RAND + b"\0"))


# Cards that talk nonsense


class Nonsense:
    """Answers what it is given, over and over, the way T=0 and FCPs look like."""

    def __init__(self, answers: list[tuple[bytes, int]]) -> None:
        self._answers = cycle(answers)
        self.count = 0

    async def transmit(self, tpdu: bytes) -> tuple[bytes, int]:
        self.count += 1
        return next(self._answers)


WORDS = st.sampled_from(
    [0x9000, 0x6117, 0x9F0F, 0x6C10, 0x6700, 0x6710, 0x6283, 0x63C1, 0x9110, 0x6A82, 0x6F00]
)
HEADERS = st.sampled_from([fcp("2FE2", "4121", 10), fcp("2FE2", "4221000202", 4), SIM_ICCID, SIM_GSM])
FLIPPED = st.builds(
    lambda header, at, bit: bytes(
        o ^ (1 << bit if n == at else 0) for n, o in enumerate(bytes.fromhex(header))
    ),
    HEADERS,
    st.integers(0, 30),
    st.integers(0, 7),
)
ANSWERS = st.lists(
    st.tuples(FLIPPED | st.binary(max_size=40), WORDS | st.integers(0, 0xFFFF)), min_size=1, max_size=6
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(answers=ANSWERS, view=st.sampled_from(View))
def test_nonsense_is_refused(answers: list[tuple[bytes, int]], view: View) -> None:
    """Never anything but the errors that are declared, and never without end."""
    card = Nonsense(answers)

    async def main() -> None:
        session = Session(card.transmit)
        session.view = view
        for do in (
            session.begin(),
            session.read("3F00/2FE2"),
            session.records("3F00/7FFF/6F40"),
            session.describe("3F00/7F20"),
            session.update("3F00/2FE2", bytes(10)),
            session.tries(1),
            session.authenticate(RAND, AUTN),
            session.run_gsm(RAND),
        ):
            with suppress(CardRefused, EfError):
                await do

    asyncio.run(main())
    assert card.count < 20_000


# By hand


def test_by_hand() -> None:
    async def by_hand(session: Session) -> None:
        await session.select("3F00/7FFF")
        apdus = [bytes.fromhex(text) for text in ("00A40004023F0000", "0020000A")]
        assert await session.exchange(apdus) == [(b"\x62\x00", 0x9000), (b"", 0x63C3)]
        await session.select("3F00/7FFF")  # which the hand may have left

    table: Table = [
        *OPENED,
        *CURRENT,
        ("00A40004023F00", "", 0x6102),
        ("00C0000002", "6200", 0x9000),
        ("0020000A00", "", 0x63C3),
        *OPENED,
        *CURRENT,
    ]
    run(table, by_hand)


def test_nothing_is_sent_of_what_is_no_command() -> None:
    with pytest.raises(ValueError, match="3 octets are no command"):
        run([], lambda session: session.exchange([bytes.fromhex("00A40004023F00"), b"\0\1\2"]))
