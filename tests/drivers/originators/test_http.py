"""The HTTP clients against sites that are not ours: odd charsets, redirects, floods, silence."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from aiohttp import web

from drivers.originators.http import BODY_LIMIT, HttpLabelService, HttpNumberForm
from interop.engine.clock import run_virtual
from interop.lab.model import CodeRule, FormPart, FormRule, LabelPart
from interop.protocols.site import CodeOutcome, FormAnswer, FormOutcome
from interop.record.events import (
    CodeAnswered,
    CodeEntered,
    FormAnswered,
    FormSubmitted,
    LabelAnswered,
    LabelAsked,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

RULES = (
    FormRule(status=200, body="验证码已发送", outcome="accepted"),
    FormRule(body="虚拟运营商", outcome="rejected_by_policy"),
    FormRule(body="格式", outcome="rejected_by_format"),
    FormRule(status=302, outcome="rejected"),
)


def form_part(**fields: Any) -> FormPart:
    return FormPart(**{"name": "bank", "title": "Bank", "url": "http://x/form", "rules": RULES, **fields})


async def visit(
    handler: Handler, part: FormPart | LabelPart, number: str, code: str = ""
) -> tuple[Any, list[Any]]:
    """Serve `handler` for every path and let the driver ask it about `number`, or give it `code`."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    with TemporaryDirectory() as folder:
        socket = str(Path(folder) / "s")
        await web.UnixSite(runner, socket).start()
        endpoint = (part.url, socket)
        client: HttpNumberForm | HttpLabelService = (
            HttpNumberForm(part, endpoint) if isinstance(part, FormPart) else HttpLabelService(part, endpoint)
        )
        try:
            if isinstance(client, HttpLabelService):
                answer: Any = await client.lookup(number)
            else:
                answer = await (client.enter(number, code) if code else client.submit(number))
            return answer, client.events.since(0)
        finally:
            await client.close()
            await runner.cleanup()


def answer_of(handler: Handler, **fields: Any) -> FormAnswer:
    answer, _ = run_virtual(visit(handler, form_part(**fields), "17090001234"))
    assert isinstance(answer, FormAnswer)
    return answer


def page(
    text: str, status: int = 200, charset: str = "utf-8", header: bool = True, meta: str = ""
) -> Handler:
    async def handle(_request: web.Request) -> web.StreamResponse:
        kind = f"text/html; charset={charset}" if header else "text/html"
        body = f"<html><head>{meta}<title>格式</title></head><p>{text}</p>"
        return web.Response(status=status, body=body.encode(charset), headers={"Content-Type": kind})

    return handle


@pytest.mark.parametrize(
    ("text", "status", "outcome"),
    [
        ("验证码已发送", 200, FormOutcome.ACCEPTED),
        ("验证码已发送", 500, FormOutcome.REJECTED_BY_FORMAT),  # 格式 is in the title
        ("不支持虚拟运营商的格式", 403, FormOutcome.REJECTED_BY_POLICY),  # the first rule that matches
        ("请完成滑动验证", 200, FormOutcome.REJECTED_BY_FORMAT),
    ],
)
def test_the_first_matching_rule_judges(text: str, status: int, outcome: FormOutcome) -> None:
    answer = answer_of(page(text, status))
    assert (answer.outcome, answer.http_status, answer.text) == (outcome, status, text)


def test_what_no_rule_covers_is_unclear() -> None:
    answer = answer_of(page("请完成滑动验证"), rules=RULES[:2])
    assert answer.outcome is FormOutcome.UNCLEAR and answer.text == "请完成滑动验证"


@pytest.mark.parametrize(
    ("charset", "said"),
    [
        *(
            (charset, said)
            for charset in ("gb2312", "gbk", "utf-8")
            for said in ("header", "meta", "nowhere")
        ),
        ("big5", "header"),  # nothing else tells it from GBK
        ("big5", "meta"),
    ],
)
def test_chinese_pages_in_any_charset(charset: str, said: str) -> None:
    text = "不支持虛擬" if charset == "big5" else "不支持虚拟运营商"
    rules = (FormRule(body=text, outcome="rejected_by_policy"),)
    meta = f"<META http-equiv=content-type content='text/html; charset={charset}'>" if said == "meta" else ""
    answer = answer_of(page(text, 200, charset, said == "header", meta), rules=rules)
    assert (answer.outcome, answer.text) == (FormOutcome.REJECTED_BY_POLICY, text)


