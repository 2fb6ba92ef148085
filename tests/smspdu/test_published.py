"""PDUs that others published, with what they say is in them.

Sources: [oFono] unit/test-sms.c; [MM] ModemManager src/tests/test-sms-part-3gpp.c; [gsmmodem] python-gsmmodem
test/test_pdu.py; [dreamfabric] www.dreamfabric.com/sms, the page most examples on the web come from.
"""

from __future__ import annotations

import pytest

from interop.smspdu import (
    Address,
    Dcs,
    Deliver,
    Direction,
    InformationElement,
    PduError,
    Relative,
    Status,
    StatusReport,
    Submit,
    Timestamp,
    UserData,
    from_at,
    to_cmgs,
)

DELIVERS = [
    # [dreamfabric]; the zone octet 08 is a negative zero
    (
        "07911326040000F0040B911346610089F60000208062917314080CC8F71D14969741F977FD07",
        ("+31624000000", "+31641600986", "2002-08-26T19:37:41+00:00", "How are you?"),
    ),
    # [oFono] simple_deliver, timezone -4 quarters
    (
        "07911326040000F0040B911346610089F60000208062917314480CC8F71D14969741F977FD07",
        ("+31624000000", "+31641600986", "2002-08-26T19:37:41-01:00", "How are you?"),
    ),
    # [oFono] alnum_sender
    (
        "0791447758100650040DD0F334FC1CA6970100008080312170224008D4F29CDE0EA7D9",
        ("+447785016005", "sipgate", "2008-08-13T12:07:22+01:00", "Testmail"),
    ),
    # [MM] pdu1
    (
        "07912104442961f4040b916171957291f800001120821105050a6ac8b2bc7c9a83c220f6db7d2ecb41edf27c1e3e9741"
        "1bde06754fd3d1a0f9bb5d0695f1f4b29b5c2683c6e8b03c3ca697e5f34d6ae303d1d1f2f7dd0d4abb59a0797d8c0685"
        "e7a00028ec26832a960b28ec2683be6050780eba97d96c17",
        (
            "+12404492164",
            "+16175927198",
            "2011-02-28T11:50:50-05:00",
            "Here's a longer message [{with some extended characters}] "
            "thrown in, such as £ and ΩΠΨ and §¿ as well.",
        ),
    ),
    # [MM] pdu2
    (
        "07919730071111f10414d04937bd2c7797e9d3e614000811309291024061080442043504410442",
        ("+79037011111", "InternetSMS", "2011-03-29T19:20:04+04:00", "тест"),
    ),
    # [MM] pdu3_natl
    (
        "07912143658709f1040b818100551512f20000111010214365000ae8329bfd4697d9ec37",
        ("+12345678901", "18005551212", "2011-01-01T12:34:56+00:00", "hellohello"),
    ),
    # [MM] pdu_dcsf1: 160 septets, coding group F
    (
        "07913306091093F0040485810000F111604231805180A049B7F90D9A1AA5A01668F8769BD3E4B29B9E2EB359A03FC85D"
        "06A9C3ED707A0EA2CBC3EE79BB4CA7CBCBA05643617DA7C76990FD4D979741EE77DD5E0ED741ED371D442E83E0E1F9BC"
        "0CD281E677D9B84C06C1DF7539E85C9097E520FB9B2E2F83C6EF369C5E064D8D52D0BC2E07DDEF77D7DC2C7799E5A077"
        "1D040FCB41F402BB0047BFDD6550B80ECAD966",
        (
            "+33609001390",
            "1800",
            "2011-06-24T13:08:15+02:00",
            "Info SFR - Confidentiel, à ne jamais transmettre -\r\n"
            "Voici votre nouveau mot de passe : sw2ced pour gérer "
            "votre compte SFR sur www.sfr.fr ou par téléphone au 963",
        ),
    ),
    # [gsmmodem]
    (
        "07915892000000F0040B915892214365F700007040213252242331493A283D0795C3F33C88FE06C9CB6132885EC6D341"
        "EDF27C1E3E97E7207B3A0C0A5241E377BB1D7693E72E",
        (
            "+85290000000",
            "+85291234567",
            "2007-04-12T23:25:42+08:00",
            "It is easy to read text messages via AT commands.",
        ),
    ),
    # [gsmmodem]
    (
        "06917228195339040B917228214365F70000313062315352800A800D8A5E98D337A910",
        ("+2782913593", "+27821234567", "2013-03-26T13:35:25+02:00", "@{tést}!"),
    ),
]


