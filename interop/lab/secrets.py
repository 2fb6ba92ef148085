"""Secrets where they are used: `env:NAME`, or `file:PATH` relative to the lab file; never shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path

from interop.lab.model import FormPart, GatewayPart, Lab, LabelPart, SimPart

_REFERENCE = re.compile(r"(?:env|file):.+")


class SecretError(Exception):
    """A secret cannot be had; names the reference."""


def secrets(lab: Lab, sim: SimPart) -> Mapping[str, str]:
    """The SIM's secrets by lab-file key, "pin" and "mms.password": those that it has. Raises SecretError."""
    references = {"pin": sim.pin or "", "mms.password": sim.mms.password or ""}
    found: dict[str, str] = {}
    for key, value in references.items():
        if _REFERENCE.fullmatch(value):
            try:
                found[key] = resolve(value, lab.directory)
            except SecretError as error:
                raise SecretError(f"{key}: {error}") from None
    return found


def headers(lab: Lab, site: FormPart | LabelPart) -> dict[str, str]:
    """The site's HTTP headers with references replaced by what they stand for. Raises SecretError."""
    return {
        name: resolve(value, lab.directory) if _REFERENCE.fullmatch(value) else value
        for name, value in site.headers.items()
    }


def gateway_secret(lab: Lab, gateway: GatewayPart) -> str:
    """The account's secret, "" where the lab file gives none. Raises SecretError."""
    return resolve(gateway.secret, lab.directory) if gateway.secret else ""


def known(lab: Lab) -> list[str]:
    """Every secret of the lab file that can be resolved: none of them may be shown or reach the disk."""
    found: list[str] = []
    for sim in lab.sims:
        try:
            found += secrets(lab, sim).values()
        except SecretError:
            continue  # its modem will not open, and say so
    for site in lab.sites:
        try:
            resolved = headers(lab, site)
        except SecretError:
            continue
        for name, value in resolved.items():
            if value != site.headers[name]:
                found += dict.fromkeys((value, *value.split()[-1:]))  # of "Bearer abc" a site echoes "abc"
    for gateway in lab.gateways:
        try:
            found.append(gateway_secret(lab, gateway))
        except SecretError:
            continue  # it will not open, and say so
    return [secret for secret in found if secret]


def resolve(reference: str, directory: Path) -> str:
    """What a reference stands for; a file's first line. Raises SecretError."""
    kind, _, place = reference.partition(":")
    if kind == "env":
        value = os.environ.get(place, "")
        if not value:
            raise SecretError(f"{reference}: this environment variable is not set")
        return value
    path = directory / place
    try:
        if path.exists() and not path.is_file():  # of a pipe, reading might never end
            raise SecretError(f"{reference}: this is no file")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
        raise SecretError(f"{reference}: {why}") from None
    if not lines or not lines[0].strip():
        raise SecretError(f"{reference}: this file is empty")
    return lines[0].strip()
