"""`interop modem sms`, `call` and `ussd`: one service, step by step, in words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from drivers.at.tones import DIGITS
from drivers.handwork import words
from drivers.handwork.target import DONE, REFUSED_BY_MODEM, Handwork, Refused
from interop.protocols.errors import CommandRefused
from interop.protocols.modem import Call, CallOutcome, Progress, Steering
from interop.record.events import MessageSubmitted, StatusReported
from interop.smspdu import PduError, Status, StatusClass

ALERTING_S = 60.0
ANSWER_S = 90.0
JOINED_WITHIN_S = 2.0
"""until what the modem lists is looked at"""


async def message(hand: Handwork, number: str, text: str, *, report: bool, within: float) -> int:
    modem = hand.modem
    _check(number, text)
    await hand.registered()
    mark = modem.events.mark()
    hand.data |= {"to": number, "text": text}
    with hand.waiting("sending"):
        try:
            taken = await modem.send_message(number, text, report=report)
        except PduError as error:
            raise Refused(str(error)) from None
    parts = next(each.parts for each in modem.events.since(mark) if isinstance(each, MessageSubmitted))
    hand.data |= {"parts": parts, "accepted": taken.accepted}
    hand.data |= {"references": list(taken.references), "code": taken.code}
    if not taken.accepted:
        why = words.message_code(taken.code)
        which = f"part {len(taken.references) + 1} of {parts} " if parts > 1 else ""
        hand.say(f"{which}refused: {taken.text}" + (f" ({why})" if why else ""))
        return REFUSED_BY_MODEM
    references = ", ".join(map(str, taken.references))
    hand.say(f"accepted by the network{f' in {parts} parts' if parts > 1 else ''}, reference {references}")
    return await _reported(hand, taken.references, mark, within) if report else DONE


async def _reported(hand: Handwork, references: Sequence[int], mark: int, within: float) -> int:
    """Wait for the report on each part; the text is delivered when all of them are."""
    with hand.waiting("waiting for the delivery report"):
        waits = (_final_report(hand, reference, mark, within) for reference in references)
        reports = await asyncio.gather(*waits)
    hand.data["reports"] = [
        told and {"status": told.value, "delivered": told.delivered, "text": told.text} for told in reports
    ]
    for number, told in enumerate(reports, 1):
        which = f"part {number}: " if len(reports) > 1 else ""
        if told is None:
            hand.say(f"{which}no delivery report within {within:g} s: whether it arrived is not known")
        elif told.delivered:
            hand.say(f"{which}delivered: {told.text}")
        else:
            why = f"{told.text} ({told.status_class.value})"
            hand.say(f"{which}not delivered: status {told.value:02X}, {why}")
    return DONE if all(told and told.delivered for told in reports) else REFUSED_BY_MODEM


def _check(number: str, text: str) -> None:
    """Slips of the hand; a case may mean them, so that the driver does as it is told."""
    if any(map(str.isalpha, number)):
        raise Refused(f"{number!r} is no number: only a sender can be a name")
    if not text:
        raise Refused("there is no text to send")


async def _final_report(hand: Handwork, reference: int, mark: int, within: float) -> Status | None:
    """The report that ends it: one that says that the centre still tries is told and not the last."""
    events = hand.modem.events
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while True:
        told = await events.wait(
            StatusReported,
            within=until - loop.time(),
            since=mark,
            where=lambda each: each.reference == reference,
        )
        if told is None:
            return None
        found = Status(told.status)
        if found.status_class is not StatusClass.TRYING:
            return found
        mark = events.mark()
        hand.say(f"still on its way: {found.text}")


async def call(hand: Handwork, number: str, hold: float, *, tones: str = "", join: str = "") -> int:
    """`tones` go into the first call once it is up; then `join` is called, and the two are joined."""
    if tones.strip(DIGITS):
        raise Refused(f"{tones!r} are no DTMF digits ({DIGITS})")
    steps: list[dict[str, object]] = []
    hand.data |= {"number": number, "steps": steps}
    await hand.registered()
    began = asyncio.get_running_loop().time()

    def step(what: str, **details: object) -> None:
        at = asyncio.get_running_loop().time() - began
        why = f": {details['why']}" if "why" in details else ""
        steps.append({"at_s": round(at, 3), "step": what, **details})
        hand.say(f"{at:6.1f} s  {what}{why}")

    try:
        placed = await _connected(hand, number, step)
        if placed is None:
            return REFUSED_BY_MODEM
        if tones:
            await hand.modem.send_tones(tones)
            step(f"tones {tones}")
        joined = not join or await _joined(hand, join, step)
        seen = await placed.released(hold)
        if seen.outcome is CallOutcome.RELEASED:
            _ended(seen, step)
        if join or seen.outcome is not CallOutcome.RELEASED:
            await hand.modem.hang_up_all()
            step("hung up here")
        return DONE if joined else REFUSED_BY_MODEM
    except asyncio.CancelledError:
        await hand.modem.hang_up_all()
        step("hung up here")
        raise
    finally:
        await hand.modem.hang_up_all()


async def _connected(hand: Handwork, number: str, step: Callable[..., None]) -> Call | None:
    """A call that was answered, None where it was not."""
    try:
        placed = await hand.modem.dial(number)
    except CommandRefused as refused:
        step("refused", why=words.final(refused.final) or refused.final)
        return None
    step("dialling")
    seen = await placed.alerting(ALERTING_S)
    if seen.outcome is CallOutcome.ALERTING:
        step("alerting")
        seen = await placed.connected(ANSWER_S)
    if seen.outcome is not CallOutcome.CONNECTED:
        _ended(seen, step)
        return None
    step("connected")
    return placed


async def _joined(hand: Handwork, number: str, step: Callable[..., None]) -> bool:
    """The second call, and whether the modem lists both as one conference: its OK proves nothing."""
    step(f"second call, to {number}")
    if await _connected(hand, number, step) is None:
        return False
    said = await hand.modem.steer(Steering.JOIN)
    if not said.done:
        step("not joined", why=said.text, code=said.code, cause=said.cause)
        return False
    await asyncio.sleep(JOINED_WITHIN_S)
    calls = await hand.modem.calls()
    joined = bool(calls) and all(call.multiparty for call in calls)
    rows = ", ".join(
        f"{call.index} {call.stat.name.lower()}{' mpty' if call.multiparty else ''}" for call in calls
    )
    step("joined" if joined else "said to be joined, and is not", why=rows)
    return joined


def _ended(seen: Progress, step: Callable[..., None]) -> None:
    if seen.outcome is CallOutcome.RELEASED:
        step("released", why=words.released(seen), cause=seen.cause)
    else:
        step("nothing more came", why="hung up here")


async def ussd(hand: Handwork, code: str) -> int:
    await hand.registered()
    with hand.waiting("waiting for the network's answer"):
        text = await hand.modem.ussd(code)
    hand.data |= {"code": code, "text": text}
    hand.say(text if text is not None else "no text came back; the network may not know this code")
    return DONE if text is not None else REFUSED_BY_MODEM
