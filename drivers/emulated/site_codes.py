"""Verification codes of the emulated sites: drawn, sent by the site's gateway, remembered while they live."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from drivers.emulated.defects import Defects
from drivers.emulated.gateways.exchange import Exchange
from drivers.emulated.gateways.hosts import Submission, Wanted
from drivers.emulated.hlr import Hlr, Subscriber
from interop.lab.model import FormPart
from interop.smspdu import split_text

TEXT: Final = "【{sign}】验证码{code}，{minutes:g}分钟内有效，请勿向任何人泄露。"


@dataclass(frozen=True, slots=True)
class _Code:
    digits: str
    until: datetime


class SiteCodes:
    """Codes come from hash(seed, site, number, how many there were), whatever else happens."""

    def __init__(
        self, exchange: Exchange, hlr: Hlr, defects: Defects, *, seed: int, now: Callable[[], datetime]
    ) -> None:
        self._exchange = exchange
        self._hlr = hlr
        self._defects = defects
        self._seed = seed
        self._now = now
        self._sent: dict[tuple[str, str], int] = {}
        self._living: dict[tuple[str, str], _Code] = {}

    def send(self, site: FormPart, number: str) -> None:
        """A code to `number` (11 digits), by the gateway of `site` if it has one; the last one sent counts.

        What the gateway says does not reach whoever asked: sites show "sent" all the same.
        """
        account = self._exchange.account(site.via) if site.via else None
        if account is None:
            return
        key = site.name, number
        count = self._sent[key] = self._sent.get(key, 0) + 1
        digits = f"{Random(f'{self._seed}/{site.name}/{number}/{count}').randrange(10**6):06d}"
        self._living[key] = _Code(digits, self._now() + timedelta(seconds=site.code_life_s))
        text = TEXT.format(sign=site.title, code=digits, minutes=site.code_life_s / 60)
        messages = [*split_text(text, reference=count & 0xFF)]
        gateway, sender = account
        gateway.send(sender, Submission(None, f"86{self._to(site, number)}", messages, Wanted.NEVER))

    def accepts(self, site: FormPart, number: str, code: str) -> bool:
        """Whether `code` is the one that was sent, and still alive."""
        living = self._living.get((site.name, number))
        return living is not None and living.digits == code and self._now() <= living.until

    def _to(self, site: FormPart, number: str) -> str:
        """The number that the code is sent to."""
        subject = self._hlr.by_msisdn(number) or Subscriber(number, "", "", "", "")
        defect = self._defects.on("site.code_elsewhere", subject, site=site.name)
        if defect is None:
            return number
        numbers = [subscriber.msisdn for subscriber in self._hlr.subscribers if subscriber is not subject]
        after = [other for other in numbers if other > number] or numbers or [number]
        return defect.values.get("receiver", min(after))
