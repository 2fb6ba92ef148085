"""Prepaid accounts of the emulated country: what is paid for, by whom, and when it is deducted.

Its arithmetic is its own, from the lab file's prices: a suite that reckons with them must be able to find
this operator wrong. Nobody is cut off: a balance may fall below nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from math import ceil
from typing import Final, Literal

from drivers.emulated.charging.questions import asks_balance
from drivers.emulated.charging.records import Record, Records, Type
from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Subscriber
from drivers.emulated.routing import EMERGENCY
from drivers.emulated.timers import Timers
from interop.lab.model import TariffPart
from interop.smspdu import Submit

OPENING: Final = Decimal("50.00")
"""yuan on every account when a run begins"""

SETTLEMENT: Final = (1.0, 8.0)
"""seconds from the end of what costs something to its deduction"""

_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(slots=True, eq=False)
class Meter:
    """One subscriber's share of a call. `number`: what he dialled or forwarded to; it runs from `start`, the
    answer, to the end of the call, even where a transfer has left others in it.
    """

    payer: Subscriber
    number: str
    type: Literal["MOC", "CF"]
    start: datetime | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Charge:
    """What is about to be deducted. `price` in yuan."""

    service: Literal["voice", "sms"]
    type: Type
    payer: Subscriber
    number: str
    start: datetime
    seconds: Decimal
    price: Decimal


class Accounts:
    """One account for each subscriber with a tariff; `tariffs` by MSISDN. `now` is the country's time."""

    def __init__(
        self,
        tariffs: Mapping[str, TariffPart],
        free_numbers: tuple[str, ...],
        defects: Defects,
        timers: Timers,
        records: Records,
        now: Callable[[], datetime],
    ) -> None:
        self._tariffs = tariffs
        self._free = (*free_numbers, *EMERGENCY)
        self._defects = defects
        self._timers = timers
        self._records = records
        self._now = now
        self._balances = dict.fromkeys(tariffs, OPENING)
        self._due: list[_Charge] = []

    def of(self, subscriber: Subscriber) -> TariffPart | None:
        """Who has no tariff pays nothing and is in no record."""
        return self._tariffs.get(subscriber.msisdn)

    def told(self, subscriber: Subscriber) -> str | None:
        """The balance in yuan with two decimals, as he gets to hear it; None: he gets no answer at all."""
        if self._defects.on("balance.silent", subscriber):
            return None
        stale = self._defects.on("balance.stale", subscriber)
        balance = OPENING if stale else self._balances.get(subscriber.msisdn, OPENING)
        return f"{balance:.2f}"

    def asked_by_ussd(self, subscriber: Subscriber) -> str | None:
        """As `told`; what it costs goes off first and is in no record, which are of calls and messages."""
        tariff = self.of(subscriber)
        if tariff is not None and tariff.balance.by == "ussd":
            self._balances[subscriber.msisdn] -= tariff.balance.price
        return self.told(subscriber)

    def answered(self, meters: list[Meter]) -> None:
        for meter in meters:
            meter.start = meter.start or self._now()

    def ended(self, meters: list[Meter]) -> None:
        """They stop; what was never answered costs nothing and is not recorded."""
        for meter in meters:
            tariff = self.of(meter.payer)
            if tariff is not None and meter.start is not None:
                self._call(meter, meter.start, tariff)
        meters.clear()

    def message(self, sender: Subscriber, submit: Submit, taken: datetime) -> None:
        """The service centre took one; each part of a long text is one."""
        tariff = self.of(sender)
        if tariff is None:
            return
        number = str(submit.destination).removeprefix("+")
        question = tariff.balance.by == "sms" and asks_balance(sender.operator, number, submit)
        price = tariff.balance.price if question else tariff.message
        self._charge(_Charge("sms", "SMSMO", sender, number, taken, Decimal(0), price))

    def close(self) -> None:
        """The run is over, the operator goes on: what is still to be deducted goes into his records."""
        for charge in list(self._due):
            self._book(charge)

    def _call(self, meter: Meter, start: datetime, tariff: TariffPart) -> None:
        payer, number = meter.payer, meter.number
        seconds = Decimal(round((self._now() - start) / _MILLISECOND)) / 1000
        if longer := self._defects.on("charging.duration", payer):
            seconds += Decimal(longer.values["extra"])
        units = ceil(seconds / Decimal(str(tariff.unit_s)))
        price = units * self._each(payer, tariff, number)
        self._charge(_Charge("voice", meter.type, payer, number, start, seconds, price))

    def _each(self, payer: Subscriber, tariff: TariffPart, number: str) -> Decimal:
        """The price of one unit of a call to `number`."""
        usual = Decimal(0) if number in self._free else tariff.call
        each = tariff.prices.get(number, usual)
        if not each and self._defects.on("charging.not_free", payer, number=number):
            return tariff.call
        return each

    def _charge(self, charge: _Charge) -> None:
        """Deducted in a while."""
        payer, service = charge.payer, charge.service
        if self._defects.on("charging.missing", payer, service=service):
            return
        if wrong := self._defects.on("charging.rate", payer, service=service):
            charge = replace(charge, price=charge.price * Decimal(wrong.values["factor"]))
        delay = self._timers.draw(f"account/{payer.msisdn}", *SETTLEMENT)
        if late := self._defects.on("charging.late", payer, service=service):
            delay = float(late.values["after"])
        self._due.append(charge)
        self._timers.later(delay, self._book, charge)

    def _book(self, charge: _Charge) -> None:
        self._due.remove(charge)
        payer, service = charge.payer, charge.service
        for _ in range(2 if self._defects.on("charging.double", payer, service=service) else 1):
            self._balances[payer.msisdn] -= charge.price
            self._record(charge)

    def _record(self, charge: _Charge) -> None:
        payer, service = charge.payer, charge.service
        if self._defects.on("charging.record_lost", payer, service=service):
            return
        record = Record(
            charge.type,
            payer.msisdn,
            charge.number,
            charge.start,
            charge.seconds,
            charge.price,
            self._balances[payer.msisdn],
        )
        for _ in range(2 if self._defects.on("charging.record_doubled", payer, service=service) else 1):
            self._records.append(record)
