"""Holds a document against a pydantic model and says each misfit in one line, at its place."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from interop.lab.document import Document, Path, secret

Model = TypeVar("Model", bound=BaseModel)

_WORDS = {
    "modems": "modem",
    "sims": "SIM",
    "readers": "card reader",
    "forms": "form",
    "labels": "label service",
    "gateways": "gateway",
    "originators": "originator",
    "tariffs": "tariff",
    "items": "item",
    "rules": "rule",
    "code_rules": "rule",
}

# What a pattern of interop.lab.model and interop.personalise.profile asks for, in words.
_PATTERNS = {
    r"^[0-9]+$": "digits",
    r"^[0-9A-Fa-f]{2}$": "two hexadecimal digits",
    r"^([0-9A-Fa-f]{2})+$": "octets in hexadecimal digits, two for each",
    r"^[A-Za-z0-9][A-Za-z0-9._-]*$": "a name: letters, digits and . _ - only, the first a letter or digit",
}

# Messages by pydantic's error type; {value} is the value as written, {ctx[...]} its own particulars.
_MESSAGES = {
    "int_type": "{key}: {value} is no whole number",
    "int_from_float": "{key}: {value} is no whole number",
    "float_type": "{key}: {value} is no number",
    "finite_number": "{key}: {value} is no finite number",
    "bool_type": "{key}: {value} is neither true nor false",
    "greater_than": "{key}: {value} is not greater than {ctx[gt]}",
    "greater_than_equal": "{key}: {value} is less than {ctx[ge]}",
    "less_than_equal": "{key}: {value} is more than {ctx[le]}",
    "string_too_long": "{key}: {value} is longer than {ctx[max_length]} characters",
    "string_too_short": "{key}: is empty",
    "tuple_type": "{key}: {value} is no list",
    "list_type": "{key}: {value} is no list",
    "dict_type": "{key}: {value} is no mapping",
    "model_type": "{key}: {value} is no mapping",
}


def fit(document: Document, model: type[Model], path: Path = ()) -> Model | None:
    """The part of the document at `path` as `model`; None when it does not fit, said in `problems`."""
    data: Any = document.data
    for part in path:
        data = data[part]
    try:
        return model.model_validate_json(json.dumps(data))
    except ValidationError as error:
        _Misfits(document, model, path).report(error.errors(include_url=False))
    return None


def close(value: str, known: list[str]) -> str:
    """`; did you mean "port"?`, or nothing."""
    match = _closest(value, known)
    return f'; did you mean "{match}"?' if match else ""


def unknown(key: str, value: str, known: list[str]) -> str:
    """`unknown dialect "quectl" (known: generic, quectel); did you mean "quectel"?`"""
    return f'unknown {key} "{value}" (known: {", ".join(known) or "none"}){close(value, known)}'


def title(document: Document, path: Path) -> str:
    """What a path is a part of, in words: `modem m02`, `the lab`."""
    item: Any = document.data
    words = f"the {document.kind.name}"
    for index, part in enumerate(path):
        try:
            item = item[part]
        except (KeyError, IndexError, TypeError):
            break
        before = path[index - 1] if index else None
        if isinstance(part, int):
            name = item.get("name") if isinstance(item, dict) else None
            words = f"{_WORDS.get(str(before), str(before))} {name if isinstance(name, str) else part + 1}"
        elif isinstance(item, dict):
            words = f"{part} of {words}" if index else part
    return words


class _Misfits:
    def __init__(self, document: Document, model: type[BaseModel], base: Path) -> None:
        self._document = document
        self._model = model
        self._base = base

    def report(self, errors: list[ErrorDetails]) -> None:
        meant: set[Path] = set()
        for error in errors:
            if error["type"] == "extra_forbidden":
                meant.add(self._unknown_key(tuple(error["loc"])))
        for error in errors:
            loc = tuple(part for part in error["loc"] if part != "[key]")
            if error["type"] == "missing" and loc not in meant:
                parent = (*self._base, *loc[:-1])
                text = f'{title(self._document, parent)} has no "{loc[-1]}"'
                self._document.refuse((*parent, loc[-1]), text)
            elif error["type"] not in ("missing", "extra_forbidden"):
                path = (*self._base, *loc)
                self._document.refuse(path, self._misfit(error, path))

    def _unknown_key(self, loc: Path) -> Path:
        """Reports it; returns where the key that was meant stands, so that it is not called missing too."""
        *parent, key = loc
        fields = self._fields(tuple(parent))
        where = title(self._document, (*self._base, *parent))
        text = f'unknown key "{key}" in {where}{close(str(key), fields)}'
        self._document.refuse((*self._base, *loc), text, key=True)
        return (*parent, _closest(str(key), fields) or key)

    def _fields(self, loc: Path) -> list[str]:
        model: type[BaseModel] | None = self._model
        for part in loc:
            if isinstance(part, str) and model is not None:
                model = _model_in(model.model_fields[part].annotation) if part in model.model_fields else None
        return list(model.model_fields) if model else []

    def _misfit(self, error: ErrorDetails, path: Path) -> str:
        kind, context = error["type"], error.get("ctx", {})
        file = self._document.kind
        key = next((part for part in reversed(path) if isinstance(part, str)), f"the {file.name}")
        if secret(path):
            return f"{key}: {file.secrets}"
        written = self._document.written.get(path)
        value = _shown(error["input"] if written is None else written)
        if kind == "string_type":
            if written:
                return f'{key}: {written} is {_yaml_kind(error["input"])} to YAML; quote it: "{written}"'
            return f"{key}: {'is empty' if error['input'] is None else f'{value} is no text'}"
        if error["input"] is None or error["input"] == "":
            return f"{key}: is empty"
        if kind == "tuple_type" and not isinstance(error["input"], dict):
            return f"{key}: {value} is no list; write [{written or error['input']}]"
        if kind == "literal_error":
            known = re.findall("'([^']*)'", str(context["expected"]))
            return unknown(key, str(written) if written else value, known)
        if kind == "string_pattern_mismatch":
            wanted = _PATTERNS.get(context["pattern"], f"text that matches {context['pattern']}")
            return f"{key}: {value} is not {wanted}"
        template = _MESSAGES.get(kind)
        if template:
            return template.format(key=key, value=value, ctx=context)
        return f"{key}: {value}: {error['msg']}"


def _closest(value: str, known: list[str]) -> str | None:
    matches = get_close_matches(value, known, n=1) or [
        name for name in known if name.casefold() == value.casefold()
    ]
    return matches[0] if matches else None


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """The model inside `Part`, `Part | None`, `tuple[Part, ...]`, `Annotated[...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for inner in get_args(annotation) if (found := _model_in(inner))), None)


def _yaml_kind(value: object) -> str:
    return "true or false" if isinstance(value, bool) else "a number"


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    if value is None or value == "":
        return "nothing"
    text = str(value)
    text = text if len(text) <= 60 else f"{text[:60]}…"
    return f'"{text}"' if text.isprintable() else repr(text)
