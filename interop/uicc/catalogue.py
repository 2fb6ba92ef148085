"""The files that are known here: where they stand, what they hold. Data for +CRSM and for emulated cards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol, Self

from interop.uicc.access import AccessRules
from interop.uicc.applications import Application, Identity, Pcscf
from interop.uicc.charging import Meter, Puct
from interop.uicc.dialling import DiallingNumber, EmergencyCode, EmergencyCodes, Extension, Smsp
from interop.uicc.filestatus import FileStatus, Structure
from interop.uicc.identity import Acc, Ad, Gid, Iccid, Imsi, Spn
from interop.uicc.messages import CellBroadcast, CellBroadcastRanges, SmsRecord, Smss
from interop.uicc.mms import MmsConnectivity, Mmsn, MmsPreferences
from interop.uicc.names import LanguagePreference, Languages, OperatorName, Opl, Pnn
from interop.uicc.octets import Octets, SecretOctets
from interop.uicc.plmn import EhplmnPi, Hpplmn, Loci, PlmnActList, PlmnList, Spdi
from interop.uicc.registration import EpsLoci, FiveGsLoci, Kc, Keys, PsLoci, StartHfn, Threshold
from interop.uicc.services import Est, Ist, Sst, Ust

# <pathid> of +CRSM (3GPP TS 27.007 8.18): the path from the MF. 7FFF is the USIM by its AID; an ISIM has
# no identifier of its own, so that it goes by name.
MF: Final = "3F00"
TELECOM: Final = "7F10"
PHONEBOOK: Final = "7F10/5F3A"
GSM: Final = "7F20"
USIM: Final = "7FFF"
USIM_PHONEBOOK: Final = "7FFF/5F3A"
GSM_ACCESS: Final = "7FFF/5F3B"
FIVE_GS: Final = "7FFF/5FC0"
ISIM: Final = "ADF.ISIM"


class Content(Protocol):
    """What a file, or a record of one, holds. Both methods raise EfError and nothing else."""

    @classmethod
    def decode(cls, data: bytes, file: str = ...) -> Self: ...

    def encode(self, size: int, file: str = ...) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Ef:
    """An elementary file in the directory `path`. `size` is the usual one of the file, `record_length` of a
    record (0 if transparent); cards differ, so `FileStatus` of the card at hand decides.
    """

    name: str
    id: int
    path: str
    content: type[Content]
    size: int
    record_length: int = 0
    cyclic: bool = False

    @property
    def structure(self) -> Structure:
        if self.cyclic:
            return Structure.CYCLIC
        return Structure.LINEAR_FIXED if self.record_length else Structure.TRANSPARENT

    @property
    def place(self) -> str:
        """From the MF, as `Session` takes it: "3F00/7FFF/6F07"."""
        return "/".join(dict.fromkeys((MF, *self.path.split("/"), f"{self.id:04X}")))

    @property
    def status(self) -> FileStatus:
        return FileStatus(self.id, self.structure, self.size, self.record_length)

    def __str__(self) -> str:
        return f"EF_{self.name} {self.id:04X}"

    def decode(self, data: bytes) -> Content:
        """Of the file, or of one record. Raises EfError."""
        return self.content.decode(data, str(self))

    def encode(self, content: Content, size: int | None = None) -> bytes:
        """`size` octets, those of a file or a record of this catalogue if None. Raises EfError."""
        return content.encode(self.record_length or self.size if size is None else size, str(self))


# name, identifier, content, size, record length, directories. What stands first is what `find` gives by name.
_ROWS: Final[tuple[tuple[str, int, type[Content], int, int, tuple[str, ...]], ...]] = (
    ("DIR", 0x2F00, Application, 76, 38, (MF,)),
    ("PL", 0x2F05, Languages, 8, 0, (MF,)),
    ("ARR", 0x2F06, AccessRules, 400, 40, (MF,)),
    ("UMPC", 0x2F08, Octets, 5, 0, (MF,)),
    ("ICCID", 0x2FE2, Iccid, 10, 0, (MF,)),
    # who it is
    ("IMSI", 0x6F07, Imsi, 9, 0, (USIM, GSM)),
    ("AD", 0x6FAD, Ad, 4, 0, (USIM, GSM)),
    ("SPN", 0x6F46, Spn, 17, 0, (USIM, GSM)),
    ("ACC", 0x6F78, Acc, 2, 0, (USIM, GSM)),
    ("GID1", 0x6F3E, Gid, 8, 0, (USIM, GSM)),
    ("GID2", 0x6F3F, Gid, 8, 0, (USIM, GSM)),
    ("UST", 0x6F38, Ust, 17, 0, (USIM,)),
    ("SST", 0x6F38, Sst, 15, 0, (GSM,)),
    ("EST", 0x6F56, Est, 1, 0, (USIM,)),
    ("PHASE", 0x6FAE, Octets, 1, 0, (GSM,)),
    ("LI", 0x6F05, Languages, 8, 0, (USIM,)),
    ("LP", 0x6F05, LanguagePreference, 4, 0, (GSM,)),
    ("ARR", 0x6F06, AccessRules, 400, 40, (USIM, TELECOM, GSM)),
    # networks
    ("PLMNwAcT", 0x6F60, PlmnActList, 50, 0, (USIM, GSM)),
    ("OPLMNwAcT", 0x6F61, PlmnActList, 50, 0, (USIM, GSM)),
    ("HPLMNwAcT", 0x6F62, PlmnActList, 25, 0, (USIM, GSM)),
    ("PLMNsel", 0x6F30, PlmnList, 24, 0, (GSM,)),
    ("HPPLMN", 0x6F31, Hpplmn, 1, 0, (USIM, GSM)),
    ("FPLMN", 0x6F7B, PlmnList, 12, 0, (USIM, GSM)),
    ("EHPLMN", 0x6FD9, PlmnList, 12, 0, (USIM,)),
    ("EHPLMNPI", 0x6FDB, EhplmnPi, 1, 0, (USIM,)),
    ("LRPLMNSI", 0x6FDC, Octets, 1, 0, (USIM,)),
    ("SPDI", 0x6FCD, Spdi, 32, 0, (USIM, GSM)),
    ("PNN", 0x6FC5, Pnn, 120, 24, (USIM, GSM)),
    ("OPL", 0x6FC6, Opl, 40, 8, (USIM, GSM)),
    ("ONS", 0x6F14, OperatorName, 16, 0, (GSM,)),
    ("ONSShort", 0x6F18, OperatorName, 10, 0, (GSM,)),
    ("NETPAR", 0x6FC4, Octets, 128, 0, (USIM,)),
    ("NASCONFIG", 0x6FE8, Octets, 40, 0, (USIM,)),
    ("PWS", 0x6FEC, Octets, 1, 0, (USIM,)),
    ("CNL", 0x6F32, Octets, 12, 0, (USIM, GSM)),
    ("DCK", 0x6F2C, SecretOctets, 16, 0, (USIM, GSM)),
    ("ACL", 0x6F57, Octets, 64, 0, (USIM,)),
    # registration and its keys
    ("LOCI", 0x6F7E, Loci, 11, 0, (USIM, GSM)),
    ("PSLOCI", 0x6F73, PsLoci, 14, 0, (USIM,)),
    ("LOCIGPRS", 0x6F53, PsLoci, 14, 0, (GSM,)),
    ("EPSLOCI", 0x6FE3, EpsLoci, 18, 0, (USIM,)),
    ("EPSNSC", 0x6FE4, SecretOctets, 54, 54, (USIM,)),
    ("Keys", 0x6F08, Keys, 33, 0, (USIM,)),
    ("KeysPS", 0x6F09, Keys, 33, 0, (USIM,)),
    ("Kc", 0x6F20, Kc, 9, 0, (GSM,)),
    ("KcGPRS", 0x6F52, Kc, 9, 0, (GSM,)),
    ("Kc", 0x4F20, Kc, 9, 0, (GSM_ACCESS,)),
    ("KcGPRS", 0x4F52, Kc, 9, 0, (GSM_ACCESS,)),
    ("START-HFN", 0x6F5B, StartHfn, 6, 0, (USIM,)),
    ("THRESHOLD", 0x6F5C, Threshold, 3, 0, (USIM,)),
    ("5GS3GPPLOCI", 0x4F01, FiveGsLoci, 20, 0, (FIVE_GS,)),
    ("5GSN3GPPLOCI", 0x4F02, FiveGsLoci, 20, 0, (FIVE_GS,)),
    ("5GS3GPPNSC", 0x4F03, SecretOctets, 62, 62, (FIVE_GS,)),
    ("5GSN3GPPNSC", 0x4F04, SecretOctets, 62, 62, (FIVE_GS,)),
    ("5GAUTHKEYS", 0x4F05, SecretOctets, 68, 0, (FIVE_GS,)),
    ("UAC_AIC", 0x4F06, Octets, 4, 0, (FIVE_GS,)),
    ("SUCI_Calc_Info", 0x4F07, Octets, 128, 0, (FIVE_GS,)),
    ("Routing_Indicator", 0x4F0A, Octets, 4, 0, (FIVE_GS,)),
    # numbers
    ("MSISDN", 0x6F40, DiallingNumber, 68, 34, (USIM, TELECOM)),
    ("ADN", 0x6F3A, DiallingNumber, 600, 30, (TELECOM,)),
    ("FDN", 0x6F3B, DiallingNumber, 300, 30, (USIM, TELECOM)),
    ("SDN", 0x6F49, DiallingNumber, 150, 30, (USIM, TELECOM)),
    ("MBDN", 0x6FC7, DiallingNumber, 60, 30, (USIM, GSM)),
    ("EXT1", 0x6F4A, Extension, 65, 13, (TELECOM,)),
    ("EXT2", 0x6F4B, Extension, 65, 13, (USIM, TELECOM)),
    ("EXT3", 0x6F4C, Extension, 65, 13, (USIM, TELECOM)),
    ("EXT4", 0x6F55, Extension, 65, 13, (USIM,)),
    ("EXT4", 0x6F4E, Extension, 65, 13, (TELECOM,)),
    ("EXT5", 0x6F4E, Extension, 65, 13, (USIM,)),
    ("EXT8", 0x6FCF, Extension, 65, 13, (USIM, GSM)),
    ("CCP", 0x6F3D, Octets, 70, 14, (TELECOM,)),
    ("CCP2", 0x6F4F, Octets, 75, 15, (USIM,)),
    ("BDN", 0x6F4D, Octets, 155, 31, (USIM, TELECOM)),
    ("MBI", 0x6FC9, Octets, 4, 4, (USIM, GSM)),
    ("MWIS", 0x6FCA, Octets, 5, 5, (USIM, GSM)),
    ("CFIS", 0x6FCB, Octets, 16, 16, (USIM, GSM)),
    ("PBR", 0x4F30, Octets, 40, 40, (USIM_PHONEBOOK, PHONEBOOK)),
    ("ECC", 0x6FB7, EmergencyCode, 60, 12, (USIM,)),
    ("ECC", 0x6FB7, EmergencyCodes, 15, 0, (GSM,)),
    # messages
    ("SMS", 0x6F3C, SmsRecord, 1760, 176, (USIM, TELECOM)),
    ("SMSP", 0x6F42, Smsp, 42, 42, (USIM, TELECOM)),
    ("SMSS", 0x6F43, Smss, 2, 0, (USIM, TELECOM)),
    ("SMSR", 0x6F47, Octets, 150, 30, (USIM, TELECOM)),
    ("CBMI", 0x6F45, CellBroadcast, 20, 0, (USIM, GSM)),
    ("CBMID", 0x6F48, CellBroadcast, 20, 0, (USIM, GSM)),
    ("CBMIR", 0x6F50, CellBroadcastRanges, 20, 0, (USIM, GSM)),
    ("MMSN", 0x6FCE, Mmsn, 80, 40, (USIM, GSM)),
    ("MMSICP", 0x6FD0, MmsConnectivity, 200, 0, (USIM, GSM)),
    ("MMSUP", 0x6FD1, MmsPreferences, 60, 60, (USIM, GSM)),
    ("MMSUCP", 0x6FD2, MmsConnectivity, 200, 0, (USIM, GSM)),
    # charging
    ("ACMmax", 0x6F37, Meter, 3, 0, (USIM, GSM)),
    ("PUCT", 0x6F41, Puct, 5, 0, (USIM, GSM)),
    # ISIM
    ("IMPI", 0x6F02, Identity, 60, 0, (ISIM,)),
    ("DOMAIN", 0x6F03, Identity, 40, 0, (ISIM,)),
    ("IMPU", 0x6F04, Identity, 70, 70, (ISIM,)),
    ("IST", 0x6F07, Ist, 3, 0, (ISIM,)),
    ("PCSCF", 0x6F09, Pcscf, 60, 60, (ISIM,)),
    ("AD", 0x6FAD, Octets, 3, 0, (ISIM,)),
    ("ARR", 0x6F06, AccessRules, 400, 40, (ISIM,)),
)
_CYCLIC: Final[tuple[tuple[str, int, type[Content], int, int, tuple[str, ...]], ...]] = (
    ("LND", 0x6F44, DiallingNumber, 300, 30, (TELECOM,)),
    ("ACM", 0x6F39, Meter, 15, 3, (USIM, GSM)),
)

FILES: Final = tuple(
    Ef(name, file_id, path, content, size, record_length, rows is _CYCLIC)
    for rows in (_ROWS, _CYCLIC)
    for name, file_id, content, size, record_length, paths in rows
    for path in paths
)


def find(file: str | int, path: str | None = None) -> Ef | None:
    """By name or identifier; without `path`, that of the USIM where there is one. None if unknown.

    >>> str(find("SPN"))
    'EF_SPN 6F46'
    """
    for ef in FILES:
        if file in (ef.name, ef.id) and path in (None, ef.path):
            return ef
    return None


_PLACES: Final = {ef.place: ef for ef in FILES}


def at(place: str) -> Ef | None:
    """By `Ef.place`. None if unknown.

    >>> str(at("3F00/2FE2"))
    'EF_ICCID 2FE2'
    """
    return _PLACES.get(place)
