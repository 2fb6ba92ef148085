"""READ, UPDATE, SEARCH, RESIZE, (DE)ACTIVATE and access rules: ETSI TS 102 221 11.1, TS 102 222 6.10."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from drivers.emulated.uicc import Card
from interop.uicc.fcp import Fcp, LifeCycle
from interop.uicc.session import Session

Send = Callable[[Card, str], str]
USIM = "00A4040C0CA0000000871002FF86FFFF89"
ADM = "0020000A083838383838383838"
EF = "00A4000C02"


def test_updates(card: Card, send: Send) -> None:
    assert send(card, USIM) == send(card, EF + "6F07") == "9000"
    assert send(card, "00D6000009084906001032547698") == "6982", "the IMSI takes the issuer's key"
    assert send(card, EF + "6F7B") == "9000"
    assert send(card, "00D600030364F010") == "9000"
    assert send(card, "00B000000C") == "FFFFFF64F010FFFFFFFFFFFF9000"
    assert send(card, "00D6000B0364F010") == "6700"
    assert send(card, "00D6000C0164") == "6B00"
    assert send(card, "00D6000000") == "6700"
    assert send(card, "00D600000364F0") == "6700", "an octet is missing"
    assert send(card, "00B000000C") == "FFFFFF64F010FFFFFFFFFFFF9000"
    assert send(card, ADM) == "9000"
    assert send(card, EF + "6F07") == "9000"
    assert send(card, "00D6000009084906510000000010") == "9000"
    assert send(card, "A0A40000027F20") + send(card, "A0A40000026F07") == "9F169F0F"
    assert send(card, "A0B0000009") == "0849065100000000109000", "the same file in the view of a SIM"
    card.power_on()
    assert send(card, USIM) == send(card, EF + "6F07") == "9000"
    assert send(card, "00D6000009084906001032547698") == "6982", "the key is forgotten at a reset"


def test_pin_guards_the_files(locked: Card, send: Send) -> None:
    assert send(locked, "00A4080C022FE2") == "9000"
    assert send(locked, "00B000000A") == "986800214365870921439000", "ICCID is always readable"
    assert send(locked, USIM) == send(locked, EF + "6F07") == "9000"
    assert send(locked, "00B0000009") == "6982"
    assert send(locked, "0020000A083838383838383838") == "9000"
    assert send(locked, "00B0000009") == "6982", "who may write need not read"
    assert send(locked, "002000010831323334FFFFFFFF") == "9000"
    assert send(locked, "00B0000009") == "0849060010325476989000"
    # FDN is written with the second PIN (31.102 4.2.24).
    assert send(locked, EF + "6F3B") == "9000"
    assert send(locked, "00DC01041E" + "FF" * 30) == "6982"
    assert send(locked, "002000810835363738FFFFFFFF") == "9000"
    assert send(locked, "00DC01041E" + "FF" * 30) == "9000"
    locked.power_on()
    assert send(locked, USIM) == send(locked, EF + "6F07") == "9000"
    assert send(locked, "00B0000009") == "6982", "the PIN is asked again after power on"


def test_key_files_are_never_read(send: Send) -> None:
    card = Card.blank(ki=bytes(range(16)), opc=bytes(16))
    assert send(card, "00A4080C047F2000FF") == "9000"
    assert send(card, "00B0000010") == "6982"
    assert send(card, "00D6000010" + "11" * 16) == "6982"
    assert send(card, ADM) == "9000"
    assert send(card, "00B0000010") == "6982", "not even then"
    assert send(card, "00D6000010" + "11" * 16) == "9000"
    assert send(card, "00A4080C047F2000F7") == "9000"
    assert send(card, "00D6000011" + "01" + "22" * 16) == "9000"
    file = card.tree.file("3F00/7F20/00F7")
    assert file is not None and file.octets.hex() == "01" + "22" * 16
    assert "22" not in repr(file), "keys show nowhere"


PIN, BY_ADM = "A406830101950108", "A40683010A950108"


@pytest.mark.parametrize(
    ("access", "may"),
    [
        # compact: access mode byte, then a condition for each bit, highest first (ISO 7816-4 5.4.3.1)
        ("8C 02 01 00", ["r", "r", "r", "r"]),
        ("8C 03 03 FF 00", ["r", "r", "r", "r"]),
        ("8C 03 03 10 00", ["r", "ru", "r", "ru"]),
        ("8C 03 03 A0 90", ["", "r", "u", "ru"]),
        ("8C 03 03 30 B0", ["", "u", "u", "ru"]),
        # expanded, at the file itself
        ("AB 0A 800101 9700 800102 9000", ["u", "u", "u", "u"]),
        (f"AB 15 800103 A010 {PIN} {BY_ADM}", ["", "ru", "ru", "ru"]),
        (f"AB 15 800103 AF10 {PIN} {BY_ADM}", ["", "", "", "ru"]),
        # by EF_ARR; with security environments, of which 01 is in force
        ("8B 03 2F06 03", ["", "ru", "", "ru"]),
        ("8B 06 2F06 0002 0103", ["", "ru", "", "ru"]),
        # nothing that could be found or understood
        ("8B 03 2F06 09", ["", "", "", ""]),
        ("8B 03 2FFF 01", ["", "", "", ""]),
        ("AB 03 800103", ["", "", "", ""]),
        ("", ["", "", "", ""]),
    ],
)
def test_security_attributes(locked: Card, send: Send, access: str, may: list[str]) -> None:
    """What may be done to a file with nothing given, PIN1, ADM1, both."""
    file = locked.tree.file("3F00/2F05")
    assert file is not None
    file.access = bytes.fromhex(access)
    pin1, adm1 = "002000010831323334FFFFFFFF", ADM
    found = []
    for given in ([], [pin1], [adm1], [pin1, adm1]):
        locked.power_on()
        assert all(send(locked, key) == "9000" for key in given)
        assert send(locked, "00A4080C022F05") == "9000"
        read, updated = send(locked, "00B0000001")[-4:], send(locked, "00D60000017A")
        assert {read, updated} <= {"9000", "6982"}
        found.append("r" * (read == "9000") + "u" * (updated == "9000"))
    assert found == may


def test_records(card: Card, send: Send) -> None:
    assert send(card, USIM) == send(card, EF + "6F3C") == "9000"
    one, two = "01" + "AA" * 175, "03" + "BB" * 175
    assert send(card, "00DC0104B0" + one) == send(card, "00DC0204B0" + two) == "9000"
    assert send(card, "00DC0104AF" + "AA" * 175) == "6700"
    assert send(card, "00DC0604B0" + one) == "6A83"
    assert send(card, "00B20104B0") == one + "9000"
    assert send(card, "00B20002B0") == one + "9000", "the first: absolute reading moves no pointer"
    assert send(card, "00B20002B0") == two + "9000"
    assert send(card, "00B20004B0") == two + "9000", "the current one"
    assert send(card, "00B20003B0") == one + "9000"
    assert send(card, "00B20003B0") == "6A83", "nothing before the first"
    assert send(card, "00B2000310") == "6A83"
    assert send(card, EF + "6F3C") == "9000"
    assert send(card, "00B20004B0") == "6A83", "no current record after a selection"
    assert send(card, "00B20003B0")[-4:] == "9000", "the last"
    assert send(card, "00DC0002B0" + one) == "6A83", "none after it"
    assert send(card, "00B2000710") == "6A86"


def test_a_cyclic_file(card: Card, send: Send) -> None:
    """Last numbers dialled: the newest is record 1, the oldest is overwritten (51.011 10.5.9)."""
    assert send(card, "00A4080C047F106F44") == "9000"
    assert send(card, "00DC01041E" + "11" * 30) == "6A86", "only PREVIOUS"
    for octet in ("11", "22", "33"):
        assert send(card, "00DC00031E" + octet * 30) == "9000"
    assert send(card, "00B201041E") == "33" * 30 + "9000"
    assert send(card, "00B203041E") == "11" * 30 + "9000"
    assert send(card, "00B200021E") == "22" * 30 + "9000", "next of the one just written"
    file = card.tree.file("3F00/7F10/6F44")
    assert file is not None and file.records == 10 and len(file.octets) == 300


def test_short_identifiers(card: Card, send: Send) -> None:
    """102 221 8.4.3; 31.102 annex H: 7 is the IMSI, 1 the emergency codes of the USIM."""
    assert send(card, "00B082000A") == "986800214365870921439000"
    assert send(card, USIM) == "9000"
    assert send(card, "00B0870009") == "0849060010325476989000"
    assert send(card, "00B0000009") == "0849060010325476989000", "it is selected now"
    assert send(card, "00B087080A") == "6C01"
    assert send(card, "00B2010C0C")[:6] == "11F0FF"
    assert send(card, "00B09C0001") == "6A82"


def test_search(card: Card, send: Send) -> None:
    assert send(card, USIM) == send(card, EF + "6F3C") == "9000"
    for record in ("02", "04"):
        assert send(card, f"00DC{record}04B003" + "00" * 173 + "C0DE") == "9000"
    assert send(card, "00A2010402C0DE") == "6102"
    assert send(card, "00C0000002") == "02049000"
    assert send(card, "00A2030402C0DE") == "6101"
    assert send(card, "00A2030502C0DE") == "6101"
    assert send(card, "00C0000001") == "029000", "backward from record 3"
    assert send(card, "00A2010402BEEF") == "6282"
    assert send(card, "00A20604020000") == "6A83"
    assert send(card, EF + "6F07") == "9000"
    assert send(card, "00A20104020000") == "6981"


def test_resize(issuer: Card, send: Send) -> None:
    file = issuer.tree.file("3F00/7FFF/6F7B")
    assert file is not None
    assert send(issuer, EF + "6F7B") == send(issuer, "00D600000364F010") == "9000"
    assert send(issuer, "80D400000A620883026F7B80020018") == "9000"
    assert file.octets.hex() == "64f010" + "ff" * 21
    assert send(issuer, "80D4000009620783026F7B800106") == "9000"
    assert file.octets.hex() == "64f010ffffff"
    assert send(issuer, "80D400000A620883026F3C80020100") == "6A80", "no whole number of records"
    assert send(issuer, "80D400000A620883026F3C80020210") == "9000"
    assert send(issuer, "80D400000A620883026FFF80020100") == "6A82"
    assert send(issuer, "80D4000004620283FF") == "6A80"
    issuer.power_on()
    assert send(issuer, USIM) == "9000"
    assert send(issuer, "80D4000009620783026F7B800118") == "6982"


def test_deactivated_files(issuer: Card, send: Send) -> None:
    assert send(issuer, EF + "6F46") == "9000"
    assert send(issuer, "0004000000") == "9000"
    assert send(issuer, "00B0000011") == send(issuer, "00D600000100") == "6984"
    # A warning (102 221 10.2.1) has no room for the length: it is asked for, as annex C.1 shows.
    assert send(issuer, "00A40004026F46") == "6283"
    length = send(issuer, "00C0000000")
    assert length[:2] == "6C" and "8A0104" in send(issuer, f"00C00000{length[2:]}")
    assert send(issuer, "00A4000C026F46") == "6283"
    assert send(issuer, "A0A40000027F20") + send(issuer, "A0A40000026F46") == "9F169F0F"
    assert send(issuer, "A0C000000F")[22:24] == "00" and send(issuer, "A0B0000011") == "9810"
    assert send(issuer, USIM) == "9000"
    assert send(issuer, "00440000026F46") == "9000"
    assert send(issuer, "00B0000011")[-4:] == "9000"
    issuer.power_on()
    assert send(issuer, USIM) == send(issuer, EF + "6F46") == "9000"
    assert send(issuer, "0004000000") == "6982"


def test_a_session_is_told_that_a_file_is_deactivated(issuer: Card, send: Send) -> None:
    assert send(issuer, EF + "6F46") == send(issuer, "0004000000") == "9000"

    async def transmit(tpdu: bytes) -> tuple[bytes, int]:
        return issuer.transmit(tpdu)

    async def main() -> None:
        session = Session(transmit)
        await session.begin()
        said = await session.describe("3F00/7FFF/6F46")
        assert isinstance(said, Fcp) and (said.id, said.life_cycle) == (0x6F46, LifeCycle.DEACTIVATED)

    asyncio.run(main())