@pytest.mark.parametrize(("pdu", "fields"), DELIVERS)
def test_deliver(pdu: str, fields: tuple[str, str, str, str]) -> None:
    pdu = pdu.upper()
    smsc, tpdu = from_at(pdu, Direction.SC_TO_MS)
    assert isinstance(tpdu, Deliver)
    assert (str(smsc), str(tpdu.originator), str(tpdu.timestamp), tpdu.user_data.body) == fields
    assert tpdu.timestamp.when.isoformat() == fields[2]
    again = to_cmgs(tpdu, smsc)[1]
    # a zone of minus zero quarters is sent again as plus zero: the same time
    assert again == pdu.replace("20806291731408", "20806291731400")


CONCATENATED = [
    # [MM] udhi: 16-bit reference, 7 octets of header, no fill bits
    (
        "07911356131313F64004850120390011609232239180A006080400100201D7327BFD6EB340E2321BF46E83EA7790F59D"
        "1E97DBE1341B442F83C465763D3DA797E56537C81D0ECB41AB59CC1693C16031D96C064241E5656838AF03A96230982A"
        "269BCD462917C8FA4E8FCBED709A0D7ABBE9F6B0FB5C7683D27350984D4FABC9A0B33C4C4FCF5D20EBFB2D079DCB6279"
        "3DBD06D9C36E50FB2D4E97D9A0B49B5E96BBCB",
        InformationElement(8, b"\x00\x10\x02\x01"),
        "Welkom, bel om uw Voicemail te beluisteren naar +31612001233"
        " (PrePay: *100*1233#). Voicemail ontvangen is altijd gratis."
        " Voor gebruik van mobiel interne",
    ),
    # [MM] multipart: 8-bit reference, one fill bit, which this network sets
    (
        "07912160130320F6440B916171056429F5000021405291651569320500034C0202E9E8301D44479741F0B09C3E0785E5"
        "6590BCCC0ED3CB6410FD0D7ABBCBA0B0FB4D4797E52E10",
        InformationElement(0, b"\x4c\x02\x02"),
        "that the parts are related to one another. ",
    ),
]


@pytest.mark.parametrize(("pdu", "element", "text"), CONCATENATED)
def test_deliver_with_header(pdu: str, element: InformationElement, text: str) -> None:
    smsc, tpdu = from_at(pdu, Direction.SC_TO_MS)
    assert isinstance(tpdu, Deliver)
    assert tpdu.user_data == UserData(text, (element,))
    assert to_cmgs(tpdu, smsc)[1] == pdu.replace("4C0202E9", "4C0202E8")


def test_submit_with_five_elements() -> None:
    """[oFono] header_test: 27 octets of header, one fill bit."""
    pdu = (
        "0041000B915121551532F40000631A0A031906200A032104100A032705040A032E05080A043807002B8ACD29A85D9ECF"
        "C3E7F21C340EBB41E3B79B1E4EBB41697A989D1EB340E2379BCC02B1C3F27399059AB7C36C3628EC2683C66FF65B5E26"
        "83E8653C1D"
    )
    smsc, tpdu = from_at(pdu, Direction.MS_TO_SC)
    assert smsc is None
    assert isinstance(tpdu, Submit)
    assert [element.data.hex() for element in tpdu.user_data.header] == [
        "190620", "210410", "270504", "2e0508", "3807002b"
    ]  # fmt: skip
    assert tpdu.user_data.body == "EMS messages can contain italic, bold, large, small and colored text"
    assert to_cmgs(tpdu) == (100, pdu)


