"""report.html in a browser that is not ours: it opens, it can be used, and hostile texts stay texts."""

from __future__ import annotations

import base64
import itertools
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interop.reports import draw

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.foreign,
    pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed"),
]
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage", "--hide-scrollbars", "--window-size=1280,900",
)  # fmt: skip


class Page:
    """One page of a headless Chromium, driven over its debugging pipe: JSON and NULs, fd 3 in, fd 4 out."""

    def __init__(self, profile: Path) -> None:
        commands, self._to = os.pipe()
        self._from, answers = os.pipe()
        line = f'exec "$0" "$@" 3<&{commands} 4>&{answers}'
        flags = (*FLAGS, f"--user-data-dir={profile}", "--remote-debugging-pipe", "about:blank")
        self._process = subprocess.Popen(
            ["/bin/bash", "-c", line, str(CHROMIUM), *flags],
            pass_fds=(commands, answers),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)
        self._numbers = itertools.count(1)
        self._rest = b""
        self.events: list[dict[str, Any]] = []
        self._session: str | None = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        number = next(self._numbers)
        session = {} if self._session is None else {"sessionId": self._session}
        os.write(
            self._to,
            json.dumps({"id": number, "method": method, "params": params, **session}).encode() + b"\0",
        )
        while True:
            message = self._next()
            if message.get("id") == number:
                assert "error" not in message, message
                return dict(message["result"])
            self.events.append(message)

    def _next(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            piece = os.read(self._from, 1 << 20)
            assert piece, "chromium died"
            self._rest += piece
        first, self._rest = self._rest.split(b"\0", 1)
        return dict(json.loads(first))

    def open(self, url: str) -> None:
        self.call("Page.navigate", url=url)
        while not any(event["method"] == "Page.loadEventFired" for event in self.events):
            self.events.append(self._next())

    def run(self, script: str) -> Any:
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def press(self, key: str) -> None:
        for kind in ("keyDown", "keyUp"):
            text = {"text": "\r"} if key == "Enter" and kind == "keyDown" else {}
            self.call(
                "Input.dispatchKeyEvent",
                type=kind,
                key=key,
                code=key,
                windowsVirtualKeyCode=KEYS[key],
                **text,
            )

    def picture(self, path: Path, *, whole: bool = False) -> None:
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        path.write_bytes(base64.b64decode(data))

    @property
    def complaints(self) -> list[dict[str, Any]]:
        """Console errors, violations of the security policy, exceptions nobody caught."""
        return [
            event
            for event in self.events
            if event["method"] == "Runtime.exceptionThrown"
            or (event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] == "error")
            or (
                event["method"] == "Runtime.consoleAPICalled"
                and event["params"]["type"] in ("error", "assert")
            )
        ]

    @property
    def requests(self) -> list[str]:
        return [
            event["params"]["request"]["url"]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        ]

    def close(self) -> None:
        os.close(self._to)
        self._process.terminate()
        self._process.wait()
        os.close(self._from)


KEYS = {"Enter": 13, "Escape": 27, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}
CELL = "document.querySelector('#matrix button[aria-label^=\"{}\"]')"


@pytest.fixture(scope="module")
def report(rich_run: Path) -> Path:
    return draw(rich_run, formats=["html"])[0]


@pytest.fixture
def page(report: Path, tmp_path: Path) -> Iterator[Page]:
    shown = Page(tmp_path / "profile")
    try:
        shown.open(report.as_uri())
        yield shown
    finally:
        shown.close()


def test_opens_alone_and_without_complaint(page: Page, report: Path) -> None:
    assert page.requests == [report.as_uri()]
    assert page.complaints == []
    heads = page.run("[...document.querySelectorAll('#matrix thead b')].map(e => e.textContent)")
    assert heads == ["162", "165", "167", "1700", "1705", "1709", "1718"]


def test_a_cell_opens_on_click_to_checks_and_ladder(page: Page) -> None:
    cell = CELL.format("1709 voice-mo CMCC")
    assert "fail" in page.run(f"{cell}.textContent")
    assert page.run("document.querySelectorAll('svg').length") == 0  # nothing is drawn before it is asked for
    page.run(f"{cell}.click()")
    assert page.run(f"{cell}.getAttribute('aria-expanded')") == "true"
    panel = page.run("document.querySelector('.panel').textContent")
    assert "rings in 20 s" in panel and "released, cause 3" in panel and "GSMA IR.24 2.1.3" in panel
    assert "fails for 1709, works for 186: the segment" in panel
    assert page.run("document.querySelectorAll('.panel article').length") == 2  # two SIMs of 1709
    lanes = page.run(
        "[...document.querySelector('.panel svg').querySelectorAll('.lane')].map(e => e.textContent)"
    )
    assert lanes == ["mi-1709", "network"]
    out = ".panel article:first-of-type details.final g.out title"
    steps = page.run(f"[...document.querySelectorAll('{out}')].map(e => e.textContent)")
    assert steps == ["+0.200 s dials 13900001234"]
    page.run("document.querySelector('.panel details.control').open = true")
    page.run("new Promise(requestAnimationFrame)")
    control = page.run("document.querySelector('.panel details.control').textContent")
    assert "control with cu-186" in control and "far end rings" in control
    page.run(f"{cell}.click()")
    assert page.run("document.querySelector('.panel')") is None


def test_works_by_keyboard(page: Page) -> None:
    page.run(CELL.format("162 voice-mo CMCC") + ".focus()")
    focused = "document.activeElement.getAttribute('aria-label')"
    page.press("ArrowRight")
    assert page.run(focused).startswith("165 voice-mo CMCC")
    page.press("ArrowDown")
    assert page.run(focused).startswith("165 voice-mo CUCC")
    page.press("Enter")
    assert page.run("document.querySelector('.panel').getAttribute('aria-label')").startswith(
        "165 voice-mo CUCC"
    )
    page.press("Escape")
    assert page.run("document.querySelector('.panel')") is None
    assert page.run(focused).startswith("165 voice-mo CUCC")


def test_a_finding_leads_to_its_cell(page: Page) -> None:
    page.run("document.querySelector('.findings a').click()")
    page.run("new Promise(requestAnimationFrame)")
    named = page.run("document.querySelector('.findings a').title")
    assert page.run("document.querySelector('.panel h3 bdi').textContent") == named


def test_hostile_texts_stay_texts(page: Page) -> None:
    """Every cell is opened, so that every text of the record has been put on the page once."""
    opened = page.run("""(() => {
      let seen = "";
      for (const cell of document.querySelectorAll('#matrix button[data-cases]')) {
        cell.click();
        for (const details of document.querySelectorAll('.panel details')) details.open = true;
        seen += document.querySelector('.panel').textContent;
      }
      return seen;
    })()""")
    page.run("new Promise(requestAnimationFrame)")
    assert "<script>window.__injected=1</script>" in opened and "onerror='window.__injected=1'" in opened
    assert page.run("window.__injected") is None
    assert page.run("document.scripts.length") == 2
    assert page.run("document.images.length") == 0
    assert page.complaints == []
    late = page.run("document.querySelector('#late-title').parentElement.textContent")
    assert "{{ 7*7 }}" in late and "<script>" in late


@pytest.mark.parametrize("width", [1280, 800, 400])
def test_the_page_never_scrolls_sideways(page: Page, width: int) -> None:
    page.call(
        "Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False
    )
    page.run(CELL.format("1709 sms-mt MVNO") + ".click()")
    assert page.run("document.documentElement.scrollWidth") <= width
