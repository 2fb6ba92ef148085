"""Gateways of a lab file: where they are, what an account of each protocol can be, where they find us."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Final

from interop.lab.item import Item
from interop.lab.model import EMULATED
from interop.lab.shape import close

LONGEST_ACCOUNT: Final = {"smpp": 15, "cmpp2": 6, "cmpp3": 6, "sgip": 16, "smgp": 8}
"""characters of an account's name: SMPP 3.4 4.1.1, CMPP 7.4.1.1, SGIP 1.2 bind, SMGP 3.0 login"""
LONGEST_SECRET: Final = {"smpp": 8, "sgip": 16}
"""characters, where it goes over in clear text: SMPP 3.4 4.1.1, SGIP 1.2 bind"""
LONGEST_SERVICE: Final = {"smpp": 5, "cmpp2": 10, "cmpp3": 10, "sgip": 10, "smgp": 10}
"""octets of a service id: SMPP's service_type, Service_Id, ServiceType, ServiceID"""
MOST_DIGITS: Final = 20
"""of the number shown: fields of 21 octets"""
_TCP: Final = re.compile(r"tcp://(?P<host>\[[0-9a-fA-F:]+\]|[^\s/:@]+):(?P<port>\d{1,5})")


def check_gateways(gateways: Sequence[Item]) -> None:
    for gateway in gateways:
        _url(gateway)
        _account(gateway)
        _listen(gateway)
    for key, words in (("url", "an emulated gateway has one account: url"), ("listen", "listen")):
        first: dict[str, Item] = {}
        for gateway in gateways:
            value = gateway.text(key)
            alone = value and (key == "listen" or value.startswith(f"{EMULATED}:"))
            if alone and (other := first.setdefault(value, gateway)) is not gateway:
                gateway.refuse(key, f'{words} "{value}" is given twice (first in line {other.line(key)})')


def check_via(form: Item, gateways: Sequence[Item]) -> None:
    numbers = {gateway.text("name"): gateway.text("number") for gateway in gateways}
    via, sender = form.text("via"), form.text("sender")
    if via and via not in numbers and "" not in numbers:
        form.refuse("via", f'no gateway "{via}" in this lab{close(via, [*numbers])}')
    elif sender and not sender.startswith(number := numbers.get(via, "")):
        form.warn("sender", f"sender: {sender} does not begin with {number}, the number of gateway {via}")


def _url(gateway: Item) -> None:
    url = gateway.text("url")
    if url and not _address(url) and not re.match(rf"{EMULATED}:/.", url):
        gateway.refuse("url", f'url: "{url}" is neither tcp://host:port nor {EMULATED}:/path')
    if _address(url) and gateway.data.get("secret") is None:
        gateway.refuse("secret", f"gateway {gateway.text('name')} has no secret: env:NAME or file:PATH")


def _account(gateway: Item) -> None:
    _fits(gateway, "account", LONGEST_ACCOUNT)
    _fits(gateway, "service", LONGEST_SERVICE)
    name = gateway.text("account")
    corporation = gateway.text("corporation")
    if corporation and gateway.text("driver") != "sgip":
        gateway.refuse("corporation", "corporation: only SGIP has one")
    elif gateway.text("driver") == "sgip" and name and not (corporation or re.fullmatch(r"\d{1,5}", name)):
        gateway.refuse("account", f'account: "{name}" is no enterprise id of 5 digits: say corporation, too')
    number = gateway.text("number")
    if len(number) > MOST_DIGITS:
        gateway.refuse("number", f"number: {number} has {len(number)} digits, at most {MOST_DIGITS} fit")


def _fits(gateway: Item, key: str, longest: Mapping[str, int]) -> None:
    value, driver = gateway.text(key), gateway.text("driver")
    if not (value.isascii() and (value.isprintable() or not value)):
        gateway.refuse(key, f'{key}: "{value}" is not ASCII')
    elif (most := longest.get(driver)) and len(value) > most:
        gateway.refuse(key, f'{key}: "{value}" has {len(value)} characters, {driver} has room for {most}')


def _listen(gateway: Item) -> None:
    listen, sgip = gateway.text("listen"), gateway.text("driver") == "sgip"
    if listen and not sgip:
        gateway.refuse("listen", "listen: only SGIP's gateways connect back")
    elif listen and (found := _address(listen)) is None:
        gateway.refuse("listen", f'listen: "{listen}" is not tcp://127.0.0.1:port')
    elif listen and found and not _loopback(found["host"]):
        gateway.refuse("listen", f"listen: {found['host']} is not loopback; forward its port to 127.0.0.1")
    elif sgip and not listen and _address(gateway.text("url")):
        gateway.warn(
            "url", f"gateway {gateway.text('name')} has no listen: no report and no reply comes back"
        )


def _address(url: str) -> re.Match[str] | None:
    found = _TCP.fullmatch(url)
    return found if found and 0 < int(found["port"]) < 65536 else None


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
