"""Elementary files of SIM and USIM cards: dataclasses in, octets out, and back. Talks to no card.

>>> find("IMSI").decode(bytes.fromhex("084906001032547698"))
Imsi(digits='460000123456789')
>>> Spn("小米移动", show_plmn=True, hide_abroad=True).encode().hex()
'03805c0f7c7379fb52a8ffffffffffffff'

Bad content and impossible values raise `EfError`, which names file and octet, and nothing else.
"""

from interop.uicc.catalogue import FILES, GSM, MF, TELECOM, USIM, Content, Ef, find
from interop.uicc.dialling import EmergencyCode, EmergencyCodes, Msisdn, Smsp
from interop.uicc.errors import EfError
from interop.uicc.filestatus import FileStatus, Structure
from interop.uicc.identity import Acc, Ad, Gid, Iccid, Imsi, Spn
from interop.uicc.plmn import Loci, Plmn, PlmnList, Spdi

__all__ = [
    "FILES",
    "GSM",
    "MF",
    "TELECOM",
    "USIM",
    "Acc",
    "Ad",
    "Content",
    "Ef",
    "EfError",
    "EmergencyCode",
    "EmergencyCodes",
    "FileStatus",
    "Gid",
    "Iccid",
    "Imsi",
    "Loci",
    "Msisdn",
    "Plmn",
    "PlmnList",
    "Smsp",
    "Spdi",
    "Spn",
    "Structure",
    "find",
]
