"""Verification codes of the emulated sites: drawn, sent by the site's gateway, remembered while they live.

The life of a code begins when it is drawn, however late it leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final

from drivers.emulated.defects import Defect, Defects
from drivers.emulated.gateways.exchange import Exchange
from drivers.emulated.gateways.hosts import Submission, Wanted
from drivers.emulated.hlr import Hlr
from drivers.emulated.timers import Timers
from interop.lab.model import FormPart
from interop.smspdu import Address, split_text

TEXT: Final = "【{sign}】验证码{code}，{minutes:g}分钟内有效，请勿向任何人泄露。"
_CODES: Final = 10**6
"""how many there are"""


@dataclass(frozen=True, slots=True)
class _Code:
    digits: str
    until: datetime


class SiteCodes:
    """Codes come from hash(seed, site, number, how many there were), whatever else happens."""

    def __init__(
        self,
        exchange: Exchange,
        hlr: Hlr,
        defects: Defects,
        timers: Timers,
        *,
        seed: int,
        now: Callable[[], datetime],
    ) -> None:
        self._exchange = exchange
        self._hlr = hlr
        self._defects = defects
        self._timers = timers
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
        digits = f"{Random(f'{self._seed}/{site.name}/{number}/{count}').randrange(_CODES):06d}"
        self._living[key] = _Code(digits, self._now() + timedelta(seconds=site.code_life_s))
        if self._defect("site.code_not_sent", site, number):
            return
        if self._defect("site.code_wrong", site, number):
            digits = f"{(int(digits) + _CODES // 2) % _CODES:06d}"
        text = TEXT.format(sign=site.title, code=digits, minutes=site.code_life_s / 60)
        messages = [*split_text(text, reference=count & 0xFF)]
        sender = Address(site.sender) if site.sender else None
        submission = Submission(sender, f"86{self._to(site, number)}", messages, Wanted.NEVER)
        gateway, provider = account
        if late := self._defect("site.code_late", site, number):
            self._timers.later(float(late.values["after"]), gateway.send, provider, submission)
        else:
            gateway.send(provider, submission)

    def accepts(self, site: FormPart, number: str, code: str) -> bool:
        """Whether `code` is the one that was sent, and still alive."""
        living = self._living.get((site.name, number))
        return living is not None and living.digits == code and self._now() <= living.until

    def _to(self, site: FormPart, number: str) -> str:
        """The number that the code is sent to."""
        defect = self._defect("site.code_elsewhere", site, number)
        if defect is None:
            return number
        others = [person.msisdn for person in self._hlr.subscribers if person.msisdn != number]
        after = [other for other in others if other > number] or others or [number]
        return defect.values.get("receiver", min(after))

    def _defect(self, name: str, site: FormPart, number: str) -> Defect | None:
        return self._defects.on(name, self._hlr.subject(number), site=site.name)
