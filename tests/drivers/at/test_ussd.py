"""+CUSD as modems gave it: the lines are those of the issues named, not ours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.at import ussd
from drivers.at.answers import Unreadable
from drivers.at.ussd import reply

ISSUES = {
    # obsy/sms_tool issue 4: UCS2, Cyrillic
    '0,"04110430043B0430043D0441003A0032003200320030002C003700360440",72': "Баланс:2220,76р",
    # obsy/sms_tool issue 13: UCS2 under dcs 7, and cut off (ZTE MF286D)
    '0,"002000440075002000680061007200200030002C003000300020006B00720020006F0063006800200030002C00390039002000'
    "470042002000730075007200660020006B007600610072002E002000440075002000720069006E0067006500720020006600F6007200"
    '200032006B0072",7': " Du har 0,00 kr och 0,99 GB surf kvar. Du ringer för 2kr",
    # gammu/gammu issue 358: UCS2 under dcs 15, the session ended by the network (Quectel M35)
    '2,"00480061007600690020006B0065007200650074003A0020003000460074002E002000460065006C007400F6006C007400F6'
    '00740074",15': "Havi keret: 0Ft. Feltöltött",
    # gammu/gammu issue 513: ASCII in hex under dcs 0
    '1,"536973612070756C73612052702E333030302E416B7469662073642032362F30322F323032302E0A312E59410A322E43656B20'
    '4B756F7461",0': "Sisa pulsa Rp.3000.Aktif sd 26/02/2020.\n1.YA\n2.Cek Kuota",
    # gammu/gammu issue 150: a quotation in plain text between UCS2, no dcs
    '0,"00200056006100730068002000620061006C0061006E00730020003900350030002E0030003800200072002E000A00470075'
    '0064006F006B0020"Shape of you"0020004500640020005300680065006500720061006E"': (
        ' Vash balans 950.08 r.\nGudok "Shape of you" Ed Sheeran'
    ),
    # gammu/gammu issue 150: two lines, no dcs (Sony Ericsson Z710i)
    '0," Vash balans 968.98 r.\nDlya vas - nedelya besplatnogo SMS-obsh\'eniya s drugom! Podkl.: *320#"': (
        " Vash balans 968.98 r.\nDlya vas - nedelya besplatnogo SMS-obsh'eniya s drugom! Podkl.: *320#"
    ),
    # wdoekes/asterisk-chan-dongle issue 38: packed 7 bit (Huawei); "wrong service number", its reader says
    '0,"CE325C1EB6A7D9EE7C1AE47EB7CB72507DCEAE9FD3",15': "Nepravilnyi nomer uslugi",
}


@pytest.mark.parametrize(("body", "text"), ISSUES.items())
def test_what_people_saw(body: str, text: str) -> None:
    assert reply(body) == (int(body[0]), text)


@pytest.mark.parametrize(
    ("body", "mode", "text"),
    [
        ('0,"Balance 12.50",15', 0, "Balance 12.50"),
        ('0,"4F60597D",72', 0, "你好"),
        ('0,"4F60597D",15', 0, "你好"),
        ('0,"4F60597D",1', 0, "你好"),
        ('0,"60A876844F59989D4E3A00310032002E0035003051433002",68', 0, "您的余额为12.50元。"),
        ("2,4F60597D,17", 2, "你好"),
        ('1,"AA180C3602",15', 1, "*100#"),  # packed 7 bit (27.007 7.15 and Huawei)
        ('1,"AA180C3602",0', 1, "*100#"),
        ('1,"AA180C3602",1', 1, "*100#"),  # bg111/asterisk-chan-dongle issue 98
        ('1,"AA180C3602",240', 1, "*100#"),  # F0
        ('0,"2A31303023",0', 0, "*100#"),
        ('0,"2A31303023",68', 0, "*100#"),  # 44h: eight bits
        ('0,"Say "hi", please",15', 0, 'Say "hi", please'),
        ('0,"4F60597D0000FFFF",72', 0, "你好"),  # Telit HE910
        ('0,"4F60597D4F",72', 0, "你好"),
        ('0,"cut', 0, "cut"),
        ("2,Thank you", 2, "Thank you"),
        ('0,"10086",15', 0, "10086"),
        ('0,"1234",15', 0, "1234"),
        ('0,"20240101",15', 0, "20240101"),
        ('0,"FACE",15', 0, "FACE"),
        ('0,"\xe4\xbd\xa0",15', 0, "你"),  # UTF-8, as the lexer shows it
        ("4", 4, None),
        ("2", 2, None),
    ],
)
def test_by_content_and_dcs(body: str, mode: int, text: str | None) -> None:
    assert reply(body) == (mode, text)


def test_where_the_character_set_is_ucs2() -> None:
    assert reply('0,"00310030003000380036",15', "UCS2") == (0, "10086")


@given(st.text(alphabet=st.sampled_from('0123456789ABCDEFabcdef,"+-: ²٣\n\0\xff*#'), max_size=60))
def test_nothing_but_unreadable_is_raised(body: str) -> None:
    for charset in ("GSM", "UCS2"):
        try:
            ussd.reply(body, charset)
        except Unreadable as error:
            assert "cannot be read" in str(error)
