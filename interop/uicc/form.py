"""Contents of files as people and JSON have them: one form for what is read and for what is ordered.

A content is a mapping of its fields by name, without those that have their default; one with a single field
is that field's value. PLMNs and numbers are text, octets are hex, members of an enumeration go by name or
value, service tables are lists of numbers (or, on the way in, names).

>>> to_form(Imsi("460000123456789"))
'460000123456789'
>>> to_form(PlmnActList((PlmnWithAct(Plmn("460", "01"), AccessTechnology(0xC000)),)))
[{'plmn': '46001', 'act': ['UTRAN', 'E_UTRAN']}]
>>> of_form(Spn, {"name": "小米移动", "hide_abroad": True}, "batch.yaml:7")
Spn(name='小米移动', show_plmn=False, hide_abroad=True)

Keys of a registration (CK, IK, Kc, files of `SecretOctets`) are `HIDDEN` in a form, and cannot be read back.
No error ever quotes a value: it may be a key that was put into the wrong place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, fields
from difflib import get_close_matches
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, Final, TypeVar, get_args, get_origin, get_type_hints

from interop.smspdu import Address, PduError
from interop.uicc.access import (
    ALWAYS,
    LEVEL,
    NEVER,
    AllOf,
    AnyOf,
    Condition,
    Key,
    Operation,
    Rule,
    key_name,
)
from interop.uicc.catalogue import Content
from interop.uicc.errors import EfError
from interop.uicc.identity import Ad
from interop.uicc.plmn import AccessTechnology, Plmn, PlmnWithAct
from interop.uicc.services import Est, Ist, Sst, Ust, services

HIDDEN: Final = "hidden"
"""stands in a form for octets that are a key"""

_ROOM: Final = 32_000
"""octets in which any content fits that fits a file at all"""
_MOST: Final = 0xFFFFFF
"""no field of a file holds a larger number"""
_CALLED: Final[Mapping[type, Mapping[str, str]]] = {PlmnWithAct: {"technologies": "act"}}
"""fields that have another name in a form"""
_MODES: Final = {operation.name: operation.value for operation in Operation if operation.value <= 0x40}
_TECHNOLOGIES: Final = {member.name or "": member.value for member in AccessTechnology}

C = TypeVar("C", bound=Content)


def to_form(content: Content) -> Any:
    """What `json.dumps` takes. Keys are hidden, see `hides`."""
    return _form(content)


def of_form(kind: type[C], value: Any, where: str) -> C:
    """The content that `to_form` gave, or that somebody wrote. `where`: of it, for errors.

    Raises EfError, which says where, in which field and what is wrong, without the value.
    """
    content: C = _read(kind, value, where)
    # An AD of three octets, and no other, leaves the length of the MNC open
    content.encode(3 if isinstance(content, Ad) and content.mnc_length is None else _ROOM, where)
    return content


def hides(content: Content) -> bool:
    """Whether it holds a key, so that its form does not tell all. Octets that are all FF or 00 are none."""
    kind: type = type(content)
    return any(_is_key(field, getattr(content, field.name)) for field in fields(kind))


def may_hide(kind: type) -> bool:
    """Whether contents of this class have room for a key."""
    return not all(field.repr for field in fields(kind))


# To a form


def _form(value: Any) -> Any:
    match value:
        case AccessTechnology():
            known = [name for name, bit in _TECHNOLOGIES.items() if value & bit]
            rest = value & ~sum(_TECHNOLOGIES.values())
            return [*known, int(rest)] if rest else known
        case Enum():
            return value.name
        case None | bool() | int() | str():
            return value
        case bytes():
            return value.hex().upper()
        case Plmn():
            return str(value)
        case Address() if _parsed(str(value)) == value:
            return str(value)
        case Key() | AllOf() | AnyOf():
            return _form_of_condition(value)
        case Sst() if value.allocated == value.activated:
            return list(value.allocated)
        case tuple():
            return [_form(one) for one in value]
    form = _mapping(value)
    if isinstance(value, Rule) and 0 < value.modes < 0x80:
        form["modes"] = [name for name, bit in _MODES.items() if value.modes & bit]
    return form


def _mapping(value: Any) -> Any:
    """Of a dataclass."""
    kind, form = type(value), {}
    known = fields(kind)
    for field in known:
        one = getattr(value, field.name)
        if len(known) == 1 or one != _default(field):
            name = _CALLED.get(kind, {}).get(field.name, field.name)
            form[name] = HIDDEN if _is_key(field, one) else _form(one)
    return next(iter(form.values())) if len(known) == 1 else form


def _form_of_condition(condition: Condition) -> Any:
    if isinstance(condition, Key) or condition in (ALWAYS, NEVER):
        return str(condition)
    return {"all" if isinstance(condition, AllOf) else "any": [_form(part) for part in condition.parts]}


def _parsed(text: str) -> Address | None:
    try:
        return Address.parse(text)
    except PduError:
        return None


def _is_key(field: Field[Any], value: Any) -> bool:
    """Whatever a repr does not show; but erased memory is no key."""
    return not field.repr and bool(value.strip(b"\xff") and value.strip(b"\x00"))


def _default(field: Field[Any]) -> Any:
    return field.default if field.default_factory is MISSING else field.default_factory()


# Of a form


def _read(hint: Any, value: Any, where: str) -> Any:
    """`value` as the type that `hint` says. Raises EfError."""
    if special := _READERS.get(hint):
        return special(value, where)
    if get_origin(hint) is tuple:
        return _tuple(get_args(hint), value, where)
    if options := get_args(hint):  # of a union
        if value is None and NoneType in options:
            return None
        kinds = [option for option in options if option is not NoneType]
        return _read(next((kind for kind in kinds if type(value) is kind), kinds[-1]), value, where)
    if issubclass(hint, Enum):
        members = {member.name: member.value for member in hint}
        return hint(_choice(value, members, where))
    return _dataclass(hint, value, where)


def _tuple(hints: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    """Of any length, or of as many as there are types."""
    _expect(list, value, "a list", where)
    if hints[-1] is ...:
        return tuple(_read(hints[0], one, f"{where}: entry {at}") for at, one in enumerate(value, 1))
    if len(value) != len(hints):
        raise EfError(where, f"{len(value)} entries, {len(hints)} are needed")
    numbered = enumerate(zip(hints, value, strict=True), 1)
    return tuple(_read(hint, one, f"{where}: entry {at}") for at, (hint, one) in numbered)


def _dataclass(kind: type, value: Any, where: str) -> Any:
    hints, called = _hints(kind), _CALLED.get(kind, {})
    known = {called.get(field.name, field.name): field for field in fields(kind)}
    if len(known) == 1:
        return kind(_read(hints[fields(kind)[0].name], value, where))
    _expect(Mapping, value, f"a mapping of {', '.join(known)}", where)
    for name in value:
        if name not in known:
            raise EfError(where, f"has no field {_name(name)}{_close(name, known)}")
    for name, field in known.items():
        if name not in value and _default(field) is MISSING:
            raise EfError(where, f"lacks {name}")
    given = {known[name].name: one for name, one in value.items()}
    return kind(**{
        name: _read(hints[name], one, f"{where}: {called.get(name, name)}") for name, one in given.items()
    })  # fmt: skip


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _truth(value: Any, where: str) -> bool:
    _expect(bool, value, "true or false", where)
    return bool(value)


def _number(value: Any, where: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise EfError(where, f"takes a number, not {_what(value)}")
    if abs(value) > _MOST:
        raise EfError(where, f"takes a number of at most {_MOST}")
    return value


def _text(value: Any, where: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        raise EfError(where, "takes text, not a number: put it in quotes")
    _expect(str, value, "text", where)
    return str(value)


def _octets(value: Any, where: str) -> bytes:
    text = _text(value, where)
    if text == HIDDEN:
        raise EfError(where, "was hidden when it was read: a form does not give keys back")
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise EfError(where, f"{_what(value)} is not hexadecimal, two digits an octet") from None


def _plmn(value: Any, where: str) -> Plmn:
    text = _text(value, where)
    plmn = Plmn(text[:3], text[3:])
    plmn.encode(where, wild=True)
    return plmn


def _address(value: Any, where: str) -> Address:
    if isinstance(value, Mapping):
        address: Address = _dataclass(Address, value, where)
        return address
    parsed = _parsed(_text(value, where))
    if parsed is None:
        raise EfError(where, f"{_what(value)} is no number such as +8613800100500")
    return parsed


def _technologies(value: Any, where: str) -> AccessTechnology:
    """Names and bits that have none, in a list; or all bits as one number."""
    return AccessTechnology(value if type(value) is int else _bits(value, _TECHNOLOGIES, where))


def _rule(value: Any, where: str) -> Rule:
    if isinstance(value, Mapping) and isinstance(value.get("modes"), list):
        value = {**value, "modes": _bits(value["modes"], _MODES, f"{where}: modes")}
    rule: Rule = _dataclass(Rule, value, where)
    return rule


def _condition(value: Any, where: str) -> Condition:
    if isinstance(value, Mapping) and len(value) == 1 and (several := {*value} & {"all", "any"}):
        (name,) = several
        _expect(list, value[name], "a list", where)
        parts = tuple(_condition(part, f"{where}: entry {at}") for at, part in enumerate(value[name], 1))
        return AllOf(parts) if name == "all" else AnyOf(parts)
    text = _text(value, where)
    if text in (str(ALWAYS), str(NEVER)):
        return ALWAYS if text == str(ALWAYS) else NEVER
    return Key(_choice(text, _key_references(), where))


@cache
def _key_references() -> dict[str, int]:
    mechanisms = [0x100 | bit | environment for bit in (0x10, 0x20, 0x40) for environment in range(15)]
    levels = [LEVEL | level for level in range(4, 15)]
    return {key_name(reference): reference for reference in (*range(0x100), *mechanisms, *levels)}


def _table(kind: type[Ust | Ist | Est | Sst]) -> Callable[[Any, str], Any]:
    """Of a service table: numbers and names; of an SST also both of its fields."""
    name = "SST" if kind is Sst else kind.__name__.upper()

    def numbers(value: Any, where: str) -> list[int]:
        _expect(list, value, "a list of services by number or name", where)
        return sorted({_service(name, one, f"{where}: entry {at}") for at, one in enumerate(value, 1)})

    def read(value: Any, where: str) -> Any:
        if kind is Sst and isinstance(value, Mapping):
            both = {field: numbers(one, f"{where}: {field}") for field, one in value.items()}
            return _dataclass(Sst, both, where)
        found = tuple(numbers(value, where))
        return Sst(found, found) if kind is Sst else kind(found)

    return read


def _service(table: str, value: Any, where: str) -> int:
    known = {service.name: service.number for service in services(table).values()}
    for name, number in list(known.items()):
        if "(" in name:  # the short one, "SMSP"
            known.setdefault(name.rpartition("(")[2].partition(")")[0], number)
    return value if type(value) is int else _choice(value, known, where)


def _bits(value: Any, names: Mapping[str, int], where: str) -> int:
    _expect(list, value, f"a list of {', '.join(names)}", where)
    bits = 0
    for at, one in enumerate(value, 1):
        bits |= _number(one, where) if type(one) is int else _choice(one, names, f"{where}: entry {at}")
    return bits


def _choice(value: Any, names: Mapping[str, int], where: str) -> int:
    """By name, whose case does not matter, or by value."""
    if type(value) is int and value in names.values():
        return value
    by_name = {name.casefold(): number for name, number in names.items()}
    if isinstance(value, str) and value.casefold() in by_name:
        return by_name[value.casefold()]
    few = f": there are {', '.join(names)}" if len(names) < 20 else ""
    raise EfError(where, f"{_what(value)} is not known here{_close(value, names) or few}")


# What errors say


def _expect(kind: type, value: Any, words: str, where: str) -> None:
    if not isinstance(value, kind):
        raise EfError(where, f"takes {words}, not {_what(value)}")


def _what(value: Any) -> str:
    """What it is, never its value."""
    match value:
        case str():
            return f"text of {len(value)} characters"
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case Mapping():
            return "a mapping"
        case list() | tuple():
            return "a list"
    return f"a {type(value).__name__}"


def _name(name: Any) -> str:
    return repr(name) if isinstance(name, str) and len(name) <= 20 and name.isidentifier() else "like this"


def _close(value: Any, known: Iterable[str]) -> str:
    by_case = {name.casefold(): name for name in known}
    found = get_close_matches(value.casefold(), list(by_case), n=1) if isinstance(value, str) else []
    return f"; is {by_case[found[0]]} meant?" if found else ""


_READERS: Final[dict[Any, Callable[[Any, str], Any]]] = {
    bool: _truth,
    int: _number,
    str: _text,
    bytes: _octets,
    Plmn: _plmn,
    Address: _address,
    AccessTechnology: _technologies,
    Rule: _rule,
    Condition: _condition,
    **{kind: _table(kind) for kind in (Ust, Est, Ist, Sst)},
}
