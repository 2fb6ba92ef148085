"""What a card holds now where an order wishes something, and who may read and write it there. Reads only."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

from interop.personalise.order import Wish
from interop.uicc import (
    Ad,
    Content,
    EfError,
    Fcp,
    FileStatus,
    LifeCycle,
    Operation,
    SimDirectory,
    SimHeader,
    at,
)
from interop.uicc.access import Condition
from interop.uicc.filestatus import fits
from interop.uicc.paths import MF, directories
from interop.uicc.session import CardRefused, Session
from interop.uicc.statuswords import LOCKED, NO_SUCH_FILE

_PINS: Final = frozenset((*range(0x01, 0x09), 0x11, *range(0x81, 0x89)))
"""key references of the user's (102 221 table 9.3)"""
_ARR_HERE: Final = 0x6F06
_SHORT_AD: Final = 3
_ASLEEP: Final = (LifeCycle.DEACTIVATED, LifeCycle.TERMINATED)


@dataclass(frozen=True, slots=True)
class Present:
    """One wish and the place for it on this card.

    `after`: what is to stand there, as long as the place is. `now`: what does, None where it cannot be read
    without a key. With a `problem` (a sentence) neither is known; `missing`: there is no such file.
    `warning`: what of the wish has no room there, a sentence.
    """

    wish: Wish
    after: bytes = field(default=b"", repr=False)
    now: bytes | None = field(default=None, repr=False)
    problem: str = ""
    missing: bool = False
    warning: str = ""


class Files:
    """The files of one card as it is now."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._described: dict[str, Fcp | SimHeader | SimDirectory] = {}
        self._rules: dict[str, list[bytes]] = {}

    async def look(self, wish: Wish) -> Present:
        """Raises what the link raises; what the card refuses is a problem."""
        path = wish.path
        try:
            described = self._described[path] = await self._session.describe(path)
        except CardRefused as refused:
            return Present(wish, missing=refused.sw in NO_SUCH_FILE, problem=str(refused))
        except ValueError as error:
            return Present(wish, problem=f"{path}: {error}")
        try:
            file = _file(described, path)
            content, warning = _with_room(wish, file)
            after = _octets(content, wish, file)
            return Present(wish, after, await self._now(wish, len(after), file), warning=warning)
        except (CardRefused, EfError) as error:
            return Present(wish, problem=_about(wish, error))

    async def _now(self, wish: Wish, length: int, selected: FileStatus) -> bytes | None:
        try:
            return await read(self._session, wish.path, length, wish.record, wish.offset, selected)
        except CardRefused as refused:
            if refused.sw in LOCKED:
                return None
            raise

    async def needed(self, path: str, operation: Operation) -> Condition | None:
        """Who may do it to a file that was looked at; None where the card does not tell."""
        described = self._described[path]
        if isinstance(described, SimHeader):
            return described.needed(operation)
        if not isinstance(described, Fcp):
            return None
        arr: dict[int, list[bytes]] = {}
        if described.reference is not None:
            file = described.reference.file or _ARR_HERE
            arr[file] = await self._arr(path, file)
        try:
            rules = described.rules(arr)
        except EfError:
            return None
        return rules.needed(operation) if rules else None

    async def unlocked(self) -> frozenset[int]:
        """References of the PINs that are disabled, so that nobody has to give them; no ADM ever is."""
        try:
            described = await self._session.describe(MF)
        except (CardRefused, EfError):
            return frozenset()
        if isinstance(described, SimDirectory):
            return frozenset() if described.enabled else frozenset((1,))
        pins = described.pins if isinstance(described, Fcp) else ()
        return frozenset(pin.reference for pin in pins if not pin.enabled and pin.reference in _PINS)

    async def _arr(self, path: str, file: int) -> list[bytes]:
        """Records of EF_ARR in the directory of `path`, or the nearest above it (102 221 9.2.7)."""
        for where in directories(path):
            place = f"{where}/{file:04X}"
            if place not in self._rules:
                try:
                    self._rules[place] = await self._session.records(place)
                except (CardRefused, EfError):
                    self._rules[place] = []
            if self._rules[place]:
                return self._rules[place]
        return []


async def read(
    session: Session,
    path: str,
    length: int,
    record: int = 0,
    offset: int | None = None,
    selected: FileStatus | None = None,
) -> bytes:
    """`length` octets from where a wish or a step writes them. Raises as `Session.read` does."""
    if record:
        return await session.record(path, record, selected)
    start = offset or 0
    return (await session.read(path, selected))[start : start + length]


def _file(described: Fcp | SimHeader | SimDirectory, path: str) -> FileStatus:
    """Raises EfError for what is no file, or is deactivated."""
    if isinstance(described, SimDirectory) or described.file is None:
        raise EfError(path, "is a directory" if _is_directory(described) else "holds TLV objects")
    asleep = (
        described.life_cycle in _ASLEEP
        if isinstance(described, Fcp)
        else not (described.valid or described.usable)
    )
    if asleep:
        raise EfError(path, "is deactivated (6283): it has to be activated (ACTIVATE FILE) first")
    return described.file


def _is_directory(described: Fcp | SimHeader | SimDirectory) -> bool:
    return isinstance(described, SimDirectory) or (isinstance(described, Fcp) and described.directory)


def _with_room(wish: Wish, status: FileStatus) -> tuple[Content | bytes, str]:
    """EF_AD of three octets is as old as GSM phase 2 (51.011 10.3.18): without the MNC length it is whole."""
    content = wish.content
    if isinstance(content, Ad) and status.size == _SHORT_AD and content.mnc_length is not None:
        lost = f"MNC length {content.mnc_length} has no room, and handsets have to guess it"
        return replace(content, mnc_length=None), f"{wish.path} has {_SHORT_AD} octets: {lost}"
    return content, ""


def _octets(content: Content | bytes, wish: Wish, status: FileStatus) -> bytes:
    """As long as the place for it is. Raises EfError."""
    if isinstance(content, bytes):
        octets = content
    else:
        octets = content.encode(status.record_length or status.size, str(at(wish.path) or wish.path))
    fits(status, wish.path, len(octets), wish.record, wish.offset)
    return octets


def _about(wish: Wish, error: CardRefused | EfError) -> str:
    """A sentence that names the path; what these errors say shows no content."""
    text = str(error)
    return text if wish.path in text else f"{wish.path}: {text}"
