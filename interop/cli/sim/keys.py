"""Keys that a command is given: by reference, or asked on the terminal; never shown, nor quoted in errors."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import typer

from interop.cli.sim.cards import Opened, Refused

_PIN1: Final = 0x01
_FULL: Final = 3
"""tries of a PIN of which none is spent (102 221 9.5.1 leaves it open; all cards have three)"""
_DISABLED: Final = (0x6984, 0x9808)

_REFERENCES = ("env:", "file:")


def key(option: str, given: str) -> bytes:
    """Ki, OPc or OP, 16 octets in hex: of `env:NAME` or `file:PATH`; asked on the terminal for "".

    Raises Refused, which says of the value only how long it is.
    """
    from interop.personalise import columns

    if given and not given.startswith(_REFERENCES):
        raise Refused(f"--{option}: say where it is, env:NAME or file:PATH, never the key itself")
    if not given and not sys.stdin.isatty():
        raise Refused(f"--{option} is needed: env:NAME or file:PATH (nobody can be asked without a terminal)")
    try:
        text = columns.resolved(given, Path()) if given else _asked(f"{option} (32 hex digits)")
        return columns.key(text)
    except ValueError as error:
        raise Refused(f"--{option} {error}") from None


def adm(given: str) -> bytes:
    """Eight octets as VERIFY takes them: `ascii:`, filled up with FF, or `hex:`; or a reference.

    Raises Refused.
    """
    from interop.personalise import columns

    try:
        return columns.adm(columns.resolved(given, Path()))
    except ValueError as error:
        raise Refused(f"--adm {error}") from None


def pin(given: str) -> bytes:
    """PIN1 as VERIFY takes it: the digits that stand at `env:NAME` or `file:PATH`. Raises Refused."""
    from interop.personalise import columns

    if not given.startswith(_REFERENCES):
        raise Refused("--pin: say where it is, env:NAME or file:PATH, never the PIN itself")
    try:
        text = columns.resolved(given, Path())
        return columns.pin(f"ascii:{text}" if text.isdigit() else text)
    except ValueError as error:
        raise Refused(f"--pin {error}") from None


async def give_pin(card: Opened, octets: bytes) -> None:
    """Once, and only if no try of it is spent; a wrong one is not sent a second time, in another run either.

    Raises NotAvailable, and what `Session` raises.
    """
    from interop.protocols.errors import NotAvailable
    from interop.uicc.statuswords import OK, meaning

    tries = await card.session.tries(_PIN1)
    if tries.verified:
        return
    if tries.left is None or tries.left < _FULL:
        left = (
            "does not tell how many tries it has"
            if tries.left is None
            else f"has {tries.left} of {_FULL} tries"
        )
        raise NotAvailable(
            card.reader.name, f"PIN1 {left} left, and is not given: a wrong one blocks it soon"
        )
    sw = await card.session.verify(_PIN1, octets)
    if sw != OK and sw not in _DISABLED:
        raise NotAvailable(card.reader.name, f"PIN1 was refused with {sw:04X} ({meaning(sw)})")


def _asked(what: str) -> str:
    return str(typer.prompt(what, hide_input=True, err=True))
