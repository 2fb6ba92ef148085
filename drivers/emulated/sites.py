"""The sites of the emulated country: banks' number forms and number-label services, as plain web pages.

One aiohttp application, a path for each form and label service of the lab file whose URL is
`emulated:/path`. A browser can use it: GET shows the form, POST (or GET with the field) answers it.

What a form answers (status, text): 200 验证码已发送, 422 手机号格式不正确 (format), 403
暂不支持虚拟运营商号段 (policy), 400 该号码无法注册 (does not say which), 503 when it is down. A label
service answers JSON, `{"number": "17090001234", "label": "骚扰电话"}`, with an empty label for a number that
nobody marked.

A form with a gateway (`via:`) sends a six-digit code to the number it accepts. Asked again with that number
and the code (as `code_field`, at `code_url` if it has one), it answers 200 验证成功 or 422
验证码错误或已过期.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import TYPE_CHECKING

from drivers.emulated.defects import Defects
from drivers.emulated.hlr import Hlr, Subscriber
from interop.lab.model import EMULATED, FormPart, Lab, LabelPart

if TYPE_CHECKING:  # aiohttp takes 0.3 s to import
    from aiohttp import web

    from drivers.emulated.site_codes import SiteCodes

SCHEME = f"{EMULATED}:"

_ACCEPTED = (200, "验证码已发送，请注意查收短信。")
_BY_FORMAT = (422, "手机号格式不正确，请重新输入。")
_REFUSALS = {
    "site.down": (503, "系统维护中，请稍后再试。"),
    "site.format": _BY_FORMAT,
    "site.policy": (403, "暂不支持虚拟运营商号段，请更换手机号。"),
    "site.opaque": (400, "该号码无法注册，请更换手机号。"),
}
_VERIFIED = (200, "验证成功。")
_WRONG_CODE = (422, "验证码错误或已过期。")
_CODE_FIELD = "code"
"""where the description names none"""
_MOBILE = re.compile(r"1[3-9]\d{9}")

Handler = Callable[["web.Request"], Awaitable["web.StreamResponse"]]


def application(
    lab: Lab, hlr: Hlr, defects: Defects, now: Callable[[], datetime], codes: SiteCodes | None = None
) -> web.Application:
    """All emulated sites of the lab. `now` gives the Date header, so that answers depend on nothing else.

    Raises ValueError as `paths` does.
    """
    from aiohttp import web

    async def dated(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = format_datetime(now().astimezone(UTC), usegmt=True)

    sites = _Sites(hlr, defects, codes)
    app = web.Application()
    app.on_response_prepare.append(dated)
    places = paths(lab)
    for form in lab.forms:
        if form.name in places:
            app.router.add_route("*", places[form.name], sites.form(form))
            if form.code_url and (path := _path(form.code_url)) != places[form.name]:
                app.router.add_route("*", path, sites.codes(form))
    for label in lab.labels:
        if label.name in places:
            app.router.add_get(places[label.name], sites.label(label))
    return app


def paths(lab: Lab) -> dict[str, str]:
    """Site name -> path, for those of the emulated country; queries belong to no path, {number} may.

    Raises ValueError for two sites at one path, the one of a form's `code_url` among them, or a label service
    whose URL lacks {number}.
    """
    found: dict[str, str] = {}
    owners: dict[str, str] = {}
    for part in lab.sites:
        code_url = part.code_url if isinstance(part, FormPart) else None
        for key, url in (("url", part.url), ("code_url", code_url)):
            if url is None or not url.startswith(SCHEME):
                continue
            path = _path(url)
            if not path.startswith("/"):
                raise ValueError(f"{part.name}: {key} {url!r} has no path, such as emulated:/{part.name}")
            if owners.setdefault(path, part.name) != part.name:
                raise ValueError(f"{part.name}: {key} {url!r} is taken by another site")
            if key == "url":
                found[part.name] = path
        if isinstance(part, LabelPart) and part.name in found and "{number}" not in part.url:
            raise ValueError(f"label service {part.name}: url {part.url!r} lacks {{number}}")
    return found


def _path(url: str) -> str:
    return url.removeprefix(SCHEME).partition("?")[0]


def refusal(defects: Defects, subject: Subscriber, site: str) -> tuple[int, str] | None:
    """What an injected defect makes `site` answer for this number; the loudest one first."""
    return next((answer for name, answer in _REFUSALS.items() if defects.on(name, subject, site=site)), None)


class _Sites:
    def __init__(self, hlr: Hlr, defects: Defects, codes: SiteCodes | None) -> None:
        self._hlr = hlr
        self._defects = defects
        self._codes = codes

    def form(self, part: FormPart) -> Handler:
        from aiohttp import web

        async def handle(request: web.Request) -> web.StreamResponse:
            number = await _given(request, part.field)
            if number is None:
                return web.Response(text=_page(part.title, _entry(part)), content_type="text/html")
            code = None if part.code_url else await _given(request, part.code_field or _CODE_FIELD)
            answer = self._checked(part, number, code) if code else self._asked(part, number)
            return _said(part, answer)

        return handle

    def codes(self, part: FormPart) -> Handler:
        """The page at `code_url`."""

        async def handle(request: web.Request) -> web.StreamResponse:
            number = await _given(request, part.field)
            code = await _given(request, part.code_field or _CODE_FIELD)
            return _said(part, self._checked(part, number or "", code or ""))

        return handle

    def label(self, part: LabelPart) -> Handler:
        from aiohttp import web

        async def handle(request: web.Request) -> web.StreamResponse:
            number = request.match_info.get("number") or request.query.get(_query_key(part.url), "")
            subject = self._hlr.subject(number)
            if self._defects.on("site.down", subject, site=part.name):
                return web.Response(status=503, text="服务暂不可用")
            marked = self._defects.on("label.marked", subject, site=part.name)
            answer = {"number": number, "label": marked.values["text"] if marked else ""}
            return web.Response(text=json.dumps(answer, ensure_ascii=False), content_type="application/json")

        return handle

    def _asked(self, part: FormPart, number: str) -> tuple[int, str]:
        answer = self._answer(part.name, number)
        if answer == _ACCEPTED and self._codes is not None:
            self._codes.send(part, number)
        return answer

    def _checked(self, part: FormPart, number: str, code: str) -> tuple[int, str]:
        right = self._codes is not None and self._codes.accepts(part, number, code)
        return _VERIFIED if right else _WRONG_CODE

    def _answer(self, site: str, number: str) -> tuple[int, str]:
        if answer := refusal(self._defects, self._hlr.subject(number), site):
            return answer
        return _ACCEPTED if _MOBILE.fullmatch(number) else _BY_FORMAT


def _said(part: FormPart, answer: tuple[int, str]) -> web.Response:
    from aiohttp import web

    status, text = answer
    return web.Response(status=status, text=_page(part.title, f"<p>{text}</p>"), content_type="text/html")


def _query_key(url: str) -> str:
    found = re.search(r"[?&]([^=&]+)=\{number\}", url)
    return found[1] if found else ""


async def _given(request: web.Request, field: str) -> str | None:
    """The field's value in a query, a form or a JSON body; None for a visit that gives none."""
    if field in request.query:
        return request.query[field]
    if request.method != "POST":
        return None
    if request.content_type == "application/json":
        try:
            value = (await request.json()).get(field, "")
        except (ValueError, AttributeError):
            return ""
        return str(value)
    return str((await request.post()).get(field, ""))


def _entry(part: FormPart) -> str:
    number = (
        f'<label>手机号 <input name="{html.escape(part.field)}" inputmode="tel" autocomplete="tel"></label>'
    )
    entry = f'<form method="{part.method.lower()}">{number} <button>获取验证码</button></form>'
    if part.code_field is None:
        return entry
    way = f'method="{part.method.lower()}" action="{html.escape(_path(part.code_url or part.url))}"'
    code = f'<label>验证码 <input name="{html.escape(part.code_field)}" autocomplete="one-time-code"></label>'
    return f"{entry}<form {way}>{number} {code} <button>验证</button></form>"


def _page(title: str, body: str) -> str:
    title = html.escape(title)
    head = f'<head><meta charset="utf-8"><title>{title}</title></head>'
    return f'<!doctype html><html lang="zh">{head}<body><h1>{title}</h1>{body}</body></html>'
