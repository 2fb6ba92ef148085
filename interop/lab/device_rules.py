"""Modems and sites of a lab file: ports, drivers, dialects, what is injected, URLs, regexes, headers."""

from __future__ import annotations

import re
from typing import Final

from interop.lab.document import secret
from interop.lab.drivers import DriverError, Group, Injected, driver, injectables, names
from interop.lab.item import Item
from interop.lab.model import EMULATED, KEYBOARD, FormPart
from interop.lab.shape import close, unknown
from interop.numbering import luhn_digit

_OF_HTTP: Final = (
    "method", "field", "encoding", "headers", "rules", "code_field", "code_url", "code_rules", "timeout_s"
)  # fmt: skip
"""keys of a form that mean nothing to an engineer"""
_PASSWORD: Final = re.compile(r"https?://[^/]*@")


def check_modem(modem: Item, sims: list[str]) -> None:
    # a SIM whose own name is mistaken ("") may be the one that is meant
    if (sim := modem.text("sim")) and sim not in sims and "" not in sims:
        modem.refuse("sim", f'no SIM "{sim}" in this lab{close(sim, sims)}')
    _port(modem)
    _imei(modem)
    _driver(modem, "modems")
    _dialect(modem)
    _injected(modem, "defects")
    _injected(modem, "quirks")


def check_site(site: Item) -> None:
    is_form = site.path[0] == "forms"
    _driver(site, "forms" if is_form else "labels")
    if "driver" in site.data and not site.text("driver"):
        return  # what the other keys should be depends on what it should have been
    if is_form and site.text("driver") == KEYBOARD:
        _by_hand(site)
        return
    _url(site)
    _headers(site)
    if is_form:
        _form_rules(site)
        _codes(site)
    elif (pattern := _regex(site, "label", site.text("label"))) and pattern.groups < 1:
        site.refuse("label", "label: the regex has no group; group 1 is the label")


def _port(modem: Item) -> None:
    port = modem.text("port")
    if re.match(r"/dev/tty(USB|ACM)", port):
        modem.warn(
            "port", f"port: {port} is renumbered when devices are plugged in; use /dev/serial/by-id/..."
        )
    elif port:
        try:
            drivers = [driver("links", name) for name in names("links")]
        except DriverError:
            return
        if not any(links.serves(port) for links in drivers):
            forms = [form for links in drivers for form in getattr(links, "forms", list)()]
            known = ", ".join([EMULATED, "/dev/serial/by-id/...", *(form for form in forms if form != "/")])
            hint = close(port, [EMULATED]) or close(_beginning(port), forms) or f" (known: {known})"
            modem.refuse("port", f'port: "{port}" is no port{"" if port in forms else hint}')


def _beginning(port: str) -> str:
    found = re.match(r"[^:/]*:(//)?", port)
    return found[0] if found else port


def _imei(modem: Item) -> None:
    """3GPP TS 23.003 6.2.1: eight digits of type, six of serial number, one check digit."""
    imei = modem.text("imei")
    if imei and len(imei) != 15:
        modem.refuse("imei", f"imei: {imei} has {len(imei)} digits, an IMEI has 15")
    elif imei and (digit := luhn_digit(imei[:-1])) != imei[-1]:
        modem.refuse("imei", f"imei: {imei} has a wrong check digit; {digit} would be right")


def _driver(item: Item, group: Group) -> None:
    name, known = item.text("driver"), names(group)
    if name and name not in known:
        item.refuse("driver", unknown("driver", name, known))


def _dialect(modem: Item) -> None:
    """A modem driver may say which dialects it knows, the lab's own among them (`DialectCatalogue`)."""
    dialect, folder = modem.text("dialect"), modem.document.directory
    try:
        catalogue = driver("modems", modem.text("driver") or "at")
    except DriverError:
        return
    if not dialect or not hasattr(catalogue, "dialects"):
        return
    if dialect not in (known := sorted(catalogue.dialects(folder))):
        modem.refuse("dialect", unknown("dialect", dialect, known))
        return
    try:
        catalogue.check_dialect(dialect, folder)
    except ValueError as error:
        modem.refuse("dialect", f"dialect: {error}")


def _injected(modem: Item, what: Injected) -> None:
    given = modem.several(what)
    if not given:
        return
    if (port := modem.text("port")) and port != EMULATED:
        modem.refuse(what, f"{what}: only an emulated modem has them, not one on {port}")
        return
    check_injected(modem, what)


