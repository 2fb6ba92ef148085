"""One emulated card in a file, held against other processes while it is open."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Final, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from drivers.emulated.uicc import Card
from drivers.emulated.uicc.authentication import Counter
from drivers.emulated.uicc.card import ADM1, DEFAULT_LAYOUT
from drivers.emulated.uicc.dump import save
from drivers.emulated.uicc.leniency import STRICT
from drivers.emulated.uicc.profile import Secret, layouts, profile
from interop.protocols.card import CHANGING, CardBusy, CardLost
from interop.protocols.errors import NotAvailable
from interop.uicc import EfError

_KINDS: Final = (".json", ".yaml")
_COUNTING: Final = CHANGING | {0x20, 0x88}
"""and VERIFY, AUTHENTICATE: what may change the card's memory"""
_TOLD: Final = ("name", "content", "refused")
"""what `interop sim read` says of a file and a card does not hold so"""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    atr: Annotated[str, Field(pattern=r"^([0-9A-Fa-f]{2})*$")]
    view: str = "3G"
    files: dict[str, dict[str, Any]] = Field(repr=False)
    absent: list[str] = []
    problems: dict[str, str] = {}
    keys: dict[str, Secret] | None = Field(None, repr=False)
    """None: those of the emulated card, as nothing tells a real one's"""
    card_type: str = STRICT
    layout: str | None = None
    sequence: dict[Annotated[int, Field(ge=0, le=31)], int] = Field(default_factory=dict)

    @property
    def octets(self) -> bytes:
        """The ATR; that of the emulated card for one that was read in a modem, which tells none."""
        return bytes.fromhex(self.atr or profile().atr)

    def card(self) -> Card:
        """Raises ValueError."""
        if self.layout not in (None, *layouts()):
            raise ValueError(f"layout: no card {self.layout!r}; there are {', '.join(layouts())}")
        files = {path: {k: v for k, v in row.items() if k not in _TOLD} for path, row in self.files.items()}
        keys = None
        if self.keys is not None:
            keys = {int(reference, 16): secret.key() for reference, secret in self.keys.items()}
        card = Card.of_files(files, atr=self.octets, keys=keys, card_type=self.card_type, layout=self.layout)
        for index, sequence in self.sequence.items():
            card.counter.seen[index] = sequence
        return card


