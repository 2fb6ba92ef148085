"""Readers of answers and URCs: pure functions from text to typed values.

Each takes what follows the prefix. What cannot be read raises `Unreadable`; nothing else is ever raised.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from drivers.at.codes import CME_TEXTS, CMS_TEXTS, RELEASE_TEXTS, SERVICE_TEXTS
from interop.protocols.modem import CallEntry, CallStat, SimState, Stat
from interop.record import InconcReason
from interop.record.codes import EQUIPMENT_CODES_OF_OURS, MESSAGE_CODES_OF_OURS

_SIM_BUSY = frozenset({14, 314, 515})  # 27.007 9.2, 27.005 3.2.5, Wavecom


class Unreadable(ValueError):
    """An answer that is not what its command gives."""

    def __init__(self, what: str, text: str) -> None:
        super().__init__(f"{what} {text!r} cannot be read")


def fields(text: str) -> list[str]:
    """Values between commas outside quotes, without their quotes; an open quote ends with the text.

    >>> fields('0,"a,b",,"0B')
    ['0', 'a,b', '', '0B']
    """
    if '"' not in text:
        return [value.strip() for value in text.split(",")]
    values: list[str] = []
    start, quoted = 0, False
    for at, char in enumerate(text):
        if char == '"':
            quoted = not quoted
        elif char == "," and not quoted:
            values.append(text[start:at])
            start = at + 1
    values.append(text[start:])
    return [value.strip().strip('"') for value in values]


def _number(text: str) -> int | None:
    """A short decimal, else None (`str.isdigit` and `int` take more than a modem should say)."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


# Errors


def number_of(final: str) -> int | None:
    """The code of a +CME or +CMS ERROR, numeric or verbose (+CMEE=2); None for other final results."""
    for prefix, texts in (("+CME ERROR:", CME_TEXTS), ("+CMS ERROR:", CMS_TEXTS)):
        if final.startswith(prefix):
            text = final[len(prefix) :].strip()
            number = _number(text)
            return texts.get(text.lower()) if number is None else number
    return None


def is_busy(final: str) -> bool:
    """SIM busy: nothing was done, and the same may work a little later."""
    return number_of(final) in _SIM_BUSY


def is_ours(final: str) -> bool:
    """A refused message or call that says something about our equipment, not about the network.

    Of +CMS codes only 1..255 are a network's; those from 512 are the maker's own (27.005 3.2.5).
    """
    number = number_of(final)
    if final.startswith("+CMS ERROR:") and number is not None:
        return not 1 <= number <= 255 or number in MESSAGE_CODES_OF_OURS
    return True


def reason_of(final: str) -> InconcReason:
    number = number_of(final)
    if number is None:
        return InconcReason.MODEM
    table = MESSAGE_CODES_OF_OURS if final.startswith("+CMS") else EQUIPMENT_CODES_OF_OURS
    return table.get(number, InconcReason.MODEM)


# Registration, operator, signal, SIM


_STATUS = re.compile("[0-9]|10|00[0-9]")


def is_registration_answer(text: str) -> bool:
    """`<n>,<stat>...` and not the URC `<stat>[,"<lac>"...]` of the same prefix (27.007 7.2).

    The second value decides: a status is one bare digit, "10" or, of an Iridium, three digits ("002,001",
    ModemManager); an area code has four and mostly quotes.
    """
    parts = text.split(",")
    return len(parts) >= 2 and _STATUS.fullmatch(parts[1].strip()) is not None


def registration(text: str) -> Stat:
    """<stat> of an answer to +CREG?, +CGREG?, +CEREG? in any arity, broken quotes included."""
    parts = fields(text)
    return _stat(parts[1] if len(parts) > 1 else parts[0], text)


def registration_news(text: str) -> Stat:
    """<stat> of the URC: the first value."""
    return _stat(fields(text)[0], text)


def _stat(value: str, text: str) -> Stat:
    """6 and 7 are "registered for SMS only", home and roaming; 9 and 10 "CSFB not preferred" (27.007 7.2)."""
    stat = _number(value)
    if stat in (6, 9):
        return Stat.HOME
    if stat in (7, 10):
        return Stat.ROAMING
    try:
        return Stat(-1 if stat is None else stat)
    except ValueError:
        raise Unreadable("registration", text) from None


