"""The emergency guard on octets of an upload: data where all goes well, command lines where it does not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.at.guard import Guard

DOWN = 'AT+CMMSDOWN="PIC",300,50000,"a.jpg"'
PROMPTS = (
    DOWN,
    'AT+CMMSDOWN="title",10',
    'AT+QFUPL="RAM:a.jpg",300,60',
    "AT+QFWRITE=1,300",
    "AT+QISEND=0,300",
)
POST = b"POST http://mmsc.monternet.com/ HTTP/1.1\r\nHost: mmsc.monternet.com\r\nContent-Length: 120\r\n\r\n"
HARMLESS = (
    b"",
    b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 4,
    POST,
    "请拨打110报警，火警119".encode(),
    "拨打110".encode("utf-16-be"),
    b"call 110 or 112 now, that is 999",
    b"What date is it at dinner? 110 at D-day, at 8 pm: attend; do call 911",
    b"\rAT+CSQ\r",
    b"\rATD10086;\r",
    b"\x1a\x1b+++\rATH\r",
    b"ATD cannot be read",
    b"the sector AT D11",
    b"look at kids, at beds; at needs",
)
DANGEROUS = (
    b"ATD110;",
    b"\rATD110;\r",
    b"\xff\xd8\rATD110;\r\xff\xd9",
    b"\natd 1-1-0;\n",
    b"data\r\nAT+CSQ;D119;\r\n",
    b"data\r\nATE0;+CSQ;DT120;\r\n",
    b"ATD+86110;",
    b"ATD17951110;",
    b"A\0T\0D\x001\x001\x000\0;\0",  # UTF-16 to a modem that skips NUL
    b"\0A\0T\0D\x001\x001\x000\0;",
    b"AT\nD110;\r",
    b"ATD>1;\r",
    b"ATDL\r",
    b"ATE0V1DL\r",
    b'ATD"Police";\r',
    b"ATDS=1\r",
    b'AT+CMGS="110"\r',
    b'\rAT+CCFC=0,3,"110"\r',
    b"\rAT+CUSD=1,110\r",
    b"\rAT+CHLD=4,110\r",
    b"\rAT+CKPD=110\r",
    b"\rAT+CMSS=3\r",
    b'\rAT+CSIM=10,"80C2000004"\r',
    b'\rAT+CMMSRECP="12110"\r',
)


@pytest.mark.parametrize("prompt", PROMPTS)
@pytest.mark.parametrize("octets", HARMLESS)
def test_what_people_send_may_go(octets: bytes, prompt: str) -> None:
    assert Guard().danger(octets, prompt, counted=True) == ""


@pytest.mark.parametrize("octets", DANGEROUS)
def test_what_would_dial_if_it_were_taken_for_a_command_may_not(octets: bytes) -> None:
    """At a prompt that was none, or behind a restart in the middle."""
    padding = bytes(range(14, 32)) * 20
    for before in (b"", padding + b"\r", b"\r" + padding):
        danger = Guard().danger(before + octets + b"\r" + padding, DOWN, counted=True)
        assert danger and "\n" not in danger


def test_the_numbers_of_the_sim_count_too() -> None:
    guard = Guard()
    assert not guard.danger(b"\rATD12395000;\r", DOWN, counted=True)
    guard.add(["12395000"])
    assert guard.danger(b"\rATD12395000;\r", DOWN, counted=True)


@pytest.mark.parametrize(
    "prompt",
    ["AT+CMGS=30", 'AT+CMGS="110"', "AT+CMGW=30", "AT+CMSS=3", "AT#WSCRIPT=\"a.py\",30", "AT+X", "",
     "AT+CSQ;+CMGS=30", "AT+QFUPL=1;+CMGS=30", "AT+CMGS=1;+QFUPL=2"],
)  # fmt: skip
def test_only_where_octets_are_data(prompt: str) -> None:
    """A message that is given as octets must not pass by the guard of messages."""
    assert Guard().danger(b"harmless", prompt, counted=True)


def test_counted_and_not_are_two_things() -> None:
    """What was found harmless as data is not so as a command line, nor the other way."""
    guard = Guard()
    assert not guard.danger(b"no command", DOWN, counted=True)
    assert guard.danger(b"no command", DOWN)
    assert guard.danger(b"no command")


def test_leading_out_of_data_mode_is_no_command() -> None:
    assert not Guard().danger(b"+++")
    assert Guard().danger(b"+++ATD110;\r")


@given(st.binary(max_size=400))
def test_any_octets_are_judged_in_words(octets: bytes) -> None:
    assert "\n" not in Guard().danger(octets, DOWN, counted=True)


def test_pictures_are_not_refused() -> None:
    """Random octets have letters and digits in any order: 20 messages of 300 kB go, and soon."""
    guard = Guard()
    chance = random.Random(6)
    assert not [at for at in range(20) if guard.danger(chance.randbytes(300_000), DOWN, counted=True)]
    assert guard.danger(
        chance.randbytes(150_000) + b"\rATD110;\r" + chance.randbytes(150_000), DOWN, counted=True
    )
    text = b"at that date attach it; do dial at dusk, at D " * 6500
    assert not guard.danger(text, DOWN, counted=True)
