"""Commands to a card over any link that carries TPDUs, in its 2G and its 3G view alike.

Which TPDUs a command takes is `interop.uicc.t0`; here is which commands reading and writing take
(ETSI TS 102 221 11.1, 3GPP TS 31.102 7.1, TS 51.011 8).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from interop.uicc import t0
from interop.uicc.applications import Application
from interop.uicc.errors import EfError
from interop.uicc.fcp import Fcp
from interop.uicc.filestatus import FileStatus, fits, is_directory
from interop.uicc.paths import ADF_USIM, DF_GSM, EF_DIR, MF, MF_ID, parse
from interop.uicc.simheader import SimDirectory, SimHeader
from interop.uicc.statuswords import BLOCKED, OK, UNKNOWN_KEY, meaning, retried

Transmit = Callable[[bytes], Awaitable[tuple[bytes, int]]]
"""`CardLink.transmit`"""

_MOST: Final = 255
"""octets that one command carries"""
_REACH: Final = 0x8000
"""of the offset in READ and UPDATE BINARY: 15 bits"""
_MOST_RECORDS: Final = 254
_CORRUPTED: Final = 0x6281

_BY_ID: Final = 0x00
_BY_NAME: Final = 0x04
_FROM_MF: Final = 0x08
_FCP: Final = 0x04
_ABSOLUTE: Final = 0x04
_GSM_CONTEXT: Final = 0x80
_UMTS_CONTEXT: Final = 0x81

_RANDOM: Final = 16
_KEY: Final = 8
_SUCCESS: Final = 0xDB
_SYNCHRONISE: Final = 0xDC


class CardRefused(Exception):
    """A status word that is none of success, or success without what was asked for.

    `what`: the command in words, never its data.
    """

    def __init__(self, what: str, sw: int, instead: str = "") -> None:
        words = instead or meaning(sw)
        super().__init__(f"{what}: the card answered {sw:04X}{f' ({words})' if words else ''}")
        self.what = what
        self.sw = sw


class View(StrEnum):
    """Which of its two views a card shows: CLA A0 with 7F20 (51.011), or CLA 00 with ADF.USIM (31.102)."""

    SIM = "2G"
    UICC = "3G"


@dataclass(frozen=True, slots=True)
class Tries:
    """What a card tells of a key without costing a try (102 221 11.1.9, 51.011 9.2.1).

    `left` None: it does not tell; `verified`: no VERIFY is needed. `sw`: of the empty VERIFY, 0 where none
    was sent.
    """

    left: int | None
    verified: bool = False
    sw: int = 0


@dataclass(frozen=True, slots=True)
class Authentication:
    """AUTHENTICATE in UMTS context: RES, CK, IK, Kc of cards with GSM access, or AUTS alone where the card
    asks to synchronise (31.102 7.1.2.1, 33.102 6.3).
    """

    res: bytes = b""
    ck: bytes = field(default=b"", repr=False)
    ik: bytes = field(default=b"", repr=False)
    kc: bytes = field(default=b"", repr=False)
    auts: bytes = b""


class Session:
    """Stateless between calls but for the application that is open: each call selects its file anew.

    `path`: identifiers from the MF, "3F00/7FFF/6F07"; 7FFF (or ADF.USIM) stands for the USIM, ADF.ISIM for
    the ISIM, by their AIDs of EF_DIR. All raise CardRefused, EfError where what the card says of a file
    cannot be read or does not fit, ValueError for what could never be sent, and what the link raises.
    A local key (reference 81 and on) is that of the application selected last.

    >>> session = Session(link.transmit)
    >>> await session.begin()
    <View.UICC: '3G'>
    >>> (await session.read("3F00/2FE2")).hex()
    '98680021436587092143'
    """

    def __init__(self, transmit: Transmit) -> None:
        self._transmit = transmit
        self.view = View.UICC
        self._application = b""
        self._applications: list[Application] | None = None

    async def begin(self, view: View | None = None) -> View:
        """Find out which view the card has, the 3G one first; or enter `view`. To be called first, and after
        every reset.
        """
        self._forget()
        self.view = view or View.UICC
        try:
            await self.header(MF)
        except CardRefused:
            if view is not None:
                raise
            self.view = View.SIM
            await self.header(MF)
        return self.view

    # Files

    async def select(self, path: str) -> FileStatus | None:
        """None for a directory."""
        header = await self.header(path)
        return None if is_directory(header) else FileStatus.decode(header)

    async def header(self, path: str) -> bytes:
        """What the card says of a file or directory when it is selected, as it is: an FCP template, or the
        header of a SIM.
        """
        application, steps = parse(path)
        what = f"SELECT {path}"
        if self.view is View.SIM:
            header = b""
            for step in (MF_ID, *steps):  # a SIM knows no paths
                header = await self._ask(what, t0.SELECT, 0, 0, step.to_bytes(2))
        else:
            if application and application != self._application:
                await self._open(application, what)
            # From the MF by path, as "7FFF6F07" of the application: once it is open, another SELECT by AID
            # would begin its session anew. A file of the MF is found from there only (sims.md 9).
            by = _FROM_MF if len(steps) > 1 or (steps and not application) else _BY_ID
            wanted = b"".join(step.to_bytes(2) for step in steps or (MF_ID,))
            header = await self._ask(what, t0.SELECT, by, _FCP, wanted)
        if not header:
            raise CardRefused(what, OK, "without saying what it is")
        return header

    async def describe(self, path: str) -> Fcp | SimHeader | SimDirectory:
        """All that the card says of a file or directory: access rules, state of life, PINs."""
        header = await self.header(path)
        if self.view is View.UICC:
            return Fcp.decode(header)
        return SimDirectory.decode(header) if is_directory(header) else SimHeader.decode(header)

    async def read(self, path: str, selected: FileStatus | None = None) -> bytes:
        """A transparent file, whole. `selected`: what it said when it was selected, just now: it is not
        selected again.
        """
        status = await self._file(path, selected, records=False)
        content = b""
        while len(content) < status.size:
            at, count = len(content), min(_MOST, status.size - len(content))
            what = f"READ BINARY of {path} at {at}"
            content += await self._exactly(what, count, t0.READ_BINARY, at >> 8, at & 0xFF)
        return content

    async def records(self, path: str, selected: FileStatus | None = None) -> list[bytes]:
        """Of a linear fixed or cyclic file, in their order; `selected` as of `read`."""
        status = await self._file(path, selected, records=True)
        found = []
        for number in range(1, status.records + 1):
            what = f"READ RECORD {number} of {path}"
            count = status.record_length
            found.append(await self._exactly(what, count, t0.READ_RECORD, number, _ABSOLUTE))
        return found

    async def record(self, path: str, number: int, selected: FileStatus | None = None) -> bytes:
        """One record, from 1; `selected` as of `read`. EfError where there are fewer."""
        status = await self._file(path, selected, records=True)
        if not 1 <= number <= status.records:
            raise EfError(path, f"has {status.records} records, none {number}")
        what = f"READ RECORD {number} of {path}"
        return await self._exactly(what, status.record_length, t0.READ_RECORD, number, _ABSOLUTE)

    async def update(self, path: str, data: bytes, *, record: int = 0, offset: int | None = None) -> int:
        """All of a transparent file, what `data` covers from `offset` on, or all of one record (from 1).

        The status word of success: 9000, or 63Cx (920x of a SIM) where the card had to try several times, see
        `statuswords.retried`. EfError, with nothing written, where `data` does not fit.
        """
        status = await self._file(path, records=bool(record))
        fits(status, path, len(data), record, offset)
        if record:
            return await self._write(
                f"UPDATE RECORD {record} of {path}", t0.UPDATE_RECORD, record, _ABSOLUTE, data
            )
        worst = OK
        for start in range(0, len(data), _MOST):
            at, piece = (offset or 0) + start, data[start : start + _MOST]
            what = f"UPDATE BINARY of {path} at {at}"
            sw = await self._write(what, t0.UPDATE_BINARY, at >> 8, at & 0xFF, piece)
            worst = worst if sw == OK else sw
        return worst

    async def applications(self) -> list[Application]:
        """What EF_DIR lists, in its order (102 221 13.1), without records that cannot be read. Asked once."""
        if self._applications is None:
            found = [_application(record) for record in await self.records(EF_DIR)]
            self._applications = [application for application in found if application.aid]
        return list(self._applications)

    # Keys

    async def tries(self, reference: int) -> Tries:
        """Costs nothing: VERIFY of five octets, without data. A SIM tells of CHV1 (1) and CHV2 (2) only, in
        what it says of DF_GSM: there an empty VERIFY would be a wrong one, and none is sent.
        """
        if self.view is View.SIM:
            header = SimDirectory.decode(await self.header(DF_GSM))
            pin = {1: header.pin1, 2: header.pin2}.get(reference)
            return Tries(pin.left if pin else None)
        what = f"VERIFY of key {reference:02X} without data"
        _, sw = await self._send(bytes((t0.UICC, t0.VERIFY, 0, reference, 0)))
        if sw == UNKNOWN_KEY:
            raise CardRefused(what, sw)
        if sw & 0xFFF0 == 0x63C0:
            return Tries(sw & 0x0F, sw=sw)
        return Tries(0 if sw == BLOCKED else None, verified=sw == OK, sw=sw)

    async def verify(self, reference: int, key: bytes) -> int:
        """`key`: eight octets. The status word as it is: 9000, 63Cx, 6983 ... Sent once, whatever happens."""
        if len(key) != _KEY:
            raise ValueError(f"key {reference:02X} of {len(key)} octets, it takes {_KEY}")
        _, sw = await self._send(bytes((self._class, t0.VERIFY, 0, reference, _KEY)) + key)
        return sw

    async def authenticate(self, rand: bytes, autn: bytes, *, path: str = ADF_USIM) -> Authentication:
        """`rand`, `autn`: 16 octets each. 9862 is refused: the card took AUTN for one of other keys."""
        what = "AUTHENTICATE in UMTS context"
        _sixteen(rand, autn)
        await self.header(path)
        sent = bytes((_RANDOM,)) + rand + bytes((_RANDOM,)) + autn
        answer = await self._ask(what, t0.AUTHENTICATE, 0, _UMTS_CONTEXT, sent)
        tag, values = answer[:1], _values(answer[1:])
        if tag == bytes((_SUCCESS,)) and values and len(values) in (3, 4):
            return Authentication(*values)
        if tag == bytes((_SYNCHRONISE,)) and values and len(values) == 1:
            return Authentication(auts=values[0])
        raise CardRefused(what, OK, f"with {len(answer)} octets that are neither RES, CK, IK nor AUTS")

    async def run_gsm(self, rand: bytes) -> tuple[bytes, bytes]:
        """SRES (4 octets) and Kc (8): RUN GSM ALGORITHM, or AUTHENTICATE in GSM context (31.102 7.1.2.1)."""
        _sixteen(rand)
        if self.view is View.SIM:
            what = "RUN GSM ALGORITHM"
            await self.header(DF_GSM)
            answer = await self._ask(what, t0.AUTHENTICATE, 0, 0, rand)
            values = [answer[:4], answer[4:]]
        else:
            what = "AUTHENTICATE in GSM context"
            await self.header(ADF_USIM)
            sent = bytes((_RANDOM,)) + rand
            answer = await self._ask(what, t0.AUTHENTICATE, 0, _GSM_CONTEXT, sent)
            values = _values(answer) or []
        if [len(value) for value in values] != [4, 8]:
            raise CardRefused(what, OK, f"with {len(answer)} octets that are not SRES and Kc")
        return values[0], values[1]

    # By hand

    async def exchange(self, apdus: Sequence[bytes]) -> list[tuple[bytes, int]]:
        """Each as T=0 carries it (without Le behind data), then what T=0 still owes (61xx, 6Cxx, 91xx).

        Any status word is an answer. ValueError, with nothing sent, for what is no command.
        """
        commands = [t0.tpdu(apdu) for apdu in apdus]
        self._forget()
        return [await self._send(command) for command in commands]

    # One command

    @property
    def _class(self) -> int:
        return t0.SIM if self.view is View.SIM else t0.UICC

    def _forget(self) -> None:
        self._application, self._applications = b"", None

    async def _send(self, tpdu: bytes) -> tuple[bytes, int]:
        """After an error of the link nothing is known any more of what is selected."""
        steps = t0.whole(tpdu)
        said = next(steps)
        try:
            while True:
                answer = await self._transmit(said)
                said = steps.send(answer)
        except StopIteration as done:
            reply: tuple[bytes, int] = done.value
            return reply
        except BaseException:
            self._forget()
            raise

    async def _ask(self, what: str, ins: int, p1: int, p2: int, data: bytes) -> bytes:
        """A command of case 4; a warning (62xx) is success."""
        answer, sw = await self._send(bytes((self._class, ins, p1, p2, len(data))) + data)
        if sw != OK and sw >> 8 != 0x62:
            raise CardRefused(what, sw)
        return answer

    async def _exactly(self, what: str, count: int, ins: int, p1: int, p2: int) -> bytes:
        """A command of case 2, answered with `count` octets that are not said to be corrupted."""
        data, sw = await self._send(bytes((self._class, ins, p1, p2, count)))
        if sw == _CORRUPTED or (sw != OK and sw >> 8 != 0x62):
            raise CardRefused(what, sw)
        if len(data) != count:
            raise CardRefused(what, sw, f"with {len(data)} octets of {count}")
        return data

    async def _write(self, what: str, ins: int, p1: int, p2: int, data: bytes) -> int:
        _, sw = await self._send(bytes((self._class, ins, p1, p2, len(data))) + data)
        if sw != OK and not retried(sw):
            raise CardRefused(what, sw)
        return sw

    # Selecting

    async def _file(self, path: str, selected: FileStatus | None = None, *, records: bool) -> FileStatus:
        status = selected or await self.select(path)
        if status is None:
            raise EfError(path, "is a directory")
        if bool(status.record_length) is not records:
            raise EfError(path, f"is {status.structure.value}")
        if not records and status.size > _REACH:
            raise EfError(path, f"has {status.size} octets, {_REACH} can be reached")
        if status.record_length > _MOST or status.records > _MOST_RECORDS:
            what = f"{status.records} records of {status.record_length} octets"
            raise EfError(path, f"has {what}, {_MOST_RECORDS} of {_MOST} can be reached")
        return status

    async def _open(self, beginning: bytes, what: str) -> None:
        """By its whole AID; by the beginning where no EF_DIR tells more (102 221 11.1.1.2)."""
        self._application = b""
        try:
            known = await self.applications()
        except (CardRefused, EfError):
            known = self._applications = []
        aid = next((one.aid for one in known if one.aid.startswith(beginning)), beginning)
        await self._ask(what, t0.SELECT, _BY_NAME, _FCP, aid)
        self._application = beginning


def _application(record: bytes) -> Application:
    try:
        return Application.decode(record)
    except EfError:
        return Application()


def _values(answer: bytes) -> list[bytes] | None:
    """Values behind a length each; None where they do not end with `answer`."""
    values = []
    while answer:
        length, answer = answer[0], answer[1:]
        if length > len(answer):
            return None
        values.append(answer[:length])
        answer = answer[length:]
    return values


def _sixteen(*values: bytes) -> None:
    """Raises ValueError unless each has the length of RAND and AUTN."""
    if any(len(value) != _RANDOM for value in values):
        raise ValueError(f"RAND and AUTN take {_RANDOM} octets each, not {[len(value) for value in values]}")
