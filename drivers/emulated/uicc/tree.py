"""The file system of a card: directories, applications, files (ETSI TS 102 221 8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from interop.uicc import FileStatus, Structure


@dataclass(slots=True, eq=False)
class Directory:
    """MF, DF or ADF. `aid`: of an application, else b""; `access`: the security attribute of its FCP, tag and
    length included."""

    id: int
    path: str
    parent: Directory | None = None
    aid: bytes = b""
    access: bytes = b""
    children: dict[int, Directory | File] = field(default_factory=dict, repr=False)

    @property
    def directories(self) -> list[Directory]:
        return [child for child in self.children.values() if isinstance(child, Directory)]

    @property
    def application(self) -> Directory | None:
        """The ADF that this is, or lies in."""
        if self.aid or self.parent is None:
            return self if self.aid else None
        return self.parent.application


@dataclass(slots=True, eq=False)
class File:
    """An elementary file. `home`: where it was laid first, which is where its access rules are looked for;
    other directories may hold the same file. Records of a cyclic file stand newest first. `writes` counts
    what     wears it."""

    id: int
    home: Directory
    structure: Structure
    octets: bytearray = field(repr=False)
    record_length: int = 0
    access: bytes = b""
    sfi: int = 0
    active: bool = True
    writes: int = 0

    @property
    def path(self) -> str:
        return f"{self.home.path}/{self.id:04X}"

    @property
    def status(self) -> FileStatus:
        return FileStatus(self.id, self.structure, len(self.octets), self.record_length)

    @property
    def records(self) -> int:
        return len(self.octets) // self.record_length if self.record_length else 0

    def record(self, number: int) -> bytes | None:
        """From 1; None where there is none."""
        if not 1 <= number <= self.records:
            return None
        return bytes(self.octets[(number - 1) * self.record_length : number * self.record_length])


class Tree:
    """`root`: the MF; applications beside it, in the order of EF_DIR.

    Paths are as `interop.uicc.paths` has them: "3F00/7F20/6F07", "3F00/ADF.ISIM/6F02"; 7FFF is the USIM. Any
    other application stands by its AID.
    """

    def __init__(self) -> None:
        self.root = Directory(0x3F00, "3F00")
        self.applications: dict[str, Directory] = {}

    def at(self, path: str) -> Directory | File | None:
        """None where there is nothing; also for a path that is none."""
        first, *steps = path.upper().split("/")
        here: Directory | File | None = self.root if first == "3F00" else None
        for step in steps:
            if not isinstance(here, Directory):
                return None
            if here is self.root and step in self.applications:
                here = self.applications[step]
            else:
                here = here.children.get(int(step, 16)) if len(step) == 4 else None
        return here

    def file(self, path: str) -> File | None:
        found = self.at(path)
        return found if isinstance(found, File) else None

    def nodes(self) -> Iterator[tuple[str, Directory | File]]:
        """Every path and what stands there, directories first; a file that is shared comes more than once."""
        todo: list[Directory] = [*reversed(self.applications.values()), self.root]
        while todo:
            here = todo.pop()
            yield here.path, here
            todo += reversed(here.directories)
            for child in here.children.values():
                if isinstance(child, File):
                    yield f"{here.path}/{child.id:04X}", child
