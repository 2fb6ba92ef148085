"""Cards as data: data/uicc.yaml (files, keys, ATR), data/layouts.yaml (where Ki and OPc lie)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field

from drivers.emulated.uicc.dump import Form, load
from drivers.emulated.uicc.keys import Key, Keys, pin_octets
from drivers.emulated.uicc.tree import Tree
from interop.shipped import shipped

_NEVER_READ: Final = "8B032F0606"
"""access to the key files: record 6 of the profile's EF_ARR"""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Secret(_Data):
    """A key of the card: `pin` in digits, filled with FF, or `octets` in hex. `left`, `unblock_left`: tries
    that the key and its PUK have left, all of them where nothing is said."""

    pin: str = Field("", repr=False)
    octets: str = Field("", repr=False)
    puk: str = Field("", repr=False)
    tries: int = 3
    switchable: bool = False
    enabled: bool = True
    left: int = -1
    unblock_left: int = -1

    @classmethod
    def of(cls, key: Key) -> Self:
        """As the card holds it now."""
        pin = key.value.rstrip(b"\xff")
        told = {"pin": pin.decode()} if pin.isdigit() else {"octets": key.value.hex().upper()}
        return cls(
            **told,
            puk=key.unblock.rstrip(b"\xff").decode(),
            tries=key.tries,
            switchable=key.switchable,
            enabled=key.enabled,
            left=-1 if key.left == key.tries else key.left,
            unblock_left=-1 if key.unblock_left == key.unblock_tries else key.unblock_left,
        )

    def key(self) -> Key:
        """Raises ValueError."""
        value = bytes.fromhex(self.octets) if self.octets else pin_octets(self.pin)
        return Key(
            value,
            self.tries,
            pin_octets(self.puk) if self.puk else b"",
            switchable=self.switchable,
            enabled=self.enabled,
            left=self.left,
            unblock_left=self.unblock_left,
        )

    def form(self) -> dict[str, Any]:
        """As `Secret.model_validate` takes it, without what is as usual."""
        return self.model_dump(exclude_defaults=True)


class Profile(_Data):
    atr: str
    keys: dict[str, Secret]
    files: dict[str, dict[str, Any]] = Field(repr=False)

    def ring(self) -> Keys:
        return {int(reference, 16): secret.key() for reference, secret in self.keys.items()}


class Place(_Data):
    """16 octets of a file, from `at` on."""

    file: str
    at: int

    def read(self, tree: Tree) -> bytes:
        """b"" where the card has no such file, or a shorter one."""
        file = tree.file(self.file)
        octets = bytes(file.octets[self.at : self.at + 16]) if file else b""
        return octets if len(octets) == 16 else b""

    def write(self, tree: Tree, octets: bytes) -> None:
        """Raises ValueError where it cannot be."""
        file = tree.file(self.file)
        if file is None or len(octets) != 16 or self.at + 16 > len(file.octets):
            raise ValueError(f"no key of {len(octets)} octets fits {self.file} from octet {self.at} on")
        file.octets[self.at : self.at + 16] = octets


class Layout(_Data):
    """A type of card: its own files for K and OPc."""

    atr: str = ""
    """that of the profile, where there is none"""
    files: dict[str, dict[str, Any]]
    ki: Place
    opc: Place


def _data(name: str) -> Any:
    return shipped("drivers.emulated.uicc", "data", f"{name}.yaml")


@cache
def profile() -> Profile:
    return Profile.model_validate(_data("uicc"))


@cache
def layouts() -> Mapping[str, Layout]:
    """Every type of card whose key files are known, by name."""
    return {name: Layout.model_validate(row) for name, row in _data("layouts").items()}


def tree_of(layout: Layout) -> Tree:
    """The files of the profile and of a type of card."""
    own: Form = {path: {"access": _NEVER_READ, **row} for path, row in layout.files.items()}
    return load({**profile().files, **own})
