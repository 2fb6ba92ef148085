"""Reading a whole card: what each file says of itself, and what it holds.

>>> reading = await survey(session, link.atr)
>>> reading.imsi
'460000123456789'
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Final

from interop.uicc.catalogue import FILES
from interop.uicc.errors import EfError
from interop.uicc.fcp import LifeCycle
from interop.uicc.filestatus import FileStatus, is_directory
from interop.uicc.paths import BEGINNINGS, MF, canonical, directories, parse
from interop.uicc.reading import FileRead, Reading, arr_places
from interop.uicc.session import CardRefused, Session, View
from interop.uicc.simheader import SimHeader
from interop.uicc.statuswords import NO_SUCH_FILE, OK
from interop.uicc.tlv import decode_tlv, encode_tlv

Progress = Callable[[str, int, int], None]
"""called with the path that was looked at, how many were, and how many there are to be"""

_FCP: Final = "FCP template"
_DESCRIPTOR: Final = 0x82
_AID: Final = 0x84
_SHORT_ID: Final = 0x88
_LIFE_CYCLE: Final = 0x8A
_ACCESS: Final = (0x8B, 0x8C, 0xAB)
_NO_SHORT_ID: Final = 0x1F


async def survey(
    session: Session, atr: bytes, paths: Iterable[str] | None = None, *, progress: Progress | None = None
) -> Reading:
    """What is at `paths`, or at all that are known in the view that `session` has begun, and the EF_ARR that
    they refer to. `atr`: of the card, it is only written down.

    What the card refuses, lacks or garbles stands in the reading. Raises ValueError for what is no path, and
    what the link raises: a card that is lost has not been read.
    """
    card = _Card(session)
    todo = list(dict.fromkeys(map(canonical, paths))) if paths is not None else await _known(session)
    for done, path in enumerate(todo, 1):
        await card.look(path)
        if progress:
            progress(path, done, len(todo))
    return Reading(atr, session.view, card.files, frozenset(card.looked_for), card.problems)


async def _known(session: Session) -> list[str]:
    """Each directory of the catalogue before what stands in it."""
    places: dict[str, list[str]] = {}
    for ef in FILES:
        places.setdefault(directories(ef.place)[0], []).append(ef.place)
    paths = [path for directory, files in places.items() for path in (directory, *files)]
    if session.view is View.SIM:
        return [path for path in paths if not parse(path)[0]]
    return paths + await _other_applications(session)


async def _other_applications(session: Session) -> list[str]:
    """Those of EF_DIR that no path of the catalogue leads through, by their AIDs."""
    try:
        listed = [application.aid for application in await session.applications()]
    except (CardRefused, EfError):
        return []
    taken = [next((aid for aid in listed if aid.startswith(start)), b"") for start in BEGINNINGS.values()]
    return [f"{MF}/{aid.hex().upper()}" for aid in listed if aid not in taken and 5 <= len(aid) <= 16]


@dataclass(slots=True)
class _Card:
    """What is known of a card so far."""

    session: Session
    files: dict[str, FileRead] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    looked_for: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)

    async def look(self, path: str) -> None:
        """Once, and not below a directory that is not there."""
        if path in self.looked_for:
            return
        self.looked_for.add(path)
        if self.session.view is View.SIM and parse(path)[0]:
            return  # which knows no applications: 7FFF would be a file to it
        if not self.absent.isdisjoint(directories(path)):
            return
        try:
            header = await self.session.header(path)
            self.files[path] = _described(path, header, self.session.view)
        except CardRefused as refused:
            if refused.sw in NO_SUCH_FILE:
                self.absent.add(path)
            else:
                self.problems[path] = str(refused)
        except EfError as error:
            self.problems[path] = str(error)
        else:
            await self._read(path, header)
            await self._look_for_rules(path)

    async def _read(self, path: str, header: bytes) -> None:
        """Its contents, without selecting it again."""
        file = self.files[path]
        if file.structure is None:
            return
        status = FileStatus.decode(header)
        try:
            if file.record_length:
                records = tuple(await self.session.records(path, status))
                self.files[path] = replace(file, records=records)
            else:
                self.files[path] = replace(file, octets=await self.session.read(path, status))
        except CardRefused as refused:
            if refused.sw == OK:
                self.problems[path] = str(refused)
            else:
                self.files[path] = replace(file, refused=refused.sw)
        except EfError as error:
            self.problems[path] = str(error)

    async def _look_for_rules(self, path: str) -> None:
        """In EF_ARR, in the nearest directory that has one."""
        try:
            places = arr_places(self.files[path])
        except EfError:
            return  # as the access attribute is, `Reading.rules` is None
        for place in places:
            await self.look(place)
            if place in self.files:
                return


def _described(path: str, header: bytes, view: View) -> FileRead:
    """All that it says of itself, but for its contents. Raises EfError."""
    directory = is_directory(header)
    status = None if directory else FileStatus.decode(header)
    size = (status.size, status.record_length) if status else (0, 0)
    file = FileRead(path, status.structure if status else None, size=size[0], record_length=size[1])
    if view is View.UICC:
        return _with_fcp(file, header)
    if directory:
        return file
    sim = SimHeader.decode(header)
    return replace(file, levels=sim.levels, active=sim.valid)


def _with_fcp(file: FileRead, header: bytes) -> FileRead:
    """What FileStatus does not tell; objects that are broken are as good as missing."""
    found: dict[int, bytes] = {}
    for _, start, end in decode_tlv(header, 0, len(header), _FCP):
        for tag, begin, stop in decode_tlv(header, start, end, _FCP):
            found.setdefault(tag, header[begin:stop])
    access = next((encode_tlv(tag, found[tag], _FCP) for tag in _ACCESS if found.get(tag)), b"")
    own = int(file.path.rpartition("/")[2], 16) & _NO_SHORT_ID if file.structure else 0
    short = found.get(_SHORT_ID, bytes((own << 3,)))[:1]
    sfi = short[0] >> 3 if short else 0
    return replace(
        file,
        access=access,
        sfi=0 if sfi == _NO_SHORT_ID else sfi,
        aid=found.get(_AID, b""),
        active=_active(found.get(_LIFE_CYCLE, b"")),
    )


def _active(value: bytes) -> bool:
    """True where the card does not say otherwise."""
    try:
        return LifeCycle.decode(value) not in (LifeCycle.DEACTIVATED, LifeCycle.TERMINATED)
    except EfError:
        return True
