"""What a service provider says to a gateway, in each protocol's words: log in, submit, keep alive, leave.

A `Provider` is pure: it makes PDUs and reads answers, a `Session` numbers them, whoever holds the connection
sends them. Three outcomes of a submission are never mixed: taken, refused with a code, and unknown, which is
what is left when no answer came. `interop.gateway.providers` has one for each protocol.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Any, Protocol

from interop.gateway.frame import Dialect, Frame
from interop.gateway.text import Piece
from interop.smspdu import Part


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are to the gateway. `number`: shown to receivers, 106... or 955xx.

    SGIP's node is made of `area`, the code of the city ("" for 010), and `corporation`, an enterprise id of
    five digits ("" where it is `name`).
    """

    name: str
    secret: str = field(repr=False)
    number: str
    service: str = ""
    area: str = ""
    corporation: str = ""


@dataclass(frozen=True, slots=True)
class Handed:
    """What the gateway said to a submission. `reference`: its message id, as later reports name it."""

    accepted: bool
    reference: str = ""
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """A status report: what the gateway claims became of `reference`. `delivered` is its claim, no more."""

    reference: str
    state: str
    delivered: bool


@dataclass(frozen=True, slots=True)
class Came:
    """A message from a handset, its number in 11 digits. `part` where it is one of several."""

    source: str
    destination: str
    body: str | bytes
    part: Part | None = None


class Provider(Protocol):
    dialect: Dialect
    version: int

    def sequence(self, now: Callable[[], datetime]) -> Callable[[], Any]:
        """What numbers the requests of a session. `now`: the gateway's local time."""

    def login(self, now: datetime) -> Any: ...

    def refused(self, answer: Frame) -> int:
        """The code with which a login was refused, 0 where it was accepted."""

    def proven(self, login: Frame, answer: Frame) -> bool | None:
        """Whether the answer to a login shows that the gateway knows the secret, too; None where it leaves
        that out. True where the protocol asks for no such proof (SGIP, SMPP)."""

    def submit(self, piece: Piece, to: str, *, report: bool) -> Any:
        """`to`: 11 national digits."""

    def handed(self, request: Frame, answer: Frame) -> Handed: ...

    def reply(self, asked: Frame) -> Any | None:
        """What is answered to a request of the gateway; None where this protocol answers nothing."""

    def heard(self, asked: Frame) -> Reported | Came | None:
        """What a request of the gateway tells. Raises GatewayError for a content that cannot be read."""

    def alive(self) -> Any | None:
        """The heartbeat; None where the protocol has none (SGIP)."""

    def leave(self) -> Any: ...


def timestamp(now: datetime) -> int:
    """MMDDHHMMSS."""
    return int(now.strftime("%m%d%H%M%S"))


def national(number: str) -> str:
    """The 11 digits of a mobile number, with or without +86; any other number as it is."""
    bare = number.removeprefix("+").removeprefix("86")
    return bare if len(bare) == 11 and bare.startswith("1") else number


def known(proof: bytes, right: Iterable[bytes]) -> bool | None:
    """Whether a gateway's proof is one of the right ones; None for zeros, which is none."""
    return any(compare_digest(proof, one) for one in right) if any(proof) else None
