"""Sites over HTTP: a form that takes a phone number, and the code it sends; a service that tells how a number
is labelled.

Both follow a description in the lab file (`FormPart`, `LabelPart`) and judge nothing themselves: what the
description does not cover is UNCLEAR, and says nothing about the number.
"""

from __future__ import annotations

import asyncio
import codecs
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urljoin, urlsplit

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    UnixConnector,
)

from interop.lab.model import EMULATED, CodeRule, FormPart, FormRule, LabelPart
from interop.protocols.engineer import NOBODY, Engineer
from interop.protocols.site import CodeOutcome, FormAnswer, FormOutcome
from interop.protocols.stream import EventStream
from interop.record.events import (
    CodeAnswered,
    CodeEntered,
    FormAnswered,
    FormSubmitted,
    LabelAnswered,
    LabelAsked,
)

BODY_LIMIT = 256 * 1024
"""octets of a page that are read; no refusal stands below that"""
EXCERPT = 200
"""characters of visible text that go into evidence"""
REDIRECTS = 5

Endpoint = tuple[str, str | None]
"""http URL, and the unix socket to reach it by (the emulated country) or None"""


@dataclass(frozen=True, slots=True)
class _Page:
    """`status` 0: no answer, and `body` says why."""

    status: int
    body: str

    @property
    def text(self) -> str:
        """What a visitor would read, shortened."""
        visible = re.sub(r"(?is)<(script|style|title)\b.*?</\1>|<[^>]*>", " ", self.body)
        return " ".join(html.unescape(visible).split())[:EXCERPT]