SUBMITS = [
    # [dreamfabric], [oFono] simple_submit
    (
        "0011000B916407281553F80000AA0AE8329BFD4697D9EC37",
        None,
        Submit.of_text(Address.parse("+46708251358"), "hellohello", validity=Relative(0xAA)),
    ),
    # [gsmmodem] test_encodeSmsSubmit
    (
        "0001000B917228001011F100000CC8329BFD065DDF72363904",
        None,
        Submit.of_text(Address.parse("+27820001111"), "Hello World!"),
    ),
    (
        "07914400000000F01100099121436587F90008F40A4E16754C60A8597DFF01",
        "+44000000000",
        Submit.of_text(Address.parse("+123456789"), "世界您好！", validity=Relative(244)),  # 52 weeks
    ),
    (
        "0019000B917228001011F100003170013193008017D474BB3CA787DB70903DCC4E93D3F43C885E9ED301",
        None,
        Submit.of_text(
            Address.parse("+27820001111"),
            "Timestamp validity test",
            validity=Timestamp(2013, 7, 10, 13, 39, 0, 8),
        ),
    ),
    (
        "07911326040000F0310D0B911326880736F40000A90FF7FBDD454E87CDE1B0DB357EB701",
        "+31624000000",
        Submit.of_text(
            Address.parse("+31628870634"),
            "www.diafaan.com",
            reference=13,
            report_request=True,
            validity=Relative(169),
        ),
    ),
    # [MM] stored by us: a national number of unknown type, Chinese
    (
        "002100098136397339F70008224F60597D4F60597D4F60597D4F60597D4F60597D4F60597D4F60597D4F60597D4F60",
        None,
        Submit.of_text(Address.parse("639337937"), "你好你好你好你好你好你好你好你好你", report_request=True),
    ),
    # [MM] create_pdu_gsm_3: the 25th septet in an octet of its own
    (
        "0011000B915155661632F40000001954747A0E4ACF41F27298CDCE83C6EF371B0481402010",
        None,
        Submit.of_text(Address.parse("+15556661234"), "This is really cool ΔΔΔΔΔ", validity=Relative(0)),
    ),
    # [gsmmodem] 8-bit data
    (
        "0591721891F101000B917228214365F700040C48656C6C6F20776F726C6421",
        "+2781191",
        Submit(Address.parse("+27821234567"), Dcs(4), UserData(b"Hello world!")),
    ),
]


@pytest.mark.parametrize(("pdu", "smsc", "submit"), SUBMITS)
def test_submit(pdu: str, smsc: str | None, submit: Submit) -> None:
    centre = Address.parse(smsc) if smsc else None
    assert from_at(pdu, Direction.MS_TO_SC) == (centre, submit)
    length, sent = to_cmgs(submit, centre)
    assert sent == pdu
    assert length == len(pdu) // 2 - (1 if centre is None else int(pdu[:2], 16) + 1)


def test_submit_of_chinese_centre() -> None:
    """The example of many Chinese tutorials: SMSC +8613800100500 (Beijing), one octet of length 08."""
    centre = Address.parse("+8613800100500")
    submit = Submit.of_text(Address.parse("+8613651325070"), "你好!")
    assert to_cmgs(submit, centre)[1].startswith("0891683108100005F001000D91683156315270F0")


STATUS_REPORTS = [
    # [gsmmodem]
    (
        "0006D60B911326880736F4111011719551401110117195714000",
        None,
        StatusReport(
            214,
            Address.parse("+31628870634"),
            Timestamp(2011, 1, 11, 17, 59, 15, 4),
            Timestamp(2011, 1, 11, 17, 59, 17, 4),
            Status(0),
        ),
    ),
    # [MM] not_stored
    (
        "07914356060013F1065A098136397339F7219011700463802190117004638030",
        "+34656000311",
        StatusReport(
            0x5A,
            Address.parse("639337937"),
            Timestamp(2012, 9, 11, 7, 40, 36, 8),
            Timestamp(2012, 9, 11, 7, 40, 36, 8),
            Status(0x30),
        ),
    ),
]


@pytest.mark.parametrize(("pdu", "smsc", "report"), STATUS_REPORTS)
def test_status_report(pdu: str, smsc: str | None, report: StatusReport) -> None:
    centre = Address.parse(smsc) if smsc else None
    assert from_at(pdu, Direction.SC_TO_MS) == (centre, report)
    assert to_cmgs(report, centre)[1] == pdu


@pytest.mark.parametrize(
    ("pdu", "direction", "field", "offset"),
    [
        # [MM] insufficient_data: UDL 11 in a message of 10 septets
        (
            "07912143658709F1040B918100551512F20000111010214365000BE8329BFD4697D9EC37",
            Direction.SC_TO_MS, "TP-UDL", 26,
        ),
        # [gsmmodem] calls its TP-UDL invalid; before that, its 11 digits claim to be 12
        (
            "0041010C910661345542F60008A0050003000301306F3044",
            Direction.MS_TO_SC, "TP-DA", 10,
        ),
    ],
)  # fmt: skip
def test_lengths_that_lie(pdu: str, direction: Direction, field: str, offset: int) -> None:
    with pytest.raises(PduError) as caught:
        from_at(pdu, direction)
    assert (caught.value.field, caught.value.offset) == (field, offset)
