"""Which rule stands at a file, and whether the keys that have been given satisfy it (ETSI TS 102 221 9.2)."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Final

from drivers.emulated.uicc.keys import Keys
from drivers.emulated.uicc.tree import Directory, File
from interop.uicc import EfError
from interop.uicc.access import ADM1, ALWAYS, PIN1, AccessRules, Condition, Operation, met
from interop.uicc.tlv import decode_tlv

_USER: Final = 0x110
_ISSUER: Final = 0x120
"""mechanisms of a security condition byte, which names no key (`interop.uicc.access`): PIN1 and ADM1 here"""
_ENVIRONMENTS: Final = range(15)


def needed(node: File | Directory, operation: Operation) -> Condition:
    """A rule that cannot be found or read allows nothing, as on a card."""
    identifier, number, rules, compact = _told(node.access)
    return _condition(_record(node, identifier, number) if identifier else rules, compact, operation)


def allowed(node: File | Directory, operation: Operation, keys: Keys) -> bool:
    condition = needed(node, operation)
    return condition is ALWAYS or met(condition, _verified(keys))


def _verified(keys: Keys) -> Collection[int]:
    given = [reference for reference, key in keys.items() if key.met]
    for key, mechanism in ((PIN1, _USER), (ADM1, _ISSUER)):
        if key.reference in given:
            given += [mechanism | environment for environment in _ENVIRONMENTS]
    return given


# The same few attributes and rules again and again, for every command.


@lru_cache(maxsize=256)
def _told(access: bytes) -> tuple[int, int, bytes, bool]:
    """Of a security attribute: identifier of an EF_ARR and record number there, or 0, 0 and the rules
    themselves; whether these are compact."""
    for tag, start, end in decode_tlv(access, 0, len(access), "access"):
        value = access[start:end]
        match tag:
            case 0x8B if len(value) >= 3:
                # With security environments it is pairs of environment and record; ours is 01, PIN enabled.
                pairs = dict(zip(value[2::2], value[3::2], strict=False))
                number = value[2] if len(value) == 3 else pairs.get(1, value[3])
                return int.from_bytes(value[:2]), number, b"", False
            case 0x8C:
                return 0, 0, value, True
            case 0xAB:
                return 0, 0, value, False
    return 0, 0, b"", False


@lru_cache(maxsize=256)
def _condition(rules: bytes, compact: bool, operation: Operation) -> Condition:
    try:
        decoded = AccessRules.decode_compact(rules) if compact else AccessRules.decode(rules)
    except EfError:
        decoded = AccessRules()
    return decoded.needed(operation)


def _record(node: File | Directory, identifier: int, number: int) -> bytes:
    """Of the EF_ARR in the file's directory, or the nearest one above it (102 221 9.2.7)."""
    here: Directory | None = node.home if isinstance(node, File) else node.parent or node
    while here is not None:
        found = here.children.get(identifier)
        if isinstance(found, File):
            return found.record(number) or b""
        here = here.parent
    return b""
