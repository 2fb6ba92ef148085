"""What short messages cost between the number under test and every operator."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

import pytest

from interop.engine import Bench, Cast, case, role
from interop.lab import tariff
from interop.protocols.modem import Modem
from interop.record import InconcReason
from interop.record.events import MessageReceived
from suites.charging.balance import Account
from suites.charging.calls import FREE, LONGEST_S
from suites.charging.cost import costs
from suites.parties import Party, has_room, is_accepted, party

DELIVERY_S: Final = 60.0
SHORT: Final = "Interop {token} ok?"
LONG: Final = "互通测试 {token}，请勿回复。" + "这是一条用来核对资费的长短信，需要两条短信才能发完，" * 3
"""two messages of at most 67 characters"""


@pytest.mark.parametrize("pattern", [pytest.param(SHORT, id="one"), pytest.param(LONG, id="two")])
@case(service="cost-sms", standard="the tariff in the lab file", expected_s=110, timeout_s=LONGEST_S)
async def message_costs_as_announced(
    bench: Bench,
    pattern: str,
    *,
    subject: Modem = role("modem", "sms", "tariff"),
    peer: Modem = role("modem", "sms", cast=Cast.PEER),
) -> None:
    """The subject sends a text that takes one short message, or two: each is deducted once."""
    account, receiver = Account(bench, subject), party(bench, "peer", peer)

    async def send() -> Decimal:
        return tariff.of_messages(account.tariff, await _sends(bench, account.party, receiver, pattern))

    await costs(bench, account, "the message costs", send)


@case(service="cost-received-sms", standard="the tariff in the lab file", expected_s=110, timeout_s=LONGEST_S)
async def received_message_is_free(
    bench: Bench,
    *,
    subject: Modem = role("modem", "sms", "tariff"),
    peer: Modem = role("modem", "sms", cast=Cast.OTHER),
) -> None:
    """The peer sends the subject a message: nothing is deducted from the subject."""
    account, sender = Account(bench, subject), party(bench, "peer", peer)

    async def receive() -> Decimal:
        await _sends(bench, sender, account.party, SHORT)
        return FREE

    await costs(bench, account, "a message received costs", receive)


async def _sends(bench: Bench, sender: Party, receiver: Party, pattern: str) -> int:
    """A text that arrives; returns how many messages it took."""
    token = f"IOP{bench.random.getrandbits(32):08X}"
    text = pattern.format(token=token)
    mark = receiver.modem.events.mark()
    bench.expect_message(receiver.sim.name, text)
    submission = await sender.modem.send_message(receiver.number, text, report=False)
    is_accepted(bench, submission, "message")

    def ours(message: MessageReceived) -> bool:
        return token in message.text

    events = receiver.modem.events
    if await events.wait(MessageReceived, within=DELIVERY_S, since=mark, where=ours) is None:
        await receiver.modem.fetch_unread()
        if await events.wait(MessageReceived, within=0.0, since=mark, where=ours) is None:
            await has_room(bench, receiver)
            what = "it did not arrive: whether that costs something nobody has announced"
            bench.inconclusive(InconcReason.INDETERMINATE, what)
    return len(submission.references)
