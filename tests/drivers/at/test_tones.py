"""DTMF: each maker's detector and each form of sending."""

from __future__ import annotations

from typing import Any

import pytest

from drivers.at.answers import Unreadable, tone
from drivers.at.dialect import DialectError, load, names
from drivers.at.guard import Guard
from interop.engine.clock import run_virtual
from interop.protocols.errors import CommandRefused, NotAvailable
from interop.record.events import ToneHeard, ToneSent, Unclaimed

OK = b"\r\nOK\r\n"
ERROR = b"\r\nERROR\r\n"
REFUSED = b"\r\n+CME ERROR: 3\r\n"

HEARD = [
    # SIM800 Series AT Command Manual V1.09 pages 334, 369: without a blank, with the duration in ms
    ("simcom", "AT+DDET=1", [b"\r\n+DTMF:5\r\n", b"\r\n+DTMF:*,160\r\n", b"\r\n+DTMF: 0\r\n"], "5*0"),
    # ModemManager plugins/simtech: +RXDTMF with two CR
    ("simcom", "AT+DDET=1", [b"\r\n+RXDTMF: 5\r\r\n", b"\r\n+RXDTMF: #\r\r\n"], "5#"),
    # asterisk-chan-quectel at_parse.c: +QTONEDET: 56
    ("quectel", "AT+QTONEDET=1", [b"\r\n+QTONEDET: 56\r\n", b"\r\n+QTONEDET: 35\r\n"], "8#"),
    ("quectel", "AT+QTONEDET=1", [b"\r\n+QTONEDET: 68\r\n", b"\r\n+QTONEDET: 42\r\n"], "D*"),
    # wat (Sangoma) wat_notify_dtmf_info; a LE910C1 adds a duration
    ("telit", "AT#DTMF=1", [b"\r\n#DTMFEV: 5\r\n", b"\r\n#DTMFEV: *,1\r\n"], "5*"),
    ("huawei", "AT^DDTMFCFG=0,1", [b"\r\n^DDTMF: 5\r\n", b"\r\n^DDTMF:9\r\n"], "59"),
    # arduino-libraries/MKRGSM GSMVoiceCall.cpp
    ("ublox", "AT+UDTMFD=1,2", [b"\r\n+UUDTMFD: 5\r\n", b"\r\n+UUDTMFD: #\r\n"], "5#"),
    # Wavecom WM_DEV_OAT_UGD_049 21.13.5
    ("wavecom", "AT+WDDM=1", [b'\r\n+WDDI: "*",60\r\n', b'\r\n+WDDI: "1",90\r\n'], "*1"),
    ("generic", "AT+DDET=1", [b"\r\n+DTMF: d\r\n"], "D"),
]  # fmt: skip


