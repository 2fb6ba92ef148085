"""WAP pushes of an MMSC to handsets, by short messages (OMA-TS-MMS_CTR 6.2, WAP-251-PushMessage)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from drivers.emulated.hlr import Subscriber
from drivers.emulated.messages import FromService, ServiceCentre
from interop import mms
from interop.smspdu import Address, Dcs, Submit, UserData, encode_text

SENDERS: Final = {"CMCC": "106581", "CUCC": "106551", "CTCC": "106591"}
"""what stands as TP-OA of a push; the numbers of real push gateways are not public, these are ours"""


class Pushes:
    """Numbers them for each handset, as concatenation and WSP need it."""

    def __init__(self, centre: ServiceCentre) -> None:
        self._centre = centre
        self._counts: dict[str, int] = {}

    def send(self, pdu: mms.Pdu, to: Subscriber, done: Callable[[], None] | None = None) -> None:
        """`done` once the service centre has finished with it, delivered or not.

        Raises MmsError and PduError for what no push can carry.
        """
        number = self._next(to)
        self._hand_over(mms.to_push(pdu, transaction=number).messages(reference=number), to, done)

    def text(self, text: str, to: Subscriber) -> None:
        """A plain short message."""
        self._hand_over([encode_text(text)], to, None)

    def _next(self, to: Subscriber) -> int:
        count = self._counts[to.msisdn] = self._counts.get(to.msisdn, 0) % 255 + 1
        return count

    def _hand_over(
        self, parts: list[tuple[Dcs, UserData]], to: Subscriber, done: Callable[[], None] | None
    ) -> None:
        left = len(parts)

        def told(_status: int) -> None:
            nonlocal left
            left -= 1
            if not left and done is not None:
                done()

        sender = Address(SENDERS[to.operator])
        for dcs, user_data in parts:
            submit = Submit(Address(to.msisdn), dcs, user_data)
            self._centre.take(FromService(sender, to.msisdn, submit, "", told))
