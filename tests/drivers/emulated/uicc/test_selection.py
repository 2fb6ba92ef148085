"""SELECT, STATUS, GET RESPONSE, logical channels: ETSI TS 102 221 8.4 and 11.1, TS 51.011 9.2.1."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.headers import fcp, sim_header
from drivers.emulated.uicc.tree import File
from interop.lab.model import SimPart
from interop.protocols.card import CardLost
from interop.uicc import FileStatus

Send = Callable[[Card, str], str]
USIM = "00A4040C0CA0000000871002FF86FFFF89"
ISIM = "00A4040C0CA0000000871004FF86FFFF89"


def test_apdus_as_t0_readers_send_them(card: Card, send: Send) -> None:
    """The order of pySim-read: MF, then each file by its path, GET RESPONSE with the length of 61xx."""
    assert send(card, "00A40004023F00").startswith("61")
    selected = send(card, "00A40004022FE2")
    assert selected[:2] == "61"
    # 102 221 11.1.1.3: FCP of a transparent working EF of ten octets, activated.
    header = send(card, f"00C00000{selected[2:]}")
    assert header.startswith("62") and header.endswith("9000")
    assert all(
        part in header for part in ("82024121", "83022FE2", "8A0105", "8002000A", "8B032F0602", "880110")
    )
    assert send(card, "00B000000A") == "986800214365870921439000"
    assert send(card, "00B0000000") == "6C0A"
    assert send(card, "00B000000B") == "6C0A"
    assert send(card, "00B0000004") == "986800219000"
    assert send(card, "00B0000A01") == "6B00"
    assert send(card, "00A40004026F07") == "6A82", "not in the MF"
    assert send(card, "00A4040407A0000000871002").startswith("61")
    assert send(card, "00A40004026F07").startswith("61")
    assert send(card, "00A4080C047FFF6F40") == "9000"
    assert send(card, "00B2010422") == "FF" * 20 + "0891687110325476F8" + "FF" * 5 + "9000"
    assert send(card, "00B2010400") == send(card, "00B2010410") == "6C22"
    assert send(card, "00B2030422") == "6A83"
    assert send(card, "00B2010222") == "6A86", "next has no number: 102 221 11.1.5"
    assert send(card, "00B0000001") == "6981"
    assert send(card, "80F2000000").startswith("6C")
    assert send(card, "00FF000000") == "6D00"
    assert send(card, "FFA40000023F00") == "6E00"
    assert send(card, "80A40000023F00") == "6E00", "SELECT is interindustry"
    assert send(card, "04A40000023F00") == "6882"
    assert send(card, "00A400") == "6700"


def test_the_view_of_a_sim(card: Card, send: Send) -> None:
    assert send(card, "A0A40000027F20") == "9F16"
    assert send(card, "A0A40000026F07") == "9F0F"
    header = send(card, "A0C000000F")
    assert header == "000000096F07040014FF44010200009000"
    assert send(card, "A0A40000026F38") == "9F0F"
    assert send(card, "A0C000000F")[:14] == "0000000E6F3804"
    assert send(card, "A0A40000026FFF") == "9404"
    assert send(card, "A0A40000027F10")[:2] == "9F"
    assert send(card, "A0A40000026F44") == "9F0F"
    assert send(card, "A0C000000F")[22:] == "0102031E9000", "valid, cyclic, records of 30"
    assert send(card, "A0B201041F") == "671E", "a wrong length is 67xx here: 51.011 9.4.6"
    assert send(card, "A0B0000001") == "9408"
    assert send(card, "A0B20B041E") == "9402"
    assert send(card, "A0A40000027F20")[:2] == "9F"
    assert send(card, "A0B0000001") == "9400", "no file is selected"
    assert send(card, "A0F2000016").endswith("9000")
    assert send(card, "A0A40000027FFF") == "9404", "a SIM knows no application"
    assert send(card, "A0700000" + "01") == "6D00"


def test_every_header_is_understood_by_others(card: Card, send: Send) -> None:
    """Identifier, structure, size, record length in both forms, as `interop.uicc` reads them."""
    for path, node in card.tree.nodes():
        if isinstance(node, File):
            assert FileStatus.decode(fcp(node)) == node.status, path
            assert FileStatus.decode(sim_header(node)) == node.status, path


def test_directory_header_of_a_sim(locked: Card, send: Send) -> None:
    """51.011 9.2.1: type at 7, CHV1 enabled in bit 8 of 14, four codes with their tries from 19 on."""
    assert send(locked, "A0A40000023F00") == "9F16"
    header = bytes.fromhex(send(locked, "A0C0000016")[:-4])
    assert header[4:7] == bytes.fromhex("3F0001")
    assert header[12] == len(header) - 13
    assert header[13] & 0x80 == 0
    assert header[18:22] == bytes.fromhex("838A838A")
    locked.pin.enabled = False
    assert send(locked, "A0A40000027F20") == "9F16"
    header = bytes.fromhex(send(locked, "A0C0000016")[:-4])
    assert header[4:7] == bytes.fromhex("7F2002") and header[13] & 0x80


def test_directory_header_of_a_uicc(locked: Card, send: Send) -> None:
    """102 221 11.1.1.4: descriptor of a DF, its identifier or AID, and which PINs are enabled."""
    length = send(locked, "00A4040410A0000000871002FF86FFFF89FFFFFFFF")[2:]
    header = send(locked, f"00C00000{length}")
    assert "82027821" in header and "8410A0000000871002FF86FFFF89FFFFFFFF" in header
    assert "C60C9001E083010183018183010A" in header, "01, 81 and 0A are enabled"
    locked.pin.enabled = False
    length = send(locked, "00A40004023F00")[2:]
    header = send(locked, f"00C00000{length}")
    assert "83023F00" in header and "C60C90016083010183018183010A" in header


def test_what_can_be_selected_from_where(card: Card, send: Send) -> None:
    assert send(card, "00A4000C027FFF") == "6A82", "no application yet"
    assert send(card, USIM) == "9000"
    assert send(card, "00A4000C022FE2") == "6A82", "a file of the MF is not seen from the USIM"
    assert send(card, "00A4000C025F3B") == "9000"
    assert send(card, "00A4000C024F20") == "9000"
    assert send(card, "00A4000C026F07") == "6A82"
    assert send(card, "00A4030C00") == "9000", "the parent, which is the USIM"
    assert send(card, "00A4000C026F07") == "9000"
    assert send(card, "00A4000C027F10") == "9000", "beside the application, below the MF"
    assert send(card, "00A4000C027FFF") == "9000", "the application of this channel"
    assert send(card, "00A4000C026F07") == "9000"
    assert send(card, "00A4000C023F00") == "9000"
    assert send(card, "00A4030C00") == "6A82", "nothing is above the MF"
    assert send(card, "00A4080C022FE2") == "9000"
    assert send(card, "00A4080C047F206F07") == "9000"
    assert send(card, "00A4090C026F38") == "9000", "from DF.GSM"
    assert send(card, "00A4080C067FFF5F3B4F20") == "9000"
    assert send(card, "00A4080C047FFF4F20") == "6A82"
    assert send(card, "00B0000001") == "FF9000", "what was selected before stays so"
    assert send(card, "00A4080C037FFF6F") == "6700"
    assert send(card, "00A4010C027F20") == "6A86"


def test_applications_by_their_names(card: Card, send: Send) -> None:
    for form, kind in (("A0000000871002", "02"), ("A0000000871004", "04")):
        length = send(card, f"00A40404{len(form) // 2:02X}{form}")[2:]
        assert f"8410A00000008710{kind}" in send(card, f"00C00000{length}")
    # Of several that begin so: the first, the next, none after the last (102 221 11.1.1.2).
    assert send(card, "00A4040C05A000000087") == "9000"
    assert "1002" in send(card, "80F2000112")
    assert send(card, "00A4040E05A000000087") == "9000"
    assert "1004" in send(card, "80F2000112")
    assert send(card, "00A4040E05A000000087") == "6A82"
    assert send(card, "00A4040C05A000000003") == "6A82"
    assert send(card, "00A4040C04A0000000") == "6A82", "shorter than a registered provider"
    assert send(card, "00A4040C11A0000000871002FF86FFFF89FFFFFFFF00") == "6A82"
    # Ended: no application, and the MF.
    assert send(card, USIM) == "9000"
    assert send(card, "00A4044C10A0000000871002FF86FFFF89FFFFFFFF") == "9000"
    assert send(card, "00A4000C027FFF") == "6A82"


def test_channels_do_not_disturb_each_other(card: Card, send: Send) -> None:
    assert send(card, "01A4000C023F00") == "6881"
    assert send(card, "0070000001") == "019000"
    assert send(card, "0070000200") == "9000"
    assert send(card, "0070000001") == "039000"
    assert send(card, "0070000001") == "6A81", "all are open"
    assert send(card, USIM) == "9000"
    assert send(card, "00A4000C026F07") == "9000"
    assert send(card, "01A4000C022FE2") == "9000", "from the MF"
    assert send(card, "01B000000A")[:4] == "9868"
    assert send(card, "00B0000009")[:4] == "0849"
    assert send(card, "81F2000000")[:2] == "6C"
    assert send(card, "0270000300") == "6A81"
    assert send(card, "0070800300") == "9000"
    assert send(card, "03A4000C023F00") == "6881"
    assert send(card, "02A4040C0CA0000000871002FF86FFFF89") == "9000"
    assert send(card, "0270000001") == "039000"
    assert send(card, "03A4000C026F07") == "9000", "where the opening channel stood"
    assert send(card, "0070800000") == "6A86", "the basic channel stays"
    card.power_on()
    assert send(card, "01A4000C023F00") == "6881"


def test_a_response_waits_on_its_own_channel(card: Card, send: Send) -> None:
    send(card, "0070000001")
    length = send(card, "00A40004022FE2")[2:]
    other = send(card, "01A40004023F00")[2:]
    assert "83023F00" in send(card, f"01C00000{other}")
    assert "83022FE2" in send(card, f"00C00000{length}")
    assert send(card, f"00C00000{length}") == "6985", "once"


def test_a_response_in_two_halves(card: Card, send: Send) -> None:
    length = int(send(card, "00A40004022FE2")[2:], 16)
    first = send(card, "00C0000008")
    assert first.endswith(f"61{length - 8:02X}")
    second = send(card, f"00C00000{length - 8:02X}")
    assert (first[:-4] + second).startswith("62") and second.endswith("9000")


def test_status(card: Card, send: Send) -> None:
    length = send(card, "80F2000000")[2:]
    assert "83023F00" in send(card, f"80F20000{length}")
    assert send(card, "80F2000C00") == "9000"
    assert send(card, "80F2000102") == "84009000", "no application"
    assert send(card, "80F2400200") == "6A86", "GET STATUS of GlobalPlatform"


@pytest.mark.parametrize(
    "probe",
    [
        "00CADF3005",
        "00CB3FFF035C017E",
        "00A4040009A00000030800001000",
        "00A4040C06A00000000101",
        "00A4020C022F00",
    ],
)
def test_probes_of_other_readers_are_refused_politely(card: Card, send: Send, probe: str) -> None:
    assert send(card, probe) in ("6A82", "6A86", "6A88")


def test_lenient_cards(sim: SimPart, send: Send) -> None:
    """sims.md section 9: what independent cards answered to the same TPDU."""

    def answers(card_type: str, *apdus: str) -> str:
        card = Card.blank(card_type=card_type)
        card.identity.fill(sim, {})
        return [send(card, apdu) for apdu in apdus][-1]

    with_le, selected = "00A40004022FE200", "00A4000C022FE2"
    assert answers("strict", with_le)[:2] == "61"
    assert "83022FE2" in answers("reads-on", with_le)
    assert answers("reads-on", "00A40004022FE2", "00C0000000")[:2] == "62"
    assert answers("strict", "00A40004022FE2", "00C0000000")[:2] == "6C"
    assert answers("says-nothing", "00A40004022FE2", "00C0000000") == "9000"
    assert answers("reads-on", selected, "00B0000000") == "986800214365870921439000"
    assert answers("reads-on", selected, "00B0000040") == "986800214365870921439000"
    assert answers("says-nothing", selected, "00B0000000") == "9000"
    for name in ("strict", "reads-on", "says-nothing"):
        assert answers(name, "00A4000C022F00", "00B2010400") == "6C26", "READ RECORD: the same everywhere"
    assert answers("strict", "0020000A") == "6700"
    assert answers("four-octets", "0020000A") == "63C3"
    with pytest.raises(CardLost, match="the transmission failed"):
        answers("four-octets-fail", "0020000A")
    assert answers("pure-uicc", "A0A40000023F00") == "6E00"
    assert answers("mf-everywhere", USIM, "00A4000C022FE2") == "9000"
    assert answers("strict", "0020000A083838383838383838", "0020000A00") == "63C3"
    assert answers("tells-verified", "0020000A083838383838383838", "0020000A00") == "9000"
    assert answers("no-verify", "0020000A083838383838383838") == "6F00"
    with pytest.raises(ValueError, match="no card type 'kind'; there are strict, "):
        Card.blank(card_type="kind")