@pytest.mark.parametrize(("dialect", "setting", "lines", "digits"), HEARD)
def test_what_is_heard(dialect: str, setting: str, lines: list[bytes], digits: str, scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem(dialect)
        assert setting not in device.heard  # only when it is asked for
        assert await modem.listen_for_tones()
        assert device.heard[-1] == setting
        mark = modem.events.mark()
        for line in lines:
            device.far.write(line)
            await modem.command("AT")
        assert modem.events.since(mark) == [ToneHeard(digit) for digit in digits]

    run_virtual(main())


def test_a_restart_switches_it_off_and_the_driver_on_again(scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem("quectel")
        await modem.listen_for_tones()
        device.say("RDY")
        await device.hears("AT+QTONEDET=1", times=2)

    run_virtual(main())


@pytest.mark.parametrize("dialect", ["generic", "quectel", "cinterion", "zte"])
def test_a_modem_without_a_detector(dialect: str, scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+DDET=1": ERROR, "AT+QTONEDET=1": b"\r\n+CME ERROR: 4\r\n"})
        assert not await (await device.modem(dialect)).listen_for_tones()

    run_virtual(main())


@pytest.mark.parametrize("text", ["", "12", "1400", "E", "x,1", '""', "²"])
def test_what_is_no_tone(text: str, scripted: Any) -> None:
    """SIM800's +DTMF:1400 is a single frequency."""
    with pytest.raises(Unreadable):
        tone(text)

    async def main() -> None:
        device = scripted()
        modem = await device.modem("simcom")
        device.say(f"+DTMF:{text}".replace("²", "\xb2"))
        await modem.command("AT")
        assert [type(event) for event in modem.events.since(0)] == [Unclaimed]

    run_virtual(main())


@pytest.mark.parametrize("code", ["0", "34", "69", "999", "5a", "-5", "+5"])
def test_what_is_no_code_of_one(code: str) -> None:
    with pytest.raises(Unreadable):
        tone(f"{code},", ("ascii",)) if code != "0" else tone("", ("ascii",))


def test_a_quectel_that_tells_the_digit_itself() -> None:
    assert tone("5", ("ascii",)) == "5"


# Sending


def sent(device: Any) -> list[str]:
    return [line for line in device.heard if line.startswith(("AT+VTS", "AT^DTMF"))]


@pytest.mark.parametrize("dialect", names())
def test_every_dialect_sends_every_digit_it_can_past_the_guard(dialect: str) -> None:
    """No order of digits looks like a number to call: each goes by itself."""
    tones = load(dialect).tones
    for form in (*tones.send, *tones.listen):
        for digit in tones.digits:
            assert Guard().danger(form.format(digit=digit, call=1).encode() + b"\r") == ""


def test_one_digit_to_a_command(scripted: Any) -> None:
    async def main() -> None:
        device = scripted(emulated=False)
        modem = await device.modem()
        await modem.send_tones("110#")
        assert sent(device) == ["AT+VTS=1", "AT+VTS=1", "AT+VTS=0", "AT+VTS=#"]
        assert [event for event in modem.events.since(0) if isinstance(event, ToneSent)] == [ToneSent("110#")]

    run_virtual(main())


def test_the_other_form_where_the_first_is_refused(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+VTS=5": ERROR, "AT+VTS=6": ERROR})
        modem = await device.modem()
        await modem.send_tones("56")
        assert sent(device) == ["AT+VTS=5", 'AT+VTS="5"', 'AT+VTS="6"']  # what was taken stays

    run_virtual(main())


def test_a_huawei_names_the_call(scripted: Any) -> None:
    """asterisk-chan-dongle at_command.c; a held call is none to send into."""

    async def main() -> None:
        device = scripted({"AT+CLCC": b"\r\n+CLCC: 1,0,1,0,0\r\n\r\n+CLCC: 3,0,0,0,0\r\n" + OK})
        modem = await device.modem("huawei")
        await modem.send_tones("5")
        assert sent(device) == ["AT^DTMF=3,5"]
        with pytest.raises(NotAvailable, match="tones A"):  # an E1550 says OK and sends something else
            await modem.send_tones("5A")
        device.table["AT+CLCC"] = OK
        with pytest.raises(NotAvailable, match="no call"):
            await modem.send_tones("5")
        assert sent(device) == ["AT^DTMF=3,5"]

    run_virtual(main())


def test_refused_in_every_form(scripted: Any) -> None:
    async def main() -> None:
        device = scripted({"AT+VTS=5": REFUSED, 'AT+VTS="5"': REFUSED, 'AT+VTS="6"': OK})
        modem = await device.modem()
        with pytest.raises(CommandRefused):
            await modem.send_tones("56")
        await modem.send_tones("6")  # a refusal says nothing of the form: there may have been no call
        assert sent(device)[-1] == "AT+VTS=6"

    run_virtual(main())


@pytest.mark.parametrize("digits", ["", "5x", "E", "5 6", "1,2", '5"', "a"])
def test_what_are_no_digits(digits: str, scripted: Any) -> None:
    async def main() -> None:
        device = scripted()
        modem = await device.modem()
        with pytest.raises(ValueError, match="DTMF"):
            await modem.send_tones(digits)
        assert modem.events.since(0) == [] == sent(device)

    run_virtual(main())


def test_a_form_without_its_digit_is_a_mistake_with_its_place(tmp_path: Any) -> None:
    for form in ("AT+VTS=5", "AT+VTS={digit},{length}", "AT+VTS={digit}}"):
        text = f"extends: generic\ntones:\n  send: ['{form}']\n"
        (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
        with pytest.raises(DialectError, match=r"bad\.yaml:3:\d+: tones\.send: .*\{digit\}"):
            load.__wrapped__("bad", tmp_path)