def check_injected(device: Item, what: Injected) -> None:
    """The names of what is injected into an emulated device, and of its parameters."""
    try:
        known = {item.name: item for catalogue in injectables(what).values() for item in catalogue}
    except DriverError:
        return
    for place, item in enumerate(device.several(what)):
        name = item.partition("@")[0] if isinstance(item, str) else ""
        if name and known and name not in known:
            device.refuse(what, f'no {what[:-1]} is named "{name}"{close(name, [*known])}', place)
        elif name in known:
            _parameters(device, what, place, item, [*dict(known[name].parameters)])


def _parameters(device: Item, what: str, place: int, text: str, known: list[str]) -> None:
    """Names only: what a value may be, the driver says when the run begins."""
    for pair in filter(None, text.partition("@")[2].split(",")):
        if (key := pair.partition("=")[0].strip()) not in known:
            device.refuse(what, f'"{text}": {unknown("parameter", key, known)}', place)


def _url(site: Item, key: str = "url") -> None:
    url = site.text(key)
    if not url:
        return
    if not re.match(rf"https?://[^/\s]|{EMULATED}:/", url):
        site.refuse(key, f'{key}: "{url}" is neither http(s)://... nor {EMULATED}:/path')
    elif _PASSWORD.match(url):
        site.refuse(key, f"{key}: no user name or password in it; use a header with env: or file:")
    elif site.path[0] == "labels" and "{number}" not in url:
        site.refuse("url", f'url: "{url}" has no {{number}} where the number goes')


def _by_hand(form: Item) -> None:
    """A form that an engineer fills in: `url` says where, in any words."""
    _regex(form, "message", form.text("message"))
    if form.text("url").startswith(f"{EMULATED}:"):
        form.refuse("url", f'url: nobody can go to "{form.text("url")}" by hand')
    elif _PASSWORD.match(form.text("url")):
        form.refuse("url", "url: no user name or password in it")
    for key in _OF_HTTP:
        if key in form.data:
            form.refuse(key, f'{key}: the driver "{KEYBOARD}" has no use for it')


def _form_rules(site: Item) -> None:
    rules = site.several("rules")
    if not any(isinstance(rule, dict) and rule.get("outcome") == "accepted" for rule in rules):
        site.refuse("rules", "rules: none says what an accepted number looks like")
    _bodies(site, "rules")


def _codes(form: Item) -> None:
    """What is said of the code that a form sends, and of where it is given back."""
    _regex(form, "message", form.text("message"))
    _bodies(form, "code_rules")
    _url(form, "code_url")
    rules, field, code_url = form.several("code_rules"), form.text("code_field"), form.text("code_url")
    if not form.data.get("code_field"):
        for key in ("code_rules", "code_url"):
            if form.data.get(key):
                form.refuse(key, f"{key}: without code_field no code is given back")
        return
    if not any(isinstance(rule, dict) and rule.get("outcome") == "right" for rule in rules):
        key = "code_rules" if rules else "code_field"
        form.refuse(key, f"{key}: no code_rules say what the right code's page looks like")
    if field and field == (form.text("field") or FormPart.model_fields["field"].default):
        form.refuse("code_field", f'code_field: "{field}" is the field of the number')
    emulated = [url.startswith(f"{EMULATED}:") for url in (form.text("url"), code_url) if url]
    if len({*emulated}) > 1:
        form.refuse("code_url", f'code_url: "{code_url}" is not where url is, in the emulated country or out')


def _bodies(form: Item, key: str) -> None:
    for index, rule in enumerate(form.several(key)):
        if isinstance(rule, dict) and isinstance(body := rule.get("body"), str):
            _regex(form, key, body, index, "body")


def _regex(site: Item, key: str, text: str, *below: str | int) -> re.Pattern[str] | None:
    if not text:
        return None
    try:
        return re.compile(text)
    except (re.error, OverflowError, RecursionError) as error:
        site.refuse(key, f'"{text}" is no regular expression: {error}', *below)
        return None


def _headers(site: Item) -> None:
    headers = site.data.get("headers")
    for name, value in headers.items() if isinstance(headers, dict) else ():
        if secret((name,)) and isinstance(value, str) and not re.match(r"(env|file):.", value):
            site.refuse("headers", f"{name}: must be env:NAME or file:PATH, never the secret itself", name)