def ims_registration(text: str) -> Stat:
    """+CIREG: <n>,<reg_info>[,<ext_info>], +CIREGU: <reg_info>[,<ext_info>] (27.007 8.71); 1: registered.

    An extended info has two hex digits where <reg_info> has one.
    """
    parts = fields(text)
    stat = _number(parts[1] if len(parts) > 1 and len(parts[1]) == 1 else parts[0])
    if stat not in (0, 1):
        raise Unreadable("+CIREG", text)
    return Stat.HOME if stat else Stat.NOT_REGISTERED


def full_memory(text: str) -> str:
    """The receiving memory of +CPMS? (27.005 3.2.2) when it has no room left, else "".

    Forms: `"ME",3,30,"ME",3,30,"SM",1,10`, also without the first or second pair; the last one receives.
    """
    parts = fields(text)
    *_, memory, used, total = ["", "", "", *parts]
    full = (_number(used) or 0) >= (_number(total) or 0) > 0
    return memory if full and re.fullmatch("[A-Z]{2}", memory) else ""


def operator(text: str) -> str:
    """PLMN of +COPS: <mode>[,2,"46001"[,<act>]]; "" when none is selected or only a name is given.

    A name may come in any encoding; it is not read.
    """
    parts = fields(text)
    plmn = text_of(parts[2]) if len(parts) > 2 else ""
    return plmn if plmn.isascii() and plmn.isdigit() and len(plmn) in (5, 6) else ""


def signal(text: str) -> int | None:
    """dBm of +CSQ (27.007 8.5); None for 99. 100..191 are TD-SCDMA and LTE forms of some modems."""
    rssi = _number(fields(text)[0])
    if rssi is None:
        raise Unreadable("+CSQ", text)
    if rssi <= 31:
        return -113 + 2 * rssi
    if 100 <= rssi <= 191:
        return rssi - 216
    return None


_SIM_STATES = {
    "READY": SimState.READY,
    "SIM PIN": SimState.PIN,
    "SIM PUK": SimState.PUK,
    "SIM BUSY": SimState.BUSY,
    "NOT INSERTED": SimState.MISSING,
    "NOT READY": SimState.BUSY,
}
_SIM_ERRORS = {10: SimState.MISSING, 11: SimState.PIN, 12: SimState.PUK, 13: SimState.FAILED}


def sim_state(text: str) -> SimState:
    """+CPIN (27.007 8.3); other locks (PH-NET PIN) make the SIM useless here: FAILED."""
    return _SIM_STATES.get(text.strip().strip('"').upper(), SimState.FAILED)


def sim_state_of_error(code: int | None) -> SimState:
    """What a refused +CPIN? says of the SIM."""
    if code in _SIM_BUSY:
        return SimState.BUSY
    return SimState.FAILED if code is None else _SIM_ERRORS.get(code, SimState.FAILED)


# Calls


def call_entry(text: str) -> CallEntry | None:
    """One row of +CLCC (27.007 7.18); None for data, fax and states that are no call (SIMCom's 6).

    >>> call_entry('1,0,3,0,0,"10086",129')
    CallEntry(index=1, outgoing=True, stat=<CallStat.ALERTING: 3>, multiparty=False, number='10086', toa=129)
    """
    parts = fields(text)
    numbers = [_number(part) for part in parts[:5]]
    if len(parts) < 4 or numbers[0] is None or numbers[1] not in (0, 1):
        raise Unreadable("+CLCC", text)
    if numbers[3] != 0 or numbers[2] not in tuple(CallStat):
        return None
    return CallEntry(
        index=numbers[0],
        outgoing=numbers[1] == 0,
        stat=CallStat(numbers[2]),
        multiparty=len(numbers) > 4 and numbers[4] == 1,
        number=text_of(parts[5]) if len(parts) > 5 else "",
        toa=_number(parts[6]) if len(parts) > 6 else None,
    )


@dataclass(frozen=True, slots=True)
class Clip:
    number: str
    toa: int | None
    validity: int | None