@pytest.mark.parametrize("declared", ["x-unknown", "hex", "undefined", "utf-8"])
def test_a_wrong_charset_is_survived(declared: str) -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=b"\xff 123", headers={"Content-Type": f"text/html; charset={declared}"})

    assert "123" in answer_of(handle).text


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({}, ("POST", "mobile=17090001234")),
        ({"encoding": "json", "field": "tel"}, ("POST", '{"tel": "17090001234"}')),
        ({"method": "GET", "field": "tel"}, ("GET", "tel=17090001234")),
    ],
)
def test_how_the_number_is_given(fields: dict[str, Any], seen: tuple[str, str]) -> None:
    got: list[tuple[str, str, str]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        sent = request.query_string if request.method == "GET" else await request.text()
        got.append((request.method, sent, request.headers.get("X-Lab", "")))
        return web.Response(text="格式")

    answer_of(handle, headers={"X-Lab": "1"}, **fields)
    assert got == [(*seen, "1")]


def test_a_redirect_inside_the_site_is_followed_by_get() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        if request.path == "/form":
            return web.Response(status=303, headers={"Location": "/done?ok=1"})
        return web.Response(text=f"验证码已发送 {request.method} {request.path_qs} {await request.text()}")

    answer = answer_of(handle)
    assert (answer.outcome, answer.text) == (FormOutcome.ACCEPTED, "验证码已发送 GET /done?ok=1")


@pytest.mark.parametrize(
    "target", ["http://elsewhere.example/", "//elsewhere.example/form", "https://x/form"]
)
def test_a_redirect_to_elsewhere_is_the_answer(target: str) -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": target})

    assert answer_of(handle).outcome is FormOutcome.REJECTED


def test_a_redirect_that_would_send_the_number_again_is_the_answer() -> None:
    asked: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.append(request.path)
        return web.Response(status=307, headers={"Location": "/again"})

    assert answer_of(handle).http_status == 307 and asked == ["/form"]


def test_a_circle_of_redirects_ends() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.Response(status=302, headers={"Location": "/form"})

    answer = answer_of(handle)
    assert (answer.outcome, answer.http_status) == (FormOutcome.UNCLEAR, 0)


def test_silence_ends_in_time_and_says_nothing() -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(10_000)
        return web.Response(text="验证码已发送")

    async def scenario() -> None:
        started = asyncio.get_running_loop().time()
        answer, _ = await visit(handle, form_part(timeout_s=7.0), "17090001234")
        assert 7 <= asyncio.get_running_loop().time() - started < 9  # and the server's shut-down
        assert (answer.outcome, answer.http_status) == (FormOutcome.UNCLEAR, 0)
        assert answer.text == "no answer in 7 s"

    run_virtual(scenario())


def test_an_endless_page_is_read_to_the_limit_only() -> None:
    async def handle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html; charset=utf-8"})
        await response.prepare(request)
        await response.write(b"\xe9\xaa\x8c\xe8\xaf\x81\xe7\xa0\x81\xe5\xb7\xb2\xe5\x8f\x91\xe9\x80\x81 ")
        try:
            while True:
                await response.write(b"x" * 65536)
        except ConnectionError:
            return response

    answer = answer_of(handle)
    assert answer.outcome is FormOutcome.ACCEPTED and len(answer.text) <= BODY_LIMIT


def test_nobody_there_says_nothing() -> None:
    async def scenario() -> FormAnswer:
        form = HttpNumberForm(form_part(), ("http://x/form", "/nonexistent/socket"))
        try:
            return await form.submit("17090001234")
        finally:
            await form.close()

    answer = run_virtual(scenario())
    assert (answer.outcome, answer.http_status) == (FormOutcome.UNCLEAR, 0) and "nonexistent" in answer.text


def test_form_events() -> None:
    _, events = run_virtual(visit(page("验证码已发送"), form_part(), "17090001234"))
    assert events == [
        FormSubmitted("bank", "17090001234"),
        FormAnswered("bank", 200, "accepted", "验证码已发送"),
    ]


CODES: dict[str, Any] = {
    "code_field": "sms",
    "code_rules": (
        CodeRule(status=200, body="成功", outcome="right"),
        CodeRule(body="错误", outcome="wrong"),
        CodeRule(status=429, outcome="unclear"),
    ),
}


@pytest.mark.parametrize(
    ("text", "status", "outcome"),
    [
        ("验证成功", 200, CodeOutcome.RIGHT),
        ("验证码错误，未成功", 422, CodeOutcome.WRONG),
        ("太频繁", 429, CodeOutcome.UNCLEAR),
        ("验证码已发送", 200, CodeOutcome.UNCLEAR),  # a rule of the number's page
    ],
)
def test_a_code_is_judged_by_its_own_rules(text: str, status: int, outcome: CodeOutcome) -> None:
    answer, events = run_virtual(visit(page(text, status), form_part(**CODES), "17090001234", "135790"))
    assert answer is outcome
    assert events == [
        CodeEntered("bank", "17090001234", "135790"),
        CodeAnswered("bank", status, str(outcome), text),
    ]


@pytest.mark.parametrize(
    ("fields", "seen"),
    [
        ({}, ("POST", "/form", "mobile=17090001234&sms=012345")),
        ({"encoding": "json", "field": "tel"}, ("POST", "/form", '{"tel": "17090001234", "sms": "012345"}')),
        ({"method": "GET"}, ("GET", "/form", "mobile=17090001234&sms=012345")),
        ({"code_url": "http://x/api/check"}, ("POST", "/api/check", "mobile=17090001234&sms=012345")),
        ({"code_url": "emulated:/form/check"}, ("POST", "/form/check", "mobile=17090001234&sms=012345")),
    ],
)
def test_a_code_is_given_back_as_the_number_was(fields: dict[str, Any], seen: tuple[str, str, str]) -> None:
    got: list[tuple[str, ...]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        sent = request.query_string if request.method == "GET" else await request.text()
        got.append((request.method, request.path, sent, request.host, request.headers.get("X-Lab", "")))
        return web.Response(text="成功")

    part = form_part(headers={"X-Lab": "1"}, **CODES, **fields)
    assert run_virtual(visit(handle, part, "17090001234", "012345"))[0] is CodeOutcome.RIGHT
    assert got == [(*seen, "x", "1")]


def test_silence_about_a_code_is_unclear_and_it_is_given_once() -> None:
    asked: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.append(await request.text())
        await asyncio.sleep(10_000)
        return web.Response(text="成功")

    part = form_part(timeout_s=7.0, **CODES)
    answer, events = run_virtual(visit(handle, part, "17090001234", "135790"))
    assert answer is CodeOutcome.UNCLEAR and len(asked) == 1
    assert events[-1] == CodeAnswered("bank", 0, "unclear", "no answer in 7 s")


def test_a_form_without_a_field_for_codes_takes_none() -> None:
    assert HttpNumberForm(form_part(**CODES), ("http://x/", None)).takes_codes
    form = HttpNumberForm(form_part(), ("http://x/", None))
    assert not form.takes_codes
    with pytest.raises(ValueError, match="bank: no code_field"):
        run_virtual(form.enter("17090001234", "135790"))
    assert form.events.since(0) == []


@pytest.mark.parametrize(
    ("body", "status", "label"),
    [
        ('<i class="tag">骚扰电话&amp;</i>', 200, "骚扰电话&"),
        ('<i class="tag"></i>', 200, ""),
        ('<i class="tag"> </i>', 200, ""),
        ("请完成滑动验证", 200, None),
        ('<i class="tag">骚扰电话</i>', 503, None),
    ],
)
def test_labels(body: str, status: int, label: str | None) -> None:
    asked: list[str] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        asked.append(request.path_qs)
        return web.Response(text=body, status=status)

    part = LabelPart(name="tags", title="t", url="http://x/q?n={number}", label='class="tag">([^<]*)<')
    answer, events = run_virtual(visit(handle, part, "17090001234"))
    assert answer == label and asked == ["/q?n=17090001234"]
    shown = f"({status})" if label is None else label
    assert events == [LabelAsked("tags", "17090001234"), LabelAnswered("tags", shown)]


def test_a_group_that_took_no_part_is_no_label() -> None:
    part = LabelPart(name="tags", title="t", url="http://x/{number}", label="num(?:<b>(.*?)</b>)?")
    assert run_virtual(visit(page("num"), part, "17090001234"))[0] == ""


def test_patterns_are_looked_at_before_anything_is_asked() -> None:
    with pytest.raises(ValueError, match="bank: '\\(' is no regular expression"):
        HttpNumberForm(form_part(rules=(FormRule(body="(", outcome="accepted"),)), ("http://x/", None))
    with pytest.raises(ValueError, match="bank: '\\(' is no regular expression"):
        HttpNumberForm(form_part(code_rules=(CodeRule(body="(", outcome="wrong"),)), ("http://x/", None))
    with pytest.raises(ValueError, match="tags: label 'x' has no group"):
        HttpLabelService(LabelPart(name="tags", title="t", url="http://x/", label="x"), ("http://x/", None))


def test_every_visit_is_a_new_visitors() -> None:
    """A site that knows a visitor again may answer the second number otherwise than the first."""
    seen: list[dict[str, str]] = []

    async def handle(request: web.Request) -> web.StreamResponse:
        seen.append(dict(request.cookies))
        answer = web.Response(text="验证码已发送")
        answer.set_cookie("visitor", "7")
        return answer

    async def visits(folder: str) -> None:
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        await web.UnixSite(runner, f"{folder}/s").start()
        client = HttpNumberForm(form_part(), ("http://x.example/form", f"{folder}/s"))
        for number in ("17090001234", "18600001234"):
            await client.submit(number)
        await client.close()
        await runner.cleanup()

    with TemporaryDirectory() as folder:
        run_virtual(visits(folder))
    assert seen == [{}, {}]
