"""Raw command lines by hand: what they spend, what they are answered, what a refusal means."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from drivers.at.exchange import Answer, Command
from drivers.handwork import words
from drivers.handwork.target import DONE, REFUSED_BY_MODEM, Handwork, Refused
from interop.protocols.errors import CommandRefused

DEADLINE_S = 30.0
LONG_DEADLINE_S = 180.0
"""27.007 names no limit for +COPS=?; modules' manuals say up to three minutes"""
_LONG = re.compile(r"\+COPS|\+CFUN=|\+CMGS|\+CMSS|D", re.IGNORECASE)

_EXTENDED = re.compile(r"[-+^*$#%_!@][A-Z][^;]*")
_DIAL = re.compile(r"(?<![&%\\])D[TPWI,!@\s]*[0-9+*#<>LS(]")
_SENDS = re.compile(r"[+^$*#][A-Z]*(?:CMGS|CMSS|CMGC|SMGS|SMSS)")
_SENDS_MULTIMEDIA = re.compile(r"\+(?:CMMSSEND|QMMSEND)(?:=(?!\?)|;|\s*$)")
_ASKS_FOR_TEXT = re.compile(r"AT[+^$*#][A-Z]*(?:CMGS|CMGW|SMGS|SMGW)\s*=(?!\?)", re.IGNORECASE)


def completed(line: str) -> str:
    """With the AT that people leave out: "+CSQ" -> "AT+CSQ"."""
    line = line.strip()
    return line if line.upper().startswith("AT") or not line else f"AT{line}"


def spends(line: str) -> Literal["calls", "messages", "multimedia"] | None:
    """What a command line may cost: a dial command a call, a sending one a message (V.250 6.3.1, 27.005; the
    clients of SIMCom and Quectel).
    """
    unquoted = re.sub(r'"[^"]*"', "", line.upper())[2:]
    if _SENDS_MULTIMEDIA.search(unquoted):
        return "multimedia"
    if _SENDS.search(unquoted):
        return "messages"
    return "calls" if _DIAL.search(_EXTENDED.sub(";", unquoted)) else None


def asks_for_text(line: str) -> bool:
    """Will the modem prompt for a message text or PDU (27.005 3.5.1, 4.3)?"""
    return _ASKS_FOR_TEXT.match(line.replace(" ", "")) is not None


async def send(hand: Handwork, line: str, payload: str | None = None) -> Answer:
    """One line, paid for, under the guard. Raises EquipmentError; a refusal of the guard costs nothing."""
    command = _command(hand, line, payload)
    channel = hand.modem.channel
    channel.permit(command)
    if what := spends(line):
        hand.spend(what)
    return await channel.run(command)


def check(hand: Handwork, line: str) -> None:
    """Raises EmergencyRefused for a line that must not be sent."""
    hand.modem.channel.permit(_command(hand, line, None))


def _command(hand: Handwork, line: str, payload: str | None) -> Command:
    return Command(
        text=line,
        bare=True,
        dials=spends(line) == "calls",
        payload=payload.encode("utf-8") if payload is not None else None,
        deadline=LONG_DEADLINE_S if _LONG.search(line[2:]) else DEADLINE_S,
        retry_busy=False,
        secret=hand.redact(line) != line,
    )


async def commands(hand: Handwork, given: Sequence[str]) -> int:
    """`interop modem at`."""
    if not hand.live:
        await hand.registered()
    answers: list[dict[str, object]] = []
    hand.data["answers"] = answers
    for text in given:
        line = completed(text)
        if asks_for_text(line):
            raise Refused(f"{line} asks for a text: use `interop modem sms`, or `interop modem console`")
        hand.say(line)
        told: list[str] = []
        try:
            answer = await send(hand, line)
            told, final, why = answer.lines, answer.final, ""
        except CommandRefused as refused:
            final, why = refused.final, words.final(refused.final)
            answers.append({"command": line, "ok": False, "lines": told, "final": final, "meaning": why})
        else:
            answers.append({"command": line, "ok": True, "lines": told, "final": final})
        for each in (*told, final + (f"  ({why})" if why else "")):
            hand.say(each)
    return DONE if all(answer["ok"] for answer in answers) else REFUSED_BY_MODEM