class CardFile:
    """`card` lives here; the file is as it was at the last `save`. Locked (flock) until `close`."""

    def __init__(self, name: str, path: Path, descriptor: int) -> None:
        """Raises ValueError for what is no card."""
        self._name = name
        self._path = path
        self._lock = descriptor
        form = _form(path)
        self._head = {"atr": form.octets.hex().upper(), "view": form.view}
        self._kind = {"card_type": form.card_type, "layout": form.layout}
        try:
            self.card = form.card()
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None
        self._saved = self._text()

    @classmethod
    def open(cls, name: str, path: Path) -> Self:
        """Raises CardBusy where another process has it, NotAvailable where it is no card."""
        path = path.resolve()
        try:
            descriptor = _locked(path)
        except BlockingIOError:
            raise CardBusy(name, "another program holds the reader: wait until it ends") from None
        except OSError as error:
            raise NotAvailable(name, f"{path}: {error.strerror}") from None
        try:
            return cls(name, path, descriptor)
        except ValueError as error:
            os.close(descriptor)
            raise NotAvailable(name, str(error)) from None

    @staticmethod
    def look(path: Path) -> bytes:
        """The ATR, whoever holds the card. Raises ValueError."""
        return _form(path).octets

    @classmethod
    def create(cls, path: Path, card: Card, *, layout: str) -> None:
        """Raises OSError, FileExistsError among them."""
        form = _state(card) | {"layout": layout}
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(_json({"atr": card.atr.hex().upper(), "view": "3G"} | form))

    def save(self) -> None:
        """Atomically, and only what has changed. Raises CardLost where it cannot be written: then the card is
        as it was, as if its power had been cut before the command."""
        text = self._text()
        if text == self._saved:
            return
        try:
            held = _replaced(self._path, text)
        except OSError as error:
            raise CardLost(self._name, f"{self._path} cannot be written: {error.strerror}") from None
        self.close()
        self._lock, self._saved = held, text

    def answered(self, apdu: bytes) -> None:
        """After each command, a torn one too, before its answer: `save`, if it may have changed the card."""
        if apdu[1:2] and apdu[1] in _COUNTING:
            self.save()

    def close(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def _text(self) -> str:
        return _json(self._head | _state(self.card) | self._kind)


def blank(
    path: Path,
    *,
    layout: str = DEFAULT_LAYOUT,
    iccid: str = "",
    adm: bytes = b"",
    ki: bytes = b"",
    opc: bytes = b"",
) -> None:
    """A card as it leaves its maker: files without a subscriber, the keys that are given, else those of the
    emulated card (ADM `ascii:88888888`, no Ki). Raises ValueError, FileExistsError, OSError.
    """
    card = Card.blank(layout=layout, ki=ki, opc=opc)
    if iccid:
        try:
            card.identity.rewrite("iccid", iccid)
        except EfError as error:
            raise ValueError(str(error)) from None
    if adm:
        card.keys[ADM1].value = adm
    CardFile.create(path, card, layout=layout)


def files(directory: Path) -> dict[str, Path]:
    """The cards of a folder by the names of their readers, in that order. Raises NotAvailable."""
    try:
        paths = sorted(path for path in directory.iterdir() if path.suffix in _KINDS)
    except OSError as error:
        raise NotAvailable(str(directory), f"{error.strerror}: make it, or name another") from None
    found: dict[str, Path] = {}
    for path in paths:
        if path.name.startswith("."):
            continue
        if (other := found.setdefault(path.stem, path)) is not path:
            raise NotAvailable(path.stem, f"{other.name} and {path.name} are of one name: remove one")
    return found


def _locked(path: Path) -> int:
    """Of the file that has this name when it is locked: whoever saves puts a new one in its place."""
    while True:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), path.stat()):
                return descriptor
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _replaced(path: Path, text: str) -> int:
    """Put a new file in its place, locked before anybody else can see it. Raises OSError."""
    new = path.with_name(f".{path.name}.new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with open(descriptor, "w", encoding="ascii", closefd=False) as file:
            file.write(text)
        new.replace(path)
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def _form(path: Path) -> _Form:
    """Raises ValueError with one sentence: file, place, what is wrong; never a key's value."""
    try:
        text = path.read_text(encoding="utf-8")
        data = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
        if not isinstance(data, dict):
            raise ValueError("a card is a mapping of atr, files ...")
        return _Form.model_validate(data)
    except OSError as error:
        raise ValueError(f"{path}: {error.strerror}") from None
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the file"
        raise ValueError(f"{path}: {place}: {first['msg']}") from None
    except (ValueError, RecursionError, yaml.YAMLError) as error:
        raise ValueError(f"{path} is no card: {str(error).splitlines()[0]}") from None


def _state(card: Card) -> dict[str, Any]:
    """What commands change."""
    return {
        "files": save(card.tree),
        "keys": {f"{reference:02X}": Secret.of(key).form() for reference, key in card.keys.items()},
        "sequence": _seen(card.counter),
    }


def _seen(counter: Counter) -> dict[str, int]:
    return {str(index): sequence for index, sequence in enumerate(counter.seen) if sequence}


def _json(form: Mapping[str, Any]) -> str:
    """A line for each file and key. YAML reads it, too."""
    lines = []
    for name, value in form.items():
        if isinstance(value, dict) and value:
            rows = ",\n".join(f"    {json.dumps(key)}: {json.dumps(row)}" for key, row in value.items())
            lines.append(f"  {json.dumps(name)}: {{\n{rows}\n  }}")
        else:
            lines.append(f"  {json.dumps(name)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
