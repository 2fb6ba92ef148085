"""Secrets on their way to disk. Command forms from 27.007, APDUs from TS 102 221 11.1.9 to 11.1.13."""

import json
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interop.record.events import TextTaken
from interop.record.journal import LinkJournal
from interop.record.redaction import Redactor, mask


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ('AT+CPIN="1234"\r', 'AT+CPIN="****"\r'),
        ("AT+CPIN=1234\r", "AT+CPIN=****\r"),
        ("at + c p i n = 1234\r", "at + c p i n = ****\r"),
        ('AT+CPIN="12345678","4321"\r', 'AT+CPIN="********","****"\r'),
        ('AT+CPIN2="9876"\r', 'AT+CPIN2="****"\r'),
        ('AT+CMEE=1;+CPIN="1234";+CSQ\r', 'AT+CMEE=1;+CPIN="****";+CSQ\r'),
        ('AT+CPIN="12', 'AT+CPIN="**'),
        ('AT+CLCK="SC",1,"1234"\r', 'AT+CLCK="SC",1,"****"\r'),
        ('AT+CLCK="SC",2\r', 'AT+CLCK="SC",2\r'),
        ('AT+CPWD="SC","1234","5678"\r', 'AT+CPWD="SC","****","****"\r'),
        ('AT+CSIM=26,"0020000108313233' + '34FFFFFFFF"\r', 'AT+CSIM=26,"0020000108****************"\r'),
        (
            'AT+CSIM=42,"A02C00011031323334353637383132' + '3334FFFFFFFF"\r',
            'AT+CSIM=42,"A02C000110' + "*" * 32 + '"\r',
        ),
        ('AT+CGLA=1,26,"0120000108313233' + '34FFFFFFFF"\r', 'AT+CGLA=1,26,"0120000108****************"\r'),
        ('AT+CSIM=12,"00200001' + '0131"\r', 'AT+CSIM=12,"0020000101**"\r'),
        ('AT+CSIM=14,"00A40004023F00"\r', 'AT+CSIM=14,"00A40004023F00"\r'),
        ('AT+CSIM=10,"0020000100"\r', 'AT+CSIM=10,"0020000100"\r'),  # asks for the retry counter
        ("+CPIN: READY\r\n", "+CPIN: READY\r\n"),
        # MMI strings, 3GPP TS 22.030 6.5.4, 6.6 and annex B
        ("ATD**04*1234*5678*5678#;\r", "ATD**04***************#;\r"),
        ("**042*1234*5678*5678#", "**042***************#"),
        ("**05*12345678*1111*1111#", "**05*******************#"),
        ("**052*12345678*1111*1111#", "**052*******************#"),
        ("*03*330*0000*1111*1111#", "*03*******************#"),
        ("**03**0000*1111*1111#", "**03****************#"),
        ("*33*0000*11#", "*33********#"),
        ("#331*0000#", "#331*****#"),
        ("*351*0000#", "*351*****#"),
        ("ATD**04*12", "ATD**04***"),
        ('AT+CUSD=1,"**04*1234*5678*5678#",15\r', 'AT+CUSD=1,"**04***************#",15\r'),
        (
            'AT+CUSD=1,"002A002A00300034002A'
            + "0031" * 4
            + "002A"
            + "0032" * 4
            + "002A"
            + "0032" * 4
            + '0023"',
            'AT+CUSD=1,"002A002A00300034002A' + "*" * 16 + "002A" + "*" * 16 + "002A" + "*" * 16 + '0023"',
        ),
        ('AT+CUSD=1,"2A2A30342A' + "31" * 4 + "2A" + '3131"', 'AT+CUSD=1,"2A2A30342A' + "*" * 8 + '2A****"'),
        ('AT+CUSD=1,"*100#",15\r', 'AT+CUSD=1,"*100#",15\r'),
        ("ATD*21*13800138000#;\r", "ATD*21*13800138000#;\r"),
        ("*#33#", "*#33#"),
        ("**004*13800138000#", "**004*13800138000#"),
        ("*#06#", "*#06#"),
        ("AT+CREG=2\r", "AT+CREG=2\r"),
    ],
)
def test_what_is_secret_by_its_place(line: str, shown: str) -> None:
    assert Redactor()(line) == shown


def test_a_registered_secret_is_masked_also_in_hex_but_not_inside_a_number() -> None:
    redact = Redactor(["4711", "hunter2-long"])
    assert redact("pin 4711.") == "pin ****."
    assert redact("13847110001") == "13847110001"
    assert redact("34373131FF") == "********FF"
    assert redact("xhunter2-longx") == "x" + "*" * 12 + "x"


@given(st.text(min_size=1))
def test_a_mask_has_the_length_and_never_the_characters(secret: str) -> None:
    shown = mask(secret)
    assert len(shown) == len(secret)
    assert all(a != b for a, b in zip(shown, secret, strict=True) if b not in '" \t')


PIECES = st.lists(st.integers(1, 60), max_size=12)