class _Visitor:
    """One session with one site, no cookies: every visit is a new visitor's."""

    def __init__(self, endpoint: Endpoint, headers: Mapping[str, str], timeout_s: float) -> None:
        self.url, self._socket = endpoint
        self._headers = dict(headers)
        self._timeout_s = timeout_s
        self._session: ClientSession | None = None

    async def fetch(self, method: str, url: str, **request: Any) -> _Page:
        """The page, redirects inside the site followed as a browser does (303 and its kin by GET).

        A redirect to another host, or one that would send the number again, is itself the answer.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                session = self._opened()
                for _ in range(REDIRECTS):
                    async with session.request(method, url, allow_redirects=False, **request) as answer:
                        target = _same_site(url, answer)
                        if target is None:
                            return _Page(answer.status, await _body(answer))
                    method, url, request = "GET", target, {}
                return _Page(0, f"more than {REDIRECTS} redirects")
        except TimeoutError:
            return _Page(0, f"no answer in {self._timeout_s:g} s")
        except (ClientError, OSError, ValueError) as error:
            return _Page(0, f"{type(error).__name__}: {error}")

    def _opened(self) -> ClientSession:
        if self._session is None:
            # A connection per request: an idle one would leave a timer on a virtual clock that jumps to it.
            self._session = ClientSession(
                connector=UnixConnector(path=self._socket, force_close=True)
                if self._socket
                else TCPConnector(force_close=True),
                headers=self._headers,
                timeout=ClientTimeout(total=None, sock_connect=None),
                cookie_jar=DummyCookieJar(),
            )
        return self._session

    async def close(self) -> None:
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()


class _Rules:
    """What a description says about pages."""

    def __init__(self, site: str, rules: Iterable[FormRule | CodeRule]) -> None:
        """Raises ValueError for a rule whose `body` is no regular expression."""
        self._rules = [(rule, _pattern(site, rule.body)) for rule in rules]

    def judge(self, page: _Page) -> str:
        """By the first rule that matches; a page that never came matches none."""
        if page.status:
            for rule, pattern in self._rules:
                if _matches(rule, pattern, page):
                    return rule.outcome
        return "unclear"


class HttpNumberForm:
    """Implements `NumberForm` for `driver: form`. A code is given back as the number was: by the same method,
    in the same encoding, with the same headers, beside the number."""

    def __init__(self, part: FormPart, endpoint: Endpoint, *, engineer: Engineer = NOBODY) -> None:
        """Raises ValueError for a rule whose `body` is no regular expression."""
        del engineer  # nobody has to be asked
        self.name = part.name
        self.takes_codes = part.code_field is not None
        self.events = EventStream()
        self._part = part
        self._rules = _Rules(part.name, part.rules)
        self._code_rules = _Rules(part.name, part.code_rules)
        self._visitor = _Visitor(endpoint, part.headers, part.timeout_s)

    async def submit(self, msisdn: str) -> FormAnswer:
        self.events.append(FormSubmitted(self.name, msisdn))
        page = await self._fill_in(self._visitor.url, {self._part.field: msisdn})
        answer = FormAnswer(FormOutcome(self._rules.judge(page)), page.status, page.text)
        self.events.append(FormAnswered(self.name, page.status, str(answer.outcome), page.text))
        return answer

    async def enter(self, msisdn: str, code: str) -> CodeOutcome:
        """Raises ValueError where the description has no `code_field`."""
        if self._part.code_field is None:
            raise ValueError(f"{self.name}: no code_field, so no code can be given back")
        # a path of the emulated country is one of the host that its form is at
        url = urljoin(self._visitor.url, (self._part.code_url or "").removeprefix(f"{EMULATED}:"))
        self.events.append(CodeEntered(self.name, msisdn, code))
        page = await self._fill_in(url, {self._part.field: msisdn, self._part.code_field: code})
        outcome = CodeOutcome(self._code_rules.judge(page))
        self.events.append(CodeAnswered(self.name, page.status, str(outcome), page.text))
        return outcome

    async def close(self) -> None:
        await self._visitor.close()

    async def _fill_in(self, url: str, fields: Mapping[str, str]) -> _Page:
        method, encoding = self._part.method, self._part.encoding
        way = "params" if method == "GET" else "json" if encoding == "json" else "data"
        return await self._visitor.fetch(method, url, **{way: fields})


class HttpLabelService:
    """Implements `LabelService` for `driver: label`.

    The pattern must match an unmarked number's page too, with group 1 empty or absent
    (`class="tag">(?:<b>([^<]*)</b>)?`): a page it does not match is not what the description knows, a
    captcha perhaps, and gives no answer.
    """

    def __init__(self, part: LabelPart, endpoint: Endpoint) -> None:
        """Raises ValueError for a `label` that is no regular expression with a group."""
        self.name = part.name
        self.events = EventStream()
        pattern = _pattern(part.name, part.label)
        if pattern is None or not pattern.groups:
            raise ValueError(f"{part.name}: label {part.label!r} has no group for the label")
        self._pattern = pattern
        self._visitor = _Visitor(endpoint, part.headers, part.timeout_s)

    async def lookup(self, msisdn: str) -> str | None:
        self.events.append(LabelAsked(self.name, msisdn))
        page = await self._visitor.fetch("GET", self._visitor.url.replace("{number}", quote(msisdn)))
        found = self._pattern.search(page.body) if 200 <= page.status < 300 else None
        label = None if found is None else html.unescape(found[1] or "").strip()
        shown = f"({page.status or 'no answer'})" if label is None else label
        self.events.append(LabelAnswered(self.name, shown))
        return label

    async def close(self) -> None:
        await self._visitor.close()


def _matches(rule: FormRule | CodeRule, pattern: re.Pattern[str] | None, page: _Page) -> bool:
    if rule.status is not None and rule.status != page.status:
        return False
    return pattern is None or pattern.search(page.body) is not None


def _pattern(site: str, text: str | None) -> re.Pattern[str] | None:
    try:
        return None if text is None else re.compile(text)
    except re.error as error:
        raise ValueError(f"{site}: {text!r} is no regular expression: {error}") from None


def _same_site(url: str, answer: ClientResponse) -> str | None:
    """Where a redirect leads that may be followed."""
    target = answer.headers.get("Location")
    if answer.status not in (301, 302, 303) or not target:
        return None
    target = urljoin(url, target)
    return target if urlsplit(target)[:2] == urlsplit(url)[:2] else None


async def _body(answer: ClientResponse) -> str:
    """The first BODY_LIMIT octets as text."""
    data = bytearray()
    while len(data) < BODY_LIMIT and (chunk := await answer.content.read(BODY_LIMIT - len(data))):
        data += chunk
    return _decoded(bytes(data), answer.charset)


def _decoded(data: bytes, declared: str | None) -> str:
    """By the header, else by what the page says of itself, else UTF-8, else GB 18030 (which holds GBK and
    GB 2312, and is what pages mean that say either). What cannot be read becomes U+FFFD."""
    if declared is None:
        said = re.search(rb"""<meta[^>]+charset=["']?([\w-]+)""", data[:2048], re.IGNORECASE)
        declared = said[1].decode("ascii") if said else None
    try:
        charset = codecs.lookup(declared or "").name
        b" ".decode(charset)  # not every codec makes text
    except (LookupError, UnicodeError):
        charset = ""
    if charset in ("gb2312", "gbk"):
        charset = "gb18030"
    for attempt in [charset] if charset else ["utf-8", "gb18030"]:
        try:
            return data.decode(attempt)
        except UnicodeDecodeError:
            charset = attempt
    return data.decode(charset, "replace")
