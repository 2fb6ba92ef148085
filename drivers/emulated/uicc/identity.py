"""What a card says of its subscriber: read from its files, written into them (3GPP TS 31.102 4, 31.103 4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from drivers.emulated.uicc.tree import File, Tree
from interop.lab.model import SimPart
from interop.smspdu import Address
from interop.uicc import (
    Acc,
    EfError,
    EmergencyCode,
    EmergencyCodes,
    Gid,
    Iccid,
    Imsi,
    Msisdn,
    Plmn,
    PlmnList,
    Smsp,
    Spdi,
    Spn,
)
from interop.uicc.tlv import encode_tlv

_USIM: Final = "3F00/7FFF/"
_GSM: Final = "3F00/7F20/"
_ISIM: Final = "3F00/ADF.ISIM/"
_ADN: Final = "3F00/7F10/6F3A"
_MSISDN: Final = "3F00/7F10/6F40"
_SMSP: Final = "3F00/7F10/6F42"
_DIALLING: Final = 14
"""octets of an entry of EF_ADN and EF_MSISDN that follow its name (51.011 10.5.1)"""
_EMERGENCY: Final = ("110", "119", "120", "122", "112")
# facts/plmn.csv: which PLMNs a card of the operator takes for home.
_HOME_PLMNS: Final = {
    "CMCC": ("46000", "46002", "46007", "46008"),
    "CUCC": ("46001", "46006", "46009"),
    "CTCC": ("46011", "46003", "46005"),
}
_GSM_AND_UTRAN: Final = b"\xc0\x80"
_REWRITTEN: Final = ("imsi", "iccid", "msisdn", "spn", "smsc", "gid1", "ehplmn")

Decoded = TypeVar("Decoded", Iccid, Imsi, Spn, Msisdn, Smsp, PlmnList)


class Identity:
    """The files of `tree` in words. What a card does not say, or so that nobody understands it, is ""."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def _file(self, path: str) -> File:
        file = self._tree.file(path)
        if file is None:
            raise EfError(path, "the card has no such file")
        return file

    def _put(self, path: str, octets: bytes, record: int = 1) -> None:
        """Into a record, or a whole transparent file, filled up with FF."""
        file = self._file(path)
        size = file.record_length or len(file.octets)
        if len(octets) > size:
            raise EfError(path, f"takes {len(octets)} octets, {size} fit")
        file.octets[(record - 1) * size : record * size] = octets.ljust(size, b"\xff")

    def _size(self, path: str) -> int:
        file = self._file(path)
        return file.record_length or len(file.octets)

    def _read(self, path: str, content: type[Decoded]) -> Decoded | None:
        file = self._tree.file(path)
        try:
            return content.decode(bytes(file.octets[: file.record_length or None])) if file else None
        except EfError:
            return None

    @property
    def imsi(self) -> str:
        found = self._read(f"{_USIM}6F07", Imsi)
        return found.digits if found else ""

    @property
    def iccid(self) -> str:
        found = self._read("3F00/2FE2", Iccid)
        return found.digits if found else ""

    @property
    def msisdn(self) -> str:
        found = self._read(_MSISDN, Msisdn)
        return str(found.number) if found and found.number else ""

    @property
    def smsc(self) -> str:
        found = self._read(_SMSP, Smsp)
        return str(found.smsc) if found and found.smsc else ""

    @property
    def spn(self) -> str:
        found = self._read(f"{_USIM}6F46", Spn)
        return found.name if found else ""

    @property
    def ehplmn(self) -> tuple[str, ...]:
        found = self._read(f"{_USIM}6FD9", PlmnList)
        return tuple(str(plmn) for plmn in found.plmns) if found else ()

    def rewrite(self, name: str, value: str | Sequence[str] | None) -> None:
        """Set what the card says of itself: imsi, iccid, msisdn, spn, smsc, gid1 (hex), ehplmn (a list).

        None or "" empties the file. An 11-digit MSISDN is written as +86. Raises ValueError for another name
        or type, without the value, which may be a misplaced key; EfError for one that does not fit.
        """
        if name not in _REWRITTEN:
            raise ValueError(f"a card has no {name!r} to rewrite; it has {', '.join(_REWRITTEN)}")
        if name == "ehplmn":
            if value and not isinstance(value, list | tuple):
                raise ValueError(f"ehplmn of a card takes a list, not {type(value).__name__}")
            path = f"{_USIM}6FD9"
            self._put(path, PlmnList(_plmns(value or ())).encode(self._size(path)))
            return
        if value is not None and not isinstance(value, str):
            raise ValueError(f"{name} of a card takes text, not {type(value).__name__}")
        self._rewrite(name, value or "")

    def _rewrite(self, name: str, text: str) -> None:
        match name:
            case "imsi":
                self._put(f"{_USIM}6F07", Imsi(text).encode())
                self._put(f"{_USIM}6F78", Acc.of_imsi(text).encode())
                self._multimedia(text)
            case "iccid":
                self._put("3F00/2FE2", Iccid(text).encode())
            case "msisdn":
                text = f"+86{text}" if len(text) == 11 and text.startswith("1") else text
                self._put(_MSISDN, Msisdn(_address(text)).encode(self._size(_MSISDN)))
            case "spn":
                path = f"{_USIM}6F46"
                self._put(path, Spn(text, show_plmn=False, hide_abroad=True).encode(self._size(path)))
            case "smsc":
                self._put(_SMSP, Smsp(_address(text)).encode(self._size(_SMSP)))
            case "gid1":
                self._put(f"{_USIM}6F3E", Gid(bytes.fromhex(text)).encode(8))

    def _multimedia(self, imsi: str) -> None:
        """IMPI, domain and first IMPU as they follow from an IMSI with an MNC of two digits (23.003 13)."""
        domain = f"ims.mnc0{imsi[3:5]}.mcc{imsi[:3]}.3gppnetwork.org"
        for path, text in (
            (f"{_ISIM}6F02", f"{imsi}@{domain}"),
            (f"{_ISIM}6F03", domain),
            (f"{_ISIM}6F04", f"sip:{imsi}@{domain}"),
        ):
            if self._tree.file(path):
                self._put(path, encode_tlv(0x80, text.encode(), path))

    def fill(self, sim: SimPart, differences: dict[str, str | Sequence[str] | None]) -> None:
        """All that the lab file says of a SIM, but for `differences`: names and errors as of `rewrite`."""
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
            self.rewrite(name, value)
        self._put(f"{_GSM}6F30", PlmnList(_plmns(homes[:1])).encode(self._size(f"{_GSM}6F30")))
        self._put(f"{_USIM}6FCD", Spdi(_plmns(homes)).encode(self._size(f"{_USIM}6FCD")))
        home = b"".join(plmn.encode() + _GSM_AND_UTRAN for plmn in _plmns(homes[:1]))
        self._file(f"{_USIM}6F62").octets[: len(home)] = home
        self._put(f"{_GSM}6FB7", EmergencyCodes(_EMERGENCY).encode())
        for record, code in enumerate(_EMERGENCY, 1):
            path = f"{_USIM}6FB7"
            self._put(path, EmergencyCode(code).encode(self._size(path)), record)

    # The phone books of the card

    def book(self, name: str) -> list[tuple[str, str]]:
        """Names and numbers: "ON" EF_MSISDN, "SM" EF_ADN; "" and "" in an unused record."""
        file = self._books(name)
        return [_entry(file.record(n) or b"") for n in range(1, file.records + 1)]

    def _books(self, name: str) -> File:
        return self._file(_MSISDN if name == "ON" else _ADN)

    def name_size(self, book: str) -> int:
        """Octets for a name in `book`."""
        return self._books(book).record_length - _DIALLING

    def enter(self, book: str, index: int, name: str, number: Address | None) -> None:
        """Write record `index`; without a number it is unused. Raises EfError where it does not fit."""
        file = self._books(book)
        self._put(file.path, Msisdn(number, name).encode(file.record_length), index)


def _address(text: str) -> Address | None:
    return Address.parse(text) if text else None


def _entry(record: bytes) -> tuple[str, str]:
    """What a client wrote by +CRSM need not be a phone-book entry."""
    try:
        entry = Msisdn.decode(record)
    except EfError:
        return "", ""
    return entry.alpha, str(entry.number) if entry.number else ""


def _plmns(names: Sequence[str]) -> tuple[Plmn, ...]:
    return tuple(Plmn(name[:3], name[3:]) for name in names)