def caller_id(text: str) -> Clip:
    """+CLIP: <number>,<type>[,<subaddr>,<satype>[,<alpha>[,<CLI validity>]]] (27.007 7.11).

    An answer to +CLIP? ("1,1") that comes late is no caller: a type of address has bit 8 set (24.008
    10.5.4.7).
    """
    parts = fields(text)
    toa = _number(parts[1]) if len(parts) > 1 else None
    if toa is not None and toa < 128:
        raise Unreadable("+CLIP", text)
    return Clip(
        number=text_of(parts[0]),
        toa=toa,
        validity=_number(parts[5]) if len(parts) > 5 else None,
    )


def release_cause(text: str) -> int | None:
    """24.008 cause of +CEER: `16`, `0,16`, `8,16,0` (location, cause), `... Cause:16`, its words, or both
    (u-blox: `"CC setup error",16,"Normal call clearing"`). An error of a supplementary service is none.
    """
    if service_error(text) is not None:
        return None
    text = text.strip() if text.count('"') > 2 else text.strip().strip('"')
    # SIM900: "Cause Select:67 Cause:16"
    if named := re.findall(r"cause\s*[:=]\s*(\d{1,3})\b", text, re.IGNORECASE):
        return _cause(int(named[-1]))
    numbers = [_number(part) for part in fields(text)]
    if all(number is not None for number in numbers):
        return _cause(numbers[0] if len(numbers) == 1 else numbers[1])
    words = re.sub(r"[^a-z]+", " ", text.lower()).strip()
    if words in RELEASE_TEXTS:
        return RELEASE_TEXTS[words]
    return next((_cause(number) for number in numbers if number), None)


def refusal_cause(text: str) -> int | None:
    """What +CEER says of a refused supplementary service: a 24.080 error, else a 24.008 cause."""
    error = service_error(text)
    return release_cause(text) if error is None else error


def service_error(text: str) -> int | None:
    """The 24.080 error where +CEER has its words, or as Cinterion's `35,0,19` (location, cause, error) tells;
    None where it does not say that it is one.
    """
    letters = re.sub(r"[^a-z]+", "", text.lower())
    for words, number in SERVICE_TEXTS.items():
        if words in letters:
            return number
    numbers = [_number(part) for part in fields(text)]
    return _cause(numbers[2]) if len(numbers) == 3 else None


def notice(text: str) -> int:
    """<code1> of +CSSI, <code2> of +CSSU: <code>[,<index>[,<number>,<type>...]] (27.007 7.17)."""
    number = _number(fields(text)[0])
    if number is None:
        raise Unreadable("notification", text)
    return number


def tone(text: str, names: Sequence[str] = ()) -> str:
    """The digit of a DTMF detector's URC, `5`, `"*",60`, or where `names` call it "ascii" its code, `53`."""
    values = dict(zip(names or ("digit",), fields(text), strict=False))
    code = values.get("ascii", "")
    digit = chr(_number(code) or 0) if len(code) == 2 else values.get("digit", code)
    if len(digit) != 1 or digit.upper() not in "0123456789*#ABCD":
        raise Unreadable("tone", text)
    return digit.upper()


def _cause(number: int | None) -> int | None:
    return number if number is not None and 1 <= number <= 127 else None


# Messages


def memory_place(text: str) -> tuple[str, int]:
    """+CMTI, +CDSI: "<mem>",<index>."""
    parts = fields(text)
    index = _number(parts[1]) if len(parts) > 1 else None
    if index is None or not re.fullmatch("[A-Z]{2}", parts[0]):
        raise Unreadable("place of a message", text)
    return parts[0], index


def message_reference(text: str) -> int:
    """+CMGS: <mr>[,...]."""
    number = _number(fields(text)[0])
    if number is None or number > 255:
        raise Unreadable("+CMGS", text)
    return number


def service_centre(text: str) -> str:
    """+CSCA: <sca>[,<tosca>], also as hex of UCS2; with "+" where the type says international."""
    parts = fields(text)
    number = text_of(parts[0])
    international = len(parts) > 1 and parts[1] == "145"
    return f"+{number}" if international and number and not number.startswith("+") else number


def text_of(text: str) -> str:
    """A number, which may come as hex of UCS2: "002B00380036" is "+86"."""
    if len(text) >= 8 and re.fullmatch(r"(?:00(?:3[0-9]|2[ABab3])){2,}", text):
        return bytes.fromhex(text).decode("utf-16-be")
    return text
