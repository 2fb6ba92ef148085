"""The one error of this package."""

from __future__ import annotations


class EfError(ValueError):
    """Content that no such file holds, or values that do not fit it.

    `file` says which ("EF_IMSI"), `offset` the octet in the file or record where it went wrong, None
    where a value cannot be encoded; `problem` is the message without them.
    """

    def __init__(self, file: str, problem: str, offset: int | None = None) -> None:
        where = "" if offset is None else f" at offset {offset}"
        super().__init__(f"{file}{where}: {problem}")
        self.file = file
        self.problem = problem
        self.offset = offset


def need(data: bytes, at: int, count: int, file: str) -> None:
    """Raises EfError unless `count` octets are left in `data` from `at` on."""
    if len(data) - at < count:
        raise EfError(file, f"needs {count} octet(s), {max(len(data) - at, 0)} left", at)


def fitting(content: bytes, size: int, file: str) -> bytes:
    """`content`. Raises EfError if it is longer than `size` octets."""
    if len(content) > size:
        raise EfError(file, f"takes {len(content)} octets, {size} fit")
    return content


def padded(content: bytes, size: int, file: str) -> bytes:
    """`content` filled with FF to `size` octets. Raises EfError if it is longer."""
    return fitting(content, size, file).ljust(size, b"\xff")


def outline(text: str, allowed: str = "") -> str:
    """How long a text is, and where its first character stands that is none of `allowed`: all that may be
    said of what could be a key in the wrong place.
    """
    wrong = next((at for at, char in enumerate(text, 1) if allowed and char not in allowed), None)
    return f"{len(text)} characters" + (f", number {wrong} of them wrong" if wrong else "")
