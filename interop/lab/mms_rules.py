"""Multimedia messages in a lab file: how a modem sends them, how a SIM comes to its MMSC."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from interop.lab.document import secret
from interop.lab.drivers import DriverError, driver
from interop.lab.item import Item
from interop.lab.model import EMULATED, REPLAY

_ACCESS_POINT: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.@_-]{0,98}[A-Za-z0-9])?")
"""3GPP TS 23.003 9.1: labels of letters, digits and hyphens, 100 octets; Telecom's have an @"""
_PROXY: Final = re.compile(r"[A-Za-z0-9.-]+:([0-9]{1,5})")


def check_mms_of_modem(modem: Item) -> None:
    given = modem.data.get("mms")
    way = given if isinstance(given, dict) else {}
    capabilities = modem.several("capabilities")
    by_host, able = way.get("way") == "host", "mms" in capabilities
    if "mms_pdu" in capabilities and not able:
        modem.refuse("capabilities", 'mms_pdu: only beside "mms"')
    if given is not None and not able:
        modem.warn("mms", 'mms: of no use without "mms" among its capabilities')
    if by_host:
        _interface(modem, way.get("interface"))
    elif "interface" in way and way.get("way", "modem") == "modem":
        modem.refuse("mms", "mms.interface: only with `way: host`", "interface")
    if able and not by_host and not _has_commands(modem):
        dialect = modem.text("dialect") or "generic"
        modem.warn(
            "capabilities",
            f'mms: the dialect "{dialect}" has no commands for it, so nothing comes of it;'
            " `mms: {way: host, interface: wwan0}` sends over the modem's data connection",
        )


def _interface(modem: Item, interface: object) -> None:
    port = modem.text("port")
    if not isinstance(interface, str):
        modem.refuse("mms", "mms: `way: host` needs the `interface` of the modem here (wwan0, ppp0)", "way")
    elif port == EMULATED and interface != EMULATED:
        modem.refuse("mms", f"mms.interface: that of an emulated modem is {EMULATED}", "interface")
    elif port and port != EMULATED and not port.startswith(REPLAY) and interface == EMULATED:
        modem.refuse("mms", f"mms.interface: {modem.text('name')} on {port} is not emulated", "interface")


def _has_commands(modem: Item) -> bool:
    """True where the modem's driver, or its dialect, is mistaken: that is said already."""
    try:
        catalogue = driver("modems", modem.text("driver") or "at")
    except DriverError:
        return True
    sends = getattr(catalogue, "sends_mms", None)
    dialect, folder = modem.text("dialect") or "generic", modem.document.directory
    try:
        return sends is None or bool(sends(dialect, folder))
    except ValueError:
        return True


def check_mms_of_sim(sim: Item) -> None:
    given = sim.data.get("mms")
    for key, value in given.items() if isinstance(given, dict) else ():
        if isinstance(value, str) and key in _WRONG and (wrong := _WRONG[key](value)):
            said = "" if secret((key,)) else f'"{value}" '
            sim.refuse("mms", f"mms.{key}: {said}{wrong}", key)
    if isinstance(given, dict) and given.get("password") and given.get("user") == "":
        sim.refuse("mms", "mms.password: of no user", "password")


def _wrong_access_point(apn: str) -> str:
    return "" if _ACCESS_POINT.fullmatch(apn) else "is no name of an access point"


def _wrong_centre(url: str) -> str:
    try:
        split = urlsplit(url)
        there = split.scheme == "http" and split.hostname and (split.port is None or split.port > 0)
    except ValueError:
        there = False
    said = "is no URL of an MMSC (http://mmsc.example)"
    return "" if there and " " not in url and not _unspeakable(url) else said


def _wrong_proxy(proxy: str) -> str:
    found = _PROXY.fullmatch(proxy)
    there = not proxy or (found is not None and 0 < int(found[1]) < 65536)
    return "" if there else 'is no proxy ("10.0.0.172:80", or "" for none)'


def _unspeakable(value: str) -> str:
    there = value.isascii() and value.isprintable() and '"' not in value
    return "" if there else "has what cannot be said in an AT command (printable ASCII, no quotes)"


_WRONG: Final[dict[str, Callable[[str], str]]] = {
    "apn": _wrong_access_point,
    "mmsc": _wrong_centre,
    "proxy": _wrong_proxy,
    "user": _unspeakable,
    "password": _unspeakable,
}