@given(PIECES, st.sampled_from(["<", ">"]))
def test_a_secret_in_pieces_never_reaches_the_disk_and_no_byte_is_lost(cuts: list[int], way: str) -> None:
    stream = b'\r\nOK\r\nAT+CPIN="90217"\r\r\nOK\r\n> \r\n+CMTI: "SM",1\r\nAT+CPIN="90217'
    file = StringIO()
    numbers = count()
    journal = LinkJournal(file, now=lambda: 1.5, sequence=lambda: next(numbers), redact=Redactor())
    start = 0
    for end in sorted({cut % len(stream) for cut in cuts} | {len(stream)}):
        (journal.received if way == "<" else journal.sent)(stream[start:end])
        start = end
    journal.settle()
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    assert {line["dir"] for line in lines} == {way}
    assert [line["seq"] for line in lines] == list(range(len(lines)))
    shown = "".join(line["data"] for line in lines)
    assert shown == stream.decode().replace("90217", "*****")


def test_every_byte_value_survives() -> None:
    file = StringIO()
    numbers = count()
    journal = LinkJournal(file, now=lambda: 0.0, sequence=lambda: next(numbers), redact=Redactor())
    journal.received(bytes(range(256)))
    journal.settle()
    shown = "".join(json.loads(line)["data"] for line in file.getvalue().splitlines())
    assert shown.encode("latin-1") == bytes(range(256))


def test_a_prompt_is_written_without_its_line_and_a_line_when_it_ends() -> None:
    file = StringIO()
    numbers = count()
    journal = LinkJournal(file, now=lambda: 0.0, sequence=lambda: next(numbers), redact=Redactor())
    journal.received(b"> ")
    journal.flush()
    assert '"> "' in file.getvalue()
    journal.received(b"\r\n+CMGS: ")
    journal.flush()
    assert "CMGS" not in file.getvalue()
    journal.received(b"1\r\n")
    journal.flush()
    assert '"data":"+CMGS: "' in file.getvalue() and '"data":"1\\r\\n"' in file.getvalue()


def test_a_message_text_is_written_when_it_ends() -> None:
    file = StringIO()
    numbers = count()
    journal = LinkJournal(file, now=lambda: 0.0, sequence=lambda: next(numbers), redact=Redactor())
    for end in ("\x1a", "\x1b"):
        journal.sent(f"0001{end}".encode())
        journal.flush()
        assert json.loads(file.getvalue().splitlines()[-1])["data"] == f"0001{end}"


def test_a_note_in_the_middle_of_a_secret_does_not_cut_it() -> None:
    file = StringIO()
    numbers = count()
    journal = LinkJournal(file, now=lambda: 0.0, sequence=lambda: next(numbers), redact=Redactor())
    journal.received(b'AT+CPIN="90')
    journal.note("the modem is slow")
    journal.received(b'217"\r')
    journal.flush()
    lines = [json.loads(line) for line in file.getvalue().splitlines()]
    assert [line["seq"] for line in lines] == [1, 0, 2]
    assert [line.get("data") for line in lines] == [None, 'AT+CPIN="**', '***"\r']


def test_much_is_not_kept_in_memory() -> None:
    file = StringIO()
    numbers = count()
    journal = LinkJournal(file, now=lambda: 0.0, sequence=lambda: next(numbers), redact=Redactor())
    for _ in range(255):
        journal.received(b"OK\r\n")
    assert not file.getvalue()
    journal.received(b"OK\r\n")
    assert len(file.getvalue().splitlines()) == 256
    journal.received(b"x" * 70_000 + b"\r\n")
    assert len(file.getvalue().splitlines()) == 257


def test_what_is_still_in_hand_is_written_at_the_end(tmp_path: Path) -> None:
    numbers = count()
    path = tmp_path / "m1.jsonl"
    file = path.open("w", encoding="utf-8")
    journal = LinkJournal(file, now=lambda: 0.0, sequence=lambda: next(numbers), redact=Redactor())
    journal.sent(b"AT\r")
    journal.received(b"\r\nOK\r\n\r\n+CMT")
    journal.close()
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["data"] for row in rows] == ["AT\r", "\r\nOK\r\n\r\n", "+CMT"]


def test_a_note_is_masked_as_well() -> None:
    file, numbers = StringIO(), count()
    redact = Redactor(["hunter22"])
    journal = LinkJournal(file, now=lambda: 0.0, sequence=lambda: next(numbers), redact=redact)
    journal.note('AT+CPIN="7391" was not answered; the site knows hunter22')
    journal.settle()
    assert "7391" not in file.getvalue()
    assert "hunter22" not in file.getvalue()


def test_every_text_of_an_event_is_looked_at() -> None:
    """A gateway may give a message id, and words, that say again what it was told."""
    said = TextTaken("accepted", ("7", "hu5hhu5h"), text="welcome, hu5hhu5h")
    assert Redactor(["hu5hhu5h"]).event(said) == TextTaken(
        "accepted", ("7", "*" * 8), text="welcome, ********"
    )
