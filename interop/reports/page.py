"""A self-contained HTML page, drawn from a template and style sheets that stand beside this.

Every text of a record may be hostile (an SMS, a site's answer, a case's name): templates escape it, and their
content security policy, of `style_hash` and `script_hash`, lets nothing of it run and nothing be fetched.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from interop.reports.text import SIGNS, clean, clock, counted


def render(
    template: str,
    *,
    styles: Sequence[str],
    script: str | None = None,
    filters: Mapping[str, Callable[..., Any]] | None = None,
    **values: Any,
) -> bytes:
    """The whole page, UTF-8. `template`, `styles` and `script` are names of files; `values`: what the
    template shows. It also has `signs`, and the filters `clock` and `counted` beside `filters`.
    """
    here = files(__package__)
    style = "".join((here / name).read_text(encoding="utf-8") for name in styles)
    code = (here / script).read_text(encoding="utf-8") if script else ""
    environment = jinja2.Environment(
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
        finalize=lambda value: clean(value) if type(value) is str else value,
    )
    environment.filters |= {"clock": clock, "counted": counted} | dict(filters or {})
    page = environment.from_string((here / template).read_text(encoding="utf-8")).render(
        style=Markup(style),
        style_hash=_hash(style),
        script=Markup(code),
        script_hash=_hash(code),
        signs=SIGNS,
        **values,
    )
    return page.encode("utf-8")


def _hash(text: str) -> str:
    """As a content security policy names an inline element."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
