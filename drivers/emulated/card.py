"""The emulated UICC: files built from what the lab file says of a SIM, read by +CRSM and by APDUs.

ETSI TS 102 221 (commands, status words), 3GPP TS 31.102 (USIM), TS 51.011 (the GSM view under 7F20).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from interop.lab.model import SimPart
from interop.smspdu import Address
from interop.uicc import (
    FILES,
    GSM,
    MF,
    TELECOM,
    USIM,
    Acc,
    Ad,
    Content,
    Ef,
    EfError,
    EmergencyCode,
    EmergencyCodes,
    FileStatus,
    Gid,
    Iccid,
    Imsi,
    Loci,
    Msisdn,
    Plmn,
    PlmnList,
    Smsp,
    Spdi,
    Spn,
    Structure,
)

OK: Final = 0x9000
WRONG_LENGTH: Final = 0x6700
NO_ACCESS: Final = 0x6982
NO_FIT: Final = 0x6981
NOT_FOUND: Final = 0x6A82
NO_RECORD: Final = 0x6A83
WRONG_P1P2: Final = 0x6A86
OUT_OF_FILE: Final = 0x6B00
EXACT_LENGTH: Final = 0x6C00
UNKNOWN_INS: Final = 0x6D00

READ_BINARY: Final = 0xB0
READ_RECORD: Final = 0xB2
GET_RESPONSE: Final = 0xC0
UPDATE_BINARY: Final = 0xD6
UPDATE_RECORD: Final = 0xDC
STATUS: Final = 0xF2

USIM_AID: Final = bytes.fromhex("A0000000871002FF86FFFF89FFFFFFFF")
PIN_TRIES: Final = 3
PUK_TRIES: Final = 10

# facts/plmn.csv: which PLMNs a card of the operator takes for home.
_HOME_PLMNS: Final = {
    "CMCC": ("46000", "46002", "46007", "46008"),
    "CUCC": ("46001", "46006", "46009"),
    "CTCC": ("46011", "46003", "46005"),
}
_EMERGENCY: Final = ("110", "119", "120", "122", "112")
# Services of EF_UST that the files below stand for (31.102 4.2.8), and of EF_SST (51.011 10.3.7).
_USIM_SERVICES: Final = (1, 10, 12, 17, 18, 19, 20, 21, 27, 42, 43, 51, 71, 85)
_SIM_SERVICES: Final = (1, 2, 4, 7, 9, 12, 15, 16, 17)
# What the holder of the PIN may write; everything else takes the issuer's key.
_WRITABLE: Final = frozenset(
    (0x2F05, 0x6F05, 0x6F30, 0x6F3A, 0x6F3C, 0x6F40, 0x6F42, 0x6F60, 0x6F73, 0x6F7B, 0x6F7E, 0x6FE3)
)
# What may be read before the PIN is given.
_ALWAYS: Final = frozenset((0x2F00, 0x2F05, 0x2FE2, 0x6F05, 0x6FAD, 0x6FB7))


_DIALLING: Final = 14
"""octets of an entry of EF_ADN and EF_MSISDN that follow its name (51.011 10.5.1)"""


@dataclass(slots=True)
class File:
    """An elementary file: its header and its octets, records one after another."""

    status: FileStatus
    octets: bytes

    def record(self, number: int) -> bytes | None:
        size = self.status.record_length
        return self.octets[(number - 1) * size : number * size] if 1 <= number <= self.records else None

    @property
    def records(self) -> int:
        return len(self.octets) // self.status.record_length if self.status.record_length else 0


def _bits(services: Sequence[int], size: int) -> bytes:
    """One bit a service, service 1 in bit 1 of octet 1 (EF_UST)."""
    return sum(1 << service - 1 for service in services).to_bytes(size, "little")


def _pairs(services: Sequence[int], size: int) -> bytes:
    """Two bits a service, allocated and activated (EF_SST)."""
    return sum(3 << 2 * (service - 1) for service in services).to_bytes(size, "little")


# Files that no lab file says anything about: directory, identifier, octets, record length.
_STANDING: Final[tuple[tuple[str, int, bytes, int], ...]] = (
    (MF, 0x2F00, b"\x61\x18\x4f\x10" + USIM_AID + b"\x50\x04USIM" + b"\xff" * 12, 38),
    (MF, 0x2F05, b"zhen" + b"\xff" * 4, 0),
    (USIM, 0x6F05, b"zhen" + b"\xff" * 4, 0),
    (GSM, 0x6F05, b"\x01\xff\xff\xff", 0),
    (USIM, 0x6F38, _bits(_USIM_SERVICES, 12), 0),
    (GSM, 0x6F38, _pairs(_SIM_SERVICES, 10), 0),
    (GSM, 0x6FAE, b"\x03", 0),
    (USIM, 0x6F31, b"\x05", 0),
    (USIM, 0x6F60, b"\xff\xff\xff\x00\x00" * 10, 0),
    (USIM, 0x6F61, b"\xff\xff\xff\x00\x00" * 10, 0),
    (USIM, 0x6F73, b"\xff" * 7 + b"\xff\xff\xff\x00\x00\xff\x01", 0),
    (USIM, 0x6FE3, b"\xff" * 12 + b"\xff\xff\xff\x00\x00\x01", 0),
    (TELECOM, 0x6F3A, b"\xff" * 30 * 20, 30),
    (TELECOM, 0x6F3C, (b"\x00" + b"\xff" * 175) * 5, 176),
)


class Card:
    """One card. `pin` None: the PIN is disabled.

    >>> card = Card.of(sim, imsi="460991234567890")
    >>> card.rewrite("smsc", "+8613800100500")
    """

    def __init__(self, *, pin: str | None = None) -> None:
        self._files: dict[tuple[str, int], File] = {}
        self.pin = pin or ""
        self.pin_enabled = pin is not None
        self.tries = PIN_TRIES
        self.puk_tries = PUK_TRIES
        self.puk = "12345678"
        self._verified = False
        self.imsi = self.iccid = self.msisdn = self.smsc = self.spn = ""
        self.ehplmn: tuple[str, ...] = ()

    @classmethod
    def of(cls, sim: SimPart, *, pin: str | None = None, **differences: str | Sequence[str] | None) -> Card:
        """The card that the lab file describes, but for `differences` by the names of `rewrite`.

        Raises ValueError for an unknown name, EfError for a value that no card can hold.
        """
        card = cls(pin=pin)
        for path, file, octets, record in _STANDING:
            card._lay((path,), file, octets, record)
        homes = _HOME_PLMNS[sim.base_operator]
        imsi = differences.get("imsi")
        own = (imsi if isinstance(imsi, str) else sim.imsi)[:5]
        identity: dict[str, str | Sequence[str] | None] = {
            "iccid": sim.iccid,
            "imsi": sim.imsi,
            "msisdn": sim.msisdn if sim.msisdn_on_card else None,
            "spn": sim.spn,
            "smsc": sim.smsc,
            # The PLMN of the IMSI first, if it is one of them: 46009 cards are at home on 46001.
            "ehplmn": sorted(homes, key=lambda plmn: plmn != own),
            "gid1": "",
        }
        for name, value in {**identity, **differences}.items():
            card.rewrite(name, value)
        card._put("AD", Ad(mnc_length=2))
        card._put("LOCI", Loci())
        card._put("FPLMN", PlmnList())
        card._put("PLMNsel", PlmnList(_plmns(homes[:1])))
        card._put("GID2", Gid(b""))
        card._put("SPDI", Spdi(_plmns(homes)))
        card._emergency()
        access = b"".join(plmn.encode() + b"\xc0\x80" for plmn in _plmns(homes[:1]))
        card._lay((USIM,), 0x6F62, access + b"\xff\xff\xff\x00\x00" * 4, 0)
        return card

    def rewrite(self, name: str, value: str | Sequence[str] | None) -> None:
        """Set what the card says of itself: imsi, iccid, msisdn, spn, smsc, gid1 (hex), ehplmn (a list).

        None or "" empties the file. An 11-digit MSISDN is written as +86. Raises ValueError for another name,
        EfError for a value that does not fit.
        """
        if name == "ehplmn":
            self.ehplmn = tuple(value or ())
            self._put("EHPLMN", PlmnList(_plmns(self.ehplmn)))
            return
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{name} of a card takes one value, not {value!r}")
        text = value or ""
        match name:
            case "imsi":
                self._put("IMSI", Imsi(text))
                self._put("ACC", Acc.of_imsi(text))
            case "iccid":
                self._put("ICCID", Iccid(text))
            case "msisdn":
                text = f"+86{text}" if len(text) == 11 and text.startswith("1") else text
                self._put("MSISDN", Msisdn(Address.parse(text) if text else None))
            case "spn":
                self._put("SPN", Spn(text, show_plmn=False, hide_abroad=True))
            case "smsc":
                self._put("SMSP", Smsp(Address.parse(text) if text else None))
            case "gid1":
                self._put("GID1", Gid(bytes.fromhex(text)))
            case _:
                known = "imsi, iccid, msisdn, spn, smsc, gid1, ehplmn"
                raise ValueError(f"a card has no {name!r} to rewrite; it has {known}")
        if name != "gid1":
            setattr(self, name, text)

    def _put(self, name: str, content: Content) -> None:
        """Write `content` wherever the catalogue has the file; the places share one file."""
        places = [ef for ef in FILES if ef.name == name]
        self._lay_ef(places, content)

    def _lay_ef(self, places: list[Ef], content: Content) -> None:
        ef = places[0]
        octets = ef.encode(content)
        octets += b"\xff" * (ef.size - len(octets))
        self._lay([place.path for place in places], ef.id, octets, ef.record_length)

    def _emergency(self) -> None:
        for ef in (ef for ef in FILES if ef.name == "ECC"):
            if ef.record_length:
                octets = b"".join(ef.encode(EmergencyCode(code)) for code in _EMERGENCY)
                self._lay((ef.path,), ef.id, octets, ef.record_length)
            else:
                self._lay_ef([ef], EmergencyCodes(_EMERGENCY))

    def _lay(self, paths: Sequence[str], file: int, octets: bytes, record: int) -> None:
        structure = Structure.LINEAR_FIXED if record else Structure.TRANSPARENT
        laid = File(FileStatus(file, structure, len(octets), record), octets)
        for path in paths:
            self._files[path, file] = laid

    # PIN

    def power_on(self) -> None:
        self._verified = False

    @property
    def open(self) -> bool:
        """The PIN is disabled or has been given."""
        return self._verified or not self.pin_enabled

    @property
    def blocked(self) -> bool:
        return self.tries == 0

    def verify(self, pin: str) -> bool:
        """A wrong PIN spends a try; after three the card is blocked."""
        if self.blocked:
            return False
        if pin != self.pin:
            self.tries -= 1
            return False
        self.tries, self._verified = PIN_TRIES, True
        return True

    def unblock(self, puk: str, pin: str) -> bool:
        if puk != self.puk or not self.puk_tries:
            self.puk_tries = max(0, self.puk_tries - 1)
            return False
        self.pin, self.tries, self._verified = pin, PIN_TRIES, True
        self.puk_tries = PUK_TRIES
        return True

    # Files

    def file(self, identifier: int, path: str | None = None) -> File | None:
        """In the directory `path` (as `interop.uicc` names them), or where a modem looks by itself."""
        if path is not None:
            return self._files.get((path, identifier))
        for where in (MF,) if identifier >> 8 == 0x2F else (USIM, TELECOM, GSM):
            if found := self._files.get((where, identifier)):
                return found
        return None

    def book(self, name: str) -> list[tuple[str, str]]:
        """Names and numbers: "ON" EF_MSISDN, "SM" EF_ADN; "" and "" in an unused record."""
        file = self._books(name)
        return [_entry(file.record(n) or b"") for n in range(1, file.records + 1)]

    def _books(self, name: str) -> File:
        return self._files[TELECOM, 0x6F40 if name == "ON" else 0x6F3A]

    def name_size(self, book: str) -> int:
        """Octets for a name in `book`."""
        return self._books(book).status.record_length - _DIALLING

    def enter(self, book: str, index: int, name: str, number: Address | None) -> None:
        """Write record `index`; without a number it is unused. Raises EfError where it does not fit."""
        file = self._books(book)
        size = file.status.record_length
        record = Msisdn(number, name).encode(size)
        file.octets = file.octets[: (index - 1) * size] + record + file.octets[index * size :]

    def restricted(
        self, ins: int, identifier: int, p1: int, p2: int, p3: int, data: bytes = b"", path: bytes = b""
    ) -> tuple[bytes, int]:
        """+CRSM (27.007 8.18): the file is chosen by `identifier` and `path`, then the command is done."""
        if ins == STATUS:
            return b"", OK
        where = path[-2:].hex().upper() or None
        file = self.file(identifier, where)
        if file is None:
            return b"", NOT_FOUND
        if ins == GET_RESPONSE:
            header = file.status.encode_sim() if where == GSM else file.status.encode_fcp()
            return header[: p3 or len(header)], OK
        return self.access(file, ins, p1, p2, p3, data)

    def access(self, file: File, ins: int, p1: int, p2: int, p3: int, data: bytes) -> tuple[bytes, int]:
        """READ and UPDATE BINARY and RECORD (102 221 11.1.3 to 11.1.6): answer and status word."""
        reading = ins in (READ_BINARY, READ_RECORD)
        if not reading and ins not in (UPDATE_BINARY, UPDATE_RECORD):
            return b"", UNKNOWN_INS
        identifier = file.status.id
        if not self.open and not (reading and identifier in _ALWAYS):
            return b"", NO_ACCESS
        if not reading and identifier not in _WRITABLE:
            return b"", NO_ACCESS
        if (ins in (READ_RECORD, UPDATE_RECORD)) is not bool(file.status.record_length):
            return b"", NO_FIT
        if file.status.record_length:
            start, size = (p1 - 1) * file.status.record_length, file.status.record_length
            if p2 & 7 != 4:
                return b"", WRONG_P1P2
            if not 1 <= p1 <= file.records:
                return b"", NO_RECORD
            if reading and p3 not in (0, size):
                return b"", EXACT_LENGTH | size
        else:
            start = p1 << 8 | p2
            if start >= len(file.octets):
                return b"", OUT_OF_FILE
            size = min(len(file.octets) - start, 256)
            if reading and p3 > size:
                return b"", EXACT_LENGTH | size & 0xFF
            size = p3 or size
        if reading:
            return file.octets[start : start + size], OK
        fits = len(data) == size if file.status.record_length else start + len(data) <= len(file.octets)
        if len(data) != p3 or not fits:
            return b"", WRONG_LENGTH
        file.octets = file.octets[:start] + data + file.octets[start + len(data) :]
        return b"", OK


def _entry(record: bytes) -> tuple[str, str]:
    """What a client wrote by +CRSM need not be a phone-book entry."""
    try:
        entry = Msisdn.decode(record)
    except EfError:
        return "", ""
    return entry.alpha, str(entry.number) if entry.number else ""


def _plmns(names: Sequence[str]) -> tuple[Plmn, ...]:
    return tuple(Plmn(name[:3], name[3:]) for name in names)
